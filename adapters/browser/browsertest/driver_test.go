package browsertest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// chat is a bot that answers in every way a response can.
func chat() *bot.Bot {
	b := bot.New(slog.New(slog.DiscardHandler))
	card := func(title bot.Text, rows ...bot.Row) *bot.Message {
		return &bot.Message{Card: &bot.Card{Title: title, Controls: rows}}
	}
	b.Command(bot.Command{Name: "quiz", Help: "A question", Fields: []bot.Field{{Name: "topic", Label: "Topic", Suggest: "topics"}}},
		func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Response{Reply: card(bot.Textf("Question on %s", i.Values.Get("topic")),
				bot.Row{bot.Button{Label: "A", Action: "answer/a"}, bot.Button{Label: "Close", Action: "close"}},
				bot.Row{bot.Menu{Placeholder: "Or choose", Action: "answer", Options: []bot.Option{{Label: "The last one", Value: "z"}}}})}, nil
		})
	b.Command(bot.Command{Name: "group", Help: "Set up"}, func(context.Context, bot.Interaction) (bot.Response, error) {
		return bot.Response{Form: &bot.Form{Title: "Set up", Action: "set-up", Intro: "Take your time.", Fields: []bot.Field{
			{Name: "cert", Label: "Studying for", Kind: bot.OneOf, Required: true, Initial: []string{"cbet"}, Options: []bot.Option{{Label: "CBET", Value: "cbet"}, {Label: "CRES", Value: "cres"}}},
			{Name: "areas", Label: "Areas", Kind: bot.AnyOf, Options: []bot.Option{{Label: "Safety", Value: "s"}, {Label: "Healthcare IT", Value: "it"}}},
			{Name: "zone", Label: "Time zone", Kind: bot.Zone, Required: true, Suggest: "topics"},
			{Name: "second", Label: "Second", Kind: bot.Person}, {Name: "where", Label: "Where", Kind: bot.Channel},
		}}}, nil
	})
	b.Command(bot.Command{Name: "Suggest it", Help: "Suggest", Message: true}, func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card(bot.Textf("Suggested: %s", i.Target.Text))), nil
	})
	b.Action("answer/{choice}", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card(bot.Textf("%s chose %s", i.Name, i.Arg("choice")))), nil
	})
	b.Action("close", func(context.Context, bot.Interaction) (bot.Response, error) {
		return bot.Response{Edit: card("Closed"), Reply: card("It was closed."), Private: true}, nil
	})
	b.Action("set-up", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		if i.Values.Get("zone") == "chicgo" {
			return bot.Response{Invalid: map[string]string{"zone": "Which city?", "": "Not yet."}}, nil
		}
		people := ""
		if i.Values.Get("second") != "" && i.Values.Get("where") != "" {
			people = " with others"
		}
		return bot.Response{Reply: card(bot.Textf("Set up for %s, %v, %s%s", i.Values.Get("cert"), i.Values["areas"], i.Values.Get("zone"), people))}, nil
	})
	b.Suggest("topics", func(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
		return []bot.Option{{Label: typed + "1", Value: "1"}, {Label: typed + "2", Value: "2"}}, nil
	})
	b.OnUnknown(func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card(bot.Textf("Heard in private %t: %s", i.Direct, i.Line))), nil
	})
	return b
}

