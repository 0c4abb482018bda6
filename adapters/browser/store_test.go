package browser

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

func TestConversationOutlivesTheProgram(t *testing.T) {
	w := newWorld(t, "")
	ctx := t.Context()
	id := w.ask(ctx, "33", monday())
	w.must("say", "as", "dana", "channel", "c/cbet-study", "text", "hello")
	whisper := w.must("press", "as", "maria", "message", string(id), "action", "catch/1").Reply.ID
	thread, err := w.adapter.Thread(ctx, id, "About question 33")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.bot.Send(ctx, thread, bot.Message{Text: "Discuss here."}); err != nil {
		t.Fatal(err)
	}
	w.must("member", "as", "maria", "channel", "c/lunch", "on", "false")
	before, page := w.state("maria", "dana"), w.page("as=maria&in=c/cbet-study")

	// Nothing is closed first: what was answered must be there after a crash.
	w.open()
	if diff := cmp.Diff(before, w.state("maria", "dana"), cmp.AllowUnexported(saidView{}, seenView{})); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(page, w.page("as=maria&in=c/cbet-study")); diff != "" {
		t.Errorf("the page after a restart:\n%s", diff)
	}
	v := w.must("press", "as", "maria", "message", string(whisper), "action", "pick/a")
	if v.Edit == nil || v.Edit.ID != whisper {
		t.Fatalf("a press on an old private card answered %+v", v)
	}
	if got := w.state("maria").Whispers[userID("maria")][0]; got.Version != 2 || !strings.Contains(got.Plain, "You chose A.") {
		t.Errorf("the private card reads %d %q", got.Version, got.Plain)
	}
	if err := w.bot.Edit(ctx, id, question("33", monday())); err != nil {
		t.Errorf("edit after a restart: %v", err)
	}
}

func TestDurability(t *testing.T) {
	w := newWorld(t, "")
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal"} {
		var got string
		if err := w.adapter.store.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	w := newWorld(t, "")
	if _, err := w.adapter.store.write.Exec("PRAGMA user_version = 2"); err != nil {
		t.Fatal(err)
	}
	if _, err := openStore(w.path, false); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("a newer file: %v", err)
	}
	if _, err := openStore(filepath.Join(t.TempDir(), "no", "such", "folder.db"), false); err == nil {
		t.Error("a file in a folder that isn't there was opened")
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t, "")
	ctx := t.Context()
	ch := channelID("cbet-study")
	first, second := w.ask(ctx, "33", monday()), w.ask(ctx, "33", monday())
	other := w.ask(ctx, "34", monday())
	gone := w.ask(ctx, "35", monday())
	if err := w.adapter.Delete(ctx, gone); err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Fatal("the same key sent twice was posted once")
	}
	tests := []struct {
		name  string
		ch    bot.ChannelID
		key   string
		since time.Time
		want  []bot.MessageID
	}{
		{"doubles, oldest first", ch, "33", monday(), []bot.MessageID{first, second}},
		{"another key", ch, "34", monday(), []bot.MessageID{other}},
		{"another channel", channelID("lunch"), "33", monday(), nil},
		{"a deleted one", ch, "35", monday(), nil},
		{"on the machine's clock", ch, "34", time.Now().Add(-time.Minute), []bot.MessageID{other}},
		{"since then nothing", ch, "34", monday().AddDate(100, 0, 0), nil},
		{"no key", ch, "", monday(), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := w.bot.Find(ctx, test.ch, test.key, test.since)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, "")
	ctx := t.Context()
	id := w.ask(ctx, "33", monday())
	w.must("member", "as", "maria", "channel", "c/cbet-study", "on", "false")
	over, cancel := context.WithCancel(ctx)
	cancel()
	m := bot.Message{Text: "hello"}
	send := func(ctx context.Context, ch bot.ChannelID) error { _, err := w.bot.Send(ctx, ch, m); return err }
	_, nobody := w.bot.Direct(ctx, userID("nobody"))
	tests := []struct {
		name string
		err  error
		kind bot.DeliveryFailure
		fix  string
	}{
		{"a channel that the bot was removed from", send(ctx, channelID("cbet-study")), bot.Refused, "open #cbet-study here, press “Channel menu” at the top and then “Invite the bot back”"},
		{"checking it", w.bot.Check(ctx, channelID("cbet-study")), bot.Refused, "open #cbet-study here, press “Channel menu” at the top and then “Invite the bot back”"},
		{"editing in it", w.bot.Edit(ctx, id, m), bot.Refused, "open #cbet-study here, press “Channel menu” at the top and then “Invite the bot back”"},
		{"a channel that isn't there", send(ctx, channelID("nowhere")), bot.Refused, "choose another channel"},
		{"no time left", send(over, channelID("lunch")), bot.NotSent, "try again"},
		{"a message that isn't there", w.bot.Edit(ctx, messageID(99), m), bot.Gone, "post it again"},
		{"a message of another platform", w.adapter.Edit(ctx, "fake:m/1", m), bot.Gone, "post it again"},
		{"nobody", nobody, bot.Gone, "nothing needs to be done"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, ok := errors.AsType[*bot.DeliveryError](test.err)
			if !ok {
				t.Fatalf("got %v, want a delivery error", test.err)
			}
			if e.Kind != test.kind || e.Fix != test.fix || !strings.HasSuffix(e.Cause, ".") {
				t.Errorf("kind %d, fix %q, cause %q", e.Kind, e.Fix, e.Cause)
			}
		})
	}
	if v := w.page("in=c/cbet-study"); !strings.Contains(v, removeLabel) || !strings.Contains(v, inviteLabel) || !strings.Contains(v, "Channel menu") {
		t.Error("the page lacks what the sentence says to press")
	}
	w.must("member", "as", "maria", "channel", "c/cbet-study", "on", "true")
	if err := send(ctx, channelID("cbet-study")); err != nil {
		t.Errorf("after the bot was invited back: %v", err)
	}
}

