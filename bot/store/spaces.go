package store

import (
	"context"
	"crypto/subtle"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

const (
	// inviteGuesses is how often the second half of a code may be typed wrong.
	inviteGuesses = 5
	// accountGuesses is how many wrong codes an account may type in accountHolds.
	accountGuesses = 10
	accountHolds   = time.Hour
	// mostChannels is in how many channels a group can be.
	mostChannels = 8
)

// BindChannel implements [group.SpaceStore].
func (s *Store) BindChannel(ctx context.Context, groupID string, c group.Channel, now time.Time) (outcome group.BindOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		all, err := channels(ctx, tx, groupID)
		if err != nil {
			return err
		}
		if outcome = group.NotBound; len(all) >= mostChannels {
			return nil
		}
		c.Guest = guestIn(all, c.Space)
		if outcome, err = bindChannel(ctx, tx, c, groupID, now); err != nil || outcome != group.Bound {
			return err
		}
		return channelWorks(ctx, tx, groupID, c.ID, now)
	})
	return outcome, wrap("add channel", err)
}

// guestIn reports whether a channel in a space is a guest's: no channel of the
// group there is its own.
func guestIn(all []group.Channel, space bot.SpaceID) bool {
	for _, c := range all {
		if c.Space == space && !c.Guest {
			return false
		}
	}
	return len(all) > 0
}

// UnbindChannel implements [group.SpaceStore].
func (s *Store) UnbindChannel(ctx context.Context, groupID string, ch bot.ChannelID, administrators bool, now time.Time) (outcome group.UnbindOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		outcome, err = unbind(ctx, tx, groupID, ch, administrators, now)
		return err
	})
	return outcome, wrap("take out channel", err)
}

