package store

// paperRecords are what members keep for papers: what they spent.
func (s *Store) paperRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"expenses.member_id": goes, "expenses.what": goes, "expenses.receipt": goes, "expenses.interaction": goes,
		},
		export: []section{
			{"expenses", `SELECT certification, what, amount AS amount_in_smallest_units, currency, day, receipt, interaction, entered_at
				FROM expenses WHERE member_id = $1 ORDER BY day, entered_at, id`},
		},
		erase: []string{`DELETE FROM expenses WHERE member_id = $1`},
		move: []string{
			`UPDATE expenses SET interaction = id WHERE member_id = $2 AND interaction IN (SELECT k.interaction FROM expenses k WHERE k.member_id = $1)`,
			`UPDATE expenses SET member_id = $1 WHERE member_id = $2`,
		},
	}
}
