package slacktest

import (
	"fmt"
	"strings"
)

// failure is an error that the Web API answers with, at status 200.
type failure struct {
	code string
	more object // further fields of the answer
}

func refuse(code string) *failure { return &failure{code: code} }

func failed(code string) (object, *failure) { return nil, refuse(code) }

// body is the answer.
func (f *failure) body() object {
	out := object{"ok": false, "error": f.code}
	for key, v := range f.more {
		out[key] = v
	}
	return out
}

// refusal writes an error, and keeps it for the test.
func (s *Server) refusal(name Method, f *failure, o *outcome) {
	out := f.body()
	if len(o.warn) > 0 {
		out["warning"] = strings.Join(o.warn, ",")
	}
	o.json(out)
	s.refused = append(s.refused, Refusal{Method: name, Code: f.code, Body: string(o.body)})
}

// blockErrors collects what is wrong with blocks, views and arguments.
type blockErrors struct {
	lines []string
}

// add says what is wrong at a JSON pointer.
func (e *blockErrors) add(pointer, format string, args ...any) {
	e.lines = append(e.lines, fmt.Sprintf(format, args...)+" [json-pointer:"+pointer+"]")
}

// failure is nil where nothing is wrong.
func (e *blockErrors) failure(code string) *failure {
	if len(e.lines) == 0 {
		return nil
	}
	messages := make([]string, len(e.lines))
	for i, l := range e.lines {
		messages[i] = "[ERROR] " + l
	}
	more := object{"response_metadata": object{"messages": messages}}
	if code == "invalid_blocks" {
		more["errors"] = e.lines
	}
	return &failure{code, more}
}
