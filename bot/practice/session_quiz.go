package practice

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// attachSessions registers /quiz and everything on its cards. What begins with
// quiz/ begins something; what begins with session/ goes on with it, in the
// place of the card that was pressed.
func (s *Service) attachSessions() {
	s.Bot.Command(quizCommand(), s.quizTyped)
	s.Bot.Suggest("topics", s.suggestTopics)
	s.Bot.Action("quiz/{group}/start", s.quizStart)
	s.Bot.Action("quiz/{group}/review", s.quizReview)
	s.Bot.Action("quiz/{group}/sofar", s.quizSoFar)
	s.Bot.Action("quiz/{group}/like/{round}", s.quizLike)
	s.Bot.Action("quiz/{group}/area/{area}", s.quizArea)
	s.Bot.Action("quiz/{group}/outline", s.quizOutline)
	s.Bot.Action("quiz/{group}/theme/{area}", s.quizTheme)
	s.Bot.Action("quiz/{group}/of/{track}/theme/{area}", s.quizTheme)
	s.Bot.Action("quiz/{group}/of/{track}", s.quizOf)
	s.Bot.Action("quiz/{group}/of/{track}/start", s.quizStart)
	s.Bot.Action("quiz/{group}/of/{track}/area/{area}", s.quizArea)
	s.Bot.Action("quiz/{group}/of/{track}/outline", s.quizOutline)
	s.Bot.Action("session/{session}/next", s.sessionNext)
	s.Bot.Action("session/{session}/stop", s.sessionStop)
	s.Bot.Action("session/{session}/more", s.sessionMore)
	s.Bot.Action("session/{session}/why", s.sessionWhy)
	s.Bot.Action("session/{session}/answer/{place}/{choice}", s.sessionAnswer)
	s.Bot.Action("session/{session}/form/{place}", s.sessionForm)
	s.Bot.Action("session/{session}/sent/{place}", s.sessionSent)
}

func quizCommand() bot.Command {
	return bot.Command{
		Name: "quiz", Help: "Five practice questions now, only for you", Private: true, Aliases: []string{"practice", "practise"},
		Fields: []bot.Field{
			{Name: "what", Label: "What", Kind: bot.OneOf, Help: "What kind of quiz", Options: []bot.Option{
				{Label: "practice", Value: string(Practising)}, {Label: "review", Value: string(Reviewing)},
				{Label: whatMock, Value: whatMock}, {Label: "live round", Value: "live round"},
			}},
			{Name: "topic", Label: "Topic", Kind: bot.Line, Help: "An area of the outline; nothing means all", Suggest: "topics", Max: 200},
			{Name: "count", Label: "Count", Kind: bot.OneOf, Help: "How many questions", Options: []bot.Option{
				{Label: "5", Value: "5"}, {Label: "10", Value: "10"}, {Label: "20", Value: "20"},
			}},
		},
	}
}

// wish is what somebody asked to practise.
type wish struct {
	kind   SessionKind // "" is [Practising]
	topic  string      // area; "" for all
	count  int
	exact  bool     // other than what is open: it was asked for
	chosen []picked // the questions, if they are known already
}

