package store

import (
	"context"
	"fmt"
	"strings"
)

// CheckIntegrity reads the whole database and returns [ErrDamaged] with what is
// wrong. PostgreSQL checks its pages itself; there it looks whether every row
// that another one refers to is there, and whether all indexes and rules of the
// schema are in force.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	if s.engine == enginePostgres {
		return classify(s.view(ctx, soundPostgres))
	}
	return classify(integrity(ctx, s.readDB))
}

// soundPostgres looks for what a server doesn't check by itself: a dump that was
// restored in parts, or an index whose making was interrupted.
func soundPostgres(ctx context.Context, q querier) error {
	var faults []string
	say := func(query, what string) error {
		names, err := list(ctx, q, column[string], query)
		for _, name := range names {
			faults = append(faults, what+" "+name)
		}
		return err
	}
	if err := say(`SELECT i.relname FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
		WHERE NOT (x.indisvalid AND x.indisready) AND i.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1`, "index not whole:"); err != nil {
		return err
	}
	if err := say(`SELECT k.conname FROM pg_constraint AS k WHERE NOT k.convalidated
		AND k.connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1`, "rule not checked:"); err != nil {
		return err
	}
	references, err := list(ctx, q, readReference, `SELECT t.relname, f.relname,
			string_agg(quote_ident(a.attname), ',' ORDER BY c.n), string_agg(quote_ident(b.attname), ',' ORDER BY c.n)
		FROM pg_constraint AS k JOIN pg_class AS t ON t.oid = k.conrelid JOIN pg_class AS f ON f.oid = k.confrelid
			JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS c (mine, theirs, n) ON TRUE
			JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = c.mine
			JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = c.theirs
		WHERE k.contype = 'f' AND t.relnamespace = CAST(current_schema() AS regnamespace)
		GROUP BY k.oid, t.relname, f.relname ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	for _, r := range references {
		var orphans int64
		if err := q.row(ctx, r.orphans()).scan(&orphans); err != nil {
			return err
		}
		if orphans > 0 {
			faults = append(faults, fmt.Sprintf("%d rows of %s refer to rows of %s that are not there", orphans, r.from, r.to))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(faults, "; "))
	}
	return nil
}

// reference is how one table refers to another.
type reference struct {
	from, to     string
	mine, theirs []string // columns, in the same order
}

func readReference(scan scanner) (r reference, err error) {
	var mine, theirs string
	err = scan(&r.from, &r.to, &mine, &theirs)
	r.mine, r.theirs = strings.Split(mine, ","), strings.Split(theirs, ",")
	return r, err
}

// orphans counts the rows that refer to nothing.
func (r reference) orphans() string {
	var set, equal []string
	for n := range r.mine {
		set = append(set, "a."+r.mine[n]+" IS NOT NULL")
		equal = append(equal, "b."+r.theirs[n]+" = a."+r.mine[n])
	}
	return `SELECT COUNT(*) FROM ` + r.from + ` AS a WHERE ` + strings.Join(set, " AND ") +
		` AND NOT EXISTS (SELECT 1 FROM ` + r.to + ` AS b WHERE ` + strings.Join(equal, " AND ") + `)`
}
