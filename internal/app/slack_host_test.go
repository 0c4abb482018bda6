package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
)

const hostURL = "https://studyhall.example"

// slackHost is a Slack in memory with an app that many workspaces install, and
// the program that serves them all over HTTP.
type slackHost struct {
	*world
	server *slacktest.Server
	keys   []string // SECRET_KEY
	chat   *slack.Adapter

	mu      sync.Mutex
	handler http.Handler // of the program that runs now
}

// newSlackHost begins with no workspace.
func newSlackHost(t *testing.T) *slackHost {
	t.Helper()
	h := &slackHost{world: stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))}
	h.keys = []string{"a key that is kept where nobody looks"}
	all, err := commands(t.Context(), CheckUp{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := slack.Manifest(slack.App{Commands: all, Declare: slackDeclared(), PublicURL: hostURL, HTTP: true, Many: true})
	if err != nil {
		t.Fatal(err)
	}
	h.server = slacktest.New(t, slacktest.Options{
		Manifest: string(manifest), HTTP: &http.Client{Transport: h},
		Requests: slacktest.Requests{Events: hostURL + "/slack/events", Commands: hostURL + "/slack/commands", Interactions: hostURL + "/slack/interactions"},
	})
	h.real, h.people = h, bottest.NewTogether(h.harbor)
	h.begin()
	return h
}

// RoundTrip has the program's web server answer, without a socket.
func (h *slackHost) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	handler := h.handler
	h.mu.Unlock()
	if handler == nil {
		return nil, errors.New("connection refused")
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, received(r))
	a := rec.Result()
	a.Request = r
	return a, nil
}

func (h *slackHost) platforms(shelf bot.Shelf) ([]bot.Adapter, error) {
	a, err := slack.New(slog.New(slog.DiscardHandler), slack.Config{
		SigningSecret: h.server.SigningSecret(), ClientID: h.server.ClientID(), ClientSecret: h.server.ClientSecret(),
		SecretKeys: h.keys, PublicURL: hostURL, API: h.server.URL(), Dial: h.server.Dial, Shelf: shelf,
	})
	h.chat = a
	return []bot.Adapter{a}, err
}

func (h *slackHost) waitRunning(ctx context.Context, a *App) error {
	h.mu.Lock()
	h.handler = a.Handler()
	h.mu.Unlock()
	return h.chat.WaitReady(ctx)
}

func (h *slackHost) stopped() {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handler = nil
}

