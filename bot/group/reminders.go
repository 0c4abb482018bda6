package group

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// PathReminders is the page of the notes a person asked for.
const PathReminders = "reminders"

// PathRemind asks whether notes of a kind should come around the time at which
// it is pressed. It is whispered.
func PathRemind(kind string) string { return "remind/" + kind + "/ask" }

// PathRemindOff switches notes of a kind off.
func PathRemindOff(kind string) string { return "remind/" + kind + "/off" }

// PathNote opens a note of a kind. It is whispered.
func PathNote(kind string) string { return "note/" + kind }

// The fields of the forms about notes.
const (
	fieldTime  = "time"
	fieldWeek  = "week"
	fieldFrom  = "from"
	fieldUntil = "until"
)

func (s *Service) registerReminders() {
	b := s.c.Bot
	b.Action(PathReminders, s.remindersPressed)
	b.Action("reminders/times", s.askTimes)
	b.Action("reminders/set", s.setTimes)
	b.Action(PathRemind("{kind}"), s.askRemind)
	b.Action("remind/{kind}/on/{minute}", s.remindOn)
	b.Action("remind/{kind}/at", s.askRemindAt)
	b.Action("remind/{kind}/set", s.setRemindAt)
	b.Action("remind/{kind}/off", s.remindOff)
	b.Action(PathNote("{kind}"), s.openNote)
	s.Opens("reminders", func(ctx context.Context, i bot.Interaction, _ Group, m Member) (bot.Response, error) {
		return s.showReminders(ctx, i, m.ID, "")
	})
}

// person is who acts, with their groups; a [*bot.Error] says how to join one.
func (s *Service) person(ctx context.Context, i bot.Interaction) (member string, all []Membership, err error) {
	all, err = s.memberships(ctx, i.User)
	if err != nil {
		return "", nil, err
	}
	if len(all) == 0 {
		return "", nil, &bot.Error{Text: wordsNoGroup, Card: beginCard(i.Direct)}
	}
	return all[0].Member.ID, all, nil
}

// wishes is who acts and what they have chosen.
func (s *Service) wishes(ctx context.Context, i bot.Interaction) (Wishes, []Membership, error) {
	member, all, err := s.person(ctx, i)
	if err != nil {
		return Wishes{}, nil, err
	}
	w, err := s.c.Store.Wishes(ctx, member, s.c.Now())
	return w, all, err
}

// zoneOf is the zone by which a person lives: what the platform says, or that of
// a group of theirs.
func (s *Service) zoneOf(ctx context.Context, i bot.Interaction, all []Membership) string {
	zone := s.c.Bot.Profile(ctx, i.Space, i.User).Zone
	if _, err := schedule.LoadZone(zone); err == nil {
		return zone
	}
	return all[0].Group.Zone
}

// Reminding reports whether a member gets notes of a kind, or has said that they
// want none.
func (s *Service) Reminding(ctx context.Context, member, kind string) (bool, error) {
	w, err := s.c.Store.Wishes(ctx, member, s.c.Now())
	_, chosen := w.Reminder(kind)
	return chosen, err
}

// Reminded reports whether notes of a kind come to a member.
func (s *Service) Reminded(ctx context.Context, member, kind string) (bool, error) {
	w, err := s.c.Store.Wishes(ctx, member, s.c.Now())
	r, _ := w.Reminder(kind)
	return r.State == RemindOn, err
}

func (s *Service) remindersPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	member, _, err := s.person(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showReminders(ctx, i, member, "")
}

