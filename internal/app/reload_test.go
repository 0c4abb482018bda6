package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

// ownBank writes the operator's bank with questions of one name; B is right.
func ownBank(t testing.TB, dir, name string, questions int) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "bank: own\ntitle: Own\ncertification: cbet\noutline: cbet-2025\nitems:\n")
	for n := range questions {
		fmt.Fprintf(&b, `  - id: own-%s-%d
    domain: cbet.safety
    level: recall
    difficulty: easy
    stem: "Which of these words is %s number %d?"
    options:
      - {id: a, text: "Alpha", why: "Alpha isn't it."}
      - {id: b, text: "Bravo", why: "Bravo is it."}
      - {id: c, text: "Coca", why: "Coca isn't it."}
      - {id: d, text: "Delta", why: "Delta isn't it."}
    answer: b
    explanation: "It is Bravo."
    source: {title: "The alphabet", url: "https://example.com/alphabet", checked: 2026-11-22}
`, name, n, name, n)
	}
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ownWorld is a group that is asked from the operator's banks only, with its first
// question posted.
func ownWorld(t *testing.T, log *slog.Logger) *world {
	t.Helper()
	w := stoppedWorld(t, fstest.MapFS{}, log)
	w.own, w.hangup = t.TempDir(), make(chan os.Signal)
	ownBank(t, w.own, "old", 12)
	w.fake = bottest.NewFake(w.Now)
	w.people = bottest.NewTogether(w.fake, w.harbor)
	w.begin()
	w.firstQuestion()
	return w
}

// told is the newest thing that a person was shown.
func (w *world) told(t *testing.T, person string) string {
	t.Helper()
	last := ""
	for _, s := range w.Driver().See(t.Context()) {
		if s.To == person {
			last = s.Text
		}
	}
	return last
}

func TestBanksAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		var mu sync.Mutex
		w := ownWorld(t, slog.New(slog.NewTextHandler(locked{&mu, &lines}, nil)))
		d := w.Driver()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(d.Say(t.Context(), "lee", "", "/quiz"))
		if got := w.told(t, "lee"); !strings.Contains(got, "is old number") {
			t.Fatalf("practice showed %q", got)
		}

		// A file with a fault: nothing changes, whoever asks, and the lines say why.
		ownBank(t, w.own, "new", 7)
		broken := filepath.Join(w.own, "broken.yaml")
		must(os.WriteFile(broken, []byte("bank: broken\n"), 0o600))
		w.hangup <- syscall.SIGHUP
		answers := w.asked(t, "first")
		if len(answers) != 1 || answers[0].Fine || !strings.Contains(strings.Join(answers[0].Said, "\n"), "broken.yaml") {
			t.Errorf("it answered %+v, want one refusal with the file's name", answers)
		}
		mu.Lock()
		if log := lines.String(); strings.Count(log, "question banks not read again") != 2 || !strings.Contains(log, "broken.yaml") {
			t.Errorf("the log says\n%s", log)
		}
		mu.Unlock()
		if n := w.running().Practice.Library.Len("cbet"); n != 12 {
			t.Errorf("after a fault it asks from %d questions, want the 12 it had", n)
		}

		// Mended, all of it holds from the next draw on.
		must(os.Remove(broken))
		answers = w.asked(t, "second")
		if len(answers) != 1 || !answers[0].Fine || answers[0].Said[0] != "1 banks with 7 questions are asked from now" {
			t.Errorf("it answered %+v", answers)
		}
		if n := w.running().Practice.Library.Len("cbet"); n != 7 {
			t.Errorf("it asks from %d questions, want the new 7", n)
		}
		// What is open, and what is in somebody's session, is as it was.
		must(d.Press(t.Context(), "dana", "B", "CBET question 1"))
		if got := w.told(t, "dana"); !strings.Contains(got, "Right. B, Bravo") {
			t.Errorf("the open question answers %q", got)
		}
		must(d.Press(t.Context(), "lee", "B", ""))
		if got := w.told(t, "lee"); !strings.Contains(got, "Right. B") {
			t.Errorf("the session answers %q", got)
		}
		at, _ := w.Next(t.Context())
		must(w.Advance(t.Context(), at))
		var posted string
		for _, s := range d.See(t.Context()) {
			if strings.Contains(s.Text, "question 2 ") {
				posted = s.Text
			}
		}
		if !strings.Contains(posted, "is new number") {
			t.Errorf("the next question is %q", posted)
		}
	})
}

