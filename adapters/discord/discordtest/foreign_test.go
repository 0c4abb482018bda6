package discordtest_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// client is somebody else's library, in a small bot of ours.
type client struct {
	name     string
	variable string // names what must be there
	command  func(path string) *exec.Cmd
	beat     time.Duration // between heartbeats
	limited  int           // 429s, of which one is forced
}

// clients are the bots in the folder oracles.
func clients() []client {
	return []client{
		{"discord.js", "STUDYHALL_DISCORDJS", func(path string) *exec.Cmd { return exec.Command("node", path) }, 2 * time.Second, 1},
		// It takes an ACK that comes at once, as on loopback, for one of the
		// heartbeat before; and rounds X-RateLimit-Reset-After down to seconds.
		{"disgo", "STUDYHALL_DISGO", func(path string) *exec.Cmd { return exec.Command(path) }, 41250 * time.Millisecond, 2},
	}
}

// TestForeignClients lets bots that other people's libraries make live on this
// Discord: what they take for the real one is near enough.
func TestForeignClients(t *testing.T) {
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := os.Getenv(c.variable)
			if path == "" {
				if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
					t.Fatalf("%s is not set; see oracles/README.md", c.variable)
				}
				t.Skipf("%s is not set; see oracles/README.md", c.variable)
			}
			d := discordtest.New(t, discordtest.Options{TCP: true, Heartbeat: c.beat, Patience: patience})
			f := &foreign{t: t, Server: d, ann: d.Person("ann"), bob: d.Person("bob")}
			g := d.Guild("Biomed")
			f.study = g.Channel("cbet-study")
			g.Join(f.ann, f.bob)
			f.start(c.command(path))
			t.Run("command", f.echo)
			t.Run("suggestions", f.suggest)
			t.Run("button and modal", f.press)
			t.Run("promise", f.promise)
			t.Run("resume", f.resume)
			t.Run("asked to reconnect", f.reconnect)
			t.Run("too many requests", f.flood)
			t.Run("direct message", f.direct)
			if n := d.Counts(); n.Identifies != 1 || n.Limited != c.limited {
				t.Errorf("%d identifies and %d 429s, want 1 and %d", n.Identifies, n.Limited, c.limited)
			}
			if c.beat < 10*time.Second && d.Counts().Heartbeats == 0 {
				t.Error("no heartbeat")
			}
			for _, r := range d.Refusals() {
				t.Errorf("refused: %+v", r)
			}
			for _, n := range d.Notices() {
				t.Logf("noticed: %s", n)
			}
		})
	}
}

// patience is how long other people's programs are waited for, on a machine
// that may have other work.
const patience = 2 * time.Minute

// foreign is a foreign client's bot, and people who use it.
type foreign struct {
	*discordtest.Server
	t        *testing.T
	ann, bob *discordtest.Person
	study    *discordtest.Channel
}

// start runs the bot until the test ends.
func (f *foreign) start(c *exec.Cmd) {
	c.Env = append(os.Environ(), "DISCORD_API="+f.URL(), "DISCORD_TOKEN="+f.Token())
	out, err := c.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	c.Stderr = logWriter{f.t}
	if err := c.Start(); err != nil {
		f.t.Fatal(err)
	}
	ready, ended := make(chan bool, 1), make(chan bool)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if lines.Text() == "ready" {
				ready <- true
			} else {
				f.t.Log(lines.Text())
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	f.t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(5*time.Second, func() { _ = c.Process.Kill() })
		<-ended
		_ = c.Wait()
		kill.Stop()
	})
	select {
	case <-ready:
	case <-ended:
		f.t.Fatal("the bot ended")
	case <-time.After(patience):
		f.t.Fatalf("the bot isn't ready after %s", patience)
	}
}

// logWriter writes what a program says to the test's log.
type logWriter struct{ t *testing.T }

