package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

const (
	shelfInstall = "slack/install"        // where an installation is kept, in the space of its workspace
	aloneTime    = time.Minute            // of the lease for changing an installation
	aloneWork    = 50 * time.Second       // of the work under it
	alonePause   = 250 * time.Millisecond // between attempts to get it
)

// workspace is a team that has installed the app.
type workspace struct {
	Team, Name string
	Enterprise string   `json:",omitempty"` // of which the team is a part, or ""
	BotUser    string   // who posts
	BotID      string   // of the same bot, on its messages
	App        string   `json:",omitempty"` // "" where Slack doesn't say
	Scopes     []string // that were granted
}

// may reports whether the workspace has granted a scope.
func (w workspace) may(scope string) bool { return slices.Contains(w.Scopes, scope) }

// installation is what the program keeps of a workspace, sealed. Who installed
// the app is not a part of it.
type installation struct {
	workspace
	Token   string
	Refresh string    `json:",omitempty"` // of a token that rotates
	Expires time.Time `json:",omitzero"`
	Made    time.Time
}

// workspaces knows the teams that have installed the app: that of SLACK_BOT_TOKEN,
// and those that installed it in a browser, which stand sealed on the shelf. An
// installation from the shelf counts before SLACK_BOT_TOKEN, since it is newer:
// somebody made it on purpose while the program ran.
type workspaces struct {
	log    *slog.Logger
	shelf  bot.Shelf
	now    func() time.Time
	ask    func(ctx context.Context, q call, out any) error // [client.do]
	notice func(ctx context.Context, n bot.Notice)          // [bot.Core.Notice]
	spawn  func(do func(context.Context))                   // [Adapter.background]
	lost   func(err error)                                  // the only workspace is gone: [Adapter.fail]
	given  string                                           // SLACK_BOT_TOKEN, or ""
	app    string                                           // SLACK_APP_TOKEN, or ""
	oauth  *oauth                                           // nil: no workspace can install the app

	known  *known
	lately *adapterkit.Memo[bool] // teams whose token was refused lately
	mu     sync.Mutex
	own    *installation            // of given, once learnt and until it is gone
	doubt  map[string]chan struct{} // teams of which it isn't known whether they are gone; closed when it is
	waits  map[string]map[*waiting]struct{}
	renew  map[string]*renewal // by team; those under way, and those that failed lately
}

func newWorkspaces(log *slog.Logger, config Config) (*workspaces, error) {
	w := &workspaces{
		log: log, shelf: config.Shelf, now: config.Now, given: config.BotToken, app: config.AppToken, known: newKnown(), lately: adapterkit.NewMemo[bool](),
		doubt: map[string]chan struct{}{}, waits: map[string]map[*waiting]struct{}{}, renew: map[string]*renewal{},
	}
	var err error
	w.oauth, err = newOAuth(config)
	return w, err
}

// errGone is why calls for a workspace that has uninstalled the app fail.
func errGone() error { return &refusal{Code: "account_inactive"} }

// token is the token with which to call methods for a team. A team that hasn't
// installed the app, or not any more, is a [*refusal] with account_inactive.
func (w *workspaces) token(ctx context.Context, team string) (string, error) {
	in, err := w.find(ctx, team)
	if err != nil {
		return "", err
	}
	in, err = w.fresh(ctx, in)
	return in.Token, err
}

// of is what is known of a team. Errors as with token.
func (w *workspaces) of(ctx context.Context, team string) (workspace, error) {
	in, err := w.find(ctx, team)
	return in.workspace, err
}

func (w *workspaces) find(ctx context.Context, team string) (installation, error) {
	if err := w.settled(ctx, team); err != nil {
		return installation{}, err
	}
	in, ok, since := w.known.get(team)
	if ok {
		return in, nil
	}
	in, ok, err := w.stored(ctx, team)
	if err != nil {
		return installation{}, err
	}
	if !ok {
		w.mu.Lock()
		own := w.own
		w.mu.Unlock()
		if own == nil || own.Team != team {
			return installation{}, errGone()
		}
		in = *own
	}
	w.known.put(in, since)
	return in, nil
}

