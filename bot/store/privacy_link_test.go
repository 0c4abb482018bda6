package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// typeIt types the code of an account into another one.
func typeIt(t *testing.T, s *store.Store, hash, person string, at time.Time) (group.Link, group.LinkOutcome) {
	t.Helper()
	l, outcome, err := s.TypeCode(t.Context(), group.TypedCode{Hash: hash, Account: bot.UserID("fake:" + person), Space: "fake:space", Name: person,
		Now: at, Expires: at.Add(10 * time.Minute), Tries: 5, Window: time.Hour})
	must(t, err)
	return l, outcome
}

func codeOf(t *testing.T, s *store.Store, person string, at time.Time) (hash string) {
	t.Helper()
	must(t, s.MakeCode(t.Context(), group.LinkCode{ID: "link-" + person, Hash: "hash-" + person, Account: bot.UserID("fake:" + person), Name: person, Now: at, Expires: at.Add(10 * time.Minute)}))
	return "hash-" + person
}

func confirmation(s *store.Store, id, person string, at time.Time) group.LinkConfirmation {
	return group.LinkConfirmation{ID: id, Account: bot.UserID("fake:" + person), Neutral: "A member", Records: s.Records(), Now: at}
}

// linked links two people's accounts.
func linked(t *testing.T, s *store.Store, from, to string, at time.Time) group.LinkOutcome {
	t.Helper()
	l, outcome := typeIt(t, s, codeOf(t, s, from, at), to, at)
	if outcome != group.LinkTyped {
		return outcome
	}
	for _, person := range []string{to, from} {
		var err error
		_, outcome, err = s.ConfirmLink(t.Context(), confirmation(s, l.ID, person, at))
		must(t, err)
	}
	return outcome
}

func memberOf(t *testing.T, s *store.Store, person string) string {
	t.Helper()
	h, _, err := s.Holdings(t.Context(), bot.UserID("fake:"+person))
	must(t, err)
	return h.Member
}

func TestLinkKeepsTheEarlierAnswerAndTheStricterPrivacy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		at := sunday()
		join(t, s, "g", "dana")
		join(t, s, "g", "reed")
		join(t, s, "h", "reed")
		if _, err := s.Rename(t.Context(), "g", "member-reed", "", true); err != nil {
			t.Fatal(err)
		}
		open := asked(t, s, "h", "h1", at)
		answered(t, s, open, at, map[string]practice.Verdict{"reed": practice.Right})
		r := asked(t, s, "g", "r1", at)
		answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Wrong})
		answered(t, s, r, at.Add(time.Minute), map[string]practice.Verdict{"reed": practice.Right, "lee": practice.Right})
		at = closed(t, s, r)
		practise(t, s, "g", "dana", "s1", 30, 28, at)
		practise(t, s, "g", "reed", "s2", 30, 29, at.Add(time.Second))
		if outcome := linked(t, s, "dana", "reed", at); outcome != group.Linked {
			t.Fatalf("outcome %v", outcome)
		}
		if memberOf(t, s, "dana") != memberOf(t, s, "reed") {
			t.Fatal("two members")
		}
		got, _, err := s.Round(t.Context(), "r1")
		must(t, err)
		a, _, err := s.AnswerOf(t.Context(), "r1", memberOf(t, s, "dana"))
		must(t, err)
		if got.Answered != 2 || a.Verdict != practice.Wrong {
			t.Errorf("%d answered, of which hers is %s; want 2, and the earlier, wrong", got.Answered, a.Verdict)
		}
		sheet, err := s.Sheet(t.Context(), "g", "track-g", memberOf(t, s, "dana"), firstWeek())
		must(t, err)
		if want := 1 + 5; sheet.Points != want { // 57 practised in one week
			t.Errorf("%d points, want %d", sheet.Points, want)
		}
		if !sheet.Naming.Hidden {
			t.Error("one account was hidden, the person isn't")
		}
		for g, name := range map[string]string{"g": "dana", "h": "reed"} {
			m, ok, err := s.Membership(t.Context(), "fake:dana", g)
			if err != nil || !ok || m.Member.Name != name {
				t.Errorf("in %s she is %q (%v, %v), want %q", g, m.Member.Name, ok, err, name)
			}
		}
		checkTotals(t, s, "g", "h")

		// Apart again: the history stays with one.
		if ok, err := s.Unlink(t.Context(), "fake:dana", "fake:reed"); err != nil || !ok {
			t.Fatalf("unlink: %v, %v", ok, err)
		}
		if ok, err := s.Unlink(t.Context(), "fake:dana", "fake:lee"); err != nil || ok {
			t.Errorf("a stranger was unlinked: %v, %v", ok, err)
		}
		if _, ok, err := s.Membership(t.Context(), "fake:reed", "h"); err != nil || ok {
			t.Errorf("the account that was split off is a member still (%v)", err)
		}
	})
}

func TestCodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, p := range []string{"dana", "reed", "third"} {
			join(t, s, "g", p)
		}
		at := sunday()
		hash := codeOf(t, s, "dana", at)
		check := func(what string, got, want group.LinkOutcome) {
			t.Helper()
			if got != want {
				t.Errorf("%s: outcome %v, want %v", what, got, want)
			}
		}
		_, got := typeIt(t, s, "wrong", "reed", at)
		check("a wrong code", got, group.NoSuchCode)
		_, got = typeIt(t, s, hash, "dana", at)
		check("one's own code", got, group.OwnCode)
		_, got = typeIt(t, s, hash, "reed", at.Add(10*time.Minute))
		check("a code that is too old", got, group.NoSuchCode)
		l, got := typeIt(t, s, hash, "reed", at)
		check("the code", got, group.LinkTyped)
		_, got = typeIt(t, s, hash, "third", at)
		check("a third account", got, group.CodeTaken)
		_, got, err := s.ConfirmLink(t.Context(), confirmation(s, l.ID, "third", at))
		must(t, err)
		check("a third account's yes", got, group.NoSuchCode)
		_, got, err = s.ConfirmLink(t.Context(), confirmation(s, l.ID, "reed", at))
		must(t, err)
		check("the first yes", got, group.LinkWaits)
		if memberOf(t, s, "dana") == memberOf(t, s, "reed") {
			t.Error("linked by one yes")
		}
		_, got, err = s.ConfirmLink(t.Context(), confirmation(s, l.ID, "dana", at))
		must(t, err)
		check("the second yes", got, group.Linked)
		_, got, err = s.ConfirmLink(t.Context(), confirmation(s, l.ID, "dana", at))
		must(t, err)
		check("a yes to what is done", got, group.NoSuchCode)
		_, got = typeIt(t, s, codeOf(t, s, "dana", at), "reed", at)
		check("linked already", got, group.AlreadyLinked)
	})
}

// Guessing, also by many at once: five tries of an account in an hour.
func TestCodesAreNotGuessed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, p := range []string{"third", "guesser", "fourth"} {
			join(t, s, "g", p)
		}
		at := sunday()
		check := func(what string, got, want group.LinkOutcome) {
			t.Helper()
			if got != want {
				t.Errorf("%s: outcome %v, want %v", what, got, want)
			}
		}
		hash := codeOf(t, s, "third", at)
		var mu sync.Mutex
		outcomes := map[group.LinkOutcome]int{}
		atOnce(t, func(n int) error {
			_, outcome, err := s.TypeCode(t.Context(), group.TypedCode{Hash: fmt.Sprint("guess", n), Account: "fake:guesser", Now: at, Tries: 5, Window: time.Hour})
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome]++
			return err
		})
		if outcomes[group.NoSuchCode] != 5 || outcomes[group.TooManyTries] != writers-5 {
			t.Errorf("%d guesses: %v", writers, outcomes)
		}
		_, got := typeIt(t, s, hash, "guesser", at.Add(59*time.Minute))
		check("the right code after too many wrong ones", got, group.TooManyTries)
		hash = codeOf(t, s, "third", at.Add(time.Hour))
		_, got = typeIt(t, s, hash, "guesser", at.Add(time.Hour))
		check("an hour later", got, group.LinkTyped)
		// A code that many type is void.
		for n := range 5 {
			_, got = typeIt(t, s, hash, fmt.Sprint("crowd", n), at.Add(time.Hour))
		}
		check("a code typed too often", got, group.NoSuchCode)

		// One side is erased before the other's yes.
		l, _ := typeIt(t, s, codeOf(t, s, "fourth", at), "third", at)
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:fourth", at)); err != nil {
			t.Fatal(err)
		}
		_, got, err := s.ConfirmLink(t.Context(), confirmation(s, l.ID, "third", at))
		must(t, err)
		check("after the other side was erased", got, group.NoSuchCode)
	})
}

