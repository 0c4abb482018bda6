package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// ownAdapter is an adapter for one workspace on a Slack in memory, and what its
// bot is told.
func ownAdapter(t *testing.T, s *slacktest.Server, token string) (a *Adapter, b *bot.Bot, told func() []bot.Notice) {
	t.Helper()
	a, err := New(slog.New(slog.DiscardHandler), Config{
		BotToken: token, SigningSecret: s.SigningSecret(), API: s.URL(), Dial: s.Dial, Shelf: newTeamShelf(),
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	b = bot.New(slog.New(slog.DiscardHandler))
	var mu sync.Mutex
	var all []bot.Notice
	b.OnNotice(func(_ context.Context, n bot.Notice) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, n)
		return nil
	})
	return a, b, func() []bot.Notice {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// TestRunLearns has the adapter begin when Slack has said whose the token is.
func TestRunLearns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		do    func(s *slacktest.Server, acme *slacktest.Workspace)
		after time.Duration // it is ready at the latest
		want  string        // or this ends it
	}{
		{"at once", func(*slacktest.Server, *slacktest.Workspace) {}, 0, ""},
		{"when Slack is out of reach for a while", func(s *slacktest.Server, _ *slacktest.Workspace) {
			s.Inject(-1, slacktest.Any, slacktest.CutBefore())
			time.AfterFunc(5*time.Minute, s.Heal)
		}, 6*time.Minute + 10*time.Second, ""},
		{"never, with a token that is revoked", func(_ *slacktest.Server, acme *slacktest.Workspace) { acme.Revoke() }, 0, "token_revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := slacktest.New(t, slacktest.Options{})
				acme := s.Workspace("Acme")
				a, b, told := ownAdapter(t, s, acme.Token())
				tt.do(s, acme)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- a.Run(ctx, b) }()
				if tt.want != "" {
					err := <-ended
					code, ok := err.(interface{ ExitCode() int })
					if !ok || code.ExitCode() != 78 || !strings.Contains(err.Error(), tt.want) {
						t.Errorf("it ended with %v", err)
					}
					cancel()
					return
				}
				began := time.Now()
				if err := a.WaitReady(ctx); err != nil || time.Since(began) > tt.after {
					t.Errorf("ready after %s (%v)", time.Since(began), err)
				}
				synctest.Wait()
				if n := told(); len(n) != 1 || n[0].Kind != bot.SpaceThere || n[0].Space != spaceID(acme.ID) {
					t.Errorf("told %v", n)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("it ended with %v", err)
				}
			})
		})
	}
}

// TestUninstalledWhileSending has posts that wait for their turn fail at once when
// the workspace has uninstalled the app, and the program end, which has no other.
func TestUninstalledWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.New(t, slacktest.Options{})
		acme := s.Workspace("Acme")
		study := acme.Channel("study")
		study.Join(acme.Bot())
		a, b, told := ownAdapter(t, s, acme.Token())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(t.Context(), b) }()
		if err := a.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
		var posts sync.WaitGroup
		var mu sync.Mutex
		codes := map[string]int{}
		began := time.Now()
		for n := range 30 {
			posts.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				err := a.rest.do(ctx, call{
					team: acme.ID, method: "chat.postMessage", place: study.ID, body: fmt.Appendf(nil, `{"channel":%q,"text":"post %d"}`, study.ID, n),
				}, nil)
				mu.Lock()
				defer mu.Unlock()
				codes[codeOf(err)]++
				if err != nil && codeOf(err) == "" {
					t.Errorf("post %d: %v", n, err)
				}
			})
		}
		time.Sleep(2500 * time.Millisecond)
		acme.Uninstall()
		a.spaces.gone(t.Context(), acme.ID)
		posts.Wait()
		if took := time.Since(began); took > 4*time.Second || codes["account_inactive"] < 20 || codes["account_inactive"]+codes[""] != 30 {
			t.Errorf("after %s: %v", took, codes)
		}
		err := <-ended
		if _, ok := errors.AsType[*setupError](err); !ok || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN") {
			t.Errorf("it ended with %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if n := told(); len(n) != 2 || n[1].Kind != bot.SpaceGone {
			t.Errorf("told %v", n)
		}
	})
}

// TestInstallRoutes has the pages for adding the app there in both modes, and only
// where workspaces can add it.
func TestInstallRoutes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   int
	}{
		{"Socket Mode", func(c *Config) { c.AppToken = "xapp-1-A1-1-0123456789" }, http.StatusFound},
		{"HTTP mode", func(c *Config) { c.SigningSecret = "0123456789abcdef0123456789abcdef" }, http.StatusFound},
		{"one workspace", func(c *Config) {
			*c = Config{BotToken: "xoxb-1-2-3456789", AppToken: "xapp-1-A1-1-0123456789", Shelf: c.Shelf}
		}, http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Config{ClientID: "1.2", ClientSecret: "s", SecretKeys: []string{keyOne}, PublicURL: publicURL, Shelf: newTeamShelf()}
			tt.change(&c)
			a, err := New(slog.New(slog.DiscardHandler), c)
			if err != nil {
				t.Fatal(err)
			}
			rec := httptest.NewRecorder()
			a.Routes(bot.New(slog.New(slog.DiscardHandler))).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, pathInstall, nil))
			if rec.Code != tt.want || tt.want == http.StatusFound && !strings.HasPrefix(rec.Header().Get("Location"), "https://slack.com/oauth/v2/authorize?") {
				t.Errorf("got %d, %s", rec.Code, rec.Header().Get("Location"))
			}
		})
	}
}
