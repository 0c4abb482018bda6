package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// CalendarStore is what the calendars of groups need of the database.
type CalendarStore interface {
	// Agenda reads what a group's calendar is worked out from; ok is false for a
	// group that is no more.
	Agenda(ctx context.Context, groupID string, now time.Time) (a Agenda, ok bool, err error)
	// TrackFigures sums up a track's season so far, and its answers since an instant.
	TrackFigures(ctx context.Context, groupID, trackID string, since time.Time) (Figures, error)
	// PostCalendar takes the due thing, keeps the post with its deliveries and its
	// steps as told, makes the notices due, and plans the next date. For a group
	// that doesn't run it records the due thing as skipped; one whose steps are not
	// the post's any more is an error, and tried again.
	PostCalendar(ctx context.Context, d schedule.Due, p CalendarPost, now time.Time) error
	// SkipCalendar records that a date went by, and plans the next one.
	SkipCalendar(ctx context.Context, d schedule.Due, now time.Time) error
	// CalendarPost reads what a post says.
	CalendarPost(ctx context.Context, id string) (data string, ok bool, err error)
	// OnDay is what a question's card says about exams on a local date.
	OnDay(ctx context.Context, t group.Track, day string) (OnDay, error)
	// OwnExam is the first local date of a member's next exam of a certification
	// that isn't over on a day; "" for none.
	OwnExam(ctx context.Context, member, certification, day string) (string, error)
	// Sitting is how many people share with a group exams of what it studies.
	Sitting(ctx context.Context, groupID, day string) ([]Sitting, error)
	// PrepareCalendars plans for running groups that were planned by another
	// catalogue, or by none.
	PrepareCalendars(ctx context.Context, now time.Time) error
}

// CalendarPost is what a group hears on one local date.
type CalendarPost struct {
	ID, Group, Day string
	Steps          []Step
	Data           string // what it says; "" if there is nothing to be posted
	Deliveries     []schedule.Delivery
	Notices        []group.Notice
}

// Figures are a track's season so far.
type Figures struct {
	Questions int // that have closed
	Areas     []AreaFigures
}

// AreaFigures are an area's part in them.
type AreaFigures struct {
	Domain    string
	Questions int // closed this season
	// Of questions posted since the instant that have closed:
	Different, Answers, Right, People int
}

// OnDay is what is known of exams on a local date.
type OnDay struct {
	Names     []string // who shares an exam of that day, as boards name them
	Hidden    bool     // somebody who isn't named does
	Next      string   // the next local date from then on that members share; "" for none
	Countdown string   // as [group.Habits] has it
	KeepGoing bool
}

// CalendarConfig is what a [Calendar] needs.
type CalendarConfig struct {
	Store     CalendarStore
	Catalogue cert.Catalogue
	Questions interface {
		// ThemePath begins practice of an area, or of what was missed.
		ThemePath(t group.Track, theme practice.Theme) string
	}
	Now   func() time.Time // domain time
	NewID func() string
}

// Calendar tells groups what is ahead: how long it is to their exam, and by when
// to apply. It is whatever all have in common; a person's own dates are a
// [Service]'s.
type Calendar struct{ c CalendarConfig }

// NewCalendar makes a calendar.
func NewCalendar(c CalendarConfig) *Calendar { return &Calendar{c} }

// Kinds is what the engine needs to know.
func (c *Calendar) Kinds() []schedule.Kind {
	return []schedule.Kind{{Name: group.KindCalendar, Fire: c.fire, Skip: c.skip, Render: c.render}}
}

// fire posts what falls on a date.
func (c *Calendar) fire(ctx context.Context, d schedule.Due) error {
	a, ok, err := c.c.Store.Agenda(ctx, d.Subject, c.c.Now())
	if err != nil {
		return err
	}
	p := CalendarPost{ID: c.c.NewID(), Group: d.Subject, Day: d.Occurrence}
	if ok {
		p.Steps = a.On(d.Occurrence)
		if err := c.fill(ctx, a, d, &p); err != nil {
			return err
		}
	}
	return c.c.Store.PostCalendar(ctx, d, p, c.c.Now())
}

// skip leaves a date out that is over: what it would have said is not true any more.
func (c *Calendar) skip(ctx context.Context, d schedule.Due) error {
	return c.c.Store.SkipCalendar(ctx, d, c.c.Now())
}

