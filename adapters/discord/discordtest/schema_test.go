package discordtest

import (
	"os"
	"strings"
	"testing"
)

// published are Discord's descriptions; without them the test is skipped.
func published(t *testing.T) *schemas {
	t.Helper()
	path := os.Getenv("STUDYHALL_DISCORD_SCHEMA")
	if path == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_DISCORD_SCHEMA is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_DISCORD_SCHEMA is not set; see oracles/README.md")
	}
	return loadSchemas(t, path)
}

// TestPublishedRequests makes sure that bodies are held to something, and that
// every route's description exists.
func TestPublishedRequests(t *testing.T) {
	s := published(t)
	for _, r := range routes() {
		for _, name := range []string{r.takes, r.gives} {
			name = strings.TrimPrefix(name, "[")
			if name == "" || name == "callback" || name == "channel" {
				continue
			}
			if err := s.loose.validate(name, object{}); err != nil && strings.Contains(err.Error(), "not found") {
				t.Errorf("%s: %v", r.name, err)
			}
		}
	}
	for _, test := range []struct {
		name, route, body string
		refused           bool
		noticed           string
	}{
		{"right", string(CreateMessage), `{"content":"c"}`, false, ""},
		{"a text for a truth", string(CreateMessage), `{"content":"c","tts":"yes"}`, true, ""},
		{"an unknown field", string(CreateMessage), `{"contents":"c"}`, false, "contents"},
		{"an unknown field, deep", string(CreateMessage), `{"components":[{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"a","colour":1}]}]}`, false, "colour"},
		{"a callback", string(Callback), `{"type":4,"data":{"content":"c"}}`, false, ""},
		{"a wrong callback", string(Callback), `{"type":4,"data":{"content":1}}`, true, ""},
		{"an empty form", string(Callback), `{"type":9,"data":{"custom_id":"m","title":"t","components":[]}}`, true, ""},
		{"a command with permissions as text", "POST /applications/{application}/commands", `{"name":"a","description":"d","default_member_permissions":"32"}`, false, ""},
		{"a command without a name", "POST /applications/{application}/commands", `{"description":"d"}`, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, path, _ := strings.Cut(test.route, " ")
			r, _, _ := find(method, strings.NewReplacer("{", "", "}", "").Replace(path))
			v, err := decode([]byte(test.body))
			if err != nil || r == nil {
				t.Fatal(err, r)
			}
			body, _ := v.(object)
			noticed := ""
			fail := s.request(r, &request{body: body}, func(_ string, args ...any) { noticed += args[2].(string) })
			if (fail != nil) != test.refused || !strings.Contains(noticed, test.noticed) || test.noticed == "" && noticed != "" {
				t.Errorf("refused: %v, noticed: %s", fail, noticed)
			}
		})
	}
}

// TestPublishedAnswers makes sure that our answers are held to something.
func TestPublishedAnswers(t *testing.T) {
	s := published(t)
	for _, test := range []struct {
		name, route, body string
		refused           bool
	}{
		{"a gateway", "GET /gateway", `{"url":"ws://x"}`, false},
		{"one without an address", "GET /gateway", `{}`, true},
		{"half a message", "POST /channels/1/messages", `{"id":"1"}`, true},
		{"half a message in a list", "GET /channels/1/messages", `[{"id":"1"}]`, true},
		{"no messages", "GET /channels/1/messages", `[]`, false},
		{"half a channel", "GET /channels/1", `{"id":"1","type":0}`, true},
		{"half a thread", "GET /channels/1", `{"id":"1","type":11}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, path, _ := strings.Cut(test.route, " ")
			r, _, _ := find(method, path)
			if err := s.response(r, []byte(test.body)); (err != nil) != test.refused {
				t.Errorf("%v", err)
			}
		})
	}
}
