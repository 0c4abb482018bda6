package discordtest

import (
	"slices"
	"strconv"
	"time"
)

// Rights in a server and its channels: docs.discord.com/developers/topics/permissions.
const (
	Administrator        uint64 = 1 << 3
	ManageChannels       uint64 = 1 << 4
	ManageGuild          uint64 = 1 << 5
	AddReactions         uint64 = 1 << 6
	ViewChannel          uint64 = 1 << 10
	SendMessages         uint64 = 1 << 11
	ManageMessages       uint64 = 1 << 13
	EmbedLinks           uint64 = 1 << 14
	AttachFiles          uint64 = 1 << 15
	ReadMessageHistory   uint64 = 1 << 16
	MentionEveryone      uint64 = 1 << 17
	UseCommands          uint64 = 1 << 31
	ManageThreads        uint64 = 1 << 34
	CreatePublicThreads  uint64 = 1 << 35
	CreatePrivateThreads uint64 = 1 << 36
	SendInThreads        uint64 = 1 << 38
	PinMessages          uint64 = 1 << 51
)

const (
	// ordinary is what everybody may do in a new server.
	ordinary = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory |
		UseCommands | CreatePublicThreads | SendInThreads
	everything = uint64(1)<<53 - 1
)

// Types of channels.
const (
	textChannel   = 0
	directChannel = 1
	publicThread  = 11
	privateThread = 12
)

// Person is somebody with an account.
type Person struct {
	s      *Server
	ID     string
	Name   string
	bot    bool
	locale string
	direct *Channel
	closed bool // takes no direct messages
	brings bool // has installed the application for themselves
	modal  *Modal
	seen   int // how far into the log
	pings  int
}

// Guild is a server.
type Guild struct {
	s         *Server
	ID        string
	Name      string
	owner     *Person
	role      string // of the bot
	rights    uint64 // of that role
	everybody uint64 // rights of all members
	named     []*Role
	members   map[*Person]*member
	order     []*Person
	places    []*Channel
	gone      bool // the bot is no member
	outage    bool
}

type member struct {
	rights uint64
	role   string
	joined time.Time
}

// Channel is a channel of a server, a thread or a conversation with the bot.
type Channel struct {
	s       *Server
	ID      string
	Name    string
	guild   *Guild
	kind    int
	parent  *Channel // of a thread
	with    *Person  // of a conversation
	deny    uint64   // to the bot
	allow   uint64
	gone    bool
	archive int // minutes until a thread is archived
	closed  bool
	locked  bool
	all     []*message
	byID    map[string]*message
	pins    int
	edits   []time.Time // of old messages
}

// Guild makes a server in which the bot has been invited with the usual rights.
func (s *Server) Guild(name string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{s: s, Name: name, ID: s.snowflake(), role: s.snowflake(), everybody: ordinary, rights: ordinary, members: map[*Person]*member{}}
	g.owner = &Person{s: s, ID: s.snowflake(), Name: "owner-of-" + name, locale: "en-US"}
	s.people[g.owner.ID] = g.owner
	s.guilds = append(s.guilds, g)
	g.join(s.bot)
	g.join(g.owner)
	s.dispatch(g, intentGuilds, "GUILD_CREATE", g.event())
	return g
}

// Rights says what everybody and what the bot's role may do, in place of the
// usual rights.
func (g *Guild) Rights(everybody, bot uint64) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.everybody, g.rights = everybody, bot
}

// Channel adds a text channel.
func (g *Guild) Channel(name string) *Channel {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	c := g.s.place(&Channel{Name: name, guild: g})
	g.s.dispatch(g, intentGuilds, "CHANNEL_CREATE", c.json())
	return c
}

// place gives a channel its identifier.
func (s *Server) place(c *Channel) *Channel {
	c.s = s
	if c.ID == "" {
		c.ID = s.snowflake()
	}
	c.byID = map[string]*message{}
	s.places[c.ID] = c
	if c.guild != nil {
		c.guild.places = append(c.guild.places, c)
	}
	return c
}

// Person adds somebody, who is in no server yet and reads English.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{s: s, ID: s.snowflake(), Name: name, locale: "en-US", seen: len(s.log)}
	s.people[p.ID] = p
	return p
}

// Join makes people members.
func (g *Guild) Join(people ...*Person) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	for _, p := range people {
		g.join(p)
	}
}

func (g *Guild) join(p *Person) {
	if g.members[p] == nil {
		g.members[p] = &member{joined: g.s.now(), role: g.s.snowflake()}
		g.order = append(g.order, p)
	}
}

// Leave ends a membership.
func (g *Guild) Leave(p *Person) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	delete(g.members, p)
	g.order = slices.DeleteFunc(g.order, func(q *Person) bool { return p == q })
}

