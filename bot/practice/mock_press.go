package practice

import (
	"context"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// whatMock is the mock exam among the kinds of quiz.
const whatMock = "mock exam"

// attachMocks registers everything on the cards of mock exams. What begins with
// mock/ begins one; what begins with sitting/ goes on with it, in place.
func (s *Service) attachMocks(groups *group.Service) {
	s.Bot.Action("mock/{group}", s.mockOffered)
	s.Bot.Action("mock/{group}/begin/{size}", s.mockBegin)
	s.Bot.Action("sitting/{session}", s.sitting(s.mockGoOn))
	s.Bot.Action("sitting/{session}/at/{place}", s.sitting(s.mockAt))
	s.Bot.Action("sitting/{session}/answer/{place}/{choice}", s.sitting(s.mockChosen))
	s.Bot.Action("sitting/{session}/form/{place}", s.sitting(s.mockForm))
	s.Bot.Action("sitting/{session}/sent/{place}", s.sitting(s.mockSent))
	s.Bot.Action("sitting/{session}/all", s.sitting(s.mockAll))
	s.Bot.Action("sitting/{session}/goto", s.sitting(s.mockAskNumber))
	s.Bot.Action("sitting/{session}/number", s.sitting(s.mockNumber))
	s.Bot.Action("sitting/{session}/pause", s.sitting(s.mockPause))
	s.Bot.Action("sitting/{session}/end", s.sitting(s.mockAskEnd))
	s.Bot.Action("sitting/{session}/end/yes", s.sitting(s.mockFinish))
	s.Bot.Action("sitting/{session}/missed/{n}", s.sitting(s.mockMissed))
	groups.ContributeStudy(s.mockPart)
}

// desk is a mock exam of the acting person with what its cards need.
type desk struct {
	Mock
	group group.Group
	track group.Track
	notes []bot.Text
}

// sitting reads the exam of a path, which must be the acting account's, and
// ends it first where its time is over.
func (s *Service) sitting(h func(context.Context, bot.Interaction, desk) (bot.Response, error)) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		m, ok, err := s.Store.Mock(ctx, i.Arg("session"), i.User)
		if err == nil && !ok {
			err = &bot.Error{Text: notYourMock}
		}
		if err != nil {
			return bot.Response{}, err
		}
		if at, runs := m.Deadline(); runs && !s.Now().Before(at) {
			if _, err := s.Store.FinishMock(ctx, m.ID, s.Now()); err != nil {
				return bot.Response{}, err
			}
			if m, _, err = s.Store.Mock(ctx, m.ID, i.User); err != nil {
				return bot.Response{}, err
			}
		}
		g, _, err := s.groups.Join(ctx, i, m.Group)
		if err != nil {
			return bot.Response{}, err
		}
		t, _, err := s.Store.Track(ctx, m.Track)
		if err != nil {
			return bot.Response{}, err
		}
		return h(ctx, i, desk{Mock: m, group: g, track: t})
	}
}

// sitAgain reads the exam anew after it was changed.
func (s *Service) sitAgain(ctx context.Context, i bot.Interaction, d desk) (desk, error) {
	m, _, err := s.Store.Mock(ctx, d.ID, i.User)
	d.Mock = m
	return d, err
}

// showAgain shows where an exam stands after it was changed.
func (s *Service) showAgain(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	d, err := s.sitAgain(ctx, i, d)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showMock(ctx, i, d)
}

