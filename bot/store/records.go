package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"studyhall/bot/group"
)

// records are what one feature keeps about people. Whoever adds a column that
// says something about one person adds it here; a test finds those left out.
type records struct {
	s *Store
	// columns are those that tell of one person, and what erasing does to them.
	columns map[string]string
	// export reads what is kept about the member $1. The names of the columns are
	// those in the file; one that ends in "_at" is an instant.
	export []section
	// inGroup gives what group totals are made of to the former member $2, for the
	// member $1 and the group $3.
	inGroup []string
	// erase deletes what is left of the member $1.
	erase []string
	// account deletes what is kept about the account $1.
	account []string
	// merge gives one member what another has, where moving every row is not it.
	merge func(ctx context.Context, tx *tx, m group.Merging) error
	// move gives the member $1 the rows of the member $2, after merge.
	move []string
}

// section is a list of an export.
type section struct{ name, query string }

var _ group.Records = (*records)(nil)

// Records are what all features keep about people, in the order in which they
// stand in an export.
func (s *Store) Records() []group.Records {
	return []group.Records{s.groupRecords(), s.practiceRecords(), s.liveRecords(), s.wishRecords(), s.boardRecords(), s.outcomeRecords(), s.examRecords(), s.renewalRecords(), s.paperRecords(), s.ruleRecords(), s.checkRecords(), s.suggestionRecords()}
}

// Export implements [group.Records].
func (r *records) Export(ctx context.Context, member string, e *group.Export) error {
	return wrap("export", r.s.view(ctx, func(ctx context.Context, q querier) error {
		for _, section := range r.export {
			e.Section(section.name)
			if err := exportRows(ctx, q, e, section.query, member); err != nil {
				return fmt.Errorf("%s: %w", section.name, err)
			}
		}
		return nil
	}))
}

// exportRows writes a query's rows one by one, so that long ones need no memory.
func exportRows(ctx context.Context, q querier, e *group.Export, query, member string) (err error) {
	rows, err := q.query(ctx, query, member)
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.close(); err == nil {
			err = closing
		}
	}()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	row, values, dest := make([]group.Column, len(names)), make([]any, len(names)), make([]any, len(names))
	for n := range values {
		dest[n] = &values[n]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for n, name := range names {
			row[n] = group.Column{Name: name, Value: exported(name, values[n])}
		}
		if err := e.Row(row); err != nil {
			return err
		}
	}
	return nil
}

// exported is a value as an export has it.
func exported(name string, v any) any {
	switch v := v.(type) {
	case int64:
		if !strings.HasSuffix(name, "_at") {
			return v
		}
		if v == 0 {
			return nil
		}
		return instant(v).Format(time.RFC3339)
	case []byte:
		return string(v)
	}
	return v
}

