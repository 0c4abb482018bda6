package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// planSeason makes the end of a group's season fit its window as it is now. One
// whose time has come ends all the same, and so does one whose time has come only
// since the group's clock or question time changed.
func planSeason(ctx context.Context, tx *tx, d group.Details, now time.Time) error {
	due, ok := group.SeasonDue(d)
	over := ok && !due.At.After(now)
	if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND at > $3
		AND NOT (CAST($4 AS BOOLEAN) AND occurrence = $5)`, group.KindSeason, d.Group.ID, millis(now), over, due.Occurrence); err != nil {
		return err
	}
	if !ok || over {
		return nil
	}
	return insertDue(ctx, tx, due)
}

// planOverdue plans the end of a season whose day to end went by while the group
// was to keep going.
func planOverdue(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	d, ok, err := details(ctx, tx, groupID)
	if err != nil || !ok {
		return err
	}
	due, ok := group.OverdueSeason(d, now)
	if !ok {
		return nil
	}
	return insertDue(ctx, tx, due)
}

// PrepareSeasons implements [group.SeasonStore].
func (s *Store) PrepareSeasons(ctx context.Context, now time.Time) error {
	groups, err := list(ctx, s.read(ctx), column[string], `SELECT g.id FROM groups g WHERE g.state IN ('running', 'paused')
		AND NOT EXISTS (SELECT 1 FROM due d WHERE d.kind = $1 AND d.subject = g.id)
		AND EXISTS (SELECT 1 FROM tracks t WHERE t.group_id = g.id AND t.window_to <> '')`, group.KindSeason)
	if err != nil {
		return wrap("prepare seasons", err)
	}
	for _, id := range groups {
		err := s.write(ctx, func(ctx context.Context, tx *tx) error {
			if _, err := lockGroup(ctx, tx, id); err != nil {
				return err
			}
			d, ok, err := details(ctx, tx, id)
			if err != nil || !ok {
				return err
			}
			return planSeason(ctx, tx, d, now)
		})
		if err != nil {
			return wrap("prepare seasons", err)
		}
	}
	return nil
}

// SeasonFacts implements [group.SeasonStore].
func (s *Store) SeasonFacts(ctx context.Context, groupID string) (f group.SeasonFacts, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		if err := q.row(ctx, `SELECT
				(SELECT COUNT(DISTINCT r.week) FROM rounds r JOIN weeks w ON w.group_id = r.group_id AND w.number = r.week
					WHERE r.group_id = g.id AND r.planned_at >= g.started_at AND r.state = 'closed'),
				(SELECT COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id
					WHERE r.group_id = g.id AND r.planned_at >= g.started_at)
			FROM groups g WHERE g.id = $1`, groupID).scan(&f.Weeks, &f.Answers); err != nil {
			return err
		}
		if f.Areas, err = list(ctx, q, func(scan scanner) (a group.MetArea, err error) {
			err = scan(&a.Track, &a.Domain)
			return a, err
		}, `SELECT DISTINCT r.track_id, r.domain FROM groups g
			JOIN rounds r ON r.group_id = g.id AND r.planned_at >= g.started_at AND r.answered > 0
			WHERE g.id = $1 ORDER BY r.track_id, r.domain`, groupID); err != nil {
			return err
		}
		f.Tracks, err = list(ctx, q, readTrack, `SELECT `+trackColumns+` FROM tracks t
			JOIN schedules s ON s.track_id = t.id AND s.kind = $2 WHERE t.group_id = $1 ORDER BY t.id`, groupID, group.KindQuestion)
		f.Sitting = 0
		for _, t := range f.Tracks {
			n, err := sitting(ctx, q, t)
			if err != nil {
				return err
			}
			f.Sitting += n
		}
		return err
	})
	return f, wrap("sum up season", err)
}

// EndSeason implements [group.SeasonStore].
func (s *Store) EndSeason(ctx context.Context, d schedule.Due, season group.Season, deliveries []schedule.Delivery, next []schedule.Due, now time.Time) error {
	data, err := json.Marshal(season.SeasonData)
	if err != nil {
		return fmt.Errorf("end season: %w", err)
	}
	return wrap("end season", s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, season.Group)
		if err != nil {
			return err
		}
		switch state {
		case group.Running:
		case group.Paused: // the channel is left in peace, and the season ends all the same
			deliveries = nil
			if err := closeNotices(ctx, tx, season.Group, group.NoticeSilent, now); err != nil {
				return err
			}
		default:
			return skipDue(ctx, tx, d, now, "the group's season was over")
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE groups SET state = 'ended', pause = '' WHERE id = $1`, season.Group); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO seasons (id, group_id, begun_at, ended_at, data)
			SELECT $1, id, started_at, CAST($3 AS BIGINT), $4 FROM groups WHERE id = $2`, season.ID, season.Group, millis(now), string(data)); err != nil {
			return err
		}
		// Today's question would come after the goodbye.
		if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND state = 'waiting'
			AND subject IN (SELECT id FROM schedules WHERE group_id = $2 AND kind = $1)`, group.KindQuestion, season.Group); err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, deliveries...); err != nil {
			return err
		}
		if err := insertDue(ctx, tx, next...); err != nil {
			return err
		}
		return replan(ctx, tx, season.Group, now)
	}))
}

