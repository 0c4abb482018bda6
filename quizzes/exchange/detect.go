package exchange

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var (
	hasBank   = regexp.MustCompile(`(?m)^bank:`)
	hasItems  = regexp.MustCompile(`(?m)^items:`)
	hasAnswer = regexp.MustCompile(`(?m)^\s*ANSWER\s*:\s*[A-Za-z]`)
	hasOption = regexp.MustCompile(`(?m)^\s*A[.)]`)
	hasGIFT   = regexp.MustCompile(`(?s)\{\s*(\}|[=~#]|(?i:T|F|TRUE|FALSE)\s*[}#])|::`)
	ankiHead  = regexp.MustCompile(`^#(separator|html|columns|notetype|deck|guid)[^:\n]{0,20}:`)
	firstTag  = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9:_-]*)([^>]*)`)
)

// Detect finds out what format a file has, from its bytes; its name decides only
// between formats that look alike. It is an [*Error] if it has none that is known.
func Detect(name string, data []byte) (Format, error) { return detect(name, data, Bounds{}) }

func detect(name string, data []byte, b Bounds) (Format, error) {
	if len(data) == 0 {
		return "", refusef("The file is empty.")
	}
	if f, err := detectBinary(data, b); f != "" || err != nil {
		return f, err
	}
	head := data
	if len(head) > 256<<10 {
		head = bytes.ToValidUTF8(head[:256<<10&^1], nil)
	}
	text, _, err := decodeText(head)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	ending := strings.ToLower(path.Ext(name))
	switch {
	case text == "":
		return "", refusef("The file is empty.")
	case text[0] == '<':
		return detectXML(text)
	case text[0] == '{' || text[0] == '[' && strings.ContainsAny(strings.TrimSpace(text[1:])[:min(1, len(strings.TrimSpace(text[1:])))], `{]"`):
		return JSON, nil
	case hasBank.MatchString(text) && hasItems.MatchString(text):
		return YAML, nil
	}
	if ankiHead.MatchString(text) {
		return AnkiText, nil
	}
	first, _, _ := strings.Cut(text, "\n")
	rest, _, comma := separator(text)
	if line, _, _ := strings.Cut(rest, "\n"); len(line) < 100_000 {
		if names, err := rows(line, comma, true).Read(); err == nil && len(names) > 1 {
			if t, ok := newTable(clean(names)); ok && strings.Contains(strings.Join(t.columns, ","), "answer") {
				return CSV, nil
			}
		}
	}
	if pairs(text) {
		return Quizlet, nil
	}
	switch {
	case hasAnswer.MatchString(text) && hasOption.MatchString(text):
		return Aiken, nil
	case ending == ".gift" || hasGIFT.MatchString(text):
		return GIFT, nil
	case ending == ".csv" || ending == ".tsv" || strings.HasPrefix(strings.ToLower(first), "sep="):
		return CSV, nil
	case ending == ".yaml" || ending == ".yml":
		return YAML, nil
	}
	return "", refusef("I can't tell what format this file has. Say which one: %s.", formatList())
}

// detectXML looks at the first element.
func detectXML(text string) (Format, error) {
	for _, m := range firstTag.FindAllStringSubmatch(text[:min(len(text), 20_000)], 5) {
		root := m[1]
		if n := strings.IndexByte(root, ':'); n >= 0 {
			root = root[n+1:]
		}
		switch strings.ToLower(root) {
		case "quiz":
			return MoodleXML, nil
		case "questestinterop":
			return QTI12, nil
		case "assessmentitem", "qti-assessment-item", "assessmenttest", "qti-assessment-test":
			switch all := text[:min(len(text), 20_000)]; {
			case strings.HasPrefix(root, "qti-"):
				return QTI30, nil
			case strings.Contains(all, "imsqti_v2p2"):
				return QTI22, nil
			}
			return QTI21, nil
		case "html", "body":
			return "", refusef("This is a web page, not a file of questions.")
		}
	}
	return "", refusef("I don't know this kind of XML. Moodle's and QTI's I can read.")
}

func detectBinary(data []byte, b Bounds) (Format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return "", refusef("This is an old Office file. Save it as CSV.")
	case bytes.HasPrefix(data, []byte("SQLite format 3\x00")):
		return Anki, nil
	case bytes.HasPrefix(data, []byte("%PDF")):
		return "", refusef("This is a PDF, of which I can't read questions.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return detectArchive(data, b)
	}
	return "", nil
}

// detectArchive looks into a zip file.
func detectArchive(data []byte, b Bounds) (Format, error) {
	a, err := openArchive(data, b)
	if err != nil {
		return "", err
	}
	for _, name := range a.names {
		switch {
		case name == ankiNewest, name == ankiNew, name == ankiOld:
			return Anki, nil
		case strings.HasPrefix(name, "xl/"):
			return "", refusef("This is a spreadsheet. Save it as CSV.")
		case strings.HasPrefix(name, "word/"):
			return "", refusef("This is a document, of which I can't read questions.")
		}
	}
	for _, name := range a.names {
		if !strings.HasSuffix(strings.ToLower(name), ".xml") || path.Base(name) == "imsmanifest.xml" {
			continue
		}
		text, err := a.read(name, maxText)
		if err != nil {
			return "", err
		}
		if f, err := detectXML(string(text[:min(len(text), 20_000)])); err == nil && f != MoodleXML {
			return f, nil
		}
	}
	return "", refusef("There are no questions in this archive that I can read.")
}

// pairs reports whether every line is two texts with a tab between them.
func pairs(text string) bool {
	lines := 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if strings.Count(strings.TrimSpace(line), "\t") != 1 {
			return false
		}
		if lines++; lines == 200 {
			break
		}
	}
	return lines > 0
}