// install adds the app to a workspace in somebody's browser, and reads the page.
func (h *slackHost) install(t *testing.T, who *slacktest.Person) (page string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Transport: h, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(link string) *http.Response {
		t.Helper()
		a, err := browser.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	back, err := who.Authorize(get(hostURL + "/slack/install").Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	a := get(back.String())
	body, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("not installed: %s, %v\n%s", a.Status, err, body)
	}
	return string(body)
}

// did waits for the answer to what somebody did.
func (h *slackHost) did(t *testing.T, i *slacktest.Interaction, err error) {
	t.Helper()
	if err == nil {
		err = i.Wait(t.Context())
	}
	if err == nil {
		err = h.running().Engine.Drain(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Second) // pages and posts that follow
	synctest.Wait()
}

// lastSeen is the last message that a person sees in a channel.
func lastSeen(t *testing.T, p *slacktest.Person, c *slacktest.Channel) slacktest.Message {
	t.Helper()
	all := p.Messages(c)
	if len(all) == 0 {
		t.Fatalf("%s sees nothing in %s", p.Name, c.Name)
	}
	return all[len(all)-1]
}

// studies sets up a group in a channel of a workspace.
func (h *slackHost) studies(t *testing.T, who *slacktest.Person, c *slacktest.Channel) {
	t.Helper()
	i, err := who.Command(c, "/studyhall", "group")
	h.did(t, i, err)
	i, err = who.Press(lastSeen(t, who, c), "Set up")
	h.did(t, i, err)
	forms := who.Views()
	if len(forms) == 0 {
		t.Fatal("no form opened")
	}
	i, err = who.Submit(forms[len(forms)-1], nil)
	h.did(t, i, err)
	i, err = who.Press(lastSeen(t, who, c), "Start")
	h.did(t, i, err)
}

// question is the open question in a channel.
func (h *slackHost) question(t *testing.T, c *slacktest.Channel, number string) slacktest.Message {
	t.Helper()
	for _, m := range c.Messages() {
		if strings.Contains(m.Words(), "question "+number) && len(m.Labels()) >= 4 {
			return m
		}
	}
	t.Fatalf("no question %s in %s:\n%v", number, c.Name, wordsIn(c))
	return slacktest.Message{}
}

func wordsIn(c *slacktest.Channel) (all []string) {
	for _, m := range c.Messages() {
		all = append(all, m.Words())
	}
	return all
}

// in is the group in a channel.
func (h *slackHost) in(t *testing.T, w *slacktest.Workspace, c *slacktest.Channel) group.Group {
	t.Helper()
	g, ok, err := h.running().Store.GroupIn(t.Context(), bot.ChannelID("slack:"+w.ID+"/"+c.ID))
	if err != nil || !ok {
		t.Fatalf("no group in %s of %s: %v", c.Name, w.Name, err)
	}
	return g
}

// morning goes to seven o'clock of a day in November, when questions come.
func (h *slackHost) morning(t *testing.T, day int) {
	t.Helper()
	if err := h.Advance(t.Context(), time.Date(2026, 11, day, 7, 0, 1, 0, h.zone)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
	synctest.Wait()
}

// apart checks that nothing of one workspace was sent with the token of another.
func (h *slackHost) apart(t *testing.T, of map[string]*slacktest.Workspace) {
	t.Helper()
	for _, c := range h.server.Calls() {
		for id, w := range of {
			if bytes.Contains(c.Args, []byte(id)) && c.Workspace != w {
				t.Errorf("%s about %s of %s was sent with another token: %s", c.Method, id, w.Name, c.Args)
			}
		}
	}
}

// hosts adds the bot to a workspace whose administrator sets up a group.
func (h *slackHost) hosts(t *testing.T, w *slacktest.Workspace, who *slacktest.Person, c *slacktest.Channel) {
	t.Helper()
	who.Admin(true)
	c.Join(who)
	if page := h.install(t, who); !strings.Contains(page, "Studyhall is in "+w.Name) {
		t.Errorf("the page says %s", page)
	}
	c.Invite()
	h.studies(t, who, c)
}

// TestTwoWorkspaces has two workspaces add the bot on one host. One takes it away
// and adds it again: the other notices nothing, and the first goes on where it was.
func TestTwoWorkspaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newSlackHost(t)
		acme, beta := h.server.Elsewhere("Acme"), h.server.Elsewhere("Beta")
		ann, bea := acme.Person("ann"), beta.Person("bea")
		one, two := acme.Channel("cbet-study"), beta.Channel("cbet-study")
		h.hosts(t, acme, ann, one)
		h.hosts(t, beta, bea, two)
		if a, b := h.in(t, acme, one), h.in(t, beta, two); a.ID == b.ID || a.State != group.Running || b.State != group.Running {
			t.Fatalf("the groups are %+v and %+v", a, b)
		}

		h.morning(t, 23)
		i, err := ann.Press(h.question(t, one, "1"), "B")
		h.did(t, i, err)
		i, err = bea.Press(h.question(t, two, "1"), "A")
		h.did(t, i, err)
		if m := lastSeen(t, ann, one); !strings.Contains(m.Words(), "Right") {
			t.Errorf("ann reads %q", m.Words())
		}
		if m := lastSeen(t, bea, two); strings.Contains(m.Words(), "Right") {
			t.Errorf("bea reads %q", m.Words())
		}

		acme.Uninstall()
		time.Sleep(time.Minute)
		synctest.Wait()
		if a, b := h.in(t, acme, one), h.in(t, beta, two); a.State != group.Paused || b.State != group.Running {
			t.Errorf("one workspace is gone: the groups are %s and %s", a.State, b.State)
		}
		if _, ok, err := h.running().Store.Get(t.Context(), "slack:"+acme.ID, "slack/install"); ok || err != nil {
			t.Errorf("its installation is kept (%v)", err)
		}
		posts, refused := len(one.Messages()), len(h.server.Refusals())
		h.morning(t, 24)
		h.question(t, two, "2")
		if n := len(one.Messages()); n != posts {
			t.Errorf("the one that is gone got %d messages", n-posts)
		}
		if all := h.server.Refusals(); len(all) != refused {
			t.Errorf("Slack refused %v", all[refused:])
		}

		h.keys = []string{"a newer key that is kept there as well", h.keys[0]}
		if err := h.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.install(t, ann)
		one.Invite()
		time.Sleep(time.Minute)
		synctest.Wait()
		if a := h.in(t, acme, one); a.State != group.Running {
			t.Errorf("installed again: %s", a.State)
		}
		h.morning(t, 25)
		h.question(t, one, "2")
		h.question(t, two, "3")
		i, err = ann.Command(one, "/study", "")
		h.did(t, i, err)
		if m := lastSeen(t, ann, one); !strings.Contains(m.Words(), "This week 3 points") {
			t.Errorf("ann's page says %q", m.Words())
		}
		h.apart(t, map[string]*slacktest.Workspace{one.ID: acme, two.ID: beta, ann.ID: acme, bea.ID: beta})
		for _, n := range h.server.Notices() {
			t.Errorf("Slack puts up with it: %s", n)
		}
	})
}

