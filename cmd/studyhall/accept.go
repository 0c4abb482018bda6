package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

type acceptCorrection struct {
	Item       string        `arg:"" help:"The question, as studyhall quizzes corrections lists it."`
	Correction string        `placeholder:"CODE" help:"Which correction of it. Without it: the only one that isn't accepted."`
	Write      bool          `help:"Accept it. Without it, only what that would change is said."`
	Dismiss    bool          `help:"Don't accept it, and don't list it any more. Groups keep what they decided."`
	Wait       time.Duration `default:"30s" placeholder:"TIME" help:"For how long to wait for a running bot to bring it to every group. Without it: 30s."`
	JSON       bool          `name:"json" help:"Print a JSON object."`
}

func (*acceptCorrection) Help() string {
	return "Has what organisers of one group decided about a question of a bank count in every group, but for those that decided about it themselves. " +
		"Earlier answers are graded anew, a group at a time; nobody loses points, and those who reported it are told. Groups that start later have it from their beginning. " +
		"Nothing is done without -write or -dismiss. A running bot brings it to the groups, and goes on after a restart; without one, this command does. Done again, it goes on or changes nothing. " +
		"Another correction of the same question can be accepted later. With -dismiss, studyhall quizzes corrections doesn't list it any more unless groups decide something else about that question; it can be accepted all the same. What the bank's authors should change is printed as in a bank's file. " +
		"DATABASE_URL says which database; docs/question-quality.md tells more."
}

