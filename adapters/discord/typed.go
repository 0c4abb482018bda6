package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"studyhall/bot"
)

// sayPath begins the action that has the core take words as typed; see [bot.New].
const sayPath = "say/"

// typedMessage is a message that somebody wrote. Discord gives its words to a bot
// only in a private conversation, or if it mentions the bot.
type typedMessage struct {
	ID      string   `json:"id"`
	Channel string   `json:"channel_id"`
	Guild   string   `json:"guild_id"`
	Content string   `json:"content"`
	Webhook string   `json:"webhook_id"`
	Author  *account `json:"author"`
}

// typed answers words that are meant for the bot. A message can't be answered so
// that only its author sees it, while a press can: the answer is a button.
func (a *Adapter) typed(raw json.RawMessage) {
	var m typedMessage
	if err := json.Unmarshal(raw, &m); err != nil && m.Author == nil || m.Author == nil {
		return
	}
	line, ok := a.meant(m)
	if !ok || !isSnowflake(m.ID) || !isSnowflake(m.Channel) || a.recent.Seen(m.ID) {
		return
	}
	if ok, _ := a.crowd.Enter(m.Author.ID); !ok {
		return
	}
	a.life.Background(func(ctx context.Context) {
		defer a.crowd.Leave(m.Author.ID)
		if err := a.offer(ctx, m, line); err != nil {
			a.log.Warn("typed words not answered", "channel", channelID(m.Channel), "err", err)
		}
	})
}

// meant is what is said to the bot.
func (a *Adapter) meant(m typedMessage) (line string, ok bool) {
	if m.Author.Bot || m.Webhook != "" || m.Author.ID == a.self {
		return "", false
	}
	line = strings.TrimSpace(m.Content)
	for _, mention := range []string{"<@" + a.self + ">", "<@!" + a.self + ">"} {
		if rest, found := strings.CutPrefix(line, mention); found {
			return strings.TrimLeft(rest, " ,:\t\n"), true
		}
	}
	return line, m.Guild == "" && line != ""
}

// offer posts the button. Its nonce has Discord drop a second copy.
func (a *Adapter) offer(ctx context.Context, m typedMessage, line string) error {
	line = strings.Join(strings.Fields(string(bot.Typed(line))), " ")
	action := sayPath + line
	out := bot.Message{Text: wordsTypedLong}
	if utf8.RuneCountInString(action) <= bot.LimitPath {
		out = bot.Message{Card: &bot.Card{Body: wordsTyped, Controls: []bot.Row{{bot.Button{Label: labelShow, Action: action, Style: bot.Primary}}}}}
	}
	rendered, err := render(out)
	if err != nil {
		return err
	}
	rendered.Nonce, rendered.EnforceNonce = "typed"+m.ID[max(0, len(m.ID)-limitNonce+5):], true
	body, err := encode(rendered)
	if err != nil {
		return err
	}
	return a.rest.do(ctx, call{method: http.MethodPost, route: "/channels/*/messages", args: []string{m.Channel}, body: body, again: true}, nil)
}

// remember keeps the names of channels that an interaction tells of: the bot may
// not see all of them, and has to say which one it doesn't.
func (a *Adapter) remember(r received, d receivedData) {
	if r.Guild == "" {
		return
	}
	known := []channel{{ID: r.ChannelID, Type: r.Channel.Type, Name: r.Channel.Name}}
	for id, c := range d.Resolved.Channels {
		known = append(known, channel{ID: id, Type: c.Type, Name: c.Name})
	}
	for _, c := range slices.DeleteFunc(known, func(c channel) bool { return c.Name == "" || !isSnowflake(c.ID) }) {
		if _, ok := a.channels.Get(c.ID); ok {
			continue
		}
		c.Guild = r.Guild
		a.channels.Put(c.ID, c, memoTime)
	}
}
