// Package quizzes reads, checks and holds banks of practice questions.
//
// A bank is one YAML file; docs/question-banks.md describes it for people who
// write questions, bank.schema.json for tools. [Load] and [Lint] check banks
// thoroughly and tell every problem with its place and how to mend it;
// [LoadTrusted] only decodes, for the embedded banks, which this package's
// tests have checked already. No text in a bank is ever rewritten: 1.10, 010,
// no and null are those characters, because an answer may be exactly that.
package quizzes

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A Bank is one file of questions for one version of an exam's outline.
type Bank struct {
	ID            string // permanent, unique over all banks
	Title         string // for people
	Certification string // catalogue id, such as "cbet"
	Outline       string // outline version the items were written for, such as "cbet-2025"
	Draft         bool   // a group's own, not finished: reasons, level and the like may be missing
	Items         []Item // in file order
	File          string // where it was read from
}

// An Item is one question. Its ID is permanent and never used again, even
// after the item is gone, because answers refer to it.
type Item struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`       // [Single] and the others
	Domain      string     `json:"domain"`     // area of the outline
	Level       string     `json:"level"`      // recall, application or analysis
	Difficulty  string     `json:"difficulty"` // easy, medium or hard: the author's estimate
	Stem        string     `json:"stem"`
	Options     []Option   `json:"options"` // in the order shown; none where the answer is typed
	Answer      []string   `json:"answer"`  // ids of the right options, or the right answer as it is shown
	Explanation string     `json:"explanation"`
	Source      Source     `json:"source"`
	Accept      []string   `json:"accept,omitempty"`    // of [Short]: other right answers
	Reject      []string   `json:"reject,omitempty"`    // of [Short]: wrong answers that look like a right one
	Tolerance   string     `json:"tolerance,omitempty"` // of [Numeric]: such as "5 %" or "0.1 kΩ"; "" is none
	Unit        string     `json:"unit,omitempty"`      // of [Numeric]: the unit of a number without one; "" is the unprefixed one
	Also        [][]string `json:"also,omitempty"`      // of a corrected item: other answers that are as right, each like Answer
	Void        bool       `json:"void,omitempty"`      // of a corrected item: no answer to it can be right or wrong
	// Computed says that a program works the answer out from numbers, so that the
	// question can't be one of an exam's. Some issuers' rules ask for such ones.
	Computed bool    `json:"computed,omitempty"`
	Image    *Image  `json:"image,omitempty"` // a picture that belongs to the question
	Draw     *Draw   `json:"draw,omitempty"`  // of a question that was drawn from a family: its numbers
	Family   *Family `json:"-"`               // what makes more such questions; nil in an item from a snapshot, and in most others
	Line     int     `json:"-"`               // line in the bank's file, 1 for the first; 0 in an item from a snapshot
}

// An Option is one choice of an [Item].
type Option struct {
	ID   string `json:"id"` // a to e
	Text string `json:"text"`
	Why  string `json:"why"` // one sentence: why it is right or wrong
	// From is the family's option that this one was drawn from: the same mistake,
	// wherever it stands and whatever its numbers are.
	From string `json:"from,omitempty"`
}

// A Source says where a reader can check an [Item].
type Source struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Checked string `json:"checked"` // YYYY-MM-DD, the day the source was last looked at
}

// An Outline is what this package needs to know of an exam outline: the areas
// that a bank written for it may use.
type Outline struct {
	Certification string   // such as "cbet"
	ID            string   // such as "cbet-2025"
	Domains       []string // such as "cbet.safety"
}

// Option returns the option with the given id.
func (i Item) Option(id string) (Option, bool) {
	n := slices.IndexFunc(i.Options, func(o Option) bool { return o.ID == id })
	if n < 0 {
		return Option{}, false
	}
	return i.Options[n], true
}

// Version returns the item's immutable snapshot and the id of this version of
// it. The snapshot is JSON in one fixed spelling, without the line number; the
// id is the first 20 characters (100 bits) of its SHA-256 in lower-case base32.
// Stored answers refer to these ids, so the spelling must never change: a field
// added to Item later has to be left out of the JSON while it is empty.
func (i Item) Version() (id string, snapshot []byte) {
	if i.Type == "" {
		i.Type = Single
	}
	// nil and empty lists must not differ.
	i.Options = append([]Option{}, i.Options...)
	i.Answer = append([]string{}, i.Answer...)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(i); err != nil {
		// Strings and lists of strings always encode.
		panic(fmt.Sprintf("quizzes: encode item: %v", err))
	}
	snapshot = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	sum := sha256.Sum256(snapshot)
	return spell(sum), snapshot
}

// FromSnapshot returns the item that [Item.Version] made the snapshot of. It
// is an error if the snapshot is no item that can be asked and graded: no id,
// stem or options, or an answer that is not among the options.
func FromSnapshot(snapshot []byte) (Item, error) {
	var i Item
	if err := json.Unmarshal(snapshot, &i); err != nil {
		return Item{}, fmt.Errorf("read item snapshot: %w", err)
	}
	if err := i.usable(); err != nil {
		return Item{}, fmt.Errorf("read item snapshot: %w", err)
	}
	return i, nil
}

// usable reports what would keep the item from being asked and graded.
func (i Item) usable() error {
	if i.ID == "" {
		return errors.New("item without an id")
	}
	if i.Stem == "" || len(i.Answer) == 0 || len(i.Options) == 0 && !i.Typed() {
		return fmt.Errorf("item %s lacks its stem, options or answer", i.ID)
	}
	if i.Image != nil && (i.Image.Hash == "" || i.Image.Alt == "") {
		return fmt.Errorf("item %s has a picture without its hash or its words", i.ID)
	}
	for _, also := range i.Also {
		one := i
		one.Answer, one.Also = also, nil
		if err := one.usable(); err != nil {
			return err
		}
	}
	switch i.Type {
	case Numeric:
		_, _, _, err := i.number()
		return err
	case Short:
		if slices.ContainsFunc(i.Answer, func(a string) bool { return foldWords(a) == "" }) {
			return fmt.Errorf("item %s has an answer without words", i.ID)
		}
		return nil
	case Single, Multiple, TrueFalse, "":
	default:
		return fmt.Errorf("item %s: its type %q is not known to this version", i.ID, i.Type)
	}
	for _, a := range i.Answer {
		if _, ok := i.Option(a); !ok {
			return fmt.Errorf("item %s: answer %q is not among its options", i.ID, a)
		}
	}
	return nil
}
