package group

import (
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// wordsOutlineTitle says that what is studied ends, and when.
func (s *Service) wordsOutlineTitle(d Details, n Notice) bot.Text {
	t, _ := d.Studies(n.Data.Track)
	end, _ := time.Parse(time.DateOnly, n.Data.End) // our own
	verb := "ends"
	if n.Data.End <= s.today(d.Group.Zone).Format(time.DateOnly) {
		verb = "ended"
	}
	return bot.Textf("%s: the outline you study %s on %s", s.short(t.Certification), verb, end.AddDate(0, 0, -1).Format(dayForm))
}

// wordsOutline says how sure that is, what follows, and what to do.
func (s *Service) wordsOutline(d Details, n Notice) bot.Text {
	t, _ := d.Studies(n.Data.Track)
	c, _ := s.c.Catalogue.Find(t.Certification)
	body := []bot.Text{}
	if o, ok := c.Outline(n.Data.Outline); ok && o.Until != "" && o.Facts.Until.Shown() != cert.Plainly {
		body = append(body, bot.Textf("Last day: %s.", o.Facts.Until.Words(cert.Text(o.Until), host(c.URL))))
	}
	next := bot.Textf("I don't know yet which outline follows. Please check with the issuer: %s", host(c.URL))
	if o, ok := c.Outline(n.Data.Follows); ok {
		next = bot.Textf("The next outline: %s.", o.Facts.From.Words(o.Facts.From.Value.String(), host(c.URL)))
	}
	return lines(append(body, next, wordsOutlineGoOn, wordsOutlineToDo)...)
}

const (
	wordsOutlineGoOn bot.Text = "Whoever sits until then can go on with this one."
	wordsOutlineToDo bot.Text = "To study the next one, end the season when the last of you has sat, and set up again: " +
		"that takes the outline of the day. Answers and boards stay."
)
