package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

const fixSigning = "Copy it again: " + portal + ", page Basic Information, App Credentials, Signing Secret. Then set SLACK_SIGNING_SECRET."

// socket asks for a connection, without opening it, and whether both tokens are
// of one app.
func (i *inspector) socket(ctx context.Context, asked Asked) {
	const about = "Socket Mode"
	token := i.in.Config.AppToken
	var open struct {
		URL string `json:"url"`
	}
	err := i.ask.do(ctx, call{token: token, method: "apps.connections.open", form: url.Values{}}, &open)
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused && no.Code == codeScope:
		i.setup(about, "SLACK_APP_TOKEN lacks the scope connections:write, so no connection can be opened.", fixAppToken)
		return
	case refused && (no.Code == "invalid_auth" || no.Code == "not_authed" || no.Code == "token_revoked" || no.Code == "not_allowed_token_type"):
		i.setup(about, fmt.Sprintf("Slack doesn't accept SLACK_APP_TOKEN (%s).", no.Code), fixAppToken)
		return
	case refused:
		i.setup(about, fmt.Sprintf("Slack opens no connection (%s). Probably Socket Mode is switched off.", no.Code), fixNoSockets)
		return
	case err != nil:
		i.failed(about, err)
		return
	}
	if asked.bot != "" {
		var info struct {
			Bot struct {
				App string `json:"app_id"`
			} `json:"bot"`
		}
		err := i.ask.do(ctx, call{token: i.in.Config.BotToken, method: "bots.info", form: url.Values{"bot": {asked.bot}}}, &info)
		if ours := appOf(token); err == nil && ours != "" && info.Bot.App != "" && ours != info.Bot.App {
			i.setup(about, fmt.Sprintf("SLACK_APP_TOKEN is of the app %s, and SLACK_BOT_TOKEN of %s.", ours, info.Bot.App), fixOtherApp)
			return
		}
	}
	i.ok(about, "Slack opens connections for SLACK_APP_TOKEN; nothing has to reach this machine.")
}

// appOf is the app that an app-level token names, or "".
func appOf(token string) string {
	parts := strings.Split(token, "-")
	if len(parts) < 3 || !strings.HasPrefix(parts[2], "A") {
		return ""
	}
	return parts[2]
}

// elsewhere says why channels of other workspaces were not looked at.
func (i *inspector) elsewhere(n int) {
	channels := "1 channel is"
	if n > 1 {
		channels = fmt.Sprintf("%d channels are", n)
	}
	if i.in.Config.ClientID != "" {
		i.ok("Channels", channels+" in workspaces that installed the app. The bot looks at those itself, when it posts.")
		return
	}
	i.broken("Channels", channels+" in another workspace than that of SLACK_BOT_TOKEN.",
		"Use that workspace's token. Or let its groups choose another channel: /studyhall group, Use another channel.")
}

// places looks at the channels that groups are in.
func (i *inspector) places(ctx context.Context, asked Asked) {
	looked, others := 0, 0
	for _, ch := range i.in.Channels {
		p, err := parseChannel(ch)
		switch {
		case err != nil:
			i.broken(string(ch), "That is no channel of Slack's.", "An organiser can choose another one: /studyhall group, Use another channel.")
		case p.team != asked.team:
			others++
		case looked == mostPlaces:
			i.note("Channels", fmt.Sprintf("Only the first %d channels were looked at.", mostPlaces), "The others are looked at when something is posted.")
			return
		default:
			looked++
			i.place(ctx, asked, ch, p)
		}
	}
	if others > 0 {
		i.elsewhere(others)
	}
}