func TestPowers(t *testing.T) {
	w := newWorld(t, "")
	ctx := t.Context()
	if got := w.bot.ChannelName(ctx, channelID("cbet-study")); got != "#cbet-study" {
		t.Errorf("channel name %q", got)
	}
	if got := w.bot.ChannelName(ctx, directID("maria")); got != "this channel" {
		t.Errorf("name of a private conversation %q", got)
	}
	if diff := cmp.Diff(bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true}, w.bot.Profile(ctx, hall, userID("maria"))); diff != "" {
		t.Error(diff)
	}
	id := w.ask(ctx, "33", monday())
	thread, err := w.adapter.Thread(ctx, id, "Why B?")
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.adapter.Thread(ctx, id, "Another title")
	if err != nil || again != thread {
		t.Errorf("the second thread of a message is %q %v, want %q", again, err, thread)
	}
	if err := w.adapter.Pin(ctx, id, true); err != nil {
		t.Fatal(err)
	}
	page := w.page("as=dana&in=c/cbet-study")
	for _, want := range []string{`href="/?as=dana&amp;in=t/1"`, "Why B?", `href="#m1"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if page := w.page("as=dana&in=t/1"); !strings.Contains(page, "← #cbet-study") {
		t.Error("a thread's page lacks the way back")
	}
}

// TestAtOnce posts, presses and reads from many sides.
func TestAtOnce(t *testing.T) {
	w := newWorld(t, "")
	id := w.ask(t.Context(), "33", monday())
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { w.post("press", "as", "dana", "message", string(id), "action", "answer/33/b") })
		wg.Go(func() { w.ask(t.Context(), "34", monday()) })
		wg.Go(func() { w.get("/?as=dana&in=c/cbet-study") })
	}
	wg.Wait()
	v := w.state("dana")
	if got := len(v.Whispers[userID("dana")]); got != 20 {
		t.Errorf("%d presses were answered, want 20", got)
	}
	if got := len(v.Channels[0].Messages); got != 21 {
		t.Errorf("%d messages, want 21", got)
	}
	var changes []int64
	for _, m := range append(v.Channels[0].Messages, v.Whispers[userID("dana")]...) {
		changes = append(changes, m.Changed)
	}
	slices.Sort(changes)
	if len(slices.Compact(changes)) != 41 {
		t.Errorf("changes share a number: %v", changes)
	}
}

func TestIDs(t *testing.T) {
	if n, ok := messageNumber(messageID(42)); n != 42 || !ok {
		t.Errorf("round trip of a message gives %d %t", n, ok)
	}
	for _, bad := range []bot.MessageID{"", "browser:m/", "browser:m/0", "browser:m/-1", "browser:m/1x", "slack:m/1", "browser:c/1"} {
		if n, ok := messageNumber(bad); ok {
			t.Errorf("%q is read as message %d", bad, n)
		}
	}
	if got := bot.AdapterOf(threadID(3)); got != Name {
		t.Errorf("a thread is of %q", got)
	}
}

func TestConfig(t *testing.T) {
	good := Config{People: []Person{{ID: "maria"}}, Channels: []string{"c"}}
	tests := []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"nobody", func(c *Config) { c.People = nil }, "at least one person"},
		{"no channel", func(c *Config) { c.Channels = nil }, "at least one"},
		{"an odd identifier", func(c *Config) { c.People[0].ID = "Maria G" }, "lower-case"},
		{"one person twice", func(c *Config) { c.People = append(c.People, c.People[0]) }, "twice"},
		{"an unknown zone", func(c *Config) { c.People[0].Zone = "Mars/Olympus" }, "zone"},
		{"an odd channel", func(c *Config) { c.Channels = []string{"a/b"} }, "lower-case"},
		{"no such folder", func(c *Config) { c.Path = filepath.Join(t.TempDir(), "no", "x.db") }, "open conversation"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := good
			c.Path, c.People, c.Channels = filepath.Join(t.TempDir(), "x.db"), slices.Clone(good.People), slices.Clone(good.Channels)
			test.change(&c)
			if _, err := New(nil, c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
