package exchange

import (
	"encoding/xml"
	"net/url"
	"path"
	"strings"

	"studyhall/quizzes"
)

// readQTI reads any version of QTI: a package, or one XML file.
func readQTI(in *input) error {
	if strings.HasPrefix(string(in.data[:min(len(in.data), 2)]), "PK") {
		return in.qtiPackage()
	}
	text, err := in.xmlText()
	if err != nil {
		return err
	}
	top, err := in.parseXML(text)
	if err != nil {
		return err
	}
	r := &qtiReader{in: in}
	found, err := r.document(top)
	if err == nil && !found {
		return refusef("This is no QTI: its first element is %s.", clip(top.name, 40))
	}
	return err
}

// A qtiReader reads the documents of one import.
type qtiReader struct {
	in      *input
	archive *archive // nil for a file by itself
	file    string   // in the archive, "" for a file by itself
}

// qtiPackage reads the XML files of a package: those that its manifest names, in
// that order, and then the rest.
func (in *input) qtiPackage() error {
	a, err := openArchive(in.data, in.options.Bounds)
	if err != nil {
		return err
	}
	r := &qtiReader{in: in, archive: a}
	seen := map[string]bool{"imsmanifest.xml": true}
	read := func(name string) error {
		name = path.Clean(name)
		if seen[name] || !a.has(name) || !strings.HasSuffix(strings.ToLower(name), ".xml") {
			return nil
		}
		seen[name] = true
		r.file = name
		top, err := r.parse(name)
		if err != nil {
			in.note("%s: %v", clip(name, 60), err)
			return nil // one broken file keeps no other from being read
		}
		_, err = r.document(top)
		return err
	}
	if a.has("imsmanifest.xml") {
		manifest, err := r.parse("imsmanifest.xml")
		if err != nil {
			return err
		}
		var names []string
		manifest.find("resource", func(e *element) {
			names = append(names, e.get("href"))
			for _, f := range e.all("file") {
				names = append(names, f.get("href"))
			}
		})
		for _, name := range names {
			if err := read(name); err != nil {
				return err
			}
		}
	}
	for _, name := range a.names {
		if err := read(name); err != nil {
			return err
		}
	}
	return nil
}

func (r *qtiReader) parse(name string) (*element, error) {
	data, err := r.archive.read(name, maxText)
	if err != nil {
		return nil, err
	}
	text, err := (&input{data: data}).xmlText()
	if err != nil {
		return nil, err
	}
	return r.in.parseXML(text)
}

// document reads the questions of one file; found is false where it is something
// else, such as the order of a test.
func (r *qtiReader) document(top *element) (found bool, err error) {
	plainNames(top)
	switch top.name {
	case "assessmentItem":
		q := r.item(top)
		q.place = r.place(top, 1)
		return true, r.in.add(q)
	case "questestinterop":
		n := 0
		top.find("item", func(e *element) {
			if n++; err == nil {
				q := r.old(e)
				q.place = r.place(e, n)
				err = r.in.add(q)
			}
		})
		return true, err
	case "assessmentTest", "manifest":
		return r.archive != nil, nil
	}
	return false, nil
}

func (r *qtiReader) place(e *element, n int) string {
	at := place("line", e.line)
	if r.file != "" {
		return r.file + ", " + at
	}
	return place("question", n) + ", " + at
}

// plainNames gives the elements and attributes of version 3 the names that they
// have in version 2: qti-choice-interaction becomes choiceInteraction.
func plainNames(e *element) {
	if rest, ok := strings.CutPrefix(e.name, "qti-"); ok {
		e.name = camel(rest)
	}
	for n := range e.attr {
		e.attr[n].Name.Local = camel(e.attr[n].Name.Local)
	}
	for _, c := range e.children {
		plainNames(c)
	}
}