// Whatever happened before, linking, correcting and erasing leave totals that
// follow from the answers.
func TestTotalsAfterLinkingAndErasing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		histories := 0
		rapid.Check(t, func(rt *rapid.T) {
			histories++
			g, now, ids := fmt.Sprint("g", histories), sunday(), 0
			begin(t, s, g)
			people := make([]string, 4)
			for n := range people {
				people[n] = fmt.Sprintf("p%d-%d", histories, n)
				join(t, s, g, people[n])
			}
			person := func() string { return rapid.SampledFrom(people).Draw(rt, "person") }
			var rounds []practice.Round
			open := map[string]bool{}
			for range rapid.IntRange(1, 24).Draw(rt, "steps") {
				now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(rt, "minutes")) * time.Minute)
				ids++
				switch rapid.IntRange(0, 10).Draw(rt, "op") {
				case 0, 1:
					if details(t, s, g).Group.State != group.Running {
						continue // it paused itself
					}
					r := asked(t, s, g, fmt.Sprint(g, "-r", ids), now)
					rounds, open[r.ID] = append(rounds, r), true
				case 2, 3, 4, 5:
					if len(rounds) > 0 {
						p := person()
						join(t, s, g, p)
						a := answer(rapid.SampledFrom(rounds).Draw(rt, "round"), p, ids, now)
						a.Verdict = rapid.SampledFrom([]practice.Verdict{practice.Right, practice.Partly, practice.Wrong}).Draw(rt, "verdict")
						if _, err := s.Answer(t.Context(), a, true); err != nil {
							rt.Fatal(err)
						}
					}
				case 6:
					for _, r := range rounds {
						if d, ok, err := s.WaitingDue(t.Context(), practice.KindClose, r.ID); err == nil && ok && open[r.ID] {
							must(t, s.CloseRound(t.Context(), d, now))
							open[r.ID] = false
							break
						}
					}
				case 7:
					p := person()
					member := join(t, s, g, p).ID
					if _, ok, err := s.OpenSession(t.Context(), "track-"+g, member, practice.Practising); err == nil && !ok {
						sessionFor(t, s, g, member, fmt.Sprint(g, "-s", ids), rapid.IntRange(1, 30).Draw(rt, "practised"), rapid.Bool().Draw(rt, "left open"), now)
					}
				case 8:
					if a, b := person(), person(); a != b {
						join(t, s, g, a)
						join(t, s, g, b)
						linked(t, s, a, b, now)
					}
				case 9:
					regradeAny(t, rt, s, rounds, now)
				case 10:
					if _, err := s.EraseMember(t.Context(), erasing(s, bot.UserID("fake:"+person()), now)); err != nil {
						rt.Fatal(err)
					}
				}
			}
			for _, problem := range totalsOf(t, s, g) {
				rt.Error(problem)
			}
		})
	})
}

// regradeAny corrects one of a group's questions, if there are any.
func regradeAny(t *testing.T, rt *rapid.T, s *store.Store, rounds []practice.Round, now time.Time) {
	t.Helper()
	if len(rounds) == 0 {
		return
	}
	corrections := []quizzes.Correction{{Keys: []string{"b"}}, {Keys: []string{"a", "b"}}, {Keys: []string{"a"}}, {Void: true}}
	r := rapid.SampledFrom(rounds).Draw(rt, "round")
	regrade(t, s, r.Group, r.Item, rapid.SampledFrom(corrections).Draw(rt, "correction"), now)
}

// sessionFor is sessionOf for a member, answered but for the last question.
func sessionFor(t *testing.T, s *store.Store, g, member, id string, n int, left bool, at time.Time) {
	t.Helper()
	p, items := sessionParts(g, id, n+1)
	p.Member = member
	started, err := s.StartSession(t.Context(), p, items, at)
	must(t, err)
	for place := range n {
		if !started {
			return
		}
		if _, _, err := s.AnswerSession(t.Context(), id, place+1, practised(fmt.Sprint(id, "-", place), at)); err != nil {
			t.Fatal(err)
		}
	}
	if !left {
		_, err := s.EndSession(t.Context(), id, at)
		must(t, err)
	}
}

