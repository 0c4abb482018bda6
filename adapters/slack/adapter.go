package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// DefaultAPI is where Slack's Web API is.
const DefaultAPI = "https://slack.com/api/"

// Config is what [New] needs: the tokens of one workspace's own app, or the
// secrets of an app that many workspaces install, or both. With both, the bot
// token serves its workspace until somebody there installs the app in a browser:
// what is installed is newer, and counts. A bot token that Slack refuses is a
// fault at the start; later it ends the program only where it is alone.
type Config struct {
	BotToken      string // "xoxb-…"; of one workspace
	AppToken      string // "xapp-…"; with it Slack is received over sockets
	SigningSecret string // without an app token: of requests that Slack sends
	ClientID      string // with these two and SecretKeys workspaces can install the app
	ClientSecret  string
	SecretKeys    []string // the first encrypts installations, each decrypts them
	PublicURL     string   // where Slack and browsers reach the program; "" for nowhere
	Declared      []string // commands that are slash commands of their own; nil: all
	API           string   // address of the Web API; "" for [DefaultAPI]
	// Again says what to do with a post of unknown outcome in a workspace whose
	// channels the bot may not read: send it again, and perhaps twice; else
	// perhaps never.
	Again bool
	Shelf bot.Shelf // keeps installations, identifiers seen, open forms, who holds the sockets
	// Dial opens connections; nil: [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is real time, by which signatures are recent or old; nil: time.Now.
	Now func() time.Time
	// Takeover is how long after this copy of the program has died another may open
	// sockets; 0: [adapterkit.LeaseTime].
	Takeover time.Duration
	Meter    bot.Meter // takes figures; nil: nobody does
	// Proxy names the proxy of a request, and of sockets; nil: [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)
}

// learnPause is the longest pause between attempts to find out who we are.
const learnPause = time.Minute

// Adapter connects Slack.
type Adapter struct {
	log    *slog.Logger
	config Config
	life   *adapterkit.Life
	core   bot.Core

	crowd *adapterkit.Crowd
	hearing
	memory

	rest   *client
	spaces *workspaces
	line   standing
	forms  *sealer            // of forms on the shelf
	recent *adapterkit.Recent // what came before
	takes  func(envelope)     // take, but in tests of how things come
}

// New makes an adapter. The error says what in config can't be used.
func New(log *slog.Logger, config Config) (*Adapter, error) {
	if config.Shelf == nil {
		return nil, errors.New("nowhere to keep anything")
	}
	if err := checkTokens(config); err != nil {
		return nil, err
	}
	if config.API == "" {
		config.API = DefaultAPI
	}
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Meter == nil {
		config.Meter = bot.NoMeter{}
	}
	if config.Proxy == nil {
		config.Proxy = http.ProxyFromEnvironment
	}
	a := &Adapter{
		log: log, config: config, life: adapterkit.NewLife(log),
		crowd: adapterkit.NewCrowd(), hearing: newHearing(), memory: newMemory(),
	}
	a.recent, a.takes = adapterkit.NewRecent(), a.take
	return a, a.connect()
}

// connect makes what speaks to Slack.
func (a *Adapter) connect() error {
	base, err := apiBase(a.config.API)
	if err != nil {
		return fmt.Errorf("SLACK_API_URL: %w", err)
	}
	a.config.API = base
	if a.spaces, err = newWorkspaces(a.log, a.config); err != nil {
		return err
	}
	if a.forms, err = newFormSealer(a.config); err != nil {
		return err
	}
	a.rest = &client{
		base: base, http: newTransport(a.config.Proxy, a.config.Dial), limits: newLimits(),
		teams: a.spaces, refused: a.spaces.refused, meter: a.config.Meter,
	}
	a.spaces.ask, a.spaces.spawn, a.spaces.notice, a.spaces.lost = a.rest.do, a.life.Background, a.notify, a.life.Fail
	return nil
}

// notify tells the core what happened to a place, once there is one.
func (a *Adapter) notify(ctx context.Context, n bot.Notice) {
	select {
	case <-a.life.Began():
		a.core.Notice(ctx, n)
	case <-a.life.Ending():
	case <-ctx.Done():
	}
}

// Name is "slack".
func (a *Adapter) Name() string { return name }

// Spell is how people type a command: on its own, or after the one under which
// all are reached.
func (a *Adapter) Spell(command string) string {
	if declared := a.config.Declared; declared == nil || slices.Contains(declared, command) {
		return "/" + command
	}
	return "/" + prefix + " " + command
}

// WaitReady returns once the workspace is known and requests are taken, or with
// ctx's error.
func (a *Adapter) WaitReady(ctx context.Context) error { return a.life.WaitReady(ctx) }

// Busy is how much is being answered just now.
func (a *Adapter) Busy() int { return a.crowd.Size() }

// Run receives until ctx ends. A token that Slack refuses, or a scope without
// which nothing works, ends it with an error whose exit code is 78.
func (a *Adapter) Run(ctx context.Context, core bot.Core) error {
	a.core = core
	a.line.begin()
	defer a.rest.http.CloseIdleConnections()
	return a.life.Run(ctx, a.work)
}

// work finds out who we are and receives.
func (a *Adapter) work(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, learnPause) {
		err := a.spaces.learn(ctx)
		if err == nil {
			break
		}
		if fault, ok := errors.AsType[*setupError](err); ok {
			return fault
		}
		a.log.Warn("Slack is not reached yet", "retry_in", pause, "err", err)
		if !adapterkit.Pause(ctx, pause) {
			return nil
		}
	}
	a.life.Ready()
	if a.config.AppToken != "" {
		return a.sockets(ctx)
	}
	<-ctx.Done()
	return nil
}

// Close waits for what is still being answered. With requests it is called when
// the server has ended and nothing more can come.
func (a *Adapter) Close() error {
	a.life.Finish()
	a.rest.http.CloseIdleConnections()
	return nil
}
