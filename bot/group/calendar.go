package group

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

// The countdowns a group can choose beside days of its own, "30, 7".
const (
	UsualCountdown = ""     // posts on the usual days, and a line on each question
	LineCountdown  = "line" // the line alone
	NoCountdown    = "off"
)

const (
	// mostCountdown is on how many days a group counts down at most: more posts
	// than these four would not be read.
	mostCountdown = 4
	// longestCountdown is how many days before a window the first post comes at most.
	longestCountdown = 180
)

// CountdownDays is on how many days before an exam window a group posts, the
// first day first; none if it has no such posts.
func (h Habits) CountdownDays() []int {
	switch h.Countdown {
	case UsualCountdown:
		return []int{60, 30, 7, 1}
	case LineCountdown, NoCountdown:
		return nil
	}
	days, _ := countdownDays(h.Countdown) // none of what isn't ours
	return days
}

// countdownDays reads days before a window as people write them: "60, 30 and 7".
// problem is what to tell the person instead.
func countdownDays(typed string) (days []int, problem string) {
	words := strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return strings.ContainsRune(" ,;&\t\n", r) })
	for _, w := range words {
		if slices.Contains([]string{"and", "day", "days", "before"}, w) {
			continue
		}
		n, err := strconv.Atoi(w)
		if err != nil {
			return nil, fmt.Sprintf("I can't read %q as days before the window. Please write them like 60, 30, 7, 1.", bot.Clip(typed, 30))
		}
		if n < 1 || n > longestCountdown {
			return nil, "Please write days from 1 to 180, like 60, 30, 7, 1."
		}
		days = append(days, n)
	}
	slices.SortFunc(days, func(a, b int) int { return b - a })
	switch days = slices.Compact(days); {
	case len(days) == 0:
		return nil, "Please write at least one number of days, like 30."
	case len(days) > mostCountdown:
		return nil, "At most four posts: more are not read. Please leave some out."
	}
	return days, ""
}

// QuestionAt is the instant of the first question time of a local date,
// 2006-01-02, of what the group studied first, whether or not a question comes on
// that date; ok is false for what is no date.
func (d Details) QuestionAt(day string) (at time.Time, ok bool) {
	midnight, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, false
	}
	minute := timetableOf(d.First().Schedule.Expr).minutes[0]
	wall, err := schedule.ParseWall(midnight.Add(time.Duration(minute) * time.Minute).Format("2006-01-02T15:04"))
	if err != nil {
		return time.Time{}, false
	}
	return schedule.Resolve(wall, d.Group.Location()), true
}

// RestDays are the local dates on which a track has no question: its group's skip
// days and, unless the group keeps going, the last day of its exam window, on
// which people sit.
func (h Habits) RestDays(windowTo string, skips []string) []string {
	if windowTo == "" || h.KeepGoing {
		return skips
	}
	return append(slices.Clone(skips), windowTo)
}

// Deadline is what is known of the last day to apply for an exam window.
type Deadline struct {
	Day       string `json:"day,omitempty"`       // 2006-01-02; "" while nobody has confirmed it
	LateUntil string `json:"late,omitempty"`      // the last day with a late fee; "" for none, or if that isn't known
	Organiser bool   `json:"organiser,omitempty"` // an organiser entered it
	Year      int    `json:"year,omitempty"`      // of the window
	Earlier   string `json:"earlier,omitempty"`   // the day a year before, where nothing newer is known
	Window    string `json:"window,omitempty"`    // the window of that: "May 2026"
	Issuer    string `json:"issuer"`
	Address   string `json:"address"` // of the issuer
	Checked   string `json:"checked,omitempty"`
}

// DeadlineOf is the last day to apply for the window of what a group studies: the
// issuer's own, if that is verified, else what an organiser entered. ok is false
// for what has no window.
func DeadlineOf(c cert.Certification, t Studied) (d Deadline, ok bool) {
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok {
		return Deadline{}, false
	}
	d = Deadline{Year: w.From.Year(), Issuer: cmp.Or(c.IssuerShort, c.Issuer), Address: host(c.URL), Checked: c.Facts.Deadlines.Checked}
	verified := c.Facts.Deadlines.Shown() == cert.Plainly
	if found, ok := c.Deadline(w); ok && verified {
		d.Day, d.LateUntil = found.ApplyBy, found.LateUntil
		return d, true
	}
	if t.Deadline != "" {
		d.Day, d.Organiser, d.Checked = t.Deadline, true, ""
		return d, true
	}
	before := cert.Window{From: w.From.AddDate(-1, 0, 0), To: w.To.AddDate(-1, 0, 0)}
	if found, ok := c.Deadline(before); ok && verified {
		d.Earlier, d.Window = found.ApplyBy, before.Name()
	}
	return d, true
}

// host is where to look, as people write it: "aami.org".
func host(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	rest, _, _ = strings.Cut(rest, "/")
	return strings.TrimPrefix(rest, "www.")
}

