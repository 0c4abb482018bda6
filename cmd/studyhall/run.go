package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"studyhall/internal/app"
)

type demo struct {
	Addr   string `placeholder:"HOST:PORT" help:"Address to serve the chat at. Without it: 127.0.0.1:8080, or a free port when that one is taken."`
	DB     string `name:"db" placeholder:"PATH" help:"Keep the group in this SQLite file, with the chat in PATH.posts beside it, or at this postgres:// address, with the chat in studyhall-demo.posts. Without it everything is gone when the demo ends."`
	Empty  bool   `help:"Begin without the example group, which has studied together for six weeks."`
	NoOpen bool   `help:"Don't open a browser; the address is printed either way."`
}

func (d *demo) Run(ctx context.Context, p *program) error {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	return app.Demo(ctx, app.DemoOptions{
		Addr: d.Addr, DB: d.DB, Banks: c.BanksDir, Certifications: c.Certifications, Erasures: c.Erasures, Empty: d.Empty, NoOpen: d.NoOpen, Out: p.out, Log: log, Version: programVersion(),
	})
}

type serve struct{}

func (*serve) Help() string { return variablesHelp }

func (*serve) Run(ctx context.Context, p *program) error {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	defer p.bounded(ctx, os.Exit)()
	c.Reload = hangups()
	return app.Serve(ctx, c, log, programVersion())
}

// hangups are SIGHUP, by which a service manager has the question banks read again.
// On a terminal it means that nobody reads along any more, and ends the program.
func hangups() <-chan os.Signal {
	if isatty.IsTerminal(os.Stdin.Fd()) {
		return nil
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	return told
}

// endTime is for how long the program may take to end once it was told to. It
// takes less, unless something that it waits for hangs.
const endTime = 9500 * time.Millisecond

// bounded ends the program when it hasn't ended in time after ctx has, unless what
// it returns was called before.
func (p *program) bounded(ctx context.Context, exit func(code int)) (ended func()) {
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(endTime)
		defer timer.Stop()
		select {
		case <-over:
		case <-timer.C:
			fmt.Fprintln(p.err, "studyhall: something hangs, so it ends without waiting any longer; nothing is lost, and the next start goes on where this one ended")
			exit(exitFailed)
		}
	})
	return func() {
		stop()
		close(over)
	}
}

const variablesHelp = "Variables tell it what to do; .env.example describes every one. " +
	"SIGHUP has it read the question banks in BANKS_DIR again, unless it was started on a terminal; so does studyhall quizzes reload."

type healthcheck struct {
	Ready bool `help:"Ask whether it can work, too: /readyz, which looks at the database and the platforms."`
}

func (*healthcheck) Help() string {
	return "Asks /healthz at HTTP_ADDR, or /readyz, and ends with 0 if the answer is good, else with 1."
}

// healthTimeout is how long a healthy program may take to answer.
const healthTimeout = 5 * time.Second

func (h *healthcheck) Run(ctx context.Context, p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	at := "http://" + reachable(c.HTTPAddr) + "/healthz"
	if h.Ready {
		at = "http://" + reachable(c.HTTPAddr) + "/readyz"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not well: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		why, err := io.ReadAll(io.LimitReader(response.Body, 1000))
		if err != nil {
			return fmt.Errorf("not well: %s answered %s: %w", at, response.Status, err)
		}
		return fmt.Errorf("not well: %s answered %s: %s", at, response.Status, strings.TrimSpace(string(why)))
	}
	_, err = fmt.Fprintln(p.out, "ok")
	return err
}

// reachable turns an address to listen on into one to ask: where every
// interface is listened on, this machine's own.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	switch ip := net.ParseIP(host); {
	case host == "" || ip != nil && ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
