package exchange

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"studyhall/quizzes"
)

// A qtiVersion is what differs between the versions 2.1, 2.2 and 3.0 where our
// questions are written.
type qtiVersion struct {
	space, schema string // of an item
	kind          string // of a resource in the manifest
	templates     string // where response processing has its templates
	prefixed      bool   // names as version 3 has them
}

func qtiVersionOf(f Format) qtiVersion {
	switch f {
	case QTI22:
		return qtiVersion{"http://www.imsglobal.org/xsd/imsqti_v2p2", "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd", "imsqti_item_xmlv2p2", "http://www.imsglobal.org/question/qti_v2p2/rptemplates/", false}
	case QTI30:
		return qtiVersion{"http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd", "imsqti_item_xmlv3p0", "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/", true}
	}
	return qtiVersion{"http://www.imsglobal.org/xsd/imsqti_v2p1", "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd", "imsqti_item_xmlv2p1", "http://www.imsglobal.org/question/qti_v2p1/rptemplates/", false}
}

// A qtiWriter writes elements under the names of a version.
type qtiWriter struct {
	strings.Builder
	qtiVersion
}

// name is a name of version 2 as this version has it.
func (w *qtiWriter) name(s string, prefix string) string {
	if !w.prefixed {
		return s
	}
	var b strings.Builder
	b.WriteString(prefix)
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// open begins an element with attributes: names and values in turn.
func (w *qtiWriter) open(name string, attr ...string) {
	w.WriteString("<" + w.name(name, "qti-"))
	for n := 0; n+1 < len(attr); n += 2 {
		w.WriteString(" " + w.name(attr[n], "") + `="` + xmlEscaped(attr[n+1]) + `"`)
	}
	w.WriteString(">")
}

func (w *qtiWriter) close(names ...string) {
	for _, n := range names {
		w.WriteString("</" + w.name(n, "qti-") + ">")
	}
}

// empty writes an element without content.
func (w *qtiWriter) empty(name string, attr ...string) {
	w.open(name, attr...)
	w.close(name)
}

// full writes an element around text.
func (w *qtiWriter) full(name, text string, attr ...string) {
	w.open(name, attr...)
	w.WriteString(xmlEscaped(text))
	w.close(name)
}

// writeQTI writes a bank as a package of items with a manifest.
func writeQTI(bank quizzes.Bank, out *Exported) error {
	v := qtiVersionOf(out.Format)
	files := map[string][]byte{}
	names := []string{"imsmanifest.xml"}
	manifest := &strings.Builder{}
	manifest.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
		`<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="` + "MANIFEST-" + xmlEscaped(bank.ID) + `">` + "\n" +
		"  <metadata><schema>QTI Package</schema><schemaversion>" + map[Format]string{QTI21: "2.1", QTI22: "2.2", QTI30: "3.0.0"}[out.Format] + "</schemaversion></metadata>\n" +
		"  <organizations/>\n  <resources>\n")
	for _, i := range bank.Items {
		text, why := qtiItem(i, v)
		if why != "" {
			out.refuse(i, why)
			continue
		}
		out.note(i)
		file := "items/" + i.ID + ".xml"
		files[file] = []byte(text)
		names = append(names, file)
		manifest.WriteString(`    <resource identifier="RES-` + i.ID + `" type="` + v.kind + `" href="` + file + `"><file href="` + file + `"/>`)
		if i.Image != nil {
			picture := "items/" + i.Image.File
			if files[picture] == nil {
				names = append(names, picture)
			}
			files[picture] = i.Image.Data
			manifest.WriteString(`<file href="` + picture + `"/>`)
		}
		manifest.WriteString("</resource>\n")
	}
	manifest.WriteString("  </resources>\n</manifest>\n")
	files["imsmanifest.xml"] = []byte(manifest.String())
	return out.pack(names, files)
}

func (e *Exported) pack(names []string, files map[string][]byte) (err error) {
	if e.Data, err = packed(names, files); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// label carries the tags of a question; version 2 has 256 characters for it.
func label(i quizzes.Item) string {
	s := ""
	for _, t := range tagsOf(i) {
		next := strings.ReplaceAll(url.PathEscape(t), "%3A", ":")
		next = strings.ReplaceAll(next, ";", "%3B")
		if len(s)+len(next)+1 > 256 {
			break
		}
		if s != "" {
			s += ";"
		}
		s += next
	}
	return s
}

// qtiItem is one question as a document, or why it can't be one.
func qtiItem(i quizzes.Item, v qtiVersion) (text, why string) {
	w := &qtiWriter{qtiVersion: v}
	w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + w.name("assessmentItem", "qti-") + ` xmlns="` + v.space + `" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="` + v.space + " " + v.schema + `"`)
	for _, a := range [][2]string{{"identifier", i.ID}, {"title", clip(i.Stem, 60)}, {"label", label(i)}, {"adaptive", "false"}, {"timeDependent", "false"}} {
		w.WriteString(" " + w.name(a[0], "") + `="` + xmlEscaped(a[1]) + `"`)
	}
	w.WriteString(">\n")
	switch i.Type {
	case quizzes.Numeric, quizzes.Short:
		why = w.entry(i)
	default:
		w.choices(i)
	}
	if why != "" {
		return "", why
	}
	if e := explained(i); e != "" {
		w.open("modalFeedback", "outcomeIdentifier", solution, "identifier", solution, "showHide", "show")
		if v.prefixed {
			w.open("contentBody")
		}
		w.WriteString("<p>" + htmlLinesXML(e) + "</p>")
		if v.prefixed {
			w.close("contentBody")
		}
		w.close("modalFeedback")
	}
	w.WriteString("\n")
	w.close("assessmentItem")
	w.WriteString("\n")
	return w.String(), ""
}

