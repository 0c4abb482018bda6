package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// liveItems are n questions of which A is right.
func liveItems(n int) []practice.LiveItem {
	questions, kept := questionsOf(practice.Unseen, numbered("live-", n)...)
	var items []practice.LiveItem
	for k, q := range questions {
		items = append(items, practice.LiveItem{Domain: q.Domain, SessionItem: kept[k]})
	}
	return items
}

// live starts a live round of n questions with dana as its host.
func live(t *testing.T, s *store.Store, g, id string, n int) practice.Live {
	t.Helper()
	join(t, s, g, "dana")
	start, l, err := s.StartLive(t.Context(), practice.Live{ID: id, Group: g, Track: "track-" + g, Channel: bot.ChannelID("fake:" + g),
		Host: "member-dana", Per: 45 * time.Second}, liveItems(n), "press-"+id, "key-"+id, sunday())
	if err != nil || start != practice.LiveStarted {
		t.Fatalf("start: %v, %v", start, err)
	}
	return l
}

// livePost lets the newest post of a live round arrive.
func livePost(t *testing.T, s *store.Store, id string, place int, at time.Time) {
	t.Helper()
	if err := s.OpenLive(t.Context(), id, place, at); err != nil {
		t.Fatalf("open question %d: %v", place, err)
	}
	for { // a channel's posts keep their order
		claimed, err := s.ClaimDeliveries(t.Context(), "fake", at, at.Add(time.Minute), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			return
		}
		for _, d := range claimed {
			if _, err := s.MarkSent(t.Context(), d, bot.MessageID("fake:m/"+d.Key), 1, at, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func pressLive(t *testing.T, s *store.Store, id string, place int, person, option string, at time.Time) practice.LiveStatus {
	t.Helper()
	out, err := s.AnswerLive(t.Context(), livePress(id, place, person, option, at))
	if err != nil {
		t.Fatal(err)
	}
	return out.Status
}

func livePress(id string, place int, person, option string, at time.Time) practice.LiveAnswer {
	verdict := practice.Wrong
	if option == "a" {
		verdict = practice.Right
	}
	key := fmt.Sprintf("%s-%d-%s-%s-%d", id, place, person, option, at.UnixMilli())
	return practice.LiveAnswer{Live: id, Place: place, Account: bot.UserID("fake:" + person),
		Answer: practice.Answer{ID: key, Option: option, Verdict: verdict, At: at, Interaction: key}}
}

func mustLive(t *testing.T, s *store.Store, id string) practice.Live {
	t.Helper()
	return there(s.Live(t.Context(), id))(t, "live round "+id)
}

func mustLiveQuestion(t *testing.T, s *store.Store, id string, place int) practice.LiveQuestion {
	t.Helper()
	return there(s.LiveQuestion(t.Context(), id, place))(t, fmt.Sprintf("question %d of %s", place, id))
}

// Two hosts, or one twice, start one live round; and the same press later
// starts no second one.
func TestOneLiveRoundAChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		var mu sync.Mutex
		starts, ids := map[practice.LiveStart]int{}, map[string]bool{}
		atOnce(t, func(n int) error {
			id := fmt.Sprint("l", n)
			start, l, err := s.StartLive(t.Context(), practice.Live{ID: id, Group: "g", Track: "track-g", Channel: "fake:g", Host: "member-dana",
				Per: time.Minute}, liveItems(3), "press-"+id, "key-"+id, sunday())
			mu.Lock()
			defer mu.Unlock()
			starts[start]++
			ids[l.ID] = true
			return err
		})
		if starts[practice.LiveStarted] != 1 || starts[practice.LiveRunning] != writers-1 || len(ids) != 1 {
			t.Errorf("starts %v of %d live rounds, want one", starts, len(ids))
		}
		for id := range ids {
			if stopped, err := s.StopLive(t.Context(), id, "end", sunday()); err != nil || !stopped {
				t.Fatalf("stop: %v, %v", stopped, err)
			}
			start, l, err := s.StartLive(t.Context(), practice.Live{ID: "again", Group: "g", Track: "track-g", Channel: "fake:g", Host: "member-dana",
				Per: time.Minute}, liveItems(3), "press-"+id, "key-again", sunday())
			if err != nil || start != practice.LiveStarted || l.ID != id || l.Ending != practice.LiveStopped {
				t.Errorf("the same press again: %v, %+v, %v; want the live round that it had started", start, l, err)
			}
		}
	})
}

func TestLiveRoundIsRefusedWhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, tt := range []struct {
			name    string
			channel bot.ChannelID
			before  func(t *testing.T)
		}{
			{"another channel", "fake:elsewhere", func(*testing.T) {}},
			{"a paused group", "fake:g", func(t *testing.T) {
				if _, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, sunday()); err != nil {
					t.Fatal(err)
				}
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if _, ok, _ := s.GroupIn(t.Context(), "fake:g"); !ok {
					begin(t, s, "g")
					join(t, s, "g", "dana")
				}
				tt.before(t)
				start, _, err := s.StartLive(t.Context(), practice.Live{ID: "l", Group: "g", Track: "track-g", Channel: tt.channel, Host: "member-dana",
					Per: time.Minute}, liveItems(1), "p", "k", sunday())
				if err != nil || start != practice.LiveRefused {
					t.Errorf("got %v, %v; want it refused", start, err)
				}
			})
		}
	})
}

