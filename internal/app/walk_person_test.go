package app

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

// The minutes of the day at which the people of the walk want each kind of note,
// so that its time tells what a note is.
const (
	countdownMinute = 8*60 + 10
	outcomeMinute   = 9*60 + 20
	renewalMinute   = 10*60 + 30
)

// path acts for somebody in their private conversation, by a control's path.
func (w *walk) path(person, action string, values bot.Values) bot.Response {
	w.t.Helper()
	r := w.app.Bot.Handle(w.t.Context(), bot.Interaction{ID: bot.NewID(), User: w.fake.UserID(person), Space: w.fake.Space(),
		Channel: w.fake.DirectID(person), Action: action, Values: values, Direct: true})
	w.Driver().See(w.t.Context())
	return r
}

// wishes has somebody want five notes a week, and each kind at its minute.
func (w *walk) wishes(person string) {
	w.t.Helper()
	w.path(person, "reminders/set", bot.Values{"time": {"07:50"}, "week": {"5"}})
	for kind, minute := range map[string]int{"countdown": countdownMinute, "outcome": outcomeMinute, "renewal": renewalMinute} {
		w.path(person, "remind/"+kind+"/on/"+strconv.Itoa(minute), nil)
	}
}

// notes are the private notes somebody got, as "2006-01-02 15:04" by a clock.
func (w *walk) notes(person string, loc *time.Location) []string {
	var all []string
	for _, r := range w.fake.Messages() {
		if r.Channel == w.fake.DirectID(person) && r.Author == "" && !r.Whisper && strings.HasPrefix(r.Text(), "A note you asked for is ready.") {
			all = append(all, r.Posted.In(loc).Format("2006-01-02 15:04"))
		}
	}
	slices.Sort(all)
	return all
}

// ownNotes is every note that the person of a zone is owed: what they do is in
// [walk.deeds].
func ownNotes(loc *time.Location) []string {
	var all []string
	add := func(day string, minute int) {
		all = append(all, clockAt(date(day), minute/60, minute%60, loc).In(loc).Format("2006-01-02 15:04"))
	}
	countdown := func(day string, steps ...int) {
		for _, n := range steps {
			add(date(day).AddDate(0, 0, -n).Format(time.DateOnly), countdownMinute)
		}
		add(date(day).AddDate(0, 0, -1).Format(time.DateOnly), 18*60)
	}
	// CBET on Sat 8 May 2027: asked twice, and never answered.
	countdown("2027-05-08", 60, 30, 14, 7)
	add("2027-05-09", outcomeMinute)
	add("2027-05-12", outcomeMinute)
	// Network+ on 10 Aug 2027, moved on 20 July to the 30th; afterwards they would
	// rather not say.
	add("2027-06-11", countdownMinute)
	add("2027-07-11", countdownMinute)
	countdown("2027-08-30", 30, 14, 7)
	add("2027-08-31", outcomeMinute)
	// PMP on Tue 29 Feb 2028; they wait for the result, and go on waiting.
	countdown("2028-02-29", 60, 30, 14, 7)
	add("2028-03-01", outcomeMinute)
	add("2028-03-15", outcomeMinute)
	add("2028-03-29", outcomeMinute)
	// CHFM until 31 Mar 2028: 12, 6, 3, 2 and 1 months, 7 days, the day, and the
	// middle of 29 days of grace, of which the end falls into the outage. The 3
	// months are on a day with a note, and so come a day later; the month is on the
	// day of the exam, which is left in peace, and then on a day with a note.
	for _, day := range []string{"2027-03-31", "2027-09-30", "2028-01-01", "2028-01-31", "2028-03-02", "2028-03-24", "2028-03-31", "2028-04-14"} {
		add(day, renewalMinute)
	}
	if back := walkOutage().to.In(loc); back.Format(time.DateOnly) == "2028-04-29" { // it is still of use
		all = append(all, back.Format("2006-01-02 15:04"))
	}
	slices.Sort(all)
	return all
}

// deed is something that somebody does at an instant.
type deed struct {
	at time.Time
	do func()
}

// deeds are what the person of each group does, at noon of their days.
func (w *walk) deeds() []deed {
	var all []deed
	for _, g := range w.groups {
		on := func(day string, do func(person string)) {
			all = append(all, deed{clockAt(date(day), 12, 0, g.loc), func() { do(g.person) }})
		}
		on("2026-11-24", func(p string) {
			w.say(p, "@", "/exam CBET 8 May 2027")
			w.say(p, "@", "/exam Network+ 10 August 2027")
			w.say(p, "@", "/exam PMP 29 February 2028")
			w.hold(p, "chfm", "2025-03-31", "2028-03-31")
			w.wishes(p)
		})
		on("2027-07-20", func(p string) { w.say(p, "@", "/exam Network+ 30 August 2027") })
		on("2027-08-31", func(p string) { w.told(p, "CompTIA Network+", "Rather not say") })
		on("2028-03-01", func(p string) { w.told(p, "PMP", "Waiting for my result") })
	}
	all = append(all, w.moverDeeds()...)
	slices.SortStableFunc(all, func(a, b deed) int { return a.at.Compare(b.at) })
	return all
}

// mover is somebody of the first group who moves from New York to Berlin.
const mover = "mover"

// moverDeeds has them set a date, move, and choose their time of day anew.
func (w *walk) moverDeeds() []deed {
	home := w.groups[0]
	return []deed{
		{clockAt(date("2026-11-24"), 13, 0, home.loc), func() {
			w.fake.Person(mover, bot.Profile{Name: mover, Zone: home.loc.String()})
			w.say(mover, home.channel, "/study")
			w.say(mover, "@", "/exam PMP 5 November 2027")
			w.wishes(mover)
		}},
		{clockAt(date("2027-10-01"), 13, 0, home.loc), func() {
			w.fake.Person(mover, bot.Profile{Name: mover, Zone: berlin})
			w.path(mover, "reminders/set", bot.Values{"time": {"06:40"}, "week": {"5"}})
		}},
	}
}

const berlin = "Europe/Berlin"

// moverNotes are those owed to them, in UTC: by New York's clocks until they move,
// and then by Berlin's, which change between the two last steps.
func moverNotes() []string {
	return []string{
		"2027-09-06 12:10", // 60 days, 8:10 in New York
		"2027-10-06 04:40", // 30 days, 6:40 in Berlin
		"2027-10-22 04:40",
		"2027-10-29 04:40",
		"2027-11-04 17:00", // the evening before, 18:00 in Berlin
		"2027-11-06 05:40", // how did it go?
		"2027-11-09 05:40",
	}
}

// hold enters a certification.
func (w *walk) hold(person, id, earned, expires string) {
	w.t.Helper()
	w.say(person, "@", "/cert")
	w.press(person, "Add one")
	w.submit(person, map[string]string{"certification": id, "passed on": earned, "expiry on your certificate": expires})
}

// told answers how one of several exams went.
func (w *walk) told(person, name, answer string) {
	w.t.Helper()
	w.press(person, "Open")
	w.press(person, name)
	w.press(person, answer)
}
