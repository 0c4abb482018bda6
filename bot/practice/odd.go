package practice

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice/itemstats"
	"studyhall/quizzes"
)

// Questions that nobody reported, but that look odd by how a group answered them,
// stand on its organisers' page of questions. An organiser who looks at one can
// report it like anybody else, which takes it out of the draw.

const (
	oddHeadWords  = bot.Text("Questions that look odd, by how you all answered:")
	oddLineWords  = "%s: %s"
	oddTitle      = "Question %d: how it was answered"
	oddLeadWords  = bot.Text("Nobody reported it. If you find it faulty, report it: then it isn't asked until you decide.")
	oddVoidWords  = bot.Text("It was taken back, so nothing is counted.")
	oddOpenWords  = bot.Text("That question hasn't closed yet, so there are no figures. /group shows what waits.")
	oddClearWords = bot.Text("Nothing about it looks odd.")

	figuresRightWords  = "Right: %d %% of %d answers in time (likely %d to %d %%)."
	figuresAllWords    = "Right: %d %% of %d answers in time, whatever the numbers (likely %d to %d %%)."
	figuresStrongWords = "Strong members against weak ones: %s (likely %s to %s). Above 0.2 is good; below 0 something is wrong."
	figuresAlikeWords  = bot.Text("Strong members against weak ones: nothing to compare, all answered alike.")
	figuresSplitWords  = "Chosen by the stronger %d and the other %d: %s."
	figuresOptionWords = "%s %d and %d"
	figuresRestWords   = "the rest"
	figuresTimeWords   = "In practice half of the answers took %d seconds or less."
	figuresFlagWords   = "To look into: %s"
	figuresNoneWords   = "From %d answers on, once it has closed, there are figures on how it was answered."
	figuresYetWords    = "Not yet: %s."
	figuresYetStrong   = "strong members against weak ones (from %d answers on)"
	figuresYetKey      = "doubts about the answer (from %d answers on)"
	figuresYetTime     = "the time (from %d answers in practice on)"
)

// oddShown is how many stand on the page; others come when these are looked at.
const oddShown = 5

// odd are the flags that organisers can do something about; about the others whoever
// writes the bank can.
var odd = []itemstats.Kind{itemstats.KeyLooksWrong, itemstats.Backwards, itemstats.Blunt, itemstats.TooHard}

func pathOdd(round string) string { return "odd/" + round }

// attachOdd registers what organisers see without anybody's report.
func (s *Service) attachOdd(groups *group.Service) {
	groups.ContributeQueue(group.QueueSection{
		Waiting: nothingWaits, // they may be left alone
		Show:    s.oddSection,
	})
	s.Bot.Action(pathOdd("{round}"), s.oddPage)
}

// oddSection is a group's questions that look odd, the oddest first: those that it
// could be asked again as they are, of which organisers don't know yet.
func (s *Service) oddSection(ctx context.Context, d group.Details) (lines []bot.Text, buttons []bot.Button, err error) {
	figures, err := s.groupFigures(ctx, d.Group.ID)
	if err != nil {
		return nil, nil, err
	}
	var o *oddOnes
	for _, f := range figures.all {
		if len(f.Flags) == 0 || len(buttons) == oddShown {
			break
		}
		if !slices.Contains(odd, f.Flags[0].Kind) {
			continue
		}
		if o == nil {
			if o, err = s.oddOf(ctx, d.Group.ID); err != nil {
				return nil, nil, err
			}
		}
		if fits, err := o.has(ctx, f); err != nil {
			return nil, nil, err
		} else if !fits {
			continue
		}
		name := bot.Textf(checkNumberWords, f.Last.Number)
		if len(lines) == 0 {
			lines = append(lines, oddHeadWords)
		}
		lines = append(lines, bot.Textf(oddLineWords, name, f.FlagWords()[0]))
		buttons = append(buttons, bot.Button{Label: name.Plain(), Action: pathOdd(f.Last.Round)})
	}
	return lines, buttons, nil
}

