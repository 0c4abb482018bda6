package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bot routes what people do to the features that registered for it, and what
// features send to the adapter that can. Register everything before running an
// adapter; after that it is safe for concurrent use.
type Bot struct {
	log       *slog.Logger
	adapters  map[string]Adapter
	rooms     map[string]room // by adapter
	commands  []registered
	actions   routes[Handler]
	suggests  routes[Suggester]
	home      func(ctx context.Context, user UserID) ([]Card, error)
	onNotice  []func(ctx context.Context, n Notice) error
	onUnknown Handler
	meter     Meter
	families  map[string]bool // first words of registered paths
	people    *Pace           // nil: nobody is held up
	told      *Pace           // that it is too much
}

type registered struct {
	command Command
	handler Handler
}

// sayPath begins the action of a button that repeats a corrected command.
const sayPath = "say/"

// New makes a bot without features or adapters.
func New(log *slog.Logger) *Bot {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{log: log, adapters: map[string]Adapter{}, rooms: map[string]room{}, meter: NoMeter{}, families: map[string]bool{}}
	b.Action(sayPath+"{line...}", func(ctx context.Context, i Interaction) (Response, error) {
		i.Line, i.Action, i.Message = i.Arg("line"), "", ""
		return b.typed(ctx, i)
	})
	return b
}

// Command registers a command. A name or alias used twice, or a command that a
// platform would refuse, is a programmer's error and panics.
func (b *Bot) Command(c Command, h Handler) {
	if err := c.Validate(); err != nil {
		panic(fmt.Sprintf("bot: command %q: %v", c.Name, err))
	}
	for _, name := range append([]string{c.Name}, c.Aliases...) {
		if _, ok := b.command(name); ok {
			panic(fmt.Sprintf("bot: command %q is registered twice", name))
		}
	}
	b.commands = append(b.commands, registered{c, h})
	b.families[c.Name] = true
}

// Action registers the handler of controls and forms whose path matches the
// pattern, such as "answer/{round}/{choice}". {name...} at the end takes the
// rest of the path. A pattern registered twice panics.
func (b *Bot) Action(pattern string, h Handler) {
	b.actions.add(pattern, h)
	if first, _, _ := strings.Cut(pattern, "/"); !isParameter(first) {
		b.families[first] = true
	}
}

// Suggest registers what completes the fields whose Suggest path matches the pattern.
func (b *Bot) Suggest(pattern string, s Suggester) { b.suggests.add(pattern, s) }

// Home registers what a person's own page shows.
func (b *Bot) Home(f func(ctx context.Context, user UserID) ([]Card, error)) { b.home = f }

// OnNotice registers what should happen when something happens to a place.
func (b *Bot) OnNotice(f func(ctx context.Context, n Notice) error) {
	b.onNotice = append(b.onNotice, f)
}

// OnUnknown registers the answer to typed text that names no command.
func (b *Bot) OnUnknown(h Handler) { b.onUnknown = h }

// Commands lists what was registered, in that order.
func (b *Bot) Commands() []Command {
	commands := make([]Command, len(b.commands))
	for i, r := range b.commands {
		commands[i] = r.command
	}
	return commands
}

// Handle runs the handler of an interaction and puts what went wrong into words.
// What it logs, and what comes of it later, has the interaction's trace.
func (b *Bot) Handle(ctx context.Context, i Interaction) (response Response) {
	if Trace(ctx) == "" {
		ctx = WithTrace(ctx, TraceOf(i.ID))
	}
	done, outcome := b.meter.Handling(AdapterOf(i.User)), Failed
	family := familyTyped
	defer func() {
		if p := recover(); p != nil {
			response, outcome = b.ourFault(ctx, i, fmt.Errorf("panic: %v\n%s", p, debug.Stack())), Failed
		}
		done(family, outcome)
		b.log.DebugContext(ctx, "interaction handled", "family", family, "outcome", outcome)
	}()
	if r, ok := b.hurried(ctx, i.User); ok {
		outcome = Mistaken
		return r
	}
	if err := i.clean(); err != nil {
		outcome = Mistaken
		return failure(err)
	}
	if _, ok := b.command(i.Command); i.Command != "" && !ok { // typed, so not for the log
		i.Command, i.Line = "", i.Command+" "+i.Line
	}
	family = b.family(i)
	r, err := b.inTurn(ctx, i)
	became := Answered
	if mistake, ok := errors.AsType[*Error](err); ok {
		r, err, became = failure(mistake), nil, Mistaken
	}
	if err == nil {
		if err = r.validate(); err != nil {
			err = fmt.Errorf("response: %w", err)
		}
	}
	if err != nil {
		return b.ourFault(ctx, i, err)
	}
	outcome = became
	return b.respelled(AdapterOf(i.User), r)
}

// inTurn dispatches an interaction when it is its turn.
func (b *Bot) inTurn(ctx context.Context, i Interaction) (Response, error) {
	if room, ok := b.rooms[AdapterOf(i.User)]; ok {
		if err := room.enter(ctx); err != nil {
			return Response{}, fmt.Errorf("wait for its turn: %w", err)
		}
		defer room.leave()
	}
	return b.dispatch(ctx, i)
}

