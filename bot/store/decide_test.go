package store_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// report has members report a question, and its organiser decide, twice.
func (b *books) report() {
	r := b.round()
	if r == nil || len(b.joined) == 0 {
		return
	}
	var k practice.Check
	for range rapid.IntRange(1, 3).Draw(b.t, "reporters") {
		p := rapid.SampledFrom(slices.Sorted(maps.Keys(b.joined))).Draw(b.t, "reporter")
		done, err := b.s.MakeReport(b.test.Context(), practice.NewReport{Report: practice.Report{ID: b.id("p"), Round: r.round.ID, Fault: practice.FaultKey},
			Group: b.group, Track: r.round.Track, Member: "member-" + p, Version: b.first[r.item], NewID: func() string { return b.id("k") }}, b.now)
		b.must("report", err)
		if k = done.Check; k.State == practice.CheckDone {
			return
		}
	}
	checked, _, err := b.s.Check(b.test.Context(), k.ID, "")
	b.must("read check", err)
	decision := rapid.SampledFrom([]practice.Decision{practice.Corrected, practice.Voided, practice.Explained, practice.Retired, practice.KeptAsIs}).Draw(b.t, "decision")
	d := practice.Deciding{Draft: practice.Draft{Check: k.ID, Member: details(b.test, b.s, b.group).Organisers[0].Member, Decision: decision}, At: b.now}
	c := quizzes.Correction{Void: decision == practice.Voided}
	item := b.items[r.item].Explained(b.id("why"))
	if decision == practice.Corrected {
		c.Keys = []string{"a c", "b"}
	}
	switch decision {
	case practice.Corrected, practice.Voided:
		item, err = severalOf(item.ID).Corrected(c)
		b.must("correct", err)
		fallthrough
	case practice.Explained:
		d.Regrading = &practice.Regrading{Group: b.group, ItemVersion: b.first[r.item], Item: item, At: b.now, Quiet: decision == practice.Explained,
			NewID: func() string { return b.id("n") }}
		d.Regrading.Corrected, d.Regrading.Snapshot = item.Version()
	}
	for try := range 2 {
		done, err := b.s.Decide(b.test.Context(), d)
		b.must("decide", err)
		if done.Gone || done.Already != (try == 1) || !done.Already && done.Reporters != len(checked.Reports) {
			b.t.Fatalf("decided the %d. time: %+v, of %d reports", try+1, done, len(checked.Reports))
		}
	}
	if d.Regrading != nil {
		b.regraded(r.item, item)
	}
	for _, report := range checked.Reports {
		if decision != practice.KeptAsIs {
			b.earn(b.memberOf(report.ID), k.Track, practice.PointsReport)
		}
	}
}

// memberOf is who made a report.
func (b *books) memberOf(report string) string {
	members, err := b.s.Strings(b.test.Context(), `SELECT member_id FROM reports WHERE id = $1`, report)
	b.must("read reporter", err)
	return members[0]
}

