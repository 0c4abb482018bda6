package board

import (
	"context"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// weekBefore is what people type for the week before this one.
const weekBefore Span = "last week"

func (s *Service) command() bot.Command {
	when := bot.Field{Name: "when", Label: "When", Kind: bot.OneOf, Help: "Which time; nothing shows this week"}
	for _, span := range []Span{Week, weekBefore, Month, Season, All} {
		when.Options = append(when.Options, bot.Option{Label: string(span), Value: string(span)})
	}
	return bot.Command{
		Name: "board", Help: "This week's points, and yours", Private: true, Aliases: []string{"leaderboard"},
		Fields: []bot.Field{when, {Name: "for", Label: "For", Kind: bot.Line, Help: "Which certification, if the group studies several"}},
	}
}

// view is a member's look at a board.
type view struct {
	group    group.Group
	member   group.Member
	track    Track
	tracks   []Track
	period   Period
	calendar Calendar
	place    bool // the member asked for the exact place
}

// typed answers /board.
func (s *Service) typed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.Groups.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	v := view{group: g, member: m}
	if v.tracks, err = s.Store.GroupTracks(ctx, g.ID, m.ID); err != nil {
		return bot.Response{}, err
	}
	if v.track, err = s.meant(v.tracks, i.Values.Get("for")); err != nil {
		return bot.Response{}, err
	}
	card, err := s.card(ctx, v, i.Values.Get("when"))
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(bot.Message{Card: card}), nil
}

// pressed is /board as a button.
func (s *Service) pressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	i.Values = nil
	return s.typed(ctx, i)
}

// meant is the track that somebody names, or the first.
func (s *Service) meant(tracks []Track, name string) (Track, error) {
	if len(tracks) == 0 {
		return Track{}, problem(wordsStranger)
	}
	if name = strings.TrimSpace(name); name == "" {
		return tracks[0], nil
	}
	var known []string
	for _, t := range tracks {
		if strings.EqualFold(name, s.short(t.Track)) || strings.EqualFold(name, t.Certification) {
			return t, nil
		}
		known = append(known, s.short(t.Track))
	}
	return Track{}, problem(bot.Textf("This group has no board for %q. Nothing was changed. It has one for %s.", bot.Clip(name, 40), bot.And(known)))
}

// problem is a person's mistake, with the way to a board that is there.
func problem(words bot.Text) error {
	return &bot.Error{Text: words, Card: &bot.Card{Body: words, Controls: []bot.Row{{
		bot.Button{Label: "This week", Action: group.PathBoard}, bot.Button{Label: "My study page", Action: group.PathStudy},
	}}}}
}

// openBoard whispers a board, for it may be pressed on a card that all see.
func (s *Service) openBoard(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	card, err := s.asked(ctx, i, false)
	return bot.Whisper(bot.Message{Card: card}), err
}

// turnBoard puts another board in the place of a private one.
func (s *Service) turnBoard(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	card, err := s.asked(ctx, i, false)
	return bot.InPlace(i, bot.Message{Card: card}), err
}

// showPlace adds the member's exact place to a private board.
func (s *Service) showPlace(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	card, err := s.asked(ctx, i, true)
	return bot.InPlace(i, bot.Message{Card: card}), err
}

// asked is the board that a path names, for whoever presses it.
func (s *Service) asked(ctx context.Context, i bot.Interaction, place bool) (*bot.Card, error) {
	groupID, ok, err := s.Store.TrackGroup(ctx, i.Arg("track"))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, problem(wordsStranger)
	}
	v := view{place: place}
	if v.group, v.member, err = s.Groups.Join(ctx, i, groupID); err != nil {
		return nil, err
	}
	if v.tracks, err = s.Store.GroupTracks(ctx, groupID, v.member.ID); err != nil {
		return nil, err
	}
	for _, t := range v.tracks {
		if t.ID == i.Arg("track") {
			v.track = t
			return s.card(ctx, v, i.Arg("when"))
		}
	}
	return nil, problem(wordsStranger)
}

