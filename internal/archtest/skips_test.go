package archtest

import (
	"regexp"
	"strings"
	"testing"
)

// skips are the files in which a test may be skipped, with what in .ci/run has it
// run there: a variable with which a missing tool is a failure, or how it is called.
// Without one, what is skipped is one case that was made up, and not the test.
var skips = map[string]string{
	"bot/store/storetest/pgtest/pgtest.go":         "STUDYHALL_REQUIRE_POSTGRES=1",
	"bot/papers/foreign_test.go":                   "STUDYHALL_ICALJS=",
	"bot/practice/memory/memory_test.go":           "STUDYHALL_FSRS=",
	"quizzes/exchange/foreign_test.go":             "STUDYHALL_REQUIRE_ORACLES=1",
	"adapters/discord/discordtest/foreign_test.go": "STUDYHALL_REQUIRE_ORACLES=1",
	"adapters/discord/discordtest/schema_test.go":  "STUDYHALL_DISCORD_SCHEMA=",
	"adapters/discord/schema_test.go":              "STUDYHALL_DISCORD_SCHEMA=",
	"adapters/browser/chromium_test.go":            "STUDYHALL_REQUIRE_CHROMIUM=1",
	"adapters/adaptertest/said.go":                 "export STUDYHALL_SAID=",
	"adapters/slack/slacktest/foreign_test.go":     "STUDYHALL_REQUIRE_ORACLES=1",
	"internal/app/walk_test.go":                    "-run 'TwoYears|",
	"internal/app/diskfull_linux_test.go":          "id -u", // root mounts a small disk
	"internal/deploytest/image_test.go":            "STUDYHALL_REQUIRE_RELEASE=1",
	"internal/deploytest/unit_test.go":             "STUDYHALL_REQUIRE_SYSTEMD=1",
	"internal/reach/reach_test.go":                 "go test -race", // without -short
	"internal/archtest/docs_test.go":               "go test -race",
	"quizzes/exchange/hostile_test.go":             "go test -race",
	"bot/cert/standing_property_test.go":           "",
	"quizzes/exchange/roundtrip_test.go":           "",
	"adapters/slack/slack_test.go":                 "",
}

// TestSkipsRunInCI has every test that may be skipped be named with what makes CI
// run it: a skipped test proves nothing.
func TestSkipsRunInCI(t *testing.T) {
	ci := read(t, ".ci/run")
	if strings.Contains(ci, "-short") {
		t.Error(".ci/run leaves tests out with -short")
	}
	if !strings.Contains(ci, "export STUDYHALL_WHOLE=1") {
		t.Error(".ci/run doesn't ask for the whole of what is made smaller")
	}
	skip := regexp.MustCompile(`\b[bt]\.Skip(f|Now)?\(`)
	seen := map[string]bool{}
	for _, s := range sources(t) {
		name := s.path
		if name == "internal/archtest/skips_test.go" || !skip.MatchString(read(t, name)) {
			continue
		}
		seen[name] = true
		if how, ok := skips[name]; !ok {
			t.Errorf("%s skips a test, and nobody has said what makes .ci/run run it", name)
		} else if !strings.Contains(ci, how) {
			t.Errorf("%s skips a test that .ci/run should run by %q, which isn't there", name, how)
		}
	}
	for name := range skips {
		if !seen[name] {
			t.Errorf("%s skips nothing any more; remove its row", name)
		}
	}
}
