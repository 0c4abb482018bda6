package suggest

import (
	"context"
	"slices"
	"strconv"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// pagePart leads from a group's "More" page to suggesting and, for organisers, to
// what was accepted.
func (s *Service) pagePart(_ context.Context, d group.Details, m group.Member) ([]bot.Text, []bot.Button, error) {
	var buttons []bot.Button
	if m.ID != "" && d.Group.State != group.Ended {
		buttons = append(buttons, bot.Button{Label: suggestLabel, Action: PathSuggest(d.Group.ID)})
	}
	if m.Role == group.Organiser {
		buttons = append(buttons, bot.Button{Label: "Own questions", Action: pathOwn(d.Group.ID)})
	}
	return nil, buttons, nil
}

// own is the page of a group's own questions.
func (s *Service) own(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	from, _ := strconv.Atoi(i.Arg("from")) // anything else is the beginning
	return s.ownPage(ctx, i, i.Arg("group"), from)
}

// ownPerPage leaves room for the way on and the file.
const ownPerPage = 5

func (s *Service) ownPage(ctx context.Context, i bot.Interaction, groupID string, from int) (bot.Response, error) {
	d, err := s.Groups.Organising(ctx, i, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	all, err := s.Store.Suggestions(ctx, groupID, "", false)
	if err != nil {
		return bot.Response{}, err
	}
	title := bot.Textf(ownPageTitle, bot.Clip(d.Group.Name, 50))
	out := bot.Button{Label: "Group page", Action: group.PathGroup(groupID)}
	add := bot.Button{Label: importLabel, Action: pathImport(groupID)}
	if len(all) == 0 {
		return bot.InPlace(i, simple(title, ownNone, bot.Button{Label: suggestLabel, Action: PathSuggest(groupID)}, add, out)), nil
	}
	asked := 0
	for _, n := range all {
		if n.State == Accepted {
			asked++
		}
	}
	lines := []bot.Text{bot.Textf("%s, %d of them asked.", bot.Count(len(all), "question", "questions"), asked)}
	slices.Reverse(all) // the newest first
	from = max(0, min(from, len(all)-1))
	var row bot.Row
	for _, n := range all[from:min(from+ownPerPage, len(all))] {
		lines = append(lines, bot.Textf(lineWords, bot.Clip(n.Item.Stem, 60)))
		row = append(row, bot.Button{Label: bot.Clip(n.Item.Stem, bot.LimitLabel), Action: pathOne(n.ID)})
	}
	second := bot.Row{bot.Button{Label: "As a file", Action: pathOwn(groupID) + "/file"}, add, out}
	switch {
	case from+ownPerPage < len(all):
		second = append(second, bot.Button{Label: "More", Action: pathOwn(groupID) + "/" + strconv.Itoa(from+ownPerPage)})
	case from > 0:
		second = append(second, bot.Button{Label: "Back", Action: pathOwn(groupID)})
	}
	m := simple(title, bot.Join("\n", lines...))
	m.Card.Controls = []bot.Row{row, second}
	return bot.InPlace(i, m), nil
}

// file whispers a group's own questions as banks, one for each certification.
func (s *Service) file(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	d, err := s.Groups.Organising(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	_, m, err := s.Groups.Join(ctx, i, d.Group.ID)
	if err != nil {
		return bot.Response{}, err
	}
	byTrack, held, err := s.Store.OwnExported(ctx, d.Group.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	var files []bot.File
	var ids []string
	left := 0   // without an area of today's outline
	argued := 0 // with nothing but right answers
	rest := 0   // for which a message has no room
	for _, t := range d.Tracks {
		within := s.fitting(t.Track, byTrack[t.ID])
		left += len(byTrack[t.ID]) - len(within)
		var fit []quizzes.Item
		for _, item := range within {
			if item, ok := sole(item); ok {
				fit = append(fit, item)
			}
		}
		argued += len(within) - len(fit)
		if len(fit) == 0 {
			continue
		}
		banks, err := s.banks(d, t, fit)
		if err != nil {
			return bot.Response{}, err
		}
		for _, one := range banks {
			if len(files) == bot.LimitFiles {
				rest += len(one.ids)
				continue
			}
			files, ids = append(files, one.file), append(ids, one.ids...)
		}
	}
	lines := []bot.Text{fileWords, fileReads}
	if len(files) == 0 {
		lines = []bot.Text{fileNone}
	}
	switch {
	case held == 1:
		lines = append(lines, ownHeldOne)
	case held > 1:
		lines = append(lines, bot.Textf(ownHeldSome, held))
	}
	if left > 0 {
		lines = append(lines, bot.Textf(areaLeft, bot.Count(left, "question is left out", "questions are left out")))
	}
	if argued > 0 {
		lines = append(lines, bot.Textf(arguedLeft, bot.Count(argued, "question is left out", "questions are left out")))
	}
	if rest > 0 {
		lines = append(lines, bot.Textf(restLeft, bot.Count(rest, "question is left out", "questions are left out"), bot.LimitFiles))
	}
	if err := s.Store.SuggestionRead(ctx, m.ID, ids...); err != nil {
		return bot.Response{}, err
	}
	whisper := simple(fileTitle, bot.Join("\n", lines...), ways(d.Group.ID)...)
	whisper.Files = files
	return bot.Whisper(whisper), nil
}

// ownBank is questions of a group's own as a file.
type ownBank struct {
	file bot.File
	ids  []string // of the suggestions that they were
}

// banks are items about a track as files that are each a bank.
func (s *Service) banks(d group.Details, t group.Studied, items []quizzes.Item) ([]ownBank, error) {
	lots, err := inBanks(items)
	if err != nil {
		return nil, err
	}
	var all []ownBank
	for n, lot := range lots {
		part := ""
		if n > 0 {
			part = "-" + strconv.Itoa(n+1)
		}
		out, err := export(quizzes.Bank{ID: "own-" + t.Certification + "-" + t.ID + part, Title: bot.Clip(d.Group.Name+": "+s.short(t.Certification)+" questions of our own", 120),
			Certification: t.Certification, Outline: t.Outline, Items: lot})
		if err != nil {
			return nil, err
		}
		one := ownBank{file: bot.File{Name: "own-" + t.Certification + part + ".yaml", MIME: "application/yaml", Data: out.Data}}
		for _, item := range lot {
			id, _ := practice.OwnOf(item.ID)
			one.ids = append(one.ids, id)
		}
		all = append(all, one)
	}
	return all, nil
}

// inBanks are items in lots that each make a bank as large as one may be.
func inBanks(items []quizzes.Item) ([][]quizzes.Item, error) {
	out, err := export(quizzes.Bank{ID: "own", Title: "own", Certification: "unknown", Outline: "unknown", Items: items})
	if err != nil {
		return nil, err
	}
	half := len(items) / 2
	if fits := len(items) <= quizzes.MostItems && len(out.Data) <= quizzes.MostBytes-1024; fits || half == 0 { // with room for its head
		return [][]quizzes.Item{items}, nil
	}
	first, err := inBanks(items[:half])
	if err != nil {
		return nil, err
	}
	rest, err := inBanks(items[half:])
	return append(first, rest...), err
}

// fitting are the items with an area that a track's outline has.
func (s *Service) fitting(t group.Track, items []quizzes.Item) []quizzes.Item {
	domains := s.outline(t).Domains
	return slices.DeleteFunc(slices.Clone(items), func(item quizzes.Item) bool {
		for _, d := range domains {
			if d.ID == item.Domain {
				return false
			}
		}
		return true
	})
}
