package store_test

import (
	"testing"
	"time"

	"studyhall/bot/renewal"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Notes about renewals are put off for all of the credentials named, or for none.
func TestSnooze(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		cbet, pmp := holds(t, s, "dana", "cbet", renewal.Full, "2029-12-31"), holds(t, s, "dana", "pmp", renewal.Full, "2029-05-08")
		lees := holds(t, s, "lee", "cbet", renewal.Full, "2029-12-31")
		snoozed := func(want ...string) {
			t.Helper()
			all, err := s.Credentials(t.Context(), "member-dana")
			must(t, err)
			for n, c := range all {
				if c.Snoozed != want[n] {
					t.Errorf("%s is put off to %q, want %q", c.Certification, c.Snoozed, want[n])
				}
			}
		}
		must(t, s.Snooze(t.Context(), "member-dana", []string{cbet.ID, pmp.ID}, "2029-03-01", sunday()))
		snoozed("2029-03-01", "2029-03-01")
		wantGone(t, "somebody else's", s.Snooze(t.Context(), "member-dana", []string{cbet.ID, lees.ID}, "2029-04-01", sunday()))
		wantGone(t, "of nobody", s.Snooze(t.Context(), "nobody", []string{cbet.ID}, "2029-04-01", sunday()))
		wantGone(t, "removed", s.Snooze(t.Context(), "member-dana", []string{"c-gone"}, "2029-04-01", sunday()))
		snoozed("2029-03-01", "2029-03-01")
		must(t, s.Snooze(t.Context(), "member-dana", []string{pmp.ID}, "", sunday()))
		snoozed("2029-03-01", "")
	})
}

// Only periods are counted of which members said so and entered the end, and no
// other group's.
func TestRenewalsDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		for person, group := range map[string]string{"dana": "g", "lee": "g", "ana": "h"} {
			join(t, s, group, person)
		}
		for _, row := range []struct {
			person, certification string
			state                 renewal.State
			until                 string
			counted               bool
		}{
			{"dana", "cbet", renewal.Full, "2029-10-01", true},
			{"dana", "pmp", renewal.Full, "2029-12-31", true},
			{"dana", "cphq", renewal.Full, "2029-12-31", false},
			{"dana", "chfm", renewal.Full, "2030-01-01", true},
			{"dana", "cpsm", renewal.Full, "2029-09-30", true},
			{"lee", "cbet", renewal.Full, "", true},
			{"lee", "pmp", renewal.Candidate, "2029-12-31", true},
			{"ana", "cbet", renewal.Full, "2029-12-31", true},
		} {
			c := holds(t, s, row.person, row.certification, row.state, row.until)
			must(t, s.SetCounted(t.Context(), c.Member, c.ID, row.counted))
		}
		count := func(want int) {
			t.Helper()
			if n, err := s.RenewalsDue(t.Context(), "g", "2029-10-01", "2029-12-31"); err != nil || n != want {
				t.Errorf("%d are due, want %d (%v)", n, want, err)
			}
		}
		storetest.QueryPlans(t, s, nil, func() { count(2) })
		must(t, s.Renew(t.Context(), renewal.Renewed{Member: "member-dana", Cycle: "y-dana-pmp", Next: "y2", On: "2029-10-02", From: "2030-01-01", Until: "2032-12-31"}, sunday()))
		count(1)
	})
}

// When the end of a period was entered is kept, and entering the same again is not.
func TestDated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		c := holds(t, s, "dana", "cbet", renewal.Candidate, "")
		dated := func(want time.Time) {
			t.Helper()
			got, _, err := s.Credential(t.Context(), c.Member, c.ID)
			if err != nil || !got.Cycle.DatedAt.Equal(want) {
				t.Errorf("dated at %v, want %v (%v)", got.Cycle.DatedAt, want, err)
			}
		}
		dated(time.Time{})
		now := sunday().AddDate(0, 1, 0)
		must(t, s.SetUntil(t.Context(), c.Member, c.Cycle.ID, "2029-12-31", now))
		dated(now)
		must(t, s.SetUntil(t.Context(), c.Member, c.Cycle.ID, "2029-12-31", now.AddDate(0, 1, 0)))
		c.Cycle.Until, c.EarnedOn = "2029-12-31", "2027-05-08"
		must(t, s.ChangeCredential(t.Context(), c, now.AddDate(0, 2, 0)))
		dated(now)
		c.Cycle.Until = "2030-12-31"
		must(t, s.ChangeCredential(t.Context(), c, now.AddDate(0, 3, 0)))
		dated(now.AddDate(0, 3, 0))
		_, err := s.AddCredential(t.Context(), renewal.NewCredential{ID: "c2", Cycle: "y2", Member: c.Member, Certification: "cbet", State: renewal.Full,
			EarnedOn: "2027-05-08", Until: "2031-12-31"}, now.AddDate(0, 4, 0))
		must(t, err)
		dated(now.AddDate(0, 4, 0))
	})
}
