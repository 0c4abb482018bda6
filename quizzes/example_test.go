package quizzes_test

import (
	"fmt"
	"testing/fstest"

	"studyhall/quizzes"
)

// A program loads the banks that come with it, and the operator's.
func ExampleLoadDirs() {
	catalogue := []quizzes.Outline{{Certification: "cbet", ID: "cbet-2025", Domains: []string{"cbet.safety"}}}
	embedded := fstest.MapFS{"banks/cbet/safety.yaml": {Data: []byte(exampleBank)}}

	banks, problems := quizzes.LoadDirs(catalogue, embedded, "") // the last is BANKS_DIR
	for _, p := range problems {
		fmt.Println(p)
	}
	for _, b := range banks {
		item := b.Items[0]
		right, _ := item.Option(item.Answer[0])
		fmt.Printf("%s: %d question; the answer is %s, %s\n", b.ID, len(b.Items), right.ID, right.Text)
	}
	// Output: example: 1 question; the answer is b, 010
}

// Problems say where they are, what is wrong and how to mend it.
func ExampleParse() {
	_, problems := quizzes.Parse("mine.yaml", []byte("bank: My Bank\ntitel: Mine\ncertification: cbet\noutline: cbet-2025\nitems: []\n"))
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// mine.yaml:1:7: bank: "My Bank" cannot be used here; use 1 to 60 small letters a to z, digits and hyphens, such as cbet-safety
	// mine.yaml:2:1: unknown key "titel"; did you mean title?
	// mine.yaml:5:8: items: has too few entries (0); at least 1 are needed; list 1 to 2000 questions below items:, each beginning with - id:
}

// A snapshot keeps a question as it was asked, whatever becomes of its bank.
func ExampleItem_Version() {
	bank, _ := quizzes.Parse("example.yaml", []byte(exampleBank))
	id, snapshot := bank.Items[0].Version()
	asked, err := quizzes.FromSnapshot(snapshot)
	fmt.Println(len(id), asked.ID, err)
	// Output: 20 example-octal <nil>
}

const exampleBank = `
bank: example
title: Example
certification: cbet
outline: cbet-2025
items:
  - id: example-octal
    domain: cbet.safety
    level: recall
    difficulty: easy
    stem: How is eight written in octal with a leading zero?
    options:
      - {id: a, text: 8, why: There is no digit 8 in octal.}
      - {id: b, text: 010, why: One eight and no ones.}
    answer: b
    explanation: The digits of an octal number stand for ones, eights and so on.
    source: {title: A book, url: "https://example.org", checked: 2026-11-22}
`
