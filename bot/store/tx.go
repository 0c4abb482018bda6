package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"studyhall/bot/schedule"
)

// tx is a transaction as a job sees it. It belongs to the job's goroutine.
//
// After a failed statement it refuses all others, as PostgreSQL does and SQLite
// does not, so that a job which works on one engine works on the other.
type tx struct {
	s      *Store
	run    runner
	failed error          // first failed statement
	depth  int            // of try
	took   *schedule.Due  // the due thing that it takes, if it takes one
	owed   map[string]int // messages that it owes because of that, by target
}

// errAgain is what statements after a failed one return.
var errAgain = errors.New("an earlier statement of this transaction failed")

// exec runs a statement that answers with no rows and returns how many rows it
// changed.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, fmt.Errorf("%w: %w", errAgain, t.failed)
	}
	t.s.traced(text, args)
	result, err := t.run.exec(ctx, text, args)
	if err != nil {
		return 0, t.fail(err)
	}
	return result.RowsAffected()
}

func (t *tx) row(ctx context.Context, text string, args ...any) row {
	return rowOf(ctx, t, text, args)
}

func (t *tx) query(ctx context.Context, text string, args ...any) (*rows, error) {
	if t.failed != nil {
		return nil, fmt.Errorf("%w: %w", errAgain, t.failed)
	}
	t.s.traced(text, args)
	answer, err := t.run.query(ctx, text, args)
	if err != nil {
		return nil, t.fail(err)
	}
	return &rows{Rows: answer, tx: t}, nil
}

// fail notes an error of the engine and returns it classified.
func (t *tx) fail(err error) error {
	err = classify(err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// try runs fn so that its failure undoes only fn: the transaction goes on as if
// fn had not run, and try returns its error. Where ON CONFLICT can say the same,
// it is cheaper.
func (t *tx) try(ctx context.Context, fn func() error) error {
	if t.failed != nil {
		return fmt.Errorf("%w: %w", errAgain, t.failed)
	}
	t.depth++
	defer func() { t.depth-- }()
	name := "try" + strconv.Itoa(t.depth)
	if _, err := t.run.exec(ctx, "SAVEPOINT "+name, nil); err != nil {
		return t.fail(err)
	}
	err := fn()
	if err == nil {
		err = t.failed
	}
	if err == nil {
		if _, err := t.run.exec(ctx, "RELEASE SAVEPOINT "+name, nil); err != nil {
			return t.fail(err)
		}
		return nil
	}
	if _, undo := t.run.exec(ctx, "ROLLBACK TO SAVEPOINT "+name, nil); undo != nil {
		// The engine has given up the whole transaction.
		return errors.Join(err, t.fail(undo))
	}
	if _, undo := t.run.exec(ctx, "RELEASE SAVEPOINT "+name, nil); undo != nil {
		return errors.Join(err, t.fail(undo))
	}
	t.failed = nil
	return err
}

// call runs a job once. A panic becomes an error and, being a fault of ours, is
// logged with its stack, which the error does not carry. A job that ignored a
// failed statement fails all the same.
func (t *tx) call(ctx context.Context, fn func(context.Context, *tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.s.log.Error("panic in a write", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic in a write: %v", p)
		}
	}()
	if err := fn(context.WithValue(ctx, joinKey{}, t), t); err != nil {
		return err
	}
	return t.failed
}

// joinKey marks a job's context with its transaction. Without it a write inside
// a write would wait for itself for ever.
type joinKey struct{}

// joined returns the transaction of s that ctx belongs to, nil outside a job.
func joined(ctx context.Context, s *Store) *tx {
	if t, ok := ctx.Value(joinKey{}).(*tx); ok && t.s == s {
		return t
	}
	return nil
}

// write runs job in a transaction and returns when it is durable, or with an
// error when nothing of it has happened. A ctx that ends before the job was
// begun keeps it from running; once begun it is finished. The one uncertain case
// is PostgreSQL's connection breaking during COMMIT: that error leaves open
// whether the job has happened.
//
// Called with the ctx of a job, it joins that job: both happen or neither.
func (s *Store) write(ctx context.Context, job func(ctx context.Context, tx *tx) error) error {
	return s.writeAs(ctx, WriteOther, job)
}

// writeAs is write for a transaction that is counted as one of a kind.
func (s *Store) writeAs(ctx context.Context, kind WriteKind, job func(ctx context.Context, tx *tx) error) (err error) {
	if t := joined(ctx, s); t != nil {
		return t.try(ctx, func() error { return job(ctx, t) })
	}
	begun := time.Now()
	if s.engine == enginePostgres {
		err = s.transactPostgres(ctx, job)
	} else {
		err = s.writer.do(ctx, job)
	}
	if s.wrote != nil {
		s.wrote(kind, time.Since(begun), err)
	}
	return err
}

// skipLocked ends the inner SELECT of a claim: on PostgreSQL rows that another
// transaction is claiming are passed over; on SQLite there is only one at a time.
func (s *Store) skipLocked() string {
	if s.engine == enginePostgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}
