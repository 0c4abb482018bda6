package app

import (
	"context"
	"errors"
	"fmt"

	"studyhall/adapters/discord"
)

// DiscordSteps are what somebody does to have the bot on Discord.
type DiscordSteps struct {
	Application string // its identifier; "" while it is not known
	Invite      string // where to invite the bot; "" while that is not known
	Steps       []Step
	Variables   []StepVariable
}

// Step is a step on one page.
type Step struct {
	Page string // as the developer portal writes it, or where else
	Do   []string
	Done bool // as far as can be seen from here
}

// StepVariable is a variable of the set-up, without its value.
type StepVariable struct {
	Name string
	Set  bool
	Doc  string
}

// BadID is an Application ID that can't be one.
type BadID struct{ ID string }

// Error says what one looks like.
func (b BadID) Error() string {
	return fmt.Sprintf("%q is no Application ID, which is a number of 17 to 20 digits; it is on the page General Information", b.ID)
}

// SetupDiscord says what there is to do, as far as it is not done. The
// application is the one given, or with "" the token's, which Discord is asked
// for; without a token it is not known. The token is in none of it.
func SetupDiscord(ctx context.Context, c Config, application string) (DiscordSteps, error) {
	if application != "" && !discord.IsID(application) {
		return DiscordSteps{}, BadID{application}
	}
	token := c.Discord.Token.Reveal()
	app := discord.Application{ID: application}
	if token != "" && application == "" {
		if err := discord.CheckToken(token); err != nil {
			return DiscordSteps{}, &ConfigError{Faults: []Fault{{"DISCORD_TOKEN", err.Error(), "discord.com/developers/applications, your application, page Bot, Reset Token."}}}
		}
		var err error
		if app, err = discord.WhoAmI(ctx, discordConfig(c, nil)); err != nil {
			if coded, ok := errors.AsType[interface {
				error
				ExitCode() int
			}](err); ok {
				return DiscordSteps{}, coded
			}
			return DiscordSteps{}, fmt.Errorf("ask Discord for the application: %w; -app ID prints the invitation without asking", err)
		}
	}
	s := DiscordSteps{Application: app.ID}
	if app.ID != "" {
		s.Invite = discord.InviteURL(app.ID)
	}
	s.Steps = discordSteps(c, s, app)
	for _, v := range discordVariables() {
		set := map[string]bool{
			"DISCORD_TOKEN": token != "", "DISCORD_PUBLIC_KEY": c.Discord.PublicKey != "", "DISCORD_GUILD_ID": c.Discord.Guild != "",
			"DISCORD_API_URL": c.Discord.API != "" && c.Discord.API != discord.DefaultAPI,
		}[v.Name]
		s.Variables = append(s.Variables, StepVariable{v.Name, set, v.Doc})
	}
	return s, nil
}

// discordSteps are the steps, with page names as Discord writes them.
func discordSteps(c Config, s DiscordSteps, app discord.Application) []Step {
	token := c.Discord.Token != ""
	steps := []Step{
		{"discord.com/developers/applications: New Application", []string{
			"Give it a name, such as Studyhall. That name is what people see.",
			"Its Application ID is on the page General Information.",
		}, s.Application != ""},
		{"Page Bot: Token", []string{
			"Press Reset Token, then Copy. Discord shows it this once.",
			"Write DISCORD_TOKEN= and the token into a file named .env where you start studyhall.",
			"Who has the token is the bot: send it to nobody, and keep .env out of version control.",
		}, token},
		{"Page Bot: Authorization Flow and Privileged Gateway Intents", []string{
			"Leave Requires OAuth2 Code Grant off; with it no invitation works.",
			"Leave all three Privileged Gateway Intents off: the bot reads no member list, presence or channel talk.",
			"Public Bot on lets others invite it, too; off, only you can.",
		}, app.Name != "" && !app.NeedsCode},
	}
	invite := Step{Page: "The invitation, in your browser"}
	if s.Invite == "" {
		invite.Do = []string{
			"Run this again with DISCORD_TOKEN set: studyhall setup discord",
			"Or give it the Application ID: studyhall setup discord -app ID",
			"It then prints the invitation with exactly the permissions below.",
		}
	} else {
		invite.Do = []string{"Open " + s.Invite, "Choose the server, and leave every permission ticked. It takes Manage Server there."}
	}
	steps = append(steps, invite)
	if c.PublicURL != "" && c.Discord.PublicKey != "" {
		steps = append(steps, Step{"Page General Information: Interactions Endpoint URL", []string{
			"Only for HTTP mode, which DISCORD_PUBLIC_KEY and PUBLIC_URL switch on.",
			"Start the bot first, then enter the address: " + discord.Endpoint(c.PublicURL),
		}, app.Endpoint == discord.Endpoint(c.PublicURL)})
	}
	return append(steps, Step{Page: "On the machine that runs the bot", Do: []string{
		"studyhall doctor    says whether all of this is right",
		"studyhall serve     runs the bot",
	}}, Step{Page: "In a channel of the server", Do: []string{
		"Type /group and press Set up. Only you see the answer; nothing is posted before you press Start.",
	}})
}
