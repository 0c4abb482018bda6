package practice

import (
	"context"
	"errors"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/quizzes"
)

// answerField is the one field of the forms for answers.
const answerField = "answer"

// attachForms registers the forms of questions that no single press answers.
// "new" goes through the form of somebody whom opening it made a member.
func (s *Service) attachForms() {
	s.Bot.Action("fill/{round}", s.unsettled(s.fill))
	s.Bot.Action("filled/{round}", s.filled)
	s.Bot.Action("filled/{round}/{new}", s.filled)
	s.Bot.Action("copyfill/{round}", s.unsettled(s.fillCopy))
	s.Bot.Action("copyfilled/{round}", s.filledCopy)
}

// form asks for an answer to an item. What the person types has no place in it
// yet; a form that comes back with a fault keeps it by itself.
func form(item quizzes.Item, action string) bot.Response {
	f := bot.Form{Title: typedTitle, Submit: submitLabel, Action: action, Intro: stem(item)}
	field := bot.Field{Name: answerField, Label: typedTitle, Required: true, Kind: bot.Line, Min: 1, Max: 200}
	switch item.Type {
	case quizzes.Multiple:
		f.Title, f.Intro = chooseLabel, stem(item)+"\n\n"+ruleWords
		field = bot.Field{Name: answerField, Label: chooseFieldLabel, Required: true, Kind: bot.AnyOf, Min: 1, Max: len(item.Options)}
		for _, o := range item.Options {
			field.Options = append(field.Options, bot.Option{Label: optionLabel(o), Value: o.ID})
		}
	case quizzes.Numeric:
		field.Help = bot.Textf(numberHelp, quizzes.Example(item)).Plain()
		if unit := item.BareUnit(); unit != "" {
			field.Help = bot.Textf(unitHelp, quizzes.Example(item), unit).Plain()
		}
	case quizzes.Short:
		field.Help = shortHelp
	}
	f.Fields = []bot.Field{field}
	return bot.Response{Form: &f}
}

// sent is what was filled into the form.
func sent(i bot.Interaction) quizzes.Response {
	return quizzes.Response{Options: i.Values[answerField], Text: i.Values.Get(answerField)}
}

// reading is how a press or a form responds to an item, or why it doesn't.
type reading func(item quizzes.Item) (quizzes.Response, error)

// readChoice reads the option of a path; otherwise says that there is none.
func readChoice(i bot.Interaction, otherwise bot.Text) reading {
	return func(item quizzes.Item) (quizzes.Response, error) {
		r, ok := pressable(item, i.Arg("choice"))
		if !ok {
			return r, &bot.Error{Text: otherwise}
		}
		return r, nil
	}
}

// readForm reads what was filled into the form.
func readForm(i bot.Interaction) reading {
	return func(quizzes.Item) (quizzes.Response, error) { return sent(i), nil }
}

// read is the answer to an item that a reading gives, to be recorded.
func (s *Service) read(i bot.Interaction, item quizzes.Item, version string, how reading) (Answer, error) {
	r, err := how(item)
	if err != nil {
		return Answer{}, err
	}
	return s.given(i, item, version, r)
}

// given is the answer to an item that an interaction gives, to be recorded.
func (s *Service) given(i bot.Interaction, item quizzes.Item, version string, r quizzes.Response) (Answer, error) {
	a, err := answerTo(item, r)
	a.ID, a.ItemVersion, a.At, a.Interaction = s.answerID(), version, s.Now(), i.ID
	return a, err
}

// answerTo reads a response to an item: the answer it makes, or why it makes none.
func answerTo(item quizzes.Item, r quizzes.Response) (Answer, error) {
	verdict, err := quizzes.Grade(item, r)
	if err != nil {
		return Answer{}, err
	}
	grade := NewGrade(Verdict(verdict), item)
	a := Answer{Item: item.ID, Verdict: grade.Verdict, Credit: grade.Credit}
	if item.Typed() {
		a.Raw = strings.Join(strings.Fields(string(bot.Typed(r.Text))), " ")
	} else {
		a.Option = strings.Join(slices.Compact(slices.Sorted(slices.Values(r.Options))), " ")
	}
	return a, nil
}

