package adapterkit

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"studyhall/bot"
)

// ErrLarge is a file of more bytes than somebody may send.
var ErrLarge = errors.New("the file is larger than it may be")

// FileBound is how many bytes the file of a field may have: as many as the field
// says, and never more than any file.
func FileBound(most int) int {
	if most <= 0 || most > bot.LimitFile {
		return bot.LimitFile
	}
	return most
}

// BoundOf reads what [BoundWord] wrote; anything else is the bound of any file.
func BoundOf(word string) int {
	most, err := strconv.Atoi(word)
	if err != nil {
		most = 0
	}
	return FileBound(most)
}

// BoundWord is how a field's bound stands in what a platform gives back with the
// form; "" for none of its own, and for what is no file.
func BoundWord(f bot.Field) string {
	if f.Kind != bot.FileField || f.Max <= 0 {
		return ""
	}
	return strconv.Itoa(FileBound(f.Max))
}

// ReadFile reads a file of at most so many bytes, whatever size somebody named: it
// fails with [ErrLarge] as soon as there are more.
func ReadFile(r io.Reader, most int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > most:
		return nil, ErrLarge
	}
	return data, nil
}

// Megabytes is a bound in words, rounded down: "8 MB", "1.5 MB".
func Megabytes(n int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n/100_000)/10, 'f', 1, 64), ".0") + " MB"
}
