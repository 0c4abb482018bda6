package slack

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"studyhall/bot"
)

// Where Slack reaches the bot in HTTP mode, below its public address.
const (
	pathEvents       = "/slack/events"
	pathCommands     = "/slack/commands"
	pathInteractions = "/slack/interactions"
	pathInstall      = "/slack/install"
	pathOAuth        = "/slack/oauth"
)

// address is one of our paths below a public address.
func address(publicURL, path string) string { return strings.TrimRight(publicURL, "/") + path }

// InstallURL is the page of ours on which somebody adds the bot to a workspace,
// where one program serves many.
func InstallURL(publicURL string) string { return address(publicURL, pathInstall) }

// App says what an app of Slack's is to be.
type App struct {
	Commands  []bot.Command // all that the bot answers to
	Declare   []string      // which of them are slash commands of their own, besides /studyhall WORD; nil: all
	PublicURL string        // where Slack and browsers reach the bot; "" for nowhere
	HTTP      bool          // Slack sends everything there, signed; else over Socket Mode
	Least     bool          // only the scopes of the least manifest
	// Many is an app that other workspaces install, too. It is told of messages in
	// its channels, since Slack lets such an app look into history only once a minute.
	Many bool
}

// appManifest is an app's manifest: docs.slack.dev/reference/app-manifest.
type appManifest struct {
	Display  appDisplay  `json:"display_information"`
	Features appFeatures `json:"features"`
	OAuth    appOAuth    `json:"oauth_config"`
	Settings appSettings `json:"settings"`
}

type appDisplay struct {
	Name   string `json:"name"`
	Short  string `json:"description"`
	Long   string `json:"long_description"`
	Colour string `json:"background_color"`
}

type appFeatures struct {
	Home struct {
		Home     bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	} `json:"app_home"`
	Bot struct {
		Name   string `json:"display_name"`
		Online bool   `json:"always_online"`
	} `json:"bot_user"`
	Shortcuts []appShortcut `json:"shortcuts,omitempty"`
	Commands  []appCommand  `json:"slash_commands"`
}

type appShortcut struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Help     string `json:"description"`
}

type appCommand struct {
	Command string `json:"command"`
	URL     string `json:"url,omitempty"`
	Help    string `json:"description"`
	Hint    string `json:"usage_hint,omitempty"`
	Escape  bool   `json:"should_escape"`
}

type appOAuth struct {
	Redirects []string `json:"redirect_urls,omitempty"`
	Scopes    struct {
		Bot []string `json:"bot"`
	} `json:"scopes"`
}

type appSettings struct {
	Events struct {
		URL string   `json:"request_url,omitempty"`
		Bot []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		Enabled bool   `json:"is_enabled"`
		URL     string `json:"request_url,omitempty"`
		Menus   string `json:"message_menu_options_url,omitempty"`
	} `json:"interactivity"`
	Organisation bool `json:"org_deploy_enabled"`
	SocketMode   bool `json:"socket_mode_enabled"`
	Rotation     bool `json:"token_rotation_enabled"`
}

// appEvent is an event that the bot wants, and the scopes of which Slack wants
// one for it.
type appEvent struct {
	name   string
	scopes string
	many   bool // only of an app for many workspaces
}

func appEvents() []appEvent {
	const anywhere = "channels:read groups:read"
	return []appEvent{
		{"app_home_opened", "", false},
		{"app_mention", "app_mentions:read", false},
		{"app_uninstalled", "", false},
		{"channel_archive", "channels:read", false},
		{"channel_deleted", "channels:read", false},
		{"channel_id_changed", anywhere, false},
		{"channel_left", "channels:read", false},
		{"channel_rename", "channels:read", false},
		{"channel_unarchive", "channels:read", false},
		{"group_archive", "groups:read", false},
		{"group_deleted", "groups:read", false},
		{"group_left", "groups:read", false},
		{"group_rename", "groups:read", false},
		{"group_unarchive", "groups:read", false},
		{"member_joined_channel", anywhere, false},
		{"member_left_channel", anywhere, false},
		{"message.channels", "channels:history", true},
		{"message.groups", "groups:history", true},
		{"message.im", "im:history", false},
		{"tokens_revoked", "", false},
		{"user_change", "users:read", false},
	}
}

