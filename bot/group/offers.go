package group

import (
	"cmp"
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// AnswerMessage tells who made an offer, through an account, what became of it.
func AnswerMessage(o Offer, key string, to bot.UserID, now time.Time) schedule.Delivery {
	return schedule.Delivery{Key: key, Kind: kindAnswer, Ref: o.ID, Group: o.Group.ID, Target: string(to), Person: true,
		Rank: schedule.RankOther, At: now, Until: now.Add(offerFor)}
}

// renderOffer is the private message of an offer.
func (s *Service) renderOffer(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	o, ok, err := s.c.Store.Offer(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok || !o.Open || !s.c.Now().Before(o.EndsAt) {
		return bot.Message{}, schedule.ErrTaken
	}
	g, ok, err := s.c.Store.Details(ctx, o.Group.ID)
	if err != nil || !ok {
		return bot.Message{}, cmp.Or(err, schedule.ErrTaken)
	}
	already := slices.ContainsFunc(g.Organisers, func(p Person) bool { return p.Member == o.To })
	return message(&bot.Card{Body: wordsOffer(o, already), Controls: rows(offerButtons(o)...)}), nil
}

// organises reports whether an account is one of an organiser's.
func organises(d Details, account bot.UserID) bool {
	return slices.ContainsFunc(d.Organisers, func(p Person) bool {
		return slices.ContainsFunc(p.Accounts, func(a Account) bool { return a.ID == account })
	})
}

func offerButtons(o Offer) []bot.Control {
	return []bot.Control{primary("Accept", "offer/"+o.ID+"/accept"), button("No, thanks", "offer/"+o.ID+"/decline")}
}

// renderAnswer is the private message about what became of an offer.
func (s *Service) renderAnswer(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	o, ok, err := s.c.Store.Offer(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok || o.Open {
		return bot.Message{}, schedule.ErrTaken
	}
	path := PathGroup(o.Group.ID)
	switch {
	case !o.Accepted:
		return message(&bot.Card{Body: wordsDeclined(o), Controls: rows(primary("People", path+"/people"), button("Group page", path))}), nil
	case o.Kind == OfferHandover:
		return message(&bot.Card{Body: wordsHandedOver(o), Tone: bot.Good, Controls: rows(primary("My study page", PathStudy), button("The group", path))}), nil
	}
	return message(&bot.Card{Body: wordsJoinedIn(o), Tone: bot.Good, Controls: rows(primary("Group page", path), button("People", path+"/people"))}), nil
}

func wordsDeclined(o Offer) bot.Text {
	return bot.Textf("%s would rather not organise the %s. Nothing has changed; you can ask somebody else.", o.ToName, o.Group.Name)
}

func wordsHandedOver(o Offer) bot.Text {
	return bot.Textf("%s accepted and organises the %s now. You're a member; your answers and points are as they were.", o.ToName, o.Group.Name)
}

func wordsJoinedIn(o Offer) bot.Text {
	return bot.Textf("%s accepted and organises the %s with you now.", o.ToName, o.Group.Name)
}

// wordsOffer is the question to the person an offer is made to, who may be an
// organiser already.
func wordsOffer(o Offer, already bool) bot.Text {
	t := bot.Textf("%s asks you to organise the %s. You'd see group totals and keep the schedule.", o.FromName, o.Group.Name)
	switch {
	case o.Kind != OfferHandover:
		return t
	case already:
		t = bot.Textf("%s wants to hand over to you what they do for the %s, which you organise already.", o.FromName, o.Group.Name)
	}
	return t + bot.Textf(" %s would be a member then.", o.FromName)
}

// wordsAsked tells who makes an offer what happens now.
func wordsAsked(name string, kind OfferKind, already bool) bot.Text {
	switch {
	case kind == OfferHandover && already:
		return bot.Textf("%s organises this group already. I've asked them, privately; when they accept, you become a member. The offer also stands on their study page.", name)
	case kind == OfferHandover:
		return bot.Textf("I've asked %s, privately. Until they accept you stay the organiser. The offer also stands on their study page.", name)
	}
	return bot.Textf("I've asked %s, privately. The offer also stands on their study page.", name)
}

func wordsAccepted(o Offer) bot.Text {
	t := bot.Text("You see group totals, what failed, and the schedule; never anybody's answers.")
	if o.Kind == OfferHandover {
		return t + bot.Textf(" %s is a member now.", o.FromName)
	}
	return t
}

// offersShown is how many offers a page lists.
const offersShown = 6

// wordsOffers is what became of offers, a line each.
func wordsOffers(offers []Offer) bot.Text {
	var all []bot.Text
	for n, o := range offers {
		if n == offersShown {
			all = append(all, bot.Textf("And %s.", bot.Count(len(offers)-n, "older offer", "older offers")))
			break
		}
		day := func(t time.Time) string { return t.In(o.Group.Location()).Format("Mon 2 Jan") }
		switch {
		case o.Open && o.Kind == OfferHandover:
			all = append(all, bot.Textf("%s: %s asked %s to take over from them. No answer yet.", day(o.CreatedAt), o.FromName, o.ToName))
		case o.Open:
			all = append(all, bot.Textf("%s: %s asked %s to organise it too. No answer yet.", day(o.CreatedAt), o.FromName, o.ToName))
		case o.Kind == OfferHandover:
			all = append(all, bot.Textf("%s: %s handed over to %s", day(o.EndsAt), o.FromName, bot.Stop(o.ToName)))
		case o.Kind == OfferTakeover:
			all = append(all, bot.Textf("%s: %s took over.", day(o.EndsAt), o.ToName))
		default:
			all = append(all, bot.Textf("%s: %s became an organiser, asked by %s", day(o.EndsAt), o.ToName, bot.Stop(o.FromName)))
		}
	}
	return lines(all...)
}
