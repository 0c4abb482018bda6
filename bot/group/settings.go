package group

import (
	"context"

	"studyhall/bot"
)

// PathSettings is a person's settings in a group. It is whispered.
func PathSettings(groupID string) string { return "settings/" + groupID }

// pathOwnSettings is the same in the group that is meant where it is pressed.
const pathOwnSettings = "settings"

// ContributeSetting adds a feature's lines and buttons to a member's settings.
// Sections stand in the order in which they were added, after those of groups.
func (s *Service) ContributeSetting(section Section) { s.settings = append(s.settings, section) }

// settingsPressed whispers what a person can choose for themselves in a group;
// in a private place, it takes the place of what led there.
func (s *Service) settingsPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	m, ok, err := s.member(ctx, i, i.Arg("group"))
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return s.showSettings(ctx, i, m.Group, m.Member)
}

// ownSettings shows them where no group is named, as in the help.
func (s *Service) ownSettings(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showSettings(ctx, i, g, m)
}

func (s *Service) showSettings(ctx context.Context, i bot.Interaction, g Group, m Member) (bot.Response, error) {
	var body []bot.Text
	var all []bot.Control
	for _, section := range s.settings {
		more, buttons, err := section(ctx, g, m)
		if err != nil {
			return bot.Response{}, err
		}
		body, all = append(body, more...), append(all, controlsOf(buttons)...)
	}
	all = append(all, controlsOf(privacyButtons)...)
	controls := screen(i, all, button("My study page", PathStudy), PathSettings(g.ID))
	return show(i, &bot.Card{Title: wordsSettings, Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}
