package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	// newFor is for how long after joining somebody is told how they start.
	newFor = 7 * 24 * time.Hour
	// behindFrom is how many questions somebody has missed before they joined, to
	// be told.
	behindFrom = 5
)

const (
	levelWords  = bot.Text("You start level: the week's board is new every Monday.")
	weekOfWords = "Week %d of %d. "
	weekWords   = "Week %d. "
	soFarLabel  = "Practise the %d so far"
)

// JoinerStore is what those who join in the middle of a season need of the database.
type JoinerStore interface {
	// SoFar are the items of the questions of a track that closed since an instant
	// and that a member has not answered in any way, in the order of posting.
	SoFar(ctx context.Context, t group.Track, memberID string, since time.Time) ([]string, error)
}

// joiner is what a member is told who joined in the middle of a season a short
// time ago: where the season is, and the way to what was asked before.
func (s *Service) joiner(ctx context.Context, g group.Group, m group.Member) (line bot.Text, button bot.Button, ok bool, err error) {
	now := s.Now()
	if g.State != group.Running || !now.Before(m.JoinedAt.Add(newFor)) || !m.JoinedAt.After(g.StartedAt.Add(newFor)) {
		return "", bot.Button{}, false, nil
	}
	all, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil || len(all) == 0 {
		return "", bot.Button{}, false, err
	}
	t := all[0]
	items, err := s.Store.SoFar(ctx, t, m.ID, g.StartedAt)
	if err != nil || len(items) < behindFrom {
		return "", bot.Button{}, false, err
	}
	button = bot.Button{Label: bot.Textf(soFarLabel, len(items)).Plain(), Action: "quiz/" + g.ID + "/sofar"}
	return seasonWords(g, t, now) + levelWords, button, true, nil
}

// seasonWords is "Week 6 of 23. ", by calendar weeks from the first question to
// the one in which the exam window opens.
func seasonWords(g group.Group, t group.Track, now time.Time) bot.Text {
	week := func(at time.Time) int { return calendarWeeks(g.StartedAt.In(g.Location()), at.In(g.Location())) + 1 }
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok {
		return bot.Textf(weekWords, week(now))
	}
	opens := time.Date(w.From.Year(), w.From.Month(), w.From.Day(), 0, 0, 0, 0, g.Location())
	if all := week(opens); week(now) <= all {
		return bot.Textf(weekOfWords, week(now), all)
	}
	return bot.Textf(weekWords, week(now))
}

// calendarWeeks is how many Mondays lie after a local day up to another.
func calendarWeeks(from, to time.Time) int {
	monday := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
	}
	return int(monday(to).Sub(monday(from)) / newFor)
}

// quizSoFar begins five of the questions that were asked before the person joined.
func (s *Service) quizSoFar(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.practise(ctx, i, g, m, t, wish{count: standard, exact: true, since: g.StartedAt})
}

// pickWish chooses the questions of a session.
func (s *Service) pickWish(ctx context.Context, g group.Group, t group.Track, theme, memberID, seed string, w wish) ([]picked, error) {
	if w.since.IsZero() {
		return s.pickThemed(ctx, g, t, theme, memberID, w.topic, seed, w.count)
	}
	items, err := s.Store.SoFar(ctx, t, memberID, w.since)
	if err != nil {
		return nil, err
	}
	open, err := s.Store.OpenItems(ctx, memberID)
	if err != nil {
		return nil, err
	}
	var chosen []picked
	for _, item := range items {
		if e, ok := s.Library.index[t.Certification].byID[item]; ok && !open[item] && len(chosen) < w.count {
			chosen = append(chosen, picked{e, Unseen})
		}
	}
	if len(chosen) == 0 {
		return s.pickThemed(ctx, g, t, theme, memberID, "", seed, w.count)
	}
	return chosen, nil
}
