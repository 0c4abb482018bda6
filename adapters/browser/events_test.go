package browser

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
)

// stream is what a page's connection receives. It is safe for concurrent use.
type stream struct {
	*httptest.ResponseRecorder
	mu      sync.Mutex
	flushed chan struct{}
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(b)
}

func (s *stream) Flush() {
	select {
	case s.flushed <- struct{}{}:
	default:
	}
}

func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String()
}

// listen opens a connection; close ends it and returns when it has ended.
func (w *world) listen(query, lastID string) (s *stream, end func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	s = &stream{ResponseRecorder: httptest.NewRecorder(), flushed: make(chan struct{}, 1)}
	r := httptest.NewRequest("GET", "/events?"+query, nil).WithContext(ctx)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.handler.ServeHTTP(s, r) })
	return s, func() { cancel(); wg.Wait() }
}

// await returns the stream's text once it has n updates.
func (s *stream) await(t *testing.T, updates int) string {
	t.Helper()
	for {
		if text := s.text(); strings.Count(text, ": here\n") >= updates || strings.Contains(text, "event: reload") {
			return text
		}
		select {
		case <-s.flushed:
		case <-t.Context().Done():
			t.Fatal("the test ended before the update came")
		case <-time.After(2 * time.Minute):
			t.Fatalf("no %d updates in: %s", updates, s.text())
		}
	}
}

// events is what a new connection receives in its first updates.
func (w *world) events(query string, updates int) string {
	s, end := w.listen(query, "")
	defer end()
	return s.await(w.t, updates)
}

func TestEvents(t *testing.T) {
	w := newWorld(t, "")
	s, end := w.listen("as=maria&in=c/cbet-study", "")
	defer end()
	s.await(t, 1)
	id := w.ask(t.Context(), "33", monday())
	text := s.await(t, 2)
	if !strings.Contains(text, "id: "+w.adapter.mark(1)+"\nevent: entry\ndata: {\"number\":1,") {
		t.Fatalf("a post is not pushed: %s", text)
	}
	if err := w.adapter.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if text := s.await(t, 3); !strings.Contains(text, `data: {"number":1,"deleted":true}`) {
		t.Errorf("a deletion is not pushed: %s", text)
	}
}

func TestResume(t *testing.T) {
	w := newWorld(t, "")
	w.ask(t.Context(), "33", monday())
	mark := w.adapter.mark(1)
	w.must("say", "as", "dana", "channel", "c/cbet-study", "text", "missed line")
	if err := w.bot.Edit(t.Context(), messageID(1), bot.Message{Text: "missed edit"}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, lastID string
		want         []string
		reload       bool
	}{
		{"from a mark", mark, []string{"missed line", "missed edit"}, false},
		{"from another file", "other-1", nil, true},
		{"from a future that is no more", w.adapter.mark(99), nil, true},
		{"from nonsense", "nonsense", nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, end := w.listen("as=maria&in=c/cbet-study&since=ignored", test.lastID)
			defer end()
			text := s.await(t, 1)
			if got := strings.Contains(text, "event: reload"); got != test.reload {
				t.Errorf("reload %t, want %t", got, test.reload)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not pushed after the cut: %s", want, text)
				}
			}
		})
	}
}

func TestRunEndsConnections(t *testing.T) {
	w := newWorld(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := w.adapter.Run(ctx, w.bot); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	s := &stream{ResponseRecorder: httptest.NewRecorder(), flushed: make(chan struct{}, 1)}
	wg.Go(func() { w.handler.ServeHTTP(s, httptest.NewRequest("GET", "/events?as=maria", nil)) })
	s.await(t, 1)
	cancel()
	wg.Wait() // the connection ends, or the test never does
}
