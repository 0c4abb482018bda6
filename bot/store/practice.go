package store

import (
	"context"
	"fmt"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

var _ practice.Store = (*Store)(nil)

const planQuery = `SELECT s.id, s.group_id, s.track_id, s.kind, s.expr, s.place,
		g.id, g.name, g.zone, g.state, g.pause, g.stays_open, g.silent_limit, g.silent, g.created_at, g.started_at,
		t.id, t.group_id, t.certification, t.outline, t.window_from, t.window_to, t.rounds, t.wide, t.own
	FROM schedules s JOIN groups g ON g.id = s.group_id JOIN tracks t ON t.id = s.track_id `

// roundPlanQuery also finds the plan of a round whose track is not studied any
// more, and so has no schedule.
const roundPlanQuery = `SELECT COALESCE(s.id, ''), r.group_id, r.track_id, COALESCE(s.kind, ''), COALESCE(s.expr, ''), COALESCE(s.place, 0),
		g.id, g.name, g.zone, g.state, g.pause, g.stays_open, g.silent_limit, g.silent, g.created_at, g.started_at,
		t.id, t.group_id, t.certification, t.outline, t.window_from, t.window_to, t.rounds, t.wide, t.own
	FROM rounds r JOIN groups g ON g.id = r.group_id JOIN tracks t ON t.id = r.track_id
	LEFT JOIN schedules s ON s.track_id = r.track_id AND s.kind = $2 WHERE r.id = $1`

func readPlan(scan scanner) (p practice.Plan, err error) {
	var created, started int64
	s, g, t := &p.Schedule, &p.Group, &p.Track
	err = scan(&s.ID, &s.Group, &s.Track, &s.Kind, &s.Expr, &s.Place,
		&g.ID, &g.Name, &g.Zone, &g.State, &g.Pause, &g.StaysOpen, &g.SilentLimit, &g.Silent, &created, &started,
		&t.ID, &t.Group, &t.Certification, &t.Outline, &t.WindowFrom, &t.WindowTo, &t.Rounds, &t.Wide, &t.Own)
	g.CreatedAt, g.StartedAt = instant(created), instant(started)
	s.Zone = g.Zone
	return p, err
}

// QuestionPlan implements [practice.Store].
func (s *Store) QuestionPlan(ctx context.Context, scheduleID string) (p practice.Plan, ok bool, err error) {
	q := s.read(ctx)
	p, err = readPlan(q.row(ctx, planQuery+`WHERE s.id = $1`, scheduleID).scan)
	if ok, err = found(err); !ok || err != nil {
		return p, false, wrap("read schedule", err)
	}
	if p.Schedule.Without, err = restDays(ctx, q, p); err != nil {
		return p, false, wrap("read skip days", err)
	}
	p.Channels, err = list(ctx, q, func(scan scanner) (ch bot.ChannelID, err error) {
		err = scan(&ch)
		return ch, err
	}, `SELECT id FROM channels c WHERE c.group_id = $1 AND NOT c.gone
			AND NOT EXISTS (SELECT 1 FROM muted m WHERE m.channel_id = c.id AND m.track_id = $2)
		ORDER BY c.bound_at, c.id`, p.Group.ID, p.Track.ID)
	return p, true, wrap("read channels", err)
}

// RoundPlan implements [practice.Store].
func (s *Store) RoundPlan(ctx context.Context, roundID string) (practice.Plan, error) {
	q := s.read(ctx)
	p, err := readPlan(q.row(ctx, roundPlanQuery, roundID, group.KindQuestion).scan)
	if err == nil {
		p.Schedule.Without, err = restDays(ctx, q, p)
	}
	return p, wrap("read plan of round", err)
}

// restDays are the local dates on which a plan's track has no question.
func restDays(ctx context.Context, q querier, p practice.Plan) ([]string, error) {
	h, skips, err := readHabits(ctx, q, p.Group.ID)
	return h.RestDays(p.Track.WindowTo, skips), err
}

// Uses implements [practice.Store].
func (s *Store) Uses(ctx context.Context, groupID, trackID string) (map[string]practice.Use, map[string]int, error) {
	q := s.read(ctx)
	uses, byDomain := map[string]practice.Use{}, map[string]int{}
	err := visit(ctx, q, func(scan scanner) error {
		var item, domain string
		var u practice.Use
		err := scan(&item, &domain, &u.Posted, &u.Last, &u.Answered, &u.Right)
		byDomain[domain] += u.Posted
		before := uses[item]
		u.Posted, u.Answered, u.Right = before.Posted+u.Posted, before.Answered+u.Answered, before.Right+u.Right
		uses[item] = u
		return err
	}, `SELECT item_id, domain, COUNT(*), MAX(number), CAST(SUM(answered) AS BIGINT), CAST(SUM(correct) AS BIGINT) FROM rounds
		WHERE track_id = $1 AND state <> 'skipped' GROUP BY item_id, domain ORDER BY item_id, MAX(number)`, trackID)
	if err != nil {
		return nil, nil, wrap("read posted items", err)
	}
	err = visit(ctx, q, func(scan scanner) error {
		var item string
		var met int
		err := scan(&item, &met)
		u := uses[item]
		u.Met = met
		uses[item] = u
		return err
	}, `SELECT item_id, COUNT(DISTINCT member_id) FROM answers WHERE group_id = $1 GROUP BY item_id`, groupID)
	return uses, byDomain, wrap("read met items", err)
}

// PostRound implements [practice.Store].
func (s *Store) PostRound(ctx context.Context, d schedule.Due, p practice.Posting, now time.Time) error {
	return wrap("post question", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, p.Round.Group); err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		r := p.Round
		if err := tx.row(ctx, `UPDATE tracks SET rounds = rounds + 1 WHERE id = $1 RETURNING rounds`, r.Track).scan(&r.Number); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
			SELECT $1, $2, $3, certification, $5, CAST($6 AS BIGINT) FROM tracks WHERE id = $4 ON CONFLICT DO NOTHING`,
			r.ItemVersion, r.Item.ID, r.Bank, r.Track, string(p.Snapshot), millis(now)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO rounds (id, group_id, track_id, number, item_id, domain, item_version,
				rule_version, local_day, state, planned_at, chosen, corrected)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'planned', $10, $11,
				COALESCE((SELECT o.corrected FROM overrides o WHERE o.group_id = $2 AND o.item_version = $7), ''))`,
			r.ID, r.Group, r.Track, r.Number, r.Item.ID, r.Item.Domain, r.ItemVersion,
			practice.RuleVersion, r.LocalDay, millis(r.PlannedAt), string(p.Chosen)); err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, p.Deliveries...); err != nil {
			return err
		}
		if p.Low >= 0 {
			if err := addNotice(ctx, tx, group.LowNotice(r.Group, r.Track, p.Low), now); err != nil {
				return err
			}
		}
		return insertDue(ctx, tx, p.Next...)
	}))
}

