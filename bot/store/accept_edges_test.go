package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// keysIn are the right answers by which a group grades an item version.
func keysIn(t *testing.T, s *store.Store, g, version string) string {
	t.Helper()
	got, err := s.Strings(t.Context(), `SELECT corrected FROM overrides WHERE group_id = $1 AND item_version = $2`, g, version)
	must(t, err)
	if len(got) == 0 {
		return "the bank's"
	}
	item, err := s.ItemVersion(t.Context(), got[0])
	must(t, err)
	return fmt.Sprint(item.Keys())
}

// A group that ended and starts again with another certification has what was
// accepted about that one.
func TestReopenWithAccepted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		version, _ := item.Version()
		_, at := sameQuestion(t, s, item, []string{"a"})
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		other := plan("late", "fake:maria", "fake:late")
		other.Setup.Certification, other.Setup.Outline = "chtm", "chtm-2025"
		if outcome, err := s.StartGroup(t.Context(), other); err != nil || outcome != group.Started {
			t.Fatalf("start: %v, %v", outcome, err)
		}
		accepts(t, s, practice.Corrected, "[[c]]", at)
		must(t, bring(t, s, at))
		must(t, s.Do(t.Context(), `UPDATE groups SET state = 'ended' WHERE id = 'late'`))
		again := plan("again", "fake:maria", "fake:late")
		again.Setup.Group, again.Setup.Reopen, again.Now = "late", true, at
		if outcome, err := s.StartGroup(t.Context(), again); err != nil || outcome != group.Started {
			t.Fatalf("start again: %v, %v", outcome, err)
		}
		if got := keysIn(t, s, "late", version); got != "[[c]]" {
			t.Errorf("graded by %s, want what was accepted", got)
		}
	})
}

// A group that takes a certification up again keeps what it decided about it, and
// what it answered before is still graded anew.
func TestTakeUpAgainWhileAccepting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		version, _ := item.Version()
		rounds, at := sameQuestion(t, s, item, []string{"a", "b", "c"})
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		reports(t, s, rounds["b"], "member-p2", practice.FaultKey, at)
		decides(t, s, "b", practice.KeptAsIs, at)
		for _, g := range []string{"b", "c"} {
			added(t, s, addition(g, "chtm", 1))
			if outcome, err := s.RemoveTrack(t.Context(), g, details(t, s, g).First().ID, at); err != nil || outcome != group.TrackChanged {
				t.Fatalf("remove: %v, %v", outcome, err)
			}
		}
		accepts(t, s, practice.Corrected, "[[c]]", at)
		for n, g := range []string{"b", "c"} { // with the outline that it had, and with another one
			a := addition(g, "cbet", 2)
			if n == 0 {
				a.Setup.Outline = plan(g, "fake:maria", "fake:x").Setup.Outline
			}
			a.Now = at.Add(time.Minute)
			added(t, s, a)
		}
		must(t, bring(t, s, at.Add(time.Hour)))
		if got := keysIn(t, s, "b", version); got != "the bank's" {
			t.Errorf("who decided to keep it grade by %s", got)
		}
		if a, _, err := s.AnswerOf(t.Context(), "r-c", "member-p2"); err != nil || a.Verdict != practice.Right {
			t.Errorf("an earlier answer isn't graded anew: %+v, %v", a, err)
		}
	})
}

// Who reported several draws of a computed item that is retired for all gets points
// once, as when an organiser retires it.
func TestRetireDrawsForAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		one, two := drawn("cbet-ohm", "f", "1"), drawn("cbet-ohm", "f", "2")
		for _, g := range []string{"a", "b"} {
			begin(t, s, g)
			join(t, s, g, "dana")
			reports(t, s, askedItem(t, s, g, "r1-"+g, one, at), "member-dana", practice.FaultKey, at)
		}
		decides(t, s, "a", practice.Retired, at)
		other := reports(t, s, askedItem(t, s, "b", "r2-b", two, at), "member-dana", practice.FaultKey, at).Check
		accepts(t, s, practice.Retired, "", at)
		must(t, bring(t, s, at))
		if n, err := s.ChecksWaiting(t.Context(), "b"); err != nil || n != 0 {
			t.Errorf("%d checks wait in b, %v", n, err)
		}
		if k, _, err := s.Check(t.Context(), other.ID, ""); err != nil || !k.Accepted {
			t.Errorf("the other draw: %+v, %v", k.Check, err)
		}
		if _, err := s.Decide(t.Context(), practice.Deciding{Draft: practice.Draft{Check: other.ID, Member: details(t, s, "b").Organisers[0].Member, Decision: practice.Retired}, At: at.Add(time.Minute)}); err != nil {
			t.Error(err)
		}
		if n := count(t, s, `SELECT COUNT(*) FROM earnings WHERE kind = 'report' AND group_id = 'b'`); n != 1 {
			t.Errorf("paid %d times, want once", n)
		}
		judged, err := s.Judged(t.Context(), "b")
		if must(t, err); len(judged) == 0 {
			t.Error("organisers of b are shown what isn't asked any more")
		}
	})
}

