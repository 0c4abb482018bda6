package store

import (
	"context"
	"slices"

	"studyhall/bot/exam"
	"studyhall/bot/group"
)

// examRecords are people's own exams. A group sees no more of them than the date,
// and that only while it is shared, so nothing stays with a former member.
func (s *Store) examRecords() *records {
	return &records{
		s:       s,
		columns: map[string]string{"exams.member_id": goes, "exam_rests.member_id": goes},
		export: []section{
			{"exams", `SELECT e.id AS exam, e.certification, e.outline, e.part, e.day_from, e.day_to, e.zone, e.state, e.result_on, e.candidate, e.entered_at
				FROM exams e WHERE e.member_id = $1 ORDER BY e.day_from, e.id`},
			{"exams_shared", `SELECT x.exam_id AS exam, g.name AS group_name FROM exams e JOIN exam_shares x ON x.exam_id = e.id
				JOIN groups g ON g.id = x.group_id WHERE e.member_id = $1 ORDER BY x.exam_id, g.id`},
			{"days_excused_for_exams", `SELECT r.from_at, r.until_at FROM exam_rests r WHERE r.member_id = $1 ORDER BY r.from_at`},
		},
		erase: []string{
			`DELETE FROM exam_shares WHERE exam_id IN (SELECT id FROM exams WHERE member_id = $1)`,
			`DELETE FROM exam_rests WHERE member_id = $1`,
			`DELETE FROM exams WHERE member_id = $1`,
		},
		merge: mergeExams,
		move: []string{
			`UPDATE exams SET member_id = $1 WHERE member_id = $2`,
			`UPDATE exam_rests SET member_id = $1 WHERE member_id = $2`,
		},
	}
}

// mergeExams leaves one date of each certification and part of which both members
// have one: the one entered last, shared with whom that one is.
func mergeExams(ctx context.Context, tx *tx, m group.Merging) error {
	all, err := list(ctx, tx, readExam, `SELECT `+examColumns+` FROM exams e WHERE e.member_id IN ($1, $2) AND e.state IN ('planned', 'waiting')
		ORDER BY e.entered_at DESC, e.id`, m.Kept, m.Gone)
	if err != nil {
		return err
	}
	for n, e := range all {
		same := func(later exam.Exam) bool { return later.Certification == e.Certification && later.Part == e.Part }
		if slices.ContainsFunc(all[:n], same) {
			if err := dropExam(ctx, tx, e.ID, m.Now); err != nil {
				return err
			}
		}
	}
	return outcomeChanged(ctx, tx, m.Kept, m.Now)
}
