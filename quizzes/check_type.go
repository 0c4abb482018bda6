package quizzes

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// keyOf says for which types a key is, where it is not for all.
var keyOf = map[string][]string{
	"options":   {Single, Multiple, TrueFalse},
	"accept":    {Short},
	"reject":    {Short},
	"tolerance": {Numeric},
	"unit":      {Numeric},
}

// checkType looks at what is right in a question of its type.
func (d *document) checkType(at []string, item Item) {
	if d.faulty(with(at, "type")) {
		return
	}
	for _, key := range []string{"options", "accept", "reject", "tolerance", "unit"} {
		if types := keyOf[key]; child(d.locate(at), key) != nil && !slices.Contains(types, item.Type) {
			d.fault(with(at, key), fmt.Sprintf("does not belong to a question of type %s", item.Type), "it is for the type "+list(types)+"; remove it, or change the type")
		}
	}
	if item.Family != nil {
		d.checkFamily(at, item)
		return
	}
	for _, key := range []string{"formulas", "where"} {
		if child(d.locate(at), key) != nil {
			d.fault(with(at, key), "has no parameters to work with", "add parameters:, or remove it")
		}
	}
	switch item.Type {
	case Numeric:
		d.checkNumeric(at, item)
	case Short:
		d.checkShort(at, item)
	case Multiple:
		d.checkOptions(at, item)
		d.checkMultiple(at, item)
	case TrueFalse:
		d.checkOptions(at, item)
		d.checkTrueFalse(at, item)
	default:
		d.checkOptions(at, item)
	}
}

// checkNumeric makes sure that the answer can be read, and is read as it looks.
func (d *document) checkNumeric(at []string, item Item) {
	if len(item.Answer) == 0 || d.faulty(with(at, "answer")) || d.faulty(with(at, "tolerance")) || d.faulty(with(at, "unit")) {
		return
	}
	d.checkText(with(at, "answer"), item.Answer[0], false)
	want, tolerance, _, err := item.number()
	if e, ok := errors.AsType[*numberError](err); ok {
		place := with(at, e.key)
		d.fault(place, quote(e.text)+" cannot be used: "+e.err.Error(), d.hint(place))
		return
	}
	if item.Tolerance != "" && want.value.Sign() != 0 && tolerance.Cmp(new(big.Rat).Abs(want.value)) >= 0 {
		d.warn(with(at, "tolerance"), "is as large as the answer", "make sure that zero and twice the answer are meant to be right")
	}
}

// checkShort keeps right and wrong words apart.
func (d *document) checkShort(at []string, item Item) {
	if len(item.Answer) == 0 || d.faulty(with(at, "answer")) {
		return
	}
	seen := map[string]string{} // what was said before, by its folded form
	look := func(place []string, text, what string) {
		if text == "" || d.faulty(place) {
			return
		}
		d.checkText(place, text, false)
		folded := foldWords(text)
		switch before := seen[folded]; {
		case folded == "":
			d.fault(place, quote(text)+" has no word that could be compared", "write the answer in letters or figures")
		case before == "":
			seen[folded] = what
		case before == what || before == "the answer" && what == "accept":
			d.warn(place, quote(text)+" is listed already; capitals, accents and punctuation make no difference", "remove it")
		default:
			d.fault(place, quote(text)+" is both right and wrong", "remove it here or there")
		}
	}
	look(with(at, "answer"), item.Answer[0], "the answer")
	for n, text := range item.Accept {
		look(with(at, "accept", n), text, "accept")
	}
	for n, text := range item.Reject {
		look(with(at, "reject", n), text, "reject")
	}
	if _, _, unreadable := readNumber(tidyNumber(item.Answer[0])); unreadable == nil && !strings.ContainsFunc(item.Answer[0], isLetter) {
		d.warn(with(at, "answer"), "is a number, of which the words are compared exactly", "use type: numeric, which reads 4.70 and 4,7 as the same")
	}
}

func isLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 127 }

// checkMultiple wants something to find and something to leave.
func (d *document) checkMultiple(at []string, item Item) {
	place := with(at, "answer")
	if d.faulty(place) || len(item.Options) == 0 {
		return
	}
	right := slices.Compact(slices.Sorted(slices.Values(item.Answer)))
	switch wrong := len(item.Options) - len(right); {
	case len(right) < len(item.Answer):
		d.fault(place, "names an option twice", d.hint(place))
	case wrong < 1:
		d.fault(place, "makes every option right", "at least one option must be wrong")
	case wrong == 1:
		d.warn(place, "leaves one wrong option", "whoever chooses everything is then partly right; a second wrong option prevents that")
	}
}

// checkTrueFalse wants the two options as everybody expects them.
func (d *document) checkTrueFalse(at []string, item Item) {
	place := with(at, "options")
	if d.faulty(place) {
		return
	}
	if len(item.Options) != 2 || item.Options[0].Text != "True" || item.Options[1].Text != "False" {
		d.fault(place, "are not True and False", `give two options, a with text: "True" and b with text: "False", each with its why`)
	}
}
