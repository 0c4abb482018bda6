package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
)

// office is a group with its first question posted, in a Slack in memory, where
// maria organises and dana has answered.
type office struct {
	*world
	side        *slackSide
	maria, dana *slacktest.Person
	study       *slacktest.Channel
}

func newOffice(t *testing.T, overHTTP, administrator bool) *office {
	t.Helper()
	w := newSlackWorld(t, overHTTP)
	s := &office{world: w, side: w.real.(*slackSide)}
	s.study = s.side.workspace.Channel("cbet")
	s.maria, s.dana = s.person("Maria G."), s.person("Dana R.")
	s.maria.Admin(administrator)
	s.study.Invite()
	page := s.reply(s.maria.Command(s.study, "/studyhall", "group"))
	s.reply(s.maria.Press(page, "Set up"))
	views := s.maria.Views()
	if len(views) != 1 {
		t.Fatalf("Set up opens %d forms", len(views))
	}
	begin := s.reply(s.maria.Submit(views[0], slacktest.Args{"Studying for": "CBET: Certified Biomedical Equipment Technician"}))
	s.reply(s.maria.Press(begin, "Start"))
	at, ok := w.Next(t.Context())
	if !ok {
		t.Fatal("nothing is due")
	}
	if err := w.Advance(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.study.Messages() {
		if slices.Contains(m.Labels(), "B") {
			s.reply(s.dana.Press(m, "B"))
			return s
		}
	}
	t.Fatal("no question")
	return nil
}

// person is somebody in the group's channel.
func (s *office) person(name string) *slacktest.Person {
	p := s.side.workspace.Person(name)
	s.study.Join(p)
	return p
}

// settled waits until the bot has nothing left to do.
func (s *office) settled() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	for again := true; again; again = s.side.chat.Busy() > 0 || !s.side.server.Idle() {
		time.Sleep(time.Millisecond) // also before it is looked at: what is acknowledged may not have been begun
		if ctx.Err() != nil {
			s.t.Fatal("the bot is still busy")
		}
	}
}

// reply is what somebody is answered, as they see it then.
func (s *office) reply(i *slacktest.Interaction, err error) slacktest.Message {
	s.t.Helper()
	if err == nil {
		err = i.Wait(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.settled()
	return s.told(i.Who)
}

// told is the newest of what somebody alone was told since the last call.
func (s *office) told(who *slacktest.Person) (told slacktest.Message) {
	for _, e := range who.Sees() {
		private := e.To() == who || e.Channel == who.Direct()
		if private && e.Message.Author == s.side.workspace.Bot() && e.Kind != slacktest.Deleted {
			told = e.Message
		}
	}
	return told
}

// Acceptance 12 on Slack: every command works bare, after /studyhall, by itself
// where the manifest declares it, after a mention and as a message to the bot; in
// the group's channel and directly, for an organiser, a member and somebody new.
func TestSlackEveryCommandBare(t *testing.T) {
	for _, test := range []struct {
		name     string
		overHTTP bool
	}{{"sockets", false}, {"http", true}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newOffice(t, test.overHTTP, false)
				names := []string{""} // what /studyhall answers by itself
				for _, c := range s.running().Bot.Commands() {
					if !c.Message {
						names = append(names, c.Name)
					}
				}
				if len(names) < 5 {
					t.Errorf("the commands are %q", names)
				}
				for _, name := range names {
					fresh := s.person("Newcomer " + name)
					for _, who := range []*slacktest.Person{s.maria, s.dana, fresh} {
						for _, where := range []*slacktest.Channel{s.study, who.Direct()} {
							s.bare(who, where, name)
						}
					}
				}
			})
		})
	}
}

