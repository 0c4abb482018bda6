package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// accepts has the host accept what organisers decided, found by the decision and the
// right answers of it, without bringing it to anybody.
func accepts(t *testing.T, s *store.Store, decision practice.Decision, key string, at time.Time) practice.Accepted {
	t.Helper()
	a, _, err := s.Accept(t.Context(), proposed(t, s, decision, key), at)
	must(t, err)
	return a
}

func proposed(t *testing.T, s *store.Store, decision practice.Decision, key string) practice.Proposal {
	t.Helper()
	all, err := s.Proposals(t.Context())
	must(t, err)
	n := slices.IndexFunc(all, func(p practice.Proposal) bool {
		return p.Decision == decision && (key == "" || fmt.Sprint(p.Mended.Keys()) == key)
	})
	if n < 0 {
		t.Fatalf("nobody decided %s %s: %+v", decision, key, all)
	}
	return all[n]
}

var brought atomic.Int64

func bring(t *testing.T, s practice.AcceptStore, at time.Time) error {
	t.Helper()
	_, err := practice.Bring(t.Context(), s, func() time.Time { return at }, func() string { return fmt.Sprint("brought-", brought.Add(1)) })
	return err
}

// decides has the organiser of a group decide about its only open check.
func decides(t *testing.T, s *store.Store, g string, decision practice.Decision, at time.Time) {
	t.Helper()
	k, err := s.Checks(t.Context(), g)
	must(t, err)
	done, err := s.Decide(t.Context(), practice.Deciding{Draft: practice.Draft{Check: k[0].ID, Member: details(t, s, g).Organisers[0].Member, Decision: decision}, At: at})
	if err != nil || done.Already || done.Gone {
		t.Fatalf("decide %s in %s: %+v, %v", decision, g, done, err)
	}
}

// sameQuestion has groups answer one question: p0 and p1 choose B, p2 to p4 C, p5 D.
// It is closed everywhere but in those named open.
func sameQuestion(t *testing.T, s *store.Store, item quizzes.Item, groups []string, open ...string) (rounds map[string]practice.Round, at time.Time) {
	t.Helper()
	at = sunday().Add(time.Hour)
	rounds = map[string]practice.Round{}
	for _, g := range groups {
		begin(t, s, g)
		rounds[g] = askedItem(t, s, g, "r-"+g, item, at)
		for n, option := range []string{"b", "b", "c", "c", "c", "d"} {
			gives(t, s, rounds[g], fmt.Sprint("p", n), option, at.Add(time.Minute))
		}
		if !slices.Contains(open, g) {
			closed(t, s, rounds[g])
		}
	}
	return rounds, at.Add(25 * time.Hour)
}

// failing is a store in which one group can't be changed.
type failing struct {
	*store.Store
	group string
	err   error
}

func (f failing) AcceptIn(ctx context.Context, g string, a practice.Accepted, now time.Time, newID func() string) ([]string, error) {
	if g == f.group {
		return nil, f.err
	}
	return f.Store.AcceptIn(ctx, g, a, now, newID)
}

