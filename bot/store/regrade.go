package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// OriginalItem implements [practice.RegradeStore].
func (s *Store) OriginalItem(ctx context.Context, groupID, version string) (item quizzes.Item, original string, ok bool, err error) {
	var snapshot string
	ok, err = found(s.read(ctx).row(ctx, `SELECT id, snapshot FROM item_versions WHERE id = `+bankVersion, groupID, version).scan(&original, &snapshot))
	if ok && err == nil {
		item, err = quizzes.FromSnapshot([]byte(snapshot))
	}
	return item, original, ok, wrap("read item version "+version, err)
}

// CorrectedFor implements [practice.RegradeStore].
func (s *Store) CorrectedFor(ctx context.Context, groupID, memberID string, since time.Time, most int) ([]practice.CorrectedAnswer, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (c practice.CorrectedAnswer, err error) {
		err = scan(&c.Certification, &c.Number, &c.Gained)
		return c, err
	}, `SELECT t.certification, r.number, a.gained FROM rounds r JOIN tracks t ON t.id = r.track_id JOIN answers a ON a.round_id = r.id AND a.member_id = $2
		WHERE r.group_id = $1 AND r.corrected_at > $3 AND r.state = 'closed' AND a.answered_at < r.corrected_at
			AND (a.gained > 0 OR a.credit IN ('right', 'partly'))
		ORDER BY r.corrected_at DESC, r.number DESC, r.id LIMIT $4`, groupID, memberID, millis(since), most)
	return all, wrap("read corrected answers", err)
}

// PostOf implements [practice.RegradeStore].
func (s *Store) PostOf(ctx context.Context, roundID string, ch bot.ChannelID) (id bot.MessageID, ok bool, err error) {
	var message string
	ok, err = found(s.read(ctx).row(ctx, `SELECT message FROM deliveries
		WHERE ref = $1 AND kind = $2 AND target = $3 AND state = 'sent'`, roundID, group.KindQuestion, string(ch)).scan(&message))
	return bot.MessageID(message), ok, wrap("read post", err)
}

// VoidItems implements [practice.RegradeStore].
func (s *Store) VoidItems(ctx context.Context, groupID string) ([]practice.VoidItem, error) {
	all, err := list(ctx, s.read(ctx), readVoidItem, `SELECT v.item_id, v.id, v.snapshot FROM overrides o JOIN item_versions v ON v.id = o.item_version
		WHERE o.group_id = $1 AND o.void
		UNION SELECT k.item_id, k.original, v.snapshot FROM checks k JOIN item_versions v ON v.id = k.original
		WHERE k.group_id = $1 AND (k.state = 'paused' OR k.state = 'decided' AND k.decision = 'retired' AND NOT k.accepted)
		UNION SELECT v.item_id, v.id, v.snapshot FROM accepted a JOIN item_versions v ON v.id = a.item_version
		WHERE a.decision = 'retired' AND NOT `+ownDecision("$1", "a.item_version"), groupID)
	return all, wrap("read items left out", err)
}

func readVoidItem(scan scanner) (v practice.VoidItem, err error) {
	var snapshot string
	if err = scan(&v.Item, &v.Version, &snapshot); err != nil {
		return v, err
	}
	item, err := quizzes.FromSnapshot([]byte(snapshot))
	v.Draw = item.Draw
	return v, err
}

// Regrade implements [practice.RegradeStore].
func (s *Store) Regrade(ctx context.Context, r practice.Regrading) (done practice.Regraded, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		done = practice.Regraded{}
		if r.Quiet {
			done, err = reword(ctx, tx, r)
			return err
		}
		state, err := lockGroup(ctx, tx, r.Group)
		if err != nil {
			return err
		}
		if done.Changed, err = override(ctx, tx, r); err != nil || !done.Changed {
			return err
		}
		rounds, err := list(ctx, tx, readCorrected, `UPDATE rounds SET corrected = $4, corrected_at = CASE WHEN state = 'planned' THEN 0 ELSE CAST($5 AS BIGINT) END
			WHERE group_id = $1 AND item_id = $2 AND item_version = $3 AND state <> 'skipped'
			RETURNING id, track_id, number, state`, r.Group, r.Item.ID, r.ItemVersion, r.Corrected, millis(r.At))
		if err != nil {
			return err
		}
		for _, round := range rounds {
			done.Rounds = append(done.Rounds, round.id)
		}
		if done.Answers, done.Gainers, err = regradeRounds(ctx, tx, r, rounds); err != nil {
			return err
		}
		if done.Gainers > 0 {
			if err := addGains(ctx, tx, r, rounds); err != nil {
				return err
			}
		}
		n, err := regradePractice(ctx, tx, r)
		if err != nil {
			return err
		}
		done.Answers += n
		if err := doubtGroup(ctx, tx, r.Group, r.Item.ID); err != nil {
			return err
		}
		// Where the group rests, nothing is posted that its organisers didn't decide.
		return tellCorrection(ctx, tx, r, rounds, !r.Accepted || state == group.Running)
	})
	return done, wrap("regrade", err)
}

