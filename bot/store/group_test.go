package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// writers is how many act at once where two could spoil each other's work.
const writers = 8

// sunday is the day before the example date, 4:38 AM in Chicago.
func sunday() time.Time { return time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC) }

// atOnce runs do for 0 to writers-1 at the same instant and fails on any error.
func atOnce(t *testing.T, do func(n int) error) {
	t.Helper()
	var ready, done sync.WaitGroup
	ready.Add(1)
	for n := range writers {
		done.Go(func() {
			ready.Wait()
			if err := do(n); err != nil {
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	ready.Done()
	done.Wait()
}

// plan is a set-up in a channel, ready to start.
func plan(id string, user bot.UserID, ch bot.ChannelID) group.Start {
	return group.Start{
		Setup: group.Setup{
			ID: id, User: user, Name: "Maria G.", Space: "fake:space", Channel: ch, GroupName: "CBET study group",
			Certification: "cbet", Outline: "cbet-2025", WindowFrom: "2027-05-01", WindowTo: "2027-05-15",
			Expr: "0 7 * * 1-5", Zone: "America/Chicago", StaysOpen: group.UntilNext, CreatedAt: sunday(),
		},
		Member: "member-" + id, Track: "track-" + id, Schedule: "schedule-" + id, Now: sunday(),
		Welcome: schedule.Delivery{Key: "welcome-" + id, Kind: "welcome", Ref: id, Group: id, Target: string(ch), Rank: schedule.RankSumUp, At: sunday()},
	}
}

func begin(t *testing.T, s *store.Store, id string) {
	t.Helper()
	outcome, err := s.StartGroup(t.Context(), plan(id, "fake:maria", bot.ChannelID("fake:"+id)))
	if err != nil || outcome != group.Started {
		t.Fatalf("start: %v, %v", outcome, err)
	}
}

func joining(id, person string) group.Joining {
	return group.Joining{
		Group: id, Account: bot.UserID("fake:" + person), Space: "fake:space", Channel: bot.ChannelID("fake:" + id),
		Name: person, Member: "member-" + person, Now: sunday(),
	}
}

func join(t *testing.T, s *store.Store, id, person string) group.Member {
	t.Helper()
	m, ok, err := s.JoinGroup(t.Context(), joining(id, person))
	if err != nil || !ok {
		t.Fatalf("%s joins: %v, %v", person, ok, err)
	}
	return m.Member
}

func details(t *testing.T, s *store.Store, id string) group.Details {
	t.Helper()
	d, ok, err := s.Details(t.Context(), id)
	if err != nil || !ok {
		t.Fatalf("details of %s: %v, %v", id, ok, err)
	}
	return d
}

// names are the organisers of a group.
func names(d group.Details) string {
	var all []string
	for _, o := range d.Organisers {
		all = append(all, o.Name)
	}
	return strings.Join(all, ", ")
}

func TestStartTwiceMakesOneGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var mu sync.Mutex
		outcomes := map[group.StartOutcome]int{}
		atOnce(t, func(int) error {
			outcome, err := s.StartGroup(t.Context(), plan("g1", "fake:maria", "fake:g1"))
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
			return err
		})
		if outcomes[group.Started] != 1 || outcomes[group.AlreadyStarted] != writers-1 {
			t.Errorf("one set-up started %d times at once: %v", writers, outcomes)
		}
		d := details(t, s, "g1")
		if want := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC); !d.Next().Equal(want) {
			t.Errorf("first question due %v, want %v", d.Next(), want)
		}
		if names(d) != "Maria G." || len(d.Channels) != 1 {
			t.Errorf("organisers %q, channels %v", names(d), d.Channels)
		}
	})
}

func TestOneGroupInAChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var mu sync.Mutex
		outcomes := map[group.StartOutcome]int{}
		atOnce(t, func(n int) error {
			outcome, err := s.StartGroup(t.Context(), plan(fmt.Sprintf("g%d", n), bot.UserID(fmt.Sprintf("fake:p%d", n)), "fake:ch"))
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
			return err
		})
		if outcomes[group.Started] != 1 || outcomes[group.ChannelTaken] != writers-1 {
			t.Errorf("%d people started in one channel: %v", writers, outcomes)
		}
		g, ok, err := s.GroupIn(t.Context(), "fake:ch")
		if err != nil || !ok {
			t.Fatalf("group in channel: %v, %v", ok, err)
		}
		for n := range writers { // nothing is left of those who were too late
			id := fmt.Sprintf("g%d", n)
			if _, ok, err := s.Details(t.Context(), id); err != nil || ok != (id == g.ID) {
				t.Errorf("group %s exists: %v (%v), in the channel is %s", id, ok, err, g.ID)
			}
		}
	})
}

func TestJoinTwiceAtOnceMakesOneMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		var mu sync.Mutex
		members, fresh := map[string]int{}, 0
		atOnce(t, func(n int) error {
			j := joining("g1", "ann")
			j.Member = fmt.Sprintf("m%d", n)
			m, ok, err := s.JoinGroup(t.Context(), j)
			mu.Lock()
			defer mu.Unlock()
			if members[m.Member.ID]++; m.Member.New {
				fresh++
			}
			if err == nil && !ok {
				err = fmt.Errorf("not joined")
			}
			return err
		})
		if len(members) != 1 || fresh != 1 {
			t.Errorf("members %v, %d of them new; want one, new once", members, fresh)
		}
	})
}

func TestJoinOnlyInTheGroupsChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		begin(t, s, "g2")
		for name, ch := range map[string]bot.ChannelID{"another group's": "fake:g2", "nobody's": "fake:x", "none": ""} {
			j := joining("g1", "ann")
			j.Channel = ch
			if _, ok, err := s.JoinGroup(t.Context(), j); ok || err != nil {
				t.Errorf("joined from %s channel: %v, %v", name, ok, err)
			}
		}
		if _, ok, err := s.Membership(t.Context(), "fake:ann", "g1"); ok || err != nil {
			t.Errorf("a member without having joined: %v, %v", ok, err)
		}
	})
}

func TestPostNowOnceAToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		var mu sync.Mutex
		outcomes := map[group.PostOutcome]int{}
		atOnce(t, func(int) error {
			outcome, err := s.PostNow(t.Context(), "g1", "", "token", sunday())
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
			return err
		})
		if outcomes[group.Posting] != 1 || outcomes[group.PostedBefore] != writers-1 {
			t.Errorf("pressed %d times at once: %v", writers, outcomes)
		}
		if ok, err := s.StopGroup(t.Context(), "g1", group.Paused, group.ByOrganiser, sunday()); err != nil || !ok {
			t.Fatalf("pause: %v, %v", ok, err)
		}
		if outcome, err := s.PostNow(t.Context(), "g1", "", "other", sunday()); err != nil || outcome != group.NotRunning {
			t.Errorf("while paused: %v, %v", outcome, err)
		}
	})
}

