package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// PathProgress is a member's own progress in a group. It is whispered.
func PathProgress(groupID string) string { return "progress/" + groupID }

const (
	// progressFrom is how many different questions somebody has answered before
	// their progress says something.
	progressFrom = 10
	// progressWeeks is how many weeks progress looks back, the running one included.
	progressWeeks = 6
)

// Progress is how a member has done in what a group studies. Answers that are
// still secret are not in it.
type Progress struct {
	Track     group.Track
	Questions int            // different ones that were answered
	Right     int            // those of them that were right the last time
	Areas     []AreaProgress // with answers, in the order of the outline
	Weeks     []WeekProgress // with answers, newest first
}

// AreaProgress counts the different questions of an area that a member has
// answered, each as it was answered last.
type AreaProgress struct {
	Area      cert.Domain
	Questions int
	Right     int
}

// WeekProgress counts a member's answers of one week, from Monday on in the
// group's zone.
type WeekProgress struct {
	From    time.Time // local midnight of its Monday
	Running bool      // it is the week that runs
	Answers int
	Right   int
}

// AreaCount is [AreaProgress] as the store counts it, with the area's identifier.
type AreaCount struct {
	Domain    string
	Item      string // of answers whose area is not kept with them, which are counted one by one
	Questions int
	Right     int
}

// Graded is when an answer was given and how it was graded.
type Graded struct {
	At      time.Time
	Verdict Verdict
}

// ProgressStore is what progress needs of the database.
type ProgressStore interface {
	// AreaCounts counts a member's answers on a track by area.
	AreaCounts(ctx context.Context, t group.Track, memberID string) ([]AreaCount, error)
	// GradedSince is every answer of a member on a track since an instant.
	GradedSince(ctx context.Context, t group.Track, memberID string, since time.Time) ([]Graded, error)
}

// ProgressOf gathers a member's progress; ok is false for a group that studies nothing.
func (s *Service) ProgressOf(ctx context.Context, g group.Group, m group.Member) (p Progress, ok bool, err error) {
	all, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil || len(all) == 0 {
		return Progress{}, false, err
	}
	t := all[0]
	counts, err := s.Store.AreaCounts(ctx, t, m.ID)
	if err != nil {
		return Progress{}, false, err
	}
	for n, c := range counts {
		if e, ok := s.Library.of(t.Certification).byID[c.Item]; ok && c.Domain == "" {
			counts[n].Domain = e.item.Domain
		}
	}
	monday := mondayOf(s.Now(), g.Location())
	graded, err := s.Store.GradedSince(ctx, t, m.ID, schedule.Resolve(monday.AddDays(-7*(progressWeeks-1)), g.Location()))
	if err != nil {
		return Progress{}, false, err
	}
	return progress(t, s.outline(t), counts, graded, monday, g.Location()), true, nil
}

// mondayOf is midnight of the Monday of an instant's week.
func mondayOf(t time.Time, loc *time.Location) schedule.Wall {
	local := t.In(loc)
	since := (int(local.Weekday()) + 6) % 7
	return schedule.WallOf(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC), time.UTC).AddDays(-since)
}

// progress puts what the store counted in order.
func progress(t group.Track, o cert.Outline, counts []AreaCount, graded []Graded, monday schedule.Wall, loc *time.Location) Progress {
	p := Progress{Track: t}
	by := map[string]AreaCount{}
	for _, c := range counts {
		sum := by[c.Domain]
		by[c.Domain] = AreaCount{Questions: sum.Questions + c.Questions, Right: sum.Right + c.Right}
		p.Questions += c.Questions
		p.Right += c.Right
	}
	for _, d := range o.Domains {
		if c := by[d.ID]; c.Questions > 0 {
			p.Areas = append(p.Areas, AreaProgress{Area: d, Questions: c.Questions, Right: c.Right})
		}
	}
	for n := range progressWeeks {
		w := WeekProgress{From: schedule.Resolve(monday.AddDays(-7*n), loc), Running: n == 0}
		end := schedule.Resolve(monday.AddDays(7-7*n), loc)
		for _, a := range graded {
			if a.At.Before(w.From) || !a.At.Before(end) {
				continue
			}
			w.Answers++
			if a.Verdict == Right {
				w.Right++
			}
		}
		if w.Answers > 0 {
			p.Weeks = append(p.Weeks, w)
		}
	}
	return p
}

// next is the area that is most worth practising: the larger its share of the
// outline and of answers that were not right. ok is false while no area has
// enough answers to tell, or all were right.
func (p Progress) next(o cert.Outline) (weakest AreaProgress, ok bool) {
	best := 0.0
	for _, a := range p.Areas {
		if a.Questions < figureFrom || a.Right == a.Questions {
			continue
		}
		if worth := (o.Share(a.Area.ID) + 0.01) * float64(a.Questions-a.Right) / float64(a.Questions); worth > best {
			best, weakest, ok = worth, a, true
		}
	}
	return weakest, ok
}

// progressPressed shows a member's progress in a group.
func (s *Service) progressPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	return s.showProgress(ctx, i, g, m)
}

func (s *Service) showProgress(ctx context.Context, i bot.Interaction, g group.Group, m group.Member) (bot.Response, error) {
	p, ok, err := s.ProgressOf(ctx, g, m)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, &bot.Error{Text: noPracticeHere}
	}
	return bot.InPlace(i, bot.Message{Card: greet(s.progressCard(g, p), m)}), nil
}

func (s *Service) progressCard(g group.Group, p Progress) *bot.Card {
	o := s.outline(p.Track)
	first := bot.Button{Label: "Practise 5", Action: "quiz/" + g.ID + "/start", Style: bot.Primary}
	card := &bot.Card{Title: progressTitle, Body: progressFewWords(p.Questions), Footer: onlyYouWords}
	if p.Questions >= progressFrom {
		parts := []bot.Text{bot.Join("\n", progressAllWords(p), progressAreaWords(o, p), progressOnceWords)}
		if weeks := progressWeekWords(p); weeks != "" {
			parts = append(parts, weeks)
		}
		if a, ok := p.next(o); ok {
			for n, d := range o.Domains {
				if d.ID == a.Area.ID && s.hasItems(p.Track, d.ID) {
					parts = append(parts, bot.Textf(progressNextWords, d.Short))
					first.Label, first.Action = areaLabel(d), "quiz/"+g.ID+"/area/"+areaNumber(n)
				}
			}
		}
		card.Body = bot.Join("\n\n", parts...)
	}
	row := bot.Row{first}
	if p.Questions > 0 {
		row = append(row, bot.Button{Label: "My results", Action: "results/" + g.ID})
	}
	row = append(row, studyRow()...)
	if s.Pictures != nil && p.Questions >= progressFrom {
		row = append(row, bot.Button{Label: "Picture", Action: PathProgress(g.ID) + "/areas"})
	}
	card.Controls = []bot.Row{row}
	return card
}

// areaLabel is "Practise Healthcare IT", or without the name where that is too long.
func areaLabel(d cert.Domain) string {
	if label := "Practise " + d.Short; len([]rune(label)) <= bot.LimitLabel {
		return label
	}
	return "Practise this area"
}
