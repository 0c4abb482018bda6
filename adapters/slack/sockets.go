package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/adapterkit"
)

const (
	connectTime = 15 * time.Second // to the greeting
	connectMost = time.Minute      // between attempts: apps.connections.open takes one a minute at worst
	connectAway = 30 * time.Second // after Slack has said that there must be no connection
	steadyTime  = 30 * time.Second // after which a connection counts as one that worked
	overlapTime = 15 * time.Second // for which a connection is read that has been replaced
)

// sockets keeps a connection of Socket Mode open. Slack asks for a new one every
// few hours: it is open before the old one is left, and that one is read for as
// long as something may come.
type sockets struct {
	log    *slog.Logger
	open   func(ctx context.Context) (address string, err error) // apps.connections.open
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	proxy  func(*http.Request) (*url.URL, error)
	take   func(envelope) // must not wait
	line   *standing
	active sync.WaitGroup // everything that connections do

	mu   sync.Mutex
	live []*socket // that Slack has greeted, the oldest first
	kept []ack     // whose connection ended before they were written
}

// run keeps connected until ctx ends, or until Slack refuses for good.
func (s *sockets) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.active.Wait()
	defer cancel()
	var wait backoff
	var last *socket
	for adapterkit.Pause(ctx, wait.pause()) {
		k, err := s.connect(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			if fault := socketFault(err); fault != nil {
				return fault
			}
			wait.failed(err)
			s.log.Warn("Slack is not connected", "attempts", wait.attempts, "err", err)
			continue
		}
		if last != nil {
			close(last.replaced)
		}
		last = k
		began := time.Now()
		select {
		case <-k.leaving:
		case <-k.done:
		case <-ctx.Done():
			continue
		}
		reason, why := k.why()
		wait.ended(reason, time.Since(began) > steadyTime)
		if reason == endsDisabled {
			s.log.Error(faultDisabled)
		} else {
			s.log.Info("a connection to Slack ends", "reason", loggable(cmp.Or(reason, fmt.Sprint(why))))
		}
	}
	return nil
}

// connect opens a connection and returns once Slack has greeted.
func (s *sockets) connect(ctx context.Context) (*socket, error) {
	opening, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	address, err := s.open(opening)
	if err != nil {
		return nil, fmt.Errorf("ask where to connect: %w", err)
	}
	conn, err := s.upgraded(opening, address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	k := newSocket(s.log, conn, s.take, s.adopt)
	s.active.Go(k.write)
	s.active.Go(func() { s.attend(ctx, k) })
	s.active.Go(func() {
		defer s.gone(k)
		k.read()
	})
	select {
	case <-k.hello:
		s.log.Info("connected to Slack")
		return k, nil
	case <-k.done:
		_, err = k.why()
		return nil, fmt.Errorf("wait for the greeting: %w", err)
	case <-opening.Done():
		k.end(errNoHello)
		return nil, errNoHello
	}
}

// upgraded dials an address and makes it a WebSocket. The address is a secret
// that works once: errors don't name it.
func (s *sockets) upgraded(ctx context.Context, address string) (*websocket.Conn, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" {
		return nil, errors.New("no address of a WebSocket is named")
	}
	var stop func() bool
	dialer := &websocket.Dialer{
		Proxy: s.proxy, HandshakeTimeout: connectTime, ReadBufferSize: 4 << 10, WriteBufferSize: socketBuffer,
		NetDialContext: func(dialling context.Context, network, address string) (net.Conn, error) {
			c, err := s.dial(dialling, network, address)
			if err == nil { // the library waits for Slack's answer even when ctx ends
				stop = context.AfterFunc(ctx, func() { c.Close() })
			}
			return c, err
		},
	}
	conn, response, err := dialer.DialContext(ctx, address, http.Header{"Origin": {"https://api.slack.com"}, "User-Agent": {agent}})
	if stop != nil {
		stop()
	}
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case response != nil:
		return nil, fmt.Errorf("status %d in place of a WebSocket", response.StatusCode)
	}
	return nil, err
}

// attend notes that a connection works, and leaves it when it has been replaced
// or when the program ends.
func (s *sockets) attend(ctx context.Context, k *socket) {
	select {
	case <-k.hello:
		s.greeted(k)
	case <-k.done:
		return
	case <-ctx.Done():
		k.leave()
		return
	}
	select {
	case <-k.replaced:
		over := time.NewTimer(overlapTime)
		defer over.Stop()
		select {
		case <-over.C:
		case <-k.done:
			return
		case <-ctx.Done():
		}
	case <-k.done:
		return
	case <-ctx.Done():
	}
	k.leave()
}

// greeted has a connection count as one that works, and write what others left.
func (s *sockets) greeted(k *socket) {
	s.mu.Lock()
	s.live = append(s.live, k)
	kept := s.kept
	s.kept = nil
	s.line.connections(len(s.live))
	s.mu.Unlock()
	for _, a := range kept {
		s.adopt(a)
	}
	if closed(k.done) { // it may have ended before it was noted
		s.gone(k)
	}
}

// gone is told that a connection has ended.
func (s *sockets) gone(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = slices.DeleteFunc(s.live, func(other *socket) bool { return other == k })
	s.line.connections(len(s.live))
}

