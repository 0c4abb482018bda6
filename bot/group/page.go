package group

import (
	"context"
	"slices"

	"studyhall/bot"
)

// Words of /group that other parts use too.
const (
	doSetUp     = "set up"
	doSchedule  = "schedule"
	doQuestions = "questions"
)

func groupCommand() bot.Command {
	words := []string{doSetUp, doQuestions, doSchedule, "people", "post now", "pause", "resume", "failed", "handover", "meeting", "match", "join", "report", "suggestions", "import"}
	field := bot.Field{Name: "do", Label: "Do", Kind: bot.OneOf, Help: "What to do; nothing shows the group's page"}
	for _, w := range words {
		field.Options = append(field.Options, bot.Option{Label: w, Value: w})
	}
	code := bot.Field{Name: fieldCode, Label: "Code", Kind: bot.Line, Help: "With join: the code of a group elsewhere", After: "join", Max: 40}
	return bot.Command{
		Name: "group", Help: "Your study group: who organises it, its schedule, setting one up", Private: true,
		Page: "Group page", Aliases: []string{"organise", "organize"}, Fields: []bot.Field{field, code, zoneOption()},
	}
}

// groupTyped answers /group: it finds the group that is meant and goes to what
// is to be done.
func (s *Service) groupTyped(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	do := wanted(i)
	if do == "join" {
		return s.joinTyped(ctx, i)
	}
	group, response, err := s.meant(ctx, i, do)
	if group == "" || err != nil {
		return response, err
	}
	switch do {
	case doSetUp:
		return s.setupAgain(ctx, i, group)
	case doSchedule:
		return s.editSchedule(ctx, i, group)
	case doQuestions:
		return s.questions(ctx, i, group)
	case "people", "handover":
		return s.people(ctx, i, group)
	case "post now":
		return s.askPost(ctx, i, group)
	case "pause":
		return s.pause(ctx, i, group)
	case "resume":
		return s.inSeason(s.resume)(ctx, i, group)
	case "failed":
		return s.failed(ctx, i, group)
	}
	if answer, ok := s.words[do]; ok {
		return answer(ctx, i, group)
	}
	return s.page(ctx, i, group)
}

// meant is the group of the channel, else the account's only one; without one,
// the response says how to go on.
func (s *Service) meant(ctx context.Context, i bot.Interaction, do string) (group string, r bot.Response, err error) {
	public := !i.Direct && i.Channel != ""
	if public {
		g, ok, err := s.c.Store.GroupIn(ctx, i.Channel)
		if err != nil || ok {
			return g.ID, r, err
		}
		if do == doSetUp {
			r, err = s.openSetup(ctx, i)
			return "", r, err
		}
	}
	all, err := s.memberships(ctx, i.User)
	if err != nil {
		return "", r, err
	}
	if public {
		c := beginCard(false)
		for _, m := range all {
			if len(c.Controls[0]) < bot.LimitRow {
				c.Controls[0] = append(c.Controls[0], button(bot.Clip(m.Group.Name, bot.LimitLabel), PathGroup(m.Group.ID)))
			}
		}
		return "", bot.Whisper(message(c)), nil
	}
	switch {
	case len(all) == 0 || do == doSetUp:
		c := beginCard(true)
		if len(all) > 0 {
			c.Title = "A group begins in its channel"
		}
		return "", bot.Whisper(message(c)), nil
	case len(all) == 1:
		return all[0].Group.ID, r, nil
	}
	for _, m := range all {
		if m.Preferred && do != "" {
			return m.Group.ID, r, nil
		}
	}
	return "", bot.Whisper(message(chooseCard(all, "group/"))), nil
}

