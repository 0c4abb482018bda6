package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

var _ practice.SessionStore = (*Store)(nil)

const trackColumns = `t.id, t.group_id, t.certification, t.outline, t.window_from, t.window_to, t.rounds, t.wide, t.own`

func readTrack(scan scanner) (t group.Track, err error) {
	err = scan(&t.ID, &t.Group, &t.Certification, &t.Outline, &t.WindowFrom, &t.WindowTo, &t.Rounds, &t.Wide, &t.Own)
	return t, err
}

// PracticeTracks implements [practice.SessionStore].
func (s *Store) PracticeTracks(ctx context.Context, groupID, memberID string) ([]group.Track, error) {
	q := s.read(ctx)
	all, err := list(ctx, q, readTrack, `SELECT `+trackColumns+` FROM schedules s JOIN tracks t ON t.id = s.track_id
		WHERE s.group_id = $1 AND s.kind = $2 ORDER BY s.place, s.id`, groupID, group.KindQuestion)
	if err != nil || len(all) < 2 {
		return all, wrap("read tracks", err)
	}
	last, err := lastTrack(ctx, q, groupID, memberID)
	if n := slices.IndexFunc(all, func(t group.Track) bool { return t.ID == last }); n > 0 {
		t := all[n]
		copy(all[1:n+1], all[:n])
		all[0] = t
	}
	return all, wrap("read last track", err)
}

// lastTrack is of which track, of those that a group studies, a member answered or
// practised last; "" without any.
func lastTrack(ctx context.Context, q querier, groupID, memberID string) (track string, err error) {
	const studied = `EXISTS (SELECT 1 FROM schedules s WHERE s.track_id = x.track_id AND s.kind = 'question')`
	_, err = found(q.row(ctx, `SELECT track_id FROM (
			SELECT * FROM (SELECT x.track_id, x.answered_at AS at FROM answers x
				WHERE x.member_id = $2 AND x.group_id = $1 AND `+studied+` ORDER BY x.answered_at DESC LIMIT 1) AS answered
			UNION ALL SELECT * FROM (SELECT x.track_id, x.active_at AS at FROM sessions x
				WHERE x.member_id = $2 AND x.group_id = $1 AND `+studied+` ORDER BY x.active_at DESC LIMIT 1) AS practised
		) AS used ORDER BY at DESC LIMIT 1`, groupID, memberID).scan(&track))
	return track, err
}

// OthersTracks implements [practice.Store]. A member's last answers are 200, and
// those to the last 30 questions of each track, so that it takes no longer for who
// has answered for years; without these a long exam would hide another track.
func (s *Store) OthersTracks(ctx context.Context, groupID, memberID string) ([]string, error) {
	type studied struct {
		track string
		own   bool
	}
	all, err := list(ctx, s.read(ctx), func(scan scanner) (t studied, err error) {
		err = scan(&t.track, &t.own)
		return t, err
	}, `SELECT s.track_id, s.track_id IN (SELECT x.track_id FROM (SELECT a.track_id FROM answers a
			WHERE a.member_id = $2 AND a.group_id = $1 ORDER BY a.answered_at DESC LIMIT 200) AS x)
			OR EXISTS (SELECT 1 FROM (SELECT r.id FROM rounds r WHERE r.track_id = s.track_id ORDER BY r.number DESC LIMIT 30) AS y
				JOIN answers a ON a.round_id = y.id AND a.member_id = $2)
		FROM schedules s WHERE s.group_id = $1 AND s.kind = $3`, groupID, memberID, group.KindQuestion)
	if !slices.ContainsFunc(all, func(t studied) bool { return t.own }) {
		return nil, wrap("read what a member studies", err)
	}
	var others []string
	for _, t := range all {
		if !t.own {
			others = append(others, t.track)
		}
	}
	return others, wrap("read what a member studies", err)
}

// Track implements [practice.SessionStore].
func (s *Store) Track(ctx context.Context, id string) (group.Track, bool, error) {
	t, err := readTrack(s.read(ctx).row(ctx, `SELECT `+trackColumns+` FROM tracks t WHERE t.id = $1`, id).scan)
	ok, err := found(err)
	return t, ok, wrap("read track", err)
}

// TracksNear implements [practice.SessionStore].
func (s *Store) TracksNear(ctx context.Context, account bot.UserID, ch bot.ChannelID) ([]group.Track, error) {
	q := s.read(ctx)
	groups, err := list(ctx, q, column[string], `SELECT group_id FROM channels WHERE id = $1`, string(ch))
	if err == nil && len(groups) == 0 {
		groups, err = list(ctx, q, column[string], `SELECT ms.group_id FROM accounts a JOIN memberships ms ON ms.member_id = a.member_id
			WHERE a.id = $1`, string(account))
	}
	slices.Sort(groups)
	var tracks []group.Track
	for _, g := range groups {
		if err == nil {
			var more []group.Track
			more, err = s.PracticeTracks(ctx, g, "")
			tracks = append(tracks, more...)
		}
	}
	return tracks, wrap("read tracks", err)
}

