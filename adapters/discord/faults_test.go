package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// transport answers an adapter's requests in Discord's place.
type transport func(r *http.Request) (status int, body string, err error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body, err := t(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// emptyShelf keeps nothing.
type emptyShelf struct{}

func (emptyShelf) Put(context.Context, string, string, []byte, time.Duration) error { return nil }
func (emptyShelf) Get(context.Context, string, string) ([]byte, bool, error)        { return nil, false, nil }
func (emptyShelf) Delete(context.Context, string, string) error                     { return nil }
func (emptyShelf) Seen(context.Context, string, time.Duration) (bool, error)        { return false, nil }
func (emptyShelf) Lease(context.Context, string, string, time.Duration) (bool, error) {
	return true, nil
}

func adapterOn(t *testing.T, answer transport) *Adapter {
	t.Helper()
	a, err := New(slog.New(slog.DiscardHandler), Config{Token: "t", Shelf: emptyShelf{}})
	if err != nil {
		t.Fatal(err)
	}
	a.rest.http = &http.Client{Transport: answer}
	a.app, a.self = "1", "2"
	return a
}

// TestNewPeriod has no more requests under way in a new period than it allows,
// until its first answer.
func TestNewPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := newLimits(), call{method: http.MethodPost, route: "/channels/*/messages", args: []string{"1"}}
		taken := func() (n int) {
			for range 20 {
				if d, changed, _ := l.reserve(r); d <= 0 && changed == nil {
					n++
				}
				time.Sleep(pace) // so that nothing but the channel's limit holds it up
			}
			return n
		}
		answer := func(left string) {
			l.learn(r, &http.Response{StatusCode: http.StatusOK, Header: http.Header{
				"X-Ratelimit-Limit": {"5"}, "X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset-After": {"5"}}}, 0)
		}
		if n := taken(); n != 1 {
			t.Fatalf("%d requests before the first answer, want 1", n)
		}
		answer("4")
		if n := taken(); n != 4 {
			t.Fatalf("%d more requests in the first period, want 4", n)
		}
		for range 4 {
			answer("0")
		}
		time.Sleep(6 * time.Second)
		if n := taken(); n != 5 {
			t.Errorf("%d requests in a new period without an answer, want 5", n)
		}
		answer("4")
		if n := taken(); n != 0 {
			t.Errorf("%d more requests in it, want none", n)
		}
	})
}

// TestOpeningTooFast has nobody else's conversation opened after Discord had
// enough of it.
func TestOpeningTooFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := adapterOn(t, func(*http.Request) (int, string, error) {
			asked++
			return http.StatusBadRequest, `{"code":40003,"message":"You are opening direct messages too fast."}`, nil
		})
		for _, user := range []bot.UserID{"discord:11", "discord:12"} {
			_, err := a.Direct(t.Context(), user)
			if fault, ok := errors.AsType[*bot.DeliveryError](err); !ok || fault.Kind != bot.Limited || fault.After < directPause-time.Minute {
				t.Errorf("%s: %v, want to wait for %s", user, err, directPause)
			}
		}
		if asked != 1 {
			t.Errorf("Discord was asked %d times, want once", asked)
		}
	})
}

// TestThreadAfterACut has a thread found that a first attempt opened.
func TestThreadAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := adapterOn(t, func(*http.Request) (int, string, error) {
			if asked++; asked == 1 {
				return 0, "", io.ErrUnexpectedEOF
			}
			return http.StatusBadRequest, `{"code":160004,"message":"A thread has already been created for this message"}`, nil
		})
		if ch, err := a.Thread(t.Context(), "discord:3/4", "Question 1"); ch != "discord:4" || err != nil {
			t.Errorf("Thread = %q, %v; want the message's own", ch, err)
		}
	})
}

// TestLatePrivateAnswer has a whisper kept back where a promise stands that
// everybody sees and that can't be removed: it would take its place.
func TestLatePrivateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posts []string
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			if r.Method == http.MethodDelete {
				return http.StatusServiceUnavailable, "", nil
			}
			posts = append(posts, r.URL.Path)
			return http.StatusOK, `{"id":"9"}`, nil
		})
		c := &conversation{Adapter: a, received: received{ID: "5", Token: "token", Type: receivedCommand, User: &account{ID: "11"}}}
		c.promise(t.Context())
		c.keep(t.Context(), bot.Whisper(bot.Message{Text: "Your answer was B."}))
		if len(posts) != 1 {
			t.Errorf("requests %q, want the promise only", posts)
		}
	})
}

