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

// TestWordsForTheBot has messages come as the gateway brings them: which are
// answered, and how.
func TestWordsForTheBot(t *testing.T) {
	const private = `{"id":"500","channel_id":"3","content":"study","author":{"id":"11"}}`
	long := `{"id":"500","channel_id":"3","content":"` + strings.Repeat("word ", 60) + `","author":{"id":"11"}}`
	for _, test := range []struct {
		name string
		come []string
		busy bool   // the person has as much under way as one may
		want string // the button's action, or words; "" for no answer
	}{
		{"in private", []string{private}, false, "say/study"},
		{"twice", []string{private, private}, false, "say/study"},
		{"by a bot", []string{`{"id":"500","channel_id":"3","content":"study","author":{"id":"11","bot":true}}`}, false, ""},
		{"by a webhook", []string{`{"id":"500","channel_id":"3","content":"study","webhook_id":"12","author":{"id":"12"}}`}, false, ""},
		{"by the bot itself", []string{`{"id":"500","channel_id":"3","content":"study","author":{"id":"2"}}`}, false, ""},
		{"nothing in private", []string{`{"id":"500","channel_id":"3","content":"  ","author":{"id":"11"}}`}, false, ""},
		{"in a server", []string{`{"id":"500","channel_id":"3","guild_id":"1","content":"study","author":{"id":"11"}}`}, false, ""},
		{"in a server, with a mention", []string{`{"id":"500","channel_id":"3","guild_id":"1","content":"<@2>, study \n now","author":{"id":"11"}}`}, false, "say/study now"},
		{"too long for a button", []string{long}, false, string(wordsTypedLong)},
		{"one too many at once", []string{private}, true, ""},
		{"by nobody", []string{`{"id":"500","channel_id":"3","content":"study"}`}, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bodies []string
				a := adapterOn(t, func(r *http.Request) (int, string, error) {
					body, _ := io.ReadAll(r.Body)
					bodies = append(bodies, string(body))
					return http.StatusOK, `{"id":"9"}`, nil
				})
				if test.busy {
					for range adapterkit.CrowdEach {
						a.crowd.Enter("11")
					}
				}
				for _, raw := range test.come {
					a.event("MESSAGE_CREATE", json.RawMessage(raw))
				}
				a.life.Wait()
				if (test.want == "") != (len(bodies) == 0) || len(bodies) > 1 {
					t.Fatalf("%d answers: %q", len(bodies), bodies)
				}
				if test.want == "" {
					return
				}
				var sent message
				if err := json.Unmarshal([]byte(bodies[0]), &sent); err != nil {
					t.Fatal(err)
				}
				if got := sent.Content; len(sent.Components) == 0 && got != test.want || len(sent.Components) > 0 && !strings.Contains(bodies[0], `"custom_id":"`+test.want+`"`) {
					t.Errorf("it is answered with %s, want %q", bodies[0], test.want)
				}
				if sent.Nonce != "typed500" || !sent.EnforceNonce {
					t.Errorf("with the nonce %q, %t", sent.Nonce, sent.EnforceNonce)
				}
				if !test.busy && a.Busy() > 0 {
					t.Errorf("%d are still under way", a.Busy())
				}
			})
		})
	}
}

// TestLongIdentifier has the nonce of an answer fit, whatever the identifier.
func TestLongIdentifier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			body, _ := io.ReadAll(r.Body)
			if faults := Check(body); len(faults) > 0 {
				t.Error(faults)
			}
			return http.StatusOK, `{"id":"9"}`, nil
		})
		if err := a.offer(t.Context(), typedMessage{ID: "18446744073709551615", Channel: "3"}, "study"); err != nil {
			t.Error(err)
		}
	})
}

