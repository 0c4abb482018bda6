package store_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// cells are what a database holds, sorted.
func cells(t *testing.T, s *store.Store) []string {
	t.Helper()
	all, err := s.Dump(t.Context())
	must(t, err)
	for n, cell := range all { // as SQLite says it outside a column of the type
		if name, ok := strings.CutSuffix(cell, ": true"); ok {
			all[n] = name + ": 1"
		} else if name, ok := strings.CutSuffix(cell, ": false"); ok {
			all[n] = name + ": 0"
		}
	}
	slices.Sort(all)
	return all
}

// fillTables gives a row to each table in which leaveTraces puts none.
func fillTables(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.Put(t.Context(), "fake", "bytes", []byte{0, 1, 0xff, '\''}, 0))
	must(t, s.Put(t.Context(), "fake", "empty", nil, time.Hour))
	if _, err := s.Seen(t.Context(), "event-\u00e9\u4e16\U0001f600", time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`INSERT INTO habits (group_id) VALUES ('g')`,
		`INSERT INTO skip_days (group_id, day, added_at) VALUES ('g', '2026-12-24', 1)`,
		`INSERT INTO calendar_posts (id, group_id, day, data) VALUES ('c-g', 'g', '2026-12-01', '{}')`,
		`INSERT INTO calendar_steps (group_id, step, day) VALUES ('g', 'track-g/30', '2026-12-01')`,
		`INSERT INTO deadlines (track_id, window_from, apply_day, entered_at) VALUES ('track-g', '2027-05-01', '2027-03-01', 1)`,
		`INSERT INTO exam_shares (exam_id, group_id) VALUES ('sat', 'g')`,
		`INSERT INTO match_items (match_id, place, item_id, domain, item_version) SELECT 'm', 1, item_id, domain, item_version FROM rounds WHERE id = 'g-r0'`,
		`INSERT INTO match_tries (group_id, tried_at) VALUES ('g', 1), ('g', 1)`,
		`INSERT INTO mocks (session_id, time_limit, time_left, since, place) VALUES ('g-s1', 60000, 60000, 0, 1)`,
		`INSERT INTO muted (channel_id, track_id) VALUES ('fake:g', 'track-g')`,
		`INSERT INTO notices (id, group_id, cause, kind, data, created_at) VALUES ('notice-g', 'g', 'x', 'low', '{}', 1)`,
		`INSERT INTO overrides (group_id, item_version, corrected, corrected_at) SELECT 'g', item_version, item_version, 1 FROM rounds WHERE id = 'g-r0'`,
		`INSERT INTO accepted (item_version, certification, decision, edition, accepted_at) SELECT item_version, 'cbet', 'retired', 1, 1 FROM rounds WHERE id = 'g-r0'`,
		`INSERT INTO dismissed (item_version, corrected) SELECT item_version, '' FROM rounds WHERE id = 'g-r0'`,
		`INSERT INTO reloads (id, asked_at) VALUES ('r', 1)`,
		`INSERT INTO reload_answers (reload, copy, place, fine, said) VALUES ('r', 'c', 'p', TRUE, 'x')`,
		`INSERT INTO pictures (hash, data, kept_at) SELECT 'p', value, 1 FROM shelf WHERE name = 'bytes'`,
		`INSERT INTO themes (track_id, week, area) VALUES ('track-g', 1, 'cbet.it')`,
		`INSERT INTO threads (round_id, group_id, post, channel) VALUES ('g-r0', 'g', 'fake:g/1', 'fake:g/t')`,
		`INSERT INTO erasures (entry) VALUES ('2026-11-22T10:38:00Z salt hash')`,
		`INSERT INTO calendars (hash, member_id, group_id, made_at, changed_at) VALUES ('hashed-g', 'member-` + marked + `', 'g', 1, 1)`,
		`UPDATE accounts SET group_id = 'g' WHERE id = 'fake:` + marked + `'`,
	} {
		must(t, s.Do(t.Context(), text))
	}
}

// fullLife is a database in which every table has rows: somebody did all there is
// to do, and what adapters keep.
func fullLife(t *testing.T, url string) *store.Store {
	t.Helper()
	s := storetest.OpenURL(t, url, store.Options{})
	leaveTraces(t, s)
	fillTables(t, s)
	for _, text := range []string{
		// A table and columns that no migration knows are found in the schema.
		`CREATE TABLE extra (n BIGINT NOT NULL PRIMARY KEY, yes BOOLEAN, words TEXT, bytes BYTEA, group_id TEXT REFERENCES groups (id))`,
		`INSERT INTO extra (n, yes, words, bytes, group_id) VALUES (-9223372036854775807, TRUE, 'it''s', NULL, 'g'), (2, NULL, '', NULL, NULL)`,
	} {
		must(t, s.Do(t.Context(), text))
	}
	return s
}

