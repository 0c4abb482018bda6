package browser

import (
	"bytes"
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"studyhall/bot"
)

// What the templates are given. Fields are what their names say; addresses are
// made here so that templates hold no logic.
type (
	pageView struct {
		Hints     []Hint
		Me        personView
		People    []personView
		Places    placesView
		Channel   channelView
		Pinned    []pinView
		Entries   []entryView
		Earlier   string // address of the page with more before it; "" if there is none
		Commands  []bot.Command
		Clock     *clockView
		Renderers []Renderer
		Since     string // the last change that the page shows
		BotName   string
		Zone      string // IANA name of the zone in which the page shows every time
	}
	personView struct {
		ID, Name, Initials string
		Tone               int
		Zone               string // in words
		Administrator, Me  bool
		URL                string // of the page as this person
	}
	placesView struct {
		Channels []placeView
		Direct   placeView
		Unread   int
	}
	placeView struct {
		ID      bot.ChannelID
		Name    string
		URL     string
		Unread  int
		Current bool
		Closed  bool
		Threads []placeView
	}
	channelView struct {
		ID             bot.ChannelID
		Name, About    string
		Direct, Thread bool
		Back           placeView // of a thread: where it hangs
		Closed         bool
		CanClose       bool
		Remove, Invite string // labels
	}
	pinView struct {
		Number int64
		Line   string
	}
	entryView struct {
		Number    int64
		Author    personView
		Bot, Mine bool
		Whisper   bool
		Said      bool // the words of a whisper say themselves that it is one
		Echo      bool
		Pinned    string // its line above the messages; "": it isn't pinned
		At        time.Time
		AtWords   string
		Version   int64
		Message   messageView
		Thread    *placeView
		Shortcuts []string
		Payload   bool
	}
	messageView struct {
		Number int64
		As     string
		bot.Message
	}
	clockView struct {
		Instant string `json:"instant"` // RFC 3339
		Words   string `json:"words"`   // in the person's zone
		Zone    string `json:"zone"`    // "Chicago time"
		Next    string `json:"next"`    // when something is due next, in words; "" if nothing is
		Moving  bool   `json:"moving"`
		Percent int    `json:"percent"`
		To      string `json:"to"` // where it moves to, in words
	}
)

// timeWords is how instants are written without a script; the page puts them in
// the manner of the reader's browser, and like here in the person's zone.
const timeWords = "Mon 2 Jan 2006, 3:04 PM"

func pageURL(as string, ch bot.ChannelID) string { return "/?as=" + as + "&in=" + short(ch) }

// tones is how many colours there are for people.
const tones = 6

func (a *Adapter) viewPerson(p person, ch bot.ChannelID) personView {
	tone := slices.IndexFunc(a.everybody(), func(q person) bool { return q.ID == p.ID })
	return personView{ID: p.ID, Name: p.Name, Initials: initials(p.Name), Tone: max(tone, 0) % tones,
		Zone: zoneWords(p.location), Administrator: p.Administrator, URL: pageURL(p.ID, ch)}
}

// initials are the first letters of up to two words of a name.
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		if r := []rune(word)[0]; len(out) < 2 && unicode.IsLetter(r) {
			out = append(out, unicode.ToUpper(r))
		}
	}
	return string(out)
}

// zoneWords is a zone as people say it: "Chicago time".
func zoneWords(location *time.Location) string {
	return strings.ReplaceAll(path.Base(location.String()), "_", " ") + " time"
}

func (s *site) viewPage(ctx context.Context, me person, ch bot.ChannelID, limit int) (pageView, error) {
	v := pageView{Me: s.viewPerson(me, ch), Hints: s.hints, BotName: botName, Renderers: s.renderers, Zone: me.location.String()}
	// The mark is taken before the entries are read: what changes in between is
	// pushed once more, and nothing is missed.
	changed, err := s.store.lastChange(ctx)
	if err != nil {
		return v, err
	}
	v.Since = s.mark(changed)
	for _, p := range s.everybody() {
		q := s.viewPerson(p, ch)
		q.Me = p.ID == me.ID
		v.People = append(v.People, q)
	}
	entries, more, err := s.store.last(ctx, ch, me.user(), limit)
	if err != nil {
		return v, err
	}
	if len(entries) > 0 {
		if err := s.store.markSeen(ctx, me.user(), ch, entries[len(entries)-1].number); err != nil {
			return v, err
		}
	}
	for _, e := range entries {
		ev, err := s.viewEntry(ctx, me, e)
		if err != nil {
			return v, err
		}
		v.Entries = append(v.Entries, ev)
		if ev.Pinned != "" {
			v.Pinned = append(v.Pinned, pinView{e.number, ev.Pinned})
		}
	}
	if more {
		v.Earlier = pageURL(me.ID, ch) + "&show=more"
	}
	if v.Places, err = s.viewPlaces(ctx, me, ch); err != nil {
		return v, err
	}
	if v.Channel, err = s.viewChannel(ctx, me, ch); err != nil {
		return v, err
	}
	for _, c := range s.core.Commands() {
		if !c.Message {
			v.Commands = append(v.Commands, c)
		}
	}
	v.Clock = s.viewClock(ctx, me)
	return v, nil
}

