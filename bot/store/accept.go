package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot/practice"
	"studyhall/quizzes"
)

var _ practice.AcceptStore = (*Store)(nil)

// ownDecision is whether a group's organisers decided about an item version
// themselves: what the host accepts for all leaves that alone. A check that was
// reopened since is not decided.
func ownDecision(group, version string) string {
	return `(EXISTS (SELECT 1 FROM overrides d WHERE d.group_id = ` + group + ` AND d.item_version = ` + version + ` AND NOT d.accepted)
		OR EXISTS (SELECT 1 FROM checks d WHERE d.group_id = ` + group + ` AND d.original = ` + version + ` AND d.state = 'decided' AND NOT d.accepted))`
}

// Proposals implements [practice.AcceptStore].
func (s *Store) Proposals(ctx context.Context) (all []practice.Proposal, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		if all, err = list(ctx, q, func(scan scanner) (p practice.Proposal, err error) {
			var at int64
			err = scan(&p.Version, &p.Graded, &p.Groups, &at)
			p.At = instant(at)
			return p, err
		}, `SELECT o.item_version, o.corrected, COUNT(*), MAX(o.corrected_at) FROM overrides o JOIN item_versions v ON v.id = o.item_version
			WHERE NOT o.accepted AND v.bank <> $1 AND o.corrected <> o.item_version GROUP BY o.item_version, o.corrected
			UNION ALL SELECT k.original, '', COUNT(DISTINCT k.group_id), MAX(k.decided_at) FROM checks k JOIN item_versions v ON v.id = k.original
			WHERE k.state = 'decided' AND k.decision = 'retired' AND NOT k.accepted AND v.bank <> $1 GROUP BY k.original`, practice.OwnBank); err != nil {
			return err
		}
		for n := range all {
			if err := fillProposal(ctx, q, &all[n]); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b practice.Proposal) int {
		return cmp.Or(strings.Compare(a.Item.ID, b.Item.ID), strings.Compare(a.Version, b.Version), b.Groups-a.Groups, strings.Compare(a.Code(), b.Code()))
	})
	return all, wrap("read organisers' decisions", err)
}

// askedIn are the groups that were asked an item version ($1).
const askedIn = `SELECT group_id FROM rounds WHERE item_version = $1 AND state <> 'skipped' UNION SELECT group_id FROM answers WHERE item_version = $1`

// fillProposal reads what a proposal is about.
func fillProposal(ctx context.Context, q querier, p *practice.Proposal) (err error) {
	var deciders int
	var snapshot string
	if err := q.row(ctx, `SELECT v.bank, v.snapshot, (SELECT COUNT(*) FROM groups g WHERE `+ownDecision("g.id", "v.id")+`),
			(SELECT COUNT(*) FROM checks k JOIN reports p ON p.check_id = k.id WHERE k.original = v.id),
			EXISTS (SELECT 1 FROM dismissed d WHERE d.item_version = v.id AND d.corrected = $2)
		FROM item_versions v WHERE v.id = $1`, p.Version, p.Graded).scan(&p.Bank, &snapshot, &deciders, &p.Reports, &p.Dismissed); err != nil {
		return err
	}
	if p.Undecided, err = undecided(ctx, q, p.Version); err != nil {
		return err
	}
	p.Others = deciders - p.Groups
	if p.Item, err = quizzes.FromSnapshot([]byte(snapshot)); err != nil {
		return err
	}
	p.Decision, p.Mended = practice.Retired, p.Item
	if p.Graded == "" {
		return nil
	}
	if p.Mended, _, err = itemVersion(ctx, q, p.Graded); err != nil {
		return err
	}
	switch p.Decision = practice.Corrected; {
	case p.Mended.Void:
		p.Decision = practice.Voided
	case p.Mended.GradesLike(p.Item):
		p.Decision = practice.Explained
	}
	return nil
}

func itemVersion(ctx context.Context, q querier, version string) (item quizzes.Item, snapshot string, err error) {
	if err = q.row(ctx, `SELECT snapshot FROM item_versions WHERE id = $1`, version).scan(&snapshot); err != nil {
		return item, "", err
	}
	item, err = quizzes.FromSnapshot([]byte(snapshot))
	return item, snapshot, err
}

const acceptedColumns = `a.item_version, v.item_id, a.decision, COALESCE(a.corrected, ''), a.edition, a.accepted_at, a.done_at,
	a.changed, a.answers, a.gainers, a.reporters`

