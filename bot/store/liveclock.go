package store

import (
	"cmp"
	"context"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// liveCounts is the least time between two refreshes of the count on a card.
const liveCounts = 5 * time.Second

// OpenLive implements [practice.LiveStore].
func (s *Store) OpenLive(ctx context.Context, id string, place int, now time.Time) error {
	return wrap("open question of live round", s.write(ctx, func(ctx context.Context, tx *tx) error {
		l, open, err := lockLive(ctx, tx, id)
		if err != nil {
			return err
		}
		if !open || l.Place != place {
			return schedule.ErrTaken
		}
		var state practice.LiveState
		var answered int
		if err := tx.row(ctx, `SELECT state, answered FROM live_questions WHERE live_id = $1 AND place = $2`, id, place).scan(&state, &answered); err != nil {
			return err
		}
		switch {
		case state != practice.LiveAsked && state != practice.LiveOpen:
			return schedule.ErrTaken
		case answered > 0:
			return nil // it was posted before; its time runs
		}
		waits, err := waitsFor(ctx, tx, l)
		if err != nil {
			return err
		}
		closes := now.Add(waits.longest)
		if _, err := tx.exec(ctx, `UPDATE live_questions SET state = 'open', opened_at = $3, closes_at = $4 WHERE live_id = $1 AND place = $2`,
			id, place, millis(now), millis(closes)); err != nil {
			return err
		}
		return moveDue(ctx, tx, practice.KindLive, id, liveDue(l, place, "close", closes).Occurrence, closes)
	}))
}

// waiting is for whom the question under way waits, and how long at most from
// its opening.
type waiting struct {
	people  int // who take part and have not answered it
	longest time.Duration
}

// waitsFor finds out for whom the question under way waits. At the first one
// nobody knows yet who takes part: there it is everybody with extra time, but
// somebody without a timer who may not even be there counts as having twice the time.
func waitsFor(ctx context.Context, tx *tx, l practice.Live) (w waiting, err error) {
	text := `SELECT m.extra_time FROM live_players p JOIN members m ON m.id = p.member_id
		WHERE p.live_id = $1 AND p.place >= $3
			AND NOT EXISTS (SELECT 1 FROM live_answers a WHERE a.live_id = $1 AND a.place = $2 AND a.member_id = p.member_id)`
	args := []any{l.ID, l.Place, l.Place - practice.LiveAway}
	if l.Place == 1 {
		text = `SELECT m.extra_time FROM memberships p JOIN members m ON m.id = p.member_id
			WHERE p.group_id = $3 AND m.extra_time <> ''
				AND NOT EXISTS (SELECT 1 FROM live_answers a WHERE a.live_id = $1 AND a.place = $2 AND a.member_id = p.member_id)`
		args[2] = l.Group
	}
	people, err := list(ctx, tx, column[practice.ExtraTime], text, args...)
	w.longest, w.people = l.Per, len(people)
	for _, extra := range people {
		long, timed := extra.Of(l.Per)
		switch {
		case !timed && l.Place == 1:
			long = 2 * l.Per
		case !timed:
			long = practice.LiveUntimed
		}
		w.longest = max(w.longest, long)
	}
	return w, err
}

// AnswerLive implements [practice.LiveStore].
func (s *Store) AnswerLive(ctx context.Context, a practice.LiveAnswer) (out practice.LiveOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		out = practice.LiveOutcome{Status: practice.LiveStranger}
		l, open, err := lockLive(ctx, tx, a.Live)
		if err != nil {
			return err
		}
		ok, err := found(tx.row(ctx, `SELECT ms.member_id FROM accounts ac JOIN memberships ms ON ms.member_id = ac.member_id AND ms.group_id = $2
			WHERE ac.id = $1`, string(a.Account), l.Group).scan(&out.Member))
		if err != nil || !ok {
			return err
		}
		if out.Status = practice.LiveOver; !open {
			return nil
		}
		// Whoever presses takes part, also if it is too late for this question.
		if _, err := tx.exec(ctx, `INSERT INTO live_players (live_id, member_id, place) VALUES ($1, $2, $3)
			ON CONFLICT (live_id, member_id) DO UPDATE SET place = excluded.place`, l.ID, out.Member, l.Place); err != nil {
			return err
		}
		var state practice.LiveState
		var closes int64
		if err := tx.row(ctx, `SELECT state, closes_at FROM live_questions WHERE live_id = $1 AND place = $2`, l.ID, l.Place).scan(&state, &closes); err != nil {
			return err
		}
		if a.Place != l.Place || state != practice.LiveOpen || millis(a.At) >= closes {
			return nil
		}
		out.Status = practice.LiveNoted
		return noteLive(ctx, tx, l, a, &out, instant(closes))
	})
	return out, wrap("record answer in live round", err)
}

