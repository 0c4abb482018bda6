package store

import (
	"context"
	"time"

	"studyhall/bot/group"
)

// suggestionRecords are what members suggested, and who decided about it. What was
// accepted belongs to the group and stays, without a name; what waits or was refused
// goes with who wrote it, and so does what was read of a file and isn't added yet.
func (s *Store) suggestionRecords() *records {
	return &records{
		s: s,
		columns: map[string]string{
			"suggestions.member_id": empties, "suggestions.decided_by": empties, "suggestions.reason": empties,
			"suggestion_readers.member_id": goes, "imports.member_id": goes,
		},
		export: []section{
			{"questions_suggested", `SELECT g.name AS group_name, n.snapshot AS question, n.signed, n.imported, n.state, n.reason AS answer, n.points, n.made_at, n.decided_at, n.seen_at
				FROM suggestions n JOIN groups g ON g.id = n.group_id WHERE n.member_id = $1 ORDER BY n.made_at, n.id`},
			{"suggestions_decided", `SELECT g.name AS group_name, n.id AS suggestion, n.state, n.reason AS answer, n.decided_at
				FROM suggestions n JOIN groups g ON g.id = n.group_id WHERE n.decided_by = $1 ORDER BY n.decided_at, n.id`},
			{"suggestions_read", `SELECT g.name AS group_name, n.id AS suggestion
				FROM suggestion_readers d JOIN suggestions n ON n.id = d.suggestion_id JOIN groups g ON g.id = n.group_id
				WHERE d.member_id = $1 ORDER BY n.id`},
			{"questions_read_of_a_file", `SELECT g.name AS group_name, i.items AS questions, i.signed, i.made_at
				FROM imports i JOIN groups g ON g.id = i.group_id WHERE i.member_id = $1 ORDER BY i.made_at, i.id`},
		},
		erase: []string{
			`DELETE FROM imports WHERE member_id = $1`,
			`DELETE FROM suggestion_readers WHERE member_id = $1
				OR suggestion_id IN (SELECT n.id FROM suggestions n WHERE n.member_id = $1 AND n.state IN ('waiting', 'refused'))`,
			`DELETE FROM suggestions WHERE member_id = $1 AND state IN ('waiting', 'refused')`,
			`UPDATE suggestions SET member_id = '', signed = FALSE WHERE member_id = $1`,
			`UPDATE suggestions SET decided_by = '', reason = '' WHERE decided_by = $1`,
		},
		move: []string{
			`UPDATE suggestions SET member_id = $1 WHERE member_id = $2`,
			`UPDATE suggestions SET decided_by = $1 WHERE decided_by = $2`,
			`DELETE FROM suggestion_readers WHERE member_id = $2 AND suggestion_id IN (SELECT o.suggestion_id FROM suggestion_readers o WHERE o.member_id = $1)`,
			`UPDATE suggestion_readers SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM imports WHERE member_id = $2 AND group_id IN (SELECT o.group_id FROM imports o WHERE o.member_id = $1)`,
			`UPDATE imports SET member_id = $1 WHERE member_id = $2`,
		},
	}
}

// unsign has the posts of questions edited that a member wrote and signed, and gives
// the groups in which others of theirs wait.
func unsign(ctx context.Context, tx *tx, member string, now time.Time) (waited []string, err error) {
	rounds, err := list(ctx, tx, column[string], `SELECT r.id FROM suggestions n
		JOIN rounds r ON r.group_id = n.group_id AND r.item_id = 'own.' || n.id AND r.state IN ('open', 'closed')
		WHERE n.member_id = $1 AND n.signed ORDER BY r.id`, member)
	if err != nil {
		return nil, err
	}
	for _, id := range rounds {
		if err := wantEdit(ctx, tx, group.KindQuestion, id, now); err != nil {
			return nil, err
		}
	}
	live, err := list(ctx, tx, func(scan scanner) (string, error) {
		var id string
		var place int
		err := scan(&id, &place)
		return liveRef(id, place), err
	}, `SELECT l.id, q.place FROM suggestions n
		JOIN live_rounds l ON l.group_id = n.group_id JOIN live_questions q ON q.live_id = l.id AND q.item_id = 'own.' || n.id AND q.state <> 'waiting'
		WHERE n.member_id = $1 AND n.signed ORDER BY l.id, q.place`, member)
	if err != nil {
		return nil, err
	}
	for _, ref := range live {
		if err := wantEdit(ctx, tx, group.KindLive, ref, now); err != nil {
			return nil, err
		}
	}
	return list(ctx, tx, column[string], `SELECT DISTINCT group_id FROM suggestions WHERE member_id = $1 AND state = 'waiting' ORDER BY group_id`, member)
}

// waitFewer brings what organisers are told up to date when suggestions are gone.
func waitFewer(ctx context.Context, tx *tx, groups []string, now time.Time) error {
	for _, id := range groups {
		if err := noticeSuggestions(ctx, tx, id, now); err != nil {
			return err
		}
	}
	return nil
}
