package renewal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// NoteRenewal is the kind of private note about renewals.
const NoteRenewal = "renewal"

const (
	// maxTold is how many certifications a note speaks of: their identifiers fit
	// into a button's path.
	maxTold = 3
	// maxSnooze is how far ahead notes can be put off, in months.
	maxSnooze = 24
	// openDays is for how long after the end of it all a note can be opened.
	openDays   = 60
	fieldUntil = "until"
)

// NoteStore is what notes about renewals need of the database.
type NoteStore interface {
	// Credentials are a member's, oldest entry first.
	Credentials(ctx context.Context, member string) ([]Credential, error)
	// Credits are those of a period of a member, by day.
	Credits(ctx context.Context, member, cycle string) ([]Credit, error)
	// Snooze puts off what is said about a member's credentials to a local day;
	// "": not at all. It fails with [ErrGone] if one of them isn't theirs.
	Snooze(ctx context.Context, member string, ids []string, until string, now time.Time) error
	// RenewalsDue counts, over the members of a group who agreed to that, the
	// periods that end within days, both included, and of which that was entered.
	RenewalsDue(ctx context.Context, group, from, to string) (int, error)
}

// Nudges are the private notes about renewals, which people switch on, and what
// organisers may know of them: a number.
type Nudges struct {
	Store     NoteStore
	Bot       *bot.Bot
	Groups    *group.Service
	Catalogue cert.Catalogue
	Now       func() time.Time // domain time
	Wake      func()           // lets the engine look at what has become due
}

// Attach registers the notes and what people do about them.
func (n *Nudges) Attach() {
	n.Groups.Remind(group.NoteKind{
		Name: NoteRenewal, Label: "renewals", When: wordsNoteWhen, Title: wordsNoteTitle, Note: n.note, Planned: true,
		For: func(ctx context.Context, member string) (bool, error) {
			all, err := n.Store.Credentials(ctx, member)
			return len(all) > 0, err
		},
	})
	n.Bot.Action("snooze/{ids}/month", n.snoozeMonth)
	n.Bot.Action("snooze/{ids}/date", n.askSnooze)
	n.Bot.Action("snooze/{ids}/set", n.snoozeDate)
	n.Bot.Action("snooze/{ids}/off", n.snoozeOff)
	n.Groups.ContributePage(n.groupPage)
}

// note is what there is to say to a person about their renewals.
func (n *Nudges) note(ctx context.Context, p group.Reminded) (group.Note, error) {
	all, err := n.Store.Credentials(ctx, p.Member)
	if err != nil {
		return group.Note{}, err
	}
	var note group.Note
	var told, opened []holding
	for _, c := range all {
		in, ok := n.Catalogue.Find(c.Certification)
		if !ok {
			continue
		}
		credits, err := n.Store.Credits(ctx, p.Member, c.Cycle.ID)
		if err != nil {
			return group.Note{}, err
		}
		h, ok := newHolding(c, in, credits, p.Today())
		if !ok {
			continue
		}
		if h.look(p, &note) {
			told = append(told, h)
		} else if h.begun() {
			opened = append(opened, h)
		}
	}
	// A note that was sent can be opened for longer than it is worth sending.
	if len(told) == 0 {
		told, note.Known = opened, true
	}
	if len(told) == 0 {
		return note, nil
	}
	slices.SortStableFunc(told, func(a, b holding) int { return cmp.Compare(a.period.Ends, b.period.Ends) })
	note.Title, note.Lines = wordsTold(told)
	note.Buttons = buttonsTold(told)
	return note, nil
}

// look adds to a note which steps of a renewal a person has reached, and when to
// look again; it reports whether there is anything to say.
func (h *holding) look(p group.Reminded, note *group.Note) (told bool) {
	for _, steps := range [][]step{h.steps(), h.fees()} {
		now, ok, next := h.reached(p, steps)
		if !next.IsZero() {
			note.LookAgain(next)
		}
		if ok && !h.asleep() {
			note.Steps = append(note.Steps, now.name)
			h.fee = h.fee || strings.HasPrefix(now.name, h.Cycle.ID+"/fee/")
			h.due = h.due || !strings.HasPrefix(now.name, h.Cycle.ID+"/fee/")
			told = true
		}
	}
	note.First = note.First || told && h.near()
	return told
}

// begun reports whether there has been an occasion to say something about a renewal,
// and it is not long over.
func (h *holding) begun() bool {
	steps := h.steps()
	h.due = len(steps) > 0 && steps[0].day <= h.today && h.today <= addDays(max(h.last(), h.period.Ends), openDays)
	return h.due
}

// asleep reports whether the person wants to hear nothing of it yet.
func (h holding) asleep() bool { return h.today < h.Snoozed }

// buttonsTold are what to do about renewals.
func buttonsTold(told []holding) []bot.Button {
	var ids []string
	for _, h := range told[:min(len(told), maxTold)] {
		ids = append(ids, h.ID)
	}
	snooze := "snooze/" + strings.Join(ids, ".")
	buttons := []bot.Button{{Label: "My certifications", Action: Path}}
	if h := told[0]; len(told) == 1 && h.counts() {
		buttons = []bot.Button{{Label: bot.Clip("Log "+h.unit(2), bot.LimitLabel), Action: PathLog(h.ID)}, {Label: "What counts?", Action: PathCounts(h.ID)}}
		if h.done() || h.today > h.period.Ends {
			buttons[0] = bot.Button{Label: "Renewed", Action: PathRenew(h.ID)}
		}
		if !h.Cycle.Confirmed() {
			buttons = append(buttons, bot.Button{Label: "Enter expiry", Action: PathExpiry(h.ID)})
		}
	}
	return append(buttons, bot.Button{Label: "Snooze 1 month", Action: snooze + "/month"}, bot.Button{Label: "Snooze to a date", Action: snooze + "/date"})
}

