package store

import (
	"context"
	"slices"
	"time"

	"studyhall/bot/exam"
	"studyhall/bot/renewal"
)

// SetOutcome implements [exam.OutcomeStore].
func (s *Store) SetOutcome(ctx context.Context, id, member string, to exam.State, now time.Time) (e exam.Exam, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		e, ok = exam.Exam{}, false
		if held, err := holds(ctx, tx, member); err != nil || !held {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE exams SET waiting_at = CASE WHEN state = 'waiting' AND $3 = 'waiting' THEN waiting_at ELSE $4 END, state = $3
			WHERE id = $1 AND member_id = $2 AND state <> 'passed' AND ($3 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM exams o
				WHERE o.id <> $1 AND o.member_id = $2 AND o.certification = exams.certification AND o.part = exams.part AND o.state IN ('planned', 'waiting')))`,
			id, member, string(to), millis(now))
		if err != nil || n == 0 {
			return err
		}
		if e, err = readExam(tx.row(ctx, `SELECT `+examColumns+` FROM exams e WHERE e.id = $1`, id).scan); err != nil {
			return err
		}
		ok = true
		return answered(ctx, tx, e.ID, member, now)
	})
	return e, ok && err == nil, wrap("set outcome", err)
}

// holds keeps a member as they are to the end of the transaction, so that two
// devices of theirs act one after the other; it reports false for nobody.
func holds(ctx context.Context, tx *tx, member string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE members SET notes_week = notes_week WHERE id = $1`, member)
	return n > 0, err
}

// outcomeChanged has the notes about exams looked at anew.
func outcomeChanged(ctx context.Context, tx *tx, member string, now time.Time) error {
	for _, kind := range []string{exam.NoteCountdown, exam.NoteOutcome} {
		if err := lookAtNotes(ctx, tx, member, kind, now); err != nil {
			return err
		}
	}
	return nil
}

// answered is outcomeChanged for an exam of which its member has said what came of
// it: groups that may see its date count it as one to come no more.
func answered(ctx context.Context, tx *tx, id, member string, now time.Time) error {
	groups, err := sharesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := sharedChanged(ctx, tx, groups, now); err != nil {
		return err
	}
	return outcomeChanged(ctx, tx, member, now)
}

// Pass implements [exam.OutcomeStore].
func (s *Store) Pass(ctx context.Context, p exam.Passing, now time.Time) (exam.Passing, exam.PassOutcome, error) {
	var missing []string
	outcome := exam.PassGone
	err := s.write(ctx, func(ctx context.Context, tx *tx) error {
		missing, outcome = nil, exam.PassGone
		if held, err := holds(ctx, tx, p.Member); err != nil || !held {
			return err
		}
		e, err := readExam(tx.row(ctx, `SELECT `+examColumns+` FROM exams e WHERE e.id = $1 AND e.member_id = $2`, p.Exam, p.Member).scan)
		if ok, err := found(err); err != nil || !ok {
			return err
		}
		if outcome = exam.PassBefore; e.State == exam.Passed {
			return nil
		}
		outcome = exam.PassKept
		if err := keepPass(ctx, tx, e, p); err != nil {
			return err
		}
		if missing, err = missingParts(ctx, tx, e, p); err != nil {
			return err
		}
		if len(missing) == 0 {
			if err := certify(ctx, tx, e, p, now); err != nil {
				return err
			}
		}
		return answered(ctx, tx, e.ID, p.Member, now)
	})
	p.Missing = missing
	return p, outcome, wrap("keep pass", err)
}

// keepPass marks an exam as passed. Of an exam without a part of which only some
// parts were passed, it becomes the first of them; the others stand beside it.
func keepPass(ctx context.Context, tx *tx, e exam.Exam, p exam.Passing) error {
	part := e.Part
	var others []string
	if part == "" && len(p.Parts) < len(p.All) {
		part, others = p.Parts[0], p.Parts[1:]
	}
	if _, err := tx.exec(ctx, `UPDATE exams SET state = 'passed', part = $2, result_on = $3, candidate = $4 WHERE id = $1`,
		e.ID, part, p.On, p.Candidate); err != nil {
		return err
	}
	for n, other := range others {
		if _, err := tx.exec(ctx, `INSERT INTO exams (id, member_id, certification, outline, part, day_from, day_to, zone, state, entered_at, result_on)
			SELECT $2, member_id, certification, outline, $3, day_from, day_to, zone, state, entered_at, result_on FROM exams WHERE id = $1`,
			e.ID, p.NewIDs[2+n], other); err != nil {
			return err
		}
	}
	return nil
}

// missingParts are the parts of an exam's certification that its member has not
// passed.
func missingParts(ctx context.Context, tx *tx, e exam.Exam, p exam.Passing) ([]string, error) {
	var missing []string
	passed, err := list(ctx, tx, column[string], `SELECT part FROM exams WHERE member_id = $1 AND certification = $2 AND state = 'passed'`, e.Member, e.Certification)
	if err != nil || slices.Contains(passed, "") {
		return nil, err
	}
	for _, part := range p.All {
		if !slices.Contains(passed, part) {
			missing = append(missing, part)
		}
	}
	return missing, nil
}

// certify begins a certification. What its practice leant to is of no use any more.
func certify(ctx context.Context, tx *tx, e exam.Exam, p exam.Passing, now time.Time) error {
	c := renewal.NewCredential{ID: p.NewIDs[0], Cycle: p.NewIDs[1], Member: e.Member, Certification: e.Certification,
		State: renewal.Full, EarnedOn: p.On, Until: p.Until}
	if p.Candidate {
		c.State = renewal.Candidate
	}
	if _, err := addCredential(ctx, tx, c, now); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM weaker_areas WHERE member_id = $1 AND certification = $2`, e.Member, e.Certification)
	return err
}

// Holds implements [exam.OutcomeStore].
func (s *Store) Holds(ctx context.Context, member, certification string) (until string, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `SELECT y.until_on FROM credentials c JOIN cycles y ON y.credential_id = c.id AND y.renewed_on = ''
		WHERE c.member_id = $1 AND c.certification = $2`, member, certification).scan(&until))
	return until, ok, wrap("read expiry", err)
}

// SetWeaker implements [exam.OutcomeStore].
func (s *Store) SetWeaker(ctx context.Context, member, certification string, areas []string) error {
	return wrap("set weaker areas", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if held, err := holds(ctx, tx, member); err != nil || !held {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM weaker_areas WHERE member_id = $1 AND certification = $2`, member, certification); err != nil {
			return err
		}
		for _, area := range areas {
			if _, err := tx.exec(ctx, `INSERT INTO weaker_areas (member_id, certification, area) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				member, certification, area); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Weaker implements [exam.OutcomeStore].
func (s *Store) Weaker(ctx context.Context, member, certification string) ([]string, error) {
	areas, err := list(ctx, s.read(ctx), column[string], `SELECT area FROM weaker_areas WHERE member_id = $1 AND certification = $2`, member, certification)
	slices.Sort(areas)
	return areas, wrap("read weaker areas", err)
}