// card is a board as one member sees it.
func (s *Service) card(ctx context.Context, v view, when string) (*bot.Card, error) {
	var err error
	if v.calendar, err = s.Store.Calendar(ctx, v.group.ID, s.Now()); err != nil {
		return nil, err
	}
	var ok bool
	if v.period, ok = periodOf(when, v.calendar); !ok {
		return nil, problem(wordsStranger)
	}
	sheet, err := s.Store.Sheet(ctx, v.group.ID, v.track.ID, v.member.ID, v.period)
	if err != nil {
		return nil, err
	}
	r := Rank(sheet.Tallies, sheet.Unplaced)
	if r.Active == 0 {
		return s.emptyCard(v, sheet), nil
	}
	body, err := s.rows(ctx, v, r)
	if err != nil {
		return nil, err
	}
	if v.member.New {
		body = append([]bot.Text{group.Greeting(v.member)}, body...)
	}
	body = append(body, myLine(v, sheet, r))
	switch {
	case sheet.Naming.Hidden:
		body = append(body, wordsHidden)
	case sheet.Naming.Mentor:
		body = append(body, wordsMentor)
	}
	if v.period.Span == Week && v.period.Week < v.calendar.Week {
		body = append(body, wordsShared)
	} else {
		body = append(body, wordsLater)
	}
	return &bot.Card{
		Title: bot.Textf("%s: %s", s.short(v.track.Track), titleWords(v.period, v.calendar)), Body: bot.Join("\n", body...), Footer: wordsOnlyYou,
		Controls: s.controls(v, sheet, r),
	}, nil
}

// rows are the places as lines.
func (s *Service) rows(ctx context.Context, v view, r Ranking) ([]bot.Text, error) {
	if r.Active < placesFrom {
		so := bot.Text(" so far")
		if v.ended() {
			so = ""
		}
		return []bot.Text{bot.Textf("%s%s. %s", peopleWords(r.Active), so, wordsFew)}, nil
	}
	if r.Shown() == 0 {
		return []bot.Text{wordsNobody}, nil
	}
	var entries []Entry
	if from, ok := r.Named(); ok {
		var err error
		if entries, err = s.Store.Placed(ctx, v.group.ID, v.track.ID, v.period, from); err != nil {
			return nil, err
		}
	}
	names := map[string]string{}
	for _, e := range entries {
		names[e.Member] = e.Name
	}
	var lines []bot.Text
	for n, row := range r.Rows(entries) {
		var who []string
		for _, m := range row.Members {
			who = append(who, names[m])
		}
		lines = append(lines, rowWords(row, who, n == 0))
	}
	return lines, nil
}

func peopleWords(n int) string {
	return bot.Count(n, "person has points", "people have points")
}

// ended reports whether what is shown is over: a week before this one.
func (v view) ended() bool { return v.period.Span == Week && v.period.Week != v.calendar.Week }

// ranked reports whether the member has a place of their own.
func ranked(sheet Sheet, r Ranking) bool {
	return sheet.Points > 0 && r.Active >= placesFrom && !sheet.Naming.Hidden && !sheet.Naming.Mentor
}

// myLine is what a member reads about themselves: points, change on the usual
// week, points to the next place. The exact place is there when it is among
// those shown, or was asked for.
func myLine(v view, sheet Sheet, r Ranking) bot.Text {
	if sheet.Points == 0 && v.ended() {
		return "You: no points in that week."
	}
	if sheet.Points == 0 {
		for _, o := range sheet.Open {
			if o.Answered {
				return "You: no points yet. Your answer counts when its question closes."
			}
		}
		return "You: no points yet."
	}
	line := bot.Textf("You: %s", points(sheet.Points))
	shown := ranked(sheet, r) && r.Place(sheet.Points) <= r.Shown()
	if shown || v.place && ranked(sheet, r) {
		line += bot.Textf(", place %d", r.Place(sheet.Points))
	}
	if usual, ok := Usual(sheet.Before, usualLeast); ok && v.period.Span == Week {
		line += ", " + usualWords(sheet.Points, usual, v.period.Week == v.calendar.Week)
	}
	line += "."
	if next, ok := r.Next(sheet.Points); ok && ranked(sheet, r) {
		line += bot.Textf(" %s to the next place.", points(next-sheet.Points))
	}
	return line
}

// controls lead to the exact place and to other boards.
func (s *Service) controls(v view, sheet Sheet, r Ranking) []bot.Row {
	var first, second bot.Row
	if ranked(sheet, r) && r.Place(sheet.Points) > r.Shown() && !v.place {
		first = append(first, bot.Button{Label: "Show my place", Action: "place/" + v.track.ID + "/" + v.period.path(v.calendar.Week)})
	}
	for _, t := range v.tracks {
		if t.ID != v.track.ID && len(first) < 3 {
			first = append(first, bot.Button{Label: bot.Clip(s.short(t.Track), bot.LimitLabel), Action: "turn/" + t.ID + "/week"})
		}
	}
	first = append(first, bot.Button{Label: "Name on boards", Action: group.PathName(v.group.ID)},
		bot.Button{Label: "My study page", Action: group.PathStudy})
	for _, other := range s.others(v, sheet) {
		second = append(second, other)
	}
	return []bot.Row{first, second}
}

