package group

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// KindNote is the kind of a private note that a person asked for: of the due
// thing that looks whether there is something to write about, and of the message.
// Their subject is a member and a kind of note.
const KindNote = "note"

const (
	// noteFor is how late a note may still come.
	noteFor = schedule.DefaultCatchUp
	// noteAhead is how far a kind of note may put off its next look, for what it
	// waits for may be planned anew meanwhile.
	noteAhead = 7 * 24 * time.Hour
	// NotesPerWeek is how many notes a person gets in seven days, all kinds and
	// groups together, unless they chose another number up to [MaxNotesPerWeek].
	NotesPerWeek = 2
	// MaxNotesPerWeek is the most that can be chosen.
	MaxNotesPerWeek = 5
)

// NoteKind is a kind of private note that people can ask for. A note's message
// says only that there is one; its words are whispered when it is opened.
type NoteKind struct {
	Name  string   // in paths and in the database: lower-case letters
	Label string   // of its switch, up to 16 characters: "open questions"
	When  bot.Text // when one comes: "a question waits for your answer"
	Title bot.Text // of the opened note
	// Note is what there is to say to a person now.
	Note func(ctx context.Context, p Reminded) (Note, error)
	// Opened hears that a person opened a note; nil: nobody need hear of it.
	Opened func(ctx context.Context, p Reminded) error
	// For reports whether a member has any use for such notes, and is offered
	// them; nil: everybody.
	For func(ctx context.Context, member string) (bool, error)
	// Planned kinds know to the instant when there is something to say, and are
	// looked at then and not daily: [Note.Next] is that instant. What changes their
	// data has them looked at anew in its own transaction.
	Planned bool
}

// Reminded is a person to whom a note may go.
type Reminded struct {
	Member   string
	Groups   []Group // all of the person's, by name; a planned kind has none if Brief
	Now      time.Time
	Wishes   Wishes
	Reminder Reminder // what they chose about this kind; the zero value if nothing
	// Brief asks only whether there is something to say and when to look again, not
	// how it is said: buttons, and what is read for them, may be left out.
	Brief bool
}

// Note is what a note says; without lines there is nothing to say.
type Note struct {
	Title   bot.Text // of the opened note; "": its kind's
	Lines   []bot.Text
	Buttons []bot.Button // at most five: what to do about it
	Known   bool         // the person has opened all of it before: it is worth no message
	// Steps name what is told, such as "exam/42/30": each is told once ever, and a
	// note whose steps were all told before is worth no message. None: it is worth
	// one each time.
	Steps []string
	// First notes don't wait for the allowance, although they count in it, nor for
	// the end of a silence: the evening before an exam, the last days of a period.
	First bool
	// Next is when there may be something to say again. Of a planned kind it is
	// the instant at which to look; zero: not before something changes. Of others,
	// it counts for a note that has nothing; zero: the next day.
	Next time.Time
}

// LookAgain says that there may be something at an instant; the soonest stands.
func (n *Note) LookAgain(at time.Time) {
	if n.Next.IsZero() || at.Before(n.Next) {
		n.Next = at
	}
}

// Reminder is what a person chose about a kind of note.
type Reminder struct {
	Kind   string
	State  ReminderState
	Minute int       // around when notes come, in minutes after local midnight
	Zone   string    // IANA
	Since  time.Time // since when they are on; zero: since ever
}

// ReminderState says whether notes of a kind come.
type ReminderState string

// The states.
const (
	RemindOn      ReminderState = "on"
	RemindOff     ReminderState = "off"
	RemindBlocked ReminderState = "blocked" // the platform refused one, so none come
)

// Wishes is what a member has chosen for all of their groups.
type Wishes struct {
	Member                string
	PerWeek               int // notes in seven days, at most
	QuietFrom, QuietUntil int // minutes after local midnight; the same: no quiet hours
	AskFirst              bool
	Away                  time.Time // until when the member is away; zero: not away
	AwayZone              string    // IANA: at whose midnight that is
	Reminders             []Reminder
}

// Reminder is what was chosen about a kind; ok is false where nothing was.
func (w Wishes) Reminder(kind string) (r Reminder, ok bool) {
	n := slices.IndexFunc(w.Reminders, func(r Reminder) bool { return r.Kind == kind })
	if n < 0 {
		return Reminder{}, false
	}
	return w.Reminders[n], true
}

// blocked reports whether notes stopped because the platform refused one.
func (w Wishes) blocked() bool {
	return slices.ContainsFunc(w.Reminders, func(r Reminder) bool { return r.State == RemindBlocked })
}

