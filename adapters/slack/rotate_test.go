package slack

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// exchanges is how often Slack was asked for tokens.
func (h *host) exchanges() int { return h.slack.Counts().Requests[slacktest.OAuthAccess] }

// life is that of a token that rotates.
const life = 12 * time.Hour

// rotating runs a test with a workspace whose tokens rotate.
func rotating(t *testing.T, name string, test func(t *testing.T, h *host, acme *slacktest.Workspace)) {
	hosting(t, name, true, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		h.installs(acme.Person("ann"))
		test(t, h, acme)
	})
}

// TestRotation has tokens end after 12 hours.
func TestRotation(t *testing.T) {
	rotating(t, "renewed while it is used", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		first := acme.Token()
		time.Sleep(life - refreshEarly - time.Minute)
		h.has(acme.ID, first)
		synctest.Wait()
		if n := h.exchanges(); n != 1 {
			t.Fatalf("renewed too early: %d", n)
		}
		time.Sleep(2 * time.Minute)
		h.has(acme.ID, first) // nobody waits for it
		synctest.Wait()
		if acme.Token() == first || h.exchanges() != 2 {
			t.Fatalf("not renewed: %d", h.exchanges())
		}
		h.has(acme.ID, acme.Token())
		newHost(t, h.slack, h.shelf, nil).has(acme.ID, acme.Token()) // it is kept
	})
	rotating(t, "renewed when nobody used it for days", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		for range 3 {
			time.Sleep(3 * life)
			before := h.exchanges()
			token, err := h.token(t.Context(), acme.ID)
			if err != nil || token != acme.Token() || h.exchanges() != before+1 {
				t.Errorf("the token is an old one: %v, %d", err, h.exchanges())
			}
			if err := h.ask(t.Context(), call{team: acme.ID, method: "auth.test"}, nil); err != nil {
				t.Error(err)
			}
		}
	})
	rotating(t, "once, by two copies of the program and many callers at once", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		other := newHost(t, h.slack, h.shelf, nil)
		h.slack.Inject(-1, slacktest.OAuthAccess, slacktest.DelayAfter(3*time.Second))
		time.Sleep(2 * life)
		var callers sync.WaitGroup
		for n := range 40 {
			of := []*host{h, other}[n%2]
			callers.Go(func() {
				token, err := of.token(t.Context(), acme.ID)
				if err != nil || token != acme.Token() {
					t.Errorf("got %q, %v", token, err)
				}
			})
		}
		callers.Wait()
		if n := h.exchanges(); n != 2 {
			t.Errorf("tokens were asked for %d times", n)
		}
		if refused := h.slack.Refusals(); len(refused) > 0 {
			t.Errorf("Slack refused %v", refused)
		}
	})
}

// TestRotationFails has tokens not be renewed.
func TestRotationFails(t *testing.T) {
	rotating(t, "a failure keeps the old one until it ends", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		first := acme.Token()
		h.slack.Inject(-1, slacktest.OAuthAccess, slacktest.StatusBefore(503))
		time.Sleep(life - refreshEarly + time.Minute)
		for range 100 { // not each of those who ask tries
			h.has(acme.ID, first)
			time.Sleep(50 * time.Millisecond)
			synctest.Wait()
		}
		if n := h.exchanges(); n != 2 {
			t.Errorf("tokens were asked for %d times", n)
		}
		time.Sleep(refreshEarly)
		if _, err := h.token(t.Context(), acme.ID); err == nil || codeOf(err) != "" {
			t.Errorf("when it has ended: %v", err)
		}
		h.slack.Heal()
		time.Sleep(renewPause)
		token, err := h.token(t.Context(), acme.ID)
		if err != nil || token != acme.Token() || token == first {
			t.Errorf("when Slack answers again: %v", err)
		}
		if !strings.Contains(h.log.String(), "not renewed") || strings.Contains(h.log.String(), "xoxe") {
			t.Errorf("logged: %s", h.log)
		}
	})
	rotating(t, "the store fails for a while", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		time.Sleep(life)
		h.shelf.fail(errors.New("disk full"))
		time.AfterFunc(5*time.Second, func() { h.shelf.fail(nil) })
		token, err := h.token(t.Context(), acme.ID)
		if err != nil || token != acme.Token() {
			t.Errorf("got %v", err)
		}
		newHost(t, h.slack, h.shelf, nil).has(acme.ID, token)
	})
	rotating(t, "Slack doesn't renew it", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		first := acme.Token()
		h.slack.Inject(1, slacktest.OAuthAccess, slacktest.CutAfter()) // the new pair is lost, the old refresh token used
		time.Sleep(life - time.Hour)
		h.has(acme.ID, first)
		synctest.Wait()
		time.Sleep(time.Minute)
		h.has(acme.ID, first) // still works
		synctest.Wait()
		time.Sleep(life)
		h.has(acme.ID, "token_expired")
		if told := h.heard(); told != nil || !strings.Contains(h.log.String(), "install the app again, at "+publicURL+pathInstall) {
			t.Errorf("told %v, logged: %s", told, h.log)
		}
		h.installs(acme.Person("bea"))
		h.has(acme.ID, acme.Token())
	})
}

// TestRotationMeanwhile has other things happen to workspaces whose token ends.
func TestRotationMeanwhile(t *testing.T) {
	rotating(t, "it ended by Slack's clock, and not by ours", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		late := newHost(t, h.slack, h.shelf, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-life) } })
		time.Sleep(life + time.Minute)
		first := acme.Token()
		late.has(acme.ID, first)
		if err := late.ask(t.Context(), call{team: acme.ID, method: "auth.test"}, nil); err != nil {
			t.Error(err)
		}
		if acme.Token() == first {
			t.Fatal("not renewed")
		}
		late.has(acme.ID, acme.Token())
	})
	rotating(t, "a workspace that is gone meanwhile", func(t *testing.T, h *host, acme *slacktest.Workspace) {
		time.Sleep(2 * life)
		h.slack.Inject(-1, slacktest.OAuthAccess, slacktest.Delay(3*time.Second))
		acme.Uninstall()
		go h.has(acme.ID, "token_expired")
		synctest.Wait()
		h.gone(t.Context(), acme.ID)
		h.has(acme.ID, "account_inactive")
		if told := h.heard(); len(told) != 1 || h.shelf.sealed(acme.ID) != nil {
			t.Errorf("told %v", told)
		}
	})
}