// Presses while the question closes: each is either noted and becomes an answer,
// or comes too late and becomes none; nothing is copied twice.
func TestLivePressesWhileClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		live(t, s, "g", "l", 9)
		at := sunday()
		for place := 1; place <= 8; place++ {
			livePost(t, s, "l", place, at)
			var mu sync.Mutex
			noted := 0
			atOnce(t, func(n int) error {
				if n%4 == 0 {
					_, err := s.CloseLive(t.Context(), "l", place, nil, fmt.Sprint("end", place, n), at.Add(time.Second))
					return err
				}
				out, err := s.AnswerLive(t.Context(), livePress("l", place, fmt.Sprint("p", n), "a", at.Add(time.Second)))
				mu.Lock()
				defer mu.Unlock()
				if out.Status == practice.LiveNoted {
					noted++
				}
				return err
			})
			spread, err := s.LiveSpread(t.Context(), "l", place)
			if err != nil || spread["a"] != noted {
				t.Errorf("question %d: %d noted, %v kept (%v)", place, noted, spread, err)
			}
			uses, _, err := s.Uses(t.Context(), "g", "track-g")
			if err != nil || uses[fmt.Sprint("live-", place-1)].Met != noted {
				t.Errorf("question %d: %d noted, %d became answers (%v)", place, noted, uses[fmt.Sprint("live-", place-1)].Met, err)
			}
			if l := mustLive(t, s, "l"); l.Ending != "" {
				return // by chance nobody was noted twice in a row
			}
			// Pressing on at once, too, goes on by one question.
			atOnce(t, func(n int) error {
				_, err := s.NextLive(t.Context(), "l", place, nil, fmt.Sprint("next", place, n), at.Add(2*time.Second))
				return err
			})
			if l := mustLive(t, s, "l"); l.Place != place+1 {
				t.Fatalf("after question %d comes %d", place, l.Place)
			}
			at = at.Add(time.Minute)
		}
	})
}

