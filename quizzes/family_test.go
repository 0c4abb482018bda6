package quizzes

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		x    float64
		show Show
		want string
	}{
		{0, Show{}, "0"},
		{0, Show{Unit: "A", Prefix: true, Digits: "3"}, "0 A"},
		{12, Show{Unit: "V"}, "12 V"},
		{0.1 + 0.2, Show{}, "0.3"},
		{-5, Show{Unit: "°C"}, "−5 °C"},
		{1234567, Show{Unit: "USD"}, "1,234,567 USD"},
		{999, Show{}, "999"},
		{0.0545454, Show{Unit: "A", Digits: "3", Prefix: true}, "54.5 mA"},
		{4700, Show{Unit: "Ω", Prefix: true}, "4.7 kΩ"},
		{999.96, Show{Unit: "V", Digits: "4", Prefix: true}, "1 kV"},
		{999.94, Show{Unit: "V", Digits: "4", Prefix: true}, "999.9 V"},
		{1e-6, Show{Unit: "F", Prefix: true}, "1 µF"},
		{2.675, Show{Places: "2"}, "2.68"}, // half away from zero, though the binary number lies below
		{1.005, Show{Places: "2"}, "1.01"},
		{-2.5, Show{Places: "0"}, "−3"},
		{5, Show{Places: "2", Unit: "USD"}, "5.00 USD"},
		{0.004, Show{Places: "2"}, "0.00"},
		{-0.004, Show{Places: "2"}, "0.00"},
		{0.006, Show{Places: "2"}, "0.01"},
		{123456, Show{Digits: "3"}, "123,000"},
		{9.999, Show{Digits: "3"}, "10"},
		{0.5, Show{Places: "0"}, "1"},
	} {
		got, _, err := write(tt.x, tt.show, false, false)
		if got != tt.want || err != nil {
			t.Errorf("%v as %+v: %q, %v; want %q", tt.x, tt.show, got, err, tt.want)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 1e-300, 1.0 / 3} {
		if got, _, err := write(x, Show{}, false, false); err == nil {
			t.Errorf("%v was shown as %q", x, got)
		}
	}
}

// TestWrittenNumbersAreNear: what is shown lies within half a step of its last
// digit of what it stands for, and is told to be rounded if it is.
func TestWrittenNumbersAreNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e9, 1e9).Draw(t, "x")
		if math.Abs(x) < 1e-6 {
			return
		}
		show := Show{Digits: strconv.Itoa(rapid.IntRange(1, 9).Draw(t, "digits"))}
		if rapid.Bool().Draw(t, "places") {
			show = Show{Places: strconv.Itoa(rapid.IntRange(0, 6).Draw(t, "n"))}
		}
		text, s, err := write(x, show, true, true)
		if err != nil {
			t.Fatal(err)
		}
		back, err := strconv.ParseFloat(strings.Replace(text, "−", "-", 1), 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(back-x) > s.step*0.501+math.Abs(x)*1e-11 {
			t.Fatalf("%v is shown as %s, with steps of %v", x, text, s.step)
		}
		if !s.rounded && math.Abs(back-x) > math.Abs(x)*1e-11 {
			t.Fatalf("%v is shown as %s, and was not rounded", x, text)
		}
	})
}

func TestExpressions(t *testing.T) {
	names := map[string]any{"a": 0.0, "b": 0.0, "s": ""}
	values := map[string]any{"a": 12.0, "b": 5.0, "s": "UPS"}
	for _, tt := range []struct {
		source string
		want   any
	}{
		{"a / b", 2.4}, {"7 / 2", 3.5}, {"a ** 2 + 1", 145.0}, {"2 ^ 10", 1024.0}, {"-a", -12.0},
		{"round(2.675, 2)", 2.68}, {"round(-2.5, 0)", -3.0}, {"floor(0.3 / 0.1)", 3.0}, {"ceil(0.3 / 0.1)", 3.0}, {"ceil(a / b)", 3.0},
		{"a > b ? a : b", 12.0}, {"a > b and not (a == b)", true}, {"min(a, b) + max(a, b)", 17.0},
		{"log10(1000)", 3.0}, {"log2(8)", 3.0}, {"ln(exp(2))", 2.0}, {"sqrt(a * 12)", 12.0}, {"pow(2, 3)", 8.0}, {"mod(a, b)", 2.0}, {"abs(b - a)", 7.0},
		{"ipv4(3232235777)", "192.168.1.1"}, {"ipv4(-1)", ""}, {"s + \"!\"", "UPS!"}, {"s == \"UPS\"", true},
		{"9223372036854775807 * 2 > 0", true}, // whole numbers would overflow
	} {
		p, err := compileExpr(tt.source, names, map[string]bool{})
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		got, err := p.run(values)
		if x, ok := got.(float64); ok {
			got = math.Round(x*1e9) / 1e9
		}
		if got != tt.want || err != nil {
			t.Errorf("%s: %v, %v; want %v", tt.source, got, err, tt.want)
		}
	}
}

