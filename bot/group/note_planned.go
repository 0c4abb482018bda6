package group

import (
	"context"
	"sync"
	"time"

	"studyhall/bot/schedule"
)

// justDecided is how long what was decided about a note holds without another look.
const justDecided = time.Second

// maxDecided bounds how many decisions are kept.
const maxDecided = 256

// decided is which notes this process has just found worth a message, by the
// message's key, and when: their rows needn't be read again at once.
type decided struct {
	mu sync.Mutex
	at map[string]time.Time
}

// add keeps a decision. When there are too many, others are looked at again.
func (d *decided) add(key string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == nil || len(d.at) >= maxDecided {
		d.at = map[string]time.Time{}
	}
	d.at[key] = at
}

// take reports whether a note was decided just before an instant. It holds once: a
// message that failed is looked at again.
func (d *decided) take(key string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.at[key]
	delete(d.at, key)
	return ok && !now.Before(at) && now.Sub(at) < justDecided
}

// Hush tells until when a member wants no notes; a time that is over says that
// they do.
type Hush func(ctx context.Context, w Wishes, now time.Time) (until time.Time, err error)

// Hush adds a reason to leave people in peace, such as their exam of the next day.
// Notes that come first do so still.
func (s *Service) Hush(h Hush) { s.hushes = append(s.hushes, h) }

// hushed is until when a member is left in peace.
func (s *Service) hushed(ctx context.Context, w Wishes, now time.Time) (until time.Time, err error) {
	for _, h := range s.hushes {
		at, err := h(ctx, w, now)
		if err != nil {
			return time.Time{}, err
		}
		until = maxTime(until, at)
	}
	return until, nil
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// location is the zone of a reminder; UTC if there is none.
func (r Reminder) location() *time.Location { return Group{Zone: r.Zone}.Location() }

// At is the instant on a local date, 2006-01-02, around the time of day at which
// the person wants such notes, or at the end of their quiet hours. A string that
// is no date gives the zero time.
func (p Reminded) At(date string) time.Time {
	return p.AtMinute(date, awake(p.Wishes, p.Reminder.Minute))
}

// AtMinute is the instant of a local date and a minute of the day, by the
// person's clock.
func (p Reminded) AtMinute(date string, minute int) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	return schedule.Resolve(schedule.WallOf(day.Add(time.Duration(minute)*time.Minute), time.UTC), p.Reminder.location())
}

// Today is the person's local date, 2006-01-02.
func (p Reminded) Today() string { return schedule.WallOf(p.Now, p.Reminder.location()).Date() }

// Since is when the person switched the kind on: what was to be said before is
// not said. It is zero for a kind that is not on.
func (p Reminded) Since() time.Time { return p.Reminder.Since }

// lookForPlanned looks at a kind of note that knows when it has something to say.
func (s *Service) lookForPlanned(ctx context.Context, d schedule.Due, w Wishes, r Reminder) error {
	now := s.c.Now()
	f := FiredNote{Due: d, Day: schedule.WallOf(now, r.location()).Date(), Now: now}
	note, err := s.noteNow(ctx, w, r.Kind, true)
	if err != nil {
		return err
	}
	f.Again = []schedule.Due{s.lookLater(w, r, now, note)}
	untold := note.Steps
	if !note.silent() && len(note.Steps) > 0 {
		if untold, err = s.c.Store.UntoldSteps(ctx, w.Member, r.Kind, note.Steps); err != nil {
			return err
		}
	}
	if note.silent() || len(untold) == 0 && len(note.Steps) > 0 {
		if !note.Next.IsZero() {
			f.Next = []schedule.Due{s.lookAt(w, r, maxTime(note.Next, now.Add(time.Second)))}
		}
		return s.c.Store.FireNote(ctx, f)
	}
	var hush time.Time
	if !note.First {
		if hush, err = s.hushed(ctx, w, now); err != nil {
			return err
		}
	}
	// What an outage has made late comes at the person's own time, and so does what
	// waited for them to be back.
	late := now.Sub(d.At) > noteFor
	if w.Away.After(now) || !note.First && (late || hush.After(now)) {
		f.Next = []schedule.Due{s.lookLater(w, r, maxTime(now, hush.Add(-time.Second)), note)}
		return s.c.Store.FireNote(ctx, f)
	}
	if f.Note, err = s.owedNote(ctx, d); err != nil {
		return err
	}
	f.First, f.Steps = note.First, untold
	if !note.Next.IsZero() {
		f.Next = []schedule.Due{s.lookAt(w, r, maxTime(note.Next, now.Add(time.Second)))}
	}
	return s.owe(ctx, f)
}

// owe fires a note that may have something to say.
func (s *Service) owe(ctx context.Context, f FiredNote) error {
	err := s.c.Store.FireNote(ctx, f)
	if err == nil && f.Note != nil {
		s.decided.add(f.Note.Key, f.Now)
	}
	return err
}

// lookLater is the next look after a note that has to wait: around the person's
// time after an instant, or when the next step is reached, which may be one that
// doesn't wait.
func (s *Service) lookLater(w Wishes, r Reminder, after time.Time, note Note) schedule.Due {
	d := s.nextLook(w, r, after)
	if next := maxTime(note.Next, w.Away); !note.Next.IsZero() && next.Before(d.At) {
		return s.lookAt(w, r, maxTime(next, s.c.Now().Add(time.Second)))
	}
	return d
}
