package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/practice"
	"studyhall/bot/store/storetest/pgtest"
	"studyhall/quizzes"
)

// The installation of the benchmarks: one large group among many others.
const (
	crowdMembers = 5000
	crowdRounds  = 100
	otherGroups  = 10
	otherMembers = 500
)

// crowd is that installation: a million answers, counted.
type crowd struct {
	b      *testing.B
	s      *Store
	now    time.Time
	rounds int
}

// series are the numbers from 1 to n as rows.
func series(n int) string {
	return fmt.Sprintf(`WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %d) `, n)
}

// member is an identifier of a person as random as real ones are.
const member = `'member-' || CAST((n * 7919 + $2) % 1000003 AS TEXT)`

// newMemberCrowd has groups of so many members, who were asked nothing yet.
func newMemberCrowd(b *testing.B, s *Store, sizes ...int) *crowd {
	c := &crowd{b: b, s: s, now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
	c.must(`INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
		VALUES ('v', 'cbet-x', 'b', 'cbet', '{}', 0)`)
	for g, size := range sizes {
		id := fmt.Sprintf("group-%d", g)
		c.must(`INSERT INTO groups (id, name, zone, state, stays_open, silent_limit, created_at, started_at, week)
			VALUES ($1, 'CBET study group', 'America/Chicago', 'running', 'next', 0, 0, 1, 1)`, id)
		c.must(`INSERT INTO tracks (id, group_id, certification, outline) VALUES ($1, $2, 'cbet', 'cbet-2025')`, "track-"+id, id)
		c.must(`INSERT INTO schedules (id, group_id, track_id, kind, expr) VALUES ($1, $2, $3, 'question', '0 7 * * 1-5')`, "schedule-"+id, id, "track-"+id)
		c.must(`INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ($1, 'fake:space', $2, 0)`, "fake:"+id, id)
		c.must(series(size)+`INSERT INTO members (id, name, created_at) SELECT `+member+`, 'Person ' || CAST(n AS TEXT), $1 FROM series`, 0, g)
		c.must(series(size)+`INSERT INTO accounts (id, member_id, space_id) SELECT 'fake:p' || CAST(n AS TEXT) || '-`+id+`', `+member+`, $1 FROM series`, "fake:space", g)
		c.must(series(size)+`INSERT INTO memberships (group_id, member_id, role, joined_at, hidden)
			SELECT $1, `+member+`, 'member', 0, n % 40 = 0 FROM series`, id, g)
		c.must(`INSERT INTO weeks (group_id, number, occurrence, season, begun_at) VALUES ($1, 1, 'start', 1, 0)`, id)
	}
	return c
}

// newBoardCrowd has groups of so many members, who have answered all questions.
func newBoardCrowd(b *testing.B, s *Store, sizes ...int) *crowd {
	c := newMemberCrowd(b, s, sizes...)
	for range crowdRounds {
		for g := range sizes {
			c.close(c.ask(fmt.Sprintf("group-%d", g)))
		}
		if c.now = c.now.AddDate(0, 0, 1); c.now.Weekday() == time.Monday {
			for g := range sizes {
				c.write(func(ctx context.Context, tx *tx) error {
					_, err := beginWeek(ctx, tx, fmt.Sprintf("group-%d", g), c.now.String(), c.now)
					return err
				})
			}
		}
	}
	if s.engine == enginePostgres {
		c.must(`ANALYZE`)
	}
	return c
}

func (c *crowd) must(text string, args ...any) {
	c.b.Helper()
	must(c.b, c.s, text, args...)
}

func (c *crowd) write(job func(ctx context.Context, tx *tx) error) {
	c.b.Helper()
	if err := c.s.write(context.Background(), job); err != nil {
		c.b.Fatal(err)
	}
}

// ask opens a round that everybody in the group has answered.
func (c *crowd) ask(groupID string) string {
	c.b.Helper()
	c.rounds++
	id := fmt.Sprintf("round-%d", c.rounds)
	c.must(`UPDATE tracks SET rounds = rounds + 1 WHERE id = $1`, "track-"+groupID)
	c.must(`INSERT INTO rounds (id, group_id, track_id, number, item_id, domain, item_version, rule_version, local_day, state,
			planned_at, opened_at, closes_at, latest_close, answered)
		SELECT $1, group_id, id, rounds, 'cbet-x', 'cbet.safety', 'v', 1, '2026-11-23', 'open', CAST($3 AS BIGINT), $3, $3, $3, 1 FROM tracks WHERE id = $2`,
		id, "track-"+groupID, millis(c.now))
	// Everybody answers; how many are right differs from one to the next.
	c.must(`INSERT INTO answers (id, round_id, group_id, track_id, member_id, item_id, item_version, options, verdict, answered_at, interaction)
		SELECT $1 || '-' || member_id, $1, group_id, 'track-' || group_id, member_id, 'cbet-x', 'v', 'a',
			CASE WHEN CAST(SUBSTR(member_id, 8) AS BIGINT) * (CAST($3 AS BIGINT) + 17) % 101 % 3 = 0 THEN 'wrong' ELSE 'right' END, $4, 'i'
		FROM memberships WHERE group_id = $2`, id, groupID, c.rounds, millis(c.now))
	return id
}

// close closes a round as its due thing does.
func (c *crowd) close(id string) {
	c.b.Helper()
	c.write(func(ctx context.Context, tx *tx) error { return c.closing(ctx, tx, id) })
}

func (c *crowd) closing(ctx context.Context, tx *tx, id string) error {
	var groupID string
	if err := tx.row(ctx, `UPDATE rounds SET state = 'closed', closed_at = $2 WHERE id = $1 RETURNING group_id`, id, millis(c.now)).scan(&groupID); err != nil {
		return err
	}
	if err := addRoundTotals(ctx, tx, id, groupID, c.now); err != nil {
		return err
	}
	return countSilence(ctx, tx, groupID, true, c.now)
}

// quantiles reports the 50th and 99th percentile in milliseconds.
func quantiles(b *testing.B, what string, took []time.Duration) {
	b.Helper()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, what+"-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, what+"-p99")
}

// BenchmarkBoards is the installation's benchmarks on each engine; making it
// takes minutes.
func BenchmarkBoards(b *testing.B) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", fileURL}, {"postgres", pgtest.Durable}} {
		b.Run(engine.name, func(b *testing.B) {
			url := engine.url(b)
			c := newBoardCrowd(b, openAt(b, url, Options{Unsafe: true}), append([]int{crowdMembers}, slices.Repeat([]int{otherMembers}, otherGroups)...)...)
			if err := c.s.Close(); err != nil {
				b.Fatal(err)
			}
			c.s = openAt(b, url, Options{}) // from here on every commit is durable
			for _, span := range []board.Span{board.Week, board.Month, board.Season, board.All} {
				b.Run("board/"+string(span), func(b *testing.B) { benchmarkBoard(b, c, "group-0", span) })
			}
			b.Run("board of 500/week", func(b *testing.B) { benchmarkBoard(b, c, "group-1", board.Week) })
			b.Run("standing", func(b *testing.B) { benchmarkStanding(b, c) })
			b.Run("close", func(b *testing.B) { benchmarkClose(b, c) })
			b.Run("regrade", func(b *testing.B) { benchmarkRegrade(b, c) })
		})
	}
}

