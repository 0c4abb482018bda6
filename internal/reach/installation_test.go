package reach

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/internal/app"
	"studyhall/quizzes"
)

// size is how large an installation is.
type size struct {
	groups int
	people int // in each group
	rounds int // closed ones of each group, which all of its people have answered
	open   int // questions of each group that nobody has answered
}

// large is the installation of which the figures speak: 1,000 groups and
// 1,000,000 answers.
var large = size{groups: 1000, people: 20, rounds: 50, open: 5}

// halls is as many answers in few groups, so that many people press under one
// question at a time.
var halls = size{groups: 20, people: 1000, rounds: 50, open: 5}

// installation is a database full of groups that have lived.
type installation struct {
	testing.TB
	size
	url      string
	channels []string // of the groups, as Discord names them
	guilds   []string
}

// prime is larger than any number here: n*step%prime is another order of the
// numbers below it, since real identifiers come in none.
const prime = 1_000_003

func shuffled(n string, step int) string {
	return fmt.Sprintf("CAST((%s) * %d %% %d AS TEXT)", n, step, prime)
}

// install fills an empty database. Groups come into being as the program makes
// them; what they have lived is written by statements. Their next question is due
// in twelve hours.
func install(t testing.TB, url string, s size, guilds, channels []string) *installation {
	t.Helper()
	in := &installation{TB: t, size: s, url: url, channels: channels, guilds: guilds}
	now := time.Now().UTC()
	a, err := app.New(t.Context(), app.Options{Log: slog.New(slog.DiscardHandler), Version: "test", Database: url, Timing: schedule.DefaultTiming(), UnsafeStore: true})
	if err != nil {
		t.Fatal(err)
	}
	in.found(a, now)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	db := in.openDB()
	defer db.Close()
	in.live(db, now)
	return in
}

