package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/discord/discordtest"
)

// server is a group with its first question posted, on a Discord in memory, where
// maria organises and dana has answered.
type server struct {
	*world
	discord *discordtest.Server
	maria   *discordtest.Person
	dana    *discordtest.Person
	biomed  *discordtest.Guild
	study   *discordtest.Channel
}

// newServer has maria hold those rights in the server, beside what everybody may.
func newServer(t *testing.T, overHTTP bool, rights uint64) *server {
	t.Helper()
	w := newDiscordWorld(t, overHTTP)
	s := &server{world: w, discord: w.real.(*discordSide).server}
	s.biomed = s.discord.Guild("Elsewhere")
	s.study, s.maria, s.dana = s.biomed.Channel("cbet"), s.discord.Person("Maria G."), s.discord.Person("Dana R.")
	s.biomed.Join(s.maria, s.dana)
	s.biomed.Grant(s.maria, rights)
	page := s.reply(s.maria.Command(s.study, "group", nil))
	pressed, err := s.maria.Press(page, "Set up")
	s.reply(pressed, err)
	form, _ := pressed.Modal()
	begin := s.reply(s.maria.Submit(form, discordtest.Args{"Studying for": "CBET: Certified Biomedical Equipment Technician", "Time zone": "Chicago"}))
	s.reply(s.maria.Press(begin, "Start"))
	at, ok := w.Next(t.Context())
	if !ok {
		t.Fatal("nothing is due")
	}
	if err := w.Advance(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.study.Messages() {
		if _, ok := m.Find("B"); ok {
			s.reply(s.dana.Press(m, "B"))
			return s
		}
	}
	t.Fatal("no question")
	return nil
}

// reply waits for what the bot answers and shows it as it is then.
func (s *server) reply(i *discordtest.Interaction, err error) discordtest.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err == nil {
		err = i.Wait(ctx)
	}
	for err == nil && (s.real.(*discordSide).chat.Busy() > 0 || !s.discord.Idle()) {
		time.Sleep(time.Millisecond)
		err = ctx.Err()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return i.Reply()
}

// Acceptance 12 on Discord: every command that is registered works bare, in the
// group's channel and directly, for an organiser, a member and somebody new.
func TestDiscordEveryCommandBare(t *testing.T) {
	for _, test := range []struct {
		name     string
		overHTTP bool
	}{{"gateway", false}, {"http", true}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, test.overHTTP, 0)
				var want []string
				for _, c := range s.running().Bot.Commands() {
					want = append(want, c.Name)
				}
				registered := s.discord.Commands(nil)
				slices.Sort(want)
				slices.Sort(registered)
				if diff := cmp.Diff(want, registered); diff != "" {
					t.Errorf("commands (-the bot's +registered):\n%s", diff)
				}
				for _, c := range s.running().Bot.Commands() {
					if c.Message {
						continue
					}
					fresh := s.discord.Person("Newcomer " + c.Name)
					s.biomed.Join(fresh)
					for _, who := range []*discordtest.Person{s.maria, s.dana, fresh} {
						for _, where := range []*discordtest.Channel{s.study, who.Direct()} {
							s.bare(who, where, c.Name)
						}
					}
				}
			})
		})
	}
}

// bare uses a command without anything after its name.
func (s *server) bare(who *discordtest.Person, where *discordtest.Channel, name string) {
	s.t.Helper()
	m := s.reply(who.Command(where, name, nil))
	switch {
	case len(m.Labels()) == 0:
		s.t.Errorf("/%s for %s in %s offers no next step: %q", name, who.Name, where.Name, m.Text())
	case where == s.study && !m.Ephemeral:
		s.t.Errorf("/%s for %s: everybody sees the answer", name, who.Name)
	case strings.Contains(m.Text(), "not your doing") || strings.Contains(m.Text(), "went wrong"):
		s.t.Errorf("/%s for %s in %s failed: %q", name, who.Name, where.Name, m.Text())
	}
}

