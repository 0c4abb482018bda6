package group

import (
	"cmp"
	"context"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// The names of form fields.
const (
	fieldStudying = "studying"
	fieldWindow   = "window"
	fieldTimes    = "times"
	fieldDays     = "days"
	fieldZone     = "zone"
	fieldOpen     = "open"
)

// openSetup opens the empty set-up form, prefilled, for the channel it is in.
func (s *Service) openSetup(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if i.Direct || i.Channel == "" {
		return bot.Response{}, &bot.Error{Text: wordsSetupInChannel, Card: beginCard(true)}
	}
	if err := s.channelFree(ctx, i, i.Channel, ""); err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: s.setupForm(s.withZone(s.newSetup(ctx, i), i), "setup/new")}, nil
}

// channelFree fails if another group is in the channel, and says to the acting
// person how to go on there.
func (s *Service) channelFree(ctx context.Context, i bot.Interaction, ch bot.ChannelID, own string) error {
	g, ok, err := s.c.Store.GroupIn(ctx, ch)
	if err != nil || !ok || g.ID == own {
		return err
	}
	d, ok, err := s.c.Store.Details(ctx, g.ID)
	if err != nil || !ok {
		return cmp.Or(err, problem(wordsSetupGone, primary("Set up", "setup")))
	}
	m, in, err := s.member(ctx, i, g.ID)
	if err != nil {
		return err
	}
	path, study := PathGroup(g.ID), button("My study page", PathStudy)
	switch organises := in && m.Member.Role == Organiser; {
	case g.State == Ended && (organises || s.administers(ctx, d, i.User)):
		return problem(wordsEnded(g), primary("Set up again", path+"/setup"), button("Group page", path), study)
	case g.State == Ended:
		return problem(wordsEndedHere(d), primary("Group page", path), study)
	case organises:
		return problem(lines(wordsChannelTaken(g), s.wordsNextQuestion(d)), primary("Group page", path), button("Schedule", path+"/schedule"), study)
	case in:
		return problem(wordsChannelTaken(g)+" You're in it.", primary("Group page", path), study)
	}
	return problem(wordsChannelTaken(g)+" Press a letter on its question and you're in.", primary("Group page", path), study)
}

// newSetup is a set-up as good as it can be guessed.
func (s *Service) newSetup(ctx context.Context, i bot.Interaction) Setup {
	p := s.c.Bot.Profile(ctx, i.Space, i.User)
	setup := Setup{
		User: i.User, Name: personName(cmp.Or(i.Name, p.Name)), Space: i.Space, Channel: i.Channel,
		Expr: defaultTimetable().expr(), StaysOpen: UntilNext,
	}
	if _, err := schedule.LoadZone(p.Zone); err == nil {
		setup.Zone = p.Zone
	}
	if c, ok := likely(s.offered(), s.c.Bot.ChannelName(ctx, i.Channel)); ok {
		setup.Certification = c.ID
		setup.WindowFrom, setup.WindowTo = nextWindow(c, s.today(setup.Zone))
	}
	return setup
}

// setupForm is the form of five fields, filled in as the set-up says.
func (s *Service) setupForm(setup Setup, action string) *bot.Form {
	var studying []bot.Option
	for _, c := range s.offered() {
		studying = append(studying, certificationOption(c))
	}
	return &bot.Form{
		Title: "Set up your group", Submit: "Preview", Action: action,
		Intro: wordsSetupIntro,
		Fields: []bot.Field{
			{Name: fieldStudying, Label: "Studying for", Kind: bot.OneOf, Required: true,
				Options: studying[:min(len(studying), bot.LimitOptions)], Initial: []string{setup.Certification}},
			s.windowField(setup),
			timeField(timetableOf(setup.Expr)),
			s.zoneField(setup),
			openField(setup),
		},
	}
}

// timeField is the time of a question a day; a line, if there are several.
func timeField(t timetable) bot.Field {
	f := timesField(t, bot.Clip(daysInWords(t.days), bot.LimitHelp))
	if len(t.minutes) == 1 {
		f.Label, f.Kind = "Question time", bot.Time
	}
	return f
}

