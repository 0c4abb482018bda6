package discord

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

// heardIn is one answer of Discord's.
type heardIn struct {
	status int
	body   string
	err    error
	header http.Header
}

// half is a body that ends in the middle.
type half struct{ io.Reader }

func (h half) Read(p []byte) (int, error) {
	if n, err := h.Reader.Read(p); err == nil {
		return n, nil
	}
	return 0, io.ErrUnexpectedEOF
}

// answering answers in turn, the last again and again.
type answering struct {
	all  []heardIn
	seen []*http.Request
	at   []time.Time
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := a.all[min(len(a.seen), len(a.all)-1)]
	a.seen, a.at = append(a.seen, r), append(a.at, time.Now())
	if errors.Is(answer.err, context.DeadlineExceeded) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if answer.err != nil && answer.status == 0 {
		return nil, answer.err
	}
	h := answer.header
	if h == nil {
		h = http.Header{"Content-Type": {"application/json"}}
	}
	body := io.Reader(strings.NewReader(answer.body))
	if answer.err != nil {
		body = half{body}
	}
	return &http.Response{StatusCode: answer.status, Header: h, Body: io.NopCloser(body), Request: r}, nil
}

// TestRequests makes one call under each kind of answer: how often Discord is
// asked, and what is known afterwards.
func TestRequests(t *testing.T) {
	get := call{method: http.MethodGet, route: "/x"}
	post := call{method: http.MethodPost, route: "/x", body: []byte(`{}`), posts: true}
	keyed := post
	keyed.again = true
	cut := heardIn{err: io.ErrUnexpectedEOF}
	dial := heardIn{err: &net.OpError{Op: "dial", Err: errors.New("no route to host")}}
	fine := heardIn{status: 200, body: `{"id":"7"}`}
	no := heardIn{status: 403, body: `{"code":50013,"message":"Missing Permissions"}`}
	page := heardIn{status: 403, body: `<html>Forbidden</html>`, header: http.Header{"Content-Type": {"text/html"}}}
	long := heardIn{status: 429, body: `{"retry_after":60}`}
	for _, test := range []struct {
		name    string
		call    call
		answers []heardIn
		asked   int
		known   string // what the error says of the outcome: "done", "refused", "limited", "not sent", "unknown"
	}{
		{"done", post, []heardIn{fine}, 1, "done"},
		{"a post, cut", post, []heardIn{cut, fine}, 1, "unknown"},
		{"a post with a key, cut", keyed, []heardIn{cut, fine}, 2, "done"},
		{"a post with a key, always cut", keyed, []heardIn{cut}, attempts, "unknown"},
		{"a post that never left", post, []heardIn{dial, fine}, 2, "done"},
		{"a post that never leaves", post, []heardIn{dial}, attempts, "not sent"},
		{"a post, cut while the answer is read", post, []heardIn{{err: &net.OpError{Op: "read", Err: errors.New("reset")}}}, 1, "unknown"},
		{"a question, half answered", get, []heardIn{{status: 200, body: `{"id":`, err: io.ErrUnexpectedEOF}, fine}, 2, "done"},
		{"a question, broken", get, []heardIn{{status: 502}}, attempts, "unknown"},
		{"a question that hangs", get, []heardIn{{err: context.DeadlineExceeded}, fine}, 2, "done"},
		{"sent elsewhere", get, []heardIn{{status: 302, body: `<html>`}}, attempts, "unknown"},
		{"refused", keyed, []heardIn{no}, 1, "refused"},
		{"cut, then refused", keyed, []heardIn{cut, no}, 2, "unknown"},
		{"cut, then limited for long", keyed, []heardIn{cut, long}, 2, "unknown"},
		{"limited for long", keyed, []heardIn{long}, 1, "limited"},
		{"limited a little", keyed, []heardIn{{status: 429, body: `{"retry_after":0.2}`}, fine}, 2, "done"},
		{"forbidden by somebody else", keyed, []heardIn{page, fine}, 2, "done"},
		{"forbidden by somebody else, for long", get, []heardIn{page}, attempts, "unknown"},
		{"a post forbidden by somebody else", post, []heardIn{page}, 1, "unknown"},
		{"not found by somebody else, in JSON", get, []heardIn{{status: 404, body: `{"code":404,"message":"not found"}`}}, attempts, "unknown"},
		{"no such route", get, []heardIn{{status: 404, body: `{"code":0,"message":"404: Not Found"}`}}, attempts, "unknown"},
		{"a proxy wants a password", get, []heardIn{{status: 407, body: ``}}, attempts, "unknown"},
		{"too long", post, []heardIn{{status: 413, body: `<html>`}}, 1, "refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, answers := adapterOn(t, nil), &answering{all: test.answers}
				a.rest.http = &http.Client{Transport: answers}
				a.rest.refused = func() { t.Error("the token counts as refused") }
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				began := time.Now()
				err := a.rest.do(ctx, test.call, nil)
				if took := time.Since(began); answers.all[len(answers.all)-1].body == long.body && took > 5*time.Second {
					t.Errorf("it took %s to say that it takes too long", took)
				}
				known := "unknown"
				switch {
				case err == nil:
					known = "done"
				case errors.As(err, new(*refusal)):
					known = "refused"
				case errors.As(err, new(*tooMany)):
					known = "limited"
				case errors.As(err, new(*notSent)):
					known = "not sent"
				}
				if known != test.known || len(answers.seen) != test.asked {
					t.Errorf("asked %d times, %s (%v); want %d, %s", len(answers.seen), known, err, test.asked, test.known)
				}
				for n := 1; n < len(answers.at); n++ {
					if gap := answers.at[n].Sub(answers.at[n-1]); gap < 200*time.Millisecond {
						t.Errorf("attempt %d came after %s", n+1, gap)
					}
				}
			})
		})
	}
}

