package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/practice/memory"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// asStored compares memories as the store keeps them, in millionths and
// milliseconds, and without the day on which FSRS alone would have them due.
func asStored() cmp.Options {
	return cmp.Options{
		cmpopts.EquateApprox(0, 1e-6), cmpopts.EquateApproxTime(time.Millisecond), cmpopts.IgnoreFields(memory.Memory{}, "Due"),
	}
}

// sessionAbout begins a session of a kind about items.
func sessionAbout(t *testing.T, s *store.Store, in, member, id string, kind practice.SessionKind, at time.Time, ids ...string) {
	t.Helper()
	p := practice.Session{Kind: kind, ID: id, Group: in, Track: "track-" + in, Member: member, Asked: len(ids)}
	var about []quizzes.Item
	for _, id := range ids {
		about = append(about, thisOrThat(id))
	}
	questions, items := questionsOf(practice.Missed, about...)
	p.Questions = questions
	if started, err := s.StartSession(t.Context(), p, items, at); err != nil || !started {
		t.Fatalf("start: %v, %v", started, err)
	}
}

// answeredOnce posts, answers and closes a question: what one day of a group is.
func answeredOnce(t *testing.T, s *store.Store, in, round, person string, v practice.Verdict, at time.Time) practice.Round {
	t.Helper()
	r := asked(t, s, in, round, at)
	a := answer(r, person, 1, at.Add(time.Hour))
	a.Verdict = v
	if out, err := s.Answer(t.Context(), a, false); err != nil || out.Status != practice.Recorded {
		t.Fatalf("answer: %v, %v", out.Status, err)
	}
	if err := s.CloseRound(t.Context(), closing(r, at.AddDate(0, 0, 1)), at.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	return r
}

func settled(t *testing.T, s *store.Store, in, member string) map[string]practice.Recall {
	t.Helper()
	if err := s.SettleMemories(t.Context(), "track-"+in, member); err != nil {
		t.Fatalf("settle: %v", err)
	}
	all, err := s.Remembered(t.Context(), "track-"+in, member)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// An answer in time is in no memory before its question has closed, and then in
// the one of whoever answered; one that is caught up, or given in a session, at once.
func TestWhenAnswersAreRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		r := asked(t, s, "g", "r1", sunday())
		a := answer(r, "dana", 1, sunday().Add(time.Hour))
		a.Verdict = practice.Wrong
		if _, err := s.Answer(t.Context(), a, false); err != nil {
			t.Fatal(err)
		}
		if all := settled(t, s, "g", "member-dana"); len(all) != 0 {
			t.Errorf("remembered before the closing: %v", all)
		}
		soon, err := s.Foresee(t.Context(), "track-g", "fake:dana", r.Item.ID)
		if want := sunday().Add(time.Hour).AddDate(0, 0, 3); err != nil || !soon.Due.Equal(want) || soon.Missed != 1 {
			t.Errorf("foreseen: %+v, %v; want it due %v", soon, err, want)
		}
		close := sunday().AddDate(0, 0, 1)
		if err := s.CloseRound(t.Context(), closing(r, close), close); err != nil {
			t.Fatal(err)
		}
		all := settled(t, s, "g", "member-dana")
		if diff := cmp.Diff(map[string]practice.Recall{r.Item.ID: soon}, all, asStored()); diff != "" {
			t.Errorf("after the closing (-want +got):\n%s", diff)
		}
		late := answer(r, "lee", 1, close.Add(time.Hour))
		late.Verdict = practice.Partly
		if out, err := s.Answer(t.Context(), late, true); err != nil || !out.Answer.CaughtUp {
			t.Fatalf("catch up: %+v, %v", out, err)
		}
		if got, ok, err := s.Recall(t.Context(), "track-g", "member-lee", r.Item.ID); err != nil || !ok || got.Missed != 1 ||
			!got.Due.Equal(close.Add(time.Hour).AddDate(0, 0, 3)) {
			t.Errorf("caught up: %+v, %v, %v", got, ok, err)
		}
		sessionAbout(t, s, "g", "member-dana", "s", practice.Practising, close, "item-1")
		b := practised("b", close)
		b.Verdict = practice.Wrong
		if _, _, err := s.AnswerSession(t.Context(), "s", 1, b); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Recall(t.Context(), "track-g", "member-dana", "item-1"); err != nil || !ok || !got.Due.Equal(close.AddDate(0, 0, 1)) {
			t.Errorf("in a session: %+v, %v, %v", got, ok, err)
		}
	})
}

