package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
)

// TestDeliveryFaults says what each refusal means for a delivery.
func TestDeliveryFaults(t *testing.T) {
	no := func(status, code int) error { return &refusal{Status: status, Code: code} }
	for _, test := range []struct {
		name  string
		err   error
		kind  bot.DeliveryFailure
		after time.Duration
		all   bool
		says  string
	}{
		{"limited", &tooMany{after: time.Minute}, bot.Limited, time.Minute, false, wordsLimited},
		{"limited for all", &tooMany{after: time.Minute, all: true}, bot.Limited, time.Minute, true, wordsLimited},
		{"limited for a moment", &tooMany{}, bot.Limited, time.Second, false, wordsLimited},
		{"never left", &notSent{errors.New("no route")}, bot.NotSent, 0, false, wordsUnreachable},
		{"no channel", no(404, codeUnknownChannel), bot.Refused, 0, false, wordsNoChannel},
		{"no access", no(403, codeNoAccess), bot.Refused, 0, false, wordsNoAccess},
		{"no permission", no(403, codeNoPermission), bot.Refused, 0, false, wordsNoPermission},
		{"no message", no(404, codeUnknownMessage), bot.Gone, 0, false, wordsNoMessage},
		{"takes no direct messages", no(403, codeNoDirect), bot.Gone, 0, false, wordsNoDirect},
		{"no server in common", no(400, codeNoCommonServer), bot.Gone, 0, false, wordsNoDirect},
		{"nobody", no(404, codeUnknownUser), bot.Gone, 0, false, wordsNoDirect},
		{"conversations opened too fast", no(400, codeFastDirects), bot.Limited, directPause, false, wordsLimited},
		{"old messages edited too often", no(429, codeOldEdits), bot.Limited, oldEditPause, false, wordsLimited},
		{"archived", no(400, codeArchived), bot.Refused, 0, false, wordsArchived},
		{"locked", no(400, codeThreadLocked), bot.Refused, 0, false, wordsLocked},
		{"quarantined", no(400, codeQuarantined), bot.Refused, 0, false, wordsQuarantined},
		{"not as Discord takes it", no(400, codeInvalidBody), bot.Refused, 0, false, wordsOurLimit},
		{"a token that is no longer taken", no(401, 0), bot.NotSent, 0, false, wordsToken},
		{"something else that is not there", no(404, 10011), bot.Gone, 0, false, wordsNoMessage},
		{"anything else", no(400, 99999), bot.Refused, 0, false, wordsRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := errors.AsType[*bot.DeliveryError](deliveryFault(fmt.Errorf("post: %w", test.err)))
			if !ok || got.Kind != test.kind || got.After != test.after || got.All != test.all || got.Cause != test.says {
				t.Errorf("got %+v", got)
			}
			if ok && got.Kind == bot.Refused && got.Fix == "" {
				t.Error("it says nothing to do")
			}
		})
	}
	unknown := errors.New("cut")
	if got := deliveryFault(unknown); got != unknown {
		t.Errorf("an unknown outcome is told as %v", got)
	}
}

// TestPostWithoutAName has Discord take a post and not say which one it is.
func TestPostWithoutAName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, func(*http.Request) (int, string, error) { return http.StatusOK, `{}`, nil })
		id, err := a.Send(t.Context(), "discord:3", bot.Message{Text: "x", Key: "k"})
		if _, known := errors.AsType[*bot.DeliveryError](err); id != "" || err == nil || known {
			t.Errorf("got %q, %v, want an unknown outcome", id, err)
		}
	})
}

// keptShelf keeps what is put on it.
type keptShelf struct {
	emptyShelf
	mu     sync.Mutex
	values map[string][]byte
	asked  int
}

func (s *keptShelf) Put(_ context.Context, space, key string, value []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[space+" "+key] = value
	return nil
}

func (s *keptShelf) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	v, ok := s.values[space+" "+key]
	return v, ok, nil
}

