package app

import (
	"context"
	"os"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/practice"
)

// reminded says of everybody that they asked to be reminded of reviews.
type reminded struct{ practice.Standings }

func (r reminded) Standing(ctx context.Context, groupID, trackID string, account bot.UserID) (practice.Standing, error) {
	st, err := r.Standings.Standing(ctx, groupID, trackID, account)
	st.Reviews = true
	return st, err
}

// TestReviewOfChangedBank plays a conversation with somebody who asked for
// reviews by message, and goes on in the middle of a review when the program
// starts again on a bank in which one question is gone and another has new words.
func TestReviewOfChangedBank(t *testing.T) { synctest.Test(t, testReviewOfChangedBank) }

func testReviewOfChangedBank(t *testing.T) {
	w := newWorldOf(t, os.DirFS("testdata/review/before"))
	w.running().Practice.Tell(reminded{w.running().Boards})
	bottest.RunScript(t, "testdata/review/1-before.txt", w)
	due := func(want int) {
		t.Helper()
		all, err := w.running().Store.Memberships(t.Context(), w.fake.UserID("dana"))
		if err != nil || len(all) != 1 {
			t.Fatalf("%d memberships, %v", len(all), err)
		}
		n, next, err := w.running().Practice.DueReviews(t.Context(), all[0].Group.ID, all[0].Member.ID, w.Now())
		if err != nil || n != want || n == 0 && !next.After(w.Now()) {
			t.Errorf("%d reviews due, the next %v, %v; want %d", n, next, err, want)
		}
	}
	due(3)
	w.banks = os.DirFS("testdata/review/after")
	if err := w.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.running().Practice.Tell(reminded{w.running().Boards})
	due(2)
	bottest.RunScript(t, "testdata/review/2-after.txt", w)
}
