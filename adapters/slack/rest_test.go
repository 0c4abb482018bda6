package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// teamsOf are the workspaces of a Slack in memory, whose tokens are taken from it.
type teamsOf struct {
	mu    sync.Mutex
	all   map[string]*slacktest.Workspace
	ended map[string]chan struct{}
}

func (ts *teamsOf) token(_ context.Context, team string) (string, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.all[team] == nil {
		return "", &refusal{Code: "account_inactive"}
	}
	return ts.all[team].Token(), nil
}

func (ts *teamsOf) of(_ context.Context, team string) (workspace, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	w := ts.all[team]
	if w == nil {
		return workspace{}, &refusal{Code: "account_inactive"}
	}
	return workspace{Team: w.ID, Name: w.Name, BotUser: w.Bot().ID}, nil
}

func (ts *teamsOf) until(ctx context.Context, team string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ts.mu.Lock()
	gone := ts.ended[team]
	ts.mu.Unlock()
	stop := make(chan struct{})
	go func() {
		select {
		case <-gone:
			cancel(&refusal{Code: "account_inactive"})
		case <-stop:
		}
	}()
	return ctx, func() { close(stop); cancel(nil) }
}

// line is a client on a Slack in memory.
type line struct {
	*slacktest.Server
	team    *slacktest.Workspace
	study   *slacktest.Channel
	teams   *teamsOf
	c       *client
	refused []string
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

func newLine(t *testing.T, o slacktest.Options) *line {
	t.Helper()
	s := slacktest.New(t, o)
	l := &line{Server: s, team: s.Workspace("Biomed"), dial: s.Dial}
	l.study = l.team.Channel("cbet-study")
	l.study.Invite()
	l.teams = &teamsOf{all: map[string]*slacktest.Workspace{l.team.ID: l.team}, ended: map[string]chan struct{}{}}
	l.c = &client{
		base: s.URL(), limits: newLimits(), teams: l.teams,
		http: newTransport(nil, func(ctx context.Context, network, address string) (net.Conn, error) {
			return l.dial(ctx, network, address)
		}),
		refused: func(team string, no *refusal) { l.refused = append(l.refused, team+" "+no.Code) },
	}
	t.Cleanup(l.c.http.CloseIdleConnections)
	return l
}

// posting is a post in a channel.
func posting(c *slacktest.Channel, w *slacktest.Workspace) call {
	body, _ := json.Marshal(map[string]any{"channel": c.ID, "text": "hello"})
	return call{team: w.ID, method: "chat.postMessage", body: body, place: c.ID}
}

// outcome says what is known of a call.
func outcome(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.As(err, new(*refusal)):
		return "refused " + codeOf(err)
	case errors.As(err, new(*tooMany)):
		return "limited"
	case errors.As(err, new(*notSent)):
		return "not sent"
	}
	return "unknown"
}

