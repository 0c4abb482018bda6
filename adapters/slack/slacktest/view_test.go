package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// form is a view with a field of each kind that a person fills in.
const form = `{"type":"modal","callback_id":"log","private_metadata":"p","title":{"type":"plain_text","text":"Log"},"submit":{"type":"plain_text","text":"Save"},"notify_on_close":true,"blocks":[
	{"type":"input","block_id":"what","label":{"type":"plain_text","text":"What"},"element":{"type":"plain_text_input","action_id":"t","max_length":5,"initial_value":"abc"}},
	{"type":"input","block_id":"hours","optional":true,"label":{"type":"plain_text","text":"Hours"},"element":{"type":"number_input","action_id":"n","is_decimal_allowed":true,"min_value":"0.5","max_value":"9"}},
	{"type":"input","block_id":"who","optional":true,"label":{"type":"plain_text","text":"Who"},"element":{"type":"users_select","action_id":"u"}},
	{"type":"input","block_id":"topic","optional":true,"label":{"type":"plain_text","text":"Topic"},"element":{"type":"external_select","action_id":"topic","min_query_length":0}},
	{"type":"input","block_id":"days","optional":true,"label":{"type":"plain_text","text":"Days"},"element":{"type":"checkboxes","action_id":"c","options":[
		{"text":{"type":"plain_text","text":"Mon"},"value":"1"},{"text":{"type":"plain_text","text":"Tue"},"value":"2"}]}},
	{"type":"input","block_id":"proof","optional":true,"label":{"type":"plain_text","text":"Proof"},"element":{"type":"file_input","action_id":"f","max_files":1}},
	{"type":"input","block_id":"when","optional":true,"label":{"type":"plain_text","text":"When"},"element":{"type":"datepicker","action_id":"d"}},
	{"type":"actions","block_id":"more","elements":[{"type":"button","action_id":"more","text":{"type":"plain_text","text":"More"}}]}]}`

// opened has ann open the form by a command.
func (w world) opened(t *testing.T, view string) slacktest.View {
	t.Helper()
	w.bot.take()
	i, err := w.ann.Command(w.study, "/studyhall", "log")
	w.wait(i, err)
	w.must("views.open", `{"trigger_id":"`+trigger(w)+`","view":`+view+`}`)
	v, ok := i.View()
	if !ok {
		t.Fatal("no form")
	}
	return v
}

// TestTriggers is about what opens a view and how long.
func TestTriggers(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		open := func(id string) answer { return w.call("views.open", `{"trigger_id":"`+id+`","view":`+form+`}`) }
		command := func() (*slacktest.Interaction, string) {
			w.bot.take()
			i, err := w.ann.Command(w.study, "/quiz", "")
			return w.wait(i, err), trigger(w)
		}
		if a := open("1.2.3"); a.says("error") != "invalid_trigger_id" {
			t.Errorf("an unknown one: %s", a.raw)
		}
		_, id := command()
		time.Sleep(3 * time.Second)
		if a := open(id); a.object["ok"] != true {
			t.Errorf("after 3 s: %s", a.raw)
		}
		if a := open(id); a.says("error") != "expired_trigger_id" && a.says("error") != "exchanged_trigger_id" {
			t.Errorf("twice: %s", a.raw)
		}
		_, id = command()
		open(id)
		if a := open(id); a.says("error") != "exchanged_trigger_id" {
			t.Errorf("twice at once: %s", a.raw)
		}
		_, id = command()
		time.Sleep(3*time.Second + time.Millisecond)
		if a := open(id); a.says("error") != "expired_trigger_id" {
			t.Errorf("late: %s", a.raw)
		}
		i, id := command()
		i.Expire()
		if a := open(id); a.says("error") != "expired_trigger_id" {
			t.Errorf("ended: %s", a.raw)
		}
		_, id = command()
		if a := w.call("views.open", `{"trigger_id":"`+id+`","view":{"type":"modal","blocks":[]}}`); a.says("error") != "invalid_arguments" {
			t.Errorf("a wrong view: %s", a.raw)
		}
		if a := open(id); a.object["ok"] != true {
			t.Errorf("a wrong view doesn't use the trigger: %s", a.raw)
		}
	})
}

