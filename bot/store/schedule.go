package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

var _ schedule.Store = (*Store)(nil)

// A due thing can be claimed when its time has come, nobody has it, and nothing
// before it in its lane waits, unless that failed and waits for its next try.
const dueReady = `d.state = 'waiting' AND d.at <= $1 AND d.run_at <= $2
	AND NOT EXISTS (SELECT 1 FROM due e WHERE e.state = 'waiting' AND e.lane = d.lane AND NOT (e.failing AND e.run_at > $2)
		AND (e.at, e.rank, e.kind, e.subject, e.occurrence) < (d.at, d.rank, d.kind, d.subject, d.occurrence))`

// A delivery can be claimed when nobody has it and nothing before it waits for
// the same channel, so that its posts keep their order. Private messages don't
// wait for each other.
const deliveryReady = `d.state = 'waiting' AND d.run_at <= $1
	AND (d.person OR NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.state = 'waiting' AND e.target = d.target
		AND (e.at, e.rank, e.id) < (d.at, d.rank, d.id)))`

// A post can be edited when it shows less than is wanted, not too soon after its
// last edit, and nobody is at it.
const editReady = `state = 'sent' AND shown < wanted AND edit_at <= $1 AND edit_run <= $2`

const dueColumns = `kind, subject, occurrence, lane, rank, at, until, attempt, cause`

const deliveryColumns = `id, kind, ref, group_id, target, person, rank, at, until, state, message, posted_at, wanted, shown, doubt, looks, cause`

// ClaimDue implements [schedule.Store].
func (s *Store) ClaimDue(ctx context.Context, now, real, lease time.Time, n int) ([]schedule.Due, error) {
	ready, err := s.exists(ctx, `SELECT 1 FROM due d WHERE `+dueReady+` ORDER BY d.at, d.rank LIMIT 1`, millis(now), millis(real))
	if err != nil || !ready {
		return nil, err
	}
	var due []schedule.Due
	err = s.writeAs(ctx, WriteClaim, func(ctx context.Context, tx *tx) (err error) {
		due, err = list(ctx, tx, readDue, `UPDATE due SET run_at = $3, attempt = attempt + 1, failing = FALSE, holder = $5
			WHERE (kind, subject, occurrence) IN (
				SELECT d.kind, d.subject, d.occurrence FROM due d WHERE `+dueReady+`
				ORDER BY d.at, d.rank LIMIT $4`+s.skipLocked()+`)
			RETURNING `+dueColumns,
			millis(now), millis(real), millis(lease), n, s.copy.Load())
		return err
	})
	return due, wrap("claim due things", err)
}

func readDue(scan scanner) (d schedule.Due, err error) {
	var at, until int64
	err = scan(&d.Kind, &d.Subject, &d.Occurrence, &d.Lane, &d.Rank, &at, &until, &d.Attempt, &d.Cause)
	d.At, d.Until = instant(at), instant(until)
	return d, err
}

// RetryDue implements [schedule.Store].
func (s *Store) RetryDue(ctx context.Context, d schedule.Due, real time.Time, reason string) error {
	return wrap("retry due thing", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `UPDATE due SET run_at = $4, failing = TRUE, reason = $5, holder = 0
			WHERE kind = $1 AND subject = $2 AND occurrence = $3 AND state = 'waiting' AND attempt = $6`,
			d.Kind, d.Subject, d.Occurrence, millis(real), reason, d.Attempt)
		return err
	}))
}

// SkipDue implements [schedule.Store].
func (s *Store) SkipDue(ctx context.Context, d schedule.Due, now time.Time, reason string) error {
	return wrap("skip due thing", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		return skipDue(ctx, tx, d, now, reason)
	}))
}

// skipDue records that a due thing will not happen; [schedule.ErrTaken] if it is
// not waiting any more.
func skipDue(ctx context.Context, tx *tx, d schedule.Due, now time.Time, reason string) error {
	return endDue(ctx, tx, d, now, "skipped", reason)
}

