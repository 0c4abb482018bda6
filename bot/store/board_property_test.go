package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// books are a group's history as a test keeps it, beside the store.
type books struct {
	life
	zone string

	week    int
	month   string
	tracks  []string // what the group studies, or has
	rounds  []*bookRound
	items   []quizzes.Item // asked again and again; as corrected
	first   []string       // their versions before
	hidden  map[string]bool
	named   map[string]string // on boards
	joined  map[string]bool
	earned  []bookPoints
	studied map[bookPractice]int // in the running week
}

// bookPractice is who practises what.
type bookPractice struct{ member, track string }

type bookRound struct {
	round   practice.Round
	item    int // which
	closed  bool
	week    int
	month   string
	answers map[string]bookAnswer // in time
}

// bookAnswer is what somebody chose and the most it was worth by any key so far.
type bookAnswer struct {
	options []string
	points  int
}

// bookPoints are points that count.
type bookPoints struct {
	member string
	track  string
	points int
	week   int
	month  string
}

// earn counts points now; months never go back.
func (b *books) earn(member, track string, points int) {
	loc, err := schedule.LoadZone(b.zone)
	b.must("zone", err)
	b.month = max(b.month, b.now.In(loc).Format("2006-01"))
	if points > 0 {
		b.earned = append(b.earned, bookPoints{member, track, points, b.week, b.month})
	}
}

func (b *books) person() string { return fmt.Sprint("p", rapid.IntRange(0, 3).Draw(b.t, "person")) }

func (b *books) join() {
	p := b.person()
	join(b.test, b.s, b.group, p)
	b.joined[p] = true
}

func (b *books) post() {
	d := details(b.test, b.s, b.group)
	if d.Group.State != group.Running {
		return
	}
	n := rapid.IntRange(0, 1).Draw(b.t, "item")
	item := severalOf(fmt.Sprint("cbet-", b.group, "-", n))
	r := askedIn(b.test, b.s, rapid.SampledFrom(d.Tracks).Draw(b.t, "track"), b.id("r"), item, b.now)
	b.rounds = append(b.rounds, &bookRound{round: r, item: n, answers: map[string]bookAnswer{}})
}

func (b *books) round() *bookRound {
	if len(b.rounds) == 0 {
		b.post()
	}
	if len(b.rounds) == 0 {
		return nil
	}
	return b.rounds[rapid.IntRange(max(0, len(b.rounds)-6), len(b.rounds)-1).Draw(b.t, "round")]
}

func (b *books) answer() {
	if r := b.round(); r != nil {
		b.answerOf(b.person(), r)
	}
}

// day asks a question that most members answer.
func (b *books) day() {
	before := len(b.rounds)
	b.post()
	for _, p := range slices.Sorted(maps.Keys(b.joined)) {
		if len(b.rounds) > before && rapid.IntRange(0, 3).Draw(b.t, "answers") > 0 {
			b.answerOf(p, b.rounds[before])
		}
	}
}

func (b *books) answerOf(p string, r *bookRound) {
	a := answer(r.round, p, b.ids, b.now)
	options := b.options()
	grade := gradeOf(b.t, b.items[r.item], options)
	a.ID, a.Option, a.Verdict, a.Credit = b.id("a"), strings.Join(options, " "), grade.Verdict, grade.Credit
	a.ItemVersion, _ = b.items[r.item].Version()
	out, err := b.s.Answer(b.test.Context(), a, true)
	b.must("answer", err)
	switch {
	case out.Status != practice.Recorded:
	case !b.joined[p]:
		b.t.Fatalf("%s has not joined and answers", p)
	case out.Answer.CaughtUp:
		b.earn("member-"+p, r.round.Track, 1)
	default:
		r.answers["member-"+p] = bookAnswer{options: options, points: a.Points()}
	}
}

