package quizzes

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// A unit is what a number is counted in: a dimension, in which quantities can
// be compared, and how many of the dimension's own units it is.
type unit struct {
	symbol string
	base   string   // the symbol without its prefix; "" for a quotient
	dim    string   // "" for a bare number
	factor *big.Rat // of the dimension's own unit
	metric bool     // takes prefixes such as k
}

// metricUnits take prefixes. The first of a dimension is its own unit.
const metricUnits = `
voltage V 1
current A 1
resistance Ω 1
power W 1
frequency Hz 1
capacitance F 1
inductance H 1
conductance S 1
charge C 1
charge Ah 3600
flux T 1
energy J 1
energy Wh 3600
energy eV 1602176634/10000000000000000000000000000
apparent VA 1
force N 1
pressure Pa 1
pressure bar 100000
length m 1
mass g 1
time s 1
volume L 1
volume l 1
data bit 1
data b 1
data B 8
rate bps 1
temperature K 1
amount mol 1
dose Sv 1
absorbed Gy 1
light lm 1
lighting lx 1
intensity cd 1
activity Bq 1
`

// plainUnits take none.
const plainUnits = `
pressure mmHg 133322387415/1000000000
pressure cmH2O 980665/10000
pressure inHg 3386389/1000
pressure psi 6894757293168/1000000000
pressure atm 101325
pressure torr 101325/760
length in 254/10000
length ft 3048/10000
mass lb 45359237/100000
mass oz 28349523125/1000000000
time min 60
time h 3600
time d 86400
volume cc 1/1000
celsius °C 1
fahrenheit °F 1
percent % 1
decibel dB 1
angle ° 1
turning rpm 1
beats bpm 1
`

// unitWords are other ways to write a unit, in small letters; those of metric
// units take prefixes in words as well.
const unitWords = `
volt V
volts V
amp A
amps A
ampere A
amperes A
ohm Ω
ohms Ω
watt W
watts W
hertz Hz
farad F
farads F
henry H
henries H
henrys H
siemens S
coulomb C
coulombs C
joule J
joules J
tesla T
newton N
newtons N
pascal Pa
pascals Pa
meter m
meters m
metre m
metres m
gram g
grams g
second s
seconds s
sec s
secs s
liter L
liters L
litre L
litres L
bits bit
byte B
bytes B
bits/s bps
bit/s bps
b/s bps
kelvin K
mole mol
moles mol
minute min
minutes min
mins min
hour h
hours h
hr h
hrs h
day d
days d
inch in
inches in
foot ft
feet ft
percent %
pct %
decibel dB
decibels dB
c °C
degc °C
celsius °C
degreesc °C
degreescelsius °C
f °F
degf °F
fahrenheit °F
degreesf °F
degreesfahrenheit °F
deg °
m min
degree °
degrees °
bpm bpm
beats/min bpm
rpm rpm
mmhg mmHg
cmh2o cmH2O
inhg inHg
psi psi
atm atm
torr torr
`

// prefixes of metric units, the longer ones first.
var prefixes = []struct {
	symbol, word string
	factor       *big.Rat
}{
	{"Ki", "kibi", big.NewRat(1<<10, 1)}, {"Mi", "mebi", big.NewRat(1<<20, 1)}, {"Gi", "gibi", big.NewRat(1<<30, 1)}, {"Ti", "tebi", big.NewRat(1<<40, 1)},
	{"p", "pico", power(-12)}, {"n", "nano", power(-9)}, {"µ", "micro", power(-6)}, {"u", "", power(-6)}, {"mc", "", power(-6)},
	{"m", "milli", power(-3)}, {"c", "centi", power(-2)}, {"d", "deci", power(-1)},
	{"k", "kilo", power(3)}, {"K", "", power(3)}, {"M", "mega", power(6)}, {"G", "giga", power(9)}, {"T", "tera", power(12)},
	{"k", "kil", power(3)}, {"M", "meg", power(6)}, // kilohm, megohm
}

var units, words = readUnits(metricUnits, plainUnits, unitWords)

// power is a power of ten.
func power(exponent int) *big.Rat {
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil))
	if exponent < 0 {
		p.Inv(p)
	}
	return p
}

func readUnits(metric, plain, names string) (map[string]unit, map[string]string) {
	units, words := map[string]unit{}, map[string]string{}
	for n, table := range []string{metric, plain} {
		for line := range strings.Lines(strings.TrimSpace(table)) {
			f := strings.Fields(line)
			factor, ok := new(big.Rat).SetString(f[2])
			if !ok {
				panic("quizzes: unit " + f[1] + ": " + f[2] + " is no number")
			}
			units[f[1]] = unit{symbol: f[1], base: f[1], dim: f[0], factor: factor, metric: n == 0}
		}
	}
	for line := range strings.Lines(strings.TrimSpace(names)) {
		f := strings.Fields(line)
		words[f[0]] = f[1]
	}
	return units, words
}

