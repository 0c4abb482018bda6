package browser

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
)

// world is a chat with a small bot in it, without any socket.
type world struct {
	t       *testing.T
	path    string
	adapter *Adapter
	bot     *bot.Bot
	handler http.Handler
	clock   *testClock
	token   string
}

// testClock plays due instants by a function.
type testClock struct {
	mu  sync.Mutex
	now time.Time
	due []time.Time
	run func(ctx context.Context, at time.Time)
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Next(context.Context) (time.Time, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 {
		return time.Time{}, false, nil
	}
	return c.due[0], true, nil
}

func (c *testClock) Advance(ctx context.Context, to time.Time) error {
	for {
		c.mu.Lock()
		if len(c.due) == 0 || c.due[0].After(to) || ctx.Err() != nil {
			if ctx.Err() == nil && to.After(c.now) {
				c.now = to
			}
			c.mu.Unlock()
			return ctx.Err()
		}
		at := c.due[0]
		c.now, c.due = at, c.due[1:]
		c.mu.Unlock()
		c.run(ctx, at)
	}
}

// monday is when the tests' clock starts: 4:38 AM in Chicago.
func monday() time.Time { return time.Date(2026, 11, 23, 10, 38, 0, 0, time.UTC) }

func newWorld(t *testing.T, token string) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "chat?#%.db"), token: token, clock: &testClock{now: monday()}}
	w.clock.due = []time.Time{monday().Add(142 * time.Minute), monday().Add(26 * time.Hour)}
	w.clock.run = func(ctx context.Context, at time.Time) { w.ask(ctx, "34", at) }
	w.open()
	return w
}

