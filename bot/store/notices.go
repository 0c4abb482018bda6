package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// lowHolds is after how long organisers hear again that questions run out.
const lowHolds = 30 * 24 * time.Hour

// noticeOver is true for a notice about refused posts when a later post to the
// same channel went out.
const noticeOver = `(n.kind = 'parked' AND EXISTS (SELECT 1 FROM deliveries d
	WHERE d.group_id = n.group_id AND d.at >= n.created_at AND d.target = n.channel AND d.state = 'sent'))`

// addNotice records what organisers should know and makes its telling due, once
// per cause while it is open; again it only brings the words up to date.
func addNotice(ctx context.Context, tx *tx, n group.Notice, now time.Time) error {
	return addNoticeAt(ctx, tx, n, now, now)
}

// addNoticeAt is addNotice for one that is told later.
func addNoticeAt(ctx context.Context, tx *tx, n group.Notice, now, tell time.Time) error {
	data, err := json.Marshal(n.Data)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	if _, err := tx.exec(ctx, `UPDATE notices AS n SET closed_at = $3 WHERE n.group_id = $1 AND n.cause = $2 AND n.closed_at = 0
		AND (`+noticeOver+` OR n.kind = 'low' AND n.created_at < $4)`, n.Group, n.Cause, millis(now), millis(now.Add(-lowHolds))); err != nil {
		return err
	}
	n.ID = bot.NewID()
	inserted, err := tx.exec(ctx, `INSERT INTO notices (id, group_id, cause, kind, channel, data, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		n.ID, n.Group, n.Cause, string(n.Kind), string(n.Data.Channel), string(data), millis(now))
	if err != nil {
		return err
	}
	if inserted == 0 {
		_, err := tx.exec(ctx, `UPDATE notices SET data = $3 WHERE group_id = $1 AND cause = $2 AND closed_at = 0`, n.Group, n.Cause, string(data))
		return err
	}
	return insertDue(ctx, tx, group.NoticeDue(n, "tell", tell))
}

// closeNotices closes a group's notices of a kind.
func closeNotices(ctx context.Context, tx *tx, groupID string, kind group.NoticeKind, now time.Time) error {
	_, err := tx.exec(ctx, `UPDATE notices SET closed_at = $3 WHERE group_id = $1 AND kind = $2 AND closed_at = 0`, groupID, string(kind), millis(now))
	return err
}

// editAgain lets the posts in a group's channels that could not be edited or
// pinned be tried again at once.
func editAgain(ctx context.Context, tx *tx, groupID string) error {
	if _, err := tx.exec(ctx, `UPDATE deliveries SET edit_run = 0 WHERE group_id = $1 AND state = 'sent' AND shown < wanted`, groupID); err != nil {
		return err
	}
	return pinAgain(ctx, tx, groupID)
}

// closeNoticesOf closes what stands open about a channel.
func closeNoticesOf(ctx context.Context, tx *tx, groupID string, ch bot.ChannelID, now time.Time) error {
	_, err := tx.exec(ctx, `UPDATE notices SET closed_at = $3 WHERE group_id = $1 AND channel = $2 AND closed_at = 0`, groupID, string(ch), millis(now))
	return err
}

const noticeColumns = `n.id, n.group_id, n.cause, n.kind, n.data, n.created_at, n.told_at, n.closed_at > 0 OR ` + noticeOver

func readNotice(scan scanner) (n group.Notice, err error) {
	var data string
	var created, told int64
	if err := scan(&n.ID, &n.Group, &n.Cause, &n.Kind, &data, &created, &told, &n.Closed); err != nil {
		return group.Notice{}, err
	}
	n.CreatedAt, n.ToldAt = instant(created), instant(told)
	if err := json.Unmarshal([]byte(data), &n.Data); err != nil {
		return group.Notice{}, fmt.Errorf("data of notice %s: %w", n.ID, err)
	}
	return n, nil
}

// Notice implements [group.Store].
func (s *Store) Notice(ctx context.Context, id string) (n group.Notice, to []group.Person, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) (err error) {
		n, err = readNotice(q.row(ctx, `SELECT `+noticeColumns+` FROM notices n WHERE n.id = $1`, id).scan)
		if ok, err = found(err); err != nil || !ok {
			return err
		}
		to, err = organisers(ctx, q, n.Group)
		return err
	})
	return n, to, ok && err == nil, wrap("read notice", err)
}

// Notices implements [group.Store].
func (s *Store) Notices(ctx context.Context, groupID string) ([]group.Notice, error) {
	all, err := list(ctx, s.read(ctx), readNotice, `SELECT `+noticeColumns+` FROM notices n
		WHERE n.group_id = $1 AND n.closed_at = 0 AND NOT `+noticeOver+` ORDER BY n.created_at DESC, n.cause, n.id`, groupID)
	return all, wrap("read notices", err)
}

// TellNotice implements [group.Store].
func (s *Store) TellNotice(ctx context.Context, d schedule.Due, deliveries []schedule.Delivery, now time.Time) error {
	return wrap("tell notice", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		n, err := readNotice(tx.row(ctx, `SELECT `+noticeColumns+` FROM notices n WHERE n.id = $1`, d.Subject).scan)
		if ok, err := found(err); err != nil || !ok || n.Closed {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE notices SET told_at = $2 WHERE id = $1`, n.ID, millis(now)); err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, deliveries...); err != nil {
			return err
		}
		if n.Kind == group.NoticeSuggested { // while any wait
			at := now.Add(group.SuggestedPace)
			return insertDue(ctx, tx, group.NoticeDue(n, at.Format(time.DateOnly), at))
		}
		if d.Occurrence != "tell" || !n.Kind.Again() {
			return nil
		}
		return insertDue(ctx, tx, group.NoticeDue(n, "again", now.Add(group.TellAgainAfter)))
	}))
}

