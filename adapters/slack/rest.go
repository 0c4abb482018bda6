package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"studyhall/bot"
)

const (
	requestTime = 10 * time.Second // of one request, and of a call where the caller sets no deadline
	attempts    = 4                // of one call that may be repeated
	firstPause  = 250 * time.Millisecond
	maxAnswer   = 16 << 20 // bytes of an answer; 200 messages are a few hundred KiB
	agent       = "studyhall"
)

// call is one call of a method of the Web API.
type call struct {
	team   string     // whose token; "" for none, with token
	token  string     // in place of the team's, for the app's own and for installations under way
	method string     // "chat.postMessage"
	body   []byte     // JSON; or
	form   url.Values // for methods that take no JSON
	place  string     // channel for the limit of one post a second; ""
	// urgent says that somebody waits for it: there is room for it that posts may
	// not use.
	urgent bool
	// patience is the longest wait for a limit, so that one workspace's limit
	// holds up nobody who sends to others; 0: to the caller's deadline.
	patience time.Duration
	// again says that repeating it after an unknown outcome changes nothing.
	again bool
	// header, if set, becomes the header of the answer.
	header *http.Header
}

// refusal is an answer that says no. Nothing was done.
type refusal struct {
	Method   string
	Code     string   // Slack's own: "not_in_channel"
	Needed   string   // of codeScope: the scope that is missing
	Provided string   // of codeScope: those that there are
	Messages []string // what exactly is wrong with the arguments
}

func (r *refusal) Error() string {
	out := "Slack answers " + r.Method + " with " + r.Code
	if r.Needed != "" {
		out += ", needed " + r.Needed
	}
	if len(r.Messages) > 0 {
		out += ": " + strings.Join(r.Messages, "; ")
	}
	return out
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

// codeScope is Slack's code where a scope is missing.
const codeScope = "missing_scope"

// codeOf is Slack's code for why it refused, or "".
func codeOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.Code
	}
	return ""
}

// client speaks to Slack's Web API. The library's own is not used: it has no time
// limit, takes an ok that is missing for a yes, and repeats posts blindly.
type client struct {
	base   string // with a slash at its end
	http   *http.Client
	limits *limits
	teams  teams
	meter  bot.Meter // nil: nobody is told
	// refused is told that Slack doesn't take a workspace's token. It must not wait.
	refused func(team string, no *refusal)
}

// teams knows the workspaces.
type teams interface {
	// of is what is known of a workspace; a [*refusal] where it is gone.
	of(ctx context.Context, team string) (workspace, error)
	// token is a workspace's; a [*refusal] where it is gone.
	token(ctx context.Context, team string) (string, error)
	// until is ctx for as long as the workspace is there; its cause is a [*refusal]
	// when it is gone. The caller calls done.
	until(ctx context.Context, team string) (_ context.Context, done func())
}

// newTransport is how requests go out: through proxy, over connections of dial.
func newTransport(proxy func(*http.Request) (*url.URL, error), dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: proxy, DialContext: dial, ForceAttemptHTTP2: true,
			MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// apiBase completes an address that was given without a path, or a slash.
func apiBase(address string) (string, error) {
	address = strings.TrimRight(cmp.Or(address, DefaultAPI), "/")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%q is no http or https address", address)
	}
	if u.Path == "" {
		address += "/api"
	}
	return address + "/", nil
}

// do makes a call and decodes its answer into out, unless that is nil. Errors are
// [*refusal], [*tooMany] or [*notSent] where nothing was done; after any other the
// outcome is unknown. What Slack has too much of is tried again within the
// caller's time, and so is what never left.
func (c *client) do(ctx context.Context, q call, out any) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	enough := time.Now().Add(q.patience)
	for attempt := 1; ; attempt++ {
		if q.patience > 0 { // it is of all waits together
			q.patience = max(time.Until(enough), 1)
		}
		if err := c.turn(ctx, q); err != nil {
			return err
		}
		answer, err := c.once(ctx, q)
		if err == nil {
			return decodeAnswer(answer, out)
		}
		_, limited := errors.AsType[*tooMany](err)
		_, never := errors.AsType[*notSent](err)
		_, no := errors.AsType[*refusal](err)
		switch {
		case limited:
			attempt-- // the limit itself says when it goes on, or that it takes too long
		case no || attempt == attempts || !never && !q.again:
			return err
		case sleep(ctx, firstPause<<attempt) != nil:
			return err
		}
	}
}

