package exchange

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A picture is what a page shows at a place.
type shown struct{ src, alt string }

// A page is text on its way out of HTML.
type page struct {
	out    []byte
	space  bool   // white space came before what comes next
	breaks int    // line breaks that came before what comes next
	skip   string // element whose text is not shown, until it ends
	raised []int  // where raised and lowered text began
	lost   map[string]bool
	images []shown
}

// What may be lost on the way from HTML to text.
const (
	lostEmphasis = "bold and the like"
	lostLinks    = "the addresses of links"
	lostCode     = "scripts and styles"
	lostTable    = "a table, which became lines"
	lostMedia    = "a film, a sound or another program's window"
	lostRaised   = "raised or lowered letters, written with ^ and _ now"
)

// fromHTML turns a piece of HTML into plain text, and says what was lost and
// which pictures were in it. Nothing in it is run or fetched.
func fromHTML(s string) (text string, lost []string, images []shown) {
	p := &page{lost: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if err := z.Err(); err != nil && !errors.Is(err, io.EOF) {
				p.lost["what came after a broken place"] = true
			}
			break
		}
		switch kind {
		case html.TextToken:
			p.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(z.Token())
		case html.EndTagToken:
			p.close(z.Token())
		}
	}
	for _, what := range []string{lostEmphasis, lostLinks, lostCode, lostTable, lostMedia, lostRaised, "what came after a broken place"} {
		if p.lost[what] {
			lost = append(lost, what)
		}
	}
	return strings.TrimSpace(string(p.out)), lost, p.images
}

// write adds text, with white space as a browser shows it.
func (p *page) write(s string) {
	if p.skip != "" {
		return
	}
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' {
			p.space = true
			continue
		}
		switch {
		case len(p.out) == 0:
		case p.breaks > 0:
			p.out = append(p.out, "\n\n"[:min(p.breaks, 2)]...)
		case p.space:
			p.out = append(p.out, ' ')
		}
		p.space, p.breaks = false, 0
		p.out = utf8.AppendRune(p.out, r)
	}
}

// line makes sure that what comes next begins a line.
func (p *page) line() { p.breaks = max(p.breaks, 1) }

func (p *page) open(t html.Token) {
	switch t.DataAtom {
	case atom.Br:
		p.breaks++
	case atom.P, atom.Div, atom.Ul, atom.Ol, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Dl, atom.Dt, atom.Dd:
		p.line()
	case atom.Li:
		p.line()
		p.write("-")
		p.space = true
	case atom.Table:
		p.lost[lostTable] = true
		p.line()
	case atom.Tr:
		p.line()
	case atom.Td, atom.Th:
		if p.breaks == 0 && len(p.out) > 0 {
			p.space = true
			p.write("|")
			p.space = true
		}
	case atom.B, atom.Strong, atom.I, atom.Em, atom.U:
		p.lost[lostEmphasis] = true
	case atom.A:
		for _, a := range t.Attr {
			if a.Key == "href" && a.Val != "" {
				p.lost[lostLinks] = true
			}
		}
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Textarea:
		p.lost[lostCode] = true
		if p.skip == "" && t.Type == html.StartTagToken {
			p.skip = t.Data
		}
	case atom.Iframe, atom.Object, atom.Embed, atom.Video, atom.Audio, atom.Svg, atom.Math, atom.Canvas, atom.Form, atom.Input:
		p.lost[lostMedia] = true
	case atom.Img:
		p.image(t)
	case atom.Sup, atom.Sub:
		if t.Type == html.StartTagToken && len(p.raised) < 100 {
			p.raised = append(p.raised, len(p.out))
		}
	}
}

func (p *page) image(t html.Token) {
	var i shown
	for _, a := range t.Attr {
		switch a.Key {
		case "src":
			i.src = a.Val
		case "alt":
			i.alt = strings.TrimSpace(a.Val)
		}
	}
	p.images = append(p.images, i)
}

func (p *page) close(t html.Token) {
	if p.skip != "" {
		if t.Data == p.skip {
			p.skip = ""
		}
		return
	}
	switch t.DataAtom {
	case atom.P, atom.Div, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Tr, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.line()
	case atom.Sup, atom.Sub:
		if n := len(p.raised); n > 0 {
			p.raise(p.raised[n-1], t.DataAtom == atom.Sup)
			p.raised = p.raised[:n-1]
		}
	}
}

const raisedSigns, loweredSigns, plainSigns = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ", "0123456789+-=()n"

// raise writes what came since a place as raised or lowered signs where there
// are such, and otherwise with ^ or _.
func (p *page) raise(from int, up bool) {
	if from > len(p.out) {
		return
	}
	text := strings.TrimSpace(string(p.out[from:]))
	if text == "" {
		return
	}
	signs, mark := []rune(raisedSigns), "^"
	if !up {
		signs, mark = []rune(loweredSigns), "_"
	}
	var b strings.Builder
	for _, r := range text {
		n := strings.IndexRune(plainSigns, r)
		if n < 0 {
			p.lost[lostRaised] = true
			b.Reset()
			b.WriteString(mark + text)
			break
		}
		b.WriteRune(signs[n])
	}
	p.out = append(p.out[:from], b.String()...)
}

var (
	someHTML = regexp.MustCompile(`(?i)</?(p|br|div|span|b|i|u|em|strong|sub|sup|img|script|style|ul|ol|li|table|tr|td|a|h[1-6]|code|pre|font|iframe|svg)(\s[^<>]*)?/?>`)
	anEntity = regexp.MustCompile(`&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});`)
)

// looksHTML reports whether a text that may be HTML is meant so.
func looksHTML(s string) bool {
	return strings.Contains(s, "<") && someHTML.MatchString(s) || strings.Contains(s, "&") && anEntity.MatchString(s)
}
