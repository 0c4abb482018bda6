package slack

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"studyhall/bot"
)

// dateFormat is how Slack shows an instant to each reader in their own zone:
// "tomorrow at 7:00 AM", or "Nov 24, 2026 at 7:00 AM".
const dateFormat = "{date_short_pretty} at {time}"

// shortcode is what plain_text may show as an emoji although emoji is off.
var shortcode = regexp.MustCompile(`:[^\s:]+:`)

// escape makes literal text safe where Slack looks for its own markup, as in a
// message's "text". Slack decodes these three entities and no others.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// unescape undoes what Slack does to text that people type.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// fallback is a message's "text": escaped words, cut before the limit that
// updates and whispers have.
func fallback(t bot.Text) string {
	words := t.Plain()
	if utf8.RuneCountInString(escape(words)) <= limitText {
		return escape(words)
	}
	var b strings.Builder
	left := limitText - 1
	for _, r := range words {
		e := escape(string(r))
		if left -= utf8.RuneCountInString(e); left < 0 {
			break
		}
		b.WriteString(e)
	}
	return b.String() + "…"
}

// plain is a plain_text object, nil when there is nothing to say.
func plain(s string) *slack.TextBlockObject {
	if s == "" {
		return nil
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// showsPlainly reports whether plain_text certainly shows the text as it is:
// Slack does not say what it does there with entities and emoji names.
func showsPlainly(t bot.Text) bool {
	for _, p := range t.Parts() {
		if p.Kind != bot.LiteralPart {
			return false
		}
	}
	return !strings.ContainsAny(string(t), "&<>\n") && !shortcode.MatchString(string(t))
}

// writer makes rich text for one workspace. Accounts of other workspaces and
// platforms are shown by name; with no team any Slack account is linked.
type writer struct{ team string }

// rich turns text into the elements of a rich text section.
func (w writer) rich(t bot.Text, style *slack.RichTextSectionTextStyle) []slack.RichTextSectionElement {
	var elements []slack.RichTextSectionElement
	words := func(s string) {
		if s != "" {
			elements = append(elements, slack.NewRichTextSectionTextElement(s, style))
		}
	}
	for _, p := range t.Parts() {
		switch p.Kind {
		case bot.MentionPart:
			if user, ok := w.account(p.User); ok {
				elements = append(elements, slack.NewRichTextSectionUserElement(user, style))
			} else {
				words(p.Literal)
			}
		case bot.WhenPart:
			date := slack.NewRichTextSectionDateElement(p.Time.Unix(), dateFormat, nil, &p.Literal)
			date.Style = style
			elements = append(elements, date)
		default:
			words(p.Literal)
		}
	}
	return elements
}

// account is the Slack identifier of an account that can be linked here.
func (w writer) account(id bot.UserID) (user string, ok bool) {
	team, user, err := parseUser(id)
	return user, err == nil && (w.team == "" || w.team == team)
}

// small turns one line into the elements of a context block. A line with more
// tokens than a context block holds elements is given in words.
func (w writer) small(line bot.Text) []slack.MixedElement {
	var elements []slack.MixedElement
	for _, p := range line.Parts() {
		switch text := strings.TrimSpace(p.Literal); p.Kind {
		case bot.MentionPart:
			if user, ok := w.account(p.User); ok {
				elements = append(elements, token("<@"+user+">"))
			} else if text != "" {
				elements = append(elements, plain(text))
			}
		case bot.WhenPart:
			elements = append(elements, token(dateToken(p)))
		default:
			if text != "" {
				elements = append(elements, plain(text))
			}
		}
	}
	if len(elements) > limitContextElements {
		return []slack.MixedElement{plain(line.Plain())}
	}
	return elements
}

// token is a mrkdwn object that holds one token of our own making.
func token(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}
