package app

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// identifier is what the program or a platform names something by, in these worlds.
var identifier = regexp.MustCompile(`\bid\d{6}\b|\b(fake|harbor):[^|]+`)

func identifiers(row string) []string { return identifier.FindAllString(row, -1) }

// harmless are identifiers that many rows may name: of spaces, of questions, which
// are the bank's, and those by which a form that is sent twice counts once.
func harmless(ctx context.Context, t *testing.T, db *sql.DB) []string {
	t.Helper()
	all := []string{"fake:space", "harbor:space"}
	queries := []string{`SELECT id FROM item_versions`}
	for _, place := range texts(ctx, t, db, `SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND c.name IN ('press', 'interaction')`) {
		table, column, _ := strings.Cut(place, "|")
		queries = append(queries, `SELECT `+column+` FROM `+table)
	}
	for _, query := range queries {
		all = append(all, texts(ctx, t, db, query)...)
	}
	return all
}

// foreign are the rows that came or went and name something that was there before
// the strangers, or nothing at all.
func (a attack) foreign(before, after map[string]int) (bad []string) {
	look := func(sign string, from, to map[string]int) {
		for row, n := range from {
			if to[row] >= n || strings.HasPrefix(row, "item_versions|") || sign == "-" && a.stale(row) { // questions are the bank's
				continue
			}
			ids := identifiers(row)
			at := slices.IndexFunc(ids, func(id string) bool { return a.theirs[id] })
			switch {
			case a.own != nil && a.own.MatchString(row):
			case at >= 0:
				bad = append(bad, sign+" "+row+"  names "+ids[at])
			case len(ids) == 0:
				bad = append(bad, sign+" "+row)
			}
		}
	}
	look("-", before, after)
	look("+", after, before)
	slices.Sort(bad)
	return bad
}

// stale reports whether a row is of a set-up that somebody left a week ago and more:
// those go when anybody begins one.
func (a attack) stale(row string) bool {
	if !strings.HasPrefix(row, "setups|") {
		return false
	}
	made, err := strconv.ParseInt(row[strings.LastIndex(row, "|")+1:], 10, 64)
	return err == nil && a.w.Now().Sub(time.UnixMilli(made)) >= 7*24*time.Hour
}

// dump is every row of every table, with how often it is there. What the store and
// the adapters keep for themselves is left out, and what counts guesses.
func dump(ctx context.Context, t *testing.T, w *world, db *sql.DB) map[string]int {
	t.Helper()
	if err := w.running().Engine.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, table := range texts(ctx, t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\_tries' ESCAPE '\'
		AND name NOT IN ('lease', 'seen', 'shelf', 'sqlite_sequence', 'goose_db_version')`) {
		for _, row := range texts(ctx, t, db, `SELECT * FROM `+table) {
			all[table+"|"+row]++
		}
	}
	return all
}

// texts is each row that a query gives, as text.
func texts(ctx context.Context, t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	row, dest := make([]sql.NullString, len(names)), make([]any, len(names))
	for n := range row {
		dest[n] = &row[n]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(row))
		for n, c := range row {
			cells[n] = c.String
		}
		all = append(all, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dataVersion changes with each commit of another connection.
func dataVersion(ctx context.Context, t *testing.T, db *sql.DB) string {
	t.Helper()
	return texts(ctx, t, db, `PRAGMA data_version`)[0]
}

// markers matches what people, but for one, called themselves and what they typed.
func (tp *tape) markers(ctx context.Context, t *testing.T, db *sql.DB, but string) *regexp.Regexp {
	t.Helper()
	words := map[string]bool{}
	for _, name := range texts(ctx, t, db, `SELECT name FROM accounts UNION SELECT name FROM memberships UNION SELECT name FROM members`) {
		words[name] = true
	}
	tp.mu.Lock()
	defer tp.mu.Unlock()
	for typed := range tp.typed {
		if len(typed) >= 12 && strings.Contains(typed, " ") && !strings.Contains(typed, "/") {
			words[typed] = true
		}
	}
	all := []string{`\x{10FFFF}`} // nothing
	for word := range words {
		if len(word) >= 3 && !strings.EqualFold(word, but) {
			all = append(all, `\b`+regexp.QuoteMeta(word)+`(\W|$)`)
		}
	}
	slices.Sort(all)
	return regexp.MustCompile(strings.Join(all, "|"))
}
