package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// reloadsKept is for how long a copy of the program heeds a request to read the
// question banks again, and for how long anybody can ask what was said to it.
const reloadsKept = 10 * time.Minute

// ReloadAnswer is what a copy of the program said when it was asked to read the
// question banks again.
type ReloadAnswer struct {
	Copy  string   // as in [Store.Servers]
	Place string   // where it runs
	Fine  bool     // the banks as they are now are used
	Said  []string // in lines
}

// ErrLevel is returned by [Beside] for a database that a program of this version
// would first have to migrate.
var ErrLevel = errors.New("the database is not up to date")

// Beside opens a database to write to it beside the programs that serve it. It
// migrates nothing, for they may be older.
func Beside(ctx context.Context, log *slog.Logger, url string, opts Options) (*Store, error) {
	s, err := Peek(ctx, log, url)
	if err != nil {
		return nil, err
	}
	var level, known int64
	if known, err = newest(embedded()); err == nil {
		level, err = s.level(ctx, s.readDB)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		return nil, classify(err)
	}
	if level < known {
		return nil, fmt.Errorf("%w: it has schema %d, and this program works with %d; start the bot of this version first, or run studyhall migrate", ErrLevel, level, known)
	}
	return Open(ctx, log, url, opts)
}

// AskReload asks every program that serves the database to read the question banks
// again; id is a new one.
func (s *Store) AskReload(ctx context.Context, id string) error {
	return wrap("ask for other banks", s.write(ctx, func(ctx context.Context, tx *tx) error {
		now := s.real()
		if _, err := tx.exec(ctx, `DELETE FROM reloads WHERE asked_at < $1`, millis(now.Add(-reloadsKept))); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO reloads (id, asked_at) VALUES ($1, $2)`, id, millis(now))
		return err
	}))
}

// ReloadsAsked are the requests that this program has not answered.
func (s *Store) ReloadsAsked(ctx context.Context) ([]string, error) {
	all, err := list(ctx, s.read(ctx), column[string], `SELECT id FROM reloads r WHERE asked_at > $1
		AND NOT EXISTS (SELECT 1 FROM reload_answers a WHERE a.reload = r.id AND a.copy = $2) ORDER BY asked_at, id`,
		millis(s.real().Add(-reloadsKept)), s.self)
	return all, wrap("look whether other banks are asked for", err)
}

// AnswerReload records what this program says to a request.
func (s *Store) AnswerReload(ctx context.Context, id, place string, fine bool, said []string) error {
	_, err := s.change(ctx, `INSERT INTO reload_answers (reload, copy, place, fine, said)
		SELECT $1, $2, $3, CAST($4 AS BOOLEAN), $5 FROM reloads WHERE id = $1 ON CONFLICT DO NOTHING`, id, s.self, place, fine, strings.Join(said, "\n"))
	return wrap("answer about banks", err)
}

// ReloadAnswers is what was said to a request so far.
func (s *Store) ReloadAnswers(ctx context.Context, id string) ([]ReloadAnswer, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (a ReloadAnswer, err error) {
		var said string
		err = scan(&a.Copy, &a.Place, &a.Fine, &said)
		a.Said = strings.Split(said, "\n")
		return a, err
	}, `SELECT copy, place, fine, said FROM reload_answers WHERE reload = $1 ORDER BY place, copy`, id)
	return all, wrap("read answers about banks", err)
}
