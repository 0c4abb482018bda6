package discord

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"studyhall/adapters/adaptertest"
)

// TestDrawings draws messages as they are sent, for docs/discord.md: with -update
// it writes the pictures. They are our own drawings of words and buttons and
// look like no particular program.
func TestDrawings(t *testing.T) {
	pictures := map[string]string{"01-daily-question": "discord-question.svg", "02-result-wrong": "discord-result.svg"}
	for _, c := range adaptertest.Cards() {
		file, ok := pictures[c.Name]
		if !ok {
			continue
		}
		delete(pictures, c.Name)
		body, err := Payload(c.Message)
		if err != nil {
			t.Fatal(err)
		}
		got, err := drawing(body)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "docs", "img", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != got {
			t.Errorf("docs/img/%s is not how the message is sent today; go test ./adapters/discord -run Drawings -update writes it (%v)", file, err)
		}
	}
	for name := range pictures {
		t.Errorf("there is no card %s", name)
	}
}

// sheet is a drawing under way.
type sheet struct {
	b strings.Builder
	y int
}

const (
	sheetWidth = 640
	sheetEdge  = 24
)

// words writes text of a size and weight, broken at spaces.
func (s *sheet) words(text string, size int, weight, colour string) {
	most := int(float64(sheetWidth-2*sheetEdge) / (float64(size) * 0.53)) // characters, about
	for line := range strings.SplitSeq(text, "\n") {
		rest := strings.Fields(line)
		for first := true; len(rest) > 0 || first; first = false {
			part := ""
			for len(rest) > 0 && (part == "" || utf8.RuneCountInString(part)+1+utf8.RuneCountInString(rest[0]) <= most) {
				part, rest = strings.TrimSpace(part+" "+rest[0]), rest[1:]
			}
			s.y += size * 3 / 2
			if part != "" {
				fmt.Fprintf(&s.b, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\">%s</text>\n", sheetEdge, s.y, size, weight, colour, html.EscapeString(part))
			}
		}
	}
}

// buttons draws a row.
func (s *sheet) buttons(row component) {
	s.y += 14
	x := sheetEdge
	for _, c := range row.Components {
		width := 28 + 8*utf8.RuneCountInString(c.Label)
		fill, ink := "#e6e4dd", "#22201c"
		if c.Style == stylePrimary {
			fill, ink = "#2f5d50", "#ffffff"
		}
		fmt.Fprintf(&s.b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"34\" rx=\"6\" fill=\"%s\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"14\" text-anchor=\"middle\" fill=\"%s\">%s</text>\n",
			x, s.y, width, fill, x+width/2, s.y+22, ink, html.EscapeString(c.Label))
		x += width + 8
	}
	s.y += 34
}

var moment = regexp.MustCompile(`<t:(\d+):[a-zA-Z]>`)

// drawing is a message as an SVG: what is written, and the buttons under it.
func drawing(body []byte) (string, error) {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return "", err
	}
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		return "", err
	}
	content := moment.ReplaceAllStringFunc(m.Content, func(s string) string {
		at, _ := strconv.ParseInt(moment.FindStringSubmatch(s)[1], 10, 64)
		return time.Unix(at, 0).In(chicago).Format("Monday, 2 January 2006, 3:04 PM")
	})
	content = strings.NewReplacer(`\`, "", "**", "").Replace(content)
	s := &sheet{y: 14}
	s.words("Studyhall", 15, "700", "#2f5d50")
	for line := range strings.SplitSeq(content, "\n") {
		switch {
		case strings.HasPrefix(line, "### "):
			s.words(line[4:], 18, "700", "#22201c")
		case strings.HasPrefix(line, "-# "):
			s.words(line[3:], 12, "400", "#6b675e")
		default:
			s.words(line, 15, "400", "#22201c")
		}
	}
	for _, row := range m.Components {
		s.buttons(row)
	}
	height := s.y + sheetEdge
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">\n"+
		"<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"#faf8f3\" stroke=\"#d8d4c8\"/>\n%s</svg>\n",
		sheetWidth, height, sheetWidth, height, sheetWidth, height, s.b.String()), nil
}
