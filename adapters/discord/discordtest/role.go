package discordtest

import (
	"regexp"
	"slices"
)

// Role is a role of a server that people can be notified by.
type Role struct {
	ID   string
	Name string

	s           *Server
	mentionable bool
	people      []*Person
}

// Role adds a role with the people who have it. Anybody may mention it if it is
// mentionable; otherwise only who has the permission for all roles.
func (g *Guild) Role(name string, mentionable bool, people ...*Person) *Role {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	r := &Role{s: g.s, ID: g.s.snowflake(), Name: name, mentionable: mentionable, people: people}
	g.named = append(g.named, r)
	return r
}

// Everyone is the role that everybody in the server has.
func (g *Guild) Everyone() *Role { return &Role{s: g.s, ID: g.ID, Name: "everyone"} }

// Delete removes the role from its server.
func (r *Role) Delete() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	for _, g := range r.s.guilds {
		g.named = slices.DeleteFunc(g.named, func(o *Role) bool { return o == r })
	}
}

func (r *Role) json(position int) object {
	out := roleJSON(r.ID, r.Name, 0, position, false)
	out["mentionable"] = r.mentionable
	return out
}

// roleBy is a role of the server by its identifier, as JSON; nil if there is none.
func (g *Guild) roleBy(id string) object {
	if g == nil {
		return nil
	}
	for _, r := range objects(g.roles()) {
		if r["id"] == id {
			return r
		}
	}
	return nil
}

var roleMention = regexp.MustCompile(`<@&(\d+)>`)

// mentionRoles lists the roles that a new message names and may notify, and gives
// the people who have them.
func (m *message) mentionRoles(body object) (who []*Person) {
	g := m.channel.guild
	if g == nil {
		return nil
	}
	allowed := child(body, "allowed_mentions")
	out := []any{}
	for _, found := range roleMention.FindAllStringSubmatch(spoken(m.body), -1) {
		may := allowed == nil || slices.Contains(list(allowed, "parse"), any("roles")) || slices.Contains(list(allowed, "roles"), any(found[1]))
		for _, r := range g.named {
			if r.ID != found[1] || !may || slices.Contains(out, any(r.ID)) {
				continue
			}
			out = append(out, r.ID)
			if r.mentionable || m.channel.rightsOf(m.author)&MentionEveryone != 0 {
				who = append(who, r.people...)
			}
		}
	}
	m.body["mention_roles"] = out
	return who
}
