package group_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

func (w *world) interaction(person, channel string) bot.Interaction {
	i := bot.Interaction{ID: bot.NewID(), User: w.fake.UserID(person), Name: person, Space: w.fake.Space(), Channel: w.fake.ChannelID(channel)}
	if channel == "@" {
		i.Channel, i.Direct = w.fake.DirectID(person), true
	}
	return i
}

func TestJoin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		w.begin("b")
		join := func(channel, group string) (group.Member, error) {
			t.Helper()
			_, m, err := w.s.Join(t.Context(), w.interaction("ann", channel), group)
			return m, err
		}
		refused := func(channel, group string) {
			t.Helper()
			_, err := join(channel, group)
			mistake, ok := errors.AsType[*bot.Error](err)
			if !ok || !strings.Contains(mistake.Text.Plain(), "in its channel") || len(mistake.Card.Controls) == 0 {
				t.Errorf("join %s from #%s: %v", group, channel, err)
			}
		}
		refused("b", id)       // another group's channel
		refused("x", id)       // nobody's
		refused("@", id)       // in private
		refused("a", "forged") // no such group
		if m, err := join("a", id); err != nil || !m.New || m.Name != "ann" || m.Role != group.Plain {
			t.Errorf("first press: %+v, %v", m, err)
		}
		for _, channel := range []string{"a", "b", "x", "@"} {
			if m, err := join(channel, id); err != nil || m.New {
				t.Errorf("a member from #%s: %+v, %v", channel, m, err)
			}
		}
	})
}

func TestHere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		begun := w.say("ann", "@", "/study")
		wants(t, "nobody's study page", begun, "You're in no group yet", "[How it works]")
		a := w.begin("a")
		b := w.begin("b")
		for _, channel := range []string{"a", "b"} {
			w.say("ann", channel, "/study")
		}
		w.say("lee", "a", "/study")
		if g, m, err := w.s.Here(t.Context(), w.interaction("lee", "@")); err != nil || g.ID != a || m.Name != "Lee" {
			t.Errorf("in private, the only group: %v, %+v, %v", g.ID, m, err)
		}
		if g, _, err := w.s.Here(t.Context(), w.interaction("ann", "b")); err != nil || g.ID != b {
			t.Errorf("in a group's channel: %v, %v", g.ID, err)
		}
		asked := w.say("ann", "@", "/study")
		wants(t, "two groups", asked, "Which group?", "[A study group] [B study group]")
		wants(t, "chosen", w.press("ann", "B study group"), "Studying for CBET with the B study group", "[Another group]")
		wants(t, "remembered", w.say("ann", "@", "/study"), "with the B study group")
		wants(t, "another", w.press("ann", "Another group"), "[A study group] [B study group]")
		wants(t, "chosen anew", w.press("ann", "A study group"), "with the A study group")
		wants(t, "of the channel all the same", w.say("ann", "b", "/study"), "with the B study group")
	})
}

