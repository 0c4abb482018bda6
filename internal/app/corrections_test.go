package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// TestCorrectionConversations runs the scripts of testdata/corrections, in which
// "operator in #first: correct 2 b c" corrects question 2 of a channel's group.
func TestCorrectionConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/corrections/*.txt", func(t *testing.T) bottest.World {
		w := newWorld(t).(*world)
		// One question only, so that both groups are asked the same one.
		use(t, w.running(), []quizzes.Bank{{ID: "cbet-one", Certification: "cbet", Items: []quizzes.Item{{
			ID: "cbet-one-1", Type: quizzes.Single, Domain: "cbet.safety", Stem: "Which of these is a good answer?",
			Options: []quizzes.Option{
				{ID: "a", Text: "Alpha", Why: "Alpha is none."}, {ID: "b", Text: "Bravo", Why: "Bravo is one."},
				{ID: "c", Text: "Coca", Why: "Coca is none."}, {ID: "d", Text: "Delta", Why: "Delta is none."},
			},
			Answer: []string{"b"}, Explanation: "Some words are good answers.", Source: quizzes.Source{Title: "The alphabet"},
		}}}})
		return correctable{w}
	})
}

type correctable struct{ *world }

func (w correctable) Driver() bottest.Driver {
	return correcter{driver{bottest.NewTogether(w.fake), w.world}, w.world}
}

// correcter does what nothing in chat does: it corrects.
type correcter struct {
	driver
	w *world
}

func (c correcter) Say(ctx context.Context, person, channel, text string) error {
	command, ok := strings.CutPrefix(text, "correct ")
	if !ok || person != "operator" {
		return c.driver.Say(ctx, person, channel, text)
	}
	if channel == "" {
		channel = bottest.Main
	}
	words := strings.Fields(command)
	number, err := strconv.Atoi(words[0])
	if err != nil {
		return err
	}
	r, err := c.asked(ctx, channel, number)
	if err != nil {
		return err
	}
	correction := quizzes.Correction{Keys: words[1:]}
	if words[1] == "void" {
		correction = quizzes.Correction{Void: true}
	}
	for range 2 { // pressed twice, it is one correction all the same
		if _, err := c.w.running().Practice.Regrade(ctx, r.Group, r.ItemVersion, correction); err != nil {
			return err
		}
	}
	return nil
}

// asked is the question that a post in a channel numbers so.
func (c correcter) asked(ctx context.Context, channel string, number int) (practice.Round, error) {
	for _, posted := range c.w.fake.Messages() {
		m := posted.Latest()
		if posted.Channel != c.w.fake.ChannelID(channel) || m.Card == nil || !strings.Contains(string(m.Card.Title), fmt.Sprintf("question %d ", number)) {
			continue
		}
		for _, control := range slices.Concat(m.Card.Controls...) {
			b, ok := control.(bot.Button)
			if path := strings.Split(b.Action, "/"); ok && (path[0] == "answer" || path[0] == "mine") {
				r, ok, err := c.w.running().Store.Round(ctx, path[1])
				if err == nil && !ok {
					err = errors.New("it is not in the store")
				}
				return r, err
			}
		}
	}
	return practice.Round{}, fmt.Errorf("no question %d in #%s", number, channel)
}
