package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// failure is an error of the API.
type failure struct {
	status int
	code   int
	words  string
	form   object // what is wrong with the body, by path
}

func (f *failure) body() object {
	out := object{"message": f.words, "code": f.code}
	if f.form != nil {
		out["errors"] = f.form
	}
	return out
}

// words are Discord's for its error codes.
func words(code int) string {
	all := map[int]string{
		10003: "Unknown Channel", 10004: "Unknown Guild", 10007: "Unknown Member", 10008: "Unknown Message", 10013: "Unknown User",
		10015: "Unknown Webhook", 10062: "Unknown interaction", 10063: "Unknown application command",
		30003: "Maximum number of pins reached for the channel (250)", 30034: "Max number of daily application command creates has been reached (200)",
		30046: "Maximum number of edits to messages older than 1 hour reached. Try again later.", 40005: "Request entity too large", 40003: "You are opening direct messages too fast",
		40060: "Interaction has already been acknowledged.", 40094: "Maximum number of follow-up messages for this interaction has been reached",
		40333: "internal network error", 50001: "Missing Access", 50005: "Cannot edit a message authored by another user",
		50006: "Cannot send an empty message", 50007: "Cannot send messages to this user", 50013: "Missing Permissions",
		50024: "Cannot execute action on this channel type", 50027: "Invalid Webhook Token", 50035: "Invalid Form Body",
		50083: "Thread is archived", 50109: "The request body contains invalid JSON.",
		50278: "Cannot send messages to this user due to having no mutual guilds", 160004: "A thread has already been created for this message",
		160005: "Thread is locked", 130000: "API resource is currently overloaded. Try again a little later",
	}
	if w, ok := all[code]; ok {
		return w
	}
	return http.StatusText(http.StatusBadRequest)
}

func refuse(status, code int) *failure {
	return &failure{status: status, code: code, words: words(code)}
}

// plain is an error without a code of its own.
func plain(status int) *failure {
	return &failure{status: status, words: fmt.Sprintf("%d: %s", status, http.StatusText(status))}
}

// formErrors collects what is wrong with a body, by path.
type formErrors struct {
	root  object
	lines []string
}

// add says what is wrong at a path such as "components/0/label"; "" is the whole.
func (e *formErrors) add(path, code, format string, args ...any) {
	if e.root == nil {
		e.root = object{}
	}
	at := e.root
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			continue
		}
		next, ok := at[part].(object)
		if !ok {
			next = object{}
			at[part] = next
		}
		at = next
	}
	said := fmt.Sprintf(format, args...)
	all, _ := at["_errors"].([]any)
	at["_errors"] = append(all, object{"code": code, "message": said})
	e.lines = append(e.lines, path+": "+code+": "+said)
}

// failure is nil where nothing is wrong.
func (e *formErrors) failure() *failure {
	if e.root == nil {
		return nil
	}
	f := refuse(http.StatusBadRequest, 50035)
	f.form = e.root
	return f
}

// length holds a text to a number of characters.
func (e *formErrors) length(path, s string, least, most int) {
	switch n := len([]rune(s)); {
	case n == 0 && least > 0:
		e.add(path, "BASE_TYPE_REQUIRED", "This field is required")
	case n < least || n > most:
		e.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
}

// count holds a list to a number of elements.
func (e *formErrors) count(path string, n, least, most int) {
	if n < least || n > most {
		e.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
}

// within holds a number to a range.
func (e *formErrors) within(path string, v any, least, most int64) {
	if v == nil {
		return
	}
	n, ok := integer(v)
	switch {
	case !ok:
		e.add(path, "NUMBER_TYPE_COERCE", "Value %q is not int.", fmt.Sprint(v))
	case n < least:
		e.add(path, "NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", least)
	case n > most:
		e.add(path, "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
}

// oneOf holds a number to a set.
func (e *formErrors) oneOf(path string, n int, allowed ...int) {
	if !slices.Contains(allowed, n) {
		set, _ := json.Marshal(allowed)
		e.add(path, "BASE_TYPE_CHOICES", "Value must be one of %s.", set)
	}
}