// An answer may change until the time is up, not after; strangers, forged places
// and questions to come are refused.
func TestLiveAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "lee")
		live(t, s, "g", "l", 3)
		livePost(t, s, "l", 1, sunday())
		at := sunday()
		for _, tt := range []struct {
			name, person, option string
			place                int
			after                time.Duration
			want                 practice.LiveStatus
		}{
			{"the first", "lee", "b", 1, time.Second, practice.LiveNoted},
			{"a change of mind", "lee", "a", 1, 2 * time.Second, practice.LiveNoted},
			{"somebody who is no member", "tom", "a", 1, 3 * time.Second, practice.LiveStranger},
			{"a question to come", "lee", "a", 2, 4 * time.Second, practice.LiveOver},
			{"a question there is not", "lee", "a", 99, 4 * time.Second, practice.LiveOver},
			{"after its time", "lee", "b", 1, 45 * time.Second, practice.LiveOver},
		} {
			if got := pressLive(t, s, "l", tt.place, tt.person, tt.option, at.Add(tt.after)); got != tt.want {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
		if out, err := s.AnswerLive(t.Context(), livePress("none", 1, "lee", "a", at)); err != nil || out.Status != practice.LiveStranger {
			t.Errorf("a live round there is not: %v, %v", out.Status, err)
		}
		if spread, err := s.LiveSpread(t.Context(), "l", 1); err != nil || !cmp.Equal(spread, map[string]int{"a": 1}) {
			t.Errorf("answers %v (%v), want the second of lee's only", spread, err)
		}
	})
}

// A question waits for those who have extra time and take part, and for nobody
// who has answered.
func TestLiveWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "lee")
		live(t, s, "g", "l", 9)
		extra := func(person string, e practice.ExtraTime) {
			t.Helper()
			if err := s.SetExtraTime(t.Context(), "member-"+person, e); err != nil {
				t.Fatal(err)
			}
		}
		at := sunday()
		for place, tt := range []struct {
			name    string
			lee     practice.ExtraTime
			first   time.Duration // the question is open
			answers []string      // one a second
			then    time.Duration
		}{
			{"at the first question nobody knows who takes part", practice.NoTimer, 90 * time.Second, []string{"lee"}, 45 * time.Second},
			{"twice the time", practice.DoubleTime, 90 * time.Second, nil, 90 * time.Second},
			{"once lee has answered, the rest have their usual time", practice.HalfMore, 67500 * time.Millisecond, []string{"dana", "lee"}, 2*time.Second + practice.LiveChange},
			{"no timer", practice.NoTimer, practice.LiveUntimed, []string{"lee"}, 45 * time.Second},
			{"only dana answers", practice.NoTimer, practice.LiveUntimed, []string{"dana"}, practice.LiveUntimed},
			{"and again", practice.NoTimer, practice.LiveUntimed, []string{"dana"}, practice.LiveUntimed},
			{"for somebody who went away nobody waits", practice.NoTimer, 45 * time.Second, []string{"dana"}, time.Second + practice.LiveChange},
		} {
			extra("lee", tt.lee)
			livePost(t, s, "l", place+1, at)
			if got := mustLiveQuestion(t, s, "l", place+1).ClosesAt.Sub(at); got != tt.first {
				t.Errorf("%s: at first open for %v, want %v", tt.name, got, tt.first)
			}
			for n, person := range tt.answers {
				pressLive(t, s, "l", place+1, person, "a", at.Add(time.Duration(n+1)*time.Second))
			}
			q := mustLiveQuestion(t, s, "l", place+1)
			if got := q.ClosesAt.Sub(at); got != tt.then {
				t.Errorf("%s: then open for %v, want %v", tt.name, got, tt.then)
			}
			due, err := s.ClaimDue(t.Context(), q.ClosesAt, at, at.Add(time.Second), 100)
			if err != nil || len(due) != 1 || !due[0].At.Equal(q.ClosesAt) {
				t.Fatalf("%s: due %+v (%v), want its closing at %v", tt.name, due, err, q.ClosesAt)
			}
			if closed, err := s.CloseLive(t.Context(), "l", place+1, &due[0], "end", q.ClosesAt); err != nil || !closed {
				t.Fatalf("%s: close: %v, %v", tt.name, closed, err)
			}
			if next, err := s.NextLive(t.Context(), "l", place+1, nil, fmt.Sprint("next", place), q.ClosesAt); err != nil || !next {
				t.Fatalf("%s: next: %v, %v", tt.name, next, err)
			}
			at = at.Add(10 * time.Minute)
		}
	})
}