// An organiser's correction in one group leaves the others as they were until the
// host accepts it. Then each gets it, but for those that decided themselves: answers
// are graded anew, nobody loses, the note stands once under the old post, who
// reported the question is told and gets the points. What is interrupted goes on.
func TestAcceptForAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		rounds, at := sameQuestion(t, s, item, []string{"a", "b", "c", "d", "e"}, "e")
		for n := range 2 {
			reports(t, s, rounds["b"], fmt.Sprint("member-p", n+2), practice.FaultKey, at)
		}
		reports(t, s, rounds["d"], "member-p2", practice.FaultKey, at)
		decides(t, s, "d", practice.KeptAsIs, at)
		before := map[string]string{}
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"b", "c"}}, at)
		regrade(t, s, "c", item, quizzes.Correction{Keys: []string{"d"}, Explanation: "It is D."}, at)
		for _, g := range []string{"a", "b", "c", "d", "e"} {
			before[g] = spreadOf(t, s, g)
		}
		if a, _, err := s.AnswerOf(t.Context(), "r-b", "member-p2"); err != nil || a.Verdict != practice.Wrong {
			t.Fatalf("before it is accepted: %+v, %v", a, err)
		}

		p := proposed(t, s, practice.Corrected, "[[b] [c]]")
		if p.Groups != 1 || p.Others != 2 || p.Undecided != 2 || p.Reports != 3 || len(p.Code()) != 8 {
			t.Errorf("proposed: %+v, code %s", p, p.Code())
		}
		f, err := s.ForeseeAccept(t.Context(), p)
		must(t, err)
		if diff := cmp.Diff(practice.Foreseen{Groups: 2, Answers: 6, Gains: map[int]int{2: 3}, Reporters: 2}, f); diff != "" {
			t.Errorf("foreseen (-want +got):\n%s", diff)
		}
		at = at.Add(time.Hour)
		if a := accepts(t, s, practice.Corrected, "[[b] [c]]", at); a.Edition != 1 || !a.Done.IsZero() {
			t.Errorf("accepted: %+v", a)
		}
		broken := errors.New("the machine broke")
		for _, g := range []string{"b", "e"} { // whichever comes first, the other one has it
			if err := bring(t, failing{s, g, broken}, at); !errors.Is(err, broken) && g == "b" {
				t.Errorf("with a group that can't be changed: %v", err)
			}
			if got := spreadOf(t, s, "b"); g == "b" && got != before["b"] {
				t.Errorf("the group that failed is changed: %s", got)
			}
		}
		for range 2 { // the second time changes nothing
			must(t, bring(t, s, at))
			if _, changed, err := s.Accept(t.Context(), p, at.Add(time.Hour)); err != nil || changed {
				t.Errorf("accepted again: %v, %v", changed, err)
			}
		}
		for _, g := range []string{"a", "c", "d"} {
			if got := spreadOf(t, s, g); got != before[g] {
				t.Errorf("group %s decided itself, and has %s, want %s", g, got, before[g])
			}
		}
		acceptedIsThere(t, s, p, at)
		acceptedLater(t, s, item, p, at)
		for _, g := range []string{"a", "c", "d"} {
			if got := spreadOf(t, s, g); got != before[g] {
				t.Errorf("after another decision group %s has %s, want %s", g, got, before[g])
			}
		}
	})
}

