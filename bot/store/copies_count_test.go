package store

import (
	"path/filepath"
	"testing"

	"studyhall/bot/store/storetest/pgtest"
)

// TestCopiesAreCounted has copies come and go.
func TestCopiesAreCounted(t *testing.T) {
	url := pgtest.URL(t)
	one, watching, _ := attending(t, url)
	counted := func(when string, want int) {
		t.Helper()
		if err := watching.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one.Copies(); got != want {
			t.Errorf("%s there are %d copies, want %d", when, got, want)
		}
	}
	counted("alone", 1)
	_, second, _ := attending(t, url)
	_, _, cut := attending(t, url)
	counted("with two more", 3)
	second.Leave(t.Context())
	counted("when one has left", 2)
	cut()
	inHand{t}.waitUntilGone(one, watching)
	counted("when one has died", 1)
}

// TestCopiesOnSQLite is always one.
func TestCopiesOnSQLite(t *testing.T) {
	s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "s.db"), Options{Unsafe: true})
	s.Attend(t.Context())
	if got := s.Copies(); got != 1 {
		t.Errorf("%d copies, want 1", got)
	}
}
