package slack

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
)

// TestInstall adds the app to a workspace.
func TestInstall(t *testing.T) {
	hosting(t, "all goes well", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme <b>")
		ann, b := acme.Person("ann"), h.browser()
		begin := b.get(publicURL + pathInstall)
		cookie := begin.Cookies()[0]
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 || !strings.HasPrefix(cookie.Name, "__Host-") || cookie.Path != "/" {
			t.Errorf("the cookie is %v", cookie)
		}
		location, err := url.Parse(begin.Header.Get("Location"))
		if err != nil || begin.StatusCode != http.StatusFound {
			t.Fatal(begin.StatusCode, err)
		}
		var scopes []string
		for _, s := range Scopes() {
			scopes = append(scopes, s.Name)
		}
		if got := location.Query().Get("scope"); got != strings.Join(scopes, ",") {
			t.Errorf("asks for %s", got)
		}
		back, err := ann.Authorize(location.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.token(t.Context(), acme.ID); codeOf(err) != "account_inactive" {
			t.Errorf("before: %v", err)
		}
		a := b.get(back.String())
		page := pageOf(a)
		if a.StatusCode != http.StatusOK || !strings.Contains(page, "Studyhall is in Acme &lt;b&gt;") || !strings.Contains(page, "/invite @Studyhall") {
			t.Errorf("%d: %s", a.StatusCode, page)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy is %q", policy)
		}
		if diff := cmp.Diff([]string{"there slack:" + acme.ID}, h.heard()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		token, err := h.token(t.Context(), acme.ID)
		if err != nil || token != acme.Token() {
			t.Errorf("the token is %q (%v)", token, err)
		}
		got, err := h.of(t.Context(), acme.ID)
		want := workspace{Team: acme.ID, Name: "Acme <b>", BotUser: acme.Bot().ID, BotID: got.BotID, App: h.slack.Application(), Scopes: scopes}
		if diff := cmp.Diff(want, got); diff != "" || err != nil || !strings.HasPrefix(got.BotID, "B") {
			t.Errorf("known of it (%v, -want +got):\n%s", err, diff)
		}
		for _, secret := range []string{token, h.slack.ClientSecret(), back.Query().Get("code"), back.Query().Get("state")} {
			if strings.Contains(page, secret) || strings.Contains(h.log.String(), secret) || bytes.Contains(h.shelf.sealed(acme.ID), []byte(secret)) {
				t.Errorf("%q can be read", secret)
			}
		}
		if plain, _, err := h.oauth.seal.open(about(acme.ID), h.shelf.sealed(acme.ID)); err != nil || bytes.Contains(plain, []byte(ann.ID)) {
			t.Errorf("it is kept who installed it: %s (%v)", plain, err)
		}
	})
}

// TestInstallNot has installations go wrong: nothing is kept, and the page says
// what to do.
func TestInstallNot(t *testing.T) {
	for _, tt := range []struct {
		name   string
		do     func(h *host, b *browser, ann *slacktest.Person) *http.Response
		status int
		says   string
		logged string
	}{
		{"cancelled", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			back, err := ann.Refuse(b.get(publicURL + pathInstall).Header.Get("Location"))
			if err != nil {
				h.t.Fatal(err)
			}
			return b.get(back.String())
		}, 200, "You chose not to allow it", ""},
		{"another error", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			back, err := ann.Refuse(b.get(publicURL + pathInstall).Header.Get("Location"))
			if err != nil {
				h.t.Fatal(err)
			}
			return b.get(strings.Replace(back.String(), "access_denied", "invalid_scope", 1))
		}, 502, "Slack didn&#39;t allow it", "invalid_scope"},
		{"from Slack's list of apps, without a state", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			return b.get(publicURL + pathOAuth + "?code=1.2.3")
		}, 400, "in the browser in which you began", ""},
		{"a state that is made up", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			link, err := url.Parse(b.allow(ann))
			if err != nil {
				h.t.Fatal(err)
			}
			q := link.Query()
			q.Set("state", h.oauth.state("somebody else's cookie", time.Now()))
			link.RawQuery = q.Encode()
			return b.get(link.String())
		}, 400, "in the browser in which you began", ""},
		{"a state of another host", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			link := b.allow(ann)
			h.oauth.seal = sealing(h.t, keyTwo)
			return b.get(link)
		}, 400, "in the browser in which you began", ""},
		{"in another browser", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			other := h.browser()
			other.get(publicURL + pathInstall)
			return other.get(b.allow(ann))
		}, 400, "in the browser in which you began", ""},
		{"in a browser without cookies", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			return h.browser().get(b.allow(ann))
		}, 400, "in the browser in which you began", ""},
		{"too late", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			link := b.allow(ann)
			time.Sleep(installTime + 2*time.Second)
			return b.get(link)
		}, 400, "for ten minutes", ""},
		{"Slack doesn't answer", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			h.slack.Inject(-1, slacktest.OAuthAccess, slacktest.CutBefore())
			return b.get(b.allow(ann))
		}, 502, "didn&#39;t answer in time", "app not installed"},
		{"Slack's answer is lost", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			h.slack.Inject(-1, slacktest.OAuthAccess, slacktest.StatusAfter(502))
			return b.get(b.allow(ann))
		}, 502, "didn&#39;t answer in time", "app not installed"},
		{"the token can't be tried", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			h.slack.Inject(-1, slacktest.AuthTest, slacktest.StatusBefore(503))
			return b.get(b.allow(ann))
		}, 502, "didn&#39;t answer in time", "try the new token"},
		{"a wrong client secret", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			h.oauth.secret = "0123456789abcdef0123456789abcdef"
			return b.get(b.allow(ann))
		}, 502, "look at its log", "bad_client_secret"},
		{"the store is full", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			h.shelf.fail(errors.New("disk full"))
			return b.get(b.allow(ann))
		}, 502, "didn&#39;t answer in time", "disk full"},
		{"for a whole organisation", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			back, err := ann.AuthorizeAll(b.get(publicURL + pathInstall).Header.Get("Location"))
			if err != nil {
				h.t.Fatal(err)
			}
			return b.get(back.String())
		}, 403, "choose one workspace", "whole organisation"},
		{"many at once", func(h *host, b *browser, ann *slacktest.Person) *http.Response {
			for range installsAll {
				h.oauth.room <- struct{}{}
			}
			return b.get(b.allow(ann))
		}, 503, "Many people", ""},
	} {
		hosting(t, tt.name, false, func(t *testing.T, h *host) {
			acme := h.slack.Elsewhere("Acme")
			a := tt.do(h, h.browser(), acme.Person("ann"))
			page := pageOf(a)
			if a.StatusCode != tt.status || !strings.Contains(page, tt.says) || !strings.Contains(page, `href="`+publicURL+pathInstall+`"`) {
				t.Errorf("got %d: %s", a.StatusCode, page)
			}
			if !strings.Contains(h.log.String(), tt.logged) || strings.Contains(h.log.String(), "xoxb") {
				t.Errorf("logged: %s", h.log)
			}
			if n := h.slack.Counts().Requests[slacktest.AuthRevoke]; (n == 1) != (tt.status == http.StatusForbidden) {
				t.Errorf("%d tokens were given back", n)
			}
			if told := h.heard(); h.shelf.sealed(acme.ID) != nil || told != nil {
				t.Errorf("installed all the same: %v", told)
			}
		})
	}
}

