package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// steps are the requests by which one interaction is answered, in few words.
type steps struct {
	mu   sync.Mutex
	all  []string
	says map[string]string // what Discord answers: step → "status code", "cut"
}

// step names a request.
func step(r *http.Request) string {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	var sent struct {
		Type  int `json:"type"`
		Flags int `json:"flags"`
		Data  struct {
			Flags int `json:"flags"`
		} `json:"data"`
	}
	json.Unmarshal(body, &sent)
	private := ""
	if (sent.Flags|sent.Data.Flags)&flagEphemeral != 0 {
		private = " private"
	}
	path := r.URL.Path[strings.Index(r.URL.Path, "/v10/")+5:]
	switch {
	case strings.HasSuffix(path, "/callback"):
		return fmt.Sprint("callback ", sent.Type, private)
	case strings.HasSuffix(path, "/@original"):
		return map[string]string{http.MethodGet: "look", http.MethodPatch: "edit original", http.MethodDelete: "remove original"}[r.Method]
	case strings.HasPrefix(path, "webhooks/"):
		return "follow" + private
	case r.Method == http.MethodPatch:
		return "edit " + strings.TrimPrefix(path, "channels/")
	case r.Method == http.MethodGet:
		return "ask " + path
	}
	return "post" + private
}

func (s *steps) answer(r *http.Request) (int, string, error) {
	did := step(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, did)
	switch says := s.says[did]; says {
	case "":
		return http.StatusOK, `{"id":"9"}`, nil
	case "cut":
		return 0, "", io.ErrUnexpectedEOF
	default:
		var status, code int
		fmt.Sscan(says, &status, &code)
		return status, fmt.Sprintf(`{"code":%d,"message":"no"}`, code), nil
	}
}

const (
	usedCommand   = `{"id":"5","token":"t","type":2,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}}}`
	pressed7      = `{"id":"5","token":"t","type":3,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}},"message":{"id":"7"}}`
	pressedWhite  = `{"id":"5","token":"t","type":3,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}},"message":{"id":"7","flags":64}}`
	sentForm      = `{"id":"5","token":"t","type":5,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}}}`
	sentFormBelow = `{"id":"5","token":"t","type":5,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}},"message":{"id":"7"}}`
)

