package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"studyhall/adapters/browser"
	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/internal/example"
)

// DemoOptions is what the demo verb is told.
type DemoOptions struct {
	Addr  string // HOST:PORT; "" for 127.0.0.1:8080, or a free port when that is taken
	DB    string // a SQLite file, or a URL as in DATABASE_URL; "" for a temporary file
	Posts string // file of the browser's own posts; "" beside DB
	Banks string // the operator's own banks; "" for none
	// Certifications is the operator's file of changes to the catalogue; "" for none.
	Certifications string
	Erasures       string // file that lists erasures; "" for the default
	Empty          bool   // without the example group
	NoOpen         bool   // don't open a browser
	Token          string // secret of the address; "" for a random one
	Out            io.Writer
	Log            *slog.Logger
	Version        string
}

// demoAddr is where the demonstration is found unless told otherwise.
const demoAddr = "127.0.0.1:8080"

// Demo runs the whole program with the browser chat as its only platform, until
// ctx ends. It needs no account and leaves nothing behind unless DB is given.
func Demo(ctx context.Context, o DemoOptions) error {
	database, posts, cleanUp, err := demoFiles(o)
	if err != nil {
		return err
	}
	defer cleanUp()
	release, err := browser.Hold(ctx, posts)
	if errors.Is(err, browser.ErrHeld) {
		return fmt.Errorf("open %s: %w; go on there, or take another file with -db", posts, err)
	} else if err == nil { // what else is wrong with the place is told below, where files are opened
		defer release()
	}
	if o.Token == "" {
		o.Token = rand.Text()
	}
	l, err := demoListener(o.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	if !o.Empty {
		if err := makePast(ctx, o, database, posts); err != nil {
			return err
		}
	}
	a, err := New(ctx, Options{
		Log: o.Log, Version: o.Version, Database: database, Erasures: o.Erasures, BanksDir: o.Banks,
		Certifications: o.Certifications, PublicURL: "http://" + shownAddress(l.Addr()), Timing: schedule.LocalTiming(), Trace: killPoint(), Paced: paced,
		Clock: func(ctx context.Context, s *store.Store) (*Clock, error) { return playableClock(ctx, s, time.Now) },
		Adapters: func(_ bot.Shelf, clock *Clock) ([]bot.Adapter, error) {
			return demoAdapters(o, posts, clock)
		},
	})
	if err != nil {
		return err
	}
	defer a.Close()
	address := "http://" + shownAddress(l.Addr()) + "/?token=" + o.Token
	fmt.Fprintf(o.Out, "Studyhall is ready: %s\n", address)
	fmt.Fprintln(o.Out, "You are Maria, who organises. "+demoGreeting(o.Empty)+" Ctrl+C ends it.")
	if o.DB == "" {
		fmt.Fprintln(o.Out, "Nothing is kept afterwards; -db FILE keeps it.")
	}
	if !o.NoOpen {
		openBrowser(o.Log, address)
	}
	return a.runWith(ctx, l)
}

// runWith runs the program and its HTTP server until ctx ends or either fails.
func (a *App) runWith(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() {
		defer cancel()
		served <- serveHTTP(ctx, a.log, l, a.Handler())
	}()
	err := a.Run(ctx)
	cancel()
	return errors.Join(err, <-served)
}

func demoAdapters(o DemoOptions, posts string, clock *Clock) ([]bot.Adapter, error) {
	b, err := browser.New(o.Log, browser.Config{
		Path: posts, Clock: clock, Token: o.Token,
		Renderers: []browser.Renderer{
			{Name: "Slack", Message: slack.Payload, Form: slack.FormPayload},
			{Name: "Discord", Message: discord.Payload, Form: discord.FormPayload},
		},
		People: example.People(), Channels: demoChannels(o.Empty), Hints: demoHints(o.Empty),
	})
	if err != nil {
		return nil, err
	}
	return []bot.Adapter{b}, nil
}

// demoChannels are the channels of the demonstration: the example group's, one to
// set a group up in, and one without. The first one is where a person begins.
func demoChannels(empty bool) []string {
	if empty {
		return []string{"cbet-study", "break-room", example.Channel}
	}
	return []string{example.Channel, "cbet-study", "break-room"}
}

// demoGreeting says where to begin.
func demoGreeting(empty bool) string {
	if empty {
		return "Type /group in #cbet-study to set up a study group."
	}
	return "Your group meets in #" + example.Channel + " and has studied for six weeks; \"Try this\" on the page says what to do."
}

// demoHints are what the page suggests to try.
func demoHints(empty bool) []browser.Hint {
	setUp := browser.Hint{Text: "Set up a group of your own in #cbet-study.", Say: "/group"}
	if empty {
		return []browser.Hint{setUp}
	}
	return []browser.Hint{
		{Text: "Answer the newest question. You are Maria; below you can be somebody else."},
		{Text: "See the week's points, from where you stand.", Say: "/board"},
		{Text: "Practise five questions.", Say: "/quiz"},
		{Text: "Open your study page.", Say: "/study"},
		{Text: "Play a live round with the channel.", Say: "/quiz live round"},
		{Text: "Look a certification up, and see what it costs.", Say: "/cert CBET"},
		{Text: "Set the date of your exam.", Say: "/exam"},
		{Text: "See what organisers see.", Say: "/group"},
		{Text: "Press Next morning above: yesterday's answer and a new question come."},
		setUp,
	}
}

// demoFiles says where the core's database and the browser's posts are kept.
func demoFiles(o DemoOptions) (database, posts string, cleanUp func(), err error) {
	cleanUp = func() {}
	if o.DB == "" {
		dir, err := os.MkdirTemp("", "studyhall-demo-")
		if err != nil {
			return "", "", cleanUp, fmt.Errorf("make a temporary folder: %w", err)
		}
		cleanUp = func() { os.RemoveAll(dir) }
		return "sqlite:" + filepath.Join(dir, "demo.db"), filepath.Join(dir, "posts.db"), cleanUp, nil
	}
	database = o.DB
	if !strings.Contains(o.DB, ":") || filepath.VolumeName(o.DB) != "" {
		database = "sqlite:" + o.DB
	}
	posts = o.Posts
	if path, ok := strings.CutPrefix(database, "sqlite:"); posts == "" && ok {
		posts = path + ".posts"
	} else if posts == "" {
		posts = "studyhall-demo.posts"
	}
	return database, posts, cleanUp, nil
}

// demoListener listens where it was told to; where nobody said, a taken port
// means any free one.
func demoListener(addr string) (net.Listener, error) {
	told := addr != ""
	if !told {
		addr = demoAddr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && !told && errors.Is(err, syscall.EADDRINUSE) {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; try another with -addr 127.0.0.1:PORT", addr, err)
	}
	return l, nil
}

// shownAddress is an address a browser on this machine can open.
func shownAddress(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}

// openBrowser opens the address where a desktop can; that it can't is no fault.
func openBrowser(log *slog.Logger, address string) {
	var cmd *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", address)
	case runtime.GOOS == "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		cmd = exec.Command("xdg-open", address)
	default:
		return
	}
	if err := cmd.Start(); err != nil {
		log.Debug("no browser opened", "err", err)
		return
	}
	go cmd.Wait() // reaps it; its outcome is the person's to see
}
