package discordtest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
)

const commands = `[
	{"name":"quiz","description":"d","options":[{"type":4,"name":"count","description":"d","min_value":1,"max_value":9},{"type":3,"name":"topic","description":"d","autocomplete":true}]},
	{"type":3,"name":"Suggest as question"}
]`

// Callbacks.
const (
	say      = `{"type":4,"data":{"content":"hi","components":[{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"a"}]}]}}`
	whisper  = `{"type":4,"data":{"content":"hi","flags":64,"components":[{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"a"}]}]}}`
	promise  = `{"type":5}`
	secretly = `{"type":5,"data":{"flags":64}}`
	later    = `{"type":6}`
	update   = `{"type":7,"data":{"content":"new"}}`
	suggest  = `{"type":8,"data":{"choices":[{"name":"n","value":"v"}]}}`
	modal    = `{"type":9,"data":{"title":"t","custom_id":"m","components":[{"type":18,"label":"l","component":{"type":4,"style":1,"custom_id":"f"}}]}}`
)

// ask makes an interaction of a kind: "command", "shortcut", "complete", "press",
// "whisper" (a press on one), "modal", "modal of a press".
func (w world) ask(t *testing.T, kind string) *discordtest.Interaction {
	t.Helper()
	w.check(t, call{"PUT", all, commands, 200, 0, ""})
	do := func(i *discordtest.Interaction, err error) *discordtest.Interaction {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		w.ids["{id}"], w.ids["{hook}"] = i.ID, i.Token
		return i
	}
	answered := func(i *discordtest.Interaction, body string) *discordtest.Interaction {
		t.Helper()
		w.check(t, call{"POST", hook, body, 204, 0, ""})
		return i
	}
	command := func() *discordtest.Interaction { return do(w.ann.Command(w.study, "quiz", nil)) }
	press := func(body string) *discordtest.Interaction {
		return do(w.ann.Press(answered(command(), body).Reply(), "A"))
	}
	submit := func(i *discordtest.Interaction) *discordtest.Interaction {
		f, _ := i.Modal()
		return do(w.ann.Submit(f, discordtest.Args{"l": "v"}))
	}
	switch kind {
	case "shortcut":
		m, err := w.ann.Write(w.study, "words")
		if err != nil {
			t.Fatal(err)
		}
		return do(w.ann.Shortcut(m, "Suggest as question"))
	case "complete":
		return do(w.ann.Complete(w.study, "quiz", "topic", "ele", nil))
	case "press":
		return press(say)
	case "whisper":
		return press(whisper)
	case "modal":
		return submit(answered(command(), modal))
	case "modal of a press":
		return submit(answered(press(say), modal))
	}
	return command()
}

const (
	hook     = "/interactions/{id}/{hook}/callback"
	webhook  = "/webhooks/{app}/{hook}"
	original = webhook + "/messages/@original"
)

// TestCallbackTypes is which answers each kind of interaction takes.
func TestCallbackTypes(t *testing.T) {
	bodies := map[int]string{4: say, 5: promise, 6: later, 7: update, 8: suggest, 9: modal, 1: `{"type":1}`, 10: `{"type":10}`}
	for kind, allowed := range map[string]string{
		"command": "4 5 9", "shortcut": "4 5 9", "complete": "8", "press": "4 5 6 7 9", "whisper": "4 5 6 7 9", "modal": "4 5", "modal of a press": "4 5 6 7",
	} {
		t.Run(kind, func(t *testing.T) {
			for number, body := range bodies {
				within(t, discordtest.Options{}, func(t *testing.T, w world) {
					w.ask(t, kind)
					want := call{"POST", hook, body, 400, 50035, ""}
					if strings.Contains(" "+allowed+" ", " "+string(rune('0'+number))+" ") {
						want.status, want.code = 204, 0
					}
					w.check(t, want)
				})
			}
		})
	}
}

