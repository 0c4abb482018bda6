package store

// outcomeRecords are what people said about how their exams went, beside the exams
// themselves. A post that named somebody stays as it is: nothing of theirs is left
// to edit it by.
func (s *Store) outcomeRecords() *records {
	return &records{
		s:       s,
		columns: map[string]string{"passes.member_id": goes, "passes.words": goes, "congratulations.member_id": goes, "weaker_areas.member_id": goes},
		export: []section{
			{"passes_told", `SELECT p.exam_id AS exam, g.name AS group_name, p.words, p.news_id <> '' AS posted, p.told_at,
					(SELECT COUNT(*) FROM congratulations c WHERE c.exam_id = p.exam_id AND c.group_id = p.group_id) AS congratulations
				FROM passes p JOIN groups g ON g.id = p.group_id WHERE p.member_id = $1 ORDER BY p.told_at, p.exam_id, g.id`},
			{"congratulations_given", `SELECT g.name AS group_name, c.at AS congratulated_at FROM congratulations c JOIN groups g ON g.id = c.group_id
				WHERE c.member_id = $1 ORDER BY c.at, c.exam_id`},
			{"weaker_areas", `SELECT w.certification, w.area FROM weaker_areas w WHERE w.member_id = $1 ORDER BY w.certification, w.area`},
		},
		erase: []string{
			`DELETE FROM congratulations WHERE member_id = $1`,
			`DELETE FROM congratulations WHERE EXISTS (SELECT 1 FROM passes p WHERE p.exam_id = congratulations.exam_id
				AND p.group_id = congratulations.group_id AND p.member_id = $1)`,
			`DELETE FROM passes WHERE member_id = $1`,
			`DELETE FROM weaker_areas WHERE member_id = $1`,
		},
		move: []string{
			`DELETE FROM congratulations WHERE member_id = $2 AND EXISTS (SELECT 1 FROM congratulations o
				WHERE o.exam_id = congratulations.exam_id AND o.group_id = congratulations.group_id AND o.member_id = $1)`,
			`UPDATE congratulations SET member_id = $1 WHERE member_id = $2`,
			`UPDATE passes SET member_id = $1 WHERE member_id = $2`,
			// Nobody congratulates themselves.
			`DELETE FROM congratulations WHERE member_id = $1 AND EXISTS (SELECT 1 FROM passes p WHERE p.exam_id = congratulations.exam_id
				AND p.group_id = congratulations.group_id AND p.member_id = $1) AND CAST($2 AS TEXT) <> ''`,
			`INSERT INTO weaker_areas (member_id, certification, area) SELECT $1, w.certification, w.area FROM weaker_areas w WHERE w.member_id = $2
				ON CONFLICT DO NOTHING`,
			`DELETE FROM weaker_areas WHERE member_id = $2 AND CAST($1 AS TEXT) <> ''`,
		},
	}
}
