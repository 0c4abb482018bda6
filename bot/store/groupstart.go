package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// setupKept is for how long a set-up can be gone on with.
const setupKept = 7 * 24 * time.Hour

// SaveSetup implements [group.Store].
func (s *Store) SaveSetup(ctx context.Context, setup group.Setup) error {
	data, err := json.Marshal(setup)
	if err != nil {
		return fmt.Errorf("save set-up: %w", err)
	}
	return wrap("save set-up", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM setups WHERE created_at < $1`, millis(setup.CreatedAt.Add(-setupKept))); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO setups (id, data, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET data = excluded.data`, setup.ID, string(data), millis(setup.CreatedAt))
		return err
	}))
}

// Setup implements [group.Store].
func (s *Store) Setup(ctx context.Context, id string) (setup group.Setup, ok bool, err error) {
	var data string
	ok, err = found(s.read(ctx).row(ctx, `SELECT data FROM setups WHERE id = $1`, id).scan(&data))
	if ok && err == nil {
		err = json.Unmarshal([]byte(data), &setup)
	}
	return setup, ok, wrap("read set-up", err)
}

// errChannelTaken undoes a start in a channel that another group has.
var errChannelTaken = errors.New("another group is in the channel")

// StartGroup implements [group.Store].
func (s *Store) StartGroup(ctx context.Context, st group.Start) (outcome group.StartOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		if st.Setup.Reopen {
			outcome, err = reopenGroup(ctx, tx, st)
		} else {
			outcome, err = startGroup(ctx, tx, st)
		}
		if err != nil || outcome != group.Started {
			return err
		}
		return planFacts(ctx, tx, cmp.Or(st.Setup.Group, st.Setup.ID), st.Facts)
	})
	if errors.Is(err, errChannelTaken) {
		return group.ChannelTaken, nil
	}
	return outcome, wrap("start group", err)
}

func startGroup(ctx context.Context, tx *tx, st group.Start) (group.StartOutcome, error) {
	setup, now := st.Setup, millis(st.Now)
	// Of two starts of one set-up the second waits here and then finds the group.
	n, err := tx.exec(ctx, `INSERT INTO groups (id, name, zone, state, stays_open, created_at, started_at)
		VALUES ($1, $2, $3, 'running', $4, $5, $5) ON CONFLICT DO NOTHING`,
		setup.ID, setup.GroupName, setup.Zone, string(setup.StaysOpen), now)
	if err != nil || n == 0 {
		return group.AlreadyStarted, err
	}
	n, err = tx.exec(ctx, `INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		string(setup.Channel), string(setup.Space), setup.ID, now)
	if err == nil && n == 0 {
		err = errChannelTaken
	}
	if err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO tracks (id, group_id, certification, outline, window_from, window_to)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		st.Track, setup.ID, setup.Certification, setup.Outline, setup.WindowFrom, setup.WindowTo); err != nil {
		return 0, err
	}
	if err := giveAccepted(ctx, tx, setup.ID, setup.Certification, st.Now); err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO schedules (id, group_id, track_id, kind, expr) VALUES ($1, $2, $3, $4, $5)`,
		st.Schedule, setup.ID, st.Track, group.KindQuestion, setup.Expr); err != nil {
		return 0, err
	}
	member, err := ensureAccount(ctx, tx, group.Joining{Account: setup.User, Space: setup.Space, Name: setup.Name,
		Zone: setup.Zone, Member: st.Member, Now: st.Now})
	if err != nil {
		return 0, err
	}
	if err := makeOrganiser(ctx, tx, setup.ID, member, st.Now); err != nil {
		return 0, err
	}
	if err := beginSeason(ctx, tx, setup.ID, st.Now); err != nil {
		return 0, err
	}
	d, _, err := details(ctx, tx, setup.ID)
	if err != nil {
		return 0, err
	}
	if err := planWeekly(ctx, tx, d, st.Now); err != nil {
		return 0, err
	}
	if err := planSeason(ctx, tx, d, st.Now); err != nil {
		return 0, err
	}
	if err := planCalendar(ctx, tx, d, st.Now); err != nil {
		return 0, err
	}
	first, err := setup.Recurring(st.Schedule, setup.ID, st.Track).After(st.Now, schedule.RankOpen)
	if err != nil {
		return 0, err
	}
	if err := insertDeliveries(ctx, tx, st.Welcome); err != nil {
		return 0, err
	}
	return group.Started, insertDue(ctx, tx, first)
}

