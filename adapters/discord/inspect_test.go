package discord_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// look inspects the world as doctor does.
func (w *world) look(change func(in *discord.Inspection)) []bot.Finding {
	in := discord.Inspection{Config: w.config(), Commands: w.testBot().Commands(), Channels: []bot.ChannelID{bot.ChannelID("discord:" + w.study.ID)}, Now: time.Now}
	if w.http {
		in.PublicURL = "http://bot.test/"
		in.HTTP = &http.Client{Transport: inside(func() http.Handler { return w.adapter.Routes(w.bot) })}
	}
	if change != nil {
		change(&in)
	}
	return discord.Inspect(w.t.Context(), in)
}

// said is a finding on one line.
func said(f bot.Finding) string {
	state := string(f.State)
	if f.Setup {
		state = "setup"
	}
	return fmt.Sprintf("%s: %s: %s > %s", state, f.About, f.How, f.Fix)
}

// expect compares those findings that aren't well, in order, with what each
// should have in it.
func expect(t *testing.T, w *world, found []bot.Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range found {
		if f.State != bot.FindingOK {
			got = append(got, said(f))
		}
		if f.How == "" || f.State == bot.FindingBroken && f.Fix == "" {
			t.Errorf("a finding says too little: %s", said(f))
		}
		if strings.Contains(said(f), w.discord.Token()) || strings.Contains(said(f), "fakeTOKEN") {
			t.Errorf("a finding has the token: %s", said(f))
		}
	}
	all := strings.Join(got, "\n")
	if len(got) != len(want) {
		t.Fatalf("want %d findings, got:\n%s", len(want), all)
	}
	for n, parts := range want {
		for part := range strings.SplitSeq(parts, "…") {
			if !strings.Contains(got[n], part) {
				t.Errorf("want %q in:\n%s", part, got[n])
			}
		}
	}
}

