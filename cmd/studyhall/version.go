package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"studyhall/bot/store"
)

// release is the version of a release, such as 0.1.0, which the linker puts
// here; "" in every other build.
var release string

type version struct{}

func (*version) Help() string {
	return "The first line is the version. The others say what it was built with, from which commit if that is known, " +
		"and the newest database schema that it knows: docs/releases.md says of each release whether it changes the database."
}

func (*version) Run(p *program) error {
	schema, err := store.NewestSchema()
	if err != nil {
		return err
	}
	built := fmt.Sprintf("built with %s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if commit := sourceCommit(); commit != "" {
		built += " from commit " + commit
	}
	_, err = fmt.Fprintf(p.out, "studyhall %s\n%s\ndatabase schema %d\n", programVersion(), built, schema)
	return err
}

// programVersion is the release's, else the module's version, else the commit
// it was built from.
func programVersion() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if commit := sourceCommit(); commit != "" {
		return commit
	}
	return "development"
}

// sourceCommit is the beginning of the commit that the program was built from,
// with "+changes" if files differed from it; "" if it isn't known.
func sourceCommit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + changed
}
