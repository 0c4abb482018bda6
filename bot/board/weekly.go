package board

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

const (
	// rightFrom is how many answers, and of how many people, it takes to say how
	// many were right.
	rightFrom = 5
	// percentFrom is how many answers it takes to say it in percent, too.
	percentFrom = 20
	// weeklyCatchUp is how late a weekly post may still come.
	weeklyCatchUp = 24 * time.Hour
	// completeMost is how many names of those who answered everything are given.
	completeMost = 20
	// settled is how many runs are kept in one go.
	settled = 200
)

// post is what a weekly post says, decided when the week ended. Names are looked
// up when it is shown, for people may hide theirs.
type post struct {
	Sections []section `json:"sections"`
}

// section is a track's part of a weekly post.
type section struct {
	Track    string   `json:"track"`
	Short    string   `json:"short"`              // what people call what it studies
	Theme    string   `json:"theme,omitempty"`    // of the week that has begun
	Practise string   `json:"practise,omitempty"` // begins practice of it
	Answers  int      `json:"answers"`
	People   int      `json:"people"`
	Right    int      `json:"right"`
	Active   int      `json:"active"`
	Rows     []Row    `json:"rows,omitempty"`
	Complete []string `json:"complete,omitempty"`
	More     int      `json:"more,omitempty"` // who answered everything and is not named
	Improved []string `json:"improved,omitempty"`
	Run      int      `json:"run,omitempty"`     // the longest
	Runners  int      `json:"runners,omitempty"` // how many people have it
	Longest  []string `json:"longest,omitempty"` // they, if they are two at most
	Toughest *Asked   `json:"toughest,omitempty"`
	Area     string   `json:"area,omitempty"`   // of the toughest
	Window   string   `json:"window,omitempty"` // how far the exam is

	Muted []bot.ChannelID `json:"muted,omitempty"` // channels in which it is not posted
}

// in is what the post says in a channel: what is posted there all week.
func (p post) in(ch bot.ChannelID) post {
	return post{slices.DeleteFunc(slices.Clone(p.Sections), func(part section) bool { return slices.Contains(part.Muted, ch) })}
}

// fire ends the week and posts what there is to say about it.
func (s *Service) fire(ctx context.Context, d schedule.Due) error { return s.endWeek(ctx, d, true) }

// skip ends a week that should have ended long ago; about it nothing is said.
func (s *Service) skip(ctx context.Context, d schedule.Due) error { return s.endWeek(ctx, d, false) }

func (s *Service) endWeek(ctx context.Context, d schedule.Due, say bool) error {
	e, err := s.Store.EndWeek(ctx, d)
	if err != nil {
		return err
	}
	var p post
	for _, t := range e.Tracks {
		part, err := s.section(ctx, e, t)
		if err != nil {
			return err
		}
		for _, ch := range e.Channels {
			if slices.Contains(ch.Muted, t.ID) {
				part.Muted = append(part.Muted, ch.ID)
			}
		}
		if part.Answers > 0 {
			p.Sections = append(p.Sections, part)
		}
	}
	var deliveries []schedule.Delivery
	data := ""
	if say && !e.Quiet && len(p.Sections) > 0 && e.Group.State == group.Running {
		text, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("weekly post: %w", err)
		}
		data = string(text)
		for _, ch := range e.Channels {
			if len(p.in(ch.ID).Sections) == 0 {
				continue
			}
			deliveries = append(deliveries, schedule.Delivery{
				Key: s.NewID(), Stable: true, Kind: group.KindWeekly, Ref: weekRef(e.Group.ID, e.Week), Group: e.Group.ID, Target: string(ch.ID),
				Rank: schedule.RankSumUp, At: d.At, Until: d.At.Add(weeklyCatchUp),
			})
		}
	}
	next, err := following(e, d)
	if err != nil {
		return err
	}
	return s.Store.PostWeek(ctx, d, e, data, deliveries, next, s.Now())
}

// following is when the week ends that has begun; the season's last one doesn't.
func following(e Ended, d schedule.Due) ([]schedule.Due, error) {
	if e.Group.State == group.Ended {
		return nil, nil
	}
	last, err := schedule.ParseWall(d.Occurrence)
	if err != nil {
		return nil, err
	}
	next, err := NextWeekly(e.Schedule, d.At, last)
	return []schedule.Due{next}, err
}

// NextWeekly is the end of the week that runs after an instant, where last is the
// wall time of the newest end so far, or the zero Wall.
func NextWeekly(r schedule.Recurring, after time.Time, last schedule.Wall) (schedule.Due, error) {
	next, err := r.AfterEdit(after, last, schedule.RankSumUp)
	for err == nil && last != (schedule.Wall{}) {
		// In a zone further west a wall time may come that there was an end for.
		var wall schedule.Wall
		if wall, err = schedule.ParseWall(next.Occurrence); err != nil || wall.Compare(last) > 0 {
			break
		}
		next, err = r.After(next.At, schedule.RankSumUp)
	}
	next.Until = next.At.Add(weeklyCatchUp)
	return next, err
}

func weekRef(groupID string, week int) string { return groupID + "/" + strconv.Itoa(week) }