// TestInstallOnce uses addresses and codes twice, two tabs at once, and installs
// again with other scopes.
func TestInstallOnce(t *testing.T) {
	hosting(t, "an address twice", false, func(t *testing.T, h *host) {
		acme, b := h.slack.Elsewhere("Acme"), h.browser()
		link := b.allow(acme.Person("ann"))
		if a := b.get(link); a.StatusCode != http.StatusOK {
			t.Fatalf("%d: %s", a.StatusCode, pageOf(a))
		}
		if a := b.get(link); a.StatusCode != http.StatusBadRequest || !strings.Contains(pageOf(a), "all is done") {
			t.Errorf("the second time: %d", a.StatusCode)
		}
		if told := h.heard(); len(told) != 1 || h.slack.Counts().Requests[slacktest.OAuthAccess] != 1 {
			t.Errorf("told %v", told)
		}
	})
	hosting(t, "a code twice", false, func(t *testing.T, h *host) {
		acme, b := h.slack.Elsewhere("Acme"), h.browser()
		ann := acme.Person("ann")
		first, second := b.allow(ann), b.allow(ann)
		one, _ := url.Parse(first)
		two, _ := url.Parse(second)
		q := two.Query()
		q.Set("code", one.Query().Get("code"))
		two.RawQuery = q.Encode()
		if a := b.get(first); a.StatusCode != http.StatusOK {
			t.Fatalf("%d: %s", a.StatusCode, pageOf(a))
		}
		if a := b.get(two.String()); a.StatusCode != http.StatusBadRequest {
			t.Errorf("the second time: %d", a.StatusCode)
		}
	})
	hosting(t, "two tabs", false, func(t *testing.T, h *host) {
		b := h.browser()
		acme, beta := h.slack.Elsewhere("Acme"), h.slack.Elsewhere("Beta")
		first, second := b.allow(acme.Person("ann")), b.allow(beta.Person("bea"))
		if one, two := b.get(first), b.get(second); one.StatusCode != http.StatusOK || two.StatusCode != http.StatusOK {
			t.Errorf("%d, %d", one.StatusCode, two.StatusCode)
		}
	})
	hosting(t, "again with other scopes", false, func(t *testing.T, h *host) {
		acme := h.slack.Elsewhere("Acme")
		ann := acme.Person("ann")
		h.installs(ann)
		acme.Grant("chat:write", "commands")
		h.known.forget(acme.ID)
		if ws, err := h.of(t.Context(), acme.ID); err != nil || !ws.may("pins:write") {
			t.Errorf("before: %v (%v)", ws, err)
		}
		h.installs(ann)
		if ws, err := h.of(t.Context(), acme.ID); err != nil || len(ws.Scopes) != len(Scopes()) {
			t.Errorf("after: %v (%v)", ws, err)
		}
		if token, err := h.token(t.Context(), acme.ID); err != nil || token != acme.Token() {
			t.Errorf("the token is an old one (%v)", err)
		}
	})
}

