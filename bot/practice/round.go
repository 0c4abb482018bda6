package practice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// extraPrefix begins the occurrence of a question that an organiser posted by hand.
const extraPrefix = "now-"

// fire chooses and posts the question that is due.
func (s *Service) fire(ctx context.Context, d schedule.Due) error {
	now := s.Now()
	plan, ok, err := s.Store.QuestionPlan(ctx, d.Subject)
	if err != nil {
		return err
	}
	if !ok || plan.Group.State != group.Running {
		return s.Store.SkipQuestion(ctx, d, Skipping{Reason: "the group was not running"}, now)
	}
	extra := strings.HasPrefix(d.Occurrence, extraPrefix)
	next, err := s.following(plan, d, extra)
	if err != nil {
		return err
	}
	if len(plan.Channels) == 0 {
		return s.Store.SkipQuestion(ctx, d, Skipping{Reason: "it has no channel to be posted in", Next: next}, now)
	}
	if !extra && slices.Contains(plan.Schedule.Without, schedule.WallOf(d.At, plan.Group.Location()).Date()) {
		return s.Store.SkipQuestion(ctx, d, Skipping{Reason: group.SkipDayReason, Next: next}, now)
	}
	week, theme, err := s.week(ctx, plan.Track)
	if err != nil {
		return err
	}
	uses, byDomain, err := s.Store.Uses(ctx, plan.Group.ID, plan.Track.ID)
	if err != nil {
		return err
	}
	void, err := s.Store.VoidItems(ctx, plan.Group.ID)
	if err != nil {
		return err
	}
	number := plan.Track.Rounds + 1
	closed, err := s.Store.GroupItems(ctx, plan.Group.ID)
	if err != nil {
		return err
	}
	c, ok := s.pick(plan, lean{theme, week.due()}, uses, byDomain, number, d, void, closed)
	if !ok {
		s.Log.Error("no question to post", "group", plan.Group.ID, "certification", plan.Track.Certification)
		return s.Store.SkipQuestion(ctx, d, Skipping{
			Reason: "there is no question left that was not posted lately", Next: next, OutOf: plan.Group.ID, Track: plan.Track.ID,
		}, now)
	}
	p, err := s.posting(plan, d, c, extra, now)
	if err != nil {
		return err
	}
	p.Next = next
	return s.Store.PostRound(ctx, d, p, now)
}

// pick chooses the item and tells the operator's log why. Items of closed are in
// a live round or a match just now, and left out.
func (s *Service) pick(plan Plan, l lean, uses map[string]Use, byDomain map[string]int, number int, d schedule.Due, void []VoidItem, closed map[string]bool) (choice, bool) {
	outline := s.outline(plan.Track)
	// The schedule's identifier stands in no card, so nobody can work out
	// tomorrow's question from what they see.
	seed := plan.Schedule.ID + " " + d.Occurrence
	from := s.pool(plan.Track)
	pool, waiting := slices.Clone(from.items), 0 // not posted yet, and left out only for now
	out := useless(from.byID, void)
	pool = slices.DeleteFunc(pool, func(e entry) bool {
		if closed[e.item.ID] && !out[e.item.ID] && uses[e.item.ID].Posted == 0 {
			waiting++
		}
		return out[e.item.ID] || closed[e.item.ID]
	})
	c, ok := chooseFor(l, pool, outline, uses, byDomain, number, seed)
	c.unseen += waiting
	if ok {
		// The item itself is left out: an organiser may read the log, and nobody
		// should know tomorrow's question.
		s.Log.Info("question chosen", "group", plan.Group.ID, "area", c.item.Domain, "behind", fmt.Sprintf("%.2f", c.deficit),
			"candidates", c.candidates, "met", c.met, "why", string(c.chosen), "repeat", c.repeat, "unseen", c.unseen, "seed", seed)
	}
	return c, ok
}

// posting is the round with its deliveries.
func (s *Service) posting(plan Plan, d schedule.Due, c choice, extra bool, now time.Time) (Posting, error) {
	// As with the choice, the schedule's identifier keeps the numbers from being
	// worked out beforehand.
	c.item = c.item.Drawn(plan.Schedule.ID + " " + d.Occurrence)
	version, snapshot := c.item.Version()
	r := Round{
		ID: s.NewID(), Group: plan.Group.ID, Track: plan.Track.ID, Item: c.item, ItemVersion: version, Bank: c.bank,
		LocalDay: schedule.WallOf(d.At, plan.Group.Location()).Date(), State: Planned, PlannedAt: d.At,
	}
	until := d.Until
	if extra || until.IsZero() {
		until = d.At.Add(schedule.DefaultCatchUp)
	}
	p := Posting{Round: r, Snapshot: snapshot, Chosen: c.chosen, Low: -1}
	for _, ch := range plan.Channels {
		p.Deliveries = append(p.Deliveries, schedule.Delivery{
			Key: s.NewID(), Stable: true, Kind: group.KindQuestion, Ref: r.ID, Group: plan.Group.ID, Target: string(ch),
			Rank: d.Rank, At: d.At, Until: until,
		})
	}
	if left := c.unseen - 1; !c.repeat && left <= mostLow {
		ahead, err := plan.Schedule.Upcoming(now, left+1)
		if err != nil {
			return Posting{}, err
		}
		if len(ahead) > left && !ahead[left].At.After(now.Add(lowFor)) { // at its very time, too
			p.Low = left
		}
	}
	return p, nil
}

