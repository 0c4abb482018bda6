package browser

import (
	"context"
	"strings"

	"studyhall/bot"
)

// completion is one line of the list above the box. Insert replaces the typed
// text from rune From on.
type completion struct {
	Label  string `json:"label"`
	Help   string `json:"help"`
	Insert string `json:"insert"`
}

// completions is what the box offers for the text in it.
type completions struct {
	Items []completion `json:"items"`
	From  int          `json:"from"`  // in UTF-16 code units, as the page counts
	First bool         `json:"first"` // the first line is what Enter takes
}

// complete offers commands, then options, then values for typed text.
func (s *site) complete(ctx context.Context, p person, ch bot.ChannelID, text string) (completions, error) {
	if rest, ok := strings.CutPrefix("@"+botName, text); ok && text != "" && rest != "" {
		return completions{Items: []completion{{Label: "@" + botName, Help: "Ask the bot in words", Insert: "@" + botName + " "}}, First: true}, nil
	}
	line, ok := strings.CutPrefix(text, "/")
	if !ok {
		return completions{}, nil
	}
	word, rest, hasRest := strings.Cut(line, " ")
	if !hasRest {
		return s.completeCommand(word), nil
	}
	for _, c := range s.core.Commands() {
		if c.Name == word && !c.Message {
			return s.completeFields(ctx, p, ch, c, text, rest)
		}
	}
	return completions{}, nil
}

func (s *site) completeCommand(word string) completions {
	var out completions
	exact := false
	for _, c := range s.core.Commands() {
		if c.Message || !strings.HasPrefix(c.Name, strings.ToLower(word)) {
			continue
		}
		exact = exact || c.Name == word
		insert := "/" + c.Name
		if len(c.Fields) > 0 {
			insert += " "
		}
		out.Items = append(out.Items, completion{Label: "/" + c.Name, Help: c.Help, Insert: insert})
	}
	out.First = word != "" && !exact && len(out.Items) > 0
	return out
}

// completeFields offers the fields not yet named and the values of the one that
// is being typed.
func (s *site) completeFields(ctx context.Context, p person, ch bot.ChannelID, c bot.Command, text, rest string) (completions, error) {
	token := lastWord(rest)
	out := completions{From: utf16Length(text[:len(text)-len(token)])}
	if name, typed, ok := strings.Cut(token, ":"); ok {
		for _, f := range c.Fields {
			if strings.EqualFold(f.Name, name) {
				values, err := s.values(ctx, p, ch, f, strings.Trim(typed, `"`))
				out.Items = withName(values, f.Name)
				out.First = strings.Trim(typed, `"`) != "" && !exactly(values, typed) && len(values) > 0
				return out, err
			}
		}
		return out, nil
	}
	before := rest[:len(rest)-len(token)]
	for _, f := range c.Fields {
		if strings.Contains(before, f.Name+":") || strings.Contains(before, f.Name+"=") {
			continue
		}
		if strings.HasPrefix(f.Name, strings.ToLower(token)) {
			out.Items = append(out.Items, completion{Label: f.Name + ":", Help: helpOf(f), Insert: f.Name + ":"})
		}
		if token == "" {
			continue
		}
		values, err := s.values(ctx, p, ch, f, token)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, withName(values, f.Name)...)
		out.First = out.First || exactly(values, token)
	}
	out.First = token != "" && !out.First && len(out.Items) > 0
	out.Items = out.Items[:min(len(out.Items), bot.LimitSuggestions)]
	return out, nil
}

func helpOf(f bot.Field) string {
	if f.Help != "" {
		return f.Help
	}
	return f.Label
}

func exactly(values []bot.Option, typed string) bool {
	for _, o := range values {
		if strings.EqualFold(o.Label, typed) || strings.EqualFold(o.Value, typed) {
			return true
		}
	}
	return false
}

// values are the values of a field that begin with, or contain, what was typed.
func (s *site) values(ctx context.Context, p person, ch bot.ChannelID, f bot.Field, typed string) ([]bot.Option, error) {
	if f.Suggest != "" {
		return s.suggest(ctx, p, ch, "", f.Suggest, typed)
	}
	options := f.Options
	switch f.Kind {
	case bot.Person:
		options = s.personOptions()
	case bot.Channel:
		options = s.channelOptions()
	case bot.Bool:
		options = []bot.Option{{Label: "yes", Value: "true"}, {Label: "no", Value: "false"}}
	}
	var begin, contain []bot.Option
	typed = strings.ToLower(typed)
	for _, o := range options {
		switch label := strings.ToLower(o.Label); {
		case strings.HasPrefix(label, typed) || strings.HasPrefix(strings.ToLower(o.Value), typed):
			begin = append(begin, o)
		case strings.Contains(label, typed):
			contain = append(contain, o)
		}
	}
	return append(begin, contain...), nil
}

// withName writes values as the command parser reads them: name:value, quoted
// where there is a space.
func withName(values []bot.Option, name string) []completion {
	var out []completion
	for _, o := range values {
		value := o.Value
		if strings.ContainsAny(value, " \t") {
			value = `"` + strings.ReplaceAll(value, `"`, "") + `"`
		}
		out = append(out, completion{Label: o.Label, Help: name, Insert: name + ":" + value + " "})
	}
	return out
}

// lastWord is the word being typed, with an open quote's spaces.
func lastWord(rest string) string {
	start, quoted := 0, false
	for n, r := range rest {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			start = n + 1
		}
	}
	return rest[start:]
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
