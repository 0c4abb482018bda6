package store

import (
	"context"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

var _ group.FactStore = (*Store)(nil)

// WithoutFacts implements [group.FactStore].
func (s *Store) WithoutFacts(ctx context.Context) ([]string, error) {
	all, err := list(ctx, s.read(ctx), column[string], `SELECT g.id FROM groups g WHERE g.state <> 'ended'
		AND NOT EXISTS (SELECT 1 FROM due d WHERE d.kind = $1 AND d.subject = g.id AND d.state = 'waiting') ORDER BY g.id`, group.KindFacts)
	return all, wrap("read groups without a look at facts", err)
}

// PlanFacts implements [group.FactStore].
func (s *Store) PlanFacts(ctx context.Context, groupID string, at time.Time) error {
	return wrap("plan a look at facts", s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil || state == "" || state == group.Ended {
			return err
		}
		return planFacts(ctx, tx, groupID, at)
	}))
}

// planFacts plans a look at facts, unless there is one at that instant or before;
// zero is none.
func planFacts(ctx context.Context, tx *tx, groupID string, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND at > $3`,
		group.KindFacts, groupID, millis(at)); err != nil {
		return err
	}
	return planLook(ctx, tx, groupID, at)
}

// planLook plans a look at facts where none is planned, as for a group that was at
// rest.
func planLook(ctx context.Context, tx *tx, groupID string, at time.Time) error {
	var one int
	there, err := found(tx.row(ctx, `SELECT 1 FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting'`, group.KindFacts, groupID).scan(&one))
	if err != nil || there {
		return err
	}
	return insertDue(ctx, tx, group.FactsDue(groupID, at))
}

// TellFacts implements [group.FactStore].
func (s *Store) TellFacts(ctx context.Context, d schedule.Due, notices []group.Notice, next, now time.Time) error {
	return wrap("tell of old facts", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, d.Subject); err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		for _, n := range notices {
			var one int
			told, err := found(tx.row(ctx, `SELECT 1 FROM notices WHERE group_id = $1 AND cause = $2 AND created_at > $3 LIMIT 1`,
				n.Group, n.Cause, millis(now.AddDate(-1, 0, 1))).scan(&one))
			if err != nil {
				return err
			}
			if told {
				continue
			}
			if _, err := tx.exec(ctx, `UPDATE notices SET closed_at = $3 WHERE group_id = $1 AND cause = $2 AND closed_at = 0`,
				n.Group, n.Cause, millis(now)); err != nil {
				return err
			}
			if err := addNotice(ctx, tx, n, now); err != nil {
				return err
			}
		}
		return planFacts(ctx, tx, d.Subject, next)
	}))
}
