package slack

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
)

// TestSwappedTokens has tokens stand where they don't belong: the operator reads which.
func TestSwappedTokens(t *testing.T) {
	for _, test := range []struct{ name, bot, app, want string }{
		{"right", "xoxb-1", "xapp-1", ""},
		{"rotating", "xoxe.xoxb-1", "xapp-1", ""},
		{"no app token", "xoxb-1", "", ""},
		{"none", "", "", ""},
		{"swapped", "xapp-1", "xoxb-1", faultSwapped},
		{"the app's twice", "xapp-1", "xapp-1", faultAppInBot},
		{"the bot's twice", "xoxb-1", "xoxb-1", faultBotInApp},
		{"a person's for the bot's", "xoxp-1", "xapp-1", faultUserInBot},
		{"a person's for the app's", "xoxb-1", "xoxp-1", faultBotInApp},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := checkTokens(Config{BotToken: test.bot, AppToken: test.app})
			if fault, ok := errors.AsType[*setupError](err); test.want == "" != (err == nil) || err != nil && (!ok || fault.ExitCode() != 78 || err.Error() != test.want) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// TestSocketFaults has Slack refuse to open a connection: faults of the
// configuration end the program with words that say what to do, others don't.
func TestSocketFaults(t *testing.T) {
	for code, want := range map[string]string{
		"invalid_auth": "make a new one", "not_authed": "make a new one", "token_revoked": "make a new one",
		"account_inactive": "no longer active", "team_disabled": "no longer active", "user_removed_from_team": "no longer active",
		"not_allowed_token_type": "another kind", "missing_scope": "scope connections:write",
		"forbidden_team": "", "internal_error": "", "fatal_error": "", "missing_args": "",
	} {
		bubbled(t, code, func(t *testing.T) {
			w := arrivals(t, slacktest.Options{})
			w.slack.Inject(-1, slacktest.ConnectionsOpen, slacktest.Refused(code))
			w.run(w.config())
			time.Sleep(10 * time.Minute)
			n := w.slack.Counts().Requests[slacktest.ConnectionsOpen]
			if state, ok := w.a.Connection(); ok || !strings.HasPrefix(state, "connecting, not connected for ") {
				t.Errorf("state %q, %t", state, ok)
			}
			err := w.end()
			coded, ok := err.(interface{ ExitCode() int })
			if want == "" {
				if err != nil || n < 10 || n > 25 {
					t.Errorf("%v; asked %d times in 10 minutes", err, n)
				}
				return
			}
			if !ok || coded.ExitCode() != 78 || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), code) || n != 1 {
				t.Errorf("it ends with %v after %d attempts", err, n)
			}
		})
	}
}

// TestNoHotLoop has connections open and end at once, for hours: Slack is asked
// about once a minute.
func TestNoHotLoop(t *testing.T) {
	for _, reason := range []string{"refresh_requested", "link_disabled", "too_many_websockets", "new_in_2031"} {
		bubbled(t, reason, func(t *testing.T) {
			w := arrivals(t, slacktest.Options{Limits: slacktest.Unlimited()})
			w.slack.Open(-1, slacktest.DisconnectAtOnce(reason))
			w.run(w.config())
			time.Sleep(4 * time.Hour)
			if n := w.slack.Counts().Connections; n < 4*60 || n > 4*60*2+20 {
				t.Errorf("%d connections in 4 hours", n)
			}
			w.slack.Heal()
			time.Sleep(2 * time.Minute)
			if state, ok := w.a.Connection(); !ok {
				t.Errorf("two minutes after it works again: %q", state)
			}
		})
	}
}

// TestSwitchedOff has Socket Mode switched off for hours and on again.
func TestSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		w.connected()
		w.slack.Disable(true)
		time.Sleep(connectAway - time.Second)
		if n := w.slack.Counts().Requests[slacktest.ConnectionsOpen]; n != 1 {
			t.Errorf("asked %d times at once", n-1)
		}
		time.Sleep(3 * time.Hour)
		if n := w.slack.Counts().Requests[slacktest.ConnectionsOpen]; n > 3*60*2+20 {
			t.Errorf("asked %d times in 3 hours", n)
		}
		if state, ok := w.a.Connection(); ok || !strings.HasPrefix(state, "connecting, not connected for 2h59m") && !strings.HasPrefix(state, "connecting, not connected for 3h") {
			t.Errorf("state %q, %t", state, ok)
		}
		w.slack.Disable(false)
		time.Sleep(connectMost)
		if !w.slack.Connected() {
			t.Error("not connected a minute later")
		}
	})
}

