package group

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"studyhall/bot"
)

// eligible checks whether a group may be in a channel that somebody chose: in one
// of its spaces, not another group's, and open to the bot. fault says in words
// what is wrong with it, where press is what to press again; else space is where
// the channel is.
func (s *Service) eligible(ctx context.Context, i bot.Interaction, d Details, ch bot.ChannelID, press string) (space bot.SpaceID, fault string, err error) {
	if ch == "" || bot.AdapterOf(ch) != bot.AdapterOf(i.User) {
		return "", "Please choose a channel.", nil
	}
	if space = s.spaceOf(ctx, i, d, ch); space == "" {
		return "", "I can't see that channel. Invite me there first, then press " + press + ".", nil
	}
	if len(d.Channels) > 0 && !slices.ContainsFunc(d.Channels, func(c Channel) bool { return c.Space == space }) {
		return "", "Please choose a channel in the place where the group is now.", nil
	}
	g, taken, err := s.c.Store.GroupIn(ctx, ch)
	if err != nil {
		return "", "", err
	}
	if taken && g.ID != d.Group.ID {
		return "", wordsTrackElsewhere.Plain(), nil
	}
	if err := s.c.Bot.Check(ctx, ch); err != nil {
		cause, fix := reason(err)
		return "", lines(cause, wordsFix(fix, press)).Plain(), nil
	}
	return space, "", nil
}

// spaceOf is the space of a channel that somebody chose, "" if the platform
// can't see the channel. A platform that can't tell offers only channels of the
// space where they are chosen; in private, that is the group's.
func (s *Service) spaceOf(ctx context.Context, i bot.Interaction, d Details, ch bot.ChannelID) bot.SpaceID {
	if p, ok := s.c.Bot.Place(ctx, ch); ok || s.c.Bot.CanPlace(ch) {
		return p.Space
	}
	if i.Space == "" && len(d.Channels) > 0 {
		return d.Channels[0].Space
	}
	return i.Space
}

// maxChannels is in how many channels a group can be.
const maxChannels = 8

const (
	fieldPosted = "posted"
	fieldCode   = "code"
)

// registerChannels makes the bot answer to everything about several channels and spaces.
func (s *Service) registerChannels(of func(path string, h groupHandler)) {
	of("/channels", s.channels)
	of("/channels/add", s.inSeason(s.addChannel))
	of("/channels/new", s.inSeason(s.sentChannel))
	of("/channels/invite", s.inSeason(s.invite))
	of("/out/{channel}", s.askTakeOut)
	of("/out/{channel}/yes", s.takeOut)
	s.c.Bot.Action("join", s.openJoin)
	s.c.Bot.Action("join/code", s.sentJoin)
	s.c.Bot.Action("join/code/{code}", s.joinAgain)
	s.c.Bot.Action("join/yes/{code}", s.join)
	s.ContributePage(forOrganisers("Channels", "/channels"))
}

// keeps reports whether somebody may take a channel out of a group: its
// organisers, and whoever administers the space it is in.
func (s *Service) keeps(ctx context.Context, m Member, c Channel, user bot.UserID) bool {
	return m.Role == Organiser || s.administersSpace(ctx, c.Space, user)
}

func (s *Service) administersSpace(ctx context.Context, space bot.SpaceID, user bot.UserID) bool {
	return bot.AdapterOf(space) == bot.AdapterOf(user) && s.c.Bot.Profile(ctx, space, user).Administrator
}

// inPath names a channel in a path, for identifiers of platforms may be too long there.
func inPath(ch bot.ChannelID) string {
	sum := sha256.Sum256([]byte(ch))
	return hex.EncodeToString(sum[:6])
}

// channels lists where a group is: everything to its organisers, and to
// administrators of a space what is there.
func (s *Service) channels(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return s.channelsShown(ctx, i, d, m, "")
}

func (s *Service) channelsShown(ctx context.Context, i bot.Interaction, d Details, m Member, first bot.Text) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	body := []bot.Text{first}
	var controls, out []bot.Control
	menu := bot.Menu{Placeholder: "Take out a channel", Action: path + "/out"}
	for _, c := range d.Channels {
		if !s.keeps(ctx, m, c, i.User) {
			continue
		}
		name := s.channelName(ctx, c.ID)
		body = append(body, s.wordsChannel(ctx, d, c, name))
		out = append(out, button(bot.Clip("Take out "+name, bot.LimitLabel), path+"/out/"+inPath(c.ID)))
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(name, bot.LimitOptionLabel), Value: inPath(c.ID)})
	}
	if m.Role != Organiser && len(out) == 0 {
		return bot.Response{}, organisersOnly(d)
	}
	if m.Role == Organiser && d.Group.State != Ended {
		controls = append(controls, primary("Add a channel", path+"/channels/add"), button("Invite another space", path+"/channels/invite"))
	}
	if m.Role == Organiser && len(d.Channels) < 2 { // moved, but never without any
		out = []bot.Control{button("Use another channel", path+"/channel")}
	}
	c := &bot.Card{Title: bot.Textf("Where the %s is", bot.Clip(d.Group.Name, 50)), Body: lines(body...), Footer: wordsOnlyYou}
	if len(out) > 4 {
		c.Controls = append(c.Controls, bot.Row{menu})
		out = nil
	}
	c.Controls = append(c.Controls, rows(append(append(controls, out...), button("Group page", path))...)...)
	return show(i, c), nil
}

