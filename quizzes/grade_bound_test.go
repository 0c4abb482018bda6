package quizzes_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"studyhall/quizzes"
)

// gradable are items of every type, for what must hold of all.
func gradable() []quizzes.Item {
	resistor := typedItem(quizzes.Numeric, "4.7 kΩ")
	resistor.Tolerance = "5 %"
	rate := typedItem(quizzes.Numeric, "5 mL/h")
	rate.Unit = "mL/h"
	monitor := typedItem(quizzes.Short, "line isolation monitor")
	monitor.Accept, monitor.Reject = []string{"LIM"}, []string{"line isolation transformer"}
	return []quizzes.Item{
		resistor, rate, monitor, typedItem(quizzes.Numeric, "1/2"), typedItem(quizzes.Numeric, "90 s"), typedItem(quizzes.Numeric, "-5 °C"),
		typedItem(quizzes.Short, "C++"), typedItem(quizzes.Single, "b"), typedItem(quizzes.Multiple, "a c"), typedItem(quizzes.TrueFalse, "a"),
	}
}

// checked grades a response and fails unless it is a verdict or words that help.
func checked(t *testing.T, item quizzes.Item, r quizzes.Response) quizzes.Verdict {
	t.Helper()
	v, err := quizzes.Grade(item, r)
	u, unread := errors.AsType[*quizzes.Unreadable](err)
	switch {
	case unread && v == "" && u.Reason != "" && utf8.ValidString(u.Error()) && utf8.RuneCountInString(u.Error()) < 400 && len(u.Readings) != 1:
		if _, err := quizzes.Grade(item, quizzes.Response{Text: u.Example}); len(u.Readings) == 0 && item.Type == quizzes.Numeric && err != nil {
			t.Errorf("the example %q for %q cannot be read: %v", u.Example, item.Answer, err)
		}
	case err == nil && (v == quizzes.Right || v == quizzes.Wrong || v == quizzes.Partly && item.Type == quizzes.Multiple):
	default:
		t.Errorf("%q for %q: %q, %v", r, item.Answer, v, err)
	}
	return v
}

func FuzzGrade(f *testing.F) {
	for _, l := range answers(f) {
		f.Add(l.text)
	}
	f.Add("1e30")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		for _, item := range gradable() {
			first := checked(t, item, quizzes.Response{Text: text, Options: strings.Fields(text)})
			if again := checked(t, item, quizzes.Response{Text: " " + text + " ", Options: strings.Fields(text)}); first != again && len(text) < 190 {
				t.Errorf("%q for %q: %q, with spaces around it %q", text, item.Answer, first, again)
			}
		}
	})
}

// FuzzNumericItem makes sure that no answer, tolerance or unit of an author
// brings the program down, and that an item which can be asked accepts itself.
func FuzzNumericItem(f *testing.F) {
	f.Add("4.7 kΩ", "5 %", "kΩ")
	f.Add("-0.5", "", "")
	f.Add("1e30 V", "1 V", "")
	f.Add("5 mL/h", "10 %", "mL/h")
	f.Fuzz(func(t *testing.T, answer, tolerance, unit string) {
		item := typedItem(quizzes.Numeric, answer)
		item.Tolerance, item.Unit = tolerance, unit
		v, err := quizzes.Grade(item, quizzes.Response{Text: answer})
		if _, unread := errors.AsType[*quizzes.Unreadable](err); unread || err == nil && v != quizzes.Right {
			t.Errorf("%q with %q in %q does not accept itself: %q, %v", answer, tolerance, unit, v, err)
		}
		if u := item.BareUnit(); err == nil && !utf8.ValidString(u) {
			t.Errorf("bare unit %q", u)
		}
	})
}

// What cannot be an answer costs next to nothing, however it is made: a step
// that is quadratic in it would not end before the tests are stopped.
func TestHugeResponsesAreBounded(t *testing.T) {
	huge := map[string]string{
		"digits":             strings.Repeat("9", 100_000),
		"letters":            strings.Repeat("a", 100_000),
		"combining marks":    "e" + strings.Repeat("\u0301", 50_000),
		"right to left":      strings.Repeat("\u202eשלום", 10_000),
		"spaces":             strings.Repeat(" ", 100_000),
		"commas":             strings.Repeat("1,", 50_000),
		"slashes":            strings.Repeat("1/", 50_000),
		"an exponent":        "1e" + strings.Repeat("9", 100_000),
		"ligatures":          strings.Repeat("\ufdfa", 33_000), // each becomes 18 letters
		"no characters":      strings.Repeat("\xff", 100_000),
		"words":              strings.Repeat("line isolation ", 7000),
		"as much as is read": strings.Repeat("\ufdfa", 60),
	}
	for name, text := range huge {
		for _, item := range gradable() {
			v := checked(t, item, quizzes.Response{Text: text, Options: strings.Fields(text)})
			if v == quizzes.Right || v == quizzes.Partly {
				t.Errorf("%s are %s for %q", name, v, item.Answer)
			}
		}
	}
}

