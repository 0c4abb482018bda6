package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Slack's limits, in characters or in items. Unless another source is named
// they are from the Block Kit reference, docs.slack.dev/reference/block-kit.
const (
	limitText            = 4000    // text: chat.update and chat.postEphemeral refuse more (msg_too_long)
	limitTotal           = 13_200  // text of all blocks: seen to fail above (msg_blocks_too_long, bolt-js issue 2509)
	limitBlocks          = 50      // blocks of a message
	limitViewBlocks      = 100     // blocks of a modal or home page
	limitViewBytes       = 250_000 // a view's JSON: views.open, view_too_large
	limitID              = 255     // block_id, action_id, callback_id
	limitHeader          = 150     // header text
	limitSection         = 3000    // any text object, a section's text
	limitContextElements = 10      // elements of a context block
	limitActions         = 25      // elements of an actions block
	limitButton          = 75      // button text
	limitButtonValue     = 2000    // button value
	limitURL             = 3000    // button and image address
	limitAccessible      = 75      // accessibility_label
	limitOptions         = 100     // options of a menu
	limitOptionText      = 75      // option text
	limitOptionValue     = 150     // option value; older texts say 75, which the vocabulary keeps
	limitPlaceholder     = 150     // placeholder
	limitChoices         = 10      // options of radio buttons and checkboxes
	limitLabel           = 2000    // input label and hint
	limitInput           = 3000    // plain_text_input
	limitAlt             = 2000    // image alt_text
	limitTableRows       = 100     // rows of a table
	limitTableColumns    = 20      // cells of a row
	limitModalTitle      = 24      // modal title, submit, close
	limitPrivate         = 3000    // private_metadata
	limitMetadata        = 1000    // metadata's JSON; Slack gives no figure (metadata_too_large)
)

// Check reports everything in the body of a message, or in a view, that Slack
// would refuse although its published types allow it. It knows the block types
// that this adapter uses and reports any other.
func Check(payload []byte) []error {
	var root map[string]any
	d := json.NewDecoder(bytes.NewReader(payload))
	if err := d.Decode(&root); err != nil {
		return []error{fmt.Errorf("not a JSON object: %w", err)}
	}
	c := &checker{blockIDs: map[string]bool{}}
	kind, _ := root["type"].(string)
	isView := kind == "modal" || kind == "home"
	if isView {
		c.view(kind, root, len(payload))
	} else {
		c.message(root)
	}
	blocks, _ := root["blocks"].([]any)
	for i, b := range blocks {
		c.block(fmt.Sprintf("/blocks/%d", i), b, kind)
	}
	if c.total > limitTotal && !isView {
		c.fail("/blocks", "%d characters of text, at most %d", c.total, limitTotal)
	}
	if c.tables > 1 || (isView && c.tables > 0) {
		c.fail("/blocks", "%d tables: one in a message, none in a view", c.tables)
	}
	return c.faults
}

type checker struct {
	faults   []error
	blockIDs map[string]bool
	tables   int
	total    int // characters of text
}

