package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
)

// has checks which token a team has, or the code of why it has none.
func (h *host) has(team, want string) {
	h.t.Helper()
	token, err := h.token(h.t.Context(), team)
	if code := codeOf(err); token != want && (token != "" || code != want) {
		h.t.Errorf("workspace %s has %q (%v), want %q", team, token, err, want)
	}
}

// TestWorkspacesApart has two workspaces side by side: neither is told of, sent to
// or erased with the other.
func TestWorkspacesApart(t *testing.T) {
	hosting(t, "two", false, func(t *testing.T, h *host) {
		acme, beta := h.slack.Elsewhere("Acme"), h.slack.Elsewhere("Beta")
		h.installs(acme.Person("ann"))
		h.installs(beta.Person("bea"))
		h.has(acme.ID, acme.Token())
		h.has(beta.ID, beta.Token())
		one, _ := h.of(t.Context(), acme.ID)
		two, _ := h.of(t.Context(), beta.ID)
		if one.BotUser == two.BotUser || one.BotID == two.BotID || one.Name != "Acme" || two.Name != "Beta" {
			t.Errorf("they are the same: %v, %v", one, two)
		}
		h.has("T0", "account_inactive")
		h.has("", "account_inactive")
		acme.Uninstall()
		h.gone(t.Context(), acme.ID)
		h.has(acme.ID, "account_inactive")
		h.has(beta.ID, beta.Token())
		if diff := cmp.Diff([]string{"gone slack:" + acme.ID}, h.heard()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
	hosting(t, "records that were exchanged", false, func(t *testing.T, h *host) {
		acme, beta := h.slack.Elsewhere("Acme"), h.slack.Elsewhere("Beta")
		h.installs(acme.Person("ann"))
		h.installs(beta.Person("bea"))
		before := h.shelf.sealed(acme.ID)
		if err := h.shelf.Put(t.Context(), "slack:"+beta.ID, shelfInstall, before, 0); err != nil {
			t.Fatal(err)
		}
		h.known.forget(beta.ID)
		if token, err := h.token(t.Context(), beta.ID); !errors.Is(err, errTampered) || token != "" {
			t.Errorf("got %v", err)
		}
		if !bytes.Equal(h.shelf.sealed(beta.ID), before) {
			t.Error("what can't be read was written over")
		}
	})
}

// TestSealedInstallations reads installations with other lists of keys.
func TestSealedInstallations(t *testing.T) {
	hosting(t, "a newer key", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		h.installs(acme.Person("ann"))
		both := newHost(t, h.slack, h.shelf, func(c *Config) { c.SecretKeys = []string{keyTwo, keyOne} })
		both.has(acme.ID, acme.Token())
		both.heard()
		newHost(t, h.slack, h.shelf, func(c *Config) { c.SecretKeys = []string{keyTwo} }).has(acme.ID, acme.Token())
	})
	hosting(t, "another key", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		h.installs(acme.Person("ann"))
		before := h.shelf.sealed(acme.ID)
		other := newHost(t, h.slack, h.shelf, func(c *Config) { c.SecretKeys = []string{keyThree} })
		if _, err := other.token(t.Context(), acme.ID); !errors.Is(err, errOtherKey) || !strings.Contains(err.Error(), "SECRET_KEY") || !strings.Contains(err.Error(), acme.ID) {
			t.Errorf("got %v", err)
		}
		other.refused(acme.ID, &refusal{Method: "chat.postMessage", Code: "invalid_auth"})
		synctest.Wait()
		if !bytes.Equal(h.shelf.sealed(acme.ID), before) {
			t.Error("what can't be read was written over")
		}
		h.has(acme.ID, acme.Token())
	})
	hosting(t, "another key, and installed again", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		ann := acme.Person("ann")
		h.installs(ann)
		other := newHost(t, h.slack, h.shelf, func(c *Config) { c.SecretKeys = []string{keyThree} })
		other.installs(ann)
		other.has(acme.ID, acme.Token())
	})
}

