package slacktest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"studyhall/adapters/slack/slacktest"
)

// BenchmarkPress is how much of a press's time is this Slack's own: the envelope,
// its acknowledgement, and a whisper by the response_url.
func BenchmarkPress(b *testing.B) {
	s := slacktest.New(b, slacktest.Options{Limits: slacktest.Unlimited()})
	w := s.Workspace("Biomed")
	study, ann := w.Channel("cbet-study"), w.Person("ann")
	study.Join(ann)
	study.Invite()
	opened := call(b, s, s.AppToken(), "apps.connections.open", "")
	dialer := websocket.Dialer{NetDialContext: s.Dial}
	ws, _, err := dialer.DialContext(b.Context(), opened.says("url"), nil)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var f struct {
				Envelope string `json:"envelope_id"`
				Payload  struct {
					URL string `json:"response_url"`
				} `json:"payload"`
			}
			if json.Unmarshal(data, &f) != nil || f.Envelope == "" {
				continue
			}
			if f.Payload.URL != "" {
				if a := send(b, s, "POST", f.Payload.URL, []byte(`{"text":"Right."}`), http.Header{"Content-Type": {"application/json"}}); a.status != 200 {
					b.Errorf("%d %s", a.status, a.raw)
				}
			}
			if ws.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"`+f.Envelope+`"}`)) != nil {
				return
			}
		}
	}()
	if a := call(b, s, w.Token(), "chat.postMessage", `{"channel":"`+study.ID+`",`+card+`}`); a.status != 200 || a.object["ok"] != true {
		b.Fatal(a.raw)
	}
	question := study.Messages()[0]
	for n := 0; b.Loop(); n++ {
		i, err := ann.Press(question, "A")
		if err != nil {
			b.Fatal(err)
		}
		if err := i.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		if n%1000 == 999 {
			s.Forget()
		}
	}
	_ = ws.Close()
	<-done
}
