package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// A whole feature: a command that posts a card, and what its button does. The
// action's path carries all the button needs to know, so that it works as long
// as the card is there, over any restart.
func Example() {
	b := bot.New(slog.New(slog.DiscardHandler))

	b.Command(bot.Command{Name: "coffee", Help: "Ask who wants coffee"},
		func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Response{Reply: &bot.Message{Text: "Coffee?", Card: &bot.Card{
				Title:    bot.Textf("%s is making coffee", i.Name),
				Body:     "Who wants one?",
				Controls: []bot.Row{{bot.Button{Label: "Me, please", Action: "coffee/black"}}},
			}}}, nil
		})
	b.Action("coffee/{kind}", func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		if i.Arg("kind") != "black" {
			return bot.Response{}, bot.Errorf("There is no %s coffee. Nothing was ordered.", i.Arg("kind"))
		}
		return bot.Whisper(bot.Message{Text: bot.Textf("One %s coffee for %s.", i.Arg("kind"), i.Name)}), nil
	})

	// A platform in memory shows what people would see.
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	fake := bottest.NewFake(time.Now)
	b.Add(fake)
	go fake.Run(ctx, b)
	fake.WaitRunning(ctx)
	fake.Say(ctx, "ann", "", "/coffee")
	fake.Press(ctx, "ben", "Me, please", "")
	for _, seen := range fake.See(ctx) {
		fmt.Printf("%s (%s) %s\n", seen.Kind, seen.To, seen.Text)
	}
	// Output:
	// post () Ann is making coffee
	// Who wants one?
	// [Me, please]
	// whisper (ben) One black coffee for Ben.
}
