package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// Inspection is what [Inspect] looks at.
type Inspection struct {
	Config    Config
	Offline   bool // ask nobody
	PublicURL string
	Commands  []bot.Command
	Channels  []bot.ChannelID // that groups are in
	Wants     []Wants         // beyond posting
	// HTTP asks PublicURL; nil: an ordinary client.
	HTTP *http.Client
	Now  func() time.Time
}

const (
	inspectTime = 90 * time.Second // of all questions together
	mostPlaces  = 200              // channels looked at
	fewStarts   = 20               // session starts of which a warning is worth it
)

// Where people look things up.
const (
	portal    = "discord.com/developers/applications"
	stateSite = "discordstatus.com"
)

// inspector collects findings.
type inspector struct {
	*Adapter
	in    Inspection
	all   []bot.Finding
	clock adapterkit.Clock
}

// bare is an adapter that only asks.
func bare(config Config) (*Adapter, error) { return New(slog.New(slog.DiscardHandler), config) }

// Inspect looks at everything of Discord's that the bot depends on, and changes
// nothing. The token is in no finding.
func Inspect(ctx context.Context, in Inspection) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	i := &inspector{in: in}
	if in.Now == nil {
		i.in.Now = time.Now
	}
	if err := CheckToken(in.Config.Token); err != nil {
		i.refused("Token", fmt.Sprintf("DISCORD_TOKEN can't be a bot's token: %v.", err), fixCopyToken)
		return i.all
	}
	i.ok("Token", "DISCORD_TOKEN has the shape of a bot's token.")
	var err error
	if i.Adapter, err = bare(in.Config); err != nil {
		i.refused("Configuration", err.Error()+".", "Correct that variable; .env.example says what it looks like.")
		return i.all
	}
	defer i.rest.http.CloseIdleConnections()
	if in.Offline {
		i.note("Discord", "Discord was not asked, because of -offline.", "Run doctor without -offline to look at the rest.")
		return i.all
	}
	i.clock.Now, i.clock.Next = i.in.Now, i.rest.http.Transport
	i.rest.http.Transport = &i.clock
	if app, ok := i.identity(ctx); ok {
		i.received(ctx, app)
		i.commands(ctx)
		i.places(ctx)
	}
	if f, ok := i.clock.Finding("Discord"); ok {
		i.add(f)
	}
	return i.all
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

func (i *inspector) refused(about, how, fix string) {
	i.add(bot.Finding{About: about, State: bot.FindingBroken, How: how, Fix: fix, Setup: true})
}

const (
	fixCopyToken = "Copy it again: " + portal + ", your application, page Bot, Reset Token. Then set DISCORD_TOKEN."
	fixNetwork   = "Look at this machine's network; HTTPS_PROXY names a proxy. " + stateSite + " says how Discord is."
)

// failed says why a question had no answer.
func (i *inspector) failed(about string, err error) {
	if t, ok := errors.AsType[*tooMany](err); ok {
		i.broken(about, fmt.Sprintf("Discord takes no more questions for %s.", adapterkit.InWords(t.after)), "Wait that long, then run doctor again.")
		return
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		i.broken(about, no.Error()+".", stateSite+" says how Discord is; docs/discord.md explains codes.")
		return
	}
	i.broken(about, fmt.Sprintf("Discord can't be reached: %v.", err), fixNetwork)
}

// identity asks who the bot is and where it is.
func (i *inspector) identity(ctx context.Context) (app Application, ok bool) {
	app, err := i.application(ctx)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status == http.StatusUnauthorized {
		i.refused("Bot", "Discord doesn't accept DISCORD_TOKEN.", fixCopyToken)
		return app, false
	}
	var self account
	if err == nil {
		err = i.rest.do(ctx, call{method: http.MethodGet, route: "/users/@me"}, &self)
	}
	if err != nil {
		i.failed("Bot", err)
		return app, false
	}
	i.self = self.ID
	i.ok("Bot", fmt.Sprintf("Discord knows it as %s, application %s.", app.Name, app.ID))
	if app.NeedsCode {
		i.broken("Invitation", "Requires OAuth2 Code Grant is on, so no invitation works.", "Switch it off: "+portal+", page Bot.")
	}
	if app.OnlyOwners {
		i.note("Invitation", "Public Bot is off: only you can invite the bot.", "Switch it on, on the page Bot, if others shall.")
	}
	i.servers(ctx)
	return app, true
}