// skip records a question that fell due too long ago, and plans the next one.
func (s *Service) skip(ctx context.Context, d schedule.Due) error {
	plan, ok, err := s.Store.QuestionPlan(ctx, d.Subject)
	if err != nil {
		return err
	}
	var next []schedule.Due
	if ok && plan.Group.State == group.Running {
		if next, err = s.following(plan, d, strings.HasPrefix(d.Occurrence, extraPrefix)); err != nil {
			return err
		}
	}
	return s.Store.SkipQuestion(ctx, d, Skipping{Reason: "it could not be posted in time", Next: next}, s.Now())
}

// following is what the schedule does after an occurrence; an extra question
// has nothing after it.
func (s *Service) following(plan Plan, d schedule.Due, extra bool) ([]schedule.Due, error) {
	if extra {
		return nil, nil
	}
	next, err := plan.Schedule.After(d.At, schedule.RankOpen)
	return []schedule.Due{next}, err
}

// prepare notes that the question is being posted now, and for how long.
func (s *Service) prepare(ctx context.Context, d schedule.Delivery) error {
	r, ok, err := s.Store.Round(ctx, d.Ref)
	if err != nil || !ok || d.State == schedule.Sent && r.State != Planned {
		return err
	}
	plan, err := s.Store.RoundPlan(ctx, r.ID)
	if err != nil {
		return err
	}
	now := s.Now()
	late := now.Sub(r.PlannedAt) > onTime
	closes, latest, err := closing(plan, r.PlannedAt, now, late)
	if err != nil {
		return err
	}
	return s.Store.OpenRound(ctx, Opening{Round: r.ID, Plan: plan, At: now, Closes: closes, Latest: latest, Late: late})
}

// closing is when a question posted now closes, and when it does so at the latest:
// three days later at the same local time.
func closing(plan Plan, planned, posted time.Time, late bool) (closes, latest time.Time, err error) {
	loc := plan.Group.Location()
	base := planned
	if late {
		base = posted
	}
	latest = schedule.Resolve(schedule.WallOf(base, loc).AddDays(mostOpenDays), loc)
	closes, err = ClosesAt(plan.Group, plan.Schedule, posted, latest, posted)
	return closes, latest, err
}

// ClosesAt is when a question that is open closes: at the first slot of its
// schedule, not before now, that is at least 20 hours after it was posted, but no
// later than latest. Latest it is in a group with rotating shifts, in one that
// doesn't run, and of what a group studies no more, whose schedule is empty.
func ClosesAt(g group.Group, r schedule.Recurring, posted, latest, now time.Time) (time.Time, error) {
	if g.StaysOpen == group.ThreeDays || g.State != group.Running || r.ID == "" {
		return latest, nil
	}
	from := posted.Add(leastOpen - time.Second)
	if from.Before(now) {
		from = now
	}
	slot, err := r.After(from, schedule.RankOpen)
	if err != nil || slot.At.After(latest) {
		return latest, err
	}
	return slot.At, nil
}

// close ends a round.
func (s *Service) close(ctx context.Context, d schedule.Due) error {
	return s.Store.CloseRound(ctx, d, s.Now())
}

// render shows a round as it is now.
func (s *Service) render(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	r, ok, err := s.Store.Round(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok || r.State == Skipped && d.State == schedule.Waiting {
		return bot.Message{}, schedule.ErrTaken
	}
	if r.Item, err = s.illustrated(ctx, r.Item); err != nil {
		return bot.Message{}, err
	}
	plan, err := s.Store.RoundPlan(ctx, r.ID)
	if err != nil {
		return bot.Message{}, err
	}
	if r.State == Closed {
		spread, err := s.Store.Spread(ctx, r.ID)
		if err != nil {
			return bot.Message{}, err
		}
		return s.withDiscuss(ctx, r, s.closedCard(plan, r, spread))
	}
	last, ok, err := s.Store.LastClosed(ctx, r)
	if err != nil {
		return bot.Message{}, err
	}
	var previous *lastAnswer
	if ok {
		spread, err := s.Store.Spread(ctx, last.ID)
		if err != nil {
			return bot.Message{}, err
		}
		previous = &lastAnswer{round: last, spread: spread}
	}
	ahead, err := s.calendar.Line(ctx, plan.Track, r.LocalDay)
	if err != nil {
		return bot.Message{}, err
	}
	return s.pinged(ctx, d, r.Track, s.openCard(plan, r, previous, ahead))
}

// CountShown reports whether a card is refreshed when it has so many answers:
// at 1, 2, 3, 5, 8 and then every 5.
func CountShown(answered int) bool {
	switch answered {
	case 1, 2, 3, 5, 8:
		return true
	}
	return answered > 8 && answered%5 == 0
}

// CountPace is the least time between two refreshes of a card after its first hour.
const CountPace = 10 * time.Minute
