package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	sqlite3 "modernc.org/sqlite/lib"
)

// isUnique reports whether err says that a row with the same key exists already.
func isUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return postgresCode(err) == "23505"
}

var errOurs = errors.New("the job's own error")

// outcome is a way in which a job can end.
type outcome struct {
	name string
	job  func(ctx context.Context, tx *tx) error
	want []int64
	err  string // part of the error, "" for none
}

func outcomes() []outcome {
	insert := func(ctx context.Context, tx *tx, n int64) error {
		_, err := tx.exec(ctx, `INSERT INTO number (n) VALUES ($1)`, n)
		return err
	}
	return []outcome{
		{"commits", func(ctx context.Context, tx *tx) error {
			return errors.Join(insert(ctx, tx, 1), insert(ctx, tx, 2))
		}, []int64{1, 2}, ""},
		{"own error undoes all", func(ctx context.Context, tx *tx) error {
			return errors.Join(insert(ctx, tx, 1), errOurs)
		}, []int64{}, errOurs.Error()},
		{"panic undoes all", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			panic("a fault of ours")
		}, []int64{}, "a fault of ours"},
		{"failed statement undoes all though ignored", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			insert(ctx, tx, 1)
			return nil
		}, []int64{}, "number"},
		{"nothing runs after a failed statement", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			insert(ctx, tx, 1)
			return insert(ctx, tx, 2)
		}, []int64{}, errAgain.Error()},
		{"query that fails counts as failed", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			tx.row(ctx, `SELECT nothing FROM number`).scan(new(int64))
			return nil
		}, []int64{}, "nothing"},
		{"no row is no failure", func(ctx context.Context, tx *tx) error {
			ok, err := found(tx.row(ctx, `SELECT n FROM number`).scan(new(int64)))
			if ok || err != nil {
				return fmt.Errorf("found %v, %w", ok, err)
			}
			return insert(ctx, tx, 1)
		}, []int64{1}, ""},
		{"try undoes only itself", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			err := tx.try(ctx, func() error {
				return errors.Join(insert(ctx, tx, 2), insert(ctx, tx, 1))
			})
			if !isUnique(err) {
				return fmt.Errorf("want a unique violation, got %w", err)
			}
			return insert(ctx, tx, 3)
		}, []int64{1, 3}, ""},
		{"try within try", func(ctx context.Context, tx *tx) error {
			return tx.try(ctx, func() error {
				insert(ctx, tx, 1)
				tx.try(ctx, func() error { return errors.Join(insert(ctx, tx, 2), errOurs) })
				return insert(ctx, tx, 3)
			})
		}, []int64{1, 3}, ""},
		{"try that ignores a failure fails", func(ctx context.Context, tx *tx) error {
			err := tx.try(ctx, func() error { insert(ctx, tx, 1); insert(ctx, tx, 1); return nil })
			if err == nil {
				return errors.New("try hid a failed statement")
			}
			return nil
		}, []int64{}, ""},
		{"try after a failure is refused", func(ctx context.Context, tx *tx) error {
			insert(ctx, tx, 1)
			insert(ctx, tx, 1)
			return tx.try(ctx, func() error { return insert(ctx, tx, 2) })
		}, []int64{}, errAgain.Error()},
	}
}