// noteLive writes an answer and lets the question close sooner if it waits for
// fewer people now.
func noteLive(ctx context.Context, tx *tx, l practice.Live, a practice.LiveAnswer, out *practice.LiveOutcome, closes time.Time) error {
	if _, err := tx.exec(ctx, `INSERT INTO live_answers (id, live_id, place, member_id, options, raw, verdict, answered_at, interaction)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (live_id, place, member_id) DO UPDATE SET options = excluded.options, raw = excluded.raw, verdict = excluded.verdict,
			answered_at = excluded.answered_at, interaction = excluded.interaction
		WHERE live_answers.answered_at <= excluded.answered_at`,
		a.ID, l.ID, l.Place, out.Member, a.Option, a.Raw, string(a.Verdict), millis(a.At), a.Interaction); err != nil {
		return err
	}
	var opened int64
	var before, answered int
	if err := tx.row(ctx, `SELECT opened_at, answered, (SELECT COUNT(*) FROM live_answers WHERE live_id = $1 AND place = $2)
		FROM live_questions WHERE live_id = $1 AND place = $2`, l.ID, l.Place).scan(&opened, &before, &answered); err != nil {
		return err
	}
	if answered == before {
		return nil // a change of mind
	}
	waits, err := waitsFor(ctx, tx, l)
	if err != nil {
		return err
	}
	sooner := instant(opened).Add(waits.longest)
	if least := a.At.Add(practice.LiveChange); l.Place > 1 && waits.people == 0 || sooner.Before(least) {
		sooner = least
	}
	if sooner.Before(closes) {
		closes, out.Refresh = sooner, true
		if err := moveDue(ctx, tx, practice.KindLive, l.ID, liveDue(l, l.Place, "close", closes).Occurrence, closes); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `UPDATE live_questions SET answered = $3, closes_at = $4 WHERE live_id = $1 AND place = $2`,
		l.ID, l.Place, answered, millis(closes)); err != nil {
		return err
	}
	if !practice.CountShown(answered) {
		return nil
	}
	out.Refresh = true
	_, err = tx.exec(ctx, `UPDATE deliveries SET wanted = wanted + 1, cause = $4,
			edit_at = CASE WHEN shown < wanted AND edit_at < $2 THEN edit_at
				WHEN edited_at + $3 > $2 THEN edited_at + $3 ELSE $2 END
		WHERE ref = $1 AND kind = 'live' AND state IN ('waiting', 'sent')`, liveRef(l.ID, l.Place), millis(a.At), liveCounts.Milliseconds(), bot.Trace(ctx))
	return err
}

