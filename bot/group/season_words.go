package group

import (
	"fmt"
	"time"

	"studyhall/bot"
)

const (
	wordsOwnGroup      bot.Text = "A group of your own: invite me to a channel and type /group there."
	wordsOut           bot.Text = "Noted. Nobody sees who says what. You stay a member, and nothing is lost."
	wordsSeasonPlanned bot.Text = "Until then nothing is posted. Boards begin at zero, streaks go on, and what was missed comes first."
	wordsSeasonRests   bot.Text = "Nothing is posted until somebody starts the next season. Nothing is lost."
)

// wordsWrapUp is what is said in the channel at a season's end.
func wordsWrapUp(d SeasonData) bot.Text {
	name := "This season"
	if d.Name != "" {
		name = d.Name + " season"
	}
	if d.Answers == 0 { // zeros would only say who did nothing
		return bot.Textf("%s is over. Good luck to everyone waiting for a result. Who's in for %s?", name, nextName(d.Next))
	}
	areas := fmt.Sprintf("%d of %s", d.Areas, bot.Count(d.All, "area", "areas"))
	if d.Areas == d.All {
		areas = "all " + bot.Count(d.All, "area", "areas")
	}
	sitting := ""
	if d.Sitting > 0 {
		sitting = bot.Count(d.Sitting, "person", "people") + " shared an exam date. "
	}
	return bot.Textf("%s: %s, %s, %s. %sGood luck to everyone waiting for a result. Who's in for %s?", name,
		bot.Count(d.Weeks, "week", "weeks"), bot.Count(d.Answers, "answer", "answers"), areas, sitting, nextName(d.Next))
}

// nextName is what people call the next season.
func nextName(month string) string {
	if month == "" {
		return "the next season"
	}
	return month
}

func wordsIn(d SeasonData) bot.Text {
	return bot.Textf("You're in for %s. Only the number is shown, never names.", nextName(d.Next))
}

func wordsBegun(d SeasonData) bot.Text {
	if d.Next == "" {
		return "The next season has begun."
	}
	return bot.Textf("The %s season has begun.", d.Next)
}

// wordsPeopleIn is how many people take part in the next season.
func wordsPeopleIn(n int, next string) bot.Text {
	switch n {
	case 0:
		return bot.Textf("Nobody has said yet that they're in for %s.", nextName(next))
	case 1:
		return bot.Textf("1 person is in for %s.", nextName(next))
	}
	return bot.Textf("%s are in for %s.", bot.Count(n, "person", "people"), nextName(next))
}

func wordsAskStart(n int, next string, day time.Time) bot.Text {
	return wordsPeopleIn(n, next) + bot.Textf(" Start on %s?", day.Format("Mon 2 Jan"))
}

func wordsSeasonBegins(d SeasonData, day time.Time) bot.Text {
	name := "next"
	if d.Next != "" {
		name = d.Next
	}
	return bot.Textf("The %s season begins on %s.", name, day.Format("Mon 2 Jan"))
}
