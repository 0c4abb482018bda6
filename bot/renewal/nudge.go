package renewal

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	// paceDays is for how long a look at the pace is of use.
	paceDays = 28
	// nearDays is from how many days before the end of a period on a note comes
	// before others.
	nearDays = 14
	// guessMonths is how near the end of a period may be that nobody has entered,
	// so that something is said about it.
	guessMonths = 6
	// feeDays is how many days before the end of a year its fee is spoken of.
	feeDays = 30
	// maxYears is more years than a period has.
	maxYears = 20
)

// holding is a credential with what is known of it on a day.
type holding struct {
	Credential
	cert     cert.Certification
	period   cert.Period // the running one; it begins on "" if nobody knows when
	standing cert.Standing
	logged   time.Time // when something was last entered in it
	today    string
	due, fee bool // what there is to say: something about the period, about a fee
}

// step is an occasion to say something about a renewal. Dates are local.
type step struct {
	name string // the same for ever
	day  string // on which it is said
	last string // on which it is still of use
}

// newHolding puts together what is known of a credential on a local day; ok is
// false if nobody knows when its period ends, or it is over.
func newHolding(c Credential, in cert.Certification, credits []Credit, today string) (h holding, ok bool) {
	h = holding{Credential: c, cert: in, today: today}
	if h.period, ok = c.Span(in.Facts.Renewal, c.Cycle); !ok || c.State == Lapsed {
		return h, false
	}
	var plain []cert.Credit
	for _, x := range credits {
		plain = append(plain, cert.Credit{Category: x.Category, Amount: x.Amount, Day: x.Day})
		if x.EnteredAt.After(h.logged) {
			h.logged = x.EnteredAt
		}
	}
	h.standing = in.Facts.Renewal.Rule().Standing(h.period, today, plain, c.Cycle.Carried)
	return h, true
}

// counts reports whether there is an amount to collect: it is known, and somebody
// with all of the certification collects it for something that can be renewed.
func (h holding) counts() bool {
	return h.standing.Known && h.State == Full && !h.runsOut() && h.active()
}

// runsOut reports whether a certification can't be renewed.
func (h holding) runsOut() bool {
	renews := h.cert.Facts.Renewal.Renews
	return renews.Shown() != cert.NotVerified && !renews.Value
}

// active reports whether the issuer still keeps the certification going.
func (h holding) active() bool {
	day, err := time.Parse(time.DateOnly, h.today)
	return err != nil || h.cert.StatusOn(day) == cert.Active
}

// done reports whether everything is collected.
func (h holding) done() bool { return h.counts() && h.standing.Complete() }

// grace is the last day of the grace period; "" if there is none.
func (h holding) grace() string {
	if !h.counts() {
		return ""
	}
	day, _ := h.cert.Facts.Renewal.GraceEnds(h.period.Ends)
	return day
}

// last is the last day on which anything is said about the period.
func (h holding) last() string {
	if !h.Cycle.Confirmed() {
		return cert.AddMonths(h.period.Ends, -guessMonths)
	}
	return max(h.period.Ends, h.grace())
}

// handIn is the day from which a renewal that is complete can be handed in or,
// where that isn't known, should be.
func (h holding) handIn() string {
	if day, ok := h.cert.Facts.Renewal.ApplyOn(h.period.Ends); ok {
		return day
	}
	return cert.AddMonths(h.period.Ends, -3)
}

// tight reports whether a category's limit matters: it is reached, or nearly so.
func tight(c cert.CategoryStanding) bool { return c.Max > 0 && 5*c.Has >= 4*c.Max }

// steps are the occasions of the period on which there is something to say, as far
// as it is known today, in order. Each is of use until the next one.
func (h holding) steps() []step {
	var all []step
	ends, last := h.period.Ends, h.last()
	add := func(name, day string) {
		if day != "" && day <= last {
			all = append(all, step{h.Cycle.ID + "/" + ends + "/" + name, day, last})
		}
	}
	if h.done() {
		add("apply", h.handIn())
	}
	for _, months := range []int{12, 6, 3, 2, 1} {
		if !h.done() || months == 1 {
			add("m"+strconv.Itoa(months), cert.AddMonths(ends, -months))
		}
	}
	add("d7", addDays(ends, -7))
	add("d0", ends)
	if grace := h.grace(); grace != "" {
		add("grace-middle", middle(ends, grace))
		add("grace-end", grace)
	}
	all = append(all, h.pace(all)...)
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(a.day, b.day) })
	all = h.snoozed(all)
	for n := range all[:max(0, len(all)-1)] {
		all[n].last = min(all[n].last, addDays(all[n+1].day, -1))
	}
	return all
}

