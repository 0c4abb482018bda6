package chart

import "image/color"

// rgb is an opaque colour.
type rgb = color.NRGBA

// palette is the colours of a theme. Ink and faint text have a contrast of at
// least 4.5 to the background, bars of at least 3, as WCAG 2.2 asks (1.4.3 and
// 1.4.11); a test works it out.
type palette struct {
	background, border, ink, faint, bar, rest, track rgb
}

func paletteOf(t Theme) palette {
	if t == Dark {
		return palette{
			background: hex(0x1f242c), border: hex(0x4a5361), ink: hex(0xf2f4f7), faint: hex(0xb4bcc8),
			bar: hex(0x6fb1ff), rest: hex(0x8a93a3), track: hex(0x323a45),
		}
	}
	return palette{
		background: hex(0xffffff), border: hex(0xc3cad4), ink: hex(0x1b2330), faint: hex(0x566072),
		bar: hex(0x1f6fd0), rest: hex(0x7b8596), track: hex(0xe9edf2),
	}
}

func hex(v uint32) rgb { return rgb{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} }
