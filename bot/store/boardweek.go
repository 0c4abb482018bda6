package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// EndWeek implements [board.Store].
func (s *Store) EndWeek(ctx context.Context, d schedule.Due) (e board.Ended, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		e = board.Ended{}
		var groupID string
		ok, err := found(tx.row(ctx, `SELECT s.group_id FROM schedules s JOIN due d ON d.kind = s.kind AND d.subject = s.id
			WHERE s.id = $1 AND d.kind = $2 AND d.occurrence = $3 AND d.at = $4 AND d.state = 'waiting'`,
			d.Subject, d.Kind, d.Occurrence, millis(d.At)).scan(&groupID))
		if err == nil && !ok {
			err = schedule.ErrTaken
		}
		if err != nil {
			return err
		}
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		begun, err := beginWeek(ctx, tx, groupID, d.Occurrence, d.At)
		if err != nil {
			return err
		}
		e.Week = begun - 1
		details, ok, err := details(ctx, tx, groupID)
		if err != nil || !ok {
			return err
		}
		e.Group, e.Schedule, e.Quiet = details.Group, weeklySchedule(details), details.Habits.Quiet
		e.NoCount = details.Habits.Countdown == group.NoCountdown
		if e.Studied, err = list(ctx, tx, column[string], `SELECT track_id FROM schedules WHERE group_id = $1 AND kind = $2`, groupID, group.KindQuestion); err != nil {
			return err
		}
		for _, ch := range details.Channels {
			if !ch.Gone {
				e.Channels = append(e.Channels, ch)
			}
		}
		e.Tracks, err = list(ctx, tx, readTrack, `SELECT `+trackColumns+` FROM tracks t
			WHERE t.group_id = $1 AND EXISTS (SELECT 1 FROM rounds r WHERE r.track_id = t.id AND r.week = $2)
			ORDER BY COALESCE((SELECT MIN(s.place) FROM schedules s WHERE s.track_id = t.id AND s.kind = 'question'), 99), t.id`, groupID, e.Week)
		return err
	})
	return e, wrap("end week", err)
}

