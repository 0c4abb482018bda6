package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

func TestSay(t *testing.T) {
	tests := []struct {
		name, channel, text string
		whisper             string // what the person alone is answered
		reply               string // what the channel is answered
		form                string
		chat                bool // the line itself is seen by others
	}{
		{"a command", "c/cbet-study", "/study", "Your study page\nStudying for CBET, Maria G.", "", "", false},
		{"a command with options", "c/cbet-study", `/quiz what:review topic:"Public safety"`, "A quiz\nWhat: review. Topic: Public safety.", "", "", false},
		{"a public command", "c/cbet-study", "/hello", "", "Maria G. says hello.", "", false},
		{"a command that opens a form", "c/cbet-study", "/group", "", "", "Set up your group", false},
		{"a misspelt command", "c/cbet-study", "/studdy", `I don't know "studdy". Did you mean "/study"?`, "", "", false},
		{"chat", "c/cbet-study", "good morning", "", "", "", true},
		{"a mention", "c/cbet-study", "@Studyhall what now", "You said: what now", "", "", true},
		{"a mention of a command", "c/cbet-study", "@studyhall, quiz review", "A quiz\nWhat: review.", "", "", true},
		{"a longer name", "c/cbet-study", "@Studyhaller hi", "", "", "", true},
		{"words in private", "d/maria", "what now", "You said: what now", "", "", false},
		{"a command in private", "d/maria", "/quiz", "A quiz", "", "", false},
		{"nothing", "c/cbet-study", "  \n ", "", "", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "")
			v := w.must("say", "as", "maria", "channel", test.channel, "text", test.text)
			var whisper, reply, form string
			switch {
			case v.Reply != nil && v.Reply.Private:
				whisper = v.Reply.Plain
			case v.Reply != nil:
				reply = v.Reply.Plain
			}
			if v.Form != nil {
				form = v.Form.Title
			}
			if !strings.HasPrefix(whisper, test.whisper) || (whisper == "") != (test.whisper == "") || reply != test.reply || form != test.form {
				t.Errorf("whisper %q, reply %q, form %q", whisper, reply, form)
			}
			seen := false
			for _, m := range w.state("dana").Channels[0].Messages {
				seen = seen || (m.Plain == test.text && m.Author == userID("maria"))
			}
			if seen != test.chat {
				t.Errorf("others see the line: %t, want %t", seen, test.chat)
			}
		})
	}
}

// TestWhispersArePrivate looks for one person's whisper, echo and private
// conversation in everything that another person can get.
func TestWhispersArePrivate(t *testing.T) {
	w := newWorld(t, "")
	id := w.ask(t.Context(), "33", monday())
	whisper := w.must("press", "as", "maria", "message", string(id), "action", "answer/33/b").Reply.ID
	w.must("say", "as", "maria", "channel", "c/cbet-study", "text", "/quiz topic:zebra")
	w.must("say", "as", "maria", "channel", "d/maria", "text", "zebra crossing")
	secrets := []string{"Right. B", "zebra"}
	mine := w.page("as=maria&in=c/cbet-study")
	for _, s := range append(secrets, "Only you can see this") {
		if !strings.Contains(mine, s) {
			t.Errorf("Maria's own page lacks %q", s)
		}
	}
	others := map[string]string{
		"page":                       w.page("as=dana&in=c/cbet-study"),
		"page of her conversation":   w.page("as=dana&in=d/maria"),
		"state":                      w.get("/api/state?as=dana").Body.String(),
		"state of nobody":            w.get("/api/state").Body.String(),
		"payload":                    w.get("/api/payload?as=dana&message=" + string(whisper)).Body.String(),
		"events":                     w.events("as=dana&in=c/cbet-study&since="+w.adapter.mark(0), 1),
		"events of her conversation": w.events("as=dana&in=d/maria&since="+w.adapter.mark(0), 1),
	}
	for what, got := range others {
		for _, s := range secrets {
			if strings.Contains(got, s) {
				t.Errorf("Dana's %s contains %q", what, s)
			}
		}
	}
	if code, _ := w.post("press", "as", "dana", "message", string(whisper), "action", "catch/5"); code != http.StatusUnprocessableEntity {
		t.Errorf("Dana presses on Maria's whisper: status %d", code)
	}
	if code, _ := w.post("say", "as", "dana", "channel", "d/maria", "text", "hello"); code != http.StatusUnprocessableEntity {
		t.Errorf("Dana writes in Maria's conversation: status %d", code)
	}
	if code, _ := w.post("submit", "as", "dana", "message", string(whisper), "action", "set-up"); code != http.StatusUnprocessableEntity {
		t.Errorf("Dana sends a form of Maria's whisper: status %d", code)
	}
}

