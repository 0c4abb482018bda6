package papers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/currency"

	"studyhall/bot"
)

// Amount is a sum of money.
type Amount struct {
	Minor    int64  // in the smallest units of the currency: cents of a dollar, yen
	Currency string // ISO 4217: "USD"
}

// maxMajor is the most that one entry can be, in whole units of its currency: more
// is a slip of the thumb.
const maxMajor = 10_000_000

// The faults of what somebody typed as an amount.
var (
	errNoAmount   = errors.New("no amount")
	errCurrency   = errors.New("no currency known by that name")
	errWhichUnit  = errors.New("a sign that several currencies share")
	errSeparators = errors.New("can't tell thousands from decimals")
	errTooSmall   = errors.New("not more than nothing")
	errTooLarge   = errors.New("more than anybody pays")
	errDecimals   = errors.New("more decimals than the currency has")
)

// signs are those that mean one currency. "$" means that of the default, if it is
// one that is written so.
var signs = []struct{ sign, code string }{{"US$", "USD"}, {"A$", "AUD"}, {"C$", "CAD"}, {"NZ$", "NZD"}, {"€", "EUR"}, {"£", "GBP"}, {"₹", "INR"}}

// dollars are the currencies that people at home write as "$".
var dollars = []string{"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}

// ParseAmount reads an amount as people type it: "519 USD", "usd 519.50", "€12,50",
// "1,234.56". Without a currency it is in the default, an ISO 4217 code. A comma or
// point with three digits after it separates thousands; where the currency has three
// decimals, a point begins them, and a comma is refused, since it may be either.
func ParseAmount(typed, byDefault string) (Amount, error) {
	typed = strings.TrimSpace(typed)
	code, number, err := splitCurrency(typed, byDefault)
	if err != nil {
		return Amount{}, err
	}
	unit, err := currency.ParseISO(code)
	if err != nil {
		return Amount{}, errCurrency
	}
	scale, _ := currency.Standard.Rounding(unit)
	minor, err := parseNumber(number, scale)
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, unit.String()}, nil
}

// splitCurrency takes the currency off an amount.
func splitCurrency(typed, byDefault string) (code, number string, err error) {
	for _, s := range signs {
		if rest, ok := strings.CutPrefix(typed, s.sign); ok {
			return s.code, strings.TrimSpace(rest), nil
		}
		if rest, ok := strings.CutSuffix(typed, s.sign); ok {
			return s.code, strings.TrimSpace(rest), nil
		}
	}
	if strings.HasPrefix(typed, "$") || strings.HasSuffix(typed, "$") {
		if !slices.Contains(dollars, byDefault) {
			return "", "", errWhichUnit
		}
		return byDefault, strings.TrimSpace(strings.Trim(typed, "$")), nil
	}
	if !strings.ContainsFunc(typed, unicode.IsDigit) {
		return "", "", errNoAmount
	}
	letters := func(r rune) bool { return unicode.IsLetter(r) }
	if !strings.ContainsFunc(typed, letters) {
		return byDefault, typed, nil
	}
	for _, word := range []string{strings.TrimRightFunc(typed, letters), strings.TrimLeftFunc(typed, letters)} {
		if len(word) == len(typed) {
			continue
		}
		name := strings.TrimSpace(strings.Replace(typed, word, "", 1))
		return strings.ToUpper(name), strings.TrimSpace(word), nil
	}
	return "", "", errNoAmount // letters among the digits
}

// parseNumber reads a number with so many decimals at most, as a whole number of
// the smallest units.
func parseNumber(s string, scale int) (int64, error) {
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "−") {
		return 0, errTooSmall
	}
	s = strings.TrimPrefix(s, "+")
	for _, space := range []string{"'", "’", "\u00a0", "\u202f"} {
		s = strings.ReplaceAll(s, space, " ")
	}
	whole, decimals, err := splitDecimals(s, scale)
	if err != nil {
		return 0, err
	}
	digits := ""
	for n, group := range strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(" ,.", r) }) {
		if n > 0 && len(group) != 3 {
			return 0, errSeparators
		}
		digits += group
	}
	if digits == "" && decimals == "" || strings.Trim(digits+decimals, "0123456789") != "" {
		return 0, errNoAmount
	}
	if len(decimals) > scale {
		return 0, errDecimals
	}
	if len(strings.TrimLeft(digits, "0")) > 9 {
		return 0, errTooLarge
	}
	minor, err := strconv.ParseInt("0"+digits+decimals+strings.Repeat("0", scale-len(decimals)), 10, 64)
	if err != nil {
		return 0, errNoAmount
	}
	switch {
	case minor == 0:
		return 0, errTooSmall
	case minor > maxMajor*power(scale):
		return 0, errTooLarge
	}
	return minor, nil
}

// splitDecimals parts a number at its decimal sign.
func splitDecimals(s string, scale int) (whole, decimals string, err error) {
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		return s, "", nil
	}
	sign := s[last : last+1]
	other := "."
	if sign == "." {
		other = ","
	}
	if strings.Count(s, sign) > 1 { // thousands, so there are no decimals
		if strings.Contains(s, other) && strings.LastIndex(s, other) > strings.Index(s, sign) {
			return "", "", errSeparators
		}
		return s, "", nil
	}
	if !strings.Contains(s[:last], other) && !strings.Contains(s[:last], " ") && len(s)-last-1 == 3 && last > 0 {
		if scale < 3 {
			return s, "", nil
		}
		if sign == "," {
			return "", "", errSeparators
		}
	}
	return s[:last], s[last+1:], nil
}

func power(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// String is the amount as people read it: "1,234.50 USD".
func (a Amount) String() string {
	scale := 2
	if unit, err := currency.ParseISO(a.Currency); err == nil {
		scale, _ = currency.Standard.Rounding(unit)
	}
	p := power(scale)
	text := bot.Thousands(int(a.Minor / p))
	if scale > 0 {
		text += fmt.Sprintf(".%0*d", scale, a.Minor%p)
	}
	return text + " " + a.Currency
}

// Sums adds amounts up, each currency by itself, by code. Currencies are never
// turned into one another.
func Sums(all []Amount) []Amount {
	var sums []Amount
	for _, a := range all {
		n := slices.IndexFunc(sums, func(s Amount) bool { return s.Currency == a.Currency })
		if n < 0 {
			sums = append(sums, Amount{Currency: a.Currency})
			n = len(sums) - 1
		}
		sums[n].Minor += a.Minor
	}
	slices.SortFunc(sums, func(a, b Amount) int { return strings.Compare(a.Currency, b.Currency) })
	return sums
}
