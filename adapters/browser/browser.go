// Package browser is the chat that Studyhall brings along: one page in a browser,
// without an account anywhere, in which several invented people, channels and the
// bot meet. It is an adapter like those of the big platforms: it keeps its posts
// in a file of its own, as a platform would, and knows nothing of the features.
//
// The page is rendered on the server; changes are pushed as fragments of HTML
// over server-sent events, and a small script swaps them in. For tests and tools
// the same is offered as JSON under /api/ (see api.go).
package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"studyhall/bot"
)

// Name is the adapter's name and the beginning of its identifiers.
const Name = "browser"

// Clock is the time that the bot lives in, which the page can move on. Its
// methods may be called at once from several goroutines.
type Clock interface {
	// Now is the present instant.
	Now() time.Time
	// Advance plays through every due instant up to to, in order, and returns
	// when all of it is done or ctx has ended.
	Advance(ctx context.Context, to time.Time) error
	// Next is the next instant at which something is due; false if nothing is.
	Next(ctx context.Context) (time.Time, bool, error)
}

// Renderer shows what another platform would be sent, for the payload panel.
type Renderer struct {
	Name    string // what the panel calls the platform
	Message func(bot.Message) ([]byte, error)
	Form    func(bot.Form) ([]byte, error)
}

// Person is somebody whom the page can be.
type Person struct {
	ID            string // lower-case letters, digits and hyphens
	Name          string
	Zone          string // IANA name; UTC when empty
	Administrator bool
}

// Hint is something to try, listed beside the chat.
type Hint struct {
	Text string // one sentence
	Say  string // what to type for it, offered as a button; "" for none
}

// Config says what the chat consists of.
type Config struct {
	Path      string     // SQLite file of the conversation, made if missing
	Clock     Clock      // nil: the machine's clock, and no clock bar
	Renderers []Renderer // of the payload panel; none: no panel
	People    []Person   // at least one; the first is who a new tab is
	Channels  []string   // names without a leading #; at least one
	Hints     []Hint     // none: no list
	Token     string     // secret of the printed address; empty: every request is let in
	Hurry     bool       // what was posted may be lost at a power cut: for making a conversation, not for having one
}

// Adapter is the browser chat. Close it after use.
type Adapter struct {
	log       *slog.Logger
	clock     Clock
	wall      func() time.Time // the machine's clock
	renderers []Renderer
	hints     []Hint
	token     string
	store     *store
	news      *news
	move      movement
	templates *template.Template

	mu       sync.RWMutex
	people   []person
	channels []string

	order sync.Mutex   // held while something is written and watch is told
	watch func(Change) // nil: nobody watches

	once sync.Once
	done chan struct{} // closed when Run ends
}

type person struct {
	Person
	location *time.Location
}

func (p person) user() bot.UserID { return userID(p.ID) }

// New opens or makes the conversation's file. The error says what in config
// can't be used.
func New(log *slog.Logger, config Config) (*Adapter, error) {
	a := &Adapter{
		log: log, clock: config.Clock, wall: time.Now, renderers: config.Renderers,
		hints: config.Hints, token: config.Token, news: newNews(), done: make(chan struct{}),
	}
	if len(config.People) == 0 || len(config.Channels) == 0 {
		return nil, errors.New("the browser chat needs at least one person and one channel")
	}
	for _, p := range config.People {
		if _, twice := a.person(p.ID); twice {
			return nil, fmt.Errorf("person %q is there twice", p.ID)
		}
		if err := a.AddPerson(p); err != nil {
			return nil, err
		}
	}
	for _, c := range config.Channels {
		if err := a.AddChannel(c); err != nil {
			return nil, err
		}
	}
	var err error
	if a.templates, err = parseTemplates(); err != nil {
		return nil, err
	}
	if a.store, err = openStore(config.Path, config.Hurry); err != nil {
		return nil, fmt.Errorf("open conversation %s: %w", config.Path, err)
	}
	return a, nil
}

// Close closes the conversation's file.
func (a *Adapter) Close() error { return a.store.close() }

// Name is "browser".
func (a *Adapter) Name() string { return Name }

// Run ends the open pages' connections when ctx ends. What people do arrives
// through the handler that [Adapter.Routes] made, which holds its own core.
func (a *Adapter) Run(ctx context.Context, _ bot.Core) error {
	<-ctx.Done()
	a.once.Do(func() { close(a.done) })
	return nil
}

// Change is something that became visible.
type Change struct {
	Kind    ChangeKind
	Channel bot.ChannelID
	ID      bot.MessageID
	Author  bot.UserID  // "" for the bot
	Reader  bot.UserID  // who alone sees it, or ""
	Message bot.Message // as it is now; of a deletion, as it was
	Title   string      // of a thread
}

// ChangeKind says what became of a message.
type ChangeKind int

// The kinds of changes.
const (
	Posted ChangeKind = iota
	Edited
	Deleted
	ThreadOpened // under the message ID
	Pinned
	Unpinned
)

// Watch has f called with every change, one at a time and in order. It is for
// tests that must miss nothing: pages are told only that there is news. Call it
// before the adapter is used; f must not call the adapter.
func (a *Adapter) Watch(f func(Change)) { a.watch = f }

// written runs a write and, if it changed something, tells the watcher and the
// open pages.
func (a *Adapter) written(write func() (Change, bool, error)) error {
	a.order.Lock()
	defer a.order.Unlock()
	c, ok, err := write()
	if err != nil || !ok {
		return err
	}
	if a.watch != nil {
		a.watch(c)
	}
	a.news.publish()
	return nil
}

func (a *Adapter) now() time.Time {
	if a.clock == nil {
		return a.wall()
	}
	return a.clock.Now()
}

// AddPerson lets somebody in, or changes who has that identifier.
func (a *Adapter) AddPerson(p Person) error {
	location, err := time.LoadLocation(cmp.Or(p.Zone, "UTC"))
	if err != nil {
		return fmt.Errorf("zone of person %q: %w", p.ID, err)
	}
	if !validName(p.ID) {
		return fmt.Errorf("person %q: the identifier must be of lower-case letters, digits and hyphens", p.ID)
	}
	p.Name = cmp.Or(string(bot.Typed(p.Name)), p.ID)
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.IndexFunc(a.people, func(q person) bool { return q.ID == p.ID }); i >= 0 {
		a.people[i] = person{p, location}
		return nil
	}
	a.people = append(a.people, person{p, location})
	return nil
}

// AddChannel makes a channel with the bot in it, unless there is one of that
// name. A leading # is dropped.
func (a *Adapter) AddChannel(name string) error {
	name = strings.TrimPrefix(name, "#")
	if !validName(name) {
		return fmt.Errorf("channel %q: the name must be of lower-case letters, digits and hyphens", name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.channels, name) {
		a.channels = append(a.channels, name)
	}
	return nil
}

// person finds one by short or full identifier.
func (a *Adapter) person(id string) (person, bool) {
	id = strings.TrimPrefix(id, userPrefix)
	for _, p := range a.everybody() {
		if p.ID == id {
			return p, true
		}
	}
	return person{}, false
}

func (a *Adapter) everybody() []person {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.people)
}

func (a *Adapter) channelNames() []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.channels)
}

func (a *Adapter) hasChannel(name string) bool { return slices.Contains(a.channelNames(), name) }
