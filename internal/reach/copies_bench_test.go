package reach

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"studyhall/bot/store/storetest"
)

// server is the PostgreSQL that a database is on.
type server struct {
	testing.TB
	db         *sql.DB
	postmaster string
}

func newServer(t testing.TB, url string) *server {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	s := &server{TB: t, db: db}
	s.postmaster = parent(s.number(`SELECT pg_backend_pid()`))
	return s
}

func (s *server) number(query string) (n int64) {
	s.Helper()
	if err := s.db.QueryRowContext(s.Context(), query).Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

// parent is the number of a process's parent, "" where there is no /proc.
func parent(pid int64) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "PPid:"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// usage is what has been used so far.
type usage struct {
	app, sql  time.Duration // of processors
	wal, done int64         // bytes written ahead, transactions
}

func (u usage) since(before usage) usage {
	return usage{u.app - before.app, u.sql - before.sql, u.wal - before.wal, u.done - before.done}
}

// used is what the server and some copies have used; server may be nil.
func (s *server) used(copies ...*process) (u usage) {
	for _, p := range copies {
		u.app += busy(p.cmd.Process.Pid)
	}
	if s == nil {
		return u
	}
	u.wal = s.number(`SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS BIGINT)`)
	u.done = s.number(`SELECT CAST(SUM(xact_commit) AS BIGINT) FROM pg_stat_database`)
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		s.Fatal(err)
	}
	for _, dir := range all {
		if pid, err := strconv.ParseInt(filepath.Base(dir), 10, 64); err == nil && parent(pid) == s.postmaster {
			u.sql += busy(int(pid))
		}
	}
	return u
}

// reportUsage reports what each of so many things took.
func reportUsage(b *testing.B, u usage, things int) {
	b.Helper()
	n := float64(things)
	b.ReportMetric(float64(u.app.Microseconds())/n, "app-µs")
	b.ReportMetric(float64(u.sql.Microseconds())/n, "postgres-µs")
	b.ReportMetric(float64(u.wal)/n, "B-wal")
	b.ReportMetric(float64(u.done)/n, "transactions")
	b.ReportMetric(load(), "load")
}

// BenchmarkCosts is what the model of internal/scalemodel is fed with: what a
// question and an answer take of the program's processors, of the database's and
// of its log. Questions are those of a second day, which close those of the first;
// everything else that fell due on it is in their figures.
func BenchmarkCosts(b *testing.B) {
	ahead := func(d time.Duration) string { return "STUDYHALL_CLOCK_AHEAD=" + d.String() }
	binary := compile(b, "-tags", "faults") // its clock can be ahead
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			url := database(b, engine)
			f := newFront(b, large.groups)
			in := install(b, url, large, f.guilds, f.places)
			start(b, binary, f.env(url, true)...).stop()
			var s *server
			if engine == storetest.Postgres {
				s = newServer(b, url)
			}
			b.Run("answer", func(b *testing.B) {
				for b.Loop() {
					p := start(b, binary, f.env(url, true)...)
					c := newCrowd(f, in, p)
					c.rush(200, 2*time.Second) // what is remembered is
					before := s.used(p)
					took := c.rush(300, 10*time.Second)
					reportUsage(b, s.used(p).since(before), len(took))
					report(b, took)
					p.stop()
				}
			})
			b.Run("question", func(b *testing.B) {
				day := 13 * time.Hour
				first := start(b, binary, append(f.env(url, true), ahead(day))...)
				f.await(in.groups, 0)
				first.stop()
				for b.Loop() {
					day += 24 * time.Hour
					posts, edits := int(f.posts.Load()), int(f.edits.Load())
					p := start(b, binary, append(f.env(url, true), ahead(day))...)
					before := s.used(p)
					f.await(posts+in.groups, edits+in.groups)
					reportUsage(b, s.used(p).since(before), in.groups)
					p.stop()
				}
			})
		})
	}
}

// BenchmarkCopies is what one, two and three copies of the program carry on one
// PostgreSQL, over HTTP behind a balancer that takes them in turn, when people
// press as fast as they are answered. The people, the balancer, the fake Discord
// and PostgreSQL have the same cores as the copies: the metrics say who was busy.
func BenchmarkCopies(b *testing.B) {
	binary := compile(b)
	url := database(b, storetest.Postgres)
	f := newFront(b, large.groups)
	in := install(b, url, large, f.guilds, f.places)
	s := newServer(b, url)
	c := newCrowd(f, in)
	for copies := 1; copies <= 3; copies++ {
		b.Run(fmt.Sprint(copies), func(b *testing.B) {
			for b.Loop() {
				var all []*process
				c.to = nil
				for range copies {
					p := start(b, binary, f.env(url, true)...)
					all, c.to = append(all, p), append(c.to, p.at)
				}
				c.rush(200, 2*time.Second)
				before, self, began := s.used(all...), busy(os.Getpid()), time.Now()
				n, took := c.full(64, *rushTime)
				seconds := time.Since(began).Seconds()
				u := s.used(all...).since(before)
				b.ReportMetric(float64(n)/seconds, "answers/s")
				b.ReportMetric(100*u.app.Seconds()/seconds, "%core-copies")
				b.ReportMetric(100*u.sql.Seconds()/seconds, "%core-postgres")
				b.ReportMetric(100*(busy(os.Getpid())-self).Seconds()/seconds, "%core-people")
				report(b, took)
				b.ReportMetric(load(), "load")
				for _, p := range all {
					p.stop()
				}
			}
		})
	}
}

// BenchmarkMorning is three copies of the program on one PostgreSQL with 1,000
// groups on Discord whose questions are due at one minute: how long until the last
// has it, and how often Discord found that it was too much.
func BenchmarkMorning(b *testing.B) {
	binary := compile(b, "-tags", "faults")
	for b.Loop() {
		url := database(b, storetest.Postgres)
		f := newFront(b, large.groups)
		install(b, url, size{groups: large.groups, people: 1, rounds: 1, open: 1}, f.guilds, f.places)
		start(b, binary, f.env(url, true)...).stop()
		ahead := 12*time.Hour - 30*time.Second // all are up before it is time
		var all []*process
		for range 3 {
			all = append(all, start(b, binary, append(f.env(url, true), "STUDYHALL_CLOCK_AHEAD="+ahead.String())...))
		}
		f.await(1, 0)
		first := time.Now()
		f.await(large.groups, 0)
		b.ReportMetric(time.Since(first).Seconds(), "s-all")
		b.ReportMetric(float64(f.Counts().Limited), "429s")
		b.ReportMetric(load(), "load")
		for _, p := range all {
			p.stop()
		}
	}
}

// await waits until Discord has taken so many posts and edits.
func (f *front) await(posts, edits int) {
	f.Helper()
	for end := time.Now().Add(2 * patience); int(f.posts.Load()) < posts || int(f.edits.Load()) < edits; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			f.Fatalf("%d posts and %d edits, want %d and %d", f.posts.Load(), f.edits.Load(), posts, edits)
		}
	}
}
