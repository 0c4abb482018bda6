package quizzes

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed bank.schema.json
var schemaText string

// Schema returns the JSON Schema (2020-12) of a bank, for editors and tools.
func Schema() string { return schemaText }

// compiled is the schema, made ready when a bank is first checked.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	const name = "embedded:///bank.schema.json"
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

// checkSchema holds the file to bank.schema.json and tells what differs in
// words for people who have never seen a schema.
func (d *document) checkSchema() {
	schema, err := compiled()
	if err != nil {
		d.addProblem(Problem{File: d.bank.File, What: "the embedded schema is broken: " + err.Error(), Fix: "this is a fault of the program; please report it"})
		return
	}
	err = schema.Validate(value(d.root))
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return
	}
	leaves := collect(invalid, nil)
	meant := map[string]bool{} // keys that a misspelled one stands for
	for _, e := range leaves {
		if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
			d.unknownKeys(e.InstanceLocation, k.Properties, meant)
		}
	}
	for _, e := range leaves {
		switch k := e.ErrorKind.(type) {
		case *kind.AdditionalProperties:
		case *kind.Required:
			for _, key := range k.Missing {
				if at := with(e.InstanceLocation, key); !meant[pathString(at)] {
					d.fault(at, "the key "+key+" is missing", d.hint(at))
				}
			}
		default:
			d.misfit(e)
		}
	}
}

// collect returns the errors without causes of their own.
func collect(e *jsonschema.ValidationError, leaves []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return append(leaves, e)
	}
	for _, c := range e.Causes {
		leaves = collect(c, leaves)
	}
	return leaves
}

// unknownKeys reports keys that a mapping may not have, in the order of the file.
func (d *document) unknownKeys(at []string, unknown []string, meant map[string]bool) {
	n := d.locate(at)
	known := keys(at)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(unknown, key.Value) {
			continue
		}
		fix := "the keys here are " + strings.Join(known, ", ")
		if near := nearest(key.Value, known); near != "" {
			fix = "did you mean " + near + "?"
			meant[pathString(with(at, near))] = true
		}
		d.places[strings.Join(with(at, key.Value), "/")] = true
		d.add(key, at, "unknown key "+quote(key.Value), fix, false)
	}
}

// misfit reports a value that is there and not as it should be.
func (d *document) misfit(e *jsonschema.ValidationError) {
	at := e.InstanceLocation
	if d.faulty(at) {
		return // an empty value breaks several rules at once
	}
	n := d.locate(at)
	if n.Kind == yaml.ScalarNode && n.Value == "" {
		d.fault(at, "is empty", d.hint(at))
		return
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		d.fault(at, "should be "+kindWord(k.Want[0])+" and is "+kindWord(k.Got), d.hint(at))
	case *kind.Enum:
		if n.Kind != yaml.ScalarNode {
			d.fault(at, "should be one word", d.hint(at))
			return
		}
		var words []string
		for _, w := range k.Want {
			words = append(words, fmt.Sprint(w))
		}
		fix := "use " + list(words)
		if near := nearest(strings.ToLower(n.Value), words); near != "" && len(words) > 1 {
			fix = "did you mean " + near + "? It may be " + list(words)
		}
		d.fault(at, quote(n.Value)+" is not known here", fix)
	case *kind.Pattern:
		d.fault(at, quote(n.Value)+" cannot be used here", d.hint(at))
	case *kind.MaxLength:
		d.fault(at, fmt.Sprintf("has %d characters; at most %d fit", utf8.RuneCountInString(n.Value), k.Want), "shorten it by "+fmt.Sprint(k.Got-k.Want))
	case *kind.MinItems:
		d.fault(at, fmt.Sprintf("has too few entries (%d); at least %d are needed", k.Got, k.Want), d.hint(at))
	case *kind.MaxItems:
		d.fault(at, fmt.Sprintf("has too many entries (%d); at most %d are allowed", k.Got, k.Want), d.hint(at))
	default:
		d.fault(at, e.ErrorKind.LocalizedString(message.NewPrinter(language.English)), d.hint(at))
	}
}

func kindWord(jsonType string) string {
	switch jsonType {
	case "object":
		return "a group of keys"
	case "array":
		return "a list"
	}
	return "text"
}

// general turns items.3.options.1.text into items[].options[].text.
func general(at []string) string {
	return indexes.ReplaceAllString(pathString(at), "[]")
}

var indexes = regexp.MustCompile(`\[\d+\]`)

