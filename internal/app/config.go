package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"studyhall/bot/cert"
)

//go:generate go test -run ^TestEnvExample$ . -update

// Config is what the program is told by variables. The zero value is not
// usable; [LoadConfig] makes one.
type Config struct {
	Database  Secret // DATABASE_URL, as the store takes it
	Erasures  string // ERASURES_LIST; "" for the default
	HTTPAddr  string // HTTP_ADDR, host:port
	PublicURL string // PUBLIC_URL; "" for none
	// SecretKeys are those of SECRET_KEY: the first encrypts, each decrypts.
	SecretKeys []Secret
	Slack      Slack
	Discord    Discord
	BanksDir   string           // BANKS_DIR; "" for none
	Reload     <-chan os.Signal `json:"-"` // whatever comes has the banks read again; no variable
	// Certifications is CERTIFICATIONS_FILE; "" for none.
	Certifications string
	MetricsToken   Secret     // METRICS_TOKEN; "" for none
	Backups        Backups    // BACKUP_DIR, BACKUP_KEEP, BACKUP_RECIPIENTS
	LogLevel       slog.Level // LOG_LEVEL
	LogFormat      LogFormat  // LOG_FORMAT
	Terminal       io.Writer  // where somebody reads along, which no variable says; nil: nobody
}

// LogFormat is how log lines are written.
type LogFormat string

