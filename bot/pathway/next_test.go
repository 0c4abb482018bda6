package pathway

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// TestPersonas is what people of the field would be told.
func TestPersonas(t *testing.T) {
	for _, tt := range []struct {
		name string
		on   string
		a    Answers
		want []string
	}{
		{"a student", "2026-11-23", Answers{Does: doesNew, Wants: wantsBegin, Years: years0}, []string{cabt}},
		{"a technician with a CABT", "2026-11-23", Answers{Holds: []string{cabt}, Does: doesTechnician, Years: years2}, []string{cbet}},
		{"a technician of ten years without any", "2026-11-23", Answers{Does: doesTechnician, Years: years7, With: []string{withPatient}}, []string{cbet}},
		{"a CBET who wants to lead", "2026-11-23", Answers{Holds: []string{cbet}, Does: doesTechnician, Wants: wantsLead, Years: years7}, []string{chtm}},
		{"a CBET who says nothing else", "2026-11-23", Answers{Holds: []string{cbet}, Does: doesTechnician, Years: years4}, []string{chtm}},
		{"imaging service", "2026-11-23", Answers{Does: doesImaging, With: []string{withImaging}}, []string{cres}},
		{"a CBET who wants imaging", "2026-11-23", Answers{Holds: []string{cbet}, Does: doesTechnician, Wants: wantsImaging}, []string{cres, chtm}},
		{"runs projects", "2026-11-23", Answers{Holds: []string{cbet, chtm}, Does: doesProjects, Wants: wantsProjects}, []string{pmp}},
		{"connected devices", "2026-11-23", Answers{Holds: []string{cbet}, Wants: wantsNetwork, With: []string{withNetwork}}, []string{netPlus, secPlus, chtm}},
		{"connected devices, with Network+", "2026-11-23", Answers{Holds: []string{netPlus}, Wants: wantsNetwork}, []string{secPlus}},
		{"connected devices, with Security+", "2026-11-23", Answers{Holds: []string{secPlus}, Wants: wantsNetwork, With: []string{withISO}}, []string{cphq}},
		{"a quality system", "2026-11-23", Answers{Wants: wantsQuality, With: []string{withISO}}, []string{cphq}},
		{"facilities", "2026-11-23", Answers{Does: doesFacilities, Wants: wantsFacility}, []string{chfm, chop}},
		{"supply chain", "2026-11-23", Answers{Does: doesSupply, Wants: wantsSupply}, []string{cpsm}},
		{"a clinical engineer", "2026-11-23", Answers{Does: doesEngineer, Wants: wantsEngineer}, []string{cce}},
		{"lasers", "2026-11-23", Answers{Holds: []string{cbet}, Wants: wantsLasers, With: []string{withLasers}}, []string{clrt, chtm}},
		{"an empty form", "2026-11-23", Answers{}, []string{cbet, cabt, chtm}},
		{"privacy people, after HCISPP", "2026-12-02", Answers{Holds: []string{"hcispp"}, Does: doesSecurity}, []string{secPlus, netPlus}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Suggest(catalogue(t), tt.a, day(tt.on)) {
				got = append(got, s.Certification.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("suggested (-want +got):\n%s", diff)
			}
		})
	}
}

func drawAnswers(t *rapid.T, all cert.Catalogue) Answers {
	value := func(name string, options []bot.Option) string {
		all := []string{""}
		for _, o := range options {
			all = append(all, o.Value)
		}
		return rapid.SampledFrom(all).Draw(t, name)
	}
	a := Answers{Does: value("does", doesOptions()), Wants: value("wants", wantsOptions()), Years: value("years", yearsOptions())}
	for _, c := range all.Certifications {
		if rapid.Bool().Draw(t, c.ID) {
			a.Holds = append(a.Holds, c.ID)
		}
	}
	for _, o := range withOptions() {
		if rapid.IntRange(0, 3).Draw(t, o.Value) == 0 {
			a.With = append(a.With, o.Value)
		}
	}
	return a
}

// TestSuggestions: never one held, never one that has ended, at most three, each
// once, each with a reason; something for everybody who doesn't hold all; the same
// for the same answers.
func TestSuggestions(t *testing.T) {
	all := catalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		on := day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 2000).Draw(t, "day"))
		a := drawAnswers(t, all)
		got := Suggest(all, a, on)
		left := 0
		for _, c := range all.Certifications {
			if c.IsGoal(on) && !slices.Contains(a.Holds, c.ID) {
				left++
			}
		}
		if (len(got) == 0) != (left == 0) || len(got) > most {
			t.Fatalf("suggested %d of %d", len(got), left)
		}
		seen := map[string]bool{}
		for _, s := range got {
			id := s.Certification.ID
			if slices.Contains(a.Holds, id) || !s.Certification.IsGoal(on) || seen[id] || len(s.Why) == 0 || s.Why[0] == "" {
				t.Errorf("%s: held %t, goal %t, twice %t, reasons %q", id, slices.Contains(a.Holds, id), s.Certification.IsGoal(on), seen[id], s.Why)
			}
			seen[id] = true
		}
		again := Suggest(all, a, on)
		if diff := cmp.Diff(ids(got), ids(again)); diff != "" {
			t.Errorf("another answer to the same:\n%s", diff)
		}
	})
}

