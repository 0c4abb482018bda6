package exchange

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// decodeText turns bytes into text: UTF-8 with or without a mark, UTF-16, or
// what else is most likely Windows-1252, which the note then says. Line ends
// become "\n". Bytes that are no text are an [*Error].
func decodeText(data []byte) (text, note string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return "", "", refusef("The file is saved as UTF-32; save it as UTF-8.")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		if text, err = decoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data); err != nil {
			return "", "", err
		}
		return lineEnds(text), "read as UTF-16", nil
	}
	if guess, name := wide(data); guess != nil {
		if text, err = decoded(guess, data); err != nil {
			return "", "", err
		}
		return lineEnds(text), "read as " + name, nil
	}
	if n := controls(data); n > 0 && n*100 > len(data) {
		return "", "", refusef("This is no text file.")
	}
	if utf8.Valid(data) {
		return lineEnds(string(data)), "", nil
	}
	good, bad := sequences(data)
	if bad*20 <= good { // UTF-8 with a few broken places
		return lineEnds(strings.ToValidUTF8(string(data), "\uFFFD")), fmt.Sprintf("%d bytes that are no UTF-8 became the sign \uFFFD", bad), nil
	}
	if text, err = decoded(charmap.Windows1252, data); err != nil {
		return "", "", err
	}
	return lineEnds(text), "not saved as UTF-8; read as Windows-1252 (Latin-1): look at letters with accents", nil
}

var declared = regexp.MustCompile(`^[^>]{0,40}\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// xmlText is the file as text, in the encoding that it declares.
func (in *input) xmlText() (string, error) {
	if m := declared.FindSubmatch(in.data[:min(len(in.data), 200)]); m != nil && len(in.data) <= maxText && !utf8.Valid(in.data) {
		if e, err := htmlindex.Get(string(m[1])); err == nil && !strings.HasPrefix(strings.ToLower(string(m[1])), "utf") {
			text, err := decoded(e, in.data)
			return lineEnds(text), err
		}
	}
	return in.text()
}

func decoded(e encoding.Encoding, data []byte) (string, error) {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return "", refusef("The file's characters can't be read; save it as UTF-8.")
	}
	if n := controls(out); n*100 > len(out) {
		return "", refusef("This is no text file.")
	}
	return string(out), nil
}

// wide recognises UTF-16 without a mark by its zero bytes.
func wide(data []byte) (encoding.Encoding, string) {
	head := data[:min(len(data), 4096)&^1]
	even, odd := 0, 0
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch half := len(head) / 2; {
	case half < 4:
	case odd*10 > half*6 && even*20 < half:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"
	case even*10 > half*6 && odd*20 < half:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"
	}
	return nil, ""
}

// controls counts bytes that stand in no text.
func controls(data []byte) (n int) {
	for _, b := range data {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1f {
			n++
		}
	}
	return n
}

// sequences counts signs of several bytes in UTF-8, and bytes that belong to none.
func sequences(data []byte) (good, bad int) {
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		data = data[size:]
	}
	return good, bad
}

func lineEnds(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
