package discord_test

import (
	"strings"
	"testing"

	"studyhall/adapters/discord/discordtest"
)

// TestTwoForms has one person open the same form from two messages: each changes
// the message it was opened from, and one that is sent leaves the other to be
// mended.
func TestTwoForms(t *testing.T) {
	bubble(t, "two at once", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		open := func() (page discordtest.Message, f discordtest.Modal) {
			t.Helper()
			page = w.answered(w.ann.Command(w.study, "study", nil)).Reply()
			w.answered(w.ann.Press(page, "Exam"))
			f, ok := w.ann.Modal()
			if !ok {
				t.Fatal("no form is open")
			}
			return page, f
		}
		first, one := open()
		second, two := open()
		faulty := w.answered(w.ann.Submit(one, discordtest.Args{"When": "never"})).Reply()
		if !strings.Contains(faulty.Text(), "That is no date") {
			t.Fatalf("a faulty form is answered with %q", faulty.Text())
		}
		w.answered(w.ann.Submit(two, discordtest.Args{"When": "8 May"}))
		if got := now(t, w.ann, second).Text(); got != "Saved 8 May" {
			t.Errorf("the second page shows %q", got)
		}
		if got := now(t, w.ann, first).Text(); got != "Your page" {
			t.Errorf("the first page shows %q before its form is taken", got)
		}
		i := w.answered(w.ann.Press(faulty, "Fix it"))
		again, ok := w.ann.Modal()
		if !ok || again.CustomID == two.CustomID {
			t.Fatalf("Fix it opens nothing: %q", i.Reply().Text())
		}
		if got := again.Components[0].Component.Value; got != "never" {
			t.Errorf("opened again it shows %q, want what was filled in", got)
		}
		w.answered(w.ann.Submit(again, discordtest.Args{"When": "9 May"}))
		if got := now(t, w.ann, faulty).Text(); got != "Saved 9 May" {
			t.Errorf("mended, the whisper shows %q", got)
		}
		for key := range w.shelf.values {
			if strings.HasPrefix(key, "discord/form/") {
				t.Errorf("still kept: %q", key)
			}
		}
	})
}

// TestFaultyTwice has somebody send a form with a fault, and again from Fix it: the
// one whisper says what is wrong.
func TestFaultyTwice(t *testing.T) {
	bubble(t, "twice", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		hello := w.answered(w.ann.Command(w.study, "exam", nil))
		f, ok := w.ann.Modal()
		if !ok {
			t.Fatalf("no form is open: %q", hello.Reply().Text())
		}
		faulty := w.answered(w.ann.Submit(f, discordtest.Args{"When": "never"})).Reply()
		before := len(w.ann.Messages(w.study))
		for range 2 {
			w.answered(w.ann.Press(faulty, "Fix it"))
			f, ok = w.ann.Modal()
			if !ok {
				t.Fatal("Fix it opens nothing")
			}
			w.answered(w.ann.Submit(f, nil))
			if got := now(t, w.ann, faulty).Text(); !strings.Contains(got, "That is no date") {
				t.Errorf("the whisper says %q", got)
			}
		}
		if after := len(w.ann.Messages(w.study)); after != before {
			t.Errorf("%d messages, before %d", after, before)
		}
	})
}

// TestFormOfAnotherDay has a form sent, and one opened by its button, that is no
// longer kept.
func TestFormOfAnotherDay(t *testing.T) {
	bubble(t, "forgotten", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		w.answered(w.ann.Command(w.study, "exam", nil))
		f, _ := w.ann.Modal()
		faulty := w.answered(w.ann.Submit(f, discordtest.Args{"When": "never"})).Reply()
		clear(w.shelf.values)
		i := w.answered(w.ann.Press(faulty, "Fix it"))
		if m := i.Reply(); !m.Ephemeral || !strings.Contains(m.Text(), "again") {
			t.Errorf("the button is answered with %q", m.Text())
		}
		w.answered(w.ann.Command(w.study, "exam", nil))
		f, _ = w.ann.Modal()
		clear(w.shelf.values)
		if m := w.answered(w.ann.Submit(f, discordtest.Args{"When": "never"})).Reply(); !m.Ephemeral || !strings.Contains(m.Text(), "again") {
			t.Errorf("a form with a fault is answered with %q", m.Text())
		}
		w.answered(w.ann.Command(w.study, "exam", nil))
		f, _ = w.ann.Modal()
		clear(w.shelf.values)
		if m := w.answered(w.ann.Submit(f, discordtest.Args{"When": "8 May"})).Reply(); m.Text() != "Saved 8 May" {
			t.Errorf("a good form is answered with %q", m.Text())
		}
	})
}
