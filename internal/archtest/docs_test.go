package archtest

import (
	"encoding/json"
	"go/format"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shown matches a Go file in a document: a code block whose first line names it.
var shown = regexp.MustCompile("(?ms)^```go\n// (\\S+\\.go)\n(.*?)^```$")

// TestDocumentsRun builds and tests the Go files that the documents tell a
// newcomer to write, as if they were in the tree.
func TestDocumentsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds packages; not with -short")
	}
	for _, name := range []string{"docs/new-feature.md", "docs/new-adapter.md"} {
		t.Run(path.Base(name), func(t *testing.T) {
			top, err := filepath.Abs(root)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			replace, packages, tests := map[string]string{}, map[string]bool{}, 0
			for _, block := range shown.FindAllStringSubmatch(read(t, name), -1) {
				if tidy, err := format.Source([]byte(strings.TrimPrefix(block[2], "\n"))); err != nil || string(tidy) != strings.TrimPrefix(block[2], "\n") {
					t.Errorf("%s is not as gofmt writes it (%v)", block[1], err)
				}
				file := filepath.Join(dir, strings.ReplaceAll(block[1], "/", "_"))
				if err := os.WriteFile(file, []byte(block[2]), 0o644); err != nil {
					t.Fatal(err)
				}
				replace[filepath.Join(top, block[1])] = file
				packages["./"+path.Dir(block[1])] = true
				if strings.HasSuffix(block[1], "_test.go") {
					tests++
				}
			}
			if len(packages) != 1 || tests == 0 {
				t.Fatalf("shows the packages %v with %d test files, want one package and its test", packages, tests)
			}
			overlay, err := json.Marshal(map[string]any{"Replace": replace})
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "overlay.json")
			if err := os.WriteFile(file, overlay, 0o644); err != nil {
				t.Fatal(err)
			}
			for pkg := range packages {
				binary := filepath.Join(dir, "document.test")
				build := exec.Command("go", "test", "-c", "-vet=off", "-o", binary, "-overlay", file, pkg)
				build.Dir = top
				if out, err := build.CombinedOutput(); err != nil {
					t.Fatalf("build %s: %v\n%s", pkg, err, out)
				}
				run := exec.Command(binary) // not by go test, which would look for the folder
				run.Dir = dir
				if out, err := run.CombinedOutput(); err != nil {
					t.Errorf("test of %s: %v\n%s", pkg, err, out)
				}
			}
		})
	}
}

// TestDocumentsNameEveryRoom keeps the import table of the documents complete.
func TestDocumentsNameEveryRoom(t *testing.T) {
	text := read(t, "docs/architecture.md")
	for _, s := range sources(t) {
		if !strings.Contains(text, "`"+s.dir+"`") {
			t.Errorf("docs/architecture.md does not name `%s`", s.dir)
		}
	}
}
