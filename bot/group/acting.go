package group

import (
	"context"
	"time"

	"studyhall/bot"
)

// Acting is the person who acts, over all of their groups: for what people have
// once, such as an exam date or a certification.
type Acting struct {
	Member string
	Groups []Group   // all of theirs, by name; ended ones come last
	Zone   string    // IANA: by which they live
	Now    time.Time // by the clock of that zone
}

// Today is the local date, 2006-01-02.
func (a Acting) Today() string { return a.Now.Format(time.DateOnly) }

// Acting is who acts, if they are a member of any group; otherwise a [*bot.Error]
// says how to become one.
func (s *Service) Acting(ctx context.Context, i bot.Interaction) (Acting, error) {
	member, all, err := s.person(ctx, i)
	if err != nil {
		return Acting{}, err
	}
	a := Acting{Member: member, Zone: s.zoneOf(ctx, i, all)}
	a.Now = s.today(a.Zone)
	for _, m := range all {
		a.Groups = append(a.Groups, m.Group)
	}
	return a, nil
}

// ActingHere is Acting for pages that stand on cards which everybody sees, and for
// commands: who is in no group yet joins the one of the channel by acting there.
func (s *Service) ActingHere(ctx context.Context, i bot.Interaction) (Acting, error) {
	all, err := s.c.Store.Memberships(ctx, i.User)
	if err != nil {
		return Acting{}, err
	}
	if len(all) == 0 {
		if _, _, err := s.Here(ctx, i); err != nil {
			return Acting{}, err
		}
	}
	return s.Acting(ctx, i)
}

// NowOf is the moment by the clock of whoever acts, member of a group or not, so
// that its date is the one that they have; by UTC where nothing tells their zone.
func (s *Service) NowOf(ctx context.Context, i bot.Interaction) time.Time {
	all, err := s.c.Store.Memberships(ctx, i.User)
	if err != nil || len(all) == 0 { // a date that is an ocean off is better than none
		return s.today(s.c.Bot.Profile(ctx, i.Space, i.User).Zone)
	}
	return s.today(s.zoneOf(ctx, i, all))
}
