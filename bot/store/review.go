package store

import (
	"context"
	"math"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

var _ practice.ReviewStore = (*Store)(nil)

const (
	// settleAtOnce is how many memories are worked out in one transaction, so that
	// many at once hold up nobody's press.
	settleAtOnce = 50
	// markLag is after how many questions without an answer a mark is moved on.
	markLag = 30
	// fraction is how stability and difficulty are kept: in millionths.
	fraction = 1_000_000
)

// unsettled is what a member's memories of a track lack.
type unsettled struct {
	through int      // where the mark stands; negative when nothing is certain, -1 without a mark
	now     int      // where it will stand
	items   []string // to work out
}

// SettleMemories implements [practice.ReviewStore]. Each memory is worked out
// anew from its answers, so that what is done twice, here or elsewhere, does no
// harm; and the mark is moved only from where it stood.
func (s *Store) SettleMemories(ctx context.Context, trackID, memberID string) error {
	u, err := s.unsettled(ctx, trackID, memberID)
	if err != nil {
		return wrap("read what is not remembered yet", err)
	}
	for items := range slices.Chunk(u.items, settleAtOnce) {
		if err := s.write(ctx, func(ctx context.Context, tx *tx) error {
			if len(items) == settleAtOnce {
				return rememberSome(ctx, tx, memberID, trackID, items, rememberMany)
			}
			for _, item := range items {
				if err := remember(ctx, tx, memberID, trackID, item); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return wrap("remember answers", err)
		}
	}
	if u.through >= 0 && (u.now == u.through || len(u.items) == 0 && u.now < u.through+markLag) {
		return nil
	}
	_, err = s.change(ctx, `INSERT INTO memory_marks (member_id, track_id, through) VALUES ($1, $2, $3)
		ON CONFLICT (member_id, track_id) DO UPDATE SET through = excluded.through WHERE memory_marks.through = $4`,
		memberID, trackID, u.now, u.through)
	return wrap("mark what is remembered", err)
}

// unsettled reads it at one instant.
func (s *Store) unsettled(ctx context.Context, trackID, memberID string) (u unsettled, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		u = unsettled{through: -1}
		if _, err := found(q.row(ctx, `SELECT through FROM memory_marks WHERE member_id = $1 AND track_id = $2`, memberID, trackID).
			scan(&u.through)); err != nil {
			return err
		}
		open := false // a question before these is
		u.now = max(u.through, 0)
		err := visit(ctx, q, func(scan scanner) error {
			var number int
			var over bool
			var item string
			err := scan(&number, &over, &item)
			if open = open || !over; !open {
				u.now = number
			}
			if item != "" {
				u.items = append(u.items, item)
			}
			return err
		}, `SELECT r.number, r.state IN ('closed', 'skipped'), COALESCE(a.item_id, '') FROM rounds r
			LEFT JOIN answers a ON a.round_id = r.id AND a.member_id = $2 AND r.state = 'closed'
			WHERE r.track_id = $1 AND r.number > $3 ORDER BY r.number`, trackID, memberID, u.now)
		if err != nil {
			return err
		}
		query := `SELECT item_id FROM memories WHERE member_id = $1 AND track_id = $2 AND stale`
		if u.through < 0 {
			query = `SELECT item_id FROM memories WHERE member_id = $1 AND track_id = $2
				UNION SELECT a.item_id FROM tracks t JOIN answers a ON a.group_id = t.group_id AND a.member_id = $1 AND a.track_id = t.id WHERE t.id = $2`
		}
		more, err := list(ctx, q, column[string], query, memberID, trackID)
		u.items = append(u.items, more...)
		return err
	})
	slices.Sort(u.items) // two at once hold the rows in the same order
	u.items = slices.Compact(u.items)
	return u, err
}

// remember is rememberSome for one item.
func remember(ctx context.Context, tx *tx, memberID, trackID, itemID string) error {
	return rememberSome(ctx, tx, memberID, trackID, []string{itemID}, rememberOne)
}

// rememberSome works out a member's memories of items from all answers that count
// by now. It holds the memories' rows first: of two answers at once the second
// one's transaction sees both.
func rememberSome(ctx context.Context, tx *tx, memberID, trackID string, items []string, by remembering) error {
	ids := []any{memberID, trackID}
	for _, item := range items {
		ids = append(ids, item)
	}
	if _, err := tx.exec(ctx, by.hold, ids...); err != nil {
		return err
	}
	answers := map[string][]practice.Given{}
	if _, err := list(ctx, tx, func(scan scanner) (struct{}, error) {
		var item string
		g, err := readGiven(func(dest ...any) error { return scan(append([]any{&item}, dest...)...) })
		answers[item] = append(answers[item], g)
		return struct{}{}, err
	}, by.answers, ids...); err != nil {
		return err
	}
	values := []any{memberID, trackID}
	for _, item := range items {
		r := practice.Remember(item, answers[item])
		values = append(values, item, int64(math.Round(r.Memory.Stability*fraction)), int64(math.Round(r.Memory.Difficulty*fraction)),
			r.Memory.Reviews, r.Memory.Lapses, r.Missed, r.Row, millis(r.Memory.Last), millis(r.Due))
	}
	if _, err := tx.exec(ctx, by.keep, values...); err != nil || len(answers) == len(items) {
		return err
	}
	_, err := tx.exec(ctx, by.forget, ids...)
	return err
}

// remembering are the statements of rememberSome for so many items.
type remembering struct{ hold, answers, keep, forget string }

var rememberOne, rememberMany = rememberingOf(1), rememberingOf(settleAtOnce)

func rememberingOf(n int) remembering {
	const columns = 9 // of a memory, from its item on
	items, rows, memories := placeholders(3, n), make([]string, n), make([]string, n)
	for i := range n {
		rows[i] = `($1, $2, ` + placeholders(3+i, 1) + `, 0, 0, 0, 0, 0, 0, 0, 0, FALSE)`
		memories[i] = `(` + placeholders(3+i*columns, columns) + `)`
	}
	memories[0] = `(CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT),
		CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS BIGINT))`
	return remembering{
		hold: `INSERT INTO memories (member_id, track_id, item_id, stability, difficulty, reviews, lapses, missed, in_row, last_at, due, stale)
			VALUES ` + strings.Join(rows, ", ") + ` ON CONFLICT (member_id, track_id, item_id) DO UPDATE SET stale = FALSE`,
		answers: `SELECT a.item_id, a.verdict, a.session_id IS NULL, a.answered_at FROM answers a
			LEFT JOIN rounds r ON r.id = a.round_id LEFT JOIN sessions s ON s.id = a.session_id
			WHERE a.member_id = $1 AND a.item_id IN (` + items + `) AND a.track_id = $2
				AND (a.round_id IS NULL AND a.session_id IS NULL OR r.state = 'closed' OR s.kind <> 'mock' OR s.state = 'ended')
			ORDER BY a.answered_at, a.id`,
		keep: `WITH v (item_id, stability, difficulty, reviews, lapses, missed, in_row, last_at, due) AS MATERIALIZED (
				VALUES ` + strings.Join(memories, ", ") + `)
			UPDATE memories SET stability = v.stability, difficulty = v.difficulty, reviews = v.reviews, lapses = v.lapses,
				missed = v.missed, in_row = v.in_row, last_at = v.last_at, due = v.due
			FROM v WHERE memories.member_id = $1 AND memories.track_id = $2 AND memories.item_id = v.item_id`,
		forget: `DELETE FROM memories WHERE member_id = $1 AND track_id = $2 AND item_id IN (` + items + `) AND reviews = 0`,
	}
}

func readGiven(scan scanner) (g practice.Given, err error) {
	var at int64
	err = scan(&g.Verdict, &g.Posted, &at)
	g.At = instant(at)
	return g, err
}

// rememberAnswer is remember for an answer that this transaction recorded. It
// comes last in it: rows of groups are held before those of memories.
func rememberAnswer(ctx context.Context, tx *tx, answerID string) error {
	var member, track, item string
	if err := tx.row(ctx, `SELECT member_id, track_id, item_id FROM answers WHERE id = $1`, answerID).scan(&member, &track, &item); err != nil {
		return err
	}
	return remember(ctx, tx, member, track, item)
}

// rememberSession is remember for all answers of a mock exam that this
// transaction ends: they count from then on.
func rememberSession(ctx context.Context, tx *tx, sessionID string) error {
	answers, err := list(ctx, tx, column[string], `SELECT a.id FROM sessions s JOIN answers a ON a.session_id = s.id
		WHERE s.id = $1 ORDER BY a.item_id`, sessionID)
	for _, id := range answers {
		if err == nil {
			err = rememberAnswer(ctx, tx, id)
		}
	}
	return err
}

// doubtMemories makes every member's memory of an item in a track be worked out
// anew when it is next wanted. Whoever grades answers anew calls it in the same
// transaction: of 100,000 answers, most belong to people who are not looking.
func doubtMemories(ctx context.Context, tx *tx, trackID, itemID string) error {
	_, err := tx.exec(ctx, `UPDATE memories SET stale = TRUE WHERE track_id = $1 AND item_id = $2`, trackID, itemID)
	return err
}

// doubtGroup is doubtMemories for all tracks of a group.
func doubtGroup(ctx context.Context, tx *tx, groupID, itemID string) error {
	tracks, err := list(ctx, tx, column[string], `SELECT id FROM tracks WHERE group_id = $1 ORDER BY id`, groupID)
	for _, track := range tracks {
		if err == nil {
			err = doubtMemories(ctx, tx, track, itemID)
		}
	}
	return err
}

// doubtLive makes the memories of who answered a question of a live round, which
// this transaction closes, be worked out when they are next wanted.
func doubtLive(ctx context.Context, tx *tx, liveID string, place int) error {
	_, err := tx.exec(ctx, `INSERT INTO memories (member_id, track_id, item_id, stability, difficulty, reviews, lapses, missed, in_row, last_at, due, stale)
		SELECT a.member_id, l.track_id, q.item_id, 0, 0, 0, 0, 0, 0, 0, 0, TRUE
		FROM live_answers a JOIN live_rounds l ON l.id = a.live_id JOIN live_questions q ON q.live_id = a.live_id AND q.place = a.place
		WHERE a.live_id = $1 AND a.place = $2 ORDER BY a.member_id
		ON CONFLICT (member_id, track_id, item_id) DO UPDATE SET stale = TRUE`, liveID, place)
	return err
}

// doubtAllMemories makes all of a member's memories be worked out anew when they
// are next wanted, after answers have come to the member or left. Answers that
// were taken away take their memories with them.
func doubtAllMemories(ctx context.Context, tx *tx, memberID string) error {
	_, err := tx.exec(ctx, `INSERT INTO memory_marks (member_id, track_id, through)
		SELECT $1, t.id, -2 FROM memberships ms JOIN tracks t ON t.group_id = ms.group_id WHERE ms.member_id = $1
		ON CONFLICT (member_id, track_id) DO UPDATE SET through = CASE WHEN memory_marks.through < 0 THEN memory_marks.through ELSE -1 END - 1`, memberID)
	return err
}

const recallColumns = `m.item_id, m.stability, m.difficulty, m.reviews, m.lapses, m.missed, m.in_row, m.last_at, m.due`

func readRecall(scan scanner) (r practice.Recall, err error) {
	var stability, difficulty, last, due int64
	err = scan(&r.Item, &stability, &difficulty, &r.Memory.Reviews, &r.Memory.Lapses, &r.Missed, &r.Row, &last, &due)
	r.Memory.Stability, r.Memory.Difficulty = float64(stability)/fraction, float64(difficulty)/fraction
	r.Memory.Last, r.Due = instant(last), instant(due)
	r.Memory.Due = r.Due
	return r, err
}

// Missed implements [practice.ReviewStore].
func (s *Store) Missed(ctx context.Context, trackID, memberID string, skip, n int) ([]practice.Recall, error) {
	all, err := list(ctx, s.read(ctx), readRecall, `SELECT `+recallColumns+` FROM memories m
		WHERE m.member_id = $1 AND m.track_id = $2 AND m.missed > 0 ORDER BY m.due, m.item_id LIMIT $3 OFFSET $4`, memberID, trackID, n, skip)
	return all, wrap("read what was missed", err)
}

// Recall implements [practice.ReviewStore].
func (s *Store) Recall(ctx context.Context, trackID, memberID, item string) (practice.Recall, bool, error) {
	r, err := readRecall(s.read(ctx).row(ctx, `SELECT `+recallColumns+` FROM memories m
		WHERE m.member_id = $1 AND m.track_id = $2 AND m.item_id = $3`, memberID, trackID, item).scan)
	ok, err := found(err)
	return r, ok, wrap("read memory", err)
}

// Foresee implements [practice.ReviewStore].
func (s *Store) Foresee(ctx context.Context, trackID string, account bot.UserID, item string) (practice.Recall, error) {
	answers, err := list(ctx, s.read(ctx), readGiven, `SELECT a.verdict, a.session_id IS NULL, a.answered_at FROM accounts ac
		JOIN answers a ON a.member_id = ac.member_id AND a.item_id = $3 AND a.track_id = $2
		WHERE ac.id = $1 ORDER BY a.answered_at, a.id`, string(account), trackID, item)
	return practice.Remember(item, answers), wrap("read answers to an item", err)
}

// QuestionPlans implements [practice.ReviewStore].
func (s *Store) QuestionPlans(ctx context.Context, groupID string) ([]practice.Plan, error) {
	plans, err := list(ctx, s.read(ctx), readPlan, planQuery+`WHERE s.group_id = $1 AND s.kind = $2 ORDER BY s.id`, groupID, group.KindQuestion)
	return plans, wrap("read what a group studies", err)
}
