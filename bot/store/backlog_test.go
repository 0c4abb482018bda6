package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// TestBacklog counts what waits: nothing, two welcomes, and what became of them.
func TestBacklog(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url, store.Options{})
		counted := func(now time.Time) store.Backlog {
			t.Helper()
			b, err := s.Backlog(t.Context(), now)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		none := map[string]store.Pile{}
		want := store.Backlog{Waiting: none, Behind: none, Refused: none, Unsent: none, Unpinned: none}
		if diff := cmp.Diff(want, counted(sunday())); diff != "" {
			t.Errorf("of an empty database: want -, got +:\n%s", diff)
		}
		begin(t, s, "g1")
		begin(t, s, "g2")
		if b := counted(sunday()); b.Overdue.Count != 0 || b.Waiting["fake"].Count != 2 || b.Waiting["fake"].Since.IsZero() {
			t.Errorf("with two welcomes: %+v", b)
		}
		claimed, err := s.ClaimDeliveries(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 10)
		if err != nil || len(claimed) != 2 {
			t.Fatal(claimed, err)
		}
		if err := s.ParkDelivery(t.Context(), claimed[0], sunday(), schedule.Refusal{Cause: "It lacks Send Messages."}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.MarkSent(t.Context(), claimed[1], "fake:m1", claimed[1].Wanted-1, sunday(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		first, ok, err := s.NextInstant(t.Context(), sunday())
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		b := counted(first.Add(time.Hour))
		if b.Refused["fake"].Count != 1 || !b.Refused["fake"].Since.Equal(sunday()) || b.Behind["fake"].Count != 1 {
			t.Errorf("with one refused and one to be edited: %+v", b)
		}
		if b.Overdue.Count == 0 || b.Overdue.Since.After(first) {
			t.Errorf("an hour after something was due: %+v", b.Overdue)
		}
	})
}

// TestWritable finds out that nothing can be written, and hears of each kind of
// transaction.
func TestWritable(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		told := map[store.WriteKind]int{}
		s := storetest.OpenURL(t, url, store.Options{Wrote: func(kind store.WriteKind, took time.Duration, err error) {
			if told[kind]++; took < 0 || err != nil && !errors.Is(err, store.ErrClosed) {
				t.Errorf("%s took %s and ended with %v", kind, took, err)
			}
		}})
		if err := s.Writable(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := s.Lease(t.Context(), "x", "me", time.Minute); err != nil {
			t.Error(err)
		}
		if told[store.WriteOther] == 0 || told[store.WriteLease] != 1 {
			t.Errorf("told %v", told)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Writable(t.Context()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("a closed store says %v", err)
		}
	})
}
