package store

import (
	"context"
	"encoding/json"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

var _ practice.DecideStore = (*Store)(nil)

// ChecksWaiting implements [practice.DecideStore].
func (s *Store) ChecksWaiting(ctx context.Context, groupID string) (n int, err error) {
	err = s.read(ctx).row(ctx, `SELECT COUNT(*) FROM checks WHERE group_id = $1 AND state <> 'decided'`, groupID).scan(&n)
	return n, wrap("count checks", err)
}

// lastPosting is the newest posting under which a check's question was reported, or
// else the newest that people may see.
const lastPosting = `COALESCE((SELECT MAX(r.number) FROM reports p JOIN rounds r ON r.id = p.round_id WHERE p.check_id = k.id),
	(SELECT MAX(r.number) FROM rounds r WHERE r.group_id = k.group_id AND r.item_id = k.item_id
		AND r.item_version = k.original AND r.state IN ('open', 'closed') AND r.track_id = k.track_id), 0)`

// checkedQuery reads checks as the member $2 may see them.
var checkedQuery = `SELECT ` + checkColumns + `, v.bank, v.snapshot, ` + lastPosting + `, ` + heldFrom("k.group_id", "k.item_id", "$2") + `,
		EXISTS (SELECT 1 FROM overrides o WHERE o.group_id = k.group_id AND o.item_version = k.original AND o.corrected = k.item_version AND o.accepted)
	FROM checks k JOIN item_versions v ON v.id = k.item_version `

// readChecked reads checkedQuery.
func readChecked(scan scanner) (k practice.Checked, err error) {
	var snapshot string
	if k.Check, err = readCheck(scan, &k.Bank, &snapshot, &k.Number, &k.Held, &k.ForAll); err != nil {
		return k, err
	}
	k.Item, err = quizzes.FromSnapshot([]byte(snapshot))
	return k, err
}

// readOpen reads the open reports of a check. A name is only of who wants that.
func readOpen(ctx context.Context, q querier, k *practice.Checked) (err error) {
	k.Reports, err = list(ctx, q, func(scan scanner) (r practice.Report, err error) {
		var at int64
		err = scan(&r.ID, &r.Round, &r.Fault, &r.Note, &r.Named, &r.Name, &at)
		r.Check, r.At = k.ID, instant(at)
		return r, err
	}, `SELECT p.id, p.round_id, p.fault, p.note, p.named,
			CASE WHEN p.named THEN COALESCE((SELECT ms.name FROM memberships ms WHERE ms.group_id = $2 AND ms.member_id = p.member_id), '') ELSE '' END, p.reported_at
		FROM reports p WHERE p.check_id = $1 AND p.state = 'open' ORDER BY p.reported_at, p.id`, k.ID, k.Group)
	return err
}

// Checks implements [practice.DecideStore].
func (s *Store) Checks(ctx context.Context, groupID string) (all []practice.Checked, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		if all, err = list(ctx, q, readChecked, checkedQuery+`WHERE k.group_id = $1 AND k.state <> 'decided' AND CAST($2 AS TEXT) = ''
			ORDER BY CASE WHEN k.state = 'paused' THEN 0 ELSE 1 END, k.reported_at, k.id`, groupID, ""); err != nil {
			return err
		}
		for n := range all {
			if err := readOpen(ctx, q, &all[n]); err != nil {
				return err
			}
		}
		return nil
	})
	return all, wrap("read checks", err)
}

// Check implements [practice.DecideStore].
func (s *Store) Check(ctx context.Context, id, memberID string) (k practice.Checked, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		k, err = readChecked(q.row(ctx, checkedQuery+`WHERE k.id = $1`, id, memberID).scan)
		if ok, err = found(err); !ok || err != nil {
			return err
		}
		return readOpen(ctx, q, &k)
	})
	return k, ok && err == nil, wrap("read check", err)
}

// CheckSpread implements [practice.DecideStore].
func (s *Store) CheckSpread(ctx context.Context, groupID, original string) (map[string]int, error) {
	spread := map[string]int{}
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var options, verdict string
		var n int
		err := scan(&options, &verdict, &n)
		if options == "" { // typed
			options = verdict
		}
		spread[options] += n
		return err
	}, `SELECT a.options, a.verdict, COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id AND NOT a.caught_up
		WHERE r.group_id = $1 AND r.item_version = $2 AND r.state = 'closed' AND r.answered >= $3 GROUP BY a.options, a.verdict`,
		groupID, original, practice.MinCounted)
	return spread, wrap("count answers to a question", err)
}