func TestWriteOutcome(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for _, test := range outcomes() {
			t.Run(test.name, func(t *testing.T) {
				must(t, s, `DELETE FROM number`)
				err := s.write(t.Context(), test.job)
				if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				if diff := cmp.Diff(test.want, numbers(t, s)); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// TestBatchIsolation puts good and bad jobs into one shared transaction.
func TestBatchIsolation(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true, Real: nil})
	must(t, s, numberTable)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	insert := func(n int64, after func() error) *job {
		return &job{ctx: t.Context(), done: make(chan error, 1), fn: func(ctx context.Context, tx *tx) error {
			if _, err := tx.exec(ctx, `INSERT INTO number (n) VALUES ($1)`, n); err != nil {
				return err
			}
			return after()
		}}
	}
	fine := func() error { return nil }
	jobs := []*job{
		insert(1, fine),
		insert(2, func() error { return errOurs }),
		insert(3, fine),
		insert(4, func() error { panic("a fault of ours") }),
		insert(1, fine), // exists
		insert(5, fine),
		insert(6, fine),
	}
	jobs[5].ctx = gone
	before := s.Stats()
	s.real = fixed(s.real()) // so that no time ends the batch
	if rest := s.writer.share(jobs); len(rest) != 0 {
		t.Fatalf("%d jobs left over", len(rest))
	}
	var got []string
	for _, j := range jobs {
		switch err := <-j.done; {
		case err == nil:
			got = append(got, "done")
		case errors.Is(err, errOurs):
			got = append(got, "own error")
		case isUnique(err):
			got = append(got, "exists")
		case errors.Is(err, context.Canceled):
			got = append(got, "gone")
		default:
			got = append(got, err.Error())
		}
	}
	want := []string{"done", "own error", "done", "panic in a write: a fault of ours", "exists", "gone", "done"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{1, 3, 6}, numbers(t, s)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	after := s.Stats()
	if commits, jobs := after.Commits-before.Commits, after.Jobs-before.Jobs; commits != 1 || jobs != 3 {
		t.Errorf("%d commits, %d jobs; want 1 and 3", commits, jobs)
	}
}

// TestSharedCommits is a thousand presses at once with every write on the disk.
func TestSharedCommits(t *testing.T) {
	url := fileURL(t)
	s := openAt(t, url, Options{})
	must(t, s, numberTable)
	before := s.Stats()
	const presses = 1000
	begin := make(chan struct{})
	errs := make([]error, presses)
	var wg sync.WaitGroup
	for i := range presses {
		wg.Go(func() {
			<-begin
			errs[i] = insertNumber(t.Context(), s, i)
		})
	}
	close(begin)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	after := s.Stats()
	if commits := after.Commits - before.Commits; commits > 100 {
		t.Errorf("%d commits for %d writes, want at most 100", commits, presses)
	} else {
		t.Logf("%d commits for %d writes", commits, presses)
	}
	if jobs := after.Jobs - before.Jobs; jobs != presses {
		t.Errorf("%d jobs counted, want %d", jobs, presses)
	}
	if got := len(numbers(t, s)); got != presses {
		t.Errorf("%d rows, want %d", got, presses)
	}
}

// TestConcurrentUpdates has 8 writers change one row.
func TestConcurrentUpdates(t *testing.T) {
	tests := []struct {
		name string
		add  func(ctx context.Context, s *Store) error
	}{
		{"one statement", func(ctx context.Context, s *Store) error {
			return s.write(ctx, func(ctx context.Context, tx *tx) error {
				_, err := tx.exec(ctx, `UPDATE number SET v = v + 1 WHERE n = $1`, 1)
				return err
			})
		}},
		{"upsert", func(ctx context.Context, s *Store) error {
			return s.write(ctx, func(ctx context.Context, tx *tx) error {
				_, err := tx.exec(ctx, `INSERT INTO number (n, v) VALUES ($1, 1) ON CONFLICT (n) DO UPDATE SET v = number.v + 1`, 1)
				return err
			})
		}},
	}
	const writers, times = 8, 25
	each(t, func(t *testing.T, s *Store) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				must(t, s, `DELETE FROM number`)
				must(t, s, `INSERT INTO number (n) VALUES (1), (2)`)
				errs := make([]error, writers)
				var wg sync.WaitGroup
				for w := range writers {
					wg.Go(func() {
						for range times {
							errs[w] = errors.Join(errs[w], test.add(t.Context(), s))
						}
					})
				}
				wg.Wait()
				if err := errors.Join(errs...); err != nil {
					t.Fatal(err)
				}
				var got int64
				if err := s.read(t.Context()).row(t.Context(), `SELECT v FROM number WHERE n = 1`).scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != writers*times {
					t.Errorf("counted %d, want %d", got, writers*times)
				}
			})
		}
	})
}