func (c *checker) fail(at, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

func (c *checker) message(m map[string]any) {
	text, _ := m["text"].(string)
	if strings.TrimSpace(text) == "" {
		c.fail("/text", "empty: notifications and screen readers need it")
	}
	c.atMost("/text", text, limitText)
	if strings.Contains(text, "<!") || strings.Contains(text, "<@") || strings.Contains(text, "<#") {
		c.fail("/text", "an unescaped mention")
	}
	c.count("/blocks", m["blocks"], 1, limitBlocks)
	if meta, ok := m["metadata"]; ok {
		o, _ := meta.(map[string]any)
		eventType, _ := o["event_type"].(string)
		if _, isObject := o["event_payload"].(map[string]any); eventType == "" || !isObject || len(o) != 2 {
			c.fail("/metadata", "needs event_type and event_payload, and nothing else")
		}
		if data, err := json.Marshal(meta); err != nil || len(data) > limitMetadata {
			c.fail("/metadata", "%d bytes, at most %d", len(data), limitMetadata)
		}
	}
}

func (c *checker) view(kind string, v map[string]any, size int) {
	if size > limitViewBytes {
		c.fail("", "%d bytes, at most %d", size, limitViewBytes)
	}
	c.count("/blocks", v["blocks"], 1, limitViewBlocks)
	if kind == "home" {
		return
	}
	c.texts("", v, []length{{"title", limitModalTitle, true}, {"submit", limitModalTitle, false}, {"close", limitModalTitle, false},
		{"callback_id", limitID, false}, {"private_metadata", limitPrivate, false}})
	blocks, _ := v["blocks"].([]any)
	for _, b := range blocks {
		if o, _ := b.(map[string]any); o["type"] == "input" && v["submit"] == nil {
			c.fail("/submit", "needed where there is an input")
			break
		}
	}
}

// length is the limit of a string, or of a text object, at a key.
type length struct {
	key      string
	limit    int
	required bool
}

// lengths are the limits of strings in an object of that type.
func lengths(kind string) []length {
	switch kind {
	case "header":
		return []length{{"text", limitHeader, true}}
	case "section":
		return []length{{"text", limitSection, true}}
	case "image":
		return []length{{"alt_text", limitAlt, true}, {"image_url", limitURL, false}}
	case "button":
		return []length{{"text", limitButton, true}, {"action_id", limitID, true}, {"value", limitButtonValue, false},
			{"url", limitURL, false}, {"accessibility_label", limitAccessible, false}}
	case "input":
		return []length{{"label", limitLabel, true}, {"hint", limitLabel, false}}
	case "option":
		return []length{{"text", limitOptionText, true}, {"value", limitOptionValue, true}}
	}
	return []length{{"action_id", limitID, true}, {"placeholder", limitPlaceholder, false}, {"initial_value", limitInput, false}}
}

func (c *checker) texts(at string, o map[string]any, rules []length) {
	for _, r := range rules {
		v, present := o[r.key]
		if !present {
			if r.required {
				c.fail(at+"/"+r.key, "missing")
			}
			continue
		}
		s, isString := v.(string)
		if !isString {
			s = c.object(at+"/"+r.key, v)
		}
		if s == "" {
			c.fail(at+"/"+r.key, "empty")
		}
		c.atMost(at+"/"+r.key, s, r.limit)
	}
}

// object checks a text object and gives its text.
func (c *checker) object(at string, v any) string {
	o, _ := v.(map[string]any)
	text, _ := o["text"].(string)
	kind, _ := o["type"].(string)
	_, emoji := o["emoji"]
	switch {
	case kind != "plain_text" && kind != "mrkdwn":
		c.fail(at, "%q is no type of text", kind)
	case kind == "mrkdwn" && emoji:
		c.fail(at, "mrkdwn takes no emoji")
	case kind == "mrkdwn" && !isToken(text):
		c.fail(at, "mrkdwn that is not a single token of ours: %q", text)
	}
	c.total += utf8.RuneCountInString(text)
	return text
}

// isToken reports whether mrkdwn is one mention or one date and nothing else.
func isToken(s string) bool {
	return (strings.HasPrefix(s, "<@") || strings.HasPrefix(s, "<!date^")) &&
		strings.HasSuffix(s, ">") && strings.Count(s, "<") == 1 && strings.Count(s, ">") == 1
}

func (c *checker) atMost(at, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		c.fail(at, "%d characters, at most %d", n, limit)
	}
}

func (c *checker) count(at string, v any, least, most int) {
	items, _ := v.([]any)
	if n := len(items); n < least || n > most {
		c.fail(at, "%d, from %d to %d", n, least, most)
	}
}

