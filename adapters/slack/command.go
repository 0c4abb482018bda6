package slack

import (
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"studyhall/bot"
)

// prefix is the command under which all others are reached: "/studyhall board".
const prefix = "studyhall"

// reference is how Slack writes a mention, a channel or a link in text that a
// person typed: "<@U1|ann>", "<#C1|general>", "<https://example.com|example>".
var reference = regexp.MustCompile(`<([@#]?)([^<>|]*)(?:\|([^<>]*))?>`)

// typedCommand reads a slash command: its name, or none for the prefix, whose
// text begins with the command's name; and the text as the person typed it.
func typedCommand(team, command, text string) (commandName, line string) {
	commandName = strings.TrimPrefix(command, "/")
	if commandName == prefix {
		commandName = ""
	}
	return commandName, typedLine(team, text)
}

// mentionedLine is what follows the mention of the bot in a message.
func mentionedLine(team, botUser, text string) string {
	for _, m := range []string{"<@" + botUser + ">"} {
		if before, after, ok := strings.Cut(text, m); ok && strings.TrimSpace(before) == "" {
			text = after
		}
	}
	return typedLine(team, text)
}

// typedLine undoes Slack's notation: people and channels become identifiers,
// links their own text, and entities characters.
func typedLine(team, text string) string {
	text = reference.ReplaceAllStringFunc(text, func(s string) string {
		m := reference.FindStringSubmatch(s)
		sign, target, shown := m[1], m[2], m[3]
		switch {
		case sign == "@" && isID(target):
			return string(userID(team, target))
		case sign == "#" && isID(target):
			return string(place{team: team, channel: target}.id())
		case shown != "":
			return shown
		}
		return target
	})
	return strings.TrimSpace(unescape(text))
}

// shownLine is what a person typed as others read it, with the names that Slack
// gives.
func shownLine(text string) string {
	text = reference.ReplaceAllStringFunc(text, func(s string) string {
		m := reference.FindStringSubmatch(s)
		sign, target, shown := m[1], m[2], m[3]
		switch {
		case sign == "@" && shown == "":
			return "@someone"
		case sign == "#" && shown == "":
			return "#channel"
		case shown != "":
			return sign + shown
		}
		return target
	})
	return strings.TrimSpace(unescape(text))
}

// suggestPath is the path of the suggester for the element with that action_id,
// and whether the field takes text of the person's own as well.
func suggestPath(actionID string) (path string, free, ok bool) {
	kind, path, ok := strings.Cut(actionID, ":")
	return path, kind != kindWord(bot.OneOf) && kind != kindWord(bot.AudienceField), ok && path != ""
}

// suggestionsBody answers what an external menu asked for. Such a menu takes
// nothing that it doesn't offer, so a field that takes a person's own words
// offers those too, last.
func suggestionsBody(all []bot.Option, typed string, free bool) ([]byte, error) {
	out := options(all[:min(len(all), limitOptions-1)])
	typed = strings.TrimSpace(typed)
	for _, o := range all {
		free = free && o.Value != typed
	}
	if free && typed != "" {
		out = append(out, slack.NewOptionBlockObject(cut(typed, limitOptionValue), plain(shortened(typed, limitOptionText)), nil))
	}
	return encode(struct {
		Options []*slack.OptionBlockObject `json:"options"`
	}{append([]*slack.OptionBlockObject{}, out...)})
}
