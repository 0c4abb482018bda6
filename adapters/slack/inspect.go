package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// Inspection is what [Inspect] looks at.
type Inspection struct {
	Config   Config
	Offline  bool            // ask nobody
	Channels []bot.ChannelID // that groups are in
	Wants    []Wants         // beyond posting
	// HTTP asks the bot's own public address; nil: an ordinary client.
	HTTP *http.Client
}

// Wants is what a group wants of its posts in a channel beyond posting them.
type Wants struct {
	Channel bot.ChannelID
	Pin     bool           // open questions are pinned
	Ping    bot.AudienceID // who is notified of new ones; "" for nobody
}

const (
	inspectTime = 90 * time.Second // of all questions together
	mostPlaces  = 200              // channels looked at
)

// Where people look things up.
const (
	portal    = "api.slack.com/apps, your app"
	stateSite = "slack-status.com"
)

const (
	fixBotToken  = "Copy it again: " + portal + ", page OAuth & Permissions, Bot User OAuth Token. Then set SLACK_BOT_TOKEN."
	fixAppToken  = "Make another: " + portal + ", page Basic Information, App-Level Tokens, with the scope connections:write. Then set SLACK_APP_TOKEN."
	fixScopes    = "Add what is missing: " + portal + ", page OAuth & Permissions, Bot Token Scopes. Then press Reinstall there."
	fixNetwork   = "Look at this machine's network; HTTPS_PROXY names a proxy. " + stateSite + " says how Slack is."
	fixOtherApp  = "Copy both from one app: " + portal + ", pages OAuth & Permissions and Basic Information."
	fixNoSockets = "Switch it on: " + portal + ", page Socket Mode. Or leave SLACK_APP_TOKEN out, and set SLACK_SIGNING_SECRET and PUBLIC_URL."
)

// Asked is what Slack says of the bot's token.
type Asked struct {
	Workspace string   // its name
	User      string   // the bot's name
	Granted   []string // scopes; nil where Slack doesn't say

	team, bot string
	whole     bool // it is installed for an organisation
}

// Missing are the scopes that the workspace hasn't granted, of those that the bot
// asks for.
func (a Asked) Missing() (all []Scope) {
	for _, s := range Scopes() {
		if a.Granted != nil && !slices.Contains(a.Granted, s.Name) {
			all = append(all, s)
		}
	}
	return all
}

// WhoAmI asks Slack whose token a configuration has. An error whose ExitCode is
// 78 says that Slack refuses it.
func WhoAmI(ctx context.Context, config Config) (Asked, error) {
	c, err := bareClient(config)
	if err != nil {
		return Asked{}, err
	}
	defer c.http.CloseIdleConnections()
	asked, err := c.whoAmI(ctx, config.BotToken)
	if no, ok := errors.AsType[*refusal](err); ok {
		return asked, &tokenRefusal{no}
	}
	return asked, err
}

// tokenRefusal is a token that Slack doesn't accept.
type tokenRefusal struct{ no *refusal }

func (t *tokenRefusal) Error() string {
	return fmt.Sprintf("Slack doesn't accept SLACK_BOT_TOKEN (%s). %s", t.no.Code, fixBotToken)
}

func (t *tokenRefusal) Unwrap() error { return t.no }

// ExitCode is that of a fault of configuration.
func (t *tokenRefusal) ExitCode() int { return 78 }

// bareClient only asks, with tokens that each call brings along.
func bareClient(config Config) (*client, error) {
	base, err := apiBase(config.API)
	if err != nil {
		return nil, fmt.Errorf("SLACK_API_URL: %w", err)
	}
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	if config.Proxy == nil {
		config.Proxy = http.ProxyFromEnvironment
	}
	return &client{base: base, http: newTransport(config.Proxy, config.Dial), limits: newLimits()}, nil
}

