package group

import (
	"cmp"
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

const (
	// wrapUpAfter is how many days after an exam window's last day a season ends.
	wrapUpAfter = 7
	// askAfter is how long after that organisers are asked about the next one.
	askAfter = 7 * 24 * time.Hour
	// startAfter is how many days after the end a season begins at the earliest.
	startAfter = 14
	// wrapUpFor is how late a season's wrap-up may still be posted: nothing comes
	// in its place, so that a goodbye of last week is better than none.
	wrapUpFor = 7 * 24 * time.Hour
)

// The kinds of due things and deliveries of seasons.
const (
	// KindSeason ends a season, of which the subject is the group and the
	// occurrence the window's last day, and renders the wrap-up.
	KindSeason = "season"
	// kindAskSeason asks organisers about the next one; its subject is the season.
	kindAskSeason = "season-ask"
	// KindStartSeason begins the next one; its subject is the season.
	KindStartSeason = "season-start"
)

// Season is a season that has ended, with what was said about it.
type Season struct {
	ID        string
	Group     string
	EndedAt   time.Time
	StartsAt  time.Time // when the next one begins; zero while no organiser has said so
	StartedAt time.Time // when it began
	In        int       // how many people said that they take part in it
	SeasonData
}

// SeasonData are a season's figures, and what comes next.
type SeasonData struct {
	Name    string            `json:"name"`  // the window's month: "November"; "" without a window
	Next    string            `json:"next"`  // the same of the next one
	Weeks   int               `json:"weeks"` // in which questions closed
	Answers int               `json:"answers"`
	Areas   int               `json:"areas"`   // of the outlines, that questions were answered of
	All     int               `json:"all"`     // areas that the outlines have
	Sitting int               `json:"sitting"` // people who shared an exam date in its window
	Windows map[string]Window `json:"windows"` // of the next season, by track
}

// Window is two local dates, 2006-01-02; "" for none.
type Window struct{ From, To string }

// SeasonFacts is what the database knows of a running season.
type SeasonFacts struct {
	Weeks, Answers int
	Sitting        int       // people who shared an exam date in a track's window
	Areas          []MetArea // of which questions were answered
	Tracks         []Track   // that are studied
}

// MetArea is an area of a track's outline.
type MetArea struct{ Track, Domain string }

// SeasonStore is what seasons need of the database.
type SeasonStore interface {
	// PrepareSeasons plans the end of running seasons that have none planned.
	PrepareSeasons(ctx context.Context, now time.Time) error
	// SeasonFacts sums up a group's running season.
	SeasonFacts(ctx context.Context, groupID string) (SeasonFacts, error)
	// EndSeason takes the due thing, ends the group's season, keeps what is said
	// about it, and writes the deliveries and what is due next. A paused group's
	// season ends without the deliveries: the channel is left in peace. For a group
	// whose season is over it records the due thing as skipped.
	EndSeason(ctx context.Context, d schedule.Due, s Season, deliveries []schedule.Delivery, next []schedule.Due, now time.Time) error
	// Season reads a season that has ended.
	Season(ctx context.Context, id string) (s Season, ok bool, err error)
	// LastSeason is the newest ended season of a group.
	LastSeason(ctx context.Context, groupID string) (s Season, ok bool, err error)
	// Vote records whether a member takes part in the season after one.
	Vote(ctx context.Context, season, member string, joins bool, now time.Time) error
	// AskSeason takes the due thing and tells the organisers, unless the group
	// runs again.
	AskSeason(ctx context.Context, d schedule.Due, n Notice, now time.Time) error
	// PlanSeason makes the next season begin at an instant, in place of another
	// that was planned, with the windows that the given one has. It reports false
	// if the group does not rest any more.
	PlanSeason(ctx context.Context, s Season, at, now time.Time) (bool, error)
	// RestSeason takes back what PlanSeason planned. It reports false if nothing
	// was planned, or the next season has begun.
	RestSeason(ctx context.Context, season string, now time.Time) (bool, error)
	// StartSeason takes the due thing and begins the next season, with its windows.
	StartSeason(ctx context.Context, d schedule.Due, now time.Time) error
}

// attachSeasons registers what people do at a season's end.
func (s *Service) attachSeasons() {
	s.c.Bot.Action("season/{season}/in", func(ctx context.Context, i bot.Interaction) (bot.Response, error) { return s.vote(ctx, i, true) })
	s.c.Bot.Action("season/{season}/out", func(ctx context.Context, i bot.Interaction) (bot.Response, error) { return s.vote(ctx, i, false) })
	s.c.Bot.Action("season/{season}/start", s.startSeason)
	s.c.Bot.Action("season/{season}/rest", s.restSeason)
}

// seasonKinds is what the engine needs to know of seasons.
func (s *Service) seasonKinds() []schedule.Kind {
	return []schedule.Kind{
		{Name: KindSeason, Fire: s.endSeason, Render: s.renderSeason},
		{Name: kindAskSeason, Fire: s.askSeason},
		{Name: KindStartSeason, Fire: func(ctx context.Context, d schedule.Due) error { return s.c.Store.StartSeason(ctx, d, s.c.Now()) }},
	}
}

// SeasonDue is when a group's season ends: seven days after the last day of its
// exam window, when the first question of a day comes. ok is false for a group
// without a window, one that keeps going, and one whose season is over.
func SeasonDue(d Details) (due schedule.Due, ok bool) {
	lastDay := d.lastDay()
	last, err := time.Parse(time.DateOnly, lastDay)
	if err != nil || d.Habits.KeepGoing || d.Group.State == Ended {
		return schedule.Due{}, false
	}
	at, ok := d.QuestionAt(last.AddDate(0, 0, wrapUpAfter).Format(time.DateOnly))
	if !ok {
		return schedule.Due{}, false
	}
	return schedule.Due{Kind: KindSeason, Subject: d.Group.ID, Occurrence: lastDay, Lane: schedule.Lane(d.Group.ID),
		Rank: schedule.RankSumUp + 1, At: at}, true
}

// lastDay is the last day of the exam windows of what the group studies; "" without any.
func (d Details) lastDay() (last string) {
	for _, t := range d.Tracks {
		last = max(last, t.WindowTo)
	}
	return last
}

// OverdueSeason is when a group's season ends whose day to end is over, because it
// was to keep going then: when the first question of the next day comes. ok is
// false where that day is not over, or the season has no end.
func OverdueSeason(d Details, now time.Time) (due schedule.Due, ok bool) {
	if due, ok = SeasonDue(d); !ok || due.At.After(now) {
		return schedule.Due{}, false
	}
	due.At = nextClock(now, timetableOf(d.First().Schedule.Expr).minutes[0], d.Group.Location())
	return due, true
}

// endSeason says goodbye in the channel and ends the season. It is never too late
// to end it; the goodbye has its time.
func (s *Service) endSeason(ctx context.Context, d schedule.Due) error {
	g, ok, err := s.c.Store.Details(ctx, d.Subject)
	if err != nil {
		return err
	}
	now := s.c.Now()
	season := Season{ID: s.c.NewID(), Group: d.Subject, EndedAt: now}
	if !ok || g.Group.State == Ended {
		return s.c.Store.EndSeason(ctx, d, season, nil, nil, now)
	}
	facts, err := s.c.Store.SeasonFacts(ctx, d.Subject)
	if err != nil {
		return err
	}
	season.SeasonData = s.seasonData(facts, d.Occurrence, s.today(g.Group.Zone))
	var deliveries []schedule.Delivery
	for _, ch := range g.Channels {
		if !ch.Gone {
			deliveries = append(deliveries, schedule.Delivery{Key: s.c.NewID(), Stable: true, Kind: KindSeason, Ref: season.ID, Group: d.Subject,
				Target: string(ch.ID), Rank: d.Rank, At: d.At, Until: d.At.Add(wrapUpFor)})
		}
	}
	ask := schedule.Due{Kind: kindAskSeason, Subject: season.ID, Occurrence: "ask", Lane: "notice/" + d.Subject,
		Rank: schedule.RankOther, At: d.At.Add(askAfter)}
	return s.c.Store.EndSeason(ctx, d, season, deliveries, []schedule.Due{ask}, now)
}

// seasonData works out what there is to say about a season whose window ended on
// a day, and what the next windows are, from another day on.
func (s *Service) seasonData(f SeasonFacts, lastDay string, from time.Time) SeasonData {
	data := SeasonData{Weeks: f.Weeks, Answers: f.Answers, Sitting: f.Sitting, Windows: map[string]Window{}}
	last, _ := time.Parse(time.DateOnly, lastDay) // the schedule's own
	if after := last.AddDate(0, 0, 1); from.Before(after) {
		from = after
	}
	var next []cert.Window
	for _, t := range f.Tracks {
		if w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo); ok && t.WindowTo == lastDay {
			data.Name = w.From.Format("January")
		}
		c, ok := s.c.Catalogue.Find(t.Certification)
		if !ok {
			continue
		}
		if o, ok := c.Outline(t.Outline); ok {
			data.All += len(o.Domains)
			for _, domain := range o.Domains {
				if slices.Contains(f.Areas, MetArea{t.ID, domain.ID}) {
					data.Areas++
				}
			}
		}
		data.Windows[t.ID] = Window{}
		if ahead := c.Upcoming(from, 1); len(ahead) > 0 {
			data.Windows[t.ID] = Window{ahead[0].From.Format(time.DateOnly), ahead[0].To.Format(time.DateOnly)}
			next = append(next, ahead[0])
		}
	}
	if len(next) > 0 {
		data.Next = slices.MinFunc(next, func(a, b cert.Window) int { return a.From.Compare(b.From) }).From.Format("January")
	}
	return data
}

