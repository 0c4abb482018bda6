package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/papers"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func expense(person, id string, minor int64, day string) papers.Expense {
	return papers.Expense{ID: id, Member: "member-" + person, Certification: "cbet", What: "fee " + id, Amount: papers.Amount{Minor: minor, Currency: "USD"},
		Day: day, Receipt: "a.pdf", EnteredAt: sunday()}
}

func spent(t *testing.T, s *store.Store, person string) []papers.Expense {
	t.Helper()
	all, err := s.Expenses(t.Context(), "member-"+person, "cbet")
	must(t, err)
	return all
}

func TestExpenses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		older, newer := expense("dana", "a", 5000, "2026-11-01"), expense("dana", "b", 1, "2026-11-20")
		for _, e := range []papers.Expense{older, newer} {
			_, err := s.AddExpense(t.Context(), "press-"+e.ID, e)
			must(t, err)
		}
		if diff := cmp.Diff([]papers.Expense{newer, older}, spent(t, s, "dana")); diff != "" {
			t.Errorf("newest first (-want +got):\n%s", diff)
		}
		// The same press again, at once from everywhere, is one entry: the first.
		atOnce(t, func(n int) error {
			got, err := s.AddExpense(t.Context(), "press-c", expense("lee", fmt.Sprint("c", n), int64(100+n), "2026-11-02"))
			if err == nil && got.Amount.Minor != int64(100)+int64(got.ID[1]-'0') {
				t.Errorf("got %+v", got)
			}
			return err
		})
		if all := spent(t, s, "lee"); len(all) != 1 {
			t.Errorf("one press made %d entries", len(all))
		}
		// Nobody changes what is another's.
		stolen := newer
		stolen.Member, stolen.What = "member-lee", "stolen"
		wantGone(t, "changed by another", s.ChangeExpense(t.Context(), stolen))
		must(t, s.RemoveExpense(t.Context(), "member-lee", "a"))
		if _, ok, err := s.Expense(t.Context(), "member-lee", "a"); ok || err != nil {
			t.Errorf("another's is there: %v, %v", ok, err)
		}
		newer.What, newer.Amount, newer.Receipt = "retake", papers.Amount{Minor: 7, Currency: "EUR"}, ""
		must(t, s.ChangeExpense(t.Context(), newer))
		if diff := cmp.Diff([]papers.Expense{newer, older}, spent(t, s, "dana")); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}
		for range 2 {
			must(t, s.RemoveExpense(t.Context(), "member-dana", "b"))
		}
		wantGone(t, "changed after it was removed", s.ChangeExpense(t.Context(), newer))
		if got, err := s.Spending(t.Context(), "member-dana"); err != nil || len(got) != 1 || got[0] != "cbet" {
			t.Errorf("spent on %v, %v", got, err)
		}
		if got, err := s.Studied(t.Context(), "member-dana"); err != nil || len(got) != 1 || got[0] != "cbet" {
			t.Errorf("studies %v, %v", got, err)
		}
	})
}

func TestExpensesEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for n := range papers.MaxExpenses {
			_, err := s.AddExpense(t.Context(), fmt.Sprint("press", n), expense("dana", fmt.Sprint("e", n), 1, "2026-11-01"))
			must(t, err)
		}
		if _, err := s.AddExpense(t.Context(), "more", expense("dana", "more", 1, "2026-11-01")); !errors.Is(err, papers.ErrFull) {
			t.Errorf("one more than fit: %v", err)
		}
		if got, err := s.AddExpense(t.Context(), "press7", expense("dana", "again", 1, "2026-11-01")); err != nil || got.ID != "e7" {
			t.Errorf("a press again, when it is full: %v, %v", got.ID, err)
		}
		_, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday()))
		must(t, err)
		_, err = s.AddExpense(t.Context(), "late", expense("dana", "late", 1, "2026-11-01"))
		wantGone(t, "added for somebody erased", err)
	})
}

// Linked accounts have the expenses of both, and an amount that no program could
// have entered is refused by the database itself.
func TestExpensesLinked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		for _, e := range []papers.Expense{expense("dana", "a", 5000, "2026-11-01"), expense("lee", "b", 1, "2026-11-20")} {
			_, err := s.AddExpense(t.Context(), "press", e)
			must(t, err)
		}
		if _, err := s.AddExpense(t.Context(), "none", expense("dana", "none", 0, "2026-11-01")); err == nil {
			t.Error("an entry of nothing was kept")
		}
		linked(t, s, "dana", "lee", sunday().Add(time.Hour))
		all := 0
		for _, person := range []string{"dana", "lee"} {
			all += len(spent(t, s, person))
		}
		if all != 2 {
			t.Errorf("%d entries are left of the two", all)
		}
	})
}

func TestNoteDrafts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		draft := papers.Draft{Member: "member-dana", Certification: "cbet", Kind: papers.After, Ask: papers.AskFee, NeededOn: "2027-04-01", Result: true, Words: "mine", ChangedAt: sunday()}
		for _, words := range []string{"first", "mine"} {
			d := draft
			d.Words = words
			must(t, s.SaveNoteDraft(t.Context(), d))
		}
		older := draft
		older.Member, older.Words, older.ChangedAt = "member-lee", "older", sunday().Add(-time.Hour)
		must(t, s.SaveNoteDraft(t.Context(), older))
		got, ok, err := s.NoteDraft(t.Context(), "member-dana", "cbet", papers.After)
		if diff := cmp.Diff(draft, got); diff != "" || !ok || err != nil {
			t.Errorf("%v, %v (-want +got):\n%s", ok, err, diff)
		}
		if _, ok, err := s.NoteDraft(t.Context(), "member-dana", "cbet", papers.Before); ok || err != nil {
			t.Errorf("the other note: %v, %v", ok, err)
		}
		linked(t, s, "dana", "lee", sunday().Add(time.Hour))
		var left []string
		for _, person := range []string{"dana", "lee"} {
			if d, ok, err := s.NoteDraft(t.Context(), "member-"+person, "cbet", papers.After); err != nil {
				t.Error(err)
			} else if ok {
				left = append(left, d.Words)
			}
		}
		if diff := cmp.Diff([]string{"mine"}, left); diff != "" {
			t.Errorf("after linking (-want +got):\n%s", diff)
		}
		nobody := draft
		nobody.Member = "member-nobody"
		wantGone(t, "kept for nobody", s.SaveNoteDraft(t.Context(), nobody))
	})
}
