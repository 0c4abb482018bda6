package store

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOpenDenied opens, and looks at, databases that the system doesn't let a program use, as
// another user where root tests: for root there are no permissions.
func TestOpenDenied(t *testing.T) {
	root := t.TempDir()
	if err := os.Chmod(filepath.Dir(root), 0o755); err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(root, "self")
	if err := copyFile(os.Args[0], self); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name         string
		file, folder os.FileMode
		missing      bool
		open, look   string // what is said of it
	}{
		{"a folder that may not be written", 0o666, 0o555, false, "/db: permission denied", "/db: permission denied"},
		{"no file, in a folder that may not be written", 0, 0o555, true, "/db: permission denied", "/db: permission denied"},
		{"a file that may not be read", 0, 0o777, false, "/db/studyhall.db: permission denied", "/db/studyhall.db: permission denied"},
		{"a folder that may not be entered", 0o666, 0, false, "/db/studyhall.db: permission denied", "/db/studyhall.db: permission denied"},
		{"a file that may not be written", 0o444, 0o777, false, "", "/db/studyhall.db: permission denied"}, // opening finds it when something is written
		{"a file and a folder that may be written", 0o666, 0o777, false, "", ""},
		{"no file, in a folder that may be written", 0, 0o777, true, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(root, strings.ReplaceAll(test.name, " ", "-"), "db")
			path := filepath.Join(dir, "studyhall.db")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if !test.missing {
				if err := openAt(t, "sqlite:"+path, Options{}).Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(path, test.file); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, test.folder); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(dir, 0o755) })
			// First what changes nothing.
			for _, do := range []struct{ role, want string }{{"look", test.look}, {"migrate", test.open}} {
				said := asNobody(t, self, do.role, path)
				if do.want == "" {
					if said != "" {
						t.Errorf("%s: said: %s", do.role, said)
					}
					continue
				}
				if !strings.HasPrefix(said, ErrForbidden.Error()+": ") || !strings.Contains(said, do.want) || strings.Contains(said, "full") || strings.Count(said, "\n") != 1 {
					t.Errorf("%s: said: %s, want %q and %q", do.role, said, ErrForbidden, do.want)
				}
			}
		})
	}
}

// asNobody has another process open a database, or look at it, and returns what it
// says.
func asNobody(t *testing.T, self, role, path string) string {
	t.Helper()
	var said strings.Builder
	cmd := exec.Command(self, "sqlite:"+path)
	cmd.Env = append(os.Environ(), childEnv+"="+role)
	cmd.Stderr = &said
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := cmd.Run(); (err == nil) != (said.Len() == 0) {
		t.Fatalf("%v: %s", err, &said)
	}
	return said.String()
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
