package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/bottest"
	"studyhall/internal/app"
)

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

func TestLoadConfig(t *testing.T) {
	folder := t.TempDir()
	secret := filepath.Join(folder, "url")
	write(t, secret, "postgres://me:hunter2@db/study\r\n")
	secrets := filepath.Join(folder, "secrets")
	if err := os.Mkdir(secrets, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(secrets, "database_url"), "postgres://me:hunter2@db/folder\n")
	write(t, filepath.Join(secrets, "secret_key"), "")
	write(t, filepath.Join(secrets, "discord_token"), "\n")
	write(t, filepath.Join(secrets, "http_addr"), "not a secret")
	facts := filepath.Join(folder, "certs.yaml")
	write(t, facts, "certifications: [{id: cbet, delivery: {checked: 2027-01-01}}]\n")
	defaults := app.Config{Database: "sqlite:studyhall.db", HTTPAddr: "127.0.0.1:8080", LogFormat: app.LogAuto, Backups: app.Backups{Keep: 14},
		Slack: app.Slack{API: "https://slack.com/api/"}, Discord: app.Discord{API: "https://discord.com/api/v10"}}
	with := func(change func(*app.Config)) app.Config { c := defaults; change(&c); return c }
	for _, test := range []struct {
		name string
		env  map[string]string
		want app.Config
	}{
		{"nothing set", nil, defaults},
		{"empty counts as not set", map[string]string{"DATABASE_URL": "", "HTTP_ADDR": " ", "BANKS_DIR": "", "DATABASE_URL_FILE": ""}, defaults},
		{"postgres", map[string]string{"DATABASE_URL": "postgres://u:p@h/d"}, with(func(c *app.Config) { c.Database = "postgres://u:p@h/d" })},
		{"secret from a file", map[string]string{"DATABASE_URL_FILE": secret}, with(func(c *app.Config) { c.Database = "postgres://me:hunter2@db/study" })},
		{"folder of secrets", map[string]string{"SECRETS_DIR": secrets}, with(func(c *app.Config) { c.Database = "postgres://me:hunter2@db/folder" })},
		{"folder of systemd", map[string]string{"CREDENTIALS_DIRECTORY": secrets}, with(func(c *app.Config) { c.Database = "postgres://me:hunter2@db/folder" })},
		{"the folder named wins", map[string]string{"SECRETS_DIR": folder, "CREDENTIALS_DIRECTORY": secrets}, defaults},
		{"a variable wins over the folder", map[string]string{"SECRETS_DIR": secrets, "DATABASE_URL": "sqlite:other.db"}, with(func(c *app.Config) { c.Database = "sqlite:other.db" })},
		{"a file wins over the folder", map[string]string{"SECRETS_DIR": secrets, "DATABASE_URL_FILE": secret}, with(func(c *app.Config) { c.Database = "postgres://me:hunter2@db/study" })},
		{"every interface", map[string]string{"HTTP_ADDR": ":80"}, with(func(c *app.Config) { c.HTTPAddr = ":80" })},
		{"ipv6", map[string]string{"HTTP_ADDR": "[::1]:65535"}, with(func(c *app.Config) { c.HTTPAddr = "[::1]:65535" })},
		{"banks", map[string]string{"BANKS_DIR": folder}, with(func(c *app.Config) { c.BanksDir = folder })},
		{"certifications", map[string]string{"CERTIFICATIONS_FILE": facts}, with(func(c *app.Config) { c.Certifications = facts })},
		{"log, any case", map[string]string{"LOG_LEVEL": "Warn", "LOG_FORMAT": "JSON"}, with(func(c *app.Config) { c.LogLevel, c.LogFormat = slog.LevelWarn, app.LogJSON })},
		{"discord", map[string]string{"DISCORD_TOKEN": "a.b.c", "DISCORD_GUILD_ID": "18446744073709551615", "DISCORD_API_URL": "http://127.0.0.1:1/api",
			"DISCORD_PUBLIC_KEY": strings.Repeat("ab", 32), "PUBLIC_URL": "https://study.example.org"}, with(func(c *app.Config) {
			c.PublicURL = "https://study.example.org"
			c.Discord = app.Discord{Token: "a.b.c", Guild: "18446744073709551615", API: "http://127.0.0.1:1/api", PublicKey: strings.Repeat("ab", 32)}
		})},
		{"slack", map[string]string{"SLACK_BOT_TOKEN": "xoxb-1234567890", "SLACK_APP_TOKEN": "xapp-1234567890", "SLACK_API_URL": "http://127.0.0.1:1/api/"}, with(func(c *app.Config) {
			c.Slack = app.Slack{BotToken: "xoxb-1234567890", AppToken: "xapp-1234567890", API: "http://127.0.0.1:1/api/"}
		})},
		{"slack for many, with two keys", map[string]string{
			"SLACK_SIGNING_SECRET": strings.Repeat("ab", 16), "SLACK_CLIENT_ID": "12.34", "SLACK_CLIENT_SECRET": strings.Repeat("cd", 16),
			"SLACK_WITHOUT_HISTORY": "Again", "SECRET_KEY": strings.Repeat("n", 32) + ", " + strings.Repeat("o", 32), "PUBLIC_URL": "https://study.example.org",
		}, with(func(c *app.Config) {
			c.PublicURL, c.SecretKeys = "https://study.example.org", []app.Secret{app.Secret(strings.Repeat("n", 32)), app.Secret(strings.Repeat("o", 32))}
			c.Slack = app.Slack{API: "https://slack.com/api/", ClientID: "12.34", Again: true,
				SigningSecret: app.Secret(strings.Repeat("ab", 16)), ClientSecret: app.Secret(strings.Repeat("cd", 16))}
		})},
		{"spaces around", map[string]string{"LOG_LEVEL": " debug\t"}, with(func(c *app.Config) { c.LogLevel = slog.LevelDebug })},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := app.LoadConfig(lookup(test.env))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestLoadConfigFaults(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		write(t, path, content)
		return path
	}
	mkdir := func(path string) string {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return filepath.Dir(path)
	}
	for _, test := range []struct {
		name string
		env  map[string]string
		want []string // one a fault, in order: a part of its line
	}{
		{"database without scheme", map[string]string{"DATABASE_URL": "hunter2.db"}, []string{"DATABASE_URL: it begins neither with sqlite: nor"}},
		{"database without path", map[string]string{"DATABASE_URL": "sqlite:"}, []string{"nothing follows sqlite:"}},
		{"address without port", map[string]string{"HTTP_ADDR": "localhost"}, []string{`HTTP_ADDR: "localhost" is not HOST:PORT`}},
		{"port zero", map[string]string{"HTTP_ADDR": "localhost:0"}, []string{"not a number from 1 to 65535"}},
		{"port too high", map[string]string{"HTTP_ADDR": "localhost:65536"}, []string{"not a number from 1 to 65535"}},
		{"port by name", map[string]string{"HTTP_ADDR": "localhost:http"}, []string{"not a number from 1 to 65535"}},
		{"banks missing", map[string]string{"BANKS_DIR": filepath.Join(folder, "none")}, []string{"BANKS_DIR: stat "}},
		{"banks a file", map[string]string{"BANKS_DIR": file("bank.yaml", "x")}, []string{"bank.yaml is not a folder"}},
		{"certifications missing", map[string]string{"CERTIFICATIONS_FILE": filepath.Join(folder, "none.yaml")}, []string{"CERTIFICATIONS_FILE: stat "}},
		{"certifications a folder", map[string]string{"CERTIFICATIONS_FILE": folder}, []string{"is not an ordinary file"}},
		{"certifications broken", map[string]string{"CERTIFICATIONS_FILE": file("certs.yaml", "certifications:\n  - id: cbet\n    color: red\n    size: 1\n")},
			[]string{"certs.yaml:3: certifications[0].color: this key is not known here\n    " + filepath.Join(folder, "certs.yaml") + ":4: certifications[0].size"}},
		{"level", map[string]string{"LOG_LEVEL": "loud"}, []string{`LOG_LEVEL: there is no level "loud"`}},
		{"format", map[string]string{"LOG_FORMAT": "xml"}, []string{`LOG_FORMAT: there is no format "xml"`}},
		{"token with quotes", map[string]string{"DISCORD_TOKEN": `"hunter2"`}, []string{"DISCORD_TOKEN: it has spaces or quotes in it"}},
		{"public key too short", map[string]string{"DISCORD_PUBLIC_KEY": "abcd"}, []string{"DISCORD_PUBLIC_KEY: it is not 64 hexadecimal digits"}},
		{"guild by name", map[string]string{"DISCORD_GUILD_ID": "Biomed"}, []string{`DISCORD_GUILD_ID: "Biomed" is no identifier`}},
		{"api without scheme", map[string]string{"DISCORD_API_URL": "discord.com/api"}, []string{`DISCORD_API_URL: "discord.com/api" is no http or https address`}},
		{"public url with a query", map[string]string{"PUBLIC_URL": "https://a.example/?x"}, []string{"PUBLIC_URL: "}},
		{"slack tokens swapped", map[string]string{"SLACK_BOT_TOKEN": "xapp-hunter2hunter2", "SLACK_APP_TOKEN": "xoxb-hunter2hunter2"},
			[]string{"SLACK_BOT_TOKEN: it is an app-level token, which belongs in SLACK_APP_TOKEN", "SLACK_APP_TOKEN: it is a bot's token, which belongs in SLACK_BOT_TOKEN"}},
		{"slack secrets", map[string]string{"SLACK_SIGNING_SECRET": "xoxb-hunter2hunter2", "SLACK_CLIENT_ID": "hunter2", "SLACK_CLIENT_SECRET": "hunter2"},
			[]string{"SLACK_SIGNING_SECRET: it is a token", "SLACK_CLIENT_ID: it is not two numbers", "SLACK_CLIENT_SECRET: it is not one word"}},
		{"slack without history", map[string]string{"SLACK_WITHOUT_HISTORY": "twice"}, []string{`SLACK_WITHOUT_HISTORY: there is no "twice"`}},
		{"a short key", map[string]string{"SECRET_KEY": strings.Repeat("n", 32) + ",hunter2"}, []string{"SECRET_KEY: each key in it has at least 32 characters"}},
		{"value and file", map[string]string{"DATABASE_URL": "sqlite:hunter2", "DATABASE_URL_FILE": "hunter2"}, []string{"DATABASE_URL_FILE is set too"}},
		{"folder of secrets missing", map[string]string{"SECRETS_DIR": filepath.Join(folder, "gone")}, []string{"SECRETS_DIR: stat "}},
		{"a folder in the folder of secrets", map[string]string{"SECRETS_DIR": mkdir(filepath.Join(folder, "secrets", "discord_token"))}, []string{"DISCORD_TOKEN: read "}},
		{"file missing", map[string]string{"DATABASE_URL_FILE": filepath.Join(folder, "gone")}, []string{"DATABASE_URL_FILE: open "}},
		{"file empty", map[string]string{"DATABASE_URL_FILE": file("empty", "\n")}, []string{"empty is empty"}},
		{"file of two lines", map[string]string{"DATABASE_URL_FILE": file("two", "hunter2\nhunter2")}, []string{"the value alone"}},
		{"file not UTF-8", map[string]string{"DATABASE_URL_FILE": file("latin", "hunter2\xe9")}, []string{"as UTF-8"}},
		{"file too large", map[string]string{"DATABASE_URL_FILE": file("large", strings.Repeat("hunter2", 10_000))}, []string{"larger than 65536 bytes"}},
		{
			"all at once",
			map[string]string{"DATABASE_URL": "hunter2", "HTTP_ADDR": "x", "LOG_LEVEL": "x", "LOG_FORMAT": "x"},
			[]string{"DATABASE_URL: ", "HTTP_ADDR: ", "LOG_LEVEL: ", "LOG_FORMAT: "},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := app.LoadConfig(lookup(test.env))
			faulty, ok := errors.AsType[*app.ConfigError](err)
			if !ok {
				t.Fatalf("got %+v, %v; want a ConfigError", c, err)
			}
			if len(faulty.Faults) != len(test.want) {
				t.Fatalf("got %d faults, want %d:\n%v", len(faulty.Faults), len(test.want), err)
			}
			rest := err.Error()
			for i, want := range test.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("fault %d: got\n%v\nwant %q in it", i, err, want)
				}
				if !strings.Contains(after, faulty.Faults[i].Where) || faulty.Faults[i].Where == "" {
					t.Errorf("fault %d does not say where to get a value:\n%v", i, err)
				}
				rest = after
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret:\n%v", err)
			}
			if code := faulty.ExitCode(); code != 78 {
				t.Errorf("exit code %d, want 78", code)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range app.Variables() {
		if seen[v.Name] || v.Name != strings.ToUpper(v.Name) {
			t.Errorf("%s: used twice, or not in capitals", v.Name)
		}
		seen[v.Name] = true
		if v.Group == "" || v.Doc == "" || v.Where == "" {
			t.Errorf("%s lacks its group, its doc or where to get it", v.Name)
		}
	}
}

// TestEnvExample keeps .env.example equal to the table; -update writes it.
func TestEnvExample(t *testing.T) {
	const path = "../../.env.example"
	if bottest.Updating() {
		write(t, path, app.EnvExample())
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(app.EnvExample(), string(got)); diff != "" {
		t.Errorf("run go generate ./internal/app; table -, file +:\n%s", diff)
	}
}

func TestSecretIsNotShown(t *testing.T) {
	c := app.Config{Database: "hunter2", SecretKeys: []app.Secret{"hunter2"}, Slack: app.Slack{BotToken: "hunter2", SigningSecret: "hunter2"}}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "config", c, "secret", c.Database)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", c, "secret", c.Database)
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%s %v %+v %#v %q %s %s", c.Database, c, c, c, c.Database, encoded, logged.String())
	if strings.Contains(all, "hunter2") {
		t.Errorf("shown: %s", all)
	}
	if c.Database.Reveal() != "hunter2" {
		t.Errorf("Reveal gives %q", c.Database.Reveal())
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