// TestRequestEnds has nothing answer, for a caller who sets no deadline.
func TestRequestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, nil)
		a.rest.http = &http.Client{Transport: &answering{all: []heardIn{{err: context.DeadlineExceeded}}}}
		began := time.Now()
		err := a.rest.do(context.Background(), call{method: http.MethodGet, route: "/x"}, nil)
		if took := time.Since(began); err == nil || took > requestTime {
			t.Errorf("got %v after %s", err, took)
		}
	})
}

// TestRefusedToken has Discord no longer take the bot's token, which ends the
// program; that an interaction's token is no longer taken doesn't.
func TestRefusedToken(t *testing.T) {
	const body = `{"code":0,"message":"401: Unauthorized"}`
	for _, test := range []struct {
		name string
		call call
		body string
		ends bool
	}{
		{"the bot's", call{method: http.MethodGet, route: "/users/@me"}, body, true},
		{"an interaction's", call{method: http.MethodGet, route: "/webhooks/*/*/messages/@original", args: []string{"1", "t"}, token: true}, body, false},
		{"a proxy's page", call{method: http.MethodGet, route: "/users/@me"}, `<html>Log in</html>`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, answers := adapterOn(t, nil), &answering{all: []heardIn{{status: 401, body: test.body}}}
				a.rest.http = &http.Client{Transport: answers}
				a.rest.do(t.Context(), test.call, nil)
				coded, ok := errors.AsType[*setupError](a.life.Run(t.Context(), func(context.Context) error { return nil }))
				ends := ok && coded.ExitCode() == 78
				if ends != test.ends {
					t.Errorf("the program ends: %t, want %t", ends, test.ends)
				}
				if sent := answers.seen[0].Header.Get("Authorization"); (sent == "") != test.call.token {
					t.Errorf("with authorization %q", sent)
				}
				if sent := answers.seen[0].Header.Get("User-Agent"); !strings.HasPrefix(sent, "DiscordBot (") {
					t.Errorf("named %q", sent)
				}
			})
		})
	}
}

// TestNoTokenInErrors has a request with an interaction's token fail.
func TestNoTokenInErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, nil)
		a.rest.http = &http.Client{Transport: &answering{all: []heardIn{{err: io.ErrUnexpectedEOF}}}}
		err := a.rest.do(t.Context(), call{method: http.MethodPost, route: "/webhooks/*/*", args: []string{"1", "secret"}, token: true}, nil)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestPath has what somebody else chose stay one part of the path.