// Complete completes typed for the field whose Suggest path is i.Action. What
// goes wrong is logged, and then there is nothing to suggest.
func (b *Bot) Complete(ctx context.Context, i Interaction, typed string) (options []Option) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("suggestion panicked", "interaction", i, "panic", p, "stack", string(debug.Stack()))
			options = nil
		}
	}()
	if b.people != nil && !b.people.Allow(string(i.User)) {
		return nil
	}
	if err := i.clean(); err != nil || utf8.RuneCountInString(typed) > LimitPlaceholder {
		return nil
	}
	suggest, args, ok := b.suggests.find(i.Action)
	if !ok {
		return nil
	}
	i.args = args
	options, err := suggest(ctx, i, string(Typed(typed)))
	if err != nil {
		b.log.Error("suggestion failed", "interaction", i, "err", err)
		return nil
	}
	c := &checker{}
	if options = options[:min(len(options), LimitSuggestions)]; len(options) > 0 {
		c.options(options)
	}
	if err := errors.Join(c.faults...); err != nil {
		b.log.Error("suggestion failed", "interaction", i, "err", err)
		return nil
	}
	return options
}

// HomeOf is the person's own page.
func (b *Bot) HomeOf(ctx context.Context, user UserID) (cards []Card) {
	broken := func(err error) []Card {
		r := b.ourFault(ctx, Interaction{User: user, Command: "home"}, err)
		return []Card{*r.Reply.Card}
	}
	defer func() {
		if p := recover(); p != nil {
			cards = broken(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if b.home == nil {
		return nil
	}
	cards, err := b.home(ctx, user)
	for n := range cards {
		err = errors.Join(err, Message{Card: &cards[n]}.Validate())
	}
	if err != nil {
		return broken(err)
	}
	spelled := make([]Card, len(cards))
	for n := range cards {
		spelled[n] = *b.spelled(AdapterOf(user), Message{Card: &cards[n]}).Card
	}
	return spelled
}

// Notice tells the features what happened to a place. What one of them gets
// wrong is logged and keeps none from hearing it.
func (b *Bot) Notice(ctx context.Context, n Notice) {
	for _, f := range b.onNotice {
		if err := tell(ctx, f, n); err != nil {
			b.log.Error("notice failed", "kind", n.Kind, "channel", n.Channel, "err", err)
		}
	}
}

func tell(ctx context.Context, f func(context.Context, Notice) error, n Notice) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx, n)
}

func (b *Bot) dispatch(ctx context.Context, i Interaction) (Response, error) {
	switch {
	case i.Action != "":
		h, args, ok := b.actions.find(i.Action)
		if !ok {
			return Response{}, Errorf("That button is from an older version of this bot, and it no longer works. Nothing was lost. Type /study for what you can do now.")
		}
		i.args = args
		return h(ctx, i)
	case i.Command != "":
		r, _ := b.command(i.Command)
		return b.run(ctx, r, i)
	default:
		return b.typed(ctx, i)
	}
}

// typed finds the command with which a line begins.
func (b *Bot) typed(ctx context.Context, i Interaction) (Response, error) {
	word, rest := firstWord(i.Line)
	if r, ok := b.command(word); ok {
		i.Command, i.Line = r.command.Name, rest
		return b.run(ctx, r, i)
	}
	var names, understood []string
	for _, r := range b.commands {
		if !r.command.Message {
			names = append(names, r.command.Name)
			understood = append(append(understood, r.command.Name), r.command.Aliases...)
		}
	}
	if name := nearest(word, understood); name != "" {
		return Response{}, didYouMean(word, "/"+name, name+" "+rest)
	}
	if b.onUnknown != nil {
		return b.onUnknown(ctx, i)
	}
	return Response{}, Errorf("I don't know %q. Nothing was changed. Try one of: /%s.", shortened(word), strings.Join(names, ", /"))
}

// firstWord is the word with which a line begins, as commands are named, and what
// follows it.
func firstWord(line string) (word, rest string) {
	word = strings.TrimSpace(line)
	if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 {
		word, rest = word[:end], strings.TrimSpace(word[end:])
	}
	return strings.ToLower(strings.TrimPrefix(word, "/")), rest
}

// run parses what was typed after a command's name and calls its handler.
func (b *Bot) run(ctx context.Context, r registered, i Interaction) (Response, error) {
	i.Command = r.command.Name
	if i.Values == nil {
		i.Values = Values{}
	}
	if line := strings.TrimSpace(i.Line); line != "" {
		values, unknown := r.command.Arguments(line)
		for name, v := range values {
			i.Values[name] = v
		}
		if len(unknown) > 0 {
			return Response{}, unknownWord(r.command, strings.Join(unknown, " "))
		}
	}
	for _, f := range r.command.Fields {
		if v := i.Values.Get(f.Name); v != "" && f.Kind == OneOf && f.Suggest == "" &&
			!slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v }) {
			return Response{}, unknownWord(r.command, v)
		}
	}
	return r.handler(ctx, i)
}