func (c *client) whoAmI(ctx context.Context, token string) (Asked, error) {
	var said struct {
		Team   string `json:"team"`
		TeamID string `json:"team_id"`
		User   string `json:"user"`
		BotID  string `json:"bot_id"`
		Whole  bool   `json:"is_enterprise_install"`
	}
	var header http.Header
	if err := c.do(ctx, call{token: token, method: "auth.test", form: url.Values{}, header: &header}, &said); err != nil {
		return Asked{}, err
	}
	asked := Asked{Workspace: said.Team, User: said.User, team: said.TeamID, bot: said.BotID, whole: said.Whole}
	if scopes := header.Get("X-OAuth-Scopes"); scopes != "" {
		asked.Granted = strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return asked, nil
}

// inspector collects findings.
type inspector struct {
	in    Inspection
	ask   *client
	all   []bot.Finding
	clock adapterkit.Clock
}

// Inspect looks at everything of Slack's that the bot depends on, and changes
// nothing. No secret is in any finding.
func Inspect(ctx context.Context, in Inspection) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	if in.Config.Now == nil {
		in.Config.Now = time.Now
	}
	i := &inspector{in: in}
	if !i.shapes() {
		return i.all
	}
	if in.Offline {
		i.note("Slack", "Slack was not asked, because of -offline.", "Run doctor without -offline to look at the rest.")
		return i.all
	}
	var err error
	if i.ask, err = bareClient(in.Config); err != nil {
		i.setup("Slack", sentence(err.Error()), "Correct that variable; .env.example says what it looks like.")
		return i.all
	}
	defer i.ask.http.CloseIdleConnections()
	i.clock.Now, i.clock.Next = in.Config.Now, i.ask.http.Transport
	i.ask.http.Transport = &i.clock
	i.workspace(ctx)
	if in.Config.AppToken == "" {
		i.overHTTP(ctx)
	}
	if f, ok := i.clock.Finding("Slack"); ok {
		i.add(f)
	}
	return i.all
}

// workspace looks at everything that the bot's token opens.
func (i *inspector) workspace(ctx context.Context) {
	config := i.in.Config
	var asked Asked
	var known bool
	if config.BotToken != "" {
		asked, known = i.identity(ctx)
	}
	if config.AppToken != "" {
		i.socket(ctx, asked)
	}
	switch {
	case known:
		i.rights(asked)
		i.history(asked)
		i.places(ctx, asked)
	case config.BotToken == "" && len(i.in.Channels) > 0:
		i.elsewhere(len(i.in.Channels))
	}
	if config.ClientID != "" {
		i.ok("Installations", "Other workspaces add the bot at "+InstallURL(config.PublicURL)+".")
	}
}

func (i *inspector) add(f bot.Finding) { i.all = append(i.all, f) }

func (i *inspector) ok(about, how string) {
	i.add(bot.Finding{About: about, State: bot.FindingOK, How: how})
}

func (i *inspector) note(about, how, fix string) {
	i.add(bot.Finding{About: about, State: bot.FindingNote, How: how, Fix: fix})
}

func (i *inspector) broken(about, how, fix string) {
	i.add(bot.Finding{About: about, State: bot.FindingBroken, How: how, Fix: fix})
}

func (i *inspector) setup(about, how, fix string) {
	i.add(bot.Finding{About: about, State: bot.FindingBroken, How: how, Fix: fix, Setup: true})
}

// shapes looks at what can be seen of secrets without asking.
func (i *inspector) shapes() bool {
	config, before := i.in.Config, len(i.all)
	for _, s := range []struct {
		name, value string
		check       func(string) error
		fix         string
	}{
		{"SLACK_BOT_TOKEN", config.BotToken, CheckBotToken, fixBotToken},
		{"SLACK_APP_TOKEN", config.AppToken, CheckAppToken, fixAppToken},
		{"SLACK_SIGNING_SECRET", config.SigningSecret, CheckSecret, fixSigning},
	} {
		if s.value == "" {
			continue
		}
		if err := s.check(s.value); err != nil {
			i.setup("Slack secrets", fmt.Sprintf("%s can't be right: %v.", s.name, err), s.fix)
		}
	}
	if len(i.all) > before {
		return false
	}
	i.ok("Slack secrets", "What is set has the shape of Slack's secrets.")
	return true
}

// failed says why a question had no answer.
func (i *inspector) failed(about string, err error) {
	if t, ok := errors.AsType[*tooMany](err); ok {
		i.broken(about, fmt.Sprintf("Slack takes no more questions for %s.", adapterkit.InWords(t.after)), "Wait that long, then run doctor again.")
		return
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		i.broken(about, sentence(no.Error()), stateSite+" says how Slack is; docs/slack.md explains what it answers.")
		return
	}
	i.broken(about, fmt.Sprintf("Slack can't be reached: %v.", err), fixNetwork)
}

