package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/cert"
	"studyhall/bot/renewal"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// holds adds a credential of a person and returns it.
func holds(t *testing.T, s *store.Store, person, certification string, state renewal.State, until string) renewal.Credential {
	t.Helper()
	id, err := s.AddCredential(t.Context(), renewal.NewCredential{ID: "c-" + person + "-" + certification, Cycle: "y-" + person + "-" + certification,
		Member: "member-" + person, Certification: certification, State: state, EarnedOn: "2027-05-09", Until: until}, sunday())
	must(t, err)
	c, ok, err := s.Credential(t.Context(), "member-"+person, id)
	if err != nil || !ok {
		t.Fatalf("credential: %v, %v", ok, err)
	}
	return c
}

// logs adds a credit to the running period of a credential.
func logs(t *testing.T, s *store.Store, c renewal.Credential, press string, amount cert.Amount) renewal.Credit {
	t.Helper()
	got, err := s.AddCredit(t.Context(), c.Member, press, renewal.Credit{ID: "x-" + press, Cycle: c.Cycle.ID, What: "course " + press, Amount: amount,
		Category: "courses", Day: "2027-06-01", Evidence: "a drawer", EnteredAt: sunday()})
	must(t, err)
	return got
}

func credits(t *testing.T, s *store.Store, c renewal.Credential) map[string]cert.Amount {
	t.Helper()
	all, err := s.Credits(t.Context(), c.Member, c.Cycle.ID)
	must(t, err)
	amounts := map[string]cert.Amount{}
	for _, x := range all {
		amounts[x.ID] = x.Amount
	}
	return amounts
}

func wantGone(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, renewal.ErrGone) {
		t.Errorf("%s: %v, want %v", what, err, renewal.ErrGone)
	}
}

