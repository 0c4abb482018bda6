package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// asked makes calls at once, and says when each was done.
func asked(t *testing.T, l *line, all []call, within time.Duration) []time.Duration {
	t.Helper()
	began := time.Now()
	took := make([]time.Duration, len(all))
	var working sync.WaitGroup
	for n, q := range all {
		working.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			if err := l.c.do(ctx, q, nil); err != nil {
				t.Errorf("call %d: %v", n, err)
			}
			took[n] = time.Since(began)
		})
	}
	working.Wait()
	return took
}

func times(q call, n int) []call {
	out := make([]call, n)
	for i := range out {
		out[i] = q
	}
	return out
}

func longest(all []time.Duration) time.Duration {
	var most time.Duration
	for _, d := range all {
		most = max(most, d)
	}
	return most
}

// TestPace makes many calls at once of each kind that there is: none is refused as
// one too many, and they are not much slower than Slack allows.
func TestPace(t *testing.T) {
	for _, test := range []struct {
		name    string
		options slacktest.Options
		calls   func(l *line) []call
		most    time.Duration // for all of them
		refused int           // as too many
	}{
		{"30 posts in one channel", slacktest.Options{}, func(l *line) []call { return times(posting(l.study, l.team), 30) }, 36 * time.Second, 0},
		{"400 posts in as many channels", slacktest.Options{}, func(l *line) []call { return everywhere(l, 400) }, 45 * time.Second, 0},
		{"120 questions of tier 3", slacktest.Options{}, func(l *line) []call { return times(l.info(), 120) }, 2*time.Minute + 5*time.Second, 0},
		{"300 whispers", slacktest.Options{}, func(l *line) []call { return times(l.whisper(), 300) }, 2*time.Minute + 5*time.Second, 0},
		{"without bursts", slacktest.Options{Strict: true}, func(l *line) []call { return times(l.info(), 30) }, 90 * time.Second, 31},
		{"one a minute", slacktest.Options{Commercial: true}, func(l *line) []call { return times(l.history(), 6) }, 6 * time.Minute, 7},
		{"nobody says how long", slacktest.Options{Strict: true, NoRetryAfter: true}, func(l *line) []call { return times(l.info(), 30) }, 3 * time.Minute, 35},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, test.options)
				all := test.calls(l)
				took := longest(asked(t, l, all, 10*time.Minute))
				if got := l.Counts().Limited; got > test.refused {
					t.Errorf("%d refused as too many, want %d at most", got, test.refused)
				}
				if took > test.most {
					t.Errorf("it took %s, want %s at most", took, test.most)
				}
				t.Logf("%d calls in %s, %d refused", len(all), took, l.Counts().Limited)
			})
		})
	}
}

func (l *line) info() call {
	return call{team: l.team.ID, method: "conversations.info", form: map[string][]string{"channel": {l.study.ID}}}
}

func (l *line) history() call {
	return call{team: l.team.ID, method: "conversations.history", form: map[string][]string{"channel": {l.study.ID}}}
}

func (l *line) whisper() call {
	p := l.team.Person("ann")
	l.study.Join(p)
	return call{team: l.team.ID, method: "chat.postEphemeral", urgent: true, body: fmt.Appendf(nil, `{"channel":%q,"user":%q,"text":"Right."}`, l.study.ID, p.ID)}
}

// everywhere is one post in each of many channels.
func everywhere(l *line, n int) []call {
	var all []call
	for range n {
		c := l.team.Channel("study")
		c.Invite()
		all = append(all, posting(c, l.team))
	}
	return all
}

// TestLearnt has limits told once be kept to afterwards: a second row of calls,
// one after the other, has hardly any refused.
func TestLearnt(t *testing.T) {
	for _, test := range []struct {
		name    string
		options slacktest.Options
		calls   func(l *line) call
		refused int
	}{
		{"without bursts", slacktest.Options{Strict: true}, (*line).info, 1},
		{"one a minute", slacktest.Options{Commercial: true}, (*line).history, 1},
		{"nobody says how long", slacktest.Options{Strict: true, NoRetryAfter: true}, (*line).info, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, test.options)
				for range 9 {
					asked(t, l, []call{test.calls(l)}, 10*time.Minute)
				}
				if got := l.Counts().Limited; got > test.refused {
					t.Errorf("%d refused as too many, want %d at most", got, test.refused)
				}
			})
		})
	}
}

