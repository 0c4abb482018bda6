package slack

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// drawers is a [bot.Shelf] in memory.
type drawers struct {
	mu     sync.Mutex
	values map[string]string
}

func (d *drawers) Put(_ context.Context, space, key string, value []byte, _ time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.values == nil {
		d.values = map[string]string{}
	}
	d.values[space+" "+key] = string(value)
	return nil
}

func (d *drawers) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.values[space+" "+key]
	return []byte(v), ok, nil
}

func (d *drawers) Delete(_ context.Context, space, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.values, space+" "+key)
	return nil
}

func (d *drawers) Seen(context.Context, string, time.Duration) (bool, error) { return false, nil }

func (d *drawers) Lease(context.Context, string, string, time.Duration) (bool, error) {
	return true, nil
}

// posts is the sending half of an adapter, on a Slack in memory.
type posts struct {
	*line
	a     *Adapter
	shelf *drawers
	ann   *slacktest.Person
}

// inSlack runs a test in a bubble in which it is the time of the research.
func inSlack(t *testing.T, name string, o slacktest.Options, test func(t *testing.T, w *posts)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))) // timestamps have ten digits since 2001
			l := newLine(t, o)
			w := &posts{line: l, shelf: &drawers{}, ann: l.team.Person("Ann P.")}
			w.study.Join(w.ann)
			w.a = w.another(t, false)
			test(t, w)
		})
	})
}

// another is one more copy of the program.
func (w *posts) another(t *testing.T, again bool) *Adapter {
	t.Helper()
	a, err := New(slog.New(slog.DiscardHandler), Config{API: w.URL(), Shelf: w.shelf, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		return w.dial(ctx, network, address)
	}, Again: again})
	if err != nil {
		t.Fatal(err)
	}
	a.rest.teams, a.rest.refused = w.teams, w.c.refused
	t.Cleanup(a.rest.http.CloseIdleConnections)
	return a
}

func (w *posts) place(c *slacktest.Channel) bot.ChannelID {
	return place{team: w.team.ID, channel: c.ID}.id()
}

func (w *posts) person(p *slacktest.Person) bot.UserID { return userID(w.team.ID, p.ID) }

// question is a message as the engine sends it.
func question(title bot.Text) bot.Message {
	return bot.Message{Key: "key1", Text: title, Card: &bot.Card{Title: title, Body: "Which valve?", Controls: []bot.Row{{
		bot.Button{Label: "A", Action: "answer/r1/a"}, bot.Button{Label: "B", Action: "answer/r1/b"},
	}}}}
}

// illustrated is a message with a picture.
func illustrated(title bot.Text) bot.Message {
	m := question(title)
	m.Card.Image = &bot.Image{Name: "valve.png", Data: []byte("png of a valve"), Alt: "A valve with three ports"}
	return m
}

