package store_test

import (
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func ownRule(t *testing.T, s *store.Store, member string) practice.OwnRule {
	t.Helper()
	own, err := s.OwnRule(t.Context(), member, "security_plus")
	must(t, err)
	return own
}

func tellRule(t *testing.T, s *store.Store, person string, at time.Time) bool {
	t.Helper()
	first, err := s.TellRule(t.Context(), bot.UserID("fake:"+person), "security_plus", at)
	must(t, err)
	return first
}

// A rule is told once to each person, on however many devices they answer at once,
// and what they choose is theirs.
func TestRuleIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		var told sync.Map
		var wait sync.WaitGroup
		for n := range 8 {
			wait.Go(func() {
				first, err := s.TellRule(t.Context(), "fake:dana", "security_plus", sunday())
				if err != nil {
					t.Error(err)
				}
				if first {
					told.Store(n, true)
				}
			})
		}
		wait.Wait()
		times := 0
		told.Range(func(any, any) bool { times++; return true })
		if times != 1 {
			t.Errorf("told %d times, want once", times)
		}
		if own := ownRule(t, s, "member-dana"); own != (practice.OwnRule{Told: true}) {
			t.Errorf("told, and chose nothing: %+v", own)
		}
		must(t, s.SetOwnRule(t.Context(), "member-lee", "security_plus", true, sunday()))
		if tellRule(t, s, "lee", sunday()) {
			t.Error("told again to who has chosen already")
		}
		if own := ownRule(t, s, "member-lee"); own != (practice.OwnRule{Told: true, Computed: true}) {
			t.Errorf("lee has %+v", own)
		}
		must(t, s.SetOwnRule(t.Context(), "member-lee", "security_plus", false, sunday()))
		if own := ownRule(t, s, "member-lee"); own.Computed {
			t.Error("going back to what the group asks was not kept")
		}
		if own := ownRule(t, s, "member-nobody"); own != (practice.OwnRule{}) {
			t.Errorf("nobody has %+v", own)
		}
		if tellRule(t, s, "stranger", sunday()) {
			t.Error("told to an account of nobody")
		}
		must(t, s.SetOwnRule(t.Context(), "member-nobody", "security_plus", true, sunday())) // erased meanwhile
	})
}

// When accounts are linked, the stricter choice stays; when somebody is erased, it goes.
func TestRuleFollowsThePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		must(t, s.SetOwnRule(t.Context(), "member-dana", "security_plus", false, sunday()))
		must(t, s.SetOwnRule(t.Context(), "member-lee", "security_plus", true, sunday()))
		must(t, s.SetOwnRule(t.Context(), "member-lee", "network_plus", true, sunday()))
		if outcome := linked(t, s, "dana", "lee", sunday()); outcome != group.Linked {
			t.Fatalf("linked: %v", outcome)
		}
		kept := memberOf(t, s, "dana")
		if own := ownRule(t, s, kept); !own.Computed {
			t.Error("the stricter choice was lost")
		}
		if erased, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday())); err != nil || !erased {
			t.Fatalf("erase: %v, %v", erased, err)
		}
		if own := ownRule(t, s, kept); own != (practice.OwnRule{}) {
			t.Errorf("after erasing: %+v", own)
		}
	})
}

// What organisers choose holds for one thing the group studies, while it does.
func TestSetWide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		added(t, s, addition("g", "security_plus", 1))
		wide := func() map[string]bool {
			d, _, err := s.Details(t.Context(), "g")
			must(t, err)
			all := map[string]bool{}
			for _, tr := range d.Tracks {
				all[tr.Certification] = tr.Wide
			}
			return all
		}
		set := func(g, track string, wide bool) bool {
			t.Helper()
			ok, err := s.SetWide(t.Context(), g, track, wide)
			must(t, err)
			return ok
		}
		if wide()["security_plus"] {
			t.Error("all questions before anybody chose them")
		}
		if !set("g", "track-g-security_plus-1", true) || !wide()["security_plus"] || wide()["cbet"] {
			t.Errorf("chosen for one: %v", wide())
		}
		tr, ok, err := s.Track(t.Context(), "track-g-security_plus-1")
		if err != nil || !ok || !tr.Wide {
			t.Errorf("the track says %+v, %t, %v", tr, ok, err)
		}
		plans, err := s.QuestionPlans(t.Context(), "g")
		if err != nil || len(plans) != 2 || !plans[1].Track.Wide {
			t.Errorf("the plans don't say so: %v", err)
		}
		if set("other", "track-g-security_plus-1", false) || !wide()["security_plus"] {
			t.Error("another group changed it")
		}
		if !set("g", "track-g-security_plus-1", false) || wide()["security_plus"] {
			t.Error("going back was not kept")
		}
		if _, err := s.RemoveTrack(t.Context(), "g", "track-g-security_plus-1", sunday()); err != nil {
			t.Fatal(err)
		}
		if set("g", "track-g-security_plus-1", true) || set("nowhere", "x", true) {
			t.Error("changed for what is not studied any more")
		}
	})
}
