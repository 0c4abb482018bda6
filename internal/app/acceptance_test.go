package app

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// withQuestion is a group with its first question posted.
func withQuestion(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).(*world)
	w.firstQuestion()
	return w
}

// firstQuestion has a group set up, and its first question posted.
func (w *world) firstQuestion() {
	t, d := w.t, w.Driver()
	t.Helper()
	w.fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true})
	for _, step := range []func() error{
		func() error { return d.Say(t.Context(), "maria", "", "/group") },
		func() error { return d.Press(t.Context(), "maria", "Set up", "") },
		func() error { return d.Submit(t.Context(), "maria", map[string]string{"question time": "07:00"}) },
		func() error { return d.Press(t.Context(), "maria", "Start", "") },
		func() error {
			at, _ := w.Next(t.Context())
			return w.Advance(t.Context(), at)
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	d.See(t.Context())
}

// Acceptance 5: a result appears where it is read although the pressed card is
// 200 messages up: as the newest message, and on the private copy in its place.
func TestResultFarUp(t *testing.T) { synctest.Test(t, testResultFarUp) }

func testResultFarUp(t *testing.T) {
	w := withQuestion(t)
	d := w.Driver()
	for n := range 200 {
		if err := d.Write(t.Context(), "lee", "", fmt.Sprintf("small talk %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	seen := func() []bottest.Seen {
		var told []bottest.Seen
		for _, s := range d.See(t.Context()) {
			if s.To != "" {
				told = append(told, s)
			}
		}
		return told
	}
	seen()
	if err := d.Press(t.Context(), "dana", "B", "CBET question 1"); err != nil {
		t.Fatal(err)
	}
	if told := seen(); len(told) != 1 || told[0].Kind != bottest.Whisper || !strings.Contains(told[0].Text, "Right. B") {
		t.Errorf("dana saw %+v, want one new message with the result", told)
	}
	if err := d.Press(t.Context(), "priya", "Catch up", "CBET question 1"); err != nil {
		t.Fatal(err)
	}
	if told := seen(); len(told) != 1 || told[0].Kind != bottest.Whisper || !strings.Contains(told[0].Text, "B. Bravo") {
		t.Fatalf("priya saw %+v, want one new private copy with the options in words", told)
	}
	if err := d.Press(t.Context(), "priya", "B. Bravo", ""); err != nil {
		t.Fatal(err)
	}
	if told := seen(); len(told) != 1 || told[0].Kind != bottest.Edit || !strings.Contains(told[0].Text, "Right. B") {
		t.Errorf("priya saw %+v, want the copy turned into the result", told)
	}
}

// Acceptance 12: every command works bare, as a command and as words to the bot,
// for somebody new, a member and an organiser.
func TestEveryCommandBare(t *testing.T) { synctest.Test(t, testEveryCommandBare) }

func testEveryCommandBare(t *testing.T) {
	w := withQuestion(t)
	if err := w.Driver().Press(t.Context(), "dana", "B", "CBET question 1"); err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, c := range w.running().Bot.Commands() {
		if c.Message {
			continue
		}
		commands++
		for _, person := range []string{"maria", "dana", "newcomer" + c.Name} {
			for _, i := range []bot.Interaction{{Command: c.Name}, {Line: c.Name}, {Line: c.Name, Direct: true}} {
				i.ID, i.User, i.Name, i.Space, i.Channel = bot.NewID(), w.fake.UserID(person), person, w.fake.Space(), w.fake.ChannelID(bottest.Main)
				if i.Direct {
					i.Channel = w.fake.DirectID(person)
				}
				r := w.running().Bot.Handle(t.Context(), i)
				if r.Reply == nil || r.Reply.Card == nil || len(r.Reply.Card.Controls) == 0 || strings.Contains(r.Reply.Card.Plain(), "not your doing") {
					t.Errorf("%s, %+v: %+v", person, i, r.Reply)
				} else if !r.Private {
					t.Errorf("%s, %+v: everybody sees the answer", person, i)
				}
			}
		}
	}
	if commands < 4 {
		t.Errorf("%d commands", commands)
	}
}