// showMock shows where an exam stands: the question, the pause or the result.
func (s *Service) showMock(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	card, err := s.mockCard(ctx, d)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// mockOffered offers a mock exam, or shows the one that is open.
func (s *Service) mockOffered(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.offerMock(ctx, i, g, m, t)
}

func (s *Service) offerMock(ctx context.Context, i bot.Interaction, g group.Group, m group.Member, t group.Track) (bot.Response, error) {
	latest, ok, err := s.Store.LatestMock(ctx, t.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	if ok && !latest.Ended {
		return s.showMock(ctx, i, desk{Mock: latest, group: g, track: t, notes: []bot.Text{mockBack}})
	}
	extra, err := s.Store.ExtraTime(ctx, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	free, n, err := s.freeItems(ctx, t, m.ID, "")
	if err != nil {
		return bot.Response{}, err
	}
	pool, err := s.items(ctx, t)
	if err != nil {
		return bot.Response{}, err
	}
	card := greet(s.mockOfferCard(g, t, extra, free, n, len(pool.items)), m)
	if ok && len(card.Controls) > 1 {
		card.Controls[1] = append(bot.Row{bot.Button{Label: "Last result", Action: "sitting/" + latest.ID}}, card.Controls[1]...)
	}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// mockBegin begins an exam of a number of questions. If another device was
// faster, its exam is the one.
func (s *Service) mockBegin(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	extra, err := s.Store.ExtraTime(ctx, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	now, id := s.Now(), s.NewID()
	free, n, err := s.freeItems(ctx, t, m.ID, m.ID+" "+id)
	if err != nil {
		return bot.Response{}, err
	}
	asked, err := strconv.Atoi(i.Arg("size"))
	if err != nil || asked < 1 || asked > 1000 {
		return bot.Response{}, &bot.Error{Text: noSuchMock}
	}
	outline := s.outline(t)
	mock := Mock{Session: Session{ID: id, Group: t.Group, Track: t.ID, Member: m.ID, Asked: asked, StartedAt: now}}
	var items []SessionItem
	counts := map[string]int{}
	for k, e := range pickMock(free, outline, min(asked, n), id) {
		items = append(items, e.snapshot(t, id))
		mock.Questions = append(mock.Questions, SessionQuestion{Place: k + 1, Item: e.item.ID, Domain: e.item.Domain, ItemVersion: items[k].Version, Reason: Unseen})
		counts[e.item.Domain]++
	}
	if len(items) == 0 {
		return bot.InPlace(i, simple(bot.Textf(mockTitle, s.short(t)), mockNoneBody, studyRow())), nil
	}
	if limit, timed := extra.Of(mockTime(outline.Exam, len(items))); timed {
		mock.Limit = limit
	}
	if _, err := s.Store.StartMock(ctx, mock, items, now); err != nil {
		return bot.Response{}, err
	}
	s.Wake()
	open, ok, err := s.Store.LatestMock(ctx, t.ID, m.ID)
	if err != nil || !ok {
		return bot.Response{}, err
	}
	pool, err := s.items(ctx, t)
	if err != nil {
		return bot.Response{}, err
	}
	note := lengthWords(outline.Exam, len(pool.items)) + " " +
		bot.Textf(mockThisOne, len(open.Questions), weighting(counts, outline))
	return s.showMock(ctx, i, desk{Mock: open, group: g, track: t, notes: []bot.Text{note}})
}

// mockGoOn lets the clock of a paused exam run on; of one that has ended it shows
// how it went.
func (s *Service) mockGoOn(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if !d.Ended && !d.Running() {
		if err := s.Store.ResumeMock(ctx, d.ID, s.Now()); err != nil {
			return bot.Response{}, err
		}
		s.Wake()
		var err error
		if d, err = s.sitAgain(ctx, i, d); err != nil {
			return bot.Response{}, err
		}
		d.notes = []bot.Text{mockBack}
	}
	return s.showMock(ctx, i, d)
}

// mockAt goes to a question.
func (s *Service) mockAt(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	place, err := strconv.Atoi(i.Arg("place"))
	if _, ok := d.at(place); err != nil || !ok {
		return bot.Response{}, &bot.Error{Text: placeGoneWords}
	}
	return s.goTo(ctx, i, d, place)
}

func (s *Service) goTo(ctx context.Context, i bot.Interaction, d desk, place int) (bot.Response, error) {
	if d.Running() {
		if err := s.Store.MoveMock(ctx, d.ID, place); err != nil {
			return bot.Response{}, err
		}
		d.Place = place
	}
	return s.showMock(ctx, i, d)
}

// mockChosen records what was pressed or chosen.
func (s *Service) mockChosen(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	return s.mockAnswer(ctx, i, d, readChoice(i, placeGoneWords))
}

// mockSent records what was filled in.
func (s *Service) mockSent(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	return invalid(s.mockAnswer(ctx, i, d, readForm(i)))
}

// mockAnswer records an answer and goes on with the next question, or after the
// last one with the overview. It says nothing of the verdict.
func (s *Service) mockAnswer(ctx context.Context, i bot.Interaction, d desk, how reading) (bot.Response, error) {
	q, item, err := s.mockQuestionAt(ctx, i, d)
	if err != nil {
		return bot.Response{}, err
	}
	if !d.Running() || q.Held {
		return s.showMock(ctx, i, d)
	}
	a, err := s.read(i, item, q.ItemVersion, how)
	if err != nil {
		return bot.Response{}, err
	}
	status, err := s.Store.AnswerMock(ctx, d.ID, q.Place, a)
	if err != nil {
		return bot.Response{}, err
	}
	if d, err = s.sitAgain(ctx, i, d); err != nil {
		return bot.Response{}, err
	}
	if status != MockRecorded {
		return s.showMock(ctx, i, d)
	}
	d.notes = []bot.Text{bot.Textf(mockNoted, q.Place, givenAnswer(item, a))}
	if q.Place == len(d.Questions) {
		return s.mockAll(ctx, i, d)
	}
	return s.goTo(ctx, i, d, q.Place+1)
}

// mockQuestionAt is the question of a path.
func (s *Service) mockQuestionAt(ctx context.Context, i bot.Interaction, d desk) (SessionQuestion, quizzes.Item, error) {
	place, err := strconv.Atoi(i.Arg("place"))
	q, ok := d.at(place)
	if err != nil || !ok {
		return q, quizzes.Item{}, &bot.Error{Text: placeGoneWords}
	}
	item, err := s.version(ctx, q.ItemVersion)
	return q, item, err
}

// mockForm opens the form of a question.
func (s *Service) mockForm(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	q, item, err := s.mockQuestionAt(ctx, i, d)
	if err != nil {
		return bot.Response{}, err
	}
	if !d.Running() || q.Held {
		return s.showMock(ctx, i, d)
	}
	return form(item, "sitting/"+d.ID+"/sent/"+strconv.Itoa(q.Place)), nil
}

// mockAll shows what has an answer and what has none.
func (s *Service) mockAll(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if !d.Running() {
		return s.showMock(ctx, i, d)
	}
	return bot.InPlace(i, bot.Message{Card: s.mockOverviewCard(d)}), nil
}

// mockAskNumber asks for the number of a question.
func (s *Service) mockAskNumber(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if !d.Running() {
		return s.showMock(ctx, i, d)
	}
	return bot.Response{Form: &bot.Form{Title: "Go to a question", Submit: "Go", Action: "sitting/" + d.ID + "/number", Fields: []bot.Field{
		{Name: answerField, Label: "Number", Kind: bot.Number, Required: true, Help: bot.Textf(mockGoTo, len(d.Questions)).Plain()},
	}}}, nil
}

// mockNumber goes to the question of that number.
func (s *Service) mockNumber(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	place, err := strconv.Atoi(strings.TrimSpace(i.Values.Get(answerField)))
	if _, ok := d.at(place); err != nil || !ok {
		return bot.Response{Invalid: map[string]string{answerField: bot.Textf(mockNoNumber, len(d.Questions)).Plain()}}, nil
	}
	return s.goTo(ctx, i, d, place)
}

// mockPause stops the clock.
func (s *Service) mockPause(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if err := s.Store.PauseMock(ctx, d.ID, s.Now()); err != nil {
		return bot.Response{}, err
	}
	return s.showAgain(ctx, i, d)
}

// mockAskEnd asks before the exam ends.
func (s *Service) mockAskEnd(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if d.Ended {
		return s.showMock(ctx, i, d)
	}
	return bot.InPlace(i, bot.Message{Card: s.mockEndCard(d)}), nil
}

// mockFinish ends the exam and shows how it went.
func (s *Service) mockFinish(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	if _, err := s.Store.FinishMock(ctx, d.ID, s.Now()); err != nil {
		return bot.Response{}, err
	}
	return s.showAgain(ctx, i, d)
}

// mockMissed walks through what was not right.
func (s *Service) mockMissed(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
	missed := d.missed()
	if !d.Ended || len(missed) == 0 {
		d.notes = []bot.Text{mockAllRight}
		return s.showMock(ctx, i, d)
	}
	n, err := strconv.Atoi(i.Arg("n"))
	if err != nil || n < 1 || n > len(missed) {
		return bot.Response{}, &bot.Error{Text: placeGoneWords}
	}
	item, err := s.version(ctx, missed[n-1].ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	card := s.mockMissedCard(d, item, n, len(missed))
	return bot.InPlace(i, bot.Message{Card: card}), s.sign(ctx, d.Group, item, card)
}
