package suggest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
	"studyhall/quizzes/quality"
)

// judging is a suggestion with the organiser who looks at it.
type judging struct {
	Suggestion
	group group.Details
	by    string // the organiser
}

// judged is for organisers of a suggestion's group, and nobody else. Who is still to
// answer it is told neither its answer nor anything else.
func (s *Service) judged(h func(context.Context, bot.Interaction, judging) (bot.Response, error)) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		j, err := s.judging(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		if j.Held {
			return bot.InPlace(i, simple(s.title(j.Suggestion), heldWords, ways(j.Group)...)), nil
		}
		return h(ctx, i, j)
	}
}

// judging reads the suggestion of a path.
func (s *Service) judging(ctx context.Context, i bot.Interaction) (j judging, err error) {
	n, ok, err := s.Store.Suggestion(ctx, i.Arg("suggestion"), "")
	if err != nil || !ok {
		return j, cmp.Or[error](err, &bot.Error{Text: goneWords})
	}
	if j.group, err = s.Groups.Organising(ctx, i, n.Group); err != nil {
		return j, err
	}
	_, m, err := s.Groups.Join(ctx, i, n.Group)
	if err != nil {
		return j, err
	}
	j.by = m.ID
	j.Suggestion, ok, err = s.Store.Suggestion(ctx, n.ID, m.ID)
	if err == nil && !ok {
		err = &bot.Error{Text: goneWords}
	}
	return j, err
}

// ways lead back from a suggestion.
func ways(groupID string) []bot.Control {
	return []bot.Control{
		bot.Button{Label: "Questions", Action: group.PathQueue(groupID)},
		bot.Button{Label: "Own questions", Action: pathOwn(groupID)},
		bot.Button{Label: "Group page", Action: group.PathGroup(groupID)},
	}
}

func (s *Service) title(n Suggestion) bot.Text {
	if n.State == Accepted || n.State == Stopped {
		return ownTitle
	}
	return shownTitle
}

// waitingLine says on the organisers' page that suggestions wait.
func (s *Service) waitingLine(ctx context.Context, g group.Group) ([]bot.Text, error) {
	n, err := s.Store.SuggestionsWaiting(ctx, g.ID)
	switch {
	case err != nil || n == 0:
		return nil, err
	case n == 1:
		return []bot.Text{waitsOne}, nil
	}
	return []bot.Text{bot.Textf(waitsWords, n)}, nil
}

// most is how many stand on one page.
const most = 10

// queueSection is the suggestions on the page of questions to decide on.
func (s *Service) queueSection(ctx context.Context, d group.Details) (lines []bot.Text, buttons []bot.Button, err error) {
	all, err := s.Store.Suggestions(ctx, d.Group.ID, "", true)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	lines = append(lines, headWords)
	for _, n := range all[:min(len(all), most)] {
		lines = append(lines, bot.Textf(lineWords, bot.Clip(n.Item.Stem, 60)))
		buttons = append(buttons, bot.Button{Label: bot.Clip(n.Item.Stem, bot.LimitLabel), Action: pathOne(n.ID)})
	}
	if rest := len(all) - most; rest > 0 {
		lines = append(lines, bot.Textf(moreWords, rest))
	}
	return lines, buttons, nil
}

