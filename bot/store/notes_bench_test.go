package store_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
	"studyhall/bot/store/storetest"
	"studyhall/internal/app"
)

// holders is an installation in which everybody holds a certification, has an exam
// ahead or just behind, and wants the notes about both and about how it went, around
// 9 AM UTC.
type holders struct {
	testing.TB
	ledger ledger
	app    *app.App
	now    atomic.Pointer[time.Time]
	day    string
}

// renewalSteps are the months and days before the end of a period on which there is
// something to say about it.
var renewalSteps = []struct{ months, days int }{{12, 0}, {6, 0}, {3, 0}, {2, 0}, {1, 0}, {0, 7}, {0, 0}}

// examSteps are when something is said before an exam, and evening how long after
// 9 AM the last one is; outcomeSteps are when somebody is asked how it went.
var (
	examSteps    = []time.Duration{-60 * day, -30 * day, -14 * day, -7 * day, -day + evening}
	outcomeSteps = []time.Duration{day, 4 * day}
)

const (
	day     = 24 * time.Hour
	evening = 9 * time.Hour
)

// newHolders makes so many people. Their periods end evenly over three years from a
// day on, and their exams are evenly over the year from ten days before it.
func newHolders(t testing.TB, url string, people int, day string) *holders {
	t.Helper()
	h := &holders{TB: t, ledger: openLedger(t, url), day: day}
	h.set(h.at(day).Add(-time.Hour))
	o := app.Options{Log: slog.New(slog.DiscardHandler), Version: "test", Database: url, Timing: schedule.DefaultTiming(),
		Banks: os.DirFS("../../internal/app/testdata/banks"), Real: func() time.Time { return *h.now.Load() }, UnsafeStore: true,
		Adapters: func(bot.Shelf, *app.Clock) ([]bot.Adapter, error) {
			return []bot.Adapter{bottest.NewFake(func() time.Time { return *h.now.Load() })}, nil
		}}
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	h.app = a
	h.fill(people, url)
	return h
}

func (h *holders) set(now time.Time) { h.now.Store(&now) }

// at is 9 AM of a day.
func (h *holders) at(day string) time.Time {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		h.Fatal(err)
	}
	return on.Add(9 * time.Hour)
}

// insert writes rows, many at a time.
func (h *holders) insert(into string, n int, row func(i int) string) {
	h.Helper()
	for i := 0; i < n; i += 500 {
		var rows []string
		for j := i; j < min(n, i+500); j++ {
			rows = append(rows, "("+row(j)+")")
		}
		h.ledger.exec(`INSERT INTO ` + into + ` VALUES ` + strings.Join(rows, ","))
	}
}

func (h *holders) fill(people int, url string) {
	certifications := []string{"cbet", "pmp", "chfm", "cpsm", "cphq", "chtm"}
	on, created := h.at(h.day), h.at(h.day).AddDate(-3, 0, 0).UnixMilli()
	plus := func(n int) string { return on.AddDate(0, 0, n).Format(time.DateOnly) }
	until := func(i int) string { return plus(i * 7919 % 1095) }
	exam := func(i int) string { return plus(i*7907%365 - 10) }
	h.ledger.exec(`INSERT INTO groups (id, name, zone, state, stays_open, silent_limit, created_at, started_at, week) VALUES ('g', 'CBET study group', 'UTC', 'running', 'next', 0, 0, 1, 1)`)
	h.insert(`members (id, name, created_at)`, people, func(i int) string { return fmt.Sprintf("'m%d', 'Person %d', 0", i, i) })
	h.insert(`accounts (id, member_id, space_id)`, people, func(i int) string { return fmt.Sprintf("'fake:p%d', 'm%d', 'fake:space'", i, i) })
	h.insert(`memberships (group_id, member_id, role, joined_at)`, people, func(i int) string { return fmt.Sprintf("'g', 'm%d', 'member', 0", i) })
	h.insert(`credentials (id, member_id, certification, state, created_at)`, people, func(i int) string {
		return fmt.Sprintf("'c%d', 'm%d', '%s', 'full', %d", i, i, certifications[i%len(certifications)], created)
	})
	h.insert(`cycles (id, credential_id, until_on, created_at)`, people, func(i int) string { return fmt.Sprintf("'y%d', 'c%d', '%s', %d", i, i, until(i), created) })
	h.insert(`credits (id, cycle_id, what, amount, day, interaction, entered_at)`, 2*people, func(i int) string {
		return fmt.Sprintf("'x%d', 'y%d', 'a course', 200, '%s', 'p%d', %d", i, i/2, plus(-i%100), i, created)
	})
	h.insert(`exams (id, member_id, certification, outline, part, day_from, day_to, zone, state, entered_at)`, people, func(i int) string {
		return fmt.Sprintf("'e%d', 'm%d', 'cres', 'cres-2025', '', '%s', '%s', 'UTC', 'planned', %d", i, i, exam(i), exam(i), created)
	})
	var due []string
	for i := range people {
		due = append(due, h.next(fmt.Sprintf("m%d/renewal", i), h.stepsBefore(until(i))))
		for kind, steps := range map[string][]time.Duration{"countdown": examSteps, "outcome": outcomeSteps} {
			var at []time.Time
			for _, after := range steps {
				at = append(at, h.at(exam(i)).Add(after))
			}
			due = append(due, h.next(fmt.Sprintf("m%d/%s", i, kind), at))
		}
	}
	due = slices.DeleteFunc(due, func(row string) bool { return row == "" })
	for _, kind := range []string{"renewal", "countdown", "outcome"} {
		h.insert(`reminders (member_id, kind, state, minute, zone, since_at)`, people, func(i int) string { return fmt.Sprintf("'m%d', '%s', 'on', 540, 'UTC', %d", i, kind, created) })
	}
	h.insert(`due (kind, subject, occurrence, lane, rank, at)`, len(due), func(i int) string { return due[i] })
	// Of few people PostgreSQL reads all, and is right. In SQLite nobody looks how
	// tables are filled, and here neither: it would plan every statement anew.
	if people > 1000 && !strings.HasPrefix(url, "sqlite:") {
		h.ledger.exec(`ANALYZE`)
	}
}