// Words is what there is to say about the last day to apply, seen from a local
// date; "" once nobody can apply any more, and of a day that nobody confirmed
// where it is too late to ask.
func (d Deadline) Words(today string) bot.Text {
	switch {
	case d.Day == "" && d.Earlier == "":
		return bot.Textf("Application deadline: not confirmed for %d. Check with %s now: %s", d.Year, d.Issuer, d.Address)
	case d.Day == "":
		return bot.Textf("Application deadline: not confirmed for %d. For %s it was %s. Check with %s now: %s",
			d.Year, d.Window, dayWords(d.Earlier, "2 January"), d.Issuer, d.Address)
	case d.Day < today && d.LateUntil >= today:
		return bot.Textf("The application deadline was %s. Late, for a fee, until %s. Apply at %s",
			dayWords(d.Day, dayForm), dayWords(d.LateUntil, dayForm), d.Address)
	case d.Day < today:
		return ""
	case d.Organiser:
		return bot.Textf("Application deadline: %s, entered by your organiser. Check with %s: %s", dayWords(d.Day, dayForm), d.Issuer, d.Address)
	}
	return bot.Textf("Application deadline: %s (%s, checked %s). Apply at %s", dayWords(d.Day, dayForm), d.Issuer, dayWords(d.Checked, dayForm), d.Address)
}

// dayForm is a date with its weekday: "Fri 16 Apr 2027".
const dayForm = "Mon 2 Jan 2006"

// dayWords is a local date in words.
func dayWords(day, form string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.Format(form)
}

// DeadlineStore is what application deadlines need of the database.
type DeadlineStore interface {
	// SetDeadline keeps the last day to apply, 2006-01-02, for the window of what a
	// group studies, or with "" takes it out, and plans by it. It reports false for
	// what the group doesn't study any more, or with another window.
	SetDeadline(ctx context.Context, group, track, window, day string, now time.Time) (bool, error)
}

// attachCalendar registers what organisers choose about countdowns.
func (s *Service) attachCalendar(of func(path string, h groupHandler)) {
	of("/countdown", s.countdownPage)
	of("/countdown/posts/{choice}", s.setCountdown)
	of("/countdown/deadlines/{choice}", s.setDeadlines)
	of("/countdown/days", s.askCountdown)
	of("/countdown/days/set", s.setCountdownDays)
	of("/deadline/{track}", s.askDeadline)
	of("/deadline/{track}/{window}", s.setDeadline)
}

const countdownLabel = "Countdown"

// countdownPage shows what is said before an exam window, and what is known of
// its deadlines.
func (s *Service) countdownPage(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, s.countdownCard(d, "")), nil
}

// countdownCard is that page, with a word about what just happened.
func (s *Service) countdownCard(d Details, first bot.Text) *bot.Card {
	path := PathGroup(d.Group.ID) + "/countdown"
	body := []bot.Text{first, wordsCountdown(d.Habits), wordsDeadlines(d.Habits)}
	var controls []bot.Control
	for _, o := range []struct{ value, label string }{
		{UsualCountdown, "60, 30, 7 and 1 days"}, {LineCountdown, "Line only"}, {NoCountdown, "Off"},
	} {
		if d.Habits.Countdown != o.value {
			controls = append(controls, button(o.label, path+"/posts/"+cmp.Or(o.value, "usual")))
		}
	}
	controls = append(controls, button("Other days", path+"/days"))
	if d.Habits.NoDeadlines {
		controls = append(controls, button("Deadline posts on", path+"/deadlines/on"))
	} else {
		controls = append(controls, button("Deadline posts off", path+"/deadlines/off"))
	}
	today := s.today(d.Group.Zone).Format(time.DateOnly)
	for _, t := range d.Tracks {
		c, _ := s.c.Catalogue.Find(t.Certification)
		known, ok := DeadlineOf(c, t)
		if !ok {
			continue
		}
		w, _ := cert.ParseWindow(t.WindowFrom, t.WindowTo)
		if line := known.Words(today); line != "" && t.WindowFrom >= today {
			body = append(body, bot.Textf("%s, %s window. ", s.short(t.Certification), w.Name())+line)
		}
		if (known.Day == "" || known.Organiser) && t.WindowFrom > today {
			controls = append(controls, button(bot.Clip(s.short(t.Certification)+" deadline", bot.LimitLabel), PathGroup(d.Group.ID)+"/deadline/"+t.ID))
		}
	}
	controls = append(controls, button(weeksLabel, PathGroup(d.Group.ID)+"/weeks"))
	return &bot.Card{Title: countdownLabel, Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}
}

