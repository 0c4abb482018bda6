package papers

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// PathCalendar is the page of addresses for calendar programs. It is whispered.
const PathCalendar = PathPapers + "/calendar"

// mine stands in paths for a person's own dates, in place of a group.
const mine = "mine"

// none stands in paths for the address that there isn't yet.
const none = "first"

func (s *Service) registerCalendar() {
	b := s.Bot
	b.Action(PathCalendar, s.ofCalendar(func(_ context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
		return show(i, s.calendarCard(c)), nil
	}))
	for suffix, h := range map[string]calendarHandler{
		"": s.oneCalendar, "/new/{old}": s.newAddress, "/again": s.askNewAddress, "/off": s.askOff, "/off/yes": s.switchOff, "/file": s.calendarFile,
	} {
		b.Action(PathCalendar+"/{of}"+suffix, s.ofCalendar(h))
	}
}

// calendar is what a path names: a person's own dates, or those of a group.
type calendar struct {
	who   group.Acting
	group group.Group // zero: their own
	all   []Calendar  // the addresses there are
}

func (c calendar) own() bool { return c.group.ID == "" }

func (c calendar) path(suffix string) string {
	if c.own() {
		return PathCalendar + "/" + mine + suffix
	}
	return PathCalendar + "/" + c.group.ID + suffix
}

// address is the one there is for these dates.
func (c calendar) address() (a Calendar, ok bool) {
	n := slices.IndexFunc(c.all, func(a Calendar) bool { return a.Group == c.group.ID })
	if n < 0 {
		return Calendar{}, false
	}
	return c.all[n], true
}

// replaced is how a path names the address that a new one replaces.
func (c calendar) replaced() string {
	if a, ok := c.address(); ok {
		return a.Hash[:min(len(a.Hash), 12)]
	}
	return none
}

type calendarHandler func(ctx context.Context, i bot.Interaction, c calendar) (bot.Response, error)

// ofCalendar reads what a path names. Of a group, only its members see anything.
func (s *Service) ofCalendar(h calendarHandler) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		who, err := s.Groups.ActingHere(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		c := calendar{who: who}
		if of := i.Arg("of"); of != "" && of != mine {
			n := slices.IndexFunc(who.Groups, func(g group.Group) bool { return g.ID == of })
			if n < 0 {
				return bot.Response{}, problem(wordsNotYourGroup, button("Calendar", PathCalendar), button("My study page", group.PathStudy))
			}
			c.group = who.Groups[n]
		}
		if c.all, err = s.Store.Calendars(ctx, who.Member); err != nil {
			return bot.Response{}, err
		}
		return h(ctx, i, c)
	}
}

// calendarCard is the page of a person's own dates, which leads to those of groups.
func (s *Service) calendarCard(c calendar) *bot.Card {
	card := s.addressCard(c)
	var groups []bot.Control
	for _, g := range c.who.Groups[:min(len(c.who.Groups), 4)] {
		groups = append(groups, button(bot.Clip(g.Name, bot.LimitLabel), PathCalendar+"/"+g.ID))
	}
	card.Controls = append(card.Controls, append(groups, button("My study page", group.PathStudy)))
	return card
}

// addressCard says which address there is for some dates, and what can be done.
func (s *Service) addressCard(c calendar) *bot.Card {
	title, body := bot.Text("Your dates in your calendar"), []bot.Text{wordsCalendar}
	if !c.own() {
		title, body = bot.Textf("Dates of %s", c.group.Name), []bot.Text{wordsSharedDates}
	}
	var controls bot.Row
	a, there := c.address()
	switch {
	case there:
		body = append(body, bot.Textf("There is an address, made on %s.", dayWords(a.MadeAt.In(c.who.Now.Location()).Format(time.DateOnly))))
		if s.PublicURL != "" {
			controls = append(controls, button("New address", c.path("/again")))
		}
		controls = append(controls, button("Switch off", c.path("/off")))
	case s.PublicURL == "":
		body = append(body, wordsNoURL)
	default:
		body = append(body, "There is no address yet.")
		controls = append(controls, primary("Make an address", c.path("/new/"+none)))
	}
	return &bot.Card{Title: title, Body: lines(body...), Controls: []bot.Row{append(controls, button("Get a file", c.path("/file")))}}
}