// quizTyped answers /quiz.
func (s *Service) quizTyped(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	t, others, err := s.lastUsed(ctx, g.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	typed := strings.TrimSpace(i.Values.Get("topic"))
	t, typed = s.named(t, others, typed)
	if isLive(i) {
		return s.liveTyped(ctx, i, t, typed)
	}
	if i.Values.Get("what") == whatMock {
		return s.offerMock(ctx, i, g, m, t)
	}
	w := wish{count: standard}
	if i.Values.Get("what") == string(Reviewing) {
		w = reviewWish("")
	}
	if n, err := strconv.Atoi(i.Values.Get("count")); err == nil {
		w.count, w.exact = n, true
	}
	if typed != "" {
		if typed, err = s.themeTopic(ctx, t, typed); err != nil {
			return bot.Response{}, err
		}
		if w.topic, err = s.topic(t, typed); err != nil {
			return bot.Response{}, cmp.Or(quizCommand().Nearly(typed), err)
		}
		w.exact = w.exact || w.topic != ""
	}
	return s.practise(ctx, i, g, m, t, w)
}

// quizStart begins, or goes on with, five of everything.
func (s *Service) quizStart(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.practise(ctx, i, g, m, t, wish{count: standard})
}

// quizLike begins five of the area of a question.
func (s *Service) quizLike(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	f, err := s.lookUp(ctx, i.Arg("round"))
	if err != nil {
		return bot.Response{}, err
	}
	if f.group == g.ID && f.track != t.ID {
		if own, ok, err := s.Store.Track(ctx, f.track); err != nil {
			return bot.Response{}, err
		} else if ok {
			t = own
		}
	}
	w := wish{count: standard}
	if f.group == g.ID && s.hasItems(t, f.item.Domain) {
		w.topic, w.exact = f.item.Domain, true
	}
	return s.practise(ctx, i, g, m, t, w)
}

// quizArea begins five of an area chosen from a menu.
func (s *Service) quizArea(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	for n, d := range s.outline(t).Domains {
		if areaNumber(n) == i.Arg("area") {
			r, err := s.practise(ctx, i, g, m, t, wish{topic: d.ID, count: standard, exact: true})
			return inPlace(i, r), err
		}
	}
	return inPlace(i, bot.Whisper(bot.Message{Card: s.outlineCard(t)})), nil
}

// quizOutline shows what the exam covers.
func (s *Service) quizOutline(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, _, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(bot.Message{Card: s.outlineCard(t)}), nil
}

// practising is the acting account as a member of the path's group, and what of
// all that it studies they practise: what the path names, or what they used last.
func (s *Service) practising(ctx context.Context, i bot.Interaction) (group.Group, group.Member, group.Track, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return group.Group{}, group.Member{}, group.Track{}, err
	}
	t, others, err := s.lastUsed(ctx, g.ID, m.ID)
	if id := i.Arg("track"); err == nil && id != "" && id != t.ID {
		n := slices.IndexFunc(others, func(o group.Track) bool { return o.ID == id })
		if n < 0 {
			return g, m, t, &bot.Error{Text: noPracticeHere}
		}
		t = others[n]
	}
	return g, m, t, err
}

// practise goes on with the member's open session or, where there is none or
// something else was asked for, begins one.
func (s *Service) practise(ctx context.Context, i bot.Interaction, g group.Group, m group.Member, t group.Track, w wish) (bot.Response, error) {
	var notes []bot.Text
	if m.New {
		notes = append(notes, group.Greeting(m))
	}
	if w.kind == "" {
		w.kind = Practising
	}
	open, ok, err := s.Store.OpenSession(ctx, t.ID, m.ID, w.kind)
	if err != nil {
		return bot.Response{}, err
	}
	_, _, answered := open.counts()
	_, left := open.next()
	switch {
	case ok && left && s.fits(t, open) && (!w.exact || w.topic == open.Topic && w.count == open.Asked):
		if answered > 0 {
			notes = append(notes, bot.Textf(resumedWords, answered, len(open.Questions)))
		}
		return s.ask(ctx, g, t, open, notes...)
	case ok:
		if _, err := s.Store.EndSession(ctx, open.ID, s.Now()); err != nil {
			return bot.Response{}, err
		}
		if answered > 0 && left {
			notes = append(notes, bot.Textf(replacedWords, answered, len(open.Questions)))
		}
	}
	return s.begin(ctx, g, m, t, w, notes...)
}

