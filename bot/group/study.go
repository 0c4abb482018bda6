package group

import (
	"cmp"
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

func studyCommand() bot.Command {
	return bot.Command{
		Name: "study", Help: "Your study page: today's question, catch-up, progress, settings", Private: true, Page: "My study page", Aliases: []string{"me"},
		Fields: []bot.Field{{Name: "open", Label: "Open", Kind: bot.OneOf, Help: "What to open", Options: []bot.Option{
			{Label: "today", Value: "today"}, {Label: OpenProgress, Value: OpenProgress}, {Label: "reminders", Value: "reminders"},
			{Label: "settings", Value: "settings"}, {Label: "my data", Value: openData}, {Label: "link", Value: openLink}, {Label: OpenSuggest, Value: OpenSuggest}, {Label: "help", Value: "help"},
		}}, codeField()},
	}
}

// OpenProgress is the word that opens a member's progress from /study; package
// practice answers it.
const OpenProgress = "progress"

// OpenSuggest is the word that opens the form to suggest a question; package
// suggest answers it.
const OpenSuggest = "suggest"

// StudyOpener opens a page of a member in a group.
type StudyOpener func(ctx context.Context, i bot.Interaction, g Group, m Member) (bot.Response, error)

// Opens sets what a word after /study opens.
func (s *Service) Opens(word string, open StudyOpener) { s.opens[word] = open }

func (s *Service) studyTyped(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	word := i.Values.Get("open")
	if word == "help" {
		return s.help(ctx, i)
	}
	if h := s.privacyTyped(i); h != nil {
		return h(ctx, i)
	}
	open, ok := s.opens[word]
	if !ok {
		return s.studyPressed(ctx, i)
	}
	g, m, err := s.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return open(ctx, i, g, m)
}

// studyPressed whispers the study page of the group that is meant.
func (s *Service) studyPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c, err := s.studyCard(ctx, i.User, g, m)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(message(c)), nil
}

// studyChosen whispers the study page of a chosen group and remembers the choice.
func (s *Service) studyChosen(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if i.Arg("group") == "choose" {
		all, err := s.memberships(ctx, i.User)
		if err != nil {
			return bot.Response{}, err
		}
		if len(all) == 0 {
			return bot.Response{}, &bot.Error{Text: wordsNoGroup, Card: beginCard(i.Direct)}
		}
		return show(i, chooseCard(all, "study/in/")), nil
	}
	m, ok, err := s.member(ctx, i, i.Arg("group"))
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	if err := s.c.Store.Prefer(ctx, i.User, m.Group.ID); err != nil {
		return bot.Response{}, err
	}
	c, err := s.studyCard(ctx, i.User, m.Group, m.Member)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, c), nil
}

// home is the person's own page where a platform keeps one: a card a group.
func (s *Service) home(ctx context.Context, user bot.UserID) ([]bot.Card, error) {
	all, err := s.memberships(ctx, user)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return []bot.Card{*beginCard(true)}, nil
	}
	var cards []bot.Card
	for _, m := range all[:min(len(all), 3)] {
		c, err := s.studyCard(ctx, user, m.Group, m.Member)
		if err != nil {
			return nil, err
		}
		cards = append(cards, *c)
	}
	return cards, nil
}

// StudyPart is what a feature adds to a member's study page.
type StudyPart struct {
	Waiting bot.Text     // what waits for the person, in a few words: "6 to review"; all stand in one line
	Lines   []bot.Text   // further lines
	Actions []bot.Button // of the first row: what to do now
	Pages   []bot.Button // of the second row: where else to look
	Spare   []bot.Button // where there is room left
	Exams   []string     // certifications whose exam the lines speak of, in place of the group's window
}

// StudySection gives a feature's part of a member's study page.
type StudySection func(ctx context.Context, g Group, m Member) (StudyPart, error)