// turn returns when a call may go, or why it doesn't.
func (c *client) turn(ctx context.Context, q call) error {
	if q.team != "" {
		waiting, done := c.teams.until(ctx, q.team)
		defer done()
		ctx = waiting
	}
	begun := time.Now()
	err := c.limits.wait(ctx, q)
	if c.meter != nil {
		c.meter.Waited(name, time.Since(begun))
	}
	return err
}

// withDeadline gives a caller without one the time of a request.
func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, requestTime)
}

func decodeAnswer(answer []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read Slack's answer: %w", err)
	}
	return nil
}

// once makes one request of a call, and another if its token was replaced: what is
// refused for its token has not been done.
func (c *client) once(ctx context.Context, q call) ([]byte, error) {
	if q.team == "" || q.token != "" {
		return c.request(ctx, q, q.token)
	}
	token, err := c.tokenOf(ctx, q.team)
	if err != nil {
		return nil, err
	}
	answer, err := c.request(ctx, q, token)
	if no, ok := errors.AsType[*refusal](err); ok && tokenRefused(no.Code) {
		c.refused(q.team, no)
		if now, gone := c.tokenOf(ctx, q.team); gone == nil && now != token {
			return c.request(ctx, q, now)
		}
	}
	return answer, err
}

// tokenOf is a workspace's token; without one nothing is sent.
func (c *client) tokenOf(ctx context.Context, team string) (string, error) {
	token, err := c.teams.token(ctx, team)
	if _, no := errors.AsType[*refusal](err); err != nil && !no {
		return "", &notSent{fmt.Errorf("token of %s: %w", team, err)}
	}
	return token, err
}

// request makes one request with a token.
func (c *client) request(ctx context.Context, q call, token string) ([]byte, error) {
	body, kind := q.body, "application/json; charset=utf-8"
	if body == nil {
		body, kind = []byte(q.form.Encode()), "application/x-www-form-urlencoded"
	}
	h, answer, err := c.post(ctx, c.base+q.method, kind, token, body)
	if err != nil {
		return nil, err
	}
	if q.header != nil {
		*q.header = h.header
	}
	if h.status == http.StatusTooManyRequests {
		return nil, c.told(q, retryAfter(h.header), !json.Valid(answer))
	}
	no, err := q.verdict(h.status, answer)
	switch {
	case err != nil:
		return nil, err
	case no == nil:
		return answer, nil
	case no.Code == "ratelimited" || no.Code == "rate_limited":
		return nil, c.told(q, retryAfter(h.header), false)
	}
	return nil, no
}

// told takes note of a limit; see [limits.told].
func (c *client) told(q call, after time.Duration, all bool) *tooMany {
	t := c.limits.told(q, after, all)
	if c.meter != nil {
		c.meter.Limited(name, t.after)
	}
	return t
}

