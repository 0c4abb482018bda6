package exchange

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // pictures are PNG or JPEG
	_ "image/png"
	"path"
	"strings"
	"unicode/utf8"

	"studyhall/quizzes"
)

// Bounds of a picture, as the checker of banks has them.
const (
	leastSide, mostSide = 64, 2000 // pixels
	leastAlt, mostAlt   = 10, 400  // characters
	mostPictures        = 1000     // of one file: each takes a while to look at
)

// pictures reads the bytes of a picture that a text points at; ok is false for
// one that isn't in the file.
type pictures func(src string) (data []byte, ok bool)

// illustrated is the text of HTML, of which the question keeps the first picture
// that it can bear.
func (in *input) illustrated(q *question, s string, load pictures) string {
	text, lost, images := fromHTML(s)
	for _, what := range lost {
		q.lose("%s", what)
	}
	for _, i := range images {
		if why := in.keep(q, i, load); why != "" {
			q.lose("the picture %s: %s", clip(pictureName(i), 60), why)
		}
	}
	return text
}

// keep takes up a picture, or says why not.
func (in *input) keep(q *question, i shown, load pictures) (why string) {
	if q.image != nil {
		return "a question has at most one"
	}
	if n := utf8.RuneCountInString(i.alt); n < leastAlt || n > mostAlt {
		return fmt.Sprintf("it has no words of %d to %d characters for people who can't see it", leastAlt, mostAlt)
	}
	if in.pictures++; in.pictures > mostPictures {
		return fmt.Sprintf("at most %d of a file are looked at", mostPictures)
	}
	data, ok := load(i.src)
	if !ok || len(data) == 0 {
		return "it isn't in the file"
	}
	if len(data) > mostPicture {
		return "it is too large"
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "png" && format != "jpeg" {
		return "it is no PNG or JPEG"
	}
	if min(size.Width, size.Height) < leastSide || max(size.Width, size.Height) > mostSide {
		return fmt.Sprintf("it has %d × %d pixels; each side has %d to %d", size.Width, size.Height, leastSide, mostSide)
	}
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return "it is damaged"
	}
	q.image = &quizzes.Image{File: pictureFile(i.src, format, data), Alt: q.tidy(i.alt, false), Data: data}
	return ""
}

// pictureFile is a name for a picture: its own, if it may have that.
func pictureFile(src, format string, data []byte) string {
	base := path.Base(src)
	if pictureSpelling.MatchString(base) && (format == "png") == strings.HasSuffix(base, ".png") {
		return base
	}
	name := slug(strings.TrimSuffix(base, path.Ext(base)), 30)
	if strings.HasPrefix(src, "data:") || name == "" {
		name = "picture"
	}
	return name + "-" + digest(string(data)) + map[string]string{"png": ".png", "jpeg": ".jpg"}[format]
}

// apart gives pictures of the same name that aren't the same names of their own.
func (in *input) apart() {
	known := map[string][]byte{}
	for _, q := range in.questions {
		if q.image == nil {
			continue
		}
		if data, twice := known[q.image.File]; twice && !bytes.Equal(data, q.image.Data) {
			ending := path.Ext(q.image.File)
			q.image.File = slug(strings.TrimSuffix(q.image.File, ending), 30) + "-" + digest(string(q.image.Data)) + ending
		}
		known[q.image.File] = q.image.Data
	}
}