// Erase implements [group.Records].
func (r *records) Erase(ctx context.Context, e group.Erasure) error {
	return r.s.write(ctx, func(ctx context.Context, tx *tx) error {
		for in, former := range e.Former {
			for _, text := range r.inGroup {
				if _, err := tx.exec(ctx, text, e.Member, former, in); err != nil {
					return err
				}
			}
		}
		for _, text := range r.erase {
			if _, err := tx.exec(ctx, text, e.Member); err != nil {
				return err
			}
		}
		for _, account := range e.Accounts {
			for _, text := range r.account {
				if _, err := tx.exec(ctx, text, string(account)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Merge implements [group.Records].
func (r *records) Merge(ctx context.Context, m group.Merging) error {
	return r.s.write(ctx, func(ctx context.Context, tx *tx) error {
		if r.merge != nil {
			if err := r.merge(ctx, tx, m); err != nil {
				return err
			}
		}
		for _, text := range r.move {
			if _, err := tx.exec(ctx, text, m.Kept, m.Gone); err != nil {
				return err
			}
		}
		return nil
	})
}

// The words of what erasing does.
const (
	goes    = "goes"
	moves   = "moves to a former member"
	empties = "is emptied"
)

func (s *Store) groupRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"members.id": goes, "members.name": goes,
			"accounts.id": goes, "accounts.member_id": goes, "accounts.name": goes,
			"memberships.member_id": goes, "memberships.name": goes, "memberships.board_name": goes,
			"season_votes.member_id": goes,
			"offers.from_member":     goes, "offers.to_member": goes,
			"setups.data":        goes,
			"deliveries.target":  goes,
			"links.from_account": goes, "links.from_name": goes, "links.to_account": goes, "links.to_name": goes,
			"link_tries.account_id": goes,
		},
		export: []section{
			{"person", `SELECT name, created_at FROM members WHERE id = $1`},
			{"accounts", `SELECT id AS account, name, space_id AS space, zone, checked_at, gone_at FROM accounts WHERE member_id = $1 ORDER BY id`},
			{"groups", `SELECT g.name AS group_name, ms.name, ms.board_name, ms.hidden AS hidden_on_boards, ms.mentor,
					ms.told_at AS opened_questions_to_mentors_at, ms.reported AS named_in_team_report, ms.role, ms.joined_at
				FROM memberships ms JOIN groups g ON g.id = ms.group_id WHERE ms.member_id = $1 ORDER BY ms.joined_at, g.id`},
			{"next_seasons", `SELECT g.name AS group_name, v.joins, s.ended_at AS season_ended_at FROM season_votes v JOIN seasons s ON s.id = v.season_id
				JOIN groups g ON g.id = s.group_id WHERE v.member_id = $1 ORDER BY s.ended_at, s.id`},
			{"offers_to_organise", `SELECT g.name AS group_name, o.kind, o.from_member = $1 AS made_by_me, o.to_member = $1 AS made_to_me, o.state, o.created_at, o.ends_at
				FROM offers o JOIN groups g ON g.id = o.group_id WHERE o.from_member = $1 OR o.to_member = $1 ORDER BY o.created_at, o.id`},
			{"private_messages", `SELECT d.target AS account, d.kind, d.state, d.at AS due_at, d.posted_at
				FROM deliveries d JOIN accounts a ON a.id = d.target WHERE a.member_id = $1 AND d.person ORDER BY d.at, d.id`},
			{"codes_to_link", `SELECT l.from_account, l.to_account, l.expires_at FROM links l
				JOIN accounts a ON a.id = l.from_account OR a.id = l.to_account WHERE a.member_id = $1 ORDER BY l.expires_at`},
			{"codes_typed", `SELECT t.account_id AS account, t.tries, t.since AS since_at FROM link_tries t
				JOIN accounts a ON a.id = t.account_id WHERE a.member_id = $1 ORDER BY t.account_id`},
		},
		erase: []string{
			`DELETE FROM season_votes WHERE member_id = $1`,
			`DELETE FROM offers WHERE from_member = $1 OR to_member = $1`,
			`DELETE FROM memberships WHERE member_id = $1`,
		},
		account: []string{
			`DELETE FROM deliveries WHERE target = $1 AND person`,
			`DELETE FROM links WHERE from_account = $1 OR to_account = $1`,
			`DELETE FROM link_tries WHERE account_id = $1`,
		},
		merge: mergeMemberships,
		move: []string{
			`DELETE FROM season_votes WHERE member_id = $2 AND season_id IN (SELECT season_id FROM season_votes WHERE member_id = $1)`,
			`UPDATE season_votes SET member_id = $1 WHERE member_id = $2`,
			`UPDATE offers SET from_member = $1 WHERE from_member = $2`,
			`UPDATE offers SET to_member = $1 WHERE to_member = $2`,
		},
	}
}

func (s *Store) practiceRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"answers.member_id": moves, "answers.raw": empties, "answers.interaction": empties,
			"sessions.member_id": moves,
			"memories.member_id": goes, "memory_marks.member_id": goes,
			"mock_items.raw": empties, "mock_items.interaction": empties,
		},
		export: []section{
			{"answers", `SELECT g.name AS group_name, t.certification, r.number AS question, r.local_day AS day, a.session_id AS session,
					a.item_id AS item, a.item_version, a.options AS chosen, a.raw AS typed,
					CASE WHEN ` + secret + ` THEN '' ELSE a.verdict END AS verdict, CASE WHEN ` + secret + ` THEN '' ELSE a.credit END AS counts_as,
					CASE WHEN ` + secret + ` THEN 0 ELSE a.gained END AS gained,
					a.caught_up, a.answered_at, a.interaction
				FROM answers a JOIN groups g ON g.id = a.group_id JOIN tracks t ON t.id = a.track_id LEFT JOIN rounds r ON r.id = a.round_id
				WHERE a.member_id = $1 ORDER BY a.answered_at, a.id`},
			{"sessions", `SELECT s.id AS session, g.name AS group_name, t.certification, s.kind, s.topic, s.asked, s.size, s.answered, s.state,
					s.started_at, s.active_at, s.ended_at
				FROM sessions s JOIN groups g ON g.id = s.group_id JOIN tracks t ON t.id = s.track_id WHERE s.member_id = $1 ORDER BY s.started_at, s.id`},
			{"session_questions", `SELECT i.session_id AS session, i.place, i.item_id AS item, i.domain AS area, i.reason AS chosen_because
				FROM sessions s JOIN session_items i ON i.session_id = s.id WHERE s.member_id = $1 ORDER BY s.started_at, i.session_id, i.place`},
			{"to_review", `SELECT g.name AS group_name, t.certification, m.item_id AS item, m.stability AS stability_millionths_of_a_day,
					m.difficulty AS difficulty_millionths, m.reviews, m.lapses, m.missed, m.in_row AS right_in_a_row, m.last_at, m.due AS review_at
				FROM memories m JOIN tracks t ON t.id = m.track_id JOIN groups g ON g.id = t.group_id WHERE m.member_id = $1 ORDER BY t.id, m.item_id`},
			{"remembered_up_to", `SELECT g.name AS group_name, t.certification, k.through AS question
				FROM memory_marks k JOIN tracks t ON t.id = k.track_id JOIN groups g ON g.id = t.group_id WHERE k.member_id = $1 ORDER BY t.id`},
			{"mock_exams", `SELECT m.session_id AS session, m.time_limit AS allowed_ms, m.time_left AS left_ms, m.since AS running_since_at, m.place, m.done, m.ran_out, m.ended_at
				FROM sessions s JOIN mocks m ON m.session_id = s.id WHERE s.member_id = $1 ORDER BY s.started_at, s.id`},
			{"mock_exam_answers", `SELECT x.session_id AS session, x.place, x.options AS chosen, x.raw AS typed, x.verdict, x.credit AS counts_as, x.answered_at, x.interaction
				FROM sessions s JOIN mock_items x ON x.session_id = s.id WHERE s.member_id = $1 AND x.answer_id <> '' ORDER BY s.started_at, x.session_id, x.place`},
		},
		inGroup: []string{
			`UPDATE mock_items SET raw = '', interaction = '' WHERE CAST($2 AS TEXT) <> ''
				AND session_id IN (SELECT id FROM sessions WHERE member_id = $1 AND group_id = $3)`,
			`UPDATE answers SET member_id = $2, raw = '', interaction = '', adapter = '' WHERE member_id = $1 AND group_id = $3`,
			`UPDATE sessions SET member_id = $2 WHERE member_id = $1 AND group_id = $3`,
		},
		erase: []string{`DELETE FROM memories WHERE member_id = $1`, `DELETE FROM memory_marks WHERE member_id = $1`},
		merge: mergeAnswers,
		move: []string{
			`UPDATE answers SET member_id = $1 WHERE member_id = $2`,
			`UPDATE sessions SET member_id = $1 WHERE member_id = $2`,
		},
	}
}

