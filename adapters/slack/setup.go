package slack

import (
	"errors"
	"fmt"
	"strings"
)

// Scope is a right that the bot asks a workspace for.
type Scope struct {
	Name    string `json:"name"`    // as Slack writes it
	Why     string `json:"why"`     // what for, in words that follow "to"
	Without string `json:"without"` // what is lost without it
	Least   bool   `json:"least"`   // the least manifest asks for it, too
}

// Scopes are all that the bot asks for, in the order of the alphabet. It asks
// for no right to read what people write among themselves but the history of
// channels that it was invited to, which is there to find its own posts.
func Scopes() []Scope {
	const (
		ownPost = "find a post again instead of posting twice, after a cut connection"
		unsure  = "a post whose fate a cut connection left open is not looked up: it comes perhaps not, or perhaps twice, as SLACK_WITHOUT_HISTORY says"
	)
	return []Scope{
		{"app_mentions:read", "answer messages that mention the bot", "mentions get no answer", true},
		{"channels:history", ownPost + ", in public channels that the bot is in", unsure, false},
		{"channels:read", "see public channels: their names, and whether the bot is in them", "set-up can't tell whether it may post in a public channel", true},
		{"chat:write", "post the question, change and delete posts of the bot, whisper", "nothing can be posted", true},
		{"commands", "be reached by commands and the shortcut on messages", "no command works", true},
		{scopeFiles, "read the file of questions that an organiser sends to be added, in groups that do so", "files are not read, and the bot says so; the program's own import brings questions in as well", false},
		{"files:write", "show pictures in questions and reports, and send files that people ask for", "posts with pictures don't arrive, and nobody gets their data as a file", true},
		{"groups:history", ownPost + ", in private channels that the bot is in", unsure, false},
		{"groups:read", "see private channels that the bot is in, and their names", "set-up can't tell whether it may post in a private channel", true},
		{"im:history", "read what people write to the bot privately, and find private messages of the bot again", "words written to the bot privately don't reach it, and a private message whose fate is unknown is not looked up", false},
		{"im:write", "write privately to people who asked for reminders", "private reminders don't arrive; they wait on people's study pages", true},
		{"pins:write", "pin the open question, in groups that want that", "questions are not pinned", false},
		{"usergroups:read", "notify a user group when a question is posted, in groups that want that", "no user group can be chosen, and none is notified", false},
		{"users:read", "know people's names and time zones, and who administers the workspace", "boards have no names, and times are the group's only", true},
	}
}

// ScopeFor is the scope that helps where Slack says which ones are needed, with
// commas between them, of which one is enough.
func ScopeFor(needed string) (Scope, bool) {
	for name := range strings.SplitSeq(needed, ",") {
		for _, s := range Scopes() {
			if s.Name == strings.TrimSpace(name) {
				return s, true
			}
		}
	}
	return Scope{}, false
}

// Prefixes of Slack's secrets.
const (
	prefixBot     = "xoxb-"
	prefixApp     = "xapp-"
	prefixRotates = "xoxe."
	prefixRefresh = "xoxe-"
	prefixUser    = "xoxp-"
)

// Where the two tokens are.
const (
	whereBotToken = "the Bot User OAuth Token is on the page OAuth & Permissions"
	whereAppToken = "the app-level token is on the page Basic Information, App-Level Tokens"
)

// CheckBotToken reports what is wrong with the shape of a bot's token, most
// often that it is another of the app's secrets. The error has nothing of it.
func CheckBotToken(token string) error {
	switch {
	case strings.HasPrefix(token, prefixApp):
		return errors.New("it is an app-level token, which belongs in SLACK_APP_TOKEN; " + whereBotToken)
	case strings.HasPrefix(token, prefixUser):
		return errors.New("it is a person's token; " + whereBotToken)
	case strings.HasPrefix(token, prefixRotates), strings.HasPrefix(token, prefixRefresh):
		return errors.New("it is a token that ends after 12 hours, because token rotation is on; make the app anew from the manifest, where it is off")
	}
	return checkToken(token, prefixBot, whereBotToken)
}

// CheckAppToken reports what is wrong with the shape of an app-level token.
func CheckAppToken(token string) error {
	if strings.HasPrefix(token, prefixBot) {
		return errors.New("it is a bot's token, which belongs in SLACK_BOT_TOKEN; " + whereAppToken)
	}
	return checkToken(token, prefixApp, whereAppToken)
}

func checkToken(token, prefix, where string) error {
	rest, ok := strings.CutPrefix(token, prefix)
	switch {
	case token == "":
		return errors.New("it is empty")
	case strings.ContainsAny(token, " \t\r\n\"'<>"):
		return errors.New("it has spaces or quotes in it; a token has none")
	case !ok:
		return fmt.Errorf("it doesn't begin with %s; %s", prefix, where)
	case len(rest) < 8:
		return errors.New("it is too short; copy all of it once more")
	}
	return nil
}

// CheckSecret reports what is wrong with the shape of one of the app's secrets.
// The error has nothing of it.
func CheckSecret(secret string) error {
	for _, prefix := range []string{prefixBot, prefixApp, prefixUser, prefixRotates, prefixRefresh} {
		if strings.HasPrefix(secret, prefix) {
			return errors.New("it is a token; this secret is on the page Basic Information, App Credentials")
		}
	}
	if len(secret) < 16 || strings.Trim(secret, "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return errors.New("it is not one word of small letters and digits; copy it once more")
	}
	return nil
}