// Recent implements [practice.SessionStore].
func (s *Store) Recent(ctx context.Context, groupID, memberID string, n int) ([]practice.Past, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (p practice.Past, err error) {
		var at int64
		err = scan(&p.Item, &p.Verdict, &at)
		p.At = instant(at)
		return p, err
	}, `SELECT a.item_id, a.verdict, a.answered_at FROM answers a LEFT JOIN rounds r ON r.id = a.round_id
		WHERE a.member_id = $1 AND a.group_id = $2 AND a.credit <> 'void' AND NOT COALESCE(`+secret+`, FALSE)
		ORDER BY a.answered_at DESC LIMIT $3`, memberID, groupID, n)
	return all, wrap("read recent answers", err)
}

// metQuery asks for as many items as [practice.MetAtOnce].
var metQuery = `SELECT DISTINCT item_id FROM answers WHERE member_id = $1 AND item_id IN (` + placeholders(2, practice.MetAtOnce) + `)`

// placeholders is "$2, $3, …".
func placeholders(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(all, ", ")
}

// Met implements [practice.SessionStore].
func (s *Store) Met(ctx context.Context, memberID string, items []string) (map[string]bool, error) {
	args := []any{memberID}
	for n := range practice.MetAtOnce {
		item := "" // no item is called that
		if n < len(items) {
			item = items[n]
		}
		args = append(args, item)
	}
	met := map[string]bool{}
	all, err := list(ctx, s.read(ctx), column[string], metQuery, args...)
	for _, item := range all {
		met[item] = true
	}
	return met, wrap("read met items", err)
}

// MetAll implements [practice.SessionStore].
func (s *Store) MetAll(ctx context.Context, memberID string) (all string, err error) {
	err = s.read(ctx).row(ctx, `SELECT COALESCE(string_agg(item_id, ' '), '') FROM answers WHERE member_id = $1`, memberID).scan(&all)
	return all, wrap("read met items", err)
}

// toPlay reads the items that a member has still to answer in running matches in
// which a group of theirs is on a side.
func toPlay(side string) string {
	return `SELECT i.item_id FROM memberships ms
		JOIN matches m ON m.` + side + ` = ms.group_id AND m.state IN ('found', 'asked', 'running') AND m.state = 'running'
		JOIN match_items i ON i.match_id = m.id LEFT JOIN match_players p ON p.match_id = m.id AND p.member_id = ms.member_id
		WHERE ms.member_id = $1 AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.session_id = p.session_id AND a.item_id = i.item_id)`
}

// OpenItems implements [practice.SessionStore].
func (s *Store) OpenItems(ctx context.Context, memberID string) (map[string]bool, error) {
	open := map[string]bool{}
	all, err := list(ctx, s.read(ctx), column[string], `SELECT r.item_id FROM memberships ms JOIN rounds r ON r.group_id = ms.group_id
		WHERE ms.member_id = $1 AND r.state IN ('planned', 'open')
		UNION ALL `+toPlay("host_group")+` UNION ALL `+toPlay("guest_group"), memberID)
	for _, item := range all {
		open[item] = true
	}
	return open, wrap("read open items", err)
}

// ItemVersion implements [practice.SessionStore].
func (s *Store) ItemVersion(ctx context.Context, version string) (quizzes.Item, error) {
	var snapshot string
	if err := s.read(ctx).row(ctx, `SELECT snapshot FROM item_versions WHERE id = $1`, version).scan(&snapshot); err != nil {
		return quizzes.Item{}, wrap("read item version "+version, err)
	}
	item, err := quizzes.FromSnapshot([]byte(snapshot))
	return item, wrap("read item version "+version, err)
}

// StartSession implements [practice.SessionStore].
func (s *Store) StartSession(ctx context.Context, new practice.Session, items []practice.SessionItem, now time.Time) (started bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if started, err = insertSession(ctx, tx, string(new.Kind), new, items, now); err != nil || !started {
			return err
		}
		return insertDue(ctx, tx, schedule.Due{Kind: practice.KindIdle, Subject: new.ID, Occurrence: "end",
			Lane: "practice/" + new.ID, Rank: schedule.RankOther, At: now.Add(practice.IdleFor)})
	})
	return started, wrap("start session", err)
}