// Answers in a live round are answers like any others once their question is closed.
func TestLiveAnswersAreRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		live(t, s, "g", "l", 2)
		livePost(t, s, "l", 1, sunday())
		if status := pressLive(t, s, "l", 1, "dana", "b", sunday().Add(time.Second)); status != practice.LiveNoted {
			t.Fatalf("status %v", status)
		}
		if all := settled(t, s, "g", "member-dana"); len(all) != 0 {
			t.Errorf("remembered before the closing: %v", all)
		}
		if _, err := s.CloseLive(t.Context(), "l", 1, nil, "end", sunday().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := settled(t, s, "g", "member-dana")["live-0"]; r.Missed != 1 || !r.Due.Equal(sunday().Add(time.Second).AddDate(0, 0, 3)) {
			t.Errorf("after the closing: %+v", r)
		}
	})
}

// Memories of a member are found although the program kept none when the answers
// were given, and settling twice writes nothing the second time.
func TestSettlingFindsEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for n := range 3 {
			answeredOnce(t, s, "g", fmt.Sprint("r", n), "dana", practice.Wrong, sunday().AddDate(0, 0, 2*n))
		}
		if all := settled(t, s, "g", "member-dana"); len(all) != 3 {
			t.Errorf("%d memories, want 3", len(all))
		}
		stop := s.Trace(func(text string, _ []any) {
			if text[:6] != "SELECT" {
				t.Errorf("settling for nothing runs %s", text)
			}
		})
		settled(t, s, "g", "member-dana")
		stop()
		missed, err := s.Missed(t.Context(), "track-g", "member-dana", 0, 2)
		if err != nil || len(missed) != 2 || missed[0].Item != "cbet-r0" || missed[1].Item != "cbet-r1" {
			t.Errorf("the two longest due: %+v, %v", missed, err)
		}
		if missed, err = s.Missed(t.Context(), "track-g", "member-dana", 2, 2); err != nil || len(missed) != 1 || missed[0].Item != "cbet-r2" {
			t.Errorf("after two: %+v, %v", missed, err)
		}
	})
}

// Answers to one item at once, in sessions of two kinds: the memory has them all.
func TestAnswersAtOnceAreAllRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for try := range 5 {
			item := fmt.Sprint("item-", try)
			var sessions []string
			for n, kind := range []practice.SessionKind{practice.Practising, practice.Reviewing} {
				id := fmt.Sprintf("s-%d-%d", try, n)
				sessionAbout(t, s, "g", "member-dana", id, kind, sunday(), item)
				sessions = append(sessions, id)
			}
			var all sync.WaitGroup
			for _, id := range sessions {
				all.Go(func() {
					a := practised("a-"+id, sunday())
					a.Verdict = practice.Wrong
					if status, _, err := s.AnswerSession(t.Context(), id, 1, a); err != nil || status != practice.SessionRecorded {
						t.Errorf("answer: %v, %v", status, err)
					}
				})
			}
			all.Wait()
			if r, _, err := s.Recall(t.Context(), "track-g", "member-dana", item); err != nil || r.Missed != 2 {
				t.Errorf("%s: %+v, %v; want 2 misses", item, r, err)
			}
		}
	})
}

// minds are members' answers as a test keeps them, beside the store.
type minds struct {
	life
	rounds []*mindRound
	given  map[string]map[string][]practice.Given // by member and item, in order
	unread map[string]map[string][]practice.Given // to questions still open
}

type mindRound struct {
	round  practice.Round
	closed bool
}

func (b *minds) person() string { return fmt.Sprint("p", rapid.IntRange(0, 1).Draw(b.t, "person")) }