func readAccepted(scan scanner) (a practice.Accepted, err error) {
	var at, done int64
	err = scan(&a.Version, &a.Item, &a.Decision, &a.Graded, &a.Edition, &at, &done, &a.Groups, &a.Answers, &a.Gainers, &a.Reporters)
	a.At, a.Done = instant(at), instant(done)
	return a, err
}

// AcceptedItems implements [practice.AcceptStore].
func (s *Store) AcceptedItems(ctx context.Context) ([]practice.Accepted, error) {
	all, err := list(ctx, s.read(ctx), readAccepted, `SELECT `+acceptedColumns+` FROM accepted a JOIN item_versions v ON v.id = a.item_version
		ORDER BY v.item_id, a.item_version`)
	return all, wrap("read what was accepted", err)
}

// AcceptedSign implements [practice.AcceptStore].
func (s *Store) AcceptedSign(ctx context.Context) (sign string, pending bool, err error) {
	var editions, done, waiting int64
	err = s.read(ctx).row(ctx, `SELECT CAST(COALESCE(SUM(edition), 0) AS BIGINT), COALESCE(MAX(done_at), 0), COUNT(CASE WHEN done_at = 0 THEN 1 END) FROM accepted`).
		scan(&editions, &done, &waiting)
	return fmt.Sprint(editions, " ", done, " ", waiting), waiting > 0, wrap("look for what was accepted", err)
}

