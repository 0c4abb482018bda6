package group

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// PinNotice says that a question could not be pinned, or not be unpinned. The
// question itself is there all the same.
func PinNotice(p schedule.Pinning, r schedule.Refusal) Notice {
	n := Notice{Group: p.Group, Kind: NoticePin, Cause: "unpin/" + p.Target, Data: NoticeData{
		Channel: bot.ChannelID(p.Target), Problem: r.Cause, Fix: r.Fix, Unpin: !p.Pin,
	}}
	if p.Pin {
		n.Cause = "pin/" + p.Target
	}
	return n
}

const (
	wordsPins bot.Text = "The open question stands among the channel's pinned messages, and leaves them when it closes.\n" +
		"What people pinned stays as it is."
	wordsPinLater bot.Text = "The question itself is there, and everybody can answer it."
	wordsUnpin    bot.Text = "Somebody who may do so can also unpin it by hand."
	wordsPinTry   bot.Text = "If it doesn't work, a note to the organisers says why."

	pinLabel      = "Pin the open question"
	labelPinAgain = "Pin it again"
)

// canPin reports whether the platform of any of a group's channels can pin.
func (s *Service) canPin(d Details) bool {
	return slices.ContainsFunc(d.Channels, func(c Channel) bool { return s.c.Bot.CanPin(c.ID) })
}

// pinAgain tries again what could not be pinned or unpinned.
func (s *Service) pinAgain(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	if _, _, err := s.organiser(ctx, i, group); err != nil {
		return bot.Response{}, err
	}
	if err := s.c.Store.PinAgain(ctx, group, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	path := PathGroup(group)
	return show(i, &bot.Card{Title: "Trying again", Body: wordsPinTry, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button(weeksLabel, path+"/weeks"))}), nil
}

// pinCard shows a notice about pins to organisers.
func pinCard(c *bot.Card, d Details, n Notice) {
	after := wordsPinLater
	if n.Data.Unpin {
		after = wordsUnpin
	}
	path := PathGroup(d.Group.ID)
	c.Body = lines(bot.Textf("%s", n.Data.Problem), wordsFix(bot.Textf("%s", n.Data.Fix), labelPinAgain), after)
	c.Controls = rows(primary(labelPinAgain, path+"/pin"), button("Pins on or off", path+"/choose/"+habitPin), button("Group page", path))
}

func (s *Service) pinTitle(ctx context.Context, n Notice) bot.Text {
	where := bot.Clip(s.channelName(ctx, n.Data.Channel), 30)
	if n.Data.Unpin {
		return bot.Textf("A question is still pinned in %s", where)
	}
	return bot.Textf("The question could not be pinned in %s", where)
}
