package group

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// noWindow is the value of "No date yet".
const noWindow = "none"

// shownWindows is how many windows ahead of each exam are offered.
const shownWindows = 3

// likely is the certification that a channel is named after, or else the first.
func likely(all []cert.Certification, channel string) (c cert.Certification, ok bool) {
	if len(all) == 0 {
		return cert.Certification{}, false
	}
	words := channelWords(channel)
	i := slices.IndexFunc(all, func(c cert.Certification) bool { return slices.Contains(words, strings.ToLower(c.Short)) })
	return all[max(i, 0)], true
}

// offered are the certifications that a group can be set up for.
func (s *Service) offered() []cert.Certification {
	return slices.DeleteFunc(slices.Clone(s.c.Catalogue.Certifications), func(c cert.Certification) bool { return !s.offers(c) })
}

// offers reports whether a group can be set up for a certification: one with
// questions, and not one that has ended or will.
func (s *Service) offers(c cert.Certification) bool {
	return c.IsGoal(s.c.Now()) && (s.c.Offers == nil || s.c.Offers(c.ID))
}

// nextWindow is the two days of the window that comes next, or "" for an exam
// that has none.
func nextWindow(c cert.Certification, today time.Time) (from, to string) {
	next := c.Upcoming(today, 1)
	if len(next) == 0 {
		return "", ""
	}
	return next[0].From.Format(time.DateOnly), next[0].To.Format(time.DateOnly)
}

// windowAhead is a window, or the next one of its exam if it is over.
func (s *Service) windowAhead(certification, zone string, w Window) Window {
	today := s.today(zone)
	if w.To == "" || w.To >= today.Format(time.DateOnly) {
		return w
	}
	c, ok := s.c.Catalogue.Find(certification)
	if !ok {
		return Window{}
	}
	from, to := nextWindow(c, today)
	return Window{from, to}
}

// withWindowAhead is a set-up that begins a season, with a window that is not over:
// it may be of the season that ended, or have ended since it was chosen.
func (s *Service) withWindowAhead(setup Setup) Setup {
	w := s.windowAhead(setup.Certification, setup.Zone, Window{setup.WindowFrom, setup.WindowTo})
	setup.WindowFrom, setup.WindowTo = w.From, w.To
	return setup
}

// windowsAhead are the next windows of what a group studies whose windows are
// over, by track.
func (s *Service) windowsAhead(d Details) map[string]Window {
	windows := map[string]Window{}
	for _, t := range d.Tracks {
		before := Window{t.WindowFrom, t.WindowTo}
		if w := s.windowAhead(t.Certification, d.Group.Zone, before); w != before {
			windows[t.ID] = w
		}
	}
	return windows
}

// windowField offers the windows of what can be studied: of everything in a new
// set-up, where the certification is chosen beside it, and else of the group's.
func (s *Service) windowField(setup Setup) bot.Field {
	all := s.offered()
	if c, ok := s.c.Catalogue.Find(setup.Certification); ok && setup.changes() {
		all = []cert.Certification{c}
	}
	options := windowOptions(all, s.today(setup.Zone))
	initial := noWindow
	if w, ok := cert.ParseWindow(setup.WindowFrom, setup.WindowTo); ok {
		initial = windowValue(w)
		if !slices.ContainsFunc(options, func(o bot.Option) bool { return o.Value == initial }) {
			options = slices.Insert(options, 0, bot.Option{Label: w.String(), Value: initial})
		}
	}
	options = append(options[:min(len(options), bot.LimitOptions-1)], bot.Option{Label: "No date yet", Value: noWindow})
	return bot.Field{Name: fieldWindow, Label: "Exam window", Kind: bot.OneOf, Required: true,
		Help: wordsAnyTime(all), Options: options, Initial: []string{initial}}
}

// windowOptions is the windows ahead, soonest first. One that isn't for every
// exam with windows says for which it is.
func windowOptions(all []cert.Certification, today time.Time) []bot.Option {
	var windows []cert.Window
	exams, given := map[cert.Window][]string{}, 0
	for _, c := range all {
		ahead := c.Upcoming(today, shownWindows)
		if len(ahead) > 0 {
			given++
		}
		for _, w := range ahead {
			if exams[w] == nil {
				windows = append(windows, w)
			}
			exams[w] = append(exams[w], c.Short)
		}
	}
	slices.SortStableFunc(windows, func(a, b cert.Window) int {
		if n := a.From.Compare(b.From); n != 0 {
			return n
		}
		return a.To.Compare(b.To)
	})
	var options []bot.Option
	for _, w := range windows {
		label := w.String()
		if len(exams[w]) < given {
			label += ", " + bot.And(exams[w])
		}
		options = append(options, bot.Option{Label: bot.Clip(label, bot.LimitOptionLabel), Value: windowValue(w)})
	}
	return options
}

func windowValue(w cert.Window) string {
	return w.From.Format(time.DateOnly) + "." + w.To.Format(time.DateOnly)
}

// fillWindow takes over a window that the exam is given in, or none. A group
// keeps the one it has, for what it studied before.
func (s *Service) fillWindow(setup *Setup, before Setup, value string) (problem string) {
	if value == noWindow {
		setup.WindowFrom, setup.WindowTo = "", ""
		return ""
	}
	from, to, _ := strings.Cut(value, ".")
	w, ok := cert.ParseWindow(from, to)
	if !ok {
		return "Please choose a window, or “No date yet”."
	}
	kept := before.Group != "" && from == before.WindowFrom && to == before.WindowTo && setup.Certification == before.Certification
	c, known := s.c.Catalogue.Find(setup.Certification)
	if known && !kept && !slices.Contains(c.Upcoming(s.today(cmp.Or(setup.Zone, before.Zone)), shownWindows), w) {
		return wordsWrongWindow(c)
	}
	setup.WindowFrom, setup.WindowTo = from, to
	return ""
}

// wordsAnyTime says which exams have no windows, if any.
func wordsAnyTime(all []cert.Certification) string {
	var names []string
	for _, c := range all {
		if c.Windows.AnyTime {
			names = append(names, c.Short)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return bot.Clip(names[0]+" is given at any time: choose “No date yet”.", bot.LimitHelp)
	}
	return bot.Clip(bot.And(names)+" are given at any time: choose “No date yet”.", bot.LimitHelp)
}

// wordsWrongWindow says that an exam is not given in a window that was chosen for it.
func wordsWrongWindow(c cert.Certification) string {
	if c.Windows.AnyTime {
		return c.Short + " is given at any time, so it has no windows. Please choose “No date yet”."
	}
	return c.Short + " isn't given then. Please choose another window, or “No date yet”."
}