func unbind(ctx context.Context, tx *tx, groupID string, ch bot.ChannelID, administrators bool, now time.Time) (group.UnbindOutcome, error) {
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return 0, err
	}
	d, ok, err := details(ctx, tx, groupID)
	if err != nil || !ok {
		return group.UnbindGone, err
	}
	var left []group.Channel
	for _, c := range d.Channels {
		if c.ID != ch {
			left = append(left, c)
		}
	}
	switch {
	case len(left) == len(d.Channels):
		return group.UnbindGone, nil
	case len(left) == 0 && !administrators:
		return group.UnbindLast, nil
	case !administrators && !allPosted(d, left):
		return group.UnbindOnly, nil
	}
	if err := endLives(ctx, tx, groupID, ch, now); err != nil {
		return 0, err
	}
	for _, text := range []string{`DELETE FROM channels WHERE id = $1`, `DELETE FROM muted WHERE channel_id = $1`} {
		if _, err := tx.exec(ctx, text, string(ch)); err != nil {
			return 0, err
		}
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries SET state = 'skipped', ended_at = $3, reason = 'the channel was taken out of the group'
		WHERE group_id = $1 AND target = $2 AND NOT person AND state IN ('waiting', 'parked') AND doubt = 0`, groupID, string(ch), millis(now)); err != nil {
		return 0, err
	}
	if err := skipRounds(ctx, tx, `group_id = $1`, groupID); err != nil {
		return 0, err
	}
	if err := unpinIn(ctx, tx, groupID, ch); err != nil {
		return 0, err
	}
	if err := closeNoticesOf(ctx, tx, groupID, ch, now); err != nil {
		return 0, err
	}
	if administrators {
		if err := addNotice(ctx, tx, group.LeftNotice(groupID, ch), now); err != nil {
			return 0, err
		}
	}
	for _, c := range left {
		if !c.Gone {
			return group.Unbound, nil
		}
	}
	if err := planForget(ctx, tx, groupID, now); err != nil {
		return 0, err
	}
	return group.Unbound, pauseGroup(ctx, tx, groupID, group.NoChannel, now)
}

// allPosted reports whether everything a group studies is posted in one of the
// channels, or was in none before.
func allPosted(d group.Details, left []group.Channel) bool {
	for _, t := range d.Tracks {
		if postedIn(d.Channels, t.ID) && !postedIn(left, t.ID) {
			return false
		}
	}
	return true
}

func postedIn(all []group.Channel, track string) bool {
	for _, c := range all {
		muted := false
		for _, m := range c.Muted {
			muted = muted || m == track
		}
		if !muted {
			return true
		}
	}
	return false
}

// MakeInvite implements [group.SpaceStore].
func (s *Store) MakeInvite(ctx context.Context, v group.Invite) error {
	return wrap("make code", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, v.Group); err != nil {
			return err
		}
		// Codes that ended long ago, and so that nobody remembers, make room.
		if _, err := tx.exec(ctx, `DELETE FROM invites WHERE group_id = $1 AND channel_id = '' OR ends_at < $2`, v.Group, millis(v.Now.AddDate(0, 0, -30))); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO invites (id, proof, group_id, member_id, made_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			v.Code.ID(), v.Code.Proof(), v.Group, v.Member, millis(v.Now), millis(v.EndsAt))
		return err
	}))
}

// Invited implements [group.SpaceStore].
func (s *Store) Invited(ctx context.Context, c group.Code, account bot.UserID, now time.Time) (groupID string, outcome group.InviteOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		groupID, outcome, err = checkInvite(ctx, tx, c, account, now)
		return err
	})
	return groupID, outcome, wrap("read code", err)
}

// checkInvite looks a code up, holds its group and it, and counts wrong guesses:
// every try counts first and is forgiven when it was right, so that not even
// tries at once get more.
func checkInvite(ctx context.Context, tx *tx, c group.Code, account bot.UserID, now time.Time) (groupID string, _ group.InviteOutcome, err error) {
	var tries int
	if err := tx.row(ctx, `INSERT INTO invite_tries (account_id, tries, since) VALUES ($1, 1, $2)
		ON CONFLICT (account_id) DO UPDATE SET
			tries = CASE WHEN invite_tries.since <= $3 THEN 1 ELSE invite_tries.tries + 1 END,
			since = CASE WHEN invite_tries.since <= $3 THEN excluded.since ELSE invite_tries.since END
		RETURNING tries`, string(account), millis(now), millis(now.Add(-accountHolds))).scan(&tries); err != nil {
		return "", 0, err
	}
	if tries > accountGuesses {
		return "", group.InviteTooMany, nil
	}
	ok, err := found(tx.row(ctx, `SELECT group_id FROM invites WHERE id = $1`, c.ID()).scan(&groupID))
	if err != nil || !ok {
		return "", group.InviteWrong, err
	}
	state, err := lockGroup(ctx, tx, groupID)
	if err != nil {
		return "", 0, err
	}
	var proof, channel string
	var ends int64
	var guesses int
	ok, err = found(tx.row(ctx, `UPDATE invites SET tries = tries WHERE id = $1 RETURNING proof, channel_id, ends_at, tries`, c.ID()).
		scan(&proof, &channel, &ends, &guesses))
	switch {
	case err != nil || !ok:
		return "", group.InviteWrong, err
	case guesses >= inviteGuesses:
		return "", group.InviteEnded, nil
	case subtle.ConstantTimeCompare([]byte(proof), []byte(c.Proof())) != 1:
		_, err := tx.exec(ctx, `UPDATE invites SET tries = tries + 1 WHERE id = $1`, c.ID())
		return "", group.InviteWrong, err
	}
	if _, err := tx.exec(ctx, `DELETE FROM invite_tries WHERE account_id = $1 OR since <= $2`, string(account), millis(now.Add(-accountHolds))); err != nil {
		return "", 0, err
	}
	switch {
	case channel != "":
		return groupID, group.InviteUsed, nil
	case !now.Before(instant(ends)):
		return groupID, group.InviteEnded, nil
	case state == group.Ended:
		return groupID, group.InviteOver, nil
	}
	return groupID, group.InviteGood, nil
}

// JoinSpace implements [group.SpaceStore].
func (s *Store) JoinSpace(ctx context.Context, j group.SpaceJoining) (groupID string, outcome group.InviteOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		groupID, outcome, err = checkInvite(ctx, tx, j.Code, j.Account, j.Now)
		if err != nil || outcome != group.InviteGood {
			return err
		}
		all, err := channels(ctx, tx, groupID)
		if err != nil {
			return err
		}
		if outcome = group.InviteFull; len(all) >= mostChannels {
			return nil
		}
		bound, err := bindChannel(ctx, tx, group.Channel{ID: j.Channel, Space: j.Space, Guest: guestIn(all, j.Space)}, groupID, j.Now)
		if err != nil {
			return err
		}
		switch bound {
		case group.BoundElsewhere:
			outcome = group.InviteElsewhere
			return nil
		case group.BoundBefore:
			outcome = group.InviteBefore
			return nil
		}
		outcome = group.InviteGood
		if _, err := tx.exec(ctx, `UPDATE invites SET channel_id = $2 WHERE id = $1`, j.Code.ID(), string(j.Channel)); err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, j.Welcome(groupID)); err != nil {
			return err
		}
		return channelWorks(ctx, tx, groupID, j.Channel, j.Now)
	})
	return groupID, outcome, wrap("join with code", err)
}