func (s *keptShelf) Delete(_ context.Context, space, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, space+" "+key)
	return nil
}

// TestOpeningConversations opens many at once: Discord hears of them one a second
// after the first few, of nobody twice, and another start of the program knows them.
func TestOpeningConversations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, under := 0, 0
		discord := transport(func(r *http.Request) (int, string, error) {
			if under++; under > 1 {
				t.Error("two are opened at once")
			}
			time.Sleep(50 * time.Millisecond)
			under--
			asked++
			return http.StatusOK, fmt.Sprintf(`{"id":"%d"}`, 500+asked), nil
		})
		shelf := &keptShelf{values: map[string][]byte{}}
		a := adapterOn(t, discord)
		a.shelf = shelf
		began := time.Now()
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if _, err := a.Direct(ctx, bot.UserID(fmt.Sprint("discord:", 100+n))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took < 14*time.Second || took > 20*time.Second {
			t.Errorf("20 took %s, want five at once and then one a second", took)
		}
		looked := shelf.asked
		first, err := a.Direct(t.Context(), "discord:100")
		if err != nil || asked != 20 || shelf.asked != looked {
			t.Errorf("one that is known: asked Discord %d times, the shelf %d times, %v", asked-20, shelf.asked-looked, err)
		}
		again := adapterOn(t, discord)
		again.shelf = shelf
		if ch, err := again.Direct(t.Context(), "discord:100"); err != nil || ch != first || asked != 20 {
			t.Errorf("after another start: %s, %v, asked %d times; want %s", ch, err, asked-20, first)
		}
	})
}

// TestFoundByKey finds what holds a key in any way that Discord sends it, and
// nobody else's.
func TestFoundByKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pages := []string{`[{"id":"40","author":{"id":"2"},"nonce":"k2"},
			{"id":"30","author":{"id":"9"},"nonce":"12"},
			{"id":"25","author":{"id":"2"},"components":[{"type":99},{"type":1,"components":[{"type":2,"url":"x"},{"type":2,"custom_id":"answer/a~12"}]}]},
			{"id":"20","author":{"id":"2"},"nonce":12},{"id":"10","author":{"id":"2"},"nonce":"12"}]`}
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			after := r.URL.Query().Get("after")
			if after != "0" || r.URL.Query().Get("limit") != "100" {
				t.Errorf("asked for %s", r.URL.RawQuery)
			}
			return http.StatusOK, pages[0], nil
		})
		a.life.Ready()
		got, err := a.Find(t.Context(), "discord:3", "12", time.Unix(0, 0))
		if want := []bot.MessageID{"discord:3/10", "discord:3/20", "discord:3/25"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("found %v, %v, want %v", got, err, want)
		}
		if _, err := a.Find(t.Context(), "discord:3", "12", time.Unix(0, 0)); err != nil { // all over again
			t.Error(err)
		}
	})
}

// TestFindLooksBack has Discord's clock be a little behind ours.
func TestFindLooksBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		since := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			if got, want := r.URL.Query().Get("after"), fmt.Sprint(firstID(since.Add(-clockSkew))); got != want {
				t.Errorf("asked after %s, want %s", got, want)
			}
			return http.StatusOK, `[]`, nil
		})
		a.life.Ready()
		if _, err := a.Find(t.Context(), "discord:3", "k", since); err != nil {
			t.Error(err)
		}
	})
}

// TestThreadTitle has a long title shortened and kept on one line.
func TestThreadTitle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var title string
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			body := make([]byte, 1000)
			n, _ := r.Body.Read(body)
			title = string(body[:n])
			return http.StatusOK, `{"id":"4"}`, nil
		})
		if _, err := a.Thread(t.Context(), "discord:3/4", "A\n"+strings.Repeat("é", 200)); err != nil {
			t.Fatal(err)
		}
		if want := `"name":"A ` + strings.Repeat("é", threadName-3) + `…"`; !strings.Contains(title, want) {
			t.Errorf("sent %s, want %s", title, want)
		}
	})
}
