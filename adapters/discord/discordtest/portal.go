package discordtest

import "maps"

// Portal changes what the application's pages in the developer portal say, by
// the names that the fields have in the API, such as "bot_public" or
// "interactions_endpoint_url".
func (s *Server) Portal(changes map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.portal == nil {
		s.portal = map[string]any{}
	}
	maps.Copy(s.portal, changes)
}

// settings puts the changes into the application.
func (s *Server) settings(application object) object {
	maps.Copy(application, s.portal)
	return application
}

// Invite adds the bot to a server again that has thrown it out.
func (g *Guild) Invite() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.gone = false
	g.join(g.s.bot)
	g.s.dispatch(g, intentGuilds, "GUILD_CREATE", g.event())
}