// WishStore is what wishes need of the database.
type WishStore interface {
	// Wishes reads what a member has chosen, as of an instant.
	Wishes(ctx context.Context, member string, now time.Time) (Wishes, error)
	// GroupsOf are a member's groups, by name.
	GroupsOf(ctx context.Context, member string) ([]Group, error)
	// SetReminder keeps what a member chose about a kind of note with an account.
	// What was due of the kind goes, and the due things given come.
	SetReminder(ctx context.Context, member string, account bot.UserID, r Reminder, due []schedule.Due, now time.Time) error
	// SetNotes keeps how many notes a member wants, their quiet hours, and the
	// minute and zone of every kind that is on. What was due of notes goes, and the
	// due things given come.
	SetNotes(ctx context.Context, w Wishes, due []schedule.Due) error
	// SetAsked keeps whether a member is asked before an answer counts.
	SetAsked(ctx context.Context, member string, first bool) error
	// SetAway makes a member away from now until the instant they wish; or back,
	// when that is now. What was due of notes goes, and the due things given come.
	SetAway(ctx context.Context, w Wishes, now time.Time, due []schedule.Due) error
	// NoteAccount is the account by which a note reaches a member: the one they
	// used last. ok is false if all are closed.
	NoteAccount(ctx context.Context, member string) (account bot.UserID, ok bool, err error)
	// AccountUsed notes that an account opened a note.
	AccountUsed(ctx context.Context, account bot.UserID, now time.Time) error
	// FireNote takes the due thing, and owes the note unless there was one that
	// day, or as many as the member wants in the seven days up to it. With the note
	// its steps are told, and next is planned; without it, again is.
	FireNote(ctx context.Context, f FiredNote) error
	// UntoldSteps are those that a member was not told yet.
	UntoldSteps(ctx context.Context, member, kind string, steps []string) ([]string, error)
}

// FiredNote is what becomes of a look at a kind of note.
type FiredNote struct {
	Due   schedule.Due
	Note  *schedule.Delivery // nil: there is nothing to say
	Day   string             // 2006-01-02 in the person's zone
	First bool               // the allowance doesn't hold it back
	Steps []string           // what it tells
	Next  []schedule.Due     // the next look
	Again []schedule.Due     // the next look if the allowance is spent
	Now   time.Time
}

// Remind adds a kind of note that people can ask for. Kinds stand in the order
// in which they were added; of two that are due at once, the first is sent.
func (s *Service) Remind(k NoteKind) { s.notes = append(s.notes, k) }

// HasNotes reports whether there is a kind of note, which a card may lead to.
func (s *Service) HasNotes(kind string) bool {
	_, _, ok := s.noteKind(kind)
	return ok
}

// noteKind is a kind of note by its name.
func (s *Service) noteKind(name string) (k NoteKind, rank int, ok bool) {
	rank = slices.IndexFunc(s.notes, func(k NoteKind) bool { return k.Name == name })
	if rank < 0 {
		return NoteKind{}, 0, false
	}
	return s.notes[rank], rank, true
}

// noteDue is when to look next, after an instant, whether there is something to
// write about. A planned kind is looked at as soon as the person is not away, and
// then knows.
func (s *Service) noteDue(w Wishes, r Reminder, after time.Time) schedule.Due {
	k, _, _ := s.noteKind(r.Kind)
	if k.Planned && !w.Away.After(after) {
		return s.lookAt(w, r, after)
	}
	return s.nextLook(w, r, after)
}

// nextLook is a look around the time that the person chose, after an instant.
func (s *Service) nextLook(w Wishes, r Reminder, after time.Time) schedule.Due {
	if w.Away.After(after) {
		after = w.Away
	}
	return s.lookAt(w, r, nextClock(after, awake(w, r.Minute), r.location()))
}

// lookAt is a look at an instant. Those of planned kinds are never over: what is
// told late, and whether, their features know.
func (s *Service) lookAt(w Wishes, r Reminder, at time.Time) schedule.Due {
	k, rank, _ := s.noteKind(r.Kind)
	d := schedule.Due{Kind: KindNote, Subject: noteSubject(w.Member, r.Kind), Occurrence: at.UTC().Format(time.RFC3339Nano),
		Lane: "person/" + w.Member, Rank: schedule.RankOther + rank, At: at}
	if !k.Planned {
		d.Until = at.Add(noteFor)
	}
	return d
}

// noteDues are the next looks at all kinds that are on.
func (s *Service) noteDues(w Wishes, after time.Time) []schedule.Due {
	var due []schedule.Due
	for _, r := range w.Reminders {
		if r.State == RemindOn {
			due = append(due, s.noteDue(w, r, after))
		}
	}
	return due
}

func noteSubject(member, kind string) string { return member + "/" + kind }

// awake is a minute of the day, or the end of the quiet hours it is in.
func awake(w Wishes, minute int) int {
	from, until := w.QuietFrom, w.QuietUntil
	quiet := from <= minute && minute < until
	if from > until { // over midnight
		quiet = from <= minute || minute < until
	}
	if quiet {
		return until
	}
	return minute
}

