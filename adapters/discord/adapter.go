package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"studyhall/adapters/adapterkit"
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
	// Copies is how many copies of the program share the bot, and with it what
	// Discord allows a bot; nil: this one is alone.
	Copies func() int
	// Dial opens connections; nil: [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is real time, by which signatures are recent or old; nil: time.Now.
	Now func() time.Time
	// Takeover is how long after this copy of the program has died another may
	// connect to the gateway; 0: [adapterkit.LeaseTime].
	Takeover time.Duration
	Meter    bot.Meter // takes figures; nil: nobody does
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
	meter   bot.Meter
	gateway *gateway

	takeover time.Duration // see [Config]

	life *adapterkit.Life
	line *adapterkit.Line // of interactions
	core bot.Core
	app  string // our application's identifier
	self string // our user's

	recent   *adapterkit.Recent
	crowd    *adapterkit.Crowd
	members  *adapterkit.Memo[bot.Profile]
	channels *adapterkit.Memo[channel]
	guilds   *adapterkit.Memo[guild]
	directs  *adapterkit.Memo[string]
	searches *adapterkit.Memo[search]
	present  *adapterkit.Memo[bool] // servers that the core was told the bot is in
	mu       sync.Mutex
	in       map[string]bool                    // servers the bot is in, by the gateway
	lines    map[string][]func(context.Context) // notices of a server that wait for an earlier one
	openings adapterkit.Turn                    // of those who open a private conversation
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
		log: log, shelf: config.Shelf, guild: config.Guild, now: config.Now, takeover: config.Takeover, meter: cmp.Or[bot.Meter](config.Meter, bot.NoMeter{}),
		life: adapterkit.NewLife(log),
		in:   map[string]bool{}, openings: adapterkit.NewTurn(), recent: adapterkit.NewRecent(), crowd: adapterkit.NewCrowd(),
		members: adapterkit.NewMemo[bot.Profile](), channels: adapterkit.NewMemo[channel](), guilds: adapterkit.NewMemo[guild](), directs: adapterkit.NewMemo[string](),
		searches: adapterkit.NewMemo[search](), present: adapterkit.NewMemo[bool](), lines: map[string][]func(context.Context){},
	}
	a.line = adapterkit.NewLine(a.life, atOnce)
	if a.now == nil {
		a.now = time.Now
	}
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
	a.rest = &client{base: base, token: token, limits: newSharedLimits(config.Copies), meter: a.meter, http: &http.Client{
		Transport: &http.Transport{
			Proxy: proxy, DialContext: dial, ForceAttemptHTTP2: true,
			MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	a.rest.refused = func() { a.life.Fail(refusedCode(4004)) }
	a.gateway = &gateway{log: log, rest: a.rest, dial: dial, proxy: proxy, handle: a.event, turn: adapterkit.NewTurn(), links: &a.links}
	return a, nil
}

// CheckPublicKey reports what is wrong with a key as Discord's portal shows it.
func CheckPublicKey(digits string) error {
	if key, err := hex.DecodeString(digits); err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("it is not 64 hexadecimal digits")
	}
	return nil
}

// Name is "discord".
func (a *Adapter) Name() string { return name }

// WaitReady returns once the commands are registered and HTTP requests are
// taken, or with ctx's error.
func (a *Adapter) WaitReady(ctx context.Context) error { return a.life.WaitReady(ctx) }

// Busy is how many interactions are being answered just now.
func (a *Adapter) Busy() int { return a.crowd.Size() }

// Run registers the commands and receives until ctx ends. A token or key that
// Discord refuses ends it with an error whose exit code is 78.
func (a *Adapter) Run(ctx context.Context, core bot.Core) error {
	a.core = core
	a.links.change(func() { a.links.began = time.Now() })
	defer a.rest.http.CloseIdleConnections()
	return a.life.Run(ctx, a.work)
}

// Close waits for what is still being answered. Over HTTP it is called when the
// server has ended and nothing more can come.
func (a *Adapter) Close() error {
	a.life.Finish()
	a.rest.http.CloseIdleConnections()
	return nil
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
		if !adapterkit.Pause(ctx, pause) {
			return nil
		}
	}
	a.life.Ready()
	if a.key != nil {
		<-ctx.Done()
		return nil
	}
	return a.hold().Run(ctx, a.gateway.run)
}

// hold has one copy of the program connected.
func (a *Adapter) hold() adapterkit.Hold {
	return adapterkit.Hold{Log: a.log, Shelf: a.shelf, Name: "discord/gateway/" + a.app, Time: a.takeover, Waits: func(w bool) {
		a.links.change(func() {
			if a.links.waits = w; !w {
				a.links.all = nil
			}
		})
	}}
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
