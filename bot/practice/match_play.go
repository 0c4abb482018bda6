package practice

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// playing is somebody's part in a running match.
type playing struct {
	match   Match
	group   group.Group
	member  group.Member
	track   group.Track
	session Session
}

func (p playing) path(place int) string {
	return fmt.Sprintf("play/%s/%s/%d", p.match.ID, p.session.Group, place)
}

// play finds, or begins, the acting person's part in the match of a path.
func (s *Service) play(ctx context.Context, i bot.Interaction) (p playing, err error) {
	m, ok, err := s.Store.Match(ctx, i.Arg("match"))
	if err != nil || !ok || i.Arg("group") != m.Host.Group && i.Arg("group") != m.Guest.Group {
		return p, cmp.Or[error](err, &bot.Error{Text: matchGoneWords})
	}
	p.match = m
	if p.group, p.member, err = s.groups.Join(ctx, i, i.Arg("group")); err != nil {
		return p, err
	}
	if p.session, ok, err = s.Store.PlayMatch(ctx, m.ID, p.group.ID, i.User, s.NewID(), s.Now()); err != nil || !ok {
		return p, cmp.Or[error](err, &bot.Error{Text: matchGoneWords})
	}
	p.track, _, err = s.Store.Track(ctx, p.session.Track)
	return p, err
}

