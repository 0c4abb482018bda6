package exchange_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"modernc.org/sqlite"

	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// told imports a file and tells what became of it in lines.
func told(t *testing.T, name string, data []byte, o exchange.Options) string {
	t.Helper()
	r, err := exchange.Import(context.Background(), name, data, o)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(string(r.Format) + "\n")
	n := 0
	banks := load(t, r)
	for _, out := range r.Outcomes {
		b.WriteString(out.Place + " " + string(out.Status))
		if out.Status != exchange.Refused {
			item := banks[0].Items[n]
			answer := strings.Join(item.Answer, " ")
			if !item.Typed() {
				o, _ := item.Option(answer)
				answer = o.Text
			}
			b.WriteString(" " + item.Type + ": " + strings.ReplaceAll(item.Stem, "\n", "/") + " = " + answer)
			n++
		}
		if len(out.Notes) > 0 {
			b.WriteString(" [" + strings.Join(out.Notes, "; ") + "]")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// database makes an SQLite file of statements, without leaving one.
func database(t testing.TB, statements ...string) []byte {
	t.Helper()
	d := &sqlite.Driver{}
	if err := d.RegisterCollationUtf8("unicase", strings.Compare); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db")
	conn, err := d.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := conn.(driver.ExecerContext).ExecContext(context.Background(), s, nil); err != nil {
			t.Fatal(err)
		}
	}
	conn.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func squeezed(t testing.TB, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

const notesTable = "CREATE TABLE notes (id integer primary key, guid text, mid integer, tags text, flds text)"

// newCards is a collection as newer versions of Anki have it.
func newCards(t testing.TB) []byte {
	return database(t, notesTable,
		"CREATE TABLE notetypes (id integer primary key, name text collate unicase, config blob)",
		"CREATE TABLE fields (ntid integer, ord integer, name text collate unicase, config blob, primary key (ntid, ord)) without rowid",
		"INSERT INTO notetypes VALUES (1, 'Basic', x''), (2, 'Cloze', x'0801'), (3, 'Eigen', x'')",
		"INSERT INTO fields VALUES (1, 0, 'Front', x''), (1, 1, 'Back', x''), (2, 0, 'Text', x''), (2, 1, 'Back Extra', x''), (3, 0, 'Vorne', x''), (3, 1, 'Hinten', x'')",
		"INSERT INTO notes VALUES (1, 'g1', 1, '', 'What is the unit of <b>resistance</b>?[sound:a.mp3]'||char(31)||'ohm')",
		"INSERT INTO notes VALUES (2, 'g2', 2, ' tag ', 'The {{c1::fuse}} opens at {{c2::too much current::how?}}.'||char(31)||'So.')",
		"INSERT INTO notes VALUES (3, 'g3', 3, '', 'Welche <img src=\"x.png\"> Farbe?'||char(31)||'gelb&nbsp;')",
		"INSERT INTO notes VALUES (4, 'g4', 1, '', 'Only one side'||char(31))",
		"INSERT INTO notes VALUES (5, 'g5', 77, '', 'What is a gauge?'||char(31)||'"+strings.Repeat("long ", 30)+"')",
	)
}

// TestCards is what becomes of cards that others made.
func TestCards(t *testing.T) {
	fresh := zipped(t, "collection.anki2", "a stub that asks for an update", "collection.anki21b", string(squeezed(t, newCards(t))), "media", "")
	const cards = `anki
card 1 loss short: What is the unit of resistance? = ohm [bold and the like; sounds]
card 2 imported short: The _____ opens at too much current. = fuse
card 2 imported short: The fuse opens at _____ (how?). = too much current
card 3 loss short: Welche Farbe? = gelb [the picture "x.png": it has no words of 10 to 400 characters for people who can't see it]
card 4 refused [it names no right answer]
card 5 refused [its answer has 149 characters; what is to be typed has at most 75]
`
	for _, test := range []struct {
		name, file string
		data       []byte
		options    exchange.Options
		want       string
	}{
		{"a new package", "f.apkg", fresh, anything(), cards},
		{"a collection by itself", "f.anki2", newCards(t), anything(), cards},
		{"text of Anki", "f.txt", []byte("#separator:Semicolon\n#html:true\n#guid column:1\n#tags column:4\ng1;\"What is<br>\"\"earth\"\"?\";ground;tag\ng2;Only;\n"), anything(), `ankitext
line 5 imported short: What is/"earth"? = ground
line 6 refused [it names no right answer]
`},
		{"text of Anki with columns", "f.txt", []byte("#separator:tab\n#columns:Question\tA\tB\tAnswer\nWhich is < 5?\t4\t6\tA\n"), anything(), `ankitext
line 3 imported single: Which is < 5? = 4
`},
		{"pairs", "f.txt", []byte("ohm\tThe unit of resistance\nWhat opens a circuit?\ta fuse\n\nalone\n"), withFormat(exchange.Quizlet), `quizlet
card 1 imported short: The unit of resistance = ohm
card 2 imported short: What opens a circuit? = a fuse
card 3 refused [it has one side: "\t" doesn't stand in it]
`},
		{"pairs with other signs", "f.txt", []byte("ohm::unit of\nresistance||volt::unit of\nvoltage"), exchange.Options{From: exchange.Quizlet, Term: "::", Card: "||", Domain: "cbet.it", Certification: "cbet", Outline: "cbet-2025"}, `quizlet
card 1 imported short: unit of/resistance = ohm
card 2 imported short: unit of/voltage = volt
`},
		{"pairs found out", "f.txt", []byte("ohm\tThe unit of resistance\nvolt\tThe unit of voltage\n"), anything(), `quizlet
card 1 imported short: The unit of resistance = ohm
card 2 imported short: The unit of voltage = volt
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := told(t, test.file, test.data, test.options); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func withFormat(f exchange.Format) exchange.Options {
	o := anything()
	o.From = f
	return o
}

// TestPairs is what pairs carry.
func TestPairs(t *testing.T) {
	bank := quizzes.Bank{ID: "b", Items: []quizzes.Item{
		{ID: "one", Type: quizzes.Single, Stem: "Which\nis more?", Options: []quizzes.Option{{ID: "a", Text: "1 kΩ"}, {ID: "b", Text: "1 MΩ"}}, Answer: []string{"b"}},
		{ID: "two", Type: quizzes.Short, Stem: "What opens a circuit?", Answer: []string{"fuse"}},
	}}
	out, err := exchange.Export(bank, exchange.Quizlet)
	if want := "Which is more? A. 1 kΩ B. 1 MΩ\t1 MΩ\nWhat opens a circuit?\tfuse\n"; err != nil || string(out.Data) != want || out.Outcomes[0].Status != exchange.Loss {
		t.Errorf("got %q, %v and %v, want %q", out.Data, out.Outcomes, err, want)
	}
}

// TestHostileCards is that a collection made to do harm, or broken, is refused.
func TestHostileCards(t *testing.T) {
	good := newCards(t)
	endless := "CREATE VIEW notes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'g' AS guid, 1 AS mid, '' AS tags, 'x' AS flds FROM n"
	bomb := squeezed(t, append(bytes.Clone(good), make([]byte, 100<<20)...))
	for name, data := range map[string][]byte{
		"no database":         zipped(t, "collection.anki2", "words"),
		"a cut database":      good[:len(good)/2],
		"a head only":         good[:100],
		"a view without end":  database(t, endless),
		"a computed column":   database(t, "CREATE TABLE notes (id integer primary key, guid text, mid integer, tags text, flds text AS (hex(zeroblob(1000000))))"),
		"cut zstd":            zipped(t, "collection.anki21b", string(squeezed(t, good)[:200])),
		"no zstd":             zipped(t, "collection.anki21b", "words"),
		"a bomb in zstd":      zipped(t, "collection.anki21b", string(bomb)),
		"no notes":            database(t, "CREATE TABLE x (y integer)"),
		"broken descriptions": database(t, notesTable, "CREATE TABLE col (models text)", "INSERT INTO col VALUES ('[')"),
	} {
		t.Run(name, func(t *testing.T) {
			o := withFormat(exchange.Anki)
			r, err := exchange.Import(context.Background(), "f.apkg", data, o)
			if _, ok := errors.AsType[*exchange.Error](err); !ok {
				t.Errorf("got %v and %v, want an Error", err, r.Outcomes)
			}
		})
	}
}
