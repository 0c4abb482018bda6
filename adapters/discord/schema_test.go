package discord

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"studyhall/adapters/adaptertest"
)

// schemas names Discord's schema for each kind of golden file.
func schemas() map[string]string {
	return map[string]string{
		"message": "MessageCreateRequest",
		"edit":    "MessageEditRequestPartial",
		"answer":  "CreateMessageInteractionCallbackRequest",
		"update":  "UpdateMessageInteractionCallbackRequest",
		"modal":   "ModalInteractionCallbackRequest",
		"command": "ApplicationCommandCreateRequest",
		"suggest": "ApplicationCommandAutocompleteCallbackRequest",
	}
}

// compiled reads Discord's own description of its API, which
// oracles/discord-schema.mjs writes to a file.
func compiled(t *testing.T) map[string]*jsonschema.Schema {
	path := os.Getenv("STUDYHALL_DISCORD_SCHEMA")
	if path == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_DISCORD_SCHEMA is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_DISCORD_SCHEMA is not set; see oracles/README.md")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("discord.json", document); err != nil {
		t.Fatal(err)
	}
	all := map[string]*jsonschema.Schema{}
	for kind, schema := range schemas() {
		if all[kind], err = compiler.Compile("discord.json#/$defs/" + schema); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// validator says what is wrong with a body of a kind.
func validator(schema map[string]*jsonschema.Schema) func(t *testing.T, kind string, body []byte) error {
	return func(t *testing.T, kind string, body []byte) error {
		t.Helper()
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return schema[kind].Validate(instance)
	}
}

// TestSchema holds every body against that description.
func TestSchema(t *testing.T) {
	valid := validator(compiled(t))
	for _, g := range goldenBodies() {
		kind, _, _ := strings.Cut(g.name, "-")
		switch g.name { // promises belong to two routes
		case "defer-whisper":
			kind = "answer"
		case "defer-update":
			kind = "update"
		}
		t.Run(g.name, func(t *testing.T) {
			body, err := g.make()
			if err != nil {
				t.Fatal(err)
			}
			if err := valid(t, kind, body); err != nil {
				t.Error(err)
			}
		})
	}
	for name, text := range adaptertest.HostileTexts() {
		t.Run("hostile-"+name, func(t *testing.T) {
			body, err := Payload(adaptertest.HostileCard(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := valid(t, "message", body); err != nil {
				t.Error(err)
			}
		})
	}
	for _, c := range []struct{ name, kind, body string }{
		{"long nonce", "message", `{"nonce":"12345678901234567890123456"}`},
		{"misspelt field", "message", `{"contents":"c"}`},
		{"empty modal", "modal", `{"type":9,"data":{"custom_id":"m","title":"t","components":[]}}`},
		{"suggestions without data", "suggest", `{"type":8}`},
		{"a suggestion without a value", "suggest", `{"type":8,"data":{"choices":[{"name":"a"}]}}`},
		{"a command without a name", "command", `{"type":1}`},
	} {
		t.Run("refuses "+c.name, func(t *testing.T) {
			if valid(t, c.kind, []byte(c.body)) == nil {
				t.Error("accepted: the schema holds nobody to anything")
			}
		})
	}
}

// TestSaidSchema does the same with what the program says in its scripts.
func TestSaidSchema(t *testing.T) {
	valid := validator(compiled(t))
	adaptertest.EachSaid(t, func(t *testing.T, s adaptertest.Said) {
		bodies := map[string]func() ([]byte, error){}
		if s.Form != nil {
			bodies["modal"] = func() ([]byte, error) { return FormPayload(*s.Form) }
		} else {
			bodies["message"] = func() ([]byte, error) { return Payload(*s.Message) }
			bodies["edit"] = func() ([]byte, error) { return Edit(*s.Message) }
			bodies["answer"] = func() ([]byte, error) { return answerBody(*s.Message, true) }
			bodies["update"] = func() ([]byte, error) { return updateBody(*s.Message) }
		}
		for kind, make := range bodies {
			body, err := make()
			if err != nil {
				t.Fatal(err)
			}
			if err := valid(t, kind, body); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}