// insertSession writes a session with the snapshots of its items; false if the
// member has one of its kind open.
func insertSession(ctx context.Context, tx *tx, kind string, new practice.Session, items []practice.SessionItem, now time.Time) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO sessions (id, kind, group_id, track_id, member_id, topic, asked, size, state, started_at, active_at)
		VALUES ($1, $9, $2, $3, $4, $5, $6, $7, 'open', $8, $8)
		ON CONFLICT (member_id, track_id, kind) WHERE state = 'open' DO NOTHING`,
		new.ID, new.Group, new.Track, new.Member, new.Topic, new.Asked, len(new.Questions), millis(now), kind)
	if n == 0 || err != nil {
		return false, err
	}
	for _, item := range items {
		if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			item.Version, item.Item, item.Bank, item.Certification, string(item.Snapshot), millis(now)); err != nil {
			return false, err
		}
	}
	for _, q := range new.Questions {
		if _, err := tx.exec(ctx, `INSERT INTO session_items (session_id, place, item_id, domain, item_version, reason)
			VALUES ($1, $2, $3, $4, $5, $6)`, new.ID, q.Place, q.Item, q.Domain, q.ItemVersion, string(q.Reason)); err != nil {
			return false, err
		}
	}
	return true, nil
}

const sessionColumns = `s.id, s.kind, s.group_id, s.track_id, s.member_id, s.topic, s.asked, s.state, s.started_at`

func readSession(scan scanner) (p practice.Session, err error) {
	var state string
	var started int64
	err = scan(&p.ID, &p.Kind, &p.Group, &p.Track, &p.Member, &p.Topic, &p.Asked, &state, &started)
	p.Ended, p.StartedAt = state == "ended", instant(started)
	return p, err
}

// OpenSession implements [practice.SessionStore].
func (s *Store) OpenSession(ctx context.Context, trackID, memberID string, kind practice.SessionKind) (practice.Session, bool, error) {
	return s.session(ctx, `SELECT `+sessionColumns+` FROM sessions s
		WHERE s.member_id = $1 AND s.track_id = $2 AND s.kind = $3 AND s.state = 'open'`, memberID, trackID, string(kind))
}

// Session implements [practice.SessionStore].
func (s *Store) Session(ctx context.Context, id string, account bot.UserID) (practice.Session, bool, error) {
	return s.session(ctx, `SELECT `+sessionColumns+` FROM sessions s
		JOIN accounts a ON a.member_id = s.member_id AND a.id = $2
		JOIN memberships ms ON ms.group_id = s.group_id AND ms.member_id = s.member_id
		WHERE s.id = $1 AND s.kind <> 'mock'`, id, string(account))
}

// itemGradedBy is the item version by which answers in a session are graded. As a
// join, PostgreSQL would read all overrides.
const itemGradedBy = `COALESCE((SELECT o.corrected FROM overrides o WHERE o.group_id = s.group_id AND o.item_version = i.item_version), i.item_version)`

// session reads a session with its questions and their answers, at one instant.
func (s *Store) session(ctx context.Context, query string, args ...any) (p practice.Session, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		p, err = readSession(q.row(ctx, query, args...).scan)
		if ok, err = found(err); !ok || err != nil {
			return err
		}
		p.Questions, err = list(ctx, q, readSessionQuestion, `SELECT i.place, i.item_id, i.domain, `+itemGradedBy+`, i.reason,
				COALESCE(a.id, ''), COALESCE(a.options, ''), COALESCE(a.raw, ''), COALESCE(a.verdict, ''), COALESCE(a.answered_at, 0),
				EXISTS (SELECT 1 FROM memberships ms JOIN rounds r ON r.group_id = ms.group_id
					WHERE ms.member_id = s.member_id AND r.item_id = i.item_id AND `+heldRound("s.member_id")+`)
			FROM sessions s JOIN session_items i ON i.session_id = s.id
			LEFT JOIN answers a ON a.session_id = i.session_id AND a.item_id = i.item_id
			WHERE s.id = $1 ORDER BY i.place`, p.ID)
		return err
	})
	return p, ok && err == nil, wrap("read session", err)
}

func readSessionQuestion(scan scanner) (q practice.SessionQuestion, err error) {
	var at int64
	a := &q.Answer
	err = scan(&q.Place, &q.Item, &q.Domain, &q.ItemVersion, &q.Reason, &a.ID, &a.Option, &a.Raw, &a.Verdict, &at, &q.Held)
	a.Item, a.ItemVersion, a.At = q.Item, q.ItemVersion, instant(at)
	q.Answered = a.ID != ""
	q.Held = q.Held && !q.Answered
	return q, err
}

// AnswerSession implements [practice.SessionStore]. Only the first answer to a
// question can be inserted, so two devices at once count it once. What was graded
// by a key that has been corrected is not recorded: the question is asked again.
func (s *Store) AnswerSession(ctx context.Context, id string, place int, a practice.Answer) (status practice.SessionStatus, counts practice.Answer, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		status, counts = practice.SessionRecorded, a
		n, err := tx.exec(ctx, `INSERT INTO answers (id, session_id, group_id, track_id, member_id, item_id, item_version,
				options, raw, verdict, answered_at, interaction, credit, adapter)
			SELECT $1, s.id, s.group_id, s.track_id, s.member_id, i.item_id, i.item_version, $4, $5, $6, CAST($7 AS BIGINT), $8, $9, $11
			FROM sessions s JOIN session_items i ON i.session_id = s.id AND i.place = $3
			WHERE s.id = $2 AND s.state = 'open' AND CAST($10 AS TEXT) IN ('', `+itemGradedBy+`)
			ON CONFLICT (session_id, item_id) WHERE session_id IS NOT NULL DO NOTHING`,
			a.ID, id, place, a.Option, a.Raw, string(a.Verdict), millis(a.At), a.Interaction,
			string(a.Credit), a.ItemVersion, bot.AdapterOf(a.Account))
		if err != nil {
			return err
		}
		if n == 1 {
			counted, err := countSessionAnswer(ctx, tx, id, a.At)
			if err == nil && counted {
				err = stillGradedBy(ctx, tx, id, place, a.ItemVersion)
			}
			if err == nil && counted {
				err = rememberAnswer(ctx, tx, a.ID)
			}
			if counted || err != nil {
				return err
			}
			// It ended between the two statements.
			if _, err := tx.exec(ctx, `DELETE FROM answers WHERE id = $1`, a.ID); err != nil {
				return err
			}
		}
		var at int64
		err = tx.row(ctx, `SELECT a.id, a.options, a.raw, a.verdict, a.answered_at FROM session_items i
			JOIN answers a ON a.session_id = i.session_id AND a.item_id = i.item_id
			WHERE i.session_id = $1 AND i.place = $2`, id, place).scan(&counts.ID, &counts.Option, &counts.Raw, &counts.Verdict, &at)
		ok, err := found(err)
		if status = practice.SessionOver; ok {
			status, counts.At = practice.SessionAlready, instant(at)
		}
		return err
	})
	if errors.Is(err, errCorrected) {
		return practice.SessionOver, practice.Answer{}, nil
	}
	return status, counts, wrap("record practice answer", err)
}

// errCorrected undoes an answer whose question was corrected while it was recorded.
var errCorrected = errors.New("the question was corrected meanwhile")

// stillGradedBy makes sure that no correction came before the session was locked:
// a regrading locks the open sessions before it looks for answers.
func stillGradedBy(ctx context.Context, tx *tx, session string, place int, version string) error {
	var now string
	err := tx.row(ctx, `SELECT `+itemGradedBy+` FROM sessions s JOIN session_items i ON i.session_id = s.id AND i.place = $2
		WHERE s.id = $1`, session, place).scan(&now)
	if err == nil && version != "" && version != now {
		return errCorrected
	}
	return err
}

// countSessionAnswer counts an answer and ends the session with the last one. It
// reports false if the session is over; from its update on, it can't end before
// this job does.
func countSessionAnswer(ctx context.Context, tx *tx, id string, now time.Time) (bool, error) {
	var answered, size int
	open, err := found(tx.row(ctx, `UPDATE sessions SET answered = answered + 1, active_at = $2
		WHERE id = $1 AND state = 'open' RETURNING answered, size`, id, millis(now)).scan(&answered, &size))
	if !open || err != nil {
		return open, err
	}
	if answered >= size {
		_, err := endSession(ctx, tx, id, now)
		return true, err
	}
	return true, moveDue(ctx, tx, practice.KindIdle, id, "end", now.Add(practice.IdleFor))
}

// endSession ends an open session; false if it had ended. However a session
// ends, it ends here: whatever its answers earn is earned in this job.
func endSession(ctx context.Context, tx *tx, id string, now time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE sessions SET state = 'ended', ended_at = $2 WHERE id = $1 AND state = 'open'`, id, millis(now))
	if n == 0 || err != nil {
		return false, err
	}
	if err := earnPractice(ctx, tx, id, now); err != nil {
		return false, err
	}
	return true, dropDue(ctx, tx, practice.KindIdle, id)
}

// EndSession implements [practice.SessionStore].
func (s *Store) EndSession(ctx context.Context, id string, now time.Time) (ended bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ended, err = endSession(ctx, tx, id, now)
		return err
	})
	return ended, wrap("end session", err)
}

// ExpireSession implements [practice.SessionStore].
func (s *Store) ExpireSession(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("end idle session", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		_, err := endSession(ctx, tx, d.Subject, now)
		return err
	}))
}