// However it ends, nothing is due any more, nothing more is posted but the one
// post that sums it up, and the next one can begin.
func TestLiveEnds(t *testing.T) {
	late := sunday().Add(time.Hour)
	for _, tt := range []struct {
		name   string
		end    func(t *testing.T, s *store.Store) error
		ending practice.LiveEnding
		posts  bool // sums it up
	}{
		{"somebody stops it", func(t *testing.T, s *store.Store) error {
			_, err := s.StopLive(t.Context(), "l", "end", sunday())
			return err
		}, practice.LiveStopped, true},
		{"the group pauses", func(t *testing.T, s *store.Store) error {
			_, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, sunday())
			return err
		}, practice.LiveGroup, false},
		{"the group ends", func(t *testing.T, s *store.Store) error {
			_, err := s.StopGroup(t.Context(), "g", group.Ended, "", sunday())
			return err
		}, practice.LiveGroup, false},
		{"the channel is gone", func(t *testing.T, s *store.Store) error {
			return s.ChannelGone(t.Context(), "", "fake:g", sunday())
		}, practice.LiveGroup, false},
		{"the group moves", func(t *testing.T, s *store.Store) error {
			_, err := s.Rebind(t.Context(), group.Binding{Group: "g", From: "fake:g", To: "fake:new"}, sunday())
			return err
		}, practice.LiveGroup, false},
		{"the program was away", func(t *testing.T, s *store.Store) error {
			due, err := s.ClaimDue(t.Context(), late, late, late.Add(time.Second), 1)
			if err != nil {
				return err
			}
			_, err = s.CloseLive(t.Context(), "l", 1, &due[0], "end", late)
			return err
		}, practice.LiveLate, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				live(t, s, "g", "l", 3)
				livePost(t, s, "l", 1, sunday())
				pressLive(t, s, "l", 1, "dana", "a", sunday().Add(time.Second))
				if err := tt.end(t, s); err != nil {
					t.Fatal(err)
				}
				if l := mustLive(t, s, "l"); l.Ending != tt.ending {
					t.Errorf("ended %q, want %q", l.Ending, tt.ending)
				}
				if q := mustLiveQuestion(t, s, "l", 1); q.State != practice.LiveClosed {
					t.Errorf("its question is %s", q.State)
				}
				if _, ok, err := s.Delivery(t.Context(), "end"); err != nil || ok != tt.posts {
					t.Errorf("a post sums it up: %v (%v), want %v", ok, err, tt.posts)
				}
				due, err := s.ClaimDue(t.Context(), sunday().Add(2*time.Hour), late, late, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range due {
					if d.Kind == practice.KindLive {
						t.Errorf("still due: %+v", d)
					}
				}
				if got := pressLive(t, s, "l", 1, "dana", "b", sunday().Add(2*time.Second)); got != practice.LiveOver {
					t.Errorf("a press after the end: %v", got)
				}
				if err := s.OpenLive(t.Context(), "l", 1, sunday()); !errors.Is(err, schedule.ErrTaken) {
					t.Errorf("its post can still be opened: %v", err)
				}
			})
		})
	}
}

// A question that has come to be open in the group meanwhile is left out.
func TestLiveLeavesOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		join(t, s, "g", "dana")
		items := liveItems(4)
		items[1].Item = r.Item.ID
		_, _, err := s.StartLive(t.Context(), practice.Live{ID: "l", Group: "g", Track: "track-g", Channel: "fake:g", Host: "member-dana",
			Per: 45 * time.Second}, items, "press", "key", sunday())
		if err != nil {
			t.Fatal(err)
		}
		livePost(t, s, "l", 1, sunday())
		if _, err := s.CloseLive(t.Context(), "l", 1, nil, "end", sunday()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.NextLive(t.Context(), "l", 1, nil, "next", sunday()); err != nil {
			t.Fatal(err)
		}
		l := mustLive(t, s, "l")
		if q := mustLiveQuestion(t, s, "l", 2); l.Size != 3 || l.Place != 2 || q.Item.ID != "live-3" {
			t.Errorf("question %d of %d is %s, want live-3 as 2 of 3", l.Place, l.Size, q.Item.ID)
		}
	})
}
