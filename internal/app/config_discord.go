package app

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"studyhall/adapters/discord"
	"studyhall/bot"
)

// Discord is what the program is told about Discord.
type Discord struct {
	Token     Secret // DISCORD_TOKEN; "" for no Discord
	PublicKey string // DISCORD_PUBLIC_KEY, in hexadecimal digits; used together with PUBLIC_URL
	Guild     string // DISCORD_GUILD_ID; "" for every server
	API       string // DISCORD_API_URL
}

func discordVariables() []Variable {
	const group = "Discord"
	return []Variable{
		{
			Group: group, Name: "DISCORD_TOKEN", Secret: true,
			Doc:   "Connects the bot to Discord; nothing else is needed for that. See docs/discord.md.",
			Where: "discord.com/developers/applications, your application, page Bot, Reset Token.",
			set:   func(c *Config, v string) error { c.Discord.Token = Secret(v); return checkToken(v) },
		}, {
			Group: group, Name: "DISCORD_PUBLIC_KEY",
			Doc:   "Together with PUBLIC_URL: Discord sends what people do to PUBLIC_URL/discord/interactions, and no connection is kept open.",
			Where: "The application's page General Information, Public Key: 64 digits and letters.",
			set:   func(c *Config, v string) error { c.Discord.PublicKey = v; return discord.CheckPublicKey(v) },
		}, {
			Group: group, Name: "DISCORD_GUILD_ID",
			Doc:   "Only this server gets the commands, for trying things out. Without it every server that invited the bot does.",
			Where: "In Discord with Developer Mode on: right-click the server, Copy Server ID.",
			set:   func(c *Config, v string) error { c.Discord.Guild = v; return checkDigits(v) },
		}, {
			Group: group, Name: "DISCORD_API_URL", Default: discord.DefaultAPI,
			Doc:   "Where Discord's API is; another address is for tests.",
			Where: "An http or https address.",
			set:   func(c *Config, v string) error { c.Discord.API = v; return checkURL(v) },
		},
	}
}

// discordConfig is what the adapter is told. Interactions come over HTTP where
// both the key and our own address are known.
func discordConfig(c Config, shelf bot.Shelf) discord.Config {
	config := discord.Config{Token: c.Discord.Token.Reveal(), API: c.Discord.API, Guild: c.Discord.Guild, Shelf: shelf}
	if others, ok := shelf.(interface{ Copies() int }); ok {
		config.Copies = others.Copies
	}
	if c.PublicURL != "" {
		config.PublicKey = c.Discord.PublicKey
	}
	return config
}

// checkToken checks the shape; what is wrong may be half a secret and stays out
// of the error.
func checkToken(v string) error {
	if strings.ContainsAny(strings.TrimPrefix(v, "Bot "), " \t\"'") {
		return errors.New("it has spaces or quotes in it; a token has none")
	}
	return nil
}

func checkDigits(v string) error {
	if strings.Trim(v, "0123456789") != "" || len(v) > 20 {
		return fmt.Errorf("%q is no identifier, which is up to 20 digits", v)
	}
	return nil
}

func checkURL(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is no http or https address", v)
	}
	return nil
}
