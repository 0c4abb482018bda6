package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// regrade corrects an item of a group.
func regrade(t *testing.T, s *store.Store, id string, item quizzes.Item, c quizzes.Correction, at time.Time) practice.Regraded {
	t.Helper()
	done, err := s.Regrade(t.Context(), regrading(t, id, item, c, at))
	if err != nil {
		t.Fatalf("regrade: %v", err)
	}
	return done
}

func regrading(t *testing.T, id string, item quizzes.Item, c quizzes.Correction, at time.Time) practice.Regrading {
	t.Helper()
	var mu sync.Mutex
	ids := 0
	r := practice.Regrading{Group: id, At: at, NewID: func() string {
		mu.Lock()
		defer mu.Unlock()
		ids++
		return fmt.Sprintf("note-%s-%d-%d", id, at.UnixMilli()%1e6, ids)
	}}
	var err error
	if r.Item, err = item.Corrected(c); err != nil {
		t.Fatal(err)
	}
	r.ItemVersion, _ = item.Version()
	r.Corrected, r.Snapshot = r.Item.Version()
	return r
}

// gives records what somebody who joins for it answers in time.
func gives(t *testing.T, s *store.Store, r practice.Round, person, text string, at time.Time) practice.Outcome {
	t.Helper()
	join(t, s, r.Group, person)
	now, _, err := s.Round(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := quizzes.Grade(now.Item, quizzes.Response{Options: strings.Fields(text), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	a := answer(r, person, 1, at)
	grade := practice.NewGrade(practice.Verdict(verdict), now.Item)
	a.Verdict, a.Credit, a.ItemVersion = grade.Verdict, grade.Credit, now.ItemVersion
	if a.Option = text; r.Item.Typed() {
		a.Option, a.Raw = "", text
	}
	out, err := s.Answer(t.Context(), a, true)
	if err != nil || out.Status != practice.Recorded {
		t.Fatalf("%s answers %q: %v, %v", person, text, out.Status, err)
	}
	return out
}

func lettered(id string) quizzes.Item {
	item := quizzes.Item{ID: id, Domain: "cbet.safety", Stem: "Which?", Answer: []string{"b"}}
	for _, o := range []string{"a", "b", "c", "d"} {
		item.Options = append(item.Options, quizzes.Option{ID: o, Text: "Option " + o})
	}
	return item
}

// Every board rises with a correction, that of an ended week too; nobody falls,
// no other group notices, and a second time nothing happens.
func TestRegrade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		item := lettered("cbet-x")
		at := sunday()
		r := askedItem(t, s, "g", "r1", item, at)
		same := askedItem(t, s, "other", "o1", item, at)
		for person, option := range map[string]string{"dana": "b", "lee": "c", "tom": "d"} {
			gives(t, s, r, person, option, at)
			gives(t, s, same, person, option, at)
		}
		at = closed(t, s, r)
		closed(t, s, same)
		gives(t, s, r, "priya", "c", at) // caught up
		if _, err := s.EndWeek(t.Context(), weekly(t, s, "g")); err != nil {
			t.Fatal(err)
		}
		at = at.AddDate(0, 0, 7)
		before := history(t, s, "g", "lee").Run

		done := regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"b", "c"}}, at)
		want := practice.Regraded{Changed: true, Rounds: []string{"r1"}, Answers: 2, Gainers: 1}
		if diff := cmp.Diff(want, done); diff != "" {
			t.Errorf("regraded (-want +got):\n%s", diff)
		}
		totals := map[string]int{"dana": 3, "lee": 3, "tom": 1, "priya": 1}
		c, err := s.Calendar(t.Context(), "g", at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []board.Period{firstWeek(), {Span: board.Month, Month: "2026-11"}, {Span: board.Season, Season: c.Season}, {Span: board.All}} {
			if diff := cmp.Diff(totals, placed(t, s, "g", p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", p.Span, diff)
			}
		}
		if diff := cmp.Diff(before, history(t, s, "g", "lee").Run, cmp.AllowUnexported(board.Run{})); diff != "" {
			t.Errorf("the run changed:\n%s", diff)
		}
		again := regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"b", "c"}}, at.Add(time.Hour))
		if again.Changed || again.Answers > 0 {
			t.Errorf("the same correction again: %+v", again)
		}
		if diff := cmp.Diff(totals, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("after it (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"dana": 3, "lee": 1, "tom": 1}, placed(t, s, "other", firstWeek())); diff != "" {
			t.Errorf("the other group (-want +got):\n%s", diff)
		}
		if a, _, err := s.AnswerOf(t.Context(), "o1", "member-lee"); err != nil || a.Verdict != practice.Wrong {
			t.Errorf("the other group's answer: %+v, %v", a, err)
		}
		if a, _, err := s.AnswerOf(t.Context(), "r1", "member-lee"); err != nil || a.Verdict != practice.Right || a.Gained != 2 {
			t.Errorf("Lee's answer: %+v, %v", a, err)
		}
		// Each reads in private what it changed for them, while it is news.
		for member, want := range map[string][]practice.CorrectedAnswer{"member-lee": {{Certification: "cbet", Number: 1, Gained: 2}}, "member-dana": nil, "member-tom": nil, "member-priya": nil} {
			if got, err := s.CorrectedFor(t.Context(), "g", member, at.Add(-time.Hour), 3); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s reads %+v, %v; want %+v", member, got, err, want)
			}
		}
		if got, err := s.CorrectedFor(t.Context(), "g", "member-lee", at.Add(time.Hour), 3); err != nil || len(got) > 0 {
			t.Errorf("when it is old, Lee still reads %+v, %v", got, err)
		}
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"b"}}, at.Add(2*time.Hour))
		if got, err := s.CorrectedFor(t.Context(), "g", "member-lee", at.Add(time.Hour), 3); err != nil || !slices.Equal(got, []practice.CorrectedAnswer{{Certification: "cbet", Number: 1}}) {
			t.Errorf("after the way back, Lee reads %+v, %v, want that the points stay", got, err)
		}
	})
}

