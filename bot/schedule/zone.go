package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

const (
	// maxZoneLen is the longest text, in bytes, that is searched for a place.
	maxZoneLen = 100

	// maxChoices is how many zones a person is asked to choose from.
	maxChoices = 10

	// maxSuggestions is how many a list of completions holds on the platform
	// that allows fewest, Discord.
	maxSuggestions = 25

	clockForm = "3:04 PM"
)

// A ZoneMatch is what a text says about a zone. Exactly one of Zone, Choices
// and Problem is set. Nothing in it should be taken over before the person has
// confirmed the zone by its clock.
type ZoneMatch struct {
	Zone    string       // the IANA name, when the text names one zone exactly
	City    string       // what people call Zone, such as "Chicago"
	Choices []ZoneChoice // 1 to 10 that it may mean; one is a question, not an answer
	Problem string       // a sentence for the person when nothing comes near
}

// A ZoneChoice is a zone as people see it.
type ZoneChoice struct {
	Zone  string // the IANA name, such as "America/Chicago"
	City  string // "Chicago"
	Clock string // "Chicago time, now 4:38 AM"
}

// LoadZone returns the zone of an IANA name as the tz database spells it, old
// names included. Unlike [time.LoadLocation] it knows no "Local", no empty name
// and no files, and it reads each zone once. The location bears the zone's
// present name.
func LoadZone(name string) (*time.Location, error) {
	z := zones().names[name]
	if z == nil {
		return nil, fmt.Errorf("%.40q is not the name of a time zone", name)
	}
	loc, err := z.load()
	if err != nil {
		return nil, fmt.Errorf("load time zone %s: %w", z.name, err)
	}
	return loc, nil
}

// Clock returns a zone, by its IANA name, as people see it: "Chicago time, now
// 4:38 AM". For an unknown zone it returns "".
func Clock(zone string, now time.Time) string {
	z := zones().names[zone]
	if z == nil {
		return ""
	}
	return z.clock(now)
}

func (z *zone) clock(now time.Time) string {
	loc, err := z.load()
	if err != nil {
		return ""
	}
	at := now.In(loc).Format(clockForm)
	if strings.HasPrefix(z.city, "UTC") {
		return z.city + ", now " + at
	}
	return z.city + " time, now " + at
}

// FindZone finds the zone that a person means by text: an IANA name, a city, a
// state or country, an everyday name such as "Central", an abbreviation such as
// "EST", or an offset such as "UTC+5", each in any spelling near enough. An
// abbreviation or offset never settles the zone, since neither says what
// happens when clocks change; nor does a spelling that is only near.
func FindZone(text string, now time.Time) ZoneMatch {
	if len(text) > maxZoneLen {
		return ZoneMatch{Problem: "That is too long for the name of a place. " + zoneExample}
	}
	text = strings.TrimSpace(text)
	key := squash(text)
	t := zones()
	if offset, ok := parseOffset(text); ok {
		if z := t.names[text]; z != nil && strings.HasPrefix(text, "Etc/") {
			return settle(z, now)
		}
		return t.findOffset(offset, now)
	}
	if key == "" {
		return ZoneMatch{Problem: "Which time zone? " + zoneExample}
	}
	for _, name := range []string{key, trimTime(key)} {
		if m, ok := t.exact(name, now); ok {
			return m
		}
	}
	if m, ok := t.inRegion(text, now); ok {
		return m
	}
	if near := t.near(trimTime(key), maxChoices); len(near) > 0 {
		return choose(near, now)
	}
	return ZoneMatch{Problem: fmt.Sprintf("I know no place called %q. %s", shorten(text), zoneExample)}
}

const zoneExample = "Type a large city near you, for example Chicago."

// exact finds what is called key, and nothing else.
func (t *zoneTable) exact(key string, now time.Time) (ZoneMatch, bool) {
	switch found := t.words[key]; {
	case len(found) == 1:
		return settle(found[0], now), true
	case len(found) > 1:
		return choose(found, now), true
	}
	if found := t.shorts[key]; len(found) > 0 {
		return choose(found, now), true
	}
	found := t.places[key]
	if z := t.iana[key]; z != nil && len(found) < 2 {
		return settle(z, now), true
	}
	switch len(found) {
	case 0:
		return ZoneMatch{}, false
	case 1:
		return settle(found[0], now), true
	}
	return choose(found, now), true
}