// SkipQuestion implements [practice.Store].
func (s *Store) SkipQuestion(ctx context.Context, d schedule.Due, k practice.Skipping, now time.Time) error {
	return wrap("skip question", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := skipDue(ctx, tx, d, now, k.Reason); err != nil {
			return err
		}
		if k.OutOf != "" {
			if err := addNotice(ctx, tx, group.LowNotice(k.OutOf, k.Track, 0), now); err != nil {
				return err
			}
		}
		return insertDue(ctx, tx, k.Next...)
	}))
}

// OpenRound implements [practice.Store].
func (s *Store) OpenRound(ctx context.Context, o practice.Opening) error {
	return wrap("open round", s.write(ctx, func(ctx context.Context, tx *tx) error {
		g := o.Plan.Group
		state, err := lockGroup(ctx, tx, g.ID)
		if err != nil {
			return err
		}
		var round string
		var posted, studied, same bool
		if err := tx.row(ctx, `SELECT r.state,
				EXISTS (SELECT 1 FROM deliveries WHERE ref = r.id AND kind = 'question' AND state = 'sent'),
				s.id IS NOT NULL, g.zone = $2 AND g.stays_open = $3 AND COALESCE(s.expr, '') = $4
			FROM rounds r JOIN groups g ON g.id = r.group_id LEFT JOIN schedules s ON s.track_id = r.track_id AND s.kind = 'question'
			WHERE r.id = $1`, o.Round, g.Zone, string(g.StaysOpen), o.Plan.Schedule.Expr).scan(&round, &posted, &studied, &same); err != nil {
			return err
		}
		switch {
		case round != string(practice.Planned) && round != string(practice.Open):
			return schedule.ErrTaken
		case posted:
			return nil // in another channel; its closing stands
		case state != group.Running || !studied:
			return schedule.ErrTaken
		case !same:
			return fmt.Errorf("group %s changed while its question was being posted", g.ID)
		}
		if _, err := tx.exec(ctx, `UPDATE rounds SET state = 'open', opened_at = $2, closes_at = $3, latest_close = $4, late = $5,
				sealed = COALESCE((SELECT h.at_closing FROM habits h WHERE h.group_id = rounds.group_id), FALSE)
			WHERE id = $1`, o.Round, millis(o.At), millis(o.Closes), millis(o.Latest), o.Late); err != nil {
			return err
		}
		if err := pinOpened(ctx, tx, o.Round); err != nil {
			return err
		}
		if err := insertDue(ctx, tx, schedule.Due{Kind: practice.KindClose, Subject: o.Round, Occurrence: "close",
			Lane: schedule.Lane(g.ID), Rank: schedule.RankClose + o.Plan.Schedule.Place, At: o.Closes}); err != nil {
			return err
		}
		return moveDue(ctx, tx, practice.KindClose, o.Round, "close", o.Closes)
	}))
}