func (b *books) close() {
	r := b.round()
	if r == nil || r.closed {
		return
	}
	d, ok, err := b.s.WaitingDue(b.test.Context(), practice.KindClose, r.round.ID)
	b.must("look for the closing", err)
	if !ok {
		b.t.Fatalf("round %s does not close", r.round.ID)
	}
	b.must("close", b.s.CloseRound(b.test.Context(), d, b.now))
	r.closed = true
	for _, m := range slices.Sorted(maps.Keys(r.answers)) {
		b.earn(m, r.round.Track, r.answers[m].points)
	}
	b.earn("", "", 0) // the closing of a question nobody answered moves the month on too
	r.week, r.month = b.week, b.month
}

// correct corrects one of the items; nobody's points fall, whatever week they are of.
func (b *books) correct() {
	n := rapid.IntRange(0, len(b.items)-1).Draw(b.t, "item")
	c := quizzes.Correction{Void: rapid.IntRange(0, 4).Draw(b.t, "void") == 0}
	for range rapid.IntRange(1, 2).Draw(b.t, "keys") {
		if !c.Void {
			c.Keys = append(c.Keys, strings.Join(b.options(), " "))
		}
	}
	item, err := severalOf(b.items[n].ID).Corrected(c)
	b.must("correct", err)
	if !slices.ContainsFunc(b.rounds, func(r *bookRound) bool { return r.item == n }) {
		return // the group has not met it
	}
	r := practice.Regrading{Group: b.group, ItemVersion: b.first[n], Item: item, At: b.now, NewID: func() string { return b.id("n") }}
	r.Corrected, r.Snapshot = item.Version()
	for try := range 2 { // the second time there is nothing to do
		done, err := b.s.Regrade(b.test.Context(), r)
		b.must("regrade", err)
		if try == 1 && (done.Changed || done.Answers > 0) {
			b.t.Fatalf("the same correction again: %+v", done)
		}
	}
	b.regraded(n, item)
}

// regraded keeps what became of the answers to one of the items.
func (b *books) regraded(n int, item quizzes.Item) {
	b.items[n] = item
	for _, round := range b.rounds {
		if round.item != n {
			continue
		}
		for _, m := range slices.Sorted(maps.Keys(round.answers)) {
			a := round.answers[m]
			grade := gradeOf(b.t, item, a.options)
			gain := practice.Answer{Verdict: grade.Verdict, Credit: grade.Credit}.Points() - a.points
			if gain <= 0 {
				continue
			}
			a.points += gain
			round.answers[m] = a
			if round.closed {
				b.earned = append(b.earned, bookPoints{m, round.round.Track, gain, round.week, round.month})
			}
		}
	}
}

// options are some of an item's options.
func (b *books) options() []string {
	return strings.Fields(rapid.SampledFrom([]string{"a", "b", "c", "a b", "a c", "b c", "a b c", "d", "b d"}).Draw(b.t, "options"))
}

