package pathway

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

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

// service is one with everything that other features add, on a day.
func service(c cert.Catalogue, on string) *Service {
	s := New(Config{
		Bot: bot.New(nil), Catalogue: c, Mine: "cert",
		Now:     func(context.Context, bot.Interaction) time.Time { return day(on) },
		SetExam: func(id string) string { return "exam/set/" + id },
		Money:   func(id string) string { return "papers/" + id },
	})
	s.Register()
	return s
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// press is what somebody sees who presses a control with a path.
func press(t testing.TB, s *Service, path string, values bot.Values) bot.Response {
	t.Helper()
	r := s.c.Bot.Handle(t.Context(), bot.Interaction{ID: "1", User: "x:ann", Channel: "x:c", Action: path, Values: values})
	if r.Reply != nil {
		if err := r.Reply.Validate(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !r.Private {
			t.Errorf("%s: answered for everybody", path)
		}
	}
	if r.Form != nil {
		if err := r.Form.Validate(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	return r
}

// saidBy is what a whisper says.
func saidBy(t testing.TB, r bot.Response) string {
	t.Helper()
	if r.Reply == nil || r.Reply.Card == nil {
		t.Fatalf("no card in %+v", r)
	}
	return r.Reply.Card.Plain()
}

// TestEveryPage opens every part of every page of every certification, on days on
// which outlines and whole certifications begin and end.
func TestEveryPage(t *testing.T) {
	all := catalogue(t)
	for _, on := range []string{"2026-11-23", "2026-12-01", "2027-06-12", "2028-02-29"} {
		s := service(all, on)
		for _, c := range all.Certifications {
			for _, name := range pages() {
				for part := 1; part <= 3; part++ {
					said := saidBy(t, press(t, s, pathPage(c.ID, name, part), nil))
					if !strings.Contains(said, c.NotAffiliated) {
						t.Errorf("%s %s %s: doesn't say that this is not the issuer's", on, c.ID, name)
					}
					if strings.Contains(said, "official") && name != pageSources {
						t.Errorf("%s %s %s says \"official\":\n%s", on, c.ID, name, said)
					}
					if goal := strings.Contains(said, "[Set my exam date]"); goal != c.IsGoal(day(on)) {
						t.Errorf("%s %s %s: an exam date offered: %t", on, c.ID, name, goal)
					}
				}
			}
		}
	}
}

// TestNothingUnverifiedIsShown looks on every page for values that only memory or
// nobody has, and for those reported without the word.
func TestNothingUnverifiedIsShown(t *testing.T) {
	all := catalogue(t)
	s := service(all, "2026-11-23")
	for _, c := range all.Certifications {
		var said strings.Builder
		for _, name := range pages() {
			for part := 1; part <= 3; part++ {
				said.WriteString(saidBy(t, press(t, s, pathPage(c.ID, name, part), nil)) + "\n")
			}
		}
		for _, n := range c.All() {
			value := strings.TrimSuffix(n.Text(), ".")
			if strings.Contains(n.Path, "areas") || n.Path == "url" || len(value) < 12 { // our own list is called that, the address is where to ask, "60" may stand for anything
				continue
			}
			if n.Evidence.Shown() == cert.NotVerified && n.Evidence.Confidence == cert.Memory && strings.Contains(said.String(), value) {
				t.Errorf("%s: %s is not verified, and %q is shown", c.ID, n.Path, value)
			}
			if _, fee := n.Value.(cert.Fee); n.Evidence.Shown() == cert.Reported && fee && !strings.Contains(said.String(), value+" (reported") {
				t.Errorf("%s: %s is not shown as reported: %q", c.ID, n.Path, value)
			}
		}
	}
}

func TestAboutWords(t *testing.T) {
	for _, tt := range []struct {
		name, on, path string
		want           []string
		not            []string
	}{
		{"weights that are published", "2026-11-23", "cert/about/cbet/outline", []string{"Healthcare information technology: 17 %", "second hand, June 2025"}, nil},
		{"weights that aren't", "2026-11-23", "cert/about/chtm/outline", []string{"Weights: not published. Practice here asks about all areas equally often"}, []string{" %"}},
		{"areas from memory are ours", "2026-11-23", "cert/about/cce/outline", []string{"Areas: not verified. Practice here goes by this list of ours"}, nil},
		{"a deadline of another year", "2026-11-23", "cert/about/cbet/exam", []string{"Application deadline: not confirmed for May 2027. For May 2026 it was 17 April 2026."}, []string{"Apply by"}},
		{"a deadline of this window", "2026-03-01", "cert/about/cbet/exam", []string{"Apply by: 17 April 2026, or with a late fee until 24 April 2026."}, nil},
		{"a window that is open", "2027-05-03", "cert/about/cbet/exam", []string{"The window is open: 1 to 15 May 2027."}, nil},
		{"ending", "2026-11-30", "cert/about/hcispp", []string{"It is ending: from 1 December 2026 nobody can earn it. That is reported; ISC2 has the last word."}, nil},
		{"ended", "2026-12-01", "cert/about/hcispp", []string{"It has ended: nobody can earn it since 1 December 2026."}, nil},
		{"two outlines", "2026-11-23", "cert/about/security_plus/exam", []string{"Another version of the exam: SY0-801"}, nil},
		{"the old outline is over", "2027-06-12", "cert/about/security_plus/outline", []string{"SY0-801"}, []string{"SY0-701"}},
		{"not renewed", "2026-11-23", "cert/about/cabt/renewal", []string{"It runs out after 5 years.", "Renewed: no. It runs out."}, nil},
		{"limits of kinds", "2026-11-23", "cert/about/cbet/renewal", []string{"Leadership roles (at most 15)", "never counts towards a renewal"}, nil},
		{"old facts", "2028-01-01", "cert/about/cbet/cost", []string{"Checked 22 Nov 2026, more than a year ago."}, nil},
		{"parts", "2026-11-23", "cert/about/cpsm/exam", []string{"Supply Management Core: 180 questions, 180 minutes"}, nil},
		{"a rule for questions", "2026-11-23", "cert/about/network_plus/sources", []string{"CompTIA does not authorise AI-made study questions"}, nil},
		{"a forged page", "2026-11-23", "cert/about/cbet/x/9", []string{"CBET: Certified Biomedical Equipment Technician"}, nil},
		{"a forged part", "2026-11-23", "cert/about/cbet/cost/99999999999999999999", []string{"CBET: Certified Biomedical Equipment Technician"}, nil},
		{"a certification that isn't there", "2026-11-23", "cert/about/zzz", []string{"It isn't in my list"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := saidBy(t, press(t, service(catalogue(t), tt.on), tt.path, nil))
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("doesn't say %q:\n%s", want, said)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(said, not) {
					t.Errorf("says %q:\n%s", not, said)
				}
			}
		})
	}
}

// TestOperatorsLongFacts: whatever an operator writes fits into messages, all of it.
func TestOperatorsLongFacts(t *testing.T) {
	long := strings.Repeat("A very long rule of an issuer, in many words. ", 12)
	var file strings.Builder
	fmt.Fprintf(&file, "sources:\n  ours: {title: %q, tier: official, checked: 2026-11-20}\ncertifications:\n  - id: cbet\n    eligibility:\n      value:\n", long)
	for n := range 12 {
		fmt.Fprintf(&file, "        - \"way %d: %s\"\n", n, long)
	}
	file.WriteString("      by: [ours]\n")
	all, err := cert.Override("ours.yaml", []byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	s := service(all, "2026-11-23")
	var said strings.Builder
	for part := 1; part <= 30; part++ {
		said.WriteString(saidBy(t, press(t, s, pathPage("cbet", pageAbout, part), nil)))
	}
	for n := range 12 {
		if !strings.Contains(said.String(), fmt.Sprintf("way %d: ", n)) {
			t.Errorf("way %d is nowhere", n)
		}
	}
	if err := new(bot.Message{Card: s.answerCard(Answers{Does: doesTechnician, With: []string{withPatient, withImaging, withMoney}}, day("2026-11-23"))}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestNamed(t *testing.T) {
	s := service(catalogue(t), "2026-11-23")
	for _, tt := range []struct{ typed, want string }{
		{"cbet ", "CBET: Certified Biomedical Equipment Technician"},
		{"CBET exam?", "CBET: Certified Biomedical Equipment Technician"},
		{"what is the cbet", "CBET: Certified Biomedical Equipment Technician"},
		{"Security plus", "CompTIA Security+\n"}, {"sec+", "CompTIA Security+\n"}, {"comptia security+", "CompTIA Security+\n"},
		{"Net +", "CompTIA Network+\n"}, {"security_plus", "CompTIA Security+\n"},
		{"certified clinical engineer", "CCE: Certified Clinical Engineer"},
		{"CHTMM", "I don't know CHTMM\nDid you mean one of these?\nOnly you can see this.\n[CHTM]"},
		{"cbte", "[CBET]"}, {"radiology", "[CRES]"}, {"project", "[PMP]"}, {"lasers", "[CLRT]"}, {"health tech manager", "[CHTM]"},
		{"cbet or cres", "[CBET] [CRES]"},
		{"driving licence", "I don't know driving licence\nChoose one"},
		{"", "Which certification?"}, {"  ?! ", "Which certification?"}, {"the exam", "Which certification?"},
		{strings.Repeat("very long ", 500), "I don't know very long"},
	} {
		t.Run(tt.typed[:min(len(tt.typed), 20)], func(t *testing.T) {
			r, err := s.Named(t.Context(), bot.Interaction{User: "x:ann"}, tt.typed)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Reply.Validate(); err != nil {
				t.Error(err)
			}
			if said := saidBy(t, r); !strings.Contains(said, tt.want) {
				t.Errorf("says\n%s\nwant %q", said, tt.want)
			}
		})
	}
}

// TestNamesFindThemselves: every name and identifier leads to its certification,
// also with one letter wrong.
func TestNamesFindThemselves(t *testing.T) {
	all := catalogue(t)
	s := service(all, "2026-11-23")
	for _, c := range all.Certifications {
		for _, typed := range []string{c.ID, c.Short, c.Name, strings.ToLower(c.Short), " " + c.Short + " certification"} {
			exact, _ := match(all, typed)
			if len(exact) != 1 || exact[0].ID != c.ID {
				t.Errorf("%q finds %d, want %s alone", typed, len(exact), c.ID)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all.Certifications).Draw(t, "certification")
		letters := []rune(c.Name)
		at := rapid.IntRange(0, len(letters)-1).Draw(t, "at")
		letters[at] = rapid.RuneFrom([]rune("abcdefghij")).Draw(t, "letter")
		exact, near := match(all, string(letters))
		for _, found := range append(exact, near...) {
			if found.ID == c.ID {
				return
			}
		}
		t.Errorf("%q doesn't find %s", string(letters), c.ID)
	})
	if got, err := s.suggestNames(t.Context(), bot.Interaction{}, ""); err != nil || len(got) != len(all.Certifications) {
		t.Errorf("suggested %d, %v, want all", len(got), err)
	}
}

func FuzzNamed(f *testing.F) {
	s := service(catalogue(f), "2026-11-23")
	for _, seed := range []string{"", "cbet", "sec+", "++++", "\x00", "ÇBÉT", strings.Repeat("+", 3000), "a b c d e f g"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		r, err := s.Named(t.Context(), bot.Interaction{User: "x:ann"}, typed)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Reply.Validate(); err != nil {
			t.Error(err)
		}
	})
}

func TestPathOfAbout(t *testing.T) {
	if got := group.PathAbout("cbet"); pathPage("cbet", pageAbout, 1) != got {
		t.Errorf("the first page isn't at %s", got)
	}
}