// override keeps the correction for answers to come; false if it is there already.
func override(ctx context.Context, tx *tx, r practice.Regrading) (changed bool, err error) {
	var known, kept bool
	if err := tx.row(ctx, `SELECT EXISTS (SELECT 1 FROM overrides WHERE group_id = $1 AND item_version = $2),
		EXISTS (SELECT 1 FROM item_versions WHERE id = $3)`, r.Group, r.ItemVersion, r.Corrected).scan(&known, &kept); err != nil {
		return false, err
	}
	if !known && r.Corrected == r.ItemVersion {
		return false, nil
	}
	if !kept {
		if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
			SELECT $1, item_id, bank, certification, $2, CAST($3 AS BIGINT) FROM item_versions WHERE id = $4 ON CONFLICT DO NOTHING`,
			r.Corrected, string(r.Snapshot), millis(r.At), r.ItemVersion); err != nil {
			return false, err
		}
	}
	n, err := tx.exec(ctx, `INSERT INTO overrides (group_id, item_version, corrected, void, corrected_at, accepted) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (group_id, item_version) DO UPDATE SET corrected = excluded.corrected, void = excluded.void,
			corrected_at = excluded.corrected_at, accepted = excluded.accepted WHERE overrides.corrected <> excluded.corrected`,
		r.Group, r.ItemVersion, r.Corrected, r.Item.Void, millis(r.At), r.Accepted)
	return n == 1, err
}

// correctedRound is a round with the item that is corrected.
type correctedRound struct {
	id, track, state string
	number           int
}

func readCorrected(scan scanner) (r correctedRound, err error) {
	err = scan(&r.id, &r.track, &r.number, &r.state)
	return r, err
}

// regradedRound are the rounds (r) that a correction is about: of a group ($1), with
// a version ($3) of an item ($2).
const regradedRound = `r.group_id = $1 AND r.item_id = $2 AND r.item_version = $3 AND r.state <> 'skipped'`

// change is what becomes of an answer.
type change struct {
	now  practice.Grade
	gain int // points it gains
}

// regradeRounds grades the answers of all rounds with the item anew.
func regradeRounds(ctx context.Context, tx *tx, r practice.Regrading, rounds []correctedRound) (changed, gainers int, err error) {
	if r.Item.Typed() {
		changed, err = regradeTyped(ctx, tx, r, rounds)
	} else {
		changed, err = regradeChoices(ctx, tx, r)
	}
	if err != nil {
		return 0, 0, err
	}
	gained, err := list(ctx, tx, column[int], `WITH n (round_id, correct, gainers, least, most) AS MATERIALIZED (
			SELECT r.id, COUNT(CASE WHEN a.verdict = 'right' AND NOT a.caught_up THEN 1 END), COUNT(CASE WHEN a.gained > 0 THEN 1 END),
				MIN(CASE WHEN a.gained > 0 THEN a.gained END), MAX(a.gained)
			FROM rounds r LEFT JOIN answers a ON a.round_id = r.id WHERE `+regradedRound+` GROUP BY r.id)
		UPDATE rounds SET correct = n.correct, gainers = n.gainers, gain = CASE WHEN n.least = n.most THEN n.most ELSE 0 END FROM n
		WHERE rounds.id = n.round_id RETURNING rounds.gainers`, r.Group, r.Item.ID, r.ItemVersion)
	for _, n := range gained {
		gainers += n
	}
	return changed, gainers, err
}

// addGains adds what people gained in all rounds, each once, to the totals that the
// rounds' points are in; those of an open one are in none yet. A sum of another
// month or season than a round's stays as it is.
func addGains(ctx context.Context, tx *tx, r practice.Regrading, rounds []correctedRound) error {
	tracks := make([]string, len(rounds))
	for n, round := range rounds {
		tracks[n] = round.track
	}
	slices.Sort(tracks)
	const gained = `FROM rounds r JOIN answers a ON a.round_id = r.id AND a.gained > 0`
	const counted = `WHERE r.track_id = $1 AND r.item_id = $2 AND r.item_version = $3 AND r.week > 0`
	for _, track := range slices.Compact(tracks) {
		if _, err := tx.exec(ctx, `WITH g (week, member_id, gain) AS MATERIALIZED (
				SELECT r.week, a.member_id, CAST(SUM(a.gained) AS BIGINT) `+gained+` `+counted+` GROUP BY r.week, a.member_id)
			UPDATE week_points SET points = points + g.gain FROM g
			WHERE week_points.track_id = $1 AND week_points.week = g.week AND week_points.member_id = g.member_id`,
			track, r.Item.ID, r.ItemVersion); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `WITH g (member_id, gain, of_season, of_month) AS MATERIALIZED (
				SELECT a.member_id, CAST(SUM(a.gained) AS BIGINT),
					CAST(SUM(CASE WHEN st.season = w.season THEN a.gained ELSE 0 END) AS BIGINT),
					CAST(SUM(CASE WHEN st.month = r.month THEN a.gained ELSE 0 END) AS BIGINT)
				`+gained+` JOIN weeks w ON w.group_id = r.group_id AND w.number = r.week
					JOIN standings st ON st.track_id = r.track_id AND st.member_id = a.member_id
				`+counted+` GROUP BY a.member_id)
			UPDATE standings SET points = points + g.gain, season_points = season_points + g.of_season, month_points = month_points + g.of_month FROM g
			WHERE standings.track_id = $1 AND standings.member_id = g.member_id`, track, r.Item.ID, r.ItemVersion); err != nil {
			return err
		}
	}
	return nil
}

// changeOf is what becomes of an answer; false if its grade stays.
func changeOf(r practice.Regrading, a practice.Answer) (c change, ok bool) {
	c.now = r.Grades(a)
	after := a
	after.Verdict, after.Credit = c.now.Verdict, c.now.Credit
	c.gain = after.Points() - a.Points()
	return c, c.now != practice.Grade{Verdict: a.Verdict, Credit: a.Credit}
}

// regradeChoices grades every combination of options once: there are few, however
// many answers there are, and those that become alike are written together.
func regradeChoices(ctx context.Context, tx *tx, r practice.Regrading) (changed int, err error) {
	alike := map[change][]any{} // values of the kinds of answers that become so
	if err := visit(ctx, tx, func(scan scanner) error {
		var a practice.Answer
		var n int
		if err := scan(&a.Option, &a.Verdict, &a.Credit, &a.CaughtUp, &a.Gained, &n); err != nil {
			return err
		}
		c, ok := changeOf(r, a)
		if ok {
			changed += n
		}
		if ok || a.Gained > 0 { // an earlier correction's gain isn't this one's
			alike[c] = append(alike[c], a.Option, string(a.Verdict), string(a.Credit), a.CaughtUp, a.Gained)
		}
		return nil
	}, `SELECT a.options, a.verdict, a.credit, a.caught_up, a.gained, COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id
		WHERE `+regradedRound+` GROUP BY a.options, a.verdict, a.credit, a.caught_up, a.gained`, r.Group, r.Item.ID, r.ItemVersion); err != nil {
		return 0, err
	}
	// What gains nothing comes first: what one statement makes, no later one changes.
	// It has its grade by the new key already.
	const kind = 5 // values
	for _, c := range slices.SortedFunc(maps.Keys(alike), func(a, b change) int { return cmp.Compare(a.gain, b.gain) }) {
		for some := range slices.Chunk(alike[c], kind*regradedAtOnce) {
			args := append([]any{r.Group, r.Item.ID, r.ItemVersion, string(c.now.Verdict), string(c.now.Credit), c.gain}, some...)
			if _, err := tx.exec(ctx, `UPDATE answers SET verdict = $4, credit = $5, gained = $6 WHERE round_id IN (SELECT r.id FROM rounds r WHERE `+regradedRound+`)
				AND (options, verdict, credit, caught_up, gained) IN (VALUES `+kinds(7, len(some)/kind)+`)`, args...); err != nil {
				return 0, err
			}
		}
	}
	return changed, nil
}

// kinds are so many rows of values, beginning with the parameter first.
func kinds(first, n int) string {
	rows := make([]string, n)
	for i := range rows {
		at := first + 5*i
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, CAST($%d AS BOOLEAN), CAST($%d AS BIGINT))", at, at+1, at+2, at+3, at+4)
	}
	return strings.Join(rows, ", ")
}

// regradeTyped grades each answer: hardly two are typed alike.
func regradeTyped(ctx context.Context, tx *tx, r practice.Regrading, rounds []correctedRound) (changed int, err error) {
	for _, round := range rounds {
		if _, err := tx.exec(ctx, `UPDATE answers SET gained = 0 WHERE round_id = $1 AND gained > 0`, round.id); err != nil {
			return 0, err
		}
		all, err := list(ctx, tx, readGraded, `SELECT a.id, a.options, a.raw, a.verdict, a.credit, a.caught_up FROM answers a WHERE a.round_id = $1`, round.id)
		if err != nil {
			return 0, err
		}
		n, err := regradeEach(ctx, tx, r, all, true)
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}

// regradePractice grades answers in sessions. Practice points are for questions
// practised, right or not, so that no total changes. Open sessions and live rounds
// are locked first: an answer that is being recorded meanwhile finds the correction.
func regradePractice(ctx context.Context, tx *tx, r practice.Regrading) (int, error) {
	tracks, err := list(ctx, tx, column[string], `SELECT id FROM tracks WHERE group_id = $1`, r.Group)
	if err != nil {
		return 0, err
	}
	for _, track := range tracks {
		if _, err := tx.exec(ctx, `UPDATE sessions SET active_at = active_at WHERE track_id = $1 AND ended_at = 0 AND state = 'open'`, track); err != nil {
			return 0, err
		}
	}
	if _, err := tx.exec(ctx, `UPDATE live_rounds SET place = place WHERE group_id = $1 AND state = 'open'`, r.Group); err != nil {
		return 0, err
	}
	all, err := list(ctx, tx, readGraded, `SELECT a.id, a.options, a.raw, a.verdict, a.credit, a.caught_up
		FROM memberships ms JOIN answers a ON a.member_id = ms.member_id AND a.item_id = $2
		WHERE ms.group_id = $1 AND a.group_id = $1 AND a.item_version = $3 AND a.round_id IS NULL`, r.Group, r.Item.ID, r.ItemVersion)
	if err != nil {
		return 0, err
	}
	return regradeEach(ctx, tx, r, all, false)
}

func readGraded(scan scanner) (a practice.Answer, err error) {
	err = scan(&a.ID, &a.Option, &a.Raw, &a.Verdict, &a.Credit, &a.CaughtUp)
	return a, err
}

// regradedAtOnce is how many answers one statement regrades.
const regradedAtOnce = 400

var regradeSome = `UPDATE answers SET verdict = $1, credit = $2, gained = $3 WHERE id IN (` + placeholders(4, regradedAtOnce) + `)`

// regradeEach regrades answers one by one, those that become alike together.
func regradeEach(ctx context.Context, tx *tx, r practice.Regrading, all []practice.Answer, points bool) (changed int, err error) {
	alike := map[change][]string{}
	for _, a := range all {
		c, ok := changeOf(r, a)
		if !ok {
			continue
		}
		if !points {
			c.gain = 0
		}
		alike[c] = append(alike[c], a.ID)
		changed++
	}
	for c, ids := range alike {
		for some := range slices.Chunk(ids, regradedAtOnce) {
			args := []any{string(c.now.Verdict), string(c.now.Credit), c.gain}
			for n := range regradedAtOnce {
				args = append(args, some[min(n, len(some)-1)])
			}
			if _, err := tx.exec(ctx, regradeSome, args...); err != nil {
				return 0, err
			}
		}
	}
	return changed, nil
}

// tellCorrection has the cards that show the answer edited and, if notes are wanted,
// owes one under each post of the newest closed question of each track: older ones
// show it on their cards.
func tellCorrection(ctx context.Context, tx *tx, r practice.Regrading, rounds []correctedRound, notes bool) error {
	newest := map[string]correctedRound{} // by track
	for _, round := range rounds {
		if round.state != string(practice.Closed) {
			continue // its answer is still to be shown, and then it is the corrected one
		}
		if round.number > newest[round.track].number {
			newest[round.track] = round
		}
		// The next card has a line about it, too.
		open, err := list(ctx, tx, column[string], `SELECT id FROM rounds WHERE track_id = $1 AND state = 'open' AND number > $2`, round.track, round.number)
		if err != nil {
			return err
		}
		for _, id := range append(open, round.id) {
			if err := wantEdit(ctx, tx, group.KindQuestion, id, r.At); err != nil {
				return err
			}
		}
	}
	if !notes {
		return nil
	}
	for _, track := range slices.Sorted(maps.Keys(newest)) {
		if err := oweCorrection(ctx, tx, r, newest[track]); err != nil {
			return err
		}
	}
	return nil
}

// oweCorrection owes a note under each post of a question.
func oweCorrection(ctx context.Context, tx *tx, r practice.Regrading, round correctedRound) error {
	channels, err := list(ctx, tx, column[string], `SELECT target FROM deliveries WHERE ref = $1 AND kind = $2 AND state = 'sent'`,
		round.id, group.KindQuestion)
	if err != nil {
		return err
	}
	for _, ch := range channels {
		note := schedule.Delivery{Key: r.NewID(), Kind: practice.KindCorrection, Ref: practice.NoteRef(round.id, r.Corrected), Group: r.Group,
			Target: ch, Rank: schedule.RankOther, At: r.At, Until: r.At.Add(schedule.DefaultCatchUp)}
		if err := insertDeliveries(ctx, tx, note); err != nil {
			return err
		}
	}
	return nil
}
