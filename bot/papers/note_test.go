package papers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/exam"
	"studyhall/bot/group"
)

// written is what notes about a certification are written from, on Monday 1 March
// 2027.
func written(t *testing.T, id string, exams ...exam.Exam) facts {
	t.Helper()
	c := find(t, id)
	return facts{certification: c, exams: exams, today: "2027-03-01", deadline: func(w cert.Window) (lastDay, bool) { return issuersDay(c, w) }}
}

func dated(state exam.State, from, to string) exam.Exam {
	return exam.Exam{ID: "e", Certification: "cbet", From: from, To: to, Zone: "America/Chicago", State: state}
}

func TestNoteBefore(t *testing.T) {
	late := written(t, "cbet", dated(exam.Planned, "2027-05-08", "2027-05-08"))
	late.deadline = func(cert.Window) (lastDay, bool) {
		return lastDay{"2027-04-17", "2027-04-24", "AAMI, About ACI, checked 1 Mar 2027"}, true
	}
	for _, tt := range []struct {
		name  string
		facts facts
		draft Draft
		want  string
	}{
		{"a window, and what nobody knows", written(t, "cbet", dated(exam.Planned, "2027-05-01", "2027-05-15")), Draft{Kind: Before, Ask: AskBoth},
			`I would like to earn Certified Biomedical Equipment Technician (CBET), a certification of AAMI Certification Institute.

Why our department gains: a shared basic standard of knowledge, credibility with clinical staff, and a step towards senior posts.

Exam: 1 to 15 May 2027. Source of the windows: AAMI, About ACI, checked 22 Nov 2026. Application deadline: to confirm with AAMI.

Cost:
- Exam: to confirm with AAMI
- Application: to confirm with AAMI
- Late application: 50 USD (2026), AAMI, About ACI, checked 22 Nov 2026

I ask for the exam fee and for time to study. Date needed: to be agreed.`},
		{"a date, and a deadline that is known", late, Draft{Kind: Before, Ask: AskFee},
			`I would like to earn Certified Biomedical Equipment Technician (CBET), a certification of AAMI Certification Institute.

Why our department gains: a shared basic standard of knowledge, credibility with clinical staff, and a step towards senior posts.

Exam: Sat 8 May 2027. Source of the windows: AAMI, About ACI, checked 22 Nov 2026. Application deadline: Sat 17 Apr 2027, late until Sat 24 Apr 2027 (AAMI, About ACI, checked 1 Mar 2027).

Cost:
- Exam: to confirm with AAMI
- Application: to confirm with AAMI
- Late application: 50 USD (2026), AAMI, About ACI, checked 22 Nov 2026

I ask for the exam fee. I need an answer by Sat 17 Apr 2027.`},
		{"no date chosen, and one's own day", written(t, "cbet", dated(exam.Failed, "2026-11-01", "2026-11-15")), Draft{Kind: Before, Ask: AskTime, NeededOn: "2027-03-19"},
			`I would like to earn Certified Biomedical Equipment Technician (CBET), a certification of AAMI Certification Institute.

Why our department gains: a shared basic standard of knowledge, credibility with clinical staff, and a step towards senior posts.

Exam: no date chosen yet. The next window is 1 to 15 May 2027. Source of the windows: AAMI, About ACI, checked 22 Nov 2026. Application deadline: to confirm with AAMI.

Cost:
- Exam: to confirm with AAMI
- Application: to confirm with AAMI
- Late application: 50 USD (2026), AAMI, About ACI, checked 22 Nov 2026

I ask for time to study. I need an answer by Fri 19 Mar 2027.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.facts.text(tt.draft); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestNoteAfter(t *testing.T) {
	spent := []Expense{ // newest first
		{What: "Parking", Amount: Amount{1250, "EUR"}, Day: "2027-05-08"},
		{What: "Exam fee", Amount: Amount{51900, "USD"}, Day: "2027-03-20", Receipt: "fee.pdf"},
	}
	taken := written(t, "cbet", dated(exam.Passed, "2027-05-08", "2027-05-08"))
	taken.today, taken.spent = "2027-06-01", spent
	const paid = `What I paid:
- Exam fee: 519.00 USD, Sat 20 Mar 2027
- Parking: 12.50 EUR, Sat 8 May 2027
Together: 12.50 EUR and 519.00 USD.

Receipts attached: fee.pdf.

Please repay 12.50 EUR and 519.00 USD. Thank you for your support.`
	const on = "I took the CBET exam on Sat 8 May 2027. It is for Certified Biomedical Equipment Technician, a certification of AAMI Certification Institute."
	window := written(t, "cbet", dated(exam.Waiting, "2027-05-01", "2027-05-15"))
	window.today = "2027-06-01"
	failed := written(t, "cbet", dated(exam.Failed, "2027-05-08", "2027-05-08"))
	failed.today, failed.spent = "2027-06-01", spent
	silent := written(t, "cbet", dated(exam.Closed, "2027-05-08", "2027-05-08"))
	const fillIn = "What I paid: (please fill in)\n\nReceipts attached: (please fill in)\n\nThank you for your support."
	for _, tt := range []struct {
		name  string
		facts facts
		draft Draft
		want  string
	}{
		{"passed, and not said", taken, Draft{Kind: After}, on + "\n\n" + paid},
		{"passed, and said", taken, Draft{Kind: After, Result: true}, on + " I passed.\n\n" + paid},
		{"not passed is never said", failed, Draft{Kind: After, Result: true}, on + "\n\n" + paid},
		{"waiting, in a window", window, Draft{Kind: After, Result: true},
			"I took the CBET exam in the window 1 to 15 May 2027. It is for Certified Biomedical Equipment Technician, a certification of AAMI Certification Institute.\n\n" + fillIn},
		{"rather not say", silent, Draft{Kind: After, Result: true},
			"I took the CBET exam. (Please fill in when.) It is for Certified Biomedical Equipment Technician, a certification of AAMI Certification Institute.\n\n" + fillIn},
		{"own words", taken, Draft{Kind: After, Result: true, Words: "Hello."}, "Hello."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.facts.text(tt.draft); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// Whatever the facts, a note has about the length it should, fits the form in which
// it is changed and the card on which it is shown, and invents no figure.
func TestNotesOfEveryCertification(t *testing.T) {
	for _, c := range catalogue(t).Certifications {
		t.Run(c.ID, func(t *testing.T) {
			f := written(t, c.ID, exam.Exam{From: "2027-05-08", To: "2027-05-08", State: exam.Planned})
			text := f.text(Draft{Kind: Before, Ask: AskBoth})
			if words := len(strings.Fields(text)); words < 60 || words > 190 {
				t.Errorf("%d words:\n%s", words, text)
			}
			for _, bad := range []string{"%", "official", "will pass", "guarantee"} {
				if strings.Contains(text, bad) {
					t.Errorf("the note has %q:\n%s", bad, text)
				}
			}
			for _, fee := range append(c.Facts.Fees[:len(c.Facts.Fees):len(c.Facts.Fees)], c.Facts.Renewal.Fees...) {
				if price := fmt.Sprintf(" %d %s", fee.Value.Amount, fee.Value.Currency); fee.Shown() == cert.NotVerified && fee.Value.Amount > 0 && strings.Contains(text, price) {
					t.Errorf("states %s, which nobody verified:\n%s", price, text)
				}
			}
			who := group.Acting{Now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
			card := noted{who: who, facts: f, draft: Draft{Kind: Before, Ask: AskBoth}}.card()
			if err := message(card).Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLongNotes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := written(t, "cbet", dated(exam.Passed, "2027-02-01", "2027-02-01"))
		n := rapid.IntRange(0, MaxExpenses).Draw(r, "n")
		for range n {
			f.spent = append(f.spent, Expense{What: strings.Repeat("ä", rapid.IntRange(1, maxWhat).Draw(r, "what")), Day: "2027-01-31",
				Receipt: strings.Repeat("r", rapid.IntRange(0, maxReceipt).Draw(r, "receipt")) + fmt.Sprint(len(f.spent)%5),
				Amount:  Amount{rapid.Int64Range(1, 1_000_000_000).Draw(r, "minor"), rapid.SampledFrom([]string{"USD", "EUR", "JPY", "GBP", "CAD"}).Draw(r, "currency")}})
		}
		text := f.text(Draft{Kind: After, Result: true})
		if len([]rune(text)) > maxWords {
			r.Fatalf("%d characters", len([]rune(text)))
		}
		var amounts []Amount
		for _, e := range f.spent {
			amounts = append(amounts, e.Amount)
		}
		if n > 0 && !strings.Contains(text, "Together: "+sumWords(amounts)+".") {
			r.Fatalf("the sum of all is not there:\n%s", text)
		}
		if err := message(noted{facts: f, draft: Draft{Kind: After}}.card()).Validate(); err != nil {
			r.Fatal(err)
		}
	})
}

// The printable page is one file that loads nothing, and typed words stand in it as
// words; in Markdown they can't become HTML.
func TestNotePage(t *testing.T) {
	words := "Dear <b>all</b> & \"you\",\n\nCost:\n- Exam: <script>alert(1)</script>\n- Travel\nThanks\n-not an item"
	page, err := sheet{Title: "CBET: <exam>", Day: "Mon 1 March 2027", Footer: "Not affiliated with AAMI.", Blocks: blocks(words)}.html()
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, want := range []string{`<html lang="en">`, "<h1>CBET: &lt;exam&gt;</h1>", "<p>Dear &lt;b&gt;all&lt;/b&gt; &amp; &#34;you&#34;,</p>", "<p>Cost:</p>\n<ul>\n<li>Exam: &lt;script&gt;",
		"<li>Travel</li>\n</ul>\n<p>Thanks</p>\n<p>-not an item</p>", "@media print", "Not affiliated with AAMI.", "Mon 1 March 2027"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	for _, bad := range []string{"src=", "href=", "http", "url(", "@import", "<script", "<b>", "ZgotmplZ"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	md := string(markdown("CBET", "Mon 1 March 2027", words, "Not affiliated."))
	if !strings.HasPrefix(md, "# CBET\n\nMon 1 March 2027\n\nDear \\<b>all") || strings.Contains(strings.ReplaceAll(md, `\<`, ""), "<") {
		t.Errorf("Markdown:\n%s", md)
	}
}

// A note says of nothing that it was taken before it is over, nor that all is passed
// while a part isn't.
func TestNoteAfterIsTrue(t *testing.T) {
	if text := written(t, "cbet", dated(exam.Planned, "2027-02-20", "2027-03-05")).after(Draft{Kind: After}); !strings.Contains(text, "Please fill in when") {
		t.Errorf("a window that isn't over:\n%s", text)
	}
	part := func(id string, state exam.State) exam.Exam {
		return exam.Exam{ID: id, Certification: "cpsm", Part: id, From: "2027-02-20", To: "2027-02-20", State: state}
	}
	for _, tt := range []struct {
		name  string
		exams []exam.Exam
		want  bool
	}{
		{"both", []exam.Exam{part("core", exam.Passed), part("leadership", exam.Passed)}, true},
		{"one of two", []exam.Exam{part("core", exam.Passed), part("leadership", exam.Failed)}, false},
		{"at the second try", []exam.Exam{part("core", exam.Failed), part("core", exam.Passed)}, true},
		{"none", []exam.Exam{part("core", exam.Failed)}, false},
		{"nothing taken", nil, false},
	} {
		if text := written(t, "cpsm", tt.exams...).after(Draft{Kind: After, Result: true}); strings.Contains(text, "I passed") != tt.want {
			t.Errorf("%s:\n%s", tt.name, text)
		}
	}
}

// What others report of when an exam is given is told as that.
func TestNoteSaysWhoReports(t *testing.T) {
	for id, want := range map[string]string{
		"cphq": "It is given at any time (reported by Career Employer, study guides 2026, checked 22 Nov 2026; check with NAHQ).",
		"cabt": "It is given at any time (AAMI, About ACI, checked 22 Nov 2026).",
	} {
		if text := written(t, id).before(Draft{Kind: Before, Ask: AskBoth}); !strings.Contains(text, want) {
			t.Errorf("%s:\n%s", id, text)
		}
	}
}
