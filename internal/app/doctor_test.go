package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// doctor looks at what serve runs, or would run.
func doctor(t *testing.T, env map[string]string, o CheckUp) Report {
	t.Helper()
	c, err := LoadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	o.Log, o.Version = slog.New(slog.DiscardHandler), "test"
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return Doctor(t.Context(), c, o)
}

// find is the finding about something.
func (r Report) find(t *testing.T, about string) bot.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.About == about {
			return f
		}
	}
	t.Fatalf("nothing is said about %q: %v", about, r.Findings)
	return bot.Finding{}
}

// TestVolunteer goes the way of docs/discord.md, step by step: the invitation,
// doctor, serve, a group, and doctor again before an upgrade.
func TestVolunteer(t *testing.T) {
	server := discordtest.New(t, discordtest.Options{TCP: true, Patience: patience})
	file := filepath.Join(t.TempDir(), "study.db")
	env := map[string]string{"DISCORD_TOKEN": server.Token(), "DISCORD_API_URL": server.URL(), "DATABASE_URL": "sqlite:" + file, "BACKUP_DIR": t.TempDir()}
	c, err := LoadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	steps, err := SetupDiscord(t.Context(), c, "")
	if err != nil {
		t.Fatal(err)
	}
	if steps.Application != server.Application() || !strings.Contains(steps.Invite, "client_id="+server.Application()) {
		t.Fatalf("setup finds %+v", steps)
	}
	report := doctor(t, env, CheckUp{})
	if f := report.find(t, "Servers"); !strings.Contains(f.Fix, steps.Invite) || report.ExitCode() != 0 {
		t.Errorf("before the invitation: %v, exit code %d", f, report.ExitCode())
	}

	biomed := server.Guild("Biomed")
	biomed.Rights(0, discordtest.ViewChannel|discordtest.SendMessages|discordtest.AttachFiles|discordtest.ReadMessageHistory|
		discordtest.CreatePublicThreads|discordtest.SendInThreads) // of the bot: what the invitation asks for
	study, maria := biomed.Channel("cbet-study"), server.Person("Maria G.")
	biomed.Join(maria)
	biomed.Grant(maria, discordtest.ManageGuild|discordtest.ViewChannel|discordtest.UseCommands|discordtest.SendMessages)
	_, stop := served(t, server, env)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := server.Await(ctx, server.Connected); err != nil {
		t.Fatal(err)
	}
	setUp(ctx, t, maria, study)
	if err := server.Await(ctx, func() bool { return len(study.Messages()) > 0 }); err != nil {
		t.Fatal("no welcome")
	}

	report = doctor(t, env, CheckUp{})
	for _, f := range report.Findings {
		if f.State != bot.FindingOK {
			t.Errorf("all should be well: %v", f)
		}
	}
	if f := report.find(t, "Next post"); !strings.HasPrefix(f.How, "Next post in ") || report.NextPost.IsZero() {
		t.Errorf("got %v, %v", f, report.NextPost)
	}
	if f := report.find(t, "#cbet-study in Biomed"); f.State != bot.FindingOK {
		t.Errorf("got %v", f)
	}
	next := report.NextPost
	moments(t, env, next)
	study.Deny(discordtest.SendMessages)
	if r := doctor(t, env, CheckUp{}); r.ExitCode() != 1 || !strings.Contains(r.find(t, "#cbet-study in Biomed").Fix, "Send Messages") {
		t.Errorf("without permission: %v", r)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if r := doctor(t, env, CheckUp{Offline: true, Now: next.Add(time.Hour)}); !strings.Contains(r.find(t, "Waiting").Fix, "studyhall serve") {
		t.Errorf("an hour late: %v", r)
	}
	if r := server.Refusals(); len(r) > 0 {
		t.Errorf("Discord refused %v", r)
	}
}

// moments asks at several times whether the program may be stopped.
func moments(t *testing.T, env map[string]string, next time.Time) {
	t.Helper()
	for _, test := range []struct {
		name string
		now  time.Time
		want string
	}{
		{"long before", next.Add(-3*time.Hour - 12*time.Minute), "Next post in 3 h 12 min: a good moment."},
		{"days before", next.Add(-50 * time.Hour), "Next post in 2 days: a good moment."},
		{"just before", next.Add(-61 * time.Second), "Next post in 1 min: not a good moment."},
	} {
		if f := doctor(t, env, CheckUp{Offline: true, Now: test.now}).find(t, "Next post"); f.How != test.want {
			t.Errorf("%s: got %q, want %q", test.name, f.How, test.want)
		}
	}
}

// setUp begins a group in a channel as an organiser does.
func setUp(ctx context.Context, t *testing.T, who *discordtest.Person, in *discordtest.Channel) {
	t.Helper()
	step := discordtest.Steps(ctx, t)
	page := step(who.Command(in, "group", nil)).Reply()
	step(who.Press(page, "Set up"))
	form, ok := who.Modal()
	if !ok {
		t.Fatal("no form opened")
	}
	preview := step(who.Submit(form, discordtest.Args{"Time zone": "Chicago"})).Reply()
	step(who.Press(preview, "Start"))
}

// TestNoGreeting invites the bot: nobody is written to before somebody runs
// /group, and then only who does.
func TestNoGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDiscordWorld(t, false)
		d := w.real.(*discordSide)
		guild := d.server.Guild("New here")
		general, ann := guild.Channel("general"), d.server.Person("Ann")
		guild.Join(ann)
		time.Sleep(time.Hour)
		if n := d.server.Counts().Requests[discordtest.CreateMessage]; n > 0 || len(general.Messages()) > 0 {
			t.Errorf("%d messages were sent when the bot was invited", n)
		}
		i, err := ann.Command(general, "group", nil)
		if err == nil {
			err = i.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if m := i.Reply(); !m.Ephemeral || !strings.Contains(m.Text(), "No group here yet") {
			t.Errorf("/group answers %q", m.Text())
		}
		if len(general.Messages()) > 0 {
			t.Error("others see it")
		}
	})
}