// Accept implements [practice.AcceptStore].
func (s *Store) Accept(ctx context.Context, p practice.Proposal, now time.Time) (a practice.Accepted, changed bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		changed = false
		if s.engine == enginePostgres {
			// Who is adding a certification to a group has either done it, and the group
			// is found, or finds what is accepted here; see giveAccepted.
			if _, err := tx.exec(ctx, `LOCK TABLE tracks IN SHARE MODE`); err != nil {
				return err
			}
		}
		read := func() (bool, error) {
			a, err = readAccepted(tx.row(ctx, `SELECT `+acceptedColumns+` FROM accepted a JOIN item_versions v ON v.id = a.item_version WHERE a.item_version = $1`, p.Version).scan)
			return found(err)
		}
		if ok, err := read(); err != nil || ok && a.Is(p) {
			return err
		}
		changed = true
		// What is retired is graded as it was before.
		if _, err := tx.exec(ctx, `INSERT INTO accepted (item_version, certification, decision, corrected, void, edition, accepted_at)
			SELECT id, certification, CAST($2 AS TEXT), NULLIF(CAST($3 AS TEXT), ''), CAST($4 AS BOOLEAN), 1, CAST($5 AS BIGINT) FROM item_versions WHERE id = $1
			ON CONFLICT (item_version) DO UPDATE SET decision = excluded.decision, corrected = COALESCE(excluded.corrected, accepted.corrected),
				void = CASE WHEN excluded.decision = 'retired' THEN accepted.void ELSE excluded.void END,
				edition = accepted.edition + 1, accepted_at = excluded.accepted_at, done_at = 0, changed = 0, answers = 0, gainers = 0, reporters = 0`,
			p.Version, string(p.Decision), p.Graded, p.Decision == practice.Voided, millis(now)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM dismissed WHERE item_version = $1 AND corrected = $2`, p.Version, p.Graded); err != nil {
			return err
		}
		_, err = read()
		return err
	})
	return a, changed, wrap("accept for all groups", err)
}

// Dismiss implements [practice.AcceptStore].
func (s *Store) Dismiss(ctx context.Context, p practice.Proposal) error {
	_, err := s.change(ctx, `INSERT INTO dismissed (item_version, corrected) VALUES ($1, $2) ON CONFLICT DO NOTHING`, p.Version, p.Graded)
	return wrap("dismiss what organisers decided", err)
}

// acceptWaits are the groups that are still to get what was accepted about an item
// version ($1): the version by which answers are graded ($2, which may be empty), or a
// decision about what their members reported.
var acceptWaits = `SELECT g.id FROM groups g WHERE NOT ` + ownDecision("g.id", "$1") + ` AND (
	CAST($2 AS TEXT) <> '' AND EXISTS (SELECT 1 FROM tracks t JOIN item_versions v ON v.certification = t.certification AND v.id = $1 WHERE t.group_id = g.id)
		AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.group_id = g.id AND o.item_version = $1 AND o.corrected = $2)
	OR EXISTS (SELECT 1 FROM checks k WHERE k.group_id = g.id AND ` + acceptDecides + `)) `

// acceptDecides is whether a check (k) is decided by it: any open one if what was
// decided ($3) is not to ask the item any more, otherwise those of another version
// than that.
const acceptDecides = `k.original = $1 AND k.state <> 'decided' AND (CAST($3 AS TEXT) = 'retired' OR k.item_version <> $2)`

// AcceptWaits implements [practice.AcceptStore].
func (s *Store) AcceptWaits(ctx context.Context, a practice.Accepted) ([]string, error) {
	groups, err := list(ctx, s.read(ctx), column[string], acceptWaits+`ORDER BY g.id`, a.Version, a.Graded, string(a.Decision))
	return groups, wrap("look for groups", err)
}

// acceptedRegrading is what was accepted, for a group that grades by another version
// now; nil for one that grades by it already.
func acceptedRegrading(ctx context.Context, q querier, groupID string, a practice.Accepted, now time.Time, newID func() string) (*practice.Regrading, error) {
	var current, original, item string
	if err := q.row(ctx, currentVersion, groupID, a.Version).scan(&current, &original, &item); err != nil || a.Graded == "" || current == a.Graded {
		return nil, err
	}
	before, _, err := itemVersion(ctx, q, current)
	if err != nil {
		return nil, err
	}
	r := practice.Regrading{Group: groupID, ItemVersion: a.Version, Corrected: a.Graded, At: now, NewID: newID, Accepted: true}
	var snapshot string
	if r.Item, snapshot, err = itemVersion(ctx, q, a.Graded); err != nil {
		return nil, err
	}
	r.Snapshot, r.Quiet = []byte(snapshot), before.GradesLike(r.Item)
	return &r, nil
}

// ForeseeAccept implements [practice.AcceptStore].
func (s *Store) ForeseeAccept(ctx context.Context, p practice.Proposal) (f practice.Foreseen, err error) {
	a := practice.Accepted{Version: p.Version, Graded: p.Graded, Decision: p.Decision}
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		f = practice.Foreseen{Gains: map[int]int{}}
		asked, err := list(ctx, q, column[string], askedIn, p.Version)
		if err != nil {
			return err
		}
		groups, err := list(ctx, q, column[string], acceptWaits+`ORDER BY g.id`, a.Version, a.Graded, string(a.Decision))
		if err != nil {
			return err
		}
		if a.Decision == practice.Retired {
			if f.Groups, err = undecided(ctx, q, p.Version); err != nil {
				return err
			}
		}
		for _, g := range groups {
			if a.Decision != practice.Retired && slices.Contains(asked, g) {
				f.Groups++
			}
			r, err := acceptedRegrading(ctx, q, g, a, time.Time{}, nil)
			if err != nil {
				return err
			}
			if r != nil && !r.Quiet {
				gains, answers, err := foresee(ctx, q, *r)
				if err != nil {
					return err
				}
				f.Answers += answers
				for gain, people := range gains {
					f.Gains[gain] += people
				}
			}
		}
		return q.row(ctx, `SELECT COUNT(*) FROM checks k JOIN reports p ON p.check_id = k.id AND p.state = 'open'
			WHERE `+acceptDecides+` AND NOT `+ownDecision("k.group_id", "$1"), a.Version, a.Graded, string(a.Decision)).scan(&f.Reporters)
	})
	return f, wrap("foresee what accepting changes", err)
}

// undecided counts the groups that were asked an item version and decided nothing.
func undecided(ctx context.Context, q querier, version string) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM (`+askedIn+`) x WHERE NOT `+ownDecision("x.group_id", "$1"), version).scan(&n)
	return n, err
}

// AcceptIn implements [practice.AcceptStore].
func (s *Store) AcceptIn(ctx context.Context, groupID string, a practice.Accepted, now time.Time, newID func() string) (rounds []string, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		rounds, err = s.acceptIn(ctx, tx, groupID, a, now, newID)
		return err
	})
	if err != nil {
		return nil, wrap("bring what was accepted", err)
	}
	return rounds, nil
}