const seasonQuery = `SELECT s.id, s.group_id, s.ended_at, s.starts_at, s.started_at, s.data,
	(SELECT COUNT(*) FROM season_votes v WHERE v.season_id = s.id AND v.joins) FROM seasons s `

func readSeason(scan scanner) (s group.Season, err error) {
	var ended, starts, started int64
	var data string
	if err := scan(&s.ID, &s.Group, &ended, &starts, &started, &data, &s.In); err != nil {
		return s, err
	}
	s.EndedAt, s.StartsAt, s.StartedAt = instant(ended), instant(starts), instant(started)
	return s, json.Unmarshal([]byte(data), &s.SeasonData)
}

// Season implements [group.SeasonStore].
func (s *Store) Season(ctx context.Context, id string) (group.Season, bool, error) {
	season, err := readSeason(s.read(ctx).row(ctx, seasonQuery+`WHERE s.id = $1`, id).scan)
	ok, err := found(err)
	return season, ok, wrap("read season", err)
}

// LastSeason implements [group.SeasonStore].
func (s *Store) LastSeason(ctx context.Context, groupID string) (group.Season, bool, error) {
	season, err := readSeason(s.read(ctx).row(ctx, seasonQuery+`WHERE s.group_id = $1 ORDER BY s.ended_at DESC LIMIT 1`, groupID).scan)
	ok, err := found(err)
	return season, ok, wrap("read last season", err)
}

// Vote implements [group.SeasonStore].
func (s *Store) Vote(ctx context.Context, season, member string, joins bool, now time.Time) error {
	return wrap("record vote", s.write(ctx, func(ctx context.Context, tx *tx) error {
		// The season's row is held, so that the count below has every vote before.
		var ended int64
		ok, err := found(tx.row(ctx, `UPDATE seasons SET starts_at = starts_at WHERE id = $1 RETURNING ended_at`, season).scan(&ended))
		if err != nil || !ok {
			return err
		}
		before := false
		if _, err := found(tx.row(ctx, `SELECT joins FROM season_votes WHERE season_id = $1 AND member_id = $2`, season, member).scan(&before)); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO season_votes (season_id, member_id, joins) VALUES ($1, $2, $3)
			ON CONFLICT (season_id, member_id) DO UPDATE SET joins = excluded.joins`, season, member, joins)
		if err != nil || before == joins {
			return err
		}
		var in int
		if err := tx.row(ctx, `SELECT COUNT(*) FROM season_votes WHERE season_id = $1 AND joins`, season).scan(&in); err != nil {
			return err
		}
		at := now
		if joins && !practice.CountShown(in) { // not worth an edit of its own, but the last count is to be true
			at = now.Add(practice.CountPace)
		}
		return wantCount(ctx, tx, group.KindSeason, season, instant(ended), at)
	}))
}

// wantCount asks for a fresh count on a post, in its first hour at once and
// later not more than once in [practice.CountPace].
func wantCount(ctx context.Context, tx *tx, kind, ref string, posted, now time.Time) error {
	pace := practice.CountPace.Milliseconds()
	if now.Sub(posted) <= time.Hour {
		pace = 0
	}
	_, err := tx.exec(ctx, `UPDATE deliveries SET wanted = wanted + 1, cause = $5,
			edit_at = CASE WHEN shown < wanted AND edit_at < $3 THEN edit_at
				WHEN edited_at + $4 > $3 THEN edited_at + $4 ELSE $3 END
		WHERE ref = $1 AND kind = $2 AND state IN ('waiting', 'sent')`, ref, kind, millis(now), pace, bot.Trace(ctx))
	return err
}

// AskSeason implements [group.SeasonStore].
func (s *Store) AskSeason(ctx context.Context, d schedule.Due, n group.Notice, now time.Time) error {
	return wrap("ask about the next season", s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, n.Group)
		if err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		planned := false
		if _, err := found(tx.row(ctx, `SELECT starts_at > 0 OR started_at > 0 FROM seasons WHERE id = $1`, d.Subject).scan(&planned)); err != nil {
			return err
		}
		if state != group.Ended || planned {
			return nil
		}
		return addNotice(ctx, tx, n, now)
	}))
}

// PlanSeason implements [group.SeasonStore].
func (s *Store) PlanSeason(ctx context.Context, season group.Season, at, now time.Time) (ok bool, err error) {
	data, err := json.Marshal(season.SeasonData)
	if err != nil {
		return false, fmt.Errorf("plan season: %w", err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		var groupID string
		there, err := found(tx.row(ctx, `SELECT group_id FROM seasons WHERE id = $1`, season.ID).scan(&groupID))
		if err != nil || !there {
			return err
		}
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil || state != group.Ended {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE seasons SET starts_at = $2, data = $3 WHERE id = $1 AND started_at = 0`, season.ID, millis(at), string(data))
		if ok = n == 1; err != nil || !ok {
			return err
		}
		d := schedule.Due{Kind: group.KindStartSeason, Subject: season.ID, Occurrence: "start", Lane: schedule.Lane(groupID), Rank: schedule.RankSumUp, At: at}
		if err := insertDue(ctx, tx, d); err != nil {
			return err
		}
		if err := moveDue(ctx, tx, d.Kind, d.Subject, d.Occurrence, at); err != nil {
			return err
		}
		return closeNotices(ctx, tx, groupID, group.NoticeSeason, now)
	})
	return ok && err == nil, wrap("plan season", err)
}

