package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"studyhall/bot"
)

// DefaultAPI is Discord's own API. The version is the one that its published
// schema describes.
const DefaultAPI = "https://discord.com/api/v10"

const (
	requestTime = 10 * time.Second // of one request, and of a call where the caller sets no deadline
	attempts    = 4                // of one call
	firstPause  = 250 * time.Millisecond
	maxAnswer   = 16 << 20 // bytes of an answer; 100 messages are a few hundred KiB
)

// agent is how a bot must name itself: docs.discord.com/developers/reference#user-agent.
const agent = "DiscordBot (https://github.com/bwmarrin/discordgo, " + discordgo.VERSION + ") studyhall"

// call is one request. Those of one method, route and major identifier share a
// limit: docs.discord.com/developers/topics/rate-limits.
type call struct {
	method string
	route  string // a template; the path's identifiers stand for its *s
	args   []string
	query  url.Values
	body   []byte     // JSON, or nil
	files  []bot.File // sent beside the body
	// token says that the path holds an interaction's token, which authorises it
	// and keeps it outside the limits of the bot.
	token bool
	// again says that repeating it after an unknown outcome changes nothing more.
	again bool
	// posts says that it leaves something that a later refusal doesn't undo.
	posts bool
}

// key is what the call's limit is kept under.
func (c call) key() string {
	major := ""
	if len(c.args) > 0 {
		major = c.args[0]
	}
	return c.method + " " + c.route + " " + major
}

func (c call) path() string {
	var b strings.Builder
	args := c.args
	for part := range strings.SplitSeq(c.route, "*") {
		b.WriteString(part)
		if len(args) > 0 {
			b.WriteString(url.PathEscape(args[0]))
			args = args[1:]
		}
	}
	if len(c.query) > 0 {
		b.WriteString("?" + c.query.Encode())
	}
	return b.String()
}

// refusal is an answer that says no. Nothing was done.
type refusal struct {
	Status int
	Code   int    // Discord's own, or 0
	Words  string // Discord's own, for the log
}

func (r *refusal) Error() string {
	return fmt.Sprintf("Discord answers %d, code %d: %s", r.Status, r.Code, r.Words)
}

// notSent is a request that never left.
type notSent struct{ err error }

func (n *notSent) Error() string { return "not sent: " + n.err.Error() }
func (n *notSent) Unwrap() error { return n.err }

// tooMany is a limit that outlasts the caller's patience. Nothing was done.
type tooMany struct {
	after time.Duration
	all   bool // it holds for every request
}

func (t *tooMany) Error() string { return fmt.Sprintf("limited for %s", t.after) }

// codeOf is Discord's code for why it refused, or 0.
func codeOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.Code
	}
	return 0
}

// client speaks to Discord's REST API. The library's own is not used: it waits
// without end, retries posts blindly and shares one limit among all interactions.
type client struct {
	base   string
	token  string
	http   *http.Client
	limits *limits
	meter  bot.Meter // nil: nobody is told
	// refused is told once that the token is no longer taken.
	refused func()
}

// apiBase completes an address that was given without a version.
func apiBase(address string) (string, error) {
	address = strings.TrimRight(cmp.Or(address, DefaultAPI), "/")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%q is no http or https address", address)
	}
	switch u.Path {
	case "":
		return address + "/api/v10", nil
	case "/api":
		return address + "/v10", nil
	}
	return address, nil
}

// do makes a call and decodes its answer into into, unless that is nil. Errors
// are [*refusal], [*tooMany] or [*notSent] where nothing was done; after any
// other the outcome is unknown.
func (c *client) do(ctx context.Context, r call, into any) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestTime)
		defer cancel()
	}
	body, kind, err := r.encode()
	if err != nil {
		return &notSent{err}
	}
	doubtful := false // an earlier attempt may have done it
	for attempt := 1; ; attempt++ {
		if err := c.turn(ctx, r); err != nil {
			return doubt(err, doubtful)
		}
		answer, wait, err := c.once(ctx, r, body, kind)
		if err == nil {
			return decodeAnswer(answer, into)
		}
		var no *refusal
		var never *notSent
		limited := errors.As(err, new(*tooMany))
		certain := limited || errors.As(err, &never)
		switch {
		case errors.As(err, &no) && !r.posts:
			return err
		case errors.As(err, &no), attempt == attempts:
			return doubt(err, doubtful)
		case !certain && !r.mayRepeat():
			return err
		}
		doubtful = doubtful || !certain && r.method == http.MethodPost
		if !limited {
			wait = firstPause << attempt
		}
		if sleep(ctx, wait) != nil {
			return doubt(err, doubtful)
		}
	}
}

