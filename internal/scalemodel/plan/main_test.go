package main

import (
	"strings"
	"testing"
)

// TestTables has the tables be the same each time, and other with another seed.
func TestTables(t *testing.T) {
	table := func(args ...string) string {
		t.Helper()
		var out strings.Builder
		if err := run(&out, args); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := table("-groups", "50, 200")
	for _, want := range []string{"Discord: the last ", "cost a day, at 0.04 an hour         9.60         9.60", "America/New_York"} {
		if !strings.Contains(first, want) {
			t.Errorf("the tables have no %q:\n%s", want, first)
		}
	}
	if table("-groups", "50, 200") != first {
		t.Error("the same flags gave other tables")
	}
	if table("-groups", "50, 200", "-seed", "2") == first {
		t.Error("another seed gave the same tables")
	}
	if one := table("-groups", "50", "-zone", "Asia/Tokyo"); !strings.Contains(one, "Asia/Tokyo") || strings.Contains(one, "America") {
		t.Errorf("with one zone:\n%s", one)
	}
}

func TestWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-groups", "many"}, {"-groups", "0"}, {"-zone", "Mars/Olympus"}, {"-copies", "0"}} {
		if err := run(&strings.Builder{}, args); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
