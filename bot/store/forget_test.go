package store_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// forgetting is the due thing that forgets a group, if it waits.
func forgetting(t *testing.T, s *store.Store, g string) (at time.Time, ok bool) {
	t.Helper()
	ms, err := s.Count(t.Context(), `SELECT COALESCE(MAX(at), 0) FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting'`, group.KindForget, g)
	must(t, err)
	return time.UnixMilli(ms).UTC(), ms > 0
}

// TestForgetGroup forgets one of two groups in which somebody did all there is
// to do, and then the other: nothing of a group stays, and nothing of people
// before their last group goes.
func TestForgetGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := leaveTraces(t, s)
		join(t, s, "g", "only-in-g")
		answered(t, s, asked(t, s, "g", "g-last", at), at, nil)
		fillTables(t, s)
		must(t, s.Do(t.Context(), `INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, state, wanted, shown) VALUES
			('mh', 'match', 'm/h/asked', 'h', 'fake', 'fake:h', 1, 1, 'sent', 2, 1), ('mw', 'match', 'm/h/play', 'h', 'fake', 'fake:h', 1, 1, 'waiting', 1, 0)`))
		others := groupSums(t, s, "h")
		forget := func(g string) {
			t.Helper()
			must(t, s.ChannelGone(t.Context(), "", joining(g, "x").Channel, at))
			due, ok := forgetting(t, s, g)
			if !ok || !due.Equal(at.Add(90*24*time.Hour).Truncate(time.Millisecond)) {
				t.Fatalf("%s is forgotten at %v (%v), want 90 days after %v", g, due, ok, at)
			}
			must(t, s.ForgetGroup(t.Context(), group.ForgetDue(g, due), due))
			if err := s.ForgetGroup(t.Context(), group.ForgetDue(g, due), due); !errors.Is(err, schedule.ErrTaken) {
				t.Errorf("%s is forgotten twice: %v", g, err)
			}
		}
		const ofG = `^g$|^g[-/]|/g$|track-g|schedule-g|welcome-g|week-g|fake:g$|only-in-g|^live$|^live/|^m$|^season$`
		everyTableKnows(t, s, ofG)
		forget("g")
		if left, err := s.Holding(t.Context(), ofG); err != nil || slices.ContainsFunc(left, func(c string) bool { return c != "deliveries.ref" && c != "due.kind" }) {
			t.Errorf("after forgetting g these know it: %v (%v)", left, err)
		}
		if now := groupSums(t, s, "h"); now != others {
			t.Errorf("the other group's totals were %v, are %v", others, now)
		}
		checkTotals(t, s, "h")
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM deliveries WHERE id IN ('mh', 'mw') AND (state = 'waiting' OR state = 'sent' AND shown < wanted)`); err != nil || n > 0 {
			t.Errorf("posts of a match that is no more still want something (%v)", err)
		}
		if m, err := s.Memberships(t.Context(), "fake:"+marked); err != nil || len(m) != 1 {
			t.Errorf("who is in the other group, too, has %v there (%v)", m, err)
		}
		forget("h")
		for _, what := range []string{marked, `^member-`, `^fake:`} {
			if left, err := s.Holding(t.Context(), what); err != nil || len(left) > 0 {
				t.Errorf("after forgetting both groups these hold %q: %v (%v)", what, left, err)
			}
		}
		if n, err := s.Count(t.Context(), `SELECT (SELECT COUNT(*) FROM groups) + (SELECT COUNT(*) FROM members) + (SELECT COUNT(*) FROM due WHERE kind <> 'note')`); err != nil || n > 0 {
			t.Errorf("%d groups, members and due things are left (%v)", n, err)
		}
	})
}

// everyTableKnows fails the test for a table of groups in which nothing is of the
// group that is to be forgotten: about it the test would prove nothing.
func everyTableKnows(t *testing.T, s *store.Store, of string) {
	t.Helper()
	holding, err := s.Holding(t.Context(), of)
	must(t, err)
	columns, err := s.Columns(t.Context())
	must(t, err)
	for _, c := range columns {
		knows := func(name string) bool { return strings.HasPrefix(name, c.Table+".") }
		if ofGroups.MatchString(c.Name) && !slices.ContainsFunc(holding, knows) {
			t.Errorf("this test has nothing of the group in %s", c.Table)
		}
	}
}

// TestForgetIsTakenBack has a channel come back in every way there is.
func TestForgetIsTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		back := map[string]func() error{
			"the channel": func() error { return s.ChannelBack(t.Context(), "fake:g", sunday()) },
			"another": func() error {
				_, err := s.Rebind(t.Context(), group.Binding{Group: "g", From: "fake:g", To: "fake:g2"}, sunday())
				return errors.Join(err, s.ChannelGone(t.Context(), "", "fake:other", sunday()))
			},
		}
		for _, name := range []string{"the channel", "another"} {
			must(t, s.ChannelGone(t.Context(), "fake:space", "", sunday()))
			due, ok := forgetting(t, s, "g")
			if !ok {
				t.Fatalf("%s: nothing is planned", name)
			}
			must(t, back[name]())
			if at, ok := forgetting(t, s, "g"); ok {
				t.Errorf("%s: still to be forgotten at %v", name, at)
			}
			if err := s.ForgetGroup(t.Context(), group.ForgetDue("g", due), due); !errors.Is(err, schedule.ErrTaken) {
				t.Errorf("%s: forgotten all the same: %v", name, err)
			}
			if _, ok, err := s.Details(t.Context(), "g"); err != nil || !ok {
				t.Errorf("%s: the group is gone (%v)", name, err)
			}
		}
		// A group that lost its channel to an older program gets its time from now on.
		must(t, s.Do(t.Context(), `UPDATE channels SET gone = TRUE`))
		must(t, s.PrepareForgetting(t.Context(), sunday()))
		if at, ok := forgetting(t, s, "g"); !ok || !at.Equal(sunday().Add(90*24*time.Hour)) {
			t.Errorf("planned for %v (%v)", at, ok)
		}
	})
}

// ofGroups matches the names of columns by which a row belongs to a group.
var ofGroups = regexp.MustCompile(`group|^track|^round_id$|^session_id$|^live_id$|^season_id$|^match_id$`)

// TestForgettingKnowsEveryTable finds tables of groups that forgetting leaves out.
func TestForgettingKnowsEveryTable(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	columns, err := s.Columns(t.Context())
	must(t, err)
	statements, found := store.Forgetting(), 0
	for _, c := range columns {
		if !ofGroups.MatchString(c.Name) && !slices.Contains([]string{"groups", "tracks", "rounds", "sessions", "live_rounds", "seasons", "matches"}, c.Refers) {
			continue
		}
		found++
		if !strings.Contains(statements, "DELETE FROM "+c.Table+" ") && !strings.Contains(statements, "UPDATE "+c.Table+" ") {
			t.Errorf("%s.%s belongs to a group, and forgetting one leaves it", c.Table, c.Name)
		}
	}
	if found < 40 {
		t.Errorf("only %d columns of groups are found", found)
	}
}
