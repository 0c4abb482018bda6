package practice

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// reviewWish is a review of all that is due, up to [mostReviewed].
func reviewWish(topic string) wish { return wish{kind: Reviewing, topic: topic, count: mostReviewed} }

// quizReview begins a review, or goes on with one.
func (s *Service) quizReview(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.practise(ctx, i, g, m, t, reviewWish(""))
}

// chosenReview are the questions of a new review; without any, the card says
// when there will be some.
func (s *Service) chosenReview(ctx context.Context, g group.Group, m group.Member, t group.Track, w wish) ([]picked, *bot.Card, error) {
	now := s.Now()
	r, err := s.reviews(ctx, reviewing{group: g, track: t, member: m.ID, topic: w.topic, now: now, most: w.count})
	if err != nil {
		return nil, nil, err
	}
	known, err := s.known(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	var chosen []picked
	for _, recall := range r.due {
		if e, ok := known.byID[recall.Item]; ok { // banks may have been read again just now
			chosen = append(chosen, picked{e, Missed})
		}
	}
	body := nothingToReview
	switch {
	case !r.next.IsZero():
		body = bot.Textf(nothingDueWords, dayWords(now, r.next, g.Location()))
	case w.topic != "":
		body = bot.Textf(nothingOnTopic, s.outline(t).Domain(w.topic).Short)
	}
	return chosen, simple(nothingDueTitle, body, append(bot.Row{practise5(g.ID)}, studyRow()...)).Card, nil
}

func practise5(groupID string) bot.Button {
	return bot.Button{Label: "Practise 5", Action: "quiz/" + groupID + "/start", Style: bot.Primary}
}

// reviewButton begins a review of so many due questions.
func reviewButton(groupID string, due int) bot.Button {
	return bot.Button{Label: bot.Textf(reviewLabel, min(due, mostReviewed)).Plain(), Action: "quiz/" + groupID + "/review"}
}

// missedNote says above a question that it was missed before.
func (s *Service) missedNote(ctx context.Context, p Session, q SessionQuestion) (bot.Text, error) {
	r, _, err := s.Store.Recall(ctx, p.Track, p.Member, q.Item)
	switch {
	case err != nil:
		return "", err
	case r.leech():
		return bot.Textf(leechNoteWords, r.Missed), nil
	}
	return missedNoteWords, nil
}

// backLines say under a result when the question comes back: always in a review,
// elsewhere when it was missed.
func (s *Service) backLines(ctx context.Context, g group.Group, p Session, item string, a Answer) ([]bot.Text, error) {
	if p.Kind != Reviewing && a.Verdict == Right {
		return nil, nil
	}
	r, ok, err := s.Store.Recall(ctx, p.Track, p.Member, item)
	if err != nil || !ok {
		return nil, err
	}
	now, loc := s.Now(), g.Location()
	var lines []bot.Text
	if r.leech() && a.Verdict != Right {
		lines = append(lines, bot.Textf(leechWords, r.Missed))
	}
	if ready := r.ready(loc); ready.After(now) {
		if comes, err := s.comesAgain(ctx, p.Track, item); err != nil || !comes {
			return lines, err
		}
		lines = append(lines, bot.Textf(comesBackWords, dayWords(now, ready, loc)))
	}
	return lines, nil
}

// summary is how a session went, and what is to review after it.
func (s *Service) summary(ctx context.Context, g group.Group, t group.Track, p Session) (bot.Response, error) {
	card, now := s.summaryCard(t, p), s.Now()
	right, partly, answered := p.counts()
	if p.Kind == Reviewing {
		switch {
		case answered == 0:
			card.Title = reviewNoneTitle
		case partly > 0:
			card.Title = bot.Textf(reviewSummaryPartly, right, answered, partly)
		default:
			card.Title = bot.Textf(reviewSummary, right, answered)
		}
	}
	r, err := s.reviews(ctx, reviewing{group: g, track: t, member: p.Member, now: now, most: countsTo + 1})
	if err != nil {
		return bot.Response{}, err
	}
	lines, err := s.leechLines(ctx, p)
	if err != nil {
		return bot.Response{}, err
	}
	switch {
	case len(r.due) > countsTo:
		lines = append(lines, bot.Textf(stillDueMany, countsTo))
	case len(r.due) > 1:
		lines = append(lines, bot.Textf(stillDueWords, len(r.due)))
	case len(r.due) == 1:
		lines = append(lines, stillDueOne)
	case r.next.IsZero():
	case p.Kind == Reviewing:
		lines = append(lines, bot.Textf(nextBackWords, dayWords(now, r.next, g.Location())))
	case right < answered:
		lines = append(lines, bot.Textf(missedBackWords, dayWords(now, r.next, g.Location())))
	}
	card.Body = bot.Join("\n", append([]bot.Text{card.Body}, lines...)...)
	card.Controls[0] = s.summaryRow(g, p, card.Controls[0], len(r.due))
	return bot.Whisper(bot.Message{Card: card}), nil
}

// summaryRow adds to the buttons of a summary those of reviews: after one, what
// is left of it comes first.
func (s *Service) summaryRow(g group.Group, p Session, row bot.Row, due int) bot.Row {
	if p.Kind == Reviewing {
		row[0] = practise5(g.ID)
	}
	if due == 0 {
		return row
	}
	more := reviewButton(g.ID, due)
	if p.Kind != Reviewing {
		return slices.Insert(row, 1, bot.Control(more))
	}
	first := practise5(g.ID)
	more.Style, first.Style = bot.Primary, bot.Plain
	row[0] = first
	return slices.Insert(row, 0, bot.Control(more))
}

// leechLines tell of the questions that were missed in this session and keep
// slipping away, and what helps.
func (s *Service) leechLines(ctx context.Context, p Session) ([]bot.Text, error) {
	n := 0
	for _, q := range p.Questions {
		if !q.Answered || q.Answer.Verdict == Right {
			continue
		}
		r, _, err := s.Store.Recall(ctx, p.Track, p.Member, q.Item)
		if err != nil {
			return nil, err
		}
		if r.leech() {
			n++
		}
	}
	switch n {
	case 0:
		return nil, nil
	case 1:
		return []bot.Text{leechSummaryOne}, nil
	}
	return []bot.Text{bot.Textf(leechSummaryWords, n)}, nil
}

// whyReview explains why the questions of a review were chosen.
func (s *Service) whyReview(ctx context.Context, t group.Track, p Session) (bot.Response, error) {
	lines := []bot.Text{whyReviewAll}
	if len(p.Questions) == 1 {
		lines[0] = whyReviewOne
	}
	if p.Topic != "" {
		lines = append(lines, bot.Textf(whyTopicWords, s.outline(t).Domain(p.Topic).Short))
	}
	leeches := 0
	for _, q := range p.Questions {
		r, _, err := s.Store.Recall(ctx, p.Track, p.Member, q.Item)
		if err != nil {
			return bot.Response{}, err
		}
		if r.leech() {
			leeches++
		}
	}
	switch leeches {
	case 0:
	case 1:
		lines = append(lines, bot.Textf(whyLeechOne, leechFrom))
	default:
		lines = append(lines, bot.Textf(whyLeechWords, leeches, leechFrom))
	}
	lines = append(lines, whyReviewRule, whyReviewPosted)
	card := simple(whyTheseTitle, bot.Join("\n", lines...), bot.Row{
		bot.Button{Label: "See the outline", Action: ofTrack(t) + "/outline"}, bot.Button{Label: "My study page", Action: group.PathStudy},
	}).Card
	card.Footer = onlyYouWords
	return bot.Whisper(bot.Message{Card: card}), nil
}

// reviewPart is what the study page says about reviews.
func (s *Service) reviewPart(ctx context.Context, g group.Group, m group.Member) (part group.StudyPart, err error) {
	all, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil || len(all) == 0 {
		return part, err
	}
	t := all[0]
	p, open, err := s.Store.OpenSession(ctx, t.ID, m.ID, Reviewing)
	if err != nil {
		return part, err
	}
	if _, left := p.next(); open && left {
		_, _, answered := p.counts()
		part.Lines = []bot.Text{bot.Textf(reviewGoesOn, answered, len(p.Questions))}
		part.Actions = []bot.Button{{Label: goReviewLabel, Action: "quiz/" + g.ID + "/review"}}
		return part, nil
	}
	r, err := s.reviews(ctx, reviewing{group: g, track: t, member: m.ID, now: s.Now(), most: countsTo + 1})
	if err != nil || len(r.due) == 0 {
		return part, err
	}
	part.Waiting = bot.Textf(toReviewWords, len(r.due))
	if len(r.due) > countsTo {
		part.Waiting = bot.Textf(toReviewMany, countsTo)
	}
	part.Actions = []bot.Button{reviewButton(g.ID, len(r.due))}
	return part, nil
}

// againLine says in the result of a posted question that was missed when it
// comes back: to the day for who asked to be reminded.
func (s *Service) againLine(ctx context.Context, p pressed, standing Standing) (bot.Text, error) {
	if p.round == "" || p.item.Void || p.Answer.Verdict == Right {
		return "", nil
	}
	if comes, err := s.comesAgain(ctx, p.track, p.item.ID); err != nil || !comes {
		return "", err
	}
	if !standing.Reviews {
		return againInQuiz, nil
	}
	r, err := s.Store.Foresee(ctx, p.track, p.user, p.item.ID)
	if err != nil {
		return "", err
	}
	plan, err := s.Store.RoundPlan(ctx, p.round) // for the group's zone
	if err != nil {
		return "", err
	}
	now, loc := s.Now(), plan.Group.Location()
	ready := r.ready(loc)
	if !ready.After(now) {
		return waitsInReview, nil
	}
	names := []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if days := daysUntil(now, ready, loc); days >= 2 && days-2 < len(names) {
		return bot.Textf(bringBackWords, bot.Textf(inDaysWords, names[days-2])), nil
	}
	return bot.Textf(bringBackWords, dayWords(now, ready, loc)), nil
}

// comesAgain reports whether an item can still be asked.
func (s *Service) comesAgain(ctx context.Context, track, item string) (bool, error) {
	if _, own := OwnOf(item); !own {
		return s.Library.has(item), nil
	}
	t, _, err := s.Store.Track(ctx, track)
	if err != nil {
		return false, err
	}
	known, err := s.known(ctx, t)
	_, there := known.byID[item]
	return there, err
}

// daysUntil is how many local midnights lie between two instants.
func daysUntil(now, at time.Time, loc *time.Location) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(at).Sub(date(now)).Hours() / 24)
}

// dayWords is the local day of an instant to come: "tomorrow", "on Thu", or with
// its date where the weekday alone could be any.
func dayWords(now, at time.Time, loc *time.Location) bot.Text {
	switch days := daysUntil(now, at, loc); {
	case days <= 0:
		return laterToday
	case days == 1:
		return tomorrowWord
	case days <= 6:
		return bot.Textf(onDayWords, at.In(loc).Format("Mon"))
	case days <= 180:
		return bot.Textf(onDayWords, at.In(loc).Format("Mon 2 Jan"))
	}
	return bot.Textf(onDayWords, at.In(loc).Format("Mon 2 Jan 2006"))
}
