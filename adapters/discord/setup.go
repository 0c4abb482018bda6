package discord

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Permission is one that the bot asks for when it is invited.
type Permission struct {
	Name string `json:"name"` // as Discord's menus write it
	Bit  uint64 `json:"bit"`  // its value in a set of permissions
	Why  string `json:"why"`  // what it is for

	without string // what goes wrong
}

const permitThreads = 1 << 35

// Permissions are all that the bot needs in a server, and no more: messages are
// plain words, so it embeds no links, and it reads no member list.
func Permissions() []Permission {
	return []Permission{
		{"View Channel", permitView, "to be in the group's channel at all; in the server's roles it is called View Channels", "nothing can be posted"},
		{"Send Messages", permitSend, "to post the question", "nothing can be posted"},
		{"Attach Files", permitAttach, "for pictures in questions and reports", "posts with pictures don't arrive"},
		{"Read Message History", permitHistory, "to find its own post again instead of posting twice, after a cut connection", "after a cut connection a post may come twice"},
		{"Create Public Threads", permitThreads, "for Discuss, which opens a thread under a closed question", "Discuss opens no thread"},
		{"Send Messages in Threads", permitThreadSend, "to begin that thread, and for groups that live in one", "nothing is said in threads"},
	}
}

// Scopes are what the invitation asks for: the bot, and its commands.
func Scopes() []string { return []string{"bot", "applications.commands"} }

// InviteURL is the page on which somebody who has Manage Server adds an
// application's bot to a server, with exactly what it needs.
func InviteURL(application string) string {
	var all uint64
	for _, p := range Permissions() {
		all |= p.Bit
	}
	return "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id": {application}, "scope": {strings.Join(Scopes(), " ")}, "permissions": {strconv.FormatUint(all, 10)},
	}.Encode()
}

// IsID reports whether s may be one of Discord's identifiers, such as an
// application's.
func IsID(s string) bool { return isSnowflake(s) }

// ApplicationOf is the application that a token names in its first part, which is
// no secret, or "".
func ApplicationOf(token string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(token), "Bot "), ".")
	id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(first, "="))
	if err != nil || !isSnowflake(string(id)) {
		return ""
	}
	return string(id)
}

// CheckToken reports what is wrong with the shape of a bot's token, most often
// that it is another of the portal's secrets. The error has nothing of it.
func CheckToken(token string) error {
	token = strings.TrimPrefix(strings.TrimSpace(token), "Bot ")
	parts := strings.Split(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	switch {
	case token == "":
		return errors.New("it is empty")
	case strings.ContainsAny(token, " \t\r\n\"'"):
		return errors.New("it has spaces or quotes in it; a token has none")
	case isSnowflake(token):
		return errors.New("it is a number, probably the Application ID; the token is on the page Bot")
	case CheckPublicKey(token) == nil:
		return errors.New("it is the Public Key; the token is on the page Bot")
	case len(parts) == 1 && len(token) == 32:
		return errors.New("it is probably the Client Secret of the page OAuth2; the token is on the page Bot")
	case len(parts) != 3 || parts[1] == "" || parts[2] == "":
		return fmt.Errorf("a token has three parts with dots between them, this has %d", len(parts))
	case err != nil || !isSnowflake(string(id)):
		return errors.New("its first part is not a bot's identifier; copy all of it once more")
	}
	return nil
}

// Application is a bot's application, as its page in the developer portal has it.
type Application struct {
	ID         string
	Name       string
	PublicKey  string // with which Discord signs what it sends over HTTP
	Endpoint   string // where it sends that; "" for the gateway
	NeedsCode  bool   // "Requires OAuth2 Code Grant", with which no invitation works
	OnlyOwners bool   // "Public Bot" is off
}

// WhoAmI asks Discord whose token a configuration has. An error whose ExitCode
// is 78 says that Discord refuses it.
func WhoAmI(ctx context.Context, config Config) (Application, error) {
	a, err := bare(config)
	if err != nil {
		return Application{}, err
	}
	defer a.rest.http.CloseIdleConnections()
	app, err := a.application(ctx)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status == http.StatusUnauthorized {
		return app, refusedCode(4004)
	}
	return app, err
}

// application asks for the application and takes note of it.
func (a *Adapter) application(ctx context.Context) (Application, error) {
	var app struct {
		ID        string  `json:"id"`
		Name      string  `json:"name"`
		Key       string  `json:"verify_key"`
		Endpoint  *string `json:"interactions_endpoint_url"`
		NeedsCode bool    `json:"bot_require_code_grant"`
		Public    *bool   `json:"bot_public"`
	}
	if err := a.rest.do(ctx, call{method: http.MethodGet, route: "/applications/@me"}, &app); err != nil {
		return Application{}, err
	}
	if !isSnowflake(app.ID) {
		return Application{}, errors.New("no application is named in the answer")
	}
	a.app = app.ID
	out := Application{ID: app.ID, Name: app.Name, PublicKey: app.Key, NeedsCode: app.NeedsCode, OnlyOwners: app.Public != nil && !*app.Public}
	if app.Endpoint != nil {
		out.Endpoint = *app.Endpoint
	}
	return out, nil
}
