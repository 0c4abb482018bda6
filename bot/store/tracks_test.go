package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// addition is a certification that a group begins to study at its usual time.
func addition(id, certification string, n int) group.NewTrack {
	setup := plan(id, "fake:maria", bot.ChannelID("fake:"+id)).Setup
	setup.Group, setup.Adding, setup.Certification, setup.Outline = id, true, certification, certification+"-2025"
	return group.NewTrack{Setup: setup, Track: fmt.Sprintf("track-%s-%s-%d", id, certification, n),
		Schedule: fmt.Sprintf("schedule-%s-%s-%d", id, certification, n), Now: sunday()}
}

func added(t *testing.T, s *store.Store, a group.NewTrack) {
	t.Helper()
	if outcome, err := s.AddTrack(t.Context(), a); err != nil || outcome != group.TrackChanged {
		t.Fatalf("add %s: %v, %v", a.Setup.Certification, outcome, err)
	}
}

// studying are the certifications of a group in order.
func studying(d group.Details) (all []string) {
	for _, t := range d.Tracks {
		all = append(all, t.Certification)
	}
	return all
}

// waitingQuestions are the schedules with a question to come, and its rank.
func waitingQuestions(t *testing.T, s *store.Store, d group.Details) map[string]int {
	t.Helper()
	ranks := map[string]int{}
	for _, tr := range d.Tracks {
		due, ok, err := s.WaitingDue(t.Context(), group.KindQuestion, tr.Schedule.ID)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			ranks[tr.Certification] = due.Rank
		}
	}
	return ranks
}

func TestAddCertificationsAtOnce(t *testing.T) {
	tests := []struct {
		name string
		what func(n int) string // what each writer adds
		want map[group.TrackOutcome]int
		many int
	}{
		{"the same one", func(int) string { return "chtm" }, map[group.TrackOutcome]int{group.TrackChanged: 1, group.TrackBefore: writers - 1}, 2},
		{"what it studies", func(int) string { return "cbet" }, map[group.TrackOutcome]int{group.TrackBefore: writers}, 1},
		{"more than there is room for", func(n int) string { return fmt.Sprint("c", n) },
			map[group.TrackOutcome]int{group.TrackChanged: group.MaxTracks - 1, group.TrackTooMany: writers - group.MaxTracks + 1}, group.MaxTracks},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				var mu sync.Mutex
				outcomes := map[group.TrackOutcome]int{}
				atOnce(t, func(n int) error {
					outcome, err := s.AddTrack(t.Context(), addition("g", tt.what(n), n))
					mu.Lock()
					defer mu.Unlock()
					outcomes[outcome]++
					return err
				})
				if diff := cmp.Diff(tt.want, outcomes); diff != "" {
					t.Errorf("outcomes (-want +got):\n%s", diff)
				}
				d := details(t, s, "g")
				if len(d.Tracks) != tt.many || d.First().Certification != "cbet" {
					t.Errorf("studies %v, want %d with CBET first", studying(d), tt.many)
				}
				for n, tr := range d.Tracks {
					if tr.Schedule.Place != n || tr.Next.IsZero() {
						t.Errorf("%s has place %d and is next at %v, want place %d and a question", tr.Certification, tr.Schedule.Place, tr.Next, n)
					}
				}
			})
		})
	}
}

func TestRemoveCertificationsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		added(t, s, addition("g", "chtm", 1))
		added(t, s, addition("g", "cabt", 1))
		d := details(t, s, "g")
		if diff := cmp.Diff(map[string]int{"cbet": 30, "chtm": 31, "cabt": 32}, waitingQuestions(t, s, d)); diff != "" {
			t.Errorf("ranks (-want +got):\n%s", diff)
		}
		var mu sync.Mutex
		outcomes := map[group.TrackOutcome]int{}
		atOnce(t, func(n int) error {
			outcome, err := s.RemoveTrack(t.Context(), "g", d.Tracks[n%3].ID, sunday())
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome]++
			return err
		})
		if outcomes[group.TrackChanged] != 2 || outcomes[group.TrackLast] == 0 {
			t.Errorf("three certifications removed by %d people at once: %v", writers, outcomes)
		}
		left := details(t, s, "g")
		if len(left.Tracks) != 1 || left.First().Schedule.Place != 0 {
			t.Fatalf("studies %v, place %d", studying(left), left.First().Schedule.Place)
		}
		if diff := cmp.Diff(map[string]int{left.First().Certification: 30}, waitingQuestions(t, s, left)); diff != "" {
			t.Errorf("ranks afterwards (-want +got):\n%s", diff)
		}
		if w := weekly(t, s, "g"); w.Rank != schedule.RankSumUp {
			t.Errorf("the week ends at rank %d", w.Rank)
		}
	})
}

// What a removed certification had stays, and added again it goes on.
func TestRemovedCertificationGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		first := asked(t, s, "g", "r1", sunday())
		answered(t, s, first, sunday(), map[string]practice.Verdict{"dana": practice.Right})
		closed(t, s, first)
		open := asked(t, s, "g", "r2", sunday().Add(30*time.Hour))
		unsent := planned(t, s, "g", "r3", sunday().Add(31*time.Hour))
		added(t, s, addition("g", "chtm", 1))
		now := sunday().Add(32 * time.Hour)
		if outcome, err := s.RemoveTrack(t.Context(), "g", "track-g", now); err != nil || outcome != group.TrackChanged {
			t.Fatal(outcome, err)
		}
		if d := details(t, s, "g"); !slices.Equal(studying(d), []string{"chtm"}) {
			t.Fatalf("studies %v", studying(d))
		}
		if due, ok, err := s.WaitingDue(t.Context(), group.KindQuestion, "schedule-g"); err != nil || ok {
			t.Errorf("still due: %+v (%v)", due, err)
		}
		r, _, err := s.Round(t.Context(), open.ID)
		if err != nil || r.State != practice.Open || !r.ClosesAt.Equal(r.LatestClose) {
			t.Errorf("the open question is %s and closes %v, at the latest %v (%v)", r.State, r.ClosesAt, r.LatestClose, err)
		}
		if r, _, err := s.Round(t.Context(), unsent.ID); err != nil || r.State != practice.Skipped {
			t.Errorf("what was not posted is %s (%v)", r.State, err)
		}
		p, err := s.RoundPlan(t.Context(), open.ID)
		if err != nil || p.Track.ID != "track-g" || p.Schedule.ID != "" {
			t.Errorf("plan of a removed track: %+v, %v", p, err)
		}
		if out, err := s.Answer(t.Context(), answer(open, "dana", 2, now), false); err != nil || out.Status != practice.Recorded {
			t.Errorf("answering the open question: %v, %v", out.Status, err)
		}
		tracks, err := s.GroupTracks(t.Context(), "g", "member-dana")
		if err != nil || len(tracks) != 2 || tracks[0].Certification != "chtm" || tracks[1].Current {
			t.Errorf("boards: %+v, %v", tracks, err)
		}
		again := addition("g", "cbet", 9)
		again.Setup.Outline = "cbet-2025"
		again.Now = now
		added(t, s, again)
		d := details(t, s, "g")
		if diff := cmp.Diff([]string{"chtm", "cbet"}, studying(d)); diff != "" || d.Tracks[1].ID != "track-g" || d.Tracks[1].Rounds != 3 {
			t.Errorf("added again: %s, track %s with %d questions", diff, d.Tracks[1].ID, d.Tracks[1].Rounds)
		}
		if got := placed(t, s, "g", board.Period{Span: board.All}); got["dana"] != 3 {
			t.Errorf("points: %v", got)
		}
	})
}

