package group

import (
	"strconv"
	"testing"
	"time"
)

// What was decided about a note holds for a moment and once.
func TestDecided(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name  string
		after time.Duration
		want  bool
	}{
		{"at once", 0, true},
		{"a moment later", justDecided - time.Millisecond, true},
		{"later", justDecided, false},
		{"before, by another clock", -time.Millisecond, false},
	} {
		var d decided
		d.add("note", at)
		if d.take("another", at) {
			t.Errorf("%s: another note was decided", row.name)
		}
		if got := d.take("note", at.Add(row.after)); got != row.want {
			t.Errorf("%s: decided %t, want %t", row.name, got, row.want)
		}
		if d.take("note", at) {
			t.Errorf("%s: it holds twice", row.name)
		}
	}
}

// However many notes are never sent from here, few decisions are kept, and the
// newest is one of them.
func TestDecidedIsBounded(t *testing.T) {
	var d decided
	for n := range 10 * maxDecided {
		d.add(strconv.Itoa(n), time.Time{})
		if len(d.at) > maxDecided {
			t.Fatalf("%d decisions are kept", len(d.at))
		}
	}
	if !d.take(strconv.Itoa(10*maxDecided-1), time.Time{}) {
		t.Error("the newest is forgotten")
	}
}
