package store_test

import (
	"fmt"
	"testing"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// pins switches the pins of group g on or off.
func pins(t *testing.T, s *store.Store, on bool) {
	t.Helper()
	must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Pin = on }, sunday()))
}

// claimed are the pins and unpins that wait, in words, which are then done.
func claimed(t *testing.T, s *store.Store) string {
	t.Helper()
	now := sunday()
	all, err := s.ClaimPins(t.Context(), "fake", now, now.Add(time.Minute), 20)
	must(t, err)
	words := map[string]string{}
	for _, p := range all {
		words[p.Ref] = map[bool]string{true: "pin", false: "unpin"}[p.Pin]
		must(t, s.MarkPinned(t.Context(), p, now))
	}
	return fmt.Sprint(words)
}

// What opens is pinned and what closes is not, and so with the setting.
func TestPins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		step := func(what, want string) {
			t.Helper()
			if got := claimed(t, s); got != "map["+want+"]" {
				t.Errorf("%s: to do %s, want %s", what, got, want)
			}
		}
		r1 := asked(t, s, "g", "r1", sunday())
		step("off", "")
		pins(t, s, true)
		step("on", "r1:pin")
		asked(t, s, "g", "r2", sunday())
		step("another opens", "r2:pin")
		d := schedule.Due{Kind: "close", Subject: r1.ID, Occurrence: "close", At: there(s.Round(t.Context(), r1.ID))(t, "r1").ClosesAt}
		must(t, s.CloseRound(t.Context(), d, d.At))
		step("one closes", "r1:unpin")
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.NoTheme = true }, sunday()))
		step("another habit changes", "")
		if outcome, err := s.Rebind(t.Context(), group.Binding{Group: "g", From: "fake:g", To: "fake:h"}, sunday()); err != nil || outcome != group.Bound {
			t.Fatal(outcome, err)
		}
		step("the group moves", "r2:unpin")
		pins(t, s, false)
		pins(t, s, true)
		step("on again, with what is open in a channel that isn't the group's any more", "")
		asked(t, s, "g", "r3", sunday())
		step("a question in the new channel", "r3:pin")
		pins(t, s, false)
		step("off", "r3:unpin")
	})
}

// A refusal is told once, in a group's own channel; it is over when a pin works,
// when somebody wants it tried again, and when pins are off.
func TestPinsRefused(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *store.Store, p schedule.Pinning){
		"a pin works": func(t *testing.T, s *store.Store, p schedule.Pinning) {
			must(t, s.MarkPinned(t.Context(), p, sunday()))
		},
		"somebody asks": func(t *testing.T, s *store.Store, _ schedule.Pinning) {
			must(t, s.PinAgain(t.Context(), "g", sunday()))
		},
		"pins are off":    func(t *testing.T, s *store.Store, _ schedule.Pinning) { pins(t, s, false) },
		"posts are tried": func(t *testing.T, s *store.Store, _ schedule.Pinning) { must2(t)(s.Unpark(t.Context(), "g", sunday())) },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				pins(t, s, true)
				asked(t, s, "g", "r1", sunday())
				refuse := func(at time.Time) schedule.Pinning {
					t.Helper()
					all, err := s.ClaimPins(t.Context(), "fake", at, at.Add(time.Minute), 20)
					if err != nil || len(all) != 1 {
						t.Fatalf("claimed %v, %v", all, err)
					}
					must(t, s.RefusePin(t.Context(), all[0], at, at.Add(time.Hour), schedule.Refusal{Cause: "It says no.", Fix: "ask it nicely"}))
					return all[0]
				}
				refuse(sunday())
				p := refuse(sunday().Add(time.Hour))
				notices, err := s.Notices(t.Context(), "g")
				if err != nil || len(notices) != 1 || notices[0].Kind != group.NoticePin || notices[0].Data.Fix != "ask it nicely" || notices[0].Kind.Again() {
					t.Fatalf("notices %+v, %v", notices, err)
				}
				end(t, s, p)
				if notices, err := s.Notices(t.Context(), "g"); err != nil || len(notices) != 0 {
					t.Errorf("afterwards %+v, %v", notices, err)
				}
			})
		})
	}
	t.Run("elsewhere", func(t *testing.T) {
		storetest.Each(t, func(t *testing.T, s *store.Store) {
			begin(t, s, "g")
			pins(t, s, true)
			asked(t, s, "g", "r1", sunday())
			claimed(t, s)
			must2(t)(s.Rebind(t.Context(), group.Binding{Group: "g", From: "fake:g", To: "fake:h"}, sunday()))
			all, err := s.ClaimPins(t.Context(), "fake", sunday(), sunday(), 20)
			if err != nil || len(all) != 1 {
				t.Fatalf("claimed %v, %v", all, err)
			}
			must(t, s.RefusePin(t.Context(), all[0], sunday(), sunday(), schedule.Refusal{Cause: "It says no."}))
			if got := claimed(t, s); got != "map[]" {
				t.Errorf("tried for ever: %s", got)
			}
			if notices, err := s.Notices(t.Context(), "g"); err != nil || len(notices) != 0 {
				t.Errorf("notices %+v, %v", notices, err)
			}
		})
	})
}

