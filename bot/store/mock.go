package store

import (
	"context"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

var _ practice.MockStore = (*Store)(nil)

// mockRuns is the condition of an exam that goes on: every change of one is an
// update of its row with it, so that nothing comes after its end.
const mockRuns = `NOT done AND since > 0 AND (time_limit = 0 OR since + time_left > $2)`

// StartMock implements [practice.MockStore].
func (s *Store) StartMock(ctx context.Context, m practice.Mock, items []practice.SessionItem, now time.Time) (started bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if started, err = insertSession(ctx, tx, "mock", m.Session, items, now); err != nil || !started {
			return err
		}
		limit := m.Limit.Milliseconds()
		if _, err := tx.exec(ctx, `INSERT INTO mocks (session_id, time_limit, time_left, since, place) VALUES ($1, $2, $2, $3, 1)`,
			m.ID, limit, millis(now)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO mock_items (session_id, place) SELECT session_id, place FROM session_items WHERE session_id = $1`, m.ID); err != nil {
			return err
		}
		return planMockEnd(ctx, tx, m.ID, limit, limit, now)
	})
	return started, wrap("start mock exam", err)
}

// planMockEnd makes the end due of an exam whose clock begins to run.
func planMockEnd(ctx context.Context, tx *tx, id string, limit, left int64, now time.Time) error {
	if limit == 0 {
		return nil
	}
	return insertDue(ctx, tx, schedule.Due{Kind: practice.KindMock, Subject: id, Occurrence: "end",
		Lane: "mock/" + id, Rank: schedule.RankOther, At: instant(millis(now) + left)})
}

const mockColumns = sessionColumns + `, m.time_limit, m.time_left, m.since, m.place, m.ran_out, m.ended_at`

func readMock(scan scanner) (m practice.Mock, err error) {
	var limit, left, since, ended int64
	m.Session, err = readSession(func(dest ...any) error {
		return scan(append(dest, &limit, &left, &since, &m.Place, &m.RanOut, &ended)...)
	})
	m.Limit, m.Left = time.Duration(limit)*time.Millisecond, time.Duration(left)*time.Millisecond
	m.Since, m.EndedAt = instant(since), instant(ended)
	return m, err
}

// LatestMock implements [practice.MockStore].
func (s *Store) LatestMock(ctx context.Context, trackID, memberID string) (practice.Mock, bool, error) {
	return s.mock(ctx, `SELECT `+mockColumns+` FROM sessions s JOIN mocks m ON m.session_id = s.id
		WHERE s.member_id = $1 AND s.track_id = $2 AND s.kind = 'mock' ORDER BY s.started_at DESC, s.id DESC LIMIT 1`, memberID, trackID)
}

// Mock implements [practice.MockStore].
func (s *Store) Mock(ctx context.Context, id string, account bot.UserID) (practice.Mock, bool, error) {
	return s.mock(ctx, `SELECT `+mockColumns+` FROM sessions s JOIN mocks m ON m.session_id = s.id
		JOIN accounts a ON a.member_id = s.member_id AND a.id = $2
		JOIN memberships ms ON ms.group_id = s.group_id AND ms.member_id = s.member_id
		WHERE s.id = $1`, id, string(account))
}

// mockHeld is whether an item is open in a group of an exam's member who has not
// answered it there, or may still change the answer.
var mockHeld = `EXISTS (SELECT 1 FROM sessions s JOIN session_items i ON i.session_id = s.id
		JOIN memberships ms ON ms.member_id = s.member_id
		JOIN rounds r ON r.group_id = ms.group_id AND r.item_id = i.item_id
	WHERE s.id = x.session_id AND i.place = x.place AND ` + heldRound("s.member_id") + `)`

// mock reads an exam with its questions and what was answered, at one instant.
func (s *Store) mock(ctx context.Context, query string, args ...any) (m practice.Mock, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		m, err = readMock(q.row(ctx, query, args...).scan)
		if ok, err = found(err); !ok || err != nil {
			return err
		}
		m.Questions, err = list(ctx, q, func(scan scanner) (one practice.SessionQuestion, err error) {
			var at int64
			a := &one.Answer
			err = scan(&one.Place, &one.Item, &one.Domain, &one.ItemVersion, &one.Reason, &a.ID, &a.Option, &a.Raw, &a.Verdict, &at, &one.Held)
			a.Item, a.ItemVersion, a.At, one.Answered = one.Item, one.ItemVersion, instant(at), a.ID != ""
			return one, err
		}, `SELECT i.place, i.item_id, i.domain, `+itemGradedBy+`, i.reason, x.answer_id, x.options, x.raw,
				COALESCE(a.verdict, x.verdict), x.answered_at, CASE WHEN m.done THEN x.held ELSE `+mockHeld+` END
			FROM mocks m JOIN sessions s ON s.id = m.session_id JOIN session_items i ON i.session_id = s.id
			JOIN mock_items x ON x.session_id = i.session_id AND x.place = i.place
			LEFT JOIN answers a ON a.session_id = i.session_id AND a.item_id = i.item_id
			WHERE m.session_id = $1 ORDER BY i.place`, m.ID)
		return err
	})
	return m, ok && err == nil, wrap("read mock exam", err)
}

// AnswerMock implements [practice.MockStore]. The exam's row is updated first:
// from then on it can't end before this job does.
func (s *Store) AnswerMock(ctx context.Context, id string, place int, a practice.Answer) (status practice.MockStatus, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		status = practice.MockRecorded
		n, err := tx.exec(ctx, `UPDATE mocks SET place = $3 WHERE session_id = $1 AND `+mockRuns, id, millis(a.At), place)
		if err != nil {
			return err
		}
		if n == 1 {
			_, err := tx.exec(ctx, `UPDATE mock_items SET answer_id = $3, options = $4, raw = $5, verdict = $6, answered_at = $7, interaction = $8,
					credit = $9
				WHERE session_id = $1 AND place = $2 AND answered_at <= $7`,
				id, place, a.ID, a.Option, a.Raw, string(a.Verdict), millis(a.At), a.Interaction, string(a.Credit))
			return err
		}
		var done bool
		var since int64
		if err := tx.row(ctx, `SELECT done, since FROM mocks WHERE session_id = $1`, id).scan(&done, &since); err != nil {
			return err
		}
		status = practice.MockOver
		switch {
		case done:
			return nil
		case since == 0:
			status = practice.MockPaused
			return nil
		}
		_, err = finishMock(ctx, tx, id, a.At)
		return err
	})
	return status, wrap("record mock exam answer", err)
}

// MoveMock implements [practice.MockStore].
func (s *Store) MoveMock(ctx context.Context, id string, place int) error {
	_, err := s.change(ctx, `UPDATE mocks SET place = $2 WHERE session_id = $1 AND NOT done`, id, place)
	return wrap("move in mock exam", err)
}

// PauseMock implements [practice.MockStore].
func (s *Store) PauseMock(ctx context.Context, id string, now time.Time) error {
	return wrap("pause mock exam", s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE mocks SET since = 0, time_left = CASE WHEN time_limit = 0 THEN 0 ELSE time_left - ($2 - since) END
			WHERE session_id = $1 AND `+mockRuns, id, millis(now))
		if n == 0 || err != nil {
			return err
		}
		return dropDue(ctx, tx, practice.KindMock, id)
	}))
}

