package discord

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

// The reader stands in for Discord: it knows how a client reads Markdown and
// sends modals. It accepts none of the Markdown that this adapter doesn't write.

var renderer = adaptertest.Renderer{
	Adapter: "discord",
	Message: Payload,
	Form:    FormPayload,
	Check:   Check,
	Reads:   reads,
	Presses: presses,
	Pings:   pings,
	Sends:   sends,
}

func reads(payload []byte) (string, error) {
	var root map[string]any
	if err := json.Unmarshal(payload, &root); err != nil {
		return "", err
	}
	if data, ok := root["data"].(map[string]any); ok {
		root = data
	}
	var b strings.Builder
	err := read(&b, root)
	return b.String(), err
}

func read(b *strings.Builder, o map[string]any) error {
	if content, ok := o["content"].(string); ok {
		text, err := unmarked(content)
		if err != nil {
			return err
		}
		b.WriteString(text + "\n")
	}
	for _, key := range []string{"title", "label", "description", "placeholder", "url"} {
		if s, ok := o[key].(string); ok {
			b.WriteString(s + "\n")
		}
	}
	for _, key := range []string{"attachments", "components", "options"} {
		all, _ := o[key].([]any)
		for _, e := range all {
			if err := read(b, e.(map[string]any)); err != nil {
				return err
			}
		}
	}
	if in, ok := o["component"].(map[string]any); ok {
		return read(b, in)
	}
	return nil
}

var (
	lineMark  = regexp.MustCompile(`^(### |-# )`)
	boldLabel = regexp.MustCompile(`^\*\*((?:[^\\*]|\\.)+)\*\*( |$)`)
	timeToken = regexp.MustCompile(`^<t:(\d+):F>`)
	userToken = regexp.MustCompile(`^<@(\d+)>`)
	listStart = regexp.MustCompile(`^\s*([#>*+-]|\d+\.)`)
	emojiName = regexp.MustCompile(`^:[\w+~-]+:`)
	anyToken  = regexp.MustCompile(`^<[@#:/!&+\pL]`)
	everyone  = regexp.MustCompile(`(?i)^@(everyone|here)`)
)

// unmarked is what a client shows of Markdown, and an error where it would do
// anything else than show characters.
func unmarked(content string) (string, error) {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(content), "\n") {
		line = lineMark.ReplaceAllString(line, "")
		if m := boldLabel.FindStringSubmatch(line); m != nil {
			line = m[1] + " " + line[len(m[0]):]
		}
		if listStart.MatchString(line) {
			return "", fmt.Errorf("a line that begins a list, heading or quote: %q", line)
		}
		if err := inline(&b, line); err != nil {
			return "", err
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func inline(b *strings.Builder, line string) error {
	for line != "" {
		if m := timeToken.FindStringSubmatch(line); m != nil {
			unix, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				return err
			}
			b.WriteString(adaptertest.Instant(unix))
			line = line[len(m[0]):]
			continue
		}
		if m := userToken.FindStringSubmatch(line); m != nil {
			b.WriteString(adaptertest.Person(userID(m[1])))
			line = line[len(m[0]):]
			continue
		}
		switch {
		case line[0] == '\\' && len(line) > 1 && strings.Contains("\\*_~`|<>[#-+.:@", line[1:2]):
			b.WriteByte(line[1])
			line = line[2:]
			continue
		case strings.ContainsAny(line[:1], "\\*_~`|["), anyToken.MatchString(line), emojiName.MatchString(line),
			everyone.MatchString(line), strings.HasPrefix(line, "://"):
			return fmt.Errorf("a client would make something of %q", line)
		}
		b.WriteByte(line[0])
		line = line[1:]
	}
	return nil
}

func presses(payload []byte) ([]string, error) {
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		return nil, err
	}
	var paths []string
	for i, row := range m.Components {
		for j, e := range row.Components {
			uses := [][]string{nil}
			if e.Type == stringSelect {
				uses = nil
				for _, o := range e.Options {
					uses = append(uses, []string{o.Value})
				}
			}
			for _, values := range uses {
				if e.CustomID == "" {
					continue
				}
				path, key := pressed(e.CustomID, values)
				if first := i == 0 && j == 0; first && key != m.Nonce {
					return nil, fmt.Errorf("the first control holds the key %q, the message %q", key, m.Nonce)
				}
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

// pings finds who is notified, which is who allowed_mentions allows of those
// whom the content names. Discord looks for names before it looks at escapes.
func pings(payload []byte) ([]bot.UserID, error) {
	var m struct {
		Content         string `json:"content"`
		AllowedMentions *struct {
			Parse []string `json:"parse"`
			Users []string `json:"users"`
			Roles []string `json:"roles"`
		} `json:"allowed_mentions"`
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return nil, err
	}
	if m.AllowedMentions == nil || m.AllowedMentions.Parse == nil {
		return []bot.UserID{"everyone"}, nil
	}
	var ids []bot.UserID
	for _, kind := range m.AllowedMentions.Parse {
		ids = append(ids, bot.UserID(kind))
	}
	for _, r := range m.AllowedMentions.Roles {
		ids = append(ids, bot.UserID("role "+r))
	}
	for _, u := range m.AllowedMentions.Users {
		if strings.Contains(m.Content, "<@"+u+">") {
			ids = append(ids, userID(u))
		}
	}
	return ids, nil
}

// sends submits a modal as it opened.
func sends(payload []byte) (string, bot.Values, error) {
	var cb struct {
		Data modal `json:"data"`
	}
	if err := json.Unmarshal(payload, &cb); err != nil {
		return "", nil, err
	}
	var sent []sentComponent
	for _, top := range cb.Data.Components {
		if top.Component == nil {
			sent = append(sent, sentComponent{Type: top.Type})
			continue
		}
		in := *top.Component
		out := sentComponent{Type: in.Type, CustomID: in.CustomID}
		for _, o := range in.Options {
			if o.Default {
				out.Values = append(out.Values, o.Value)
			}
		}
		for _, d := range in.DefaultValues {
			out.Values = append(out.Values, d.ID)
		}
		var value any
		switch in.Type {
		case checkbox:
			value = in.Default
		case radioGroup: // one value, or null
			if len(out.Values) > 0 {
				value, out.Values = out.Values[0], nil
			}
		case textInput:
			value = in.Value
		}
		data, err := json.Marshal(value)
		if err != nil {
			return "", nil, err
		}
		out.Value = data
		sent = append(sent, sentComponent{Type: top.Type, Component: &out})
	}
	values, _ := submitted(sent)
	return cb.Data.CustomID, values, nil
}

func TestRender(t *testing.T) { adaptertest.Render(t, renderer) }

func TestRenderSaid(t *testing.T) { adaptertest.RenderSaid(t, renderer) }