func TestUnread(t *testing.T) {
	w := newWorld(t, "")
	w.must("say", "as", "dana", "channel", "c/lunch", "text", "Noodles?")
	w.must("say", "as", "dana", "channel", "c/lunch", "text", "/study")
	unread := func(person string) map[bot.ChannelID]int {
		got, err := w.adapter.store.unread(t.Context(), userID(person))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := unread("maria")[channelID("lunch")]; got != 1 {
		t.Errorf("Maria has %d unread, want the one line that she can see", got)
	}
	if got := unread("dana")[channelID("lunch")]; got != 1 {
		t.Errorf("Dana has %d unread, want the bot's whisper and nothing of her own", got)
	}
	w.page("as=maria&in=c/lunch")
	if got := unread("maria"); len(got) != 0 {
		t.Errorf("after looking, Maria has unread %v", got)
	}
	w.must("say", "as", "dana", "channel", "c/lunch", "text", "Or soup?")
	w.must("seen", "as", "maria", "channel", "c/lunch", "message", "browser:m/99")
	if got := unread("maria"); len(got) != 0 {
		t.Errorf("after reading live, Maria has unread %v", got)
	}
}

func TestForm(t *testing.T) {
	w := newWorld(t, "")
	v := w.must("say", "as", "maria", "channel", "c/cbet-study", "text", "/group")
	for _, want := range []string{`type="time" id="field-2" name="v.time" value="07:00"`, `value="cbet" checked`, `role="combobox"`, `data-suggest="zones"`,
		`aria-describedby="field-3-help field-3-fault"`, `id="field-3-fault"`, "Everything can be changed later."} {
		if !strings.Contains(v.Dialog, want) {
			t.Errorf("the dialog lacks %s:\n%s", want, v.Dialog)
		}
	}
	fields := []string{"as", "maria", "channel", "c/cbet-study", "action", "set-up", "v.cert", "cbet", "v.time", "07:00", "v.open", "next"}
	v = w.must("submit", append(fields, "v.zone", "chicgo")...)
	if v.Invalid["zone"] == "" || v.Reply != nil {
		t.Errorf("a wrong zone is answered %+v", v)
	}
	v = w.must("submit", append(fields, "v.zone", "America/Chicago")...)
	if v.Reply == nil || !strings.Contains(v.Reply.Plain, "cbet, 07:00, America/Chicago, next, from ") {
		t.Errorf("a right form is answered %+v", v.Reply)
	}
	id := w.ask(t.Context(), "33", monday())
	v = w.must("submit", append(fields, "v.zone", "America/Chicago", "message", string(id))...)
	if v.Reply == nil || !strings.HasSuffix(v.Reply.Plain, "from "+string(id)) {
		t.Errorf("a form opened on a message is answered %+v", v.Reply)
	}
}

func TestUpload(t *testing.T) {
	w := newWorld(t, "")
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, value := range map[string]string{"as": "maria", "channel": "c/lunch", "action": "file"} {
		if err := m.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("v.file", "notes.txt")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("2 CEU")) //nolint:errcheck // a buffer
	m.Close()                   //nolint:errcheck // a buffer
	r := httptest.NewRequest("POST", "/api/submit", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	if rec := w.request(r); !strings.Contains(rec.Body.String(), "notes.txt: 2 CEU") {
		t.Errorf("an upload is answered %d %s", rec.Code, rec.Body)
	}
}

func TestBadRequests(t *testing.T) {
	w := newWorld(t, "")
	id := string(w.ask(t.Context(), "33", monday()))
	long := strings.Repeat("x", 1<<20)
	tests := []struct {
		name, what, kind, body string
		status                 int
		words                  string
	}{
		{"a megabyte of text", "say", "application/x-www-form-urlencoded", "as=maria&channel=c/lunch&text=/quiz+" + long, 413, "too long"},
		{"a megabyte as JSON", "say", "application/json", `{"as":"maria","channel":"c/lunch","text":"/quiz ` + long + `"}`, 413, "too long"},
		{"too long a command", "say", "application/json", `{"as":"maria","channel":"c/lunch","text":"/quiz ` + long[:5000] + `"}`, 422, "too long"},
		{"too long a line", "say", "application/json", `{"as":"maria","channel":"c/lunch","text":"` + long[:bot.LimitLine+1] + `"}`, 422, "to 3000 characters. Now it's 3001."},
		{"as long a line as can be", "say", "application/json", `{"as":"maria","channel":"c/lunch","text":"` + long[:bot.LimitLine] + `"}`, 200, "{}"},
		{"not JSON", "say", "application/json", "{", 422, "not JSON"},
		{"nobody", "say", "application/json", `{"as":"nobody","channel":"c/lunch","text":"x"}`, 422, "nobody here"},
		{"no such channel", "say", "application/json", `{"as":"maria","channel":"c/none","text":"x"}`, 422, "not there"},
		{"no such message", "press", "application/json", `{"as":"maria","message":"browser:m/99","action":"x"}`, 422, "not there"},
		{"no action", "press", "application/json", `{"as":"maria","message":"` + id + `"}`, 422, "not there"},
		{"a forged action", "press", "application/json", `{"as":"maria","message":"` + id + `","action":"no/such/path"}`, 200, "older version"},
		{"a form without an action", "submit", "application/json", `{"as":"maria","channel":"c/lunch"}`, 422, "not there"},
		{"a private conversation can't be closed", "member", "application/json", `{"as":"maria","channel":"d/maria","on":"false"}`, 422, "not there"},
		{"an unknown time", "clock", "application/json", `{"as":"maria","to":"yesterday"}`, 422, "don't know that time"},
		{"a time that is over", "clock", "application/json", `{"as":"maria","to":"2020-01-01T00:00:00Z"}`, 422, "only goes forward"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/api/"+test.what, strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.kind)
			rec := w.request(r)
			if rec.Code != test.status || !strings.Contains(rec.Body.String(), test.words) {
				t.Errorf("status %d, %.300s", rec.Code, rec.Body)
			}
			if !json.Valid(rec.Body.Bytes()) {
				t.Errorf("not JSON: %.300s", rec.Body)
			}
		})
	}
}

// TestClosedTab gives requests up half-way, which is nothing to report.
func TestClosedTab(t *testing.T) {
	tests := []struct{ name, method, target, body string }{
		{"the page", "GET", "/?as=maria", ""},
		{"mark as read", "POST", "/api/seen", "as=maria&channel=c/cbet-study&message=browser:m/1"},
		{"the state", "GET", "/api/state?as=maria", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "")
			w.must("say", "as", "dana", "channel", "c/cbet-study", "text", "hello")
			var out bytes.Buffer
			w.adapter.log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			r := httptest.NewRequestWithContext(ctx, test.method, test.target, strings.NewReader(test.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w.request(r)
			if out.Len() > 0 {
				t.Errorf("logged: %s", out.String())
			}
		})
	}
}

func TestShortcutAndPayload(t *testing.T) {
	w := newWorld(t, "")
	id := string(w.ask(t.Context(), "33", monday()))
	v := w.must("use", "as", "maria", "message", id, "shortcut", "Suggest as question")
	if v.Reply == nil || !strings.HasPrefix(v.Reply.Plain, "Suggested\nYou suggested: CBET question 34") {
		t.Errorf("a shortcut is answered %+v", v.Reply)
	}
	var payload struct{ HTML string }
	rec := w.get("/api/payload?as=maria&message=" + id)
	if err := json.Unmarshal(rec.Body.Bytes(), &payload); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Slack", "Discord", "&#34;platform&#34;: &#34;Slack&#34;"} {
		if !strings.Contains(payload.HTML, want) {
			t.Errorf("the payloads lack %s:\n%s", want, payload.HTML)
		}
	}
}

