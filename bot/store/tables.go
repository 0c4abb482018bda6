package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// table is a table as the schema of a database has it.
type table struct {
	name    string
	columns []field  // in the order of their names
	refers  []string // the other tables it refers to
}

// field is a column of a table.
type field struct {
	name string
	kind string // BIGINT, BOOLEAN, TEXT or BYTEA
}

// levels is the table in which goose notes the schema level. It belongs to the
// schema, not to what is kept.
const levels = "goose_db_version"

// tables reads the tables that there are from the schema itself, each after all
// that it refers to. Whatever a migration adds is among them.
func (s *Store) tables(ctx context.Context, q querier) ([]table, error) {
	columns := `SELECT t.name, c.name, c.type FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c ON TRUE
		WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' ORDER BY 1, 2`
	references := `SELECT DISTINCT t.name, f."table" FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f ON TRUE
		WHERE t.type = 'table' ORDER BY 1, 2`
	if s.engine == enginePostgres {
		columns = `SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class AS t
			JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE t.relkind = 'r' AND t.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2`
		references = `SELECT DISTINCT t.relname, f.relname FROM pg_constraint AS k
			JOIN pg_class AS t ON t.oid = k.conrelid JOIN pg_class AS f ON f.oid = k.confrelid
			WHERE k.contype = 'f' AND t.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2`
	}
	var all []table
	err := visit(ctx, q, func(scan scanner) error {
		var name string
		var f field
		if err := scan(&name, &f.name, &f.kind); err != nil || name == levels {
			return err
		}
		f.kind = strings.ToUpper(f.kind)
		if !slices.Contains([]string{"BIGINT", "BOOLEAN", "TEXT", "BYTEA"}, f.kind) {
			return fmt.Errorf("column %s.%s has the type %s, which can't be copied", name, f.name, f.kind)
		}
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, f)
		return nil
	}, columns)
	if err != nil {
		return nil, err
	}
	err = visit(ctx, q, func(scan scanner) error {
		var from, to string
		if err := scan(&from, &to); err != nil || from == to {
			return err
		}
		if n := slices.IndexFunc(all, func(t table) bool { return t.name == from }); n >= 0 {
			all[n].refers = append(all[n].refers, to)
		}
		return nil
	}, references)
	if err != nil {
		return nil, err
	}
	for _, t := range all { // the engines sort names differently
		slices.SortFunc(t.columns, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	}
	slices.SortFunc(all, func(a, b table) int { return cmp.Compare(a.name, b.name) })
	return ordered(all)
}

// ordered puts each table after those it refers to, else by name.
func ordered(all []table) (sorted []table, err error) {
	placed := map[string]bool{}
	for len(sorted) < len(all) {
		before := len(sorted)
		for _, t := range all {
			if placed[t.name] || slices.ContainsFunc(t.refers, func(to string) bool { return !placed[to] }) {
				continue
			}
			placed[t.name] = true
			sorted = append(sorted, t)
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("tables refer to each other in a circle, so none can be copied first: %d of %d are in order", before, len(all))
		}
	}
	return sorted, nil
}

// list names the columns as a statement does.
func (t table) list() string {
	names := make([]string, len(t.columns))
	for n, f := range t.columns {
		names[n] = f.name
	}
	return strings.Join(names, ", ")
}

// same compares the schemas of two databases.
func same(a, b []table) error {
	if len(a) != len(b) {
		return fmt.Errorf("one database has %d tables and the other %d", len(a), len(b))
	}
	for n := range a {
		if a[n].name != b[n].name || !slices.Equal(a[n].columns, b[n].columns) {
			return fmt.Errorf("table %s of one database is not table %s of the other", a[n].name, b[n].name)
		}
	}
	return nil
}
