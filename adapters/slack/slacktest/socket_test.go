package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/slack/slacktest"
)

// envelopes are the identifiers of frames.
func envelopes(frames []object) []string {
	var out []string
	for _, f := range frames {
		if id, ok := f["envelope_id"].(string); ok {
			out = append(out, id)
		}
	}
	return out
}

// TestHello is how a socket begins, and that its ticket is for one.
func TestHello(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		address := call(t, w.Server, w.AppToken(), "apps.connections.open", "").says("url")
		second := dialAt(t, w.Server, address)
		hello := plain(second.take())
		for _, s := range []string{`"type":"hello"`, `"num_connections":2`, `"connection_info":{"app_id":"` + w.Application() + `"}`, `"approximate_connection_time":18060`} {
			if !strings.Contains(hello, s) {
				t.Errorf("lacks %s: %s", s, hello)
			}
		}
		dialer := websocket.Dialer{NetDialContext: w.Dial}
		if _, r, err := dialer.DialContext(t.Context(), address, nil); err == nil || r.StatusCode != 404 {
			t.Errorf("a ticket twice: %v", err)
		}
		late := call(t, w.Server, w.AppToken(), "apps.connections.open", "").says("url")
		time.Sleep(31 * time.Second)
		if _, r, err := dialer.DialContext(t.Context(), late, nil); err == nil || r.StatusCode != 404 {
			t.Errorf("an old ticket: %v", err)
		}
		if second.pings != 3 || second.ended() != nil {
			t.Errorf("%d PINGs in 31 s, %v", second.pings, second.err)
		}
	})
}

// TestRetries is how often an event comes that nobody acknowledges, and when.
func TestRetries(t *testing.T) {
	for _, test := range []struct {
		name string
		same bool
	}{{"with other envelopes", false}, {"with the same envelope", true}} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{SameEnvelope: test.same}, func(t *testing.T, w world) {
				w.bot.always("-")
				began := time.Now()
				if _, err := w.ann.Write(w.study, "hello"); err != nil {
					t.Fatal(err)
				}
				var ids, events []string
				for n, at := range []time.Duration{0, 4 * time.Second, 67 * time.Second, 370 * time.Second} {
					time.Sleep(time.Until(began.Add(at)))
					frames := w.bot.take()
					if len(frames) != 1 || frames[0]["retry_attempt"] != float64(n) {
						t.Fatalf("%v later: %s", at, plain(frames))
					}
					reason := "timeout"
					if n == 0 {
						reason = ""
					}
					if frames[0]["retry_reason"] != reason {
						t.Errorf("attempt %d: %v", n, frames[0]["retry_reason"])
					}
					ids = append(ids, envelopes(frames)...)
					events = append(events, frames[0]["payload"].(object)["event_id"].(string))
				}
				if (ids[0] == ids[1]) != test.same || events[0] != events[3] {
					t.Errorf("envelopes %v, events %v", ids, events)
				}
				time.Sleep(time.Hour)
				if n := w.Counts(); len(w.bot.take()) != 0 || n.Retries != 3 || n.Dropped != 1 || !w.Idle() {
					t.Errorf("after all: %+v", n)
				}
			})
		})
	}
}

// TestNoSocket is about what happens while no bot is there: events come later,
// as if they had been sent before.
func TestNoSocket(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		_ = w.bot.ws.Close()
		synctest.Wait()
		if _, err := w.ann.Write(w.study, "hello"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		b := dial(t, w.Server)
		if got := b.take(); len(got) != 1 || got[0]["type"] != "hello" {
			t.Errorf("at once: %s", plain(got))
		}
		time.Sleep(time.Minute)
		got := b.take()
		if len(got) != 1 || got[0]["retry_attempt"] != 2.0 || !w.Idle() {
			t.Errorf("a minute later: %s", plain(got))
		}
	})
}