func TestPath(t *testing.T) {
	c := call{route: "/interactions/*/*/callback", args: []string{"1", "a/../b?c#d"}}
	if got, want := c.path(), "/interactions/1/a%2F..%2Fb%3Fc%23d/callback"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRetryAfter reads how long a limit lasts.
func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		name, header, body string
		want               time.Duration
	}{
		{"both", "2", `{"retry_after":1.337}`, 1337 * time.Millisecond},
		{"the header only", "90", `error code: 1015`, 90 * time.Second},
		{"neither", "", ``, time.Second},
		{"nonsense", "soon", `{"retry_after":-1}`, time.Second},
		{"for ever", "", `{"retry_after":1e300}`, 24 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {test.header}}}
			if got := retryAfter(r, []byte(test.body)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestFileNames has a file's name not end the header it stands in.
func TestFileNames(t *testing.T) {
	body, _, err := call{body: []byte(`{}`), files: []bot.File{{Name: "a\"; x=\"\r\nX: y\\.txt", Data: []byte("1")}}}.encode()
	if err != nil || !strings.Contains(string(body), `filename="a; x=X: y.txt"`) {
		t.Errorf("got %q, %v", body, err)
	}
}

// TestLimits has one answer come, and says how long the next request waits, of the
// same and of another channel, and of an interaction.
func TestLimits(t *testing.T) {
	one := call{method: http.MethodPost, route: "/channels/*/messages", args: []string{"1"}}
	two := call{method: http.MethodPost, route: "/channels/*/messages", args: []string{"2"}}
	press := call{method: http.MethodPost, route: "/interactions/*/*/callback", args: []string{"1", "t"}, token: true}
	h := func(all ...string) http.Header {
		out := http.Header{"Content-Type": {"application/json"}}
		for n := 0; n < len(all); n += 2 {
			out.Set(all[n], all[n+1])
		}
		return out
	}
	usual := h("X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "3", "X-RateLimit-Reset-After", "5")
	for _, test := range []struct {
		name             string
		status           int
		header           http.Header
		after            time.Duration
		same, other, any time.Duration // how long the next waits
	}{
		{"room left", 200, usual, 0, 0, 0, 0},
		{"none left", 200, h("X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "2.5"), 0, 2500 * time.Millisecond, 0, 0},
		{"no words of limits", 200, h(), 0, 0, 0, 0},
		{"too many", 429, h("X-RateLimit-Scope", "user"), 3 * time.Second, 3 * time.Second, 0, 0},
		{"shared, longer than its period", 429, h("X-RateLimit-Scope", "shared", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "4", "X-RateLimit-Reset-After", "1"), time.Minute, time.Minute, 0, 0},
		{"for the whole bot", 429, h("X-RateLimit-Global", "true"), 4 * time.Second, 4 * time.Second, 4 * time.Second, 0},
		{"Cloudflare's", 429, http.Header{"Content-Type": {"text/html"}}, time.Hour, time.Hour, time.Hour, time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimits()
				for _, c := range []call{one, two} { // their numbers are known
					if d, changed, _ := l.reserve(c); d > 0 || changed != nil {
						t.Fatal("the first request waits")
					}
					l.learn(c, &http.Response{StatusCode: 200, Header: usual}, 0)
				}
				time.Sleep(time.Minute)
				if d, changed, _ := l.reserve(one); d > 0 || changed != nil {
					t.Fatal("the next request waits")
				}
				l.learn(one, &http.Response{StatusCode: test.status, Header: test.header}, test.after)
				time.Sleep(time.Millisecond)
				var got []time.Duration
				for _, c := range []call{one, two, press} {
					d, changed, _ := l.reserve(c)
					if changed != nil {
						t.Error("it waits for an answer")
					}
					if d > 0 {
						d += time.Millisecond
					}
					got = append(got, d)
				}
				if diff := cmp.Diff([]time.Duration{test.same, test.other, test.any}, got); diff != "" {
					t.Errorf("same, other, interaction: want -, got +:\n%s", diff)
				}
			})
		})
	}
}

// TestLimitOfAnInteraction has Discord stop interactions' answers for a while,
// which are counted apart from what else the bot does.
func TestLimitOfAnInteraction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		l.learn(call{token: true}, &http.Response{StatusCode: 429, Header: http.Header{"Content-Type": {"application/json"}, "X-Ratelimit-Global": {"true"}}}, time.Minute)
		if d, changed, _ := l.reserve(call{method: http.MethodGet, route: "/x"}); d > 0 || changed != nil {
			t.Errorf("other requests wait for %s", d)
		}
	})
}

