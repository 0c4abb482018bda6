package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func lookAt(member, kind string, at time.Time) schedule.Due {
	return schedule.Due{Kind: group.KindNote, Subject: member + "/" + kind, Occurrence: at.UTC().Format(time.RFC3339),
		Lane: "person/" + member, Rank: schedule.RankOther, At: at}
}

func noteTo(person, kind, key string, at time.Time) *schedule.Delivery {
	return &schedule.Delivery{Key: key, Kind: group.KindNote, Ref: "member-" + person + "/" + kind, Target: "fake:" + person, Person: true,
		Rank: schedule.RankOther, At: at, Until: at.Add(time.Hour)}
}

// remind switches a kind on with a look due at an instant.
func remind(t *testing.T, s *store.Store, person, kind string, at time.Time) {
	t.Helper()
	r := group.Reminder{Kind: kind, State: group.RemindOn, Minute: 180, Zone: "America/Denver"}
	if err := s.SetReminder(t.Context(), "member-"+person, bot.UserID("fake:"+person), r, []schedule.Due{lookAt("member-"+person, kind, at)}, sunday()); err != nil {
		t.Fatal(err)
	}
}

func wishes(t *testing.T, s *store.Store, person string, now time.Time) group.Wishes {
	t.Helper()
	w, err := s.Wishes(t.Context(), "member-"+person, now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNotesPerWeek(t *testing.T) {
	for _, row := range []struct {
		name string
		most int
		days []int // after the first on which there is something to say
		want []bool
	}{
		{"two in seven days", 2, []int{0, 1, 2, 6, 7, 8, 9, 14}, []bool{true, true, false, false, true, true, false, true}},
		{"one a day", 5, []int{0, 0, 1}, []bool{true, false, true}},
		{"none", 0, []int{0, 1, 8}, []bool{false, false, false}},
	} {
		t.Run(row.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				join(t, s, "g", "dana")
				remind(t, s, "dana", "open", sunday())
				w := wishes(t, s, "dana", sunday())
				w.PerWeek = row.most
				if err := s.SetNotes(t.Context(), w, []schedule.Due{lookAt("member-dana", "open", sunday())}); err != nil {
					t.Fatal(err)
				}
				for n, day := range row.days {
					at := sunday().AddDate(0, 0, day).Add(time.Duration(n) * time.Minute)
					d, ok, err := s.WaitingDue(t.Context(), group.KindNote, "member-dana/open")
					if err != nil || !ok {
						t.Fatalf("no look is planned: %v, %v", ok, err)
					}
					key := fmt.Sprint("note", n)
					next := []schedule.Due{lookAt("member-dana", "open", at.Add(time.Second))}
					if err := s.FireNote(t.Context(), group.FiredNote{Due: d, Note: noteTo("dana", "open", key, at), Day: at.Format(time.DateOnly), Next: next, Again: next, Now: at}); err != nil {
						t.Fatal(err)
					}
					if _, ok, err := s.Delivery(t.Context(), key); err != nil || ok != row.want[n] {
						t.Errorf("look %d, day %d: note %v, want %v (%v)", n, day, ok, row.want[n], err)
					}
				}
			})
		})
	}
}

// Two kinds at the same instant, by several copies of the program: one note.
func TestNotesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for n := range writers {
			remind(t, s, "dana", fmt.Sprint("kind", n), sunday())
		}
		atOnce(t, func(n int) error {
			kind := fmt.Sprint("kind", n)
			next := []schedule.Due{lookAt("member-dana", kind, sunday().AddDate(0, 0, 1))}
			return s.FireNote(t.Context(), group.FiredNote{Due: lookAt("member-dana", kind, sunday()),
				Note: noteTo("dana", kind, fmt.Sprint("note", n), sunday()), Day: "2026-11-22", Next: next, Again: next, Now: sunday()})
		})
		owed := 0
		for n := range writers {
			if _, ok, err := s.Delivery(t.Context(), fmt.Sprint("note", n)); err != nil {
				t.Fatal(err)
			} else if ok {
				owed++
			}
			if d, ok, err := s.WaitingDue(t.Context(), group.KindNote, fmt.Sprint("member-dana/kind", n)); err != nil || !ok || !d.At.Equal(sunday().AddDate(0, 0, 1)) {
				t.Errorf("kind %d: next look %v, %v, %v", n, d.At, ok, err)
			}
		}
		if owed != 1 {
			t.Errorf("%d notes on one day, want 1", owed)
		}
		if err := s.FireNote(t.Context(), group.FiredNote{Due: lookAt("member-dana", "kind0", sunday()), Now: sunday()}); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("a look that was done: %v", err)
		}
	})
}

