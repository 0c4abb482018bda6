package store

import (
	"context"

	"studyhall/bot/group"
)

// renewalRecords are the certifications that people hold.
func (s *Store) renewalRecords() *records {
	const own = `(SELECT y.id FROM cycles y JOIN credentials c ON c.id = y.credential_id WHERE c.member_id = $1)`
	return &records{
		s: s,
		columns: map[string]string{
			"credentials.member_id": goes, "credits.what": goes, "credits.evidence": goes, "credits.interaction": goes,
		},
		export: []section{
			{"certifications", `SELECT c.certification, c.state, c.earned_on, c.counted AS counted_for_organisers, c.snoozed AS no_notes_before, c.created_at AS entered_at
				FROM credentials c WHERE c.member_id = $1 ORDER BY c.created_at, c.id`},
			{"renewal_periods", `SELECT c.certification, y.id AS period, y.from_on AS first_day, y.until_on AS last_day, y.carried AS carried_over_hundredths, y.renewed_on,
					y.created_at AS entered_at, y.dated_at AS last_day_entered_at
				FROM credentials c JOIN cycles y ON y.credential_id = c.id WHERE c.member_id = $1 ORDER BY c.created_at, c.id, y.created_at, y.id`},
			{"credits", `SELECT c.certification, y.id AS period, x.what, x.amount AS amount_hundredths, x.category, x.day, x.evidence, x.entered_at, x.interaction
				FROM credentials c JOIN cycles y ON y.credential_id = c.id JOIN credits x ON x.cycle_id = y.id
				WHERE c.member_id = $1 ORDER BY x.day, x.entered_at, x.id`},
		},
		erase: []string{
			`DELETE FROM credits WHERE cycle_id IN ` + own,
			`DELETE FROM cycles WHERE id IN ` + own,
			`DELETE FROM credentials WHERE member_id = $1`,
		},
		merge: mergeCredentials,
		move:  []string{`UPDATE credentials SET member_id = $1 WHERE member_id = $2`},
	}
}

// mergeCredentials makes one of two credentials of the same certification: all
// that was logged stays, the period whose end is known, or later, is the one that
// runs, so that what was told of it isn't told again, and organisers count it only
// if both were to be counted.
func mergeCredentials(ctx context.Context, tx *tx, m group.Merging) error {
	type pair struct{ kept, gone, into, from string }
	pairs, err := list(ctx, tx, func(scan scanner) (p pair, err error) {
		var into, from string // until when
		if err = scan(&p.kept, &p.gone, &p.into, &p.from, &into, &from); from > into {
			p.into, p.from = p.from, p.into
		}
		return p, err
	}, `SELECT k.id, g.id, ky.id, gy.id, ky.until_on, gy.until_on
		FROM credentials k JOIN credentials g ON g.certification = k.certification AND g.member_id = $2
			JOIN cycles ky ON ky.credential_id = k.id AND ky.renewed_on = '' JOIN cycles gy ON gy.credential_id = g.id AND gy.renewed_on = ''
		WHERE k.member_id = $1 ORDER BY k.id`, m.Kept, m.Gone)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		for _, step := range []struct {
			text string
			args []any
		}{
			{`UPDATE cycles SET from_on = CASE WHEN cycles.from_on = '' THEN o.from_on ELSE cycles.from_on END,
					carried = CASE WHEN cycles.carried < o.carried THEN o.carried ELSE cycles.carried END
				FROM cycles AS o WHERE cycles.id = $1 AND o.id = $2`, []any{p.into, p.from}},
			{`UPDATE credentials SET counted = credentials.counted AND o.counted,
					state = CASE WHEN 'full' IN (credentials.state, o.state) THEN 'full' WHEN 'candidate' IN (credentials.state, o.state) THEN 'candidate' ELSE 'lapsed' END,
					earned_on = CASE WHEN credentials.earned_on = '' OR o.earned_on <> '' AND o.earned_on < credentials.earned_on THEN o.earned_on ELSE credentials.earned_on END,
					snoozed = CASE WHEN credentials.snoozed < o.snoozed THEN o.snoozed ELSE credentials.snoozed END
				FROM credentials AS o WHERE credentials.id = $1 AND o.id = $2`, []any{p.kept, p.gone}},
			{`UPDATE credits SET interaction = id WHERE cycle_id = $2 AND interaction IN (SELECT k.interaction FROM credits k WHERE k.cycle_id = $1)`, []any{p.into, p.from}},
			{`UPDATE credits SET cycle_id = $1 WHERE cycle_id = $2`, []any{p.into, p.from}},
			{`DELETE FROM cycles WHERE id = $1`, []any{p.from}},
			{`UPDATE cycles SET credential_id = $1 WHERE credential_id = $2`, []any{p.kept, p.gone}},
			{`DELETE FROM credentials WHERE id = $1`, []any{p.gone}},
		} {
			if _, err := tx.exec(ctx, step.text, step.args...); err != nil {
				return err
			}
		}
	}
	return nil
}
