package killtest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack/slacktest"
	"studyhall/quizzes"
)

// secret is what stands in no log, no private message that comes unasked, and no
// notification: what somebody answered, whether it was right, results and expiries.
var secret = regexp.MustCompile(answered.String() + `|(?i)your score|passed|not this time|expir`)

// answered is that of it which no question's own words say, and asking is the
// notification of a question, which consists of them.
var (
	answered = regexp.MustCompile(`(?i)you chose|\bright\. ([a-e]|true|false)\b|you wrote|answer/[A-Za-z0-9-]+/[a-z]\b`)
	asking   = regexp.MustCompile(`^CBET question \d+: `)
)

// searchAll looks at what was logged and told while the program was under fire
// (acceptance 8 and 11), and at what became of the groups whose only organiser's
// account was closed (18).
func (w *world) searchAll() {
	w.t.Helper()
	log := w.logs()
	if len(log) == 0 {
		w.t.Error("nothing was logged, so nothing could be found")
	}
	for line := range bytes.Lines(log) {
		if at := secret.FindIndex(line); at != nil {
			w.t.Errorf("the log has %q: %s", line[at[0]:at[1]], line)
			break
		}
		if bytes.Contains(line, []byte(`"panic"`)) {
			w.t.Errorf("the program panicked: %s", line)
			break
		}
	}
	for what, all := range map[string][]string{"a private message": w.board.told, "a notification": w.board.notices} {
		for _, text := range all {
			search := secret
			if what == "a notification" && asking.MatchString(text) {
				search = answered
			}
			if at := search.FindStringIndex(text); at != nil {
				w.t.Errorf("%s has %q: %q", what, text[at[0]:at[1]], text)
				break
			}
		}
	}
}

// deserted are the groups whose organisers' accounts are closed under fire, on Slack
// and on both platforms, or who leave, on Discord.
func (w *world) deserted() (all []*study) {
	for n := 0; n < len(w.groups) && n < 9; n += 3 {
		all = append(all, w.groups[n])
	}
	return all
}

// closeAccounts ends the presence of those who alone organise some groups.
func (w *world) closeAccounts() {
	for n := range w.deserted() {
		if w.groups[3*n].places[0].slack != nil {
			w.towns[0].slack[3*n].Deactivate()
		} else {
			w.towns[0].guild.Leave(w.towns[0].discord[3*n])
		}
	}
}

// takeOver has an administrator of the workspace take over each group that nobody
// organises any more (acceptance 18). That its questions went on is a part of the
// check. Who only left a server on Discord can still be reached there.
func (w *world) takeOver() {
	w.t.Helper()
	boss := w.towns[0].work.Person("Boss")
	boss.Admin(true)
	for _, g := range w.deserted() {
		if p := g.places[0]; p.slack != nil {
			p.slack.Join(boss)
			w.takes(boss, p)
		}
	}
}

// said waits for the words with which somebody was answered.
func (w *world) said(words func() string) string {
	ctx, cancel := context.WithTimeout(w.t.Context(), answers)
	defer cancel()
	for words() == "" && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	return words()
}

// takes asks for the page of the group and presses Take over, until the page says
// that the administrator organises it: a busy machine may not say it at once.
func (w *world) takes(boss *slacktest.Person, p *place) {
	w.t.Helper()
	var says string
	pressed := false
	for range 10 {
		i, err := boss.Command(p.slack, "/studyhall", "group")
		if err != nil {
			w.t.Fatal(err)
		}
		says = w.said(func() (all string) {
			for _, m := range i.Messages() {
				all += m.Words() + "\n"
			}
			return all
		})
		if pressed && strings.Contains(says, "Organiser: Boss (you)") {
			return
		}
		if all := i.Messages(); len(all) > 0 {
			if press, err := boss.Press(all[len(all)-1], "Take over"); err == nil {
				pressed = true
				w.said(func() string { return strings.Repeat("answered", min(len(press.Messages()), 1)) })
			}
		}
	}
	w.t.Errorf("%s, whose organiser's account is closed: Take over was pressed: %t, and /group says %q", p, pressed, says)
}

// pages are what an organiser presses on the way through the group's pages; they
// change nothing.
var pages = []string{"People", "What failed", "More", "Report", "Channels", "Schedule", "What organisers see", "Export", "My study page", "Questions"}

// readEverything has an organiser read the pages of a group (acceptance 8): no
// question is in them that wasn't asked yet, and nobody else's answer.
func (w *world) readEverything() {
	w.t.Helper()
	var g *study
	for n, one := range w.groups { // whose organiser is still there
		if one.places[0].discord != nil && n >= 9 {
			g = one
			break
		}
	}
	if g == nil {
		return
	}
	var n int
	fmt.Sscanf(g.id, "g%d", &n)
	p := g.places[0]
	who := p.town.discord[n%crowded]
	var read strings.Builder
	seen := map[string]bool{}
	first, err := who.Command(p.discord, "group", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	queue := []*discordtest.Interaction{first}
	for ; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		w.said(func() string { return i.Reply().Text() })
		m := i.Reply()
		read.WriteString(m.Text() + "\n")
		for _, label := range m.Labels() {
			if seen[label] || !slices.Contains(pages, label) {
				continue
			}
			seen[label] = true
			if next, err := who.Press(m, label); err == nil {
				queue = append(queue, next)
			}
		}
	}
	if len(seen) < 3 {
		w.t.Errorf("the organiser of %s read only %v: %s", g.id, seen, read.String())
	}
	text := read.String()
	for n := range crowded { // a name, and in its line what they answered
		for line := range strings.Lines(text) {
			if name := fmt.Sprintf("Dee %d", n); p.town.discord[n] != who && strings.Contains(line, name) && secret.MatchString(line) {
				w.t.Errorf("an organiser reads of %s: %q", name, line)
			}
		}
	}
	w.unasked(g, text)
}

// unasked checks that a text has no question that the group wasn't asked yet.
func (w *world) unasked(g *study, text string) {
	w.t.Helper()
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		w.t.Fatal(err)
	}
	l := w.openLedger()
	defer l.close()
	asked := map[string]bool{}
	var item string
	l.each(`SELECT item_id FROM rounds WHERE group_id = '`+g.id+`'`, []any{&item}, func() { asked[item] = true })
	for _, b := range banks {
		for _, i := range b.Items {
			if stem := i.Stem; !asked[i.ID] && len(stem) > 30 && strings.Contains(text, stem) {
				w.t.Errorf("an organiser of %s reads a question that wasn't asked yet: %s", g.id, i.ID)
			}
		}
	}
}
