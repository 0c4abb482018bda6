package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"studyhall/internal/app"
)

// TestDocumentedCommands parses every call of the program that a document shows.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "../../README.md", "../../CONTRIBUTING.md")
	parser, err := kong.New(&verbs{}, kong.Vars{"formats": formatWords()}, kong.Exit(func(int) {}), kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&program{}))
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile("(?m)(?:^|`)(?:go run \\./cmd/studyhall|\\./studyhall|(?:sudo )?studyhall(?:-admin)?|docker compose exec studyhall /studyhall|docker compose run --rm studyhall) ([a-z][^`#\n]*)")
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range call.FindAllStringSubmatch(string(text), -1) {
			args, err := normalise(shellWords(found[1]), flagsOf(parser.Model.Node))
			if err == nil {
				_, err = parser.Parse(args)
			}
			if err != nil {
				t.Errorf("%s: studyhall %s: %v", filepath.Base(file), found[1], err)
			}
			n++
		}
	}
	if n < 10 {
		t.Errorf("only %d calls found", n)
	}
}

// shellWords are the words of a call, of which some stand between quotes.
func shellWords(line string) (all []string) {
	for _, w := range regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(line, -1) {
		all = append(all, strings.Trim(w, `'"`))
	}
	return all
}

// TestDocumentedVariables: what an operator is told to set is a variable of the
// program, or one of the few that others read.
func TestDocumentedVariables(t *testing.T) {
	others := []string{"HTTPS_PROXY", "NO_PROXY"}
	for _, v := range app.Variables() {
		others = append(others, v.Name)
		if v.Secret {
			others = append(others, v.Name+"_FILE")
		}
	}
	name := regexp.MustCompile(`\b[A-Z]+(?:_[A-Z]+)+\b`)
	secret := regexp.MustCompile(`secrets/([a-z][a-z_]*)|^\| ` + "`" + `([a-z_]+)` + "`" + ` \|`)
	for _, file := range []string{"operations.md", "copies.md", "slack.md", "discord.md"} {
		text, err := os.ReadFile(filepath.Join("../../docs", file))
		if err != nil {
			t.Fatal(err)
		}
		found := name.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names no variable", file)
		}
		if file == "operations.md" {
			for line := range strings.Lines(string(text)) {
				for _, m := range secret.FindAllStringSubmatch(line, -1) {
					found = append(found, strings.ToUpper(m[1]+m[2]))
				}
			}
		}
		for _, n := range found {
			if !slices.Contains(others, n) && n != "POSTGRES_PASSWORD" {
				t.Errorf("%s names %s, which nobody reads", file, n)
			}
		}
	}
}

// TestUpgradesDontShareCopies: a copy made before an upgrade has a name of its own,
// which the way back takes from where the upgrade has put it.
func TestUpgradesDontShareCopies(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	moves := regexp.MustCompile(`(?m)^(?:sudo studyhall-admin|docker compose .* studyhall) .*(?:backup|restore) .*$|^.*DATABASE_URL=sqlite:.*$|^sudo mv .*$`).FindAllString(string(text), -1)
	if len(moves) != 6 {
		t.Errorf("found %q", moves)
	}
	for _, line := range moves {
		if !strings.Contains(line, "$copy") {
			t.Errorf("the second upgrade meets the files of the first: %s", line)
		}
	}
	for _, line := range []string{"copy=before-$(date +%F-%H%M).db; echo $copy | sudo tee /etc/studyhall/copy-before-upgrade", "copy=$(sudo cat /etc/studyhall/copy-before-upgrade)",
		"copy=before-$(date +%F-%H%M).db; echo $copy | tee copy-before-upgrade", "copy=$(cat copy-before-upgrade)"} {
		if strings.Count(string(text), "\n"+line+"\n") != 1 {
			t.Errorf("there is not one line %q", line)
		}
	}
}

// TestSecurityNamesTests finds every test that docs/security.md names, in the file
// that it says.
func TestSecurityNamesTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 30 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, n := range named {
		files, err := filepath.Glob(filepath.Join("..", "..", n[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, file := range files {
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(code), "\nfunc "+n[2]+"(")
		}
		if !found {
			t.Errorf("docs/security.md names %s.%s, which is nowhere in %s", n[1], n[2], n[1])
		}
	}
}