// Grant gives a member more rights, by a role of their own.
func (g *Guild) Grant(p *Person, rights uint64) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.join(p)
	g.members[p].rights |= rights
}

// Remove throws the bot out.
func (g *Guild) Remove() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.leave(g)
}

// leave ends the bot's membership. The caller holds the lock.
func (s *Server) leave(g *Guild) {
	g.gone = true
	delete(g.members, s.bot)
	s.dispatch(g, intentGuilds, "GUILD_DELETE", object{"id": g.ID})
}

// Outage makes the server unavailable, or ends that.
func (g *Guild) Outage(on bool) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.outage = on
	if on {
		g.s.dispatch(g, intentGuilds, "GUILD_DELETE", object{"id": g.ID, "unavailable": true})
		return
	}
	g.s.dispatch(g, intentGuilds, "GUILD_CREATE", g.event())
}

// Deny takes rights from the bot in this channel.
func (c *Channel) Deny(rights uint64) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.deny |= rights
	c.allow &^= rights
	c.updated()
}

// Allow gives the bot rights in this channel, and ends denying them.
func (c *Channel) Allow(rights uint64) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.deny &^= rights
	c.allow |= rights
	c.updated()
}

// Rename changes the channel's name.
func (c *Channel) Rename(name string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.Name = name
	c.updated()
}

// updated tells the gateway of a changed channel. The caller holds the lock.
func (c *Channel) updated() {
	what := "CHANNEL_UPDATE"
	if c.thread() {
		what = "THREAD_UPDATE"
	}
	c.s.dispatch(c.guild, intentGuilds, what, c.json())
}

// Delete removes the channel and its threads.
func (c *Channel) Delete() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, other := range c.s.places {
		if other == c || other.parent == c {
			other.gone = true
		}
	}
	what, data := "CHANNEL_DELETE", c.json()
	if c.thread() {
		what, data = "THREAD_DELETE", object{"id": c.ID, "guild_id": c.guild.ID, "parent_id": c.parent.ID, "type": c.kind}
	}
	c.s.dispatch(c.guild, intentGuilds, what, data)
}

// Archive archives a thread, as its inactivity or a moderator does; a locked one
// is opened again by moderators only.
func (c *Channel) Archive(locked bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.closed, c.locked = true, locked
	c.updated()
}

// Remove deletes a message as a moderator does.
func (c *Channel) Remove(message string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if m := c.byID[message]; m != nil {
		c.s.unpost(m)
	}
}

// Threads are the threads of the channel.
func (c *Channel) Threads() []*Channel {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var all []*Channel
	if c.guild == nil {
		return nil
	}
	for _, t := range c.guild.places {
		if t.parent == c && !t.gone {
			all = append(all, t)
		}
	}
	return all
}

func (c *Channel) thread() bool { return c.kind == publicThread || c.kind == privateThread }

// Direct is the conversation with the bot, which is opened if need be.
func (p *Person) Direct() *Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.conversation(p)
}

func (s *Server) conversation(p *Person) *Channel {
	if p.direct == nil {
		p.direct = s.place(&Channel{Name: p.Name, kind: directChannel, with: p})
	}
	return p.direct
}

// Block refuses direct messages, or no longer.
func (p *Person) Block(on bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.closed = on
}

// Install installs the application for this person, who can then use its commands
// in servers that the bot isn't in.
func (p *Person) Install() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.brings = true
}

// Locale sets the language of the person's app; "" leaves it out of interactions.
func (p *Person) Locale(code string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.locale = code
}

// Pings is how often the person was notified by a mention.
func (p *Person) Pings() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.pings
}

// rightsOf is what somebody may do in a channel.
func (c *Channel) rightsOf(p *Person) uint64 {
	switch {
	case c.guild == nil && (p == c.with || p.bot):
		return ordinary | PinMessages
	case c.guild == nil:
		return 0
	case c.parent != nil:
		return c.parent.rightsOf(p)
	case c.guild.members[p] == nil:
		return 0
	}
	all := c.guild.rightsOf(p)
	if all == everything {
		return all
	}
	if p.bot {
		all = all&^c.deny | c.allow
	}
	if all&ViewChannel == 0 {
		return 0
	}
	if all&SendMessages == 0 {
		all &^= EmbedLinks | AttachFiles | MentionEveryone
	}
	return all
}

// rightsOf is what a member may do where no channel says otherwise.
func (g *Guild) rightsOf(p *Person) uint64 {
	all := g.everybody | g.members[p].rights
	if p.bot {
		all |= g.rights
	}
	if p == g.owner || all&Administrator != 0 {
		return everything
	}
	return all
}

func bits(rights uint64) string { return strconv.FormatUint(rights, 10) }

// sees reports whether somebody sees a channel.
func (c *Channel) sees(p *Person) bool { return !c.gone && c.rightsOf(p)&ViewChannel != 0 }
