package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// TestServeRestartUnderLoad ends the program while members answer, and starts it
// again. Whatever reached it before it was told to end is answered; what was
// confirmed is there afterwards; and who saw no answer can press again.
func TestServeRestartUnderLoad(t *testing.T) {
	for _, test := range []struct {
		name     string
		overHTTP bool
	}{{"gateway", false}, {"http", true}} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{"HTTP_ADDR": freeAddress(t), "DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "load.db")}
			o := discordtest.Options{TCP: true, Limits: discordtest.Unlimited(), IdentifyGap: time.Nanosecond}
			if test.overHTTP {
				o.Interactions = "http://" + env["HTTP_ADDR"] + "/discord/interactions"
			}
			d := discordtest.New(t, o)
			if test.overHTTP {
				env["DISCORD_PUBLIC_KEY"], env["PUBLIC_URL"] = d.PublicKey(), "http://"+env["HTTP_ADDR"]
			}
			l := &load{t: t, d: d, overHTTP: test.overHTTP}
			_, stop := served(t, d, env)
			l.up()
			question := l.question()
			d.Inject(-1, discordtest.Callback, discordtest.Delay(30*time.Millisecond))

			const before, after = 40, 16
			missed := d.Counts().Undelivered
			first := l.press(question, before+after, func(n int) {
				if n == before {
					go stop()
				}
			})
			if err := stop(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			unanswered := 0
			for n, i := range first {
				switch {
				case i.Acked() && !graded(result(i)):
					t.Errorf("press %d is answered with %q", n, result(i))
				case !i.Acked() && n < before && !test.overHTTP:
					t.Errorf("press %d, before the end, was lost", n)
				case !i.Acked():
					unanswered++
				}
			}
			// Over HTTP those are lost, and are told so, whose request found nobody.
			if undelivered := d.Counts().Undelivered - missed; test.overHTTP && unanswered > undelivered {
				t.Errorf("%d presses got no answer, of which the program took %d", unanswered, unanswered-undelivered)
			}
			t.Logf("%d presses came too late and saw that nothing was done", unanswered)

			_, stop = served(t, d, env)
			l.up()
			d.Heal()
			second := l.press(question, len(first), func(int) {})
			for n, i := range first {
				l.reply(second[n], nil)
				text := result(second[n])
				if !graded(text) || i.Acked() != strings.Contains(text, "You answered this one on") {
					t.Errorf("member %d, answered before: %t, now sees %q", n, i.Acked(), text)
				}
			}
			if err := stop(); err != nil {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// load is people on a Discord that a served program is connected to.
type load struct {
	t        testing.TB
	d        *discordtest.Server
	overHTTP bool
	biomed   *discordtest.Guild
	study    *discordtest.Channel
	maria    *discordtest.Person // who organises
	people   []*discordtest.Person
}

// up waits until the program is connected.
func (l *load) up() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
	defer cancel()
	for l.overHTTP && l.d.Ping() != nil && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	ready := func() bool { return (l.overHTTP || l.d.Connected()) && len(l.d.Commands(nil)) > 0 }
	if err := l.d.Await(ctx, ready); err != nil {
		l.t.Fatal(err)
	}
}

func (l *load) reply(i *discordtest.Interaction, err error) discordtest.Message {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
	defer cancel()
	if err == nil {
		err = i.Wait(ctx)
	}
	if err == nil {
		err = l.d.Await(ctx, l.d.Idle)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return i.Reply()
}

// result is what somebody who pressed was told: at once, or after a promise.
func result(i *discordtest.Interaction) string {
	m := i.Reply()
	if later := i.Followups(); len(later) > 0 {
		m = later[len(later)-1]
	}
	return strings.TrimPrefix(m.Text(), "### ")
}

// question has a group set up and a question posted at once.
func (l *load) question() discordtest.Message {
	l.t.Helper()
	g, maria := l.d.Guild("Biomed"), l.d.Person("Maria G.")
	l.biomed, l.study, l.maria = g, g.Channel("cbet-study"), maria
	g.Join(maria)
	l.join(100)
	pressed, err := maria.Press(l.reply(maria.Command(l.study, "group", nil)), "Set up")
	l.reply(pressed, err)
	form, _ := pressed.Modal()
	l.reply(maria.Press(l.reply(maria.Submit(form, discordtest.Args{
		"Studying for": "CBET: Certified Biomedical Equipment Technician", "Time zone": "Chicago"})), "Start"))
	return l.postNow()
}

// join has so many people in the server.
func (l *load) join(many int) {
	for n := len(l.people); n < many; n++ {
		p := l.d.Person(fmt.Sprint("Member ", n))
		l.biomed.Join(p)
		l.people = append(l.people, p)
	}
}

// postNow has questions posted until one is answered by a letter; some are typed.
func (l *load) postNow() discordtest.Message {
	l.t.Helper()
	for range 10 {
		before := len(l.questions())
		sure := l.reply(l.maria.Command(l.study, "group", discordtest.Args{"do": "post now"}))
		l.reply(l.maria.Press(sure, "Post it"))
		ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
		err := l.d.Await(ctx, func() bool { return len(l.questions()) > before })
		cancel()
		if err != nil {
			l.t.Fatal(err)
		}
		q := l.questions()[before]
		if _, ok := q.Find("A"); ok {
			return q
		}
	}
	l.t.Fatal("no question is answered by a letter")
	return discordtest.Message{}
}

// questions are those that were posted, oldest first.
func (l *load) questions() []discordtest.Message {
	return slices.DeleteFunc(l.study.Messages(), func(m discordtest.Message) bool { return !strings.Contains(m.Text(), "CBET question ") })
}

// together is how many people wait for an answer at once: enough for some to be
// under way whenever the program ends, few enough that no slow machine needs
// the three seconds that Discord gives.
const together = 4

// press has that many people answer, a few at a time, and waits until each is
// answered or sees that nothing comes.
func (l *load) press(question discordtest.Message, many int, each func(n int)) []*discordtest.Interaction {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
	defer cancel()
	var all []*discordtest.Interaction
	for n := range many {
		if n >= together {
			_ = all[n-together].Wait(ctx) // the caller looks at those without an answer
		}
		each(n)
		i, err := l.people[n].Press(question, "A")
		if err != nil {
			l.t.Fatal(err)
		}
		all = append(all, i)
	}
	for _, i := range all {
		_ = i.Wait(ctx)
	}
	return all
}
