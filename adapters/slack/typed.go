package slack

import (
	"context"
	"strings"
	"time"
)

// typedMessage is a message that somebody wrote, as far as it is of use.
type typedMessage struct {
	Type     string `json:"type"`
	Subtype  string `json:"subtype"`
	User     string `json:"user"`
	Bot      string `json:"bot_id"`
	App      string `json:"app_id"`
	Text     string `json:"text"`
	TS       string `json:"ts"`
	Thread   string `json:"thread_ts"`
	Client   string `json:"client_msg_id"`
	Channel  string `json:"channel"`
	Kind     string `json:"channel_type"`
	Hidden   bool   `json:"hidden"`
	Metadata struct {
		Type    string `json:"event_type"`
		Payload struct {
			Key string `json:"key"`
		} `json:"event_payload"`
	} `json:"metadata"`
}

// byPerson reports whether somebody wrote it, and not a program or Slack itself.
func (m typedMessage) byPerson() bool {
	switch m.Subtype {
	case "", "file_share", "thread_broadcast":
	default:
		return false
	}
	return m.Bot == "" && m.App == "" && !m.Hidden && isID(m.User)
}

// typed answers words that are meant for the bot: what is written to it, and what
// mentions it. Only the person sees the answer, in the thread if it was there.
func (a *Adapter) typed(team string, m typedMessage) {
	if !m.byPerson() || !isID(m.Channel) || !isTimestamp(m.TS) || m.Type == "message" && m.Kind != "im" {
		return // what people say to each other is none of ours
	}
	who := team + "/" + m.User
	r := received{at: time.Now(), team: team, user: m.User, place: place{team: team, channel: m.Channel}, ack: func([]byte) bool { return false }}
	if isTimestamp(m.Thread) {
		r.place.thread = m.Thread
	}
	ok, full := a.crowd.Enter(who)
	if full {
		a.log.Error("too much at once, words were left out")
		return
	}
	a.life.Background(func(ctx context.Context) {
		if !ok {
			a.refuseFlood(ctx, r)
			return
		}
		defer a.crowd.Leave(who)
		a.reply(ctx, r, m)
	})
}

func (a *Adapter) reply(ctx context.Context, r received, m typedMessage) {
	w, err := a.spaces.of(ctx, r.team)
	if err != nil {
		a.log.Warn("typed words not answered", "team", r.team, "err", err)
		return
	}
	if m.User == w.BotUser {
		return
	}
	if m.Type == "app_mention" && !strings.HasPrefix(strings.TrimSpace(m.Text), "<@"+w.BotUser+">") {
		return // it is spoken of, not to
	}
	if a.saidBefore(ctx, r.team, m.Channel, m.TS, m.Client) {
		return // in a shared channel one message may come twice, and one gesture may make two
	}
	i := r.interaction()
	i.ID = name + ":m/" + r.team + "/" + m.Channel + "/" + m.TS
	i.Line = mentionedLine(r.team, w.BotUser, m.Text)
	if strings.TrimSpace(i.Line) == "" && m.Kind == "im" {
		return // a picture, say
	}
	c := a.exchange(r, i)
	a.acted(ctx, r.team)
	c.answer(ctx, a.core.Handle(ctx, i))
	a.touch(r)
}
