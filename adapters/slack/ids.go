package slack

import (
	"fmt"
	"strings"

	"studyhall/bot"
)

// name begins every identifier of this adapter.
const name = "slack"

// Identifiers hold the workspace, since Slack's own are unique only within one:
//
//	space    slack:T1
//	user     slack:T1/U2
//	audience slack:T1/S5, a user group
//	channel  slack:T1/C3, and slack:T1/C3~1700000000.000100 for a thread in it
//	message  slack:T1/C3/1700000000.000200, or with the thread before the slash

// place is where messages appear: a channel, or a thread in it.
type place struct {
	team, channel string
	thread        string // timestamp of the thread's first message, or ""
}

func spaceID(team string) bot.SpaceID { return bot.SpaceID(name + ":" + team) }

func userID(team, user string) bot.UserID { return bot.UserID(name + ":" + team + "/" + user) }

func audienceID(team, group string) bot.AudienceID {
	return bot.AudienceID(name + ":" + team + "/" + group)
}

func (p place) id() bot.ChannelID {
	id := name + ":" + p.team + "/" + p.channel
	if p.thread != "" {
		id += "~" + p.thread
	}
	return bot.ChannelID(id)
}

// message is the identifier of the message with that timestamp.
func (p place) message(ts string) bot.MessageID { return bot.MessageID(string(p.id()) + "/" + ts) }

func parseSpace(id bot.SpaceID) (team string, err error) {
	team, ok := strings.CutPrefix(string(id), name+":")
	if !ok || !isID(team) {
		return "", fmt.Errorf("%q names no Slack workspace", id)
	}
	return team, nil
}

func parseUser(id bot.UserID) (team, user string, err error) {
	rest, ours := strings.CutPrefix(string(id), name+":")
	team, user, ok := strings.Cut(rest, "/")
	if !ours || !ok || !isID(team) || !isID(user) {
		return "", "", fmt.Errorf("%q names no Slack account", id)
	}
	return team, user, nil
}

func parseAudience(id bot.AudienceID) (team, group string, err error) {
	if team, group, err = parseUser(bot.UserID(id)); err != nil { // of the same form
		return "", "", fmt.Errorf("%q names no Slack user group", id)
	}
	return team, group, nil
}

func parseChannel(id bot.ChannelID) (place, error) {
	rest, ours := strings.CutPrefix(string(id), name+":")
	team, channel, ok := strings.Cut(rest, "/")
	channel, thread, inThread := strings.Cut(channel, "~")
	if !ours || !ok || !isID(team) || !isID(channel) || (inThread && !isTimestamp(thread)) {
		return place{}, fmt.Errorf("%q names no Slack channel", id)
	}
	return place{team, channel, thread}, nil
}

func parseMessage(id bot.MessageID) (p place, ts string, err error) {
	i := strings.LastIndexByte(string(id), '/')
	if i < 0 || !isTimestamp(string(id[i+1:])) {
		return place{}, "", fmt.Errorf("%q names no Slack message", id)
	}
	p, err = parseChannel(bot.ChannelID(id[:i]))
	return p, string(id[i+1:]), err
}

// isID reports whether s may be one of Slack's identifiers: letters and digits.
func isID(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// isTimestamp reports whether s looks like a message's timestamp, "1700000000.000100".
func isTimestamp(s string) bool {
	seconds, micros, ok := strings.Cut(s, ".")
	return ok && seconds != "" && micros != "" && strings.Trim(seconds+micros, "0123456789") == ""
}
