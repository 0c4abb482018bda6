package store

import (
	"context"
	"slices"
	"time"

	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// mergeMemberships unites the memberships of two members: who organises goes on,
// and the stricter privacy wins.
func mergeMemberships(ctx context.Context, tx *tx, m group.Merging) error {
	for _, text := range []string{
		`UPDATE members SET extra_time = (SELECT g.extra_time FROM members g WHERE g.id = $2) WHERE id = $1 AND extra_time = ''`,
		`UPDATE memberships SET name = (SELECT m.name FROM members m WHERE m.id = memberships.member_id) WHERE member_id IN ($1, $2) AND name = ''`,
		`UPDATE memberships SET
				role = CASE WHEN o.role = 'organiser' THEN o.role ELSE memberships.role END,
				joined_at = CASE WHEN o.joined_at < memberships.joined_at THEN o.joined_at ELSE memberships.joined_at END,
				hidden = memberships.hidden OR o.hidden, mentor = memberships.mentor OR o.mentor,
				told_at = CASE WHEN memberships.told_at > o.told_at THEN memberships.told_at ELSE o.told_at END, reported = memberships.reported AND o.reported,
				board_name = CASE WHEN memberships.board_name = '' THEN o.board_name ELSE memberships.board_name END
			FROM memberships AS o WHERE memberships.member_id = $1 AND o.member_id = $2 AND o.group_id = memberships.group_id`,
		`DELETE FROM memberships WHERE member_id = $2 AND group_id IN (SELECT group_id FROM memberships WHERE member_id = $1)`,
		`UPDATE memberships SET member_id = $1 WHERE member_id = $2`,
		// Nobody is asked by themselves, or twice.
		`UPDATE offers SET state = 'ended' WHERE state = 'open' AND (from_member = $1 AND to_member = $2 OR from_member = $2 AND to_member = $1)`,
		`UPDATE offers SET state = 'ended' WHERE state = 'open' AND to_member = $2
			AND group_id IN (SELECT group_id FROM offers WHERE state = 'open' AND to_member = $1)`,
	} {
		if _, err := tx.exec(ctx, text, m.Kept, m.Gone); err != nil {
			return err
		}
	}
	return nil
}

// dropped is the later one of two answers of one person to one question.
type dropped struct {
	id, round, state string
	caughtUp, right  bool
	closed           time.Time
}

// mergeAnswers leaves one answer of each round that both have answered, the
// earlier, and one open session of a kind.
func mergeAnswers(ctx context.Context, tx *tx, m group.Merging) error {
	later, err := list(ctx, tx, func(scan scanner) (d dropped, err error) {
		var closed int64
		err = scan(&d.id, &d.round, &d.caughtUp, &d.right, &d.state, &closed)
		d.closed = instant(closed)
		return d, err
	}, `SELECT l.id, l.round_id, l.caught_up, l.verdict = 'right', r.state, r.closed_at
		FROM answers e JOIN answers l ON l.round_id = e.round_id AND (e.answered_at, e.id) < (l.answered_at, l.id)
		JOIN rounds r ON r.id = l.round_id
		WHERE e.member_id = $1 AND l.member_id = $2 OR e.member_id = $2 AND l.member_id = $1 ORDER BY r.id`, m.Kept, m.Gone)
	if err != nil {
		return err
	}
	for _, d := range later {
		if err := dropAnswer(ctx, tx, d, m.Now); err != nil {
			return err
		}
	}
	open, err := list(ctx, tx, column[string], `SELECT g.id FROM sessions k JOIN sessions g ON g.track_id = k.track_id AND g.kind = k.kind AND g.state = 'open'
		WHERE k.member_id = $1 AND g.member_id = $2 AND k.state = 'open'`, m.Kept, m.Gone)
	if err != nil {
		return err
	}
	for _, id := range open {
		if err := endAnySession(ctx, tx, id, m.Now); err != nil {
			return err
		}
	}
	// What is remembered is worked out anew from the answers of both.
	for _, text := range []string{`DELETE FROM memories WHERE member_id = $1`, `DELETE FROM memory_marks WHERE member_id = $1`} {
		if _, err := tx.exec(ctx, text, m.Gone); err != nil {
			return err
		}
	}
	return doubtAllMemories(ctx, tx, m.Kept)
}

// dropAnswer takes an answer back, as if it had not been given.
func dropAnswer(ctx context.Context, tx *tx, d dropped, now time.Time) error {
	if _, err := tx.exec(ctx, `DELETE FROM earnings WHERE id = $1`, d.id); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM answers WHERE id = $1`, d.id); err != nil || d.caughtUp {
		return err
	}
	right := 0
	if d.right {
		right = 1
	}
	if _, err := tx.exec(ctx, `UPDATE rounds SET answered = answered - 1, correct = correct - $2 WHERE id = $1`, d.round, right); err != nil {
		return err
	}
	if d.state == string(practice.Closed) && now.Sub(d.closed) > practice.CatchUpFor {
		return nil // what stands under an old question stays
	}
	return wantEdit(ctx, tx, group.KindQuestion, d.round, now)
}

// mergePoints works the totals out anew where both members have some; the rest
// only changes hands. Answers and sessions have changed hands already.
func mergePoints(ctx context.Context, tx *tx, m group.Merging) error {
	for _, groupID := range m.Shared {
		tracks, err := list(ctx, tx, column[string], `SELECT id FROM tracks t WHERE group_id = $1
			AND EXISTS (SELECT 1 FROM answers a WHERE a.track_id = t.id AND a.member_id = $2) ORDER BY id`, groupID, m.Kept)
		if err != nil {
			return err
		}
		for _, track := range tracks {
			if err := recountMember(ctx, tx, groupID, track, m); err != nil {
				return err
			}
		}
	}
	for _, groupID := range m.Groups {
		if _, err := tx.exec(ctx, `UPDATE weeks SET post = replace(post, '"' || $2 || '"', '"' || $1 || '"') WHERE group_id = $3 AND post <> ''`,
			m.Kept, m.Gone, groupID); err != nil {
			return err
		}
	}
	return nil
}

// credit is something that entered the totals.
type credit struct {
	id, kind           string // kind is "" for an answer in time
	week               int
	month              string
	questions, points  int
	answers, practised int
}

// recountMember gives one member the totals of a track that follow from the
// answers and earnings of two.
func recountMember(ctx context.Context, tx *tx, groupID, track string, m group.Merging) error {
	if _, err := tx.exec(ctx, `UPDATE earnings SET member_id = $1 WHERE member_id = $2 AND track_id = $3`, m.Kept, m.Gone, track); err != nil {
		return err
	}
	for _, member := range []string{m.Kept, m.Gone} {
		for _, text := range []string{`DELETE FROM week_points WHERE track_id = $1 AND member_id = $2`, `DELETE FROM standings WHERE track_id = $1 AND member_id = $2`} {
			if _, err := tx.exec(ctx, text, track, member); err != nil {
				return err
			}
		}
	}
	credits, err := list(ctx, tx, func(scan scanner) (c credit, err error) {
		err = scan(&c.id, &c.kind, &c.week, &c.month, &c.questions, &c.points)
		return c, err
	}, `SELECT a.id, '', r.week, r.month, 1, `+pointsOf+` FROM answers a JOIN rounds r ON r.id = a.round_id
			WHERE a.member_id = $2 AND a.track_id = $1 AND NOT a.caught_up AND r.week > 0
		UNION ALL SELECT e.id, e.kind, e.week, e.month, e.questions, e.points FROM earnings e WHERE e.member_id = $2 AND e.track_id = $1
		ORDER BY 3, 1`, track, m.Kept)
	if err != nil {
		return err
	}
	if err := shareCap(ctx, tx, credits); err != nil {
		return err
	}
	seasons := map[int]int64{}
	if err := visit(ctx, tx, func(scan scanner) error {
		var number int
		var season int64
		err := scan(&number, &season)
		seasons[number] = season
		return err
	}, `SELECT number, season FROM weeks WHERE group_id = $1`, groupID); err != nil {
		return err
	}
	return creditMember(ctx, tx, track, m.Kept, credits, seasons)
}

// shareCap lets the sessions of two members share the points that practice earns
// in one week.
func shareCap(ctx context.Context, tx *tx, credits []credit) error {
	practised := map[int]int{}
	for n := range credits {
		c := &credits[n]
		switch c.kind {
		case "", earnedCaughtUp:
			c.answers = 1
		case earnedPractice:
			c.practised = c.questions
			points := board.Practised(practised[c.week], c.questions)
			practised[c.week] += c.questions
			if points != c.points {
				if _, err := tx.exec(ctx, `UPDATE earnings SET points = $2 WHERE id = $1`, c.id, points); err != nil {
					return err
				}
				c.points = points
			}
		}
	}
	return nil
}

// creditMember writes a member's totals of a track, of which there are none yet.
func creditMember(ctx context.Context, tx *tx, track, member string, credits []credit, seasons map[int]int64) error {
	weeks, total := map[int]credit{}, credit{}
	var season int64
	for _, c := range credits {
		w := weeks[c.week]
		w.points, w.answers, w.practised = w.points+c.points, w.answers+c.answers, w.practised+c.practised
		weeks[c.week] = w
		if c.points > 0 {
			total.points += c.points
			total.month, season = max(total.month, c.month), max(season, seasons[c.week])
		}
	}
	numbers := make([]int, 0, len(weeks))
	for n := range weeks {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		if _, err := tx.exec(ctx, `INSERT INTO week_points (track_id, week, member_id, points, answers, practised) VALUES ($1, $2, $3, $4, $5, $6)`,
			track, n, member, weeks[n].points, weeks[n].answers, weeks[n].practised); err != nil {
			return err
		}
	}
	if total.points == 0 {
		return nil
	}
	bySeason, byMonth := 0, 0
	for _, c := range credits {
		if seasons[c.week] == season {
			bySeason += c.points
		}
		if c.month == total.month {
			byMonth += c.points
		}
	}
	_, err := tx.exec(ctx, `INSERT INTO standings (track_id, member_id, points, season, season_points, month, month_points)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, track, member, total.points, season, bySeason, total.month, byMonth)
	return err
}
