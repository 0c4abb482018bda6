package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/exam"
)

// addressed is a world in which people make addresses of calendars.
type addressed struct {
	scene
}

var address = regexp.MustCompile(`https://study\.example\.org(/calendar/\S+\.ics)`)

// makes presses what makes an address and gives its path.
func (a addressed) makes(person, action string) string {
	a.t.Helper()
	told := a.does(person, "first", action)
	found := address.FindStringSubmatch(told)
	if found == nil {
		a.t.Fatalf("%s got no address: %s", person, told)
	}
	return found[1]
}

// gets asks the program's web server.
func (a addressed) gets(path string, header ...string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	a.running().Handler().ServeHTTP(w, r)
	return w
}

// sits sets an exam of a person.
func (a addressed) sits(person, day string) exam.Exam {
	a.t.Helper()
	s := a.running().Store
	h, ok, err := s.Holdings(a.t.Context(), a.fake.UserID(person))
	if err != nil || !ok {
		a.t.Fatal(ok, err)
	}
	e, ok, err := s.SetExam(a.t.Context(), exam.Exam{ID: "exam-" + person, Member: h.Member, Certification: "cbet", Outline: "cbet-2025", From: day, To: day, Zone: "America/Chicago"}, a.Now())
	if err != nil || !ok {
		a.t.Fatal(ok, err)
	}
	return e
}

// newButton is the path of the button that makes a new address.
func (a addressed) newButton(person string) string {
	a.t.Helper()
	r := a.running().Bot.Handle(a.t.Context(), bot.Interaction{ID: bot.NewID(), User: a.fake.UserID(person), Name: person, Space: a.fake.Space(),
		Channel: a.fake.ChannelID("first"), Action: "papers/calendar/mine/again"})
	return r.Reply.Card.Controls[0][0].(bot.Button).Action
}

func newAddressed(t *testing.T) addressed {
	return addressed{newScene(t)}
}

func TestCalendarAddress(t *testing.T) {
	a := newAddressed(t)
	path := a.makes("dana", "papers/calendar/mine/new/first")
	empty := a.gets(path)
	if empty.Code != http.StatusOK || strings.Contains(empty.Body.String(), "VEVENT") {
		t.Fatalf("without dates: %d %s", empty.Code, empty.Body)
	}
	a.sits("dana", "2027-05-08")
	one := a.gets(path)
	for _, want := range []string{"SUMMARY:CBET exam\r\n", "DTSTART;VALUE=DATE:20270508\r\n", "DTEND;VALUE=DATE:20270509\r\n", "UID:exam-exam-dana@studyhall\r\n", "CLASS:PRIVATE\r\n"} {
		if !strings.Contains(one.Body.String(), want) {
			t.Errorf("lacks %q:\n%s", want, one.Body)
		}
	}
	again := a.gets(path)
	if again.Body.String() != one.Body.String() || again.Header().Get("ETag") != one.Header().Get("ETag") || again.Header().Get("ETag") == empty.Header().Get("ETag") {
		t.Errorf("read twice: %v and %v", one.Header(), again.Header())
	}
	if w := a.gets(path, "If-None-Match", one.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("as before: %d", w.Code)
	}
	a.sits("dana", "2027-05-10")
	moved := a.gets(path, "If-None-Match", one.Header().Get("ETag"))
	if !strings.Contains(moved.Body.String(), "UID:exam-exam-dana@studyhall\r\n") || !strings.Contains(moved.Body.String(), "DTSTART;VALUE=DATE:20270510\r\n") {
		t.Errorf("moved: %d\n%s", moved.Code, moved.Body)
	}
	// A second press of the first button changes nothing; a new address ends the old.
	if told := a.does("dana", "first", "papers/calendar/mine/new/first"); address.MatchString(told) || !strings.Contains(told, "There is an address already") {
		t.Errorf("pressed again: %s", told)
	}
	button := a.newButton("dana")
	other := a.makes("dana", button)
	if told := a.does("dana", "first", button); address.MatchString(told) {
		t.Errorf("pressed again: %s", told)
	}
	unknown := a.gets("/calendar/ADDRESSTHATNOBODYMADE.ics")
	for _, gone := range []*httptest.ResponseRecorder{a.gets(path), a.gets("/calendar/x.ics"), a.gets("/calendar/" + strings.Repeat("A", 4000) + ".ics")} {
		if gone.Code != http.StatusNotFound || gone.Body.String() != unknown.Body.String() || len(gone.Header()) != len(unknown.Header()) {
			t.Errorf("an address of before and one that never was differ: %d %v %s", gone.Code, gone.Header(), gone.Body)
		}
	}
	if a.gets(other).Code != http.StatusOK {
		t.Error("the new address shows nothing")
	}
	for range 2 {
		if told := a.does("dana", "first", "papers/calendar/mine/off/yes"); !strings.Contains(told, "shows nothing any more") {
			t.Errorf("switched off: %s", told)
		}
	}
	if a.gets(other).Code != http.StatusNotFound {
		t.Error("switched off, and still there")
	}
}

