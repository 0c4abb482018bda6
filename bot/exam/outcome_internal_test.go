package exam

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

func catalogue(t testing.TB) cert.Catalogue {
	t.Helper()
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whoever is asked is asked on the day after and three days later, around their
// time, each once; those who wait, after two weeks and after four.
func TestSteps(t *testing.T) {
	zones := []string{"America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Kiritimati", "Asia/Tehran"}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		minute := rapid.IntRange(0, 1439).Draw(t, "minute")
		from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "first day"))
		to := from.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "length"))
		e := Exam{ID: "e", From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Zone: zone, State: Planned, EnteredAt: from.AddDate(0, 0, -30)}
		want := []string{to.AddDate(0, 0, 1).Format(time.DateOnly), to.AddDate(0, 0, 4).Format(time.DateOnly)}
		start := to
		if rapid.Bool().Draw(t, "waits") {
			e.State, e.WaitingAt = Waiting, to.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "since"))*time.Minute)
			day := day(e.WaitingAt, zone)
			want = []string{day.AddDate(0, 0, 14).Format(time.DateOnly), day.AddDate(0, 0, 28).Format(time.DateOnly)}
			start = e.WaitingAt
		}
		p := group.Reminded{Reminder: group.Reminder{Zone: zone, Minute: minute}}
		all := askSteps(e, p.At)
		told := map[string]bool{}
		var got []string
		// The mechanism looks when it is told to, and nobody answers.
		for now, looks := start, 0; ; looks++ {
			name, next := all.reached(now, time.Time{})
			if name != "" && !told[name] {
				told[name] = true
				got = append(got, now.In(loc).Format(time.DateOnly))
			}
			if next.IsZero() {
				break
			}
			if !next.After(now) || looks > 5 {
				t.Fatalf("looks again at %v, after %v", next, now)
			}
			now = next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("asked on (-want +got):\n%s", diff)
		}
		// After an outage only the newest is told, and what was due before the switch
		// was pressed is not.
		late := all[1].at.Add(time.Hour)
		if name, _ := all.reached(late, time.Time{}); name != all[1].name {
			t.Fatalf("after an outage %q", name)
		}
		if name, next := all.reached(late, all[1].at.Add(time.Minute)); name != "" || !next.IsZero() {
			t.Fatalf("before the switch was pressed %q, %v", name, next)
		}
	})
}

// What was due before a date was entered is not asked about, and a moved date is
// asked about anew.
func TestStepsOfAMovedDate(t *testing.T) {
	at := func(date string) time.Time {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		return day.Add(9 * time.Hour)
	}
	e := Exam{ID: "e", From: "2027-05-08", To: "2027-05-08", State: Planned, EnteredAt: time.Date(2027, 5, 10, 0, 0, 0, 0, time.UTC)}
	first := askSteps(e, at)
	if len(first) != 1 || !first[0].at.Equal(at("2027-05-12")) {
		t.Errorf("%+v", first)
	}
	e.To = "2027-05-15"
	moved := askSteps(e, at)
	if len(moved) != 2 || slices.Contains([]string{moved[0].name, moved[1].name}, first[0].name) {
		t.Errorf("%+v after %+v", moved, first)
	}
	for _, state := range []State{Passed, Failed, Closed} {
		if e.State = state; len(askSteps(e, at)) > 0 {
			t.Errorf("%s is asked about", state)
		}
	}
}

// TestNewsCards: whatever people are called and write, a post keeps the limits, says
// whose news they are, and names nobody who is hidden.
func TestNewsCards(t *testing.T) {
	all := catalogue(t)
	s := New(Config{Catalogue: all})
	rapid.Check(t, func(t *rapid.T) {
		n := News{ID: strings.Repeat("n", 16), Count: rapid.IntRange(0, 100000).Draw(t, "count")}
		for k := range rapid.IntRange(1, 30).Draw(t, "people") {
			c := rapid.SampledFrom(all.Certifications).Draw(t, "certification")
			p := Newsmaker{Member: fmt.Sprint(k), Certification: c.ID, Mentor: rapid.Bool().Draw(t, "mentor")}
			if !rapid.Bool().Draw(t, "hidden") {
				p.Name = string(bot.Typed(rapid.StringN(1, 40, -1).Draw(t, "name")))
				if rapid.Bool().Draw(t, "long") {
					p.Name = strings.Repeat("W", 40)
				}
			}
			if parts := c.Outlines[0].Facts.Parts.Value; len(parts) > 0 {
				p.Part = rapid.SampledFrom(parts).Draw(t, "part").ID
			}
			p.Words = string(bot.Typed(rapid.StringN(0, mostWords, -1).Draw(t, "words")))
			n.People = append(n.People, p)
		}
		card := s.newsCard(n)
		m := bot.Message{Text: bot.Typed(bot.Clip(card.Title.Plain(), bot.LimitNotice)), Card: card}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		words := card.Plain()
		if len(n.People) == 1 && n.People[0].Name == "" && !strings.HasPrefix(words, somebody+" passed the ") {
			t.Fatal(words)
		}
		if len(n.People) > 1 && !strings.HasPrefix(words, bot.Count(len(n.People), "person", "people")+" passed") {
			t.Fatal(words)
		}
	})
}