// TestEachWayToAnswer has each kind of response shown in each way that there is,
// and in the ways that are left when one fails.
func TestEachWayToAnswer(t *testing.T) {
	m := bot.Message{Text: "words"}
	public, whisper, edit, form := bot.Response{Reply: &m}, bot.Whisper(m), bot.Response{Edit: &m}, bot.Response{Form: &bot.Form{Title: "T", Submit: "S", Action: "a"}}
	both, bothPublic := bot.Response{Edit: &m, Reply: &m, Private: true}, bot.Response{Edit: &m, Reply: &m}
	const late = "404 10062" // the callback came too late
	for _, test := range []struct {
		name     string
		does     string
		private  bool // the command is
		late     bool // the core is
		response bot.Response
		says     map[string]string
		want     string
	}{
		{"a command", usedCommand, false, false, public, nil, "callback 4"},
		{"a command, privately", usedCommand, false, false, whisper, nil, "callback 4 private"},
		{"a command, too late", usedCommand, false, false, public, map[string]string{"callback 4": late}, "callback 4, post"},
		{"a command, privately, too late", usedCommand, false, false, whisper, map[string]string{"callback 4 private": late}, "callback 4 private"},
		{"a command, answered before", usedCommand, false, false, public, map[string]string{"callback 4": "400 40060"}, "callback 4"},
		{"a command that edits what isn't there", usedCommand, false, false, edit, nil, "callback 4 private"},
		{"a command that says nothing", usedCommand, false, false, bot.Response{}, nil, "callback 5, remove original"},
		{"a command that opens a form", usedCommand, false, false, form, nil, "callback 9"},
		{"a press that edits", pressed7, false, false, edit, nil, "callback 7"},
		{"a press that edits, too late", pressed7, false, false, edit, map[string]string{"callback 7": late}, "callback 7, edit 3/messages/7"},
		{"a press on a whisper that edits, too late", pressedWhite, false, false, edit, map[string]string{"callback 7": late}, "callback 7"},
		{"a press that edits and whispers", pressed7, false, false, both, nil, "callback 7, follow private"},
		{"a press that edits and whispers, too late", pressed7, false, false, both, map[string]string{"callback 7": late}, "callback 7, edit 3/messages/7"},
		{"a press that edits and says, too late", pressed7, false, false, bothPublic, map[string]string{"callback 7": late}, "callback 7, edit 3/messages/7, post"},
		{"a press that does nothing", pressed7, false, false, bot.Response{}, nil, "callback 6"},
		{"a form that opens a form", sentForm, false, false, form, nil, "callback 4 private"},
		{"a form below a message that edits", sentFormBelow, false, false, edit, nil, "callback 7"},

		{"a form that is not kept, with faults", sentForm, false, false, bot.Response{Invalid: map[string]string{"a": "no"}}, nil, "callback 4 private"},

		{"late, a private command", usedCommand, true, true, whisper, nil, "callback 5 private, edit original"},
		{"late, a command", usedCommand, false, true, public, nil, "callback 5, edit original"},
		{"late, a command whose token is gone", usedCommand, false, true, public, map[string]string{"edit original": "404 10015"}, "callback 5, edit original, post"},
		{"late, a command whose token is over", usedCommand, false, true, public, map[string]string{"edit original": "401 50027"}, "callback 5, edit original, post"},
		{"late, a command, perhaps shown", usedCommand, false, true, public, map[string]string{"edit original": "cut"},
			"callback 5, edit original, edit original, edit original, edit original"},
		{"late, a private command that says it to all", usedCommand, true, true, public, nil, "callback 5 private, remove original, follow"},
		{"late, a command that says it to one", usedCommand, false, true, whisper, nil, "callback 5, remove original, follow private"},
		{"late, the same, the promise removed already", usedCommand, false, true, whisper, map[string]string{"remove original": "404 10008"},
			"callback 5, remove original, follow private"},
		{"late, the same, the promise can't be removed", usedCommand, false, true, whisper, map[string]string{"remove original": "400 99999"}, "callback 5, remove original"},
		{"late, a command that says nothing", usedCommand, true, true, bot.Response{}, nil, "callback 5 private, remove original"},
		{"late, a command that opens a form", usedCommand, true, true, form, nil, "callback 5 private, edit original"},
		{"late, a press that edits", pressed7, false, true, edit, nil, "callback 6, edit original"},
		{"late, a press that edits, the token gone", pressed7, false, true, edit, map[string]string{"edit original": "404 10015"}, "callback 6, edit original, edit 3/messages/7"},
		{"late, a press on a whisper that edits, the token gone", pressedWhite, false, true, edit, map[string]string{"edit original": "404 10015"}, "callback 6, edit original"},
		{"late, a press that whispers", pressed7, false, true, whisper, nil, "callback 6, follow private"},
		{"late, a press that whispers, the token gone", pressed7, false, true, whisper, map[string]string{"follow private": "404 10015"}, "callback 6, follow private"},
		{"late, a press that says, the token gone", pressed7, false, true, public, map[string]string{"follow": "404 10015"}, "callback 6, follow, post"},
		{"late, a press that says, perhaps shown", pressed7, false, true, public, map[string]string{"follow": "cut"}, "callback 6, follow"},
		{"late, a press that says, promised too late", pressed7, false, true, public, map[string]string{"callback 6": late, "follow": "404 10015"}, "callback 6, follow, post"},
		{"late, a press that does nothing", pressed7, false, true, bot.Response{}, nil, "callback 6"},
		{"late, a form", sentForm, false, true, whisper, nil, "callback 5 private, edit original"},
		{"late, a form below a message", sentFormBelow, false, true, whisper, nil, "callback 6, follow private"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &steps{says: test.says}
				a := adapterOn(t, s.answer)
				a.core = bot.New(slog.New(slog.DiscardHandler))
				var r received
				if err := json.Unmarshal([]byte(test.does), &r); err != nil {
					t.Fatal(err)
				}
				r.User = r.Member.User
				c := &conversation{Adapter: a, received: r, i: r.interaction(), private: test.private}
				if test.late {
					c.promise(t.Context())
					c.keep(t.Context(), test.response)
				} else {
					c.answer(t.Context(), test.response)
				}
				if diff := cmp.Diff(test.want, strings.Join(s.all, ", ")); diff != "" {
					t.Errorf("want -, got +:\n%s", diff)
				}
			})
		})
	}
}

