//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// stopped is within what time the program must have ended.
const stopped = 10 * time.Second

// hanging is a platform that answers nothing any more once a message is to be
// posted. hangs is closed then.
func hanging(t *testing.T, platform *discordtest.Server) (address string, hangs <-chan struct{}) {
	t.Helper()
	to, err := url.Parse(platform.URL())
	if err != nil {
		t.Fatal(err)
	}
	began, over := make(chan struct{}, 100), make(chan struct{})
	behind := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: to.Scheme, Host: to.Host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages") {
			began <- struct{}{}
			<-over
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); server.Close() })
	return server.URL + to.Path, began
}

// serving is a program that serves a platform at an address.
func serving(t *testing.T, platform *discordtest.Server, api string) (cmd *exec.Cmd, address string, log *bytes.Buffer) {
	t.Helper()
	binary, err := exec.LookPath("studyhall")
	if err != nil {
		t.Fatal(err)
	}
	if address, err = freeAddr(); err != nil {
		t.Fatal(err)
	}
	log = &bytes.Buffer{}
	cmd = exec.Command(binary, "serve")
	cmd.Dir, cmd.Stderr, cmd.Stdout = t.TempDir(), log, log
	cmd.Env = append(os.Environ(), "HTTP_ADDR="+address, "DISCORD_TOKEN="+platform.Token(), "DISCORD_API_URL="+api, "LOG_FORMAT=json")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), started)
	defer cancel()
	if err := platform.Await(ctx, platform.Connected); err != nil {
		t.Fatal(err)
	}
	return cmd, address, log
}

// TestStop ends a program that is connected, by a signal as service managers send
// it: also while the platform hangs, and at once when it is told so twice.
func TestStop(t *testing.T) {
	for _, test := range []struct {
		name   string
		hangs  bool
		twice  bool
		within time.Duration
		fails  bool
		says   string
	}{
		{name: "connected", within: stopped},
		{name: "the platform hangs", hangs: true, within: stopped},
		{name: "told twice", hangs: true, twice: true, within: 5 * time.Second, fails: true, says: "told twice to end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			platform := discordtest.New(t, discordtest.Options{TCP: true})
			api, hangs := hanging(t, platform)
			guild := platform.Guild("Biomed")
			channel, maria := guild.Channel("cbet-study"), platform.Person("Maria G.")
			guild.Join(maria)
			guild.Grant(maria, discordtest.ManageGuild|discordtest.ViewChannel|discordtest.UseCommands|discordtest.SendMessages)
			cmd, address, log := serving(t, platform, api)
			answer, err := http.Get("http://" + address + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if test.hangs {
				startGroup(t, maria, channel)
				<-hangs
			}
			begun := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			err = told(cmd, ended, test.twice)
			took := time.Since(begun)
			t.Logf("it ended after %s", took)
			if (err != nil) != test.fails || took > test.within || !strings.Contains(log.String(), test.says) {
				t.Errorf("it ended after %s with %v: %s", took, err, log)
			}
			if strings.Contains(log.String(), platform.Token()) {
				t.Error("the token is in the log")
			}
		})
	}
}

// told waits for a program to end, telling it again until then if it is told
// twice: signals that come at once are one.
func told(cmd *exec.Cmd, ended <-chan error, again bool) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-tick.C:
			if again {
				_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			}
		}
	}
}

// TestNothingHangsForLong has something hang when the program is told to end.
func TestNothingHangsForLong(t *testing.T) {
	for _, hangs := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var said bytes.Buffer
			codes := make(chan int, 1)
			p := &program{err: &said}
			ctx, cancel := context.WithCancel(t.Context())
			ended := p.bounded(ctx, func(code int) { codes <- code })
			begun := time.Now()
			cancel()
			if !hangs {
				synctest.Wait()
				ended()
				time.Sleep(2 * stopped)
				if len(codes) > 0 || said.Len() > 0 {
					t.Errorf("what has ended is ended again: %s", &said)
				}
				return
			}
			if code := <-codes; code != exitFailed || time.Since(begun) > stopped || !strings.Contains(said.String(), "something hangs") {
				t.Errorf("ended with %d after %s: %s", code, time.Since(begun), &said)
			}
			ended()
		})
	}
}

// startGroup has somebody set up a group, which is welcomed in its channel.
func startGroup(t *testing.T, who *discordtest.Person, in *discordtest.Channel) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), started)
	defer cancel()
	step := discordtest.Steps(ctx, t)
	step(who.Press(step(who.Command(in, "group", nil)).Reply(), "Set up"))
	form, ok := who.Modal()
	if !ok {
		t.Fatal("no form opened")
	}
	step(who.Press(step(who.Submit(form, discordtest.Args{"Time zone": "Chicago"})).Reply(), "Start"))
}
