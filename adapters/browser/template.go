package browser

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // sizes of pictures
	_ "image/png"
	"strings"
	"time"

	"studyhall/bot"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/*
var staticFiles embed.FS

// parseTemplates reads the embedded templates. What they write is escaped by
// html/template; nothing in this package marks a string as safe.
func parseTemplates() (*template.Template, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"isMention":  func(p bot.Part) bool { return p.Kind == bot.MentionPart },
		"isWhen":     func(p bot.Part) bool { return p.Kind == bot.WhenPart },
		"iso":        func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"paragraphs": paragraphs,
		"linked":     linked,
		"control":    viewControl,
		"spoken":     spoken,
		"toneName":   func(t bot.Tone) string { return [...]string{"neutral", "good", "attention"}[min(max(int(t), 0), 2)] },
		"styleName":  func(s bot.Style) string { return [...]string{"plain", "primary", "danger"}[min(max(int(s), 0), 2)] },
		"size":       pictureSize,
		"kilobytes":  func(b []byte) string { return fmt.Sprintf("%d KB", (len(b)+1023)/1024) },
		"plural": func(n int, one, many string) string {
			if n == 1 {
				return "1 " + one
			}
			return fmt.Sprintf("%d %s", n, many)
		},
	}).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return t, nil
}

// paragraphs splits text at blank lines.
func paragraphs(t bot.Text) []bot.Text {
	var out []bot.Text
	fresh := true // the next line begins a paragraph
	for line := range strings.SplitSeq(string(t), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			fresh = true
		case fresh:
			out, fresh = append(out, bot.Text(line)), false
		default:
			out[len(out)-1] += bot.Text("\n" + line)
		}
	}
	return out
}

// piece is a part of a text: words, or an address that a press opens.
type piece struct {
	Words string
	URL   string // empty: only words
}

// linked finds the addresses in a text, as other platforms do. The end of a
// sentence and a bracket that closes around an address are not part of it.
func linked(s string) []piece {
	var all []piece
	for s != "" {
		from := len(s)
		for _, scheme := range []string{"https://", "http://"} {
			if at := strings.Index(s, scheme); at >= 0 {
				from = min(from, at)
			}
		}
		if from > 0 {
			all = append(all, piece{Words: s[:from]})
			s = s[from:]
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune("\"<>|\u00a0", r) })
		if end < 0 {
			end = len(s)
		}
		address := strings.TrimRight(s[:end], ".,;:!?)]'")
		if _, rest, _ := strings.Cut(address, "//"); rest == "" {
			all, s = append(all, piece{Words: s[:end]}), s[end:]
			continue
		}
		all, s = append(all, piece{Words: address, URL: address}), s[len(address):]
	}
	return all
}

// controlView is a control of which exactly one is set.
type controlView struct {
	Button *bot.Button
	Menu   *bot.Menu
	Link   *bot.Link
}

func viewControl(c bot.Control) controlView {
	switch v := c.(type) {
	case bot.Button:
		return controlView{Button: &v}
	case bot.Menu:
		return controlView{Menu: &v}
	case bot.Link:
		return controlView{Link: &v}
	}
	return controlView{}
}

// spoken is what screen readers say of a button; "" where its label says it.
// It contains the label, so that people who speak to their computer can name
// the button by what they see.
func spoken(b *bot.Button) string {
	if b.Accessible == "" || strings.Contains(strings.ToLower(b.Accessible), strings.ToLower(b.Label)) {
		return b.Accessible
	}
	return b.Label + ": " + b.Accessible
}

// pictureSize is a picture's size, so that the page doesn't jump when it loads;
// zero when it can't be read.
func pictureSize(data []byte) image.Config {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return image.Config{}
	}
	return c
}
