package slacktest

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/adaptertest/memnet"
)

// Options of a [Server]. Zero values are what the real one does, as far as that
// is known; those below Seed are what isn't known, to be tried both ways.
type Options struct {
	// Now is the clock for timestamps, deadlines and rate limits; time.Now by
	// default. Waiting itself takes real time, or that of a testing/synctest bubble.
	Now func() time.Time
	// TCP listens on loopback as well, for programs of other people.
	TCP bool
	// Manifest describes the application, in JSON as Slack's own manifests;
	// by default one with everything that is known here.
	Manifest string
	// Requests are the addresses of the bot in HTTP mode, in place of sockets.
	Requests Requests
	// HTTP posts to those addresses; http.DefaultClient by default.
	HTTP *http.Client
	// Patience is how long the bot has for acknowledgements, and to use a trigger;
	// 3 s by default. More is for real programs on machines that are busy.
	Patience time.Duration
	// Ping is the time between PINGs of a socket; 10 s by default, none if negative.
	Ping time.Duration
	// Limits of methods, in place of those of their tiers; [Unlimited] lifts all.
	Limits map[Method]Limit
	// Strict allows no bursts.
	Strict bool
	// Commercial is an application that is distributed outside of Slack's
	// Marketplace: history is limited to 15 messages once a minute.
	Commercial bool
	// Seed chooses among sockets, and the order of events.
	Seed uint64

	// NoRetryAfter leaves the header out of 429s.
	NoRetryAfter bool
	// SameSocket ignores acknowledgements on another socket than the envelope's.
	SameSocket bool
	// SameEnvelope keeps the envelope's identifier when an event is sent again.
	SameEnvelope bool
	// UsedURL is the body of the answer to a response_url that is used up, and
	// LateURL to one that is too old; "used_url" and "expired_url" by default.
	UsedURL, LateURL string
	// Deduplicate takes a client_msg_id that was posted to the channel before for
	// the same message.
	Deduplicate bool
	// UpdateKeeps keeps a message's blocks when chat.update gives text alone.
	UpdateKeeps bool
	// BotMessage gives messages of bots the subtype bot_message, as of old.
	BotMessage bool
	// Metadata is how many bytes metadata may have; 8,192 by default.
	Metadata int
	// FileReady is how long an uploaded file takes before blocks can show it.
	FileReady time.Duration
}

// Requests are the addresses to which Slack posts in HTTP mode.
type Requests struct {
	Events       string
	Commands     string
	Interactions string
	Suggestions  string // for menus; that of Interactions by default
}

func (r Requests) used() bool { return r.Events != "" || r.Commands != "" || r.Interactions != "" }

// Server is a Slack with one application. Its methods may be called at once.
type Server struct {
	t    testing.TB
	o    Options
	app  app
	host string

	listener *memnet.Listener
	http     *http.Server
	client   *http.Client
	work     sync.WaitGroup // everything started here
	stopping context.Context
	stop     context.CancelFunc

	mu         sync.Mutex
	changed    chan struct{} // closed when anything changed
	lastID     uint64
	dice       *rand.Rand
	workspaces []*Workspace
	people     map[string]*Person
	places     map[string]*Channel
	tokens     map[string]*token
	codes      map[string]*code
	refreshes  map[string]*Workspace
	views      map[string]*view
	triggers   map[string]*trigger
	hooks      map[string]*Interaction // by the path of their response_url
	byID       []*Interaction
	files      map[string]*file
	uploads    map[string]*file // by the path of their upload_url

	sockets    map[*socket]bool
	tickets    map[string]time.Time
	disabled   bool // Socket Mode is switched off
	deliveries map[string]*delivery
	waiting    int // deliveries that are neither acknowledged nor given up
	duplicates int // events to send twice
	holding    bool
	losing     bool        // events
	kept       []*delivery // while holding
	onOpen     []*socketFault

	limits limits
	faults []*fault

	log     []Seen
	seen    int
	counts  Counts
	calls   []Call
	acks    []time.Duration
	refused []Refusal
	notices []string
}

// New starts a Slack that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	o.Now = orNow(o.Now)
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	o.Patience = either(o.Patience, 3*time.Second)
	o.Ping = either(o.Ping, 10*time.Second)
	o.Requests.Suggestions = either(o.Requests.Suggestions, o.Requests.Interactions)
	o.UsedURL, o.LateURL = either(o.UsedURL, "used_url"), either(o.LateURL, "expired_url")
	o.Metadata = either(o.Metadata, 8192)
	s := &Server{
		t: t, o: o, host: "slack.test", changed: make(chan struct{}), listener: memnet.Listen("slack.test"),
		dice: rand.New(rand.NewPCG(o.Seed, 20261122)), people: map[string]*Person{}, places: map[string]*Channel{},
		tokens: map[string]*token{}, codes: map[string]*code{}, refreshes: map[string]*Workspace{},
		views: map[string]*view{}, triggers: map[string]*trigger{}, hooks: map[string]*Interaction{}, files: map[string]*file{}, uploads: map[string]*file{},
		sockets: map[*socket]bool{}, tickets: map[string]time.Time{}, deliveries: map[string]*delivery{},
	}
	s.limits.init(o)
	s.counts = newCounts()
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.register(o.Manifest)
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

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

func (s *Server) close() {
	s.stop()
	s.mu.Lock()
	for _, d := range s.deliveries {
		d.stop()
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

// URL is the address of the Web API, with the slash that clients want.
func (s *Server) URL() string { return "http://" + s.host + "/api/" }

// Authorize is the address at which people allow the application into their
// workspace; see [Person.Authorize].
func (s *Server) Authorize() string { return "http://" + s.host + "/oauth/v2/authorize" }

// Client is an HTTP client for this Slack, whatever host the address names. Its
// connections are in memory.
func (s *Server) Client() *http.Client { return s.client }

// Dial opens a connection in memory to this Slack, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return s.listener.Dial(ctx)
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
