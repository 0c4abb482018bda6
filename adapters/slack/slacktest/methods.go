package slacktest

import (
	"strings"
	"sync"
)

// Method is a method of the Web API, such as [PostMessage].
type Method string

// What tests name, for faults, limits and counts.
const (
	Any                Method = "*"
	ResponseURL        Method = "response_url" // posts to one
	Upload             Method = "upload"       // posts to an upload_url
	Download           Method = "download"     // reads a file
	AuthTest           Method = "auth.test"
	AuthRevoke         Method = "auth.revoke"
	AppsUninstall      Method = "apps.uninstall"
	ConnectionsOpen    Method = "apps.connections.open"
	OAuthAccess        Method = "oauth.v2.access"
	PostMessage        Method = "chat.postMessage"
	PostEphemeral      Method = "chat.postEphemeral"
	UpdateMessage      Method = "chat.update"
	DeleteMessage      Method = "chat.delete"
	GetPermalink       Method = "chat.getPermalink"
	ConversationsOpen  Method = "conversations.open"
	ConversationsInfo  Method = "conversations.info"
	ConversationsList  Method = "conversations.list"
	ConversationsJoin  Method = "conversations.join"
	Members            Method = "conversations.members"
	History            Method = "conversations.history"
	Replies            Method = "conversations.replies"
	UsersConversations Method = "users.conversations"
	UsergroupsList     Method = "usergroups.list"
	UsersInfo          Method = "users.info"
	UsersList          Method = "users.list"
	BotsInfo           Method = "bots.info"
	TeamInfo           Method = "team.info"
	ViewsOpen          Method = "views.open"
	ViewsPush          Method = "views.push"
	ViewsUpdate        Method = "views.update"
	ViewsPublish       Method = "views.publish"
	GetUploadURL       Method = "files.getUploadURLExternal"
	CompleteUpload     Method = "files.completeUploadExternal"
	PinsAdd            Method = "pins.add"
	PinsRemove         Method = "pins.remove"
)

// method is what a method takes and does. The handler runs under the lock.
type method struct {
	name     Method
	tier     int
	json     bool     // it takes JSON, too
	kinds    int      // of tokens; 0 is none at all
	scopes   []string // of which one is needed
	required []string
	optional []string
	handle   func(*Server, *request) (object, *failure)
}

func find(name Method) *method { return methods()[name] }

// methods are all that are here; their tiers, scopes and arguments are Slack's.
var methods = sync.OnceValue(func() map[Method]*method {
	const (
		message = "as_user attachments blocks icon_emoji icon_url link_names markdown_text parse text username"
		page    = "cursor limit"
		read    = "channels:read groups:read im:read mpim:read"
		history = "channels:history groups:history im:history mpim:history"
		span    = "cursor include_all_metadata inclusive latest limit oldest"
	)
	out := map[Method]*method{}
	add := func(name Method, tier int, takesJSON bool, kinds int, scopes, required, optional string, handle func(*Server, *request) (object, *failure)) {
		out[name] = &method{name, tier, takesJSON, kinds, strings.Fields(scopes), strings.Fields(required), strings.Fields(optional), handle}
	}
	add(AuthTest, 5, true, botToken|appToken, "", "", "", (*Server).authTest)
	add(AuthRevoke, 3, false, botToken, "", "", "test", (*Server).authRevoke)
	add(AppsUninstall, 1, false, botToken, "", "client_id client_secret", "", (*Server).uninstall)
	add(ConnectionsOpen, 3, true, appToken, "connections:write", "", "", (*Server).openConnection)
	add(OAuthAccess, 5, false, 0, "", "", "client_id client_secret code redirect_uri grant_type refresh_token", (*Server).access)

	add(PostMessage, 5, true, botToken, "chat:write", "channel",
		message+" metadata mrkdwn reply_broadcast thread_ts unfurl_links unfurl_media client_msg_id", (*Server).postMessage)
	add(UpdateMessage, 3, true, botToken, "chat:write", "ts channel", message+" metadata reply_broadcast file_ids", (*Server).update)
	add(DeleteMessage, 3, true, botToken, "chat:write", "ts channel", "as_user", (*Server).remove)
	add(PostEphemeral, 4, true, botToken, "chat:write", "user channel", message+" metadata thread_ts", (*Server).whisper)
	add(GetPermalink, 5, false, botToken, "", "channel message_ts", "", (*Server).permalink)

	add(ConversationsOpen, 3, true, botToken, "im:write mpim:write channels:manage groups:write", "", "channel return_im users prevent_creation", (*Server).open)
	add(ConversationsInfo, 3, false, botToken, read, "channel", "include_locale include_num_members", (*Server).info)
	add(ConversationsList, 2, false, botToken, read, "", page+" exclude_archived team_id types", (*Server).conversationList)
	add(ConversationsJoin, 3, true, botToken, "channels:join", "channel", "", (*Server).joinChannel)
	add(Members, 4, false, botToken, read, "channel", page, (*Server).memberList)
	add(History, 3, true, botToken, history, "channel", span, (*Server).history)
	add(Replies, 3, false, botToken, history, "channel ts", span, (*Server).replies)
	add(UsersConversations, 3, false, botToken, read, "", page+" exclude_archived team_id types user", (*Server).conversationList)

	add(UsergroupsList, 2, false, botToken, "usergroups:read", "", "include_count include_disabled include_users team_id", (*Server).userGroups)
	add(UsersInfo, 4, false, botToken, "users:read", "user", "include_locale", (*Server).userInfo)
	add(UsersList, 2, false, botToken, "users:read", "", page+" include_locale team_id", (*Server).userList)
	add(BotsInfo, 3, false, botToken, "users:read", "", "bot team_id", (*Server).botInfo)
	add(TeamInfo, 3, true, botToken, "team:read", "", "domain team", (*Server).teamInfo)

	add(ViewsOpen, 4, true, botToken, "", "view", "trigger_id", (*Server).openView)
	add(ViewsPush, 4, true, botToken, "", "view", "trigger_id", (*Server).pushView)
	add(ViewsUpdate, 4, true, botToken, "", "view", "view_id external_id hash", (*Server).updateView)
	add(ViewsPublish, 4, true, botToken, "", "user_id view", "hash", (*Server).publishView)

	add(GetUploadURL, 4, false, botToken, "files:write", "length filename", "snippet_type alt_txt", (*Server).uploadURL)
	add(CompleteUpload, 4, true, botToken, "files:write", "files", "channel_id thread_ts channels initial_comment blocks", (*Server).completeUpload)
	add(PinsAdd, 2, true, botToken, "pins:write", "channel", "timestamp", (*Server).pin)
	add(PinsRemove, 2, true, botToken, "pins:write", "channel", "timestamp", (*Server).unpin)
	return out
})
