package store

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

var _ schedule.PinStore = (*Store)(nil)

// A post can be pinned or unpinned when it isn't known to be as it should, and
// nobody is at it.
const pinReady = `adapter = $2 AND state = 'sent' AND pin_shown <> pin_wanted AND pin_run <= $1`

// ClaimPins implements [schedule.PinStore].
func (s *Store) ClaimPins(ctx context.Context, adapter string, real, lease time.Time, n int) ([]schedule.Pinning, error) {
	due, err := s.exists(ctx, `SELECT 1 FROM deliveries WHERE `+pinReady+` ORDER BY pin_run LIMIT 1`, millis(real), adapter)
	if err != nil || !due {
		return nil, err
	}
	var claimed []schedule.Pinning
	err = s.writeAs(ctx, WriteClaim, func(ctx context.Context, tx *tx) (err error) {
		claimed, err = list(ctx, tx, readPinning, `UPDATE deliveries SET pin_run = $3, pin_attempt = pin_attempt + 1, pinner = $5,
				pin_shown = CASE WHEN pin_shown = 0 THEN 3 ELSE 2 END
			WHERE id IN (SELECT id FROM deliveries WHERE `+pinReady+` ORDER BY pin_run LIMIT $4`+s.skipLocked()+`)
			RETURNING `+deliveryColumns+`, pin_attempt, pin_wanted = 1`, millis(real), adapter, millis(lease), n, s.copy.Load())
		return err
	})
	return claimed, wrap("claim pins", err)
}

func readPinning(scan scanner) (p schedule.Pinning, err error) {
	var attempt int64
	var pin bool
	p.Delivery, err = readDelivery(scan, &attempt, &pin)
	p.Attempt, p.Pin = attempt, pin
	return p, err
}

// MarkPinned implements [schedule.PinStore].
func (s *Store) MarkPinned(ctx context.Context, p schedule.Pinning, now time.Time) error {
	return wrap("record pin", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		shown := 0
		if p.Pin {
			shown = 1
		}
		if _, err := endPin(ctx, tx, p, `pin_shown = $3, pin_run = 0`, shown); err != nil {
			return err
		}
		// Whoever may pin may unpin too, but there may still be too many pins.
		notice := group.PinNotice(p, schedule.Refusal{})
		_, err := tx.exec(ctx, `UPDATE notices SET closed_at = $3 WHERE group_id = $1 AND kind = $2 AND channel = $4 AND closed_at = 0
			AND (cause = $5 OR $6)`, p.Group, string(notice.Kind), millis(now), p.Target, notice.Cause, p.Pin)
		return err
	}))
}

// RetryPin implements [schedule.PinStore].
func (s *Store) RetryPin(ctx context.Context, p schedule.Pinning, real time.Time) error {
	return wrap("retry pin", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		_, err := endPin(ctx, tx, p, `pin_run = $3, pinner = 0`, millis(real))
		return err
	}))
}

// RefusePin implements [schedule.PinStore].
func (s *Store) RefusePin(ctx context.Context, p schedule.Pinning, now, real time.Time, r schedule.Refusal) error {
	return wrap("record refused pin", s.writeAs(ctx, WriteRecord, func(ctx context.Context, tx *tx) error {
		var ours int
		here, err := found(tx.row(ctx, `SELECT 1 FROM channels WHERE id = $1 AND group_id = $2`, p.Target, p.Group).scan(&ours))
		if err != nil {
			return err
		}
		known := `CASE WHEN pin_shown = 3 THEN 0 ELSE pin_shown END`
		if !here { // nobody can do anything about it from the group any more
			known = `pin_wanted`
		}
		latest, err := endPin(ctx, tx, p, `pin_run = $3, pinner = 0, pin_shown = `+known, millis(real))
		if err != nil || !latest || !here {
			return err
		}
		return addNotice(ctx, tx, group.PinNotice(p, r), now)
	}))
}

// endPin records what came of an attempt, if it is the latest. Otherwise nobody
// knows what the platform shows: this one may have been carried out last.
func endPin(ctx context.Context, tx *tx, p schedule.Pinning, set string, arg any) (latest bool, err error) {
	n, err := tx.exec(ctx, `UPDATE deliveries SET `+set+` WHERE id = $1 AND pin_attempt = $2`, p.Key, p.Attempt, arg)
	if err != nil || n > 0 {
		return n > 0, err
	}
	_, err = tx.exec(ctx, `UPDATE deliveries SET pin_shown = 2 WHERE id = $1`, p.Key)
	return false, err
}

// pinOpened has the posts of a round that opens pinned, if its group, which is
// locked, wants that.
func pinOpened(ctx context.Context, tx *tx, round string) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET pin_wanted = 1 WHERE ref = $1 AND kind = 'question' AND state <> 'skipped'
		AND EXISTS (SELECT 1 FROM habits h WHERE h.group_id = deliveries.group_id AND h.pin)`, round)
	return err
}

// unpin has the posts of a round pinned no longer.
func unpin(ctx context.Context, tx *tx, round string) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET pin_wanted = 0, pin_run = 0 WHERE ref = $1 AND kind = 'question' AND pin_wanted = 1`, round)
	return err
}

// pinsChanged has all open questions of a group pinned from now on, or none. The
// group is locked.
func pinsChanged(ctx context.Context, tx *tx, groupID string, on bool, now time.Time) error {
	if on {
		_, err := tx.exec(ctx, `UPDATE deliveries SET pin_wanted = 1, pin_run = 0 WHERE pin_wanted = 0 AND kind = 'question' AND state <> 'skipped'
			AND ref IN (SELECT id FROM rounds WHERE group_id = $1 AND state = 'open')
			AND target IN (SELECT id FROM channels WHERE group_id = $1)`, groupID)
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries SET pin_wanted = 0, pin_run = 0 WHERE group_id = $1 AND pin_wanted = 1`, groupID); err != nil {
		return err
	}
	return closeNotices(ctx, tx, groupID, group.NoticePin, now)
}

// unpinIn has nothing of a group pinned in a channel that is not its own any more.
func unpinIn(ctx context.Context, tx *tx, groupID string, ch bot.ChannelID) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET pin_wanted = 0, pin_run = 0 WHERE group_id = $1 AND target = $2 AND pin_wanted = 1`, groupID, string(ch))
	return err
}

// pinAgain lets what could not be pinned or unpinned be tried again at once.
func pinAgain(ctx context.Context, tx *tx, groupID string) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET pin_run = 0 WHERE group_id = $1 AND state = 'sent' AND pin_shown <> pin_wanted`, groupID)
	return err
}

// PinAgain implements [group.HabitStore].
func (s *Store) PinAgain(ctx context.Context, groupID string, now time.Time) error {
	return wrap("pin again", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		if err := pinAgain(ctx, tx, groupID); err != nil {
			return err
		}
		return closeNotices(ctx, tx, groupID, group.NoticePin, now)
	}))
}