// addChannel opens the form for one more channel.
func (s *Service) addChannel(_ context.Context, _ bot.Interaction, d Details, _ Member) (bot.Response, error) {
	path := PathGroup(d.Group.ID) + "/channels"
	if len(d.Channels) >= maxChannels {
		return bot.Response{}, problem(wordsTooManyChannels, primary("Channels", path))
	}
	form := &bot.Form{Title: "Add a channel", Submit: "Add it", Action: path + "/new", Intro: wordsAddChannelIntro,
		Fields: []bot.Field{{Name: fieldChannel, Label: "Channel", Kind: bot.Channel, Required: true, Help: "I need to be in it: invite me first"}}}
	if len(d.Tracks) > 1 {
		posted := bot.Field{Name: fieldPosted, Label: "What is posted there", Kind: bot.AnyOf, Required: true, Min: 1, Max: len(d.Tracks)}
		for _, t := range d.Tracks {
			posted.Options = append(posted.Options, bot.Option{Label: bot.Clip(s.short(t.Certification), bot.LimitOptionLabel), Value: t.ID})
			posted.Initial = append(posted.Initial, t.ID)
		}
		form.Fields = append(form.Fields, posted)
	}
	return bot.Response{Form: form}, nil
}

// sentChannel adds the channel that was chosen.
func (s *Service) sentChannel(ctx context.Context, i bot.Interaction, d Details, m Member) (bot.Response, error) {
	invalid := func(field, words string) (bot.Response, error) {
		return bot.Response{Invalid: map[string]string{field: words}}, nil
	}
	c := Channel{ID: bot.ChannelID(i.Values.Get(fieldChannel))}
	space, fault, err := s.eligible(ctx, i, d, c.ID, "Add it")
	if err != nil {
		return bot.Response{}, err
	}
	c.Space = space
	if fault != "" {
		return invalid(fieldChannel, fault)
	}
	for _, t := range d.Tracks {
		if len(d.Tracks) > 1 && !slices.Contains(i.Values[fieldPosted], t.ID) {
			c.Muted = append(c.Muted, t.ID)
		}
	}
	if len(c.Muted) == len(d.Tracks) {
		return invalid(fieldPosted, "Please choose at least one.")
	}
	outcome, err := s.c.Store.BindChannel(ctx, d.Group.ID, c, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	switch outcome {
	case BoundElsewhere:
		return invalid(fieldChannel, wordsTrackElsewhere.Plain())
	case BoundBefore:
		return invalid(fieldChannel, "The group is in that channel already. Please choose another one.")
	case NotBound:
		return bot.Response{}, problem(wordsTooManyChannels, primary("Channels", PathGroup(d.Group.ID)+"/channels"))
	}
	s.c.Wake()
	if d, _, err = s.c.Store.Details(ctx, d.Group.ID); err != nil {
		return bot.Response{}, err
	}
	return s.channelsShown(ctx, i, d, m, bot.Textf("Questions appear in %s too, from the next one on.", s.channelName(ctx, c.ID)))
}

// channelOf is the channel of a path, for who may take it out.
func (s *Service) channelOf(ctx context.Context, i bot.Interaction, group string) (Details, Member, Channel, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return d, m, Channel{}, err
	}
	for _, c := range d.Channels {
		if inPath(c.ID) != i.Arg("channel") {
			continue
		}
		if !s.keeps(ctx, m, c, i.User) {
			return d, m, c, organisersOnly(d)
		}
		return d, m, c, nil
	}
	return d, m, Channel{}, problem(wordsNotThere, primary("Group page", PathGroup(group)))
}

// askTakeOut asks before a channel leaves the group.
func (s *Service) askTakeOut(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, c, err := s.channelOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	name, path := s.channelName(ctx, c.ID), PathGroup(group)
	return show(i, &bot.Card{Title: bot.Textf("Take the %s out of %s?", bot.Clip(d.Group.Name, 30), bot.Clip(name, 25)), Body: wordsTakeOut, Footer: wordsNothingChanged,
		Controls: rows(primary("Keep it", path+"/channels"), button(bot.Clip("Take out "+name, bot.LimitLabel), path+"/out/"+inPath(c.ID)+"/yes"))}), nil
}

// takeOut takes a channel out of the group.
func (s *Service) takeOut(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, c, err := s.channelOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	name, path := s.channelName(ctx, c.ID), PathGroup(group)
	outcome, err := s.c.Store.UnbindChannel(ctx, group, c.ID, m.Role != Organiser, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	switch outcome {
	case UnbindLast:
		return bot.Response{}, problem(wordsLastChannel, primary("Use another channel", path+"/channel"), stateButton(d.Group), button("Channels", path+"/channels"))
	case UnbindOnly:
		return bot.Response{}, problem(wordsOnlyChannel, primary("Certifications", path+"/tracks"), button("Channels", path+"/channels"))
	case UnbindGone:
		return bot.Response{}, problem(wordsNotThere, primary("Group page", path))
	}
	s.c.Wake()
	done := bot.Textf("The %s is no more in %s. Cards that are there already can still be answered by its members.", d.Group.Name, name)
	if m.Role != Organiser {
		return show(i, &bot.Card{Title: bot.Textf("%s is taken out", bot.Clip(name, 40)), Body: done, Footer: wordsOnlyYou,
			Controls: rows(primary("My study page", PathStudy), button("How it works", PathHelp))}), nil
	}
	if d, _, err = s.c.Store.Details(ctx, group); err != nil {
		return bot.Response{}, err
	}
	return s.channelsShown(ctx, i, d, m, done)
}
