package browser

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestHold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat?#%.db")
	release, err := Hold(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(t.Context(), path); !errors.Is(err, ErrHeld) {
		t.Errorf("a second program: %v, want that it is held", err)
	}
	s, err := openStore(path, true) // the chat itself is free
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	release()
	release, err = Hold(t.Context(), path)
	if err != nil {
		t.Fatalf("once it is free: %v", err)
	}
	release()
	if _, err := Hold(t.Context(), filepath.Join(path, "no", "folder")); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("where there is no folder: %v, want another error", err)
	}
}
