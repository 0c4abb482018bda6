package papers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/papers"
)

func TestParseAmount(t *testing.T) {
	for _, tt := range []struct{ name, typed, byDefault, want string }{
		{"plain", "519 USD", "EUR", "519.00 USD"},
		{"code first, small letters", "usd 519.50", "EUR", "519.50 USD"},
		{"close together", "12eur", "USD", "12.00 EUR"},
		{"the default", "50", "USD", "50.00 USD"},
		{"a dollar at home", "$50", "CAD", "50.00 CAD"},
		{"a dollar elsewhere", "$50", "EUR", "a sign that several currencies share"},
		{"a dollar that says which", "US$50.5", "EUR", "50.50 USD"},
		{"euro with a comma", "€12,50", "USD", "12.50 EUR"},
		{"euro after", "12,5 €", "USD", "12.50 EUR"},
		{"thousands with a comma", "1,234.56", "USD", "1,234.56 USD"},
		{"thousands with a point", "1.234,56 EUR", "USD", "1,234.56 EUR"},
		{"thousands without decimals", "1,234", "USD", "1,234.00 USD"},
		{"many thousands", "1.234.567 EUR", "USD", "1,234,567.00 EUR"},
		{"thousands with a space", "1 234,50 EUR", "USD", "1,234.50 EUR"},
		{"yen has no decimals", "5000 JPY", "USD", "5,000 JPY"},
		{"decimals of a yen", "50.5 JPY", "USD", "more decimals than the currency has"},
		{"dinar has three", "1.250 KWD", "USD", "1.250 KWD"},
		{"dinar with a comma", "1,250 KWD", "USD", "can't tell thousands from decimals"},
		{"dinar, clearly", "1.25 KWD", "USD", "1.250 KWD"},
		{"too exact", "1.2345", "USD", "more decimals than the currency has"},
		{"odd groups", "1,23,4.00", "USD", "can't tell thousands from decimals"},
		{"nothing", "0", "USD", "not more than nothing"},
		{"negative", "-5 USD", "USD", "not more than nothing"},
		{"absurd", "99999999", "USD", "more than anybody pays"},
		{"very absurd", strings.Repeat("9", 400), "USD", "more than anybody pays"},
		{"no number", "USD", "USD", "no amount"},
		{"words", "a lot", "USD", "no amount"},
		{"words after a number", "5 bucks", "USD", "no currency known by that name"},
		{"letters among digits", "5o0", "USD", "no amount"},
		{"no such currency", "5 ZZZ", "USD", "no currency known by that name"},
		{"empty", "", "USD", "no amount"},
		{"cents only", ".50", "USD", "0.50 USD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := papers.ParseAmount(tt.typed, tt.byDefault)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = a.String()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What an amount looks like reads as the same amount.
func TestAmountsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := papers.Amount{Minor: rapid.Int64Range(1, 999_999_999).Draw(t, "minor"), Currency: rapid.SampledFrom([]string{"USD", "EUR", "JPY", "CHF", "KWD"}).Draw(t, "currency")}
		if a.Currency == "JPY" {
			a.Minor = min(a.Minor, 10_000_000)
		}
		got, err := papers.ParseAmount(a.String(), "GBP")
		if err != nil || got != a {
			t.Fatalf("%s reads as %v, %v", a, got, err)
		}
	})
}

// Sums hold every entry once, in its own currency, in whatever order they come.
func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) papers.Amount {
			return papers.Amount{Minor: rapid.Int64Range(1, 1_000_000_000).Draw(t, "minor"), Currency: rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(t, "currency")}
		})
		all := rapid.SliceOf(one).Draw(t, "all")
		want := map[string]int64{}
		for _, a := range all {
			want[a.Currency] += a.Minor
		}
		sums := papers.Sums(all)
		got := map[string]int64{}
		for _, a := range sums {
			got[a.Currency] = a.Minor
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != len(sums) {
			t.Fatalf("sums (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(sums, papers.Sums(rapid.Permutation(all).Draw(t, "shuffled"))); diff != "" {
			t.Fatalf("another order (-want +got):\n%s", diff)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"519 USD", "€12,50", "1.234,56", "$", "US$", "-1", "1'000.5 CHF", "..,,", "9223372036854775807", "١٢ USD"} {
		f.Add(s, "USD")
	}
	f.Fuzz(func(t *testing.T, typed, byDefault string) {
		a, err := papers.ParseAmount(typed, byDefault)
		if err != nil {
			if a != (papers.Amount{}) {
				t.Errorf("%q: %v with an error", typed, a)
			}
			return
		}
		if a.Minor <= 0 || len(a.Currency) != 3 {
			t.Errorf("%q is %+v", typed, a)
		}
		if again, err := papers.ParseAmount(a.String(), "EUR"); err == nil && again != a {
			t.Errorf("%q is %s, which reads as %s", typed, a, again)
		}
	})
}
