package discordtest

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/adaptertest/memnet"
)

// Options of a [Server]. Zero values are what the real one does, as far as that
// is known.
type Options struct {
	// Now is the clock for identifiers, deadlines, rate limits and the nonce's
	// window; time.Now by default. Waiting itself takes real time, or that of a
	// testing/synctest bubble.
	Now func() time.Time
	// TCP listens on loopback as well, for programs of other people.
	TCP bool
	// Schema is the file that oracles/discord-schema.mjs writes; by default
	// what STUDYHALL_DISCORD_SCHEMA says. "-" is none.
	Schema string
	// Interactions is the address to which interactions are posted, signed, in
	// place of the gateway; see also [Server.Ping].
	Interactions string
	// HTTP posts them; http.DefaultClient by default.
	HTTP *http.Client
	// Patience is how long somebody waits for an answer; 3 s by default, as on
	// Discord. Where real time passes and other programs run beside a test, only
	// more doesn't depend on the machine.
	Patience time.Duration
	// Heartbeat is the interval told in HELLO; 41.25 s by default.
	Heartbeat time.Duration
	// NonceWindow is how long a nonce is remembered; 3 minutes by default.
	NonceWindow time.Duration
	// SessionKept is how long a lost session may be resumed; 2 minutes by default.
	SessionKept time.Duration
	// Identifies is how many a day has; 1,000 by default.
	Identifies int
	// Concurrency is how many shards may identify in 5 s; 1 by default.
	Concurrency int
	// IdentifyGap is that time; 5 s by default.
	IdentifyGap time.Duration
	// Shards are recommended; 1 by default.
	Shards int
	// Privileged are the privileged intents that the application has.
	Privileged int
	// Limits of routes, in place of those that were seen; [Unlimited] lifts all,
	// and the global one unless Global is set.
	Limits map[Route]Limit
	// Global is how many requests a second has; 50 by default.
	Global int
	// Invalid is how many refused requests 10 minutes may have; 10,000 by default.
	Invalid int
	// Conversations is how many new direct ones 10 minutes may have; 40003
	// beyond. 50 by default.
	Conversations int
	// OldEdits is how many edits of messages older than an hour a channel allows
	// in an hour; 30046 beyond. 30 by default.
	OldEdits int
	// HighIDs makes identifiers that need all of 64 bits.
	HighIDs bool
}

// Server is a Discord with one application, whose bot's token it knows. Its
// methods may be called at once.
type Server struct {
	t    testing.TB
	o    Options
	key  ed25519.PrivateKey
	host string

	listener *memnet.Listener
	http     *http.Server
	client   *http.Client
	work     sync.WaitGroup // everything started here
	stopping context.Context
	stop     context.CancelFunc

	mu      sync.Mutex
	changed chan struct{} // closed when anything changed
	apart   bool          // see Unreachable
	lastID  uint64
	schema  *schemas
	bot     *Person
	people  map[string]*Person
	guilds  []*Guild
	places  map[string]*Channel // every channel, thread and conversation

	commands map[string][]object // by guild, "" for everywhere
	created  map[string][]time.Time
	asked    map[string]*Interaction // by token
	byID     map[string]*Interaction
	waiting  int // posts of interactions on their way

	sessions   map[string]*session
	sockets    map[*socket]bool
	identified map[int]time.Time // by place in the queue
	left       int               // identifies
	duplicates int               // interactions to send twice
	odd        bool              // events have what nobody knows

	nonces  map[string]*message
	limits  limits
	faults  []*fault
	onOpen  []*gatewayFault
	uploads map[string]upload
	portal  map[string]any // changed fields of the application

	log     []Seen
	seen    int
	counts  Counts
	acks    []time.Duration
	refused []Refusal
	notices []string
}

