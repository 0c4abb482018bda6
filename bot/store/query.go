package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// querier answers queries: what s.read returns, and a *tx.
type querier interface {
	// row runs a query for one row; see the result's scan.
	row(ctx context.Context, text string, args ...any) row
	// query runs a query for several rows; use list, which closes them.
	query(ctx context.Context, text string, args ...any) (*rows, error)
}

// asker is one way for queries to reach an engine.
type asker interface {
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// runner is one way for all statements to reach an engine.
type runner interface {
	asker
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
}

// rows are the answers to a query. Errors of the engine reach the transaction
// that asked, so that it counts as failed.
type rows struct {
	*sql.Rows
	tx *tx // nil outside a write
}

func (r *rows) close() error {
	err := errors.Join(r.Err(), r.Close())
	if r.tx != nil {
		r.tx.fail(err)
	}
	return err
}

// row is the answer to a query for one row.
type row struct {
	rows *rows
	err  error
}

// scan copies the row's columns into dest. Without a row it returns
// sql.ErrNoRows, which found turns into false.
func (r row) scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	var err error
	if r.rows.Next() {
		err = r.rows.Scan(dest...)
	} else if r.rows.Err() == nil {
		err = sql.ErrNoRows
	}
	if closing := r.rows.close(); closing != nil {
		return closing
	}
	return err
}

func rowOf(ctx context.Context, q querier, text string, args []any) row {
	rows, err := q.query(ctx, text, args...)
	return row{rows: rows, err: err}
}

// scanner copies the columns of the current row, as (*sql.Rows).Scan does.
type scanner func(dest ...any) error

// list runs a query and reads each row with read. It returns an empty slice, not
// nil, when there are none. read must not use q.
func list[T any](ctx context.Context, q querier, read func(scanner) (T, error), text string, args ...any) ([]T, error) {
	all := []T{}
	err := visit(ctx, q, func(scan scanner) error {
		one, err := read(scan)
		all = append(all, one)
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// visit runs a query and calls read for each row; the first error ends it. read
// must not use q.
func visit(ctx context.Context, q querier, read func(scanner) error, text string, args ...any) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return errors.Join(err, rows.close())
		}
	}
	return rows.close()
}

// column reads rows of one column, for list.
func column[T any](scan scanner) (v T, err error) {
	err = scan(&v)
	return v, err
}

// reader is a querier outside a write.
type reader struct {
	s   *Store
	run asker
}

func (r reader) row(ctx context.Context, text string, args ...any) row {
	return rowOf(ctx, r, text, args)
}

func (r reader) query(ctx context.Context, text string, args ...any) (*rows, error) {
	r.s.traced(text, args)
	answer, err := r.run.query(ctx, text, args)
	if err != nil {
		return nil, classify(err)
	}
	return &rows{Rows: answer}, nil
}

// pool runs statements on any connection of a database, each prepared once per
// connection and kept.
type pool struct {
	db    *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

// maxPrepared bounds the prepared statements kept per pool. Statements are
// constants, so it is only reached by a mistake.
const maxPrepared = 1000

// prepare returns the statement for text, or nil when too many are kept already.
func (p *pool) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	stmt, full := p.stmts[text], len(p.stmts) >= maxPrepared
	p.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := p.db.PrepareContext(ctx, bare(text))
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier := p.stmts[text]; earlier != nil {
		stmt.Close()
		return earlier, nil
	}
	p.stmts[text] = stmt
	return stmt, nil
}

// kept is the statement for text if it is prepared, or nil.
func (p *pool) kept(text string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.stmts[text]
}

func (p *pool) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt, err := p.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return p.db.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, stmt := range p.stmts {
		stmt.Close()
	}
	clear(p.stmts)
	return p.db.Close()
}

// within runs queries in a transaction on one of a pool's connections, by what the
// pool has prepared. A statement that it hasn't runs as it is: preparing takes
// another connection, and when transactions hold them all, all would wait for ever.
type within struct {
	tx      *sql.Tx
	pool    *pool
	missing []string // to be prepared when the transaction is over
}

func (w *within) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt := w.pool.kept(text)
	if stmt == nil {
		w.missing = append(w.missing, text)
		return w.tx.QueryContext(ctx, text, args...)
	}
	return w.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
}

// prepare prepares what was missing, for the next time.
func (w *within) prepare(ctx context.Context) {
	for _, text := range w.missing {
		if _, err := w.pool.prepare(ctx, text); err != nil {
			return // it will be missing again
		}
	}
}

// plain runs statements without preparing them here: pgx keeps prepared
// statements per connection itself.
type plain struct {
	db interface {
		ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	}
}

func (p plain) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return p.db.ExecContext(ctx, text, args...)
}

func (p plain) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return p.db.QueryContext(ctx, text, args...)
}

// read returns what answers queries: outside a write the newest committed state,
// inside a job (by its ctx) the job itself.
func (s *Store) read(ctx context.Context) querier {
	if tx := joined(ctx, s); tx != nil {
		return tx
	}
	return reader{s: s, run: s.reads}
}

// view runs fn with a querier whose queries all see the same instant. fn cannot
// write.
func (s *Store) view(ctx context.Context, fn func(ctx context.Context, q querier) error) error {
	if tx := joined(ctx, s); tx != nil {
		return fn(ctx, tx)
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if s.engine == enginePostgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.readDB.BeginTx(ctx, opts)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback() // nothing was written; an error here changes nothing
	readers, ok := s.reads.(*pool)
	if !ok {
		return fn(ctx, reader{s: s, run: plain{db: tx}})
	}
	run := &within{tx: tx, pool: readers}
	err = fn(ctx, reader{s: s, run: run})
	tx.Rollback() // gives the connection back
	run.prepare(ctx)
	return err
}