// TestViewRules is what views may have.
func TestViewRules(t *testing.T) {
	title := func(n int) string { return `"title":{"type":"plain_text","text":"` + long(n) + `"}` }
	for _, test := range []struct {
		name string
		fine string
		bad  string
		says string
	}{
		{"title", `{"type":"modal","blocks":[],` + title(24) + `}`, `{"type":"modal","blocks":[],` + title(25) + `}`, "must be less than 25 characters [json-pointer:/view/title/text]"},
		{"no title", "", `{"type":"modal","blocks":[]}`, "missing required field: title [json-pointer:/view]"},
		{"blocks", `{"type":"modal",` + title(1) + `,"blocks":` + times(100, `{"type":"divider"}`) + `}`, `{"type":"modal",` + title(1) + `,"blocks":` + times(101, `{"type":"divider"}`) + `}`, "no more than 100 items allowed [json-pointer:/view/blocks]"},
		{"private_metadata", `{"type":"modal","blocks":[],` + title(1) + `,"private_metadata":"` + long(3000) + `"}`, `{"type":"modal","blocks":[],` + title(1) + `,"private_metadata":"` + long(3001) + `"}`, "must be less than 3001 characters"},
		{"callback_id", `{"type":"modal","blocks":[],` + title(1) + `,"callback_id":"` + long(255) + `"}`, `{"type":"modal","blocks":[],` + title(1) + `,"callback_id":"` + long(256) + `"}`, "must be less than 256 characters"},
		{"an input without submit", "", `{"type":"modal",` + title(1) + `,"blocks":[{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input"}}]}`, "missing required field: submit"},
		{"a table", "", `{"type":"modal",` + title(1) + `,"blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}]}`, "unsupported type: table"},
		{"a home page as a form", "", `{"type":"home","blocks":[]}`, "must be one of: [modal]"},
		{"what nobody knows", "", `{"type":"modal","blocks":[],` + title(1) + `,"color":"red"}`, "invalid additional property: color"},
		{"focus", "", `{"type":"modal",` + title(1) + `,"submit":{"type":"plain_text","text":"x"},"blocks":` + times(2, `{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input","focus_on_load":true}}`) + `}`, "only one element can have focus"},
		{"too large", "", `{"type":"modal",` + title(1) + `,"blocks":` + times(100, `{"type":"section","text":{"type":"mrkdwn","text":"`+strings.Repeat("a", 3000)+`"}}`) + `}`, "view_too_large"},
		{"no object", "", `"x"`, "invalid_arguments"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				if test.fine != "" {
					w.opened(t, test.fine)
				}
				w.bot.take()
				i, err := w.ann.Command(w.study, "/quiz", "")
				w.wait(i, err)
				a := w.call("views.open", `{"trigger_id":"`+trigger(w)+`","view":`+test.bad+`}`)
				if a.object["ok"] != false || !strings.Contains(a.raw, test.says) {
					t.Errorf("%s, want %s", a.raw, test.says)
				}
			})
		})
	}
}