// New starts a Discord that ends with the test, which fails if this Discord
// itself broke its own rules.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	defaults(&o)
	s := &Server{
		t: t, o: o, host: "discord.test", changed: make(chan struct{}), left: o.Identifies,
		key:    ed25519.NewKeyFromSeed([]byte("a key that only tests will ever ")),
		people: map[string]*Person{}, places: map[string]*Channel{}, commands: map[string][]object{}, created: map[string][]time.Time{},
		asked: map[string]*Interaction{}, byID: map[string]*Interaction{}, sessions: map[string]*session{},
		sockets: map[*socket]bool{}, identified: map[int]time.Time{}, nonces: map[string]*message{},
		uploads: map[string]upload{}, listener: memnet.Listen("discord.test"),
	}
	s.limits.init(o)
	s.counts = newCounts()
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.schema = loadSchemas(t, o.Schema)
	s.bot = &Person{s: s, ID: s.snowflake(), Name: "studyhall", bot: true}
	s.people[s.bot.ID] = s.bot
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve)}
	s.client = &http.Client{Transport: &http.Transport{DialContext: s.Dial, MaxIdleConnsPerHost: 100, DisableCompression: true}}
	s.work.Go(func() { _ = s.http.Serve(s.listener) })
	if o.TCP {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.host = l.Addr().String()
		s.work.Go(func() { _ = s.http.Serve(l) })
	}
	t.Cleanup(s.close)
	return s
}

func defaults(o *Options) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Schema == "" {
		o.Schema = os.Getenv("STUDYHALL_DISCORD_SCHEMA")
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	o.Heartbeat = either(o.Heartbeat, 41250*time.Millisecond)
	o.NonceWindow = either(o.NonceWindow, 3*time.Minute)
	o.SessionKept = either(o.SessionKept, 2*time.Minute)
	o.Identifies = either(o.Identifies, 1000)
	o.Concurrency = either(o.Concurrency, 1)
	o.Shards = either(o.Shards, 1)
	if o.unlimited() {
		o.Global = either(o.Global, math.MaxInt32)
	}
	o.Global = either(o.Global, 50)
	o.Invalid = either(o.Invalid, 10_000)
	o.Conversations = either(o.Conversations, 50)
	o.OldEdits = either(o.OldEdits, 30)
}

func either[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func (s *Server) close() {
	s.stop()
	s.mu.Lock()
	for _, i := range s.byID {
		i.timer.Stop()
	}
	open := s.sockets
	s.sockets = map[*socket]bool{}
	s.mu.Unlock()
	for k := range open {
		k.cut()
	}
	_ = s.http.Close()
	_ = s.listener.Close()
	s.client.CloseIdleConnections()
	s.work.Wait()
}

func (s *Server) now() time.Time { return s.o.Now() }

// URL is the API's address without a version.
func (s *Server) URL() string { return "http://" + s.host + "/api" }

// Token is the bot's.
func (s *Server) Token() string {
	return base64.RawStdEncoding.EncodeToString([]byte(s.bot.ID)) + ".GdHmfe." + strings.Repeat("fakeTOKEN_", 4)[:38]
}

// Application is the application's identifier, which is its bot's, too.
func (s *Server) Application() string { return s.bot.ID }

// PublicKey is the key that interactions are signed with, in hexadecimal.
func (s *Server) PublicKey() string {
	public, _ := s.key.Public().(ed25519.PublicKey)
	return hex.EncodeToString(public)
}

// Client is an HTTP client for this Discord, whatever host the address names.
// Its connections are in memory.
func (s *Server) Client() *http.Client { return s.client }

// Dial opens a connection in memory to this Discord, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	apart := s.apart
	s.mu.Unlock()
	if apart {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: errors.New("no route to host")}
	}
	return s.listener.Dial(ctx)
}

// Unreachable lets no new connection in memory be opened, or does so again. Those
// that are open stay; see [Server.Drop].
func (s *Server) Unreachable(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apart = on
}

// Await waits until something holds. It is looked at after every change.
func (s *Server) Await(ctx context.Context, holds func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// tell wakes whoever waits for a change. The caller holds the lock.
func (s *Server) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}