// slowShelf takes its time to give a form back.
type slowShelf struct{ keptShelf }

func (s *slowShelf) Get(ctx context.Context, space, key string) ([]byte, bool, error) {
	time.Sleep(600 * time.Millisecond)
	return s.keptShelf.Get(ctx, space, key)
}

// TestReceive has interactions come in, as the gateway brings them.
func TestReceive(t *testing.T) {
	for _, test := range []struct {
		name string
		raw  []string
		full bool // there is no room for more
		want string
	}{
		{"a command", []string{`{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`}, false, "callback 4"},
		{"the same twice", []string{`{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`,
			`{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`}, false, "callback 4"},
		{"a command with parts of another shape", []string{`{"id":"5","token":"t","type":2,"channel_id":"3","context":{"of":"2031"},"user":{"id":"11"},"data":{"name":"hello","type":1,"options":7}}`}, false, "callback 4"},
		{"one that names no identifier", []string{`{"id":"5/../6","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`}, false, ""},
		{"one by somebody without an identifier", []string{`{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"x"},"data":{"name":"hello","type":1}}`}, false, ""},
		{"of a type nobody knows", []string{`{"id":"5","token":"t","type":6,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`}, false, ""},
		{"a ping", []string{`{"id":"5","token":"t","type":1}`}, false, ""},
		{"more than there is room for", []string{`{"id":"5","token":"t","type":2,"channel_id":"3","user":{"id":"11"},"data":{"name":"hello","type":1}}`}, true, ""},
		{"a form whose keeper is slow, and a slow core", []string{`{"id":"5","token":"t","type":5,"channel_id":"3","user":{"id":"11"},"data":{"custom_id":"slow~4"}}`}, false,
			"callback 5 private after 1.8s, edit original after 2.1s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s := &steps{}
				a := adapterOn(t, func(r *http.Request) (int, string, error) {
					status, body, err := s.answer(r)
					if took := time.Since(began); took > 0 {
						s.all[len(s.all)-1] += fmt.Sprint(" after ", took)
					}
					return status, body, err
				})
				a.shelf = &slowShelf{keptShelf{values: map[string][]byte{}}}
				core := bot.New(slog.New(slog.DiscardHandler))
				core.Command(bot.Command{Name: "hello", Help: "Greet"}, func(context.Context, bot.Interaction) (bot.Response, error) {
					return bot.Response{Reply: &bot.Message{Text: "hello"}}, nil
				})
				core.Action("slow", func(context.Context, bot.Interaction) (bot.Response, error) {
					time.Sleep(1500 * time.Millisecond)
					return bot.Whisper(bot.Message{Text: "saved"}), nil
				})
				a.core = core
				if test.full {
					for n := range adapterkit.CrowdAll {
						a.crowd.Enter(strconv.Itoa(n))
					}
				}
				for _, raw := range test.raw {
					a.receive([]byte(raw))
				}
				a.life.Wait()
				if got := strings.Join(s.all, ", "); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if n := a.Busy(); n > 0 && !test.full {
					t.Errorf("%d are still under way", n)
				}
			})
		})
	}
}

// TestCallbackEnds has Discord not answer a first answer: it is no use after three
// seconds.
func TestCallbackEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			<-r.Context().Done()
			return 0, "", r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), adapterkit.WorkTime)
		defer cancel()
		began := time.Now()
		if err := a.callback(ctx, received{ID: "5", Token: "t"}, []byte(`{}`), nil); err == nil || time.Since(began) > ackTime {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
	})
}

