package slack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"studyhall/bot"
)

const (
	installTime = 10 * time.Minute // from Slack's page back to ours, as long as a code of Slack's lives
	installWork = 40 * time.Second // for what happens when somebody comes back
	installsAll = 16               // of them at once
)

// oauth is what it takes to let workspaces install the app.
type oauth struct {
	client, secret string
	seal           *sealer
	authorize      string // Slack's page
	install, back  string // our two
	cookie         string // name of the cookie that says whose browser began
	secure         bool   // browsers come over https
	room           chan struct{}
	page           *template.Template
	style          string // Content-Security-Policy that allows its style
}

// newOAuth is nil for a program that serves one workspace only.
func newOAuth(config Config) (*oauth, error) {
	if config.ClientID == "" && config.ClientSecret == "" {
		return nil, nil
	}
	switch {
	case config.ClientID == "" || config.ClientSecret == "":
		return nil, errors.New("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together; one is not set")
	case config.PublicURL == "":
		return nil, errors.New("PUBLIC_URL is not set, but with SLACK_CLIENT_ID people come back from Slack to it")
	}
	seal, err := newSealer(config.SecretKeys)
	if err != nil {
		return nil, err
	}
	api, err := url.Parse(config.API)
	if err != nil {
		return nil, fmt.Errorf("SLACK_API_URL: %w", err)
	}
	o := &oauth{
		client: config.ClientID, secret: config.ClientSecret, seal: seal, authorize: api.JoinPath("../oauth/v2/authorize").String(),
		install: InstallURL(config.PublicURL), back: address(config.PublicURL, pathOAuth), room: make(chan struct{}, installsAll), style: pageStyle(),
		page: template.Must(template.New("").Parse(pageHTML)),
	}
	if o.secure = strings.HasPrefix(o.back, "https://"); o.secure {
		o.cookie = "__Host-"
	}
	o.cookie += "studyhall_install"
	return o, nil
}

// routes are the pages on which somebody adds the app to a workspace.
func (w *workspaces) routes(mux *http.ServeMux) {
	if w.oauth == nil {
		return
	}
	mux.HandleFunc("GET "+pathInstall, w.begin)
	mux.HandleFunc("GET "+pathOAuth, w.comeBack)
}

// begin leads to Slack's page, which asks for the scopes of the manifest.
func (w *workspaces) begin(rw http.ResponseWriter, r *http.Request) {
	o := w.oauth
	browser := rand.Text()
	if c, err := r.Cookie(o.cookie); err == nil && len(c.Value) == len(browser) { // of another tab, which goes on
		browser = c.Value
	}
	http.SetCookie(rw, &http.Cookie{
		Name: o.cookie, Value: browser, Path: "/", MaxAge: int(installTime.Seconds()), HttpOnly: true, Secure: o.secure, SameSite: http.SameSiteLaxMode,
	})
	var scopes []string
	for _, s := range Scopes() {
		scopes = append(scopes, s.Name)
	}
	ask := url.Values{"client_id": {o.client}, "scope": {strings.Join(scopes, ",")}, "redirect_uri": {o.back}, "state": {o.state(browser, w.now())}}
	o.headers(rw)
	http.Redirect(rw, r, o.authorize+"?"+ask.Encode(), http.StatusFound)
}

// state is what Slack brings back unseen: when the installation began, sealed so
// that nobody else makes one and that only the browser in which it began uses it.
func (o *oauth) state(browser string, now time.Time) string {
	return base64.RawURLEncoding.EncodeToString(o.seal.seal(aboutState(browser), binary.BigEndian.AppendUint64(nil, uint64(now.Unix()))))
}

func aboutState(browser string) string { return "slack/state " + browser }

// opened checks a state and returns what identifies it, so that it is used once.
func (o *oauth) opened(state, browser string, now time.Time) (id string, ok bool) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(state)
	if err != nil {
		return "", false
	}
	plain, _, err := o.seal.open(aboutState(browser), sealed)
	if err != nil || len(plain) != 8 {
		return "", false
	}
	age := now.Sub(time.Unix(int64(binary.BigEndian.Uint64(plain)), 0))
	if age > installTime || age < -installTime {
		return "", false
	}
	sum := sha256.Sum256(sealed)
	return "slack/state/" + hex.EncodeToString(sum[:16]), true
}

