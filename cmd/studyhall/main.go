// Studyhall is a study-group bot for chat: it posts a practice question a day,
// takes answers with one tap and keeps score. Run it with -help for its verbs.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones must work where the system has no files for them

	_ "golang.org/x/crypto/x509roots/fallback" // and so must HTTPS
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	p := &program{out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}
	os.Exit(p.run(ctx, os.Args[1:]))
}
