package papers

import (
	"fmt"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/cert"
)

func catalogue(t *testing.T) cert.Catalogue {
	t.Helper()
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, id string) cert.Certification {
	t.Helper()
	c, ok := catalogue(t).Find(id)
	if !ok {
		t.Fatalf("no certification %q", id)
	}
	return c
}

func TestCostLines(t *testing.T) {
	for _, tt := range []struct {
		id   string
		want string
	}{
		{"cbet", `Exam: to confirm with AAMI
Application: to confirm with AAMI
Late application: 50 USD (2026), AAMI, About ACI, checked 22 Nov 2026
Retake: to confirm with AAMI
Renewal: to confirm with AAMI
Late renewal: 100 USD (2018), reported by AAMI, notice on the grace period for recertification, checked 22 Nov 2026; check with AAMI`},
		{"cpsm", `Exam, member: 229 USD a part, ISM, CPSM exam pages, checked 22 Nov 2026
Exam, not a member: 379 USD a part, ISM, CPSM exam pages, checked 22 Nov 2026
Application: to confirm with ISM
Retake: to confirm with ISM
Renewal, member: 135 USD, ISM, recertification, checked 22 Nov 2026
Renewal, not a member: 295 USD, ISM, recertification, checked 22 Nov 2026`},
		{"pmp", `Exam, not a member: 675 USD (2026), reported by pmp-guide.com, PMP certification cost (June 2026), checked 22 Nov 2026; check with PMI
Exam, member: to confirm with PMI
Application: to confirm with PMI
Retake: to confirm with PMI
Renewal, member: to confirm with PMI
Renewal, not a member: to confirm with PMI
Membership: 164 USD a year (2026), reported by pmp-guide.com, PMP certification cost (June 2026), checked 22 Nov 2026; check with PMI`},
	} {
		t.Run(tt.id, func(t *testing.T) {
			if got := strings.Join(costLines(find(t, tt.id), kinds...), "\n"); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// No amount is shown that the evidence doesn't carry, and whatever is spent, the
// card fits every platform.
func TestCostsOfEveryCertification(t *testing.T) {
	s := New(Config{})
	for _, c := range catalogue(t).Certifications {
		t.Run(c.ID, func(t *testing.T) {
			text := strings.Join(costLines(c, kinds...), "\n")
			for _, f := range append(c.Facts.Fees[:len(c.Facts.Fees):len(c.Facts.Fees)], c.Facts.Renewal.Fees...) {
				price := fmt.Sprintf("%d %s", f.Value.Amount, f.Value.Currency)
				if f.Shown() == cert.NotVerified && f.Value.Amount > 0 && strings.Contains(text, price) {
					t.Errorf("states %s, which nobody verified:\n%s", price, text)
				}
				if f.Shown() == cert.Reported && !strings.Contains(text, "reported by") {
					t.Errorf("states %s as if the issuer had said so:\n%s", price, text)
				}
			}
			var spent []Expense
			for n := range MaxExpenses {
				spent = append(spent, Expense{ID: fmt.Sprint("entry-of-16-let", n), Certification: c.ID, What: strings.Repeat("ä", maxWhat), Receipt: strings.Repeat("r", maxReceipt),
					Amount: Amount{999_999_999, []string{"USD", "EUR", "KWD"}[n%3]}, Day: "2027-05-08"})
			}
			for _, n := range []int{0, 1, MaxExpenses} {
				if err := message(s.costsCard(c, spent[:n])).Validate(); err != nil {
					t.Errorf("with %d entries: %v", n, err)
				}
			}
			if err := message(s.entryCard(spent[0], c)).Validate(); err != nil {
				t.Error(err)
			}
			if err := spentForm(PathCosts(c.ID)+"/spent/add", "USD", spent[0]).Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFilledIn(t *testing.T) {
	const today = "2028-02-29"
	for _, tt := range []struct {
		name, what, amount, day string
		invalid                 string // the fields
	}{
		{"good", "Exam fee", "519", today, ""},
		{"nothing", "", "", "", "amount day what"},
		{"spaces and control characters", " \u0000\u202e ", "1", today, "what"},
		{"tomorrow", "Fee", "1", "2028-03-01", "day"},
		{"ten years ago", "Fee", "1", "2018-03-01", ""},
		{"longer ago", "Fee", "1", "2018-02-28", "day"},
		{"no such day", "Fee", "1", "2027-02-29", "day"},
		{"slashes", "Fee", "1", "5/8/2027", "day"},
		{"negative", "Fee", "-1", today, "amount"},
		{"absurd", "Fee", "99999999999", today, "amount"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e Expense
			i := bot.Interaction{Values: bot.Values{fieldWhat: {tt.what}, fieldAmount: {tt.amount}, fieldDay: {tt.day}}}
			var fields []string
			for _, f := range []string{fieldAmount, fieldDay, fieldWhat} {
				if filledIn(i, today, "USD", &e)[f] != "" {
					fields = append(fields, f)
				}
			}
			if got := strings.Join(fields, " "); got != tt.invalid {
				t.Errorf("wrong: %q, want %q", got, tt.invalid)
			}
		})
	}
}

// However much was typed about each cost, the pages of them fit into a message.
func TestLongEntriesFit(t *testing.T) {
	var s Service
	for _, c := range catalogue(t).Certifications {
		var all []Expense
		for n := range MaxExpenses {
			all = append(all, Expense{ID: fmt.Sprintf("%016d", n), Certification: c.ID, What: strings.Repeat("W*", maxWhat/2), Receipt: strings.Repeat("_é", maxReceipt/2),
				Amount: Amount{999_999_999, []string{"USD", "EUR", "GBP"}[n%3]}, Day: "2027-05-08"})
		}
		for _, card := range []*bot.Card{s.costsCard(c, all), entriesCard(c, all, 5*perPage), s.entryCard(all[0], c)} {
			if err := message(card).Validate(); err != nil {
				t.Errorf("%s: %v", c.Short, err)
			}
		}
	}
}