// WeekFacts implements [board.Store].
func (s *Store) WeekFacts(ctx context.Context, groupID, trackID string, week int) (f board.Facts, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		err := q.row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN a.credit <> 'void' THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(DISTINCT CASE WHEN a.credit <> 'void' THEN a.member_id END),
				CAST(COALESCE(SUM(CASE WHEN a.verdict = 'right' AND a.credit <> 'void' THEN 1 ELSE 0 END), 0) AS BIGINT)
			FROM rounds r JOIN answers a ON a.round_id = r.id AND NOT a.caught_up WHERE r.track_id = $1 AND r.week = $2`, trackID, week).
			scan(&f.Answers, &f.People, &f.Right)
		if err != nil {
			return err
		}
		p := board.Period{Span: board.Week, Week: week}
		if f.Tallies, err = tallies(ctx, q, trackID, p); err != nil {
			return err
		}
		if f.Unplaced, err = unplaced(ctx, q, groupID, trackID, p); err != nil {
			return err
		}
		var closed []time.Time
		f.Questions, err = list(ctx, q, func(scan scanner) (a board.Asked, err error) {
			var at int64
			err = scan(&a.Round, &a.Domain, &a.LocalDay, &a.Answered, &a.Right, &at)
			closed = append(closed, instant(at))
			return a, err
		}, `SELECT id, domain, local_day, answered, correct, closed_at FROM rounds WHERE track_id = $1 AND week = $2 ORDER BY number`, trackID, week)
		if err != nil {
			return err
		}
		f.Members, err = parts(ctx, q, groupID, trackID, week, closed)
		return err
	})
	return f, wrap("read facts of a week", err)
}

// parts are what members did in a week.
func parts(ctx context.Context, q querier, groupID, trackID string, week int, closed []time.Time) ([]board.Part, error) {
	answered := map[string]int{}
	err := visit(ctx, q, func(scan scanner) error {
		var member string
		var n int
		err := scan(&member, &n)
		answered[member] = n
		return err
	}, `SELECT a.member_id, COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id
		WHERE r.track_id = $1 AND r.week = $2 GROUP BY a.member_id`, trackID, week)
	if err != nil {
		return nil, err
	}
	before, err := weeksBefore(ctx, q, groupID, trackID, "", week)
	if err != nil {
		return nil, err
	}
	return list(ctx, q, func(scan scanner) (p board.Part, err error) {
		var joined int64
		var n board.Naming
		err = scan(&p.Member, &n.Own, &n.Board, &p.Hidden, &p.Mentor, &p.Points, &joined)
		p.Name, p.Before = n.Shown(), before[p.Member]
		there := 0 // closed since joining
		for _, at := range closed {
			if at.After(instant(joined)) {
				there++
			}
		}
		p.Complete = there > 0 && answered[p.Member] >= there
		return p, err
	}, `SELECT w.member_id, `+nameIn+`, ms.board_name, ms.hidden, ms.mentor, w.points, ms.joined_at
		FROM week_points w JOIN memberships ms ON ms.group_id = $1 AND ms.member_id = w.member_id JOIN members m ON m.id = w.member_id
		WHERE w.track_id = $2 AND w.week = $3 ORDER BY w.member_id`, groupID, trackID, week)
}

// weeksBefore are the weeks before one, newest first, of one member, or of all
// who have points in that week; a week without anything is an empty sum. The
// left join has the weeks looked up one by one: the other way round, SQLite would
// read all that the track has.
func weeksBefore(ctx context.Context, q querier, groupID, trackID, member string, week int) (map[string][]board.Sum, error) {
	of := `c.member_id, COALESCE(p.points, 0), COALESCE(p.answers, 0) FROM week_points c
		JOIN weeks w ON w.group_id = $1 AND w.number < c.week AND w.number >= c.week - $4
		LEFT JOIN week_points p ON p.track_id = c.track_id AND p.week = w.number AND p.member_id = c.member_id
		WHERE c.track_id = $2 AND c.week = $3 ORDER BY c.member_id, w.number DESC`
	args := []any{groupID, trackID, week, board.UsualReach}
	if member != "" {
		of = `CAST($5 AS TEXT), COALESCE(p.points, 0), COALESCE(p.answers, 0) FROM weeks w
			LEFT JOIN week_points p ON p.track_id = $2 AND p.week = w.number AND p.member_id = $5
			WHERE w.group_id = $1 AND w.number < $3 AND w.number >= $3 - $4 ORDER BY w.number DESC`
		args = append(args, member)
	}
	sums := map[string][]board.Sum{}
	err := visit(ctx, q, func(scan scanner) error {
		var id string
		var sum board.Sum
		err := scan(&id, &sum.Points, &sum.Answers)
		sums[id] = append(sums[id], sum)
		return err
	}, `SELECT `+of, args...)
	return sums, err
}

// SettleRuns implements [board.Store].
func (s *Store) SettleRuns(ctx context.Context, trackID string, runs map[string]board.Run) error {
	return wrap("keep runs", s.write(ctx, func(ctx context.Context, tx *tx) error {
		for member, run := range runs {
			data, err := json.Marshal(run)
			if err != nil {
				return fmt.Errorf("run: %w", err)
			}
			if _, err := tx.exec(ctx, `UPDATE standings SET run = $3, run_through = $4 WHERE track_id = $1 AND member_id = $2 AND run_through < $4`,
				trackID, member, string(data), run.Through); err != nil {
				return err
			}
		}
		return nil
	}))
}

// PostWeek implements [board.Store].
func (s *Store) PostWeek(ctx context.Context, d schedule.Due, e board.Ended, post string, deliveries []schedule.Delivery, next []schedule.Due, now time.Time) error {
	return wrap("post week", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, e.Group.ID); err != nil {
			return err
		}
		// What was decided was for the group as it was; tried again, it is for it as it is.
		current, ok, err := details(ctx, tx, e.Group.ID)
		if err != nil {
			return err
		}
		if r := weeklySchedule(current); ok && (current.Group.State != e.Group.State || r.Expr != e.Schedule.Expr || r.Zone != e.Schedule.Zone) {
			return fmt.Errorf("group %s changed while its week ended", e.Group.ID)
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE weeks SET post = $3 WHERE group_id = $1 AND number = $2`, e.Group.ID, e.Week, post); err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, deliveries...); err != nil {
			return err
		}
		return insertDue(ctx, tx, next...)
	}))
}