// oddOnes finds out which of a group's questions may stand among the odd ones.
type oddOnes struct {
	s      *Service
	group  string
	judged []VoidItem
	tracks map[string]index
	known  map[string]map[string]bool // items of a track that organisers know about
}

func (s *Service) oddOf(ctx context.Context, groupID string) (*oddOnes, error) {
	judged, err := s.Store.Judged(ctx, groupID)
	return &oddOnes{s: s, group: groupID, judged: judged, tracks: map[string]index{}, known: map[string]map[string]bool{}}, err
}

// has reports whether a question can still be asked as it is, nobody is to answer
// it just now, and organisers don't know about it.
func (o *oddOnes) has(ctx context.Context, f ItemFigures) (bool, error) {
	x, ok := o.tracks[f.Last.Track]
	if !ok {
		t, there, err := o.s.Store.Track(ctx, f.Last.Track)
		if err != nil || !there {
			return false, err
		}
		if x, err = o.s.items(ctx, t); err != nil {
			return false, err
		}
		o.tracks[f.Last.Track], o.known[f.Last.Track] = x, useless(x.byID, o.judged)
	}
	e, there := x.byID[f.Item.ID]
	if !there || o.known[f.Last.Track][f.Item.ID] || !e.item.Still(f.Last.Original, f.Item.Draw) {
		return false, nil
	}
	held, err := o.s.Store.HeldFrom(ctx, o.group, f.Item.ID, "")
	return !held, err
}

