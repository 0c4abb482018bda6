package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// Types of interactions: docs.discord.com/developers/interactions/receiving-and-responding.
const (
	receivedPing     = 1
	receivedCommand  = 2
	receivedPress    = 3
	receivedTyping   = 4 // an option to complete
	receivedForm     = 5
	channelDirect    = 1 // type of a private conversation
	contextDirect    = 1 // of an interaction in one with the bot
	permitAdminister = 1 << 3
	permitManage     = 1 << 5 // Manage Server
)

// received is an interaction as Discord sends it, as far as it is of use. It is
// decoded by parts: what is not known in one is lost there and nowhere else.
type received struct {
	ID          string          `json:"id"`
	Application string          `json:"application_id"`
	Type        int             `json:"type"`
	Token       string          `json:"token"`
	Guild       string          `json:"guild_id"`
	ChannelID   string          `json:"channel_id"`
	Data        json.RawMessage `json:"data"`
	Context     *int            `json:"context"`
	User        *account        `json:"user"`   // in private conversations
	Member      *membership     `json:"member"` // in servers
	Message     *struct {
		ID    string `json:"id"`
		Flags int    `json:"flags"`
	} `json:"message"` // whose control was used, also while its form was open
	Channel struct {
		Type int    `json:"type"`
		Name string `json:"name"`
	} `json:"channel"`

	at time.Time // when it came
}

type account struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
}

type membership struct {
	User        *account `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"` // in the channel; only of interactions
}

// profile is what the core wants to know, of a member whose permissions are known.
func (m *membership) profile() bot.Profile {
	return bot.Profile{Name: m.name(), Administrator: bits(m.Permissions)&(permitAdminister|permitManage) != 0}
}

// name is what people see.
func (m *membership) name() string {
	switch {
	case m.Nick != "":
		return m.Nick
	case m.User != nil:
		return m.User.name()
	}
	return ""
}

func (a *account) name() string {
	if a.Global != "" {
		return a.Global
	}
	return a.Name
}

// receivedData is what was done.
type receivedData struct {
	Name       string          `json:"name"`
	Type       int             `json:"type"`
	Target     string          `json:"target_id"`
	Options    []sentOption    `json:"options"`
	CustomID   string          `json:"custom_id"`
	Values     []string        `json:"values"`
	Components []sentComponent `json:"components"`
	Resolved   struct {
		Messages map[string]struct {
			Content string   `json:"content"`
			Author  *account `json:"author"`
		} `json:"messages"`
		Attachments map[string]upload  `json:"attachments"`
		Channels    map[string]channel `json:"channels"`
	} `json:"resolved"`
}

// upload is a file that somebody sent.
type upload struct {
	Name string `json:"filename"`
	MIME string `json:"content_type"`
	Size int64  `json:"size"`
	URL  string `json:"url"`

	most int // bytes that it may have
}

// readInteraction decodes an interaction. A part that is not as expected is left
// out; only one without an identity is of no use at all.
func readInteraction(raw []byte) (received, receivedData, error) {
	var r received
	var d receivedData
	if err := json.Unmarshal(raw, &r); err != nil && r.ID == "" {
		return r, d, fmt.Errorf("read an interaction: %w", err)
	}
	if r.Member != nil && r.Member.User != nil {
		r.User = r.Member.User
	}
	if !isSnowflake(r.ID) || r.Token == "" && r.Type != receivedPing || r.Type != receivedPing && (r.User == nil || !isSnowflake(r.User.ID)) {
		return r, d, fmt.Errorf("an interaction of type %d without an identity", r.Type)
	}
	if len(r.Data) > 0 {
		if err := json.Unmarshal(r.Data, &d); err != nil && d.Name == "" && d.CustomID == "" {
			return r, d, fmt.Errorf("read what an interaction did: %w", err)
		}
	}
	r.at = time.Now()
	return r, d, nil
}

// direct reports whether it came from a conversation with the bot.
func (r received) direct() bool {
	return r.Guild == "" || r.Channel.Type == channelDirect || r.Context != nil && *r.Context == contextDirect
}

