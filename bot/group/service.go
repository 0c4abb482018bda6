package group

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

// Config is what a [Service] needs.
type Config struct {
	Store     Store
	Bot       *bot.Bot
	Catalogue cert.Catalogue
	Offers    func(certification string) bool // whether there are questions for it; nil: for all
	// Counts tells how many questions there are for a certification, and how many of
	// them are computed; nil: nobody knows.
	Counts    func(certification string) (computed, all int)
	Questions Questions        // may be given later, by [Service.Ask]
	Now       func() time.Time // domain time
	NewID     func() string
	NewInvite func() Code // a code for another space or account; nil: by chance
	Wake      func()      // lets the engine look at what has become due
	// Patience is how long a platform may take to say whether an account still
	// exists; zero: three seconds.
	Patience time.Duration
}

// Service answers everything people do with groups.
type Service struct {
	log      *slog.Logger
	c        Config
	sections []StudySection
	opens    map[string]StudyOpener // from /study, by word
	settings []Section
	notes    []NoteKind
	hushes   []Hush
	decided  decided
	pages    []PageSection
	fronts   []func(ctx context.Context, g Group) ([]bot.Text, error)
	queues   []QueueSection
	words    map[string]Word // of /group
	records  []Records
}

// Section adds lines and buttons of a feature to a member's study page.
type Section func(ctx context.Context, g Group, m Member) (lines []bot.Text, buttons []bot.Button, err error)

// New makes a service; then [Service.Register] it and give its
// [Service.Kinds] to the engine.
func New(log *slog.Logger, c Config) *Service {
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.NewInvite == nil {
		c.NewInvite = NewCode
	}
	if c.Patience == 0 {
		c.Patience = 3 * time.Second
	}
	s := &Service{log: log, c: c, opens: map[string]StudyOpener{}}
	s.Opens("settings", s.showSettings)
	s.ContributePage(forOrganisers("Pictures", "/pictures"))
	return s
}

// Ask sets who knows the questions, for a feature that is made after groups.
func (s *Service) Ask(q Questions) { s.c.Questions = q }

// Contribute adds lines and buttons to the study page; see [Service.ContributeStudy],
// which says more about where they stand.
func (s *Service) Contribute(section Section) {
	s.ContributeStudy(func(ctx context.Context, g Group, m Member) (StudyPart, error) {
		lines, buttons, err := section(ctx, g, m)
		return StudyPart{Lines: lines, Actions: buttons}, err
	})
}

// Register makes the bot answer to everything about groups.
func (s *Service) Register() {
	b := s.c.Bot
	b.Command(studyCommand(), s.studyTyped)
	b.Command(groupCommand(), s.groupTyped)
	b.Suggest("zones", s.suggestZones)
	b.Home(s.home)
	b.OnUnknown(s.unknown)
	b.OnNotice(s.placeChanged)

	b.Action(PathStudy, s.studyPressed)
	b.Action("study/in/{group}", s.studyChosen)
	b.Action(pathOwnSettings, s.ownSettings)
	b.Action(PathSettings("{group}"), s.settingsPressed)
	b.Action(PathSettings("{group}")+"/{from}", s.settingsPressed)
	b.Action(PathHelp, s.help)
	s.registerPrivacy()
	b.Action(PathSees, s.whatOrganisersSee)

	b.Action("setup", s.openSetup)
	b.Action("setup/new", s.sentSetup)
	b.Action("setup/{id}", s.sentSetup)
	b.Action("setup/{id}/change", s.changeSetup)
	b.Action("setup/{id}/zone/{zone...}", s.chooseZone)
	b.Action("setup/{id}/preview", s.previewAgain)
	b.Action("setup/{id}/start", s.start)

	b.Action("offer/{offer}/{answer}", s.answerOffer)
	s.registerWishes()

	of := func(path string, h groupHandler) {
		b.Action("group/{group}"+path, func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
			return h(ctx, i, i.Arg("group"))
		})
	}
	of("", s.page)
	of("/pictures", s.pictures)
	of("/pictures/{pictures}", s.setPictures)
	of("/questions", s.questions)
	of("/questions/{from}", s.questions)
	of("/more", s.more)
	of("/more/{from}", s.more)
	of("/setup", s.reopen)
	of("/schedule", s.editSchedule)
	of("/pause", s.pause)
	of("/resume", s.inSeason(s.resume))
	of("/end", s.inSeason(s.askEnd))
	of("/end/yes", s.end)
	of("/post", s.askPost)
	of("/post/{token}", s.post)
	of("/post/{token}/{track}", s.post)
	of("/failed", s.failed)
	of("/retry", s.retry)
	of("/channel", s.askChannel)
	of("/channel/set", s.setChannel)
	of("/people", s.people)
	of("/people/leave", s.leave)
	of("/people/{kind}", s.askPerson)
	of("/people/{kind}/set", s.setPerson)
	of("/takeover", s.takeOver)
	of("/stepup", s.stepUp)
	of("/object/{offer}", s.object)
	s.attachHabits(of)
	s.attachSeasons()
	s.registerTracks(of)
	s.registerRules(of)
	s.registerChannels(of)
}