// ResumeMock implements [practice.MockStore].
func (s *Store) ResumeMock(ctx context.Context, id string, now time.Time) error {
	return wrap("resume mock exam", s.write(ctx, func(ctx context.Context, tx *tx) error {
		var limit, left int64
		ok, err := found(tx.row(ctx, `UPDATE mocks SET since = $2 WHERE session_id = $1 AND NOT done AND since = 0
			RETURNING time_limit, time_left`, id, millis(now)).scan(&limit, &left))
		if !ok || err != nil {
			return err
		}
		return planMockEnd(ctx, tx, id, limit, left, now)
	}))
}

// FinishMock implements [practice.MockStore].
func (s *Store) FinishMock(ctx context.Context, id string, now time.Time) (ended bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ended, err = finishMock(ctx, tx, id, now)
		return err
	})
	return ended, wrap("end mock exam", err)
}

// ExpireMock implements [practice.MockStore].
func (s *Store) ExpireMock(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("end mock exam in time", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		_, err := finishMock(ctx, tx, d.Subject, now)
		return err
	}))
}

// finishMock ends an exam once, at the end of its time if that is past. What was
// answered becomes answers, but for questions that are open in a group now.
func finishMock(ctx context.Context, tx *tx, id string, now time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE mocks SET done = TRUE, since = 0,
			ran_out = time_limit > 0 AND since > 0 AND since + time_left <= $2,
			ended_at = CASE WHEN time_limit > 0 AND since > 0 AND since + time_left <= $2 THEN since + time_left ELSE $2 END,
			time_left = CASE WHEN time_limit = 0 THEN 0 WHEN since = 0 THEN time_left
				WHEN since + time_left <= $2 THEN 0 ELSE since + time_left - $2 END
		WHERE session_id = $1 AND NOT done`, id, millis(now))
	if n == 0 || err != nil {
		return false, err
	}
	// From here on a correction waits for this job, and finds its answers; those
	// before it are seen.
	if _, err := tx.exec(ctx, `UPDATE sessions SET state = 'ended', ended_at = $2 WHERE id = $1 AND state = 'open'`, id, millis(now)); err != nil {
		return false, err
	}
	if err := gradeCorrected(ctx, tx, id); err != nil {
		return false, err
	}
	if _, err := tx.exec(ctx, `UPDATE mock_items AS x SET held = TRUE WHERE x.session_id = $1 AND `+mockHeld, id); err != nil {
		return false, err
	}
	answered, err := tx.exec(ctx, `INSERT INTO answers (id, session_id, group_id, track_id, member_id, item_id, item_version,
			options, raw, verdict, answered_at, interaction, credit)
		SELECT x.answer_id, s.id, s.group_id, s.track_id, s.member_id, i.item_id, i.item_version,
			x.options, x.raw, x.verdict, x.answered_at, x.interaction, x.credit
		FROM sessions s JOIN session_items i ON i.session_id = s.id
		JOIN mock_items x ON x.session_id = i.session_id AND x.place = i.place
		WHERE s.id = $1 AND x.answer_id <> '' AND NOT x.held`, id)
	if err != nil {
		return false, err
	}
	if _, err := tx.exec(ctx, `UPDATE sessions SET answered = $2 WHERE id = $1`, id, answered); err != nil {
		return false, err
	}
	if err := earnPractice(ctx, tx, id, now); err != nil {
		return false, err
	}
	if err := rememberSession(ctx, tx, id); err != nil {
		return false, err
	}
	return true, dropDue(ctx, tx, practice.KindMock, id)
}

// gradeCorrected grades what was answered to questions that have been corrected
// in the group since the exam began.
func gradeCorrected(ctx context.Context, tx *tx, id string) error {
	type given struct {
		place             int
		options, raw, now string
	}
	all, err := list(ctx, tx, func(scan scanner) (g given, err error) {
		err = scan(&g.place, &g.options, &g.raw, &g.now)
		return g, err
	}, `SELECT x.place, x.options, x.raw, v.snapshot FROM sessions s JOIN session_items i ON i.session_id = s.id
		JOIN mock_items x ON x.session_id = i.session_id AND x.place = i.place
		JOIN overrides o ON o.group_id = s.group_id AND o.item_version = i.item_version
		JOIN item_versions v ON v.id = o.corrected
		WHERE s.id = $1 AND x.answer_id <> ''`, id)
	if err != nil {
		return err
	}
	for _, g := range all {
		item, err := quizzes.FromSnapshot([]byte(g.now))
		if err != nil {
			return err
		}
		verdict, err := quizzes.Grade(item, quizzes.Response{Options: strings.Fields(g.options), Text: g.raw})
		if err != nil { // it was read by the earlier key and can't be by this one
			verdict = quizzes.Wrong
		}
		grade := practice.NewGrade(practice.Verdict(verdict), item)
		if _, err := tx.exec(ctx, `UPDATE mock_items SET verdict = $3, credit = $4 WHERE session_id = $1 AND place = $2`,
			id, g.place, string(grade.Verdict), string(grade.Credit)); err != nil {
			return err
		}
	}
	return nil
}
