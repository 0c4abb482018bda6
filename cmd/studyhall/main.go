// Studyhall is a study-group bot for chat: it posts a practice question a day,
// takes answers with one tap and keeps score. Run it with -help for its verbs.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones must work where the system has no files for them

	_ "golang.org/x/crypto/x509roots/fallback" // and so must HTTPS
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		fmt.Fprintln(os.Stderr, "studyhall: told twice to end, so it ends at once; nothing is lost, and the next start goes on where this one ended")
		os.Exit(exitFailed)
	}()
	p := &program{out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}
	os.Exit(p.run(ctx, os.Args[1:]))
}
