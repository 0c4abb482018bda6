package group

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
)

// PathLink is the page on which people link their accounts.
const PathLink = "link"

const (
	// codeFor is how long a code can be typed, and then both sides can confirm.
	codeFor = 10 * time.Minute
	// codeTries is how many codes an account can type in an hour, and how often
	// one code can be typed.
	codeTries  = 5
	codeWindow = time.Hour
)

// hashCode is a code as the store keeps it, however it was typed.
func hashCode(typed string) string {
	code, _ := ParseCode(typed) // what is none is the hash of nothing, which no code has
	return code.Proof()
}

// linkPressed shows the person's accounts and the two ways to begin.
func (s *Service) linkPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.linkPage(ctx, i, wordsLink)
}

func (s *Service) linkPage(ctx context.Context, i bot.Interaction, first bot.Text) (bot.Response, error) {
	h, ok, err := s.c.Store.Holdings(ctx, i.User)
	if err != nil {
		return bot.Response{}, err
	}
	var controls []bot.Control
	if ok {
		controls = append(controls, primary("Get a code", PathLink+"/new"))
	}
	controls = append(controls, button("Type a code", PathLink+"/type"))
	for _, a := range h.Accounts {
		if a.ID != i.User && len(controls) < 6 {
			controls = append(controls, button(bot.Clip("Unlink "+accountName(a), bot.LimitLabel), PathLink+"/off/"+string(a.ID)))
		}
	}
	controls = append(controls, button("My study page", PathStudy))
	return show(i, &bot.Card{Title: "Link an account", Body: paragraphs(first, wordsAccounts(h, i.User)), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

// linkTyped answers "/study link", with a code or without one.
func (s *Service) linkTyped(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	code := i.Values.Get(fieldCode)
	if code == "" {
		return s.linkPressed(ctx, i)
	}
	r, words, err := s.typeCode(ctx, i, code)
	if err == nil && words != "" {
		err = problem(words, primary("Link an account", PathLink))
	}
	return r, err
}

// newLink shows a fresh code.
func (s *Service) newLink(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if _, err := s.holdings(ctx, i); err != nil {
		return bot.Response{}, err
	}
	id, code, now := s.c.NewID(), s.c.NewInvite(), s.c.Now()
	err := s.c.Store.MakeCode(ctx, LinkCode{ID: id, Hash: code.Proof(), Account: i.User, Name: s.nameOf(ctx, i), Now: now, Expires: now.Add(codeFor)})
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("Your code: %s", code.String()), Body: wordsCode(code.String()), Footer: wordsOnlyYou, Controls: rows(
		primary("I've typed it", PathLink+"/at/"+id), button("Get another code", PathLink+"/new"), button("My study page", PathStudy))}), nil
}

// askCode opens the form for a code.
func (s *Service) askCode(context.Context, bot.Interaction) (bot.Response, error) {
	return bot.Response{Form: &bot.Form{Title: "Link an account", Submit: "Go on", Action: PathLink + "/typed", Intro: wordsTypeCode,
		Fields: []bot.Field{{Name: fieldCode, Label: "The code", Kind: bot.Line, Required: true, Placeholder: "K7QMA-4ZTN9", Max: 40}}}}, nil
}

func (s *Service) sentCode(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, words, err := s.typeCode(ctx, i, i.Values.Get(fieldCode))
	if err == nil && words != "" {
		return bot.Response{Invalid: map[string]string{fieldCode: words.Plain()}}, nil
	}
	return r, err
}

// typeCode looks a typed code up; words say what is wrong with it.
func (s *Service) typeCode(ctx context.Context, i bot.Interaction, code string) (r bot.Response, words bot.Text, err error) {
	now := s.c.Now()
	l, outcome, err := s.c.Store.TypeCode(ctx, TypedCode{Hash: hashCode(code), Account: i.User, Space: i.Space, Name: s.nameOf(ctx, i),
		Now: now, Expires: now.Add(codeFor), Tries: codeTries, Window: codeWindow})
	if err != nil {
		return r, "", err
	}
	switch outcome {
	case LinkTyped:
		return show(i, confirmCard(l, i.User)), "", nil
	case OwnCode:
		return r, wordsOwnCode, nil
	case AlreadyLinked:
		return r, wordsAlreadyLinked, nil
	case CodeTaken:
		return r, wordsCodeTaken, nil
	case TooManyTries:
		return r, wordsTooManyCodes, nil
	}
	return r, wordsNoSuchCode, nil
}

// linkUnderWay shows how far a link is, to either side.
func (s *Service) linkUnderWay(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, ok, err := s.c.Store.LinkOf(ctx, i.Arg("id"), i.User, s.c.Now())
	switch {
	case err != nil:
		return bot.Response{}, err
	case !ok:
		return s.linkPage(ctx, i, wordsLinkOver)
	case l.To == "":
		return show(i, &bot.Card{Title: "Nobody has typed your code yet", Body: wordsNotTyped, Footer: wordsOnlyYou, Controls: rows(
			primary("Look again", PathLink+"/at/"+l.ID), button("Get another code", PathLink+"/new"), button("My study page", PathStudy))}), nil
	case i.User == l.From && l.FromYes || i.User == l.To && l.ToYes:
		return show(i, waitCard(l, i.User)), nil
	}
	return show(i, confirmCard(l, i.User)), nil
}

// confirmCard asks one side, with both names.
func confirmCard(l Link, user bot.UserID) *bot.Card {
	return &bot.Card{Title: "Link these two accounts?", Body: wordsConfirmLink(l, user), Footer: wordsOnlyYou, Controls: rows(
		primary("Confirm", PathLink+"/at/"+l.ID+"/yes"), button("Don't link", PathLink+"/at/"+l.ID+"/no"))}
}

func waitCard(l Link, user bot.UserID) *bot.Card {
	other, name := l.Other(user)
	return &bot.Card{Title: "Confirm on the other side, too", Body: wordsLinkWaits(accountName(OwnAccount{other, name})), Footer: wordsOnlyYou, Controls: rows(
		primary("Look again", PathLink+"/at/"+l.ID), button("Don't link", PathLink+"/at/"+l.ID+"/no"))}
}

// confirmLink is one side's yes; the second makes both one.
func (s *Service) confirmLink(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, outcome, err := s.c.Store.ConfirmLink(ctx, LinkConfirmation{ID: i.Arg("id"), Account: i.User, Neutral: wordsSomebody, Records: s.records, Now: s.c.Now()})
	switch {
	case err != nil:
		return bot.Response{}, err
	case outcome == LinkWaits:
		return show(i, waitCard(l, i.User)), nil
	case outcome == Linked, outcome == AlreadyLinked:
		s.c.Wake()
		return show(i, &bot.Card{Title: "Your accounts are linked", Body: wordsLinked, Footer: wordsOnlyYou, Tone: bot.Good,
			Controls: rows(primary("My study page", PathStudy), button("My accounts", PathLink))}), nil
	}
	return s.linkPage(ctx, i, wordsLinkOver)
}

func (s *Service) dropLink(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if err := s.c.Store.DropLink(ctx, i.Arg("id"), i.User); err != nil {
		return bot.Response{}, err
	}
	return s.linkPage(ctx, i, wordsNotLinked)
}

// askUnlink says what unlinking does, and asks.
func (s *Service) askUnlink(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	h, err := s.holdings(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	n := slices.IndexFunc(h.Accounts, func(a OwnAccount) bool { return string(a.ID) == i.Arg("account") && a.ID != i.User })
	if n < 0 {
		return s.linkPage(ctx, i, wordsNotLinkedNow)
	}
	return show(i, &bot.Card{Title: "Unlink this account?", Body: wordsAskUnlink(accountName(h.Accounts[n])), Footer: wordsOnlyYou, Controls: rows(
		bot.Button{Label: "Unlink", Action: PathLink + "/away/" + string(h.Accounts[n].ID), Style: bot.Danger}, button("Keep it linked", PathLink))}), nil
}

func (s *Service) unlink(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	ok, err := s.c.Store.Unlink(ctx, i.User, bot.UserID(i.Arg("account")))
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return s.linkPage(ctx, i, wordsNotLinkedNow)
	}
	return s.linkPage(ctx, i, wordsUnlinked)
}
