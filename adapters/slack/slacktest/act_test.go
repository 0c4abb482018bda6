package slacktest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

const card = `"text":"Ohm or volt?","blocks":[
	{"type":"section","block_id":"q","text":{"type":"plain_text","text":"Ohm or volt?"}},
	{"type":"actions","block_id":"a","elements":[
		{"type":"button","action_id":"pick:0","value":"v0","text":{"type":"plain_text","text":"A"},"accessibility_label":"Answer A"},
		{"type":"static_select","action_id":"topic","placeholder":{"type":"plain_text","text":"Topic"},"options":[
			{"text":{"type":"plain_text","text":"Electricity"},"value":"el"},{"text":{"type":"plain_text","text":"Optics"},"value":"op"}]},
		{"type":"external_select","action_id":"find","placeholder":{"type":"plain_text","text":"Find"},"min_query_length":1}]}]`

// TestWhatTheBotIsTold is the payloads of what people do, with {names} in place of
// identifiers.
func TestWhatTheBotIsTold(t *testing.T) {
	for _, test := range []struct {
		name string
		act  func(w world, m slacktest.Message) error
		says []string
		not  []string
	}{
		{"a command", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Command(w.study, "/quiz", "5 for @bob in #cbet-study & <more>")
			return err
		}, []string{`"type":"slash_commands"`, `"accepts_response_payload":true`, `"command":"/quiz"`, `"text":"5 for <@{bob}|bob> in <#{study}|cbet-study> &amp; &lt;more&gt;"`,
			`"user_name":"ann"`, `"channel_name":"cbet-study"`, `"team_domain":"biomed"`, `"is_enterprise_install":"false"`, `"response_url":"http://slack.test/hooks/commands/`, `"trigger_id":"`}, nil},
		{"a command in private", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Command(w.ann.Direct(), "/quiz", "")
			return err
		}, []string{`"channel_name":"directmessage"`, `"text":""`}, nil},
		{"words", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Write(w.study, "1 < 2")
			return err
		}, []string{`"type":"events_api"`, `"accepts_response_payload":false`, `"retry_attempt":0`, `"type":"message"`, `"text":"1 &lt; 2"`, `"channel":"{study}"`, `"channel_type":"channel"`,
			`"user":"{ann}"`, `"client_msg_id":"`, `"event_id":"Ev0`, `"authorizations":[{`, `"type":"rich_text"`}, []string{"app_mention"}},
		{"a mention", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Write(w.study, "@studyhall score")
			return err
		}, []string{`"type":"message"`, `"type":"app_mention"`, `"text":"<@{bot}> score"`}, nil},
		{"a direct message", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Write(w.ann.Direct(), "@studyhall hi")
			return err
		}, []string{`"channel_type":"im"`, `"channel":"D0`}, []string{"app_mention"}},
		{"a reply", func(w world, m slacktest.Message) error {
			_, err := w.ann.Reply(m, "because")
			return err
		}, []string{`"thread_ts":"{ts}"`, `"parent_user_id":"{bot}"`}, nil},
		{"a button", func(w world, m slacktest.Message) error {
			_, err := w.ann.Press(m, "A")
			return err
		}, []string{`"type":"interactive"`, `"accepts_response_payload":false`, `"type":"block_actions"`, `"action_id":"pick:0"`, `"block_id":"a"`, `"value":"v0"`,
			`"container":{"channel_id":"{study}","is_ephemeral":false,"message_ts":"{ts}","type":"message"}`, `"message":{`, `"state":{"values":{"a":{`, `"response_url":"http://slack.test/hooks/actions/`, `"enterprise":null`}, nil},
		{"a button, by what screen readers say", func(w world, m slacktest.Message) error {
			_, err := w.ann.Press(m, "Answer A")
			return err
		}, []string{`"action_id":"pick:0"`}, nil},
		{"a button of before", func(w world, m slacktest.Message) error {
			_, err := w.ann.PressAs(m, "old", "v")
			return err
		}, []string{`"action_id":"old"`, `"value":"v"`, `"block_id":"gone"`}, nil},
		{"a menu", func(w world, m slacktest.Message) error {
			_, err := w.ann.Select(m, "Topic", "Optics")
			return err
		}, []string{`"type":"static_select"`, `"selected_option":{"text":{"emoji":true,"text":"Optics","type":"plain_text"},"value":"op"}`}, nil},
		{"suggestions", func(w world, m slacktest.Message) error {
			_, err := w.ann.Suggest(m, "Find", "el")
			return err
		}, []string{`"type":"block_suggestion"`, `"accepts_response_payload":true`, `"action_id":"find"`, `"block_id":"a"`, `"value":"el"`}, []string{"trigger_id", "response_url"}},
		{"a message shortcut", func(w world, m slacktest.Message) error {
			_, err := w.ann.Shortcut(m, "Suggest as question")
			return err
		}, []string{`"type":"message_action"`, `"callback_id":"suggest"`, `"message_ts":"{ts}"`, `"message":{`, `"response_url":"`}, nil},
		{"a global shortcut", func(w world, _ slacktest.Message) error {
			_, err := w.ann.Global("Study now")
			return err
		}, []string{`"type":"shortcut"`, `"callback_id":"study"`, `"trigger_id":"`}, []string{"response_url", "channel"}},
		{"the home page", func(w world, _ slacktest.Message) error { w.ann.OpenHome(); return nil }, []string{`"type":"app_home_opened"`, `"tab":"home"`, `"user":"{ann}"`}, nil},
		{"the messages", func(w world, _ slacktest.Message) error { w.ann.OpenMessages(); return nil }, []string{`"type":"app_home_opened"`, `"tab":"messages"`}, nil},
		{"a deletion", func(w world, m slacktest.Message) error {
			w.must("chat.delete", `{"channel":"{study}","ts":"`+m.TS+`"}`)
			return nil
		}, []string{`"subtype":"message_deleted"`, `"deleted_ts":"{ts}"`}, nil},
		{"an edit", func(w world, m slacktest.Message) error {
			w.must("chat.update", `{"channel":"{study}","ts":"`+m.TS+`","text":"new"}`)
			return nil
		}, []string{`"subtype":"message_changed"`, `"previous_message":{`}, nil},
		{"its own message", func(w world, _ slacktest.Message) error { w.post(`"text":"mine"`); return nil }, []string{`"type":"message"`, `"bot_id":"B0`, `"app_id":"{app}"`}, []string{`"subtype"`}},
		{"somebody joins", func(w world, _ slacktest.Message) error { w.study.Join(w.w.Person("eve")); return nil }, []string{`"type":"member_joined_channel"`}, nil},
		{"the bot is thrown out", func(w world, _ slacktest.Message) error { w.study.Remove(nil); return nil }, []string{`"type":"member_left_channel"`, `"type":"channel_left"`}, nil},
		{"archived", func(w world, _ slacktest.Message) error { w.study.Archive(true); return nil }, []string{`"type":"channel_archive"`}, nil},
		{"renamed", func(w world, _ slacktest.Message) error { w.study.Rename("new"); return nil }, []string{`"type":"channel_rename"`, `"name":"new"`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				ts := w.post(card)
				w.bot.take()
				if err := test.act(w, w.study.Messages()[0]); err != nil {
					t.Fatal(err)
				}
				var all []string
				for _, f := range w.bot.take() {
					all = append(all, plain(f))
				}
				got := strings.Join(all, "\n")
				for _, s := range test.says {
					if s = strings.ReplaceAll(w.names(s, false), "{ts}", ts); !strings.Contains(got, s) {
						t.Errorf("lacks %s:\n%s", s, got)
					}
				}
				for _, s := range test.not {
					if strings.Contains(got, s) {
						t.Errorf("has %s:\n%s", s, got)
					}
				}
				if !w.Idle() {
					t.Error("not all was acknowledged")
				}
			})
		})
	}
}

