package slacktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// TestLimits is how many calls go at once, and when the next does.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name   string
		o      slacktest.Options
		method string
		args   string
		atOnce int
		after  string // Retry-After then
	}{
		{"the fourth tier", slacktest.Options{}, "users.info", `{"user":"{ann}"}`, 100, "1"},
		{"the third tier", slacktest.Options{}, "conversations.history", `{"channel":"{study}"}`, 50, "2"},
		{"the second tier", slacktest.Options{}, "users.list", `{}`, 20, "3"},
		{"a channel", slacktest.Options{}, "chat.postMessage", `{"channel":"{study}","text":"x"}`, 5, "1"},
		{"no bursts", slacktest.Options{Strict: true}, "users.info", `{"user":"{ann}"}`, 1, "1"},
		{"a commercial app", slacktest.Options{Commercial: true}, "conversations.history", `{"channel":"{study}"}`, 1, "60"},
		{"without Retry-After", slacktest.Options{NoRetryAfter: true}, "users.list", `{}`, 20, ""},
		{"one of its own", slacktest.Options{Limits: map[slacktest.Method]slacktest.Limit{slacktest.AuthTest: {Calls: 2, Per: time.Minute, Burst: 2}}}, "auth.test", ``, 2, "30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				for n := range test.atOnce {
					if a := w.call(test.method, test.args); a.status != 200 {
						t.Fatalf("call %d: %d %s", n+1, a.status, a.raw)
					}
				}
				a := w.call(test.method, test.args)
				if a.status != 429 || a.says("error") != "ratelimited" || a.header.Get("Retry-After") != test.after {
					t.Fatalf("one more: %d %s, Retry-After %q", a.status, a.raw, a.header.Get("Retry-After"))
				}
				if b := w.call("team.info", ""); b.status != 200 {
					t.Errorf("another method: %d", b.status)
				}
				if test.after != "" {
					seconds, err := time.ParseDuration(test.after + "s")
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(seconds)
					if a := w.call(test.method, test.args); a.status != 200 {
						t.Errorf("after waiting: %d %s", a.status, a.raw)
					}
				}
				if n := w.Counts(); n.Limited != 1 {
					t.Errorf("%+v", n)
				}
			})
		})
	}
}

// TestUnlimited is about tests that don't want any of that.
func TestUnlimited(t *testing.T) {
	within(t, slacktest.Options{Limits: slacktest.Unlimited()}, func(t *testing.T, w world) {
		for range 400 {
			w.post(`"text":"x"`)
		}
	})
}

// TestWorkspaceLimit is about all channels together.
func TestWorkspaceLimit(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		limited := 0
		for n := range 310 {
			c := w.w.Channel(fmt.Sprint("c", n))
			c.Invite()
			if w.call("chat.postMessage", `{"channel":"`+c.ID+`","text":"x"}`).status == 429 {
				limited++
			}
		}
		if limited != 10 {
			t.Errorf("%d of 310 were too many", limited)
		}
		other := w.Workspace("Other")
		c := other.Channel("c")
		c.Invite()
		if a := call(t, w.Server, other.Token(), "chat.postMessage", `{"channel":"`+c.ID+`","text":"x"}`); a.status != 200 {
			t.Errorf("another workspace: %d", a.status)
		}
	})
}

// TestCommercialHistory is about how much one call gives.
func TestCommercialHistory(t *testing.T) {
	within(t, slacktest.Options{Commercial: true}, func(t *testing.T, w world) {
		for range 20 {
			if _, err := w.ann.Write(w.study, "hello"); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(w.must("conversations.history", `{"channel":"{study}","limit":200}`).raw, `"hello"`); got != 15*2 {
			t.Errorf("%d texts, want 15 and as many in blocks", got)
		}
	})
}

// TestFaults is 5.9 of the contract, as far as it is about requests: what the
// client gets, how long it takes, and whether it was done.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  slacktest.Fault
		status int // 0: no answer
		says   string
		took   time.Duration
		done   int
	}{
		{"no fault", slacktest.Fault{}, 200, `"ok":true`, 0, 1},
		{"late", slacktest.Delay(2900 * time.Millisecond), 200, `"ok":true`, 2900 * time.Millisecond, 1},
		{"the answer is late", slacktest.DelayAfter(time.Minute), 200, `"ok":true`, time.Minute, 1},
		{"cut before", slacktest.CutBefore(), 0, "EOF", 0, 0},
		{"cut after", slacktest.CutAfter(), 0, "EOF", 0, 1},
		{"502 before", slacktest.StatusBefore(502), 502, "Bad Gateway", 0, 0},
		{"503 after", slacktest.StatusAfter(503), 503, "Service Unavailable", 0, 1},
		{"an error", slacktest.Refused("restricted_action"), 200, `"error":"restricted_action"`, 0, 0},
		{"an error after", slacktest.RefusedAfter("internal_error"), 200, `"error":"internal_error"`, 0, 1},
		{"limited", slacktest.Limited(7 * time.Second), 429, `"error":"ratelimited"`, 0, 0},
		{"half the JSON", slacktest.Truncated(), 200, `{"channel":"`, 0, 1},
		{"strange fields", slacktest.UnknownFields(), 200, `"new_in_2031":[1,null,"x"]`, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				w.Inject(1, slacktest.PostMessage, test.fault)
				began := time.Now()
				a := w.call("chat.postMessage", `{"channel":"{study}","text":"hello"}`)
				if a.status != test.status || !strings.Contains(a.raw, test.says) || time.Since(began) != test.took {
					t.Errorf("%d %s after %v", a.status, a.raw, time.Since(began))
				}
				if got := len(w.study.Messages()); got != test.done || w.Counts().Posts[""] != test.done {
					t.Errorf("%d messages", got)
				}
				w.post(`"text":"hello"`) // only one was to fail
			})
		})
	}
}

// TestFaultsAreCounted is about how many requests one is for.
func TestFaultsAreCounted(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		statuses := func(methods ...string) string {
			var out []string
			for _, m := range methods {
				out = append(out, fmt.Sprint(w.call(m, "").status))
			}
			return strings.Join(out, " ")
		}
		w.Inject(2, slacktest.AuthTest, slacktest.StatusBefore(502))
		w.Inject(1, slacktest.AuthTest, slacktest.StatusBefore(504))
		w.Inject(1, slacktest.AuthTest, slacktest.Delay(time.Second))
		if got := statuses("auth.test", "team.info", "auth.test", "auth.test", "auth.test"); got != "502 200 502 504 200" {
			t.Errorf("one after another: %s", got)
		}
		w.Inject(-1, slacktest.Any, slacktest.StatusBefore(503))
		if got := statuses("auth.test", "team.info", "auth.test"); got != "503 503 503" {
			t.Errorf("all: %s", got)
		}
		w.Heal()
		if got := statuses("auth.test"); got != "200" {
			t.Errorf("healed: %s", got)
		}
	})
}