// TestCopy copies a whole life to each engine and back. Every cell must be there.
func TestCopy(t *testing.T) {
	for _, from := range []string{storetest.SQLite, storetest.Postgres} {
		for _, to := range []string{storetest.SQLite, storetest.Postgres} {
			t.Run(from+" to "+to, func(t *testing.T) {
				source := fullLife(t, storetest.URL(t, from))
				target := storetest.OpenURL(t, storetest.URL(t, to), store.Options{})
				must(t, target.Do(t.Context(), `CREATE TABLE extra (n BIGINT NOT NULL PRIMARY KEY, yes BOOLEAN, words TEXT, bytes BYTEA, group_id TEXT REFERENCES groups (id))`))
				want := cells(t, source)
				copied, err := store.CopyAll(t.Context(), source, target)
				must(t, err)
				if diff := cmp.Diff(want, cells(t, target)); diff != "" {
					t.Errorf("the copy differs (want -, got +):\n%s", diff)
				}
				columns, err := source.Columns(t.Context())
				must(t, err)
				tables := map[string]bool{}
				for _, c := range columns {
					tables[c.Table] = true
				}
				if copied.Tables != len(tables) {
					t.Errorf("%d tables were copied, there are %d", copied.Tables, len(tables))
				}
				if again, err := store.CopyAll(t.Context(), source, target); !errors.Is(err, store.ErrContent) || again.Rows > 0 {
					t.Errorf("copied into what isn't empty: %+v, %v", again, err)
				}
			})
		}
	}
}

