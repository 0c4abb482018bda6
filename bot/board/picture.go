package board

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/chart"
	"studyhall/bot/group"
)

// illustrate puts a picture of the places into a weekly post, where the group
// wants one. A fault in drawing leaves it out: the words say everything.
func (s *Service) illustrate(ctx context.Context, groupID string, p post, names map[string]Naming, m bot.Message) bot.Message {
	if s.Pictures == nil || m.Card == nil {
		return m
	}
	wish, err := s.Store.Pictures(ctx, groupID)
	if err != nil || wish == group.NoPictures {
		if err != nil {
			s.Log.Warn("weekly post without its picture", "group", groupID, "err", err)
		}
		return m
	}
	for _, part := range p.Sections {
		if len(part.Rows) == 0 {
			continue
		}
		b := part.picture(names)
		data, err := s.Pictures.Board(b, Theme(wish))
		if err != nil {
			s.Log.Warn("weekly post without its picture", "group", groupID, "err", err)
			return m
		}
		m.Card.Image = &bot.Image{Name: "week.png", Data: data, Alt: bot.Clip(b.Words(), bot.LimitAlt)}
		if err := m.Validate(); err != nil {
			s.Log.Warn("weekly post without its picture", "group", groupID, "err", err)
			m.Card.Image = nil
		}
		return m // a message has one picture, that of the first board
	}
	return m
}

// picture is a track's places as they stand in the words.
func (p section) picture(names map[string]Naming) chart.Board {
	b := chart.Board{Title: p.Short + ": last week together", Note: wordsShared.Plain()}
	for _, row := range p.Rows {
		who := bot.Count(row.People, "person", "people")
		if visible := visible(names, row.Members); len(visible) > 0 {
			who = named(visible, row.People-len(row.Members))
		}
		b.Rows = append(b.Rows, chart.Place{Place: row.Place, Who: who, Points: row.Points})
	}
	return b
}

// Theme is the colours that a group wants.
func Theme(p group.Pictures) chart.Theme {
	if p == group.DarkPictures {
		return chart.Dark
	}
	return chart.Light
}
