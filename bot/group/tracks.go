package group

import (
	"context"
	"slices"

	"studyhall/bot"
)

// registerTracks makes the bot answer to everything about several certifications.
func (s *Service) registerTracks(of func(path string, h groupHandler)) {
	of("/tracks", s.inSeason(s.tracks))
	of("/tracks/add", s.inSeason(s.addTrack))
	of("/tracks/new", s.sentTrack)
	of("/track/{track}/schedule", s.editTrack)
	of("/track/{track}/remove", s.askRemoveTrack)
	of("/track/{track}/remove/yes", s.removeTrack)
	s.c.Bot.Action("track/{id}", s.sentTrackAgain)
	s.c.Bot.Action("track/{id}/change", s.changeTrack)
	s.c.Bot.Action("track/{id}/where", s.whereTrack)
	s.c.Bot.Action("track/{id}/channel", s.askTrackChannel)
	s.c.Bot.Action("track/{id}/in", s.setTrackChannel)
	s.c.Bot.Action("track/{id}/here", s.trackHere)
	s.c.Bot.Action("track/{id}/yes", s.startTrack)
	s.ContributePage(s.trackButton)
}

// trackButton leads organisers to the list of certifications.
func (s *Service) trackButton(ctx context.Context, d Details, m Member) ([]bot.Text, []bot.Button, error) {
	if d.Group.State == Ended {
		return nil, nil, nil
	}
	return forOrganisers("Certifications", "/tracks")(ctx, d, m)
}

// tracks lists what a group studies.
func (s *Service) tracks(ctx context.Context, i bot.Interaction, d Details, _ Member) (bot.Response, error) {
	return show(i, s.tracksCard(ctx, d, "")), nil
}

// tracksCard is the list of certifications, with a word about what just happened.
func (s *Service) tracksCard(ctx context.Context, d Details, first bot.Text) *bot.Card {
	path := PathGroup(d.Group.ID)
	body := []bot.Text{first}
	var change, remove []bot.Control
	for _, t := range d.Tracks {
		name := s.short(t.Certification)
		line := bot.Textf("%s: %s, in %s. ", name, timetableOf(t.Schedule.Expr).String(), s.placesOf(ctx, d, t.ID)) + wordsWindowOf(t.Track)
		if !t.Next.IsZero() && d.Group.State == Running {
			line += bot.Textf(" Next: %s.", bot.When(t.Next.In(d.Group.Location())))
		}
		body = append(body, line)
		change = append(change, button(bot.Clip("Change "+name, bot.LimitLabel), path+"/track/"+t.ID+"/schedule"))
		remove = append(remove, button(bot.Clip("Remove "+name, bot.LimitLabel), path+"/track/"+t.ID+"/remove"))
	}
	var controls []bot.Control
	if len(d.Tracks) < MaxTracks {
		controls = append(controls, primary("Add a certification", path+"/tracks/add"))
	}
	controls = append(controls, change...)
	if len(d.Tracks) > 1 {
		controls = append(controls, remove...)
	}
	controls = append(controls, button("Group page", path))
	return &bot.Card{Title: bot.Textf("What the %s studies", bot.Clip(d.Group.Name, 50)), Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}
}

// placesOf names the channels in which a track is posted.
func (s *Service) placesOf(ctx context.Context, d Details, track string) string {
	var names []string
	for _, c := range d.Channels {
		if !slices.Contains(c.Muted, track) {
			names = append(names, s.channelName(ctx, c.ID))
		}
	}
	if len(names) == 0 {
		return "no channel"
	}
	return bot.And(names)
}