// verdict reads what an answer says: a refusal, nothing, or an error where nobody
// knows. Something that stands between us and Slack answers, too.
func (q call) verdict(status int, answer []byte) (*refusal, error) {
	var said struct {
		OK       bool   `json:"ok"`
		Error    string `json:"error"`
		Needed   string `json:"needed"`
		Provided string `json:"provided"`
		About    struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	if status >= 500 || status >= 300 && status < 400 {
		return nil, fmt.Errorf("status %d from Slack", status)
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return nil, fmt.Errorf("status %d, and not in Slack's words: %w", status, err)
	}
	switch {
	case said.OK && status < 300:
		return nil, nil
	case said.Error == "":
		return nil, fmt.Errorf("status %d, and Slack says neither that it is done nor why not", status)
	case doubtful(said.Error):
		return nil, fmt.Errorf("answer of Slack to %s: %s", q.method, said.Error)
	}
	return &refusal{Method: q.method, Code: said.Error, Needed: said.Needed, Provided: said.Provided, Messages: said.About.Messages}, nil
}

// doubtful reports whether what was asked may have been done although Slack says
// no: docs.slack.dev/reference/methods/chat.postMessage#errors.
func doubtful(code string) bool {
	switch code {
	case "internal_error", "fatal_error", "request_timeout", "service_unavailable":
		return true
	}
	return false
}

// heard is an answer without its body.
type heard struct {
	status int
	header http.Header
}

// post makes one request. Its errors never quote the address, which may be a
// secret.
func (c *client) post(ctx context.Context, address, kind, token string, body []byte) (heard, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime) // a connection that hangs needn't take all of the caller's time
	defer cancel()
	var left atomic.Bool
	// This is told before anything is written, by the goroutine that asks; what is
	// written later may be written while the request already counts as given up.
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return heard{}, nil, &notSent{errors.New("the address can't be used")}
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Content-Type", kind)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		if op, ok := errors.AsType[*net.OpError](err); !left.Load() || ok && op.Op == "dial" {
			return heard{}, nil, &notSent{err}
		}
		return heard{}, nil, fmt.Errorf("ask Slack: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil && response.StatusCode != http.StatusTooManyRequests {
		return heard{}, nil, fmt.Errorf("read Slack's answer: %w", err)
	}
	return heard{response.StatusCode, response.Header}, answer, nil
}

// methodHook stands for a method in what is said of a response_url.
const methodHook = "response_url"

// hookCode is what a response_url says of what it doesn't take.
var hookCode = regexp.MustCompile(`^[a-z_]{1,64}$`)

// hook posts to a response_url. Errors are as with do.
func (c *client) hook(ctx context.Context, address string, body []byte) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	for attempt := 1; ; attempt++ {
		h, answer, err := c.post(ctx, address, "application/json; charset=utf-8", "", body)
		pause := firstPause << min(attempt, attempts)
		switch _, never := errors.AsType[*notSent](err); {
		case err != nil && (!never || attempt >= attempts):
			return err
		case err != nil:
		case h.status == http.StatusTooManyRequests:
			pause = max(retryAfter(h.header), time.Second)
			err = &tooMany{after: pause}
		default:
			return hooked(h.status, answer)
		}
		if sleep(ctx, pause) != nil {
			return err
		}
	}
}

// hooked reads the answer of a response_url, which is "ok", or the code of what is
// wrong.
func hooked(status int, answer []byte) error {
	words := strings.TrimSpace(string(answer))
	var said struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(answer, &said) == nil && said.OK != nil && !*said.OK {
		words = said.Error
	} else if status < 300 {
		return nil
	}
	switch {
	case status >= 500 || status >= 300 && status < 400 || doubtful(words):
		return fmt.Errorf("status %d from a response_url", status)
	case !hookCode.MatchString(words):
		words = "status_" + strconv.Itoa(status)
	}
	return &refusal{Method: methodHook, Code: words}
}

// retryAfter is how long a 429 lasts, in whole seconds of which Slack means all;
// 0 where it doesn't say. It is at most a day: what a broken answer says is no
// reason to overflow.
func retryAfter(h http.Header) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After")), 64)
	if err != nil || !(s > 0) {
		return 0
	}
	return time.Duration(min(s, 86400) * float64(time.Second))
}

// sleep waits, or reports that the caller's time would be over before.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return &tooMany{after: d}
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ended(ctx)
	case <-timer.C:
		return nil
	}
}

// ended is the error of a call that ended before it was made.
func ended(ctx context.Context) error {
	if no, ok := errors.AsType[*refusal](context.Cause(ctx)); ok {
		return no
	}
	return &notSent{ctx.Err()}
}