// TestWhatPeopleCant is what their apps don't let them do.
func TestWhatPeopleCant(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.post(card)
		m := w.study.Messages()[0]
		eve, private := w.w.Person("eve"), w.w.Private("staff")
		w.must("chat.postEphemeral", `{"channel":"{study}","user":"{ann}",`+card+`}`)
		whisper := w.ann.Messages(w.study)[1]
		far := w.Workspace("Far").Person("far")
		for _, test := range []struct {
			name string
			act  func() (*slacktest.Interaction, error)
			says string
		}{
			{"an unknown command", func() (*slacktest.Interaction, error) { return w.ann.Command(w.study, "/remind", "") }, "/remind is not a valid command"},
			{"a command outside", func() (*slacktest.Interaction, error) { return eve.Command(w.study, "/quiz", "") }, "eve is not in #cbet-study"},
			{"a button that isn't there", func() (*slacktest.Interaction, error) { return w.ann.Press(m, "Z") }, `no "Z" among ["A"]`},
			{"somebody else's whisper", func() (*slacktest.Interaction, error) { return w.bob.Press(whisper, "A") }, "bob doesn't see that message"},
			{"another workspace's message", func() (*slacktest.Interaction, error) { return far.Press(m, "A") }, "far doesn't see that message"},
			{"no such option", func() (*slacktest.Interaction, error) { return w.ann.Select(m, "Topic", "Music") }, `has no option "Music"`},
			{"what nobody suggested", func() (*slacktest.Interaction, error) { return w.ann.Select(m, "Find", "x") }, `"x" was not suggested`},
			{"too few letters", func() (*slacktest.Interaction, error) { return w.ann.Suggest(m, "Find", "") }, "the menu asks from 1 letters on"},
			{"an unknown shortcut", func() (*slacktest.Interaction, error) { return w.ann.Shortcut(m, "Remind me") }, `there is no shortcut "Remind me"`},
			{"a private channel", func() (*slacktest.Interaction, error) { return w.ann.Command(private, "/quiz", "") }, "ann is not in #staff"},
		} {
			if _, err := test.act(); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %v, want %s", test.name, err, test.says)
			}
		}
		w.ann.Reload()
		if _, err := w.ann.Press(whisper, "A"); err == nil {
			t.Error("a whisper outlived the app")
		}
		w.bob.Deactivate()
		if _, err := w.bob.Press(m, "A"); err == nil {
			t.Error("somebody deactivated pressed a button")
		}
	})
}

