package slacktest

import (
	"slices"
	"time"
)

// Workspace is a team.
type Workspace struct {
	s         *Server
	ID        string
	Name      string
	domain    string
	bot       *Person // nil before the first installation
	botID     string
	installed bool
	scopes    []string
	issued    []*token
	members   []*Person
	places    []*Channel
	groups    []*Group
}

// Person is somebody's account in a workspace, or the bot's.
type Person struct {
	s       *Server
	ID      string
	Name    string
	at      *Workspace
	bot     bool
	zone    string
	locale  string
	admin   bool
	gone    bool // deactivated
	direct  *Channel
	stack   []*view // open modals
	home    *view
	offered map[string][]Choice // suggestions that came, by action_id
	seen    int                 // how far into the log
	pings   int
}

// Channel is a public or private channel, or a conversation with the bot.
type Channel struct {
	s        *Server
	ID       string
	Name     string
	at       *Workspace
	private  bool
	shared   bool    // with people of other workspaces
	with     *Person // of a conversation
	members  []*Person
	archived bool
	gone     bool
	muted    string // error that posts get
	last     int64  // timestamp in microseconds
	all      []*message
	pins     []*message
	created  time.Time
	sent     map[string]*message   // by client_msg_id
	byTS     map[string]*message   // that everybody sees
	threads  map[string][]*message // replies, by the timestamp of the beginning
}

// Workspace makes a workspace that has installed the application, with its bot.
func (s *Server) Workspace(name string) *Workspace {
	w := s.Elsewhere(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	w.install(s.app.OAuth.Scopes.Bot)
	w.issue()
	return w
}

// Elsewhere makes a workspace that doesn't have the application yet; see
// [Person.Authorize].
func (s *Server) Elsewhere(name string) *Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &Workspace{s: s, ID: s.id("T"), Name: name, domain: slug(name)}
	s.workspaces = append(s.workspaces, w)
	return w
}

// slug is a name as it stands in addresses.
func slug(name string) string {
	var out []rune
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			out = append(out, r+'a'-'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			out = append(out, r)
		default:
			out = append(out, '-')
		}
	}
	return string(out)
}

// install brings the application in, or adds scopes. The caller holds the lock.
func (w *Workspace) install(scopes []string) {
	if w.bot == nil {
		w.bot = &Person{s: w.s, ID: w.s.id("U"), Name: either(w.s.app.Features.Bot.Name, "studyhall"), at: w, bot: true}
		w.botID = w.s.id("B")
		w.s.people[w.bot.ID] = w.bot
	}
	if !w.installed {
		w.scopes = nil
		for _, t := range w.issued { // of an earlier installation
			t.revoked = true
		}
	}
	w.installed, w.bot.gone = true, false
	if !slices.Contains(w.members, w.bot) {
		w.members = append(w.members, w.bot)
	}
	for _, c := range w.places { // conversations go on; into channels it must be invited again
		if c.with != nil && !c.has(w.bot) {
			c.members = append(c.members, w.bot)
		}
	}
	for _, scope := range scopes {
		if !slices.Contains(w.scopes, scope) {
			w.scopes = append(w.scopes, scope)
		}
	}
}

// Token is the bot's newest token here.
func (w *Workspace) Token() string {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if len(w.issued) == 0 {
		return ""
	}
	return w.issued[len(w.issued)-1].value
}

// Bot is the bot's account here; nil before the application was installed.
func (w *Workspace) Bot() *Person {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.bot
}

// Uninstall removes the application: tokens_revoked and app_uninstalled arrive in
// any order, and its tokens stop working.
func (w *Workspace) Uninstall() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.uninstall()
}

func (w *Workspace) uninstall() {
	if !w.installed {
		return
	}
	s := w.s
	both := []object{
		{"type": "tokens_revoked", "tokens": object{"oauth": []any{}, "bot": []any{w.bot.ID}}},
		{"type": "app_uninstalled"},
	}
	s.dice.Shuffle(2, func(i, j int) { both[i], both[j] = both[j], both[i] })
	for _, e := range both {
		s.event(w, nil, e)
	}
	w.installed = false
	for _, c := range w.places {
		c.members = slices.DeleteFunc(c.members, func(p *Person) bool { return p == w.bot })
	}
	s.tell()
}

// Revoke makes the bot's tokens stop working, as the bot's own auth.revoke does.
func (w *Workspace) Revoke() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.revoke()
}

func (w *Workspace) revoke() {
	w.s.event(w, nil, object{"type": "tokens_revoked", "tokens": object{"oauth": []any{}, "bot": []any{w.bot.ID}}})
	for _, t := range w.issued {
		t.revoked = true
	}
	w.s.tell()
}

// Channel makes a public channel with nobody in it.
func (w *Workspace) Channel(name string) *Channel { return w.channel(name, false) }

// Private makes a private channel with nobody in it.
func (w *Workspace) Private(name string) *Channel { return w.channel(name, true) }

func (w *Workspace) channel(name string, private bool) *Channel {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.place(&Channel{Name: name, private: private}, "C")
}

func (w *Workspace) place(c *Channel, prefix string) *Channel {
	c.s, c.at, c.ID, c.created, c.sent = w.s, w, w.s.id(prefix), w.s.now(), map[string]*message{}
	c.byTS, c.threads = map[string]*message{}, map[string][]*message{}
	w.s.places[c.ID] = c
	w.places = append(w.places, c)
	return c
}

