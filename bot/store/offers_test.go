package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// offer is an offer in group g1 from a member to a person.
func offer(id string, kind group.OfferKind, from, to string) group.NewOffer {
	ends := sunday().AddDate(0, 0, 14)
	return group.NewOffer{
		ID: id, Group: "g1", Kind: kind, From: from, To: joining("g1", to), EndsAt: ends,
		Message: schedule.Delivery{Key: "k" + id, Kind: "offer", Ref: id, Group: "g1", Target: "fake:" + to, Person: true, At: sunday(), Until: ends},
	}
}

func TestOffers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		maria := join(t, s, "g1", "maria")
		make := func(id string, kind group.OfferKind, from, to string, want group.OfferOutcome) {
			t.Helper()
			if got, err := s.MakeOffer(t.Context(), offer(id, kind, from, to)); err != nil || got != want {
				t.Errorf("offer %s: %v, %v, want %v", id, got, err, want)
			}
		}
		answer := func(id, person string, accept bool, at time.Time, want group.OfferOutcome) {
			t.Helper()
			if _, got, err := s.AnswerOffer(t.Context(), id, bot.UserID("fake:"+person), accept, at); err != nil || got != want {
				t.Errorf("%s answers %s with %v: %v, %v, want %v", person, id, accept, got, err, want)
			}
		}
		organise := func(want string) {
			t.Helper()
			if got := names(details(t, s, "g1")); got != want {
				t.Errorf("organisers %q, want %q", got, want)
			}
		}
		now := sunday()
		make("o1", group.OfferJoin, maria.ID, "lee", group.Offered)
		make("o2", group.OfferJoin, maria.ID, "lee", group.OfferedBefore)
		make("o3", group.OfferJoin, "member-lee", "ann", group.OfferEnded) // lee organises nothing yet
		answer("o1", "ann", true, now, group.NoSuchOffer)
		answer("o1", "lee", true, now.AddDate(0, 0, 15), group.OfferEnded)
		answer("o1", "lee", true, now, group.Accepted)
		answer("o1", "lee", true, now, group.Accepted) // pressed twice
		answer("o1", "lee", false, now, group.OfferEnded)
		organise("Maria G., lee")
		make("o4", group.OfferJoin, maria.ID, "lee", group.AlreadyOrganiser)
		make("o5", group.OfferJoin, maria.ID, "ann", group.Offered)
		make("o6", group.OfferHandover, maria.ID, "ann", group.Offered) // meant otherwise now
		answer("o5", "ann", true, now, group.OfferEnded)
		answer("o6", "ann", false, now, group.Declined)
		organise("Maria G., lee")
		make("o7", group.OfferHandover, maria.ID, "ann", group.Offered)
		make("o8", group.OfferJoin, maria.ID, "tom", group.Offered)
		answer("o7", "ann", true, now, group.Accepted)
		organise("ann, lee")
		answer("o8", "tom", true, now, group.OfferEnded) // its giver organises no more
	})
}

func TestAcceptAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		maria := join(t, s, "g1", "maria")
		for n := range writers {
			if got, err := s.MakeOffer(t.Context(), offer(fmt.Sprint("o", n), group.OfferHandover, maria.ID, fmt.Sprint("p", n))); err != nil || got != group.Offered {
				t.Fatalf("offer %d: %v, %v", n, got, err)
			}
		}
		var mu sync.Mutex
		outcomes := map[group.OfferOutcome]int{}
		atOnce(t, func(n int) error {
			_, outcome, err := s.AnswerOffer(t.Context(), fmt.Sprint("o", n), bot.UserID(fmt.Sprint("fake:p", n)), true, sunday())
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
			return err
		})
		if d := details(t, s, "g1"); outcomes[group.Accepted] != 1 || len(d.Organisers) != 1 {
			t.Errorf("handed over to %d people at once: %v, organisers %q", writers, outcomes, names(d))
		}
	})
}

func TestAtMostTenOrganisers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		maria := join(t, s, "g1", "maria")
		for n := range group.MaxOrganisers + 3 {
			if got, err := s.MakeOffer(t.Context(), offer(fmt.Sprint("o", n), group.OfferJoin, maria.ID, fmt.Sprint("p", n))); err != nil || got != group.Offered {
				t.Fatalf("offer %d: %v, %v", n, got, err)
			}
		}
		atOnce(t, func(n int) error {
			_, _, err := s.AnswerOffer(t.Context(), fmt.Sprint("o", n), bot.UserID(fmt.Sprint("fake:p", n)), true, sunday())
			return err
		})
		for n := writers; n < group.MaxOrganisers+3; n++ {
			want := group.TooMany
			if n < group.MaxOrganisers-1 {
				want = group.Accepted
			}
			if _, got, err := s.AnswerOffer(t.Context(), fmt.Sprint("o", n), bot.UserID(fmt.Sprint("fake:p", n)), true, sunday()); err != nil || got != want {
				t.Errorf("offer %d: %v, %v, want %v", n, got, err, want)
			}
		}
		if n := len(details(t, s, "g1").Organisers); n != group.MaxOrganisers {
			t.Errorf("%d organisers", n)
		}
		if got, err := s.MakeOffer(t.Context(), offer("late", group.OfferJoin, maria.ID, "late")); err != nil || got != group.TooMany {
			t.Errorf("an eleventh: %v, %v", got, err)
		}
	})
}