// acceptedIsThere looks at the groups that got what was accepted, with two reporters
// in one of them.
func acceptedIsThere(t *testing.T, s *store.Store, p practice.Proposal, at time.Time) {
	t.Helper()
	all, err := s.AcceptedItems(t.Context())
	must(t, err)
	if len(all) != 1 || all[0].Done.IsZero() || all[0].Brought != (practice.Brought{Groups: 2, Answers: 6, Gainers: 6, Reporters: 2}) {
		t.Errorf("accepted: %+v", all)
	}
	for _, g := range []string{"b", "e"} {
		a, _, err := s.AnswerOf(t.Context(), "r-"+g, "member-p2")
		if err != nil || a.Verdict != practice.Right || a.Gained != 2 {
			t.Errorf("in %s: %+v, %v", g, a, err)
		}
	}
	if got := placed(t, s, "b", firstWeek()); got["p0"] != 3 || got["p2"] != 6 || got["p4"] != 3 || got["p5"] != 1 {
		t.Errorf("the board: %v", got)
	}
	notes, err := s.Strings(t.Context(), `SELECT group_id || ' ' || ref FROM deliveries WHERE kind = $1 AND id LIKE 'brought-%' ORDER BY group_id`, practice.KindCorrection)
	must(t, err)
	if diff := cmp.Diff([]string{"b " + practice.NoteRef("r-b", p.Graded)}, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	told, err := s.ReportsAnswered(t.Context(), "member-p2", at.Add(-time.Minute))
	must(t, err)
	if len(told) != 1 || told[0].Answer.State != practice.ReportRight || told[0].Answer.Points != practice.PointsReport || !told[0].Answer.Accepted ||
		told[0].Answer.Decision != practice.Corrected || told[0].Answer.Group != "b" {
		t.Errorf("the reporter is told %+v", told)
	}
	if n, err := s.ChecksWaiting(t.Context(), "b"); err != nil || n != 0 {
		t.Errorf("%d checks wait, %v", n, err)
	}
	here, err := s.AcceptedHere(t.Context(), "b", at.Add(-time.Hour))
	must(t, err)
	if diff := cmp.Diff([]practice.AcceptedHere{{Number: 1, Decision: practice.Corrected}}, here); diff != "" {
		t.Errorf("organisers read (-want +got):\n%s", diff)
	}
	if here, err = s.AcceptedHere(t.Context(), "c", at.Add(-time.Hour)); err != nil || len(here) > 0 {
		t.Errorf("organisers who decided themselves read %v, %v", here, err)
	}
	proposals, err := s.Proposals(t.Context())
	must(t, err)
	if left := practice.Unaccepted(proposals, all); len(left) > 0 {
		t.Errorf("left to accept: %+v", left)
	}
}

// acceptedLater has a group start after it, and something else accepted.
func acceptedLater(t *testing.T, s *store.Store, item quizzes.Item, p practice.Proposal, at time.Time) {
	t.Helper()
	// A group that starts later has it from its beginning.
	begin(t, s, "f")
	if r := askedItem(t, s, "f", "r-f", item, at); len(r.Item.Keys()) != 1 {
		t.Fatalf("asked: %+v", r.Item)
	}
	if r, _, err := s.Round(t.Context(), "r-f"); err != nil || r.ItemVersion != p.Graded || !r.CorrectedAt.IsZero() {
		t.Errorf("a later group: %+v, %v", r, err)
	}

	// Another decision can be accepted later, and takes no points away.
	accepts(t, s, practice.Corrected, "[[d]]", at.Add(time.Hour))
	must(t, bring(t, s, at.Add(time.Hour)))
	if got := placed(t, s, "b", firstWeek()); got["p0"] != 3 || got["p2"] != 6 || got["p4"] != 3 || got["p5"] != 3 {
		t.Errorf("the board after another decision: %v", got)
	}
	if r, _, err := s.Round(t.Context(), "r-f"); err != nil || fmt.Sprint(r.Item.Keys()) != "[[d]]" {
		t.Errorf("a later group after another decision: %+v, %v", r, err)
	}
}

// What is retired for all isn't asked in any group that hasn't decided otherwise,
// nor in one that begins later; answers count as they did. Once the bank has mended
// it, it is another version, and asked. A correction accepted later has it asked again.
func TestRetireForAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		version, _ := item.Version()
		rounds, at := sameQuestion(t, s, item, []string{"a", "b", "c", "d"})
		for _, g := range []string{"a", "b", "c"} {
			reports(t, s, rounds[g], "member-p2", practice.FaultOld, at)
		}
		decides(t, s, "a", practice.Retired, at)
		decides(t, s, "c", practice.KeptAsIs, at)
		theirs := spreadOf(t, s, "b")
		if got := leftOut(t, s, "b"); len(got) > 0 {
			t.Errorf("before it is accepted, b isn't asked %v", got)
		}
		f, err := s.ForeseeAccept(t.Context(), proposed(t, s, practice.Retired, ""))
		must(t, err)
		if diff := cmp.Diff(practice.Foreseen{Groups: 2, Gains: map[int]int{}, Reporters: 1}, f); diff != "" {
			t.Errorf("foreseen (-want +got):\n%s", diff)
		}
		accepts(t, s, practice.Retired, "", at)
		must(t, bring(t, s, at))
		begin(t, s, "later")
		for g, want := range map[string][]string{"a": {version}, "b": {version}, "c": nil, "d": {version}, "later": {version}} {
			if got := leftOut(t, s, g); !slices.Equal(got, want) {
				t.Errorf("%s isn't asked %v, want %v", g, got, want)
			}
		}
		if got := spreadOf(t, s, "b"); got != theirs {
			t.Errorf("answers are %s, want %s", got, theirs)
		}
		told, err := s.ReportsAnswered(t.Context(), "member-p2", at.Add(-time.Minute))
		must(t, err)
		if n := slices.IndexFunc(told, func(r practice.Report) bool { return r.Answer.Group == "b" }); n < 0 || told[n].Answer.Points != practice.PointsReport || told[n].Answer.Decision != practice.Retired {
			t.Errorf("the reporters are told %+v", told)
		}
		regrade(t, s, "c", item, quizzes.Correction{Keys: []string{"c"}}, at.Add(time.Hour))
		accepts(t, s, practice.Corrected, "[[c]]", at.Add(time.Hour))
		must(t, bring(t, s, at.Add(time.Hour)))
		if got := leftOut(t, s, "b"); len(got) > 0 {
			t.Errorf("corrected, b isn't asked %v", got)
		}
		if a, _, err := s.AnswerOf(t.Context(), "r-b", "member-p2"); err != nil || a.Verdict != practice.Right {
			t.Errorf("corrected: %+v, %v", a, err)
		}
		accepts(t, s, practice.Retired, "", at.Add(2*time.Hour))
		must(t, bring(t, s, at.Add(2*time.Hour)))
		if r, _, err := s.Round(t.Context(), "r-b"); err != nil || fmt.Sprint(r.Item.Keys()) != "[[c]]" || len(leftOut(t, s, "b")) != 1 {
			t.Errorf("retired again, it is graded by %v, %v", r.Item.Keys(), err)
		}
	})
}