// CloseLive implements [practice.LiveStore].
func (s *Store) CloseLive(ctx context.Context, id string, place int, d *schedule.Due, key string, now time.Time) (bool, error) {
	closed, err := s.moveLive(ctx, id, place, d, now, func(ctx context.Context, tx *tx, l practice.Live, state practice.LiveState) (bool, error) {
		posted, err := livePosted(ctx, tx, l)
		switch {
		case err != nil || state == practice.LiveClosed:
			return false, err
		case !posted && d == nil:
			return false, nil // it is on its way
		case !posted:
			return true, endLive(ctx, tx, l, practice.LiveUnsent, key, now)
		case d != nil && now.Sub(d.At) > practice.LiveLost:
			return true, endLive(ctx, tx, l, practice.LiveLate, key, now)
		}
		silent, err := closeLive(ctx, tx, l, now)
		switch {
		case err != nil:
			return false, err
		case silent >= practice.LiveSilent:
			return true, endLive(ctx, tx, l, practice.LiveSilence, key, now)
		case place >= l.Size:
			return true, endLive(ctx, tx, l, practice.LiveAll, key, now)
		}
		return true, insertDue(ctx, tx, liveDue(l, place, "next", now.Add(practice.LivePause)))
	})
	return closed, wrap("close question of live round", err)
}

// livePosted reports whether the question under way was posted, or may have been.
func livePosted(ctx context.Context, tx *tx, l practice.Live) (bool, error) {
	var one int64
	return found(tx.row(ctx, `SELECT 1 FROM deliveries WHERE ref = $1 AND kind = 'live'
		AND (state = 'sent' OR state = 'waiting' AND doubt > 0) LIMIT 1`, liveRef(l.ID, l.Place)).scan(&one))
}

// liveOwed is until when the question under way is worth posting, if a try failed
// for certain and another is to come; zero otherwise. Its time runs from the post on.
func liveOwed(ctx context.Context, tx *tx, l practice.Live) (time.Time, error) {
	var until int64
	_, err := found(tx.row(ctx, `SELECT until FROM deliveries WHERE ref = $1 AND kind = 'live' AND state = 'waiting' AND doubt = 0 LIMIT 1`,
		liveRef(l.ID, l.Place)).scan(&until))
	return instant(until), err
}

// moveLive holds a live round, takes the due thing, if there is one, and moves
// the live round on from a place if that is where it is.
func (s *Store) moveLive(ctx context.Context, id string, place int, d *schedule.Due, now time.Time,
	move func(ctx context.Context, tx *tx, l practice.Live, state practice.LiveState) (bool, error)) (moved bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		moved = false
		l, open, err := lockLive(ctx, tx, id)
		if err != nil {
			return err
		}
		if d != nil && open && l.Place == place {
			if until, err := liveOwed(ctx, tx, l); err != nil || now.Before(until) {
				return cmp.Or(err, moveDue(ctx, tx, d.Kind, d.Subject, d.Occurrence, until))
			}
		}
		if d != nil {
			if err := takeDue(ctx, tx, *d, now); err != nil {
				return err
			}
		}
		if !open || l.Place != place {
			return nil
		}
		var state practice.LiveState
		if err := tx.row(ctx, `SELECT state FROM live_questions WHERE live_id = $1 AND place = $2`, id, place).scan(&state); err != nil {
			return err
		}
		moved, err = move(ctx, tx, l, state)
		return err
	})
	return moved && err == nil, err
}

