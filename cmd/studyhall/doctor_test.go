package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/internal/app"
)

// TestReport has a report written for people and for programs.
func TestReport(t *testing.T) {
	report := app.Report{
		NextPost: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC),
		Findings: []bot.Finding{
			{About: "Gateway", State: bot.FindingOK, How: "1 connection is recommended."},
			{About: "#cbet-study in Biomed", State: bot.FindingBroken, How: "The bot lacks Send Messages, so posts don't arrive.", Fix: "Allow it."},
			{About: "A channel with quite a long name in Biomed", State: bot.FindingNote, How: "The bot lacks <nothing>."},
		},
	}
	const text = `ok      Gateway                         1 connection is recommended.
broken  #cbet-study in Biomed           The bot lacks Send Messages, so posts don't arrive.
                                        To do: Allow it.
note    A channel with quite a long name in Biomed  The bot lacks <nothing>.

1 thing is broken.
`
	const object = `{
  "well": false,
  "next_post": "2026-11-23T13:00:00Z",
  "findings": [
    {
      "about": "Gateway",
      "state": "ok",
      "how": "1 connection is recommended.",
      "fix": ""
    },
    {
      "about": "#cbet-study in Biomed",
      "state": "broken",
      "how": "The bot lacks Send Messages, so posts don't arrive.",
      "fix": "Allow it."
    },
    {
      "about": "A channel with quite a long name in Biomed",
      "state": "note",
      "how": "The bot lacks <nothing>.",
      "fix": ""
    }
  ]
}
`
	var out bytes.Buffer
	p := &program{out: &out}
	if err := p.printReport(report); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, out.String()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	out.Reset()
	if err := p.printJSON(newReportRow(report)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(object, out.String()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}
