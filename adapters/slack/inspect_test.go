package slack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// inspected is a workspace with a channel that a group is in, before doctor.
type inspected struct {
	server *slacktest.Server
	w      *slacktest.Workspace
	study  *slacktest.Channel
	in     slack.Inspection
}

// all is everything that the bot asks for.
func allScopes() (names []string) {
	for _, s := range slack.Scopes() {
		names = append(names, s.Name)
	}
	return names
}

// without are all scopes but those.
func without(names ...string) (left []string) {
	for _, s := range allScopes() {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+s+" ") {
			left = append(left, s)
		}
	}
	return left
}

func newInspected(t *testing.T, overHTTP bool) *inspected {
	t.Helper()
	o := slacktest.Options{}
	if overHTTP {
		o.Requests.Events, o.HTTP = "http://bot.test/slack/events", &http.Client{Transport: status(http.StatusOK)}
	}
	s := slacktest.New(t, o)
	i := &inspected{server: s, w: s.Workspace("Biomed")}
	i.w.Grant(allScopes()...)
	i.study = i.w.Channel("cbet-study")
	i.study.Invite()
	i.in = slack.Inspection{
		Config:   slack.Config{BotToken: i.w.Token(), API: s.URL(), Dial: s.Dial},
		Channels: []bot.ChannelID{bot.ChannelID("slack:" + i.w.ID + "/" + i.study.ID)},
	}
	if overHTTP {
		i.in.Config.SigningSecret, i.in.Config.PublicURL = s.SigningSecret(), "http://bot.test/"
		i.in.HTTP = &http.Client{Transport: answering(signedFor(s.SigningSecret()))}
	} else {
		i.in.Config.AppToken = s.AppToken()
	}
	return i
}

// answering is an address at which a handler answers.
type answering func(w http.ResponseWriter, r *http.Request)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if a == nil {
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	a(w, r)
	return w.Result(), nil
}

// signedFor takes what is signed with a secret and gives the challenge back.
func signedFor(secret string) answering {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var at int64
		fmt.Sscan(r.Header.Get("X-Slack-Request-Timestamp"), &at)
		if r.URL.Path != "/slack/events" || r.Header.Get("X-Slack-Signature") != slacktest.Signature(secret, at, body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var q struct{ Challenge string }
		if json.Unmarshal(body, &q) == nil {
			io.WriteString(w, q.Challenge)
		}
	}
}