// TestUninstalled has a workspace take the app away and give it back.
func TestUninstalled(t *testing.T) {
	for _, tt := range []struct {
		name   string
		remove func(*slacktest.Workspace)
		hear   func(t *testing.T, h *host, team string)
	}{
		{"by both events", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			h.gone(t.Context(), team)
			h.gone(t.Context(), team)
		}},
		{"by both events at once", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			for range 2 {
				go h.gone(t.Context(), team)
			}
		}},
		{"by both events, to two copies of the program", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			other := newHost(t, h.slack, h.shelf, nil)
			go h.gone(t.Context(), team)
			go other.gone(t.Context(), team)
			synctest.Wait()
			time.Sleep(time.Second)
			h.told = append(h.told, other.heard()...)
		}},
		{"its tokens revoked", (*slacktest.Workspace).Revoke, func(t *testing.T, h *host, team string) { h.gone(t.Context(), team) }},
		{"by an answer", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			h.refused(team, &refusal{Method: "chat.postMessage", Code: "account_inactive"})
		}},
		{"by an event while an answer is looked into", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			h.slack.Inject(1, slacktest.AuthTest, slacktest.Delay(time.Second))
			h.slack.Inject(2, slacktest.AuthTest, slacktest.Refused("invalid_auth"))
			h.refused(team, &refusal{Method: "chat.postMessage", Code: "invalid_auth"})
			h.gone(t.Context(), team)
		}},
		{"by many answers", (*slacktest.Workspace).Revoke, func(t *testing.T, h *host, team string) {
			for range 20 {
				h.refused(team, &refusal{Method: "chat.postMessage", Code: "token_revoked"})
			}
		}},
		{"while Slack doesn't answer", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.CutBefore())
			h.gone(t.Context(), team)
			h.slack.Heal()
		}},
		{"while its installation can't be read", (*slacktest.Workspace).Uninstall, func(t *testing.T, h *host, team string) {
			if err := h.shelf.Put(t.Context(), "slack:"+team, shelfInstall, []byte("x"), 0); err != nil {
				t.Fatal(err)
			}
			h.gone(t.Context(), team)
		}},
	} {
		hosting(t, tt.name, false, func(t *testing.T, h *host) {
			acme := h.slack.Elsewhere("Acme")
			ann := acme.Person("ann")
			h.installs(ann)
			h.has(acme.ID, acme.Token())
			tt.remove(acme)
			tt.hear(t, h, acme.ID)
			if diff := cmp.Diff([]string{"gone slack:" + acme.ID}, h.heard()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			h.has(acme.ID, "account_inactive")
			if h.shelf.sealed(acme.ID) != nil {
				t.Error("the installation is still kept")
			}
			b := h.browser()
			b.get(b.allow(ann))
			if diff := cmp.Diff([]string{"there slack:" + acme.ID}, h.heard()); diff != "" {
				t.Errorf("installed again it was told (-want +got):\n%s", diff)
			}
			h.has(acme.ID, acme.Token())
			h.slack.Inject(2, slacktest.AuthTest, slacktest.StatusBefore(502))
			h.gone(t.Context(), acme.ID) // one of the events comes a second time, and late
			if told := h.heard(); told != nil {
				t.Errorf("late news was believed: %v", told)
			}
			h.has(acme.ID, acme.Token())
		})
	}
}

// TestInstalledElsewhere has another copy of the program hear that the app was
// installed again: what this one sends with the old token is sent with the new one.
func TestInstalledElsewhere(t *testing.T) {
	hosting(t, "by another copy", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		ann := acme.Person("ann")
		h.installs(ann)
		h.has(acme.ID, acme.Token())
		acme.Uninstall()
		other := newHost(t, h.slack, h.shelf, nil)
		other.installs(ann)
		if err := h.ask(t.Context(), call{team: acme.ID, method: "team.info"}, nil); codeOf(err) != "missing_scope" {
			t.Errorf("got %v", err)
		}
		if told := h.heard(); told != nil {
			t.Errorf("told %v", told)
		}
	})
}

// TestRefusedForNow has Slack refuse a token for a reason that passes: nothing is
// erased.
func TestRefusedForNow(t *testing.T) {
	for _, code := range []string{"invalid_auth", "org_login_required", "internal_error"} {
		hosting(t, code, false, func(t *testing.T, h *host) {
			acme := h.slack.Elsewhere("Acme")
			h.installs(acme.Person("ann"))
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.Refused(code))
			h.refused(acme.ID, &refusal{Method: "chat.postMessage", Code: "invalid_auth"})
			time.Sleep(time.Minute)
			if told := h.heard(); told != nil || h.shelf.sealed(acme.ID) == nil {
				t.Errorf("it was believed: %v", told)
			}
			h.has(acme.ID, acme.Token())
		})
	}
}

