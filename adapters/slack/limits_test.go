package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func long(n int) string { return strings.Repeat("x", n) }

func text(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, long(n)) }

func message(blocks ...string) string {
	return `{"text":"t","blocks":[` + strings.Join(blocks, ",") + `]}`
}

func rich(n int) string {
	return fmt.Sprintf(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":%q}]}]}`, long(n))
}

func button(more string) string {
	return `{"type":"button","action_id":"a","text":` + text(1) + more + `}`
}

func actions(elements ...string) string {
	return `{"type":"actions","elements":[` + strings.Join(elements, ",") + `]}`
}

func repeat(s string, n int) []string { return slices.Repeat([]string{s}, n) }

func menu(n int, option string) string {
	return `{"type":"static_select","action_id":"m","options":[` + strings.Join(repeat(option, n), ",") + `]}`
}

func modal(more string, blocks ...string) string {
	return `{"type":"modal","title":` + text(1) + more + `,"blocks":[` + strings.Join(blocks, ",") + `]}`
}

func input(element string) string {
	return `{"type":"input","block_id":"b","label":` + text(1) + `,"element":` + element + `}`
}

// broken is a body one step over a limit, and what the fault must name.
type broken struct{ name, body, want string }

func (b broken) check(t *testing.T) {
	if b.name != "not JSON" && !json.Valid([]byte(b.body)) {
		t.Fatalf("the row is not JSON: %s", b.body)
	}
	faults := Check([]byte(b.body))
	if !slices.ContainsFunc(faults, func(err error) bool { return strings.Contains(err.Error(), b.want) }) {
		t.Errorf("no fault with %q among %v", b.want, faults)
	}
}

func TestCheckMessages(t *testing.T) {
	option := `{"text":` + text(1) + `,"value":"v"}`
	table := `{"type":"table","rows":[[` + rich(1) + `]]}`
	for _, b := range []broken{
		{"not JSON", `[`, "not a JSON object"},
		{"no text", `{"blocks":[` + rich(1) + `]}`, "/text: empty"},
		{"long text", `{"text":"` + long(limitText+1) + `","blocks":[` + rich(1) + `]}`, "/text: 4001"},
		{"a ping in the text", `{"text":"<!channel>","blocks":[` + rich(1) + `]}`, "unescaped mention"},
		{"no blocks", message(), "/blocks: 0"},
		{"many blocks", message(repeat(`{"type":"divider"}`, limitBlocks+1)...), "/blocks: 51"},
		{"much text", message(rich(limitTotal/2+1), rich(limitTotal/2)), "characters of text"},
		{"header", message(`{"type":"header","text":` + text(limitHeader+1) + `}`), "/blocks/0/text: 151"},
		{"empty header", message(`{"type":"header","text":` + text(0) + `}`), "empty"},
		{"section", message(`{"type":"section","text":` + text(limitSection+1) + `}`), "3001"},
		{"unknown block", message(`{"type":"nonsense"}`), "unexpected block"},
		{"mrkdwn with emoji", message(`{"type":"section","text":{"type":"mrkdwn","text":"<@U1>","emoji":false}}`), "no emoji"},
		{"mrkdwn of words", message(`{"type":"section","text":{"type":"mrkdwn","text":"*a*"}}`), "not a single token"},
		{"context", message(`{"type":"context","elements":[` + strings.Join(repeat(text(1), limitContextElements+1), ",") + `]}`), "elements: 11"},
		{"empty rich text", message(rich(0)), "empty text"},
		{"broadcast", message(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"channel"}]}]}`), "unexpected rich text element"},
		{"actions", message(actions(repeat(button(""), limitActions+1)...)), "elements: 26"},
		{"same action twice", message(actions(button(""), button(""))), `action_id "a" twice`},
		{"button text", message(actions(`{"type":"button","action_id":"a","text":` + text(limitButton+1) + `}`)), "76"},
		{"button without action", message(actions(`{"type":"button","text":` + text(1) + `}`)), "action_id: missing"},
		{"action_id", message(actions(`{"type":"button","action_id":"` + long(limitID+1) + `","text":` + text(1) + `}`)), "256"},
		{"accessibility_label", message(actions(button(`,"accessibility_label":"` + long(limitAccessible+1) + `"`))), "76"},
		{"url", message(actions(button(`,"url":"` + long(limitURL+1) + `"`))), "3001"},
		{"options", message(actions(menu(limitOptions+1, option))), "options: 101"},
		{"option text", message(actions(menu(1, `{"text":`+text(limitOptionText+1)+`,"value":"v"}`))), "76"},
		{"option value", message(actions(menu(1, `{"text":`+text(1)+`,"value":"`+long(limitOptionValue+1)+`"}`))), "151"},
		{"unknown element", message(actions(`{"type":"nonsense","action_id":"a"}`)), "unexpected element"},
		{"two tables", message(table, table), "2 tables"},
		{"ragged table", message(`{"type":"table","rows":[[` + rich(1) + `],[` + rich(1) + `,` + rich(1) + `]]}`), "2 cells"},
		{"image without a file", message(`{"type":"image","alt_text":"a"}`), "neither"},
		{"image without words", message(`{"type":"image","slack_file":{"id":"F1"}}`), "alt_text: missing"},
		{"block_id twice", message(`{"type":"divider","block_id":"a"}`, `{"type":"divider","block_id":"a"}`), "used twice"},
		{"metadata", `{"text":"t","metadata":{"event_type":"a"},"blocks":[` + rich(1) + `]}`, "/metadata: needs"},
		{"much metadata", `{"text":"t","metadata":{"event_type":"a","event_payload":{"k":"` + long(limitMetadata) + `"}},"blocks":[` + rich(1) + `]}`, "/metadata: 1"},
	} {
		t.Run(b.name, b.check)
	}
}

func TestCheckViews(t *testing.T) {
	option := `{"text":` + text(1) + `,"value":"v"}`
	table := `{"type":"table","rows":[[` + rich(1) + `]]}`
	for _, b := range []broken{
		{"input in a message", message(input(`{"type":"datepicker","action_id":"a"}`)), "outside a modal"},
		{"modal title", `{"type":"modal","title":` + text(limitModalTitle+1) + `,"blocks":[` + rich(1) + `]}`, "/title: 25"},
		{"modal without submit", modal("", input(`{"type":"datepicker","action_id":"a"}`)), "/submit"},
		{"table in a modal", modal("", table), "1 tables"},
		{"radio buttons", modal(`,"submit":`+text(1), input(`{"type":"radio_buttons","action_id":"a","options":[`+strings.Join(repeat(option, limitChoices+1), ",")+`]}`)), "options: 11"},
		{"minimum above maximum", modal(`,"submit":`+text(1), input(`{"type":"number_input","action_id":"a","min_value":"3","max_value":"2"}`)), "minimum"},
		{"max_length", modal(`,"submit":`+text(1), input(`{"type":"plain_text_input","action_id":"a","max_length":3001}`)), "max_length"},
		{"a large view", modal(`,"private_metadata":"`+long(limitViewBytes)+`"`, rich(1)), "250000"},
	} {
		t.Run(b.name, b.check)
	}
}
