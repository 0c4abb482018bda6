package app

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/web"
)

// startServe runs serve with a log and, unless it is nil, a terminal.
func startServe(t *testing.T, env map[string]string, log io.Writer, terminal io.Writer) (stop func()) {
	t.Helper()
	c, err := LoadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	c.Terminal = terminal
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, c, slog.New(slog.NewJSONHandler(log, nil)), "v9.9.9") }()
	over := false
	stop = func() {
		if cancel(); over {
			return
		}
		over = true
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// awaitStatus asks until it is answered, and by whom it waits for.
func awaitStatus(t *testing.T, url string, want int) string {
	t.Helper()
	last := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if last = answer.Status + ": " + string(body); err == nil && answer.StatusCode == want {
			return string(body)
		}
	}
	t.Fatalf("%s never answers %d, but %s", url, want, last)
	return ""
}

// TestFirstStart starts the program as a volunteer does, on a terminal and under
// a service manager, and again once there is a group.
func TestFirstStart(t *testing.T) {
	server := discordtest.New(t, discordtest.Options{TCP: true, Patience: patience})
	biomed := server.Guild("Biomed")
	study, maria := biomed.Channel("cbet-study"), server.Person("Maria G.")
	biomed.Join(maria)
	biomed.Grant(maria, discordtest.ManageGuild|discordtest.ViewChannel|discordtest.UseCommands|discordtest.SendMessages)
	file := filepath.Join(t.TempDir(), "study.db")
	env := map[string]string{"DISCORD_TOKEN": server.Token(), "DISCORD_API_URL": server.URL(), "DATABASE_URL": "sqlite:" + file, "HTTP_ADDR": freeAddress(t)}
	ready := "http://" + env["HTTP_ADDR"] + "/readyz"

	var log, terminal logbook
	stop := startServe(t, env, &log, &terminal)
	awaitStatus(t, ready, http.StatusOK)
	for _, want := range []string{
		"Studyhall v9.9.9 runs, and there is no group yet.\n", "Connected to   discord\n", "Database       " + file + "\n",
		"On Discord: invite the bot with https://discord.com/oauth2/authorize?client_id=" + server.Application() + "&", "type /group in the channel",
		"studyhall doctor",
	} {
		if !strings.Contains(terminal.String(), want) {
			t.Errorf("%q is missing:\n%s", want, &terminal)
		}
	}
	stop()
	var service logbook
	stop = startServe(t, env, &service, nil)
	awaitStatus(t, ready, http.StatusOK)
	for line := range strings.Lines(service.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("what a program reads has the line %q", line)
		}
	}
	if !strings.Contains(service.String(), "there is no group yet") || !strings.Contains(service.String(), `"next_post":"none is planned"`) {
		t.Errorf("the log has no first step:\n%s", &service)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := server.Await(ctx, server.Connected); err != nil {
		t.Fatal(err)
	}
	setUp(ctx, t, maria, study)
	stop()

	var later, quiet logbook
	stop = startServe(t, env, &later, &quiet)
	awaitStatus(t, ready, http.StatusOK)
	if quiet.String() != "" || strings.Contains(later.String(), "no group yet") ||
		!regexp.MustCompile(`"groups":1,"next_post":"2[0-9-]+T[0-9:]+Z, in [0-9]+ (h|min|days?)`).MatchString(later.String()) {
		t.Errorf("a later start says:\n%s%s", &quiet, &later)
	}
	stop()
	for _, said := range []*logbook{&log, &terminal, &service, &later} {
		if strings.Contains(said.String(), server.Token()) || bytes.Contains([]byte(said.String()), []byte(strings.Split(server.Token(), ".")[2])) {
			t.Errorf("the token was told:\n%s", said)
		}
	}
}

// TestStartingIsTold asks while somebody else has the right to migrate, and when
// that is over.
func TestStartingIsTold(t *testing.T) {
	server := discordtest.New(t, discordtest.Options{TCP: true, Patience: patience})
	file := filepath.Join(t.TempDir(), "study.db")
	env := map[string]string{"DISCORD_TOKEN": server.Token(), "DISCORD_API_URL": server.URL(), "DATABASE_URL": "sqlite:" + file, "HTTP_ADDR": freeAddress(t)}
	at := "http://" + env["HTTP_ADDR"]
	db, err := sql.Open("sqlite", "file:"+file+"-migrate?mode=rwc")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), `BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	startServe(t, env, io.Discard, nil)
	if body := awaitStatus(t, at+"/healthz", http.StatusOK); body != "ok\n" {
		t.Errorf("/healthz says %q", body)
	}
	var r web.Readiness
	if body := awaitStatus(t, at+"/readyz", http.StatusServiceUnavailable); json.Unmarshal([]byte(body), &r) != nil || r.Ready ||
		len(r.Checks) != 1 || r.Checks[0].State != "starting" {
		t.Errorf("/readyz says %s", body)
	}
	if body := awaitStatus(t, at+"/discord/interactions", http.StatusServiceUnavailable); !strings.Contains(body, "Nothing was changed") {
		t.Errorf("a platform is told %q", body)
	}
	if _, err := db.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, at+"/readyz", http.StatusOK)
}