// others are the other periods of a track's board.
func (s *Service) others(v view, sheet Sheet) []bot.Button {
	c := v.calendar
	all := []struct {
		label  string
		period Period
		there  bool
	}{
		{"This week", Period{Span: Week, Week: c.Week}, true},
		{"Last week", Period{Span: Week, Week: c.Week - 1}, sheet.Earlier && v.period.Week == c.Week},
		{"Month", Period{Span: Month, Month: c.Month}, true},
		{"Season", Period{Span: Season, Season: c.Season}, true},
		{"All time", Period{Span: All}, true},
	}
	var buttons []bot.Button
	for _, o := range all {
		if o.there && o.period != v.period {
			buttons = append(buttons, bot.Button{Label: o.label, Action: "turn/" + v.track.ID + "/" + o.period.path(c.Week)})
		}
	}
	return buttons
}

// emptyCard is message 12.
func (s *Service) emptyCard(v view, sheet Sheet) *bot.Card {
	loc := v.group.Location()
	card := &bot.Card{Title: bot.Textf("%s", emptyTitle(v.period, v.calendar)), Footer: wordsOnlyYou}
	if len(v.tracks) > 1 {
		card.Title = bot.Textf("%s: ", s.short(v.track.Track)) + bot.Lowered(card.Title)
	}
	var body []bot.Text
	if v.member.New {
		body = append(body, group.Greeting(v.member))
	}
	running := v.period.Span == Week && v.period.Week == v.calendar.Week
	if running {
		body = append(body, wordsBegan(v.calendar, loc))
	}
	var row bot.Row
	switch {
	case len(sheet.Open) > 0:
		body = append(body, wordsWorth(sheet.Open, loc))
		unanswered := false
		for _, o := range sheet.Open {
			unanswered = unanswered || !o.Answered
		}
		if unanswered {
			row = append(row, bot.Button{Label: "Answer today's question", Action: practice.PathCatchUp(v.group.ID, v.track.ID), Style: bot.Primary})
		}
	case !sheet.Next.IsZero():
		body = append(body, wordsNext(sheet.Next, loc))
	}
	if len(body) == 0 {
		body = append(body, "Points come with answers.")
	}
	if sheet.Earlier && running {
		row = append(row, bot.Button{Label: "Last week", Action: "turn/" + v.track.ID + "/" +
			Period{Span: Week, Week: v.calendar.Week - 1}.path(v.calendar.Week)})
	}
	for _, t := range v.tracks {
		if t.ID != v.track.ID && len(row) < bot.LimitRow-1 {
			row = append(row, bot.Button{Label: bot.Clip(s.short(t.Track), bot.LimitLabel), Action: "turn/" + t.ID + "/week"})
		}
	}
	row = append(row, bot.Button{Label: "My study page", Action: group.PathStudy})
	card.Body, card.Controls = bot.Text(bot.Join(" ", body...)), []bot.Row{row}
	return card
}

// boardPath leads to a track's week from a card that all see.
func boardPath(trackID string, week int) string {
	return group.PathBoard + "/" + trackID + "/w" + strconv.Itoa(week)
}

// How many earlier weeks make a usual one, and how many answers make a week.
const (
	usualWeeks   = 4
	usualLeast   = 2
	usualAnswers = 3
	// UsualReach is how many weeks back a usual week is looked for.
	UsualReach = 12
)

// Usual is a member's usual week: the rounded average of the newest four with at
// least three answers each. ok is false when there are fewer than least of them.
func Usual(before []Sum, least int) (average int, ok bool) {
	sum, n := 0, 0
	for _, w := range before {
		if w.Answers >= usualAnswers && n < usualWeeks {
			sum += w.Points
			n++
		}
	}
	if n < least {
		return 0, false
	}
	return (2*sum + n) / (2 * n), true
}

// dayName is a local day as people say it: "Thursday".
func dayName(day string) string {
	if at, err := time.Parse(time.DateOnly, day); err == nil {
		return at.Format("Monday")
	}
	return day
}