// TestCallbackOnce is about time and repeats.
func TestCallbackOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		wait  time.Duration
		calls []call
	}{
		{"at once", 0, []call{{"POST", hook, say, 204, 0, ""}}},
		{"with the answer", 0, []call{{"POST", hook + "?with_response=true", say, 200, 0, `"response_message_ephemeral":false`}}},
		{"with a promise's answer", 0, []call{{"POST", hook + "?with_response=true", secretly, 200, 0, `"response_message_ephemeral":true,"response_message_id"`}}},
		{"in time", 2900 * time.Millisecond, []call{{"POST", hook, say, 204, 0, ""}}},
		{"too late", 3100 * time.Millisecond, []call{{"POST", hook, say, 404, 10062, "Unknown interaction"}}},
		{"twice", 0, []call{{"POST", hook, say, 204, 0, ""}, {"POST", hook, say, 400, 40060, "already been acknowledged"}}},
		{"a wrong token", 0, []call{{"POST", "/interactions/{id}/x/callback", say, 404, 10062, ""}}},
		{"an unknown one", 0, []call{{"POST", "/interactions/1/{hook}/callback", say, 404, 10062, ""}}},
		{"a wrong answer may be mended", 0, []call{{"POST", hook, `{"type":4,"data":{}}`, 400, 50006, ""}, {"POST", hook, say, 204, 0, ""}}},
		{"an edit before any answer", 0, []call{{"PATCH", original, hello, 404, 10015, "Unknown Webhook"}}},
		{"a message before any answer", 0, []call{{"POST", webhook, hello, 404, 10015, "Unknown Webhook"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				i := w.ask(t, "command")
				time.Sleep(test.wait)
				for _, c := range test.calls {
					w.check(t, c)
				}
				if took := i.Latency(); i.Acked() && took != test.wait {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// TestNobodyAnswers is what a person sees then, even if the bot never notices.
func TestNobodyAnswers(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		i := w.ask(t, "command")
		began := time.Now()
		if err := i.Wait(t.Context()); !errors.Is(err, discordtest.ErrNoAnswer) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if got := w.ann.Sees(); len(got) != 1 || got[0].Kind != discordtest.Failed {
			t.Errorf("ann sees %v", got)
		}
		w.check(t, call{"POST", hook, say, 404, 10062, ""})
		if !w.Idle() {
			t.Error("still waiting")
		}
	})
}

// TestCallbackRules is what a callback's data may be.
func TestCallbackRules(t *testing.T) {
	const field = `{"type":4,"style":1,"custom_id":"f"}`
	data := func(kind int, inner string) string {
		return `{"type":` + string(rune('0'+kind)) + `,"data":` + inner + `}`
	}
	form := func(components string) string {
		return data(9, `{"title":"t","custom_id":"m","components":[`+components+`]}`)
	}
	label := func(in string) string { return `{"type":18,"label":"l","component":` + in + `}` }
	options := func(n int) string { return `"options":[` + numbered(n, `{"label":"l","value":"#"}`) + `]` }
	for _, test := range []struct {
		name, kind, body string
		code             int
		says             string
	}{
		{"a promise may whisper", "command", secretly, 0, ""},
		{"a promise is nothing else", "command", data(5, `{"flags":32768}`), 50035, "flags"},
		{"too long", "command", data(4, `{"content":"`+letters(2001)+`"}`), 50035, `"content":{"_errors"`},
		{"v2", "command", data(4, `{"flags":32832,"components":[{"type":10,"content":"w"}]}`), 0, ""},
		{"v2 with content", "command", data(4, `{"content":"c","flags":32768,"components":[{"type":10,"content":"w"}]}`), 50035, "MESSAGE_CANNOT_USE_LEGACY_FIELDS"},
		{"an unknown flag", "command", data(4, `{"content":"c","flags":128}`), 50035, "flags"},
		{"an update of the controls alone", "press", data(7, `{"components":[]}`), 0, ""},
		{"25 suggestions", "complete", data(8, `{"choices":[`+numbered(25, `{"name":"#","value":"v"}`)+`]}`), 0, ""},
		{"26 suggestions", "complete", data(8, `{"choices":[`+numbered(26, `{"name":"#","value":"v"}`)+`]}`), 50035, "choices"},
		{"no suggestions", "complete", data(8, `{"choices":[]}`), 0, ""},
		{"a suggestion of 101", "complete", data(8, `{"choices":[{"name":"`+letters(101)+`","value":"v"}]}`), 50035, "name"},
		{"a value of 101", "complete", data(8, `{"choices":[{"name":"n","value":"`+letters(101)+`"}]}`), 50035, "value"},
		{"the same suggestion twice", "complete", data(8, `{"choices":[`+times(2, `{"name":"n","value":"v"}`)+`]}`), 50035, "CHOICE_NAME_ALREADY_EXISTS"},
		{"a title of 46", "command", data(9, `{"title":"`+letters(46)+`","custom_id":"m","components":[`+label(field)+`]}`), 50035, "title"},
		{"a form without an identifier", "command", data(9, `{"title":"t","components":[`+label(field)+`]}`), 50035, "custom_id"},
		{"no fields", "command", form(""), 50035, "components"},
		{"5 fields", "command", form(numbered(5, label(`{"type":4,"style":1,"custom_id":"#"}`))), 0, ""},
		{"6 fields", "command", form(numbered(6, label(`{"type":4,"style":1,"custom_id":"#"}`))), 50035, "components"},
		{"the same field twice", "command", form(times(2, label(field))), 50035, "COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"words", "command", form(`{"type":10,"content":"w"},` + label(field)), 0, ""},
		{"a label of 46", "command", form(`{"type":18,"label":"` + letters(46) + `","component":` + field + `}`), 50035, "label"},
		{"a label of nothing", "command", form(`{"type":18,"label":"l"}`), 50035, "component"},
		{"an input in a row", "command", form(`{"type":1,"components":[{"type":4,"style":1,"label":"l","custom_id":"f"}]}`), 0, ""},
		{"a label in a label", "command", form(label(`{"type":4,"style":1,"custom_id":"f","label":"l"}`)), 50035, "label"},
		{"an empty label in a label", "command", form(label(`{"type":4,"style":1,"custom_id":"f","label":""}`)), 50035, "label"},
		{"an input of style 3", "command", form(label(`{"type":4,"style":3,"custom_id":"f"}`)), 50035, "style"},
		{"at least more than at most", "command", form(label(`{"type":4,"style":1,"custom_id":"f","min_length":9,"max_length":8}`)), 50035, "min_length"},
		{"a value of 4,001", "command", form(label(`{"type":4,"style":2,"custom_id":"f","value":"` + letters(4001) + `"}`)), 50035, "value"},
		{"10 circles", "command", form(label(`{"type":21,"custom_id":"f",` + options(10) + `}`)), 0, ""},
		{"11 circles", "command", form(label(`{"type":21,"custom_id":"f",` + options(11) + `}`)), 50035, "options"},
		{"one circle", "command", form(label(`{"type":21,"custom_id":"f",` + options(1) + `}`)), 50035, "options"},
		{"one box of several", "command", form(label(`{"type":22,"custom_id":"f",` + options(1) + `}`)), 0, ""},
		{"11 boxes", "command", form(label(`{"type":22,"custom_id":"f",` + options(11) + `}`)), 50035, "options"},
		{"a box", "command", form(label(`{"type":23,"custom_id":"f"}`)), 0, ""},
		{"a file", "command", form(label(`{"type":19,"custom_id":"f","max_values":1}`)), 0, ""},
		{"11 files", "command", form(label(`{"type":19,"custom_id":"f","max_values":11}`)), 50035, "max_values"},
		{"people", "command", form(label(`{"type":5,"custom_id":"f"}`)), 0, ""},
		{"a button in a form", "command", form(label(button(""))), 50035, "component"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.ask(t, test.kind)
				want := call{"POST", hook, test.body, 204, test.code, test.says}
				if test.code != 0 {
					want.status = 400
				}
				w.check(t, want)
			})
		})
	}
}

// TestWebhooks is about what comes after the callback.
func TestWebhooks(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		wait       time.Duration
		calls      []call
	}{
		{"the answer, edited", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"GET", original, "", 200, 0, `"content":"hi"`}, {"PATCH", original, hello, 200, 0, `"content":"hello"`}}},
		{"and deleted", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"DELETE", original, "", 204, 0, ""}, {"GET", original, "", 404, 10008, ""}, {"PATCH", original, hello, 404, 10008, ""}}},
		{"a promise kept", "command", 0, []call{{"POST", hook, promise, 204, 0, ""}, {"GET", original, "", 200, 0, `"flags":128`}, {"PATCH", original, hello, 200, 0, `"flags":0`}}},
		{"a promise kept in v2", "command", 0, []call{{"POST", hook, promise, 204, 0, ""}, {"PATCH", original, `{"flags":32768,"components":[{"type":10,"content":"w"}]}`, 200, 0, `"flags":32768`},
			{"PATCH", original, `{"flags":0}`, 400, 50035, "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG"}}},
		{"a promise kept by a follow-up", "command", 0, []call{{"POST", hook, promise, 204, 0, ""}, {"POST", webhook, hello, 200, 0, `"content":"hello"`}, {"GET", original, "", 200, 0, "hello"}}},
		{"a whisper stays one", "command", 0, []call{{"POST", hook, secretly, 204, 0, ""}, {"PATCH", original, hello, 200, 0, `"flags":64`}}},
		{"more messages", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"POST", webhook, `{"content":"more","flags":64}`, 200, 0, `"flags":64`},
			{"PATCH", webhook + "/messages/{last}", hello, 200, 0, "hello"}, {"DELETE", webhook + "/messages/{last}", "", 204, 0, ""}, {"GET", webhook + "/messages/{last}", "", 404, 10008, ""}}},
		{"an empty one", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"POST", webhook, `{}`, 400, 50006, ""}}},
		{"nothing left", "command", 0, []call{{"POST", hook, `{"type":4,"data":{"content":"c"}}`, 204, 0, ""}, {"PATCH", original, `{"content":""}`, 400, 50006, ""}}},
		{"a nonce does nothing", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"POST", webhook, `{"content":"a"}`, 200, 0, ""}, {"POST", webhook, `{"content":"b"}`, 200, 0, `"content":"b"`}}},
		{"before the 15 minutes are over", "command", 14*time.Minute + 59*time.Second, []call{{"PATCH", original, hello, 200, 0, ""}}},
		{"after them", "command", 15*time.Minute + time.Second, []call{{"PATCH", original, hello, 401, 50027, "Invalid Webhook Token"}, {"POST", webhook, hello, 401, 50027, ""}}},
		{"the message of the button", "press", 0, []call{{"POST", hook, later, 204, 0, ""}, {"PATCH", original, hello, 200, 0, "hello"}}},
		{"a whisper can't be reached by its identifier", "whisper", 0, []call{{"POST", hook, `{"type":4,"data":{"content":"c","flags":64}}`, 204, 0, ""}, {"GET", post, "", 200, 0, `{"list":[]}`}}},
		{"another application", "command", 0, []call{{"POST", hook, say, 204, 0, ""}, {"GET", "/webhooks/1/{hook}/messages/@original", "", 404, 10015, ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.ask(t, test.kind)
				if test.wait > 0 {
					w.check(t, call{"POST", hook, say, 204, 0, ""})
					time.Sleep(test.wait)
				}
				for _, c := range test.calls {
					w.check(t, c)
				}
			})
		})
	}
}

