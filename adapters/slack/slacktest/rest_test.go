package slacktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// TestTransport is 5.1 of the contract: tokens, bodies and headers.
func TestTransport(t *testing.T) {
	const (
		form = "application/x-www-form-urlencoded"
		js   = "application/json; charset=utf-8"
	)
	for _, test := range []struct {
		name   string
		method string
		token  string // in the header
		kind   string
		body   string
		says   string
	}{
		{"the header", "auth.test", "{token}", form, "", `"user_id":"{bot}"`},
		{"the form", "auth.test", "", form, "token={token}", `"bot_id":"B`},
		{"JSON has no token", "auth.test", "", js, `{"token":"{token}"}`, `"error":"not_authed"`},
		{"the address has no token", "auth.test?token={token}", "", form, "", `"error":"not_authed"`},
		{"no token", "auth.test", "", form, "", `"error":"not_authed"`},
		{"an unknown token", "auth.test", "xoxb-1", form, "", `"error":"invalid_auth"`},
		{"of the other kind", "chat.postMessage", "{app}", form, "channel={study}&text=x", `"error":"not_allowed_token_type"`},
		{"a bot's for a socket", "apps.connections.open", "{token}", form, "", `"error":"not_allowed_token_type"`},
		{"a socket", "apps.connections.open", "{app}", form, "", `"url":"ws://slack.test/link/?ticket=`},
		{"a socket by the form", "apps.connections.open", "", form, "token={app}", `"error":"invalid_auth"`},
		{"unknown", "chat.shout", "{token}", form, "", `"error":"unknown_method"`},
		{"JSON", "chat.postMessage", "{token}", js, `{"channel":"{study}","text":"x"}`, `"ok":true`},
		{"JSON without charset", "chat.postMessage", "{token}", "application/json", `{"channel":"{study}","text":"x"}`, `"warning":"missing_charset"`},
		{"broken JSON", "chat.postMessage", "{token}", js, `{"channel":`, `"error":"invalid_json"`},
		{"a list", "chat.postMessage", "{token}", js, `[]`, `"error":"invalid_json"`},
		{"JSON where there is none", "users.info", "{token}", js, `{"user":"{ann}"}`, `"[ERROR] missing required field: user"`},
		{"a form", "users.info", "{token}", form, `user={ann}`, `"tz":"America/Chicago"`},
		{"GET", "GET users.info?user={ann}", "{token}", "", ``, `"real_name":"Ann"`},
		{"JSON in a form", "chat.postMessage", "{token}", form, `channel={study}&text=x&blocks=[{"type":"divider"}]`, `"type":"divider"`},
		{"broken blocks", "chat.postMessage", "{token}", form, `channel={study}&text=x&blocks=[{`, `"error":"invalid_blocks_format"`},
		{"broken metadata", "chat.postMessage", "{token}", form, `channel={study}&text=x&metadata={`, `"error":"invalid_metadata_format"`},
		{"no number", "conversations.history", "{token}", form, `channel={study}&limit=many`, `must be an integer [json-pointer:/limit]`},
		{"no boolean", "conversations.history", "{token}", form, `channel={study}&inclusive=maybe`, `must be a boolean [json-pointer:/inclusive]`},
		{"an object for text", "chat.postMessage", "{token}", js, `{"channel":"{study}","text":{"a":1}}`, `must be a string [json-pointer:/text]`},
		{"nothing", "chat.postMessage", "{token}", form, `text=x`, `"[ERROR] missing required field: channel"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				place := strings.NewReplacer("{token}", w.w.Token(), "{app}", w.AppToken())
				at := func(s string) string { return w.names(place.Replace(s), false) }
				header := http.Header{}
				if test.kind != "" {
					header.Set("Content-Type", test.kind)
				}
				if test.token != "" {
					header.Set("Authorization", "Bearer "+at(test.token))
				}
				verb, method := "POST", test.method
				if rest, get := strings.CutPrefix(method, "GET "); get {
					verb, method = "GET", rest
				}
				a := send(t, w.Server, verb, w.URL()+at(method), []byte(at(test.body)), header)
				if a.status != 200 || !strings.Contains(a.raw, at(test.says)) {
					t.Errorf("%d %s, want 200 and %s", a.status, a.raw, test.says)
				}
			})
		})
	}
}

// TestScopes is about what a token may.
func TestScopes(t *testing.T) {
	for _, test := range []struct {
		name, method, args string
		without            string
		needed             string
	}{
		{"posts", "chat.postMessage", `{"channel":"{study}","text":"x"}`, "chat:write", "chat:write"},
		{"history of a channel", "conversations.history", `{"channel":"{study}"}`, "channels:history", "channels:history"},
		{"a channel", "conversations.info", `{"channel":"{study}"}`, "channels:read", "channels:read"},
		{"people", "users.info", `{"user":"{ann}"}`, "users:read", "users:read"},
		{"conversations", "conversations.open", `{"users":"{ann}"}`, "im:write", "im:write"},
		{"pins", "pins.add", `{"channel":"{study}","timestamp":"1.1"}`, "pins:write", "pins:write"},
		{"the team", "team.info", ``, "team:read", "team:read"},
		{"private channels", "conversations.list", `{"types":"public_channel,private_channel"}`, "groups:read", "groups:read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				all := strings.Split(w.call("auth.test", "").header.Get("X-OAuth-Scopes"), ",")
				var kept []string
				for _, scope := range all {
					if scope != test.without {
						kept = append(kept, scope)
					}
				}
				if len(kept) != len(all)-1 {
					t.Fatalf("%s is not among %v", test.without, all)
				}
				w.w.Grant(kept...)
				a := w.call(test.method, test.args)
				if a.says("error") != "missing_scope" || a.says("needed") != test.needed || a.says("provided") != strings.Join(kept, ",") {
					t.Errorf("%s", a.raw)
				}
				w.w.Grant(all...)
				if a := w.call(test.method, test.args); a.says("error") == "missing_scope" {
					t.Errorf("with all scopes: %s", a.raw)
				}
			})
		})
	}
}

// TestCalls is the log of calls.
func TestCalls(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.Forget()
		w.post(`"text":"x"`)
		w.call("users.info", `{"user":"{ann}"}`)
		all := w.Calls()
		if len(all) != 2 || all[0].Method != slacktest.PostMessage || all[0].Workspace != w.w || string(all[1].Args) != `{"user":"`+w.ann.ID+`"}` {
			t.Errorf("%+v", all)
		}
	})
}

// TestReinstallation is about what is left of a conversation after the app was
// away.
func TestReinstallation(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		direct := w.ann.Direct()
		w.w.Uninstall()
		if _, err := w.ann.Write(direct, "anybody?"); err == nil {
			t.Error("ann wrote to an app that isn't there")
		}
		w.ann.OpenHome()
		u, err := w.ann.Authorize(w.Authorize() + "?client_id=" + w.ClientID() + "&scope=chat:write")
		if err != nil {
			t.Fatal(err)
		}
		a := send(t, w.Server, "POST", w.URL()+"oauth.v2.access", []byte("code="+u.Query().Get("code")), http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {basic(w.ClientID(), w.ClientSecret())},
		})
		if a.says("scope") != "chat:write" {
			t.Fatalf("%s", a.raw)
		}
		w.must("chat.postMessage", `{"channel":"{ann}","text":"back"}`)
		if a := w.call("chat.postMessage", `{"channel":"{study}","text":"x"}`); a.says("error") != "not_in_channel" {
			t.Errorf("in the channel: %s", a.raw)
		}
	})
}

// TestInstallation is about tokens that stop working.
func TestInstallation(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		other := w.Workspace("Elsewhere")
		w.w.Uninstall()
		if a := w.call("auth.test", ""); a.says("error") != "account_inactive" {
			t.Errorf("after the app was removed: %s", a.raw)
		}
		kinds := map[any]bool{}
		for _, e := range inner(w.bot.take()) {
			kinds[e["type"]] = true
		}
		if len(kinds) != 2 || !kinds["app_uninstalled"] || !kinds["tokens_revoked"] {
			t.Errorf("told of %v", kinds)
		}
		if a := call(t, w.Server, other.Token(), "auth.test", ""); a.says("team") != "Elsewhere" {
			t.Errorf("another workspace: %s", a.raw)
		}
		other.Revoke()
		if a := call(t, w.Server, other.Token(), "auth.test", ""); a.says("error") != "token_revoked" {
			t.Errorf("after auth.revoke: %s", a.raw)
		}
	})
}

// TestOAuth is an installation by the browser.
func TestOAuth(t *testing.T) {
	const back = "https://studyhall.example/slack/oauth"
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		far := w.Elsewhere("Far")
		eve := far.Person("eve")
		link := w.Authorize() + "?" + url.Values{"client_id": {w.ClientID()}, "scope": {"chat:write,commands"}, "state": {"s1"}, "redirect_uri": {back}}.Encode()
		exchange := func(code string, changes ...string) answer {
			args := url.Values{"client_id": {w.ClientID()}, "client_secret": {w.ClientSecret()}, "code": {code}, "redirect_uri": {back}}
			for i := 0; i < len(changes); i += 2 {
				args.Set(changes[i], changes[i+1])
			}
			return send(t, w.Server, "POST", w.URL()+"oauth.v2.access", []byte(args.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
		}
		if u, err := eve.Refuse(link); err != nil || u.Query().Get("error") != "access_denied" || u.Query().Get("state") != "s1" {
			t.Errorf("refused: %v, %v", u, err)
		}
		code := func() string {
			u, err := eve.Authorize(link)
			if err != nil || !strings.HasPrefix(u.String(), back+"?") || u.Query().Get("state") != "s1" {
				t.Fatalf("allowed: %v, %v", u, err)
			}
			return u.Query().Get("code")
		}
		for _, test := range []struct{ name, key, value, says string }{
			{"wrong secret", "client_secret", "x", "bad_client_secret"},
			{"wrong application", "client_id", "x", "invalid_client_id"},
			{"another address", "redirect_uri", "https://studyhall.example/slack/oauth2", "bad_redirect_uri"},
			{"no such code", "code", "x", "invalid_code"},
			{"another grant", "grant_type", "password", "invalid_grant_type"},
		} {
			if a := exchange(code(), test.key, test.value); a.says("error") != test.says {
				t.Errorf("%s: %s", test.name, a.raw)
			}
		}
		once := code()
		a := exchange(once)
		if a.says("scope") != "chat:write,commands" || a.says("access_token") != far.Token() || a.says("bot_user_id") != far.Bot().ID || !strings.Contains(a.raw, `"authed_user":{"id":"`+eve.ID+`"}`) {
			t.Errorf("exchanged: %s", a.raw)
		}
		if a := exchange(once); a.says("error") != "invalid_code" {
			t.Errorf("a second time: %s", a.raw)
		}
		late := code()
		time.Sleep(11 * time.Minute)
		if a := exchange(late); a.says("error") != "invalid_code" {
			t.Errorf("late: %s", a.raw)
		}
		for _, test := range []struct{ name, from, to, says string }{
			{"another application", "client_id=", "client_id=9", "invalid_client_id"},
			{"an address that isn't registered", "studyhall.example", "evil.example", "bad_redirect_uri"},
			{"a scope that the manifest doesn't have", "commands", "admin", "invalid_scope: admin"},
			{"nothing", "scope=chat%3Awrite%2Ccommands", "scope=", "invalid_scope: none is asked for"},
		} {
			if _, err := eve.Authorize(strings.Replace(link, test.from, test.to, 1)); err == nil || err.Error() != test.says {
				t.Errorf("%s: %v", test.name, err)
			}
		}
	})
}

// TestRotation is about tokens that live for 12 hours.
func TestRotation(t *testing.T) {
	const back = "https://studyhall.example/slack/oauth"
	manifest := `{"features":{"bot_user":{"display_name":"studyhall"}},"oauth_config":{"redirect_urls":["` + back + `"],"scopes":{"bot":["chat:write"]}},"settings":{"token_rotation_enabled":true}}`
	within(t, slacktest.Options{Manifest: manifest}, func(t *testing.T, w world) {
		far := w.Elsewhere("Far")
		eve := far.Person("eve")
		u, err := eve.Authorize(w.Authorize() + "?client_id=" + w.ClientID() + "&scope=chat:write")
		if err != nil {
			t.Fatal(err)
		}
		access := func(args string) answer {
			return send(t, w.Server, "POST", w.URL()+"oauth.v2.access", []byte(args), http.Header{
				"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {basic(w.ClientID(), w.ClientSecret())},
			})
		}
		first := access("code=" + u.Query().Get("code"))
		if first.object["expires_in"] != 43200.0 || !strings.HasPrefix(first.says("access_token"), "xoxe.xoxb-") {
			t.Fatalf("first: %s", first.raw)
		}
		time.Sleep(12*time.Hour - time.Second)
		if a := call(t, w.Server, first.says("access_token"), "auth.test", ""); a.object["ok"] != true {
			t.Errorf("just before: %s", a.raw)
		}
		second := access("grant_type=refresh_token&refresh_token=" + first.says("refresh_token"))
		if second.says("access_token") == first.says("access_token") || second.says("access_token") == "" {
			t.Errorf("second: %s", second.raw)
		}
		time.Sleep(time.Second)
		if a := call(t, w.Server, first.says("access_token"), "auth.test", ""); a.says("error") != "token_expired" {
			t.Errorf("after 12 hours: %s", a.raw)
		}
		if a := access("grant_type=refresh_token&refresh_token=" + first.says("refresh_token")); a.says("error") != "invalid_refresh_token" {
			t.Errorf("a refresh token twice: %s", a.raw)
		}
		if a := call(t, w.Server, second.says("access_token"), "auth.test", ""); a.object["ok"] != true {
			t.Errorf("the second: %s", a.raw)
		}
	})
}

func basic(user, password string) string {
	q := http.Request{Header: http.Header{}}
	q.SetBasicAuth(user, password)
	return q.Header.Get("Authorization")
}
