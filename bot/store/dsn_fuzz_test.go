package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDatabaseURL reads the address of a database: an error never repeats its password.
func FuzzDatabaseURL(f *testing.F) {
	for _, seed := range []string{"postgres://u:PASS@h/d", "postgres://u:PASS@h:x/d", "postgresql://u:PASS@[::1/d?sslmode=x", "sqlite:a?b#c", "sqlite://x", "sqlite:\x00", "mysql://u:PASS@h", "postgres://0/:PASS@ 0", "postgres://u:p/PASS@h", "postgres://h/d?password=PASS&port=x", ":", "postgres://u:PASS@h/d?host=%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const password = "hunter2isthepassword"
		whole := strings.ReplaceAll(raw, "PASS", password)
		_, err := parseURL(whole)
		if err != nil && !strings.HasPrefix(whole, "sqlite:") && strings.Contains(err.Error(), password) {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

// FuzzErasures reads a list of erasures that anything has happened to: each line that
// counts is a whole one.
func FuzzErasures(f *testing.F) {
	f.Add([]byte("2026-11-22T10:38:00Z salt " + strings.Repeat("ab", 32) + "\n2026-11-22T10:3"))
	f.Add([]byte("a b c\n\x00\xff"))
	path := filepath.Join(f.TempDir(), "list")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := readErasures(path)
		if err != nil {
			return
		}
		for _, entry := range all {
			if parts := strings.Fields(entry); len(parts) != 3 || len(parts[2]) != 64 {
				t.Errorf("%q counts", entry)
			}
		}
	})
}