// TestForgedPaths presses every control of a group's as somebody who may not:
// a stranger, a member who doesn't organise, and the organiser of another group.
func TestForgedPaths(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		other := w.begin("b")
		w.say("ann", "a", "/study")
		w.say("lee", "c", "/group set up")
		w.submit("lee", map[string]string{"zone": "Denver"})
		w.press("lee", "Start")
		var setup string
		for _, r := range w.fake.Messages() { // of maria's group a
			for _, row := range r.Versions[0].Card.Controls {
				for _, c := range row {
					if b, ok := c.(bot.Button); ok && strings.HasSuffix(b.Action, "/start") && r.To == "maria" && setup == "" {
						setup = strings.TrimSuffix(b.Action, "/start")
					}
				}
			}
		}
		w.say("root", "a", "/group") // looks whether maria's account is open
		before := w.details(id)
		values := bot.Values{"channel": {"fake:d"}, "person": {"fake:tom"}, "times": {"09:00"}, "zone": {"Chicago"}, "open": {"next"}, "window": {"none"}, "days": {"mon"}}
		organisers := []string{"/setup", "/schedule", "/pause", "/resume", "/end", "/end/yes", "/post", "/post/token", "/failed", "/retry", "/channel",
			"/channel/set", "/people", "/people/leave", "/people/join", "/people/join/set", "/people/handover/set"}
		for _, path := range organisers {
			wants(t, "a stranger's "+path, words(w.act("eve", "x", "group/"+id+path, values)), "a group you're not in", "nothing was changed")
			wants(t, "another organiser's "+path, words(w.act("lee", "c", "group/"+id+path, values)), "a group you're not in")
			wants(t, "a member's "+path, words(w.act("ann", "a", "group/"+id+path, values)), "Only organisers of the A study group can do that", "Maria G.")
			wants(t, "no group's "+path, words(w.act("maria", "a", "group/forged"+path, values)), "a group you're not in")
		}
		for _, path := range []string{"", "/takeover", "/stepup", "/object/x"} {
			wants(t, "a stranger's "+path, words(w.act("eve", "x", "group/"+id+path, nil)), "a group you're not in")
		}
		wants(t, "a member takes over", words(w.act("ann", "a", "group/"+id+"/takeover", nil)), "Only an administrator")
		wants(t, "an administrator takes over", words(w.act("root", "a", "group/"+id+"/takeover", nil)), "can be reached")
		wants(t, "a member steps up", words(w.act("ann", "a", "group/"+id+"/stepup", nil)), "you've answered 0 so far")
		for _, path := range []string{"", "/change", "/start", "/preview", "/zone/America/Denver"} {
			wants(t, "another's set-up"+path, words(w.act("eve", "a", setup+path, values)), "no longer here")
			wants(t, "no set-up"+path, words(w.act("maria", "a", "setup/forged"+path, values)), "no longer here")
		}
		wants(t, "an offer never made", words(w.act("ann", "a", "offer/forged/accept", nil)), "That offer has ended")
		wants(t, "an answer there isn't", words(w.act("ann", "a", "offer/forged/steal", nil)), "That offer has ended")
		wants(t, "a study page", words(w.act("eve", "x", "study/in/"+id, nil)), "a group you're not in")
		wants(t, "a kind of offer there isn't", words(w.act("maria", "a", "group/"+id+"/people/steal", nil)), "nothing was changed")
		wants(t, "a started set-up", words(w.act("maria", "a", setup+"/start", nil)), "has started already", "Next question: Mon 7:00 AM.")
		wants(t, "a started set-up's preview", words(w.act("maria", "a", setup+"/preview", nil)), "has started already", "Next question: Mon 7:00 AM.")

		// Channels and people that the form would not have offered.
		for name, ch := range map[string]string{"none": "", "another group's": "fake:b", "another platform's": "other:c"} {
			r := w.act("maria", "a", "group/"+id+"/channel/set", bot.Values{"channel": {ch}})
			if r.Invalid["channel"] == "" {
				t.Errorf("channel, %s: %s", name, words(r))
			}
		}
		for name, person := range map[string]string{"nobody": "", "oneself": "fake:maria", "on another platform": "other:tom"} {
			r := w.act("maria", "a", "group/"+id+"/people/join/set", bot.Values{"person": {person}})
			if r.Invalid["person"] == "" {
				t.Errorf("person, %s: %s", name, words(r))
			}
		}
		if diff := cmp.Diff(before, w.details(id)); diff != "" {
			t.Errorf("something was changed:\n%s", diff)
		}
		if d := w.details(other); len(d.Organisers) != 1 {
			t.Errorf("the other group: %+v", d)
		}
	})
}