func status(code int) answering {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// saying is a finding on one line.
func saying(f bot.Finding) string {
	state := string(f.State)
	if f.Setup {
		state = "setup"
	}
	return fmt.Sprintf("%s: %s: %s > %s", state, f.About, f.How, f.Fix)
}

// TestInspect has everything in order once, and then one fault a row. Of what it
// says "…" stands for anything.
func TestInspect(t *testing.T) {
	for _, test := range []struct {
		name    string
		http    bool
		prepare func(i *inspected)
		want    []string // of findings that are not well
	}{
		{name: "all well"},
		{name: "all well over HTTP", http: true},
		{name: "offline", prepare: func(i *inspected) { i.in.Offline = true }, want: []string{"note: Slack: Slack was not asked…-offline"}},
		{name: "tokens swapped", prepare: func(i *inspected) {
			i.in.Config.BotToken, i.in.Config.AppToken = i.in.Config.AppToken, i.in.Config.BotToken
		}, want: []string{"setup: Slack secrets: SLACK_BOT_TOKEN can't be right: …belongs in SLACK_APP_TOKEN", "setup: Slack secrets: SLACK_APP_TOKEN can't be right"}},
		{name: "a wrong address", prepare: func(i *inspected) { i.in.Config.API = "slack.com" }, want: []string{"setup: Slack: SLACK_API_URL"}},
		{name: "another token", prepare: func(i *inspected) { i.in.Config.BotToken = "xoxb-nobody-nobody" },
			want: []string{"setup: Workspace: Slack doesn't accept SLACK_BOT_TOKEN (invalid_auth).…Bot User OAuth Token"}},
		{name: "revoked", prepare: func(i *inspected) { i.w.Revoke() }, want: []string{"setup: Workspace: Slack doesn't accept SLACK_BOT_TOKEN (token_revoked)"}},
		{name: "uninstalled", prepare: func(i *inspected) { i.w.Uninstall() }, want: []string{"setup: Workspace: The app is not installed…Install it again"}},
		{name: "another app token", prepare: func(i *inspected) { i.in.Config.AppToken = "xapp-1-A1-nobody" },
			want: []string{"setup: Socket Mode: Slack doesn't accept SLACK_APP_TOKEN (invalid_auth).…connections:write"}},
		{name: "socket mode is off", prepare: func(i *inspected) { i.server.Disable(true) },
			want: []string{"setup: Socket Mode: Slack opens no connection (…Probably Socket Mode is switched off.…page Socket Mode"}},
		{name: "app token without its scope", prepare: func(i *inspected) {
			i.server.Inject(1, slacktest.ConnectionsOpen, slacktest.Refused("missing_scope"))
		}, want: []string{"setup: Socket Mode: SLACK_APP_TOKEN lacks the scope connections:write"}},
		{name: "Slack is down", prepare: func(i *inspected) { i.server.Inject(-1, slacktest.Any, slacktest.StatusBefore(503)) },
			want: []string{"broken: Workspace: Slack can't be reached: …503…slack-status.com", "broken: Socket Mode: Slack can't be reached"}},
		{name: "Slack asks to wait", prepare: func(i *inspected) { i.server.Inject(-1, slacktest.AuthTest, slacktest.Limited(time.Hour)) },
			want: []string{"broken: Workspace: Slack takes no more questions for 1 h.…Wait that long"}},
		{name: "scopes that it can't do without", prepare: func(i *inspected) { i.w.Grant(without("chat:write", "commands")...) },
			want: []string{"setup: Scopes: The bot lacks chat:write, commands: no command works; nothing can be posted.…Reinstall"}},
		{name: "the least manifest", prepare: func(i *inspected) {
			i.w.Grant(without("channels:history", "groups:history", "im:history", "pins:write", "usergroups:read")...)
		}, want: []string{
			"note: Scopes: Left out are channels:history, groups:history, im:history, pins:write, usergroups:read: a post whose fate…Leave it so",
			"note: Posts of unknown outcome: The bot may not look into public channels, private channels and private conversations: …not sent again…SLACK_WITHOUT_HISTORY=once",
		}},
		{name: "private channels not read, and sent again", prepare: func(i *inspected) {
			i.w.Grant(without("groups:history")...)
			i.in.Config.Again = true
		}, want: []string{"note: Scopes: Left out are groups:history", "note: Posts of unknown outcome: The bot may not look into private channels: …is sent again…SLACK_WITHOUT_HISTORY=again"}},
		{name: "more than it uses", prepare: func(i *inspected) { i.w.Grant(append(allScopes(), "channels:join")...) },
			want: []string{"note: Scopes: The bot has been granted more than it uses: channels:join.…Take these away"}},
		{name: "not invited", prepare: func(i *inspected) { i.study.Remove(nil) },
			want: []string{"broken: #cbet-study in Biomed: Slack says I'm not in that channel.…/invite @"}},
		{name: "archived", prepare: func(i *inspected) { i.study.Archive(true) }, want: []string{"broken: #cbet-study in Biomed: That channel on Slack is archived.…Unarchive"}},
		{name: "deleted", prepare: func(i *inspected) { i.study.Delete() }, want: []string{"broken: slack:…doesn't show me that channel any more.…/studyhall group"}},
		{name: "another workspace's channel", prepare: func(i *inspected) {
			i.in.Channels = append(i.in.Channels, "slack:T0ELSEWHERE/C1", "discord:7")
		}, want: []string{"broken: discord:7: That is no channel of Slack's", "broken: Channels: 1 channel is in another workspace"}},
		{name: "channels can't be seen", prepare: func(i *inspected) { i.w.Grant(without("channels:read", "groups:read")...) },
			want: []string{"setup: Scopes: The bot lacks channels:read, groups:read", "note: slack:…The bot may not see that channel: it lacks …:read"}},
		{name: "pins wanted", prepare: func(i *inspected) {
			i.w.Grant(without("pins:write", "usergroups:read")...)
			i.in.Wants = []slack.Wants{{Channel: i.in.Channels[0], Pin: true, Ping: "slack:x"}, {Channel: "slack:T/C", Pin: true}}
		}, want: []string{"note: Scopes: Left out are pins:write, usergroups:read", "note: #cbet-study in Biomed: Its group wants questions pinned", "note: #cbet-study in Biomed: Its group wants a user group"}},
		{name: "no public address", http: true, prepare: func(i *inspected) { i.in.Config.PublicURL = "" }, want: []string{"note: HTTP mode: PUBLIC_URL is not set"}},
		{name: "nobody answers", http: true, prepare: func(i *inspected) { i.in.HTTP.Transport = answering(nil) },
			want: []string{"broken: HTTP mode: Nothing answers at http://bot.test/slack/events: …HTTP_ADDR"}},
		{name: "somebody else answers", http: true, prepare: func(i *inspected) { i.in.HTTP.Transport = status(404) }, want: []string{"broken: HTTP mode: …answers 404"}},
		{name: "another secret", http: true, prepare: func(i *inspected) { i.in.HTTP.Transport = signedFor("another") },
			want: []string{"setup: HTTP mode: …refuses what is signed with SLACK_SIGNING_SECRET"}},
		{name: "takes everything", http: true, prepare: func(i *inspected) {
			i.in.HTTP.Transport = answering(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
		}, want: []string{"setup: HTTP mode: …takes what somebody else has signed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := newInspected(t, test.http)
				if test.prepare != nil {
					test.prepare(i)
				}
				i.expect(t, slack.Inspect(t.Context(), i.in), test.want)
			})
		})
	}
}

