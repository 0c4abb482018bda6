package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

// endpointTime is how long an address of ours may take to answer: what Discord
// gives an interaction.
const endpointTime = 3 * time.Second

// wordsForged is what our address answers to a signature that isn't Discord's.
const wordsForged = "the signature is wrong"

// overHTTP looks at the address to which Discord sends what people do.
func (i *inspector) overHTTP(ctx context.Context, app Application) {
	const about = "HTTP mode"
	if !strings.EqualFold(app.PublicKey, i.in.Config.PublicKey) {
		i.refused(about, "DISCORD_PUBLIC_KEY is not this application's, so everything that Discord sends would be refused.",
			"Copy it again: "+portal+", page General Information, Public Key.")
	}
	if !i.answers(ctx, about) {
		return
	}
	ours := i.endpoint()
	switch app.Endpoint {
	case ours:
		i.ok(about, "Discord sends what people do to "+ours+".")
	case "":
		i.refused(about, "Discord doesn't know the bot's address yet, so nothing would be answered.",
			"While the bot runs, enter "+ours+" as Interactions Endpoint URL: "+portal+", page General Information.")
	default:
		i.refused(about, "Discord sends what people do to "+app.Endpoint+", and PUBLIC_URL is another address.",
			"Enter "+ours+" as Interactions Endpoint URL: "+portal+", page General Information.")
	}
}

func (i *inspector) endpoint() string { return Endpoint(i.in.PublicURL) }

// Endpoint is the Interactions Endpoint URL of a bot at a public address.
func Endpoint(publicURL string) string { return strings.TrimRight(publicURL, "/") + interactionsPath }

// answers sends a PING to the bot's own address, as Discord does now and then
// with a signature that isn't its own: only Discord can sign rightly. The bot is
// there if it refuses that in its own words.
func (i *inspector) answers(ctx context.Context, about string) bool {
	status, said, err := i.ping(ctx)
	switch {
	case err != nil:
		i.broken(about, fmt.Sprintf("Nothing answers at %s: %v.", i.endpoint(), err),
			"Start the bot, and let something pass requests for PUBLIC_URL on to HTTP_ADDR.")
	case status == http.StatusUnauthorized && said == wordsForged:
		i.ok(about, i.endpoint()+" is the bot's, and refuses a forged PING.")
		return true
	case status >= 200 && status < 300:
		i.refused(about, i.endpoint()+" takes a PING with a forged signature, so it is not this bot.", "Let PUBLIC_URL lead to this bot's HTTP_ADDR.")
	default:
		i.broken(about, fmt.Sprintf("%s answers %d, and that is not the bot.", i.endpoint(), status),
			"Start the bot in HTTP mode, and let something pass requests for PUBLIC_URL on to HTTP_ADDR.")
	}
	return false
}

func (i *inspector) ping(ctx context.Context) (status int, said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, endpointTime)
	defer cancel()
	body := []byte(`{"id":"1","application_id":"` + i.app + `","type":1,"token":"ping","version":1}`)
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, i.endpoint(), bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	stamp := strconv.FormatInt(i.in.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Signature-Timestamp", stamp)
	request.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, append([]byte(stamp), body...))))
	client := i.in.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	return answer.StatusCode, strings.TrimSpace(string(text)), err
}

// places looks at the bot's permissions in every channel that a group is in.
func (i *inspector) places(ctx context.Context) {
	me := map[string]membership{}
	for n, ch := range i.in.Channels {
		if n == mostPlaces {
			i.note("Channels", fmt.Sprintf("Only the first %d of %d were looked at.", mostPlaces, len(i.in.Channels)), "")
			return
		}
		if ctx.Err() != nil {
			i.note("Channels", fmt.Sprintf("Time ran out: only %d of %d were looked at.", n, len(i.in.Channels)), "Run doctor again when Discord is faster.")
			return
		}
		i.place(ctx, ch, me)
	}
}

// place looks at one channel. me is the bot as a member of servers, which is
// asked for once.
func (i *inspector) place(ctx context.Context, ch bot.ChannelID, me map[string]membership) {
	c, err := i.channel(ctx, ch, true)
	if err != nil {
		i.unseenPlace(string(ch), err)
		return
	}
	about := "#" + c.Name
	if c.Guild == "" {
		i.broken(about, "A group is in a private conversation, where nothing can be posted.", "Open /group there and choose a channel.")
		return
	}
	in := c
	if c.thread() {
		if in, err = i.channel(ctx, channelID(c.Parent), false); err != nil {
			i.unseenPlace(about, err)
			return
		}
	}
	g, err := i.server(ctx, c.Guild, false)
	if err != nil {
		i.unseenPlace(about, err)
		return
	}
	about += " in " + g.Name
	m, ok := me[c.Guild]
	if !ok {
		if m, err = i.member(ctx, c.Guild, i.self); err != nil {
			i.unseenPlace(about, err)
			return
		}
		me[c.Guild] = m
	}
	has := g.in(in, i.self, m.Roles)
	i.permitted(about, c, in.Name, has)
	i.wanted(about, ch, in.Name, g, has)
}

// permitted says which permissions are missing in a channel, and what comes of
// it: all but those for threads stop posts, or may.
func (i *inspector) permitted(about string, c channel, settingsOf string, has uint64) {
	var lacks, follows []string
	state := bot.FindingNote
	for _, p := range Permissions() {
		threads := p.Bit == permitThreads || p.Bit == permitThreadSend
		switch {
		case has&p.Bit != 0:
			continue
		case c.thread() && (p.Bit == permitSend || p.Bit == permitThreads): // have no effect in threads
			continue
		case !threads || c.thread():
			state = bot.FindingBroken
		}
		lacks = append(lacks, p.Name)
		if !slices.Contains(follows, p.without) {
			follows = append(follows, p.without)
		}
	}
	if len(lacks) == 0 {
		i.ok(about, "The bot has every permission that it needs.")
		return
	}
	i.add(bot.Finding{About: about, State: state, How: fmt.Sprintf("The bot lacks %s: %s.", strings.Join(lacks, ", "), strings.Join(follows, "; ")),
		Fix: sentence(fixPermissions(settingsOf, lacks...))})
}

// unseenPlace says why a channel could not be looked at.
func (i *inspector) unseenPlace(about string, err error) {
	switch codeOf(err) {
	case codeNoAccess:
		i.broken(about, wordsNoAccess, "If the bot was removed from the server, invite it again: "+InviteURL(i.app)+" Else "+fixPermissions("", "View Channel")+".")
	case codeUnknownChannel, codeUnknownGuild:
		i.broken(about, wordsNoChannel, sentence(fixNoChannel))
	default:
		i.failed(about, err)
	}
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }
