package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
)

// TestSignature has Slack's own example checked, and changes each part of it:
// docs.slack.dev/authentication/verifying-requests-from-slack.
func TestSignature(t *testing.T) {
	const (
		secret = "8f742231b10e8888abcd99yyyzzz85a5"
		stamp  = "1531420618"
		body   = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
		digits = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	)
	at := time.Unix(1531420618, 0)
	for _, test := range []struct {
		name                           string
		secret, stamp, signature, body string
		at                             time.Time
		want                           bool
	}{
		{"as published", secret, stamp, "v0=" + digits, body, at, true},
		{"5 minutes later", secret, stamp, "v0=" + digits, body, at.Add(5 * time.Minute), true},
		{"5 minutes earlier", secret, stamp, "v0=" + digits, body, at.Add(-5 * time.Minute), true},
		{"other digits that mean the same", secret, stamp, "v0=" + strings.ToUpper(digits), body, at, true},
		{"too late", secret, stamp, "v0=" + digits, body, at.Add(5*time.Minute + time.Second), false},
		{"too early", secret, stamp, "v0=" + digits, body, at.Add(-5*time.Minute - time.Second), false},
		{"another secret", secret + "x", stamp, "v0=" + digits, body, at, false},
		{"no secret", "", stamp, "v0=" + digits, body, at, false},
		{"another body", secret, stamp, "v0=" + digits, body + "x", at, false},
		{"another time", secret, "1531420619", "v0=" + digits, body, at, false},
		{"no time", secret, "", "v0=" + digits, body, at, false},
		{"a time that is none", secret, "1531420618.5", "v0=" + digits, body, at, false},
		{"a time far away", secret, "9223372036854775807", "v0=" + digits, body, at, false},
		{"no signature", secret, stamp, "", body, at, false},
		{"half a signature", secret, stamp, "v0=" + digits[:32], body, at, false},
		{"another version", secret, stamp, "v1=" + digits, body, at, false},
		{"no version", secret, stamp, digits, body, at, false},
		{"no digits", secret, stamp, "v0=" + strings.Repeat("x", 64), body, at, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := http.Header{}
			h.Set("X-Slack-Request-Timestamp", test.stamp)
			h.Set("X-Slack-Signature", test.signature)
			signature, ok := signed(test.secret, h, []byte(test.body), test.at)
			if ok != test.want || ok && signature != digits {
				t.Errorf("signed: %q, %t, want %t", signature, ok, test.want)
			}
		})
	}
}