// CloseNotice implements [group.Store].
func (s *Store) CloseNotice(ctx context.Context, id string, now time.Time) error {
	_, err := s.change(ctx, `UPDATE notices SET closed_at = $2 WHERE id = $1 AND closed_at = 0`, id, millis(now))
	return wrap("close notice", err)
}

// LastPost implements [group.Store].
func (s *Store) LastPost(ctx context.Context, groupID string) (time.Time, error) {
	var at int64
	err := s.read(ctx).row(ctx, `SELECT COALESCE(MAX(posted_at), 0) FROM deliveries
		WHERE group_id = $1 AND kind = $2 AND state = 'sent' AND NOT person`, groupID, group.KindQuestion).scan(&at)
	return instant(at), wrap("read last post", err)
}

// Unpark implements [group.Store].
func (s *Store) Unpark(ctx context.Context, groupID string, now time.Time) (n int, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		freed, err := tx.exec(ctx, `UPDATE deliveries SET state = 'waiting', run_at = 0, ended_at = 0, reason = '', fix = ''
			WHERE group_id = $1 AND state = 'parked' AND NOT person AND (until = 0 OR until > $2)`, groupID, millis(now))
		if n = int(freed); err != nil {
			return err
		}
		if err := editAgain(ctx, tx, groupID); err != nil {
			return err
		}
		if err := closeNotices(ctx, tx, groupID, group.NoticePin, now); err != nil {
			return err
		}
		return closeNotices(ctx, tx, groupID, group.NoticeParked, now)
	})
	return n, wrap("try refused posts again", err)
}

// Rebind implements [group.Store].
func (s *Store) Rebind(ctx context.Context, b group.Binding, now time.Time) (outcome group.BindOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		outcome, err = rebind(ctx, tx, b, now)
		return err
	})
	return outcome, wrap("use another channel", err)
}

func rebind(ctx context.Context, tx *tx, b group.Binding, now time.Time) (group.BindOutcome, error) {
	if _, err := lockGroup(ctx, tx, b.Group); err != nil {
		return 0, err
	}
	var space bot.SpaceID
	ok, err := found(tx.row(ctx, `SELECT space_id FROM channels WHERE id = $1 AND group_id = $2`, string(b.From), b.Group).scan(&space))
	if err != nil || !ok && b.From != "" {
		return group.NotBound, err
	}
	if b.Space == "" {
		b.Space = space
	}
	all, err := channels(ctx, tx, b.Group)
	if err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO channels (id, space_id, group_id, bound_at, guest) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET gone = FALSE WHERE channels.group_id = excluded.group_id`,
		string(b.To), string(b.Space), b.Group, millis(now), guestIn(all, b.Space)); err != nil {
		return 0, err
	}
	var owner string
	if err := tx.row(ctx, `SELECT group_id FROM channels WHERE id = $1`, string(b.To)).scan(&owner); err != nil {
		return 0, err
	}
	if owner != b.Group {
		return group.BoundElsewhere, nil
	}
	if b.From != b.To {
		if err := endLives(ctx, tx, b.Group, b.From, now); err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `UPDATE muted SET channel_id = $2 WHERE channel_id = $1
			AND NOT EXISTS (SELECT 1 FROM muted o WHERE o.channel_id = $2)`, string(b.From), string(b.To)); err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `DELETE FROM channels WHERE id = $1 AND group_id = $2`, string(b.From), b.Group); err != nil {
			return 0, err
		}
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries SET target = $3, adapter = $4, run_at = CASE WHEN state = 'parked' THEN 0 ELSE run_at END,
			state = 'waiting', ended_at = 0, reason = '', fix = ''
		WHERE group_id = $1 AND target = $2 AND NOT person
			AND (state = 'waiting' OR state = 'parked' AND (until = 0 OR until > $5))`,
		b.Group, string(b.From), string(b.To), bot.AdapterOf(b.To), millis(now)); err != nil {
		return 0, err
	}
	if b.From != b.To {
		if err := unpinIn(ctx, tx, b.Group, b.From); err != nil {
			return 0, err
		}
	}
	return group.Bound, channelWorks(ctx, tx, b.Group, b.From, now)
}

