package slack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

// The reader stands in for Slack: it knows how a client shows and sends blocks.

const team = "T1"

var renderer = adaptertest.Renderer{
	Adapter: "slack",
	Message: Payload,
	Form:    FormPayload,
	Check:   Check,
	Reads:   reads,
	Presses: presses,
	Pings:   pings,
	Sends:   sends,
}

func decoded(payload []byte) (map[string]any, error) {
	var root map[string]any
	err := json.Unmarshal(payload, &root)
	return root, err
}

// reads is what a person reads from top to bottom.
func reads(payload []byte) (string, error) {
	root, err := decoded(payload)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, key := range []string{"title", "blocks", "submit"} {
		if err := read(&b, root[key]); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func read(b *strings.Builder, v any) error {
	switch o := v.(type) {
	case []any:
		for _, e := range o {
			if err := read(b, e); err != nil {
				return err
			}
		}
	case map[string]any:
		return readObject(b, o)
	}
	return nil
}

var (
	userToken = regexp.MustCompile(`^<@(\w+)>$`)
	dateOnly  = regexp.MustCompile(`^<!date\^(\d+)\^[^|^]+\|[^<>&|]*>$`)
)

func readObject(b *strings.Builder, o map[string]any) error {
	text, _ := o["text"].(string)
	switch o["type"] {
	case "text", "plain_text":
		b.WriteString(text)
	case "mrkdwn":
		if m := userToken.FindStringSubmatch(text); m != nil {
			b.WriteString(adaptertest.Person(userID(team, m[1])))
		} else if m := dateOnly.FindStringSubmatch(text); m != nil {
			unix, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				return err
			}
			b.WriteString(adaptertest.Instant(unix))
		} else {
			return fmt.Errorf("mrkdwn that a client would format: %q", text)
		}
	case "date":
		unix, _ := o["timestamp"].(float64)
		b.WriteString(adaptertest.Instant(int64(unix)))
	case "user":
		id, _ := o["user_id"].(string)
		b.WriteString(adaptertest.Person(userID(team, id)))
	case "link", "broadcast", "usergroup", "channel", "emoji", "color":
		return fmt.Errorf("a client would make something of %v", o)
	default:
		for _, key := range []string{"label", "text", "hint", "placeholder", "element", "elements", "rows", "options", "alt_text", "url"} {
			if s, isString := o[key].(string); isString {
				b.WriteString("\n" + s)
			} else if err := read(b, o[key]); err != nil {
				return err
			}
		}
		if rows, ok := o["rows"].([]any); ok {
			for _, r := range rows {
				if err := read(b, r); err != nil {
					return err
				}
			}
		}
	}
	if t, _ := o["type"].(string); t != "text" && t != "date" && t != "user" {
		b.WriteByte('\n')
	}
	return nil
}

// presses uses every control.
func presses(payload []byte) ([]string, error) {
	var root struct {
		Blocks []struct {
			Type     string `json:"type"`
			Elements []struct {
				Type     string                    `json:"type"`
				ActionID string                    `json:"action_id"`
				Options  []slack.OptionBlockObject `json:"options"`
			} `json:"elements"`
		} `json:"blocks"`
	}
	if err := json.Unmarshal(payload, &root); err != nil {
		return nil, err
	}
	var paths []string
	for _, b := range root.Blocks {
		if b.Type != "actions" {
			continue
		}
		for _, e := range b.Elements {
			uses := []slack.BlockAction{{ActionID: e.ActionID}}
			if e.Type == "static_select" {
				uses = nil
				for _, o := range e.Options {
					uses = append(uses, slack.BlockAction{ActionID: e.ActionID, SelectedOption: o})
				}
			}
			for _, a := range uses {
				if path, ok := pressed(a); ok {
					paths = append(paths, path)
				}
			}
		}
	}
	return paths, nil
}

var mention = regexp.MustCompile(`<[@!#][^>]*>|"(user|broadcast|usergroup)_id"|"range"`)

// pings finds who is notified: by blocks, and by the line beside them.
func pings(payload []byte) ([]bot.UserID, error) {
	root, err := decoded(payload)
	if err != nil {
		return nil, err
	}
	text, _ := root["text"].(string)
	var ids []bot.UserID
	for _, m := range mention.FindAllString(text, -1) {
		ids = append(ids, bot.UserID(m))
	}
	if root["parse"] != "none" || root["mrkdwn"] != false {
		ids = append(ids, "whatever the text says")
	}
	read, err := reads(payload)
	if err != nil {
		return nil, err
	}
	for _, m := range regexp.MustCompile(`⟨person ([^⟩]*)⟩`).FindAllStringSubmatch(read, -1) {
		ids = append(ids, bot.UserID(m[1]))
	}
	return ids, nil
}

// sends submits a view as it opened.
func sends(payload []byte) (string, bot.Values, error) {
	var v struct {
		CallbackID string `json:"callback_id"`
		Blocks     []struct {
			BlockID string         `json:"block_id"`
			Element map[string]any `json:"element"`
		} `json:"blocks"`
	}
	if err := json.Unmarshal(payload, &v); err != nil {
		return "", nil, err
	}
	state := map[string]any{}
	for _, b := range v.Blocks {
		if b.Element == nil {
			continue
		}
		a := map[string]any{"type": b.Element["type"]}
		for from, to := range map[string]string{
			"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options",
			"initial_user": "selected_user", "initial_conversation": "selected_conversation",
			"initial_date": "selected_date", "initial_time": "selected_time",
		} {
			if value, ok := b.Element[from]; ok {
				a[to] = value
			}
		}
		state[b.BlockID] = map[string]any{b.Element["action_id"].(string): a}
	}
	data, err := json.Marshal(map[string]any{"values": state})
	if err != nil {
		return "", nil, err
	}
	var sent slack.ViewState
	if err := json.Unmarshal(data, &sent); err != nil {
		return "", nil, err
	}
	values, _ := submitted(team, sent)
	return v.CallbackID, values, nil
}

func TestRender(t *testing.T) { adaptertest.Render(t, renderer) }

func TestRenderSaid(t *testing.T) { adaptertest.RenderSaid(t, renderer) }
