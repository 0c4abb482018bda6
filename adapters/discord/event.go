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
			a.channels.forget(changed.ID)
			a.guilds.forget(changed.ID)
			a.guilds.forget(changed.Guild)
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
	a.channels.forget(gone.ID)
	a.background(func(ctx context.Context) { a.core.Notice(ctx, n) })
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
	if known {
		return
	}
	a.background(func(ctx context.Context) {
		for _, c := range g.Channels {
			if isSnowflake(c.ID) && (c.Type == channelText || c.Type == channelAnnouncement) {
				a.core.Notice(ctx, bot.Notice{Kind: bot.Welcomed, Space: spaceID(g.ID), Channel: channelID(c.ID)})
			}
		}
	})
}
