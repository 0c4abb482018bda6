package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot/bottest"
	"studyhall/bot/store/storetest/pgtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"studyhall": main})
}

// TestScripts runs the program as people call it, one script a verb.
func TestScripts(t *testing.T) {
	health := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/healthz":
				w.WriteHeader(status)
				io.WriteString(w, body)
			case "/readyz":
				w.WriteHeader(status)
				io.WriteString(w, `{"ready":false,"checks":[{"name":"database","ok":false}]}`)
			default:
				http.NotFound(w, r)
			}
		}))
		t.Cleanup(server.Close)
		return strings.TrimPrefix(server.URL, "http://")
	}
	well, ill := health(http.StatusOK, "ok"), health(http.StatusServiceUnavailable, "the disk is full\n")
	platform := discordtest.New(t, discordtest.Options{TCP: true})
	workspace := slacktest.New(t, slacktest.Options{TCP: true})
	biomed := workspace.Workspace("Biomed")
	var granted []string
	for _, s := range slack.Scopes() {
		if s.Name != "pins:write" {
			granted = append(granted, s.Name)
		}
	}
	biomed.Grant(granted...)
	faults, err := filepath.Abs("../../quizzes/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       bottest.Updating(),
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"answers": answers,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("WELL", well)
			env.Setenv("ILL", ill)
			env.Setenv("QUIZZES", faults)
			env.Setenv("FAKE_URL", platform.URL())
			env.Setenv("FAKE_TOKEN", platform.Token())
			env.Setenv("FAKE_APP", platform.Application())
			env.Setenv("FAKE_KEY", platform.PublicKey())
			env.Setenv("SLACK_FAKE", workspace.URL())
			env.Setenv("SLACK_FAKE_BOT", biomed.Token())
			env.Setenv("SLACK_FAKE_APP", workspace.AppToken())
			free, err := freeAddr()
			env.Setenv("FREE", free)
			return err
		},
	})
}

// TestEngineScripts runs what needs both engines.
func TestEngineScripts(t *testing.T) {
	one, two := pgtest.URL(t), pgtest.URL(t)
	mine, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/engines",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "answers": answers},
		Setup: func(env *testscript.Env) error {
			env.Setenv("POSTGRES", one)
			env.Setenv("POSTGRES2", two)
			env.Setenv("RECIPIENT", mine.Recipient().String())
			free, err := freeAddr()
			env.Setenv("FREE", free)
			return errors.Join(err, os.WriteFile(filepath.Join(env.WorkDir, "key.txt"), []byte("# mine\n"+mine.String()+"\n"), 0o600),
				os.WriteFile(filepath.Join(env.WorkDir, "other.txt"), []byte(other.String()+"\n"), 0o600))
		},
	})
}

// exits runs the program and checks its exit code: "exits 2 demo -port 1".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGUMENTS")
	}
	code := "0"
	if err := ts.Exec("studyhall", args[1:]...); err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("studyhall %q ends with %s, want %s", args[1:], code, args[0])
	}
}

