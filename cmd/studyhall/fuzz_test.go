package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDotenv reads a file of variables that holds anything: faults quote none of it.
func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=b\n", "A='b\n", "export A=\"$B\"\n", "=\n", "A", "\xef\xbb\xbfA=1", "A=${", "A=1\nB='x\ny'\n"} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), ".env")
	f.Fuzz(func(t *testing.T, text string) {
		const mark = "hunter2isthepassword"
		if err := os.WriteFile(path, []byte("SECRET="+mark+text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readDotenv(path); err != nil && strings.Contains(err.Error(), mark) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
