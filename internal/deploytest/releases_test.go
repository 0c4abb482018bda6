package deploytest

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"studyhall/bot/store"
)

// entry is what docs/releases.md says of one release.
type entry struct {
	name    string
	changes bool
	schema  int64 // 0 where it isn't said yet
}

var firstLine = regexp.MustCompile(`^Changes the database: (yes|no)(?:, schema (\d+))?\.`)

// entries are those of a document like docs/releases.md, the newest first.
func entries(t *testing.T, text string) (all []entry) {
	t.Helper()
	for _, part := range strings.Split("\n"+text, "\n## ")[1:] {
		heading, rest, _ := strings.Cut(part, "\n")
		said := firstLine.FindStringSubmatch(strings.TrimSpace(rest))
		if said == nil {
			t.Fatalf("%s: its first line doesn't say whether the database changes", heading)
		}
		e := entry{name: heading, changes: said[1] == "yes"}
		if said[2] != "" {
			level, err := strconv.ParseInt(said[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			e.schema = level
		}
		all = append(all, e)
	}
	return all
}

// wrong is what is untrue in entries of a program whose newest schema is that;
// "" if nothing is.
func wrong(all []entry, newest int64) string {
	var before int64 // the schema of the release below
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		switch next := i == 0 && e.name == "Next"; {
		case e.schema == 0 && !next:
			return e.name + ": a release names its schema"
		case e.schema != 0 && next:
			return "Next: which schema it will have is not known yet"
		case next:
			e.schema = newest
		}
		if e.schema < before || e.schema > newest || i == 0 && e.schema != newest {
			return e.name + ": its schema is not between that of the release before and the program's " + strconv.FormatInt(newest, 10)
		}
		if e.changes != (e.schema > before) {
			return e.name + ": it says the wrong thing of the database"
		}
		before = e.schema
	}
	return ""
}

// TestReleases: what the notes say of the database is what the migrations do.
func TestReleases(t *testing.T) {
	newest, err := store.NewestSchema()
	if err != nil {
		t.Fatal(err)
	}
	all := entries(t, read(t, "docs/releases.md"))
	if len(all) == 0 {
		t.Fatal("there are no notes")
	}
	if fault := wrong(all, newest); fault != "" {
		t.Error(fault)
	}
	const released = "## 0.2.0\n\nChanges the database: yes, schema 9.\n\n## 0.1.0\n\nChanges the database: yes, schema 7.\n"
	for _, test := range []struct {
		name, text string
		newest     int64
		fault      string
	}{
		{"released", released, 9, ""},
		{"a migration that no notes mention", released, 10, "0.2.0"},
		{"next changes", "## Next\n\nChanges the database: yes.\n\n" + released, 10, ""},
		{"next changes and doesn't say so", "## Next\n\nChanges the database: no.\n\n" + released, 10, "Next"},
		{"next says so and doesn't", "## Next\n\nChanges the database: yes.\n\n" + released, 9, "Next"},
		{"a release without its schema", "## 0.1.0\n\nChanges the database: yes.\n", 7, "0.1.0"},
	} {
		if got := wrong(entries(t, test.text), test.newest); !strings.HasPrefix(got, test.fault) || (got == "") != (test.fault == "") {
			t.Errorf("%s: %q is found wrong, want %q", test.name, got, test.fault)
		}
	}
}