func camel(s string) string {
	words := strings.Split(s, "-")
	for n, w := range words[1:] {
		if w != "" {
			words[n+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// interaction reports whether an element asks for something.
func interaction(e *element) bool { return strings.HasSuffix(e.name, "Interaction") }

// item reads a question of version 2 or 3.
func (r *qtiReader) item(e *element) *question {
	q, tags := &question{}, tagged{}
	for _, t := range strings.Split(e.get("label"), ";") {
		if key, _, ok := strings.Cut(strings.TrimSpace(t), ":"); ok && labelKey(key) {
			if plain, err := url.PathUnescape(strings.TrimSpace(t)); err == nil {
				q.tag(tags, plain)
			}
		}
	}
	q.name = e.get("title")
	q.setID(e.get("identifier"), q.domain != "")
	body := e.child("itemBody")
	var asked []*element
	walkElements(body, func(c *element) {
		if interaction(c) {
			asked = append(asked, c)
		}
	})
	q.stem = r.html(q, body, func(c *element) string {
		switch {
		case c.name == "textEntryInteraction":
			return "<span> _____ </span>"
		case interaction(c):
			return "<div>" + markup(c.child("prompt"), nil) + "</div>"
		case c.name == "rubricBlock", c.name == "feedbackBlock", c.name == "feedbackInline", c.name == "infoControl", c.name == "stylesheet":
			return " "
		}
		return ""
	})
	q.stem = strings.TrimSpace(strings.TrimSuffix(q.stem, "\n_____"))
	switch {
	case e.child("templateProcessing") != nil:
		q.refuse("a program draws its numbers")
	case len(asked) == 0:
		q.refuse("it asks for nothing")
	case len(asked) > 1:
		q.refuse("it asks for %d things at once", len(asked))
	case asked[0].name == "choiceInteraction":
		r.choices(q, e, asked[0])
	case asked[0].name == "textEntryInteraction":
		r.entry(q, e, asked[0])
	case asked[0].name == "extendedTextInteraction":
		q.refuse("it is an essay; nothing can be right or wrong")
	default:
		q.refuse("a question of the type %s can't be asked here", clip(asked[0].name, 40))
	}
	r.modal(q, e)
	q.unexplain()
	q.finish(tags)
	return q
}

func labelKey(key string) bool {
	switch key {
	case tagDomain, tagLevel, tagDifficulty, tagComputed, tagType, tagAnswer, tagTolerance, tagUnit:
		return true
	}
	return false
}

// walkElements calls f for every element below one, in document order.
func walkElements(e *element, f func(*element)) {
	if e == nil {
		return
	}
	for _, c := range e.children {
		if c.name != "" {
			f(c)
			walkElements(c, f)
		}
	}
}

// html is the text of an element whose content is HTML. Replace may give other
// HTML for an element, "" for none.
func (r *qtiReader) html(q *question, e *element, replace func(*element) string) string {
	return r.in.illustrated(q, markup(e, replace), r.load)
}

// load reads a picture of the package.
func (r *qtiReader) load(src string) ([]byte, bool) {
	if strings.HasPrefix(src, "data:") {
		return inline(src)
	}
	if r.archive == nil {
		return nil, false
	}
	if plain, err := url.PathUnescape(src); err == nil {
		src = plain
	}
	src = strings.TrimPrefix(src, "$IMS-CC-FILEBASE$/")
	src, _, _ = strings.Cut(src, "?")
	for _, name := range []string{path.Join(path.Dir(r.file), src), path.Clean(src), path.Join("web_resources", src)} {
		if r.archive.has(name) {
			data, err := r.archive.read(name, mostPicture)
			return data, err == nil
		}
	}
	return nil, false
}

// markup writes the inside of an element as HTML again.
func markup(e *element, replace func(*element) string) string {
	var b strings.Builder
	writeMarkup(&b, e, replace)
	return b.String()
}

func writeMarkup(b *strings.Builder, e *element, replace func(*element) string) {
	if e == nil {
		return
	}
	for _, c := range e.children {
		if c.name == "" {
			b.WriteString(xmlEscaped(c.text))
			continue
		}
		if replace != nil {
			if other := replace(c); other != "" {
				b.WriteString(other)
				continue
			}
		}
		name := c.name
		if name == "object" && strings.HasPrefix(c.get("type"), "image/") {
			b.WriteString(`<img src="` + xmlEscaped(c.get("data")) + `" alt="` + xmlEscaped(c.words()) + `">`)
			continue
		}
		b.WriteString("<" + name + attributes(c.attr) + ">")
		writeMarkup(b, c, replace)
		if name != "br" && name != "img" && name != "hr" {
			b.WriteString("</" + name + ">")
		}
	}
}

func attributes(all []xml.Attr) string {
	var b strings.Builder
	for _, a := range all {
		if a.Name.Local == "src" || a.Name.Local == "alt" || a.Name.Local == "href" {
			b.WriteString(" " + a.Name.Local + `="` + xmlEscaped(a.Value) + `"`)
		}
	}
	return b.String()
}

// declaration is what is said of the answer to an interaction.
func declaration(e *element, id string) *element {
	for _, d := range e.all("responseDeclaration") {
		if d.get("identifier") == id {
			return d
		}
	}
	return nil
}

// correct are the values that are right, in the order of the file.
func correct(d *element) (all []string) {
	for _, v := range d.child("correctResponse").all("value") {
		all = append(all, v.words())
	}
	return all
}

func (r *qtiReader) choices(q *question, e, asked *element) {
	d := declaration(e, asked.get("responseIdentifier"))
	right := map[string]bool{}
	for _, v := range correct(d) {
		right[v] = true
	}
	if len(right) == 0 {
		for _, m := range d.child("mapping").all("mapEntry") {
			if v, ok := plainNumber(m.get("mappedValue")); ok && v.Sign() > 0 {
				right[m.get("mapKey")] = true
			}
		}
	}
	if d.get("cardinality") == "multiple" {
		q.kind = quizzes.Multiple
	}
	modal := map[string]*element{}
	for _, m := range e.all("modalFeedback") {
		modal[m.get("identifier")] = m
	}
	for _, c := range asked.all("simpleChoice") {
		id := c.get("identifier")
		var why *element
		one := choice{right: right[id]}
		one.text = r.html(q, c, func(e *element) string {
			if e.name == "feedbackInline" {
				why = e
				return " "
			}
			return ""
		})
		if one.why = r.html(q, why, nil); one.why == "" {
			one.why = r.html(q, modal[id], nil)
		}
		if q.choices = append(q.choices, one); len(q.choices) > 50 {
			break // refused for their number anyway
		}
	}
}

// entry reads a question whose answer is typed.
func (r *qtiReader) entry(q *question, e, asked *element) {
	d := declaration(e, asked.get("responseIdentifier"))
	values := correct(d)
	if base := d.get("baseType"); base == "float" || base == "integer" {
		if len(values) != 1 {
			q.refuse("it names no right answer")
			return
		}
		tolerance := ""
		e.child("responseProcessing").find("equal", func(c *element) {
			switch off := strings.Fields(c.get("tolerance")); {
			case len(off) > 0 && c.get("toleranceMode") == "absolute":
				tolerance = off[0]
			case len(off) > 0 && c.get("toleranceMode") == "relative":
				q.lose("the tolerance, which is relative")
			}
		})
		q.numeric(values[0], tolerance)
		return
	}
	for _, v := range values {
		q.word(v, 100)
	}
	for _, m := range d.child("mapping").all("mapEntry") {
		key := m.get("mapKey")
		v, ok := plainNumber(m.get("mappedValue"))
		known := key == q.answer
		for _, a := range q.accept {
			known = known || a == key
		}
		switch {
		case known:
		case ok && v.Sign() > 0:
			q.word(key, 100)
		default:
			q.word(key, 0)
		}
	}
}

// solution is what our own files call the explanation.
const solution = "SOLUTION"

// modal reads what is said after the answer.
func (r *qtiReader) modal(q *question, e *element) {
	all := e.all("modalFeedback")
	for _, m := range all {
		id := m.get("identifier")
		switch {
		case id == solution || len(all) == 1 && len(q.choices) == 0:
			q.explanation = r.html(q, m, nil)
		case isChoice(e, id): // taken up with the option
		default:
			q.lose("what is said to whoever is right or wrong")
		}
	}
}

func isChoice(e *element, id string) (found bool) {
	e.child("itemBody").find("simpleChoice", func(c *element) { found = found || c.get("identifier") == id })
	return found
}
