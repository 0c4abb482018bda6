package group

import (
	"context"
	"time"

	"studyhall/bot"
)

// PrivacyStore is what erasing people and linking their accounts need of the
// database.
type PrivacyStore interface {
	// Holdings sums up what is kept about an account's member; ok is false for an
	// account without one.
	Holdings(ctx context.Context, account bot.UserID) (h Holdings, ok bool, err error)
	// EraseMember erases the account's member with all accounts, in one
	// transaction, and lists that it did. It reports false if there is no member.
	EraseMember(ctx context.Context, o Erasing) (bool, error)
	// MissedErasures are those that a restored database has missed. They are
	// missed until [PrivacyStore.EraseMember] is given their entries.
	MissedErasures(ctx context.Context) ([]Missed, error)

	// MakeCode keeps a code with which an account can be linked, in place of an
	// earlier one.
	MakeCode(ctx context.Context, c LinkCode) error
	// TypeCode tells whose code an account typed.
	TypeCode(ctx context.Context, t TypedCode) (Link, LinkOutcome, error)
	// LinkOf is a link under way, for one of its two accounts.
	LinkOf(ctx context.Context, id string, account bot.UserID, now time.Time) (l Link, ok bool, err error)
	// ConfirmLink records an account's yes. With both, the two accounts are one
	// member from the same transaction on.
	ConfirmLink(ctx context.Context, c LinkConfirmation) (Link, LinkOutcome, error)
	// DropLink ends a link under way.
	DropLink(ctx context.Context, id string, account bot.UserID) error
	// Unlink takes another account of the account's member away from it. It
	// reports false if it is none.
	Unlink(ctx context.Context, account, other bot.UserID) (bool, error)
}

// Holdings is what is kept about a person, in short.
type Holdings struct {
	Member   string
	Accounts []OwnAccount
	Groups   []OwnGroup
	Answers  int
}

// OwnAccount is an account as its owner sees it.
type OwnAccount struct {
	ID   bot.UserID
	Name string // what the platform calls the person; "" if it was never said
}

// OwnGroup is a group as a member sees it.
type OwnGroup struct {
	Name          string
	OnlyOrganiser bool // nobody else organises it
}

// Erasing is a request to erase an account's member.
type Erasing struct {
	Account    bot.UserID
	Entry      string // of the list of erasures, when a restored database catches up; else ""
	FormerName string // what the former members are called
	Records    []Records
	Now        time.Time
}

// Missed is an erasure that a database has missed.
type Missed struct {
	Entry   string
	Account bot.UserID // "" if the database knows no such account
}

// NamingPost is a post that may name somebody.
type NamingPost struct {
	Kind    string        `json:"kind"` // of the delivery
	Channel bot.ChannelID `json:"channel"`
	At      time.Time     `json:"at"`
}

// ErasedNotice tells organisers which posts may name somebody whose data was
// erased; the notice itself names nobody.
func ErasedNotice(group, id string, posts []NamingPost) Notice {
	return Notice{Group: group, Kind: NoticeErased, Cause: "erased/" + id, Data: NoticeData{Posts: posts}}
}

// erasedShown is for how long that notice stands on the group's page.
const erasedShown = 30 * 24 * time.Hour

// LinkCode is a code with which an account can be linked.
type LinkCode struct {
	ID      string
	Hash    string // of the code
	Account bot.UserID
	Name    string // what the person is called there
	Now     time.Time
	Expires time.Time
}

// TypedCode is a code that somebody typed.
type TypedCode struct {
	Hash    string
	Account bot.UserID
	Space   bot.SpaceID
	Name    string
	Now     time.Time
	Expires time.Time // until when both can confirm
	// Tries is how many codes an account may type within Window, and how often
	// one code may be typed.
	Tries  int
	Window time.Duration
}

// Link is a link under way: From asked for the code, To typed it.
type Link struct {
	ID               string
	From, To         bot.UserID
	FromName, ToName string
	FromYes, ToYes   bool
}

// Other is the account on the other side, and what the person is called there.
func (l Link) Other(account bot.UserID) (bot.UserID, string) {
	if account == l.From {
		return l.To, l.ToName
	}
	return l.From, l.FromName
}

// LinkConfirmation is one side's yes.
type LinkConfirmation struct {
	ID      string
	Account bot.UserID
	// Neutral is the name of a member whose accounts have different ones; each
	// group goes on with its own.
	Neutral string
	Records []Records
	Now     time.Time
}

// LinkOutcome says what became of a code or a confirmation.
type LinkOutcome int

// The outcomes.
const (
	LinkTyped     LinkOutcome = iota // both sides can confirm
	LinkWaits                        // for the other side's yes
	Linked                           // both are one member
	NoSuchCode                       // wrong, used or too old
	OwnCode                          // typed by the account that asked for it
	AlreadyLinked                    // both belong to one member
	CodeTaken                        // somebody else has typed it
	TooManyTries
)