// TestSubmit is what a form sends, and what its answer does.
func TestSubmit(t *testing.T) {
	const other = `{"type":"modal","title":{"type":"plain_text","text":"Other"},"blocks":[]}`
	for _, test := range []struct {
		name   string
		fields slacktest.Args
		answer string
		err    string   // that ann's app says
		sends  []string // in the state
		titles string   // of the forms that are open then
		errors string   // of the field "what"
		failed bool
	}{
		{"as it is", nil, ``, "", []string{`"what":{"t":{"type":"plain_text_input","value":"abc"}}`, `"hours":{"n":{"type":"number_input","value":null}}`, `"private_metadata":"p"`, `"callback_id":"log"`, `"response_urls":[]`}, "", "", false},
		{"filled in", slacktest.Args{"What": "x", "Hours": "1.5", "Days": []string{"Tue"}, "When": "2026-11-22"}, ``, "",
			[]string{`"value":"x"`, `"value":"1.5"`, `"selected_options":[{"text":{"emoji":true,"text":"Tue","type":"plain_text"},"value":"2"}]`, `"selected_date":"2026-11-22"`}, "", "", false},
		{"a person", slacktest.Args{"Who": "bob"}, ``, "", []string{`"selected_user":"{bob}"`}, "", "", false},
		{"a file", slacktest.Args{"Proof": slacktest.File{Name: "a.pdf", Data: []byte("abc")}}, ``, "", []string{`"files":[{`, `"name":"a.pdf"`, `"size":3`}, "", "", false},
		{"a suggestion", slacktest.Args{"Topic": "Electricity"}, ``, "", []string{`"selected_option":{"text":{"emoji":true,"text":"Electricity","type":"plain_text"},"value":"el"}`}, "", "", false},
		{"nothing where something must be", slacktest.Args{"What": ""}, ``, "please complete this required field", nil, "Log", "", false},
		{"too long", slacktest.Args{"What": "abcdef"}, ``, "takes 5 characters at most", nil, "Log", "", false},
		{"too little", slacktest.Args{"Hours": 0.25}, ``, "wants 0.5 at least", nil, "Log", "", false},
		{"no number", slacktest.Args{"Hours": "many"}, ``, "wants a number", nil, "Log", "", false},
		{"no such field", slacktest.Args{"Color": "red"}, ``, `the form has no field "Color"`, nil, "Log", "", false},
		{"inline errors", nil, `{"response_action":"errors","errors":{"what":"Too dull."}}`, "", nil, "Log", "Too dull.", false},
		{"errors on what is no field", nil, `{"response_action":"errors","errors":{"more":"No."}}`, "", nil, "Log", "", true},
		{"another form in its place", nil, `{"response_action":"update","view":` + other + `}`, "", nil, "Other", "", false},
		{"another above it", nil, `{"response_action":"push","view":` + other + `}`, "", nil, "Log, Other", "", false},
		{"a wrong one", nil, `{"response_action":"push","view":{"type":"modal"}}`, "", nil, "Log", "", true},
		{"all closed", nil, `{"response_action":"clear"}`, "", nil, "", "", false},
		{"what nobody knows", nil, `{"response_action":"dance"}`, "", nil, "Log", "", true},
		{"too late", nil, `-`, "", nil, "Log", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				v := w.opened(t, form)
				w.bot.always(`{"options":[{"text":{"type":"plain_text","text":"Electricity"},"value":"el"}]}`)
				s, err := w.ann.Suggest(v, "Topic", "")
				w.wait(s, err)
				if got := s.Choices(); len(got) != 1 || got[0].Value != "el" {
					t.Fatalf("suggested %v: %+v", got, w.Refusals())
				}
				if test.fields["Who"] == "bob" {
					test.fields["Who"] = w.bob
				}
				w.bot.always(test.answer)
				w.bot.take()
				w.ann.Sees()
				i, err := w.ann.Submit(v, test.fields)
				if test.err != "" || err != nil {
					if err == nil || test.err == "" || !strings.Contains(err.Error(), test.err) {
						t.Errorf("%v, want %s", err, test.err)
					}
				} else {
					_ = i.Wait(t.Context())
					synctest.Wait()
					got := plain(inner(w.bot.take()))
					for _, s := range test.sends {
						if !strings.Contains(got, w.names(s, false)) {
							t.Errorf("lacks %s:\n%s", s, got)
						}
					}
					if i.Errors()["what"] != test.errors {
						t.Errorf("said of the field: %q", i.Errors())
					}
				}
				var titles []string
				for _, v := range w.ann.Views() {
					titles = append(titles, v.Title)
				}
				failed := false
				for _, e := range w.ann.Sees() {
					failed = failed || e.Kind == slacktest.Failed
				}
				if got := strings.Join(titles, ", "); got != test.titles || failed != test.failed {
					t.Errorf("open: %q, failed: %v; %+v", got, failed, w.Refusals())
				}
			})
		})
	}
}

