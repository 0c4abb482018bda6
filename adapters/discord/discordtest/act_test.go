package discordtest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
)

const rich = `[
	{"name":"log","description":"d","options":[
		{"type":3,"name":"what","description":"d","required":true,"max_length":5},
		{"type":3,"name":"kind","description":"d","choices":[{"name":"Course","value":"c"}]},
		{"type":4,"name":"count","description":"d","min_value":1,"max_value":9},
		{"type":10,"name":"hours","description":"d"},
		{"type":5,"name":"done","description":"d"},
		{"type":6,"name":"who","description":"d"},
		{"type":7,"name":"where","description":"d","channel_types":[0]},
		{"type":11,"name":"proof","description":"d"},
		{"type":3,"name":"topic","description":"d","autocomplete":true}]},
	{"name":"cert","description":"d","options":[{"type":1,"name":"add","description":"d","options":[{"type":3,"name":"name","description":"d"}]}]},
	{"name":"here","description":"d","contexts":[0]},
	{"name":"admin","description":"d","default_member_permissions":"32"},
	{"type":3,"name":"Suggest"}
]`

// TestWhatTheBotIsTold is the data of interactions.
func TestWhatTheBotIsTold(t *testing.T) {
	command := func(name string, args discordtest.Args) func(w world) (*discordtest.Interaction, error) {
		return func(w world) (*discordtest.Interaction, error) {
			for key, v := range args {
				switch v {
				case "ann":
					args[key] = w.ann
				case "study":
					args[key] = w.study
				}
			}
			return w.ann.Command(w.study, name, args)
		}
	}
	for _, test := range []struct {
		name string
		act  func(w world) (*discordtest.Interaction, error)
		says []string
	}{
		{"a member", command("here", nil), []string{`"type":2`, `"version":1`, `"guild_id":"{guild}"`, `"member":{`, `"context":0`, `"locale":"en-US"`, `"guild_locale":"en-US"`,
			`"app_permissions":"`, `"attachment_size_limit":10485760`, `"authorizing_integration_owners":{"0":"{guild}"}`, `"channel_id":"{study}"`, `"data":{"id":`}},
		{"text", command("log", discordtest.Args{"what": "abc"}), []string{`"options":[{"name":"what","type":3,"value":"abc"}]`}},
		{"a choice, by its name", command("log", discordtest.Args{"what": "a", "kind": "Course"}), []string{`{"name":"kind","type":3,"value":"c"}`}},
		{"a whole number", command("log", discordtest.Args{"what": "a", "count": 9}), []string{`{"name":"count","type":4,"value":9}`}},
		{"a number", command("log", discordtest.Args{"what": "a", "hours": 1.5}), []string{`{"name":"hours","type":10,"value":1.5}`}},
		{"yes", command("log", discordtest.Args{"what": "a", "done": true}), []string{`{"name":"done","type":5,"value":true}`}},
		{"a person", command("log", discordtest.Args{"what": "a", "who": "ann"}), []string{`{"name":"who","type":6,"value":"{ann}"}`, `"resolved":{"members":{"{ann}":{`, `"users":{"{ann}":{`}},
		{"a channel", command("log", discordtest.Args{"what": "a", "where": "study"}), []string{`{"name":"where","type":7,"value":"{study}"}`, `"resolved":{"channels":{"{study}":{`}},
		{"a file", command("log", discordtest.Args{"what": "a", "proof": discordtest.File{Name: "a.pdf", Type: "application/pdf", Data: []byte("abc")}}),
			[]string{`"resolved":{"attachments":{`, `"filename":"a.pdf"`, `"size":3`, `"url":"http://discord.test/cdn/`}},
		{"a subcommand", command("cert add", discordtest.Args{"name": "CBET"}), []string{`"options":[{"name":"add","options":[{"name":"name","type":3,"value":"CBET"}],"type":1}]`}},
		{"half an option", func(w world) (*discordtest.Interaction, error) {
			return w.ann.Complete(w.study, "log", "topic", "ele", discordtest.Args{"count": 2})
		}, []string{`"type":4`, `{"focused":true,"name":"topic","type":3,"value":"ele"}`, `{"name":"count","type":4,"value":2}`}},
		{"in a conversation", func(w world) (*discordtest.Interaction, error) {
			return w.ann.Command(w.ann.Direct(), "log", discordtest.Args{"what": "a"})
		}, []string{`"user":{`, `"context":1`, `"authorizing_integration_owners":{"0":"0"}`}},
		{"a message", func(w world) (*discordtest.Interaction, error) {
			m, _ := w.ann.Write(w.study, "words")
			return w.ann.Shortcut(m, "Suggest")
		}, []string{`"target_id":"`, `"resolved":{"messages":{"`, `"content":"words"`, `"name":"Suggest"`}},
		{"an organiser", func(w world) (*discordtest.Interaction, error) {
			w.server.Grant(w.ann, discordtest.ManageGuild)
			return w.ann.Command(w.study, "admin", nil)
		}, []string{`"name":"admin"`}},
		{"what it may do", func(w world) (*discordtest.Interaction, error) {
			w.server.Rights(discordtest.ViewChannel|discordtest.SendMessages|discordtest.EmbedLinks|discordtest.UseCommands, 0)
			w.study.Allow(discordtest.AttachFiles)
			return w.ann.Command(w.study, "here", nil)
		}, []string{`"app_permissions":"2147535872"`}},
		{"what it may do where it may not write", func(w world) (*discordtest.Interaction, error) {
			w.server.Rights(discordtest.ViewChannel|discordtest.SendMessages|discordtest.EmbedLinks|discordtest.UseCommands, 0)
			w.study.Deny(discordtest.SendMessages)
			return w.ann.Command(w.study, "here", nil)
		}, []string{`"app_permissions":"2147484672"`}},
		{"no locale", func(w world) (*discordtest.Interaction, error) {
			w.ann.Locale("")
			return w.ann.Command(w.study, "here", nil)
		}, []string{`"guild_locale":"en-US"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.check(t, call{"PUT", all, rich, 200, 0, ""})
				if _, err := test.act(w); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				got := plain(w.bot.last())
				for _, want := range test.says {
					if !strings.Contains(got, w.places(want)) {
						t.Errorf("without %s: %s", w.places(want), got)
					}
				}
				if strings.Contains(got, `"member":{`) == strings.Contains(got, `"user":{"avatar":null,"discriminator":"0","flags":0,"global_name":"Ann","id":"`+w.ann.ID+`","primary_guild":null,"public_flags":0,"username":"ann"},"version"`) {
					t.Errorf("exactly one of member and user: %s", got)
				}
				if test.name == "no locale" && strings.Contains(got, `"locale":"en-US","member"`) {
					t.Errorf("a locale: %s", got)
				}
			})
		})
	}
}

// TestWhatPeopleCannotDo is refused before the bot hears of it.
func TestWhatPeopleCannotDo(t *testing.T) {
	type tried func(w world) (*discordtest.Interaction, error)
	command := func(name string, args discordtest.Args) tried {
		return func(w world) (*discordtest.Interaction, error) { return w.ann.Command(w.study, name, args) }
	}
	with := func(body string, do func(w world, m discordtest.Message) (*discordtest.Interaction, error)) tried {
		return func(w world) (*discordtest.Interaction, error) {
			w.check(w.bot.t, call{"POST", post, body, 200, 0, ""})
			return do(w, w.study.Messages()[0])
		}
	}
	press := func(name string) func(world, discordtest.Message) (*discordtest.Interaction, error) {
		return func(w world, m discordtest.Message) (*discordtest.Interaction, error) { return w.ann.Press(m, name) }
	}
	choose := func(names ...string) func(world, discordtest.Message) (*discordtest.Interaction, error) {
		return func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.Select(m, "", names...)
		}
	}
	stranger := func(do func(w world, p *discordtest.Person, m discordtest.Message) (*discordtest.Interaction, error)) tried {
		return with(`{"content":"c","components":[`+row(button(""))+`]}`, func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return do(w, w.Person("eve"), m)
		})
	}
	two := `{"content":"c","components":[` + row(menu(numbered(3, `{"label":"l#","value":"v#"}`), `,"max_values":2`)) + `]}`
	for _, test := range []struct {
		name string
		try  tried
		says string
	}{
		{"an unknown command", command("play", nil), "no command"},
		{"a shortcut, typed", command("Suggest", nil), "no command"},
		{"one for servers only", func(w world) (*discordtest.Interaction, error) { return w.ann.Command(w.ann.Direct(), "here", nil) }, "no command"},
		{"one for organisers", command("admin", nil), "may not use"},
		{"one with subcommands", command("cert", nil), "can't be used itself"},
		{"an unknown subcommand", command("cert play", nil), "no subcommand"},
		{"without what is required", command("log", nil), "required"},
		{"an unknown option", command("log", discordtest.Args{"what": "a", "why": "b"}), `no option "why"`},
		{"too long", command("log", discordtest.Args{"what": "abcdef"}), "6 characters"},
		{"no choice", command("log", discordtest.Args{"what": "a", "kind": "x"}), "no choice"},
		{"too much", command("log", discordtest.Args{"what": "a", "count": 10}), "beyond max_value"},
		{"too little", command("log", discordtest.Args{"what": "a", "count": 0}), "beyond min_value"},
		{"half of a whole number", command("log", discordtest.Args{"what": "a", "count": 1.5}), "no number"},
		{"a word for a person", command("log", discordtest.Args{"what": "a", "who": "bob"}), "neither a person"},
		{"a word for a file", command("log", discordtest.Args{"what": "a", "proof": "x"}), "wants a File"},
		{"suggestions where there are none", func(w world) (*discordtest.Interaction, error) {
			return w.ann.Complete(w.study, "log", "what", "a", nil)
		}, "suggests nothing"},
		{"as a stranger", stranger(func(w world, p *discordtest.Person, _ discordtest.Message) (*discordtest.Interaction, error) {
			return p.Command(w.study, "here", nil)
		}), "doesn't see"},
		{"a stranger's press", stranger(func(_ world, p *discordtest.Person, m discordtest.Message) (*discordtest.Interaction, error) {
			return p.Press(m, "A")
		}), "doesn't see"},
		{"a button that isn't", with(hello, press("A")), "no button"},
		{"a button that is disabled", with(`{"content":"c","components":[`+row(button(`,"disabled":true`))+`]}`, press("A")), "disabled"},
		{"a link", with(`{"content":"c","components":[`+row(`{"type":2,"style":5,"label":"A","url":"https://example.org"}`)+`]}`, press("A")), "leads to https://example.org"},
		{"a menu that isn't", with(hello, choose("l0")), "no menu"},
		{"an option that isn't", with(two, choose("l9")), "no option"},
		{"too many options", with(two, choose("l0", "l1", "l2")), "3 chosen"},
		{"none", with(two, choose()), "0 chosen"},
		{"on a message that is gone", with(`{"content":"c","components":[`+row(button(""))+`]}`, func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			w.study.Remove(m.ID)
			return w.ann.Press(m, "A")
		}), "doesn't see"},
		{"a form that isn't open", func(w world) (*discordtest.Interaction, error) {
			return w.ann.Submit(discordtest.Modal{Title: "x"}, nil)
		}, "not open"},
		{"a shortcut that isn't", with(hello, func(w world, m discordtest.Message) (*discordtest.Interaction, error) { return w.ann.Shortcut(m, "x") }), "no command"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.check(t, call{"PUT", all, rich, 200, 0, ""})
				if _, err := test.try(w); err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v, want %s", err, test.says)
				}
				synctest.Wait()
				if strings.Contains(w.bot.names(), "INTERACTION_CREATE") {
					t.Error("the bot heard of it")
				}
			})
		})
	}
}

// TestForms is what is sent with a form, and what the app doesn't send.
func TestForms(t *testing.T) {
	const fields = `{"type":9,"data":{"title":"t","custom_id":"m","components":[
		{"type":18,"label":"Line","component":{"type":4,"style":1,"custom_id":"line","value":"first","min_length":2,"max_length":5}},
		{"type":18,"label":"Circle","component":{"type":21,"custom_id":"circle","required":false,"options":[{"label":"One","value":"1"},{"label":"Two","value":"2","default":true}]}},
		{"type":18,"label":"Boxes","component":{"type":22,"custom_id":"boxes","required":false,"min_values":0,"max_values":2,"options":[{"label":"One","value":"1"},{"label":"Two","value":"2"}]}},
		{"type":18,"label":"Box","component":{"type":23,"custom_id":"box"}},
		{"type":18,"label":"Person","component":{"type":5,"custom_id":"who","required":false}}]}}`
	for _, test := range []struct {
		name   string
		values discordtest.Args
		says   string // in what is sent, or in the error
		fails  bool
	}{
		{"as it is shown", nil, `"value":"first"}`, false},
		{"what was chosen at first", nil, `"custom_id":"circle","id":4,"type":21,"value":"2"}`, false},
		{"by label", discordtest.Args{"Line": "ab"}, `"value":"ab"}`, false},
		{"by identifier", discordtest.Args{"line": "ab"}, `"value":"ab"}`, false},
		{"another circle", discordtest.Args{"Circle": "One"}, `"type":21,"value":"1"}`, false},
		{"two boxes", discordtest.Args{"Boxes": []string{"One", "2"}}, `"values":["1","2"]`, false},
		{"no boxes", nil, `"values":[]`, false},
		{"a box", discordtest.Args{"Box": true}, `"type":23,"value":true}`, false},
		{"somebody", discordtest.Args{"Person": "ann"}, `"resolved":{"members":{`, false},
		{"too short", discordtest.Args{"Line": "a"}, "doesn't fit", true},
		{"too long", discordtest.Args{"Line": "abcdef"}, "doesn't fit", true},
		{"empty", discordtest.Args{"Line": ""}, "doesn't fit", true},
		{"two lines", discordtest.Args{"Line": "a\nb"}, "doesn't fit", true},
		{"an unknown circle", discordtest.Args{"Circle": "Three"}, "no option", true},
		{"an unknown field", discordtest.Args{"Lines": "a"}, `no field "Lines"`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				if test.values["Person"] != nil {
					test.values["Person"] = w.ann
				}
				w.ask(t, "command")
				w.check(t, call{"POST", hook, fields, 204, 0, ""})
				f, _ := w.ann.Modal()
				_, err := w.ann.Submit(f, test.values)
				if test.fails {
					if err == nil || !strings.Contains(err.Error(), test.says) {
						t.Errorf("%v, want %s", err, test.says)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if got := plain(w.bot.last()); !strings.Contains(got, test.says) {
					t.Errorf("%s, want %s", got, test.says)
				}
				if _, open := w.ann.Modal(); open {
					t.Error("the form is still open")
				}
			})
		})
	}
}

// TestKeeping is about what a test asks the server itself.
func TestKeeping(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		i := w.ask(t, "command")
		if w.Idle() {
			t.Error("idle with a question open")
		}
		time.Sleep(700 * time.Millisecond)
		w.check(t, call{"POST", hook, promise, 204, 0, ""})
		if w.Idle() {
			t.Error("idle with a promise open")
		}
		w.check(t, call{"PATCH", original, hello, 200, 0, ""})
		if !w.Idle() || i.Latency() != 700*time.Millisecond || len(w.Latencies()) != 1 {
			t.Errorf("idle: %v, latencies: %v", w.Idle(), w.Latencies())
		}
		w.check(t, call{"POST", post, `{}`, 400, 50006, ""})
		if r := w.Refusals(); len(r) != 1 || r[0].Code != 50006 || r[0].Route != discordtest.CreateMessage {
			t.Errorf("refusals: %+v", r)
		}
		if n := w.Counts(); n.Requests[discordtest.CreateMessage] != 1 || n.Callbacks[5] != 1 || n.Posts[""] != 0 || n.Overwrites != 1 {
			t.Errorf("%+v", n)
		}
		if got := strings.Join(w.Commands(nil), " "); got != "quiz Suggest as question" {
			t.Errorf("commands: %s", got)
		}
		if got := w.Seen(); len(got) != 2 || got[0].Kind != discordtest.Posted || !got[0].Message.Loading || got[1].Kind != discordtest.Edited || got[1].Message.Loading {
			t.Errorf("seen: %+v", got)
		}
		if got := w.Seen(); len(got) != 0 {
			t.Errorf("seen again: %+v", got)
		}
		w.Forget()
		w.check(t, call{"PATCH", original, hello, 404, 10015, ""})
		if len(w.Latencies()) != 0 || len(w.Refusals()) != 1 || len(w.study.Messages()) != 1 {
			t.Errorf("kept %v, %v, %v", w.Latencies(), w.Refusals(), w.study.Messages())
		}
	})
}
