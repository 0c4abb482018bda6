package slack_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite"

	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// mail is the engine with its database, delivering through the adapter to a Slack
// in memory.
type mail struct {
	t     *testing.T
	slack *slacktest.Server
	team  *slacktest.Workspace
	db    *sql.DB
	bot   *bot.Bot
	store *store.Store
	mu    sync.Mutex
	texts map[string]bot.Text
}

// delivering runs a test of the engine in a bubble.
func delivering(t *testing.T, name string, o slacktest.Options, again bool, test func(w *mail)) {
	t.Run(name, func(t *testing.T) {
		url := storetest.URL(t, storetest.SQLite)
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)))
			w := &mail{t: t, slack: slacktest.New(t, o), bot: bot.New(slog.New(slog.DiscardHandler)), texts: map[string]bot.Text{}}
			w.team = w.slack.Workspace("Biomed")
			w.store = storetest.OpenURL(t, url, store.Options{})
			var err error
			if w.db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate&_pragma=busy_timeout(10000)"); err != nil {
				t.Fatal(err)
			}
			w.db.SetMaxOpenConns(1)
			t.Cleanup(func() { w.db.Close() })
			w.exec(`INSERT INTO groups (id, name, zone, state, stays_open, created_at) VALUES ('g', 'G', 'UTC', 'running', 'next', 1)`)
			w.run(again)
			test(w)
		})
	})
}

// run starts the adapter and the engine.
func (w *mail) run(again bool) {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	a, err := slack.New(log, slack.Config{
		BotToken: w.team.Token(), AppToken: w.slack.AppToken(), API: w.slack.URL(), Shelf: w.store, Dial: w.slack.Dial, Again: again,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.bot.Add(a)
	e := schedule.NewEngine(schedule.Config{
		Log: log, Store: w.store, Platform: w.bot, Adapters: []string{a.Name()}, Now: time.Now, Real: time.Now, Timing: schedule.DefaultTiming(),
	})
	e.Register(schedule.Kind{Name: "note", Render: w.render})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := a.Run(ctx, w.bot); err != nil {
			w.t.Error(err)
		}
	})
	if err := a.WaitReady(ctx); err != nil {
		w.t.Fatal(err)
	}
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(func() { cancel(); running.Wait() })
}

func (w *mail) render(_ context.Context, d schedule.Delivery) (bot.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	title := cmp.Or(w.texts[d.Ref], bot.Text(d.Ref))
	return bot.Message{Text: title, Card: &bot.Card{Title: title, Controls: []bot.Row{{bot.Button{Label: "A", Action: "answer/r/a"}}}}}, nil
}

func (w *mail) exec(text string, args ...any) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), text, args...); err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
}

// owe owes a post to a place.
func (w *mail) owe(key, place string) {
	w.t.Helper()
	w.exec(`INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, person, rank, at, until)
		VALUES ($1, 'note', $1, 'g', 'slack', $2, FALSE, 0, $3, 0)`, key, place, time.Now().UnixMilli())
}

// change has the posts of a key show something else.
func (w *mail) change(key string, words bot.Text) {
	w.t.Helper()
	w.mu.Lock()
	w.texts[key] = words
	w.mu.Unlock()
	w.exec(`UPDATE deliveries SET wanted = wanted + 1, edit_at = $2 WHERE ref = $1`, key, time.Now().UnixMilli())
}

// state is a delivery's.
func (w *mail) state(key string) (state string) {
	w.t.Helper()
	if err := w.db.QueryRowContext(w.t.Context(), `SELECT state FROM deliveries WHERE id = $1`, key).Scan(&state); err != nil {
		w.t.Fatal(err)
	}
	return state
}