// TestRefusedExpressions: nothing that repeats, reaches out or hides passes.
func TestRefusedExpressions(t *testing.T) {
	for source, want := range map[string]string{
		"":                                 "cannot be read",
		"a +":                              "cannot be read",
		"x + 1":                            "no parameter",
		"1..1000000":                       "operator",
		"[1, 2, 3]":                        "more than numbers",
		"map([1], # + 1)":                  "more than numbers",
		"all(1..9, true)":                  "operator",
		"len(\"x\")":                       "calls",
		"repeat(\"x\", 100000000)":         "calls",
		"now()":                            "calls",
		"a.b":                              "more than numbers",
		"{\"a\": 1}":                       "more than numbers",
		"let q = 1; q":                     "no parameter",
		"$env":                             "no parameter",
		"\"x\" matches \"(a+)+$\"":         "operator",
		"a in [1]":                         "more than numbers",
		"a % 2":                            "operator",
		"a | abs":                          "cannot be read",
		"round(a)":                         "takes 2",
		"true":                             "more than numbers",
		"a + \"x\"":                        "cannot be read",
		"nil":                              "more than numbers",
		strings.Repeat("(", 5000):          "at most 300",
		strings.Repeat("a+", 200) + "a":    "at most 300",
		strings.Repeat("-", 290) + "\"x\"": "cannot be read",
		"99999999999999999999999":          "cannot be read",
	} {
		_, err := compileExpr(source, map[string]any{"a": 0.0}, map[string]bool{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v; want an error with %q", source, err, want)
		}
	}
}

// FuzzExpression: no expression takes the program down, runs on, or gives what
// was not promised; what is no number is never shown.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{"a / b", "a ** 1e308", "9e999", "1 / 0", "0 / 0", "ipv4(a)", "a > 0 ? s : \"x\"", "s + s + s", "((((a))))",
		"--a", "not not (a < b)", "round(a, 1e300)", "mod(a, 0)", "1..9", "map(1..9, #)", "\"\\xff\"", "a ?? b", "s[0]", "a; b"} {
		f.Add(s, 3.0, -0.5)
	}
	f.Fuzz(func(t *testing.T, source string, a, b float64) {
		names := map[string]any{"a": 0.0, "b": 0.0, "s": ""}
		p, err := compileExpr(source, names, map[string]bool{})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") && !strings.ContainsAny(source, "\n\r") {
				t.Errorf("%q: an error of several lines: %v", source, err)
			}
			return
		}
		v, err := p.run(map[string]any{"a": a, "b": b, "s": "text"})
		if err != nil {
			return
		}
		switch v := v.(type) {
		case float64:
			if p.kind != number {
				t.Errorf("%q gave a number", source)
			}
			text, _, err := write(v, Show{Digits: "3", Prefix: true, Unit: "V"}, false, false)
			if err == nil && (text == "" || len(text) > 30) {
				t.Errorf("%q: %v is shown as %q", source, v, text)
			}
		case string:
			if p.kind != word || len(v) > mostText {
				t.Errorf("%q gave %.60q", source, v)
			}
		case bool:
			if p.kind != condition {
				t.Errorf("%q gave %v", source, v)
			}
		default:
			t.Errorf("%q gave %T", source, v)
		}
	})
}

// FuzzTemplate: every text is read or refused, and what is read is written out.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"", "{a}", "{a:number}", "{{a}}", "{", "}", "{a", "{:}", "{a:x}", "{b}", "x{a}y{s}z", "{a}{a}", "{{{a}}}", "é{s}\xff"} {
		f.Add(s)
	}
	names := map[string]any{"a": 0.0, "s": ""}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := readTemplate(text, names, map[string]bool{})
		if err != nil {
			return
		}
		got, slots, err := read.fill(map[string]any{"a": 4.5, "s": "word"}, map[string]Show{"a": {Unit: "V"}}, false)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer("{{", "{", "}}", "}", "{a}", "4.5 V", "{a:number}", "4.5", "{s}", "word", "{s:number}", "word").Replace(text)
		if got != want || len(slots) > len(text)/3 {
			t.Errorf("%q became %q with %d places, want %q", text, got, len(slots), want)
		}
	})
}
