package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// alikeMost is how many warnings and errors that are alike are logged in
	// alikeTime, linesMost how many there are of all kinds together.
	alikeMost = 30
	linesMost = 300
	alikeTime = time.Minute
	// textMost is how long a text in a line may be, in bytes.
	textMost = 8 << 10
	// shapeLongest is how long what looks like a secret may be, in bytes.
	shapeLongest = 512
	// alikeKinds is how many kinds are told apart.
	alikeKinds = 1000
)

// leftOut stands where a secret was.
const leftOut = "[secret]"

// shapes are what secrets look like wherever they turn up, such as in the address
// that an error of the HTTP client quotes. The first group stays.
var shapes = regexp.MustCompile(`(?i)()\bxox[a-z]?[.-][0-9a-z.-]{8,}` + // Slack's tokens
	`|()\bxapp-[0-9a-z-]{8,}` +
	`|(/(?:webhooks|interactions)/\d+/)[^\s/?"']+` + // Discord's, for answers
	`|()\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}` + // a Discord bot's
	`|(hooks\.slack\.com/)[^\s?"']+` + // addresses for answers
	`|(\w+://[^\s:/@]*:)[^\s/@]+(?:@)` + // a password in an address
	`|(\bpassword=)[^\s&]+` +
	`|(/calendar/)[^\s/?"']+` +
	`|([?&](?:token|code|state|ticket|client_secret)=)[^\s&"']+` +
	`|(\b(?:Bearer|Bot|Basic) )[\w.~+/=-]{16,}`)

// SafeLog is a handler of log lines before another one. It takes out the secrets
// it is given and what looks like one, shortens what is endless, and of warnings
// and errors that say the same thousands of times it passes on some and their
// number, so that a fault that stays neither tells anything nor fills a disk.
func SafeLog(next slog.Handler, now func() time.Time, secrets ...string) slog.Handler {
	var all []string
	for _, s := range secrets {
		if len(s) < 4 { // such words are everywhere, and no secret
			continue
		}
		all = append(all, s)
		if escaped := url.QueryEscape(s); escaped != s {
			all = append(all, escaped)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range all {
		pairs = append(pairs, s, leftOut)
	}
	longest := shapeLongest
	if len(all) > 0 {
		longest = max(longest, len(all[0]))
	}
	return &safeLog{next: next, known: strings.NewReplacer(pairs...), longest: longest, flood: &flood{now: now, alike: map[string]int{}}}
}

type safeLog struct {
	next    slog.Handler
	known   *strings.Replacer
	longest int // bytes of a secret
	flood   *flood
}

// Enabled is the other handler's.
func (l *safeLog) Enabled(ctx context.Context, level slog.Level) bool {
	return l.next.Enabled(ctx, level)
}

// WithAttrs keeps attributes, cleaned.
func (l *safeLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for n, a := range attrs {
		clean[n] = l.attr(a)
	}
	return &safeLog{l.next.WithAttrs(clean), l.known, l.longest, l.flood}
}

// WithGroup opens a group.
func (l *safeLog) WithGroup(name string) slog.Handler {
	return &safeLog{l.next.WithGroup(name), l.known, l.longest, l.flood}
}

// Handle passes a line on, cleaned, unless there were too many like it.
func (l *safeLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn { // first: what is left out costs little
		pass, more := l.flood.pass(r.Message + "\n" + causeOf(r))
		if more > 0 {
			note := slog.NewRecord(r.Time, slog.LevelWarn, "log lines were left out", 0)
			note.AddAttrs(slog.Int("lines", more), slog.String("why", "they were like others, or too many"))
			if err := l.next.Handle(ctx, note); err != nil {
				return err
			}
		}
		if !pass {
			return nil
		}
	}
	clean := slog.NewRecord(r.Time, r.Level, l.text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(l.attr(a))
		return true
	})
	return l.next.Handle(ctx, clean)
}

// causeOf is the error that a line tells of, or "".
func causeOf(r slog.Record) (cause string) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" {
			cause = a.Value.String()
		}
		return cause == ""
	})
	return cause
}

func (l *safeLog) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		var all []slog.Attr
		for _, in := range v.Group() {
			all = append(all, l.attr(in))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(all...)}
	case slog.KindString:
		return slog.String(a.Key, l.text(v.String()))
	case slog.KindAny:
		text := fmt.Sprint(v.Any())
		if _, isError := v.Any().(error); isError || l.text(text) != text {
			return slog.String(a.Key, l.text(text))
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}

// text is a text without secrets, and not endless.
func (l *safeLog) text(s string) string {
	cut := len(s) > textMost+l.longest
	if cut {
		s = s[:textMost+l.longest]
	}
	s = l.known.Replace(s)
	if shapes.MatchString(s) {
		s = shapes.ReplaceAllString(s, "${1}${2}${3}${4}${5}${6}${7}${8}${9}${10}"+leftOut)
	}
	keep := len(s)
	if cut { // its end may be the beginning of a secret
		keep -= l.longest
	}
	if keep = min(keep, textMost); keep < len(s) {
		s = strings.ToValidUTF8(s[:max(keep, 0)], "") + "…"
	}
	return s
}

// flood counts lines that are alike.
type flood struct {
	now func() time.Time

	mu    sync.Mutex
	since time.Time
	alike map[string]int
	lines int
	out   int // since the note that said so
}

// pass reports whether a line is logged, and how many before it were not, once.
func (f *flood) pass(line string) (pass bool, more int) {
	kind := alikeness(line)
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.since).Abs() >= alikeTime {
		f.since, f.lines, more, f.out = now, 0, f.out, 0
		clear(f.alike)
	}
	if len(f.alike) >= alikeKinds {
		kind = ""
	}
	f.alike[kind]++
	if f.alike[kind] > alikeMost || f.lines >= linesMost {
		f.out++
		return false, more
	}
	f.lines++
	return true, more
}

// alikeness is the beginning of a line, without what counts or names something.
func alikeness(line string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(line[:min(len(line), 300)]) {
		if strings.IndexFunc(word, unicode.IsDigit) < 0 {
			b.WriteString(word)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Secrets are the texts that may stand in no log line.
func (c Config) Secrets() []string {
	all := []string{c.Slack.BotToken.Reveal(), c.Slack.AppToken.Reveal(), c.Slack.SigningSecret.Reveal(), c.Slack.ClientSecret.Reveal(), c.Discord.Token.Reveal(), c.MetricsToken.Reveal()}
	for _, key := range c.SecretKeys {
		all = append(all, key.Reveal())
	}
	if u, err := url.Parse(c.Database.Reveal()); err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			all = append(all, c.Database.Reveal(), password)
		}
	}
	return all
}