// TestStops has calls that wait for their turn, or for a token, end when the
// workspace is gone, and those of another go on.
func TestStops(t *testing.T) {
	hosting(t, "at once", false, func(t *testing.T, h *host) {
		acme, beta := h.slack.Elsewhere("Acme"), h.slack.Elsewhere("Beta")
		h.installs(acme.Person("ann"))
		h.installs(beta.Person("bea"))
		began := time.Now()
		var ended sync.WaitGroup
		wait := func(team string, want error) {
			ended.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				ctx, done := h.until(ctx, team)
				defer done()
				<-ctx.Done()
				if got := context.Cause(ctx); codeOf(got) != codeOf(want) || !errors.Is(got, want) && codeOf(want) == "" {
					t.Errorf("%s ended with %v, want %v", team, got, want)
				}
				if took := time.Since(began); codeOf(want) != "" && took > time.Second {
					t.Errorf("%s ended after %s", team, took)
				}
			})
		}
		wait(acme.ID, errGone())
		wait(acme.ID, errGone())
		wait(beta.ID, context.DeadlineExceeded)
		acme.Uninstall()
		h.slack.Inject(1, slacktest.AuthTest, slacktest.Delay(500*time.Millisecond))
		go h.gone(t.Context(), acme.ID)
		synctest.Wait()
		h.has(acme.ID, "account_inactive") // waits until it is known
		if took := time.Since(began); took < 500*time.Millisecond {
			t.Errorf("known after %s", took)
		}
		ended.Wait()
		if len(h.waits) > 0 {
			t.Errorf("still remembered: %v", h.waits)
		}
	})
	hosting(t, "who waits to know gives up", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		h.installs(acme.Person("ann"))
		acme.Uninstall()
		h.slack.Inject(1, slacktest.AuthTest, slacktest.Delay(5*time.Second))
		go h.gone(t.Context(), acme.ID)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.token(ctx, acme.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		h.heard()
	})
}

// alone runs a test with SLACK_BOT_TOKEN and no other workspace.
func alone(t *testing.T, test func(t *testing.T, h *host, acme *slacktest.Workspace)) {
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.New(t, slacktest.Options{})
		acme := s.Workspace("Acme")
		test(t, newHost(t, s, newTeamShelf(), func(c *Config) { *c = Config{BotToken: acme.Token(), API: s.URL(), Shelf: c.Shelf, Now: c.Now} }), acme)
	})
}

// TestOwnToken serves one workspace by SLACK_BOT_TOKEN.
func TestOwnToken(t *testing.T) {
	t.Run("is learnt", func(t *testing.T) {
		alone(t, func(t *testing.T, h *host, acme *slacktest.Workspace) {
			if err := h.learn(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.has(acme.ID, acme.Token())
			h.has("T0", "account_inactive")
			ws, err := h.of(t.Context(), acme.ID)
			if err != nil || ws.Team != acme.ID || ws.Name != "Acme" || ws.BotUser != acme.Bot().ID || ws.BotID == "" || ws.App != h.slack.Application() || !ws.may("chat:write") {
				t.Errorf("known of it: %+v (%v)", ws, err)
			}
			if told := h.heard(); !cmp.Equal(told, []string{"there slack:" + acme.ID}) {
				t.Errorf("told %v", told)
			}
			if strings.Contains(h.log.String(), "lacks") {
				t.Errorf("logged: %s", h.log)
			}
		})
	})
	t.Run("lacks a scope", func(t *testing.T) {
		alone(t, func(t *testing.T, h *host, acme *slacktest.Workspace) {
			acme.Grant("chat:write", "commands")
			h.app = h.slack.AppToken()
			if err := h.learn(t.Context()); err != nil || !strings.Contains(h.log.String(), "scope=files:write") || strings.Contains(h.log.String(), "im:history") {
				t.Errorf("%v, logged: %s", err, h.log)
			}
			if ws, err := h.of(t.Context(), acme.ID); err != nil || ws.App != "" || ws.BotID == "" {
				t.Errorf("known of it: %+v (%v)", ws, err)
			}
		})
	})
}

// TestOwnTokenRefused begins with a token that is of no use.
func TestOwnTokenRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(h *host, acme *slacktest.Workspace)
		want string // "" for none that ends the program
	}{
		{"is revoked", func(_ *host, acme *slacktest.Workspace) { acme.Revoke() }, "token_revoked"},
		{"is of an app that was uninstalled", func(_ *host, acme *slacktest.Workspace) { acme.Uninstall() }, "account_inactive"},
		{"is made up", func(h *host, _ *slacktest.Workspace) { h.given = "xoxb-1" }, "invalid_auth"},
		{"is the app's", func(h *host, _ *slacktest.Workspace) { h.given = h.slack.AppToken() }, "is not a bot's token"},
		{"is of another app than the app's token", func(h *host, _ *slacktest.Workspace) { h.app = "xapp-1-A999-1-0f" }, "two different apps"},
		{"lacks what posting needs", func(_ *host, acme *slacktest.Workspace) { acme.Grant("commands", "users:read") }, "lacks the scope chat:write, so that nothing can be posted"},
		{"meets a Slack that is out of reach", func(h *host, _ *slacktest.Workspace) {
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.StatusBefore(502))
		}, ""},
		{"meets a Slack that has too much to do", func(h *host, _ *slacktest.Workspace) {
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.Refused("internal_error"))
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alone(t, func(t *testing.T, h *host, acme *slacktest.Workspace) {
				tt.do(h, acme)
				err := h.learn(t.Context())
				fault, final := errors.AsType[*setupError](err)
				if err == nil || final != (tt.want != "") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), h.given) {
					t.Fatalf("got %v, want %q", err, tt.want)
				}
				if final && fault.ExitCode() != 78 {
					t.Errorf("exit code %d", fault.ExitCode())
				}
			})
		})
	}
}

