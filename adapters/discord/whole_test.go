package discord_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// shelf is a [bot.Shelf] in memory.
type shelf struct {
	mu     sync.Mutex
	values map[string][]byte
	leases map[string]lease
}

type lease struct {
	holder string
	until  time.Time
}

func newShelf() *shelf { return &shelf{values: map[string][]byte{}, leases: map[string]lease{}} }

func (s *shelf) Put(_ context.Context, space, key string, value []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[space+"\x00"+key] = value
	return nil
}

func (s *shelf) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[space+"\x00"+key]
	return v, ok, nil
}

func (s *shelf) Delete(_ context.Context, space, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, space+"\x00"+key)
	return nil
}

func (s *shelf) Seen(ctx context.Context, id string, ttl time.Duration) (bool, error) {
	_, seen, _ := s.Get(ctx, "seen", id)
	return seen, s.Put(ctx, "seen", id, nil, ttl)
}

func (s *shelf) Lease(_ context.Context, name, holder string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.leases[name]; ok && l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	s.leases[name] = lease{holder, time.Now().Add(ttl)}
	return true, nil
}

// world is the adapter with a small bot, on a Discord in memory.
type world struct {
	t       *testing.T
	discord *discordtest.Server
	adapter *discord.Adapter
	bot     *bot.Bot
	shelf   *shelf
	server  *discordtest.Guild
	study   *discordtest.Channel
	ann     *discordtest.Person

	mu     sync.Mutex
	done   []string      // what the bot was asked
	delay  time.Duration // before it answers
	notice []bot.Notice
	http   bool // interactions come over HTTP
	line   func(net.Conn) net.Conn
	only   string // server that gets the commands
	end    func() error
}

// bubble runs a test in which time passes by itself when nobody has anything to do.
func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

func newWorld(t *testing.T, o discordtest.Options) *world {
	t.Helper()
	w := &world{t: t, discord: discordtest.New(t, o), shelf: newShelf()}
	w.server = w.discord.Guild("Biomed")
	w.study, w.ann = w.server.Channel("cbet-study"), w.discord.Person("Ann P.")
	w.server.Join(w.ann)
	return w
}

// config is what connects the adapter to the Discord in memory.
func (w *world) config() discord.Config {
	c := discord.Config{Token: w.discord.Token(), API: w.discord.URL(), Shelf: w.shelf, Dial: w.discord.Dial}
	if w.line != nil {
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := w.discord.Dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return w.line(conn), nil
		}
	}
	c.Guild = w.only
	if w.http {
		c.PublicKey = w.discord.PublicKey()
	}
	return c
}

// start runs the adapter until the test ends, or until stop.
func (w *world) start() {
	w.t.Helper()
	a, err := discord.New(slog.New(slog.DiscardHandler), w.config())
	if err != nil {
		w.t.Fatal(err)
	}
	w.adapter, w.bot = a, w.testBot()
	w.bot.Add(a)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, w.bot) }()
	w.end = sync.OnceValue(func() error {
		synctest.Wait() // the library beats and closes under one lock, and sleeps while it holds it
		cancel()
		return <-ended
	})
	w.t.Cleanup(func() { w.end() })
}

// connected starts and waits for the gateway.
func (w *world) connected() {
	w.t.Helper()
	w.start()
	w.await("connected", w.discord.Connected)
}

func (w *world) await(what string, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	if err := w.discord.Await(ctx, holds); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// answered waits for an interaction's answer, and for all that follows it.
func (w *world) answered(i *discordtest.Interaction, err error) *discordtest.Interaction {
	w.t.Helper()
	if err == nil {
		ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
		defer cancel()
		err = i.Wait(ctx)
		for err == nil && w.adapter.Busy() > 0 {
			time.Sleep(time.Millisecond)
			err = ctx.Err()
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *world) heard(what string) {
	w.mu.Lock()
	w.done = append(w.done, what)
	delay := w.delay
	w.mu.Unlock()
	time.Sleep(delay)
}

func (w *world) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.done...)
}

func (w *world) slow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delay = d
}

func card(body bot.Text, controls ...bot.Row) bot.Message {
	return bot.Message{Card: &bot.Card{Body: body, Controls: controls}}
}

func button(label, action string) bot.Row { return bot.Row{bot.Button{Label: label, Action: action}} }

var letters = bot.Row{bot.Button{Label: "A", Action: "answer/a"}, bot.Button{Label: "B", Action: "answer/b"}}

