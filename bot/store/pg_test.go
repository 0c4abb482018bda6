package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"studyhall/bot/store/storetest/pgtest"
)

// TestConflictsRepeat: PostgreSQL's conflicts are repeated, but not for ever, and
// nothing else is.
func TestConflictsRepeat(t *testing.T) {
	conflict := &pgconn.PgError{Code: "40001", Message: "a conflict"}
	tests := []struct {
		name    string
		err     error
		failing int
		runs    int
		fails   bool
	}{
		{"conflict, then fine", conflict, 2, 3, false},
		{"deadlock, then fine", &pgconn.PgError{Code: "40P01"}, 1, 2, false},
		{"wrapped", fmt.Errorf("wrapped: %w", conflict), 2, 3, false},
		{"always", conflict, 99, 4, true},
		{"another error", errOurs, 99, 1, true},
		{"unique violation", &pgconn.PgError{Code: "23505"}, 99, 1, true},
	}
	s := openAt(t, pgtest.URL(t), Options{})
	s.tries = 4
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			runs := 0
			err := s.write(t.Context(), func(context.Context, *tx) error {
				if runs++; runs <= test.failing {
					return test.err
				}
				return nil
			})
			if runs != test.runs || (err != nil) != test.fails {
				t.Errorf("%d runs, error %v; want %d runs, error %v", runs, err, test.runs, test.fails)
			}
		})
	}
}

// TestDeadlockRepeats has two jobs each lock what the other wants next. One is
// given up by PostgreSQL and repeated; on a busy machine both may notice the
// deadlock at once, and then both are.
func TestDeadlockRepeats(t *testing.T) {
	s := openAt(t, pgtest.URL(t), Options{})
	must(t, s, numberTable)
	must(t, s, `INSERT INTO number (n) VALUES (1), (2)`)
	locked := []chan struct{}{make(chan struct{}), make(chan struct{})}
	var runs [2]int
	var errs [2]error
	var wg sync.WaitGroup
	for me := range 2 {
		wg.Go(func() {
			errs[me] = s.write(t.Context(), func(ctx context.Context, tx *tx) error {
				if _, err := tx.exec(ctx, `UPDATE number SET v = v + 1 WHERE n = $1`, me+1); err != nil {
					return err
				}
				if runs[me]++; runs[me] == 1 {
					close(locked[me])
					<-locked[1-me]
				}
				_, err := tx.exec(ctx, `UPDATE number SET v = v + 1 WHERE n = $1`, 2-me)
				return err
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if got := runs[0] + runs[1]; got != 3 && got != 4 {
		t.Errorf("%d runs of two jobs, want 3, or 4 if both were given up", got)
	}
	got, err := list(t.Context(), s.read(t.Context()), column[int64], `SELECT v FROM number ORDER BY n`)
	if diff := cmp.Diff([]int64{2, 2}, got); diff != "" || err != nil {
		t.Errorf("counts (-want +got):\n%s%v", diff, err)
	}
}