func ids(all []Suggestion) (list []string) {
	for _, s := range all {
		list = append(list, s.Certification.ID)
	}
	return list
}

// TestAnswerCards: every answer fits into a message, with a way on for each
// suggestion, no promise, and the form opens again as it was filled in.
func TestAnswerCards(t *testing.T) {
	all := catalogue(t)
	s := service(all, "2026-11-23")
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswers(t, all)
		m := message(s.answerCard(a, day("2026-11-23")))
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		said := m.Card.Plain()
		for _, f := range Suggest(all, a, day("2026-11-23")) {
			if !strings.Contains(said, "[About "+f.Certification.Short) || !strings.Contains(said, string(f.Why[0])) || !strings.Contains(said, f.Certification.NotAffiliated) {
				t.Errorf("%s without its reason, page or notice:\n%s", f.Certification.ID, said)
			}
		}
		for _, promise := range []string{"will pass", "you should", "official", "guarantee", "must"} {
			if strings.Contains(said, promise) {
				t.Errorf("says %q:\n%s", promise, said)
			}
		}
		back, ok := s.decode(s.encode(a))
		if diff := cmp.Diff(a, back); !ok || diff != "" {
			t.Errorf("read back %t (-want +got):\n%s", ok, diff)
		}
		if len("cert/next/again/"+s.encode(a)) > bot.LimitPath {
			t.Errorf("the path is too long: %s", s.encode(a))
		}
	})
}

// TestEveryRuleCounts: each rule names certifications of the catalogue and answers
// of the form, and there is somebody whom it gives a suggestion with its reason.
func TestEveryRuleCounts(t *testing.T) {
	all := catalogue(t)
	known := func(list []string, options []bot.Option) bool {
		return !slices.ContainsFunc(list, func(v string) bool { return v != "" && chosen(options, v) == "" })
	}
	first := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return list[0]
	}
	for _, r := range rules() {
		for _, id := range slices.Concat([]string{r.to}, r.holds, r.lacks) {
			if _, ok := all.Find(id); !ok {
				t.Errorf("a rule names %s, which isn't there", id)
			}
		}
		if !known(r.does, doesOptions()) || !known(r.wants, wantsOptions()) || !known(r.years, yearsOptions()) || !known(r.with, withOptions()) {
			t.Errorf("a rule for %s asks for what can't be chosen: %+v", r.to, r)
		}
		a := Answers{Does: first(r.does), Wants: first(r.wants), Years: first(r.years)}
		if len(r.with) > 0 {
			a.With = r.with[:1]
		}
		if len(r.holds) > 0 {
			a.Holds = r.holds[:1]
		}
		got := Suggest(all, a, day("2026-11-23"))
		n := slices.IndexFunc(got, func(s Suggestion) bool { return s.Certification.ID == r.to })
		if n < 0 || !slices.Contains(got[n].Why, r.why) {
			t.Errorf("nobody is told: %s %q (for %+v: %v)", r.to, r.why, a, ids(got))
		}
	}
}

func TestForm(t *testing.T) {
	s := service(catalogue(t), "2026-11-23")
	form := press(t, s, PathNext, nil).Form
	if form == nil || len(form.Fields) > bot.LimitFields {
		t.Fatalf("form is %+v", form)
	}
	said := saidBy(t, press(t, s, form.Action, bot.Values{
		fieldHolds: {"cbet", "cbet", "nonsense"}, fieldDoes: {"nonsense"}, fieldWants: {wantsLead}, fieldWith: {"x", withPatient, withPatient}}))
	if !strings.Contains(said, "1. CHTM") || strings.Contains(said, "CBET:") {
		t.Errorf("says\n%s", said)
	}
	for _, forged := range []string{"", "1.2", "9.9.9.zz.zz", "-1.-1.-1.ffffffffffffffffff.0", "1.1.1.1.ffffffffffffffff"} {
		if form := press(t, s, PathNext+"/again/"+forged, nil).Form; forged != "" && form == nil {
			t.Errorf("%q opens no form", forged)
		}
	}
	holding := service(catalogue(t), "2026-11-23")
	holding.c.Held = func(context.Context, bot.Interaction) ([]string, error) { return []string{"chtm"}, nil }
	fields := press(t, holding, PathNext, nil).Form.Fields
	at := slices.IndexFunc(fields, func(f bot.Field) bool { return f.Name == fieldHolds })
	if at < 0 || !slices.Equal(fields[at].Initial, []string{"chtm"}) {
		t.Errorf("the form is %+v, want it prefilled with what is held", fields)
	}
}
