package store

import (
	"context"
	"time"

	"studyhall/bot/practice"
)

var _ practice.FiguresStore = (*Store)(nil)

// FiguresMark implements [practice.FiguresStore].
func (s *Store) FiguresMark(ctx context.Context, groupID string) (mark string, err error) {
	err = s.read(ctx).row(ctx, `SELECT CAST((SELECT COUNT(*) FROM rounds r WHERE r.group_id = $1 AND r.state = 'closed') AS TEXT) || ' ' ||
		CAST((SELECT COUNT(*) FROM overrides o WHERE o.group_id = $1) AS TEXT) || ' ' ||
		CAST((SELECT COALESCE(MAX(o.corrected_at), 0) FROM overrides o WHERE o.group_id = $1) AS TEXT) || ' ' ||
		CAST((SELECT COALESCE(MAX(r.closed_at), 0) FROM rounds r WHERE r.group_id = $1 AND r.state = 'closed') AS TEXT)`, groupID).scan(&mark)
	return mark, wrap("look for new answers", err)
}

// ClosedPostings implements [practice.FiguresStore].
func (s *Store) ClosedPostings(ctx context.Context, groupID string, n int) ([]practice.ClosedPosting, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (p practice.ClosedPosting, err error) {
		err = scan(&p.Round, &p.Track, &p.Number, &p.Original, &p.Version, &p.Answered)
		return p, err
	}, `SELECT r.id, r.track_id, r.number, r.item_version, COALESCE(NULLIF(r.corrected, ''), r.item_version), r.answered FROM rounds r
		WHERE r.group_id = $1 AND r.state = 'closed' AND NOT EXISTS
			(SELECT 1 FROM overrides o WHERE o.group_id = $1 AND o.item_version = r.item_version AND o.void)
		ORDER BY r.planned_at DESC, r.id DESC LIMIT $2`, groupID, n)
	return all, wrap("read closed questions", err)
}

// AnsweredInTime implements [practice.FiguresStore]. Each round is a statement of
// its own, which its index answers; together they would have to be sorted.
func (s *Store) AnsweredInTime(ctx context.Context, rounds []string, see func(string, practice.FirstAnswer) error) error {
	for _, round := range rounds {
		if err := visit(ctx, s.read(ctx), func(scan scanner) error {
			var a practice.FirstAnswer
			if err := scan(&a.Member, &a.Options, &a.Verdict); err != nil {
				return err
			}
			return see(round, a)
		}, `SELECT member_id, options, verdict FROM answers WHERE round_id = $1 AND NOT caught_up ORDER BY member_id`, round); err != nil {
			return wrap("read answers in time", err)
		}
	}
	return nil
}

// TimesPractised implements [practice.FiguresStore]. It asks for each member of the
// group, whose answers to an item are found by index.
func (s *Store) TimesPractised(ctx context.Context, groupID, item, version string, n int) ([]time.Duration, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (time.Duration, error) {
		var took int64
		err := scan(&took)
		return time.Duration(took) * time.Millisecond, err
	}, `SELECT t.took FROM (
			SELECT a.answered_at, a.id, a.answered_at - (SELECT MAX(b.answered_at) FROM answers b
				WHERE b.session_id = a.session_id AND b.answered_at < a.answered_at) AS took
			FROM memberships ms JOIN answers a ON a.member_id = ms.member_id AND a.item_id = $2
			WHERE ms.group_id = $1 AND a.group_id = $1 AND a.session_id IS NOT NULL AND (CAST($3 AS TEXT) = '' OR a.item_version = $3)
				AND NOT EXISTS (SELECT 1 FROM answers x WHERE x.member_id = a.member_id AND x.item_id = a.item_id AND x.group_id = a.group_id
					AND (x.answered_at < a.answered_at OR x.answered_at = a.answered_at AND x.id < a.id))) t
		WHERE t.took IS NOT NULL ORDER BY t.answered_at, t.id LIMIT $4`, groupID, item, version, n)
	return all, wrap("read times", err)
}

// heldRound is whether a round (r) keeps its question from a member: it is to be
// posted or open, and they haven't answered it or may still change the answer.
func heldRound(member string) string {
	return `r.state IN ('planned', 'open')
		AND (r.sealed OR NOT EXISTS (SELECT 1 FROM answers given WHERE given.round_id = r.id AND given.member_id = ` + member + `))`
}

// heldFrom is whether a question is kept from a member of a group, by a posting or a
// live round that goes on.
func heldFrom(group, item, member string) string {
	return `(EXISTS (SELECT 1 FROM rounds r WHERE r.group_id = ` + group + ` AND r.item_id = ` + item + ` AND ` + heldRound(member) + `)
		OR EXISTS (SELECT 1 FROM live_rounds l JOIN live_questions q ON q.live_id = l.id
			WHERE l.group_id = ` + group + ` AND l.state = 'open' AND q.item_id = ` + item + ` AND q.state <> 'closed'))`
}

// HeldFrom implements [practice.FiguresStore].
func (s *Store) HeldFrom(ctx context.Context, groupID, item, memberID string) (bool, error) {
	held, err := s.exists(ctx, `SELECT 1 WHERE `+heldFrom("$1", "$2", "$3"), groupID, item, memberID)
	return held, wrap("look for who is still to answer", err)
}

// Judged implements [practice.FiguresStore].
func (s *Store) Judged(ctx context.Context, groupID string) ([]practice.VoidItem, error) {
	all, err := list(ctx, s.read(ctx), readVoidItem, `SELECT v.item_id, v.id, v.snapshot FROM overrides o JOIN item_versions v ON v.id = o.item_version
		WHERE o.group_id = $1 AND o.void
		UNION SELECT k.item_id, k.original, v.snapshot FROM checks k JOIN item_versions v ON v.id = k.original
		WHERE k.group_id = $1 AND NOT (k.state = 'decided' AND k.decision = 'corrected')
		UNION SELECT v.item_id, v.id, v.snapshot FROM accepted a JOIN item_versions v ON v.id = a.item_version WHERE a.decision = 'retired'`, groupID)
	return all, wrap("read what organisers know", err)
}
