package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"studyhall/internal/app"
)

// top is the top of the tree, seen from this package's folder.
const top = "../.."

// read is a file of the tree.
func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// known reports whether the program reads a variable of that name.
func known(name string) bool {
	return slices.ContainsFunc(app.Variables(), func(v app.Variable) bool {
		return v.Name == name || v.Secret && v.Name+"_FILE" == name
	})
}

// secrets are the names of files in a folder of secrets, in the table's order.
func secrets() (all []string) {
	for _, v := range app.Variables() {
		if v.Secret {
			all = append(all, strings.ToLower(v.Name))
		}
	}
	return all
}

// An instruction is one of a Dockerfile.
type instruction struct {
	name string // upper case
	rest string // what follows, on one line
}

// stages are the instructions of each stage of the Dockerfile.
func stages(t *testing.T) (all [][]instruction) {
	t.Helper()
	text := regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(read(t, "Dockerfile"), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		if name == "FROM" {
			all = append(all, nil)
		}
		if len(all) == 0 {
			t.Fatalf("%s stands before the first FROM", name)
		}
		all[len(all)-1] = append(all[len(all)-1], instruction{name, strings.TrimSpace(rest)})
	}
	return all
}

// the is what follows the only instruction of that name.
func the(t *testing.T, stage []instruction, name string) string {
	t.Helper()
	found := each(stage, name)
	if len(found) != 1 {
		t.Fatalf("the Dockerfile has %d of %s in a stage, want 1", len(found), name)
	}
	return found[0]
}

// each is what follows every instruction of that name.
func each(stage []instruction, name string) (all []string) {
	for _, i := range stage {
		if i.name == name {
			all = append(all, i.rest)
		}
	}
	return all
}
