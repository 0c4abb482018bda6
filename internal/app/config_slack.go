package app

import (
	"errors"
	"fmt"
	"strings"

	"studyhall/adapters/slack"
	"studyhall/bot"
)

// Slack is what the program is told about Slack.
type Slack struct {
	BotToken      Secret // SLACK_BOT_TOKEN: one workspace
	AppToken      Secret // SLACK_APP_TOKEN: Socket Mode
	SigningSecret Secret // SLACK_SIGNING_SECRET: HTTP mode, without AppToken
	ClientID      string // SLACK_CLIENT_ID: with ClientSecret, workspaces install the app
	ClientSecret  Secret // SLACK_CLIENT_SECRET
	API           string // SLACK_API_URL
	Again         bool   // SLACK_WITHOUT_HISTORY is again
}

// Set reports whether anything says that Slack is wanted.
func (s Slack) Set() bool {
	return s.BotToken != "" || s.AppToken != "" || s.SigningSecret != "" || s.ClientID != "" || s.ClientSecret != ""
}

// many reports whether workspaces can install the app.
func (s Slack) many() bool { return s.ClientID != "" || s.ClientSecret != "" }

func slackVariables() []Variable {
	const group = "Slack"
	return []Variable{
		{
			Group: group, Name: "SLACK_BOT_TOKEN", Secret: true,
			Doc:   "Connects the bot to one workspace, together with SLACK_APP_TOKEN; nothing else is needed for that. See docs/slack.md.",
			Where: "api.slack.com/apps, your app, page OAuth & Permissions, Bot User OAuth Token; it begins with xoxb-.",
			set:   func(c *Config, v string) error { c.Slack.BotToken = Secret(v); return slack.CheckBotToken(v) },
		}, {
			Group: group, Name: "SLACK_APP_TOKEN", Secret: true,
			Doc:   "Opens the connections over which Slack sends what people do (Socket Mode), so that nothing has to reach this machine.",
			Where: "The app's page Basic Information, App-Level Tokens, with the scope connections:write; it begins with xapp-.",
			set:   func(c *Config, v string) error { c.Slack.AppToken = Secret(v); return slack.CheckAppToken(v) },
		}, {
			Group: group, Name: "SLACK_SIGNING_SECRET", Secret: true,
			Doc:   "Without SLACK_APP_TOKEN: Slack sends what people do to PUBLIC_URL/slack/…, signed with it, and no connection is kept open.",
			Where: "The app's page Basic Information, App Credentials, Signing Secret.",
			set:   func(c *Config, v string) error { c.Slack.SigningSecret = Secret(v); return slack.CheckSecret(v) },
		}, {
			Group: group, Name: "SLACK_CLIENT_ID",
			Doc:   "With SLACK_CLIENT_SECRET, SECRET_KEY and PUBLIC_URL: other workspaces add the bot at PUBLIC_URL/slack/install.",
			Where: "The app's page Basic Information, App Credentials, Client ID: two numbers with a dot between them.",
			set:   func(c *Config, v string) error { c.Slack.ClientID = v; return checkClientID(v) },
		}, {
			Group: group, Name: "SLACK_CLIENT_SECRET", Secret: true,
			Doc:   "Belongs to SLACK_CLIENT_ID.",
			Where: "The same page, Client Secret.",
			set:   func(c *Config, v string) error { c.Slack.ClientSecret = Secret(v); return slack.CheckSecret(v) },
		}, {
			Group: group, Name: "SLACK_WITHOUT_HISTORY", Default: "once",
			Doc:   "What becomes of a post whose fate a cut connection left open, where the bot may not look into the channel's history.",
			Where: "One of once (not sent again, so it may be missing), again (sent again, so it may stand there twice).",
			set:   func(c *Config, v string) (err error) { c.Slack.Again, err = parseAgain(v); return err },
		}, {
			Group: group, Name: "SLACK_API_URL", Default: slack.DefaultAPI,
			Doc:   "Where Slack's API is; another address is for tests.",
			Where: "An http or https address.",
			set:   func(c *Config, v string) error { c.Slack.API = v; return checkURL(v) },
		},
	}
}

// slackFaults says what is missing beside what is set. It is no fault of
// reading: setup and verbs that have nothing to do with Slack work all the same.
func slackFaults(c Config) []Fault {
	s := c.Slack
	var faults []Fault
	missing := func(name, because string) {
		for _, v := range Variables() {
			if v.Name == name {
				faults = append(faults, Fault{Variable: name, What: "it is not set, but " + because, Where: v.Where})
			}
		}
	}
	switch {
	case !s.Set():
		return nil
	case s.many() && s.ClientSecret == "":
		missing("SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID is")
	case s.many() && s.ClientID == "":
		missing("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET is")
	case s.BotToken == "" && !s.many():
		missing("SLACK_BOT_TOKEN", "without it there is no workspace to work in")
	}
	if s.many() {
		if len(c.SecretKeys) == 0 {
			missing("SECRET_KEY", "with SLACK_CLIENT_ID the tokens of workspaces are kept, encrypted with it")
		}
		if c.PublicURL == "" {
			missing("PUBLIC_URL", "with SLACK_CLIENT_ID people come back from Slack to it")
		}
	}
	if s.AppToken == "" && s.SigningSecret == "" {
		missing("SLACK_APP_TOKEN", "without it, or SLACK_SIGNING_SECRET in its place, nothing that people do reaches the bot")
	}
	return faults
}

// slackConfig is what the adapter is told.
func slackConfig(c Config, shelf bot.Shelf) slack.Config {
	config := slack.Config{
		BotToken: c.Slack.BotToken.Reveal(), AppToken: c.Slack.AppToken.Reveal(), SigningSecret: c.Slack.SigningSecret.Reveal(),
		ClientID: c.Slack.ClientID, ClientSecret: c.Slack.ClientSecret.Reveal(), PublicURL: c.PublicURL,
		API: c.Slack.API, Again: c.Slack.Again, Shelf: shelf, Declared: slackDeclared(),
	}
	for _, key := range c.SecretKeys {
		config.SecretKeys = append(config.SecretKeys, key.Reveal())
	}
	return config
}

func checkClientID(v string) error {
	team, app, ok := strings.Cut(v, ".")
	if !ok || team == "" || app == "" || strings.Trim(team+app, "0123456789") != "" {
		return errors.New("it is not two numbers with a dot between them") // perhaps the secret beside it
	}
	return nil
}

func parseAgain(v string) (again bool, err error) {
	switch strings.ToLower(v) {
	case "once":
		return false, nil
	case "again":
		return true, nil
	}
	return false, fmt.Errorf("there is no %q", v)
}

// minSecretKey is the least number of characters that a key has.
const minSecretKey = 32

// parseSecretKeys reads a list of keys with commas between them. Errors have
// nothing of them.
func parseSecretKeys(v string) (keys []Secret, err error) {
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if len(part) < minSecretKey {
			return nil, errors.New("each key in it has at least 32 characters")
		}
		keys = append(keys, Secret(part))
	}
	return keys, nil
}