// onRequests is the adapter as Slack reaches it by requests.
func onRequests(t *testing.T, o slacktest.Options) *transport {
	t.Helper()
	w := new(transport)
	const at = "https://studyhall.example"
	o.Requests = slacktest.Requests{Events: at + pathEvents, Commands: at + pathCommands, Interactions: at + pathInteractions}
	o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		out := httptest.NewRecorder()
		w.a.Routes(nil).ServeHTTP(out, r)
		return out.Result(), r.Context().Err()
	})}
	*w = *arrivals(t, o)
	return w
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// receives starts the adapter.
func (w *transport) receives() {
	w.t.Helper()
	c := w.config()
	c.AppToken, c.SigningSecret = "", w.slack.SigningSecret()
	w.run(c)
	if err := w.a.WaitReady(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.study.Invite()
	time.Sleep(time.Second)
	w.came()
}

// TestRequests has each kind of request come: how it is answered, and what of it is
// taken.
func TestRequests(t *testing.T) {
	const (
		events, commands, interactions = pathEvents, pathCommands, pathInteractions
		jsons, forms                   = "application/json", "application/x-www-form-urlencoded"
	)
	event := `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}`
	payload := func(p string) string { return url.Values{"payload": {p}}.Encode() }
	form := payload(`{"type":"view_submission","trigger_id":"1.2.x"}`)
	for _, test := range []struct {
		name         string
		method, path string
		media, body  string
		change       func(*http.Request)
		status       int
		says         string
		retry        bool // whether Slack may send it again
		taken        string
		off          time.Duration // of the signature's time
	}{
		{"an event", "POST", events, jsons, event, nil, 200, "", true, "app_mention", 0},
		{"an event, its charset named", "POST", events, jsons + "; charset=utf-8", event, nil, 200, "", true, "app_mention", 0},
		{"an event for the third time", "POST", events, jsons, event, func(r *http.Request) { r.Header.Set("X-Slack-Retry-Num", "2") }, 200, "", true, "app_mention", 0},
		{"an event that nobody knows", "POST", events, jsons, `{"type":"event_callback","event_id":"Ev2","event":{"type":"new_in_2031"}}`, nil, 200, "", true, "new_in_2031", 0},
		{"no event in it", "POST", events, jsons, `{"type":"app_rate_limited","team_id":"T1"}`, nil, 200, "", true, "", 0},
		{"a challenge", "POST", events, jsons, `{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","token":"x"}`, nil, 200, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", true, "", 0},
		{"a challenge from somebody else", "POST", events, jsons, `{"type":"url_verification","challenge":"<script>"}`, unsign, 401, wordsForged + "\n", false, "", 0},
		{"a command", "POST", commands, forms, "command=%2Fstudy&text=now&team_id=T1", nil, 200, "", true, "now", 0},
		{"a press", "POST", interactions, forms, payload(`{"type":"block_actions","trigger_id":"1.2.y"}`), nil, 200, "", true, "block_actions", 0},
		{"a form", "POST", interactions, forms, form, nil, 200, `{"a":1}`, true, "view_submission", 0},
		{"a menu", "POST", interactions, forms, payload(`{"type":"block_suggestion"}`), nil, 200, `{"a":1}`, true, "block_suggestion", 0},
		{"a look at the certificate", "POST", commands, forms, "ssl_check=1&token=x", unsign, 200, "", true, "", 0},
		{"a command that claims to be one", "POST", commands, forms, "ssl_check=1&command=%2Fstudy", unsign, 401, wordsForged + "\n", false, "", 0},
		{"forged", "POST", events, jsons, event, unsign, 401, wordsForged + "\n", false, "", 0},
		{"old", "POST", events, jsons, event, nil, 401, wordsForged + "\n", false, "", -6 * time.Minute},
		{"of the future", "POST", events, jsons, event, nil, 401, wordsForged + "\n", false, "", 6 * time.Minute},
		{"no JSON", "POST", events, jsons, `{"type":`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"a list", "POST", events, jsons, `[]`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"nothing", "POST", events, jsons, ``, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"a form that is none", "POST", commands, forms, `%zz`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"no command", "POST", commands, forms, `text=x`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"no payload", "POST", interactions, forms, `x=1`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"a payload that is none", "POST", interactions, forms, payload("null"), nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"a payload in the address", "POST", interactions + "?" + form, forms, `x=1`, nil, 400, errNoEnvelope.Error() + "\n", false, "", 0},
		{"of another media type", "POST", events, forms, event, nil, 415, "this address takes application/json\n", false, "", 0},
		{"without a media type", "POST", interactions, "", form, nil, 415, "this address takes application/x-www-form-urlencoded\n", false, "", 0},
		{"too long", "POST", events, jsons, strings.Repeat("x", maxRequest+1), nil, 413, "the request is too long or broken\n", false, "", 0},
		{"by GET", "GET", events, jsons, event, nil, 405, "Method Not Allowed\n", true, "", 0},
		{"elsewhere", "POST", "/slack/elsewhere", jsons, event, nil, 404, "404 page not found\n", true, "", 0},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			w := onRequests(t, slacktest.Options{})
			w.receives()
			w.answers(func(e envelope) { e.ack([]byte(`{"a":1}`)) })
			r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.media)
			sign(w.slack.SigningSecret(), r, test.body, test.off)
			if test.change != nil {
				test.change(r)
			}
			began, out := time.Now(), httptest.NewRecorder()
			w.a.Routes(nil).ServeHTTP(out, r)
			if took := time.Since(began); took > 0 {
				t.Errorf("it took %s", took)
			}
			time.Sleep(time.Second)
			if out.Code != test.status || out.Body.String() != test.says || (out.Header().Get("X-Slack-No-Retry") == "") != test.retry {
				t.Errorf("answered %d %q, %v", out.Code, out.Body, out.Header())
			}
			if got := strings.Join(w.came(), " "); got != test.taken {
				t.Errorf("taken: %q, want %q", got, test.taken)
			}
		})
	}
}