// renderSeason is the wrap-up as it is now.
func (s *Service) renderSeason(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	season, ok, err := s.c.Store.Season(ctx, d.Ref)
	if err != nil || !ok {
		return bot.Message{}, cmp.Or(err, schedule.ErrTaken)
	}
	card := &bot.Card{Body: wordsWrapUp(season.SeasonData), Footer: wordsOwnGroup}
	if season.StartedAt.IsZero() {
		in := bot.Button{Label: "I'm in", Action: "season/" + season.ID + "/in", Style: bot.Primary}
		if season.In > 0 {
			in.Label = string(bot.Textf("I'm in (%d)", season.In))
		}
		card.Controls = []bot.Row{{in, bot.Button{Label: "Not this time", Action: "season/" + season.ID + "/out"}}}
	} else {
		card.Footer = wordsBegun(season.SeasonData)
		card.Controls = rows(button("My study page", PathStudy))
	}
	return message(card), nil
}

// vote records whether somebody takes part in the next season. Nobody else is
// told; in the channel the number is shown.
func (s *Service) vote(ctx context.Context, i bot.Interaction, joins bool) (bot.Response, error) {
	season, ok, err := s.c.Store.Season(ctx, i.Arg("season"))
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	_, m, err := s.Join(ctx, i, season.Group)
	if err != nil {
		return bot.Response{}, err
	}
	path := "season/" + season.ID
	if !season.StartedAt.IsZero() {
		return bot.Whisper(message(&bot.Card{Body: wordsBegun(season.SeasonData), Footer: wordsOnlyYou,
			Controls: rows(button("My study page", PathStudy))})), nil
	}
	if err := s.c.Store.Vote(ctx, season.ID, m.ID, joins, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	c := &bot.Card{Body: wordsIn(season.SeasonData), Footer: wordsOnlyYou, Controls: rows(button("Not this time", path+"/out"), button("My study page", PathStudy))}
	if !joins {
		c.Body, c.Controls = wordsOut, rows(button("I'm in after all", path+"/in"), button("My study page", PathStudy))
	}
	if m.New {
		c.Body = lines(Greeting(m), c.Body)
	}
	return show(privately(i), c), nil
}

// privately is an interaction with a card that others may see: what answers it
// must not take that card's place.
func privately(i bot.Interaction) bot.Interaction {
	if !i.Direct {
		i.Message = ""
	}
	return i
}

// askSeason asks the organisers whether the next season should begin.
func (s *Service) askSeason(ctx context.Context, d schedule.Due) error {
	now := s.c.Now()
	season, ok, err := s.c.Store.Season(ctx, d.Subject)
	if err != nil {
		return err
	}
	n := Notice{Group: season.Group, Kind: NoticeSeason, Cause: "season/" + season.ID}
	if ok {
		g, found, err := s.c.Store.Details(ctx, season.Group)
		if err != nil {
			return err
		}
		if found {
			n.Data = NoticeData{Season: season.ID, Next: season.Next, Count: season.In, Start: season.startDay(g.Group, now).Format(time.DateOnly)}
		}
	}
	return s.c.Store.AskSeason(ctx, d, n, now)
}

// startDay is the local date on which the next season would begin, at midnight
// UTC: the first Monday two weeks after the last one's end and after today.
func (season Season) startDay(g Group, now time.Time) time.Time {
	day := season.EndedAt.In(g.Location()).AddDate(0, 0, startAfter)
	if today := now.In(g.Location()).AddDate(0, 0, 1); day.Before(today) {
		day = today
	}
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, 1)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}