// TestSend posts under every failure. What is not known to have failed is not
// called a failure, and nothing is posted twice.
func TestSend(t *testing.T) {
	const unknown, fine = -1, -2
	post := slacktest.PostMessage
	for _, test := range []struct {
		name   string
		fail   func(w *posts)
		kind   bot.DeliveryFailure
		posted int
		says   string // in the cause or the fix
	}{
		{"as usual", func(*posts) {}, fine, 1, ""},
		{"cut before", func(w *posts) { w.Inject(1, post, slacktest.CutBefore()) }, unknown, 0, ""},
		{"cut after", func(w *posts) { w.Inject(1, post, slacktest.CutAfter()) }, unknown, 1, ""},
		{"broken before", func(w *posts) { w.Inject(1, post, slacktest.StatusBefore(502)) }, unknown, 0, ""},
		{"broken after", func(w *posts) { w.Inject(1, post, slacktest.StatusAfter(500)) }, unknown, 1, ""},
		{"internal_error after", func(w *posts) { w.Inject(1, post, slacktest.RefusedAfter("internal_error")) }, unknown, 1, ""},
		{"half an answer", func(w *posts) { w.Inject(1, post, slacktest.Truncated()) }, unknown, 1, ""},
		{"slow", func(w *posts) { w.Inject(1, post, slacktest.DelayAfter(30*time.Second)) }, unknown, 1, ""},
		{"slow before", func(w *posts) { w.Inject(1, post, slacktest.Delay(30*time.Second)) }, unknown, 0, ""},
		{"limited a little", func(w *posts) { w.Inject(1, post, slacktest.Limited(2*time.Second)) }, fine, 1, ""},
		{"limited for longer than others may wait", func(w *posts) { w.Inject(1, post, slacktest.Limited(5*time.Second)) }, bot.Limited, 0, ""},
		{"limited a little, again and again", func(w *posts) { w.Inject(-1, post, slacktest.Limited(time.Second)) }, bot.Limited, 0, ""},
		{"unreachable", func(w *posts) { w.unreachable(100) }, bot.NotSent, 0, ""},
		{"unknown fields", func(w *posts) { w.Inject(1, post, slacktest.UnknownFields()) }, fine, 1, ""},
		{"thrown out", func(w *posts) { w.study.Remove(nil) }, bot.Refused, 0, "open #cbet-study and type /invite @Studyhall"},
		{"archived", func(w *posts) { w.study.Archive(true) }, bot.Refused, 0, "unarchive #cbet-study"},
		{"no channel", func(w *posts) { w.study.Delete() }, bot.Refused, 0, "choose another channel"},
		{"not everybody may write", func(w *posts) { w.study.Restrict("restricted_action") }, bot.Refused, 0, "open #cbet-study's settings"},
		{"uninstalled", func(w *posts) { w.team.Uninstall() }, bot.NotSent, 0, "add it to the workspace again"},
		{"revoked", func(w *posts) { w.team.Revoke() }, bot.NotSent, 0, "add it to the workspace again"},
		{"a workspace that nobody knows", func(w *posts) { delete(w.teams.all, w.team.ID) }, bot.NotSent, 0, "add it to the workspace again"},
		{"no scope", func(w *posts) { w.team.Grant("channels:read") }, bot.Refused, 0, "add the scope chat:write"},
	} {
		inSlack(t, test.name, slacktest.Options{}, func(t *testing.T, w *posts) {
			test.fail(w)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			began := time.Now()
			id, err := w.a.Send(ctx, w.place(w.study), question("Question 1"))
			if took := time.Since(began); test.kind == bot.Limited && took > postPatience {
				t.Errorf("others wait %s for it", took)
			}
			got := bot.DeliveryFailure(unknown)
			fault, known := errors.AsType[*bot.DeliveryError](err)
			switch {
			case err == nil:
				got = fine
			case known:
				got = fault.Kind
			}
			if got != test.kind || known && !strings.Contains(fault.Cause+" "+fault.Fix, test.says) {
				t.Errorf("got %q, %d, %v, want %d and %q", id, got, err, test.kind, test.says)
			}
			if err == nil && !strings.HasPrefix(string(id), string(w.place(w.study))+"/") {
				t.Errorf("it is %s", id)
			}
			if got := len(w.study.Messages()); got != test.posted {
				t.Errorf("%d messages, want %d", got, test.posted)
			}
			if asked := w.Counts().Requests[post]; asked > 3 || asked > 1 && test.kind != fine && test.kind != bot.Limited {
				t.Errorf("asked %d times", asked)
			}
			if notices := w.Notices(); len(notices) > 0 {
				t.Errorf("Slack notices %q", notices)
			}
		})
	}
}

// TestPosted changes, discusses, pins and removes a post.
func TestPosted(t *testing.T) {
	inSlack(t, "posted", slacktest.Options{}, func(t *testing.T, w *posts) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		id, err := w.a.Send(ctx, w.place(w.study), question("Question 1"))
		must(err)
		must(w.a.Edit(ctx, id, question("Question 1 is closed")))
		if m := w.study.Messages()[0]; !strings.Contains(m.Words(), "Question 1 is closed") {
			t.Errorf("edited it shows %q", m.Words())
		}
		thread, err := w.a.Thread(ctx, id, "CBET question 1")
		must(err)
		inside, err := w.a.Send(ctx, thread, question("Discuss"))
		must(err)
		if deeper, err := w.a.Thread(ctx, inside, ""); err != nil || deeper != thread {
			t.Errorf("the thread of a reply is %s, %v, want %s", deeper, err, thread)
		}
		must(w.a.Edit(ctx, inside, question("Discuss this")))
		for range 2 {
			must(w.a.Pin(ctx, id, true))
		}
		for range 2 {
			must(w.a.Pin(ctx, id, false))
		}
		must(w.a.Delete(ctx, inside))
		must(w.a.Delete(ctx, id))
		for name, err := range map[string]error{
			"editing": w.a.Edit(ctx, id, question("x")), "removing": w.a.Delete(ctx, id), "pinning": w.a.Pin(ctx, id, true), "a reply to": second(w.a.Send(ctx, thread, question("x"))),
		} {
			if fault, ok := errors.AsType[*bot.DeliveryError](err); !ok || fault.Kind != bot.Gone {
				t.Errorf("%s what is gone: %v", name, err)
			}
		}
		w.team.Grant("chat:write")
		if fault, ok := errors.AsType[*bot.DeliveryError](w.a.Pin(ctx, id, true)); !ok || fault.Kind != bot.Refused || !strings.Contains(fault.Fix, "pins:write") {
			t.Errorf("pinning without the scope: %v", fault)
		}
	})
}

