package bot

import (
	"strings"
	"time"
)

// Meter takes figures of what people do and of how platforms take it, for those
// who look after the program. What it is told to count by are names of adapters
// and words of the program's own, never of people. Its methods may be called at
// once and don't wait.
type Meter interface {
	// Handling is told that something of a platform is being handled, and what it
	// returns what that was when it is over; see [Bot.Measure] for the families.
	Handling(platform string) (done func(family string, outcome Outcome))
	// Acknowledged is told how long after something had come its platform was
	// told so.
	Acknowledged(platform string, took time.Duration)
	// Limited is told that a platform had too much and wants a wait.
	Limited(platform string, wait time.Duration)
	// Waited is told how long a request to a platform waited for a limit of its.
	Waited(platform string, wait time.Duration)
}

// Outcome is what came of something that somebody did.
type Outcome string

// The outcomes.
const (
	Answered Outcome = "answered" // as was meant
	Mistaken Outcome = "mistake"  // with a person's mistake, in words
	Failed   Outcome = "fault"    // with a fault of ours
)

// NoMeter takes no figures.
type NoMeter struct{}

// Handling counts nothing.
func (NoMeter) Handling(string) func(string, Outcome) { return func(string, Outcome) {} }

// Acknowledged counts nothing.
func (NoMeter) Acknowledged(string, time.Duration) {}

// Limited counts nothing.
func (NoMeter) Limited(string, time.Duration) {}

// Waited counts nothing.
func (NoMeter) Waited(string, time.Duration) {}

// The families of what isn't registered by a name.
const (
	familyTyped = "typed" // words that begin with no command
	familyOther = "other" // controls that nothing answers to any more
)

// Measure has m told about every interaction. Its family is the command, or the
// first word of the path of the control or form, as a feature registered it; so
// there are as many as the program has, whatever people send. Call it before
// running an adapter.
func (b *Bot) Measure(m Meter) { b.meter = m }

// Families are all families there are, in no order.
func (b *Bot) Families() []string {
	all := []string{familyTyped, familyOther}
	for f := range b.families {
		all = append(all, f)
	}
	return all
}

// family is what an interaction counts as.
func (b *Bot) family(i Interaction) string {
	switch {
	case i.Action != "":
		first, _, _ := strings.Cut(i.Action, "/")
		if b.families[first] {
			return first
		}
		return familyOther
	case i.Command != "":
		if r, ok := b.command(i.Command); ok {
			return r.command.Name
		}
	default:
		word, _ := firstWord(i.Line)
		if r, ok := b.command(word); ok {
			return r.command.Name
		}
	}
	return familyTyped
}