// section works out what there is to say about a track's week.
func (s *Service) section(ctx context.Context, e Ended, t group.Track) (section, error) {
	f, err := s.Store.WeekFacts(ctx, e.Group.ID, t.ID, e.Week)
	if err != nil {
		return section{}, err
	}
	runs, err := s.runs(ctx, e, t)
	if err != nil {
		return section{}, err
	}
	r := Rank(f.Tallies, f.Unplaced)
	p := section{Track: t.ID, Short: s.short(t), Answers: f.Answers, People: f.People, Right: f.Right, Active: r.Active}
	if p.Toughest = toughest(f.Questions); p.Toughest != nil {
		p.Area = s.area(t, p.Toughest.Domain)
	}
	if slices.Contains(e.Studied, t.ID) && e.Group.State == group.Running {
		theme, err := s.Themes.Theme(ctx, t)
		if err != nil {
			return section{}, err
		}
		if p.Theme = s.Themes.ThemeWords(t, theme); p.Theme != "" {
			p.Practise = s.Themes.ThemePath(t, theme)
		}
	}
	if r.Active < placesFrom {
		return p, nil
	}
	var entries []Entry
	if from, ok := r.Named(); ok {
		if entries, err = s.Store.Placed(ctx, e.Group.ID, t.ID, Period{Span: Week, Week: e.Week}, from); err != nil {
			return section{}, err
		}
	}
	p.Rows = r.Rows(entries)
	p.Complete, p.More = complete(f.Members)
	p.Improved = improved(f.Members, r)
	p.Longest, p.Runners, p.Run = longest(runs)
	if w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo); ok && !e.NoCount {
		p.Window = w.Until(s.Now().In(e.Group.Location()))
	}
	return p, nil
}

// area is what people call an area of a track's outline.
func (s *Service) area(t group.Track, domain string) string {
	if c, ok := s.Catalogue.Find(t.Certification); ok {
		if o, ok := c.Outline(t.Outline); ok {
			return o.Domain(domain).Short
		}
	}
	return domain
}

// runs follows the runs of those who took part, and keeps them.
func (s *Service) runs(ctx context.Context, e Ended, t group.Track) (map[string]Run, error) {
	now := s.Now()
	current, keep := map[string]Run{}, map[string]Run{}
	err := s.Store.Histories(ctx, e.Group.ID, t.ID, e.Week, func(h History) {
		run, done := h.Run.Follow(h.Questions, now)
		current[h.Member] = run
		if done.Through > h.Run.Through {
			keep[h.Member] = done
		}
	})
	if err != nil {
		return nil, err
	}
	members := make([]string, 0, len(keep))
	for m := range keep {
		members = append(members, m)
	}
	slices.Sort(members)
	// In small parts, so that nobody's press waits long for it.
	for part := range slices.Chunk(members, settled) {
		some := map[string]Run{}
		for _, m := range part {
			some[m] = keep[m]
		}
		if err := s.Store.SettleRuns(ctx, t.ID, some); err != nil {
			return nil, err
		}
	}
	return current, nil
}

// toughest is the question with the smallest share of right answers, if some
// were wrong and enough people answered it.
func toughest(questions []Asked) *Asked {
	var found *Asked
	for _, q := range questions {
		if q.Answered < rightFrom || q.Right == q.Answered {
			continue
		}
		if found == nil || q.Right*found.Answered < found.Right*q.Answered {
			found = &q
		}
	}
	return found
}

// complete names who answered everything, by name, and counts the others who may
// be named.
func complete(members []Part) (named []string, more int) {
	var all []Entry
	for _, m := range members {
		if m.Complete && !m.Hidden {
			all = append(all, Entry{Member: m.Member, Name: m.Name})
		}
	}
	if len(all) <= 10*completeMost { // of a crowd the first ones would be no better than others
		sortByName(all)
	}
	for _, e := range all[:min(completeMost, len(all))] {
		named = append(named, e.Member)
	}
	return named, len(all) - len(named)
}

// improved are at most two members with the largest rise over their usual week;
// nobody from the first three places, and nobody when more than two share it.
func improved(members []Part, r Ranking) []string {
	best := 0
	var risen []Entry
	for _, m := range members {
		usual, ok := Usual(m.Before, usualWeeks)
		if !ok || m.Hidden || m.Mentor || r.Place(m.Points) <= 3 {
			continue
		}
		switch rise := m.Points - usual; {
		case rise > best:
			best, risen = rise, []Entry{{Member: m.Member, Name: m.Name}}
		case rise == best && best > 0:
			risen = append(risen, Entry{Member: m.Member, Name: m.Name})
		}
	}
	if len(risen) > 2 {
		return nil
	}
	sortByName(risen)
	var ids []string
	for _, e := range risen {
		ids = append(ids, e.Member)
	}
	return ids
}

// longest is the longest run, how many people have it, and who, if they are few.
func longest(runs map[string]Run) (members []string, people, length int) {
	for m, r := range runs {
		switch {
		case r.Length > length:
			members, length = []string{m}, r.Length
		case r.Length == length:
			members = append(members, m)
		}
	}
	if length < 2 {
		return nil, 0, 0
	}
	if len(members) > 2 {
		return nil, len(members), length
	}
	slices.Sort(members)
	return members, len(members), length
}

// parseRef reads what weekRef writes.
func parseRef(ref string) (groupID string, week int, err error) {
	groupID, number, _ := strings.Cut(ref, "/")
	week, err = strconv.Atoi(number)
	return groupID, week, err
}