// addTrack opens the form for one more certification.
func (s *Service) addTrack(ctx context.Context, i bot.Interaction, d Details, _ Member) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	if len(d.Tracks) >= MaxTracks {
		return bot.Response{}, problem(wordsTrackTooMany, primary("Certifications", path+"/tracks"))
	}
	setup := s.setupOf(ctx, i, d, d.First())
	setup.Adding, setup.Certification, setup.Outline, setup.WindowFrom, setup.WindowTo = true, "", "", "", ""
	form, ok := s.trackForm(d, setup, path+"/tracks/new")
	if !ok {
		return bot.Response{}, problem(wordsTrackBefore, primary("Certifications", path+"/tracks"))
	}
	return bot.Response{Form: form}, nil
}

// trackForm asks for a certification the group doesn't study yet; false without any.
func (s *Service) trackForm(d Details, setup Setup, action string) (*bot.Form, bool) {
	var options []bot.Option
	for _, c := range s.offered() {
		if !s.studies(d, c.ID) {
			options = append(options, certificationOption(c))
		}
	}
	if len(options) == 0 {
		return nil, false
	}
	if setup.Certification == "" {
		setup.Certification = options[0].Value
		if c, ok := s.c.Catalogue.Find(setup.Certification); ok {
			setup.WindowFrom, setup.WindowTo = nextWindow(c, s.today(setup.Zone))
		}
	}
	return &bot.Form{Title: "Add a certification", Submit: "Next", Action: action, Intro: wordsAddTrackIntro, Fields: []bot.Field{
		{Name: fieldStudying, Label: "Studying for", Kind: bot.OneOf, Required: true,
			Options: options[:min(len(options), bot.LimitOptions)], Initial: []string{setup.Certification}},
		s.windowField(setup),
	}}, true
}

func (s *Service) studies(d Details, certification string) bool {
	return slices.ContainsFunc(d.Tracks, func(t Studied) bool { return t.Certification == certification })
}

// sentTrack takes the form of a certification to add.
func (s *Service) sentTrack(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	setup := s.setupOf(ctx, i, d, d.First())
	setup.ID, setup.CreatedAt, setup.Adding = s.c.NewID(), s.c.Now(), true
	setup.Channel, setup.Space = "", ""
	return s.fillTrack(ctx, i, d, setup)
}

// sentTrackAgain takes the form again as it was changed.
func (s *Service) sentTrackAgain(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.fillTrack(ctx, i, d, setup)
}

func (s *Service) fillTrack(ctx context.Context, i bot.Interaction, d Details, setup Setup) (bot.Response, error) {
	c, ok := s.c.Catalogue.Find(i.Values.Get(fieldStudying))
	switch {
	case !ok || !s.offers(c):
		return bot.Response{Invalid: map[string]string{fieldStudying: "I don't have questions for that yet. Please choose from the list."}}, nil
	case s.studies(d, c.ID):
		return bot.Response{Invalid: map[string]string{fieldStudying: wordsTrackBefore.Plain()}}, nil
	}
	setup.Certification, setup.Outline = c.ID, c.Current(s.today(setup.Zone)).ID
	if problem := s.fillWindow(&setup, Setup{}, i.Values.Get(fieldWindow)); problem != "" {
		return bot.Response{Invalid: map[string]string{fieldWindow: problem}}, nil
	}
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	return show(i, s.whereCard(d, setup)), nil
}

// addition is the set-up of a certification to be added that a path names, and
// its group, which the acting person must organise.
func (s *Service) addition(ctx context.Context, i bot.Interaction) (Setup, Details, error) {
	setup, err := s.loadSetup(ctx, i)
	if err != nil {
		return setup, Details{}, err
	}
	if !setup.Adding {
		return setup, Details{}, problem(wordsSetupGone, button("My study page", PathStudy))
	}
	d, _, err := s.organiser(ctx, i, setup.Group)
	if err == nil && d.Group.State == Ended {
		err = problem(wordsEnded(d.Group), primary("Set up again", PathGroup(setup.Group)+"/setup"))
	}
	return setup, d, err
}

