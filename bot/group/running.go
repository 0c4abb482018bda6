package group

import (
	"context"

	"studyhall/bot"
)

// pause stops a group's questions until somebody resumes them.
func (s *Service) pause(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	ok, err := s.c.Store.StopGroup(ctx, group, Paused, ByOrganiser, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	if !ok && d.Group.State == Ended {
		return show(i, s.endedCard(d)), nil
	}
	body := wordsPaused
	if !ok {
		body = wordsPausedBefore
	}
	return show(i, &bot.Card{Title: bot.Textf("The %s is paused", d.Group.Name), Body: body, Footer: wordsOnlyYou,
		Controls: rows(primary("Resume", path+"/resume"), button("Group page", path), button("End the season", path+"/end"))}), nil
}

// resume lets a paused group run again.
func (s *Service) resume(ctx context.Context, i bot.Interaction, d Details, _ Member) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	if c, ok := channelToLeave(d); !ok || c.Gone && d.Group.State == Paused {
		return bot.Response{}, problem(wordsNoChannelYet, primary("Use another channel", path+"/channel"), button("Group page", path))
	}
	ok, err := s.c.Store.ResumeGroup(ctx, d.Group.ID, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	d, found, err := s.c.Store.Details(ctx, d.Group.ID)
	if err != nil || !found {
		return bot.Response{}, notYours(err)
	}
	title := bot.Textf("The %s runs again", d.Group.Name)
	if !ok {
		title = bot.Textf("The %s is running", d.Group.Name)
	}
	return show(i, &bot.Card{Title: title, Body: s.wordsNextQuestion(d), Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("Schedule", path+"/schedule"), button("Post now", path+"/post"))}), nil
}

// askEnd asks before a season ends.
func (s *Service) askEnd(_ context.Context, i bot.Interaction, d Details, _ Member) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	return show(i, &bot.Card{Title: bot.Textf("End the season of the %s?", d.Group.Name), Body: wordsEndFirst, Footer: wordsNothingChanged,
		Controls: rows(primary("Keep the group", path), button("End the season", path+"/end/yes"))}), nil
}

// end ends a group's season. Set-up starts the next one.
func (s *Service) end(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if _, err := s.c.Store.StopGroup(ctx, group, Ended, ByOrganiser, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	return show(i, s.endedCard(d)), nil
}

func (s *Service) endedCard(d Details) *bot.Card {
	path := PathGroup(d.Group.ID)
	return &bot.Card{Title: bot.Textf("The season of the %s is over", d.Group.Name), Body: wordsSeasonOver, Footer: wordsOnlyYou,
		Controls: rows(primary("Set up again", path+"/setup"), button("Group page", path))}
}

// askPost asks before something is posted for everybody. The button it makes
// works once, however often it is pressed.
func (s *Service) askPost(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	if d.Group.State != Running {
		return show(i, s.notRunningCard(d)), nil
	}
	token := path + "/post/" + s.c.NewID()
	controls := []bot.Control{primary("Post it", token)}
	body := wordsExtra
	if len(d.Tracks) > 1 {
		controls, body = nil, wordsWhichPost
		for _, t := range d.Tracks {
			controls = append(controls, primary(bot.Clip("Post "+s.short(t.Certification), bot.LimitLabel), token+"/"+t.ID))
		}
	}
	return show(i, &bot.Card{
		Title: bot.Textf("Post an extra question in %s now?", s.channelsName(ctx, d)), Body: body, Footer: wordsNothingPosted,
		Controls: rows(append(controls, button("Group page", path))...),
	}), nil
}

func (s *Service) notRunningCard(d Details) *bot.Card {
	if d.Group.State == Ended {
		return s.endedCard(d)
	}
	path := PathGroup(d.Group.ID)
	return &bot.Card{Title: bot.Textf("The %s is paused", d.Group.Name), Body: wordsPausedNoPost, Footer: wordsNothingPosted,
		Controls: rows(primary("Resume", path+"/resume"), button("Group page", path))}
}

// post posts an extra question.
func (s *Service) post(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	track := i.Arg("track")
	if track == "" {
		track = d.First().ID
	}
	if _, ok := d.Studies(track); !ok {
		return bot.Response{}, problem(wordsTrackUnknown, primary("Post now", path+"/post"), button("Group page", path))
	}
	outcome, err := s.c.Store.PostNow(ctx, group, track, i.Arg("token"), s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	where := bot.Clip(s.placesOf(ctx, d, track), 40)
	switch outcome {
	case NotRunning:
		return show(i, s.notRunningCard(d)), nil
	case PostedBefore:
		return show(i, &bot.Card{Title: "That one was posted already", Body: bot.Textf("An extra question went to %s when you pressed before. It was not posted twice.", where),
			Footer: wordsOnlyYou, Controls: rows(primary("Group page", path), button("Post another", path+"/post"))}), nil
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: bot.Textf("A question is on its way to %s", where), Body: s.wordsNextQuestion(d), Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("My study page", PathStudy))}), nil
}

// channelsName is where a group's questions appear.
func (s *Service) channelsName(ctx context.Context, d Details) string {
	var names []string
	for _, c := range d.Channels {
		names = append(names, s.channelName(ctx, c.ID))
	}
	if len(names) == 0 {
		return "the group's channel"
	}
	return bot.Clip(bot.And(names), 40)
}
