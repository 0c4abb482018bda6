package group

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

const (
	// takeoverFor is how long people can object to a member who takes over.
	takeoverFor = 7 * 24 * time.Hour
	// answeredToTakeOver is how many questions a member must have answered first.
	answeredToTakeOver = 20
	// checkedFor is for how long an account once found open is taken to be so.
	checkedFor = 24 * time.Hour
)

// deserted reports whether nobody who organises a group can be reached.
func deserted(d Details) bool {
	for _, o := range d.Organisers {
		if o.Reachable() {
			return false
		}
	}
	return true
}

// administers reports whether the account may manage a place where the group is.
func (s *Service) administers(ctx context.Context, d Details, user bot.UserID) bool {
	for _, c := range d.Channels {
		if bot.AdapterOf(c.Space) == bot.AdapterOf(user) && s.c.Bot.Profile(ctx, c.Space, user).Administrator {
			return true
		}
	}
	return false
}

// check asks the platform whether the organisers' accounts still exist, each at
// most once a day, and stops at the first that may.
func (s *Service) check(ctx context.Context, d Details) (Details, error) {
	for n, o := range d.Organisers {
		for k, a := range o.Accounts {
			if a.Closed {
				continue
			}
			if s.c.Now().Sub(a.Checked) < checkedFor {
				return d, nil
			}
			closed := s.closed(ctx, a.ID)
			if err := s.c.Store.AccountSeen(ctx, a.ID, !closed, s.c.Now()); err != nil {
				return d, err
			}
			if !closed {
				return d, nil
			}
			d.Organisers[n].Accounts[k].Closed = true
		}
	}
	return d, nil
}

// closed asks the platform whether an account is no more. A platform that
// doesn't answer doesn't say so.
func (s *Service) closed(ctx context.Context, account bot.UserID) bool {
	_, err := s.c.Bot.Direct(ctx, account)
	return gone(err)
}

// takeOver makes an administrator the organiser of a deserted group.
func (s *Service) takeOver(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	path := PathGroup(group)
	if m.Role == Organiser {
		return s.page(ctx, i, group)
	}
	if !s.administers(ctx, d, i.User) {
		return bot.Response{}, problem(wordsNoAdministrator, primary("Who organises?", path), button("My study page", PathStudy))
	}
	if d, err = s.check(ctx, d); err != nil {
		return bot.Response{}, err
	}
	ok, err := s.c.Store.TakeOver(ctx, s.joining(ctx, i, group))
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsReachable, primary("Who organises?", path), button("My study page", PathStudy))
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: bot.Textf("You organise the %s now", clip(d.Group.Name, 50)), Body: wordsTookOver, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("What organisers see", PathSees))}), nil
}

// stepUp begins the days after which a member takes over a deserted group.
func (s *Service) stepUp(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	m, ok, err := s.member(ctx, i, group)
	if err != nil || !ok {
		return bot.Response{}, cmpErr(err, problem(wordsNotYours, button("My study page", PathStudy)))
	}
	path := PathGroup(group)
	if m.Member.Answered < answeredToTakeOver {
		return bot.Response{}, problem(wordsTooNew(m.Member.Answered), primary("My study page", PathStudy), button("Who organises?", path))
	}
	now := s.c.Now()
	outcome, err := s.c.Store.OfferTakeover(ctx, group, m.Member.ID, s.c.NewID(), now)
	if err != nil {
		return bot.Response{}, err
	}
	switch outcome {
	case Reachable:
		return bot.Response{}, problem(wordsReachable, primary("Who organises?", path), button("My study page", PathStudy))
	case OfferedBefore:
		return bot.Response{}, problem(wordsOfferRuns, primary("Who organises?", path), button("My study page", PathStudy))
	case ObjectedBefore:
		return bot.Response{}, problem(wordsObjected, primary("Who organises?", path), button("My study page", PathStudy))
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: "Thank you. The group can see it now", Body: wordsSteppedUp(m.Group, now.Add(takeoverFor)), Footer: wordsOnlyYou,
		Controls: rows(primary("My study page", PathStudy), button("Who organises?", path))}), nil
}

// object ends an offer to take over. Nobody is told who objected.
func (s *Service) object(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	_, ok, err := s.member(ctx, i, group)
	if err != nil || !ok {
		return bot.Response{}, cmpErr(err, problem(wordsNotYours, button("My study page", PathStudy)))
	}
	if ok, err = s.c.Store.Object(ctx, group, i.Arg("offer")); err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsOfferGone, primary("Who organises?", PathGroup(group)), button("My study page", PathStudy))
	}
	return show(i, &bot.Card{Title: "The offer has ended", Body: wordsObjectedNow, Footer: wordsOnlyYou,
		Controls: rows(primary("My study page", PathStudy), button("Who organises?", PathGroup(group)))}), nil
}

// endTakeover gives the group to the member, if nobody objected and still no
// organiser can be reached.
func (s *Service) endTakeover(ctx context.Context, d schedule.Due) error {
	return s.c.Store.EndTakeover(ctx, d, s.c.Now())
}
