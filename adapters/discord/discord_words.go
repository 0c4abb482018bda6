package discord

import (
	"strings"

	"studyhall/bot"
)

// What people read from the adapter itself. Names of permissions are those of
// Discord's own menus.
const (
	wordsLimited      = "Discord asks me to slow down."
	wordsUnreachable  = "I can't reach Discord just now."
	wordsNoChannel    = "Discord says that channel is no more."
	wordsNoAccess     = "Discord doesn't let me see that channel any more."
	wordsNoPermission = "Discord doesn't let me post there."
	wordsNoMessage    = "That message is no more on Discord."
	wordsNoDirect     = "Discord says this person takes no direct messages from me."
	wordsArchived     = "That thread on Discord is archived."
	wordsLocked       = "That thread on Discord is locked."
	wordsQuarantined  = "Discord has stopped this bot from sending direct messages."
	wordsNoPin        = "Discord doesn't let me pin there."
	wordsPinsFull     = "Discord takes no more than 250 pinned messages in a channel."
	wordsOurLimit     = "The message broke one of Discord's limits."
	wordsToken        = "Discord doesn't accept the bot's token any more."
	wordsRefused      = "Discord refused that."

	fixNoChannel   = "open /group and choose another channel"
	fixNoDirect    = "allow direct messages from server members in the server's Privacy Settings"
	fixArchived    = "open the thread and press Unlock or Unarchive Thread"
	fixQuarantined = "ask whoever runs the bot to look at its page in Discord's developer portal"
	fixPinsFull    = "unpin some old messages in the channel"
	fixOurLimit    = "report this to the bot's authors"
	fixToken       = "ask whoever runs the bot to set a new DISCORD_TOKEN"
	fixRefused     = "ask whoever runs the bot to look at its log"
)

// wordsComplete says under an empty field where a list of what to enter is: the
// option of a command.
func wordsComplete(command, option string) string {
	return "For a list to choose from, close this and type /" + command + " " + option + ":"
}

// namePins is the permission for pins, in Discord's menus since February 2026.
const namePins = "Pin Messages"

// fixPermissions names permissions as Discord's menus do, and the way there.
func fixPermissions(channel string, names ...string) string {
	whose := "the channel's"
	if channel != "" {
		whose = "#" + channel + "'s"
	}
	return "open " + whose + " settings, then Permissions, and allow Studyhall: " + strings.Join(names, ", ")
}

// Labels and words of the adapter's own controls.
const (
	labelFix  = "Fix it"
	labelOpen = "Open"
	labelShow = "Show me"
)

const (
	wordsFaults     bot.Text = "Something in the form can't be used yet. What you filled in is kept."
	wordsLate       bot.Text = "It's ready now."
	wordsFlood      bot.Text = "That was a lot at once, so I left this one out. Nothing was changed. Please press again in a moment."
	wordsTyped      bot.Text = "Press Show me. Only you will see the answer."
	wordsTypedLong  bot.Text = "That was too long for me to read. Nothing was changed. Type /study or /group instead."
	wordsOldForm    bot.Text = "That form is no longer kept. Nothing was changed. Please begin again."
	wordsLargeFile           = "That file is too large. Nothing was changed. Please send one of up to %s."
	wordsUnreadFile bot.Text = "I couldn't read that file. Nothing was changed. Please send it again in a moment."
)
