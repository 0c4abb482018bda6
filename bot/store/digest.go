package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// digest says what is in a table, whatever the engine and the order of its rows:
// two tables of the same digest hold the same.
type digest struct {
	rows int64
	sum  [4]uint64 // the sum of the rows' hashes, by parts
}

// digestOf reads a whole table. Nothing of it is shared with what copies tables,
// so that a mistake there is found here.
func digestOf(ctx context.Context, q querier, t table) (d digest, err error) {
	rows, err := q.query(ctx, `SELECT `+t.list()+` FROM `+t.name)
	if err != nil {
		return d, err
	}
	defer func() {
		if closing := rows.close(); err == nil {
			err = closing
		}
	}()
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for n := range values {
		into[n] = &values[n]
	}
	h := sha256.New()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return d, err
		}
		h.Reset()
		for n, f := range t.columns {
			if err := digestCell(h, f, values[n]); err != nil {
				return d, fmt.Errorf("%s.%s: %w", t.name, f.name, err)
			}
		}
		var sum [sha256.Size]byte
		h.Sum(sum[:0])
		for part := range d.sum {
			d.sum[part] += binary.LittleEndian.Uint64(sum[8*part:])
		}
		d.rows++
	}
	return d, nil
}

// digestCell writes a value so that no other value of the column reads the same.
func digestCell(h hash.Hash, f field, v any) error {
	if v == nil {
		h.Write([]byte{0})
		return nil
	}
	var text []byte
	switch v := v.(type) {
	case int64:
		if f.kind == "BOOLEAN" && v&^1 == 0 {
			text = []byte{byte(v)}
			break
		}
		if f.kind != "BIGINT" {
			return fmt.Errorf("a number in a column of type %s", f.kind)
		}
		text = binary.LittleEndian.AppendUint64(nil, uint64(v))
	case bool:
		if f.kind != "BOOLEAN" {
			return fmt.Errorf("a truth value in a column of type %s", f.kind)
		}
		text = []byte{0}
		if v {
			text[0] = 1
		}
	case string:
		if f.kind != "TEXT" && f.kind != "BYTEA" { // SQLite keeps what it is given
			return fmt.Errorf("a text in a column of type %s", f.kind)
		}
		text = []byte(v)
	case []byte:
		if f.kind != "BYTEA" && f.kind != "TEXT" {
			return fmt.Errorf("bytes in a column of type %s", f.kind)
		}
		text = v
	default:
		return fmt.Errorf("a value of an unknown type %T", v)
	}
	h.Write(binary.LittleEndian.AppendUint64([]byte{1}, uint64(len(text))))
	h.Write(text)
	return nil
}