// Of organisers who decide at the same instant one does, and the others are told
// which: answers are graded by that decision, points given once, one note is owed,
// and another group's answers are as they were.
func TestDecideAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		item := lettered("cbet-one")
		var r practice.Round
		for _, g := range []string{"h", "g"} {
			begin(t, s, g)
			r = askedItem(t, s, g, "r-"+g, item, at)
			for n, option := range []string{"b", "b", "c", "c", "d"} {
				gives(t, s, r, fmt.Sprint("p", n), option, at.Add(time.Minute))
			}
			closed(t, s, r)
		}
		theirs := spreadOf(t, s, "h")
		at = at.Add(25 * time.Hour)
		for n := range 2 {
			reports(t, s, r, fmt.Sprint("member-p", n), practice.FaultKey, at)
		}
		must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'organiser' WHERE group_id = 'g' AND member_id IN ('member-p0', 'member-p4')`))
		k, err := s.Checks(t.Context(), "g")
		if err != nil || len(k) != 1 || len(k[0].Reports) != 2 {
			t.Fatalf("checks: %+v (%v)", k, err)
		}
		var mu sync.Mutex
		var decided []practice.Decision
		told := map[practice.Decision]int{}
		var all sync.WaitGroup
		for n := range writers {
			d := practice.Deciding{Draft: practice.Draft{Check: k[0].ID, Member: []string{"member-p0", "member-p4"}[n%2], Decision: practice.Corrected}, At: at}
			key := regrading(t, "g", item, quizzes.Correction{Keys: []string{[]string{"c", "d"}[n%2]}}, at)
			if d.Regrading = &key; n%4 == 3 {
				d.Decision, d.Regrading = practice.KeptAsIs, nil
			}
			all.Go(func() {
				done, err := s.Decide(t.Context(), d)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("decide: %v", err)
				}
				if told[done.Check.Decision]++; !done.Already {
					decided = append(decided, d.Decision)
				}
			})
		}
		all.Wait()
		if len(decided) != 1 || told[decided[0]] != writers {
			t.Fatalf("%v decided; they were told %v", decided, told)
		}
		want := map[string]int64{
			`SELECT COUNT(*) FROM reports WHERE state = 'open'`:                       0,
			`SELECT COUNT(*) FROM decisions`:                                          0,
			`SELECT COUNT(*) FROM overrides WHERE group_id <> 'g'`:                    0,
			`SELECT COUNT(*) FROM checks WHERE state = 'decided' AND member_id <> ''`: 1,
		}
		if decided[0] == practice.Corrected {
			want[`SELECT COUNT(*) FROM overrides WHERE group_id = 'g'`] = 1
			want[`SELECT COUNT(*) FROM deliveries WHERE kind = 'correction'`] = 1
			// Nobody gets points for what they decided themselves.
			want[`SELECT COUNT(*) FROM earnings WHERE kind = 'report'`] = 2 - int64(count(t, s, `SELECT COUNT(*) FROM checks k JOIN reports p ON p.check_id = k.id AND p.member_id = k.member_id`))
		}
		for query, n := range want {
			if got := count(t, s, query); got != n {
				t.Errorf("%s: %d, want %d", query, got, n)
			}
		}
		checkTotals(t, s, "g")
		if now := spreadOf(t, s, "h"); now != theirs {
			t.Errorf("another group's answers were %s, are %s", theirs, now)
		}
	})
}

func count(t *testing.T, s *store.Store, query string) int64 {
	t.Helper()
	n, err := s.Count(t.Context(), query)
	must(t, err)
	return n
}

// spreadOf is how a group's answers are graded.
func spreadOf(t *testing.T, s *store.Store, id string) string {
	t.Helper()
	rows, err := s.Strings(t.Context(), `SELECT id || ' ' || item_version || ' ' || verdict || ' ' || credit FROM answers WHERE group_id = $1 ORDER BY id`, id)
	must(t, err)
	return fmt.Sprint(rows)
}

// Nobody but an organiser of the group decides, whatever reaches the store.
func TestOnlyOrganisersDecide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		begin(t, s, "h")
		join(t, s, "g", "dana")
		r := asked(t, s, "g", "r", at)
		k := reports(t, s, r, "member-dana", practice.FaultKey, at).Check
		for _, member := range []string{"member-dana", details(t, s, "h").Organisers[0].Member + "-not", "nobody"} {
			done, err := s.Decide(t.Context(), practice.Deciding{Draft: practice.Draft{Check: k.ID, Member: member, Decision: practice.Retired}, At: at})
			if err != nil || !done.Gone {
				t.Errorf("%s decides: %+v, %v", member, done, err)
			}
		}
		if now, _, err := s.Check(t.Context(), k.ID, ""); err != nil || now.State != practice.CheckWaits {
			t.Errorf("it is %+v (%v)", now.Check, err)
		}
	})
}

// What reports and decisions read and write is found by index, whatever other groups have.
func TestReportPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		join(t, s, "g", "dana")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, at)
		gives(t, s, r, "dana", "c", at)
		closed(t, s, r)
		begin(t, s, "other")
		regrade(t, s, "other", item, quizzes.Correction{Keys: []string{"c"}}, at)
		key := regrading(t, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)
		storetest.QueryPlans(t, s, nil, func() {
			k := reports(t, s, r, "member-dana", practice.FaultKey, at).Check
			draft := practice.Draft{ID: "draft", Check: k.ID, Member: details(t, s, "g").Organisers[0].Member, Decision: practice.Corrected}
			for name, read := range map[string]func() error{
				"waiting":  func() error { _, err := s.ChecksWaiting(t.Context(), "g"); return err },
				"checks":   func() error { _, err := s.Checks(t.Context(), "g"); return err },
				"check":    func() error { _, _, err := s.Check(t.Context(), k.ID, "member-dana"); return err },
				"spread":   func() error { _, err := s.CheckSpread(t.Context(), "g", r.ItemVersion); return err },
				"foresee":  func() error { _, _, err := s.ForeseeRegrade(t.Context(), key); return err },
				"draft":    func() error { return s.PutDraft(t.Context(), draft, at) },
				"drafted":  func() error { _, _, err := s.DraftOf(t.Context(), "draft", draft.Member); return err },
				"mine":     func() error { _, _, err := s.ReportOf(t.Context(), "g", "member-dana", r.ItemVersion); return err },
				"checked":  func() error { _, err := s.BeingChecked(t.Context(), "g", r.ItemVersion); return err },
				"left out": func() error { _, err := s.VoidItems(t.Context(), "g"); return err },
				"owed":     func() error { _, err := s.Owed(t.Context(), "g", "member-dana", at); return err },
			} {
				if err := read(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if done, err := s.Decide(t.Context(), practice.Deciding{Draft: draft, Regrading: &key, At: at}); err != nil || done.Reporters != 1 {
				t.Errorf("decide: %+v, %v", done, err)
			}
			if all, err := s.ReportsAnswered(t.Context(), "member-dana", at.Add(-time.Hour)); err != nil || len(all) != 1 {
				t.Errorf("answered: %+v, %v", all, err)
			}
			must(t, s.ReportsSeen(t.Context(), "member-dana", at))
		})
	})
}