func TestFiles(t *testing.T) {
	w := newWorld(t, "")
	id, err := w.bot.Send(t.Context(), directID("maria"), bot.Message{Text: "Your report", Files: []bot.File{{Name: `a"b.html`, MIME: "text/html", Data: []byte("<script>")}}})
	if err != nil {
		t.Fatal(err)
	}
	number, _ := messageNumber(id)
	rec := w.get("/files/" + short(messageID(number))[2:] + "/0?as=maria")
	if rec.Code != 200 || rec.Body.String() != "<script>" || !strings.HasPrefix(rec.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("status %d, %v", rec.Code, rec.Header())
	}
	for _, bad := range []string{"/files/1/0?as=dana", "/files/1/1?as=maria", "/files/1/-1?as=maria", "/files/1/image?as=maria", "/files/x/0?as=maria"} {
		if rec := w.get(bad); rec.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", bad, rec.Code)
		}
	}
}

func TestClock(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, chicago) }
	tests := []struct {
		name  string
		steps []string
		want  time.Time
		posts int
	}{
		{"next morning, the same day", []string{"morning"}, at(23, 7, 0), 1},
		{"the morning after", []string{"morning", "morning"}, at(24, 7, 0), 2},
		{"a day", []string{"day"}, at(24, 4, 38), 1},
		{"a week", []string{"week"}, at(30, 4, 38), 2},
		{"what is due next", []string{"next"}, at(23, 7, 0), 1},
		{"an instant", []string{"2026-11-23T12:00:00Z"}, at(23, 6, 0), 0},
		{"stopping a clock that stands", []string{"stop"}, at(23, 4, 38), 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "")
			for _, to := range test.steps {
				w.must("clock", "as", "maria", "to", to)
			}
			if got := w.clock.Now(); !got.Equal(test.want) {
				t.Errorf("the clock is at %s, want %s", got, test.want)
			}
			if got := len(w.state().Channels[0].Messages); got != test.posts {
				t.Errorf("%d posts, want %d", got, test.posts)
			}
		})
	}
}

