package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"testing"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/store/storetest"
)

// lines are those of a message, each with its attributes; of none, all.
func (l *logbook) lines(t *testing.T, message string) (found []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.book.Bytes()) {
		var attrs map[string]any
		if err := json.Unmarshal(line, &attrs); err != nil {
			t.Fatal(err)
		}
		if message == "" || attrs["msg"] == message {
			found = append(found, attrs)
		}
	}
	return found
}

// TestOneCodeFromPressToPost greps the code of a press and finds what came of it:
// a welcome, a question that was posted, one that was refused, and a card's count.
func TestOneCodeFromPressToPost(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		book := &logbook{}
		w, d := tracedWorld(t, url, book)
		// after is whether what a person's last press led to has its code in the log.
		codes := map[string]bool{}
		after := func(what, message string) {
			t.Helper()
			presses := book.lines(t, "interaction handled")
			code, _ := presses[len(presses)-1]["trace"].(string)
			if len(code) != 6 || codes[code] {
				t.Errorf("%s has the code %q", what, code)
			}
			codes[code] = true
			for _, line := range book.lines(t, message) {
				if line["trace"] == code {
					return
				}
			}
			t.Errorf("%s: no line says %q with the code %s: %v", what, message, code, book.lines(t, message))
		}

		w.sees(t, "maria", bottest.Main, "/group", "press Set up")
		if err := d.Submit(t.Context(), "maria", map[string]string{"question time": "07:00"}); err != nil {
			t.Fatal(err)
		}
		w.sees(t, "maria", bottest.Main, "press Start")
		after("the start of a group", "posted")
		start := book.lines(t, "posted")[0]["trace"].(string)
		w.sees(t, "maria", bottest.Main, "/group post now", "press Post it")
		after("a question by hand", "posted")
		w.sees(t, "dana", bottest.Main, "press B")
		after("an answer", "edited")

		w.fake.Next(bottest.Fault{Before: &bot.DeliveryError{Kind: bot.Refused, Cause: "It may not.", Fix: "let it"}})
		w.sees(t, "maria", bottest.Main, "/group post now", "press Post it")
		after("a question that was refused", "refused")

		// What nobody pressed for has a code of its own, another one each day;
		// only the first question is still what the start led to.
		delete(codes, start)
		before := len(book.lines(t, "posted"))
		days := 0
		for range 12 {
			next, ok := w.Next(t.Context())
			if !ok {
				t.Fatal("nothing is due")
			}
			if err := w.Advance(t.Context(), next); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range book.lines(t, "posted")[before:] {
			if line["kind"] != "question" {
				continue
			}
			code, _ := line["trace"].(string)
			if code == "" || codes[code] {
				t.Errorf("a question without a code of its own: %v", line)
			}
			codes[code], days = true, days+1
		}
		if days < 2 {
			t.Errorf("%d questions were posted by themselves", days)
		}
	})
}

// tracedWorld is a world whose log is that of the program, with an organiser and a
// member.
func tracedWorld(t *testing.T, url string, book *logbook) (*world, bottest.Driver) {
	t.Helper()
	log := slog.New(bot.Traced(slog.NewJSONHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})))
	w := stoppedWorld(t, os.DirFS("testdata/banks"), log)
	w.database = url
	w.fake = bottest.NewFake(w.Now)
	w.people = bottest.NewTogether(w.fake, w.harbor)
	w.begin()
	d := w.Driver()
	d.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago", Administrator: true})
	d.Person("dana", bot.Profile{Name: "Dana R.", Zone: "America/Chicago"})
	return w, d
}
