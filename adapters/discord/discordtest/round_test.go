package discordtest_test

import (
	"testing"
	"testing/synctest"

	"studyhall/adapters/discord/discordtest"
)

// TestRound goes once through what everybody needs: a command, a button, a
// modal, a promise that is kept.
func TestRound(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		status, out, _ := rest(t, w.Server, "PUT", "/applications/"+w.Application()+"/commands", []object{
			{"type": 1, "name": "quiz", "description": "Practise", "options": []object{{"type": 4, "name": "count", "description": "How many"}}},
		})
		if status != 200 {
			t.Fatalf("commands: %d %v", status, out)
		}
		w.bot.answer = func(i object) {
			var body object
			switch i["type"].(float64) {
			case 2:
				body = object{"type": 4, "data": object{"content": "Question 1", "flags": 64, "components": []object{
					{"type": 1, "components": []object{{"type": 2, "style": 2, "label": "A", "custom_id": "answer/1/a"}}},
				}}}
			case 3:
				body = object{"type": 9, "data": object{"title": "Why?", "custom_id": "why/1", "components": []object{
					{"type": 18, "label": "Reason", "component": object{"type": 4, "style": 1, "custom_id": "reason"}},
				}}}
			case 5:
				body = object{"type": 7, "data": object{"content": "Right.", "components": []object{}}}
			}
			if status, out := callback(t, w.Server, i, body); status != 204 {
				t.Errorf("callback: %d %v", status, out)
			}
		}
		i, err := w.ann.Command(w.study, "quiz", discordtest.Args{"count": 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := i.Reply(); r.Content != "Question 1" || !r.Ephemeral || r.To != w.ann {
			t.Errorf("reply: %+v", r)
		}
		if i, err = w.ann.Press(i.Reply(), "A"); err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		modal, ok := w.ann.Modal()
		if !ok || modal.Title != "Why?" {
			t.Fatalf("modal: %v %+v", ok, modal)
		}
		if i, err = w.ann.Submit(modal, discordtest.Args{"Reason": "Ohm"}); err != nil {
			t.Fatal(err)
		}
		if err := i.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r := i.Reply(); r.Content != "Right." || len(r.Components) != 0 {
			t.Errorf("updated: %+v", r)
		}
		if got := w.bot.names("READY", "GUILD_CREATE"); got != "INTERACTION_CREATE INTERACTION_CREATE INTERACTION_CREATE" {
			t.Errorf("events: %s", got)
		}
		kinds := ""
		for _, e := range w.ann.Sees() {
			kinds += string(e.Kind) + " "
		}
		if kinds != "posted modal edited " {
			t.Errorf("ann sees %s", kinds)
		}
	})
}
