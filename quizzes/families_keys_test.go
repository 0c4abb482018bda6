package quizzes_test

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"studyhall/quizzes"
)

// drawnValues are the numbers that a question was drawn with.
type drawnValues map[string]float64

// textbook works the keys of all shipped families out a second time, from the
// textbook's formula as it is usually written, in the unit that the key is shown
// in. Each shipped family has its row.
func textbook() map[string]func(v drawnValues) float64 {
	per := func(n float64) float64 { return n / 100 }
	return map[string]func(v drawnValues) float64{
		"cbet-c-ohm-current":    func(v drawnValues) float64 { return v["v"] / (v["r"] / 1000) },
		"cbet-c-power-resistor": func(v drawnValues) float64 { i := v["v"] / v["r"]; return v["v"] * i },
		"cbet-c-power-current":  func(v drawnValues) float64 { return math.Pow(v["v"], -1) * v["p"] },
		"cbet-c-parallel-two":   func(v drawnValues) float64 { return 1 / (1/v["a"] + 1/v["b"]) },
		"cbet-c-divider":        func(v drawnValues) float64 { i := v["v"] / (v["a"] + v["b"]); return i * v["b"] },
		"cbet-c-rc-time":        func(v drawnValues) float64 { return v["r"] * 1e3 * v["c"] * 1e-6 * 1e3 },
		"cbet-c-rc-charge":      func(v drawnValues) float64 { return v["v"] - v["v"]/math.Pow(math.E, v["n"]) },
		"cbet-c-cap-energy": func(v drawnValues) float64 {
			charge := v["c"] * 1e-6 * v["v"]
			return charge * v["v"] / 2
		},
		"cbet-c-rms":        func(v drawnValues) float64 { return math.Sqrt(v["v"] * v["v"] / 2) },
		"cbet-c-db-voltage": func(v drawnValues) float64 { return 10 * math.Log10(v["k"]*v["k"]) },
		"cbet-c-db-power":   func(v drawnValues) float64 { return math.Exp(v["a"] * math.Ln10 / 10) },
		"cbet-c-duty-cycle": func(v drawnValues) float64 { return 100 / (1 + v["off"]/v["on"]) },
		"cbet-c-us-depth":   func(v drawnValues) float64 { return 1540 * (v["t"] * 1e-6) / 2 * 1000 },
		"cbet-c-ground-drop": func(v drawnValues) float64 {
			return v["i"] * (v["r"] * 1e-3)
		},
		"cbet-c-leak-wires": func(v drawnValues) float64 {
			sum := 0.0
			for range int(v["n"]) {
				sum += v["l"]
			}
			return sum
		},
		"cbet-c-iso-inverse": func(v drawnValues) float64 { far := v["d"] * v["k"]; return v["m"] * math.Pow(v["d"]/far, 2) },
		"cbet-c-hvl": func(v drawnValues) float64 {
			left := v["m"]
			for range int(v["n"]) {
				left /= 2
			}
			return left
		},
		"cbet-c-infusion-rate": func(v drawnValues) float64 { return v["vol"] / (v["t"] / 60) },
		"cbet-c-dose-rate":     func(v drawnValues) float64 { hourly := v["dose"] * v["kg"] * 60 / 1000; return hourly / v["conc"] },
		"cbet-c-kpa":           func(v drawnValues) float64 { return v["p"] * 101.325 / 760 },
		"cbet-c-flow-units":    func(v drawnValues) float64 { return v["f"] / 0.06 },
		"cbet-c-ecg-rate":      func(v drawnValues) float64 { return 60 / (v["n"] / v["s"]) },
		"cbet-c-battery":       func(v drawnValues) float64 { return (v["c"] - per(20)*v["c"]) / v["i"] },
		"cbet-c-subnet-hosts":  func(v drawnValues) float64 { return float64(uint64(1)<<uint(32-v["p"])) - 2 },
		"cbet-c-transfer-time": func(v drawnValues) float64 { return v["g"] * 1e9 * 8 / (v["m"] * 1e6) },
		"cbet-c-storage":       func(v drawnValues) float64 { return v["n"] * v["mb"] * 1e6 * v["d"] / 1e12 },
		"cbet-c-mtbf":          func(v drawnValues) float64 { return 1 / (v["f"] / (v["n"] * v["h"])) },
		"cbet-c-availability":  func(v drawnValues) float64 { return 100 - 100*v["r"]/(v["m"]+v["r"]) },
		"chtm-c-pm-completion": func(v drawnValues) float64 { return math.Floor(v["n"]*per(v["d"])+0.5+1e-9) / v["n"] * 100 },
		"chtm-c-cosr":          func(v drawnValues) float64 { return v["c"] * 1000 / (v["v"] * 1e6) * 100 },
		"chtm-c-break-even":    func(v drawnValues) float64 { return v["f"] * 1000 / (v["p"] - v["v"]) },
		"chtm-c-payback":       func(v drawnValues) float64 { return v["c"] * 1000 / (v["s"] * 1000) },
		"chtm-c-eoq":           func(v drawnValues) float64 { return math.Pow(2*v["d"]*v["o"]/v["h"], 0.5) },
		"chtm-c-staffing":      func(v drawnValues) float64 { return v["n"] / (v["a"] / v["t"]) },
		"chtm-c-dpmo":          func(v drawnValues) float64 { return v["d"] / v["u"] / v["o"] * 1e6 },
		"chtm-c-control-limit": func(v drawnValues) float64 { return v["m"] + 3*math.Sqrt(v["s"]*v["s"]/v["n"]) },
		"chtm-c-little":        func(v drawnValues) float64 { return v["w"] / (1 / v["a"]) },
		"chtm-c-sensitivity":   func(v drawnValues) float64 { return 100 * (1 - v["fn"]/(v["tp"]+v["fn"])) },
		"chtm-c-ale":           func(v drawnValues) float64 { single := v["v"] * 1000 * per(v["e"]); return single * (1 / v["y"]) },
		"chtm-c-rpo":           func(v drawnValues) float64 { return (v["i"]*60 + v["k"]) / 60 },
		"pmp-c-cpi":            func(v drawnValues) float64 { return v["e"] / v["a"] },
		"pmp-c-spi":            func(v drawnValues) float64 { return v["e"] / v["p"] },
		"pmp-c-eac":            func(v drawnValues) float64 { return 1000 * v["b"] / v["c"] },
		"pmp-c-tcpi":           func(v drawnValues) float64 { return (1 - per(v["e"])) / (1 - per(v["e"]+v["x"])) },
		"pmp-c-pert":           func(v drawnValues) float64 { return v["o"]/6 + v["m"]*2/3 + v["p"]/6 },
		"pmp-c-critical-path": func(v drawnValues) float64 {
			return slices.Max([]float64{v["a"] + v["b"] + v["d"], v["a"] + v["c"] + v["d"]})
		},
		"pmp-c-channels": func(v drawnValues) float64 { return v["n"]*v["m"] + v["m"]*(v["m"]-1)/2 },
		"pmp-c-emv":      func(v drawnValues) float64 { return per(v["p"])*v["l"]*1000 + (1-per(v["p"]))*-v["g"]*1000 },
		"pmp-c-npv": func(v drawnValues) float64 {
			value, factor := -v["c"], 1.0
			for _, flow := range []float64{v["a"], v["b"]} {
				factor /= 1 + per(v["r"])
				value += flow * factor
			}
			return 1000 * value
		},
		"cabt-c-ohm-voltage":   func(v drawnValues) float64 { return v["r"] / (1 / v["i"]) },
		"cabt-c-series":        func(v drawnValues) float64 { return v["c"] + v["b"] + v["a"] },
		"cabt-c-minute-volume": func(v drawnValues) float64 { return 1000 / (v["f"] / v["m"]) },
	}
}