func TestSomebodyStaysOrganiser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		maria := join(t, s, "g1", "maria")
		organisers := []string{maria.ID}
		for n := range writers - 1 {
			id, p := fmt.Sprint("o", n), fmt.Sprint("p", n)
			if _, err := s.MakeOffer(t.Context(), offer(id, group.OfferJoin, maria.ID, p)); err != nil {
				t.Fatal(err)
			}
			o, _, err := s.AnswerOffer(t.Context(), id, bot.UserID("fake:"+p), true, sunday())
			if err != nil {
				t.Fatal(err)
			}
			organisers = append(organisers, o.To)
		}
		atOnce(t, func(n int) error {
			_, err := s.StepDown(t.Context(), "g1", organisers[n])
			return err
		})
		if d := details(t, s, "g1"); len(d.Organisers) != 1 {
			t.Errorf("all stepped down at once; organisers now: %q", names(d))
		}
	})
}

func TestTakeOverOnlyADesertedGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		lee := join(t, s, "g1", "lee")
		now := sunday()
		if ok, err := s.TakeOver(t.Context(), joining("g1", "dana")); ok || err != nil {
			t.Errorf("taken over although maria can be reached: %v, %v", ok, err)
		}
		if got, err := s.OfferTakeover(t.Context(), "g1", lee.ID, "t0", now); err != nil || got != group.Reachable {
			t.Errorf("offered: %v, %v", got, err)
		}
		seen := func(open bool) {
			t.Helper()
			if err := s.AccountSeen(t.Context(), "fake:maria", open, now); err != nil {
				t.Fatal(err)
			}
		}
		seen(false)
		var mu sync.Mutex
		taken := 0
		atOnce(t, func(n int) error {
			ok, err := s.TakeOver(t.Context(), joining("g1", fmt.Sprint("admin", n)))
			mu.Lock()
			defer mu.Unlock()
			if ok {
				taken++
			}
			return err
		})
		if d := details(t, s, "g1"); taken != 1 || len(d.Organisers) != 1 {
			t.Errorf("%d of %d took over; organisers %q", taken, writers, names(d))
		}
	})
}

func TestTakeoverByAMember(t *testing.T) {
	end := func(t *testing.T, s *store.Store) {
		t.Helper()
		at := sunday().AddDate(0, 0, 7)
		due, err := s.ClaimDue(t.Context(), at, at, at.Add(time.Minute), 20)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range due {
			if d.Kind == "takeover" {
				if err := s.EndTakeover(t.Context(), d, at); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
		t.Fatalf("no takeover is due: %v", due)
	}
	tests := []struct {
		name  string
		while func(t *testing.T, s *store.Store)
		want  string
	}{
		{"nobody objects", func(*testing.T, *store.Store) {}, "lee"},
		{"somebody objects", func(t *testing.T, s *store.Store) {
			if ok, err := s.Object(t.Context(), "g1", "t1"); err != nil || !ok {
				t.Errorf("object: %v, %v", ok, err)
			}
			if got, err := s.OfferTakeover(t.Context(), "g1", "member-lee", "t3", sunday()); err != nil || got != group.ObjectedBefore {
				t.Errorf("offered again: %v, %v", got, err)
			}
		}, "Maria G."},
		{"the organiser comes back", func(t *testing.T, s *store.Store) {
			if err := s.AccountSeen(t.Context(), "fake:maria", true, sunday()); err != nil {
				t.Error(err)
			}
		}, "Maria G."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g1")
				lee, ann := join(t, s, "g1", "lee"), join(t, s, "g1", "ann")
				if err := s.AccountSeen(t.Context(), "fake:maria", false, sunday()); err != nil {
					t.Fatal(err)
				}
				if got, err := s.OfferTakeover(t.Context(), "g1", lee.ID, "t1", sunday()); err != nil || got != group.Offered {
					t.Fatalf("offered: %v, %v", got, err)
				}
				if got, err := s.OfferTakeover(t.Context(), "g1", ann.ID, "t2", sunday()); err != nil || got != group.OfferedBefore {
					t.Errorf("a second offer: %v, %v", got, err)
				}
				tt.while(t, s)
				end(t, s)
				if got := names(details(t, s, "g1")); got != tt.want {
					t.Errorf("organisers %q, want %q", got, tt.want)
				}
			})
		})
	}
}
