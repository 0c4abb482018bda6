// Package papers is what a person takes out of the bot for others: what a
// certification costs and what was spent on it, a note for the employer, the file
// for an audit of a renewal, and calendar feeds. All of it is one person's own,
// over all of their groups, and is whispered.
package papers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

// PathPapers is what there is of papers, by certification. Like all of their pages
// it is whispered, so it may stand on cards that everybody sees.
const PathPapers = "papers"

// PathCosts is what a certification costs and what was spent on it.
func PathCosts(certification string) string { return PathPapers + "/" + certification }

// Expense is one thing that a member paid for a certification.
type Expense struct {
	ID, Member, Certification string
	What                      string // as the member typed it
	Amount                    Amount
	Day                       string // the local date, 2006-01-02
	Receipt                   string // the name of its file, as the member typed it; "" for none
	EnteredAt                 time.Time
}

// MaxExpenses is how many entries a member has for one certification at most.
const MaxExpenses = 200

// ErrFull is what [Store.AddExpense] fails with beyond [MaxExpenses].
var ErrFull = errors.New("too many entries for one certification")

// Store is what this package needs of the database. What isn't the member's, or is
// no more, can't be changed: that fails with [renewal.ErrGone].
type Store interface {
	CalendarStore
	// Expenses are a member's for a certification, newest day first.
	Expenses(ctx context.Context, member, certification string) ([]Expense, error)
	// Expense is one of a member; ok is false if it isn't theirs.
	Expense(ctx context.Context, member, id string) (e Expense, ok bool, err error)
	// Spending are the certifications for which a member has entries.
	Spending(ctx context.Context, member string) ([]string, error)
	// Studied are the certifications that the groups of a member study now.
	Studied(ctx context.Context, member string) ([]string, error)
	// AddExpense adds an entry, unless the same press did before; it returns the one
	// there is.
	AddExpense(ctx context.Context, press string, e Expense) (Expense, error)
	// ChangeExpense replaces what an entry says.
	ChangeExpense(ctx context.Context, e Expense) error
	// Exams are a member's exams, the one that begins first first.
	Exams(ctx context.Context, member string) ([]exam.Exam, error)
	// Credentials are those of a member, Credential one of them, Cycles its periods,
	// and Credits what was logged in one; see [renewal.Store].
	Credentials(ctx context.Context, member string) ([]renewal.Credential, error)
	Credential(ctx context.Context, member, id string) (c renewal.Credential, ok bool, err error)
	Cycles(ctx context.Context, member, credential string) ([]renewal.Cycle, error)
	Credits(ctx context.Context, member, cycle string) ([]renewal.Credit, error)
	// NoteDraft is what a member chose for a note; ok is false if that is nothing.
	NoteDraft(ctx context.Context, member, certification string, k NoteKind) (d Draft, ok bool, err error)
	// SaveNoteDraft keeps it in place of what was chosen before.
	SaveNoteDraft(ctx context.Context, d Draft) error
	// RemoveExpense removes an entry. One that is gone already is no error.
	RemoveExpense(ctx context.Context, member, id string) error
}

// Config is what a [Service] needs.
type Config struct {
	Log       *slog.Logger
	Store     Store
	Bot       *bot.Bot
	Groups    *group.Service
	Catalogue cert.Catalogue
	Now       func() time.Time // domain time
	NewID     func() string
	NewToken  func() string // the secret part of an address: 20 to 64 letters and digits, made by chance
	PublicURL string        // where the program's web server is reached; "" if that isn't known
}

// Service answers everything about papers.
type Service struct{ Config }

// New makes a service; then [Service.Register] it.
func New(c Config) *Service { return &Service{c} }

