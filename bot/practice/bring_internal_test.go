package practice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bringStore is a store in which some groups can't get what was accepted.
type bringStore struct {
	Store
	accepted []Accepted
	waits    map[string][]string // groups, by version
	broken   map[string]bool
	tried    func(version, group string)
}

func (b *bringStore) AcceptedItems(context.Context) ([]Accepted, error) { return b.accepted, nil }

func (b *bringStore) AcceptedSign(context.Context) (string, bool, error) {
	pending := false
	for _, a := range b.accepted {
		pending = pending || a.Done.IsZero()
	}
	return fmt.Sprint(b.accepted), pending, nil
}

func (b *bringStore) AcceptWaits(_ context.Context, a Accepted) ([]string, error) {
	return b.waits[a.Version], nil
}

func (b *bringStore) AcceptIn(_ context.Context, group string, a Accepted, _ time.Time, _ func() string) ([]string, error) {
	b.tried(a.Version, group)
	if b.broken[a.Version+" "+group] {
		return nil, errors.New("broken")
	}
	var left []string
	for _, g := range b.waits[a.Version] {
		if g != group {
			left = append(left, g)
		}
	}
	b.waits[a.Version] = left
	return nil, nil
}

func (b *bringStore) AcceptDone(_ context.Context, a Accepted, now time.Time) error {
	for n := range b.accepted {
		if b.accepted[n].Version == a.Version {
			b.accepted[n].Done = now
		}
	}
	return nil
}

// A group that can't get what was accepted is tried again later and later, and holds
// up no other group and nothing else that was accepted.
func TestBringLater(t *testing.T) {
	begin := time.Date(2026, 9, 7, 12, 0, 0, 0, time.UTC)
	now := begin
	tries := map[string][]int{} // seconds since the beginning, by errand
	db := &bringStore{
		accepted: []Accepted{{Version: "v1", Item: "one", Edition: 1}, {Version: "v2", Item: "two", Edition: 1}},
		waits:    map[string][]string{"v1": {"a", "b"}, "v2": {"a"}},
		broken:   map[string]bool{"v1 a": true},
		tried: func(version, group string) {
			tries[version+" "+group] = append(tries[version+" "+group], int(now.Sub(begin)/time.Second))
		},
	}
	var log strings.Builder
	s := &Service{Config: Config{Log: slog.New(slog.NewTextHandler(&log, nil)), Store: db, Now: func() time.Time { return now }, Wake: func() {}}, rounds: newCache[fixed](1)}
	faults := 0
	look := func(until int) {
		for ; now.Before(begin.Add(time.Duration(until) * time.Second)); now = now.Add(bringRetry) {
			if err := s.BringAccepted(t.Context()); err != nil {
				if faults++; !strings.Contains(err.Error(), "in group a: broken") {
					t.Errorf("at %v: %v", now, err)
				}
			}
		}
	}
	look(1200)
	// It waits 2, 4, 8 … 256 seconds, and then five minutes each time.
	if diff := cmp.Diff(map[string][]int{"v1 a": {0, 2, 6, 14, 30, 62, 126, 254, 510, 810, 1110}, "v1 b": {0}, "v2 a": {0}}, tries); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
	if faults != 11 || strings.Contains(log.String(), "brought") || !db.accepted[0].Done.IsZero() || db.accepted[1].Done.IsZero() {
		t.Errorf("%d errors, %+v, logged %s", faults, db.accepted, &log)
	}

	// What is accepted instead is tried at once.
	clear(tries)
	db.accepted[0].Edition = 2
	look(1210)
	if diff := cmp.Diff(map[string][]int{"v1 a": {1200, 1202, 1206}}, tries); diff != "" {
		t.Errorf("something else (-want +got):\n%s", diff)
	}

	// A clock that is set back holds nothing up.
	clear(tries)
	now = begin
	look(2)
	if len(tries["v1 a"]) != 1 {
		t.Errorf("after the clock was set back: %v", tries)
	}

	// When it works again all is done, and the next fault begins with two seconds.
	clear(tries)
	clear(db.broken)
	now = begin.Add(time.Hour)
	look(3604)
	if db.accepted[0].Done.IsZero() || len(tries["v1 a"]) != 1 || strings.Count(log.String(), "brought what was accepted") != 1 {
		t.Errorf("mended: %v, %+v, logged %s", tries, db.accepted, &log)
	}
	db.accepted[0].Done, db.waits["v1"], db.broken = time.Time{}, []string{"a"}, map[string]bool{"v1 a": true}
	clear(tries)
	look(3612)
	if diff := cmp.Diff(map[string][]int{"v1 a": {3604, 3606, 3610}}, tries); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}
