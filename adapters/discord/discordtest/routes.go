package discordtest

import (
	"strings"
	"sync"
)

const (
	getMessage Route = "GET /channels/{channel}/messages/{message}"
	hookGet    Route = "GET /webhooks/{application}/{token}/messages/{message}"
	hookEdit   Route = "PATCH /webhooks/{application}/{token}/messages/{message}"
	hookDelete Route = "DELETE /webhooks/{application}/{token}/messages/{message}"
)

// routes is the table of the API. Bodies and answers name their published
// schemas.
var routes = sync.OnceValue(func() []route {
	const (
		out     = "MessageResponse"
		command = "ApplicationCommandResponse"
		update  = "IncomingWebhookUpdateRequestPartial"
	)
	thread := func(r *Server, q *request) (answer, *failure) { return r.startThread(q) }
	all := []route{
		{name: Gateway, free: true, gives: "GatewayResponse", handle: (*Server).getGateway},
		{name: GatewayBot, gives: "GatewayBotResponse", handle: (*Server).getGateway},
		{name: "GET /users/@me", gives: "UserPIIResponse", handle: (*Server).getUser},
		{name: "GET /users/{user}", gives: "UserResponse", handle: (*Server).getUser},
		{name: "GET /users/@me/guilds", gives: "[MyGuildResponse", handle: (*Server).myGuilds},
		{name: "DELETE /users/@me/guilds/{guild}", handle: (*Server).leaveGuild},
		{name: "GET /applications/@me", gives: "PrivateApplicationResponse", handle: (*Server).me},
		{name: "GET /oauth2/applications/@me", gives: "PrivateApplicationResponse", handle: (*Server).me},
		{name: SetCommands, takes: "[ApplicationCommandUpdateRequest", gives: "[" + command, handle: (*Server).setCommands},
		{name: SetCommandsIn, takes: "[ApplicationCommandUpdateRequest", gives: "[" + command, handle: (*Server).setCommands},
		{name: "POST /interactions/{interaction}/{token}/callback", free: true, hook: true, takes: "callback", gives: "InteractionCallbackResponse", handle: (*Server).callbackRoute},
		{name: FollowUp, free: true, hook: true, takes: "IncomingWebhookInteractionRequest", gives: out, handle: (*Server).followUp},
		{name: CreateMessage, takes: "MessageCreateRequest", gives: out, handle: (*Server).createMessage},
		{name: ListMessages, gives: "[" + out, handle: (*Server).listMessages},
		{name: getMessage, gives: out, handle: (*Server).oneMessage},
		{name: EditMessage, takes: "MessageEditRequestPartial", gives: out, handle: (*Server).oneMessage},
		{name: DeleteMessage, handle: (*Server).oneMessage},
		{name: StartThread, takes: "CreateTextThreadWithMessageRequest", gives: "ThreadResponse", handle: thread},
		{name: "POST /channels/{channel}/threads", takes: "CreateTextThreadWithoutMessageRequest", gives: "CreatedThreadResponse", handle: thread},
		{name: "GET /channels/{channel}", gives: "channel", handle: (*Server).oneChannel},
		{name: "PATCH /channels/{channel}", gives: "channel", handle: (*Server).oneChannel},
		{name: OpenDirect, takes: "CreatePrivateChannelRequest", gives: "PrivateChannelResponse", handle: (*Server).openDirect},
		{name: "GET /guilds/{guild}", gives: "GuildWithCountsResponse", handle: (*Server).getGuild},
		{name: "GET /guilds/{guild}/roles", gives: "[GuildRoleResponse", handle: (*Server).getGuild},
		{name: "GET /guilds/{guild}/channels", gives: "[GuildChannelResponse", handle: (*Server).getGuild},
		{name: "GET /guilds/{guild}/members/{user}", gives: "GuildMemberResponse", handle: (*Server).getMember},
		{name: "GET /channels/{channel}/messages/pins", gives: "PinnedMessagesResponse", handle: (*Server).listPins},
		{name: Pin, handle: (*Server).pin},
		{name: "DELETE /channels/{channel}/messages/pins/{message}", handle: (*Server).pin},
		{name: "PUT /channels/{channel}/pins/{message}", handle: (*Server).pin},
		{name: "DELETE /channels/{channel}/pins/{message}", handle: (*Server).pin},
	}
	for _, original := range []bool{true, false} {
		names := []Route{hookGet, hookEdit, hookDelete}
		if original {
			names = []Route{GetOriginal, EditOriginal, DeleteOriginal}
		}
		all = append(all,
			route{name: names[0], free: true, hook: true, gives: out, handle: (*Server).hookMessage},
			route{name: names[1], free: true, hook: true, takes: update, gives: out, handle: (*Server).hookMessage},
			route{name: names[2], free: true, hook: true, handle: (*Server).hookMessage})
	}
	for _, scope := range []Route{"/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"} {
		all = append(all,
			route{name: "GET " + scope, gives: "[" + command, handle: (*Server).listCommands},
			route{name: "POST " + scope, takes: "ApplicationCommandCreateRequest", gives: command, handle: (*Server).addCommand},
			route{name: "GET " + scope + "/{command}", gives: command, handle: (*Server).oneCommand},
			route{name: "PATCH " + scope + "/{command}", takes: "ApplicationCommandPatchRequestPartial", gives: command, handle: (*Server).oneCommand},
			route{name: "DELETE " + scope + "/{command}", handle: (*Server).oneCommand})
	}
	for i := range all {
		verb, path, _ := strings.Cut(string(all[i].name), " ")
		all[i].verb, all[i].parts = verb, strings.Split(path[1:], "/")
	}
	return all
})

func (s *Server) me(*request) (answer, *failure) { return ok(s.application()) }
