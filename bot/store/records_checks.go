package store

// checkRecords are what members report about questions, and who decided about it.
// What an erased organiser decided stands, without what they typed about it.
func (s *Store) checkRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"reports.member_id": goes, "reports.note": goes, "checks.member_id": empties, "checks.reason": empties,
			"decisions.member_id": goes, "decisions.words": goes,
		},
		export: []section{
			{"questions_reported", `SELECT g.name AS group_name, k.item_id AS item, p.fault, p.note, p.named, p.state, p.points, k.decision, k.reason AS answer,
					p.reported_at, p.answered_at, p.seen_at
				FROM reports p JOIN checks k ON k.id = p.check_id JOIN groups g ON g.id = k.group_id WHERE p.member_id = $1 ORDER BY p.reported_at, p.id`},
			{"questions_about_to_be_decided", `SELECT g.name AS group_name, k.item_id AS item, d.decision, d.words, d.made_at
				FROM decisions d JOIN checks k ON k.id = d.check_id JOIN groups g ON g.id = k.group_id WHERE d.member_id = $1 ORDER BY d.made_at, d.id`},
			{"questions_decided", `SELECT g.name AS group_name, k.item_id AS item, k.decision, k.reason AS answer, k.decided_at
				FROM checks k JOIN groups g ON g.id = k.group_id WHERE k.member_id = $1 ORDER BY k.decided_at, k.id`},
		},
		erase: []string{
			`DELETE FROM reports WHERE member_id = $1`,
			`DELETE FROM decisions WHERE member_id = $1`,
			`UPDATE checks SET member_id = '', reason = '' WHERE member_id = $1`,
		},
		move: []string{
			// Two of one person's are one.
			`DELETE FROM reports WHERE member_id = $2 AND check_id IN (SELECT o.check_id FROM reports o WHERE o.member_id = $1)`,
			`UPDATE reports SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM decisions WHERE member_id = $2 AND check_id IN (SELECT o.check_id FROM decisions o WHERE o.member_id = $1)`,
			`UPDATE decisions SET member_id = $1 WHERE member_id = $2`,
			`UPDATE checks SET member_id = $1 WHERE member_id = $2`,
		},
	}
}
