package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/bot/suggest"
)

// wrote is a suggestion of a member.
func wrote(id, in, member, stem string, at time.Time) suggest.Suggestion {
	item := thisOrThat(practice.OwnID(id))
	item.Stem = stem
	return suggest.Suggestion{ID: id, Group: in, Member: member, Signed: true, Item: item, MadeAt: at}
}

func add(t *testing.T, s *store.Store, n suggest.Suggestion) suggest.Added {
	t.Helper()
	added, err := s.AddSuggestion(t.Context(), n)
	must(t, err)
	return added
}

// accepting is the change by which an organiser of a group accepts a suggestion.
func accepting(t *testing.T, s *store.Store, n suggest.Suggestion) suggest.Change {
	t.Helper()
	item := n.Item
	item.Domain = "cbet.safety"
	return suggest.Change{ID: n.ID, By: details(t, s, n.Group).Organisers[0].Member, Edition: 1, State: suggest.Accepted, Track: "track-" + n.Group,
		Item: &item, At: n.MadeAt.Add(time.Hour)}
}

func changes(t *testing.T, s *store.Store, c suggest.Change, want suggest.Outcome) {
	t.Helper()
	if got, err := s.ChangeSuggestion(t.Context(), c); err != nil || got != want {
		t.Fatalf("change %+v: %v, %v, want %v", c, got, err, want)
	}
}

// suggestTraces has the marked person suggest in two groups: what waits, what was
// accepted, asked and read, and what came by files.
func suggestTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for _, in := range []string{"g", "h"} {
		add(t, s, wrote("waits-"+in, in, "member-"+marked, "Waits in "+in, sunday()))
		own := wrote("own-"+in, in, "member-"+marked, "Taken in "+in, sunday())
		add(t, s, own)
		changes(t, s, accepting(t, s, own), suggest.Done)
		others := wrote("others-"+in, in, "member-lee", "Lee's in "+in, sunday())
		add(t, s, others)
		must(t, s.SuggestionRead(t.Context(), "member-"+marked, others.ID))
		must(t, s.Do(t.Context(), `UPDATE suggestions SET state = 'refused', decided_by = 'member-`+marked+`', reason = '`+marked+`', decided_at = 1 WHERE id = $1`, others.ID))
	}
	importTraces(t, s)
}

// Of organisers who decide at the same time one decides. What was accepted is asked
// in its group alone, earns points once, and is what it was for ever.
func TestSuggestionIsDecidedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, in := range []string{"g", "h"} {
			begin(t, s, in)
			join(t, s, in, "dana")
		}
		at := sunday()
		n := wrote("one", "g", "member-dana", "A question", at)
		if added := add(t, s, n); added.Again || added.TooMany {
			t.Fatalf("sent: %+v", added)
		}
		again := n
		again.ID = "another"
		if added := add(t, s, again); !added.Again {
			t.Errorf("sent twice: %+v", added)
		}
		accept := accepting(t, s, n)
		refuse := accept
		refuse.State, refuse.Track, refuse.Reason = suggest.Refused, "", "no"
		stranger := accept
		stranger.By = "member-dana"
		changes(t, s, stranger, suggest.Gone)
		late := accept
		late.Edition = 7
		changes(t, s, late, suggest.Changed)

		outcomes := make([]suggest.Outcome, 8)
		var all sync.WaitGroup
		for k := range outcomes {
			all.Go(func() {
				c := accept
				if k%2 == 1 {
					c = refuse
				}
				var err error
				if outcomes[k], err = s.ChangeSuggestion(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		done := 0
		for _, o := range outcomes {
			if o == suggest.Done {
				done++
			}
		}
		if done != 1 {
			t.Fatalf("%d of %v decided, want one", done, outcomes)
		}
		now, _, err := s.Suggestion(t.Context(), "one", "")
		must(t, err)
		items, err := s.OwnItems(t.Context(), "track-g")
		must(t, err)
		others, err := s.OwnItems(t.Context(), "track-h")
		must(t, err)
		if now.State == suggest.Refused {
			if len(items) > 0 || now.Points > 0 || now.Reason != "no" {
				t.Errorf("refused: %+v, asked %v", now, items)
			}
			return
		}
		if len(items) != 1 || items[0].ID != "own.one" || len(others) > 0 || now.Points != suggest.Points {
			t.Errorf("accepted: %+v, asked %v, in another group %v", now, items, others)
		}
	})
}

// An edit is another version: what was asked keeps its own, and everything that
// knows the group's questions reads them anew.
func TestOwnQuestionIsChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		at := sunday()
		n := wrote("one", "g", "member-dana", "A question", at)
		add(t, s, n)
		c := accepting(t, s, n)
		changes(t, s, c, suggest.Done)
		before, ok, err := s.Track(t.Context(), "track-g")
		if err != nil || !ok || before.Own != 1 {
			t.Fatalf("the track is %+v (%v)", before, err)
		}
		r := askedItem(t, s, "g", "r1", *c.Item, at.Add(2*time.Hour))
		edit := c
		other := *c.Item
		other.Stem = "Another question"
		edit.Edition, edit.Item = 2, &other
		changes(t, s, edit, suggest.Done)
		changes(t, s, edit, suggest.Changed)
		if open, _, err := s.Round(t.Context(), r.ID); err != nil || open.Item.Stem != "A question" {
			t.Errorf("what is open says %q (%v)", open.Item.Stem, err)
		}
		if track, _, err := s.Track(t.Context(), "track-g"); err != nil || track.Own != 2 {
			t.Errorf("the track is %+v (%v), want another number", track, err)
		}
		if items, err := s.OwnItems(t.Context(), "track-g"); err != nil || len(items) != 1 || items[0].Stem != "Another question" {
			t.Errorf("asked is %v (%v)", items, err)
		}
		for _, row := range []struct {
			member string
			held   bool
		}{{"member-dana", true}, {c.By, true}} {
			if got, _, err := s.Suggestion(t.Context(), "one", row.member); err != nil || got.Held != row.held {
				t.Errorf("%s, who is still to answer, is held off: %v (%v)", row.member, got.Held, err)
			}
		}
		answered(t, s, r, at.Add(3*time.Hour), map[string]practice.Verdict{"dana": practice.Right})
		if got, _, err := s.Suggestion(t.Context(), "one", "member-dana"); err != nil || got.Held {
			t.Errorf("who has answered is held off (%v)", err)
		}
		stop := edit
		stop.Edition, stop.State, stop.Item = 3, suggest.Stopped, nil
		changes(t, s, stop, suggest.Done)
		if items, err := s.OwnItems(t.Context(), "track-g"); err != nil || len(items) > 0 {
			t.Errorf("stopped, asked is %v (%v)", items, err)
		}
	})
}