// pressable is a letter as a response, if the item is answered by a letter.
func pressable(item quizzes.Item, choice string) (quizzes.Response, bool) {
	_, ok := item.Option(choice)
	return quizzes.Response{Options: []string{choice}}, ok && !item.Typed() && item.Type != quizzes.Multiple
}

// invalid is what comes of a form: it is given back with what could not be read.
func invalid(r bot.Response, err error) (bot.Response, error) {
	if u, ok := errors.AsType[*quizzes.Unreadable](err); ok {
		return bot.Response{Invalid: map[string]string{answerField: bot.Typed(u.Error()).Plain()}}, nil
	}
	return r, err
}

// fill opens the form under a posted question.
func (s *Service) fill(ctx context.Context, i bot.Interaction, p pressed) (bot.Response, error) {
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return bot.Response{}, err
	}
	switch {
	case r.State == Closed || r.State == Open && !s.Now().Before(r.ClosesAt):
		return s.tooLate(ctx, i, p)
	case r.State != Open:
		return bot.Whisper(simple("", notPostedWords, studyRow())), nil
	}
	action := "filled/" + r.ID
	if p.joined.New {
		action += "/new"
	}
	return form(p.item, action), nil
}

// filled grades what was filled in under a posted question.
func (s *Service) filled(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.answer(ctx, i, sent(i), false)
	if err != nil {
		return invalid(bot.Response{}, err)
	}
	if i.Arg("new") != "" {
		if p.joinedGroup, p.joined, err = s.groups.Join(ctx, i, p.group); err != nil {
			return bot.Response{}, err
		}
		p.joined.New = true
	}
	return s.result(ctx, i, p)
}

// fillCopy opens the form of a private copy.
func (s *Service) fillCopy(_ context.Context, _ bot.Interaction, p pressed) (bot.Response, error) {
	return form(p.item, "copyfilled/"+p.round), nil
}

// filledCopy grades what was filled in and shows the result in the copy's place.
func (s *Service) filledCopy(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.answer(ctx, i, sent(i), true)
	if err != nil {
		return invalid(bot.Response{}, err)
	}
	return s.copyResult(ctx, i, p)
}

// inPlace puts what a response whispers in the place of the private message that
// was pressed, where there is one.
func inPlace(i bot.Interaction, r bot.Response) bot.Response {
	if r.Reply == nil || r.Form != nil {
		return r
	}
	return bot.InPlace(i, *r.Reply)
}

// whyLabel is the button that explains an answer.
func whyLabel(item quizzes.Item) string {
	label := "Why " + shortAnswer(item) + "?"
	if item.Void || len([]rune(label)) > bot.LimitLabel {
		return "Why?"
	}
	return label
}

// whyTitleOf is the title of its explanation.
func whyTitleOf(number int, item quizzes.Item) bot.Text {
	title := bot.Textf(whyTitle, number, shortAnswer(item))
	if item.Void || len([]rune(title.Plain())) > bot.LimitTitle {
		return bot.Textf(answerTitle, number)
	}
	return title
}

// explained is the right answer with its explanation.
func explained(item quizzes.Item) bot.Text {
	lines := []bot.Text{bot.Typed(shortAnswer(item))}
	switch {
	case item.Void:
		lines = []bot.Text{withdrawnTitle}
	case !item.Typed():
		lines = nil
		for _, o := range item.Options {
			switch {
			case !item.RightOption(o.ID):
			case item.Type == quizzes.TrueFalse:
				lines = append(lines, bot.Typed(o.Text))
			default:
				lines = append(lines, bot.Textf("%s. %s", letter(o.ID), o.Text))
			}
		}
	}
	if item.Explanation != "" {
		lines = append(lines, "\n"+bot.Typed(item.Explanation))
	}
	lines = append(lines, bot.Textf(sourceWords, item.Source.Title))
	return bot.Join("\n", lines...)
}

// practiseButton offers questions like the one just answered, or any.
func practiseButton(g, round string, v Verdict) bot.Button {
	if v == Right {
		return bot.Button{Label: practiseLabel, Action: "quiz/" + g + "/start"}
	}
	return bot.Button{Label: likeLabel, Action: "quiz/" + g + "/like/" + round}
}
