package group

import (
	"context"
	"errors"
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

// administers reports whether the account may manage a place of the group's own;
// administrators of a guest's place control only their channels.
func (s *Service) administers(ctx context.Context, d Details, user bot.UserID) bool {
	for _, c := range d.Channels {
		if !c.Guest && s.administersSpace(ctx, c.Space, user) {
			return true
		}
	}
	return false
}

// check asks the platform whether the organisers' accounts still exist, unless
// that was found out since an instant, and stops at the first that may. unsure
// says that of an account once found closed the platform said nothing now.
func (s *Service) check(ctx context.Context, d Details, since time.Time) (checked Details, unsure bool, err error) {
	for n, o := range d.Organisers {
		for k, a := range o.Accounts {
			answer := noAnswer
			if !a.Checked.After(since) {
				if answer = s.ask(ctx, a.ID); answer != noAnswer {
					if err := s.c.Store.AccountSeen(ctx, a.ID, answer == isOpen, s.c.Now()); err != nil {
						return d, unsure, err
					}
					d.Organisers[n].Accounts[k].Closed = answer == isClosed
				} else {
					unsure = unsure || a.Closed
				}
			}
			if !d.Organisers[n].Accounts[k].Closed {
				return d, unsure, nil
			}
		}
	}
	return d, unsure, nil
}

// standing is what a platform says of an account.
type standing int

const (
	noAnswer standing = iota // so the account may be open
	isOpen
	isClosed
)

// ask asks the platform whether an account still exists, and waits no longer
// than patience allows.
func (s *Service) ask(ctx context.Context, account bot.UserID) standing {
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	_, err := s.c.Bot.Direct(ctx, account)
	refusal, refused := errors.AsType[*bot.DeliveryError](err)
	switch {
	case err == nil, refused && refusal.Kind == bot.Refused:
		return isOpen
	case refused && refusal.Kind == bot.Gone:
		return isClosed
	}
	return noAnswer
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
	if d, _, err = s.check(ctx, d, s.c.Now().Add(-checkedFor)); err != nil {
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
	return show(i, &bot.Card{Title: bot.Textf("You organise the %s now", bot.Clip(d.Group.Name, 50)), Body: wordsTookOver, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("Group page", path), button("What organisers see", PathSees))}), nil
}

// stepUp begins the days after which a member takes over a deserted group.
func (s *Service) stepUp(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	m, ok, err := s.member(ctx, i, group)
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
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
		return bot.Response{}, notYours(err)
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

// errUnsure puts off the end of an offer to take over.
var errUnsure = errors.New("the platform doesn't say whether the organisers' accounts are closed")

// endTakeover gives the group to the member, if nobody objected and still no
// organiser can be reached. That is looked at once more, for an account may
// have been opened again; a platform that says nothing gets a day to do so.
func (s *Service) endTakeover(ctx context.Context, d schedule.Due) error {
	now := s.c.Now()
	o, ok, err := s.c.Store.Offer(ctx, d.Subject)
	if err != nil {
		return err
	}
	if ok && o.Open {
		g, _, err := s.c.Store.Details(ctx, o.Group.ID)
		if err != nil {
			return err
		}
		_, unsure, err := s.check(ctx, g, now)
		if err != nil {
			return err
		}
		if unsure && now.Before(d.At.Add(checkedFor)) {
			return errUnsure
		}
	}
	return s.c.Store.EndTakeover(ctx, d, now)
}
