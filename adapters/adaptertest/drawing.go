package adaptertest

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Drawing is a picture under way of words and buttons as a platform is sent
// them, for the documents. It looks like no particular program.
type Drawing struct {
	b strings.Builder
	y int
}

const (
	sheetWidth = 640
	sheetEdge  = 24
)

// Inks of a drawing.
const (
	inkName  = "#2f5d50"
	inkWords = "#22201c"
	inkSmall = "#6b675e"
)

// NewDrawing begins one with who writes.
func NewDrawing(name string) *Drawing {
	d := &Drawing{y: 14}
	d.words(name, 15, "700", inkName)
	return d
}

// Title writes a heading.
func (d *Drawing) Title(text string) { d.words(text, 18, "700", inkWords) }

// Text writes words.
func (d *Drawing) Text(text string) { d.words(text, 15, "400", inkWords) }

// Small writes a line of a footer.
func (d *Drawing) Small(text string) { d.words(text, 12, "400", inkSmall) }

// words writes text of a size and weight, broken at spaces.
func (d *Drawing) words(text string, size int, weight, colour string) {
	most := int(float64(sheetWidth-2*sheetEdge) / (float64(size) * 0.53)) // characters, about
	for line := range strings.SplitSeq(text, "\n") {
		rest := strings.Fields(line)
		for first := true; len(rest) > 0 || first; first = false {
			part := ""
			for len(rest) > 0 && (part == "" || utf8.RuneCountInString(part)+1+utf8.RuneCountInString(rest[0]) <= most) {
				part, rest = strings.TrimSpace(part+" "+rest[0]), rest[1:]
			}
			d.y += size * 3 / 2
			if part != "" {
				fmt.Fprintf(&d.b, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\">%s</text>\n", sheetEdge, d.y, size, weight, colour, html.EscapeString(part))
			}
		}
	}
}

// Button is one of a row.
type Button struct {
	Label   string
	Primary bool
}

// Buttons draws a row of buttons.
func (d *Drawing) Buttons(row []Button) {
	d.y += 14
	x := sheetEdge
	for _, button := range row {
		width := 28 + 8*utf8.RuneCountInString(button.Label)
		fill, ink := "#e6e4dd", inkWords
		if button.Primary {
			fill, ink = inkName, "#ffffff"
		}
		fmt.Fprintf(&d.b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"34\" rx=\"6\" fill=\"%s\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"14\" text-anchor=\"middle\" fill=\"%s\">%s</text>\n",
			x, d.y, width, fill, x+width/2, d.y+22, ink, html.EscapeString(button.Label))
		x += width + 8
	}
	d.y += 34
}

// SVG is the picture.
func (d *Drawing) SVG() string {
	height := d.y + sheetEdge
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">\n"+
		"<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"#faf8f3\" stroke=\"#d8d4c8\"/>\n%s</svg>\n",
		sheetWidth, height, sheetWidth, height, sheetWidth, height, d.b.String())
}

// Drawn compares a drawing with the file of that name in docs/img, or writes the
// file when update is set.
func Drawn(t *testing.T, update bool, file, svg string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "img", file)
	if update {
		if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != svg {
		t.Errorf("docs/img/%s is not how it is sent today; this test with -update writes it (%v)", file, err)
	}
}

// Moment is a time as pictures write it, in Chicago.
func Moment(unix int64) string {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		return time.Unix(unix, 0).UTC().Format(momentLayout)
	}
	return time.Unix(unix, 0).In(chicago).Format(momentLayout)
}

const momentLayout = "Monday, 2 January 2006, 3:04 PM"
