package practice

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// liveAt is the live round and the question of a path.
func (s *Service) liveAt(ctx context.Context, i bot.Interaction) (l Live, q LiveQuestion, err error) {
	l, ok, err := s.Store.Live(ctx, i.Arg("live"))
	if err != nil || !ok {
		return l, q, cmp.Or[error](err, &bot.Error{Text: liveUnknown})
	}
	place, err := strconv.Atoi(i.Arg("place"))
	if err != nil {
		return l, q, &bot.Error{Text: liveUnknown}
	}
	q, ok, err = s.Store.LiveQuestion(ctx, l.ID, place)
	if err == nil && (!ok || q.State == LiveWaiting) {
		err = &bot.Error{Text: liveUnknown}
	}
	return l, q, err
}

// liveSeat is liveAt with the acting account as a member of the round's group.
func (s *Service) liveSeat(ctx context.Context, i bot.Interaction) (l Live, q LiveQuestion, m group.Member, err error) {
	if l, q, err = s.liveAt(ctx, i); err == nil {
		_, m, err = s.groups.Join(ctx, i, l.Group)
	}
	return l, q, m, err
}

// liveLetter notes the option that was pressed.
func (s *Service) liveLetter(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.liveAnswer(ctx, i, readChoice(i, liveNoOptionWords))
}

// liveForm opens the form of a question that no single press answers.
func (s *Service) liveForm(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, q, m, err := s.liveSeat(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if q.State != LiveOpen || l.Ending != "" {
		return bot.Whisper(bot.Message{Card: greet(s.liveOverCard(l, q), m)}), nil
	}
	return form(q.Item, livePlacePath(l.ID, q.Place)+"/sent"), nil
}

// liveSent notes what was filled in.
func (s *Service) liveSent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return invalid(s.liveAnswer(ctx, i, readForm(i)))
}

