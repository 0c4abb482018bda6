package bot

import (
	"context"
	"net/http"
	"time"
)

// Adapter connects one platform. Its methods may be called at once from several
// goroutines and obey the context's deadline.
type Adapter interface {
	// Name begins every identifier the adapter makes: lower-case letters.
	Name() string
	// Run receives until ctx ends and then returns nil. An error that retrying
	// cannot cure, such as a refused token, ends it early.
	Run(ctx context.Context, core Core) error
	// Send posts a message. Errors are [*DeliveryError] where the outcome is
	// known; any other error means that the message may have been posted.
	Send(ctx context.Context, ch ChannelID, m Message) (MessageID, error)
	// Edit replaces a posted message; errors as with Send.
	Edit(ctx context.Context, id MessageID, m Message) error
	// Direct is the private conversation with a person, opened if need be, to
	// Send to. Errors as with Send.
	Direct(ctx context.Context, user UserID) (ChannelID, error)
}

// Core is what an adapter may ask of the bot. Its methods never fail: what went
// wrong is in the words they return.
type Core interface {
	Commands() []Command
	Handle(ctx context.Context, i Interaction) Response
	// Complete completes typed for the field whose Suggest path is i.Action.
	Complete(ctx context.Context, i Interaction, typed string) []Option
	// HomeOf is the person's own page, for a [HomeKeeper].
	HomeOf(ctx context.Context, user UserID) []Card
	Notice(ctx context.Context, n Notice)
}

// Optional powers of an adapter, found by type assertion.
type (
	// Finder finds what Send posted with a Key. Without it a delivery of unknown
	// outcome waits for a person's decision instead of being posted again.
	Finder interface {
		// Find returns the messages with that key posted in ch since the given
		// instant, oldest first. Where the bot may not read, now or later, the error
		// is [ErrUnreadable]: it is as without a Finder.
		Find(ctx context.Context, ch ChannelID, key string, since time.Time) ([]MessageID, error)
	}
	// Profiler knows people. Without it names and zones are asked for, and
	// nobody counts as an administrator.
	Profiler interface {
		Profile(ctx context.Context, space SpaceID, user UserID) (Profile, error)
	}
	// Checker tells before posting whether it will be possible. Without it the
	// first refusal tells.
	Checker interface {
		// Check returns nil, or a [*DeliveryError] that says what is missing.
		Check(ctx context.Context, ch ChannelID) error
	}
	// Channeler knows what channels are called. Without it they are [ThisChannel].
	Channeler interface {
		ChannelName(ctx context.Context, ch ChannelID) (string, error)
	}
	// Placer knows in which space a channel is. Without it a channel that somebody
	// chooses is taken to be in the space where they chose it.
	Placer interface {
		// Place fails for a channel that the bot can't see.
		Place(ctx context.Context, ch ChannelID) (Place, error)
	}
	// HomeKeeper shows each person a page of cards. Without it the study page is a whisper.
	HomeKeeper interface {
		KeepHome(ctx context.Context, user UserID, cards []Card) error
	}
	// Threader opens a conversation under a message. Without it the discussion
	// is in the channel.
	Threader interface {
		Thread(ctx context.Context, id MessageID, title string) (ChannelID, error)
	}
	// Pinner pins and unpins the bot's own messages. Without it nothing is pinned.
	Pinner interface {
		// Pin has a message pinned or not, which it may be already; errors as with
		// Edit. What people pinned stays as it is.
		Pin(ctx context.Context, id MessageID, pinned bool) error
	}
	// Deleter removes the bot's own messages. Without it a second copy stays.
	Deleter interface {
		Delete(ctx context.Context, id MessageID) error
	}
	// Audiencer notifies sets of people when a message with a Ping is sent.
	// Without it nobody is, and there is nothing to choose.
	Audiencer interface {
		// Audience tells about a set of people, as far as posts in a channel concern
		// them. It fails for a set that isn't of the channel's space.
		Audience(ctx context.Context, ch ChannelID, id AudienceID) (Audience, error)
	}
	// Reporter tells those who look after the program how the connection stands.
	// Without it an adapter counts as connected while it runs.
	Reporter interface {
		// Connection is the state in words without secrets, such as "resuming, not
		// connected for 12s", and whether what people do reaches the bot or will
		// once it has resumed.
		Connection() (state string, connected bool)
	}
	// Speller says how people type a command. Without it that is a slash and the
	// command's name; words are written so, and respelled here.
	Speller interface {
		Spell(command string) string
	}
	// Router receives over HTTP: everything below the adapter's name, such as
	// "/chat/events". Paths reach its handler whole.
	Router interface {
		Routes(core Core) http.Handler
	}
)

// Profile is what a platform knows of a person; empty where it doesn't.
type Profile struct {
	Name          string
	Zone          string // IANA name
	Administrator bool   // may manage the space
}

// Audience is a set of people whom a post can notify.
type Audience struct {
	Name     string // what people call it: "@Technicians"
	Everyone bool   // everybody in the place at once, whom the bot never notifies
	Fix      string // what to do so that a post notifies them, without a full stop; "" when it does
}

// Place is where a channel is.
type Place struct {
	Space SpaceID
	Name  string // what people call the space; "" where the platform doesn't say
}

// Notice is something that happened to a place.
type Notice struct {
	Kind    NoticeKind
	Space   SpaceID
	Channel ChannelID
	Moved   ChannelID // where a channel moved to
}

// NoticeKind says what happened.
type NoticeKind int

// The kinds of notices.
const (
	SpaceGone NoticeKind = iota
	ChannelGone
	ChannelMoved
	Welcomed   // the bot was added to a channel
	SpaceThere // the bot is in a space, perhaps again: told at each connection, or when somebody acts there
)

// DeliveryError is a failure to send or edit of which the outcome is known:
// nothing was posted or changed.
type DeliveryError struct {
	Kind  DeliveryFailure
	After time.Duration // of Limited: when to try again
	All   bool          // of Limited: it holds for everything sent through the adapter
	Cause string        // one sentence for a person: "Slack says I'm not in that channel any more."
	Fix   string        // what to do, without a full stop: "open #cbet-study and type /invite @Studyhall"
	Err   error         // for the log
}

// DeliveryFailure classifies a [DeliveryError].
type DeliveryFailure int

// The classes.
const (
	NotSent DeliveryFailure = iota // never reached the platform: try again soon
	Limited                        // too many at once: try again after After
	Refused                        // somebody has to change something first
	Gone                           // the message to edit, or the person, is no more
)

// Error gives the cause.
func (e *DeliveryError) Error() string {
	if e.Err != nil {
		return e.Cause + ": " + e.Err.Error()
	}
	return e.Cause
}

// Unwrap gives the underlying error.
func (e *DeliveryError) Unwrap() error { return e.Err }

// Shelf keeps what adapters must remember: installations, identifiers already
// seen, who owns a connection. The store implements it.
type Shelf interface {
	// Put stores a value under space and key; ttl 0 keeps it until deleted.
	Put(ctx context.Context, space, key string, value []byte, ttl time.Duration) error
	Get(ctx context.Context, space, key string) (value []byte, ok bool, err error)
	Delete(ctx context.Context, space, key string) error
	// Seen records an identifier and reports whether it was recorded before.
	Seen(ctx context.Context, id string, ttl time.Duration) (bool, error)
	// Lease takes or extends a named lease and reports whether holder has it.
	Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error)
}