// sign signs a request as Slack does, for a moment before or after now.
func sign(secret string, r *http.Request, body string, off time.Duration) {
	unix := time.Now().Add(off).Unix()
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(unix, 10))
	r.Header.Set("X-Slack-Signature", slacktest.Signature(secret, unix, []byte(body)))
}

func unsign(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("0", 64)) }

// TestReplay has somebody send a recorded request again, to the same copy of the
// program and to another one. Slack's own second attempt, signed anew, is no error.
func TestReplay(t *testing.T) {
	for _, test := range []struct {
		name, path, body string
		form             bool
	}{
		{"an event", pathEvents, `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}`, false},
		{"a command", pathCommands, "command=%2Fstudy&text=app_mention", true},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			w := onRequests(t, slacktest.Options{})
			w.receives()
			q := slacktest.Signed{URL: "https://studyhall.example" + test.path, Body: []byte(test.body), Form: test.form, At: time.Now()}
			send := func(when string, q slacktest.Signed, status int, taken int) {
				t.Helper()
				a, err := w.slack.Post(q)
				if err != nil || a.Status != status {
					t.Errorf("%s: %+v, %v; want %d", when, a, err, status)
				}
				time.Sleep(time.Second)
				if n := len(w.came()); n != taken {
					t.Errorf("%s: %d are taken, want %d", when, n, taken)
				}
			}
			send("first", q, http.StatusOK, 1)
			send("again", q, http.StatusConflict, 0)
			retry := q
			retry.Header = http.Header{"X-Slack-Retry-Num": {"1"}, "X-Slack-Retry-Reason": {"http_timeout"}}
			if !test.form {
				send("Slack's second attempt within a second", retry, http.StatusOK, 0)
				retry.At = time.Now()
				send("Slack's second attempt", retry, http.StatusOK, 0)
			}
			w.end()
			w.receives() // another copy has the same shelf
			send("to another copy", q, http.StatusOK, 0)
		})
	}
}

// TestRequestsNotTaken has requests come before the program has started and while
// it ends: Slack is told to send events again.
func TestRequestsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		c := w.config()
		c.AppToken, c.SigningSecret = "", w.slack.SigningSecret()
		a, err := New(discarded(), c)
		if err != nil {
			t.Fatal(err)
		}
		w.a, a.takes = a, w.take
		q := slacktest.Signed{URL: "https://studyhall.example" + pathEvents, Body: []byte(`{"event_id":"Ev1","event":{"type":"app_mention"}}`), At: time.Now()}
		refused := func(when string) {
			t.Helper()
			a, err := w.slack.Post(q)
			if err != nil || a.Status != http.StatusServiceUnavailable || a.Header.Get("X-Slack-No-Retry") != "" {
				t.Errorf("%s: %+v, %v", when, a, err)
			}
		}
		refused("before it has started")
		a.life.Ready()
		if a, err := w.slack.Post(q); err != nil || a.Status != http.StatusOK { // the same, as it was not taken
			t.Errorf("when it has started: %+v, %v", a, err)
		}
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"app_mention"}, w.came()); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := a.life.Run(ended, func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		refused("while it ends")
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestAnswersInTime has forms be answered late or never, or nobody wait for the
// answer any more.
func TestAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		w.receives()
		body := url.Values{"payload": {`{"type":"view_submission"}`}}.Encode()
		q := slacktest.Signed{URL: "https://studyhall.example" + pathInteractions, Form: true, Body: []byte(body)}
		for n, test := range []struct {
			name  string
			takes time.Duration // 0: for ever
			want  string
			after time.Duration
		}{
			{"at once", time.Nanosecond, `{"a":1}`, time.Nanosecond},
			{"late", 2 * time.Second, `{"a":1}`, 2 * time.Second},
			{"too late", 3 * time.Second, "", answerTime},
			{"never", 0, "", answerTime},
		} {
			w.answers(func(e envelope) {
				if test.takes > 0 {
					time.AfterFunc(test.takes, func() {
						if counts := e.ack([]byte(`{"a":1}`)); counts != (test.want != "") {
							t.Errorf("%s: the answer counts: %t", test.name, counts)
						}
					})
				}
			})
			q.At = time.Now().Add(time.Duration(n) * time.Second)
			began := time.Now()
			a, err := w.slack.Post(q)
			if err != nil || a.Status != http.StatusOK || string(a.Body) != test.want || time.Since(began) != test.after {
				t.Errorf("%s: after %s: %d %q, %v", test.name, time.Since(began), a.Status, a.Body, err)
			}
			time.Sleep(time.Minute)
		}
	})
}