// asked is what the program says when it is asked to read the banks again.
func (w *world) asked(t *testing.T, id string) []store.ReloadAnswer {
	t.Helper()
	if err := w.running().Store.AskReload(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * reloadLook)
	synctest.Wait()
	answers, err := w.running().Store.ReloadAnswers(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// locked is a log that several goroutines write.
type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestPressesWhileBanksChange has people practise, answer and look while the banks
// change under them; the race detector watches, and nobody is told of a fault.
func TestPressesWhileBanksChange(t *testing.T) {
	var lines bytes.Buffer
	var mu sync.Mutex
	w := ownWorld(t, slog.New(slog.NewTextHandler(locked{&mu, &lines}, &slog.HandlerOptions{Level: slog.LevelWarn})))
	a := w.running()
	var editions [][]quizzes.Bank
	for _, name := range []string{"old", "new"} {
		ownBank(t, w.own, name, 12)
		banks, problems := readBanks(Options{Banks: fstest.MapFS{}, BanksDir: w.own}, a.banks.catalogue)
		if quizzes.Faulty(problems) {
			t.Fatal(problems)
		}
		editions = append(editions, banks)
	}
	var people sync.WaitGroup
	var pressed atomic.Int64
	over := make(chan struct{})
	var swapping sync.WaitGroup
	swapping.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-over:
				return
			default:
			}
			if err := a.Practice.Use(t.Context(), editions[n%2]); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for n := range 4 {
		people.Go(func() {
			user := w.fake.UserID(fmt.Sprint("person", n))
			act := func(i bot.Interaction) bot.Response {
				i.ID, i.User, i.Name, i.Space, i.Channel = bot.NewID(), user, fmt.Sprint("Person ", n), w.fake.Space(), w.fake.ChannelID(bottest.Main)
				return a.Bot.Handle(t.Context(), i)
			}
			for range 8 {
				for _, word := range []string{"quiz", "quiz review", "study", "study progress"} {
					r := act(bot.Interaction{Command: strings.Fields(word)[0], Line: strings.Join(strings.Fields(word)[1:], " ")})
					if r.Reply == nil || r.Reply.Card == nil {
						continue
					}
					for _, row := range r.Reply.Card.Controls {
						for _, c := range row {
							if b, ok := c.(bot.Button); ok {
								pressed.Add(answersAll(act, b.Action))
							}
						}
					}
				}
			}
		})
	}
	people.Wait()
	close(over)
	swapping.Wait()
	mu.Lock()
	defer mu.Unlock()
	if pressed.Load() == 0 {
		t.Error("nobody's press was graded")
	}
	if lines.Len() > 0 {
		t.Errorf("the log says\n%s", &lines)
	}
}

// answersAll answers what a session asks, found by its button to stop, and wants
// more of it. It returns how many answers were graded.
func answersAll(act func(bot.Interaction) bot.Response, action string) (n int64) {
	session, ok := strings.CutSuffix(action, "/stop")
	if !ok {
		return 0
	}
	for place := range 6 {
		r := act(bot.Interaction{Action: fmt.Sprintf("%s/answer/%d/b", session, place)})
		if r.Reply != nil && r.Reply.Card != nil && graded(r.Reply.Card.Plain()) {
			n++
		}
	}
	act(bot.Interaction{Action: session + "/more"})
	return n
}