// open starts the chat on its file, as a restart does.
func (w *world) open() {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	a, err := New(log, Config{
		Path: w.path, Clock: w.clock, Token: w.token, Channels: []string{"cbet-study", "#lunch"},
		People: []Person{{ID: "maria", Name: "Maria G.", Zone: "America/Chicago", Administrator: true},
			{ID: "dana", Name: "Dana R.", Zone: "America/Denver"}, {ID: "lee", Name: `Lee <b>"T."</b>`, Zone: "Europe/Berlin"}},
		Renderers: []Renderer{jsonRenderer("Slack"), jsonRenderer("Discord")},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { a.Close() })
	w.adapter, w.bot = a, testBot(log)
	w.bot.Add(a)
	w.handler = a.Routes(w.bot)
}

func jsonRenderer(name string) Renderer {
	return Renderer{Name: name,
		Message: func(m bot.Message) ([]byte, error) {
			return json.Marshal(map[string]any{"platform": name, "text": plain(m)})
		},
		Form: func(f bot.Form) ([]byte, error) { return json.Marshal(map[string]any{"title": f.Title}) },
	}
}

// ask posts a question to the main channel.
func (w *world) ask(ctx context.Context, key string, closes time.Time) bot.MessageID {
	id, err := w.bot.Send(ctx, channelID("cbet-study"), question(key, closes))
	if err != nil {
		w.t.Errorf("ask: %v", err)
	}
	return id
}

func question(key string, closes time.Time) bot.Message {
	letter := func(l, words string) bot.Button {
		return bot.Button{Label: l, Accessible: l + ": " + words, Action: "answer/" + key + "/" + strings.ToLower(l)}
	}
	return bot.Message{Key: key, Text: "CBET question 34: A patient monitor with a power cord is tested. …",
		Card: &bot.Card{Title: "CBET question 34 · Public safety",
			Body:   "A patient monitor with a power cord is tested with its ground wire intact. What is the highest touch current that NFPA 99 (2012) allows?\n\nA. 10 µA\nB. 100 µA\nC. 300 µA\nD. 500 µA",
			Footer: bot.Textf("Open until %s · 5 answered · only you see how you did\nMay window opens in 22 weeks.", bot.When(closes)),
			Controls: []bot.Row{{letter("A", "10 microamps"), letter("B", "100 microamps"), letter("C", "300 microamps"), letter("D", "500 microamps")},
				{bot.Button{Label: "Catch up", Action: "catch/1"}, bot.Button{Label: "Close it", Action: "close", Style: bot.Danger}}}}}
}

// testBot answers in every way that a response can.
func testBot(log *slog.Logger) *bot.Bot {
	b := bot.New(log)
	card := func(title, body bot.Text, rows ...bot.Row) *bot.Message {
		return &bot.Message{Card: &bot.Card{Title: title, Body: body, Controls: rows}}
	}
	b.Command(bot.Command{Name: "study", Help: "Your study page: today, progress, settings", Private: true},
		func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Whisper(bot.Message{Card: &bot.Card{Title: "Your study page",
				Body:     bot.Textf("Studying for CBET, %s\n1 question open · 2 to catch up", bot.Mention(i.User, i.Name)),
				Facts:    []bot.Fact{{Label: "This week", Value: "9 points"}, {Label: "In a row", Value: "12"}},
				Table:    &bot.Table{Header: []bot.Text{"Area", "Right"}, Rows: [][]bot.Text{{"Public safety", "3 of 4"}, {"Healthcare IT", "1 of 3"}}},
				Controls: []bot.Row{{bot.Button{Label: "Answer 3", Action: "catch/3", Style: bot.Primary}, bot.Link{Label: "Outline", URL: "https://example.org/outline"}}}}}), nil
		})
	b.Command(bot.Command{Name: "quiz", Help: "Five questions now, only for you", Private: true, Fields: []bot.Field{
		{Name: "what", Label: "What", Kind: bot.OneOf, Help: "practice, review or a mock exam", Options: []bot.Option{{Label: "practice", Value: "practice"}, {Label: "review", Value: "review"}, {Label: "mock exam", Value: "mock exam"}}},
		{Name: "topic", Label: "Topic", Kind: bot.Line, Help: "an area of the outline", Suggest: "topics"}}},
		func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Whisper(*card("A quiz", bot.Textf("What: %s. Topic: %s.", i.Values.Get("what"), i.Values.Get("topic")))), nil
		})
	b.Command(bot.Command{Name: "group", Help: "Set up the study group, or see who organises it"},
		func(context.Context, bot.Interaction) (bot.Response, error) {
			f := setUpForm()
			return bot.Response{Form: &f}, nil
		})
	b.Command(bot.Command{Name: "hello", Help: "Greet the channel"}, func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Response{Reply: card("", bot.Textf("%s says hello.", i.Name))}, nil
	})
	b.Command(bot.Command{Name: "Suggest as question", Help: "Suggest it", Message: true},
		func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Whisper(*card("Suggested", bot.Textf("You suggested: %s", i.Target.Text))), nil
		})
	b.Action("answer/{round}/{choice}", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		m := card(bot.Textf("Right. %s, 100 µA. +3", strings.ToUpper(i.Arg("choice"))),
			"With the ground wire intact the limit is 100 µA. 500 µA belongs to the open-ground test.\nSource: NFPA 99-2012, chapter 10",
			bot.Row{bot.Button{Label: "Practise 5 more", Action: "catch/5"}, bot.Button{Label: "Report", Action: "close"}})
		m.Card.Tone, m.Card.Footer = bot.Good, "This week 9 points · 12 in a row"
		return bot.Whisper(*m), nil
	})
	b.Action("catch/{n}", func(context.Context, bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card("Catch up: question 31", "Which device isolates the patient?", bot.Row{bot.Menu{Placeholder: "Choose your answer", Action: "pick",
			Options: []bot.Option{{Label: "A. Isolation transformer", Value: "a"}, {Label: "B. Fuse", Value: "b"}}}})), nil
	})
	b.Action("pick/{choice}", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Response{Edit: card("The answer is A", bot.Textf("You chose %s.", strings.ToUpper(i.Arg("choice"))), bot.Row{bot.Button{Label: "Next", Action: "catch/4"}})}, nil
	})
	b.Action("close", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Response{Edit: card("CBET question 34 · closed", "The answer is B, 100 µA.")}, nil
	})
	b.Action("organise", func(context.Context, bot.Interaction) (bot.Response, error) {
		f := setUpForm()
		return bot.Response{Form: &f}, nil
	})
	b.Action("set-up", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		if i.Values.Get("zone") == "chicgo" {
			return bot.Response{Invalid: map[string]string{"zone": "I don't know “chicgo”. Did you mean Chicago?"}}, nil
		}
		return bot.Whisper(*card("Ready", bot.Textf("%s, %s, %s, %s, from %s", i.Values.Get("cert"), i.Values.Get("time"), i.Values.Get("zone"), i.Values.Get("open"), i.Message))), nil
	})
	b.Action("file", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card("File", bot.Textf("%s: %s", i.Files[0].Name, i.Files[0].Data))), nil
	})
	suggesters(b)
	return b
}