// queueTyped answers /group suggestions.
func (s *Service) queueTyped(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	n, err := s.Store.SuggestionsWaiting(ctx, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	if n > 0 {
		return s.Groups.Queue(ctx, i, groupID)
	}
	return s.ownPage(ctx, i, groupID, 0)
}

// shown is a suggestion with all that can be decided about it.
func (s *Service) shown(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	return s.show(ctx, i, j, "")
}

// show is shown with a line about what was done.
func (s *Service) show(ctx context.Context, i bot.Interaction, j judging, done bot.Text) (bot.Response, error) {
	if err := s.Store.SuggestionRead(ctx, j.by, j.ID); err != nil {
		return bot.Response{}, err
	}
	lines := []bot.Text{done, questionLines(j.Item)}
	switch {
	case j.Signed && j.Name != "":
		lines = append(lines, bot.Textf(byWords, j.Name))
	case j.State == Waiting:
		lines = append(lines, unsignedWords)
	}
	var row bot.Row
	path, edition := pathOne(j.ID), "/"+strconv.Itoa(j.Edition)
	var edit bot.Row
	if changeable(j.Item) {
		edit = bot.Row{bot.Button{Label: "Change it", Action: path + "/edit" + edition}}
	}
	switch j.State {
	case Waiting:
		near, err := s.near(ctx, j)
		if err != nil {
			return bot.Response{}, err
		}
		lines = append(lines, near, knowWords)
		for n, t := range j.group.Tracks {
			b := bot.Button{Label: "Accept", Action: path + "/accept/" + t.ID + edition}
			if len(j.group.Tracks) > 1 {
				b.Label = bot.Clip("Accept for "+s.short(t.Certification), bot.LimitLabel)
			}
			if n == 0 {
				b.Style = bot.Primary
			}
			row = append(row, b)
		}
		row = append(row, edit...)
	case Accepted:
		lines = append(lines, stateAsked)
		if t, ok := j.group.Studies(j.Track); ok && s.Questions.Barred(t.Track) {
			lines = append(lines, bot.Textf(ruleWords, s.short(t.Certification)))
		}
		row = append(edit, bot.Button{Label: "Don't ask it again", Action: path + "/stop" + edition})
	case Stopped:
		lines = append(lines, stateStopped)
		row = append(edit, bot.Button{Label: "Ask it again", Action: path + "/again" + edition})
	case Refused:
		lines = append(lines, stateRefused)
	}
	if len(j.Item.Also) > 0 {
		lines = append(lines, soleWords)
	}
	rows := []bot.Row{row, ways(j.Group)}
	if j.State == Waiting {
		refuse := bot.Button{Label: "Refuse it", Action: path + "/refuse" + edition}
		if len(row) < bot.LimitRow {
			rows[0] = append(row, refuse)
		} else {
			rows[1] = append(bot.Row{refuse}, rows[1]...)
		}
	}
	m := simple(s.title(j.Suggestion), bot.Join("\n", lines...))
	m.Card.Controls = slices.DeleteFunc(rows, func(r bot.Row) bool { return len(r) == 0 })
	if over := utf8.RuneCountInString(m.Card.Plain()) - bot.LimitMessage; over > 0 {
		lines[1] = questionLines(shorter(j.Item, over))
		m.Card.Body = bot.Join("\n", lines...)
	}
	return bot.InPlace(i, m), nil
}

// shorter is an item for a card that has so many characters too many: without its
// source's address, and if need be without the end of the reason. A file can bring
// both as long as banks have them.
func shorter(item quizzes.Item, by int) quizzes.Item {
	by -= utf8.RuneCountInString(item.Source.URL)
	item.Source.URL = ""
	if by > 0 {
		item.Explanation = bot.Clip(item.Explanation, max(1, utf8.RuneCountInString(item.Explanation)-by))
	}
	return item
}

// questionLines are a question with its answer, why it is right, and its source.
func questionLines(item quizzes.Item) bot.Text {
	lines := []bot.Text{bot.Typed(item.Stem)}
	for _, o := range item.Options {
		line := optionLine
		if item.RightOption(o.ID) {
			line = answerLine
		}
		lines = append(lines, bot.Textf(line, strings.ToUpper(o.ID), o.Text))
	}
	if item.Typed() {
		lines = append(lines, bot.Textf(typedLine, strings.Join(item.Answer, " ")))
	}
	source := strings.TrimSpace(item.Source.Title + " " + item.Source.URL)
	return bot.Join("\n", append(lines, bot.Typed(item.Explanation), bot.Textf(sourceWords, source))...)
}

// near is the question that is nearly the same, of all that the group could be asked.
func (s *Service) near(ctx context.Context, j judging) (bot.Text, error) {
	known, err := s.known(ctx, j.group)
	if err != nil {
		return "", err
	}
	others, err := s.Store.Suggestions(ctx, j.Group, j.by, true)
	if err != nil {
		return "", err
	}
	for _, o := range others {
		if o.ID != j.ID {
			known = append(known, o.Item)
		}
	}
	like, share, ok := quality.Nearest(j.Item, known)
	if !ok {
		return alikeNone, nil
	}
	return bot.Textf(alikeWords, like.ID, bot.Clip(like.Stem, 120), share), nil
}

// known are all questions that a group could be asked.
func (s *Service) known(ctx context.Context, d group.Details) (all []quizzes.Item, err error) {
	for _, t := range d.Tracks {
		items, err := s.Questions.Known(ctx, t.Track)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

func (s *Service) short(certification string) string {
	if c, ok := s.Catalogue.Find(certification); ok {
		return c.Short
	}
	return strings.ToUpper(certification)
}

// outline is what a track studies.
func (s *Service) outline(t group.Track) cert.Outline {
	c, _ := s.Catalogue.Find(t.Certification)
	o, _ := c.Outline(t.Outline)
	return o
}

// areaField asks for an area of a track's outline.
func (s *Service) areaField(t group.Track, now string) bot.Field {
	f := bot.Field{Name: fieldArea, Label: areaLabel, Kind: bot.OneOf, Required: true}
	for n, d := range s.outline(t).Domains {
		if n < bot.LimitOptions {
			value := "a" + strconv.Itoa(n+1)
			f.Options = append(f.Options, bot.Option{Label: bot.Clip(d.Short, bot.LimitOptionLabel), Value: value})
			if d.ID == now {
				f.Initial = []string{value}
			}
		}
	}
	return f
}

// area is the one that was chosen, or "".
func (s *Service) area(t group.Track, v bot.Values) string {
	for n, d := range s.outline(t).Domains {
		if v.Get(fieldArea) == "a"+strconv.Itoa(n+1) {
			return d.ID
		}
	}
	return ""
}

// askAccept asks for the area.
func (s *Service) askAccept(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	t, ok := j.group.Studies(i.Arg("track"))
	if !ok || j.State != Waiting || i.Arg("edition") != strconv.Itoa(j.Edition) {
		return s.told(ctx, i, j)
	}
	return bot.Response{Form: &bot.Form{Title: acceptTitle, Submit: "Accept", Action: i.Action + "/sent", Intro: bot.Typed(bot.Clip(j.Item.Stem, 300)),
		Fields: []bot.Field{s.areaField(t.Track, j.Item.Domain)}}}, nil
}

// sentAccept makes a suggestion one of the group's own.
func (s *Service) sentAccept(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	t, ok := j.group.Studies(i.Arg("track"))
	if !ok {
		return s.told(ctx, i, j)
	}
	c := s.change(i, j, Accepted)
	c.Item = &j.Item
	if c.Item.Domain = s.area(t.Track, i.Values); c.Item.Domain == "" {
		return bot.Response{Invalid: map[string]string{fieldArea: noAreaWords}}, nil
	}
	c.Track = t.ID
	return s.make(ctx, i, c, acceptedWords)
}

// change is what an organiser does to a suggestion as they see it.
func (s *Service) change(i bot.Interaction, j judging, to State) Change {
	edition, _ := strconv.Atoi(i.Arg("edition")) // anything else is another one
	return Change{ID: j.ID, By: j.by, Edition: edition, State: to, Track: j.Track, At: s.Now()}
}

// make makes a change and shows what it led to.
func (s *Service) make(ctx context.Context, i bot.Interaction, c Change, done bot.Text) (bot.Response, error) {
	outcome, err := s.Store.ChangeSuggestion(ctx, c)
	if err != nil {
		return bot.Response{}, err
	}
	s.Wake()
	j, err := s.judging(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if outcome != Done {
		return s.told(ctx, i, j)
	}
	s.Log.Info("suggestion changed", "group", j.Group, "suggestion", j.ID, "state", string(j.State), "edition", j.Edition)
	return s.show(ctx, i, j, done)
}

// told says what somebody else did, and shows how it is now.
func (s *Service) told(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State == Waiting || i.Arg("track") == "" && j.State != Refused {
		return s.show(ctx, i, j, changedWords)
	}
	became := "accepted"
	if j.State == Refused {
		became = "refused"
	}
	return s.show(ctx, i, j, bot.Textf(decidedWords, cmp.Or(j.By, somebodyDecided), became))
}

// askEdit asks for other words.
func (s *Service) askEdit(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State == Refused || i.Arg("edition") != strconv.Itoa(j.Edition) {
		return s.told(ctx, i, j)
	}
	if !changeable(j.Item) {
		return bot.Response{}, &bot.Error{Text: notHereWords}
	}
	fields := itemFields(j.Item)
	if t, ok := j.group.Studies(j.Track); ok {
		fields = append(fields, s.areaField(t.Track, j.Item.Domain))
	}
	return bot.Response{Form: &bot.Form{Title: editTitle, Submit: "Save", Action: i.Action + "/sent", Fields: fields}}, nil
}

// changeable reports whether the form holds all that a question is. Others come from
// files.
func changeable(item quizzes.Item) bool { return item.Type == quizzes.Single || item.Type == "" }

// keepRest keeps what a question has and no form asks for.
func keepRest(item *quizzes.Item, before quizzes.Item) {
	item.Domain, item.Level, item.Difficulty = before.Domain, before.Level, before.Difficulty
	if item.Source.Title == before.Source.Title && item.Source.URL == before.Source.URL {
		item.Source.Checked = before.Source.Checked
	}
	for n, o := range item.Options {
		for _, b := range before.Options {
			if b.Text == o.Text && before.RightOption(b.ID) == item.RightOption(o.ID) {
				item.Options[n].Why = b.Why
			}
		}
	}
}

// sentEdit changes a question. What is open keeps its version.
func (s *Service) sentEdit(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State == Refused {
		return s.told(ctx, i, j)
	}
	if !changeable(j.Item) {
		return bot.Response{}, &bot.Error{Text: notHereWords}
	}
	item, invalid := read(j.ID, i.Values)
	keepRest(&item, j.Item)
	if t, ok := j.group.Studies(j.Track); ok {
		if item.Domain = s.area(t.Track, i.Values); item.Domain == "" {
			invalid[fieldArea] = noAreaWords
		}
	}
	if len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	before, _ := j.Item.Version()
	if now, _ := item.Version(); now == before {
		return bot.Response{Invalid: map[string]string{fieldQuestion: sameWords}}, nil
	}
	c := s.change(i, j, j.State)
	c.Item = &item
	return s.make(ctx, i, c, editedWords)
}

// askRefuse asks for the reason.
func (s *Service) askRefuse(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State != Waiting || i.Arg("edition") != strconv.Itoa(j.Edition) {
		return s.told(ctx, i, j)
	}
	return bot.Response{Form: &bot.Form{Title: refuseTitle, Submit: "Refuse", Action: i.Action + "/sent", Intro: bot.Typed(bot.Clip(j.Item.Stem, 300)),
		Fields: []bot.Field{{Name: fieldReason, Label: reasonLabel, Kind: bot.Paragraph, Required: true, Max: mostReason, Help: reasonHelp}}}}, nil
}

// sentRefuse refuses a suggestion.
func (s *Service) sentRefuse(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	c := s.change(i, j, Refused)
	if c.Reason = clean(i.Values.Get(fieldReason)); c.Reason == "" || len([]rune(c.Reason)) > mostReason {
		return bot.Response{Invalid: map[string]string{fieldReason: noReasonWords}}, nil
	}
	return s.make(ctx, i, c, refusedWords)
}

func (s *Service) stop(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State != Accepted {
		return s.told(ctx, i, j)
	}
	return s.make(ctx, i, s.change(i, j, Stopped), stoppedWords)
}

func (s *Service) again(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.State != Stopped {
		return s.told(ctx, i, j)
	}
	return s.make(ctx, i, s.change(i, j, Accepted), againWords)
}
