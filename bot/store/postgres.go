package store

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// conflictTries bounds how often a transaction is run that PostgreSQL gives
	// up because of others.
	conflictTries = 30
	conflictFirst = 2 * time.Millisecond   // mean wait after the first
	conflictMost  = 200 * time.Millisecond // longest mean wait

	// foreignTries bounds how often one is repeated that refers to what is gone.
	foreignTries = 3

	// transactionLimit ends a transaction whose server no longer answers.
	transactionLimit = time.Minute
)

// openPostgres connects; nothing is migrated yet.
func (s *Store) openPostgres(ctx context.Context, t target, opts Options) error {
	s.readDB = stdlib.OpenDB(*t.config)
	size := opts.Connections
	if size <= 0 {
		size = max(8, 4*runtime.GOMAXPROCS(0))
	}
	size = max(size, 2) // one holds the lock while another migrates
	s.readDB.SetMaxOpenConns(size)
	s.readDB.SetMaxIdleConns(size)
	s.readDB.SetConnMaxIdleTime(5 * time.Minute)
	s.readDB.SetConnMaxLifetime(time.Hour) // so that a failed-over server is noticed
	s.reads = plain{db: s.readDB}
	s.where = fmt.Sprintf("PostgreSQL database %s at %s", t.config.Database, t.config.Host)
	if err := s.readDB.PingContext(ctx); err != nil {
		return fmt.Errorf("connect to %s: %w", s.where, err)
	}
	return nil
}

// transactPostgres runs a job, again after each conflict.
func (s *Store) transactPostgres(ctx context.Context, job func(context.Context, *tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval = conflictFirst
	wait.MaxInterval = conflictMost
	wait.Multiplier = 2
	wait.RandomizationFactor = 0.9 // contenders must spread, or they meet again
	vanished := 0
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := s.transactOnce(ctx, job)
		if isForeign(err) && vanished < foreignTries {
			vanished++ // what it referred to may just have been erased; it then finds that out
		} else if err != nil && !isConflict(err) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(s.tries))
	return err
}

func (s *Store) transactOnce(ctx context.Context, job func(context.Context, *tx) error) error {
	conn, err := s.readDB.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	// A caller that goes away must not cut the COMMIT in two: its outcome would
	// be unknown. So the transaction has a limit of its own.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactionLimit)
	defer cancel()
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	// Rolls back whatever way the job ends; after COMMIT it does nothing.
	defer raw.Rollback()
	t := &tx{s: s, run: plain{db: raw}}
	if err := t.call(ctx, job); err != nil {
		if t.failed != nil && isConflict(t.failed) && !isConflict(err) {
			err = fmt.Errorf("%w: %w", err, t.failed) // the job hid what makes it worth repeating
		}
		return err
	}
	if err := raw.Commit(); err != nil {
		return classify(err)
	}
	s.jobs.Add(1)
	s.commits.Add(1)
	return nil
}
