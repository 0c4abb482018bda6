package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// The kinds of due things and deliveries of discussions.
const (
	// KindDiscuss opens the threads of a closed question, in a group that always
	// has them; its subject is the round. As a delivery it is a thread's first line.
	KindDiscuss = "discuss"
	// kindMentors is the line in a thread that asks the mentors.
	kindMentors = "mentors"
)

// discussFor is how long a line in a thread is worth posting.
const discussFor = 24 * time.Hour

// Post is a question's post in a channel, and the thread under it.
type Post struct {
	Message bot.MessageID
	Thread  bot.ChannelID // "" while there is none
}

// DiscussStore is what discussions and mentors need of the database.
type DiscussStore interface {
	// Discussing is when a group's closed questions get threads, and how many
	// mentors it has.
	Discussing(ctx context.Context, groupID string) (when group.Discuss, mentors int, err error)
	// Posts are a round's posts in the group's channels; the one in a channel
	// comes first.
	Posts(ctx context.Context, roundID string, first bot.ChannelID) ([]Post, error)
	// KeepThread records the thread under a post and owes its first line, unless
	// it is on record.
	KeepThread(ctx context.Context, roundID string, p Post, line schedule.Delivery) error
	// AskMentors owes the line that asks the mentors in a thread. It reports false
	// if they were asked there before.
	AskMentors(ctx context.Context, roundID string, p Post, line schedule.Delivery, now time.Time) (bool, error)
	// EndDiscuss takes the due thing that opens threads.
	EndDiscuss(ctx context.Context, d schedule.Due, now time.Time) error
	// Mentoring reports whether a member is a mentor.
	Mentoring(ctx context.Context, groupID, memberID string) (bool, error)
	// SetMentor makes a member a mentor, who takes no place on boards, or not.
	SetMentor(ctx context.Context, groupID, memberID string, mentor bool) error
	MentorStore
}

// attachDiscussions registers discussions and mentors.
func (s *Service) attachDiscussions() {
	s.Bot.Action("discuss/{round}", s.discuss)
	s.Bot.Action("discuss/{round}/mentors", s.askMentors)
	s.Bot.Action("mentor/{group}/{as}", s.setMentor)
	s.groups.ContributeSetting(s.mentorSetting)
}

// discussKinds is what the engine needs to know of them.
func (s *Service) discussKinds() []schedule.Kind {
	return []schedule.Kind{
		{Name: KindDiscuss, Fire: s.openThreads, Render: s.renderThread},
		{Name: kindMentors, Render: s.renderMentors},
	}
}

// withDiscuss adds the button to a closed question's card, unless the group
// wants no discussions.
func (s *Service) withDiscuss(ctx context.Context, r Round, m bot.Message) (bot.Message, error) {
	when, _, err := s.Store.Discussing(ctx, r.Group)
	if err != nil || when == group.NeverDiscuss || len(m.Card.Controls) == 0 || len(m.Card.Controls[0]) >= bot.LimitRow {
		return m, err
	}
	row := m.Card.Controls[0]
	at := max(0, len(row)-3) // before the person's own answer
	row = append(row[:at:at], append(bot.Row{bot.Button{Label: "Discuss", Action: "discuss/" + r.ID}}, row[at:]...)...)
	m.Card.Controls[0] = row
	return m, nil
}

// mentorButtons ask a mentor about a closed question, in a group that has any.
func (s *Service) mentorButtons(ctx context.Context, groupID, roundID string) (bot.Row, error) {
	when, mentors, err := s.Store.Discussing(ctx, groupID)
	if err != nil || when == group.NeverDiscuss || mentors == 0 {
		return nil, err
	}
	return bot.Row{bot.Button{Label: "Ask a mentor", Action: "discuss/" + roundID + "/mentors"}}, nil
}

