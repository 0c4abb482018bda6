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

func acceptsBeside(t *testing.T, database string) {
	binary, err := exec.LookPath("studyhall")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("DATABASE_URL", database)
	fourGroups(t, database)
	said := func(code int, args ...string) string {
		t.Helper()
		verb := exec.Command(binary, append([]string{"quizzes"}, args...)...)
		verb.Dir = dir
		out, err := verb.CombinedOutput()
		if verb.ProcessState.ExitCode() != code {
			t.Errorf("%v ended with %v and said\n%s\nwant %d", args, err, out, code)
		}
		if strings.Contains(string(out), "Secret") || strings.Contains(string(out), "Maria") || strings.Contains(string(out), "group0") {
			t.Errorf("%v tells of a group or a person: %s", args, out)
		}
		return string(out)
	}
	says := func(code int, want string, args ...string) {
		t.Helper()
		if out := said(code, args...); !strings.Contains(out, want) {
			t.Errorf("%v said\n%s\nwant %q", args, out, want)
		}
	}
	list := func(args ...string) (rows []correctionRow) {
		t.Helper()
		if err := json.Unmarshal([]byte(said(0, append([]string{"corrections", "-json"}, args...)...)), &rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	rows := list()
	if len(rows) != 2 || rows[0].Groups != 1 || rows[0].Others != 1 || rows[0].Undecided != 2 || !rows[0].Differ {
		t.Fatalf("corrections: %+v", rows)
	}
	codes := map[string]string{}
	for _, row := range rows {
		codes[row.NewKey[0]] = row.Correction
	}
	says(0, "Groups decided differently", "corrections")
	says(2, "say which one with -correction", "accept", "cbet-x", "-write")
	says(1, "no group has corrected cbet-y", "accept", "cbet-y")
	says(0, "2 more groups would have it otherwise than now.", "accept", "cbet-x", "-correction", codes["c"])
	says(0, "Nothing is accepted: the same with -write does it.", "accept", "cbet-x", "-correction", codes["c"])
	if rows = list(); len(rows) != 2 {
		t.Errorf("after only looking: %+v", rows)
	}
	says(0, "Accepted for all groups: 2 groups changed.", "accept", "cbet-x", "-correction", codes["c"], "-write")
	says(0, "It is accepted already", "accept", "cbet-x", "-write")
	if rows = list(); len(rows) != 0 {
		t.Errorf("after it was accepted: %+v", rows)
	}
	if rows = list("-all"); len(rows) != 2 {
		t.Errorf("all: %+v", rows)
	}

	platform := discordtest.New(t, discordtest.Options{TCP: true})
	platform.Guild("Biomed").Channel("cbet-study")
	bot, _, log := serving(t, platform, platform.URL())
	says(0, "this takes its place.", "accept", "cbet-x", "-correction", codes["d"])
	says(0, `"in_every_group": true`, "accept", "cbet-x", "-correction", codes["d"], "-write", "-json")
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, log)
	}
	if !strings.Contains(log.String(), `"brought what was accepted for all groups"`) {
		t.Errorf("the bot brought nothing: %s", log)
	}
}