// One note is owed under the newest closed post, and its card is edited.
func TestOneNote(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := lettered("cbet-x")
		at := sunday()
		for n := range 3 { // asked three times, the third is open
			r := askedItem(t, s, "g", fmt.Sprint("r", n), item, at)
			gives(t, s, r, "dana", "c", at)
			if n < 2 {
				at = closed(t, s, r)
			}
		}
		for _, keys := range [][]string{{"c"}, {"c"}} {
			regrade(t, s, "g", item, quizzes.Correction{Keys: keys}, at)
		}
		notes := notesOf(t, s, at)
		now, _, err := s.Round(t.Context(), "r1")
		if err != nil || len(notes) != 1 || notes[0] != practice.NoteRef("r1", now.ItemVersion) {
			t.Errorf("notes %v (%v), want one about r1", notes, err)
		}
		edits, err := s.ClaimEdits(t.Context(), "fake", at.Add(time.Hour), at, at.Add(time.Minute), 10)
		if err != nil || len(edits) != 3 { // both closed ones, and the one with the line about the last answer
			t.Errorf("%d cards are edited (%v), want 3", len(edits), err)
		}
		if post, ok, err := s.PostOf(t.Context(), "r1", "fake:g"); err != nil || !ok || post == "" {
			t.Errorf("post of r1: %q, %v, %v", post, ok, err)
		}
	})
}