// PutDraft implements [practice.DecideStore].
func (s *Store) PutDraft(ctx context.Context, d practice.Draft, now time.Time) error {
	words, err := json.Marshal(d.Words)
	if err != nil {
		return wrap("keep draft", err)
	}
	_, err = s.change(ctx, `INSERT INTO decisions (id, check_id, member_id, decision, words, made_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (check_id, member_id) DO UPDATE SET id = excluded.id, decision = excluded.decision, words = excluded.words, made_at = excluded.made_at`,
		d.ID, d.Check, d.Member, string(d.Decision), string(words), millis(now))
	return wrap("keep draft", err)
}

// DraftOf implements [practice.DecideStore].
func (s *Store) DraftOf(ctx context.Context, id, memberID string) (d practice.Draft, ok bool, err error) {
	var words string
	ok, err = found(s.read(ctx).row(ctx, `SELECT id, check_id, member_id, decision, words FROM decisions WHERE id = $1 AND member_id = $2`, id, memberID).
		scan(&d.ID, &d.Check, &d.Member, &d.Decision, &words))
	if ok && err == nil {
		err = json.Unmarshal([]byte(words), &d.Words)
	}
	return d, ok, wrap("read draft", err)
}

// ForeseeRegrade implements [practice.DecideStore].
func (s *Store) ForeseeRegrade(ctx context.Context, r practice.Regrading) (gains map[int]int, answers int, err error) {
	gains, answers, err = foresee(ctx, s.read(ctx), r)
	return gains, answers, wrap("foresee a correction", err)
}

// foresee grades answers in time to closed questions as a regrading would, those
// that are alike once. Where so few answered one of the postings that nothing is
// told of it, that is how many answers there are.
func foresee(ctx context.Context, q querier, r practice.Regrading) (gains map[int]int, answers int, err error) {
	gains = map[int]int{}
	postings := map[string]int{}
	err = visit(ctx, q, func(scan scanner) error {
		var round string
		var a practice.Answer
		var n int
		if err := scan(&round, &a.Option, &a.Raw, &a.Verdict, &a.Credit, &n); err != nil {
			return err
		}
		answers += n
		postings[round] += n
		if c, ok := changeOf(r, a); ok && c.gain > 0 {
			gains[c.gain] += n
		}
		return nil
	}, `SELECT r.id, a.options, a.raw, a.verdict, a.credit, COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id AND NOT a.caught_up
		WHERE r.group_id = $1 AND r.item_id = $2 AND r.item_version = $3 AND r.state = 'closed'
		GROUP BY r.id, a.options, a.raw, a.verdict, a.credit`, r.Group, r.Item.ID, r.ItemVersion)
	for _, n := range postings {
		if n < practice.MinCounted {
			answers = min(answers, n)
		}
	}
	return gains, answers, err
}

// Decide implements [practice.DecideStore].
func (s *Store) Decide(ctx context.Context, d practice.Deciding) (done practice.Decided, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		if done, err = s.decide(ctx, tx, d); err != nil || done.Already || done.Gone || d.Decision != practice.Retired {
			return err
		}
		told, err := retireDraws(ctx, tx, done.Check)
		done.Reporters += told
		return err
	})
	return done, wrap("decide", err)
}

func (s *Store) decide(ctx context.Context, tx *tx, d practice.Deciding) (done practice.Decided, err error) {
	var groupID string
	if err := tx.row(ctx, `SELECT group_id FROM checks WHERE id = $1`, d.Check).scan(&groupID); err != nil {
		return done, err
	}
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return done, err
	}
	var current, original, item string
	if done.Check, err = readCheck(tx.row(ctx, `SELECT `+checkColumns+` FROM checks k WHERE k.id = $1`, d.Check).scan); err != nil {
		return done, err
	}
	if done.Already = done.Check.State == practice.CheckDone; done.Already {
		return done, nil
	}
	role, err := roleOf(ctx, tx, groupID, d.Member)
	if err != nil {
		return done, err
	}
	if err := tx.row(ctx, currentVersion, groupID, done.Check.Original).scan(&current, &original, &item); err != nil {
		return done, err
	}
	if done.Gone = role != group.Organiser || current != done.Check.Version; done.Gone {
		return done, nil
	}
	if d.Regrading != nil {
		gains, answers, err := foresee(ctx, tx, *d.Regrading)
		if err != nil {
			return done, err
		}
		if done.Regraded, err = s.Regrade(ctx, *d.Regrading); err != nil {
			return done, err
		}
		done.Regraded.Gains, done.Regraded.InTime = gains, answers
	}
	k := &done.Check
	k.State, k.Decision, k.Reason, k.By, k.DoneAt = practice.CheckDone, d.Decision, d.Words.Reason, d.Member, d.At
	k.Accepted = false
	done.Reporters, err = settleCheck(ctx, tx, *k)
	return done, err
}