// TestOwnTokenEnds has the token be refused while the program runs.
func TestOwnTokenEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(h *host, acme *slacktest.Workspace)
		want string // of the fault
		told []string
	}{
		{"is uninstalled while it works", func(h *host, acme *slacktest.Workspace) {
			acme.Uninstall()
			h.gone(h.t.Context(), acme.ID)
		}, "SLACK_BOT_TOKEN any more", []string{"gone"}},
		{"is refused while it works", func(h *host, acme *slacktest.Workspace) {
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.Refused("invalid_auth"))
			h.refused(acme.ID, &refusal{Code: "invalid_auth"})
		}, "SLACK_BOT_TOKEN (invalid_auth)", nil},
		{"is refused by mistake", func(h *host, acme *slacktest.Workspace) { h.refused(acme.ID, &refusal{Code: "invalid_auth"}) }, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alone(t, func(t *testing.T, h *host, acme *slacktest.Workspace) {
				if err := h.learn(t.Context()); err != nil {
					t.Fatal(err)
				}
				h.heard()
				tt.do(h, acme)
				told := h.heard()
				if fmt.Sprint(h.fault) == "<nil>" != (tt.want == "") || !strings.Contains(fmt.Sprint(h.fault), tt.want) {
					t.Errorf("got %v, want %q", h.fault, tt.want)
				}
				if len(told) != len(tt.told) || len(told) > 0 && !strings.HasPrefix(told[0], tt.told[0]) {
					t.Errorf("told %v", told)
				}
			})
		})
	}
}

// TestOwnTokenAmongOthers has a host with SLACK_BOT_TOKEN whose other workspaces
// install the app: what is installed in a browser counts first.
func TestOwnTokenAmongOthers(t *testing.T) {
	hosting(t, "both", false, func(t *testing.T, h *host) {
		mine, beta := h.slack.Workspace("Mine"), h.slack.Elsewhere("Beta")
		h.given = mine.Token()
		if err := h.learn(t.Context()); err != nil {
			t.Fatal(err)
		}
		given := mine.Token()
		h.has(mine.ID, given)
		h.installs(beta.Person("bea"))
		h.has(beta.ID, beta.Token())
		h.installs(mine.Person("ann"))
		if mine.Token() == given {
			t.Fatal("Slack gave no new token")
		}
		h.has(mine.ID, mine.Token())
		mine.Uninstall()
		h.gone(t.Context(), mine.ID)
		h.has(mine.ID, "account_inactive")
		h.has(beta.ID, beta.Token())
		if told := h.heard(); len(told) != 1 || h.fault != nil {
			t.Errorf("told %v; the program ends with %v", told, h.fault)
		}
	})
}

// TestManyWorkspaces has as many installations in memory as were used last.
func TestManyWorkspaces(t *testing.T) {
	hosting(t, "500", false, func(t *testing.T, h *host) {
		teams := make([]string, 500)
		for n := range teams {
			teams[n] = fmt.Sprintf("T%03d", n)
			in := installation{workspace: workspace{Team: teams[n]}, Token: "xoxb-" + teams[n]}
			if err := h.keep(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			for _, team := range teams {
				h.has(team, "xoxb-"+team)
				h.has(teams[0], "xoxb-T000")
			}
		}
		if n := len(h.known.teams); n != knownMost || h.known.order.Len() != n {
			t.Errorf("%d are in memory", n)
		}
		if _, ok, _ := h.known.get(teams[0]); !ok {
			t.Error("one that is used all the time is not")
		}
		time.Sleep(knownTime)
		if _, ok, _ := h.known.get(teams[0]); ok {
			t.Error("one that was read a minute ago isn't read again")
		}
	})
	t.Run("read while it was forgotten", func(t *testing.T) {
		k := newKnown()
		_, _, since := k.get("T1")
		k.forget("T1")
		k.put(installation{workspace: workspace{Team: "T1"}}, since)
		if _, ok, _ := k.get("T1"); ok {
			t.Error("it is remembered")
		}
	})
}
