package store

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Column is a column of the schema.
type Column struct {
	Table, Name string
	Refers      string // the table it refers to
}

// Columns are all columns of our tables.
func (s *Store) Columns(ctx context.Context) ([]Column, error) {
	query := `SELECT t.name, c.name, COALESCE((SELECT f."table" FROM pragma_foreign_key_list(t.name) AS f WHERE f."from" = c.name), '')
		FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c ON TRUE WHERE t.type = 'table' AND t.name <> 'sqlite_sequence' ORDER BY 1, 2`
	if s.engine == enginePostgres {
		// The views of information_schema take minutes with an unlucky plan.
		query = `SELECT t.relname, a.attname, COALESCE(MAX(f.relname), '')
			FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
				LEFT JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)
				LEFT JOIN pg_class AS f ON f.oid = k.confrelid
			WHERE t.relkind = 'r' AND t.relnamespace = CAST(current_schema() AS regnamespace) GROUP BY 1, 2 ORDER BY 1, 2`
	}
	all, err := list(ctx, s.read(ctx), func(scan scanner) (c Column, err error) {
		err = scan(&c.Table, &c.Name, &c.Refers)
		return c, err
	}, query)
	return slices.DeleteFunc(all, func(c Column) bool { return c.Table == "goose_db_version" }), err
}

// Declared are the columns that records say tell of one person, and all
// statements and queries of theirs.
func (s *Store) Declared() (columns map[string]string, statements string) {
	columns = map[string]string{}
	var all strings.Builder
	for _, r := range s.Records() {
		r := r.(*records)
		maps.Copy(columns, r.columns)
		for _, section := range r.export {
			fmt.Fprintln(&all, section.query)
		}
	}
	return columns, all.String()
}

// Dump is every cell of every table, as "table.column: value".
func (s *Store) Dump(ctx context.Context) ([]string, error) {
	columns, err := s.Columns(ctx)
	if err != nil {
		return nil, err
	}
	var cells []string
	for _, c := range columns {
		if c.Table == "program" {
			continue
		}
		all, err := list(ctx, s.read(ctx), column[any], `SELECT `+c.Name+` FROM `+c.Table)
		if err != nil {
			return nil, err
		}
		for _, v := range all {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			cells = append(cells, fmt.Sprintf("%s.%s: %v", c.Table, c.Name, v))
		}
	}
	return cells, nil
}

// Holding is which tables have a cell that matches.
func (s *Store) Holding(ctx context.Context, pattern string) ([]string, error) {
	cells, err := s.Dump(ctx)
	found := map[string]bool{}
	for _, cell := range cells {
		name, value, _ := strings.Cut(cell, ": ")
		if regexp.MustCompile(pattern).MatchString(value) {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), err
}

// Do runs a statement, to bring about what no feature does alone.
func (s *Store) Do(ctx context.Context, text string, args ...any) error {
	_, err := s.change(ctx, text, args...)
	return err
}

// Strings reads one column of text.
func (s *Store) Strings(ctx context.Context, text string, args ...any) ([]string, error) {
	return list(ctx, s.read(ctx), column[string], text, args...)
}

// Count is the number that a query answers with.
func (s *Store) Count(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = s.read(ctx).row(ctx, text, args...).scan(&n)
	return n, err
}

// Forgetting are the statements that forget a group.
func Forgetting() string { return strings.Join(forgetting(), "\n") }

// CopyAll copies one database into another one.
func CopyAll(ctx context.Context, from, to *Store) (Copied, error) {
	return copyAll(ctx, from, to, nil)
}
