package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// Answer implements [practice.Store]. Who presses and the round's state are read
// and the answer is written in one statement, so that no press is counted twice
// or after closing, and a member's press needs nothing else first.
//
// Those who press at the same time under one question are recorded together: one
// statement for many, one count, one transaction.
func (s *Store) Answer(ctx context.Context, a practice.Answer, catchUp bool) (practice.Outcome, error) {
	if catchUp || joined(ctx, s) != nil {
		return s.answerAlone(ctx, a, catchUp)
	}
	p, err := s.presses.do(ctx, a.Round, pressesAtOnce, press{answer: a}, s.answerTogether)
	return p.out, err
}

// press is an answer with what becomes of it.
type press struct {
	answer practice.Answer
	out    practice.Outcome
}

// pressesAtOnce bounds how many answers share a transaction, and so how long the
// first of them waits for the last.
const pressesAtOnce = 256

// answerTogether records answers to one round. If that fails, each is recorded on
// its own, so that nobody's fault is another's.
func (s *Store) answerTogether(ctx context.Context, calls []*gathered[press]) {
	if len(calls) > 1 {
		err := s.writeAs(ctx, WriteAnswer, func(ctx context.Context, tx *tx) error { return answerAll(ctx, tx, calls) })
		if err == nil {
			for _, c := range calls {
				c.err = nil
			}
			return
		}
		if errors.Is(err, ErrStorage) || errors.Is(err, ErrClosed) {
			for _, c := range calls {
				c.err = wrap("record answer", err)
			}
			return
		}
	}
	for _, c := range calls {
		c.value.out, c.err = s.answerAlone(ctx, c.value.answer, false)
	}
}

// answerAll is answerAlone for many answers to one round.
func answerAll(ctx context.Context, tx *tx, calls []*gathered[press]) error {
	recorded, err := insertAll(ctx, tx, calls)
	if err != nil {
		return err
	}
	var counted []*gathered[press]
	for _, c := range calls {
		c.value.out = practice.Outcome{Status: practice.Recorded, Answer: c.value.answer}
		if recorded[c.value.answer.ID] {
			counted = append(counted, c)
		}
	}
	if len(counted) > 0 {
		open, err := countAll(ctx, tx, counted)
		if err != nil {
			return err
		}
		if !open { // the round closed, or was corrected, between the statements
			return errMeanwhile
		}
	}
	for _, c := range calls {
		if recorded[c.value.answer.ID] {
			continue
		}
		if err := explain(ctx, tx, c.value.answer, false, &c.value.out); err != nil {
			return err
		}
	}
	return nil
}

// errMeanwhile undoes what was recorded together; each answer is then looked at
// on its own.
var errMeanwhile = errors.New("the question closed or was corrected meanwhile")

// insertAll records those of the answers that can be, and returns their
// identifiers.
func insertAll(ctx context.Context, tx *tx, calls []*gathered[press]) (map[string]bool, error) {
	n, statement := 32, insertSome
	if len(calls) > n {
		n, statement = pressesAtOnce, insertMost
	}
	args := make([]any, 0, n*insertedColumns+1)
	for i := range n {
		a := practice.Answer{} // fills up: it is nobody's
		if i < len(calls) {
			a = calls[i].value.answer
		}
		args = append(args, a.ID, a.Option, string(a.Verdict), millis(a.At), a.Interaction, a.Raw, string(a.Credit), string(a.Account), a.ItemVersion,
			bot.AdapterOf(a.Account), a.Confirmed)
	}
	args = append(args, calls[0].value.answer.Round)
	ids, err := list(ctx, tx, column[string], statement, args...)
	recorded := make(map[string]bool, len(ids))
	for _, id := range ids {
		recorded[id] = true
	}
	return recorded, err
}

// insertedColumns are the columns of an answer in the statements of insertAll.
const insertedColumns = 11

// Two texts for any number of answers, so that each is prepared once.
var insertMost, insertSome = insertMany(pressesAtOnce), insertMany(32)