// CloseRound implements [practice.Store].
func (s *Store) CloseRound(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("close round", s.write(ctx, func(ctx context.Context, tx *tx) error {
		var groupID string
		ok, err := found(tx.row(ctx, `SELECT group_id FROM rounds WHERE id = $1`, d.Subject).scan(&groupID))
		if err != nil {
			return err
		}
		if ok {
			if _, err := lockGroup(ctx, tx, groupID); err != nil {
				return err
			}
		}
		if err := takeDue(ctx, tx, d, now); err != nil || !ok {
			return err
		}
		return closeRound(ctx, tx, d.Subject, groupID, now)
	}))
}

// closeRound ends a round of which the group is locked. A post of which nobody
// knows yet whether it arrived counts as posted and is still looked for, so that
// its card shows the answer too; what certainly did not arrive never will.
func closeRound(ctx context.Context, tx *tx, id, groupID string, now time.Time) error {
	var state string
	var answered int
	err := tx.row(ctx, `UPDATE rounds SET closed_at = $2, state = CASE
			WHEN answered > 0 OR EXISTS (SELECT 1 FROM deliveries WHERE ref = $1 AND kind = 'question'
				AND (state = 'sent' OR state = 'waiting' AND doubt > 0))
			THEN 'closed' ELSE 'skipped' END
		WHERE id = $1 AND state = 'open' RETURNING state, answered`, id, millis(now)).scan(&state, &answered)
	if ok, err := found(err); !ok || err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries SET ended_at = $2, until = 0,
			state = CASE WHEN doubt > 0 THEN state ELSE 'skipped' END,
			reason = CASE WHEN doubt > 0 THEN reason ELSE 'closed before it could be posted' END
		WHERE ref = $1 AND kind = 'question' AND state IN ('waiting', 'parked')`, id, millis(now)); err != nil {
		return err
	}
	if err := unpin(ctx, tx, id); err != nil {
		return err
	}
	if state == string(practice.Skipped) {
		return nil // nobody could have answered
	}
	if err := wantEdit(ctx, tx, group.KindQuestion, id, now); err != nil {
		return err
	}
	if err := addRoundTotals(ctx, tx, id, groupID, now); err != nil {
		return err
	}
	return afterClosing(ctx, tx, id, groupID, answered > 0, now)
}

// countSilence counts questions without an answer and pauses a running group
// when there were as many in a row as its limit.
func countSilence(ctx context.Context, tx *tx, groupID string, answered bool, now time.Time) error {
	var silent, limit int
	var state string
	err := tx.row(ctx, `UPDATE groups SET silent = CASE WHEN $2 THEN 0 ELSE silent + 1 END
		WHERE id = $1 RETURNING silent, silent_limit, state`, groupID, answered).scan(&silent, &limit, &state)
	if err != nil || limit == 0 || silent < limit || state != string(group.Running) {
		return err
	}
	if err := pauseGroup(ctx, tx, groupID, group.BySilence, now); err != nil {
		return err
	}
	return addNotice(ctx, tx, group.SilentNotice(groupID, silent), now)
}

// gradedBy is the item version by which answers to a round are graded.
const gradedBy = `CASE WHEN r.corrected = '' THEN r.item_version ELSE r.corrected END`

const roundColumns = `r.id, r.group_id, r.track_id, r.number, v.id, r.local_day, r.state, r.planned_at, r.opened_at,
	r.closes_at, r.latest_close, r.closed_at, r.late, r.answered, r.corrected_at, r.gainers, r.gain, r.sealed, v.bank, v.snapshot`

// secret is whether how a round's answers were graded must not be known yet.
const secret = `(r.sealed AND r.state = 'open')`

const versionJoin = `JOIN item_versions v ON v.id = ` + gradedBy

func readRound(scan scanner) (r practice.Round, err error) {
	var planned, opened, closes, latest, closed, corrected int64
	var snapshot string
	if err := scan(&r.ID, &r.Group, &r.Track, &r.Number, &r.ItemVersion, &r.LocalDay, &r.State, &planned, &opened,
		&closes, &latest, &closed, &r.Late, &r.Answered, &corrected, &r.Gainers, &r.Gain, &r.Sealed, &r.Bank, &snapshot); err != nil {
		return practice.Round{}, err
	}
	r.PlannedAt, r.OpenedAt, r.ClosesAt = instant(planned), instant(opened), instant(closes)
	r.LatestClose, r.ClosedAt, r.CorrectedAt = instant(latest), instant(closed), instant(corrected)
	if r.Item, err = quizzes.FromSnapshot([]byte(snapshot)); err != nil {
		return practice.Round{}, fmt.Errorf("item version %s: %w", r.ItemVersion, err)
	}
	return r, nil
}

// Round implements [practice.Store].
func (s *Store) Round(ctx context.Context, id string) (practice.Round, bool, error) {
	r, err := readRound(s.read(ctx).row(ctx, `SELECT `+roundColumns+` FROM rounds r
		`+versionJoin+` WHERE r.id = $1`, id).scan)
	ok, err := found(err)
	return r, ok, wrap("read round", err)
}

// LastClosed implements [practice.Store].
func (s *Store) LastClosed(ctx context.Context, r practice.Round) (practice.Round, bool, error) {
	last, err := readRound(s.read(ctx).row(ctx, `SELECT `+roundColumns+` FROM rounds r
		`+versionJoin+`
		WHERE r.track_id = $1 AND r.number < $2 AND r.state = 'closed' AND r.closed_at <= $3
			AND r.closed_at > COALESCE((SELECT p.opened_at FROM rounds p
				WHERE p.track_id = $1 AND p.number < $2 AND p.opened_at > 0 ORDER BY p.number DESC LIMIT 1), 0)
		ORDER BY r.number DESC LIMIT 1`, r.Track, r.Number, millis(r.OpenedAt)).scan)
	ok, err := found(err)
	return last, ok, wrap("read last closed round", err)
}

// Spread implements [practice.Store].
func (s *Store) Spread(ctx context.Context, roundID string) (map[string]int, error) {
	spread, err := spreadOf(ctx, s.read(ctx), `SELECT options, verdict, COUNT(*) FROM answers WHERE round_id = $1 AND NOT caught_up GROUP BY options, verdict`, roundID)
	return spread, wrap("count answers", err)
}

// spreadOf counts answers by what was chosen, typed ones by their verdict. The
// query gives the options, the verdict and how many there are of both.
func spreadOf(ctx context.Context, q querier, text string, args ...any) (map[string]int, error) {
	spread := map[string]int{}
	err := visit(ctx, q, func(scan scanner) error {
		var chosen, verdict string
		var n int
		err := scan(&chosen, &verdict, &n)
		if chosen == "" {
			chosen = verdict
		}
		spread[chosen] += n
		return err
	}, text, args...)
	return spread, err
}

// AnswerOf implements [practice.Store].
func (s *Store) AnswerOf(ctx context.Context, roundID, memberID string) (practice.Answer, bool, error) {
	a, err := readAnswer(s.read(ctx).row(ctx, answerQuery, roundID, memberID).scan)
	ok, err := found(err)
	return a, ok, wrap("read answer", err)
}

// Answered implements [practice.Store].
func (s *Store) Answered(ctx context.Context, groupID, memberID string, since time.Time, n int) ([]practice.Round, error) {
	rounds, err := list(ctx, s.read(ctx), readRound, `SELECT `+roundColumns+` FROM answers a
		JOIN rounds r ON r.id = a.round_id `+versionJoin+`
		WHERE a.member_id = $2 AND a.group_id = $1 AND a.answered_at > $3 ORDER BY a.answered_at DESC LIMIT $4`,
		groupID, memberID, millis(since), n)
	return rounds, wrap("read answered questions", err)
}

// Owed implements [practice.Store].
func (s *Store) Owed(ctx context.Context, groupID, memberID string, now time.Time) ([]practice.Round, error) {
	// Nothing planned longer ago can still be open or have closed in time, but
	// after weeks in which the bot did not run.
	since := now.Add(-8 * practice.CatchUpFor)
	rounds, err := list(ctx, s.read(ctx), readRound, `SELECT `+roundColumns+` FROM rounds r
		`+versionJoin+`
		JOIN memberships m ON m.group_id = r.group_id AND m.member_id = $2
		WHERE r.group_id = $1 AND r.planned_at > $3 AND r.closes_at > m.joined_at
			AND (r.state = 'open' AND r.closes_at > $4 OR r.state = 'closed' AND r.closed_at > $5)
			AND EXISTS (SELECT 1 FROM deliveries d WHERE d.ref = r.id AND d.kind = 'question' AND d.state = 'sent')
			AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.round_id = r.id AND a.member_id = $2)
			AND NOT EXISTS (SELECT 1 FROM checks k WHERE k.group_id = r.group_id AND k.original = r.item_version AND k.state = 'paused')
		ORDER BY r.planned_at, r.number`,
		groupID, memberID, millis(since), millis(now), millis(now.Add(-practice.CatchUpFor)))
	return rounds, wrap("read owed questions", err)
}
