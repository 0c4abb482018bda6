package store_test

import (
	"fmt"
	"sync/atomic"
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

// A thread gets its first line once, and mentors are asked in it once, whoever
// asks at once.
func TestThreadsAreOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		p := practice.Post{Message: "fake:m1", Thread: "fake:m1/thread"}
		line := func(kind string, n int) schedule.Delivery {
			return schedule.Delivery{Key: fmt.Sprint(kind, n), Kind: kind, Ref: r.ID, Group: "g", Target: string(p.Thread), At: sunday()}
		}
		atOnce(t, func(n int) error { return s.KeepThread(t.Context(), r.ID, p, line("discuss", n)) })
		var first atomic.Int64
		atOnce(t, func(n int) error {
			ok, err := s.AskMentors(t.Context(), r.ID, p, line("mentors", n), sunday())
			if ok {
				first.Add(1)
			}
			return err
		})
		if first.Load() != 1 {
			t.Errorf("%d were the first to ask", first.Load())
		}
		kinds := map[string]int{}
		for _, kind := range []string{"discuss", "mentors"} {
			for n := range writers {
				if _, ok, err := s.Delivery(t.Context(), fmt.Sprint(kind, n)); err != nil {
					t.Fatal(err)
				} else if ok {
					kinds[kind]++
				}
			}
		}
		if diff := cmp.Diff(map[string]int{"discuss": 1, "mentors": 1}, kinds); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		posts, err := s.Posts(t.Context(), r.ID, bot.ChannelID("fake:g"))
		if err != nil || len(posts) > 0 && posts[0].Message == "" {
			t.Errorf("posts: %+v, %v", posts, err)
		}
	})
}

// A mentor hears of what was asked in their groups, once it was opened as known;
// nobody else hears anything.
func TestMentorAsks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		asks := map[string]practice.Round{}
		for _, id := range []string{"g", "other"} {
			begin(t, s, id)
			r := asked(t, s, id, "r-"+id, sunday())
			asks[id] = r
			p := practice.Post{Message: bot.MessageID("fake:m-" + id), Thread: bot.ChannelID("fake:t-" + id)}
			line := schedule.Delivery{Kind: "discuss", Ref: r.ID, Group: id, Target: string(p.Thread), At: sunday()}
			line.Key = "discuss-" + id
			if err := s.KeepThread(t.Context(), r.ID, p, line); err != nil {
				t.Fatal(err)
			}
			line.Key, line.Kind = "mentors-"+id, "mentors"
			if first, err := s.AskMentors(t.Context(), r.ID, p, line, sunday()); err != nil || !first {
				t.Fatalf("ask: %v, %v", first, err)
			}
		}
		join(t, s, "g", "dana")
		join(t, s, "other", "lee")
		if err := s.SetMentor(t.Context(), "g", "member-dana", true); err != nil {
			t.Fatal(err)
		}
		want := func(name, member string, since time.Time, known ...bool) {
			t.Helper()
			got, err := s.MentorAsks(t.Context(), member, since)
			var all []bool
			for _, a := range got {
				all = append(all, a.Known)
				if a.Round != asks["g"].ID || a.Group != "g" || a.Number != 1 || a.Track.Certification == "" {
					t.Errorf("%s: %+v", name, a)
				}
			}
			if diff := cmp.Diff(known, all); diff != "" || err != nil {
				t.Errorf("%s (-want +got):\n%s%v", name, diff, err)
			}
		}
		week := sunday().AddDate(0, 0, -7)
		want("a mentor", "member-dana", week, false)
		want("later", "member-dana", sunday())
		want("a member", "member-lee", week)
		if err := s.MentorTold(t.Context(), "member-dana", sunday().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		want("opened", "member-dana", week, true)
		for member, mentor := range map[string]bool{"member-dana": true, "member-lee": false} {
			if got, err := s.MentorAnywhere(t.Context(), member); err != nil || got != mentor {
				t.Errorf("%s is a mentor: %v, %v", member, got, err)
			}
		}
		if err := s.SetMentor(t.Context(), "g", "member-dana", false); err != nil {
			t.Fatal(err)
		}
		want("a mentor no more", "member-dana", week)
	})
}

// Threads are due when a question closes only where the group always wants them;
// mentors are counted and take no place.
func TestDiscussionsAndMentors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for n, row := range []struct {
			when group.Discuss
			want bool
		}{{group.WhenAsked, false}, {group.AlwaysDiscuss, true}, {group.NeverDiscuss, false}} {
			if err := s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Discuss = row.when }, sunday()); err != nil {
				t.Fatal(err)
			}
			at := sunday().AddDate(0, 0, n)
			r := asked(t, s, "g", fmt.Sprint("r", n), at)
			answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Right})
			closed(t, s, r)
			d, ok, err := s.WaitingDue(t.Context(), practice.KindDiscuss, r.ID)
			if err != nil || ok != row.want {
				t.Errorf("discuss %q: due %v, %v", row.when, ok, err)
			}
			if ok {
				if err := s.EndDiscuss(t.Context(), d, at); err != nil {
					t.Error(err)
				}
			}
		}
		for _, mentor := range []bool{true, false} {
			if err := s.SetMentor(t.Context(), "g", "member-dana", mentor); err != nil {
				t.Fatal(err)
			}
			got, err := s.Mentoring(t.Context(), "g", "member-dana")
			if err != nil || got != mentor {
				t.Errorf("a mentor: %v, %v; want %v", got, err, mentor)
			}
			when, n, err := s.Discussing(t.Context(), "g")
			if err != nil || when != group.NeverDiscuss || (n == 1) != mentor {
				t.Errorf("discussing: %q, %d, %v", when, n, err)
			}
		}
	})
}

// A report counts closed questions only, and names who asked for it and is active.
func TestReportFacts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, person := range []string{"dana", "lee", "tom"} {
			join(t, s, "g", person)
			if person != "lee" {
				if err := s.SetReported(t.Context(), "g", "member-"+person, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		r := asked(t, s, "g", "r1", sunday())
		answered(t, s, r, sunday(), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})
		closed(t, s, r)
		open := asked(t, s, "g", "r2", sunday().AddDate(0, 0, 1))
		answered(t, s, open, sunday().AddDate(0, 0, 1), map[string]practice.Verdict{"lee": practice.Right})
		f, err := s.ReportFacts(t.Context(), "g", sunday().AddDate(0, 0, -28))
		if err != nil {
			t.Fatal(err)
		}
		track := f.Tracks[0].ID
		f.Tracks = nil
		want := board.ReportFacts{Active: 2, Questions: 1, Answers: 2, Named: []board.Naming{{Own: "dana"}},
			Areas: []board.AreaFacts{{Track: track, Domain: r.Item.Domain, Questions: 1, Different: 1, Answers: 2, Right: 1, People: 2}}}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
		later, err := s.ReportFacts(t.Context(), "g", sunday().Add(60*24*time.Hour))
		if err != nil || later.Active != 0 || len(later.Named) != 0 || later.Areas[0].Answers != 0 || later.Areas[0].Questions != 1 {
			t.Errorf("two months later: %+v, %v", later, err)
		}
		if named, err := s.Reported(t.Context(), "g", "member-tom"); err != nil || !named {
			t.Errorf("reported: %v, %v", named, err)
		}
	})
}
