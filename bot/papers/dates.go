package papers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

// Event is one entry of a calendar: whole days, without a clock or a zone.
type Event struct {
	UID      string // the same for as long as it is about the same thing
	Title    string
	Note     string
	From, To string // local dates, 2006-01-02, both included
}

// SharedDay is a day on which members of a group, who share that with it, sit an exam.
type SharedDay struct {
	Certification string
	Day           string
	People        int
}

// lastDays finds by when one has to apply for a window of a certification.
type lastDays func(c cert.Certification, w cert.Window) (lastDay, bool)

// uid makes the identifier of an event. The names of hosts in it would change with
// the host, and no one is to learn it from a calendar.
func uid(kind, id string) string { return kind + "-" + id + "@studyhall" }

// ownDates are a person's: exams, the last days to apply for them, and the ends of
// renewal periods. Exams stay there whatever came of them, so that a calendar which
// others see as well tells nobody.
func ownDates(catalogue cert.Catalogue, exams []exam.Exam, credentials []renewal.Credential, known lastDays) []Event {
	var all []Event
	for _, e := range exams {
		c := foundOr(catalogue, e.Certification)
		kind := " exam"
		if !e.Dated() {
			kind = " exam window"
		}
		all = append(all, Event{UID: uid("exam", e.ID), Title: c.Short + kind + partOf(c, e), Note: noteEntered, From: e.From, To: e.To})
		if e.State == exam.Planned {
			all = append(all, applications(c, issuersWindow(c, e.Window()), e.ID, known)...)
		}
	}
	for _, held := range credentials {
		if held.State != renewal.Lapsed {
			all = append(all, periodDates(foundOr(catalogue, held.Certification), held)...)
		}
	}
	return inOrder(all)
}

// periodDates are the end of the period that runs, and from when on its renewal
// can be handed in. What a rule says and no certificate is marked as "about".
func periodDates(c cert.Certification, held renewal.Credential) []Event {
	r := c.Facts.Renewal
	span, ok := held.Span(r, held.Cycle)
	if !ok {
		return nil
	}
	title, note := c.Short+": renewal period ends", noteCertificate
	about := ""
	if held.Cycle.Until == "" {
		about = "About: "
		note = fmt.Sprintf(noteAbout, ruleWords(r, c))
	}
	if r.Renews.Confirmed() && !r.Renews.Value {
		title = c.Short + ": last day"
	}
	all := []Event{{UID: uid("period", held.Cycle.ID), Title: about + title, Note: note, From: span.Ends, To: span.Ends}}
	if day, ok := r.ApplyOn(span.Ends); ok && day < span.Ends {
		from := Event{UID: uid("renew", held.Cycle.ID), Title: about + c.Short + ": renewal can be handed in", Note: wordsSource(r.ApplyFrom.Evidence) + ".", From: day, To: day}
		if r.ApplyFrom.Shown() == cert.Reported {
			from.Note = "Reported by " + from.Note + " Check with " + c.IssuerShort + "."
		}
		all = append(all, from)
	}
	return all
}

// applications are the last days to apply for a window; none where nobody knows.
func applications(c cert.Certification, w cert.Window, id string, known lastDays) []Event {
	last, ok := known(c, w)
	if !ok {
		return nil
	}
	note := last.Source + ". Check with " + c.IssuerShort + "."
	all := []Event{{UID: uid("apply", id), Title: c.Short + ": last day to apply", Note: note, From: last.Day, To: last.Day}}
	if last.Late != "" {
		all = append(all, Event{UID: uid("late", id), Title: c.Short + ": last day to apply late, for a fee", Note: note, From: last.Late, To: last.Late})
	}
	return all
}

// groupDates are what a group shares: its exam windows, the last days to apply, and
// on which days members sit an exam who share that with it, without names.
func groupDates(catalogue cert.Catalogue, d group.Details, shared []SharedDay, known lastDays) []Event {
	var all []Event
	for _, t := range d.Tracks {
		c := foundOr(catalogue, t.Certification)
		w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
		if !ok {
			continue
		}
		id := t.ID + "-" + t.WindowFrom
		all = append(all, Event{UID: uid("window", id), Title: c.Short + " exam window", Note: d.Group.Name + ".", From: t.WindowFrom, To: t.WindowTo})
		all = append(all, applications(c, w, id, known)...)
	}
	for _, day := range shared {
		c := foundOr(catalogue, day.Certification)
		all = append(all, Event{UID: uid("shared", d.Group.ID+"-"+day.Certification+"-"+day.Day), Title: fmt.Sprintf("%s exam: %s", c.Short, wordsPeople(day.People)),
			Note: d.Group.Name + ". Good luck!", From: day.Day, To: day.Day})
	}
	return inOrder(all)
}

func inOrder(all []Event) []Event {
	slices.SortFunc(all, func(a, b Event) int { return strings.Compare(a.From+a.UID, b.From+b.UID) })
	return all
}

// foundOr is a certification, or what is left to say of one that the operator took
// out of the catalogue.
func foundOr(catalogue cert.Catalogue, id string) cert.Certification {
	if c, ok := catalogue.Find(id); ok {
		return c
	}
	return cert.Certification{ID: id, Short: id, IssuerShort: "its issuer"}
}

// version tells whether events are as they were.
func version(name string, events []Event) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", name)
	for _, e := range events {
		fmt.Fprintf(h, "%q %q %q %q %q\n", e.UID, e.Title, e.Note, e.From, e.To)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// iCalendar writes events by RFC 5545. They are as of an instant, and marked as
// private, so that a calendar which others see shows them no details.
func iCalendar(name string, events []Event, asOf time.Time) ([]byte, error) {
	cal := ics.NewCalendar()
	cal.SetProductId("-//Studyhall//Dates//EN")
	cal.SetCalscale("GREGORIAN")
	cal.SetName(bot.Typed(name).Plain())
	cal.SetXPublishedTTL("PT12H")
	cal.SetRefreshInterval("PT12H")
	for _, e := range events {
		from, err := time.Parse(time.DateOnly, e.From)
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		to, err := time.Parse(time.DateOnly, e.To)
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		one := cal.AddEvent(e.UID)
		one.SetDtStampTime(asOf)
		one.SetAllDayStartAt(from)
		one.SetAllDayEndAt(to.AddDate(0, 0, 1)) // the first day after it
		one.SetSummary(bot.Typed(e.Title).Plain())
		one.SetDescription(bot.Typed(e.Note).Plain())
		one.SetClass(ics.ClassificationPrivate)
		one.SetTimeTransparency(ics.TransparencyTransparent) // nobody is busy for weeks
	}
	var out bytes.Buffer
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	return out.Bytes(), nil
}
