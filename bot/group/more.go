package group

import (
	"context"
	"strconv"

	"studyhall/bot"
)

// PageSection adds lines and buttons of a feature to a group's "More" page.
// The member is empty for somebody in the group's channel who has not joined.
type PageSection func(ctx context.Context, d Details, m Member) (lines []bot.Text, buttons []bot.Button, err error)

// ContributePage adds a feature's lines and buttons to the "More" page of a
// group, which organisers and members see alike; the section decides for whom
// it has something. Sections stand in the order in which they were added.
func (s *Service) ContributePage(section PageSection) { s.pages = append(s.pages, section) }

// ContributeFront adds a feature's lines to the page of a group's organisers: figures
// that name nobody.
func (s *Service) ContributeFront(section func(ctx context.Context, g Group) ([]bot.Text, error)) {
	s.fronts = append(s.fronts, section)
}

// front are those lines.
func (s *Service) front(ctx context.Context, g Group) (lines []bot.Text, err error) {
	for _, section := range s.fronts {
		text, err := section(ctx, g)
		if err != nil {
			return nil, err
		}
		lines = append(lines, text...)
	}
	return lines, nil
}

// forOrganisers is a button that leads organisers to a path under their group's page.
func forOrganisers(label, under string) PageSection {
	return func(_ context.Context, d Details, m Member) ([]bot.Text, []bot.Button, error) {
		if m.Role != Organiser {
			return nil, nil, nil
		}
		return nil, []bot.Button{{Label: label, Action: PathGroup(d.Group.ID) + under}}, nil
	}
}

// morePerPage leaves room for the ways back and on.
const morePerPage = 2*bot.LimitRow - 2

// more is what else there is in a group, a screen at a time.
func (s *Service) more(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, m, err := s.visitor(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	var body []bot.Text
	var all []bot.Control
	for _, section := range s.pages {
		text, buttons, err := section(ctx, d, m)
		if err != nil {
			return bot.Response{}, err
		}
		body = append(body, text...)
		for _, b := range buttons {
			all = append(all, b)
		}
	}
	controls := screen(i, all, button("Group page", PathGroup(group)), PathGroup(group)+"/more")
	return show(i, &bot.Card{Title: bot.Textf("More of the %s", d.Group.Name), Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

// screen is one screen of controls, from the place in the path on, with the ways
// out, on and back to the beginning, whose path is given.
func screen(i bot.Interaction, all []bot.Control, out bot.Control, path string) []bot.Control {
	from, _ := strconv.Atoi(i.Arg("from")) // anything else is the beginning
	from = max(0, min(from, len(all)))
	shown := all[from:min(from+morePerPage, len(all))]
	if len(all) == morePerPage+1 && from == 0 {
		shown = all // one more has the place of the way on
	}
	controls := append(append([]bot.Control{}, shown...), out)
	if rest := from + len(shown); rest < len(all) {
		return append(controls, button("More", path+"/"+strconv.Itoa(rest)))
	} else if from > 0 {
		return append(controls, button("Back", path))
	}
	return controls
}
