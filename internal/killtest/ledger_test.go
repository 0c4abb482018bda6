package killtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// ledger is the database, read without any of the program's code.
type ledger struct {
	t  *testing.T
	db *sql.DB
}

// openLedger opens the database. On SQLite that is only done while no process is
// killed: another reader would spare the next one the recovery that is its due.
func (w *world) openLedger() ledger {
	w.t.Helper()
	driver, source := "pgx", w.database
	if path, ok := strings.CutPrefix(w.database, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		w.t.Fatal(err)
	}
	return ledger{w.t, db}
}

func (l ledger) close() {
	if err := l.db.Close(); err != nil {
		l.t.Error(err)
	}
}

// each reads all rows of a query; into gives where the columns go.
func (l ledger) each(query string, into []any, do func()) {
	l.t.Helper()
	rows, err := l.db.Query(query)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			l.t.Fatalf("%s: %v", query, err)
		}
		do()
	}
	if err := rows.Err(); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
}

func (l ledger) exec(query string) {
	l.t.Helper()
	if _, err := l.db.Exec(query); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
}

// undone says what the program still has to do at a moment of groups' time.
func (l ledger) undone(at time.Time) (all []string) {
	now := at.UnixMilli()
	var n int
	var what string
	l.each(fmt.Sprintf(`SELECT 'due things', COUNT(*) FROM due WHERE state = 'waiting' AND at <= %[1]d
		UNION ALL SELECT 'deliveries', COUNT(*) FROM deliveries WHERE state = 'waiting'
		UNION ALL SELECT 'edits', COUNT(*) FROM deliveries WHERE state = 'sent' AND shown < wanted AND edit_at <= %[1]d
		UNION ALL SELECT 'pins', COUNT(*) FROM deliveries WHERE state = 'sent' AND pin_shown <> pin_wanted
		UNION ALL SELECT 'looks for second copies', COUNT(*) FROM deliveries WHERE check_at > 0`, now), []any{&what, &n}, func() {
		if n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, what))
		}
	})
	return all
}

// looks are those for second copies that are due, or being made.
func (l ledger) looks(w *world) (all []string) {
	var key string
	l.each(fmt.Sprintf(`SELECT id FROM deliveries WHERE check_at > 0 AND check_at <= %d`, w.now().Add(time.Minute).UnixMilli()), []any{&key}, func() {
		all = append(all, "a look for second copies of "+key)
	})
	return all
}

// owedPost is a message that the database says was posted to a channel.
type owedPost struct {
	key, kind, ref, group, target, state, message, reason string
	wanted, shown, editAt, postedAt                       int64
	pin                                                   int64
}

func (l ledger) posts() (all []owedPost) {
	var p owedPost
	l.each(`SELECT id, kind, ref, group_id, target, state, message, reason, wanted, shown, edit_at, posted_at, pin_wanted FROM deliveries WHERE NOT person`,
		[]any{&p.key, &p.kind, &p.ref, &p.group, &p.target, &p.state, &p.message, &p.reason, &p.wanted, &p.shown, &p.editAt, &p.postedAt, &p.pin},
		func() { all = append(all, p) })
	return all
}

// asked is a question as it is on record.
type asked struct {
	id, group, state          string
	number, week              int
	planned, closes           int64
	answered, correct, partly int // by the answers, those in time
}

func (l ledger) rounds() map[string]*asked {
	all := map[string]*asked{}
	var r asked
	l.each(`SELECT id, group_id, state, number, week, planned_at, closes_at FROM rounds`,
		[]any{&r.id, &r.group, &r.state, &r.number, &r.week, &r.planned, &r.closes}, func() {
			one := r
			all[r.id] = &one
		})
	return all
}

// given is an answer as it is on record.
type given struct {
	id, round, account, member, track, options, verdict string
	late                                                bool // given after closing
}

func (l ledger) answers() (all []given) {
	var a given
	l.each(`SELECT a.id, a.round_id, c.id, a.member_id, a.track_id, a.options, a.verdict, a.caught_up FROM answers a
		JOIN accounts c ON c.member_id = a.member_id WHERE a.round_id IS NOT NULL`,
		[]any{&a.id, &a.round, &a.account, &a.member, &a.track, &a.options, &a.verdict, &a.late}, func() { all = append(all, a) })
	return all
}
