package practice

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

const (
	// liveStandard is how many questions a live round has unless others are asked for.
	liveStandard = 10
	// liveMeeting stands in a path for the questions of the meeting pack, and
	// liveEverything for all areas.
	liveMeeting, liveEverything = "meeting", "all"
)

// attachLive registers live rounds. What begins one is under quiz/, what goes on
// with it under live/.
func (s *Service) attachLive() {
	s.Bot.Action("quiz/{group}/live/{count}/{area}", s.livePreview)
	s.Bot.Action("quiz/{group}/live/{count}/{area}/start", s.liveStart)
	s.Bot.Action("quiz/{group}/of/{track}/live/{count}/{area}", s.livePreview)
	s.Bot.Action("quiz/{group}/of/{track}/live/{count}/{area}/start", s.liveStart)
	s.Bot.Action("live/{live}/{place}/answer/{choice}", s.liveLetter)
	s.Bot.Action("live/{live}/{place}/form", s.liveForm)
	s.Bot.Action("live/{live}/{place}/sent", s.liveSent)
	s.Bot.Action("live/{live}/{place}/mine", s.liveMine)
	s.Bot.Action("live/{live}/{place}/close", s.liveClose)
	s.Bot.Action("live/{live}/{place}/next", s.liveNext)
	s.Bot.Action("live/{live}/{place}/stop", s.liveAskStop)
	s.Bot.Action("live/{live}/end", s.liveStop)
	s.Bot.Action("live/{live}/result", s.liveResult)
}

// liveWish is the live round that somebody asks for.
type liveWish struct {
	count   int
	area    string // "" for all
	meeting bool   // the questions missed most, instead of both
}

// livePath names the wish in a path of its group; an area by its number.
func (s *Service) livePath(t group.Track, w liveWish) string {
	count, area := strconv.Itoa(w.count), liveEverything
	if w.meeting {
		count = liveMeeting
	}
	for n, d := range s.outline(t).Domains {
		if d.ID == w.area {
			area = areaNumber(n)
		}
	}
	return ofTrack(t) + "/live/" + count + "/" + area
}

// liveWished reads what livePath writes; what can't be read is the usual.
func (s *Service) liveWished(t group.Track, i bot.Interaction) liveWish {
	w := liveWish{count: liveStandard, meeting: i.Arg("count") == liveMeeting}
	if n, err := strconv.Atoi(i.Arg("count")); err == nil && slices.Contains([]int{5, 10, 20}, n) {
		w.count = n
	}
	for n, d := range s.outline(t).Domains {
		if areaNumber(n) == i.Arg("area") && s.hasItems(t, d.ID) {
			w.area = d.ID
		}
	}
	return w
}

// liveTyped answers /quiz with a live round, on what was typed: it shows what would come.
func (s *Service) liveTyped(ctx context.Context, i bot.Interaction, t group.Track, typed string) (bot.Response, error) {
	w := liveWish{count: liveStandard}
	if n, err := strconv.Atoi(i.Values.Get("count")); err == nil {
		w.count = n
	}
	if typed != "" {
		var err error
		if w.area, err = s.topic(t, typed); err != nil {
			return bot.Response{}, err
		}
	}
	return s.liveOffer(ctx, i, t, w)
}

// livePreview shows what would come, in the place of another preview.
func (s *Service) livePreview(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, _, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.liveOffer(ctx, i, t, s.liveWished(t, i))
}

