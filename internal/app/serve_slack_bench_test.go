package app

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"studyhall/adapters/slack/slacktest"
)

// BenchmarkServePressesOnSlack has 2,000 members press a letter within two
// seconds, over Socket Mode through serve with its database in a file as durable
// as ever. It reports how long Slack waited for acknowledgements, and in how many
// seconds everybody had read their graded answer. "first" is when each of them is
// new to the group, "again" a later question. "bare echo" does nothing but
// acknowledge, with the library alone.
func BenchmarkServePressesOnSlack(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		r := &slackRush{b: b}
		for b.Loop() {
			b.StopTimer()
			question, stop := r.serve()
			b.StartTimer()
			r.press(question, true)
			b.StopTimer()
			stop()
			b.StartTimer()
		}
		r.report()
	})
	b.Run("again", func(b *testing.B) {
		r := &slackRush{b: b}
		question, _ := r.serve()
		r.press(question, true) // everybody joins
		r.acks, r.results = nil, nil
		for b.Loop() {
			b.StopTimer()
			question = r.postNow()
			b.StartTimer()
			r.press(question, true)
		}
		r.report()
	})
	b.Run("bare echo", func(b *testing.B) {
		r := &slackRush{b: b}
		question := r.echo()
		for b.Loop() {
			r.press(question, false)
		}
		r.report()
	})
}

// slackRush is a channel in which everybody presses.
type slackRush struct {
	b       *testing.B
	s       *slacktest.Server
	w       *slacktest.Workspace
	study   *slacktest.Channel
	maria   *slacktest.Person
	people  []*slacktest.Person
	acks    []time.Duration
	results []time.Duration // until everybody had theirs
}

// open makes a workspace full of people.
func (r *slackRush) open() {
	r.s = slacktest.New(r.b, slacktest.Options{TCP: true, Patience: patience})
	r.w, r.people = r.s.Workspace("Biomed"), nil
	grantAll(r.w)
	r.study, r.maria = r.w.Channel("cbet-study"), r.w.Person("Maria G.")
	r.study.Join(r.maria)
	for range rushers {
		p := r.w.Person("Member")
		r.study.Join(p)
		r.people = append(r.people, p)
	}
}

// serve has the program run with a group that has its first question.
func (r *slackRush) serve() (question slacktest.Message, stop func() error) {
	r.b.Helper()
	r.open()
	_, stop = servedWith(r.b, map[string]string{
		"SLACK_BOT_TOKEN": r.w.Token(), "SLACK_APP_TOKEN": r.s.AppToken(), "SLACK_API_URL": r.s.URL(),
		"HTTP_ADDR": freeAddress(r.b), "DATABASE_URL": "sqlite:" + filepath.Join(r.b.TempDir(), "study.db"),
	})
	r.await("the program connects", r.s.Connected)
	r.study.Invite()
	r.act(r.maria.Command(r.study, "/studyhall", "group"))
	i := r.act(r.maria.Press(r.offered("Set up"), "Set up"))
	r.await("a form", func() bool { _, ok := i.View(); return ok })
	form, _ := i.View()
	r.act(r.maria.Submit(form, slacktest.Args{"Studying for": "CBET: Certified Biomedical Equipment Technician"}))
	r.act(r.maria.Press(r.offered("Start"), "Start"))
	r.await("a welcome", func() bool { return len(r.study.Messages()) > 0 })
	return r.postNow(), stop
}

// echo has the library alone acknowledge, on the message that it returns.
func (r *slackRush) echo() slacktest.Message {
	r.b.Helper()
	r.open()
	r.study.Invite()
	api := slackgo.New(r.w.Token(), slackgo.OptionAPIURL(r.s.URL()), slackgo.OptionAppLevelToken(r.s.AppToken()))
	client := socketmode.New(api)
	ctx, cancel := context.WithCancel(context.Background())
	r.b.Cleanup(cancel)
	go func() { _ = client.RunContext(ctx) }()
	go func() {
		for e := range client.Events {
			if e.Request != nil {
				_ = client.AckCtx(ctx, e.Request.EnvelopeID, nil)
			}
		}
	}()
	r.await("the library connects", r.s.Connected)
	_, _, err := api.PostMessageContext(ctx, r.study.ID, slackgo.MsgOptionText("Which?", false), slackgo.MsgOptionBlocks(
		slackgo.NewActionBlock("b", slackgo.NewButtonBlockElement("a", "a", slackgo.NewTextBlockObject(slackgo.PlainTextType, "A", false, false)))))
	r.fail(err)
	all := r.study.Messages()
	return all[len(all)-1]
}

func (r *slackRush) fail(err error) {
	r.b.Helper()
	if err != nil {
		r.b.Fatal(err)
	}
}

func (r *slackRush) await(what string, holds func() bool) {
	r.b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.s.Await(ctx, holds); err != nil {
		r.b.Fatalf("%s: %v", what, err)
	}
}

// act waits for what somebody did to be acknowledged.
func (r *slackRush) act(i *slacktest.Interaction, err error) *slacktest.Interaction {
	r.b.Helper()
	r.fail(err)
	r.await("an acknowledgement", i.Acked)
	return i
}

// offered is the newest message on which Maria sees a button.
func (r *slackRush) offered(label string) (m slacktest.Message) {
	r.b.Helper()
	r.await(label, func() bool {
		for _, seen := range slices.Backward(r.maria.Messages(r.study)) {
			if slices.Contains(seen.Labels(), label) {
				m = seen
				return true
			}
		}
		return false
	})
	return m
}

// questions are those that were posted, oldest first.
func (r *slackRush) questions() []slacktest.Message {
	var out []slacktest.Message
	for _, m := range r.study.Messages() {
		if strings.Contains(m.Words(), "CBET question ") {
			out = append(out, m)
		}
	}
	return out
}

// postNow has questions posted until one is answered by a letter; some are typed.
func (r *slackRush) postNow() slacktest.Message {
	r.b.Helper()
	for range 10 {
		before := len(r.questions())
		r.act(r.maria.Command(r.study, "/studyhall", "group post now"))
		r.act(r.maria.Press(r.offered("Post it"), "Post it"))
		r.await("a question", func() bool { return len(r.questions()) > before })
		q := r.questions()[before]
		if slices.Contains(q.Labels(), "A") {
			return q
		}
	}
	r.b.Fatal("no question is answered by a letter")
	return slacktest.Message{}
}

// press has everybody press within two seconds.
func (r *slackRush) press(question slacktest.Message, graded bool) {
	r.b.Helper()
	began := time.Now()
	all := make([]*slacktest.Interaction, len(r.people))
	for n, p := range r.people {
		time.Sleep(time.Until(began.Add(time.Duration(n) * 2 * time.Second / rushers)))
		i, err := p.Press(question, "A")
		r.fail(err)
		all[n] = i
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for n, i := range all {
		if err := i.Wait(ctx); err != nil {
			r.b.Errorf("press %d: %v", n, err)
		}
		r.acks = append(r.acks, i.Latency())
	}
	if !graded {
		return
	}
	for _, i := range all {
		r.await("a graded answer", func() bool { return len(i.Messages()) > 0 })
	}
	r.results = append(r.results, time.Since(began))
}

func (r *slackRush) report() {
	r.b.Helper()
	reportAcks(r.b, r.acks)
	var all time.Duration
	for _, d := range r.results {
		all += d
	}
	if len(r.results) > 0 {
		r.b.ReportMetric(all.Seconds()/float64(len(r.results)), "s-all-read")
	}
}
