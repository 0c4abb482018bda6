package app

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// walkZones are where the groups of the walk are: clocks that change by an hour,
// half an hour or never, on both halves of the earth and at both ends of the date.
func walkZones() []string {
	return []string{"America/New_York", "Europe/London", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe",
		"Asia/Kathmandu", "Asia/Tehran", "America/Sao_Paulo", "Pacific/Honolulu", "Pacific/Kiritimati"}
}

// walk is two years of groups, one in each zone.
type walk struct {
	*world
	t      *testing.T
	groups []walkGroup
	ahead  []deed
	looked int                              // how many messages were looked at
	newest map[bot.ChannelID]bottest.Record // question of a channel
}

type walkGroup struct {
	channel string
	person  string
	loc     *time.Location
}

func (w *walk) say(person, channel, text string) {
	w.t.Helper()
	if err := w.people.Say(w.t.Context(), person, channel, text); err != nil {
		w.t.Fatalf("%s says %q: %v", person, text, err)
	}
	w.Driver().See(w.t.Context())
}

func (w *walk) press(person, label string) {
	w.t.Helper()
	if err := w.people.Press(w.t.Context(), person, label, ""); err != nil {
		w.t.Fatalf("%s presses %q: %v", person, label, err)
	}
	w.Driver().See(w.t.Context())
}

func (w *walk) submit(person string, values map[string]string) {
	w.t.Helper()
	if err := w.people.Submit(w.t.Context(), person, values); err != nil {
		w.t.Fatalf("%s submits: %v", person, err)
	}
	w.Driver().See(w.t.Context())
}

// found sets a group up in a zone.
func (w *walk) found(zone string) {
	w.t.Helper()
	loc, err := schedule.LoadZone(zone)
	if err != nil {
		w.t.Fatal(err)
	}
	name := strings.ToLower(zone[strings.LastIndex(zone, "/")+1:])
	name = strings.ReplaceAll(name, "_", "-")
	w.fake.Person(name, bot.Profile{Name: name, Zone: zone, Administrator: true})
	w.say(name, "cbet-"+name, "/group")
	w.press(name, "Set up")
	w.submit(name, map[string]string{"question time": "07:00"})
	w.press(name, "Start")
	w.groups = append(w.groups, walkGroup{"cbet-" + name, name, loc})
}

// answer has somebody of each group answer its open question, so that none is
// found asleep.
func (w *walk) answer() {
	w.t.Helper()
	for _, g := range w.groups {
		r, ok := w.newest[w.fake.ChannelID(g.channel)]
		if action, open := pathOf(r, "B"); ok && open {
			w.act(g.person, r, action)
		}
	}
}

// act presses a button of a post.
func (w *walk) act(person string, r bottest.Record, action string) {
	w.app.Bot.Handle(w.t.Context(), bot.Interaction{ID: bot.NewID(), User: w.fake.UserID(person), Space: w.fake.Space(),
		Channel: r.Channel, Message: r.ID, Action: action, Direct: r.Channel == w.fake.DirectID(person)})
}

// until lets days go by up to an instant. Every third day somebody answers, and an
// organiser who is asked whether to start the next season says yes.
func (w *walk) until(end time.Time) {
	w.t.Helper()
	for n := 0; w.Now().Before(end); n++ {
		to := w.Now().AddDate(0, 0, 1)
		if to.After(end) {
			to = end
		}
		for len(w.ahead) > 0 && !w.ahead[0].at.After(to) {
			w.advance(w.ahead[0].at)
			w.ahead[0].do()
			w.ahead = w.ahead[1:]
		}
		w.advance(to)
		w.look()
		if n%3 == 0 {
			w.answer()
		}
	}
}

func (w *walk) advance(to time.Time) {
	w.t.Helper()
	if err := w.Advance(w.t.Context(), to); err != nil {
		w.t.Fatal(err)
	}
}

// look reads what is new.
func (w *walk) look() {
	w.t.Helper()
	all := w.fake.Messages()
	for _, r := range all[w.looked:] {
		if strings.HasPrefix(r.Text(), "CBET question ") {
			w.newest[r.Channel] = r
		}
		if strings.Contains(r.Text(), "Start on Mon ") {
			for _, g := range w.groups {
				if action, ok := pathOf(r, "Start"); ok && r.Channel == w.fake.DirectID(g.person) {
					w.act(g.person, r, action)
				}
			}
		}
	}
	w.looked = len(all)
}

// pathOf is what a button of a post does.
func pathOf(r bottest.Record, label string) (string, bool) {
	if len(r.Versions) == 0 || r.Latest().Card == nil {
		return "", false
	}
	for _, row := range r.Latest().Card.Controls {
		for _, c := range row {
			if b, ok := c.(bot.Button); ok && b.Label == label {
				return b.Action, true
			}
		}
	}
	return "", false
}

// posts are those of a group's channel, as the model has them.
func (w *walk) posts(g walkGroup) []string {
	var all []string
	for _, r := range w.fake.Messages() {
		if r.Channel != w.fake.ChannelID(g.channel) || r.Author != "" || r.Whisper {
			continue
		}
		title, _, _ := strings.Cut(r.Text(), "\n")
		if kind := postKind(title); kind != "welcome" {
			all = append(all, r.Posted.In(g.loc).Format("2006-01-02 15:04 ")+kind)
		}
	}
	slices.Sort(all)
	return all
}

// TestTwoYears walks every day of two years, in ten zones: through changes of
// clocks, a leap day, ends of months, four exam windows, a date that is moved, a
// person who moves, and three days without the program. Everything that a group or
// a person is owed comes once, on its local day and minute, and nothing else does.
func TestTwoYears(t *testing.T) {
	if less {
		t.Skip("of volume: STUDYHALL_WHOLE=1 has it run")
	}
	synctest.Test(t, func(t *testing.T) {
		w := &walk{world: newWorld(t).(*world), t: t, newest: map[bot.ChannelID]bottest.Record{}}
		for _, zone := range walkZones() {
			w.found(zone)
		}
		w.ahead = w.deeds()
		down := walkOutage()
		w.until(down.from)
		w.Stop(t.Context())
		w.advance(down.to)
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		end := time.Date(2028, 11, 22, 12, 30, 0, 0, time.UTC)
		w.until(end)
		if diff := cmp.Diff(moverNotes(), w.notes(mover, time.UTC)); diff != "" {
			t.Errorf("who moves, in private (-owed +sent):\n%s", diff)
		}
		for n, g := range w.groups {
			if diff := cmp.Diff(groupPosts(g.loc, end), w.posts(g)); diff != "" {
				t.Errorf("%s (-owed +posted):\n%s", walkZones()[n], diff)
			}
			if diff := cmp.Diff(ownNotes(g.loc), w.notes(g.person, g.loc)); diff != "" {
				t.Errorf("%s, in private (-owed +sent):\n%s", walkZones()[n], diff)
			}
		}
	})
}
