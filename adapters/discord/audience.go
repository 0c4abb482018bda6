package discord

import (
	"context"
	"fmt"

	"studyhall/bot"
)

const permitEveryone = 1 << 17 // "Mention @everyone, @here, and All Roles" in Discord's menus

// Audience is a role of a channel's server. Discord notifies it if anybody may
// mention it, or the bot all roles; otherwise it shows the name and nothing more.
func (a *Adapter) Audience(ctx context.Context, ch bot.ChannelID, id bot.AudienceID) (bot.Audience, error) {
	role, err := snowflake(id)
	if err != nil {
		return bot.Audience{}, err
	}
	if err := a.WaitReady(ctx); err != nil { // before that we don't know who we are
		return bot.Audience{}, err
	}
	c, err := a.channel(ctx, ch, false)
	if err != nil {
		return bot.Audience{}, err
	}
	if c.Guild == "" {
		return bot.Audience{}, fmt.Errorf("%s is a private conversation", ch)
	}
	in := c
	if c.thread() {
		if in, err = a.channel(ctx, channelID(c.Parent), false); err != nil {
			return bot.Audience{}, err
		}
	}
	g, err := a.server(ctx, c.Guild, true)
	if err != nil {
		return bot.Audience{}, err
	}
	me, err := a.member(ctx, c.Guild, a.self)
	if err != nil {
		return bot.Audience{}, err
	}
	about, ok := g.audience(role, g.in(in, a.self, me.Roles))
	if !ok {
		return about, fmt.Errorf("no role %s in server %s", role, c.Guild)
	}
	return about, nil
}

// audience is a role as posts of somebody with such permissions concern it.
func (g guild) audience(role string, has uint64) (bot.Audience, bool) {
	for _, r := range g.Roles {
		if r.ID != role {
			continue
		}
		about := bot.Audience{Name: "@" + r.Name, Everyone: r.ID == g.ID}
		if !r.Mentionable && has&permitEveryone == 0 {
			about.Fix = "open the server's settings, then Roles, then " + r.Name + ", and switch on: Allow anyone to @mention this role"
		}
		return about, true
	}
	return bot.Audience{}, false
}