// showReminders lists the kinds of notes with their switches.
func (s *Service) showReminders(ctx context.Context, i bot.Interaction, member string, first bot.Text) (bot.Response, error) {
	w, err := s.c.Store.Wishes(ctx, member, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	body := []bot.Text{first}
	var controls []bot.Control
	for _, k := range s.notes {
		r, _ := w.Reminder(k.Name)
		if k.For != nil && r.State != RemindOn {
			if offered, err := k.For(ctx, member); err != nil {
				return bot.Response{}, err
			} else if !offered {
				continue
			}
		}
		body = append(body, s.wordsReminder(k, w, r))
		if r.State == RemindOn {
			controls = append(controls, button("Stop: "+k.Label, "remind/"+k.Name+"/off"))
		} else {
			controls = append(controls, button("Remind: "+k.Label, PathRemind(k.Name)))
		}
	}
	if len(controls) > 2*bot.LimitRow-2 {
		controls = controls[:2*bot.LimitRow-2]
	}
	body = append(body, wordsBudget(w), wordsQuiet(w))
	if w.blocked() {
		body = append(body, wordsBlocked)
	}
	controls = append(controls, button("Times", "reminders/times"), button("My study page", PathStudy))
	return show(i, &bot.Card{Title: "Reminders", Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

// askRemind offers notes of a kind around the time at which it is asked.
func (s *Service) askRemind(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	k, _, ok := s.noteKind(i.Arg("kind"))
	if !ok {
		return s.showReminders(ctx, i, w.Member, "")
	}
	zone := s.zoneOf(ctx, i, all)
	minute := s.today(zone).Hour() * 60
	body := []bot.Text{bot.Textf("A private note comes when %s. It says nothing else until you open it.", k.When), wordsBudget(w)}
	if w.blocked() {
		body = append(body, wordsBlocked)
	}
	path := "remind/" + k.Name
	return bot.Whisper(message(&bot.Card{Title: bot.Textf("Around this time (%s)?", clockWords(minute)), Body: lines(body...), Footer: wordsOnlyYou,
		Controls: rows(primary("Yes", path+"/on/"+strconv.Itoa(minute)), button("Another time", path+"/at"), button("No, thanks", path+"/off"))})), nil
}

// remindOn switches a kind of note on, around the minute that was shown.
func (s *Service) remindOn(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	minute, err := strconv.Atoi(i.Arg("minute"))
	if err != nil || minute < 0 || minute >= 24*60 {
		return bot.Response{}, problem(wordsNoTime, button("Reminders", PathReminders))
	}
	return s.setReminder(ctx, i, RemindOn, minute)
}

// Subscribe switches a kind of note on, around the time at which the person acts,
// because they were told that one comes of what they do; not if they ever chose
// about the kind. It reports whether notes of the kind come.
func (s *Service) Subscribe(ctx context.Context, i bot.Interaction, kind string) (bool, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return false, err
	}
	r, chosen := w.Reminder(kind)
	if chosen {
		return r.State == RemindOn, nil
	}
	zone, now := s.zoneOf(ctx, i, all), s.c.Now()
	r = Reminder{Kind: kind, State: RemindOn, Minute: s.today(zone).Hour() * 60, Zone: zone, Since: now}
	return true, s.c.Store.SetReminder(ctx, w.Member, i.User, r, []schedule.Due{s.noteDue(w, r, now)}, now)
}

// remindOff switches a kind of note off, or says that somebody doesn't want it.
func (s *Service) remindOff(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.setReminder(ctx, i, RemindOff, -1)
}

// setReminder keeps what a person chose about a kind; a negative minute leaves
// the time as it was.
func (s *Service) setReminder(ctx context.Context, i bot.Interaction, state ReminderState, minute int) (bot.Response, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	k, _, ok := s.noteKind(i.Arg("kind"))
	if !ok {
		return s.showReminders(ctx, i, w.Member, "")
	}
	r, _ := w.Reminder(k.Name)
	before := r.State
	r.Kind, r.State, r.Zone = k.Name, state, s.zoneOf(ctx, i, all)
	if minute >= 0 {
		r.Minute = minute
	}
	if state == RemindOn && before != RemindOn {
		r.Since = s.c.Now()
	}
	var due []schedule.Due
	body := bot.Textf("Done. No more notes when %s. It stands on your study page.", k.When)
	switch {
	case state == RemindOn:
		due = append(due, s.noteDue(w, r, s.c.Now()))
		body = bot.Textf("Done. Around %s, %s, a note comes when %s.", clockWords(awake(w, r.Minute)), cityWords(r.Zone, s.c.Now()), k.When)
	case before != RemindOn:
		body = wordsNoReminder
	}
	if err := s.c.Store.SetReminder(ctx, w.Member, i.User, r, due, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: body, Footer: wordsOnlyYou,
		Controls: rows(button("Reminders", PathReminders), button("My study page", PathStudy))}), nil
}

// askRemindAt opens the form for another time.
func (s *Service) askRemindAt(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if _, _, err := s.person(ctx, i); err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Reminders", Submit: "Save", Action: "remind/" + i.Arg("kind") + "/set", Fields: []bot.Field{whenField()}}}, nil
}

func whenField() bot.Field {
	return bot.Field{Name: fieldTime, Label: "Around what time?", Kind: bot.Time, Required: true, Help: "By your own clock, such as 19:30"}
}

// setRemindAt switches a kind of note on, around a time that was filled in.
func (s *Service) setRemindAt(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	minute, ok := minuteOf(i.Values.Get(fieldTime))
	if !ok {
		return bot.Response{Invalid: map[string]string{fieldTime: wordsTimeLike}}, nil
	}
	return s.setReminder(ctx, i, RemindOn, minute)
}

// minuteOf reads a time field.
func minuteOf(value string) (int, bool) {
	at, err := time.Parse("15:04", value)
	return at.Hour()*60 + at.Minute(), err == nil
}

// askTimes opens the form about when and how many.
func (s *Service) askTimes(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	first := whenField()
	first.Initial = []string{typedMinute(s.today(s.zoneOf(ctx, i, all)).Hour() * 60)}
	for _, r := range w.Reminders {
		if r.State == RemindOn {
			first.Initial = []string{typedMinute(r.Minute)}
		}
	}
	week := bot.Field{Name: fieldWeek, Label: "How many in seven days, at most?", Kind: bot.OneOf, Required: true,
		Help: "All kinds and groups together; the rest waits on your page", Initial: []string{strconv.Itoa(w.PerWeek)}}
	for n := range MaxNotesPerWeek + 1 {
		week.Options = append(week.Options, bot.Option{Label: strconv.Itoa(n), Value: strconv.Itoa(n)})
	}
	from := bot.Field{Name: fieldFrom, Label: "Quiet hours from", Kind: bot.Time, Help: "No notes then; leave both empty for none"}
	until := bot.Field{Name: fieldUntil, Label: "Quiet hours until", Kind: bot.Time, Help: "A note that falls into them comes at their end"}
	if w.QuietFrom != w.QuietUntil {
		from.Initial, until.Initial = []string{typedMinute(w.QuietFrom)}, []string{typedMinute(w.QuietUntil)}
	}
	return bot.Response{Form: &bot.Form{Title: "Reminders", Submit: "Save", Action: "reminders/set", Fields: []bot.Field{first, week, from, until}}}, nil
}

// setTimes keeps when and how many.
func (s *Service) setTimes(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, all, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	invalid := map[string]string{}
	read := func(field string, required bool) int {
		value := i.Values.Get(field)
		minute, ok := minuteOf(value)
		if !ok && (required || value != "") {
			invalid[field] = wordsTimeLike
		}
		return minute
	}
	minute := read(fieldTime, true)
	w.QuietFrom, w.QuietUntil = read(fieldFrom, false), read(fieldUntil, false)
	if (i.Values.Get(fieldFrom) == "") != (i.Values.Get(fieldUntil) == "") {
		invalid[fieldUntil] = wordsBothTimes
	}
	w.PerWeek, err = strconv.Atoi(i.Values.Get(fieldWeek))
	if err != nil || w.PerWeek < 0 || w.PerWeek > MaxNotesPerWeek {
		invalid[fieldWeek] = wordsHowMany
	}
	if len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	zone := s.zoneOf(ctx, i, all)
	for n := range w.Reminders {
		w.Reminders[n].Minute, w.Reminders[n].Zone = minute, zone
	}
	if err := s.c.Store.SetNotes(ctx, w, s.noteDues(w, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	return s.showReminders(ctx, i, w.Member, wordsSaved)
}

// openNote whispers what a note is about, as it is now.
func (s *Service) openNote(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	w, _, err := s.wishes(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	k, _, ok := s.noteKind(i.Arg("kind"))
	if !ok {
		return bot.Whisper(message(&bot.Card{Body: wordsNothingNow, Footer: wordsOnlyYou, Controls: rows(button("My study page", PathStudy))})), nil
	}
	note, err := s.noteNow(ctx, w, k.Name, false)
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.c.Store.AccountUsed(ctx, i.User, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	if k.Opened != nil {
		if err := k.Opened(ctx, Reminded{Member: w.Member, Now: s.c.Now(), Wishes: w}); err != nil {
			return bot.Response{}, err
		}
	}
	card := &bot.Card{Title: cmp.Or(note.Title, k.Title), Body: lines(note.Lines...), Footer: wordsOnlyYou}
	if len(note.Lines) == 0 {
		card.Title, card.Body = "", wordsNothingNow
	}
	actions := controlsOf(note.Buttons[:min(len(note.Buttons), bot.LimitRow)])
	others := []bot.Control{button("Stop these", "remind/"+k.Name+"/off"), button("My study page", PathStudy)}
	if len(actions)+len(others) <= bot.LimitRow {
		actions, others = append(actions, others...), nil
	}
	card.Controls = slices.Concat(rows(actions...), rows(others...))
	return bot.Whisper(message(card)), nil
}
