package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
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
	// Proxy names the proxy of a request, and of sockets; nil: [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)
}

const (
	workTime = 2 * time.Minute  // for the work on one interaction
	lastTime = 15 * time.Second // for what is under way when the program ends; service managers kill later
	// learnPause is the longest pause between attempts to find out who we are.
	learnPause = time.Minute
)

// Adapter connects Slack.
type Adapter struct {
	log    *slog.Logger
	config Config
	core   bot.Core

	ready   chan struct{} // closed once the workspace is known and requests are taken
	ending  chan struct{} // closed when nothing more is taken
	fault   chan error    // why no further work is possible
	working adapterkit.Crew
	crowd   *adapterkit.Crowd
	hearing
	memory
	lasting context.Context // of what is under way
	cut     func()          // ends lasting

	rest   *client
	spaces *workspaces
	line   standing
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
	if config.Proxy == nil {
		config.Proxy = http.ProxyFromEnvironment
	}
	a := &Adapter{
		log: log, config: config, ready: make(chan struct{}), ending: make(chan struct{}), fault: make(chan error, 1),
		crowd: adapterkit.NewCrowd(), hearing: newHearing(), memory: newMemory(),
	}
	a.recent, a.takes = adapterkit.NewRecent(), a.take
	a.lasting, a.cut = context.WithCancel(context.Background())
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
	a.rest = &client{
		base: base, http: newTransport(a.config.Proxy, a.config.Dial), limits: newLimits(),
		teams: a.spaces, refused: a.spaces.refused,
	}
	a.spaces.ask, a.spaces.spawn, a.spaces.notice, a.spaces.lost = a.rest.do, a.background, a.notify, a.fail
	return nil
}

// notify tells the core what happened to a place, once there is one.
func (a *Adapter) notify(ctx context.Context, n bot.Notice) {
	select {
	case <-a.ready:
		a.core.Notice(ctx, n)
	case <-a.ending:
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

// fail ends Run; the first reason counts.
func (a *Adapter) fail(err error) {
	select {
	case a.fault <- err:
	default:
	}
}

// WaitReady returns once the workspace is known and requests are taken, or with
// ctx's error.
func (a *Adapter) WaitReady(ctx context.Context) error {
	select {
	case <-a.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Busy is how much is being answered just now.
func (a *Adapter) Busy() int { return a.crowd.Size() }

// Run receives until ctx ends. A token that Slack refuses, or a scope without
// which nothing works, ends it with an error whose exit code is 78.
func (a *Adapter) Run(ctx context.Context, core bot.Core) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.core = core
	a.line.begin()
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
	close(a.ready)
	if a.config.AppToken != "" {
		return a.sockets(ctx)
	}
	<-ctx.Done()
	return nil
}

// Close waits for what is still being answered. With requests it is called when
// the server has ended and nothing more can come.
func (a *Adapter) Close() error {
	a.finish()
	return nil
}

// finish waits for what is being answered, and cuts short what takes too long.
func (a *Adapter) finish() {
	late := time.AfterFunc(lastTime, a.cut)
	defer late.Stop()
	a.working.Wait()
	a.rest.http.CloseIdleConnections()
}

// background does something that Run waits for. What is under way when the
// program ends may finish within lastTime.
func (a *Adapter) background(do func(context.Context)) {
	a.working.Begin()
	go func() {
		defer a.working.End()
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