// RestSeason implements [group.SeasonStore].
func (s *Store) RestSeason(ctx context.Context, season string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		var groupID string
		there, err := found(tx.row(ctx, `SELECT group_id FROM seasons WHERE id = $1`, season).scan(&groupID))
		if err != nil || !there {
			return err
		}
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE seasons SET starts_at = 0 WHERE id = $1 AND starts_at > 0 AND started_at = 0`, season)
		if ok = n == 1; err != nil || !ok {
			return err
		}
		return dropDue(ctx, tx, group.KindStartSeason, season)
	})
	return ok && err == nil, wrap("rest", err)
}

// overtakeSeasons is for a group that somebody sets up again before the next
// season began as planned: it has begun now, and nothing planned is to begin it
// once more after it has ended, too.
func overtakeSeasons(ctx context.Context, tx *tx, setup group.Setup, now time.Time) error {
	seasons, err := list(ctx, tx, readSeason, seasonQuery+`WHERE s.group_id = $1 AND s.started_at = 0`, setup.Group)
	if err != nil {
		return err
	}
	for _, season := range seasons {
		season.Next = "" // another window may have been chosen
		if w, ok := cert.ParseWindow(setup.WindowFrom, setup.WindowTo); ok {
			season.Next = w.From.Format("January")
		}
		data, err := json.Marshal(season.SeasonData)
		if err != nil {
			return fmt.Errorf("season %s: %w", season.ID, err)
		}
		if _, err := tx.exec(ctx, `UPDATE seasons SET started_at = $2, data = $3 WHERE id = $1`, season.ID, millis(now), string(data)); err != nil {
			return err
		}
		if err := dropDue(ctx, tx, group.KindStartSeason, season.ID); err != nil {
			return err
		}
		if err := wantEdit(ctx, tx, group.KindSeason, season.ID, now); err != nil {
			return err
		}
	}
	return closeNotices(ctx, tx, setup.Group, group.NoticeSeason, now)
}

// StartSeason implements [group.SeasonStore].
func (s *Store) StartSeason(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("start season", s.write(ctx, func(ctx context.Context, tx *tx) error {
		season, err := readSeason(tx.row(ctx, seasonQuery+`WHERE s.id = $1`, d.Subject).scan)
		if ok, err := found(err); err != nil {
			return err
		} else if !ok {
			return takeDue(ctx, tx, d, now)
		}
		state, err := lockGroup(ctx, tx, season.Group)
		if err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil || state != group.Ended {
			return err // somebody has set it up again
		}
		if _, err := tx.exec(ctx, `UPDATE groups SET state = 'running', pause = '', silent = 0, started_at = $2 WHERE id = $1`,
			season.Group, millis(now)); err != nil {
			return err
		}
		if err := setWindows(ctx, tx, season.Group, season.Windows); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE seasons SET started_at = $2 WHERE id = $1`, season.ID, millis(now)); err != nil {
			return err
		}
		if err := beginSeason(ctx, tx, season.Group, now); err != nil {
			return err
		}
		if err := wantEdit(ctx, tx, group.KindSeason, season.ID, now); err != nil {
			return err
		}
		if err := planLook(ctx, tx, season.Group, now); err != nil {
			return err
		}
		return replan(ctx, tx, season.Group, now)
	}))
}
