// Package pathway answers what a certification is and which one could be next. What
// it says are the catalogue's facts, each shown as sure as it is; which one could be
// next is how people in the field often go, and never a promise.
//
// Nothing about anybody is kept here: looking something up needs no membership, and
// what is filled in to find the next one is forgotten with the answer.
package pathway

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Config is what a [Service] needs.
type Config struct {
	Bot       *bot.Bot
	Catalogue cert.Catalogue
	// Now is the moment by the clock of whoever acts, so that its date is the one
	// that they have.
	Now func(ctx context.Context, i bot.Interaction) time.Time
	// Held are the certifications that somebody entered as theirs, by identifier;
	// none for who is in no group. nil: nobody's are known.
	Held func(ctx context.Context, i bot.Interaction) ([]string, error)
	// SetExam is the action that opens the form for an exam date of a certification;
	// nil: there is no such form.
	SetExam func(certification string) string
	// Money is the action that shows what a certification costs somebody and what
	// their employer may repay; nil: there is no such page.
	Money func(certification string) string
	// Mine is the action that shows somebody's own certifications; "": there is no
	// such page.
	Mine string
	// Counts is the action that shows what counts towards somebody's own renewal of
	// a certification and what is missing; "" where they don't hold it, or it isn't
	// renewed. nil: there is no such page.
	Counts func(ctx context.Context, i bot.Interaction, certification string) (string, error)
}

// Service answers questions about certifications. It keeps nothing.
type Service struct{ c Config }

// New makes a service; then [Service.Register] it.
func New(c Config) *Service { return &Service{c} }

// PathNext is the action that asks what is needed to say which certification could
// be next. It opens a form, so it may stand on any card.
const PathNext = "cert/next"

// SuggestNames is the path that completes the names of certifications in a field.
const SuggestNames = "cert/names"

// Register makes the bot answer to everything about certifications that is not
// somebody's own.
func (s *Service) Register() {
	b := s.c.Bot
	b.Action(group.PathAbout("{id}"), s.about)
	b.Action(group.PathAbout("{id}")+"/{page}", s.about)
	b.Action(group.PathAbout("{id}")+"/{page}/{part}", s.about)
	b.Action(PathNext, s.askNext)
	b.Action(PathNext+"/again/{answers}", s.askNext)
	b.Action(PathNext+"/answer", s.answerNext)
	b.Suggest(SuggestNames, s.suggestNames)
}

// find is the certification that a path names; a [*bot.Error] helps with one that
// the catalogue doesn't have, or has no more.
func (s *Service) find(id string) (cert.Certification, error) {
	c, ok := s.c.Catalogue.Find(id)
	if !ok {
		return c, &bot.Error{Text: wordsUnknown, Card: s.choose(wordsUnknownTitle, wordsUnknown, nil)}
	}
	return c, nil
}

func button(label, action string) bot.Control {
	return bot.Button{Label: bot.Clip(label, bot.LimitLabel), Action: action}
}

// message is a card with its title as the line for notifications.
func message(c *bot.Card) bot.Message {
	return bot.Message{Text: bot.Typed(bot.Clip(c.Title.Plain(), bot.LimitNotice)), Card: c}
}

// lay puts controls into rows of five.
func lay(rows ...[]bot.Control) []bot.Row {
	var all []bot.Row
	for _, row := range rows {
		for len(row) > 0 {
			n := min(len(row), bot.LimitRow)
			all, row = append(all, bot.Row(row[:n])), row[n:]
		}
	}
	return all
}