// TestRefreshUnderWay has people act all the time while Slack asks for a new
// connection again and again: everything is answered on the connection on which
// it came, and comes once.
func TestRefreshUnderWay(t *testing.T) {
	for _, strict := range []bool{false, true} {
		bubbled(t, fmt.Sprintf("same socket %t", strict), func(t *testing.T) {
			w := arrivals(t, slacktest.Options{SameSocket: strict, Limits: slacktest.Unlimited()})
			w.connected()
			var want []string
			for n := range 600 {
				if n%200 == 100 {
					w.slack.Refresh()
				}
				words := fmt.Sprintf("%03d", n)
				want = append(want, words)
				if n%2 == 0 {
					if _, err := w.ann.Command(w.study, "/study", words); err != nil {
						t.Fatal(err)
					}
				} else if _, err := w.ann.Write(w.study, words); err != nil {
					t.Fatal(err)
				}
				time.Sleep(200 * time.Millisecond)
			}
			time.Sleep(time.Minute)
			c := w.slack.Counts()
			if c.Unanswered+c.Retries+c.Late+c.Misplaced+c.Dropped > 0 || c.Connections != 4 || c.Sockets != 1 || !w.slack.Idle() {
				t.Errorf("counts %+v", c)
			}
			if diff := cmp.Diff(want, w.came()); diff != "" {
				t.Errorf("what came: want -, got +:\n%s", diff)
			}
		})
	}
}

// TestOnce has Slack send events again: twice at once, after it got no
// acknowledgement, and to a program that has been started anew. Each is taken once.
func TestOnce(t *testing.T) {
	for _, same := range []bool{false, true} {
		bubbled(t, fmt.Sprintf("same envelope %t", same), func(t *testing.T) {
			w := arrivals(t, slacktest.Options{SameEnvelope: same})
			w.connected()
			w.slack.Duplicate(3)
			for n := range 5 {
				if _, err := w.ann.Write(w.study, fmt.Sprint(n)); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
			if diff := cmp.Diff([]string{"0", "1", "2", "3", "4"}, w.came()); diff != "" {
				t.Errorf("sent twice: want -, got +:\n%s", diff)
			}
			again := map[string]any{"type": "event_callback", "event_id": "Ev1", "event": map[string]any{"type": "new_in_2031"}}
			for _, step := range []struct {
				when  string
				after time.Duration
				want  []string
			}{
				{"the first time", 0, []string{"new_in_2031"}},
				{"after another start", time.Second, nil},
				{"almost a day later", eventKept - time.Minute, nil},
				{"a day later, when it is another", time.Minute, []string{"new_in_2031"}},
			} {
				time.Sleep(step.after)
				w.end()
				w.connected()
				w.slack.Envelope(again)
				time.Sleep(time.Second)
				if diff := cmp.Diff(step.want, w.came()); diff != "" {
					t.Errorf("%s: want -, got +:\n%s", step.when, diff)
				}
			}
			if c := w.slack.Counts(); c.Dropped+c.Late > 0 || !w.slack.Idle() {
				t.Errorf("counts %+v", c)
			}
		})
	}
}

// TestKnownBy says by what each thing is known, for how long, and what of it comes
// in order.
func TestKnownBy(t *testing.T) {
	event := func(inner string) string { return `{"event_id":"Ev1","team_id":"T1","event":` + inner + `}` }
	known := func(order string) marks { return marks{"slack/event/Ev1", "slack/event/Ev1", eventKept, order} }
	here := marks{here: "slack/event/Ev1", keep: eventKept}
	for _, test := range []struct {
		name, kind, payload string
		want                marks
	}{
		{"words to the bot", kindEvent, event(`{"type":"message","channel_type":"im"}`), known("")},
		{"a mention", kindEvent, event(`{"type":"app_mention"}`), known("")},
		{"somebody's page", kindEvent, event(`{"type":"app_home_opened"}`), known("")},
		{"what people say to each other", kindEvent, event(`{"type":"message","channel_type":"channel"}`), here},
		{"somebody's status", kindEvent, event(`{"type":"user_change"}`), here},
		{"a channel", kindEvent, event(`{"type":"channel_archive"}`), known("T1")},
		{"what nobody knows", kindEvent, event(`{"type":"new_in_2031"}`), known("T1")},
		{"no event", kindEvent, `{"type":"app_rate_limited"}`, marks{}},
		{"a press", kindInteraction, `{"trigger_id":"1.2","event_id":"Ev1"}`, marks{"slack/trigger/1.2", "once", requestKept, ""}},
		{"a command", kindCommand, `{"trigger_id":"1.2"}`, marks{"slack/trigger/1.2", "once", requestKept, ""}},
		{"a menu", kindInteraction, `{}`, marks{"", "once", requestKept, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := knownBy(envelope{kind: test.kind, payload: []byte(test.payload), once: "once"}); got != test.want {
				t.Errorf("known by %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestPressedOnce has an interaction come twice.
func TestPressedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		w.connected()
		i, err := w.ann.Command(w.study, "/study", "once")
		if err != nil {
			t.Fatal(err)
		}
		i.Again()
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"once"}, w.came()); diff != "" || !w.slack.Idle() {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}

// TestSeenWithoutShelf has the store fail: what comes is taken, for a second time
// does less harm than none.
func TestSeenWithoutShelf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		w.connected()
		w.shelf.mu.Lock()
		w.shelf.fails = errors.New("no such store")
		w.shelf.mu.Unlock()
		w.slack.Duplicate(1)
		if _, err := w.ann.Write(w.study, "once"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"once"}, w.came()); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}

// TestSaidBefore has one message come as several events.
func TestSaidBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		one, err := New(discarded(), w.config())
		if err != nil {
			t.Fatal(err)
		}
		other, err := New(discarded(), w.config()) // another copy of the program
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name              string
			a                 *Adapter
			team, channel, ts string
			client            string
			want              bool
		}{
			{"a message", one, "T1", "C1", "1.1", "x", false},
			{"the same", one, "T1", "C1", "1.1", "x", true},
			{"to another copy", other, "T1", "C1", "1.1", "x", true},
			{"in another workspace's view", other, "T2", "C9", "1.1", "x", true},
			{"another message of one gesture", one, "T1", "C1", "1.2", "x", true},
			{"without the client's identifier", one, "T1", "C1", "1.1", "", true},
			{"another channel", one, "T1", "C2", "1.1", "", false},
			{"another workspace", one, "T2", "C1", "1.1", "", false},
			{"another message", one, "T1", "C1", "1.3", "y", false},
			{"to the other copy first", other, "T1", "C1", "1.4", "", false},
			{"then to this", one, "T1", "C1", "1.4", "", true},
		} {
			if got := test.a.saidBefore(t.Context(), test.team, test.channel, test.ts, test.client); got != test.want {
				t.Errorf("%s: said before: %t, want %t", test.name, got, test.want)
			}
		}
	})
}

