package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSlackFaults has what is missing beside what is set.
func TestSlackFaults(t *testing.T) {
	const bot, app = Secret("xoxb-1234567890"), Secret("xapp-1234567890")
	for _, test := range []struct {
		name   string
		slack  Slack
		key    bool
		public bool
		want   string // names, with spaces between them
	}{
		{"nothing", Slack{}, false, false, ""},
		{"two tokens", Slack{BotToken: bot, AppToken: app}, false, false, ""},
		{"requests", Slack{BotToken: bot, SigningSecret: "s"}, false, false, ""},
		{"the bot's alone", Slack{BotToken: bot}, false, false, "SLACK_APP_TOKEN"},
		{"the app's alone", Slack{AppToken: app}, false, false, "SLACK_BOT_TOKEN"},
		{"the secret alone", Slack{SigningSecret: "s"}, false, false, "SLACK_BOT_TOKEN"},
		{"many, over requests", Slack{SigningSecret: "s", ClientID: "1.2", ClientSecret: "c"}, true, true, ""},
		{"many, over sockets", Slack{AppToken: app, ClientID: "1.2", ClientSecret: "c"}, true, true, ""},
		{"one's own and many", Slack{BotToken: bot, AppToken: app, ClientID: "1.2", ClientSecret: "c"}, true, true, ""},
		{"many, without anything else", Slack{ClientID: "1.2"}, false, false, "SLACK_CLIENT_SECRET SECRET_KEY PUBLIC_URL SLACK_APP_TOKEN"},
		{"a secret without its identifier", Slack{AppToken: app, ClientSecret: "c"}, true, true, "SLACK_CLIENT_ID"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Config{Slack: test.slack}
			if test.key {
				c.SecretKeys = []Secret{"k"}
			}
			if test.public {
				c.PublicURL = "https://study.example.org"
			}
			var got []string
			for _, f := range slackFaults(c) {
				got = append(got, f.Variable)
				if f.What == "" || f.Where == "" {
					t.Errorf("%s: says too little", f.Variable)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}
