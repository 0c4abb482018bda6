package store

import (
	"context"
	"fmt"
	"time"

	"studyhall/bot"
)

var _ bot.Shelf = (*Store)(nil)

// sweepBatch is how many expired rows one transaction removes, so that a sweep
// holds nobody up.
const sweepBatch = 500

// expiry returns when something put now for ttl ends; 0 is never.
func (s *Store) expiry(ttl time.Duration) int64 {
	if ttl <= 0 {
		return 0
	}
	return millis(s.real().Add(ttl))
}

// Put stores a value under space and key, in place of an earlier one. A ttl of 0
// or less keeps it until it is deleted.
func (s *Store) Put(ctx context.Context, space, key string, value []byte, ttl time.Duration) error {
	if value == nil {
		value = []byte{}
	}
	err := s.write(ctx, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `
			INSERT INTO shelf (space, name, value, expires) VALUES ($1, $2, $3, $4)
			ON CONFLICT (space, name) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
			space, key, value, s.expiry(ttl))
		return err
	})
	if err != nil {
		return fmt.Errorf("put %s on the shelf of %s: %w", key, space, err)
	}
	return nil
}

// Get returns the value under space and key; ok is false when there is none or
// it has expired.
func (s *Store) Get(ctx context.Context, space, key string) (value []byte, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `
		SELECT value FROM shelf WHERE space = $1 AND name = $2 AND (expires = 0 OR expires > $3)`,
		space, key, millis(s.real())).scan(&value))
	if err != nil {
		return nil, false, fmt.Errorf("get %s from the shelf of %s: %w", key, space, err)
	}
	return value, ok, nil
}

// Delete removes the value under space and key, if there is one.
func (s *Store) Delete(ctx context.Context, space, key string) error {
	err := s.write(ctx, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `DELETE FROM shelf WHERE space = $1 AND name = $2`, space, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete %s from the shelf of %s: %w", key, space, err)
	}
	return nil
}

// Seen records an identifier for ttl and reports whether it was recorded
// already. Of any number of callers at once exactly one is told false.
func (s *Store) Seen(ctx context.Context, id string, ttl time.Duration) (bool, error) {
	var seen bool
	err := s.write(ctx, func(ctx context.Context, tx *tx) error {
		now := s.real()
		n, err := tx.exec(ctx, `
			INSERT INTO seen (id, expires) VALUES ($1, $2)
			ON CONFLICT (id) DO UPDATE SET expires = excluded.expires WHERE seen.expires <= $3`,
			id, millis(now.Add(ttl)), millis(now))
		seen = n == 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("record that %s was seen: %w", id, err)
	}
	return seen, nil
}

// Lease takes the named lease for holder, or extends it, and reports whether
// holder has it now. A ttl of 0 or less gives it back. It ends early with the copy of the
// program that took it, if that dies; see [Presence]. Between machines it is as
// exact as their clocks: let a lease last much longer than they may differ.
func (s *Store) Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	var held bool
	err := s.writeAs(ctx, WriteLease, func(ctx context.Context, tx *tx) error {
		held = false
		if ttl <= 0 {
			_, err := tx.exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
			return err
		}
		now := s.real()
		n, err := tx.exec(ctx, `
			INSERT INTO lease (name, holder, expires, copy) VALUES ($1, $2, $3, $5)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires, copy = excluded.copy
			WHERE lease.holder = excluded.holder OR lease.expires <= $4`,
			name, holder, millis(now.Add(ttl)), millis(now), s.copy.Load())
		held = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease %s for %s: %w", name, holder, err)
	}
	return held, nil
}

// Sweep removes what has expired from the shelf, the seen identifiers, the leases
// and what was read of files, a little at a time, and returns how many rows that were. Nothing
// depends on when it runs.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	statements := []string{
		`DELETE FROM shelf WHERE (space, name) IN (
			SELECT space, name FROM shelf WHERE expires > 0 AND expires <= $1 ORDER BY expires LIMIT $2` + s.skipLocked() + `)`,
		`DELETE FROM seen WHERE id IN (
			SELECT id FROM seen WHERE expires <= $1 ORDER BY expires LIMIT $2` + s.skipLocked() + `)`,
		`DELETE FROM lease WHERE name IN (
			SELECT name FROM lease WHERE expires <= $1 ORDER BY expires LIMIT $2` + s.skipLocked() + `)`,
		`DELETE FROM imports WHERE expires <= $1 AND id IN (
			SELECT id FROM imports WHERE expires <= $1 ORDER BY expires LIMIT $2` + s.skipLocked() + `)`,
	}
	now := millis(s.real())
	var total int64
	for _, statement := range statements {
		for {
			var n int64
			err := s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
				n, err = tx.exec(ctx, statement, now, int64(sweepBatch))
				return err
			})
			if err != nil {
				return total, fmt.Errorf("sweep: %w", err)
			}
			total += n
			if n < sweepBatch {
				break
			}
		}
	}
	return total, nil
}