// Who wrote or read a question knew it; a signature is as boards have the name, and
// goes with the person.
func TestSignatureAndWhoKnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		at := sunday()
		n := wrote("one", "g", "member-dana", "A question", at)
		add(t, s, n)
		add(t, s, wrote("two", "g", "member-dana", "One that waits", at))
		c := accepting(t, s, n)
		changes(t, s, c, suggest.Done)
		must(t, s.SuggestionRead(t.Context(), c.By, "one"))
		for account, want := range map[bot.UserID]bool{"fake:dana": true, "fake:maria": true, "fake:lee": false} {
			if knew, err := s.KnewBefore(t.Context(), "own.one", account); err != nil || knew != want {
				t.Errorf("%s knew it: %v (%v), want %v", account, knew, err, want)
			}
		}
		r := askedItem(t, s, "g", "r1", *c.Item, at.Add(2*time.Hour))
		must(t, s.SuggestionRead(t.Context(), "member-lee", "one"))
		if knew, err := s.KnewBefore(t.Context(), "own.one", "fake:lee"); err != nil || knew {
			t.Errorf("who read it after it was asked knew it before (%v)", err)
		}
		edit, rewritten := c, *c.Item
		rewritten.Stem = "Another question"
		edit.By, edit.Edition, edit.Item = organising(t, s, "g", "olga"), 2, &rewritten
		changes(t, s, edit, suggest.Done)
		if knew, err := s.KnewBefore(t.Context(), "own.one", "fake:olga"); err != nil || !knew {
			t.Errorf("who gave it other words after it was asked didn't know them (%v)", err)
		}
		signed := func(in, want string) {
			t.Helper()
			if name, err := s.Signature(t.Context(), in, "own.one"); err != nil || name != want {
				t.Errorf("signed %q in %s (%v), want %q", name, in, err, want)
			}
		}
		signed("g", "dana")
		signed("h", "")
		_, err := s.Rename(t.Context(), "g", "member-dana", "D.", false)
		must(t, err)
		signed("g", "D.")
		_, err = s.Rename(t.Context(), "g", "member-dana", "D.", true)
		must(t, err)
		signed("g", "")
		_, err = s.Rename(t.Context(), "g", "member-dana", "D.", false)
		must(t, err)
		wanted := func() int64 {
			n, err := s.Count(t.Context(), `SELECT wanted FROM deliveries WHERE ref = $1`, r.ID)
			must(t, err)
			return n
		}
		before := wanted()
		_, err = s.EraseMember(t.Context(), group.Erasing{Account: "fake:dana", FormerName: "A former member", Records: s.Records(), Now: at.Add(4 * time.Hour)})
		must(t, err)
		signed("g", "")
		if wanted() != before+1 {
			t.Error("the post that has the name is not edited")
		}
		if waiting, err := s.SuggestionsWaiting(t.Context(), "g"); err != nil || waiting != 0 {
			t.Errorf("%d of somebody who is gone wait (%v)", waiting, err)
		}
		if items, err := s.OwnItems(t.Context(), "track-g"); err != nil || len(items) != 1 {
			t.Errorf("the group is asked %v (%v), want its question", items, err)
		}
	})
}

// Organisers hear at once that something waits, and then once a week while it does.
func TestSuggestionsAreToldOnceAWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		now := sunday()
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		var days []int
		until := func(at time.Time) {
			told(t, s, at)
			if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM notices WHERE kind = 'suggested' AND told_at = $1`, at.UnixMilli()); err != nil || n > 0 {
				days = append(days, int(at.Sub(now).Hours()/24))
			}
		}
		first := wrote("one", "g", "member-dana", "A question", now)
		add(t, s, first)
		until(day(0))
		add(t, s, wrote("two", "g", "member-dana", "A second question", day(1)))
		until(day(2))
		until(day(6))
		until(day(7)) // they still wait
		c := accepting(t, s, first)
		c.At = day(8)
		changes(t, s, c, suggest.Done)
		two := accepting(t, s, wrote("two", "g", "member-dana", "A second question", day(8)))
		changes(t, s, two, suggest.Done)
		until(day(14)) // nothing waits
		add(t, s, wrote("three", "g", "member-dana", "A third question", day(15)))
		until(day(15))
		if want := []int{0, 7, 15}; !slices.Equal(days, want) {
			t.Errorf("told on the days %v, want %v", days, want)
		}
	})
}

// At most so many of one person wait.
func TestSuggestionsOfOneAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for n := range suggest.MostWaiting + 1 {
			added := add(t, s, wrote(fmt.Sprint("s", n), "g", "member-dana", fmt.Sprint("Question ", n), sunday()))
			if added.TooMany != (n == suggest.MostWaiting) {
				t.Errorf("number %d: %+v", n, added)
			}
		}
	})
}
