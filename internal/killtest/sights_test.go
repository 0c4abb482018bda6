package killtest

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack/slacktest"
)

// card is a post of the bot as it stands in a channel.
type card struct {
	place   *place
	id      string // the end of the program's name for it: the channel and the message
	key     string // of its delivery
	text    string
	labels  map[string]string // the path behind each button
	pinned  bool
	slack   slacktest.Message
	discord discordtest.Message
}

var (
	title  = regexp.MustCompile(`(?m)^(?:### |\*)?CBET question (\d+) ·`)
	answer = regexp.MustCompile(`^answer/([^/ ]+)/([^/ ]+)$`)
	totals = regexp.MustCompile(`(?m)(\d+) answered, (\d+) right(?:\.|, (\d+) partly)`)
)

// number is that of the question, "" for other posts.
func (c card) number() string {
	if m := title.FindStringSubmatch(c.text); m != nil {
		return m[1]
	}
	return ""
}

// closed reports whether the question can't be answered any more.
func (c card) closed() bool {
	at := title.FindStringIndex(c.text)
	if at == nil {
		return false
	}
	first, _, _ := strings.Cut(c.text[at[0]:], "\n")
	return strings.Contains(first, "· closed")
}

// round is what the card asks about, and options the option behind each letter;
// none where the answer is typed.
func (c card) round() (round string, options map[string]string) {
	options = map[string]string{}
	for label, path := range c.labels {
		if m := answer.FindStringSubmatch(path); m != nil {
			round, options[label] = m[1], m[2]
		}
	}
	return round, options
}

// keyMark is what separates a path from the key of a delivery in Discord's custom_id.
const keyMark = "~"

func onDiscord(p *place, m discordtest.Message) card {
	c := card{place: p, id: m.Channel.ID + "/" + m.ID, key: m.Nonce, text: m.Text(), labels: map[string]string{}, pinned: m.Pinned, discord: m}
	discordtest.Each(m.Components, func(x discordtest.Component) {
		if x.Label != "" {
			path, _, _ := strings.Cut(x.CustomID, keyMark)
			c.labels[x.Label] = path
		}
	})
	return c
}

var payload = regexp.MustCompile(`"key": ?"([^"]+)"`)

func onSlack(p *place, m slacktest.Message) card {
	c := card{place: p, id: m.Channel.ID + "/" + m.TS, text: m.Words(), labels: map[string]string{}, pinned: m.Pinned, slack: m}
	if found := payload.FindSubmatch(m.Metadata); found != nil {
		c.key = string(found[1])
	}
	for _, b := range m.Blocks {
		for _, e := range b.Elements {
			if e.Type == "button" {
				c.labels[e.Text.Text] = e.ActionID
			}
		}
	}
	return c
}

// cards are the bot's posts in a channel now, oldest first.
func (w *world) cards(p *place) (all []card) {
	if p.slack != nil {
		for _, m := range p.slack.Messages() {
			if m.Author == p.town.bot && m.To == nil && m.Thread == "" {
				all = append(all, onSlack(p, m))
			}
		}
		return all
	}
	for _, m := range p.discord.Messages() {
		if m.Author.ID == w.discord.Application() && !m.Ephemeral && m.Type == 0 {
			all = append(all, onDiscord(p, m))
		}
	}
	return all
}

// sights is what everybody has seen so far.
type sights struct {
	mu      sync.Mutex
	numbers map[*place]map[string]int // copies of each question that stand there now
	where   map[string]string         // the number of a message
	fresh   []card                    // questions that were just posted
	told    []string                  // what was sent to people unasked
	notices []string                  // what notifications said
	dms     int
}

func newSights() *sights {
	return &sights{numbers: map[*place]map[string]int{}, where: map[string]string{}}
}

// questions is how many different ones stand in a channel.
func (s *sights) questions(p *place) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, copies := range s.numbers[p] {
		if copies > 0 {
			n++
		}
	}
	return n
}

// take takes the questions that are new since the last call.
func (s *sights) take() []card {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := s.fresh
	s.fresh = nil
	return fresh
}

func (s *sights) posted(c card) {
	n := c.number()
	if n == "" {
		return
	}
	if s.numbers[c.place] == nil {
		s.numbers[c.place] = map[string]int{}
	}
	s.numbers[c.place][n]++
	s.where[c.id] = n
	s.fresh = append(s.fresh, c)
}

func (s *sights) deleted(p *place, id string) {
	if n := s.where[id]; n != "" {
		s.numbers[p][n]--
		delete(s.where, id)
	}
}

// watch sees what everybody sees, until the run ends.
func (w *world) watch() {
	for w.ctx.Err() == nil {
		w.look()
		w.pause(40 * time.Millisecond)
	}
}

func (w *world) look() {
	onOne, onOther := w.slack.Seen(), w.discord.Seen()
	s := w.board
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range onOne {
		if e.To() != nil || e.Channel == nil || !w.bots[e.Message.Author] {
			continue
		}
		p := w.places[e.Channel.ID]
		switch {
		case p == nil && e.Kind == slacktest.Posted:
			s.dms++
			s.told, s.notices = append(s.told, e.Message.Words()), append(s.notices, e.Message.Text)
		case p != nil && e.Kind == slacktest.Posted && e.Message.Thread == "":
			s.notices = append(s.notices, e.Message.Text)
			s.posted(onSlack(p, e.Message))
		case p != nil && e.Kind == slacktest.Deleted:
			s.deleted(p, e.Channel.ID+"/"+e.Message.TS)
		}
	}
	for _, e := range onOther {
		if e.To() != nil || e.Channel == nil || e.Message.Author == nil || e.Message.Author.ID != w.discord.Application() {
			continue
		}
		p := w.places[e.Channel.ID]
		switch {
		case p == nil && e.Kind == discordtest.Posted:
			s.dms++
			s.told = append(s.told, e.Message.Text())
		case p != nil && e.Kind == discordtest.Posted:
			s.posted(onDiscord(p, e.Message))
		case p != nil && e.Kind == discordtest.Deleted:
			s.deleted(p, e.Channel.ID+"/"+e.Message.ID)
		}
	}
}
