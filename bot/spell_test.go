package bot_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

// spelling is a platform on which all commands but one follow a word.
type spelling struct {
	bot.Adapter
	sent []bot.Message
}

func (*spelling) Name() string { return "spells" }

func (*spelling) Spell(command string) string {
	if command == "quiz" {
		return "/quiz"
	}
	return "/all " + command
}

func (s *spelling) Send(_ context.Context, _ bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	s.sent = append(s.sent, m)
	return "spells:1", nil
}

func (s *spelling) Edit(_ context.Context, _ bot.MessageID, m bot.Message) error {
	s.sent = append(s.sent, m)
	return nil
}

// TestSpelling has commands in words written as people type them: where they stand
// on their own, and nowhere else.
func TestSpelling(t *testing.T) {
	for _, test := range []struct{ name, words, want string }{
		{"alone", "/group", "/all group"},
		{"first and last", "/group, then /quiz or (/group).", "/all group, then /quiz or (/all group)."},
		{"on a new line", "a\n/group join K7", "a\n/all group join K7"},
		{"in quotation marks", `“/group” and "/group"`, `“/all group” and "/all group"`},
		{"a path", "see /group/x, a/group and and/or", "see /group/x, a/group and and/or"},
		{"another word", "/groups /group-x /group2 /Group", "/groups /group-x /group2 /Group"},
		{"no command", "/nothing, / and //group", "/nothing, / and //group"},
		{"beyond ASCII", "é /group é", "é /all group é"},
		{"a mention", string(bot.Mention("spells:T/group", "/group")), string(bot.Mention("spells:T/group", "/group"))},
		{"too long", strings.Repeat("/group ", 180) + strings.Repeat("x", 600), strings.Repeat("/group ", 180) + strings.Repeat("x", 600)},
	} {
		t.Run(test.name, func(t *testing.T) {
			there := &spelling{}
			b := bot.New(slog.New(slog.DiscardHandler))
			b.Add(there)
			card := bot.Card{Body: bot.Text(test.words), Facts: []bot.Fact{{Label: "How", Value: "/group"}}}
			b.Command(bot.Command{Name: "quiz", Help: "A quiz"}, func(context.Context, bot.Interaction) (bot.Response, error) {
				return bot.Whisper(bot.Message{Text: bot.Text(test.words)}), nil
			})
			b.Command(bot.Command{Name: "group", Help: "The group"}, func(context.Context, bot.Interaction) (bot.Response, error) {
				return bot.Response{Form: &bot.Form{Title: "x", Submit: "x", Action: "x", Intro: "Or type /group.", Fields: []bot.Field{
					{Name: "a", Label: "A", Help: "As in /group"},
				}}}, nil
			})
			b.Home(func(context.Context, bot.UserID) ([]bot.Card, error) { return []bot.Card{card}, nil })

			if _, err := b.Send(t.Context(), "spells:c", bot.Message{Text: "x", Card: &card}); err != nil {
				t.Fatal(err)
			}
			if err := b.Edit(t.Context(), "spells:m", bot.Message{Text: bot.Text(test.words)}); err != nil {
				t.Fatal(err)
			}
			said := b.Handle(t.Context(), bot.Interaction{ID: "1", User: "spells:u", Command: "quiz"})
			home := b.HomeOf(t.Context(), "spells:u")
			got := []string{string(there.sent[0].Card.Body), string(there.sent[1].Text), string(said.Reply.Text), string(home[0].Body)}
			if diff := cmp.Diff([]string{test.want, test.want, test.want, test.want}, got); diff != "" {
				t.Errorf("sent, edited, answered, at home (-want +got):\n%s", diff)
			}
			if card.Body != bot.Text(test.words) || card.Facts[0].Value != "/group" {
				t.Error("the feature's own card was changed")
			}
			f := b.Handle(t.Context(), bot.Interaction{ID: "2", User: "spells:u", Command: "group"}).Form
			if f == nil || f.Intro != "Or type /all group." || f.Fields[0].Help != "As in /all group" {
				t.Errorf("the form is %+v", f)
			}
			other := b.Handle(t.Context(), bot.Interaction{ID: "3", User: "plain:u", Command: "quiz"})
			if string(other.Reply.Text) != test.words {
				t.Errorf("elsewhere it says %q", other.Reply.Text)
			}
		})
	}
}