// turn returns when a request may go, or why it doesn't.
func (c *client) turn(ctx context.Context, r call) error {
	begun := time.Now()
	err := c.limits.wait(ctx, r)
	if c.meter != nil {
		c.meter.Waited(name, time.Since(begun))
	}
	return err
}

// mayRepeat reports whether a second copy of the request does no harm.
func (c call) mayRepeat() bool { return c.again || c.method != http.MethodPost }

// doubt makes an error one of unknown outcome if an earlier attempt may have
// posted what was asked.
func doubt(err error, doubtful bool) error {
	if !doubtful {
		return err
	}
	return fmt.Errorf("an earlier attempt may have arrived: %v", err)
}

func decodeAnswer(answer []byte, into any) error {
	if into == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("read Discord's answer: %w", err)
	}
	return nil
}

// once makes one request. wait is how long a limit lasts.
func (c *client) once(ctx context.Context, r call, body []byte, kind string) (answer []byte, wait time.Duration, err error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTime) // a connection that hangs needn't take all of the caller's time
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path(), reader)
	if err != nil {
		return nil, 0, &notSent{err}
	}
	request.Header.Set("User-Agent", agent)
	if !r.token {
		request.Header.Set("Authorization", "Bot "+c.token)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.limits.learn(r, nil, 0)
		return nil, 0, unsent(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	wait, all := c.limits.learn(r, response, retryAfter(response, answer))
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		if c.meter != nil {
			c.meter.Limited(name, wait)
		}
		return nil, wait, &tooMany{after: wait, all: all}
	case status >= 500, status >= 300 && status < 400: // something in between sends it elsewhere
		return nil, 0, fmt.Errorf("status %d from Discord", status)
	case status >= 400:
		no, ok := refused(status, answer)
		if !ok {
			return nil, 0, fmt.Errorf("status %d, and not in Discord's words", status)
		}
		if status == http.StatusUnauthorized && !r.token {
			c.refused()
		}
		return nil, 0, no
	case err != nil:
		return nil, 0, fmt.Errorf("read Discord's answer: %w", err)
	}
	return answer, 0, nil
}

// refused is what Discord says to a request that it refuses. ok is false for an
// answer that needn't be its API's: a proxy, a firewall or Discord's own gate in
// front of it also answer that something is forbidden or not there.
func refused(status int, answer []byte) (no *refusal, ok bool) {
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	read := json.Unmarshal(answer, &said) == nil
	switch status {
	case http.StatusUnauthorized: // which has no code
		ok = read && said.Message != ""
	case http.StatusForbidden, http.StatusNotFound:
		ok = read && said.Code >= firstCode
	default:
		ok = status != http.StatusProxyAuthRequired && status != http.StatusRequestTimeout
	}
	return &refusal{Status: status, Code: said.Code, Words: said.Message}, ok
}

// unsent marks errors that happen before anything leaves the machine. Errors of
// the transport quote the address, which may hold an interaction's token, so only
// what is inside is kept.
func unsent(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return &notSent{err}
	}
	return fmt.Errorf("ask Discord: %w", err)
}

// retryAfter is how long a 429 lasts: by its body, which has fractions, else by
// its header. Cloudflare's has no JSON.
func retryAfter(response *http.Response, answer []byte) time.Duration {
	if response.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	var said struct {
		RetryAfter float64 `json:"retry_after"`
	}
	if json.Unmarshal(answer, &said) == nil && said.RetryAfter > 0 {
		return seconds(said.RetryAfter)
	}
	if s, err := strconv.ParseFloat(response.Header.Get("Retry-After"), 64); err == nil && s > 0 {
		return seconds(s)
	}
	return time.Second
}

// seconds is at most a day: what a broken answer says is no reason to overflow.
func seconds(s float64) time.Duration {
	return time.Duration(min(s, 86400) * float64(time.Second))
}

// encode is the request's body and its content type.
func (c call) encode() (body []byte, kind string, err error) {
	if len(c.files) == 0 {
		if c.body == nil {
			return nil, "", nil
		}
		return c.body, "application/json", nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(disposition, kind string, data []byte) error {
		p, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
		if err != nil {
			return err
		}
		_, err = p.Write(data)
		return err
	}
	err = part(`form-data; name="payload_json"`, "application/json", c.body)
	for i, f := range c.files {
		name := strings.NewReplacer(`"`, "", `\`, "", "\r", "", "\n", "").Replace(f.Name)
		if err == nil {
			err = part(fmt.Sprintf(`form-data; name="files[%d]"; filename="%s"`, i, name),
				cmp.Or(f.MIME, "application/octet-stream"), f.Data)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, "", fmt.Errorf("encode for Discord: %w", err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// sleep waits, or reports that the caller's time would be over before.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return &tooMany{after: d}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return &notSent{ctx.Err()}
	case <-timer.C:
		return nil
	}
}
