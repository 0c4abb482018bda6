package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the top of the tree, seen from this package's folder.
const root = "../.."

// A source is one Go file.
type source struct {
	path string // from the root, with slashes
	dir  string
	test bool // its name ends in _test.go
	file *ast.File
	fset *token.FileSet
}

// line is the line of a position.
func (s source) line(p token.Pos) int { return s.fset.Position(p).Line }

// inside reports whether the file is in the folder or below it.
func (s source) inside(dir string) bool { return s.dir == dir || strings.HasPrefix(s.dir, dir+"/") }

// skipped are folders that are not ours to judge.
func skipped(name string) bool {
	return name == "node_modules" || name == "testdata" || len(name) > 1 && (name[0] == '.' || name[0] == '_') && name != ".ci" && name != ".."
}

// walk calls f for every file of the tree.
func walk(f func(name string) error) error {
	return fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && skipped(e.Name()):
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		return f(name)
	})
}

// parsed is every Go file of the tree, read once.
var parsed = sync.OnceValues(func() ([]source, error) {
	var all []source
	err := walk(func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, source{
			path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file, fset: fset,
		})
		return nil
	})
	return all, err
})

// sources fails the test if a file can't be parsed.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found below %s", len(all), root)
	}
	return all
}

// read is a file of the tree.
func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
