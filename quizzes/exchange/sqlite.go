package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// A collection is Anki's database, held in memory. It is another program's file
// format: nothing of ours is kept in it, which is why its statements stand here
// and not with those of the store.
type collection struct{ *sql.DB }

// unicase is the order that Anki's newer tables name; the statements here never
// ask for it, but a table that names it can't be read without.
const unicase = "unicase"

// inMemory opens databases without a file. The driver is one of its own, so that
// its collation is nobody else's.
type inMemory struct{ d *sqlite.Driver }

func (m inMemory) Connect(context.Context) (driver.Conn, error) { return m.d.Open(":memory:") }
func (m inMemory) Driver() driver.Driver                        { return m.d }

func newCollection() (collection, error) {
	d := &sqlite.Driver{}
	if err := d.RegisterCollationUtf8(unicase, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }); err != nil {
		return collection{}, fmt.Errorf("prepare a database in memory: %w", err)
	}
	db := sql.OpenDB(inMemory{d})
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	db.SetMaxIdleConns(1)
	return collection{db}, nil
}

// collectionTime is how long somebody else's database may keep us busy.
const collectionTime = time.Minute

var errDatabase = errors.New("no database of Anki's")

// openCollection takes the bytes of a database. What is no plain table is
// refused before anything is read from it: a view or a computed column could
// keep us busy for ever.
func openCollection(ctx context.Context, data []byte) (collection, error) {
	if !bytes.HasPrefix(data, []byte("SQLite format 3\x00")) || len(data) < 512 {
		return collection{}, errDatabase
	}
	data = bytes.Clone(data)
	data[18], data[19] = 1, 1 // a database with a journal beside it can't be opened in memory
	c, err := newCollection()
	if err != nil {
		return c, err
	}
	if err = c.load(ctx, data); err == nil {
		err = c.plain(ctx)
	}
	if err != nil {
		c.Close()
		return collection{}, errDatabase
	}
	return c, nil
}

func (c collection) load(ctx context.Context, data []byte) error {
	conn, err := c.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		d, ok := raw.(interface{ Deserialize([]byte) error })
		if !ok {
			return errDatabase
		}
		return d.Deserialize(data)
	})
	if err != nil {
		return err
	}
	for _, pragma := range []string{"PRAGMA cell_size_check = ON", "PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON"} {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	return nil
}

// plain refuses views, triggers, computed columns and the like.
func (c collection) plain(ctx context.Context) error {
	rows, err := c.QueryContext(ctx, "SELECT type, coalesce(sql, '') FROM sqlite_master LIMIT 1000")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, text string
		if err := rows.Scan(&kind, &text); err != nil {
			return err
		}
		text = strings.ToUpper(text)
		if kind != "table" && kind != "index" || strings.Contains(text, "VIRTUAL") || strings.Contains(text, "GENERATED") || strings.Contains(strings.Join(strings.Fields(text), " "), " AS (") {
			return errDatabase
		}
	}
	return rows.Err()
}

// bytes are the database as a file.
func (c collection) bytes(ctx context.Context) (data []byte, err error) {
	conn, err := c.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		s, ok := raw.(interface{ Serialize() ([]byte, error) })
		if !ok {
			return errDatabase
		}
		data, err = s.Serialize()
		return err
	})
	return data, err
}
