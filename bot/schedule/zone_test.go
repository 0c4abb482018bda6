package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// now is a Monday in winter on the northern half of the earth.
var zoneNow = time.Date(2026, time.November, 23, 10, 38, 0, 0, time.UTC)

func TestFindZone(t *testing.T) {
	tests := []struct {
		text string
		want string // the zone, or "? " and what the first choices are, or "!" for a problem
	}{
		// Exact names.
		{"America/Chicago", "America/Chicago"},
		{"america/chicago", "America/Chicago"},
		{" America/New York ", "America/New_York"},
		{"AMERICA/NEW_YORK", "America/New_York"},
		{"America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"},
		{"US/Central", "America/Chicago"},
		{"Canada/Central", "America/Winnipeg"},
		{"Asia/Calcutta", "Asia/Kolkata"},
		{"EST5EDT", "America/New_York"},
		{"Japan", "Asia/Tokyo"},
		{"UTC", "UTC"},
		{"utc", "UTC"},
		{"Z", "UTC"},
		{"Etc/UTC", "UTC"},
		{"Etc/GMT-5", "Etc/GMT-5"},
		// Cities.
		{"Chicago", "America/Chicago"},
		{"chicago time", "America/Chicago"},
		{"new york", "America/New_York"},
		{"NewYork", "America/New_York"},
		{"São Paulo", "America/Sao_Paulo"},
		{"Zürich", "Europe/Zurich"},
		{"St. John's", "America/St_Johns"},
		{"Port-au-Prince", "America/Port-au-Prince"},
		{"Boston", "America/New_York"},
		{"Mumbai", "Asia/Kolkata"},
		{"Saigon", "Asia/Ho_Chi_Minh"},
		{"Chicago, US", "America/Chicago"},
		{"Portland, Oregon", "America/Los_Angeles"},
		{"Birmingham, Alabama", "America/Chicago"},
		{"London, UK", "Europe/London"},
		{"Ohio", "America/New_York"},
		{"India", "Asia/Kolkata"},
		// Everyday names.
		{"Central", "America/Chicago"},
		{"Central time", "America/Chicago"},
		{"Eastern time", "America/New_York"},
		{"eastern standard time", "America/New_York"},
		{"Eastern Time (US & Canada)", "America/New_York"},
		{"Mountain", "America/Denver"},
		{"Pacific", "America/Los_Angeles"},
		{"Arizona", "America/Phoenix"},
		{"Alaska", "America/Anchorage"},
		{"Hawaii time", "Pacific/Honolulu"},
		// Uncertain ones.
		{"chicgo", "? America/Chicago"},
		{"Chcago time", "? America/Chicago"},
		{"los angelos", "? America/Los_Angeles"},
		{"Chicago, IL", "? America/Chicago"},
		{"Portland", "? America/New_York America/Los_Angeles"},
		{"Portland, Maine", "America/New_York"},
		{"Paris, Texas", "? Europe/Paris America/Chicago America/Denver"},
		{"Georgia", "? America/New_York Asia/Tbilisi"},
		{"Texas", "? America/Chicago America/Denver"},
		{"Germany", "? Europe/Berlin Europe/Busingen"},
		{"USA", "? America/New_York America/Chicago America/Denver"},
		{"EST", "? America/New_York America/Toronto America/Panama"},
		{"CST", "? America/Chicago America/Winnipeg America/Mexico_City"},
		{"IST", "? Asia/Kolkata Europe/Dublin Asia/Jerusalem"},
		{"bst", "? Europe/London Asia/Dhaka Pacific/Bougainville"},
		{"CET", "? Europe/Berlin Europe/Paris"},
		{"GMT", "? Europe/London Africa/Accra"},
		{"san", "? America/Santiago"},
		{"Seatle", "? America/Los_Angeles"},
		// Offsets.
		{"UTC+5", "? Asia/Karachi"},
		{"UTC 5", "? Asia/Karachi"},
		{"utc-6", "? America/Chicago"},
		{"GMT-03:30", "? America/St_Johns"},
		{"+0530", "? Asia/Kolkata Asia/Colombo"},
		{"+5:30", "? Asia/Kolkata Asia/Colombo"},
		{"−5", "? America/New_York"},
		{"+05:45", "? Asia/Kathmandu"},
		{"UTC+14", "? Pacific/Kiritimati Etc/GMT-14"},
		{"UTC-12", "? Etc/GMT+12"},
		{"UTC+0", "? UTC Europe/London"},
		{"GMT0", "? UTC Europe/London"},
		// Nothing.
		{"", "!"},
		{"   ", "!"},
		{"?!", "!"},
		{"xqzwkj", "!"},
		{"Local", "!"},
		{"local time", "!"},
		{"/etc/passwd", "!"},
		{"../../etc/localtime", "!"},
		{"posixrules", "!"},
		{"Factory", "!"},
		{"UTC+15", "!"},
		{"UTC+5:99", "!"},
		{"+12345", "!"},
		{"UTC+4:15", "!"},
		{"\xff\xfe\x00", "!"},
		{strings.Repeat("Chicago ", 1<<17), "!"},
	}
	for _, test := range tests {
		t.Run(shorten(test.text), func(t *testing.T) {
			m := FindZone(test.text, zoneNow)
			checkMatch(t, m)
			got := m.Zone
			if m.Problem != "" {
				got = "!"
			} else if m.Zone == "" {
				got = "?"
				for _, c := range m.Choices {
					got += " " + c.Zone
				}
			}
			switch {
			case strings.HasPrefix(test.want, "? ") && strings.HasPrefix(got+" ", strings.TrimRight(test.want, " ")+" "):
			case got == test.want:
			default:
				t.Errorf("got %s %s, want %s", got, m.Problem, test.want)
			}
		})
	}
}

