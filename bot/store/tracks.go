package store

import (
	"context"
	"errors"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// errTrackElsewhere undoes adding a certification in another group's channel.
var errTrackElsewhere = errors.New("another group is in the channel")

// studied reads what a group studies now, in order, with when it is asked.
func studied(ctx context.Context, q querier, g group.Group) ([]group.Studied, error) {
	return list(ctx, q, func(scan scanner) (t group.Studied, err error) {
		var next int64
		r := &t.Schedule
		err = scan(&t.ID, &t.Group, &t.Certification, &t.Outline, &t.WindowFrom, &t.WindowTo, &t.Rounds, &t.Wide, &t.Own,
			&r.ID, &r.Kind, &r.Expr, &r.Place, &t.Deadline, &next)
		r.Group, r.Track, r.Zone, t.Next = g.ID, t.ID, g.Zone, instant(next)
		return t, err
	}, `SELECT `+trackColumns+`, s.id, s.kind, s.expr, s.place,
			COALESCE((SELECT x.apply_day FROM deadlines x WHERE x.track_id = t.id AND x.window_from = t.window_from), ''),
			COALESCE((SELECT MIN(d.at) FROM due d WHERE d.kind = s.kind AND d.subject = s.id AND d.state = 'waiting'), 0)
		FROM schedules s JOIN tracks t ON t.id = s.track_id
		WHERE s.group_id = $1 AND s.kind = $2 ORDER BY s.place, s.id`, g.ID, group.KindQuestion)
}

// AddTrack implements [group.Store].
func (s *Store) AddTrack(ctx context.Context, t group.NewTrack) (outcome group.TrackOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		groupID := t.Setup.Group
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		if outcome = group.TrackOver; state == "" || state == group.Ended {
			return nil
		}
		d, _, err := details(ctx, tx, groupID)
		if err != nil {
			return err
		}
		for _, have := range d.Tracks {
			if outcome = group.TrackBefore; have.Certification == t.Setup.Certification {
				return nil
			}
		}
		if outcome = group.TrackTooMany; len(d.Tracks) >= group.MaxTracks {
			return nil
		}
		outcome = group.TrackChanged
		id, err := ensureTrack(ctx, tx, t.Setup, groupID, t.Track, t.Now)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO schedules (id, group_id, track_id, kind, expr, place) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.Schedule, groupID, id, group.KindQuestion, t.Setup.Expr, len(d.Tracks)); err != nil {
			return err
		}
		if err := placeTrack(ctx, tx, d, id, t); err != nil {
			return err
		}
		if err := planFacts(ctx, tx, groupID, t.Facts); err != nil {
			return err
		}
		return replan(ctx, tx, groupID, t.Now)
	})
	if errors.Is(err, errTrackElsewhere) {
		return group.TrackElsewhere, nil
	}
	return outcome, wrap("add certification", err)
}

// ensureTrack is the group's track of a set-up's outline with its window: the
// one it had before, or a new one.
func ensureTrack(ctx context.Context, tx *tx, setup group.Setup, groupID, fresh string, now time.Time) (id string, err error) {
	had, err := found(tx.row(ctx, `SELECT id FROM tracks WHERE group_id = $1 AND certification = $2 AND outline = $3 ORDER BY rounds DESC, id LIMIT 1`,
		groupID, setup.Certification, setup.Outline).scan(&id))
	if err != nil {
		return "", err
	}
	if had {
		_, err = tx.exec(ctx, `UPDATE tracks SET window_from = $2, window_to = $3 WHERE id = $1`, id, setup.WindowFrom, setup.WindowTo)
		return id, err
	}
	_, err = tx.exec(ctx, `INSERT INTO tracks (id, group_id, certification, outline, window_from, window_to) VALUES ($1, $2, $3, $4, $5, $6)`,
		fresh, groupID, setup.Certification, setup.Outline, setup.WindowFrom, setup.WindowTo)
	if err != nil {
		return "", err
	}
	return fresh, giveAccepted(ctx, tx, groupID, setup.Certification, now)
}