// takeDue marks a due thing as done by the transaction it is called in;
// [schedule.ErrTaken] if it is not waiting, or was moved.
func takeDue(ctx context.Context, tx *tx, d schedule.Due, now time.Time) error {
	return endDue(ctx, tx, d, now, "done", "")
}

func endDue(ctx context.Context, tx *tx, d schedule.Due, now time.Time, state, reason string) error {
	n, err := tx.exec(ctx, `UPDATE due SET state = $5, ended_at = $6, reason = $7
		WHERE kind = $1 AND subject = $2 AND occurrence = $3 AND at = $4 AND state = 'waiting'`,
		d.Kind, d.Subject, d.Occurrence, millis(d.At), state, millis(now), reason)
	if err == nil && n == 0 {
		return schedule.ErrTaken
	}
	tx.took = &d
	return err
}

// insertDue plans due things; one that exists already stays as it is. What a
// person plans has the trace of that, and what a due thing plans has one of its
// own, or all questions of a year would have that of the set-up.
func insertDue(ctx context.Context, tx *tx, due ...schedule.Due) error {
	cause := bot.Trace(ctx)
	if tx.took != nil {
		cause = ""
	}
	for _, d := range due {
		if _, err := tx.exec(ctx, `INSERT INTO due (kind, subject, occurrence, lane, rank, at, until, cause)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			d.Kind, d.Subject, d.Occurrence, d.Lane, d.Rank, millis(d.At), millis(d.Until), cause); err != nil {
			return err
		}
	}
	return nil
}

// moveDue gives a waiting due thing another instant.
func moveDue(ctx context.Context, tx *tx, kind, subject, occurrence string, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE due SET at = $4, run_at = 0, failing = FALSE
		WHERE kind = $1 AND subject = $2 AND occurrence = $3 AND state = 'waiting'`,
		kind, subject, occurrence, millis(at))
	return err
}

// dropDue forgets what waits of a subject.
func dropDue(ctx context.Context, tx *tx, kind, subject string) error {
	_, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting'`, kind, subject)
	return err
}

// insertDeliveries owes messages. What is stable has a key that another copy
// of the database would give it, too; and what fell due before this one was
// restored may have been sent already, and is doubtful from then on.
func insertDeliveries(ctx context.Context, tx *tx, deliveries ...schedule.Delivery) error {
	var doubt time.Time
	if tx.took != nil && !tx.took.At.After(tx.s.restored) {
		doubt = tx.took.At
	}
	for _, d := range deliveries {
		if d.Stable && tx.took != nil {
			if tx.owed == nil {
				tx.owed = map[string]int{}
			}
			tx.owed[d.Target]++
			d.Key = schedule.KeyOf(*tx.took, d.Target, tx.owed[d.Target])
		}
		if _, err := tx.exec(ctx, `INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, person, rank, at, until, doubt, cause)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
			d.Key, d.Kind, d.Ref, d.Group, d.Adapter(), d.Target, d.Person, d.Rank, millis(d.At), millis(d.Until), millis(doubt), bot.Trace(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// wantEdit raises the wanted version of every post of a kind that shows ref,
// waiting ones included; the edit happens at an instant or with an earlier one
// that is still to come.
func wantEdit(ctx context.Context, tx *tx, kind, ref string, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET wanted = wanted + 1, cause = $4,
			edit_at = CASE WHEN shown < wanted AND edit_at < $3 THEN edit_at ELSE $3 END
		WHERE ref = $2 AND kind = $1 AND state IN ('waiting', 'sent', 'parked')`, kind, ref, millis(at), bot.Trace(ctx))
	return err
}

// ClaimDeliveries implements [schedule.Store].
func (s *Store) ClaimDeliveries(ctx context.Context, adapter string, real, lease time.Time, n int) ([]schedule.Delivery, error) {
	ready, err := s.exists(ctx, `SELECT 1 FROM deliveries d WHERE d.adapter = $2 AND `+deliveryReady+` ORDER BY d.run_at, d.at LIMIT 1`, millis(real), adapter)
	if err != nil || !ready {
		return nil, err
	}
	var claimed []schedule.Delivery
	err = s.writeAs(ctx, WriteClaim, func(ctx context.Context, tx *tx) (err error) {
		claimed, err = list(ctx, tx, readAttempt, `UPDATE deliveries
			SET run_at = $3, attempt = attempt + 1, doubt = CASE WHEN doubt = 0 THEN $1 ELSE doubt END, sender = $5
			WHERE id IN (SELECT d.id FROM deliveries d WHERE d.adapter = $2 AND `+deliveryReady+`
				ORDER BY d.run_at, d.at LIMIT $4`+s.skipLocked()+`)
			RETURNING `+deliveryColumns+`, attempt`, millis(real), adapter, millis(lease), n, s.copy.Load())
		return err
	})
	return claimed, wrap("claim deliveries", err)
}

func readDelivery(scan scanner, more ...any) (d schedule.Delivery, err error) {
	var at, until, posted, doubt int64
	var message string
	err = scan(append([]any{&d.Key, &d.Kind, &d.Ref, &d.Group, &d.Target, &d.Person, &d.Rank, &at, &until,
		&d.State, &message, &posted, &d.Wanted, &d.Shown, &doubt, &d.Looks, &d.Cause}, more...)...)
	d.At, d.Until, d.Posted, d.Doubt = instant(at), instant(until), instant(posted), instant(doubt)
	d.Message = bot.MessageID(message)
	return d, err
}

// readAttempt reads the delivery's columns and the attempt that claimed it.
func readAttempt(scan scanner) (d schedule.Delivery, err error) {
	var attempt int64
	d, err = readDelivery(scan, &attempt)
	d.Attempt = attempt
	return d, err
}

// MarkSent implements [schedule.Store].
func (s *Store) MarkSent(ctx context.Context, d schedule.Delivery, id bot.MessageID, shown int64, now, verify time.Time) (bool, error) {
	n, err := s.changeAs(ctx, WriteRecord, `UPDATE deliveries SET state = 'sent', message = $3, posted_at = $4, edited_at = $4,
			shown = $5, check_at = $6, reason = '', fix = ''
		WHERE id = $1 AND attempt = $2 AND state = 'waiting'`,
		d.Key, d.Attempt, string(id), millis(now), shown, millis(verify))
	return n == 1, wrap("record post", err)
}

// RetryDelivery implements [schedule.Store].
func (s *Store) RetryDelivery(ctx context.Context, d schedule.Delivery, real time.Time, certain bool, reason string) error {
	_, err := s.changeAs(ctx, WriteRecord, `UPDATE deliveries SET run_at = $3, reason = $4, sender = 0,
			doubt = CASE WHEN $5 THEN 0 ELSE doubt END
		WHERE id = $1 AND attempt = $2 AND state = 'waiting'`,
		d.Key, d.Attempt, millis(real), reason, certain)
	return wrap("retry delivery", err)
}

// ParkDelivery implements [schedule.Store].
func (s *Store) ParkDelivery(ctx context.Context, d schedule.Delivery, now time.Time, r schedule.Refusal) error {
	return wrap("park delivery", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE deliveries SET state = 'parked', reason = $3, fix = $4, ended_at = $5, doubt = $6
			WHERE id = $1 AND attempt = $2 AND state = 'waiting'`, d.Key, d.Attempt, r.Cause, r.Fix, millis(now), millis(d.Doubt))
		if err != nil || n == 0 {
			return err
		}
		if !d.Person {
			return addNotice(ctx, tx, group.ParkedNotice(d, r), now)
		}
		if d.Kind == group.KindNote {
			member, _, _ := strings.Cut(d.Ref, "/")
			if err := blockNotes(ctx, tx, member); err != nil {
				return err
			}
		}
		if r.Gone {
			_, err = tx.exec(ctx, `UPDATE accounts SET gone_at = $2 WHERE id = $1`, d.Target, millis(now))
		}
		return err
	}))
}

// SkipDelivery implements [schedule.Store].
func (s *Store) SkipDelivery(ctx context.Context, d schedule.Delivery, now, verify time.Time, reason string) error {
	return wrap("skip delivery", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE deliveries SET state = 'skipped', reason = $3, ended_at = $4, check_at = $5
			WHERE id = $1 AND attempt = $2 AND state = 'waiting'`, d.Key, d.Attempt, reason, millis(now), millis(verify))
		if err != nil || n == 0 {
			return err
		}
		return skipRounds(ctx, tx, `id = $1`, d.Ref)
	}))
}

