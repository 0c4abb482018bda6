package suggest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
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
	line := reported{Outcome: exchange.Outcome{Place: "line 3", Status: exchange.Imported, Item: &bare}}
	line.judge(bare, quality.NewLikeness([]quizzes.Item{{ID: "b", Stem: "Bare?", Type: quizzes.Short, Answer: []string{"B"}}}))
	r := report{lines: []reported{line, {known: true, Outcome: exchange.Outcome{Status: exchange.Refused}}, {Outcome: exchange.Outcome{Status: exchange.Refused}}, {}}}
	if got := line.String(); got != "line 3: without a reason why the answer is right; nearly the same as “Bare?” (100 % of the words)" || r.tally() != (tally{lost: 1, alike: 1, known: 1, refused: 1}) {
		t.Errorf("%q, %+v", got, r.tally())
	}
}

// fileOf is a file of so many questions, no two alike.
func fileOf(questions int) bot.File {
	var b strings.Builder
	for n := range questions {
		fmt.Fprintf(&b, "What is %d?{=%d ~%d}\n\n", n, n+1, n+2)
	}
	return bot.File{Name: "a.gift", Data: []byte(b.String())}
}

// slow is a service for whom each question of a file takes three seconds to judge, with
// what it holds already, and counts those that it judges.
func slow(own ownStore, banks ...quizzes.Bank) (s *Service, judged *atomic.Int32) {
	judged = new(atomic.Int32)
	return New(Config{Store: own, Questions: practice.New(practice.Config{Library: practice.NewLibrary(banks)}), NewID: func() string {
		time.Sleep(3 * time.Second)
		return strconv.Itoa(int(judged.Add(1)))
	}}), judged
}

// ownStore has what a group has of its own, after some time.
type ownStore struct {
	Store
	own  []Suggestion
	late func(context.Context) error
}

func (o ownStore) Suggestions(ctx context.Context, _, _ string, _ bool) ([]Suggestion, error) {
	if o.late != nil {
		return o.own, o.late(ctx)
	}
	return o.own, nil
}

// One file is read at a time: another waits, and then is asked to come again.
func TestFilesAreReadOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := slow(ownStore{})
		s.reads <- struct{}{}
		begun := time.Now()
		_, err := s.readFile(t.Context(), group.Details{}, group.Member{}, group.Track{}, fileOf(1), "")
		var mistake *bot.Error
		if !errors.As(err, &mistake) || mistake.Text != busyFileWords || time.Since(begun) != importTime {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.readFile(gone, group.Details{}, group.Member{}, group.Track{}, bot.File{}, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits for it: %v", err)
		}
		<-s.reads
		r, err := s.readFile(t.Context(), group.Details{}, group.Member{}, group.Track{}, fileOf(1), "a.b")
		if err != nil || len(r.lines) != 1 || r.items[0].Domain != "a.b" || r.file != "a.gift" {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// A file waits until the one before it is judged as well as read, and then has the
// whole time for itself.
func TestFilesAreJudgedOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, judged := slow(ownStore{})
		begun := time.Now()
		var both sync.WaitGroup
		for n := range 2 {
			both.Go(func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				if r, err := s.readFile(t.Context(), group.Details{}, group.Member{}, group.Track{}, fileOf(6), "a.b"); err != nil || len(r.items) != 6 {
					t.Errorf("file %d: %d questions, %v", n+1, len(r.items), err)
				}
				if took, want := time.Since(begun), time.Duration(n+1)*18*time.Second; took != want {
					t.Errorf("file %d was judged after %v, want %v", n+1, took, want)
				}
			})
		}
		both.Wait()
		if judged.Load() != 12 {
			t.Errorf("%d questions were judged, want 12", judged.Load())
		}
	})
}

// The time of a file ends while its questions are judged, too; then the next has its
// turn, and nobody is told that a file was slow who went away.
func TestJudgingEndsInTime(t *testing.T) {
	waits := func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("suggestions: %w", ctx.Err()) }
	for name, row := range map[string]struct {
		own    ownStore
		gone   time.Duration // when the person went away; 0: they wait
		judged int32         // questions of the file
		took   time.Duration // with the question at which it ended
		want   error
	}{
		"among its questions":  {ownStore{}, 0, 7, 21 * time.Second, &bot.Error{Text: slowFileWords}},
		"in the database":      {ownStore{late: waits}, 0, 0, importTime, &bot.Error{Text: slowFileWords}},
		"where nobody waits":   {ownStore{}, 5 * time.Second, 2, 6 * time.Second, context.DeadlineExceeded},
		"nor for the database": {ownStore{late: waits}, 5 * time.Second, 0, 5 * time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, judged := slow(row.own)
				begun, ctx := time.Now(), t.Context()
				if row.gone > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, row.gone)
					defer cancel()
				}
				_, err := s.readFile(ctx, group.Details{}, group.Member{}, group.Track{}, fileOf(30), "a.b")
				told, _ := errors.AsType[*bot.Error](err)
				if want, _ := row.want.(*bot.Error); want != nil && (told == nil || told.Text != want.Text) || want == nil && (told != nil || !errors.Is(err, row.want)) {
					t.Errorf("the error is %v, want %v", err, row.want)
				}
				if time.Since(begun) != row.took || judged.Load() != row.judged {
					t.Errorf("%d were judged in %v, want %d in %v", judged.Load(), time.Since(begun), row.judged, row.took)
				}
				s.Store = ownStore{}
				if r, err := s.readFile(t.Context(), group.Details{}, group.Member{}, group.Track{}, fileOf(1), "a.b"); err != nil || len(r.items) != 1 {
					t.Errorf("the next: %d questions, %v", len(r.items), err)
				}
			})
		})
	}
}

// steps is a context that is over after so many looks at it.
type steps struct {
	context.Context
	left, looks int
}

func (c *steps) Err() error {
	if c.looks++; c.looks > c.left {
		return context.Canceled
	}
	return nil
}

// Judging looks at its context before each question that it compares, known or new,
// and does nothing more once it is over.
func TestJudgingLooksAtEachQuestion(t *testing.T) {
	var bank quizzes.Bank
	bank.Certification = "c"
	for n := range 7 {
		bank.Items = append(bank.Items, asks("Known "+strconv.Itoa(n)+"?", "B", "C"))
	}
	d := group.Details{Tracks: []group.Studied{{Track: group.Track{ID: "t", Certification: "c"}}}}
	own := []Suggestion{{Item: asks("Own 1?", "B", "C")}, {Item: asks("Own 2?", "B", "C")}}
	var result exchange.Result
	for n := range 4 {
		item := asks("New "+strconv.Itoa(n)+"?", "B", "C")
		result.Outcomes = append(result.Outcomes, exchange.Outcome{Item: &item})
	}
	const before, all = 7 + 7 + 2, 7 + 7 + 2 + 4 // each known one is drawn, and then compared
	for left := range all {
		judged := 0
		s := New(Config{Store: ownStore{own: own}, Questions: practice.New(practice.Config{Library: practice.NewLibrary([]quizzes.Bank{bank})}),
			NewID: func() string { judged++; return "x" }})
		ctx := &steps{Context: t.Context(), left: left}
		if _, err := s.judgeFile(ctx, d, group.Member{}, result); !errors.Is(err, context.Canceled) || ctx.looks != left+1 || judged != max(0, left-before) {
			t.Errorf("over after %d looks: %d were judged after %d, %v", left, judged, ctx.looks, err)
		}
	}
}
