package archtest

import (
	"path"
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

// TestSmallerTestsRunWhole has every test that does less under the race detector, or
// where nobody asks for the whole, be played whole by .ci/run without the detector.
func TestSmallerTestsRunWhole(t *testing.T) {
	whole := map[string]*regexp.Regexp{} // by the packages of which these run
	for _, run := range regexp.MustCompile(`(?m)^go test -count=1 .*-run '([^']+)'(.*)`).FindAllStringSubmatch(read(t, ".ci/run"), -1) {
		whole[run[2]+" "] = regexp.MustCompile("(?i)" + run[1])
	}
	played := func(file, test string) bool {
		for packages, names := range whole {
			if strings.Contains(packages, " ./"+path.Dir(file)+" ") && names.MatchString(test) {
				return true
			}
		}
		return false
	}
	function, smaller := regexp.MustCompile(`^func (\w+)`), regexp.MustCompile(`(raceEnabled|\bless) (&&|\{)|!(raceEnabled|less)\b`)
	seen := 0
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.path, "_test.go") || s.path == "internal/archtest/skips_test.go" {
			continue
		}
		name := ""
		for line := range strings.Lines(read(t, s.path)) {
			if f := function.FindStringSubmatch(line); f != nil {
				name = f[1]
			}
			if !smaller.MatchString(line) {
				continue
			}
			seen++
			if !played(s.path, name) {
				t.Errorf("%s: %s does less under the race detector, and .ci/run plays it nowhere else", s.path, name)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d places were found; that shows little", seen)
	}
}
