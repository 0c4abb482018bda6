package killtest

import (
	"fmt"
	"net/http"
	"net/url"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack"
	"studyhall/adapters/slack/slacktest"
)

// town is a workspace of Slack and a server of Discord, with the people of both. What
// a workspace takes in a minute is limited, so that many groups live in many towns.
type town struct {
	work    *slacktest.Workspace
	bot     *slacktest.Person
	slack   []*slacktest.Person
	guild   *discordtest.Guild
	discord []*discordtest.Person
}

const (
	perTown = 18 // groups
	crowded = 30 // people on each platform
)

// site is where browsers and platforms find the program; who ends TLS in front of it
// is not a part of this.
const site = "studyhall.example"

// town makes the n-th. The first one's workspace has the app already, by its own
// token; see [world.install].
func (w *world) town(n int) *town {
	name := fmt.Sprintf("Biomed %d", n)
	in := &town{guild: w.discord.Guild(name)}
	if n > 0 {
		in.work = w.slack.Elsewhere(name)
	} else {
		in.work = w.slack.Workspace(name)
	}
	const everybody = discordtest.ViewChannel | discordtest.SendMessages | discordtest.EmbedLinks | discordtest.AttachFiles | discordtest.ReadMessageHistory |
		discordtest.UseCommands | discordtest.CreatePublicThreads | discordtest.SendInThreads
	in.guild.Rights(everybody, everybody|discordtest.PinMessages)
	for n := range crowded {
		in.slack = append(in.slack, in.work.Person(fmt.Sprintf("Sal %d", n)))
		in.discord = append(in.discord, w.discord.Person(fmt.Sprintf("Dee %d", n)))
	}
	in.guild.Join(in.discord...)
	return in
}

// install has the program run once, and somebody of each further workspace add the
// app there, as browsers do.
func (w *world) install() {
	w.t.Helper()
	if len(w.towns) > 1 {
		w.up()
		w.reach()
		for _, in := range w.towns[1:] {
			in.slack[0].Admin(true)
			if err := w.addTo(in.slack[0]); err != nil {
				w.t.Fatalf("add the app to %s: %v", in.work.Name, err)
			}
		}
		w.down()
	}
	var scopes []string
	for _, s := range slack.Scopes() {
		scopes = append(scopes, s.Name)
	}
	w.bots = map[*slacktest.Person]bool{}
	for _, in := range w.towns {
		in.work.Grant(scopes...)
		in.bot = in.work.Bot()
		w.bots[in.bot] = true
	}
}

// addTo adds the app to somebody's workspace.
func (w *world) addTo(who *slacktest.Person) error {
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string, cookies []*http.Cookie) (*http.Response, error) {
		r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.copies[0].where()+path, nil)
		if err != nil {
			return nil, err
		}
		for _, c := range cookies { // which is for https, as the browser knows it
			r.AddCookie(c)
		}
		a, err := browser.Do(r)
		if err != nil {
			return nil, err
		}
		return a, a.Body.Close()
	}
	first, err := get("/slack/install", nil)
	if err != nil {
		return err
	}
	back, err := who.Authorize(first.Header.Get("Location"))
	if err != nil {
		return err
	}
	last, err := get((&url.URL{Path: back.Path, RawQuery: back.RawQuery}).String(), first.Cookies())
	if err == nil && last.StatusCode != http.StatusOK {
		err = fmt.Errorf("the page says %s", last.Status)
	}
	return err
}
