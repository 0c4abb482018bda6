package scalemodel

import (
	"errors"
	"fmt"
	"time"
)

// Platform is where a group is.
type Platform int

// The platforms.
const (
	Slack Platform = iota
	Discord
)

// Zone is a time zone and the share of all groups that are in it.
type Zone struct {
	Name  string // IANA
	Share float64
}

// Costs are what things take of processors and of the database, as measured.
type Costs struct {
	PostApp   time.Duration // of a copy's processor, for one question posted and yesterday's closed
	PostStore time.Duration // of the database's, for the same
	EditApp   time.Duration // for one refresh of a count
	EditStore time.Duration
	AnswerApp time.Duration // for one answer, from the press to the graded result
	AnswerSQL time.Duration // of the database's, for the same
	Commit    time.Duration // until a commit is durable; it keeps no processor busy
	PostWAL   int           // bytes written ahead for a question
	AnswerWAL int           // and for an answer
	PostTx    int           // transactions for a question, those that only read included
	AnswerTx  int           // and for an answer
}

// Plan is an installation and one day of it.
type Plan struct {
	Groups  int
	Copies  int
	Seed    uint64
	Day     time.Time // the day; its zones' clocks are looked up
	Zones   []Zone
	OnSlack float64 // share of groups on Slack; the others are on Discord, each in a server of its own

	PerSpace  float64 // groups in a Slack workspace, on average; a few have many more
	Largest   int     // groups of the largest workspace, of those there are; 0: as chance has it
	People    float64 // members of a group; half of all groups have fewer
	Spread    float64 // of group sizes: the logarithm's standard deviation
	Answering float64 // share of members who answer a question on its day
	Eager     float64 // share of those who come soon after the post
	Soon      time.Duration
	Later     time.Duration // mean waits of the eager, and of the others

	First bool // nothing was posted the day before, so nothing is closed

	CopyCores  int           // processors of a copy
	StoreCores int           // processors of the database
	Senders    int           // messages in flight, per copy and platform
	Firing     int           // due things in hand, per copy
	Network    time.Duration // to a platform and back
	Bots       int           // Discord applications that share the groups
	Allowed    int           // requests a second that Discord takes of one application
	Pace       int           // requests a second that a copy sends to one application
	Shared     bool          // copies share Discord's pace, instead of each keeping to it alone

	Costs Costs
}

// Usual is a plan with everything but its size as docs/scale.md assumes it.
func Usual(groups, copies int) Plan {
	return Plan{
		Groups: groups, Copies: copies, Seed: 1, Day: time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC),
		Zones: Zones(), OnSlack: 0.5, PerSpace: 3, People: 12, Spread: 0.9, Answering: 0.6, Eager: 0.4, Soon: 6 * time.Minute, Later: 4 * time.Hour,
		CopyCores: 2, StoreCores: 4, Senders: 16, Firing: 16, Network: 60 * time.Millisecond, Bots: 1, Allowed: 50, Pace: 45, Shared: true,
		Costs: Measured(),
	}
}

// Zones is where groups are taken to be: mostly in North America, where most of
// the certifications are sat, and the rest of the world by hand. It is an
// assumption.
func Zones() []Zone {
	return []Zone{
		{"America/New_York", 0.30}, {"America/Chicago", 0.22}, {"America/Denver", 0.06}, {"America/Phoenix", 0.02}, {"America/Los_Angeles", 0.13},
		{"America/Sao_Paulo", 0.02}, {"Europe/London", 0.05}, {"Europe/Berlin", 0.05}, {"Africa/Lagos", 0.02}, {"Asia/Riyadh", 0.03},
		{"Asia/Kolkata", 0.05}, {"Asia/Manila", 0.03}, {"Australia/Sydney", 0.02},
	}
}

// check says what is wrong with a plan.
func (p Plan) check() error {
	var sum float64
	for _, z := range p.Zones {
		if z.Share < 0 {
			return fmt.Errorf("zone %s: a share of %g", z.Name, z.Share)
		}
		sum += z.Share
	}
	switch {
	case sum < 0.999 || sum > 1.001:
		return fmt.Errorf("the zones' shares are %g in all, want 1", sum)
	case p.Groups < 1 || p.Copies < 1 || p.CopyCores < 1 || p.StoreCores < 1 || p.Senders < 1 || p.Firing < 1 || p.Bots < 1 || p.Allowed < 1 || p.Pace < 1:
		return errors.New("groups, copies, cores, senders, bots and paces must be at least 1")
	case p.People < 1 || p.PerSpace < 1:
		return errors.New("a group has at least one member, and a workspace one group")
	}
	return nil
}
