package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"studyhall/adapters/discord/discordtest"
)

// BenchmarkServePresses has 2,000 members press a letter within two seconds,
// with 60 ms to Discord and back, through serve with its database in a file as
// durable as ever. It reports how long their acknowledgements took, which hold
// the graded answer, and how many took a second or more: that must be none.
// "first" is when each of them is new to the group, "again" a later question.
// "bare echo" does nothing but answer, with the library alone.
func BenchmarkServePresses(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		var all []time.Duration
		for b.Loop() {
			b.StopTimer()
			l, question, stop := newRush(b)
			b.StartTimer()
			all = append(all, l.rush(question)...)
			b.StopTimer()
			stop()
			b.StartTimer()
		}
		reportAcks(b, all)
	})
	b.Run("again", func(b *testing.B) {
		l, question, _ := newRush(b)
		l.rush(question) // everybody joins
		var all []time.Duration
		for b.Loop() {
			b.StopTimer()
			question = l.postNow()
			b.StartTimer()
			all = append(all, l.rush(question)...)
		}
		reportAcks(b, all)
	})
	b.Run("bare echo", func(b *testing.B) {
		l := &load{t: b, d: discordtest.New(b, discordtest.Options{TCP: true, Schema: "-"})}
		l.biomed = l.d.Guild("Biomed")
		l.study = l.biomed.Channel("cbet-study")
		l.join(rushers)
		question := bareEcho(b, l)
		l.d.Inject(-1, discordtest.Callback, discordtest.Delay(distance))
		var all []time.Duration
		for b.Loop() {
			all = append(all, l.rush(question)...)
		}
		reportAcks(b, all)
	})
}

const (
	rushers  = 2000
	distance = 60 * time.Millisecond // to Discord and back
)

// newRush is a served group with its first question posted, and everybody there.
func newRush(b *testing.B) (l *load, question discordtest.Message, stop func() error) {
	b.Helper()
	d := discordtest.New(b, discordtest.Options{TCP: true, Schema: "-", IdentifyGap: time.Nanosecond})
	l = &load{t: b, d: d}
	_, stop = served(b, d, nil)
	l.up()
	question = l.question()
	l.join(rushers)
	d.Inject(-1, discordtest.Callback, discordtest.Delay(distance))
	return l, question, stop
}

// rush has everybody press within two seconds, and gives how long each waited
// for the acknowledgement.
func (l *load) rush(question discordtest.Message) []time.Duration {
	l.t.Helper()
	began := time.Now()
	all := make([]*discordtest.Interaction, len(l.people))
	for n, p := range l.people {
		time.Sleep(time.Until(began.Add(time.Duration(n) * 2 * time.Second / rushers)))
		i, err := p.Press(question, "A")
		if err != nil {
			l.t.Fatal(err)
		}
		all[n] = i
	}
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	var took []time.Duration
	for n, i := range all {
		if err := i.Wait(ctx); err != nil {
			l.t.Errorf("press %d: %v", n, err)
			continue
		}
		took = append(took, i.Latency())
	}
	l.d.Forget()
	return took
}

// reportAcks reports waits for acknowledgements.
func reportAcks(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(part int) float64 { return float64(took[(len(took)-1)*part/100].Microseconds()) / 1000 }
	late := 0
	for _, d := range took {
		if d >= time.Second {
			late++
		}
	}
	b.ReportMetric(at(50), "ms-p50")
	b.ReportMetric(at(99), "ms-p99")
	b.ReportMetric(at(100), "ms-max")
	b.ReportMetric(float64(late), "over-1s")
}

// bareEcho answers every press on the message that it returns, with the library
// alone.
func bareEcho(b *testing.B, l *load) discordtest.Message {
	b.Helper()
	session, err := discordgo.New("Bot " + l.d.Token())
	if err != nil {
		b.Fatal(err)
	}
	base, err := url.Parse(l.d.URL())
	if err != nil {
		b.Fatal(err)
	}
	session.LogLevel = -1
	session.Compress = false
	session.Identify.Intents = discordgo.IntentsGuilds
	session.Client = &http.Client{Transport: sentTo{base, &http.Transport{MaxIdleConnsPerHost: 256}}}
	session.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		_ = s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: "Right.", Flags: discordgo.MessageFlagsEphemeral},
		})
	})
	if err := session.Open(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { session.Close() })
	if _, err := session.ChannelMessageSendComplex(l.study.ID, &discordgo.MessageSend{Content: "Which?", Components: []discordgo.MessageComponent{
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "A", CustomID: "a", Style: discordgo.SecondaryButton}}},
	}}); err != nil {
		b.Fatal(err)
	}
	return l.study.Messages()[0]
}

// sentTo leads requests to another host.
type sentTo struct {
	base *url.URL
	next http.RoundTripper
}

// RoundTrip changes the host.
func (s sentTo) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = s.base.Scheme, s.base.Host
	return s.next.RoundTrip(r)
}