// WeekPost implements [board.Store].
func (s *Store) WeekPost(ctx context.Context, groupID string, week int) (post string, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `SELECT post FROM weeks WHERE group_id = $1 AND number = $2 AND post <> ''`, groupID, week).scan(&post))
	return post, ok, wrap("read weekly post", err)
}

// PrepareBoards implements [board.Store].
func (s *Store) PrepareBoards(ctx context.Context, now time.Time) error {
	groups, err := list(ctx, s.read(ctx), column[string], `SELECT id FROM groups WHERE week = 0 AND state <> 'draft'
		UNION SELECT group_id FROM rounds WHERE state = 'closed' AND week = 0`)
	if err != nil {
		return wrap("prepare boards", err)
	}
	for _, id := range groups {
		err := s.write(ctx, func(ctx context.Context, tx *tx) error { return prepareGroup(ctx, tx, id, now) })
		if err != nil {
			return wrap("prepare boards", err)
		}
	}
	return nil
}

// prepareGroup gives a group the weeks it would have had, and counts what was
// answered in them.
func prepareGroup(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	d, ok, err := details(ctx, tx, groupID)
	if err != nil || !ok {
		return err
	}
	var weeks int
	if err := tx.row(ctx, `UPDATE groups SET week = week WHERE id = $1 RETURNING week`, groupID).scan(&weeks); err != nil {
		return err
	}
	r, fresh := weeklySchedule(d), weeks == 0
	for at, occurrence := d.Group.CreatedAt, "start"; fresh; {
		if _, err := beginWeek(ctx, tx, groupID, occurrence, at); err != nil {
			return err
		}
		next, err := r.After(at, schedule.RankSumUp)
		if err != nil {
			return err
		}
		if next.At.After(now) {
			break
		}
		at, occurrence = next.At, next.Occurrence
	}
	if err := countEarlier(ctx, tx, d.Group, fresh, now); err != nil {
		return err
	}
	return planWeekly(ctx, tx, d, now)
}

// earlier is what has not been counted yet.
type earlier struct {
	id     string
	at     time.Time
	caught bool // an answer that was caught up; otherwise a closed round
}

// countEarlier counts what closed and was caught up while no program that counts
// was there: in the weeks it happened in if these are new, else in the running
// one, for what was posted about a week stays true.
func countEarlier(ctx context.Context, tx *tx, g group.Group, fresh bool, now time.Time) error {
	// Rounds by when they were to close: what closes as a week ends is in that week.
	all, err := list(ctx, tx, func(scan scanner) (e earlier, err error) {
		var at int64
		err = scan(&e.id, &at, &e.caught)
		e.at = instant(at)
		return e, err
	}, `SELECT id, closes_at, FALSE FROM rounds WHERE group_id = $1 AND state = 'closed' AND week = 0
		UNION ALL SELECT a.id, a.answered_at, TRUE FROM answers a WHERE a.group_id = $1 AND a.caught_up
			AND NOT EXISTS (SELECT 1 FROM earnings e WHERE e.id = a.id)`, g.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b earlier) int { return a.at.Compare(b.at) })
	for _, e := range all {
		l, ok, err := openLedger(ctx, tx, g.ID, e.at)
		if err != nil || !ok {
			return err
		}
		if fresh {
			if err := tx.row(ctx, `SELECT number, season FROM weeks WHERE group_id = $1 AND (begun_at < $2 OR number = 1) ORDER BY number DESC LIMIT 1`,
				g.ID, millis(e.at)).scan(&l.week, &l.season); err != nil {
				return err
			}
		}
		if e.caught {
			err = countCaughtUp(ctx, tx, e.id, l, e.at)
		} else {
			err = countRound(ctx, tx, e.id, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