// checkMatch holds what is true of every match.
func checkMatch(t *testing.T, m ZoneMatch) {
	t.Helper()
	answers := 0
	if m.Zone != "" {
		answers++
		if _, err := LoadZone(m.Zone); err != nil || m.City == "" || Clock(m.Zone, zoneNow) == "" {
			t.Errorf("zone %q, city %q: %v", m.Zone, m.City, err)
		}
	}
	if len(m.Choices) > 0 {
		answers++
	}
	if m.Problem != "" {
		answers++
		if !strings.Contains(m.Problem, "for example Chicago") || len(m.Problem) > 300 || !utf8.ValidString(m.Problem) {
			t.Errorf("problem %q", m.Problem)
		}
	}
	if answers != 1 || len(m.Choices) > maxChoices {
		t.Errorf("not one answer: %+v", m)
	}
	checkChoices(t, m.Choices)
}

func checkChoices(t *testing.T, all []ZoneChoice) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range all {
		if _, err := LoadZone(c.Zone); err != nil || seen[c.Zone] || c.City == "" || c.Clock != Clock(c.Zone, zoneNow) || c.Clock == "" {
			t.Errorf("choice %+v: %v", c, err)
		}
		seen[c.Zone] = true
	}
}

// TestFindZoneOffsetNow holds that an offset means the places that are at it
// now, not the ones that are at it in winter.
func TestFindZoneOffsetNow(t *testing.T) {
	july := time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)
	if got, want := FindZone("UTC-5", july).Choices[0].Zone, "America/Chicago"; got != want {
		t.Errorf("UTC-5 in July begins with %s, want %s", got, want)
	}
	if got, want := FindZone("UTC-5", zoneNow).Choices[0].Zone, "America/New_York"; got != want {
		t.Errorf("UTC-5 in November begins with %s, want %s", got, want)
	}
	last := FindZone("UTC+5", zoneNow).Choices
	if got, want := last[len(last)-1], (ZoneChoice{"Etc/GMT-5", "UTC+5", "UTC+5, now 3:38 PM"}); got != want {
		t.Errorf("UTC+5 ends with %+v, want %+v", got, want)
	}
}

func TestClock(t *testing.T) {
	tests := []struct{ zone, want string }{
		{"America/Chicago", "Chicago time, now 4:38 AM"},
		{"US/Central", "Chicago time, now 4:38 AM"},
		{"Asia/Kathmandu", "Kathmandu time, now 4:23 PM"},
		{"America/New_York", "New York time, now 5:38 AM"},
		{"America/Port-au-Prince", "Port-au-Prince time, now 5:38 AM"},
		{"UTC", "UTC, now 10:38 AM"},
		{"Etc/GMT+5", "UTC-5, now 5:38 AM"},
		{"Local", ""},
		{"Nowhere/Land", ""},
	}
	for _, test := range tests {
		t.Run(test.zone, func(t *testing.T) {
			if got := Clock(test.zone, zoneNow); got != test.want {
				t.Errorf("Clock = %q, want %q", got, test.want)
			}
		})
	}
}