// A change of zone or time moves what it names, and every track in the zone.
func TestRescheduleOneOfTwo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		added(t, s, addition("g", "chtm", 1))
		setup := addition("g", "chtm", 1).Setup
		setup.Adding, setup.Track, setup.Expr, setup.Zone = false, "track-g-chtm-1", "30 12 * * *", "America/Denver"
		if ok, err := s.Reschedule(t.Context(), setup, sunday()); err != nil || !ok {
			t.Fatal(ok, err)
		}
		d := details(t, s, "g")
		var got []string
		for _, tr := range d.Tracks {
			got = append(got, tr.Certification+" "+tr.Schedule.Expr+" "+schedule.WallOf(tr.Next, d.Group.Location()).String())
		}
		want := []string{"cbet 0 7 * * 1-5 2026-11-23T07:00", "chtm 30 12 * * * 2026-11-22T12:30"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		setup.Track = "track-elsewhere"
		if ok, err := s.Reschedule(t.Context(), setup, sunday()); err != nil || ok {
			t.Errorf("a track the group doesn't study was changed: %v, %v", ok, err)
		}
	})
}

// Two certifications in two channels: each posts in its own.
func TestCertificationInItsOwnChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		a := addition("g", "chtm", 1)
		a.Channel, a.Space = "fake:other", "fake:space"
		if outcome, err := s.AddTrack(t.Context(), a); err != nil || outcome != group.TrackElsewhere {
			t.Fatalf("in another group's channel: %v, %v", outcome, err)
		}
		if d := details(t, s, "g"); len(d.Tracks) != 1 || len(d.Channels) != 1 {
			t.Fatalf("something is left of it: %+v", d)
		}
		a.Channel = "fake:chtm"
		added(t, s, a)
		for schedule, want := range map[string]bot.ChannelID{"schedule-g": "fake:g", a.Schedule: "fake:chtm"} {
			p, ok, err := s.QuestionPlan(t.Context(), schedule)
			if err != nil || !ok || !slices.Equal(p.Channels, []bot.ChannelID{want}) {
				t.Errorf("%s posts in %v, want %s (%v)", schedule, p.Channels, want, err)
			}
		}
	})
}

// What a member used last comes first, answered or practised.
func TestPracticeTracks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		added(t, s, addition("g", "chtm", 1))
		join(t, s, "g", "dana")
		first := func(want string) {
			t.Helper()
			all, err := s.PracticeTracks(t.Context(), "g", "member-dana")
			if err != nil || len(all) != 2 || all[0].Certification != want {
				t.Errorf("practises %+v, want %s first (%v)", all, want, err)
			}
			boards, err := s.GroupTracks(t.Context(), "g", "member-dana")
			if err != nil || len(boards) != 2 || boards[0].Certification != want {
				t.Errorf("boards %+v, want %s first (%v)", boards, want, err)
			}
		}
		first("cbet")
		started, err := s.StartSession(t.Context(), practice.Session{ID: "s", Group: "g", Track: "track-g-chtm-1", Member: "member-dana"}, nil, sunday().Add(time.Hour))
		if err != nil || !started {
			t.Fatal(started, err)
		}
		first("chtm")
		r := asked(t, s, "g", "r1", sunday().Add(2*time.Hour))
		answered(t, s, r, sunday().Add(2*time.Hour), map[string]practice.Verdict{"dana": practice.Right})
		first("cbet")
	})
}

