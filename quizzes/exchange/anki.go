package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"studyhall/quizzes"
)

// Names in a package of Anki's. The newest is read; in new packages the oldest
// holds one card that asks for an update.
const (
	ankiNewest = "collection.anki21b"
	ankiNew    = "collection.anki21"
	ankiOld    = "collection.anki2"
)

// readAnki reads a package of cards, old or new, or a collection by itself.
func readAnki(in *input) error {
	ctx, cancel := context.WithTimeout(in.ctx, collectionTime)
	defer cancel()
	deck := &ankiDeck{in: in}
	data := in.data
	if bytes.HasPrefix(data, []byte("PK")) {
		var err error
		if data, err = deck.unpack(); err != nil {
			return err
		}
	} else if len(data) > maxArchive {
		return refusef("The file has %d bytes; at most %d are read.", len(data), maxArchive)
	}
	c, err := openCollection(ctx, data)
	if err != nil {
		return refusef("The cards can't be read: this is no collection of Anki's, or it is damaged.")
	}
	defer c.Close()
	if err = deck.kinds(ctx, c); err == nil {
		err = deck.notes(ctx, c)
	}
	if _, ours := errors.AsType[*Error](err); err != nil && !ours && in.ctx.Err() == nil {
		return refusef("The cards can't be read: the collection is damaged, or keeps us busy for too long.")
	}
	return err
}

// An ankiDeck is a package on its way in.
type ankiDeck struct {
	in      *input
	archive *archive
	media   map[string]string // name of a picture: name in the archive
	packed  bool              // files of the archive are packed once more
	types   map[int64]ankiType
}

// An ankiType is what a kind of note has.
type ankiType struct {
	fields []string
	cloze  bool
}

// unpack finds the collection and the list of pictures.
func (d *ankiDeck) unpack() (data []byte, err error) {
	if d.archive, err = openArchive(d.in.data, d.in.options.Bounds); err != nil {
		return nil, err
	}
	for _, name := range []string{ankiNewest, ankiNew, ankiOld} {
		if !d.archive.has(name) {
			continue
		}
		if data, err = d.archive.read(name, maxUnpacked); err == nil && name == ankiNewest {
			d.packed = true
			data, err = d.archive.unzstd(data)
		}
		if err != nil {
			return nil, err
		}
		d.listMedia()
		return data, nil
	}
	return nil, refusef("There is no collection of Anki's in this archive.")
}

const maxZstd int64 = 128 << 20 // bytes, unpacked

// unzstd unpacks what is packed once more in an archive, of which no more is
// unpacked than it may be all in all.
func (a *archive) unzstd(data []byte) ([]byte, error) {
	most := min(maxZstd, a.left)
	z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxMemory(uint64(max(most, 1))), zstd.WithDecoderMaxWindow(uint64(max(min(64<<20, most), zstd.MinWindowSize))))
	if err != nil {
		return nil, refusef("The collection is damaged or cut off.")
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, most+1))
	a.left -= int64(len(out))
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, refusef("The collection unpacks to more than I read.")
	case err != nil:
		return nil, refusef("The collection is damaged or cut off.")
	case int64(len(out)) > most, len(out) > freely && len(out)/maxRatio > len(data):
		return nil, refusef("The collection unpacks to more than I read.")
	}
	return out, nil
}

// listMedia reads which picture is which file. Without the list there are none.
func (d *ankiDeck) listMedia() {
	d.media = map[string]string{}
	if !d.archive.has("media") {
		return
	}
	data, err := d.archive.read("media", 8<<20)
	if err != nil {
		return
	}
	var names map[string]string
	if json.Unmarshal(data, &names) == nil {
		for file, name := range names {
			d.media[name] = file
		}
		return
	}
	if data, err = d.archive.unzstd(data); err != nil {
		return
	}
	for n := 0; len(data) > 0; n++ { // entries, each with its name as field 1
		entry, rest, ok := protoField(data, 1)
		if !ok {
			return
		}
		if name, _, ok := protoField(entry, 1); ok {
			d.media[string(name)] = strconv.Itoa(n)
		}
		data = rest
	}
}