// fill decides what a date's post says, and where.
func (c *Calendar) fill(ctx context.Context, a Agenda, d schedule.Due, p *CalendarPost) error {
	var said said
	for _, t := range a.Group.Tracks {
		steps := slices.DeleteFunc(slices.Clone(p.Steps), func(s Step) bool { return s.Track != t.ID || s.Kind == OutlineEnd })
		if len(steps) > 0 {
			part, err := c.section(ctx, a, t, steps)
			if err != nil {
				return err
			}
			said.Sections = append(said.Sections, part)
		}
		if slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Track == t.ID && s.Kind == OutlineEnd }) {
			p.Notices = append(p.Notices, c.outlineNotice(a, t))
		}
	}
	if len(said.Sections) == 0 {
		return nil
	}
	data, err := json.Marshal(said)
	if err != nil {
		return fmt.Errorf("calendar post: %w", err)
	}
	p.Data = string(data)
	for _, ch := range a.Group.Channels {
		if ch.Gone || len(said.in(ch.ID).Sections) == 0 {
			continue
		}
		p.Deliveries = append(p.Deliveries, schedule.Delivery{Key: c.c.NewID(), Stable: true, Kind: group.KindCalendar, Ref: p.ID, Group: p.Group,
			Target: string(ch.ID), Rank: d.Rank, At: d.At, Until: d.Until})
	}
	return nil
}

// section works out what there is to say about a track's steps of one date.
func (c *Calendar) section(ctx context.Context, a Agenda, t group.Studied, steps []Step) (section, error) {
	about, _ := c.c.Catalogue.Find(t.Certification)
	p := section{Track: t.ID, Short: about.Short, Day: steps[0].Day, From: t.WindowFrom, To: t.WindowTo, Themes: !a.Group.Habits.NoTheme}
	for _, ch := range a.Group.Channels {
		if slices.Contains(ch.Muted, t.ID) {
			p.Muted = append(p.Muted, ch.ID)
		}
	}
	for _, s := range steps {
		switch s.Kind {
		case ToDates:
			p.Kind, p.Days, p.From, p.To, p.Dates = s.Kind, s.Days, s.Target, "", 0
			for _, day := range a.Shared[t.ID] {
				if day >= s.Target {
					p.To, p.Dates = day, p.Dates+1
				}
			}
		case ToDeadline:
			p.ApplyIn = s.Days
		default:
			p.Kind, p.Days = s.Kind, s.Days
		}
	}
	if known, ok := group.DeadlineOf(about, t); ok {
		p.Deadline = known
	}
	if p.Kind == "" || p.Kind == LastDay {
		return p, nil
	}
	f, err := c.c.Store.TrackFigures(ctx, a.Group.Group.ID, t.ID, c.c.Now().AddDate(0, 0, -practice.AreaDays))
	if err != nil {
		return section{}, err
	}
	o, _ := about.Outline(t.Outline)
	p.sum(f, o)
	theme := practice.Theme{Area: p.Area, Review: p.Area == ""}
	p.Practise = c.c.Questions.ThemePath(t.Track, theme)
	return p, nil
}

// outlineNotice tells organisers that what they study ends, or is followed.
func (c *Calendar) outlineNotice(a Agenda, t group.Studied) group.Notice {
	about, _ := c.c.Catalogue.Find(t.Certification)
	end, next, _ := Succession(about, t.Outline)
	return group.OutlineNotice(a.Group.Group.ID, t.ID, t.Outline, end, next.ID)
}

// render shows a post as it was decided.
func (c *Calendar) render(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	data, ok, err := c.c.Store.CalendarPost(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok {
		return bot.Message{}, schedule.ErrTaken
	}
	var p said
	if err := json.Unmarshal([]byte(data), &p); err != nil {
		return bot.Message{}, fmt.Errorf("calendar post %q: %w", d.Ref, err)
	}
	if p = p.in(bot.ChannelID(d.Target)); len(p.Sections) == 0 {
		return bot.Message{}, schedule.ErrTaken
	}
	return p.message(), nil
}

// Line is what a question of a local date says about exams: good luck to those
// who share that theirs is today, else how far it is; "" for nothing. It
// implements [practice.Calendar].
func (c *Calendar) Line(ctx context.Context, t group.Track, day string) (bot.Text, error) {
	on, err := c.c.Store.OnDay(ctx, t, day)
	if err != nil {
		return "", err
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", fmt.Errorf("card of %q: %w", day, err)
	}
	return cardLine(t, on, at), nil
}

// Near implements [practice.Calendar].
func (c *Calendar) Near(ctx context.Context, member, certification, day string) (bool, error) {
	exam, err := c.c.Store.OwnExam(ctx, member, certification, day)
	if err != nil || exam == "" {
		return false, err
	}
	at, err := time.Parse(time.DateOnly, exam)
	if err != nil {
		return false, fmt.Errorf("exam of %q: %w", exam, err)
	}
	return at.AddDate(0, 0, -practice.ReviewDays).Format(time.DateOnly) <= day, nil
}