func (s *Service) changeTrack(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	form, ok := s.trackForm(d, setup, "track/"+setup.ID)
	if !ok {
		return bot.Response{}, problem(wordsTrackBefore, primary("Certifications", PathGroup(setup.Group)+"/tracks"))
	}
	return bot.Response{Form: form}, nil
}

// whereTrack asks again where a certification is to be posted.
func (s *Service) whereTrack(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, s.whereCard(d, setup)), nil
}

// whereCard asks where a new certification is to be posted. A thread is not
// offered: it hangs on one message, sinks with it, and one of the platforms
// closes it by itself, while a season lasts for months.
func (s *Service) whereCard(d Details, setup Setup) *bot.Card {
	path, body, here := "track/"+setup.ID, wordsWhere, "Here too"
	if len(d.Channels) > 1 {
		body, here = wordsWhereSeveral, "Everywhere"
	}
	return &bot.Card{Title: bot.Textf("Where should %s questions come?", s.short(setup.Certification)), Body: paragraphs(s.wordsRuleFirst(setup.Certification), body), Footer: wordsNothingPosted,
		Controls: rows(primary("Another channel", path+"/channel"), button(here, path+"/here"), button("Change", path+"/change"), button("Group page", PathGroup(d.Group.ID)))}
}

// trackHere chooses the channels that the group has.
func (s *Service) trackHere(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	setup.Channel, setup.Space = "", ""
	return s.askFine(ctx, i, d, setup)
}

func (s *Service) askTrackChannel(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, _, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Another channel", Submit: "Next", Action: "track/" + setup.ID + "/in",
		Intro:  bot.Textf("Where %s questions should come.", s.short(setup.Certification)),
		Fields: []bot.Field{{Name: fieldChannel, Label: "Channel", Kind: bot.Channel, Required: true, Help: "I need to be in it: invite me first"}}}}, nil
}

// setTrackChannel takes the channel in which alone a certification is posted.
func (s *Service) setTrackChannel(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	ch := bot.ChannelID(i.Values.Get(fieldChannel))
	space, fault, err := s.eligible(ctx, i, d, ch, "Next")
	if err != nil {
		return bot.Response{}, err
	}
	if fault != "" {
		return bot.Response{Invalid: map[string]string{fieldChannel: fault}}, nil
	}
	setup.Channel, setup.Space = ch, space
	return s.askFine(ctx, i, d, setup)
}

// askFine says how many questions a day there will be where the new ones come.
func (s *Service) askFine(ctx context.Context, i bot.Interaction, d Details, setup Setup) (bot.Response, error) {
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	own := len(timetableOf(setup.Expr).minutes)
	most, where := own, "here"
	for _, c := range d.Channels {
		if setup.Channel != "" && c.ID != setup.Channel {
			continue
		}
		n := own
		for _, t := range d.Tracks {
			if !slices.Contains(c.Muted, t.ID) {
				n += len(timetableOf(t.Schedule.Expr).minutes)
			}
		}
		most = max(most, n)
	}
	switch {
	case setup.Channel != "":
		where = "in " + s.channelName(ctx, setup.Channel)
	case len(d.Channels) > 1 || len(d.Channels) == 1 && d.Channels[0].ID != i.Channel:
		where = "in " + s.channelsName(ctx, d)
	}
	path := "track/" + setup.ID
	return show(i, &bot.Card{
		Title: wordsPerDay(most, where),
		Body: lines(bot.Textf("%s, at %s. ", s.short(setup.Certification), timetableOf(setup.Expr).String()) +
			wordsWindowOf(Track{WindowFrom: setup.WindowFrom, WindowTo: setup.WindowTo})),
		Footer: wordsNothingPosted, Controls: rows(primary("Yes", path+"/yes"), button("Somewhere else", path+"/where"), button("Change", path+"/change")),
	}), nil
}