func (i *inspector) place(ctx context.Context, asked Asked, ch bot.ChannelID, p place) {
	var said struct {
		Channel struct {
			Name     string `json:"name"`
			Member   bool   `json:"is_member"`
			Archived bool   `json:"is_archived"`
			Direct   bool   `json:"is_im"`
		} `json:"channel"`
	}
	err := i.ask.do(ctx, call{token: i.in.Config.BotToken, method: "conversations.info", form: url.Values{"channel": {p.channel}}}, &said)
	c := said.Channel
	about := string(ch)
	if c.Name != "" {
		about = "#" + c.Name + " in " + asked.Workspace
	}
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused && no.Code == "channel_not_found":
		i.broken(about, wordsNoChannel, "If it is private, let somebody there type /invite @"+asked.User+". If it is gone, choose another one: /studyhall group, Use another channel.")
	case refused && no.Code == codeScope:
		i.note(about, "The bot may not see that channel: it lacks "+no.Needed+".", fixScopes)
	case err != nil:
		i.failed(about, err)
	case c.Archived:
		i.broken(about, wordsArchived, "Unarchive it in its settings, or choose another one: /studyhall group, Use another channel.")
	case !c.Member && !c.Direct:
		i.broken(about, wordsNotIn, "In the channel, type /invite @"+asked.User+".")
	default:
		i.ok(about, "The bot is in it.")
		i.wanted(about, ch, asked)
	}
}

// wanted says what a group wants in a channel and doesn't get. Posts come all the
// same.
func (i *inspector) wanted(about string, ch bot.ChannelID, asked Asked) {
	lacks := func(scope string) bool { return asked.Granted != nil && !slices.Contains(asked.Granted, scope) }
	for _, w := range i.in.Wants {
		if w.Channel == ch && w.Pin && lacks("pins:write") {
			i.note(about, "Its group wants questions pinned, and the bot lacks pins:write.", fixScopes)
		}
		if w.Channel == ch && w.Ping != "" && lacks("usergroups:read") {
			i.note(about, "Its group wants a user group notified, and the bot lacks usergroups:read.", fixScopes)
		}
	}
}

const (
	challenge = "studyhall-doctor"
	// reachTime is how long an address of ours may take to answer: what Slack gives.
	reachTime = 3 * time.Second
)

// overHTTP looks at the address to which Slack sends what people do: it must take
// what is signed, and nothing else.
func (i *inspector) overHTTP(ctx context.Context) {
	const about = "HTTP mode"
	config := i.in.Config
	if config.PublicURL == "" {
		i.note(about, "PUBLIC_URL is not set, so nobody tried whether the bot can be reached.", "Set it to the address that stands in the app's settings, before /slack/events.")
		return
	}
	ours := address(config.PublicURL, pathEvents)
	fixFront := "Start the bot, and let something pass requests for PUBLIC_URL on to HTTP_ADDR."
	status, said, err := i.knock(ctx, ours, config.SigningSecret)
	switch {
	case err != nil:
		i.broken(about, fmt.Sprintf("Nothing answers at %s: %v.", ours, err), fixFront)
		return
	case status == http.StatusUnauthorized:
		i.setup(about, ours+" refuses what is signed with SLACK_SIGNING_SECRET, so it is another bot, or one with another secret.", "Let PUBLIC_URL lead to this bot's HTTP_ADDR, and start it again after changes of .env.")
		return
	case status != http.StatusOK || !strings.Contains(said, challenge):
		i.broken(about, fmt.Sprintf("%s answers %d, and that is not the bot.", ours, status), fixFront)
		return
	}
	if status, _, err = i.knock(ctx, ours, strings.Repeat("0", 32)); err == nil && status >= 200 && status < 300 {
		i.setup(about, ours+" takes what somebody else has signed, so it is not this bot.", "Let PUBLIC_URL lead to this bot's HTTP_ADDR.")
		return
	}
	i.ok(about, ours+" is the bot's, and takes only what is signed. Whether the app has that address stands on its page Event Subscriptions.")
}

// knock sends our own address the challenge with which Slack tries it.
func (i *inspector) knock(ctx context.Context, at, secret string) (status int, said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	body, err := json.Marshal(map[string]string{"type": "url_verification", "token": "doctor", "challenge": challenge})
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	stamp := strconv.FormatInt(i.in.Config.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Slack-Request-Timestamp", stamp)
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	ask := i.in.HTTP
	if ask == nil {
		ask = http.DefaultClient
	}
	answer, err := ask.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	return answer.StatusCode, strings.TrimSpace(string(text)), err
}
