package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"studyhall/quizzes"
)

// place says where a question stands, by a number from 1.
func place(what string, n int) string { return what + " " + strconv.Itoa(n) }

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// readCSV reads a table whose first line names its columns. The sign between
// cells is found out; what spreadsheets put around a cell is taken off.
func readCSV(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	text, first, comma := separator(text)
	r := rows(text, comma, false)
	if err := in.readRows(r, first); err == nil {
		return nil
	} else if _, broken := errors.AsType[*csv.ParseError](err); !broken {
		return err
	}
	// Quotation marks in the middle of cells: read them as they stand.
	in.questions = nil
	in.note("some quotation marks are not as CSV has them; look at the texts that have some")
	err = in.readRows(rows(text, comma, true), first)
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		return refusef("The table can't be read any further at line %d: %v.", broken.Line+first-1, broken.Err)
	}
	return err
}

func rows(text string, comma rune, lazy bool) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, lazy
	return r
}

// separator finds the sign between cells, which the file may name in its first
// line, and how many lines came before the table's first, counted from 1.
func separator(text string) (rest string, first int, comma rune) {
	head, after, _ := strings.Cut(text, "\n")
	if sign, ok := strings.CutPrefix(strings.ToLower(strings.Trim(head, "\" ")), "sep="); ok && len(sign) == 1 && strings.Contains(",;\t|", sign) {
		return after, 2, rune(sign[0])
	}
	best, most := ',', 0
	for _, sign := range []rune{',', ';', '\t', '|'} {
		record, err := rows(head, sign, true).Read()
		if err == nil && len(record) > most {
			if t, ok := newTable(clean(record)); ok || len(t.columns) > most {
				best, most = sign, len(record)
			}
		}
	}
	return text, 1, best
}

// clean takes off what spreadsheets put around cells.
func clean(record []string) []string {
	for n, cell := range record {
		switch {
		case len(cell) > 3 && strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`):
			record[n] = strings.ReplaceAll(cell[2:len(cell)-1], `""`, `"`)
		case len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@'\t\r", cell[1]) >= 0:
			record[n] = cell[1:]
		}
	}
	return record
}

// harmless keeps a spreadsheet from taking a cell for a formula.
func harmless(cell string) string {
	if cell != "" && (strings.IndexByte("=+-@\t\r", cell[0]) >= 0 || len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@'\t\r", cell[1]) >= 0) {
		return "'" + cell
	}
	return cell
}

func (in *input) readRows(r *csv.Reader, first int) error {
	names, err := r.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return refusef("The table is empty.")
		}
		return err
	}
	t, ok := newTable(clean(names))
	if !ok {
		return refusef("No column of the first line is the question: name the columns there, such as stem, option a, option b, answer, explanation.")
	}
	for n, name := range names {
		if t.columns[n] == "" && strings.TrimSpace(name) != "" && len(in.notes) < 20 {
			in.note("the column %s is not used", clip(fmt.Sprintf("%q", name), 40))
		}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		line, _ := r.FieldPos(0)
		q := t.question(clean(row), in)
		if t.own {
			q.setID(q.name, true)
		}
		q.place = place("line", line+first-1)
		if err := in.add(q); err != nil {
			return err
		}
	}
}

// writeCSV writes a bank as a table under [Columns], with a byte order mark,
// without which spreadsheets take UTF-8 for something else.
func writeCSV(bank quizzes.Bank, out *Exported) error {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	all := [][]string{Columns()}
	for _, i := range bank.Items {
		row := tableRow(i)
		for n := range row {
			row[n] = harmless(row[n])
		}
		all = append(all, row)
		out.beside(i)
		out.note(i)
	}
	if err := w.WriteAll(all); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	out.Data = b.Bytes()
	return nil
}
