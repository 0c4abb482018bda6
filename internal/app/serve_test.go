package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// patience is how long a test of a whole program waits for what takes a moment
// where nothing else runs.
const patience = 2 * time.Minute

// freeAddress is one that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// served runs serve with variables that point at a Discord, until the test ends
// or stop is called; wait waits for it to end by itself.
func served(t testing.TB, server *discordtest.Server, more map[string]string) (wait, stop func() error) {
	t.Helper()
	env := map[string]string{
		"DISCORD_TOKEN": server.Token(), "DISCORD_API_URL": server.URL(), "HTTP_ADDR": freeAddress(t),
		"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "study.db"),
	}
	for name, v := range more {
		env[name] = v
	}
	return servedWith(t, env)
}

// servedWith runs serve with variables alone.
func servedWith(t testing.TB, env map[string]string) (wait, stop func() error) {
	t.Helper()
	c, err := LoadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, c, slog.New(slog.DiscardHandler), "test") }()
	wait = sync.OnceValue(func() error { return <-ended })
	stop = func() error {
		cancel()
		return wait()
	}
	t.Cleanup(func() { stop() })
	return wait, stop
}

// TestServeOnDiscord starts the program as its user does, with a token and
// nothing else, or with what HTTP mode takes, and asks for a group on a Discord
// that listens on loopback. The person has no right to manage anything.
func TestServeOnDiscord(t *testing.T) {
	for _, test := range []struct {
		name     string
		overHTTP bool
	}{{"gateway", false}, {"http", true}} {
		t.Run(test.name, func(t *testing.T) {
			o, env := discordtest.Options{TCP: true, Patience: patience}, map[string]string{"HTTP_ADDR": freeAddress(t)}
			if test.overHTTP {
				o.Interactions = "http://" + env["HTTP_ADDR"] + "/discord/interactions"
			}
			server := discordtest.New(t, o)
			if test.overHTTP {
				env["DISCORD_PUBLIC_KEY"], env["PUBLIC_URL"] = server.PublicKey(), "http://"+env["HTTP_ADDR"]
			}
			biomed := server.Guild("Biomed")
			study, maria := biomed.Channel("cbet-study"), server.Person("Maria G.")
			biomed.Join(maria)
			_, stop := served(t, server, env)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			ready := func() bool { return server.Connected() && len(server.Commands(nil)) > 0 }
			if test.overHTTP {
				ready = func() bool { return server.Ping() == nil && len(server.Commands(nil)) > 0 }
			}
			if err := server.Await(ctx, ready); err != nil {
				t.Fatal(err)
			}
			i, err := maria.Command(study, "group", nil)
			if err == nil {
				err = i.Wait(ctx)
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := i.Reply(); !m.Ephemeral || !strings.Contains(m.Text(), "No group here yet") {
				t.Errorf("/group shows %q", m.Text())
			}
			answer, err := http.Get("http://" + env["HTTP_ADDR"] + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("health: %s", answer.Status)
			}
			if err := stop(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if c := server.Counts(); test.overHTTP && c.Connections > 0 {
				t.Error("the gateway was opened")
			}
			if r := server.Refusals(); len(r) > 0 {
				t.Errorf("Discord refused %v", r)
			}
			if n := server.Notices(); len(n) > 0 {
				t.Errorf("Discord puts up with %v", n)
			}
		})
	}
}

// TestServeWithoutLuck has Discord refuse what serve was given.
func TestServeWithoutLuck(t *testing.T) {
	for _, test := range []struct {
		name, want string
		env        map[string]string
		gateway    discordtest.GatewayFault
	}{
		{"wrong token", "DISCORD_TOKEN", map[string]string{"DISCORD_TOKEN": "wrong.token.x"}, discordtest.GatewayFault{}},
		{"token refused by the gateway", "DISCORD_TOKEN", nil, discordtest.Refuse(4004)},
		{"intents refused", "gateway code 4014", nil, discordtest.Refuse(4014)},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := discordtest.New(t, discordtest.Options{TCP: true})
			server.Guild("Biomed")
			server.Gateway(1, test.gateway)
			wait, _ := served(t, server, test.env)
			err := wait()
			var coded interface{ ExitCode() int }
			if !errors.As(err, &coded) || coded.ExitCode() != 78 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want exit code 78 and %q", err, test.want)
			}
		})
	}
}
