package exam

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// said is what a post says, decided when it was made.
type said struct {
	Sections []section `json:"sections"`
}

// section is a track's part of it.
type section struct {
	Track    string         `json:"track"`
	Short    string         `json:"short"` // what people call what it studies
	Day      string         `json:"day"`   // the local date of the post
	Kind     StepKind       `json:"kind,omitempty"`
	Days     int            `json:"days,omitempty"` // to the window or the first date
	From     string         `json:"from,omitempty"` // the window, or the first and the last shared date
	To       string         `json:"to,omitempty"`
	Dates    int            `json:"dates,omitempty"`    // how many dates are shared
	ApplyIn  int            `json:"apply_in,omitempty"` // days to the deadline; 0 where it isn't what the post is for
	Deadline group.Deadline `json:"deadline,omitzero"`
	Themes   bool           `json:"themes,omitempty"` // weeks have themes

	Questions int    `json:"questions,omitempty"` // closed this season
	Met       int    `json:"met,omitempty"`       // areas of the outline with questions
	All       int    `json:"all,omitempty"`
	Area      string `json:"area,omitempty"`      // missed most, if enough is known
	AreaName  string `json:"area_name,omitempty"` // what people call it
	Right     int    `json:"right,omitempty"`
	Answered  int    `json:"answered,omitempty"`
	Practise  string `json:"practise,omitempty"` // begins practice of it

	Muted []bot.ChannelID `json:"muted,omitempty"` // channels in which it is not posted
}

// in is what the post says in a channel: what is posted there.
func (p said) in(ch bot.ChannelID) said {
	return said{slices.DeleteFunc(slices.Clone(p.Sections), func(s section) bool { return slices.Contains(s.Muted, ch) })}
}

// sum fills in a track's figures. The area of which the most was missed is named
// only where enough people answered enough.
func (p *section) sum(f Figures, o cert.Outline) {
	p.Questions, p.All = f.Questions, len(o.Domains)
	for _, d := range o.Domains {
		n := slices.IndexFunc(f.Areas, func(a AreaFigures) bool { return a.Domain == d.ID })
		if n < 0 {
			continue
		}
		a := f.Areas[n]
		if a.Questions > 0 {
			p.Met++
		}
		if practice.AreaShown(a.Different, a.Answers, a.People) && a.Right < a.Answers && (p.Area == "" || a.Right*p.Answered < p.Right*a.Answers) {
			p.Area, p.AreaName, p.Right, p.Answered = d.ID, d.Short, a.Right, a.Answers
		}
	}
}

// message is the post (message 5): what to do stands before how it went.
func (p said) message() bot.Message {
	var body []bot.Text
	row := bot.Row{}
	for n, s := range p.Sections {
		text := s.lines()
		if n > 0 {
			text = append([]bot.Text{"", s.title()}, text...)
		}
		body = append(body, text...)
		if s.Practise != "" && s.Days > 1 && len(row) < bot.LimitRow-1 {
			label := "Practise " + cmp.Or(s.AreaName, s.Short)
			row = append(row, bot.Button{Label: bot.Clip(label, bot.LimitLabel), Action: s.Practise})
		}
	}
	first := p.Sections[0]
	if len(row) == 0 && first.Kind == LastDay {
		row = append(row, bot.Button{Label: "My study page", Action: group.PathStudy})
	} else {
		row = append(row, bot.Button{Label: "Set my exam date", Action: pathSet})
	}
	text := make([]string, len(body))
	for n, line := range body {
		text[n] = string(line)
	}
	return bot.Message{Text: bot.Typed(bot.Clip(first.title().Plain(), bot.LimitNotice)),
		Card: &bot.Card{Title: first.title(), Body: bot.Text(strings.Join(text, "\n")), Controls: []bot.Row{row}}}
}

// title says what the section is about.
func (p section) title() bot.Text {
	w, _ := cert.ParseWindow(p.From, p.To)
	switch p.Kind {
	case ToWindow:
		return bot.Textf("%s to the %s window, %s", daysWords(p.Days), p.Short, w.String())
	case ToDates:
		return bot.Textf("%s to the next %s exam date, %s", daysWords(p.Days), p.Short, dateWords(p.From))
	case LastDay:
		return bot.Textf("Last day of the %s window", p.Short)
	}
	return bot.Textf("%s to apply for the %s exam, %s", daysWords(p.ApplyIn), p.Short, w.Name())
}

