package slacktest_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// patience is for programs that share a busy machine.
const patience = time.Minute

// TestForeignClients lets a bot that Slack's own libraries make live on this
// Slack: what they take for the real one is near enough.
func TestForeignClients(t *testing.T) {
	path := os.Getenv("STUDYHALL_SLACKJS")
	if path == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_SLACKJS is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_SLACKJS is not set; see oracles/README.md")
	}
	for _, how := range []string{"socket", "http", "client"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			f := &foreign{t: t, port: make(chan string, 1), ready: make(chan bool)}
			o := slacktest.Options{TCP: true, Patience: patience, Ping: 2 * time.Second}
			if how == "http" {
				at := "http://bot.test/slack/events"
				o.Requests = slacktest.Requests{Events: at, Commands: at, Interactions: at}
				o.HTTP = &http.Client{Transport: &http.Transport{DialContext: f.dial, DisableKeepAlives: true}}
			}
			f.Server = slacktest.New(t, o)
			f.w = f.Workspace("Biomed")
			f.study = f.w.Channel("cbet-study")
			f.ann, f.bob = f.w.Person("ann"), f.w.Person("bob")
			f.start(exec.Command("node", path, how))
			f.study.Join(f.ann, f.bob)
			f.study.Invite()
			if how == "http" {
				if err := f.Verify(); err != nil {
					t.Error(err)
				}
			}
			t.Run("question", f.question)
			if how != "client" {
				t.Run("form", f.form)
				t.Run("menu", f.menu)
				t.Run("replaced", f.replaced)
				t.Run("mention", f.mention)
				t.Run("home", f.page)
				t.Run("shortcut", f.shortcut)
				t.Run("too many requests", f.flood)
			}
			t.Run("upload", f.upload)
			t.Run("wrong blocks", f.wrong)
			if how != "http" {
				t.Run("refreshed", f.refreshed)
			}
			for _, r := range f.Refusals() {
				if r.Code != "invalid_blocks" {
					t.Errorf("refused: %+v", r)
				}
			}
			for _, n := range f.Notices() {
				t.Errorf("noticed: %s", n)
			}
			if n := f.Counts(); n.Late != 0 || n.Unanswered != 0 || n.Dropped != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

// foreign is a bot of Slack's own libraries, and people who use it.
type foreign struct {
	*slacktest.Server
	t        *testing.T
	w        *slacktest.Workspace
	ann, bob *slacktest.Person
	study    *slacktest.Channel
	port     chan string // on which the bot listens
	ready    chan bool
}

// dial reaches the bot, whatever its address is said to be.
func (f *foreign) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	select {
	case port := <-f.port:
		f.port <- port
		return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// start runs the bot until the test ends.
func (f *foreign) start(c *exec.Cmd) {
	c.Env = append(os.Environ(), "SLACK_API="+f.URL(), "SLACK_BOT_TOKEN="+f.w.Token(), "SLACK_APP_TOKEN="+f.AppToken(), "SLACK_SIGNING_SECRET="+f.SigningSecret())
	out, err := c.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	c.Stderr = logWriter{f.t}
	if err := c.Start(); err != nil {
		f.t.Fatal(err)
	}
	ended := make(chan bool)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if port, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
				f.port <- port
			} else if lines.Text() == "ready" {
				close(f.ready)
			} else {
				f.t.Log(lines.Text())
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	f.t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
		<-ended
		_ = c.Wait()
		kill.Stop()
	})
	select {
	case <-f.ready:
	case <-ended:
		f.t.Fatal("the bot ended")
	case <-time.After(2 * patience):
		f.t.Fatal("the bot isn't ready after two minutes")
	}
}

// logWriter writes what a program says to the test's log.
type logWriter struct{ t *testing.T }

// Write writes one line.
func (w logWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// await waits until something holds.
func (f *foreign) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if err := f.Await(ctx, holds); err != nil {
		t.Fatalf("waiting for %s: %v; %+v", what, err, f.Refusals())
	}
}

// done waits for the answer to what somebody did.
func (f *foreign) done(t *testing.T, i *slacktest.Interaction, err error) *slacktest.Interaction {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if err := i.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	return i
}

