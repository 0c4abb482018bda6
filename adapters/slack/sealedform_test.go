package slack

import (
	"bytes"
	"testing"

	"studyhall/adapters/slack/slacktest"
)

// What is kept of an open form can't be read without the program's own secrets: it
// has an address at which anybody could answer in the bot's name, and what was
// filled in.
func TestKeptFormIsSealed(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.openForm(false)
		shelf := s.a.config.Shelf.(*memoryShelf)
		shelf.mu.Lock()
		defer shelf.mu.Unlock()
		forms := 0
		for key, value := range shelf.kept {
			if !bytes.HasPrefix([]byte(key), []byte(formPath)) {
				continue
			}
			forms++
			for _, clear := range []string{"http", "hooks", asks.Title, asks.Action} {
				if bytes.Contains(value, []byte(clear)) {
					t.Errorf("%q is on the shelf in clear: %q", clear, value)
				}
			}
		}
		if forms != 1 {
			t.Errorf("%d forms were kept, want one", forms)
		}
	})
}

// Other secrets open no form that was kept before: it is as if it were gone.
func TestKeptFormOfOtherSecrets(t *testing.T) {
	before, err := newFormSealer(Config{BotToken: "xoxb-1", SigningSecret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	sealed := before.seal("about", []byte("form"))
	for name, config := range map[string]Config{
		"another token":  {BotToken: "xoxb-2", SigningSecret: "s"},
		"another secret": {BotToken: "xoxb-1", SigningSecret: "t"},
		"a key now":      {BotToken: "xoxb-1", SigningSecret: "s", SecretKeys: []string{"0123456789abcdef0123456789abcdef"}},
	} {
		after, err := newFormSealer(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := after.open("about", sealed); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
	if plain, _, err := before.open("about", sealed); err != nil || string(plain) != "form" {
		t.Errorf("its own secrets: %q, %v", plain, err)
	}
}