// TestAnswerOfUnknownOutcome has a public answer not posted a second time when it
// isn't known whether the first arrived.
func TestAnswerOfUnknownOutcome(t *testing.T) {
	for _, test := range []struct {
		name   string
		after  error  // of every attempt
		status int    // of looking it up, 0 for none
		looked string // what that says
		posts  int    // to the channel
	}{
		{"cut, cut again", io.ErrUnexpectedEOF, 0, "", 0},
		{"cut, and there", io.ErrUnexpectedEOF, http.StatusOK, `{"id":"8"}`, 0},
		{"cut, and not there", io.ErrUnexpectedEOF, http.StatusNotFound, `{"code":10015}`, 1},
		{"never sent", &notSent{errors.New("no route")}, http.StatusNotFound, `{"code":10015}`, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				a := adapterOn(t, func(r *http.Request) (int, string, error) {
					if strings.HasSuffix(r.URL.Path, "/callback") {
						return 0, "", test.after
					}
					if r.Method == http.MethodGet {
						if test.status == 0 {
							return 0, "", test.after
						}
						return test.status, test.looked, nil
					}
					posts++
					return http.StatusOK, `{"id":"9"}`, nil
				})
				var r received
				if err := json.Unmarshal([]byte(`{"id":"5","token":"token","type":2,"channel_id":"3","user":{"id":"11"}}`), &r); err != nil {
					t.Fatal(err)
				}
				c := &conversation{Adapter: a, received: r, i: r.interaction()}
				c.answer(t.Context(), bot.Response{Reply: &bot.Message{Text: "The board"}})
				if posts != test.posts {
					t.Errorf("%d posts to the channel, want %d", posts, test.posts)
				}
			})
		})
	}
}

// TestGatewayThatDropsAtOnce has a shard connect again at once after a connection
// that worked, and ever more slowly when each ends as soon as it works.
func TestGatewayThatDropsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		connections := &links{}
		connections.open(1)
		s := &shard{gateway: &gateway{handle: func(string, json.RawMessage) {}, links: connections}, log: slog.New(slog.DiscardHandler)}
		s.dispatch(1, "READY", json.RawMessage(`{"session_id":"s"}`))
		time.Sleep(time.Minute)
		if p := s.pause(); p != 0 {
			t.Errorf("%s after a connection of a minute, want none", p)
		}
		for n := range 4 {
			s.dispatch(int64(n+2), "RESUMED", nil)
			if p := s.pause(); p < time.Second<<n {
				t.Errorf("%s after %d connections that ended at once", p, n+1)
			}
		}
		s.dispatch(1, "READY", json.RawMessage(`{"session_id":"t"}`))
		time.Sleep(time.Minute)
		if p := s.pause(); p != 0 {
			t.Errorf("%s after a new session that lasted, want none", p)
		}
		s.dispatch(9, "RESUMED", nil)
		time.Sleep(time.Minute)
		if p := s.pause(); p != 0 {
			t.Errorf("%s after a connection that lasted again, want none", p)
		}
	})
}

// TestEndedOverHTTP has no interaction taken that nobody would answer any more.
func TestEndedOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			if strings.HasSuffix(r.URL.Path, "/commands") {
				return http.StatusOK, `[]`, nil
			}
			return http.StatusOK, `{"id":"1"}`, nil
		})
		a.key = public
		core := bot.New(slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx, core) }()
		send := func(id string) int {
			body := `{"id":"` + id + `","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"study","type":1}}`
			stamp := strconv.FormatInt(time.Now().Unix(), 10)
			r := httptest.NewRequest(http.MethodPost, interactionsPath, strings.NewReader(body))
			r.Header.Set("X-Signature-Timestamp", stamp)
			r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(private, []byte(stamp+body))))
			w := httptest.NewRecorder()
			a.Routes(core).ServeHTTP(w, r)
			return w.Code
		}
		if got := send("5"); got != http.StatusAccepted {
			t.Errorf("while it runs: %d, want 202", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if got := send("6"); got != http.StatusServiceUnavailable {
			t.Errorf("after its end: %d, want 503", got)
		}
	})
}

