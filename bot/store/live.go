package store

import (
	"context"
	"fmt"
	"time"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

var _ practice.LiveStore = (*Store)(nil)

// GroupItems implements [practice.LiveStore].
func (s *Store) GroupItems(ctx context.Context, groupID string) (map[string]bool, error) {
	items := map[string]bool{}
	all, err := list(ctx, s.read(ctx), column[string], `SELECT item_id FROM rounds WHERE group_id = $1 AND state IN ('planned', 'open')
		UNION SELECT q.item_id FROM live_rounds l JOIN live_questions q ON q.live_id = l.id WHERE l.group_id = $1 AND l.state = 'open'
		UNION SELECT i.item_id FROM matches m JOIN match_items i ON i.match_id = m.id
			WHERE m.host_group = $1 AND m.state IN ('found', 'asked', 'running') AND m.state = 'running'
		UNION SELECT i.item_id FROM matches m JOIN match_items i ON i.match_id = m.id
			WHERE m.guest_group = $1 AND m.state IN ('found', 'asked', 'running') AND m.state = 'running'`, groupID)
	for _, item := range all {
		items[item] = true
	}
	return items, wrap("read open items of group", err)
}

const liveColumns = `l.id, l.group_id, l.track_id, l.channel, COALESCE(l.host_id, ''), l.per, l.size, l.place, l.ending, l.started_at, l.ended_at`

// liveHeld is the same of the row that a statement changes.
const liveHeld = `id, group_id, track_id, channel, COALESCE(host_id, ''), per, size, place, ending, started_at, ended_at`

func readLive(scan scanner) (l practice.Live, err error) {
	var per, started, ended int64
	err = scan(&l.ID, &l.Group, &l.Track, &l.Channel, &l.Host, &per, &l.Size, &l.Place, &l.Ending, &started, &ended)
	l.Per, l.StartedAt, l.EndedAt = time.Duration(per)*time.Millisecond, instant(started), instant(ended)
	return l, err
}

// Live implements [practice.LiveStore].
func (s *Store) Live(ctx context.Context, id string) (practice.Live, bool, error) {
	l, err := readLive(s.read(ctx).row(ctx, `SELECT `+liveColumns+` FROM live_rounds l WHERE l.id = $1`, id).scan)
	ok, err := found(err)
	return l, ok, wrap("read live round", err)
}

// liveQuestionQuery reads questions as the group's corrections have them.
const liveQuestionQuery = `SELECT q.live_id, q.place, v.id, q.state, q.opened_at, q.closes_at, q.closed_at, q.answered, v.snapshot
	FROM live_questions q JOIN item_versions v ON v.id = COALESCE((SELECT o.corrected FROM live_rounds l
		JOIN overrides o ON o.group_id = l.group_id AND o.item_version = q.item_version WHERE l.id = q.live_id), q.item_version) `

func readLiveQuestion(scan scanner) (q practice.LiveQuestion, err error) {
	var opened, closes, closed int64
	var snapshot string
	if err := scan(&q.Live, &q.Place, &q.Version, &q.State, &opened, &closes, &closed, &q.Answered, &snapshot); err != nil {
		return q, err
	}
	q.OpenedAt, q.ClosesAt, q.ClosedAt = instant(opened), instant(closes), instant(closed)
	if q.Item, err = quizzes.FromSnapshot([]byte(snapshot)); err != nil {
		return q, fmt.Errorf("item version %s: %w", q.Version, err)
	}
	return q, nil
}

// LiveQuestion implements [practice.LiveStore].
func (s *Store) LiveQuestion(ctx context.Context, id string, place int) (practice.LiveQuestion, bool, error) {
	q, err := readLiveQuestion(s.read(ctx).row(ctx, liveQuestionQuery+`WHERE q.live_id = $1 AND q.place = $2`, id, place).scan)
	ok, err := found(err)
	return q, ok, wrap("read question of live round", err)
}

// LiveTurn implements [practice.LiveStore].
func (s *Store) LiveTurn(ctx context.Context, id string) ([]practice.LiveQuestion, error) {
	all, err := list(ctx, s.read(ctx), readLiveQuestion, liveQuestionQuery+`WHERE q.live_id = $1 AND q.state <> 'waiting' ORDER BY q.place`, id)
	return all, wrap("read questions of live round", err)
}

// StartLive implements [practice.LiveStore].
func (s *Store) StartLive(ctx context.Context, l practice.Live, items []practice.LiveItem, press, key string, now time.Time) (start practice.LiveStart, running practice.Live, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, l.Group)
		if err != nil {
			return err
		}
		var there int64
		bound, err := found(tx.row(ctx, `SELECT 1 FROM channels WHERE id = $1 AND group_id = $2 AND NOT gone`, string(l.Channel), l.Group).scan(&there))
		if start = practice.LiveRefused; err != nil || state != group.Running || !bound {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO live_rounds (id, group_id, track_id, channel, host_id, press, per, size, place, state, started_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 'open', $9) ON CONFLICT DO NOTHING`,
			l.ID, l.Group, l.Track, string(l.Channel), l.Host, press, l.Per.Milliseconds(), len(items), millis(now))
		if err != nil {
			return err
		}
		if n == 1 {
			start = practice.LiveStarted
			if err := insertLiveQuestions(ctx, tx, l, items, now); err != nil {
				return err
			}
			if running, err = readLive(tx.row(ctx, `SELECT `+liveColumns+` FROM live_rounds l WHERE l.id = $1`, l.ID).scan); err != nil {
				return err
			}
			return askLive(ctx, tx, running, 1, key, now)
		}
		var before string
		running, err = readLive(func(dest ...any) error {
			return tx.row(ctx, `SELECT `+liveColumns+`, l.press FROM live_rounds l
				WHERE l.press = $1 OR l.channel = $2 AND l.state = 'open' ORDER BY l.press = $1 DESC LIMIT 1`, press, string(l.Channel)).scan(append(dest, &before)...)
		})
		if start = practice.LiveRunning; before == press {
			start = practice.LiveStarted
		}
		return err
	})
	return start, running, wrap("start live round", err)
}

func insertLiveQuestions(ctx context.Context, tx *tx, l practice.Live, items []practice.LiveItem, now time.Time) error {
	for n, item := range items {
		if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			item.Version, item.Item, item.Bank, item.Certification, string(item.Snapshot), millis(now)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO live_questions (live_id, place, item_id, domain, item_version, state)
			VALUES ($1, $2, $3, $4, $5, 'waiting')`, l.ID, n+1, item.Item, item.Domain, item.Version); err != nil {
			return err
		}
	}
	return nil
}

