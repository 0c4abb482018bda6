package group

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// exam is a certification that is given in spans of the year, or at any time.
func exam(short string, yearly ...cert.YearlySpan) cert.Certification {
	return cert.Certification{ID: short, Short: short, Windows: cert.Windows{AnyTime: len(yearly) == 0, Yearly: yearly}}
}

func TestWindowOptions(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC)
	may, november := cert.YearlySpan{From: "05-01", To: "05-15"}, cert.YearlySpan{From: "11-01", To: "11-15"}
	autumn := cert.YearlySpan{From: "11-02", To: "11-16"}
	tests := []struct {
		name string
		all  []cert.Certification
		want []string
		help string
	}{
		{"one exam", []cert.Certification{exam("CBET", may, november)},
			[]string{"1 to 15 May 2027", "1 to 15 November 2027", "1 to 15 May 2028"}, ""},
		{"windows that all share need no name", []cert.Certification{exam("CBET", may, november), exam("CHTM", may, november), exam("PMP")},
			[]string{"1 to 15 May 2027", "1 to 15 November 2027", "1 to 15 May 2028"}, "PMP is given at any time: choose “No date yet”."},
		{"others say whose they are, soonest first", []cert.Certification{exam("CBET", may, november), exam("CHTM", may, november), exam("CCE", autumn)},
			[]string{"1 to 15 May 2027, CBET and CHTM", "1 to 15 November 2027, CBET and CHTM", "2 to 16 November 2027, CCE",
				"1 to 15 May 2028, CBET and CHTM", "2 to 16 November 2028, CCE", "2 to 16 November 2029, CCE"}, ""},
		{"at any time", []cert.Certification{exam("CABT"), exam("PMP")}, nil, "CABT and PMP are given at any time: choose “No date yet”."},
		{"nothing", nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, o := range windowOptions(tt.all, now) {
				got = append(got, o.Label)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if help := wordsAnyTime(tt.all); help != tt.help {
				t.Errorf("help %q, want %q", help, tt.help)
			}
		})
	}
}

func TestLikely(t *testing.T) {
	all := []cert.Certification{exam("CBET"), exam("CABT"), exam("CHTM"), exam("PMP")}
	tests := []struct{ channel, want string }{
		{"#cbet-study", "CBET"}, {"#chtm-2027", "CHTM"}, {"#study_PMP", "PMP"}, {"#pmpeople", "CBET"},
		{"#break-room", "CBET"}, {"this channel", "CBET"}, {"", "CBET"}, {"#pmp-and-cabt", "CABT"},
	}
	for _, tt := range tests {
		if c, ok := likely(all, tt.channel); !ok || c.ID != tt.want {
			t.Errorf("in %q: %s, %v, want %s", tt.channel, c.ID, ok, tt.want)
		}
	}
	if c, ok := likely(nil, "#cbet"); ok {
		t.Errorf("from nothing: %s", c.ID)
	}
}

