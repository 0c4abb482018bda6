package app

import (
	"context"
	"errors"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"studyhall/bot"
)

const (
	readyTime = 20 * time.Second       // after which the program counts as started, whether platforms are reached or not
	readyLook = 100 * time.Millisecond // between two looks before that
	deadAfter = 30 * time.Second       // for which the engine may be away, and no longer
	pingTime  = 10 * time.Second       // within which the database says something
)

// supervised tells a service manager such as systemd that the program has
// started, that it lives and that it ends, if there is one that wants to know:
// see sd_notify(3). A platform that can't be reached is no reason to start again,
// so it keeps the program from counting as started for a while only.
func (a *App) supervised(ctx context.Context) error {
	tell := func(state string) bool {
		told, err := daemon.SdNotify(false, state)
		if err != nil {
			a.log.WarnContext(ctx, "service manager not told", "state", state, "err", err)
		}
		return told
	}
	if !tell("STATUS=Starting") {
		return nil
	}
	defer tell(daemon.SdNotifyStopping)
	for begun := time.Now(); !a.connected() && time.Since(begun) < readyTime; {
		if !paused(ctx, readyLook) {
			return nil
		}
	}
	if a.connected() {
		tell(daemon.SdNotifyReady + "\nSTATUS=Connected")
	} else {
		tell(daemon.SdNotifyReady + "\nSTATUS=Running; not every platform is connected yet")
	}
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every <= 0 {
		<-ctx.Done()
		return nil
	}
	for paused(ctx, every/3) {
		if err := a.alive(ctx); err == nil {
			tell(daemon.SdNotifyWatchdog)
		} else if ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the program hangs; its service manager will start it again", "err", err)
		}
	}
	return nil
}

// paused waits, and reports whether ctx has not ended.
func paused(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// connected reports whether what people do on every platform reaches the bot.
func (a *App) connected() bool {
	for _, adapter := range a.adapters {
		if r, ok := adapter.(bot.Reporter); ok {
			if _, connected := r.Connection(); !connected {
				return false
			}
		}
	}
	return true
}

// alive reports what hangs: the engine, or the database. One that says no is not
// cured by starting again, so any answer of it will do.
func (a *App) alive(ctx context.Context) error {
	if looked, ok := a.Engine.Looked(); !ok || a.Engine.Real().Sub(looked) > deadAfter {
		return errors.New("the engine doesn't come round")
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if err := a.Store.Writable(ctx); err != nil && ctx.Err() != nil {
		return errors.New("the database doesn't answer")
	}
	return nil
}