func (w logWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// answered waits for what an action gave.
func (f *foreign) answered(t *testing.T, i *discordtest.Interaction, err error) *discordtest.Interaction {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := i.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	return i
}

func (f *foreign) echo(t *testing.T) {
	i, err := f.ann.Command(f.study, "echo", discordtest.Args{"words": "hey ho", "times": 2, "who": f.bob})
	r := f.answered(t, i, err).Reply()
	if r.Content != "hey ho hey ho <@"+f.bob.ID+">" || r.To != f.ann || f.bob.Pings() != 0 {
		t.Errorf("got %q to %v; bob was notified %d times", r.Content, r.To, f.bob.Pings())
	}
}

func (f *foreign) suggest(t *testing.T) {
	i, err := f.ann.Complete(f.study, "topic", "name", "elec", nil)
	got := f.answered(t, i, err).Choices()
	if len(got) != 1 || got[0].Name != "elec…" || got[0].Value != "elec" {
		t.Errorf("suggested %v", got)
	}
}

func (f *foreign) press(t *testing.T) {
	i, err := f.ann.Command(f.study, "ask", nil)
	question := f.answered(t, i, err).Reply()
	i, err = f.bob.Press(question, "Why?")
	modal, ok := f.answered(t, i, err).Modal()
	if !ok {
		t.Fatal("no form")
	}
	i, err = f.bob.Submit(modal, discordtest.Args{"Reason": "because"})
	if got := f.answered(t, i, err).Reply(); got.Content != "You said: because" || got.To != f.bob {
		t.Errorf("bob reads %q", got.Content)
	}
	i, err = f.bob.Press(question, "Next")
	if got := f.answered(t, i, err).Reply(); got.Content != "Ampere or farad?" || got.ID != question.ID || got.EditedAt.IsZero() {
		t.Errorf("the question is now %q", got.Content)
	}
}

func (f *foreign) promise(t *testing.T) {
	i, err := f.ann.Command(f.study, "slow", nil)
	if got := f.answered(t, i, err).Reply(); got.Content != "Done at last." || !got.Ephemeral || i.Callback() != 5 {
		t.Errorf("ann reads %q after callback %d", got.Content, i.Callback())
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.Await(ctx, func() bool { return len(i.Followups()) == 1 }); err != nil || i.Followups()[0].Content != "And one more." {
		t.Errorf("followed by %v, %v", i.Followups(), err)
	}
}

// resume drops the connection, and an interaction comes while it is down.
func (f *foreign) resume(t *testing.T) {
	before := f.Counts().Resumes
	f.Drop()
	i, err := f.ann.Command(f.study, "echo", discordtest.Args{"words": "while you were away"})
	if got := f.answered(t, i, err).Reply(); got.Content != "while you were away" {
		t.Errorf("got %q", got.Content)
	}
	if n := f.Counts(); n.Resumes != before+1 || n.ResumesOnBase != 0 || n.Sessions != 1 {
		t.Errorf("resumed %d times, %d on the ordinary address, %d sessions", n.Resumes-before, n.ResumesOnBase, n.Sessions)
	}
}

func (f *foreign) reconnect(t *testing.T) {
	before := f.Counts().Resumes
	f.Reconnect()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.Await(ctx, func() bool { return f.Counts().Resumes == before+1 && f.Connected() }); err != nil {
		t.Fatal(err)
	}
	i, err := f.ann.Command(f.study, "echo", discordtest.Args{"words": "again"})
	f.answered(t, i, err)
}

// flood makes the bot post more than a channel takes at once, and refuses one.
func (f *foreign) flood(t *testing.T) {
	f.Inject(1, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeUser, 300*time.Millisecond))
	i, err := f.ann.Command(f.study, "flood", discordtest.Args{"count": 6})
	if got := f.answered(t, i, err).Reply(); got.Content != "6 posts" {
		t.Errorf("got %q", got.Content)
	}
	posts := map[string]int{}
	for _, m := range f.study.Messages() {
		if strings.HasPrefix(m.Content, "post ") {
			posts[m.Content]++
		}
	}
	if len(posts) != 6 || posts["post 1, edited"] != 1 {
		t.Errorf("posted %v", posts)
	}
}

func (f *foreign) direct(t *testing.T) {
	i, err := f.ann.Command(f.ann.Direct(), "echo", discordtest.Args{"words": "between us"})
	if got := f.answered(t, i, err).Reply(); got.Content != "between us" {
		t.Errorf("got %q", got.Content)
	}
}