// TestLikeTheFake does the same on the fake platform and on the chat, and wants
// the same to be seen.
func TestLikeTheFake(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 23, 10, 38, 0, 0, time.UTC) }
	fake := bottest.NewFake(now)
	onFake := chat()
	onFake.Add(fake)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- fake.Run(ctx, onFake) }()
	defer func() { cancel(); <-ended }()
	if err := fake.WaitRunning(ctx); err != nil {
		t.Fatal(err)
	}

	a, err := browser.New(slog.New(slog.DiscardHandler), browser.Config{Path: filepath.Join(t.TempDir(), "chat.db"),
		People: []browser.Person{{ID: "ann", Name: "Ann"}}, Channels: []string{bottest.Main}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	onBrowser := chat()
	onBrowser.Add(a)
	d := New()
	if err := d.Connect(a); err != nil {
		t.Fatal(err)
	}
	d.Serve(a.Routes(onBrowser))

	sides := []*side{{Driver: fake, b: onFake, channel: fake.ChannelID("")}, {Driver: d, b: onBrowser, channel: "browser:c/cbet-study"}}
	for _, step := range steps(ctx) {
		t.Run(step.name, func(t *testing.T) {
			var seen [2][]bottest.Seen
			var failed [2]bool
			for n, s := range sides {
				err := step.do(s)
				t.Logf("%v", err)
				failed[n] = err != nil
				seen[n] = s.See(ctx)
			}
			if failed[0] != failed[1] {
				t.Errorf("fails on the fake: %t, on the chat: %t", failed[0], failed[1])
			}
			if diff := cmp.Diff(seen[0], seen[1], cmpopts.IgnoreFields(bottest.Seen{}, "ID", "Message", "Form"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("seen (-fake +chat):\n%s", diff)
			}
		})
	}
}

func suggested(labels []string, err error) error {
	if err == nil && len(labels) != 2 {
		return fmt.Errorf("suggested %q", labels)
	}
	return err
}

// side is one of the two platforms with the same bot on it.
type side struct {
	bottest.Driver
	b       *bot.Bot
	channel bot.ChannelID
	last    bot.MessageID
}

type step struct {
	name string
	do   func(s *side) error
}

// steps are what people do, and then what the bot does by itself.
func steps(ctx context.Context) []step {
	return append(deeds(ctx), posts(ctx)...)
}

func deeds(ctx context.Context) []step {
	return []step{
		{"a person", func(s *side) error {
			s.Person("dana", bot.Profile{Name: "Dana R.", Zone: "America/Denver"})
			return nil
		}},
		{"a command", func(s *side) error { return s.Say(ctx, "ann", "", "/quiz topic:safety") }},
		{"a press", func(s *side) error { return s.Press(ctx, "dana", "A", "Question on") }},
		{"a menu", func(s *side) error { return s.Press(ctx, "ann", "The last one", "") }},
		{"a press on nothing", func(s *side) error { return s.Press(ctx, "ann", "Z", "") }},
		{"an edit and a whisper", func(s *side) error { return s.Press(ctx, "ann", "Close", "") }},
		{"chat", func(s *side) error { return s.Write(ctx, "dana", "", "see you tomorrow") }},
		{"a shortcut", func(s *side) error { return s.Use(ctx, "ann", "Suggest it", "see you") }},
		{"no such shortcut", func(s *side) error { return s.Use(ctx, "ann", "Nothing", "see you") }},
		{"a mention", func(s *side) error { return s.Say(ctx, "ann", "other", "what now") }},
		{"private words", func(s *side) error { return s.Say(ctx, "ann", bottest.Private, "what now") }},
		{"no form is open", func(s *side) error { return s.Submit(ctx, "ann", nil) }},
		{"a form", func(s *side) error { return s.Say(ctx, "ann", "", "/group") }},
		{"a required field is empty", func(s *side) error { return s.Submit(ctx, "ann", map[string]string{"zone": ""}) }},
		{"no such field", func(s *side) error { return s.Submit(ctx, "ann", map[string]string{"nothing": "x"}) }},
		{"no such option", func(s *side) error { return s.Submit(ctx, "ann", map[string]string{"cert": "PMP", "zone": "x"}) }},
		{"a faulty form", func(s *side) error {
			return s.Submit(ctx, "ann", map[string]string{"Time zone": "chicgo", "areas": "Safety, Healthcare IT", "second": "dana", "where": "other"})
		}},
		{"a suggestion in it", func(s *side) error { return suggested(s.Complete(ctx, "ann", "time zone", "ch")) }},
		{"a suggestion for a command", func(s *side) error { return suggested(s.Complete(ctx, "ann", "quiz topic", "x")) }},
		{"the mended form", func(s *side) error { return s.Submit(ctx, "ann", map[string]string{"zone": "Chicago"}) }},
	}
}

func posts(ctx context.Context) []step {
	return []step{
		{"a post with a key", func(s *side) (err error) {
			s.last, err = s.b.Send(ctx, s.channel, bot.Message{Key: "k1", Text: "Hello", Files: []bot.File{{Name: "a.txt", Data: []byte("a")}}})
			return err
		}},
		{"edits are all seen", func(s *side) error {
			for n := range 3 {
				if err := s.b.Edit(ctx, s.last, bot.Message{Key: "k1", Text: bot.Textf("Hello %d", n)}); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a private message", func(s *side) error {
			user := bot.UserID(bot.AdapterOf(s.channel) + ":dana")
			if bot.AdapterOf(s.channel) == browser.Name {
				user = "browser:u/dana"
			}
			ch, err := s.b.Direct(ctx, user)
			if err != nil {
				return err
			}
			_, err = s.b.Send(ctx, ch, bot.Message{Text: "A note you asked for is ready."})
			return err
		}},
		{"a refusal", func(s *side) error {
			s.Refuse("", true)
			if _, err := s.b.Send(ctx, s.channel, bot.Message{Text: "Hello"}); err == nil {
				return fmt.Errorf("not refused")
			}
			s.Refuse("", false)
			return nil
		}},
		{"a deletion", func(s *side) error { return s.b.Delete(ctx, s.last) }},
	}
}