// oddPage is how a closed question was answered, for an organiser.
func (s *Service) oddPage(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, ok, err := s.Store.Round(ctx, i.Arg("round"))
	if err != nil || !ok {
		return bot.Response{}, cmp.Or[error](err, &bot.Error{Text: checkGoneWords})
	}
	if _, err := s.groups.Organising(ctx, i, r.Group); err != nil {
		return bot.Response{}, err
	}
	_, m, err := s.groups.Join(ctx, i, r.Group)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State != Closed {
		return bot.Response{}, &bot.Error{Text: oddOpenWords}
	}
	item, original, _, err := s.Store.OriginalItem(ctx, r.Group, r.ItemVersion)
	if err != nil {
		return bot.Response{}, err
	}
	held, err := s.Store.HeldFrom(ctx, r.Group, item.ID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	back := bot.Button{Label: "Questions", Action: group.PathQueue(r.Group)}
	card := &bot.Card{Title: bot.Textf(oddTitle, r.Number), Footer: onlyYouWords}
	if held {
		card.Body, card.Controls = checkHeldWords, []bot.Row{{back, bot.Button{Label: "My study page", Action: group.PathStudy}}}
		return bot.InPlace(i, bot.Message{Card: card}), nil
	}
	if r.Item.Void {
		card.Body, card.Controls = bot.Join("\n", answerLines(r.Item, nil), oddVoidWords), []bot.Row{{back}}
		return bot.InPlace(i, bot.Message{Card: card}), nil
	}
	spread, err := s.Store.CheckSpread(ctx, r.Group, original)
	if err != nil {
		return bot.Response{}, err
	}
	lines, flagged, err := s.figuresLines(ctx, r.Group, r.Item, r.ItemVersion, original)
	if err != nil {
		return bot.Response{}, err
	}
	end := oddLeadWords
	if !flagged {
		end = oddClearWords
	}
	card.Body = bot.Join("\n", append(append([]bot.Text{answerLines(r.Item, spread)}, lines...), "\n"+end)...)
	card.Controls = []bot.Row{{reportRound(r.ID), back}}
	if (bot.Message{Card: card}).Validate() != nil { // a long question: whoever wants to read it finds it in the channel
		card.Body = bot.Join("\n", append(lines, "\n"+end)...)
	}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// figuresLines are a question's figures in words, and what is not known yet;
// flagged says that something about it looks odd.
func (s *Service) figuresLines(ctx context.Context, groupID string, item quizzes.Item, version, original string) (lines []bot.Text, flagged bool, err error) {
	all, err := s.groupFigures(ctx, groupID)
	if err != nil {
		return nil, false, err
	}
	f, _ := all.of(item, version)
	if !f.Shown {
		return []bot.Text{bot.Textf(figuresNoneWords, itemstats.MinAnswers)}, false, nil
	}
	of := original
	if item.Computed {
		of = "" // all its draws
	}
	times, err := s.Store.TimesPractised(ctx, groupID, item.ID, of, figuredAnswers)
	if err != nil {
		return nil, false, err
	}
	lines = f.lines()
	var yet []string
	if f.Answers < itemstats.MinDiscrimination {
		yet = append(yet, bot.Textf(figuresYetStrong, itemstats.MinDiscrimination).Plain())
	}
	if f.Answers < itemstats.MinFlag {
		yet = append(yet, bot.Textf(figuresYetKey, itemstats.MinFlag).Plain())
	}
	if median, ok := timesOf(times); ok {
		lines = append(lines, bot.Textf(figuresTimeWords, int(math.Round(median.Seconds()))))
	} else {
		yet = append(yet, bot.Textf(figuresYetTime, itemstats.MinTimes).Plain())
	}
	for _, words := range f.FlagWords() {
		lines = append(lines, bot.Textf(figuresFlagWords, words))
	}
	if len(yet) > 0 {
		lines = append(lines, bot.Textf(figuresYetWords, bot.And(yet)))
	}
	return lines, len(f.Flags) > 0, nil
}

// lines are the figures that there are enough answers for.
func (f ItemFigures) lines() (lines []bot.Text) {
	right := figuresRightWords
	if f.Item.Computed {
		right = figuresAllWords
	}
	lines = append(lines, bot.Textf(right, percent(f.Facility.Value()), f.Facility.Of, percent(f.Facility.Low), percent(f.Facility.High)))
	if f.Answers < itemstats.MinDiscrimination {
		return lines
	}
	if d := f.Discrimination; d.Known {
		lines = append(lines, bot.Textf(figuresStrongWords, signed(d.Value), signed(d.Low), signed(d.High)))
	} else {
		lines = append(lines, figuresAlikeWords)
	}
	if parts := f.split(); len(parts) > 0 {
		strong := f.Options[0].Strong.Of
		lines = append(lines, bot.Textf(figuresSplitWords, strong, f.Answers-strong, strings.Join(parts, ", ")))
	}
	return lines
}

// split is what the stronger half and the others chose. Options that fewer than
// figuresFrom people chose are counted together, with more of them until they are
// enough: who chose an option alone is in neither half for others to see.
func (f ItemFigures) split() (parts []string) {
	if f.Answers < splitFrom || len(f.Options) == 0 {
		return nil
	}
	var order []int
	for n := range f.Options {
		order = append(order, n)
	}
	slices.SortStableFunc(order, func(a, b int) int { return f.Options[b].Count - f.Options[a].Count })
	rest := f.Answers
	shown := 0
	for shown < len(order) && f.Options[order[shown]].Count >= figuresFrom {
		rest -= f.Options[order[shown]].Count
		shown++
	}
	for shown > 0 && rest > 0 && rest < figuresFrom {
		shown--
		rest += f.Options[order[shown]].Count
	}
	if shown == 0 {
		return nil
	}
	strong := f.Options[0].Strong.Of
	strongRest := strong
	order = order[:shown]
	slices.Sort(order)
	for _, n := range order {
		o := f.Options[n]
		strongRest -= o.Strong.Count
		parts = append(parts, bot.Textf(figuresOptionWords, letter(f.Item.Options[n].ID), o.Strong.Count, o.Count-o.Strong.Count).Plain())
	}
	if rest > 0 {
		parts = append(parts, bot.Textf(figuresOptionWords, figuresRestWords, strongRest, rest-strongRest).Plain())
	}
	return parts
}

func percent(share float64) int { return int(math.Round(100 * share)) }

// signed is a correlation as people read it: "+0.34", "−0.05".
func signed(value float64) string {
	text := bot.Textf("%.2f", math.Abs(value)).Plain()
	if value < 0 && text != "0.00" {
		return "−" + text
	}
	return "+" + text
}