// lockLive holds a live round's row to the end of the transaction. It comes
// before due things and deliveries, and after groups. open is false for one
// that has ended, or that is not there.
func lockLive(ctx context.Context, tx *tx, id string) (l practice.Live, open bool, err error) {
	l, err = readLive(tx.row(ctx, `UPDATE live_rounds SET place = place WHERE id = $1 RETURNING `+liveHeld, id).scan)
	ok, err := found(err)
	return l, ok && l.Ending == "", err
}

func liveRef(id string, place int) string { return fmt.Sprint(id, "/", place) }

func liveDue(l practice.Live, place int, step string, at time.Time) schedule.Due {
	return schedule.Due{Kind: practice.KindLive, Subject: l.ID, Occurrence: fmt.Sprint(place, "/", step),
		Lane: "live/" + l.ID, Rank: schedule.RankOther, At: at}
}

// oweLive owes a post of a live round: the question at a place or, at place 0,
// how it ended.
func oweLive(ctx context.Context, tx *tx, l practice.Live, place int, key string, now time.Time) error {
	return insertDeliveries(ctx, tx, schedule.Delivery{Key: key, Kind: practice.KindLive, Ref: liveRef(l.ID, place), Group: l.Group,
		Target: string(l.Channel), Rank: schedule.RankOther, At: now, Until: now.Add(practice.LiveLost)})
}

