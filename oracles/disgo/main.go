// Disgo is a small bot with the library of that name, which shows that
// adapters/discord/discordtest is a Discord to somebody else's client, too.
// TestForeignClients starts it with DISCORD_API and DISCORD_TOKEN.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/disgoorg/disgo"
	"github.com/disgoorg/disgo/bot"
	"github.com/disgoorg/disgo/cache"
	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	client, err := disgo.New(os.Getenv("DISCORD_TOKEN"),
		bot.WithRestClientConfigOpts(rest.WithURL(os.Getenv("DISCORD_API")+"/v10")),
		bot.WithGatewayConfigOpts(gateway.WithIntents(gateway.IntentGuilds, gateway.IntentGuildMessages), gateway.WithCompression(gateway.CompressionZlibPayload)),
		bot.WithCacheConfigOpts(cache.WithCaches(cache.FlagGuilds, cache.FlagChannels)),
		bot.WithEventManagerConfigOpts(bot.WithAsyncEventsEnabled()),
		bot.WithEventListenerFunc(func(*events.Ready) { fmt.Println("ready") }),
		bot.WithEventListenerFunc(func(e *events.ApplicationCommandInteractionCreate) { report(command(e)) }),
		bot.WithEventListenerFunc(func(e *events.ComponentInteractionCreate) { report(press(e)) }),
		bot.WithEventListenerFunc(func(e *events.AutocompleteInteractionCreate) {
			typed := e.Data.Focused().String()
			report(e.AutocompleteResult([]discord.AutocompleteChoice{discord.AutocompleteChoiceString{Name: typed + "…", Value: typed}}))
		}),
		bot.WithEventListenerFunc(func(e *events.ModalSubmitInteractionCreate) {
			report(e.CreateMessage(discord.MessageCreate{Content: "You said: " + e.Data.Text("text"), Flags: discord.MessageFlagEphemeral}))
		}),
	)
	if err != nil {
		return fmt.Errorf("make the bot: %w", err)
	}
	defer client.Close(context.Background())
	if _, err := client.Rest.SetGlobalCommands(client.ApplicationID, commands()); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if err := client.OpenGateway(ctx); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	<-ctx.Done()
	return nil
}

func report(err error) {
	if err != nil {
		log.Print(err)
	}
}

func commands() []discord.ApplicationCommandCreate {
	least, most := 1, 3
	return []discord.ApplicationCommandCreate{
		discord.SlashCommandCreate{Name: "echo", Description: "Say it again", Options: []discord.ApplicationCommandOption{
			discord.ApplicationCommandOptionString{Name: "words", Description: "What", Required: true},
			discord.ApplicationCommandOptionInt{Name: "times", Description: "How often", MinValue: &least, MaxValue: &most},
			discord.ApplicationCommandOptionUser{Name: "who", Description: "To whom"},
		}},
		discord.SlashCommandCreate{Name: "topic", Description: "Choose a topic", Options: []discord.ApplicationCommandOption{
			discord.ApplicationCommandOptionString{Name: "name", Description: "Which", Autocomplete: true},
		}},
		discord.SlashCommandCreate{Name: "ask", Description: "A question with a button"},
		discord.SlashCommandCreate{Name: "slow", Description: "Takes its time"},
		discord.SlashCommandCreate{Name: "flood", Description: "Posts a lot", Options: []discord.ApplicationCommandOption{
			discord.ApplicationCommandOptionInt{Name: "count", Description: "How many", Required: true},
		}},
	}
}

func row() discord.ActionRowComponent {
	return discord.NewActionRow(discord.NewSecondaryButton("Why?", "why"), discord.NewPrimaryButton("Next", "next"))
}

func command(e *events.ApplicationCommandInteractionCreate) error {
	data := e.SlashCommandInteractionData()
	switch data.CommandName() {
	case "echo":
		times, given := data.OptInt("times")
		if !given {
			times = 1
		}
		words := strings.TrimSpace(strings.Repeat(data.String("words")+" ", times))
		if who, given := data.OptUser("who"); given {
			words += " " + who.Mention()
		}
		return e.CreateMessage(discord.MessageCreate{Content: words, Flags: discord.MessageFlagEphemeral, AllowedMentions: &discord.AllowedMentions{}})
	case "ask":
		return e.CreateMessage(discord.MessageCreate{Content: "Ohm or volt?", Components: []discord.LayoutComponent{row()}})
	case "slow":
		return slow(e)
	case "flood":
		return flood(e, data.Int("count"))
	}
	return nil
}

func press(e *events.ComponentInteractionCreate) error {
	if e.Data.CustomID() == "why" {
		return e.Modal(discord.NewModalCreate("reason", "Your reason").AddLabel("Reason", discord.NewParagraphTextInput("text")))
	}
	words, components := "Ampere or farad?", []discord.LayoutComponent{row()}
	return e.UpdateMessage(discord.MessageUpdate{Content: &words, Components: &components})
}

func slow(e *events.ApplicationCommandInteractionCreate) error {
	if err := e.DeferCreateMessage(true); err != nil {
		return err
	}
	words := "Done at last."
	if _, err := e.Client().Rest.UpdateInteractionResponse(e.ApplicationID(), e.Token(), discord.MessageUpdate{Content: &words}); err != nil {
		return err
	}
	_, err := e.Client().Rest.CreateFollowupMessage(e.ApplicationID(), e.Token(), discord.MessageCreate{Content: "And one more.", Flags: discord.MessageFlagEphemeral})
	return err
}

// flood posts one after another, edits the first and says how many there were.
func flood(e *events.ApplicationCommandInteractionCreate, count int) error {
	if err := e.DeferCreateMessage(false); err != nil {
		return err
	}
	made := 0
	for i := range count {
		m, err := e.Client().Rest.CreateMessage(e.Channel().ID(), discord.MessageCreate{
			Content: fmt.Sprintf("post %d", i+1), Nonce: fmt.Sprintf("n%d", i), EnforceNonce: true,
		})
		if err != nil {
			return err
		}
		made++
		if i > 0 {
			continue
		}
		words := "post 1, edited"
		if _, err := e.Client().Rest.UpdateMessage(m.ChannelID, m.ID, discord.MessageUpdate{Content: &words}); err != nil {
			return err
		}
	}
	words := fmt.Sprintf("%d posts", made)
	_, err := e.Client().Rest.UpdateInteractionResponse(e.ApplicationID(), e.Token(), discord.MessageUpdate{Content: &words})
	return err
}
