package practice

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/bot/chart"
	"studyhall/bot/group"
)

const (
	progressPictureNote = "Each question counts once, as you answered it last."
	progressWeeksTitle  = "Your last weeks"
	progressWeeksNote   = "A column is a week's answers; its lower part, where there is one, those that were right."
)

// progressAreas shows progress by area as a picture, in private.
func (s *Service) progressAreas(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.progressPicture(ctx, i, bot.Button{Label: "Weeks", Action: PathProgress(i.Arg("group")) + "/weeks"},
		func(p Progress, theme chart.Theme) (string, []byte, error) {
			a := s.areasPicture(p)
			data, err := s.Pictures.Areas(a, theme)
			return a.Words(), data, err
		})
}

// progressWeeks shows the last weeks as a picture, in private.
func (s *Service) progressWeeks(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.progressPicture(ctx, i, bot.Button{Label: "Areas", Action: PathProgress(i.Arg("group")) + "/areas"},
		func(p Progress, theme chart.Theme) (string, []byte, error) {
			w := weeksPicture(p)
			data, err := s.Pictures.Timeline(w, theme)
			return w.Words(), data, err
		})
}

func (s *Service) progressPicture(ctx context.Context, i bot.Interaction, other bot.Button,
	draw func(Progress, chart.Theme) (words string, png []byte, err error)) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	p, ok, err := s.ProgressOf(ctx, g, m)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, &bot.Error{Text: noPracticeHere}
	}
	if s.Pictures == nil || p.Questions < progressFrom {
		return bot.InPlace(i, bot.Message{Card: greet(s.progressCard(g, p), m)}), nil
	}
	theme := chart.Light
	if g.Pictures == group.DarkPictures {
		theme = chart.Dark
	}
	words, data, err := draw(p, theme)
	if err != nil {
		return bot.Response{}, err
	}
	card := &bot.Card{
		Title: progressTitle, Footer: onlyYouWords,
		Image:    &bot.Image{Name: "progress.png", Data: data, Alt: bot.Clip(words, bot.LimitAlt)},
		Controls: []bot.Row{append(bot.Row{other, bot.Button{Label: "In words", Action: PathProgress(g.ID)}}, studyRow()...)},
	}
	return bot.InPlace(i, bot.Message{Card: greet(card, m)}), nil
}

// areasPicture is progress by area. An area with few answers has no bar.
func (s *Service) areasPicture(p Progress) chart.Areas {
	a := chart.Areas{Title: s.short(p.Track) + ": how it goes by area", Note: progressPictureNote}
	for _, d := range s.outline(p.Track).Domains {
		row := chart.Area{Name: d.Short}
		if n := slices.IndexFunc(p.Areas, func(x AreaProgress) bool { return x.Area.ID == d.ID }); n >= 0 {
			row.Right, row.Answered = p.Areas[n].Right, p.Areas[n].Questions
			row.Few = row.Answered < figureFrom
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

// weeksPicture is the last weeks, oldest first; those without answers between
// others are there too.
func weeksPicture(p Progress) chart.Timeline {
	t := chart.Timeline{Title: progressWeeksTitle, Note: progressWeeksNote}
	for _, w := range slices.Backward(p.Weeks) {
		for last := len(t.Weeks) - 1; last >= 0; last = len(t.Weeks) - 1 {
			next := t.Weeks[last].From.AddDate(0, 0, 7)
			if !next.Before(w.From) {
				break
			}
			t.Weeks = append(t.Weeks, chart.Week{From: next})
		}
		t.Weeks = append(t.Weeks, chart.Week{From: w.From, Right: w.Right, Answered: w.Answers, Few: w.Answers < figureFrom})
	}
	return t
}
