package app

import "golang.org/x/sys/windows"

// freeSpace is how many bytes whoever runs the program can still write where a
// folder is.
func freeSpace(folder string) (free uint64, err error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	return free, windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
}
