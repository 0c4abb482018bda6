package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"studyhall/adapters/adapterkit"
)

// intents are what events are asked for: servers and channels that go, and words
// that are meant for the bot. None is privileged, so of other people's messages
// Discord leaves the words out. Interactions come without any.
const intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages

const (
	identifyPause = 5 * time.Second  // between introductions: docs.discord.com/developers/events/gateway#rate-limiting
	maxPause      = time.Minute      // between attempts to connect
	resumePause   = 16 * time.Second // while there is a session to continue, which Discord doesn't keep for long
	openTime      = 15 * time.Second
	steadyTime    = 2 * time.Second  // after which a connection counts as one that worked
	sessionKept   = 10 * time.Minute // for which Discord may keep a session without a connection: two or three are reported
)

// setupError is a fault of the configuration, which no retry cures.
type setupError struct{ what string }

func (e *setupError) Error() string { return e.what }

// ExitCode is 78, EX_CONFIG of sysexits.h: service managers can be told not to
// restart the program.
func (e *setupError) ExitCode() int { return 78 }

// refusedCode is what a close code means after which connecting again is of no
// use: docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
func refusedCode(code int) error {
	words := map[int]string{
		4004: "Discord doesn't accept DISCORD_TOKEN; copy a new one from the developer portal, page Bot, Reset Token",
		4010: "Discord refuses this program's shard; please report it",
		4011: "Discord wants more shards than this program opened; start it again",
		4012: "Discord no longer speaks this program's version of its gateway; get a newer studyhall",
		4013: "Discord refuses this program's intents; please report it",
		4014: "Discord doesn't allow this bot the intents it asks for; please report it",
	}[code]
	if words == "" {
		return nil
	}
	return &setupError{fmt.Sprintf("%s (gateway code %d)", words, code)}
}

// gateway holds the connections over which events come.
type gateway struct {
	log    *slog.Logger
	rest   *client
	dial   dialFunc
	proxy  func(*http.Request) (*url.URL, error) // nil, or the proxy by which to connect
	handle func(event string, data json.RawMessage)
	url    atomic.Pointer[string]

	links *links
	turn  adapterkit.Turn // of shards that introduce themselves
	info  gatewayInfo
	fresh bool              // info has not been used yet
	next  map[int]time.Time // when shards of a concurrency group may introduce themselves
}

