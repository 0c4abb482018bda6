package cert

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed catalogue.schema.json
var schemaText string

// Schema is the JSON Schema (2020-12) of the catalogue and of an operator's file,
// for editors and tools.
func Schema() string { return schemaText }

// compiled is the schema, made ready when a file is first checked.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	const name = "embedded:///catalogue.schema.json"
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schemaText))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		return nil, err
	}
	return c.Compile(name)
})

// checkSchema holds the changed catalogue to the schema.
func (o *override) checkSchema() {
	for _, f := range differences(o.root) {
		o.problem(o.line(f.path), f.Error())
	}
}

// differences is how a document differs from what the schema asks for.
func differences(root *yaml.Node) []fault {
	schema, err := compiled()
	if err != nil {
		return []fault{{what: "the embedded schema is broken: " + err.Error()}}
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](schema.Validate(value(root)))
	if !ok {
		return nil
	}
	return causes(invalid, nil)
}

// causes turns the errors without causes of their own into words.
func causes(e *jsonschema.ValidationError, all []fault) []fault {
	for _, c := range e.Causes {
		all = causes(c, all)
	}
	if len(e.Causes) > 0 {
		return all
	}
	at := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			all = append(all, fault{under(at, key), "this key is not known here"})
		}
		return all
	case *kind.Required:
		return append(all, fault{at, "lacks " + strings.Join(k.Missing, ", ")})
	case *kind.Type:
		return append(all, fault{at, fmt.Sprintf("should be %s and is %s", inWords(k.Want[0]), inWords(k.Got))})
	case *kind.Pattern:
		return append(all, fault{at, fmt.Sprintf("%q doesn't fit; see docs/certifications.md", k.Got)})
	}
	return append(all, fault{at, e.ErrorKind.LocalizedString(message.NewPrinter(language.English))})
}

func inWords(jsonType string) string {
	switch jsonType {
	case "object":
		return "a group of keys"
	case "array":
		return "a list"
	case "string":
		return "text"
	case "integer":
		return "a whole number"
	case "boolean":
		return "true or false"
	case "null":
		return "empty"
	}
	return "a number"
}

// value is a document as the schema's checker takes it. A day stays text.
func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		l := make([]any, len(n.Content))
		for i, c := range n.Content {
			l[i] = value(c)
		}
		return l
	}
	switch n.ShortTag() {
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return i
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!null":
		return nil
	}
	return n.Value
}
