//go:build unix

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/store/storetest/pgtest"
)

// TestAccept has the host accept a correction without a bot, where the command brings
// it to the groups itself, and another one beside a bot, which does that.
func TestAccept(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { acceptsBeside(t, "sqlite:"+filepath.Join(t.TempDir(), "studyhall.db")) })
	t.Run("postgres", func(t *testing.T) { acceptsBeside(t, pgtest.URL(t)) })
}

// quizVerbs runs the program's verbs about quizzes in a folder.
type quizVerbs struct {
	t           *testing.T
	binary, dir string
}

func (v quizVerbs) said(code int, args ...string) string {
	v.t.Helper()
	verb := exec.Command(v.binary, append([]string{"quizzes"}, args...)...)
	verb.Dir = v.dir
	out, err := verb.CombinedOutput()
	if verb.ProcessState.ExitCode() != code {
		v.t.Errorf("%v ended with %v and said\n%s\nwant %d", args, err, out, code)
	}
	if strings.Contains(string(out), "Secret") || strings.Contains(string(out), "Maria") || strings.Contains(string(out), "group0") {
		v.t.Errorf("%v tells of a group or a person: %s", args, out)
	}
	return string(out)
}

func (v quizVerbs) says(code int, want string, args ...string) {
	v.t.Helper()
	if out := v.said(code, args...); !strings.Contains(out, want) {
		v.t.Errorf("%v said\n%s\nwant %q", args, out, want)
	}
}

func (v quizVerbs) list(args ...string) (rows []correctionRow) {
	v.t.Helper()
	if err := json.Unmarshal([]byte(v.said(0, append([]string{"corrections", "-json"}, args...)...)), &rows); err != nil {
		v.t.Fatal(err)
	}
	return rows
}

func acceptsBeside(t *testing.T, database string) {
	binary, err := exec.LookPath("studyhall")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABASE_URL", database)
	fourGroups(t, database)
	v := quizVerbs{t, binary, t.TempDir()}
	rows := v.list()
	if len(rows) != 2 || rows[0].Groups != 1 || rows[0].Others != 1 || rows[0].Undecided != 2 || !rows[0].Differ {
		t.Fatalf("corrections: %+v", rows)
	}
	codes := map[string]string{}
	for _, row := range rows {
		codes[row.NewKey[0]] = row.Correction
	}
	v.says(0, "Groups decided differently", "corrections")
	v.says(2, "say which one with -correction", "accept", "cbet-x", "-write")
	v.says(1, "no group has corrected cbet-y", "accept", "cbet-y")
	v.says(0, "2 more groups would have it otherwise than now.", "accept", "cbet-x", "-correction", codes["c"])
	v.says(0, "Nothing is accepted: the same with -write does it.", "accept", "cbet-x", "-correction", codes["c"])
	if rows = v.list(); len(rows) != 2 {
		t.Errorf("after only looking: %+v", rows)
	}
	v.says(2, "-dismiss", "accept", "cbet-x", "-correction", codes["d"], "-write", "-dismiss")
	v.says(2, "say which one with -correction", "accept", "cbet-x", "-dismiss")
	for range 2 { // the second time changes nothing
		v.says(0, "It is dismissed: it isn't listed any more", "accept", "cbet-x", "-correction", codes["d"], "-dismiss")
		if rows = v.list(); len(rows) != 1 || rows[0].Correction != codes["c"] || rows[0].Others != 1 {
			t.Errorf("after one was dismissed: %+v", rows)
		}
	}
	if rows = v.list("-all"); len(rows) != 2 || rows[0].Dismissed == rows[1].Dismissed {
		t.Errorf("all, after one was dismissed: %+v", rows)
	}
	v.says(0, "; dismissed\n", "corrections", "-all")
	v.says(0, `"dismissed": true`, "accept", "cbet-x", "-correction", codes["d"], "-dismiss", "-json")
	v.says(0, "Accepted for all groups: 2 groups changed.", "accept", "cbet-x", "-correction", codes["c"], "-write")
	v.says(0, "It is accepted already", "accept", "cbet-x", "-write")
	v.says(0, "Every group has it: there is nothing more to do.", "accept", "cbet-x")
	if rows = v.list(); len(rows) != 0 {
		t.Errorf("after it was accepted: %+v", rows)
	}
	v.says(1, "is accepted already, and stays so", "accept", "cbet-x", "-dismiss")
	v.says(0, "You dismissed it; it can be accepted all the same.", "accept", "cbet-x", "-correction", codes["d"])
	if rows = v.list("-all"); len(rows) != 2 {
		t.Errorf("all: %+v", rows)
	}

	platform := discordtest.New(t, discordtest.Options{TCP: true})
	platform.Guild("Biomed").Channel("cbet-study")
	bot, _, log := serving(t, platform, platform.URL())
	v.says(0, "this takes its place.", "accept", "cbet-x", "-correction", codes["d"])
	v.says(0, `"in_every_group": true`, "accept", "cbet-x", "-correction", codes["d"], "-write", "-json")
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, log)
	}
	if !strings.Contains(log.String(), `"brought what was accepted for all groups"`) {
		t.Errorf("the bot brought nothing: %s", log)
	}
	if out := v.said(0, "corrections", "-all"); strings.Contains(out, "dismissed") {
		t.Errorf("what was accepted is still dismissed: %s", out)
	}
}