// liveAnswer notes an answer in place of an earlier one, and says so in private.
// Whoever is not a member yet joins first.
func (s *Service) liveAnswer(ctx context.Context, i bot.Interaction, how reading) (bot.Response, error) {
	l, q, err := s.liveAt(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	a, err := s.read(i, q.Item, q.Version, how)
	if err != nil {
		return bot.Response{}, err
	}
	answer := LiveAnswer{Live: l.ID, Place: q.Place, Account: i.User, Answer: a}
	out, err := s.Store.AnswerLive(ctx, answer)
	var joined group.Member
	if err == nil && out.Status == LiveStranger {
		if _, joined, err = s.groups.Join(ctx, i, l.Group); err == nil {
			out, err = s.Store.AnswerLive(ctx, answer)
		}
	}
	if err != nil {
		return bot.Response{}, err
	}
	if out.Refresh {
		s.Wake()
	}
	if out.Status != LiveNoted {
		if l, q, err = s.liveAt(ctx, i); err != nil {
			return bot.Response{}, err
		}
		return bot.Whisper(bot.Message{Card: greet(s.liveOverCard(l, q), joined)}), nil
	}
	before, err := s.liveBeforeOf(ctx, l, q.Place, out.Member)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(bot.Message{Card: greet(liveNotedCard(l, q.Item, q.Place, a, before), joined)}), nil
}

// liveBeforeOf is the line about a member's answer to the question before.
func (s *Service) liveBeforeOf(ctx context.Context, l Live, place int, member string) (bot.Text, error) {
	if place < 2 {
		return "", nil
	}
	mine, err := s.Store.LiveMine(ctx, l.ID, member)
	if err != nil {
		return "", err
	}
	a, ok := mine[place-1]
	if !ok {
		return "", nil
	}
	q, ok, err := s.Store.LiveQuestion(ctx, l.ID, place-1)
	if err != nil || !ok {
		return "", err
	}
	return liveBefore(place-1, q.Item, a), nil
}

// liveOverCard answers a press that comes too late, or a moment too early.
func (s *Service) liveOverCard(l Live, q LiveQuestion) *bot.Card {
	mine := append(bot.Row{bot.Button{Label: "My answer", Action: livePlacePath(l.ID, q.Place) + "/mine"}}, studyRow()...)
	switch {
	case l.Ending != "":
		mine = append(bot.Row{bot.Button{Label: "My result", Action: "live/" + l.ID + "/result"}}, studyRow()...)
		return simple(liveEndedTitle, liveEndedWords, mine).Card
	case q.State == LiveAsked:
		return simple("", liveSoonWords, studyRow()).Card
	}
	return simple(liveOverTitle, liveOverWords, mine).Card
}

// liveMine shows a member's own answer: what was noted or, once the question is
// over, how it turned out.
func (s *Service) liveMine(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, q, m, err := s.liveSeat(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	mine, err := s.Store.LiveMine(ctx, l.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	a, answered := mine[q.Place]
	var card *bot.Card
	switch {
	case q.State != LiveClosed && answered:
		card = liveNotedCard(l, q.Item, q.Place, a, "")
	case q.State != LiveClosed:
		card = simple("", liveNotYetWords, studyRow()).Card
	default:
		if card, err = s.liveVerdict(ctx, l, q, a, answered, mine); err != nil {
			return bot.Response{}, err
		}
	}
	return bot.InPlace(i, bot.Message{Card: greet(card, m)}), nil
}

// liveVerdict is the private result of a question that is over.
func (s *Service) liveVerdict(ctx context.Context, l Live, q LiveQuestion, a Answer, answered bool, mine map[int]Answer) (*bot.Card, error) {
	row := append(bot.Row{bot.Button{Label: "My result", Action: "live/" + l.ID + "/result"}, reportPlace("live", l.ID, q.Place)}, studyRow()...)
	if !answered {
		m := simple(bot.Textf(liveLeftOutTitle, q.Place), explained(q.Item), row)
		m.Card.Footer = onlyYouWords
		return m.Card, nil
	}
	right, of, err := s.liveSum(ctx, l, mine)
	if err != nil {
		return nil, err
	}
	result := graded{item: q.Item, answer: a}
	title, reason := result.words()
	lines := []bot.Text{reason, bot.Textf(sourceWords, q.Item.Source.Title)}
	if a.Credit == Wrong && a.Verdict == Right {
		lines = append(lines, liveKnewWords)
	}
	return &bot.Card{Title: title, Body: bot.Join("\n", append(lines, bot.Textf(liveYourLine, right, of))...),
		Footer: onlyYouWords, Tone: result.tone(), Controls: []bot.Row{row}}, nil
}

// liveSum counts a member's right answers and all, of questions that are over.
func (s *Service) liveSum(ctx context.Context, l Live, mine map[int]Answer) (right, answered int, err error) {
	turn, err := s.Store.LiveTurn(ctx, l.ID)
	for _, q := range turn {
		a, ok := mine[q.Place]
		if !ok || q.State != LiveClosed {
			continue
		}
		answered++
		if a.Verdict == Right {
			right++
		}
	}
	return right, answered, err
}

// liveResult is how a member did in a live round, for them alone.
func (s *Service) liveResult(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, ok, err := s.Store.Live(ctx, i.Arg("live"))
	if err != nil || !ok {
		return bot.Response{}, cmp.Or[error](err, &bot.Error{Text: liveUnknown})
	}
	_, m, err := s.groups.Join(ctx, i, l.Group)
	if err != nil {
		return bot.Response{}, err
	}
	mine, err := s.Store.LiveMine(ctx, l.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	turn, err := s.Store.LiveTurn(ctx, l.ID)
	if err != nil {
		return bot.Response{}, err
	}
	practise := append(bot.Row{bot.Button{Label: "Practise 5", Action: "quiz/" + l.Group + "/start", Style: bot.Primary}}, studyRow()...)
	var p Session
	for _, q := range turn {
		if a, ok := mine[q.Place]; ok && q.State == LiveClosed {
			p.Questions = append(p.Questions, SessionQuestion{Place: q.Place, Domain: q.Item.Domain, Answered: true, Answer: a})
		}
	}
	right, _, answered := p.counts()
	if answered == 0 {
		return bot.InPlace(i, bot.Message{Card: greet(simple("", liveResultNone, practise).Card, m)}), nil
	}
	t, _, err := s.Store.Track(ctx, l.Track)
	if err != nil {
		return bot.Response{}, err
	}
	lines := s.areaLines(t, p)
	if right < answered {
		lines = append(lines, liveResultAgain)
	}
	card := simple(bot.Textf(liveResultTitle, right, answered), bot.Join("\n", lines...), practise)
	card.Card.Footer = onlyYouWords
	return bot.InPlace(i, card), nil
}

// liveHost finds out whether somebody may press a live round on: whoever started
// it and organisers at once, everybody else when nobody did for a while.
func (s *Service) liveHost(ctx context.Context, i bot.Interaction, l Live, q LiveQuestion) (refusal *bot.Card, err error) {
	g, m, err := s.groups.Join(ctx, i, l.Group)
	if err != nil {
		return nil, err
	}
	from := q.OpenedAt.Add(l.Per + liveWaits)
	if q.State == LiveClosed {
		from = q.ClosedAt.Add(liveWaits)
	}
	if m.ID == l.Host || l.Host == "" || m.Role == group.Organiser || !q.OpenedAt.IsZero() && !s.Now().Before(from) {
		return nil, nil
	}
	if q.OpenedAt.IsZero() {
		from = s.Now().Add(liveWaits)
	}
	when := from.Add(time.Minute - time.Nanosecond).Truncate(time.Minute) // as clocks show it
	return greet(simple(liveWaitTitle, bot.Textf(liveWaitWords, bot.When(when.In(g.Location()))), studyRow()).Card, m), nil
}

// liveToMove is the live round and the question of a path for whoever presses it
// on; refusal is what to tell them instead.
func (s *Service) liveToMove(ctx context.Context, i bot.Interaction) (l Live, q LiveQuestion, refusal *bot.Card, err error) {
	if l, q, err = s.liveAt(ctx, i); err != nil {
		return l, q, nil, err
	}
	refusal, err = s.liveHost(ctx, i, l, q)
	if l.Ending != "" {
		refusal = s.liveOverCard(l, q)
	}
	return l, q, refusal, err
}

// liveClose closes a question before its time.
func (s *Service) liveClose(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.livePressOn(ctx, i, func(l Live, q LiveQuestion) (bool, error) {
		return s.Store.CloseLive(ctx, l.ID, q.Place, nil, s.NewID(), s.Now())
	})
}

// liveNext goes on to the next question.
func (s *Service) liveNext(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.livePressOn(ctx, i, func(l Live, q LiveQuestion) (bool, error) {
		return s.Store.NextLive(ctx, l.ID, q.Place, nil, s.NewID(), s.Now())
	})
}

// livePressOn moves a live round on for whoever may. The channel shows it, so
// nothing is said; a press that came second changes nothing.
func (s *Service) livePressOn(ctx context.Context, i bot.Interaction, move func(Live, LiveQuestion) (bool, error)) (bot.Response, error) {
	l, q, refusal, err := s.liveToMove(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case refusal != nil:
		return bot.Whisper(bot.Message{Card: refusal}), nil
	}
	moved, err := move(l, q)
	if moved {
		s.Wake()
	}
	return bot.Response{}, err
}

// liveAskStop asks whether to end a live round for everybody.
func (s *Service) liveAskStop(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, _, refusal, err := s.liveToMove(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case refusal != nil:
		return bot.InPlace(i, bot.Message{Card: refusal}), nil
	}
	row := append(bot.Row{bot.Button{Label: "End it", Action: "live/" + l.ID + "/end", Style: bot.Danger}}, studyRow()...)
	return bot.InPlace(i, simple(liveStopTitle, bot.Textf(liveStopWords, l.Place, l.Size), row)), nil
}

// liveStop ends a live round.
func (s *Service) liveStop(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	l, ok, err := s.Store.Live(ctx, i.Arg("live"))
	if err != nil || !ok {
		return bot.Response{}, cmp.Or[error](err, &bot.Error{Text: liveUnknown})
	}
	q, ok, err := s.Store.LiveQuestion(ctx, l.ID, l.Place)
	if err != nil || !ok {
		return bot.Response{}, cmp.Or[error](err, &bot.Error{Text: liveUnknown})
	}
	refusal, err := s.liveHost(ctx, i, l, q)
	if err != nil {
		return bot.Response{}, err
	}
	if refusal != nil && l.Ending == "" {
		return bot.InPlace(i, bot.Message{Card: refusal}), nil
	}
	stopped, err := s.Store.StopLive(ctx, l.ID, s.NewID(), s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if !stopped {
		l.Ending = LiveStopped
		return bot.InPlace(i, bot.Message{Card: s.liveOverCard(l, q)}), nil
	}
	s.Wake()
	row := append(bot.Row{bot.Button{Label: "My result", Action: "live/" + l.ID + "/result"}}, studyRow()...)
	return bot.InPlace(i, simple(liveMovedTitle, liveMovedWords, row)), nil
}

// isLive reports whether /quiz was asked for a live round.
func isLive(i bot.Interaction) bool { return strings.EqualFold(i.Values.Get("what"), "live round") }