// What is refused by the platform switches notes off; a note that was not sent,
// because nothing was left to say, is not counted.
func TestRefusedNote(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		remind(t, s, "dana", "open", sunday())
		fire := func(key string, at time.Time) bool {
			t.Helper()
			d, ok, err := s.WaitingDue(t.Context(), group.KindNote, "member-dana/open")
			if err != nil || !ok {
				t.Fatalf("no look is planned: %v, %v", ok, err)
			}
			next := []schedule.Due{lookAt("member-dana", "open", at.Add(time.Hour))}
			if err := s.FireNote(t.Context(), group.FiredNote{Due: d, Note: noteTo("dana", "open", key, at), Day: at.Format(time.DateOnly), Next: next, Again: next, Now: at}); err != nil {
				t.Fatal(err)
			}
			_, ok, err = s.Delivery(t.Context(), key)
			return ok && err == nil
		}
		if !fire("note1", sunday()) {
			t.Fatal("no note")
		}
		claimed, err := s.ClaimDeliveries(t.Context(), "fake", time.Now(), time.Now().Add(time.Minute), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range claimed {
			if d.Key == "note1" {
				if err := s.SkipDelivery(t.Context(), d, sunday(), time.Time{}, "no longer wanted"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !fire("note2", sunday().Add(time.Hour)) {
			t.Fatal("a note that was never sent counts for its day")
		}
		if claimed, err = s.ClaimDeliveries(t.Context(), "fake", time.Now(), time.Now().Add(time.Minute), 10); err != nil {
			t.Fatal(err)
		}
		for _, d := range claimed {
			if d.Key == "note2" {
				if err := s.ParkDelivery(t.Context(), d, sunday(), schedule.Refusal{Cause: "No messages, please."}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if r, _ := wishes(t, s, "dana", sunday()).Reminder("open"); r.State != group.RemindBlocked {
			t.Errorf("state %q after a refusal", r.State)
		}
		if _, ok, err := s.WaitingDue(t.Context(), group.KindNote, "member-dana/open"); err != nil || ok {
			t.Errorf("after a refusal a look is planned: %v, %v", ok, err)
		}
	})
}

func TestNoteAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		account, ok, err := s.NoteAccount(t.Context(), "member-dana")
		if err != nil || !ok || account != "fake:dana" {
			t.Errorf("account %q, %v, %v", account, ok, err)
		}
		if err := s.AccountSeen(t.Context(), "fake:dana", false, sunday()); err != nil {
			t.Fatal(err)
		}
		if account, ok, err = s.NoteAccount(t.Context(), "member-dana"); err != nil || ok {
			t.Errorf("a closed account gets notes: %q, %v", account, err)
		}
	})
}

// Of two accounts the one on the platform last used gets notes: where the newest
// answer was given of which that is known.
func TestNoteAccountLastUsed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		must(t, s.Do(t.Context(), `UPDATE accounts SET id = 'harbor:dana', member_id = 'member-dana' WHERE id = 'fake:lee'`))
		last := func(when string, want bot.UserID) {
			t.Helper()
			if account, ok, err := s.NoteAccount(t.Context(), "member-dana"); err != nil || !ok || account != want {
				t.Errorf("%s: %q, %v, %v; want %q", when, account, ok, err, want)
			}
		}
		at := sunday()
		must(t, s.AccountUsed(t.Context(), "harbor:dana", at))
		last("a note was opened", "harbor:dana")
		r := asked(t, s, "g", "r1", at)
		answered(t, s, r, at.Add(time.Hour), map[string]practice.Verdict{"dana": practice.Right})
		last("a question was answered later", "fake:dana")
		at = at.Add(2 * time.Hour)
		live(t, s, "g", "l", 1)
		livePost(t, s, "l", 1, at)
		pressLive(t, s, "l", 1, "dana", "a", at.Add(time.Second))
		if closed, err := s.CloseLive(t.Context(), "l", 1, nil, "end", at.Add(time.Minute)); err != nil || !closed {
			t.Fatal(closed, err)
		}
		last("and a live round after that", "fake:dana")
	})
}

