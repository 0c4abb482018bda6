package schedule

import (
	"fmt"
	"strings"
	"time"
)

// maxPreview is the most lines [Preview] gives.
const maxPreview = 100

// A PreviewLine is one occurrence, twice: both times are in the form of RFC
// 3339, to the second.
type PreviewLine struct {
	Local string `json:"local"` // with the zone's offset: "2026-11-23T07:00:00-06:00"
	UTC   string `json:"utc"`   // with Z: "2026-11-23T13:00:00Z"
}

// Preview returns the next count occurrences, 1 to 100, of an expression after
// from. The zone is an IANA name or whatever else [FindZone] settles without
// asking.
func Preview(exprText, zone string, from time.Time, count int) ([]PreviewLine, error) {
	if count < 1 || count > maxPreview {
		return nil, fmt.Errorf("count %d is not between 1 and %d", count, maxPreview)
	}
	expr, err := ParseExpr(exprText, 0)
	if err != nil {
		return nil, err
	}
	loc, err := previewZone(zone, from)
	if err != nil {
		return nil, err
	}
	var lines []PreviewLine
	for _, o := range expr.Upcoming(from, loc, count) {
		lines = append(lines, PreviewLine{
			Local: o.At.In(loc).Format("2006-01-02T15:04:05-07:00"),
			UTC:   o.At.UTC().Format(time.RFC3339),
		})
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%q does not come round after %s", expr, from.UTC().Format(time.RFC3339))
	}
	return lines, nil
}

// previewZone finds the zone, and says which zones a text may mean that does
// not settle it.
func previewZone(text string, now time.Time) (*time.Location, error) {
	if loc, err := LoadZone(text); err == nil {
		return loc, nil
	}
	m := FindZone(text, now)
	if m.Zone != "" {
		return LoadZone(m.Zone)
	}
	var names []string
	for _, c := range m.Choices {
		names = append(names, c.Zone)
	}
	if len(names) == 0 {
		names = []string{"America/Chicago"}
	}
	return nil, fmt.Errorf("time zone %q is not known; give an IANA name such as %s", shorten(text), strings.Join(names, ", "))
}
