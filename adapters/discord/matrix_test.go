package discord_test

import (
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// TestOfNextYear has Discord add fields and components that nobody knows to all it
// says, with identifiers that need 64 bits: everything works as usual.
func TestOfNextYear(t *testing.T) {
	for _, test := range []struct {
		name string
		http bool
	}{{"gateway", false}, {"over HTTP", true}} {
		bubble(t, test.name, func(t *testing.T) {
			var w *world
			if test.http {
				w = overHTTP(t)
			} else {
				w = newWorld(t, discordtest.Options{HighIDs: true})
				w.start()
			}
			w.discord.Strange(true)
			w.discord.Inject(-1, discordtest.Any, discordtest.UnknownFields())
			w.discord.Inject(-1, discordtest.Any, discordtest.UnknownComponents())
			time.Sleep(time.Minute)
			hello := w.answered(w.ann.Command(w.study, "hello", nil)).Reply()
			if got := w.answered(w.ann.Press(hello, "B")).Reply().Text(); got != "You chose b" {
				t.Errorf("a press is answered with %q", got)
			}
			page := w.answered(w.ann.Command(w.study, "study", nil)).Reply()
			w.answered(w.ann.Press(page, "Exam"))
			f, ok := w.ann.Modal()
			if !ok {
				t.Fatal("no form is open")
			}
			w.answered(w.ann.Submit(f, discordtest.Args{"When": "8 May"}))
			if got := now(t, w.ann, page).Text(); got != "Saved 8 May" {
				t.Errorf("the page shows %q", got)
			}
			m := card("A question", letters)
			m.Key = "key1"
			id, err := w.adapter.Send(t.Context(), place(w.study), m)
			if err != nil {
				t.Fatal(err)
			}
			found, err := w.adapter.Find(t.Context(), place(w.study), "key1", time.Now().Add(-time.Hour))
			if err != nil || len(found) != 1 || found[0] != id {
				t.Errorf("found %v, %v, want %s", found, err, id)
			}
			if err := w.adapter.Edit(t.Context(), id, card("Closed")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTokenEndsEarly has Discord no longer take an interaction's token while the
// core still works on it: what is for everybody is posted, and what is for one
// person is shown to nobody.
func TestTokenEndsEarly(t *testing.T) {
	for _, test := range []struct {
		name, command string
		posts         int
	}{{"for everybody", "hello", 1}, {"for one", "study", 0}} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			w.slow(5 * time.Second)
			i, err := w.ann.Command(w.study, test.command, nil)
			if err == nil {
				err = i.Wait(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			i.Expire()
			w.answered(i, nil)
			posted := 0
			for _, m := range w.study.Messages() {
				if strings.Contains(m.Text(), "says hello") || strings.Contains(m.Text(), "Your page") {
					posted++
				}
			}
			if posted != test.posts {
				t.Errorf("%d messages, want %d", posted, test.posts)
			}
		})
	}
}

// TestRefusedWhileConnected has Discord refuse for good a connection that works.
func TestRefusedWhileConnected(t *testing.T) {
	for _, test := range []struct {
		code int
		want string
	}{{4004, "DISCORD_TOKEN"}, {4014, "intents"}} {
		bubble(t, test.want, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			time.Sleep(time.Minute)
			w.discord.CloseWith(test.code)
			time.Sleep(time.Minute)
			err := w.end()
			coded, ok := err.(interface{ ExitCode() int })
			if !ok || coded.ExitCode() != 78 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want exit code 78 and %q", err, test.want)
			}
			if c := w.discord.Counts(); c.Connections != 1 {
				t.Errorf("%d connections, want 1", c.Connections)
			}
		})
	}
}

// TestOneGuildOnly registers the commands for one server.
func TestOneGuildOnly(t *testing.T) {
	bubble(t, "one", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.only = w.server.ID
		for range 2 {
			w.connected()
			if err := w.end(); err != nil {
				t.Fatal(err)
			}
		}
		if here, all := len(w.discord.Commands(w.server)), len(w.discord.Commands(nil)); here != 8 || all != 0 {
			t.Errorf("%d commands in the server and %d in all, want 8 and none", here, all)
		}
		if n := w.discord.Counts().Overwrites; n != 1 {
			t.Errorf("commands were overwritten %d times, want once", n)
		}
	})
}
