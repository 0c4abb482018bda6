package deploytest

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDockerfile holds the image to what compose.yaml, the release script and
// the documents rely on.
func TestDockerfile(t *testing.T) {
	all := stages(t)
	if len(all) != 2 {
		t.Fatalf("%d stages, want one that builds and one that runs", len(all))
	}
	build, final := all[0], all[1]
	goVersion := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	if from := the(t, build, "FROM"); !strings.Contains(from, " golang:"+goVersion+".") {
		t.Errorf("it is built with %q, go.mod says go %s", from, goVersion)
	}
	for name, want := range map[string]string{"FROM": "scratch", "USER": "65532:65532", "WORKDIR": "/data", "VOLUME": "/data", "ENTRYPOINT": `["/studyhall"]`, "CMD": `["serve"]`} {
		if got := the(t, final, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	for _, env := range each(final, "ENV") {
		if name, _, _ := strings.Cut(env, "="); !known(name) {
			t.Errorf("ENV sets %s, which the program doesn't read", name)
		}
	}
	if strings.Contains(read(t, "Dockerfile"), "RUN apt") || len(each(final, "RUN")) > 0 {
		t.Error("the image is to have nothing but the program")
	}
	_, check, _ := strings.Cut(the(t, final, "HEALTHCHECK"), "CMD ")
	var words []string
	if err := json.Unmarshal([]byte(check), &words); err != nil || !slices.Equal(words, []string{"/studyhall", "healthcheck"}) {
		t.Errorf("HEALTHCHECK runs %s (%v)", check, err)
	}
}

// buildFlags match the flags with which a command line builds the program, but for
// its version, and where it goes.
var buildFlags = regexp.MustCompile(`(CGO_ENABLED=0) .*go build (.*?-ldflags ".*?-X main\.release=)\S+?(") -o \S+ (\./cmd/studyhall)`)

// TestOneWayToBuild: what the image's test runs is built like the image.
func TestOneWayToBuild(t *testing.T) {
	image := buildFlags.FindStringSubmatch(read(t, "Dockerfile"))
	release := buildFlags.FindStringSubmatch(read(t, "deploy/release"))
	if image == nil || release == nil {
		t.Fatalf("no go build found: %q and %q", image, release)
	}
	if diff := cmp.Diff(image[1:], release[1:]); diff != "" {
		t.Errorf("Dockerfile -, deploy/release +:\n%s", diff)
	}
}

// TestDockerIgnore: what the program is made of goes to Docker, and no secret.
func TestDockerIgnore(t *testing.T) {
	var allowed, refused []string
	for line := range strings.Lines(read(t, ".dockerignore")) {
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#':
		case line[0] == '!':
			allowed = append(allowed, line[1:])
		default:
			refused = append(refused, line)
		}
	}
	if !slices.Contains(refused, "*") {
		t.Error("everything that isn't named goes to Docker")
	}
	for _, folder := range allowed {
		for _, secret := range []string{"secrets", "deploy", "studyhall.env", ".git", ".env"} {
			if folder == secret {
				t.Errorf("%s goes to Docker", folder)
			}
		}
	}
	for line := range strings.Lines(read(t, ".gitignore")) {
		// What git is not to see, such as databases and variables, is not Docker's either.
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "*.db") || line == ".env" || line == ".env.*" || line == "*.backup" {
			if !slices.Contains(refused, path.Join("**", line)) {
				t.Errorf("%s may go to Docker", line)
			}
		}
	}
}