// gatewayInfo is the answer of Get Gateway Bot.
type gatewayInfo struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Total          int `json:"total"`
		Remaining      int `json:"remaining"`
		ResetAfter     int `json:"reset_after"` // milliseconds
		MaxConcurrency int `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

func (g *gateway) ask(ctx context.Context) error {
	var info gatewayInfo
	if err := g.rest.do(ctx, call{method: http.MethodGet, route: "/gateway/bot"}, &info); err != nil {
		return err
	}
	if info.URL == "" {
		return errors.New("no gateway is named")
	}
	g.info, g.fresh = info, true
	g.url.Store(&info.URL)
	return nil
}

// run keeps every shard connected until ctx ends, or until Discord refuses for good.
func (g *gateway) run(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, maxPause) {
		err := g.ask(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		g.log.Warn("Discord's gateway is not known yet", "retry_in", pause, "err", err)
		if !adapterkit.Pause(ctx, pause) {
			return nil
		}
	}
	count := max(g.info.Shards, 1)
	g.links.open(count)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for id := range count {
		s := &shard{gateway: g, id: id, count: count, log: g.log.With("shard", id)}
		running.Go(func() {
			if err := s.run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	if fault, ok := errors.AsType[*setupError](context.Cause(ctx)); ok {
		return fault
	}
	return nil
}

// leave waits until a shard may introduce itself. A thousand introductions a
// day are allowed; after them Discord takes the token away.
func (g *gateway) leave(ctx context.Context, shard int) error {
	if err := g.turn.Take(ctx); err != nil {
		return err
	}
	defer g.turn.Give()
	for {
		if !g.fresh {
			if err := g.ask(ctx); err != nil {
				return err
			}
		}
		if g.info.Limit.Remaining > 0 {
			break
		}
		wait := time.Duration(g.info.Limit.ResetAfter)*time.Millisecond + time.Second
		g.log.Error("no more connections to Discord are allowed today", "retry_in", wait)
		g.fresh = false
		if !adapterkit.Pause(ctx, wait) {
			return ctx.Err()
		}
	}
	if g.info.Limit.Remaining--; g.info.Limit.Remaining < 10 {
		g.fresh = false // look before using up the last
	}
	group := shard % max(g.info.Limit.MaxConcurrency, 1)
	if g.next == nil {
		g.next = map[int]time.Time{}
	}
	if !adapterkit.Pause(ctx, time.Until(g.next[group])) {
		return ctx.Err()
	}
	g.next[group] = time.Now().Add(identifyPause)
	return nil
}

// shard is one connection, and what it takes to continue it on another.
type shard struct {
	*gateway
	id, count int
	log       *slog.Logger
	ending    sync.WaitGroup // sessions of the library that are still closing

	mu      sync.Mutex
	session string
	seq     int64
	resume  string    // where to continue
	failed  int       // connections since the last that worked
	worked  time.Time // since when this one does; zero: it doesn't
	ended   time.Time // when the last that worked ended
}

// run keeps the shard connected. It returns an error if that is of no more use.
func (s *shard) run(ctx context.Context) error {
	defer s.ending.Wait()
	for ctx.Err() == nil {
		if !s.resumable() {
			if err := s.leave(ctx, s.id); err != nil {
				if ctx.Err() == nil {
					s.log.Warn("not connected to Discord yet", "err", err)
				}
				adapterkit.Pause(ctx, s.pause())
				continue
			}
		}
		code, err := s.connect(ctx)
		s.links.set(s.id, false, s.resumable())
		if ctx.Err() != nil {
			return nil
		}
		s.log.Warn("the connection to Discord ended", "code", code, "err", err, "resumes", s.resumable())
		if fault := refusedCode(code); fault != nil {
			return fault
		}
		switch {
		case errors.Is(err, errInvalid):
			s.forget()
			adapterkit.Pause(ctx, time.Second+rand.N(4*time.Second)) // as Discord asks
		case code == 4007 || code == 4009 || code == 1000:
			s.forget()
		}
		adapterkit.Pause(ctx, s.pause())
		if s.stale() {
			s.forget()
		}
	}
	return nil
}

// pause is how long to wait before the next attempt: nothing after a connection
// that worked for a while.
func (s *shard) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.worked.IsZero() && time.Since(s.worked) > steadyTime {
		s.failed = 0
	}
	if !s.worked.IsZero() {
		s.ended = time.Now()
	}
	s.worked = time.Time{}
	if s.failed++; s.failed == 1 {
		return 0
	}
	most := maxPause
	if s.session != "" {
		most = resumePause
	}
	d := min(500*time.Millisecond<<min(s.failed, 10), most)
	return d/2 + rand.N(d/2)
}

// stale reports whether the session is surely over. That no connection comes
// about, or none that works, says nothing about it, and a resumption that is
// refused says so; this is for a server that says nothing at all to one.
func (s *shard) stale() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session != "" && s.worked.IsZero() && time.Since(s.ended) > sessionKept
}

func (s *shard) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.seq, s.resume = "", 0, ""
	s.links.set(s.id, false, false)
}

func (s *shard) resumable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session != ""
}

// heartbeat is one, with the last event that came.
func (s *shard) heartbeat() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seq == 0 {
		return []byte(`{"op":1,"d":null}`)
	}
	return fmt.Appendf(nil, `{"op":1,"d":%d}`, s.seq)
}

// resumption is a RESUME, or nil without a session to continue.
func (s *shard) resumption() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == "" {
		return nil
	}
	body, err := encode(map[string]any{"op": opResume, "d": map[string]any{
		"token": "Bot " + s.rest.token, "session_id": s.session, "seq": s.seq}})
	if err != nil {
		return nil
	}
	return body
}

// dispatch takes note of an event and hands it on.
func (s *shard) dispatch(seq int64, event string, data json.RawMessage) {
	s.mu.Lock()
	if seq > s.seq || event == "READY" {
		s.seq = seq
	}
	switch event {
	case "READY":
		var ready struct {
			Session string `json:"session_id"`
			Resume  string `json:"resume_gateway_url"`
		}
		if err := json.Unmarshal(data, &ready); err == nil {
			s.session, s.resume = ready.Session, ready.Resume
		}
		s.worked = time.Now()
		s.log.Info("connected to Discord")
	case "RESUMED":
		s.worked = time.Now()
		s.log.Info("connected to Discord again")
	}
	s.mu.Unlock()
	if event == "READY" || event == "RESUMED" {
		s.links.set(s.id, true, true)
	}
	s.handle(event, data)
}

// connect opens a connection, stays until it ends, and says why it did. Each is
// a session of the library of its own, so that one that is slow to close keeps
// nothing up.
func (s *shard) connect(ctx context.Context) (code int, why error) {
	address := s.address()
	session, err := discordgo.New("Bot " + s.rest.token)
	if err != nil {
		return 0, err
	}
	session.LogLevel = -1 // it logs tokens' sessions and whole events to the standard logger
	session.ShouldReconnectOnError, session.StateEnabled, session.SyncEvents = false, false, true
	session.Compress = false
	session.Identify.Intents = intents
	session.ShardID, session.ShardCount = s.id, s.count
	session.Client = &http.Client{Transport: gatewayAt(address)}
	var w *wire
	dialer := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, network, addr string) (net.Conn, error) {
			c, err := s.dialWith(ctx, network, addr, secure)
			if err != nil {
				return nil, err
			}
			w = newWire(c, s)
			w.stop = context.AfterFunc(ctx, w.leave)
			return w, nil
		}
	}
	session.Dialer = &websocket.Dialer{HandshakeTimeout: openTime, NetDialContext: dialer(false), NetDialTLSContext: dialer(true)}
	var once sync.Once // a session that two of its parts close says so twice
	s.ending.Add(1)
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { once.Do(s.ending.Done) })
	if err := session.Open(); err != nil {
		once.Do(s.ending.Done)
		if w == nil {
			return 0, err
		}
		w.end(err)
		w.stop()
		return w.reason()
	}
	<-w.done
	w.stop()
	return w.reason()
}

// address is where to connect, with the version, as the library will be told.
func (s *shard) address() string {
	s.mu.Lock()
	at := s.resume
	elsewhere := s.failed > 3 && s.failed%2 == 0 // perhaps it is that address
	s.mu.Unlock()
	if at == "" || elsewhere {
		at = *s.url.Load()
	}
	// The library adds a version of its own, which a fragment takes up.
	return strings.TrimRight(at, "/") + "/?v=10&encoding=json#"
}

// gatewayAt answers the library's question for the gateway; it asks no other.
type gatewayAt string

func (g gatewayAt) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := encode(map[string]string{"url": string(g)})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(body))),
	}, nil
}
