package slack

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
)

// refusedPause is how long after a workspace's token was looked into it isn't
// looked into again because a method refuses it.
const refusedPause = 15 * time.Second

// waiting is a call that waits for its turn.
type waiting struct {
	cancel context.CancelCauseFunc
}

// until is ctx for as long as the team has the app. What waits for its turn to
// call a method waits with it: when the team is gone it ends at once, and its
// cause is the [*refusal]. The caller calls done.
func (w *workspaces) until(ctx context.Context, team string) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	one := &waiting{cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits[team] == nil {
		w.waits[team] = map[*waiting]struct{}{}
	}
	w.waits[team][one] = struct{}{}
	return ctx, func() {
		cancel(nil)
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.waits[team], one); len(w.waits[team]) == 0 {
			delete(w.waits, team)
		}
	}
}

// gone hears that a team has uninstalled the app or revoked its token, by
// app_uninstalled or tokens_revoked. From now on nothing is sent there, what waits
// to be sent fails, the core is told and the installation is erased. News that
// comes late, when the app was installed again, is none: Slack is asked whether
// the token works. Meanwhile nobody gets it.
func (w *workspaces) gone(ctx context.Context, team string) {
	settle, ok := w.doubts(team)
	for ; !ok; settle, ok = w.doubts(team) {
		if err := w.settled(ctx, team); err != nil {
			w.log.Error("a workspace is said to be gone, and nothing was done", "team", team, "err", err)
			return
		}
	}
	defer settle()
	w.lately.Put(team, true, refusedPause) // what is refused meanwhile says nothing more
	w.look(ctx, team, true)
}

// refused hears that a method refuses a team's token. Slack says some of it of
// tokens that are good, too, such as invalid_auth of addresses that a workspace
// doesn't allow: only what it says for good ends an installation. From when it
// returns until it is known what is the matter nobody gets the token.
func (w *workspaces) refused(team string, no *refusal) {
	if _, lately := w.lately.Get(team); lately {
		return
	}
	settle, ok := w.doubts(team)
	if !ok {
		return
	}
	w.lately.Put(team, true, refusedPause)
	w.log.Error("a workspace's token is refused", "team", team, "err", no)
	w.spawn(func(ctx context.Context) {
		defer settle()
		w.look(ctx, team, false)
	})
}

// doubts has nobody get the token of a team until settle is called. It is not ok
// if that is so already.
func (w *workspaces) doubts(team string) (settle func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.doubt[team] != nil {
		return nil, false
	}
	settled := make(chan struct{})
	w.doubt[team] = settled
	return func() {
		w.known.forget(team)
		w.mu.Lock()
		delete(w.doubt, team)
		delete(w.renew, team)
		w.mu.Unlock()
		close(settled)
	}, true
}

// look finds out whether a team is gone. told says that an event said so.
func (w *workspaces) look(ctx context.Context, team string, told bool) {
	err := w.alone(ctx, team, func(ctx context.Context) error { return w.remove(ctx, team, told) })
	if err != nil {
		w.log.Error("a workspace may be gone; its installation is not erased yet", "team", team, "err", err)
	}
}

// remove ends a team's installation if it doesn't work any more.
func (w *workspaces) remove(ctx context.Context, team string, told bool) error {
	in, ok, _, err := w.load(ctx, team)
	if err != nil && !(ok && told) { // what can't be read is erased only if Slack itself says so
		return err
	}
	w.mu.Lock()
	own := w.own
	w.mu.Unlock()
	if own != nil && own.Team != team {
		own = nil
	}
	if !ok && own == nil {
		return nil
	}
	if !ok {
		in = *own
	}
	if in.Token != "" {
		no := w.ask(ctx, call{token: in.Token, method: "auth.test", again: true, urgent: true}, nil)
		if codeOf(no) == "token_expired" && in.Refresh != "" && !told {
			return w.exchangeToken(ctx, team, in.Token)
		}
		if no == nil || !told && !endedCode(codeOf(no)) {
			w.log.Info("a workspace that seemed to be gone is there", "team", team, "err", no)
			if own != nil && !ok && w.oauth == nil && deadCode(codeOf(no)) {
				w.lost(tokenFault(no))
			}
			return nil
		}
	}
	w.stop(team)
	w.log.Info("a workspace is gone", "team", team)
	w.notice(ctx, bot.Notice{Kind: bot.SpaceGone, Space: spaceID(team)})
	if ok {
		err = w.shelf.Delete(ctx, string(spaceID(team)), shelfInstall)
	}
	if own != nil {
		w.disown()
	}
	return err
}

// endedCode reports whether Slack's code says for good that the app is no longer
// installed.
func endedCode(code string) bool {
	return slices.Contains([]string{"account_inactive", "token_revoked", "user_removed_from_team", "team_disabled"}, code)
}

// stop ends the calls for a team that wait for their turn.
func (w *workspaces) stop(team string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.waits[team] {
		one.cancel(errGone())
	}
}

// disown gives up SLACK_BOT_TOKEN. Without other workspaces there is nothing left
// to do until it is replaced.
func (w *workspaces) disown() {
	w.mu.Lock()
	w.own = nil
	w.mu.Unlock()
	fault := &setupError{faultRevoked}
	if w.oauth != nil {
		w.log.Error("SLACK_BOT_TOKEN is of no use any more; other workspaces go on", "err", fault)
		return
	}
	w.lost(fault)
}
