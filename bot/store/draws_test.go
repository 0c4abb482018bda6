package store_test

import (
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// drawn is a draw of a computed item.
func drawn(id, family, stem string) quizzes.Item {
	item := lettered(id)
	item.Computed, item.Stem, item.Draw = true, stem, &quizzes.Draw{Family: family, Values: map[string]string{"v": stem}}
	return item
}

// Reports of different draws of one family are added up, one for each member. Draws
// of a family that has changed since, of another item or in another group are none
// of it. What retires one retires all, and pays whoever reported several once.
func TestReportsOfDraws(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		for _, g := range []string{"g", "h"} {
			begin(t, s, g)
		}
		for _, p := range []string{"dana", "lee", "priya"} {
			join(t, s, "g", p)
		}
		join(t, s, "h", "ana")
		one, two := askedItem(t, s, "g", "r1", drawn("cbet-ohm", "f", "1"), at), askedItem(t, s, "g", "r2", drawn("cbet-ohm", "f", "2"), at)
		before := askedItem(t, s, "g", "r3", drawn("cbet-ohm", "before", "1"), at)
		other := askedItem(t, s, "g", "r4", drawn("cbet-watt", "w", "1"), at)
		theirs := askedItem(t, s, "h", "r5", drawn("cbet-ohm", "f", "3"), at)
		states := func(when string, want map[string]practice.CheckState) {
			t.Helper()
			for round, state := range want {
				got, err := s.Strings(t.Context(), `SELECT k.state FROM checks k JOIN rounds r ON r.item_version = k.item_version AND r.group_id = k.group_id WHERE r.id = $1`, round)
				if must(t, err); len(got) != 1 || got[0] != string(state) {
					t.Errorf("%s, %s is %v, want %s", when, round, got, state)
				}
			}
		}
		k := reports(t, s, one, "member-dana", practice.FaultKey, at).Check
		reports(t, s, two, "member-dana", practice.FaultKey, at)
		for _, r := range []practice.Round{before, other} {
			reports(t, s, r, "member-lee", practice.FaultKey, at)
		}
		reports(t, s, theirs, "member-ana", practice.FaultKey, at)
		waits := practice.CheckWaits
		states("one member of each", map[string]practice.CheckState{"r1": waits, "r2": waits, "r3": waits, "r4": waits, "r5": waits})
		if done := reports(t, s, two, "member-lee", practice.FaultVague, at); done.Check.State != practice.CheckPaused {
			t.Errorf("the second member leaves it %s", done.Check.State)
		}
		paused := practice.CheckPaused
		states("two members", map[string]practice.CheckState{"r1": paused, "r2": paused, "r3": waits, "r4": waits, "r5": waits})
		must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'organiser' WHERE group_id = 'g' AND member_id = 'member-priya'`))
		d := practice.Deciding{Draft: practice.Draft{Check: k.ID, Member: "member-priya", Decision: practice.Retired}, At: at.Add(time.Minute)}
		for try := range 2 {
			done, err := s.Decide(t.Context(), d)
			if err != nil || done.Already != (try == 1) || try == 0 && done.Reporters != 2 {
				t.Errorf("decided the %d. time: %+v, %v", try+1, done, err)
			}
		}
		states("after one was retired", map[string]practice.CheckState{"r1": practice.CheckDone, "r2": practice.CheckDone, "r3": waits, "r4": waits, "r5": waits})
		for query, want := range map[string]int64{
			`SELECT COUNT(*) FROM reports p JOIN checks k ON k.id = p.check_id WHERE k.state = 'decided' AND p.state = 'right' AND p.answered_at > 0`: 3,
			`SELECT COUNT(*) FROM reports WHERE points > 0`:                        2,
			`SELECT COUNT(DISTINCT member_id) FROM earnings WHERE kind = 'report'`: 2,
			`SELECT COUNT(*) FROM earnings WHERE kind = 'report'`:                  2,
		} {
			if got := count(t, s, query); got != want {
				t.Errorf("%s: %d, want %d", query, got, want)
			}
		}
		// Who says the same of what was kept waits for a second one again.
		keep := practice.Deciding{Draft: practice.Draft{Check: reports(t, s, other, "member-dana", practice.FaultKey, at).Check.ID, Member: "member-priya",
			Decision: practice.KeptAsIs}, At: at.Add(time.Hour)}
		if done, err := s.Decide(t.Context(), keep); err != nil || done.Reporters != 2 {
			t.Errorf("kept: %+v, %v", done, err)
		}
		again := askedItem(t, s, "g", "r6", drawn("cbet-watt", "w", "2"), at)
		if done := reports(t, s, again, "member-dana", practice.FaultKey, at.Add(2*time.Hour)); done.Check.State != waits {
			t.Errorf("one report of other numbers of what was kept leaves it %s", done.Check.State)
		}
	})
}

// What looks for other draws is found by index.
func TestDrawPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		join(t, s, "g", "dana")
		one, two := askedItem(t, s, "g", "r1", drawn("cbet-ohm", "f", "1"), at), askedItem(t, s, "g", "r2", drawn("cbet-ohm", "f", "2"), at)
		storetest.QueryPlans(t, s, nil, func() {
			k := reports(t, s, one, "member-dana", practice.FaultKey, at).Check
			reports(t, s, two, "member-dana", practice.FaultKey, at)
			_, err := s.Decide(t.Context(), practice.Deciding{Draft: practice.Draft{Check: k.ID, Member: details(t, s, "g").Organisers[0].Member,
				Decision: practice.Retired}, At: at})
			must(t, err)
		})
	})
}