func (s *site) viewPlaces(ctx context.Context, me person, current bot.ChannelID) (placesView, error) {
	unread, err := s.store.unread(ctx, me.user())
	if err != nil {
		return placesView{}, err
	}
	threads, err := s.store.threads(ctx)
	if err != nil {
		return placesView{}, err
	}
	var v placesView
	view := func(ch bot.ChannelID, name string) placeView {
		p := placeView{ID: ch, Name: name, URL: pageURL(me.ID, ch), Unread: unread[ch], Current: ch == current}
		for _, t := range threads {
			if id := threadID(t.message); t.channel == ch {
				p.Threads = append(p.Threads, placeView{ID: id, Name: t.title, URL: pageURL(me.ID, id), Unread: unread[id], Current: id == current})
				v.Unread += unread[id]
			}
		}
		v.Unread += unread[ch]
		return p
	}
	for _, name := range s.channelNames() {
		p := view(channelID(name), name)
		if p.Closed, err = s.store.isClosed(ctx, p.ID); err != nil {
			return v, err
		}
		v.Channels = append(v.Channels, p)
	}
	v.Direct = view(directID(me.ID), botName)
	return v, nil
}

func (s *site) viewChannel(ctx context.Context, me person, ch bot.ChannelID) (channelView, error) {
	v := channelView{ID: ch, CanClose: strings.HasPrefix(string(ch), channelPrefix), Remove: removeLabel, Invite: inviteLabel}
	name, _, err := s.place(ctx, ch)
	if err != nil {
		return v, err
	}
	v.Name = name
	if v.Closed, err = s.closedTo(ctx, ch); err != nil {
		return v, err
	}
	t, isThread, err := s.threadOf(ctx, ch)
	switch {
	case err != nil:
		return v, err
	case isThread:
		v.Thread = true
		back, _, err := s.place(ctx, t.channel)
		if err != nil {
			return v, err
		}
		v.Back = placeView{ID: t.channel, Name: back, URL: pageURL(me.ID, t.channel)}
		v.About = "A conversation under a message"
	case v.CanClose:
		v.About = "A channel. Everybody in it sees what is posted here."
	default:
		v.Direct = true
		v.About = "Your private conversation with the bot. Nobody else sees it."
	}
	return v, nil
}

func (s *site) viewEntry(ctx context.Context, me person, e entry) (entryView, error) {
	v := entryView{Number: e.number, Bot: e.author == "", Mine: e.author == me.user(), Whisper: e.reader != "", Said: strings.Contains(plain(e.message), onlyYou), Echo: e.echo(),
		At: e.at, AtWords: e.at.In(me.location).Format(timeWords), Version: e.version,
		Message: messageView{e.number, me.ID, e.message}, Payload: e.author == "" && len(s.renderers) > 0}
	if e.pinned {
		v.Pinned = firstLine(e.message)
	}
	if v.Bot {
		v.Author = personView{Name: botName}
	} else if p, ok := s.person(string(e.author)); ok {
		v.Author = s.viewPerson(p, e.channel)
	} else {
		v.Author = personView{Name: "Somebody who left"}
	}
	t, ok, err := s.store.thread(ctx, e.number)
	if err != nil {
		return v, err
	}
	if ok {
		id := threadID(e.number)
		v.Thread = &placeView{ID: id, Name: t.title, URL: pageURL(me.ID, id)}
	}
	if !v.Echo {
		for _, c := range s.core.Commands() {
			if c.Message {
				v.Shortcuts = append(v.Shortcuts, c.Name)
			}
		}
	}
	return v, nil
}

func (s *site) viewClock(ctx context.Context, me person) *clockView {
	if s.clock == nil {
		return nil
	}
	now := s.now()
	v := &clockView{Instant: now.UTC().Format(time.RFC3339), Words: now.In(me.location).Format(timeWords),
		Zone: zoneWords(me.location)}
	to, percent, moving := s.move.now(now)
	if v.Moving, v.Percent = moving, percent; moving {
		v.To = soonWords(to, now, me.location)
		return v
	}
	next, ok, err := s.clock.Next(ctx)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			s.log.Warn("next due instant not read", "err", err)
		}
	case ok && next.After(now):
		v.Next = soonWords(next, now, me.location)
	case ok: // overdue: a time that is over is not what comes next
		v.Next = "now"
	}
	return v
}

// soonWords writes an instant within six days by weekday and time only, and
// without the year in the same one.
func soonWords(t, now time.Time, location *time.Location) string {
	if d := t.Sub(now); d > -6*24*time.Hour && d < 6*24*time.Hour {
		return t.In(location).Format("Mon 3:04 PM")
	}
	if t.In(location).Year() == now.In(location).Year() {
		return t.In(location).Format("Mon 2 Jan, 3:04 PM")
	}
	return t.In(location).Format(timeWords)
}

// firstLine is a message's first line, shortened.
func firstLine(m bot.Message) string {
	line, _, _ := strings.Cut(plain(m), "\n")
	if r := []rune(line); len(r) > 80 {
		line = string(r[:80]) + "…"
	}
	return cmp.Or(line, "A message without words")
}

// onlyYou marks whispers, unless the bot's own words say the same.
const onlyYou = "Only you can see this"

// notice is what a screen reader says of a message.
func notice(e entry) string {
	m := e.message
	text := m.Text.Plain()
	if text == "" {
		lines := strings.SplitN(plain(m), "\n", 4)
		text = strings.Join(lines[:min(len(lines), 3)], " ")
	}
	if e.author == "" {
		text = botName + ": " + text
	}
	if e.reader != "" && !strings.Contains(text, onlyYou) {
		text += " " + onlyYou + "."
	}
	return text
}

// render runs a template.
func (a *Adapter) render(name string, data any) (string, error) {
	var b bytes.Buffer
	if err := a.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return b.String(), nil
}
