package slacktest

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long a code of an authorisation works.
const codeLife = 10 * time.Minute

// code is what the browser brings back from an authorisation.
type code struct {
	w        *Workspace
	who      *Person
	scopes   []string
	redirect string // that was asked for, "" if none was
	made     time.Time
	whole    bool // for the organisation that the workspace is a part of
}

// Authorize does what the person's browser does with a link to
// [Server.Authorize]: it shows what is asked for, the person allows it, and the
// address is where the browser is sent. An error is what the page would say.
func (p *Person) Authorize(link string) (*url.URL, error) { return p.authorize(link, false) }

// AuthorizeAll is [Person.Authorize] for somebody who allows it for the whole
// organisation that the workspace is a part of.
func (p *Person) AuthorizeAll(link string) (*url.URL, error) { return p.authorize(link, true) }

func (p *Person) authorize(link string, whole bool) (*url.URL, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	target, asked, err := s.asks(link)
	if err != nil {
		return nil, err
	}
	c := &code{
		w: p.at, who: p, made: s.now(), redirect: asked.Get("redirect_uri"), whole: whole,
		scopes: strings.FieldsFunc(asked.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	for _, scope := range c.scopes {
		if !slices.Contains(s.app.OAuth.Scopes.Bot, scope) {
			return nil, fmt.Errorf("invalid_scope: %s", scope)
		}
	}
	if len(c.scopes) == 0 {
		return nil, errors.New("invalid_scope: none is asked for")
	}
	secret := s.secret(40)
	s.codes[secret] = c
	q := target.Query()
	q.Set("code", secret)
	q.Set("state", asked.Get("state"))
	target.RawQuery = q.Encode()
	return target, nil
}

// Refuse is [Person.Authorize] for somebody who cancels.
func (p *Person) Refuse(link string) (*url.URL, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	target, asked, err := p.s.asks(link)
	if err != nil {
		return nil, err
	}
	q := target.Query()
	q.Set("error", "access_denied")
	q.Set("state", asked.Get("state"))
	target.RawQuery = q.Encode()
	return target, nil
}

// asks reads a link to the page of authorisation.
func (s *Server) asks(link string) (target *url.URL, asked url.Values, err error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, nil, err
	}
	if u.Path != "/oauth/v2/authorize" {
		return nil, nil, fmt.Errorf("%s is not the page of authorisation", u.Path)
	}
	asked = u.Query()
	if asked.Get("client_id") != s.app.client {
		return nil, nil, errors.New("invalid_client_id")
	}
	registered := s.app.OAuth.Redirects
	wanted := asked.Get("redirect_uri")
	if len(registered) == 0 || wanted != "" && !slices.ContainsFunc(registered, func(r string) bool { return strings.HasPrefix(wanted, r) }) {
		return nil, nil, errors.New("bad_redirect_uri")
	}
	target, err = url.Parse(either(wanted, registered[0]))
	return target, asked, err
}

// access is oauth.v2.access.
func (s *Server) access(r *request) (object, *failure) {
	id, secret := r.text("client_id"), r.text("client_secret")
	switch {
	case id != s.app.client:
		return failed("invalid_client_id")
	case secret != s.app.secret:
		return failed("bad_client_secret")
	}
	switch r.text("grant_type") {
	case "", "authorization_code":
		return s.exchangeCode(r)
	case "refresh_token":
		given := r.text("refresh_token")
		w := s.refreshes[given]
		if w == nil || !w.installed {
			return failed("invalid_refresh_token")
		}
		delete(s.refreshes, given)
		return w.access(nil)
	}
	return failed("invalid_grant_type")
}

func (s *Server) exchangeCode(r *request) (object, *failure) {
	c := s.codes[r.text("code")]
	delete(s.codes, r.text("code"))
	switch {
	case c == nil || s.now().Sub(c.made) > codeLife:
		return failed("invalid_code")
	case c.redirect != r.text("redirect_uri"):
		return failed("bad_redirect_uri")
	}
	c.w.install(c.scopes)
	out, fail := c.w.access(c.who)
	if c.whole && fail == nil {
		out["team"], out["enterprise"], out["is_enterprise_install"] = nil, object{"id": "E" + c.w.ID[1:], "name": c.w.Name}, true
	}
	return out, fail
}

// access gives a workspace another token.
func (w *Workspace) access(who *Person) (object, *failure) {
	t, refresh := w.issue()
	out := object{
		"access_token": t.value, "token_type": "bot", "scope": strings.Join(t.scopes, ","), "bot_user_id": w.bot.ID, "app_id": w.s.app.id,
		"team": object{"id": w.ID, "name": w.Name}, "enterprise": nil, "is_enterprise_install": false,
	}
	if who != nil {
		out["authed_user"] = object{"id": who.ID}
	}
	if refresh != "" {
		out["expires_in"], out["refresh_token"] = int(rotation.Seconds()), refresh
	}
	w.s.tell()
	return out, nil
}
