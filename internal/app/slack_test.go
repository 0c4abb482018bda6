package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/adapters/slack/slacktest/script"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// slackSide is Slack in memory with the adapter for it.
type slackSide struct {
	server    *slacktest.Server
	workspace *slacktest.Workspace
	people    *script.Driver
	chat      *slack.Adapter
	http      bool     // Slack posts signed requests
	log       *logbook // of the program and the adapter
	balancer
	others []*slack.Adapter // of the other copies of the program
}

// balance implements [balanced].
func (s *slackSide) balance() *balancer { return &s.balancer }

// another implements [balanced].
func (s *slackSide) another(shelf bot.Shelf) (bot.Adapter, func(context.Context) error, error) {
	a, err := slack.New(s.log.logger(), s.config(shelf))
	s.others = append(s.others, a)
	return titled{a, s.people}, a.WaitReady, err
}

// busy is how many interactions are being answered just now.
func (s *slackSide) busy() int {
	n := s.chat.Busy()
	for _, other := range s.others {
		n += other.Busy()
	}
	return n
}

// titled is the adapter, which tells the driver how threads are called: Slack
// doesn't show it.
type titled struct {
	*slack.Adapter
	people *script.Driver
}

// Thread is Slack's.
func (t titled) Thread(ctx context.Context, id bot.MessageID, title string) (bot.ChannelID, error) {
	ch, err := t.Adapter.Thread(ctx, id, title)
	if err == nil {
		t.people.Threaded(id, title)
	}
	return ch, err
}

func (s *slackSide) config(shelf bot.Shelf) slack.Config {
	config := slack.Config{
		BotToken: s.workspace.Token(), AppToken: s.server.AppToken(), API: s.server.URL(), Dial: s.server.Dial,
		Declared: slackDeclared(), Shelf: shelf,
	}
	if s.http {
		config.AppToken, config.SigningSecret = "", s.server.SigningSecret()
	}
	return config
}

func (s *slackSide) platforms(shelf bot.Shelf) ([]bot.Adapter, error) {
	a, err := slack.New(s.log.logger(), s.config(shelf))
	s.chat = a
	return []bot.Adapter{titled{a, s.people}}, err
}

func (s *slackSide) waitRunning(ctx context.Context, a *App) error {
	s.people.Connect(s.busy)
	if !s.http {
		return s.server.Await(ctx, s.server.Connected)
	}
	s.up(0, a.Handler())
	return s.chat.WaitReady(ctx)
}

func (s *slackSide) stopped() {
	s.people.Connect(nil)
	if s.http {
		time.Sleep(time.Second) // as long as a request takes
		s.up(0, nil)
	}
	synctest.Wait()
}

// newSlackWorld is the whole program on Slack, with another platform beside it.
func newSlackWorld(t *testing.T, overHTTP bool) *world {
	t.Helper()
	w := stoppedSlackWorld(t, overHTTP)
	w.begin()
	return w
}

// stoppedSlackWorld is the same before its start.
func stoppedSlackWorld(t *testing.T, overHTTP bool) *world {
	t.Helper()
	s := newSlackSide(t, overHTTP)
	w := stoppedWorld(t, os.DirFS("testdata/banks"), s.log.logger())
	w.patient()
	w.real, w.people = s, bottest.NewTogether(inOrder{s.people}, inOrder{calling{w.harbor, "Slack", "Fake"}})
	return w
}

