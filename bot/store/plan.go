package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Plan is how an engine would run a statement.
type Plan struct {
	Text string // the engine's own words
	// Scans are the tables of which every row, or every entry of an index, is
	// read. Reading all of a partial index is not a scan: such an index holds
	// only the rows at work.
	Scans []string
}

// Plan asks the engine how it would run a statement, without running it. On
// PostgreSQL a scan counts only where no index serves: small tables are scanned
// by choice. It is for tests.
func (s *Store) Plan(ctx context.Context, text string, args ...any) (Plan, error) {
	var plan Plan
	var err error
	if s.engine == enginePostgres {
		plan, err = s.planPostgres(ctx, text, args)
	} else {
		plan, err = s.planSQLite(ctx, text, args)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("plan of %s: %w", text, err)
	}
	slices.Sort(plan.Scans)
	plan.Scans = slices.Compact(plan.Scans)
	return plan, nil
}

// Trace calls fn with each statement of a feature before it runs, until stop is
// called. fn may be called by several goroutines at once. It is for tests.
func (s *Store) Trace(fn func(text string, args []any)) (stop func()) {
	s.trace.Store(&fn)
	return func() { s.trace.Store(nil) }
}

func (s *Store) traced(text string, args []any) {
	if fn := s.trace.Load(); fn != nil {
		(*fn)(text, args)
	}
}

// A table with the name that the statement gives it, which is how SQLite's plan
// names it.
func aliasPattern() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)\s+(?:AS\s+)?(\w+)`)
}

// What a statement makes for itself: WITH name (columns) AS MATERIALIZED (…).
func madePattern() *regexp.Regexp {
	return regexp.MustCompile(`\b(\w+) \([\w, ]*\) AS MATERIALIZED \(`)
}

func scanPattern() *regexp.Regexp {
	return regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?`)
}

func (s *Store) planSQLite(ctx context.Context, text string, args []any) (Plan, error) {
	rows, err := s.readDB.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		return Plan{}, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var id, parent, unused int64
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return Plan{}, err
		}
		lines = append(lines, detail)
	}
	if err := rows.Err(); err != nil {
		return Plan{}, err
	}
	names := map[string]string{}
	for _, match := range aliasPattern().FindAllStringSubmatch(text, -1) {
		names[match[2]] = match[1]
	}
	made := map[string]bool{}
	for _, match := range madePattern().FindAllStringSubmatch(text, -1) {
		made[match[1]] = true
	}
	plan := Plan{Text: strings.Join(lines, "\n")}
	for _, line := range lines {
		table, index := "", ""
		if match := scanPattern().FindStringSubmatch(line); match != nil {
			table, index = match[1], match[2]
		} else if rest, ok := strings.CutPrefix(line, "SEARCH "); ok && strings.Contains(line, " AUTOMATIC ") {
			table, _, _ = strings.Cut(rest, " ") // an index made for this one run reads the whole table
		}
		if table == "" || table == "CONSTANT" {
			continue
		}
		if real := names[table]; real != "" {
			table = real
		}
		if made[table] {
			continue // what is read to make it has lines of its own
		}
		partial, err := s.partialSQLite(ctx, table, index)
		if err != nil {
			return Plan{}, err
		}
		if !partial {
			plan.Scans = append(plan.Scans, table)
		}
	}
	return plan, nil
}

func (s *Store) partialSQLite(ctx context.Context, table, index string) (bool, error) {
	var partial bool
	_, err := found(s.read(ctx).row(ctx, `SELECT partial FROM pragma_index_list($1) WHERE name = $2`, table, index).scan(&partial))
	return partial, err
}

// node is a part of PostgreSQL's plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Plans    []node `json:"Plans"`
}

func (s *Store) planPostgres(ctx context.Context, text string, args []any) (Plan, error) {
	tx, err := s.readDB.BeginTx(ctx, nil)
	if err != nil {
		return Plan{}, err
	}
	defer tx.Rollback() // nothing is to stay
	if err := pretendLarge(ctx, tx); err != nil {
		return Plan{}, err
	}
	var plan Plan
	if err := tx.QueryRowContext(ctx, "EXPLAIN (FORMAT JSON) "+text, args...).Scan(&plan.Text); err != nil {
		return Plan{}, err
	}
	var parsed []struct{ Plan node }
	if err := json.Unmarshal([]byte(plan.Text), &parsed); err != nil {
		return Plan{}, err
	}
	for _, p := range parsed {
		if err := collectScans(ctx, tx, p.Plan, "", &plan.Scans); err != nil {
			return Plan{}, err
		}
	}
	return plan, nil
}

// pretendLarge makes the planner see tables of a million rows, for this
// transaction: of small ones it reads all by choice. Only a superuser may tell it
// so; for others the plans of joins are less telling.
func pretendLarge(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off; SET LOCAL jit = off`); err != nil {
		return err
	}
	var super bool
	if err := tx.QueryRowContext(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&super); err != nil || !super {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE pg_class SET reltuples = CASE WHEN relkind = 'r' THEN 1000000 ELSE 100 END,
			relpages = pg_relation_size(oid) / current_setting('block_size')::BIGINT
		WHERE relnamespace = current_schema()::REGNAMESPACE AND pg_relation_size(oid) > 0
		AND (relkind = 'r' OR oid IN (SELECT indexrelid FROM pg_index WHERE indpred IS NOT NULL))`)
	return err
}

// collectScans walks a plan; a bitmap's index is a child of the node that names
// the table.
func collectScans(ctx context.Context, tx *sql.Tx, n node, parent string, scans *[]string) error {
	table := n.Relation
	if table == "" {
		table = parent
	}
	switch n.Type {
	case "Seq Scan":
		*scans = append(*scans, table)
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		var partial bool
		var first string
		err := tx.QueryRowContext(ctx, `
			SELECT indpred IS NOT NULL, pg_get_indexdef(indexrelid, 1, true) FROM pg_index WHERE indexrelid = to_regclass($1)`,
			n.Index).Scan(&partial, &first)
		if err != nil {
			return fmt.Errorf("index %s: %w", n.Index, err)
		}
		// A condition on a later column only still reads the whole index.
		if !partial && !mentions(n.Cond, first) {
			*scans = append(*scans, table)
		}
	}
	for _, child := range n.Plans {
		if err := collectScans(ctx, tx, child, table, scans); err != nil {
			return err
		}
	}
	return nil
}

// mentions reports whether a condition names a column.
func mentions(cond, column string) bool {
	return regexp.MustCompile(`\b` + regexp.QuoteMeta(strings.Trim(column, `"`)) + `\b`).MatchString(cond)
}
