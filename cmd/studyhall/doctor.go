package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/internal/app"
)

type doctor struct {
	JSON    bool `name:"json" help:"Print a JSON object."`
	Offline bool `help:"Ask no platform over the network: look at the variables, the questions and the database only."`
}

func (*doctor) Help() string {
	return "Says of everything that the bot depends on how it is, and what to do about it, and whether now is a good moment " +
		"to stop the bot. It changes nothing and may run beside it. " +
		"It ends with 0 when nothing is broken, 78 when a variable or the developer portal is at fault, else 1. " + variablesHelp
}

func (d *doctor) Run(ctx context.Context, p *program) error {
	c, err := p.config()
	var report app.Report
	if fault, ok := errors.AsType[*app.ConfigError](err); ok {
		report = app.FaultyConfig(fault)
	} else if err != nil {
		return err
	} else {
		report = app.Doctor(ctx, c, app.CheckUp{Log: slog.New(slog.DiscardHandler), Version: programVersion(), Now: p.now(), Offline: d.Offline})
	}
	if d.JSON {
		err = p.printJSON(newReportRow(report))
	} else {
		err = p.printReport(report)
	}
	if err != nil || report.ExitCode() == exitOK {
		return err
	}
	return said(report.ExitCode())
}

// said ends a verb that has said what is wrong, with an exit code.
type said int

func (s said) Error() string { return errSaid.Error() }

// Unwrap keeps it from being said again.
func (s said) Unwrap() error { return errSaid }

// ExitCode is the report's.
func (s said) ExitCode() int { return int(s) }

// reportRow is a report as other programs read it.
type reportRow struct {
	Well     bool         `json:"well"` // nothing is broken
	NextPost *time.Time   `json:"next_post"`
	Findings []findingRow `json:"findings"`
}

type findingRow struct {
	About string           `json:"about"`
	State bot.FindingState `json:"state"` // ok, note or broken
	How   string           `json:"how"`
	Fix   string           `json:"fix"` // "" where there is nothing to do
}

func newReportRow(r app.Report) reportRow {
	row := reportRow{Well: r.ExitCode() == exitOK, Findings: []findingRow{}}
	if !r.NextPost.IsZero() {
		next := r.NextPost.UTC().Truncate(time.Second)
		row.NextPost = &next
	}
	for _, f := range r.Findings {
		row.Findings = append(row.Findings, findingRow{f.About, f.State, f.How, f.Fix})
	}
	return row
}

// printReport writes a line for each finding, and under it what to do.
func (p *program) printReport(r app.Report) error {
	widest := 0
	for _, f := range r.Findings {
		widest = max(widest, min(len([]rune(f.About)), 30))
	}
	var b strings.Builder
	broken := 0
	for _, f := range r.Findings {
		if f.State == bot.FindingBroken {
			broken++
		}
		fmt.Fprintf(&b, "%-6s  %-*s  %s\n", f.State, widest, f.About, f.How)
		if f.Fix != "" {
			fmt.Fprintf(&b, "%-6s  %-*s  To do: %s\n", "", widest, "", f.Fix)
		}
	}
	switch broken {
	case 0:
		b.WriteString("\nNothing is broken.\n")
	case 1:
		b.WriteString("\n1 thing is broken.\n")
	default:
		fmt.Fprintf(&b, "\n%d things are broken.\n", broken)
	}
	_, err := fmt.Fprint(p.out, b.String())
	return err
}