// Manifest describes the app to Slack, as JSON.
func Manifest(app App) ([]byte, error) {
	if (app.Many || app.HTTP) && app.PublicURL == "" {
		return nil, errors.New("without a public address neither Slack nor people's browsers can come to the bot")
	}
	var m appManifest
	m.Display = appDisplay{Name: wordsAppName, Short: wordsAppShort, Long: wordsAppLong, Colour: "#2f5d50"}
	m.Features.Home.Home, m.Features.Home.Messages = true, true
	m.Features.Bot.Name, m.Features.Bot.Online = wordsAppName, true
	m.commands(app)
	var scopes []string
	for _, s := range Scopes() {
		if s.Least || !app.Least {
			scopes = append(scopes, s.Name)
		}
	}
	m.OAuth.Scopes.Bot = scopes
	for _, e := range appEvents() {
		granted := e.scopes == "" || slices.ContainsFunc(strings.Fields(e.scopes), func(s string) bool { return slices.Contains(scopes, s) })
		if granted && (app.Many || !e.many) {
			m.Settings.Events.Bot = append(m.Settings.Events.Bot, e.name)
		}
	}
	// What nobody reads nobody should type.
	m.Features.Home.ReadOnly = !slices.Contains(m.Settings.Events.Bot, "message.im")
	m.Settings.Interactivity.Enabled = true
	m.Settings.SocketMode = !app.HTTP
	if app.HTTP {
		m.Settings.Events.URL = address(app.PublicURL, pathEvents)
		m.Settings.Interactivity.URL = address(app.PublicURL, pathInteractions)
		m.Settings.Interactivity.Menus = m.Settings.Interactivity.URL
	}
	if app.Many {
		m.OAuth.Redirects = []string{address(app.PublicURL, pathOAuth)}
	}
	return json.Marshal(m)
}

// commands declares the slash commands and the shortcuts.
func (m *appManifest) commands(app App) {
	at := ""
	if app.HTTP {
		at = address(app.PublicURL, pathCommands)
	}
	all := []appCommand{}
	var words []string
	for _, c := range app.Commands {
		if c.Message {
			m.Features.Shortcuts = append(m.Features.Shortcuts, appShortcut{c.Name, "message", c.Name, c.Help})
			continue
		}
		words = append(words, c.Name)
		if app.Declare == nil || slices.Contains(app.Declare, c.Name) {
			all = append(all, appCommand{"/" + c.Name, at, c.Help, usageHint(c), true})
		}
	}
	hint := ""
	if len(words) > 0 {
		hint = "[" + strings.Join(words, "|") + "]"
	}
	m.Features.Commands = append([]appCommand{{"/" + prefix, at, wordsPrefix, hint, true}}, all...)
}

// usageHint says what may follow a command.
func usageHint(c bot.Command) string {
	var parts []string
	for _, f := range c.Fields {
		part := strings.ToLower(f.Label)
		switch {
		case f.After != "": // shown by the form of what it follows
			continue
		case f.Kind == bot.OneOf && f.Suggest == "" && len(f.Options) > 0:
			var labels []string
			for _, o := range f.Options {
				labels = append(labels, o.Label)
			}
			part = strings.Join(labels, "|")
		}
		parts = append(parts, "["+part+"]")
	}
	return strings.Join(parts, " ")
}

// CreateURL is the page of Slack's on which somebody makes an app of a manifest.
func CreateURL(manifest []byte) string {
	// Some readers of addresses take a plus sign as it is.
	return "https://api.slack.com/apps?new_app=1&manifest_json=" + strings.ReplaceAll(url.QueryEscape(string(manifest)), "+", "%20")
}