// insertMany is answerOpen for n answers to one round. The cross joins have
// SQLite begin with the answers, in the order that they came in.
func insertMany(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = "(" + placeholders(1+i*insertedColumns, insertedColumns) + ")"
	}
	rows[0] = `(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS TEXT),
		CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS BOOLEAN))`
	return `INSERT INTO answers (id, round_id, group_id, track_id, member_id, item_id, item_version,
			options, verdict, caught_up, answered_at, interaction, raw, credit, adapter)
		SELECT v.column1, r.id, r.group_id, r.track_id, ms.member_id, r.item_id, r.item_version,
			v.column2, v.column3, FALSE, v.column4, v.column5, v.column6, v.column7, v.column10
		FROM (VALUES ` + strings.Join(rows, ", ") + `) v CROSS JOIN rounds r CROSS JOIN accounts ac CROSS JOIN memberships ms CROSS JOIN members m
		WHERE v.column8 <> '' AND r.id = ` + placeholders(1+n*insertedColumns, 1) + ` AND r.state = 'open' AND r.closes_at > v.column4 AND v.column9 IN ('', ` + gradedBy + `)
			AND ac.id = v.column8 AND ms.group_id = r.group_id AND ms.member_id = ac.member_id
			AND m.id = ms.member_id AND (v.column11 OR r.sealed OR NOT m.ask_first)` + insertEnd + ` RETURNING id`
}

// countAll is countAnswer for answers to one round, in this order.
func countAll(ctx context.Context, tx *tx, recorded []*gathered[press]) (bool, error) {
	var opened int64
	right, version := 0, ""
	for _, c := range recorded {
		a := c.value.answer
		if a.Verdict == practice.Right {
			right++
		}
		if version != "" && a.ItemVersion != "" && a.ItemVersion != version {
			return false, nil // corrected in between
		}
		version = max(version, a.ItemVersion)
	}
	round := recorded[0].value.answer.Round
	var answered, correct int
	var sealed bool
	open, err := found(tx.row(ctx, countQuery, round, right, version, len(recorded)).scan(&answered, &correct, &opened, &sealed))
	if !open || err != nil {
		return open, err
	}
	answered, correct = answered-len(recorded), correct-right
	shown := time.Time{}
	for _, c := range recorded {
		answered++
		if c.value.answer.Verdict == practice.Right {
			correct++
		}
		c.value.out.Answered, c.value.out.Right, c.value.out.Sealed = answered, correct, sealed
		if shown.IsZero() && practice.CountShown(answered) {
			shown = c.value.answer.At
		}
	}
	if shown.IsZero() {
		return true, nil
	}
	return true, wantCount(ctx, tx, group.KindQuestion, round, instant(opened), shown)
}

// answerAlone is Answer in a transaction of its own.
func (s *Store) answerAlone(ctx context.Context, a practice.Answer, catchUp bool) (out practice.Outcome, err error) {
	err = s.writeAs(ctx, WriteAnswer, func(ctx context.Context, tx *tx) error {
		out = practice.Outcome{Status: practice.Recorded, Answer: a}
		now := millis(a.At)
		n, err := insertAnswer(ctx, tx, a, answerOpen, now)
		if err != nil {
			return err
		}
		if n == 1 {
			counted, err := countAnswer(ctx, tx, a, &out)
			if counted || err != nil {
				return err
			}
			// The round closed, or was corrected, between the two statements.
			if _, err := tx.exec(ctx, `DELETE FROM answers WHERE id = $1`, a.ID); err != nil {
				return err
			}
		}
		if catchUp {
			// The lock keeps a correction from coming between grading and recording.
			if _, err := tx.exec(ctx, `UPDATE groups SET week = week WHERE id = (SELECT group_id FROM rounds WHERE id = $1)`, a.Round); err != nil {
				return err
			}
			n, err = insertAnswer(ctx, tx, a, answerClosed, now-practice.CatchUpFor.Milliseconds())
			if err != nil {
				return err
			}
			if n == 1 {
				out.Answer.CaughtUp = true
				if err := tx.row(ctx, `SELECT member_id, group_id FROM answers WHERE id = $1`, a.ID).
					scan(&out.Answer.Member, &out.Answer.Group); err != nil {
					return err
				}
				if err := earnCaughtUp(ctx, tx, out.Answer.Group, a.ID, a.At); err != nil {
					return err
				}
				return rememberAnswer(ctx, tx, a.ID)
			}
		}
		return explain(ctx, tx, a, catchUp, &out)
	})
	return out, wrap("record answer", err)
}

