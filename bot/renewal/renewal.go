// Package renewal keeps the certifications that people hold: the periods in which
// they are valid, and what was collected towards the next one in the issuer's own
// unit. All of it is one person's own, over all of their groups.
//
// A date on which a certification runs out is only ever what the person entered
// from the certificate. What follows from a rule is worked out when it is shown,
// with "about" before it, and never kept.
package renewal

import (
	"context"
	"errors"
	"time"

	"studyhall/bot/cert"
)

// State is how a certification is held.
type State string

// The states.
const (
	Full      State = "full"
	Candidate State = "candidate" // the exam is passed, and something else is still to come
	Lapsed    State = "lapsed"    // it ran out and was not renewed
)

// Credential is a certification that a member holds.
type Credential struct {
	ID, Member, Certification string
	State                     State
	EarnedOn                  string // the local date on the letter, 2006-01-02; "" if it isn't known
	Counted                   bool   // organisers of the member's groups may count it, without the name
	Snoozed                   string // the local date before which no note comes about it; "" for none
	CreatedAt                 time.Time
	Cycle                     Cycle // the one that runs
}

// Cycle is a renewal period of a credential. Dates are local, 2006-01-02.
type Cycle struct {
	ID, Credential string
	From           string      // its first day; "" if nobody entered it
	Until          string      // the last day on the certificate; "" until the member enters it
	Carried        cert.Amount // what came over from the period before
	RenewedOn      string      // when it was renewed; "" of the one that runs
	CreatedAt      time.Time
	DatedAt        time.Time // when Until was changed; zero if it never was
	Later          bool      // it follows on a period that was renewed
}

// Confirmed reports whether the member entered when the period ends.
func (c Cycle) Confirmed() bool { return c.Until != "" }

// Span is when a period of the credential runs, as far as that is known or can be
// worked out by a rule; see [cert.Renewal.Running]. The day on which it was earned
// tells of the first period only.
func (c Credential) Span(rule cert.Renewal, y Cycle) (p cert.Period, ok bool) {
	earned := c.EarnedOn
	if y.Later {
		earned = ""
	}
	return rule.Running(earned, y.From, y.Until)
}

// Credit is something that counts towards a renewal.
type Credit struct {
	ID, Cycle string
	What      string // as the member typed it
	Amount    cert.Amount
	Category  string // of the certification's rule; "" to be decided later
	Day       string // the local date, 2006-01-02
	Evidence  string // where the proof is, as the member typed it
	EnteredAt time.Time
}

// NewCredential is a certification that a member has earned or entered.
type NewCredential struct {
	ID, Cycle             string // new identifiers of it and of its first period
	Member, Certification string
	State                 State
	EarnedOn              string
	Until                 string // as on the certificate; "" if it isn't known yet
}

// Renewed is a period that ended well, and the one that follows.
type Renewed struct {
	Member  string
	Cycle   string // the one that ended
	Next    string // a new identifier
	On      string // when it was renewed
	From    string // of the next one; "" if it isn't known
	Until   string // of the next one, as on the certificate; "" if it isn't known yet
	Carried cert.Amount
}

// MaxCredits is how many credits fit into a period.
const MaxCredits = 400

var (
	// ErrGone is what writes fail with when what they are about isn't the
	// member's, or is no more: removed, erased, or renewed on another device.
	ErrGone = errors.New("no such thing of this member")
	// ErrFull is what [Store.AddCredit] fails with beyond [MaxCredits].
	ErrFull = errors.New("too many credits in one period")
)

// Store is what renewals need of the database.
type Store interface {
	// Credentials are a member's, oldest entry first.
	Credentials(ctx context.Context, member string) ([]Credential, error)
	// Credential is one of a member; ok is false if it isn't theirs.
	Credential(ctx context.Context, member, id string) (c Credential, ok bool, err error)
	// Cycles are the periods of a member's credential, oldest first.
	Cycles(ctx context.Context, member, credential string) ([]Cycle, error)
	// Credits are those of a period of a member, by day.
	Credits(ctx context.Context, member, cycle string) ([]Credit, error)
	// Credit is one of a member, with the credential and the period it is in.
	Credit(ctx context.Context, member, id string) (c Credit, in Credential, ok bool, err error)
	// AddCredential adds what a member holds. One of the same certification stays
	// as it is, but for a candidate who now has all of it, and for one that had
	// lapsed, which begins a new period. It returns the credential's identifier.
	AddCredential(ctx context.Context, c NewCredential, now time.Time) (id string, err error)
	// ChangeCredential sets state and day of a credential, and the days of its
	// period.
	ChangeCredential(ctx context.Context, c Credential, now time.Time) error
	// SetUntil sets the last day of a member's period, as on the certificate. It fails
	// with [ErrGone] if the period is not the one that runs.
	SetUntil(ctx context.Context, member, cycle, until string, now time.Time) error
	// SetCounted lets organisers count a credential, or not.
	SetCounted(ctx context.Context, member, id string, counted bool) error
	// RemoveCredential removes a credential with all of its periods and credits.
	RemoveCredential(ctx context.Context, member, id string, now time.Time) error
	// Renew ends a period and begins the next one. It fails with [ErrGone] if the
	// period is not the one that runs.
	Renew(ctx context.Context, r Renewed, now time.Time) error
	// AddCredit adds a credit to the period that runs, unless the same press added
	// one before, to whichever; it returns the one there is.
	AddCredit(ctx context.Context, member, press string, c Credit) (Credit, error)
	// ChangeCredit replaces what a credit of the period that runs says.
	ChangeCredit(ctx context.Context, member string, c Credit, now time.Time) error
	// SetCategory and SetEvidence change one thing of a credit of the period that runs.
	SetCategory(ctx context.Context, member, id, category string, now time.Time) error
	SetEvidence(ctx context.Context, member, id, evidence string) error
	// RemoveCredit removes a credit of the period that runs.
	RemoveCredit(ctx context.Context, member, id string, now time.Time) error
}
