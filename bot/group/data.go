package group

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"studyhall/bot"
)

// Records is what one feature keeps about people: the feature's part in showing
// it to them, in forgetting them, and in making two accounts one member. The
// store implements it, and [Service.Keep] takes it.
type Records interface {
	// Export writes all that is kept about a member.
	Export(ctx context.Context, member string, e *Export) error
	// Erase takes a member out, in the transaction of ctx. What groups' totals
	// are made of moves to the former members; everything else goes.
	Erase(ctx context.Context, e Erasure) error
	// Merge gives one member what another has, in the transaction of ctx.
	Merge(ctx context.Context, m Merging) error
}

// Keep adds what a feature keeps about people. Whoever is named in a table of
// any feature that is not added here can be neither exported nor erased.
func (s *Service) Keep(all ...Records) { s.records = append(s.records, all...) }

// Erasure is a member to be erased.
type Erasure struct {
	Member   string
	Accounts []bot.UserID      // all of the member's
	Former   map[string]string // by group: who has the member's answers there from now on
	Now      time.Time
}

// Merging is two members who turned out to be one person.
type Merging struct {
	Kept, Gone string
	Shared     []string // groups of both
	Groups     []string // all groups of either
	Now        time.Time
}

const (
	// ExportFormat names the format of an export; docs/privacy.md describes it.
	ExportFormat = "studyhall-my-data"
	// ExportVersion rises when something in the format changes its meaning.
	ExportVersion = 1
	// exportName is the name of the file without its ending.
	exportName = "studyhall-my-data"
)

// Export is an export that is being written: a JSON object that has its format,
// version and date, and then a list of objects for each section.
type Export struct {
	w        io.Writer
	sections int
	rows     int
	err      error
}

// Column is one value of a row of an export.
type Column struct {
	Name  string
	Value any // a string, bool, integer or nil, or a time.Time
}

// newExport begins an export.
func newExport(w io.Writer, now time.Time) *Export {
	e := &Export{w: w}
	e.write("{\n  \"format\": %s,\n  \"version\": %s,\n  \"made_at\": %s", ExportFormat, ExportVersion, now.UTC())
	return e
}

// write writes values as JSON between the rest of the format.
func (e *Export) write(format string, values ...any) {
	if e.err != nil {
		return
	}
	texts := make([]any, len(values))
	for n, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			e.err = fmt.Errorf("export: %w", err)
			return
		}
		texts[n] = text
	}
	_, e.err = fmt.Fprintf(e.w, format, texts...)
}

// Section begins the next section. It stands in the export even without rows.
func (e *Export) Section(name string) {
	e.endSection()
	e.write(",\n  %s: [", name)
	e.sections, e.rows = e.sections+1, 0
}

// Row adds a row to the section.
func (e *Export) Row(columns []Column) error {
	before := ",\n    {"
	if e.rows == 0 {
		before = "\n    {"
	}
	e.rows++
	for n, c := range columns {
		if n > 0 {
			before = ", "
		}
		e.write(before+"%s: %s", c.Name, c.Value)
	}
	e.write("}")
	return e.err
}

func (e *Export) endSection() {
	if e.sections > 0 {
		if e.rows > 0 {
			e.write("\n  ")
		}
		e.write("]")
	}
}

// end ends the export.
func (e *Export) end() error {
	e.endSection()
	e.write("\n}\n")
	return e.err
}

// export writes everything that is kept about a member into as few files as fit
// a message: one, with gzip if it is too long without, or, of what is even
// longer, parts of at most limit bytes that make one gzip file when joined. ok
// is false if it fits in no message.
func (s *Service) export(ctx context.Context, member string, limit int) (files []bot.File, ok bool, err error) {
	p := &packer{limit: limit, most: bot.LimitFiles * limit}
	e := newExport(p, s.c.Now())
	for _, r := range s.records {
		if err := r.Export(ctx, member, e); err != nil {
			return nil, false, err
		}
	}
	if err := e.end(); err != nil {
		return nil, false, err
	}
	return p.files(exportName)
}

// packer gathers a file, and compresses it once it has become too long.
type packer struct {
	limit, most int
	data        bytes.Buffer
	zip         *gzip.Writer // nil while it is short enough without
	full        bool         // longer than most, even compressed
}

// Write implements [io.Writer]. What no message could carry is dropped.
func (p *packer) Write(b []byte) (int, error) {
	if p.full {
		return len(b), nil
	}
	if p.zip == nil && p.data.Len()+len(b) > p.limit {
		plain := bytes.Clone(p.data.Bytes())
		p.data.Reset()
		p.zip = gzip.NewWriter(&p.data)
		if _, err := p.zip.Write(plain); err != nil {
			return 0, err
		}
	}
	if p.zip == nil {
		return p.data.Write(b)
	}
	n, err := p.zip.Write(b)
	p.full = p.data.Len() > p.most
	return n, err
}

// files ends the file and cuts it.
func (p *packer) files(name string) ([]bot.File, bool, error) {
	if p.zip == nil {
		return []bot.File{{Name: name + ".json", MIME: "application/json", Data: p.data.Bytes()}}, true, nil
	}
	if err := p.zip.Close(); err != nil {
		return nil, false, fmt.Errorf("compress an export: %w", err)
	}
	rest := p.data.Bytes()
	if p.full || len(rest) > p.most {
		return nil, false, nil
	}
	if len(rest) <= p.limit {
		return []bot.File{{Name: name + ".json.gz", MIME: "application/gzip", Data: rest}}, true, nil
	}
	var files []bot.File
	for n := 1; len(rest) > 0; n++ {
		part := rest[:min(p.limit, len(rest))]
		files = append(files, bot.File{Name: fmt.Sprintf("%s.json.gz.%d", name, n), MIME: "application/octet-stream", Data: part})
		rest = rest[len(part):]
	}
	return files, true, nil
}
