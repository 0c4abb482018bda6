package app

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
)

// sees is all that a person is shown after each thing they do.
func (w *world) sees(t *testing.T, person, channel string, does ...string) string {
	t.Helper()
	var all strings.Builder
	for _, what := range does {
		var err error
		if label, pressed := strings.CutPrefix(what, "press "); pressed {
			err = w.Driver().Press(t.Context(), person, label, "")
		} else {
			err = w.Driver().Say(t.Context(), person, channel, what)
		}
		if err != nil {
			t.Fatalf("%s, %s: %v", person, what, err)
		}
		for _, seen := range w.Driver().See(t.Context()) {
			all.WriteString(seen.Text + "\n")
		}
	}
	return all.String()
}

// twoGroups are a group on each of two platforms. Dana R. is in the first and,
// as D. Reed, in the second.
func twoGroups(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).(*world)
	d := w.Driver()
	for name, p := range map[string]bot.Profile{
		"maria":       {Name: "Maria G.", Zone: "America/Chicago", Administrator: true},
		"dana":        {Name: "Dana R.", Zone: "America/Chicago"},
		"harbor/max":  {Name: "Max M.", Zone: "America/Chicago", Administrator: true},
		"harbor/reed": {Name: "D. Reed", Zone: "America/Chicago"},
	} {
		d.Person(name, p)
	}
	for person, channel := range map[string]string{"maria": bottest.Main, "max": "harbor/study"} {
		w.sees(t, person, channel, "/group", "press Set up")
		if err := d.Submit(t.Context(), person, map[string]string{"question time": "07:00"}); err != nil {
			t.Fatal(err)
		}
		w.sees(t, person, channel, "press Start")
	}
	next, ok := w.Next(t.Context())
	if !ok {
		t.Fatal("nothing is due")
	}
	if err := w.Advance(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	d.See(t.Context())
	w.sees(t, "dana", bottest.Main, "press B")
	w.sees(t, "reed", "harbor/study", "press B")
	return w
}

// Acceptance 22: of linked accounts in two groups, neither group shows the
// other's name, on any page of its organisers and members, or in any post.
func TestLinkedAccountsKeepTheirNames(t *testing.T) {
	synctest.Test(t, testLinkedAccountsKeepTheirNames)
}

func testLinkedAccountsKeepTheirNames(t *testing.T) {
	w := twoGroups(t)
	w.sees(t, "dana", bottest.Main, "/study link", "press Get a code")
	w.sees(t, "reed", "harbor/study", "/study link K7001-ZTN9M", "press Confirm")
	if got := w.sees(t, "dana", bottest.Main, "press I've typed it", "press Confirm"); !strings.Contains(got, "are linked") {
		t.Fatalf("not linked:\n%s", got)
	}
	next, _ := w.Next(t.Context())
	for range 12 { // beyond Monday's weekly post
		if err := w.Advance(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		next, _ = w.Next(t.Context())
	}
	pages := []string{"/group", "/group people", "/group schedule", "/group failed", "/board", "/study"}
	for _, row := range []struct{ organiser, person, channel, other string }{
		{"maria", "dana", bottest.Main, "Reed"}, {"max", "reed", "harbor/study", "Dana"},
	} {
		all := w.sees(t, row.organiser, row.channel, pages...) + w.sees(t, row.person, row.channel, pages[:5]...)
		if strings.Contains(all, row.other) {
			t.Errorf("in %s the other group's name is shown:\n%s", row.channel, all)
		}
	}
	for fake, other := range map[*bottest.Fake]string{w.fake: "Reed", w.harbor: "Dana"} {
		for _, m := range fake.Messages() {
			if m.To == "" && strings.Contains(m.Text(), other) {
				t.Errorf("a post shows the other group's name:\n%s", m.Text())
			}
		}
	}
}

// An export holds what the person did, as one JSON file that only they see.
func TestExportHoldsEverything(t *testing.T) { synctest.Test(t, testExportHoldsEverything) }

func testExportHoldsEverything(t *testing.T) {
	w := twoGroups(t)
	w.sees(t, "dana", bottest.Main, "/study my data", "press Export my data")
	sent := 0
	for _, m := range w.fake.Messages() {
		for _, f := range m.Latest().Files {
			if sent++; m.To != "dana" || !m.Whisper {
				t.Errorf("the file is seen by %q", m.To)
			}
			checkExport(t, f.Data)
		}
	}
	if sent != 1 {
		t.Errorf("%d files were sent, want one", sent)
	}
}

func checkExport(t *testing.T, data []byte) {
	t.Helper()
	var got struct {
		Format   string
		Version  int
		Person   []struct{ Name string }
		Accounts []struct{ Account string }
		Answers  []struct{ Verdict, Interaction string }
		Groups   []struct{ Role string }
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	if got.Format != group.ExportFormat || got.Version != group.ExportVersion || len(got.Answers) != 1 || got.Answers[0].Verdict != "right" ||
		got.Answers[0].Interaction == "" || got.Person[0].Name != "Dana R." || got.Accounts[0].Account != "fake:dana" || got.Groups[0].Role != "member" {
		t.Errorf("export: %s", data)
	}
	if strings.Contains(string(data), "Maria") || strings.Contains(string(data), "Reed") {
		t.Errorf("the export names somebody else: %s", data)
	}
}

// A database that is restored from before an erasure loses the person again at
// the next start.
func TestRestartReplaysErasures(t *testing.T) { synctest.Test(t, testRestartReplaysErasures) }

func testRestartReplaysErasures(t *testing.T) {
	w := twoGroups(t)
	path := strings.TrimPrefix(w.database, "sqlite:")
	old := path + ".old"
	if _, err := w.running().Store.Backup(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	w.sees(t, "dana", bottest.Main, "/study my data", "press Erase my data", "press Erase everything")
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	restore(t, old, path)
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := w.running().Store.Holdings(t.Context(), "fake:dana"); err != nil || ok {
		t.Errorf("the restored database brought her back (%v)", err)
	}
	if _, ok, err := w.running().Store.Holdings(t.Context(), "fake:maria"); err != nil || !ok {
		t.Errorf("it lost somebody else (%v)", err)
	}
}

// restore puts a backup in a SQLite database's place.
func restore(t *testing.T, backup, path string) {
	t.Helper()
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