// TestCalls makes one call under each failure: what is known afterwards, how often
// Slack was asked, and what it has done.
func TestCalls(t *testing.T) {
	post := slacktest.PostMessage
	for _, test := range []struct {
		name    string
		options slacktest.Options
		fail    func(l *line)
		want    string
		asked   int
		posted  int
	}{
		{"as usual", slacktest.Options{}, func(*line) {}, "done", 1, 1},
		{"cut before", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.CutBefore()) }, "unknown", 1, 0},
		{"cut after", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.CutAfter()) }, "unknown", 1, 1},
		{"a page in place of an answer, before", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.StatusBefore(502)) }, "unknown", 1, 0},
		{"a page in place of an answer, after", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.StatusAfter(503)) }, "unknown", 1, 1},
		{"a page that says no", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.StatusBefore(403)) }, "unknown", 1, 0},
		{"sent elsewhere", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.StatusBefore(302)) }, "unknown", 1, 0},
		{"half an answer", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Truncated()) }, "unknown", 1, 1},
		{"too slow", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.DelayAfter(time.Minute)) }, "unknown", 1, 1},
		{"internal_error, and done", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.RefusedAfter("internal_error")) }, "unknown", 1, 1},
		{"fatal_error, and done", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.RefusedAfter("fatal_error")) }, "unknown", 1, 1},
		{"service_unavailable", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Refused("service_unavailable")) }, "unknown", 1, 0},
		{"request_timeout", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Refused("request_timeout")) }, "unknown", 1, 0},
		{"refused", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Refused("restricted_action")) }, "refused restricted_action", 1, 0},
		{"fields that nobody knows", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.UnknownFields()) }, "done", 1, 1},
		{"limited a little", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Limited(2*time.Second)) }, "done", 2, 1},
		{"limited twice", slacktest.Options{}, func(l *line) { l.Inject(2, post, slacktest.Limited(2*time.Second)) }, "done", 3, 1},
		{"limited for long", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Limited(time.Minute)) }, "limited", 1, 0},
		{"limited without a time", slacktest.Options{NoRetryAfter: true}, func(l *line) { l.Inject(2, post, slacktest.Limited(time.Minute)) }, "done", 3, 1},
		{"limited in words alone", slacktest.Options{}, func(l *line) { l.Inject(1, post, slacktest.Refused("rate_limited")) }, "done", 2, 1},
		{"uninstalled", slacktest.Options{}, func(l *line) { l.team.Uninstall() }, "refused account_inactive", 1, 0},
		{"unreachable once", slacktest.Options{}, func(l *line) { l.unreachable(1) }, "done", 1, 1},
		{"unreachable", slacktest.Options{}, func(l *line) { l.unreachable(100) }, "not sent", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, test.options)
				test.fail(l)
				began := time.Now()
				var posted struct {
					TS string `json:"ts"`
				}
				err := l.c.do(context.Background(), posting(l.study, l.team), &posted)
				if got := outcome(err); got != test.want {
					t.Errorf("got %s (%v), want %s", got, err, test.want)
				}
				if took := time.Since(began); took > requestTime {
					t.Errorf("it took %s", took)
				}
				if n := l.Counts().Requests[slacktest.PostMessage]; n != test.asked {
					t.Errorf("asked %d times, want %d", n, test.asked)
				}
				if n := len(l.study.Messages()); n != test.posted {
					t.Errorf("%d messages, want %d", n, test.posted)
				}
				if err == nil && posted.TS == "" {
					t.Error("the answer isn't read")
				}
			})
		})
	}
}

// unreachable has the next n connections fail.
func (l *line) unreachable(n int) {
	l.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if n--; n >= 0 {
			return nil, &net.OpError{Op: "dial", Err: errors.New("no route to host")}
		}
		return l.Dial(ctx, network, address)
	}
}

// TestQuestions asks what may be asked again.
func TestQuestions(t *testing.T) {
	for _, test := range []struct {
		name  string
		n     int
		fault slacktest.Fault
		want  string
		asked int
	}{
		{"cut", 2, slacktest.CutAfter(), "done", 3},
		{"always cut", -1, slacktest.CutAfter(), "unknown", attempts},
		{"broken", 1, slacktest.StatusBefore(500), "done", 2},
		{"half", 1, slacktest.Truncated(), "done", 2},
		{"refused", 1, slacktest.Refused("user_not_found"), "refused user_not_found", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, slacktest.Options{})
				l.Inject(test.n, slacktest.UsersInfo, test.fault)
				err := l.c.do(t.Context(), call{team: l.team.ID, method: "users.info", form: url.Values{"user": {l.team.Bot().ID}}, again: true}, nil)
				if got := outcome(err); got != test.want || l.Counts().Requests[slacktest.UsersInfo] != test.asked {
					t.Errorf("got %s (%v) after %d, want %s after %d", got, err, l.Counts().Requests[slacktest.UsersInfo], test.want, test.asked)
				}
			})
		})
	}
}

