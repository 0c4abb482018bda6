package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"studyhall/bot"
)

// Fake is a platform in memory, its [bot.Adapter] named "fake" or otherwise, with every
// optional power but [bot.HomeKeeper] and [bot.Router], and its [Driver]. It
// outlives the bots that run on it: after a restart its messages and their
// buttons are still there. Like real platforms it posts the same key twice as
// two messages. It is safe for concurrent use, opens no socket and waits for no
// time, so it works inside testing/synctest.
//
// To take powers away, give the bot a struct of those that remain:
//
//	struct { bot.Adapter; bot.Profiler }{fake, fake}
type Fake struct {
	name string
	now  func() time.Time

	mu       sync.Mutex
	core     bot.Core
	running  chan struct{} // closed while a bot runs
	people   map[string]bot.Profile
	channels map[string]bool // name to "the bot is refused"
	threads  map[string]string
	messages []*Record
	forms    map[string]*openForm
	offered  map[string][]bot.Option // suggestions last shown, by person
	seen     []Seen
	faults   []Fault
	hook     Hook
	last     func(ctx context.Context) error // repeats the last interaction
	events   int
}

// Record is one message on the [Fake] with everything that became of it.
type Record struct {
	ID       bot.MessageID
	Channel  bot.ChannelID
	Key      string
	To       string        // the person who alone sees it; "" for everybody
	Author   string        // the person who wrote it; "" for the bot
	Posted   time.Time     // by the Fake's clock
	Versions []bot.Message // as posted and after each edit
	Whisper  bool
	Pinned   bool
	Deleted  bool

	found time.Time // Find gives it from here on
}

// Latest is the message as it is now.
func (r Record) Latest() bot.Message { return r.Versions[len(r.Versions)-1] }

// Text is the message as a person reads it now.
func (r Record) Text() string { return MessageText(r.Latest()) }

// Call is one request of the bot to the [Fake].
type Call struct {
	Op      Kind // Post, Edit, Delete, Thread, Pin, Unpin, or Direct (opening the conversation)
	Channel bot.ChannelID
	ID      bot.MessageID // of an edit, deletion, thread or pin
	Key     string        // of a post or edit
}

// Fault is what goes wrong with a call; the zero Fault is nothing.
type Fault struct {
	Before error         // nothing happens, and the bot gets this error
	After  error         // it happens, and still the bot gets this error
	Hide   time.Duration // Find gives a posted message only after this long
}

// Hook decides what becomes of a call before anything has happened. It may
// block, which is how calls are delayed, and should end with ctx.
type Hook func(ctx context.Context, c Call) Fault

// NewFake makes an empty platform with a clock, named "fake".
func NewFake(now func() time.Time) *Fake { return NewFakeNamed("fake", now) }

// NewFakeNamed makes an empty platform with a clock and a name, for tests with
// several of them.
func NewFakeNamed(name string, now func() time.Time) *Fake {
	return &Fake{
		name:     name,
		now:      now,
		running:  make(chan struct{}),
		people:   map[string]bot.Profile{},
		channels: map[string]bool{},
		threads:  map[string]string{},
		forms:    map[string]*openForm{},
		offered:  map[string][]bot.Option{},
	}
}

// Name begins every identifier of the platform.
func (f *Fake) Name() string { return f.name }

// Run lets core answer people until ctx ends.
func (f *Fake) Run(ctx context.Context, core bot.Core) error {
	f.mu.Lock()
	if f.core != nil {
		f.mu.Unlock()
		return errors.New("fake platform: another bot is running on it")
	}
	f.core = core
	close(f.running)
	f.mu.Unlock()

	<-ctx.Done()

	f.mu.Lock()
	f.core, f.running = nil, make(chan struct{})
	f.mu.Unlock()
	return nil
}

// WaitRunning returns once a bot runs, or with ctx's error.
func (f *Fake) WaitRunning(ctx context.Context) error {
	f.mu.Lock()
	running := f.running
	f.mu.Unlock()
	select {
	case <-running:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Next gives the next posts these faults, one each in order.
func (f *Fake) Next(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, faults...)
}

// Hook sets what decides about every call; nil lets all succeed. Faults given
// to [Fake.Next] go first.
func (f *Fake) Hook(h Hook) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = h
}

// Messages is a copy of every message ever posted, deleted ones included, oldest first.
func (f *Fake) Messages() []Record {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Record, len(f.messages))
	for i, r := range f.messages {
		out[i] = *r
		out[i].Versions = slices.Clone(r.Versions)
	}
	return out
}