// What is taken back for all counts for everybody who answered in time; another
// explanation changes cards and no answer, and nobody is told of a correction.
func TestVoidAndExplainForAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		_, at := sameQuestion(t, s, item, []string{"a", "b", "c"})
		version, _ := item.Version()
		r := practice.Regrading{Group: "a", ItemVersion: version, Item: item.Explained("Because of B."), At: at, NewID: func() string { return "x" }, Quiet: true}
		r.Corrected, r.Snapshot = r.Item.Version()
		_, err := s.Regrade(t.Context(), r)
		must(t, err)
		regrade(t, s, "c", item, quizzes.Correction{Void: true}, at)
		theirs := spreadOf(t, s, "b")
		accepts(t, s, practice.Explained, "", at)
		must(t, bring(t, s, at))
		if got, err := s.Strings(t.Context(), `SELECT id FROM deliveries WHERE kind = $1 AND group_id = 'b'`, practice.KindCorrection); err != nil || len(got) > 0 {
			t.Errorf("notes: %v, %v", got, err)
		}
		if now, _, err := s.Round(t.Context(), "r-b"); err != nil || now.Item.Explanation != "Because of B." || spreadOf(t, s, "b") != theirs {
			t.Errorf("explained: %+v, %v", now.Item, err)
		}
		accepts(t, s, practice.Voided, "", at.Add(time.Hour))
		must(t, bring(t, s, at.Add(time.Hour)))
		if got := placed(t, s, "b", firstWeek()); got["p0"] != 3 || got["p5"] != 3 || len(leftOut(t, s, "b")) != 1 {
			t.Errorf("taken back: %v", got)
		}
	})
}

// Two hosts accept at once what organisers decided differently, while several copies
// bring it: in the end every group has what the row says, and each note is owed once.
func TestTwoAcceptForAllAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		groups := []string{"a", "b", "c", "d", "e", "f"}
		_, at := sameQuestion(t, s, item, groups)
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		regrade(t, s, "b", item, quizzes.Correction{Keys: []string{"d"}}, at)
		both := []practice.Proposal{proposed(t, s, practice.Corrected, "[[c]]"), proposed(t, s, practice.Corrected, "[[d]]")}
		var all sync.WaitGroup
		for n := range writers {
			all.Go(func() {
				if _, _, err := s.Accept(t.Context(), both[n%2], at); err != nil {
					t.Errorf("accept: %v", err)
				}
				if err := bring(t, s, at); err != nil {
					t.Errorf("bring: %v", err)
				}
			})
		}
		all.Wait()
		must(t, bring(t, s, at))
		accepted, err := s.AcceptedItems(t.Context())
		must(t, err)
		if len(accepted) != 1 || accepted[0].Done.IsZero() {
			t.Fatalf("accepted: %+v", accepted)
		}
		for _, g := range groups[2:] {
			if r, _, err := s.Round(t.Context(), "r-"+g); err != nil || r.ItemVersion != accepted[0].Graded {
				t.Errorf("group %s is graded by %v, want what was accepted, %+v (%v)", g, r.Item.Keys(), accepted[0], err)
			}
			if got := placed(t, s, g, firstWeek()); got["p0"] != 3 {
				t.Errorf("in %s the board is %v", g, got)
			}
		}
		if r, _, err := s.Round(t.Context(), "r-b"); err != nil || fmt.Sprint(r.Item.Keys()) != "[[d]]" {
			t.Errorf("who decided themselves are graded by %v, %v", r.Item.Keys(), err)
		}
		if sign, pending, err := s.AcceptedSign(t.Context()); err != nil || pending || sign == "" {
			t.Errorf("sign %q, pending %v, %v", sign, pending, err)
		}
	})
}

// Groups that start while something is accepted have it, whichever comes first.
func TestStartWhileAccepting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		_, at := sameQuestion(t, s, item, []string{"a"})
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		p := proposed(t, s, practice.Corrected, "[[c]]")
		var all sync.WaitGroup
		for n := range writers {
			g := fmt.Sprint("late", n)
			all.Go(func() {
				if outcome, err := s.StartGroup(t.Context(), plan(g, "fake:maria", bot.ChannelID("fake:"+g))); err != nil || outcome != group.Started {
					t.Errorf("start: %v, %v", outcome, err)
				}
			})
			if n == writers/2 {
				all.Go(func() {
					if _, _, err := s.Accept(t.Context(), p, at); err != nil {
						t.Errorf("accept: %v", err)
					}
					if err := bring(t, s, at); err != nil {
						t.Errorf("bring: %v", err)
					}
				})
			}
		}
		all.Wait()
		have, err := s.Strings(t.Context(), `SELECT g.id FROM groups g WHERE NOT EXISTS (SELECT 1 FROM overrides o WHERE o.group_id = g.id AND o.corrected = $1)`, p.Graded)
		if err != nil || len(have) > 0 {
			t.Errorf("without it: %v, %v", have, err)
		}
	})
}