func TestNormalise(t *testing.T) {
	parser, err := kong.New(&verbs{}, kong.Vars{"formats": formatWords()}, kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&program{}))
	if err != nil {
		t.Fatal(err)
	}
	known := flagsOf(parser.Model.Node)
	for _, test := range []struct {
		name string
		args string // separated by "|"
		want string
	}{
		{"nothing", "", ""},
		{"verb alone", "version", "version"},
		{"one dash", "quizzes|list|-json", "quizzes|list|--json"},
		{"two dashes", "quizzes|list|--json", "quizzes|list|--json"},
		{"short flag", "demo|-h", "demo|-h"},
		{"help", "-help", "--help"},
		{"value joined", "demo|-db|x", "demo|--db=x"},
		{"value with equals sign", "demo|-db=x", "demo|--db=x"},
		{"value that is empty", "demo|-db||-no-open", "demo|--db=|--no-open"},
		{"value assigned as nothing", "demo|-db=|-no-open", "demo|--db=|--no-open"},
		{"value has an equals sign", "demo|--db|a=b", "demo|--db=a=b"},
		{"value begins with a dash", "demo|-db|-odd.db", "demo|--db=-odd.db"},
		{"value begins with two dashes", "demo|-db|--odd.db", "demo|--db=--odd.db"},
		{"value is one dash", "demo|-db|-", "demo|--db=-"},
		{"value is a negative number", "schedule|preview|-count|-3", "schedule|preview|--count=-3"},
		{"value is a cron expression", "schedule|preview|-cron|*/5 * * * *", "schedule|preview|--cron=*/5 * * * *"},
		{"flag without a value before a verb's word", "certs|-json|show|cbet", "certs|--json|show|cbet"},
		{"negative number", "backup|-3", "backup|-3"},
		{"one dash alone", "backup|-", "backup|-"},
		{"after two dashes alone", "backup|--|-json", "backup|--|-json"},
		{"two dashes twice", "backup|--|--|-db", "backup|--|--|-db"},
		{"unknown flag", "demo|-jsom", "demo|--jsom"},
		{"unknown flag with a value", "demo|-port=8080", "demo|--port=8080"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var args []string
			if test.args != "" {
				args = strings.Split(test.args, "|")
			}
			got, err := normalise(args, known)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
	for _, args := range []string{"demo|-db", "demo|-db|-no-open", "demo|--db|--no-open", "demo|-db|--|x", "demo|-addr|-db=x"} {
		if got, err := normalise(strings.Split(args, "|"), known); err == nil {
			t.Errorf("normalise(%s) = %q, want an error: a value is missing", args, got)
		}
	}
}

// TestFlagsAgree keeps normalise right: a name must mean the same in every verb.
func TestFlagsAgree(t *testing.T) {
	parser, err := kong.New(&verbs{}, kong.Vars{"formats": formatWords()})
	if err != nil {
		t.Fatal(err)
	}
	all := flagsOf(parser.Model.Node)
	var walk func(node *kong.Node)
	walk = func(node *kong.Node) {
		for _, f := range node.Flags {
			if f.IsBool() != all[f.Name] {
				t.Errorf("%s: -%s takes a value in one verb and none in another", node.FullPath(), f.Name)
			}
			if f.Help == "" {
				t.Errorf("%s: -%s has no help", node.FullPath(), f.Name)
			}
		}
		for _, child := range node.Children {
			if child.Help == "" {
				t.Errorf("%s has no help", child.FullPath())
			}
			walk(child)
		}
	}
	walk(parser.Model.Node)
}

func TestReachable(t *testing.T) {
	for _, test := range []struct{ name, addr, want string }{
		{"loopback", "127.0.0.1:8080", "127.0.0.1:8080"},
		{"name", "bot.internal:80", "bot.internal:80"},
		{"every interface", ":8080", "127.0.0.1:8080"},
		{"every IPv4 interface", "0.0.0.0:8080", "127.0.0.1:8080"},
		{"every IPv6 interface", "[::]:8080", "[::1]:8080"},
		{"one IPv6 interface", "[2001:db8::1]:8080", "[2001:db8::1]:8080"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := reachable(test.addr); got != test.want {
				t.Errorf("reachable(%q) = %q, want %q", test.addr, got, test.want)
			}
		})
	}
}

func TestReadDotenv(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          map[string]string
		fault         string
	}{
		{"empty", "", map[string]string{}, ""},
		{"values", "A=1\n# note\nexport B='x $y # z'\r\n", map[string]string{"A": "1", "B": "x $y # z"}, ""},
		{"mark at the beginning", "\xef\xbb\xbfA=1\n", map[string]string{"A": "1"}, ""},
		{"no equals sign", "A=1\nhunter2 hunter2\nB=2\n", nil, ".env: line 2 can't be read"},
		{"quote left open", "A=1\nB=2\nC='hunter2\nD=4\n", nil, ".env: line 3 can't be read"},
		{"first line", "hunter2 'x\n", nil, ".env: line 1 can't be read"},
		{"UTF-16", "\xff\xfeA\x00=\x00", nil, "it is not UTF-8"},
		{"large", strings.Repeat("# hunter2\n", 10_000), nil, "larger than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(dotenv, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readDotenv(dotenv)
			switch {
			case test.fault == "" && err != nil:
				t.Fatal(err)
			case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
				t.Fatalf("got %v, %v; want an error with %q", got, err, test.fault)
			case err != nil && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("the error quotes the file: %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if got, err := readDotenv(filepath.Join(t.TempDir(), dotenv)); err != nil || len(got) > 0 {
			t.Errorf("got %v, %v; want nothing", got, err)
		}
	})
}

// started is how long the program may take to answer.
const started = 2 * time.Minute

// answers waits until something answers HTTP at an address: "answers HOST:PORT".
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: answers HOST:PORT")
	}
	deadline := time.Now().Add(started)
	for {
		response, err := http.Get("http://" + args[0] + "/")
		if err == nil {
			response.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("nothing answers after %s: %v", started, err)
		}
		time.Sleep(20 * time.Millisecond) // another process: there is nothing to wait on
	}
}

// freeAddr is a loopback address that nobody listened on a moment ago.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