// bare uses a command, in all ways there are, without anything after its name.
func (s *office) bare(who *slacktest.Person, where *slacktest.Channel, name string) {
	s.t.Helper()
	answers := map[string]slacktest.Message{"/studyhall " + name: s.reply(who.Command(where, "/studyhall", name))}
	if name == "study" || name == "quiz" {
		answers["/"+name] = s.reply(who.Command(where, "/"+name, ""))
	}
	words := "@studyhall " + name
	if where != s.study {
		words = name
	}
	if words != "" {
		if _, err := who.Write(where, words); err != nil {
			s.t.Fatal(err)
		}
		s.settled()
		answers[words] = s.told(who)
	}
	for way, m := range answers {
		switch {
		case len(m.Labels()) == 0:
			s.t.Errorf("%q of %s in %s offers no next step: %q", way, who.Name, where.Name, m.Words())
		case where == s.study && m.To != who:
			s.t.Errorf("%q of %s: everybody sees the answer", way, who.Name)
		case strings.Contains(m.Words(), "not your doing") || strings.Contains(m.Words(), "went wrong"):
			s.t.Errorf("%q of %s in %s failed: %q", way, who.Name, where.Name, m.Words())
		}
	}
}

// Acceptance 13 on Slack: no command of ours has the name of one of Slack's, and an
// organiser who may manage nothing in the workspace runs /group with every page
// that one who may gets.
func TestSlackOrganiserWithoutRights(t *testing.T) {
	pages := map[bool]map[string]string{}
	for name, administrator := range map[string]bool{"none": false, "administrator": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newOffice(t, false, administrator)
				pages[administrator] = s.walk(s.maria, "group")
			})
		})
	}
	if t.Failed() {
		return
	}
	if diff := cmp.Diff(pages[true], pages[false]); diff != "" {
		t.Errorf("what /group leads to (-with rights +without):\n%s", diff)
	}
	for _, page := range []string{"Schedule", "People > Hand over", "Pause > Resume", "Post now > Post it", "More > Channels > Invite another space", "More > Weeks and seasons"} {
		if text := pages[false]["group > "+page]; text == "" || text == gone {
			t.Errorf("the walk of %d pages missed %s: %q", len(pages[false]), page, text)
		}
	}
	for path, text := range pages[false] {
		if strings.Contains(text, "Only organisers") || strings.Contains(text, "administrator of this") {
			t.Errorf("%s is refused: %q", path, text)
		}
	}
}

// walk opens a command's page and everything that its buttons lead to, each way
// from the beginning, and gives what the pages say by the way to them. A control
// that came before is not used again. It goes into the depth, so that what
// undoes a step comes next.
func (s *office) walk(who *slacktest.Person, command string) map[string]string {
	s.t.Helper()
	pages, known := map[string]string{}, map[string]bool{}
	for todo := [][]string{nil}; len(todo) > 0; {
		way := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		path := strings.Join(append([]string{command}, way...), " > ")
		m, ok := s.follow(who, command, way)
		if !ok { // it may stand on the first page now
			m, ok = s.follow(who, command, way[len(way)-1:])
		}
		if !ok {
			pages[path] = gone
			continue
		}
		pages[path] = m.Words()
		var next [][]string
		for _, b := range m.Blocks {
			for _, e := range b.Elements {
				if e.Type == "button" && strings.HasPrefix(e.ActionID, "group/") && !known[e.ActionID] && len(way) < 4 {
					known[e.ActionID] = true
					next = append(next, append(slices.Clone(way), e.Text.Text))
				}
			}
		}
		slices.Reverse(next)
		todo = append(todo, next...)
	}
	return pages
}

// follow presses one button after the other, from a command's page. A form that
// can be sent as it opens is sent; of others the title is what they say.
func (s *office) follow(who *slacktest.Person, command string, way []string) (slacktest.Message, bool) {
	s.t.Helper()
	m := s.reply(who.Command(s.study, "/studyhall", command))
	for _, label := range way {
		if !slices.Contains(m.Labels(), label) {
			return m, false
		}
		m = s.reply(who.Press(m, label))
		if views := who.Views(); len(views) > 0 {
			form := views[len(views)-1]
			sent, err := who.Submit(form, nil)
			if err == nil {
				m = s.reply(sent, nil)
			}
			if views := who.Views(); len(views) > 0 { // somebody must fill it in first
				if _, err := who.Close(views[0], true); err != nil {
					s.t.Fatal(err)
				}
				return slacktest.Message{Text: "form: " + form.Title}, true
			}
		}
		if m.TS == "" {
			s.t.Fatalf("%s answers %v with nothing", command, way)
		}
	}
	return m, true
}
