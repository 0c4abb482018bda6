package board

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

const (
	reportDays      = practice.AreaDays
	reportFrom      = placesFrom // active people
	reportNamesMost = 20
	areasMost       = 30 // of a track: more than any outline has
)

// ReportStore is what the team report needs of the database.
type ReportStore interface {
	// ReportFacts sums up a group's season so far, and what happened since an
	// instant.
	ReportFacts(ctx context.Context, groupID string, since time.Time) (ReportFacts, error)
	// Reported reports whether a member is named in the team report.
	Reported(ctx context.Context, groupID, memberID string) (bool, error)
	// SetReported decides that.
	SetReported(ctx context.Context, groupID, memberID string, named bool) error
}

// ReportFacts are what a team report is made of. They name nobody who did not
// ask to be named.
type ReportFacts struct {
	Active    int // people who answered since the instant
	Questions int // that have closed this season
	Answers   int // to them
	Tracks    []group.Track
	Areas     []AreaFacts
	Named     []Naming // who is active and asked to be named
}

// AreaFacts are an area's part in them.
type AreaFacts struct {
	Track     string
	Domain    string
	Questions int // closed this season
	// Of questions that were posted since the instant and have closed:
	Different, Answers, Right, People int
}

// shows reports whether there is enough to say how many answers were right: of
// few, everybody could work out how somebody did.
func (a AreaFacts) shows() bool {
	return practice.AreaShown(a.Different, a.Answers, a.People)
}

// ReportPart is what another feature adds to a group's team report: numbers, of
// people who agreed to be counted, and no names.
type ReportPart func(ctx context.Context, g group.Group) ([]bot.Text, error)

// ContributeReport adds to the team report.
func (s *Service) ContributeReport(part ReportPart) { s.reportParts = append(s.reportParts, part) }

// WhoPart is what another feature offers an organiser who asks who isn't taking
// part: something that everybody may or may not do, and nobody is named by.
type WhoPart func(g group.Group) bot.Button

// ContributeWho adds to the answer for organisers who ask that.
func (s *Service) ContributeWho(part WhoPart) { s.whoParts = append(s.whoParts, part) }

// attachReport registers the team report.
func (s *Service) attachReport() {
	s.Bot.Action("report/{group}", func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		return s.report(ctx, i, i.Arg("group"))
	})
	s.Groups.ContributeWord("report", s.report)
	s.Bot.Action("report/{group}/who", s.reportWho)
	s.Bot.Action("report/{group}/name/{as}", s.nameInReport)
	s.Groups.ContributePage(func(_ context.Context, d group.Details, m group.Member) ([]bot.Text, []bot.Button, error) {
		if m.ID == "" {
			return nil, nil, nil
		}
		return nil, []bot.Button{{Label: "Report", Action: "report/" + d.Group.ID}}, nil
	})
	s.Groups.ContributeSetting(s.reportSetting)
}