// comeBack is where Slack's page sends the browser.
func (w *workspaces) comeBack(rw http.ResponseWriter, r *http.Request) {
	o := w.oauth
	select {
	case o.room <- struct{}{}:
		defer func() { <-o.room }()
	default:
		o.show(rw, pageBusy(o.install))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), installWork)
	defer cancel()
	o.show(rw, w.install(ctx, r))
}

// install does what the browser came back for, and says how it went.
func (w *workspaces) install(ctx context.Context, r *http.Request) page {
	o, q := w.oauth, r.URL.Query()
	cookie, err := r.Cookie(o.cookie)
	if err != nil {
		return pageUsed(o.install)
	}
	id, ok := o.opened(q.Get("state"), cookie.Value, w.now())
	if !ok {
		return pageUsed(o.install)
	}
	switch used, err := w.shelf.Seen(ctx, id, 2*installTime); {
	case err != nil:
		w.log.Error("app not installed", "err", err)
		return pageFailed(o.install)
	case used:
		return pageUsed(o.install)
	case q.Get("error") == "access_denied":
		return pageDenied(o.install)
	case q.Get("code") == "":
		w.log.Error("Slack's page of installation says no", "error", q.Get("error"))
		return pageRefused(o.install)
	}
	in, err := w.redeem(ctx, q.Get("code"))
	if err == nil {
		err = w.settle(ctx, in)
	}
	if err != nil {
		w.log.Error("app not installed", "err", err)
	}
	switch codeOf(err) {
	case "":
	case "invalid_code":
		return pageUsed(o.install)
	default:
		return pageRefused(o.install)
	}
	switch {
	case errors.Is(err, errWhole):
		return pageWhole(o.install)
	case err != nil:
		return pageFailed(o.install)
	}
	return pageInstalled(in.workspace)
}

// redeem exchanges a code, which works once, for a token, and finds out whose it
// is.
func (w *workspaces) redeem(ctx context.Context, code string) (installation, error) {
	given, err := w.exchange(ctx, url.Values{"code": {code}, "redirect_uri": {w.oauth.back}})
	if err != nil {
		return installation{}, fmt.Errorf("exchange the code: %w", err)
	}
	if given.Whole {
		w.giveBack(ctx, given.Token)
		return installation{}, errWhole
	}
	in, err := w.introduce(ctx, given.Token)
	if err != nil {
		return installation{}, fmt.Errorf("try the new token: %w", err)
	}
	if in.Team != given.Team.ID || given.Kind != "bot" {
		return installation{}, fmt.Errorf("a token of kind %q of workspace %q was given for workspace %q", given.Kind, in.Team, given.Team.ID)
	}
	in.Name, in.Enterprise, in.App = given.Team.Name, given.Enterprise.ID, given.App
	given.take(&in, w.now())
	return in, nil
}

// giveBack has a token that isn't wanted stop working.
func (w *workspaces) giveBack(ctx context.Context, token string) {
	if err := w.ask(ctx, call{token: token, method: "auth.revoke", again: true}, nil); err != nil {
		w.log.Warn("token of an organisation not given back", "err", err)
	}
}

// settle keeps an installation in place of an earlier one, and tells the core.
func (w *workspaces) settle(ctx context.Context, in installation) error {
	if err := w.alone(ctx, in.Team, func(ctx context.Context) error { return w.keep(ctx, in) }); err != nil {
		return fmt.Errorf("keep the installation: %w", err)
	}
	w.known.forget(in.Team)
	w.log.Info("the app was installed in a workspace", "team", in.Team, "scopes", in.Scopes)
	w.spawn(func(ctx context.Context) {
		w.notice(ctx, bot.Notice{Kind: bot.SpaceThere, Space: spaceID(in.Team)})
	})
	return nil
}
