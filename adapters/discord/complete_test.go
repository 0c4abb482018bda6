package discord_test

import (
	"context"
	"testing"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestFieldsSayWhereAListIs opens a form with fields that are completed while one
// types, which Discord's forms don't do: a field names the option of a command
// with the same suggestions, if there is one, in place of a missing help.
func TestFieldsSayWhereAListIs(t *testing.T) {
	bubble(t, "form", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		field := func(name, help, suggest string) bot.Field {
			return bot.Field{Name: name, Label: name, Kind: bot.Line, Help: help, Suggest: suggest}
		}
		form := bot.Form{Title: "Fields", Submit: "Send", Action: "fields/set", Fields: []bot.Field{
			field("plain", "", ""), field("listed", "", "topics"), field("helped", "Now 4:38 AM", "topics"), field("lost", "", "nowhere"),
		}}
		w.bot.Action("fields", func(context.Context, bot.Interaction) (bot.Response, error) { return bot.Response{Form: &form}, nil })
		hello := w.answered(w.ann.Command(w.study, "hello", nil))
		w.answered(w.ann.PressAs(hello.Reply(), "fields"))
		opened, ok := w.ann.Modal()
		if !ok {
			t.Fatal("no form opened")
		}
		want := []string{"", "For a list to choose from, close this and type /quiz topic:", "Now 4:38 AM", ""}
		for n, top := range opened.Components {
			if top.Description != want[n] {
				t.Errorf("under %q stands %q, want %q", top.Label, top.Description, want[n])
			}
		}
		if len(opened.Components) != len(want) || form.Fields[1].Help != "" {
			t.Errorf("%d fields, want %d; the core's form now helps with %q", len(opened.Components), len(want), form.Fields[1].Help)
		}
	})
}
