package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"studyhall/bot/practice"
	"studyhall/bot/practice/itemstats"
	"studyhall/bot/store"
)

type statBanks struct {
	Certification string `placeholder:"ID" help:"Only questions of this certification."`
	All           bool   `help:"Also questions with nothing to look into."`
	JSON          bool   `name:"json" help:"Print a JSON array with one object a question."`
}

func (*statBanks) Help() string {
	return fmt.Sprintf("Works out from everybody's first answers how good the questions are, and says which to look into, the gravest first. "+
		"Nothing is said of a question with fewer than %d answers; no person is named. It changes nothing and may run beside the bot. "+
		"DATABASE_URL says which database; docs/question-quality.md explains the figures.", itemstats.MinAnswers)
}

func (s *statBanks) Run(ctx context.Context, p *program) error {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	db, err := store.Peek(ctx, log, c.Database.Reveal())
	if errors.Is(err, store.ErrNoDatabase) {
		return errors.New("there is no database yet; DATABASE_URL says where it should be")
	}
	if err != nil {
		return err
	}
	all, err := practice.ItemStatistics(ctx, db, practice.StatisticsOf{Certification: s.Certification})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if s.JSON {
		rows := []statRow{}
		for _, i := range all {
			if s.All || len(i.Flags) > 0 {
				rows = append(rows, newStatRow(i))
			}
		}
		return p.printJSON(rows)
	}
	return s.print(p, all)
}

func (s *statBanks) print(p *program, all []practice.ItemStatistic) error {
	few, flagged := 0, 0
	for _, i := range all {
		switch {
		case !i.Shown:
			few++
			continue
		case len(i.Flags) > 0:
			flagged++
		case !s.All:
			continue
		}
		if _, err := fmt.Fprint(p.out, statText(i)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.out, "%s: %d to look into, %d with fewer than %d answers, of which nothing is said.\n",
		counted(len(all), "question"), flagged, few, itemstats.MinAnswers)
	return err
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// statText is what is known of a question, in a few lines.
func statText(i practice.ItemStatistic) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", i.Item.ID, i.Item.Stem)
	fmt.Fprintf(&b, "  right: %s of %s answers\n", percent(i.Facility), fmt.Sprint(i.Answers))
	if c := i.Discrimination; c.Known {
		fmt.Fprintf(&b, "  strong and weak members: %+.2f (%+.2f to %+.2f); above 0.2 is good\n", c.Value, c.Low, c.High)
	}
	for n, o := range i.Options {
		mark := " "
		if i.Item.RightOption(i.Item.Options[n].ID) {
			mark = "*"
		}
		fmt.Fprintf(&b, "  %s %s  %s chose it, %s of the stronger half: %s\n", mark, strings.ToUpper(i.Item.Options[n].ID),
			short(o.Share), short(o.Strong), i.Item.Options[n].Text)
	}
	if i.Times >= itemstats.MinTimes {
		fmt.Fprintf(&b, "  time: half take %.0f to %.0f seconds, the middle one %.0f\n", i.Quartiles[0], i.Quartiles[2], i.Quartiles[1])
	}
	for _, w := range i.FlagWords() {
		fmt.Fprintf(&b, "  > %s\n", w)
	}
	b.WriteByte('\n')
	return b.String()
}

func short(s itemstats.Share) string { return fmt.Sprintf("%.0f %%", 100*s.Value()) }

func percent(s itemstats.Share) string {
	return fmt.Sprintf("%.0f %% (%.0f to %.0f %%)", 100*s.Value(), 100*s.Low, 100*s.High)
}

// statRow is a question's figures as other programs read them. Shares and their
// intervals are 0 to 1; what too few answers say is left out.
type statRow struct {
	Item           string      `json:"item"`
	Version        string      `json:"version,omitempty"` // none of a computed question, whose draws are counted together
	Answers        int         `json:"answers"`
	Facility       *rangeRow   `json:"facility,omitempty"`
	Difficulty     *float64    `json:"difficulty_logits,omitempty"`
	Discrimination *rangeRow   `json:"discrimination,omitempty"`
	Options        []optionRow `json:"options,omitempty"`
	Seconds        []float64   `json:"seconds_quartiles,omitempty"`
	Flags          []string    `json:"flags"`
}

type rangeRow struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

type optionRow struct {
	ID     string  `json:"id"`
	Right  bool    `json:"right"`
	Count  int     `json:"count"`
	Share  float64 `json:"share"`
	Strong float64 `json:"share_of_stronger_half"`
}

func newStatRow(i practice.ItemStatistic) statRow {
	r := statRow{Item: i.Item.ID, Version: i.Version, Answers: i.Answers, Flags: append([]string{}, i.FlagWords()...)}
	if !i.Shown {
		return r
	}
	r.Facility = &rangeRow{i.Facility.Value(), i.Facility.Low, i.Facility.High}
	r.Difficulty = &i.Difficulty
	if c := i.Discrimination; c.Known {
		r.Discrimination = &rangeRow{c.Value, c.Low, c.High}
	}
	for n, o := range i.Options {
		id := i.Item.Options[n].ID
		r.Options = append(r.Options, optionRow{id, i.Item.RightOption(id), o.Count, o.Value(), o.Strong.Value()})
	}
	if i.Times >= itemstats.MinTimes {
		r.Seconds = i.Quartiles[:]
	}
	return r
}
