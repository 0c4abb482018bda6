package practice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"unicode"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// attachMatches registers friendly matches: arranging one under match/, playing
// under play/.
func (s *Service) attachMatches(groups *group.Service) {
	s.Bot.Action("match/{group}", s.matchPage)
	s.Bot.Action("match/{group}/code", s.matchCode)
	s.Bot.Action("match/{group}/enter", s.matchEnter)
	s.Bot.Action("match/{group}/entered", s.matchEntered)
	s.Bot.Action("match/{group}/ask/{match}", s.matchAsk)
	s.Bot.Action("match/{group}/accept/{match}", s.matchAccept)
	s.Bot.Action("match/{group}/no/{match}", s.matchDrop)
	s.Bot.Action("match/{group}/cancel/{match}", s.matchCancel)
	s.Bot.Action("play/{match}/{group}", s.matchPlay)
	s.Bot.Action("play/{match}/{group}/{place}/answer/{choice}", s.matchLetter)
	s.Bot.Action("play/{match}/{group}/{place}/form", s.matchForm)
	s.Bot.Action("play/{match}/{group}/{place}/sent", s.matchSent)
	groups.Contribute(s.matchStudy)
	groups.ContributeWord("match", s.matchShown)
	groups.ContributePage(func(_ context.Context, d group.Details, m group.Member) ([]bot.Text, []bot.Button, error) {
		if m.ID == "" || d.Group.State != group.Running {
			return nil, nil, nil
		}
		return nil, []bot.Button{{Label: "Friendly match", Action: "match/" + d.Group.ID}}, nil
	})
}

// matchKind is what the engine needs to know of matches.
func (s *Service) matchKind() schedule.Kind {
	return schedule.Kind{Name: KindMatch, Render: s.matchRender, Fire: func(ctx context.Context, d schedule.Due) error {
		return s.Store.EndMatch(ctx, d, s.NewID, s.Now())
	}}
}

// other is the side that a group plays against.
func (m Match) other(groupID string) MatchSide {
	if m.Host.Group == groupID {
		return m.Guest
	}
	return m.Host
}

func shortName(name string) string { return bot.Clip(name, 28) }

// matchPage is the page of a path's group.
func (s *Service) matchPage(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.matchShown(ctx, i, i.Arg("group"))
}

// matchShown shows how a group stands with matches, and to organisers what they can do.
func (s *Service) matchShown(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	g, me, err := s.groups.Join(ctx, i, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	m, ok, err := s.Store.MatchOf(ctx, g.ID, s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	path, organises := "match/"+g.ID, me.Role == group.Organiser
	lines, row := []bot.Text{matchAbout}, bot.Row{}
	other := m.other(g.ID)
	switch {
	case !ok && organises:
		lines = append(lines, matchBegin)
		row = bot.Row{bot.Button{Label: "Make a code", Action: path + "/code"}, bot.Button{Label: matchEnter, Action: path + "/enter"}}
	case !ok:
		lines = append(lines, matchMembers)
	case m.State == MatchRunning:
		lines = append(lines, bot.Textf(matchRunsWords, other.Name, bot.When(m.EndsAt.In(g.Location()))))
		row = bot.Row{bot.Button{Label: "Play the match", Action: "play/" + m.ID + "/" + g.ID, Style: bot.Primary}}
		if organises {
			row = append(row, bot.Button{Label: matchCancelLabel, Action: path + "/no/" + m.ID})
		}
	case m.State == MatchAsked && m.Host.Group == g.ID:
		lines = append(lines, bot.Textf(matchWaitsWords, other.Name))
		if organises {
			row = matchAskRow(m)
		}
	default:
		lines = append(lines, bot.Textf(matchPendsWords, other.Name))
		if organises {
			row = bot.Row{bot.Button{Label: "Take it back", Action: path + "/cancel/" + m.ID}}
		}
	}
	row = append(row, bot.Button{Label: "The group", Action: group.PathGroup(g.ID)})
	card := simple(matchTitle, bot.Join("\n", lines...), row).Card
	card.Footer = onlyYouWords
	return bot.InPlace(i, bot.Message{Card: greet(card, me)}), nil
}

// matchOrganiser is the acting account as an organiser of the path's group.
func (s *Service) matchOrganiser(ctx context.Context, i bot.Interaction) (group.Group, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err == nil && m.Role != group.Organiser {
		err = &bot.Error{Text: matchMembers, Card: simple(matchTitle, matchAbout+"\n"+matchMembers, studyRow()).Card}
	}
	return g, err
}

// organisedMatch is the match of a path with the acting organiser's group.
func (s *Service) organisedMatch(ctx context.Context, i bot.Interaction) (group.Group, Match, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return g, Match{}, err
	}
	m, ok, err := s.Store.Match(ctx, i.Arg("match"))
	if err == nil && !ok {
		err = matchRefusal(g.ID, matchOverAsk)
	}
	return g, m, err
}

// matchCode makes a one-time code: sixty random bits in twelve characters, of
// which the last four only find the rest.
func (s *Service) matchCode(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	now := s.Now()
	for range 5 {
		code := readCode(s.NewCode())
		c := matchCodeOf(code)
		c.Group, c.Account, c.EndsAt = g.ID, i.User, now.Add(MatchCodeFor)
		made, err := s.Store.MakeMatchCode(ctx, c, now)
		if err != nil {
			return bot.Response{}, err
		}
		if !made {
			continue
		}
		m := simple(bot.Textf(matchCodeTitle, dashed(code)), bot.Textf(matchCodeWords, bot.When(c.EndsAt.In(g.Location()))), bot.Row{
			bot.Button{Label: "Back", Action: "match/" + g.ID}, bot.Button{Label: "The group", Action: group.PathGroup(g.ID)}})
		m.Card.Footer = onlyYouWords
		return bot.InPlace(i, m), nil
	}
	return bot.Response{}, &bot.Error{Text: matchCodeWrongWords}
}

const (
	codeLength     = 12 // characters of a code
	selectorLength = 4  // of them, at its end
)

// readCode is a code as it is compared: without dashes and spaces, in capitals,
// with the digits that an identifier never has read as what they look like.
func readCode(typed string) string {
	code := strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		case r == '8':
			return 'B'
		case r >= 'A' && r <= 'Z', r >= '2' && r <= '9':
			return r
		}
		return -1
	}, typed)
	return code[:min(len(code), codeLength)]
}