// TestAcknowledgements is what counts as one.
func TestAcknowledgements(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.bot.always("-")
		say := func(words string) string {
			if _, err := w.ann.Write(w.study, words); err != nil {
				t.Fatal(err)
			}
			ids := envelopes(w.bot.take())
			return ids[len(ids)-1]
		}
		id := say("once")
		time.Sleep(2999 * time.Millisecond)
		w.bot.ack(id, "")
		synctest.Wait()
		if got := w.Latencies(); len(got) != 2 || got[1] != 2999*time.Millisecond || !w.Idle() {
			t.Errorf("just in time: %v", got)
		}
		w.bot.ack(id, "")
		w.bot.ack("nothing", "")
		synctest.Wait()
		id = say("late")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		w.bot.ack(id, "")
		synctest.Wait()
		if n := w.Counts(); n.Late != 1 || w.Idle() {
			t.Errorf("late: %+v", n)
		}
		_ = w.bot.ws.WriteMessage(websocket.TextMessage, []byte("{"))
		synctest.Wait()
		if got := strings.Join(w.Notices(), "\n"); !strings.Contains(got, "never was") || !strings.Contains(got, "isn't JSON") || !strings.Contains(got, "twice") {
			t.Errorf("noticed %s", got)
		}
	})
}

// TestOtherSocket is an acknowledgement on another socket than the envelope's.
func TestOtherSocket(t *testing.T) {
	for _, strict := range []bool{false, true} {
		within(t, slacktest.Options{SameSocket: strict}, func(t *testing.T, w world) {
			w.bot.always("-")
			other := dial(t, w.Server)
			other.always("-")
			for _, b := range []*bot{w.bot, other} {
				b.take()
			}
			if _, err := w.ann.Write(w.study, "hello"); err != nil {
				t.Fatal(err)
			}
			first := envelopes(w.bot.take())
			to := other
			if len(first) == 0 {
				first, to = envelopes(other.take()), w.bot
			}
			to.ack(first[0], "")
			synctest.Wait()
			if w.Idle() == strict || w.Counts().Misplaced != 1 {
				t.Errorf("strict %v: idle %v, %+v", strict, w.Idle(), w.Counts())
			}
		})
	}
}

// TestSpread is about several sockets: each envelope goes to one of them.
func TestSpread(t *testing.T) {
	within(t, slacktest.Options{Limits: slacktest.Unlimited()}, func(t *testing.T, w world) {
		bots := []*bot{w.bot}
		for range 9 {
			bots = append(bots, dial(t, w.Server))
		}
		for range 200 {
			if _, err := w.ann.Write(w.study, "hello"); err != nil {
				t.Fatal(err)
			}
		}
		total := 0
		for i, b := range bots {
			n := len(envelopes(b.take()))
			if total += n; n < 5 {
				t.Errorf("socket %d got %d of 200", i, n)
			}
		}
		if total != 200 || w.Counts().Sockets != 10 {
			t.Errorf("%d of 200 on %d sockets", total, w.Counts().Sockets)
		}
		eleventh := dial(t, w.Server)
		got := plain(eleventh.take())
		if !strings.Contains(got, `"reason":"too_many_websockets"`) || strings.Contains(got, "hello") || eleventh.ended() == nil {
			t.Errorf("the eleventh: %s", got)
		}
	})
}

// TestRefresh is about the end of a socket.
func TestRefresh(t *testing.T) {
	for _, test := range []struct {
		name    string
		act     func(s *slacktest.Server)
		reasons []string
		after   time.Duration // until it ends; 0 for a socket that stays
		gets    bool          // a message right after the act
		reopens string        // error of another, "" for none
	}{
		{"with a warning", (*slacktest.Server).Refresh, []string{"warning", "refresh_requested"}, 10 * time.Second, true, ""},
		{"without", (*slacktest.Server).RefreshNow, []string{"refresh_requested"}, time.Nanosecond, false, ""},
		{"cut", (*slacktest.Server).Drop, nil, time.Nanosecond, false, ""},
		{"switched off", func(s *slacktest.Server) { s.Disable(true) }, []string{"link_disabled"}, time.Nanosecond, false, "forbidden_team"},
		{"half open", (*slacktest.Server).HalfOpen, nil, 0, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				test.act(w.Server)
				if _, err := w.ann.Write(w.study, "hello"); err != nil {
					t.Fatal(err)
				}
				frames := w.bot.take()
				if got := len(envelopes(frames)) == 1; got != test.gets {
					t.Errorf("got %s", plain(frames))
				}
				if test.after > time.Second {
					time.Sleep(test.after - time.Second)
					if err := w.bot.ended(); err != nil {
						t.Errorf("ended early: %v", err)
					}
				}
				time.Sleep(2 * time.Second)
				frames = append(frames, w.bot.take()...)
				var reasons []string
				for _, f := range frames {
					if f["type"] == "disconnect" {
						reasons = append(reasons, f["reason"].(string))
					}
				}
				if strings.Join(reasons, ",") != strings.Join(test.reasons, ",") || (w.bot.ended() != nil) != (test.after > 0) {
					t.Errorf("reasons %v, ended: %v", reasons, w.bot.ended())
				}
				if a := call(t, w.Server, w.AppToken(), "apps.connections.open", ""); a.says("error") != test.reopens {
					t.Errorf("another: %s", a.raw)
				}
			})
		})
	}
}

