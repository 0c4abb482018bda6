package group

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

// Habits is what a group chose for its weeks and seasons; the zero value is the
// defaults.
type Habits struct {
	NoTheme   bool    // weeks have no theme
	Weekly    string  // five cron fields of the weekly post; "" is Monday at question time
	Quiet     bool    // weeks end without a post
	Discuss   Discuss // when a closed question gets a thread
	AtClosing bool    // results come when a question closes; until then answers can be changed
	KeepGoing bool    // a season does not end with the exam window
	Pin       bool    // questions are pinned while they are open

	Countdown   string // [UsualCountdown], [LineCountdown], [NoCountdown], or days before the exam window: "30, 7"
	NoDeadlines bool   // nothing is posted before application deadlines

	Ping      bot.AudienceID // who is notified when a question is posted; "" for nobody
	PingSpace bot.SpaceID    // where they are
}

// Discuss is when a closed question gets a thread to discuss it in.
type Discuss string

// The choices.
const (
	WhenAsked     Discuss = "" // by somebody who presses Discuss
	AlwaysDiscuss Discuss = "always"
	NeverDiscuss  Discuss = "never"
)

// MostSkipDays is how many days a group may leave out at once.
const MostSkipDays = 60

// SkipDayReason is recorded of a question that was left out on a skip day.
const SkipDayReason = "a skip day"

// HabitStore is what the choices of groups need of the database.
type HabitStore interface {
	// ChangeHabits changes what a group chose, and plans its weeks and season by
	// it. What another organiser chooses at the same time stays: change gets what is
	// chosen then, and may be called more than once. A season whose day to end went
	// by while the group was to keep going ends as [OverdueSeason] says.
	ChangeHabits(ctx context.Context, groupID string, change func(h *Habits), now time.Time) error
	// AddSkipDays adds local dates, 2006-01-02, on which the group gets no
	// question, and plans by them. It reports false, and adds none, if there would
	// be more than [MostSkipDays] from the day on that it is.
	AddSkipDays(ctx context.Context, groupID string, days []string, now time.Time) (bool, error)
	// PinAgain lets what could not be pinned or unpinned be tried again at once, and
	// closes the notices about it.
	PinAgain(ctx context.Context, groupID string, now time.Time) error
	// DropSkipDays takes dates out again.
	DropSkipDays(ctx context.Context, groupID string, days []string, now time.Time) error
}

// attachHabits registers what organisers choose beyond the schedule.
func (s *Service) attachHabits(of func(path string, h groupHandler)) {
	of("/weeks", s.weeksPage)
	of("/weekly", s.askWeekly)
	of("/weekly/set", s.setWeekly)
	of("/choose/{habit}", s.chooseHabit)
	of("/choose/{habit}/{value}", s.setHabit)
	of("/pin", s.pinAgain)
	of("/ping", s.pingPage)
	of("/ping/choose", s.askPing)
	of("/ping/set", s.setPing)
	of("/ping/none", s.noPing)
	s.attachCalendar(of)
	of("/skip", s.skipPage)
	of("/skip/add", s.askSkip)
	of("/skip/set", s.addSkip)
	of("/skip/drop/{days}", s.dropSkip)
}

// HabitPage is what the group's further page says about its weeks, for
// [Service.ContributePage].
func (s *Service) HabitPage(ctx context.Context, d Details, m Member) ([]bot.Text, []bot.Button, error) {
	text := []bot.Text{wordsWeekly(d)}
	if len(spansOf(d.SkipDays, s.today(d.Group.Zone))) > 0 {
		text = append(text, wordsSkipped(d.SkipDays, s.today(d.Group.Zone)))
	}
	_, buttons, err := forOrganisers(weeksLabel, "/weeks")(ctx, d, m)
	return text, buttons, err
}

const weeksLabel = "Weeks and seasons"