// pace are looks at the pace a third and two thirds through the period, if somebody
// is behind then or a category's limit matters. One near another step would be one
// too many.
func (h holding) pace(others []step) []step {
	if !h.counts() || h.done() {
		return nil
	}
	var all []step
	for n := 1; n <= 2; n++ {
		check := h.period.Part(n, 3)
		near := func(s step) bool {
			days, ok := daysUntil(check, s.day)
			return !ok || -paceDays <= days && days <= paceDays
		}
		if check == "" || check > h.last() || slices.ContainsFunc(others, near) {
			continue
		}
		if h.standing.Behind(h.period, check) || slices.ContainsFunc(h.standing.Categories, tight) {
			all = append(all, step{h.Cycle.ID + "/third-" + strconv.Itoa(n), check, min(addDays(check, paceDays), h.last())})
		}
	}
	return all
}

// snoozed is steps without those before the day to which they were put off, and
// with that day if there were any.
func (h holding) snoozed(all []step) []step {
	if h.Snoozed == "" {
		return all
	}
	n := slices.IndexFunc(all, func(s step) bool { return s.day >= h.Snoozed })
	if n < 0 {
		n = len(all)
	}
	if n == 0 || h.Snoozed > h.last() {
		return all[n:]
	}
	again := step{h.Cycle.ID + "/again/" + h.Snoozed, h.Snoozed, min(addDays(h.Snoozed, paceDays), h.last())}
	return append([]step{again}, all[n:]...)
}

// fees are the occasions on which a fee of every year is due. Whether it is still
// to be paid nobody knows here.
func (h holding) fees() []step {
	var all []step
	if _, ok := h.yearly(); !ok || !h.Cycle.Confirmed() || h.period.Begins == "" || !h.active() {
		return nil
	}
	for n := 12; ; n += 12 {
		ends := addDays(cert.AddMonths(h.period.Begins, n), -1)
		if ends == "" || ends > h.period.Ends || n > 12*maxYears {
			return all
		}
		if day := addDays(ends, -feeDays); day >= h.Snoozed {
			all = append(all, step{h.Cycle.ID + "/fee/" + ends, day, ends})
		}
	}
}

// yearly is the fee of every year, if there is one and it may be shown.
func (h holding) yearly() (cert.Fact[cert.Fee], bool) {
	fees := h.cert.Facts.Renewal.Fees
	n := slices.IndexFunc(fees, func(f cert.Fact[cert.Fee]) bool { return f.Value.Per == "year" && f.Shown() != cert.NotVerified })
	if n < 0 {
		return cert.Fact[cert.Fee]{}, false
	}
	return fees[n], true
}

// reached is the newest of some steps that a person has reached and that is still
// of use to them, and the instant of the next one; zero if there is none.
//
// What was reached before they wanted such notes, or before they entered what it
// is about, is not said.
func (h holding) reached(p group.Reminded, steps []step) (now step, ok bool, next time.Time) {
	since := p.Since()
	for _, at := range []time.Time{h.CreatedAt, h.Cycle.CreatedAt, h.Cycle.DatedAt} {
		since = latest(since, at)
	}
	if h.done() {
		since = latest(since, h.logged)
	}
	for _, s := range steps {
		at := p.At(s.day)
		if at.After(p.Now) {
			return now, ok, at
		}
		if now, ok = s, !at.Before(since) && h.today <= s.last; !ok {
			now = step{}
		}
	}
	return now, ok, time.Time{}
}

// near reports whether a period or its grace ends within days.
func (h holding) near() bool {
	for _, day := range []string{h.period.Ends, h.grace()} {
		if n, ok := daysUntil(h.today, day); ok && n >= 0 && n <= nearDays {
			return h.Cycle.Confirmed()
		}
	}
	return false
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// addDays is a day some days after another; "" after what is no day.
func addDays(day string, n int) string {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return on.AddDate(0, 0, n).Format(time.DateOnly)
}

// daysUntil is how many days one day is before another.
func daysUntil(from, to string) (n int, ok bool) {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0, false
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0, false
	}
	return int(b.Sub(a) / (24 * time.Hour)), true
}

// middle is the day halfway between two.
func middle(from, to string) string {
	n, _ := daysUntil(from, to)
	return addDays(from, n/2)
}