// matchPlay shows the next question of a match.
func (s *Service) matchPlay(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.play(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	q, ok := p.session.next()
	if !ok {
		return bot.InPlace(i, bot.Message{Card: greet(s.matchDoneCard(p), p.member)}), nil
	}
	item, err := s.version(ctx, q.ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	path := p.path(q.Place)
	card := &bot.Card{
		Title:  bot.Textf(matchPlayTitle, q.Place, len(p.session.Questions), s.outline(p.track).Domain(q.Domain).Short),
		Body:   question(item),
		Image:  picture(item),
		Footer: matchPlayFooter,
		Controls: []bot.Row{
			privateChoices(item, path+"/answer", path+"/form"),
			studyRow(),
		},
	}
	return bot.InPlace(i, bot.Message{Card: greet(card, p.member)}), nil
}

// matchDoneCard is how a match went for one person, or what still keeps it open.
func (s *Service) matchDoneCard(p playing) *bot.Card {
	right, _, answered := p.session.counts()
	if answered < len(p.session.Questions) && !p.session.Ended {
		row := append(bot.Row{bot.Button{Label: "Play the match", Action: "play/" + p.match.ID + "/" + p.session.Group}}, studyRow()...)
		return simple(matchHeldTitle, matchHeldWords, row).Card
	}
	card := simple(bot.Textf(matchDoneTitle, right, answered), bot.Textf(matchDoneWords, bot.When(p.match.EndsAt.In(p.group.Location()))),
		append(bot.Row{bot.Button{Label: "Practise 5", Action: "quiz/" + p.session.Group + "/start"}}, studyRow()...)).Card
	card.Footer = onlyYouWords
	return card
}

// matchAt is the question of a path, in the acting person's match.
func (s *Service) matchAt(ctx context.Context, i bot.Interaction) (p playing, q SessionQuestion, item quizzes.Item, err error) {
	if p, err = s.play(ctx, i); err != nil {
		return p, q, item, err
	}
	place, err := strconv.Atoi(i.Arg("place"))
	q, ok := p.session.at(place)
	if err != nil || !ok {
		return p, q, item, &bot.Error{Text: matchPlaceWords}
	}
	item, err = s.version(ctx, q.ItemVersion)
	return p, q, item, err
}

// matchLetter grades what was pressed or chosen.
func (s *Service) matchLetter(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.matchAnswer(ctx, i, readChoice(i, matchPlaceWords))
}

// matchForm opens the form of a question that no single press answers.
func (s *Service) matchForm(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, q, item, err := s.matchAt(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case q.Answered || q.Held:
		return s.matchPlay(ctx, i)
	}
	return form(item, p.path(q.Place)+"/sent"), nil
}

// matchSent grades what was filled in.
func (s *Service) matchSent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return invalid(s.matchAnswer(ctx, i, readForm(i)))
}

// matchAnswer records an answer once and shows its result in the card's place.
func (s *Service) matchAnswer(ctx context.Context, i bot.Interaction, how reading) (bot.Response, error) {
	p, q, item, err := s.matchAt(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case q.Held:
		return s.matchPlay(ctx, i)
	}
	a, err := s.read(i, item, q.ItemVersion, how)
	if err != nil {
		return bot.Response{}, err
	}
	status, counted, err := s.Store.AnswerSession(ctx, p.session.ID, q.Place, a)
	if err != nil {
		return bot.Response{}, err
	}
	if status == SessionOver {
		return bot.Response{}, &bot.Error{Text: matchGoneWords}
	}
	result := graded{item: item, answer: counted}
	title, reason := result.words()
	lines := []bot.Text{reason, bot.Textf(sourceWords, item.Source.Title)}
	if status == SessionAlready {
		lines = append(lines, bot.Textf(practisedAtWhen, bot.When(counted.At.In(p.group.Location()))))
	}
	next := bot.Button{Label: "Next", Action: "play/" + p.match.ID + "/" + p.session.Group, Style: bot.Primary}
	card := &bot.Card{Title: title, Body: bot.Join("\n", lines...), Footer: onlyYouWords, Tone: result.tone(), Controls: []bot.Row{append(bot.Row{next, reportPlace("session", p.session.ID, q.Place)}, studyRow()...)}}
	return inPlace(i, bot.Whisper(bot.Message{Card: card})), nil
}

// matchStudy is what a member's study page says about a running match.
func (s *Service) matchStudy(ctx context.Context, g group.Group, me group.Member) ([]bot.Text, []bot.Button, error) {
	m, ok, err := s.Store.MatchOf(ctx, g.ID, s.Now())
	if err != nil || !ok || m.State != MatchRunning {
		return nil, nil, err
	}
	n, err := s.Store.MatchPlayed(ctx, m.ID, me.ID)
	if err != nil {
		return nil, nil, err
	}
	line := bot.Textf(matchStudyWords, shortName(m.other(g.ID).Name), n, m.Size, bot.When(m.EndsAt.In(g.Location())))
	if n >= m.Size {
		return []bot.Text{line}, nil, nil
	}
	return []bot.Text{line}, []bot.Button{{Label: "Play the match", Action: "play/" + m.ID + "/" + g.ID}}, nil
}

// matchRender shows the messages of a match: the question to the host, the card
// in a channel, and how it ended.
func (s *Service) matchRender(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	parts := strings.Split(d.Ref, "/")
	if len(parts) != 3 {
		return bot.Message{}, fmt.Errorf("message of a match %q: want three parts", d.Ref)
	}
	m, ok, err := s.Store.Match(ctx, parts[0])
	if err != nil || !ok {
		return bot.Message{}, cmp.Or(err, schedule.ErrTaken)
	}
	waits := d.State == schedule.Waiting
	switch what := parts[2]; {
	case what == "asked" && waits && m.State != MatchAsked, what == "play" && waits && m.State != MatchRunning:
		return bot.Message{}, schedule.ErrTaken
	case what == "asked":
		return matchAskMessage(m), nil
	case what == "play":
		g, err := s.Store.GroupOf(ctx, parts[1])
		if err != nil {
			return bot.Message{}, err
		}
		return matchCard(m, g), nil
	}
	return s.matchEndMessage(ctx, m, parts[1])
}

// matchAskMessage asks whoever made the code, and then says what came of it.
func matchAskMessage(m Match) bot.Message {
	msg := simple(bot.Textf(matchAskTitle, shortName(m.Guest.Name)), bot.Textf(matchAskWords, m.Host.Name), matchAskRow(m))
	switch m.State {
	case MatchAsked:
	case MatchDeclined:
		msg = matchDropMessage(m.Host.Group)
	default:
		msg = matchStartMessage(m)
	}
	msg.Text = msg.Card.Title
	return msg
}

// matchStartMessage tells the host that the match runs.
func matchStartMessage(m Match) bot.Message {
	return simple(bot.Textf(matchStartTitle, shortName(m.Guest.Name)), matchStartWords, bot.Row{
		bot.Button{Label: "Play the match", Action: "play/" + m.ID + "/" + m.Host.Group, Style: bot.Primary},
		bot.Button{Label: "The group", Action: group.PathGroup(m.Host.Group)}})
}

// matchDropMessage tells a group's organiser that there will be no match.
func matchDropMessage(groupID string) bot.Message {
	return simple(matchDropTitle, matchDropWords, bot.Row{
		bot.Button{Label: "Back", Action: "match/" + groupID}, bot.Button{Label: "The group", Action: group.PathGroup(groupID)}})
}

// matchCard is the card that leads to a match, for one group's channel.
func matchCard(m Match, g group.Group) bot.Message {
	other := m.other(g.ID)
	card := &bot.Card{Title: bot.Textf(matchCardTitle, bot.Clip(m.Host.Name, 26), bot.Clip(m.Guest.Name, 26)), Controls: []bot.Row{studyRow()}}
	switch m.State {
	case MatchRunning:
		card.Body = bot.Textf(matchCardWords, bot.When(m.EndsAt.In(g.Location())))
		card.Controls = []bot.Row{append(bot.Row{bot.Button{Label: "Play the match", Action: "play/" + m.ID + "/" + g.ID, Style: bot.Primary}}, studyRow()...)}
	case MatchCancelled:
		card.Body = matchCardOff
	default:
		card.Body = matchCardOver
	}
	return bot.Message{Text: bot.Textf(matchCardNotice, shortName(other.Name)), Card: card}
}

// matchEndMessage is how a match ended: each group's average where enough people
// of both played, else both together, else only thanks.
func (s *Service) matchEndMessage(ctx context.Context, m Match, groupID string) (bot.Message, error) {
	figures, err := s.Store.MatchFigures(ctx, m.ID)
	if err != nil {
		return bot.Message{}, err
	}
	lines, footer := matchLines(m, figures)
	card := &bot.Card{Title: matchEndTitle, Body: bot.Join("\n", lines...), Footer: footer, Controls: []bot.Row{
		append(bot.Row{bot.Button{Label: "Practise 5", Action: "quiz/" + groupID + "/start"}}, studyRow()...)}}
	return bot.Message{Text: bot.Textf(matchEndNotice, shortName(m.other(groupID).Name)), Card: card}, nil
}

// matchLines are the figures that may be shown, and what they are made of.
func matchLines(m Match, figures map[string]MatchFigures) (lines []bot.Text, footer bot.Text) {
	host, guest := figures[m.Host.Group], figures[m.Guest.Group]
	both := MatchFigures{host.People + guest.People, host.Right + guest.Right}
	switch {
	case host.People >= matchPeople && guest.People >= matchPeople:
		return []bot.Text{
			bot.Textf(matchSideWords, bot.Clip(m.Host.Name, 60), host.average(), m.Size, people(host.People)),
			bot.Textf(matchSideWords, bot.Clip(m.Guest.Name, 60), guest.average(), m.Size, people(guest.People)),
		}, matchEndFooter
	case both.People >= matchPeople:
		return []bot.Text{bot.Textf(matchBothWords, both.average(), m.Size, people(both.People))}, matchEndFooter
	}
	return []bot.Text{matchFewWords}, ""
}

// average is "7.4", how many questions were right for each person.
func (f MatchFigures) average() string {
	return fmt.Sprintf("%d.%d", (10*f.Right+f.People/2)/f.People/10, (10*f.Right+f.People/2)/f.People%10)
}
