package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// ExtraTime is how much time somebody has in timed practice: mock exams and live
// rounds. It is a person's own, in all their groups, and nobody else is told.
type ExtraTime string

// The choices.
const (
	NormalTime ExtraTime = ""
	HalfMore   ExtraTime = "1.5" // one and a half times the time
	DoubleTime ExtraTime = "2"
	NoTimer    ExtraTime = "none"
)

// TimeStore is what timed practice keeps of people.
type TimeStore interface {
	// ExtraTime is a member's choice; [NormalTime] for one who is not there.
	ExtraTime(ctx context.Context, memberID string) (ExtraTime, error)
	// SetExtraTime records it. What has begun already keeps the time it has.
	SetExtraTime(ctx context.Context, memberID string, e ExtraTime) error
}

// Of is how long somebody has where others have d; timed is false for whom no
// time runs out.
func (e ExtraTime) Of(d time.Duration) (long time.Duration, timed bool) {
	switch e {
	case HalfMore:
		return d + d/2, true
	case DoubleTime:
		return 2 * d, true
	case NoTimer:
		return 0, false
	}
	return d, true
}

// extraTimes are the choices in the order offered, as paths name them.
func extraTimes() []struct {
	name  string
	extra ExtraTime
	label string
	words bot.Text
} {
	return []struct {
		name  string
		extra ExtraTime
		label string
		words bot.Text
	}{
		{"normal", NormalTime, "Normal time", "normal time"},
		{"half", HalfMore, "1.5 × the time", "1.5 × the time"},
		{"double", DoubleTime, "2 × the time", "2 × the time"},
		{"none", NoTimer, "No timer", "no timer"},
	}
}

// attachTiming registers the setting.
func (s *Service) attachTiming(groups *group.Service) {
	s.Bot.Action("time/{group}", s.timing)
	s.Bot.Action("time/{group}/{choice}", s.setTiming)
	groups.ContributeSetting(s.timingLines)
}

// timingLines is what a member's settings say about time, with the way to change it.
func (s *Service) timingLines(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	extra, err := s.Store.ExtraTime(ctx, m.ID)
	if err != nil {
		return nil, nil, err
	}
	return []bot.Text{timingLine(extra)}, []bot.Button{{Label: "Extra time", Action: "time/" + g.ID}}, nil
}

func timingLine(e ExtraTime) bot.Text {
	for _, c := range extraTimes() {
		if c.extra == e {
			return bot.Textf(timingWords, c.words)
		}
	}
	return bot.Textf(timingWords, extraTimes()[0].words)
}

// timing shows the choices.
func (s *Service) timing(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	extra, err := s.Store.ExtraTime(ctx, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.InPlace(i, timingCard(g.ID, extra, timingBody, timingLine(extra))), nil
}

// setTiming records the choice of a path.
func (s *Service) setTiming(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	for _, c := range extraTimes() {
		if c.name != i.Arg("choice") {
			continue
		}
		if err := s.Store.SetExtraTime(ctx, m.ID, c.extra); err != nil {
			return bot.Response{}, err
		}
		return bot.InPlace(i, timingCard(g.ID, c.extra, timingDone+" "+timingLine(c.extra), timingFrom)), nil
	}
	return bot.Response{}, &bot.Error{Text: timingUnknown}
}

// timingCard offers every time but the one that is set.
func timingCard(groupID string, now ExtraTime, body ...bot.Text) bot.Message {
	var row bot.Row
	for _, c := range extraTimes() {
		if c.extra != now {
			row = append(row, bot.Button{Label: c.label, Action: "time/" + groupID + "/" + c.name})
		}
	}
	m := simple(timingTitle, bot.Join("\n", body...), row,
		bot.Row{bot.Button{Label: "Settings", Action: group.PathSettings(groupID)}, bot.Button{Label: "My study page", Action: group.PathStudy}})
	m.Card.Footer = timingFooter
	return m
}
