package exchange

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Files are the banks as files, by name: one bank each, and the pictures beside.
func (r Result) Files() map[string][]byte {
	files := map[string][]byte{}
	for _, b := range r.Banks {
		files[b.ID+".yaml"] = b.Data
		for name, data := range b.Files {
			files[name] = data
		}
	}
	return files
}

// All is the exported file with the pictures beside it, by name.
func (e Exported) All() map[string][]byte {
	files := map[string][]byte{e.Name: e.Data}
	for name, data := range e.Files {
		files[name] = data
	}
	return files
}

// Write puts files into a folder, which it makes if there is none: a single one
// directly, several into a folder of their own that has the given name. They
// appear whole and all at once, and nothing that is there already is touched:
// that is an [*Error]. It returns the path of what it made.
func Write(dir, name string, files map[string][]byte) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder: %w", err)
	}
	if len(files) == 1 {
		for only, data := range files {
			target := filepath.Join(dir, only)
			return target, writeOne(dir, target, data)
		}
	}
	target := filepath.Join(dir, name)
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		return "", there(target)
	}
	// The loader of banks passes names over that begin with a dot.
	made, err := os.MkdirTemp(dir, ".studyhall-")
	if err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(made) // nothing is there once it has its name
	for file, data := range files {
		if err := save(filepath.Join(made, file), data); err != nil {
			return "", err
		}
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Rename(made, target); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return "", there(target)
		}
		return "", fmt.Errorf("name the folder: %w", err)
	}
	return target, nil
}

// WriteFile puts one file at a path where there is none yet; the rest is as in
// [Write].
func WriteFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	return writeOne(dir, path, data)
}

func there(path string) error {
	return refusef("%s is there already and stays as it is. Choose another name, or move it away.", path)
}

// writeOne gives a file its name when it is whole. A link is made rather than a
// renaming, because it can't replace what is there.
func writeOne(dir, target string, data []byte) error {
	if _, err := os.Lstat(target); err == nil {
		return there(target)
	}
	made, err := os.MkdirTemp(dir, ".studyhall-")
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	defer os.RemoveAll(made)
	file := filepath.Join(made, "file")
	if err := save(file, data); err != nil {
		return err
	}
	switch err := os.Link(file, target); {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return there(target)
	}
	// Some file systems have no links.
	if _, err := os.Lstat(target); err == nil {
		return there(target)
	}
	if err := os.Rename(file, target); err != nil {
		return fmt.Errorf("name the file: %w", err)
	}
	return nil
}

func save(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}
