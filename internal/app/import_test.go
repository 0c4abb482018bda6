package app

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/binary"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/suggest"
	"studyhall/quizzes"
)

// sends is what the bot answers to a form with a file, sent by hand in the first
// group.
func (s scene) sends(person, action string, data []byte, v bot.Values) bot.Response {
	i := bot.Interaction{ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(), Channel: s.fake.ChannelID("first"), Action: action, Values: v}
	if data != nil {
		i.Files = []bot.File{{Name: "mine.gift", MIME: "text/plain", Data: data}}
	}
	return s.running().Bot.Handle(s.t.Context(), i)
}

// importing is where the first group's organiser sends a file.
func (s scene) importing() (group, action string) {
	s.t.Helper()
	r := s.running().Bot.Handle(s.t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("org-first"), Name: "org-first", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "group", Line: "import"})
	if r.Form == nil {
		s.t.Fatalf("no form: %+v", r)
	}
	return strings.Split(r.Form.Action, "/")[1], r.Form.Action
}

// rows counts those of a table.
func (s scene) rows(of string) (n int) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(s.database, "sqlite:")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(s.t.Context(), "SELECT COUNT(*) FROM "+of).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// gift is a file of so many questions.
func gift(questions int, what string) []byte {
	var b strings.Builder
	for n := range questions {
		fmt.Fprintf(&b, "%s %d?{=Yes number %d ~No}\n\n", what, n, n)
	}
	return []byte(b.String())
}

var unsigned = bot.Values{"recalled": {"unsigned"}, "area": {"a1"}}

// A file is read, and added, for the group's organiser who sent it and for nobody
// else, at the first press only.
func TestImportByHand(t *testing.T) {
	s := newScene(t)
	group, form := s.importing()
	const secret = "Zanzibar"
	for _, person := range []string{"dana", "org-second", "eve"} {
		r := s.sends(person, form, gift(3, secret), unsigned)
		if r.Reply == nil || r.Form != nil || len(r.Reply.Files) > 0 || strings.Contains(r.Reply.Card.Plain(), secret) || strings.Contains(r.Reply.Card.Plain(), "code ") {
			t.Errorf("%s sent a file: %+v", person, r)
		}
	}
	waiting := func() int { return s.rows(`imports`) }
	if n := waiting(); n != 0 {
		t.Errorf("%d files of strangers wait", n)
	}
	for name, r := range map[string]bot.Response{
		"without a file":   s.sends("org-first", form, nil, unsigned),
		"an empty file":    s.sends("org-first", form, []byte{}, unsigned),
		"too large a file": s.sends("org-first", form, bytes.Repeat([]byte("x"), suggest.MostFile+1), unsigned),
		"too many":         s.sends("org-first", form, gift(suggest.MostImport+1, "Q"), unsigned),
	} {
		if r.Invalid["file"] == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := s.sends("org-first", form, gift(3, secret), bot.Values{"recalled": {"nonsense"}}); r.Invalid["recalled"] == "" {
		t.Errorf("without an answer about exams: %+v", r)
	}
	if r := s.sends("org-first", form, gift(3, secret), bot.Values{"recalled": {"exam"}}); r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "remembered from an exam") {
		t.Errorf("from an exam: %+v", r)
	}
	if n := waiting(); n != 0 {
		t.Errorf("%d files wait, none could be read", n)
	}
	twice := s.sends("org-first", form, []byte("Which?{=Yes ~No}\n\nWhich?{~No =Yes}\n"), unsigned)
	if leadsTo(t, twice, "Add 1 question"); !strings.Contains(twice.Reply.Card.Plain(), "line 3: left out: the same question stands in the file before it") {
		t.Errorf("twice the same: %s", twice.Reply.Card.Plain())
	}
	r := s.sends("org-first", form, gift(3, secret), unsigned)
	add := leadsTo(t, r, "Add 3 questions")
	if report := string(r.Reply.Files[0].Data); !strings.Contains(report, "line 1: without a reason") || strings.Count(report, secret) != 3 {
		t.Errorf("the report is\n%s", report)
	}
	leave := strings.TrimSuffix(add, "add") + "leave"
	for _, person := range []string{"dana", "org-second", "eve"} {
		for _, path := range []string{add, leave, form, "own/" + group + "/import", "own/" + group} {
			if got := s.does(person, "second", path); strings.Contains(got, secret) || strings.Contains(got, "code ") || strings.Contains(got, "Added") {
				t.Errorf("%s pressed %s and was told %q", person, path, got)
			}
		}
	}
	if got := s.does("org-first", "first", add); !strings.Contains(got, "Added: 3 questions") {
		t.Errorf("added: %q", got)
	}
	for _, path := range []string{add, leave, "import/nothing/add"} {
		if got := s.does("org-first", "first", path); !strings.Contains(got, "doesn't wait any more") {
			t.Errorf("%s again: %q", path, got)
		}
	}
	r = s.sends("org-first", form, gift(3, strings.ToUpper(secret)), unsigned)
	if r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "There is nothing new to add.") || waiting() != 0 {
		t.Errorf("the same again: %+v", r)
	}
}

