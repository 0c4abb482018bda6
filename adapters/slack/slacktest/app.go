package slacktest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// allInManifest is what an application has without Options.Manifest.
const allInManifest = `{
	"display_information": {"name": "Studyhall"},
	"features": {
		"app_home": {"home_tab_enabled": true, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false},
		"bot_user": {"display_name": "studyhall", "always_online": true},
		"slash_commands": [
			{"command": "/studyhall", "description": "All of Studyhall", "should_escape": true},
			{"command": "/study", "description": "Study", "should_escape": true},
			{"command": "/quiz", "description": "Questions", "should_escape": true}
		],
		"shortcuts": [
			{"name": "Suggest as question", "type": "message", "callback_id": "suggest", "description": "Suggest"},
			{"name": "Study now", "type": "global", "callback_id": "study", "description": "Study"}
		]
	},
	"oauth_config": {
		"redirect_urls": ["https://studyhall.example/slack/oauth"],
		"scopes": {"bot": ["app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write",
			"groups:history", "groups:read", "im:history", "im:read", "im:write", "pins:write", "team:read", "usergroups:read", "users:read"]}
	},
	"settings": {
		"event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_id_changed", "channel_left",
			"channel_rename", "channel_unarchive", "group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive",
			"member_joined_channel", "member_left_channel", "message.channels", "message.groups", "message.im", "tokens_revoked"]},
		"interactivity": {"is_enabled": true},
		"token_rotation_enabled": false
	}
}`

// manifest is what of an application's manifest matters here.
type manifest struct {
	Display struct {
		Name string `json:"name"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool  `json:"home_tab_enabled"`
			Messages *bool `json:"messages_tab_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name string `json:"display_name"`
		} `json:"bot_user"`
		Commands []struct {
			Command string `json:"command"`
			Escape  bool   `json:"should_escape"`
		} `json:"slash_commands"`
		Shortcuts []struct {
			Name     string `json:"name"`
			Type     string `json:"type"`
			Callback string `json:"callback_id"`
		} `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		Redirects []string `json:"redirect_urls"`
		Scopes    struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		Rotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

// app is the application.
type app struct {
	manifest
	id       string
	client   string // client_id
	secret   string // client_secret
	signing  string
	verify   string // the old verification token
	appToken string
}

// register makes the application of a manifest, as api.slack.com/apps does.
func (s *Server) register(text string) {
	if text == "" {
		text = allInManifest
	}
	a := app{id: s.id("A")}
	if err := json.Unmarshal([]byte(text), &a.manifest); err != nil {
		s.t.Fatalf("slacktest: the manifest: %v", err)
	}
	a.client = "1763800000000." + strconv.Itoa(1763800000000+int(s.lastID))
	a.secret, a.signing, a.verify = s.hex(32), s.hex(32), s.secret(24)
	a.appToken = "xapp-1-" + a.id + "-1763800000001-" + s.hex(64)
	s.app = a
	s.tokens[a.appToken] = &token{kind: appToken, scopes: []string{"connections:write"}}
}

func (s *Server) hex(letters int) string {
	sum := sha256.Sum256([]byte(s.secret(40)))
	return hex.EncodeToString(sum[:])[:letters]
}

// Application is the application's identifier.
func (s *Server) Application() string { return s.app.id }

// AppToken is the application's own token, for Socket Mode.
func (s *Server) AppToken() string { return s.app.appToken }

// SigningSecret is what requests in HTTP mode are signed with.
func (s *Server) SigningSecret() string { return s.app.signing }

// ClientID and ClientSecret are for the exchange of codes.
func (s *Server) ClientID() string { return s.app.client }

// ClientSecret belongs to [Server.ClientID].
func (s *Server) ClientSecret() string { return s.app.secret }

// Kinds of tokens.
const (
	botToken = 1 << iota
	appToken
)

// token is a token that was given out.
type token struct {
	kind    int
	value   string
	w       *Workspace // of a bot's
	scopes  []string
	expires time.Time // zero: never
	revoked bool
}

// issue gives a workspace another token, and with rotation a refresh token.
func (w *Workspace) issue() (t *token, refresh string) {
	s := w.s
	t = &token{kind: botToken, w: w, scopes: slices.Clone(w.scopes)}
	value := "xoxb-" + strings.ToLower(w.ID) + "-" + s.secret(24)
	if s.app.Settings.Rotation {
		value = "xoxe." + value
		t.expires = s.now().Add(rotation)
		refresh = "xoxe-1-" + s.secret(48)
		s.refreshes[refresh] = w
		if n := len(w.issued); n >= 2 { // two are valid at most
			w.issued[n-2].revoked = true
		}
	}
	t.value = value
	w.issued = append(w.issued, t)
	s.tokens[value] = t
	return t, refresh
}

// rotation is the life of a token that rotates.
const rotation = 12 * time.Hour

// granted reports whether a workspace has given the application a scope.
func (w *Workspace) granted(scope string) bool {
	return slices.Contains(w.scopes, scope)
}

// Grant changes the scopes that the workspace has given the application, and
// those of its tokens, as an earlier version's installation would have left them.
func (w *Workspace) Grant(scopes ...string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.scopes = slices.Clone(scopes)
	for _, t := range w.issued {
		t.scopes = slices.Clone(scopes)
	}
}