// TestWindowField holds that a form offers what can be chosen: everything while
// the certification can be, and only the group's afterwards.
func TestWindowField(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{c: Config{Catalogue: catalogue, Now: func() time.Time { return time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC) }}}
	windows := []string{"2027-05-01.2027-05-15", "2027-11-01.2027-11-15", "2028-05-01.2028-05-15", "none"}
	past := append([]string{"2026-11-01.2026-11-15"}, windows...)
	tests := []struct {
		name    string
		setup   Setup
		want    []string
		initial string
	}{
		{"a new PMP group", Setup{Certification: "pmp"}, windows, "none"},
		{"a new CHTM group", Setup{Certification: "chtm", WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, windows, windows[0]},
		{"a PMP group begins again", Setup{Certification: "pmp", Group: "g", Reopen: true}, windows, "none"},
		{"a PMP group's schedule", Setup{Certification: "pmp", Group: "g"}, []string{"none"}, "none"},
		{"a CABT group's schedule", Setup{Certification: "cabt", Group: "g"}, []string{"none"}, "none"},
		{"a CHTM group's schedule", Setup{Certification: "chtm", Group: "g"}, windows, "none"},
		{"a window that is over", Setup{Certification: "cbet", Group: "g", WindowFrom: "2026-11-01", WindowTo: "2026-11-15"}, past, past[0]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := s.windowField(tt.setup)
			var got []string
			for _, o := range f.Options {
				got = append(got, o.Value)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if len(f.Initial) != 1 || f.Initial[0] != tt.initial {
				t.Errorf("initial %q, want %q", f.Initial, tt.initial)
			}
			if err := (bot.Form{Title: "Form", Submit: "Save", Action: "x", Fields: []bot.Field{f}}).Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOffered holds that a group can be set up for what has questions, and for
// nothing whose end is announced.
func TestOffered(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	ids := func(offers func(string) bool) (all []string) {
		s := &Service{c: Config{Catalogue: catalogue, Offers: offers, Now: func() time.Time { return time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC) }}}
		for _, c := range s.offered() {
			all = append(all, c.ID)
		}
		return all
	}
	some := []string{"cbet", "pmp", "hcispp"}
	if diff := cmp.Diff([]string{"cbet", "pmp"}, ids(func(id string) bool { return slices.Contains(some, id) })); diff != "" {
		t.Errorf("with questions for %v (-want +got):\n%s", some, diff)
	}
	if all := ids(nil); len(all) != len(catalogue.Certifications)-1 || slices.Contains(all, "hcispp") {
		t.Errorf("with questions for everything: %v", all)
	}
	if _, ok := catalogue.Find("hcispp"); !ok {
		t.Error("what isn't offered is gone from the catalogue")
	}
}

// TestTodayIsTheGroups holds that a window is over when its last day is over
// where the group is, wherever the server is.
func TestTodayIsTheGroups(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, zone string
		now        time.Time
		offered    bool // 1 to 15 May 2027
	}{
		{"still the 15th in Chicago", "America/Chicago", time.Date(2027, 5, 16, 4, 0, 0, 0, time.UTC), true},
		{"already the 16th in Auckland", "Pacific/Auckland", time.Date(2027, 5, 15, 13, 0, 0, 0, time.UTC), false},
		{"a server far east of Chicago", "America/Chicago", time.Date(2027, 5, 16, 10, 0, 0, 0, time.FixedZone("", 12*3600)), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Service{c: Config{Catalogue: catalogue, Now: func() time.Time { return tt.now }}}
			setup := Setup{Certification: "cbet", Zone: tt.zone}
			const may = "2027-05-01.2027-05-15"
			offered := slices.ContainsFunc(s.windowField(setup).Options, func(o bot.Option) bool { return o.Value == may })
			if problem := s.fillWindow(&setup, Setup{}, may); offered != tt.offered || (problem == "") != tt.offered {
				t.Errorf("offered %v, taken with %q, want %v", offered, problem, tt.offered)
			}
		})
	}
}

func TestFillWindow(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{c: Config{Catalogue: catalogue, Now: func() time.Time { return time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC) }}}
	const may, past = "2027-05-01.2027-05-15", "2026-11-01.2026-11-15"
	kept := Setup{Group: "g", Certification: "cbet", WindowFrom: "2026-11-01", WindowTo: "2026-11-15"}
	ahead := Setup{Group: "g", Certification: "cbet", WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}
	atAnyTime := "PMP is given at any time, so it has no windows. Please choose “No date yet”."
	tests := []struct {
		name          string
		before        Setup
		certification string
		value, from   string
		problem       string
	}{
		{"CHTM in May", Setup{}, "chtm", may, "2027-05-01", ""},
		{"CHTM without a date", Setup{}, "chtm", "none", "", ""},
		{"CHTM at another time", Setup{}, "chtm", "2027-05-02.2027-05-16", "", "CHTM isn't given then. Please choose another window, or “No date yet”."},
		{"PMP without a date", Setup{}, "pmp", "none", "", ""},
		{"PMP in AAMI's window", Setup{}, "pmp", may, "", atAnyTime},
		{"CABT in AAMI's window", Setup{}, "cabt", may, "", "CABT is given at any time, so it has no windows. Please choose “No date yet”."},
		{"kept when over", kept, "cbet", past, "2026-11-01", ""},
		{"not for another exam", kept, "chtm", past, "", "CHTM isn't given then. Please choose another window, or “No date yet”."},
		{"not for one without windows", ahead, "pmp", may, "", atAnyTime},
		{"nothing", Setup{}, "cbet", "", "", "Please choose a window, or “No date yet”."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			setup := tt.before
			setup.Certification = tt.certification
			problem := s.fillWindow(&setup, tt.before, tt.value)
			if problem != tt.problem {
				t.Errorf("problem %q, want %q", problem, tt.problem)
			}
			if problem == "" && setup.WindowFrom != tt.from {
				t.Errorf("window from %q, want %q", setup.WindowFrom, tt.from)
			}
		})
	}
}
