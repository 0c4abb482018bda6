// Package bottest is what Studyhall's parts are tested with: a [Driver] that
// acts as the people on a platform, an in-memory platform ([Fake]), and
// conversation scripts that run unchanged on it and on every real adapter's
// fake platform ([RunScripts]).
package bottest

import (
	"context"
	"errors"
	"strings"

	"studyhall/bot"
)

const (
	// Main is the channel meant where none is named.
	Main = "cbet-study"
	// Private, as the channel of [Driver.Say], is the private conversation with the bot.
	Private = "@"
)

// ErrUnheard is what [Driver.Say] fails with where the platform passes no such
// words on to the bot, and people have no command for them. The driver has then
// made sure that nothing answered.
var ErrUnheard = errors.New("the platform keeps these words from the bot")

// ErrNotEnterable is what [Driver.Submit] fails with where the platform's own
// fields take no such value, such as "six" where one picks a time. Nothing was
// sent, and the form is open as it was.
var ErrNotEnterable = errors.New("the platform's own fields take no such value")

// Driver acts as the people on a platform and sees what the bot shows them. The
// [Fake] implements it, and so does every adapter's fake platform, so that one
// script tests them all.
//
// People and channels have the short names that scripts use ("ann",
// "cbet-study"). A name is made on first use: a person with the name in title
// case, no zone and no rights, a channel of which the bot is a member. An empty
// channel is [Main]. Messages, prefixes and labels are compared as people read
// them. Methods that act return when the platform has taken the action, and an
// error where a person could not have done it or the bot did not answer.
type Driver interface {
	// Person makes or changes a person.
	Person(name string, p bot.Profile)
	// Say sends text to the bot: a command if it begins with a slash, else words
	// that mention it (in a channel) or that it is sent (in [Private]). It may fail
	// with [ErrUnheard].
	Say(ctx context.Context, person, channel, text string) error
	// Write posts a person's message that is not for the bot.
	Write(ctx context.Context, person, channel, text string) error
	// Use uses a message shortcut on the newest message, of anybody, whose first
	// line begins with on.
	Use(ctx context.Context, person, shortcut, on string) error
	// Press presses the button, or chooses the menu option, of that label on the
	// newest message which the person sees and which has one. A non-empty on
	// leaves only messages whose first line begins with it.
	Press(ctx context.Context, person, label, on string) error
	// Submit sends the form that is open for the person. Values has field labels
	// or names, in any case, and what is entered: for a choice an option's label
	// or value (several with ", " between them), for a person or a channel the
	// short name, for a file its content or what [Attached] gave. Other fields keep what the form shows.
	// It may fail with [ErrNotEnterable].
	Submit(ctx context.Context, person string, values map[string]string) error
	// Complete types into a field and returns the labels suggested. The field is
	// one of the form open for the person, by label or name, or a command's
	// ("quiz topic"). It may fail with [ErrUnheard], where commands are not
	// completed.
	Complete(ctx context.Context, person, field, typed string) ([]string, error)
	// See is everything that appeared or changed since the last call, in order.
	// It waits until the bot has nothing left to do about what people did.
	See(ctx context.Context) []Seen
	// Refuse makes the platform refuse the bot's posts to a channel, or stops that.
	Refuse(channel string, on bool)
}

// Kind says what somebody sees.
type Kind string

// The kinds of what is seen. Whispers are seen by one person among others,
// directs are in the private conversation.
const (
	Post       Kind = "post"
	Edit       Kind = "edit"
	Whisper    Kind = "whisper"
	Direct     Kind = "direct"
	Form       Kind = "form"
	Suggestion Kind = "suggestion" // made by the script runner of what Complete returned
	Delete     Kind = "delete"
	Thread     Kind = "thread"
	Pin        Kind = "pin"   // a message is pinned
	Unpin      Kind = "unpin" // or no longer
)

// Seen is one thing that appeared or changed.
type Seen struct {
	Kind    Kind
	To      string        // the person who alone sees it; "" for everybody in the channel
	Channel string        // short name; a thread's is its title
	Text    string        // as [MessageText] and [FormText] give it; of a deletion, what was there; of a thread, its title; of a pin, the message's first line
	ID      bot.MessageID // of a message
	Key     string        // of a message, where the platform shows it

	// Message or Form is it as the bot made it, where the platform keeps that.
	Message *bot.Message
	Form    *bot.Form
}

// MessageText is a message as a person reads it: the card in words or, without
// one, the text, with who is notified under the words, and a line for every
// attachment.
func MessageText(m bot.Message) string {
	lines := []string{m.Text.Plain()}
	if m.Card != nil {
		words := *m.Card
		words.Controls = nil
		lines[0] = words.Plain()
	}
	if m.Ping != "" {
		lines = append(lines, "@"+nameIn(m.Ping))
	}
	if m.Card != nil {
		for _, row := range m.Card.Controls {
			lines = append(lines, row.Plain())
		}
	}
	for _, f := range m.Files {
		lines = append(lines, "File: "+f.Name)
	}
	return strings.Join(lines, "\n")
}

// FormField is a field of an open form as a person sees it.
type FormField struct {
	Label string
	Value string // what it shows; of a choice, the labels with ", " between them
	Fault string // what is said to be wrong with it
}

// FormText is a form as a person reads it: the title and every field on one
// line, "Your exam · When [8 May] · For [CBET]", with faults in parentheses,
// then the words above the fields.
func FormText(title, intro string, fields []FormField) string {
	parts := []string{title}
	for _, f := range fields {
		part := f.Label + " [" + f.Value + "]"
		if f.Fault != "" {
			part += " (" + f.Fault + ")"
		}
		parts = append(parts, part)
	}
	return strings.TrimSpace(strings.Join(parts, " · ") + "\n" + intro)
}