// Kinds is what the engine needs to know of the due things and deliveries of groups.
func (s *Service) Kinds() []schedule.Kind {
	return append(s.seasonKinds(), []schedule.Kind{
		{Name: KindWelcome, Render: s.renderWelcome},
		{Name: kindNotice, Fire: s.tellNotice, Render: s.renderNotice},
		{Name: kindOffer, Render: s.renderOffer},
		{Name: kindAnswer, Render: s.renderAnswer},
		{Name: kindTakeover, Fire: s.endTakeover},
		{Name: KindForget, Fire: s.forget},
		{Name: KindFacts, Fire: s.lookAtFacts},
		{Name: KindNote, Fire: s.fireNote, Skip: s.skipNote, Render: s.renderNote},
	}...)
}

// The kinds of due things and deliveries.
const (
	kindNotice   = "notice"   // a notice to organisers
	kindOffer    = "offer"    // an offer to organise
	kindAnswer   = "answered" // what became of an offer, for who made it
	kindTakeover = "takeover" // the end of the days in which people may object
)

// Join is the acting account as a member of a group. Who is a member already is
// one from anywhere; who is not joins by acting in a channel of the group, and
// is then marked as new. Others get a [*bot.Error] that says how to join.
func (s *Service) Join(ctx context.Context, i bot.Interaction, group string) (Group, Member, error) {
	m, ok, err := s.member(ctx, i, group)
	if err != nil {
		return Group{}, Member{}, err
	}
	if !ok && i.Channel != "" {
		m, ok, err = s.c.Store.JoinGroup(ctx, s.joining(ctx, i, group))
		if err != nil {
			return Group{}, Member{}, err
		}
	}
	if !ok {
		return Group{}, Member{}, problem(wordsNotMember, button("My study page", PathStudy))
	}
	return m.Group, m.Member, nil
}

// Here is the group that is meant where the account acts, and the account as its
// member: the channel's group, which one joins by acting there; elsewhere the
// only group of the account, or the one chosen before. If that leaves it open, a
// [*bot.Error] asks with buttons or says how to begin.
func (s *Service) Here(ctx context.Context, i bot.Interaction) (Group, Member, error) {
	if !i.Direct && i.Channel != "" {
		g, ok, err := s.c.Store.GroupIn(ctx, i.Channel)
		if err != nil {
			return Group{}, Member{}, err
		}
		if ok {
			return s.Join(ctx, i, g.ID)
		}
	}
	all, err := s.memberships(ctx, i.User)
	if err != nil {
		return Group{}, Member{}, err
	}
	for _, m := range all {
		if m.Preferred || len(all) == 1 {
			return m.Group, m.Member, nil
		}
	}
	if len(all) == 0 {
		return Group{}, Member{}, &bot.Error{Text: wordsNoGroup, Card: beginCard(i.Direct)}
	}
	return Group{}, Member{}, &bot.Error{Text: wordsWhichGroup, Card: chooseCard(all, "study/in/")}
}

// member reads the acting account's place in a group. That it acts proves that
// it is open.
func (s *Service) member(ctx context.Context, i bot.Interaction, group string) (Membership, bool, error) {
	m, ok, err := s.c.Store.Membership(ctx, i.User, group)
	if err == nil && ok && m.Closed {
		err = s.c.Store.AccountSeen(ctx, i.User, true, s.c.Now())
	}
	return m, ok, err
}

// memberships are the account's groups by name; ended ones come last.
func (s *Service) memberships(ctx context.Context, user bot.UserID) ([]Membership, error) {
	all, err := s.c.Store.Memberships(ctx, user)
	slices.SortFunc(all, func(a, b Membership) int {
		if ended := (a.Group.State == Ended); ended != (b.Group.State == Ended) {
			if ended {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Group.Name+"\x00"+a.Group.ID, b.Group.Name+"\x00"+b.Group.ID)
	})
	return all, err
}

func (s *Service) joining(ctx context.Context, i bot.Interaction, group string) Joining {
	return Joining{
		Group: group, Account: i.User, Space: i.Space, Channel: i.Channel,
		Name: s.nameOf(ctx, i), Member: s.c.NewID(), Now: s.c.Now(),
	}
}

// nameOf is what the acting person is called.
func (s *Service) nameOf(ctx context.Context, i bot.Interaction) string {
	if i.Name != "" {
		return personName(i.Name)
	}
	return personName(s.c.Bot.Profile(ctx, i.Space, i.User).Name)
}

// organiser is the acting account as an organiser of the group. Everything that
// only organisers may do begins with it.
func (s *Service) organiser(ctx context.Context, i bot.Interaction, group string) (Details, Member, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return Details{}, Member{}, err
	}
	if m.Role != Organiser {
		return Details{}, Member{}, organisersOnly(d)
	}
	return d, m, nil
}