// besideGroups are the groups of a million answers, each of otherMembers people.
const besideGroups = 20

// BenchmarkBoardsBeside is /board in a group of 500 people that is alone in its
// installation, and in the same group beside a million answers of other groups:
// the board is to be flat in other groups' data.
func BenchmarkBoardsBeside(b *testing.B) {
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", fileURL}, {"postgres", pgtest.Durable}} {
		for _, beside := range []struct {
			name   string
			groups int
		}{{"alone", 0}, {"a million answers beside", besideGroups}} {
			b.Run(engine.name+"/"+beside.name, func(b *testing.B) {
				url := engine.url(b)
				c := newBoardCrowd(b, openAt(b, url, Options{Unsafe: true}), slices.Repeat([]int{otherMembers}, beside.groups+1)...)
				if err := c.s.Close(); err != nil {
					b.Fatal(err)
				}
				c.s = openAt(b, url, Options{})
				for _, span := range []board.Span{board.Week, board.All} {
					b.Run(string(span), func(b *testing.B) { benchmarkBoard(b, c, "group-0", span) })
				}
			})
		}
	}
}

// benchmarkBoard is all that /board asks the store.
func benchmarkBoard(b *testing.B, c *crowd, groupID string, span board.Span) {
	ctx := context.Background()
	var took []time.Duration
	n := 0
	for b.Loop() {
		start := time.Now()
		n++
		account := fmt.Sprintf("fake:p%d-%s", n%otherMembers+1, groupID)
		m, _, err1 := c.s.Membership(ctx, bot.UserID(account), groupID)
		_, _, err2 := c.s.GroupIn(ctx, bot.ChannelID("fake:"+groupID))
		tracks, err3 := c.s.GroupTracks(ctx, groupID, m.Member.ID)
		now, err4 := c.s.Calendar(ctx, groupID, c.now)
		p := board.Period{Span: span, Week: now.Week - 1, Month: now.Month, Season: now.Season}
		sheet, err5 := c.s.Sheet(ctx, groupID, tracks[0].ID, m.Member.ID, p)
		r := board.Rank(sheet.Tallies, sheet.Unplaced)
		if from, ok := r.Named(); ok {
			entries, err := c.s.Placed(ctx, groupID, tracks[0].ID, p, from)
			if err != nil {
				b.Fatal(err)
			}
			r.Rows(entries)
		}
		for _, err := range []error{err1, err2, err3, err4, err5} {
			if err != nil {
				b.Fatal(err)
			}
		}
		if r.Active == 0 || sheet.Points == 0 {
			b.Fatalf("the board is empty: %+v, %+v", p, sheet)
		}
		took = append(took, time.Since(start))
	}
	quantiles(b, "ms", took)
}