// ExpireParked implements [schedule.Store].
func (s *Store) ExpireParked(ctx context.Context, now time.Time) (n int, err error) {
	due, err := s.exists(ctx, `SELECT 1 FROM deliveries WHERE state = 'parked' AND until > 0 AND until <= $1 ORDER BY until LIMIT 1`, millis(now))
	if err != nil || !due {
		return 0, err
	}
	err = s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		refs, err := list(ctx, tx, column[string], `UPDATE deliveries SET state = 'skipped', ended_at = $1
			WHERE state = 'parked' AND until > 0 AND until <= $1 RETURNING ref`, millis(now))
		for _, ref := range refs {
			if err := skipRounds(ctx, tx, `id = $1`, ref); err != nil {
				return err
			}
		}
		n = len(refs)
		return err
	})
	return n, wrap("expire parked deliveries", err)
}

// Delivery implements [schedule.Store].
func (s *Store) Delivery(ctx context.Context, key string) (schedule.Delivery, bool, error) {
	var d schedule.Delivery
	var err error
	d, err = readAttempt(s.read(ctx).row(ctx, `SELECT `+deliveryColumns+`, attempt FROM deliveries WHERE id = $1`, key).scan)
	ok, err := found(err)
	return d, ok, wrap("read delivery", err)
}

