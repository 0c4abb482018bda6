package slack

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"studyhall/adapters/adaptertest"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// someCommands are like those of the program, and a shortcut.
func someCommands() []bot.Command {
	return []bot.Command{
		{Name: "study", Help: "Your study page", Fields: []bot.Field{
			{Name: "open", Label: "Open", Kind: bot.OneOf, Options: []bot.Option{{Label: "today", Value: "today"}, {Label: "my data", Value: "data"}}},
			{Name: "code", Label: "Code", Kind: bot.Line, After: "today"},
		}},
		{Name: "quiz", Help: "Five practice questions", Fields: []bot.Field{{Name: "topic", Label: "Topic", Kind: bot.Line}}},
		{Name: "board", Help: "This week's points & yours"},
		{Name: "Suggest as question", Help: "Make a question of this message", Message: true},
	}
}

// apps are the apps that anybody may want.
func apps() map[string]App {
	few := []string{"study", "quiz"}
	return map[string]App{
		"socket":            {Commands: someCommands(), Declare: few},
		"least":             {Commands: someCommands(), Declare: few, Least: true},
		"http":              {Commands: someCommands(), Declare: few, PublicURL: "https://study.example.org/", HTTP: true},
		"all":               {Commands: someCommands()},
		"many":              {Commands: someCommands(), Declare: few, PublicURL: "https://study.example.org", HTTP: true, Many: true},
		"many-over-sockets": {Commands: someCommands(), Declare: few, PublicURL: "https://study.example.org", Many: true},
	}
}

// TestManifest has each app's manifest as a file, which Slack's own types check,
// too (.ci/run), reads it with the library, and holds it against the rules of
// docs.slack.dev/reference/app-manifest.
func TestManifest(t *testing.T) {
	for name, app := range apps() {
		t.Run(name, func(t *testing.T) {
			body, err := Manifest(app)
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Golden(t, *update, "manifest/"+name, body)
			strict := json.NewDecoder(bytes.NewReader(body))
			strict.DisallowUnknownFields()
			var known slack.Manifest
			if err := strict.Decode(&known); err != nil {
				t.Errorf("the library doesn't know it: %v", err)
			}
			var m appManifest
			if err := json.Unmarshal(body, &m); err != nil {
				t.Fatal(err)
			}
			checkWords(t, m)
			checkReach(t, app, m)
		})
	}
	files, err := filepath.Glob("testdata/manifest/*.json")
	if err != nil || len(files) != len(apps()) {
		t.Errorf("there are %d files for %d apps (%v)", len(files), len(apps()), err)
	}
	for _, app := range []App{{HTTP: true}, {Many: true}} {
		if _, err := Manifest(app); err == nil {
			t.Error("without a public address it should be refused")
		}
	}
}

// checkWords holds words and names against Slack's limits.
func checkWords(t *testing.T, m appManifest) {
	t.Helper()
	long := func(what, words string, least, most int) {
		if n := utf8.RuneCountInString(words); n < least || n > most {
			t.Errorf("%s has %d characters, not %d to %d: %q", what, n, least, most, words)
		}
	}
	long("the name", m.Display.Name, 1, 35)
	long("the name", m.Display.Name, 1, 21) // what Slack's own guide asks for
	long("the description", m.Display.Short, 1, 140)
	long("the long description", m.Display.Long, 175, 4000)
	long("the bot's name", m.Features.Bot.Name, 1, 80)
	if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(m.Display.Colour) {
		t.Errorf("no colour: %q", m.Display.Colour)
	}
	if n := len(m.Features.Commands); n < 1 || n > 50 {
		t.Errorf("%d commands", n)
	}
	seen := map[string]bool{}
	for _, c := range m.Features.Commands {
		if !regexp.MustCompile(`^/[a-z0-9-]{1,31}$`).MatchString(c.Command) || seen[c.Command] {
			t.Errorf("a command is named %q", c.Command)
		}
		seen[c.Command] = true
		if slices.Contains(builtIn(), c.Command) {
			t.Errorf("%s is Slack's own, for which it refuses the whole manifest", c.Command)
		}
		long("help of "+c.Command, c.Help, 1, 2000)
		long("hint of "+c.Command, c.Hint, 0, 1000)
		if !c.Escape {
			t.Errorf("%s brings people's names in place of identifiers", c.Command)
		}
	}
	for _, s := range m.Features.Shortcuts {
		long("a shortcut", s.Name, 1, 24)
		long("a shortcut's help", s.Help, 1, 150)
		long("a shortcut's path", s.Callback, 1, 255)
	}
}