// insertStart and insertEnd are around the condition under which an answer is
// recorded: that it was graded by the newest key is part of it,
// and that the person need not be asked first; an answer that can be changed
// needs no asking.
const (
	insertStart = `INSERT INTO answers (id, round_id, group_id, track_id, member_id, item_id, item_version,
			options, verdict, caught_up, answered_at, interaction, raw, credit, adapter)
		SELECT $1, r.id, r.group_id, r.track_id, ms.member_id, r.item_id, r.item_version,
			$3, $4, r.state = 'closed', CAST($5 AS BIGINT), $6, $9, $10, $12
		FROM rounds r JOIN accounts ac ON ac.id = $7
			JOIN memberships ms ON ms.group_id = r.group_id AND ms.member_id = ac.member_id
			JOIN members m ON m.id = ms.member_id
		WHERE r.id = $2 AND (CAST($13 AS BOOLEAN) OR ` + secret + ` OR NOT m.ask_first) AND CAST($11 AS TEXT) IN ('', ` + gradedBy + `) AND `
	insertEnd = ` ON CONFLICT (round_id, member_id) DO NOTHING`

	answerOpen   = insertStart + `r.state = 'open' AND r.closes_at > $8` + insertEnd
	answerClosed = insertStart + `r.state = 'closed' AND r.closed_at > $8` + insertEnd
)

func insertAnswer(ctx context.Context, tx *tx, a practice.Answer, statement string, instant int64) (int64, error) {
	return tx.exec(ctx, statement, a.ID, a.Round, a.Option, string(a.Verdict), millis(a.At), a.Interaction, string(a.Account),
		instant, a.Raw, string(a.Credit), a.ItemVersion, bot.AdapterOf(a.Account), a.Confirmed)
}

// countAnswer counts an answer in time and asks for a fresh count on the card
// when that many answers are worth one. It reports false if the round is not
// open any more, or corrected; from its update on, neither can happen before this
// job ends.
func countAnswer(ctx context.Context, tx *tx, a practice.Answer, out *practice.Outcome) (bool, error) {
	var opened int64
	open, err := found(tx.row(ctx, countQuery, a.Round, rightCount(a.Verdict), a.ItemVersion, 1).scan(&out.Answered, &out.Right, &opened, &out.Sealed))
	if !open || err != nil || !practice.CountShown(out.Answered) {
		return open, err
	}
	return true, wantCount(ctx, tx, group.KindQuestion, a.Round, instant(opened), a.At)
}

const countQuery = `UPDATE rounds SET answered = answered + $4, correct = correct + $2
	WHERE id = $1 AND state = 'open' AND CAST($3 AS TEXT) IN ('', CASE WHEN corrected = '' THEN item_version ELSE corrected END)
	RETURNING answered, correct, opened_at, sealed`