// TestTwoCopies has two copies of the program run: one is connected, and the other
// takes over when that ends.
func TestTwoCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		w.connected()
		first, end := w.a, w.end
		w.run(w.config())
		time.Sleep(time.Minute)
		if c := w.slack.Counts(); c.Sockets != 1 || c.Connections != 1 {
			t.Errorf("counts %+v", c)
		}
		if state, ok := w.a.Connection(); state != "another copy of the program is connected" || !ok {
			t.Errorf("the other says %q, %t", state, ok)
		}
		if state, ok := first.Connection(); state != "connected" || !ok {
			t.Errorf("the first says %q, %t", state, ok)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Second)
		if state, ok := w.a.Connection(); state != "connected" || !ok {
			t.Errorf("afterwards the other says %q, %t", state, ok)
		}
	})
}

// TestEndUnderWay has the program end right when Slack sends a lot: what it has
// sent is taken and acknowledged.
func TestEndUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := arrivals(t, slacktest.Options{})
		w.connected()
		w.slack.Hold()
		for n := range 50 {
			if _, err := w.ann.Write(w.study, fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		w.slack.Release()
		if err := w.end(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if c := w.slack.Counts(); c.Retries+c.Late+c.Sockets > 0 || !w.slack.Idle() {
			t.Errorf("counts %+v", c)
		}
		if n := len(w.came()); n != 50 {
			t.Errorf("%d came", n)
		}
	})
}

// TestSocketLease names the lease by the app, so that tokens of one app are known
// as such, and never by a token.
func TestSocketLease(t *testing.T) {
	one, other := socketLease("xapp-1-A01-17-secret"), socketLease("xapp-1-A01-18-another")
	if one != "slack/socket/A01" || other != one {
		t.Errorf("leases %q and %q", one, other)
	}
	for _, token := range []string{"xapp-secret", "secret", "xapp-1-A/1-2-secret"} {
		if got := socketLease(token); strings.Contains(got, "secret") || got == socketLease(token+"x") {
			t.Errorf("%s has the lease %q", token, got)
		}
	}
}

// TestReporter has the state be told from the start.
func TestReporter(t *testing.T) {
	w := arrivals(t, slacktest.Options{})
	c := w.config()
	a, err := New(discarded(), c)
	if err != nil {
		t.Fatal(err)
	}
	if state, ok := a.Connection(); state != "not started" || ok {
		t.Errorf("before: %q, %t", state, ok)
	}
	a.line.begin()
	if state, ok := a.Connection(); state != "not reached for 0s" || ok {
		t.Errorf("begun: %q, %t", state, ok)
	}
	c.AppToken, c.SigningSecret = "", "x"
	if a, err = New(discarded(), c); err != nil {
		t.Fatal(err)
	}
	a.line.begin()
	a.life.Ready()
	if state, ok := a.Connection(); state != "receives over HTTP" || !ok {
		t.Errorf("over HTTP: %q, %t", state, ok)
	}
	if a.Routes(nil) == http.Handler(nil) {
		t.Error("no routes")
	}
}