func (s *Store) boardRecords() *records {
	const tracks = `track_id IN (SELECT id FROM tracks WHERE group_id = $3)`
	return &records{
		s: s,
		columns: map[string]string{
			"week_points.member_id": moves, "standings.member_id": moves, "standings.run": empties, "earnings.member_id": moves,
			"weeks.post": "names the former member, who is hidden",
		},
		export: []section{
			{"points", `SELECT g.name AS group_name, t.certification, x.points, x.season_points, x.month, x.month_points, x.run AS in_a_row
				FROM standings x JOIN tracks t ON t.id = x.track_id JOIN groups g ON g.id = t.group_id WHERE x.member_id = $1 ORDER BY g.id, t.id`},
			{"points_by_week", `SELECT g.name AS group_name, t.certification, x.week, w.begun_at AS week_begun_at, x.points, x.answers, x.practised
				FROM tracks t JOIN week_points x ON x.track_id = t.id AND x.member_id = $1 JOIN groups g ON g.id = t.group_id
				LEFT JOIN weeks w ON w.group_id = t.group_id AND w.number = x.week
				WHERE t.group_id IN (SELECT group_id FROM memberships WHERE member_id = $1) ORDER BY g.id, t.id, x.week`},
			{"points_earned_at_once", `SELECT g.name AS group_name, e.kind, e.questions, e.points, e.week, e.month, e.earned_at
				FROM earnings e JOIN groups g ON g.id = e.group_id WHERE e.member_id = $1 ORDER BY e.earned_at, e.id`},
		},
		inGroup: []string{
			`UPDATE earnings SET member_id = $2 WHERE member_id = $1 AND group_id = $3`,
			`UPDATE standings SET member_id = $2, run = '', run_through = 0 WHERE member_id = $1 AND ` + tracks,
			`UPDATE week_points SET member_id = $2 WHERE member_id = $1 AND ` + tracks,
			`UPDATE weeks SET post = replace(post, '"' || $1 || '"', '"' || $2 || '"') WHERE group_id = $3 AND post <> ''`,
		},
		merge: mergePoints,
		move: []string{
			`UPDATE earnings SET member_id = $1 WHERE member_id = $2`,
			`UPDATE standings SET member_id = $1 WHERE member_id = $2`,
			`UPDATE week_points SET member_id = $1 WHERE member_id = $2`,
		},
	}
}