// TestMorningOfTheGroup moves to the organiser's morning, also for who lives
// further east: the question comes then.
func TestMorningOfTheGroup(t *testing.T) {
	w := newWorld(t, "")
	w.must("clock", "as", "lee", "to", "morning") // 11:38 in Berlin
	if got, want := w.clock.Now(), monday().Add(142*time.Minute); !got.Equal(want) {
		t.Errorf("the clock is at %s, want %s", got, want)
	}
	if got := len(w.state().Channels[0].Messages); got != 1 {
		t.Errorf("%d posts, want the morning's question", got)
	}
}

func TestOneMovementAtATime(t *testing.T) {
	w := newWorld(t, "")
	p, _ := w.adapter.person("maria")
	var second error
	page := ""
	w.clock.run = func(ctx context.Context, at time.Time) {
		second = w.adapter.moveClock(ctx, p, "day")
		page = w.page("as=maria")
		w.adapter.move.halt()
	}
	w.must("clock", "as", "maria", "to", "week")
	if second != errClockMoves {
		t.Errorf("a second movement: %v", second)
	}
	if !strings.Contains(page, "Moving the clock") {
		t.Error("the page doesn't show that the clock moves")
	}
	if got := w.clock.Now(); !got.Equal(monday().Add(142 * time.Minute)) {
		t.Errorf("a stopped clock is at %s, want the instant that was being played", got)
	}
	if diff := cmp.Diff(1, len(w.clock.due)); diff != "" {
		t.Errorf("due instants left: %s", diff)
	}
}
