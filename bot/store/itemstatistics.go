package store

import (
	"context"
	"time"

	"studyhall/bot/practice"
)

// FirstAnswers implements [practice.StatisticsStore]. The order of the index of
// answers by member and item finds the first ones without sorting.
func (s *Store) FirstAnswers(ctx context.Context, of practice.StatisticsOf, see func(practice.FirstAnswer) error) error {
	var member, item string
	return wrap("read answers", visit(ctx, s.read(ctx), func(scan scanner) error {
		var a practice.FirstAnswer
		var took int64
		if err := scan(&a.Member, &a.Item, &a.Version, &a.Options, &a.Verdict, &took); err != nil {
			return err
		}
		if a.Member == member && a.Item == item {
			return nil
		}
		member, item, a.Took = a.Member, a.Item, time.Duration(took)*time.Millisecond
		return see(a)
	}, `SELECT a.member_id, a.item_id, COALESCE(o.corrected, a.item_version), a.options, a.verdict,
			COALESCE(a.answered_at - (SELECT MAX(b.answered_at) FROM answers b
				WHERE b.session_id = a.session_id AND b.answered_at < a.answered_at), 0)
		FROM answers a JOIN item_versions v ON v.id = a.item_version
		LEFT JOIN rounds r ON r.id = a.round_id
		LEFT JOIN overrides o ON o.group_id = a.group_id AND o.item_version = a.item_version AND NOT o.void
		WHERE a.credit NOT IN ('void', 'wrong') AND (r.id IS NULL OR r.state = 'closed')
			AND ($1 = '' OR a.group_id = $1) AND ($2 = '' OR v.certification = $2)
		ORDER BY a.member_id, a.item_id, a.answered_at, a.id`, of.Group, of.Certification))
}
