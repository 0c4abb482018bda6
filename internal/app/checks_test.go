package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
)

// Which scripts and tests show the acceptance checks about exams, renewals and corrections.
// Every script runs on the browser chat, on Slack both ways and on Discord both ways.
func TestChecksAreShown(t *testing.T) {
	tests := ""
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if file != "checks_test.go" {
			tests += string(text)
		}
	}
	for _, row := range []struct {
		check   int
		about   string
		scripts []string // what they must say
		tests   []string
	}{
		{9, "eight shared exam dates: at most four countdown posts", []string{
			"countdown-shared: 60 days to the CBET window", "countdown-shared: 30 days to", "countdown-shared: 7 days to", "countdown-shared: 1 day to"}, nil},
		{10, "a window: countdown, asked after its last day, waiting asked again after 14 and 28 days", []string{
			"countdown: 60 days to the CBET window", "exam-waiting: clock 2027-05-16 19:00", "exam-waiting: clock 2027-06-26 19:00", "exam-waiting: clock 2027-07-10 19:00"}, nil},
		{11, "nothing private in direct messages, notifications and logs", nil, []string{"TestSlackConversations", "tellsNothing"}},
		{12, "every command bare", nil, []string{"TestEveryCommandBare", "TestSlackEveryCommandBare", "TestDiscordEveryCommandBare"}},
		{16, "an organiser's correction in one group leaves others as they were until the host accepts it", nil, []string{"TestAcceptedConversations"}},
		{20, "a pass without an expiry date is to confirm", []string{"exam-passed: expiry date is “to confirm”", "journey-d: CBET: expiry to confirm"}, nil},
		{21, "a part of CPSM passed: no certification yet", []string{"exam-parts: The certification begins with the last one."}, nil},
	} {
		for _, script := range row.scripts {
			name, words, _ := strings.Cut(script, ": ")
			text, err := os.ReadFile(filepath.Join("testdata/scripts", name+".txt"))
			if err != nil || !strings.Contains(string(text), words) {
				t.Errorf("check %d, %s: %s doesn't say %q (%v)", row.check, row.about, name, words, err)
			}
		}
		for _, name := range row.tests {
			if !strings.Contains(tests, "func "+name+"(") && !strings.Contains(tests, ") "+name+"(") {
				t.Errorf("check %d, %s: there is no %s", row.check, row.about, name)
			}
		}
	}
}

// private is what may stand in no private message that comes unasked, and in no
// log: results, candidates, expiry, credits, money, what people wrote about them,
// and addresses of calendars.
var private = regexp.MustCompile(`(?i)passed|not this time|candidate status|result of|expir|\bCEU\b|ventilator|chair of|renewal:|Drive, certs|fee\.pdf|\b519\b|employer|ADDRESSMADE|saved me`)

// Acceptance 11: of a simulated life with exams, results, renewals, money and
// calendars, private messages and logs tell nothing, on any platform.
func TestNothingPrivateIsTold(t *testing.T) {
	for _, place := range []struct {
		name string
		make func(t *testing.T) *world
	}{
		{"fake", func(t *testing.T) *world { return newWorld(t).(*world) }},
		{"browser", func(t *testing.T) *world { return newBrowserWorld(t, false) }},
		{"slack", func(t *testing.T) *world { return newSlackWorld(t, false) }},
		{"slack over http", func(t *testing.T) *world { return newSlackWorld(t, true) }},
		{"discord", func(t *testing.T) *world { return newDiscordWorld(t, false) }},
		{"discord over http", func(t *testing.T) *world { return newDiscordWorld(t, true) }},
	} {
		for n, script := range []string{"journey-d", "journey-e", "exam-not-this-time", "calendar"} {
			if less && (place.name != "fake" || n > 0) {
				continue // no other path
			}
			t.Run(place.name+"/"+script, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { tellsNothingPrivate(t, place.make(t), script) })
			})
		}
	}
}

