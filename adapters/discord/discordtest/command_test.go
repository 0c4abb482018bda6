package discordtest_test

import (
	"strings"
	"testing"

	"studyhall/adapters/discord/discordtest"
)

// TestCommandRules is what a command may be. Each row is one command.
func TestCommandRules(t *testing.T) {
	command := func(more string) string { return `{"name":"quiz","description":"d"` + more + `}` }
	option := func(options string) string { return command(`,"options":[` + options + `]`) }
	group := func(kind, inner string) string {
		return `{"type":` + kind + `,"name":"g","description":"d","options":[` + inner + `]}`
	}
	choices := func(n int) string { return `"choices":[` + numbered(n, `{"name":"#","value":"v#"}`) + `]` }
	const text = `{"type":3,"name":"o","description":"d"}`
	for _, test := range []struct {
		name, body string
		says       string // "": accepted
	}{
		{"a command", command(""), ""},
		{"upper case", `{"name":"Quiz","description":"d"}`, "APPLICATION_COMMAND_INVALID_NAME"},
		{"a space", `{"name":"a quiz","description":"d"}`, "APPLICATION_COMMAND_INVALID_NAME"},
		{"other scripts", `{"name":"викторина","description":"d"}`, ""},
		{"a name of 33", `{"name":"` + strings.Repeat("a", 33) + `","description":"d"}`, "name"},
		{"no name", `{"description":"d"}`, "name"},
		{"no description", `{"name":"quiz"}`, "description"},
		{"a description of 101", `{"name":"quiz","description":"` + letters(101) + `"}`, "description"},
		{"a shortcut", `{"type":3,"name":"Suggest as question"}`, ""},
		{"a shortcut with a description", `{"type":3,"name":"Suggest","description":"d"}`, "APPLICATION_COMMAND_FIELD_FORBIDDEN"},
		{"a shortcut with options", `{"type":3,"name":"Suggest","options":[` + text + `]}`, "APPLICATION_COMMAND_FIELD_FORBIDDEN"},
		{"25 options", option(numbered(25, `{"type":3,"name":"o#","description":"d"}`)), ""},
		{"26 options", option(numbered(26, `{"type":3,"name":"o#","description":"d"}`)), "options"},
		{"an option twice", option(text + "," + text), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"},
		{"an option in upper case", option(`{"type":3,"name":"O","description":"d"}`), "APPLICATION_COMMAND_INVALID_NAME"},
		{"an option without a description", option(`{"type":3,"name":"o"}`), "description"},
		{"an option of type 12", option(`{"type":12,"name":"o","description":"d"}`), "options"},
		{"required after optional", option(text + `,{"type":3,"name":"p","description":"d","required":true}`), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
		{"required first", option(`{"type":3,"name":"p","description":"d","required":true},` + text), ""},
		{"choices and autocomplete", option(`{"type":3,"name":"o","description":"d","autocomplete":true,` + choices(2) + `}`), "AUTOCOMPLETE"},
		{"25 choices", option(`{"type":3,"name":"o","description":"d",` + choices(25) + `}`), ""},
		{"26 choices", option(`{"type":3,"name":"o","description":"d",` + choices(26) + `}`), "choices"},
		{"a choice twice", option(`{"type":3,"name":"o","description":"d","choices":[` + times(2, `{"name":"n","value":"v"}`) + `]}`), "CHOICE_NAME_ALREADY_EXISTS"},
		{"a choice of 101", option(`{"type":3,"name":"o","description":"d","choices":[{"name":"` + letters(101) + `","value":"v"}]}`), "name"},
		{"6,001 characters to type", option(`{"type":3,"name":"o","description":"d","max_length":6001}`), "max_length"},
		{"subcommands", option(group("1", text)), ""},
		{"a group of subcommands", option(group("2", group("1", text))), ""},
		{"a group in a group", option(group("2", group("2", group("1", text)))), "options"},
		{"a subcommand in a subcommand", option(group("1", group("1", text))), "options"},
		{"8,001 characters", option(numbered(4, `{"type":3,"name":"o#","description":"d","choices":[`+numbered(20, `{"name":"#`+strings.Repeat("n", 55)+`","value":"`+strings.Repeat("v", 50)+`"}`)+`]}`)), "APPLICATION_COMMAND_TOO_LARGE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				want := call{"POST", all, test.body, 201, 0, ""}
				if test.says != "" {
					want.status, want.code, want.says = 400, 50035, test.says
				}
				w.check(t, want)
			})
		})
	}
	message := `{"type":3,"name":"m#"}`
	user := `{"type":2,"name":"u#"}`
	chat := `{"name":"c#","description":"d"}`
	tell(t, []story{
		{name: "100, 15 and 15", calls: []call{{"PUT", all, "[" + numbered(100, chat) + "," + numbered(15, user) + "," + numbered(15, message) + "]", 200, 0, ""}}},
		{name: "101", calls: []call{{"PUT", all, "[" + numbered(101, chat) + "]", 400, 50035, "TOO_MANY"}}},
		{name: "16 shortcuts", calls: []call{{"PUT", all, "[" + numbered(16, message) + "]", 400, 50035, "TOO_MANY"}}},
		{name: "the same name twice", calls: []call{{"PUT", all, "[" + times(2, chat) + "]", 400, 50035, "APPLICATION_COMMANDS_DUPLICATE_NAME"}}},
		{name: "the same name of two types", calls: []call{{"PUT", all, `[{"name":"a","description":"d"},{"type":3,"name":"a"}]`, 200, 0, ""}}},
		{name: "which is wrong", calls: []call{{"PUT", all, `[{"name":"a","description":"d"},{"name":"B","description":"d"}]`, 400, 50035, `"1":{"name"`}}},
	})
}
