package killtest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// disk is a small one in memory, which can be full.
type disk struct {
	t   *testing.T
	dir string

	mu    sync.Mutex
	until time.Time // for which somebody may have found it full; zero: never
	full  bool
}

// size is that of the disk: the database and its log stay far below it.
const size = "size=512m"

// mount makes a disk; nil where this process may not mount one.
func mount(t *testing.T) *disk {
	t.Helper()
	if why := mountable(); why != "" {
		t.Logf("the disk is never full: %s", why)
		return nil
	}
	d := &disk{t: t, dir: t.TempDir()}
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, size); err != nil {
		t.Logf("the disk is never full: %v", err)
		return nil
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, 0); err != nil {
			t.Errorf("unmount the disk: %v", err)
		}
	})
	return d
}

// fill leaves no byte free.
func (d *disk) fill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = true
	f, err := os.Create(filepath.Join(d.dir, "filler"))
	if err != nil {
		d.t.Error(err)
		return
	}
	defer f.Close()
	for part := make([]byte, 1<<20); ; {
		if _, err := f.Write(part); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				d.t.Error(err)
			}
			return
		}
	}
}

// free removes what filled it.
func (d *disk) free() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := os.Remove(filepath.Join(d.dir, "filler")); err != nil {
		d.t.Error(err)
	}
	d.full, d.until = false, time.Now().Add(5*time.Second)
}

// wasFull reports whether the disk is full, or was just now.
func (d *disk) wasFull() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.full || time.Now().Before(d.until)
}
