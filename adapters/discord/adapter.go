package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"studyhall/bot"
)

// Config is what [New] needs.
type Config struct {
	Token string // the bot's, without "Bot "
	API   string // address of the REST API; "" for [DefaultAPI]
	// PublicKey, in hexadecimal digits, has interactions come over HTTP, to the
	// handler of [Adapter.Routes], instead of over the gateway.
	PublicKey string
	Guild     string    // the only server that gets the commands; "" for all
	Shelf     bot.Shelf // keeps forms while they are open, and who holds the gateway
	// Dial opens connections; nil: [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is real time, by which signatures are recent or old; nil: time.Now.
	Now func() time.Time
	// Proxy names the proxy of a request, and of the gateway; nil: [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)
}

// Adapter connects Discord.
type Adapter struct {
	log     *slog.Logger
	rest    *client
	shelf   bot.Shelf
	guild   string
	key     ed25519.PublicKey // nil: the gateway
	now     func() time.Time
	gateway *gateway

	core    bot.Core
	app     string // our application's identifier
	self    string // our user's
	ready   chan struct{}
	ending  chan struct{} // closed when nothing more is taken
	fault   chan error    // why no further work is possible
	working crew
	lasting context.Context // of what is under way
	cut     func()          // ends lasting

	recent   *recent
	crowd    *crowd
	members  *memo[membership]
	channels *memo[channel]
	guilds   *memo[guild]
	directs  *memo[string]
	searches *memo[search]
	present  *memo[bool] // servers that the core was told the bot is in
	mu       sync.Mutex
	in       map[string]bool                    // servers the bot is in, by the gateway
	lines    map[string][]func(context.Context) // notices of a server that wait for an earlier one
	openings turn                               // of those who open a private conversation
	opened   time.Time                          // when the next may be
	links    links
}

