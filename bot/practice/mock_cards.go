package practice

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

const (
	// ownAreaFrom is how many answers on different questions a person's own
	// figure for an area needs.
	ownAreaFrom = 10
	// mockShownFor is how long the study page leads to the result.
	mockShownFor = 7 * 24 * time.Hour
	// missedFits is how many characters a missed question takes at most, so that
	// its card keeps within [bot.LimitMessage] with what stands around it.
	missedFits = 1500
)

// mockOfferCard offers mock exams of the lengths that can be had, and says how
// near they come to the real one. Of have questions, n are free.
func (s *Service) mockOfferCard(g group.Group, t group.Track, extra ExtraTime, free map[string][]entry, n, have int) *bot.Card {
	o := s.outline(t)
	card := &bot.Card{Title: bot.Textf(mockTitle, s.short(t)), Footer: onlyYouWords}
	second := bot.Row{bot.Button{Label: "Extra time", Action: "time/" + g.ID}, bot.Button{Label: "My study page", Action: group.PathStudy}}
	if n == 0 {
		card.Body, card.Controls = mockNoneBody, []bot.Row{second}
		return card
	}
	lines := []bot.Text{lengthWords(o.Exam, have)}
	switch have - n {
	case 0:
	case 1:
		lines = append(lines, mockOpenOne)
	default:
		lines = append(lines, bot.Textf(mockOpenNow, have-n))
	}
	var sizes bot.Row
	all := mockSizes(o.Exam, n)
	for _, size := range all {
		how, clock := weighting(quotas(free, o, size, ""), o), mockNoClock
		if limit, timed := extra.Of(mockTime(o.Exam, size)); timed && limit > 0 {
			clock = minutes(limit)
		}
		if len(all) == 1 {
			lines = append(lines, bot.Textf(mockThisOne, size, how)+" "+bot.Textf(mockTimeIs, clock))
		} else {
			lines = append(lines, bot.Textf(mockSizeLine, size, clock, how))
		}
		sizes = append(sizes, bot.Button{Label: questions(size).Plain(), Action: fmt.Sprintf("mock/%s/begin/%d", g.ID, size)})
	}
	if extra != NormalTime {
		lines = append(lines, timingLine(extra))
	}
	lines = append(lines, mockHow)
	if src := o.Exam.Source; src.Title != "" {
		lines = append(lines, bot.Textf(mockLengthSource, src.Title, strings.ReplaceAll(src.Tier, "_", " "), src.Checked))
	}
	if o.Note != "" {
		lines = append(lines, bot.Textf(mockWeightNote, o.Note))
	}
	card.Body, card.Controls = bot.Join("\n", lines...), []bot.Row{sizes, second}
	return card
}

// lengthWords is how long the real exam is, as far as that is known, beside what
// there is.
func lengthWords(exam cert.Exam, have int) bot.Text {
	switch {
	case exam.Questions > 0 && exam.Minutes > 0:
		return bot.Textf(mockLength, exam.Questions, minutes(time.Duration(exam.Minutes)*time.Minute), have)
	case exam.Questions > 0:
		return bot.Textf(mockLengthOnly, exam.Questions, have)
	}
	return bot.Textf(mockLengthNone, have)
}

// weighting says how near an exam comes to the outline's weights.
func weighting(quota map[string]int, o cert.Outline) bot.Text {
	few := scarce(quota, o)
	full, short := mockWeighted, mockScarce
	if !o.Weighted() {
		full, short = mockEqual, mockScarceEqual
	}
	if len(few) == 0 {
		return full
	}
	var names []string
	for _, d := range few {
		names = append(names, d.Short)
	}
	return bot.Textf(short, andList(names))
}

// andList is "A, B and C".
func andList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// minutes is a time in words, each begun minute whole: "41 min", "1 h 12 min".
func minutes(d time.Duration) bot.Text {
	switch m := int((d + time.Minute - 1) / time.Minute); {
	case d < time.Minute:
		return mockLessThan
	case m < 60:
		return bot.Textf("%d min", m)
	case m%60 == 0:
		return bot.Textf("%d h", m/60)
	default:
		return bot.Textf("%d h %d min", m/60, m%60)
	}
}

// clockWords is how much time is left, "" where none runs.
func (s *Service) clockWords(d desk) bot.Text {
	if d.Limit == 0 {
		return ""
	}
	left := minutes(d.LeftAt(s.Now()))
	if at, runs := d.Deadline(); runs {
		return bot.Textf(mockLeft, left, bot.When(at.In(d.group.Location())))
	}
	return bot.Textf(mockLeftAlone, left)
}