// TestEndWhileSomethingHangs has the program end soon though an answer to a person
// doesn't get through.
func TestEndWhileSomethingHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/@me"):
				return http.StatusOK, `{"id":"1"}`, nil
			case strings.HasSuffix(r.URL.Path, "/commands"):
				return http.StatusOK, `[]`, nil
			}
			<-r.Context().Done()
			return 0, "", r.Context().Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx, bot.New(slog.New(slog.DiscardHandler))) }()
		if err := a.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.life.Background(func(ctx context.Context) {
			a.rest.do(ctx, call{method: http.MethodPatch, route: "/hangs"}, nil)
		})
		time.Sleep(time.Second)
		began := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > adapterkit.LastTime+time.Second {
			t.Errorf("ending took %s, want at most %s", took, adapterkit.LastTime)
		}
	})
}

// TestManySuggestions has no more suggested than Discord takes.
func TestManySuggestions(t *testing.T) {
	body, err := suggestionsBody(make([]bot.Option, 40))
	var sent struct{ Data struct{ Choices []choice } }
	if err := errors.Join(err, json.Unmarshal(body, &sent)); err != nil || len(sent.Data.Choices) != limitOptions {
		t.Errorf("%d are suggested, %v", len(sent.Data.Choices), err)
	}
}

// fullShelf takes nothing more.
type fullShelf struct{ emptyShelf }

func (*fullShelf) Put(context.Context, string, string, []byte, time.Duration) error {
	return errors.New("the disk is full")
}

// TestLateFormThatIsNotKept has a form come too late to be opened, and no place to
// keep it: there is no button that would open nothing.
func TestLateFormThatIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last string
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			body, err := io.ReadAll(r.Body)
			last = string(body)
			return http.StatusOK, `{}`, err
		})
		a.shelf, a.core = &fullShelf{}, bot.New(slog.New(slog.DiscardHandler))
		c := &conversation{Adapter: a, received: received{ID: "5", Token: "t", Type: receivedCommand, User: &account{ID: "11"}}, private: true}
		c.promise(t.Context())
		c.keep(t.Context(), bot.Response{Form: &bot.Form{Title: "T", Submit: "S", Action: "a"}})
		if !strings.Contains(last, string(wordsOldForm)) || strings.Contains(last, formPath) {
			t.Errorf("it says %s", last)
		}
	})
}

// TestBeforeTheStart has an interaction come over HTTP before the bot has started.
func TestBeforeTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		a := adapterOn(t, nil)
		a.key = public
		body := `{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"study","type":1}}`
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		r := httptest.NewRequest(http.MethodPost, interactionsPath, strings.NewReader(body))
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(private, []byte(stamp+body))))
		w := httptest.NewRecorder()
		a.Routes(bot.New(slog.New(slog.DiscardHandler))).ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("got %d, want 503", w.Code)
		}
	})
}

// TestFetch reads files that people sent.
func TestFetch(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		size   int
		said   int64 // the size that Discord names
		fails  bool
		asked  int
	}{
		{"as large as may be", http.StatusOK, 1000, 1000, false, 1},
		{"too large", http.StatusOK, 1001, 1001, true, 0},
		{"a false size", http.StatusOK, 1001, 10, true, 1},
		{"gone", http.StatusNotFound, 10, 10, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				a := adapterOn(t, func(*http.Request) (int, string, error) {
					asked++
					return test.status, strings.Repeat("x", test.size), nil
				})
				f, err := a.fetch(t.Context(), upload{Name: "a.txt", URL: "https://cdn.discordapp.com/attachments/1/2/a.txt?ex=1", Size: test.said, most: 1000})
				if asked != test.asked {
					t.Errorf("asked for it %d times, want %d", asked, test.asked)
				}
				if (err != nil) != test.fails || err == nil && len(f.Data) != test.size {
					t.Errorf("got %d bytes, %v", len(f.Data), err)
				}
			})
		})
	}
}

// TestFilesAreDiscords has files be read from nowhere but where Discord keeps them.
func TestFilesAreDiscords(t *testing.T) {
	a := &Adapter{rest: &client{base: "https://discord.com/api/v10"}}
	for address, want := range map[string]bool{
		"https://cdn.discordapp.com/attachments/1/2/a.csv": true, "https://media.discordapp.net/a": true, "https://discord.com/a": true,
		"http://cdn.discordapp.com/a": false, "https://cdn.discordapp.com.evil.example/a": false, "https://evil.example/?cdn.discordapp.com": false,
		"https://cdn.discordapp.com@evil.example/a": false, "https://x@cdn.discordapp.com/a": false, "http://169.254.169.254/latest": false,
		"https://cdn.discordapp.com:8443/a": false, "": false, "::": false,
	} {
		if got := a.discords(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
