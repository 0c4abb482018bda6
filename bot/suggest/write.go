package suggest

import (
	"context"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// The fields of the forms.
const (
	fieldQuestion = "question"
	fieldRight    = "right"
	fieldWrong    = "wrong"
	fieldWhy      = "why"
	fieldRecalled = "recalled"
	fieldArea     = "area"
	fieldReason   = "reason"

	mineSigned   = "signed"
	mineUnsigned = "unsigned"
	fromExam     = "exam"
)

// Bounds of what is written, as banks have them.
const (
	mostQuestion = 900
	mostOption   = 75
	mostWrong    = 4
	mostWhy      = 520 // an explanation and its source
)

// used opens the form with the message on which the shortcut was used.
func (s *Service) used(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, _, err := s.Groups.Here(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	text := ""
	if i.Target != nil {
		text = i.Target.Text
	}
	return form(g.ID, text)
}

// ask opens the form.
func (s *Service) ask(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, _, err := s.Groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	return form(g.ID, "")
}

// form asks for a question, with what is known of it already.
func form(groupID, question string) (bot.Response, error) {
	fields := append(itemFields(quizzes.Item{Stem: bot.Clip(clean(question), mostQuestion)}), bot.Field{
		Name: fieldRecalled, Label: recalledLabel, Kind: bot.OneOf, Required: true, Options: []bot.Option{
			{Label: mineSignedLabel, Value: mineSigned}, {Label: mineUnsignedLabel, Value: mineUnsigned}, {Label: fromExamLabel, Value: fromExam},
		}})
	return bot.Response{Form: &bot.Form{Title: suggestTitle, Submit: "Send", Action: PathSuggest(groupID) + "/sent", Intro: suggestIntro, Fields: fields}}, nil
}

// itemFields ask for a question, with what an item has.
func itemFields(item quizzes.Item) []bot.Field {
	right, wrong := answersOf(item)
	fields := []bot.Field{
		{Name: fieldQuestion, Label: "Question", Kind: bot.Paragraph, Required: true, Max: mostQuestion, Initial: []string{item.Stem}},
		{Name: fieldRight, Label: "Right answer", Kind: bot.Line, Required: true, Initial: []string{right}, Max: 200, Help: rightHelp},
		{Name: fieldWrong, Label: "Wrong answers, one a line", Kind: bot.Paragraph, Required: true, Max: 600, Initial: []string{strings.Join(wrong, "\n")}, Help: wrongHelp},
		{Name: fieldWhy, Label: "Why, and its source on the last line", Kind: bot.Paragraph, Required: true, Max: 1000, Initial: []string{whyOf(item)}, Help: whyHelp},
	}
	for n := range fields {
		if fields[n].Initial[0] == "" {
			fields[n].Initial = nil
		}
	}
	return fields
}

// answersOf are the right answer of an item and the wrong ones. What is right beside
// it since a correction is neither: a question has one answer when it is written.
func answersOf(item quizzes.Item) (right string, wrong []string) {
	for _, o := range item.Options {
		switch {
		case !item.RightOption(o.ID):
			wrong = append(wrong, o.Text)
		case slices.Contains(item.Answer, o.ID):
			right = o.Text
		}
	}
	return right, wrong
}

// sole is an item with one right answer of several, and without the others; ok is
// false where nothing would be left to choose from.
func sole(item quizzes.Item) (one quizzes.Item, ok bool) {
	if len(item.Also) == 0 {
		return item, true
	}
	one = item
	one.Also, one.Options, one.Answer = nil, nil, nil
	for _, o := range item.Options {
		right := slices.Contains(item.Answer, o.ID)
		if !right && item.RightOption(o.ID) {
			continue
		}
		o.ID = string(rune('a' + len(one.Options)))
		one.Options = append(one.Options, o)
		if right {
			one.Answer = append(one.Answer, o.ID)
		}
	}
	return one, len(one.Options) > len(one.Answer)
}

// whyOf is an explanation with its source in the last line, as it was typed.
func whyOf(item quizzes.Item) string {
	if item.Source.Title == "" {
		return item.Explanation
	}
	return item.Explanation + "\n" + strings.TrimSpace(item.Source.Title+" "+item.Source.URL)
}

// clean is what was typed, without empty lines, tabs and space around lines.
func clean(typed string) string {
	var lines []string
	for line := range strings.Lines(string(bot.Typed(typed))) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// address is a web address in the line of a source.
var address = regexp.MustCompile(`https?://\S+`)

// read makes an item of what was filled in, or says field by field what is wrong.
// The rules are those of banks.
func read(id string, v bot.Values) (item quizzes.Item, invalid map[string]string) {
	invalid = map[string]string{}
	item = quizzes.Item{ID: practice.OwnID(id), Type: quizzes.Single, Stem: clean(v.Get(fieldQuestion))}
	right := strings.ReplaceAll(clean(v.Get(fieldRight)), "\n", " ")
	wrong := slices.Collect(strings.SplitSeq(clean(v.Get(fieldWrong)), "\n"))
	why := clean(v.Get(fieldWhy))
	switch n := strings.LastIndex(why, "\n"); {
	case n < 0:
		invalid[fieldWhy] = noSourceWords
	case len([]rune(why)) > mostWhy:
		invalid[fieldWhy] = longWhyWords
	default:
		item.Explanation, item.Source.Title = why[:n], strings.TrimPrefix(why[n+1:], "Source: ")
		if link := address.FindString(item.Source.Title); link != "" {
			item.Source.URL = strings.TrimRight(link, ".,;)>")
			item.Source.Title = strings.Trim(strings.Replace(item.Source.Title, item.Source.URL, "", 1), " ,;()<>.")
			if item.Source.Title == "" {
				item.Source.Title = bot.Clip(item.Source.URL, 120)
			}
		}
	}
	switch {
	case wrong[0] == "" || len(wrong) > mostWrong:
		invalid[fieldWrong] = wrongCountWords
	case slices.ContainsFunc(wrong, tooLong):
		invalid[fieldWrong] = longOptionWords
	}
	if right == "" || tooLong(right) {
		invalid[fieldRight] = longOptionWords
	}
	if item.Stem == "" {
		invalid[fieldQuestion] = noQuestionWords
	}
	if len(invalid) > 0 {
		return item, invalid
	}
	item.Options, item.Answer = options(right, wrong)
	for _, p := range faults(item) {
		field := fieldOf(p.Path, item)
		if invalid[field] == "" {
			invalid[field] = bot.Textf(faultWords, p.What, p.Fix).Plain()
		}
	}
	return item, invalid
}

func tooLong(option string) bool { return len([]rune(option)) > mostOption }

// options puts the right answer among the wrong ones, in an order of chance that
// the same answers have again.
func options(right string, wrong []string) (all []quizzes.Option, answer []string) {
	texts := append([]string{right}, wrong...)
	slices.Sort(texts)
	seed := strings.Join(texts, "\n")
	slices.SortStableFunc(texts, func(a, b string) int { return strings.Compare(mixed(seed, a), mixed(seed, b)) })
	for n, text := range texts {
		o := quizzes.Option{ID: string(rune('a' + n)), Text: text}
		if text == right && answer == nil {
			answer = []string{o.ID}
		}
		all = append(all, o)
	}
	return all, answer
}

func mixed(seed, text string) string {
	h := fnv.New128a()
	h.Write([]byte(seed + "\x00" + text))
	return string(h.Sum(nil))
}

// faults are what the checker of banks finds wrong with an item, and what sounds
// like a question out of an exam.
func faults(item quizzes.Item) (all []quizzes.Problem) {
	if item.Domain == "" {
		item.Domain = "unknown"
	}
	file, err := export(quizzes.Bank{ID: "own", Title: "own", Certification: "unknown", Outline: "unknown", Items: []quizzes.Item{item}})
	if err != nil {
		return []quizzes.Problem{{What: err.Error(), Fix: "write it differently"}}
	}
	_, problems := quizzes.Parse(file.Name, file.Data)
	for _, p := range problems {
		if !p.Warning || strings.HasPrefix(p.What, "speaks of a real exam") {
			all = append(all, p)
		}
	}
	return all
}

// export is a bank of own items as a file, with identifiers that banks have.
func export(bank quizzes.Bank) (exchange.Exported, error) {
	bank.Draft, bank.Items = true, slices.Clone(bank.Items)
	for n, item := range bank.Items {
		bank.Items[n].ID = strings.ReplaceAll(item.ID, ".", "-")
	}
	return exchange.Export(bank, exchange.YAML)
}

// fieldOf is where the form asks for what a path of a bank holds.
func fieldOf(path string, item quizzes.Item) string {
	path = strings.TrimPrefix(path, "items[0].")
	switch {
	case strings.HasPrefix(path, "stem"):
		return fieldQuestion
	case strings.HasPrefix(path, "explanation"), strings.HasPrefix(path, "source"):
		return fieldWhy
	case strings.HasPrefix(path, "options["):
		n := int(path[len("options[")] - '0')
		if n >= 0 && n < len(item.Options) && item.RightOption(item.Options[n].ID) {
			return fieldRight
		}
		return fieldWrong
	case strings.HasPrefix(path, "options"):
		return fieldWrong
	}
	return fieldQuestion
}

// sent records what was filled in. Of a question that is remembered from an exam,
// nothing is kept.
func (s *Service) sent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if i.Values.Get(fieldRecalled) == fromExam {
		return bot.Whisper(simple("", recalledWords,
			bot.Button{Label: "Write my own", Action: PathSuggest(i.Arg("group")), Style: bot.Primary},
			bot.Button{Label: "My study page", Action: group.PathStudy})), nil
	}
	g, m, err := s.Groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	id := s.NewID()
	item, invalid := read(id, i.Values)
	mine := i.Values.Get(fieldRecalled)
	if mine != mineSigned && mine != mineUnsigned {
		invalid[fieldRecalled] = noRecalledWords
	}
	if len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	added, err := s.Store.AddSuggestion(ctx, Suggestion{ID: id, Group: g.ID, Member: m.ID, Signed: mine == mineSigned, Item: item, MadeAt: s.Now()})
	if err != nil {
		return bot.Response{}, err
	}
	if added.TooMany {
		return bot.Response{Invalid: map[string]string{"": bot.Textf(tooManyWords, MostWaiting).Plain()}}, nil
	}
	s.Wake()
	told, err := s.Groups.Subscribe(ctx, i, Note)
	if err != nil {
		return bot.Response{}, err
	}
	lines, row := []bot.Text{sentWords, sentNextWords}, []bot.Control{}
	if told {
		lines = append(lines, noteComesWords)
		row = append(row, bot.Button{Label: "No note, please", Action: group.PathRemindOff(Note)})
	}
	row = append(row, bot.Button{Label: suggestLabel, Action: PathSuggest(g.ID)}, bot.Button{Label: "My study page", Action: group.PathStudy})
	return bot.Whisper(simple("", bot.Join("\n", lines...), row...)), nil
}