// WithKey is the messages at rest, those not deleted, that were posted with a key.
func (f *Fake) WithKey(key string) []Record {
	return slices.DeleteFunc(f.Messages(), func(r Record) bool { return r.Deleted || r.Key != key })
}

// Space is the identifier of the only space.
func (f *Fake) Space() bot.SpaceID { return bot.SpaceID(f.name + ":space") }

// UserID is the identifier of a person.
func (f *Fake) UserID(person string) bot.UserID { return bot.UserID(f.name + ":" + person) }

// ChannelID is the identifier of a channel; of [Main] for "".
func (f *Fake) ChannelID(channel string) bot.ChannelID {
	if channel == "" {
		channel = Main
	}
	return bot.ChannelID(f.name + ":" + channel)
}

// DirectID is the identifier of the private conversation with a person.
func (f *Fake) DirectID(person string) bot.ChannelID {
	return bot.ChannelID(f.name + ":" + Private + person)
}

// personOf is whose private conversation a channel is, or "".
func personOf(ch bot.ChannelID) string {
	person, private := strings.CutPrefix(channelName(ch), Private)
	if !private {
		return ""
	}
	return person
}

// Send posts a message.
func (f *Fake) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	if err := m.Validate(); err != nil {
		return "", &bot.DeliveryError{Kind: bot.Refused, Cause: "The fake platform refuses the message.", Err: err}
	}
	fault, err := f.admit(ctx, Call{Op: Post, Channel: ch, Key: m.Key})
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refused(ch); err != nil {
		return "", err
	}
	r := f.post(ch, Record{Key: m.Key, To: personOf(ch)}, m)
	r.found = r.Posted.Add(fault.Hide)
	if fault.After != nil {
		return "", fault.After
	}
	return r.ID, nil
}

// admit waits for the hook and says what goes wrong with a call; a non-nil
// error is to be returned before anything happens.
func (f *Fake) admit(ctx context.Context, c Call) (Fault, error) {
	f.mu.Lock()
	var fault Fault
	hook := f.hook
	if c.Op == Post && len(f.faults) > 0 {
		fault, f.faults, hook = f.faults[0], f.faults[1:], nil
	}
	f.mu.Unlock()
	if hook != nil {
		fault = hook(ctx, c)
	}
	if fault.Before != nil {
		return fault, fault.Before
	}
	if err := ctx.Err(); err != nil {
		return fault, &bot.DeliveryError{Kind: bot.NotSent, Cause: "There was no time left to reach the fake platform.", Err: err}
	}
	return fault, nil
}

// refused is the platform's refusal of posts to a channel, if it refuses. The caller holds mu.
func (f *Fake) refused(ch bot.ChannelID) error {
	name := channelName(ch)
	if !f.channels[name] {
		return nil
	}
	return &bot.DeliveryError{
		Kind:  bot.Refused,
		Cause: "The fake platform says I'm not in that channel any more.",
		Fix:   "open #" + name + " and type /invite @Studyhall",
	}
}

func channelName(ch bot.ChannelID) string { return nameIn(ch) }

// nameIn is the short name inside an identifier.
func nameIn[ID ~string](id ID) string {
	_, name, _ := strings.Cut(string(id), ":")
	return name
}

// shownChannel is the name of a channel in [Seen]. The caller holds mu.
func (f *Fake) shownChannel(ch bot.ChannelID) string {
	name := channelName(ch)
	if title, ok := f.threads[name]; ok {
		return title
	}
	return name
}

// post records a message and shows it. The caller holds mu.
func (f *Fake) post(ch bot.ChannelID, r Record, m bot.Message) *Record {
	r.ID = bot.MessageID(fmt.Sprintf("%s/%d", ch, len(f.messages)+1))
	r.Channel, r.Posted, r.Versions = ch, f.now(), []bot.Message{m}
	r.found = r.Posted
	f.messages = append(f.messages, &r)
	kind := Post
	switch {
	case r.Author != "":
		return &r // what people write is no news to a script
	case r.Whisper:
		kind = Whisper
	case r.To != "":
		kind = Direct
	}
	f.show(kind, &r)
	return &r
}

// show records that somebody sees a message. The caller holds mu.
func (f *Fake) show(kind Kind, r *Record) {
	m := r.Latest()
	f.seen = append(f.seen, Seen{Kind: kind, To: r.To, Channel: f.shownChannel(r.Channel), Text: MessageText(m), ID: r.ID, Key: r.Key, Message: &m})
}