// TestInstallSettings refuses half a configuration, by the name of the variable.
func TestInstallSettings(t *testing.T) {
	all := Config{ClientID: "1.2", ClientSecret: "s", SecretKeys: []string{keyOne}, PublicURL: publicURL, API: DefaultAPI}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"all", func(*Config) {}, ""},
		{"none", func(c *Config) { c.ClientID, c.ClientSecret = "", "" }, ""},
		{"no secret", func(c *Config) { c.ClientSecret = "" }, "SLACK_CLIENT_SECRET"},
		{"no id", func(c *Config) { c.ClientID = "" }, "SLACK_CLIENT_ID"},
		{"no address", func(c *Config) { c.PublicURL = "" }, "PUBLIC_URL"},
		{"no key", func(c *Config) { c.SecretKeys = nil }, "SECRET_KEY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := all
			tt.change(&c)
			w, err := newWorkspaces(slog.New(slog.DiscardHandler), c)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err == nil && w.oauth != nil && w.oauth.authorize != "https://slack.com/oauth/v2/authorize" {
				t.Errorf("Slack's page is %s", w.oauth.authorize)
			}
			if tt.name == "none" {
				mux := http.NewServeMux()
				w.routes(mux)
				if _, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, pathInstall, nil)); pattern != "" {
					t.Errorf("serves %q", pattern)
				}
			}
		})
	}
}

// TestStates are strings that nobody else can make: none that differs in any way
// opens, or counts as another one.
func TestStates(t *testing.T) {
	o := &oauth{seal: sealing(t, keyOne)}
	at := time.Unix(1_800_000_000, 0)
	state := o.state("cookie", at)
	id, ok := o.opened(state, "cookie", at.Add(time.Minute))
	if !ok || id == "" {
		t.Fatal("it doesn't open")
	}
	if other, ok := o.opened(o.state("cookie", at), "cookie", at); !ok || other == id {
		t.Error("two states are the same one")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
	for i := range state {
		for _, c := range alphabet {
			changed := state[:i] + string(c) + state[i+1:]
			if got, ok := o.opened(changed, "cookie", at); ok && got != id {
				t.Fatalf("%q opens as another than %q", changed, state)
			}
		}
	}
	for _, changed := range []string{"", state + "=", state + "\n", " " + state, state[1:], strings.ToUpper(state)} {
		if got, ok := o.opened(changed, "cookie", at); ok && got != id {
			t.Errorf("%q opens as another", changed)
		}
	}
	if slices.ContainsFunc([]time.Duration{-installTime - time.Second, installTime + time.Second}, func(d time.Duration) bool {
		_, ok := o.opened(state, "cookie", at.Add(d))
		return ok
	}) {
		t.Error("it opens at another time")
	}
}
