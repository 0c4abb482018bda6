package adapterkit

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"studyhall/bot"
)

const (
	clockOff   = 5 * time.Second // by which a clock may differ, network included
	clockWrong = time.Minute     // from which it is wrong
)

// Clock takes note of how far this machine's clock is from a platform's, as the
// first answer shows it that passes through.
type Clock struct {
	Now  func() time.Time
	Next http.RoundTripper

	mu   sync.Mutex
	off  time.Duration
	read bool
}

// RoundTrip has Next do it.
func (c *Clock) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.Next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil && !c.read {
		// The header has whole seconds, cut off.
		c.off, c.read = c.Now().Sub(at.Add(500*time.Millisecond)), true
	}
	return answer, nil
}

// Finding says how the clocks compare, unless nothing is known.
func (c *Clock) Finding(platform string) (f bot.Finding, ok bool) {
	c.mu.Lock()
	off, read := c.off, c.read
	c.mu.Unlock()
	way := "ahead of"
	if off < 0 {
		way = "behind"
	}
	f = bot.Finding{
		About: "Clock", State: bot.FindingNote, Fix: "Let the machine set its clock by the network (NTP).",
		How: fmt.Sprintf("This machine's clock is %s %s %s's.", InWords(off.Abs().Round(time.Second)), way, platform),
	}
	switch {
	case off.Abs() >= clockWrong:
		f.State, f.How = bot.FindingBroken, f.How+" Questions come at the wrong time, and signatures look forged."
	case off.Abs() < clockOff:
		f.State, f.How, f.Fix = bot.FindingOK, fmt.Sprintf("This machine's clock agrees with %s's.", platform), ""
	}
	return f, read
}

// InWords is a time span as people say it, in whole units rounded down.
func InWords(d time.Duration) string {
	minutes := int(d / time.Minute)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(1, int(d/time.Second)))
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}
