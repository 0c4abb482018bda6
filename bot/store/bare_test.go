package store

import (
	"testing"
)

func TestBare(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"in order", `INSERT INTO t (a, b) VALUES ($1, $2)`, `INSERT INTO t (a, b) VALUES (?, ?)`},
		{"ten and more", `VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`, `VALUES (?,?,?,?,?,?,?,?,?,?,?)`},
		{"none", `SELECT 1`, `SELECT 1`},
		{"twice", `SELECT $1, $2, $1`, ``},
		{"another order", `SELECT $2, $1`, ``},
		{"from two on", `SELECT $2`, ``},
		{"eleven is not one", `SELECT $11`, ``},
		{"within a text", `SELECT '$1', $2`, ``},
		{"after a text", `SELECT 'it''s', $1`, `SELECT 'it''s', ?`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if want == "" {
				want = test.text
			}
			if got := bare(test.text); got != want {
				t.Errorf("bare(%q) = %q, want %q", test.text, got, want)
			}
		})
	}
}

// TestManyPlaceholders: what was written with bare placeholders is what was given.
func TestManyPlaceholders(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var args []any
		for n := range 600 {
			args = append(args, n)
		}
		rows := placeholders(1, 600)
		must(t, s, `INSERT INTO number (n) SELECT v.column1 FROM (VALUES (CAST($1 AS BIGINT))`+
			func() (more string) {
				for n := 2; n <= 600; n++ {
					more += ", (" + placeholders(n, 1) + ")"
				}
				return more
			}()+`) v`, args...)
		got, err := list(t.Context(), s.read(t.Context()), column[int64], `SELECT n FROM number WHERE n IN (`+rows+`) ORDER BY n`, args...)
		if err != nil || len(got) != 600 || got[599] != 599 {
			t.Errorf("%d numbers, %v", len(got), err)
		}
	})
}
