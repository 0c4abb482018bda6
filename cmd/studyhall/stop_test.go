//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// stopped is within what time the program must have ended.
const stopped = 10 * time.Second

// TestStop ends a program that is connected, by a signal as service managers send it.
func TestStop(t *testing.T) {
	binary, err := exec.LookPath("studyhall")
	if err != nil {
		t.Fatal(err)
	}
	platform := discordtest.New(t, discordtest.Options{TCP: true})
	platform.Guild("Biomed")
	address, err := freeAddr()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(binary, "serve")
	cmd.Dir, cmd.Stderr, cmd.Stdout = t.TempDir(), &log, &log
	cmd.Env = append(os.Environ(), "HTTP_ADDR="+address, "DISCORD_TOKEN="+platform.Token(), "DISCORD_API_URL="+platform.URL(), "LOG_FORMAT=json")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), started)
	defer cancel()
	if err := platform.Await(ctx, platform.Connected); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get("http://" + address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	begun := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	took := time.Since(begun)
	t.Logf("it ended after %s", took)
	if err != nil || took > stopped {
		t.Errorf("it ended after %s with %v: %s", took, err, &log)
	}
	if strings.Contains(log.String(), platform.Token()) {
		t.Error("the token is in the log")
	}
}