// keys returns what a mapping may have, as the schema says.
func keys(at []string) []string {
	switch general(at) {
	case "":
		return []string{"bank", "title", "certification", "outline", "draft", "items"}
	case "items[]":
		return []string{"id", "type", "domain", "level", "difficulty", "stem", "image", "options", "answer", "accept", "reject", "tolerance", "unit", "computed", "parameters", "formulas", "where", "explanation", "source"}
	case "items[].options[]":
		return []string{"id", "text", "why"}
	case "items[].parameters[]":
		return []string{"name", "values", "from", "to", "step", "unit", "digits", "places", "prefix"}
	case "items[].formulas[]":
		return []string{"name", "is", "unit", "digits", "places", "prefix"}
	case "items[].image":
		return []string{"file", "alt"}
	case "items[].source":
		return []string{"title", "url", "checked"}
	}
	return nil
}

// hint says what a value looks like when it is right, in a question of its type.
func (d *document) hint(at []string) string {
	if len(at) < 3 || at[0] != "items" || at[2] != "answer" {
		return hint(at)
	}
	n := d.locate(with(at[:2], "type"))
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == Multiple:
		return "list the ids of the right options, such as answer: [a, c]"
	case n.Kind == yaml.ScalarNode && n.Value == Numeric:
		return `give the number with its unit, such as answer: "4.7 kΩ"`
	case n.Kind == yaml.ScalarNode && n.Value == Short:
		return "give the answer in 1 to 75 characters, as it is to be shown"
	}
	return hint(to("items", 0, "answer"))
}

// hint says what a value looks like when it is right.
func hint(at []string) string {
	switch general(at) {
	case "":
		return "begin with bank:, title:, certification:, outline: and items:; docs/question-banks.md has an example"
	case "bank":
		return "use 1 to 60 small letters a to z, digits and hyphens, such as cbet-safety"
	case "title":
		return `give the bank a name, such as title: "CBET practice: public safety"`
	case "certification":
		return "use the certification's id in the catalogue, such as cbet (studyhall certs list)"
	case "outline":
		return "use the outline's id in the catalogue, such as cbet-2025"
	case "draft":
		return "write draft: true for a bank that isn't finished, or leave the key out"
	case "items":
		return fmt.Sprintf("list 1 to %d questions below items:, each beginning with - id:", MostItems)
	case "items[]":
		return "begin each question with - id: and line its other keys up below id"
	case "items[].id":
		return "use 1 to 60 small letters a to z, digits and hyphens, such as cbet-ground-wire; it is permanent"
	case "items[].type":
		return "use single, multiple, truefalse, numeric or short, or leave the key out"
	case "items[].domain":
		return "use an area of the outline, such as cbet.safety"
	case "items[].level":
		return "use recall, application or analysis"
	case "items[].difficulty":
		return "use easy, medium or hard"
	case "items[].stem":
		return "write the question after stem: >-"
	case "items[].image":
		return "give the picture's file, beside the bank's, and alt: what it shows, in words"
	case "items[].image.file":
		return "give the name of a PNG or JPEG file beside the bank's: small letters, digits and hyphens, such as bridge.png"
	case "items[].image.alt":
		return "say in 10 to 400 characters what somebody must know who can't see the picture"
	case "items[].options":
		return "list 2 to 5 options, each with id, text and why"
	case "items[].options[]":
		return "give each option id, text and why, beginning with - id: a"
	case "items[].options[].id":
		return "use a, b, c, d, e in the order shown"
	case "items[].options[].text":
		return "write the choice in 1 to 75 characters"
	case "items[].options[].why":
		return "say in one sentence why this option is right or wrong"
	case "items[].answer":
		return "give the id of the one right option, such as answer: b"
	case "items[].accept", "items[].accept[]", "items[].reject", "items[].reject[]":
		return `list 1 to 20 answers of 1 to 75 characters, such as ["ground", "earth"]`
	case "items[].tolerance":
		return "say how far off an answer may be, such as 5 % or 0.1 kΩ"
	case "items[].unit":
		return "give the unit of a number without one, such as kΩ"
	case "items[].computed":
		return "write true for a question whose answer is worked out from numbers, or leave it out"
	case "items[].explanation":
		return "explain the answer in one to three sentences, at most 400 characters"
	case "items[].source":
		return "give title, url and checked of a public reference"
	case "items[].source.title":
		return "name the reference, with its clause or chapter"
	case "items[].source.url":
		return "give an address that begins with https:// or http://"
	case "items[].source.checked":
		return "give the day somebody looked at the source, such as 2026-11-22"
	}
	return familyHint(general(at))
}

// nearest returns the word that was probably meant, or "".
func nearest(word string, known []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, k := range known {
		// A near miss must share more than it changes: "x" is not "id".
		if n := levenshtein.ComputeDistance(word, k); n < least && n < utf8.RuneCountInString(k) {
			best, least = k, n
		}
	}
	return best
}
