package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"studyhall/bot/group"
	"studyhall/bot/store"
)

const (
	// plainPrefix begins the names of folders that hold a backup while it is being
	// encrypted.
	plainPrefix = ".studyhall-plain-"
	// plainOld is the age of one that a killed program has left.
	plainOld = 24 * time.Hour

	ageMark   = "age-encryption.org/v1"
	armorMark = "-----BEGIN AGE ENCRYPTED FILE-----"
)

// ErrEncrypted is returned for a backup that is encrypted where there is no
// identity to read it with.
var ErrEncrypted = errors.New("the backup is encrypted")

// ParseRecipients reads public keys of age, separated by commas or white space.
func ParseRecipients(text string) ([]age.Recipient, error) {
	var all []age.Recipient
	for n, key := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		one, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil || len(one) != 1 {
			return nil, fmt.Errorf("key %d is no public key of age, which begins with age1", n+1)
		}
		all = append(all, one...)
	}
	return all, nil
}

// Backup writes everything in a database to a new file, encrypted if there are
// recipients, and says what is in it. See [store.Store.Backup].
func Backup(ctx context.Context, s *store.Store, path string, to []age.Recipient) (store.Contents, error) {
	if len(to) == 0 {
		return s.Backup(ctx, path)
	}
	if _, err := os.Lstat(path); err == nil {
		return store.Contents{}, fmt.Errorf("back up to %s: %w", path, fs.ErrExist)
	}
	// Beside the database, where the same can be read anyway; never on the disk
	// or the share that the backup goes to.
	beside := s.Folder()
	sweepPlain(beside)
	dir, err := os.MkdirTemp(beside, plainPrefix)
	if err != nil {
		return store.Contents{}, fmt.Errorf("back up to %s: %w", path, err)
	}
	defer os.RemoveAll(dir)
	plain := filepath.Join(dir, "backup.db")
	c, err := s.Backup(ctx, plain)
	if err != nil {
		return c, err
	}
	if c.Bytes, err = encrypt(ctx, plain, path, to); err != nil {
		return c, fmt.Errorf("encrypt to %s: %w", path, err)
	}
	return c, nil
}

// sweepPlain removes what killed programs have left of backups that were to be
// encrypted.
func sweepPlain(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && entry.IsDir() && strings.HasPrefix(entry.Name(), plainPrefix) && time.Since(info.ModTime()) > plainOld {
			os.RemoveAll(filepath.Join(dir, entry.Name()))
		}
	}
}

// encrypt writes a file to a new one, which appears under its name when it is
// whole and on the disk, and gives its size.
func encrypt(ctx context.Context, from, to string, recipients []age.Recipient) (size int64, err error) {
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close() // it was only read
	out, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	err = func() error {
		w, err := age.Encrypt(out, recipients...)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, stoppable{ctx, in}); err != nil {
			return err
		}
		return w.Close()
	}()
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return 0, err
	}
	info, err := os.Stat(part)
	if err != nil {
		return 0, err
	}
	if _, err := os.Lstat(to); err == nil {
		return 0, fs.ErrExist
	}
	return info.Size(), os.Rename(part, to)
}

// stoppable reads until ctx ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on unless ctx has ended.
func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// ReadIdentities reads a file of age's private keys, one a line.
func ReadIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	all, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds no private key of age, which begins with AGE-SECRET-KEY-", path) // the reason may quote the key
	}
	return all, nil
}

// readBackup writes a backup as it was before it was encrypted.
func readBackup(ctx context.Context, path string, identities []age.Identity, w io.Writer) error {
	if _, err := os.Lstat(path + "-wal"); err == nil {
		return fmt.Errorf("%s has %s-wal beside it: it is a database in use, or one that was not closed, and no backup; back it up first, with its path in DATABASE_URL: studyhall backup NEWFILE", path, filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	buffered := bufio.NewReader(stoppable{ctx, f})
	start, err := buffered.Peek(len(armorMark))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var from io.Reader = buffered
	armored := bytes.HasPrefix(start, []byte(armorMark))
	if armored {
		from = armor.NewReader(buffered)
	}
	if armored || bytes.HasPrefix(start, []byte(ageMark)) {
		if len(identities) == 0 {
			return ErrEncrypted
		}
		if from, err = age.Decrypt(from, identities...); err != nil {
			if wrong := (&age.NoIdentityMatchError{}); errors.As(err, &wrong) {
				return fmt.Errorf("%s was encrypted for another key than those of the identity file", path)
			}
			return fmt.Errorf("decrypt %s: %w", path, err)
		}
	}
	if _, err := io.Copy(w, from); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// Restore restores a backup into the configured database. See [store.Restore].
// replayed is how many entries of the list of erasures the backup had missed.
func Restore(ctx context.Context, c Config, log *slog.Logger, version, path string, identities []age.Identity) (r store.Restored, replayed int, err error) {
	r, err = store.Restore(ctx, log, store.Restoring{
		URL:     c.Database.Reveal(),
		Read:    func(w io.Writer) error { return readBackup(ctx, path, identities, w) },
		Options: store.Options{ProgramVersion: version, Erasures: c.Erasures},
		Replay: func(ctx context.Context, s *store.Store) (err error) {
			replayed, err = group.ReplayErasures(ctx, s, s.Records(), time.Now())
			return err
		},
	})
	return r, replayed, err
}
