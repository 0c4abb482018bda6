package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/practice"
)

// standing is whose history is read, with what was found.
type standing struct {
	account bot.UserID
	history board.History
}

// standingsAtOnce is how many histories one statement reads. What is missing to
// so many is filled up: a look-up of the same account twice finds it once.
const standingsAtOnce = 64

// History implements [board.Store]. Those of one track that are asked for at the
// same time are read by one statement. Who asks comes into a reading that has not
// begun yet, so that it has what was written before.
func (s *Store) History(ctx context.Context, groupID, trackID string, account bot.UserID) (board.History, error) {
	if joined(ctx, s) != nil {
		one := []*gathered[standing]{{value: standing{account: account}}}
		s.readStandings(ctx, groupID, trackID, one)
		return one[0].value.history, one[0].err
	}
	found, err := s.standings.do(ctx, groupID+" "+trackID, standingsAtOnce, standing{account: account},
		func(ctx context.Context, calls []*gathered[standing]) { s.readStandings(ctx, groupID, trackID, calls) })
	return found.history, err
}

// readStandings reads the histories of calls, by one statement.
func (s *Store) readStandings(ctx context.Context, groupID, trackID string, calls []*gathered[standing]) {
	n, statement := 1, historyOfOne
	if len(calls) > 1 {
		n, statement = standingsAtOnce, historiesOfMany
	}
	args := []any{groupID, trackID}
	for i := range n {
		args = append(args, string(calls[min(i, len(calls)-1)].value.account))
	}
	found := make(map[string]board.History, len(calls))
	err := s.histories(ctx, statement, args, func(account string, h board.History) { found[account] = h })
	for _, c := range calls {
		c.value.history, c.err = found[string(c.value.account)], wrap("read standings", err)
	}
}

// MemberHistory implements [board.Store].
func (s *Store) MemberHistory(ctx context.Context, groupID, trackID, memberID string) (h board.History, err error) {
	err = s.histories(ctx, historyOfMember, []any{groupID, trackID, memberID}, func(_ string, found board.History) { h = found })
	return h, wrap("read standing", err)
}

// Histories implements [board.Store].
func (s *Store) Histories(ctx context.Context, groupID, trackID string, week int, each func(board.History)) error {
	err := s.histories(ctx, historiesOfWeek, []any{groupID, trackID, week}, func(_ string, h board.History) { each(h) })
	return wrap("read histories", err)
}

var (
	historyOfOne    = historiesOf(`accounts w`, `w.member_id`, `w.id = $3`)
	historiesOfMany = historiesOf(`accounts w`, `w.member_id`, `w.id IN (`+placeholders(3, standingsAtOnce)+`)`)
	historyOfMember = historiesOf(`members w`, `w.id`, `w.id = $3`)
	historiesOfWeek = historiesOf(`(SELECT member_id AS id FROM week_points WHERE track_id = $2 AND week = $3) w`, `w.id`, `TRUE`)
)

// What a row of [historiesOf] is.
const (
	rowPerson = iota
	rowQuestion
	rowAnswer
)

// historiesOf reads everything that the standings of some people follow from, as
// it is at one instant: the people, the questions since their runs were kept, and
// their answers to these. Each question is read once, however many people there
// are. The cross joins have SQLite begin with who is asked about, and with
// questions.
func historiesOf(people, member, condition string) string {
	const questions = `rounds r WHERE r.track_id = $2 AND r.number > (SELECT MIN(through) FROM who) AND r.state <> 'skipped'
		AND (r.closed_at = 0 OR r.closed_at > (SELECT MIN(joined_at) FROM who))`
	return `WITH who (id, member_id, run, away, joined_at, through, points, reviews) AS MATERIALIZED (
			SELECT w.id, ms.member_id, COALESCE(st.run, ''),
				COALESCE((SELECT string_agg(aw.from_at || ' ' || aw.until_at, ' ') FROM aways aw WHERE aw.member_id = ms.member_id), '') || ' ' ||
				COALESCE((SELECT string_agg(er.from_at || ' ' || er.until_at, ' ') FROM exam_rests er WHERE er.member_id = ms.member_id), ''),
				ms.joined_at, COALESCE(st.run_through, 0), COALESCE(wp.points, 0), rm.member_id IS NOT NULL
			FROM ` + people + ` CROSS JOIN memberships ms LEFT JOIN standings st ON st.track_id = $2 AND st.member_id = ms.member_id
				LEFT JOIN week_points wp ON wp.track_id = $2 AND wp.week = (SELECT week FROM groups WHERE id = $1) AND wp.member_id = ms.member_id
				LEFT JOIN reminders rm ON rm.member_id = ms.member_id AND rm.kind = '` + practice.NoteReviews + `' AND rm.state = 'on'
			WHERE ` + condition + ` AND ms.group_id = $1 AND ms.member_id = ` + member + `),
		asked (id, number, local_day, state, opened_at, closed_at, resting, secret) AS MATERIALIZED (
			SELECT r.id, r.number, r.local_day, r.state, r.opened_at, r.closed_at, r.resting, ` + secret + ` FROM ` + questions + `)
		SELECT ` + fmt.Sprint(rowPerson) + `, id, member_id, run, away, joined_at, through, points, reviews FROM who
		UNION ALL SELECT ` + fmt.Sprint(rowQuestion) + `, '', '', local_day, state, opened_at, number, closed_at, resting FROM asked
		UNION ALL SELECT ` + fmt.Sprint(rowAnswer) + `, '', a.member_id, '', '', a.answered_at, q.number, CASE WHEN q.secret THEN 0 ELSE ` + pointsOf + ` END, a.caught_up
			FROM asked q CROSS JOIN who CROSS JOIN answers a
			WHERE q.number > who.through AND a.round_id = q.id AND a.member_id = who.member_id`
}