// closeLive closes the question under way: its answers become answers like any
// others, which earn nothing. It says how many in a row had none.
func closeLive(ctx context.Context, tx *tx, l practice.Live, now time.Time) (silent int, err error) {
	n, err := tx.exec(ctx, `UPDATE live_questions SET state = 'closed', closed_at = $3 WHERE live_id = $1 AND place = $2 AND state <> 'closed'`,
		l.ID, l.Place, millis(now))
	if err != nil || n == 0 {
		return 0, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO answers (id, group_id, track_id, member_id, item_id, item_version, options, raw, verdict, answered_at, interaction)
		SELECT a.id, l.group_id, l.track_id, a.member_id, q.item_id, q.item_version, a.options, a.raw, a.verdict, a.answered_at, a.interaction
		FROM live_answers a JOIN live_rounds l ON l.id = a.live_id
			JOIN live_questions q ON q.live_id = a.live_id AND q.place = a.place
		WHERE a.live_id = $1 AND a.place = $2 ON CONFLICT DO NOTHING`, l.ID, l.Place); err != nil {
		return 0, err
	}
	if err := gradeLive(ctx, tx, l); err != nil {
		return 0, err
	}
	if err := unrankLive(ctx, tx, l); err != nil {
		return 0, err
	}
	if err := doubtLive(ctx, tx, l.ID, l.Place); err != nil {
		return 0, err
	}
	if err := tx.row(ctx, `UPDATE live_rounds SET silent = CASE
			WHEN EXISTS (SELECT 1 FROM live_answers WHERE live_id = $1 AND place = $2) THEN 0 ELSE silent + 1 END
		WHERE id = $1 RETURNING silent`, l.ID, l.Place).scan(&silent); err != nil {
		return 0, err
	}
	if err := dropDue(ctx, tx, practice.KindLive, l.ID); err != nil {
		return 0, err
	}
	return silent, wantEdit(ctx, tx, practice.KindLive, liveRef(l.ID, l.Place), now)
}

// gradeLive grades the answers to the question that closes anew if it has been
// corrected in the group: a press is graded by the key that its reader knew.
func gradeLive(ctx context.Context, tx *tx, l practice.Live) error {
	var snapshot string
	corrected, err := found(tx.row(ctx, `SELECT v.snapshot FROM live_questions q
		JOIN overrides o ON o.group_id = $3 AND o.item_version = q.item_version JOIN item_versions v ON v.id = o.corrected
		WHERE q.live_id = $1 AND q.place = $2`, l.ID, l.Place, l.Group).scan(&snapshot))
	if err != nil || !corrected {
		return err
	}
	item, err := quizzes.FromSnapshot([]byte(snapshot))
	if err != nil {
		return err
	}
	all, err := list(ctx, tx, func(scan scanner) (a practice.Answer, err error) {
		err = scan(&a.ID, &a.Option, &a.Raw, &a.Verdict)
		return a, err
	}, `SELECT id, options, raw, verdict FROM live_answers WHERE live_id = $1 AND place = $2 ORDER BY id`, l.ID, l.Place)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Forgotten(item) && !item.Void {
			continue
		}
		verdict, err := quizzes.Grade(item, quizzes.Response{Options: strings.Fields(a.Option), Text: a.Raw})
		if err != nil { // it was read by the earlier key and can't be by this one
			verdict = quizzes.Wrong
		}
		grade := practice.NewGrade(practice.Verdict(verdict), item)
		if _, err := tx.exec(ctx, `UPDATE live_answers SET verdict = $2 WHERE id = $1`, a.ID, string(grade.Verdict)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE answers SET verdict = $2, credit = $3 WHERE id = $1`, a.ID, string(grade.Verdict), string(grade.Credit)); err != nil {
			return err
		}
	}
	return nil
}

// unrankLive has the answers to one of the group's own questions, which closes, be
// worth no more than answering where somebody knew it before it was asked: nobody
// gets a place by a question of their own. What is read later changes nothing.
func unrankLive(ctx context.Context, tx *tx, l practice.Live) error {
	var item string
	if err := tx.row(ctx, `SELECT item_id FROM live_questions WHERE live_id = $1 AND place = $2`, l.ID, l.Place).scan(&item); err != nil {
		return err
	}
	suggestion, own := practice.OwnOf(item)
	if !own {
		return nil
	}
	_, err := tx.exec(ctx, `UPDATE answers SET credit = $4 WHERE credit <> $5 AND id IN (
		SELECT a.id FROM live_answers a WHERE a.live_id = $1 AND a.place = $2 AND (
			EXISTS (SELECT 1 FROM suggestions n WHERE n.id = $3 AND n.member_id = a.member_id)
			OR EXISTS (SELECT 1 FROM suggestion_readers d WHERE d.suggestion_id = $3 AND d.member_id = a.member_id)))`,
		l.ID, l.Place, suggestion, string(practice.Wrong), string(practice.VoidCredit))
	return err
}