// discuss opens the thread of a closed question, or tells where it is.
func (s *Service) discuss(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, m, p, err := s.closedThread(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	words := bot.Textf(threadWords, r.Number)
	if p.Thread == "" {
		words = bot.Textf(noThreadWords, r.Number)
	}
	row, err := s.mentorButtons(ctx, r.Group, r.ID)
	if err != nil {
		return bot.Response{}, err
	}
	card := greet(simple("", words, append(row, studyRow()...)).Card, m)
	card.Footer = onlyYouWords
	return bot.Whisper(bot.Message{Card: card}), nil
}

// closedThread is the closed round of a press, who presses, and the thread to talk
// about it.
func (s *Service) closedThread(ctx context.Context, i bot.Interaction) (r Round, m group.Member, p Post, err error) {
	if r, m, err = s.closed(ctx, i); err == nil {
		p, err = s.thread(ctx, r, i.Channel)
	}
	return r, m, p, err
}

// thread is the post of a closed question nearest to a channel, with its thread,
// which is opened if need be. Where there can be none, Thread stays "".
func (s *Service) thread(ctx context.Context, r Round, near bot.ChannelID) (Post, error) {
	when, _, err := s.Store.Discussing(ctx, r.Group)
	if err != nil {
		return Post{}, err
	}
	if when == group.NeverDiscuss {
		return Post{}, &bot.Error{Text: neverDiscussWords, Card: &bot.Card{Body: neverDiscussWords, Controls: []bot.Row{studyRow()}}}
	}
	posts, err := s.Store.Posts(ctx, r.ID, near)
	if err != nil || len(posts) == 0 {
		return Post{}, err
	}
	return s.open(ctx, r, posts[0])
}

// open opens the thread under a post, unless there is one. Platforms open it
// once, so two at once are one.
func (s *Service) open(ctx context.Context, r Round, p Post) (Post, error) {
	if p.Thread != "" {
		return p, nil
	}
	plan, err := s.Store.RoundPlan(ctx, r.ID)
	if err != nil {
		return p, err
	}
	title := bot.Textf(threadTitleWords, s.short(plan.Track), r.Number)
	thread, ok, err := s.Bot.Thread(ctx, p.Message, title.Plain())
	if err != nil {
		// The platform's reason, such as a missing permission, is for the operator;
		// people can go on in the channel.
		s.Log.Warn("thread not opened", "group", r.Group, "round", r.ID, "err", err)
		return p, nil
	}
	if !ok {
		return p, nil
	}
	p.Thread = thread
	defer s.Wake()
	return p, s.Store.KeepThread(ctx, r.ID, p, s.threadLine(KindDiscuss, r, p))
}

// threadLine is a line owed to a thread.
func (s *Service) threadLine(kind string, r Round, p Post) schedule.Delivery {
	now := s.Now()
	return schedule.Delivery{Key: s.NewID(), Kind: kind, Ref: r.ID, Group: r.Group, Target: string(p.Thread),
		Rank: schedule.RankOther, At: now, Until: now.Add(discussFor)}
}

// askMentors asks in a question's thread for a mentor. Nobody learns who asked.
func (s *Service) askMentors(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, m, p, err := s.closedThread(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	words := bot.Textf(noThreadMentorWords, r.Number)
	if p.Thread != "" {
		first, err := s.Store.AskMentors(ctx, r.ID, p, s.threadLine(kindMentors, r, p), s.Now())
		if err != nil {
			return bot.Response{}, err
		}
		s.Wake()
		words = mentorsAskedWords
		if !first {
			words = mentorsAskedBefore
		}
	}
	card := greet(simple("", words, studyRow()).Card, m)
	card.Footer = onlyYouWords
	return bot.Whisper(bot.Message{Card: card}), nil
}

// openThreads opens the threads of a question that has closed.
func (s *Service) openThreads(ctx context.Context, d schedule.Due) error {
	r, ok, err := s.Store.Round(ctx, d.Subject)
	if err != nil {
		return err
	}
	if ok && r.State == Closed {
		posts, err := s.Store.Posts(ctx, r.ID, "")
		if err != nil {
			return err
		}
		for _, p := range posts {
			if _, err := s.open(ctx, r, p); err != nil {
				return err
			}
		}
	}
	return s.Store.EndDiscuss(ctx, d, s.Now())
}

// renderThread is the first line of a thread.
func (s *Service) renderThread(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	r, ok, err := s.Store.Round(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok {
		return bot.Message{}, schedule.ErrTaken
	}
	row, err := s.mentorButtons(ctx, r.Group, r.ID)
	if err != nil {
		return bot.Message{}, err
	}
	if others, ok := othersButton(r.Item, r.ID); ok {
		row = append(row, others...)
	}
	row = append(row, bot.Button{Label: "My answer", Action: "mine/" + r.ID})
	text := bot.Textf(threadFirstWords, shortAnswer(r.Item))
	return bot.Message{Text: text, Card: &bot.Card{Body: text, Controls: []bot.Row{row}}}, nil
}

// renderMentors is the line that asks the mentors.
func (s *Service) renderMentors(_ context.Context, d schedule.Delivery) (bot.Message, error) {
	return bot.Message{Text: mentorsLineWords, Card: &bot.Card{Body: mentorsLineWords,
		Controls: []bot.Row{{bot.Button{Label: "My answer", Action: "mine/" + d.Ref}}}}}, nil
}

// mentorSetting is a person's own choice to stay as a mentor.
func (s *Service) mentorSetting(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	mentor, err := s.Store.Mentoring(ctx, g.ID, m.ID)
	if err != nil {
		return nil, nil, err
	}
	if mentor {
		tell, err := s.tellMentor(ctx, m.ID)
		return []bot.Text{mentorWords}, append(tell, bot.Button{Label: "Stop being a mentor", Action: "mentor/" + g.ID + "/off"}), err
	}
	return nil, []bot.Button{{Label: "I passed; be a mentor", Action: "mentor/" + g.ID + "/on"}}, nil
}

// setMentor keeps that choice.
func (s *Service) setMentor(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	on := i.Arg("as") == "on"
	if err := s.Store.SetMentor(ctx, g.ID, m.ID, on); err != nil {
		return bot.Response{}, err
	}
	words, row := bot.Text(notMentorWords), bot.Row{}
	if on {
		words = mentorWords
		tell, err := s.tellMentor(ctx, m.ID)
		if err != nil {
			return bot.Response{}, err
		}
		for _, b := range tell {
			row = append(row, b)
		}
	}
	card := simple("", words, append(row, bot.Button{Label: "Settings", Action: group.PathSettings(g.ID)}, bot.Button{Label: "My study page", Action: group.PathStudy})).Card
	card.Footer = onlyYouWords
	return inPlace(i, bot.Whisper(bot.Message{Card: card})), nil
}

// What people read about discussions and mentors.
const (
	threadTitleWords    = "%s question %d"
	threadFirstWords    = "The answer is %s. What helped you see it, and what spoke for another one?"
	threadWords         = "The discussion of question %d is in the thread under it."
	noThreadWords       = "There is no thread here. Write in the channel and begin with “Question %d”, so that everybody knows which one."
	noThreadMentorWords = "There is no thread here. Write in the channel and begin with “Question %d, for a mentor”."
	neverDiscussWords   = bot.Text("This group has no discussions under its questions. Nothing was changed. Its organisers can switch them on.")
	mentorsAskedWords   = bot.Text("Asked, in the thread under the question. Nobody is told who asked.")
	mentorsAskedBefore  = bot.Text("The mentors were asked already, in the thread under the question. Nothing was posted twice.")
	mentorsLineWords    = bot.Text("Somebody would like a mentor to explain this one. Mentors: what makes it clear?")
	mentorWords         = bot.Text("You're a mentor: you answer and explain, and take no place on boards.")
	notMentorWords      = bot.Text("Done. You take places on boards again.")
)
