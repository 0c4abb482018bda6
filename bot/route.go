package bot

import (
	"fmt"
	"strings"
)

// routes finds the value registered for a path. Patterns are segments separated
// by slashes; a segment {name} matches any one segment, and the last one may be
// {name...}, which matches all that is left. Literal segments win over {name}.
type routes[V any] struct {
	entries []entry[V]
}

type entry[V any] struct {
	segments []string
	value    V
}

// add registers a pattern; the same pattern twice, or {name...} before the end,
// is a programmer's error.
func (r *routes[V]) add(pattern string, v V) {
	segments := strings.Split(pattern, "/")
	for _, s := range segments[:len(segments)-1] {
		if isParameter(s) && strings.HasSuffix(s, "...}") {
			panic(fmt.Sprintf("bot: %q has %s before its end", pattern, s))
		}
	}
	for _, e := range r.entries {
		if shape(e.segments) == shape(segments) {
			panic(fmt.Sprintf("bot: %q is registered twice", pattern))
		}
	}
	r.entries = append(r.entries, entry[V]{segments, v})
}

func shape(segments []string) string {
	out := make([]string, len(segments))
	for i, s := range segments {
		if out[i] = s; isParameter(s) {
			out[i] = "{}"
		}
	}
	return strings.Join(out, "/")
}

func isParameter(s string) bool { return strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") }

// find matches a path and gives the value with what its parameters stand for.
func (r *routes[V]) find(path string) (value V, args map[string]string, ok bool) {
	segments := strings.Split(path, "/")
	best := -1
	var found []string
	for _, e := range r.entries {
		if literals, matches := match(e.segments, segments); matches && literals > best {
			best, value, found = literals, e.value, e.segments
		}
	}
	if best < 0 {
		return value, nil, false
	}
	args = map[string]string{}
	for i, p := range found {
		if !isParameter(p) {
			continue
		}
		name := p[1 : len(p)-1]
		if rest, all := strings.CutSuffix(name, "..."); all {
			args[rest] = strings.Join(segments[i:], "/")
		} else {
			args[name] = segments[i]
		}
	}
	return value, args, true
}

// match counts the literal segments of a pattern that matches.
func match(pattern, segments []string) (literals int, ok bool) {
	for i, p := range pattern {
		switch {
		case i >= len(segments):
			return 0, false
		case isParameter(p) && strings.HasSuffix(p, "...}"):
			return literals, true
		case isParameter(p):
			if segments[i] == "" {
				return 0, false
			}
		case segments[i] != p:
			return 0, false
		default:
			literals++
		}
	}
	return literals, len(pattern) == len(segments)
}