func (b *minds) verdict() practice.Verdict {
	return rapid.SampledFrom([]practice.Verdict{practice.Right, practice.Partly, practice.Wrong}).Draw(b.t, "verdict")
}

func (b *minds) note(in map[string]map[string][]practice.Given, person, item string, g practice.Given) {
	member := "member-" + person
	if in[member] == nil {
		in[member] = map[string][]practice.Given{}
	}
	in[member][item] = append(in[member][item], g)
}

func (b *minds) post() {
	if d := details(b.test, b.s, b.group); d.Group.State != group.Running { // too many went without an answer
		_, err := b.s.ResumeGroup(b.test.Context(), b.group, b.now)
		b.must("resume", err)
	}
	b.rounds = append(b.rounds, &mindRound{round: asked(b.test, b.s, b.group, b.id("r"), b.now)})
}

func (b *minds) answer() {
	if len(b.rounds) == 0 {
		b.post()
	}
	r, p := b.rounds[rapid.IntRange(max(0, len(b.rounds)-3), len(b.rounds)-1).Draw(b.t, "round")], b.person()
	a := answer(r.round, p, b.ids, b.now)
	a.ID, a.Verdict = b.id("a"), b.verdict()
	out, err := b.s.Answer(b.test.Context(), a, true)
	b.must("answer", err)
	if out.Status != practice.Recorded {
		return
	}
	in := b.unread
	if out.Answer.CaughtUp {
		in = b.given
	}
	b.note(in, p, r.round.Item.ID, practice.Given{Verdict: a.Verdict, Posted: true, At: b.now})
}

func (b *minds) close() {
	for _, r := range b.rounds {
		if r.closed || rapid.Bool().Draw(b.t, "stays open") {
			continue
		}
		d, ok, err := b.s.WaitingDue(b.test.Context(), practice.KindClose, r.round.ID)
		b.must("look for the closing", err)
		if !ok {
			b.t.Fatalf("round %s does not close", r.round.ID)
		}
		b.must("close", b.s.CloseRound(b.test.Context(), d, b.now))
		r.closed = true
		for member, items := range b.unread {
			for _, g := range items[r.round.Item.ID] {
				b.note(b.given, member[len("member-"):], r.round.Item.ID, g)
			}
			delete(items, r.round.Item.ID)
		}
	}
}

// practise asks about posted questions and others, in a session of either kind.
func (b *minds) practise() {
	p, id := b.person(), b.id("s")
	var items []string
	for n := range rapid.IntRange(1, 4).Draw(b.t, "items") {
		items = append(items, fmt.Sprintf("%s-item-%d", b.group, n))
	}
	if n := len(b.rounds); n > 0 {
		items = append(items, b.rounds[rapid.IntRange(0, n-1).Draw(b.t, "round")].round.Item.ID)
	}
	kind := rapid.SampledFrom([]practice.SessionKind{practice.Practising, practice.Reviewing}).Draw(b.t, "kind")
	sessionAbout(b.test, b.s, b.group, "member-"+p, id, kind, b.now, items...)
	for n := range rapid.IntRange(0, len(items)).Draw(b.t, "answers") {
		a := practised(b.id("a"), b.now)
		a.Verdict = b.verdict()
		status, _, err := b.s.AnswerSession(b.test.Context(), id, n+1, a)
		b.must("practise", err)
		if status != practice.SessionRecorded {
			b.t.Fatalf("status %v", status)
		}
		b.note(b.given, p, items[n], practice.Given{Verdict: a.Verdict, At: b.now})
		b.now = b.now.Add(time.Minute)
	}
	_, err := b.s.EndSession(b.test.Context(), id, b.now)
	b.must("end", err)
}

// regrade gives all answers to one item a verdict.
func (b *minds) regrade() {
	if len(b.rounds) == 0 {
		return
	}
	item, v := b.rounds[rapid.IntRange(0, len(b.rounds)-1).Draw(b.t, "round")].round.Item.ID, b.verdict()
	b.must("regrade", b.s.GradeAnew(b.test.Context(), "track-"+b.group, item, v))
	for _, in := range []map[string]map[string][]practice.Given{b.given, b.unread} {
		for _, items := range in {
			for n := range items[item] {
				items[item][n].Verdict = v
			}
		}
	}
}