// htmlLinesXML is text as XHTML shows it.
func htmlLinesXML(s string) string { return strings.ReplaceAll(xmlEscaped(s), "\n", "<br/>") }

// declare writes what is right, and what is worked out of an answer.
func (w *qtiWriter) declare(cardinality, base string, values []string, mapping func()) {
	w.open("responseDeclaration", "identifier", "RESPONSE", "cardinality", cardinality, "baseType", base)
	w.open("correctResponse")
	for _, v := range values {
		w.full("value", v)
	}
	w.close("correctResponse")
	if mapping != nil {
		mapping()
	}
	w.close("responseDeclaration")
	w.open("outcomeDeclaration", "identifier", "SCORE", "cardinality", "single", "baseType", "float")
	w.open("defaultValue")
	w.full("value", "0")
	w.close("defaultValue", "outcomeDeclaration")
	if base == "identifier" {
		w.empty("outcomeDeclaration", "identifier", "FEEDBACK", "cardinality", cardinality, "baseType", "identifier")
	}
	w.empty("outcomeDeclaration", "identifier", solution, "cardinality", "single", "baseType", "identifier")
	w.WriteString("\n")
}

// question writes the stem and the picture.
func (w *qtiWriter) question(i quizzes.Item) {
	w.WriteString("<p>" + htmlLinesXML(i.Stem) + "</p>")
	if i.Image != nil {
		w.WriteString(`<p><img src="` + i.Image.File + `" alt="` + xmlEscaped(i.Image.Alt) + `"/></p>`)
	}
}

func (w *qtiWriter) choices(i quizzes.Item) {
	cardinality, most := "single", "1"
	if i.Type == quizzes.Multiple {
		cardinality, most = "multiple", "0"
	}
	w.declare(cardinality, "identifier", i.Answer, nil)
	w.open("itemBody")
	w.question(i)
	w.open("choiceInteraction", "responseIdentifier", "RESPONSE", "shuffle", "false", "maxChoices", most)
	for _, o := range i.Options {
		w.open("simpleChoice", "identifier", o.ID)
		w.WriteString(xmlEscaped(o.Text))
		if o.Why != "" {
			w.full("feedbackInline", o.Why, "outcomeIdentifier", "FEEDBACK", "identifier", o.ID, "showHide", "show")
		}
		w.close("simpleChoice")
	}
	w.close("choiceInteraction", "itemBody")
	w.WriteString("\n")
	w.open("responseProcessing")
	w.set("FEEDBACK", func() { w.empty("variable", "identifier", "RESPONSE") })
	w.reveal()
	w.score(func() {
		w.open("match")
		w.empty("variable", "identifier", "RESPONSE")
		w.empty("correct", "identifier", "RESPONSE")
		w.close("match")
	})
	w.close("responseProcessing")
}

// set gives an outcome a value.
func (w *qtiWriter) set(name string, value func()) {
	w.open("setOutcomeValue", "identifier", name)
	value()
	w.close("setOutcomeValue")
}

// reveal shows the explanation.
func (w *qtiWriter) reveal() {
	w.set(solution, func() { w.full("baseValue", solution, "baseType", "identifier") })
}

// score gives a point where a condition holds.
func (w *qtiWriter) score(condition func()) {
	w.open("responseCondition")
	w.open("responseIf")
	condition()
	w.set("SCORE", func() { w.full("baseValue", "1", "baseType", "float") })
	w.close("responseIf", "responseCondition")
}

func (w *qtiWriter) entry(i quizzes.Item) (why string) {
	if i.Type == quizzes.Short {
		w.declare("single", "string", i.Answer, func() {
			w.open("mapping", "defaultValue", "0")
			for _, a := range append(append([]string{}, i.Answer...), i.Accept...) {
				w.empty("mapEntry", "mapKey", a, "mappedValue", "1", "caseSensitive", "false")
			}
			for _, r := range i.Reject {
				w.empty("mapEntry", "mapKey", r, "mappedValue", "0", "caseSensitive", "false")
			}
			w.close("mapping")
		})
		w.body(i)
		w.open("responseProcessing")
		w.reveal()
		w.set("SCORE", func() { w.empty("mapResponse", "identifier", "RESPONSE") })
		w.close("responseProcessing")
		return ""
	}
	value, tolerance, err := i.Number()
	if err != nil {
		return "its answer is no number"
	}
	w.declare("single", "float", []string{decimal(value)}, nil)
	w.body(i)
	w.open("responseProcessing")
	w.reveal()
	w.score(func() {
		if tolerance.Sign() == 0 {
			w.open("equal", "toleranceMode", "exact")
		} else {
			w.open("equal", "toleranceMode", "absolute", "tolerance", decimal(tolerance)+" "+decimal(tolerance))
		}
		w.empty("variable", "identifier", "RESPONSE")
		w.empty("correct", "identifier", "RESPONSE")
		w.close("equal")
	})
	w.close("responseProcessing")
	return ""
}

func (w *qtiWriter) body(i quizzes.Item) {
	w.open("itemBody")
	w.question(i)
	w.WriteString("<p>")
	w.empty("textEntryInteraction", "responseIdentifier", "RESPONSE", "expectedLength", "40")
	w.WriteString("</p>")
	w.close("itemBody")
	w.WriteString("\n")
}
