package discordtest_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// places fills in the names of a world in a path or body.
func (w world) places(s string) string {
	pairs := []string{
		"{app}", w.Application(), "{guild}", w.server.ID, "{study}", w.study.ID, "{ann}", w.ann.ID, "{token}", w.Token(), "{bot}", w.Application(),
	}
	for name, id := range w.ids {
		pairs = append(pairs, name, id)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// call is a request and what it must give.
type call struct {
	method, path string
	body         string
	status, code int
	says         string // somewhere in the answer
}

// story is a row of a table: what happens, and requests in order.
type story struct {
	name  string
	o     discordtest.Options
	act   func(w world)
	calls []call
}

// tell runs the rows of a table, each in a world of its own.
func tell(t *testing.T, all []story) {
	t.Helper()
	for _, row := range all {
		t.Run(row.name, func(t *testing.T) {
			within(t, row.o, func(t *testing.T, w world) {
				if row.act != nil {
					row.act(w)
				}
				for _, c := range row.calls {
					w.check(t, c)
				}
			})
		})
	}
}

// check makes a request of a table.
func (w world) check(t *testing.T, c call) object {
	t.Helper()
	var body any
	if c.body != "" {
		body = w.places(c.body)
	}
	status, out, _ := rest(t, w.Server, c.method, w.places(c.path), body)
	code, _ := out["code"].(float64)
	if id, given := out["id"].(string); given && c.method != "GET" {
		w.ids["{last}"] = id
		if w.ids["{first}"] == "" {
			w.ids["{first}"] = id
		}
	}
	if status != c.status || int(code) != c.code || !strings.Contains(plain(out), w.places(c.says)) {
		t.Errorf("%s %s: %d/%v %s, want %d/%d %s", c.method, c.path, status, code, plain(out), c.status, c.code, c.says)
	}
	return out
}

func TestGeneralRules(t *testing.T) {
	right := http.Header{"Authorization": {"Bot {token}"}, "User-Agent": {"DiscordBot (https://example.org, 1)"}, "Content-Type": {"application/json"}}
	with := func(key, value string) http.Header {
		h := right.Clone()
		h.Set(key, value)
		return h
	}
	for _, test := range []struct {
		name         string
		method, path string
		header       http.Header
		body         string
		status, code int
		says         string
	}{
		{"the newest version", "GET", "/users/@me", right, "", 200, 0, "studyhall"},
		{"version 9", "GET", "/../v9/users/@me", right, "", 200, 0, "studyhall"},
		{"no version", "GET", "/../users/@me", right, "", 200, 0, "studyhall"},
		{"no such version", "GET", "/../v5/users/@me", right, "", 404, 0, "404: Not Found"},
		{"another client's name", "GET", "/users/@me", with("User-Agent", "Mozilla/5.0"), "", 403, 40333, "internal network error"},
		{"a name that is nearly right", "GET", "/users/@me", with("User-Agent", "DiscordBot/1.0"), "", 403, 40333, "internal network error"},
		{"wrong token", "GET", "/users/@me", with("Authorization", "Bot x"), "", 401, 0, "401: Unauthorized"},
		{"a person's token", "GET", "/users/@me", with("Authorization", "{token}"), "", 401, 0, "401: Unauthorized"},
		{"no token where none is needed", "GET", "/gateway", with("Authorization", ""), "", 200, 0, "ws://discord.test/gateway"},
		{"no token where one is", "GET", "/gateway/bot", with("Authorization", ""), "", 401, 0, "401: Unauthorized"},
		{"no such route", "GET", "/quizzes", right, "", 404, 0, "404: Not Found"},
		{"wrong method", "DELETE", "/users/@me", right, "", 405, 0, "405: Method Not Allowed"},
		{"no JSON", "POST", "/channels/{study}/messages", right, `{"content":`, 400, 50109, "invalid JSON"},
		{"JSON and more", "POST", "/channels/{study}/messages", right, `{"content":"a"} {`, 400, 50109, "invalid JSON"},
		{"no body", "POST", "/channels/{study}/messages", right, ``, 400, 50109, "invalid JSON"},
		{"JSON by another name", "POST", "/channels/{study}/messages", with("Content-Type", "text/plain"), `{"content":"a"}`, 400, 50109, "invalid JSON"},
		{"a wrong body says where", "POST", "/channels/{study}/messages", right, `{"content":"a","components":[{"type":1,"components":[{"type":2,"style":1,"label":"A"}]}]}`,
			400, 50035, `"components":{"0":{"components":{"0":{"custom_id":{"_errors":[{"code":"BASE_TYPE_REQUIRED"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				header := test.header.Clone()
				header.Set("Authorization", w.places(header.Get("Authorization")))
				status, out, header := send(t, w.Server, test.method, w.places(test.path), []byte(w.places(test.body)), header)
				code, _ := out["code"].(float64)
				if status != test.status || int(code) != test.code || !strings.Contains(plain(out), test.says) {
					t.Errorf("%d %s, want %d/%d %s", status, plain(out), test.status, test.code, test.says)
				}
				if got := header.Get("Content-Type"); got != "application/json" {
					t.Errorf("Content-Type %q", got)
				}
			})
		})
	}
}

// TestIdentifiersRise makes identifiers, which must rise and hold the time.
func TestIdentifiersRise(t *testing.T) {
	for _, test := range []struct {
		name string
		o    discordtest.Options
		like string
	}{
		{"as they are", discordtest.Options{}, `^1\d{18}$`},
		{"of 64 bits", discordtest.Options{HighIDs: true}, `^1\d{19}$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				last := ""
				for i := range 5 {
					out := w.check(t, call{method: "POST", path: "/channels/{study}/messages", body: `{"content":"a"}`, status: 200})
					id, _ := out["id"].(string)
					if id <= last || !regexp.MustCompile(test.like).MatchString(id) {
						t.Errorf("%d: %s after %s", i, id, last)
					}
					last = id
					if got, _ := out["timestamp"].(string); !strings.HasSuffix(got, "+00:00") {
						t.Errorf("timestamp %q", got)
					}
					time.Sleep(2 * time.Second)
				}
			})
		})
	}
}

// TestNoContent wants nothing at all with 204.
func TestNoContent(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		m := w.check(t, call{method: "POST", path: "/channels/{study}/messages", body: `{"content":"a"}`, status: 200})
		id, _ := m["id"].(string)
		status, out, header := rest(t, w.Server, "DELETE", "/channels/"+w.study.ID+"/messages/"+id, nil)
		if status != 204 || len(out) != 0 || header.Get("Content-Type") != "" {
			t.Errorf("%d %v %v", status, out, header)
		}
	})
}