func TestCredentials(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		c := holds(t, s, "dana", "cbet", renewal.Candidate, "")
		want := renewal.Credential{ID: "c-dana-cbet", Member: "member-dana", Certification: "cbet", State: renewal.Candidate, EarnedOn: "2027-05-09", CreatedAt: sunday(),
			Cycle: renewal.Cycle{ID: "y-dana-cbet", Credential: "c-dana-cbet", CreatedAt: sunday()}}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("credential (-want +got):\n%s", diff)
		}
		// The second of one certification changes nothing but a candidate's state.
		again := renewal.NewCredential{ID: "c2", Cycle: "y2", Member: "member-dana", Certification: "cbet", State: renewal.Full, EarnedOn: "2027-11-09", Until: "2030-12-31"}
		for range 2 {
			id, err := s.AddCredential(t.Context(), again, sunday())
			if err != nil || id != c.ID {
				t.Fatalf("added again: %q, %v", id, err)
			}
			again.EarnedOn, again.Until = "2028-01-01", ""
		}
		c, _, err := s.Credential(t.Context(), c.Member, c.ID)
		must(t, err)
		if c.State != renewal.Full || c.EarnedOn != "2027-11-09" || c.Cycle.Until != "2030-12-31" || c.Cycle.ID != "y-dana-cbet" {
			t.Errorf("the candidate has become %+v", c)
		}
		// Nobody else's.
		if _, ok, err := s.Credential(t.Context(), "member-lee", c.ID); ok || err != nil {
			t.Errorf("somebody else's credential is shown (%v)", err)
		}
		stolen := c
		stolen.Member = "member-lee"
		wantGone(t, "change somebody else's", s.ChangeCredential(t.Context(), stolen, sunday()))
		wantGone(t, "count somebody else's", s.SetCounted(t.Context(), "member-lee", c.ID, true))
		wantGone(t, "remove somebody else's", s.RemoveCredential(t.Context(), "member-lee", c.ID, sunday()))
		wantGone(t, "renew somebody else's", s.Renew(t.Context(), renewal.Renewed{Member: "member-lee", Cycle: c.Cycle.ID, Next: "z", On: "2029-12-01"}, sunday()))
		_, err = s.AddCredit(t.Context(), "member-lee", "p", renewal.Credit{ID: "z", Cycle: c.Cycle.ID, What: "x", Amount: 1, Day: "2027-06-01"})
		wantGone(t, "log for somebody else", err)
		_, err = s.AddCredential(t.Context(), renewal.NewCredential{ID: "n", Cycle: "n", Member: "nobody", Certification: "cbet", State: renewal.Full}, sunday())
		wantGone(t, "a credential of nobody", err)

		must(t, s.SetCounted(t.Context(), c.Member, c.ID, true))
		c.State, c.EarnedOn, c.Cycle.From, c.Cycle.Until = renewal.Lapsed, "2027-05-10", "2028-01-01", ""
		must(t, s.ChangeCredential(t.Context(), c, sunday()))
		c.Counted = true
		all, err := s.Credentials(t.Context(), c.Member)
		must(t, err)
		if diff := cmp.Diff([]renewal.Credential{c}, all); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}
		// What lapsed begins anew when it is earned again.
		logs(t, s, c, "old", 200)
		again.EarnedOn = "2032-05-09"
		if _, err := s.AddCredential(t.Context(), again, sunday().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		cycles, err := s.Cycles(t.Context(), c.Member, c.ID)
		must(t, err)
		if len(cycles) != 2 || cycles[0].RenewedOn != "2032-05-09" || cycles[1].ID != "y2" || cycles[1].From != "2032-05-09" {
			t.Errorf("periods: %+v", cycles)
		}
		must(t, s.RemoveCredential(t.Context(), c.Member, c.ID, sunday()))
		for _, table := range []string{"credentials", "cycles", "credits"} {
			if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM `+table); err != nil || n > 0 {
				t.Errorf("%d rows are left in %s (%v)", n, table, err)
			}
		}
	})
}

func TestCredits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		c := holds(t, s, "dana", "cbet", renewal.Full, "2030-12-31")
		first := logs(t, s, c, "p1", 200)
		if second := logs(t, s, c, "p1", 900); second != first {
			t.Errorf("the same press logged %+v and %+v", first, second)
		}
		logs(t, s, c, "p2", 150)
		changed := first
		changed.What, changed.Amount, changed.Category, changed.Day, changed.Evidence = "seminar", 250, "", "2027-05-30", "Drive"
		must(t, s.ChangeCredit(t.Context(), c.Member, changed, sunday()))
		wantGone(t, "change somebody else's", s.ChangeCredit(t.Context(), "member-lee", changed, sunday()))
		wantGone(t, "remove somebody else's", s.RemoveCredit(t.Context(), "member-lee", first.ID, sunday()))
		got, in, ok, err := s.Credit(t.Context(), c.Member, first.ID)
		if err != nil || !ok || got != changed || in != c {
			t.Errorf("credit %+v in %+v (%v, %v)", got, in, ok, err)
		}
		if _, _, ok, err := s.Credit(t.Context(), "member-lee", first.ID); ok || err != nil {
			t.Errorf("somebody else's credit is shown (%v)", err)
		}
		must(t, s.SetEvidence(t.Context(), c.Member, first.ID, "shelf"))
		must(t, s.SetCategory(t.Context(), c.Member, first.ID, "work", sunday()))
		must(t, s.SetUntil(t.Context(), c.Member, c.Cycle.ID, "2031-12-31", sunday()))
		wantGone(t, "place somebody else's", s.SetCategory(t.Context(), "member-lee", first.ID, "work", sunday()))
		wantGone(t, "somebody else's evidence", s.SetEvidence(t.Context(), "member-lee", first.ID, "x"))
		wantGone(t, "somebody else's period", s.SetUntil(t.Context(), "member-lee", c.Cycle.ID, "", sunday()))
		changed.Evidence, changed.Category = "shelf", "work"
		if got, in, _, err := s.Credit(t.Context(), c.Member, first.ID); err != nil || got != changed || in.Cycle.Until != "2031-12-31" {
			t.Errorf("credit %+v in %+v (%v)", got, in.Cycle, err)
		}
		next := renewal.Renewed{Member: c.Member, Cycle: c.Cycle.ID, Next: "y3", On: "2030-11-02", From: "2031-01-01", Until: "2033-12-31", Carried: 100}
		must(t, s.Renew(t.Context(), next, sunday().Add(time.Hour)))
		wantGone(t, "renewed twice", s.Renew(t.Context(), next, sunday()))
		// What was logged before stays as it was.
		wantGone(t, "change in a past period", s.ChangeCredit(t.Context(), c.Member, changed, sunday()))
		wantGone(t, "evidence in a past period", s.SetEvidence(t.Context(), c.Member, first.ID, "x"))
		wantGone(t, "the end of a past period", s.SetUntil(t.Context(), c.Member, c.Cycle.ID, "2040-01-01", sunday()))
		wantGone(t, "remove from a past period", s.RemoveCredit(t.Context(), c.Member, first.ID, sunday()))
		_, err = s.AddCredit(t.Context(), c.Member, "p3", renewal.Credit{ID: "x3", Cycle: c.Cycle.ID, What: "x", Amount: 1, Day: "2030-01-01"})
		wantGone(t, "log in a past period", err)
		if diff := cmp.Diff(map[string]cert.Amount{"x-p1": 250, "x-p2": 150}, credits(t, s, c)); diff != "" {
			t.Errorf("credits of the past period (-want +got):\n%s", diff)
		}
		now, _, err := s.Credential(t.Context(), c.Member, c.ID)
		must(t, err)
		if now.Cycle.ID != "y3" || now.Cycle.Until != "2033-12-31" || now.Cycle.Carried != 100 || len(credits(t, s, now)) != 0 {
			t.Errorf("the next period is %+v", now.Cycle)
		}
		must(t, s.Do(t.Context(), `DELETE FROM credits`))
		for n := range renewal.MaxCredits {
			logs(t, s, now, fmt.Sprint("n", n), 1)
		}
		if _, err := s.AddCredit(t.Context(), c.Member, "more", renewal.Credit{ID: "more", Cycle: "y3", What: "x", Amount: 1, Day: "2031-02-01"}); !errors.Is(err, renewal.ErrFull) {
			t.Errorf("one more than fits: %v", err)
		}
	})
}

// Two devices renew and log at once: one period begins, and every press counts once.
func TestRenewAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		c := holds(t, s, "dana", "cbet", renewal.Full, "")
		var renewed atomic.Int64
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				press := fmt.Sprint("p", n%4)
				_, err := s.AddCredit(t.Context(), c.Member, press, renewal.Credit{ID: fmt.Sprint("x", n), Cycle: c.Cycle.ID, What: "x", Amount: 100, Day: "2027-06-01", EnteredAt: sunday()})
				if err != nil && !errors.Is(err, renewal.ErrGone) {
					t.Error(err)
				}
				if n < 4 {
					return
				}
				err = s.Renew(t.Context(), renewal.Renewed{Member: c.Member, Cycle: c.Cycle.ID, Next: fmt.Sprint("next", n), On: "2030-11-02"}, sunday())
				if err == nil {
					renewed.Add(1)
				} else if !errors.Is(err, renewal.ErrGone) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		cycles, err := s.Cycles(t.Context(), c.Member, c.ID)
		must(t, err)
		if renewed.Load() != 1 || len(cycles) != 2 {
			t.Errorf("renewed %d times, %d periods", renewed.Load(), len(cycles))
		}
		if n := len(credits(t, s, c)); n > 4 {
			t.Errorf("%d credits of 4 presses", n)
		}
	})
}

func TestLinkedAccountsShareCredentials(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "reed")
		mine, other := holds(t, s, "dana", "cbet", renewal.Candidate, ""), holds(t, s, "reed", "cbet", renewal.Full, "2030-12-31")
		only := holds(t, s, "reed", "pmp", renewal.Full, "")
		logs(t, s, mine, "p1", 100)
		logs(t, s, other, "p2", 200)
		must(t, s.Renew(t.Context(), renewal.Renewed{Member: other.Member, Cycle: other.Cycle.ID, Next: "later", On: "2030-11-02", Until: "2033-12-31"}, sunday()))
		must(t, s.SetCounted(t.Context(), mine.Member, mine.ID, true))
		linked(t, s, "dana", "reed", sunday())
		member := memberOf(t, s, "dana")
		all, err := s.Credentials(t.Context(), member)
		must(t, err)
		if len(all) != 2 {
			t.Fatalf("they hold %+v", all)
		}
		for _, c := range all {
			switch c.Certification {
			case "pmp":
				if c.ID != only.ID {
					t.Errorf("PMP has become %+v", c)
				}
			case "cbet":
				if c.State != renewal.Full || c.Cycle.Until != "2033-12-31" || c.Counted {
					t.Errorf("CBET has become %+v", c)
				}
				sum, cycles := 0, 0
				periods, err := s.Cycles(t.Context(), member, c.ID)
				must(t, err)
				for _, y := range periods {
					credits, err := s.Credits(t.Context(), member, y.ID)
					must(t, err)
					sum, cycles = sum+len(credits), cycles+1
				}
				if sum != 2 || cycles != 2 {
					t.Errorf("%d credits in %d periods, want 2 in 2", sum, cycles)
				}
			}
		}
	})
}

// The day on which a certification was earned tells when the first period ends, and
// no other: not after a renewal, but again when it was lost and earned anew.
func TestLaterPeriods(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		c := holds(t, s, "dana", "cbet", renewal.Full, "")
		later := func() (all []bool) {
			t.Helper()
			cycles, err := s.Cycles(t.Context(), c.Member, c.ID)
			must(t, err)
			for _, y := range cycles {
				all = append(all, y.Later)
			}
			return all
		}
		for n, next := range []string{"second", "third"} {
			must(t, s.Renew(t.Context(), renewal.Renewed{Member: c.Member, Cycle: c.Cycle.ID, Next: next, On: fmt.Sprintf("203%d-01-02", n)}, sunday().Add(time.Duration(n+1)*time.Hour)))
			var err error
			c, _, err = s.Credential(t.Context(), c.Member, c.ID)
			must(t, err)
		}
		if diff := cmp.Diff([]bool{false, true, true}, later()); diff != "" || !c.Cycle.Later {
			t.Errorf("which period follows on one (-want +got):\n%s", diff)
		}
		c.State = renewal.Lapsed
		must(t, s.ChangeCredential(t.Context(), c, sunday()))
		_, err := s.AddCredential(t.Context(), renewal.NewCredential{ID: "x", Cycle: "anew", Member: c.Member, Certification: "cbet", State: renewal.Full, EarnedOn: "2036-05-09"},
			sunday().Add(9*time.Hour))
		must(t, err)
		if c, _, err = s.Credential(t.Context(), c.Member, c.ID); err != nil || c.Cycle.ID != "anew" || c.Cycle.Later {
			t.Errorf("earned anew: %+v, %v", c, err)
		}
	})
}

// Who noted when they passed as a candidate isn't asked again.
func TestCandidateKeepsTheirDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		c := holds(t, s, "dana", "cbet", renewal.Candidate, "")
		_, err := s.AddCredential(t.Context(), renewal.NewCredential{ID: "x", Cycle: "y", Member: c.Member, Certification: "cbet", State: renewal.Full}, sunday())
		must(t, err)
		if c, _, err = s.Credential(t.Context(), c.Member, c.ID); err != nil || c.State != renewal.Full || c.EarnedOn != "2027-05-09" {
			t.Errorf("they hold %+v, %v", c, err)
		}
	})
}

// One press adds one credit, be it sent again after a renewal or for something else.
func TestOnePressOneCredit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		c, other := holds(t, s, "dana", "cbet", renewal.Full, ""), holds(t, s, "dana", "chtm", renewal.Full, "")
		first := logs(t, s, c, "press", 200)
		must(t, s.Renew(t.Context(), renewal.Renewed{Member: c.Member, Cycle: c.Cycle.ID, Next: "next", On: "2030-01-02"}, sunday()))
		for _, cycle := range []string{c.Cycle.ID, "next", other.Cycle.ID} {
			got, err := s.AddCredit(t.Context(), c.Member, "press", renewal.Credit{ID: "again-" + cycle, Cycle: cycle, What: "course", Amount: 300, Day: "2030-02-01", EnteredAt: sunday()})
			if err != nil || got.ID != first.ID || got.Cycle != first.Cycle {
				t.Errorf("sent again for %s: %+v, %v", cycle, got, err)
			}
		}
		logs(t, s, holds(t, s, "lee", "cbet", renewal.Full, ""), "lees", 100)
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM credits`); err != nil || n != 2 {
			t.Errorf("%d credits, want one each (%v)", n, err)
		}
	})
}

