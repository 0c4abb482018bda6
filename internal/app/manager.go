package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tellManager tells systemd, if that started the program, that it is ready, as
// often as it wants to know that it is alive, and when ctx has ended that it
// stops. A program that isn't alive says nothing, and is started anew.
func tellManager(ctx context.Context, log *slog.Logger, alive func(context.Context) error) {
	tell := func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("the service manager can't be told", "state", state, "err", err)
		}
	}
	tell(daemon.SdNotifyReady)
	defer tell(daemon.SdNotifyStopping)
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("how often the service manager wants to know is unclear", "err", err)
	}
	if err != nil || within == 0 {
		<-ctx.Done()
		return
	}
	every := time.NewTicker(within / 3) // one may get lost, and one come late
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		asked, cancel := context.WithTimeout(ctx, within/3)
		err := alive(asked)
		cancel()
		switch {
		case err == nil:
			tell(daemon.SdNotifyWatchdog)
		case ctx.Err() == nil:
			log.Error("not alive, so the service manager is not told that it is", "err", err)
		}
	}
}

// answering asks the program's own web server whether it is alive: nothing that
// may be away for a while, such as a platform or the database, is in that.
func answering(l net.Listener) func(context.Context) error {
	at := "http://" + l.Addr().String() + "/healthz"
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answered %s", at, response.Status)
		}
		return nil
	}
}
