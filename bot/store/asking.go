package store

import (
	"context"
	"time"

	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// AskSitting implements [exam.AskStore].
func (s *Store) AskSitting(ctx context.Context, a exam.Asking, now time.Time) (outcome exam.AskOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		outcome = exam.AskNowhere
		state, err := lockGroup(ctx, tx, a.Group)
		if err != nil || state == "" || state == group.Ended {
			return err
		}
		var before string
		switch asked, err := found(tx.row(ctx, `SELECT id FROM deliveries WHERE ref = $1 AND kind = $2 AND state <> 'skipped' AND at > $3 LIMIT 1`,
			a.Group, group.KindSitting, millis(now.Add(-exam.AskEvery))).scan(&before)); {
		case err != nil:
			return err
		case asked:
			outcome = exam.AskedBefore
			return nil
		}
		d, _, err := details(ctx, tx, a.Group)
		if err != nil {
			return err
		}
		for _, ch := range d.Channels {
			if ch.Gone {
				continue
			}
			outcome = exam.Asked
			if err := insertDeliveries(ctx, tx, schedule.Delivery{Key: a.Keys(), Kind: group.KindSitting, Ref: a.Group, Group: a.Group,
				Target: string(ch.ID), Rank: schedule.RankOther, At: now, Until: now.Add(exam.AskFor)}); err != nil {
				return err
			}
		}
		return nil
	})
	return outcome, wrap("ask when members sit", err)
}
