package group

import (
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

// What people read about several certifications in one group.
const (
	wordsAddTrackIntro  bot.Text = "It gets a question of its own at the group's time, its own numbers and its own board. Nothing is posted yet."
	wordsWhere          bot.Text = "In another channel (suggested), or here too? Who studies only one of them finds less to skip in another channel."
	wordsWhereSeveral   bot.Text = "In another channel (suggested), or everywhere the group is? Who studies only one of them finds less to skip in another channel."
	wordsTrackBefore    bot.Text = "The group studies that already, so nothing was changed."
	wordsTrackTooMany   bot.Text = "A group studies at most four certifications at once, so nothing was changed. Remove one first."
	wordsTrackLast      bot.Text = "It is all that the group studies, so nothing was changed. To stop questions, pause the group or end its season."
	wordsTrackUnknown   bot.Text = "The group doesn't study that any more, so nothing was changed. The list shows what it studies now."
	wordsTrackElsewhere bot.Text = "Another study group is in that channel. Please choose another one."
	wordsTrackPaused    bot.Text = "The group is paused: its questions come when you press Resume."
	wordsRemoveTrack    bot.Text = "Its questions stop. Open ones can still be answered, for three days after they were posted.\n" +
		"Its answers, points and board stay. Added again, it goes on where it stopped."
	wordsWhichPost bot.Text = "Everybody in its channel sees it, and it counts like any other. The schedule stays as it is."
)

// short is what people call a certification.
func (s *Service) short(certification string) string {
	if c, ok := s.c.Catalogue.Find(certification); ok {
		return c.Short
	}
	return strings.ToUpper(certification)
}

// certificationOption is a certification to choose.
func certificationOption(c cert.Certification) bot.Option {
	label := c.Short
	if c.Name != c.Short {
		label += ": " + c.Name
	}
	return bot.Option{Label: bot.Clip(label, bot.LimitOptionLabel), Value: c.ID}
}

// shorts names what a group studies: "CBET and CHTM".
func (s *Service) shorts(d Details) string {
	var names []string
	for _, t := range d.Tracks {
		names = append(names, s.short(t.Certification))
	}
	return bot.And(names)
}

func (s *Service) wordsStudying(d Details) bot.Text {
	return bot.Textf("Studying for %s with the %s", s.shorts(d), d.Group.Name)
}

// wordsStudied is what the page of a group begins with.
func (s *Service) wordsStudied(d Details) bot.Text {
	if len(d.Tracks) == 1 {
		return bot.Textf("Studying for %s. ", s.shorts(d)) + wordsWindowOf(d.Tracks[0].Track)
	}
	body := []bot.Text{bot.Textf("Studying for %s.", s.shorts(d))}
	for _, t := range d.Tracks {
		joint := bot.Text(" ")
		if t.WindowFrom == "" {
			joint = ": "
		}
		body = append(body, bot.Textf("%s", s.short(t.Certification))+joint+bot.Lowered(wordsWindowOf(t.Track)))
	}
	return lines(body...)
}

// wordsWindowOf is "Exam window: 1 to 15 May 2027."
func wordsWindowOf(t Track) bot.Text {
	if w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo); ok {
		return bot.Textf("Exam window: %s.", w.String())
	}
	return "No exam date yet."
}

// wordsWindows are the study page's lines about exams, but for those of which
// something else is said.
func (s *Service) wordsWindows(d Details, said []string) bot.Text {
	today := s.c.Now().In(d.Group.Location())
	if len(d.Tracks) == 1 && len(said) == 0 {
		return wordsWindow(d.Tracks[0].Track, today)
	}
	var all []bot.Text
	for _, t := range d.Tracks {
		if w := wordsWindow(t.Track, today); w != "" && !slices.Contains(said, t.Certification) {
			all = append(all, bot.Textf("%s ", s.short(t.Certification))+bot.Lowered(w))
		}
	}
	return lines(all...)
}

// wordsTimes says when a group's questions come, in one sentence where all come
// at the same time.
func (s *Service) wordsTimes(d Details) bot.Text {
	clock := schedule.Clock(d.Group.Zone, s.c.Now())
	if len(d.Tracks) == 1 {
		return wordsRules(d.Group, timetableOf(d.Tracks[0].Schedule.Expr), clock)
	}
	var exprs []string
	names := map[string][]string{}
	for _, t := range d.Tracks {
		if names[t.Schedule.Expr] == nil {
			exprs = append(exprs, t.Schedule.Expr)
		}
		names[t.Schedule.Expr] = append(names[t.Schedule.Expr], s.short(t.Certification))
	}
	var all []bot.Text
	for _, expr := range exprs {
		all = append(all, bot.Textf("%s ", bot.And(names[expr]))+bot.Lowered(wordsRules(d.Group, timetableOf(expr), clock)))
	}
	return lines(all...)
}

// wordsUnseenOf says how long the unseen questions of everything studied last.
func (s *Service) wordsUnseenOf(d Details, f Figures) bot.Text {
	if len(d.Tracks) == 1 {
		return wordsUnseen(f.Unseen, timetableOf(d.Tracks[0].Schedule.Expr))
	}
	var all []bot.Text
	for _, t := range d.Tracks {
		all = append(all, bot.Textf("%s: ", s.short(t.Certification))+bot.Lowered(wordsUnseen(f.ByTrack[t.ID], timetableOf(t.Schedule.Expr))))
	}
	return lines(all...)
}

// wordsPerDay asks whether so many questions a day are meant.
func wordsPerDay(n int, where string) bot.Text {
	words := fmt.Sprint(n)
	if names := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}; n >= 1 && n <= len(names) {
		words = names[n-1]
	}
	if n == 1 {
		return bot.Textf("That's one question a day %s. Fine?", where)
	}
	return bot.Textf("That's %s questions a day %s. Fine?", words, where)
}