// TestTokens is about whose token a call has, and who hears that it isn't taken.
func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		var header http.Header
		if err := l.c.do(t.Context(), call{token: l.team.Token(), method: "auth.test", header: &header}, nil); err != nil || header.Get("X-OAuth-Scopes") == "" {
			t.Errorf("a token of its own: %v, scopes %q", err, header.Get("X-OAuth-Scopes"))
		}
		if err := l.c.do(t.Context(), call{team: "T0", method: "auth.test"}, nil); codeOf(err) != "account_inactive" {
			t.Errorf("a workspace that nobody knows: %v", err)
		}
		l.team.Grant("commands")
		err := l.c.do(t.Context(), posting(l.study, l.team), nil)
		if no, ok := errors.AsType[*refusal](err); !ok || no.Code != "missing_scope" || no.Needed != "chat:write" || no.Provided != "commands" {
			t.Errorf("without a scope: %v", err)
		}
		if len(l.refused) > 0 {
			t.Errorf("a token counts as refused: %q", l.refused)
		}
		l.team.Revoke()
		if err := l.c.do(t.Context(), posting(l.study, l.team), nil); codeOf(err) != "token_revoked" {
			t.Errorf("revoked: %v", err)
		}
		if err := l.c.do(t.Context(), call{token: "xoxb-1", method: "auth.test"}, nil); codeOf(err) != "invalid_auth" {
			t.Errorf("a token of nobody: %v", err)
		}
		if want := l.team.ID + " token_revoked"; len(l.refused) != 1 || l.refused[0] != want {
			t.Errorf("refused are %q, want %s", l.refused, want)
		}
	})
}

// TestVerdict reads answers that no Slack in memory gives.
func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"yes", 200, `{"ok":true}`, "done"},
		{"no", 200, `{"ok":false,"error":"is_archived"}`, "refused is_archived"},
		{"no, with a status", 404, `{"ok":false,"error":"unknown_method"}`, "refused unknown_method"},
		{"no, and no why", 200, `{"ok":false}`, "unknown"},
		{"neither", 200, `{}`, "unknown"},
		{"yes with a status that says no", 403, `{"ok":true}`, "unknown"},
		{"not JSON", 200, `<html>Welcome to the hotel's wireless network</html>`, "unknown"},
		{"another proxy's JSON", 403, `{"message":"forbidden"}`, "unknown"},
		{"a list", 200, `[]`, "unknown"},
		{"nothing", 200, ``, "unknown"},
		{"in the middle", 200, `{"ok":true,"ts":"1`, "unknown"},
		{"a gate", 407, ``, "unknown"},
		{"broken, in JSON", 500, `{"ok":false,"error":"is_archived"}`, "unknown"},
		{"errors as objects", 200, `{"ok":false,"error":"invalid_blocks","errors":[{"message":"x","pointer":"/"}]}`, "refused invalid_blocks"},
		{"one code that may have worked", 200, `{"ok":false,"error":"internal_error"}`, "unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			no, err := call{method: "chat.postMessage"}.verdict(test.status, []byte(test.body))
			if err == nil && no != nil {
				err = no
			}
			if got := outcome(err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// answering answers in turn, the last again and again.
type answering struct {
	all  []heardIn
	seen []*http.Request
}

// heardIn is one answer.
type heardIn struct {
	status int
	body   string
	after  string // Retry-After
	err    error
	sent   bool // what has an error was sent before
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := a.all[min(len(a.seen), len(a.all)-1)]
	a.seen = append(a.seen, r)
	if answer.err == nil || answer.sent {
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	}
	if answer.err != nil {
		return nil, answer.err
	}
	h := http.Header{}
	if answer.after != "" {
		h.Set("Retry-After", answer.after)
	}
	return &http.Response{StatusCode: answer.status, Header: h, Body: io.NopCloser(strings.NewReader(answer.body)), Request: r}, nil
}

// TestHook posts to a response_url, which isn't a method and answers otherwise.
func TestHook(t *testing.T) {
	const address = "https://hooks.slack.test/actions/T1/2/secret"
	gone := errors.New("reset")
	for _, test := range []struct {
		name    string
		answers []heardIn
		want    string
		asked   int
	}{
		{"done", []heardIn{{status: 200, body: "ok"}}, "done", 1},
		{"done, in JSON", []heardIn{{status: 200, body: `{"ok":true}`}}, "done", 1},
		{"done, without words", []heardIn{{status: 200}}, "done", 1},
		{"used up", []heardIn{{status: 404, body: "used_url"}}, "refused used_url", 1},
		{"used up, in JSON", []heardIn{{status: 200, body: `{"ok":false,"error":"used_url"}`}}, "refused used_url", 1},
		{"used up, in a page", []heardIn{{status: 404, body: "<html>"}}, "refused status_404", 1},
		{"blocks", []heardIn{{status: 400, body: "invalid_blocks\n"}}, "refused invalid_blocks", 1},
		{"broken", []heardIn{{status: 502, body: "<html>"}}, "unknown", 1},
		{"in doubt", []heardIn{{status: 200, body: `{"ok":false,"error":"internal_error"}`}}, "unknown", 1},
		{"cut", []heardIn{{err: gone, sent: true}}, "unknown", 1},
		{"never left", []heardIn{{err: gone}, {status: 200}}, "done", 2},
		{"never leaves", []heardIn{{err: gone}}, "not sent", attempts},
		{"limited", []heardIn{{status: 429, after: "2"}, {status: 429, after: "1"}, {status: 200}}, "done", 3},
		{"limited, nobody says for how long", []heardIn{{status: 429}, {status: 200}}, "done", 2},
		{"limited for long", []heardIn{{status: 429, after: "60"}}, "limited", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := &answering{all: test.answers}
				c := &client{http: &http.Client{Transport: transport}, limits: newLimits()}
				err := c.hook(context.Background(), address, []byte(`{"text":"x"}`))
				if got := outcome(err); got != test.want || len(transport.seen) != test.asked {
					t.Errorf("got %s (%v) after %d, want %s after %d", got, err, len(transport.seen), test.want, test.asked)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("the error holds the address: %v", err)
				}
				for _, r := range transport.seen {
					if r.Header.Get("Authorization") != "" || r.Method != http.MethodPost {
						t.Errorf("sent %s with %v", r.Method, r.Header)
					}
				}
			})
		})
	}
}