// servers counts where the bot was invited; Discord lists 200 at once.
func (i *inspector) servers(ctx context.Context) {
	var in []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if err := i.rest.do(ctx, call{method: http.MethodGet, route: "/users/@me/guilds"}, &in); err != nil {
		i.failed("Servers", err)
		return
	}
	there := i.guild == ""
	for _, g := range in {
		there = there || g.ID == i.guild
	}
	switch {
	case len(in) == 0:
		i.note("Servers", "The bot is in no server yet.", "Invite it: "+InviteURL(i.app))
	case len(in) == 1:
		i.ok("Servers", "It is in one server, "+in[0].Name+".")
	case len(in) >= 200:
		i.ok("Servers", "It is in 200 servers or more.")
	default:
		i.ok("Servers", fmt.Sprintf("It is in %d servers.", len(in)))
	}
	if !there && len(in) < 200 {
		i.refused("Servers", fmt.Sprintf("The bot is not in the server %s that DISCORD_GUILD_ID names, so nobody gets its commands.", i.guild),
			"Invite it there: "+InviteURL(i.app)+" Or leave DISCORD_GUILD_ID out, for commands in every server.")
	}
}

// received looks at the way on which interactions come.
func (i *inspector) received(ctx context.Context, app Application) {
	if i.key != nil {
		i.overHTTP(ctx, app)
		return
	}
	if app.Endpoint != "" {
		i.refused("Gateway", "Discord sends what people do to "+app.Endpoint+", not over the gateway, so nothing would be answered.",
			"Empty Interactions Endpoint URL: "+portal+", page General Information. Or set DISCORD_PUBLIC_KEY and PUBLIC_URL for HTTP mode.")
	}
	if err := i.gateway.ask(ctx); err != nil {
		i.failed("Gateway", err)
		return
	}
	info := i.gateway.info
	shards := "1 connection is"
	if info.Shards > 1 {
		shards = fmt.Sprintf("%d connections are", info.Shards)
	}
	how := fmt.Sprintf("%s, %s recommended, %d of %d session starts are left for today.", info.URL, shards, info.Limit.Remaining, info.Limit.Total)
	reset := adapterkit.InWords(time.Duration(info.Limit.ResetAfter) * time.Millisecond)
	switch left := info.Limit.Remaining; {
	case left == 0:
		i.broken("Gateway", how, "Don't start the bot before the count begins anew, in "+reset+". A program that runs may go on.")
	case left < fewStarts:
		i.note("Gateway", how, "Find out what starts so often; the count begins anew in "+reset+".")
	default:
		i.ok("Gateway", how)
	}
}

// commands compares what Discord has with what this program has.
func (i *inspector) commands(ctx context.Context) {
	where := "every server"
	if i.guild != "" {
		where = "server " + i.guild
	}
	_, _, there, same, err := i.registered(ctx, i.in.Commands)
	switch {
	case err != nil && i.guild != "" && (codeOf(err) == codeNoAccess || codeOf(err) == codeUnknownGuild):
		// said already: the bot is not there
	case err != nil:
		i.failed("Commands", err)
	case same:
		i.ok("Commands", fmt.Sprintf("All %d are registered for %s, as this program has them.", there, where))
	case there == 0:
		i.note("Commands", "None is registered for "+where+" yet.", "Start the bot: it registers them.")
	default:
		i.note("Commands", fmt.Sprintf("Discord has %d for %s, and they are not as this program has them.", there, where), "Start the bot again: it registers them anew.")
	}
}
