package store

// paperRecords are what members keep for papers: what they spent, and what they chose for notes to an
// employer, and the addresses of their calendars.
func (s *Store) paperRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"expenses.member_id": goes, "expenses.what": goes, "expenses.receipt": goes, "expenses.interaction": goes,
			"employer_notes.member_id": goes, "employer_notes.words": goes,
			"calendars.member_id": goes,
		},
		export: []section{
			{"expenses", `SELECT certification, what, amount AS amount_in_smallest_units, currency, day, receipt, interaction, entered_at
				FROM expenses WHERE member_id = $1 ORDER BY day, entered_at, id`},
			{"employer_notes", `SELECT certification, kind, ask AS asked_for, needed_on, with_result, words, changed_at
				FROM employer_notes WHERE member_id = $1 ORDER BY certification, kind`},
			{"calendars", `SELECT COALESCE(g.name, '') AS dates_of_group, c.made_at, c.changed_at FROM calendars c LEFT JOIN groups g ON g.id = c.group_id
				WHERE c.member_id = $1 ORDER BY c.group_id`},
		},
		erase: []string{
			`DELETE FROM expenses WHERE member_id = $1`,
			`DELETE FROM employer_notes WHERE member_id = $1`,
			`DELETE FROM calendars WHERE member_id = $1`,
		},
		move: []string{
			`UPDATE expenses SET interaction = id WHERE member_id = $2 AND interaction IN (SELECT k.interaction FROM expenses k WHERE k.member_id = $1)`,
			`UPDATE expenses SET member_id = $1 WHERE member_id = $2`,
			// Of two notes the newer stays; neither says more than its writer let it.
			`DELETE FROM employer_notes WHERE member_id = $1 AND EXISTS (SELECT 1 FROM employer_notes o WHERE o.member_id = $2
				AND o.certification = employer_notes.certification AND o.kind = employer_notes.kind AND o.changed_at > employer_notes.changed_at)`,
			`DELETE FROM employer_notes WHERE member_id = $2 AND EXISTS (SELECT 1 FROM employer_notes o WHERE o.member_id = $1
				AND o.certification = employer_notes.certification AND o.kind = employer_notes.kind)`,
			`UPDATE employer_notes SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM calendars WHERE member_id = $2 AND group_id IN (SELECT k.group_id FROM calendars k WHERE k.member_id = $1)`,
			`UPDATE calendars SET member_id = $1 WHERE member_id = $2`,
		},
	}
}