// severalOf is an item with several right answers.
func severalOf(id string) quizzes.Item {
	item := quizzes.Item{ID: id, Type: quizzes.Multiple, Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a", "b"}}
	for _, o := range []string{"a", "b", "c", "d"} {
		item.Options = append(item.Options, quizzes.Option{ID: o, Text: "Option " + o})
	}
	return item
}

func gradeOf(t *rapid.T, item quizzes.Item, options []string) practice.Grade {
	verdict, err := quizzes.Grade(item, quizzes.Response{Options: options})
	if err != nil {
		t.Fatal(err)
	}
	return practice.NewGrade(practice.Verdict(verdict), item)
}

func (b *books) endWeek() {
	d, ok, err := b.s.WaitingDue(b.test.Context(), group.KindWeekly, "weekly-"+b.group)
	b.must("look for the week's end", err)
	if !ok {
		b.t.Fatal("the week never ends")
	}
	var e board.Ended
	for range 2 { // it may fire again after a crash
		e, err = b.s.EndWeek(b.test.Context(), d)
		b.must("end week", err)
		if e.Week != b.week {
			b.t.Fatalf("week %d ended, want %d", e.Week, b.week)
		}
	}
	b.week++
	clear(b.studied)
	last, err := schedule.ParseWall(d.Occurrence)
	b.must("occurrence", err)
	next, err := board.NextWeekly(e.Schedule, d.At, last)
	b.must("next week", err)
	b.must("post week", b.s.PostWeek(b.test.Context(), d, e, "", nil, []schedule.Due{next}, b.now))
}

func (b *books) pause() {
	var err error
	if rapid.Bool().Draw(b.t, "pause") {
		_, err = b.s.StopGroup(b.test.Context(), b.group, group.Paused, group.ByOrganiser, b.now)
	} else {
		_, err = b.s.ResumeGroup(b.test.Context(), b.group, b.now)
	}
	b.must("pause or resume", err)
}

func (b *books) practise() {
	p := fmt.Sprint("p", rapid.IntRange(0, 1).Draw(b.t, "person")) // often the same
	if !b.joined[p] {
		return
	}
	member := "member-" + p
	what := bookPractice{member, rapid.SampledFrom(b.tracks).Draw(b.t, "track")}
	session := practice.Session{Kind: practice.Practising, ID: b.id("s"), Group: b.group, Track: what.track, Member: member, Asked: 20}
	questions, items := questionsOf(practice.Unseen, numbered("cbet-practice-", 20)...)
	session.Questions = questions
	started, err := b.s.StartSession(b.test.Context(), session, items, b.now)
	b.must("start session", err)
	if !started {
		b.t.Fatal("an earlier session is open")
	}
	n := rapid.IntRange(0, 20).Draw(b.t, "practised")
	for place := range n {
		_, _, err := b.s.AnswerSession(b.test.Context(), session.ID, place+1, practice.Answer{ID: b.id("a"), Member: member, Option: "a",
			Verdict: practice.Right, At: b.now, Account: bot.UserID("fake:" + p), Interaction: "i"})
		b.must("practise", err)
	}
	_, err = b.s.EndSession(b.test.Context(), session.ID, b.now)
	b.must("end session", err)
	if n > 0 {
		before := min(5, b.studied[what]/10)
		b.studied[what] += n
		b.earn(member, what.track, min(5, b.studied[what]/10)-before)
	}
}

// Totals are what a recomputation from the answers gives, after any history.
func TestTotalsEqualRecomputation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		histories := 0
		rapid.Check(t, func(rt *rapid.T) {
			histories++
			b := &books{life: life{t: rt, test: t, s: s, group: fmt.Sprint("g", histories), now: sunday()}, zone: "America/Chicago", week: 1,
				items: make([]quizzes.Item, 2), first: make([]string, 2),
				hidden: map[string]bool{}, named: map[string]string{}, joined: map[string]bool{}, studied: map[bookPractice]int{}}
			pace := rapid.SampledFrom([]int{6, 20, 60}).Draw(rt, "pace")
			if rapid.Bool().Draw(rt, "at the turn of a month") {
				b.now = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
			}
			for n := range b.items {
				b.items[n] = severalOf(fmt.Sprint("cbet-", b.group, "-", n))
				b.first[n], _ = b.items[n].Version()
			}
			begin(t, s, b.group)
			b.tracks = []string{"track-" + b.group}
			b.move()
			b.study()
			for range 3 {
				b.join()
			}
			b.goOn(span{8, 60}, span{0, pace}, []step{{"join", b.join}, {"post", b.post}, {"answer", b.answer}, {"answer", b.answer},
				{"day", b.day}, {"day", b.day}, {"day", b.day}, {"close", b.close}, {"close", b.close}, {"close", b.close},
				{"end week", b.endWeek}, {"hide", b.hide}, {"rename", b.rename}, {"travel", b.travel}, {"move", b.move}, {"pause", b.pause},
				{"practise", b.practise}, {"correct", b.correct}, {"correct", b.correct}, {"report", b.report}, {"study", b.study}}, func(n int) {
				if n%16 == 15 {
					b.check()
				}
			})
			b.check()
			if err := s.PrepareBoards(t.Context(), b.now); err != nil { // finds nothing to do
				rt.Fatal(err)
			}
			b.check()
		})
	})
}
