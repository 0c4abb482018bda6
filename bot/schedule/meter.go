package schedule

import (
	"errors"
	"time"
)

// Meter takes figures of what the engine does. Kinds and platforms are names of
// the program's own. Its methods may be called at once and don't wait.
type Meter interface {
	// Fired is told what came of a due thing, and how much later than due that was,
	// in domain time.
	Fired(kind string, o Outcome, late time.Duration)
	// Delivered is told what came of an attempt to send, and how much later than
	// owed that was, in domain time.
	Delivered(platform, kind string, o Outcome, late time.Duration)
	// Edited is told what came of an attempt to edit a post.
	Edited(platform string, o Outcome)
	// Reconciled is told what a platform said to whether an earlier attempt had
	// posted.
	Reconciled(platform string, v Verdict)
	// Removed is told of a second copy that was taken away.
	Removed(platform string)
}

// Outcome is what came of an attempt.
type Outcome string

// The outcomes.
const (
	OutcomeDone    Outcome = "done"    // fired, posted or shown
	OutcomeSkipped Outcome = "skipped" // too late to be of use, or no longer wanted
	OutcomeRetried Outcome = "retried" // it failed, and will be tried again
	OutcomeRefused Outcome = "refused" // somebody has to change something first
)

// Outcomes are all outcomes.
func Outcomes() []Outcome {
	return []Outcome{OutcomeDone, OutcomeSkipped, OutcomeRetried, OutcomeRefused}
}

// Verdict is what is known after asking for a post of unknown outcome.
type Verdict string

// The verdicts.
const (
	VerdictFound      Verdict = "found"      // it was posted
	VerdictAbsent     Verdict = "absent"     // it was not, and is posted again
	VerdictUnreadable Verdict = "unreadable" // nobody can tell, and a person decides
	VerdictUnknown    Verdict = "unknown"    // the question failed, and is asked again
)

// Verdicts are all verdicts.
func Verdicts() []Verdict {
	return []Verdict{VerdictFound, VerdictAbsent, VerdictUnreadable, VerdictUnknown}
}

// noMeter takes no figures.
type noMeter struct{}

// Fired counts nothing.
func (noMeter) Fired(string, Outcome, time.Duration) {}

// Delivered counts nothing.
func (noMeter) Delivered(string, string, Outcome, time.Duration) {}

// Edited counts nothing.
func (noMeter) Edited(string, Outcome) {}

// Reconciled counts nothing.
func (noMeter) Reconciled(string, Verdict) {}

// Removed counts nothing.
func (noMeter) Removed(string) {}

// fired tells what came of a due thing. Who lost a race has done nothing.
func (e *Engine) fired(d Due, skipped bool, err error) {
	o := OutcomeDone
	switch {
	case errors.Is(err, ErrTaken):
		return
	case err != nil:
		o = OutcomeRetried
	case skipped:
		o = OutcomeSkipped
	}
	e.Meter.Fired(d.Kind, o, e.Now().Sub(d.At))
}

// delivered tells what came of an attempt to send.
func (e *Engine) delivered(d Delivery, o Outcome) {
	e.Meter.Delivered(d.Adapter(), d.Kind, o, e.Now().Sub(d.At))
}

// Kinds are the names of all kinds, in no order.
func (e *Engine) Kinds() []string {
	var names []string
	for name := range e.kinds {
		names = append(names, name)
	}
	return names
}