// askLive lets the turn of a question come. Until it is really posted, the
// closing waits for the time at which that is given up.
func askLive(ctx context.Context, tx *tx, l practice.Live, place int, key string, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE live_rounds SET place = $2 WHERE id = $1`, l.ID, place); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE live_questions SET state = 'asked' WHERE live_id = $1 AND place = $2`, l.ID, place); err != nil {
		return err
	}
	if err := insertDue(ctx, tx, liveDue(l, place, "close", now.Add(practice.LiveLost))); err != nil {
		return err
	}
	return oweLive(ctx, tx, l, place, key, now)
}

// LiveSpread implements [practice.LiveStore].
func (s *Store) LiveSpread(ctx context.Context, id string, place int) (map[string]int, error) {
	spread, err := spreadOf(ctx, s.read(ctx), `SELECT options, verdict, COUNT(*) FROM live_answers WHERE live_id = $1 AND place = $2 GROUP BY options, verdict`, id, place)
	return spread, wrap("count answers of live round", err)
}

// LiveTallies implements [practice.LiveStore].
func (s *Store) LiveTallies(ctx context.Context, id string) ([]practice.LiveTally, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (t practice.LiveTally, err error) {
		var n board.Naming
		err = scan(&t.Member, &n.Own, &n.Board, &t.Unplaced, &t.Right, &t.Placing, &t.Answered)
		t.Name = n.Shown()
		return t, err
	}, `SELECT m.id, `+nameIn+`, COALESCE(ms.board_name, ''), COALESCE(ms.hidden OR ms.mentor, TRUE), t.correct, t.placing, t.answered
		FROM (SELECT a.live_id, a.member_id, COUNT(*) AS answered, CAST(SUM(CASE a.verdict WHEN 'right' THEN 1 ELSE 0 END) AS BIGINT) AS correct,
				CAST(SUM(CASE WHEN a.verdict = 'right' AND COALESCE(x.credit, '') <> 'wrong' THEN 1 ELSE 0 END) AS BIGINT) AS placing
			FROM live_answers a JOIN live_questions q ON q.live_id = a.live_id AND q.place = a.place LEFT JOIN answers x ON x.id = a.id
			WHERE a.live_id = $1 AND q.state = 'closed' GROUP BY a.live_id, a.member_id) AS t
		JOIN live_rounds l ON l.id = t.live_id JOIN members m ON m.id = t.member_id
		LEFT JOIN memberships ms ON ms.group_id = l.group_id AND ms.member_id = m.id`, id)
	return all, wrap("read standings of live round", err)
}

// LiveMine implements [practice.LiveStore].
func (s *Store) LiveMine(ctx context.Context, id, memberID string) (map[int]practice.Answer, error) {
	mine := map[int]practice.Answer{}
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var place int
		var at int64
		var a practice.Answer
		err := scan(&place, &a.ID, &a.Option, &a.Raw, &a.Verdict, &a.Credit, &at)
		a.Member, a.At = memberID, instant(at)
		mine[place] = a
		return err
	}, `SELECT l.place, l.id, l.options, l.raw, COALESCE(a.verdict, l.verdict), COALESCE(a.credit, ''), l.answered_at
		FROM live_answers l LEFT JOIN answers a ON a.id = l.id WHERE l.live_id = $1 AND l.member_id = $2`, id, memberID)
	return mine, wrap("read own answers of live round", err)
}

// endLives ends a group's live rounds, in one channel or, with "", in all. It is
// part of what stops the group there, so nothing more is posted.
func endLives(ctx context.Context, tx *tx, groupID string, ch bot.ChannelID, now time.Time) error {
	ids, err := list(ctx, tx, column[string], `SELECT id FROM live_rounds WHERE group_id = $1 AND state = 'open' AND ($2 = '' OR channel = $2) ORDER BY id`,
		groupID, string(ch))
	if err != nil {
		return err
	}
	for _, id := range ids {
		l, open, err := lockLive(ctx, tx, id)
		if err != nil {
			return err
		}
		if open {
			if err := endLive(ctx, tx, l, practice.LiveGroup, "", now); err != nil {
				return err
			}
		}
	}
	return nil
}