// setupAgain answers a set-up where a group is already.
func (s *Service) setupAgain(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	m, ok, err := s.member(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if ok && m.Member.Role == Organiser {
		return s.reopen(ctx, i, group)
	}
	return bot.Response{}, s.channelFree(ctx, i, i.Channel, "")
}

// visitor is a group's details for whoever may see its page: its members, and
// people in its channel, whose member is empty if they haven't joined.
func (s *Service) visitor(ctx context.Context, i bot.Interaction, group string) (Details, Member, error) {
	m, ok, err := s.member(ctx, i, group)
	if err != nil {
		return Details{}, Member{}, err
	}
	if !ok {
		g, bound, err := s.c.Store.GroupIn(ctx, i.Channel)
		if err != nil || !bound || g.ID != group {
			return Details{}, Member{}, notYours(err)
		}
	}
	d, ok, err := s.c.Store.Details(ctx, group)
	if err != nil || !ok {
		return Details{}, Member{}, notYours(err)
	}
	return d, m.Member, nil
}

// page is the group's page, for organisers and for others.
func (s *Service) page(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	var f Figures
	if s.c.Questions != nil {
		if f, err = s.c.Questions.Figures(ctx, group); err != nil {
			return bot.Response{}, err
		}
	}
	if m.Role == Organiser {
		return s.organiserPage(ctx, i, d, m, f)
	}
	return s.memberPage(ctx, i, d, m, f)
}

// noticesShown is how many notices stand on a page.
const noticesShown = 3

func (s *Service) organiserPage(ctx context.Context, i bot.Interaction, d Details, m Member, f Figures) (bot.Response, error) {
	notices, err := s.notices(ctx, d, f)
	if err != nil {
		return bot.Response{}, err
	}
	failures, err := s.c.Store.Failures(ctx, d.Group.ID, s.c.Now().Add(-failuresFor))
	if err != nil {
		return bot.Response{}, err
	}
	body := []bot.Text{s.wordsStudied(d), s.wordsNextQuestion(d), wordsFigures(f), s.wordsUnseenOf(d, f)}
	front, err := s.front(ctx, d.Group)
	if err != nil {
		return bot.Response{}, err
	}
	body = append(body, front...)
	body = append(body, s.wordsNotices(ctx, d, notices)...)
	body = append(body, wordsOrganisers(d, m))
	path := PathGroup(d.Group.ID)
	var controls []bot.Control
	for _, n := range notices {
		if n.Kind == NoticeParked {
			controls = append(controls, primary("Try now", path+"/retry"), button("Use another channel", path+"/channel"))
		}
		if n.Kind == NoticeGone {
			controls = append(controls, primary("Use another channel", path+"/channel"))
		}
	}
	waiting, err := s.waiting(ctx, d.Group.ID)
	if err != nil {
		return bot.Response{}, err
	}
	if waiting > 0 {
		controls = append(controls, primary(bot.Textf("Questions (%d)", waiting).Plain(), PathQueue(d.Group.ID)))
	}
	switch d.Group.State {
	case Running:
		controls = append(controls, button("Schedule", path+"/schedule"), button("People", path+"/people"),
			button("Post now", path+"/post"), button("Pause", path+"/pause"))
	case Paused:
		controls = append(controls, primary("Resume", path+"/resume"), button("Schedule", path+"/schedule"),
			button("People", path+"/people"), button("End the season", path+"/end"))
	default:
		controls = append(controls, primary("Set up again", path+"/setup"), button("People", path+"/people"))
	}
	if len(s.pages) > 0 {
		controls = append(controls, button("More", path+"/more"))
	}
	if len(failures) > 0 {
		controls = append(controls, button("What failed", path+"/failed"))
	}
	controls = append(controls, button("My study page", PathStudy))
	return show(i, &bot.Card{Title: bot.Textf("The %s", d.Group.Name), Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

func (s *Service) memberPage(ctx context.Context, i bot.Interaction, d Details, m Member, f Figures) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	administrator := s.administers(ctx, d, i.User)
	if administrator || m.Answered >= answeredToTakeOver {
		var err error
		if d, _, err = s.check(ctx, d, s.c.Now().Add(-checkedFor)); err != nil {
			return bot.Response{}, err
		}
	}
	body := []bot.Text{s.wordsStudied(d), s.wordsNextQuestion(d), wordsWhoOrganises(d), wordsFigures(f), wordsPrivacy}
	controls := []bot.Control{}
	if d.Group.State == Ended {
		body[1] += " " + wordsWhoReopens(d)
		if administrator {
			controls = append(controls, primary("Set up again", path+"/setup"))
		}
	}
	asked, answers, err := s.asked(ctx, i.User, d, m)
	if err != nil {
		return bot.Response{}, err
	}
	body, controls = append(body, asked...), append(controls, answers...)
	if deserted(d) {
		if administrator {
			notices, err := s.notices(ctx, d, f)
			if err != nil {
				return bot.Response{}, err
			}
			body = append(body, s.wordsNotices(ctx, d, notices)...)
		} else if len(answers) == 0 && m.Answered >= answeredToTakeOver {
			body, controls = append(body, wordsDesertedMember), append(controls, button("Offer to organise", path+"/stepup"))
		} else if len(answers) == 0 {
			body = append(body, wordsDesertedOthers)
		}
	}
	if slices.ContainsFunc(d.Channels, func(c Channel) bool { return s.administersSpace(ctx, c.Space, i.User) }) {
		controls = append(controls, button("Channels", path+"/channels"))
	}
	if len(s.pages) > 0 {
		controls = append(controls, button("More", path+"/more"))
	}
	controls = append(controls, button("My study page", PathStudy), button("What organisers see", PathSees), button("How it works", PathHelp))
	return show(i, &bot.Card{Title: bot.Textf("The %s", d.Group.Name), Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}