// Points of two certifications are never added, whatever is changed between the
// answers and the end of the week.
func TestTracksKeepTheirOwnPoints(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		added(t, s, addition("g", "chtm", 1))
		first := asked(t, s, "g", "r1", sunday())
		answered(t, s, first, sunday(), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})

		at := sunday().Add(time.Hour)
		if o, err := s.PostNow(t.Context(), "g", "track-g-chtm-1", "c1", at); err != nil || o != group.Posting {
			t.Fatal(o, err)
		}
		second := first
		second.ID, second.Track = "c1", "track-g-chtm-1"
		_, snapshot := second.Item.Version()
		due := schedule.Due{Kind: group.KindQuestion, Subject: "schedule-g-chtm-1", Occurrence: "now-c1", At: at}
		if err := s.PostRound(t.Context(), due, practice.Posting{Round: second, Snapshot: snapshot, Low: -1}, at); err != nil {
			t.Fatal(err)
		}
		d := details(t, s, "g")
		if err := s.OpenRound(t.Context(), practice.Opening{Round: "c1", Plan: practice.Plan{Group: d.Group, Schedule: d.Tracks[1].Schedule},
			At: at, Closes: at.AddDate(0, 0, 1), Latest: at.AddDate(0, 0, 3)}); err != nil {
			t.Fatal(err)
		}
		answered(t, s, second, at, map[string]practice.Verdict{"dana": practice.Partly})

		setup := addition("g", "chtm", 1).Setup
		setup.Adding, setup.Track, setup.Zone, setup.Expr = false, "track-g-chtm-1", "Pacific/Auckland", "15 9 * * *"
		if ok, err := s.Reschedule(t.Context(), setup, at); err != nil || !ok {
			t.Fatal(ok, err)
		}
		closed(t, s, first)
		closed(t, s, second)
		for track, want := range map[string]map[string]int{"track-g": {"dana": 3, "lee": 1}, "track-g-chtm-1": {"dana": 2}} {
			entries, err := s.Placed(t.Context(), "g", track, board.Period{Span: board.All}, 1)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, e := range entries {
				got[e.Name] = e.Points
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", track, diff)
			}
		}
	})
}

// A member studies what they answer; who has answered nothing that the group still
// studies may study all of it.
func TestOthersTracks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, person := range []string{"dana", "lee", "ann"} {
			join(t, s, "g", person)
		}
		added(t, s, addition("g", "chtm", 1))
		cbet := asked(t, s, "g", "r1", sunday())
		answered(t, s, cbet, sunday().Add(time.Hour), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})
		sessionIn := func(person, id, track string) {
			t.Helper()
			item := lettered("x-" + id)
			version, snapshot := item.Version()
			p := practice.Session{ID: id, Kind: practice.Practising, Group: "g", Track: track, Member: "member-" + person, Asked: 1, StartedAt: sunday(),
				Questions: []practice.SessionQuestion{{Place: 1, Item: item.ID, Domain: item.Domain, ItemVersion: version, Reason: practice.Unseen}}}
			if ok, err := s.StartSession(t.Context(), p, []practice.SessionItem{{Item: item.ID, Version: version, Snapshot: snapshot, Bank: "b", Certification: "chtm"}}, sunday()); err != nil || !ok {
				t.Fatalf("start: %v, %v", ok, err)
			}
			if _, _, err := s.AnswerSession(t.Context(), id, 1, practised("a-"+id, sunday().Add(2*time.Hour))); err != nil {
				t.Fatal(err)
			}
		}
		sessionIn("lee", "s1", "track-g-chtm-1")
		for _, test := range []struct {
			name, person string
			want         []string
		}{
			{"answered one", "dana", []string{"track-g-chtm-1"}},
			{"answered one and practised the other", "lee", nil},
			{"answered none", "ann", nil},
		} {
			got, err := s.OthersTracks(t.Context(), "g", "member-"+test.person)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
		// A long exam in one track does not hide the other one's questions.
		must(t, s.Do(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
			INSERT INTO answers (id, group_id, track_id, member_id, item_id, item_version, options, raw, verdict, answered_at, interaction)
			SELECT 'exam-' || n.i, a.group_id, a.track_id, a.member_id, a.item_id, a.item_version, 'a', '', 'right', a.answered_at + n.i, ''
			FROM answers a CROSS JOIN n WHERE a.member_id = 'member-lee' AND a.track_id = 'track-g-chtm-1'`))
		if got, err := s.OthersTracks(t.Context(), "g", "member-lee"); err != nil || got != nil {
			t.Errorf("after an exam of 200 questions these are not studied: %v (%v)", got, err)
		}
		storetest.QueryPlans(t, s, []string{"answers", "schedules", "rounds"}, func() {
			if _, err := s.OthersTracks(t.Context(), "g", "member-dana"); err != nil {
				t.Fatal(err)
			}
		})
	})
}
