package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"studyhall/quizzes/quality"
)

var day = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// folder is a copy of a bank's folder.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.FromSlash("../banks/cabt/electronics.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "electronics.yaml"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func judged(t *testing.T, in string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, strings.NewReader(in), &out, day); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What a solver gets has neither key, reason, source nor name; right answers are
// recorded, wrong ones said; what is solved is not asked again until it changes.
func TestJudge(t *testing.T) {
	dir := folder(t)
	f, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	items := f.Banks[0].Items
	questions := judged(t, "", "blind", dir)
	if n := strings.Count(questions, "\n"); n != len(items) {
		t.Errorf("%d questions of %d", n, len(items))
	}
	var answers strings.Builder
	keys := map[string]any{}
	for n, i := range items {
		for _, secret := range []string{i.ID, i.Explanation, i.Source.URL} {
			if strings.Contains(questions, secret) {
				t.Errorf("a solver sees %q", secret)
			}
		}
		for _, o := range i.Options {
			if strings.Contains(questions, o.Why) {
				t.Errorf("a solver sees %q", o.Why)
			}
		}
		var answer any = i.Answer[0]
		switch {
		case n == 0:
			answer = "z"
		case len(i.Answer) > 1:
			answer = i.Answer
		}
		keys[i.ID] = answer
		line, err := json.Marshal(map[string]any{"id": quality.VersionOf(i), "answer": answer, "confidence": 0.9})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&answers, "%s\n", line)
	}
	said := judged(t, answers.String(), "record", dir)
	if !strings.Contains(said, items[0].ID+": the key is ") || !strings.Contains(said, fmt.Sprintf("%d agreed, 1 did not; %d of %d questions are solved", len(items)-1, len(items)-1, len(items))) {
		t.Errorf("says %q", said)
	}
	if left := judged(t, "", "blind", dir); strings.Count(left, "\n") != 1 || !strings.Contains(left, quality.VersionOf(items[0])) {
		t.Errorf("asks again for %s", left)
	}
	data, err := os.ReadFile(filepath.Join(dir, quality.RecordFile))
	if err != nil || !strings.Contains(string(data), items[1].ID+"\t"+quality.VersionOf(items[1])+"\t2026-11-23\tagreed\t\n") {
		t.Errorf("record %s, %v", data, err)
	}

	// Repaired, and solved by somebody else.
	bank := filepath.Join(dir, "electronics.yaml")
	text, err := os.ReadFile(bank)
	if err == nil {
		err = os.WriteFile(bank, bytes.Replace(text, []byte("stem: >-\n      "), []byte("stem: >-\n      Once more: "), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if f, err = open(dir); err != nil {
		t.Fatal(err)
	}
	line, _ := json.Marshal(map[string]any{"id": quality.VersionOf(f.Banks[0].Items[0]), "answer": f.Banks[0].Items[0].Answer})
	if said := judged(t, string(line), "record", "-repaired", dir); !strings.Contains(said, fmt.Sprintf("%d of %d questions are solved", len(items), len(items))) {
		t.Errorf("says %q", said)
	}
	if left := judged(t, "", "blind", dir); left != "" {
		t.Errorf("asks again for %s", left)
	}
}

func TestUsage(t *testing.T) {
	dir := folder(t)
	for _, args := range [][]string{{}, {"blind"}, {"other", dir}, {"record", "-repaired"}, {"blind", filepath.Join(dir, "none")}} {
		if err := run(args, strings.NewReader(""), &bytes.Buffer{}, day); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	if err := run([]string{"record", dir}, strings.NewReader("nothing"), &bytes.Buffer{}, day); err == nil {
		t.Error("an answer that is no JSON is taken")
	}
	if _, err := os.Stat(filepath.Join(dir, quality.RecordFile)); err == nil {
		t.Error("a record was written")
	}
}
