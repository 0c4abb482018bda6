package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest/pgtest"
	"studyhall/internal/app"
)

// TestReadOnlyDatabaseSaysWhatToDo starts the bot on a PostgreSQL that may only be
// read, as a standby is.
func TestReadOnlyDatabaseSaysWhatToDo(t *testing.T) {
	url := pgtest.URL(t)
	between := "?"
	if strings.Contains(url, "?") {
		between = "&"
	}
	_, err := store.Open(t.Context(), slog.New(slog.DiscardHandler), url+between+"default_transaction_read_only=on", store.Options{})
	if err == nil {
		t.Fatal("a database that may only be read is migrated")
	}
	for _, err := range []error{err, fmt.Errorf("restore into x: %w", store.ErrStorage)} {
		var said bytes.Buffer
		p := &program{err: &said}
		if code := p.fail(err); code != exitFailed || strings.Count(said.String(), "\n") != 1 {
			t.Errorf("ends with %d: %s", code, &said)
		}
		for _, want := range []string{"cannot be written", "nothing is lost", "let the program write there", "studyhall doctor"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%q is missing: %s", want, &said)
			}
		}
	}
	var said bytes.Buffer
	p := &program{err: &said}
	if p.fail(&app.ConfigError{}); strings.Contains(said.String(), "make room") {
		t.Errorf("said of something else: %s", &said)
	}
}
