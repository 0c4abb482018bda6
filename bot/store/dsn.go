package store

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
)

// engine says which database a [Store] talks to.
type engine string

const (
	engineSQLite   engine = "sqlite"
	enginePostgres engine = "postgres"
)

const accepted = "accepted are sqlite:PATH (for example sqlite:studyhall.db) and postgres://USER:PASSWORD@HOST/DATABASE"

// errUnreadable is what is said of a URL that begins as PostgreSQL's do.
var errUnreadable = errors.New("the database URL can't be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full, " +
	"without spaces, and with : / ? # @ % in a password written %3A %2F %3F %23 %40 %25")

// target is a parsed database URL.
type target struct {
	engine engine
	path   string          // absolute, SQLite only
	config *pgx.ConnConfig // PostgreSQL only
}

// parseURL reads a database URL. Errors name what is accepted and never repeat
// a password.
func parseURL(raw string) (target, error) {
	if path, ok := strings.CutPrefix(raw, "sqlite:"); ok {
		return parsePath(path)
	}
	if strings.HasPrefix(raw, "postgres://") || strings.HasPrefix(raw, "postgresql://") {
		config, err := pgx.ParseConfig(raw)
		if err != nil {
			return target{}, errUnreadable // and not err, which repeats the URL: of a broken one nobody can say where the password is
		}
		if _, ok := config.RuntimeParams["application_name"]; !ok {
			config.RuntimeParams["application_name"] = "studyhall"
		}
		return target{engine: enginePostgres, config: config}, nil
	}
	if raw == "" {
		return target{}, fmt.Errorf("the database URL is empty: %s", accepted)
	}
	return target{}, fmt.Errorf("the database URL begins with neither sqlite: nor postgres://: %s", accepted) // without its words: a password may be among them
}

// parsePath reads what follows "sqlite:". It is a path as typed, with nothing
// escaped, so a '?' or '#' belongs to the file's name.
func parsePath(path string) (target, error) {
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		if !strings.HasPrefix(rest, "/") {
			return target{}, fmt.Errorf("sqlite:%s names a host; leave the // out: %s", path, accepted)
		}
		path = rest
	}
	switch {
	case path == "":
		return target{}, fmt.Errorf("sqlite: needs a path: %s", accepted)
	case path == ":memory:" || strings.HasPrefix(path, "file:"):
		return target{}, fmt.Errorf("sqlite:%s is not a file: %s", path, accepted)
	case strings.ContainsRune(path, 0):
		return target{}, fmt.Errorf("the path after sqlite: has a NUL character: %s", accepted)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return target{}, fmt.Errorf("resolve %s: %w", path, err)
	}
	return target{engine: engineSQLite, path: abs}, nil
}

// sqliteURI returns the driver's name for a file. It is always a file: URI,
// because the driver cuts a plain path at its first '?' and ignores mode.
func sqliteURI(path string, params url.Values) string {
	path = filepath.ToSlash(path)
	if runtime.GOOS == "windows" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: params.Encode()}
	return u.String()
}

// busyMillis is how long a SQLite connection waits for another process.
const busyMillis = "10000"

// writerParams are the settings of the one connection that writes. FULL and not
// NORMAL: in WAL mode NORMAL loses acknowledged transactions at a power cut.
func writerParams(unsafe bool) url.Values {
	synchronous := "FULL"
	if unsafe {
		synchronous = "OFF"
	}
	return url.Values{
		"_txlock":   {"immediate"}, // a deferred transaction that turns to writing fails at once when another writes
		"_dqs":      {"0"},         // "x" is a name, as on PostgreSQL, never a text
		"_error_rc": {"1"},
		"_pragma": {
			"busy_timeout(" + busyMillis + ")",
			"journal_mode(WAL)",
			"synchronous(" + synchronous + ")",
			"foreign_keys(1)",
			"wal_autocheckpoint(4000)", // pages, 16 MB: at the default of 1,000 a rush copied the same pages 20 times a second
			"journal_size_limit(67108864)",
			"temp_store(MEMORY)", // what a job may have to undo is kept in memory; nothing durable is in it
		},
	}
}

// readerParams are the settings of the connections that only read.
func readerParams() url.Values {
	return url.Values{
		"_dqs":      {"0"},
		"_error_rc": {"1"},
		"_pragma": {
			"busy_timeout(" + busyMillis + ")",
			"foreign_keys(1)",
			"query_only(1)",
		},
	}
}

// plainParams are the settings of a connection that looks at a file, or copies
// it, without changing how the file is kept.
func plainParams() url.Values {
	return url.Values{
		"mode":      {"rw"}, // never creates the file
		"_error_rc": {"1"},
		"_pragma":   {"busy_timeout(" + busyMillis + ")"},
	}
}
