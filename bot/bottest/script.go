package bottest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"studyhall/bot"
)

// step is one line of a script with its continuation lines.
type step struct {
	line int // of the file, from 1
	raw  []string
	kind stepKind

	person  string
	channel string
	words   string // what is said, typed or matched; the label pressed
	on      string
	values  map[string]string
	profile bot.Profile
	seen    Kind // of an expectation
}

type stepKind int

const (
	stepBlank stepKind = iota // a comment, heading or empty line
	stepPerson
	stepSay
	stepWrite
	stepUse
	stepPress
	stepSubmit
	stepComplete
	stepClock
	stepRestart
	stepStop
	stepStart
	stepRefuse
	stepAccept
	stepKept
	stepExpect
	stepNothing
	stepIgnore
	stepFails
)

// expects reports whether the step is about what was seen, not something done.
func (k stepKind) expects() bool { return k >= stepExpect }

// words of their own.
var plainSteps = map[string]stepKind{
	"restart":          stepRestart,
	"stop":             stepStop,
	"start":            stepStart,
	"bot says nothing": stepNothing,
	"bot …":            stepIgnore,
}

// grammar is every other kind of line, tried in order. Named groups fill the step.
var grammar = []struct {
	kind stepKind
	seen Kind
	line *regexp.Regexp
}{
	{stepPerson, "", regexp.MustCompile(`^person (?P<person>\w+)( at (?P<channel>\w+))?: (?P<words>.+)$`)},
	{stepClock, "", regexp.MustCompile(`^clock (?P<words>.+)$`)},
	{stepRefuse, "", regexp.MustCompile(`^channel( #(?P<channel>\S+))? refuses$`)},
	{stepAccept, "", regexp.MustCompile(`^channel( #(?P<channel>\S+))? accepts$`)},
	{stepKept, "", regexp.MustCompile(`^kept as (?P<words>[a-z0-9-]+)$`)},
	{stepFails, "", regexp.MustCompile(`^fails: ?(?P<words>(?s).*)$`)},
	{stepExpect, Form, regexp.MustCompile(`^bot asks (?P<person>\w+): ?(?P<words>(?s).*)$`)},
	{stepExpect, Suggestion, regexp.MustCompile(`^bot suggests (?P<person>\w+): ?(?P<words>(?s).*)$`)},
	{stepExpect, Direct, regexp.MustCompile(`^bot directly to (?P<person>\w+): ?(?P<words>(?s).*)$`)},
	{stepExpect, Whisper, regexp.MustCompile(`^bot to (?P<person>\w+): ?(?P<words>(?s).*)$`)},
	{stepExpect, Edit, regexp.MustCompile(`^bot edits( to (?P<person>\w+)| in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepExpect, Delete, regexp.MustCompile(`^bot deletes( to (?P<person>\w+)| in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepExpect, Thread, regexp.MustCompile(`^bot opens thread( in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepExpect, Pin, regexp.MustCompile(`^bot pins( in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepExpect, Unpin, regexp.MustCompile(`^bot unpins( in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepExpect, Post, regexp.MustCompile(`^bot( in #(?P<channel>[^:]+))?: ?(?P<words>(?s).*)$`)},
	{stepPress, "", regexp.MustCompile(`^(?P<person>\w+) (presses|chooses) ("(?P<quoted>[^"]+)"|(?P<words>.+?))( on (?P<on>.+))?$`)},
	{stepUse, "", regexp.MustCompile(`^(?P<person>\w+) uses ("(?P<quoted>[^"]+)"|(?P<words>.+?)) on (?P<on>.+)$`)},
	{stepSubmit, "", regexp.MustCompile(`^(?P<person>\w+) submits( (?P<words>(?s).+))?$`)},
	{stepComplete, "", regexp.MustCompile(`^(?P<person>\w+) types (?P<on>[^:]+): ?(?P<words>.*)$`)},
	{stepWrite, "", regexp.MustCompile(`^(?P<person>\w+) writes( in #(?P<channel>\S+))?: (?P<words>(?s).+)$`)},
	{stepSay, "", regexp.MustCompile(`^(?P<person>\w+)(?P<direct> directly| in #(?P<channel>[^:]+))?: (?P<words>(?s).+)$`)},
}

// parse reads a script. Every line of the text is in exactly one step.
func parse(text string) ([]step, error) {
	var steps []step
	for n, raw := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(raw, "  ") && len(steps) > 0 && steps[len(steps)-1].kind != stepBlank {
			last := &steps[len(steps)-1]
			last.raw = append(last.raw, raw)
			continue
		}
		s := step{line: n + 1, raw: []string{raw}}
		if trimmed := strings.TrimSpace(raw); trimmed != "" && !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(trimmed, "==") {
			s.kind = stepSay // decided below, when the whole step is known
		}
		steps = append(steps, s)
	}
	for i := range steps {
		if steps[i].kind == stepBlank {
			continue
		}
		if err := steps[i].read(); err != nil {
			return nil, fmt.Errorf("line %d: %w", steps[i].line, err)
		}
	}
	return steps, nil
}

// read makes out what the step's lines say.
func (s *step) read() error {
	lines := make([]string, len(s.raw))
	for i, l := range s.raw {
		lines[i] = strings.TrimSpace(l)
	}
	text := strings.Join(lines, "\n")
	if kind, ok := plainSteps[text]; ok {
		s.kind = kind
		return nil
	}
	for _, rule := range grammar {
		found := rule.line.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		s.kind, s.seen = rule.kind, rule.seen
		for i, name := range rule.line.SubexpNames() {
			switch {
			case found[i] == "":
			case name == "person":
				s.person = found[i]
			case name == "channel":
				s.channel = found[i]
			case name == "direct" && found[i] == " directly":
				s.channel = Private
			case name == "on":
				s.on = found[i]
			case name == "words", name == "quoted":
				s.words = found[i]
			}
		}
		return s.finish()
	}
	return fmt.Errorf("not understood: %s", text)
}

// finish reads what a kind of step has inside its words.
func (s *step) finish() error {
	switch s.kind {
	case stepPerson:
		for i, part := range strings.Split(s.words, " · ") {
			switch {
			case i == 0:
				s.profile.Name = part
			case part == "administrator":
				s.profile.Administrator = true
			default:
				if _, err := time.LoadLocation(part); err != nil {
					return fmt.Errorf("person: %q is neither a zone nor %q", part, "administrator")
				}
				s.profile.Zone = part
			}
		}
	case stepSubmit:
		s.values = map[string]string{}
		if s.words == "" {
			return nil
		}
		for _, pair := range splitOutsideQuotes(s.words) {
			key, v, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("submits: %q is not field=value", pair)
			}
			v = strings.TrimSpace(v)
			if len(v) > 1 && strings.HasPrefix(v, `"`) && strings.HasSuffix(v, `"`) {
				v = v[1 : len(v)-1]
			}
			s.values[strings.TrimSpace(key)] = v
		}
	case stepExpect, stepFails:
		s.words = canonical(s.words)
	}
	if s.person == "bot" {
		return fmt.Errorf("not understood: the bot does only what is expected of it")
	}
	return nil
}

// splitOutsideQuotes cuts at semicolons that are not inside double quotes.
func splitOutsideQuotes(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ';' && !quoted
	})
}

// Attached is the value of a file field for a file with a name.
func Attached(name string, data []byte) string { return "@" + name + "\x00" + string(data) }

// Uploaded is the file that the value of a file field means: one that was attached,
// or text in a file named like the field.
func Uploaded(field, v string) (name string, data []byte) {
	if rest, ok := strings.CutPrefix(v, "@"); ok {
		if name, content, ok := strings.Cut(rest, "\x00"); ok {
			return name, []byte(content)
		}
	}
	return field + ".txt", []byte(v)
}

// attach puts the files into what is submitted that a script names with an @.
func attach(values map[string]string, folder string) (map[string]string, error) {
	filled := maps.Clone(values)
	for key, v := range values {
		if name, ok := strings.CutPrefix(v, "@"); ok {
			data, err := os.ReadFile(filepath.Join(folder, "files", filepath.Base(name)))
			if err != nil {
				return nil, err
			}
			filled[key] = Attached(name, data)
		}
	}
	return filled, nil
}

// canonical is text with spaces at line ends and empty lines taken out, as
// scripts are compared and written.
func canonical(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// matches reports whether a pattern describes the whole of a text. "…" stands
// for anything, a space for any white space, a line break for a line break.
func matches(pattern, text string) bool {
	var expr strings.Builder
	expr.WriteString(`(?s)^`)
	for i, literal := range strings.Split(canonical(pattern), "…") {
		if i > 0 {
			expr.WriteString(`.*`)
			literal = strings.TrimLeft(literal, " ")
		}
		lines := strings.Split(literal, "\n")
		for n, line := range lines {
			if n > 0 {
				expr.WriteString(`\s*\n\s*`)
			}
			words := strings.Fields(line)
			for w, word := range words {
				if w > 0 {
					expr.WriteString(`\s+`)
				}
				expr.WriteString(regexp.QuoteMeta(word))
			}
		}
		expr.WriteString(`\s*`)
	}
	expr.WriteString(`$`)
	return regexp.MustCompile(expr.String()).MatchString(canonical(text))
}

// script writes what was seen as the lines that expect it.
func (s Seen) script() []string {
	in := ""
	if s.Channel != "" && s.Channel != Main {
		in = " in #" + s.Channel
	}
	if s.To != "" {
		in = " to " + s.To
	}
	var head string
	switch s.Kind {
	case Post:
		head = "bot" + in
	case Whisper:
		head = "bot" + in
	case Direct:
		head = "bot directly to " + s.To
	case Form:
		head = "bot asks " + s.To
	case Suggestion:
		head = "bot suggests " + s.To
	case Edit:
		head = "bot edits" + in
	case Delete:
		head = "bot deletes" + in
	case Thread:
		head = "bot opens thread" + in
	case Pin:
		head = "bot pins" + in
	case Unpin:
		head = "bot unpins" + in
	}
	lines := strings.Split(canonical(s.Text), "\n")
	lines[0] = head + ": " + lines[0]
	for i := range lines[1:] {
		lines[i+1] = "  " + lines[i+1]
	}
	return lines
}