// says waits until a person reads something in a channel, and gives the message.
func (f *foreign) says(t *testing.T, p *slacktest.Person, c *slacktest.Channel, words string) slacktest.Message {
	t.Helper()
	var found slacktest.Message
	f.await(t, words, func() bool {
		for _, m := range p.Messages(c) {
			if strings.HasPrefix(m.Text, words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func (f *foreign) say(t *testing.T, verb string) *slacktest.Interaction {
	t.Helper()
	i, err := f.ann.Command(f.study, "/studyhall", verb)
	return f.done(t, i, err)
}

func (f *foreign) question(t *testing.T) {
	f.say(t, "ask")
	q := f.says(t, f.bob, f.study, "Ohm or volt?")
	if got := strings.Join(q.Labels(), ","); got != "Why?,Next" || string(q.Metadata) != `{"event_payload":{"key":"k1"},"event_type":"question"}` {
		t.Errorf("buttons %s, metadata %s", got, q.Metadata)
	}
	if all := f.say(t, "help").Messages(); len(all) != 1 || all[0].Text != "ask, find, people, upload" || all[0].To != nil {
		t.Errorf("the acknowledgement says %v", all)
	}
	f.say(t, "find")
	f.says(t, f.bob, f.study, "found k1")
	f.say(t, "people")
	if m := f.says(t, f.ann, f.study, "3 members, you in America/Chicago"); m.To != f.ann {
		t.Errorf("to %v", m.To)
	}
	if _, err := f.bob.Write(f.study, "hello"); err != nil {
		t.Fatal(err)
	}
	if m := f.says(t, f.bob, f.study, "hello <@"+f.bob.ID+">"); m.Thread == "" || f.bob.Pings() != 1 {
		t.Errorf("in thread %q, bob notified %d times", m.Thread, f.bob.Pings())
	}
}

func (f *foreign) form(t *testing.T) {
	q := f.says(t, f.bob, f.study, "Ohm or volt?")
	i, err := f.bob.Press(q, "Why?")
	f.done(t, i, err)
	f.await(t, "the form", func() bool { return len(f.bob.Views()) == 1 })
	v := f.bob.Views()[0]
	i, err = f.bob.Submit(v, slacktest.Args{"Reason": "dunno"[:2]})
	if got := f.done(t, i, err).Errors()["why"]; got != "Say a little more." || len(f.bob.Views()) != 1 {
		t.Errorf("said of the field: %q", got)
	}
	i, err = f.bob.Submit(v, slacktest.Args{"Reason": "because"})
	f.done(t, i, err)
	f.says(t, f.bob, f.bob.Direct(), "You said: because")
	if len(f.bob.Views()) != 0 || v.Private != q.TS {
		t.Errorf("%d forms are open; private_metadata %s", len(f.bob.Views()), v.Private)
	}
}

func (f *foreign) menu(t *testing.T) {
	q := f.says(t, f.bob, f.study, "Ohm or volt?")
	i, err := f.bob.Suggest(q, "Topic", "elec")
	if got := f.done(t, i, err).Choices(); len(got) != 1 || got[0].Text.Text != "elec…" {
		t.Fatalf("suggested %v", got)
	}
	i, err = f.bob.Select(q, "Topic", "elec…")
	f.done(t, i, err)
	if m := f.says(t, f.bob, f.study, "You chose elec"); m.To != f.bob {
		t.Errorf("to %v", m.To)
	}
}

func (f *foreign) replaced(t *testing.T) {
	q := f.says(t, f.bob, f.study, "Ohm or volt?")
	i, err := f.bob.Press(q, "Next")
	f.done(t, i, err)
	if m := f.says(t, f.ann, f.study, "Ampere or farad?"); m.TS != q.TS || !m.Edited {
		t.Errorf("another message: %s and %s", m.TS, q.TS)
	}
}

func (f *foreign) mention(t *testing.T) {
	m, err := f.bob.Write(f.study, "@studyhall hey")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.says(t, f.ann, f.study, "You called?"); got.Thread != m.TS {
		t.Errorf("in thread %q", got.Thread)
	}
}

func (f *foreign) page(t *testing.T) {
	f.bob.OpenHome()
	f.await(t, "the page", func() bool { _, ok := f.bob.Home(); return ok })
	if v, _ := f.bob.Home(); v.Words() != "The page of "+f.bob.ID {
		t.Errorf("bob reads %q", v.Words())
	}
}

func (f *foreign) shortcut(t *testing.T) {
	m := f.says(t, f.bob, f.study, "hello")
	i, err := f.bob.Shortcut(m, "Suggest as question")
	f.done(t, i, err)
	f.says(t, f.bob, f.study, "Thanks for "+m.TS)
}

// flood makes the bot post more than a channel takes at once.
func (f *foreign) flood(t *testing.T) {
	f.say(t, "flood")
	f.says(t, f.ann, f.study, "flooded")
	posts := map[string]int{}
	for _, m := range f.study.Messages() {
		if strings.HasPrefix(m.Text, "post ") {
			posts[m.Text]++
		}
	}
	if len(posts) != 6 {
		t.Errorf("posted %v", posts)
	}
}

func (f *foreign) upload(t *testing.T) {
	f.say(t, "upload")
	if m := f.says(t, f.bob, f.study, "Your export"); strings.Join(m.Files, ",") != "export.csv" {
		t.Errorf("files %v", m.Files)
	}
}

func (f *foreign) wrong(t *testing.T) {
	f.say(t, "wrong")
	const want = "invalid_blocks: [ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
	if m := f.says(t, f.ann, f.study, "invalid_blocks"); m.Text != want || m.To != f.ann {
		t.Errorf("ann reads %q", m.Text)
	}
}

// refreshed ends the connection, and waits for the next.
func (f *foreign) refreshed(t *testing.T) {
	before := f.Counts().Connections
	f.RefreshNow()
	f.await(t, "another connection", f.Connected)
	if _, err := f.ann.Write(f.study, "hello"); err != nil {
		t.Fatal(err)
	}
	f.says(t, f.ann, f.study, "hello <@"+f.ann.ID+">")
	if n := f.Counts(); n.Connections != before+1 || n.Sockets != 1 {
		t.Errorf("%d connections more, %d open", n.Connections-before, n.Sockets)
	}
}