// Files that are made to do harm are refused at their field in one sentence, in
// little memory, and nothing of them waits.
func TestImportRefusesHostileFiles(t *testing.T) {
	s := newScene(t)
	_, form := s.importing()
	zipped := func(name, text string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	lies := zipped("item.xml", strings.Repeat("<a/>", 1000))
	binary.LittleEndian.PutUint32(lies[bytes.LastIndex(lies, []byte("PK\x01\x02"))+24:], 10) // its size in the list
	for name, data := range map[string][]byte{
		"a bomb":                zipped("item.xml", strings.Repeat(" ", 200<<20)),
		"a bomb of small parts": zipped("item.xml", `<questestinterop>`+strings.Repeat("<a/>", 1_900_000)),
		"a false size":          lies,
		"deep XML":              []byte(strings.Repeat("<quiz>", 100_000)),
		"XML of small parts":    []byte("<quiz>" + strings.Repeat("<a/>", 250_000)),
		"entities":              []byte(`<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><quiz><question type="essay"><name><text>&b;</text></name></question></quiz>`),
		"deep JSON":             []byte(strings.Repeat(`{"a":`, 100_000)),
		"UTF-32":                []byte("\xff\xfe\x00\x00a\x00\x00\x00"),
		"noise":                 bytes.Repeat([]byte{1, 2, 0, 200, 7}, 100_000),
		"no database":           append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte{0xff}, 100_000)...),
		"a comment for ever":    []byte(strings.Repeat("// x\n", 200_000)),
		"questions without end": gift(40_000, "Q"),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := s.sends("org-first", form, data, unsigned)
			runtime.ReadMemStats(&after)
			fault := r.Invalid["file"]
			if fault == "" || strings.Contains(fault, "\n") || len(fault) > 300 {
				t.Errorf("answered %q, %+v", fault, r.Reply)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
				t.Errorf("it took %d MB", used>>20)
			}
			if n := s.rows(`imports`); n != 0 {
				t.Errorf("%d files wait", n)
			}
		})
	}
}

// The largest files that are taken give cards that every platform shows, whatever
// is in them.
func TestImportReportsFit(t *testing.T) {
	s := newScene(t)
	_, form := s.importing()
	long := strings.Repeat("Wörter ", 120)
	var many strings.Builder
	many.WriteString("stem,a,b,answer,explanation\n")
	for n := range suggest.MostImport {
		fmt.Fprintf(&many, "\"%s %d\",%s,\"\u202e<!channel> *x* %s\",a,%s\n", long[:600], n, long[:70], long[:50], long[:300])
	}
	r := s.sends("org-first", form, []byte(many.String()), unsigned)
	if r.Reply == nil || len(r.Reply.Files) != 1 || strings.Count(string(r.Reply.Files[0].Data), "\n") < suggest.MostImport {
		t.Fatalf("%v %+v", r.Invalid, r.Reply)
	}
	if err := r.Reply.Validate(); err != nil {
		t.Error(err)
	}
	if got := s.does("org-first", "first", leadsTo(t, r, "Add")); !strings.Contains(got, "Added: 500 questions") {
		t.Errorf("added: %q", got)
	}
}

