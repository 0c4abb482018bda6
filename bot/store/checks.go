package store

import (
	"context"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

var _ practice.CheckStore = (*Store)(nil)

// bankVersion is the item version as its bank has it that a group ($1) knows by a
// version ($2), which may be a correction of it. A bank that was mended just as the
// group corrected it has that very version: once the group was asked it, it is what
// people mean.
const bankVersion = `COALESCE((SELECT MIN(x.item_version) FROM overrides x JOIN item_versions c ON c.id = x.corrected
	WHERE x.group_id = $1 AND x.corrected = $2
		AND NOT EXISTS (SELECT 1 FROM rounds r WHERE r.group_id = $1 AND r.item_version = $2)
		AND NOT EXISTS (SELECT 1 FROM memberships ms JOIN answers a ON a.member_id = ms.member_id AND a.item_id = c.item_id
			WHERE ms.group_id = $1 AND a.group_id = $1 AND a.item_version = $2)), $2)`

// currentVersion is the version by which a group ($1) grades what it knows by a
// version ($2), and the one that its bank has.
const currentVersion = `SELECT COALESCE(o.corrected, v.id), v.id, v.item_id FROM item_versions v
	LEFT JOIN overrides o ON o.group_id = $1 AND o.item_version = v.id
	WHERE v.id = ` + bankVersion

const checkColumns = `k.id, k.group_id, k.track_id, k.item_version, k.original, k.state, k.decision, k.reason, k.member_id,
	COALESCE((SELECT m.name FROM memberships m WHERE m.group_id = k.group_id AND m.member_id = k.member_id), ''), k.reported_at, k.decided_at, k.accepted`

// readCheck reads checkColumns, and then more.
func readCheck(scan scanner, more ...any) (k practice.Check, err error) {
	var at, done int64
	err = scan(append([]any{&k.ID, &k.Group, &k.Track, &k.Version, &k.Original, &k.State, &k.Decision, &k.Reason, &k.By, &k.ByName, &at, &done, &k.Accepted}, more...)...)
	k.At, k.DoneAt = instant(at), instant(done)
	return k, err
}

// checkOf is a group's check of an item version.
func checkOf(ctx context.Context, q querier, groupID, version string) (k practice.Check, ok bool, err error) {
	k, err = readCheck(q.row(ctx, `SELECT `+checkColumns+` FROM checks k WHERE k.group_id = $1 AND k.item_version = $2`, groupID, version).scan)
	ok, err = found(err)
	return k, ok, err
}

// MakeReport implements [practice.CheckStore].
func (s *Store) MakeReport(ctx context.Context, r practice.NewReport, now time.Time) (done practice.Reported, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		done, err = makeReport(ctx, tx, r, now)
		return err
	})
	return done, wrap("make report", err)
}

