package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// pointsOf is what an answer in time earns, by rule version 1; see [practice.Grade].
var pointsOf = fmt.Sprintf(`CASE CASE WHEN a.credit = '' THEN a.verdict ELSE a.credit END
	WHEN '%s' THEN %d WHEN '%s' THEN %d WHEN '%s' THEN %d ELSE %d END`, practice.Right, practice.PointsRight,
	practice.VoidCredit, practice.PointsRight, practice.Partly, practice.PointsPartly, practice.PointsAnswered)

// ledger is where a group stands in time while points enter its totals.
type ledger struct {
	week    int
	month   string
	season  int64
	resting bool // no questions come just now
}

// openLedger holds a group's row to the end of the transaction, so that a week
// doesn't end while points still enter it. ok is false for a group without weeks.
func openLedger(ctx context.Context, tx *tx, groupID string, now time.Time) (l ledger, ok bool, err error) {
	var zone string
	var state group.State
	ok, err = found(tx.row(ctx, `UPDATE groups SET week = week WHERE id = $1 RETURNING week, month, zone, started_at, state`, groupID).
		scan(&l.week, &l.month, &zone, &l.season, &state))
	if !ok || err != nil || l.week == 0 {
		return ledger{}, false, err
	}
	l.resting = state != group.Running
	// Months never go back, whatever becomes of the zone: sums of the newest are kept.
	if month := board.MonthOf(now, group.Group{Zone: zone}.Location()); month > l.month {
		l.month = month
		_, err = tx.exec(ctx, `UPDATE groups SET month = $2 WHERE id = $1`, groupID, month)
	}
	return l, err == nil, err
}

// addRoundTotals puts the points of a round that closes in this transaction into
// the totals of all who answered it in time.
func addRoundTotals(ctx context.Context, tx *tx, roundID, groupID string, now time.Time) error {
	l, ok, err := openLedger(ctx, tx, groupID, now)
	if !ok || err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE rounds SET resting = $2 WHERE id = $1`, roundID, l.resting); err != nil {
		return err
	}
	return countRound(ctx, tx, roundID, l)
}

// countRound counts a closed round once.
func countRound(ctx context.Context, tx *tx, roundID string, l ledger) error {
	n, err := tx.exec(ctx, `UPDATE rounds SET week = $2, month = $3 WHERE id = $1 AND week = 0`, roundID, l.week, l.month)
	if n == 0 || err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO week_points (track_id, week, member_id, points, answers, practised)
		SELECT a.track_id, CAST($2 AS BIGINT), a.member_id, `+pointsOf+`, 1, 0 FROM answers a WHERE a.round_id = $1 AND NOT a.caught_up
		ON CONFLICT (track_id, week, member_id) DO UPDATE
			SET points = week_points.points + excluded.points, answers = week_points.answers + 1`, roundID, l.week); err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO standings (track_id, member_id, points, season, season_points, month, month_points)
		SELECT a.track_id, a.member_id, `+pointsOf+`, CAST($2 AS BIGINT), `+pointsOf+`, CAST($3 AS TEXT), `+pointsOf+`
			FROM answers a WHERE a.round_id = $1 AND NOT a.caught_up
		ON CONFLICT (track_id, member_id) DO UPDATE SET `+addStanding, roundID, l.season, l.month)
	return err
}

// addStanding adds to a standing; a sum of another month or season begins anew.
const addStanding = `points = standings.points + excluded.points,
	season_points = CASE WHEN standings.season = excluded.season THEN standings.season_points ELSE 0 END + excluded.season_points,
	season = excluded.season,
	month_points = CASE WHEN standings.month = excluded.month THEN standings.month_points ELSE 0 END + excluded.month_points,
	month = excluded.month`

// The kinds of earnings.
const (
	earnedCaughtUp = "caught-up"
	earnedPractice = "practice"
	earnedReport   = "report" // that led to a correction
)

// earning is something that earns points at once.
type earning struct {
	id, kind             string
	group, track, member string
	questions            int // answered for it
	points               int
	answers, practised   int // of questions, for the week's counts
}

// earnCaughtUp counts an answer that was just caught up.
func earnCaughtUp(ctx context.Context, tx *tx, groupID, answerID string, now time.Time) error {
	l, ok, err := openLedger(ctx, tx, groupID, now)
	if !ok || err != nil {
		return err
	}
	return countCaughtUp(ctx, tx, answerID, l, now)
}

// countCaughtUp counts a caught-up answer once.
func countCaughtUp(ctx context.Context, tx *tx, answerID string, l ledger, at time.Time) error {
	e := earning{id: answerID, kind: earnedCaughtUp, questions: 1, points: practice.PointsCaughtUp, answers: 1}
	if err := tx.row(ctx, `SELECT group_id, track_id, member_id FROM answers WHERE id = $1`, answerID).scan(&e.group, &e.track, &e.member); err != nil {
		return err
	}
	return earn(ctx, tx, e, l, at)
}

// earnPractice counts a practice session that ends in this transaction.
func earnPractice(ctx context.Context, tx *tx, sessionID string, now time.Time) error {
	e := earning{id: sessionID, kind: earnedPractice}
	ok, err := found(tx.row(ctx, `SELECT group_id, track_id, member_id, answered FROM sessions WHERE id = $1 AND kind IN ('practice', 'review', 'mock') AND answered > 0`,
		sessionID).scan(&e.group, &e.track, &e.member, &e.questions))
	if !ok || err != nil {
		return err
	}
	l, ok, err := openLedger(ctx, tx, e.group, now)
	if !ok || err != nil {
		return err
	}
	before := 0
	if _, err := found(tx.row(ctx, `SELECT practised FROM week_points WHERE track_id = $1 AND week = $2 AND member_id = $3`,
		e.track, l.week, e.member).scan(&before)); err != nil {
		return err
	}
	e.practised, e.points = e.questions, board.Practised(before, e.questions)
	return earn(ctx, tx, e, l, now)
}

// earn puts what was earned into the totals, once.
func earn(ctx context.Context, tx *tx, e earning, l ledger, now time.Time) error {
	n, err := tx.exec(ctx, `INSERT INTO earnings (id, kind, group_id, track_id, member_id, questions, points, week, month, earned_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		e.id, e.kind, e.group, e.track, e.member, e.questions, e.points, l.week, l.month, millis(now))
	if n == 0 || err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO week_points (track_id, week, member_id, points, answers, practised) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (track_id, week, member_id) DO UPDATE SET points = week_points.points + excluded.points,
			answers = week_points.answers + excluded.answers, practised = week_points.practised + excluded.practised`,
		e.track, l.week, e.member, e.points, e.answers, e.practised); err != nil || e.points == 0 {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO standings (track_id, member_id, points, season, season_points, month, month_points)
		VALUES ($1, $2, $3, $4, $3, $5, $3) ON CONFLICT (track_id, member_id) DO UPDATE SET `+addStanding,
		e.track, e.member, e.points, l.season, l.month)
	return err
}