// TestCommandAnswers is what an acknowledgement of a command says.
func TestCommandAnswers(t *testing.T) {
	for _, test := range []struct {
		name, payload string
		want          string // what ann sees
		public        bool
		failed        bool
	}{
		{"nothing", ``, "", false, false},
		{"a whisper", `{"text":"hi"}`, "hi", false, false},
		{"to all", `{"text":"hi","response_type":"in_channel"}`, "hi", true, false},
		{"blocks", `{"text":"x","blocks":[{"type":"section","text":{"type":"plain_text","text":"deep"}}]}`, "deep", false, false},
		{"wrong blocks", `{"text":"x","blocks":[{"type":"poll"}]}`, "", false, true},
		{"no object", `[1]`, "", false, true},
		{"too large", `{"text":"` + strings.Repeat("a", 20<<10) + `"}`, "", false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				w.bot.always(test.payload)
				w.ann.Sees()
				i, err := w.ann.Command(w.study, "/quiz", "")
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(4 * time.Second)
				synctest.Wait()
				got, failed := "", false
				for _, e := range w.ann.Sees() {
					failed = failed || e.Kind == slacktest.Failed
					got += e.Message.Words()
				}
				if got != test.want || failed != test.failed || (len(w.study.Messages()) == 1) != test.public {
					t.Errorf("ann sees %q, failed: %v, %d messages for all; %+v", got, failed, len(w.study.Messages()), w.Refusals())
				}
				if test.want != "" && (len(i.Messages()) != 1 || i.Latency() < 0) {
					t.Errorf("the interaction has %v", i.Messages())
				}
			})
		})
	}
}

// TestNoAnswer is about people who are not answered: at once where no bot is
// there, after three seconds where it is silent.
func TestNoAnswer(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.bot.always("-")
		began := time.Now()
		i, err := w.ann.Command(w.study, "/quiz", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); !errors.Is(err, slacktest.ErrNoAnswer) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		_ = w.bot.ws.Close()
		synctest.Wait()
		began = time.Now()
		if i, err = w.ann.Command(w.study, "/quiz", ""); err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); !errors.Is(err, slacktest.ErrNoAnswer) || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(10 * time.Minute)
		if n := w.Counts(); n.Retries != 0 || n.Unanswered != 2 || !w.Idle() {
			t.Errorf("%+v", n)
		}
	})
}

