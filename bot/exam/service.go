package exam

import (
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Config is what a [Service] needs.
type Config struct {
	Store     Store
	Bot       *bot.Bot
	Groups    *group.Service
	Catalogue cert.Catalogue
	Now       func() time.Time // domain time
	NewID     func() string
	Wake      func() // lets the engine look at what has become due
	// Repay is where somebody asks their employer to repay an exam, and Next where
	// they look for the next one; without them nobody is led there.
	Repay func(certification string) string
	// Calendar is where there are addresses for calendar programs; "": nowhere.
	Calendar string
	Next     string
}

// Service answers everything people do with their exams.
type Service struct {
	c Config
}

// New makes a service; then [Service.Register] it.
func New(c Config) *Service {
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Service{c: c}
}

// Register makes the bot answer to everything about exams, and adds them to the
// pages of groups.
func (s *Service) Register() {
	s.register()
	s.c.Groups.ContributeStudy(s.studyPart)
	s.c.Groups.Remind(s.countdownNotes())
	s.c.Groups.Hush(s.hush)
	s.registerOutcomes()
	s.registerAsking()
}

// today is the local date in a zone, at midnight UTC.
func (s *Service) today(zone string) time.Time {
	at := s.c.Now().In(location(zone))
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}
