package exam

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// evening is when the wish before an exam comes and silence begins, in minutes
// after local midnight.
const evening = 18 * 60

// daysBefore are how many days before an exam something is said about it.
func daysBefore() []int { return []int{60, 30, 14, 7} }

// countdownNotes is the kind of note before an exam.
func (s *Service) countdownNotes() group.NoteKind {
	return group.NoteKind{
		Name: NoteCountdown, Label: "exam countdown", When: wordsCountdownWhen, Title: wordsCountdownTitle, Planned: true,
		Note: s.countdown,
		For: func(ctx context.Context, member string) (bool, error) {
			all, err := s.open(ctx, member)
			return len(all) > 0, err
		},
	}
}

// countdown is what there is to say before a person's exams: of each the step
// reached last, which is of use until the next. On the evening before one, only that
// one's wish is said.
func (s *Service) countdown(ctx context.Context, p group.Reminded) (n group.Note, err error) {
	all, err := s.c.Store.Exams(ctx, p.Member)
	if err != nil {
		return n, err
	}
	told := map[string]string{} // by exam: the step
	for i := range all {
		all[i] = all[i].by(p.Reminder)
		e := all[i]
		if e.State != Planned {
			continue
		}
		r := reach(e, p)
		if !r.next.IsZero() {
			n.LookAgain(r.next)
		}
		if r.name != "" {
			told[e.ID] = r.name
			n.First = n.First || r.name == stepWish
		}
	}
	var studied []string
	for _, e := range all {
		step := told[e.ID]
		if step == "" || n.First && step != stepWish {
			continue
		}
		if _, over, ok := e.Rest(); ok && n.First {
			n.LookAgain(over) // what was left out
		}
		if !n.First {
			studied = append(studied, e.Certification)
		}
		n.Steps = append(n.Steps, fmt.Sprintf("exam/%s/%s/%s", e.ID, e.From, step))
		n.Lines = append(n.Lines, s.wordsStep(e, step, s.today(e.Zone)))
	}
	if len(n.Lines) == 0 || p.Brief {
		return n, nil
	}
	n.Buttons, err = s.practice(ctx, p.Groups, studied)
	n.Buttons = append(n.Buttons, button("My exams", PathExam))
	return n, err
}

// practice is where a person gets ready for exams: in a group that studies for one.
func (s *Service) practice(ctx context.Context, groups []group.Group, certifications []string) ([]bot.Button, error) {
	for _, g := range groups {
		d, ok, err := s.c.Store.Details(ctx, g.ID)
		if err != nil {
			return nil, err
		}
		if ok && slices.ContainsFunc(d.Tracks, func(t group.Studied) bool { return slices.Contains(certifications, t.Certification) }) {
			return []bot.Button{{Label: "Practise 5", Action: "quiz/" + g.ID + "/start", Style: bot.Primary}}, nil
		}
	}
	return nil, nil
}

// stepWish is the step of the evening before.
const stepWish = "wish"

// reached is where the countdown to an exam stands: the step that is of use now,
// "" for none, and when the next one comes, zero for never.
type reached struct {
	name string
	next time.Time
}

// reach works out where the countdown to an exam stands. What was due before the
// date was entered, or before the person wanted such notes, is not said.
func reach(e Exam, p group.Reminded) (r reached) {
	e = e.by(p.Reminder)
	first := e.Window().From
	begins := schedule.Resolve(schedule.WallOf(first, time.UTC), e.Location())
	type step struct {
		name string
		at   time.Time
	}
	var all []step
	for _, days := range daysBefore() {
		all = append(all, step{fmt.Sprint(days), p.At(first.AddDate(0, 0, -days).Format(time.DateOnly))})
	}
	all = append(all, step{stepWish, wishAt(e, p)})
	since := e.EnteredAt
	if p.Since().After(since) {
		since = p.Since()
	}
	for n, st := range all {
		until := begins
		if n+1 < len(all) {
			until = all[n+1].at
		}
		switch {
		case st.at.After(p.Now):
			if r.next.IsZero() {
				r.next = st.at
			}
		case p.Now.Before(until) && !st.at.Before(since):
			r.name = st.name
		}
	}
	return r
}

