package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// teamShelf is a [bot.Shelf] in memory, which may fail.
type teamShelf struct {
	mu     sync.Mutex
	values map[string][]byte
	until  map[string]time.Time // of identifiers and leases
	holder map[string]string
	fails  error // of Put
}

func newTeamShelf() *teamShelf {
	return &teamShelf{values: map[string][]byte{}, until: map[string]time.Time{}, holder: map[string]string{}}
}

func (s *teamShelf) Put(_ context.Context, space, key string, value []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.values[space+" "+key] = bytes.Clone(value)
	}
	return s.fails
}

func (s *teamShelf) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[space+" "+key]
	return bytes.Clone(v), ok, nil
}

func (s *teamShelf) Delete(_ context.Context, space, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, space+" "+key)
	return nil
}

func (s *teamShelf) Seen(_ context.Context, id string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until[id]) {
		return true, nil
	}
	s.until[id] = time.Now().Add(ttl)
	return false, nil
}

func (s *teamShelf) Lease(_ context.Context, name, holder string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder[name] != holder && time.Now().Before(s.until[name]) {
		return false, nil
	}
	s.holder[name], s.until[name] = holder, time.Now().Add(ttl)
	return true, nil
}

// fail has Put fail, or work again.
func (s *teamShelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = err
}

// sealed is the installation of a workspace as it stands on the shelf.
func (s *teamShelf) sealed(team string) []byte {
	v, _, _ := s.Get(context.Background(), "slack:"+team, shelfInstall)
	return v
}

// host is the part of the program that knows workspaces, on a Slack in memory.
type host struct {
	*workspaces
	t     *testing.T
	slack *slacktest.Server
	shelf *teamShelf
	mux   *http.ServeMux
	log   *bytes.Buffer

	mu    sync.Mutex
	told  []string
	fault error // that ended the program
}

const publicURL = "https://studyhall.example"

// hosting runs a test in a bubble, with an app that many workspaces install.
func hosting(t *testing.T, name string, rotates bool, test func(t *testing.T, h *host)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			manifest, err := Manifest(App{Commands: nil, PublicURL: publicURL, HTTP: true, Many: true})
			if err != nil {
				t.Fatal(err)
			}
			if rotates {
				manifest = bytes.Replace(manifest, []byte(`"token_rotation_enabled":false`), []byte(`"token_rotation_enabled":true`), 1)
			}
			s := slacktest.New(t, slacktest.Options{Manifest: string(manifest)})
			test(t, newHost(t, s, newTeamShelf(), nil))
		})
	})
}

// newHost is one copy of the program.
func newHost(t *testing.T, s *slacktest.Server, shelf *teamShelf, change func(*Config)) *host {
	t.Helper()
	config := Config{
		ClientID: s.ClientID(), ClientSecret: s.ClientSecret(), SecretKeys: []string{keyOne}, PublicURL: publicURL,
		API: s.URL(), Shelf: shelf, Now: time.Now,
	}
	if change != nil {
		change(&config)
	}
	h := &host{t: t, slack: s, shelf: shelf, mux: http.NewServeMux(), log: &bytes.Buffer{}}
	w, err := newWorkspaces(slog.New(slog.NewTextHandler(h.log, nil)), config)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{base: s.URL(), http: s.Client(), limits: newLimits(), teams: w, refused: w.refused}
	w.ask = c.do
	w.notice = func(_ context.Context, n bot.Notice) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told = append(h.told, fmt.Sprint(map[bot.NoticeKind]string{bot.SpaceGone: "gone ", bot.SpaceThere: "there "}[n.Kind], n.Space))
	}
	w.spawn = func(do func(context.Context)) { go do(t.Context()) }
	w.lost = func(err error) { h.fault = err }
	w.routes(h.mux)
	h.workspaces = w
	return h
}

// heard is what the core was told since the last call.
func (h *host) heard() []string {
	time.Sleep(time.Second) // a lease that was given back is free a little later
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	told := h.told
	h.told = nil
	return told
}

// browser is somebody's, with its cookies.
type browser struct {
	h       *host
	cookies map[string]*http.Cookie
}

func (h *host) browser() *browser { return &browser{h, map[string]*http.Cookie{}} }

// get opens an address of ours.
func (b *browser) get(link string) *http.Response {
	b.h.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	b.h.mux.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		b.cookies[c.Name] = c
	}
	return rec.Result()
}

// allow begins an installation, and allows it on Slack's page; link is the address
// that the browser comes back to.
func (b *browser) allow(p *slacktest.Person) (link string) {
	b.h.t.Helper()
	u, err := p.Authorize(b.get(publicURL + pathInstall).Header.Get("Location"))
	if err != nil {
		b.h.t.Fatal(err)
	}
	return u.String()
}

// installs adds the app to a person's workspace, which has to work.
func (h *host) installs(p *slacktest.Person) {
	h.t.Helper()
	b := h.browser()
	if a := b.get(b.allow(p)); a.StatusCode != http.StatusOK {
		h.t.Fatalf("not installed: %d, %s\n%s", a.StatusCode, pageOf(a), h.log)
	}
	h.heard()
}

func pageOf(a *http.Response) string {
	var b bytes.Buffer
	_, _ = b.ReadFrom(a.Body)
	return b.String()
}