// checkReach looks at scopes, events and addresses: what is asked for is enough
// for each event, and everything goes to one place.
func checkReach(t *testing.T, app App, m appManifest) {
	t.Helper()
	scopes := m.OAuth.Scopes.Bot
	if !slices.IsSorted(scopes) || len(slices.Compact(slices.Clone(scopes))) != len(scopes) {
		t.Errorf("scopes are in no order: %v", scopes)
	}
	// What Slack's reference of events says.
	needs := map[string]string{
		"app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "", "app_mention": "app_mentions:read", "user_change": "users:read",
		"channel_archive": "channels:read", "channel_deleted": "channels:read", "channel_left": "channels:read", "channel_rename": "channels:read", "channel_unarchive": "channels:read",
		"group_archive": "groups:read", "group_deleted": "groups:read", "group_left": "groups:read", "group_rename": "groups:read", "group_unarchive": "groups:read",
		"channel_id_changed": "channels:read", "member_joined_channel": "channels:read", "member_left_channel": "channels:read",
		"message.im": "im:history", "message.channels": "channels:history", "message.groups": "groups:history",
	}
	for _, e := range m.Settings.Events.Bot {
		need, known := needs[e]
		if !known || need != "" && !slices.Contains(scopes, need) {
			t.Errorf("the event %s needs %q of %v", e, need, scopes)
		}
	}
	if many := slices.Contains(m.Settings.Events.Bot, "message.channels"); many != app.Many {
		t.Errorf("told of messages in channels: %v", many)
	}
	for _, s := range scopes {
		if app.Least && strings.HasSuffix(s, ":history") {
			t.Errorf("the least manifest reads: %s", s)
		}
	}
	if m.Features.Home.ReadOnly == slices.Contains(m.Settings.Events.Bot, "message.im") {
		t.Error("people can type what nobody reads, or the other way round")
	}
	if !m.Settings.Interactivity.Enabled || m.Settings.Rotation || m.Settings.SocketMode == app.HTTP || m.Settings.Organisation {
		t.Errorf("settings: %+v", m.Settings)
	}
	addresses := []string{m.Settings.Events.URL, m.Settings.Interactivity.URL, m.Settings.Interactivity.Menus}
	want := []string{"https://study.example.org/slack/events", "https://study.example.org/slack/interactions", "https://study.example.org/slack/interactions"}
	for _, c := range m.Features.Commands {
		addresses, want = append(addresses, c.URL), append(want, "https://study.example.org/slack/commands")
	}
	if !app.HTTP {
		want = make([]string, len(addresses))
	}
	if diff := cmp.Diff(want, addresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// TestEvents has the adapter be told of exactly those events that it does
// something about.
func TestEvents(t *testing.T) {
	source, err := os.ReadFile("notice.go")
	if err != nil {
		t.Fatal(err)
	}
	handled := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^\tcase (".*"):$`).FindAllStringSubmatch(string(source), -1) {
		for name := range strings.SplitSeq(line[1], ", ") {
			handled[strings.Trim(name, `"`)] = true
		}
	}
	told := map[string]bool{}
	for _, e := range appEvents() {
		name, _, _ := strings.Cut(e.name, ".")
		told[name] = true
	}
	if diff := cmp.Diff(handled, told); diff != "" {
		t.Errorf("events (-handled +in the manifest):\n%s", diff)
	}
}

// builtIn are the commands of Slack's own: its help pages, and those for which
// other people's manifests were refused.
func builtIn() []string {
	return strings.Fields(`/active /apps /archive /away /call /canvas /close /collapse /commands /debug /dm /dnd /expand /feed /genie /giphy
		/help /huddle /invite /invite_people /join /kick /kill /leave /list /me /msg /mute /open /part /prefs /pro /remind /remove /rename
		/search /send /shortcuts /shrug /star /status /todo /topic /unarchive /unmute /unstar /who /workflow`)
}