// In a group that rests nothing is posted because of what the host accepts.
func TestAcceptWhileResting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		_, at := sameQuestion(t, s, item, []string{"a", "b", "c", "d"})
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		for g, state := range map[string]group.State{"b": group.Ended, "c": group.Paused} {
			if ok, err := s.StopGroup(t.Context(), g, state, "", at); err != nil || !ok {
				t.Fatalf("stop: %v, %v", ok, err)
			}
		}
		accepts(t, s, practice.Corrected, "[[c]]", at)
		must(t, bring(t, s, at))
		got, err := s.Strings(t.Context(), `SELECT group_id FROM deliveries WHERE kind = $1 AND group_id <> 'a' ORDER BY 1`, practice.KindCorrection)
		if must(t, err); fmt.Sprint(got) != "[d]" {
			t.Errorf("notes in %v, want only where the group runs", got)
		}
		if a, _, err := s.AnswerOf(t.Context(), "r-b", "member-p2"); err != nil || a.Verdict != practice.Right {
			t.Errorf("answers count all the same: %+v, %v", a, err)
		}
	})
}

// A bank that is mended just as it was corrected has the version that the correction
// made. What is reported of it is about that one: it is left out, and graded anew.
func TestReportOfWhatTheBankMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := sunday().Add(time.Hour)
		begin(t, s, "g")
		for _, p := range []string{"dana", "lee"} {
			join(t, s, "g", p)
		}
		wrong := lettered("cbet-one")
		askedItem(t, s, "g", "r1", wrong, at)
		regrade(t, s, "g", wrong, quizzes.Correction{Keys: []string{"c"}}, at)
		mended, err := wrong.Corrected(quizzes.Correction{Keys: []string{"c"}})
		must(t, err)
		version, _ := mended.Version()
		r := askedItem(t, s, "g", "r2", mended, at.Add(time.Hour))
		r.ItemVersion = version
		for _, p := range []string{"dana", "lee"} {
			if k := reports(t, s, r, "member-"+p, practice.FaultKey, at.Add(2*time.Hour)).Check; k.Original != version {
				t.Errorf("the report is about %s, want what the bank has now, %s", k.Original, version)
			}
		}
		if got := leftOut(t, s, "g"); len(got) != 1 || got[0] != version {
			t.Errorf("left out: %v, want %s", got, version)
		}
		if _, original, _, err := s.OriginalItem(t.Context(), "g", version); err != nil || original != version {
			t.Errorf("original: %s, %v", original, err)
		}
	})
}

// What the host dismisses isn't proposed any more, by whichever group; something else
// about the same question is. Groups keep what they decided, and what was dismissed
// can be accepted later.
func TestDismiss(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := lettered("cbet-one")
		version, _ := item.Version()
		rounds, at := sameQuestion(t, s, item, []string{"a", "b", "c", "d"})
		left := func(when string, want ...string) {
			t.Helper()
			all, err := s.Proposals(t.Context())
			must(t, err)
			accepted, err := s.AcceptedItems(t.Context())
			must(t, err)
			got := []string{}
			for _, p := range practice.Unaccepted(all, accepted) {
				got = append(got, fmt.Sprint(p.Decision, " ", p.Mended.Keys()))
			}
			slices.Sort(got)
			if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		regrade(t, s, "a", item, quizzes.Correction{Keys: []string{"c"}}, at)
		for range 2 { // the second time changes nothing
			must(t, s.Dismiss(t.Context(), proposed(t, s, practice.Corrected, "[[c]]")))
		}
		left("dismissed")
		if got := keysIn(t, s, "a", version); got != "[[c]]" {
			t.Errorf("the group that decided it grades by %s", got)
		}
		regrade(t, s, "b", item, quizzes.Correction{Keys: []string{"c"}}, at.Add(time.Minute))
		left("decided alike by another group")
		regrade(t, s, "c", item, quizzes.Correction{Keys: []string{"d"}}, at.Add(time.Minute))
		reports(t, s, rounds["d"], "member-p2", practice.FaultKey, at)
		decides(t, s, "d", practice.Retired, at.Add(time.Minute))
		left("decided otherwise", "corrected [[d]]", "retired [[b]]")
		must(t, s.Dismiss(t.Context(), proposed(t, s, practice.Retired, "")))
		left("retired and dismissed", "corrected [[d]]")

		at = at.Add(time.Hour)
		accepts(t, s, practice.Corrected, "[[c]]", at)
		if p := proposed(t, s, practice.Corrected, "[[c]]"); p.Dismissed {
			t.Error("what was accepted is dismissed")
		}
		if p := proposed(t, s, practice.Retired, ""); !p.Dismissed {
			t.Error("what is dismissed isn't when something else is accepted")
		}
		left("accepted all the same")
	})
}
