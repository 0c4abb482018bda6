package group

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// maxAway is for how many days somebody can be away.
const maxAway = 60

// The paths of what is a person's own, over all groups.
const (
	pathAway  = "away"
	pathBack  = "away/back"
	pathAsked = "asked"
)

func (s *Service) registerWishes() {
	b := s.c.Bot
	b.Action(pathAway, s.askAway)
	b.Action("away/set", s.setAway)
	b.Action(pathBack, s.back)
	b.Action(pathAsked+"/{when}", s.setAsked)
	s.ContributeSetting(s.wishSettings)
	s.registerReminders()
}

// wishSettings is what a person's settings say about notes, time away and being asked.
func (s *Service) wishSettings(ctx context.Context, _ Group, m Member) ([]bot.Text, []bot.Button, error) {
	w, err := s.c.Store.Wishes(ctx, m.ID, s.c.Now())
	if err != nil {
		return nil, nil, err
	}
	lines, buttons := []bot.Text{}, []bot.Button{}
	if len(s.notes) > 0 {
		buttons = append(buttons, bot.Button{Label: "Reminders", Action: PathReminders})
	}
	for _, k := range s.notes {
		if r, _ := w.Reminder(k.Name); r.State == RemindOn {
			lines = append(lines, s.wordsReminder(k, w, r))
		}
	}
	if w.Away.IsZero() {
		buttons = append(buttons, bot.Button{Label: "Away", Action: pathAway})
	} else {
		lines, buttons = append(lines, wordsAway(s.awayDay(w))), append(buttons, bot.Button{Label: "I'm back", Action: pathBack})
	}
	if w.AskFirst {
		lines, buttons = append(lines, wordsAskFirst), append(buttons, bot.Button{Label: "Count at once", Action: pathAsked + "/never"})
	} else {
		buttons = append(buttons, bot.Button{Label: "Ask me first", Action: pathAsked + "/first"})
	}
	return lines, buttons, nil
}

// wishPart is what the study page says about time away, and about notes that
// could not be delivered.
func (s *Service) wishPart(ctx context.Context, _ Group, m Member) (StudyPart, error) {
	w, err := s.c.Store.Wishes(ctx, m.ID, s.c.Now())
	if err != nil {
		return StudyPart{}, err
	}
	var part StudyPart
	if !w.Away.IsZero() {
		part.Lines = append(part.Lines, wordsAway(s.awayDay(w)))
		part.Actions = append(part.Actions, bot.Button{Label: "I'm back", Action: pathBack})
	}
	if w.blocked() {
		part.Lines = append(part.Lines, wordsBlocked)
		part.Actions = append(part.Actions, bot.Button{Label: "Reminders", Action: PathReminders})
	}
	return part, nil
}

// awayDay is the end of a person's time away by the clock in whose zone it is a
// midnight, or by UTC.
func (s *Service) awayDay(w Wishes) time.Time { return w.Away.In(Group{Zone: w.AwayZone}.Location()) }

// askAway opens the form about being away.
func (s *Service) askAway(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, all, err := s.person(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	week := s.today(s.zoneOf(ctx, i, all)).AddDate(0, 0, 7)
	return bot.Response{Form: &bot.Form{Title: "Away", Submit: "Save", Action: "away/set", Intro: wordsAwayIntro, Fields: []bot.Field{{
		Name: fieldUntil, Label: "Away until", Kind: bot.Date, Required: true, Help: "The day you're back, up to 60 days from now",
		Initial: []string{week.Format(time.DateOnly)},
	}}}}, nil
}

// setAway makes a person away until the local midnight before a day.
func (s *Service) setAway(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	zone := s.zoneOf(ctx, i, all)
	today := s.today(zone)
	day, err := schedule.ParseWall(i.Values.Get(fieldUntil) + "T00:00")
	invalid := ""
	switch {
	case err != nil:
		invalid = "Please write a date such as 2026-12-24."
	case day.Date() <= today.Format(time.DateOnly):
		invalid = "That day has begun. Please choose a later one."
	case day.Date() > today.AddDate(0, 0, maxAway).Format(time.DateOnly):
		invalid = "Up to 60 days. Please choose an earlier day; you can go on then."
	}
	if invalid != "" {
		return bot.Response{Invalid: map[string]string{fieldUntil: invalid}}, nil
	}
	now := s.c.Now()
	w.Away, w.AwayZone = schedule.Resolve(day, Group{Zone: zone}.Location()), zone
	if err := s.c.Store.SetAway(ctx, w, now, s.noteDues(w, now)); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsAway(s.awayDay(w)), Footer: wordsOnlyYou,
		Controls: rows(button("I'm back", pathBack), button("My study page", PathStudy))}), nil
}

// back ends a person's time away.
func (s *Service) back(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, _, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	body := wordsAwayNot
	if !w.Away.IsZero() {
		body = wordsAwayBack
		now := s.c.Now()
		w.Away = now
		if err := s.c.Store.SetAway(ctx, w, now, s.noteDues(w, now)); err != nil {
			return bot.Response{}, err
		}
	}
	return show(i, &bot.Card{Body: body, Footer: wordsOnlyYou, Controls: rows(primary("My study page", PathStudy))}), nil
}

// setAsked keeps whether a person is asked before an answer counts.
func (s *Service) setAsked(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	member, _, err := s.person(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	first := i.Arg("when") == "first"
	if err := s.c.Store.SetAsked(ctx, member, first); err != nil {
		return bot.Response{}, err
	}
	body, again := wordsAskNot, button("Ask me first", pathAsked+"/first")
	if first {
		body, again = wordsAskFirst, button("Count at once", pathAsked+"/never")
	}
	return show(i, &bot.Card{Body: "Done. " + body, Footer: wordsOnlyYou, Controls: rows(again, button("My study page", PathStudy))}), nil
}
