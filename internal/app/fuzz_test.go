package app

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// FuzzConfig reads variables that hold anything: faults never repeat a secret.
func FuzzConfig(f *testing.F) {
	for _, v := range Variables() {
		f.Add(v.Name, v.Default)
		f.Add(v.Name, "\x00,;:/")
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		const mark = "hunter2isthepassword"
		secret := false
		for _, v := range Variables() {
			secret = secret || v.Name == name && v.Secret
		}
		if !secret || strings.HasSuffix(name, "_FILE") {
			return
		}
		_, err := LoadConfig(func(asked string) (string, bool) {
			if asked != name {
				return "", false
			}
			return value + mark, true
		})
		if err != nil && name != "DATABASE_URL" && strings.Contains(err.Error(), mark) {
			t.Errorf("%s: %v", name, err)
		}
	})
}

// FuzzSafeLog logs anything beside a secret that is known and one that looks like
// one: neither gets through, and the line does.
func FuzzSafeLog(f *testing.F) {
	f.Add("wrapped: ", " and so on", true)
	f.Add(strings.Repeat("x", textMost-10), "\x00\xff", false)
	f.Add("postgres://a:", "@b", true)
	f.Add("/webhooks/1/", "?x", false)
	f.Fuzz(func(t *testing.T, before, after string, attribute bool) {
		const known, shaped = "correct-horse-battery", "xoxb-123456789012-AbCdEfGhIjKl"
		if strings.Contains(before+after, "correct") || strings.Contains(before+after, "AbCd") {
			return
		}
		log, book := safeBook(time.Now, known)
		if text := before + " " + known + " " + shaped + " " + after; attribute {
			log.Error("failed", "err", errors.New(text), slog.Group("g", "a", []string{text}))
		} else {
			log.Info(text)
		}
		if got := book.String(); strings.Contains(got, known) || strings.Contains(got, "AbCdEfGhIjKl") || strings.Count(got, "\n") != 1 {
			t.Errorf("logged: %q", got)
		}
	})
}