// TestScopes has a reason and a loss for each, and finds what Slack asks for.
func TestScopes(t *testing.T) {
	for _, s := range Scopes() {
		if s.Why == "" || s.Without == "" {
			t.Errorf("%s: no reason, or nothing is lost without it", s.Name)
		}
	}
	for _, test := range []struct{ name, needed, want string }{
		{"one", "chat:write", "chat:write"},
		{"one of several", "mpim:read, groups:read,channels:read", "groups:read"},
		{"none of ours", "admin", ""},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, ok := ScopeFor(test.needed)
			if s.Name != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v", s.Name, ok)
			}
		})
	}
}

// TestManifestMakesAnApp makes the app that the link describes, on a Slack in
// memory, and uses what it declares.
func TestManifestMakesAnApp(t *testing.T) {
	body, err := Manifest(apps()["all"])
	if err != nil {
		t.Fatal(err)
	}
	link, err := url.Parse(CreateURL(body))
	if err != nil {
		t.Fatal(err)
	}
	if link.Query().Get("new_app") != "1" || strings.Contains(link.RawQuery, "+") || len(link.String()) > 8000 {
		t.Errorf("the link, of %d bytes: %s", len(link.String()), link)
	}
	s := slacktest.New(t, slacktest.Options{Manifest: link.Query().Get("manifest_json")})
	w := s.Workspace("Biomed")
	study, ann := w.Channel("cbet-study"), w.Person("ann")
	study.Join(ann)
	for _, command := range []string{"/studyhall", "/study", "/quiz", "/board"} {
		if _, err := ann.Command(study, command, ""); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
	said, err := ann.Write(study, "What is touch current?")
	if err == nil {
		_, err = ann.Shortcut(said, "Suggest as question")
	}
	if err != nil {
		t.Error(err)
	}
	if _, err := ann.Command(study, "/group", ""); err == nil {
		t.Error("a command works that isn't declared")
	}
}

// TestSpell has each command as people can type it.
func TestSpell(t *testing.T) {
	few, all := &Adapter{config: Config{Declared: []string{"quiz"}}}, &Adapter{}
	if got := few.Spell("quiz") + " " + few.Spell("board") + " " + all.Spell("board"); got != "/quiz /studyhall board /board" {
		t.Errorf("got %s", got)
	}
}

func TestCheckTokens(t *testing.T) {
	const tail = "123456789012-abcdefghij"
	for _, test := range []struct {
		name  string
		check func(string) error
		value string
		want  string
	}{
		{"bot", CheckBotToken, "xoxb-" + tail, ""},
		{"app in place of bot", CheckBotToken, "xapp-" + tail, "belongs in SLACK_APP_TOKEN"},
		{"person in place of bot", CheckBotToken, "xoxp-" + tail, "a person's token"},
		{"rotating", CheckBotToken, "xoxe.xoxb-" + tail, "token rotation"},
		{"refresh", CheckBotToken, "xoxe-1-" + tail, "token rotation"},
		{"nothing", CheckBotToken, "", "it is empty"},
		{"quoted", CheckBotToken, `"xoxb-` + tail + `"`, "quotes"},
		{"half of it", CheckBotToken, "xoxb-123", "too short"},
		{"something else", CheckBotToken, tail, "doesn't begin with xoxb-"},
		{"app", CheckAppToken, "xapp-" + tail, ""},
		{"bot in place of app", CheckAppToken, "xoxb-" + tail, "belongs in SLACK_BOT_TOKEN"},
		{"something else for an app", CheckAppToken, tail, "doesn't begin with xapp-"},
		{"secret", CheckSecret, strings.Repeat("0f", 16), ""},
		{"token in place of a secret", CheckSecret, "xapp-" + tail, "it is a token"},
		{"short secret", CheckSecret, "abc", "copy it once more"},
		{"two words for a secret", CheckSecret, "secret: " + strings.Repeat("0f", 16), "copy it once more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.check(test.value)
			if test.want == "" && err == nil {
				return
			}
			if err == nil || test.want == "" || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), tail) {
				t.Errorf("the error has the token: %v", err)
			}
		})
	}
}
