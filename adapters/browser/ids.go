package browser

import (
	"strconv"
	"strings"

	"studyhall/bot"
)

// Every identifier of this adapter is made and read here.
const (
	hall          bot.SpaceID = Name + ":hall"
	channelPrefix             = Name + ":c/" // then the channel's name
	directPrefix              = Name + ":d/" // then the person's identifier
	threadPrefix              = Name + ":t/" // then the number of the message it hangs on
	userPrefix                = Name + ":u/" // then the person's identifier
	messagePrefix             = Name + ":m/" // then the message's number
)

func channelID(name string) bot.ChannelID  { return bot.ChannelID(channelPrefix + name) }
func directID(person string) bot.ChannelID { return bot.ChannelID(directPrefix + person) }
func userID(person string) bot.UserID      { return bot.UserID(userPrefix + person) }

func threadID(message int64) bot.ChannelID {
	return bot.ChannelID(threadPrefix + strconv.FormatInt(message, 10))
}

func messageID(number int64) bot.MessageID {
	return bot.MessageID(messagePrefix + strconv.FormatInt(number, 10))
}

// messageNumber reads a message's number; false for identifiers made elsewhere.
func messageNumber(id bot.MessageID) (int64, bool) {
	digits, ok := strings.CutPrefix(string(id), messagePrefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && n > 0
}

// short is an identifier as addresses carry it, without the adapter's name.
func short[ID ~string](id ID) string { return strings.TrimPrefix(string(id), Name+":") }

// validName accepts what may stand in an identifier and in an address as it is.
func validName(s string) bool {
	return s != "" && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