// ContributeStudy adds a feature's part to the study page. Parts stand in the
// order in which they were added.
func (s *Service) ContributeStudy(section StudySection) { s.sections = append(s.sections, section) }

// studyCard is a member's study page in a group.
func (s *Service) studyCard(ctx context.Context, user bot.UserID, g Group, m Member) (*bot.Card, error) {
	d, ok, err := s.c.Store.Details(ctx, g.ID)
	if err != nil || !ok {
		return nil, notYours(err)
	}
	var all StudyPart
	var waiting []bot.Text
	for _, section := range append(slices.Clone(s.sections), s.wishPart) {
		part, err := section(ctx, g, m)
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, part.Waiting)
		all.Lines, all.Actions, all.Pages = append(all.Lines, part.Lines...), append(all.Actions, part.Actions...), append(all.Pages, part.Pages...)
		all.Spare = append(all.Spare, part.Spare...)
		all.Exams = append(all.Exams, part.Exams...)
	}
	body := []bot.Text{s.wordsStudying(d), wordsWaiting(bot.Join(" · ", waiting...))}
	if m.New {
		body = slices.Insert(body, 0, Greeting(m))
	}
	body = append(append(body, all.Lines...), s.wordsWindows(d, all.Exams), wordsState(g))
	asked, answers, err := s.asked(ctx, user, d, m)
	if err != nil {
		return nil, err
	}
	pages, err := s.studyPages(ctx, user, g, m, all.Pages)
	if err != nil {
		return nil, err
	}
	actions := controlsOf(all.Actions)
	actions = slices.Insert(actions, min(len(actions), max(0, bot.LimitRow-len(answers))), answers...)
	controls := layOut(actions, pages, controlsOf(all.Spare)...)
	return &bot.Card{Title: "Your study page", Body: lines(append(body, asked...)...), Footer: wordsOnlyYou, Controls: controls}, nil
}

// studyPages are the ways from the study page to other pages.
func (s *Service) studyPages(ctx context.Context, user bot.UserID, g Group, m Member, more []bot.Button) ([]bot.Control, error) {
	label := "The group"
	if m.Role == Organiser {
		label = "Group page"
	}
	pages := append(controlsOf(more), button("Settings", PathSettings(g.ID)), button("Help", PathHelp), button(label, PathGroup(g.ID)))
	all, err := s.c.Store.Memberships(ctx, user)
	if err == nil && len(all) > 1 {
		pages = append(pages, button("Another group", "study/in/choose"))
	}
	return pages, err
}

// layOut puts what to do now into the first row and where else to look into the
// second. What has no place in its row takes a free one in the other, and what is
// spare what is free then.
func layOut(actions, pages []bot.Control, spare ...bot.Control) []bot.Row {
	first, second := actions[:min(len(actions), bot.LimitRow)], pages[:min(len(pages), bot.LimitRow)]
	first = append(slices.Clone(first), pages[len(second):]...)
	second = append(slices.Clone(second), actions[min(len(actions), bot.LimitRow):]...)
	first = append(first, spare...)
	first, second = first[:min(len(first), bot.LimitRow)], second[:min(len(second), bot.LimitRow)]
	oneStandsOut(first, second)
	if len(first) == 0 {
		return []bot.Row{second}
	}
	return []bot.Row{first, second}
}

// oneStandsOut leaves only the first of the buttons that stand out as it is.
func oneStandsOut(rows ...[]bot.Control) {
	found := false
	for _, row := range rows {
		for n, c := range row {
			if b, ok := c.(bot.Button); ok && b.Style == bot.Primary {
				if found {
					b.Style = bot.Plain
				}
				found, row[n] = true, b
			}
		}
	}
}

func controlsOf(buttons []bot.Button) []bot.Control {
	all := make([]bot.Control, len(buttons))
	for n, b := range buttons {
		all[n] = b
	}
	return all
}