// TestWordsOfEveryCertification: what follows from a pass and from another outcome
// is said of each, with facts as sure as they are, and promises nothing.
func TestWordsOfEveryCertification(t *testing.T) {
	want := map[string]string{
		"cbet":   "Next: CBET renews every 3 years with 30 CEU.",
		"cabt":   "Next: CABT runs out after 5 years and can't be renewed.",
		"cpsm":   "Next: CPSM renews every 3 years with 60 CEH.",
		"hcispp": "",
		"chtm":   "Next: CHTM renews every 3 years with 30 CEU.",
		"cphq":   "Next: CPHQ renews every 2 years with 30 CE hours.",
	}
	for _, c := range catalogue(t).Certifications {
		got := wordsNext(c, false, true, "").Plain()
		if w := want[c.ID]; !strings.HasPrefix(got, w) {
			t.Errorf("%s: %q, want it to begin with %q", c.ID, got, w)
		}
		r := c.Facts.Renewal
		for name, e := range map[string]cert.Evidence{"years": r.Years.Evidence, "required": r.Required.Evidence} {
			if strings.Contains(got, " every ") && name == "years" && e.Shown() == cert.NotVerified {
				t.Errorf("%s states %s: %q", c.ID, name, got)
			}
			if strings.Contains(got, " with ") && name == "required" && e.Shown() == cert.NotVerified && !strings.Contains(got, "check with") {
				t.Errorf("%s states %s: %q", c.ID, name, got)
			}
		}
		not := wordsNotThisTime(c, cert.Window{}).Plain()
		for _, never := range []string{"!", "score of", "will pass", "official"} {
			if strings.Contains(not, never) {
				t.Errorf("%s says %q: %q", c.ID, never, not)
			}
		}
		if !strings.Contains(not, "please check with "+c.IssuerShort) {
			t.Errorf("%s doesn't say where to ask: %q", c.ID, not)
		}
	}
	for _, id := range []string{"cbet", "cres"} {
		c, _ := catalogue(t).Find(id)
		if got := wordsNext(c, true, true, "2029-12-31").Plain(); !strings.HasPrefix(got, "You have candidate status: up to 5 years to complete the experience") ||
			!strings.HasSuffix(got, "with the date you entered: Mon 31 Dec 2029.") {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestFirstNames(t *testing.T) {
	for name, want := range map[string]string{"Dana R.": "Dana", "Dana": "Dana", "J. R. R.": "J. R.", "Sparky the 2nd": "Sparky the 2nd", "R.": "R.", "": ""} {
		if got := first(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestReadPassed: nothing that can't be is kept.
func TestReadPassed(t *testing.T) {
	s := New(Config{Catalogue: catalogue(t), Now: func() time.Time { return time.Date(2027, 5, 20, 12, 0, 0, 0, time.UTC) }})
	cbet := Exam{ID: "e", Certification: "cbet", From: "2027-05-01", To: "2027-05-15", Zone: "America/Chicago", State: Waiting}
	cpsm, chtm := cbet, cbet
	cpsm.Certification, chtm.Certification = "cpsm", "chtm"
	tests := []struct {
		name    string
		e       Exam
		values  bot.Values
		want    Passing
		invalid []string
	}{
		{"all there is", cbet, bot.Values{"result": {"2027-05-19"}, "status": {"candidate"}, "expiry": {"2030-12-31"}},
			Passing{Exam: "e", On: "2027-05-19", Candidate: true, Until: "2030-12-31"}, nil},
		{"without an expiry", cbet, bot.Values{"result": {"2027-05-20"}, "status": {"full"}}, Passing{Exam: "e", On: "2027-05-20"}, nil},
		{"on its first day", chtm, bot.Values{"result": {"2027-05-01"}}, Passing{Exam: "e", On: "2027-05-01"}, nil},
		{"in the future", chtm, bot.Values{"result": {"2027-05-21"}}, Passing{}, []string{"result"}},
		{"before the exam", chtm, bot.Values{"result": {"2027-04-30"}}, Passing{}, []string{"result"}},
		{"no date", chtm, bot.Values{"result": {"5/20/2027"}}, Passing{}, []string{"result"}},
		{"a day that isn't", chtm, bot.Values{"result": {"2027-02-30"}}, Passing{}, []string{"result"}},
		{"no status", cbet, bot.Values{"result": {"2027-05-20"}}, Passing{}, []string{"status"}},
		{"a status of CHTM, which has none", chtm, bot.Values{"result": {"2027-05-20"}, "status": {"candidate"}}, Passing{Exam: "e", On: "2027-05-20"}, nil},
		{"an expiry before the pass", chtm, bot.Values{"result": {"2027-05-20"}, "expiry": {"2027-05-20"}}, Passing{}, []string{"expiry"}},
		{"an expiry far ahead", chtm, bot.Values{"result": {"2027-05-20"}, "expiry": {"2037-05-21"}}, Passing{}, []string{"expiry"}},
		{"an expiry that is no date", chtm, bot.Values{"result": {"2027-05-20"}, "expiry": {"soon"}}, Passing{}, []string{"expiry"}},
		{"parts", cpsm, bot.Values{"result": {"2027-05-20"}, "parts": {"leadership", "core", "other"}},
			Passing{Exam: "e", On: "2027-05-20", Parts: []string{"core", "leadership"}, All: []string{"core", "integration", "leadership"}}, nil},
		{"no parts", cpsm, bot.Values{"result": {"2027-05-20"}, "parts": {"other"}}, Passing{}, []string{"parts"}},
		{"nothing", cbet, bot.Values{}, Passing{}, []string{"result", "status"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, invalid := s.readPassed(tt.e, tt.values)
			var wrong []string
			for field, words := range invalid {
				if words == "" {
					t.Errorf("%s is wrong without words", field)
				}
				wrong = append(wrong, field)
			}
			slices.Sort(wrong)
			if diff := cmp.Diff(tt.invalid, wrong); diff != "" {
				t.Fatalf("wrong (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" && len(wrong) == 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
