package discord_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/discord/discordtest"
)

// TestAnswers has each kind of response shown, from a core that is in time and
// from one that is late.
func TestAnswers(t *testing.T) {
	for _, speed := range []struct {
		name  string
		delay time.Duration
	}{{"in time", 0}, {"late", 2200 * time.Millisecond}} {
		bubble(t, speed.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			late := speed.delay > 0
			command := func(name string) *discordtest.Interaction {
				return w.answered(w.ann.Command(w.study, name, nil))
			}
			reply := func(i *discordtest.Interaction, words string, private bool) {
				t.Helper()
				m := i.Reply()
				if more := i.Followups(); m.ID == "" && len(more) == 1 {
					m = more[0]
				}
				if !strings.Contains(m.Text(), words) || m.Ephemeral != private || m.Loading {
					t.Errorf("got %q, ephemeral %t; want %q, %t", m.Text(), m.Ephemeral, words, private)
				}
			}
			hello := command("hello").Reply()
			page := command("study").Reply()
			w.slow(speed.delay)

			reply(command("study"), "Your page", true)
			reply(command("hello"), "Ann P. says hello", false)
			reply(command("secret"), "Only you", true)
			reply(command("loud"), "Everybody", false)
			if m := command("nothing").Reply(); m.ID != "" {
				t.Errorf("nothing shows %q", m.Text())
			}

			press := func(m discordtest.Message, label string) *discordtest.Interaction {
				return w.answered(w.ann.Press(m, label))
			}
			i := press(hello, "B")
			if m := first(i, late); m.Text() != "You chose b" || !m.Ephemeral {
				t.Errorf("a press shows %q, ephemeral %t", m.Text(), m.Ephemeral)
			}
			press(hello, "Silent")
			press(page, "In place")
			if m := now(t, w.ann, page); m.Text() != "Replaced" {
				t.Errorf("a whisper pressed shows %q", m.Text())
			}
			i = press(hello, "Both")
			if m := now(t, w.ann, hello); m.Text() != "Closed" {
				t.Errorf("the message pressed shows %q", m.Text())
			}
			if more := i.Followups(); len(more) != 1 || more[0].Text() != "And a whisper" || !more[0].Ephemeral {
				t.Errorf("after the edit there is %v", more)
			}
			for _, l := range w.discord.Latencies() {
				if l > 2500*time.Millisecond {
					t.Errorf("an acknowledgement took %s", l)
				}
			}
			if r := w.discord.Refusals(); len(r) > 0 {
				t.Errorf("refused: %v", r)
			}
		})
	}
}

// first is the answer to a press: the reply, or what follows a promise.
func first(i *discordtest.Interaction, late bool) discordtest.Message {
	if !late {
		return i.Reply()
	}
	if more := i.Followups(); len(more) > 0 {
		return more[0]
	}
	return discordtest.Message{}
}

// now is a message as it is now.
func now(t *testing.T, p *discordtest.Person, m discordtest.Message) discordtest.Message {
	t.Helper()
	for _, other := range p.Messages(m.Channel) {
		if other.ID == m.ID {
			return other
		}
	}
	t.Fatalf("message %s is gone", m.ID)
	return discordtest.Message{}
}

// TestForms opens a form from a command and from a whisper, sends it with a
// fault, mends it, and sends a file.
func TestForms(t *testing.T) { bubble(t, "forms", testForms) }

func testForms(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	w.connected()
	page := w.answered(w.ann.Command(w.study, "study", nil)).Reply()
	w.answered(w.ann.Press(page, "Exam"))
	send := func(values discordtest.Args) *discordtest.Interaction {
		t.Helper()
		f, ok := w.ann.Modal()
		if !ok {
			t.Fatal("no form is open")
		}
		return w.answered(w.ann.Submit(f, values))
	}
	faulty := send(discordtest.Args{"When": "never"}).Reply()
	if !faulty.Ephemeral || !strings.Contains(faulty.Text(), "When: That is no date.") {
		t.Fatalf("a faulty form is answered with %q", faulty.Text())
	}
	w.answered(w.ann.Press(faulty, "Fix it"))
	f, _ := w.ann.Modal()
	if got := f.Components[0].Component.Value; got != "never" {
		t.Errorf("opened again it shows %q, want what was filled in", got)
	}
	send(discordtest.Args{"When": "8 May", "Proof": discordtest.File{Name: "proof.txt", Type: "text/plain", Data: []byte("passed")}})
	if m := now(t, w.ann, faulty); m.Text() != "Saved 8 May with proof.txt: passed" {
		t.Errorf("mended, the whisper shows %q", m.Text())
	}

	w.answered(w.ann.Command(w.study, "exam", nil))
	again := send(discordtest.Args{"When": "twice"}).Reply()
	w.answered(w.ann.Press(again, "Open"))
	if m := send(nil).Reply(); m.Text() != "Saved May" {
		t.Errorf("the second form is answered with %q", m.Text())
	}

	w.slow(2200 * time.Millisecond)
	i := w.answered(w.ann.Command(w.study, "exam", nil))
	w.slow(0)
	w.answered(w.ann.Press(i.Reply(), "Open"))
	if _, ok := w.ann.Modal(); !ok {
		t.Error("a late form can't be opened")
	}
	if r := w.discord.Refusals(); len(r) > 0 {
		t.Errorf("refused: %v", r)
	}
}

// TestCommands has typed options, suggestions and the shortcut on a message.
func TestCommands(t *testing.T) { bubble(t, "commands", testCommands) }

func testCommands(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	w.connected()
	if diff := cmp.Diff([]string{"study", "hello", "secret", "loud", "nothing", "exam", "quiz", "Suggest as question"}, w.discord.Commands(nil)); diff != "" {
		t.Errorf("registered: want -, got +:\n%s", diff)
	}
	i := w.answered(w.ann.Command(w.study, "quiz", discordtest.Args{"topic": "safety", "count": 5}))
	if got := i.Reply().Text(); got != "5 of safety" {
		t.Errorf("got %q", got)
	}
	i = w.answered(w.ann.Complete(w.study, "quiz", "topic", "saf", nil))
	if diff := cmp.Diff([]discordtest.Choice{{Name: "Safety (saf)", Value: "safety"}}, i.Choices()); diff != "" {
		t.Errorf("suggested: want -, got +:\n%s", diff)
	}
	m, err := w.ann.Write(w.study, "Why *earth*?")
	if err != nil {
		t.Fatal(err)
	}
	i = w.answered(w.ann.Shortcut(m, "Suggest as question"))
	if got := i.Reply().Text(); got != `Why \*earth\*? by discord:`+w.ann.ID {
		t.Errorf("got %q", got)
	}

	// What is registered already is not registered again.
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	w.connected()
	if n := w.discord.Counts().Overwrites; n != 1 {
		t.Errorf("commands were overwritten %d times, want once", n)
	}
}
