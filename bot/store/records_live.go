package store

import (
	"context"

	"studyhall/bot/group"
)

// liveRecords are what live rounds keep about people.
func (s *Store) liveRecords() *records {
	const rounds = `live_id IN (SELECT id FROM live_rounds WHERE group_id = $3)`
	return &records{
		s: s,
		columns: map[string]string{
			"live_rounds.host_id": goes, "live_rounds.press": "becomes the round's own identifier, of those the person started",
			"live_players.member_id": goes, // nobody waits for somebody who is gone
			"live_answers.member_id": moves, "live_answers.raw": empties, "live_answers.interaction": empties,
		},
		export: []section{
			{"live_rounds", `SELECT l.id AS live_round, g.name AS group_name, l.host_id = $1 AS started_by_me, l.size, l.started_at, l.ended_at
				FROM live_rounds l JOIN groups g ON g.id = l.group_id
				WHERE l.host_id = $1 OR l.id IN (SELECT live_id FROM live_players WHERE member_id = $1) ORDER BY l.started_at, l.id`},
			{"live_answers", `SELECT a.live_id AS live_round, a.place, q.item_id AS item, a.options AS chosen, a.raw AS typed, a.verdict, a.answered_at, a.interaction
				FROM live_answers a JOIN live_questions q ON q.live_id = a.live_id AND q.place = a.place WHERE a.member_id = $1 ORDER BY a.answered_at, a.id`},
		},
		inGroup: []string{
			`UPDATE live_answers SET member_id = $2, raw = '', interaction = '' WHERE member_id = $1 AND ` + rounds,
		},
		erase: []string{
			`UPDATE live_rounds SET press = id, host_id = NULL WHERE host_id = $1`,
			`DELETE FROM live_players WHERE member_id = $1`,
		},
		merge: mergeLive,
		move: []string{
			`UPDATE live_rounds SET host_id = $1 WHERE host_id = $2`,
			`UPDATE live_players SET member_id = $1 WHERE member_id = $2`,
			`UPDATE live_answers SET member_id = $1 WHERE member_id = $2`,
		},
	}
}

// mergeLive leaves one answer of each question that both have answered in a live
// round, the earlier, and one place in it.
func mergeLive(ctx context.Context, tx *tx, m group.Merging) error {
	type later struct {
		id, live string
		place    int
	}
	all, err := list(ctx, tx, func(scan scanner) (l later, err error) {
		err = scan(&l.id, &l.live, &l.place)
		return l, err
	}, `SELECT l.id, l.live_id, l.place FROM live_answers e JOIN live_answers l ON l.live_id = e.live_id AND l.place = e.place
			AND (e.answered_at, e.id) < (l.answered_at, l.id)
		WHERE e.member_id = $1 AND l.member_id = $2 OR e.member_id = $2 AND l.member_id = $1 ORDER BY l.live_id, l.place`, m.Kept, m.Gone)
	if err != nil {
		return err
	}
	for _, l := range all {
		for _, text := range []string{`DELETE FROM live_answers WHERE id = $1`, `DELETE FROM answers WHERE id = $1`} {
			if _, err := tx.exec(ctx, text, l.id); err != nil {
				return err
			}
		}
		if _, err := tx.exec(ctx, `UPDATE live_questions SET answered = answered - 1 WHERE live_id = $1 AND place = $2 AND answered > 0`, l.live, l.place); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`UPDATE live_players SET place = o.place FROM live_players AS o WHERE live_players.member_id = $1 AND o.member_id = $2
			AND o.live_id = live_players.live_id AND o.place > live_players.place`,
		`DELETE FROM live_players WHERE member_id = $2 AND live_id IN (SELECT live_id FROM live_players WHERE member_id = $1)`,
	} {
		if _, err := tx.exec(ctx, text, m.Kept, m.Gone); err != nil {
			return err
		}
	}
	return nil
}