func (a *acceptCorrection) Run(ctx context.Context, p *program) (err error) {
	if a.Write && a.Dismiss {
		return usagef("-write accepts a correction and -dismiss has it not listed any more: give one of the two")
	}
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	s, err := p.beside(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	one, accepted, err := a.choose(ctx, s)
	if err != nil {
		return err
	}
	if a.Dismiss {
		return a.dismiss(ctx, p, s, one, accepted)
	}
	if one == nil { // accepted before, and nobody proposes it any more
		if !a.Write {
			return a.look(p, *accepted)
		}
		return a.finish(ctx, p, s, *accepted, nil)
	}
	f, err := s.ForeseeAccept(ctx, *one)
	if err != nil {
		return err
	}
	row := &acceptRow{Foresees: newForeseenRow(f)}
	all := []practice.Proposal{*one}
	if row.correctionRow = newCorrectionRow(*one, all, nil); !a.JSON {
		if err := tell(p, *one, f, accepted); err != nil {
			return err
		}
	}
	if !a.Write {
		if a.JSON {
			return p.printJSON(row)
		}
		text := "Nothing is accepted: the same with -write does it."
		if accepted != nil && accepted.Is(*one) {
			text = "The same with -write waits until every group has it."
			if !accepted.Done.IsZero() {
				text = "Every group has it: there is nothing more to do."
			}
		}
		_, err := fmt.Fprintln(p.out, text)
		return err
	}
	now, _, err := s.Accept(ctx, *one, p.now())
	if err != nil {
		return err
	}
	return a.finish(ctx, p, s, now, row)
}

// choose finds what is meant: a proposal or, if nobody proposes it any more, what was
// accepted; and what was accepted about that question before.
func (a *acceptCorrection) choose(ctx context.Context, s *store.Store) (one *practice.Proposal, before *practice.Accepted, err error) {
	all, accepted, err := readCorrections(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	meant := a.meant(all, accepted)
	for n, x := range accepted {
		if x.Item == a.Item && (len(meant) == 0 || x.Version == meant[0].Version) {
			before = &accepted[n]
		}
	}
	switch {
	case len(meant) == 1:
		return &meant[0], before, nil
	case len(meant) > 1:
		var codes []string
		for _, one := range meant {
			codes = append(codes, one.Code()+" ("+becomes(one)+")")
		}
		return nil, nil, usagef("organisers corrected %s differently: say which one with -correction: %s", a.Item, strings.Join(codes, "; "))
	case before != nil && a.Correction == "":
		return nil, before, nil
	}
	return nil, nil, fmt.Errorf("no group has corrected %s; studyhall quizzes corrections lists what there is", strings.TrimSpace(a.Item+" "+a.Correction))
}

// meant is the proposal of that code. Without one it is those that aren't accepted or,
// if there are none, the one that is.
func (a *acceptCorrection) meant(all []practice.Proposal, accepted []practice.Accepted) []practice.Proposal {
	of := func(some []practice.Proposal, also func(practice.Proposal) bool) (found []practice.Proposal) {
		for _, one := range some {
			if one.Item.ID == a.Item && also(one) {
				found = append(found, one)
			}
		}
		return found
	}
	every := func(practice.Proposal) bool { return true }
	if a.Correction != "" {
		return of(all, func(one practice.Proposal) bool { return strings.EqualFold(one.Code(), a.Correction) })
	}
	for _, some := range [][]practice.Proposal{of(practice.Unaccepted(all, accepted), every), of(all, func(one practice.Proposal) bool { return acceptedAs(accepted, one) != "" })} {
		if len(some) > 0 {
			return some
		}
	}
	return of(all, every)
}

// look says how far it is with what was accepted, and does nothing.
func (a *acceptCorrection) look(p *program, accepted practice.Accepted) error {
	if a.JSON {
		return p.printJSON(acceptedRow(accepted))
	}
	text := "It is accepted, and on its way to the groups. The same with -write waits until every group has it."
	if !accepted.Done.IsZero() {
		text = "It is accepted. Every group has it: there is nothing more to do."
	}
	_, err := fmt.Fprintln(p.out, text)
	return err
}

// dismiss has a proposal not be listed any more.
func (a *acceptCorrection) dismiss(ctx context.Context, p *program, s *store.Store, one *practice.Proposal, accepted *practice.Accepted) error {
	if one == nil || accepted != nil && accepted.Is(*one) {
		return fmt.Errorf("what organisers decided about %s is accepted already, and stays so; another correction of it can be accepted in its place", a.Item)
	}
	if err := s.Dismiss(ctx, *one); err != nil {
		return err
	}
	one.Dismissed = true
	if a.JSON {
		return p.printJSON(newCorrectionRow(*one, []practice.Proposal{*one}, nil))
	}
	_, err := fmt.Fprintf(p.out, "%s%sIt is dismissed: it isn't listed any more, unless groups decide something else about that question. They keep what they decided.\n",
		correctionHead(*one), correctionText(*one, ""))
	return err
}

// finish waits until every group has what was accepted, or brings it there if no bot
// runs.
func (a *acceptCorrection) finish(ctx context.Context, p *program, s *store.Store, accepted practice.Accepted, row *acceptRow) error {
	accepted, err := a.await(ctx, p, s, accepted)
	if err != nil {
		return err
	}
	done := !accepted.Done.IsZero()
	if a.JSON {
		if row == nil {
			row = acceptedRow(accepted)
		}
		row.Written, row.Done, row.Brought = true, done, &broughtRow{accepted.Groups, accepted.Answers, accepted.Gainers, accepted.Reporters}
		err = p.printJSON(row)
	} else if done {
		_, err = fmt.Fprintf(p.out, "Accepted for all groups: %s changed. %s\n", counted(accepted.Groups, "group"), reportersTold(accepted.Reporters))
	}
	if err != nil || done {
		return err
	}
	fmt.Fprintf(p.err, "It is accepted, and not yet in every group after %s: the bot was killed less than a minute ago, is of an older version, or is busy. "+
		"It goes on when it runs; run this again to see how far it is, which does no harm.\n", a.Wait)
	return errSaid
}

func reportersTold(n int) string {
	if n == 0 {
		return "No report was open."
	}
	return counted(n, "report") + " answered."
}

// await is how far it is: brought by a running bot or, without one, by this program.
func (a *acceptCorrection) await(ctx context.Context, p *program, s *store.Store, accepted practice.Accepted) (practice.Accepted, error) {
	timeout, cancel := context.WithTimeout(ctx, a.Wait)
	defer cancel()
	for {
		all, err := s.AcceptedItems(ctx)
		if err != nil {
			return accepted, err
		}
		if n := slices.IndexFunc(all, func(x practice.Accepted) bool { return x.Version == accepted.Version }); n >= 0 {
			accepted = all[n]
		}
		if !accepted.Done.IsZero() {
			return accepted, nil
		}
		copies, err := s.Servers(ctx)
		if err != nil {
			return accepted, err
		}
		if len(copies) == 0 {
			if _, err := practice.Bring(ctx, s, p.now, bot.NewID); err != nil {
				return accepted, err
			}
			if all, err = s.AcceptedItems(ctx); err != nil {
				return accepted, err
			}
			if n := slices.IndexFunc(all, func(x practice.Accepted) bool { return x.Version == accepted.Version && !x.Done.IsZero() }); n >= 0 {
				return all[n], nil
			}
		}
		select {
		case <-timeout.Done():
			return accepted, ctx.Err()
		case <-time.After(reloadLook):
		}
	}
}

// tell says what accepting would change.
func tell(p *program, one practice.Proposal, f practice.Foreseen, before *practice.Accepted) error {
	lines := []string{correctionHead(one) + strings.TrimSuffix(correctionText(one, ""), "\n")}
	if before != nil {
		if before.Is(one) {
			lines = append(lines, "It is accepted already, since "+before.At.Format(time.DateOnly)+".")
		} else {
			lines = append(lines, "Something else about it was accepted on "+before.At.Format(time.DateOnly)+"; this takes its place.")
		}
	}
	if one.Dismissed {
		lines = append(lines, "You dismissed it; it can be accepted all the same.")
	}
	if text := drawText(one); text != "" {
		lines = append(lines, text)
	}
	line := fmt.Sprintf("%s would have it otherwise than now.", counted(f.Groups, "more group"))
	if f.Answers > 0 {
		line += " " + f.Words()
	}
	if f.Reporters > 0 {
		line += fmt.Sprintf(" %s would be answered, with %d points for each.", counted(f.Reporters, "report"), practice.PointsReport)
	}
	lines = append(lines, line, "Groups that decided themselves keep what they have; groups that start later have it from their beginning.")
	if text := bankText(one); text != "" {
		lines = append(lines, "For the bank's authors; what they mend is another version, to which none of this applies:", text)
	}
	_, err := fmt.Fprintln(p.out, strings.Join(lines, "\n"))
	return err
}

// bankText is what to change in the bank's file.
func bankText(one practice.Proposal) string {
	i := one.Mended
	switch {
	case one.Decision == practice.Retired:
		return "  # " + one.Item.ID + ": organisers don't ask it any more; look into it"
	case one.Decision == practice.Voided:
		return "  # " + one.Item.ID + ": none of its answers holds up; take it out, or write another one with a new id"
	case i.Draw != nil:
		return "  # " + one.Item.ID + ": look for the fault in its formulas and conditions; with these numbers " + becomes(one)
	}
	lines := []string{"  - id: " + one.Item.ID}
	if one.Decision == practice.Corrected {
		lines = append(lines, "    answer: "+bankKey(i))
		if i.Type == quizzes.Short && len(i.Also) > 0 {
			lines = append(lines, "    accept: ["+strings.Join(alternatives(i), ", ")+"]")
		} else if len(i.Also) > 0 {
			lines = append(lines, "    # right as well: "+keyText(quizzes.Item{Type: i.Type, Answer: i.Also[0], Also: i.Also[1:]})+"; a bank has one key, so mend the question")
		}
		if i.Tolerance != one.Item.Tolerance {
			lines = append(lines, "    tolerance: "+quoted(i.Tolerance))
		}
		for n, o := range i.Options {
			if o.Why == "" && one.Item.Options[n].Why != "" {
				lines = append(lines, "    # option "+o.ID+" needs another why: the one it has argues for the key from before")
			}
		}
	}
	if i.Explanation != one.Item.Explanation {
		lines = append(lines, "    explanation: "+quoted(i.Explanation))
	}
	return strings.Join(lines, "\n")
}

// bankKey is the key as a bank's file has it.
func bankKey(i quizzes.Item) string {
	switch {
	case i.Typed():
		return quoted(i.Answer[0])
	case i.Type == quizzes.Multiple:
		return "[" + strings.Join(i.Answer, ", ") + "]"
	}
	return i.Answer[0]
}

// alternatives are what is right beside the answer, each in quotes.
func alternatives(i quizzes.Item) (all []string) {
	for _, key := range i.Also {
		all = append(all, quoted(key[0]))
	}
	return all
}

// quoted is a text in double quotes, which YAML reads as JSON does.
func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(text) // a string always encodes
	return strings.TrimSpace(b.String())
}

// acceptRow is what accepting would change, or changed, as other programs read it.
type acceptRow struct {
	correctionRow
	Foresees foreseenRow `json:"would_change"`
	Written  bool        `json:"written"`
	Done     bool        `json:"in_every_group"`
	Brought  *broughtRow `json:"changed,omitempty"`
}

type foreseenRow struct {
	Groups    int         `json:"groups"`
	Answers   int         `json:"answers_in_time"`
	Gains     map[int]int `json:"people_by_points_gained,omitempty"` // nothing where few answered
	Reporters int         `json:"reports"`
}

type broughtRow struct {
	Groups    int `json:"groups"`
	Answers   int `json:"answers"`
	Gainers   int `json:"people_who_gained"`
	Reporters int `json:"reports"`
}

// acceptedRow is what was accepted and nobody proposes any more.
func acceptedRow(a practice.Accepted) *acceptRow {
	return &acceptRow{correctionRow: correctionRow{Item: a.Item, Version: a.Version, Decision: string(a.Decision)}, Done: !a.Done.IsZero()}
}

func newForeseenRow(f practice.Foreseen) foreseenRow {
	row := foreseenRow{Groups: f.Groups, Answers: f.Answers, Reporters: f.Reporters}
	if !f.Few() {
		row.Gains = f.Gains
	}
	return row
}