// TestOpen is about sockets that go wrong from the beginning.
func TestOpen(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		address := func() string { return call(t, w.Server, w.AppToken(), "apps.connections.open", "").says("url") }
		w.Open(1, slacktest.Refuse(503))
		dialer := websocket.Dialer{NetDialContext: w.Dial}
		if _, r, err := dialer.DialContext(t.Context(), address(), nil); err == nil || r.StatusCode != 503 {
			t.Errorf("refused: %v", err)
		}
		w.Open(1, slacktest.NoHello())
		silent := dialAt(t, w.Server, address())
		if got := silent.take(); len(got) != 0 || silent.ended() != nil {
			t.Errorf("silent: %s", plain(got))
		}
		w.Open(1, slacktest.DisconnectAtOnce("refresh_requested"))
		short := dialAt(t, w.Server, address())
		if got := plain(short.take()); !strings.Contains(got, "refresh_requested") || short.ended() == nil {
			t.Errorf("short: %s", got)
		}
		w.Open(1, slacktest.NoPing())
		quiet := dialAt(t, w.Server, address())
		time.Sleep(time.Minute)
		synctest.Wait()
		if quiet.pings != 0 || w.bot.pings < 5 {
			t.Errorf("%d and %d PINGs", quiet.pings, w.bot.pings)
		}
	})
}

// TestSilentClient is about a client that answers no PING.
func TestSilentClient(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		b := dial(t, w.Server)
		b.mu.Lock()
		b.mute = true
		b.mu.Unlock()
		time.Sleep(45 * time.Second)
		if b.ended() == nil || w.bot.ended() != nil {
			t.Errorf("the silent one: %v, the other: %v", b.ended(), w.bot.ended())
		}
	})
}

// TestStrangeFrames is what nobody knows yet.
func TestStrangeFrames(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		if !w.Send(`{"type":"party","what":[1]`) {
			t.Error("no socket")
		}
		w.w.Event(object{"type": "planet_aligned", "planet": "Mars"})
		w.Envelope(object{"type": "app_rate_limited", "team_id": w.w.ID, "minute_rate_limited": 1763800000})
		w.Duplicate(1)
		if _, err := w.ann.Write(w.study, "twice"); err != nil {
			t.Fatal(err)
		}
		w.bot.take()
		got := strings.Join(w.bot.raw, "\n")
		for s, times := range map[string]int{`{"type":"party"`: 1, `"planet_aligned"`: 1, `"type":"app_rate_limited"`: 1, `"text":"twice","ts"`: 2} {
			if strings.Count(got, s) != times {
				t.Errorf("%s, want %d times in\n%s", s, times, got)
			}
		}
		if !w.Idle() {
			t.Error("not all was acknowledged")
		}
	})
}

// TestSubscriptions is about events that the manifest doesn't name, and scopes
// that were not given.
func TestSubscriptions(t *testing.T) {
	manifest := `{"oauth_config":{"scopes":{"bot":["chat:write","app_mentions:read"]}},"settings":{"event_subscriptions":{"bot_events":["app_mention","message.channels"]}}}`
	within(t, slacktest.Options{Manifest: manifest}, func(t *testing.T, w world) {
		if _, err := w.ann.Write(w.study, "@studyhall hi"); err != nil {
			t.Fatal(err)
		}
		w.study.Join(w.w.Person("eve"))
		if got := inner(w.bot.take()); len(got) != 1 || got[0]["type"] != "app_mention" {
			t.Errorf("told %s", plain(got))
		}
	})
}
