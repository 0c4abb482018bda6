package board

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/group"
)

// nameMost is how long a name on boards may be.
const nameMost = 40

// The values of the form's first field.
const (
	nameOwn    = "own"
	nameOther  = "other"
	nameHidden = "hidden"
)

// askName opens the form about one's name on boards.
func (s *Service) askName(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, _, n, err := s.naming(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	chosen := nameOwn
	switch {
	case n.Hidden:
		chosen = nameHidden
	case n.Board != "":
		chosen = nameOther
	}
	return bot.Response{Form: nameForm(g.ID, n, chosen)}, nil
}

func nameForm(groupID string, n Naming, chosen string) *bot.Form {
	another := bot.Field{Name: "name", Label: "Another name", Kind: bot.Line, Max: nameMost, Help: "Used when you chose another name"}
	if n.Board != "" {
		another.Initial = []string{n.Board}
	}
	return &bot.Form{
		Title: "Your name on boards", Submit: "Save", Action: group.PathName(groupID) + "/set",
		Fields: []bot.Field{
			{Name: "show", Label: "On boards I appear", Kind: bot.OneOf, Required: true, Initial: []string{chosen}, Options: []bot.Option{
				{Label: bot.Clip("As "+n.Own, bot.LimitOptionLabel), Value: nameOwn},
				{Label: "With another name", Value: nameOther},
				{Label: "Not at all: hide my name", Value: nameHidden},
			}},
			another,
		},
	}
}

// setName does what the form says.
func (s *Service) setName(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, n, err := s.naming(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	name := strings.Join(strings.Fields(string(bot.Typed(i.Values.Get("name")))), " ")
	show := i.Values.Get("show")
	if show == nameOwn && name != "" && name != n.Board && name != n.Own {
		show = nameOther // what is typed anew is meant, whatever is chosen above it
	}
	switch show {
	case nameHidden:
		return s.named(ctx, g, m, n.Board, true)
	case nameOther:
		if !strings.ContainsFunc(name, drawn) {
			return bot.Response{Invalid: map[string]string{"name": wordsNameNone.Plain()}}, nil
		}
		if utf8.RuneCountInString(name) > nameMost {
			return bot.Response{Invalid: map[string]string{"name": "Please keep it under 40 characters."}}, nil
		}
		if name == n.Own {
			name = ""
		}
		r, err := s.named(ctx, g, m, name, false)
		if err == nil && r.Reply == nil {
			return bot.Response{Invalid: map[string]string{"name": wordsNameTab.Plain()}}, nil
		}
		return r, err
	}
	return s.named(ctx, g, m, "", false)
}

// drawn reports whether a character can be seen: none of the letters and
// symbols that stand for nothing, either.
func drawn(r rune) bool {
	if strings.ContainsRune("\u115f\u1160\u2800\u3164\uffa0", r) {
		return false
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.S, unicode.P)
}

// hide takes the person's name off the boards.
func (s *Service) hide(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.setHidden(ctx, i, true)
}

// show puts it back.
func (s *Service) show(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.setHidden(ctx, i, false)
}

// naming is the acting account as a member of the path's group, with how boards
// name them.
func (s *Service) naming(ctx context.Context, i bot.Interaction) (g group.Group, m group.Member, n Naming, err error) {
	if g, m, err = s.Groups.Join(ctx, i, i.Arg("group")); err == nil {
		n, err = s.Store.Naming(ctx, g.ID, m.ID)
	}
	return g, m, n, err
}

func (s *Service) setHidden(ctx context.Context, i bot.Interaction, hidden bool) (bot.Response, error) {
	g, m, n, err := s.naming(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.named(ctx, g, m, n.Board, hidden)
}

// named keeps the choice and confirms it. The response is empty when another
// member is called so.
func (s *Service) named(ctx context.Context, g group.Group, m group.Member, name string, hidden bool) (bot.Response, error) {
	ok, err := s.Store.Rename(ctx, g.ID, m.ID, name, hidden)
	if err != nil || !ok {
		return bot.Response{}, err
	}
	body, again := wordsHideDone, bot.Button{Label: "Show my name", Action: group.PathName(g.ID) + "/show"}
	if !hidden {
		n, err := s.Store.Naming(ctx, g.ID, m.ID)
		if err != nil {
			return bot.Response{}, err
		}
		body, again = wordsShowDone(n.Shown()), bot.Button{Label: "Hide my name", Action: group.PathHideName(g.ID)}
	}
	return bot.Whisper(bot.Message{Card: &bot.Card{Body: body, Footer: wordsOnlyYou, Controls: []bot.Row{{
		bot.Button{Label: "Board", Action: group.PathBoard}, again, bot.Button{Label: "My study page", Action: group.PathStudy},
	}}}}), nil
}
