package slacktest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// TestSignature is the vector that Slack publishes.
func TestSignature(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	got := slacktest.Signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, []byte(body))
	if got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Errorf("got %s", got)
	}
}

// endpoint is a bot in HTTP mode, without a network: it keeps what comes and
// answers with what respond gives.
type endpoint struct {
	mu      sync.Mutex
	secret  string
	now     func() time.Time
	came    []came
	respond func(c came) (status int, kind, body string)
}

type came struct {
	path    string
	header  http.Header
	body    string
	payload object // of a form, or the JSON itself
}

// RoundTrip is a request to the bot.
func (e *endpoint) RoundTrip(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	c := came{path: q.URL.Path, header: q.Header, body: string(body), payload: object{}}
	if q.Header.Get("Content-Type") == "application/json" {
		_ = json.Unmarshal(body, &c.payload)
	} else if form, err := url.ParseQuery(c.body); err == nil {
		if _ = json.Unmarshal([]byte(form.Get("payload")), &c.payload); form.Get("payload") == "" {
			for key := range form {
				c.payload[key] = form.Get(key)
			}
		}
	}
	e.mu.Lock()
	e.came = append(e.came, c)
	respond, secret, now := e.respond, e.secret, e.now
	e.mu.Unlock()
	status, kind, said := http.StatusOK, "", ""
	unix, _ := strconv.ParseInt(q.Header.Get("X-Slack-Request-Timestamp"), 10, 64)
	age := now().Sub(time.Unix(unix, 0)).Abs()
	switch {
	case q.Header.Get("X-Slack-Signature") != slacktest.Signature(secret, unix, body) || age > 5*time.Minute:
		status = http.StatusUnauthorized
	case c.payload["type"] == "url_verification":
		said, _ = c.payload["challenge"].(string)
	case respond != nil:
		status, kind, said = respond(c)
	}
	switch status {
	case 0: // the line is broken
		return nil, errors.New("connection refused")
	case 1: // it hangs
		<-q.Context().Done()
		return nil, q.Context().Err()
	}
	header := http.Header{"Content-Type": {kind}}
	if status == http.StatusTemporaryRedirect {
		header.Set("Location", said)
	}
	if said == "no retry" {
		header.Set("X-Slack-No-Retry", "1")
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(said)), Request: q}, nil
}

// change changes how the bot is.
func (e *endpoint) change(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
}

func (e *endpoint) take() []came {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.came
	e.came = nil
	return out
}

// overHTTP is within, with a bot in HTTP mode that answers with respond.
func overHTTP(t *testing.T, respond func(c came) (int, string, string), f func(t *testing.T, w world, e *endpoint)) {
	t.Helper()
	e := &endpoint{now: time.Now}
	within(t, slacktest.Options{
		HTTP: &http.Client{Transport: e},
		Requests: slacktest.Requests{
			Events: "https://bot.example/slack/events", Commands: "https://bot.example/slack/commands", Interactions: "https://bot.example/slack/interactions",
		},
	}, func(t *testing.T, w world) {
		e.change(func() { e.secret = w.SigningSecret() })
		time.Sleep(10 * time.Minute) // what came before the secret was known
		e.take()
		e.change(func() { e.respond = respond })
		f(t, w, e)
	})
}

// TestVerify is what Slack does when addresses are entered.
func TestVerify(t *testing.T) {
	overHTTP(t, nil, func(t *testing.T, w world, e *endpoint) {
		if err := w.Verify(); err != nil {
			t.Error(err)
		}
		all := e.take()
		if len(all) != 4 || all[1].path != "/slack/commands" || all[1].payload["ssl_check"] != "1" {
			t.Errorf("%d requests: %v", len(all), all)
		}
		e.change(func() { e.secret = "another" })
		if err := w.Verify(); err == nil {
			t.Error("a bot with another secret passed")
		}
		e.change(func() {
			e.secret, e.now = w.SigningSecret(), func() time.Time { return time.Now().Add(6 * time.Minute) }
		})
		if err := w.Verify(); err == nil {
			t.Error("a bot with another clock passed")
		}
	})
}

