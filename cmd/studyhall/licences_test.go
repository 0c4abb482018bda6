package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/bottest"
)

// linkedModule is a module of which something is linked into the program.
type linkedModule struct{ Path, Version, Dir string }

// TestLicences finds the licence of every module that is linked into the program on
// any system it is built for, allows those that ask for no more than being named,
// and compares docs/licences.md, which -update writes.
func TestLicences(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(licencesHead)
	for _, m := range linkedModules(t) {
		name, file, err := licenceOf(m.Dir)
		if err != nil {
			t.Errorf("%s %s: %v", m.Path, m.Version, err)
			continue
		}
		note := ""
		switch {
		case name == "FTL":
			note = "or the GPL, of which we choose the former; it asks for being named, as above"
		case strings.Contains(name, "MPL-2.0"):
			note = "its files stay under it; changes to them have to be given away"
		case !permissive(name):
			t.Errorf("%s %s is under %s, which isn't among those allowed", m.Path, m.Version, name)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", m.Path, m.Version, name, file, note)
	}
	path := filepath.Join("..", "..", "docs", "licences.md")
	if bottest.Updating() {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("go test ./cmd/studyhall -run TestLicences -update writes docs/licences.md anew (-is +should be):\n%s", diff)
	}
}

const licencesHead = `# Licences of what is linked into the program

Studyhall itself is under Apache-2.0 (see LICENSE). The program has these modules in it, on one system or another. ` + "`go test ./cmd/studyhall -run TestLicences -update`" + ` writes this table from the modules' own files; the test fails when it is out of date, or when a licence asks for more than being named. What only tests and tools use isn't linked and isn't listed.

Beside the code: the fonts DejaVu (in the module of that name, under the Bitstream Vera licence), SQLite (in the public domain, translated in modernc.org/sqlite), the IANA time zones (in the public domain, with Go), Go itself and its standard library (BSD-3-Clause), and the list of certificate authorities of Mozilla (MPL-2.0). Portions of the program are copyright The FreeType Project (www.freetype.org); all rights reserved.

| module | version | licence | file | note |
|---|---|---|---|---|
`

// linkedModules are those of the packages that the program imports, on every system
// for which it is built.
func linkedModules(t *testing.T) (all []linkedModule) {
	t.Helper()
	known := map[string]bool{}
	for _, system := range []string{"linux/amd64", "darwin/arm64", "windows/amd64"} {
		goos, goarch, _ := strings.Cut(system, "/")
		cmd := exec.Command("go", "list", "-deps", "-json=Module", ".")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
			var p struct {
				Module *struct {
					linkedModule
					Main bool
				}
			}
			if err := d.Decode(&p); err != nil {
				t.Fatal(err)
			}
			if p.Module != nil && !p.Module.Main && !known[p.Module.Path] {
				known[p.Module.Path] = true
				all = append(all, p.Module.linkedModule)
			}
		}
	}
	slices.SortFunc(all, func(a, b linkedModule) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// licenceOf tells the licence in a module's folder, as SPDX names it.
func licenceOf(dir string) (name, file string, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", "", err
	}
	for _, f := range files {
		upper := strings.ToUpper(f.Name())
		if f.IsDir() || !strings.HasPrefix(upper, "LICEN") && !strings.HasPrefix(upper, "COPYING") && !strings.HasPrefix(upper, "UNLICENSE") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return "", "", err
		}
		if name = licenceIn(string(text)); name != "" {
			return name, f.Name(), nil
		}
		file = f.Name()
	}
	if file != "" {
		return "", "", fmt.Errorf("%s is none that is known", file)
	}
	return "", "", fmt.Errorf("no file with a licence in %s", dir)
}

// licenceIn tells a licence by sentences that no other one has.
func licenceIn(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	var names []string
	for _, l := range []struct {
		name  string
		parts []string
	}{
		{"AGPL-3.0", []string{"gnu affero general public license"}},
		{"LGPL", []string{"gnu lesser general public license"}},
		{"FTL", []string{"subject to your choice of exactly one of the following two licenses", "the freetype license", "gnu general public license"}},
		{"GPL", []string{"gnu general public license"}},
		{"MPL-2.0", []string{"mozilla public license version 2.0", "each contributor hereby grants you"}},
		{"Apache-2.0", []string{"apache license", "version 2.0, january 2004", "grant of patent license"}},
		{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "be used to endorse or promote products"}},
		{"BSD-2-Clause", []string{"redistribution and use in source and binary forms", "must reproduce the above copyright"}},
		{"MIT", []string{"permission is hereby granted, free of charge", "to deal in the software without restriction", "the above copyright notice and this permission notice"}},
		{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"}},
		{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}},
		{"CC0-1.0", []string{"cc0 1.0 universal"}},
	} {
		has := true
		for _, part := range l.parts {
			has = has && strings.Contains(text, part)
		}
		if has && !(l.name == "BSD-2-Clause" && slices.Contains(names, "BSD-3-Clause")) && !(l.name == "GPL" && slices.Contains(names, "FTL")) {
			names = append(names, l.name)
		}
	}
	return strings.Join(names, " AND ")
}

// permissive reports whether all licences ask for no more than being named.
func permissive(names string) bool {
	for _, name := range strings.Split(names, " AND ") {
		if !slices.Contains([]string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "ISC", "Unlicense", "CC0-1.0", "FTL"}, name) {
			return false
		}
	}
	return true
}

// A licence is told by its words, and one that asks for more is not allowed.
func TestLicenceIn(t *testing.T) {
	own, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text, want string
		allowed    bool
	}{
		{string(own), "Apache-2.0", true},
		{"Permission is hereby granted, free of charge, to any person … to deal\nin the Software without restriction … The above copyright\n notice and this permission notice shall", "MIT", true},
		{"GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0", false},
		{"Mozilla Public License Version 2.0 … Each Contributor hereby grants You", "MPL-2.0", false},
		{"All rights reserved. Ask us.", "", false},
		{"This program is under the GNU General Public License; and: Permission is hereby granted, free of charge, to deal in the Software without restriction; the above copyright notice and this permission notice", "GPL AND MIT", false},
	}
	for _, tt := range tests {
		if got := licenceIn(tt.text); got != tt.want || permissive(got) != tt.allowed {
			t.Errorf("%.30q: %q, allowed %v; want %q, %v", tt.text, got, permissive(got), tt.want, tt.allowed)
		}
	}
}
