package app

import (
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/quizzes"
)

// oddTexts are what nobody types on purpose, and somebody sends all the same.
var oddTexts = map[string]string{
	"100 kB":                 strings.Repeat("a", 100_000),
	"100 kB of digits":       strings.Repeat("9", 100_000),
	"just short enough":      strings.Repeat("9", bot.LimitLine),
	"accents upon accents":   "4.7" + strings.Repeat("\u0300\u0301\u0489", 300) + " kΩ",
	"from right to left":     "\u202eمراقب عزل الخط ٤٫٧\u202c\u2067",
	"NUL":                    "4.7\x00 k\x00Ω\x00",
	"invalid UTF-8":          "\xff\xfe4.7 \xc3\x28 k\xce",
	"nothing once cleaned":   "\x00\u202e\x7f\ufffd\xff",
	"line breaks and tabs":   "4.7\n\r\n\t\v kΩ\u2028",
	"the marks of our words": "\x01m\x1f\x02 @everyone <!channel> {{.}} %s %!d",
	"a number too far":       "1e999999999",
}

// oddWorld is a world whose database and log can be looked at.
type oddWorld struct {
	*world
	log *logbook
	db  *sql.DB
}

func newOddWorld(t *testing.T) oddWorld {
	t.Helper()
	log := &logbook{}
	w := oddWorld{world: newWorldWith(t, os.DirFS("testdata/banks"), slog.New(slog.NewTextHandler(log, nil))), log: log}
	var err error
	if w.db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(w.database, "sqlite:")+"?mode=ro&_pragma=busy_timeout(10000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	return w
}