// zoneField shows a zone by its city, with the clock beside it.
func (s *Service) zoneField(setup Setup) bot.Field {
	f := bot.Field{Name: fieldZone, Label: "Time zone", Kind: bot.Zone, Required: true, Suggest: "zones",
		Placeholder: "A large city near you, such as Chicago"}
	switch {
	case setup.Zone != "":
		f.Initial = []string{s.zoneShown(setup.Zone)}
		f.Help = bot.Clip(schedule.Clock(setup.Zone, s.c.Now()), bot.LimitHelp)
	case setup.TypedZone != "":
		f.Initial = []string{setup.TypedZone}
	}
	return f
}

// zoneShown is a zone as a field shows it: its city, if that alone says which zone it is.
func (s *Service) zoneShown(zone string) string {
	city, _, _ := strings.Cut(schedule.Clock(zone, s.c.Now()), " time, now ")
	if schedule.FindZone(city, s.c.Now()).Zone == zone {
		return city
	}
	return zone
}

func openField(setup Setup) bot.Field {
	return bot.Field{Name: fieldOpen, Label: "Stays open", Kind: bot.OneOf, Required: true,
		Options: []bot.Option{
			{Label: "Until the next one opens", Value: string(UntilNext)},
			{Label: "Three days (rotating shifts)", Value: string(ThreeDays)},
		},
		Help:    "Every question stays open at least 20 hours and at most three days",
		Initial: []string{string(setup.StaysOpen)}}
}

// sentSetup takes a form that was sent: a new set-up, or changes to one.
func (s *Service) sentSetup(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	var setup Setup
	if id := i.Arg("id"); id == "" {
		if i.Direct || i.Channel == "" {
			return bot.Response{}, &bot.Error{Text: wordsSetupInChannel, Card: beginCard(true)}
		}
		setup = s.newSetup(ctx, i)
		setup.ID, setup.CreatedAt = s.c.NewID(), s.c.Now()
	} else {
		var err error
		if setup, err = s.loadSetup(ctx, i); err != nil {
			return bot.Response{}, err
		}
	}
	if invalid := s.fill(&setup, i.Values); len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	return s.settle(ctx, i, setup)
}

// fill takes over what was filled in and says what is wrong with it, by field.
func (s *Service) fill(setup *Setup, v bot.Values) (invalid map[string]string) {
	invalid = map[string]string{}
	before := *setup
	table := timetableOf(setup.Expr)
	if minutes, problem := times(v.Get(fieldTimes)); problem != "" {
		invalid[fieldTimes] = problem
	} else {
		table.minutes = minutes
	}
	if setup.changes() {
		if table.days = weekdays(v[fieldDays]); len(table.days) == 0 {
			invalid[fieldDays] = "Choose at least one day. To stop questions for a while, press Pause instead."
		}
	}
	if len(invalid) == 0 {
		setup.Expr = table.expr()
	}
	if problem := s.fillZone(setup, v.Get(fieldZone)); problem != "" {
		invalid[fieldZone] = problem
	}
	if id := v.Get(fieldStudying); id != "" {
		if c, ok := s.c.Catalogue.Find(id); ok && (id == before.Certification || s.offers(c)) {
			setup.Certification, setup.Outline = c.ID, c.Current(s.today(setup.Zone)).ID
		} else {
			invalid[fieldStudying] = "I don't have questions for that yet. Please choose from the list."
		}
	}
	switch open := StaysOpen(v.Get(fieldOpen)); open {
	case UntilNext, ThreeDays:
		setup.StaysOpen = open
	default:
		invalid[fieldOpen] = "Please choose how long a question stays open."
	}
	if problem := s.fillWindow(setup, before, v.Get(fieldWindow)); problem != "" {
		invalid[fieldWindow] = problem
	}
	return invalid
}

// changes reports whether the set-up changes the schedule of a group that has not ended.
func (s Setup) changes() bool { return s.Group != "" && !s.Reopen && !s.Adding }

// fillZone takes over a zone that is clear. One that is not is asked about
// afterwards, unless nothing comes near it.
func (s *Service) fillZone(setup *Setup, typed string) (problem string) {
	setup.TypedZone, setup.Zone = typed, ""
	if strings.Contains(typed, "/") { // a full name, as it was suggested; "EST" alone would be one too
		if _, err := schedule.LoadZone(typed); err == nil {
			setup.Zone = typed
			return ""
		}
	}
	m := schedule.FindZone(typed, s.c.Now())
	setup.Zone = m.Zone
	return m.Problem
}

