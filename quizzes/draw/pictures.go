package main

import (
	"image"
	"math"
)

// ecgStrip is five heartbeats, four large squares of 5 mm from peak to peak.
func ecgStrip() image.Image {
	const small, large, wide, high, base = 8, 40, 800, 280, 180
	s := newSheet(wide+1, high+1)
	for n := 0; n <= wide; n += small {
		width := 1.0
		if n%large == 0 {
			width = 2.4
		}
		s.line(faint, width, point{float64(n), 0}, point{float64(n), high})
		if n <= high {
			s.line(faint, width, point{0, float64(n)}, point{wide, float64(n)})
		}
	}
	// Each wave of a beat: where it is from the tall peak, how high in millivolts
	// and how wide, in squares of 0.2 s.
	waves := []struct{ at, high, wide float64 }{
		{-0.85, 0.14, 0.16}, {-0.17, -0.12, 0.05}, {0, 1.25, 0.06}, {0.17, -0.25, 0.06}, {1.35, 0.3, 0.32},
	}
	var trace []point
	for x := 0.0; x <= wide; x += 0.5 {
		volts := 0.0
		for beat := -2.0; beat <= 26; beat += 4 {
			for _, w := range waves {
				off := (x/large - beat - w.at) / w.wide
				volts += w.high * math.Exp(-off*off/2)
			}
		}
		trace = append(trace, point{x, base - volts*2*large}) // 10 mm are 1 mV
	}
	s.lines(black, 2.6, trace...)
	return s
}

// fourResistors is a bridge of four resistors on a battery, with a voltmeter
// between its middles.
func fourResistors() image.Image {
	const top, middle, bottom, battery, left, right = 50, 260, 470, 90, 300, 560
	const thick, unit = 3.2, 5.0
	s := newSheet(740, 520)
	wire := func(points ...point) { s.lines(black, thick, points...) }
	resistor := func(x, from, to float64, label string, side float64) {
		centre := (from + to) / 2
		wire(point{x, from}, point{x, centre - 50})
		wire(point{x, centre + 50}, point{x, to})
		wire(point{x - 19, centre - 50}, point{x + 19, centre - 50}, point{x + 19, centre + 50},
			point{x - 19, centre + 50}, point{x - 19, centre - 50})
		s.write(point{side, centre - 3*unit}, unit, label)
	}
	wire(point{battery, 245}, point{battery, top}, point{right, top})
	wire(point{battery, 275}, point{battery, bottom}, point{right, bottom})
	wire(point{battery - 34, 245}, point{battery + 34, 245}) // the long plate is plus
	s.lines(black, 7, point{battery - 17, 275}, point{battery + 17, 275})
	s.write(point{battery - 58, 205}, unit, "+")
	s.write(point{battery - 58, 286}, unit, "-")
	resistor(left, top, middle, "120 Ω", left-158)
	resistor(left, middle, bottom, "240 Ω", left-158)
	resistor(right, top, middle, "350 Ω", right+34)
	resistor(right, middle, bottom, "Rx", right+34)
	meter := point{(left + right) / 2, middle}
	wire(point{left, middle}, point{meter.x - 34, middle})
	wire(point{meter.x + 34, middle}, point{right, middle})
	s.circle(black, thick, meter, 34)
	s.write(point{meter.x - 2*unit, middle - 3*unit}, unit, "V")
	for _, at := range []point{{left, top}, {left, middle}, {left, bottom}, {right, middle}} {
		s.dot(at)
	}
	return s
}
