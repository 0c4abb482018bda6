package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// slackEnv are the variables for a workspace on a Slack that listens on loopback.
func slackEnv(t *testing.T, s *slacktest.Server, w *slacktest.Workspace) map[string]string {
	t.Helper()
	return map[string]string{
		"SLACK_BOT_TOKEN": w.Token(), "SLACK_APP_TOKEN": s.AppToken(), "SLACK_API_URL": s.URL(),
		"HTTP_ADDR": freeAddress(t), "DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "study.db"),
	}
}

// grantAll gives the app what its manifest asks for.
func grantAll(w *slacktest.Workspace) {
	var names []string
	for _, s := range slack.Scopes() {
		names = append(names, s.Name)
	}
	w.Grant(names...)
}

// verified waits until a platform finds that the program answers. Nothing tells
// of that: the platform has to try.
func verified(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ready asks whether the program says that it is, in words with those parts.
func ready(ctx context.Context, at string, parts ...string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(said), part) {
			return fmt.Errorf("/readyz answers %s, %q", answer.Status, said)
		}
	}
	return nil
}

// TestServeOnSlack starts the program as its user does, with two tokens and
// nothing else, or with what HTTP mode takes, and asks for a group on a Slack that
// listens on loopback.
func TestServeOnSlack(t *testing.T) {
	for _, test := range []struct {
		name     string
		overHTTP bool
	}{{"socket mode", false}, {"http", true}} {
		t.Run(test.name, func(t *testing.T) {
			address := freeAddress(t)
			o := slacktest.Options{TCP: true, Patience: patience}
			if test.overHTTP {
				at := "http://" + address + "/slack/"
				o.Requests = slacktest.Requests{Events: at + "events", Commands: at + "commands", Interactions: at + "interactions"}
			}
			s := slacktest.New(t, o)
			w := s.Workspace("Biomed")
			grantAll(w)
			study, maria := w.Channel("cbet-study"), w.Person("Maria G.")
			study.Join(maria)
			env := slackEnv(t, s, w)
			env["HTTP_ADDR"] = address
			if test.overHTTP {
				delete(env, "SLACK_APP_TOKEN")
				env["SLACK_SIGNING_SECRET"], env["PUBLIC_URL"] = s.SigningSecret(), "http://"+address
			}
			_, stop := servedWith(t, env)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			reached := s.Await
			if test.overHTTP {
				reached = func(ctx context.Context, _ func() bool) error { return verified(ctx, s.Verify) }
			}
			if err := reached(ctx, s.Connected); err != nil {
				t.Fatal(err)
			}
			study.Invite()
			if m := firstWhisper(ctx, t, s, maria, study, "group"); m.To != maria || !strings.Contains(m.Words(), "No group here yet") {
				t.Errorf("/studyhall group shows %q to %v", m.Words(), m.To)
			}
			help := firstWhisper(ctx, t, s, maria, study, "help").Words()
			for _, typed := range []string{"/studyhall board: ", "/studyhall group: ", "\n/quiz gives"} {
				if !strings.Contains(help, typed) {
					t.Errorf("help doesn't say %q, which people can type: %q", typed, help)
				}
			}
			answer, err := http.Get("http://" + address + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("health: %s", answer.Status)
			}
			if err := stop(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if c := s.Counts(); test.overHTTP && c.Connections > 0 {
				t.Error("a socket was opened")
			}
			for _, n := range s.Notices() {
				t.Errorf("Slack puts up with %s", n)
			}
		})
	}
}

// firstWhisper uses /studyhall and waits for the first message that answers it.
func firstWhisper(ctx context.Context, t *testing.T, s *slacktest.Server, who *slacktest.Person, in *slacktest.Channel, words string) slacktest.Message {
	t.Helper()
	i, err := who.Command(in, "/studyhall", words)
	if err == nil {
		err = i.Wait(ctx)
	}
	if err == nil {
		err = s.Await(ctx, func() bool { return len(i.Messages()) > 0 })
	}
	if err != nil {
		t.Fatal(err)
	}
	return i.Messages()[0]
}

// TestServeBoth has Slack and Discord send to one address, each below its name.
func TestServeBoth(t *testing.T) {
	address := freeAddress(t)
	at := "http://" + address
	s := slacktest.New(t, slacktest.Options{TCP: true, Patience: patience, Requests: slacktest.Requests{
		Events: at + "/slack/events", Commands: at + "/slack/commands", Interactions: at + "/slack/interactions",
	}})
	d := discordtest.New(t, discordtest.Options{TCP: true, Patience: patience, Interactions: at + "/discord/interactions"})
	w := s.Workspace("Biomed")
	grantAll(w)
	d.Guild("Biomed")
	env := slackEnv(t, s, w)
	delete(env, "SLACK_APP_TOKEN")
	env["HTTP_ADDR"], env["PUBLIC_URL"], env["SLACK_SIGNING_SECRET"] = address, at, s.SigningSecret()
	env["DISCORD_TOKEN"], env["DISCORD_API_URL"], env["DISCORD_PUBLIC_KEY"] = d.Token(), d.URL(), d.PublicKey()
	_, stop := servedWith(t, env)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := verified(ctx, s.Verify); err != nil {
		t.Fatalf("Slack can't reach it: %v", err)
	}
	if err := verified(ctx, d.Ping); err != nil {
		t.Fatalf("Discord can't reach it: %v", err)
	}
	if err := verified(ctx, func() error { return ready(ctx, at, `"slack"`, `"discord"`) }); err != nil {
		t.Error(err)
	}
	report := doctor(t, env, CheckUp{})
	if f := report.find(t, "HTTP mode"); f.State != bot.FindingOK || !strings.Contains(f.How, "/slack/events is the bot's") {
		t.Errorf("doctor says %v", f)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestServeOnSlackWithoutLuck has serve lack something, or Slack refuse what it
// was given.
func TestServeOnSlackWithoutLuck(t *testing.T) {
	for _, test := range []struct {
		name, want string
		change     func(env map[string]string, s *slacktest.Server, w *slacktest.Workspace)
	}{
		{"no app token", "SLACK_APP_TOKEN: it is not set", func(env map[string]string, _ *slacktest.Server, _ *slacktest.Workspace) {
			delete(env, "SLACK_APP_TOKEN")
		}},
		{"another bot token", "SLACK_BOT_TOKEN", func(env map[string]string, _ *slacktest.Server, _ *slacktest.Workspace) {
			env["SLACK_BOT_TOKEN"] = "xoxb-nobody-nobody"
		}},
		{"another app token", "SLACK_APP_TOKEN", func(env map[string]string, _ *slacktest.Server, _ *slacktest.Workspace) {
			env["SLACK_APP_TOKEN"] = "xapp-1-A1-nobody"
		}},
		{"uninstalled", "SLACK_BOT_TOKEN", func(_ map[string]string, _ *slacktest.Server, w *slacktest.Workspace) { w.Uninstall() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := slacktest.New(t, slacktest.Options{TCP: true})
			w := s.Workspace("Biomed")
			env := slackEnv(t, s, w)
			test.change(env, s, w)
			wait, _ := servedWith(t, env)
			err := wait()
			var coded interface{ ExitCode() int }
			if !errors.As(err, &coded) || coded.ExitCode() != 78 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want exit code 78 and %q", err, test.want)
			}
		})
	}
}

// TestSlackVolunteer goes the way of docs/slack.md, step by step: set-up, doctor,
// serve, the invitation, a group, and doctor again.
func TestSlackVolunteer(t *testing.T) {
	steps, err := SetupSlack(t.Context(), Config{}, SlackChoice{}, "test")
	if err != nil {
		t.Fatal(err)
	}
	s := slacktest.New(t, slacktest.Options{TCP: true, Patience: patience, Manifest: string(steps.Manifest)})
	w := s.Workspace("Biomed")
	env := slackEnv(t, s, w)
	report := doctor(t, env, CheckUp{})
	if report.ExitCode() != 0 || report.find(t, "Workspace").State != bot.FindingOK || report.find(t, "Socket Mode").State != bot.FindingOK {
		t.Errorf("before the start: %v", report.Findings)
	}
	study, maria := w.Channel("cbet-study"), w.Person("Maria G.")
	study.Join(maria)
	_, stop := servedWith(t, env)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Await(ctx, s.Connected); err != nil {
		t.Fatal(err)
	}
	study.Invite()
	beginOnSlack(ctx, t, s, maria, study)
	if err := s.Await(ctx, func() bool { return len(study.Messages()) > 0 }); err != nil {
		t.Fatal("no welcome")
	}
	report = doctor(t, env, CheckUp{})
	for _, f := range report.Findings {
		if f.State != bot.FindingOK && f.About != "Backups" { // they are the volunteer's next step
			t.Errorf("all should be well: %v", f)
		}
	}
	if f := report.find(t, "Next post"); !strings.HasPrefix(f.How, "Next post in ") || report.NextPost.IsZero() {
		t.Errorf("got %v, %v", f, report.NextPost)
	}
	if f := report.find(t, "#cbet-study in Biomed"); f.State != bot.FindingOK {
		t.Errorf("got %v", f)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	study.Archive(true) // which nobody tells the bot any more
	if r := doctor(t, env, CheckUp{}); r.ExitCode() != 1 || !strings.Contains(r.find(t, "#cbet-study in Biomed").Fix, "Unarchive") {
		t.Errorf("archived: %v", r)
	}
	if r := doctor(t, env, CheckUp{Offline: true, Now: report.NextPost.Add(time.Hour)}); !strings.Contains(r.find(t, "Waiting").Fix, "studyhall serve") {
		t.Errorf("an hour late: %v", r)
	}
}

// beginOnSlack begins a group in a channel as an organiser does.
func beginOnSlack(ctx context.Context, t *testing.T, s *slacktest.Server, who *slacktest.Person, in *slacktest.Channel) {
	t.Helper()
	button := func(label string) (m slacktest.Message) {
		t.Helper()
		if err := s.Await(ctx, func() bool {
			for _, m = range who.Messages(in) {
				for _, l := range m.Labels() {
					if l == label {
						return true
					}
				}
			}
			return false
		}); err != nil {
			t.Fatalf("nobody offers %q", label)
		}
		return m
	}
	did := func(_ *slacktest.Interaction, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	did(who.Command(in, "/studyhall", "group"))
	did(who.Press(button("Set up"), "Set up"))
	if err := s.Await(ctx, func() bool { return len(who.Views()) > 0 }); err != nil {
		t.Fatal("no form opened")
	}
	did(who.Submit(who.Views()[0], slacktest.Args{}))
	did(who.Press(button("Start"), "Start"))
}
