package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// write has somebody write a lot in the channel.
func (w *posts) write(t *testing.T, n int) {
	t.Helper()
	for range n {
		if _, err := w.ann.Write(w.study, "hello"); err != nil {
			t.Fatal(err)
		}
	}
}

// sent posts a question with a key.
func (w *posts) sent(t *testing.T, ch bot.ChannelID, key string) bot.MessageID {
	t.Helper()
	m := question("Question")
	m.Key = key
	id, err := w.a.Send(t.Context(), ch, m)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// finds looks within the time that the engine gives.
func (w *posts) finds(t *testing.T, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return w.a.Find(ctx, ch, key, since)
}

// TestFind finds what was posted, in a channel, in a thread and privately, among
// much else.
func TestFind(t *testing.T) {
	inSlack(t, "find", slacktest.Options{}, func(t *testing.T, w *posts) {
		since := time.Now()
		id := w.sent(t, w.place(w.study), "key1")
		w.write(t, 450) // two pages and a half
		other := w.sent(t, w.place(w.study), "key2")
		thread, _ := w.a.Thread(t.Context(), id, "")
		inside := w.sent(t, thread, "key3")
		private := w.sent(t, w.place(w.ann.Direct()), "key4")
		time.Sleep(time.Hour)
		for _, test := range []struct {
			name  string
			where bot.ChannelID
			key   string
			since time.Time
			want  []bot.MessageID
		}{
			{"behind much else", w.place(w.study), "key1", since, []bot.MessageID{id}},
			{"the newest", w.place(w.study), "key2", since, []bot.MessageID{other}},
			{"in a thread", thread, "key3", since, []bot.MessageID{inside}},
			{"privately", w.place(w.ann.Direct()), "key4", since, []bot.MessageID{private}},
			{"what was never sent", w.place(w.study), "key9", since, nil},
			{"what was sent before", w.place(w.study), "key1", time.Now(), nil},
			{"what was sent elsewhere", w.place(w.study), "key4", since, nil},
		} {
			if found, err := w.finds(t, test.where, test.key, test.since); err != nil || !slices.Equal(found, test.want) {
				t.Errorf("%s: found %v, %v, want %v", test.name, found, err, test.want)
			}
		}
	})
	inSlack(t, "a clock that is fast", slacktest.Options{}, func(t *testing.T, w *posts) {
		id := w.sent(t, w.place(w.study), "key1")
		if found, err := w.finds(t, w.place(w.study), "key1", time.Now().Add(4*time.Minute)); err != nil || !slices.Equal(found, []bot.MessageID{id}) {
			t.Errorf("found %v, %v, want %v", found, err, id)
		}
	})
	inSlack(t, "two copies", slacktest.Options{}, func(t *testing.T, w *posts) {
		since := time.Now()
		want := []bot.MessageID{w.sent(t, w.place(w.study), "key1"), w.sent(t, w.place(w.study), "key1")}
		if found, err := w.finds(t, w.place(w.study), "key1", since); err != nil || !slices.Equal(found, want) {
			t.Errorf("found %v, %v, want the older first: %v", found, err, want)
		}
	})
}

// TestFoundOnlyOwn doesn't take the message of another app, with metadata that say
// the same, for its own.
func TestFoundOnlyOwn(t *testing.T) {
	w := workspace{Team: "T1", BotUser: "U1", BotID: "B1"}
	const ours = `"metadata":{"event_type":"studyhall_post","event_payload":{"key":"key1"}}`
	for _, test := range []struct{ name, message, want string }{
		{"ours", `{"user":"U1","bot_id":"B1",` + ours + `}`, "key1"},
		{"ours, as of old", `{"subtype":"bot_message","bot_id":"B1",` + ours + `}`, "key1"},
		{"of another app", `{"user":"U2","bot_id":"B2",` + ours + `}`, ""},
		{"of nobody", `{` + ours + `}`, ""},
		{"of another kind", `{"user":"U1","metadata":{"event_type":"task","event_payload":{"key":"key1"}}}`, ""},
		{"without metadata", `{"user":"U1"}`, ""},
		{"with other metadata", `{"user":"U1","metadata":{"event_type":"studyhall_post","event_payload":{"id":7}}}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var m found
			if err := json.Unmarshal([]byte(test.message), &m); err != nil {
				t.Fatal(err)
			}
			if got := m.key(w); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := m.key(workspace{}); got != "" {
				t.Errorf("who doesn't know who they are finds %q", got)
			}
		})
	}
}

// TestFindInABusyChannel looks for a post among more than one search can look at:
// the next ones go on where it ended, and what is written meanwhile is seen, too.
func TestFindInABusyChannel(t *testing.T) {
	inSlack(t, "busy", slacktest.Options{Strict: true}, func(t *testing.T, w *posts) {
		since := time.Now()
		id := w.sent(t, w.place(w.study), "key1")
		w.write(t, 1900) // ten pages
		late, searches := bot.MessageID(""), 0
		for {
			found, err := w.finds(t, w.place(w.study), "key1", since)
			if searches++; err == nil {
				if want := []bot.MessageID{id, late}; !slices.Equal(found, want) {
					t.Errorf("found %v, want %v", found, want)
				}
				break
			}
			if late == "" {
				late = w.sent(t, w.place(w.study), "key1") // by a copy that was thought dead
			}
			if searches > 30 {
				t.Fatalf("search %d: %v", searches, err)
			}
			time.Sleep(10 * time.Second)
		}
		if asked := w.Counts().Requests[slacktest.History]; asked > 11+2*searches || searches < 2 {
			t.Errorf("%d pages were asked for in %d searches, want each of 11 once, and again only what was cut short", asked, searches)
		}
		if n := w.Counts().Limited; n > 2 {
			t.Errorf("%d refused as too many", n)
		}
	})
}

// TestFindFails under every failure, and works afterwards: that nothing was found
// would have it posted again.
func TestFindFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault slacktest.Fault
		n     int
		works bool
	}{
		{"cut once", slacktest.CutAfter(), 1, true},
		{"cut", slacktest.CutBefore(), attempts, false},
		{"broken", slacktest.StatusBefore(503), attempts, false},
		{"half an answer", slacktest.Truncated(), attempts, false},
		{"internal_error", slacktest.Refused("internal_error"), attempts, false},
		{"limited", slacktest.Limited(30 * time.Second), 1, false},
		{"limited in words", slacktest.Refused("ratelimited"), 1, true},
		{"slow", slacktest.Delay(11 * time.Second), 1, false},
		{"refused", slacktest.Refused("not_in_channel"), 1, false},
	} {
		inSlack(t, test.name, slacktest.Options{}, func(t *testing.T, w *posts) {
			since := time.Now()
			id := w.sent(t, w.place(w.study), "key1")
			w.Inject(test.n, slacktest.History, test.fault)
			found, err := w.finds(t, w.place(w.study), "key1", since)
			if works := err == nil; works != test.works || !works && len(found) > 0 || errors.Is(err, bot.ErrUnreadable) {
				t.Errorf("found %v, %v", found, err)
			}
			time.Sleep(time.Minute)
			if found, err := w.finds(t, w.place(w.study), "key1", since); err != nil || !slices.Equal(found, []bot.MessageID{id}) {
				t.Errorf("later found %v, %v, want %s", found, err, id)
			}
		})
	}
}

// TestUnreadable has the bot post where it may not read: the operator has chosen
// what becomes of a post of unknown outcome.
func TestUnreadable(t *testing.T) {
	inSlack(t, "without history", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.sent(t, w.place(w.study), "key1")
		w.team.Grant("chat:write", "channels:read")
		if found, err := w.finds(t, w.place(w.study), "key1", time.Now()); !errors.Is(err, bot.ErrUnreadable) || len(found) > 0 {
			t.Errorf("at most once: found %v, %v", found, err)
		}
		w.a = w.another(t, true)
		if found, err := w.finds(t, w.place(w.study), "key1", time.Now()); err != nil || len(found) > 0 {
			t.Errorf("at least once: found %v, %v", found, err)
		}
	})
}

// TestTold has Slack tell of the bot's own posts where it lets history be read
// once a minute: they are found at once.
func TestTold(t *testing.T) {
	inSlack(t, "commercial", slacktest.Options{Commercial: true}, func(t *testing.T, w *posts) {
		since := time.Now()
		id := w.sent(t, w.place(w.study), "key1")
		if found, err := w.finds(t, w.place(w.study), "key1", since); err != nil || !slices.Equal(found, []bot.MessageID{id}) {
			t.Fatalf("the first look: %v, %v", found, err)
		}
		second := w.sent(t, w.place(w.study), "key2")
		if found, err := w.finds(t, w.place(w.study), "key2", since); err == nil {
			t.Errorf("a second look in the same minute found %v", found)
		}
		_, ts, _ := parseMessage(second)
		for range 2 { // events come twice
			w.a.posted(w.team.ID, w.study.ID, ts, "key2")
		}
		w.a.posted(w.team.ID, w.study.ID, ts, "")
		w.a.posted(w.team.ID, w.study.ID, "x", "key2")
		if found, err := w.finds(t, w.place(w.study), "key2", since); err != nil || !slices.Equal(found, []bot.MessageID{second}) {
			t.Errorf("what Slack told of: %v, %v", found, err)
		}
		if found, err := w.finds(t, w.place(w.study), "key3", since); err == nil {
			t.Errorf("what nobody told of: %v", found)
		}
		if n := w.Counts().Limited; n > 1 {
			t.Errorf("%d refused as too many", n)
		}
		w.team.Grant("chat:write")
		if found, err := w.finds(t, w.place(w.study), "key2", since); err != nil || !slices.Equal(found, []bot.MessageID{second}) {
			t.Errorf("without the scope, what Slack told of: %v, %v", found, err)
		}
	})
	inSlack(t, "in the end history says", slacktest.Options{Commercial: true}, func(t *testing.T, w *posts) {
		since := time.Now()
		id := w.sent(t, w.place(w.study), "key1")
		w.write(t, 20) // a page has 15
		began := time.Now()
		for {
			found, err := w.finds(t, w.place(w.study), "key1", since)
			if err == nil {
				if !slices.Equal(found, []bot.MessageID{id}) {
					t.Errorf("found %v", found)
				}
				break
			}
			if time.Since(began) > 10*time.Minute {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second)
		}
	})
}

// TestFindPages has Slack answer oddly about pages.
func TestFindPages(t *testing.T) {
	page := func(more bool, cursor string) heardIn {
		return heardIn{status: http.StatusOK, body: fmt.Sprintf(`{"ok":true,"has_more":%t,"messages":[],"response_metadata":{"next_cursor":%q}}`, more, cursor)}
	}
	for _, test := range []struct {
		name    string
		answers []heardIn
		asked   int
		says    string // in the error
	}{
		{"no more", []heardIn{page(false, "")}, 1, ""},
		{"more without a cursor", []heardIn{page(true, "")}, 1, ""},
		{"a cursor without more", []heardIn{page(false, "x")}, 1, ""},
		{"pages without end", []heardIn{page(true, "x")}, 40, "limited"},
		{"a cursor that isn't known any more", []heardIn{page(true, "x"), {status: 200, body: `{"ok":false,"error":"invalid_cursor"}`}}, 2, "invalid_cursor"},
	} {
		inSlack(t, test.name, slacktest.Options{}, func(t *testing.T, w *posts) {
			answers := &answering{all: test.answers}
			w.a.rest.http.Transport = answers
			found, err := w.finds(t, w.place(w.study), "key1", time.Now())
			var cause string
			if fault, ok := errors.AsType[*bot.DeliveryError](err); ok {
				cause = fault.Err.Error()
			}
			if !strings.Contains(cause, test.says) || (err == nil) != (test.says == "") || len(found) > 0 || len(answers.seen) < test.asked || len(answers.seen) > test.asked+6 {
				t.Errorf("found %v, %v after %d", found, err, len(answers.seen))
			}
			if test.says == "invalid_cursor" {
				answers.all = []heardIn{page(false, "")}
				if _, err := w.finds(t, w.place(w.study), "key1", time.Now()); err != nil {
					t.Errorf("from the beginning: %v", err)
				}
			}
		})
	}
}
