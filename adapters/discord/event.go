package discord

import (
	"context"
	"encoding/json"
	"runtime/debug"

	"studyhall/bot"
)

// event takes what the gateway says. It returns at once.
func (a *Adapter) event(kind string, data json.RawMessage) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("panic", "event", kind, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch kind {
	case "INTERACTION_CREATE":
		a.receive(data)
	case "MESSAGE_CREATE":
		a.typed(data)
	case "READY":
		a.greeted(data)
	case "GUILD_CREATE":
		a.joined(data)
	case "GUILD_DELETE", "CHANNEL_DELETE", "THREAD_DELETE":
		a.gone(kind, data)
	case "CHANNEL_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_UPDATE":
		var changed struct {
			ID    string `json:"id"`
			Guild string `json:"guild_id"`
		}
		if json.Unmarshal(data, &changed) == nil {
			a.channels.Forget(changed.ID)
			a.guilds.Forget(changed.ID)
			a.guilds.Forget(changed.Guild)
		}
	}
}

// gone hears that a place is no more. A server that is unavailable has an
// outage, and comes back by itself.
func (a *Adapter) gone(kind string, data json.RawMessage) {
	var gone struct {
		ID          string `json:"id"`
		Guild       string `json:"guild_id"`
		Unavailable bool   `json:"unavailable"`
	}
	if json.Unmarshal(data, &gone) != nil || !isSnowflake(gone.ID) || gone.Unavailable {
		return
	}
	n := bot.Notice{Kind: bot.ChannelGone, Channel: channelID(gone.ID)}
	if isSnowflake(gone.Guild) {
		n.Space = spaceID(gone.Guild)
	}
	if kind == "GUILD_DELETE" {
		n = bot.Notice{Kind: bot.SpaceGone, Space: spaceID(gone.ID)}
		a.mu.Lock()
		delete(a.in, gone.ID)
		a.mu.Unlock()
	}
	a.channels.Forget(gone.ID)
	server := gone.Guild
	if kind == "GUILD_DELETE" {
		server = gone.ID
	}
	a.inLine(server, func(ctx context.Context) { a.core.Notice(ctx, n) })
}

// greeted learns in which servers the bot is when a session begins.
func (a *Adapter) greeted(data json.RawMessage) {
	var ready struct {
		Guilds []struct {
			ID string `json:"id"`
		} `json:"guilds"`
	}
	if json.Unmarshal(data, &ready) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, g := range ready.Guilds {
		a.in[g.ID] = true
	}
}

// joined hears of a server: at the beginning of a session and after an outage of
// every one, otherwise because the bot was invited. Then its channels may be
// posted to, those that an earlier removal had closed too.
func (a *Adapter) joined(data json.RawMessage) {
	var g struct {
		ID       string    `json:"id"`
		Channels []channel `json:"channels"`
	}
	if err := json.Unmarshal(data, &g); err != nil || !isSnowflake(g.ID) {
		return
	}
	a.mu.Lock()
	known := a.in[g.ID]
	a.in[g.ID] = true
	a.mu.Unlock()
	a.inLine(g.ID, func(ctx context.Context) {
		if known { // perhaps it was left and joined again while nothing was heard
			a.core.Notice(ctx, bot.Notice{Kind: bot.SpaceThere, Space: spaceID(g.ID)})
			return
		}
		for _, c := range g.Channels {
			if isSnowflake(c.ID) && (c.Type == channelText || c.Type == channelAnnouncement) {
				a.core.Notice(ctx, bot.Notice{Kind: bot.Welcomed, Space: spaceID(g.ID), Channel: channelID(c.ID)})
			}
		}
	})
}

// acted tells the core that the bot is in a server where somebody just used it,
// for over HTTP nothing else says so. It returns when that has been heard, so that
// the person is answered by what holds now.
func (a *Adapter) acted(ctx context.Context, server string) {
	if a.key == nil || !isSnowflake(server) {
		return
	}
	if _, told := a.present.Get(server); told {
		return
	}
	a.present.Put(server, true, memoTime)
	a.core.Notice(ctx, bot.Notice{Kind: bot.SpaceThere, Space: spaceID(server)})
}

// inLine does what is to be told of a server after what came before it.
func (a *Adapter) inLine(server string, do func(context.Context)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line, busy := a.lines[server]
	a.lines[server] = append(line, do)
	if !busy {
		a.life.Background(func(ctx context.Context) { a.nextInLine(ctx, server) })
	}
}

// nextInLine does the first of what is to be told of a server, and has the rest
// follow even if that panics.
func (a *Adapter) nextInLine(ctx context.Context, server string) {
	a.mu.Lock()
	do := a.lines[server][0]
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.lines[server] = a.lines[server][1:]; len(a.lines[server]) == 0 {
			delete(a.lines, server)
			return
		}
		a.life.Background(func(ctx context.Context) { a.nextInLine(ctx, server) })
	}()
	do(ctx)
}
