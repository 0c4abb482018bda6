package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/bottest"
)

// TestShownCertifications is what people read of certifications of each kind: one
// that is well known, one in parts, one with two outlines, one that ends, and one
// of which little is known.
func TestShownCertifications(t *testing.T) {
	for _, id := range []string{"cbet", "cpsm", "security_plus", "hcispp", "clrt"} {
		t.Run(id, func(t *testing.T) {
			var out, faults bytes.Buffer
			p := &program{
				out: &out, err: &faults,
				env: func(string) (string, bool) { return "", false },
				now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
			}
			if code := p.run(t.Context(), []string{"certs", "show", id}); code != exitOK || faults.Len() > 0 {
				t.Fatalf("exit code %d, %s", code, faults.String())
			}
			golden := filepath.Join("testdata", "certs", id+".txt")
			if bottest.Updating() {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("run go test ./cmd/studyhall -update (-want +got):\n%s", diff)
			}
		})
	}
}