// oneCalendar is the page of the dates of a group.
func (s *Service) oneCalendar(_ context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	if c.own() {
		return show(i, s.calendarCard(c)), nil
	}
	card := s.addressCard(c)
	card.Controls[0] = append(card.Controls[0], button("My own dates", PathCalendar))
	return show(i, card), nil
}

// newAddress makes an address, in place of the one that the path names: a second
// press of the same button leaves the first one's address as it is.
func (s *Service) newAddress(ctx context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	if s.PublicURL == "" {
		return bot.Response{}, problem(wordsNoURL, button("Get a file", c.path("/file")), button("Calendar", PathCalendar))
	}
	before, replaces := problem(wordsMadeBefore, button("New address", c.path("/again")), button("Calendar", c.path(""))), ""
	if a, ok := c.address(); ok {
		replaces = a.Hash
	}
	if i.Arg("old") != c.replaced() {
		return bot.Response{}, before
	}
	token, now := s.NewToken(), s.Now()
	made, err := s.Store.SetCalendar(ctx, Calendar{Hash: hashOf(token), Member: c.who.Member, Group: c.group.ID, MadeAt: now, ChangedAt: now}, replaces)
	if err != nil {
		return bot.Response{}, err
	}
	if !made {
		return bot.Response{}, before
	}
	body := []bot.Text{wordsAddress, bot.Typed(s.address(token)), wordsSecret}
	if replaces != "" {
		body = append(body, wordsReplaced)
	}
	return show(i, &bot.Card{Title: "Your calendar address", Body: paragraphs(body...), Controls: rows(
		button("Switch off", c.path("/off")), button("Calendar", c.path("")), button("My study page", group.PathStudy))}), nil
}

func (s *Service) askNewAddress(_ context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	return show(i, &bot.Card{Title: "A new address?", Body: wordsAskNew, Controls: rows(
		primary("New address", c.path("/new/"+c.replaced())), button("Keep it", c.path("")))}), nil
}

func (s *Service) askOff(_ context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	return show(i, &bot.Card{Title: "Switch the address off?", Body: wordsAskOff, Controls: rows(
		bot.Button{Label: "Switch off", Action: c.path("/off/yes"), Style: bot.Danger}, button("Keep it", c.path("")))}), nil
}

// switchOff ends an address. One that is off already stays so.
func (s *Service) switchOff(ctx context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	if err := s.Store.DropCalendar(ctx, c.who.Member, c.group.ID); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsSwitchedOff, Controls: rows(button("Calendar", PathCalendar), button("My study page", group.PathStudy))}), nil
}

// calendarFile gives the dates as they are now as a file.
func (s *Service) calendarFile(ctx context.Context, i bot.Interaction, c calendar) (bot.Response, error) {
	name, events, ok, err := s.dates(ctx, c.who.Member, c.group.ID)
	if err != nil {
		return bot.Response{}, err
	}
	back := []bot.Control{button("Calendar", PathCalendar), button("My study page", group.PathStudy)}
	if !ok || len(events) == 0 {
		return show(i, &bot.Card{Body: wordsNoDates, Controls: rows(back...)}), nil
	}
	body, err := iCalendar(name, events, s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	m := message(&bot.Card{Title: "Your dates are ready", Body: wordsFile, Controls: rows(back...)})
	m.Files = []bot.File{{Name: strings.Join([]string{"dates", c.who.Today()}, "-") + ".ics", MIME: "text/calendar; charset=utf-8", Data: body}}
	return bot.Whisper(m), nil
}