// lines are what it says under its title.
func (p section) lines() []bot.Text {
	if p.Kind == LastDay {
		return []bot.Text{wordsLastDay, wordsKeepToYourself}
	}
	var all []bot.Text
	if p.Days == 1 {
		all = append(all, wordsTomorrow(p.Kind))
	}
	if p.Dates > 1 {
		all = append(all, bot.Textf("%s are shared here, the last on %s.", bot.Count(p.Dates, "exam date", "exam dates"), dateWords(p.To)))
	}
	if p.Kind != "" && p.ApplyIn > 0 {
		all = append(all, bot.Textf("%s left to apply.", daysWords(p.ApplyIn)))
	}
	// Where nobody knows the day, asking helps only while there is time to apply.
	if p.Deadline.Issuer != "" && (p.Deadline.Day != "" || p.Days >= askUntil) {
		all = append(all, p.Deadline.Words(p.Day))
	}
	if p.Kind == "" {
		return append(all, wordsApply)
	}
	if p.Questions > 0 {
		areas := strconv.Itoa(p.Met) + " of " + bot.Count(p.All, "area", "areas") + " met"
		if p.Met == p.All {
			areas = "all " + bot.Count(p.All, "area", "areas") + " met"
		}
		all = append(all, bot.Textf("So far: %s, %s.", bot.Count(p.Questions, "question", "questions"), areas))
	}
	if p.Area != "" {
		all = append(all, bot.Textf("Most missed in four weeks: %s, %s of %s right.", p.AreaName, bot.Thousands(p.Right), bot.Thousands(p.Answered)))
	}
	if p.Kind == ToWindow && p.Days > 1 && p.Themes {
		if p.Days <= practice.ReviewDays {
			all = append(all, wordsReviewing)
		} else {
			all = append(all, wordsUntilReview)
		}
	}
	return slices.DeleteFunc(all, func(t bot.Text) bool { return t == "" })
}

// askUntil is how many days before a window it is still worth asking by when to apply.
const askUntil = 14

// daysWords is "1 day" or "30 days".
func daysWords(n int) string { return bot.Count(n, "day", "days") }

// dateWords is a local date in words: "Sat 8 May 2027".
func dateWords(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.Format("Mon 2 Jan 2006")
}

// cardLine is what a card of a local date says about exams.
func cardLine(t group.Track, on OnDay, day time.Time) bot.Text {
	if len(on.Names) > 0 || on.Hidden {
		return wordsGoodLuck(on.Names, on.Hidden)
	}
	if on.Countdown == group.NoCountdown {
		return ""
	}
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	switch {
	case !ok:
		return wordsNextDate(on.Next, day)
	case on.KeepGoing && t.WindowTo == day.Format(time.DateOnly):
		return bot.Textf("Last day of the %s window. Good luck to everyone sitting.", w.From.Format("January"))
	case w.Opens(day) == "tomorrow":
		return bot.Text(w.Until(day) + " " + wordsIfYouLike)
	}
	return bot.Text(w.Until(day))
}

// wordsNextDate is how far the next date is that members share.
func wordsNextDate(next string, day time.Time) bot.Text {
	at, err := time.Parse(time.DateOnly, next)
	if err != nil {
		return ""
	}
	opens := cert.Window{From: at, To: at}.Opens(day)
	switch opens {
	case "":
		return ""
	case "tomorrow":
		return "The next shared exam date is tomorrow. " + wordsIfYouLike
	}
	return bot.Textf("The next shared exam date is %s.", opens)
}

// luckMost is how many names a card's line has.
const luckMost = 5

// wordsGoodLuck wishes those luck whose exam is today. Who is hidden is not named.
func wordsGoodLuck(names []string, hidden bool) bot.Text {
	if len(names) == 0 {
		return "Good luck to everyone with an exam today."
	}
	var shown []string
	for _, n := range names[:min(len(names), luckMost)] {
		shown = append(shown, string(bot.Typed(bot.Clip(n, 30))))
	}
	if len(names) > luckMost || hidden {
		return bot.Text("Good luck today, " + strings.Join(shown, ", ") + " and everyone else with an exam.")
	}
	return bot.Text(bot.Stop("Good luck today, " + bot.And(shown)))
}

func wordsTomorrow(kind StepKind) bot.Text {
	if kind == ToDates {
		return "It is tomorrow. " + wordsRest
	}
	return "The window opens tomorrow. " + wordsRest
}

// What people read about the calendar.
const (
	wordsRest           bot.Text = "Sleep beats one more chapter. No question is needed today."
	wordsIfYouLike               = "This question is only if you like."
	wordsLastDay        bot.Text = "Good luck to everyone sitting today, and to everyone waiting for a result. There is no question today."
	wordsKeepToYourself bot.Text = "Please keep what was on the exam to yourself: the agreement people sign asks for that."
	wordsApply          bot.Text = "Applied already? Then there is nothing to do."
	wordsReviewing      bot.Text = "What was missed comes back now, with few new topics."
	wordsUntilReview    bot.Text = "Until three weeks before, questions follow the outline. Then what was missed comes back."
)