func (c *checker) block(at string, v any, view string) {
	o, _ := v.(map[string]any)
	kind, _ := o["type"].(string)
	if id, ok := o["block_id"].(string); ok {
		c.atMost(at+"/block_id", id, limitID)
		if id == "" || c.blockIDs[id] {
			c.fail(at+"/block_id", "%q: empty or used twice", id)
		}
		c.blockIDs[id] = true
	}
	switch kind {
	case "divider":
	case "header", "section":
		c.texts(at, o, lengths(kind))
	case "image":
		c.texts(at, o, lengths(kind))
		if o["image_url"] == nil && o["slack_file"] == nil {
			c.fail(at, "neither image_url nor slack_file")
		}
	case "rich_text":
		c.rich(at, o)
	case "context":
		c.count(at+"/elements", o["elements"], 1, limitContextElements)
		for i, e := range items(o["elements"]) {
			element := fmt.Sprintf("%s/elements/%d", at, i)
			c.atMost(element, c.object(element, e), limitSection)
		}
	case "actions":
		c.count(at+"/elements", o["elements"], 1, limitActions)
		var seen []string
		for i, e := range items(o["elements"]) {
			id := c.element(fmt.Sprintf("%s/elements/%d", at, i), e)
			if slices.Contains(seen, id) {
				c.fail(at, "action_id %q twice", id)
			}
			seen = append(seen, id)
		}
	case "input":
		if view != "modal" {
			c.fail(at, "an input outside a modal")
		}
		c.texts(at, o, lengths(kind))
		c.element(at+"/element", o["element"])
	case "table":
		c.tables++
		c.table(at, o)
	default:
		c.fail(at, "unexpected block type %q", kind)
	}
}

func items(v any) []any {
	all, _ := v.([]any)
	return all
}

// element checks an interactive element and gives its action_id.
func (c *checker) element(at string, v any) string {
	o, _ := v.(map[string]any)
	kind, _ := o["type"].(string)
	id, _ := o["action_id"].(string)
	c.texts(at, o, lengths(kind))
	least, most := 0, 0
	switch kind {
	case "static_select", "multi_static_select":
		least, most = 1, limitOptions
	case "radio_buttons", "checkboxes":
		least, most = 1, limitChoices
	case "button", "external_select", "users_select", "conversations_select", "datepicker", "timepicker", "file_input":
	case "number_input":
		c.bounds(at, number(o["min_value"]), number(o["max_value"]))
	case "plain_text_input":
		longest, _ := o["max_length"].(float64)
		if longest > limitInput {
			c.fail(at+"/max_length", "%v, at most %d", longest, limitInput)
		}
		shortest, _ := o["min_length"].(float64)
		c.bounds(at, shortest, longest)
	default:
		c.fail(at, "unexpected element type %q", kind)
	}
	c.count(at+"/options", o["options"], least, most)
	for i, option := range items(o["options"]) {
		op, _ := option.(map[string]any)
		c.texts(fmt.Sprintf("%s/options/%d", at, i), op, lengths("option"))
	}
	return id
}

func number(v any) float64 {
	s, _ := v.(string)
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return n
}

func (c *checker) bounds(at string, least, most float64) {
	if most != 0 && least > most {
		c.fail(at, "a minimum of %v above the maximum of %v", least, most)
	}
}

// rich checks the elements of a rich text block or cell.
func (c *checker) rich(at string, o map[string]any) {
	c.count(at+"/elements", o["elements"], 1, limitSection)
	for i, s := range items(o["elements"]) {
		part, _ := s.(map[string]any)
		if part["type"] != "rich_text_section" {
			c.fail(at, "unexpected rich text %q", part["type"])
		}
		c.count(fmt.Sprintf("%s/elements/%d/elements", at, i), part["elements"], 1, limitSection)
		for j, e := range items(part["elements"]) {
			in := fmt.Sprintf("%s/elements/%d/elements/%d", at, i, j)
			el, _ := e.(map[string]any)
			text, _ := el["text"].(string)
			c.total += utf8.RuneCountInString(text)
			switch el["type"] {
			case "text":
				if text == "" {
					c.fail(in, "empty text")
				}
			case "date":
				if el["fallback"] == nil || el["format"] == nil {
					c.fail(in, "a date needs a format and a fallback")
				}
			case "user", "usergroup":
			default:
				c.fail(in, "unexpected rich text element %q", el["type"])
			}
		}
	}
}

func (c *checker) table(at string, o map[string]any) {
	c.count(at+"/rows", o["rows"], 1, limitTableRows)
	width := -1
	for i, r := range items(o["rows"]) {
		in := fmt.Sprintf("%s/rows/%d", at, i)
		c.count(in, r, 1, limitTableColumns)
		if width >= 0 && len(items(r)) != width {
			c.fail(in, "%d cells, the first row has %d", len(items(r)), width)
		}
		width = len(items(r))
		for j, cell := range items(r) {
			content, _ := cell.(map[string]any)
			c.rich(fmt.Sprintf("%s/%d", in, j), content)
		}
	}
}
