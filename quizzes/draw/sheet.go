package main

import (
	"image"
	"image/color"
	"math"
)

// point is a place on a sheet, in pixels from its top left corner.
type point struct{ x, y float64 }

// sheet is white paper to draw lines on. Few shades keep the files small.
type sheet struct{ *image.Paletted }

// The inks, each in shades from paper to full.
const (
	black  = 1
	faint  = 2
	shades = 8
)

func newSheet(wide, high int) sheet {
	palette := color.Palette{color.Gray{255}}
	shade := func(full color.RGBA) {
		for n := 1; n <= shades; n++ {
			mix := func(c uint8) uint8 { return uint8(255 - (255-int(c))*n/shades) }
			palette = append(palette, color.RGBA{mix(full.R), mix(full.G), mix(full.B), 255})
		}
	}
	shade(color.RGBA{20, 20, 20, 255})
	shade(color.RGBA{225, 150, 150, 255})
	return sheet{image.NewPaletted(image.Rect(0, 0, wide, high), palette)}
}

// lines joins points with an ink of a width in pixels.
func (s sheet) lines(ink int, width float64, points ...point) {
	for n := range len(points) - 1 {
		s.line(ink, width, points[n], points[n+1])
	}
}

// line has soft edges: how dark a pixel is depends on its distance from it.
func (s sheet) line(ink int, width float64, a, b point) {
	reach := width/2 + 1
	for y := int(min(a.y, b.y) - reach); y <= int(max(a.y, b.y)+reach); y++ {
		for x := int(min(a.x, b.x) - reach); x <= int(max(a.x, b.x)+reach); x++ {
			if (image.Point{X: x, Y: y}).In(s.Rect) {
				s.ink(ink, x, y, width/2+0.5-distance(point{float64(x), float64(y)}, a, b))
			}
		}
	}
}

// ink darkens a pixel, by 0 to 1; what is darker already stays.
func (s sheet) ink(ink, x, y int, dark float64) {
	shade := int(math.Round(max(0, min(1, dark)) * shades))
	if shade == 0 {
		return
	}
	before := int(s.ColorIndexAt(x, y))
	if before > 0 && (before-1)/shades+1 == ink && (before-1)%shades+1 >= shade {
		return
	}
	s.SetColorIndex(x, y, uint8((ink-1)*shades+shade))
}

// distance is how far a point is from a line.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	along := 0.0
	if long := dx*dx + dy*dy; long > 0 {
		along = max(0, min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/long))
	}
	return math.Hypot(p.x-a.x-along*dx, p.y-a.y-along*dy)
}

// circle draws one around a middle.
func (s sheet) circle(ink int, width float64, middle point, radius float64) {
	const corners = 72
	var all []point
	for n := range corners + 1 {
		at := 2 * math.Pi * float64(n) / corners
		all = append(all, point{middle.x + radius*math.Cos(at), middle.y + radius*math.Sin(at)})
	}
	s.lines(ink, width, all...)
}

// dot is where wires meet.
func (s sheet) dot(at point) { s.line(black, 11, at, at) }

// glyphs are the strokes of the signs that the pictures use, on a grid 4 wide and
// 6 high.
func glyphs() map[rune][][]point {
	return map[rune][][]point{
		'0': {{{1, 0}, {3, 0}, {4, 1.5}, {4, 4.5}, {3, 6}, {1, 6}, {0, 4.5}, {0, 1.5}, {1, 0}}},
		'1': {{{1, 1.2}, {2.4, 0}, {2.4, 6}}},
		'2': {{{0, 1.4}, {0.8, 0.2}, {2, 0}, {3.4, 0.4}, {4, 1.6}, {3.6, 2.8}, {0, 6}, {4, 6}}},
		'3': {{{0.2, 0}, {4, 0}, {1.8, 2.4}, {3.2, 2.6}, {4, 3.6}, {4, 4.8}, {3, 6}, {1.2, 6}, {0, 5}}},
		'4': {{{3, 6}, {3, 0}, {0, 4.2}, {4.2, 4.2}}},
		'5': {{{3.7, 0}, {0.6, 0}, {0.2, 2.8}, {2.2, 2.3}, {3.6, 2.9}, {4, 4.2}, {3.2, 5.6}, {1.6, 6}, {0, 5.2}}},
		'R': {{{0, 6}, {0, 0}, {2.6, 0}, {3.6, 0.8}, {3.6, 2.2}, {2.6, 3}, {0, 3}}, {{2, 3}, {3.8, 6}}},
		'x': {{{0, 2.6}, {2.8, 6}}, {{2.8, 2.6}, {0, 6}}},
		'V': {{{0, 0}, {2, 6}, {4, 0}}},
		'Ω': {{{0, 6}, {1.4, 6}, {1.2, 4.8}, {0.2, 3.4}, {0.3, 1.4}, {1.3, 0}, {2.7, 0}, {3.7, 1.4}, {3.8, 3.4}, {2.8, 4.8}, {2.6, 6}, {4, 6}}},
		'+': {{{2, 1.5}, {2, 4.5}}, {{0.5, 3}, {3.5, 3}}},
		'-': {{{0.5, 3}, {3.5, 3}}},
	}
}

// write puts signs on the sheet from a top left corner; unit is a step of their
// grid in pixels.
func (s sheet) write(at point, unit float64, text string) {
	all := glyphs()
	for _, r := range text {
		for _, stroke := range all[r] {
			var points []point
			for _, p := range stroke {
				points = append(points, point{at.x + p.x*unit, at.y + p.y*unit})
			}
			s.lines(black, unit*0.8, points...)
		}
		if r == ' ' {
			at.x += 3 * unit
			continue
		}
		at.x += 5.6 * unit
	}
}