// TestUninstalledUnheard has a workspace take the bot away while the program
// doesn't run. The first that Slack refuses says so: the group pauses, nobody
// knocks again, and what the workspace had is there when it adds the bot again.
func TestUninstalledUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newSlackHost(t)
		acme := h.server.Elsewhere("Acme")
		ann, study := acme.Person("ann"), acme.Channel("cbet-study")
		h.hosts(t, acme, ann, study)
		id := h.in(t, acme, study).ID
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		acme.Uninstall()
		time.Sleep(time.Hour) // Slack gives up telling it
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.morning(t, 23)
		h.state(t, id, "a question was due", group.Paused)
		if _, ok, err := h.running().Store.Get(t.Context(), "slack:"+acme.ID, "slack/install"); ok || err != nil {
			t.Errorf("its installation is kept (%v)", err)
		}
		refused := len(h.server.Refusals())
		h.morning(t, 24)
		if all := h.server.Refusals(); len(all) != refused || refused > 3 {
			t.Errorf("Slack refused %v, and then %v", all[:refused], all[refused:])
		}
		h.install(t, ann)
		study.Invite()
		time.Sleep(time.Minute)
		h.state(t, id, "it was added again", group.Running)
		h.morning(t, 25)
		h.question(t, study, "2") // the first came to nobody
	})
}

// TestSameIdentifiers has somebody with the identifier of a member of one
// workspace speak in a channel with the identifier of its channel, in another
// workspace. Slack's identifiers are unique in one workspace only.
func TestSameIdentifiers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newSlackHost(t)
		acme, beta := h.server.Elsewhere("Acme"), h.server.Elsewhere("Beta")
		ann, study := acme.Person("ann"), acme.Channel("cbet-study")
		h.hosts(t, acme, ann, study)
		h.install(t, beta.Person("bea"))
		before, calls := len(ann.Messages(study)), len(h.server.Calls())
		for n, words := range []string{"group", "study", "board"} {
			beta.Event(map[string]any{
				"type": "app_mention", "user": ann.ID, "channel": study.ID, "team": beta.ID,
				"ts": fmt.Sprintf("1800000000.00000%d", n), "text": "<@" + beta.Bot().ID + "> " + words,
			})
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if n := len(ann.Messages(study)); n != before {
			t.Errorf("ann sees %d messages more", n-before)
		}
		heard := h.server.Calls()[calls:]
		for _, c := range heard {
			if c.Workspace != beta {
				t.Errorf("%s was called in the other workspace: %s", c.Method, c.Args)
			}
		}
		if len(heard) == 0 {
			t.Error("nothing was answered at all")
		}
	})
}
