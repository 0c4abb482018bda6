package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDocumentedCommands parses every call of the program that a document shows.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "../../README.md", "../../CONTRIBUTING.md")
	parser, err := kong.New(&verbs{}, kong.Exit(func(int) {}), kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&program{}))
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile("(?m)(?:^|`)(?:go run \\./cmd/studyhall|studyhall) ([a-z][^`#\n]*)")
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
