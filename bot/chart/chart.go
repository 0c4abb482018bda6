// Package chart draws the pictures that repeat what a message says: a board, how
// somebody does by area, and a course of weeks.
//
// Every picture is made from a value that also has its words, and those are the
// picture's alternative text: nothing is in a picture that is not in its words.
// Bars begin at zero. Meaning is never in colour alone: a number stands beside
// every bar. A picture has its own background, so that it reads the same on a
// dark screen and on a light one.
//
// The type is DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic, Hebrew and
// Armenian letters. Whatever letters it lacks (Chinese, Japanese, Korean) are drawn in
// fonts of the machine, where there are any, and else as a question mark. Emoji
// are left out.
package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"

	"git.sr.ht/~sbinet/gg"
)

// Theme is the colours of a picture.
type Theme int

// The themes.
const (
	Light Theme = iota // dark on white
	Dark               // light on dark grey
)

// Sizes in pixels. A picture is twice as wide as phones show it, for their
// screens have at least two pixels a point.
const (
	width       = 1200
	margin      = 56
	titleSize   = 40
	textSize    = 32
	smallSize   = 26
	rowHeight   = 68
	barHeight   = 34
	headHeight  = 2*margin + titleSize
	barRadius   = 8
	borderWidth = 2
)

// most is how many rows a picture has: more than anyone reads in one.
const most = 12

// canvas is a picture being drawn.
type canvas struct {
	*gg.Context
	p palette
	r *Renderer
	y float64 // where the next row begins
}

// begin makes a canvas with a title for a number of pixels below it.
func (r *Renderer) begin(theme Theme, title string, body int) (*canvas, error) {
	if err := r.fonts(); err != nil {
		return nil, err
	}
	high := headHeight + body + margin
	p := paletteOf(theme)
	img := image.NewRGBA(image.Rect(0, 0, width, high))
	draw.Draw(img, img.Bounds(), image.NewUniform(p.border), image.Point{}, draw.Src)
	draw.Draw(img, img.Bounds().Inset(borderWidth), image.NewUniform(p.background), image.Point{}, draw.Src)
	c := &canvas{Context: gg.NewContextForRGBA(img), p: p, r: r}
	c.text(title, margin, margin+titleSize, width-2*margin, style{size: titleSize, bold: true, color: c.p.ink})
	c.y = headHeight
	return c, nil
}

// bar draws a share of a length in pixels, at least a sliver where there is
// something and nothing where there is nothing.
func (c *canvas) bar(x, y, length, share float64, fill rgb) {
	if share <= 0 {
		return
	}
	w := math.Max(length*math.Min(share, 1), 2*barRadius)
	c.SetColor(fill)
	c.DrawRoundedRectangle(x, y, w, barHeight, barRadius)
	c.Fill()
}

// track draws where a whole bar would end.
func (c *canvas) track(x, y, length float64) {
	c.SetColor(c.p.track)
	c.DrawRoundedRectangle(x, y, length, barHeight, barRadius)
	c.Fill()
}

// encode ends the drawing. Speed matters more here than the last kilobytes.
func (c *canvas) encode() ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, c.Image()); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}
