package store_test

import (
	"testing"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func factNotices(t *testing.T, s *store.Store, g string) (all []group.Notice) {
	t.Helper()
	notices, err := s.Notices(t.Context(), g)
	must(t, err)
	for _, n := range notices {
		if n.Kind == group.NoticeFacts {
			all = append(all, n)
		}
	}
	return all
}

func lookDue(t *testing.T, s *store.Store, g string) (schedule.Due, bool) {
	t.Helper()
	d, ok, err := s.WaitingDue(t.Context(), group.KindFacts, g)
	must(t, err)
	return d, ok
}

// TestOldFactsAreToldOnceAYear looks at facts again and again: organisers hear of
// each certification once in a year, and a look is planned once.
func TestOldFactsAreToldOnceAYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		without, err := s.WithoutFacts(t.Context())
		if err != nil || len(without) != 1 {
			t.Fatalf("without a look planned: %q, %v", without, err)
		}
		day := func(n int) time.Time { return sunday().AddDate(0, 0, n) }
		must(t, s.PlanFacts(t.Context(), "g", day(30)))
		must(t, s.PlanFacts(t.Context(), "g", day(40)))
		must(t, s.PlanFacts(t.Context(), "nowhere", day(1)))
		if d, ok := lookDue(t, s, "g"); !ok || !d.At.Equal(day(30)) {
			t.Fatalf("planned for %v, want the earlier", d.At)
		}
		must(t, s.PlanFacts(t.Context(), "g", day(20)))
		if d, _ := lookDue(t, s, "g"); !d.At.Equal(day(20)) {
			t.Fatalf("planned for %v, want the earlier", d.At)
		}
		if without, err := s.WithoutFacts(t.Context()); err != nil || len(without) > 0 {
			t.Errorf("without a look planned: %q, %v", without, err)
		}
		cbet := group.FactsNotice("g", group.Track{ID: "track-g", Certification: "cbet"}, 7)
		tell := func(at, next time.Time, notices ...group.Notice) {
			t.Helper()
			d, ok := lookDue(t, s, "g")
			if !ok {
				t.Fatal("no look planned")
			}
			must(t, s.TellFacts(t.Context(), d, notices, next, at))
			if err := s.TellFacts(t.Context(), d, notices, next, at); err == nil {
				t.Error("the same look was taken twice")
			}
		}
		tell(day(20), day(50), cbet)
		first := factNotices(t, s, "g")
		if len(first) != 1 || first[0].Data.Count != 7 {
			t.Fatalf("told %+v, want one notice", first)
		}
		chtm := group.FactsNotice("g", group.Track{ID: "track-x", Certification: "chtm"}, 3)
		tell(day(50), day(20).AddDate(1, 0, 0), cbet, chtm)
		if all := factNotices(t, s, "g"); len(all) != 2 {
			t.Errorf("told %+v, want the other one too, and the first not again", all)
		}
		must(t, s.CloseNotice(t.Context(), first[0].ID, day(51)))
		tell(day(20).AddDate(1, 0, 0), time.Time{}, cbet, chtm)
		again := factNotices(t, s, "g")
		if len(again) != 2 || again[0].ID == first[0].ID || again[0].Cause != "facts/cbet" {
			t.Errorf("after a year %+v, want CBET's again", again)
		}
		if _, ok := lookDue(t, s, "g"); ok {
			t.Error("a look is planned though there is nothing to look at")
		}
	})
}