func TestCalendarOfAGroup(t *testing.T) {
	a := newAddressed(t)
	if told := a.does("dana", "first", "papers/calendar"); !strings.Contains(told, "There is no address yet") {
		t.Fatal(told)
	}
	g, _, err := a.running().Store.GroupIn(t.Context(), a.fake.ChannelID("first"))
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := a.running().Store.GroupIn(t.Context(), a.fake.ChannelID("second"))
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "/new/first", "/again", "/off", "/off/yes", "/file"} {
		if told := a.does("dana", "first", "papers/calendar/"+second.ID+suffix); !strings.Contains(told, "not in that group") {
			t.Errorf("another group's calendar%s: %s", suffix, told)
		}
	}
	path := a.makes("dana", "papers/calendar/"+g.ID+"/new/first")
	e := a.sits("dana", "2027-05-08")
	body := a.gets(path).Body.String()
	if !strings.Contains(body, "SUMMARY:CBET exam window\r\n") || strings.Contains(body, "20270508") {
		t.Errorf("unshared:\n%s", body)
	}
	if ok, err := a.running().Store.ShareExam(t.Context(), e.ID, e.Member, g.ID, true, a.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if body = a.gets(path).Body.String(); !strings.Contains(body, "SUMMARY:CBET exam: 1 of you\r\n") || strings.Contains(strings.ToLower(body), "dana") {
		t.Errorf("shared:\n%s", body)
	}
	if told := a.does("dana", "first", "data/erase/"+e.Member); !strings.Contains(told, "erased") {
		t.Fatal(told)
	}
	if a.gets(path).Code != http.StatusNotFound {
		t.Error("an erased person's address is still there")
	}
}

// Without the variable there is no address, but a file, and what to do is said.
func TestCalendarWithoutAddress(t *testing.T) {
	a := newAddressed(t)
	a.does("dana", "first", "papers/calendar")
	a.public = ""
	if err := a.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"papers/calendar", "papers/calendar/mine/new/first"} {
		if told := a.does("dana", "first", action); !strings.Contains(told, "PUBLIC_URL") || !strings.Contains(told, "[Get a file") || strings.Contains(told, "Make an address") {
			t.Errorf("%s: %s", action, told)
		}
	}
	a.sits("dana", "2027-05-08")
	r := a.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: a.fake.UserID("dana"), Name: "dana", Space: a.fake.Space(),
		Channel: a.fake.ChannelID("first"), Action: "papers/calendar/mine/file"})
	if r.Reply == nil || !r.Private || len(r.Reply.Files) != 1 || !bytes.Contains(r.Reply.Files[0].Data, []byte("SUMMARY:CBET exam\r\n")) {
		t.Errorf("the file: %+v", r)
	}
}
