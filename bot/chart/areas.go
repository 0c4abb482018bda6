package chart

import "fmt"

// Areas is how many answers were right, by area of an outline.
type Areas struct {
	Title string
	Rows  []Area // from the thirteenth on they are left out
	Note  string
}

// Area is one line of it.
type Area struct {
	Name     string
	Right    int
	Answered int // at least Right; with 0 there is no bar
	// Few says that there are too few answers for a figure: the count of answers
	// stands in its place, without a bar.
	Few bool
}

func (a Area) count() string {
	switch {
	case a.Answered == 0:
		return "no answers yet"
	case a.Few && a.Answered == 1:
		return "1 answer so far"
	case a.Few:
		return fmt.Sprintf("%d answers so far", a.Answered)
	}
	return fmt.Sprintf("%d of %d right", a.Right, a.Answered)
}

// Words says what the picture shows.
func (a Areas) Words() string {
	lines := []string{a.Title}
	for _, row := range a.rows() {
		lines = append(lines, row.Name+": "+row.count())
	}
	return sentences(append(lines, a.Note))
}

func (a Areas) rows() []Area { return a.Rows[:min(len(a.Rows), most)] }

// Areas draws answers by area as PNG: the length of a bar is the share that was
// right.
func (r *Renderer) Areas(a Areas, theme Theme) ([]byte, error) {
	rows := a.rows()
	c, err := r.begin(theme, a.Title, rowHeight*len(rows)+noteHeight(a.Note))
	if err != nil {
		return nil, err
	}
	const nameWidth, countWidth = 430, 260
	const barX = margin + nameWidth + 24
	const barLength = width - margin - barX - countWidth - 24
	for _, row := range rows {
		line := c.y + rowHeight/2 + textSize/3
		c.text(row.Name, margin, line, nameWidth, style{size: textSize, color: c.p.ink})
		if row.Answered > 0 && !row.Few {
			c.track(barX, c.y+(rowHeight-barHeight)/2, barLength)
			c.bar(barX, c.y+(rowHeight-barHeight)/2, barLength, float64(row.Right)/float64(row.Answered), c.p.bar)
		}
		ink := c.p.ink
		if row.Few || row.Answered == 0 {
			ink = c.p.faint
		}
		c.text(row.count(), barX+barLength+24, line, countWidth, style{size: smallSize, color: ink})
		c.y += rowHeight
	}
	c.note(a.Note)
	return c.encode()
}