// report shows the team report, the same to every member.
func (s *Service) report(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	g, _, err := s.Groups.Join(ctx, i, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	f, err := s.Store.ReportFacts(ctx, g.ID, s.Now().AddDate(0, 0, -reportDays))
	if err != nil {
		return bot.Response{}, err
	}
	card := &bot.Card{Title: bot.Textf("Team report of the %s", bot.Clip(g.Name, 50)), Footer: wordsReportEnd, Controls: []bot.Row{{
		bot.Button{Label: "Who isn't taking part?", Action: "report/" + g.ID + "/who"},
		bot.Button{Label: "Settings", Action: group.PathSettings(g.ID)},
		bot.Button{Label: "Group page", Action: group.PathGroup(g.ID)},
	}}}
	if f.Active < reportFrom {
		card.Body, card.Footer = wordsReportFew, wordsOnlyYou
		return bot.InPlace(i, bot.Message{Card: card}), nil
	}
	var more []bot.Text
	for _, part := range s.reportParts {
		lines, err := part(ctx, g)
		if err != nil {
			return bot.Response{}, err
		}
		more = append(more, lines...)
	}
	s.reportBody(f, more, func(body bot.Text) bool {
		card.Body = body
		return bot.Message{Card: card}.Validate() == nil
	})
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// reportBody is as much of a report as fits: of many names and areas some, the
// totals always.
func (s *Service) reportBody(f ReportFacts, more []bot.Text, fits func(bot.Text) bool) (body bot.Text) {
	for _, room := range []struct{ names, areas int }{{reportNamesMost, areasMost}, {5, areasMost}, {0, areasMost}, {0, 3}, {0, 0}} {
		if body = bot.Join("\n", s.reportLines(f, more, room.names, room.areas)...); fits(body) {
			break
		}
	}
	return body
}

// reportLines are the figures of a report and what other features add, with at most
// so many names, and areas of each track.
func (s *Service) reportLines(f ReportFacts, more []bot.Text, namesMost, areasMost int) []bot.Text {
	lines := []bot.Text{
		bot.Textf("%s active in the last %d days.", bot.Count(f.Active, "person", "people"), reportDays),
		bot.Textf("This season so far: %s, %s.", bot.Count(f.Questions, "question", "questions"), bot.Count(f.Answers, "answer", "answers")),
	}
	for _, t := range f.Tracks {
		c, _ := s.Catalogue.Find(t.Certification)
		o, _ := c.Outline(t.Outline)
		all := areaLines(s.short(t), o, t.ID, f.Areas, len(f.Tracks) > 1)
		lines = append(lines, all[:min(len(all), 1+areasMost)]...)
	}
	lines = append(lines, more...)
	var names []string
	for _, n := range f.Named {
		names = append(names, string(bot.Typed(n.Shown())))
	}
	slices.Sort(names)
	switch {
	case len(names) > 0 && namesMost == 0:
		lines = append(lines, bot.Textf("Asked to be named: %s.", bot.Count(len(names), "person", "people")))
	case len(names) > 0:
		more := max(0, len(names)-namesMost)
		lines = append(lines, bot.Text(bot.Stop("Asked to be named: "+named(names[:len(names)-more], more))))
	}
	return lines
}

// areaLines are the areas of an outline that were met, with counts.
func areaLines(short string, o cert.Outline, track string, areas []AreaFacts, several bool) []bot.Text {
	var lines []bot.Text
	met := 0
	for _, d := range o.Domains {
		n := slices.IndexFunc(areas, func(a AreaFacts) bool { return a.Track == track && a.Domain == d.ID })
		if n < 0 || areas[n].Questions == 0 {
			continue
		}
		met++
		a := areas[n]
		line := fmt.Sprintf("%s: %s", d.Short, bot.Count(a.Questions, "question", "questions"))
		if a.shows() {
			line += fmt.Sprintf("; in %d days %s of %s right (%d %%)", reportDays, bot.Thousands(a.Right), bot.Thousands(a.Answers), (200*a.Right+a.Answers)/(2*a.Answers))
		}
		lines = append(lines, bot.Textf("%s.", line))
	}
	first := fmt.Sprintf("Areas met: %d of %d.", met, len(o.Domains))
	if met == len(o.Domains) {
		first = fmt.Sprintf("Areas met: all %d.", met)
	}
	if several {
		first = short + ". " + first
	}
	return append([]bot.Text{bot.Textf("%s", first)}, lines...)
}

// reportWho answers who isn't taking part: nobody keeps that.
func (s *Service) reportWho(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.Groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	var row bot.Row
	for _, part := range s.whoParts {
		if m.Role == group.Organiser && g.State != group.Ended {
			row = append(row, part(g))
		}
	}
	card := &bot.Card{Body: wordsNoList, Footer: wordsOnlyYou, Controls: []bot.Row{append(row,
		bot.Button{Label: "Report", Action: "report/" + g.ID}, bot.Button{Label: "Group page", Action: group.PathGroup(g.ID)})}}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// reportSetting is a person's own choice to be named.
func (s *Service) reportSetting(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	reported, err := s.Store.Reported(ctx, g.ID, m.ID)
	if err != nil {
		return nil, nil, err
	}
	path := "report/" + g.ID + "/name/"
	if reported {
		return []bot.Text{wordsNamed}, []bot.Button{{Label: "Don't name me in it", Action: path + "off"}}, nil
	}
	return []bot.Text{wordsNotNamed}, []bot.Button{{Label: "Name me in the report", Action: path + "on"}}, nil
}

// nameInReport keeps that choice.
func (s *Service) nameInReport(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.Groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	on := strings.EqualFold(i.Arg("as"), "on")
	if err := s.Store.SetReported(ctx, g.ID, m.ID, on); err != nil {
		return bot.Response{}, err
	}
	card := &bot.Card{Body: wordsNotNamed, Footer: wordsOnlyYou, Controls: []bot.Row{{
		bot.Button{Label: "Report", Action: "report/" + g.ID}, bot.Button{Label: "Settings", Action: group.PathSettings(g.ID)}}}}
	if on {
		card.Body = wordsNamed
	}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// What people read about the team report.
const (
	wordsReportEnd bot.Text = "This report has no individual scores and no names, except people who asked to be named."
	wordsReportFew bot.Text = "There is a report once five people were active in 28 days. Before that, figures could tell who did what."
	wordsNoList    bot.Text = "I don't keep that as a list. Taking part is voluntary."
	wordsNamed     bot.Text = "Team report: you're named in it while you're active."
	wordsNotNamed  bot.Text = "Team report: you're not named in it."
)