// suggesters completes, and answers words that name no command.
func suggesters(b *bot.Bot) {
	card := func(body bot.Text) *bot.Message { return &bot.Message{Card: &bot.Card{Body: body}} }
	b.Suggest("topics", func(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
		return matching(typed, "Public safety", "Electronics", "Healthcare IT"), nil
	})
	b.Suggest("zones", func(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
		if !strings.HasPrefix("chicago", strings.ToLower(typed)) {
			return nil, nil
		}
		return []bot.Option{{Label: "Chicago time, now 4:38 AM", Value: "America/Chicago"}}, nil
	})
	b.OnUnknown(func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		return bot.Whisper(*card(bot.Textf("You said: %s", i.Line))), nil
	})
}

func matching(typed string, all ...string) []bot.Option {
	var out []bot.Option
	for _, s := range all {
		if strings.HasPrefix(strings.ToLower(s), strings.ToLower(typed)) {
			out = append(out, bot.Option{Label: s, Value: s})
		}
	}
	return out
}

func setUpForm() bot.Form {
	return bot.Form{Title: "Set up your group", Submit: "Preview", Action: "set-up", Intro: "Everything can be changed later.", Fields: []bot.Field{
		{Name: "cert", Label: "Studying for", Kind: bot.OneOf, Required: true, Initial: []string{"cbet"}, Options: []bot.Option{{Label: "CBET", Value: "cbet"}, {Label: "CRES", Value: "cres"}}},
		{Name: "window", Label: "Exam window", Kind: bot.Line, Help: "Or leave it empty if there is none yet.", Initial: []string{"May 2027"}},
		{Name: "time", Label: "Question time", Kind: bot.Time, Required: true, Initial: []string{"07:00"}},
		{Name: "zone", Label: "Time zone", Kind: bot.Zone, Required: true, Suggest: "zones", Help: "A city is enough.", Placeholder: "Chicago"},
		{Name: "open", Label: "A question stays open", Kind: bot.OneOf, Required: true, Initial: []string{"next"}, Options: []bot.Option{{Label: "until the next one", Value: "next"}, {Label: "three days (rotating shifts)", Value: "three"}}},
	}}
}

// request sends one, with the cookie if there is a token.
func (w *world) request(r *http.Request) *httptest.ResponseRecorder {
	if w.token != "" {
		r.AddCookie(&http.Cookie{Name: w.adapter.cookieName(), Value: w.adapter.cookieValue()})
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

func (w *world) get(target string) *httptest.ResponseRecorder {
	return w.request(httptest.NewRequest("GET", "http://127.0.0.1:8080"+target, nil))
}

func (w *world) page(query string) string {
	w.t.Helper()
	rec := w.get("/?" + query)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("page %s: status %d: %s", query, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// post sends a form and returns the status and what is answered.
func (w *world) post(what string, values ...string) (int, resultView) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	r := httptest.NewRequest("POST", "http://127.0.0.1:8080/api/"+what, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := w.request(r)
	var v resultView
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		w.t.Fatalf("%s answered %d %q: %v", what, rec.Code, rec.Body, err)
	}
	return rec.Code, v
}

// must is post that has to succeed.
func (w *world) must(what string, values ...string) resultView {
	w.t.Helper()
	code, v := w.post(what, values...)
	if code != http.StatusOK {
		w.t.Fatalf("%s %v: status %d", what, values, code)
	}
	return v
}

func (w *world) state(people ...string) stateView {
	w.t.Helper()
	query := url.Values{"as": people}
	rec := w.get("/api/state?" + query.Encode())
	var v stateView
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		w.t.Fatalf("state answered %d %q: %v", rec.Code, rec.Body, err)
	}
	return v
}
