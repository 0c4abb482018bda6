package cert

import (
	"errors"
	"testing"
)

// FuzzOverride reads an operator's file of anything: it is used whole, or refused
// with what is wrong and where.
func FuzzOverride(f *testing.F) {
	for _, seed := range []string{
		"certifications:\n  - id: cbet\n    fees:\n      - what: Exam\n        amount: {value: 519, source: https://example.org, checked: 2026-11-01}\n",
		"certifications: []\n", "certifications: {}\n", "- a\n", "a: &a [*a]\n", "a: *b\n", "---\n---\n", "\t", "? [a]: b\n", "<<: 1\n", "certifications:\n- id: ''\n", "{", "!!binary x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		c, err := Override("mine.yaml", data)
		if err == nil {
			if len(c.Certifications) == 0 {
				t.Error("nothing is left of the catalogue")
			}
			return
		}
		var fault *OverrideError
		if !errors.As(err, &fault) || len(fault.Problems) == 0 {
			t.Fatalf("refused without a reason: %v", err)
		}
		for _, p := range fault.Problems {
			if p.What == "" || p.Line < 0 {
				t.Errorf("refused with %+v", p)
			}
		}
	})
}
