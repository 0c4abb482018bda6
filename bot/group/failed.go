package group

import (
	"context"
	"errors"
	"slices"
	"time"

	"studyhall/bot"
)

// failuresShown is how many failures a page lists.
const failuresShown = 4

// failuresFor is for how long failures are listed.
const failuresFor = 14 * 24 * time.Hour

// failed lists what could not be posted lately.
func (s *Service) failed(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	failures, err := s.c.Store.Failures(ctx, group, s.c.Now().Add(-failuresFor))
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	if len(failures) == 0 {
		return show(i, &bot.Card{Title: "Everything was posted", Body: wordsNoFailures, Footer: wordsOnlyYou,
			Controls: rows(primary("Group page", path), button("Schedule", path+"/schedule"))}), nil
	}
	var body []bot.Text
	parked := false
	for n, f := range failures {
		parked = parked || f.Parked
		if n < failuresShown {
			body = append(body, s.wordsFailure(ctx, d.Group, f))
		}
	}
	if more := len(failures) - failuresShown; more > 0 {
		body = append(body, bot.Textf("And %d more in the last 14 days.", more))
	}
	controls := []bot.Control{}
	if parked {
		controls = append(controls, primary("Try now", path+"/retry"))
	}
	controls = append(controls, button("Use another channel", path+"/channel"), stateButton(d.Group), button("Group page", path))
	return show(i, &bot.Card{Title: "What could not be posted", Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

// stateButton pauses a group that runs and resumes one that doesn't.
func stateButton(g Group) bot.Control {
	path := PathGroup(g.ID)
	switch g.State {
	case Paused:
		return button("Resume", path+"/resume")
	case Ended:
		return button("Set up again", path+"/setup")
	}
	return button("Pause the group", path+"/pause")
}

// retry tries again what was refused, once the platform says that it can work.
func (s *Service) retry(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	for _, c := range d.Channels {
		if err := s.c.Bot.Check(ctx, c.ID); err != nil {
			cause, fix := reason(err)
			lasts, err := s.wordsWaits(ctx, d, c.ID)
			if err != nil {
				return bot.Response{}, err
			}
			return show(i, &bot.Card{
				Title: bot.Textf("I still can't post in %s", s.channelName(ctx, c.ID)),
				Body:  lines(cause, wordsFix(fix, "Try now"), wordsSafe, lasts), Footer: wordsOnlyYou, Tone: bot.Attention,
				Controls: rows(primary("Try now", path+"/retry"), button("Use another channel", path+"/channel"), stateButton(d.Group)),
			}), nil
		}
	}
	n, err := s.c.Store.Unpark(ctx, group, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if n == 0 {
		last, err := s.c.Store.LastPost(ctx, group)
		if err != nil {
			return bot.Response{}, err
		}
		return show(i, &bot.Card{Title: "Nothing is waiting to be posted", Body: lines(wordsLastPost(d.Group, last), s.wordsNextQuestion(d)), Footer: wordsOnlyYou,
			Controls: rows(primary("Group page", path), button("What failed", path+"/failed"), button("Post now", path+"/post"))}), nil
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: bot.Textf("Trying again in %s", s.channelsName(ctx, d)), Body: wordsTrying, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("What failed", path+"/failed"))}), nil
}

// wordsWaits says until when the newest refused post of a channel waits, if one does.
func (s *Service) wordsWaits(ctx context.Context, d Details, ch bot.ChannelID) (bot.Text, error) {
	failures, err := s.c.Store.Failures(ctx, d.Group.ID, s.c.Now().Add(-failuresFor))
	for _, f := range failures {
		if f.Parked && f.Channel == ch {
			return wordsLasts(d.Group, NoticeData{What: f.Kind, Until: f.Until}), err
		}
	}
	return "", err
}

// reason is why a platform refuses, and what to do about it.
func reason(err error) (cause, fix bot.Text) {
	if d, ok := errors.AsType[*bot.DeliveryError](err); ok {
		return bot.Textf("%s", d.Cause), bot.Textf("%s", d.Fix)
	}
	return "The platform didn't answer just now.", "wait a minute"
}

const fieldChannel = "channel"

// askChannel opens the form for another channel.
func (s *Service) askChannel(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{
		Title: "Use another channel", Submit: "Use it", Action: PathGroup(group) + "/channel/set",
		Intro:  bot.Textf("Questions that still wait for %s go there too.", s.channelsName(ctx, d)),
		Fields: []bot.Field{{Name: fieldChannel, Label: "Channel", Kind: bot.Channel, Required: true, Help: "I need to be in it: invite me first"}},
	}}, nil
}

// setChannel moves the group to another channel of its space.
func (s *Service) setChannel(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	to := bot.ChannelID(i.Values.Get(fieldChannel))
	invalid := func(words string) (bot.Response, error) {
		return bot.Response{Invalid: map[string]string{fieldChannel: words}}, nil
	}
	from, ok := channelToLeave(d)
	switch {
	case ok && from.ID != to && slices.ContainsFunc(d.Channels, func(c Channel) bool { return c.ID == to }),
		ok && from.ID == to && !from.Gone:
		return invalid("The group is in that channel already. Please choose another one.")
	}
	space, fault, err := s.eligible(ctx, i, d, to, "Use it")
	if err != nil {
		return bot.Response{}, err
	}
	if fault != "" {
		return invalid(fault)
	}
	outcome, err := s.c.Store.Rebind(ctx, Binding{Group: group, From: from.ID, To: to, Space: space}, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	switch outcome {
	case BoundElsewhere:
		return invalid("Another study group is in that channel. Please choose another one.")
	case NotBound:
		return bot.Response{}, problem(wordsMovedMeanwhile, primary("Group page", PathGroup(group)))
	}
	s.c.Wake()
	path := PathGroup(group)
	return show(i, &bot.Card{Title: bot.Textf("The %s is in %s now", bot.Clip(d.Group.Name, 30), s.channelName(ctx, to)), Body: wordsMoved, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("What failed", path+"/failed"))}), nil
}

// channelToLeave is the channel that another one replaces: one that is no more,
// otherwise the oldest.
func channelToLeave(d Details) (Channel, bool) {
	for _, c := range d.Channels {
		if c.Gone {
			return c, true
		}
	}
	if len(d.Channels) == 0 {
		return Channel{}, false
	}
	return d.Channels[0], true
}
