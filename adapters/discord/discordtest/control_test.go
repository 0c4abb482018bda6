package discordtest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/adapters/discord/discordtest"
)

// TestControls is what the bot is told of controls that are used.
func TestControls(t *testing.T) {
	const menus = `{"content":"Choose:","components":[
		{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"a"},{"type":2,"style":2,"label":"B","custom_id":"b"}]},
		{"type":1,"components":[{"type":3,"custom_id":"m","placeholder":"Which?","max_values":2,"options":[{"label":"One","value":"1"},{"label":"Two","value":"2"}]}]},
		{"type":1,"components":[{"type":5,"custom_id":"who"}]},
		{"type":1,"components":[{"type":8,"custom_id":"where"}]}]}`
	for _, test := range []struct {
		name string
		act  func(w world, m discordtest.Message) (*discordtest.Interaction, error)
		says string
	}{
		{"a button by its label", func(w world, m discordtest.Message) (*discordtest.Interaction, error) { return w.ann.Press(m, "B") }, `"data":{"component_type":2,"custom_id":"b","id":3}`},
		{"a button by its identifier", func(w world, m discordtest.Message) (*discordtest.Interaction, error) { return w.ann.Press(m, "a") }, `"custom_id":"a"`},
		{"a forged one", func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.PressAs(m, "a/forged/path")
		}, `"custom_id":"a/forged/path"`},
		{"an option by its label", func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.Select(m, "m", "Two")
		}, `"values":["2"]}`},
		{"two by their values", func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.Select(m, "Which?", "1", "2")
		}, `"values":["1","2"]}`},
		{"a person", func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.Select(m, "who", w.ann.ID)
		}, `"resolved":{"members":{"{ann}":`},
		{"a channel", func(w world, m discordtest.Message) (*discordtest.Interaction, error) {
			return w.ann.Select(m, "where", w.study.ID)
		}, `"resolved":{"channels":{"{study}":`},
		{"the message comes with it", func(w world, m discordtest.Message) (*discordtest.Interaction, error) { return w.ann.Press(m, "A") }, `"content":"Choose:"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.check(t, call{"POST", post, menus, 200, 0, ""})
				m := w.study.Messages()[0]
				if got := strings.Join(m.Labels(), " "); got != "A B" || m.Text() != "Choose:" {
					t.Errorf("%q with %s", m.Text(), got)
				}
				if _, err := test.act(w, m); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if got := plain(w.bot.last()); !strings.Contains(got, w.places(test.says)) {
					t.Errorf("%s, want %s", got, w.places(test.says))
				}
			})
		})
	}
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.check(t, call{"POST", post, menus, 200, 0, ""})
		if i, err := w.ann.Select(w.study.Messages()[0], "who", "1"); err == nil {
			t.Errorf("nobody was chosen: %v", i)
		}
	})
}

// TestWordsOfV2 are read in order, and controls found inside others.
func TestWordsOfV2(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.check(t, call{"POST", post, v2(`{"type":17,"components":[{"type":10,"content":"one"},
			{"type":9,"components":[{"type":10,"content":"two"}],"accessory":` + button("") + `}]}`), 200, 0, ""})
		m := w.study.Messages()[0]
		if b, found := m.Find("A"); m.Text() != "one\ntwo" || !found || b.CustomID != "a" {
			t.Errorf("%q, %v", m.Text(), found)
		}
		if _, err := w.ann.Press(m, "A"); err != nil {
			t.Error(err)
		}
	})
}

// TestFilesInForms is about what somebody uploads.
func TestFilesInForms(t *testing.T) {
	const wants = `{"type":9,"data":{"title":"t","custom_id":"m","components":[{"type":10,"content":"Words"},
		{"type":18,"label":"Proof","component":{"type":19,"custom_id":"proof"}},
		{"type":1,"components":[{"type":4,"style":1,"label":"Old","custom_id":"old","required":false}]}]}}`
	for _, test := range []struct {
		name   string
		values discordtest.Args
		says   string
		fails  bool
	}{
		{"a file", discordtest.Args{"Proof": discordtest.File{Name: "a.png", Type: "image/png", Data: []byte("abc")}}, `"filename":"a.png"`, false},
		{"no file", nil, "required", true},
		{"words for a file", discordtest.Args{"Proof": "a.png"}, "wants a File", true},
		{"an input in a row", discordtest.Args{"Proof": discordtest.File{Name: "a"}, "Old": "x"}, `"value":"x"}],"id":4,"type":1}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				i := w.ask(t, "command")
				w.check(t, call{"POST", hook, wants, 204, 0, ""})
				if i.Callback() != 9 {
					t.Errorf("callback %d", i.Callback())
				}
				f, _ := i.Modal()
				_, err := w.ann.Submit(f, test.values)
				if (err != nil) != test.fails {
					t.Fatal(err)
				}
				if test.fails {
					if !strings.Contains(err.Error(), test.says) {
						t.Error(err)
					}
					return
				}
				synctest.Wait()
				if got := plain(w.bot.last()); !strings.Contains(got, test.says) {
					t.Errorf("%s, want %s", got, test.says)
				}
			})
		})
	}
}

// TestWhatFollows are suggestions and messages after an answer.
func TestWhatFollows(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		i := w.ask(t, "complete")
		w.check(t, call{"POST", hook, suggest, 204, 0, ""})
		if got := i.Choices(); len(got) != 1 || got[0].Name != "n" || got[0].Value != "v" {
			t.Errorf("suggested %v", got)
		}
		i = w.ask(t, "command")
		w.check(t, call{"POST", hook, say, 204, 0, ""})
		w.check(t, call{"POST", webhook, `{"content":"one"}`, 200, 0, ""})
		w.check(t, call{"POST", webhook, `{"content":"two"}`, 200, 0, ""})
		w.check(t, call{"DELETE", webhook + "/messages/{last}", "", 204, 0, ""})
		if got := i.Followups(); len(got) != 1 || got[0].Content != "one" {
			t.Errorf("followed by %v", got)
		}
	})
}
