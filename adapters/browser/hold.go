package browser

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrHeld is what [Hold] fails with while another program holds the chat.
var ErrHeld = errors.New("another demo is using it")

// Hold keeps a chat to this program until release is called, or until the program
// ends in whichever way: two programs that moved one chat's time on by a clock of
// their own would leave it in a past that already has posts. It locks an empty
// file beside the chat, so that the chat itself can be read meanwhile.
func Hold(ctx context.Context, path string) (release func(), err error) {
	db, err := sql.Open("sqlite", fileName(path+".lock")+"?_pragma=busy_timeout(0)&_pragma=journal_mode(OFF)")
	if err != nil {
		return nil, fmt.Errorf("hold %s: %w", path, err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err == nil {
		return func() {
			conn.Close() //nolint:errcheck // nothing was written
			db.Close()   //nolint:errcheck // as above
		}, nil
	}
	db.Close() //nolint:errcheck // the error is told already
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return nil, ErrHeld
	}
	return nil, fmt.Errorf("hold %s: %w", path, err)
}

// fileName is a path as the engine takes it: a question mark, hash or percent sign
// would end the name early.
func fileName(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}
