package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// copyTick is the time between two looks at the other copies.
	copyTick = 2 * time.Second
	// aloneTick is the same on SQLite, where only a newer program may come.
	aloneTick = 30 * time.Second
	// copyPatience is how long one look may take before the connection counts as lost.
	copyPatience = 5 * time.Second
)

// Presence is this program as one of the copies that work on a database. On
// PostgreSQL it holds an advisory lock for as long as its connection lasts, which
// is the sign that it lives: the server gives the lock up when the process has
// ended, however it ended, and keeps it for one that is merely slow or stopped.
// What a copy without its lock had in hand is free at once, instead of when its
// leases end. Attempt numbers keep that safe should it live after all.
//
// On SQLite, where one copy works, there is nobody to tell.
type Presence struct {
	s    *Store
	conn *pgx.Conn // whose session has the lock; nil while there is none
	id   int64     // the lock's key, and what claims are marked with
}

// Attend makes the program known to the other copies of it. If that fails, it is
// logged and [Presence.Watch] tries again; until then its claims last as long as
// their leases. Leave it after use.
func (s *Store) Attend(ctx context.Context) *Presence {
	p := &Presence{s: s}
	if err := p.look(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrNewer) {
		s.log.Warn("other copies of the program don't see this one yet", "err", err)
	}
	return p
}

// Watch looks every two seconds for copies that have died and frees what they had
// in hand, until ctx ends. It returns [ErrNewer] as soon as the database accepts
// this program no longer.
func (p *Presence) Watch(ctx context.Context) error {
	every := copyTick
	if p.s.engine != enginePostgres {
		every = aloneTick
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := p.look(ctx); errors.Is(err, ErrNewer) {
			return err
		} else if err != nil && ctx.Err() == nil {
			p.s.log.Warn("could not look at the other copies of the program; will try again", "err", err)
			p.lose()
		}
	}
}

// Leave ends the presence and frees at once what this copy still has in hand. Call
// it when nothing claims any more.
func (p *Presence) Leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), copyPatience)
	defer cancel()
	id := p.id
	p.lose()
	if id == 0 {
		return
	}
	if _, err := p.s.release(ctx, id); err != nil {
		p.s.log.Warn("what this copy had in hand is not released; the other copies do that", "err", err)
	}
}

// lose gives up the session, and with it the lock.
func (p *Presence) lose() {
	if p.conn == nil {
		return
	}
	p.s.copy.Store(0)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	// Ending the session would give the lock up too, but only a moment later.
	if _, err := p.conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, p.id); err == nil {
		err = p.conn.Close(ctx)
		if err != nil {
			p.s.log.Debug("connection not closed", "err", err)
		}
	} else {
		p.conn.Close(ctx)
	}
	p.conn, p.id = nil, 0
}

// look is one round: join, unless it has; see whether the database accepts this
// program; free what dead copies had.
func (p *Presence) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, copyPatience)
	defer cancel()
	if err := p.s.accepted(ctx); err != nil || p.s.engine != enginePostgres {
		return err
	}
	if p.conn == nil {
		if err := p.join(ctx); err != nil {
			return fmt.Errorf("join the other copies: %w", err)
		}
	}
	// Taking another's lock for a moment is what tells that it has it no more.
	rows, err := p.conn.Query(ctx, `SELECT id FROM copies WHERE id <> $1 AND pg_try_advisory_xact_lock(id)`, p.id)
	if err != nil {
		return fmt.Errorf("look for other copies: %w", err)
	}
	dead, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look for other copies: %w", err)
	}
	for _, id := range dead {
		freed, err := p.s.release(ctx, id)
		if err != nil {
			return fmt.Errorf("free what a dead copy had in hand: %w", err)
		}
		if freed >= 0 {
			p.s.log.Warn("another copy of the program died; what it had in hand is free", "copy", id, "freed", freed)
		}
	}
	var all int64
	if err := p.conn.QueryRow(ctx, `SELECT COUNT(*) FROM copies`).Scan(&all); err != nil {
		return fmt.Errorf("count the copies: %w", err)
	}
	p.s.copies.Store(all)
	return nil
}

// Copies is how many copies of the program work on the database, this one
// included, as it was seen last; at least 1. What a platform allows them all
// together is divided by it.
func (s *Store) Copies() int { return int(max(s.copies.Load(), 1)) }

// join opens a session of its own, takes the lock, and only then tells its key.
func (p *Presence) join(ctx context.Context) (err error) {
	conn, err := pgx.ConnectConfig(ctx, p.s.server.Copy())
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			conn.Close(ctx)
		}
	}()
	// The server then notices within 10 seconds that this machine is gone, too.
	// Without network, or where it can't, that has no effect.
	for _, set := range []string{`SET tcp_keepalives_idle = 4`, `SET tcp_keepalives_interval = 2`, `SET tcp_keepalives_count = 3`} {
		if _, err := conn.Exec(ctx, set); err != nil {
			p.s.log.Debug("the server can't be told how soon to notice that this machine is gone", "err", err)
		}
	}
	id := newCopyID()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, id); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `INSERT INTO copies (id, version, since) VALUES ($1, $2, $3)`, id, p.s.program, millis(p.s.real())); err != nil {
		return err
	}
	p.conn, p.id = conn, id
	p.s.copy.Store(id)
	return nil
}

// newCopyID is a random number above 0.
func newCopyID() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:])>>1 | 1)
}

// release frees what a copy had in hand, unless it lives, or another is at it:
// then it returns -1, else how many claims that were. Zero is an instant that has
// passed by everybody's clock.
func (s *Store) release(ctx context.Context, id int64) (freed int64, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		freed = -1
		var dead bool
		if err := tx.row(ctx, `SELECT pg_try_advisory_xact_lock($1)`, id).scan(&dead); err != nil || !dead {
			return err
		}
		n, err := tx.exec(ctx, `DELETE FROM copies WHERE id = $1`, id)
		if err != nil || n == 0 {
			return err
		}
		freed = 0
		for _, text := range []string{
			`UPDATE due SET run_at = 0, holder = 0 WHERE state = 'waiting' AND holder = $1`,
			`UPDATE deliveries SET run_at = 0, sender = 0 WHERE state = 'waiting' AND sender = $1`,
			`UPDATE deliveries SET edit_run = 0, editor = 0 WHERE state = 'sent' AND shown < wanted AND editor = $1 AND edit_run > 0`,
			`UPDATE deliveries SET pin_run = 0, pinner = 0 WHERE state = 'sent' AND pin_shown <> pin_wanted AND pinner = $1 AND pin_run > 0`,
			`UPDATE deliveries SET check_at = 1, checker = 0 WHERE check_at > 0 AND checker = $1`,
			`UPDATE lease SET expires = 0 WHERE copy = $1`,
		} {
			n, err := tx.exec(ctx, text, id)
			if err != nil {
				return err
			}
			freed += n
		}
		return nil
	})
	return freed, err
}

// accepted returns ErrNewer once the database accepts only programs that know more
// than this one does.
func (s *Store) accepted(ctx context.Context) error {
	var from int64
	var by string
	if err := s.read(ctx).row(ctx, `SELECT accepts_from, migrated_by FROM program`).scan(&from, &by); err != nil {
		return fmt.Errorf("ask %s which programs it accepts: %w", s.where, err)
	}
	return s.refusal(from, s.known, by)
}
