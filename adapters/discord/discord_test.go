package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

func TestIDsRoundTrip(t *testing.T) {
	for _, s := range []string{"1", "175928847299117063", "18446744073709551615"} {
		t.Run(s, func(t *testing.T) {
			if got, err := snowflake(userID(s)); err != nil || got != s {
				t.Errorf("user: got %q, %v", got, err)
			}
			if got, err := snowflake(channelID(s)); err != nil || got != s {
				t.Errorf("channel: got %q, %v", got, err)
			}
			if got, err := snowflake(spaceID(s)); err != nil || got != s {
				t.Errorf("space: got %q, %v", got, err)
			}
			channel, message, err := parseMessage(messageID(s, "7"))
			if err != nil || channel != s || message != "7" {
				t.Errorf("message: got %q, %q, %v", channel, message, err)
			}
		})
	}
	for _, s := range []string{"", "discord:", "discord:0", "discord:01", "discord:x", "discord:1/2", "slack:1", "1", "discord:184467440737095516150", "discord:-1", "discord:1 "} {
		if got, err := snowflake(s); err == nil {
			t.Errorf("%q: got %q, want an error", s, got)
		}
	}
	for _, s := range []string{"", "discord:1", "discord:1/", "discord:/1", "discord:1/2/3", "slack:1/2", "discord:1/x"} {
		if channel, message, err := parseMessage(bot.MessageID(s)); err == nil {
			t.Errorf("message %q: got %q %q, want an error", s, channel, message)
		}
	}
}

func TestCustomIDs(t *testing.T) {
	for _, c := range []struct {
		name, path, key, want string
	}{
		{"no key", "answer/r34/b", "", "answer/r34/b"},
		{"key", "answer/r34/b", "k1", "answer/r34/b~k1"},
		{"typed mark", "say/exam ~x", "", "say/exam ~x~"},
		{"typed mark and key", "say/exam ~x", "k1", "say/exam ~x~k1"},
		{"typed mark at the end", "say/exam~", "", "say/exam~~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, err := customID(c.path, c.key)
			if err != nil || id != c.want {
				t.Fatalf("got %q, %v, want %q", id, err, c.want)
			}
			if path, key := pressed(id, nil); path != c.path || key != c.key {
				t.Errorf("comes back as %q %q", path, key)
			}
		})
	}
	if id, err := customID("a", "k~1"); err == nil {
		t.Errorf("a key with a mark: got %q, want an error", id)
	}
	if _, err := Payload(bot.Message{Text: "x", Key: "k~1", Card: &bot.Card{Body: "b", Controls: []bot.Row{{bot.Button{Label: "A", Action: "a"}}}}}); err == nil {
		t.Error("a message with such a key: no error")
	}
	if path, key := pressed("copy/r34~k1", []string{"c/x"}); path != "copy/r34/c/x" || key != "k1" {
		t.Errorf("a menu: got %q %q", path, key)
	}
}

func FuzzCustomIDs(f *testing.F) {
	f.Add("answer/r34/b", "k1")
	f.Add("say/~ ~", "")
	f.Fuzz(func(t *testing.T, path, key string) {
		id, err := customID(path, key)
		if err != nil {
			if !strings.Contains(key, keyMark) {
				t.Errorf("%q %q: %v", path, key, err)
			}
			return
		}
		if gotPath, gotKey := pressed(id, nil); gotPath != path || gotKey != key {
			t.Errorf("%q %q comes back as %q %q", path, key, gotPath, gotKey)
		}
	})
}

// What a reader sees equals the literal.
func FuzzEscape(f *testing.F) {
	for _, s := range adaptertest.HostileTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkEscape(t, s) })
}

func TestEscapeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkEscape(t, rapid.StringOf(rapid.SampledFrom([]rune("aev1 .\n*_~`|<>@#:-+[]()\\&!/é山\u2028"))).Draw(t, "text"))
	})
}

func checkEscape(t adaptertest.Fataler, s string) {
	s = string(bot.Typed(s))
	lines := strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(s)
	for _, w := range []writer{{}, {wide: true}} {
		marked := w.literal(s, true)
		got, err := unmarked(marked)
		if err != nil {
			t.Errorf("%q as %q: %v", s, marked, err)
			continue
		}
		if w.wide {
			got, lines = norm.NFKC.String(got), norm.NFKC.String(lines)
		}
		if got != lines+"\n" {
			t.Errorf("%q as %q reads %q", s, marked, got)
		}
	}
}

func FuzzLiteralText(f *testing.F) {
	for _, s := range adaptertest.HostileTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m := adaptertest.HostileCard(s); m.Validate() == nil {
			adaptertest.RenderMessage(t, renderer, m)
		}
	})
}

// A valid message always fits, whatever it consists of.
func TestValidMessagesFit(t *testing.T) {
	tokens := bot.Text(strings.Repeat(string(bot.Mention("discord:12345678901234567890", "A")), bot.LimitMessage))
	for _, c := range []struct {
		name  string
		text  bot.Text
		pings int
	}{
		{"escapes", bot.Text(strings.Repeat("*", bot.LimitMessage)), 0},
		{"lines", bot.Text(strings.Repeat("-\n", bot.LimitMessage/2)), 0},
		{"mentions", tokens, 0},
		{"a mention", bot.Mention("discord:7", "A"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, m := range []bot.Message{{Text: c.text}, {Card: &bot.Card{Body: c.text}}, {Card: &bot.Card{Body: "b", Footer: c.text}}} {
				if m.Validate() != nil {
					continue
				}
				body, err := Payload(m)
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range Check(body) {
					t.Error(fault)
				}
				if ids, err := pings(body); err != nil || len(ids) != c.pings {
					t.Errorf("notifies %v, %v, want %d", ids, err, c.pings)
				}
			}
		})
	}
	if _, err := Payload(bot.Message{Text: bot.Text(strings.Repeat("a", limitContent+1))}); err == nil {
		t.Error("no error for a message that is not valid")
	}
}

