package adapterkit

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"studyhall/bot"
)

// dated answers with a date, or not at all.
type dated time.Time

func (d dated) RoundTrip(*http.Request) (*http.Response, error) {
	if time.Time(d).IsZero() {
		return nil, errors.New("nobody answers")
	}
	h := http.Header{}
	h.Set("Date", time.Time(d).UTC().Format(http.TimeFormat))
	return &http.Response{Header: h}, nil
}

func TestClock(t *testing.T) {
	now := time.Date(2026, 11, 23, 13, 0, 0, 500e6, time.UTC)
	for _, test := range []struct {
		name   string
		theirs time.Time
		state  bot.FindingState
		how    string
	}{
		{"the same", now, bot.FindingOK, "This machine's clock agrees with Chat's."},
		{"a little ahead", now.Add(-20 * time.Second), bot.FindingNote, "This machine's clock is 20 s ahead of Chat's."},
		{"far behind", now.Add(90 * time.Minute), bot.FindingBroken, "This machine's clock is 1 h 30 min behind Chat's. Questions come at the wrong time, and signatures look forged."},
		{"unknown", time.Time{}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Clock{Now: func() time.Time { return now }, Next: dated(test.theirs)}
			if _, err := c.RoundTrip(nil); (err != nil) != test.theirs.IsZero() {
				t.Fatal(err)
			}
			c.Next = dated(now.Add(time.Hour)) // only the first counts
			if !test.theirs.IsZero() {
				if _, err := c.RoundTrip(nil); err != nil {
					t.Fatal(err)
				}
			}
			f, ok := c.Finding("Chat")
			if ok != (test.state != "") {
				t.Fatalf("known: %v", ok)
			}
			if ok && (f.State != test.state || f.How != test.how || (f.Fix == "") != (f.State == bot.FindingOK)) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestInWords(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"1 s": 0, "59 s": 59 * time.Second, "1 min": 119 * time.Second, "2 h": 2 * time.Hour, "2 h 5 min": 2*time.Hour + 5*time.Minute,
	} {
		if got := InWords(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
