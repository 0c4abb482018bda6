package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// TestReloadsAreAnswered: every program that serves a database sees a request once,
// and who asked sees what each said.
func TestReloadsAreAnswered(t *testing.T) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			opts := store.Options{Real: func() time.Time { return now }}
			one, two := storetest.OpenURL(t, url, opts), storetest.OpenURL(t, url, opts)
			ctx, cancel := context.WithCancel(t.Context())
			var serving sync.WaitGroup
			defer serving.Wait()
			defer cancel()
			for _, s := range []*store.Store{one, two} {
				serving.Go(func() { s.Serve(ctx) })
			}
			for n := 0; n < 2; {
				all, err := one.Servers(t.Context())
				must(t, err)
				n = len(all)
			}
			servers, err := one.Servers(t.Context())
			must(t, err)
			must(t, one.AskReload(t.Context(), "r"))
			var want []store.ReloadAnswer
			for n, s := range []*store.Store{one, two} {
				asked, err := s.ReloadsAsked(t.Context())
				must(t, err)
				if diff := cmp.Diff([]string{"r"}, asked); diff != "" {
					t.Errorf("copy %d sees (-want +got):\n%s", n, diff)
				}
				place, said := string(rune('a'+n)), []string{"one line", "another"}
				for range 2 { // the second time changes nothing
					must(t, s.AnswerReload(t.Context(), "r", place, n == 0, said))
				}
				if asked, err = s.ReloadsAsked(t.Context()); err != nil || len(asked) > 0 {
					t.Errorf("once answered, copy %d sees %v, %v", n, asked, err)
				}
				want = append(want, store.ReloadAnswer{Place: place, Fine: n == 0, Said: said})
			}
			got, err := one.ReloadAnswers(t.Context(), "r")
			must(t, err)
			for n := range got {
				if i := n; got[i].Copy != servers[0] && got[i].Copy != servers[1] {
					t.Errorf("%q answered, want one of %v", got[i].Copy, servers)
				}
				got[n].Copy = ""
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			must(t, one.AnswerReload(t.Context(), "gone", "a", true, nil)) // whoever asked doesn't wait any more
			// A request of long ago is for nobody, and goes with the next one.
			must(t, one.AskReload(t.Context(), "later"))
			now = now.Add(time.Hour)
			if asked, err := two.ReloadsAsked(t.Context()); err != nil || len(asked) > 0 {
				t.Errorf("an hour later it sees %v, %v", asked, err)
			}
			must(t, one.AskReload(t.Context(), "last"))
			if got, err := one.ReloadAnswers(t.Context(), "r"); err != nil || len(got) > 0 {
				t.Errorf("old answers are %v, %v", got, err)
			}
		})
	}
}

// TestBeside refuses a database that would have to be migrated first.
func TestBeside(t *testing.T) {
	url := storetest.URL(t, storetest.SQLite)
	if _, err := store.Beside(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{}); !errors.Is(err, store.ErrNoDatabase) {
		t.Errorf("without a database: %v", err)
	}
	s := storetest.OpenURL(t, url, store.Options{})
	beside, err := store.Beside(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{})
	must(t, err)
	must(t, beside.AskReload(t.Context(), "r"))
	must(t, beside.Close())
	must(t, s.Do(t.Context(), `DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`))
	if _, err := store.Beside(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{}); !errors.Is(err, store.ErrLevel) {
		t.Errorf("with an older schema: %v", err)
	}
}