// reopenGroup starts an ended group again: in its channels, with what it knows.
func reopenGroup(ctx context.Context, tx *tx, st group.Start) (group.StartOutcome, error) {
	setup := st.Setup
	n, err := tx.exec(ctx, `UPDATE groups SET state = 'running', pause = '', silent = 0, started_at = $2
		WHERE id = $1 AND state = 'ended'`, setup.Group, millis(st.Now))
	if err != nil || n == 0 {
		return group.AlreadyStarted, err
	}
	if err := organiseToo(ctx, tx, st); err != nil {
		return 0, err
	}
	d, _, err := details(ctx, tx, setup.Group)
	if err != nil {
		return 0, err
	}
	first := d.First()
	if first.Certification != setup.Certification || first.Outline != setup.Outline { // another track keeps the old one's answers apart
		if err := replaceFirst(ctx, tx, d, st); err != nil {
			return 0, err
		}
	}
	setup.Track = ""
	if err := setWindows(ctx, tx, setup.Group, st.Windows); err != nil {
		return 0, err
	}
	if err := beginSeason(ctx, tx, setup.Group, st.Now); err != nil {
		return 0, err
	}
	if err := overtakeSeasons(ctx, tx, setup, st.Now); err != nil {
		return 0, err
	}
	return group.Started, reschedule(ctx, tx, setup, st.Now)
}

// setWindows gives tracks of a group their windows.
func setWindows(ctx context.Context, tx *tx, groupID string, windows map[string]group.Window) error {
	for track, w := range windows {
		if _, err := tx.exec(ctx, `UPDATE tracks SET window_from = $3, window_to = $4 WHERE id = $1 AND group_id = $2`,
			track, groupID, w.From, w.To); err != nil {
			return err
		}
	}
	return nil
}

// organiseToo makes who reopens a group one of its organisers, if it can have more.
func organiseToo(ctx context.Context, tx *tx, st group.Start) error {
	setup := st.Setup
	member, err := ensureAccount(ctx, tx, group.Joining{Account: setup.User, Space: setup.Space, Name: setup.Name,
		Zone: setup.Zone, Member: st.Member, Now: st.Now})
	if err != nil {
		return err
	}
	if n, err := countOrganisers(ctx, tx, setup.Group); err != nil || n >= group.MaxOrganisers {
		return err
	}
	return makeOrganiser(ctx, tx, setup.Group, member, st.Now)
}

// Reschedule implements [group.Store].
func (s *Store) Reschedule(ctx context.Context, setup group.Setup, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, setup.Group)
		if ok = state != "" && state != group.Ended; err != nil || !ok {
			return err
		}
		if setup.Track != "" {
			d, _, err := details(ctx, tx, setup.Group)
			if _, ok = d.Studies(setup.Track); err != nil || !ok {
				return err
			}
		}
		return reschedule(ctx, tx, setup, now)
	})
	return ok && err == nil, wrap("change schedule", err)
}

// reschedule writes what a set-up changes, and plans by it: of the track it names,
// or else of what the group studied first.
func reschedule(ctx context.Context, tx *tx, setup group.Setup, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE groups SET zone = $2, stays_open = $3 WHERE id = $1`,
		setup.Group, setup.Zone, string(setup.StaysOpen)); err != nil {
		return err
	}
	d, _, err := details(ctx, tx, setup.Group)
	if err != nil {
		return err
	}
	track := d.First()
	if setup.Track != "" {
		track, _ = d.Studies(setup.Track)
	}
	if _, err := tx.exec(ctx, `UPDATE schedules SET expr = $2 WHERE id = $1`, track.Schedule.ID, setup.Expr); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE tracks SET window_from = $2, window_to = $3 WHERE id = $1`,
		track.ID, setup.WindowFrom, setup.WindowTo); err != nil {
		return err
	}
	return replan(ctx, tx, setup.Group, now)
}

// replan makes what is due fit a group as it is now: the next question of
// everything it studies if it runs, nothing if it doesn't, and when its open
// questions close.
func replan(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	d, ok, err := details(ctx, tx, groupID)
	if err != nil || !ok {
		return err
	}
	for _, t := range d.Tracks {
		if err := replanTrack(ctx, tx, d.Group, t.Schedule, now); err != nil {
			return err
		}
	}
	if d.Group.State != group.Running {
		if err := endLives(ctx, tx, groupID, "", now); err != nil {
			return err
		}
	}
	if d.Group.State != group.Running && d.Group.Pause != group.NoChannel {
		if err := dropUnsent(ctx, tx, groupID, now); err != nil {
			return err
		}
	}
	if err := planWeekly(ctx, tx, d, now); err != nil {
		return err
	}
	if err := planSeason(ctx, tx, d, now); err != nil {
		return err
	}
	if err := planCalendar(ctx, tx, d, now); err != nil {
		return err
	}
	return retime(ctx, tx, d, now)
}