// startTrack makes the group study what was chosen.
func (s *Service) startTrack(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, d, err := s.addition(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	outcome, err := s.c.Store.AddTrack(ctx, NewTrack{Setup: setup, Track: s.c.NewID(), Schedule: s.c.NewID(),
		Channel: setup.Channel, Space: setup.Space, Facts: s.factsAt(setup.Zone, setup.Certification), Now: s.c.Now()})
	if err != nil {
		return bot.Response{}, err
	}
	return s.trackChanged(ctx, i, d, outcome, bot.Textf("The group studies %s too now.", s.short(setup.Certification)))
}

// trackChanged shows what became of a change to what a group studies.
func (s *Service) trackChanged(ctx context.Context, i bot.Interaction, d Details, outcome TrackOutcome, done bot.Text) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	list := primary("Certifications", path+"/tracks")
	switch outcome {
	case TrackBefore:
		return bot.Response{}, problem(wordsTrackBefore, list)
	case TrackTooMany:
		return bot.Response{}, problem(wordsTrackTooMany, list)
	case TrackOver:
		return bot.Response{}, problem(wordsEnded(d.Group), primary("Set up again", path+"/setup"))
	case TrackElsewhere:
		return bot.Response{}, problem(wordsTrackElsewhere, list)
	case TrackLast:
		return bot.Response{}, problem(wordsTrackLast, list, stateButton(d.Group))
	case TrackUnknown:
		return bot.Response{}, problem(wordsTrackUnknown, list)
	}
	s.c.Wake()
	d, ok, err := s.c.Store.Details(ctx, d.Group.ID)
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	if d.Group.State == Paused {
		done += "\n" + wordsTrackPaused
	}
	return show(i, s.tracksCard(ctx, d, done)), nil
}

// editTrack opens the schedule form of one certification.
func (s *Service) editTrack(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return s.openSchedule(ctx, i, d, t)
}

// trackOf is what a group studies by the track of a path, for its organisers.
func (s *Service) trackOf(ctx context.Context, i bot.Interaction, group string) (Details, Studied, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return d, Studied{}, err
	}
	t, ok := d.Studies(i.Arg("track"))
	if !ok {
		err = problem(wordsTrackUnknown, primary("Certifications", PathGroup(group)+"/tracks"))
	}
	return d, t, err
}

// openSchedule opens the form that changes one certification's schedule.
func (s *Service) openSchedule(ctx context.Context, i bot.Interaction, d Details, t Studied) (bot.Response, error) {
	if d.Group.State == Ended {
		return bot.Response{}, problem(wordsEnded(d.Group), primary("Set up again", PathGroup(d.Group.ID)+"/setup"))
	}
	setup := s.setupOf(ctx, i, d, t)
	setup.ID, setup.CreatedAt = s.c.NewID(), s.c.Now()
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	form := s.scheduleForm(s.withZone(setup, i))
	if len(d.Tracks) > 1 {
		form.Title = bot.Clip(s.short(t.Certification)+" schedule", bot.LimitFormTitle)
	}
	return bot.Response{Form: form}, nil
}

// askRemoveTrack asks before a certification is removed.
func (s *Service) askRemoveTrack(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	if len(d.Tracks) == 1 {
		return bot.Response{}, problem(wordsTrackLast, primary("Certifications", path+"/tracks"), stateButton(d.Group))
	}
	name := s.short(t.Certification)
	return show(i, &bot.Card{Title: bot.Textf("Stop studying for %s?", name), Body: wordsRemoveTrack, Footer: wordsNothingChanged,
		Controls: rows(primary("Keep "+name, path+"/tracks"), button(bot.Clip("Remove "+name, bot.LimitLabel), path+"/track/"+t.ID+"/remove/yes"))}), nil
}

// removeTrack ends what a group studies by a track.
func (s *Service) removeTrack(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	outcome, err := s.c.Store.RemoveTrack(ctx, group, t.ID, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	return s.trackChanged(ctx, i, d, outcome, bot.Textf("%s is removed.", s.short(t.Certification)))
}
