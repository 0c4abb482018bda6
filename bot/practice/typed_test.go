package practice

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/quizzes"
)

func itemOf(kind string, answer ...string) quizzes.Item {
	item := quizzes.Item{ID: "i", Type: kind, Stem: "Which?", Explanation: "Because.", Answer: answer, Source: quizzes.Source{Title: "A book"}}
	switch kind {
	case quizzes.Single, quizzes.Multiple:
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			item.Options = append(item.Options, quizzes.Option{ID: id, Text: "Option " + id, Why: "Why " + id + "."})
		}
	case quizzes.TrueFalse:
		item.Options = []quizzes.Option{{ID: "a", Text: "True", Why: "So it is."}, {ID: "b", Text: "False", Why: "So it is not."}}
	}
	return item
}

func TestResultWords(t *testing.T) {
	long := strings.Repeat("x", 75)
	longOption := itemOf(quizzes.Single, "b")
	longOption.Options[1].Text = long
	tests := []struct {
		name          string
		item          quizzes.Item
		answer        Answer
		title, reason bot.Text
	}{
		{"right", itemOf(quizzes.Single, "b"), Answer{Option: "b", Verdict: Right}, "Right. B, Option b. +3", "Because."},
		{"wrong", itemOf(quizzes.Single, "b"), Answer{Option: "d", Verdict: Wrong}, "The answer is B, Option b. You chose D. +3", "Why d. Why b."},
		{"a long option, right", longOption, Answer{Option: "b", Verdict: Right}, "Right. B. +3", bot.Text("B. " + long + "\nBecause.")},
		{"a long option, wrong", longOption, Answer{Option: "a", Verdict: Wrong}, "The answer is B. You chose A. +3", bot.Text("B. " + long + "\nWhy a. Why b.")},
		{"true", itemOf(quizzes.TrueFalse, "a"), Answer{Option: "a", Verdict: Right}, "Right. True. +3", "Because."},
		{"false", itemOf(quizzes.TrueFalse, "a"), Answer{Option: "b", Verdict: Wrong}, "The answer is True. You chose False. +3", "So it is not. So it is."},
		{"all of several", itemOf(quizzes.Multiple, "a", "c", "d"), Answer{Option: "a c d", Verdict: Right}, "Right. A, C and D. +3", "Because."},
		{"some of several", itemOf(quizzes.Multiple, "a", "c"), Answer{Option: "a b", Verdict: Partly}, "Partly right. The answer is A and C. You chose A and B. +3", "B. Why b.\nC. Why c."},
		{"none of several", itemOf(quizzes.Multiple, "a", "c"), Answer{Option: "b", Verdict: Wrong}, "The answer is A and C. You chose B. +3", "A. Why a.\nB. Why b.\nC. Why c."},
		{"a number", itemOf(quizzes.Numeric, "4.7 kΩ"), Answer{Raw: "4k7", Verdict: Right}, "Right. 4.7 kΩ. +3", "Because."},
		{"another number", itemOf(quizzes.Numeric, "4.7 kΩ"), Answer{Raw: "47", Verdict: Wrong}, "The answer is 4.7 kΩ. You wrote 47. +3", "Because."},
		{"a long answer", itemOf(quizzes.Short, long), Answer{Raw: long, Verdict: Right}, "Right. +3", bot.Text(long + "\nBecause.")},
		{"a long wrong answer", itemOf(quizzes.Short, "fuse"), Answer{Raw: long, Verdict: Wrong}, "Here is the answer. +3", bot.Text("The answer is fuse. Your answer: " + long + "\nBecause.")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			title, reason := graded{item: tt.item, answer: tt.answer, points: " +3"}.words()
			if diff := cmp.Diff([]bot.Text{tt.title, tt.reason}, []bot.Text{title, reason}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a question holds within the limits of banks, each card and form of it
// can be shown everywhere.
func TestCardsOfTheLargestItemsAreValid(t *testing.T) {
	long := func(n int) string { return strings.Repeat("w ", n/2-1) + "end" }
	for _, kind := range []string{quizzes.Single, quizzes.Multiple, quizzes.TrueFalse, quizzes.Numeric, quizzes.Short} {
		item := itemOf(kind, "a")
		item.Stem, item.Explanation, item.Source.Title = long(520), long(400), long(120)
		switch kind {
		case quizzes.Multiple:
			item.Answer = []string{"a", "b", "c"}
		case quizzes.Numeric:
			item.Answer = []string{"4.7 kΩ"}
		case quizzes.Short:
			item.Answer, item.Accept = []string{long(75)}, slicesOf(20, long(20))
		}
		for n := range item.Options {
			if kind != quizzes.TrueFalse {
				item.Options[n].Text = long(75)
			}
			item.Options[n].Why = long(300)
		}
		s := New(Config{})
		answers := []Answer{{Option: item.Answer[0], Raw: long(200), Verdict: Right}, {Option: "a b", Raw: long(200), Verdict: Partly}, {Option: "b", Raw: long(200), Verdict: Wrong}}
		for _, a := range answers {
			if kind != quizzes.Multiple && a.Verdict == Partly {
				continue
			}
			p := Session{ID: strings.Repeat("s", 16), Questions: make([]SessionQuestion, 20)}
			card := s.answeredCard(groupOf(), p, 1, item, a, true, true)
			if err := (bot.Message{Card: card}).Validate(); err != nil {
				t.Errorf("%s, %s: %v", kind, a.Verdict, err)
			}
		}
		card := &bot.Card{Body: question(item), Controls: []bot.Row{choices(item, "answer/r", "fill/r"), privateChoices(item, "copy/r", "copyfill/r")}}
		if err := (bot.Message{Card: card}).Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if kind == quizzes.Multiple || item.Typed() {
			if err := form(item, "fill/r").Form.Validate(); err != nil {
				t.Errorf("form of %s: %v", kind, err)
			}
		}
		if n := utf8.RuneCountInString(whyLabel(item)); n > bot.LimitLabel {
			t.Errorf("%s: the label has %d characters", kind, n)
		}
		if n := utf8.RuneCountInString(whyTitleOf(123, item).Plain()); n > bot.LimitTitle {
			t.Errorf("%s: the title has %d characters", kind, n)
		}
	}
}

func slicesOf(n int, s string) (all []string) {
	for range n {
		all = append(all, s)
	}
	return all
}

func TestCounts(t *testing.T) {
	tests := []struct {
		name                 string
		item                 quizzes.Item
		spread               map[string]int
		total, right, partly int
	}{
		{"letters", itemOf(quizzes.Single, "b"), map[string]int{"a": 2, "b": 3}, 5, 3, 0},
		{"several", itemOf(quizzes.Multiple, "a", "c"), map[string]int{"a c": 2, "a": 1, "a b c": 1, "b d": 4}, 8, 2, 2},
		{"typed", itemOf(quizzes.Numeric, "1"), map[string]int{"right": 2, "wrong": 3}, 5, 2, 0},
		{"an option that is no more", itemOf(quizzes.Single, "b"), map[string]int{"z": 1, "b": 1}, 2, 1, 0},
	}
	for _, tt := range tests {
		total, right, partly := counts(tt.spread, tt.item)
		if total != tt.total || right != tt.right || partly != tt.partly {
			t.Errorf("%s: %d, %d right, %d partly; want %d, %d, %d", tt.name, total, right, partly, tt.total, tt.right, tt.partly)
		}
	}
}
