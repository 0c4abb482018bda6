package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object as encoding/json reads it, with [json.Number]s.
type object = map[string]any

// id makes the next identifier with a prefix such as "U". Clients must not look
// into it.
func (s *Server) id(prefix string) string {
	s.lastID++
	return prefix + fmt.Sprintf("0%09s", strings.ToUpper(strconv.FormatUint(36*36*36+s.lastID, 36)))
}

// uuid makes an identifier of envelopes and of messages that people write.
func (s *Server) uuid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", s.dice.Uint32(), s.dice.Uint32()&0xffff, s.dice.Uint32()&0xfff,
		s.dice.Uint32()&0xfff, s.dice.Uint64()&0xffffffffffff)
}

// secret makes letters that nobody guesses.
func (s *Server) secret(length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[s.dice.IntN(len(letters))]
	}
	return string(b)
}

// stamp writes an instant as a message's timestamp.
func stamp(t time.Time) string {
	micros := t.UnixMicro()
	return fmt.Sprintf("%010d.%06d", micros/1_000_000, micros%1_000_000)
}

// micros reads a timestamp; ok is false for anything else.
func micros(ts string) (n int64, ok bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	if len(fraction) > 6 {
		return 0, false
	}
	whole, err := strconv.ParseInt(seconds, 10, 64)
	part, err2 := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	return whole*1_000_000 + part, err == nil && err2 == nil && whole >= 0 && part >= 0
}

// decode reads one JSON value and leaves numbers as they are written.
func decode(data []byte) (any, error) {
	if !json.Valid(data) {
		return nil, fmt.Errorf("not JSON: %.40q", data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
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

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil
	case int:
		return int64(n), true
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

// everyObject goes through all objects of a value, outer ones first.
func everyObject(v any, f func(object)) {
	switch v := v.(type) {
	case object:
		f(v)
		for _, key := range sorted(v) {
			everyObject(v[key], f)
		}
	case []any:
		for _, inner := range v {
			everyObject(inner, f)
		}
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func either[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

var (
	entity  = regexp.MustCompile(`^&(amp|lt|gt);`)
	control = regexp.MustCompile(`^<([@#!][^<>]+|[a-z][a-z0-9+.-]*:[^<>]+)>`)
)

// escaped is text as Slack keeps it: &, < and > are entities, except in entities
// and in mentions, dates and links.
func escaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		keep := ""
		switch s[i] {
		case '&':
			if keep = entity.FindString(s[i:]); keep == "" {
				b.WriteString("&amp;")
			}
		case '<':
			if keep = control.FindString(s[i:]); keep == "" {
				b.WriteString("&lt;")
			}
		case '>':
			b.WriteString("&gt;")
		default:
			keep = s[i : i+1]
		}
		b.WriteString(keep)
		i += max(len(keep), 1)
	}
	return b.String()
}

// typed is what somebody's app sends for the words in a composer.
func typed(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
