//go:build linux || darwin

package store

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// denied is why the program may not read and write a SQLite file, or make others
// beside it; nil if it may. The file isn't opened: closing it would drop SQLite's
// locks.
func denied(path string) error {
	const read, write, enter = 4, 2, 1
	for _, at := range []struct {
		path string
		mode uint32
	}{{filepath.Dir(path), write | enter}, {path, read | write}} {
		if err := syscall.Access(at.path, at.mode); isDenial(err) {
			return &fs.PathError{Op: "access", Path: at.path, Err: err}
		}
	}
	return nil
}