func TestUnreadableSaysWhatToDo(t *testing.T) {
	resistor := typedItem(quizzes.Numeric, "4.7 kΩ")
	current := typedItem(quizzes.Numeric, "300 µA")
	current.Unit = "µA"
	tests := []struct {
		name string
		item quizzes.Item
		text string
		want string
	}{
		{"both readings of a comma", resistor, "1,000", `I can read "1,000" in two ways. Please write 1000 or 1.000.`},
		{"with its unit", resistor, "1,000 kΩ", `I can read "1,000 kΩ" in two ways. Please write 1000 kΩ or 1.000 kΩ.`},
		{"with its sign", resistor, "-1,000", `I can read "-1,000" in two ways. Please write -1000 or -1.000.`},
		{"capitals that leave it open", typedItem(quizzes.Numeric, "60 Hz"), "5 mhz", `I can read "5 mhz" in two ways. Please write 5 mHz or 5 MHz.`},
		{"minutes or thousandths", typedItem(quizzes.Numeric, "90 s"), "90 m", `I can read "90 m" in two ways. Please write 90 ms or 90 min.`},
		{"the unit of something else", resistor, "5 V", "That is in V, and this asks for an answer in Ω. Please write it like this: 2.5 Ω"},
		{"in the unit that is asked for", current, "5 V", "That is in V, and this asks for an answer in µA. Please write it like this: 2.5 µA"},
		{"an unknown unit", resistor, "5 smoots", `I don't know the unit "smoots". Please write it like this: 2.5 Ω`},
		{"a unit where there is none", typedItem(quizzes.Numeric, "7"), "7 layers", `This asks for a number alone, and I can't read "layers" after it. Please write it like this: 2.5`},
		{"no number", resistor, "dunno", `I can't read "dunno" as a number. Please write it like this: 2.5 Ω`},
		{"nothing", resistor, "  ", "Nothing was written. Please write it like this: 2.5 Ω"},
		{"an example that is not the answer", typedItem(quizzes.Numeric, "2.5 V"), "?", `I can't read "?" as a number. Please write it like this: 7.5 V`},
		{"too long", resistor, strings.Repeat("1", 201), "That is too long for a number. Please write it like this: 2.5 Ω"},
		{"no words", typedItem(quizzes.Short, "fuse"), "…", "There are no words in that. Please write it like this: one word or a few, such as ground wire"},
		{"no words, for that very answer", typedItem(quizzes.Short, "ground wire"), "…", "There are no words in that. Please write it like this: one word or a few, such as safety ground"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := quizzes.Grade(tt.item, quizzes.Response{Text: tt.text})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestItemsThatCannotBeGraded(t *testing.T) {
	for _, tt := range []struct{ name, answer, tolerance, unit string }{
		{"no number", "about five", "", ""},
		{"two readings", "1,000 Ω", "", ""},
		{"unknown unit", "5 smoots", "", ""},
		{"capitals of another unit", "5 mhz", "", ""},
		{"negative tolerance", "5 V", "-1 V", ""},
		{"tolerance of something else", "5 V", "1 A", ""},
		{"unit of something else", "5 V", "", "A"},
		{"unit of a bare number", "5", "", "V"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			item := typedItem(quizzes.Numeric, tt.answer)
			item.Tolerance, item.Unit = tt.tolerance, tt.unit
			v, err := quizzes.Grade(item, quizzes.Response{Text: "5"})
			if err == nil {
				t.Errorf("graded as %s, want an error", v)
			}
			if _, unread := errors.AsType[*quizzes.Unreadable](err); unread {
				t.Errorf("%v blames the person", err)
			}
		})
	}
}

func BenchmarkGrade(b *testing.B) {
	for _, item := range gradable()[:3] {
		b.Run(item.Type+" "+item.Answer[0], func(b *testing.B) {
			for b.Loop() {
				if _, err := quizzes.Grade(item, quizzes.Response{Text: "4.7"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
