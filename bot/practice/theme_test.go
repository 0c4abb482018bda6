package practice

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
)

func day(t interface{ Fatal(...any) }, s string) time.Time {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func cbet(t *testing.T) cert.Outline {
	t.Helper()
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	found, _ := c.Find("cbet")
	return found.Outlines[0]
}

// drawSeason is a season with a window so many weeks after its beginning.
func drawSeason(t *rapid.T) Season {
	s := Season{First: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "first")), Later: rapid.Bool().Draw(t, "later")}
	s.Window.From = s.First.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "days to the window"))
	s.Window.To = s.Window.From.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "days of the window"))
	return s
}

// weeksOf are the weeks of a season as they begin: the first on its first day,
// the others a week after another, on some day of the week.
func weeksOf(t *rapid.T, s Season, until time.Time) []time.Time {
	all := []time.Time{s.First}
	for at := s.First.AddDate(0, 0, rapid.IntRange(1, 7).Draw(t, "days of the first week")); at.Before(until); at = at.AddDate(0, 0, 7) {
		all = append(all, at)
	}
	return all
}

// Over a season each area gets the weeks of its share, within rounding; the last
// three weeks before the window are review, and the first of a later season is.
func TestThemesFollowTheWeightsUpToTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, s := drawOutline(t), drawSeason(t)
		got, review := map[string]int{}, 0
		n := 0
		for from := weeksBetween(s.First, s.Window.From); from >= 0; from-- { // one week of each distance
			theme := PlanTheme(o, s, s.Window.From.AddDate(0, 0, -7*from))
			if want := from < reviewWeeks || s.Later && from == weeksBetween(s.First, s.Window.From); theme.Review != want {
				t.Fatalf("%d weeks before the window: %+v, want review %v", from, theme, want)
			}
			if theme.Review {
				review++
				continue
			}
			got[theme.Area]++
			n++
		}
		for _, d := range o.Domains {
			if share := o.Share(d.ID) * float64(n); math.Abs(share-float64(got[d.ID])) >= 1+1e-6 {
				t.Fatalf("%s has %d of %d weeks, want about %.2f", d.ID, got[d.ID], n, share)
			}
		}
		for _, week := range weeksOf(t, s, s.Window.To.AddDate(0, 0, 1)) {
			days := int(s.Window.From.Sub(week) / (24 * time.Hour))
			if theme := PlanTheme(o, s, week); (days < 7*reviewWeeks) != theme.Review && !(s.Later && weeksBetween(s.First, s.Window.From) == weeksBetween(week, s.Window.From)) {
				t.Fatalf("week of %s, %d days before the window: %+v", week.Format(time.DateOnly), days, theme)
			}
		}
	})
}

// Without a window, and after it, areas come round by their weights for ever.
func TestThemesWithoutAWindowComeRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		s := Season{First: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
		n := cycle(o)
		got := map[string]int{}
		for week := range 2 * n {
			theme := PlanTheme(o, s, s.First.AddDate(0, 0, 7*week))
			if theme.Review || theme.Area == "" {
				t.Fatalf("week %d has %+v, want an area", week, theme)
			}
			got[theme.Area]++
		}
		for _, d := range o.Domains {
			if share := o.Share(d.ID) * float64(2*n); math.Abs(share-float64(got[d.ID])) >= 2+1e-6 {
				t.Fatalf("%s has %d of %d weeks, want about %.2f", d.ID, got[d.ID], 2*n, share)
			}
		}
	})
}

func TestThemesOfAGroup(t *testing.T) {
	o := cbet(t)
	may := cert.Window{From: day(t, "2027-05-01"), To: day(t, "2027-05-15")}
	november := cert.Window{From: day(t, "2027-11-01"), To: day(t, "2027-11-15")}
	for _, row := range []struct {
		name        string
		first, week string
		window      cert.Window
		later       bool
		want        Theme
	}{
		{"the first day, a Sunday", "2026-11-22", "2026-11-22", may, false, Theme{Area: "cbet.function"}},
		{"and the Monday after it have one theme", "2026-11-22", "2026-11-23", may, false, Theme{Area: "cbet.function"}},
		{"the next week has another", "2026-11-22", "2026-11-30", may, false, Theme{Area: "cbet.problem"}},
		{"three weeks to go", "2026-11-22", "2027-04-12", may, false, Theme{Review: true}},
		{"four weeks to go", "2026-11-22", "2027-04-05", may, false, Theme{Area: "cbet.anatomy"}},
		{"in the window", "2026-11-22", "2027-05-10", may, false, Theme{Review: true}},
		{"after it", "2026-11-22", "2027-05-17", may, false, Theme{Area: "cbet.function"}},
		{"the window moved away in the last week", "2026-11-22", "2027-04-26", november, false, Theme{Area: "cbet.problem"}},
		{"the window moved near", "2026-11-22", "2026-11-30", cert.Window{From: day(t, "2026-12-07"), To: day(t, "2026-12-10")}, false, Theme{Review: true}},
		{"a window in the past", "2026-11-22", "2026-11-23", cert.Window{From: day(t, "2025-12-07"), To: day(t, "2025-12-10")}, false, Theme{Area: "cbet.function"}},
		{"a later season begins with what was missed", "2026-12-07", "2026-12-07", may, true, Theme{Review: true}},
		{"and goes on with areas", "2026-12-07", "2026-12-14", may, true, Theme{Area: "cbet.function"}},
		{"without a window too", "2026-12-07", "2026-12-07", cert.Window{}, true, Theme{Review: true}},
		{"without a window, the second week", "2026-12-07", "2026-12-14", cert.Window{}, true, Theme{Area: "cbet.function"}},
		{"a week before the season, by a clock turned back", "2026-12-07", "2026-11-01", may, false, Theme{Area: "cbet.function"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := Season{First: day(t, row.first), Window: row.window, Later: row.later}
			if got := PlanTheme(o, s, day(t, row.week)); got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
	if got := PlanTheme(cert.Outline{}, Season{}, day(t, "2026-11-23")); !got.None() {
		t.Errorf("an outline that is lost has %+v, want no theme", got)
	}
}

// Of five questions three are of the theme, whatever came before.
func TestThreeOfFiveAreOfTheTheme(t *testing.T) {
	w, got := Week{}, ""
	for range 10 {
		if w.due() {
			got += "T"
			w.Themed++
		} else {
			got += "-"
		}
		w.Asked++
	}
	if got != "TT-T-TT-T-" {
		t.Errorf("got %s", got)
	}
}
