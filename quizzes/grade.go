package quizzes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The types of an [Item]. A new one changes no snapshot of another.
const (
	Single    = "single"    // one right option
	Multiple  = "multiple"  // two or more right options, all of which are to be found
	TrueFalse = "truefalse" // the options True and False
	Numeric   = "numeric"   // a number is typed, with or without its unit
	Short     = "short"     // a word or a few are typed
)

// A Response is what one person answered: the ids of options, or typed text,
// whichever the item's type asks for.
type Response struct {
	Options []string
	Text    string
}

// A Verdict is how a response was graded.
type Verdict string

// The verdicts. Only [Multiple] knows partly.
const (
	Right  Verdict = "right"
	Partly Verdict = "partly"
	Wrong  Verdict = "wrong"
)

// Unreadable is what [Grade] says of a response that is no answer: a number
// that is none, a unit of something else, nothing at all. It is to be shown to
// the person, who then answers again; it must not count.
type Unreadable struct {
	Reason   string   // what could not be read, in one sentence
	Readings []string // the ways to write what was meant, where it could mean more than one thing
	Example  string   // what an answer looks like, which says nothing about the right one
}

// Error is the reason with its cure, in words for the person.
func (u *Unreadable) Error() string {
	if len(u.Readings) > 0 {
		return fmt.Sprintf("%s Please write %s.", u.Reason, list(u.Readings))
	}
	return fmt.Sprintf("%s Please write it like this: %s", u.Reason, u.Example)
}

// fault is the reason as an error of the author, not of a person who answers.
func (u *Unreadable) fault() error {
	if len(u.Readings) > 0 {
		return fmt.Errorf("it can mean %s", list(u.Readings))
	}
	reason := strings.TrimSuffix(u.Reason, ".")
	if !strings.HasPrefix(reason, "I ") {
		reason = strings.ToLower(reason[:1]) + reason[1:]
	}
	return errors.New(reason)
}

// Grade says how right a response is. An [*Unreadable] says that it is no
// answer; any other error, that the item itself cannot be graded.
//
// A choice is right when it is exactly the right one. Of several, at least half
// of the right ones with at most one wrong is partly right. A number is right
// within the item's tolerance, whatever prefix its unit has. Words are compared
// without regard to capitals, accents, punctuation and small slips of the
// finger; docs/question-banks.md has the rules.
func Grade(item Item, response Response) (Verdict, error) {
	if err := item.usable(); err != nil {
		return "", err
	}
	if item.Void {
		return gradeVoid(item, response)
	}
	best, err := gradeBy(item, item.Answer, response)
	for _, also := range item.Also {
		if v, other := gradeBy(item, also, response); other == nil && (err != nil || v.Better(best)) {
			best, err = v, nil
		}
	}
	return best, err
}

// gradeBy grades by one of an item's keys.
func gradeBy(item Item, key []string, response Response) (Verdict, error) {
	item.Answer = key
	switch item.Type {
	case Numeric:
		return gradeNumber(item, response.Text)
	case Short:
		return gradeShort(item, response.Text)
	}
	return gradeChoices(item, response.Options)
}

func gradeChoices(item Item, chosen []string) (Verdict, error) {
	chosen = slices.Compact(slices.Sorted(slices.Values(chosen)))
	right, wrong := 0, 0
	for _, id := range chosen {
		if _, ok := item.Option(id); !ok {
			return "", &Unreadable{Reason: "That is none of the choices.", Example: Example(item)}
		}
		if slices.Contains(item.Answer, id) {
			right++
		} else {
			wrong++
		}
	}
	switch {
	case len(chosen) == 0:
		return "", &Unreadable{Reason: "Nothing was chosen.", Example: Example(item)}
	case item.Type != Multiple && len(chosen) > 1:
		return "", &Unreadable{Reason: "Only one choice can be right here.", Example: Example(item)}
	case right == len(item.Answer) && wrong == 0:
		return Right, nil
	case item.Type == Multiple && right > 0 && 2*right >= len(item.Answer) && wrong <= 1:
		return Partly, nil
	}
	return Wrong, nil
}

// Typed reports whether the item is answered by typing rather than choosing.
func (i Item) Typed() bool { return i.Type == Numeric || i.Type == Short }

// Example is what an answer to the item looks like, in words for the person who
// answers. It is never the right answer.
func Example(item Item) string {
	switch item.Type {
	case Multiple:
		return "choose one or more"
	case Numeric:
		return numberExample(item)
	case Short:
		if v, err := gradeShort(item, "ground wire"); err == nil && v == Right {
			return "one word or a few, such as safety ground"
		}
		return "one word or a few, such as ground wire"
	}
	return "choose one"
}
