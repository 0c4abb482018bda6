package cert

import (
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCatalogueLoads(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	cbet, ok := c.Find("cbet")
	if !ok {
		t.Fatal("CBET is missing")
	}
	if o := cbet.Current(day("2026-11-22")); o.ID != "cbet-2025" || len(o.Domains) != 6 {
		t.Errorf("current outline = %s with %d areas, want cbet-2025 with 6", o.ID, len(o.Domains))
	}
	if _, ok := c.Find("nonsense"); ok {
		t.Error("found a certification that doesn't exist")
	}
}

func TestUpcomingWindows(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := c.Find("cbet")
	tests := []struct{ name, day, first, second string }{
		{"after November's", "2026-11-23", "1 to 15 May 2027", "1 to 15 November 2027"},
		{"inside a window", "2026-11-15", "1 to 15 November 2026", "1 to 15 May 2027"},
		{"the day after", "2026-11-16", "1 to 15 May 2027", "1 to 15 November 2027"},
		{"new year", "2027-01-01", "1 to 15 May 2027", "1 to 15 November 2027"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cbet.Upcoming(day(tt.day), 2)
			if w[0].String() != tt.first || w[1].String() != tt.second {
				t.Errorf("got %s, %s; want %s, %s", w[0], w[1], tt.first, tt.second)
			}
		})
	}
}

func TestWindowUntil(t *testing.T) {
	w, ok := ParseWindow("2027-05-01", "2027-05-15")
	if !ok {
		t.Fatal("window not read")
	}
	tests := []struct{ name, day, want string }{
		{"the specification's example", "2026-11-23", "May window opens in 22 weeks."},
		{"eight weeks", "2027-03-06", "May window opens in 8 weeks."},
		{"below eight weeks", "2027-03-07", "May window opens in 55 days."},
		{"tomorrow", "2027-04-30", "May window opens tomorrow."},
		{"first day", "2027-05-01", "The May window is open until Sat 15 May."},
		{"last day", "2027-05-15", "The May window is open until Sat 15 May."},
		{"over", "2027-05-16", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.Until(day(tt.day)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if _, ok := ParseWindow("", ""); ok {
		t.Error("an unset window was read")
	}
}
