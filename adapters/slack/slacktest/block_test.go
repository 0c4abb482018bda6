package slacktest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"studyhall/adapters/slack/slacktest"
)

// long is text of so many characters, which are none of ASCII.
func long(n int) string { return strings.Repeat("é", n) }

// times is a list of so many values.
func times(n int, value string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(value, "#", fmt.Sprint(i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// TestBlocks is what blocks may have and what they may not.
func TestBlocks(t *testing.T) {
	plain := func(n int) string { return `{"type":"plain_text","text":"` + long(n) + `"}` }
	mrkdwn := func(n int) string { return `{"type":"mrkdwn","text":"` + long(n) + `"}` }
	quoted := func(n int) string { return `"` + long(n) + `"` }
	button := func(fields string) string {
		return `{"type":"actions","elements":[{"type":"button","text":` + plain(1) + fields + `}]}`
	}
	menu := func(fields string) string {
		return `{"type":"actions","elements":[{"type":"static_select","action_id":"m",` + fields + `}]}`
	}
	option := `{"text":{"type":"plain_text","text":"o#"},"value":"v#"}`
	input := func(element string) string {
		return `{"type":"input","label":` + plain(1) + `,"element":` + element + `}`
	}
	cell := `{"type":"raw_text","text":"x"}`
	rich := func(elements string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}`
	}
	for _, test := range []struct {
		name  string
		fine  string // a block that is taken, or ""
		wrong string // one that isn't, or ""
		says  string
	}{
		{"blocks", strings.Trim(times(50, `{"type":"divider"}`), "[]"), strings.Trim(times(51, `{"type":"divider"}`), "[]"), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"an unknown type", "", `{"type":"poll"}`, "unsupported type: poll [json-pointer:/blocks/0/type]"},
		{"no object", "", `"divider"`, "must provide an object [json-pointer:/blocks/0]"},
		{"a property that nobody knows", "", `{"type":"divider","color":"red"}`, "invalid additional property: color [json-pointer:/blocks/0]"},
		{"block_id", `{"type":"divider","block_id":` + quoted(255) + `}`, `{"type":"divider","block_id":` + quoted(256) + `}`, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		{"two block_ids", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}`, `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "[json-pointer:/blocks/1/block_id]"},
		{"header", `{"type":"header","text":` + plain(150) + `}`, `{"type":"header","text":` + plain(151) + `}`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"header in mrkdwn", "", `{"type":"header","text":` + mrkdwn(1) + `}`, "must be one of: plain_text [json-pointer:/blocks/0/text/type]"},
		{"header without text", "", `{"type":"header"}`, "missing required field: text [json-pointer:/blocks/0]"},
		{"empty text", "", `{"type":"header","text":` + plain(0) + `}`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"section", `{"type":"section","text":` + mrkdwn(3000) + `}`, `{"type":"section","text":` + mrkdwn(3001) + `}`, "must be less than 3001 characters"},
		{"section with nothing", "", `{"type":"section"}`, "must provide one of: text, fields"},
		{"mrkdwn with emoji", "", `{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":false}}`, "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		{"fields", `{"type":"section","fields":` + times(10, mrkdwn(100)) + `}`, `{"type":"section","fields":` + times(11, mrkdwn(1)) + `}`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"a field", `{"type":"section","fields":[` + plain(2000) + `]}`, `{"type":"section","fields":[` + plain(2001) + `]}`, "must be less than 2001 characters"},
		{"an accessory", `{"type":"section","text":` + plain(1) + `,"accessory":{"type":"button","text":` + plain(1) + `}}`, `{"type":"section","text":` + plain(1) + `,"accessory":{"type":"plain_text_input"}}`, "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]"},
		{"context", `{"type":"context","elements":` + times(10, plain(1)) + `}`, `{"type":"context","elements":` + times(11, plain(1)) + `}`, "no more than 10 items allowed"},
		{"context with a button", "", `{"type":"context","elements":[{"type":"button","text":` + plain(1) + `}]}`, "[json-pointer:/blocks/0/elements/0/type]"},
		{"image", `{"type":"image","image_url":"https://e.example/a.png","alt_text":` + quoted(2000) + `}`, `{"type":"image","image_url":"https://e.example/a.png","alt_text":` + quoted(2001) + `}`, "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]"},
		{"image without alt text", "", `{"type":"image","image_url":"https://e.example/a.png"}`, "missing required field: alt_text"},
		{"image without an image", "", `{"type":"image","alt_text":"x"}`, "must provide one of: image_url, slack_file"},
		{"image that was not uploaded", "", `{"type":"image","slack_file":{"id":"F1"},"alt_text":"x"}`, "invalid slack file [json-pointer:/blocks/0/slack_file]"},
		{"actions", `{"type":"actions","elements":` + times(25, `{"type":"button","action_id":"a#","text":`+plain(1)+`}`) + `}`, `{"type":"actions","elements":` + times(26, `{"type":"button","action_id":"a#","text":`+plain(1)+`}`) + `}`, "no more than 25 items allowed"},
		{"action_id twice", "", `{"type":"actions","elements":` + times(2, `{"type":"button","action_id":"a","text":`+plain(1)+`}`) + `}`, "[json-pointer:/blocks/0/elements/1/action_id]"},
		{"action_id", button(`,"action_id":` + quoted(255)), button(`,"action_id":` + quoted(256)), "must be less than 256 characters"},
		{"button text", `{"type":"actions","elements":[{"type":"button","text":` + plain(75) + `}]}`, `{"type":"actions","elements":[{"type":"button","text":` + plain(76) + `}]}`, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button value", button(`,"value":` + quoted(2000)), button(`,"value":` + quoted(2001)), "must be less than 2001 characters"},
		{"button url", button(`,"url":"https://e.example/` + strings.Repeat("a", 2900) + `"`), button(`,"url":"https://e.example/` + strings.Repeat("a", 3000) + `"`), "must be less than 3001 characters"},
		{"a url that is none", "", button(`,"url":"e.example"`), "must be a valid url"},
		{"button style", button(`,"style":"danger"`), button(`,"style":"loud"`), "must be one of: primary, danger"},
		{"accessibility_label", button(`,"accessibility_label":` + quoted(75)), button(`,"accessibility_label":` + quoted(76)), "must be less than 76 characters"},
		{"confirm", button(`,"confirm":{"title":` + plain(100) + `,"text":` + mrkdwn(300) + `,"confirm":` + plain(30) + `,"deny":` + plain(30) + `}`), button(`,"confirm":{"title":` + plain(101) + `,"text":` + plain(300) + `,"confirm":` + plain(30) + `,"deny":` + plain(30) + `}`), "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		{"options", menu(`"options":` + times(100, option)), menu(`"options":` + times(101, option)), "no more than 100 items allowed"},
		{"no options", "", menu(`"placeholder":` + plain(1)), "must provide one of: options, option_groups"},
		{"option text", menu(`"options":[{"text":` + plain(75) + `,"value":"v"}]`), menu(`"options":[{"text":` + plain(76) + `,"value":"v"}]`), "must be less than 76 characters"},
		{"option value", menu(`"options":[{"text":` + plain(1) + `,"value":` + quoted(150) + `}]`), menu(`"options":[{"text":` + plain(1) + `,"value":` + quoted(151) + `}]`), "must be less than 151 characters"},
		{"placeholder", menu(`"placeholder":` + plain(150) + `,"options":` + times(1, option)), menu(`"placeholder":` + plain(151) + `,"options":` + times(1, option)), "must be less than 151 characters"},
		{"initial option", menu(`"options":` + times(2, option) + `,"initial_option":{"text":` + plain(1) + `,"value":"v1"}`), menu(`"options":` + times(2, option) + `,"initial_option":{"text":` + plain(1) + `,"value":"v2"}`), "is not one of the options"},
		{"overflow", `{"type":"actions","elements":[{"type":"overflow","options":` + times(5, option) + `}]}`, `{"type":"actions","elements":[{"type":"overflow","options":` + times(6, option) + `}]}`, "no more than 5 items allowed"},
		{"radio buttons", input(`{"type":"radio_buttons","options":` + times(10, option) + `}`), input(`{"type":"radio_buttons","options":` + times(11, option) + `}`), "no more than 10 items allowed"},
		{"checkboxes", input(`{"type":"checkboxes","options":` + times(10, option) + `}`), input(`{"type":"checkboxes","options":[]}`), "no fewer than 1 items allowed"},
		{"label", `{"type":"input","label":` + plain(2000) + `,"element":{"type":"plain_text_input"}}`, `{"type":"input","label":` + plain(2001) + `,"element":{"type":"plain_text_input"}}`, "must be less than 2001 characters"},
		{"a button as input", "", input(`{"type":"button","text":` + plain(1) + `}`), "unsupported type: button [json-pointer:/blocks/0/element/type]"},
		{"text input", input(`{"type":"plain_text_input","max_length":3000}`), input(`{"type":"plain_text_input","max_length":3001}`), "must be between 1 and 3000"},
		{"number input", input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"1"}`), input(`{"type":"number_input","is_decimal_allowed":false,"min_value":1}`), "must be a number in a string"},
		{"date", input(`{"type":"datepicker","initial_date":"2026-11-22"}`), input(`{"type":"datepicker","initial_date":"22.11.2026"}`), "must be a date as YYYY-MM-DD"},
		{"time", input(`{"type":"timepicker","initial_time":"07:00"}`), input(`{"type":"timepicker","initial_time":"7am"}`), "must be a time as HH:mm"},
		{"a file in a message", "", input(`{"type":"file_input"}`), "unsupported type: file_input"},
		{"table rows", `{"type":"table","rows":` + times(100, `[`+cell+`]`) + `}`, `{"type":"table","rows":` + times(101, `[`+cell+`]`) + `}`, "no more than 100 items allowed"},
		{"table cells", `{"type":"table","rows":[` + times(20, cell) + `]}`, `{"type":"table","rows":[` + times(21, cell) + `]}`, "no more than 20 items allowed"},
		{"uneven table", "", `{"type":"table","rows":[` + times(2, cell) + `,` + times(1, cell) + `]}`, "must have as many cells as the first row"},
		{"two tables", "", `{"type":"table","rows":[[` + cell + `]]},{"type":"table","rows":[[` + cell + `]]}`, "only_one_table_allowed"},
		{"markdown", `{"type":"markdown","text":` + quoted(12_000) + `}`, `{"type":"markdown","text":` + quoted(12_001) + `}`, "must be less than 12001 characters"},
		{"rich text", rich(`{"type":"text","text":"x","style":{"bold":true}},{"type":"user","user_id":"U1"},{"type":"date","timestamp":1763800000,"format":"{time}","fallback":"x"}`), rich(`{"type":"text","text":""}`), "must be more than 0 characters"},
		{"a date without a format", "", rich(`{"type":"date","timestamp":1}`), "missing required field: format"},
		{"all text", strings.Repeat(`{"type":"section","text":`+mrkdwn(2640)+`},`, 4) + `{"type":"section","text":` + mrkdwn(2640) + `}`, strings.Repeat(`{"type":"section","text":`+mrkdwn(2640)+`},`, 4) + `{"type":"section","text":` + mrkdwn(2641) + `}`, "msg_blocks_too_long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				if test.fine != "" {
					w.must("chat.postMessage", `{"channel":"{study}","text":"x","blocks":[`+test.fine+`]}`)
				}
				if test.wrong == "" {
					return
				}
				a := w.call("chat.postMessage", `{"channel":"{study}","text":"x","blocks":[`+test.wrong+`]}`)
				if a.object["ok"] != false || !strings.Contains(a.raw, test.says) {
					t.Errorf("%s, want %s", a.raw, test.says)
				}
			})
		})
	}
}

// TestGoldens holds all that the adapter sends to this Slack's rules, which are
// written apart from the adapter's own.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		id := w.upload(t, "q.png", "PNG").says("file_id")
		w.must("files.completeUploadExternal", `{"files":[{"id":"`+id+`"}]}`)
		i, err := w.ann.Command(w.study, "/studyhall", "forms")
		w.wait(i, err)
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var body object
			if err := json.Unmarshal([]byte(strings.ReplaceAll(string(data), "F0000000000", id)), &body); err != nil {
				t.Fatal(err)
			}
			a := answer{}
			switch body["type"] {
			case "modal":
				i, err := w.ann.Global("Study now")
				if err != nil {
					t.Fatal(err)
				}
				a = w.call("views.open", `{"trigger_id":"`+trigger(w)+`","view":`+plain(body)+`}`)
				w.wait(i, nil)
			case "home":
				a = w.call("views.publish", `{"user_id":"{ann}","view":`+plain(body)+`}`)
			default:
				a = w.call("chat.postMessage", plain(object{"channel": w.study.ID, "text": body["text"], "blocks": body["blocks"], "metadata": body["metadata"]}))
			}
			if a.object["ok"] != true {
				t.Errorf("%s: %s", filepath.Base(name), a.raw)
			}
			w.calm()
		}
	})
}