// Of two periods the one with the later end stays as it is, with what was told of
// it; and what has come from the other is looked at for notes.
func TestLinkedRenewalsAreToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "reed")
		mine, other := holds(t, s, "dana", "cbet", renewal.Full, ""), holds(t, s, "reed", "cbet", renewal.Full, "")
		must(t, s.SetUntil(t.Context(), other.Member, other.Cycle.ID, "2030-12-31", sunday().Add(time.Hour)))
		logs(t, s, mine, "p1", 100)
		logs(t, s, other, "p2", 200)
		must(t, s.Do(t.Context(), `INSERT INTO reminders (member_id, kind, state, minute, zone) VALUES ('member-dana', 'renewal', 'on', 420, 'UTC')`))
		linked(t, s, "dana", "reed", sunday())
		all, err := s.Credentials(t.Context(), memberOf(t, s, "dana"))
		must(t, err)
		if len(all) != 1 || all[0].Cycle.ID != other.Cycle.ID || all[0].Cycle.Until != "2030-12-31" || !all[0].Cycle.DatedAt.Equal(sunday().Add(time.Hour)) {
			t.Fatalf("they hold %+v", all)
		}
		if got := credits(t, s, all[0]); len(got) != 2 {
			t.Errorf("credits: %v", got)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM due WHERE kind = 'note' AND subject = 'member-dana/renewal' AND state = 'waiting'`); err != nil || n != 1 {
			t.Errorf("%d looks at their notes, want 1 (%v)", n, err)
		}
	})
}