// Eight at once answer, close, link and erase: all end well, nothing is lost and
// nothing counted twice.
func TestLinkAndEraseWhileOthersWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for try := range 6 {
			g, at := fmt.Sprint("g", try), sunday()
			begin(t, s, g)
			name := func(p string) string { return fmt.Sprint(p, try) }
			for _, p := range []string{"dana", "reed", "lee", "tom"} {
				join(t, s, g, name(p))
			}
			r, late := asked(t, s, g, g+"-r", at), asked(t, s, g, g+"-late", at)
			answered(t, s, r, at, map[string]practice.Verdict{name("dana"): practice.Right})
			closed(t, s, late)
			l, _ := typeIt(t, s, codeOf(t, s, name("dana"), at), name("reed"), at)
			if _, _, err := s.ConfirmLink(t.Context(), confirmation(s, l.ID, name("reed"), at)); err != nil {
				t.Fatal(err)
			}
			due, _, err := s.WaitingDue(t.Context(), practice.KindClose, r.ID)
			must(t, err)
			atOnce(t, func(n int) error {
				switch n {
				case 0:
					_, _, err := s.ConfirmLink(t.Context(), confirmation(s, l.ID, name("dana"), at))
					return err
				case 1, 2:
					_, err := s.EraseMember(t.Context(), erasing(s, bot.UserID("fake:"+name("lee")), at))
					return err
				case 3:
					return s.CloseRound(t.Context(), due, due.At)
				}
				p := name([]string{"reed", "lee", "tom", "reed"}[n-4])
				a := answer(r, p, n, at)
				if n == 7 {
					a = answer(late, p, n, at.Add(26*time.Hour))
				}
				if n == 5 {
					if _, _, err := s.JoinGroup(t.Context(), joining(g, p)); err != nil {
						return err
					}
				}
				_, err := s.Answer(t.Context(), a, true)
				return err
			})
			checkTotals(t, s, g)
			if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM answers WHERE round_id = $1 AND member_id = $2`, r.ID, memberOf(t, s, name("dana"))); err != nil || n != 1 {
				t.Errorf("linked, she has %d answers to the question (%v), want 1", n, err)
			}
		}
	})
}

// A database that is restored from before an erasure learns of it from the list.
func TestErasuresAreReplayedAfterARestore(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		list := filepath.Join(t.TempDir(), "erasures")
		s := storetest.OpenURL(t, url, store.Options{Erasures: list})
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		answered(t, s, asked(t, s, "g", "r1", sunday()), sunday(), map[string]practice.Verdict{"dana": practice.Right})
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday())); err != nil {
			t.Fatal(err)
		}
		lines, err := os.ReadFile(list)
		if err != nil || strings.Contains(string(lines), "dana") || len(strings.Fields(string(lines))) != 3 {
			t.Fatalf("list %q (%v): want one line that does not name her", lines, err)
		}
		if missed, err := s.MissedErasures(t.Context()); err != nil || len(missed) > 0 {
			t.Fatalf("missed: %v, %v", missed, err)
		}
		// She is back in the database that goes on: nothing happens to her.
		join(t, s, "g", "dana")
		if missed, err := s.MissedErasures(t.Context()); err != nil || len(missed) > 0 {
			t.Fatalf("after she came back: missed %v, %v", missed, err)
		}
		// A restored one has her, and doesn't know of the erasure.
		must(t, s.Do(t.Context(), `DELETE FROM erasures`))
		missed, err := s.MissedErasures(t.Context())
		if err != nil || len(missed) != 1 || missed[0].Account != "fake:dana" {
			t.Fatalf("missed: %v, %v", missed, err)
		}
		e := erasing(s, missed[0].Account, sunday())
		e.Entry = missed[0].Entry
		if erased, err := s.EraseMember(t.Context(), e); err != nil || !erased {
			t.Fatalf("replay: %v, %v", erased, err)
		}
		if missed, err := s.MissedErasures(t.Context()); err != nil || len(missed) > 0 {
			t.Errorf("after the replay: missed %v, %v", missed, err)
		}
		if _, ok, err := s.Holdings(t.Context(), "fake:dana"); err != nil || ok {
			t.Errorf("she is there after the replay (%v)", err)
		}
		// A list that was lost is written anew; a line that was cut short is no entry.
		must(t, os.WriteFile(list, []byte("2026-11-22T10:38:00Z SALT abc"), 0o600))
		if missed, err := s.MissedErasures(t.Context()); err != nil || len(missed) > 0 {
			t.Errorf("missed of a list cut short: %v, %v", missed, err)
		}
		if lines, err = os.ReadFile(list); err != nil || strings.Count(string(lines), "\n") != 2 {
			t.Errorf("the list was not written anew: %q (%v)", lines, err)
		}
	})
}

// What is on its way to somebody who is erased is not delivered afterwards.
func TestEraseDropsPrivateMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		offer := group.NewOffer{ID: "o", Group: "g", Kind: group.OfferJoin, From: details(t, s, "g").Organisers[0].Member, To: joining("g", "dana"), EndsAt: sunday().AddDate(0, 0, 9),
			Message: schedule.Delivery{Key: "note", Kind: "offer", Ref: "o", Group: "g", Target: "fake:dana", Person: true, At: sunday()}}
		if _, err := s.MakeOffer(t.Context(), offer); err != nil {
			t.Fatal(err)
		}
		claimed, err := s.ClaimDeliveries(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 9)
		must(t, err)
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday())); err != nil {
			t.Fatal(err)
		}
		for _, d := range claimed {
			if ok, err := s.MarkSent(t.Context(), d, "m", 1, sunday(), time.Time{}); err != nil || ok != !d.Person {
				t.Errorf("%s sent: %v, %v", d.Kind, ok, err)
			}
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM deliveries WHERE person`); err != nil || n > 0 {
			t.Errorf("%d private messages are left (%v)", n, err)
		}
	})
}
