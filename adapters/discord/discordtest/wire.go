package discordtest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// object is a JSON object as encoding/json reads it, with [json.Number]s.
type object = map[string]any

// epoch is Discord's first millisecond, of 2015.
const epoch = 1420070400000

// snowflake makes the next identifier: the time above 22 bits, always more than
// the last. The clock of a testing/synctest bubble may stand in 2000; then 26
// years are added.
func (s *Server) snowflake() string {
	at := s.now()
	if at.UnixMilli() <= epoch {
		at = at.AddDate(26, 0, 0)
	}
	id := uint64(max(at.UnixMilli()-epoch, 1)) << 22
	if s.o.HighIDs {
		id |= 1 << 63
	}
	s.lastID = max(id, s.lastID+1)
	return strconv.FormatUint(s.lastID, 10)
}

// stamp writes a time as Discord does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// decode reads JSON and leaves numbers as they are written.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return v, nil
}

// encode writes JSON; everything given to it here can be.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // a mistake of this package, at the first test
	}
	return bytes.TrimSpace(b.Bytes())
}

// clone is a copy that shares nothing, in the shape that decode gives.
func clone[T any](v T) T {
	out, err := decode(encode(v))
	if err != nil {
		panic(err)
	}
	same, _ := out.(T)
	return same
}

func text(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func truth(o object, key string) bool {
	b, _ := o[key].(bool)
	return b
}

// number is an integer, 0 where there is none.
func number(o object, key string) int {
	n, _ := integer(o[key])
	return int(n)
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case int:
		return int64(n), true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}

func list(o object, key string) []any {
	l, _ := o[key].([]any)
	return l
}

func child(o object, key string) object {
	c, _ := o[key].(object)
	return c
}

// has reports whether a field is there and not null.
func has(o object, key string) bool { return o[key] != nil }

// put sets a field that is missing.
func put(o object, key string, v any) {
	if _, given := o[key]; !given {
		o[key] = v
	}
}

// objects are the elements of a list that are objects.
func objects(all []any) []object {
	var out []object
	for _, v := range all {
		if o, ok := v.(object); ok {
			out = append(out, o)
		}
	}
	return out
}
