package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/adaptertest"
	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// keepers is where adaptertest keeps what scripts say to keep.
const keepers = "../../adapters/adaptertest/testdata"

// saidFile gets everything that the program says in scripts, for the adapters'
// tests, see adaptertest.EachSaid.
var saidFile = flag.String("said", "", "append what the program says in scripts to this file, as JSON")

// said is what was seen, for renderers; nil if it is neither message nor form.
func said(seen bottest.Seen) *adaptertest.Said {
	if seen.Kind == bottest.Delete || seen.Message == nil && seen.Form == nil {
		return nil
	}
	return &adaptertest.Said{Message: seen.Message, Form: seen.Form}
}

// renders says what is wrong with what the program said, for a platform.
func renders(s adaptertest.Said) error {
	for _, platform := range []struct {
		name    string
		payload func() ([]byte, error)
		check   func([]byte) []error
	}{
		{"slack", func() ([]byte, error) {
			if s.Form != nil {
				return slack.FormPayload(*s.Form)
			}
			return slack.Payload(*s.Message)
		}, slack.Check},
		{"discord", func() ([]byte, error) {
			if s.Form != nil {
				return discord.FormPayload(*s.Form)
			}
			return discord.Payload(*s.Message)
		}, discord.Check},
	} {
		body, err := platform.payload()
		if err != nil {
			return fmt.Errorf("%s: %w", platform.name, err)
		}
		if faults := platform.check(body); len(faults) > 0 {
			return fmt.Errorf("%s: %v\n%s", platform.name, faults, body)
		}
	}
	return nil
}

// pictographs are emoji, and the blocks that screen readers spell out.
var pictographs = regexp.MustCompile(`[\x{2580}-\x{259F}\x{2600}-\x{27BF}\x{1F000}-\x{1FAFF}]`)

// manners says where a message breaks a rule of every message: it offers a next
// step, in two rows of buttons at most, and says everything in words.
func manners(m bot.Message) error {
	if m.Card == nil {
		return errors.New("offers no next step")
	}
	rows := 0
	for _, row := range m.Card.Controls {
		if _, menu := row[0].(bot.Menu); !menu {
			rows++
		}
	}
	switch {
	case len(m.Card.Controls) == 0:
		return errors.New("offers no next step")
	case rows > 2:
		return fmt.Errorf("has %d rows of buttons", rows)
	}
	if found := pictographs.FindString(m.Card.Plain()); found != "" {
		return fmt.Errorf("has the sign %q", found)
	}
	return nil
}

// hear holds what the program says in a script against the rules of its platforms.
func (w *world) hear(all []bottest.Seen) {
	w.t.Helper()
	for _, seen := range all {
		s := said(seen)
		if s == nil {
			continue
		}
		err := renders(*s)
		if s.Form != nil {
			err = errors.Join(err, s.Form.Validate())
		} else {
			err = errors.Join(err, s.Message.Validate(), manners(*s.Message))
			if s.Message.Card != nil {
				err = errors.Join(err, understood(*s.Message), w.coloured(*s.Message))
			}
		}
		if err != nil {
			w.t.Errorf("%s\n%v", seen.Text, err)
		}
		if *saidFile == "" {
			continue
		}
		body, err := s.Encode()
		if err != nil {
			w.t.Fatal(err)
		}
		file, err := os.OpenFile(*saidFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := file.Write(append(body, '\n')); err != nil {
			w.t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Keep compares a message or form with the fixture of that name, or writes it.
func (w *world) Keep(name string, seen bottest.Seen) error {
	s := said(seen)
	if s == nil {
		return fmt.Errorf("%s is neither message nor form", name)
	}
	line, err := s.Encode()
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := json.Indent(&body, line, "", "  "); err != nil {
		return err
	}
	body.WriteByte('\n')
	path := filepath.Join(keepers, name+".json")
	if bottest.Updating() {
		return os.WriteFile(path, body.Bytes(), 0o644)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w; run the test with -update, then those of the adapters, and review their new files", err)
	}
	if diff := cmp.Diff(string(want), body.String()); diff != "" {
		return fmt.Errorf("%s is kept otherwise; run the test with -update, then those of the adapters (-want +got):\n%s", name, diff)
	}
	return nil
}

// TestKeptOnce finds the one script that keeps each fixture.
func TestKeptOnce(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^kept as (.+)$`)
	var names []string
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range line.FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
	}
	files, err := filepath.Glob(filepath.Join(keepers, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range files {
		want = append(want, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	slices.Sort(want)
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names in scripts, each once, and files in %s (-files +scripts):\n%s", keepers, diff)
	}
}