// A group of several certifications is asked first which one a file is for.
func TestImportForOneOfSeveral(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	for _, step := range []error{
		s.fake.Say(ctx, "org-first", "first", "/group"), s.fake.Press(ctx, "org-first", "More", ""),
		s.fake.Press(ctx, "org-first", "Certifications", ""), s.fake.Press(ctx, "org-first", "Add a certification", ""),
		s.fake.Submit(ctx, "org-first", map[string]string{"studying for": "chtm", "exam window": "No date yet"}),
		s.fake.Press(ctx, "org-first", "Here too", ""), s.fake.Press(ctx, "org-first", "Yes", ""),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	r := s.running().Bot.Handle(ctx, bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("org-first"), Name: "org-first", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "group", Line: "import"})
	f := s.acts("org-first", leadsTo(t, r, "CHTM"), nil).Form
	if f == nil || f.Validate() != nil {
		t.Fatalf("%+v", f)
	}
	var areas []string
	for _, o := range f.Fields[1].Options {
		areas = append(areas, o.Label)
	}
	if strings.Join(areas, ", ") != "Technology operations, Personnel" {
		t.Errorf("areas: %v", areas)
	}
	add := leadsTo(t, s.sends("org-first", f.Action, gift(2, "Chtm"), unsigned), "Add 2")
	s.does("org-first", "first", add)
	if n := s.rows(`item_versions WHERE certification = 'chtm' AND bank = 'group''s own'`); n != 2 {
		t.Errorf("%d are about the second one", n)
	}
	for _, track := range []string{"nothing", "t"} { // of another group, or gone
		path := strings.Split(f.Action, "/")
		path[3] = track
		if r := s.sends("org-first", strings.Join(path, "/"), gift(2, "x"), unsigned); r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "Which certification") {
			t.Errorf("%s: %+v", track, r)
		}
	}
}

// The log says that files came and what was wrong with them, and nothing that is in
// them, at LOG_LEVEL=debug.
func TestLogTellsNothingOfFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newWorld(t).(*world), &logbook{}
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.log = slog.New(bot.Traced(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		bottest.RunScript(t, "testdata/scripts/import-file.txt", w)
		for _, want := range []string{"file of questions read", "file of questions added", "file of questions refused", "which is refused (%s)"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%q isn't logged", want)
			}
		}
		if at := regexp.MustCompile(`questions\.csv|bomb|item\.xml|Letter|Quebec`).FindStringIndex(log.String()); at != nil {
			t.Errorf("the log has …%s…", log.String()[max(0, at[0]-200):min(len(log.String()), at[1]+50)])
		}
	})
}

// The longest question that a file can bring can be opened by its organiser.
func TestImportedQuestionOpens(t *testing.T) {
	s := newScene(t)
	group, form := s.importing()
	right := s.does("org-first", "first", leadsTo(t, s.sends("org-first", form, longest(), unsigned), "Add 1 question"))
	if !strings.Contains(right, "Added: 1 question") {
		t.Fatalf("added: %q", right)
	}
	page := s.acts("org-first", "own/"+group, nil)
	shown := s.acts("org-first", leadsTo(t, page, "Which"), nil)
	if !strings.Contains(shown.Reply.Card.Plain(), "Which") {
		t.Fatalf("opened: %q", shown.Reply.Card.Plain())
	}
	stopped := s.acts("org-first", leadsTo(t, shown, "Don't ask it again"), nil)
	if got := s.does("org-first", "first", leadsTo(t, stopped, "Ask it again")); !strings.Contains(got, "one of those that the group is asked") {
		t.Errorf("asked again: %q", got)
	}
}

