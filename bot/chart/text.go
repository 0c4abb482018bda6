package chart

import (
	"bytes"
	"fmt"
	"log"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Renderer draws pictures. It may be used by several goroutines; they take turns,
// for faces of fonts belong to one at a time.
type Renderer struct {
	fonts     func() error // reads them once; called before they are used
	mu        sync.Mutex
	cache     string
	regular   *fontscan.FontMap
	bold      *fontscan.FontMap
	scanned   bool // the fonts of the machine were looked for
	shaper    shaping.HarfbuzzShaper
	segmenter shaping.Segmenter
	wrapper   shaping.LineWrapper
}

// New makes a renderer. Fonts are read when the first picture is drawn, since they
// take megabytes and most copies of the program hardly draw. Those of the machine are
// looked for when a letter is first met that DejaVu Sans lacks; what is found is
// remembered in the folder cache, which is made if need be. With "" none are looked
// for.
func New(cache string) *Renderer {
	r := &Renderer{cache: cache}
	r.fonts = sync.OnceValue(r.load)
	return r
}

// load reads DejaVu Sans, which comes with the program.
func (r *Renderer) load() error {
	for m, ttf := range map[**fontscan.FontMap][]byte{&r.regular: dejavusans.TTF, &r.bold: dejavusansbold.TTF} {
		*m = fontscan.NewFontMap(log.New(discard{}, "", 0))
		if err := (*m).AddFont(bytes.NewReader(ttf), "dejavu", "DejaVu Sans"); err != nil {
			return fmt.Errorf("load DejaVu Sans: %w", err)
		}
	}
	r.regular.SetQuery(fontscan.Query{Families: []string{"DejaVu Sans"}})
	r.bold.SetQuery(fontscan.Query{Families: []string{"DejaVu Sans"}, Aspect: font.Aspect{Weight: font.WeightBold}})
	return nil
}

// discard takes the remarks of the font library, which are about other fonts of
// the machine.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// style is how a line of text looks.
type style struct {
	size   int
	bold   bool
	middle bool // in the middle of its place; else at the side where reading begins on the left
	color  rgb
}

// text writes one line with its base line at y, in the pixels from x on; what
// doesn't fit is cut with an ellipsis.
func (c *canvas) text(s string, x, y, wide float64, st style) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	line, length := c.r.shape(s, wide, st)
	if st.middle {
		x += (wide - length) / 2
	}
	c.SetColor(st.color)
	for _, run := range line {
		c.run(run, x, y, st)
		x += pixels(run.Advance)
	}
	c.Fill() // the whole line at once: each filling goes over the picture
}

func pixels(v fixed.Int26_6) float64 { return float64(v) / 64 }

// shape makes glyphs of a line in the order in which they stand, and says how long
// it is.
func (r *Renderer) shape(s string, wide float64, st style) (shaping.Line, float64) {
	fonts := r.regular
	if st.bold {
		fonts = r.bold
	}
	text := r.drawable(s, fonts)
	if len(text) == 0 {
		return nil, 0
	}
	size := fixed.I(st.size)
	// The segmenter tells right-to-left scripts apart; the line as a whole reads
	// from left to right, as the picture does.
	input := func(text []rune) shaping.Input {
		return shaping.Input{Text: text, RunEnd: len(text), Direction: di.DirectionLTR, Size: size, Language: language.NewLanguage("en")}
	}
	glyphs := func(text []rune) []shaping.Output {
		var runs []shaping.Output
		for _, in := range slices.Clone(r.segmenter.Split(input(text), fonts)) {
			runs = append(runs, r.shaper.Shape(in))
		}
		return runs
	}
	ellipsis := glyphs([]rune("…"))
	runs := glyphs(text)
	config := shaping.WrapConfig{Direction: di.DirectionLTR, TruncateAfterLines: 1, BreakPolicy: shaping.Always, Truncator: ellipsis[0]}
	lines, _ := r.wrapper.WrapParagraph(config, int(wide), text, shaping.NewSliceIterator(runs))
	if len(lines) == 0 {
		return nil, 0
	}
	line := slices.Clone(lines[0])
	slices.SortStableFunc(line, func(a, b shaping.Output) int { return int(a.VisualIndex - b.VisualIndex) })
	var length fixed.Int26_6
	for _, run := range line {
		length += run.Advance
	}
	return line, pixels(length)
}

// longest is how many letters of a line are looked at: more than any picture is
// wide.
const longest = 200

// drawable is a line's letters as far as there are fonts for them: spaces for
// whatever breaks lines, a question mark for what can't be drawn.
func (r *Renderer) drawable(s string, fonts *fontscan.FontMap) []rune {
	var text []rune
	unknown := false
	for _, c := range strings.ToValidUTF8(s, "") {
		if len(text) == longest {
			break
		}
		switch {
		case unicode.IsSpace(c):
			c = ' '
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			continue
		}
		switch {
		case r.has(c, fonts):
			text, unknown = append(text, c), false
		case !unicode.IsLetter(c) && !unicode.IsNumber(c): // emoji and marks: the rest reads without them
		case !unknown:
			text, unknown = append(text, '?'), true
		}
	}
	return text
}

// has reports whether there is a font for a letter. The fonts of the machine are
// looked for once, when there is none.
func (r *Renderer) has(c rune, fonts *fontscan.FontMap) bool {
	covered := func() bool {
		face := fonts.ResolveFace(c)
		if face == nil {
			return false
		}
		glyph, ok := face.NominalGlyph(c)
		if !ok {
			return false
		}
		_, outline := face.GlyphData(glyph).(font.GlyphOutline) // and not a picture, as emoji are
		return outline
	}
	if covered() {
		return true
	}
	if r.scanned || r.cache == "" {
		return false
	}
	r.scanned = true
	for _, m := range []*fontscan.FontMap{r.regular, r.bold} {
		if err := m.UseSystemFonts(r.cache); err != nil {
			return false // a machine without fonts: DejaVu Sans has to do
		}
	}
	return covered()
}

// run adds glyphs of one face to the path.
func (c *canvas) run(run shaping.Output, x, y float64, st style) {
	scale := float64(st.size) / float64(run.Face.Upem())
	for _, g := range run.Glyphs {
		left, base := x+pixels(g.XOffset), y-pixels(g.YOffset)
		if shape, ok := run.Face.GlyphData(g.GlyphID).(font.GlyphOutline); ok {
			c.outline(shape, left, base, scale)
		}
		x += pixels(g.Advance)
	}
}

// outline adds a glyph's shape to the path.
func (c *canvas) outline(o font.GlyphOutline, x, y, scale float64) {
	at := func(p opentype.SegmentPoint) (float64, float64) {
		return x + float64(p.X)*scale, y - float64(p.Y)*scale
	}
	for _, s := range o.Segments {
		x0, y0 := at(s.Args[0])
		x1, y1 := at(s.Args[1])
		x2, y2 := at(s.Args[2])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			c.MoveTo(x0, y0)
		case opentype.SegmentOpLineTo:
			c.LineTo(x0, y0)
		case opentype.SegmentOpQuadTo:
			c.QuadraticTo(x0, y0, x1, y1)
		case opentype.SegmentOpCubeTo:
			c.CubicTo(x0, y0, x1, y1, x2, y2)
		}
	}
}
