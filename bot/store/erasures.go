package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// erasuresSuffix is what the list of erasures beside a SQLite file is called.
const erasuresSuffix = ".erasures"

// erasureEntry is the line of an account that was erased. The account's own
// identifier is not in it: only who has the identifier can tell that it is meant.
func erasureEntry(account bot.UserID, now time.Time) string {
	salt := rand.Text()
	return now.UTC().Format(time.RFC3339) + " " + salt + " " + erasureHash(salt, account)
}

func erasureHash(salt string, account bot.UserID) string {
	sum := sha256.Sum256([]byte(salt + " " + string(account)))
	return hex.EncodeToString(sum[:])
}

// MissedErasures implements [group.Store]. Database and list learn from each
// other: what only the list has, this database has missed, for it is older; what
// only the database has is added to the list.
func (s *Store) MissedErasures(ctx context.Context) ([]group.Missed, error) {
	if s.erasures == "" {
		return nil, nil
	}
	listed, err := readErasures(s.erasures)
	if err != nil {
		return nil, wrap("read the list of erasures", err)
	}
	known, err := list(ctx, s.read(ctx), column[string], `SELECT entry FROM erasures ORDER BY entry`)
	if err != nil {
		return nil, wrap("read erasures", err)
	}
	missed := without(listed, known)
	if err := s.keepErasures(without(known, listed)); err != nil {
		return nil, wrap("write the list of erasures", err)
	}
	if len(missed) == 0 {
		return nil, nil
	}
	accounts, err := list(ctx, s.read(ctx), column[bot.UserID], `SELECT id FROM accounts ORDER BY id`)
	if err != nil {
		return nil, wrap("read accounts", err)
	}
	return matchErasures(missed, accounts), nil
}

// without are the entries that are not among others, each once.
func without(entries, others []string) (left []string) {
	seen := map[string]bool{}
	for _, e := range others {
		seen[e] = true
	}
	for _, e := range entries {
		if !seen[e] {
			left = append(left, e)
		}
		seen[e] = true
	}
	return left
}

// matchErasures finds the account of each entry, "" for one that is not there.
func matchErasures(entries []string, accounts []bot.UserID) []group.Missed {
	all := make([]group.Missed, 0, len(entries))
	for _, e := range entries {
		m := group.Missed{Entry: e}
		if parts := strings.Fields(e); len(parts) == 3 {
			for _, a := range accounts {
				if erasureHash(parts[1], a) == parts[2] {
					m.Account = a
				}
			}
		}
		all = append(all, m)
	}
	return all
}

// readErasures reads the list; a missing one is empty, and a line that a crash
// cut short is left out.
func readErasures(path string) (entries []string, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if parts := strings.Fields(lines.Text()); len(parts) == 3 && len(parts[2]) == 2*sha256.Size {
			entries = append(entries, strings.Join(parts, " "))
		}
	}
	return entries, lines.Err()
}

// keepErasures adds lines to the list and puts them on the disk.
func (s *Store) keepErasures(entries []string) error {
	if s.erasures == "" || len(entries) == 0 {
		return nil
	}
	s.listing.Lock()
	defer s.listing.Unlock()
	f, err := os.OpenFile(s.erasures, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open %s: %w", s.erasures, err)
	}
	// An empty line first: the one before may have been cut short.
	_, err = f.WriteString("\n" + strings.Join(entries, "\n") + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}
