package group

import (
	"context"
	"slices"

	"studyhall/bot"
)

// Self is whoever acts, over all their groups: what belongs to a person and to no
// group begins with it.
type Self struct {
	Member string  // identifier
	Groups []Group // at least one; by name, ended ones last
	Zone   string  // IANA: by whose clock the person lives, as far as anybody knows
	// Here is the group that is meant where they act: the channel's, their only
	// one, or the one they chose in private; "" where that is not clear.
	Here string
	New  Member // what acting here has just made them, if it has: see [Greeting]
}

// Group is one of the person's groups; ok is false for any other.
func (p Self) Group(id string) (g Group, ok bool) {
	n := slices.IndexFunc(p.Groups, func(g Group) bool { return g.ID == id })
	if n < 0 {
		return Group{}, false
	}
	return p.Groups[n], true
}

// Self is the acting account's person. Who acts in a group's channel joins it by
// that; who is in no group gets a [*bot.Error] that says how to begin.
func (s *Service) Self(ctx context.Context, i bot.Interaction) (Self, error) {
	var self Self
	if !i.Direct && i.Channel != "" {
		g, ok, err := s.c.Store.GroupIn(ctx, i.Channel)
		if err != nil {
			return Self{}, err
		}
		if ok {
			_, m, err := s.Join(ctx, i, g.ID)
			if err != nil {
				return Self{}, err
			}
			if self.Here = g.ID; m.New {
				self.New = m
			}
		}
	}
	member, all, err := s.person(ctx, i)
	if err != nil {
		return Self{}, err
	}
	self.Member, self.Zone = member, s.zoneOf(ctx, i, all)
	for _, m := range all {
		self.Groups = append(self.Groups, m.Group)
		if self.Here == "" && (m.Preferred || len(all) == 1) {
			self.Here = m.Group.ID
		}
	}
	return self, nil
}