func tellsNothingPrivate(t *testing.T, w *world, script string) {
	log := &logbook{}
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard := &overheard{World: w}
	bottest.RunScript(t, "testdata/scripts/"+script+".txt", heard)
	if len(heard.unasked) == 0 && script == "journey-d" || log.String() == "" {
		t.Error("nothing was told or logged, so nothing could be found")
	}
	logs := []string{log.String()}
	if s, ok := w.real.(*slackSide); ok {
		logs = append(logs, s.log.String())
	}
	for what, texts := range map[string][]string{"a private message": heard.unasked, "the log": logs} {
		for _, text := range texts {
			if at := private.FindStringIndex(text); at != nil {
				t.Errorf("%s has %q: …%s…", what, text[at[0]:at[1]], text[max(0, at[0]-100):min(len(text), at[1]+50)])
			}
		}
	}
}

// Acceptance 12 on the browser: every command works bare, in the channel and
// directly, for an organiser, a member and somebody new.
func TestBrowserEveryCommandBare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBrowserWorld(t, false)
		d := w.Driver()
		d.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true})
		w.sees(t, "maria", bottest.Main, "/group", "press Set up")
		if err := d.Submit(t.Context(), "maria", map[string]string{"question time": "07:00"}); err != nil {
			t.Fatal(err)
		}
		w.sees(t, "maria", bottest.Main, "press Start")
		for _, c := range w.running().Bot.Commands() {
			if c.Message {
				continue
			}
			for _, person := range []string{"maria", "dana", "newcomer" + c.Name} {
				for _, channel := range []string{bottest.Main, bottest.Private} {
					said := w.sees(t, person, channel, "/"+c.Name)
					if !strings.Contains(said, "[") || strings.Contains(said, "not your doing") {
						t.Errorf("%s, /%s in %q: %q", person, c.Name, channel, said)
					}
				}
			}
		}
	})
}

// says is what somebody is answered to a command and what stands after it.
func (s scene) says(person, command, line string) string {
	r := s.running().Bot.Handle(s.t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: command, Line: line})
	if r.Form != nil {
		return fmt.Sprintf("form: %s\n%+v", r.Form.Intro.Plain(), r.Form.Fields)
	}
	if r.Reply == nil || r.Reply.Card == nil {
		return fmt.Sprintf("%+v", r)
	}
	return r.Reply.Card.Plain()
}

// What can't be is answered by a sentence, and nothing is written.
func TestBadExamsAndCredits(t *testing.T) {
	s := newScene(t)
	s.says("dana", "cert", "")
	added := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Action: "cert/add/set", Values: bot.Values{"certification": {"cbet"}, "state": {"full"}, "passed": {"2026-11-20"}}})
	if added.Reply == nil || !strings.Contains(added.Reply.Card.Plain(), "on your list") {
		t.Fatalf("%+v", added)
	}
	kept := func() string { return s.says("dana", "exam", "") + s.says("dana", "cert", "") }
	before := kept()
	for _, row := range []struct{ name, command, line string }{
		{"a day long past", "exam", "8 May 2020"},
		{"twelve years ahead", "exam", "May 2038"},
		{"a day that isn't", "exam", "31 June 2027"},
		{"both readings", "exam", "5/8/2027"},
		{"no date", "exam", "soonish"},
		{"ten thousand letters", "exam", strings.Repeat("May ", 2500)},
		{"a credit before the period", "cert", "log: 2 CEU course 3 May 2020"},
		{"a credit to come", "cert", "log: 2 CEU course 3 May 2028"},
		{"below zero", "cert", "log: -2 CEU course"},
		{"nothing", "cert", "log: 0 CEU course"},
		{"absurd", "cert", "log: 4000 CEU course"},
		{"beyond numbers", "cert", "log: 99999999999999999999 CEU course"},
		{"not a number", "cert", "log: NaN CEU course"},
		{"another's unit", "cert", "log: 2 PDU course"},
		{"hours", "cert", "log: 2 hours course"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := s.says("dana", row.command, row.line)
			if strings.Contains(got, "not your doing") || strings.Contains(got, "code ") || len(got) < 20 {
				t.Errorf("was told %q, want a clear sentence", got)
			}
			if after := kept(); after != before {
				t.Errorf("was told %q, and there is\n%s\ninstead of\n%s", got, after, before)
			}
		})
	}
}