// The formats.
const (
	LogAuto LogFormat = "auto" // text on a terminal, JSON elsewhere
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// A Variable is one row of the configuration: everything that reading,
// faults and .env.example say about it comes from here.
type Variable struct {
	Group   string // heading in .env.example
	Name    string
	Default string // "" for none
	Secret  bool   // never shown; may stand in a file that Name_FILE names
	Doc     string // what it does
	Where   string // where to get a value, or what one looks like

	set func(c *Config, value string) error
}

// Variables are all variables that the program reads, in the order of .env.example.
func Variables() []Variable {
	return slices.Concat(storageVariables(), backupVariables(), slackVariables(), discordVariables(), otherVariables())
}

func storageVariables() []Variable {
	return []Variable{
		{
			Group: "Storage", Name: "DATABASE_URL", Default: "sqlite:studyhall.db", Secret: true,
			Doc:   "Where everything is kept: one file, or a PostgreSQL server.",
			Where: "Either sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE from whoever runs the server.",
			set:   func(c *Config, v string) error { c.Database = Secret(v); return checkDatabase(v) },
		}, {
			Group: "Storage", Name: "ERASURES_LIST",
			Doc:   "A file that lists who was erased, hashed, so that a restored backup brings nobody back; see docs/privacy.md.",
			Where: "A path that restoring a backup leaves alone; without it, PATH.erasures beside a SQLite file, none for PostgreSQL.",
			set:   func(c *Config, v string) error { c.Erasures = v; return nil },
		}, {
			Group: "Storage", Name: secretsDir,
			Doc:   "A folder with secrets, each in a file named like its variable in small letters, such as discord_token. What is missing or empty there counts as not set.",
			Where: "Any folder that only the program may read; without it, the one in which systemd puts a service's credentials.",
			set:   func(_ *Config, v string) error { return checkFolder(v) },
		}, {
			Group: "Web", Name: "HTTP_ADDR", Default: "127.0.0.1:8080",
			Doc:   "The address that the web server listens on and that healthcheck asks.",
			Where: "As HOST:PORT; 127.0.0.1:8080 answers this machine only, 0.0.0.0:8080 every machine that can reach it.",
			set:   func(c *Config, v string) error { c.HTTPAddr = v; return checkAddress(v) },
		}, {
			Group: "Web", Name: "PUBLIC_URL",
			Doc:   "The address at which the web server is reached from outside: by platforms that send what people do over HTTP, and by calendar programs; see docs/papers.md.",
			Where: "Such as https://study.example.org, if something there passes requests on to HTTP_ADDR.",
			set:   func(c *Config, v string) error { c.PublicURL = v; return checkURL(v) },
		}, {
			Group: "Web", Name: "SECRET_KEY", Secret: true,
			Doc:   "Encrypts the tokens of other people's workspaces before they are stored; only needed with SLACK_CLIENT_ID.",
			Where: "At least 32 random characters, such as `openssl rand -hex 32` prints. To change it, put the new one in front: NEW,OLD.",
			set:   func(c *Config, v string) (err error) { c.SecretKeys, err = parseSecretKeys(v); return err },
		}, {
			Group: "Web", Name: "METRICS_TOKEN", Secret: true,
			Doc:   "Lets Prometheus read /metrics from another machine; without it only this one may. See docs/monitoring.md.",
			Where: "At least 16 random characters, such as `openssl rand -hex 32` prints; Prometheus shows it as a bearer token.",
			set:   func(c *Config, v string) error { c.MetricsToken = Secret(v); return checkMetricsToken(v) },
		},
	}
}

func otherVariables() []Variable {
	return []Variable{
		{
			Group: "Questions", Name: "BANKS_DIR",
			Doc:   "A folder with question banks of your own, beside those that come with the program.",
			Where: "Any folder with .yaml files; `studyhall quizzes lint FOLDER` checks them.",
			set:   func(c *Config, v string) error { c.BanksDir = v; return checkFolder(v) },
		}, {
			Group: "Questions", Name: "CERTIFICATIONS_FILE",
			Doc:   "A file that corrects or adds facts about certifications, such as fees and deadlines; see docs/certifications.md.",
			Where: "A .yaml file; either all of it is used or none. `studyhall certs show ID` prints what comes of it.",
			set:   func(c *Config, v string) error { c.Certifications = v; return checkCertifications(v) },
		}, {
			Group: "Log", Name: "LOG_LEVEL", Default: "info",
			Doc:   "The least important lines that are logged.",
			Where: "One of debug, info, warn, error.",
			set:   func(c *Config, v string) (err error) { c.LogLevel, err = parseLevel(v); return err },
		}, {
			Group: "Log", Name: "LOG_FORMAT", Default: string(LogAuto),
			Doc:   "How log lines are written.",
			Where: "One of auto (text on a terminal, JSON elsewhere), text, json.",
			set:   func(c *Config, v string) (err error) { c.LogFormat, err = parseFormat(v); return err },
		},
	}
}

// LoadConfig reads every variable through lookup, which is [os.LookupEnv] or
// like it. A variable that is empty counts as not set. The error is a
// [*ConfigError] with every fault there is.
func LoadConfig(lookup func(name string) (string, bool)) (Config, error) {
	var c Config
	var faults []Fault
	for _, v := range Variables() {
		value, err := v.read(lookup)
		if err == nil && value != "" {
			err = v.set(&c, value)
		}
		if err != nil {
			faults = append(faults, Fault{Variable: v.Name, What: err.Error(), Where: v.Where})
		}
	}
	if len(faults) > 0 {
		return Config{}, &ConfigError{Faults: faults}
	}
	return c, nil
}

// read is the variable's value: its own, else that of its file, else the default.
func (v Variable) read(lookup func(string) (string, bool)) (string, error) {
	value, _ := lookup(v.Name)
	value = strings.TrimSpace(value)
	file := ""
	if v.Secret {
		file, _ = lookup(v.Name + "_FILE")
	}
	switch {
	case file == "" && value == "":
		return v.fallback(lookup)
	case file == "":
		return value, nil
	case value != "":
		return "", fmt.Errorf("%s_FILE is set too; keep one of them", v.Name)
	}
	value, err := readSecret(file)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", v.Name, err)
	}
	return value, nil
}

const (
	secretsDir     = "SECRETS_DIR"
	credentialsDir = "CREDENTIALS_DIRECTORY" // systemd names it so
)

// fallback is the value of a variable that is not set: a secret's from the
// folder of secrets, if it is there, else the default.
func (v Variable) fallback(lookup func(string) (string, bool)) (string, error) {
	folder, _ := lookup(secretsDir)
	if folder = strings.TrimSpace(folder); folder == "" {
		folder, _ = lookup(credentialsDir)
	}
	if !v.Secret || folder == "" {
		return v.Default, nil
	}
	value, err := readSecret(filepath.Join(folder, strings.ToLower(v.Name)))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errEmpty) { // a service's unit names those that nobody made, too
		return v.Default, nil
	}
	return value, err
}

// maxSecret is more than any secret has, in bytes.
const maxSecret = 64 << 10

// errEmpty is the fault of a file that should hold a value.
var errEmpty = errors.New("empty")

