//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// aBank is a bank of one question, with an answer.
func aBank(answer string) []byte {
	return []byte(`bank: own
title: Own
certification: cbet
outline: cbet-2025
items:
  - id: own-1
    domain: cbet.safety
    level: recall
    difficulty: easy
    stem: "Which of these words begins with B?"
    options:
      - {id: a, text: "Alpha", why: "Alpha begins with A."}
      - {id: b, text: "Bravo", why: "Bravo begins with B."}
      - {id: c, text: "Coca", why: "Coca begins with C."}
      - {id: d, text: "Delta", why: "Delta begins with D."}
    answer: ` + answer + `
    explanation: "It is Bravo."
    source: {title: "The alphabet", url: "https://example.com/alphabet", checked: 2026-11-22}
`)
}

// TestReload has a running program read its banks again, by the command and by the
// signal.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	bank := filepath.Join(dir, "own.yaml")
	write := func(answer string) {
		t.Helper()
		if err := os.WriteFile(bank, aBank(answer), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("b")
	t.Setenv("BANKS_DIR", dir)
	platform := discordtest.New(t, discordtest.Options{TCP: true})
	platform.Guild("Biomed").Channel("cbet-study")
	cmd, _, log := serving(t, platform, platform.URL())
	reload := func(code int, want string) {
		t.Helper()
		verb := exec.Command(cmd.Path, "quizzes", "reload")
		verb.Dir = cmd.Dir
		out, err := verb.CombinedOutput()
		if verb.ProcessState.ExitCode() != code || !strings.Contains(string(out), want) {
			t.Errorf("reload ended with %v and said\n%s\nwant %d and %q", err, out, code, want)
		}
	}
	reload(0, "questions are asked from now")
	write("e")
	reload(1, `own.yaml:16:13: items[0].answer: `)
	write("b")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	// The command comes after the signal, and by then both have been.
	reload(0, "questions are asked from now")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, log)
	}
	if again, refused := bytes.Count(log.Bytes(), []byte(`"question banks read again"`)), bytes.Count(log.Bytes(), []byte("question banks not read again")); again != 3 || refused != 1 {
		t.Errorf("it read them %d times and refused %d, want 3 and 1: %s", again, refused, log)
	}
	begun := time.Now()
	reload(1, "no bot serves this database now; it reads the banks when it starts")
	if took := time.Since(begun); took > stopped {
		t.Errorf("without a bot it took %s", took)
	}
}