// posted posts the question that is due on Monday at 07:00 and opens it.
func posted(t *testing.T, s *store.Store, id string, at time.Time) practice.Round {
	t.Helper()
	due, err := s.ClaimDue(t.Context(), at, at, at.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(due); n++ {
		d := due[n]
		if d.Kind != group.KindQuestion { // a week ends before its first question
			if err := s.SkipDue(t.Context(), d, at, "not now"); err != nil {
				t.Fatal(err)
			}
			more, err := s.ClaimDue(t.Context(), at, at, at.Add(time.Minute), 10)
			if err != nil {
				t.Fatal(err)
			}
			due = append(due, more...)
			continue
		}
		next, err := details(t, s, id).First().Schedule.After(d.At, schedule.RankOpen)
		if err != nil {
			t.Fatal(err)
		}
		item := thisOrThat("cbet-x")
		version, snapshot := item.Version()
		r := practice.Round{ID: "round-" + id, Group: id, Track: "track-" + id, Item: item, ItemVersion: version,
			LocalDay: "2026-11-23", State: practice.Planned, PlannedAt: at}
		p := practice.Posting{Round: r, Snapshot: snapshot, Next: []schedule.Due{next}, Low: -1}
		g := details(t, s, r.Group)
		if err := s.PostRound(t.Context(), d, p, at); err != nil {
			t.Fatal(err)
		}
		if err := s.OpenRound(t.Context(), practice.Opening{Round: r.ID, Plan: practice.Plan{Group: g.Group, Schedule: g.First().Schedule},
			At: at, Closes: at.Add(24 * time.Hour), Latest: at.Add(72 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		return round(t, s, r.ID)
	}
	t.Fatalf("no question is due at %v: %v", at, due)
	return practice.Round{}
}

func round(t *testing.T, s *store.Store, id string) practice.Round {
	t.Helper()
	r, ok, err := s.Round(t.Context(), id)
	if err != nil || !ok {
		t.Fatalf("round %s: %v, %v", id, ok, err)
	}
	return r
}

func TestPauseAndResumeMoveTheClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		monday := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
		r := posted(t, s, "g1", monday)
		closesAt := func() time.Time {
			t.Helper()
			at := round(t, s, r.ID).ClosesAt
			next, ok, err := s.NextInstant(t.Context(), monday.Add(12*time.Hour))
			if err != nil || !ok || !next.Equal(at) {
				t.Errorf("the round closes at %v, but next due is %v (%v, %v)", at, next, ok, err)
			}
			return at
		}
		if ok, err := s.StopGroup(t.Context(), "g1", group.Paused, group.ByOrganiser, monday.Add(time.Hour)); err != nil || !ok {
			t.Fatalf("pause: %v, %v", ok, err)
		}
		if at := closesAt(); !at.Equal(r.LatestClose) {
			t.Errorf("paused, it closes at %v, want its latest, %v", at, r.LatestClose)
		}
		if d := details(t, s, "g1"); !d.Next().IsZero() || d.Group.State != group.Paused {
			t.Errorf("paused, next is %v, state %s", d.Next(), d.Group.State)
		}
		if ok, err := s.ResumeGroup(t.Context(), "g1", monday.Add(2*time.Hour)); err != nil || !ok {
			t.Fatalf("resume: %v, %v", ok, err)
		}
		if at, want := closesAt(), monday.Add(24*time.Hour); !at.Equal(want) {
			t.Errorf("resumed, it closes at %v, want %v", at, want)
		}
		if ok, err := s.ResumeGroup(t.Context(), "g1", monday.Add(2*time.Hour)); err != nil || ok {
			t.Errorf("resumed twice: %v, %v", ok, err)
		}
	})
}

func TestRescheduleNeverDoublesADay(t *testing.T) {
	monday := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC) // 07:00 in Chicago
	tests := []struct {
		name string
		expr string
		zone string
		want string // local
	}{
		{"later the same day", "0 9 * * 1-5", "America/Chicago", "2026-11-24T09:00"},
		{"several a day", "0 7,9 * * 1-5", "America/Chicago", "2026-11-23T09:00"},
		{"same time further west", "0 7 * * 1-5", "America/Los_Angeles", "2026-11-24T07:00"},
		{"several a day further west", "0 7,9 * * 1-5", "America/Los_Angeles", "2026-11-23T09:00"},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				id := fmt.Sprintf("g%d", n)
				begin(t, s, id)
				posted(t, s, id, monday)
				setup := plan(id, "fake:maria", bot.ChannelID("fake:"+id)).Setup
				setup.Group, setup.Expr, setup.Zone = id, tt.expr, tt.zone
				if ok, err := s.Reschedule(t.Context(), setup, monday.Add(10*time.Minute)); err != nil || !ok {
					t.Fatalf("reschedule: %v, %v", ok, err)
				}
				d := details(t, s, id)
				if got := schedule.WallOf(d.Next(), d.Group.Location()).String(); got != tt.want {
					t.Errorf("next question at %s, want %s", got, tt.want)
				}
				// Let it pass for the tests that follow.
				if _, err := s.StopGroup(t.Context(), id, group.Ended, group.ByOrganiser, monday); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

func TestReopen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		again := plan("s2", "fake:maria", "fake:g1")
		again.Setup.Group, again.Setup.Reopen, again.Setup.Expr = "g1", true, "30 6 * * *"
		start := func(want group.StartOutcome) {
			t.Helper()
			if outcome, err := s.StartGroup(t.Context(), again); err != nil || outcome != want {
				t.Errorf("reopen: %v, %v, want %v", outcome, err, want)
			}
		}
		start(group.AlreadyStarted)
		if ok, err := s.StopGroup(t.Context(), "g1", group.Ended, "", sunday()); err != nil || !ok {
			t.Fatalf("end: %v, %v", ok, err)
		}
		if ok, err := s.Reschedule(t.Context(), again.Setup, sunday()); err != nil || ok {
			t.Errorf("schedule of an ended group changed: %v, %v", ok, err)
		}
		again.Now = sunday().AddDate(0, 1, 0)
		start(group.Started)
		start(group.AlreadyStarted)
		d := details(t, s, "g1")
		if d.Group.State != group.Running || d.First().Schedule.Expr != "30 6 * * *" || d.First().ID != "track-g1" || d.Next().IsZero() {
			t.Errorf("reopened: %+v", d)
		}
	})
}

func TestSetupIsKeptAWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		old, young := plan("old", "fake:maria", "fake:a").Setup, plan("young", "fake:lee", "fake:b").Setup
		young.CreatedAt = old.CreatedAt.AddDate(0, 0, 8)
		for _, setup := range []group.Setup{old, young} {
			if err := s.SaveSetup(t.Context(), setup); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok, err := s.Setup(t.Context(), "old"); ok || err != nil {
			t.Errorf("old set-up is there: %v, %v", ok, err)
		}
		got, ok, err := s.Setup(t.Context(), "young")
		if err != nil || !ok || got != young {
			t.Errorf("set-up = %+v, %v, %v, want %+v", got, ok, err, young)
		}
	})
}

// TestGroupPlans holds everything a person waits for to their own group's rows.
func TestGroupPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		maria := join(t, s, "g1", "maria")
		ctx, now := context.Background(), sunday()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		storetest.QueryPlans(t, s, nil, func() {
			_, _, err := s.Membership(ctx, "fake:maria", "g1")
			must(err)
			_, err = s.Memberships(ctx, "fake:maria")
			must(err)
			_, _, err = s.JoinGroup(ctx, joining("g1", "ann"))
			must(err)
			must(s.Prefer(ctx, "fake:maria", "g1"))
			_, _, err = s.GroupIn(ctx, "fake:g1")
			must(err)
			_, _, err = s.Details(ctx, "g1")
			must(err)
			must(s.SaveSetup(ctx, plan("g2", "fake:maria", "fake:g2").Setup))
			_, _, err = s.Setup(ctx, "g2")
			must(err)
			_, err = s.StartGroup(ctx, plan("g2", "fake:maria", "fake:g2"))
			must(err)
			_, err = s.StopGroup(ctx, "g1", group.Paused, group.ByOrganiser, now)
			must(err)
			_, err = s.ResumeGroup(ctx, "g1", now)
			must(err)
			_, err = s.PostNow(ctx, "g1", "", "token", now)
			must(err)
			_, err = s.Failures(ctx, "g1", now)
			must(err)
			_, err = s.Unpark(ctx, "g1", now)
			must(err)
			_, err = s.MakeOffer(ctx, offer("o1", group.OfferJoin, maria.ID, "ann"))
			must(err)
			_, err = s.OffersTo(ctx, "member-ann", now)
			must(err)
			_, _, err = s.AnswerOffer(ctx, "o1", "fake:ann", true, now)
			must(err)
			_, err = s.StepDown(ctx, "g1", "member-ann")
			must(err)
			_, err = s.TakeOver(ctx, joining("g1", "ann"))
			must(err)
			_, err = s.OfferTakeover(ctx, "g1", "member-ann", "o2", now)
			must(err)
			_, _, err = s.Takeover(ctx, "g1")
			must(err)
			_, err = s.Object(ctx, "g1", "o2")
			must(err)
			_, err = s.Notices(ctx, "g1")
			must(err)
			_, err = s.Rebind(ctx, group.Binding{Group: "g1", From: "fake:g1", To: "fake:other", Space: "fake:space"}, now)
			must(err)
		})
	})
}