// New makes an adapter. The error says what in config can't be used.
func New(log *slog.Logger, config Config) (*Adapter, error) {
	base, err := apiBase(config.API)
	if err != nil {
		return nil, fmt.Errorf("DISCORD_API_URL: %w", err)
	}
	token := strings.TrimPrefix(strings.TrimSpace(config.Token), "Bot ")
	if token == "" {
		return nil, errors.New("DISCORD_TOKEN is empty")
	}
	a := &Adapter{
		log: log, shelf: config.Shelf, guild: config.Guild, now: config.Now,
		ready: make(chan struct{}), ending: make(chan struct{}), fault: make(chan error, 1),
		in: map[string]bool{}, openings: newTurn(), recent: newRecent(), crowd: newCrowd(),
		members: newMemo[membership](), channels: newMemo[channel](), guilds: newMemo[guild](), directs: newMemo[string](),
		searches: newMemo[search](), present: newMemo[bool](), lines: map[string][]func(context.Context){},
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.lasting, a.cut = context.WithCancel(context.Background())
	if config.PublicKey != "" {
		if err := CheckPublicKey(config.PublicKey); err != nil {
			return nil, fmt.Errorf("DISCORD_PUBLIC_KEY: %w", err)
		}
		if a.key, err = hex.DecodeString(config.PublicKey); err != nil {
			return nil, err
		}
	}
	dial := config.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	proxy := config.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	a.rest = &client{base: base, token: token, limits: newLimits(), http: &http.Client{
		Transport: &http.Transport{
			Proxy: proxy, DialContext: dial, ForceAttemptHTTP2: true,
			MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	a.rest.refused = func() { a.fail(refusedCode(4004)) }
	a.gateway = &gateway{log: log, rest: a.rest, dial: dial, proxy: proxy, handle: a.event, turn: newTurn(), links: &a.links}
	return a, nil
}

// CheckPublicKey reports what is wrong with a key as Discord's portal shows it.
func CheckPublicKey(digits string) error {
	if key, err := hex.DecodeString(digits); err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("it is not 64 hexadecimal digits")
	}
	return nil
}

// fail ends Run; the first reason counts.
func (a *Adapter) fail(err error) {
	select {
	case a.fault <- err:
	default:
	}
}

// Name is "discord".
func (a *Adapter) Name() string { return name }

// WaitReady returns once the commands are registered and HTTP requests are
// taken, or with ctx's error.
func (a *Adapter) WaitReady(ctx context.Context) error {
	select {
	case <-a.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Busy is how many interactions are being answered just now.
func (a *Adapter) Busy() int { return a.crowd.size() }

// Run registers the commands and receives until ctx ends. A token or key that
// Discord refuses ends it with an error whose exit code is 78.
func (a *Adapter) Run(ctx context.Context, core bot.Core) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.core = core
	a.links.change(func() { a.links.began = time.Now() })
	ended := make(chan error, 1)
	go func() { ended <- a.work(ctx) }()
	var err error
	select {
	case err = <-a.fault:
		cancel()
		<-ended
	case err = <-ended:
		select {
		case err = <-a.fault:
		default:
		}
	}
	close(a.ending)
	a.finish()
	return err
}

// Close waits for what is still being answered. Over HTTP it is called when the
// server has ended and nothing more can come.
func (a *Adapter) Close() error {
	a.finish()
	return nil
}

// finish waits for what is being answered, and cuts short what takes too long.
func (a *Adapter) finish() {
	late := time.AfterFunc(lastTime, a.cut)
	defer late.Stop()
	a.working.wait()
	a.rest.http.CloseIdleConnections()
}

// work introduces the bot and receives.
func (a *Adapter) work(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, maxPause) {
		err := a.introduce(ctx)
		if err == nil {
			break
		}
		if no, ok := errors.AsType[*refusal](err); ok && no.Status != http.StatusTooManyRequests {
			return &setupError{fmt.Sprintf("Discord doesn't let the bot in: %v", err)}
		}
		a.log.Warn("Discord is not reached yet", "retry_in", pause, "err", err)
		if !rest(ctx, pause) {
			return nil
		}
	}
	close(a.ready)
	if a.key != nil {
		<-ctx.Done()
		return nil
	}
	return a.holding(ctx, a.gateway.run)
}

// introduce finds out who we are and registers the commands.
func (a *Adapter) introduce(ctx context.Context) error {
	var app struct {
		ID  string   `json:"id"`
		Bot *account `json:"bot"`
	}
	if err := a.rest.do(ctx, call{method: http.MethodGet, route: "/applications/@me"}, &app); err != nil {
		return err
	}
	var self account
	if err := a.rest.do(ctx, call{method: http.MethodGet, route: "/users/@me"}, &self); err != nil {
		return err
	}
	a.app, a.self = app.ID, self.ID
	return a.register(ctx)
}

const (
	leaseTime  = 15 * time.Second // after which another copy of the program may take the gateway
	leaseRenew = 5 * time.Second
)

// holding runs while this copy of the program has the lease of the gateway, and
// waits while another has it.
func (a *Adapter) holding(ctx context.Context, run func(context.Context) error) error {
	name, holder, told := "discord/gateway/"+a.app, bot.NewID(), false
	for ctx.Err() == nil {
		ok, err := a.lease(ctx, name, holder)
		if err != nil && ctx.Err() == nil {
			a.log.Error("lease of the gateway not taken", "err", err)
		}
		if !ok {
			a.links.change(func() { a.links.waits = err == nil })
			if err == nil && !told {
				a.log.Info("another copy of the program is connected to Discord; this one waits")
				told = true
			}
			rest(ctx, leaseRenew/2)
			continue
		}
		told = false
		a.links.change(func() { a.links.waits, a.links.all = false, nil })
		if err := a.held(ctx, name, holder, run); err != nil {
			return err
		}
	}
	return nil
}

// lease takes or extends the lease. A store that hangs must not keep it from
// being noticed that the time runs out.
func (a *Adapter) lease(ctx context.Context, name, holder string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseRenew/2)
	defer cancel()
	return a.shelf.Lease(ctx, name, holder, leaseTime)
}

// held runs until ctx ends or the lease is lost, and then gives it back.
func (a *Adapter) held(ctx context.Context, name, holder string, run func(context.Context) error) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(running) }()
	renewed := time.Now()
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if _, err := a.shelf.Lease(last, name, holder, time.Millisecond); err != nil {
				a.log.Warn("lease of the gateway not given back", "err", err)
			}
			return err
		case <-tick.C:
			ok, err := a.lease(ctx, name, holder)
			switch {
			case ok:
				renewed = time.Now()
			case err == nil || time.Since(renewed) > leaseTime-leaseRenew:
				a.log.Error("lease of the gateway lost", "err", err)
				cancel()
			}
		}
	}
}

// background does something that Run waits for. What is under way when the
// program ends may finish within lastTime.
func (a *Adapter) background(do func(context.Context)) {
	a.working.begin()
	go func() {
		defer a.working.end()
		defer func() {
			if p := recover(); p != nil {
				a.log.Error("panic", "panic", p, "stack", string(debug.Stack()))
			}
		}()
		ctx, cancel := context.WithTimeout(a.lasting, workTime)
		defer cancel()
		do(ctx)
	}()
}