// explain finds out why an answer was not recorded.
func explain(ctx context.Context, tx *tx, a practice.Answer, catchUp bool, out *practice.Outcome) error {
	var state, version string
	var closes, closed int64
	var askFirst, sealed bool
	err := tx.row(ctx, `SELECT r.state, r.answered, r.correct, ms.member_id, `+gradedBy+`, r.closes_at, r.closed_at, m.ask_first, `+secret+`
		FROM rounds r JOIN accounts ac ON ac.id = $2
			JOIN memberships ms ON ms.group_id = r.group_id AND ms.member_id = ac.member_id JOIN members m ON m.id = ms.member_id
		WHERE r.id = $1`, a.Round, string(a.Account)).
		scan(&state, &out.Answered, &out.Right, &out.Answer.Member, &version, &closes, &closed, &askFirst, &sealed)
	if ok, err := found(err); err != nil {
		return err
	} else if !ok {
		out.Status = practice.Stranger
		return nil
	}
	earlier, err := readAnswer(tx.row(ctx, answerQuery, a.Round, out.Answer.Member).scan)
	if ok, err := found(err); err != nil {
		return err
	} else if ok {
		out.Status, out.Answer, out.Sealed = practice.Already, earlier, sealed
		if sealed && (a.ItemVersion == "" || a.ItemVersion == version) {
			return changeAnswer(ctx, tx, a, out)
		}
		return nil
	}
	now := millis(a.At)
	open := state == string(practice.Open) && closes > now
	if askFirst && !a.Confirmed && (open || catchUp && state == string(practice.Closed) && closed > now-practice.CatchUpFor.Milliseconds()) {
		out.Status = practice.NeedsConfirming
		return nil
	}
	out.Status = practice.NotPosted
	if a.ItemVersion != "" && a.ItemVersion != version {
		out.Status = practice.Stale
	} else if state == string(practice.Closed) || state == string(practice.Open) { // open, but past its time
		out.Status = practice.TooLate
	}
	return nil
}

// changeAnswer puts an answer in the place of the earlier one, while the round is
// open, tells no results and has the key that the answer was graded by. The round
// comes first: from there on nobody else changes its answers or its key.
func changeAnswer(ctx context.Context, tx *tx, a practice.Answer, out *practice.Outcome) error {
	n, err := tx.exec(ctx, `UPDATE rounds SET answered = answered WHERE id = $1 AND sealed AND state = 'open' AND closes_at > $2
		AND CAST($3 AS TEXT) IN ('', CASE WHEN corrected = '' THEN item_version ELSE corrected END)`, a.Round, millis(a.At), a.ItemVersion)
	if err != nil {
		return err
	}
	earlier, err := readAnswer(tx.row(ctx, answerQuery, a.Round, out.Answer.Member).scan)
	if err != nil {
		return err
	}
	out.Answer = earlier
	if n == 0 || earlier.Option == a.Option && earlier.Raw == a.Raw || earlier.Interaction != "" && earlier.Interaction == a.Interaction {
		return nil
	}
	if _, err := tx.exec(ctx, `UPDATE answers SET options = $2, raw = $3, verdict = $4, credit = $5, answered_at = $6, interaction = $7, adapter = $8, gained = 0
		WHERE id = $1`, earlier.ID, a.Option, a.Raw, string(a.Verdict), string(a.Credit), millis(a.At), a.Interaction,
		bot.AdapterOf(a.Account)); err != nil {
		return err
	}
	// What a correction had given to the earlier answer went with it.
	gained := rightCount(a.Verdict) - rightCount(earlier.Verdict)
	if err := tx.row(ctx, `UPDATE rounds SET correct = correct + $2, gainers = CASE WHEN CAST($3 AS BOOLEAN) THEN gainers - 1 ELSE gainers END
		WHERE id = $1 RETURNING answered, correct`, a.Round, gained, earlier.Gained > 0).
		scan(&out.Answered, &out.Right); err != nil {
		return err
	}
	out.Status = practice.Changed
	out.Answer, err = readAnswer(tx.row(ctx, answerQuery, a.Round, out.Answer.Member).scan)
	return err
}

// rightCount is 1 for a right answer.
func rightCount(v practice.Verdict) int {
	if v == practice.Right {
		return 1
	}
	return 0
}

const answerQuery = `SELECT a.id, a.round_id, a.group_id, a.track_id, a.member_id, a.item_id, ` + gradedBy + `, a.options, a.raw,
		a.verdict, a.credit, a.gained, a.caught_up, a.answered_at, a.interaction
	FROM answers a JOIN rounds r ON r.id = a.round_id WHERE a.round_id = $1 AND a.member_id = $2`

func readAnswer(scan scanner) (a practice.Answer, err error) {
	var at int64
	err = scan(&a.ID, &a.Round, &a.Group, &a.Track, &a.Member, &a.Item, &a.ItemVersion, &a.Option, &a.Raw, &a.Verdict,
		&a.Credit, &a.Gained, &a.CaughtUp, &at, &a.Interaction)
	a.At = instant(at)
	return a, err
}