// TestResponseURL is 2.5 of the reference: five uses in half an hour.
func TestResponseURL(t *testing.T) {
	type use struct {
		after  time.Duration
		body   string
		status int
		says   string
	}
	for _, test := range []struct {
		name    string
		o       slacktest.Options
		whisper bool // the button is on one
		command bool // it is a command's, not a button's
		uses    []use
		all     string // what the channel says then
		ann     string // and what ann reads there
	}{
		{"a whisper", slacktest.Options{}, false, false, []use{{0, `{"text":"w"}`, 200, "ok"}}, "Ohm or volt?", "Ohm or volt?, w"},
		{"to all", slacktest.Options{}, false, false, []use{{0, `{"text":"w","response_type":"in_channel"}`, 200, "ok"}}, "Ohm or volt?, w", "Ohm or volt?, w"},
		{"replaces", slacktest.Options{}, false, false, []use{{0, `{"text":"w","replace_original":true}`, 200, "ok"}}, "w", "w"},
		{"deletes", slacktest.Options{}, false, false, []use{{0, `{"delete_original":true}`, 200, "ok"}}, "", ""},
		{"replaces a whisper", slacktest.Options{}, true, false, []use{{0, `{"text":"w","replace_original":true}`, 200, "ok"}}, "", "w"},
		{"deletes a whisper", slacktest.Options{}, true, false, []use{{0, `{"delete_original":true}`, 200, "ok"}}, "", ""},
		{"a command has nothing to replace", slacktest.Options{}, false, true, []use{{0, `{"text":"w","replace_original":true}`, 200, "ok"}}, "", "w"},
		{"five", slacktest.Options{}, false, true, []use{
			{0, `{"text":"1"}`, 200, "ok"}, {0, `{"text":"2"}`, 200, "ok"}, {0, `{"text":"3"}`, 200, "ok"}, {0, `{"text":"4"}`, 200, "ok"}, {0, `{"text":"5"}`, 200, "ok"}, {time.Second, `{"text":"6"}`, 404, "used_url"},
		}, "", "1, 2, 3, 4, 5"},
		{"half an hour", slacktest.Options{LateURL: "gone"}, false, true, []use{{30 * time.Minute, `{"text":"1"}`, 200, "ok"}, {time.Second, `{"text":"2"}`, 404, "gone"}}, "", "1"},
		{"wrong blocks", slacktest.Options{}, false, true, []use{{0, `{"text":"1","blocks":[{"type":"poll"}]}`, 400, "invalid_blocks"}}, "", ""},
		{"no text", slacktest.Options{}, false, true, []use{{0, `{}`, 400, "no_text"}}, "", ""},
		{"no JSON", slacktest.Options{}, false, true, []use{{0, `hello`, 400, "invalid_payload"}}, "", ""},
		{"one a second", slacktest.Options{Strict: true}, false, true, []use{{0, `{"text":"1"}`, 200, "ok"}, {0, `{"text":"2"}`, 429, "ratelimited"}, {time.Second, `{"text":"3"}`, 200, "ok"}}, "", "1, 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				var i *slacktest.Interaction
				var err error
				switch {
				case test.command:
					i, err = w.ann.Command(w.study, "/quiz", "")
				case test.whisper:
					w.must("chat.postEphemeral", `{"channel":"{study}","user":"{ann}",`+card+`}`)
					i, err = w.ann.Press(w.ann.Messages(w.study)[0], "A")
				default:
					w.post(card)
					i, err = w.ann.Press(w.study.Messages()[0], "A")
				}
				w.wait(i, err)
				if test.whisper {
					if p := inner(w.bot.take()); len(p) == 0 || p[len(p)-1]["message"] != nil || !strings.Contains(plain(p[len(p)-1]), `"is_ephemeral":true`) {
						t.Errorf("told of a press on a whisper: %s", plain(p))
					}
				}
				for n, u := range test.uses {
					time.Sleep(u.after)
					a := send(t, w.Server, "POST", i.ResponseURL(), []byte(u.body), map[string][]string{"Content-Type": {"application/json"}})
					if a.status != u.status || !strings.Contains(a.raw, u.says) {
						t.Errorf("%d: %d %s, want %d %s", n, a.status, a.raw, u.status, u.says)
					}
				}
				if got := joined(w.study.Messages()); got != test.all {
					t.Errorf("the channel says %q, want %q", got, test.all)
				}
				if got := joined(w.ann.Messages(w.study)); got != test.ann {
					t.Errorf("ann reads %q, want %q", got, test.ann)
				}
				if got := joined(w.bob.Messages(w.study)); got != test.all {
					t.Errorf("bob reads %q, want %q", got, test.all)
				}
			})
		})
	}
}

func joined(all []slacktest.Message) string {
	var out []string
	for _, m := range all {
		out = append(out, m.Words())
	}
	return strings.Join(out, ", ")
}