func (b *Bot) command(name string) (registered, bool) {
	for _, r := range b.commands {
		if r.command.Name == name || slices.Contains(r.command.Aliases, name) {
			return r, true
		}
	}
	return registered{}, false
}

// unknownWord tells which words a command does know, with the nearest as a button.
func unknownWord(c Command, word string) error {
	if err := c.Nearly(word); err != nil {
		return err
	}
	labels := c.labels()
	if len(labels) == 0 {
		return withPage(c, mistakef("/%s needs nothing after it. Nothing was changed.", c.Name))
	}
	known := strings.Join(labels, ", ")
	if r := []rune(known); len(r) > LimitMessage/2 {
		known = string(r[:LimitMessage/2]) + "…"
	}
	return withPage(c, mistakef("/%s doesn't know %q. Nothing was changed. It knows: %s.", c.Name, shortened(word), known))
}

// Unknown is the answer to a word that a command's handler does not know.
func (c Command) Unknown(word string) error { return unknownWord(c, word) }

// Nearly is the answer to a word that is nearly one of the command's own; nil if
// it is not.
func (c Command) Nearly(word string) error {
	if label := nearest(word, c.labels()); label != "" {
		return didYouMean(word, label, c.Name+" "+label)
	}
	return nil
}

// labels are the words a command knows.
func (c Command) labels() (labels []string) {
	for _, f := range c.Fields {
		for _, o := range f.Options {
			labels = append(labels, o.Label)
		}
	}
	return labels
}

// withPage adds the button that opens what a command shows by itself.
func withPage(c Command, e *Error) error {
	if c.Page != "" {
		e.Card = &Card{Body: e.Text, Controls: []Row{{Button{Label: c.Page, Action: sayPath + c.Name, Style: Primary}}}}
	}
	return e
}

func didYouMean(word, meant, line string) error {
	e := &Error{Text: Textf("I don't know %q. Did you mean %q?", shortened(word), meant)}
	action := sayPath + strings.TrimSpace(line)
	if utf8.RuneCountInString(action) <= LimitPath && utf8.RuneCountInString(meant) <= LimitLabel {
		e.Card = &Card{Body: e.Text, Controls: []Row{{Button{Label: meant, Action: action, Style: Primary}}}}
	}
	return e
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// clean drops control characters from everything a person typed and refuses
// what is too long to be meant.
func (i *Interaction) clean() *Error {
	tooLong := mistakef("That was too long for me to read. Nothing was changed. Please keep it under %d characters.", LimitLine)
	if len(i.Line) > 4*LimitLine || utf8.RuneCountInString(i.Line) > LimitLine || len(i.Action) > 4*LimitPath {
		return tooLong
	}
	i.Line, i.Action, i.Name = string(Typed(i.Line)), string(Typed(i.Action)), string(Typed(i.Name))
	values := Values{}
	for name, all := range i.Values {
		for _, v := range all {
			if utf8.RuneCountInString(v) > LimitLine {
				return tooLong
			}
			values[name] = append(values[name], string(Typed(v)))
		}
	}
	i.Values = values
	if i.Target != nil {
		target := *i.Target
		target.Text = string(Typed(target.Text))
		i.Target = &target
	}
	i.Files = slices.Clone(i.Files)
	for n := range i.Files {
		i.Files[n].Name = string(Typed(i.Files[n].Name))
	}
	return nil
}

func (r Response) validate() error {
	var faults []error
	for _, m := range []*Message{r.Reply, r.Edit} {
		if m != nil {
			faults = append(faults, m.Validate())
		}
	}
	if r.Form != nil {
		faults = append(faults, r.Form.Validate())
	}
	return errors.Join(faults...)
}

// failure whispers a person's mistake.
func failure(mistake *Error) Response {
	card := mistake.Card
	if card == nil {
		card = &Card{Body: mistake.Text}
	}
	return Whisper(Message{Card: card})
}

// ErrUnsaved is that nothing can be kept just now, for example because a disk is
// full: what a person did has not happened. Whoever meets it is told so.
var ErrUnsaved = errors.New("nothing can be saved just now")

// ourFault logs an error with a short code and whispers the code: it is the trace
// under which everything else about it is logged, too.
func (b *Bot) ourFault(ctx context.Context, i Interaction, err error) Response {
	code := Trace(ctx)
	if code == "" {
		code = TraceOf(i.ID)
	}
	b.log.ErrorContext(ctx, "interaction failed", "code", code, "interaction", i, "err", err)
	if errors.Is(err, ErrUnsaved) {
		return failure(mistakef("I can't save anything just now, so this did not count; nothing is lost, and it will work again later (code %s).", code))
	}
	return failure(mistakef("That didn't work, and it's not your doing. Nothing was lost. Please try again; if it stays, tell an organiser: code %s.", code))
}