// replaceFirst lets a group's first schedule ask about something else. If the
// group studies that already beside it, the two become one.
func replaceFirst(ctx context.Context, tx *tx, d group.Details, st group.Start) error {
	id, err := ensureTrack(ctx, tx, st.Setup, d.Group.ID, st.Track, st.Now)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO muted (channel_id, track_id)
		SELECT channel_id, CAST($2 AS TEXT) FROM muted WHERE track_id = $1 ON CONFLICT DO NOTHING`, d.First().ID, id); err != nil {
		return err
	}
	var place int
	twice, err := found(tx.row(ctx, `DELETE FROM schedules WHERE group_id = $1 AND kind = $2 AND track_id = $3 RETURNING place`, d.Group.ID, group.KindQuestion, id).scan(&place))
	if err != nil {
		return err
	}
	if twice {
		if _, err := tx.exec(ctx, `UPDATE schedules SET place = place - 1 WHERE group_id = $1 AND kind = $2 AND place > $3`, d.Group.ID, group.KindQuestion, place); err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, `UPDATE schedules SET track_id = $2 WHERE id = $1`, d.First().Schedule.ID, id)
	return err
}

// placeTrack says where a new certification is posted: everywhere, or in one
// channel alone, which posts nothing else unless it was the group's before.
func placeTrack(ctx context.Context, tx *tx, d group.Details, track string, t group.NewTrack) error {
	if _, err := tx.exec(ctx, `DELETE FROM muted WHERE track_id = $1`, track); err != nil || t.Channel == "" {
		return err
	}
	var others []string
	for _, have := range d.Tracks {
		others = append(others, have.ID)
	}
	added, err := bindChannel(ctx, tx, group.Channel{ID: t.Channel, Space: t.Space, Muted: others}, d.Group.ID, t.Now)
	if err != nil {
		return err
	}
	if added == group.BoundElsewhere {
		return errTrackElsewhere
	}
	_, err = tx.exec(ctx, `INSERT INTO muted (channel_id, track_id)
		SELECT id, CAST($3 AS TEXT) FROM channels WHERE group_id = $1 AND id <> $2 ON CONFLICT DO NOTHING`, d.Group.ID, string(t.Channel), track)
	return err
}

// bindChannel makes a channel one of a group's, if it isn't, and mutes there what
// it says. It reports [group.BoundElsewhere] for another group's, and
// [group.BoundBefore], having changed nothing, for one of the group's own.
func bindChannel(ctx context.Context, tx *tx, ch group.Channel, groupID string, now time.Time) (group.BindOutcome, error) {
	n, err := tx.exec(ctx, `INSERT INTO channels (id, space_id, group_id, bound_at, guest) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		string(ch.ID), string(ch.Space), groupID, millis(now), ch.Guest)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		var owner string
		if err := tx.row(ctx, `SELECT group_id FROM channels WHERE id = $1`, string(ch.ID)).scan(&owner); err != nil {
			return 0, err
		}
		if owner != groupID {
			return group.BoundElsewhere, nil
		}
		return group.BoundBefore, nil
	}
	return group.Bound, mute(ctx, tx, ch.ID, ch.Muted)
}

// mute lets everything be posted in a channel but these tracks.
func mute(ctx context.Context, tx *tx, ch bot.ChannelID, tracks []string) error {
	if _, err := tx.exec(ctx, `DELETE FROM muted WHERE channel_id = $1`, string(ch)); err != nil {
		return err
	}
	for _, t := range tracks {
		if _, err := tx.exec(ctx, `INSERT INTO muted (channel_id, track_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, string(ch), t); err != nil {
			return err
		}
	}
	return nil
}

// RemoveTrack implements [group.Store].
func (s *Store) RemoveTrack(ctx context.Context, groupID, track string, now time.Time) (outcome group.TrackOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		d, _, err := details(ctx, tx, groupID)
		if err != nil {
			return err
		}
		st, ok := d.Studies(track)
		switch {
		case !ok:
			outcome = group.TrackUnknown
			return nil
		case len(d.Tracks) == 1:
			outcome = group.TrackLast
			return nil
		}
		outcome = group.TrackChanged
		// The weekly schedule may stand on this track; replanning moves it.
		if _, err := tx.exec(ctx, `DELETE FROM schedules WHERE id = $1`, st.Schedule.ID); err != nil {
			return err
		}
		for range 2 { // a question that is just being skipped plans the next one; see replan
			if err := dropDue(ctx, tx, group.KindQuestion, st.Schedule.ID); err != nil {
				return err
			}
		}
		if err := dropUnsentOf(ctx, tx, track, now); err != nil {
			return err
		}
		place := 0
		for _, have := range d.Tracks {
			if have.ID == track {
				continue
			}
			if _, err := tx.exec(ctx, `UPDATE schedules SET place = $2 WHERE id = $1`, have.Schedule.ID, place); err != nil {
				return err
			}
			place++
		}
		return replan(ctx, tx, groupID, now)
	})
	return outcome, wrap("remove certification", err)
}

// dropUnsentOf is [dropUnsent] of one track.
func dropUnsentOf(ctx context.Context, tx *tx, track string, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE deliveries SET state = 'skipped', ended_at = $3, reason = 'its certification was removed before it could be posted'
		WHERE kind = $2 AND state IN ('waiting', 'parked') AND doubt = 0
			AND ref IN (SELECT id FROM rounds WHERE track_id = $1 AND state IN ('planned', 'open'))`, track, group.KindQuestion, millis(now)); err != nil {
		return err
	}
	return skipRounds(ctx, tx, `track_id = $1`, track)
}