// weeksPage shows what organisers choose beyond the schedule.
func (s *Service) weeksPage(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	body := []bot.Text{wordsWeekly(d), wordsCountdown(d.Habits), wordsSkipped(d.SkipDays, s.today(d.Group.Zone))}
	for _, habit := range []string{habitResult, habitTheme, habitDiscuss, habitPin, habitSeason} {
		if habit == habitPin && !s.canPin(d) {
			continue
		}
		title, _, all := d.Habits.options(habit)
		for _, o := range all {
			if o.chosen {
				body = append(body, bot.Textf("%s: %s.", title, strings.ToLower(o.label)))
			}
		}
	}
	if s.canPing(d) {
		body = append(body, s.wordsPinged(ctx, d))
	}
	path := PathGroup(group)
	controls := []bot.Control{
		button("Weekly post", path+"/weekly"), button("Skip days", path+"/skip"), button("Theme of the week", path+"/choose/"+habitTheme),
		button("Discussions", path+"/choose/"+habitDiscuss), button("Season end", path+"/choose/"+habitSeason),
		button("Results", path+"/choose/"+habitResult), button(countdownLabel, path+"/countdown"),
	}
	if s.canPin(d) {
		controls = append(controls, button(pinLabel, path+"/choose/"+habitPin))
	}
	if s.canPing(d) {
		controls = append(controls, button(pingLabel, path+"/ping"))
	}
	controls = append(controls, button("Group page", path))
	return show(i, &bot.Card{Title: weeksLabel, Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

const (
	fieldPost = "post"
	fieldDay  = "day"
	fieldAt   = "at"

	postUsual = "usual" // Monday at question time
	postOther = "other"
	postOff   = "off"
)

// askWeekly opens the form about when the weekly post comes.
func (s *Service) askWeekly(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	post, table := postUsual, d.weekly()
	switch {
	case d.Habits.Quiet:
		post = postOff
	case d.Habits.Weekly != "":
		post = postOther
	}
	var days []bot.Option
	for _, day := range week() {
		days = append(days, bot.Option{Label: day.String(), Value: dayValue(day)})
	}
	return bot.Response{Form: &bot.Form{Title: "Weekly post", Submit: "Save", Action: PathGroup(group) + "/weekly/set", Fields: []bot.Field{
		{Name: fieldPost, Label: "Weekly post", Kind: bot.OneOf, Required: true, Help: "Weeks run from one to the next, also when it is off.",
			Initial: []string{post}, Options: []bot.Option{
				{Label: "Monday at question time", Value: postUsual}, {Label: "At another time", Value: postOther}, {Label: "Off", Value: postOff},
			}},
		{Name: fieldDay, Label: "Day", Kind: bot.OneOf, Help: "Of another time", Options: days, Initial: []string{dayValue(table.days[0])}},
		{Name: fieldAt, Label: "Time", Kind: bot.Line, Help: "Of another time, such as 18:00", Initial: []string{table.typed()}, Max: 20},
	}}}, nil
}

// setWeekly keeps when the weekly post comes.
func (s *Service) setWeekly(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	expr, quiet := "", false
	switch i.Values.Get(fieldPost) {
	case postOff:
		quiet = true
	case postOther:
		days := weekdays(i.Values[fieldDay])
		minutes, problem := times(i.Values.Get(fieldAt))
		switch {
		case len(days) != 1:
			return bot.Response{Invalid: map[string]string{fieldDay: "Please choose one day."}}, nil
		case problem != "":
			return bot.Response{Invalid: map[string]string{fieldAt: problem}}, nil
		case len(minutes) != 1:
			return bot.Response{Invalid: map[string]string{fieldAt: "Please write one time, such as 18:00."}}, nil
		}
		expr = timetable{minutes: minutes, days: days}.expr()
	}
	return s.keepHabit(ctx, i, d, func(h *Habits) { h.Weekly, h.Quiet = expr, quiet }, wordsWeekly)
}

// keepHabit keeps what was chosen and says how it is now.
func (s *Service) keepHabit(ctx context.Context, i bot.Interaction, d Details, change func(h *Habits), words func(d Details) bot.Text) (bot.Response, error) {
	if err := s.c.Store.ChangeHabits(ctx, d.Group.ID, change, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	change(&d.Habits)
	path := PathGroup(d.Group.ID)
	return show(i, &bot.Card{Title: "Saved", Body: words(d), Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(button("Group page", path), button(weeksLabel, path+"/weeks"))}), nil
}

// The habits that are chosen by a button.
const (
	habitResult  = "result"
	habitTheme   = "theme"
	habitDiscuss = "discuss"
	habitSeason  = "season"
	habitPin     = "pin"
)

// option is one choice of a habit.
type option struct {
	label, value string
	chosen       bool
	set          func(h *Habits)
}

// options are the choices of a habit; none for a habit that isn't known.
func (h Habits) options(habit string) (title, about bot.Text, all []option) {
	switch habit {
	case habitResult:
		return "Results", wordsResults, []option{
			{"At once", "once", !h.AtClosing, func(h *Habits) { h.AtClosing = false }},
			{"At closing", "closing", h.AtClosing, func(h *Habits) { h.AtClosing = true }},
		}
	case habitTheme:
		return "Theme of the week", wordsThemes, []option{
			{"On", "on", !h.NoTheme, func(h *Habits) { h.NoTheme = false }},
			{"Off", "off", h.NoTheme, func(h *Habits) { h.NoTheme = true }},
		}
	case habitDiscuss:
		return "Discussions", wordsDiscussions, []option{
			{"When somebody asks", "asked", h.Discuss == WhenAsked, func(h *Habits) { h.Discuss = WhenAsked }},
			{"Always", "always", h.Discuss == AlwaysDiscuss, func(h *Habits) { h.Discuss = AlwaysDiscuss }},
			{"Never", "never", h.Discuss == NeverDiscuss, func(h *Habits) { h.Discuss = NeverDiscuss }},
		}
	case habitPin:
		return pinLabel, wordsPins, []option{
			{"On", "on", h.Pin, func(h *Habits) { h.Pin = true }},
			{"Off", "off", !h.Pin, func(h *Habits) { h.Pin = false }},
		}
	case habitSeason:
		return "Season end", wordsSeasonEnds, []option{
			{"Wrap up", "wrap", !h.KeepGoing, func(h *Habits) { h.KeepGoing = false }},
			{"Keep going", "go", h.KeepGoing, func(h *Habits) { h.KeepGoing = true }},
		}
	}
	return "", "", nil
}

// chooseHabit shows the choices of a habit.
func (s *Service) chooseHabit(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	title, about, all := d.Habits.options(i.Arg("habit"))
	if all == nil || i.Arg("habit") == habitPin && !s.canPin(d) {
		return s.weeksPage(ctx, i, group)
	}
	var controls []bot.Control
	for _, o := range all {
		if o.chosen {
			about = lines(about, bot.Textf("Now: %s", o.label))
		} else {
			controls = append(controls, button(o.label, PathGroup(group)+"/choose/"+i.Arg("habit")+"/"+o.value))
		}
	}
	controls = append(controls, button(weeksLabel, PathGroup(group)+"/weeks"))
	return show(i, &bot.Card{Title: title, Body: about, Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

// setHabit keeps a choice.
func (s *Service) setHabit(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	title, about, all := d.Habits.options(i.Arg("habit"))
	n := slices.IndexFunc(all, func(o option) bool { return o.value == i.Arg("value") })
	if n < 0 || i.Arg("habit") == habitPin && !s.canPin(d) && !d.Habits.Pin {
		return s.weeksPage(ctx, i, group)
	}
	going := d.Habits.KeepGoing
	return s.keepHabit(ctx, i, d, all[n].set, func(d Details) bot.Text {
		text := lines(bot.Textf("%s: %s", title, all[n].label), about)
		if due, late := OverdueSeason(d, s.c.Now()); late && going {
			text = lines(text, bot.Textf(wordsSeasonOverdue, bot.When(due.At.In(d.Group.Location()))))
		}
		return text
	})
}

// weekly is when a group's weekly post comes, or would.
func (d Details) weekly() timetable {
	if f := strings.Fields(d.Habits.Weekly); len(f) == 5 {
		t := timetableOf(d.Habits.Weekly)
		if day, err := strconv.Atoi(f[4]); err == nil {
			t.days = []time.Weekday{time.Weekday(day % 7)}
		}
		return t
	}
	t := timetableOf(d.First().Schedule.Expr)
	return timetable{minutes: t.minutes[:1], days: []time.Weekday{time.Monday}}
}

func wordsWeekly(d Details) bot.Text {
	t := d.weekly()
	when := fmt.Sprintf("%s at %s", t.days[0], time.Date(2000, 1, 1, t.minutes[0]/60, t.minutes[0]%60, 0, 0, time.UTC).Format("3:04 PM"))
	switch {
	case d.Habits.Quiet:
		return bot.Textf("Weekly post: off. A week still begins on %s.", when)
	case d.Habits.Weekly == "":
		return bot.Textf("Weekly post: %s, directly before a question.", when)
	}
	return bot.Textf("Weekly post: %s.", when)
}

const (
	wordsResults bot.Text = "At once: the first answer counts, and everybody reads privately how it was.\n" +
		"At closing: an answer can be changed until the question closes. Then the result is on the study page.\n" +
		"A change holds from the next question on."
	wordsThemes bot.Text = "Each week has an area of the outline, by its weight. About 3 of 5 questions are about it.\n" +
		"The last three weeks before the exam window are review."
	wordsDiscussions bot.Text = "A closed question can have a thread under it."
	wordsSeasonEnds  bot.Text = "On the exam window's last day a good wish comes instead of a question. Seven days later, Wrap up says goodbye in the channel and ends the season. " +
		"With Keep going, questions come as before."
	wordsSeasonOverdue = "That day is over, so the season ends on %s."
)