// notesOf are the notes about corrections that are owed, with their channels.
func notesOf(t *testing.T, s *store.Store, at time.Time) (notes []string) {
	t.Helper()
	for {
		all, err := s.ClaimDeliveries(t.Context(), "fake", at.Add(time.Hour), at.Add(2*time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			slices.Sort(notes)
			return notes
		}
		for _, d := range all {
			if d.Kind == practice.KindCorrection {
				notes = append(notes, d.Ref)
			}
			if _, err := s.MarkSent(t.Context(), d, "fake:sent", d.Wanted, at, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A question that two tracks have asked, and number on their own, gets its note in
// each of them: a high number in the one is not newer than a low one in the other.
func TestOneNoteInEachTrack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		added(t, s, addition("g", "chtm", 1))
		item, at := lettered("cbet-x"), sunday()
		tracks := details(t, s, "g").Tracks
		for n := range 3 { // the first track has higher numbers
			at = closed(t, s, askedIn(t, s, tracks[0], fmt.Sprint("first", n), lettered(fmt.Sprint("other", n)), at))
		}
		for n, studied := range []group.Studied{tracks[1], tracks[0], tracks[1]} {
			r := askedIn(t, s, studied, fmt.Sprint("r", n), item, at)
			gives(t, s, r, "dana", "c", at)
			at = closed(t, s, r)
		}
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)
		now, _, err := s.Round(t.Context(), "r2")
		must(t, err)
		want := []string{practice.NoteRef("r1", now.ItemVersion), practice.NoteRef("r2", now.ItemVersion)}
		if diff := cmp.Diff(want, notesOf(t, s, at)); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	})
}

// An answer graded by the wrong key is refused once the right one is known, and
// later answers and later questions are graded by the right one.
func TestAnswersAfterACorrection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, sunday())
		gives(t, s, r, "dana", "b", sunday())
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, sunday())
		join(t, s, "g", "lee")
		a := answer(r, "lee", 1, sunday())
		a.Option, a.ItemVersion = "b", r.ItemVersion
		if out, err := s.Answer(t.Context(), a, true); err != nil || out.Status != practice.Stale {
			t.Fatalf("graded by the old key: %v, %v; want stale", out.Status, err)
		}
		if out := gives(t, s, r, "lee", "b", sunday()); out.Answer.Verdict != practice.Wrong || out.Answered != 2 || out.Right != 0 {
			t.Errorf("graded by the new key: %+v, want 0 of 2 right", out)
		}
		at := closed(t, s, r)
		if diff := cmp.Diff(map[string]int{"dana": 3, "lee": 1}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("points (-want +got):\n%s", diff)
		}
		join(t, s, "g", "tom")
		a = answer(r, "tom", 1, at.Add(time.Hour))
		a.Option, a.ItemVersion = "b", r.ItemVersion
		if out, err := s.Answer(t.Context(), a, true); err != nil || out.Status != practice.Stale {
			t.Errorf("caught up by the old key: %v, %v; want stale", out.Status, err)
		}
		askedItem(t, s, "g", "r2", item, at)
		next, _, err := s.Round(t.Context(), "r2")
		if err != nil || next.Item.Answer[0] != "c" || !next.CorrectedAt.IsZero() {
			t.Errorf("asked again: answer %v, corrected at %v (%v); want c, corrected before", next.Item.Answer, next.CorrectedAt, err)
		}
	})
}

// Typed answers are graded one by one, and keep what an earlier key gave them.
func TestRegradeTyped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := quizzes.Item{ID: "cbet-v", Type: quizzes.Numeric, Domain: "cbet.safety", Stem: "How much?", Answer: []string{"5 V"}, Tolerance: "2 %"}
		r := askedItem(t, s, "g", "r1", item, sunday())
		for person, text := range map[string]string{"dana": "5 V", "lee": "6 V", "tom": "6010 mV", "priya": "9"} {
			gives(t, s, r, person, text, sunday())
		}
		at := closed(t, s, r)
		done := regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"6 V"}}, at)
		if done.Answers != 3 || done.Gainers != 2 {
			t.Errorf("regraded %+v, want 3 answers with 2 gainers", done)
		}
		if diff := cmp.Diff(map[string]int{"dana": 3, "lee": 3, "tom": 3, "priya": 1}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("points (-want +got):\n%s", diff)
		}
		spread, err := s.Spread(t.Context(), "r1")
		if diff := cmp.Diff(map[string]int{"right": 2, "wrong": 2}, spread); diff != "" || err != nil {
			t.Errorf("statistics know the new key (-want +got, %v):\n%s", err, diff)
		}
	})
}

// A void question gives everybody all points, is in no statistics and not asked
// again; a mended one would be another version.
func TestVoid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, sunday())
		gives(t, s, r, "dana", "a", sunday())
		regrade(t, s, "g", item, quizzes.Correction{Void: true}, sunday())
		gives(t, s, r, "lee", "d", sunday())
		closed(t, s, r)
		if diff := cmp.Diff(map[string]int{"dana": 3, "lee": 3}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("points (-want +got):\n%s", diff)
		}
		if f, err := s.WeekFacts(t.Context(), "g", "track-g", 1); err != nil || f.Answers != 0 || f.Right != 0 || f.People != 0 {
			t.Errorf("facts %+v (%v), want no answers", f, err)
		}
		report, err := s.ReportFacts(t.Context(), "g", sunday().AddDate(0, 0, -28))
		if err != nil || len(report.Areas) != 1 || report.Areas[0].Questions != 1 || report.Areas[0].Answers != 0 || report.Areas[0].Right != 0 {
			t.Errorf("report %+v (%v), want a question without answers", report, err)
		}
		if recent, err := s.Recent(t.Context(), "g", "member-dana", 10); err != nil || len(recent) > 0 {
			t.Errorf("the own figures have %v (%v)", recent, err)
		}
		void, err := s.VoidItems(t.Context(), "g")
		if diff := cmp.Diff([]practice.VoidItem{{Item: "cbet-x", Version: r.ItemVersion}}, void); diff != "" || err != nil {
			t.Errorf("void (-want +got, %v):\n%s", err, diff)
		}
		if void, err := s.VoidItems(t.Context(), "other"); err != nil || len(void) > 0 {
			t.Errorf("void elsewhere: %v (%v)", void, err)
		}
	})
}

