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

	whySoFarOne   = bot.Text("Your group had it before you joined.")
	whySoFarWords = "Your group had these %d before you joined, in this order."
	whySoFarOpen  = bot.Text("A question that is open in your group is left out until you have answered it there.")
)

// soFarTopic is the topic of sessions on what was asked before the person joined;
// no area is called that.
const soFarTopic = "so far"

// JoinerStore is what those who join in the middle of a season need of the database.
type JoinerStore interface {
	// SoFar are the items of the questions of a track that closed since an instant
	// and that a member has not answered in any way, in the order of posting.
	SoFar(ctx context.Context, t group.Track, memberID string, since time.Time) ([]string, error)
	// Began is when the first question of a track since an instant was due; false if
	// there is none yet.
	Began(ctx context.Context, t group.Track, since time.Time) (time.Time, bool, error)
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
	began, ok, err := s.Store.Began(ctx, t, g.StartedAt)
	if err != nil || !ok {
		return "", bot.Button{}, false, err
	}
	button = bot.Button{Label: bot.Textf(soFarLabel, len(items)).Plain(), Action: "quiz/" + g.ID + "/sofar"}
	return seasonWords(g, t, began, now) + levelWords, button, true, nil
}

// seasonWords is "Week 6 of 23. ", by calendar weeks from the first question to
// the one in which the exam window opens.
func seasonWords(g group.Group, t group.Track, began, now time.Time) bot.Text {
	week := func(at time.Time) int { return calendarWeeks(began.In(g.Location()), at.In(g.Location())) + 1 }
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
	w, err := s.soFarWish(ctx, g, t, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	return s.practise(ctx, i, g, m, t, w)
}

// soFarWish asks for the next five of what was asked so far; when nothing of it is
// left, for any five.
func (s *Service) soFarWish(ctx context.Context, g group.Group, t group.Track, memberID string) (wish, error) {
	w := wish{topic: soFarTopic, count: standard, exact: true}
	items, err := s.Store.SoFar(ctx, t, memberID, g.StartedAt)
	if err != nil {
		return w, err
	}
	open, err := s.Store.OpenItems(ctx, memberID)
	if err != nil {
		return w, err
	}
	pool, err := s.items(ctx, t)
	if err != nil {
		return w, err
	}
	for _, item := range items {
		if e, ok := pool.byID[item]; ok && !open[item] && len(w.chosen) < w.count {
			w.chosen = append(w.chosen, picked{e, Unseen})
		}
	}
	if len(w.chosen) == 0 {
		return wish{count: standard}, nil
	}
	return w, nil
}

// whySoFar explains a session on what was asked so far.
func whySoFar(questions int) bot.Text {
	if questions == 1 {
		return bot.Join("\n", whySoFarOne, whySoFarOpen)
	}
	return bot.Join("\n", bot.Textf(whySoFarWords, questions), whySoFarOpen)
}

// pickWish chooses the questions of a session, where the wish doesn't bring them.
func (s *Service) pickWish(ctx context.Context, g group.Group, t group.Track, theme, memberID, seed string, w wish) ([]picked, error) {
	if len(w.chosen) > 0 {
		return w.chosen, nil
	}
	return s.pickSession(ctx, g, t, theme, memberID, w.topic, seed, w.count)
}
