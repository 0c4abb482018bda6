package adaptertest

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"studyhall/bot"
)

// Said is a message or a form of the program itself, as a conversation script
// brought it about; the other one is nil.
type Said struct {
	Message *bot.Message
	Form    *bot.Form
}

// kept are the fixtures that scripts of internal/app name ("kept as NAME");
// their test writes these files with -update.
//
//go:embed testdata/*.json
var kept embed.FS

// keptSaid is what is kept, in the order of its names, with them.
func keptSaid() (names []string, all []Said) {
	files, err := kept.ReadDir("testdata")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, f := range files {
		body, err := kept.ReadFile("testdata/" + f.Name())
		if err != nil {
			panic(err)
		}
		s, err := decodeSaid(body)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", f.Name(), err))
		}
		names, all = append(names, strings.TrimSuffix(f.Name(), ".json")), append(all, s)
	}
	return names, all
}

func keptCards() []Card {
	var cards []Card
	names, all := keptSaid()
	for i, s := range all {
		if s.Message != nil {
			cards = append(cards, Card{names[i], *s.Message})
		}
	}
	return cards
}

func keptForms() []Form {
	var forms []Form
	names, all := keptSaid()
	for i, s := range all {
		if s.Form != nil {
			forms = append(forms, Form{names[i], *s.Form})
		}
	}
	return forms
}

// In JSON a control names its kind by the one field that is set.
type (
	saidJSON struct {
		Text  bot.Text   `json:",omitempty"`
		Key   string     `json:",omitempty"`
		Files []bot.File `json:",omitempty"`
		Card  *cardJSON  `json:",omitempty"`
		Form  *bot.Form  `json:",omitempty"`
	}
	cardJSON struct {
		Title    bot.Text        `json:",omitempty"`
		Body     bot.Text        `json:",omitempty"`
		Table    *bot.Table      `json:",omitempty"`
		Image    *bot.Image      `json:",omitempty"`
		Facts    []bot.Fact      `json:",omitempty"`
		Footer   bot.Text        `json:",omitempty"`
		Tone     bot.Tone        `json:",omitempty"`
		Controls [][]controlJSON `json:",omitempty"`
	}
	controlJSON struct {
		Button *bot.Button `json:",omitempty"`
		Menu   *bot.Menu   `json:",omitempty"`
		Link   *bot.Link   `json:",omitempty"`
	}
)

// Encode is s as JSON on one line, without what differs from run to run: the
// program's identifiers are numbered from one, instants are whole minutes, and
// pictures and files are all the same small ones.
func (s Said) Encode() ([]byte, error) {
	out := saidJSON{Form: s.Form}
	if m := s.Message; m != nil {
		out.Text, out.Key = m.Text, m.Key
		for _, f := range m.Files {
			f.Data = []byte("A file.\n")
			out.Files = append(out.Files, f)
		}
		if m.Card != nil {
			out.Card = encodeCard(*m.Card)
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("encode what was said: %w", err)
	}
	return settled(bytes.TrimSpace(b.Bytes())), nil
}

func encodeCard(c bot.Card) *cardJSON {
	out := &cardJSON{Title: c.Title, Body: c.Body, Table: c.Table, Facts: c.Facts, Footer: c.Footer, Tone: c.Tone}
	if c.Image != nil {
		out.Image = &bot.Image{Name: c.Image.Name, Alt: c.Image.Alt}
	}
	for _, row := range c.Controls {
		var controls []controlJSON
		for _, control := range row {
			var kind controlJSON
			switch v := control.(type) {
			case bot.Button:
				kind.Button = &v
			case bot.Menu:
				kind.Menu = &v
			case bot.Link:
				kind.Link = &v
			}
			controls = append(controls, kind)
		}
		out.Controls = append(out.Controls, controls)
	}
	return out
}

var (
	identifier = regexp.MustCompile(`id\d{6}|"Key":"[a-z2-7]{16}"`) // as the scripts' world makes them; and what a due thing gives
	instant    = regexp.MustCompile(`\\u0002w\\u001f\d+`)           // how a token of bot.When begins
)

// settled takes out of JSON what differs from run to run.
func settled(body []byte) []byte {
	numbers := map[string]string{}
	body = identifier.ReplaceAllFunc(body, func(found []byte) []byte {
		id := strings.TrimSuffix(strings.TrimPrefix(string(found), `"Key":"`), `"`)
		if numbers[id] == "" {
			numbers[id] = fmt.Sprintf("id%06d", len(numbers)+1)
		}
		return bytes.Replace(found, []byte(id), []byte(numbers[id]), 1)
	})
	return instant.ReplaceAllFunc(body, func(token []byte) []byte {
		at := len(`\u0002w\u001f`)
		seconds, err := strconv.ParseInt(string(token[at:]), 10, 64)
		if err != nil {
			return token
		}
		return strconv.AppendInt(token[:at:at], seconds/60*60, 10)
	})
}

func decodeSaid(body []byte) (Said, error) {
	var in saidJSON
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Said{}, err
	}
	if in.Form != nil {
		return Said{Form: in.Form}, nil
	}
	m := &bot.Message{Text: in.Text, Key: in.Key, Files: in.Files}
	if in.Card == nil {
		return Said{Message: m}, nil
	}
	c := in.Card
	m.Card = &bot.Card{Title: c.Title, Body: c.Body, Table: c.Table, Image: c.Image, Facts: c.Facts, Footer: c.Footer, Tone: c.Tone}
	if c.Image != nil {
		m.Card.Image.Data = Picture()
	}
	for _, controls := range c.Controls {
		var row bot.Row
		for _, kind := range controls {
			switch {
			case kind.Button != nil:
				row = append(row, *kind.Button)
			case kind.Menu != nil:
				row = append(row, *kind.Menu)
			case kind.Link != nil:
				row = append(row, *kind.Link)
			default:
				return Said{}, errors.New("a control of no kind")
			}
		}
		m.Card.Controls = append(m.Card.Controls, row)
	}
	return Said{Message: m}, nil
}

// RenderSaid checks everything different that the program said while its scripts
// were played, as [Render] does with fixtures; see [EachSaid].
func RenderSaid(t *testing.T, r Renderer) {
	EachSaid(t, func(t *testing.T, s Said) {
		if s.Form != nil {
			renderForm(t, r, *s.Form)
		} else {
			RenderMessage(t, r, *s.Message)
		}
	})
}

// EachSaid runs check on everything different that the program said while its
// scripts were played, as in the file that STUDYHALL_SAID names, one a line.
// Without that file it skips the test, unless STUDYHALL_REQUIRE_ORACLES is set.
func EachSaid(t *testing.T, check func(t *testing.T, s Said)) {
	t.Helper()
	name := os.Getenv("STUDYHALL_SAID")
	if name == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_SAID is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_SAID is not set; see oracles/README.md")
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		body := lines.Text()
		if seen[body] {
			continue
		}
		seen[body] = true
		s, err := decodeSaid([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		check(t, s)
		if t.Failed() {
			t.Fatalf("said: %s", body)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Fatalf("%s is empty", name)
	}
	t.Logf("%d different messages and forms", len(seen))
}
