package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"studyhall/bot"
)

// eventType is the type of the metadata on every message that has a key.
const eventType = "studyhall_post"

// sampleImage stands for the uploaded image's identifier in [Payload].
const sampleImage = "F0000000000"

// body holds the fields of every method that shows a message; each sets those
// that its method has.
type body struct {
	Channel         string        `json:"channel,omitempty"`
	User            string        `json:"user,omitempty"`
	TS              string        `json:"ts,omitempty"`
	ThreadTS        string        `json:"thread_ts,omitempty"`
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal *bool         `json:"replace_original,omitempty"`
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks"`
	Mrkdwn          *bool         `json:"mrkdwn,omitempty"`
	Parse           string        `json:"parse,omitempty"`
	UnfurlLinks     *bool         `json:"unfurl_links,omitempty"`
	UnfurlMedia     *bool         `json:"unfurl_media,omitempty"`
	Metadata        *metadata     `json:"metadata,omitempty"`
}

// metadata carries a delivery's key. Other apps can read it, so it holds
// nothing else.
type metadata struct {
	EventType    string `json:"event_type"`
	EventPayload struct {
		Key string `json:"key"`
	} `json:"event_payload"`
}

// Payload is the body of chat.postMessage for a message, without a channel and
// with a stand-in for the image's file, to be looked at.
func Payload(m bot.Message) ([]byte, error) {
	return encode(post(place{}, m, sampleImage))
}

// FormPayload is the view of views.open for a form, to be looked at.
func FormPayload(f bot.Form) ([]byte, error) {
	return encode(view(f, origin{}))
}

// postBody is the body of chat.postMessage. The message's image, if any, has
// been uploaded as the file with the given identifier; its files are shared by
// the upload itself.
func postBody(ch bot.ChannelID, m bot.Message, image string) ([]byte, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return nil, err
	}
	return encode(post(p, m, image))
}

func post(p place, m bot.Message, image string) body {
	no := false
	b := content(p.team, m, image)
	b.Channel, b.ThreadTS = p.channel, p.thread
	b.Mrkdwn, b.UnfurlLinks, b.UnfurlMedia = &no, &no, &no
	b.Parse = "none"
	if m.Ping != "" {
		b.Blocks = writer{p.team}.pinging(b.Blocks, m.Ping)
	}
	if m.Key != "" {
		b.Metadata = &metadata{EventType: eventType}
		b.Metadata.EventPayload.Key = m.Key
	}
	return b
}

// updateBody is the body of chat.update. It leaves the metadata alone unless
// the message has a key; parse must be said, since updates default otherwise.
func updateBody(id bot.MessageID, m bot.Message, image string) ([]byte, error) {
	p, ts, err := parseMessage(id)
	if err != nil {
		return nil, err
	}
	b := post(p, m, image)
	b.TS, b.ThreadTS = ts, ""
	b.Mrkdwn, b.UnfurlLinks, b.UnfurlMedia = nil, nil, nil
	return encode(b)
}

// ephemeralBody is the body of chat.postEphemeral, which knows no metadata.
func ephemeralBody(ch bot.ChannelID, user bot.UserID, m bot.Message, image string) ([]byte, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return nil, err
	}
	team, u, err := parseUser(user)
	if err != nil {
		return nil, err
	}
	if team != p.team {
		return nil, fmt.Errorf("whisper to %q in %q: another workspace", user, ch)
	}
	b := content(p.team, m, image)
	b.Channel, b.ThreadTS, b.User, b.Parse = p.channel, p.thread, u, "none"
	return encode(b)
}

// responseBody is what is sent to a response_url, or as a command's
// acknowledgement: a whisper, a message for all, or a replacement of the message
// whose control was pressed.
func responseBody(ch bot.ChannelID, m bot.Message, private, replace bool, image string) ([]byte, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return nil, err
	}
	b := content(p.team, m, image)
	b.ReplaceOriginal = &replace
	b.ResponseType = "in_channel"
	if private {
		b.ResponseType = "ephemeral"
	}
	if !replace {
		b.ThreadTS = p.thread
	}
	return encode(b)
}

// homeBody is the view of views.publish: a person's page of cards. Identifiers
// of controls need to be unique within their own block only.
func homeBody(team string, cards []bot.Card) ([]byte, error) {
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab}
	for i := range cards {
		if i > 0 {
			home.Blocks.BlockSet = append(home.Blocks.BlockSet, slack.NewDividerBlock())
		}
		home.Blocks.BlockSet = append(home.Blocks.BlockSet, writer{team}.card(&cards[i], inView, "")...)
	}
	return encode(home)
}

// content is what all bodies share. Without a notification line the title, or
// else the body, is one.
func content(team string, m bot.Message, image string) body {
	lines := []bot.Text{m.Text}
	if m.Card != nil {
		lines = append(lines, m.Card.Title, m.Card.Body)
	}
	b := body{Blocks: writer{team}.message(m, image)}
	for _, line := range lines {
		if b.Text = fallback(line); strings.TrimSpace(b.Text) != "" {
			break
		}
	}
	return b
}

// encode writes JSON with <, > and & as themselves, for whoever reads it.
func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode for Slack: %w", err)
	}
	var b bytes.Buffer
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' { // outside strings JSON has no backslash
			b.WriteByte(data[i])
			continue
		}
		escaped, width := data[i:i+2], 2
		if data[i+1] == 'u' {
			width = 6
			escaped = data[i : i+6]
			switch string(escaped) {
			case `\u003c`:
				escaped = []byte("<")
			case `\u003e`:
				escaped = []byte(">")
			case `\u0026`:
				escaped = []byte("&")
			}
		}
		b.Write(escaped)
		i += width - 1
	}
	return b.Bytes(), nil
}
