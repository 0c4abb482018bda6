package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// platform matches the names that no code under bot/ may know.
var platform = regexp.MustCompile(`(?i)slack|discord`)

// TestNoPlatformInTheCore looks at names and texts of the code; a comment may
// name the platform that sets a limit.
func TestNoPlatformInTheCore(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !s.inside("bot") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			found := ""
			switch n := n.(type) {
			case *ast.CommentGroup:
				return false
			case *ast.Ident:
				found = n.Name
			case *ast.BasicLit:
				found = n.Value
			}
			if name := platform.FindString(found); name != "" {
				t.Errorf("%s:%d: names a platform: %q in %s", s.path, s.line(n.Pos()), name, found)
			}
			return true
		})
	}
	err := walk(func(name string) error {
		if !strings.HasPrefix(name, "bot/") || path.Ext(name) != ".sql" {
			return nil
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			code, _, _ := strings.Cut(line, "--")
			if found := platform.FindString(code); found != "" {
				t.Errorf("%s:%d: names a platform: %q", name, i+1, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPackageComments wants one comment for each package that isn't only tests.
func TestPackageComments(t *testing.T) {
	comments, files := map[string]int{}, map[string]int{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		files[s.dir]++
		if s.file.Doc == nil {
			continue
		}
		comments[s.dir]++
		want := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			want = strings.ToUpper(path.Base(s.dir)[:1]) + path.Base(s.dir)[1:] + " "
		}
		if !strings.HasPrefix(s.file.Doc.Text(), want) {
			t.Errorf("%s: the package comment should begin with %q", s.path, want)
		}
	}
	for dir := range files {
		if comments[dir] != 1 {
			t.Errorf("%s: has %d package comments, want 1", dir, comments[dir])
		}
	}
}

const (
	maxFile     = 500 // lines
	maxFunction = 70  // lines, from func to its closing brace
)

// long are the files and functions that may be longer, with the reason.
var long = map[string]string{}

func TestLength(t *testing.T) {
	unused := map[string]bool{}
	for name := range long {
		unused[name] = true
	}
	check := func(name, where string, lines, most int) {
		if lines <= most {
			return
		}
		delete(unused, name)
		if long[name] == "" {
			t.Errorf("%s: %s has %d lines, at most %d", where, name, lines, most)
		}
	}
	for _, s := range sources(t) {
		check(s.path, s.path, s.fset.File(s.file.Pos()).LineCount(), maxFile)
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := s.path + " " + receiver(f) + f.Name.Name
			check(name, s.path, s.line(f.End())-s.line(f.Pos())+1-s.tableLines(f), maxFunction)
		}
	}
	for name := range unused {
		t.Errorf("%s is listed as long and isn't any more", name)
	}
}

// tableLines are the lines between the braces of the tables of a test, which
// are data; elsewhere there are none.
func (s source) tableLines(f *ast.FuncDecl) int {
	lines := 0
	ast.Inspect(f, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok || !s.test {
			return true
		}
		lines += max(0, s.line(table.Rbrace)-s.line(table.Lbrace)-1)
		return false
	})
	return lines
}

// receiver is the type of a method and a dot, or "".
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	kind := f.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if index, ok := kind.(*ast.IndexExpr); ok {
		kind = index.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

func TestNoInit(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s:%d: has an init function; let a constructor do it", s.path, s.line(f.Pos()))
			}
		}
	}
}

// timeless are the packages that are given the time.
var timeless = []string{
	"bot", "bot/cert", "bot/chart", "bot/schedule", "bot/group", "bot/practice", "bot/practice/memory", "bot/practice/itemstats",
	"bot/board", "bot/exam", "bot/renewal", "bot/papers", "quizzes", "quizzes/exchange", "quizzes/quality",
}

func TestFeaturesAreGivenTheTime(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(timeless, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if ok && pkg.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				t.Errorf("%s:%d: uses time.%s; take a now func() time.Time", s.path, s.line(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

// TestPackageVariablesStay finds package variables that some function of their
// file's package changes by name.
func TestPackageVariablesStay(t *testing.T) {
	variables := map[string]map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if variables[s.dir] == nil {
						variables[s.dir] = map[string]bool{}
					}
					variables[s.dir][name.Name] = true
				}
			}
		}
	}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			local := declared(f)
			ast.Inspect(f.Body, func(n ast.Node) bool {
				for _, name := range changed(n) {
					if variables[s.dir][name] && !local[name] {
						t.Errorf("%s:%d: changes the package variable %s", s.path, s.line(n.Pos()), name)
					}
				}
				return true
			})
		}
	}
}

// changed are the variables that a statement assigns to, as a whole or in part.
func changed(n ast.Node) []string {
	var targets []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			targets = n.Lhs
		}
	case *ast.IncDecStmt:
		targets = []ast.Expr{n.X}
	}
	var names []string
	for _, e := range targets {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.Ident:
				if x.Name != "_" {
					names = append(names, x.Name)
				}
			}
			break
		}
	}
	return names
}

// declared are the names that a function declares itself, anywhere in it.
func declared(f *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	add := func(e ast.Expr) {
		if name, ok := e.(*ast.Ident); ok {
			names[name.Name] = true
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				add(name)
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					add(e)
				}
			}
		case *ast.RangeStmt:
			add(n.Key)
			add(n.Value)
		case *ast.ValueSpec:
			for _, name := range n.Names {
				add(name)
			}
		}
		return true
	})
	return names
}

// marker matches notes to oneself, spelled so that this file has none.
var marker = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// text are the endings of files in which people write.
var text = []string{".go", ".md", ".sql", ".sh", ".js", ".css", ".html", ".tmpl", ".yaml", ".yml", ".json", ".mod", ".txt", ""}

func TestNoMarkers(t *testing.T) {
	err := walk(func(name string) error {
		if !slices.Contains(text, path.Ext(name)) || path.Base(name) == "package-lock.json" {
			return nil
		}
		data := []byte(read(t, name))
		for _, at := range marker.FindAllIndex(data, -1) {
			line := 1 + bytes.Count(data[:at[0]], []byte("\n"))
			t.Errorf("%s:%d: %s: do it, or write it down as an issue", name, line, data[at[0]:at[1]])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// link matches what a Markdown document points at.
var link = regexp.MustCompile(`\]\(([^)\s#]+)(#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	err := walk(func(name string) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if found, err := filepath.Glob(filepath.Join(root, path.Dir(name), m[1])); err != nil || len(found) == 0 {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
