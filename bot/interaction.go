package bot

import (
	"context"
	"log/slog"
	"strings"
)

// Interaction is something a person did: typed a command, pressed a control,
// sent a form. Exactly one of Command, Line and Action says what; a command may
// come with Values already parsed by the platform, or with a Line to parse.
type Interaction struct {
	ID      string // the platform's own identifier, for de-duplication
	User    UserID
	Name    string // what the platform calls the person, if it said so
	Space   SpaceID
	Channel ChannelID
	Direct  bool      // in a private conversation with the bot
	Message MessageID // the message whose control was pressed, also while its form is open
	Whisper bool      // only this person sees that message
	Target  *Target   // the message a message shortcut was used on
	Command string    // the command's name
	Line    string    // typed text: after the command's name, or, without Command, with it
	Action  string    // the path of the control or form
	Values  Values
	Files   []File

	args map[string]string // of the matched path
}

// Target is the message on which a message shortcut was used.
type Target struct {
	Message MessageID
	Author  UserID
	Text    string
}

// Arg is the part of the action's path that stands where the route has {name}.
func (i Interaction) Arg(name string) string { return i.args[name] }

// LogValue keeps what people typed and chose out of logs: of a path only the
// first segment, since the others may hold an answer.
func (i Interaction) LogValue() slog.Value {
	action, _, _ := strings.Cut(i.Action, "/")
	return slog.GroupValue(
		slog.String("id", i.ID), slog.String("user", string(i.User)),
		slog.String("channel", string(i.Channel)), slog.String("command", i.Command),
		slog.String("action", action))
}

// Response says what should happen. The zero value acknowledges and does nothing.
type Response struct {
	Reply   *Message          // a new message: a whisper when Private, else in the channel
	Private bool              // only the person sees Reply
	Edit    *Message          // replaces the message whose control was pressed, for everybody who sees it
	Form    *Form             // opens a form
	Invalid map[string]string // what is wrong with a sent form, by field name; "" for the whole
}

// Whisper is a response that only the person sees.
func Whisper(m Message) Response { return Response{Reply: &m, Private: true} }

// InPlace is a private answer to a press: it replaces the message pressed if
// only that person sees it, and is whispered otherwise. Paths can be forged, so
// what is meant for one person never replaces what others see.
func InPlace(i Interaction, m Message) Response {
	if i.Message != "" && (i.Whisper || i.Direct) {
		return Response{Edit: &m}
	}
	return Whisper(m)
}

// Handler answers an interaction. An [*Error] is a person's mistake and is
// whispered in its own words; any other error is ours.
type Handler func(ctx context.Context, i Interaction) (Response, error)

// Suggester completes what a person has typed so far into a field, at most
// [LimitSuggestions] options, from memory.
type Suggester func(ctx context.Context, i Interaction, typed string) ([]Option, error)

// Error is a person's mistake: Text says what happened, what to do next, and
// that nothing is lost. Card, if set, is shown instead, with buttons that help.
type Error struct {
	Text Text
	Card *Card
}

// Error gives the words.
func (e *Error) Error() string { return e.Text.Plain() }

// Errorf makes an [*Error]; arguments are treated as in [Textf].
func Errorf(format string, args ...any) error { return mistakef(format, args...) }

func mistakef(format string, args ...any) *Error { return &Error{Text: Textf(format, args...)} }
