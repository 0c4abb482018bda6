package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/web"
)

// doorTime is how long the rest of the program waits at its end for requests under
// way. Together with what adapters then take it stays below 10 seconds.
const doorTime = 2 * time.Second

// Serve runs the program for every platform that is configured, and its web
// server, until ctx ends. Without any platform it says so.
func Serve(ctx context.Context, c Config, log *slog.Logger, version string) error {
	if faults := slackFaults(c); len(faults) > 0 {
		return &ConfigError{Faults: faults}
	}
	if c.Discord.Token == "" && !c.Slack.Set() {
		return nothingToServe{}
	}
	l, err := net.Listen("tcp", c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; HTTP_ADDR names another address", c.HTTPAddr, err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// At the end the door closes first. Who came in before is taken, and then the rest
	// ends: nobody is let in to be turned away.
	behind, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(doorTime, end) })()
	// Whoever asks while the database is opened and migrated gets an answer.
	door, served := &entrance{}, make(chan error, 1)
	go func() {
		defer end()
		served <- serveHTTP(ctx, log, l, door)
	}()
	err = serveBehind(behind, c, log, version, door, l.Addr().String())
	cancel()
	return errors.Join(err, <-served)
}

// serveBehind is Serve once somebody answers at the door.
func serveBehind(ctx context.Context, c Config, log *slog.Logger, version string, door *entrance, address string) error {
	metrics := web.NewMetrics(version)
	log = watched(log, metrics)
	a, err := New(ctx, Options{
		Metrics: metrics, MetricsToken: c.MetricsToken, Log: log, Version: version, Database: c.Database.Reveal(), Erasures: c.Erasures, BanksDir: c.BanksDir, Reload: c.Reload, Certifications: c.Certifications,
		Backups:   c.Backups,
		PublicURL: c.PublicURL, Paced: paced, Timing: serveTiming(), Trace: killPoint(), Real: wallClock(), Clock: domainClock(),
		Adapters: func(shelf bot.Shelf, _ *Clock) ([]bot.Adapter, error) { return platforms(c, log, shelf, metrics) },
	})
	if err != nil {
		if ctx.Err() != nil { // a level of the database is whole or not there
			log.Info("stopped while it started; the next start goes on", "err", err)
			return nil
		}
		return err
	}
	defer a.Close()
	door.open(a.Handler())
	if err := a.greet(ctx, c, log, version, address); err != nil {
		return err
	}
	beThrifty()
	return a.Run(ctx)
}

// beThrifty has the garbage collected twice as often as Go does of itself, from
// when the program has started: it then takes a tenth less memory in a rush, for a
// little more work. Whoever sets GOGC decides otherwise:
// https://go.dev/doc/gc-guide#GOGC.
func beThrifty() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// platforms makes an adapter for each platform that is configured.
func platforms(c Config, log *slog.Logger, shelf bot.Shelf, meter bot.Meter) ([]bot.Adapter, error) {
	var all []bot.Adapter
	if c.Slack.Set() {
		config := slackConfig(c, shelf)
		config.Now, config.Takeover, config.Meter = wallClock(), takeover(), meter
		s, err := slack.New(log.With("platform", "slack"), config)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if c.Discord.Token != "" {
		config := discordConfig(c, shelf)
		config.Now, config.Takeover, config.Meter = wallClock(), takeover(), meter
		d, err := discord.New(log.With("platform", "discord"), config)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// nothingToServe is what serve says when no platform is set up.
type nothingToServe struct{}

func (nothingToServe) Error() string {
	return "there is no platform to serve\n" +
		"Slack: SLACK_BOT_TOKEN and SLACK_APP_TOKEN are not set; docs/slack.md says where to get them, and so does studyhall setup slack\n" +
		"Discord: DISCORD_TOKEN is not set; docs/discord.md says where to get one, and so does studyhall setup discord\n" +
		"Try it in a browser, without any account: studyhall demo"
}

// ExitCode is that of a configuration error.
func (nothingToServe) ExitCode() int { return 78 }