func TestFilesFollowTheImage(t *testing.T) {
	m := bot.Message{Text: "x", Card: &bot.Card{Body: "b", Image: &bot.Image{Name: "a.png", Data: []byte("1"), Alt: "words"}},
		Files: []bot.File{{Name: "b.csv", Data: []byte("2")}}}
	out, err := render(m)
	if err != nil {
		t.Fatal(err)
	}
	want := []attachment{{"0", "a.png", "words"}, {"1", "b.csv", ""}}
	if diff := cmp.Diff(want, out.Attachments); diff != "" {
		t.Errorf("attachments (-want +got):\n%s", diff)
	}
	for i, f := range files(m) {
		if f.Name != want[i].Filename {
			t.Errorf("file %d is %q, its attachment %q", i, f.Name, want[i].Filename)
		}
	}
}

func TestLongIntroductionOfAFullForm(t *testing.T) {
	f := adaptertest.Forms()[0].Form
	f.Intro = bot.Text(strings.Repeat("words ", 40))
	body, err := FormPayload(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range Check(body) {
		t.Error(fault)
	}
	if !strings.Contains(string(body), "words words") {
		t.Error("the introduction is gone")
	}
}

func TestNormalValues(t *testing.T) {
	for _, c := range []struct {
		name, kind, typed, want string
	}{
		{"date in words", "date", " 8 May 2027 ", "2027-05-08"},
		{"date with a weekday", "date", "Sat 8 May 2027", "2027-05-08"},
		{"date the American way", "date", "may 8, 2027", "2027-05-08"},
		{"date as it should be", "date", "2027-05-08", "2027-05-08"},
		{"date without a year", "date", "8 May", "8 May"},
		{"date with slashes", "date", "5/8/2027", "5/8/2027"},
		{"no such day", "date", "31 April 2027", "31 April 2027"},
		{"time", "time", "7:00", "07:00"},
		{"time in the evening", "time", "7:30 pm", "19:30"},
		{"hour", "time", "7am", "07:00"},
		{"no time", "time", "noonish", "noonish"},
		{"number", "number", " 2.5 ", "2.5"},
		{"line", "line", " a ", " a "},
		{"person", "person", "42", "discord:42"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normal(c.kind, c.typed); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSubmittedModal(t *testing.T) {
	const sent = `[
		{"type":10},
		{"type":18,"component":{"type":4,"custom_id":"line/note","value":"  *hi*"}},
		{"type":18,"component":{"type":23,"custom_id":"bool/sign","value":false}},
		{"type":18,"component":{"type":21,"custom_id":"one/status","value":null}},
		{"type":18,"component":{"type":22,"custom_id":"any/areas","values":["a","b"]}},
		{"type":18,"component":{"type":8,"custom_id":"channel/where","values":["3"]}},
		{"type":18,"component":{"type":19,"custom_id":"file/proof","values":["9"]}},
		{"type":18,"component":{"type":19,"custom_id":"file/small/1000","values":["10"]}},
		{"type":18,"component":{"type":4,"custom_id":"forged","value":"x"}}]`
	var components []sentComponent
	if err := json.Unmarshal([]byte(sent), &components); err != nil {
		t.Fatal(err)
	}
	values, uploads := submitted(components)
	want := bot.Values{"note": {"  *hi*"}, "sign": {"false"}, "areas": {"a", "b"}, "where": {"discord:3"}}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]sentFile{{"9", bot.LimitFile}, {"10", 1000}}, uploads); diff != "" {
		t.Errorf("uploads (-want +got):\n%s", diff)
	}
}

func TestCommandOptions(t *testing.T) {
	const sent = `[
		{"name":"line","type":3,"value":"Ulm"},
		{"name":"number","type":10,"value":2.50},
		{"name":"bool","type":5,"value":true},
		{"name":"person","type":6,"value":"42"},
		{"name":"date","type":3,"value":"8 May 2027"},
		{"name":"file","type":11,"value":"9"},
		{"name":"gone","type":3,"value":"x"},
		{"name":"zone","type":3,"value":{}}]`
	var options []sentOption
	if err := json.Unmarshal([]byte(sent), &options); err != nil {
		t.Fatal(err)
	}
	values, uploads := arguments(everyKind().Fields, options)
	want := bot.Values{"line": {"Ulm"}, "number": {"2.50"}, "bool": {"true"}, "person": {"discord:42"}, "date": {"2027-05-08"}}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"9"}, uploads); diff != "" {
		t.Errorf("uploads (-want +got):\n%s", diff)
	}
}

func TestCompleting(t *testing.T) {
	quiz := adaptertest.Commands()[1]
	path, typed, ok := completing(quiz, []sentOption{{Name: "what", Value: json.RawMessage(`"review"`)}, {Name: "topic", Value: json.RawMessage(`"saf"`), Focused: true}})
	if path != "topics" || typed != "saf" || !ok {
		t.Errorf("got %q %q %v", path, typed, ok)
	}
	if path, _, ok := completing(quiz, []sentOption{{Name: "what", Focused: true}}); ok {
		t.Errorf("an option without a suggester: got %q", path)
	}
}

func TestAllCommandsAtOnce(t *testing.T) {
	body, err := commandsBody(adaptertest.Commands())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range Check(body) {
		t.Error(fault)
	}
	if none, err := commandsBody(nil); err != nil || string(none) != "[]" {
		t.Errorf("no commands: got %s, %v", none, err)
	}
}