// ClaimChecks implements [schedule.Store].
func (s *Store) ClaimChecks(ctx context.Context, adapter string, real, lease time.Time, n int) ([]schedule.Delivery, error) {
	const ready = `adapter = $2 AND check_at > 0 AND check_at <= $1`
	due, err := s.exists(ctx, `SELECT 1 FROM deliveries WHERE `+ready+` ORDER BY check_at LIMIT 1`, millis(real), adapter)
	if err != nil || !due {
		return nil, err
	}
	var claimed []schedule.Delivery
	err = s.writeAs(ctx, WriteClaim, func(ctx context.Context, tx *tx) (err error) {
		claimed, err = list(ctx, tx, readAttempt, `UPDATE deliveries SET check_at = $3, checker = $5
			WHERE id IN (SELECT id FROM deliveries WHERE `+ready+` ORDER BY check_at LIMIT $4`+s.skipLocked()+`)
			RETURNING `+deliveryColumns+`, attempt`, millis(real), adapter, millis(lease), n, s.copy.Load())
		return err
	})
	return claimed, wrap("claim checks", err)
}

// MarkChecked implements [schedule.Store].
func (s *Store) MarkChecked(ctx context.Context, d schedule.Delivery, kept bot.MessageID, again time.Time) error {
	// Another copy than the recorded one stays: it may show an older version.
	_, err := s.changeAs(ctx, WriteRecord, `UPDATE deliveries SET check_at = $3, checker = 0, looks = looks + 1, message = $2,
			wanted = CASE WHEN message = $2 THEN wanted ELSE wanted + 1 END,
			pin_shown = CASE WHEN message = $2 OR pin_shown = 0 THEN pin_shown ELSE 2 END
		WHERE id = $1 AND state IN ('sent', 'skipped')`, d.Key, string(kept), millis(again))
	return wrap("record check", err)
}

// ClaimEdits implements [schedule.Store].
func (s *Store) ClaimEdits(ctx context.Context, adapter string, now, real, lease time.Time, n int) ([]schedule.Delivery, error) {
	due, err := s.exists(ctx, `SELECT 1 FROM deliveries WHERE adapter = $3 AND `+editReady+` ORDER BY edit_at LIMIT 1`, millis(now), millis(real), adapter)
	if err != nil || !due {
		return nil, err
	}
	var claimed []schedule.Delivery
	err = s.writeAs(ctx, WriteClaim, func(ctx context.Context, tx *tx) (err error) {
		claimed, err = list(ctx, tx, readAttempt, `UPDATE deliveries SET edit_run = $4, edit_attempt = edit_attempt + 1, editor = $6
			WHERE id IN (SELECT id FROM deliveries WHERE adapter = $3 AND `+editReady+`
				ORDER BY edit_at LIMIT $5`+s.skipLocked()+`)
			RETURNING `+deliveryColumns+`, edit_attempt`, millis(now), millis(real), adapter, millis(lease), n, s.copy.Load())
		return err
	})
	return claimed, wrap("claim edits", err)
}