// endLive ends a live round that is held. If anybody answered and key is given,
// a post sums it up.
func endLive(ctx context.Context, tx *tx, l practice.Live, why practice.LiveEnding, key string, now time.Time) error {
	if _, err := closeLive(ctx, tx, l, now); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE live_rounds SET state = 'ended', ending = $2, ended_at = $3 WHERE id = $1`, l.ID, string(why), millis(now)); err != nil {
		return err
	}
	if err := dropDue(ctx, tx, practice.KindLive, l.ID); err != nil {
		return err
	}
	newest := l.Place
	if why == practice.LiveUnsent { // the question before it says that it ends
		newest--
	}
	if err := wantEdit(ctx, tx, practice.KindLive, liveRef(l.ID, newest), now); err != nil || key == "" || why == practice.LiveUnsent {
		return err
	}
	var one int64
	answered, err := found(tx.row(ctx, `SELECT 1 FROM live_answers WHERE live_id = $1 LIMIT 1`, l.ID).scan(&one))
	if err != nil || !answered {
		return err
	}
	return oweLive(ctx, tx, l, 0, key, now)
}

// NextLive implements [practice.LiveStore].
func (s *Store) NextLive(ctx context.Context, id string, place int, d *schedule.Due, key string, now time.Time) (bool, error) {
	moved, err := s.moveLive(ctx, id, place, d, now, func(ctx context.Context, tx *tx, l practice.Live, state practice.LiveState) (bool, error) {
		if state != practice.LiveClosed {
			return false, nil
		}
		if d != nil && now.Sub(d.At) > practice.LiveLost {
			return true, endLive(ctx, tx, l, practice.LiveLate, key, now)
		}
		if err := dropDue(ctx, tx, practice.KindLive, id); err != nil {
			return false, err
		}
		more, err := leaveOut(ctx, tx, &l)
		if err != nil {
			return false, err
		}
		if !more {
			return true, endLive(ctx, tx, l, practice.LiveAll, key, now)
		}
		if err := wantEdit(ctx, tx, practice.KindLive, liveRef(id, place), now); err != nil {
			return false, err
		}
		return true, askLive(ctx, tx, l, place+1, key, now)
	})
	return moved, wrap("go on with live round", err)
}

// leaveOut takes questions out of a live round that have come to be open in the
// group meanwhile, until the next one is none of them; the last one moves into
// the place of one that goes. It reports false when none is left.
func leaveOut(ctx context.Context, tx *tx, l *practice.Live) (bool, error) {
	for next := l.Place + 1; next <= l.Size; {
		var one int64
		open, err := found(tx.row(ctx, `SELECT 1 FROM live_questions q JOIN rounds r ON r.group_id = $3 AND r.item_id = q.item_id AND r.state IN ('planned', 'open')
			WHERE q.live_id = $1 AND q.place = $2 LIMIT 1`, l.ID, next, l.Group).scan(&one))
		if err != nil || !open {
			return err == nil, err
		}
		if _, err := tx.exec(ctx, `DELETE FROM live_questions WHERE live_id = $1 AND place = $2`, l.ID, next); err != nil {
			return false, err
		}
		if next < l.Size {
			if _, err := tx.exec(ctx, `UPDATE live_questions SET place = $3 WHERE live_id = $1 AND place = $2`, l.ID, l.Size, next); err != nil {
				return false, err
			}
		}
		l.Size--
		if _, err := tx.exec(ctx, `UPDATE live_rounds SET size = $2 WHERE id = $1`, l.ID, l.Size); err != nil {
			return false, err
		}
	}
	return false, nil
}

// StopLive implements [practice.LiveStore].
func (s *Store) StopLive(ctx context.Context, id, key string, now time.Time) (stopped bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		l, open, err := lockLive(ctx, tx, id)
		if stopped = open; err != nil || !open {
			return err
		}
		return endLive(ctx, tx, l, practice.LiveStopped, key, now)
	})
	return stopped && err == nil, wrap("stop live round", err)
}