// mockCard is where an exam stands.
func (s *Service) mockCard(ctx context.Context, d desk) (*bot.Card, error) {
	switch {
	case d.Ended:
		return s.mockResultCard(d), nil
	case !d.Running():
		return s.mockPausedCard(d), nil
	}
	q, ok := d.at(d.Place)
	if !ok {
		return s.mockOverviewCard(d), nil
	}
	item, err := s.version(ctx, q.ItemVersion)
	if err != nil {
		return nil, err
	}
	card := s.mockQuestionCard(d, q, item)
	if q.Held {
		return card, nil
	}
	return card, s.sign(ctx, d.Group, item, card)
}

// mockQuestionCard is one question of an exam that runs.
func (s *Service) mockQuestionCard(d desk, q SessionQuestion, item quizzes.Item) *bot.Card {
	path, all := "sitting/"+d.ID, len(d.Questions)
	card := &bot.Card{
		Title: bot.Textf(mockQuestion, s.short(d.track), q.Place, all), Body: question(item), Image: picture(item),
	}
	place := strconv.Itoa(q.Place)
	if q.Held {
		card.Body, card.Image = mockHeldWords, nil
	} else {
		card.Controls = []bot.Row{privateChoices(item, path+"/answer/"+place, path+"/form/"+place)}
	}
	state := bot.Join(" · ", bot.Textf("Question %d of %d", q.Place, all), s.clockWords(d))
	footer := append([]bot.Text{state}, d.notes...)
	next := "Skip"
	if q.Answered {
		footer, next = append(footer, bot.Textf(mockYours, givenAnswer(item, q.Answer))), "Next"
	}
	if q.Held {
		next = "Next"
	}
	card.Footer = bot.Join("\n", append(footer, onlyYouWords)...)
	var row bot.Row
	if q.Place < all {
		row = append(row, bot.Button{Label: next, Action: path + "/at/" + strconv.Itoa(q.Place+1)})
	}
	if q.Place > 1 {
		row = append(row, bot.Button{Label: "Back", Action: path + "/at/" + strconv.Itoa(q.Place-1)})
	}
	row = append(row, bot.Button{Label: "Overview", Action: path + "/all"}, bot.Button{Label: "Pause", Action: path + "/pause"})
	card.Controls = append(card.Controls, row)
	return card
}

// mockOverviewCard is what has an answer and what has none.
func (s *Service) mockOverviewCard(d desk) *bot.Card {
	path := "sitting/" + d.ID
	counted := d.counted()
	_, _, answered := counted.counts()
	card := &bot.Card{Title: bot.Textf(mockOverview, s.short(d.track), answered, len(counted.Questions)), Body: mockAllDone}
	var open []int
	menu := bot.Menu{Placeholder: "Go to one of them", Action: path + "/at"}
	for _, q := range counted.Questions {
		if q.Answered {
			continue
		}
		open = append(open, q.Place)
		if len(menu.Options) < bot.LimitOptions {
			menu.Options = append(menu.Options, bot.Option{Label: bot.Textf(mockSkipped, q.Place).Plain(), Value: strconv.Itoa(q.Place)})
		}
	}
	finish := bot.Button{Label: "Finish", Action: path + "/end", Style: bot.Primary}
	if len(open) > 0 {
		card.Body, finish.Style = bot.Textf(mockUnanswered, numberRuns(open)), bot.Plain
		card.Controls = append(card.Controls, bot.Row{menu})
	}
	card.Footer = bot.Join("\n", s.clockWords(d), bot.Join("\n", d.notes...), onlyYouWords)
	card.Controls = append(card.Controls, bot.Row{
		bot.Button{Label: "Back to the question", Action: path + "/at/" + strconv.Itoa(d.Place)},
		bot.Button{Label: "Go to a number", Action: path + "/goto"},
		bot.Button{Label: "Pause", Action: path + "/pause"}, finish,
	})
	return card
}

// numberRuns is "3, 7, 12 to 20" of numbers that rise.
func numberRuns(all []int) string {
	var parts []string
	for k := 0; k < len(all); {
		end := k
		for end+1 < len(all) && all[end+1] == all[end]+1 {
			end++
		}
		switch end - k {
		case 0:
			parts = append(parts, strconv.Itoa(all[k]))
		case 1:
			parts = append(parts, strconv.Itoa(all[k]), strconv.Itoa(all[end]))
		default:
			parts = append(parts, fmt.Sprintf("%d to %d", all[k], all[end]))
		}
		k = end + 1
	}
	return strings.Join(parts, ", ")
}