// Organising is the acting account as an organiser of a group that runs or is
// paused; others get a [*bot.Error] that says who organises it, or that its season
// is over.
func (s *Service) Organising(ctx context.Context, i bot.Interaction, group string) (Details, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err == nil && d.Group.State == Ended {
		err = problem(wordsEnded(d.Group), button("Group page", PathGroup(group)))
	}
	return d, err
}

// notYours is an error in reading what a path names or, where there is none, that
// it is not there for who pressed.
func notYours(err error) error {
	return cmp.Or(err, problem(wordsNotYours, button("My study page", PathStudy)))
}

// organisersOnly says that only organisers may do what was pressed, and who they are.
func organisersOnly(d Details) error {
	return problem(wordsOrganisersOnly(d), button("Who organises?", PathGroup(d.Group.ID)), button("My study page", PathStudy))
}

// groupHandler answers what is pressed on a group's pages, whose path begins with it.
type groupHandler func(ctx context.Context, i bot.Interaction, group string) (bot.Response, error)

// inSeason is for organisers of a group that runs or is paused; of one at rest it
// says that its season is over.
func (s *Service) inSeason(h func(context.Context, bot.Interaction, Details, Member) (bot.Response, error)) groupHandler {
	return func(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
		d, m, err := s.organiser(ctx, i, group)
		if err != nil {
			return bot.Response{}, err
		}
		if d.Group.State == Ended {
			return show(i, s.endedCard(d)), nil
		}
		return h(ctx, i, d, m)
	}
}

// channelName is what people call a channel, where [bot.ThisChannel] would not be
// the one they are in.
func (s *Service) channelName(ctx context.Context, ch bot.ChannelID) string {
	name := s.c.Bot.ChannelName(ctx, ch)
	if name == bot.ThisChannel {
		return "the group's channel"
	}
	return bot.Clip(name, 40)
}

func (s *Service) suggestZones(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
	var options []bot.Option
	for _, z := range schedule.SuggestZones(typed, s.c.Now(), bot.LimitSuggestions) {
		options = append(options, bot.Option{Label: bot.Clip(z.Clock, bot.LimitOptionLabel), Value: z.Zone})
	}
	return options, nil
}

// show answers with a card, in place of a private one that was pressed.
func show(i bot.Interaction, c *bot.Card) bot.Response { return bot.InPlace(i, message(c)) }

// message is a card with the line for notifications.
func message(c *bot.Card) bot.Message {
	text := c.Title
	if text == "" {
		text, _, _ = cutText(c.Body)
	}
	return bot.Message{Text: bot.Typed(bot.Clip(text.Plain(), bot.LimitNotice)), Card: c}
}

// today is a moment by the clock of a zone, so that its date is the one people
// there have; by UTC while no zone is clear.
func (s *Service) today(zone string) time.Time { return s.c.Now().In(Group{Zone: zone}.Location()) }

func cutText(t bot.Text) (first, rest bot.Text, more bool) {
	a, b, more := strings.Cut(string(t), "\n")
	return bot.Text(a), bot.Text(b), more
}

// problem is a person's mistake with the buttons that help.
func problem(text bot.Text, controls ...bot.Control) error {
	return &bot.Error{Text: text, Card: &bot.Card{Body: text, Controls: rows(controls...)}}
}

// lines joins texts, without the empty ones, each on a line of its own.
func lines(all ...bot.Text) bot.Text { return bot.Join("\n", all...) }

// paragraphs joins texts, without the empty ones, with a blank line between them.
func paragraphs(all ...bot.Text) bot.Text { return bot.Join("\n\n", all...) }

func button(label, action string) bot.Control { return bot.Button{Label: label, Action: action} }

func primary(label, action string) bot.Control {
	return bot.Button{Label: label, Action: action, Style: bot.Primary}
}

// rows puts buttons into at most two rows of five: each action once, and the
// first that stands out stays the only one.
func rows(controls ...bot.Control) []bot.Row {
	var all []bot.Row
	var actions []string
	standsOut := false
	for _, control := range controls {
		b, isButton := control.(bot.Button)
		if isButton {
			if slices.Contains(actions, b.Action) {
				continue
			}
			actions = append(actions, b.Action)
			if b.Style == bot.Primary {
				if standsOut {
					b.Style = bot.Plain
				}
				standsOut = true
			}
			control = b
		}
		if len(all) == 0 || len(all[len(all)-1]) == bot.LimitRow {
			if len(all) == 2 {
				break
			}
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], control)
	}
	return all
}

// personName is a person's name as it is kept.
func personName(name string) string {
	name = strings.Join(strings.Fields(string(bot.Typed(name))), " ")
	if name == "" {
		return "A member"
	}
	return bot.Clip(name, 40)
}
