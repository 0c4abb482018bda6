//go:build linux || darwin

package app

import "syscall"

// freeSpace is how many bytes whoever runs the program can still write where a
// folder is.
func freeSpace(folder string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