// whispered reports whether only this person sees the message whose control was used.
func (r received) whispered() bool { return r.Message != nil && r.Message.Flags&flagEphemeral != 0 }

// interaction is the part that doesn't depend on what was done.
func (r received) interaction() bot.Interaction {
	i := bot.Interaction{ID: name + ":i/" + r.ID, User: userID(r.User.ID), Name: r.User.name(), Channel: channelID(r.ChannelID), Direct: r.direct()}
	if r.Guild != "" {
		i.Space = spaceID(r.Guild)
	}
	if r.Member != nil {
		i.Name = r.Member.name()
	}
	if r.Message != nil {
		i.Message, i.Whisper = messageID(r.ChannelID, r.Message.ID), r.whispered()
	}
	return i
}

// used is the command that was used or is being typed.
func (a *Adapter) used(d receivedData) bot.Command {
	for _, c := range a.core.Commands() {
		if c.Name == d.Name && c.Message == (d.Type == commandMessage) {
			return c
		}
	}
	return bot.Command{Name: d.Name} // the core says that it knows none
}

// done is what a person did, in the core's words, with the files still to fetch.
func (a *Adapter) done(r received, d receivedData) (i bot.Interaction, files []upload) {
	i = r.interaction()
	var ids []sentFile
	switch r.Type {
	case receivedCommand:
		c := a.used(d)
		i.Command = c.Name
		var all []string
		i.Values, all = arguments(c.Fields, d.Options)
		for _, id := range all {
			ids = append(ids, sentFile{id, bot.LimitFile})
		}
		if d.Target != "" {
			m := d.Resolved.Messages[d.Target]
			i.Target = &bot.Target{Message: messageID(r.ChannelID, d.Target), Text: m.Content}
			if m.Author != nil {
				i.Target.Author = userID(m.Author.ID)
			}
		}
	case receivedPress:
		i.Action, _ = pressed(d.CustomID, d.Values)
	case receivedForm:
		i.Action, _ = pressed(d.CustomID, nil) // with which kept form it is
		i.Values, ids = submitted(d.Components)
	}
	for _, sent := range ids {
		if f, ok := d.Resolved.Attachments[sent.ID]; ok {
			f.most = sent.Most
			files = append(files, f)
		}
	}
	return i, files
}

// errElsewhere is a file that isn't where Discord keeps them.
var errElsewhere = errors.New("the file is not at an address of Discord's")

// discords reports whether an address is one at which Discord keeps files, or of
// the host that stands for Discord in tests.
func (a *Adapter) discords(address string) bool {
	u, err := url.Parse(address)
	api, _ := url.Parse(a.rest.base)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return false
	case api != nil && u.Host == api.Host && u.Scheme == api.Scheme:
		return true
	}
	return u.Scheme == "https" && slices.Contains([]string{"cdn.discordapp.com", "media.discordapp.net"}, strings.ToLower(u.Host))
}

// fetchTime is for a file of somebody's.
const fetchTime = 30 * time.Second

// fetch reads a file that somebody sent from where Discord keeps it.
func (a *Adapter) fetch(ctx context.Context, f upload) (bot.File, error) {
	switch {
	case !a.discords(f.URL):
		return bot.File{}, errElsewhere
	case f.Size > int64(f.most): // as Discord says; what comes is counted anyway
		return bot.File{}, adapterkit.ErrLarge
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return bot.File{}, err
	}
	request.Header.Set("User-Agent", agent)
	response, err := a.rest.http.Do(request)
	if err != nil {
		return bot.File{}, unsent(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return bot.File{}, fmt.Errorf("the file's address answers %d", response.StatusCode)
	}
	data, err := adapterkit.ReadFile(response.Body, f.most)
	if err != nil {
		return bot.File{}, fmt.Errorf("read a file: %w", err)
	}
	return bot.File{Name: f.Name, MIME: f.MIME, Data: data}, nil
}