// keepCountdown keeps a choice and shows the page.
func (s *Service) keepCountdown(ctx context.Context, i bot.Interaction, d Details, change func(h *Habits)) (bot.Response, error) {
	if err := s.c.Store.ChangeHabits(ctx, d.Group.ID, change, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	d, ok, err := s.c.Store.Details(ctx, d.Group.ID)
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return show(i, s.countdownCard(d, wordsSaved)), nil
}

func (s *Service) setCountdown(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	chosen := UsualCountdown
	switch i.Arg("choice") {
	case LineCountdown, NoCountdown:
		chosen = i.Arg("choice")
	case "usual":
	default:
		return s.countdownPage(ctx, i, group)
	}
	return s.keepCountdown(ctx, i, d, func(h *Habits) { h.Countdown = chosen })
}

func (s *Service) setDeadlines(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	if c := i.Arg("choice"); c != "on" && c != "off" {
		return s.countdownPage(ctx, i, group)
	}
	return s.keepCountdown(ctx, i, d, func(h *Habits) { h.NoDeadlines = i.Arg("choice") == "off" })
}

const (
	fieldBefore   = "before"
	fieldDeadline = "day"
)

// askCountdown opens the form for other days.
func (s *Service) askCountdown(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	days := d.Habits.CountdownDays()
	if days == nil {
		days = Habits{}.CountdownDays()
	}
	return bot.Response{Form: &bot.Form{Title: countdownLabel, Submit: "Save", Action: PathGroup(group) + "/countdown/days/set", Fields: []bot.Field{
		{Name: fieldBefore, Label: "Days before the window", Kind: bot.Line, Required: true, Max: 60, Help: "One to four, such as 60, 30, 7, 1",
			Initial: []string{numbers(days)}},
	}}}, nil
}

func numbers(days []int) string {
	var all []string
	for _, n := range days {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, ", ")
}

func (s *Service) setCountdownDays(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	days, fault := countdownDays(i.Values.Get(fieldBefore))
	if fault != "" {
		return bot.Response{Invalid: map[string]string{fieldBefore: fault}}, nil
	}
	chosen := numbers(days)
	if slices.Equal(days, Habits{}.CountdownDays()) {
		chosen = UsualCountdown
	}
	return s.keepCountdown(ctx, i, d, func(h *Habits) { h.Countdown = chosen })
}

// askDeadline opens the form for the last day to apply.
func (s *Service) askDeadline(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok {
		return bot.Response{}, problem(wordsNoWindowYet, primary("Schedule", PathGroup(group)+"/track/"+t.ID+"/schedule"), button(countdownLabel, PathGroup(group)+"/countdown"))
	}
	field := bot.Field{Name: fieldDeadline, Label: "Last day to apply", Kind: bot.Date, Help: "Empty takes it out"}
	if t.Deadline != "" {
		field.Initial = []string{t.Deadline}
	}
	c, _ := s.c.Catalogue.Find(t.Certification)
	intro := bot.Textf("%s, %s window. ", s.short(t.Certification), w.Name()) + wordsDeadlineForm
	if known, _ := DeadlineOf(c, t); known.Earlier != "" {
		intro += bot.Textf(" For %s it was %s.", known.Window, dayWords(known.Earlier, "2 January"))
	}
	return bot.Response{Form: &bot.Form{Title: "Application deadline", Submit: "Save", Intro: intro,
		Action: PathGroup(d.Group.ID) + "/deadline/" + t.ID + "/" + t.WindowFrom, Fields: []bot.Field{field}}}, nil
}

// setDeadline keeps the last day to apply for the window that the form was about.
func (s *Service) setDeadline(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	day, today := strings.TrimSpace(i.Values.Get(fieldDeadline)), s.today(d.Group.Zone).Format(time.DateOnly)
	at, err := time.Parse(time.DateOnly, day)
	fault := ""
	switch {
	case day == "":
	case err != nil || at.Format(time.DateOnly) != day:
		fault = "Please write a date such as 2027-04-16."
	case day < today:
		fault = "That day is over. Please write a day from today on."
	case day >= i.Arg("window"):
		fault = "Please write a day before the window opens."
	}
	if fault != "" {
		return bot.Response{Invalid: map[string]string{fieldDeadline: fault}}, nil
	}
	ok, err := s.c.Store.SetDeadline(ctx, group, t.ID, i.Arg("window"), day, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsOtherWindow, primary(countdownLabel, PathGroup(group)+"/countdown"))
	}
	s.c.Wake()
	if d, ok, err = s.c.Store.Details(ctx, group); err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return show(i, s.countdownCard(d, wordsSaved)), nil
}

// wordsCountdown says when there are countdown posts.
func wordsCountdown(h Habits) bot.Text {
	days := h.CountdownDays()
	switch {
	case h.Countdown == NoCountdown:
		return "Countdown: off."
	case len(days) == 0:
		return "Countdown: a line on each question, no posts."
	}
	var all []string
	for _, n := range days {
		all = append(all, strconv.Itoa(n))
	}
	unit := "days"
	if len(days) == 1 && days[0] == 1 {
		unit = "day"
	}
	return bot.Textf("Countdown: a line on each question, and a post %s %s before the window opens.", bot.And(all), unit)
}

func wordsDeadlines(h Habits) bot.Text {
	if h.NoDeadlines {
		return "Deadline posts: off."
	}
	return "Deadline posts: 30, 14 and 3 days before, where the day is known."
}

const (
	wordsDeadlineForm bot.Text = "Take the day from the issuer. Members read it as entered by their organiser."
	wordsNoWindowYet  bot.Text = "There is no exam window yet, so there is nothing to apply for. Choose one first."
	wordsOtherWindow  bot.Text = "The exam window was changed meanwhile, so nothing was saved. Here is what holds now."
)