// Edit replaces a message of the bot. Whispers cannot be edited later, as on
// real platforms.
func (f *Fake) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	if err := m.Validate(); err != nil {
		return &bot.DeliveryError{Kind: bot.Refused, Cause: "The fake platform refuses the message.", Err: err}
	}
	return f.change(ctx, Call{Op: Edit, ID: id, Key: m.Key}, func(r *Record) {
		r.Versions = append(r.Versions, m)
		f.show(Edit, r)
	})
}

// Delete removes a message of the bot.
func (f *Fake) Delete(ctx context.Context, id bot.MessageID) error {
	return f.change(ctx, Call{Op: Delete, ID: id}, func(r *Record) {
		r.Deleted = true
		f.show(Delete, r)
	})
}

// Pin pins or unpins a message.
func (f *Fake) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	kind := Unpin
	if pinned {
		kind = Pin
	}
	return f.change(ctx, Call{Op: kind, ID: id}, func(r *Record) {
		if r.Pinned == pinned {
			return
		}
		r.Pinned = pinned
		line, _, _ := strings.Cut(r.Text(), "\n")
		f.seen = append(f.seen, Seen{Kind: kind, Channel: f.shownChannel(r.Channel), Text: line, ID: id})
	})
}

// Audience is the role of that name. "everyone" is everybody, and "shy" can't be
// notified; of others that begin with "no" there is none.
func (f *Fake) Audience(_ context.Context, _ bot.ChannelID, id bot.AudienceID) (bot.Audience, error) {
	role := nameIn(id)
	if role == "" || strings.HasPrefix(role, "no") {
		return bot.Audience{}, fmt.Errorf("no role %q", id)
	}
	about := bot.Audience{Name: "@" + role, Everyone: role == "everyone"}
	if role == "shy" {
		about.Fix = "let anyone mention the role"
	}
	return about, nil
}

// Thread opens a conversation under a message.
func (f *Fake) Thread(ctx context.Context, id bot.MessageID, title string) (bot.ChannelID, error) {
	ch := bot.ChannelID(string(id) + "/thread")
	err := f.change(ctx, Call{Op: Thread, ID: id}, func(r *Record) {
		if _, open := f.threads[channelName(ch)]; open {
			return
		}
		f.threads[channelName(ch)] = title
		f.seen = append(f.seen, Seen{Kind: Thread, Channel: f.shownChannel(r.Channel), Text: title, ID: id})
	})
	return ch, err
}

// change runs do, under the lock, on a message the bot may still change.
func (f *Fake) change(ctx context.Context, c Call, do func(r *Record)) error {
	f.mu.Lock()
	r := f.message(c.ID)
	if r != nil {
		c.Channel = r.Channel
	}
	f.mu.Unlock()
	fault, err := f.admit(ctx, c)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r == nil || r.Deleted || r.Whisper || r.Author != "" {
		return &bot.DeliveryError{Kind: bot.Gone, Cause: "The fake platform has no such message any more."}
	}
	if err := f.refused(r.Channel); err != nil {
		return err
	}
	do(r)
	return fault.After
}

// message finds a record, or nil. The caller holds mu.
func (f *Fake) message(id bot.MessageID) *Record {
	i := slices.IndexFunc(f.messages, func(r *Record) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return f.messages[i]
}

// Direct is the private conversation with a person.
func (f *Fake) Direct(ctx context.Context, user bot.UserID) (bot.ChannelID, error) {
	ch := f.DirectID(nameIn(user))
	fault, err := f.admit(ctx, Call{Op: Direct, Channel: ch})
	if err != nil {
		return "", err
	}
	return ch, fault.After
}

// Find finds messages by key, except those still hidden by a [Fault].
func (f *Fake) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []bot.MessageID
	for _, r := range f.messages {
		if r.Channel == ch && r.Key == key && !r.Deleted && !r.Posted.Before(since) && !r.found.After(f.now()) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// Profile is what [Fake.Person] said of a person.
func (f *Fake) Profile(_ context.Context, _ bot.SpaceID, user bot.UserID) (bot.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.profile(nameIn(user)), nil
}

// Check tells whether a channel refuses posts.
func (f *Fake) Check(_ context.Context, ch bot.ChannelID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused(ch)
}

// ChannelName is a channel's name with its number sign, as people write it.
func (f *Fake) ChannelName(_ context.Context, ch bot.ChannelID) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if personOf(ch) != "" {
		return "", errors.New("a private conversation has no name")
	}
	return "#" + f.shownChannel(ch), nil
}

// Place is the only space.
func (f *Fake) Place(_ context.Context, ch bot.ChannelID) (bot.Place, error) {
	if personOf(ch) != "" {
		return bot.Place{}, errors.New("a private conversation is in no space")
	}
	return bot.Place{Space: f.Space(), Name: f.name}, nil
}