// openDB opens the database for statements.
func (in *installation) openDB() *sql.DB {
	in.Helper()
	driver, source := "pgx", in.url
	if path, ok := strings.CutPrefix(in.url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=synchronous(OFF)&_pragma=cache_size(-200000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		in.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// count is what a query for one number gives.
func (in *installation) count(query string) (n int64) {
	in.Helper()
	db := in.openDB()
	defer db.Close()
	if err := db.QueryRowContext(in.Context(), query).Scan(&n); err != nil {
		in.Fatal(err)
	}
	return n
}

// found starts the groups.
func (in *installation) found(a *app.App, now time.Time) {
	in.Helper()
	next := now.Add(12 * time.Hour)
	for n := range in.groups {
		id, channel := fmt.Sprint("g", n), "discord:"+in.channels[n]
		setup := group.Setup{
			ID: id, User: bot.UserID(fmt.Sprint("discord:", 400_000_000_000_000_000+n)), Name: "Maria G.", Space: bot.SpaceID("discord:" + in.guilds[n]),
			Channel: bot.ChannelID(channel), GroupName: "CBET study group", Certification: "cbet", Outline: "cbet-2025",
			Expr: fmt.Sprintf("%d %d * * *", next.Minute(), next.Hour()), Zone: "UTC", StaysOpen: group.UntilNext, CreatedAt: now,
		}
		outcome, err := a.Store.StartGroup(in.Context(), group.Start{
			Setup: setup, Member: id + "-m", Track: id + "-t", Schedule: id + "-s", Now: now,
			Welcome: schedule.Delivery{Key: id + "-w", Kind: "welcome", Ref: id, Group: id, Target: channel, At: now},
		})
		if err != nil || outcome != group.Started {
			in.Fatalf("group not started: %v, %v", outcome, err)
		}
	}
}

// numbers are 0, 1, … as rows.
func numbers(n int) string {
	return fmt.Sprintf(`WITH RECURSIVE numbers (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) `, n-1)
}

// live writes what the groups have lived: people, closed and open questions,
// answers, what they earned, and the posts of it all.
func (in *installation) live(db *sql.DB, now time.Time) {
	in.Helper()
	must := func(text string, args ...any) {
		in.Helper()
		if _, err := db.ExecContext(context.WithoutCancel(in.Context()), text, args...); err != nil {
			in.Fatalf("%s: %v", text, err)
		}
	}
	items := in.items()
	for _, i := range items {
		version, snapshot := i.Version()
		must(`INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at) VALUES ($1, $2, 'b', 'cbet', $3, 0)`, version, i.ID, string(snapshot))
	}
	must(`CREATE TABLE items_for_tests (place BIGINT PRIMARY KEY, version TEXT, item TEXT, domain TEXT)`)
	for n, i := range items {
		version, _ := i.Version()
		must(`INSERT INTO items_for_tests VALUES ($1, $2, $3, $4)`, n, version, i.ID, i.Domain)
	}
	const day = 24 * time.Hour
	all, began, today := in.rounds+in.open, now.Add(-time.Duration(in.rounds+in.open)*day).UnixMilli(), day.Milliseconds()
	group := func(per int) string { return fmt.Sprintf("'g' || CAST(n / %d AS TEXT)", per) }
	track := func(per int) string { return group(per) + " || '-t'" }
	round, weeks := "'r' || "+shuffled("n", 700_001), in.rounds/5+1
	person := "'p' || " + shuffled("n", 7919)
	must(numbers(in.groups*in.people)+`INSERT INTO members (id, name, created_at) SELECT `+person+`, 'Person ' || CAST(n AS TEXT), $1 FROM numbers`, began)
	must(numbers(in.groups*in.people) + `INSERT INTO accounts (id, member_id, space_id, name) SELECT 'discord:' || CAST(500000000000000000 + n AS TEXT), ` + person + `, 'discord:x', 'Person ' || CAST(n AS TEXT) FROM numbers`)
	must(numbers(in.groups*in.people)+`INSERT INTO memberships (group_id, member_id, role, joined_at) SELECT `+group(in.people)+`, `+person+`, 'member', $1 FROM numbers`, began)
	must(numbers(in.groups*weeks) + fmt.Sprintf(`INSERT INTO weeks (group_id, number, occurrence, season, begun_at) SELECT %s, n %% %d + 1, 'week ' || CAST(n %% %d AS TEXT), 1, 0 FROM numbers
		WHERE n %% %d > 0`, group(weeks), weeks, weeks, weeks))
	must(`UPDATE groups SET week = $1`, weeks)
	must(`UPDATE tracks SET rounds = $1`, all)
	must(numbers(in.groups*all)+fmt.Sprintf(`INSERT INTO rounds (id, group_id, track_id, number, item_id, domain, item_version, rule_version, local_day, state,
			planned_at, opened_at, closes_at, latest_close, closed_at, answered, correct, week, month)
		SELECT %[1]s, %[2]s, %[3]s, n %% %[4]d + 1, i.item, i.domain, i.version, 1, '2026-11-01', CASE WHEN n %% %[4]d < %[5]d THEN 'closed' ELSE 'open' END,
			$1 + n %% %[4]d * $2, $1 + n %% %[4]d * $2, CASE WHEN n %% %[4]d < %[5]d THEN $1 + n %% %[4]d * $2 + $2 ELSE $3 END, $3,
			CASE WHEN n %% %[4]d < %[5]d THEN $1 + n %% %[4]d * $2 + $2 ELSE 0 END, CASE WHEN n %% %[4]d < %[5]d THEN %[6]d ELSE 0 END, 0,
			CASE WHEN n %% %[4]d < %[5]d THEN n %% %[4]d / 5 + 1 ELSE 0 END, CASE WHEN n %% %[4]d < %[5]d THEN '2026-11' ELSE '' END
		FROM numbers JOIN items_for_tests i ON i.place = numbers.n %% %[7]d`, round, group(all), track(all), all, in.rounds, in.people, len(items)), began, today, now.Add(day*365).UnixMilli())
	// Answer n is that of one person of a group to one of its closed questions.
	per := in.rounds * in.people
	must(numbers(in.groups*per)+fmt.Sprintf(`INSERT INTO answers (id, round_id, group_id, track_id, member_id, item_id, item_version, options, verdict, answered_at, interaction, adapter)
		SELECT 'a' || %[1]s, 'r' || %[2]s, %[3]s, %[4]s, 'p' || %[5]s, i.item, i.version, 'a', CASE WHEN n %% 3 = 0 THEN 'wrong' ELSE 'right' END,
			$1 + n %% %[6]d / %[7]d * $2 + n %% 7919 * 1000, 'discord:i/' || CAST(n AS TEXT), 'discord'
		FROM numbers JOIN items_for_tests i ON i.place = (numbers.n / %[6]d * %[8]d + numbers.n %% %[6]d / %[7]d) %% %[9]d`,
		shuffled("n", 700_001), shuffled(fmt.Sprintf("n / %d * %d + n %% %d / %d", per, all, per, in.people), 700_001), group(per), track(per),
		shuffled(fmt.Sprintf("n / %d * %d + n %% %d", per, in.people, in.people), 7919), per, in.people, all, len(items)), began, today)
	must(`INSERT INTO week_points (track_id, week, member_id, points, answers, practised)
		SELECT a.track_id, r.week, a.member_id, SUM(CASE WHEN a.verdict = 'right' THEN 3 ELSE 1 END), COUNT(*), 0
		FROM answers a JOIN rounds r ON r.id = a.round_id GROUP BY 1, 2, 3`)
	// Runs are followed up to the last question of the week before, as the weekly post leaves them.
	through := max(in.rounds-5, 0)
	must(`INSERT INTO standings (track_id, member_id, points, season, season_points, month, month_points, run_through, run)
		SELECT track_id, member_id, SUM(points), 1, SUM(points), '2026-11', SUM(points), CAST($1 AS BIGINT), $2 FROM week_points GROUP BY 1, 2`,
		through, fmt.Sprintf(`{"length":%[1]d,"best":%[1]d,"latest":"2026-11-01T12:00:00Z","earlier":"2026-10-31T12:00:00Z","through":%[1]d}`, through))
	must(`UPDATE deliveries SET state = 'sent', message = target || '/1', shown = 1, wanted = 1`)
	must(numbers(in.groups*all)+fmt.Sprintf(`INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, state, message, posted_at, shown)
		SELECT 'd' || %s, 'question', %s, %s, 'discord', c.id, 50, $1, 'sent', c.id || '/' || CAST(600000000000000000 + n AS TEXT), $1, 1
		FROM numbers JOIN channels c ON c.group_id = %s`, shuffled("n", 31_337), round, group(all), group(all)), began)
	must(numbers(2*in.groups*in.rounds)+fmt.Sprintf(`INSERT INTO due (kind, subject, occurrence, lane, rank, at, state, ended_at)
		SELECT CASE WHEN n %% 2 = 0 THEN 'question' ELSE 'close' END, 'old' || CAST(n AS TEXT), 'x', %s, 50, $1, 'done', $1 FROM numbers`, group(2*in.rounds)), began)
	must(`DROP TABLE items_for_tests`)
	if !strings.HasPrefix(in.url, "sqlite:") {
		must(`ANALYZE`)
	}
}

// items are questions that letters answer, of the banks that come with the program.
func (in *installation) items() (all []quizzes.Item) {
	in.Helper()
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		in.Fatal(err)
	}
	for _, b := range banks {
		for _, i := range b.Items {
			if b.Certification == "cbet" && len(i.Options) == 4 && i.Image == nil && len(all) < 200 {
				all = append(all, i)
			}
		}
	}
	return all
}
