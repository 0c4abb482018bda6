package exchange

import (
	"context"
	"crypto/sha1" // Anki finds doubles by it; nothing is secret
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"studyhall/quizzes"
)

// ankiSchema are the tables of a package that every version of Anki reads.
const ankiSchema = `
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null, ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null, models text not null, decks text not null, dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null, flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null, mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null, ivl integer not null, factor integer not null, reps integer not null, lapses integer not null, left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null, ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn on notes (usn);
CREATE INDEX ix_cards_usn on cards (usn);
CREATE INDEX ix_revlog_usn on revlog (usn);
CREATE INDEX ix_cards_nid on cards (nid);
CREATE INDEX ix_cards_sched on cards (did, queue, due);
CREATE INDEX ix_revlog_cid on revlog (cid);
CREATE INDEX ix_notes_csum on notes (csum);
`

// ankiEpoch is the time that everything in our packages has, so that the same
// bank gives the same bytes: 2026-01-01 in seconds.
const ankiEpoch = 1767225600

const ankiFront = `<div>{{stem}}</div>` +
	`{{#option a}}<p>A. {{option a}}</p>{{/option a}}{{#option b}}<p>B. {{option b}}</p>{{/option b}}{{#option c}}<p>C. {{option c}}</p>{{/option c}}` +
	`{{#option d}}<p>D. {{option d}}</p>{{/option d}}{{#option e}}<p>E. {{option e}}</p>{{/option e}}`

const ankiBack = `{{FrontSide}}<hr id=answer><p><b>{{answer}}</b></p><p>{{explanation}}</p>` +
	`{{#why a}}<p>A. {{why a}}</p>{{/why a}}{{#why b}}<p>B. {{why b}}</p>{{/why b}}{{#why c}}<p>C. {{why c}}</p>{{/why c}}` +
	`{{#why d}}<p>D. {{why d}}</p>{{/why d}}{{#why e}}<p>E. {{why e}}</p>{{/why e}}<p>{{source title}}</p>`

// writeAnki writes a bank as a package of cards, in the old form that every
// version reads.
func writeAnki(bank quizzes.Bank, out *Exported) error {
	ctx := context.Background() // a database in memory waits for nobody
	c, err := newCollection()
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, ankiSchema); err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	model, deck := int64(ankiEpoch)*1000, ankiID(bank.ID)
	if err := c.describe(ctx, bank, model, deck); err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	defer tx.Rollback() // does nothing after the commit
	media, names, files := map[string]string{}, []string{ankiOld, "media"}, map[string][]byte{}
	for n, i := range bank.Items {
		out.note(i)
		row := cardRow(i)
		if i.Image != nil && files[media[i.Image.File]] == nil {
			file := strconv.Itoa(len(media))
			media[i.Image.File], names, files[file] = file, append(names, file), i.Image.Data
		}
		sum := sha1.Sum([]byte(row[0]))
		id := deck + 1 + int64(n) // Anki has them in this order, and knows them by their names
		_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ($1, $2, $3, $4, -1, '', $5, $6, $7, 0, '')",
			id, i.ID, model, ankiEpoch, strings.Join(row, "\x1f"), row[0], int64(binary.BigEndian.Uint32(sum[:4])))
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO cards VALUES ($1, $2, $3, 0, $4, -1, 0, 0, $5, 0, 0, 0, 0, 0, 0, 0, 0, '')", id, id, deck, ankiEpoch, n+1)
		}
		if err != nil {
			return fmt.Errorf("write card %s: %w", i.ID, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	if files[ankiOld], err = c.bytes(ctx); err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	list := map[string]string{}
	for name, file := range media {
		list[file] = name
	}
	if files["media"], err = json.Marshal(list); err != nil {
		return fmt.Errorf("write cards: %w", err)
	}
	return out.pack(names, files)
}

// ankiID is a number for an id of ours, the same each time and unlike others.
func ankiID(id string) int64 {
	sum := sha1.Sum([]byte(id))
	return 1<<40 + int64(binary.BigEndian.Uint64(sum[:8])>>25)
}

// describe writes what the package says of itself.
func (c collection) describe(ctx context.Context, bank quizzes.Bank, model, deck int64) error {
	var fields []map[string]any
	for n, name := range Columns() {
		fields = append(fields, map[string]any{"name": name, "ord": n, "sticky": false, "rtl": false, "font": "Arial", "size": 20, "media": []string{}})
	}
	models := map[string]any{strconv.FormatInt(model, 10): map[string]any{
		"id": model, "name": "Studyhall question", "type": 0, "mod": ankiEpoch, "usn": -1, "sortf": 5, "did": deck, "flds": fields, "tags": []string{}, "vers": []string{},
		"css": ".card { font-family: sans-serif; font-size: 18px; }", "latexPre": "", "latexPost": "", "req": []any{[]any{0, "any", []int{5}}},
		"tmpls": []any{map[string]any{"name": "Card 1", "ord": 0, "qfmt": ankiFront, "afmt": ankiBack, "bqfmt": "", "bafmt": "", "did": nil}},
	}}
	today := []int{0, 0}
	decks := map[string]any{}
	for id, name := range map[int64]string{1: "Default", deck: bank.Title} {
		decks[strconv.FormatInt(id, 10)] = map[string]any{"id": id, "name": name, "desc": "", "mod": ankiEpoch, "usn": -1, "conf": 1, "dyn": 0, "collapsed": false,
			"extendNew": 0, "extendRev": 50, "newToday": today, "revToday": today, "lrnToday": today, "timeToday": today}
	}
	dconf := map[string]any{"1": map[string]any{"id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "autoplay": true, "timer": 0, "replayq": true, "dyn": false,
		"new":   map[string]any{"delays": []int{1, 10}, "ints": []int{1, 4, 7}, "initialFactor": 2500, "order": 1, "perDay": 20, "bury": true, "separate": true},
		"rev":   map[string]any{"perDay": 100, "ease4": 1.3, "fuzz": 0.05, "ivlFct": 1, "maxIvl": 36500, "minSpace": 1, "bury": true},
		"lapse": map[string]any{"delays": []int{10}, "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0}}}
	conf := map[string]any{"activeDecks": []int64{1}, "curDeck": 1, "newSpread": 0, "collapseTime": 1200, "timeLim": 0, "estTimes": true, "dueCounts": true,
		"curModel": nil, "nextPos": 1, "sortType": "noteFld", "sortBackwards": false, "addToCur": true, "newBury": true}
	values := []any{ankiEpoch, ankiEpoch * 1000}
	for _, part := range []any{conf, models, decks, dconf} {
		text, err := json.Marshal(part)
		if err != nil {
			return err
		}
		values = append(values, string(text))
	}
	_, err := c.ExecContext(ctx, "INSERT INTO col VALUES (1, $1, $2, $2, 11, 0, 0, 0, $3, $4, $5, $6, '{}')", values...)
	return err
}

// cardRow is a question under [Columns] as HTML, with its picture in the stem,
// where Anki shows it.
func cardRow(i quizzes.Item) []string {
	image := i.Image
	i.Image = nil
	row := tableRow(i)
	for n := range row {
		row[n] = htmlLines(row[n])
	}
	if image != nil {
		row[5] += `<br><img src="` + image.File + `" alt="` + xmlEscaped(image.Alt) + `">`
	}
	return row
}