// replanTrack makes the next question of a schedule due, if its group runs.
func replanTrack(ctx context.Context, tx *tx, g group.Group, r schedule.Recurring, now time.Time) error {
	// Twice: while the first waits for a question that is just being posted, that
	// question plans the next one, which only a later statement sees. What is due
	// already stays: it is posted, or recorded as skipped, but never just gone.
	for range 2 {
		if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND at > $3 AND occurrence < 'a'`,
			group.KindQuestion, r.ID, millis(now)); err != nil {
			return err
		}
	}
	if g.State != group.Running {
		return nil
	}
	// Occurrences that are wall times begin with a digit; "now-…" is an extra one.
	var newest string
	if err := tx.row(ctx, `SELECT COALESCE(MAX(occurrence), '') FROM due WHERE kind = $1 AND subject = $2 AND occurrence < 'a'`,
		group.KindQuestion, r.ID).scan(&newest); err != nil {
		return err
	}
	last, err := wallOf(newest)
	if err != nil {
		return err
	}
	next, err := afterEdit(r, now, last)
	if err != nil {
		return err
	}
	return insertDue(ctx, tx, next)
}

// dropUnsent records as skipped the questions of a group that wait to be posted,
// but for those of which an attempt may be out: their fate is still looked up.
func dropUnsent(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE deliveries SET state = 'skipped', ended_at = $3, reason = 'the group was stopped before it could be posted'
		WHERE group_id = $1 AND kind = $2 AND state IN ('waiting', 'parked') AND doubt = 0`, groupID, group.KindQuestion, millis(now)); err != nil {
		return err
	}
	return skipRounds(ctx, tx, `group_id = $1`, groupID)
}

// skipRounds marks the rounds that a condition names as skipped if they were
// never posted and now never will be. One that is open and was posted stays.
func skipRounds(ctx context.Context, tx *tx, condition, arg string) error {
	_, err := tx.exec(ctx, `UPDATE rounds SET state = 'skipped' WHERE `+condition+` AND state IN ('planned', 'open')
		AND EXISTS (SELECT 1 FROM deliveries d WHERE d.ref = rounds.id AND d.kind = 'question' AND d.state = 'skipped')
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.ref = rounds.id AND d.kind = 'question' AND d.state <> 'skipped')`, arg)
	return err
}

// wallOf is the wall time of an occurrence of a schedule; zero for none.
func wallOf(occurrence string) (wall schedule.Wall, err error) {
	if occurrence == "" {
		return wall, nil
	}
	return schedule.ParseWall(occurrence)
}

// afterEdit is the schedule's next due thing. In a zone further west a wall time
// may come that there was a question for already; it is passed over.
func afterEdit(r schedule.Recurring, now time.Time, last schedule.Wall) (schedule.Due, error) {
	next, err := r.AfterEdit(now, last, schedule.RankOpen)
	for err == nil && last != (schedule.Wall{}) {
		var wall schedule.Wall
		if wall, err = schedule.ParseWall(next.Occurrence); err != nil || wall.Compare(last) > 0 {
			break
		}
		next, err = r.After(next.At, schedule.RankOpen)
	}
	return next, err
}

// retime moves the closing of a group's open questions to where it would be by the
// group and its schedules as they are now; see [practice.ClosesAt].
func retime(ctx context.Context, tx *tx, d group.Details, now time.Time) error {
	type open struct {
		id, track      string
		opened, latest time.Time
		closes         time.Time
	}
	rounds, err := list(ctx, tx, func(scan scanner) (r open, err error) {
		var opened, latest, closes int64
		err = scan(&r.id, &r.track, &opened, &latest, &closes)
		r.opened, r.latest, r.closes = instant(opened), instant(latest), instant(closes)
		return r, err
	}, `SELECT id, track_id, opened_at, latest_close, closes_at FROM rounds WHERE group_id = $1 AND state = 'open'`, d.Group.ID)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		t, _ := d.Studies(r.track)
		closes, err := practice.ClosesAt(d.Group, t.Schedule, r.opened, r.latest, now)
		if err != nil {
			return err
		}
		if closes.Equal(r.closes) {
			continue
		}
		if _, err := tx.exec(ctx, `UPDATE rounds SET closes_at = $2 WHERE id = $1 AND state = 'open'`, r.id, millis(closes)); err != nil {
			return err
		}
		if err := moveDue(ctx, tx, practice.KindClose, r.id, "close", closes); err != nil {
			return err
		}
		if err := wantEdit(ctx, tx, group.KindQuestion, r.id, now); err != nil {
			return err
		}
	}
	return nil
}

