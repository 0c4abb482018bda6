package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

var _ exam.CalendarStore = (*Store)(nil)

// Agenda implements [exam.CalendarStore].
func (s *Store) Agenda(ctx context.Context, groupID string, now time.Time) (a exam.Agenda, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		var d group.Details
		if d, ok, err = details(ctx, q, groupID); err != nil || !ok {
			return err
		}
		a, err = s.agenda(ctx, q, d, now)
		return err
	})
	return a, ok && err == nil, wrap("read agenda", err)
}

func (s *Store) agenda(ctx context.Context, q querier, d group.Details, now time.Time) (exam.Agenda, error) {
	a := exam.Agenda{Group: d, Catalogue: s.catalogue, Shared: map[string][]string{}, Told: map[string]string{}, Over: map[string]bool{}}
	pair := func(keep func(x, y string)) func(scan scanner) error {
		return func(scan scanner) error {
			var x, y string
			err := scan(&x, &y)
			keep(x, y)
			return err
		}
	}
	err := visit(ctx, q, pair(func(step, day string) { a.Told[step] = day }), `SELECT step, day FROM calendar_steps WHERE group_id = $1`, d.Group.ID)
	if err != nil {
		return a, err
	}
	err = visit(ctx, q, pair(func(day, _ string) { a.Over[day] = true }), `SELECT occurrence, state FROM due WHERE kind = $1 AND subject = $2 AND state <> 'waiting'`,
		group.KindCalendar, d.Group.ID)
	if err != nil {
		return a, err
	}
	// From the day before by any clock: the agenda knows the group's.
	err = visit(ctx, q, pair(func(track, day string) { a.Shared[track] = append(a.Shared[track], day) }), `SELECT t.id, e.day_from
		FROM exam_shares x JOIN exams e ON e.id = x.exam_id
			JOIN memberships ms ON ms.group_id = x.group_id AND ms.member_id = e.member_id
			JOIN tracks t ON t.group_id = x.group_id AND t.certification = e.certification
		WHERE x.group_id = $1 AND e.state = 'planned' AND e.day_from >= $2 ORDER BY e.day_from, t.id`,
		d.Group.ID, now.UTC().AddDate(0, 0, -1).Format(time.DateOnly))
	return a, err
}

// planCalendar makes the next date on which a group hears of what is ahead fit
// the group as it is now.
func planCalendar(ctx context.Context, tx *tx, d group.Details, now time.Time) error {
	if d.Group.State != group.Running {
		return dropCalendar(ctx, tx, d, now)
	}
	if _, err := tx.exec(ctx, `UPDATE due SET state = 'skipped', ended_at = $3, reason = 'its day was over'
		WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND until <= $3`, group.KindCalendar, d.Group.ID, millis(now)); err != nil {
		return err
	}
	var planned string
	if _, err := found(tx.row(ctx, `SELECT COALESCE(MIN(occurrence), '') FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting'`,
		group.KindCalendar, d.Group.ID).scan(&planned)); err != nil {
		return err
	}
	if err := dropDue(ctx, tx, group.KindCalendar, d.Group.ID); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE groups SET calendar = $2 WHERE id = $1`, d.Group.ID, tx.s.dates); err != nil {
		return err
	}
	a, err := tx.s.agenda(ctx, tx, d, now)
	if err != nil {
		return err
	}
	if due, ok := a.Next(now, planned); ok {
		return insertDue(ctx, tx, due)
	}
	return nil
}

// dropCalendar leaves a group in peace that doesn't run. A post of which an
// attempt may be out is still looked up.
func dropCalendar(ctx context.Context, tx *tx, d group.Details, now time.Time) error {
	if err := dropDue(ctx, tx, group.KindCalendar, d.Group.ID); err != nil || d.Group.Pause == group.NoChannel {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE deliveries SET state = 'skipped', ended_at = $3, reason = 'the group was stopped before it could be posted'
		WHERE group_id = $1 AND kind = $2 AND state IN ('waiting', 'parked') AND doubt = 0`, d.Group.ID, group.KindCalendar, millis(now))
	return err
}

// replanCalendar is planCalendar for a group of which something else changed, such
// as a date that a member shares.
func replanCalendar(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return err
	}
	d, ok, err := details(ctx, tx, groupID)
	if err != nil || !ok {
		return err
	}
	return planCalendar(ctx, tx, d, now)
}

// sharesOf are the groups that may see an exam.
func sharesOf(ctx context.Context, tx *tx, examID string) ([]string, error) {
	return list(ctx, tx, column[string], `SELECT group_id FROM exam_shares WHERE exam_id = $1 ORDER BY group_id`, examID)
}

