package group

import (
	"context"
	"slices"

	"studyhall/bot"
)

const (
	pingLabel = "Role to ping"
	fieldRole = "role"

	wordsPing bot.Text = "One role can be pinged when a question is posted. Reminders, results and everything else ping nobody."
	wordsNone bot.Text = "Now: nobody is pinged."

	wordsPingElsewhere bot.Text = "A role is chosen in the group's channel, where its people are. Nothing was changed. Type /group there."

	faultNoRole   = "I don't find that role here. Please choose another one."
	faultEveryone = "Everybody at once is never pinged. Please choose a smaller role."
)

// canPing reports whether the platform of any of a group's channels can ping roles.
func (s *Service) canPing(d Details) bool {
	return slices.ContainsFunc(d.Channels, func(c Channel) bool { return s.c.Bot.CanPing(c.ID) })
}

// pingIn is the channel of a space in which questions ping a role, if posts there can.
func (s *Service) pingIn(d Details, space bot.SpaceID) (bot.ChannelID, bool) {
	for _, c := range d.Channels {
		if c.Space == space && !c.Gone && s.c.Bot.CanPing(c.ID) {
			return c.ID, true
		}
	}
	return "", false
}

// wordsPinged says who is pinged, and what keeps that from working.
func (s *Service) wordsPinged(ctx context.Context, d Details) bot.Text {
	if d.Habits.Ping == "" {
		return bot.Textf("%s: none.", pingLabel)
	}
	ch, ok := s.pingIn(d, d.Habits.PingSpace)
	if !ok {
		return bot.Textf("%s: the group has no channel any more where the role is.", pingLabel)
	}
	about, err := s.c.Bot.Audience(ctx, ch, d.Habits.Ping)
	if err != nil {
		return bot.Textf("%s: one that I can't find just now.", pingLabel)
	}
	return wordsAudience(about)
}

func wordsAudience(about bot.Audience) bot.Text {
	text := bot.Textf("%s: %s.", pingLabel, bot.Clip(about.Name, 60))
	if about.Fix != "" {
		text += bot.Textf(" Nobody is notified yet. To fix it: %s.", about.Fix)
	}
	return text
}

// pingPage shows who is pinged.
func (s *Service) pingPage(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return s.pingCard(ctx, i, d), nil
}

func (s *Service) pingCard(ctx context.Context, i bot.Interaction, d Details) bot.Response {
	path := PathGroup(d.Group.ID)
	now, controls := wordsNone, []bot.Control{button("Choose a role", path+"/ping/choose")}
	if d.Habits.Ping != "" {
		now, controls = s.wordsPinged(ctx, d), append(controls, button("Ping nobody", path+"/ping/none"))
	}
	controls = append(controls, button(weeksLabel, path+"/weeks"))
	return show(i, &bot.Card{Title: pingLabel, Body: lines(wordsPing, now), Footer: wordsOnlyYou, Controls: rows(controls...)})
}

// askPing opens the form in which a role is chosen.
func (s *Service) askPing(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if _, ok := s.pingIn(d, i.Space); !ok {
		return bot.Response{}, problem(wordsPingElsewhere, button("Group page", PathGroup(group)))
	}
	field := bot.Field{Name: fieldRole, Label: "Role", Kind: bot.AudienceField, Required: true, Help: "Its people are notified of each new question"}
	if d.Habits.PingSpace == i.Space && d.Habits.Ping != "" {
		field.Initial = []string{string(d.Habits.Ping)}
	}
	return bot.Response{Form: &bot.Form{Title: pingLabel, Submit: "Save", Action: PathGroup(group) + "/ping/set", Fields: []bot.Field{field}}}, nil
}

// setPing keeps the role.
func (s *Service) setPing(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	invalid := func(words string) (bot.Response, error) {
		return bot.Response{Invalid: map[string]string{fieldRole: words}}, nil
	}
	ch, ok := s.pingIn(d, i.Space)
	if !ok {
		return bot.Response{}, problem(wordsPingElsewhere, button("Group page", PathGroup(group)))
	}
	role := bot.AudienceID(i.Values.Get(fieldRole))
	about, err := s.c.Bot.Audience(ctx, ch, role)
	switch {
	case err != nil:
		s.log.Warn("role not found", "group", group, "err", err)
		return invalid(faultNoRole)
	case about.Everyone:
		return invalid(faultEveryone)
	}
	return s.keepHabit(ctx, i, d, func(h *Habits) { h.Ping, h.PingSpace = role, i.Space }, func(Details) bot.Text {
		return lines(wordsAudience(about), wordsPing)
	})
}

// noPing has nobody pinged.
func (s *Service) noPing(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return s.keepHabit(ctx, i, d, func(h *Habits) { h.Ping, h.PingSpace = "", "" }, func(Details) bot.Text { return lines(wordsNone, wordsPing) })
}
