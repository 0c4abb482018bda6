package group

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// editSchedule opens the schedule form of a group.
func (s *Service) editSchedule(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if len(d.Tracks) > 1 && d.Group.State != Ended && typedZone(i) == "" { // each has one of its own, but the zone
		return show(i, s.tracksCard(ctx, d, "")), nil
	}
	return s.openSchedule(ctx, i, d, d.First())
}

// setupOf is a group as it is with one of the things it studies, ready to be changed.
func (s *Service) setupOf(ctx context.Context, i bot.Interaction, d Details, t Studied) Setup {
	setup := Setup{
		User: i.User, Name: s.nameOf(ctx, i), Space: i.Space, Channel: i.Channel, Group: d.Group.ID, GroupName: d.Group.Name,
		Track: t.ID, Certification: t.Certification, Outline: t.Outline,
		WindowFrom: t.WindowFrom, WindowTo: t.WindowTo,
		Expr: t.Schedule.Expr, Zone: d.Group.Zone, StaysOpen: d.Group.StaysOpen,
	}
	if len(d.Channels) > 0 {
		setup.Space, setup.Channel = d.Channels[0].Space, d.Channels[0].ID
	}
	return setup
}

// scheduleForm is the form of five fields that changes a group.
func (s *Service) scheduleForm(setup Setup) *bot.Form {
	table := timetableOf(setup.Expr)
	var days []bot.Option
	var chosen []string
	for _, d := range week() {
		days = append(days, bot.Option{Label: d.String(), Value: dayValue(d)})
	}
	for _, d := range table.days {
		chosen = append(chosen, dayValue(d))
	}
	return &bot.Form{
		Title: "Schedule", Submit: "Save", Action: "setup/" + setup.ID,
		Fields: []bot.Field{
			timesField(table, "One to three a day, with the same minutes: 07:00, 12:00, 17:00"),
			{Name: fieldDays, Label: "Days", Kind: bot.AnyOf, Required: true, Options: days, Initial: chosen, Min: 1, Max: len(days)},
			s.zoneField(setup),
			openField(setup),
			s.windowField(setup),
		},
	}
}

// timesField is the line for one to three times a day.
func timesField(t timetable, help string) bot.Field {
	return bot.Field{Name: fieldTimes, Label: "Question times", Kind: bot.Line, Required: true, Help: help, Initial: []string{t.typed()}}
}

// saveSchedule changes the group. A zone other than the group's is first
// confirmed by its clock.
func (s *Service) saveSchedule(ctx context.Context, i bot.Interaction, setup Setup, confirmed bool) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, setup.Group)
	if err != nil {
		return bot.Response{}, err
	}
	path := "setup/" + setup.ID
	if setup.Zone != d.Group.Zone && !confirmed {
		return show(i, &bot.Card{
			Title:    "Is this clock right?",
			Body:     wordsClockRight(schedule.Clock(setup.Zone, s.c.Now()), s.c.Now(), setup.Zone),
			Footer:   wordsNothingChanged,
			Controls: rows(primary("Yes", path+"/zone/"+setup.Zone), button("No", path+"/change")),
		}), nil
	}
	ok, err := s.c.Store.Reschedule(ctx, setup, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if _, studies := d.Studies(setup.Track); !ok && !studies && d.Group.State != Ended {
		return bot.Response{}, problem(wordsTrackUnknown, primary("Certifications", PathGroup(setup.Group)+"/tracks"))
	}
	if !ok {
		return bot.Response{}, problem(wordsEnded(d.Group), primary("Set up again", PathGroup(setup.Group)+"/setup"))
	}
	s.c.Wake()
	if d, ok, err = s.c.Store.Details(ctx, setup.Group); err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return s.savedCard(i, d, setup, path)
}

func (s *Service) savedCard(i bot.Interaction, d Details, setup Setup, path string) (bot.Response, error) {
	now, group := s.c.Now(), PathGroup(d.Group.ID)
	c := &bot.Card{Title: "Saved", Footer: wordsOnlyYou, Tone: bot.Good}
	t, ok := d.Studies(setup.Track)
	if !ok {
		t = d.First()
	}
	if d.Group.State != Running {
		c.Body = lines(wordsRules(d.Group, timetableOf(t.Schedule.Expr), schedule.Clock(d.Group.Zone, now)), wordsStillPaused)
		c.Controls = rows(primary("Resume", group+"/resume"), button("Group page", group), button("Change", path+"/change"))
		return show(i, c), nil
	}
	next, err := s.nextPosts(t, 5)
	if err != nil {
		return bot.Response{}, err
	}
	c.Body = lines(
		wordsRules(d.Group, timetableOf(t.Schedule.Expr), schedule.Clock(d.Group.Zone, now)),
		wordsNextTimes(next),
	)
	c.Controls = rows(primary("Group page", group), button("Change", path+"/change"))
	return show(i, c), nil
}

// nextPosts is when the next questions of a certification come: from the one that
// is due, which after a change is not always the schedule's next.
func (s *Service) nextPosts(t Studied, n int) ([]string, error) {
	from := s.c.Now()
	if !t.Next.IsZero() && t.Next.After(from) {
		from = t.Next.Add(-time.Second)
	}
	return nextTimes(t.Schedule, from, n)
}

// reopener is the group's details for who may set it up again: its organisers
// and, once it has ended, the administrators of its place.
func (s *Service) reopener(ctx context.Context, i bot.Interaction, group string) (Details, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err == nil && m.Role != Organiser && d.Group.State == Ended && s.administers(ctx, d, i.User) {
		return d, nil
	}
	d, _, err = s.organiser(ctx, i, group)
	return d, err
}

// reopen opens the set-up form of a group that has ended, as it was.
func (s *Service) reopen(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, err := s.reopener(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if d.Group.State != Ended {
		return s.editSchedule(ctx, i, group)
	}
	setup := s.setupOf(ctx, i, d, d.First())
	setup.ID, setup.CreatedAt, setup.Reopen = s.c.NewID(), s.c.Now(), true
	if setup.Channel == "" {
		return bot.Response{}, problem(wordsNoChannel, button("Group page", PathGroup(group)))
	}
	setup = s.withWindowAhead(s.withZone(setup, i))
	if err := s.c.Store.SaveSetup(ctx, setup); err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: s.setupForm(setup, "setup/"+setup.ID)}, nil
}