// TestFirstAnswerIsALimit has the first thing Discord says of a channel be that it
// is too much.
func TestFirstAnswerIsALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := newLimits(), call{method: http.MethodGet, route: "/x"}
		l.reserve(c)
		l.learn(c, &http.Response{StatusCode: 429, Header: http.Header{"Content-Type": {"application/json"}}}, time.Minute)
		if d, changed, _ := l.reserve(c); d != time.Minute || changed != nil {
			t.Errorf("the next waits %s, want a minute", d)
		}
	})
}

// TestAnswersOvertake has answers of one period come in another order than their
// requests went, and then one of a new period.
func TestAnswersOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := newLimits(), call{method: http.MethodGet, route: "/x"}
		take := func() (n int) {
			for range 5 {
				if d, changed, _ := l.reserve(c); d <= 0 && changed == nil {
					n++
				}
				time.Sleep(pace)
			}
			return n
		}
		answer := func(left, reset string) {
			l.learn(c, &http.Response{StatusCode: 200, Header: http.Header{"X-Ratelimit-Limit": {"5"}, "X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset-After": {reset}}}, 0)
		}
		take() // one goes, to learn the numbers
		answer("4", "9")
		if n := take(); n != 4 {
			t.Fatalf("%d more went, want 4", n)
		}
		for _, left := range []string{"0", "3", "2"} { // the newest first
			answer(left, "8")
		}
		if n := take(); n != 0 {
			t.Errorf("%d went too many: an old answer counts", n)
		}
		answer("4", "20") // the last one fell into a new period
		if n := take(); n != 4 {
			t.Errorf("%d went in the new period, want 4", n)
		}
	})
}

// TestRefusedRequests has Discord refuse without end: nothing more is asked before
// it shuts the whole address out, and ten minutes later it is again.
func TestRefusedRequests(t *testing.T) {
	c := call{method: http.MethodGet, route: "/x"}
	for _, test := range []struct {
		name   string
		status int
		scope  string
		counts bool
	}{
		{"not allowed", 403, "", true}, {"not known", 401, "", true}, {"too many", 429, "user", true},
		{"too many of everybody's", 429, "shared", false}, {"not there", 404, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimits()
				answer := &http.Response{StatusCode: test.status, Header: http.Header{"Content-Type": {"application/json"}, "X-Ratelimit-Scope": {test.scope}}}
				for n := range maxInvalid {
					if n == maxInvalid/2 {
						time.Sleep(3 * time.Minute)
					}
					l.learn(call{token: true}, answer, 0)
				}
				stops := func() bool {
					d, changed, all := l.reserve(c)
					if d <= 0 && changed == nil {
						l.learn(c, nil, 0)
					}
					return d > 10*time.Second && all
				}
				if got := stops(); got != test.counts {
					t.Errorf("after %d it stops: %t, want %t", maxInvalid, got, test.counts)
				}
				time.Sleep(8 * time.Minute)
				if stops() {
					t.Error("it still stops when the first half is 11 minutes old")
				}
			})
		})
	}
}

// TestFirstAnswerWakes has requests of one channel wait for the first's answer,
// and go when it is there.
func TestFirstAnswerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := newLimits(), call{method: http.MethodGet, route: "/x"}
		if err := l.wait(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		went := make(chan error, 1)
		go func() { went <- l.wait(t.Context(), c) }()
		time.Sleep(time.Second)
		select {
		case err := <-went:
			t.Errorf("it went before the answer (%v)", err)
		default:
		}
		l.learn(c, nil, 0)
		began := time.Now()
		if err := <-went; err != nil || time.Since(began) > time.Second {
			t.Errorf("it went after %s, %v", time.Since(began), err)
		}
	})
}

// TestLimitsAreForgotten has one request in each of many channels.
func TestLimitsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for round := range 4 {
			for n := range sweepBuckets {
				c := call{route: "/x/*", args: []string{strconv.Itoa(round*sweepBuckets + n)}}
				l.mu.Lock()
				l.bucket(c.key(), time.Now())
				l.mu.Unlock()
			}
			time.Sleep(2 * idleBucket)
		}
		if n := len(l.buckets); n > 2*sweepBuckets {
			t.Errorf("%d limits are remembered", n)
		}
	})
}
