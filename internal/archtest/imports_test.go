package archtest

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is how our own imports begin.
const module = "studyhall/"

// rooms are the packages of the program from low to high, one floor a line. A
// room imports rooms of lower floors only.
var rooms = [][]string{
	{"bot", "quizzes", "bot/cert", "bot/chart", "bot/practice/memory", "bot/practice/itemstats", "internal/scalemodel"},
	{"quizzes/exchange", "quizzes/quality"},
	{"bot/schedule"},
	{"bot/group"},
	{"bot/practice"},
	{"bot/board", "bot/exam", "bot/pathway", "bot/suggest"},
	{"bot/renewal"},
	{"bot/papers"},
	{"bot/store", "bot/web"},
	{"internal/example"},
	{"internal/app"},
	{"cmd/studyhall", "quizzes/draw", "quizzes/judge", "internal/scalemodel/plan"},
}

// pure rooms import nothing of ours, though lower rooms exist: quizzes gets
// outlines as arguments; the catalogue, pictures and memory are facts, drawing
// and arithmetic.
var pure = []string{"bot", "quizzes", "bot/cert", "bot/chart", "bot/practice/memory", "bot/practice/itemstats", "internal/scalemodel"}

// support is what tests are written with, and what of ours it imports. Only
// tests and other support import it.
var support = map[string][]string{
	"bot/bottest":                         {"bot"},
	"bot/store/storetest":                 {"bot/store", "bot/store/storetest/pgtest"},
	"bot/store/storetest/pgtest":          {},
	"adapters/adaptertest":                {"bot", "bot/bottest"},
	"adapters/adaptertest/memnet":         {},
	"adapters/browser/browsertest":        {"bot", "bot/bottest", "adapters/browser"},
	"adapters/discord/discordtest":        {"bot", "bot/bottest", "adapters/adaptertest/memnet"},
	"adapters/discord/discordtest/script": {"bot", "bot/bottest", "adapters/discord/discordtest"},
	"adapters/slack/slacktest/script":     {"bot", "bot/bottest", "adapters/slack/slacktest"},
	"adapters/slack/slacktest":            {"bot", "bot/bottest", "adapters/adaptertest/memnet"},
	"internal/archtest":                   {},
	"internal/deploytest":                 {},
	"internal/killtest":                   {},
	"internal/reach":                      {},
	"internal/copytest":                   {},
	"oracles/compose":                     {},
	"oracles/disgo":                       {},
}

// whole are the packages whose tests are about the whole program, inside too.
var whole = []string{"internal/app", "internal/killtest", "internal/deploytest", "internal/reach", "internal/copytest"}

// allowed is what of ours a package may import; ok is false for a package that
// has no place in the tables yet.
func allowed(pkg string) (imports []string, ok bool) {
	if imports, ok = support[pkg]; ok {
		return imports, true
	}
	if slices.Contains(pure, pkg) {
		return nil, true
	}
	var lower []string
	for _, floor := range rooms {
		if slices.Contains(floor, pkg) {
			return lower, true
		}
		lower = append(lower, floor...)
		if slices.Contains(floor, "bot/web") {
			lower = append(lower, adapters...)
		}
	}
	switch {
	case pkg == adapterkit:
		return []string{"bot"}, true
	case slices.Contains(adapters, pkg):
		return []string{"bot", adapterkit}, true
	}
	return nil, false
}

// adapterkit is what adapters share that knows no platform.
const adapterkit = "adapters/adapterkit"

// adapters import bot and adapterkit only, and each other never.
var adapters = []string{"adapters/slack", "adapters/discord", "adapters/browser"}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		may, ok := allowed(s.dir)
		if !ok {
			t.Errorf("%s: package %s has no place in the tables of %s yet", s.path, s.dir, "internal/archtest/imports_test.go")
			continue
		}
		outside := s.test && strings.HasSuffix(s.file.Name.Name, "_test")
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			pkg, ours := strings.CutPrefix(imported, module)
			_, forTests := support[pkg]
			switch {
			case !ours, slices.Contains(may, pkg):
			case outside: // may use the whole program; Go itself refuses circles
			case s.test && forTests:
			case s.test && slices.Contains(whole, s.dir):
			case forTests:
				t.Errorf("%s:%d: imports %s, which is for tests", s.path, s.line(spec.Pos()), pkg)
			default:
				t.Errorf("%s:%d: %s must not import %s", s.path, s.line(spec.Pos()), s.dir, pkg)
			}
		}
	}
}

// TestImportTable tests the table itself: what it must never come to allow.
func TestImportTable(t *testing.T) {
	for _, test := range []struct {
		name     string
		pkg, has string
		want     bool
	}{
		{"features know the vocabulary", "bot/practice", "bot", true},
		{"features know the banks", "bot/practice", "quizzes", true},
		{"features don't know the store", "bot/practice", "bot/store", false},
		{"groups don't know practice", "bot/group", "bot/practice", false},
		{"the board and exams don't know each other", "bot/board", "bot/exam", false},
		{"the store knows the features", "bot/store", "bot/renewal", true},
		{"the vocabulary knows nothing", "bot", "quizzes", false},
		{"banks know nothing", "quizzes", "bot/cert", false},
		{"what comes in and goes out knows the banks", "quizzes/exchange", "quizzes", true},
		{"banks don't know other programs' files", "quizzes", "quizzes/exchange", false},
		{"adapters know the vocabulary", "adapters/slack", "bot", true},
		{"adapters don't know features", "adapters/slack", "bot/group", false},
		{"adapters share what knows no platform", "adapters/slack", "adapters/adapterkit", true},
		{"what they share knows none of them", "adapters/adapterkit", "adapters/slack", false},
		{"the core knows nothing of that", "bot/group", "adapters/adapterkit", false},
		{"adapters don't know each other", "adapters/browser", "adapters/slack", false},
		{"features don't know adapters", "bot/group", "adapters/slack", false},
		{"the wiring knows adapters", "internal/app", "adapters/slack", true},
		{"a fake platform knows the vocabulary", "adapters/discord/discordtest", "bot", true},
		{"the fake Discord doesn't know the adapter that it tests", "adapters/discord/discordtest", "adapters/discord", false},
		{"the fake Slack doesn't know the adapter that it tests", "adapters/slack/slacktest", "adapters/slack", false},
		{"verbs know the wiring", "cmd/studyhall", "internal/app", true},
		{"the wiring doesn't know verbs", "internal/app", "cmd/studyhall", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			imports, ok := allowed(test.pkg)
			if !ok {
				t.Fatalf("%s is not in the table", test.pkg)
			}
			if got := slices.Contains(imports, test.has); got != test.want {
				t.Errorf("may %s import %s? %v, want %v", test.pkg, test.has, got, test.want)
			}
		})
	}
}