// identity asks whose token it is.
func (i *inspector) identity(ctx context.Context) (asked Asked, ok bool) {
	const about = "Workspace"
	asked, err := i.ask.whoAmI(ctx, i.in.Config.BotToken)
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused && no.Code == "account_inactive":
		i.setup(about, "The app is not installed in the workspace of SLACK_BOT_TOKEN any more.", "Install it again, page Install App of "+portal+", and copy the new token.")
	case refused:
		i.setup(about, fmt.Sprintf("Slack doesn't accept SLACK_BOT_TOKEN (%s).", no.Code), fixBotToken)
	case err != nil:
		i.failed(about, err)
	case asked.bot == "":
		i.setup(about, "SLACK_BOT_TOKEN is not a bot's.", fixBotToken)
	case asked.whole:
		i.setup(about, "The app is installed for a whole organisation, which the bot can't tell apart.", "Install it in one workspace, page Install App of "+portal+", and copy that token.")
	default:
		i.ok(about, fmt.Sprintf("Slack knows it as @%s in %s.", asked.User, asked.Workspace))
		return asked, true
	}
	return asked, false
}

// rights compares the scopes that were granted with those that the bot uses.
func (i *inspector) rights(asked Asked) {
	const about = "Scopes"
	var lacks, loses, left, gives []string
	for _, s := range asked.Missing() {
		if s.Least {
			lacks, loses = append(lacks, s.Name), append(loses, s.Without)
		} else {
			left, gives = append(left, s.Name), append(gives, s.Without)
		}
	}
	slices.Sort(loses)
	slices.Sort(gives)
	switch {
	case asked.Granted == nil:
		i.note(about, "Slack doesn't say what the workspace has granted.", "Compare the page OAuth & Permissions of "+portal+" with docs/for-your-it.md.")
	case len(lacks) > 0:
		i.setup(about, fmt.Sprintf("The bot lacks %s: %s.", strings.Join(lacks, ", "), strings.Join(slices.Compact(loses), "; ")), fixScopes)
	case len(left) == 0:
		i.ok(about, "The workspace has granted everything that the bot asks for.")
	}
	if len(left) > 0 {
		i.note(about, fmt.Sprintf("Left out are %s: %s.", strings.Join(left, ", "), strings.Join(slices.Compact(gives), "; ")), "Leave it so, if you chose that. "+fixScopes)
	}
	var more []string
	for _, name := range asked.Granted {
		if !slices.ContainsFunc(Scopes(), func(s Scope) bool { return s.Name == name }) {
			more = append(more, name)
		}
	}
	if len(more) > 0 {
		i.note(about, fmt.Sprintf("The bot has been granted more than it uses: %s.", strings.Join(more, ", ")), "Take these away: "+portal+", page OAuth & Permissions, Bot Token Scopes.")
	}
}

// history says what becomes of a post of which nobody knows whether it arrived.
func (i *inspector) history(asked Asked) {
	const about = "Posts of unknown outcome"
	if asked.Granted == nil {
		return
	}
	var where []string
	for _, s := range []struct{ scope, where string }{
		{"channels:history", "public channels"}, {"groups:history", "private channels"}, {"im:history", "private conversations"},
	} {
		if !slices.Contains(asked.Granted, s.scope) {
			where = append(where, s.where)
		}
	}
	if len(where) == 0 {
		i.ok(about, "They are looked up in the channel before they are sent again, so that none comes twice.")
		return
	}
	becomes := "is not sent again, so it may be missing (SLACK_WITHOUT_HISTORY=once)"
	if i.in.Config.Again {
		becomes = "is sent again, so it may stand there twice (SLACK_WITHOUT_HISTORY=again)"
	}
	i.note(about, fmt.Sprintf("The bot may not look into %s: a post there whose fate a cut connection left open %s.", listed(where), becomes),
		"Leave it so, or allow the scopes that end in :history and reinstall the app.")
}

// listed joins words as people do.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
