package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are Discord's published descriptions of bodies. A body with fields
// that it doesn't know passes, since the real one ignores them; that is noticed.
type schemas struct {
	strict *compiled
	loose  *compiled
}

type compiled struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	all      map[string]*jsonschema.Schema
}

// readSchemas reads a file once for all servers of a test program.
var readSchemas = sync.OnceValue(func() func(path string) (*schemas, error) {
	var mu sync.Mutex
	files := map[string]*schemas{}
	return func(path string) (*schemas, error) {
		mu.Lock()
		defer mu.Unlock()
		if s := files[path]; s != nil {
			return s, nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		strict, err := newCompiled(data)
		if err != nil {
			return nil, err
		}
		loose, err := newCompiled(bytes.ReplaceAll(data, []byte(`"additionalProperties":false`), []byte(`"additionalProperties":true`)))
		if err != nil {
			return nil, err
		}
		files[path] = &schemas{strict, loose}
		return files[path], nil
	}
})

func newCompiled(data []byte) (*compiled, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := &compiled{compiler: jsonschema.NewCompiler(), all: map[string]*jsonschema.Schema{}}
	return c, c.compiler.AddResource("discord.json", document)
}

// loadSchemas is nil where there is no file.
func loadSchemas(t testing.TB, path string) *schemas {
	if path == "" || path == "-" {
		return nil
	}
	s, err := readSchemas()(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds a value against one description; unknown names hold nothing.
func (c *compiled) validate(name string, v any) error {
	c.mu.Lock()
	s := c.all[name]
	if s == nil {
		var err error
		if s, err = c.compiler.Compile("discord.json#/$defs/" + name); err != nil {
			c.mu.Unlock()
			return err
		}
		c.all[name] = s
	}
	c.mu.Unlock()
	return s.Validate(v)
}

// request holds a body to its description.
func (s *schemas) request(r *route, in *request, notice func(string, ...any)) *failure {
	if s == nil || r.takes == "" {
		return nil
	}
	name, value := r.takes, any(in.body)
	if in.list != nil {
		value = in.list
	}
	if name == "callback" {
		name = map[int]string{
			1: "PongInteractionCallbackRequest", giveMessage: "CreateMessageInteractionCallbackRequest", giveDeferred: "CreateMessageInteractionCallbackRequest",
			giveUpdateLater: "UpdateMessageInteractionCallbackRequest", giveUpdate: "UpdateMessageInteractionCallbackRequest",
			giveAutocomplete: "ApplicationCommandAutocompleteCallbackRequest", giveModal: "ModalInteractionCallbackRequest",
		}[number(in.body, "type")]
		if name == "" {
			return nil // the state machine refuses it
		}
	}
	values := []any{value}
	if element, isList := strings.CutPrefix(name, "["); isList {
		name, values = element, in.list
	}
	e := &formErrors{}
	for i, v := range values {
		v = digits(v)
		err := s.loose.validate(name, v)
		at := ""
		if r.takes[0] == '[' {
			at = strconv.Itoa(i)
		}
		if err != nil {
			faultsOf(err, func(path []string, words string) {
				e.add(at+"/"+strings.Join(path, "/"), "BASE_TYPE_INVALID", "%s", words)
			})
			continue
		}
		if err := s.strict.validate(name, v); err != nil {
			faultsOf(err, func(path []string, words string) {
				if strings.Contains(words, "additional") {
					notice("%s: /%s: %s", r.name, strings.Join(path, "/"), words)
				}
			})
		}
	}
	return e.failure()
}

// digits turns permissions written as text into numbers: the description has
// numbers, the documentation texts, and both work.
func digits(v any) any {
	o, isObject := v.(object)
	p, isText := o["default_member_permissions"].(string)
	if !isObject || !isText {
		return v
	}
	out := clone(o)
	out["default_member_permissions"] = json.Number(p)
	return out
}

// faultsOf calls f for the innermost faults.
func faultsOf(err error, f func(path []string, words string)) {
	v, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		f(nil, err.Error())
		return
	}
	if len(v.Causes) == 0 {
		words := v.Error()
		if i := strings.LastIndex(words, ": "); i >= 0 {
			words = words[i+2:]
		}
		f(v.InstanceLocation, words)
	}
	for _, c := range v.Causes {
		faultsOf(c, f)
	}
}

var zone = regexp.MustCompile(`(\d\d\.\d{6})\+00:00"`)

// response holds an answer to its description, which writes times with a Z.
func (s *schemas) response(r *route, body []byte) error {
	if s == nil || r.gives == "" {
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(zone.ReplaceAll(body, []byte(`${1}Z"`))))
	if err != nil {
		return err
	}
	name, values := r.gives, []any{v}
	if element, isList := strings.CutPrefix(name, "["); isList {
		name = element
		values, _ = v.([]any)
	}
	if name == "channel" {
		o, _ := v.(object)
		name = "GuildChannelResponse"
		switch kind := number(o, "type"); {
		case kind == directChannel:
			name = "PrivateChannelResponse"
		case slices.Contains([]int{publicThread, privateThread}, kind):
			name = "ThreadResponse"
		}
	}
	for _, v := range values {
		if err := s.loose.validate(name, v); err != nil {
			return err
		}
	}
	return nil
}
