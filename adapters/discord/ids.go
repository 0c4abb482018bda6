package discord

import (
	"fmt"
	"strings"

	"studyhall/bot"
)

// name begins every identifier of this adapter.
const name = "discord"

// Discord's own identifiers are unique everywhere:
//
//	space    discord:1 (a server)
//	user     discord:2
//	channel  discord:3 (a channel, a thread or a private conversation)
//	message  discord:3/4

func spaceID(guild string) bot.SpaceID       { return bot.SpaceID(name + ":" + guild) }
func userID(user string) bot.UserID          { return bot.UserID(name + ":" + user) }
func channelID(channel string) bot.ChannelID { return bot.ChannelID(name + ":" + channel) }

func messageID(channel, message string) bot.MessageID {
	return bot.MessageID(name + ":" + channel + "/" + message)
}

// snowflake is Discord's part of a space's, user's or channel's identifier.
func snowflake[ID ~string](id ID) (string, error) {
	s, ok := strings.CutPrefix(string(id), name+":")
	if !ok || !isSnowflake(s) {
		return "", fmt.Errorf("%q is no identifier of Discord's", string(id))
	}
	return s, nil
}

func parseMessage(id bot.MessageID) (channel, message string, err error) {
	rest, ours := strings.CutPrefix(string(id), name+":")
	channel, message, ok := strings.Cut(rest, "/")
	if !ours || !ok || !isSnowflake(channel) || !isSnowflake(message) {
		return "", "", fmt.Errorf("%q names no Discord message", id)
	}
	return channel, message, nil
}

// isSnowflake reports whether s may be one of Discord's identifiers: a 64-bit
// number in decimal digits, without zeros before it.
func isSnowflake(s string) bool {
	return s != "" && len(s) <= 20 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