// protoField reads a field of bytes at the beginning of a protocol buffer.
func protoField(data []byte, number byte) (value, rest []byte, ok bool) {
	if len(data) < 2 || data[0] != number<<3|2 {
		return nil, nil, false
	}
	size, n := 0, 1
	for shift := 0; ; shift += 7 {
		if n >= len(data) || shift > 28 {
			return nil, nil, false
		}
		b := data[n]
		n++
		size |= int(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if size > len(data)-n {
		return nil, nil, false
	}
	return data[n : n+size], data[n+size:], true
}

// load reads a picture of the package.
func (d *ankiDeck) load(src string) ([]byte, bool) {
	if strings.HasPrefix(src, "data:") {
		return inline(src)
	}
	if plain, err := url.PathUnescape(src); err == nil && d.media[src] == "" {
		src = plain
	}
	if d.archive == nil || d.media[src] == "" {
		return nil, false
	}
	data, err := d.archive.read(d.media[src], mostPicture)
	if err == nil && d.packed {
		data, err = d.archive.unzstd(data)
	}
	return data, err == nil
}

// kinds reads the kinds of notes, from the new tables or the old column.
func (d *ankiDeck) kinds(ctx context.Context, c collection) error {
	d.types = map[int64]ankiType{}
	rows, err := c.QueryContext(ctx, "SELECT f.ntid, f.name, t.config FROM fields f JOIN notetypes t ON t.id = f.ntid ORDER BY f.ntid, f.ord LIMIT 20000")
	if err != nil {
		return d.oldKinds(ctx, c)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		var config []byte
		if err := rows.Scan(&id, &name, &config); err != nil {
			return err
		}
		t := d.types[id]
		t.fields = append(t.fields, name)
		t.cloze = bytes.HasPrefix(config, []byte{0x08, 0x01}) // field 1, the kind, is 1
		d.types[id] = t
	}
	if len(d.types) == 0 {
		return errors.Join(rows.Err(), d.oldKinds(ctx, c))
	}
	return rows.Err()
}

func (d *ankiDeck) oldKinds(ctx context.Context, c collection) error {
	var text string
	if err := c.QueryRowContext(ctx, "SELECT models FROM col").Scan(&text); err != nil {
		return err
	}
	var models map[string]struct {
		Type   int `json:"type"`
		Fields []struct {
			Name string `json:"name"`
			Ord  int    `json:"ord"`
		} `json:"flds"`
	}
	if err := json.Unmarshal([]byte(text), &models); err != nil {
		return err
	}
	for id, m := range models {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			continue
		}
		t := ankiType{cloze: m.Type == 1}
		slices.SortStableFunc(m.Fields, func(a, b struct {
			Name string `json:"name"`
			Ord  int    `json:"ord"`
		}) int {
			return a.Ord - b.Ord
		})
		for _, f := range m.Fields {
			t.fields = append(t.fields, f.Name)
		}
		d.types[n] = t
	}
	return nil
}

// notes makes questions of the notes.
func (d *ankiDeck) notes(ctx context.Context, c collection) error {
	rows, err := c.QueryContext(ctx, "SELECT guid, mid, tags, flds FROM notes ORDER BY id LIMIT "+strconv.Itoa(maxQuestions+1))
	if err != nil {
		return err
	}
	defer rows.Close()
	tagged := false
	for n := 1; rows.Next(); n++ {
		var guid, tags, text string
		var kind int64
		if err := rows.Scan(&guid, &kind, &tags, &text); err != nil {
			return err
		}
		tagged = tagged || strings.TrimSpace(tags) != ""
		for _, q := range d.note(d.types[kind], guid, strings.Split(strings.ToValidUTF8(text, "\uFFFD"), "\x1f")) {
			q.place = place("card", n)
			if err := d.in.add(q); err != nil {
				return err
			}
		}
	}
	if tagged {
		d.in.note("tags are not kept")
	}
	return rows.Err()
}

// note makes the questions of one note: of a text with gaps, one for each.
func (d *ankiDeck) note(t ankiType, guid string, fields []string) []*question {
	return cardQuestions(d.in, t, guid, fields, d.load)
}

func cardQuestions(in *input, t ankiType, guid string, fields []string, load pictures) []*question {
	for n := range fields {
		if len(fields[n]) > 4<<20 {
			q := &question{name: guid}
			q.refuse("it has %d bytes of text", len(fields[n]))
			return []*question{q}
		}
	}
	if t.cloze || strings.Contains(fields[0], "{{c1::") {
		return gaps(in, guid, fields, load)
	}
	columns, ok := newTable(t.fields)
	if !ok || !slices.Contains(columns.columns, "answer") {
		columns = table{columns: []string{"stem", "answer"}}
	}
	ours := columns.own
	columns.own, columns.html, columns.load = false, true, load
	silent := 0
	for n := range fields {
		clean, found := sounds(fields[n])
		fields[n], silent = clean, silent+found
	}
	q := columns.question(fields, in)
	if silent > 0 {
		q.lose("sounds")
	}
	if q.name == "" && q.id == "" {
		q.name = guid
	}
	if ours {
		q.setID(q.name, true)
	}
	return []*question{q}
}

var (
	soundMark = regexp.MustCompile(`\[sound:[^\]]*\]`)
	gapMark   = regexp.MustCompile(`(?s)\{\{c(\d{1,3})::(.*?)(?:::(.*?))?\}\}`)
)

func sounds(s string) (clean string, found int) {
	if !strings.Contains(s, "[sound:") {
		return s, 0
	}
	return soundMark.ReplaceAllString(s, ""), len(soundMark.FindAllStringIndex(s, -1))
}

// gaps makes a question for each number of gaps in a text.
func gaps(in *input, guid string, fields []string, load pictures) (all []*question) {
	text, silent := sounds(fields[0])
	answers := map[string][]string{}
	var order []string
	for _, m := range gapMark.FindAllStringSubmatch(text, 200) {
		if answers[m[1]] == nil {
			order = append(order, m[1])
		}
		answers[m[1]] = append(answers[m[1]], m[2])
	}
	if len(order) == 0 {
		q := &question{name: guid, stem: in.illustrated(&question{}, text, load)}
		q.refuse("it is a text with gaps, and has none")
		return []*question{q}
	}
	for _, n := range order[:min(len(order), 20)] {
		q := &question{name: guid + "-" + n, kind: quizzes.Short}
		open := gapMark.ReplaceAllStringFunc(text, func(s string) string {
			m := gapMark.FindStringSubmatch(s)
			switch {
			case m[1] != n:
				return m[2]
			case m[3] != "":
				return "_____ (" + m[3] + ")"
			}
			return "_____"
		})
		q.stem = in.illustrated(q, open, load)
		q.answer = q.html(answers[n][0])
		for _, other := range answers[n][1:] {
			if other != answers[n][0] {
				q.refuse("it has several gaps at once")
			}
		}
		if len(fields) > 1 {
			q.explanation = q.html(fields[1])
		}
		if silent > 0 {
			q.lose("sounds")
		}
		all = append(all, q)
	}
	return all
}