// historyRow is a row of [historiesOf], in its order.
type historyRow struct {
	kind         int
	id, member   string // of a person, what it was asked by; of an answer, whose
	text, detail string // a run, and spans of being away or at an exam; a question's day and state
	at           int64  // joined; opened; answered
	number       int    // of the question; of a person, the last one's in the run
	value        int64  // points; when a question closed
	flag         bool   // notes about reviews are on; a question came to a group at rest; an answer was caught up
}

// histories calls each with the history of everybody whom a statement of
// [historiesOf] is about, in the order of members, and what it was asked by.
func (s *Store) histories(ctx context.Context, statement string, args []any, each func(id string, h board.History)) error {
	var people, questions, answers []historyRow
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var r historyRow
		err := scan(&r.kind, &r.id, &r.member, &r.text, &r.detail, &r.at, &r.number, &r.value, &r.flag)
		switch r.kind {
		case rowPerson:
			people = append(people, r)
		case rowQuestion:
			questions = append(questions, r)
		default:
			answers = append(answers, r)
		}
		return err
	}, statement, args...)
	if err != nil {
		return err
	}
	order := func(a, b historyRow) int {
		return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.number, b.number))
	}
	slices.SortFunc(people, order)
	slices.SortFunc(questions, order)
	slices.SortFunc(answers, order)
	for _, p := range people {
		for len(answers) > 0 && answers[0].member < p.member {
			answers = answers[1:]
		}
		h, err := historyOf(p, questions, answers)
		if err != nil {
			return err
		}
		each(p.id, h)
	}
	return nil
}

// historyOf is one person's history. Questions are in order; answers, too, and
// the person's come first.
func historyOf(p historyRow, questions, answers []historyRow) (board.History, error) {
	h := board.History{Member: p.member, WeekPoints: int(p.value), Reviews: p.flag}
	if p.text != "" {
		if err := json.Unmarshal([]byte(p.text), &h.Run); err != nil {
			return h, fmt.Errorf("run of %s: %w", p.member, err)
		}
	}
	away, err := spans(strings.TrimSpace(p.detail))
	if err != nil {
		return h, fmt.Errorf("absences of %s: %w", p.member, err)
	}
	for _, r := range questions {
		if r.number <= p.number || r.value != 0 && r.value <= p.at { // in the run, or closed before they joined
			continue
		}
		q := board.Question{Number: r.number, Day: r.text, Closed: instant(r.value), Excused: r.flag || r.at < p.at}
		for _, w := range away {
			q.Excused = q.Excused || w.from < r.value && w.until > r.at
		}
		for len(answers) > 0 && answers[0].member == p.member && answers[0].number < r.number {
			answers = answers[1:]
		}
		if len(answers) > 0 && answers[0].member == p.member && answers[0].number == r.number {
			a := answers[0]
			q.Answered = instant(a.at)
			if r.detail == string(practice.Open) {
				h.OpenPoints += int(a.value)
			}
			if a.flag {
				h.CaughtUp = append(h.CaughtUp, q.Answered)
			}
		}
		h.Questions = append(h.Questions, q)
	}
	return h, nil
}

// span is a time away, or around an exam.
type span struct{ from, until int64 }

// spans reads "from until from until …".
func spans(text string) ([]span, error) {
	var all []span
	for r := strings.NewReader(text); r.Len() > 0; {
		var s span
		if _, err := fmt.Fscan(r, &s.from, &s.until); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