// StopGroup implements [group.Store].
func (s *Store) StopGroup(ctx context.Context, groupID string, to group.State, why group.Pause, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if to == group.Paused {
			ok, err = stopGroup(ctx, tx, groupID, why, now)
			return err
		}
		n, err := tx.exec(ctx, `UPDATE groups SET state = 'ended', pause = '' WHERE id = $1 AND state IN ('running', 'paused')`, groupID)
		if ok = n == 1; err != nil || !ok {
			return err
		}
		if err := closeNotices(ctx, tx, groupID, group.NoticeSilent, now); err != nil {
			return err
		}
		return replan(ctx, tx, groupID, now)
	})
	return ok && err == nil, wrap("stop group", err)
}

// pauseGroup pauses a running group inside another transaction.
func pauseGroup(ctx context.Context, tx *tx, groupID string, why group.Pause, now time.Time) error {
	_, err := stopGroup(ctx, tx, groupID, why, now)
	return err
}

func stopGroup(ctx context.Context, tx *tx, groupID string, why group.Pause, now time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE groups SET state = 'paused', pause = $2 WHERE id = $1 AND state = 'running'`, groupID, string(why))
	if err != nil || n == 0 {
		return false, err
	}
	return true, replan(ctx, tx, groupID, now)
}

// ResumeGroup implements [group.Store].
func (s *Store) ResumeGroup(ctx context.Context, groupID string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE groups SET state = 'running', pause = '', silent = 0 WHERE id = $1 AND state = 'paused'`, groupID)
		if ok = n == 1; err != nil || !ok {
			return err
		}
		if err := closeNotices(ctx, tx, groupID, group.NoticeSilent, now); err != nil {
			return err
		}
		return replan(ctx, tx, groupID, now)
	})
	return ok && err == nil, wrap("resume group", err)
}

// PostNow implements [group.Store].
func (s *Store) PostNow(ctx context.Context, groupID, track, token string, now time.Time) (outcome group.PostOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		if outcome = group.NotRunning; state != group.Running {
			return nil
		}
		var subject string
		var place int
		ok, err := found(tx.row(ctx, `SELECT id, place FROM schedules WHERE group_id = $1 AND kind = $2 AND (track_id = $3 OR $3 = '') ORDER BY place LIMIT 1`,
			groupID, group.KindQuestion, track).scan(&subject, &place))
		if err != nil || !ok {
			return err
		}
		d := schedule.Due{Kind: group.KindQuestion, Subject: subject, Occurrence: "now-" + token, Lane: schedule.Lane(groupID),
			Rank: schedule.RankOpen + place, At: now, Until: now.Add(schedule.DefaultCatchUp)}
		var there int64
		before, err := found(tx.row(ctx, `SELECT 1 FROM due WHERE kind = $1 AND subject = $2 AND occurrence = $3`, d.Kind, d.Subject, d.Occurrence).scan(&there))
		if outcome = group.PostedBefore; err != nil || before {
			return err
		}
		outcome = group.Posting
		return insertDue(ctx, tx, d)
	})
	return outcome, wrap("post now", err)
}

// Failures implements [group.Store].
func (s *Store) Failures(ctx context.Context, groupID string, since time.Time) ([]group.Failure, error) {
	read := func(scan scanner) (f group.Failure, err error) {
		var at, until int64
		err = scan(&f.Kind, &f.Channel, &at, &until, &f.Parked, &f.Cause, &f.Fix)
		f.At, f.Until = instant(at), instant(until)
		return f, err
	}
	var all []group.Failure
	err := s.view(ctx, func(ctx context.Context, q querier) error {
		posts, err := list(ctx, q, read, `SELECT kind, target, at, until, state = 'parked', reason, fix FROM deliveries
			WHERE group_id = $1 AND at >= $2 AND state IN ('parked', 'skipped') AND NOT person`, groupID, millis(since))
		if err != nil {
			return err
		}
		due, err := list(ctx, q, read, `SELECT d.kind, '', d.at, d.until, FALSE, d.reason, '' FROM schedules s
			JOIN due d ON d.kind = s.kind AND d.subject = s.id
			WHERE s.group_id = $1 AND d.state = 'skipped' AND d.at >= $2 AND d.reason <> $3`, groupID, millis(since), group.SkipDayReason)
		all = append(posts, due...)
		return err
	})
	slices.SortStableFunc(all, func(a, b group.Failure) int { return b.At.Compare(a.At) })
	return all, wrap("read failures", err)
}