// organisedSeason is the season of a path with its group, for an organiser.
func (s *Service) organisedSeason(ctx context.Context, i bot.Interaction) (Season, Details, error) {
	season, ok, err := s.c.Store.Season(ctx, i.Arg("season"))
	if err != nil || !ok {
		return Season{}, Details{}, notYours(err)
	}
	d, _, err := s.organiser(ctx, i, season.Group)
	return season, d, err
}

// startSeason plans the next season's beginning.
func (s *Service) startSeason(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	season, d, err := s.organisedSeason(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	day, now := season.startDay(d.Group, s.c.Now()), s.c.Now()
	if season, err = s.ahead(ctx, season, day); err != nil {
		return bot.Response{}, err
	}
	if !season.StartsAt.IsZero() { // said before, perhaps by somebody else
		day = season.StartsAt.In(d.Group.Location())
	}
	wall, err := schedule.ParseWall(day.Format(time.DateOnly) + "T00:00")
	if err != nil {
		return bot.Response{}, err
	}
	ok, err := s.c.Store.PlanSeason(ctx, season, schedule.Resolve(wall, d.Group.Location()), now)
	if err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	path := PathGroup(d.Group.ID)
	if !ok {
		return show(i, &bot.Card{Title: bot.Textf("The %s", d.Group.Name), Body: wordsBegun(season.SeasonData), Footer: wordsOnlyYou,
			Controls: rows(button("Group page", path))}), nil
	}
	return show(i, &bot.Card{Title: wordsSeasonBegins(season.SeasonData, day), Body: wordsSeasonPlanned, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(button("Group page", path), button("Set up again", path+"/setup"), button(labelRest, "season/"+season.ID+"/rest"))}), nil
}

const labelRest = "Don't start then"

// restSeason takes back the planned beginning of the next season.
func (s *Service) restSeason(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	season, d, err := s.organisedSeason(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if _, err := s.c.Store.RestSeason(ctx, season.ID, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	if season, _, err = s.c.Store.Season(ctx, season.ID); err != nil {
		return bot.Response{}, err
	}
	card := &bot.Card{Title: "No beginning is planned", Body: wordsSeasonRests, Footer: wordsOnlyYou,
		Controls: rows(button("Group page", PathGroup(d.Group.ID)), button("More", PathGroup(d.Group.ID)+"/more"))}
	if !season.StartedAt.IsZero() {
		card.Title, card.Body = bot.Textf("The %s", d.Group.Name), wordsBegun(season.SeasonData)
	}
	return show(i, card), nil
}

// ahead is a season whose next windows are not over yet on the day on which the
// next one would begin: somebody may press long after they were worked out.
func (s *Service) ahead(ctx context.Context, season Season, day time.Time) (Season, error) {
	over := false
	for _, w := range season.Windows {
		over = over || w.To != "" && w.To < day.Format(time.DateOnly)
	}
	if !over {
		return season, nil
	}
	facts, err := s.c.Store.SeasonFacts(ctx, season.Group)
	if err != nil {
		return season, err
	}
	now := s.seasonData(facts, "", day)
	season.Next, season.Windows = now.Next, now.Windows
	return season, nil
}

// SeasonPage is what the further page of a group at rest says about the next
// season, for [Service.ContributePage].
func (s *Service) SeasonPage(ctx context.Context, d Details, m Member) ([]bot.Text, []bot.Button, error) {
	if d.Group.State != Ended {
		return nil, nil, nil
	}
	season, ok, err := s.c.Store.LastSeason(ctx, d.Group.ID)
	if err != nil || !ok || !season.StartedAt.IsZero() {
		return nil, nil, err
	}
	path, in := "season/"+season.ID, bot.Button{Label: "I'm in", Action: "season/" + season.ID + "/in"}
	var buttons []bot.Button
	if m.ID != "" {
		buttons = append(buttons, in)
	}
	if !season.StartsAt.IsZero() {
		if m.Role == Organiser {
			buttons = append(buttons, bot.Button{Label: labelRest, Action: path + "/rest"})
		}
		return []bot.Text{wordsSeasonBegins(season.SeasonData, season.StartsAt.In(d.Group.Location()))}, buttons, nil
	}
	if m.Role != Organiser {
		return []bot.Text{wordsPeopleIn(season.In, season.Next)}, buttons, nil
	}
	day := season.startDay(d.Group, s.c.Now())
	if season, err = s.ahead(ctx, season, day); err != nil {
		return nil, nil, err
	}
	return []bot.Text{wordsAskStart(season.In, season.Next, day)},
		append([]bot.Button{{Label: "Start", Action: path + "/start", Style: bot.Primary}}, buttons...), nil
}
