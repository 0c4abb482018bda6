package discord

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"studyhall/bot"
)

// writer turns text into Markdown. Characters that Markdown would act on are
// escaped with a backslash or, when wide, replaced by their wide forms.
type writer struct {
	wide  bool // wide forms instead of escapes
	words bool // times and mentions in words
}

// text turns text into Markdown; atStart says that it begins a line. Neighbouring
// literals, such as a name in place of a mention, are escaped as one, since a
// mark may be half in each.
func (w writer) text(t bot.Text, atStart bool) string {
	var b, run strings.Builder
	flush := func() {
		b.WriteString(w.literal(run.String(), atStart))
		run.Reset()
		atStart = false // what follows is a token
	}
	for _, p := range t.Parts() {
		user, err := snowflake(p.User)
		switch {
		case p.Kind == bot.WhenPart && !w.words:
			flush()
			b.WriteString("<t:" + strconv.FormatInt(p.Time.Unix(), 10) + ":F>")
		case p.Kind == bot.MentionPart && err == nil && !w.words:
			flush()
			b.WriteString("<@" + user + ">")
		default:
			run.WriteString(p.Literal)
		}
	}
	flush()
	return b.String()
}

// escape is literal text as Markdown that reads like it, at the start of a line.
func escape(s string) string { return writer{}.literal(s, true) }

// mark makes a character harmless.
func (w writer) mark(r rune) string {
	if w.wide {
		return string(r - '!' + '！') // ASCII and its wide forms stand in the same order
	}
	return `\` + string(r)
}

// literal escapes literal text. Emphasis, code, spoilers and links are marked
// wherever they could begin; what means something only at the start of a line,
// or only before certain words, is marked there only, since each mark counts
// towards the length of the message.
func (w writer) literal(s string, atStart bool) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		rest := s[size:]
		switch {
		case atStart && r >= '0' && r <= '9':
			digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
			b.WriteString(digits)
			s = s[len(digits):]
			if strings.HasPrefix(s, ".") { // a numbered list
				b.WriteString(w.mark('.'))
				s = s[1:]
			}
			atStart = false
			continue
		case strings.ContainsRune("\\*_~`|[", r),
			r == '<' && opensToken(rest),
			r == ':' && opensEmoji(rest),
			r == ':' && strings.HasPrefix(rest, "//"), // an address, which would become a link
			r == '@' && opensEveryone(rest),
			atStart && strings.ContainsRune("#>-+", r):
			b.WriteString(w.mark(r))
		default:
			b.WriteRune(r)
		}
		atStart = startsLine(string(r), atStart)
		s = rest
	}
	return b.String()
}

// startsLine reports whether what follows s begins a line, given whether s
// does. Discord's clients also begin lines at Unicode's two separators, and
// allow spaces before most of what a line can begin with.
func startsLine(s string, atStart bool) bool {
	for _, r := range s {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			atStart = true
		case !unicode.IsSpace(r):
			atStart = false
		}
	}
	return atStart
}

// opensToken reports whether "<" before rest could begin a mention, an emoji, a
// time, a command or a link.
func opensToken(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return strings.ContainsRune("@#:/!&+", r) || unicode.IsLetter(r)
}

// opensEmoji reports whether ":" before rest could begin an emoji's name.
func opensEmoji(rest string) bool {
	end := strings.IndexFunc(rest, func(r rune) bool { return r == ':' || unicode.IsSpace(r) })
	return end > 0 && rest[end] == ':'
}

// opensEveryone reports whether "@" before rest is a mention of everyone.
func opensEveryone(rest string) bool {
	for _, word := range []string{"everyone", "here"} {
		if len(rest) >= len(word) && strings.EqualFold(rest[:len(word)], word) {
			return true
		}
	}
	return false
}

// oneLine puts the lines of a text on one, with spaces between.
func oneLine(t bot.Text) bot.Text {
	return bot.Text(strings.NewReplacer("\n", " ", "\u2028", " ", "\u2029", " ").Replace(string(t)))
}

// mentioned are the accounts of Discord's that the texts mention, each once.
func mentioned(texts ...bot.Text) []string {
	users := []string{}
	seen := map[string]bool{}
	for _, t := range texts {
		for _, p := range t.Parts() {
			if user, err := snowflake(p.User); err == nil && !seen[user] {
				seen[user] = true
				users = append(users, user)
			}
		}
	}
	return users
}