// rows is every row of every table that is about the group and its people.
func (w oddWorld) rows(t *testing.T) (all []string) {
	t.Helper()
	if err := w.running().Engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Wrong codes are counted: that is what bounds guessing.
	tables := w.query(t, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\_tries' ESCAPE '\'
		AND name NOT IN ('lease', 'seen', 'shelf', 'sqlite_sequence', 'goose_db_version')`)
	for _, table := range tables {
		for _, row := range w.query(t, `SELECT * FROM `+table) {
			all = append(all, table+": "+row)
		}
	}
	slices.Sort(all)
	return all
}

// query is each row that a query gives, as text.
func (w oddWorld) query(t *testing.T, text string, args ...any) (all []string) {
	t.Helper()
	rows, err := w.db.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, dest := make([]sql.NullString, len(names)), make([]any, len(names))
		for n := range cells {
			dest[n] = &cells[n]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(cells))
		for n, c := range cells {
			row[n] = c.String
		}
		all = append(all, strings.Join(row, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// sound says what is wrong with the answer to something odd, and whether it was
// refused, so that nothing may have changed.
func (w oddWorld) sound(r bot.Response) (refused bool, problem string) {
	var told []string
	for _, m := range []*bot.Message{r.Reply, r.Edit} {
		if m != nil {
			told = append(told, bottest.MessageText(*m))
			refused = strings.Contains(told[0], "Nothing was changed")
		}
	}
	if len(r.Invalid) > 0 { // each field has its own
		told, refused = append(told, strings.Join(slices.Collect(maps.Values(r.Invalid)), "\n")), true
	}
	if r.Form != nil {
		told = append(told, r.Form.Title)
	}
	text := strings.Join(told, "\n")
	switch {
	case len(told) != 1 || strings.TrimSpace(text) == "":
		return refused, fmt.Sprintf("is told %d things, want one", len(told))
	case strings.Contains(text, "not your doing"):
		return refused, "is told that it is our fault: " + w.log.String()
	case !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\u202e\u2067"):
		return refused, fmt.Sprintf("is told %.200q", text)
	case refused && utf8.RuneCountInString(text) > 400:
		return refused, fmt.Sprintf("is refused at length: %.200q…", text)
	}
	return refused, ""
}

// same fails if a refusal has changed anything.
func same(t *testing.T, before, after []string) {
	t.Helper()
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("refused, and yet changed (-before +after):\n%.2000s", diff)
	}
}

// Odd answers to questions that are answered by typing are counted, or refused in
// one clear sentence; then nothing has changed, and a proper answer still counts.
func TestOddAnswers(t *testing.T) {
	data, err := os.ReadFile("testdata/typed/bank.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for kind, proper := range map[string]string{quizzes.Numeric: "4.7 kΩ", quizzes.Short: "line isolation monitor"} {
		t.Run(kind, func(t *testing.T) {
			w := newOddWorld(t)
			bank, problems := quizzes.Parse("bank.yaml", data)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			bank.Items = slices.DeleteFunc(bank.Items, func(i quizzes.Item) bool { return i.Type != kind })
			use(w.t, w.running(), []quizzes.Bank{bank})
			w.oddGroup(t)
			n := 0
			for name, text := range oddTexts {
				n++
				t.Run(name, func(t *testing.T) { w.answersOddly(t, fmt.Sprint("person", n), text, proper) })
			}
			if bad := w.query(t, `SELECT raw FROM answers WHERE instr(CAST(raw AS BLOB), x'00') > 0 OR length(raw) > 3000`); len(bad) > 0 {
				t.Errorf("kept: %.300q", bad)
			}
			if counts := w.query(t, `SELECT answered FROM rounds`); !slices.Equal(counts, []string{fmt.Sprint(len(oddTexts))}) {
				t.Errorf("%v counted, want each person once, %d", counts, len(oddTexts))
			}
		})
	}
}

// oddGroup sets up a group and has its first question posted.
func (w oddWorld) oddGroup(t *testing.T) {
	t.Helper()
	d := w.Driver()
	w.fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true})
	for _, step := range []func() error{
		func() error { return d.Say(t.Context(), "maria", "", "/group") },
		func() error { return d.Press(t.Context(), "maria", "Set up", "") },
		func() error { return d.Submit(t.Context(), "maria", map[string]string{"question time": "07:00"}) },
		func() error { return d.Press(t.Context(), "maria", "Start", "") },
		func() error {
			at, _ := w.Next(t.Context())
			return w.Advance(t.Context(), at)
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	d.See(t.Context())
}

// does has an interaction of a person answered.
func (w oddWorld) does(t *testing.T, person string, i bot.Interaction) bot.Response {
	t.Helper()
	i.ID, i.User, i.Name, i.Space, i.Channel = bot.NewID(), w.fake.UserID(person), person, w.fake.Space(), w.fake.ChannelID(bottest.Main)
	return w.running().Bot.Handle(t.Context(), i)
}

// answersOddly answers the open question with something odd and then properly.
func (w oddWorld) answersOddly(t *testing.T, person, text, proper string) {
	t.Helper()
	round := w.query(t, `SELECT id FROM rounds WHERE state = 'open'`)[0]
	opened := w.does(t, person, bot.Interaction{Action: "fill/" + round})
	if opened.Form == nil {
		t.Fatalf("no form: %+v", opened.Reply)
	}
	sends := func(text string) bot.Response {
		return w.does(t, person, bot.Interaction{Action: opened.Form.Action, Values: bot.Values{opened.Form.Fields[0].Name: {text}}})
	}
	given := func() []string {
		return w.query(t, `SELECT a.raw FROM answers a JOIN accounts c ON c.member_id = a.member_id WHERE c.id = $1`, string(w.fake.UserID(person)))
	}
	before := w.rows(t)
	refused, problem := w.sound(sends(text))
	if problem != "" {
		t.Error(problem)
	}
	if refused {
		same(t, before, w.rows(t))
		if refused, problem = w.sound(sends(proper)); refused || problem != "" {
			t.Errorf("a proper answer afterwards: refused %v, %s", refused, problem)
		}
	}
	if got := given(); len(got) != 1 || !utf8.ValidString(got[0]) {
		t.Errorf("answers kept: %.200q, want one", got)
	}
}

// Odd words in every form that an organiser and member meets: one clear sentence,
// and what is refused has changed nothing.
func TestOddTextInForms(t *testing.T) {
	w := newOddWorld(t)
	w.oddGroup(t)
	c := crawler{w: w.world, person: "maria", done: map[string]bool{}}
	for _, command := range []string{"group", "study", "quiz", "board"} {
		i := c.interaction()
		i.Command = command
		c.todo = append(c.todo, i)
	}
	c.crawl(t.Context(), 400)
	forms := map[string]bool{}
	for _, form := range c.forms {
		typed := 0
		for _, f := range form.Fields {
			if f.Kind != bot.OneOf && f.Kind != bot.AnyOf && f.Kind != bot.Person && f.Kind != bot.Channel {
				typed++
			}
		}
		if typed == 0 || forms[form.Title] {
			continue
		}
		forms[form.Title] = true
		for name, text := range oddTexts {
			t.Run(form.Title+": "+name, func(t *testing.T) {
				before := w.rows(t)
				refused, problem := w.sound(w.does(t, "maria", bot.Interaction{Action: form.Action, Values: oddValues(form, text)}))
				if problem != "" {
					t.Error(problem)
				}
				if refused {
					same(t, before, w.rows(t))
				}
			})
		}
	}
	if len(forms) < 8 {
		t.Errorf("only these forms were met: %v", forms)
	}
	if got := w.log.String(); strings.Contains(got, "interaction failed") || strings.Contains(got, "panic") {
		t.Errorf("the log says:\n%.2000s", got)
	}
}

// oddValues fills a form with a text; what is chosen stays as it is, or becomes
// what asks for a text.
func oddValues(form bot.Form, text string) bot.Values {
	values := bot.Values{}
	for _, f := range form.Fields {
		switch f.Kind {
		case bot.OneOf, bot.AnyOf:
			values[f.Name] = f.Initial
			for _, o := range f.Options {
				if o.Value == "other" || len(values[f.Name]) == 0 {
					values[f.Name] = []string{o.Value}
				}
			}
		case bot.Person, bot.Channel:
			values[f.Name] = f.Initial
		default:
			values[f.Name] = []string{text}
		}
	}
	return values
}

// Odd words as a command's, to the bot, and in place of a name.
func TestOddWords(t *testing.T) {
	w := newOddWorld(t)
	w.oddGroup(t)
	n := 0
	for name, text := range oddTexts {
		n++
		t.Run(name, func(t *testing.T) {
			for _, i := range []bot.Interaction{
				{Command: "quiz", Line: text}, {Command: "study", Line: "link " + text}, {Command: "group", Line: text}, {Command: "board", Line: text},
				{Line: text}, {Line: text, Direct: true}, {Command: text}, {Action: text},
			} {
				before := w.rows(t)
				refused, problem := w.sound(w.does(t, "maria", i))
				if problem != "" {
					t.Errorf("%.40q: %s", i.Command+i.Line+i.Action, problem)
				}
				if refused {
					same(t, before, w.rows(t))
				}
			}
			person := fmt.Sprint("person", n)
			w.fake.Person(person, bot.Profile{Name: text, Zone: text})
			for _, step := range []func() error{
				func() error { return w.fake.Press(t.Context(), person, "B", "CBET question 1") },
				func() error { return w.fake.Say(t.Context(), person, "", "/board") },
			} {
				if err := step(); err != nil {
					t.Error(err)
				}
			}
			kept := w.query(t, `SELECT m.name FROM memberships m JOIN accounts c ON c.member_id = m.member_id WHERE c.id = $1`, string(w.fake.UserID(person)))
			if len(kept) != 1 || kept[0] == "" || !utf8.ValidString(kept[0]) || utf8.RuneCountInString(kept[0]) > 40 || strings.ContainsAny(kept[0], "\x00\u202e\n") {
				t.Errorf("is called %q", kept)
			}
			if zones := w.query(t, `SELECT zone FROM accounts WHERE id = $1 AND zone <> ''`, string(w.fake.UserID(person))); len(zones) > 0 {
				t.Errorf("lives in %.60q", zones)
			}
		})
	}
	// All of them are on the board and in the weekly post.
	if err := w.Advance(t.Context(), w.Now().AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	posted := false
	for _, seen := range w.Driver().See(t.Context()) {
		posted = posted || seen.Kind == bottest.Post && strings.Contains(seen.Text, fmt.Sprintf("%d answers from %d of you", len(oddTexts), len(oddTexts)))
	}
	if !posted {
		t.Error("there was no weekly post about all of them")
	}
	if got := w.log.String(); strings.Contains(got, "interaction failed") || strings.Contains(got, "panic") {
		t.Errorf("the log says:\n%.2000s", got)
	}
}