// A form with a category, date or amount that no form of ours offers is answered in
// its field, and nothing is written; one that is sent twice is kept once.
func TestForgedCredits(t *testing.T) {
	s := newScene(t)
	send := func(action string, values bot.Values) bot.Response {
		return s.running().Bot.Handle(t.Context(), bot.Interaction{ID: "one press", User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
			Channel: s.fake.ChannelID("first"), Action: action, Values: values})
	}
	s.says("dana", "cert", "")
	send("cert/add/set", bot.Values{"certification": {"cbet"}, "state": {"full"}, "passed": {"2026-11-20"}})
	form := send("cert/log", nil).Form
	if form == nil {
		t.Fatal("no form to log a credit")
	}
	before := s.says("dana", "cert", "")
	for _, row := range []struct{ name, what, amount, day, category string }{
		{"an unknown category", "course", "2", "2026-11-23", "astrology"},
		{"below zero", "course", "-2", "2026-11-23", ""},
		{"absurd", "course", "1e9", "2026-11-23", ""},
		{"ten years ahead", "course", "2", "2036-11-23", ""},
		{"before the period", "course", "2", "2010-11-23", ""},
		{"no day", "course", "2", "2026-02-31", ""},
		{"nothing done", "", "2", "2026-11-23", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(form.Action, bot.Values{"what": {row.what}, "amount": {row.amount}, "day": {row.day}, "category": {row.category}})
			if len(r.Invalid) == 0 && (r.Reply == nil || strings.Contains(bottest.MessageText(*r.Reply), "not your doing")) {
				t.Errorf("was answered %+v", r)
			}
			if after := s.says("dana", "cert", ""); after != before {
				t.Errorf("was answered %+v, and there is\n%s", r, after)
			}
		})
	}
	for range 2 {
		send(form.Action, bot.Values{"what": {"course"}, "amount": {"2"}, "day": {"2026-11-23"}, "category": {""}})
	}
	if after := s.says("dana", "cert", ""); !strings.Contains(after, "CBET: 2 of 30 CEU") {
		t.Errorf("sent twice, there is\n%s", after)
	}
}

// Two devices say at once how an exam went: one answer counts, and one
// certification begins. Of somebody erased nothing is kept.
func TestTwoDevicesPassAtOnce(t *testing.T) {
	s := newScene(t)
	s.says("dana", "exam", "May 2027")
	for range 200 {
		if err := s.Advance(t.Context(), s.Now().AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(s.says("dana", "exam", ""), "How did it go?") {
			break
		}
	}
	r := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "exam"})
	path := ""
	for _, controls := range r.Reply.Card.Controls {
		for _, c := range controls {
			if b, ok := c.(bot.Button); ok && b.Label == "How did it go?" {
				path = b.Action
			}
		}
	}
	if path == "" {
		t.Fatalf("no way to say how it went: %s", r.Reply.Card.Plain())
	}
	pass := func() string {
		r := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
			Channel: s.fake.ChannelID("first"), Action: path + "/passed/set",
			Values: bot.Values{"result": {s.Now().Format("2006-01-02")}, "status": {"full"}}})
		if r.Reply == nil || r.Reply.Card == nil {
			return fmt.Sprintf("%+v", r)
		}
		return r.Reply.Card.Plain()
	}
	told := make([]string, 4)
	var all sync.WaitGroup
	for n := range told {
		all.Go(func() { told[n] = pass() })
	}
	all.Wait()
	for _, text := range told {
		if !strings.Contains(text, "You passed. Congratulations!") {
			t.Errorf("a device was told %q", text)
		}
	}
	if held := s.says("dana", "cert", ""); strings.Count(held, "CBET: expiry to confirm") != 1 {
		t.Errorf("holds %s", held)
	}
	h, ok, err := s.running().Store.Holdings(t.Context(), s.fake.UserID("dana"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	s.does("dana", "first", group.PathData+"/erase/"+h.Member)
	if _, ok, err := s.running().Store.Holdings(t.Context(), s.fake.UserID("dana")); err != nil || ok {
		t.Fatalf("not erased (%v)", err)
	}
	if got := pass(); strings.Contains(got, "You passed") || strings.Contains(got, "not your doing") {
		t.Errorf("somebody erased was told %q", got)
	}
	if held := s.says("dana", "cert", ""); strings.Contains(held, "CBET: ") {
		t.Errorf("somebody erased holds %s", held)
	}
}
