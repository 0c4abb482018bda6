package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot/exam"
)

var _ exam.Store = (*Store)(nil)

const examColumns = `e.id, e.member_id, e.certification, e.outline, e.part, e.day_from, e.day_to, e.zone, e.state, e.entered_at, e.waiting_at, e.result_on, e.candidate,
	COALESCE((SELECT string_agg(x.group_id, ' ') FROM exam_shares x WHERE x.exam_id = e.id), '')`

func readExam(scan scanner) (e exam.Exam, err error) {
	var entered, waiting int64
	var shared string
	err = scan(&e.ID, &e.Member, &e.Certification, &e.Outline, &e.Part, &e.From, &e.To, &e.Zone, &e.State, &entered, &waiting, &e.ResultOn, &e.Candidate, &shared)
	e.EnteredAt, e.Shared = instant(entered), strings.Fields(shared)
	if e.State == exam.Waiting {
		e.WaitingAt = instant(waiting)
	}
	slices.Sort(e.Shared)
	return e, err
}

// SetExam implements [exam.DateStore].
func (s *Store) SetExam(ctx context.Context, e exam.Exam, now time.Time) (kept exam.Exam, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		kept, ok = exam.Exam{}, false
		if held, err := holds(ctx, tx, e.Member); err != nil || !held {
			return err
		}
		var id, before string
		if err := tx.row(ctx, `SELECT COALESCE(MAX(day_from), '') FROM exams WHERE member_id = $1 AND certification = $2 AND part = $3
			AND state IN ('planned', 'waiting')`, e.Member, e.Certification, e.Part).scan(&before); err != nil {
			return err
		}
		there, err := found(tx.row(ctx, `INSERT INTO exams (id, member_id, certification, outline, part, day_from, day_to, zone, state, entered_at)
			SELECT $1, m.id, $3, $4, $5, $6, $7, $8, 'planned', CAST($9 AS BIGINT) FROM members m WHERE m.id = $2
			ON CONFLICT (member_id, certification, part) WHERE state IN ('planned', 'waiting') DO UPDATE SET outline = excluded.outline,
				day_from = excluded.day_from, day_to = excluded.day_to, zone = excluded.zone, state = 'planned', entered_at = excluded.entered_at
			RETURNING id`, e.ID, e.Member, e.Certification, e.Outline, e.Part, e.From, e.To, e.Zone, millis(now)).scan(&id))
		if err != nil || !there {
			return err
		}
		if kept, err = readExam(tx.row(ctx, `SELECT `+examColumns+` FROM exams e WHERE e.id = $1`, id).scan); err != nil {
			return err
		}
		ok = true
		if err := restForExam(ctx, tx, kept, now); err != nil {
			return err
		}
		if err := sharedChanged(ctx, tx, kept.Shared, now, before, kept.From); err != nil {
			return err
		}
		return outcomeChanged(ctx, tx, kept.Member, now)
	})
	return kept, ok && err == nil, wrap("set exam", err)
}

// restForExam makes the days on which an exam excuses from questions fit its date
// as it is now. What is over of those for an earlier date stays.
func restForExam(ctx context.Context, tx *tx, e exam.Exam, now time.Time) error {
	if err := endExamRest(ctx, tx, e.ID, now); err != nil {
		return err
	}
	from, until, ok := e.Rest()
	if !ok || !until.After(now) {
		return nil
	}
	_, err := tx.exec(ctx, `INSERT INTO exam_rests (member_id, exam_id, from_at, until_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (member_id, exam_id, from_at) DO UPDATE SET until_at = excluded.until_at`, e.Member, e.ID, millis(from), millis(until))
	return err
}

// endExamRest takes back what is still to come of the days on which an exam
// excuses from questions.
func endExamRest(ctx context.Context, tx *tx, id string, now time.Time) error {
	if _, err := tx.exec(ctx, `DELETE FROM exam_rests WHERE exam_id = $1 AND from_at >= $2`, id, millis(now)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE exam_rests SET until_at = $2 WHERE exam_id = $1 AND until_at > $2`, id, millis(now))
	return err
}

// Exams implements [exam.DateStore].
func (s *Store) Exams(ctx context.Context, member string) ([]exam.Exam, error) {
	all, err := list(ctx, s.read(ctx), readExam, `SELECT `+examColumns+` FROM exams e WHERE e.member_id = $1`, member)
	slices.SortFunc(all, func(a, b exam.Exam) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.ID, b.ID))
	})
	return all, wrap("read exams", err)
}

// Exam implements [exam.DateStore].
func (s *Store) Exam(ctx context.Context, id string) (exam.Exam, bool, error) {
	e, err := readExam(s.read(ctx).row(ctx, `SELECT `+examColumns+` FROM exams e WHERE e.id = $1`, id).scan)
	ok, err := found(err)
	return e, ok, wrap("read exam", err)
}

// ClearExam implements [exam.DateStore].
func (s *Store) ClearExam(ctx context.Context, id, member string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		// The row is held first, so that nobody shares it meanwhile.
		n, err := tx.exec(ctx, `UPDATE exams SET state = state WHERE id = $1 AND member_id = $2 AND state = 'planned'`, id, member)
		if err != nil || n == 0 {
			return err
		}
		ok = true
		if err := dropExam(ctx, tx, id, now); err != nil {
			return err
		}
		return outcomeChanged(ctx, tx, member, now)
	})
	return ok && err == nil, wrap("clear exam", err)
}

// dropExam deletes an exam with what belongs to it. The days on which it has
// excused from questions stay.
func dropExam(ctx context.Context, tx *tx, id string, now time.Time) error {
	if err := endExamRest(ctx, tx, id, now); err != nil {
		return err
	}
	groups, err := sharesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	var day string
	if _, err := found(tx.row(ctx, `SELECT day_from FROM exams WHERE id = $1`, id).scan(&day)); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM exam_shares WHERE exam_id = $1`, id); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM exams WHERE id = $1`, id); err != nil {
		return err
	}
	return sharedChanged(ctx, tx, groups, now, day)
}

// ShareExam implements [exam.DateStore].
func (s *Store) ShareExam(ctx context.Context, id, member, group string, shared bool, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		var day string
		ok, err = found(tx.row(ctx, `UPDATE exams SET state = state WHERE id = $1 AND member_id = $2 AND state IN ('planned', 'waiting')
			AND EXISTS (SELECT 1 FROM memberships ms WHERE ms.member_id = $2 AND ms.group_id = $3) RETURNING day_from`, id, member, group).scan(&day))
		if err != nil || !ok {
			return err
		}
		if shared {
			_, err = tx.exec(ctx, `INSERT INTO exam_shares (exam_id, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, group)
		} else {
			_, err = tx.exec(ctx, `DELETE FROM exam_shares WHERE exam_id = $1 AND group_id = $2`, id, group)
		}
		if err != nil {
			return err
		}
		return sharedChanged(ctx, tx, []string{group}, now, day)
	})
	return ok && err == nil, wrap("share exam", err)
}