// wishAt is when somebody is wished luck: at six in the evening before, or outside
// of the quiet hours that this falls into.
func wishAt(e Exam, p group.Reminded) time.Time {
	at := e.evening()
	w, zone := p.Wishes, location(p.Reminder.Zone)
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	quiet := w.QuietFrom <= minute && minute < w.QuietUntil
	if w.QuietFrom > w.QuietUntil {
		quiet = w.QuietFrom <= minute || minute < w.QuietUntil
	}
	if !quiet {
		return at
	}
	if w.QuietUntil > minute {
		return p.AtMinute(local.Format(time.DateOnly), w.QuietUntil)
	}
	return p.AtMinute(local.Format(time.DateOnly), w.QuietFrom).Add(-time.Minute)
}

// evening is six in the evening before an exam's first day.
func (e Exam) evening() time.Time {
	return schedule.Resolve(schedule.WallOf(e.Window().From.AddDate(0, 0, -1).Add(evening*time.Minute), time.UTC), e.Location())
}

// by is the exam with its days by the clock of somebody's notes: whoever has moved
// since they entered the date sits by the clock they live by.
func (e Exam) by(r group.Reminder) Exam {
	e.Zone = cmp.Or(r.Zone, e.Zone)
	return e
}

// hush leaves people in peace from the evening before an exam to the end of its
// day. A window is no reason: it may last weeks.
func (s *Service) hush(ctx context.Context, w group.Wishes, now time.Time) (until time.Time, err error) {
	all, err := s.c.Store.Exams(ctx, w.Member)
	if err != nil {
		return until, err
	}
	r, ok := w.Reminder(NoteCountdown)
	if !ok && len(w.Reminders) > 0 {
		r = w.Reminders[0] // all are around one clock
	}
	for _, e := range all {
		e = e.by(r)
		if _, over, ok := e.Rest(); ok && e.State == Planned && !now.Before(e.evening()) && now.Before(over) && over.After(until) {
			until = over
		}
	}
	return until, nil
}

// wordsStep is what is said of an exam at a step of its countdown.
func (s *Service) wordsStep(e Exam, step string, today time.Time) bot.Text {
	w, name := e.Window(), s.name(e)
	if step == stepWish {
		return wordsWish(name, e.Dated())
	}
	days := int(w.From.Sub(today) / (24 * time.Hour))
	text := bot.Textf("%s to your %s exam, %s.", bot.Count(days, "day", "days"), name, wordsDays(w))
	if !e.Dated() {
		text = bot.Textf("%s to the first day of your %s window, %s.", bot.Count(days, "day", "days"), name, wordsDays(w))
	}
	c, _ := s.c.Catalogue.Find(e.Certification)
	return lines(text, wordsToDo(c, step))
}

const (
	wordsCountdownWhen  bot.Text = "your exam is 60, 30, 14 or 7 days away, and on the evening before"
	wordsCountdownTitle bot.Text = "Your exam"
)

// wordsToDo is what to do at a step.
func wordsToDo(c cert.Certification, step string) bot.Text {
	switch step {
	case "60":
		issuer := bot.Text("whoever gives it")
		if c.IssuerShort != "" {
			issuer = bot.Textf("%s", c.IssuerShort)
		}
		return bot.Textf("If you haven't applied yet, ask %s today by when one has to. Then meet every area once.", issuer)
	case "30":
		return "From now on more review, fewer new topics."
	case "14":
		return "A mock exam now shows what to review. /quiz has one."
	}
	return "Review what you missed. Look up where and when it is, and what to bring."
}

func wordsWish(name string, dated bool) bot.Text {
	if dated {
		return bot.Textf("Good luck tomorrow with %s. Sleep beats one more chapter.\nNo question is needed: today's and tomorrow's don't count for your run. I'm quiet until it's over.", name)
	}
	return bot.Textf("Good luck with %s: the window opens tomorrow. Sleep beats one more chapter.", name)
}
