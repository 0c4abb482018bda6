package quality_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"studyhall/quizzes"
	"studyhall/quizzes/quality"
)

var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// asked is a question whose right option is the first of those marked with *.
func asked(id, stem string, options ...string) quizzes.Item {
	i := quizzes.Item{ID: id, Type: quizzes.Single, Stem: stem, Source: quizzes.Source{Checked: "2026-11-22"}}
	for n, o := range options {
		letter := string(rune('a' + n))
		text, right := strings.CutPrefix(o, "*")
		if right {
			i.Answer = append(i.Answer, letter)
		}
		i.Options = append(i.Options, quizzes.Option{ID: letter, Text: text})
	}
	return i
}

// typed is a question for a number.
func typed(stem, answer, unit string) quizzes.Item {
	return quizzes.Item{ID: "x", Type: quizzes.Numeric, Stem: stem, Answer: []string{answer}, Unit: unit, Source: quizzes.Source{Checked: "2026-11-22"}}
}

func rules(items ...quizzes.Item) (found []string) {
	for _, f := range quality.Review([]quizzes.Bank{{ID: "b", File: "b.yaml", Items: items}}, today) {
		found = append(found, f.Rule)
	}
	return found
}

// Each rule finds what it is for and leaves alone what only looks like it.
func TestRules(t *testing.T) {
	long := "When a pump that has been in use on the ward for several days shows the same alarm again and again although nobody has touched its settings or its line and all of its batteries were changed only a week ago, what comes first?"
	for _, test := range []struct {
		rule string
		bad  bool
		item quizzes.Item
	}{
		{"negative-stem", true, asked("x", "A pump alarms. Which of these is not a likely cause?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which step is incorrect?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "All of these help, except:", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which of these is NOT a likely cause?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "The pump does not start. What is the likely cause?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which gauge is at least four times better?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "What is the least pay that is due?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which step isn't required?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which of the four steps doesn’t need a meter?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Who can't sign it?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Who cannot sign it?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "The pump is wet. What would you not do first?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which step must a technician not take alone?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which of these is not a step? Choose one answer.", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which of these items in the load of a sterilizer is not suited to it?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "Which of all the alarms of an infusion pump on a ward must nurses never silence?", "*a", "b", "c")},
		{"negative-stem", true, asked("x", "A pump is NOT in use. Which step isn't required?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which step ISN'T required?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which of these is NOT a step? Choose one answer.", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which is the lowest of these power ratings that is not exceeded?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which one is a latent condition, and not an active failure?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "Which law of the state lets a nurse ask for help or not?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "What is the first step if the pump does not start?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "What is the most likely reason in practice the battery of this pump doesn't charge?", "*a", "b", "c")},
		{"negative-stem", false, asked("x", "The nurse doesn't know what is wrong and can't wait. What do you do?", "*a", "b", "c")},
		{"absolute-cue", true, asked("x", "What is true of fuses?", "*They may blow late", "They blow in all cases", "They blow early")},
		{"absolute-cue", true, asked("x", "When do you wear it?", "*Near the beam", "At all times", "In the evening")},
		{"absolute-cue", true, asked("x", "Which fuses blow?", "*Some of them", "None of the new ones", "None of the old ones")},
		{"absolute-cue", false, asked("x", "Which fuse is it?", "*A slow one", "None", "A fast one")},
		{"absolute-cue", false, asked("x", "Who is told?", "*FDA and the maker", "FDA only", "All makers")},
		{"absolute-cue", true, asked("x", "What is true of fuses?", "*They may blow late", "They never blow", "They blow early")},
		{"absolute-cue", false, asked("x", "What is true of fuses?", "*They never blow early", "They never blow", "They blow early")},
		{"absolute-cue", false, asked("x", "What comes first?", "*Call all staff", "Close all doors", "Wait")},
		{"clang-cue", true, asked("x", "A defibrillator's capacitor charges slowly. What is worn?", "*The defibrillator capacitor", "The paddles", "The screen")},
		{"clang-cue", false, asked("x", "A defibrillator's capacitor charges slowly. What is worn?", "*The defibrillator capacitor", "The defibrillator's paddles", "The screen")},
		{"clang-cue", false, asked("x", "A capacitor charges slowly. What is worn?", "*The capacitor", "The paddles", "The screen")},
		{"grammar-cue", true, asked("x", "The part that stores charge is a", "*capacitor", "inductor", "resistor")},
		{"grammar-cue", true, asked("x", "What stores charge?", "*Capacitor", "inductor", "resistor")},
		{"grammar-cue", true, asked("x", "What stores charge?", "*the capacitor.", "the inductor", "the resistor")},
		{"grammar-cue", false, asked("x", "What stores charge?", "*Capacitor", "Inductor", "Resistor")},
		{"grammar-cue", false, asked("x", "Which one?", "*HL7", "802.11 frame", "dicom")},
		{"numeric-order", true, asked("x", "How much?", "*10 mA", "5 mA", "20 mA")},
		{"numeric-order", true, asked("x", "How much?", "*900 µA", "1 mA", "0.5 mA")},
		{"numeric-order", true, asked("x", "How much?", "*$1,760", "$1,600", "$1,860")},
		{"numeric-order", false, asked("x", "How much?", "*5 mA", "10 mA", "20 mA")},
		{"numeric-order", false, asked("x", "How much?", "*20 mA", "10 mA", "5 mA")},
		{"numeric-order", false, asked("x", "How much?", "*500 µA", "1 mA", "0.01 A")},
		{"numeric-order", false, asked("x", "Which subnet?", "*10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")},
		{"numeric-order", false, asked("x", "Which?", "*20 mA", "10 V", "30 mA")},
		{"overlap", true, asked("x", "Which range?", "*10 to 20 s", "15 to 30 s", "40 to 50 s")},
		{"overlap", true, asked("x", "How long?", "*more than 2 hours", "more than 4 hours", "more than 8 hours")},
		{"overlap", false, asked("x", "Which range?", "*10–20 s", "20–30 s", "30–40 s")},
		{"overlap", false, asked("x", "Which range?", "*10–20 s", "10–20 min", "30–40 s")},
		{"same-value", true, asked("x", "How much?", "*1 mA", "1000 µA", "2 mA")},
		{"same-value", false, asked("x", "How much?", "*1 mA", "1001 µA", "2 mA")},
		{"mixed-options", true, asked("x", "When?", "*30 days", "60 days", "No notice is due", "90 days")},
		{"mixed-options", false, asked("x", "When?", "*30 days", "60 days", "More than 90 days")},
		{"mixed-options", false, asked("x", "When?", "*At once", "Later", "30 days")},
		{"long-sentence", true, asked("x", long, "*a", "b", "c")},
		{"long-sentence", false, asked("x", strings.ReplaceAll(long, " although", ". Although"), "*a", "b", "c")},
		{"reading-level", true, asked("x", "Considering interoperability architectures, which institutional organizational responsibility characterizes administrative accountability within multidisciplinary cybersecurity governance documentation for interconnected biomedical instrumentation infrastructures?", "*a", "b", "c")},
		{"reading-level", false, asked("x", "A nurse says that the pump on the ward stops at night. You find that it stops when the bed is moved. What do you look at first?", "*a", "b", "c")},
		{"bare-unit", true, typed("What is the total resistance, in kΩ?", "9.7 kΩ", "")},
		{"bare-unit", true, typed("How wide is its image, in mm?", "50 mm", "")},
		{"bare-unit", true, typed("How wide is its image in millimeters?", "0.05 m", "")},
		{"bare-unit", true, typed("At what rate must the pump run, in mL/h?", "0.125 L/h", "")},
		{"bare-unit", true, typed("At what rate must the pump run, in milliliters per hour?", "0.125 L/h", "")},
		{"bare-unit", true, typed("How many milligrams are given?", "3 mg", "")},
		{"bare-unit", true, typed("How long is that, in minutes?", "0.5 h", "")},
		{"bare-unit", true, typed("What is the total resistance, in ohms?", "9.7 kΩ", "kΩ")},
		{"bare-unit", true, typed("What load is that, in kW?", "225", "")},
		{"bare-unit", false, typed("What is the total resistance, in kΩ?", "9.7 kΩ", "kΩ")},
		{"bare-unit", false, typed("What is the total resistance, in ohms?", "9.7 kΩ", "")},
		{"bare-unit", false, typed("At what rate must the pump run, in mL/h?", "125 mL/h", "")}, // a quotient is read as the answer has it
		{"bare-unit", false, typed("Drops fall in ms. What is the rate, in L/min?", "4.2 L/min", "")},
		{"bare-unit", false, typed("What resistance does it have?", "9.7 kΩ", "")},
		{"bare-unit", false, typed("How many days does it take, in all?", "6", "")},
		{"bare-unit", false, typed("What share is that, in %?", "7 %", "")},
		{"bare-unit", false, asked("x", "What is the total resistance, in kΩ?", "*9.7", "9.8", "9.9")},
		{"stale-source", true, quizzes.Item{ID: "x", Stem: "What?", Source: quizzes.Source{Checked: "2024-11-01"}}},
		{"stale-source", false, quizzes.Item{ID: "x", Stem: "What?", Source: quizzes.Source{Checked: "2024-11-30"}}},
	} {
		if found := slices.Contains(rules(test.item), test.rule); found != test.bad {
			t.Errorf("%s: found %v in %q %v", test.rule, found, test.item.Stem, test.item.Options)
		}
	}
}

// every has n questions, the right option at a letter and of a length given by
// their number.
func every(n int, letter func(int) int, longest func(int) bool) (items []quizzes.Item) {
	for k := range n {
		options := []string{"one way", "two ways", "no way", "some way"}
		at := letter(k)
		options[at] = "*" + map[bool]string{true: "the right way of all", false: "it"}[longest(k)]
		items = append(items, asked(fmt.Sprint("x", k), fmt.Sprintf("Question %d about thing%d, which is it%d?", k, k*7, k*13), options...))
	}
	return items
}

// Banks are judged as a whole, once they are large enough.
func TestBankRules(t *testing.T) {
	even := func(k int) int { return k % 4 }
	sometimes := func(k int) bool { return k%3 == 0 }
	for _, test := range []struct {
		name string
		want []string
		bank []quizzes.Item
	}{
		{"even", nil, every(20, even, sometimes)},
		{"always B", []string{"key-position"}, every(20, func(int) int { return 1 }, sometimes)},
		{"never D", []string{"key-position"}, every(20, func(k int) int { return k % 3 }, sometimes)},
		{"the longest", []string{"longest-key"}, every(20, even, func(k int) bool { return k%2 == 0 })},
		{"too few to say", nil, every(11, func(int) int { return 1 }, func(int) bool { return true })},
	} {
		if got := rules(test.bank...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, not %v", test.name, got, test.want)
		}
	}
}

// Two questions in other banks that say nearly the same are found, and others of
// the same subject aren't.
func TestNearDuplicates(t *testing.T) {
	a := asked("a", "A pump delivers 125 mL in two hours. What is its rate?", "*62.5 mL/h", "125 mL/h", "250 mL/h")
	b := asked("b", "A pump delivers 125 mL in two hours. What is the rate?", "*62.5 mL/h", "250 mL/h", "500 mL/h")
	c := asked("c", "A pump has delivered 80 mL since noon, at 40 mL/h. When is the bag of 250 mL empty?", "*At 18:15", "At 20:15", "At 22:15")
	found := quality.Review([]quizzes.Bank{{ID: "1", File: "1.yaml", Items: []quizzes.Item{a, c}}, {ID: "2", File: "2.yaml", Items: []quizzes.Item{b}}}, today)
	if len(found) != 1 || found[0].Rule != "near-duplicate" || found[0].Item != "b" || !strings.Contains(found[0].What, "the same as a ") {
		t.Errorf("found %+v", found)
	}
}

// A folder with a record is held to it: each question solved as it is now, rules
// silenced only with a reason.
func TestJudge(t *testing.T) {
	solved, changed, unsolved := asked("solved", "What is true of fuses here?", "*They may blow", "They never blow", "They burn"), asked("changed", "What else is it?", "*a", "b"), asked("new", "Who comes first then?", "*a", "b")
	record := func(note string) string {
		return "item\tversion\tsolved\tverdict\tnote\n" +
			"changed\tolder\t2026-11-20\tagreed\t\ngone\tx\t2026-11-20\tagreed\t\n" +
			"solved\t" + quality.VersionOf(solved) + "\t2026-11-20\trepaired\t" + note + "\n"
	}
	bank := quizzes.Bank{ID: "b", File: "folder/b.yaml", Items: []quizzes.Item{solved, changed, unsolved}}
	own := false
	judged := func(files fstest.MapFS) (all []string, faulty bool) {
		folders, problems := quality.Folders([]quizzes.Bank{bank}, func(name string) fs.FS {
			if name != "folder" {
				t.Errorf("asks for %q", name)
			}
			return files
		})
		for n := range folders {
			folders[n].Own = own
		}
		problems = append(problems, quality.Judge(folders, today)...)
		for _, p := range problems {
			all = append(all, p.Path+" "+p.What)
		}
		return all, quizzes.Faulty(problems)
	}
	file := func(text string) fstest.MapFS { return fstest.MapFS{quality.RecordFile: {Data: []byte(text)}} }
	all, faulty := judged(file(record("allow absolute-cue: the word is what is taught")))
	want := []string{"changed it was changed after it was solved on 2026-11-20", "new nobody has solved it without its answer", " there is no question gone"}
	if !slices.Equal(all, want) || !faulty {
		t.Errorf("got %q, %v", all, faulty)
	}
	if all, _ := judged(file(record("allow absolute-cue:"))); len(all) != 4 || !strings.Contains(all[0], "absolute-cue") {
		t.Errorf("without a reason: %q", all)
	}
	own = true
	if all, faulty := judged(fstest.MapFS{}); len(all) != 2 || !faulty || !strings.Contains(all[1], "there is no record") {
		t.Errorf("one of ours without a record: %q, %v", all, faulty)
	}
	bank.Draft = true
	if all, faulty := judged(fstest.MapFS{}); len(all) != 1 || faulty {
		t.Errorf("a draft of ours without a record: %q, %v", all, faulty)
	}
	own, bank.Draft = false, false
	if all, faulty := judged(fstest.MapFS{}); len(all) != 1 || faulty {
		t.Errorf("without a record: %q, %v", all, faulty)
	}
	if quality.VersionOf(solved) != func() string { i := solved; i.Source.Checked = "2027-01-01"; return quality.VersionOf(i) }() {
		t.Error("a new look at the source makes another version")
	}
}

// Every folder of banks that comes with the program has its record, so that
// nobody's questions get in unread; taking one away is found.
func TestRecordsOfOurs(t *testing.T) {
	banks, err := quizzes.LoadUndrawn(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	missing := func(open func(string) fs.FS) (all []string) {
		folders, problems := quality.Folders(banks, open)
		for n := range folders {
			folders[n].Own = true
		}
		for _, p := range append(problems, quality.Judge(folders, today)...) {
			if !p.Warning && strings.HasPrefix(p.What, "there is no record") {
				all = append(all, p.File)
			}
		}
		return all
	}
	ours := func(folder string) fs.FS {
		fsys, err := fs.Sub(quizzes.Embedded(), folder)
		if err != nil {
			t.Fatal(err)
		}
		return fsys
	}
	if all := missing(ours); len(all) > 0 {
		t.Errorf("without a record: %q", all)
	}
	want := []string{"banks/cbet/" + quality.RecordFile}
	if all := missing(func(folder string) fs.FS {
		if folder == "banks/cbet" {
			return fstest.MapFS{}
		}
		return ours(folder)
	}); !slices.Equal(all, want) {
		t.Errorf("with the record of cbet taken away: %q, not %q", all, want)
	}
}

// FuzzRecords has any file read or refused with its lines named; what was read is
// written and read again.
func FuzzRecords(f *testing.F) {
	f.Add("item\tversion\tsolved\tverdict\tnote\na\tv\t2026-11-23\tagreed\t\n")
	f.Add("item\tversion\tsolved\tverdict\tnote\r\na\tv\t2026-11-23\trepaired\tallow x: y; more\r\n\t\t\t\t\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		all, problems := quality.ParseRecords("r", []byte(text))
		for _, p := range problems {
			if p.Line < 1 || p.What == "" || p.Fix == "" {
				t.Errorf("a problem says %+v", p)
			}
		}
		again, more := quality.ParseRecords("r", quality.FormatRecords(all))
		if len(again) != len(all) || len(more) > 0 {
			t.Errorf("%d records become %d: %v", len(all), len(again), more)
		}
	})
}

// BenchmarkReview reviews 2,000 questions.
func BenchmarkReview(b *testing.B) {
	words := strings.Fields("pump alarm battery current ground cable ward patient monitor valve pressure sensor display filter charge voltage meter limit record device")
	chance := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var all []string
		for range n {
			all = append(all, words[chance.IntN(len(words))]+fmt.Sprint(chance.IntN(30)))
		}
		return strings.Join(all, " ")
	}
	var items []quizzes.Item
	for n := range 2000 {
		items = append(items, asked(fmt.Sprint("x", n), text(35)+"?", "*"+text(6), text(6), text(6), text(6)))
	}
	banks := []quizzes.Bank{{ID: "b", File: "b.yaml", Items: items}}
	for b.Loop() {
		quality.Review(banks, today)
	}
}
