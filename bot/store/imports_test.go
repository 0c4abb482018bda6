package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/bot/suggest"
)

// readOf is what was read of a file of so many questions; the words begin with what.
func readOf(t *testing.T, s *store.Store, id, in, member, what string, questions int) suggest.Import {
	t.Helper()
	n := suggest.Import{ID: id, Group: in, Track: "track-" + in, Member: member, Signed: true, MadeAt: sunday()}
	for k := range questions {
		item := thisOrThat(practice.OwnID(fmt.Sprint(id, "-", k)))
		item.Stem = fmt.Sprint(what, " ", k)
		n.Items = append(n.Items, item)
	}
	must(t, s.KeepImport(t.Context(), n))
	return n
}

// organising makes another organiser of a group.
func organising(t *testing.T, s *store.Store, in, person string) string {
	t.Helper()
	m := join(t, s, in, person)
	must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'organiser' WHERE group_id = $1 AND member_id = $2`, in, m.ID))
	return m.ID
}

// Of eight presses at once, and of two organisers with the same file at once, one
// adds each question, and all or none of a file are there.
func TestImportIsAddedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		maria, olga := details(t, s, "g").Organisers[0].Member, organising(t, s, "g", "olga")
		before := details(t, s, "g").First().Own
		readOf(t, s, "one", "g", maria, "Question", 40)
		readOf(t, s, "two", "g", olga, "question ", 50) // the same words but for ten
		var all sync.WaitGroup
		outcomes := make([]suggest.ImportAdded, 8)
		for k := range outcomes {
			all.Go(func() {
				id, by := "one", maria
				if k%2 == 1 {
					id, by = "two", olga
				}
				var err error
				if outcomes[k], err = s.AddImport(t.Context(), id, by, sunday()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		added, known, gone, changes := 0, 0, 0, 0
		for _, o := range outcomes {
			added, known = added+o.Added, known+o.Known
			if o.Gone {
				gone++
			}
			if o.Added > 0 {
				changes++
			}
		}
		if added != 50 || known != 40 || gone != 6 {
			t.Errorf("%d were added, %d known, %d presses found nothing; want 50, 40 and 6", added, known, gone)
		}
		items, err := s.OwnItems(t.Context(), "track-g")
		must(t, err)
		for _, i := range items {
			if !i.Imported {
				t.Errorf("%s came by a file and isn't told apart", i.ID)
			}
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM item_versions WHERE bank = $1`, practice.OwnBank); len(items) != 50 || err != nil || n != 50 {
			t.Errorf("asked are %d of %d versions (%v), want 50", len(items), n, err)
		}
		if now := details(t, s, "g").First().Own; now != before+changes {
			t.Errorf("its own questions changed %d times, want %d", now-before, changes)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM imports`); err != nil || n != 0 {
			t.Errorf("%d files wait still (%v)", n, err)
		}
	})
}

// What came by a file earns nobody anything, is no suggestion that was answered, and
// keeps the order of the file.
func TestImportIsNoSuggestion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		maria := details(t, s, "g").Organisers[0].Member
		readOf(t, s, "one", "g", maria, "Question", 12)
		added, err := s.AddImport(t.Context(), "one", maria, sunday())
		must(t, err)
		all, err := s.Suggestions(t.Context(), "g", maria, false)
		must(t, err)
		if added.Added != 12 || len(all) != 12 {
			t.Fatalf("%+v, %d are there", added, len(all))
		}
		for k, n := range all {
			if n.Item.Stem != fmt.Sprint("Question ", k) || n.State != suggest.Accepted || n.Points != 0 || !n.Signed || n.Member != maria || n.Track != "track-g" {
				t.Errorf("number %d is %+v", k, n)
			}
		}
		if answered, err := s.SuggestionsAnswered(t.Context(), maria, sunday().Add(-time.Hour)); err != nil || len(answered) != 0 {
			t.Errorf("%d suggestions were answered (%v)", len(answered), err)
		}
		if has, err := s.HasSuggested(t.Context(), maria); err != nil || has {
			t.Errorf("has suggested: %v (%v)", has, err)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM earnings`); err != nil || n != 0 {
			t.Errorf("%d entries of points (%v)", n, err)
		}
		if knew, err := s.KnewBefore(t.Context(), all[0].Item.ID, "fake:maria"); err != nil || !knew {
			t.Errorf("who sent the file knew it: %v (%v)", knew, err)
		}
		// As changeable as any other.
		item := all[0].Item
		item.Stem = "Another"
		changes(t, s, suggest.Change{ID: all[0].ID, By: maria, Edition: all[0].Edition, State: suggest.Accepted, Track: "track-g", Item: &item, At: sunday()}, suggest.Done)
	})
}