// TestFormAtStart has a form wait for the program to start: that is a part of what
// Slack waits.
func TestFormAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		c := w.config()
		c.AppToken, c.SigningSecret = "", w.slack.SigningSecret()
		a, err := New(discarded(), c)
		if err != nil {
			t.Fatal(err)
		}
		w.a, a.takes = a, func(envelope) {}
		began := time.Now()
		time.AfterFunc(startTime-time.Millisecond, a.life.Ready)
		body := url.Values{"payload": {`{"type":"view_submission"}`}}.Encode()
		got, err := w.slack.Post(slacktest.Signed{URL: "https://studyhall.example" + pathInteractions, Form: true, Body: []byte(body), At: began})
		if err != nil || got.Status != http.StatusOK || time.Since(began) != answerTime {
			t.Errorf("after %s: %d, %v", time.Since(began), got.Status, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestVerified has Slack verify the addresses.
func TestVerified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		w.receives()
		if err := w.slack.Verify(); err != nil {
			t.Error(err)
		}
		if got := w.came(); len(got) > 0 {
			t.Errorf("taken: %q", got)
		}
	})
}

// TestRequestsComeOnce has people act, Slack send events twice, and the program be
// away for a while: everything that Slack sends again comes, once.
func TestRequestsComeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		w.receives()
		i, err := w.ann.Command(w.study, "/study", "command")
		if err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		w.slack.Duplicate(2)
		if _, err := w.ann.Write(w.ann.Direct(), "here"); err != nil {
			t.Fatal(err)
		}
		w.end()
		if _, err := w.ann.Write(w.ann.Direct(), "away"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		first := w.came()
		w.receives()
		time.Sleep(10 * time.Minute)
		all := append(w.came(), first...)
		slices.Sort(all)
		if diff := cmp.Diff([]string{"away", "command", "here"}, all); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
		if c := w.slack.Counts(); c.Dropped+c.Late+c.Unanswered > 0 || !w.slack.Idle() {
			t.Errorf("counts %+v", c)
		}
	})
}

// TestNoRequests has addresses be there only where requests are expected.
func TestNoRequests(t *testing.T) {
	for _, c := range []Config{
		{Shelf: newSeenShelf(), AppToken: "xapp-1", SigningSecret: "x"},
		{Shelf: newSeenShelf()},
	} {
		a, err := New(discarded(), c)
		if err != nil {
			t.Fatal(err)
		}
		out := httptest.NewRecorder()
		a.Routes(nil).ServeHTTP(out, httptest.NewRequest("POST", pathEvents, nil))
		if out.Code != http.StatusNotFound {
			t.Errorf("answered %d", out.Code)
		}
	}
}

// FuzzRequests has no body do harm, and what is read of one is an object.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		`{"type":"url_verification","challenge":"x"}`, `{"type":"event_callback","event_id":"Ev1","event":{}}`, `{`, ``, `null`, ` {}`,
		"payload=%7B%22type%22%3A%22block_actions%22%7D", "payload=null", "payload=%7B", "command=%2Fstudy&text=a%26b&text=c", "ssl_check=1&token=x", "%zz", "a;b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, read := range map[string]func([]byte) (json.RawMessage, error){kindEvent: readEvent, kindCommand: readCommand, kindInteraction: readInteraction} {
			payload, err := read(body)
			if err != nil {
				continue
			}
			var o map[string]json.RawMessage
			if err := json.Unmarshal(payload, &o); err != nil || o == nil {
				t.Errorf("%q is read as %s, which is no object: %v", body, payload, err)
			}
			challenged(payload)
			wantsAnswer(name, payload)
			knownBy(envelope{kind: name, payload: payload})
		}
		isProbe(kindCommand, body)
	})
}