// TestInspect has everything in order once, and then one fault a row.
func TestInspect(t *testing.T) {
	type faulty struct {
		name    string
		http    bool
		prepare func(w *world)
		change  func(in *discord.Inspection)
		want    []string
	}
	for _, test := range []faulty{
		{name: "all well"},
		{name: "all well over HTTP", http: true},
		{name: "offline", change: func(in *discord.Inspection) { in.Offline = true }, want: []string{"note: Discord: …not asked"}},
		{name: "the token's shape", change: func(in *discord.Inspection) { in.Config.Token = strings.Repeat("ab", 32) },
			want: []string{"setup: Token: …Public Key…page Bot, Reset Token"}},
		{name: "another bot's token", change: func(in *discord.Inspection) { in.Config.Token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc" },
			want: []string{"setup: Bot: Discord doesn't accept DISCORD_TOKEN…Reset Token"}},
		{name: "Discord is down", prepare: func(w *world) { w.discord.Inject(-1, discordtest.Any, discordtest.StatusBefore(503)) },
			want: []string{"broken: Bot: …503…discordstatus.com"}},
		{name: "Discord asks to wait", prepare: func(w *world) { w.discord.Inject(-1, discordtest.Any, discordtest.Cloudflare(time.Hour)) },
			want: []string{"broken: Bot: …no more questions for 1 h"}},
		{name: "code grant", prepare: func(w *world) { w.discord.Portal(map[string]any{"bot_require_code_grant": true, "bot_public": false}) },
			want: []string{"broken: Invitation: Requires OAuth2 Code Grant…page Bot", "note: Invitation: Public Bot is off"}},
		{name: "in no server", prepare: func(w *world) { w.server.Remove() }, change: func(in *discord.Inspection) { in.Channels = nil },
			want: []string{"note: Servers: …no server yet…oauth2/authorize?client_id="}},
		{name: "the one server is another", change: func(in *discord.Inspection) { in.Config.Guild = "42" },
			want: []string{"setup: Servers: …server 42 that DISCORD_GUILD_ID names"}},
		{name: "events go to an address", prepare: func(w *world) {
			w.discord.Portal(map[string]any{"interactions_endpoint_url": "https://old.example.org/x"})
		}, want: []string{"setup: Gateway: …https://old.example.org/x…Empty Interactions Endpoint URL"}},
		{name: "other commands", change: func(in *discord.Inspection) { in.Commands = in.Commands[1:] },
			want: []string{"note: Commands: …not as this program has them…Start the bot again"}},
		{name: "may not see", prepare: func(w *world) { w.study.Deny(discordtest.ViewChannel) },
			want: []string{"broken: discord:…doesn't let me see that channel…View Channel"}},
		{name: "may not send", prepare: func(w *world) { w.study.Deny(discordtest.SendMessages) },
			want: []string{"broken: #cbet-study in Biomed: The bot lacks Send Messages: nothing can be posted.…Open #cbet-study's settings, then Permissions, and allow Studyhall: Send Messages."}},
		{name: "may not attach or read", prepare: func(w *world) { w.study.Deny(discordtest.AttachFiles | discordtest.ReadMessageHistory) },
			want: []string{"broken: #cbet-study in Biomed: The bot lacks Attach Files, Read Message History: posts with pictures don't arrive; after a cut connection a post may come twice."}},
		{name: "no threads", prepare: func(w *world) { w.study.Deny(discordtest.CreatePublicThreads) },
			want: []string{"note: #cbet-study in Biomed: The bot lacks Create Public Threads: Discuss opens no thread."}},
		{name: "pins wanted", change: func(in *discord.Inspection) { in.Wants = []discord.Wants{{Channel: in.Channels[0], Pin: true}} },
			want: []string{"note: #cbet-study in Biomed: Its group wants questions pinned…Open #cbet-study's settings, then Permissions, and allow Studyhall: Pin Messages."}},
		{name: "pins wanted and allowed", prepare: func(w *world) { w.study.Allow(discordtest.PinMessages) },
			change: func(in *discord.Inspection) { in.Wants = []discord.Wants{{Channel: in.Channels[0], Pin: true}} }},
		{name: "a role wanted that is no more", change: func(in *discord.Inspection) {
			in.Wants = []discord.Wants{{Channel: in.Channels[0], Ping: "discord:42"}}
		},
			want: []string{"note: #cbet-study in Biomed: Its group wants a role pinged that is no more.…/group"}},
		{name: "channel deleted", prepare: func(w *world) { w.study.Delete() }, want: []string{"broken: discord:…channel is no more…/group"}},
		{name: "removed from the server", prepare: func(w *world) { w.server.Remove() },
			want: []string{"note: Servers: …no server yet", "broken: discord:…invite it again: https://discord.com/oauth2/authorize?client_id="}},
		{name: "the server is down", prepare: func(w *world) { w.server.Outage(true) }, want: []string{"broken: #cbet-study: …500"}},
		{name: "clock a little off", prepare: skew(20 * time.Second), want: []string{"note: Clock: … s behind Discord's"}},
		{name: "clock wrong", prepare: skew(-10 * time.Minute), want: []string{"broken: Clock: …10 min ahead of Discord's…NTP"}},
		{name: "wrong public key", http: true, change: func(in *discord.Inspection) { in.Config.PublicKey = strings.Repeat("ab", 32) },
			want: []string{"setup: HTTP mode: DISCORD_PUBLIC_KEY is not this application's…Public Key"}},
		{name: "address not entered", http: true, prepare: func(w *world) { w.discord.Portal(map[string]any{"interactions_endpoint_url": nil}) },
			want: []string{"setup: HTTP mode: …doesn't know the bot's address…enter http://bot.test/discord/interactions"}},
		{name: "another address entered", http: true, change: func(in *discord.Inspection) { in.PublicURL = "http://other.test" },
			want: []string{"setup: HTTP mode: …sends what people do to http://bot.test/discord/interactions"}},
		{name: "nobody answers", http: true, change: func(in *discord.Inspection) { in.HTTP = &http.Client{Transport: silent{}} },
			want: []string{"broken: HTTP mode: Nothing answers at http://bot.test/discord/interactions…HTTP_ADDR"}},
		{name: "somebody else answers", http: true, change: func(in *discord.Inspection) { in.HTTP = &http.Client{Transport: says(http.StatusNotFound)} },
			want: []string{"broken: HTTP mode: …answers 404"}},
		{name: "forged PINGs pass", http: true, change: func(in *discord.Inspection) { in.HTTP = &http.Client{Transport: says(http.StatusOK)} },
			want: []string{"setup: HTTP mode: …takes a PING with a forged signature"}},
	} {
		bubble(t, test.name, func(t *testing.T) {
			var w *world
			if test.http {
				w = overHTTP(t)
			} else {
				w = newWorld(t, discordtest.Options{})
				w.connected()
			}
			if test.prepare != nil {
				test.prepare(w)
			}
			expect(t, w, w.look(test.change), test.want)
			w.discord.Heal()
		})
	}
}

func skew(d time.Duration) func(w *world) {
	return func(w *world) { w.discord.Inject(-1, discordtest.Any, discordtest.SkewedDate(d)) }
}

// silent is an address that nobody listens at.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("connection refused")
}

