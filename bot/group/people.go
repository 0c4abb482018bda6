package group

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// offerFor is how long somebody can accept an offer.
const offerFor = 14 * 24 * time.Hour

const fieldPerson = "person"

// people lists who organises a group.
func (s *Service) people(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showPeople(ctx, i, d, m, "", "")
}

// showPeople shows who organises a group and what became of offers lately; not
// of the one that first is about.
func (s *Service) showPeople(ctx context.Context, i bot.Interaction, d Details, m Member, first bot.Text, about string) (bot.Response, error) {
	now := s.c.Now()
	offers, err := s.c.Store.OffersIn(ctx, d.Group.ID, now, now.Add(-offerFor))
	if err != nil {
		return bot.Response{}, err
	}
	offers = slices.DeleteFunc(offers, func(o Offer) bool { return o.ID == about })
	return show(i, peopleCard(d, m, first, offers)), nil
}

func peopleCard(d Details, m Member, first bot.Text, offers []Offer) *bot.Card {
	path := PathGroup(d.Group.ID) + "/people"
	var controls []bot.Control
	if len(d.Organisers) < MaxOrganisers {
		controls = append(controls, primary("Add an organiser", path+"/join"))
	}
	controls = append(controls, button("Hand over", path+"/handover"))
	if len(d.Organisers) > 1 {
		controls = append(controls, button("Stop organising", path+"/leave"))
	}
	controls = append(controls, button("Group page", PathGroup(d.Group.ID)))
	return &bot.Card{Title: bot.Textf("Who organises the %s", d.Group.Name),
		Body: lines(first, wordsOrganisers(d, m), wordsOffers(offers)), Footer: wordsOnlyYou, Controls: rows(controls...)}
}

// askPerson opens the form for a second organiser or for the one to hand over to.
func (s *Service) askPerson(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	form := &bot.Form{Submit: "Ask them", Action: PathGroup(group) + "/people/" + i.Arg("kind") + "/set",
		Fields: []bot.Field{{Name: fieldPerson, Label: "Who?", Kind: bot.Person, Required: true, Help: "They get a private message and can say no"}}}
	switch OfferKind(i.Arg("kind")) {
	case OfferJoin:
		if len(d.Organisers) >= MaxOrganisers {
			return bot.Response{}, problem(wordsTooMany, primary("People", PathGroup(group)+"/people"))
		}
		form.Title, form.Intro = "Add an organiser", wordsAddIntro
	case OfferHandover:
		form.Title, form.Intro = "Hand over", wordsHandoverIntro
	default:
		return bot.Response{}, problem(wordsNotYours, primary("People", PathGroup(group)+"/people"))
	}
	return bot.Response{Form: form}, nil
}

// setPerson makes the offer.
func (s *Service) setPerson(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	kind := OfferKind(i.Arg("kind"))
	if kind != OfferJoin && kind != OfferHandover {
		return bot.Response{}, problem(wordsNotYours, primary("People", PathGroup(group)+"/people"))
	}
	to := bot.UserID(i.Values.Get(fieldPerson))
	invalid := func(words string) (bot.Response, error) {
		return bot.Response{Invalid: map[string]string{fieldPerson: words}}, nil
	}
	switch {
	case to == "" || bot.AdapterOf(to) != bot.AdapterOf(i.User):
		return invalid("Please choose a person.")
	case to == i.User:
		return invalid("That's you. Please choose somebody else.")
	}
	space := i.Space
	if space == "" && len(d.Channels) > 0 {
		space = d.Channels[0].Space
	}
	profile, now, id := s.c.Bot.Profile(ctx, space, to), s.c.Now(), s.c.NewID()
	name := personName(profile.Name)
	outcome, err := s.c.Store.MakeOffer(ctx, NewOffer{
		ID: id, Group: group, Kind: kind, From: m.ID, EndsAt: now.Add(offerFor),
		To: Joining{Group: group, Account: to, Space: space, Name: name, Zone: profile.Zone, Member: s.c.NewID(), Now: now},
		Message: schedule.Delivery{Key: s.c.NewID(), Kind: kindOffer, Ref: id, Group: group, Target: string(to), Person: true,
			Rank: schedule.RankOther, At: now, Until: now.Add(offerFor)},
	})
	if err != nil {
		return bot.Response{}, err
	}
	switch outcome {
	case AlreadyOrganiser:
		if kind == OfferHandover { // another account of the giver's
			return invalid("That's you. Please choose somebody else.")
		}
		return invalid(name + " organises this group already.")
	case OfferedBefore:
		return invalid(name + " was asked already and hasn't answered yet.")
	case TooMany:
		return invalid("A group has at most ten organisers. Somebody has to stop first.")
	case OfferEnded:
		return bot.Response{}, problem(wordsOrganisersOnly(d), button("Who organises?", PathGroup(group)))
	}
	s.c.Wake()
	return s.showPeople(ctx, i, d, m, wordsAsked(name, kind, organises(d, to)), id)
}

// leave makes an organiser a member again, unless nobody would be left.
func (s *Service) leave(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	ok, err := s.c.Store.StepDown(ctx, group, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsLastOrganiser, primary("Hand over", PathGroup(group)+"/people/handover"), button("People", PathGroup(group)+"/people"))
	}
	return show(i, &bot.Card{Title: bot.Textf("You're a member of the %s now", bot.Clip(d.Group.Name, 40)), Body: wordsSteppedDown, Footer: wordsOnlyYou,
		Controls: rows(primary("My study page", PathStudy), button("Who organises?", PathGroup(group)))}), nil
}

// answerOffer accepts or declines an offer.
func (s *Service) answerOffer(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	accept := i.Arg("answer") == "accept"
	if !accept && i.Arg("answer") != "decline" {
		return bot.Response{}, problem(wordsOfferGone, primary("My study page", PathStudy))
	}
	o, outcome, err := s.c.Store.AnswerOffer(ctx, i.Arg("offer"), i.User, accept, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	group := PathGroup(o.Group.ID)
	switch outcome {
	case Accepted:
		s.c.Wake()
		return show(i, &bot.Card{Title: bot.Textf("You organise the %s now", bot.Clip(o.Group.Name, 50)), Body: wordsAccepted(o), Footer: wordsOnlyYou, Tone: bot.Good,
			Controls: rows(primary("Group page", group), button("What organisers see", PathSees), button("My study page", PathStudy))}), nil
	case Declined:
		return show(i, &bot.Card{Title: "All right, you don't organise it", Body: bot.Textf("Nothing changes for you in the %s. Thank you for answering.", o.Group.Name), Footer: wordsOnlyYou,
			Controls: rows(primary("My study page", PathStudy))}), nil
	case TooMany:
		return bot.Response{}, problem(wordsTooMany, primary("My study page", PathStudy))
	}
	return bot.Response{}, problem(wordsOfferGone, primary("My study page", PathStudy))
}
