package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/stdlib"
)

// copyBatch is how many rows one statement puts into SQLite, at most.
const copyBatch = 64

// sqliteVariables is fewer than a statement of SQLite may have.
const sqliteVariables = 30000

// ErrContent is returned for a database into which nothing is copied because
// there is something in it already. It is untouched.
var ErrContent = errors.New("there is something in the database already")

// Copied says what was copied.
type Copied struct {
	Tables int
	Rows   int64
}

// copyAll puts everything that from has, as it is at one instant, into the empty
// database to, in one transaction, and reads it again to compare. Both must have
// the same schema. finish, if given, runs before that is committed. When it
// fails nothing has happened.
func copyAll(ctx context.Context, from, to *Store, finish func(ctx context.Context, tx *tx) error) (c Copied, err error) {
	copying := func(inner context.Context, target *tx, conn *sql.Conn) error {
		err := from.view(ctx, func(ctx context.Context, source querier) (err error) {
			c, err = copyTables(ctx, from, source, to, target, conn)
			return err
		})
		if err == nil && finish != nil {
			err = finish(inner, target)
		}
		return err
	}
	if to.engine == enginePostgres {
		err = to.alone(ctx, copying)
	} else {
		err = to.write(ctx, func(ctx context.Context, target *tx) error { return copying(ctx, target, nil) })
	}
	if err != nil {
		return Copied{}, classify(err)
	}
	return c, nil
}

// alone runs job in a transaction on a PostgreSQL connection of its own, for as
// long as it takes, once.
func (s *Store) alone(ctx context.Context, job func(ctx context.Context, t *tx, conn *sql.Conn) error) error {
	conn, err := s.readDB.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	t := &tx{s: s, run: plain{db: conn}}
	if err := job(context.WithValue(ctx, joinKey{}, t), t, conn); err != nil {
		conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // an error means that the server has done so
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

func copyTables(ctx context.Context, from *Store, source querier, to *Store, target *tx, conn *sql.Conn) (c Copied, err error) {
	tables, err := from.tables(ctx, source)
	if err != nil {
		return c, fmt.Errorf("read the schema of %s: %w", from.where, err)
	}
	there, err := to.tables(ctx, target)
	if err != nil {
		return c, fmt.Errorf("read the schema of %s: %w", to.where, err)
	}
	if err := same(tables, there); err != nil {
		return c, fmt.Errorf("%s and %s differ: %w", from.where, to.where, err)
	}
	if err := empty(ctx, target, there); err != nil {
		return c, err
	}
	for _, t := range slices.Backward(there) { // what every new database has, and what is of no use to another
		if _, err := target.exec(ctx, `DELETE FROM `+t.name); err != nil {
			return c, err
		}
	}
	for _, t := range tables {
		if err := copyTable(ctx, source, t, to, target, conn); err != nil {
			return c, fmt.Errorf("copy table %s: %w", t.name, err)
		}
	}
	for _, t := range tables {
		want, err := digestOf(ctx, source, t)
		if err != nil {
			return c, fmt.Errorf("check table %s: %w", t.name, err)
		}
		got, err := digestOf(ctx, target, t)
		if err != nil {
			return c, fmt.Errorf("check the copy of table %s: %w", t.name, err)
		}
		if got != want {
			return c, fmt.Errorf("the copy of table %s is not what it was copied from: %d rows, and %d in the copy", t.name, want.rows, got.rows)
		}
		c.Tables++
		c.Rows += want.rows
	}
	return c, nil
}

// passing are tables whose rows say nothing that is kept: a new database has
// some, and a program that only ran for a moment leaves others.
func passing() []string {
	return []string{"program", "lease", "seen", "copies", "reload_answers", "reloads"}
}

// empty returns [ErrContent] if there is a row in any table but those of passing.
func empty(ctx context.Context, q querier, tables []table) error {
	for _, t := range tables {
		if slices.Contains(passing(), t.name) {
			continue
		}
		text := `SELECT 1 FROM ` + t.name + ` LIMIT 1`
		if t.name == "shelf" {
			text = `SELECT 1 FROM shelf WHERE space <> '` + ownSpace + `' LIMIT 1`
		}
		var one int64
		switch any, err := found(q.row(ctx, text).scan(&one)); {
		case err != nil:
			return err
		case any:
			return fmt.Errorf("%w: table %s has rows", ErrContent, t.name)
		}
	}
	return nil
}

// copyTable copies the rows of a table.
func copyTable(ctx context.Context, source querier, t table, to *Store, target *tx, conn *sql.Conn) (err error) {
	rows, err := source.query(ctx, `SELECT `+t.list()+` FROM `+t.name)
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.close(); err == nil {
			err = closing
		}
	}()
	r := &reading{rows: rows, table: t, toPostgres: to.engine == enginePostgres, values: make([]any, len(t.columns)), into: make([]any, len(t.columns))}
	for n := range r.values {
		r.into[n] = &r.values[n]
	}
	if to.engine == engineSQLite {
		return insertRows(ctx, r, target)
	}
	names := make([]string, len(t.columns))
	for n, f := range t.columns {
		names[n] = f.name
	}
	return conn.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, []string{t.name}, names, r)
		return err
	})
}

// insertRows puts rows into SQLite, a batch at a time.
func insertRows(ctx context.Context, r *reading, target *tx) error {
	width := len(r.table.columns)
	batch := max(1, min(copyBatch, sqliteVariables/width))
	args := make([]any, 0, batch*width)
	insert := func() error {
		row := "(?" + strings.Repeat(", ?", width-1) + ")"
		_, err := target.exec(ctx, `INSERT INTO `+r.table.name+` (`+r.table.list()+`) VALUES `+row+strings.Repeat(", "+row, len(args)/width-1), args...)
		args = args[:0]
		return err
	}
	for r.Next() {
		values, err := r.Values()
		if err != nil {
			return err
		}
		if args = append(args, values...); len(args) == batch*width {
			if err := insert(); err != nil {
				return err
			}
		}
	}
	if err := r.Err(); err != nil || len(args) == 0 {
		return err
	}
	return insert()
}

// reading gives the rows of a table one by one, as PostgreSQL's COPY takes them.
type reading struct {
	rows       *rows
	table      table
	toPostgres bool
	values     []any
	into       []any
}

// Next goes to the next row.
func (r *reading) Next() bool { return r.rows.Next() }

// Err is what ended the reading, if not the last row.
func (r *reading) Err() error { return r.rows.Err() }

// Values are those of the current row. A text that PostgreSQL can't hold is an
// error that says where it is.
func (r *reading) Values() ([]any, error) {
	if err := r.rows.Scan(r.into...); err != nil {
		return nil, err
	}
	for n, f := range r.table.columns {
		switch v := r.values[n].(type) {
		case int64:
			if f.kind == "BOOLEAN" {
				r.values[n] = v != 0
			}
		case string:
			if f.kind == "BYTEA" { // SQLite keeps what it is given
				r.values[n] = []byte(v)
			}
		case []byte:
			if f.kind == "TEXT" {
				r.values[n] = string(v)
			} else if v == nil {
				r.values[n] = []byte{}
			}
		}
		if text, ok := r.values[n].(string); ok && r.toPostgres && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
			return nil, fmt.Errorf("column %s has a text that PostgreSQL can't hold: %.40q", f.name, text)
		}
	}
	return slices.Clone(r.values), nil
}
