package slacktest

import (
	"maps"
	"slices"
	"strings"
)

// event tells the bot of something, if the application subscribes to it and has
// the scope, and sees where it happened. The caller holds the lock.
func (s *Server) event(w *Workspace, c *Channel, e object) {
	if s.losing || !w.installed || c != nil && (!c.has(w.bot) || c.gone) {
		return
	}
	name := text(e, "type")
	scope := ""
	switch name {
	case "message":
		name += "." + map[string]string{"channel": "channels", "group": "groups", "im": "im"}[c.family()]
		scope = c.scope("history")
	case "app_mention":
		scope = "app_mentions:read"
	case "member_joined_channel", "member_left_channel", "channel_id_changed":
		scope = c.scope("read")
	default:
		if family, _, found := strings.Cut(name, "_"); found && (family == "channel" || family == "group") {
			scope = family + "s:read"
		}
	}
	if !slices.Contains(s.app.Settings.Events.Bot, name) || scope != "" && !w.granted(scope) {
		return
	}
	s.outer(w, c, e)
}

// outer wraps an event and sends it.
func (s *Server) outer(w *Workspace, c *Channel, e object) {
	at := s.now()
	if text(e, "event_ts") == "" {
		e = maps.Clone(e)
		e["event_ts"] = stamp(at)
	}
	id := s.id("Ev")
	bot := ""
	if w.bot != nil {
		bot = w.bot.ID
	}
	payload := object{
		"token": s.app.verify, "team_id": w.ID, "context_team_id": w.ID, "context_enterprise_id": nil, "api_app_id": s.app.id, "event": e,
		"type": "event_callback", "event_id": id, "event_time": at.Unix(), "is_ext_shared_channel": c != nil && c.shared,
		"authorizations": []any{object{"enterprise_id": nil, "team_id": w.ID, "user_id": bot, "is_bot": true, "is_enterprise_install": false}},
		"event_context":  "4-" + id,
	}
	s.counts.Events++
	times := 1
	if s.duplicates > 0 {
		s.duplicates--
		times = 2
	}
	for range times {
		s.deliver(&delivery{kind: eventsAPI, payload: encode(payload), url: s.o.Requests.Events})
	}
}

// kindOf is channel_type in events.
func (c *Channel) kindOf() string { return c.family() }

// messageEvents tells the bot of a new message: twice if it is mentioned, in any
// order.
func (s *Server) messageEvents(m *message) {
	w := m.channel.at
	both := []func(){func() {
		e := m.json(true)
		if len(m.files) > 0 {
			e["subtype"] = "file_share"
		}
		e["channel"], e["channel_type"], e["event_ts"] = m.channel.ID, m.channel.kindOf(), m.ts
		s.event(w, m.channel, e)
	}}
	if w.bot != nil && m.author != w.bot && m.channel.with == nil && strings.Contains(m.text, "<@"+w.bot.ID) {
		both = append(both, func() {
			e := m.json(true)
			e["type"], e["channel"], e["event_ts"] = "app_mention", m.channel.ID, m.ts
			s.event(w, m.channel, e)
		})
	}
	s.dice.Shuffle(len(both), func(i, j int) { both[i], both[j] = both[j], both[i] })
	for _, f := range both {
		f()
	}
}

// messageEvent tells the bot of what became of a message.
func (s *Server) messageEvent(m *message, e object) {
	now := stamp(s.now())
	e["type"], e["channel"], e["channel_type"], e["ts"], e["event_ts"] = "message", m.channel.ID, m.channel.kindOf(), now, now
	s.event(m.channel.at, m.channel, e)
}
