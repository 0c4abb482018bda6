package bot

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Text is what a person reads: literal characters, never markup, with tokens for
// the two things that platforms show in their own way. Renderers escape every
// literal character, so what people typed can neither format nor ping.
//
// A token stands between two control characters that [Typed] removes from
// anything a person wrote; make tokens with [Mention] and [When] only.
type Text string

const (
	tokenStart = '\x02'
	tokenEnd   = '\x03'
	tokenSep   = "\x1f"
)

// PartKind says what a [Part] of a Text is.
type PartKind int

// The kinds of parts.
const (
	LiteralPart PartKind = iota // characters to escape and show
	MentionPart                 // a person, by account
	WhenPart                    // an instant, in the reader's zone where the platform can
)

// Part is one piece of a [Text] as renderers see it. Literal is always set: the
// characters themselves, a mention's name, an instant in words.
type Part struct {
	Kind    PartKind
	Literal string
	User    UserID    // of a mention
	Time    time.Time // of an instant, UTC
}

// Typed makes Text of something a person wrote or a platform sent. Control
// characters except line breaks and tabs are dropped, and so are the characters
// that turn the direction of what follows. Of marks that stand on one letter, the
// first four stay: more would reach into other people's lines.
func Typed(s string) Text {
	marks := 0
	return Text(strings.Map(func(r rune) rune {
		if r >= firstMark && unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; marks > mostMarks {
				return -1
			}
			return r
		}
		marks = 0
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == unicode.ReplacementChar,
			r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

const (
	firstMark = '\u0300' // no character before it stands on another
	mostMarks = 4        // more than any language needs on one letter
)

// Textf formats like [fmt.Sprintf]. Arguments that are Text keep their tokens;
// everything else is taken as typed by a person. A width applies to Text with its
// tokens, so it is of no use there, and %q would break them.
func Textf(format string, args ...any) Text {
	clean := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case Text, int:
			clean[i] = v
		case string:
			clean[i] = string(Typed(v))
		default:
			clean[i] = typedValue{v}
		}
	}
	return Text(fmt.Sprintf(format, clean...))
}

// typedValue formats a value and then treats it as [Typed]: errors and lists can
// quote what a person wrote.
type typedValue struct{ value any }

func (v typedValue) Format(f fmt.State, verb rune) {
	_, _ = io.WriteString(f, string(Typed(fmt.Sprintf(fmt.FormatString(f, verb), v.value))))
}

// Mention names an account so that its platform can link and notify it;
// elsewhere the name is shown.
func Mention(id UserID, name string) Text {
	return Text(string(tokenStart) + "m" + tokenSep + string(Typed(string(id))) + tokenSep + string(Typed(name)) + string(tokenEnd))
}

// When is an instant that platforms show in the reader's own zone. Where they
// cannot, it reads like "Tue 7:00 AM" in t's location.
func When(t time.Time) Text {
	return Text(string(tokenStart) + "w" + tokenSep + strconv.FormatInt(t.Unix(), 10) + tokenSep + t.Format("Mon 3:04 PM") + string(tokenEnd))
}

// Parts splits the text into what a renderer needs. Malformed tokens become
// literal text without their control characters.
func (t Text) Parts() []Part {
	var parts []Part
	literal := func(s string) {
		if s = string(Typed(s)); s != "" {
			parts = append(parts, Part{Kind: LiteralPart, Literal: s})
		}
	}
	rest := string(t)
	for {
		start := strings.IndexByte(rest, tokenStart)
		if start < 0 {
			break
		}
		length := strings.IndexByte(rest[start:], tokenEnd)
		if length < 0 {
			break
		}
		literal(rest[:start])
		inner := rest[start+1 : start+length]
		if part, ok := parseToken(inner); ok {
			parts = append(parts, part)
		} else {
			literal(inner)
		}
		rest = rest[start+length+1:]
	}
	literal(rest)
	return parts
}

func parseToken(inner string) (Part, bool) {
	f := strings.Split(inner, tokenSep)
	if len(f) != 3 {
		return Part{}, false
	}
	shown := string(Typed(f[2]))
	switch f[0] {
	case "m":
		return Part{Kind: MentionPart, User: UserID(Typed(f[1])), Literal: shown}, true
	case "w":
		sec, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return Part{}, false
		}
		return Part{Kind: WhenPart, Time: time.Unix(sec, 0).UTC(), Literal: shown}, true
	}
	return Part{}, false
}

// Plain is the text without tokens: names and times in words.
func (t Text) Plain() string {
	var b strings.Builder
	for _, p := range t.Parts() {
		b.WriteString(p.Literal)
	}
	return b.String()
}
