package exam

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

const (
	// NewsFor is for how long good news are worth posting.
	NewsFor = 24 * time.Hour
	// mostWords is how long a person's own line may be.
	mostWords = 200
	// mostNamed is how many people one post names.
	mostNamed = 8
)

// News is what members tell a group on one local day: one post.
type News struct {
	ID, Group string
	Day       string // 2006-01-02
	At        time.Time
	People    []Newsmaker // in the order in which they told it
	Count     int         // people who congratulated
}

// Newsmaker is a member who tells that they passed.
type Newsmaker struct {
	Member, Name  string // as boards have it; "" for somebody whose name is hidden
	Exam          string
	Certification string
	Outline, Part string
	Words         string // their own line; "" for none
	Mentor        bool
	Muted         []string // channels of the group in which nothing about it is posted
}

// Telling is a pass that a member tells a group.
type Telling struct {
	Exam, Member, Group string
	Day                 string // the group's, 2006-01-02
	News                string // an identifier for the day's post if it is the first
	Keys                func() string
}

// TellOutcome says what became of a [Telling].
type TellOutcome int

// The outcomes.
const (
	Told       TellOutcome = iota
	ToldBefore             // it's in the channel
	NoChannel              // there is none to post in
	TellGone               // not a pass or a group of theirs
)

// ToldNews is a pass that was told to a group.
type ToldNews struct {
	Exam, Certification, Group, GroupName string
	At                                    time.Time
	Count                                 int // people who congratulated
}

// NewsStore is what good news need of the database.
type NewsStore interface {
	// DraftNews keeps the words with which a member would tell a group about a pass.
	// It reports false if pass or group are not theirs, or it was told already.
	DraftNews(ctx context.Context, exam, member, group, words string) (bool, error)
	// Draft are the words with which a group would be told; "" for none so far.
	Draft(ctx context.Context, exam, group string) (string, error)
	// TellNews posts what was drafted: in the group's post of that day if there is
	// one, which is edited then, else in a new one.
	TellNews(ctx context.Context, t Telling, now time.Time) (TellOutcome, error)
	// News is a group's good news of a day.
	News(ctx context.Context, id string) (n News, ok bool, err error)
	// NewsWith is a group's good news of a day as they would be with a drafted pass.
	NewsWith(ctx context.Context, t Telling) (n News, ok bool, err error)
	// ToldOf are the passes that a member told, newest first.
	ToldOf(ctx context.Context, member string) ([]ToldNews, error)
	// Congratulate keeps that a member congratulates everybody named. It returns
	// whether that is news to any of them; nobody congratulates themselves.
	Congratulate(ctx context.Context, news, member string, now time.Time) (fresh bool, err error)
	// StayMentor makes a member a mentor of a group, and has what they told there
	// lately say so.
	StayMentor(ctx context.Context, group, member string, now time.Time) (bool, error)
}

func (s *Service) registerNews() {
	b := s.c.Bot
	b.Action("pass/{exam}/tell", s.tell)
	b.Action("pass/{exam}/tell/{group}", s.askWords)
	b.Action("pass/{exam}/tell/{group}/words", s.setWords)
	b.Action("pass/{exam}/tell/{group}/post", s.postNews)
	b.Action("pass/{exam}/stay/{group}", s.stay)
	b.Action("pass/{exam}/rest", s.rest)
	b.Action("news/{news}/well", s.congratulate)
}

// Kinds is what the engine needs to know of exams.
func (s *Service) Kinds() []schedule.Kind {
	return []schedule.Kind{{Name: group.KindNews, Render: s.renderNews}, {Name: group.KindSitting, Render: s.renderAsking}}
}

