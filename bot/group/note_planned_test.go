package group_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// plan is a planned kind of note of these tests: a step on each of some days.
type plan struct {
	days  []string // local dates
	first map[string]bool
	at    map[string]int // of some days: the minute, whatever the person chose
	until time.Duration  // for how long the last one is of use; zero: for good
	hush  time.Time
	looks int
}

// add makes it known to a world as "steps".
func (p *plan) add(w *world) {
	w.s.Remind(group.NoteKind{Name: "steps", Label: "steps", When: "a step is reached", Title: "A step", Planned: true, Note: p.note})
	w.s.Hush(func(context.Context, group.Wishes, time.Time) (time.Time, error) { return p.hush, nil })
}

// note tells of the last day reached until the next one is.
func (p *plan) note(_ context.Context, r group.Reminded) (group.Note, error) {
	p.looks++
	var n group.Note
	for place, day := range p.days {
		at := r.At(day)
		if minute, ok := p.at[day]; ok {
			at = r.AtMinute(day, minute)
		}
		if at.After(r.Now) {
			n.LookAgain(at)
			break
		}
		if at.Before(r.Since()) {
			continue
		}
		n.Lines, n.Steps, n.First = []bot.Text{bot.Text(day)}, []string{day}, p.first[day]
		if last := place == len(p.days)-1; last && p.until > 0 && r.Now.After(at.Add(p.until)) {
			n.Lines, n.Steps, n.First = nil, nil, false
		}
	}
	return n, nil
}

// told are the days, and their hours in Chicago, of a person's notes.
func told(w *world, person string) (all []string) {
	chicago := group.Group{Zone: "America/Chicago"}.Location()
	for _, r := range directs(w, person) {
		all = append(all, r.Posted.In(chicago).Format("2006-01-02 15"))
	}
	return all
}

// begun is a world in which maria wants the notes of a plan around 4 AM.
func begun(t *testing.T, w *world, p *plan) {
	t.Helper()
	p.add(w)
	w.begin("a")
	remind(t, w, "maria", "steps")
}

// pass lets days go by, an hour at a time.
func pass(w *world, days int) {
	for range days * 24 {
		w.later(time.Hour)
	}
}

// A planned note comes on its day around the person's time and once; nobody looks
// in between.
func TestPlannedNotes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := &plan{days: []string{"2026-11-20", "2026-11-22", "2026-11-27", "2026-12-15"}}
		begun(t, w, p)
		pass(w, 30)
		if got, want := told(w, "maria"), []string{"2026-11-27 04", "2026-12-15 04"}; !slices.Equal(got, want) {
			t.Errorf("notes at %v, want %v", got, want)
		}
		// One when they are switched on; at a step one, and one that renders it.
		if p.looks > 5 {
			t.Errorf("looked %d times in a month with two steps", p.looks)
		}
		wants(t, "opened late", w.press("maria", "Open"), "2026-12-15", "Stop these")
	})
}

// What is over the allowance is tried again, a day later, and what comes first
// does not wait but counts.
func TestPlannedNotesAllowance(t *testing.T) {
	for _, row := range []struct {
		name  string
		days  []string
		first string
		want  []string
	}{
		{"waits for the allowance", []string{"2026-11-24", "2026-11-25", "2026-11-26"}, "",
			[]string{"2026-11-24 04", "2026-11-25 04", "2026-12-01 04"}},
		{"comes first", []string{"2026-11-24", "2026-11-25", "2026-11-26"}, "2026-11-26",
			[]string{"2026-11-24 04", "2026-11-25 04", "2026-11-26 04"}},
		{"counts", []string{"2026-11-24", "2026-11-25", "2026-11-26"}, "2026-11-24",
			[]string{"2026-11-24 04", "2026-11-25 04", "2026-12-01 04"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				begun(t, w, &plan{days: row.days, first: map[string]bool{row.first: true}})
				pass(w, 14)
				if got := told(w, "maria"); !slices.Equal(got, row.want) {
					t.Errorf("notes at %v, want %v", got, row.want)
				}
			})
		})
	}
}

// What waits for the allowance, or for a silence to end, doesn't hold up what
// comes first between two looks.
func TestPlannedNotesFirstInBetween(t *testing.T) {
	evening := "2026-11-27"
	for _, row := range []struct {
		name string
		days []string
		hush time.Time
		want []string
	}{
		{"beside the allowance", []string{"2026-11-24", "2026-11-25", "2026-11-26", evening}, time.Time{},
			[]string{"2026-11-24 04", "2026-11-25 04", "2026-11-27 18"}},
		{"in a silence", []string{"2026-11-26", evening}, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC),
			[]string{"2026-11-27 18"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				begun(t, w, &plan{days: row.days, first: map[string]bool{evening: true}, at: map[string]int{evening: 18 * 60}, hush: row.hush, until: 6 * time.Hour})
				pass(w, 14)
				if got := told(w, "maria"); !slices.Equal(got, row.want) {
					t.Errorf("notes at %v, want %v", got, row.want)
				}
			})
		})
	}
}

// Silence puts notes off, and those that come first it doesn't.
func TestHush(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		begun(t, w, &plan{days: []string{"2026-11-24", "2026-12-03"}, first: map[string]bool{"2026-12-03": true},
			hush: time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC)})
		pass(w, 20)
		if got, want := told(w, "maria"), []string{"2026-11-27 04", "2026-12-03 04"}; !slices.Equal(got, want) {
			t.Errorf("notes at %v, want %v", got, want)
		}
	})
}

// After an outage of three days a note comes late, at the person's own time, if
// it is still of use; of two steps only the last one is.
func TestPlannedNotesLate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		begun(t, w, &plan{days: []string{"2026-11-24", "2026-11-25"}})
		w.later(24 * time.Hour)
		w.later(3*24*time.Hour + 7*time.Hour)
		if got := told(w, "maria"); len(got) > 0 {
			t.Errorf("notes at %v, in the middle of the day", got)
		}
		pass(w, 3)
		if got, want := told(w, "maria"), []string{"2026-11-27 04"}; !slices.Equal(got, want) {
			t.Errorf("notes at %v, want %v", got, want)
		}
	})
}

// Whoever is away gets nothing, and what is still of use when they are back.
func TestPlannedNotesAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		begun(t, w, &plan{days: []string{"2026-11-24", "2026-11-26"}})
		w.say("maria", "@maria", "/study settings")
		w.press("maria", "Away")
		w.submit("maria", map[string]string{"away until": "2026-11-29"})
		pass(w, 14)
		got := told(w, "maria")
		if len(got) != 1 || got[0] < "2026-11-29" {
			t.Errorf("notes at %v, want one when she is back", got)
		}
	})
}

// The instants of a person's days follow their clock, also when clocks change.
func TestRemindedAt(t *testing.T) {
	for _, row := range []struct {
		name, zone, date string
		minute           int
		want             string
	}{
		{"winter", "America/Chicago", "2026-11-24", 420, "2026-11-24T13:00:00Z"},
		{"summer", "America/Chicago", "2027-06-24", 420, "2027-06-24T12:00:00Z"},
		{"when clocks go forward", "Europe/Berlin", "2027-03-28", 150, "2027-03-28T01:00:00Z"},
		{"far east", "Pacific/Kiritimati", "2027-01-01", 0, "2026-12-31T10:00:00Z"},
		{"no date", "Europe/Berlin", "28 March", 150, "0001-01-01T00:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := group.Reminded{Reminder: group.Reminder{Zone: row.zone, Minute: row.minute}}
			if got := p.At(row.date).UTC().Format(time.RFC3339); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}