func TestSetupRefusesNonsense(t *testing.T) {
	good := bot.Values{"studying": {"cbet"}, "window": {"none"}, "times": {"07:00"}, "zone": {"Chicago"}, "open": {"next"}}
	tests := []struct{ field, value, says string }{
		{"studying", "physician", "choose from the list"},
		{"window", "2027-05-02.2027-05-03", "isn't given then"},
		{"window", "2020-05-01.2020-05-15", "isn't given then"},
		{"window", "soon", "choose a window"},
		{"window", "", "choose a window"},
		{"times", "", "can't read"},
		{"times", "* * * * *", "can't read"},
		{"times", "TZ=UTC 7", "can't read"},
		{"zone", "", "Which time zone"},
		{"zone", "xyzzy", "no place called"},
		{"zone", "../etc/passwd", "no place called"},
		{"zone", strings.Repeat("Chicago", 300), "too long"},
		{"open", "for-ever", "how long"},
	}
	each(t, func(t *testing.T, w *world) {
		for _, tt := range tests {
			v := bot.Values{}
			for name, all := range good {
				v[name] = all
			}
			v[tt.field] = []string{tt.value}
			r := w.act("maria", "a", "setup/new", v)
			if !strings.Contains(r.Invalid[tt.field], tt.says) || len(r.Invalid) != 1 {
				t.Errorf("%s=%.30q: %v %s, want …%s…", tt.field, tt.value, r.Invalid, words(r), tt.says)
			}
		}
		// An exam that is given at any time, in the window of another.
		pair := bot.Values{"studying": {"pmp"}, "window": {"2027-05-01.2027-05-15"}, "times": {"07:00"}, "zone": {"Chicago"}, "open": {"next"}}
		if r := w.act("maria", "a", "setup/new", pair); !strings.Contains(r.Invalid["window"], "PMP is given at any time") || len(r.Invalid) != 1 {
			t.Errorf("PMP in May: %v %s", r.Invalid, words(r))
		}
		if r := w.act("maria", "a", "setup/new", good); !strings.Contains(words(r), "This is how it will be") {
			t.Errorf("the same without faults: %v %s", r.Invalid, words(r))
		}
	})
}

// TestLongNames holds that whatever people and channels are called, every page
// keeps the limits of all platforms.
func TestLongNames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		long := strings.Repeat("Wolfeschlegelsteinhausen ", 8)
		for n := range 10 {
			w.fake.Person(fmt.Sprint("p", n), bot.Profile{Name: long, Zone: "America/Argentina/ComodRivadavia"})
		}
		channel := strings.Repeat("night-shift-", 6) + "study"
		w.say("p0", channel, "/group set up")
		w.submit("p0", nil)
		w.press("p0", "Start")
		for n := 1; n < 10; n++ {
			w.say("p0", channel, "/group people")
			w.press("p0", "Add an organiser")
			w.submit("p0", map[string]string{"who?": fmt.Sprint("p", n)})
			w.press(fmt.Sprint("p", n), "Accept")
		}
		w.fake.Refuse(channel, true)
		w.later(1)
		for _, line := range []string{"/group", "/group people", "/group failed", "/group post now", "/group pause", "/group resume", "/study", "/study help"} {
			for _, person := range []string{"p0", "stranger"} {
				lacks(t, person+" "+line, w.say(person, channel, line), "not your doing")
			}
		}
	})
}

func TestHome(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		wants(t, "a stranger's home", home(w, "ann"), "You're in no group yet")
		id := w.begin("a")
		w.say("ann", "a", "/study")
		w.s.ContributeStudy(func(_ context.Context, g group.Group, m group.Member) (group.StudyPart, error) {
			return group.StudyPart{Waiting: "1 question open", Actions: []bot.Button{{Label: "Answer 1", Action: "catchup/" + g.ID, Style: bot.Primary}}}, nil
		})
		w.s.ContributeStudy(func(context.Context, group.Group, group.Member) (group.StudyPart, error) {
			return group.StudyPart{Waiting: "6 to review", Pages: []bot.Button{{Label: "Progress", Action: "progress"}}}, nil
		})
		wants(t, "a member's home", home(w, "ann"), "Your study page", "1 question open · 6 to review", "Exam: May 2027 window, in 22 weeks",
			"[Answer 1]\n[Progress] [Settings] [Help] [The group]")
		w.say("maria", "a", "/group people")
		w.press("maria", "Add an organiser")
		w.submit("maria", map[string]string{"who?": "ann"})
		wants(t, "with an offer", home(w, "ann"), "Maria G. asks you to organise the A study group", "[Answer 1] [Accept] [No, thanks]")
		if d := w.details(id); d.Group.State != group.Running {
			t.Errorf("state %s", d.Group.State)
		}
	})
}

func home(w *world, person string) string {
	var all []string
	for _, c := range w.bot.HomeOf(w.t.Context(), w.fake.UserID(person)) {
		all = append(all, c.Plain())
	}
	return strings.Join(all, "\n===\n")
}

var _ schedule.Platform = (*bot.Bot)(nil)