// maxUnit bounds what is looked at as a unit, in bytes.
const maxUnit = 40

// readUnit gives the units of a dimension that s may stand for, given the unit
// of bare numbers: none, or more than one where capitals leave it open, as in
// mhz. If it is a unit of something else, that is told as other.
func readUnit(s, dim string, bare unit) (found []unit, other unit) {
	s = strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(s, ".")), " per ", "/")
	if len(s) > maxUnit {
		return nil, unit{}
	}
	for _, spelling := range []func(string) []unit{exactUnits, wordUnits, looseUnits} {
		for _, u := range quotients(s, spelling) {
			if u.dim == dim {
				found = append(found, u)
			} else if other.dim == "" {
				other = u
			}
		}
		if len(found) > 0 {
			break
		}
	}
	if own := units[bare.base]; own.metric { // 4.7 k for 4.7 kΩ; m could be minutes as well
		for _, p := range prefixes {
			if p.symbol == s && (len(found) == 0 || dim == "time") {
				found = append(found, prefixed(p.symbol, p.factor, own))
				break
			}
		}
	}
	return distinct(found), other
}

// quotients reads units in one way of spelling, also a quotient such as mL/h.
func quotients(s string, spelling func(string) []unit) []unit {
	found := spelling(s)
	above, below, ok := strings.Cut(s, "/")
	if !ok || len(found) > 0 {
		return found
	}
	part := func(s string) []unit {
		s = strings.TrimSpace(s)
		for _, way := range []func(string) []unit{exactUnits, wordUnits, spelling} {
			if all := way(s); len(all) > 0 {
				return all
			}
		}
		return nil
	}
	for _, a := range part(above) {
		for _, b := range part(below) {
			found = append(found, unit{symbol: a.symbol + "/" + b.symbol, dim: a.dim + "/" + b.dim, factor: new(big.Rat).Quo(a.factor, b.factor)})
		}
	}
	return distinct(found)
}

// exactUnits reads a unit in its own spelling, with or without a prefix.
func exactUnits(s string) (found []unit) {
	if u, ok := units[s]; ok {
		found = append(found, u)
	}
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(s, p.symbol)
		if u := units[rest]; ok && u.metric && sensible(p.symbol, u) {
			found = append(found, prefixed(p.symbol, p.factor, u))
		}
	}
	if len(found) == 0 && strings.Contains(s, " ") {
		return exactUnits(strings.ReplaceAll(s, " ", "")) // mm Hg
	}
	return distinct(found)
}

// wordUnits reads a unit in words: ohms, kilohms, milliamps.
func wordUnits(s string) (found []unit) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(s))
	if symbol := words[s]; symbol != "" {
		found = append(found, units[symbol])
	}
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(s, p.word)
		u := units[words[rest]]
		if ok && p.word != "" && u.metric && len(rest) > 2 {
			return append(found, prefixed(p.symbol, p.factor, u))
		}
	}
	return found
}

// looseUnits reads a unit whose capitals are not its own: khz, kohm. As mhz
// may be either, it gives both.
func looseUnits(s string) (found []unit) {
	fits := func(rest string, u unit) bool {
		return strings.EqualFold(rest, u.symbol) || len(rest) > 1 && words[strings.ToLower(rest)] == u.symbol
	}
	for _, u := range units {
		if strings.EqualFold(s, u.symbol) {
			found = append(found, u)
		}
		if !u.metric {
			continue
		}
		for _, p := range prefixes {
			if len(s) > len(p.symbol) && strings.EqualFold(s[:len(p.symbol)], p.symbol) && fits(s[len(p.symbol):], u) && sensible(p.symbol, u) && p.symbol != "K" {
				found = append(found, prefixed(p.symbol, p.factor, u))
			}
		}
	}
	return distinct(found)
}

// distinct keeps one unit of each size, in a fixed order.
func distinct(all []unit) []unit {
	slices.SortFunc(all, func(a, b unit) int {
		return cmp.Or(strings.Compare(a.dim, b.dim), a.factor.Cmp(b.factor), strings.Compare(a.symbol, b.symbol))
	})
	return slices.CompactFunc(all, func(a, b unit) bool { return a.dim == b.dim && a.factor.Cmp(b.factor) == 0 })
}

// sensible keeps hundredths and tenths to what is counted in them, mc to grams,
// and powers of 1024 to data.
func sensible(prefix string, u unit) bool {
	switch prefix {
	case "c", "d":
		return u.symbol == "m" || u.dim == "volume"
	case "mc":
		return u.symbol == "g"
	case "Ki", "Mi", "Gi", "Ti":
		return u.dim == "data"
	}
	return true
}

func prefixed(prefix string, factor *big.Rat, u unit) unit {
	switch prefix {
	case "u", "mc":
		prefix = "µ"
	case "K":
		prefix = "k"
	}
	return unit{symbol: prefix + u.symbol, base: u.symbol, dim: u.dim, factor: new(big.Rat).Mul(factor, u.factor)}
}