// begin chooses the questions of a new session and asks the first. If another
// device was faster, its session is the one.
func (s *Service) begin(ctx context.Context, g group.Group, m group.Member, t group.Track, w wish, notes ...bot.Text) (bot.Response, error) {
	now, id := s.Now(), s.NewID()
	chosen, none, err := s.chosen(ctx, g, m, t, w, id)
	if err != nil {
		return bot.Response{}, err
	}
	if len(chosen) == 0 {
		none.Footer = bot.Join("\n", append(notes, onlyYouWords)...)
		return bot.Whisper(bot.Message{Card: none}), nil
	}
	p := Session{ID: id, Kind: w.kind, Group: t.Group, Track: t.ID, Member: m.ID, Topic: w.topic, Asked: w.count, StartedAt: now}
	var items []SessionItem
	for n, c := range chosen {
		items = append(items, c.snapshot(t, id))
		p.Questions = append(p.Questions, SessionQuestion{Place: n + 1, Item: c.item.ID, Domain: c.item.Domain, ItemVersion: items[n].Version, Reason: c.reason})
	}
	started, err := s.Store.StartSession(ctx, p, items, now)
	if err != nil {
		return bot.Response{}, err
	}
	if !started {
		open, ok, err := s.Store.OpenSession(ctx, t.ID, m.ID, w.kind)
		if err != nil || !ok {
			return bot.Response{}, err
		}
		return s.ask(ctx, g, t, open, notes...)
	}
	s.Wake()
	switch {
	case w.kind == Reviewing && !w.exact: // as many as are due
	case len(chosen) < w.count && len(chosen) == 1:
		notes = append(notes, fewerOneWords)
	case len(chosen) < w.count:
		notes = append(notes, bot.Textf(fewerWords, len(chosen)))
	}
	return s.ask(ctx, g, t, p, notes...)
}

// chosen are the questions of a new session; without any, the card says why.
func (s *Service) chosen(ctx context.Context, g group.Group, m group.Member, t group.Track, w wish, id string) ([]picked, *bot.Card, error) {
	if w.kind == Reviewing {
		return s.chosenReview(ctx, g, m, t, w)
	}
	theme, err := s.Theme(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := s.pickWish(ctx, g, t, theme.Area, m.ID, m.ID+" "+id, w)
	return chosen, simple(noQuestionTitle, noQuestionWords, studyRow()).Card, err
}

// ask shows the question that is next, as a whisper; without one, how it went.
func (s *Service) ask(ctx context.Context, g group.Group, t group.Track, p Session, notes ...bot.Text) (bot.Response, error) {
	q, ok := p.next()
	if p.Ended || !ok {
		if _, err := s.Store.EndSession(ctx, p.ID, s.Now()); err != nil {
			return bot.Response{}, err
		}
		return s.summary(ctx, g, t, p)
	}
	if q.Reason == Missed {
		note, err := s.missedNote(ctx, p, q)
		if err != nil {
			return bot.Response{}, err
		}
		notes = append(notes, note)
	}
	item, err := s.version(ctx, q.ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	if t, err = s.narrow(ctx, t, p.Member); err != nil {
		return bot.Response{}, err
	}
	if !s.allows(t, item) { // a rule was chosen since this session began
		if _, err := s.Store.EndSession(ctx, p.ID, s.Now()); err != nil {
			return bot.Response{}, err
		}
		return s.summary(ctx, g, t, p)
	}
	others, err := s.otherButtons(ctx, t, p.Member)
	if err != nil {
		return bot.Response{}, err
	}
	card := s.askCard(t, p, q, item, notes...)
	if err := s.sign(ctx, g.ID, item, card); err != nil {
		return bot.Response{}, err
	}
	last := len(card.Controls) - 1
	card.Controls[last] = append(card.Controls[last], others[:min(len(others), bot.LimitRow-len(card.Controls[last]))]...)
	return bot.Whisper(bot.Message{Card: card}), nil
}

// version is the snapshot of an item, which never changes.
func (s *Service) version(ctx context.Context, id string) (quizzes.Item, error) {
	item, ok := s.versions.get(id)
	if !ok {
		var err error
		if item, err = s.Store.ItemVersion(ctx, id); err != nil {
			return item, err
		}
		s.versions.put(id, item)
	}
	return s.illustrated(ctx, item)
}

// idle ends a session that nobody went on with.
func (s *Service) idle(ctx context.Context, d schedule.Due) error {
	return s.Store.ExpireSession(ctx, d, s.Now())
}