// TestHTTPMode is how what people do is posted, and what the answer does.
func TestHTTPMode(t *testing.T) {
	overHTTP(t, nil, func(t *testing.T, w world, e *endpoint) {
		answer := func(status int, kind, said string) {
			e.change(func() { e.respond = func(came) (int, string, string) { return status, kind, said } })
		}
		if a := call(t, w.Server, w.AppToken(), "apps.connections.open", ""); a.says("error") != "forbidden_team" {
			t.Errorf("a socket in HTTP mode: %s", a.raw)
		}
		answer(200, "", "plain words")
		i, err := w.ann.Command(w.study, "/quiz", "5")
		w.wait(i, err)
		got := e.take()
		if len(got) != 1 || got[0].path != "/slack/commands" || got[0].payload["command"] != "/quiz" || got[0].payload["text"] != "5" || got[0].header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("a command: %+v", got)
		}
		if all := i.Messages(); len(all) != 1 || all[0].Text != "plain words" || all[0].To != w.ann {
			t.Errorf("answered with %v", all)
		}
		answer(200, "application/json", `{"response_type":"in_channel","text":"to all"}`)
		i, err = w.ann.Command(w.study, "/quiz", "5")
		w.wait(i, err)
		if got := joined(w.study.Messages()); got != "to all" {
			t.Errorf("the channel says %q", got)
		}
		answer(200, "", "")
		ts := w.post(card)
		if e := e.take(); e[len(e)-1].path != "/slack/events" || e[len(e)-1].payload["event"].(object)["ts"] != ts {
			t.Errorf("an event: %v", e)
		}
		m := w.study.Messages()[1]
		i, err = w.ann.Press(m, "A")
		w.wait(i, err)
		if got := e.take(); len(got) != 1 || got[0].path != "/slack/interactions" || got[0].payload["type"] != "block_actions" {
			t.Errorf("a press: %+v", got)
		}
		answer(200, "application/json", `{"options":[{"text":{"type":"plain_text","text":"x"},"value":"v"}]}`)
		i, err = w.ann.Suggest(m, "Find", "x")
		w.wait(i, err)
		if got := i.Choices(); len(got) != 1 || got[0].Value != "v" {
			t.Errorf("suggested %v", got)
		}
		answer(500, "", "")
		if i, err = w.ann.Press(m, "A"); err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); !errors.Is(err, slacktest.ErrNoAnswer) {
			t.Errorf("a press that failed: %v", err)
		}
		began := time.Now()
		answer(1, "", "")
		if i, err = w.ann.Press(m, "A"); err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); !errors.Is(err, slacktest.ErrNoAnswer) || time.Since(began) != 3*time.Second {
			t.Errorf("a press on a bot that hangs: %v after %v", err, time.Since(began))
		}
		if !w.Idle() {
			t.Error("not all is over")
		}
	})
}

// TestHTTPRetries is how often an event is posted, and why.
func TestHTTPRetries(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		said   string
		posts  int // of the event to the address itself
		reason string
		took   []time.Duration // between posts
	}{
		{"taken", 200, "", 1, "", nil},
		{"taken with another status", 204, "", 1, "", nil},
		{"an error", 500, "", 4, "http_error", []time.Duration{time.Second, time.Minute, 5 * time.Minute}},
		{"refused", 0, "", 4, "connection_failed", []time.Duration{time.Second, time.Minute, 5 * time.Minute}},
		{"hangs", 1, "", 4, "http_timeout", []time.Duration{4 * time.Second, 63 * time.Second, 303 * time.Second}},
		{"wants no more", 503, "no retry", 1, "", nil},
		{"leads on", 307, "https://bot.example/elsewhere", 4, "too_many_redirects", []time.Duration{time.Second, time.Minute, 5 * time.Minute}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var at []time.Time
			overHTTP(t, nil, func(t *testing.T, w world, e *endpoint) {
				e.change(func() {
					e.respond = func(c came) (int, string, string) {
						if c.path == "/slack/events" {
							at = append(at, time.Now())
						}
						return test.status, "", test.said
					}
				})
				if _, err := w.ann.Write(w.study, "hello"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				all := slices.DeleteFunc(e.take(), func(c came) bool { return c.path != "/slack/events" })
				if len(all) != test.posts {
					t.Fatalf("%d posts: %v", len(all), all)
				}
				for n, c := range all {
					num, reason := "", ""
					if n > 0 {
						num, reason = strconv.Itoa(n), test.reason
						if at[n].Sub(at[n-1]) != test.took[n-1] {
							t.Errorf("post %d after %v", n, at[n].Sub(at[n-1]))
						}
					}
					if c.header.Get("X-Slack-Retry-Num") != num || c.header.Get("X-Slack-Retry-Reason") != reason || c.payload["event_id"] != all[0].payload["event_id"] {
						t.Errorf("post %d: %v %v", n, c.header, c.payload["event_id"])
					}
				}
				if !w.Idle() {
					t.Error("not all is over")
				}
			})
		})
	}
}