// TestCopyFillsEveryTable keeps [TestCopy] honest: a table without rows proves
// nothing. Whoever adds a table gives it a row in leaveTraces or fullLife.
func TestCopyFillsEveryTable(t *testing.T) {
	s := fullLife(t, storetest.URL(t, storetest.SQLite))
	columns, err := s.Columns(t.Context())
	must(t, err)
	seen := map[string]bool{"lease": true, "copies": true} // of programs that run
	for _, c := range columns {
		if seen[c.Table] {
			continue
		}
		seen[c.Table] = true
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM `+c.Table); err != nil || n == 0 {
			t.Errorf("table %s has no row in this test (%v)", c.Table, err)
		}
	}
}

// TestCopyIsCheckedAndWhole breaks the copy in each way there is: nothing must be
// left in the target.
func TestCopyIsCheckedAndWhole(t *testing.T) {
	for _, to := range []string{storetest.SQLite, storetest.Postgres} {
		t.Run(to, func(t *testing.T) {
			for name, test := range map[string]struct{ source, target, want string }{
				"a row is lost":       {"", `a row`, "is not what it was copied from"},
				"a table is missing":  {`CREATE TABLE theirs (n BIGINT NOT NULL PRIMARY KEY)`, "", "differ"},
				"a type can't be":     {`CREATE TABLE real_numbers (n REAL)`, "", "can't be copied"},
				"tables in a circle":  {`circle`, "", "circle"},
				"a column is missing": {`ALTER TABLE habits ADD COLUMN more TEXT`, "", "differ"},
			} {
				t.Run(name, func(t *testing.T) {
					source := storetest.Open(t, storetest.SQLite)
					target := storetest.OpenURL(t, storetest.URL(t, to), store.Options{})
					begin(t, source, "g")
					switch {
					case test.source == "circle":
						for _, s := range []*store.Store{source} {
							must(t, s.Do(t.Context(), `CREATE TABLE one (n BIGINT NOT NULL PRIMARY KEY REFERENCES two (n))`))
							must(t, s.Do(t.Context(), `CREATE TABLE two (n BIGINT NOT NULL PRIMARY KEY REFERENCES one (n))`))
						}
					case test.source != "":
						must(t, source.Do(t.Context(), test.source))
					}
					if test.target != "" {
						breakCopies(t, target, to)
					}
					if _, err := store.CopyAll(t.Context(), source, target); err == nil || !strings.Contains(err.Error(), test.want) {
						t.Errorf("error %v, want one with %q", err, test.want)
					}
					if n, err := target.Count(t.Context(), `SELECT (SELECT COUNT(*) FROM groups) + (SELECT COUNT(*) FROM members) + (SELECT COUNT(*) FROM program)`); err != nil || n != 1 {
						t.Errorf("%d rows are left in the target, want the one it had (%v)", n, err)
					}
				})
			}
		})
	}
}

// breakCopies has the database change a row on its way in.
func breakCopies(t *testing.T, s *store.Store, engine string) {
	t.Helper()
	if engine == storetest.SQLite {
		must(t, s.Do(t.Context(), `CREATE TRIGGER spoil AFTER INSERT ON members BEGIN UPDATE members SET name = name || '!' WHERE id = NEW.id; END`))
		return
	}
	must(t, s.Do(t.Context(), `CREATE FUNCTION spoil() RETURNS TRIGGER AS 'BEGIN NEW.name = NEW.name || ''!''; RETURN NEW; END' LANGUAGE plpgsql`))
	must(t, s.Do(t.Context(), `CREATE TRIGGER spoil BEFORE INSERT ON members FOR EACH ROW EXECUTE FUNCTION spoil()`))
}

// TestCopyRefusesTextThatPostgresCannotHold says where it is.
func TestCopyRefusesTextThatPostgresCannotHold(t *testing.T) {
	source := storetest.Open(t, storetest.SQLite)
	begin(t, source, "g")
	must(t, source.Do(t.Context(), `UPDATE groups SET name = 'a' || char(0) || 'b' WHERE id = 'g'`))
	target := storetest.Open(t, storetest.Postgres)
	_, err := store.CopyAll(t.Context(), source, target)
	if err == nil || !strings.Contains(err.Error(), "copy table groups") || !strings.Contains(err.Error(), "column name has a text that PostgreSQL can't hold") {
		t.Errorf("error %v", err)
	}
}

// TestBackupOfEither backs up each engine while it is written to, and restores
// into each; what is refused stays as it is.
func TestBackupOfEither(t *testing.T) {
	for _, from := range []string{storetest.SQLite, storetest.Postgres} {
		t.Run(from, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.URL(t, from), store.Options{})
			leaveTraces(t, s)
			want := cells(t, s)
			path := filepath.Join(t.TempDir(), "a copy?#.db")
			made, err := s.Backup(t.Context(), path)
			must(t, err)
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes {
				t.Errorf("the backup is %v (%v), want mode 0600 and %d bytes", info, err, made.Bytes)
			}
			if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
				t.Errorf("beside the backup there is %v (%v)", entries, err)
			}
			groups, err := s.Count(t.Context(), `SELECT COUNT(*) FROM groups`)
			must(t, err)
			answers, err := s.Count(t.Context(), `SELECT COUNT(*) FROM answers`)
			must(t, err)
			if looked, err := store.CheckFile(t.Context(), quiet(), path); err != nil || looked != made || made.Groups != groups || made.Answers != answers || made.People == 0 {
				t.Errorf("made %+v, looks like %+v (%v)", made, looked, err)
			}
			if _, err := s.Backup(t.Context(), path); !errors.Is(err, os.ErrExist) {
				t.Errorf("over an existing file: %v", err)
			}
			copied := storetest.OpenURL(t, "sqlite:"+path, store.Options{})
			if diff := cmp.Diff(want, cells(t, copied)); diff != "" {
				t.Errorf("the backup differs (want -, got +):\n%s", diff)
			}
		})
	}
}

// TestMove moves both ways and refuses what would lose something.
func TestMove(t *testing.T) {
	for _, to := range []string{storetest.Postgres, storetest.SQLite} {
		from := storetest.SQLite
		if to == from {
			from = storetest.Postgres
		}
		t.Run("to "+to, func(t *testing.T) {
			here, there := storetest.URL(t, from), storetest.URL(t, to)
			s := storetest.OpenURL(t, here, store.Options{})
			leaveTraces(t, s)
			must(t, s.Do(t.Context(), `INSERT INTO lease (name, holder, expires) VALUES ('x', 'y', 1)`))
			if held, err := s.Lease(t.Context(), "serves/1", "somebody", time.Minute); !held || err != nil {
				t.Fatal(held, err)
			}
			if _, err := store.Move(t.Context(), quiet(), here, there, store.Options{Unsafe: true}); !errors.Is(err, store.ErrServing) {
				t.Errorf("moved while a program serves: %v", err)
			}
			must(t, s.Do(t.Context(), `UPDATE lease SET expires = 1`))
			want := slices.DeleteFunc(cells(t, s), func(c string) bool { return strings.HasPrefix(c, "lease.") })
			if _, err := store.Move(t.Context(), quiet(), here, there, store.Options{Unsafe: true}); err != nil {
				t.Fatal(err)
			}
			moved := storetest.OpenURL(t, there, store.Options{})
			if diff := cmp.Diff(want, cells(t, moved)); diff != "" {
				t.Errorf("what was moved differs (want -, got +):\n%s", diff)
			}
			if _, err := store.Move(t.Context(), quiet(), here, there, store.Options{Unsafe: true}); !errors.Is(err, store.ErrContent) {
				t.Errorf("moved into what isn't empty: %v", err)
			}
		})
	}
}

// TestServing: a program that serves is seen while it does and not afterwards.
func TestServing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		serving := func() string {
			n, err := s.Serving(t.Context())
			return fmt.Sprint(n, err)
		}
		if got := serving(); got != "0 <nil>" {
			t.Error("before:", got)
		}
		if held, err := s.Lease(t.Context(), "serves/one", "", time.Minute); !held || err != nil {
			t.Fatal(held, err)
		}
		if held, err := s.Lease(t.Context(), "another", "", time.Minute); !held || err != nil {
			t.Fatal(held, err)
		}
		if got := serving(); got != "1 <nil>" {
			t.Error("meanwhile:", got)
		}
	})
}
