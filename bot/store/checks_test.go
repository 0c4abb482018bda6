package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// reports has a member report a round's question.
func reports(t *testing.T, s *store.Store, r practice.Round, member string, fault practice.Fault, at time.Time) practice.Reported {
	t.Helper()
	n := 0
	done, err := s.MakeReport(t.Context(), practice.NewReport{
		Report: practice.Report{ID: fmt.Sprint("report-", member, "-", r.ID, "-", at.UnixMilli()), Round: r.ID, Fault: fault, Note: "note of " + member},
		Group:  r.Group, Track: r.Track, Member: member, Version: r.ItemVersion,
		NewID: func() string { n++; return fmt.Sprint("check-", member, "-", r.ID, "-", at.UnixMilli(), "-", n) },
	}, at)
	must(t, err)
	return done
}

// leftOut are the versions that a group is not asked.
func leftOut(t *testing.T, s *store.Store, id string) (versions []string) {
	t.Helper()
	all, err := s.VoidItems(t.Context(), id)
	must(t, err)
	for _, v := range all {
		versions = append(versions, v.Version)
	}
	return versions
}

// One member, however often, takes no question out of the draw, nor does one with
// two accounts; a second one does, and an organiser alone. Other groups go on.
func TestReportsPause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		for _, g := range []string{"g", "h"} {
			begin(t, s, g)
		}
		item, other := lettered("cbet-one"), lettered("cbet-two")
		r, theirs := askedItem(t, s, "g", "r1", item, at), askedItem(t, s, "h", "r2", item, at)
		r3 := askedItem(t, s, "g", "r3", other, at)
		for _, p := range []string{"dana", "lee"} {
			join(t, s, "g", p)
		}
		join(t, s, "h", "ana")
		owed := func() int {
			t.Helper()
			all, err := s.Owed(t.Context(), "g", "member-lee", at)
			must(t, err)
			return len(all)
		}
		asked := owed()
		for n, fault := range []practice.Fault{practice.FaultVague, practice.FaultKey} {
			done := reports(t, s, r, "member-dana", fault, at)
			if done.Changed != (n == 1) || done.Over || done.Check.State != practice.CheckWaits {
				t.Errorf("report %d of one member: %+v", n, done)
			}
		}
		if mine, ok, err := s.ReportOf(t.Context(), "g", "member-dana", r.ItemVersion); err != nil || !ok || mine.Fault != practice.FaultKey || mine.Answer.State != practice.ReportOpen {
			t.Errorf("the report is %+v (%v, %v), want the second one", mine, ok, err)
		}
		reports(t, s, theirs, "member-ana", practice.FaultKey, at)
		if out := leftOut(t, s, "g"); len(out) > 0 {
			t.Errorf("one member of each of two groups took out %v", out)
		}
		if done := reports(t, s, r, "member-lee", practice.FaultAlso, at); done.Check.State != practice.CheckPaused {
			t.Errorf("after two members it is %s", done.Check.State)
		}
		if out := leftOut(t, s, "g"); !slices.Equal(out, []string{r.ItemVersion}) {
			t.Errorf("left out: %v, want %s", out, r.ItemVersion)
		}
		if out := leftOut(t, s, "h"); len(out) > 0 {
			t.Errorf("another group is not asked %v", out)
		}
		if n := owed(); n != asked-1 {
			t.Errorf("%d questions to catch up on, want %d: what is being checked is skipped", n, asked-1)
		}
		for group, want := range map[string]bool{"g": true, "h": false} {
			if checked, err := s.BeingChecked(t.Context(), group, r.ItemVersion); err != nil || checked != want {
				t.Errorf("in %s it is being checked: %v (%v), want %v", group, checked, err, want)
			}
		}
		organiser := details(t, s, "g").Organisers[0].Member
		if done := reports(t, s, r3, organiser, practice.FaultBroken, at); done.Check.State != practice.CheckPaused {
			t.Errorf("after an organiser it is %s", done.Check.State)
		}
	})
}

// Of many reports at once each is there, one check holds them all, and it is paused.
func TestReportsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", at)
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		var all sync.WaitGroup
		for n := range writers {
			all.Go(func() { reports(t, s, r, fmt.Sprint("member-p", n), practice.FaultKey, at) })
			all.Go(func() { reports(t, s, r, fmt.Sprint("member-p", n), practice.FaultAlso, at.Add(time.Second)) })
		}
		all.Wait()
		for query, want := range map[string]int64{
			`SELECT COUNT(*) FROM checks`:                                        1,
			`SELECT COUNT(*) FROM checks WHERE state = 'paused'`:                 1,
			`SELECT COUNT(*) FROM reports`:                                       writers,
			`SELECT COUNT(DISTINCT member_id) FROM reports WHERE state = 'open'`: writers,
		} {
			if n, err := s.Count(t.Context(), query); err != nil || n != want {
				t.Errorf("%s: %d (%v), want %d", query, n, err, want)
			}
		}
	})
}

// A report is about the question as the group has it now, by whichever version the
// reporter still sees it.
func TestReportOfACorrectedQuestion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		join(t, s, "g", "dana")
		item := lettered("cbet-one")
		r := askedItem(t, s, "g", "r1", item, at)
		before := reports(t, s, r, "member-dana", practice.FaultKey, at).Check
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)
		after := reports(t, s, r, "member-dana", practice.FaultKey, at.Add(time.Minute)).Check
		if before.ID == after.ID || before.Version != r.ItemVersion || after.Version == r.ItemVersion || after.Original != r.ItemVersion {
			t.Errorf("the check was %+v, after a correction it is %+v", before, after)
		}
	})
}