// newSlackSide is Slack with nothing on it. What it refuses, unless a script makes
// it, what it puts up with and whom the bot keeps waiting fails the test.
func newSlackSide(t *testing.T, overHTTP bool) *slackSide {
	t.Helper()
	s := &slackSide{http: overHTTP, log: &logbook{}}
	all, err := commands(t.Context(), CheckUp{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := slack.Manifest(slack.App{Commands: all, Declare: slackDeclared(), PublicURL: "https://bot.test", HTTP: overHTTP})
	if err != nil {
		t.Fatal(err)
	}
	o := slacktest.Options{Manifest: string(manifest)}
	if overHTTP {
		const at = "https://bot.test/slack/"
		o.Requests = slacktest.Requests{Events: at + "events", Commands: at + "commands", Interactions: at + "interactions"}
		o.HTTP = &http.Client{Transport: s}
	}
	s.server = slacktest.New(t, o)
	s.workspace = s.server.Workspace("Biomed")
	t.Cleanup(func() {
		for _, r := range s.server.Refusals() {
			if !expectedRefusal(r.Code) {
				t.Errorf("Slack refused %s, %s: %s", r.Method, r.Code, r.Body)
			}
		}
		for _, n := range s.server.Notices() {
			t.Errorf("Slack puts up with it: %s", n)
		}
		if n := s.server.Counts(); n.Late+n.Unanswered+n.Misplaced+n.Limited > 0 {
			t.Errorf("%d acknowledgements came too late, %d not at all, %d on another socket; %d times there was too much", n.Late, n.Unanswered, n.Misplaced, n.Limited)
		}
	})
	s.people = script.New(s.server, s.workspace)
	return s
}

// inOrder lists a person's accounts as scripts do: the core sorts them by their
// identifiers, and Slack's come last.
type inOrder struct{ bottest.Platform }

var linkedAccounts = regexp.MustCompile(`(?m)^Linked: (.+, Harbor(?: \(this one\))?); (.+, Fake(?: \(this one\))?)\.$`)

// See is the platform's.
func (o inOrder) See(ctx context.Context) []bottest.Seen {
	seen := o.Platform.See(ctx)
	for i := range seen {
		seen[i].Text = linkedAccounts.ReplaceAllString(seen[i].Text, "Linked: $2; $1.")
	}
	return seen
}

// expectedRefusal reports whether scripts make Slack refuse something so: the bot
// has been thrown out of a channel, or may not write to somebody.
func expectedRefusal(code string) bool {
	return code == "not_in_channel" || code == "restricted_action"
}

// notOnSlack is what people can't do there as the scripts have it.
func notOnSlack() map[string][]string {
	return map[string][]string{
		"group-set-up":     {"maria: question time=25:99", "maria: question time=six", "maria: question time=07:00, 12:00, 17:30"},
		"group-zone-typed": {"maria: /group zone chic"},
		"ping":             {"maria: role=everyone"},
		"quiz-topics":      {"maria: /quiz topic saf", "maria: /quiz topic zzz", "maria: /quiz topic ", "dana: /quiz topic it"},
		"reminders":        {"nora: around what time?=25:00"},
	}
}

// told is what tells of somebody's result, score or expiry.
var told = regexp.MustCompile(`(?i)right\. [A-D],|you chose|\+\d|\d+ points?\b|in a row|\d right\b.*(you|your)|you passed|expir`)

// Acceptance 11 on Slack, of all that the scripts play: notifications, what comes
// to people without their doing, and logs tell no result, score or expiry.
func (s *slackSide) tellsNothing(t *testing.T, unasked []string) {
	t.Helper()
	posts, _ := s.people.Notified()
	for what, texts := range map[string][]string{"a notification": posts, "a private message": unasked, "the log": strings.Split(s.log.String(), "\n")} {
		for _, text := range texts {
			if found := told.FindString(text); found != "" {
				t.Errorf("%s says %q: %s", what, found, text)
			}
		}
	}
}

// overheard is a world that keeps nothing but what comes to people unasked.
type overheard struct {
	bottest.World
	unasked []string
}

// Driver is the world's.
func (o *overheard) Driver() bottest.Driver { return overhearing{o.World.Driver(), o} }

type overhearing struct {
	bottest.Driver
	world *overheard
}

// See is the driver's.
func (o overhearing) See(ctx context.Context) []bottest.Seen {
	seen := o.Driver.See(ctx)
	for _, s := range seen {
		if s.Kind == bottest.Direct {
			o.world.unasked = append(o.world.unasked, s.Text)
		}
	}
	return seen
}

// TestSlackConversations runs the core's scripts through the adapter and the
// Socket Mode of a Slack in memory.
func TestSlackConversations(t *testing.T) { slackConversations(t, false) }

// TestSlackConversationsOverHTTP runs them where Slack posts signed requests.
func TestSlackConversationsOverHTTP(t *testing.T) { slackConversations(t, true) }

func slackConversations(t *testing.T, overHTTP bool) {
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	which := 0
	var played, results atomic.Int64
	t.Cleanup(func() { // after the last of them
		if played.Load() > 10 && results.Load() == 0 {
			t.Error("nobody was told a result, so nothing could be found where none may be")
		}
	})
	if overHTTP {
		which = 2
	}
	for n, file := range files {
		if less && n%4 != which {
			continue // not much of it is another path
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &overheard{World: newSlackWorld(t, overHTTP)}
				s := w.World.(*world).real.(*slackSide)
				bottest.RunScript(t, file, w)
				if diff := cmp.Diff(notOnSlack()[name], s.people.Unsaid()); diff != "" {
					t.Errorf("what people can't do as the script has it (-want +got):\n%s", diff)
				}
				s.tellsNothing(t, w.unasked)
				_, whispers := s.people.Notified()
				played.Add(1)
				results.Add(int64(len(told.FindAllString(strings.Join(whispers, "\n"), -1))))
			})
		})
	}
}