// TestUrgent has somebody wait for what comes after many posts and edits.
func TestUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		edits := call{team: l.team.ID, method: "chat.update", body: fmt.Appendf(nil, `{"channel":%q,"ts":"1.1","text":"x"}`, l.study.ID), patience: time.Hour}
		posts := append(times(posting(l.study, l.team), 40), everywhere(l, 400)...)
		var working sync.WaitGroup
		for _, q := range append(times(edits, 200), posts...) {
			working.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_ = l.c.do(ctx, q, nil)
			})
		}
		time.Sleep(5 * time.Second)
		answer, whisper := posting(l.study, l.team), l.whisper()
		answer.urgent = true
		for name, q := range map[string]call{"an answer in the channel": answer, "a whisper": whisper} {
			if took := asked(t, l, []call{q}, time.Minute)[0]; took > 100*time.Millisecond {
				t.Errorf("%s waited %s", name, took)
			}
		}
		elsewhere := l.team.Channel("elsewhere")
		elsewhere.Invite()
		working.Wait()
		if took := asked(t, l, []call{posting(elsewhere, l.team)}, time.Minute)[0]; took > time.Second {
			t.Errorf("a post elsewhere waited %s", took)
		}
		if got := l.Counts().Limited; got > 0 {
			t.Errorf("%d refused as too many", got)
		}
	})
}

// TestFairInOneWorkspace has one channel want a lot: the others don't wait for it.
func TestFairInOneWorkspace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		took := asked(t, l, append(times(posting(l.study, l.team), 60), everywhere(l, 50)...), 10*time.Minute)
		if late := longest(took[60:]); late > time.Second {
			t.Errorf("others waited %s", late)
		}
	})
}

// TestPatience gives up a call whose turn would come too late, at once, and takes
// no turn for it.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		q := posting(l.study, l.team)
		q.patience = 2 * time.Second
		began, done := time.Now(), 0
		var limited *tooMany
		for range 30 {
			err := l.c.do(t.Context(), q, nil)
			if err == nil {
				done++
			} else if !errors.As(err, &limited) {
				t.Fatal(err)
			}
		}
		if done != 30 {
			t.Errorf("one after the other, %d of 30 were done", done)
		}
		if took := time.Since(began); took > 36*time.Second {
			t.Errorf("it took %s", took)
		}
		time.Sleep(time.Minute)
		began = time.Now()
		results := make(chan error, 30)
		for range 30 {
			go func() { results <- l.c.do(t.Context(), q, nil) }()
		}
		done = 0
		told := map[time.Duration]bool{}
		for range 30 {
			switch err := <-results; {
			case err == nil:
				done++
			case !errors.As(err, &limited):
				t.Error(err)
			case limited.after < q.patience || limited.after > 40*time.Second || told[limited.after]:
				t.Errorf("it would take %s more", limited.after)
			default:
				told[limited.after] = true
			}
		}
		if took := time.Since(began); done != 4 || took > q.patience {
			t.Errorf("%d were done in %s, want 4: the burst, and what its time allows", done, took)
		}
		if err := l.c.do(t.Context(), q, nil); err != nil {
			t.Errorf("the next: %v", err)
		}
	})
}