// Person adds somebody to the workspace, who is in no channel yet, in the time
// zone America/Chicago, and reads English.
func (w *Workspace) Person(name string) *Person {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	p := &Person{s: w.s, ID: w.s.id("U"), Name: name, at: w, zone: "America/Chicago", locale: "en-US", seen: len(w.s.log), offered: map[string][]Choice{}}
	w.s.people[p.ID] = p
	w.members = append(w.members, p)
	return p
}

// Zone sets the person's time zone, an IANA name; "" for people whose zone Slack
// doesn't tell.
func (p *Person) Zone(name string) { p.change(func() { p.zone = name }) }

// Locale sets the language of the person's app.
func (p *Person) Locale(code string) { p.change(func() { p.locale = code }) }

// Admin makes the person an administrator of the workspace, or no longer.
func (p *Person) Admin(on bool) { p.change(func() { p.admin = on }) }

// Rename changes the name that people read.
func (p *Person) Rename(name string) { p.change(func() { p.Name = name }) }

// Deactivate ends the account.
func (p *Person) Deactivate() {
	p.change(func() {
		p.gone, p.stack = true, nil
		for _, c := range p.at.places {
			c.members = slices.DeleteFunc(c.members, func(q *Person) bool { return p == q })
		}
	})
}

func (p *Person) change(f func()) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f()
	p.s.tell()
}

// Pings is how often a mention notified the person.
func (p *Person) Pings() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.pings
}

// Direct is the conversation with the bot, which is opened if need be.
func (p *Person) Direct() *Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.conversation()
}

func (p *Person) conversation() *Channel {
	if p.direct == nil {
		p.direct = p.at.place(&Channel{Name: "directmessage", with: p, members: []*Person{p}}, "D")
		if p.at.installed {
			p.direct.members = append(p.direct.members, p.at.bot)
		}
	}
	return p.direct
}

// Join makes people members.
func (c *Channel) Join(people ...*Person) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, p := range people {
		c.join(p, nil)
	}
}

// Invite makes the bot a member, as "/invite" does.
func (c *Channel) Invite() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.join(c.at.bot, nil)
}

func (c *Channel) join(p, inviter *Person) {
	if p == nil || slices.Contains(c.members, p) {
		return
	}
	if p.at != c.at && !c.shared {
		c.s.t.Errorf("slacktest: #%s is not shared with %s", c.Name, p.at.Name)
		return
	}
	c.members = append(c.members, p)
	e := object{"type": "member_joined_channel", "user": p.ID, "channel": c.ID, "channel_type": c.letter(), "team": c.at.ID}
	if inviter != nil {
		e["inviter"] = inviter.ID
	}
	c.s.event(c.at, c, e)
	c.s.tell()
}

// Remove throws somebody out; nil is the bot.
func (c *Channel) Remove(p *Person) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if p == nil {
		p = c.at.bot
	}
	if !slices.Contains(c.members, p) {
		return
	}
	c.s.event(c.at, c, object{"type": "member_left_channel", "user": p.ID, "channel": c.ID, "channel_type": c.letter(), "team": c.at.ID})
	c.members = slices.DeleteFunc(c.members, func(q *Person) bool { return p == q })
	if p == c.at.bot {
		c.s.event(c.at, nil, object{"type": c.family() + "_left", "channel": c.ID})
	}
	c.s.tell()
}

// Archive archives the channel, or ends that.
func (c *Channel) Archive(on bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.archived = on
	what := "_archive"
	if !on {
		what = "_unarchive"
	}
	c.s.event(c.at, c, object{"type": c.family() + what, "channel": c.ID})
	c.s.tell()
}

// Rename changes the channel's name.
func (c *Channel) Rename(name string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.Name = name
	c.s.event(c.at, c, object{"type": c.family() + "_rename", "channel": object{"id": c.ID, "name": name, "created": c.created.Unix()}})
	c.s.tell()
}

// Delete removes the channel.
func (c *Channel) Delete() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.event(c.at, c, object{"type": c.family() + "_deleted", "channel": c.ID})
	c.gone = true
	c.s.tell()
}

// Share shares the channel with other workspaces, whose people can [Channel.Join]
// it, as Slack Connect does. They press and write there, and use no commands.
func (c *Channel) Share() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.shared = true
}

// Move gives the channel another identifier, as sharing it may do.
func (c *Channel) Move() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	old := c.ID
	delete(c.s.places, old)
	c.ID = c.s.id("C")
	c.s.places[c.ID] = c
	c.s.event(c.at, c, object{"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": c.ID})
	c.s.tell()
}

// Restrict makes posts fail with an error such as "restricted_action"; "" ends
// that.
func (c *Channel) Restrict(code string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.muted = code
}

// letter is the kind of channel in events of members.
func (c *Channel) letter() string {
	if c.private {
		return "G"
	}
	return "C"
}

// family begins the names of events and scopes.
func (c *Channel) family() string {
	switch {
	case c.with != nil:
		return "im"
	case c.private:
		return "group"
	}
	return "channel"
}

// scope is the scope for this kind of channel, such as "channels:history".
func (c *Channel) scope(what string) string {
	if c.with != nil {
		return "im:" + what
	}
	return c.family() + "s:" + what
}

func (c *Channel) has(p *Person) bool { return slices.Contains(c.members, p) }

// sees reports whether somebody sees a channel.
func (c *Channel) sees(p *Person) bool {
	return !c.gone && !p.gone && (c.has(p) || p.at == c.at && !c.private && c.with == nil)
}