// readSecret reads a file that holds one value. Errors name the file, never
// what is in it.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(data))
	switch {
	case len(data) > maxSecret:
		return "", fmt.Errorf("%s is larger than %d bytes; it should hold the value alone", path, maxSecret)
	case value == "":
		return "", fmt.Errorf("%s is %w", path, errEmpty)
	case !utf8.ValidString(value) || strings.ContainsAny(value, "\r\n"):
		return "", fmt.Errorf("%s should hold the value alone, on one line, as UTF-8", path)
	}
	return value, nil
}

// checkDatabase checks the beginning; the store says what else is wrong. The
// value may hold a password and stays out of the error.
func checkDatabase(v string) error {
	for _, scheme := range []string{"sqlite:", "postgres://", "postgresql://"} {
		if rest, ok := strings.CutPrefix(v, scheme); ok {
			if rest == "" {
				return fmt.Errorf("nothing follows %s", scheme)
			}
			return nil
		}
	}
	return errors.New("it begins neither with sqlite: nor with postgres://")
}

// checkMetricsToken refuses one that could be guessed.
func checkMetricsToken(v string) error {
	if len(v) < 16 || strings.ContainsAny(v, " \t") {
		return errors.New("it has fewer than 16 characters, or has spaces")
	}
	return nil
}

func checkAddress(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", v)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("the port in %q is not a number from 1 to 65535", v)
	}
	return nil
}

func checkFolder(v string) error {
	info, err := os.Stat(v)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", v)
	}
	return nil
}

// checkCertifications says of every line what is wrong with it.
func checkCertifications(v string) error {
	_, err := cert.LoadFile(v)
	if fault, ok := errors.AsType[*cert.OverrideError](err); ok {
		return errors.New(strings.ReplaceAll(fault.Error(), "\n", "\n    "))
	}
	return err
}

func parseLevel(v string) (slog.Level, error) {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(v, l.String()) {
			return l, nil
		}
	}
	return 0, fmt.Errorf("there is no level %q", v)
}

func parseFormat(v string) (LogFormat, error) {
	for _, f := range []LogFormat{LogAuto, LogText, LogJSON} {
		if strings.EqualFold(v, string(f)) {
			return f, nil
		}
	}
	return "", fmt.Errorf("there is no format %q", v)
}

// A Fault is one thing wrong with the configuration.
type Fault struct {
	Variable string
	What     string // what is wrong, without secrets
	Where    string // where to get a value, or what one looks like
}

// ConfigError is everything that is wrong with the configuration.
type ConfigError struct{ Faults []Fault }

// Error is a bulleted list, one fault a bullet.
func (e *ConfigError) Error() string {
	var b strings.Builder
	b.WriteString("the configuration can't be used:")
	for _, f := range e.Faults {
		fmt.Fprintf(&b, "\n  - %s: %s", f.Variable, f.What)
		if f.Where != "" {
			fmt.Fprintf(&b, "\n    %s", f.Where)
		}
	}
	b.WriteString("\n.env.example describes every variable.")
	return b.String()
}

// ExitCode is 78, EX_CONFIG of sysexits.h: service managers can be told not to
// restart the program, for it would fail again.
func (e *ConfigError) ExitCode() int { return 78 }

// EnvExample is the content of .env.example.
func EnvExample() string {
	var b strings.Builder
	b.WriteString(`# Studyhall reads these variables from its environment and from a file named
# .env in the folder it is started in; the environment wins. Every one is
# optional, and an empty one counts as not set: the lines below show the defaults.
#
# "studyhall setup slack" and "studyhall setup discord" print the steps for each,
# and "studyhall doctor" says whether what is set works.
#
# Put a value that has $, # or spaces in it between 'single quotes'.
# Written by "go generate ./internal/app" from internal/app/config.go.
`)
	group := ""
	for _, v := range Variables() {
		if v.Group != group {
			group = v.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n# %s\n# %s\n", v.Doc, v.Where)
		if v.Secret {
			fmt.Fprintf(&b, "# Secret: %s_FILE=PATH reads it from a file instead.\n", v.Name)
		}
		fmt.Fprintf(&b, "#%s=%s\n", v.Name, v.Default)
	}
	return b.String()
}

// Secret is text that logs, messages and JSON show as "[secret]".
type Secret string

const redacted = "[secret]"

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// String is "[secret]", or "" when there is nothing to hide.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps the text out of %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// LogValue keeps the text out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the text out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