// mine are the credentials that a path names, if all of them are the person's.
func (n *Nudges) mine(ctx context.Context, i bot.Interaction) (a group.Acting, mine []Credential, err error) {
	if a, err = n.Groups.Acting(ctx, i); err != nil {
		return a, nil, err
	}
	all, err := n.Store.Credentials(ctx, a.Member)
	if err != nil {
		return a, nil, err
	}
	for id := range strings.SplitSeq(i.Arg("ids"), ".") {
		at := slices.IndexFunc(all, func(c Credential) bool { return c.ID == id })
		if at < 0 {
			return a, nil, bot.Errorf(wordsNotYours)
		}
		mine = append(mine, all[at])
	}
	return a, mine, nil
}

func (n *Nudges) snoozeMonth(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a, mine, err := n.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return n.snooze(ctx, i, a, mine, cert.AddMonths(a.Today(), 1))
}

func (n *Nudges) snoozeOff(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a, mine, err := n.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return n.snooze(ctx, i, a, mine, "")
}

// askSnooze opens the form about until when to say nothing.
func (n *Nudges) askSnooze(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a, _, err := n.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Snooze", Submit: "Snooze", Action: "snooze/" + i.Arg("ids") + "/set", Intro: wordsSnoozeIntro, Fields: []bot.Field{{
		Name: fieldUntil, Label: "Nothing until", Kind: bot.Date, Required: true, Help: "A day up to two years from now",
		Initial: []string{cert.AddMonths(a.Today(), 1)},
	}}}}, nil
}

func (n *Nudges) snoozeDate(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a, mine, err := n.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	wall, err := schedule.ParseWall(i.Values.Get(fieldUntil) + "T00:00")
	invalid := ""
	switch {
	case err != nil:
		invalid = wordsNoDay
	case wall.Date() <= a.Today():
		invalid = wordsDayGone
	case wall.Date() > cert.AddMonths(a.Today(), maxSnooze):
		invalid = wordsDayFar
	}
	if invalid != "" {
		return bot.Response{Invalid: map[string]string{fieldUntil: invalid}}, nil
	}
	return n.snooze(ctx, i, a, mine, wall.Date())
}

// snooze puts off what is said about credentials, and says so.
func (n *Nudges) snooze(ctx context.Context, i bot.Interaction, a group.Acting, mine []Credential, until string) (bot.Response, error) {
	var ids, names []string
	for _, c := range mine {
		ids, names = append(ids, c.ID), append(names, n.name(c))
	}
	if err := n.Store.Snooze(ctx, a.Member, ids, until, a.Now); errors.Is(err, ErrGone) {
		return bot.Response{}, bot.Errorf(wordsNotYours)
	} else if err != nil {
		return bot.Response{}, err
	}
	n.Wake()
	path := "snooze/" + i.Arg("ids")
	card := &bot.Card{Footer: wordsOnlySee, Controls: []bot.Row{{
		bot.Button{Label: "Another date", Action: path + "/date"}, bot.Button{Label: "Undo", Action: path + "/off"}, bot.Button{Label: "My certifications", Action: Path}}}}
	if until == "" {
		card.Body = bot.Textf(wordsAwake, strings.Join(names, ", "))
		card.Controls = []bot.Row{{bot.Button{Label: "Snooze 1 month", Action: path + "/month"}, bot.Button{Label: "My certifications", Action: Path}}}
		return bot.InPlace(i, bot.Message{Card: card}), nil
	}
	lines := []bot.Text{bot.Textf(wordsSnoozed, strings.Join(names, ", "), inWords(until))}
	for at, c := range mine {
		if c.Cycle.Confirmed() && a.Today() <= c.Cycle.Until && c.Cycle.Until <= until {
			lines = append(lines, bot.Textf(wordsSnoozedOver, names[at], inWords(c.Cycle.Until)))
		}
	}
	card.Body = bot.Join("\n", lines...)
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

func (n *Nudges) name(c Credential) string {
	in, ok := n.Catalogue.Find(c.Certification)
	if !ok {
		return c.Certification
	}
	return in.Short
}

// groupPage tells organisers how many renewals are due this quarter.
func (n *Nudges) groupPage(ctx context.Context, d group.Details, m group.Member) ([]bot.Text, []bot.Button, error) {
	if m.Role != group.Organiser {
		return nil, nil, nil
	}
	lines, err := n.Report(ctx, d.Group)
	return lines, nil, err
}

// Report is what a group's report says about renewals: how many periods end this
// quarter, of members who agreed to be counted.
func (n *Nudges) Report(ctx context.Context, g group.Group) ([]bot.Text, error) {
	from, to := quarter(n.Now().In(g.Location()))
	count, err := n.Store.RenewalsDue(ctx, g.ID, from, to)
	if err != nil || count == 0 {
		return nil, err
	}
	return []bot.Text{bot.Textf(wordsDue, bot.Count(count, "renewal", "renewals"))}, nil
}

// quarter is the first and last day of the quarter of a year in which a time lies.
func quarter(at time.Time) (from, to string) {
	first := time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	return first.Format(time.DateOnly), first.AddDate(0, 3, -1).Format(time.DateOnly)
}