// TestHookKept uses the response_url of somebody's press as often as Slack allows.
func TestHookKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		ann := l.team.Person("ann")
		l.study.Join(ann)
		i, err := ann.Command(l.study, "/studyhall", "")
		if err != nil {
			t.Fatal(err)
		}
		for n := range 6 {
			err := l.c.hook(t.Context(), i.ResponseURL(), []byte(`{"text":"x","response_type":"ephemeral"}`))
			if want := map[bool]string{true: "done", false: "refused used_url"}[n < 5]; outcome(err) != want {
				t.Errorf("use %d: got %v, want %s", n+1, err, want)
			}
		}
	})
}

// TestRetryAfter reads how long a limit lasts.
func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		said string
		want time.Duration
	}{
		{"30", 30 * time.Second}, {" 1.5 ", 1500 * time.Millisecond}, {"", 0}, {"0", 0}, {"-3", 0}, {"soon", 0}, {"NaN", 0}, {"1e300", 24 * time.Hour},
		{"Wed, 21 Oct 2026 07:28:00 GMT", 0},
	} {
		t.Run(test.said, func(t *testing.T) {
			if got := retryAfter(http.Header{"Retry-After": {test.said}}); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestAPIBase completes addresses.
func TestAPIBase(t *testing.T) {
	for given, want := range map[string]string{
		"": DefaultAPI, "https://slack.com": "https://slack.com/api/", "https://slack-gov.com/api": "https://slack-gov.com/api/",
		"http://127.0.0.1:8081/api/": "http://127.0.0.1:8081/api/", "slack.com": "", "ftp://slack.com/": "", "https://": "",
	} {
		if got, err := apiBase(given); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", given, got, err, want)
		}
	}
}