// adopt has an acknowledgement whose connection has ended written on another one,
// or on the next: Slack may not take it there, but nothing else can be done for
// whoever waits for it.
func (s *sockets) adopt(a ack) {
	if !a.fresh() {
		return
	}
	s.mu.Lock()
	live := slices.Clone(s.live)
	s.mu.Unlock()
	for _, k := range slices.Backward(live) {
		if k.adopt(a) {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(slices.DeleteFunc(s.kept, func(kept ack) bool { return !kept.fresh() }), a)
}

// backoff is how long to wait before connecting again: not at all after a
// connection that worked, longer and longer as long as none does.
type backoff struct {
	attempts int // since one worked
	least    time.Duration
}

func (b *backoff) pause() time.Duration {
	wait := b.least
	b.least = 0
	if b.attempts > 0 {
		most := min(time.Second<<min(b.attempts-1, 10), connectMost)
		wait = max(wait, most/2+rand.N(most/2)) // copies that fail together needn't come together
	}
	return wait
}

// failed counts an attempt that no connection came of.
func (b *backoff) failed(err error) {
	b.attempts++
	if limited, ok := errors.AsType[*tooMany](err); ok {
		b.least = max(limited.after, time.Second) + rand.N(time.Second)
	}
}

// ended counts a connection that has to be replaced.
func (b *backoff) ended(reason string, worked bool) {
	if b.attempts++; worked {
		b.attempts = 0
	}
	if reason == endsDisabled || reason == endsTooMany {
		b.attempts = max(b.attempts, 1)
		b.least = connectAway
	}
}

// socketFault is what a refusal to open a connection means where asking again is
// of no use; nil for any other.
func socketFault(err error) error {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		return nil
	}
	words := map[string]string{
		"not_authed":             faultAppToken,
		"invalid_auth":           faultAppToken,
		"token_revoked":          faultAppToken,
		"token_expired":          faultAppToken,
		"account_inactive":       faultAppGone,
		"user_removed_from_team": faultAppGone,
		"team_disabled":          faultAppGone,
		"not_allowed_token_type": faultAppKind,
		codeScope:                faultAppScope,
	}[no.Code]
	if words == "" {
		return nil
	}
	return &setupError{fmt.Sprintf("%s (Slack says %s)", words, no.Code)}
}

// checkTokens reports tokens that stand in each other's place, or are of another
// kind, as their beginnings tell.
func checkTokens(c Config) error {
	appsIn, botsIn := strings.HasPrefix(c.BotToken, "xapp-"), strings.HasPrefix(c.AppToken, "xoxb-")
	switch {
	case appsIn && botsIn:
		return &setupError{faultSwapped}
	case appsIn:
		return &setupError{faultAppInBot}
	case strings.HasPrefix(c.BotToken, "xoxp-"):
		return &setupError{faultUserInBot}
	case botsIn, strings.HasPrefix(c.AppToken, "xoxp-"), strings.HasPrefix(c.AppToken, "xoxe."):
		return &setupError{faultBotInApp}
	}
	return nil
}

// socketLease names who holds the connection: copies of the program with a token
// of the same app, whose identifier is a part of it.
func socketLease(appToken string) string {
	if parts := strings.Split(appToken, "-"); len(parts) > 3 && parts[0] == "xapp" && isID(parts[2]) {
		return "slack/socket/" + parts[2]
	}
	sum := sha256.Sum256([]byte(appToken))
	return "slack/socket/" + hex.EncodeToString(sum[:8])
}

// sockets receives over sockets while this copy of the program holds the lease.
func (a *Adapter) sockets(ctx context.Context) error {
	s := &sockets{
		log: a.log, dial: a.config.Dial, proxy: a.config.Proxy, take: a.arrived, line: &a.line,
		open: func(ctx context.Context) (string, error) {
			var out struct {
				URL string `json:"url"`
			}
			err := a.rest.do(ctx, call{token: a.config.AppToken, method: "apps.connections.open", body: []byte("{}"), urgent: true}, &out)
			return out.URL, err
		},
	}
	hold := adapterkit.Hold{Log: a.log, Shelf: a.config.Shelf, Name: socketLease(a.config.AppToken), Time: a.config.Takeover, Waits: a.line.wait}
	return hold.Run(ctx, s.run)
}

// standing is how the connection stands, for [Adapter.Connection].
type standing struct {
	mu    sync.Mutex
	began time.Time // of Run
	waits bool      // another copy of the program is connected
	up    int       // connections that work
	since time.Time // that there is none
}

func (l *standing) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.began, l.since = time.Now(), time.Now()
}

func (l *standing) wait(waits bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waits && !waits {
		l.since = time.Now()
	}
	l.waits = waits
}

func (l *standing) connections(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up > 0 && n == 0 {
		l.since = time.Now()
	}
	l.up = n
}

// Connection is how the connection to Slack stands, in words, and whether what
// people do reaches the bot: see the bot's Reporter.
func (a *Adapter) Connection() (state string, connected bool) {
	l := &a.line
	l.mu.Lock()
	defer l.mu.Unlock()
	away := func(since time.Time) string { return time.Since(since).Truncate(time.Second).String() }
	switch {
	case l.began.IsZero():
		return "not started", false
	case !closed(a.life.Began()):
		return "not reached for " + away(l.began), false
	case a.config.AppToken == "":
		return "receives over HTTP", true
	case l.waits:
		return "another copy of the program is connected", true
	case l.up > 0:
		return "connected", true
	}
	return "connecting, not connected for " + away(l.since), false
}
