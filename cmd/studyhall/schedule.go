package main

import (
	"fmt"
	"time"

	"studyhall/bot/schedule"
)

type preview struct {
	Cron  string `required:"" placeholder:"EXPR" help:"Five cron fields: minute, hour, day of the month, month, day of the week."`
	Zone  string `required:"" placeholder:"ZONE" help:"Time zone, such as America/Chicago."`
	From  string `placeholder:"RFC3339" help:"Show posts after this instant, such as 2026-11-23T07:00:00Z. Default: now."`
	Count int    `default:"5" placeholder:"N" help:"How many posts to show, 1 to 100. Default: 5."`
	JSON  bool   `name:"json" help:"Print a JSON array with one object a post: local, utc."`
}

func (*preview) Help() string {
	return "Prints one line a post: its time in the zone, then the same instant in UTC."
}

func (s *preview) Run(p *program) error {
	from := p.now()
	if s.From != "" {
		var err error
		if from, err = time.Parse(time.RFC3339, s.From); err != nil {
			return usagef("-from %q is not an instant such as 2026-11-23T07:00:00Z or 2026-11-23T07:00:00-06:00", s.From)
		}
	}
	lines, err := schedule.Preview(s.Cron, s.Zone, from, s.Count)
	if err != nil {
		return usagef("%w", err)
	}
	if s.JSON {
		return p.printJSON(lines)
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(p.out, "%s  %s\n", l.Local, l.UTC); err != nil {
			return err
		}
	}
	return nil
}