func (s *Service) liveOffer(ctx context.Context, i bot.Interaction, t group.Track, w liveWish) (bot.Response, error) {
	chosen, ch, err := s.chosenLive(ctx, i, t, w, "preview")
	switch {
	case err != nil:
		return bot.Response{}, err
	case len(chosen) == 0:
		return liveNone(i), nil
	}
	lines := []bot.Text{bot.Textf(livePreviewBody, questions(len(chosen)), int(livePer.Seconds()))}
	switch {
	case w.meeting:
		lines = append(lines, livePreviewMeeting)
	case w.area != "":
		lines = append(lines, bot.Textf(livePreviewTopic, s.outline(t).Domain(w.area).Short))
	}
	if !w.meeting && len(chosen) < w.count {
		lines = append(lines, bot.Textf(liveFewerWords, questions(len(chosen))))
	}
	row := bot.Row{bot.Button{Label: "Start", Action: s.livePath(t, w) + "/start", Style: bot.Primary}}
	rows := []bot.Row{}
	if !w.meeting {
		for _, n := range []int{5, 10, 20} {
			if n != w.count {
				row = append(row, bot.Button{Label: questions(n).Plain(), Action: s.livePath(t, liveWish{count: n, area: w.area})})
			}
		}
		if menu, ok := s.liveTopics(t, w); ok {
			rows = append(rows, menu)
		}
	}
	m := simple(bot.Textf(livePreviewTitle, s.liveWhere(ctx, ch)), bot.Join("\n", lines...), append([]bot.Row{row}, rows...)...)
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m), nil
}

// liveTopics lets somebody choose the area of a live round.
func (s *Service) liveTopics(t group.Track, w liveWish) (bot.Row, bool) {
	all := liveWish{count: w.count}
	menu := bot.Menu{Placeholder: topicPlaceholder, Action: strings.TrimSuffix(s.livePath(t, all), "/"+liveEverything)}
	if w.area != "" {
		menu.Options = append(menu.Options, bot.Option{Label: "All areas", Value: liveEverything})
	}
	for n, d := range s.outline(t).Domains {
		if len(menu.Options) < bot.LimitOptions && d.ID != w.area && s.hasItems(t, d.ID) {
			menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(d.Short, bot.LimitOptionLabel), Value: areaNumber(n)})
		}
	}
	return bot.Row{menu}, len(menu.Options) > 1
}

// liveChannel is where a live round would be: in the group's channel in which it
// is asked for, else in its first.
func (s *Service) liveChannel(ctx context.Context, i bot.Interaction, groupID string) (bot.ChannelID, error) {
	channels, err := s.Store.GroupChannels(ctx, groupID)
	switch {
	case err != nil || len(channels) == 0:
		return "", err
	case slices.Contains(channels, i.Channel):
		return i.Channel, nil
	}
	return channels[0], nil
}

// liveWhere is what people call that channel.
func (s *Service) liveWhere(ctx context.Context, ch bot.ChannelID) string {
	if name := s.Bot.ChannelName(ctx, ch); name != bot.ThisChannel {
		return bot.Clip(name, 40)
	}
	return liveWherePlain
}