// longest is a bank of one question that is as long as a bank's can be.
func longest() []byte {
	text := func(n int, end string) string { return strings.Repeat("word ", 200)[:n-len(end)] + end }
	var b strings.Builder
	fmt.Fprintf(&b, "bank: long\ntitle: Long\ncertification: cbet\noutline: unknown\ndraft: true\nitems:\n  - id: long-1\n    type: multiple\n    stem: \"Which %s\"\n    options:\n", text(510, "?"))
	for n := range 5 {
		fmt.Fprintf(&b, "      - id: %c\n        text: \"%s\"\n", 'a'+n, text(75, fmt.Sprint(n)))
	}
	fmt.Fprintf(&b, "    answer: [a, b, c, d]\n    explanation: \"%s\"\n    source:\n      title: \"%s\"\n      url: https://example.com/%s\n",
		text(400, "."), text(120, "t"), strings.Repeat("a", 480))
	return []byte(b.String())
}

// A file with each of the options as the right one doesn't tell an organiser which
// it is of what can be asked. What isn't asked any more comes with another answer.
func TestImportTellsNoAnswer(t *testing.T) {
	s := newScene(t)
	group, form := s.importing()
	s.does("org-first", "first", leadsTo(t, s.sends("org-first", form, []byte("Which?{=Yes ~No ~Perhaps}\n"), unsigned), "Add 1 question"))
	tries := []byte("Which?{=Yes ~No ~Perhaps}\n\nWhich?{~Yes =No ~Perhaps}\n\nWhich?{~Yes ~No =Perhaps}\n")
	r := s.sends("org-first", form, tries, unsigned)
	if got := r.Reply.Card.Plain(); !strings.Contains(got, "There is nothing new to add.") || !strings.Contains(got, "There already: 3.") {
		t.Errorf("the report tells which answer is right:\n%s", got)
	}
	shown := s.acts("org-first", leadsTo(t, s.acts("org-first", "own/"+group, nil), "Which?"), nil)
	s.acts("org-first", leadsTo(t, shown, "Don't ask it again"), nil)
	r = s.sends("org-first", form, tries, unsigned)
	leadsTo(t, r, "Add 2 questions")
	if got := r.Reply.Card.Plain(); !strings.Contains(got, "There already: 1.") {
		t.Errorf("once it isn't asked any more:\n%s", got)
	}
}

// However many questions a group has of its own, each file of them is a bank that
// the checker takes.
func TestManyOwnLeaveAsBanks(t *testing.T) {
	s := newScene(t)
	group, form := s.importing()
	for _, what := range []string{"first", "second"} {
		var many strings.Builder
		many.WriteString("stem,a,b,answer,explanation\n")
		for n := range suggest.MostImport {
			fmt.Fprintf(&many, "%s %d %s?,Yes,No,a,%s.\n", what, n, strings.Repeat("word ", 160), strings.Repeat("why ", 95))
		}
		r := s.sends("org-first", form, []byte(many.String()), unsigned)
		if got := s.does("org-first", "first", leadsTo(t, r, "Add")); !strings.Contains(got, "Added: 500 questions") {
			t.Fatalf("added: %q", got)
		}
	}
	r := s.acts("org-first", "own/"+group+"/file", nil)
	items := 0
	for _, f := range r.Reply.Files {
		bank, problems := quizzes.Parse(f.Name, f.Data)
		if quizzes.Faulty(problems) {
			t.Errorf("%s: %s", f.Name, problems[0])
		}
		items += len(bank.Items)
	}
	if items != 2*suggest.MostImport {
		t.Errorf("%d questions in %d files", items, len(r.Reply.Files))
	}
}