// Register makes the bot answer to everything about papers.
func (s *Service) Register() {
	b := s.Bot
	s.registerNotes()
	s.registerCalendar()
	b.Action(PathAudit("{credential}"), s.auditShown)
	b.Action(PathAudit("{credential}")+"/{cycle}", s.auditShown)
	b.Action(PathAudit("{credential}")+"/{cycle}/files", s.auditFiles)
	b.Action(PathPapers, s.chooseShown)
	b.Action(PathCosts("{certification}"), s.costsPressed)
	b.Action(PathCosts("{certification}")+"/spent", s.openSpent)
	b.Action(PathCosts("{certification}")+"/spent/add/{press}", s.sentSpent)
	b.Action(PathCosts("{certification}")+"/entries", s.entries)
	b.Action(PathCosts("{certification}")+"/entries/{from}", s.entries)
	b.Action(pathEntry("{id}"), s.entry)
	b.Action(pathEntry("{id}")+"/correct", s.openCorrect)
	b.Action(pathEntry("{id}")+"/set", s.sentCorrect)
	b.Action(pathEntry("{id}")+"/remove", s.askRemove)
	b.Action(pathEntry("{id}")+"/remove/yes", s.remove)
}

func pathEntry(id string) string { return PathPapers + "/entry/" + id }

// about is who acts and the certification that a path names.
func (s *Service) about(ctx context.Context, i bot.Interaction) (group.Acting, cert.Certification, error) {
	who, err := s.Groups.ActingHere(ctx, i)
	if err != nil {
		return group.Acting{}, cert.Certification{}, err
	}
	c, ok := s.Catalogue.Find(i.Arg("certification"))
	if !ok {
		return group.Acting{}, cert.Certification{}, problem(wordsUnknown, button("Choose one", PathPapers), button("My study page", group.PathStudy))
	}
	return who, c, nil
}

// own is the certifications that concern a person, in the order of the catalogue:
// what they spent money on, and what their groups study.
func (s *Service) own(ctx context.Context, who group.Acting) ([]cert.Certification, error) {
	ids, err := s.Store.Spending(ctx, who.Member)
	if err != nil {
		return nil, err
	}
	studied, err := s.Store.Studied(ctx, who.Member)
	if err != nil {
		return nil, err
	}
	ids = append(ids, studied...)
	return slices.DeleteFunc(slices.Clone(s.Catalogue.Certifications), func(c cert.Certification) bool { return !slices.Contains(ids, c.ID) }), nil
}

// show answers with a card, in place of a private one that was pressed.
func show(i bot.Interaction, c *bot.Card) bot.Response { return bot.InPlace(i, message(c)) }

// message is a card with the line for notifications, which says nothing private.
func message(c *bot.Card) bot.Message {
	c.Footer = bot.Join("\n", c.Footer, wordsOnlyYou)
	return bot.Message{Text: wordsNotice, Card: c}
}

// problem is a person's mistake with the buttons that help.
func problem(text bot.Text, controls ...bot.Control) error {
	return &bot.Error{Text: text, Card: &bot.Card{Body: text, Controls: rows(controls...)}}
}

func lines(all ...bot.Text) bot.Text { return bot.Join("\n", all...) }

func paragraphs(all ...bot.Text) bot.Text { return bot.Join("\n\n", all...) }

func button(label, action string) bot.Control { return bot.Button{Label: label, Action: action} }

func primary(label, action string) bot.Control {
	return bot.Button{Label: label, Action: action, Style: bot.Primary}
}

// rows puts controls into rows of five; a menu has a row to itself.
func rows(controls ...bot.Control) []bot.Row {
	var all []bot.Row
	full := true
	for _, c := range controls {
		_, alone := c.(bot.Menu)
		if full || alone || len(all[len(all)-1]) == bot.LimitRow {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], c)
		full = alone
	}
	return all
}

// dayWords is a local date in words: "Sat 8 May 2027".
func dayWords(date string) string {
	if day, err := time.Parse(time.DateOnly, date); err == nil {
		return day.Format("Mon 2 Jan 2006")
	}
	return date
}