// expect compares those findings that aren't well, in order.
func (i *inspected) expect(t *testing.T, found []bot.Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range found {
		if f.State != bot.FindingOK {
			got = append(got, saying(f))
		}
		if f.How == "" || f.State != bot.FindingOK && f.Fix == "" {
			t.Errorf("a finding says too little: %s", saying(f))
		}
		for _, secret := range []string{i.w.Token(), i.server.AppToken(), i.server.SigningSecret()} {
			if strings.Contains(saying(f), secret) {
				t.Errorf("a finding has a secret: %s", saying(f))
			}
		}
	}
	all := strings.Join(got, "\n")
	if len(got) != len(want) {
		t.Fatalf("want %d findings, got:\n%s", len(want), all)
	}
	for n, parts := range want {
		rest := got[n]
		for part := range strings.SplitSeq(parts, "…") {
			_, after, found := strings.Cut(rest, part)
			if !found {
				t.Errorf("want %q in:\n%s", part, got[n])
			}
			rest = after
		}
	}
}

// TestInspectMany has an app that other workspaces install, with and without a
// workspace of one's own.
func TestInspectMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInspected(t, false)
		i.in.Config.ClientID, i.in.Config.PublicURL = "1.2", "https://study.example.org"
		i.in.Channels = append(i.in.Channels, "slack:T0ELSEWHERE/C1", "slack:T0ELSEWHERE/C2")
		i.expect(t, slack.Inspect(t.Context(), i.in), nil)
		i.in.Config.BotToken = ""
		var said []string
		for _, f := range slack.Inspect(t.Context(), i.in) {
			said = append(said, string(f.State)+" "+f.How)
		}
		want := []string{
			"ok What is set has the shape of Slack's secrets.",
			"ok Slack opens connections for SLACK_APP_TOKEN; nothing has to reach this machine.",
			"ok 3 channels are in workspaces that installed the app. The bot looks at those itself, when it posts.",
			"ok Other workspaces add the bot at https://study.example.org/slack/install.",
			"ok This machine's clock agrees with Slack's.",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	})
}

// TestWhoAmI asks with a good token and with a bad one.
func TestWhoAmI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInspected(t, false)
		i.w.Grant(without("pins:write")...)
		asked, err := slack.WhoAmI(t.Context(), i.in.Config)
		if err != nil || asked.Workspace != "Biomed" || len(asked.Missing()) != 1 || asked.Missing()[0].Name != "pins:write" {
			t.Errorf("got %+v, %v", asked, err)
		}
		i.w.Uninstall()
		_, err = slack.WhoAmI(t.Context(), i.in.Config)
		coded, ok := errors.AsType[interface {
			error
			ExitCode() int
		}](err)
		if !ok || coded.ExitCode() != 78 || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN (account_inactive)") || strings.Contains(err.Error(), i.w.Token()) {
			t.Errorf("got %v", err)
		}
	})
}
