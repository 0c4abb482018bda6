package slacktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Surfaces on which blocks stand.
const (
	inMessage = "message"
	inModal   = "modal"
	inHome    = "home"
)

// checker holds the blocks of one message or view to Slack's rules:
// docs.slack.dev/reference/block-kit.
type checker struct {
	blockErrors
	s      *Server
	where  string
	blocks map[string]bool // block_ids so far
	tables int
	total  int  // characters of text
	focus  bool // an element has focus_on_load
}

// rule checks one value.
type rule func(c *checker, at string, v any)

// field is a property of an object.
type field struct {
	name     string
	required bool
	rule     rule
}

// must is a field that has to be there.
func must(name string, r rule) field { return field{name, true, r} }

// may is one that doesn't.
func may(name string, r rule) field { return field{name, false, r} }

// object holds an object to its fields: all that are required, no others.
func (c *checker) object(at string, v any, fields []field) object {
	o, ok := v.(object)
	if !ok {
		c.add(at, "must provide an object")
		return nil
	}
	for _, f := range fields {
		value, given := o[f.name]
		switch {
		case !given && f.required:
			c.add(at, "missing required field: %s", f.name)
		case given:
			f.rule(c, at+"/"+f.name, value)
		}
	}
	for _, name := range sorted(o) {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			c.add(at, "invalid additional property: %s", name)
		}
	}
	return o
}

// of is the rule of an object with fields.
func of(fields ...field) rule {
	return func(c *checker, at string, v any) { c.object(at, v, fields) }
}

// many is the rule of a list. Elements are held to a rule each.
func many(least, most int, each rule) rule {
	return func(c *checker, at string, v any) {
		all, ok := v.([]any)
		switch {
		case !ok:
			c.add(at, "must provide an array")
			return
		case len(all) < least:
			c.add(at, "no fewer than %d items allowed", least)
		case len(all) > most:
			c.add(at, "no more than %d items allowed", most)
		}
		for i, one := range all {
			each(c, at+"/"+strconv.Itoa(i), one)
		}
	}
}

// letters is the rule of a string of some length, in characters.
func letters(least, most int) rule {
	return func(c *checker, at string, v any) { c.letters(at, v, least, most) }
}

func (c *checker) letters(at string, v any, least, most int) {
	s, ok := v.(string)
	n := utf8.RuneCountInString(s)
	switch {
	case !ok:
		c.add(at, "must provide a string")
	case n < least:
		c.add(at, "must be more than %d characters", least-1)
	case n > most:
		c.add(at, "must be less than %d characters", most+1)
	}
}

// choice is the rule of one of some words.
func choice(words ...string) rule {
	return func(c *checker, at string, v any) {
		if s, _ := v.(string); !slices.Contains(words, s) {
			c.add(at, "must be one of: %s", strings.Join(words, ", "))
		}
	}
}

// matching is the rule of a string in some form.
func matching(form, say string) rule {
	compiled := regexp.MustCompile(form)
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !compiled.MatchString(s) {
			c.add(at, "%s", say)
		}
	}
}

func yesNo(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.add(at, "must provide a boolean")
	}
}

// whole is the rule of an integer.
func whole(least, most int64) rule {
	return func(c *checker, at string, v any) {
		raw, isNumber := v.(json.Number)
		n, ok := integer(raw)
		switch {
		case !isNumber || !ok:
			c.add(at, "must provide an integer")
		case n < least || n > most:
			c.add(at, "must be between %d and %d", least, most)
		}
	}
}

// address is the rule of a link.
func address(c *checker, at string, v any) {
	c.letters(at, v, 1, 3000)
	if s, ok := v.(string); ok && !regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$`).MatchString(s) {
		c.add(at, "must be a valid url")
	}
}

// plain is the rule of a text object of type plain_text.
func plain(most int) rule {
	return func(c *checker, at string, v any) { c.words(at, v, most, "plain_text") }
}

// words is the rule of a text object of any type.
func words(most int) rule {
	return func(c *checker, at string, v any) { c.words(at, v, most, "plain_text", "mrkdwn") }
}

func (c *checker) words(at string, v any, most int, kinds ...string) {
	o, ok := v.(object)
	if !ok {
		c.add(at, "must provide an object")
		return
	}
	kind := text(o, "type")
	switch {
	case !slices.Contains(kinds, kind):
		c.add(at+"/type", "must be one of: %s", strings.Join(kinds, ", "))
	case kind == "mrkdwn":
		c.object(at, o, []field{must("type", letters(1, 20)), must("text", letters(1, most)), may("verbatim", yesNo)})
	default:
		c.object(at, o, []field{must("type", letters(1, 20)), must("text", letters(1, most)), may("emoji", yesNo)})
	}
	c.total += utf8.RuneCountInString(text(o, "text"))
}

// typedAs is the rule of an object whose type says what its fields are. Types that
// aren't in the table are refused, as Slack refuses what it doesn't know.
func typedAs(table func() map[string][]field, kinds ...string) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(object)
		if !ok {
			c.add(at, "must provide an object")
			return
		}
		kind := text(o, "type")
		fields, known := table()[kind]
		if !known || len(kinds) > 0 && !slices.Contains(kinds, kind) {
			c.add(at+"/type", "unsupported type: %s", kind)
			return
		}
		c.object(at, o, append([]field{must("type", letters(1, 50))}, fields...))
		c.further(at, kind, o)
	}
}

// one wants exactly one of two fields.
func (c *checker) one(at string, o object, a, b string) {
	_, hasA := o[a]
	_, hasB := o[b]
	switch {
	case hasA && hasB:
		c.add(at, "only one of %s and %s can be provided", a, b)
	case !hasA && !hasB:
		c.add(at, "must provide one of: %s, %s", a, b)
	}
}

// offered wants that initial options are among the options.
func (c *checker) offered(at string, o object) {
	all := list(o, "options")
	for _, g := range objects(list(o, "option_groups")) {
		all = append(all, list(g, "options")...)
	}
	values := map[string]bool{}
	for _, one := range objects(all) {
		values[text(one, "value")] = true
	}
	initial := list(o, "initial_options")
	if one, ok := o["initial_option"]; ok {
		initial = []any{one}
	}
	for _, one := range objects(initial) {
		if !values[text(one, "value")] {
			c.add(at, "initial option %q is not one of the options", text(one, "value"))
		}
	}
}

// unique wants that no two elements of a block have the same action_id.
func (c *checker) unique(at string, elements []any) {
	seen := map[string]bool{}
	for i, e := range objects(elements) {
		id := text(e, "action_id")
		if id != "" && seen[id] {
			c.add(fmt.Sprintf("%s/%d/action_id", at, i), "`action_id` %q already exists in this block", id)
		}
		seen[id] = true
	}
}
