package slack

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"studyhall/adapters/adapterkit"
)

// refreshEarly is how long before its end a token that rotates is renewed. They
// live for 12 hours; what is left is for when Slack or the store is out of reach.
const refreshEarly = 2 * time.Hour

// renewPause is how long after a failure a token isn't tried to be renewed.
const renewPause = 15 * time.Second

// access is what Slack gives for a code or a refresh token:
// docs.slack.dev/reference/methods/oauth.v2.access.
type access struct {
	Token   string  `json:"access_token"`
	Kind    string  `json:"token_type"`
	Scope   string  `json:"scope"`
	BotUser string  `json:"bot_user_id"`
	App     string  `json:"app_id"`
	Expires float64 `json:"expires_in"` // seconds; 0: never
	Refresh string  `json:"refresh_token"`
	Whole   bool    `json:"is_enterprise_install"`
	Team    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
}

// take puts what was given into an installation.
func (g access) take(in *installation, now time.Time) {
	in.Token, in.Refresh, in.Expires, in.Made = g.Token, g.Refresh, time.Time{}, now
	if g.Expires > 0 {
		in.Expires = now.Add(time.Duration(min(g.Expires, 1e9)) * time.Second)
	}
	if g.Scope != "" {
		in.Scopes = scopesIn(g.Scope)
	}
}

// exchange asks for tokens.
func (w *workspaces) exchange(ctx context.Context, form url.Values) (given access, err error) {
	form.Set("client_id", w.oauth.client)
	form.Set("client_secret", w.oauth.secret)
	err = w.ask(ctx, call{method: "oauth.v2.access", form: form, urgent: true}, &given)
	return given, err
}

// renewal is an attempt to renew a team's token.
type renewal struct {
	done  chan struct{} // closed when it is over
	err   error
	ended time.Time
}

// fresh is an installation with a token that works. One that ends soon is renewed
// while it is still used.
func (w *workspaces) fresh(ctx context.Context, in installation) (installation, error) {
	left := in.Expires.Sub(w.now())
	if in.Expires.IsZero() || left > refreshEarly {
		return in, nil
	}
	r := w.renewal(in.Team)
	if left > 0 {
		return in, nil
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		return installation{}, ctx.Err()
	}
	if r.err != nil {
		return installation{}, r.err
	}
	return w.find(ctx, in.Team)
}

// renewal begins to renew a team's token, unless that is under way or has failed
// lately.
func (w *workspaces) renewal(team string) *renewal {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.renew[team]; r != nil && (r.ended.IsZero() || time.Since(r.ended) < renewPause) {
		return r
	}
	r := &renewal{done: make(chan struct{})}
	w.renew[team] = r
	w.spawn(func(ctx context.Context) {
		err := w.alone(ctx, team, func(ctx context.Context) error { return w.exchangeToken(ctx, team, "") })
		if err != nil {
			w.log.Error("token of a workspace not renewed", "team", team, "err", err)
		}
		w.known.forget(team)
		w.mu.Lock()
		defer w.mu.Unlock()
		r.err, r.ended = err, time.Now()
		if err == nil && w.renew[team] == r {
			delete(w.renew, team)
		}
		close(r.done)
	})
	return r
}

// exchangeToken exchanges a team's refresh token, which works once, unless
// another copy of the program has just done it. The new pair is kept before it is
// used. spent is a token that has ended whatever our clock says, or "".
func (w *workspaces) exchangeToken(ctx context.Context, team, spent string) error {
	in, ok, _, err := w.load(ctx, team)
	switch {
	case err != nil:
		return err
	case !ok:
		return errGone()
	case in.Token != spent && (in.Expires.IsZero() || in.Expires.Sub(w.now()) > refreshEarly):
		return nil
	}
	given, err := w.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {in.Refresh}})
	if codeOf(err) == "invalid_refresh_token" {
		return fmt.Errorf("somebody has to install the app again, at %s: %w", w.oauth.install, &refusal{Method: "oauth.v2.access", Code: "token_expired"})
	}
	if err != nil {
		return err
	}
	if given.Team.ID != team || given.Token == "" {
		return fmt.Errorf("a token of workspace %q was given", given.Team.ID)
	}
	given.take(&in, w.now())
	return w.keepSurely(ctx, in)
}

// keepSurely keeps trying: what isn't kept is lost, since the refresh token
// before it has been used.
func (w *workspaces) keepSurely(ctx context.Context, in installation) error {
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		err := w.keep(ctx, in)
		if err == nil {
			return nil
		}
		w.log.Error("renewed token not kept yet", "team", in.Team, "err", err)
		if !adapterkit.Pause(ctx, pause) {
			return fmt.Errorf("keep the renewed token: %w", err)
		}
	}
}