// testBot answers in every way that a response can.
func (w *world) testBot() *bot.Bot {
	b := bot.New(slog.New(slog.DiscardHandler))
	command := func(c bot.Command, h func(i bot.Interaction) bot.Response) {
		b.Command(c, func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			w.heard("/" + c.Name)
			return h(i), nil
		})
	}
	action := func(pattern string, h func(i bot.Interaction) bot.Response) {
		b.Action(pattern, func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			w.heard(i.Action)
			return h(i), nil
		})
	}
	public := func(m bot.Message) bot.Response { return bot.Response{Reply: &m} }
	form := bot.Form{Title: "Your exam", Submit: "Save", Action: "exam/set", Fields: []bot.Field{
		{Name: "when", Label: "When", Kind: bot.Line, Required: true, Initial: []string{"May"}},
		{Name: "proof", Label: "Proof", Kind: bot.FileField}}}
	command(bot.Command{Name: "study", Help: "Your page", Private: true}, func(bot.Interaction) bot.Response {
		return bot.Whisper(card("Your page", button("Exam", "exam"), button("In place", "place")))
	})
	command(bot.Command{Name: "hello", Help: "Greet"}, func(i bot.Interaction) bot.Response {
		return public(card(bot.Textf("%s says hello", i.Name), letters, button("Close", "close"), button("Both", "both"), button("Silent", "silent")))
	})
	command(bot.Command{Name: "secret", Help: "Public by name"}, func(bot.Interaction) bot.Response { return bot.Whisper(card("Only you")) })
	command(bot.Command{Name: "loud", Help: "Private by name", Private: true}, func(bot.Interaction) bot.Response { return public(card("Everybody")) })
	command(bot.Command{Name: "nothing", Help: "Does nothing", Private: true}, func(bot.Interaction) bot.Response { return bot.Response{} })
	command(bot.Command{Name: "exam", Help: "Your exam", Private: true}, func(bot.Interaction) bot.Response { return bot.Response{Form: &form} })
	command(bot.Command{Name: "quiz", Help: "A quiz", Private: true, Fields: []bot.Field{
		{Name: "topic", Label: "Topic", Kind: bot.Line, Suggest: "topics"}, {Name: "count", Label: "Count", Kind: bot.Number}}},
		func(i bot.Interaction) bot.Response {
			return bot.Whisper(card(bot.Textf("%s of %s", i.Values.Get("count"), i.Values.Get("topic"))))
		})
	command(bot.Command{Name: "Suggest as question", Help: "Suggest it", Message: true}, func(i bot.Interaction) bot.Response {
		return bot.Whisper(card(bot.Textf("%s by %s", i.Target.Text, i.Target.Author)))
	})
	action("answer/{choice}", func(i bot.Interaction) bot.Response {
		return bot.Whisper(card(bot.Textf("You chose %s", i.Arg("choice"))))
	})
	action("place", func(i bot.Interaction) bot.Response {
		return bot.InPlace(i, card("Replaced", button("Again", "place")))
	})
	action("close", func(bot.Interaction) bot.Response { m := card("Closed"); return bot.Response{Edit: &m} })
	action("both", func(bot.Interaction) bot.Response {
		m, reply := card("Closed"), card("And a whisper")
		return bot.Response{Edit: &m, Reply: &reply, Private: true}
	})
	action("silent", func(bot.Interaction) bot.Response { return bot.Response{} })
	action("exam", func(bot.Interaction) bot.Response { return bot.Response{Form: &form} })
	action("exam/set", func(i bot.Interaction) bot.Response {
		switch when := i.Values.Get("when"); when {
		case "never":
			return bot.Response{Invalid: map[string]string{"when": "That is no date."}}
		case "twice":
			return bot.Response{Form: &form}
		default:
			text := bot.Textf("Saved %s", when)
			for _, f := range i.Files {
				text += bot.Textf(" with %s: %s", f.Name, f.Data)
			}
			return bot.InPlace(i, card(text))
		}
	})
	w.rest(b)
	return b
}

// rest completes, and hears of places.
func (w *world) rest(b *bot.Bot) {
	b.Suggest("topics", func(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
		return []bot.Option{{Label: "Safety (" + typed + ")", Value: "safety"}}, nil
	})
	b.OnNotice(func(_ context.Context, n bot.Notice) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notice = append(w.notice, n)
		return nil
	})
}

// kindOf is what is known of a failed delivery.
func kindOf(err error) (bot.DeliveryFailure, bool) {
	known, ok := errors.AsType[*bot.DeliveryError](err)
	if !ok {
		return 0, false
	}
	return known.Kind, true
}