// An answer of who wants to be asked is recorded when they have been.
func TestAskedFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		if err := s.SetAsked(t.Context(), "member-dana", true); err != nil {
			t.Fatal(err)
		}
		r := asked(t, s, "g", "r", sunday())
		now := sunday().Add(time.Hour)
		press := func(name, person string, n int, at time.Time, confirmed, catchUp bool, want practice.Status) {
			t.Helper()
			a := answer(r, person, n, at)
			a.Confirmed = confirmed
			out, err := s.Answer(t.Context(), a, catchUp)
			if err != nil || out.Status != want {
				t.Errorf("%s: status %v, want %v (%v)", name, out.Status, want, err)
			}
		}
		press("not asked yet", "dana", 1, now, false, false, practice.NeedsConfirming)
		press("another person", "lee", 2, now, false, false, practice.Recorded)
		press("asked", "dana", 3, now, true, false, practice.Recorded)
		press("again", "dana", 4, now, false, false, practice.Already)
		r = asked(t, s, "g", "r2", now)
		at := closed(t, s, r)
		press("closed, not to be caught up this way", "dana", 5, at, false, false, practice.TooLate)
		press("catching up, not asked yet", "dana", 6, at, false, true, practice.NeedsConfirming)
		press("catching up, asked", "dana", 7, at, true, true, practice.Recorded)
		r = asked(t, s, "g", "r3", at)
		at = closed(t, s, r)
		press("too long ago", "dana", 8, at.Add(practice.CatchUpFor), false, true, practice.TooLate)
	})
}

func TestWishPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		remind(t, s, "dana", "open", sunday())
		storetest.QueryPlans(t, s, []string{"members", "memberships", "groups", "reminders", "aways", "accounts", "notes", "due", "deliveries"}, func() {
			w := wishes(t, s, "dana", sunday())
			w.Away = sunday().AddDate(0, 0, 7)
			for _, err := range []error{
				s.SetAway(t.Context(), w, sunday(), []schedule.Due{lookAt("member-dana", "open", w.Away)}),
				s.FireNote(t.Context(), group.FiredNote{Due: lookAt("member-dana", "open", w.Away), Note: noteTo("dana", "open", "n", w.Away), Day: "2026-11-29", Now: w.Away}),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			if _, _, err := s.NoteAccount(t.Context(), "member-dana"); err != nil {
				t.Error(err)
			}
			if _, err := s.GroupsOf(t.Context(), "member-dana"); err != nil {
				t.Error(err)
			}
		})
	})
}

// A step is told once: with the note that tells it, and not while the allowance
// holds that back.
func TestNoteSteps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		remind(t, s, "dana", "open", sunday())
		fire := func(n int, first bool, want ...string) {
			t.Helper()
			at := sunday().Add(time.Duration(n) * time.Hour)
			d, ok, err := s.WaitingDue(t.Context(), group.KindNote, "member-dana/open")
			if err != nil || !ok {
				t.Fatalf("no look is planned: %v, %v", ok, err)
			}
			f := group.FiredNote{Due: d, Note: noteTo("dana", "open", fmt.Sprint("note", n), at), Day: "2026-11-22", Now: at, First: first,
				Steps: []string{fmt.Sprint("step", n)}, Next: []schedule.Due{lookAt("member-dana", "open", at.Add(time.Hour))},
				Again: []schedule.Due{lookAt("member-dana", "open", at.Add(2*time.Hour))}}
			if err := s.FireNote(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			untold, err := s.UntoldSteps(t.Context(), "member-dana", "open", []string{"step0", "step1", "step2"})
			if err != nil || !slices.Equal(untold, want) {
				t.Errorf("look %d leaves %v untold, want %v (%v)", n, untold, want, err)
			}
			next, _, err := s.WaitingDue(t.Context(), group.KindNote, "member-dana/open")
			if owed := !slices.Contains(want, fmt.Sprint("step", n)); err != nil || next.At.Equal(f.Next[0].At) != owed {
				t.Errorf("look %d: the next is at %v (%v)", n, next.At, err)
			}
		}
		fire(0, false, "step1", "step2")
		fire(1, false, "step1", "step2")
		fire(2, true, "step1")
	})
}
