package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/quizzes"
)

// logbook collects what is logged, at every level.
type logbook struct {
	mu   sync.Mutex
	book bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.String()
}

// logger writes to the book.
func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// crawler presses everything that somebody is shown, once, and keeps all they read.
type crawler struct {
	w      *world
	person string
	read   strings.Builder
	done   map[string]bool
	todo   []bot.Interaction
	forms  []bot.Form // that were opened
}

// leaves are ends of paths that would end the group or the person's part in it,
// so that there were nothing left to read.
var leaves = []string{"/end/yes", "/erase/yes", "/people/leave", "/pause", "/remove/yes"}

func (c *crawler) interaction() bot.Interaction {
	return bot.Interaction{
		ID: bot.NewID(), User: c.w.fake.UserID(c.person), Name: c.person, Space: c.w.fake.Space(),
		Channel: c.w.fake.ChannelID(bottest.Main),
	}
}

// crawl follows every control from what is to be done, up to a number of presses.
func (c *crawler) crawl(ctx context.Context, most int) int {
	pressed := 0
	for ; len(c.todo) > 0 && pressed < most; pressed++ {
		i := c.todo[0]
		c.todo = c.todo[1:]
		r := c.w.running().Bot.Handle(ctx, i)
		for _, m := range []*bot.Message{r.Reply, r.Edit} {
			if m == nil {
				continue
			}
			c.read.WriteString(bottest.MessageText(*m) + "\n")
			for _, f := range m.Files {
				c.read.Write(f.Data)
			}
			if m.Card != nil {
				c.follow(*m.Card)
			}
		}
		if r.Form != nil {
			fmt.Fprintf(&c.read, "%s %s %+v\n", r.Form.Title, r.Form.Intro, r.Form.Fields)
			c.forms = append(c.forms, *r.Form)
		}
	}
	return pressed
}

func (c *crawler) follow(card bot.Card) {
	for _, row := range card.Controls {
		for _, control := range row {
			switch x := control.(type) {
			case bot.Button:
				c.add(x.Action)
			case bot.Menu:
				for _, o := range x.Options {
					c.add(x.Action + "/" + o.Value)
				}
			}
		}
	}
}

func (c *crawler) add(action string) {
	if c.done[action] {
		return
	}
	for _, end := range leaves {
		if strings.HasSuffix(action, end) {
			return
		}
	}
	c.done[action] = true
	i := c.interaction()
	i.Action, i.Whisper, i.Message = action, true, "fake:none"
	c.todo = append(c.todo, i)
}

// Acceptance 8: whatever an organiser opens, reads, downloads or finds in the
// log, no other member's answer is in it.
func TestOrganisersNeverSeeAnswers(t *testing.T) { synctest.Test(t, testOrganisersNeverSeeAnswers) }

func testOrganisersNeverSeeAnswers(t *testing.T) {
	log := &logbook{}
	w := newWorldWith(t, os.DirFS("testdata/banks"), log.logger())
	data, err := os.ReadFile("testdata/typed/bank.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bank, problems := quizzes.Parse("bank.yaml", data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, i := range bank.Items {
		if i.Type == quizzes.Short {
			bank.Items = []quizzes.Item{i}
			break
		}
	}
	use(w.t, w.running(), []quizzes.Bank{bank})
	w.threeDays(t)

	c := crawler{w: w, person: "maria", done: map[string]bool{}}
	for _, line := range []string{
		"group", "group people", "group failed", "group report", "group schedule", "group meeting", "study", "study progress", "study settings",
		"study my data", "board", "board season", "board all", "quiz", "quiz review", "quiz mock exam",
	} {
		i := c.interaction()
		i.Command, i.Line, _ = strings.Cut(line, " ")
		c.todo = append(c.todo, i)
	}
	ctx := t.Context()
	pressed := c.crawl(ctx, 600)
	if pressed < 60 || !strings.Contains(c.read.String(), "More of the") {
		t.Errorf("only %d pages were read", pressed)
	}
	for what, text := range map[string]string{"a page": c.read.String(), "the log": log.String()} {
		if at := strings.Index(strings.ToLower(text), "zebra"); at >= 0 {
			t.Errorf("%s of the organiser has a member's answer: …%s…", what, text[max(0, at-200):min(len(text), at+60)])
		}
	}
	// The search finds what is there: a member's own pages have it.
	own := crawler{w: w, person: "member03", done: map[string]bool{}}
	i := own.interaction()
	i.Command, i.Line = "study", ""
	own.todo = append(own.todo, i)
	own.crawl(ctx, 200)
	if !strings.Contains(own.read.String(), "zebra stripes 3") {
		t.Error("not even the member finds the answer again")
	}
}

// threeDays has a group of fourteen answer three questions by typing.
func (w *world) threeDays(t *testing.T) {
	t.Helper()
	d := w.Driver()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	w.fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true})
	must(d.Say(ctx, "maria", "", "/group"))
	must(d.Press(ctx, "maria", "Set up", ""))
	must(d.Submit(ctx, "maria", map[string]string{"question time": "07:00"}))
	must(d.Press(ctx, "maria", "Start", ""))
	for day := range 3 {
		at, ok := w.Next(ctx)
		if !ok {
			t.Fatal("nothing is due")
		}
		must(w.Advance(ctx, at))
		for n := range 14 {
			who := fmt.Sprintf("member%02d", n)
			must(d.Press(ctx, who, "Answer", fmt.Sprintf("CBET question %d", day+1)))
			must(d.Submit(ctx, who, map[string]string{"your answer": fmt.Sprintf("zebra stripes %d", n)}))
		}
	}
	d.See(ctx)
}
