// Compose reads the Dockerfile and compose.yaml of a folder with the code that
// Docker's own builder and Compose read them with, and ends with 1 if they find
// something wrong:
//
//	compose FOLDER
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compose FOLDER")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(1)
	}
}

// check reads both files, and first makes sure that the readers refuse something
// wrong.
func check(folder string) error {
	if dockerfile([]byte("FROM scratch\nCOPPY a b\n")) == nil || dockerfile([]byte("FROM scratch as a\n")) == nil {
		return fmt.Errorf("a wrong Dockerfile is taken for a right one")
	}
	if err := project("services: {a: {image: a, depnds_on: [b]}}", ""); err == nil {
		return fmt.Errorf("a wrong compose file is taken for a right one")
	}
	text, err := os.ReadFile(filepath.Join(folder, "Dockerfile"))
	if err != nil {
		return err
	}
	if err := dockerfile(text); err != nil {
		return fmt.Errorf("Dockerfile: %w", err)
	}
	text, err = os.ReadFile(filepath.Join(folder, "compose.yaml"))
	if err != nil {
		return err
	}
	for _, profile := range []string{"", "postgres"} {
		if err := project(string(text), profile); err != nil {
			return fmt.Errorf("compose.yaml with profile %q: %w", profile, err)
		}
	}
	return nil
}

// dockerfile reads a Dockerfile; what the linter warns of is an error, too.
func dockerfile(text []byte) error {
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	var warned []string
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		warned = append(warned, rule+": "+message)
	}})
	stages, _, err := instructions.Parse(tree.AST, lint)
	if err != nil {
		return err
	}
	for _, w := range tree.Warnings {
		warned = append(warned, w.Short)
	}
	if len(warned) > 0 {
		return fmt.Errorf("%d warnings: %q", len(warned), warned)
	}
	fmt.Printf("Dockerfile: %d stages\n", len(stages))
	return nil
}

// project loads a compose file with a profile as "docker compose" does, against
// the specification's schema and for consistency.
func project(text, profile string) error {
	dir, err := os.MkdirTemp("", "compose-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	options, err := cli.NewProjectOptions([]string{file}, cli.WithProfiles([]string{profile}), cli.WithName("check"))
	if err != nil {
		return err
	}
	p, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	names := p.ServiceNames()
	slices.Sort(names)
	fmt.Printf("compose.yaml, profile %q: services %v\n", profile, names)
	for _, s := range p.Services {
		for name := range s.DependsOn {
			fmt.Printf("  %s waits for %s: %s\n", s.Name, name, s.DependsOn[name].Condition)
		}
	}
	if profile != "" && len(names) != 2 {
		return fmt.Errorf("%v is all that starts", names)
	}
	return nil
}