// matchCodeOf is a code as it is kept and looked for.
func matchCodeOf(code string) MatchCode {
	at := max(0, len(code)-selectorLength)
	secret := sha256.Sum256([]byte(code[:at]))
	return MatchCode{Selector: code[at:], Secret: secret[:]}
}

// dashed is a code in groups of four.
func dashed(code string) string {
	var parts []string
	for part := range slices.Chunk([]byte(code), 4) {
		parts = append(parts, string(part))
	}
	return strings.Join(parts, "-")
}

// matchEnter opens the form for the other group's code.
func (s *Service) matchEnter(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: matchEnter, Submit: "Look", Action: "match/" + g.ID + "/entered", Fields: []bot.Field{
		{Name: "code", Label: matchCodeLabel, Help: matchCodeHelp, Kind: bot.Line, Required: true, Min: 1, Max: 40},
	}}}, nil
}

// matchEntered shows which group it is before anything is asked of it.
func (s *Service) matchEntered(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c := matchCodeOf(readCode(i.Values.Get("code")))
	c.Group = g.ID
	entry, m, err := s.Store.EnterMatchCode(ctx, c, s.NewID(), s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if entry != MatchCodeFits {
		return bot.Response{Invalid: map[string]string{"code": entry.words().Plain()}}, nil
	}
	path := "match/" + g.ID
	card := simple(bot.Textf(matchFoundTitle, shortName(m.Host.Name)), matchFoundWords, bot.Row{
		bot.Button{Label: "Ask them", Action: path + "/ask/" + m.ID, Style: bot.Primary},
		bot.Button{Label: "No, thanks", Action: path + "/cancel/" + m.ID}})
	card.Card.Footer = onlyYouWords
	return inPlace(i, bot.Whisper(card)), nil
}

// words say what is wrong with an entered code.
func (e MatchEntry) words() bot.Text {
	switch e {
	case MatchCodeTooMany:
		return matchTooManyWords
	case MatchCodeOwn:
		return matchOwnWords
	case MatchOtherExam:
		return matchExamWords
	case MatchBusy:
		return matchBusyWords
	}
	return matchCodeWrongWords
}

// matchRefusal says that nothing came of a press, and leads on.
func matchRefusal(groupID string, words bot.Text) error {
	return &bot.Error{Text: words, Card: simple(matchTitle, words, bot.Row{
		bot.Button{Label: "Friendly match", Action: "match/" + groupID}, bot.Button{Label: "The group", Action: group.PathGroup(groupID)}}).Card}
}

// matchAsk lets the guest agree, and asks the host.
func (s *Service) matchAsk(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.organisedMatch(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	now := s.Now()
	ok, err := s.Store.AskMatch(ctx, m.ID, g.ID, schedule.Delivery{Key: s.NewID(), Kind: KindMatch, Ref: m.ID + "/" + m.Host.Group + "/asked",
		Group: m.Host.Group, Target: string(m.Account), Person: true, Rank: schedule.RankOther, At: now, Until: m.EndsAt}, now)
	if err != nil || !ok {
		return bot.Response{}, cmp.Or(err, matchRefusal(g.ID, matchOverAsk))
	}
	s.Wake()
	row := bot.Row{bot.Button{Label: "Back", Action: "match/" + g.ID}, bot.Button{Label: "The group", Action: group.PathGroup(g.ID)}}
	return bot.InPlace(i, simple(bot.Textf(matchAskedTitle, shortName(m.Host.Name)), matchAskedWords, row)), nil
}

// matchAskRow is what the host can answer.
func matchAskRow(m Match) bot.Row {
	path := "match/" + m.Host.Group
	return bot.Row{bot.Button{Label: "Accept", Action: path + "/accept/" + m.ID, Style: bot.Primary}, bot.Button{Label: "No, thanks", Action: path + "/cancel/" + m.ID}}
}

// matchAccept starts the match with questions that neither group has open.
func (s *Service) matchAccept(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.organisedMatch(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	items, err := s.pickMatch(ctx, m)
	if err != nil || len(items) == 0 {
		return bot.Response{}, cmp.Or(err, matchRefusal(g.ID, matchNoneWords))
	}
	ok, err := s.Store.StartMatch(ctx, m.ID, g.ID, items, s.NewID, s.Now())
	if err != nil || !ok {
		return bot.Response{}, cmp.Or(err, matchRefusal(g.ID, matchOverAsk))
	}
	s.Wake()
	return bot.InPlace(i, matchStartMessage(m)), nil
}

// matchDrop asks before a running match is called off.
func (s *Service) matchDrop(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	m, ok, err := s.Store.MatchOf(ctx, g.ID, s.Now())
	if err != nil || !ok || m.ID != i.Arg("match") {
		return bot.Response{}, cmp.Or(err, matchRefusal(g.ID, matchOverAsk))
	}
	row := bot.Row{bot.Button{Label: "Call it off", Action: "match/" + g.ID + "/cancel/" + m.ID, Style: bot.Danger}, bot.Button{Label: "Back", Action: "match/" + g.ID}}
	return bot.InPlace(i, simple(bot.Textf(matchCancelTitle, shortName(m.other(g.ID).Name)), matchCancelWords, row)), nil
}

// matchCancel ends a match before its time, or declines it.
func (s *Service) matchCancel(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, err := s.matchOrganiser(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	m, _, err := s.Store.Match(ctx, i.Arg("match"))
	if err != nil {
		return bot.Response{}, err
	}
	ok, err := s.Store.DropMatch(ctx, i.Arg("match"), g.ID, s.Now())
	if err != nil || !ok {
		return bot.Response{}, cmp.Or(err, matchRefusal(g.ID, matchOverAsk))
	}
	s.Wake()
	over := matchDropMessage(g.ID)
	if m.State == MatchRunning {
		over.Card.Title, over.Card.Body = matchOffTitle, matchOffWords
	}
	return bot.InPlace(i, over), nil
}

// pickMatch chooses the questions of a match: in the proportions of the outline,
// those that the fewest people of both groups have met. There are ten or none.
func (s *Service) pickMatch(ctx context.Context, m Match) ([]LiveItem, error) {
	t := group.Track{Wide: true}
	closed, met := map[string]bool{}, map[string]int{}
	for _, g := range []string{m.Host.Group, m.Guest.Group} {
		theirs, ok, err := s.matchTrack(ctx, m, g)
		if err != nil || !ok {
			return nil, err
		}
		theirs.Wide = theirs.Wide && t.Wide // the stricter of the two
		t = theirs
		open, err := s.keptBack(ctx, theirs)
		if err != nil {
			return nil, err
		}
		uses, _, err := s.Store.Uses(ctx, g, theirs.ID)
		if err != nil {
			return nil, err
		}
		maps.Copy(closed, open)
		for item, use := range uses {
			met[item] += use.Met + use.Posted
		}
	}
	// What a group wrote itself is asked in that group alone.
	chosen := pickFresh(s.pool(t), s.outline(t), liveWish{count: matchSize}, closed, met, m.ID)
	if len(chosen) < matchSize {
		return nil, nil
	}
	return liveItems(t, chosen, m.ID), nil
}

// matchTrack is by what a group studies that a match is about; ok is false when
// it studies that no longer.
func (s *Service) matchTrack(ctx context.Context, m Match, groupID string) (t group.Track, ok bool, err error) {
	all, err := s.Store.PracticeTracks(ctx, groupID, "")
	n := slices.IndexFunc(all, func(t group.Track) bool { return t.Certification == m.Certification })
	if err != nil || n < 0 {
		return t, false, err
	}
	return all[n], true, nil
}
