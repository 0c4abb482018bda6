package practice

import (
	"context"
	"maps"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice/memory"
)

const (
	// postedRests is after how long a posted question is reviewed at the earliest:
	// until it has closed its answer may not be talked about, and for a day or two
	// after that it stands in the channel.
	postedRests = 3 * 24 * time.Hour
	// leechFrom is how many misses make a question one that keeps slipping away,
	// and leechUntil how many right answers in a row end that.
	leechFrom, leechUntil = 4, 2
	// mostReviewed is how many questions a review has unless more are asked for.
	mostReviewed = 10
	// countsTo is how many due questions are counted; of more it says so.
	countsTo = 99
	// reviewPage is how many memories are read at once at most.
	reviewPage = 128
)

// Given is an answer of a member to an item, as far as memory goes.
type Given struct {
	Verdict Verdict
	Posted  bool // to a question that the channel saw, in time, caught up or live
	At      time.Time
}

// Recall is a member's memory of an item.
type Recall struct {
	Item   string
	Memory memory.Memory
	Missed int       // answers that were not right; from the first on, the item is reviewed
	Row    int       // right answers since the last miss
	Due    time.Time // when it is reviewed: not before the memory is due
}

// Remember works a memory out from all of a member's answers to an item, the
// first first. Partly right is not known yet, and counts as missed.
func Remember(item string, answers []Given) Recall {
	r := Recall{Item: item}
	for _, a := range answers {
		rating := memory.Good
		r.Row++
		if a.Verdict != Right {
			rating = memory.Again
			r.Row = 0
			r.Missed++
		}
		r.Memory = r.Memory.Review(rating, a.At)
		r.Due = r.Memory.Due
		if earliest := a.At.Add(postedRests); a.Posted && r.Due.Before(earliest) {
			r.Due = earliest
		}
	}
	return r
}

// leech reports whether the item was missed again and again, and still is.
func (r Recall) leech() bool { return r.Missed >= leechFrom && r.Row < leechUntil }

// ready is from when on the item can be asked again: from the local day on which
// it is due, but not on the heels of the last answer.
func (r Recall) ready(loc *time.Location) time.Time {
	day := startOfDay(r.Due, loc)
	if rested := r.Memory.Last.Add(restsFor); day.Before(rested) {
		return rested
	}
	return day
}

// startOfDay is when the local day of an instant begins.
func startOfDay(at time.Time, loc *time.Location) time.Time {
	y, m, d := at.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

// ReviewStore is what reviews keep in the database: for each member, track and
// item a [Recall], worked out by [Remember] from the answers.
//
// An answer in a session, and one that is caught up, is taken in by the
// transaction that records it. An answer to an open question, of a live round
// too, is taken in after its closing, when somebody wants to know: before that no review can be due,
// and so neither a press nor a closing has anything more to do.
type ReviewStore interface {
	// SettleMemories takes in what counts by now and is not in a member's memories
	// of a track yet. If there is nothing, it writes nothing.
	SettleMemories(ctx context.Context, trackID, memberID string) error
	// Missed lists a member's items of a track that were ever missed, the longest
	// due first, n of them after the first skip ones.
	Missed(ctx context.Context, trackID, memberID string, skip, n int) ([]Recall, error)
	// Recall is a member's memory of an item; ok is false if there is none.
	Recall(ctx context.Context, trackID, memberID, item string) (r Recall, ok bool, err error)
	// QuestionPlans is what a group studies: the plan of each of its daily questions,
	// without channels.
	QuestionPlans(ctx context.Context, groupID string) ([]Plan, error)
	// Foresee is an account's memory of an item of a track as it will be once the
	// answers to open questions are taken in.
	Foresee(ctx context.Context, trackID string, account bot.UserID, item string) (Recall, error)
}

// reviewing is whose reviews are wanted, at what instant, and how many at most.
type reviewing struct {
	group  group.Group
	track  group.Track
	member string
	topic  string // area; "" for all
	now    time.Time
	most   int
	open   map[string]bool // what is open in groups of the member, or void in this one; nil: to be read
}

// reviews is what a member has to review.
type reviews struct {
	due  []Recall  // can be asked now, the longest due first
	next time.Time // from when on there is another; zero without any, or where there are as many as wanted
}

// reviews finds what a member has missed and can be asked again. What the banks
// have no longer, what is about something else, and what is open in a group of
// the member is left out.
func (s *Service) reviews(ctx context.Context, w reviewing) (r reviews, err error) {
	if err := s.Store.SettleMemories(ctx, w.track.ID, w.member); err != nil {
		return r, err
	}
	if w.open == nil {
		if w.open, err = s.Store.OpenItems(ctx, w.member); err != nil {
			return r, err
		}
		void, err := s.Store.VoidItems(ctx, w.group.ID)
		if err != nil {
			return r, err
		}
		maps.Copy(w.open, useless(s.Library.of(w.track.Certification).byID, void))
	}
	track, err := s.narrow(ctx, w.track, w.member)
	if err != nil {
		return r, err
	}
	loc := w.group.Location()
	tomorrow := startOfDay(w.now, loc).AddDate(0, 0, 1)
	items := s.pool(track).byID
	size := min(reviewPage, 2*w.most+len(w.open))
	for skip := 0; ; skip += size {
		page, err := s.Store.Missed(ctx, w.track.ID, w.member, skip, size)
		if err != nil {
			return reviews{}, err
		}
		for _, m := range page {
			if !r.next.IsZero() && !m.Due.Before(tomorrow) && !startOfDay(m.Due, loc).Before(r.next) {
				return r, nil // all that follow are later still
			}
			e, known := items[m.Item]
			if !known || w.open[m.Item] || w.topic != "" && w.topic != e.item.Domain {
				continue
			}
			if ready := m.ready(loc); !ready.After(w.now) {
				r.due = append(r.due, m)
			} else if r.next.IsZero() || ready.Before(r.next) {
				r.next = ready
			}
			if len(r.due) == w.most {
				return r, nil
			}
		}
		if len(page) < size {
			return r, nil
		}
	}
}

// DueReviews counts the questions that a member of a group missed before and can
// review at an instant, up to 100. Where there is none, it tells from when on
// there will be one; zero without any. It reads by index only, whatever others
// have answered.
func (s *Service) DueReviews(ctx context.Context, groupID, memberID string, now time.Time) (count int, next time.Time, err error) {
	plans, err := s.Store.QuestionPlans(ctx, groupID)
	if err != nil {
		return 0, time.Time{}, err
	}
	for _, p := range plans {
		r, err := s.reviews(ctx, reviewing{group: p.Group, track: p.Track, member: memberID, now: now, most: countsTo + 1})
		if err != nil {
			return 0, time.Time{}, err
		}
		if count += len(r.due); !r.next.IsZero() && (next.IsZero() || r.next.Before(next)) {
			next = r.next
		}
	}
	return min(count, countsTo+1), next, nil
}
