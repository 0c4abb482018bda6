package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// servingPrefix begins the names of the leases of programs that serve.
	servingPrefix = "serves/"
	// servingFor is for how long such a lease lasts, and servingEvery how often it
	// is renewed: a program that was killed counts as serving until it has ended.
	servingFor   = time.Minute
	servingEvery = 20 * time.Second
)

// ErrServing is returned when a program serves the database that something else
// must have for itself.
var ErrServing = errors.New("a program serves this database, or did less than a minute ago")

// Serve notes that this program serves the database, until ctx ends: whoever
// moves or restores a database asks for it. A note that can't be made now is made
// the next time.
func (s *Store) Serve(ctx context.Context) error {
	name, holder := servingPrefix+s.self, s.program
	tick := time.NewTicker(servingEvery)
	defer tick.Stop()
	for {
		if _, err := s.Lease(ctx, name, holder, servingFor); err != nil && ctx.Err() == nil {
			s.log.Warn("could not note that this program serves", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if _, err := s.Lease(last, name, holder, 0); err != nil && !errors.Is(err, ErrClosed) {
				s.log.Warn("could not note that this program serves no more", "err", err)
			}
			return nil
		}
	}
}

// Serving is how many programs serve the database.
func (s *Store) Serving(ctx context.Context) (n int, err error) {
	err = s.read(ctx).row(ctx, `SELECT COUNT(*) FROM lease WHERE substr(name, 1, $1) = $2 AND expires > $3`,
		int64(len(servingPrefix)), servingPrefix, millis(s.real())).scan(&n)
	return n, wrap("ask who serves", err)
}

// Servers are the programs that serve the database, each by a name of its own for as
// long as it has the database open.
func (s *Store) Servers(ctx context.Context) ([]string, error) {
	all, err := list(ctx, s.read(ctx), column[string], `SELECT substr(name, $1) FROM lease WHERE substr(name, 1, $2) = $3 AND expires > $4 ORDER BY name`,
		int64(len(servingPrefix)+1), int64(len(servingPrefix)), servingPrefix, millis(s.real()))
	return all, wrap("ask who serves", err)
}

// refuseServed returns [ErrServing] if a program serves the database.
func (s *Store) refuseServed(ctx context.Context) error {
	n, err := s.Serving(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: stop it, wait a minute, and try again; nothing has changed", ErrServing)
	}
	return err
}
