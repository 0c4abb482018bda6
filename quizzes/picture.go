package quizzes

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures are PNG or JPEG
	_ "image/png"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Image is the picture of an [Item], with the words that say the same.
type Image struct {
	Hash string `json:"hash"` // of its bytes, spelled as an item version's id is
	Type string `json:"type"` // png or jpeg
	Alt  string `json:"alt"`  // for people who don't see it; never the answer
	File string `json:"-"`    // its name beside the bank's file; "" from a snapshot
	Data []byte `json:"-"`    // its bytes; nil from a snapshot
}

// What a picture may have. Every platform shows these: Discord takes attachments
// of 10 MiB, and wider pictures are made smaller on every screen anyway.
const (
	maxPicture = 1_000_000 // bytes
	leastSide  = 64        // pixels
	mostSide   = 2000      // pixels
	leastAlt   = 10        // characters; the most is the schema's
)

// hashOf names bytes by what they are: the first 20 characters of their SHA-256
// in lower-case base32.
func hashOf(data []byte) string {
	return spell(sha256.Sum256(data))
}

// spell writes the first 100 bits of a hash in lower-case base32.
func spell(sum [sha256.Size]byte) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:20]
}

// checkPicture reads the picture of a question and holds it and its words to the
// rules.
func (d *document) checkPicture(at []string, item Item) {
	file, alt := with(at, "file"), with(at, "alt")
	d.checkText(alt, item.Image.Alt, false)
	if n := utf8.RuneCountInString(item.Image.Alt); n > 0 && n < leastAlt && !d.faulty(alt) {
		d.fault(alt, fmt.Sprintf("has %d characters; at least %d are needed", n, leastAlt), hint(alt))
	}
	if word, tells := givesAway(item); tells && !d.faulty(alt) {
		d.fault(alt, "gives the answer away ("+quote(word)+")", "say what the picture shows, and leave its meaning to the reader")
	}
	if item.Image.File == "" || d.faulty(file) {
		return
	}
	data, err := d.picture(item.Image.File)
	if err != nil {
		d.fault(file, quote(item.Image.File)+" cannot be used: "+err.Error(), hint(file))
		return
	}
	item.Image.set(data)
	if len(data) > maxPicture {
		d.fault(file, fmt.Sprintf("%s has more than %d kB", quote(item.Image.File), maxPicture/1000), "make the picture smaller; drawings are smallest as PNG")
		return
	}
	d.checkPixels(file, item.Image)
}

// checkPixels decodes a picture whole, for one that is cut off half-way has a
// sound beginning. Its size is looked at first: a small file may hold a huge one.
func (d *document) checkPixels(at []string, i *Image) {
	size, format, err := image.DecodeConfig(bytes.NewReader(i.Data))
	if err != nil {
		d.fault(at, quote(i.File)+" is no PNG or JPEG picture", hint(at))
		return
	}
	if wide, high := size.Width, size.Height; min(wide, high) < leastSide || max(wide, high) > mostSide {
		d.fault(at, fmt.Sprintf("%s has %d × %d pixels; each side must have %d to %d", quote(i.File), wide, high, leastSide, mostSide), "draw it larger or smaller")
		return
	}
	if i.Type != format {
		d.fault(at, fmt.Sprintf("%s holds a picture of the type %s", quote(i.File), format), "rename the file, or save it as what its name says")
		return
	}
	decoded, _, err := image.Decode(bytes.NewReader(i.Data))
	if err != nil {
		d.fault(at, quote(i.File)+" is damaged: "+err.Error(), "save the picture again")
		return
	}
	if o, ok := decoded.(interface{ Opaque() bool }); ok && !o.Opaque() {
		d.warn(at, quote(i.File)+" has transparent parts", "give it a white background: dark lines vanish where the chat is dark")
	}
}

// trustPictures reads the pictures of a bank whose checks were made before.
func (d *document) trustPictures() error {
	for _, item := range d.bank.Items {
		if item.Image == nil {
			continue
		}
		data, err := d.picture(item.Image.File)
		if err != nil {
			return fmt.Errorf("%s:%d: picture %q: %w", d.bank.File, item.Line, item.Image.File, err)
		}
		item.Image.set(data)
	}
	return nil
}

// picture reads a file beside the bank's.
func (d *document) picture(name string) ([]byte, error) {
	if d.folder == nil {
		return nil, errors.New("the folder of the bank is not at hand")
	}
	data, err := readFile(d.folder, name, maxPicture)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file beside the bank")
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New("the program may not read it")
	}
	return data, err
}

func (i *Image) set(data []byte) {
	i.Data, i.Hash, i.Type = data, hashOf(data), "png"
	if !strings.HasSuffix(i.File, ".png") {
		i.Type = "jpeg"
	}
}

// givesAway finds the whole text of a right answer in the words of a picture.
// Where every option stands in them, as the labels of its parts may, none is
// given away.
func givesAway(item Item) (string, bool) {
	said := func(text string) bool { return containsWords(item.Image.Alt, text) }
	if item.Typed() {
		for _, text := range slices.Concat(item.Answer, item.Accept) {
			if said(text) {
				return text, true
			}
		}
		return "", false
	}
	if item.Type == TrueFalse || !slices.ContainsFunc(item.Options, func(o Option) bool { return !said(o.Text) }) {
		return "", false
	}
	for _, id := range item.Answer {
		if o, ok := item.Option(id); ok && said(o.Text) {
			return o.Text, true
		}
	}
	return "", false
}

// containsWords reports whether a text holds another as whole words, whatever
// the capitals and spaces.
func containsWords(text, part string) bool {
	simple := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	text, part = simple(text), simple(part)
	if part == "" {
		return false
	}
	for from := 0; ; {
		n := strings.Index(text[from:], part)
		if n < 0 {
			return false
		}
		start, end := from+n, from+n+len(part)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !wordRune(before) && !wordRune(after) {
			return true
		}
		_, first := utf8.DecodeRuneInString(text[start:])
		from = start + first
	}
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