// Only who sent a file adds it, while they organise and within a day; another file
// takes its place.
func TestImportIsForWhoSentIt(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		begin(t, s, "g")
		begin(t, s, "h")
		maria, olga := details(t, s, "g").Organisers[0].Member, organising(t, s, "g", "olga")
		lee := join(t, s, "g", "lee").ID
		gone := func(id, by string) {
			t.Helper()
			if added, err := s.AddImport(t.Context(), id, by, sunday()); err != nil || added != (suggest.ImportAdded{Gone: true}) {
				t.Errorf("%s adds %s: %+v (%v)", by, id, added, err)
			}
		}
		readOf(t, s, "one", "g", maria, "Question", 2)
		for _, other := range []string{olga, lee, "member-nobody", ""} {
			gone("one", other)
		}
		gone("nothing", maria)
		readOf(t, s, "two", "g", maria, "Question", 3)
		gone("one", maria)
		readOf(t, s, "elsewhere", "h", maria, "Question", 3) // of another group: the other stays
		must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'member' WHERE group_id = 'g' AND member_id = $1`, maria))
		gone("two", maria)
		must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'organiser' WHERE group_id = 'g' AND member_id = $1`, maria))
		must(t, s.DropImport(t.Context(), "elsewhere"))
		gone("elsewhere", maria)
		if n, ok, err := s.Import(t.Context(), "two"); err != nil || !ok || len(n.Items) != 3 || n.Member != maria || !n.MadeAt.Equal(sunday()) {
			t.Errorf("two: %+v, %v (%v)", n, ok, err)
		}
		c.advance(suggest.ImportKept)
		if _, ok, err := s.Import(t.Context(), "two"); err != nil || ok {
			t.Errorf("after a day it is there: %v (%v)", ok, err)
		}
		gone("two", maria)
		if n, err := s.Sweep(t.Context()); err != nil || n != 1 {
			t.Errorf("swept %d (%v), want 1", n, err)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM imports`); err != nil || n != 0 {
			t.Errorf("%d are there still (%v)", n, err)
		}
	})
}

// A group has at most so many questions of its own.
func TestOwnQuestionsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		maria := details(t, s, "g").Organisers[0].Member
		for k := 0; k < suggest.MostOwn; k += suggest.MostImport {
			id := fmt.Sprint("file", k)
			readOf(t, s, id, "g", maria, id, suggest.MostImport)
			if added, err := s.AddImport(t.Context(), id, maria, sunday()); err != nil || added.Added != suggest.MostImport {
				t.Fatalf("%s: %+v (%v)", id, added, err)
			}
		}
		readOf(t, s, "more", "g", maria, "More", 3)
		if added, err := s.AddImport(t.Context(), "more", maria, sunday()); err != nil || added != (suggest.ImportAdded{TooMany: 3}) {
			t.Errorf("more: %+v (%v)", added, err)
		}
	})
}

// importTraces has the marked person's files wait in two groups, and one added.
func importTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for _, in := range []string{"g", "h"} {
		member := organising(t, s, in, marked)
		readOf(t, s, "added-"+in, in, member, "Added", 2)
		added, err := s.AddImport(t.Context(), "added-"+in, member, sunday())
		must(t, err)
		if added.Added != 2 {
			t.Fatalf("%+v", added)
		}
		readOf(t, s, "waits-file-"+in, in, member, "Of "+marked, 2)
		must(t, s.Do(t.Context(), `UPDATE memberships SET role = 'member' WHERE group_id = $1 AND member_id = $2`, in, member))
	}
}
