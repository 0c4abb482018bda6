package slack

import (
	"context"
	"encoding/json"
	"time"

	"studyhall/bot"
)

// presentTime is how long the core needn't hear again that the bot is in a
// workspace.
const presentTime = time.Minute

// outer is what surrounds an event: docs.slack.dev/apis/events-api.
type outer struct {
	Type           string `json:"type"`
	ID             string `json:"event_id"`
	Team           string `json:"team_id"`
	Authorizations []struct {
		Team string `json:"team_id"`
	} `json:"authorizations"`
	Event json.RawMessage `json:"event"`
}

// team is the workspace that the event is for: of a channel that is shared, the
// one that has the app.
func (o outer) team() string {
	for _, a := range o.Authorizations {
		if isID(a.Team) {
			return a.Team
		}
	}
	if isID(o.Team) {
		return o.Team
	}
	return ""
}

// happened is an event about a place or a person. Channels are an object in some
// events and an identifier in others.
type happened struct {
	Type    string          `json:"type"`
	Tab     string          `json:"tab"`
	User    json.RawMessage `json:"user"`
	Channel json.RawMessage `json:"channel"`
	Old     string          `json:"old_channel_id"`
	New     string          `json:"new_channel_id"`
	Tokens  struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

// identifier reads an identifier, or that of an object.
func identifier(raw json.RawMessage) string {
	var id string
	var object named
	if json.Unmarshal(raw, &id) != nil && json.Unmarshal(raw, &object) == nil {
		id = object.ID
	}
	if !isID(id) {
		return ""
	}
	return id
}

// deactivated reports whether a person that an event is about has no account any more.
func deactivated(user json.RawMessage) bool {
	var u struct {
		Deleted bool `json:"deleted"`
	}
	return json.Unmarshal(user, &u) == nil && u.Deleted
}

// left has Slack asked anew about somebody whose account was closed. The shelf keeps
// their conversation: what was posted there can still be looked for.
func (a *Adapter) left(ctx context.Context, team, user string) {
	w, err := a.spaces.of(ctx, team)
	if err != nil {
		a.log.Warn("a closed account is taken to be open for up to an hour", "team", team, "err", err)
		return
	}
	a.directs.Forget(directKey(w, user))
	if !a.overHTTP() {
		return
	}
	if err := a.config.Shelf.Put(ctx, leftSpace, directKey(w, user), nil, directKept); err != nil {
		a.log.Warn("other copies take a closed account to be open for up to an hour", "team", team, "err", err)
	}
}

// hasLeft reports whether another copy of the program heard lately that somebody's
// account was closed.
func (a *Adapter) hasLeft(ctx context.Context, key string) bool {
	if !a.overHTTP() {
		return false
	}
	_, left, err := a.config.Shelf.Get(ctx, leftSpace, key)
	if err != nil {
		a.log.Warn("it isn't known whether an account was closed", "err", err)
	}
	return left || err != nil
}

// event takes what Slack tells. It returns at once.
func (a *Adapter) event(payload json.RawMessage) {
	var o outer
	var e happened
	if json.Unmarshal(payload, &o) != nil && len(o.Event) == 0 {
		return
	}
	if o.Type == "app_rate_limited" {
		a.log.Warn("Slack leaves out events of a workspace, since there were too many", "team", o.Team)
		return
	}
	// What can't be read of an event stays empty, and is looked at where it is used.
	_ = json.Unmarshal(o.Event, &e)
	team := o.team()
	if team == "" {
		return
	}
	channel, user := identifier(e.Channel), identifier(e.User)
	switch e.Type {
	case "message", "app_mention":
		a.said(team, o.Event)
	case "app_home_opened":
		if e.Tab == "home" && user != "" {
			a.looks(team, user)
			a.refresh(team, user)
		}
	case "user_change":
		a.people.Forget(team + "/" + user)
		if deactivated(e.User) && user != "" {
			a.inLine(team, func(ctx context.Context) { a.left(ctx, team, user) })
		}
	case "app_uninstalled":
		a.inLine(team, func(ctx context.Context) { a.spaces.gone(ctx, team) })
	case "tokens_revoked":
		if len(e.Tokens.Bot) > 0 { // those of people are none of ours
			a.inLine(team, func(ctx context.Context) { a.spaces.gone(ctx, team) })
		}
	default:
		a.placeChanged(team, e, channel, user)
	}
}

// said takes a message: words for the bot, or one of its own.
func (a *Adapter) said(team string, event json.RawMessage) {
	var m typedMessage
	if json.Unmarshal(event, &m) != nil && m.TS == "" {
		return
	}
	if m.Type == "message" && m.Metadata.Type == eventType && m.Subtype != "message_changed" {
		a.life.Background(func(ctx context.Context) { // anybody can copy a key
			if w, err := a.spaces.of(ctx, team); err == nil && w.wrote(m.User, m.Bot) {
				a.posted(team, m.Channel, m.TS, m.Metadata.Payload.Key)
			}
		})
		return
	}
	a.typed(team, m)
}

// placeChanged tells the core what happened to a channel.
func (a *Adapter) placeChanged(team string, e happened, channel, user string) {
	n := bot.Notice{Space: spaceID(team), Channel: place{team: team, channel: channel}.id()}
	ours := false // only if it is about the bot itself
	switch e.Type {
	case "member_joined_channel":
		n.Kind, ours = bot.Welcomed, true
	case "member_left_channel":
		n.Kind, ours = bot.ChannelGone, true
	case "channel_unarchive", "group_unarchive":
		n.Kind = bot.Welcomed
	case "channel_left", "group_left", "channel_archive", "group_archive", "channel_deleted", "group_deleted":
		n.Kind = bot.ChannelGone
	case "channel_id_changed":
		if !isID(e.Old) || !isID(e.New) {
			return
		}
		channel = e.Old
		n.Kind, n.Channel, n.Moved = bot.ChannelMoved, place{team: team, channel: e.Old}.id(), place{team: team, channel: e.New}.id()
	case "channel_rename", "group_rename":
		a.channels.Forget(place{team: team, channel: channel}.key())
		return
	default:
		return
	}
	if channel == "" {
		return
	}
	a.inLine(team, func(ctx context.Context) {
		if ours {
			w, err := a.spaces.of(ctx, team)
			if err != nil {
				a.log.Warn("change of a place not told", "team", team, "err", err)
				return
			}
			if user != w.BotUser {
				return
			}
		}
		a.channels.Forget(place{team: team, channel: channel}.key())
		a.core.Notice(ctx, n)
	})
}

// acted tells the core that the bot is in a workspace where somebody just used
// it, since nothing else says so. It returns when that has been heard, so that the
// person is answered by what holds now.
func (a *Adapter) acted(ctx context.Context, team string) {
	if _, told := a.present.Get(team); told {
		return
	}
	a.present.Put(team, true, presentTime)
	a.core.Notice(ctx, bot.Notice{Kind: bot.SpaceThere, Space: spaceID(team)})
}

// inLine does what is to be told of a workspace after what came before it.
func (a *Adapter) inLine(team string, do func(context.Context)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line, busy := a.lines[team]
	a.lines[team] = append(line, do)
	if !busy {
		a.life.Background(func(ctx context.Context) { a.nextInLine(ctx, team) })
	}
}

// nextInLine does the first of what is to be told of a workspace, and has the rest
// follow even if that panics.
func (a *Adapter) nextInLine(ctx context.Context, team string) {
	a.mu.Lock()
	do := a.lines[team][0]
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.lines[team] = a.lines[team][1:]; len(a.lines[team]) == 0 {
			delete(a.lines, team)
			return
		}
		a.life.Background(func(ctx context.Context) { a.nextInLine(ctx, team) })
	}()
	do(ctx)
}