// wordsWaiting is the line about what waits for the person.
func wordsWaiting(waiting bot.Text) bot.Text {
	if waiting == "" {
		return "Nothing is waiting for you."
	}
	return waiting
}

// asked is what waits for the person's yes or no: offers to organise, somebody
// who would take over, a group without anybody who can be reached.
func (s *Service) asked(ctx context.Context, user bot.UserID, d Details, m Member) (body []bot.Text, controls []bot.Control, err error) {
	offers, err := s.c.Store.OffersTo(ctx, m.ID, s.c.Now())
	if err != nil {
		return nil, nil, err
	}
	for _, o := range offers {
		if o.Group.ID == d.Group.ID && len(body) == 0 {
			body, controls = append(body, wordsOffer(o, m.Role == Organiser)), append(controls, offerButtons(o)...)
		}
	}
	if m.Role == Organiser || !deserted(d) {
		return body, controls, nil
	}
	o, ok, err := s.c.Store.Takeover(ctx, d.Group.ID)
	if err != nil {
		return nil, nil, err
	}
	path := PathGroup(d.Group.ID)
	if ok {
		label := "Object"
		if o.To == m.ID {
			label = "Withdraw"
		}
		body, controls = append(body, wordsTakeoverOffer(o, m)), append(controls, button(label, path+"/object/"+o.ID))
	}
	if s.administers(ctx, d, user) {
		body, controls = append(body, wordsDeserted), append(controls, button("Take over", path+"/takeover"))
	}
	return body, controls, nil
}

// beginCard tells somebody without a group how to begin.
func beginCard(direct bool) *bot.Card {
	c := &bot.Card{Title: "No group here yet", Body: wordsBegin}
	if direct {
		c.Title, c.Body = "You're in no group yet", wordsBeginDirect
		c.Controls = rows(button("How it works", PathHelp))
		return c
	}
	c.Controls = rows(primary("Set up", "setup"), button("Join with a code", "join"), button("How it works", PathHelp))
	return c
}

// chooseCard asks which of several groups is meant.
func chooseCard(all []Membership, path string) *bot.Card {
	c := &bot.Card{Title: "Which group?", Body: wordsWhichGroup}
	if len(all) <= 4 {
		var controls []bot.Control
		for _, m := range all {
			controls = append(controls, button(bot.Clip(m.Group.Name, bot.LimitLabel), path+m.Group.ID))
		}
		c.Controls = rows(controls...)
		return c
	}
	menu := bot.Menu{Placeholder: "Choose a group", Action: path[:len(path)-1]}
	for _, m := range all[:min(len(all), bot.LimitOptions)] {
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(m.Group.Name, bot.LimitOptionLabel), Value: m.Group.ID})
	}
	c.Controls = []bot.Row{{menu}}
	return c
}

// renderWelcome is the first post in a group's channel.
func (s *Service) renderWelcome(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	g, ok, err := s.c.Store.Details(ctx, d.Ref)
	if err != nil || !ok {
		return bot.Message{}, cmp.Or(err, schedule.ErrTaken)
	}
	cc, _ := s.c.Catalogue.Find(g.First().Certification)
	return message(&bot.Card{
		Title: bot.Textf("Welcome to the %s", g.Group.Name), Body: wordsWelcome(g, cc),
		Controls: rows(button("Try a sample", PathSample(g.First().Certification)), button("How it works", PathHelp), button("My study page", PathStudy)),
	}), nil
}

// wordsWindow is the study page's line about the exam: "Exam: May 2027 window, in
// 22 weeks". There is none without a window, or after it.
func wordsWindow(t Track, today time.Time) bot.Text {
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok || w.Until(today) == "" {
		return ""
	}
	if opens := w.Opens(today); opens != "" {
		return bot.Textf("Exam: %s window, %s", w.Name(), opens)
	}
	return bot.Textf("Exam: %s window, open until %s", w.Name(), w.To.Format("Mon 2 Jan"))
}