// TestDoctorTellsOldFacts: facts of what can be studied here that nobody has looked
// at for a year are told.
func TestDoctorTellsOldFacts(t *testing.T) {
	folder := t.TempDir()
	facts := filepath.Join(folder, "certs.yaml")
	// One fact of long ago, seen from then: the others are of later days.
	writeFile(t, facts, "certifications: [{id: cbet, delivery: {checked: 2020-02-03}}]\n")
	env := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(folder, "new.db"), "CERTIFICATIONS_FILE": facts}
	now := time.Date(2021, 2, 3, 12, 0, 0, 0, time.UTC)
	for _, f := range doctor(t, env, CheckUp{Now: now, Offline: true}).Findings {
		if f.About == "Facts" {
			t.Errorf("after a year: %v", f)
		}
	}
	r := doctor(t, env, CheckUp{Now: now.AddDate(0, 0, 1), Offline: true})
	if f := r.find(t, "Facts"); f.State != bot.FindingNote || f.How != "1 fact is older than a year, such as CBET delivery." ||
		!strings.Contains(f.Fix, "CERTIFICATIONS_FILE") || r.ExitCode() != 0 {
		t.Errorf("a day later: %v, exit code %d", f, r.ExitCode())
	}
	writeFile(t, facts, `sources:
  us: {title: Our own page, url: "https://example.org/", tier: official, year: 2026, checked: 2026-01-01}
certifications:
  - id: own
    short: OWN
    issuer_short: Us
    not_affiliated: Not affiliated with us.
    name: {value: Our own, by: [us]}
    issuer: {value: We, by: [us]}
    url: {value: "https://example.org/", by: [us]}
    status: {value: {state: active}, by: [us]}
    delivery: {value: at home, by: [us], checked: 2020-02-03}
    outlines:
      - id: own-2026
        from: {value: {day: 2026-01-01}, by: [us]}
        areas: {value: [{id: own.all, name: All of it, short: All, weight: 100}], by: [us]}
        weights: {value: published, by: [us]}
`)
	for _, f := range doctor(t, env, CheckUp{Now: now.AddDate(0, 0, 1), Offline: true}).Findings {
		if f.About == "Facts" {
			t.Errorf("of a certification without questions: %v", f)
		}
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDoctorExitCodes has a fault of each kind.
func TestDoctorExitCodes(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct {
		name  string
		env   map[string]string
		about string
		want  string
		code  int
	}{
		{"nothing set up", nil, "Discord", "DISCORD_TOKEN is not set", 0},
		{"shape of the token", map[string]string{"DISCORD_TOKEN": "123456789012345678"}, "Token", "Application ID", 78},
		{"wrong token", map[string]string{"DISCORD_TOKEN": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc"}, "Bot", "doesn't accept DISCORD_TOKEN", 78},
		{"database elsewhere", map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(folder, "no", "x.db")}, "Database", "no such file", 1},
		{"no server of databases", map[string]string{"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/d?connect_timeout=2"}, "Database", "connect to PostgreSQL", 1},
		{"broken bank", map[string]string{"BANKS_DIR": "../../quizzes/testdata"}, "Questions", "left out", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := discordtest.New(t, discordtest.Options{})
			env := map[string]string{"DISCORD_API_URL": server.URL(), "DATABASE_URL": "sqlite:" + filepath.Join(folder, "new.db")}
			for name, v := range test.env {
				env[name] = v
			}
			r := doctor(t, env, CheckUp{Dial: server.Dial})
			f := r.find(t, test.about)
			if !strings.Contains(f.How, test.want) || r.ExitCode() != test.code || strings.Contains(f.How+f.Fix, "hunter2") {
				t.Errorf("got %v and exit code %d, want %q and %d", f, r.ExitCode(), test.want, test.code)
			}
		})
	}
}