// sharedChanged plans anew for groups in which a date was shared, moved or taken
// back. Where it is today, or was, open cards that wish good luck are edited.
func sharedChanged(ctx context.Context, tx *tx, groups []string, now time.Time, days ...string) error {
	for _, id := range groups {
		if err := replanCalendar(ctx, tx, id, now); err != nil {
			return err
		}
		open, err := list(ctx, tx, func(scan scanner) (r [2]string, err error) {
			err = scan(&r[0], &r[1])
			return r, err
		}, `SELECT id, local_day FROM rounds WHERE group_id = $1 AND state = 'open' ORDER BY id`, id)
		if err != nil {
			return err
		}
		for _, r := range open {
			if slices.Contains(days, r[1]) {
				if err := wantEdit(ctx, tx, group.KindQuestion, r[0], now); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// wishedAnew edits open cards that wish a member good luck today by a name that is
// another now, or hidden.
func wishedAnew(ctx context.Context, tx *tx, groupID, member string) error {
	open, err := list(ctx, tx, column[string], `SELECT r.id FROM rounds r WHERE r.group_id = $1 AND r.state = 'open' AND EXISTS (SELECT 1
		FROM exam_shares x JOIN exams e ON e.id = x.exam_id JOIN tracks t ON t.id = r.track_id
		WHERE x.group_id = r.group_id AND e.member_id = $2 AND e.certification = t.certification AND e.day_from = r.local_day AND e.day_to = r.local_day)
		ORDER BY r.id`, groupID, member)
	for _, id := range open {
		if err == nil {
			err = wantEdit(ctx, tx, group.KindQuestion, id, instant(0)) // at once
		}
	}
	return err
}

// PostCalendar implements [exam.CalendarStore].
func (s *Store) PostCalendar(ctx context.Context, d schedule.Due, p exam.CalendarPost, now time.Time) error {
	return wrap("post calendar", s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, p.Group)
		if err != nil {
			return err
		}
		if state != group.Running {
			return skipDue(ctx, tx, d, now, "the group was not running")
		}
		current, ok, err := details(ctx, tx, p.Group)
		if err != nil {
			return err
		}
		if !ok {
			return takeDue(ctx, tx, d, now)
		}
		a, err := s.agenda(ctx, tx, current, now)
		if err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		// What was decided was for the group as it was; tried again, it is for it as it is.
		if !slices.Equal(p.Steps, a.On(p.Day)) {
			return fmt.Errorf("group %s changed while its calendar was posted", p.Group)
		}
		if _, err := tx.exec(ctx, `INSERT INTO calendar_posts (id, group_id, day, data) VALUES ($1, $2, $3, $4)`, p.ID, p.Group, p.Day, p.Data); err != nil {
			return err
		}
		for _, step := range p.Steps {
			a.Told[step.ID()] = p.Day
			if _, err := tx.exec(ctx, `INSERT INTO calendar_steps (group_id, step, day) VALUES ($1, $2, $3)`, p.Group, step.ID(), p.Day); err != nil {
				return err
			}
		}
		if err := insertDeliveries(ctx, tx, p.Deliveries...); err != nil {
			return err
		}
		for _, n := range p.Notices {
			if err := addNotice(ctx, tx, n, now); err != nil {
				return err
			}
		}
		return calendarAfter(ctx, tx, a, p.Day)
	}))
}

// calendarAfter plans the next date after one.
func calendarAfter(ctx context.Context, tx *tx, a exam.Agenda, day string) error {
	if due, ok := a.After(day); ok {
		return insertDue(ctx, tx, due)
	}
	return nil
}

// SkipCalendar implements [exam.CalendarStore].
func (s *Store) SkipCalendar(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("skip calendar", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, d.Subject); err != nil {
			return err
		}
		if err := skipDue(ctx, tx, d, now, "its day was over"); err != nil {
			return err
		}
		current, ok, err := details(ctx, tx, d.Subject)
		if err != nil || !ok {
			return err
		}
		a, err := s.agenda(ctx, tx, current, now)
		if err != nil {
			return err
		}
		return calendarAfter(ctx, tx, a, d.Occurrence)
	}))
}

// CalendarPost implements [exam.CalendarStore].
func (s *Store) CalendarPost(ctx context.Context, id string) (data string, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `SELECT data FROM calendar_posts WHERE id = $1 AND data <> ''`, id).scan(&data))
	return data, ok, wrap("read calendar post", err)
}

// TrackFigures implements [exam.CalendarStore].
func (s *Store) TrackFigures(ctx context.Context, groupID, trackID string, since time.Time) (f exam.Figures, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		f = exam.Figures{}
		areas, err := reportAreas(ctx, q, groupID, since)
		for _, a := range areas {
			if a.Track == trackID {
				f.Questions += a.Questions
				f.Areas = append(f.Areas, exam.AreaFigures{Domain: a.Domain, Questions: a.Questions,
					Different: a.Different, Answers: a.Answers, Right: a.Right, People: a.People})
			}
		}
		return err
	})
	return f, wrap("sum up track", err)
}

// sharedOf is who shares exams of a certification with a group.
const sharedOf = `FROM exam_shares x JOIN exams e ON e.id = x.exam_id
	JOIN memberships ms ON ms.group_id = x.group_id AND ms.member_id = e.member_id JOIN members m ON m.id = e.member_id
	WHERE x.group_id = $1 AND e.certification = $2`