// mockPausedCard shows no question: the clock stands still.
func (s *Service) mockPausedCard(d desk) *bot.Card {
	counted := d.counted()
	_, _, answered := counted.counts()
	return &bot.Card{
		Title: bot.Textf(mockPausedTitle, s.short(d.track)), Body: bot.Textf(mockPausedBody, answered, len(counted.Questions)),
		Footer: bot.Join("\n", s.clockWords(d), onlyYouWords), Controls: []bot.Row{{
			bot.Button{Label: "Go on", Action: "sitting/" + d.ID, Style: bot.Primary},
			bot.Button{Label: "Finish", Action: "sitting/" + d.ID + "/end"},
			bot.Button{Label: "My study page", Action: group.PathStudy},
		}},
	}
}

// mockEndCard asks whether the exam shall end.
func (s *Service) mockEndCard(d desk) *bot.Card {
	counted := d.counted()
	_, _, answered := counted.counts()
	lines := []bot.Text{mockAllDone}
	if open := len(counted.Questions) - answered; open == 1 {
		lines[0] = mockEndOne
	} else if open > 0 {
		lines[0] = bot.Textf(mockEndSome, open)
	}
	return &bot.Card{
		Title: mockEndTitle, Body: bot.Join("\n", append(lines, mockEndAfter)...), Footer: bot.Join("\n", s.clockWords(d), onlyYouWords), Controls: []bot.Row{{
			bot.Button{Label: "Finish", Action: "sitting/" + d.ID + "/end/yes", Style: bot.Primary},
			bot.Button{Label: "Go on", Action: "sitting/" + d.ID},
		}},
	}
}

// mockResultCard is how an exam went: the whole with its interval, and areas with
// enough answers. It names no pass mark and forecasts nothing.
func (s *Service) mockResultCard(d desk) *bot.Card {
	counted := d.counted()
	right, partly, answered := counted.counts()
	all, missed := len(counted.Questions), len(d.missed())
	card := &bot.Card{Title: bot.Textf(mockResult, s.short(d.track), right, all), Footer: onlyYouWords}
	if partly > 0 {
		card.Title = bot.Textf(mockResultPartly, s.short(d.track), right, all, partly)
	}
	lines := slices.Clone(d.notes)
	if d.RanOut {
		lines = append(lines, bot.Textf(mockRanOut, bot.When(d.EndedAt.In(d.group.Location()))))
	}
	switch held := len(d.Questions) - all; {
	case held == 1:
		lines = append(lines, mockHeldOne)
	case held > 1:
		lines = append(lines, bot.Textf(mockHeldSome, held))
	}
	switch {
	case answered == 0:
		lines = append(lines, mockNothing)
	case answered < all:
		lines = append(lines, bot.Textf(mockAnswered, answered, all))
	}
	if answered > 0 {
		lines = append(lines, mockReach(right, all, answered))
		lines = append(lines, s.mockAreas(d.track, counted)...)
		lines = append(lines, mockNoForecast)
	}
	card.Body = bot.Join("\n", lines...)
	row := bot.Row{}
	if missed > 0 {
		row = append(row, bot.Button{Label: fmt.Sprintf("What I missed (%d)", missed), Action: "sitting/" + d.ID + "/missed/1", Style: bot.Primary})
	}
	card.Controls = []bot.Row{append(row,
		bot.Button{Label: "Another mock exam", Action: "mock/" + d.Group},
		bot.Button{Label: "My study page", Action: group.PathStudy})}
	return card
}

// mockReach is what the whole count says, and what it doesn't.
func mockReach(right, all, answered int) bot.Text {
	if answered < shareFrom {
		return mockNoInterval
	}
	low, high := outOfHundred(right, all)
	return bot.Textf(mockInterval, low, high)
}

