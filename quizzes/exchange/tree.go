package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Bounds on XML, so that a hostile file costs little.
const (
	mostDepth = 200
	mostNodes = 1_500_000
)

// An element is a part of an XML document: a name, or text where the name is "".
type element struct {
	name     string // without its namespace
	space    string // the namespace
	attr     []xml.Attr
	children []*element
	text     string
	line     int
}

// parseXML reads a document into memory. Entities of its own are refused, and so
// is what is nested too deeply; nothing is fetched.
func (in *input) parseXML(text string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	top, most := &element{}, within(in.options.Bounds.Nodes, mostNodes)
	stack := []*element{top}
	for nodes := 0; ; nodes++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return nil, refusef("The XML is broken at line %d: %s.", line, syntaxWords(err))
		}
		if nodes > most {
			return nil, refusef("The XML has more than %d parts; split it.", most)
		}
		here := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > mostDepth {
				return nil, refusef("The XML is nested more than %d deep.", mostDepth)
			}
			line, _ := d.InputPos()
			e := &element{name: t.Name.Local, space: t.Name.Space, attr: t.Copy().Attr, line: line}
			here.children = append(here.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			here.children = append(here.children, &element{text: string(t)})
		case xml.Directive:
			if bytes.Contains(t, []byte("<!ENTITY")) || bytes.Contains(t, []byte("[")) {
				return nil, refusef("The XML defines entities of its own, which is refused.")
			}
		}
	}
	for _, e := range top.children {
		if e.name != "" {
			return e, nil
		}
	}
	return nil, refusef("The XML is empty.")
}

func syntaxWords(err error) string {
	if s, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return s.Msg
	}
	return err.Error()
}

// child is the first child of a name; nil, which has no text and no children,
// where there is none.
func (e *element) child(name string) *element {
	if e != nil {
		for _, c := range e.children {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// all are the children of a name.
func (e *element) all(name string) (found []*element) {
	if e != nil {
		for _, c := range e.children {
			if c.name == name {
				found = append(found, c)
			}
		}
	}
	return found
}

// get is an attribute, "" where there is none.
func (e *element) get(name string) string {
	if e != nil {
		for _, a := range e.attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
	}
	return ""
}

// words is all text in an element.
func (e *element) words() string {
	var b strings.Builder
	e.collect(&b)
	return strings.TrimSpace(b.String())
}

func (e *element) collect(b *strings.Builder) {
	if e == nil {
		return
	}
	b.WriteString(e.text)
	for _, c := range e.children {
		c.collect(b)
	}
}

// find calls f for every element of a name, itself included, in document order.
func (e *element) find(name string, f func(*element)) {
	if e == nil {
		return
	}
	if e.name == name {
		f(e)
	}
	for _, c := range e.children {
		c.find(name, f)
	}
}

// xmlEscaped is text as it stands in XML.
func xmlEscaped(s string) string { return xmlSigns.Replace(s) }

var xmlSigns = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")