func (b *minds) check() {
	b.t.Helper()
	for _, p := range []string{"member-p0", "member-p1"} {
		want := map[string]practice.Recall{}
		for item, answers := range b.given[p] {
			slices.SortStableFunc(answers, func(a, b practice.Given) int { return a.At.Compare(b.At) })
			want[item] = practice.Remember(item, answers)
		}
		got := settled(b.test, b.s, b.group, p)
		if diff := cmp.Diff(want, got, asStored()); diff != "" {
			b.t.Fatalf("%s (-from the answers +kept):\n%s", p, diff)
		}
		for item := range want {
			b.must("rebuild", b.s.RebuildMemory(b.test.Context(), "track-"+b.group, p, item))
		}
		again, err := b.s.Remembered(b.test.Context(), "track-"+b.group, p)
		b.must("read", err)
		if diff := cmp.Diff(got, again); diff != "" {
			b.t.Fatalf("%s: rebuilt, it differs:\n%s", p, diff)
		}
	}
}

// Memories are what a recomputation from the answers gives, after any history.
func TestMemoriesEqualRecomputation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		histories := 0
		rapid.Check(t, func(rt *rapid.T) {
			histories++
			b := &minds{life: life{t: rt, test: t, s: s, group: fmt.Sprint("g", histories), now: sunday()},
				given: map[string]map[string][]practice.Given{}, unread: map[string]map[string][]practice.Given{}}
			begin(t, s, b.group)
			join(t, s, b.group, "p0")
			join(t, s, b.group, "p1")
			b.goOn(span{1, 30}, span{1, 60}, []step{{"post", b.post}, {"answer", b.answer}, {"answer", b.answer}, {"answer", b.answer}, {"close", b.close},
				{"practise", b.practise}, {"practise", b.practise}, {"regrade", b.regrade}, {"check", b.check}}, func(int) {})
			b.check()
		})
	})
}

// Answers that come to a member, or leave, change both memories.
func TestMemoriesFollowTheirAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		for n, person := range []string{"dana", "lee", "dana"} {
			id := fmt.Sprint("s", n)
			sessionAbout(t, s, "g", "member-"+person, id, practice.Practising, sunday().AddDate(0, 0, n), "item-1")
			a := practised("a"+id, sunday().AddDate(0, 0, n))
			a.Verdict = practice.Wrong
			if _, _, err := s.AnswerSession(t.Context(), id, 1, a); err != nil {
				t.Fatal(err)
			}
		}
		if all := settled(t, s, "g", "member-lee"); all["item-1"].Missed != 1 {
			t.Errorf("lee: %+v", all)
		}
		settled(t, s, "g", "member-dana")
		if err := s.GiveAnswers(t.Context(), "member-dana", "member-lee"); err != nil {
			t.Fatal(err)
		}
		if all := settled(t, s, "g", "member-lee"); all["item-1"].Missed != 3 {
			t.Errorf("lee has all answers and remembers %+v", all)
		}
		if all := settled(t, s, "g", "member-dana"); len(all) != 0 {
			t.Errorf("dana has no answers and remembers %+v", all)
		}
	})
}

func TestReviewPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := answeredOnce(t, s, "g", "r1", "dana", practice.Wrong, sunday())
		ctx := t.Context()
		storetest.QueryPlans(t, s, nil, func() {
			check := func(_ any, err error) {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
			}
			for range 2 {
				check(nil, s.SettleMemories(ctx, "track-g", "member-dana"))
				check(nil, s.DoubtMemories(ctx, "track-g", r.Item.ID))
			}
			check(s.Missed(ctx, "track-g", "member-dana", 0, 10))
			_, _, err := s.Recall(ctx, "track-g", "member-dana", r.Item.ID)
			check(nil, err)
			check(s.Foresee(ctx, "track-g", bot.UserID("fake:dana"), r.Item.ID))
			check(s.QuestionPlans(ctx, "g"))
		})
	})
}
