package store

import (
	"context"

	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// A computed item is asked with other numbers each time, and what is reported of two
// of its draws is about one question: the reports are added up, and what is decided
// of the whole family is decided of all of them.

// otherDraws are the checks of the same family as a check, of other draws, that are
// not decided; none of an item that isn't computed.
func otherDraws(ctx context.Context, q querier, k practice.Check) (others []practice.Check, err error) {
	type drawn struct {
		practice.Check
		draw *quizzes.Draw
	}
	var own *quizzes.Draw
	all, err := list(ctx, q, func(scan scanner) (d drawn, err error) {
		var snapshot string
		if d.Check, err = readCheck(scan, &snapshot); err != nil {
			return d, err
		}
		item, err := quizzes.FromSnapshot([]byte(snapshot))
		d.draw = item.Draw
		return d, err
	}, `SELECT `+checkColumns+`, v.snapshot FROM checks k JOIN item_versions v ON v.id = k.original
		WHERE k.group_id = $1 AND k.item_id = (SELECT x.item_id FROM checks x WHERE x.id = $2) AND (k.state <> 'decided' OR k.id = $2)
		ORDER BY k.reported_at, k.id`, k.Group, k.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.ID == k.ID {
			own = d.draw
		}
	}
	for _, d := range all {
		if own != nil && d.draw != nil && d.ID != k.ID && d.draw.Family == own.Family {
			others = append(others, d.Check)
		}
	}
	return others, nil
}

// openReporters counts the different members whose reports of checks are open.
func openReporters(ctx context.Context, q querier, checks ...practice.Check) (int, error) {
	members := map[string]bool{}
	for _, k := range checks {
		some, err := list(ctx, q, column[string], `SELECT member_id FROM reports WHERE check_id = $1 AND state = 'open'`, k.ID)
		if err != nil {
			return 0, err
		}
		for _, m := range some {
			members[m] = true
		}
	}
	return len(members), nil
}

// pauseDraws has the reports of other draws wait like that of the check that left
// their family out.
func pauseDraws(ctx context.Context, tx *tx, others []practice.Check) error {
	for _, k := range others {
		if _, err := tx.exec(ctx, `UPDATE checks SET state = 'paused' WHERE id = $1 AND state = 'reported'`, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// retireDraws decides the checks of other draws with one by which their family isn't
// asked any more. Who reported several draws of it gets points once.
func retireDraws(ctx context.Context, tx *tx, k practice.Check) (told int, err error) {
	others, err := otherDraws(ctx, tx, k)
	if err != nil {
		return 0, err
	}
	answered := []practice.Check{k}
	for _, o := range others {
		o.State, o.Decision, o.Reason, o.By, o.DoneAt, o.Accepted = k.State, k.Decision, k.Reason, k.By, k.DoneAt, k.Accepted
		if err := closeCheck(ctx, tx, o); err != nil {
			return 0, err
		}
		for _, before := range answered {
			if _, err := tx.exec(ctx, `UPDATE reports SET state = $3, answered_at = $4 WHERE check_id = $1 AND state = 'open'
				AND member_id IN (SELECT p.member_id FROM reports p WHERE p.check_id = $2 AND p.answered_at = $4)`,
				o.ID, before.ID, string(practice.ReportRight), millis(o.DoneAt)); err != nil {
				return 0, err
			}
		}
		n, err := answerReports(ctx, tx, o)
		if err != nil {
			return 0, err
		}
		told, answered = told+n, append(answered, o)
	}
	return told, nil
}