// tell asks which group to tell, of several.
func (s *Service) tell(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	e, err := s.ownPass(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	told, err := s.toldGroups(ctx, e)
	if err != nil {
		return bot.Response{}, err
	}
	var options []bot.Option
	for _, g := range self.Groups {
		if told[g.ID].Exam == "" {
			options = append(options, bot.Option{Label: bot.Clip(g.Name, bot.LimitOptionLabel), Value: g.ID})
		}
	}
	switch len(options) {
	case 0:
		return show(i, &bot.Card{Body: wordsAllTold, Footer: wordsOnlyYou, Controls: []bot.Row{row(
			button(labelCredentials, pathCredentials), button(labelStudy, group.PathStudy))}}), nil
	case 1:
		return s.wordsForm(ctx, e, options[0].Value)
	}
	return show(i, &bot.Card{Title: "Which group?", Body: wordsWhichGroup, Footer: wordsOnlyYou, Controls: []bot.Row{
		{bot.Menu{Placeholder: "Choose a group", Action: "pass/" + e.ID + "/tell", Options: options[:min(len(options), bot.LimitOptions)]}},
		row(button("Keep it private", "pass/"+e.ID+"/keep"), button(labelStudy, group.PathStudy))}}), nil
}

// toldGroups are the groups that know of a pass.
func (s *Service) toldGroups(ctx context.Context, e Exam) (map[string]ToldNews, error) {
	all, err := s.c.Store.ToldOf(ctx, e.Member)
	told := map[string]ToldNews{}
	for _, t := range all {
		if t.Exam == e.ID {
			told[t.Group] = t
		}
	}
	return told, err
}

// toldGroup is the pass and the group of a path, both of who acts.
func (s *Service) toldGroup(ctx context.Context, i bot.Interaction) (Exam, group.Group, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return e, group.Group{}, err
	}
	if e, err = s.ownPass(ctx, i); err != nil {
		return e, group.Group{}, err
	}
	g, ok := self.Group(i.Arg("group"))
	if !ok {
		err = problem(wordsNotYourGroup, button("Tell the group", "pass/"+e.ID+"/tell"), button(labelStudy, group.PathStudy))
	}
	return e, g, err
}

func (s *Service) askWords(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, g, err := s.toldGroup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.wordsForm(ctx, e, g.ID)
}

// wordsForm asks for a person's own line, with what they wrote before.
func (s *Service) wordsForm(ctx context.Context, e Exam, groupID string) (bot.Response, error) {
	field := bot.Field{Name: "words", Label: "Your own line", Kind: bot.Paragraph, Max: mostWords,
		Help: "If you like. Please nothing of what was on the exam."}
	draft, err := s.c.Store.Draft(ctx, e.ID, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	if draft != "" {
		field.Initial = []string{draft}
	}
	return bot.Response{Form: &bot.Form{Title: "Tell the group", Submit: "Preview", Action: "pass/" + e.ID + "/tell/" + groupID + "/words",
		Intro: wordsTellIntro, Fields: []bot.Field{field}}}, nil
}

// setWords keeps the line and shows what the post would say.
func (s *Service) setWords(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, g, err := s.toldGroup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	words := strings.Join(strings.Fields(string(bot.Typed(i.Values.Get("words")))), " ")
	if len([]rune(words)) > mostWords {
		return bot.Response{Invalid: map[string]string{"words": wordsTooLong}}, nil
	}
	ok, err := s.c.Store.DraftNews(ctx, e.ID, e.Member, g.ID, words)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return s.showTold(ctx, i, e, g)
	}
	n, ok, err := s.c.Store.NewsWith(ctx, s.telling(e, g))
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, unknownExam()
	}
	card := s.newsCard(n)
	path := "pass/" + e.ID + "/tell/" + g.ID
	card.Controls = []bot.Row{row(bot.Button{Label: "Post", Action: path + "/post", Style: bot.Primary}, button("Change my line", path), button("Keep it private", "pass/"+e.ID+"/keep"))}
	card.Footer = wordsPreview(g.Name, hiddenIn(n, e.ID))
	return show(i, card), nil
}

// hiddenIn reports whether news name nobody for an exam.
func hiddenIn(n News, examID string) bool {
	for _, p := range n.People {
		if p.Exam == examID {
			return p.Name == ""
		}
	}
	return false
}

func (s *Service) telling(e Exam, g group.Group) Telling {
	return Telling{Exam: e.ID, Member: e.Member, Group: g.ID, Day: day(s.c.Now(), g.Zone).Format(time.DateOnly), News: s.c.NewID(), Keys: s.c.NewID}
}