// MarkShown implements [schedule.Store].
func (s *Store) MarkShown(ctx context.Context, d schedule.Delivery, now time.Time) error {
	return wrap("record edit", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		return endEdit(ctx, tx, d, `shown = $3, edited_at = $4, edit_run = 0`, d.Wanted, millis(now))
	}))
}

// RetryEdit implements [schedule.Store].
func (s *Store) RetryEdit(ctx context.Context, d schedule.Delivery, real time.Time, reason string) error {
	return wrap("retry edit", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		return endEdit(ctx, tx, d, `edit_run = $3, reason = $4, editor = 0`, millis(real), reason)
	}))
}

// endEdit records what came of an edit. If another editor took over meanwhile,
// one more edit is wanted instead: this one may have been written last.
func endEdit(ctx context.Context, tx *tx, d schedule.Delivery, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE deliveries SET `+set+` WHERE id = $1 AND edit_attempt = $2`,
		append([]any{d.Key, d.Attempt}, args...)...)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE deliveries SET wanted = wanted + 1 WHERE id = $1`, d.Key)
	return err
}

// NextInstant implements [schedule.Store].
func (s *Store) NextInstant(ctx context.Context, now time.Time) (time.Time, bool, error) {
	var next int64
	err := s.read(ctx).row(ctx, `SELECT COALESCE(MIN(at), 0) FROM (
		SELECT MIN(at) AS at FROM due WHERE state = 'waiting' AND at > $1
		UNION ALL SELECT MIN(edit_at) FROM deliveries WHERE state = 'sent' AND shown < wanted AND edit_at > $1
		UNION ALL SELECT MIN(until) FROM deliveries WHERE state = 'parked' AND until > $1) AS instants`, millis(now)).scan(&next)
	return instant(next), next > 0, wrap("look for the next instant", err)
}

// Unfinished implements [schedule.Store].
func (s *Store) Unfinished(ctx context.Context, now, soon time.Time) (bool, error) {
	left, err := s.exists(ctx, `SELECT 1 FROM due WHERE state = 'waiting' AND at <= $1 AND run_at <= $2
		UNION ALL SELECT 1 FROM deliveries WHERE state = 'waiting' AND run_at <= $2
		UNION ALL SELECT 1 FROM deliveries WHERE state = 'sent' AND shown < wanted AND edit_at <= $1 AND edit_run <= $2
		UNION ALL SELECT 1 FROM deliveries WHERE state = 'sent' AND pin_shown <> pin_wanted AND pin_run <= $2 LIMIT 1`,
		millis(now), millis(soon))
	return left, wrap("look for unfinished work", err)
}

// exists reports whether a query has a row. Queries give the order of the index
// they should use: PostgreSQL takes a third of a table for due, or for unedited,
// and would read it from the beginning to find the first such row.
func (s *Store) exists(ctx context.Context, text string, args ...any) (bool, error) {
	var one int64
	return found(s.read(ctx).row(ctx, text, args...).scan(&one))
}

// change runs one statement in a transaction of its own and says how many rows it changed.
func (s *Store) change(ctx context.Context, text string, args ...any) (n int64, err error) {
	return s.changeAs(ctx, WriteOther, text, args...)
}

// changeAs is change for a transaction that is counted as one of a kind.
func (s *Store) changeAs(ctx context.Context, kind WriteKind, text string, args ...any) (n int64, err error) {
	err = s.writeAs(ctx, kind, func(ctx context.Context, tx *tx) (err error) {
		n, err = tx.exec(ctx, text, args...)
		return err
	})
	return n, err
}

// wrap says what was being done when an error happened.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
