package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPreview(t *testing.T) {
	from := time.Date(2026, time.October, 31, 12, 0, 0, 0, time.UTC)
	want := []PreviewLine{
		{"2026-11-01T01:30:00-04:00", "2026-11-01T05:30:00Z"},
		{"2026-11-02T01:30:00-05:00", "2026-11-02T06:30:00Z"},
	}
	for _, zone := range []string{"America/New_York", "new york", "Eastern", "US/Eastern"} {
		got, err := Preview("30 1 * * *", zone, from, 2)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Preview in %q: %v\n%s", zone, err, diff)
		}
	}
	got, err := Preview("0 0 1 * *", "UTC", from, 1)
	if diff := cmp.Diff([]PreviewLine{{"2026-11-01T00:00:00+00:00", "2026-11-01T00:00:00Z"}}, got); err != nil || diff != "" {
		t.Errorf("Preview in UTC: %v\n%s", err, diff)
	}
	if got, err := Preview("* * * * *", "UTC", from, 100); err != nil || len(got) != 100 {
		t.Errorf("Preview of 100 gives %d, %v", len(got), err)
	}
}

func TestPreviewRefuses(t *testing.T) {
	from := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, expr, zone string
		from             time.Time
		count            int
		want             string
	}{
		{"no count", "0 7 * * *", "UTC", from, 0, "between 1 and 100"},
		{"too many", "0 7 * * *", "UTC", from, 101, "between 1 and 100"},
		{"bad expression", "TZ=UTC", "UTC", from, 5, "no time zone"},
		{"unknown zone", "0 7 * * *", "xqzwkj", from, 5, "such as America/Chicago"},
		{"local zone", "0 7 * * *", "Local", from, 5, "not known"},
		{"no zone", "0 7 * * *", "", from, 5, "not known"},
		{"abbreviation", "0 7 * * *", "IST", from, 5, "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem"},
		{"near spelling", "0 7 * * *", "chicgo", from, 5, "America/Chicago"},
		{"the end of time", "0 7 * * *", "UTC", time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC), 5, "does not come round"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Preview(test.expr, test.zone, test.from, test.count); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