// settled waits while it isn't known whether a team is gone.
func (w *workspaces) settled(ctx context.Context, team string) error {
	w.mu.Lock()
	doubt := w.doubt[team]
	w.mu.Unlock()
	if doubt == nil {
		return nil
	}
	select {
	case <-doubt:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stored is the installation on the shelf. One that was sealed with an older key
// is sealed again; one that can't be opened stays as it is.
func (w *workspaces) stored(ctx context.Context, team string) (in installation, ok bool, err error) {
	in, ok, stale, err := w.load(ctx, team)
	if stale {
		w.spawn(func(ctx context.Context) { w.reseal(ctx, team) })
	}
	return in, ok, err
}

// load reads an installation. stale says that it should be sealed again; ok with
// an error, that there is one which can't be read.
func (w *workspaces) load(ctx context.Context, team string) (in installation, ok, stale bool, err error) {
	if w.oauth == nil || !isID(team) {
		return installation{}, false, false, nil
	}
	sealed, ok, err := w.shelf.Get(ctx, string(spaceID(team)), shelfInstall)
	if err != nil || !ok {
		return installation{}, false, false, err
	}
	plain, stale, err := w.oauth.seal.open(about(team), sealed)
	if err == nil {
		err = json.Unmarshal(plain, &in)
	}
	if err != nil {
		return installation{}, true, false, fmt.Errorf("read the installation of workspace %s: %w", team, err)
	}
	return in, true, stale, nil
}

// reseal seals an installation with the first key.
func (w *workspaces) reseal(ctx context.Context, team string) {
	err := w.alone(ctx, team, func(ctx context.Context) error {
		in, ok, stale, err := w.load(ctx, team)
		if err != nil || !ok || !stale {
			return err
		}
		return w.keep(ctx, in)
	})
	if err != nil {
		w.log.Warn("installation not sealed anew", "team", team, "err", err)
	}
}

// about is what a sealed installation is authenticated with, so that that of one
// workspace can't be passed off as another's.
func about(team string) string { return shelfInstall + " " + team }

// keep puts an installation on the shelf.
func (w *workspaces) keep(ctx context.Context, in installation) error {
	plain, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return w.shelf.Put(ctx, string(spaceID(in.Team)), shelfInstall, w.oauth.seal.seal(about(in.Team), plain), 0)
}

// alone does something to a team's installation while no other copy of the
// program, and nobody else in this one, does.
func (w *workspaces) alone(ctx context.Context, team string, do func(ctx context.Context) error) error {
	name, holder := "slack/workspace/"+team, bot.NewID()
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, alonePause) {
		ok, err := w.shelf.Lease(ctx, name, holder, aloneTime)
		if err != nil {
			return err
		}
		if ok {
			break
		}
		if !adapterkit.Pause(ctx, pause) {
			return ctx.Err()
		}
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if _, err := w.shelf.Lease(last, name, holder, time.Millisecond); err != nil {
			w.log.Warn("lease not given back", "lease", name, "err", err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, aloneWork)
	defer cancel()
	return do(ctx)
}

// learn finds out whose SLACK_BOT_TOKEN is. That Slack doesn't accept it is a
// fault of the configuration.
func (w *workspaces) learn(ctx context.Context) error {
	if w.given == "" {
		return nil
	}
	in, err := w.introduce(ctx, w.given)
	if err != nil {
		return tokenFault(err)
	}
	if err := w.suits(in.workspace); err != nil {
		return err
	}
	w.mu.Lock()
	w.own = &in
	w.mu.Unlock()
	w.log.Info("the bot token is of a workspace", "team", in.Team)
	w.spawn(func(ctx context.Context) {
		w.notice(ctx, bot.Notice{Kind: bot.SpaceThere, Space: spaceID(in.Team)})
	})
	return nil
}

// suits reports what keeps the bot from working in the workspace of
// SLACK_BOT_TOKEN at all. What it lacks besides is told in the log.
func (w *workspaces) suits(own workspace) error {
	if parts := strings.Split(w.app, "-"); own.App != "" && len(parts) > 2 && parts[2] != own.App { // xapp-1-A0123-…
		return &setupError{faultTwoApps}
	}
	if len(own.Scopes) == 0 { // Slack didn't say
		return nil
	}
	for _, s := range Scopes() {
		switch {
		case own.may(s.Name):
		case s.Name == "chat:write":
			return &setupError{fmt.Sprintf(faultScope, s.Name, s.Without)}
		case s.Least:
			w.log.Warn("SLACK_BOT_TOKEN lacks a scope", "scope", s.Name, "so", s.Without)
		}
	}
	return nil
}

// introduce asks Slack whose a token is.
func (w *workspaces) introduce(ctx context.Context, token string) (installation, error) {
	var who struct {
		Team       string `json:"team_id"`
		Name       string `json:"team"`
		Enterprise string `json:"enterprise_id"`
		User       string `json:"user_id"`
		Bot        string `json:"bot_id"`
		Whole      bool   `json:"is_enterprise_install"`
	}
	header := http.Header{}
	if err := w.ask(ctx, call{token: token, method: "auth.test", again: true, urgent: true, header: &header}, &who); err != nil {
		return installation{}, err
	}
	if who.Whole {
		return installation{}, errWhole
	}
	if !isID(who.Team) || who.User == "" || who.Bot == "" {
		return installation{}, errNoBot
	}
	in := installation{
		workspace: workspace{Team: who.Team, Name: who.Name, Enterprise: who.Enterprise, BotUser: who.User, BotID: who.Bot, Scopes: scopesIn(header.Get("X-OAuth-Scopes"))},
		Token:     token, Made: w.now(),
	}
	if !in.may("users:read") {
		return in, nil
	}
	var about struct {
		Bot struct {
			App string `json:"app_id"`
		} `json:"bot"`
	}
	if err := w.ask(ctx, call{token: token, method: "bots.info", again: true, form: url.Values{"bot": {who.Bot}}}, &about); err != nil {
		w.log.Warn("Slack doesn't say of which app the bot is", "team", who.Team, "err", err)
	}
	in.App = about.Bot.App
	return in, nil
}

var (
	errWhole = errors.New("the app was installed for a whole organisation")
	errNoBot = errors.New("the token is not a bot's")
)

// scopesIn are the scopes in a list of Slack's.
func scopesIn(list string) []string {
	scopes := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// deadCode reports whether Slack's code says that a token will never work.
func deadCode(code string) bool {
	return slices.Contains([]string{
		"account_inactive", "invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "token_expired", "user_removed_from_team", "team_disabled",
	}, code)
}

// tokenFault is what an error of introduce means for SLACK_BOT_TOKEN.
func tokenFault(err error) error {
	no, refused := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errWhole):
		return &setupError{faultWhole}
	case errors.Is(err, errNoBot), refused && no.Code == "not_allowed_token_type":
		return &setupError{faultNoBot}
	case refused && deadCode(no.Code):
		return &setupError{fmt.Sprintf(faultToken, no.Code)}
	}
	return err
}

// setupError is a fault of the configuration, which no retry cures.
type setupError struct{ what string }

func (e *setupError) Error() string { return e.what }

// ExitCode is 78, EX_CONFIG of sysexits.h: service managers can be told not to
// restart the program.
func (e *setupError) ExitCode() int { return 78 }
