package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"studyhall/bot"
)

// Permissions, with the names that Discord's menus give them:
// docs.discord.com/developers/topics/permissions.
const (
	permitView       = 1 << 10
	permitSend       = 1 << 11
	permitAttach     = 1 << 15
	permitHistory    = 1 << 16
	permitThreadSend = 1 << 38
	permitAll        = 1<<53 - 1
)

// Types of channels that are threads: in announcements, public, private.
const (
	threadNews    = 10
	threadPublic  = 11
	threadPrivate = 12
)

type channel struct {
	ID         string      `json:"id"`
	Type       int         `json:"type"`
	Guild      string      `json:"guild_id"`
	Name       string      `json:"name"`
	Parent     string      `json:"parent_id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

func (c channel) thread() bool {
	return c.Type == threadNews || c.Type == threadPublic || c.Type == threadPrivate
}

// overwrite is what a channel allows or denies a role (type 0) or a member (1).
type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"`
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

type guild struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner_id"`
	Roles []struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Mentionable bool   `json:"mentionable"` // by anybody
		Permissions string `json:"permissions"`
	} `json:"roles"`
}

// bits reads a set of permissions, which is a number in digits.
func bits(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// base are a member's permissions in the server.
func (g guild) base(user string, roles []string) uint64 {
	if user == g.Owner {
		return permitAll
	}
	var all uint64
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(roles, r.ID) { // everyone's role has the server's identifier
			all |= bits(r.Permissions)
		}
	}
	if all&permitAdminister != 0 {
		return permitAll
	}
	return all
}

// in are a member's permissions in a channel: everyone's overwrite, then those of
// the member's roles together, then the member's own.
func (g guild) in(c channel, user string, roles []string) uint64 {
	all := g.base(user, roles)
	if all == permitAll {
		return all
	}
	var allow, deny uint64
	for _, o := range c.Overwrites {
		switch {
		case o.ID == g.ID:
			all = all&^bits(o.Deny) | bits(o.Allow)
		case o.Type == 0 && slices.Contains(roles, o.ID):
			allow, deny = allow|bits(o.Allow), deny|bits(o.Deny)
		}
	}
	all = all&^deny | allow
	for _, o := range c.Overwrites {
		if o.Type == 1 && o.ID == user {
			all = all&^bits(o.Deny) | bits(o.Allow)
		}
	}
	return all
}

// channel asks what a channel is, remembered for a minute unless fresh.
func (a *Adapter) channel(ctx context.Context, ch bot.ChannelID, fresh bool) (channel, error) {
	id, err := snowflake(ch)
	if err != nil {
		return channel{}, ourFault(err)
	}
	if c, ok := a.channels.Get(id); ok && !fresh {
		return c, nil
	}
	var c channel
	if err := a.rest.do(ctx, call{method: http.MethodGet, route: "/channels/*", args: []string{id}}, &c); err != nil {
		return c, err
	}
	a.channels.Put(id, c, memoTime)
	return c, nil
}

func (a *Adapter) server(ctx context.Context, id string, fresh bool) (guild, error) {
	if g, ok := a.guilds.Get(id); ok && !fresh {
		return g, nil
	}
	var g guild
	if err := a.rest.do(ctx, call{method: http.MethodGet, route: "/guilds/*", args: []string{id}}, &g); err != nil {
		return g, err
	}
	a.guilds.Put(id, g, memoTime)
	return g, nil
}

func (a *Adapter) member(ctx context.Context, guild, user string) (membership, error) {
	var m membership
	err := a.rest.do(ctx, call{method: http.MethodGet, route: "/guilds/*/members/*", args: []string{guild, user}}, &m)
	return m, err
}

// Profile is a person's name in a server and whether they may manage it. Discord
// knows nobody's time zone.
func (a *Adapter) Profile(ctx context.Context, space bot.SpaceID, user bot.UserID) (bot.Profile, error) {
	person, err := snowflake(user)
	if err != nil {
		return bot.Profile{}, err
	}
	server, err := snowflake(space)
	if err != nil { // from a private conversation
		var p account
		err := a.rest.do(ctx, call{method: http.MethodGet, route: "/users/*", args: []string{person}}, &p)
		return bot.Profile{Name: p.name()}, err
	}
	if p, ok := a.members.Get(server + "/" + person); ok {
		return p, nil
	}
	m, err := a.member(ctx, server, person)
	if err != nil {
		return bot.Profile{}, err
	}
	g, err := a.server(ctx, server, false)
	if err != nil {
		return bot.Profile{Name: m.name()}, err
	}
	m.Permissions = strconv.FormatUint(g.base(person, m.Roles), 10)
	p := m.profile()
	a.members.Put(server+"/"+person, p, memoTime)
	return p, nil
}

// Check tells which of the permissions that posting takes is missing, by the
// name that Discord's menus give it.
func (a *Adapter) Check(ctx context.Context, ch bot.ChannelID) error {
	if err := a.WaitReady(ctx); err != nil { // before that we don't know who we are
		return deliveryFault(&notSent{err})
	}
	c, err := a.channel(ctx, ch, true)
	if codeOf(err) == codeNoAccess {
		return a.unseen(ch, err)
	}
	if err != nil {
		return deliveryFault(err)
	}
	if c.Guild == "" {
		return nil
	}
	place, send, sendName := c, uint64(permitSend), "Send Messages"
	if c.thread() {
		send, sendName = permitThreadSend, "Send Messages in Threads"
		if place, err = a.channel(ctx, channelID(c.Parent), true); err != nil {
			return deliveryFault(err)
		}
	}
	g, err := a.server(ctx, c.Guild, true)
	if err != nil {
		return deliveryFault(err)
	}
	me, err := a.member(ctx, c.Guild, a.self)
	if err != nil {
		return deliveryFault(err)
	}
	has := g.in(place, a.self, me.Roles)
	var missing []string
	for _, p := range []struct {
		bit  uint64
		name string
	}{{permitView, "View Channel"}, {send, sendName}, {permitAttach, "Attach Files"}, {permitHistory, "Read Message History"}} {
		if has&p.bit == 0 {
			missing = append(missing, p.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsNoPermission, Fix: fixPermissions(place.Name, missing...),
		Err: errors.New("missing: " + strings.Join(missing, ", "))}
}

// ChannelName is a channel's name as people write it; of one that the bot no
// longer sees, its last.
func (a *Adapter) ChannelName(ctx context.Context, ch bot.ChannelID) (string, error) {
	c, err := a.channel(ctx, ch, false)
	if codeOf(err) == codeNoAccess || codeOf(err) == codeUnknownChannel {
		if id, _ := snowflake(ch); a.channels.Last(id).Name != "" {
			c, err = a.channels.Last(id), nil
		}
	}
	if err != nil {
		return "", err
	}
	switch {
	case c.Name == "":
		return "", errors.New("a private conversation has no name")
	case c.thread():
		return c.Name, nil
	}
	return "#" + c.Name, nil
}

// Place is the server of a channel.
func (a *Adapter) Place(ctx context.Context, ch bot.ChannelID) (bot.Place, error) {
	c, err := a.channel(ctx, ch, false)
	if err != nil {
		return bot.Place{}, err
	}
	if c.Guild == "" {
		return bot.Place{}, errors.New("a private conversation is in no server")
	}
	g, err := a.server(ctx, c.Guild, false)
	if err != nil {
		return bot.Place{}, err
	}
	return bot.Place{Space: spaceID(c.Guild), Name: g.Name}, nil
}