// OnDay implements [exam.CalendarStore]. Whose exam is today is named whatever
// came of it since: a name that goes would tell.
func (s *Store) OnDay(ctx context.Context, t group.Track, day string) (on exam.OnDay, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		on = exam.OnDay{}
		if _, err := found(q.row(ctx, `SELECT countdown, keep_going FROM habits WHERE group_id = $1`, t.Group).scan(&on.Countdown, &on.KeepGoing)); err != nil {
			return err
		}
		err := visit(ctx, q, func(scan scanner) error {
			var member, name string
			var hidden bool
			err := scan(&member, &name, &hidden)
			if hidden {
				on.Hidden = true
			} else if err == nil {
				on.Names = append(on.Names, name)
			}
			return err
		}, `SELECT DISTINCT m.id, CASE WHEN ms.board_name <> '' THEN ms.board_name ELSE `+nameIn+` END, ms.hidden
			`+sharedOf+` AND e.day_from = $3 AND e.day_to = $3`, t.Group, t.Certification, day)
		slices.Sort(on.Names)
		if err != nil || t.WindowFrom != "" {
			return err
		}
		return q.row(ctx, `SELECT COALESCE(MIN(e.day_from), '') `+sharedOf+` AND e.state = 'planned' AND e.day_from > $3`,
			t.Group, t.Certification, day).scan(&on.Next)
	})
	return on, wrap("read exams of a day", err)
}

// OwnExam implements [exam.CalendarStore].
func (s *Store) OwnExam(ctx context.Context, member, certification, day string) (from string, err error) {
	err = s.read(ctx).row(ctx, `SELECT COALESCE(MIN(day_from), '') FROM exams
		WHERE member_id = $1 AND certification = $2 AND state = 'planned' AND day_to >= $3`, member, certification, day).scan(&from)
	return from, wrap("read own exam", err)
}

// Sitting implements [exam.CalendarStore].
func (s *Store) Sitting(ctx context.Context, groupID, day string) (all []exam.Sitting, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		all = nil
		tracks, err := studied(ctx, q, group.Group{ID: groupID})
		for _, t := range tracks {
			sit := exam.Sitting{Track: t.Track}
			if sit.InWindow, err = sitting(ctx, q, t.Track); err == nil {
				err = q.row(ctx, `SELECT COUNT(DISTINCT m.id), COALESCE(MIN(e.day_from), '') `+sharedOf+`
					AND e.state = 'planned' AND e.day_to >= $3 AND NOT (e.day_from >= $4 AND e.day_to <= $5)`,
					t.Group, t.Certification, day, t.WindowFrom, t.WindowTo).scan(&sit.Others, &sit.Next)
			}
			if err != nil {
				return err
			}
			all = append(all, sit)
		}
		return err
	})
	return all, wrap("count exams", err)
}

// sitting is how many people share with a group that they sit in the window of
// what it studies by a track, whatever came of it.
func sitting(ctx context.Context, q querier, t group.Track) (n int, err error) {
	if t.WindowFrom == "" {
		return 0, nil
	}
	err = q.row(ctx, `SELECT COUNT(DISTINCT m.id) `+sharedOf+` AND e.day_from >= $3 AND e.day_to <= $4`,
		t.Group, t.Certification, t.WindowFrom, t.WindowTo).scan(&n)
	return n, err
}

// PrepareCalendars implements [exam.CalendarStore].
func (s *Store) PrepareCalendars(ctx context.Context, now time.Time) error {
	groups, err := list(ctx, s.read(ctx), column[string], `SELECT id FROM groups WHERE state = 'running' AND calendar <> $1 ORDER BY id`, s.dates)
	for _, id := range groups {
		if err == nil {
			err = s.write(ctx, func(ctx context.Context, tx *tx) error { return replanCalendar(ctx, tx, id, now) })
		}
	}
	return wrap("plan calendars", err)
}

// SetDeadline implements [group.DeadlineStore].
func (s *Store) SetDeadline(ctx context.Context, groupID, track, window, day string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		d, _, err := details(ctx, tx, groupID)
		if err != nil {
			return err
		}
		t, studies := d.Studies(track)
		if ok = studies && t.WindowFrom == window && window != ""; !ok {
			return nil
		}
		if day == "" {
			_, err = tx.exec(ctx, `DELETE FROM deadlines WHERE track_id = $1 AND window_from = $2`, track, window)
		} else {
			_, err = tx.exec(ctx, `INSERT INTO deadlines (track_id, window_from, apply_day, entered_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (track_id, window_from) DO UPDATE SET apply_day = excluded.apply_day, entered_at = excluded.entered_at`,
				track, window, day, millis(now))
		}
		if err != nil {
			return err
		}
		if d, _, err = details(ctx, tx, groupID); err != nil {
			return err
		}
		return planCalendar(ctx, tx, d, now)
	})
	return ok && err == nil, wrap("keep deadline", err)
}