// TestJoin: methods compose, because the ctx of a job leads back to it.
func TestJoin(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var inside []int64
		err := s.write(t.Context(), func(ctx context.Context, tx *tx) error {
			if err := insertNumber(ctx, s, 1); err != nil {
				return err
			}
			if err := insertNumber(ctx, s, 1); !isUnique(err) {
				return fmt.Errorf("want a unique violation, got %w", err)
			}
			var err error
			inside, err = list(ctx, s.read(ctx), column[int64], `SELECT n FROM number`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{1}, inside); diff != "" {
			t.Errorf("read inside the job (-want +got):\n%s", diff)
		}
		err = s.write(t.Context(), func(ctx context.Context, tx *tx) error {
			return errors.Join(insertNumber(ctx, s, 2), errOurs)
		})
		if !errors.Is(err, errOurs) {
			t.Errorf("error %v, want %v", err, errOurs)
		}
		if diff := cmp.Diff([]int64{1}, numbers(t, s)); diff != "" {
			t.Errorf("the joined write outlived its job (-want +got):\n%s", diff)
		}
	})
}

// TestView: several queries see one instant, and cannot write.
func TestView(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		must(t, s, `INSERT INTO number (n) VALUES (1)`)
		err := s.view(t.Context(), func(ctx context.Context, q querier) error {
			for range 2 {
				got, err := list(ctx, q, column[int64], `SELECT n FROM number`)
				if diff := cmp.Diff([]int64{1}, got); diff != "" || err != nil {
					t.Errorf("view (-want +got):\n%s%v", diff, err)
				}
				must(t, s, `INSERT INTO number (n) SELECT MAX(n) + 1 FROM number`)
			}
			if _, err := list(ctx, q, column[int64], `DELETE FROM number RETURNING n`); err == nil {
				t.Error("a view deleted rows")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{1, 2, 3}, numbers(t, s)); diff != "" {
			t.Errorf("afterwards (-want +got):\n%s", diff)
		}
		if _, err := list(t.Context(), s.read(t.Context()), column[int64], `SELECT n FROM nowhere`); err == nil {
			t.Error("no error for a missing table")
		}
	})
}

func TestCallerGoes(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := insertNumber(gone, s, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("before: error %v, want canceled", err)
		}
		// A job that has begun is finished.
		ctx, cancel := context.WithCancel(t.Context())
		err := s.write(ctx, func(ctx context.Context, tx *tx) error {
			cancel()
			_, err := tx.exec(ctx, `INSERT INTO number (n) VALUES (2)`)
			return err
		})
		if err != nil {
			t.Errorf("during: %v", err)
		}
		if diff := cmp.Diff([]int64{2}, numbers(t, s)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// TestCallerGoesWhileWaiting: a caller need not wait for the jobs before its own.
func TestCallerGoesWhileWaiting(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true})
	must(t, s, numberTable)
	begun, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.write(t.Context(), func(context.Context, *tx) error { close(begun); <-release; return nil })
	})
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- insertNumber(ctx, s, 1) }()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
	close(release)
	wg.Wait()
	must(t, s, `INSERT INTO number (n) VALUES (2)`) // the writer has passed the abandoned job
	if diff := cmp.Diff([]int64{2}, numbers(t, s)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestJobEndsGoroutine: nobody waits for ever after a FailNow inside a job.
func TestJobEndsGoroutine(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true})
	err := s.write(t.Context(), func(context.Context, *tx) error { runtime.Goexit(); return nil })
	if !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
	if err := s.write(t.Context(), func(context.Context, *tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("later: error %v, want %v", err, ErrClosed)
	}
}

func TestClosed(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var wg sync.WaitGroup
		errs := make([]error, 50)
		for i := range errs {
			wg.Go(func() { errs[i] = insertNumber(t.Context(), s, i) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := insertNumber(t.Context(), s, 99); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v, want %v", err, ErrClosed)
		}
		if err := s.Ping(t.Context()); err == nil {
			t.Error("a closed store answers")
		}
	})
}

func TestForeignKeyErrors(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		must(t, s, `CREATE TABLE child (n BIGINT NOT NULL REFERENCES number (n))`)
		err := s.write(t.Context(), func(ctx context.Context, tx *tx) error {
			_, err := tx.exec(ctx, `INSERT INTO child (n) VALUES (7)`)
			return err
		})
		if !isForeign(err) || isUnique(err) {
			t.Errorf("error %v: isForeign %v, isUnique %v", err, isForeign(err), isUnique(err))
		}
	})
}