// TestWhispers is who sees what only one person may.
func TestWhispers(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		bob := w.Person("bob")
		w.server.Join(bob)
		i := w.ask(t, "command")
		w.check(t, call{"POST", hook, whisper, 204, 0, ""})
		synctest.Wait()
		if got := w.ann.Sees(); len(got) != 1 || got[0].To() != w.ann || !got[0].Message.Ephemeral {
			t.Errorf("ann sees %+v", got)
		}
		if got := bob.Sees(); len(got) != 0 || len(bob.Messages(w.study)) != 0 || len(w.study.Messages()) != 0 {
			t.Errorf("bob sees %+v", got)
		}
		if _, err := bob.Press(i.Reply(), "A"); err == nil {
			t.Error("bob presses a button that he doesn't see")
		}
		w.check(t, call{"GET", post + "/" + i.Reply().ID, "", 404, 10008, ""})
		w.check(t, call{"PATCH", post + "/" + i.Reply().ID, hello, 404, 10008, ""})
		if got := w.bot.names("READY", "GUILD_CREATE", "INTERACTION_CREATE"); got != "" {
			t.Errorf("the gateway told %s", got)
		}
	})
}

// TestTokenEndsEarly is about tokens that stop working within their time.
func TestTokenEndsEarly(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		i := w.ask(t, "command")
		w.check(t, call{"POST", hook, say, 204, 0, ""})
		i.Expire()
		w.check(t, call{"PATCH", original, hello, 404, 10015, ""})
		w.ask(t, "command").Expire()
		w.check(t, call{"POST", hook, say, 404, 10062, ""})
	})
}

// TestBroughtByAPerson is about a server that the bot isn't in.
func TestBroughtByAPerson(t *testing.T) {
	within(t, discordtest.Options{Limits: discordtest.Unlimited()}, func(t *testing.T, w world) {
		w.check(t, call{"PUT", all, commands, 200, 0, ""})
		w.server.Remove()
		if _, err := w.ann.Command(w.study, "quiz", nil); err == nil {
			t.Error("ann has the command without the bot")
		}
		w.ann.Install()
		i, err := w.ann.Command(w.study, "quiz", nil)
		if err != nil {
			t.Fatal(err)
		}
		w.ids["{id}"], w.ids["{hook}"] = i.ID, i.Token
		w.check(t, call{"POST", hook, say, 204, 0, ""})
		for n := range 6 {
			want := call{"POST", webhook, hello, 200, 0, ""}
			if n == 5 {
				want.status, want.code = 400, 40094
			}
			w.check(t, want)
		}
	})
}
