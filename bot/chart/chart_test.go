package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// renderer has its fonts, and those of the machine unless cache is "".
func renderer(t testing.TB, cache string) *Renderer {
	t.Helper()
	r := New(cache)
	if err := r.fonts(); err != nil {
		t.Fatal(err)
	}
	return r
}

// picture is a case that somebody has looked at; CHART_DIR=folder writes each
// there to look at again.
type picture struct {
	name  string
	draw  func(*Renderer, Theme) ([]byte, error)
	words string
}

func day(d int, m time.Month) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }

func pictures() []picture {
	boards := []struct {
		name string
		b    Board
	}{
		{"board", Board{Title: "CBET: last week together", Note: "Same points share a place.", Rows: []Place{
			{1, "Dana R.", 18}, {2, "Lee T. and Priya S.", 16}, {3, "Marcus W.", 14}}}},
		{"scripts", Board{Title: "CBET: Ångström, Ελλάδα, Україна", Rows: []Place{
			{1, "Αλέξανδρος Π.", 18}, {2, "فاطمة الزهراء", 17}, {3, "Дмитро К.", 15},
			{4, "山田太郎", 12}, {5, "김민수 🎉", 9}, {6, "שרה ל.", 4}}}},
		{"long", Board{Title: strings.Repeat("A very long title ", 9), Note: strings.Repeat("and a long note ", 20), Rows: []Place{
			{1, "Maximiliana-Konstantinopolitanska von und zu Hohenlohe-Schillingsfürst", 1012},
			{2, strings.Repeat("W", 80), 1}, {3, "Ann, Ben, Cleo, Dan, Eve, Fay, Gus and Hal", 0}}}},
		{"one", Board{Title: "CBET: this week", Rows: []Place{{1, "Ann", 3}}}},
		{"nobody", Board{Title: "CBET: this week"}},
		{"hostile", Board{Title: "a\x00b\u202ec\nd\xff", Rows: []Place{{1, "\u0301\u0301\u0301", math.MaxInt32}, {2, "", -5}}}},
	}
	var all []picture
	for _, b := range boards {
		all = append(all, picture{b.name, func(r *Renderer, t Theme) ([]byte, error) { return r.Board(b.b, t) }, b.b.Words()})
	}
	areas := Areas{Title: "How it goes by area", Note: "Bars show the share that was right.", Rows: []Area{
		{Name: "Healthcare IT", Right: 21, Answered: 48}, {Name: "Public safety in the healthcare facility", Right: 30, Answered: 31},
		{Name: "Electronics", Right: 0, Answered: 12}, {Name: "Anatomy and physiology", Answered: 4, Few: true}, {Name: "Problem solving"}}}
	weeks := Timeline{Title: "Your last weeks", Note: "Columns: answers. The lower part: right.", Weeks: []Week{
		{day(12, time.October), 3, 5, false}, {day(19, time.October), 4, 5, false}, {day(26, time.October), 0, 0, false}, {day(2, time.November), 12, 35, false}, {day(9, time.November), 5, 5, false}, {day(16, time.November), 0, 2, true}}}
	one := Timeline{Title: "Your first week", Weeks: []Week{{day(16, time.November), 1, 1, true}}}
	return append(all,
		picture{"areas", func(r *Renderer, t Theme) ([]byte, error) { return r.Areas(areas, t) }, areas.Words()},
		picture{"weeks", func(r *Renderer, t Theme) ([]byte, error) { return r.Timeline(weeks, t) }, weeks.Words()},
		picture{"week", func(r *Renderer, t Theme) ([]byte, error) { return r.Timeline(one, t) }, one.Words()},
	)
}

// Every picture is one, of a size that all platforms take, with ink on it.
func TestPictures(t *testing.T) {
	r := renderer(t, "")
	for _, p := range pictures() {
		for name, theme := range map[string]Theme{"light": Light, "dark": Dark} {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				data, err := p.draw(r, theme)
				if err != nil {
					t.Fatal(err)
				}
				if dir := os.Getenv("CHART_DIR"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, p.name+"-"+name+".png"), data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				img, err := png.Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if b := img.Bounds(); b.Dx() != width || b.Dy() > 1600 || len(data) > 300_000 {
					t.Errorf("%d by %d pixels, %d bytes", b.Dx(), b.Dy(), len(data))
				}
				if !hasInk(img, paletteOf(theme).ink) {
					t.Error("nothing is written on it")
				}
			})
		}
	}
}

func hasInk(img image.Image, ink rgb) bool {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.NRGBAModel.Convert(img.At(x, y)) == ink {
				return true
			}
		}
	}
	return false
}