// subnetKey is the network of an address by the standard library.
func subnetKey(v drawnValues) string {
	host := netip.AddrFrom4([4]byte{192, 168, byte(v["a"]), byte(v["b"])})
	return netip.PrefixFrom(host, int(v["p"])).Masked().Addr().String()
}

// TestShippedFamilies works every question of every shipped family out a second
// time, and holds all of them to what a reader can rely on.
func TestShippedFamilies(t *testing.T) {
	books, words, families := textbook(), textbookWords(), shippedFamilies(t)
	for _, more := range []map[string]func(drawnValues) float64{textbookNetworkPlus(), textbookNetworkPlusMore(), textbookSecurityPlus(), textbookSecurityPlusMore(), textbookImaging()} {
		maps.Copy(books, more)
	}
	maps.Copy(words, textbookNetworkPlusWords())
	maps.Copy(words, wordsSecurityPlusMore())
	if len(families) < 40 {
		t.Errorf("%d families are shipped, want at least 40", len(families))
	}
	for _, id := range slices.Concat(slices.Collect(maps.Keys(books)), slices.Collect(maps.Keys(words))) {
		if _, ok := families[id]; !ok {
			t.Errorf("%s is worked out here and not shipped", id)
		}
	}
	for id, item := range families {
		t.Run(id, func(t *testing.T) {
			for n := range quizzes.Draws {
				drawn, err := item.Family.Draw(n)
				if err != nil {
					t.Fatalf("question %d: %v", n, err)
				}
				if problem := wrongKey(drawn, books[id], words[id]); problem != "" {
					t.Fatalf("question %d, with %v: %s\n%s\n%v", n, drawn.Draw.Values, problem, drawn.Stem, drawn.Options)
				}
				if problem := unfair(drawn); problem != "" {
					t.Fatalf("question %d, with %v: %s\n%v", n, drawn.Draw.Values, problem, drawn.Options)
				}
			}
		})
	}
}