// nextClock is the first instant after another at which clocks of a zone show a
// minute of the day.
func nextClock(after time.Time, minute int, loc *time.Location) time.Time {
	local := after.In(loc)
	wall := schedule.WallOf(time.Date(local.Year(), local.Month(), local.Day(), minute/60, minute%60, 0, 0, time.UTC), time.UTC)
	at := schedule.Resolve(wall, loc)
	for !at.After(after) {
		wall = wall.AddDays(1)
		at = schedule.Resolve(wall, loc)
	}
	return at
}

// fireNote looks whether there is something to write to a person about.
func (s *Service) fireNote(ctx context.Context, d schedule.Due) error {
	return s.lookForNote(ctx, d, true)
}

// skipNote plans the next look after one that is long over.
func (s *Service) skipNote(ctx context.Context, d schedule.Due) error {
	return s.lookForNote(ctx, d, false)
}

func (s *Service) lookForNote(ctx context.Context, d schedule.Due, write bool) error {
	member, kind, _ := strings.Cut(d.Subject, "/")
	now := s.c.Now()
	w, err := s.c.Store.Wishes(ctx, member, now)
	if err != nil {
		return err
	}
	r, ok := w.Reminder(kind)
	k, _, known := s.noteKind(kind)
	if !ok || !known || r.State != RemindOn {
		return s.c.Store.FireNote(ctx, FiredNote{Due: d, Now: now})
	}
	if k.Planned {
		return s.lookForPlanned(ctx, d, w, r)
	}
	after := now
	f := FiredNote{Due: d, Day: schedule.WallOf(now, r.location()).Date(), Now: now}
	hush, err := s.hushed(ctx, w, now)
	if err != nil {
		return err
	}
	if write && !w.Away.After(now) && !hush.After(now) {
		note, err := s.noteNow(ctx, w, kind, true)
		if err != nil {
			return err
		}
		if note.silent() {
			if note.Next.After(now) {
				after = minTime(note.Next, now.Add(noteAhead)).Add(-time.Second)
			}
		} else if f.Note, err = s.owedNote(ctx, d); err != nil {
			return err
		}
	}
	f.Next = []schedule.Due{s.noteDue(w, r, maxTime(after, hush.Add(-time.Second)))}
	f.Again = f.Next
	return s.owe(ctx, f)
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// silent reports whether there is nothing to write to a person about.
func (n Note) silent() bool { return len(n.Lines) == 0 || n.Known }

// noteNow is what a kind of note says to a member now; see [Reminded] for brief.
func (s *Service) noteNow(ctx context.Context, w Wishes, kind string, brief bool) (n Note, err error) {
	k, _, ok := s.noteKind(kind)
	if !ok {
		return n, nil
	}
	p := Reminded{Member: w.Member, Now: s.c.Now(), Wishes: w, Brief: brief}
	p.Reminder, _ = w.Reminder(kind)
	if !brief || !k.Planned {
		if p.Groups, err = s.c.Store.GroupsOf(ctx, w.Member); err != nil {
			return n, err
		}
	}
	return k.Note(ctx, p)
}

// owedNote is the message of a due thing; nil for somebody without an open account.
func (s *Service) owedNote(ctx context.Context, d schedule.Due) (*schedule.Delivery, error) {
	member, _, _ := strings.Cut(d.Subject, "/")
	account, ok, err := s.c.Store.NoteAccount(ctx, member)
	if err != nil || !ok {
		return nil, err
	}
	now := s.c.Now()
	return &schedule.Delivery{Key: s.c.NewID(), Kind: KindNote, Ref: d.Subject, Target: string(account), Person: true,
		Rank: schedule.RankOther, At: now, Until: now.Add(noteFor)}, nil
}

// renderNote is a note's message. It never says more than that there is one: a
// workspace's owners may read private messages, and phones show them when locked.
func (s *Service) renderNote(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	member, kind, _ := strings.Cut(d.Ref, "/")
	now := s.c.Now()
	if s.decided.take(d.Key, now) {
		return noteMessage(kind), nil
	}
	w, err := s.c.Store.Wishes(ctx, member, now)
	if err != nil {
		return bot.Message{}, err
	}
	r, ok := w.Reminder(kind)
	if !ok || r.State != RemindOn || w.Away.After(now) {
		return bot.Message{}, schedule.ErrTaken
	}
	note, err := s.noteNow(ctx, w, kind, true)
	if err != nil {
		return bot.Message{}, err
	}
	if note.silent() {
		return bot.Message{}, schedule.ErrTaken // done meanwhile
	}
	return noteMessage(kind), nil
}

func noteMessage(kind string) bot.Message {
	return bot.Message{Text: wordsNote, Card: &bot.Card{Body: wordsNote, Controls: rows(primary("Open", PathNote(kind)))}}
}
