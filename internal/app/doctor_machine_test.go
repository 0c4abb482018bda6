package app

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestDoctorLooksAtTheDisk has more and less room.
func TestDoctorLooksAtTheDisk(t *testing.T) {
	folder, backups := t.TempDir(), t.TempDir()
	env := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(folder, "new.db"), "BACKUP_DIR": backups}
	for _, test := range []struct {
		name              string
		database, backups uint64
		want              string // of the database's disk
		state, other      bot.FindingState
		code              int
	}{
		{"room", 20 << 30, 5 << 30, "20 GB are free.", bot.FindingOK, bot.FindingOK, 0},
		{"hardly any", 99 << 20, 5 << 30, "99 MB are free: nothing can be saved soon.", bot.FindingBroken, bot.FindingOK, 1},
		{"none for backups", 9 << 30, 0, "9216 MB are free.", bot.FindingOK, bot.FindingBroken, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := doctor(t, env, CheckUp{Offline: true, Free: func(path string) (uint64, error) {
				if path == folder {
					return test.database, nil
				}
				return test.backups, nil
			}})
			f, other := r.find(t, "Disk"), r.find(t, "Disk for backups")
			if f.How != test.want || f.State != test.state || other.State != test.other || r.ExitCode() != test.code {
				t.Errorf("got %v and %v, exit code %d", f, other, r.ExitCode())
			}
		})
	}
	r := doctor(t, env, CheckUp{Offline: true}) // this machine's own
	if f := r.find(t, "Disk"); !strings.Contains(f.How, " are free") {
		t.Errorf("got %v", f)
	}
}

// TestDoctorLooksAtTheWay has everything go wrong that can between here and a
// platform. Each fault is told with what to do, and nothing secret.
func TestDoctorLooksAtTheWay(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	believed := x509.NewCertPool()
	believed.AddCert(secure.Certificate())
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	closed := "http://" + freeAddress(t)
	known := func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil }
	by := func(address string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) { return url.Parse(address) }
	}
	none := func(*http.Request) (*url.URL, error) { return nil, nil }
	for _, test := range []struct {
		name  string
		api   string
		o     CheckUp
		state bot.FindingState
		how   string
		fix   string
	}{
		{"all is well", secure.URL, CheckUp{Roots: believed, Proxy: none}, bot.FindingOK, "It can be reached, directly.", ""},
		{"no address", secure.URL, CheckUp{Proxy: none, Resolve: func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }},
			bot.FindingBroken, "Its name has no address here", "DNS"},
		{"nobody listens", closed, CheckUp{Proxy: none, Resolve: known}, bot.FindingBroken, "connection refused", "HTTPS_PROXY"},
		{"a strange authority", secure.URL, CheckUp{Proxy: none}, bot.FindingBroken, "Its certificate is not to be believed", "authority"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), CheckUp{Proxy: none}, bot.FindingBroken, "TLS fails", "firewall"},
		{"a proxy", secure.URL, CheckUp{Proxy: by("http://maria:hunter22@" + strings.TrimPrefix(plain.URL, "http://"))}, bot.FindingOK, "It is reached by the proxy " + plain.URL + ".", ""},
		{"a proxy that is away", secure.URL, CheckUp{Proxy: by("http://maria:hunter22@" + strings.TrimPrefix(closed, "http://"))},
			bot.FindingBroken, "the proxy " + closed + ", which can't be connected to: connection refused", "HTTPS_PROXY"},
		{"no proxy's address", secure.URL, CheckUp{Proxy: by("http://maria:hunter22@[")}, bot.FindingBroken, "can't be read as an address", "http://proxy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "new.db"), "DISCORD_API_URL": test.api + "/api",
				"DISCORD_TOKEN": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc"}
			f := doctor(t, env, test.o).find(t, "Way to 127.0.0.1")
			if f.State != test.state || !strings.Contains(f.How, test.how) || !strings.Contains(f.Fix, test.fix) || (f.Fix == "") != (test.fix == "") {
				t.Errorf("got %v", f)
			}
			if strings.Contains(f.How+f.Fix, "hunter22") {
				t.Errorf("a password is told: %v", f)
			}
		})
	}
}

// TestDoctorWaitsNotForEver looks at a platform that takes connections and says
// nothing, and at one that doesn't even take them.
func TestDoctorWaitsNotForEver(t *testing.T) {
	for _, test := range []struct {
		name string
		dial func(ctx context.Context, network, address string) (net.Conn, error)
	}{
		{"silent", func(context.Context, string, string) (net.Conn, error) { here, _ := net.Pipe(); return here, nil }},
		{"lost", func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				o := CheckUp{Dial: test.dial, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
				f := o.reach(withLimit(t), place{"discord.com:443", true, bot.FindingBroken})
				if took := time.Since(begun); took > reachTime || f.State != bot.FindingBroken || !strings.Contains(f.How, "no answer in 5s") {
					t.Errorf("after %s: %v", took, f)
				}
			})
		})
	}
}

// withLimit is the time that a way is looked at.
func withLimit(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), reachTime)
	t.Cleanup(cancel)
	return ctx
}

// TestPlaces has the platforms that are set up looked at, and no others.
func TestPlaces(t *testing.T) {
	server := discordtest.New(t, discordtest.Options{})
	for _, test := range []struct {
		name string
		c    Config
		want string
	}{
		{"none", Config{}, ""},
		{"discord", Config{Discord: Discord{Token: Secret(server.Token())}}, "discord.com:443 gateway.discord.gg:443"},
		{"discord over http", Config{Discord: Discord{Token: Secret(server.Token()), PublicKey: "aa"}}, "discord.com:443"},
		{"slack", Config{Slack: Slack{BotToken: "x", AppToken: "y"}}, "slack.com:443 wss-primary.slack.com:443"},
		{"slack elsewhere", Config{Slack: Slack{BotToken: "x", AppToken: "y", API: "http://127.0.0.1:8/api/"}}, "127.0.0.1:8"},
	} {
		var hosts []string
		for _, p := range places(test.c) {
			hosts = append(hosts, p.host)
		}
		if got := strings.Join(hosts, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