func TestWords(t *testing.T) {
	want := map[string]string{
		"board":  "CBET: last week together. 1. Dana R., 18 points. 2. Lee T. and Priya S., 16 points. 3. Marcus W., 14 points. Same points share a place.",
		"one":    "CBET: this week. 1. Ann, 3 points.",
		"nobody": "CBET: this week.",
		"areas": "How it goes by area. Healthcare IT: 21 of 48 right. Public safety in the healthcare facility: 30 of 31 right. " +
			"Electronics: 0 of 12 right. Anatomy and physiology: 4 answers so far. Problem solving: no answers yet. Bars show the share that was right.",
		"weeks": "Your last weeks. 12 Oct: 3 of 5 right. 19 Oct: 4 of 5 right. 26 Oct: no answers. 2 Nov: 12 of 35 right. 9 Nov: 5 of 5 right. " +
			"16 Nov: 2 answers. Columns: answers. The lower part: right.",
	}
	for _, p := range pictures() {
		if w, ok := want[p.name]; ok && p.words != w {
			t.Errorf("%s:\n got %s\nwant %s", p.name, p.words, w)
		}
	}
}

// What is written can be read, and a bar can be seen, on every background.
func TestContrast(t *testing.T) {
	for name, theme := range map[string]Theme{"light": Light, "dark": Dark} {
		p := paletteOf(theme)
		for _, c := range []struct {
			what  string
			a, b  rgb
			least float64
		}{
			{"ink", p.ink, p.background, 7}, {"faint", p.faint, p.background, 4.5}, {"bar", p.bar, p.background, 3},
			{"bar on its track", p.bar, p.track, 3}, {"rest", p.rest, p.background, 3},
		} {
			if got := contrast(c.a, c.b); got < c.least {
				t.Errorf("%s: %s has a contrast of %.1f, want %.1f", name, c.what, got, c.least)
			}
		}
	}
}

// contrast is that of WCAG 2.2.
func contrast(a, b rgb) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c rgb) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}

// Letters that can't be drawn become one question mark, what breaks lines a space,
// and emoji nothing.
func TestDrawable(t *testing.T) {
	r := renderer(t, "")
	for s, want := range map[string]string{
		"Dana R.": "Dana R.", "山田太郎": "?", "山田 太郎": "? ?", "Ann 🎉": "Ann ", "a\nb\tc": "a b c", "a\u202eb": "ab", "x\xffy": "xy",
		"فاطمة": "فاطمة",
	} {
		if got := string(r.drawable(s, r.regular)); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	if got := len(r.drawable(strings.Repeat("a", 100_000), r.regular)); got != longest {
		t.Errorf("%d letters of a long line, want %d", got, longest)
	}
}

// Right-to-left letters are drawn from right to left, and a line that is too long
// is cut within its place.
func TestShape(t *testing.T) {
	r := renderer(t, "")
	st := style{size: 32}
	for _, s := range []string{strings.Repeat("wide ", 40), strings.Repeat("W", 150), strings.Repeat("فاطمة ", 30)} {
		if _, length := r.shape(s, 300, st); length > 300 || length < 200 {
			t.Errorf("%.20s…: %.0f pixels in a place of 300", s, length)
		}
	}
	mixed, _ := r.shape("A שרה B", 600, st)
	if len(mixed) != 3 || mixed[1].Glyphs[0].TextIndex() <= mixed[1].Glyphs[len(mixed[1].Glyphs)-1].TextIndex() {
		t.Errorf("%d runs; the Hebrew one is not from right to left", len(mixed))
	}
}

// Several pictures at once come out as one by one.
func TestAtOnce(t *testing.T) {
	r := renderer(t, "")
	want := make([][]byte, len(pictures()))
	for n, p := range pictures() {
		want[n], _ = p.draw(r, Light)
	}
	var all sync.WaitGroup
	for range 3 {
		for n, p := range pictures() {
			all.Go(func() {
				if got, err := p.draw(r, Light); err != nil || !bytes.Equal(got, want[n]) {
					t.Errorf("%s differs (%v)", p.name, err)
				}
			})
		}
	}
	all.Wait()
}

func BenchmarkBoard(b *testing.B) {
	r := renderer(b, "")
	board := Board{Title: "CBET: last week together", Note: "Same points share a place."}
	for n := range 10 {
		board.Rows = append(board.Rows, Place{n + 1, "Somebody with a name and another", 40 - n})
	}
	for b.Loop() {
		if _, err := r.Board(board, Light); err != nil {
			b.Fatal(err)
		}
	}
}

// With the fonts of the machine, letters that DejaVu Sans lacks are drawn if there
// is a font for them; what it has stays as it was.
func TestFontsOfTheMachine(t *testing.T) {
	r := renderer(t, t.TempDir())
	if got := string(r.drawable("Dana 山田太郎 R.", r.regular)); got != "Dana 山田太郎 R." && got != "Dana ? R." {
		t.Errorf("%q", got)
	}
	for _, p := range pictures() {
		data, err := p.draw(r, Dark)
		if err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("CHART_DIR"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, p.name+"-fonts.png"), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