// inRegion reads "Portland, Maine": when place and region have one zone in
// common, that is the one; otherwise it may be any zone of the place, or of the
// region where the place is not known.
func (t *zoneTable) inRegion(text string, now time.Time) (ZoneMatch, bool) {
	place, region, ok := strings.Cut(text, ",")
	if !ok {
		return ZoneMatch{}, false
	}
	of := func(name string) []*zone {
		key := squash(name)
		if found := t.words[key]; found != nil {
			return found
		}
		return t.places[key]
	}
	first, second := of(place), of(region)
	var both []*zone
	for _, z := range first {
		if slices.Contains(second, z) {
			both = append(both, z)
		}
	}
	if len(both) == 1 {
		return settle(both[0], now), true
	}
	all := slices.Concat(first, second)
	if len(all) == 0 {
		return ZoneMatch{}, false
	}
	return choose(all, now), true
}

// near returns the zones whose names begin with key, those that are called so
// themselves before those that only hold such a place; or, if there are none, those nearest
// to key in spelling, best first.
func (t *zoneTable) near(key string, n int) []*zone {
	type candidate struct {
		*zone
		distance int
		other    int // 1 when only a place in it is called so
	}
	var found []candidate
	slips := allowedSlips(key)
	for _, l := range t.labels {
		distance := slips + 1
		switch {
		case strings.HasPrefix(l.key, key):
			distance = 0
		case max(len(key)-len(l.key), len(l.key)-len(key)) <= slips:
			distance = levenshtein.ComputeDistance(key, l.key)
		}
		if distance <= slips {
			for _, z := range l.zones {
				c := candidate{zone: z, distance: distance}
				if !l.word && !strings.HasPrefix(squash(z.city), key) {
					c.other = 1
				}
				found = append(found, c)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(a.distance-b.distance, a.other-b.other, byRank(a.zone, b.zone))
	})
	var zones []*zone
	for _, c := range found {
		if len(zones) == n || c.distance > found[0].distance {
			break
		}
		if !slices.Contains(zones, c.zone) {
			zones = append(zones, c.zone)
		}
	}
	return zones
}

// allowedSlips returns how many letters may be wrong in a name.
func allowedSlips(key string) int {
	switch n := utf8.RuneCountInString(key); {
	case n < 4:
		return 0
	case n < 6:
		return 1
	case n < 10:
		return 2
	default:
		return 3
	}
}

// trimTime takes "time" and its like off the end of a squashed name: "Eastern
// standard time" becomes "eastern".
func trimTime(key string) string {
	for _, end := range []string{"uscanada", "usa", "timezone", "zone", "time", "standard", "daylight"} {
		if rest, ok := strings.CutSuffix(key, end); ok && rest != "" {
			key = rest
		}
	}
	return key
}

// findOffset returns the places that are at an offset from UTC now.
func (t *zoneTable) findOffset(offset time.Duration, now time.Time) ZoneMatch {
	if offset == 0 {
		// First, because it is what was typed.
		return choose(append([]*zone{t.names["UTC"]}, t.at(offset, now)...), now)
	}
	found := t.at(offset, now)
	if len(found) == 0 {
		return ZoneMatch{Problem: fmt.Sprintf("No place is at %s now. %s", offsetName(offset), zoneExample)}
	}
	return choose(found, now)
}

// at returns the zones that are at an offset now. The ones that stay there all
// year without being a place come last.
func (t *zoneTable) at(offset time.Duration, now time.Time) []*zone {
	var found, fixed []*zone
	for _, z := range t.zones {
		loc, err := z.load()
		if err != nil {
			continue
		}
		if _, seconds := now.In(loc).Zone(); time.Duration(seconds)*time.Second != offset {
			continue
		}
		if strings.HasPrefix(z.city, "UTC") {
			fixed = append(fixed, z)
		} else {
			found = append(found, z)
		}
	}
	return append(found[:min(len(found), maxChoices-len(fixed))], fixed...)
}

func offsetName(offset time.Duration) string {
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	minutes := int(offset / time.Minute)
	if minutes%60 == 0 {
		return fmt.Sprintf("UTC%s%d", sign, minutes/60)
	}
	return fmt.Sprintf("UTC%s%d:%02d", sign, minutes/60, minutes%60)
}

// parseOffset reads "UTC+5", "UTC 5", "GMT-03:30", "+0530" and "Etc/GMT-5", the last as
// the tz database means it: the other way round.
func parseOffset(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.NewReplacer(" ", "", "−", "-", "–", "-").Replace(text))
	text, etc := strings.CutPrefix(text, "etc/")
	for _, prefix := range []string{"utc", "gmt"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			text = rest
			if text != "" && text[0] >= '0' && text[0] <= '9' {
				text = "+" + text
			}
			break
		}
	}
	if text == "" || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	hours, minutes, colon := strings.Cut(text[1:], ":")
	if !colon && len(hours) > 2 {
		hours, minutes = hours[:len(hours)-2], hours[len(hours)-2:]
	}
	h, err := strconv.ParseUint(hours, 10, 8)
	if err != nil || len(hours) > 2 {
		return 0, false
	}
	m := uint64(0)
	if minutes != "" || colon {
		if m, err = strconv.ParseUint(minutes, 10, 8); err != nil || len(minutes) != 2 || m > 59 {
			return 0, false
		}
	}
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if (text[0] == '-') != etc {
		offset = -offset
	}
	return offset, true
}