// TestKnownByItsUse has somebody use the bot in a channel that it can't see: its
// name is known, and so is the person's, without asking.
func TestKnownByItsUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &steps{says: map[string]string{"ask channels/3": "403 50001", "post": "403 50001"}}
		a := adapterOn(t, s.answer)
		a.core = bot.New(slog.New(slog.DiscardHandler))
		a.life.Ready()
		a.receive([]byte(`{"id":"5","token":"t","type":2,"guild_id":"1","channel_id":"3","channel":{"id":"3","type":0,"name":"hidden"},
			"member":{"nick":"Annie","permissions":"32","user":{"id":"11"}},"data":{"name":"x","type":1}}`))
		a.life.Wait()
		if name, err := a.ChannelName(t.Context(), "discord:3"); name != "#hidden" || err != nil {
			t.Errorf("the channel is %q, %v", name, err)
		}
		if p, err := a.Profile(t.Context(), "discord:1", "discord:11"); p != (bot.Profile{Name: "Annie", Administrator: true}) || err != nil {
			t.Errorf("the person is %+v, %v", p, err)
		}
		time.Sleep(2 * memoTime)
		if name, err := a.ChannelName(t.Context(), "discord:3"); name != "#hidden" || err != nil {
			t.Errorf("later the channel is %q, %v", name, err)
		}
	})
}

// TestFormFromAMessage opens a form from a message that everybody sees, sends it
// with a fault, and mends it from the whisper that says so: the core hears of the
// message, and it is the message that is changed.
func TestFormFromAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &steps{}
		a := adapterOn(t, s.answer)
		shelf := &keptShelf{values: map[string][]byte{}}
		a.shelf = shelf
		core := bot.New(slog.New(slog.DiscardHandler))
		core.Action("open", func(context.Context, bot.Interaction) (bot.Response, error) {
			return bot.Response{Form: &bot.Form{Title: "T", Submit: "S", Action: "set", Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.Line}}}}, nil
		})
		var from []string
		core.Action("set", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			from = append(from, fmt.Sprintf("%s %t", i.Message, i.Whisper))
			if i.Values.Get("a") == "no" {
				return bot.Response{Invalid: map[string]string{"a": "That is none."}}, nil
			}
			return bot.Response{Edit: &bot.Message{Text: "closed"}}, nil
		})
		a.core = core
		does := func(id string, kind int, message, data string) {
			a.receive(fmt.Appendf(nil, `{"id":%q,"token":"t","type":%d,"channel_id":"3","guild_id":"1","member":{"user":{"id":"11"}},"message":%s,"data":%s}`, id, kind, message, data))
			a.life.Wait()
		}
		filled := func(id, value string) string {
			return `{"custom_id":"set~` + id + `","components":[{"type":18,"component":{"type":4,"custom_id":"line/a","value":"` + value + `"}}]}`
		}
		const seven, whisper = `{"id":"7"}`, `{"id":"8","flags":64}`
		does("101", receivedPress, seven, `{"custom_id":"open"}`)
		does("102", receivedForm, seven, filled("101", "no"))
		a.receive([]byte(`{"id":"109","token":"t","type":3,"channel_id":"3","user":{"id":"12"},"data":{"custom_id":"discord/form/101"}}`))
		a.life.Wait()
		if somebody := s.all[len(s.all)-1]; somebody != "callback 4 private" {
			t.Errorf("somebody else's press is answered with %s", somebody)
		}
		s.all = s.all[:len(s.all)-1]
		does("103", receivedPress, whisper, `{"custom_id":"discord/form/101"}`)
		does("104", receivedForm, whisper, filled("101", "yes"))
		want := "callback 9, callback 4 private, callback 9, edit 3/messages/7, callback 6"
		if got := strings.Join(s.all, ", "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if diff := cmp.Diff([]string{"discord:3/7 false", "discord:3/7 false"}, from); diff != "" {
			t.Errorf("sent from: want -, got +:\n%s", diff)
		}
		if n := len(shelf.values); n != 0 {
			t.Errorf("%d forms are still kept", n)
		}
	})
}
