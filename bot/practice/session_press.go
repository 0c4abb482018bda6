package practice

import (
	"context"
	"strconv"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// mySession is the session of a path, which must be the acting member's, with
// its group and what it is about.
func (s *Service) mySession(ctx context.Context, i bot.Interaction) (p Session, g group.Group, t group.Track, err error) {
	p, ok, err := s.Store.Session(ctx, i.Arg("session"), i.User)
	if err != nil {
		return p, g, t, err
	}
	if !ok {
		return p, g, t, &bot.Error{Text: notYourPractice}
	}
	if g, _, err = s.groups.Join(ctx, i, p.Group); err != nil {
		return p, g, t, err
	}
	t, ok, err = s.Store.Track(ctx, p.Track)
	if err == nil && !ok {
		err = &bot.Error{Text: notYourPractice}
	}
	return p, g, t, err
}

// sessionNext shows the next question, or how it went, in the card's place.
func (s *Service) sessionNext(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, g, t, err := s.mySession(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	r, err := s.ask(ctx, g, t, p)
	return inPlace(i, r), err
}

// sessionStop ends the session and shows how it went.
func (s *Service) sessionStop(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, g, t, err := s.mySession(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if _, err := s.Store.EndSession(ctx, p.ID, s.Now()); err != nil {
		return bot.Response{}, err
	}
	r, err := s.summary(ctx, g, t, p)
	return inPlace(i, r), err
}

// sessionMore begins five more on the same topic.
func (s *Service) sessionMore(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, g, t, err := s.mySession(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	_, m, err := s.groups.Join(ctx, i, g.ID)
	if err != nil {
		return bot.Response{}, err
	}
	w := wish{topic: p.Topic, count: standard}
	if p.Kind == Reviewing {
		w = reviewWish(p.Topic)
	}
	if p.Topic == soFarTopic {
		if w, err = s.soFarWish(ctx, g, t, m.ID); err != nil {
			return bot.Response{}, err
		}
	}
	r, err := s.practise(ctx, i, g, m, t, w)
	return inPlace(i, r), err
}

// sessionWhy whispers why these questions were chosen; the question stays.
func (s *Service) sessionWhy(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, g, t, err := s.mySession(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if p.Kind == Reviewing {
		return s.whyReview(ctx, t, p)
	}
	near, err := s.near(ctx, g, t, p.Member)
	if err != nil {
		return bot.Response{}, err
	}
	recent, err := s.Store.Recent(ctx, p.Group, p.Member, looksBack)
	if err != nil {
		return bot.Response{}, err
	}
	known, err := s.known(ctx, t)
	if err != nil {
		return bot.Response{}, err
	}
	card := s.whyTheseCard(t, p, figuresOf(recent, known), near)
	line, err := s.whyTheme(ctx, t, p)
	if err != nil {
		return bot.Response{}, err
	}
	if line != "" {
		card.Body = line + "\n" + card.Body
	}
	return bot.Whisper(bot.Message{Card: card}), nil
}

// sessionAnswer grades what was pressed or chosen.
func (s *Service) sessionAnswer(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.answerSession(ctx, i, readChoice(i, placeGoneWords))
}

// sessionSent grades what was filled in.
func (s *Service) sessionSent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return invalid(s.answerSession(ctx, i, readForm(i)))
}

// sessionForm opens the form of a question, or goes on where it is not the
// next any more.
func (s *Service) sessionForm(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, g, t, q, err := s.sessionQuestion(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	item, err := s.version(ctx, q.ItemVersion)
	switch {
	case err != nil:
		return bot.Response{}, err
	case q.Answered:
		return s.answeredAt(ctx, i, g, t, p, q, item, q.Answer, true)
	case p.Ended || q.Held:
		r, err := s.ask(ctx, g, t, p)
		return inPlace(i, r), err
	}
	return form(item, "session/"+p.ID+"/sent/"+i.Arg("place")), nil
}

// sessionQuestion is the question at the place that a path names.
func (s *Service) sessionQuestion(ctx context.Context, i bot.Interaction) (p Session, g group.Group, t group.Track, q SessionQuestion, err error) {
	if p, g, t, err = s.mySession(ctx, i); err != nil {
		return p, g, t, q, err
	}
	place, err := strconv.Atoi(i.Arg("place"))
	q, ok := p.at(place)
	if err != nil || !ok {
		return p, g, t, q, &bot.Error{Text: placeGoneWords}
	}
	return p, g, t, q, nil
}

// answerSession records an answer once and shows its result in the card's
// place. Whoever answers a question a second time, on another device perhaps,
// sees what was answered the first time.
func (s *Service) answerSession(ctx context.Context, i bot.Interaction, how reading) (bot.Response, error) {
	p, g, t, q, err := s.sessionQuestion(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	item, err := s.version(ctx, q.ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	if q.Held || p.Ended && !q.Answered {
		r, err := s.ask(ctx, g, t, p)
		return inPlace(i, r), err
	}
	a, err := s.read(i, item, q.ItemVersion, how)
	if err != nil {
		return bot.Response{}, err
	}
	status, counts, err := s.Store.AnswerSession(ctx, p.ID, q.Place, a)
	if err != nil {
		return bot.Response{}, err
	}
	p, _, err = s.Store.Session(ctx, p.ID, i.User)
	if err != nil {
		return bot.Response{}, err
	}
	if status == SessionOver {
		r, err := s.ask(ctx, g, t, p)
		return inPlace(i, r), err
	}
	return s.answeredAt(ctx, i, g, t, p, q, item, counts, status == SessionAlready)
}

// answeredAt shows the result of an answer in the card's place, and when the
// question comes back.
func (s *Service) answeredAt(ctx context.Context, i bot.Interaction, g group.Group, t group.Track, p Session, q SessionQuestion, item quizzes.Item, a Answer, earlier bool) (bot.Response, error) {
	back, err := s.backLines(ctx, g, p, item.ID, a)
	if err != nil {
		return bot.Response{}, err
	}
	rule, choice, err := s.ruleNote(ctx, i.User, t.Certification, p.Track)
	if err != nil {
		return bot.Response{}, err
	}
	checked, err := s.checkedLine(ctx, g.ID, q.ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	_, more := p.next()
	card := s.answeredCard(g, p, q.Place, item, a, p.Ended || !more, earlier, append(back, checked, rule)...)
	if err := s.sign(ctx, g.ID, item, card); err != nil {
		return bot.Response{}, err
	}
	card.Controls = ruleRow(card.Controls, choice)
	return inPlace(i, bot.Whisper(bot.Message{Card: card})), nil
}