// SuggestZones returns at most n zones, and at most 25, that complete what has
// been typed so far; common ones when that is nothing.
func SuggestZones(typed string, now time.Time, n int) []ZoneChoice {
	n = min(n, maxSuggestions)
	if n <= 0 || len(typed) > maxZoneLen {
		return nil
	}
	t := zones()
	key := squash(typed)
	_, offset := parseOffset(typed)
	if key == "" && !offset {
		return choices(t.common, now, n)
	}
	var found []*zone
	if m := FindZone(typed, now); m.Zone != "" {
		found = append(found, t.names[m.Zone])
	} else {
		for _, c := range m.Choices {
			found = append(found, t.names[c.Zone])
		}
	}
	if !offset {
		found = append(found, t.near(key, n)...)
		found = append(found, t.containing(key)...)
	}
	return choices(found, now, n)
}

// containing returns the zones whose full names, or the names of whose places,
// contain key. Of one or two letters that says nothing.
func (t *zoneTable) containing(key string) []*zone {
	var found []*zone
	if utf8.RuneCountInString(key) < 3 {
		return nil
	}
	for _, z := range t.zones {
		if strings.Contains(squash(z.name), key) {
			found = append(found, z)
		}
	}
	for _, l := range t.labels {
		if strings.Contains(l.key, key) {
			found = append(found, l.zones...)
		}
	}
	return found
}

func settle(z *zone, now time.Time) ZoneMatch {
	if z.clock(now) == "" {
		return ZoneMatch{Problem: fmt.Sprintf("I cannot read the clock of %s here. %s", z.city, zoneExample)}
	}
	return ZoneMatch{Zone: z.name, City: z.city}
}

func choose(found []*zone, now time.Time) ZoneMatch {
	all := choices(found, now, maxChoices)
	if len(all) == 0 {
		return ZoneMatch{Problem: "I cannot read the clocks of such places here. " + zoneExample}
	}
	return ZoneMatch{Choices: all}
}

// choices returns the first n of the zones found, each once.
func choices(found []*zone, now time.Time, n int) []ZoneChoice {
	var all []ZoneChoice
	seen := map[*zone]bool{}
	for _, z := range found {
		if len(all) == n {
			break
		}
		clock := z.clock(now)
		if seen[z] || clock == "" {
			continue
		}
		seen[z] = true
		all = append(all, ZoneChoice{Zone: z.name, City: z.city, Clock: clock})
	}
	return all
}

// shorten makes what a person typed fit to be quoted back.
func shorten(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
