package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// What it takes to say of a group how it did in an area: of so many days, so many
// different questions, answers, and people. Of fewer, everybody could work out how
// somebody did.
const (
	AreaDays      = 28
	areaQuestions = 3
	areaAnswers   = 20
	areaPeople    = 5
)

// AreaShown reports whether answers of the last [AreaDays] days are enough to say
// how many of them were right in an area.
func AreaShown(questions, answers, people int) bool {
	return questions >= areaQuestions && answers >= areaAnswers && people >= areaPeople
}

// ReviewDays is how many days before an exam what was missed comes back, and new
// topics come less.
const ReviewDays = 7 * reviewWeeks

// Calendar is what questions need to know of exams; package exam implements it.
type Calendar interface {
	// Line is what the card of a question of a local date, 2006-01-02, says about
	// its track's exam; "" for nothing.
	Line(ctx context.Context, t group.Track, day string) (bot.Text, error)
	// Near reports whether a member's own exam of a certification is so near, seen
	// from a local date, that they go over what they have met before anything new:
	// [ReviewDays] or less.
	Near(ctx context.Context, member, certification, day string) (bool, error)
}

// Follow sets who knows what is ahead; without it cards know the track's window.
func (s *Service) Follow(c Calendar) { s.calendar = c }

type noCalendar struct{}

func (noCalendar) Line(_ context.Context, t group.Track, day string) (bot.Text, error) {
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok {
		return "", nil
	}
	at, err := time.Parse(time.DateOnly, day)
	return bot.Text(w.Until(at)), err
}

func (noCalendar) Near(context.Context, string, string, string) (bool, error) { return false, nil }

// near is Calendar's Near today, where a group is.
func (s *Service) near(ctx context.Context, g group.Group, t group.Track, member string) (bool, error) {
	return s.calendar.Near(ctx, member, t.Certification, s.Now().In(g.Location()).Format(time.DateOnly))
}