// TestSameCommands compares what Discord has with what it should have.
func TestSameCommands(t *testing.T) {
	study := bot.Command{Name: "study", Help: "Your page", Private: true}
	quiz := bot.Command{Name: "quiz", Help: "A quiz"}
	other := quiz
	other.Help = "A longer quiz"
	list := func(oneServer bool, all ...bot.Command) (out []json.RawMessage) {
		for _, c := range all {
			r := registration(c)
			if oneServer {
				r.Contexts, r.IntegrationTypes = nil, nil
			}
			body, err := encode(r)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, body)
		}
		return out
	}
	wanted, err := commandsBody([]bot.Command{study, quiz})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		there     []json.RawMessage
		oneServer bool
		same      bool
	}{
		{"the same", list(false, study, quiz), false, true},
		{"in another order", list(false, quiz, study), false, true},
		{"one is missing", list(false, study), false, false},
		{"one is too many", list(false, study, quiz, bot.Command{Name: "old", Help: "Old"}), false, false},
		{"one says something else", list(false, study, other), false, false},
		{"of one server", list(true, quiz, study), true, true},
		{"of all, without contexts", list(true, quiz, study), false, false},
		{"nothing that is one", []json.RawMessage{[]byte(`[]`), []byte(`7`)}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := sameCommands(test.there, wanted, test.oneServer); got != test.same {
				t.Errorf("got %t", got)
			}
		})
	}
}

// oddShelf remembers nothing, after a while or not at all.
type oddShelf struct {
	emptyShelf
	takes time.Duration
	err   error
}

func (s *oddShelf) Seen(ctx context.Context, _ string, _ time.Duration) (bool, error) {
	select {
	case <-time.After(s.takes):
		return false, s.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// TestShelfFailsOverHTTP has what keeps interactions from being taken twice fail:
// they are taken all the same, and in time.
func TestShelfFailsOverHTTP(t *testing.T) {
	for _, test := range []struct {
		name  string
		shelf *oddShelf
	}{{"broken", &oddShelf{err: errors.New("the disk is full")}}, {"hanging", &oddShelf{takes: time.Hour}}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				public, private, err := ed25519.GenerateKey(nil)
				if err != nil {
					t.Fatal(err)
				}
				var all []string
				a := adapterOn(t, func(r *http.Request) (int, string, error) {
					all = append(all, step(r))
					return http.StatusOK, `{}`, nil
				})
				a.key, a.shelf, a.core = public, test.shelf, bot.New(slog.New(slog.DiscardHandler))
				a.life.Ready()
				began := time.Now()
				body := `{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"study","type":1}}`
				stamp := strconv.FormatInt(time.Now().Unix(), 10)
				r := httptest.NewRequest(http.MethodPost, interactionsPath, strings.NewReader(body))
				r.Header.Set("X-Signature-Timestamp", stamp)
				r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(private, []byte(stamp+body))))
				w := httptest.NewRecorder()
				a.Routes(a.core).ServeHTTP(w, r)
				a.life.Wait()
				if took := time.Since(began); w.Code != http.StatusAccepted || len(all) != 1 || took > time.Second {
					t.Errorf("got %d after %s, and the answers %v", w.Code, took, all)
				}
			})
		})
	}
}

// TestNotLetIn has Discord refuse the bot before it is connected: what no retry
// cures ends the program with exit code 78, and what may pass doesn't.
func TestNotLetIn(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		ends   bool
	}{
		{"the token", 401, `{"code":0,"message":"401: Unauthorized"}`, true},
		{"the application", 403, `{"code":50001,"message":"Missing Access"}`, true},
		{"a proxy", 403, `<html>Not at work</html>`, false},
		{"Discord is broken", 503, ``, false},
		{"too many", 429, `{"retry_after":1}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				a := adapterOn(t, func(*http.Request) (int, string, error) {
					asked++
					return test.status, test.body, nil
				})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				err := a.Run(ctx, bot.New(slog.New(slog.DiscardHandler)))
				coded, ok := errors.AsType[*setupError](err)
				if ends := ok && coded.ExitCode() == 78; ends != test.ends || ends && ctx.Err() != nil {
					t.Errorf("it ended with %v", err)
				}
				if !test.ends && (asked < 10 || asked > 1000) {
					t.Errorf("asked %d times in ten minutes", asked)
				}
			})
		})
	}
}

// TestRedirected has something in between send requests elsewhere: they and their
// token don't go there.
func TestRedirected(t *testing.T) {
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v10/users/@me" {
			t.Errorf("%s was asked for", r.URL.Path)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer here.Close()
	a, err := New(slog.New(slog.DiscardHandler), Config{Token: "t", API: here.URL, Shelf: emptyShelf{}})
	if err != nil {
		t.Fatal(err)
	}
	err = a.rest.do(t.Context(), call{method: http.MethodGet, route: "/users/@me"}, &account{})
	if err == nil {
		t.Error("a page somewhere else counts as the answer")
	}
}
