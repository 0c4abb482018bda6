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
	for _, test := range []struct {
		err         error
		want, never []string
	}{
		{err, []string{"studyhall: this program may not write to the database", "let the program write there"}, []string{"full", "room"}},
		{fmt.Errorf("restore into x: %w", store.ErrStorage), []string{"cannot be written", "make room there, or let the program write there"}, nil},
		{fmt.Errorf("restore into x: %w", store.ErrFull), []string{"disk is full", "make room there"}, []string{"let the program write"}},
	} {
		var said bytes.Buffer
		p := &program{err: &said}
		if code := p.fail(test.err); code != exitFailed || strings.Count(said.String(), "\n") != 1 {
			t.Errorf("ends with %d: %s", code, &said)
		}
		for _, want := range append(test.want, "nothing is lost", "try again", "studyhall doctor") {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%q is missing: %s", want, &said)
			}
		}
		for _, never := range test.never {
			if strings.Contains(said.String(), never) {
				t.Errorf("%q is said: %s", never, &said)
			}
		}
	}
	var said bytes.Buffer
	p := &program{err: &said}
	if p.fail(&app.ConfigError{}); strings.Contains(said.String(), "make room") {
		t.Errorf("said of something else: %s", &said)
	}
}
