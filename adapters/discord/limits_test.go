package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const noMentions = `"allowed_mentions":{"parse":[],"users":[]}`

func long(n int) string { return strings.Repeat("x", n) }

func repeat(s string, n int) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

func messageWith(more string) string { return `{"content":"c",` + noMentions + more + `}` }

func rowsOf(rows ...string) string {
	var all []string
	for _, r := range rows {
		all = append(all, `{"type":1,"components":[`+r+`]}`)
	}
	return messageWith(`,"components":[` + strings.Join(all, ",") + `]`)
}

func press(id string) string {
	return fmt.Sprintf(`{"type":2,"style":2,"label":"l","custom_id":%q}`, id)
}

func menuWith(more string) string { return `{"type":3,"custom_id":"m"` + more + `}` }

func modalOf(components string) string {
	return `{"type":9,"data":{"custom_id":"m","title":"t","components":[` + components + `]}}`
}

func labelled(in string) string { return `{"type":18,"label":"l","component":` + in + `}` }

func commandWith(more string) string {
	return `{"type":1,"name":"quiz","description":"d"` + more + `}`
}

func optionsOf(all string) string { return commandWith(`,"options":[` + all + `]`) }

// broken is a body one step over a rule, and what the fault must name.
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
	for _, b := range []broken{
		{"not JSON", `nothing`, "neither an object"},
		{"nothing we know", `{}`, "neither a message"},
		{"content", `{"content":"` + long(limitContent+1) + `",` + noMentions + `}`, "/content: 2001"},
		{"empty", `{"content":" ",` + noMentions + `}`, "50006"},
		{"unknown field", messageWith(`,"contents":1`), "unknown field"},
		{"nonce", messageWith(`,"enforce_nonce":true,"nonce":"` + long(limitNonce+1) + `"`), "/nonce: 26"},
		{"nonce not enforced", messageWith(`,"nonce":"n"`), "goes with a nonce"},
		{"v2 with content", messageWith(`,"flags":32768`), "/flags"},
		{"mentions parsed by default", `{"content":"c"}`, "must be an empty list"},
		{"everyone", `{"content":"c","allowed_mentions":{"parse":["everyone"]}}`, "must be an empty list"},
		{"allowed but not mentioned", `{"content":"c","allowed_mentions":{"parse":[],"users":["1"]}}`, "not mentioned"},
		{"attachments", messageWith(`,"attachments":[` + repeat(`{"id":"0","filename":"f"}`, limitAttachments+1) + `]`), "/attachments: 11"},
		{"attachment twice", messageWith(`,"attachments":[` + repeat(`{"id":"0","filename":"f"}`, 2) + `]`), `"0" twice`},
		{"alt", messageWith(`,"attachments":[{"id":"0","filename":"f","description":"` + long(limitAlt+1) + `"}]`), "1025"},
		{"rows", rowsOf(press("a"), press("b"), press("c"), press("d"), press("e"), press("f")), "/components: 6"},
		{"buttons", rowsOf(repeat(press("a"), limitButtons+1)), "6, from 1"},
		{"custom_id twice", rowsOf(press("a"), press("a")), `"a" twice`},
		{"custom_id", rowsOf(press(long(limitCustomID + 1))), "101"},
		{"button without custom_id", rowsOf(`{"type":2,"style":2,"label":"l"}`), "custom_id: 0"},
		{"link without address", rowsOf(`{"type":2,"style":5,"label":"l"}`), "/url: 0"},
		{"link with custom_id", rowsOf(`{"type":2,"style":5,"label":"l","url":"https://a.example","custom_id":"a"}`), "on a link"},
		{"address on a button", rowsOf(`{"type":2,"style":2,"label":"l","url":"https://a.example","custom_id":"a"}`), "no link"},
		{"style", rowsOf(`{"type":2,"style":6,"label":"l"}`), "none of ours"},
		{"label", rowsOf(`{"type":2,"style":2,"custom_id":"a","label":"` + long(limitButtonLabel+1) + `"}`), "81"},
		{"menu beside a button", rowsOf(menuWith(`,"options":[{"label":"a","value":"a"}]`) + "," + press("a")), "2, from 1 to 1"},
		{"options", rowsOf(menuWith(`,"options":[` + repeat(`{"label":"a","value":"a"}`, limitOptions+1) + `]`)), "/options: 26"},
		{"no options", rowsOf(menuWith("")), "/options: 0"},
		{"value twice", rowsOf(menuWith(`,"options":[` + repeat(`{"label":"a","value":"a"}`, 2) + `]`)), `"a" twice`},
		{"minimum", rowsOf(menuWith(`,"min_values":2,"max_values":1,"options":[{"label":"a","value":"a"}]`)), "choose 2 to 1"},
		{"placeholder", rowsOf(menuWith(`,"placeholder":"` + long(limitPlaceholder+1) + `","options":[{"label":"a","value":"a"}]`)), "151"},
	} {
		t.Run(b.name, b.check)
	}
}

