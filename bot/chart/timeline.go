package chart

import (
	"fmt"
	"math"
	"time"
)

// Timeline is a course of weeks: how many answers, and how many of them right.
type Timeline struct {
	Title string
	Weeks []Week // oldest first; only the newest twelve are shown
	Note  string
}

// Week is one column of it.
type Week struct {
	From     time.Time // its first day, in the reader's zone
	Right    int
	Answered int  // at least Right
	Few      bool // too few answers to say how many were right: the column says only how many there were
}

func (w Week) label() string { return w.From.Format("2 Jan") }

// Words says what the picture shows.
func (t Timeline) Words() string {
	lines := []string{t.Title}
	for _, w := range t.weeks() {
		switch {
		case w.Answered == 0:
			lines = append(lines, w.label()+": no answers")
		case w.Few && w.Answered == 1:
			lines = append(lines, w.label()+": 1 answer")
		case w.Few:
			lines = append(lines, fmt.Sprintf("%s: %d answers", w.label(), w.Answered))
		default:
			lines = append(lines, fmt.Sprintf("%s: %d of %d right", w.label(), w.Right, w.Answered))
		}
	}
	return sentences(append(lines, t.Note))
}

func (t Timeline) weeks() []Week { return t.Weeks[max(0, len(t.Weeks)-most):] }

// Timeline draws weeks as PNG: a column is as high as there were answers, its
// lower part as there were right ones.
func (r *Renderer) Timeline(t Timeline, theme Theme) ([]byte, error) {
	const columns, labels, counts = 300, smallSize + 24, smallSize + 18
	weeks := t.weeks()
	c, err := r.begin(theme, t.Title, counts+columns+labels+noteHeight(t.Note))
	if err != nil {
		return nil, err
	}
	top := 1
	for _, w := range weeks {
		top = max(top, w.Answered)
	}
	step := float64(width-2*margin) / float64(max(len(weeks), 4))
	wide := math.Min(step*0.6, 96)
	base := c.y + counts + columns
	for n, w := range weeks {
		x := margin + step*float64(n) + (step-wide)/2
		whole := columns * float64(w.Answered) / float64(top)
		c.column(x, base, wide, whole, c.p.rest)
		label := ""
		switch {
		case w.Answered > 0 && w.Few:
			label = fmt.Sprint(w.Answered)
		case w.Answered > 0:
			label = fmt.Sprintf("%d of %d", w.Right, w.Answered)
			c.column(x, base, wide, columns*float64(w.Right)/float64(top), c.p.bar)
		}
		middle := style{size: smallSize, color: c.p.ink, middle: true}
		c.text(label, x+wide/2-step/2, base-whole-12, step, middle)
		middle.color = c.p.faint
		c.text(w.label(), x+wide/2-step/2, base+smallSize+14, step, middle)
	}
	c.SetColor(c.p.faint)
	c.SetLineWidth(2)
	c.DrawLine(margin, base, width-margin, base)
	c.Stroke()
	c.y = base + labels
	c.note(t.Note)
	return c.encode()
}

// column draws upwards from a base line.
func (c *canvas) column(x, base, wide, high float64, fill rgb) {
	c.SetColor(fill)
	c.DrawRectangle(x, base-high, wide, high)
	c.Fill()
}
