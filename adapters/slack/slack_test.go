package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

func TestIDsRoundTrip(t *testing.T) {
	for _, p := range []place{{"T1", "C3", ""}, {"T1", "D3", ""}, {"E9", "G3", "1700000000.000100"}} {
		t.Run(string(p.id()), func(t *testing.T) {
			got, err := parseChannel(p.id())
			if err != nil || got != p {
				t.Errorf("channel: got %v, %v, want %v", got, err, p)
			}
			got, ts, err := parseMessage(p.message("1700000000.000200"))
			if err != nil || got != p || ts != "1700000000.000200" {
				t.Errorf("message: got %v, %q, %v", got, ts, err)
			}
		})
	}
	if team, user, err := parseUser(userID("T1", "U2")); team != "T1" || user != "U2" || err != nil {
		t.Errorf("user: got %q, %q, %v", team, user, err)
	}
	if team, err := parseSpace(spaceID("T1")); team != "T1" || err != nil {
		t.Errorf("space: got %q, %v", team, err)
	}
	for _, id := range []string{"slack:T1/C3", "slack:T1/C3~1.2", "slack:T1/U2"} {
		if bot.AdapterOf(bot.ChannelID(id)) != name {
			t.Errorf("%q does not begin with the adapter's name", id)
		}
	}
}

func TestForeignAndForgedIDs(t *testing.T) {
	for _, id := range []string{"", "slack:", "slack:T1", "slack:T1/", "slack:/C1", "discord:1/2", "slack:T1/C1/C2", "slack:T1/C1~x", "slack:T1/C 1", "T1/C1", "slack:T1/C1~"} {
		if p, err := parseChannel(bot.ChannelID(id)); err == nil {
			t.Errorf("channel %q: got %v, want an error", id, p)
		}
	}
	for _, id := range []string{"", "slack:T1/C1", "slack:T1/C1/", "slack:T1/C1/x.y", "slack:1.2", "discord:1/1.2", "slack:T1/1.2"} {
		if p, ts, err := parseMessage(bot.MessageID(id)); err == nil {
			t.Errorf("message %q: got %v %q, want an error", id, p, ts)
		}
	}
	for _, id := range []string{"", "slack:U1", "slack:T1/U1/x", "browser:ann", "slack:T1/<!here>"} {
		if _, user, err := parseUser(bot.UserID(id)); err == nil {
			t.Errorf("user %q: got %q, want an error", id, user)
		}
	}
}

func FuzzIDs(f *testing.F) {
	f.Add("slack:T1/C3~1700000000.000100/1700000000.000200")
	f.Add("slack:T1/U2")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := parseChannel(bot.ChannelID(s)); err == nil && string(p.id()) != s {
			t.Errorf("channel %q reads as %q", s, p.id())
		}
		if p, ts, err := parseMessage(bot.MessageID(s)); err == nil && string(p.message(ts)) != s {
			t.Errorf("message %q reads as %q", s, p.message(ts))
		}
		if team, user, err := parseUser(bot.UserID(s)); err == nil && string(userID(team, user)) != s {
			t.Errorf("user %q reads as %q", s, userID(team, user))
		}
	})
}

func FuzzLiteralText(f *testing.F) {
	for _, s := range adaptertest.HostileTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := adaptertest.HostileCard(s)
		if m.Validate() != nil {
			t.Skip("longer than a message may be")
		}
		adaptertest.RenderMessage(t, renderer, m)
	})
}

func TestLiteralTextProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab1. \n*_~`|<>@#:-+[]()\\&!/é山\u2028"))).Draw(t, "text")
		m := adaptertest.HostileCard(s)
		if m.Validate() != nil {
			return
		}
		adaptertest.RenderMessage(t, renderer, m)
	})
}

// Entities are all that Slack decodes in a message's line.
func TestFallback(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "R&D <b>", "R&amp;D &lt;b&gt;"},
		{"pings", "<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"},
		{"an entity", "&amp;", "&amp;amp;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fallback(bot.Textf("%s", c.text))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if back := unescape(got); back != c.text {
				t.Errorf("reads %q, want %q", back, c.text)
			}
		})
	}
	long := fallback(bot.Text(strings.Repeat("&", 1900)))
	if n := len([]rune(long)); n > limitText || !strings.HasSuffix(long, "&amp;…") {
		t.Errorf("a long line has %d characters and ends in %q", n, long[len(long)-10:])
	}
}

func TestMentionsOfOtherWorkspacesAreNames(t *testing.T) {
	m := bot.Message{Text: bot.Textf("%s and %s", bot.Mention("slack:T1/U1", "Ann"), bot.Mention("slack:T2/U1", "Bea"))}
	body, err := postBody("slack:T1/C1", m, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := reads(body)
	if err != nil {
		t.Fatal(err)
	}
	if want := adaptertest.Person("slack:T1/U1") + " and Bea"; strings.TrimSpace(got) != want {
		t.Errorf("reads %q, want %q", got, want)
	}
}

func TestImageWithoutUploadIsWords(t *testing.T) {
	m := bot.Message{Text: "x", Card: &bot.Card{Body: "b", Image: &bot.Image{Name: "a.png", Data: []byte("x"), Alt: "7, 9 and *12*"}}}
	body, err := postBody("slack:T1/C1", m, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := reads(body)
	if err != nil || !strings.Contains(got, "7, 9 and *12*") {
		t.Errorf("reads %q, %v", got, err)
	}
}

func TestWhisperToAnotherWorkspace(t *testing.T) {
	if _, err := ephemeralBody("slack:T1/C1", "slack:T2/U1", bot.Message{Text: "x"}, ""); err == nil {
		t.Error("no error")
	}
}

func TestTypedText(t *testing.T) {
	for _, c := range []struct{ name, command, text, wantName, wantLine string }{
		{"prefix", "/studyhall", "board week", "", "board week"},
		{"own command", "/quiz", "review topic=safety", "quiz", "review topic=safety"},
		{"bare", "/study", "", "study", ""},
		{"entities", "/quiz", "R&amp;D &lt;b&gt; &amp;lt;", "quiz", "R&D <b> &lt;"},
		{"people and places", "/group", "handover <@U2|ann> <#C3|general> <#C4|>", "group", "handover slack:T1/U2 slack:T1/C3 slack:T1/C4"},
		{"links", "/cert", "log: <https://a.example/x?a=1&amp;b=2> <http://aami.org|aami.org>", "cert", "log: https://a.example/x?a=1&b=2 aami.org"},
		{"a broadcast is text", "/quiz", "<!channel>", "quiz", "!channel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			gotName, gotLine := typedCommand("T1", c.command, c.text)
			if gotName != c.wantName || gotLine != c.wantLine {
				t.Errorf("got %q %q, want %q %q", gotName, gotLine, c.wantName, c.wantLine)
			}
		})
	}
	if got := mentionedLine("T1", "U0", "  <@U0> board <@U0>"); got != "board slack:T1/U0" {
		t.Errorf("a mention: got %q", got)
	}
	if got := mentionedLine("T1", "U0", "hello <@U0>"); got != "hello slack:T1/U0" {
		t.Errorf("a mention at the end: got %q", got)
	}
}

func TestSuggestions(t *testing.T) {
	if path, free, ok := suggestPath("zone:zones"); path != "zones" || !free || !ok {
		t.Errorf("zone: got %q %v %v", path, free, ok)
	}
	if path, free, ok := suggestPath("one:topics/x:y"); path != "topics/x:y" || free || !ok {
		t.Errorf("one: got %q %v %v", path, free, ok)
	}
	if _, _, ok := suggestPath("line"); ok {
		t.Error("line has a suggester")
	}
	for _, c := range []struct {
		name  string
		typed string
		free  bool
		want  string
	}{
		{"offered only", "x", false, `{"options":[{"text":{"type":"plain_text","text":"Chicago","emoji":false},"value":"America/Chicago"}]}`},
		{"and their own words", " Ulm & <b> ", true, `{"options":[{"text":{"type":"plain_text","text":"Chicago","emoji":false},"value":"America/Chicago"},{"text":{"type":"plain_text","text":"Ulm & <b>","emoji":false},"value":"Ulm & <b>"}]}`},
		{"nothing typed", " ", true, `{"options":[{"text":{"type":"plain_text","text":"Chicago","emoji":false},"value":"America/Chicago"}]}`},
		{"typed what is offered", "America/Chicago", true, `{"options":[{"text":{"type":"plain_text","text":"Chicago","emoji":false},"value":"America/Chicago"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := suggestionsBody([]bot.Option{{Label: "Chicago", Value: "America/Chicago"}}, c.typed, c.free)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got, err := suggestionsBody(nil, "", false); err != nil || string(got) != `{"options":[]}` {
		t.Errorf("nothing to suggest: got %s, %v", got, err)
	}
}

func TestErrorsOfAForm(t *testing.T) {
	body, err := FormPayload(adaptertest.Forms()[0].Form)
	if err != nil {
		t.Fatal(err)
	}
	var v sentView
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	fields := v.inputs()
	if diff := cmp.Diff([]string{"cert", "window", "time", "zone", "open"}, fields); diff != "" {
		t.Fatalf("fields (-want +got):\n%s", diff)
	}
	got, err := errorsBody(map[string]string{"": "Not now.", "cert": "Which one?", "zone": "I don't know that place.", "gone": "x"}, fields)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"response_action":"errors","errors":{"cert":"Not now. x Which one?","zone":"I don't know that place."}}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := errorsBody(map[string]string{"": "x"}, nil); err == nil {
		t.Error("no error for a form without fields")
	}
}

func TestOriginRoundTrip(t *testing.T) {
	from := origin{Channel: "slack:T1/C3~1.1", Message: "slack:T1/C3~1.1/1.2", Whisper: true, Page: true, View: "V1", Form: "f",
		Hook: hook{URL: "https://hooks.slack.com/actions/1", Used: 2, Until: 1700000000}}
	got, err := decodeOrigin(view(adaptertest.Forms()[0].Form, from).PrivateMetadata)
	if err != nil || got != from {
		t.Errorf("got %v, %v, want %v", got, err, from)
	}
	if got, err := decodeOrigin(""); err != nil || got != (origin{}) {
		t.Errorf("none: got %v, %v", got, err)
	}
	if _, err := decodeOrigin("{"); err == nil {
		t.Error("no error for half an object")
	}
}

func TestSubmittedValues(t *testing.T) {
	state := slack.ViewState{Values: map[string]map[string]slack.BlockAction{
		"who":   {"person": {SelectedUser: "U2"}},
		"where": {"channel": {SelectedConversation: "C3"}},
		"sign":  {"bool": {}},
		"any":   {"any": {SelectedOptions: []slack.OptionBlockObject{{Value: "a"}, {Value: "b"}}}},
		"empty": {"line": {}},
		"proof": {"file": {Files: []slack.File{{ID: "F1"}}}},
		"small": {"file:1000": {Files: []slack.File{{ID: "F2"}}}},
		"zone":  {"zone:zones": {SelectedOption: slack.OptionBlockObject{Value: "Europe/Berlin"}}},
	}}
	values, files := submitted("T1", state)
	want := bot.Values{"who": {"slack:T1/U2"}, "where": {"slack:T1/C3"}, "sign": {"false"}, "any": {"a", "b"}, "zone": {"Europe/Berlin"}}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	slices.SortFunc(files, func(a, b sentFile) int { return strings.Compare(a.ID, b.ID) })
	if diff := cmp.Diff([]sentFile{{slack.File{ID: "F1"}, bot.LimitFile}, {slack.File{ID: "F2"}, 1000}}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