// settle keeps a set-up and goes on with it: the zone is asked for until it is
// clear; then a group that runs is changed, and a new one previewed.
func (s *Service) settle(ctx context.Context, i bot.Interaction, setup Setup) (bot.Response, error) {
	if _, err := schedule.ParseExpr(setup.Expr, time.Hour); err != nil {
		return bot.Response{Invalid: map[string]string{fieldTimes: err.Error()}}, nil
	}
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	if setup.Zone == "" {
		return show(i, s.zoneCard(setup)), nil
	}
	if setup.changes() {
		return s.saveSchedule(ctx, i, setup, false)
	}
	return s.preview(ctx, i, setup)
}

// zoneCard asks which of several clocks is right.
func (s *Service) zoneCard(setup Setup) *bot.Card {
	choices := schedule.FindZone(setup.TypedZone, s.c.Now()).Choices
	c := &bot.Card{Title: "Which clock is right?", Footer: wordsNothingPosted}
	if setup.changes() {
		c.Footer = wordsNothingChanged
	}
	path := "setup/" + setup.ID
	if len(choices) > 3 {
		c.Body = wordsZoneMany(setup.TypedZone)
		menu := bot.Menu{Placeholder: "Choose by the clock", Action: path + "/zone"}
		for _, z := range choices {
			menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(z.Clock, bot.LimitOptionLabel), Value: z.Zone})
		}
		c.Controls = []bot.Row{{menu}, {bot.Button{Label: "Another place", Action: path + "/change"}}}
		return c
	}
	var controls []bot.Control
	body := []bot.Text{wordsZoneFew(setup.TypedZone)}
	for _, z := range choices {
		body = append(body, bot.Textf("%s", z.Clock))
		_, at, _ := strings.Cut(z.Clock, ", now ")
		controls = append(controls, bot.Button{Label: bot.Clip(z.City+", "+at, bot.LimitLabel), Action: path + "/zone/" + z.Zone, Accessible: bot.Clip(z.Clock, bot.LimitAccessible)})
	}
	c.Body = lines(body...)
	c.Controls = rows(append(controls, button("Another place", path+"/change"))...)
	return c
}

// chooseZone takes the zone whose clock was chosen.
func (s *Service) chooseZone(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, err := s.loadSetup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	zone := i.Arg("zone")
	if _, err := schedule.LoadZone(zone); err != nil {
		return bot.Response{}, problem(wordsNoSuchZone, button("Another place", "setup/"+setup.ID+"/change"))
	}
	setup.Zone, setup.TypedZone = zone, ""
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	if setup.changes() {
		return s.saveSchedule(ctx, i, setup, true)
	}
	return s.preview(ctx, i, setup)
}

// changeSetup opens the form again as it was filled in.
func (s *Service) changeSetup(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, err := s.loadSetup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if setup.changes() {
		return bot.Response{Form: s.scheduleForm(setup)}, nil
	}
	return bot.Response{Form: s.setupForm(setup, "setup/"+setup.ID)}, nil
}

// loadSetup reads the set-up a control belongs to. Only who filled it in may go
// on with it, and with a group's only while they may change the group.
func (s *Service) loadSetup(ctx context.Context, i bot.Interaction) (Setup, error) {
	setup, ok, err := s.c.Store.Setup(ctx, i.Arg("id"))
	if err != nil {
		return Setup{}, err
	}
	if !ok || setup.User != i.User {
		return Setup{}, problem(wordsSetupGone, primary("Set up", "setup"), button("My study page", PathStudy))
	}
	switch {
	case setup.Reopen:
		_, err = s.reopener(ctx, i, setup.Group)
	case setup.Group != "":
		_, _, err = s.organiser(ctx, i, setup.Group)
	}
	return setup, err
}

func (s *Service) previewAgain(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, err := s.loadSetup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if setup.Zone == "" {
		return show(i, s.zoneCard(setup)), nil
	}
	return s.preview(ctx, i, setup)
}