// Of attempts that overlap, only what the latest did is known; anything else is
// done once more.
func TestPinsFenced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		pins(t, s, true)
		asked(t, s, "g", "r1", sunday())
		claim := func(at time.Time) schedule.Pinning {
			t.Helper()
			all, err := s.ClaimPins(t.Context(), "fake", at, at.Add(time.Minute), 20)
			if err != nil || len(all) != 1 {
				t.Fatalf("claimed %v, %v", all, err)
			}
			return all[0]
		}
		old := claim(sunday())
		latest := claim(sunday().Add(time.Minute))
		must(t, s.MarkPinned(t.Context(), latest, sunday()))
		must(t, s.RetryPin(t.Context(), old, sunday()))
		if got := claimed(t, s); got != "map[r1:pin]" {
			t.Errorf("after a late outcome: %s, want one more", got)
		}
		if got := claimed(t, s); got != "map[]" {
			t.Errorf("and then: %s, want nothing", got)
		}
	})
}

// Whoever switches pins while questions open: what is open in the end is pinned
// as the setting says.
func TestPinsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		d := details(t, s, "g")
		for n := range writers {
			plannedIn(t, s, d.First(), fmt.Sprint("r", n), thisOrThat(fmt.Sprint("cbet-r", n)), sunday())
		}
		atOnce(t, func(n int) error {
			on := func(h *group.Habits) { h.Pin = !h.Pin || n%2 == 0 }
			if n%2 == 0 {
				if err := s.ChangeHabits(t.Context(), "g", on, sunday()); err != nil {
					return err
				}
			}
			if err := s.OpenRound(t.Context(), practice.Opening{Round: fmt.Sprint("r", n), Plan: practice.Plan{Group: d.Group, Schedule: d.First().Schedule},
				At: sunday(), Closes: sunday().AddDate(0, 0, 1), Latest: sunday().AddDate(0, 0, 3)}); err != nil {
				return err
			}
			return s.ChangeHabits(t.Context(), "g", on, sunday())
		})
		wanted := 0
		if details(t, s, "g").Habits.Pin {
			wanted = writers
		}
		must(t, s.Do(t.Context(), `UPDATE deliveries SET state = 'sent', message = id`))
		all, err := s.ClaimPins(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 50)
		if err != nil || len(all) != wanted {
			t.Errorf("%d of %d open questions are to be pinned, want %d (%v)", len(all), writers, wanted, err)
		}
	})
}

// must2 ends the test for the error of a call that gives something else too.
func must2(t *testing.T) func(_ any, err error) {
	return func(_ any, err error) {
		t.Helper()
		must(t, err)
	}
}