// liveStart begins a live round; the same press begins it once.
func (s *Service) liveStart(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	id := s.NewID()
	chosen, ch, err := s.chosenLive(ctx, i, t, s.liveWished(t, i), t.ID+" "+id)
	switch {
	case err != nil:
		return bot.Response{}, err
	case len(chosen) == 0:
		return liveNone(i), nil
	}
	l := Live{ID: id, Group: t.Group, Track: t.ID, Channel: ch, Host: m.ID, Per: livePer}
	start, running, err := s.Store.StartLive(ctx, l, liveItems(t, chosen, id), i.ID, s.NewID(), s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	back := append(bot.Row{bot.Button{Label: "The group", Action: group.PathGroup(t.Group)}}, studyRow()...)
	switch start {
	case LiveRefused:
		return bot.InPlace(i, simple(liveRefusedTitle, liveRefusedWords, back)), nil
	case LiveRunning:
		return bot.InPlace(i, simple(liveRunningTitle, bot.Textf(liveRunningWords, running.Place, running.Size), studyRow())), nil
	}
	s.Wake()
	stop := bot.Row{bot.Button{Label: "Stop it again", Action: livePlacePath(running.ID, running.Place) + "/stop"}}
	return bot.InPlace(i, simple(liveStartedTitle, bot.Textf(liveStartedWords, s.liveWhere(ctx, ch)), append(stop, studyRow()...))), nil
}

// chosenLive is what a live round would ask and where; there may be no questions.
func (s *Service) chosenLive(ctx context.Context, i bot.Interaction, t group.Track, w liveWish, seed string) ([]entry, bot.ChannelID, error) {
	chosen, err := s.pickLive(ctx, t, w, seed)
	if err != nil {
		return nil, "", err
	}
	ch, err := s.liveChannel(ctx, i, t.Group)
	return chosen, ch, err
}

// liveNone says that there is nothing to ask.
func liveNone(i bot.Interaction) bot.Response {
	return bot.InPlace(i, simple(liveNoneTitle, liveNoneWords, studyRow()))
}

// liveItems are the snapshots of what a live round or a match, the asker, asks about a track.
func liveItems(t group.Track, chosen []entry, asker string) []LiveItem {
	var items []LiveItem
	for _, e := range chosen {
		items = append(items, LiveItem{Domain: e.item.Domain, SessionItem: e.snapshot(t, asker)})
	}
	return items
}

// pickLive chooses the questions of a live round: in the proportions of the
// outline, those that the fewest people of the group have met, and only such as
// a press answers. Of the meeting pack it takes exactly those.
func (s *Service) pickLive(ctx context.Context, t group.Track, w liveWish, seed string) ([]entry, error) {
	var chosen []entry
	if w.meeting {
		pack, err := s.meeting(ctx, t)
		for _, q := range pack.questions {
			chosen = append(chosen, q.entry)
		}
		return chosen, err
	}
	closed, err := s.keptBack(ctx, t)
	if err != nil {
		return nil, err
	}
	uses, _, err := s.Store.Uses(ctx, t.Group, t.ID)
	if err != nil {
		return nil, err
	}
	met := map[string]int{}
	for item, use := range uses {
		met[item] = use.Met
	}
	return s.pickFresh(t, w, closed, met, seed), nil
}

// pickFresh chooses in the proportions of the outline, and of an area what was
// met least. Items of closed are left out.
func (s *Service) pickFresh(t group.Track, w liveWish, closed map[string]bool, met map[string]int, seed string) (chosen []entry) {
	left := map[string][]entry{}
	for _, e := range s.pool(t).items {
		if !closed[e.item.ID] && quick(e.item) && (w.area == "" || w.area == e.item.Domain) {
			left[e.item.Domain] = append(left[e.item.Domain], e)
		}
	}
	byDomain := map[string]int{}
	for len(chosen) < w.count && len(left) > 0 {
		area := furthestBehind(left, s.outline(t), byDomain, seed)
		e := slices.MinFunc(left[area], func(a, b entry) int {
			if d := met[a.item.ID] - met[b.item.ID]; d != 0 {
				return d
			}
			return compareSeeded(seed, a.item.ID, b.item.ID)
		})
		chosen = append(chosen, e)
		byDomain[area]++
		left[area] = slices.DeleteFunc(left[area], func(o entry) bool { return o.item.ID == e.item.ID })
		if len(left[area]) == 0 {
			delete(left, area)
		}
	}
	return chosen
}

// keptBack is what is not to be asked in a group just now: items that it has open
// somewhere, and those that are void in it.
func (s *Service) keptBack(ctx context.Context, t group.Track) (map[string]bool, error) {
	items, err := s.Store.GroupItems(ctx, t.Group)
	if err != nil {
		return nil, err
	}
	void, err := s.Store.VoidItems(ctx, t.Group)
	maps.Copy(items, useless(s.Library.of(t.Certification).byID, void))
	return items, err
}

// quick reports whether one press answers an item.
func quick(item quizzes.Item) bool {
	return item.Type == quizzes.Single || item.Type == quizzes.TrueFalse || item.Type == ""
}
