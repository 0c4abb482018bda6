package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

type listCorrections struct {
	All  bool `help:"Also those that are accepted or dismissed, and those decided before something else was accepted."`
	JSON bool `name:"json" help:"Print a JSON array with one object a correction."`
}

func (*listCorrections) Help() string {
	return "Lists what organisers decided about questions of the banks in their own groups and is not accepted for all: another answer, taken back, explained anew, not asked any more. " +
		"Each has a code, by which studyhall quizzes accept takes or dismisses it. No group, no person and no reason is named. It changes nothing and may run beside the bot. " +
		"DATABASE_URL says which database; docs/question-quality.md tells more."
}

func (l *listCorrections) Run(ctx context.Context, p *program) error {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	s, err := p.beside(ctx, c, log)
	if err != nil {
		return err
	}
	all, accepted, err := readCorrections(ctx, s)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if !l.All {
		all = practice.Unaccepted(all, accepted)
	}
	if l.JSON {
		rows := []correctionRow{}
		for _, one := range all {
			rows = append(rows, newCorrectionRow(one, all, accepted))
		}
		return p.printJSON(rows)
	}
	return printCorrections(p, all, accepted)
}

// readCorrections reads what organisers decided, and what is accepted of it.
func readCorrections(ctx context.Context, s *store.Store) (all []practice.Proposal, accepted []practice.Accepted, err error) {
	if all, err = s.Proposals(ctx); err == nil {
		accepted, err = s.AcceptedItems(ctx)
	}
	return all, accepted, err
}

// printCorrections prints them by question.
func printCorrections(p *program, all []practice.Proposal, accepted []practice.Accepted) error {
	questions := 0
	for n, one := range all {
		if n == 0 || all[n-1].Version != one.Version {
			questions++
			if _, err := fmt.Fprint(p.out, correctionHead(one)); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprint(p.out, correctionText(one, stateOf(one, accepted))); err != nil {
			return err
		}
		if n == len(all)-1 || all[n+1].Version != one.Version {
			last := "\n"
			if differ(all, one.Version) {
				last = "  > Groups decided differently: look which of them is right.\n\n"
			}
			if _, err := fmt.Fprint(p.out, last); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(p.out, "%s with %s of organisers.\n", counted(questions, "question"), counted(len(all), "correction"))
	return err
}

func correctionHead(one practice.Proposal) string {
	return fmt.Sprintf("%s  %s (bank %s)\n", one.Item.ID, one.Item.Stem, one.Bank)
}

// correctionText is a proposal in two lines.
func correctionText(one practice.Proposal, state string) string {
	if state != "" {
		state = "; " + state
	}
	return fmt.Sprintf("  %s  %s%s\n            %s decided so, %d otherwise, %d asked it and decided nothing; %s\n", one.Code(), becomes(one), state,
		counted(one.Groups, "group"), one.Others, one.Undecided, counted(one.Reports, "report"))
}

// differ reports whether groups decided differently about an item version.
func differ(all []practice.Proposal, version string) bool {
	n := 0
	for _, one := range all {
		if one.Version == version {
			if n++; one.Others > 0 {
				return true
			}
		}
	}
	return n > 1
}

// acceptedAs says that a proposal is accepted, and how far that is; "" if it isn't.
func acceptedAs(accepted []practice.Accepted, one practice.Proposal) string {
	n := slices.IndexFunc(accepted, func(a practice.Accepted) bool { return a.Is(one) })
	switch {
	case n < 0:
		return ""
	case accepted[n].Done.IsZero():
		return "accepted, and on its way to the groups"
	}
	return "accepted for all groups"
}

// stateOf says what the host did with a proposal; "" if nothing.
func stateOf(one practice.Proposal, accepted []practice.Accepted) string {
	if state := acceptedAs(accepted, one); state != "" || !one.Dismissed {
		return state
	}
	return "dismissed"
}

// becomes is what organisers made of a question.
func becomes(one practice.Proposal) string {
	switch one.Decision {
	case practice.Voided:
		return "taken back: none of its answers holds up"
	case practice.Explained:
		return "explained anew; answers count as they did"
	case practice.Retired:
		return "not asked any more; answers count as they did"
	}
	text := "right is " + keyText(one.Mended) + " instead of " + keyText(one.Item)
	if one.Mended.Tolerance != one.Item.Tolerance {
		text += ", within " + one.Mended.Tolerance
	}
	return text
}

// keyText is the right answers of an item, each right by itself.
func keyText(i quizzes.Item) string {
	var keys []string
	for _, key := range i.Keys() {
		if !i.Typed() {
			key = []string{strings.Join(strings.Fields(strings.ToUpper(strings.Join(key, " "))), " and ")}
		}
		keys = append(keys, strings.Join(key, " "))
	}
	return strings.Join(keys, " or ")
}

// drawText says of one draw of a computed question what can be accepted about it.
func drawText(one practice.Proposal) string {
	d := one.Item.Draw
	if d == nil {
		return ""
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		values = append(values, name+" = "+d.Values[name])
	}
	text := "This is one draw of a computed question, with " + strings.Join(values, ", ") + ". "
	switch one.Decision {
	case practice.Retired:
		return text + "It isn't asked any more with any numbers, until the bank has mended it."
	case practice.Voided:
		return text + "Answers with these numbers are graded anew, and it isn't asked any more with any numbers, until the bank has mended it."
	}
	return text + "What is accepted concerns these numbers alone; only its bank can mend the others."
}

// correctionRow is a proposal as other programs read it.
type correctionRow struct {
	Item        string   `json:"item"`
	Bank        string   `json:"bank"`
	Version     string   `json:"version"`
	Correction  string   `json:"correction"` // the code
	Decision    string   `json:"decision"`
	Stem        string   `json:"stem"`
	Key         []string `json:"key"`               // as the bank has it
	NewKey      []string `json:"new_key,omitempty"` // each right by itself
	Tolerance   string   `json:"new_tolerance,omitempty"`
	Explanation string   `json:"new_explanation,omitempty"`
	Groups      int      `json:"groups"`
	Others      int      `json:"groups_otherwise"`
	Undecided   int      `json:"groups_undecided"`
	Reports     int      `json:"reports"`
	Differ      bool     `json:"decided_differently"`
	Computed    bool     `json:"one_draw_of_a_computed_question,omitempty"`
	Accepted    string   `json:"accepted,omitempty"`
	Dismissed   bool     `json:"dismissed,omitempty"`
}

func newCorrectionRow(one practice.Proposal, all []practice.Proposal, accepted []practice.Accepted) correctionRow {
	row := correctionRow{
		Item: one.Item.ID, Bank: one.Bank, Version: one.Version, Correction: one.Code(), Decision: string(one.Decision), Stem: one.Item.Stem, Key: keyRow(one.Item),
		Groups: one.Groups, Others: one.Others, Undecided: one.Undecided, Reports: one.Reports, Differ: differ(all, one.Version), Computed: one.Item.Draw != nil,
		Accepted: acceptedAs(accepted, one), Dismissed: one.Dismissed,
	}
	if one.Decision == practice.Corrected {
		row.NewKey = keyRow(one.Mended)
	}
	if one.Mended.Tolerance != one.Item.Tolerance {
		row.Tolerance = one.Mended.Tolerance
	}
	if one.Mended.Explanation != one.Item.Explanation {
		row.Explanation = one.Mended.Explanation
	}
	return row
}

func keyRow(i quizzes.Item) (keys []string) {
	for _, key := range i.Keys() {
		keys = append(keys, strings.Join(key, " "))
	}
	return keys
}
