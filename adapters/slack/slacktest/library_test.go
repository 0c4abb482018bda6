package slacktest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"studyhall/adapters/slack/slacktest"
)

// TestSlackGo lets the Go library that adapters/slack is built with live on this
// Slack, as it is.
func TestSlackGo(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		api := slack.New(w.w.Token(), slack.OptionAPIURL(w.URL()), slack.OptionHTTPClient(w.Client()), slack.OptionAppLevelToken(w.AppToken()))
		me, err := api.AuthTest()
		if err != nil || me.UserID != w.w.Bot().ID || me.TeamID != w.w.ID {
			t.Errorf("auth.test: %+v, %v", me, err)
		}
		button := slack.NewButtonBlockElement("go", "v", slack.NewTextBlockObject(slack.PlainTextType, "Go", false, false))
		channel, ts, err := api.PostMessage(w.study.ID, slack.MsgOptionText("Ohm & volt?", true), slack.MsgOptionBlocks(slack.NewActionBlock("a", button)),
			slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "p", EventPayload: map[string]any{"key": "k1"}}))
		if err != nil || channel != w.study.ID {
			t.Fatalf("post: %v", err)
		}
		if _, _, _, err := api.UpdateMessage(channel, ts, slack.MsgOptionText("new", false)); err != nil {
			t.Errorf("update: %v", err)
		}
		h, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel, IncludeAllMetadata: true, Limit: 10})
		if err != nil || len(h.Messages) != 1 || h.Messages[0].Metadata.EventPayload["key"] != "k1" || h.Messages[0].Edited == nil {
			t.Errorf("history: %+v, %v", h, err)
		}
		if _, err := api.UploadFile(slack.UploadFileParameters{Channel: channel, Filename: "a.csv", FileSize: 3, Reader: strings.NewReader("a,b"), InitialComment: "here"}); err != nil {
			t.Errorf("upload: %v", err)
		}
		user, err := api.GetUserInfo(w.ann.ID)
		if err != nil || user.TZ != "America/Chicago" || user.TZOffset != -6*3600 {
			t.Errorf("users.info: %+v, %v", user, err)
		}
		w.w.Grant("chat:write")
		_, err = api.GetUserInfo(w.ann.ID)
		if e, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || e.Err != "missing_scope" || e.Needed != "users:read" {
			t.Errorf("without the scope: %v", err)
		}
		w.Inject(1, slacktest.AuthTest, slacktest.Limited(7*time.Second))
		_, err = api.AuthTest()
		if e, ok := errors.AsType[*slack.RateLimitedError](err); !ok || e.RetryAfter != 7*time.Second {
			t.Errorf("limited: %v", err)
		}
	})
}

// goBot is a bot of slack-go's socketmode.
type goBot struct {
	mu   sync.Mutex
	came []socketmode.EventType
	said []string
}

// run acknowledges what comes until the context ends, and opens a form for
// buttons.
func (g *goBot) run(ctx context.Context, client *socketmode.Client) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-client.Events:
			g.mu.Lock()
			g.came = append(g.came, e.Type)
			switch data := e.Data.(type) {
			case slackevents.EventsAPIEvent:
				if m, ok := data.InnerEvent.Data.(*slackevents.MessageEvent); ok {
					g.said = append(g.said, m.Text)
				}
			case slack.SlashCommand:
				g.said = append(g.said, data.Command+" "+data.Text)
			case slack.InteractionCallback:
				g.said = append(g.said, data.ActionCallback.BlockActions[0].Value)
				view := slack.ModalViewRequest{Type: slack.VTModal, Title: slack.NewTextBlockObject(slack.PlainTextType, "Form", false, false)}
				view.Blocks.BlockSet = []slack.Block{slack.NewDividerBlock()}
				if _, err := client.OpenViewContext(ctx, data.TriggerID, view); err != nil {
					g.said = append(g.said, err.Error())
				}
			}
			g.mu.Unlock()
			if e.Request != nil {
				_ = client.AckCtx(ctx, e.Request.EnvelopeID, nil)
			}
		}
	}
}

// TestSlackGoSockets is the same for its Socket Mode.
func TestSlackGoSockets(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		_ = w.bot.ws.Close()
		synctest.Wait()
		api := slack.New(w.w.Token(), slack.OptionAPIURL(w.URL()), slack.OptionHTTPClient(w.Client()), slack.OptionAppLevelToken(w.AppToken()))
		client := socketmode.New(api, socketmode.OptionDialer(&websocket.Dialer{NetDialContext: w.Dial}))
		ctx, cancel := context.WithCancel(t.Context())
		var work sync.WaitGroup
		defer work.Wait()
		defer cancel()
		g := &goBot{}
		work.Go(func() { g.run(ctx, client) })
		work.Go(func() { _ = client.RunContext(ctx) })
		if err := w.Await(ctx, w.Connected); err != nil {
			t.Fatal(err)
		}
		w.post(card)
		i, err := w.ann.Press(w.study.Messages()[0], "A")
		w.wait(i, err)
		if v := w.ann.Views(); len(v) != 1 || v[0].Title != "Form" {
			t.Errorf("open: %v", v)
		}
		i, err = w.ann.Command(w.study, "/quiz", "5")
		w.wait(i, err)
		w.RefreshNow()
		time.Sleep(5 * time.Second)
		if err := w.Await(ctx, w.Connected); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ann.Write(w.study, "again"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // PINGs keep the connection
		synctest.Wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		if got := strings.Join(g.said, ", "); got != "Ohm or volt?, v0, /quiz 5, again" || !w.Idle() {
			t.Errorf("it heard %q", got)
		}
		if n := w.Counts(); n.Connections != 3 || n.Retries != 0 || n.Unanswered != 0 {
			t.Errorf("%+v", n)
		}
	})
}

// TestEmptyPayload is about a payload that is read although it is empty: Slack's
// own client sends one with every acknowledgement.
func TestEmptyPayload(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.bot.always("{}")
		i, err := w.ann.Command(w.study, "/quiz", "")
		w.wait(i, err)
		if _, err := w.ann.Write(w.study, "hello"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := w.Notices(); len(got) != 0 || len(w.Refusals()) != 0 {
			t.Errorf("noticed %q, refused %v", got, w.Refusals())
		}
		w.bot.always(`{"text":"x"}`)
		if _, err := w.ann.Write(w.study, "hello"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := strings.Join(w.Notices(), ""); !strings.Contains(got, "has a payload, which nobody reads") {
			t.Errorf("noticed %q", got)
		}
	})
}
