package store

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"
)

// BackupNote says when the program last backed itself up, and whether the newest
// try failed. All copies of the program share it.
type BackupNote struct {
	At       time.Time // real time of the newest one; zero: never
	File     string
	FailedAt time.Time // real time of a failure since then; zero: none
	Fault    string
}

// backupKey is where on the shelf the note stands.
const backupKey = "backup"

// NoteBackup notes what came of a backup.
func (s *Store) NoteBackup(ctx context.Context, n BackupNote) error {
	text, err := json.Marshal(n)
	if err != nil {
		return wrap("note the backup", err)
	}
	return s.Put(ctx, ownSpace, backupKey, text, 0)
}

// LastBackup is what was noted last.
func (s *Store) LastBackup(ctx context.Context) (n BackupNote, err error) {
	text, ok, err := s.Get(ctx, ownSpace, backupKey)
	if err != nil || !ok {
		return n, err
	}
	return n, wrap("read about the last backup", json.Unmarshal(text, &n))
}

// Sound reads the whole database at url without changing it; see
// [Store.CheckIntegrity].
func Sound(ctx context.Context, log *slog.Logger, url string) (err error) {
	s, err := Peek(ctx, log, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.CheckIntegrity(ctx)
}
