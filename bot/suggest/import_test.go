package suggest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
	"studyhall/quizzes/quality"
)

func asks(stem string, right string, wrong ...string) quizzes.Item {
	item := quizzes.Item{ID: "own.x", Type: quizzes.Single, Domain: "a.b", Stem: stem, Explanation: "So.", Source: quizzes.Source{Title: "A book"}}
	item.Options, item.Answer = options(right, wrong)
	return item
}

// Two questions are the same in the same words, however they are spaced, spelt and
// ordered, and not where another answer is right.
func TestWording(t *testing.T) {
	one := asks("Which word begins with C?", "Coca", "Delta", "Echo")
	for name, row := range map[string]struct {
		item quizzes.Item
		same bool
	}{
		"itself":         {one, true},
		"spelt":          {asks("  which word  BEGINS\nwith c?", "COCA", "Echo", "delta "), true},
		"another answer": {asks("Which word begins with C?", "Delta", "Coca", "Echo"), false},
		"another option": {asks("Which word begins with C?", "Coca", "Delta", "Echo", "Foxtrot"), false},
		"another stem":   {asks("Which word begins with D?", "Coca", "Delta", "Echo"), false},
		"typed":          {quizzes.Item{Type: quizzes.Short, Stem: one.Stem, Answer: []string{"Coca"}}, false},
	} {
		if same := Wording(row.item) == Wording(one); same != row.same {
			t.Errorf("%s: the same %v", name, same)
		}
	}
}

// A question can't be the group's own without an area, with a picture, or out of an
// exam; one without an explanation loses it.
func TestJudgedForTheGroup(t *testing.T) {
	picture, nowhere, exam, bare := asks("A?", "B", "C"), asks("A?", "B", "C"), asks("What was asked in the actual exam?", "B", "C"), asks("Bare?", "B", "C")
	picture.Image = &quizzes.Image{File: "a.png", Hash: "x", Alt: "a"}
	nowhere.Domain, bare.Explanation = "", ""
	for want, item := range map[string]quizzes.Item{importPictureReason: picture, importAreaReason: nowhere, "speaks of a real exam": exam, "": bare} {
		if got := unfit(item); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q: %q", item.Stem, got)
		}
	}
	var r report
	line := reported{Outcome: exchange.Outcome{Place: "line 3", Status: exchange.Imported, Item: &bare}}
	line.judge(bare, quality.NewLikeness([]quizzes.Item{{ID: "b", Stem: "Bare?", Type: quizzes.Short, Answer: []string{"B"}}}), &r)
	if got := line.String(); got != "line 3: without a reason why the answer is right; nearly the same as “Bare?” (100 % of the words)" || len(r.items) != 1 || r.lost != 1 || r.alike != 1 {
		t.Errorf("%q, %+v", got, r)
	}
}

// One file is read at a time: another waits, and then is asked to come again.
func TestFilesAreReadOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{})
		s.reads <- struct{}{}
		begun := time.Now()
		_, err := s.readFile(t.Context(), group.Track{}, bot.File{Name: "a.gift", Data: []byte("Q?{=a ~b}")}, "")
		var mistake *bot.Error
		if !errors.As(err, &mistake) || mistake.Text != busyFileWords || time.Since(begun) != importTime {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.readFile(gone, group.Track{}, bot.File{}, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits for it: %v", err)
		}
		<-s.reads
		if r, err := s.readFile(t.Context(), group.Track{}, bot.File{Name: "a.gift", Data: []byte("Q?{=a ~b}")}, "a.b"); err != nil || len(r.Outcomes) != 1 || r.Outcomes[0].Item.Domain != "a.b" {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
