package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// maxBatch is the most jobs that share a commit.
	maxBatch = 512
	// batchTime ends a batch so that its first jobs are answered soon. A commit
	// takes a fraction of it.
	batchTime = 5 * time.Millisecond
)

// A job's way through the writer.
const (
	jobWaiting int32 = iota
	jobRunning
	jobLeft // its caller has gone; it will not run
)

type job struct {
	ctx   context.Context
	fn    func(context.Context, *tx) error
	state atomic.Int32
	done  chan error // holds one
}

// writer owns the one SQLite connection that writes. Its goroutine puts all
// waiting jobs into one transaction, each under a savepoint, and answers them
// after the one COMMIT that makes them durable.
type writer struct {
	s    *Store
	db   *sql.DB
	conn *sql.Conn
	// stmts are prepared on conn.
	stmts map[string]*sql.Stmt

	jobs    chan *job
	quit    chan struct{} // closed by Close: finish what waits
	stopped chan struct{} // closed when the goroutine has ended
}

func newWriter(s *Store, db *sql.DB) *writer {
	return &writer{
		s: s, db: db,
		stmts:   map[string]*sql.Stmt{},
		jobs:    make(chan *job, maxBatch),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
}

// do hands fn to the writer and waits for its answer. When it returns ctx's
// error, fn has not run and will not.
func (w *writer) do(ctx context.Context, fn func(context.Context, *tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case <-w.quit:
		return ErrClosed
	default:
	}
	select {
	case w.jobs <- j:
	case <-w.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobLeft) {
			return ctx.Err()
		}
	case <-w.stopped:
	}
	// Begun already, or the writer has ended: the answer is on its way or there
	// will be none.
	select {
	case err := <-j.done:
		return err
	case <-w.stopped:
	}
	select {
	case err := <-j.done:
		return err
	default:
		return ErrClosed
	}
}

// loop runs until quit and then finishes what waits. A job that ends its
// goroutine (a test's FailNow) ends the loop too; stopped then tells all others.
func (w *writer) loop() {
	defer close(w.stopped)
	defer w.disconnect()
	batch := make([]*job, 0, maxBatch)
	for {
		var first *job
		select {
		case first = <-w.jobs:
		case <-w.quit:
			select {
			case first = <-w.jobs:
			default:
				return
			}
		}
		// Callers that are ready to run get to hand in their jobs first.
		runtime.Gosched()
		batch = w.waiting(append(batch[:0], first))
		for rest := batch; len(rest) > 0; {
			rest = w.share(rest)
		}
		clear(batch)
	}
}

// waiting adds the jobs that wait already.
func (w *writer) waiting(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// share runs jobs in one transaction, commits and answers. It returns those it
// has left for the next transaction.
func (w *writer) share(jobs []*job) (rest []*job) {
	ctx := context.Background() // interrupting a statement would undo the jobs of others
	if err := w.begin(ctx); err != nil {
		err = fmt.Errorf("begin: %w", classify(err))
		for _, j := range jobs {
			j.answer(err)
		}
		return nil
	}
	start := w.s.real()
	var ran []*job
	for i, j := range jobs {
		if !j.take() {
			continue
		}
		err, lost := w.run(ctx, j)
		if lost {
			// The engine has undone everything, for example on a full disk.
			w.undo(ctx)
			j.done <- err
			for _, other := range ran {
				other.done <- fmt.Errorf("shared transaction undone: %w", err)
			}
			return jobs[i+1:]
		}
		if err != nil {
			j.done <- err
			continue
		}
		ran = append(ran, j)
		if w.s.real().Sub(start) >= batchTime {
			rest = jobs[i+1:]
			break
		}
	}
	w.finish(ctx, ran)
	return rest
}

// finish commits what ran and answers.
func (w *writer) finish(ctx context.Context, ran []*job) {
	if len(ran) == 0 {
		w.undo(ctx)
		return
	}
	_, err := w.exec(ctx, "COMMIT", nil)
	if err != nil {
		err = fmt.Errorf("commit: %w", classify(err))
		w.undo(ctx)
	} else {
		w.s.commits.Add(1)
		w.s.jobs.Add(int64(len(ran)))
	}
	for _, j := range ran {
		j.done <- err
	}
}

// run runs one job under its savepoint. lost says that the whole transaction is
// gone; err is never nil then.
func (w *writer) run(ctx context.Context, j *job) (err error, lost bool) {
	if _, err := w.exec(ctx, "SAVEPOINT job", nil); err != nil {
		return classify(err), true
	}
	t := &tx{s: w.s, run: w}
	err = t.call(context.WithoutCancel(j.ctx), j.fn)
	if err == nil {
		if _, err := w.exec(ctx, "RELEASE SAVEPOINT job", nil); err != nil {
			return classify(err), true
		}
		return nil, false
	}
	if _, undo := w.exec(ctx, "ROLLBACK TO SAVEPOINT job", nil); undo != nil {
		return err, true
	}
	if _, undo := w.exec(ctx, "RELEASE SAVEPOINT job", nil); undo != nil {
		return err, true
	}
	return err, false
}

// take begins a job unless its caller has gone.
func (j *job) take() bool {
	if err := j.ctx.Err(); err != nil {
		j.answer(err)
		return false
	}
	return j.state.CompareAndSwap(jobWaiting, jobRunning)
}

// answer ends a job that has not begun.
func (j *job) answer(err error) {
	if j.state.CompareAndSwap(jobWaiting, jobRunning) {
		j.done <- err
	}
}

func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return err
		}
		w.conn = conn
	}
	_, err := w.exec(ctx, "BEGIN IMMEDIATE", nil)
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		w.disconnect() // the next batch connects anew
	}
	return err
}

// undo rolls back. An error means that the engine has done so already.
func (w *writer) undo(ctx context.Context) {
	w.exec(ctx, "ROLLBACK", nil)
}

func (w *writer) disconnect() {
	for _, stmt := range w.stmts {
		stmt.Close()
	}
	clear(w.stmts)
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

func (w *writer) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := w.stmts[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, bare(text))
	if err != nil {
		return nil, err
	}
	if len(w.stmts) >= maxPrepared {
		for _, old := range w.stmts {
			old.Close()
		}
		clear(w.stmts)
	}
	w.stmts[text] = stmt
	return stmt, nil
}

// exec and query make the writer a runner. They drop ctx's end: interrupting a
// statement makes SQLite undo the whole transaction, with the jobs of others.
func (w *writer) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	ctx = uncancelled(ctx)
	stmt, err := w.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (w *writer) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	ctx = uncancelled(ctx)
	stmt, err := w.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func uncancelled(ctx context.Context) context.Context {
	if ctx.Done() == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}
