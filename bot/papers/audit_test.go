package papers

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/renewal"
)

func held(t *testing.T, id, earned, from, until string, credits ...renewal.Credit) pack {
	t.Helper()
	y := renewal.Cycle{ID: "y", From: from, Until: until}
	return pack{certification: find(t, id), credential: renewal.Credential{ID: "c", Certification: id, EarnedOn: earned, Cycle: y}, cycle: y, credits: credits, today: "2029-02-05"}
}

// Where nobody entered when a period ends, nothing is said for certain to lie in it.
func TestPackOfGuessedPeriod(t *testing.T) {
	p := held(t, "cbet", "2027-05-08", "", "", credit("Course", "courses", "2027-06-01", "", 200), credit("Late", "courses", "2031-06-01", "", 200))
	for _, row := range p.table().Rows {
		if got := row[len(row)-1]; got != "to confirm" {
			t.Errorf("%s: in the period: %q", row[0], got)
		}
	}
}

func credit(what, category, day, evidence string, hundredths cert.Amount) renewal.Credit {
	return renewal.Credit{What: what, Category: category, Day: day, Evidence: evidence, Amount: hundredths}
}

func TestPack(t *testing.T) {
	p := held(t, "cbet", "2027-05-08", "", "2029-12-31",
		credit("Ventilator course", "development", "2027-06-01", "Drive, certs 2027", 200),
		credit("Chapter chair", "leadership", "2028-01-01", "", 1800),
		credit("Old course", "courses", "2026-06-01", "a drawer", 300),
		credit("Webinar", "", "2028-03-01", "", 150))
	want := `CBET: audit pack
Renewal period: from about 8 May 2027 to 31 Dec 2029.
4 entries. 17 of 30 CEU count for certain, 18.5 at best.
2 entries say nothing about where the proof is.
The pack is a list for spreadsheets and a page to print. Your certificates of attendance stay where you keep them.
On some platforms the files come in your private messages with me. Owners of some workplaces can export those.
[Get the files] [My certifications]`
	if diff := cmp.Diff(want, p.card().Plain()); diff != "" {
		t.Errorf("card (-want +got):\n%s", diff)
	}
	data, err := spreadsheet(p.table())
	if err != nil {
		t.Fatal(err)
	}
	list := "\ufeffDate,What,Category,Amount,Unit,Evidence,In the period\r\n" +
		"2027-06-01,Ventilator course,Professional development,2,CEU,\"Drive, certs 2027\",yes\r\n" +
		"2028-01-01,Chapter chair,Leadership roles,18,CEU,,yes\r\n" +
		"2026-06-01,Old course,College or university courses,3,CEU,a drawer,no\r\n" +
		"2028-03-01,Webinar,to be decided,1.5,CEU,,yes\r\n"
	if diff := cmp.Diff(list, string(data)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	page, err := p.summary("Mon 5 February 2029", p.table()).html()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h1>CBET: renewal record</h1>", "<li>Earned on 8 May 2027</li>", "<li>17 of 30 CEU count for certain, 18.5 at best.</li>",
		"<li>Outside the period, and not counted: 3 CEU</li>", "<li>Beyond the limits of categories, and not counted: 3 CEU</li>",
		"<td>Leadership roles (at most 15)</td><td>18</td><td>15</td>", "<td>To be decided</td><td>1.5</td>", "<td>1\u00a0Jun\u00a02027</td><td>Ventilator course</td>", `<th scope="col">Evidence</th>`, "The issuer decides what counts.", "Not affiliated with AAMI."} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestPeriodWords(t *testing.T) {
	for _, tt := range []struct{ name, id, earned, from, until, want string }{
		{"entered", "cbet", "2027-05-08", "2027-01-01", "2029-12-31", "Renewal period: 1 Jan 2027 to 31 Dec 2029."},
		{"only its end", "cbet", "", "", "2029-12-31", "Renewal period: to 31 Dec 2029."},
		{"worked out", "cbet", "2027-05-08", "", "", "Renewal period: about 8 May 2027 to 31 Dec 2029, to confirm."},
		{"nothing known", "clrt", "", "", "", "Renewal period: to confirm. Enter the date on your certificate."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := held(t, tt.id, tt.earned, tt.from, tt.until).periodWords(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHarmless(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"words", "Ventilator course, part 2", "Ventilator course, part 2"},
		{"a formula", `=HYPERLINK("http://x","y")`, `'=HYPERLINK("http://x","y")`},
		{"another program", "@SUM(A1)", "'@SUM(A1)"},
		{"plus", "+1", "'+1"},
		{"minus", "-1", "'-1"},
		{"after spaces", "  =1", "'  =1"},
		{"after a quotation mark", `"=1`, `'"=1`},
		{"after a semicolon", ";=1", "';=1"},
		{"a tab", "\t=1", "'\t=1"},
		{"a return", "\r=1", "'=1"},
		{"wide", "＝1", "'＝1"},
		{"in the middle", "a=b", "a=b"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := harmless(tt.cell); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever was typed, a reader of RFC 4180 finds as many rows and cells as there
// are, with the words that were typed, and no cell is a formula.
func TestSpreadsheetReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+\-@",;'| \n\tA-Za-z]{0,12}`))
		want := table{Header: []string{"a", "b", "c"}, Rows: rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 0, 8).Draw(t, "rows")}
		data, err := spreadsheet(want)
		if err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(string(data), "\ufeff")
		if !marked || !utf8.ValidString(text) && utf8.ValidString(strings.Join(flat(want), "")) {
			t.Fatalf("not UTF-8 with its mark: %q", data)
		}
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
			t.Fatalf("lines don't all end with CRLF: %q", text)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != len(want.Rows)+1 {
			t.Fatalf("%d rows, %v: %q", len(rows), err, text)
		}
		for n, row := range rows[1:] {
			for k, got := range row {
				if strings.IndexAny(got, formula) == 0 {
					t.Fatalf("%q may be run", got)
				}
				if plain := strings.Map(printable, want.Rows[n][k]); got != plain && got != "'"+plain {
					t.Fatalf("%q became %q", want.Rows[n][k], got)
				}
			}
		}
	})
}

func flat(t table) (all []string) {
	for _, row := range t.Rows {
		all = append(all, row...)
	}
	return all
}

func TestEmptyPackLeadsOn(t *testing.T) {
	p := held(t, "cbet", "2027-05-08", "", "")
	for n := range 6 {
		p.others = append(p.others, renewal.Cycle{ID: fmt.Sprint("y", n), Until: "2026-12-31", RenewedOn: "2026-11-30"})
	}
	m := message(p.card())
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	if text := m.Card.Plain(); !strings.Contains(text, "[Log one] [Period to 31 Dec 2026]") {
		t.Errorf("got:\n%s", text)
	}
}