// postNews tells the group.
func (s *Service) postNews(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, g, err := s.toldGroup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	outcome, err := s.c.Store.TellNews(ctx, s.telling(e, g), s.c.Now())
	switch {
	case err != nil:
		return bot.Response{}, err
	case outcome == NoChannel:
		return bot.Response{}, problem(wordsNoChannel(g.Name), button("Keep it private", "pass/"+e.ID+"/keep"), button(labelStudy, group.PathStudy))
	case outcome == TellGone:
		return bot.Response{}, problem(wordsWriteFirst, button("Tell the group", "pass/"+e.ID+"/tell"), button(labelStudy, group.PathStudy))
	}
	s.c.Wake()
	return s.showTold(ctx, i, e, g)
}

// showTold says that it's in the channel, and asks what comes next.
func (s *Service) showTold(ctx context.Context, i bot.Interaction, e Exam, g group.Group) (bot.Response, error) {
	told, err := s.toldGroups(ctx, e)
	if err != nil {
		return bot.Response{}, err
	}
	card := &bot.Card{Title: wordsTold(g.Name), Body: lines(wordsCongratulated(told[g.ID].Count), wordsWhatNow), Footer: wordsOnlyYou}
	card.Controls = []bot.Row{row(button("Stay as a mentor", "pass/"+e.ID+"/stay/"+g.ID), button("Rest", "pass/"+e.ID+"/rest"))}
	if s.c.Next != "" {
		card.Controls[0] = append(card.Controls[0], button("Which one next?", s.c.Next))
	}
	card.Controls[0] = append(card.Controls[0], row(button(labelCredentials, pathCredentials), button(labelStudy, group.PathStudy))...)
	return show(i, card), nil
}

// stay makes somebody who passed a mentor.
func (s *Service) stay(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, g, err := s.toldGroup(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if ok, err := s.c.Store.StayMentor(ctx, g.ID, e.Member, s.c.Now()); err != nil || !ok {
		return bot.Response{}, cmp.Or(err, unknownExam())
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: wordsMentorTitle(g.Name), Body: wordsMentor, Footer: wordsOnlyYou, Controls: []bot.Row{row(
		button("Settings", group.PathSettings(g.ID)), button(labelStudy, group.PathStudy))}}), nil
}

func (s *Service) rest(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if _, err := s.ownPass(ctx, i); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsRestNow, Footer: wordsOnlyYou, Controls: []bot.Row{row(
		button(labelCredentials, pathCredentials), button("Reminders", group.PathReminders), button(labelStudy, group.PathStudy))}}), nil
}

// renderNews is a group's good news of a day as they are now, in a channel where
// what they are about is posted.
func (s *Service) renderNews(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	n, ok, err := s.c.Store.News(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	n.People = slices.DeleteFunc(n.People, func(p Newsmaker) bool { return slices.Contains(p.Muted, d.Target) })
	if !ok || len(n.People) == 0 {
		return bot.Message{}, schedule.ErrTaken // everybody in it is no more: what is posted stays as it is
	}
	card := s.newsCard(n)
	return bot.Message{Text: bot.Typed(bot.Clip(card.Title.Plain(), bot.LimitNotice)), Card: card}, nil
}

// congratulate passes congratulations on.
func (s *Service) congratulate(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	n, ok, err := s.c.Store.News(ctx, i.Arg("news"))
	if err != nil {
		return bot.Response{}, err
	}
	if !ok || len(n.People) == 0 {
		return bot.Response{}, problem(wordsNewsGone, button(labelStudy, group.PathStudy))
	}
	_, m, err := s.c.Groups.Join(ctx, i, n.Group)
	if err != nil {
		return bot.Response{}, err
	}
	fresh, err := s.c.Store.Congratulate(ctx, n.ID, m.ID, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	body := wordsPassedOn(n.People, m.ID, fresh)
	if m.New {
		body = lines(group.Greeting(m), body)
	}
	return bot.Whisper(message(&bot.Card{Body: body, Footer: wordsOnlyYou, Controls: []bot.Row{row(button(labelStudy, group.PathStudy))}})), nil
}
