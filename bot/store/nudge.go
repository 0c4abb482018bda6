package store

import (
	"context"
	"time"

	"studyhall/bot/renewal"
)

var _ renewal.NoteStore = (*Store)(nil)

// Snooze implements [renewal.NoteStore].
func (s *Store) Snooze(ctx context.Context, member string, ids []string, until string, now time.Time) error {
	return s.ofMember(ctx, "snooze renewal", member, func(ctx context.Context, tx *tx) error {
		for _, id := range ids {
			if err := oneOf(tx.exec(ctx, `UPDATE credentials SET snoozed = $3 WHERE id = $1 AND member_id = $2`, id, member, until)); err != nil {
				return err
			}
		}
		return lookAtNotes(ctx, tx, member, renewal.NoteRenewal, now)
	})
}

// RenewalsDue implements [renewal.NoteStore].
func (s *Store) RenewalsDue(ctx context.Context, group, from, to string) (n int, err error) {
	err = s.read(ctx).row(ctx, `SELECT COUNT(*) FROM memberships ms JOIN credentials c ON c.member_id = ms.member_id AND c.counted AND c.state = 'full'
		JOIN cycles y ON y.credential_id = c.id AND y.renewed_on = ''
		WHERE ms.group_id = $1 AND y.until_on BETWEEN $2 AND $3`, group, from, to).scan(&n)
	return n, wrap("count renewals due", err)
}
