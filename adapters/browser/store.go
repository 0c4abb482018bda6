package browser

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
)

//go:embed schema.sql
var schema string

// schemaVersion is the file format; a file of a higher one is refused.
const schemaVersion = 1

// store keeps the conversation in SQLite. What a method has written is on the
// disk when it returns.
type store struct {
	write *sql.DB // one connection: SQLite has one writer
	read  *sql.DB
	id    string // of the file
}

// entry is one thing said. Its message's Key is set.
type entry struct {
	number  int64
	channel bot.ChannelID
	author  bot.UserID // "" for the bot
	reader  bot.UserID // "" for everybody
	message bot.Message
	at      time.Time
	version int64
	pinned  bool
	deleted bool
	changed int64
}

func (e entry) id() bot.MessageID { return messageID(e.number) }

// echo reports whether the entry only reminds a person of a command typed.
func (e entry) echo() bool { return e.author != "" && e.reader != "" }

func openStore(path string, hurry bool) (*store, error) {
	synchronous := "FULL"
	if hurry {
		synchronous = "OFF"
	}
	name := fileName(path) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")&_txlock=immediate"
	write, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	write.SetMaxOpenConns(1)
	read.SetMaxOpenConns(4)
	s := &store{write: write, read: read}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *store) close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// prepare makes the tables of a new file in one transaction.
func (s *store) prepare() error {
	tx, err := s.write.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing left to roll back
	var version int
	if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version > schemaVersion:
		return fmt.Errorf("the file has format %d and this program knows %d: use the newer program, or another file", version, schemaVersion)
	case version == 0:
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO about (id) VALUES ($1)", strings.ToLower(rand.Text()[:8])); err != nil {
			return err
		}
		if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
			return err
		}
	}
	if err := tx.QueryRow("SELECT id FROM about").Scan(&s.id); err != nil {
		return err
	}
	return tx.Commit()
}

// nextChange is the value of the column changed for a write; there is one writer.
const nextChange = "(SELECT COALESCE(MAX(changed), 0) + 1 FROM entry)"

// add appends an entry and returns its number.
func (s *store) add(ctx context.Context, e entry, wall time.Time) (int64, error) {
	body, err := encodeMessage(e.message)
	if err != nil {
		return 0, err
	}
	var number int64
	err = s.write.QueryRowContext(ctx, `INSERT INTO entry (channel, author, reader, key, body, at, wall, version, pinned, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 1, FALSE, `+nextChange+`) RETURNING number`,
		e.channel, e.author, e.reader, e.message.Key, body, e.at.UnixMilli(), wall.UnixMilli()).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("keep message: %w", err)
	}
	return number, nil
}

// edit replaces a bot's message and reports whether there is one of that number.
func (s *store) edit(ctx context.Context, number int64, m bot.Message) (bool, error) {
	body, err := encodeMessage(m)
	if err != nil {
		return false, err
	}
	return s.change(ctx, `UPDATE entry SET body = $1, version = version + 1, changed = `+nextChange+`
		WHERE number = $2 AND body <> '' AND author = ''`, body, number)
}

// remove deletes a bot's message and reports whether there was one.
func (s *store) remove(ctx context.Context, number int64) (bool, error) {
	return s.change(ctx, `UPDATE entry SET body = '', key = '', pinned = FALSE, changed = `+nextChange+`
		WHERE number = $1 AND body <> '' AND author = ''`, number)
}

func (s *store) pin(ctx context.Context, number int64, pinned bool) (bool, error) {
	return s.change(ctx, `UPDATE entry SET pinned = $1, changed = `+nextChange+` WHERE number = $2 AND pinned <> $1 AND body <> ''`, pinned, number)
}

func (s *store) change(ctx context.Context, statement string, args ...any) (bool, error) {
	result, err := s.write.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, fmt.Errorf("change message: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

const entryColumns = "number, channel, author, reader, key, body, at, version, pinned, changed"

func (s *store) entries(ctx context.Context, rest string, args ...any) ([]entry, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+entryColumns+" FROM entry "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read conversation: %w", err)
	}
	defer rows.Close()
	var out []entry
	for rows.Next() {
		var e entry
		var key, body string
		var at int64
		if err := rows.Scan(&e.number, &e.channel, &e.author, &e.reader, &key, &body, &at, &e.version, &e.pinned, &e.changed); err != nil {
			return nil, fmt.Errorf("read conversation: %w", err)
		}
		e.at, e.deleted = time.UnixMilli(at).UTC(), body == ""
		if !e.deleted {
			if e.message, err = decodeMessage(body); err != nil {
				return nil, err
			}
			e.message.Key = key
		}
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read conversation: %w", err)
	}
	return out, nil
}

// get finds one entry that is not deleted.
func (s *store) get(ctx context.Context, number int64) (entry, bool, error) {
	found, err := s.entries(ctx, "WHERE number = $1 AND body <> ''", number)
	if err != nil || len(found) == 0 {
		return entry{}, false, err
	}
	return found[0], true, nil
}

// last lists what a person sees at the end of a channel, oldest first, and
// whether there is more before it.
func (s *store) last(ctx context.Context, ch bot.ChannelID, reader bot.UserID, limit int) ([]entry, bool, error) {
	found, err := s.entries(ctx, `WHERE channel = $1 AND reader IN ('', $2) AND body <> ''
		ORDER BY number DESC LIMIT $3`, ch, reader, limit+1)
	if err != nil {
		return nil, false, err
	}
	more := len(found) > limit
	found = found[:min(len(found), limit)]
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found, more, nil
}

// since lists what changed in a channel for a person after a change, in the
// order of the changes, deletions included.
func (s *store) since(ctx context.Context, ch bot.ChannelID, reader bot.UserID, changed int64) ([]entry, error) {
	return s.entries(ctx, `WHERE changed > $1 AND channel = $2 AND reader IN ('', $3) ORDER BY changed LIMIT 200`, changed, ch, reader)
}

// lastChange is the newest change of any entry.
func (s *store) lastChange(ctx context.Context) (int64, error) {
	var changed int64
	err := s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(changed), 0) FROM entry").Scan(&changed)
	return changed, err
}

// find lists the bot's messages with a key. The caller's instant may be read on
// either clock, and a message too many does no harm: keys are unique.
func (s *store) find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]entry, error) {
	return s.entries(ctx, `WHERE key = $1 AND channel = $2 AND author = '' AND reader = '' AND body <> ''
		AND MAX(at, wall) >= $3 ORDER BY number`, key, ch, since.UnixMilli())
}