func TestLoadZone(t *testing.T) {
	for _, name := range []string{"", "Local", "localtime", "/usr/share/zoneinfo/UTC", "../UTC", "posix/UTC", "right/UTC", "Factory", "america/chicago", "EST\x00"} {
		if loc, err := LoadZone(name); err == nil {
			t.Errorf("LoadZone(%q) = %s, want an error", name, loc)
		}
	}
	if loc, err := LoadZone("Asia/Calcutta"); err != nil || loc.String() != "Asia/Kolkata" {
		t.Errorf("LoadZone(an old name) = %v, %v", loc, err)
	}
}

func TestSuggestZones(t *testing.T) {
	tests := []struct {
		name, typed string
		n           int
		first       []string
		most        int
	}{
		{"nothing typed", "", 25, []string{"America/New_York", "America/Chicago", "America/Denver"}, 25},
		{"fewer wanted", "", 3, []string{"America/New_York", "America/Chicago", "America/Denver"}, 3},
		{"none wanted", "", 0, nil, 0},
		{"negative", "", -1, nil, 0},
		{"more than fit", "a", 1000, nil, 25},
		{"beginning of a city", "chi", 25, []string{"America/Chicago"}, 25},
		{"wrong spelling", "chicgo", 25, []string{"America/Chicago"}, 1},
		{"area", "Europe/", 25, []string{"Europe/London"}, 25},
		{"one letter", "c", 25, []string{"America/Chicago", "Africa/Cairo"}, 25},
		{"own cities first", "san", 4, []string{"America/Santiago"}, 4},
		{"everyday name", "cent", 25, []string{"America/Chicago"}, 25},
		{"abbreviation", "EST", 5, []string{"America/New_York", "America/Toronto"}, 5},
		{"offset", "+5:30", 25, []string{"Asia/Kolkata", "Asia/Colombo"}, 2},
		{"sign", "+", 5, []string{"America/New_York"}, 5},
		{"nothing like it", "xqzwkj", 25, nil, 0},
		{"a megabyte", strings.Repeat("a", 1<<20), 25, nil, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := SuggestZones(test.typed, zoneNow, test.n)
			checkChoices(t, all)
			var got []string
			for _, c := range all {
				got = append(got, c.Zone)
			}
			if len(got) > test.most || len(got) < len(test.first) || !slices.Equal(got[:len(test.first)], test.first) {
				t.Errorf("got %v, want first %v and at most %d", got, test.first, test.most)
			}
		})
	}
}

// TestZoneTables holds the two embedded tables together and against the time
// zones that Go can load.
func TestZoneTables(t *testing.T) {
	table := zones()
	if got := len(table.names); got != 597 {
		t.Errorf("%d names, want 597", got)
	}
	for name, z := range table.names {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		present, err := z.load()
		if err != nil {
			t.Errorf("%s: %v", z.name, err)
			continue
		}
		for month := range 12 {
			at := time.Date(2027, time.Month(month+1), 15, 12, 0, 0, 0, time.UTC)
			if offset(at.In(loc)) != offset(at.In(present)) {
				t.Errorf("%s and %s differ at %s", name, z.name, at)
			}
		}
	}
	zoned := 0
	for line := range strings.Lines(placesText) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if kind == "#" || kind == "" {
			continue
		}
		_, names, ok := strings.Cut(rest, "= ")
		if kind == "common" || kind == "second" {
			_, names, ok = strings.Cut(strings.TrimSpace(line), "= ")
		}
		if !ok || !slices.Contains([]string{"common", "second", "word", "short", "place"}, kind) {
			t.Errorf("places.txt: %q", line)
		}
		for name := range strings.SplitSeq(names, ", ") {
			if z := table.names[name]; z == nil || z.name != name {
				t.Errorf("places.txt: %q is not the present name of a zone", name)
			}
			zoned++
		}
	}
	if zoned < 400 {
		t.Errorf("places.txt names only %d zones", zoned)
	}
	if utf8.RuneCountInString(accented)*2 != len(accented) || len(plain)*2 != len(accented) {
		t.Errorf("%d accented letters, %d plain ones", utf8.RuneCountInString(accented), len(plain))
	}
}

func FuzzFindZone(f *testing.F) {
	for _, seed := range []string{"Chicago", "chicgo", "UTC+5", "GMT-03:30", "EST", "Paris, Texas", "Etc/GMT+5", "Local", "../x", "−5", "é", "\xff", "İ", "+٣"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkMatch(t, FindZone(text, zoneNow))
		checkChoices(t, SuggestZones(text, zoneNow, 10))
	})
}
