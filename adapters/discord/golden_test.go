package discord

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenBody is a body with the name of its file, whose part before the first
// hyphen says which route it is for.
type goldenBody struct {
	name string
	make func() ([]byte, error)
}

func goldenBodies() []goldenBody {
	var all []goldenBody
	add := func(name string, make func() ([]byte, error)) { all = append(all, goldenBody{name, make}) }
	for _, c := range adaptertest.Cards() {
		m := c.Message
		add("message-"+c.Name, func() ([]byte, error) { return Payload(m) })
		switch c.Name {
		case "01-daily-question", "image", "nasty-tokens", "12-empty-progress":
			add("edit-"+c.Name, func() ([]byte, error) { return Edit(m) })
			add("answer-"+c.Name, func() ([]byte, error) { return answerBody(m, true) })
			add("update-"+c.Name, func() ([]byte, error) { return updateBody(m) })
		}
	}
	for _, f := range adaptertest.Forms() {
		add("modal-"+f.Name, func() ([]byte, error) { return FormPayload(f.Form) })
	}
	for _, c := range adaptertest.Commands() {
		slug := strings.ReplaceAll(strings.ToLower(c.Name), " ", "-")
		add("command-"+slug, func() ([]byte, error) { return CommandPayload(c) })
	}
	add("command-every-kind", func() ([]byte, error) { return CommandPayload(everyKind()) })
	add("defer-whisper", func() ([]byte, error) { return deferBody(true, false) })
	add("defer-update", func() ([]byte, error) { return deferBody(false, true) })
	add("suggest-options", func() ([]byte, error) {
		return suggestionsBody([]bot.Option{{Label: "Chicago, now 4:38 AM", Value: "America/Chicago"}})
	})
	add("suggest-nothing", func() ([]byte, error) { return suggestionsBody(nil) })
	return all
}

// everyKind is a command with a field of each kind.
func everyKind() bot.Command {
	c := bot.Command{Name: "every-kind", Help: "Every kind of field"}
	for k := bot.Line; k <= bot.FileField; k++ {
		f := bot.Field{Name: kindWord(k), Label: "A " + kindWord(k), Kind: k, Required: k%2 == 1}
		if k == bot.OneOf || k == bot.AnyOf {
			f.Options = []bot.Option{{Label: "A", Value: "a"}, {Label: "B", Value: "b"}}
		}
		if k == bot.Number || k == bot.Paragraph {
			f.Min, f.Max = 1, 9
		}
		c.Fields = append(c.Fields, f)
	}
	return c
}

func TestGolden(t *testing.T) {
	var names []string
	for _, g := range goldenBodies() {
		names = append(names, g.name)
		t.Run(g.name, func(t *testing.T) {
			body, err := g.make()
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range Check(body) {
				t.Errorf("limit: %v", fault)
			}
			adaptertest.Golden(t, *update, g.name, body)
		})
	}
	t.Run("escape", func(t *testing.T) { adaptertest.Golden(t, *update, "escape", escapes(t)) })
	adaptertest.NoStrays(t, append(names, "escape"))
}

// escapes are literal texts and their Markdown, which oracles/discord-markdown.mjs
// reads with another implementation of Discord's dialect.
func escapes(t *testing.T) []byte {
	type pair struct {
		Literal  string `json:"literal"`
		Markdown string `json:"markdown"`
	}
	var literals []string
	for _, s := range adaptertest.HostileTexts() {
		literals = append(literals, string(bot.Typed(s)))
	}
	slices.Sort(literals)
	alphabet := []rune("aB1 .\n*_~`|<>@#:-+[]()\\&!/é")
	seeded := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var b strings.Builder
		for range 3 + seeded.IntN(14) {
			b.WriteRune(alphabet[seeded.IntN(len(alphabet))])
		}
		literals = append(literals, b.String())
	}
	var pairs []pair
	for _, s := range literals {
		pairs = append(pairs, pair{s, escape(s)})
	}
	data, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