// beginWeek ends the week that runs and begins the next. What begins it is named,
// so that it happens once.
func beginWeek(ctx context.Context, tx *tx, groupID, occurrence string, at time.Time) (begun int, err error) {
	ok, err := found(tx.row(ctx, `SELECT number FROM weeks WHERE group_id = $1 AND occurrence = $2`, groupID, occurrence).scan(&begun))
	if ok || err != nil {
		return begun, err
	}
	if err := tx.row(ctx, `UPDATE groups SET week = week + 1 WHERE id = $1 RETURNING week`, groupID).scan(&begun); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `INSERT INTO weeks (group_id, number, occurrence, season, begun_at)
		SELECT id, CAST($2 AS BIGINT), $3, started_at, CAST($4 AS BIGINT) FROM groups WHERE id = $1`, groupID, begun, occurrence, millis(at))
	return begun, err
}

// beginSeason begins the first week of a season.
func beginSeason(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	_, err := beginWeek(ctx, tx, groupID, fmt.Sprintf("season-%d", millis(now)), now)
	return err
}

// weeklySchedule is when the weeks of a group end: before Monday's question of
// what it studied first.
func weeklySchedule(d group.Details) schedule.Recurring {
	r := d.First().Schedule
	r.ID, r.Kind, r.Place, r.Expr, r.Without = "weekly-"+d.Group.ID, group.KindWeekly, 0, cmp.Or(d.Habits.Weekly, board.WeeklyExpr(r.Expr)), nil
	return r
}

// planWeekly makes the end of the running week fit a group as it is now. A week
// whose time has come ends all the same, and plans what follows by itself.
func planWeekly(ctx context.Context, tx *tx, d group.Details, now time.Time) error {
	r := weeklySchedule(d)
	if _, err := tx.exec(ctx, `INSERT INTO schedules (id, group_id, track_id, kind, expr) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET track_id = excluded.track_id, expr = excluded.expr`, r.ID, r.Group, r.Track, r.Kind, r.Expr); err != nil {
		return err
	}
	// Twice: while the first waits for a week that is just ending, that one plans
	// the next, which only a later statement sees.
	for range 2 {
		if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND at > $3`, r.Kind, r.ID, millis(now)); err != nil {
			return err
		}
	}
	if d.Group.State == group.Ended {
		return nil
	}
	var newest string
	var waiting bool
	if err := tx.row(ctx, `SELECT COALESCE(MAX(occurrence), ''), COALESCE(MAX(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) = 1
		FROM due WHERE kind = $1 AND subject = $2`, r.Kind, r.ID).scan(&newest, &waiting); err != nil || waiting {
		return err
	}
	last, err := wallOf(newest)
	if err != nil {
		return err
	}
	next, err := board.NextWeekly(r, now, last)
	if err != nil {
		return err
	}
	return insertDue(ctx, tx, next)
}
