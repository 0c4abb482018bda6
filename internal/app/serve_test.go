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

// served runs serve with variables that point at a Discord, until the test ends
// or stop is called; wait waits for it to end by itself.
func served(t *testing.T, server *discordtest.Server, more map[string]string) (address string, wait, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	env := map[string]string{
		"DISCORD_TOKEN": server.Token(), "DISCORD_API_URL": server.URL(), "HTTP_ADDR": address,
		"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "study.db"),
	}
	for name, v := range more {
		env[name] = v
	}
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
	return address, wait, stop
}

// TestServeOnDiscord starts the program as its user does, with a token and
// nothing else, and sets up a group on a Discord that listens on loopback.
func TestServeOnDiscord(t *testing.T) {
	server := discordtest.New(t, discordtest.Options{TCP: true})
	biomed := server.Guild("Biomed")
	study, maria := biomed.Channel("cbet-study"), server.Person("Maria G.")
	biomed.Join(maria)
	biomed.Grant(maria, discordtest.ManageGuild)
	address, _, stop := served(t, server, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := server.Await(ctx, server.Connected); err != nil {
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
	answer, err := http.Get("http://" + address + "/healthz")
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
	if r := server.Refusals(); len(r) > 0 {
		t.Errorf("Discord refused %v", r)
	}
	if n := server.Notices(); len(n) > 0 {
		t.Errorf("Discord puts up with %v", n)
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
			_, wait, _ := served(t, server, test.env)
			err := wait()
			var coded interface{ ExitCode() int }
			if !errors.As(err, &coded) || coded.ExitCode() != 78 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want exit code 78 and %q", err, test.want)
			}
		})
	}
}
