package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func safeBook(now func() time.Time, secrets ...string) (*slog.Logger, *bytes.Buffer) {
	var book bytes.Buffer
	return slog.New(SafeLog(slog.NewJSONHandler(&book, &slog.HandlerOptions{Level: slog.LevelDebug}), now, secrets...)), &book
}

// Nothing that looks like a secret reaches the log, wherever it turns up.
func TestLogTellsNoSecret(t *testing.T) {
	tests := []struct{ name, text, secret, stays string }{
		{"a Slack bot token", "auth: xoxb-1111111111-2222222222-AbCdEfGhIjKl was refused", "AbCdEfGhIjKl", "was refused"},
		{"a Slack app token", "dial with xapp-1-A012-345-abcdef0123", "abcdef0123", "dial with"},
		{"a Slack token that renews", "xoxe.xoxb-1-AbCdEf0123456789", "AbCdEf0123456789", ""},
		{"an address for answers", `Post "https://hooks.slack.com/commands/T1/22/SeCrEtPaRt": timeout`, "SeCrEtPaRt", "timeout"},
		{"a socket's ticket", "wss://wss-primary.slack.com/link/?ticket=SeCrEtTiCkEt&app_id=A1", "SeCrEtTiCkEt", "app_id=A1"},
		{"a Discord webhook", `Post "https://discord.com/api/v10/webhooks/1234/aW50ZXJhY3Rpb24SeCrEt?wait=true": EOF`, "aW50ZXJhY3Rpb24SeCrEt", "wait=true"},
		{"a Discord interaction", "/api/v10/interactions/99/aW50SeCrEt/callback: 500", "aW50SeCrEt", "/callback: 500"},
		{"a Discord bot token", "Bot MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GabcdE.abcdefghijklmnopqrstuvwxyz0123", "abcdefghijklmnopqrstuvwxyz0123", ""},
		{"a database's password", "connect to postgres://study:hunter22@db/study: refused", "hunter22", "refused"},
		{"the same, the other way", "cannot parse `host=db password=hunter22 user=study`", "hunter22", "user=study"},
		{"a calendar", "GET /calendar/ABCDEFGHIJKLMNOPQRSTUVWXYZ.ics", "ABCDEFGHIJKLMNOP", "GET /calendar/"},
		{"the demo's address", "http://127.0.0.1:8080/?token=SeCrEt", "SeCrEt", "127.0.0.1:8080"},
		{"a code of Slack's page", "/slack/oauth?code=123.SeCrEt", "SeCrEt", "/slack/oauth"},
		{"what it is told", "the key is correct-horse-battery and no more", "correct-horse-battery", "no more"},
		{"the same in an address", "key=correct%2Fhorse&x", "correct%2Fhorse", "&x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log, book := safeBook(time.Now, "correct-horse-battery", "correct/horse")
			log.Info(tt.text)
			log.Error("failed", "err", errors.New(tt.text), "address", tt.text, slog.Group("in", "any", []string{tt.text}))
			log.With("kept", tt.text).WithGroup("g").Warn("failed", "err", fmt.Errorf("wrapped: %w", errors.New(tt.text)))
			if strings.Contains(book.String(), tt.secret) {
				t.Errorf("the log has it: %s", book)
			}
			if n := strings.Count(book.String(), "[secret]"); n != 6 || !strings.Contains(book.String(), tt.stays) {
				t.Errorf("taken out %d times, want 6, and the rest kept: %s", n, book)
			}
		})
	}
}

// A secret that stands where a text is cut isn't left there in part.
func TestLogCutsNoSecret(t *testing.T) {
	const secret = "correct horse battery staple"
	for at := textMost - 40; at < textMost+600; at++ {
		log, book := safeBook(time.Now, secret)
		log.Info(strings.Repeat("x", at) + secret + " xoxb-1111111111-AbCdEfGhIjKl" + strings.Repeat("y", 4*textMost))
		if got := book.String(); strings.Contains(got, "corr") || strings.Contains(got, "xox") || len(got) > textMost+200 || !strings.Contains(got, "…") {
			t.Fatalf("beginning at byte %d, the log has of it: …%s", at, got[max(0, len(got)-80):])
		}
	}
}

// What is no secret stays as it is.
func TestLogKeepsTheRest(t *testing.T) {
	log, book := safeBook(time.Now, "", "abc")
	log.Error("delivery parked", "err", errors.New("https://slack.com/api/chat.postMessage: channel_not_found"), "n", 3, "user", "slack:T1/U2", "abc", "abc")
	for _, want := range []string{"https://slack.com/api/chat.postMessage: channel_not_found", `"n":3`, "slack:T1/U2", `"abc":"abc"`} {
		if !strings.Contains(book.String(), want) {
			t.Errorf("%q is missing: %s", want, book)
		}
	}
}

// The same error twenty thousand times is some lines and a number.
func TestLogFlood(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	log, book := safeBook(func() time.Time { return at })
	for n := range 20_000 {
		log.Error("interaction failed", "code", n, "err", fmt.Errorf("write row %d: disk full", n))
	}
	log.Error("something else", "err", errors.New("seldom"))
	if n := strings.Count(book.String(), "\n"); n != alikeMost+1 || !strings.Contains(book.String(), "something else") {
		t.Errorf("%d lines, want %d and another", n, alikeMost)
	}
	at = at.Add(alikeTime)
	log.Info("unrelated")
	log.Error("interaction failed", "err", errors.New("write row 7: disk full"))
	if !strings.Contains(book.String(), `"msg":"log lines were left out","lines":19970`) {
		t.Errorf("the number isn't told: %.300s", book)
	}
	book.Reset()
	endless := errors.New(strings.Repeat("y", 100_000))
	for n := range 5000 { // all different
		log.Warn("odd "+strings.Repeat("x", n%200)+strings.Repeat("z", n/200), "err", endless)
	}
	if book.Len() > linesMost*(textMost+3000) {
		t.Errorf("%d bytes", book.Len())
	}
	if n := strings.Count(book.String(), "\n"); n > linesMost {
		t.Errorf("%d lines, want %d at most", n, linesMost)
	}
}

// Every variable that is secret is kept out of the log.
func TestLogKnowsEverySecret(t *testing.T) {
	values := map[string]string{}
	for n, v := range Variables() {
		if v.Secret {
			values[v.Name] = fmt.Sprintf("valueofasecretvariablenumber%08d", n)
		}
	}
	values["DATABASE_URL"] = "postgres://study:valueofapassword@db/study"
	for name, beginning := range map[string]string{"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"} {
		values[name] = beginning + values[name]
	}
	c, err := LoadConfig(func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	log, book := safeBook(time.Now, c.Secrets()...)
	for name, v := range values {
		log.Error("failed", "err", errors.New(name+" is `"+v+"`"))
	}
	if strings.Contains(book.String(), "valueofa") {
		t.Errorf("the log has a secret:\n%s", book)
	}
}