// wrongKey says what is wrong with the key of a question, or "".
func wrongKey(drawn quizzes.Item, book func(drawnValues) float64, words func(drawnValues) string) string {
	v := drawnValues{}
	for name, text := range drawn.Draw.Values {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return err.Error()
		}
		v[name] = x
	}
	key := drawn.Answer[0]
	if o, ok := drawn.Option(key); ok {
		key = o.Text
	}
	if words != nil {
		if want := words(v); key != want {
			return fmt.Sprintf("the key is %s, want %s", key, want)
		}
		return ""
	}
	if book == nil {
		return "nothing works it out a second time"
	}
	got, step := shownNumber(key)
	if want := book(v); math.IsNaN(got) || math.Abs(got-want) > 0.501*step+1e-9*math.Abs(want) && !(drawn.ID == "cbet-c-kpa" && math.Abs(got-want) < 0.51*step+1e-4) {
		return fmt.Sprintf("the key is %s, want %v", key, want)
	}
	return ""
}

// shownNumber reads a number with the step of its last digit that is shown.
func shownNumber(text string) (x, step float64) {
	digits, _, _ := strings.Cut(strings.NewReplacer(",", "", "−", "-").Replace(text), " ")
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return math.NaN(), 0
	}
	_, fraction, has := strings.Cut(digits, ".")
	if has {
		return x, math.Pow(10, -float64(len(fraction)))
	}
	if len(digits) > 3 { // rounded to three digits, as many are
		return x, math.Pow(10, float64(len(digits)-3))
	}
	return x, 1
}

// unfair says what gives an answer away or can't be told apart, or "".
func unfair(drawn quizzes.Item) string {
	if drawn.Typed() {
		return ""
	}
	seen := map[string]bool{}
	rising, last := true, math.Inf(-1)
	for _, o := range drawn.Options {
		if seen[o.Text] {
			return "two options say " + o.Text
		}
		seen[o.Text] = true
		if x, _ := shownNumber(o.Text); x <= last {
			rising = false
		} else if last = x; math.IsNaN(x) {
			last = math.Inf(-1)
		}
		if strings.ContainsAny(o.Text+o.Why, "{}") {
			return "a brace is shown"
		}
	}
	if _, err := netip.ParseAddr(drawn.Options[0].Text); !rising && err != nil {
		return "the numbers don't rise"
	}
	if len(drawn.Options) != 4 || bits.Len(uint(len(drawn.Answer))) != 1 {
		return fmt.Sprintf("%d options, %d answers", len(drawn.Options), len(drawn.Answer))
	}
	return ""
}
