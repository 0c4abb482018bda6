package exam

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Sitting is how many people share with a group exams of what it studies by a
// track.
type Sitting struct {
	Track    group.Track
	InWindow int    // with a date in the track's window, or the window itself
	Others   int    // with another one that isn't over
	Next     string // the first local date of those
}

// SittingLines says how many sit when, of those who share it with the group: the
// same to everybody, with no names. It is a part of the team report and of the
// organisers' page.
func (c *Calendar) SittingLines(ctx context.Context, g group.Group) ([]bot.Text, error) {
	all, err := c.c.Store.Sitting(ctx, g.ID, c.c.Now().In(g.Location()).Format("2006-01-02"))
	if err != nil {
		return nil, err
	}
	var lines []bot.Text
	for _, s := range all {
		about, _ := c.c.Catalogue.Find(s.Track.Certification)
		lines = append(lines, s.words(about.Short)...)
	}
	return lines, nil
}

// words are its lines; none where nobody shares anything.
func (s Sitting) words(short string) []bot.Text {
	var lines []bot.Text
	w, ok := cert.ParseWindow(s.Track.WindowFrom, s.Track.WindowTo)
	if ok && s.InWindow > 0 {
		lines = append(lines, bot.Textf("Sitting %s in %s: %s, as they share it.", short, w.Name(), people(s.InWindow)))
	}
	if s.Others > 0 {
		what := "Shared"
		if ok {
			what = "Other shared"
		}
		lines = append(lines, bot.Textf("%s %s exam dates: %s, the next on %s.", what, short, people(s.Others), dateWords(s.Next)))
	}
	return lines
}

func people(n int) string { return bot.Count(n, "person", "people") }