// settle waits until all is posted and shows what it should, as far as is known, and
// half an hour at most.
func (w *mail) settle() {
	w.t.Helper()
	for range 120 {
		time.Sleep(15 * time.Second)
		var left int
		if err := w.db.QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM deliveries WHERE state <> 'sent' OR shown < wanted`).Scan(&left); err != nil {
			w.t.Fatal(err)
		}
		if left == 0 {
			return
		}
	}
}

// TestNothingLostOrDoubled owes posts in channels and in a thread while Slack fails
// in one way after the other: at rest each is there once and shows what it should.
func TestNothingLostOrDoubled(t *testing.T) {
	post, edit, look := slacktest.PostMessage, slacktest.UpdateMessage, slacktest.History
	for _, test := range []struct {
		name    string
		options slacktest.Options
		fail    func(s *slacktest.Server)
	}{
		{"never", slacktest.Options{}, func(*slacktest.Server) {}},
		{"cut before", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.CutBefore())
			s.Inject(2, edit, slacktest.CutBefore())
		}},
		{"cut after", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.CutAfter())
			s.Inject(2, edit, slacktest.CutAfter())
		}},
		{"broken before", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.StatusBefore(502))
			s.Inject(2, edit, slacktest.StatusBefore(502))
		}},
		{"broken after", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.StatusAfter(503))
			s.Inject(2, edit, slacktest.StatusAfter(500))
		}},
		{"internal_error, and done", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.RefusedAfter("internal_error"))
			s.Inject(2, edit, slacktest.RefusedAfter("fatal_error"))
		}},
		{"internal_error, and not done", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.Refused("internal_error"))
			s.Inject(2, edit, slacktest.Refused("service_unavailable"))
		}},
		{"half an answer", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.Truncated())
			s.Inject(2, edit, slacktest.Truncated())
		}},
		{"past the deadline", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(2, post, slacktest.DelayAfter(12*time.Second))
			s.Inject(1, edit, slacktest.DelayAfter(12*time.Second))
		}},
		{"past the lease", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(2, post, slacktest.DelayAfter(90*time.Second))
			s.Inject(1, edit, slacktest.DelayAfter(90*time.Second))
		}},
		{"limited", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.Limited(30*time.Second))
			s.Inject(2, edit, slacktest.Limited(time.Second))
		}},
		{"limited, nobody says for how long", slacktest.Options{NoRetryAfter: true}, func(s *slacktest.Server) { s.Inject(3, post, slacktest.Limited(30*time.Second)) }},
		{"without bursts", slacktest.Options{Strict: true}, func(*slacktest.Server) {}},
		{"cut after, and history fails, too", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.CutAfter())
			s.Inject(9, look, slacktest.StatusBefore(500))
		}},
		{"cut after, and history is limited", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(3, post, slacktest.CutAfter())
			s.Inject(2, look, slacktest.Limited(time.Minute))
		}},
		{"cut after, and history is read once a minute", slacktest.Options{Commercial: true}, func(s *slacktest.Server) {
			s.Inject(2, post, slacktest.CutAfter())
			s.Inject(1, post, slacktest.CutBefore())
		}},
		{"messages of bots as of old", slacktest.Options{BotMessage: true}, func(s *slacktest.Server) { s.Inject(3, post, slacktest.CutAfter()) }},
		{"edits keep blocks, and posts with one client_msg_id are one", slacktest.Options{UpdateKeeps: true, Deduplicate: true}, func(s *slacktest.Server) { s.Inject(3, post, slacktest.CutAfter()) }},
		{"one after the other", slacktest.Options{}, func(s *slacktest.Server) {
			s.Inject(2, post, slacktest.CutAfter())
			s.Inject(2, post, slacktest.StatusBefore(500))
			s.Inject(1, post, slacktest.Limited(5*time.Second))
			s.Inject(1, post, slacktest.Truncated())
			s.Inject(-1, slacktest.Any, slacktest.UnknownFields())
		}},
	} {
		delivering(t, test.name, test.options, false, func(w *mail) {
			var keys []string
			where := map[string]*slacktest.Channel{}
			for n := range 3 {
				c := w.team.Channel(fmt.Sprint("study", n))
				c.Invite()
				ann := w.team.Person("ann")
				c.Join(ann)
				first, err := ann.Write(c, "let's talk")
				if err != nil {
					t.Fatal(err)
				}
				test.fail(w.slack)
				place := "slack:" + w.team.ID + "/" + c.ID
				for what, at := range map[string]string{"a": place, "b": place, "t": place + "~" + first.TS} {
					key := fmt.Sprint(what, n)
					keys, where[key] = append(keys, key), c
					w.owe(key, at)
				}
			}
			w.settle()
			for _, key := range keys {
				w.change(key, bot.Text(key+" is closed"))
			}
			w.settle()
			time.Sleep(2 * time.Minute) // in which a lease ends and looks are repeated
			for _, key := range keys {
				if got := w.state(key); got != "sent" {
					w.t.Errorf("%s is %s", key, got)
				}
				shown := 0
				for _, m := range where[key].Messages() {
					if strings.HasPrefix(m.Words(), key+" is closed") {
						shown++
					}
				}
				if shown != 1 {
					w.t.Errorf("%s is shown %d times", key, shown)
				}
			}
			for n := range 3 {
				if got := len(where[fmt.Sprint("a", n)].Messages()); got != 4 {
					w.t.Errorf("channel %d has %d messages, want 4", n, got)
				}
			}
		})
	}
}

// TestWithoutHistory has a post end in doubt where the bot may not look: once means
// that a person decides, again that it is there at least once.
func TestWithoutHistory(t *testing.T) {
	for _, test := range []struct {
		name  string
		again bool
		fault slacktest.Fault
		state string
		shown int
	}{
		{"at most once, and it had arrived", false, slacktest.CutAfter(), "parked", 1},
		{"at most once, and it had not", false, slacktest.CutBefore(), "parked", 0},
		{"at least once, and it had arrived", true, slacktest.CutAfter(), "sent", 2},
		{"at least once, and it had not", true, slacktest.CutBefore(), "sent", 1},
	} {
		delivering(t, test.name, slacktest.Options{}, test.again, func(w *mail) {
			study := w.team.Channel("study")
			study.Invite()
			w.team.Grant("chat:write", "channels:read")
			w.slack.Inject(1, slacktest.PostMessage, test.fault)
			w.owe("k", "slack:"+w.team.ID+"/"+study.ID)
			time.Sleep(3 * time.Minute)
			if got, shown := w.state("k"), len(study.Messages()); got != test.state || shown != test.shown {
				w.t.Errorf("it is %s and there %d times, want %s and %d", got, shown, test.state, test.shown)
			}
			if !test.again { // somebody has looked, and presses Try now
				w.exec(`UPDATE deliveries SET state = 'waiting', run_at = 0 WHERE id = 'k'`)
				time.Sleep(time.Minute)
				if got, shown := w.state("k"), len(study.Messages()); got != "sent" || shown != test.shown+1 {
					w.t.Errorf("then it is %s and there %d times", got, shown)
				}
			}
		})
	}
}

// TestParked has channels refuse a post: the sentence that mends it is kept, nobody
// else waits, and once it is mended and tried again, it is there.
func TestParked(t *testing.T) {
	for _, test := range []struct {
		name  string
		harm  func(c *slacktest.Channel)
		mend  func(c *slacktest.Channel)
		fixes string
	}{
		{"thrown out", func(c *slacktest.Channel) { c.Remove(nil) }, func(c *slacktest.Channel) { c.Invite() }, "open #study and type /invite @Studyhall"},
		{"archived", func(c *slacktest.Channel) { c.Archive(true) }, func(c *slacktest.Channel) { c.Archive(false) }, "unarchive #study, or open /studyhall group and choose another channel"},
		{"not everybody may post", func(c *slacktest.Channel) { c.Restrict("restricted_action") }, func(c *slacktest.Channel) { c.Restrict("") }, "open #study's settings, then Posting permissions, and let Studyhall post"},
	} {
		delivering(t, test.name, slacktest.Options{}, false, func(w *mail) {
			study, other := w.team.Channel("study"), w.team.Channel("other")
			study.Invite()
			other.Invite()
			test.harm(study)
			w.owe("k", "slack:"+w.team.ID+"/"+study.ID)
			w.owe("o", "slack:"+w.team.ID+"/"+other.ID)
			time.Sleep(time.Minute)
			var fix string
			if err := w.db.QueryRowContext(w.t.Context(), `SELECT fix FROM deliveries WHERE id = 'k'`).Scan(&fix); err != nil || fix != test.fixes || w.state("k") != "parked" || w.state("o") != "sent" {
				w.t.Errorf("it is %s, and the other one %s; fix %q, %v", w.state("k"), w.state("o"), fix, err)
			}
			test.mend(study)
			w.exec(`UPDATE deliveries SET state = 'waiting', run_at = 0 WHERE id = 'k'`)
			time.Sleep(time.Minute)
			if n := len(study.Messages()); n != 1 || w.state("k") != "sent" {
				w.t.Errorf("mended, it is %s and there %d times", w.state("k"), n)
			}
		})
	}
}