func second[A any](_ A, err error) error { return err }

// TestTooLarge doesn't send what Slack would refuse.
func TestTooLarge(t *testing.T) {
	inSlack(t, "too large", slacktest.Options{}, func(t *testing.T, w *posts) {
		m := question("Question 1")
		for range 60 {
			m.Card.Controls = append(m.Card.Controls, m.Card.Controls[0])
		}
		fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Send(t.Context(), w.place(w.study), m)))
		if !ok || fault.Kind != bot.Refused || fault.Cause != wordsOurLimit || w.Counts().Requests[slacktest.PostMessage] > 0 {
			t.Errorf("got %v after %d requests", fault, w.Counts().Requests[slacktest.PostMessage])
		}
		for _, id := range []bot.ChannelID{"discord:1", "slack:T1", ""} {
			if fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Send(t.Context(), id, question("x")))); !ok || fault.Kind != bot.Refused {
				t.Errorf("to %q: %v", id, fault)
			}
		}
	})
}

// TestDirectClosed has an account closed whose owner was written to before, and
// Slack's word of it get lost: within an hour, and to another copy of the program at
// once, it shows all the same.
func TestDirectClosed(t *testing.T) {
	inSlack(t, "closed", slacktest.Options{}, func(t *testing.T, w *posts) {
		ch, err := w.a.Direct(t.Context(), w.person(w.ann))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.a.Send(t.Context(), ch, question("A note")); err != nil {
			t.Fatal(err)
		}
		w.ann.Deactivate()
		other := w.another(t, false)
		if fault, ok := errors.AsType[*bot.DeliveryError](second(other.Direct(t.Context(), w.person(w.ann)))); !ok || fault.Kind != bot.Gone {
			t.Errorf("another copy of the program got %v", fault)
		}
		time.Sleep(directKept + time.Second)
		if fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Direct(t.Context(), w.person(w.ann)))); !ok || fault.Kind != bot.Gone {
			t.Errorf("an hour later: %v", fault)
		}
	})
}

// TestDirect writes to people privately.
func TestDirect(t *testing.T) {
	inSlack(t, "direct", slacktest.Options{}, func(t *testing.T, w *posts) {
		for range 3 {
			ch, err := w.a.Direct(t.Context(), w.person(w.ann))
			if err != nil || ch != w.place(w.ann.Direct()) {
				t.Fatalf("got %s, %v", ch, err)
			}
			if _, err := w.a.Send(t.Context(), ch, question("A note")); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.Counts().Requests[slacktest.ConversationsOpen]; n != 1 {
			t.Errorf("it was opened %d times", n)
		}
		if ch, err := w.another(t, false).Direct(t.Context(), w.person(w.ann)); err != nil || ch != w.place(w.ann.Direct()) {
			t.Errorf("another copy of the program got %s, %v", ch, err)
		}
		lee := w.team.Person("Lee T.")
		lee.Deactivate()
		if fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Direct(t.Context(), w.person(lee)))); !ok || fault.Kind != bot.Gone {
			t.Errorf("somebody whose account is closed: %v", fault)
		}
		w.Inject(1, slacktest.ConversationsOpen, slacktest.Refused("internal_error"))
		kim := w.team.Person("Kim")
		if _, err := w.a.Direct(t.Context(), w.person(kim)); err != nil {
			t.Errorf("after an unknown outcome of what may be repeated: %v", err)
		}
	})
	inSlack(t, "without the scope to open one", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.team.Grant("chat:write", "im:history")
		ch, err := w.a.Direct(t.Context(), w.person(w.ann))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.a.Find(t.Context(), ch, "key1", time.Now()); !errors.Is(err, bot.ErrUnreadable) {
			t.Errorf("before any post: %v", err)
		}
		since := time.Now()
		id, err := w.a.Send(t.Context(), ch, question("A note"))
		if err != nil || !strings.HasPrefix(string(id), string(w.place(w.ann.Direct()))+"/") {
			t.Fatalf("got %s, %v", id, err)
		}
		if found, err := w.a.Find(t.Context(), ch, "key1", since); err != nil || !slices.Equal(found, []bot.MessageID{id}) {
			t.Errorf("found %v, %v, want %s", found, err, id)
		}
		if err := w.a.Edit(t.Context(), id, question("A note, changed")); err != nil {
			t.Error(err)
		}
	})
}