// settleCheck records what was decided about a check and answers its reports.
func settleCheck(ctx context.Context, tx *tx, k practice.Check) (told int, err error) {
	if err := closeCheck(ctx, tx, k); err != nil {
		return 0, err
	}
	return answerReports(ctx, tx, k)
}

// closeCheck records what was decided about a check; nobody's draft of it is kept.
func closeCheck(ctx context.Context, tx *tx, k practice.Check) error {
	if _, err := tx.exec(ctx, `UPDATE checks SET state = 'decided', decision = $2, reason = $3, member_id = $4, decided_at = $5, accepted = $6 WHERE id = $1`,
		k.ID, string(k.Decision), k.Reason, k.By, millis(k.DoneAt), k.Accepted); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM decisions WHERE check_id = $1`, k.ID)
	return err
}

// answerReports answers the open reports of a check that was decided, gives points
// for those that led to something, and has their members told.
func answerReports(ctx context.Context, tx *tx, k practice.Check) (told int, err error) {
	type open struct{ id, member string }
	all, err := list(ctx, tx, func(scan scanner) (o open, err error) {
		err = scan(&o.id, &o.member)
		return o, err
	}, `SELECT id, member_id FROM reports WHERE check_id = $1 AND state = 'open' ORDER BY member_id`, k.ID)
	if err != nil {
		return 0, err
	}
	l, counts, err := openLedger(ctx, tx, k.Group, k.DoneAt)
	if err != nil {
		return 0, err
	}
	for _, o := range all {
		state, points := practice.ReportRight, 0
		role, err := roleOf(ctx, tx, k.Group, o.member)
		if err != nil {
			return 0, err
		}
		switch {
		case k.Decision == practice.KeptAsIs:
			state = practice.ReportKept
		case o.member != k.By && role != "" && counts: // nobody rewards themselves
			points = practice.PointsReport
			if err := earn(ctx, tx, earning{id: o.id, kind: earnedReport, group: k.Group, track: k.Track, member: o.member, points: points}, l, k.DoneAt); err != nil {
				return 0, err
			}
		}
		if _, err := tx.exec(ctx, `UPDATE reports SET state = $2, points = $3, answered_at = $4 WHERE id = $1`,
			o.id, string(state), points, millis(k.DoneAt)); err != nil {
			return 0, err
		}
		if err := lookAtNotes(ctx, tx, o.member, practice.NoteReports, k.DoneAt); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// reword gives a group other words about an item version, by which answers count as
// they did: the cards that show it are edited, and that is all.
func reword(ctx context.Context, tx *tx, r practice.Regrading) (done practice.Regraded, err error) {
	if _, err := lockGroup(ctx, tx, r.Group); err != nil {
		return done, err
	}
	if done.Changed, err = override(ctx, tx, r); err != nil || !done.Changed {
		return done, err
	}
	rounds, err := list(ctx, tx, readCorrected, `UPDATE rounds SET corrected = $4
		WHERE group_id = $1 AND item_id = $2 AND item_version = $3 AND state <> 'skipped' RETURNING id, track_id, number, state`,
		r.Group, r.Item.ID, r.ItemVersion, r.Corrected)
	if err != nil {
		return done, err
	}
	for _, round := range rounds {
		done.Rounds = append(done.Rounds, round.id)
		if round.state != string(practice.Closed) {
			continue
		}
		if err := wantEdit(ctx, tx, group.KindQuestion, round.id, r.At); err != nil {
			return done, err
		}
	}
	return done, nil
}
