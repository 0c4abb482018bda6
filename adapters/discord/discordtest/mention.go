package discordtest

import (
	"regexp"
	"slices"
	"strings"
)

var mentionOf = regexp.MustCompile(`<@!?(\d+)>`)

// mention notifies whom a new message mentions, as far as its allowed_mentions
// let it: everybody by default in a post, people only in an answer.
func (m *message) mention(body object) {
	s := m.channel.s
	m.mentioned(body)
	everyone := false
	allowed := child(body, "allowed_mentions")
	parse := list(allowed, "parse")
	content := spoken(m.body)
	if strings.Contains(content, "@everyone") || strings.Contains(content, "@here") {
		everyone = allowed == nil && m.via == nil || slices.Contains(parse, any("everyone"))
		everyone = everyone && m.channel.guild != nil && m.channel.rightsOf(m.author)&MentionEveryone != 0
	}
	m.body["mention_everyone"] = everyone
	who := []*Person{}
	if everyone {
		who = append(who, m.channel.guild.order...)
	}
	who = append(who, m.mentionRoles(body)...)
	for _, u := range objects(list(m.body, "mentions")) {
		if p := s.person(text(u, "id")); !slices.Contains(who, p) {
			who = append(who, p)
		}
	}
	for _, p := range who {
		if p == m.author || p.bot || !m.channel.sees(p) || m.only != nil && m.only != p {
			continue
		}
		m.pinged = append(m.pinged, p)
		if number(m.body, "flags")&flagSilent == 0 {
			p.pings++
		}
	}
}

// mentioned lists the people whom a message mentions and may notify.
func (m *message) mentioned(body object) {
	s := m.channel.s
	allowed := child(body, "allowed_mentions")
	out := []any{}
	for _, found := range mentionOf.FindAllStringSubmatch(spoken(m.body), -1) {
		p := s.person(found[1])
		may := allowed == nil || slices.Contains(list(allowed, "parse"), any("users")) || slices.Contains(list(allowed, "users"), any(found[1]))
		if p == nil || !may || slices.ContainsFunc(objects(out), func(u object) bool { return u["id"] == p.ID }) {
			continue
		}
		out = append(out, p.user())
	}
	m.body["mentions"] = out
}

// spoken are the words of a message in which mentions count: content and text
// displays, not embeds.
func spoken(body object) string {
	words := text(body, "content")
	everyObject(list(body, "components"), func(o object) {
		if number(o, "type") == componentText {
			words += "\n" + text(o, "content")
		}
	})
	return words
}

// person is whoever has an identifier.
func (s *Server) person(id string) *Person {
	return s.people[id]
}