// channelWorks closes what stands open about a channel, and lets a group run
// again that stopped because it had none.
func channelWorks(ctx context.Context, tx *tx, groupID string, ch bot.ChannelID, now time.Time) error {
	if err := closeNoticesOf(ctx, tx, groupID, ch, now); err != nil {
		return err
	}
	if err := dropDue(ctx, tx, group.KindForget, groupID); err != nil {
		return err
	}
	n, err := tx.exec(ctx, `UPDATE groups SET state = 'running', pause = '' WHERE id = $1 AND state = 'paused' AND pause = $2`,
		groupID, string(group.NoChannel))
	if err != nil || n == 0 {
		return err
	}
	return replan(ctx, tx, groupID, now)
}

// ChannelGone implements [group.Store].
func (s *Store) ChannelGone(ctx context.Context, space bot.SpaceID, ch bot.ChannelID, now time.Time) error {
	return wrap("record lost channel", s.write(ctx, func(ctx context.Context, tx *tx) error {
		text, id := `UPDATE channels SET gone = TRUE WHERE id = $1 AND NOT gone RETURNING group_id, id`, string(ch)
		if space != "" {
			text, id = `UPDATE channels SET gone = TRUE WHERE space_id = $1 AND NOT gone RETURNING group_id, id`, string(space)
		}
		lost, err := list(ctx, tx, func(scan scanner) (b group.Binding, err error) {
			err = scan(&b.Group, &b.From)
			return b, err
		}, text, id)
		if err != nil {
			return err
		}
		for _, b := range lost {
			if err := endLives(ctx, tx, b.Group, b.From, now); err != nil {
				return err
			}
			if err := addNotice(ctx, tx, group.GoneNotice(b.Group, b.From), now); err != nil {
				return err
			}
			var left int64
			ok, err := found(tx.row(ctx, `SELECT 1 FROM channels WHERE group_id = $1 AND NOT gone LIMIT 1`, b.Group).scan(&left))
			if err != nil {
				return err
			}
			if !ok {
				if err := pauseGroup(ctx, tx, b.Group, group.NoChannel, now); err != nil {
					return err
				}
				if err := planForget(ctx, tx, b.Group, now); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// GoneChannels implements [group.SpaceStore].
func (s *Store) GoneChannels(ctx context.Context, space bot.SpaceID) ([]bot.ChannelID, error) {
	all, err := list(ctx, s.read(ctx), column[bot.ChannelID], `SELECT id FROM channels WHERE space_id = $1 AND gone ORDER BY id`, string(space))
	return all, wrap("read lost channels", err)
}

// ChannelBack implements [group.Store].
func (s *Store) ChannelBack(ctx context.Context, ch bot.ChannelID, now time.Time) error {
	return wrap("record channel", s.write(ctx, func(ctx context.Context, tx *tx) error {
		var groupID string
		ok, err := found(tx.row(ctx, `UPDATE channels SET gone = FALSE WHERE id = $1 RETURNING group_id`, string(ch)).scan(&groupID))
		if err != nil || !ok {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE deliveries SET state = 'waiting', run_at = 0, ended_at = 0, reason = '', fix = ''
			WHERE group_id = $1 AND target = $2 AND state = 'parked' AND (until = 0 OR until > $3)`, groupID, string(ch), millis(now)); err != nil {
			return err
		}
		if err := editAgain(ctx, tx, groupID); err != nil {
			return err
		}
		return channelWorks(ctx, tx, groupID, ch, now)
	}))
}
