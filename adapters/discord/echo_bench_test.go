package discord_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
)

// BenchmarkEventToCallback measures from an interaction to its acknowledgement,
// through the adapter and through a bare echo with the library alone.
func BenchmarkEventToCallback(b *testing.B) {
	b.Run("adapter", func(b *testing.B) {
		w := &world{discord: discordtest.New(b, discordtest.Options{Schema: "-"}), shelf: newShelf()}
		a, err := discord.New(slog.New(slog.DiscardHandler), w.config())
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx, w.testBot()) }()
		measure(b, w.discord)
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	b.Run("bare echo", func(b *testing.B) {
		d := discordtest.New(b, discordtest.Options{Schema: "-"})
		session := echo(b, d)
		defer session.Close()
		measure(b, d)
	})
}

// measure uses a command again and again, one at a time.
func measure(b *testing.B, d *discordtest.Server) {
	g := d.Guild("Biomed")
	study, ann := g.Channel("study"), d.Person("ann")
	g.Join(ann)
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := d.Await(ctx, func() bool { return d.Connected() && len(d.Commands(nil)) > 0 }); err != nil {
		b.Fatal(err)
	}
	d.Forget()
	var all []time.Duration
	for b.Loop() {
		i, err := ann.Command(study, "study", nil)
		if err == nil {
			err = i.Wait(ctx)
		}
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, i.Latency())
		if len(all)%500 == 0 {
			d.Forget()
		}
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "µs-p99")
}

// toFake leads the library's requests to the Discord in memory, which takes
// version 9 of the API as well.
type toFake struct {
	base *url.URL
	next http.RoundTripper
}

// RoundTrip changes the host.
func (f toFake) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = f.base.Scheme, f.base.Host
	return f.next.RoundTrip(r)
}

// echo answers every interaction with the library alone.
func echo(b *testing.B, d *discordtest.Server) *discordgo.Session {
	session, err := discordgo.New("Bot " + d.Token())
	if err != nil {
		b.Fatal(err)
	}
	base, err := url.Parse(d.URL())
	if err != nil {
		b.Fatal(err)
	}
	session.LogLevel = -1
	session.Identify.Intents = discordgo.IntentsGuilds
	session.Client = &http.Client{Transport: toFake{base, &http.Transport{MaxIdleConnsPerHost: 100, DialContext: d.Dial}}}
	session.Dialer = &websocket.Dialer{NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		return d.Dial(ctx, network, addr)
	}}
	session.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		_ = s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: "Your page", Flags: discordgo.MessageFlagsEphemeral},
		})
	})
	if err := session.Open(); err != nil {
		b.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, d.URL()+"/v10/applications/"+d.Application()+"/commands", strings.NewReader(`{"name":"study","description":"Your page","type":1}`))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bot "+d.Token())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", session.UserAgent)
	answer, err := d.Client().Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		said, _ := io.ReadAll(answer.Body)
		b.Fatalf("command not registered: %s", said)
	}
	return session
}