func TestCheckModalsAndCommands(t *testing.T) {
	line := `{"type":4,"style":1,"custom_id":"line/a"}`
	for _, b := range []broken{
		{"modal components", modalOf(repeat(`{"type":10,"content":"c"}`, limitModalComponents+1)), "components: 6"},
		{"modal title", `{"type":9,"data":{"custom_id":"m","title":"` + long(limitModalTitle+1) + `","components":[` + labelled(line) + `]}}`, "/data/title: 46"},
		{"field twice", modalOf(labelled(line) + "," + labelled(line)), "twice"},
		{"label in a label", modalOf(labelled(`{"type":4,"style":1,"custom_id":"a","label":"l"}`)), "around the input"},
		{"label of nothing", modalOf(`{"type":18,"label":"l"}`), "of nothing"},
		{"input outside a label", modalOf(line), "type 4 in a modal"},
		{"radio of one", modalOf(labelled(`{"type":21,"custom_id":"a","options":[{"label":"a","value":"a"}]}`)), "1, from 2 to 10"},
		{"two chosen of one", modalOf(labelled(`{"type":21,"custom_id":"a","options":[{"label":"a","value":"a","default":true},{"label":"b","value":"b","default":true}]}`)), "2 chosen"},
		{"required none", modalOf(labelled(`{"type":22,"custom_id":"a","required":true,"min_values":0,"options":[{"label":"a","value":"a"}]}`)), "though required"},
		{"hint", modalOf(labelled(`{"type":4,"style":1,"custom_id":"a","placeholder":"` + long(limitInputHint+1) + `"}`)), "101"},
		{"lengths", modalOf(labelled(`{"type":4,"style":1,"custom_id":"a","min_length":3,"max_length":2}`)), "3 to 2"},
		{"callback type", `{"type":10}`, "none of ours"},
		{"nonce in a callback", `{"type":4,"data":` + messageWith(`,"nonce":"n","enforce_nonce":true`) + `}`, "no nonce"},
		{"promise with flags", `{"type":5,"data":{"flags":32768}}`, "nothing but a whisper"},
		{"suggestions", `{"type":8,"data":{"choices":[` + repeat(`{"name":"a","value":"a"}`, limitOptions+1) + `]}}`, "26"},
		{"name in capitals", `{"type":1,"name":"Quiz","description":"d"}`, "lower-case"},
		{"name with a space", `{"type":1,"name":"my quiz","description":"d"}`, "lower-case"},
		{"no description", `{"type":1,"name":"quiz"}`, "/description: 0"},
		{"name twice", "[" + commandWith("") + "," + commandWith("") + "]", "registered twice"},
		{"option twice", optionsOf(repeat(`{"type":3,"name":"a","description":"d"}`, 2)), "twice"},
		{"required after optional", optionsOf(`{"type":3,"name":"a","description":"d"},{"type":3,"name":"b","description":"d","required":true}`), "required after"},
		{"choices and autocomplete", optionsOf(`{"type":3,"name":"a","description":"d","autocomplete":true,"choices":[{"name":"a","value":"a"}]}`), "both"},
		{"choices", optionsOf(`{"type":3,"name":"a","description":"d","choices":[` + repeat(`{"name":"a","value":"a"}`, limitOptions+1) + `]}`), "26"},
		{"size", optionsOf(strings.ReplaceAll(repeat(`{"type":3,"name":"a","description":"d","choices":[`+repeat(`{"name":"N","value":"N"}`, 25)+`]}`, 2), "N", long(100))), "/quiz: 10"},
		{"shortcut with a description", `{"type":3,"name":"Suggest","description":"d"}`, "neither description"},
	} {
		t.Run(b.name, b.check)
	}
}
