package papers

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed sheet.html
var sheetTemplate string

// sheet is a page to print: one file that needs nothing else.
type sheet struct {
	Title, Day, Footer string
	Blocks             []block
}

// block is one piece of a page: a heading, a paragraph, a list or a table.
type block struct {
	Heading, Text string
	Items         []string
	Table         *table
}

// table is a header and rows of as many cells.
type table struct {
	Header []string
	Rows   [][]string
}

// html is the page.
func (s sheet) html() ([]byte, error) {
	page, err := template.New("sheet").Parse(sheetTemplate)
	if err != nil {
		return nil, fmt.Errorf("printable page: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, s); err != nil {
		return nil, fmt.Errorf("printable page: %w", err)
	}
	return out.Bytes(), nil
}

// blocks reads a note as paragraphs, and lines that begin with "- " as lists.
func blocks(words string) []block {
	var all []block
	list := false
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		item, isItem := strings.CutPrefix(line, "- ")
		switch {
		case line == "":
			list = false
			continue
		case isItem && list:
			last := &all[len(all)-1]
			last.Items = append(last.Items, item)
		case isItem:
			all = append(all, block{Items: []string{item}})
		default:
			all = append(all, block{Text: line})
		}
		list = isItem
	}
	return all
}

// markdown is the same words as Markdown. What could be taken for HTML is kept from
// being it.
func markdown(title, day, words, footer string) []byte {
	text := strings.Join([]string{"# " + title, day, words, "---", footer}, "\n\n") + "\n"
	return []byte(strings.ReplaceAll(text, "<", `\<`))
}
