package renewal

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// However much was typed about each entry, a page of them fits into a message, and
// so does each entry's own.
func TestLongEntriesFit(t *testing.T) {
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Catalogue: c, Audit: func(id string) string { return "papers/audit/" + id }})
	for _, cc := range c.Certifications {
		h := s.held(Credential{ID: "abcdefghijklmnop", Certification: cc.ID, State: Full, Cycle: Cycle{ID: "qrstuvwxyzabcdef", From: "2027-01-01", Until: "2029-12-31"}})
		i := bot.Interaction{Values: bot.Values{fieldWhat: {strings.Repeat("W*", bot.LimitLine/2)}, fieldWhere: {strings.Repeat("_é", bot.LimitLine/2)},
			fieldAmount: {"12.75"}, fieldDay: {"2027-05-08"}}}
		if limits := cc.Facts.Renewal.Rule().Categories; len(limits) > 0 {
			i.Values[fieldCategory] = []string{limits[0].ID}
		}
		x, fault := h.filledIn(i, group.Acting{Member: "m", Now: day()})
		if fault != nil {
			t.Fatal(fault)
		}
		x.ID = "0123456789abcdef"
		var all []Credit
		for n := range MaxCredits {
			x.ID = fmt.Sprintf("%016d", n)
			all = append(all, x)
		}
		for _, card := range []*bot.Card{s.creditsCard(h, h.Cycle, all, 8*perPage), h.creditCard(x, "Saved.")} {
			if err := message(card).Validate(); err != nil {
				t.Errorf("%s: %v", cc.Short, err)
			}
		}
	}
}

// cycles is a store that knows which periods there are, and nothing else.
type cycles struct {
	Store
	of map[string][]Cycle
}

func (c cycles) Cycles(_ context.Context, _, credential string) ([]Cycle, error) {
	return c.of[credential], nil
}

// What has lapsed, or had run out before, isn't renewed by a higher certification.
func TestRenewedByWhatRuns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state State
		until string
		want  int
	}{
		{"it runs", Full, "2030-05-09", 1},
		{"it runs, until nobody knows when", Full, "", 1},
		{"it ran out before", Full, "2028-05-09", 0},
		{"it has lapsed", Lapsed, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			low, high := holder(t, "network_plus"), holder(t, "security_plus")
			low.ID, low.State, low.Cycle.Until = "low", tt.state, tt.until
			high.ID, high.EarnedOn = "high", "2028-06-09"
			s := New(Config{Store: cycles{of: map[string][]Cycle{"low": {low.Cycle}, "high": {high.Cycle}}}})
			offers, _, err := s.renewedBy(t.Context(), []held{low, high})
			if err != nil || len(offers) != tt.want {
				t.Errorf("%q, %v; want %d", offers, err, tt.want)
			}
		})
	}
}