// mockAreas counts an exam by area in the outline's order. Areas with fewer
// answers than a figure needs are counted together, if they have enough so.
func (s *Service) mockAreas(t group.Track, p Session) (lines []bot.Text) {
	o, byArea := s.outline(t), map[string][]SessionQuestion{}
	var areas []string
	for _, d := range o.Domains {
		areas = append(areas, d.ID)
	}
	for _, q := range p.Questions {
		byArea[q.Domain] = append(byArea[q.Domain], q)
		if !slices.Contains(areas, q.Domain) { // one that the outline has lost
			areas = append(areas, q.Domain)
		}
	}
	var few []SessionQuestion
	var names []string
	for _, area := range areas {
		in := Session{Questions: byArea[area]}
		right, _, answered := in.counts()
		switch {
		case len(in.Questions) == 0:
		case answered < ownAreaFrom:
			few, names = append(few, in.Questions...), append(names, o.Domain(area).Short)
		default:
			lines = append(lines, shared(bot.Textf(summaryAreaWords, o.Domain(area).Short, right, len(in.Questions)), right, len(in.Questions), answered))
		}
	}
	if len(lines) == 0 {
		return []bot.Text{mockNoAreas}
	}
	rest := Session{Questions: few}
	if right, _, answered := rest.counts(); answered >= ownAreaFrom && len(names) > 1 {
		lines = append(lines, shared(bot.Textf(mockTogether, andList(names), right, len(few)), right, len(few), answered))
	}
	if len(names) > 0 {
		lines = append(lines, mockTogetherWhy)
	}
	return lines
}

// shared adds a percentage to a count where there are enough answers.
func shared(line bot.Text, right, all, answered int) bot.Text {
	if answered < shareFrom {
		return line
	}
	return line + bot.Textf(summaryShareWords, (200*right+all)/(2*all))
}

// mockMissedCard is one question that was not right, with its answer.
func (s *Service) mockMissedCard(d desk, item quizzes.Item, n, all int) *bot.Card {
	q := d.missed()[n-1]
	title, reason := bot.Textf(mockMissedNoneYet, q.Place), bot.Typed(item.Explanation)
	if q.Answered {
		title, reason = graded{item: item, answer: q.Answer}.words()
	}
	lines := []bot.Text{
		bot.Textf(mockMissedLine, q.Place, s.outline(d.track).Domain(q.Domain).Short),
		answerLines(item, nil), "\n" + reason, bot.Textf(sourceWords, item.Source.Title),
	}
	if item.Type == quizzes.Multiple || utf8.RuneCountInString(bot.Join("\n", lines...).Plain()) > missedFits {
		lines[2] = "\n" + bot.Typed(item.Explanation) // shorter; the right options stand above it
	}
	path := "sitting/" + d.ID
	var row bot.Row
	if n < all {
		row = append(row, bot.Button{Label: "Next", Action: fmt.Sprintf("%s/missed/%d", path, n+1), Style: bot.Primary})
	}
	if n > 1 {
		row = append(row, bot.Button{Label: "Back", Action: fmt.Sprintf("%s/missed/%d", path, n-1)})
	}
	row = append(row, bot.Button{Label: "The result", Action: path}, reportPlace("mock", d.ID, q.Place), bot.Button{Label: "My study page", Action: group.PathStudy})
	return &bot.Card{
		Title: title, Body: bot.Join("\n", lines...), Image: picture(item),
		Footer: bot.Textf(mockMissedFooter, n, all) + "\n" + onlyYouWords, Controls: []bot.Row{row},
	}
}

// mockPart is what the study page says about a mock exam that is open, or ended
// not long ago.
func (s *Service) mockPart(ctx context.Context, g group.Group, m group.Member) (group.StudyPart, error) {
	all, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil || len(all) == 0 {
		return group.StudyPart{}, err
	}
	var mock Mock
	for _, t := range all {
		latest, ok, err := s.Store.LatestMock(ctx, t.ID, m.ID)
		if err != nil {
			return group.StudyPart{}, err
		}
		old := latest.Ended && s.Now().After(latest.EndedAt.Add(mockShownFor))
		// Of several certifications, an open one comes before the newest result.
		if ok && !old && (mock.ID == "" || mock.Ended && (!latest.Ended || latest.EndedAt.After(mock.EndedAt))) {
			mock = latest
		}
	}
	if mock.ID == "" {
		return group.StudyPart{}, nil
	}
	counted := mock.counted()
	right, _, answered := counted.counts()
	button := bot.Button{Label: "Back to the exam", Action: "sitting/" + mock.ID}
	if mock.Ended {
		button.Label = "Mock exam result"
		return group.StudyPart{Lines: []bot.Text{bot.Textf(mockStudyEnded, right, len(counted.Questions))}, Actions: []bot.Button{button}}, nil
	}
	state := mockNoClock
	if deadline, timed := mock.Deadline(); timed {
		state = bot.Textf("ends %s", bot.When(deadline.In(g.Location())))
	} else if !mock.Running() {
		state = mockStudyPaused
	}
	line := bot.Textf(mockStudyOpen, answered, len(counted.Questions), state)
	return group.StudyPart{Lines: []bot.Text{line}, Actions: []bot.Button{button}}, nil
}
