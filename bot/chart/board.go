package chart

import (
	"fmt"
	"strings"
)

// Board is a board of points.
type Board struct {
	Title string
	Rows  []Place // best first; from the thirteenth on they are left out
	Note  string  // a line below: "Same points share a place."
}

// Place is one line of a board.
type Place struct {
	Place  int    // from 1; equal for no two rows
	Who    string // everybody with these points: "Lee T. and Priya S."
	Points int    // 0 or more
}

// Words says what the picture shows.
func (b Board) Words() string {
	lines := []string{b.Title}
	for _, p := range b.rows() {
		unit := "points"
		if p.Points == 1 {
			unit = "point"
		}
		lines = append(lines, fmt.Sprintf("%d. %s, %d %s", p.Place, p.Who, p.Points, unit))
	}
	return sentences(append(lines, b.Note))
}

func (b Board) rows() []Place { return b.Rows[:min(len(b.Rows), most)] }

// Board draws a board as PNG.
func (r *Renderer) Board(b Board, theme Theme) ([]byte, error) {
	rows := b.rows()
	c, err := r.begin(theme, b.Title, rowHeight*len(rows)+noteHeight(b.Note))
	if err != nil {
		return nil, err
	}
	top := 1
	for _, p := range rows {
		top = max(top, p.Points)
	}
	const placeWidth, nameWidth, pointsWidth = 64, 520, 100
	const barX = margin + placeWidth + nameWidth + 24
	const barLength = width - margin - barX - pointsWidth
	for _, p := range rows {
		line := c.y + rowHeight/2 + textSize/3
		c.text(fmt.Sprintf("%d.", p.Place), margin, line, placeWidth, style{size: textSize, color: c.p.faint})
		c.text(p.Who, margin+placeWidth, line, nameWidth, style{size: textSize, color: c.p.ink})
		c.bar(barX, c.y+(rowHeight-barHeight)/2, barLength, float64(p.Points)/float64(top), c.p.bar)
		end := barX + barLength*float64(p.Points)/float64(top)
		c.text(fmt.Sprint(p.Points), max(end, barX+2*barRadius)+16, line, pointsWidth, style{size: textSize, bold: true, color: c.p.ink})
		c.y += rowHeight
	}
	c.note(b.Note)
	return c.encode()
}

// sentences joins lines to one text, each ending as a sentence does.
func sentences(lines []string) string {
	var all []string
	for _, l := range lines {
		if l = strings.TrimRight(strings.TrimSpace(l), "."); l != "" {
			all = append(all, l+".")
		}
	}
	return strings.Join(all, " ")
}

func noteHeight(note string) int {
	if note == "" {
		return 0
	}
	return smallSize + 28
}

// note writes the line below everything.
func (c *canvas) note(note string) {
	if note != "" {
		c.text(note, margin, c.y+smallSize+20, width-2*margin, style{size: smallSize, color: c.p.faint})
	}
}
