package exchange

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Bounds of an archive, so that a small file can't become a huge one.
const (
	maxArchive  = 64 << 20  // bytes, packed
	maxUnpacked = 192 << 20 // bytes of all that is read, unpacked
	maxEntries  = 20_000
	maxRatio    = 250     // unpacked to packed, of what is larger than freely
	freely      = 4 << 20 // bytes
)

// An archive is a zip file that is read with care. Nothing is ever unpacked to
// the disk.
type archive struct {
	files map[string]*zip.File
	names []string // in the order of the archive
	left  int64    // bytes that may still be unpacked
}

// openArchive reads the list of an archive's files.
func openArchive(data []byte, b Bounds) (*archive, error) {
	if len(data) > maxArchive {
		return nil, refusef("The archive has %d bytes; at most %d are read.", len(data), maxArchive)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refusef("The archive is damaged or cut off.")
	}
	if len(z.File) > maxEntries {
		return nil, refusef("The archive has %d files; at most %d are read.", len(z.File), maxEntries)
	}
	a := &archive{files: map[string]*zip.File{}, left: within(b.Unpacked, maxUnpacked)}
	for _, f := range z.File {
		switch {
		case f.Mode()&fs.ModeSymlink != 0:
			return nil, refusef("The archive has a link (%s), which is refused.", clip(f.Name, 60))
		case strings.HasSuffix(f.Name, "/"):
			continue
		case !fs.ValidPath(f.Name) || strings.ContainsAny(f.Name, `\:`):
			return nil, refusef("The archive has a file that leads out of it (%s), which is refused.", clip(f.Name, 60))
		case a.files[f.Name] != nil:
			return nil, refusef("The archive has two files of the name %s, which is refused.", clip(f.Name, 60))
		}
		a.files[f.Name] = f
		a.names = append(a.names, f.Name)
	}
	return a, nil
}

// read unpacks one file of at most so many bytes.
func (a *archive) read(name string, most int64) ([]byte, error) {
	f := a.files[path.Clean(name)]
	if f == nil {
		return nil, refusef("The archive has no file %s.", clip(name, 60))
	}
	most = min(most, a.left)
	if f.UncompressedSize64 > uint64(most) {
		return nil, refusef("The archive unpacks to more than I read (%s).", clip(name, 60))
	}
	r, err := f.Open()
	if err != nil {
		return nil, refusef("The archive is packed in a way I don't know, or damaged (%s).", clip(name, 60))
	}
	defer r.Close()
	if f.UncompressedSize64 > freely && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
		return nil, refusef("The archive unpacks to more than %d times its size, which is refused (%s).", maxRatio, clip(name, 60))
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	a.left -= int64(len(data))
	switch {
	case err != nil:
		return nil, refusef("The archive is damaged or cut off (%s).", clip(name, 60))
	case int64(len(data)) > most:
		return nil, refusef("The archive unpacks to more than I read (%s).", clip(name, 60))
	}
	return data, nil
}

// has reports whether a file of a name is in the archive.
func (a *archive) has(name string) bool { return a.files[name] != nil }

// packed writes an archive. The files come in the order of names, without times,
// so that the same bank gives the same bytes.
func packed(names []string, files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
