// Package pgtest gives each test a PostgreSQL schema of its own. It uses the
// server that STUDYHALL_TEST_POSTGRES names; when that is unset and PostgreSQL's
// programs are installed, it starts one temporary server for the test process,
// which ends with it.
package pgtest

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// Server is the variable with the URL of a server, whose user may create
	// schemas, and better is a superuser: query plans are then those of large
	// tables.
	Server = "STUDYHALL_TEST_POSTGRES"
	// Require is the variable that makes a missing server a failure.
	Require = "STUDYHALL_REQUIRE_POSTGRES"
)

// errNone says that there is no server to test with.
var errNone = errors.New("no PostgreSQL: set " + Server + "=postgres://USER:PASSWORD@HOST/DATABASE, or install its server programs")

// running is the server of this test process.
type running struct {
	url   string
	stdin io.Closer // of a server of our own; it ends when this is closed, so it is kept
}

// server returns the process's server, started on first use.
var server = sync.OnceValues(func() (running, error) {
	if at := os.Getenv(Server); at != "" {
		return running{url: at}, nil
	}
	return start()
})

// URL returns the URL of a new schema, dropped when the test ends. Without a
// server it skips the test, or fails it when [Require] is 1. Its commits do not
// wait for the disk; see [Durable]. Call it outside a synctest bubble.
func URL(t testing.TB) string {
	t.Helper()
	return schema(t, "off")
}

// Durable is URL with commits that wait for the disk, for benchmarks. A server
// named by [Server] may have been told not to wait all the same.
func Durable(t testing.TB) string {
	t.Helper()
	return schema(t, "on")
}

func schema(t testing.TB, synchronous string) string {
	t.Helper()
	on, err := server()
	if errors.Is(err, errNone) && os.Getenv(Require) != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("postgres for tests: %v", err)
	}
	at := on.url
	name := "test_" + strings.ToLower(rand.Text())
	if err := run(at, `CREATE SCHEMA `+name); err != nil {
		t.Fatalf("create a schema at the server of %s: %v", Server, err)
	}
	t.Cleanup(func() {
		if err := run(at, `DROP SCHEMA `+name+` CASCADE`); err != nil {
			t.Errorf("drop schema %s: %v", name, err)
		}
	})
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("%s: not a URL", Server)
	}
	q := u.Query()
	q.Set("search_path", name)
	q.Set("synchronous_commit", synchronous)
	u.RawQuery = q.Encode()
	return u.String()
}

// run runs one statement on a connection of its own.
func run(at, statement string) error {
	config, err := pgx.ParseConfig(at)
	if err != nil {
		return err
	}
	config.RuntimeParams["client_min_messages"] = "warning"
	db := stdlib.OpenDB(*config)
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return retryFull(func() error {
		_, err := db.ExecContext(ctx, statement)
		return err
	})
}

// retryFull repeats what the server refused because many test processes share
// it and all its connections are taken.
func retryFull(fn func() error) error {
	for try := 1; ; try++ {
		err := fn()
		if err == nil || try == 50 || !strings.Contains(err.Error(), "53300") {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// script makes a cluster in a new folder, runs its server and says where, until
// standard input closes, which is when the test process has ended, however it
// ended. The server listens on a Unix socket only, so no port can clash.
const script = `
set -e
bin=$1
dir=$(mktemp -d -t studyhall-pg.XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap '' INT TERM HUP
"$bin/initdb" -D "$dir/data" -U postgres --auth=trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 ||
	{ echo "failed initdb: $(tail -n 3 "$dir/log" | tr '\n' ' ')"; exit 1; }
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses='' -c max_connections=200 \
	-c autovacuum=off -c full_page_writes=off >"$dir/log" 2>&1 </dev/null &
pid=$!
for i in $(seq 300); do
	if grep -q ready "$dir/data/postmaster.pid" 2>/dev/null; then break; fi
	kill -0 $pid 2>/dev/null || { echo "failed postgres: $(tail -n 3 "$dir/log" | tr '\n' ' ')"; exit 1; }
	sleep 0.05
done
echo "ready $dir"
cat >/dev/null
kill -QUIT $pid 2>/dev/null || true
wait $pid 2>/dev/null || true
`

// temporary is the folder for temporary files as it was before any test: the first
// one that needs a server may have changed it to one that only it may enter.
var temporary = os.TempDir()

// start starts a server of this process's own.
func start() (running, error) {
	bin := programs()
	if bin == "" {
		return running{}, errNone
	}
	args := []string{"sh", "-c", script, "sh", bin}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		runuser, err := exec.LookPath("runuser")
		if err != nil {
			return running{}, fmt.Errorf("%w (as root its server also needs runuser)", errNone)
		}
		args = append([]string{runuser, "-u", "postgres", "--"}, args...)
	}
	if setsid, err := exec.LookPath("setsid"); err == nil {
		// A signal to the test's process group must not keep it from tidying up.
		args = append([]string{setsid}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = temporary // the postgres user may not enter the folder of the test
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return running{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return running{}, err
	}
	if err := cmd.Start(); err != nil {
		return running{}, fmt.Errorf("start postgres: %w", err)
	}
	// Nobody waits for cmd: it ends after this process.
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return running{}, err
	}
	dir, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if !ok {
		return running{}, fmt.Errorf("start postgres: %q", line)
	}
	at := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode(),
	}
	return running{url: at.String(), stdin: stdin}, nil
}

// programs returns the folder with PostgreSQL's server programs, the newest
// version's, or "".
func programs() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		// Followed, because the folder of a link may lack the other programs.
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return ""
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1])
}

// DB opens a plain connection pool at a URL of this package, for tests that look
// behind the store.
func DB(t testing.TB, at string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