// TestStack is about views above each other, hashes and closing.
func TestStack(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		v := w.opened(t, form)
		push := func(on slacktest.View) answer {
			w.bot.take()
			i, err := w.ann.Press(on, "More")
			w.wait(i, err)
			return w.call("views.push", `{"trigger_id":"`+trigger(w)+`","view":`+form+`}`)
		}
		for n := 2; n <= 3; n++ {
			if a := push(w.ann.Views()[n-2]); a.object["ok"] != true || len(w.ann.Views()) != n {
				t.Fatalf("push %d: %s", n, a.raw)
			}
		}
		if a := push(w.ann.Views()[2]); a.says("error") != "push_limit_reached" {
			t.Errorf("a fourth: %s", a.raw)
		}
		if _, err := w.ann.Press(v, "More"); err == nil {
			t.Error("ann pressed a button below another form")
		}
		update := func(hash string) answer {
			return w.call("views.update", `{"view_id":"`+v.ID+`","hash":"`+hash+`","view":`+strings.Replace(form, `"Log"`, `"New"`, 1)+`}`)
		}
		if a := update("1.x"); a.says("error") != "hash_conflict" {
			t.Errorf("another hash: %s", a.raw)
		}
		if a := update(v.Hash); a.object["ok"] != true || w.ann.Views()[0].Title != "New" {
			t.Errorf("the hash: %s", a.raw)
		}
		w.bot.take()
		i, err := w.ann.Close(w.ann.Views()[2], true)
		w.wait(i, err)
		if got := plain(inner(w.bot.take())); !strings.Contains(got, `"type":"view_closed"`) || !strings.Contains(got, `"is_cleared":true`) || len(w.ann.Views()) != 0 {
			t.Errorf("closed: %s, %v", got, w.ann.Views())
		}
		if a := update(""); a.says("error") != "not_found" {
			t.Errorf("closed: %s", a.raw)
		}
		w.bot.take()
		c, err := w.ann.Command(w.study, "/quiz", "")
		w.wait(c, err)
		if a := w.call("views.push", `{"trigger_id":"`+trigger(w)+`","view":`+form+`}`); a.says("error") != "not_found" {
			t.Errorf("pushed on nothing: %s", a.raw)
		}
	})
}

// TestExternalID is about names that views have from the bot.
func TestExternalID(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		named := `{"type":"modal","external_id":"e1","title":{"type":"plain_text","text":"x"},"blocks":[]}`
		w.opened(t, named)
		w.must("views.update", `{"external_id":"e1","view":`+named+`}`)
		w.bot.take()
		i, err := w.bob.Command(w.study, "/quiz", "")
		w.wait(i, err)
		if a := w.call("views.open", `{"trigger_id":"`+trigger(w)+`","view":`+named+`}`); a.says("error") != "duplicate_external_id" {
			t.Errorf("%s", a.raw)
		}
	})
}

// TestHome is a person's page.
func TestHome(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		publish := func(words, hash string) answer {
			return w.call("views.publish", `{"user_id":"{ann}"`+hash+`,"view":{"type":"home","blocks":[
				{"type":"section","text":{"type":"mrkdwn","text":"`+words+`"}},{"type":"actions","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}}]}]}}`)
		}
		first := publish("one", "")
		hash := first.object["view"].(object)["hash"].(string)
		if a := publish("two", `,"hash":"0.x"`); a.says("error") != "hash_conflict" {
			t.Errorf("another hash: %s", a.raw)
		}
		publish("two", `,"hash":"`+hash+`"`)
		home, ok := w.ann.Home()
		if !ok || home.Words() != "two" || strings.Join(home.Labels(), ",") != "Go" {
			t.Errorf("%q %v", home.Words(), home.Labels())
		}
		w.bot.take()
		i, err := w.ann.Press(home, "Go")
		w.wait(i, err)
		got := plain(inner(w.bot.take()))
		if !strings.Contains(got, `"container":{"type":"view","view_id":"`+home.ID+`"}`) || strings.Contains(got, "response_url") || strings.Contains(got, `"channel"`) {
			t.Errorf("told: %s", got)
		}
		if _, err := w.bob.Press(home, "Go"); err == nil {
			t.Error("bob pressed on ann's page")
		}
		if a := w.call("views.publish", `{"user_id":"U1","view":{"type":"home","blocks":[]}}`); a.says("error") != "user_not_found" {
			t.Errorf("%s", a.raw)
		}
		var kinds []slacktest.Kind
		for _, e := range w.ann.Sees() {
			kinds = append(kinds, e.Kind)
		}
		if len(kinds) != 2 || kinds[0] != slacktest.HomePublished || len(w.bob.Sees()) != 0 {
			t.Errorf("ann sees %v", kinds)
		}
	})
}