// TestWhoIsLimited says of which calls a 429 speaks: of a channel, of a workspace's
// posts, or of everything.
func TestWhoIsLimited(t *testing.T) {
	for _, test := range []struct {
		name  string
		after func(l *line, told func(c *slacktest.Channel))
		waits string // what waits for it
	}{
		{"one channel", func(l *line, told func(*slacktest.Channel)) { told(l.study) }, "study"},
		{"one channel, twice", func(l *line, told func(*slacktest.Channel)) { told(l.study); told(l.study) }, "study"},
		{"two channels", func(l *line, told func(*slacktest.Channel)) { told(l.study); told(l.team.Channel("two")) }, "study other"},
		{"by who stands in front of Slack", func(l *line, told func(*slacktest.Channel)) {
			l.c.limits.told(posting(l.study, l.team), 30*time.Second, true)
		}, "study other elsewhere edit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, slacktest.Options{})
				far := l.Workspace("Elsewhere")
				l.teams.all[far.ID] = far
				test.after(l, func(c *slacktest.Channel) { l.c.limits.told(posting(c, l.team), 30*time.Second, false) })
				waits := ""
				for _, one := range []struct {
					name string
					q    call
				}{
					{"study", posting(l.study, l.team)},
					{"other", posting(l.team.Channel("other"), l.team)},
					{"elsewhere", posting(far.Channel("study"), far)},
					{"edit", call{team: l.team.ID, method: "chat.update"}},
				} {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					err := l.c.limits.wait(ctx, one.q)
					cancel()
					limited, ok := errors.AsType[*tooMany](err)
					if ok {
						waits += " " + one.name
					}
					if ok && limited.all != (len(test.waits) > 15) {
						t.Errorf("%s: it holds for everything: %t", one.name, limited.all)
					}
				}
				if waits != " "+test.waits {
					t.Errorf("waits:%s, want: %s", waits, test.waits)
				}
				time.Sleep(31 * time.Second)
				if err := l.c.limits.wait(t.Context(), posting(l.study, l.team)); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// TestLimitedInFront has a page with 429 come, which isn't Slack's API.
func TestLimitedInFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		l.c.http.Transport = &answering{all: []heardIn{{status: 429, body: "<html>", after: "60"}}}
		err := l.c.do(t.Context(), posting(l.study, l.team), nil)
		if limited, ok := errors.AsType[*tooMany](err); !ok || !limited.all || limited.after != time.Minute {
			t.Errorf("got %v", err)
		}
	})
}

// TestLimitsEnd ends calls that wait for their turn: when the caller has enough,
// and when the workspace is gone.
func TestLimitsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		gone := make(chan struct{})
		l.teams.ended[l.team.ID] = gone
		l.c.limits.told(posting(l.study, l.team), 30*time.Second, false)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		results := make(chan error)
		go func() { results <- l.c.do(ctx, posting(l.study, l.team), nil) }()
		synctest.Wait()
		close(gone)
		if err := <-results; codeOf(err) != "account_inactive" {
			t.Errorf("the workspace is gone: %v", err)
		}
		delete(l.teams.ended, l.team.ID)
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		go func() { results <- l.c.do(ctx, posting(l.study, l.team), nil) }()
		synctest.Wait()
		cancel()
		if err := <-results; outcome(err) != "not sent" {
			t.Errorf("the caller has enough: %v", err)
		}
		if n := len(l.study.Messages()); n > 0 {
			t.Errorf("%d messages", n)
		}
	})
}

// TestForgottenLimits keeps no more limits than are in use.
func TestForgottenLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for n := range 20 * sweepBuckets {
			if err := l.wait(t.Context(), call{team: fmt.Sprint("T", n), method: "users.info"}); err != nil {
				t.Fatal(err)
			}
			if n%sweepBuckets == 0 {
				time.Sleep(idleBucket + time.Second)
			}
		}
		if got := len(l.buckets); got > 2*sweepBuckets {
			t.Errorf("%d are kept", got)
		}
	})
}

// TestRetryAfterOnRefusal has Slack say in words, at status 200, that it is too much.
func TestRetryAfterOnRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, slacktest.Options{})
		l.c.http.Transport = &answering{all: []heardIn{{status: http.StatusOK, body: `{"ok":false,"error":"ratelimited"}`, after: "20"}}}
		err := l.c.do(t.Context(), posting(l.study, l.team), nil)
		if limited, ok := errors.AsType[*tooMany](err); !ok || limited.all || limited.after != 20*time.Second {
			t.Errorf("got %v", err)
		}
	})
}