// preview shows, privately, what would be posted and when.
func (s *Service) preview(ctx context.Context, i bot.Interaction, setup Setup) (bot.Response, error) {
	d, started, err := s.c.Store.Details(ctx, setup.ID)
	if err != nil {
		return bot.Response{}, err
	}
	if started {
		return show(i, s.startedCard(d, AlreadyStarted)), nil
	}
	if err := s.channelFree(ctx, i, setup.Channel, setup.Group); err != nil {
		return bot.Response{}, err
	}
	if c := s.cannotPost(ctx, setup); c != nil {
		return show(i, c), nil
	}
	next, err := nextTimes(setup.Recurring("", "", ""), s.c.Now(), 5)
	if err != nil {
		return bot.Response{}, err
	}
	var sample bot.Text
	if s.c.Questions != nil {
		sample, _ = s.c.Questions.Sample(setup.Certification, setup.Outline)
	}
	path := "setup/" + setup.ID
	return show(i, &bot.Card{
		Title: "This is how it will be",
		Body: paragraphs(
			wordsPreviewTimes(s.c.Bot.ChannelName(ctx, setup.Channel), next, schedule.Clock(setup.Zone, s.c.Now())),
			wordsPreviewRules(setup),
			s.wordsRuleFirst(setup.Certification),
			wordsSample(sample),
		),
		Footer:   wordsNothingPosted,
		Controls: rows(primary("Start", path+"/start"), button("Change", path+"/change")),
	}), nil
}

// cannotPost is the card that says how the bot can be let into the channel, or nil.
func (s *Service) cannotPost(ctx context.Context, setup Setup) *bot.Card {
	err := s.c.Bot.Check(ctx, setup.Channel)
	if err == nil {
		return nil
	}
	path := "setup/" + setup.ID
	cause, fix := reason(err)
	return &bot.Card{
		Title:    bot.Textf("I can't post in %s yet", s.c.Bot.ChannelName(ctx, setup.Channel)),
		Body:     lines(cause, wordsFix(fix, "Check again"), wordsTypedKept),
		Footer:   wordsNothingPosted,
		Tone:     bot.Attention,
		Controls: rows(primary("Check again", path+"/preview"), button("Change", path+"/change")),
	}
}

// start makes the group, once.
func (s *Service) start(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	setup, err := s.loadSetup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if setup.Zone == "" {
		return show(i, s.zoneCard(setup)), nil
	}
	if c := s.cannotPost(ctx, setup); c != nil {
		return show(i, c), nil
	}
	cc, ok := s.c.Catalogue.Find(setup.Certification)
	if !ok {
		return bot.Response{}, problem(wordsSetupGone, primary("Set up", "setup"))
	}
	now, group := s.c.Now(), setup.ID
	var windows map[string]Window
	about := []string{setup.Certification}
	if setup.Group != "" {
		group = setup.Group
		d, _, err := s.c.Store.Details(ctx, group)
		if err != nil {
			return bot.Response{}, err
		}
		windows, about = s.windowsAhead(d), append(d.certifications(), about...)
	}
	setup = s.withWindowAhead(setup)
	setup.GroupName = groupName(s.c.Bot.ChannelName(ctx, setup.Channel), cc.Short)
	outcome, err := s.c.Store.StartGroup(ctx, Start{
		Setup: setup, Member: s.c.NewID(), Track: s.c.NewID(), Schedule: s.c.NewID(), Windows: windows, Facts: s.factsAt(setup.Zone, about...), Now: now,
		Welcome: schedule.Delivery{
			Key: s.c.NewID(), Kind: KindWelcome, Ref: group, Group: group, Target: string(setup.Channel),
			Rank: schedule.RankSumUp, At: now, Until: now.AddDate(0, 0, 7),
		},
	})
	if err != nil {
		return bot.Response{}, err
	}
	if outcome == ChannelTaken {
		return bot.Response{}, cmp.Or(s.channelFree(ctx, i, setup.Channel, group), problem(wordsSetupGone, primary("Set up", "setup")))
	}
	s.c.Wake()
	d, ok, err := s.c.Store.Details(ctx, group)
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return show(i, s.startedCard(d, outcome)), nil
}

func (s *Service) startedCard(d Details, outcome StartOutcome) *bot.Card {
	title := bot.Textf("The %s has started", d.Group.Name)
	if outcome == AlreadyStarted {
		title = bot.Textf("The %s has started already", d.Group.Name)
	}
	if d.Group.State == Ended {
		return s.endedCard(d)
	}
	c := &bot.Card{Title: title, Body: lines(s.wordsNextQuestion(d)), Footer: wordsOnlyYou, Tone: bot.Good}
	path := PathGroup(d.Group.ID)
	if len(d.Organisers) < 2 {
		c.Body = lines(c.Body, wordsSecondOrganiser)
		c.Controls = rows(primary("Add an organiser", path+"/people/join"), button("Group page", path), button("My study page", PathStudy))
		return c
	}
	c.Controls = rows(primary("Group page", path), button("My study page", PathStudy))
	return c
}
