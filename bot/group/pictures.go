package group

import (
	"context"

	"studyhall/bot"
)

// Pictures is whether a group's posts have pictures beside their words, and in
// which colours.
type Pictures string

// The choices.
const (
	NoPictures    Pictures = ""
	LightPictures Pictures = "light"
	DarkPictures  Pictures = "dark"
)

const (
	wordsPictures bot.Text = "A picture shows the places of the weekly post as bars, with the same facts as its words. " +
		"Nothing is in it that isn't in the words."
	wordsPicturesNone  bot.Text = "Now: no pictures."
	wordsPicturesLight bot.Text = "Now: light pictures."
	wordsPicturesDark  bot.Text = "Now: dark pictures."
)

// pictures shows the choice of pictures to an organiser.
func (s *Service) pictures(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return picturesCard(i, d.Group), nil
}

// setPictures makes the choice.
func (s *Service) setPictures(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	switch i.Arg("pictures") {
	case "none":
		d.Group.Pictures = NoPictures
	case string(LightPictures), string(DarkPictures):
		d.Group.Pictures = Pictures(i.Arg("pictures"))
	default:
		return bot.Response{}, problem(wordsUnknown, button("Group page", PathGroup(group)))
	}
	if err := s.c.Store.SetPictures(ctx, group, d.Group.Pictures); err != nil {
		return bot.Response{}, err
	}
	return picturesCard(i, d.Group), nil
}

func picturesCard(i bot.Interaction, g Group) bot.Response {
	path := PathGroup(g.ID)
	now := wordsPicturesNone
	switch g.Pictures {
	case LightPictures:
		now = wordsPicturesLight
	case DarkPictures:
		now = wordsPicturesDark
	}
	return show(i, &bot.Card{Title: "Pictures", Body: lines(wordsPictures, now), Footer: wordsOnlyYou, Controls: rows(
		button("No pictures", path+"/pictures/none"), button("Light", path+"/pictures/light"), button("Dark", path+"/pictures/dark"),
		button("Group page", path))})
}