func makeReport(ctx context.Context, tx *tx, r practice.NewReport, now time.Time) (done practice.Reported, err error) {
	if _, err := lockGroup(ctx, tx, r.Group); err != nil {
		return done, err
	}
	var version, original, item string
	if err := tx.row(ctx, currentVersion, r.Group, r.Version).scan(&version, &original, &item); err != nil {
		return done, err
	}
	k, ok, err := checkOf(ctx, tx, r.Group, version)
	if err != nil {
		return done, err
	}
	var state practice.ReportState
	if ok {
		if _, err := found(tx.row(ctx, `SELECT state FROM reports WHERE check_id = $1 AND member_id = $2`, k.ID, r.Member).scan(&state)); err != nil {
			return done, err
		}
		// Who was answered can't have it looked at again; somebody else can, unless it
		// isn't asked any more anyway.
		if state == practice.ReportRight || state == practice.ReportKept || k.State == practice.CheckDone && k.Decision != practice.KeptAsIs {
			return practice.Reported{Check: k, Over: true}, nil
		}
	} else {
		k = practice.Check{ID: r.NewID(), Group: r.Group, Track: r.Track, Version: version, Original: original, State: practice.CheckWaits, At: now}
		if _, err := tx.exec(ctx, `INSERT INTO checks (id, group_id, track_id, item_id, item_version, original, state, reported_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, k.ID, k.Group, k.Track, item, k.Version, k.Original, string(k.State), millis(now)); err != nil {
			return done, err
		}
	}
	if _, err := tx.exec(ctx, `INSERT INTO reports (id, check_id, member_id, round_id, fault, note, named, state, reported_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8) ON CONFLICT (check_id, member_id) DO UPDATE SET round_id = excluded.round_id,
			fault = excluded.fault, note = excluded.note, named = excluded.named, reported_at = excluded.reported_at`,
		r.ID, k.ID, r.Member, r.Round, string(r.Fault), r.Note, r.Named, millis(now)); err != nil {
		return done, err
	}
	k, err = pauseChecked(ctx, tx, k, r.Member, now)
	return practice.Reported{Check: k, Changed: state == practice.ReportOpen}, err
}

// pauseChecked has an item left out of the draw when there are enough reporters, of
// whichever draws of a computed one, or an organiser is one.
func pauseChecked(ctx context.Context, tx *tx, k practice.Check, member string, now time.Time) (practice.Check, error) {
	role, err := roleOf(ctx, tx, k.Group, member)
	if err != nil {
		return k, err
	}
	draws, err := otherDraws(ctx, tx, k)
	if err != nil {
		return k, err
	}
	reporters, err := openReporters(ctx, tx, append(draws, k)...)
	if err != nil {
		return k, err
	}
	was := k.State
	switch {
	case role == group.Organiser || reporters >= practice.ReportersPause:
		k.State = practice.CheckPaused
		if err := pauseDraws(ctx, tx, draws); err != nil {
			return k, err
		}
	case was == practice.CheckDone:
		k.State = practice.CheckWaits
	}
	if k.State == was {
		return k, nil
	}
	if was == practice.CheckDone {
		k.At = now
	}
	_, err = tx.exec(ctx, `UPDATE checks SET state = $2, reported_at = $3 WHERE id = $1`, k.ID, string(k.State), millis(k.At))
	return k, err
}

const reportColumns = `p.id, p.check_id, p.round_id, COALESCE((SELECT r.number FROM rounds r WHERE r.id = p.round_id), 0), p.fault, p.note, p.named,
	p.state, p.points, p.reported_at, p.answered_at, p.seen_at > 0`

// readReport reads checkColumns, reportColumns and the snapshot of the item.
func readReport(scan scanner) (r practice.Report, err error) {
	var at, answered int64
	var snapshot string
	a := &r.Answer
	a.Check, err = readCheck(scan, &r.ID, &r.Check, &r.Round, &r.Number, &r.Fault, &r.Note, &r.Named, &a.State, &a.Points, &at, &answered, &a.Seen, &snapshot)
	if err != nil {
		return r, err
	}
	r.At, a.At = instant(at), instant(answered)
	a.Item, err = quizzes.FromSnapshot([]byte(snapshot))
	return r, err
}

const reportQuery = `SELECT ` + checkColumns + `, ` + reportColumns + `, v.snapshot FROM reports p
	JOIN checks k ON k.id = p.check_id JOIN item_versions v ON v.id = k.item_version `

// ReportOf implements [practice.CheckStore].
func (s *Store) ReportOf(ctx context.Context, groupID, memberID, version string) (r practice.Report, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		var current, original, item string
		if err := q.row(ctx, currentVersion, groupID, version).scan(&current, &original, &item); err != nil {
			return err
		}
		r, err = readReport(q.row(ctx, reportQuery+`WHERE k.group_id = $1 AND k.item_version = $2 AND p.member_id = $3`, groupID, current, memberID).scan)
		ok, err = found(err)
		return err
	})
	return r, ok, wrap("read report", err)
}

// BeingChecked implements [practice.CheckStore].
func (s *Store) BeingChecked(ctx context.Context, groupID, version string) (bool, error) {
	checked, err := s.exists(ctx, `SELECT 1 FROM checks WHERE group_id = $1 AND item_version = $2 AND state = 'paused'`, groupID, version)
	return checked, wrap("look for check", err)
}

// ReportsAnswered implements [practice.CheckStore].
func (s *Store) ReportsAnswered(ctx context.Context, memberID string, since time.Time) ([]practice.Report, error) {
	all, err := list(ctx, s.read(ctx), readReport, reportQuery+`WHERE p.member_id = $1 AND p.answered_at > $2 ORDER BY p.answered_at DESC, p.id`,
		memberID, millis(since))
	return all, wrap("read answered reports", err)
}

// ReportsSeen implements [practice.CheckStore].
func (s *Store) ReportsSeen(ctx context.Context, memberID string, now time.Time) error {
	_, err := s.change(ctx, `UPDATE reports SET seen_at = $2 WHERE member_id = $1 AND answered_at > 0 AND seen_at = 0`, memberID, millis(now))
	return wrap("record read reports", err)
}

// HasReported implements [practice.CheckStore].
func (s *Store) HasReported(ctx context.Context, memberID string) (bool, error) {
	has, err := s.exists(ctx, `SELECT 1 FROM reports WHERE member_id = $1`, memberID)
	return has, wrap("look for reports", err)
}