// benchmarkStanding is what a press reads more because of boards.
func benchmarkStanding(b *testing.B, c *crowd) {
	var took []time.Duration
	n := 0
	for b.Loop() {
		start := time.Now()
		n++
		h, err := c.s.History(context.Background(), "group-0", "track-group-0", bot.UserID(fmt.Sprintf("fake:p%d-group-0", n%crowdMembers+1)))
		if err != nil {
			b.Fatal(err)
		}
		run, settled := h.Run.Follow(h.Questions, c.now)
		took = append(took, time.Since(start))
		if run.Length == 0 {
			b.Fatal("no run")
		}
		if settled.Through > h.Run.Through { // as the weekly post does
			b.StopTimer()
			if err := c.s.SettleRuns(context.Background(), "track-group-0", map[string]board.Run{h.Member: settled}); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	}
	quantiles(b, "ms", took)
}

// benchmarkClose closes a round of 5,000 answers while people press in another
// group, and reports what both took.
func benchmarkClose(b *testing.B, c *crowd) {
	var closes, presses []time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		id := c.ask("group-0")
		open := c.ask("group-1")
		c.must(`DELETE FROM answers WHERE round_id = $1`, open)
		c.must(`UPDATE rounds SET closes_at = $2 WHERE id = $1`, open, millis(c.now.AddDate(1, 0, 0)))
		stop, done := make(chan struct{}), make(chan []time.Duration)
		go func() {
			var took []time.Duration
			for person := 1; ; person++ {
				select {
				case <-stop:
					done <- took
					return
				default:
				}
				start := time.Now()
				_, err := c.s.Answer(context.Background(), practice.Answer{ID: fmt.Sprint(open, "-", person, "-", n), Round: open,
					Account: bot.UserID(fmt.Sprintf("fake:p%d-group-1", person%otherMembers+1)), Option: "a", Verdict: practice.Right, At: c.now}, false)
				took = append(took, time.Since(start))
				if err != nil {
					b.Error(err)
				}
			}
		}()
		time.Sleep(20 * time.Millisecond)
		b.StartTimer()
		start := time.Now()
		c.close(id)
		closes = append(closes, time.Since(start))
		b.StopTimer()
		close(stop)
		presses = append(presses, <-done...)
		c.close(open)
		n++
		b.StartTimer()
	}
	quantiles(b, "ms-close", closes)
	quantiles(b, "ms-press", presses)
	b.ReportMetric(float64(presses[len(presses)-1].Microseconds())/1000, "ms-press-max")
}

// benchmarkRegrade corrects an item with 100,000 answers in 20 questions of the
// large group, back and forth, so that every verdict changes each time.
func benchmarkRegrade(b *testing.B, c *crowd) {
	item := quizzes.Item{ID: "cbet-y", Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a"},
		Options: []quizzes.Option{{ID: "a", Text: "This"}, {ID: "b", Text: "That"}}}
	version, snapshot := item.Version()
	c.must(`INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at) VALUES ($1, 'cbet-y', 'b', 'cbet', $2, 0)
		ON CONFLICT DO NOTHING`, version, string(snapshot))
	c.must(`UPDATE rounds SET item_id = 'cbet-y', item_version = $1 WHERE group_id = 'group-0' AND number <= 20`, version)
	c.must(`UPDATE answers SET item_id = 'cbet-y', item_version = $1 WHERE round_id IN
		(SELECT id FROM rounds WHERE group_id = 'group-0' AND number <= 20)`, version)
	var took []time.Duration
	n := 0
	for b.Loop() {
		r := practice.Regrading{Group: "group-0", ItemVersion: version, At: c.now, NewID: func() string { return fmt.Sprint("note", n) }}
		var err error
		if r.Item, err = item.Corrected(quizzes.Correction{Keys: []string{[]string{"b", "a"}[n%2]}}); err != nil {
			b.Fatal(err)
		}
		n++
		r.Corrected, r.Snapshot = r.Item.Version()
		start := time.Now()
		done, err := c.s.Regrade(context.Background(), r)
		took = append(took, time.Since(start))
		if err != nil || done.Answers < crowdMembers*20/2 {
			b.Fatalf("regraded %+v, %v", done, err)
		}
	}
	quantiles(b, "ms", took)
}
