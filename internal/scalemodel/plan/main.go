// Plan prints what installations of several sizes would do on a day, by the model
// of internal/scalemodel: go run ./internal/scalemodel/plan. Its flags change what
// is assumed; docs/scale.md reads the tables.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // the zones are the same everywhere

	"studyhall/internal/scalemodel"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints the tables that the flags ask for.
func run(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("plan", flag.ContinueOnError)
	flags.SetOutput(out)
	sizes := flags.String("groups", "1000,10000,100000", "how many groups, separated by commas")
	seed := flags.Uint64("seed", 1, "the same seed gives the same tables")
	slack := flags.Float64("slack", 0.5, "share of the groups on Slack; the others are on Discord")
	bots := flags.Int("bots", 1, "Discord applications that share the groups")
	zone := flags.String("zone", "", "all groups in this zone, such as America/Chicago; otherwise in many")
	price := flags.Float64("price", 0.04, "of one processor for one hour, in your currency")
	most := flags.Int("most", 16, "copies to try at most")
	least := flags.Int("copies", 1, "copies to begin with")
	alone := flags.Bool("alone", false, "each copy keeps to the platforms' whole pace, as if it were the only one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var all []scalemodel.Result
	for field := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil {
			return fmt.Errorf("-groups: %q is no number", field)
		}
		p := scalemodel.Usual(n, *least)
		p.Seed, p.OnSlack, p.Bots, p.Shared = *seed, *slack, *bots, !*alone
		if *zone != "" {
			p.Zones = []scalemodel.Zone{{Name: *zone, Share: 1}}
		}
		r, ok, err := scalemodel.Enough(p, *most)
		if err != nil {
			return err
		}
		if !ok {
			fmt.Fprintf(out, "For %d groups even %d copies are not enough; their row is what those do.\n", n, *most)
		}
		all = append(all, r)
	}
	return print(out, all, *price)
}

// print writes one column for each installation.
func print(out io.Writer, all []scalemodel.Result, price float64) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cell func(scalemodel.Result) string) {
		fmt.Fprint(table, name, "\t")
		for _, r := range all {
			fmt.Fprint(table, cell(r), "\t")
		}
		fmt.Fprintln(table)
	}
	row("groups", func(r scalemodel.Result) string { return strconv.Itoa(r.Plan.Groups) })
	row("copies, of 2 processors", func(r scalemodel.Result) string { return strconv.Itoa(r.Plan.Copies) })
	for _, on := range []struct {
		name string
		scalemodel.Platform
	}{{"Slack", scalemodel.Slack}, {"Discord", scalemodel.Discord}} {
		row(on.name+": half have the question after", func(r scalemodel.Result) string { return span(r.Median[on.Platform]) })
		row(on.name+": 99 of 100", func(r scalemodel.Result) string { return span(r.Ninety[on.Platform]) })
		row(on.name+": the last", func(r scalemodel.Result) string { return span(r.Last[on.Platform]) })
		row(on.name+": the last closing", func(r scalemodel.Result) string { return span(r.Closed[on.Platform]) })
	}
	row("refused as too many", func(r scalemodel.Result) string { return strconv.Itoa(r.Refused) })
	row("of them in the worst ten minutes", func(r scalemodel.Result) string { return strconv.Itoa(r.WorstTen) })
	row("answers", func(r scalemodel.Result) string { return strconv.Itoa(r.Answers) })
	row("answers a second, busiest minute", func(r scalemodel.Result) string { return fmt.Sprintf("%.0f", r.Peak) })
	row("wait for a result, 99 of 100", func(r scalemodel.Result) string { return span(r.Waited[1]) })
	row("copies' processors, busiest minute", func(r scalemodel.Result) string { return fmt.Sprintf("%.0f %%", 100*r.AppBusy) })
	row("database's 4, busiest minute", func(r scalemodel.Result) string { return fmt.Sprintf("%.0f %%", 100*r.SQLBusy) })
	row("transactions a day", func(r scalemodel.Result) string { return fmt.Sprintf("%.1f million", float64(r.Transactions)/1e6) })
	row("written ahead a day", func(r scalemodel.Result) string { return fmt.Sprintf("%.1f GB", float64(r.WAL)/1e9) })
	row("processor hours a day, copies", func(r scalemodel.Result) string { return fmt.Sprintf("%.2f", r.AppTime.Hours()) })
	row("and database", func(r scalemodel.Result) string { return fmt.Sprintf("%.2f", r.SQLTime.Hours()) })
	row(fmt.Sprintf("cost a day, at %g an hour", price), func(r scalemodel.Result) string { return fmt.Sprintf("%.2f", r.Cost(price)) })
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	last := all[len(all)-1]
	fmt.Fprintf(table, "zone, of %d groups\tgroups\tthe last after\t\n", last.Plan.Groups)
	for _, z := range last.ByZone {
		fmt.Fprintf(table, "%s\t%d\t%s\t\n", z.Zone, z.Groups, span(z.Last))
	}
	return table.Flush()
}

// span is a time that people read.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f min", d.Minutes())
}