func (s *Store) acceptIn(ctx context.Context, tx *tx, groupID string, a practice.Accepted, now time.Time, newID func() string) (rounds []string, err error) {
	if state, err := lockGroup(ctx, tx, groupID); err != nil || state == "" { // it is gone
		return nil, err
	}
	var waits string
	if ok, err := found(tx.row(ctx, acceptWaits+`AND g.id = $4`, a.Version, a.Graded, string(a.Decision), groupID).scan(&waits)); err != nil || !ok {
		return nil, err
	}
	r, err := acceptedRegrading(ctx, tx, groupID, a, now, newID)
	if err != nil {
		return nil, err
	}
	var done practice.Regraded
	if r != nil {
		if done, err = s.Regrade(ctx, *r); err != nil {
			return nil, err
		}
	}
	checks, err := list(ctx, tx, func(scan scanner) (practice.Check, error) { return readCheck(scan) },
		`SELECT `+checkColumns+` FROM checks k WHERE k.group_id = $4 AND `+acceptDecides+` ORDER BY k.id`, a.Version, a.Graded, string(a.Decision), groupID)
	if err != nil {
		return nil, err
	}
	reporters := 0
	for _, k := range checks {
		k.State, k.Decision, k.Reason, k.By, k.Accepted, k.DoneAt = practice.CheckDone, a.Decision, "", "", true, now
		told, err := settleCheck(ctx, tx, k)
		if err != nil {
			return nil, err
		}
		reporters += told
		if a.Decision == practice.Retired { // as when an organiser retires it: who reported several draws gets points once
			if told, err = retireDraws(ctx, tx, k); err != nil {
				return nil, err
			}
			reporters += told
		}
	}
	changed := 0
	if len(done.Rounds) > 0 || done.Answers > 0 || len(checks) > 0 {
		changed = 1
	}
	// Last, for whoever accepts something else waits for this row: one of the two
	// finds what the other did.
	n, err := tx.exec(ctx, `UPDATE accepted SET changed = changed + $3, answers = answers + $4, gainers = gainers + $5, reporters = reporters + $6
		WHERE item_version = $1 AND edition = $2`, a.Version, a.Edition, changed, done.Answers, done.Gainers, reporters)
	if err == nil && n == 0 {
		err = practice.ErrReplaced
	}
	return done.Rounds, err
}

// AcceptDone implements [practice.AcceptStore].
func (s *Store) AcceptDone(ctx context.Context, a practice.Accepted, now time.Time) error {
	_, err := s.change(ctx, `UPDATE accepted SET done_at = $5 WHERE item_version = $1 AND edition = $4 AND done_at = 0 AND NOT EXISTS (`+acceptWaits+`)`,
		a.Version, a.Graded, string(a.Decision), a.Edition, millis(now))
	return wrap("end accepting", err)
}

// giveAccepted gives a group that begins to study a certification what was accepted
// about its questions. It comes after the track is there. A group that has another
// track of it is no beginner: it may have decided itself, or answers of it may still
// have to be graded anew, and [Store.AcceptIn] looks for it.
func giveAccepted(ctx context.Context, tx *tx, groupID, certification string, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO overrides (group_id, item_version, corrected, void, corrected_at, accepted)
		SELECT CAST($1 AS TEXT), a.item_version, a.corrected, a.void, CAST($3 AS BIGINT), TRUE
		FROM accepted a WHERE a.certification = $2 AND a.corrected IS NOT NULL
			AND (SELECT COUNT(*) FROM tracks t WHERE t.group_id = $1 AND t.certification = $2) = 1 ON CONFLICT DO NOTHING`,
		groupID, certification, millis(now))
	return err
}

// AcceptedHere implements [practice.AcceptStore].
func (s *Store) AcceptedHere(ctx context.Context, groupID string, since time.Time) ([]practice.AcceptedHere, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (h practice.AcceptedHere, err error) {
		err = scan(&h.Number, &h.Decision)
		return h, err
	}, `SELECT COALESCE(MAX(CASE WHEN r.state = 'closed' THEN r.number END), MAX(r.number)), a.decision
		FROM accepted a JOIN rounds r ON r.group_id = $1 AND r.item_version = a.item_version AND r.state IN ('open', 'closed')
		WHERE a.accepted_at > $2 AND NOT `+ownDecision("$1", "a.item_version")+`
		GROUP BY a.item_version, r.track_id, a.decision, a.accepted_at ORDER BY a.accepted_at DESC, 1 DESC`, groupID, millis(since))
	return all, wrap("read what was accepted", err)
}