// stepsBefore are the instants before the end of a period at which there is
// something to say.
func (h *holders) stepsBefore(ends string) (all []time.Time) {
	for _, s := range renewalSteps {
		on, err := time.Parse(time.DateOnly, cert.AddMonths(ends, -s.months))
		if err != nil {
			return nil
		}
		all = append(all, h.at(on.AddDate(0, 0, -s.days).Format(time.DateOnly)))
	}
	return all
}

// next is the row of the look at the first of some instants that is not over.
func (h *holders) next(subject string, all []time.Time) string {
	slices.SortFunc(all, time.Time.Compare)
	n := slices.IndexFunc(all, func(at time.Time) bool { return !at.Before(h.at(h.day)) })
	if n < 0 {
		return ""
	}
	person, _, _ := strings.Cut(subject, "/")
	return fmt.Sprintf("'note', '%s', '%s', 'person/%s', 50, %d", subject, all[n].Format(time.RFC3339), person, all[n].UnixMilli())
}

// work does what is due by an instant.
func (h *holders) work(now time.Time) {
	h.set(now)
	if err := h.app.Engine.Drain(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// counted is how many statements a function runs.
func (h *holders) counted(fn func()) int64 {
	var all atomic.Int64
	stop := h.app.Store.Trace(func(string, []any) { all.Add(1) })
	defer stop()
	fn()
	return all.Load()
}

func benchmarkURL(b *testing.B, engine string) string {
	if engine == storetest.Postgres {
		return storetest.URL(b, engine)
	}
	return "sqlite:" + filepath.Join(b.TempDir(), "notes.db")
}

// BenchmarkNotesOfADay is what time brings in one day among 100,000 credentials and
// 100,000 exams whose people all want notes: looking, writing what is said, planning
// the next, and posting, in the morning and in the evening. Beside it stands the bare
// statement that finds what is due. The goal is one second.
func BenchmarkNotesOfADay(b *testing.B) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			h := newHolders(b, benchmarkURL(b, engine), 100_000, "2029-06-14")
			morning, looks, statements := h.at(h.day), int64(0), int64(0)
			var bare, busy time.Duration
			for b.Loop() {
				for _, now := range []time.Time{morning, morning.Add(evening)} {
					b.StopTimer()
					begun := time.Now()
					due := number(h, fmt.Sprintf(`SELECT COUNT(*) FROM (SELECT kind, subject, occurrence FROM due WHERE state = 'waiting' AND at <= %d ORDER BY at, rank) AS d`, now.UnixMilli()))
					bare += time.Since(begun)
					looks += due
					busy -= processor()
					b.StartTimer()
					statements += h.counted(func() { h.work(now) })
					b.StopTimer()
					busy += processor()
					b.StartTimer()
				}
				morning = morning.Add(day)
			}
			per := func(n int64) float64 { return float64(n) / float64(b.N) }
			b.ReportMetric(per(looks), "looks/op")
			b.ReportMetric(per(number(h, `SELECT COUNT(*) FROM deliveries WHERE state = 'sent'`)), "notes/op")
			b.ReportMetric(per(statements), "statements/op")
			b.ReportMetric(per(bare.Microseconds()), "bare-µs/op")
			b.ReportMetric(per(busy.Milliseconds()), "processor-ms/op")
		})
	}
}

// processor is the time that this process has kept processors busy, in steps of 10 ms:
// a busy machine says nothing about what is left of it. Without /proc it is 0.
func processor() time.Duration {
	stat, err := os.ReadFile("/proc/self/stat")
	_, after, ok := strings.Cut(string(stat), ") ")
	if err != nil || !ok {
		return 0
	}
	var user, system int64
	if fields := strings.Fields(after); len(fields) > 12 {
		fmt.Sscan(fields[11], &user)
		fmt.Sscan(fields[12], &system)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// What is due is found and done without reading any table whole, and what isn't due
// is left alone: many more people cost nothing more.
func TestNotesTouchOnlyWhatIsDue(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHolders(t, url, 30, "2029-06-14")
		due := func(by time.Time) int64 {
			return number(h, fmt.Sprintf(`SELECT COUNT(*) FROM due WHERE kind = 'note' AND state = 'waiting' AND at <= %d`, by.UnixMilli()))
		}
		by := h.at(h.day).AddDate(0, 0, 60)
		if due(by) == 0 {
			t.Fatal("nothing is due in two months")
		}
		storetest.QueryPlans(t, h.app.Store, nil, func() { h.work(by) })
		if n := due(by); n > 0 {
			t.Errorf("%d looks are left", n)
		}
		idle := h.counted(func() { h.work(by) })
		by = by.AddDate(0, 0, 1)
		for due(by) == 0 {
			by = by.AddDate(0, 0, 1)
		}
		looks := due(by)
		if n := h.counted(func() { h.work(by) }); n > 2*idle+40*looks {
			t.Errorf("%d statements for %d looks, %d for none", n, looks, idle)
		}
	})
}

// number is what a query for one number gives.
func number(h *holders, text string) (n int64) {
	fmt.Sscan(strings.Trim(h.ledger.ask(text), "[] "), &n)
	return n
}