// says is an address that always answers the same.
type says int

func (s says) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(int(s))
	return w.Result(), nil
}

// TestInspectGateway has few session starts left, several shards, and commands
// that nobody registered yet.
func TestInspectGateway(t *testing.T) {
	for _, test := range []struct {
		name  string
		o     discordtest.Options
		want  []string
		shows string // of a finding that is well
	}{
		{"plenty", discordtest.Options{Shards: 3}, []string{"note: Commands: None is registered…Start the bot"}, "3 connections are recommended, 1000 of 1000 session starts"},
		{"few", discordtest.Options{Identifies: 7}, []string{"note: Gateway: …7 of 7 session starts…20 h", "note: Commands:"}, "Discord knows it as Studyhall"},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, test.o)
			found := w.look(nil)
			expect(t, w, found, test.want)
			shown := false
			for _, f := range found {
				shown = shown || f.State == bot.FindingOK && strings.Contains(f.How, test.shows)
			}
			if !shown {
				t.Errorf("want %q among %v", test.shows, found)
			}
		})
	}
}

func TestCheckToken(t *testing.T) {
	for _, test := range []struct{ name, token, want string }{
		{"a token", "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc_-X", ""},
		{"with its scheme", "Bot MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc", ""},
		{"with a line's end", "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc\n", ""},
		{"nothing", "  ", "it is empty"},
		{"quoted", `"MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe.abc"`, "quotes"},
		{"application", "123456789012345678", "Application ID"},
		{"public key", strings.Repeat("0f", 32), "Public Key"},
		{"client secret", "abcdefghijklmnopqrstuvwxyz012345", "Client Secret"},
		{"half of it", "MTIzNDU2Nzg5MDEyMzQ1Njc4.GdHmfe", "has 2"},
		{"an empty part", "MTIzNDU2Nzg5MDEyMzQ1Njc4..abc", "three parts"},
		{"of nobody", "aGVsbG8.GdHmfe.abc", "first part"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := discord.CheckToken(test.token)
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if secret := strings.TrimSpace(test.token); secret != "" && strings.Contains(err.Error(), secret) {
				t.Errorf("the error has the token: %v", err)
			}
		})
	}
}

// TestInviteURL holds the invitation against the permissions that the API has
// names for.
func TestInviteURL(t *testing.T) {
	const want = "https://discord.com/oauth2/authorize?client_id=123&permissions=309237746688&scope=bot+applications.commands"
	const all = discordtest.ViewChannel | discordtest.SendMessages | discordtest.AttachFiles | discordtest.ReadMessageHistory |
		discordtest.CreatePublicThreads | discordtest.SendInThreads
	if got := discord.InviteURL("123"); got != want || all != 309237746688 {
		t.Errorf("got %s, permissions %d", got, uint64(all))
	}
	// docs/discord.md says the same.
	doc, err := os.ReadFile("../../docs/discord.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range discord.Permissions() {
		if !strings.Contains(string(doc), "| "+p.Name+" ") {
			t.Errorf("docs/discord.md doesn't name %s", p.Name)
		}
	}
	for _, part := range []string{strconv.FormatUint(all, 10), "`bot`", "`applications.commands`"} {
		if !strings.Contains(string(doc), part) {
			t.Errorf("docs/discord.md doesn't have %s", part)
		}
	}
}
