package store

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

var (
	_ practice.RuleStore = (*Store)(nil)
	_ group.RuleStore    = (*Store)(nil)
)

// OwnRule implements [practice.RuleStore].
func (s *Store) OwnRule(ctx context.Context, memberID, certification string) (own practice.OwnRule, err error) {
	own.Told, err = found(s.read(ctx).row(ctx, `SELECT computed FROM question_rules WHERE member_id = $1 AND certification = $2`,
		memberID, certification).scan(&own.Computed))
	return own, wrap("read choice about a rule", err)
}

// TellRule implements [practice.RuleStore].
func (s *Store) TellRule(ctx context.Context, account bot.UserID, certification string, now time.Time) (first bool, err error) {
	told, err := s.exists(ctx, `SELECT 1 FROM accounts a JOIN question_rules r ON r.member_id = a.member_id
		WHERE a.id = $1 AND r.certification = $2`, string(account), certification)
	if err != nil || told {
		return false, wrap("read choice about a rule", err)
	}
	n, err := s.change(ctx, `INSERT INTO question_rules (member_id, certification, told_at)
		SELECT a.member_id, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM accounts a WHERE a.id = $1 ON CONFLICT DO NOTHING`,
		string(account), certification, millis(now))
	return n > 0, wrap("record who knows a rule", err)
}

// SetOwnRule implements [practice.RuleStore].
func (s *Store) SetOwnRule(ctx context.Context, memberID, certification string, computed bool, now time.Time) error {
	_, err := s.change(ctx, `INSERT INTO question_rules (member_id, certification, computed, told_at)
		SELECT m.id, CAST($2 AS TEXT), CAST($3 AS BOOLEAN), CAST($4 AS BIGINT) FROM members m WHERE m.id = $1
		ON CONFLICT (member_id, certification) DO UPDATE SET computed = excluded.computed`,
		memberID, certification, computed, millis(now))
	return wrap("record choice about a rule", err)
}

// SetWide implements [group.RuleStore].
func (s *Store) SetWide(ctx context.Context, groupID, track string, wide bool) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil || state == "" || state == group.Ended {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE tracks SET wide = $3 WHERE id = $2 AND group_id = $1
			AND EXISTS (SELECT 1 FROM schedules s WHERE s.track_id = tracks.id AND s.kind = $4)`, groupID, track, wide, group.KindQuestion)
		ok = n > 0
		return err
	})
	return ok, wrap("choose questions", err)
}

// ruleRecords are what members chose about the rules of issuers.
func (s *Store) ruleRecords() *records {
	return &records{
		s:       s,
		columns: map[string]string{"question_rules.member_id": goes},
		export: []section{
			{"rules_for_questions", `SELECT certification, computed AS computed_only, told_at FROM question_rules WHERE member_id = $1 ORDER BY certification`},
		},
		erase: []string{`DELETE FROM question_rules WHERE member_id = $1`},
		move: []string{
			// The stricter choice of the two stays.
			`UPDATE question_rules SET computed = TRUE WHERE member_id = $1 AND certification IN
				(SELECT o.certification FROM question_rules o WHERE o.member_id = $2 AND o.computed)`,
			`DELETE FROM question_rules WHERE member_id = $2 AND certification IN (SELECT k.certification FROM question_rules k WHERE k.member_id = $1)`,
			`UPDATE question_rules SET member_id = $1 WHERE member_id = $2`,
		},
	}
}
