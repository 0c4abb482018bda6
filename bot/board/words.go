package board

import (
	"fmt"
	"time"

	"studyhall/bot"
)

// What people read.
const (
	wordsOnlyYou  bot.Text = "Only you can see this."
	wordsShared   bot.Text = "Same points share a place."
	wordsLater    bot.Text = "Same points share a place. Open questions count when they close."
	wordsFew      bot.Text = "Places are shown from five active people on."
	wordsHidden   bot.Text = "Your name is off the boards, so you take no place."
	wordsMentor   bot.Text = "As a mentor you take no place."
	wordsNobody   bot.Text = "Everybody with points has their name off the boards."
	wordsHideDone bot.Text = "Done. Your name is off the boards from now on. You still see your own points."
	wordsNamedNot bot.Text = "Boards don't show your name."
	wordsNewWeek  bot.Text = "Same points share a place. The new week started just now."
	wordsStranger bot.Text = "I don't know that board; it may be from another group or from before a restore. Nothing was changed. Type /board for this week's."
	wordsNameTab  bot.Text = "Somebody in the group is called that already. Please choose another name."
	wordsNameNone bot.Text = "Please write the name that boards should show."
)

func wordsNamedSo(name string) bot.Text {
	return bot.Textf("On boards you appear as %s", bot.Stop(name))
}

func wordsShowDone(name string) bot.Text {
	return "Done. " + wordsNamedSo(name) + " Posts already in the channel stay as they are."
}

func points(n int) string { return bot.Count(n, "point", "points") }

// named is a list of names with how many more there are: "Ana L., Lee T. and 12 more".
func named(names []string, more int) string {
	if more > 0 {
		names = append(names[:len(names):len(names)], bot.Thousands(more)+" more")
	}
	return bot.And(names)
}

// rowWords is one place: "2. Lee T. and Priya S., 16". Only the first row says
// what the number counts.
func rowWords(r Row, names []string, first bool) bot.Text {
	score := bot.Thousands(r.Points)
	if first {
		score = points(r.Points)
	}
	who := bot.Count(r.People, "person", "people")
	if len(names) > 0 {
		who = named(names, r.People-len(r.Members))
	}
	return bot.Textf("%d. %s, %s", r.Place, who, score)
}

// titleWords names a period: "this week", "last week", "November", "this season".
func titleWords(p Period, c Calendar) string {
	switch p.Span {
	case Month:
		if at, err := time.Parse("2006-01", p.Month); err == nil {
			return at.Format("January")
		}
	case Season:
		return "this season"
	case All:
		return "all time"
	}
	switch c.Week - p.Week {
	case 0:
		return "this week"
	case 1:
		return "last week"
	}
	return fmt.Sprintf("%d weeks ago", c.Week-p.Week)
}

// emptyTitle begins message 12.
func emptyTitle(p Period, c Calendar) string {
	switch p.Span {
	case Month:
		return "No points yet this month"
	case Season:
		return "No points yet this season"
	case All:
		return "No points yet"
	}
	if p.Week == c.Week {
		return "No points yet this week"
	}
	return "No points in that week"
}

func wordsBegan(c Calendar, loc *time.Location) bot.Text {
	at := c.Begun.In(loc)
	return bot.Textf("The week began %s at %s.", at.Format("Monday"), at.Format("3:04 PM"))
}

// wordsWorth is about the questions that are open.
func wordsWorth(open []Open, loc *time.Location) bot.Text {
	closes := bot.When(open[0].Closes.In(loc))
	switch {
	case len(open) == 1 && open[0].Answered:
		return bot.Textf("Your answer to today's question counts when it closes, %s.", closes)
	case len(open) == 1:
		return bot.Textf("Today's question is worth up to 3 points and stays open until %s.", closes)
	}
	return bot.Textf("%d questions are open, each worth up to 3 points. The first closes %s.", len(open), closes)
}

func wordsNext(at time.Time, loc *time.Location) bot.Text {
	return bot.Textf("The next question comes %s.", bot.When(at.In(loc)))
}

// usualWords compares a week with the usual one. While the week runs, nobody is
// told that they are behind.
func usualWords(mine, usual int, running bool) bot.Text {
	switch diff := mine - usual; {
	case diff > 0:
		return bot.Textf("%d more than your usual week", diff)
	case diff == 0:
		return "as in your usual week"
	case running:
		return bot.Textf("your usual week has %d", usual)
	default:
		return bot.Textf("%d fewer than your usual week", -diff)
	}
}

// runWords is "12 in a row", or how a new run is told.
func runWords(r Run) bot.Text {
	if _, ended := r.News(); ended {
		words := bot.Textf("New run: %d.", r.Length)
		if r.Best > r.Length {
			words += bot.Textf(" Your best is %d.", r.Best)
		}
		return words
	}
	if r.Length == 0 {
		return ""
	}
	return bot.Textf("%d in a row", r.Length)
}

// spareWords tells once that spare days were used.
func spareWords(r Run) bot.Text {
	covered, ended := r.News()
	if ended || len(covered) == 0 {
		return ""
	}
	// A weekday is enough where it can be only one.
	layout, seen := "Monday", map[string]bool{}
	for _, d := range covered {
		if at, err := time.Parse(time.DateOnly, d); err == nil {
			if seen[at.Format("Monday")] {
				layout = "Mon 2 Jan"
			}
			seen[at.Format("Monday")] = true
		}
	}
	var days []string
	for _, d := range covered {
		if at, err := time.Parse(time.DateOnly, d); err == nil {
			d = at.Format(layout)
		}
		days = append(days, d)
	}
	left := "None left."
	if r.Spare() > 0 {
		left = fmt.Sprintf("%d left.", r.Spare())
	}
	if len(days) == 1 {
		return bot.Textf("A spare day covered %s. %s", days[0], left)
	}
	return bot.Textf("Spare days covered %s. %s", bot.And(days), left)
}