// What was practised counts by the new key, in a session that is still open too.
func TestRegradePractice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		p, _ := sessionOf(t, s, "g", "dana", "s1", 2, sunday())
		first := practised("a1", sunday())
		first.Option, first.Verdict, first.ItemVersion = "b", practice.Wrong, p.Questions[0].ItemVersion
		if status, _, err := s.AnswerSession(t.Context(), "s1", 1, first); err != nil || status != practice.SessionRecorded {
			t.Fatal(status, err)
		}
		for n := range 2 {
			regrade(t, s, "g", thisOrThat(fmt.Sprint("item-", n)), quizzes.Correction{Keys: []string{"b"}}, sunday())
		}
		now := mustSession(t, s, "s1", "dana")
		if q := now.Questions[0]; q.Answer.Verdict != practice.Right || q.ItemVersion == p.Questions[0].ItemVersion {
			t.Errorf("the answered question: %+v, want it right by the corrected version", q)
		}
		late := practised("a2", sunday())
		late.ItemVersion = p.Questions[1].ItemVersion
		if status, _, err := s.AnswerSession(t.Context(), "s1", 2, late); err != nil || status != practice.SessionOver {
			t.Errorf("by the old key: %v, %v; want it refused", status, err)
		}
		late.ItemVersion, late.Option = now.Questions[1].ItemVersion, "b"
		if status, _, err := s.AnswerSession(t.Context(), "s1", 2, late); err != nil || status != practice.SessionRecorded {
			t.Errorf("by the new key: %v, %v; want it recorded", status, err)
		}
	})
}

// Presses and corrections at the same instant: whatever came first, every answer
// is graded by the newest key and nobody has less than it gives.
func TestRegradeUnderContention(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, sunday())
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		atOnce(t, func(n int) error {
			if n == 0 {
				_, err := s.Regrade(t.Context(), regrading(t, "g", item, quizzes.Correction{Keys: []string{"c"}}, sunday()))
				return err
			}
			person := fmt.Sprint("p", n)
			for range 3 {
				now, _, err := s.Round(t.Context(), r.ID)
				if err != nil {
					return err
				}
				verdict, err := quizzes.Grade(now.Item, quizzes.Response{Options: []string{"c"}})
				if err != nil {
					return err
				}
				a := answer(r, person, n, sunday())
				a.Option, a.Verdict, a.ItemVersion = "c", practice.Verdict(verdict), now.ItemVersion
				out, err := s.Answer(t.Context(), a, false)
				if err != nil || out.Status == practice.Recorded {
					return err
				}
			}
			return fmt.Errorf("%s could not answer", person)
		})
		closed(t, s, r)
		for person, points := range placed(t, s, "g", firstWeek()) {
			if points != 3 {
				t.Errorf("%s has %d points, want 3", person, points)
			}
		}
		f, err := s.WeekFacts(t.Context(), "g", "track-g", 1)
		if err != nil || f.Right != writers-1 || f.Questions[0].Right != writers-1 {
			t.Errorf("%d of %d are right, the round says %d (%v)", f.Right, f.Answers, f.Questions[0].Right, err)
		}
	})
}

// An organiser waits for it, so it reads no other group's data.
func TestRegradePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, sunday())
		gives(t, s, r, "dana", "c", sunday())
		at := closed(t, s, r)
		regrade(t, s, "other", item, quizzes.Correction{Keys: []string{"c"}}, at)
		storetest.QueryPlans(t, s, nil, func() {
			regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)
			if _, _, _, err := s.OriginalItem(t.Context(), "g", r.ItemVersion); err != nil {
				t.Error(err)
			}
			if _, err := s.VoidItems(t.Context(), "g"); err != nil {
				t.Error(err)
			}
			if _, _, err := s.PostOf(t.Context(), "r1", bot.ChannelID("fake:g")); err != nil {
				t.Error(err)
			}
		})
	})
}