// Acceptance 13 on Discord: commands ask for no right, and an organiser who may
// manage nothing in the server runs /group with every page that one who may
// manage it gets.
func TestDiscordOrganiserWithoutManageServer(t *testing.T) {
	pages := map[string]map[string]string{}
	for name, rights := range map[string]uint64{"none": 0, "manage server": discordtest.ManageGuild} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, false, rights)
				s.anybodyMay()
				pages[name] = s.walk(s.maria, "group")
			})
		})
	}
	if t.Failed() {
		return
	}
	if diff := cmp.Diff(pages["manage server"], pages["none"]); diff != "" {
		t.Errorf("what /group leads to (-with Manage Server +without):\n%s", diff)
	}
	for _, page := range []string{"Schedule", "People > Hand over", "Pause > Resume", "Post now > Post it", "More > Channels > Invite another space", "More > Weeks and seasons"} {
		if text := pages["none"]["/group > "+page]; text == "" || text == gone {
			t.Errorf("the walk of %d pages missed %s: %q", len(pages["none"]), page, text)
		}
	}
	for path, text := range pages["none"] {
		if strings.Contains(text, "Only organisers") || strings.Contains(text, "Manage Server") || strings.Contains(text, "administrator of this") {
			t.Errorf("%s is refused: %q", path, text)
		}
	}
}

// anybodyMay looks for a command that Discord hides from some.
func (s *server) anybodyMay() {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.discord.URL()+"/v10/applications/"+s.discord.Application()+"/commands", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+s.discord.Token())
	r.Header.Set("User-Agent", "DiscordBot (https://studyhall.test, 1)")
	answer, err := s.discord.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var all []map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil || len(all) == 0 {
		s.t.Fatalf("%d commands, %v", len(all), err)
	}
	for _, c := range all {
		if c["default_member_permissions"] != nil || c["dm_permission"] == false {
			s.t.Errorf("%v is not for everybody: %v", c["name"], c)
		}
	}
}

// gone is what walk notes of a button that what was pressed before has taken away.
const gone = "no longer there"

// walk opens a command's page and everything that its buttons lead to, each way
// from the beginning, and gives what the pages say by the way to them. A control
// that came before is not used again. It goes into the depth, so that what
// undoes a step comes next.
func (s *server) walk(who *discordtest.Person, command string) map[string]string {
	s.t.Helper()
	pages, known := map[string]string{}, map[string]bool{}
	for todo := [][]string{nil}; len(todo) > 0; {
		way := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		path := strings.Join(append([]string{"/" + command}, way...), " > ")
		m, ok := s.follow(who, command, way)
		if !ok { // it may stand on the first page now
			m, ok = s.follow(who, command, way[len(way)-1:])
		}
		if !ok {
			pages[path] = gone
			continue
		}
		pages[path] = m.Text()
		var next [][]string
		discordtest.Each(m.Components, func(c discordtest.Component) {
			if strings.HasPrefix(c.CustomID, "group/") && c.Label != "" && !known[c.CustomID] && len(way) < 4 {
				known[c.CustomID] = true
				next = append(next, append(slices.Clone(way), c.Label))
			}
		})
		slices.Reverse(next)
		todo = append(todo, next...)
	}
	return pages
}

// follow presses one button after the other, from a command's page. A form that
// can be sent as it opens is sent; of others the title is what they say.
func (s *server) follow(who *discordtest.Person, command string, way []string) (discordtest.Message, bool) {
	s.t.Helper()
	m := s.reply(who.Command(s.study, command, nil))
	for _, label := range way {
		if _, ok := m.Find(label); !ok {
			return m, false
		}
		i, err := who.Press(m, label)
		m = s.reply(i, err)
		if f, ok := i.Modal(); ok {
			sent, err := who.Submit(f, nil)
			if err != nil { // somebody must fill it in first
				return discordtest.Message{Content: "form: " + f.Title}, true
			}
			m = s.reply(sent, nil)
		}
		if m.ID == "" {
			s.t.Fatalf("%s answers %v with nothing", label, way)
		}
	}
	return m, true
}

// /readyz says how the connection stands, and that it doesn't, for as long.
func TestDiscordReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDiscordWorld(t, false)
		d := w.real.(*discordSide).server
		asked := func(status int, state string) {
			t.Helper()
			answer := httptest.NewRecorder()
			w.running().Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody))
			want := fmt.Sprintf(`{"name":"discord","ok":%t,"state":%q}`, status == http.StatusOK, state)
			if answer.Code != status || !strings.Contains(answer.Body.String(), want) {
				t.Errorf("got %d %q, want %d %q", answer.Code, answer.Body, status, want)
			}
		}
		time.Sleep(time.Second) // its greeting is read
		asked(http.StatusOK, "connected")
		d.Gateway(-1, discordtest.NoHello())
		d.Drop()
		time.Sleep(5 * time.Second)
		asked(http.StatusOK, "resuming, not connected for 5s")
		time.Sleep(15 * time.Second)
		asked(http.StatusServiceUnavailable, "resuming, not connected for 20s")
		d.Heal()
		time.Sleep(time.Minute)
		asked(http.StatusOK, "connected")
	})
}
