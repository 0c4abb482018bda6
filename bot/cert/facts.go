package cert

// Facts is what is known of a certification beside its outlines.
type Facts struct {
	Name        Fact[string]     `yaml:"name"`
	Issuer      Fact[string]     `yaml:"issuer"`
	URL         Fact[string]     `yaml:"url"`
	Status      Fact[Status]     `yaml:"status"`
	Suits       Fact[string]     `yaml:"suits"`       // whom it is for, in a sentence
	Eligibility Fact[[]string]   `yaml:"eligibility"` // the ways to be admitted; one is enough
	Candidate   Fact[int]        `yaml:"candidate"`   // years in which who passes without the experience has to complete it; none: there is no such status
	Delivery    Fact[string]     `yaml:"delivery"`
	Windows     Fact[Windows]    `yaml:"windows"`
	Deadlines   Fact[[]Deadline] `yaml:"deadlines"`
	Fees        []Fact[Fee]      `yaml:"fees"`
	Renewal     Renewal          `yaml:"renewal"`
}

// OutlineFacts is what is known of one version of an exam.
type OutlineFacts struct {
	From      Fact[Start]    `yaml:"from"`
	Until     Fact[string]   `yaml:"until"` // the last day, 2006-01-02
	Areas     Fact[[]Domain] `yaml:"areas"`
	Weights   Fact[Weights]  `yaml:"weights"`
	Questions Fact[int]      `yaml:"questions"` // with those that don't count
	Scored    Fact[int]      `yaml:"scored"`    // those that count
	Minutes   Fact[int]      `yaml:"minutes"`
	Pass      Fact[string]   `yaml:"pass"`
	Parts     Fact[[]Part]   `yaml:"parts"` // of an exam that is sat in parts
}

// State is how a certification stands.
type State string

// The states.
const (
	Active   State = "active"
	Ending   State = "ending"   // its end is announced
	Inactive State = "inactive" // nobody can earn it any more
)

// Status is how a certification stands, and when that changes.
type Status struct {
	State        State  `yaml:"state"`
	InactiveFrom string `yaml:"inactive_from"` // 2006-01-02; "" if no end is known
}

// Start is when an outline comes into force.
type Start struct {
	Day       string `yaml:"day"`       // 2006-01-02
	Announced bool   `yaml:"announced"` // nobody has seen yet that it did
}

// Weights says whether it is known how much of the exam each area is.
type Weights string

// The kinds of weights.
const (
	Published    Weights = "published"
	NotPublished Weights = "not_published"
)

// Part is one of the exams that make up a certification.
type Part struct {
	ID        string `yaml:"id"`
	Name      string `yaml:"name"`
	Questions int    `yaml:"questions"` // 0 if it is not known
	Minutes   int    `yaml:"minutes"`   // 0 if it is not known
}

// Fee is one price.
type Fee struct {
	For      string `yaml:"for"`    // what is paid for: "exam", "retake", "late application"
	Who      string `yaml:"who"`    // "member", "nonmember" or "" for everybody
	Amount   int    `yaml:"amount"` // in whole units of the currency
	UpTo     int    `yaml:"up_to"`  // the other end of a range; 0 for none
	Currency string `yaml:"currency"`
	Per      string `yaml:"per"`  // "part", "year"; "" for once
	Year     int    `yaml:"year"` // for which the price was given; 0 if that is not known
}

// Renewal is how a certification is kept. Amounts are in its own unit, and hours
// are never turned into another unit.
type Renewal struct {
	Renews       Fact[bool]       `yaml:"renews"` // false: it runs out and can only be earned again
	Years        Fact[int]        `yaml:"years"`  // a period
	Begins       Fact[Begin]      `yaml:"begins"`
	Ends         Fact[End]        `yaml:"ends"`
	Unit         Fact[string]     `yaml:"unit"`     // "CEU"
	Required     Fact[int]        `yaml:"required"` // in a period
	Yearly       Fact[int]        `yaml:"yearly"`   // at least in every year of it
	Categories   Fact[[]Category] `yaml:"categories"`
	CarryOver    Fact[int]        `yaml:"carry_over"` // at most into the next period
	ApplyFrom    Fact[Before]     `yaml:"apply_from"`
	Grace        Fact[Grace]      `yaml:"grace"`
	Fees         []Fact[Fee]      `yaml:"fees"`
	RenewedBy    Fact[[]string]   `yaml:"renewed_by"`   // certifications that renew this one when they are earned or renewed
	Alternatives Fact[[]string]   `yaml:"alternatives"` // other ways, in words
	Proof        Fact[string]     `yaml:"proof"`        // what has to be handed in, and how
}

// Begin is on which day a period begins.
type Begin string

// The beginnings of a period.
const (
	BeginsOnDay  Begin = "day"       // that of certification, or the day after the last period
	BeginsOnYear Begin = "next_year" // 1 January after certification
)

// End is on which day a period ends.
type End string

// The ends of a period.
const (
	EndsOnDay  End = "day"      // the anniversary of certification
	EndsOnYear End = "year_end" // 31 December
)

// Category is one kind of credit. What belongs to a category within another counts
// in both.
type Category struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Min    int    `yaml:"min"`    // at least in a period
	Max    int    `yaml:"max"`    // at most that counts in a period; 0 for all
	Within string `yaml:"within"` // the category it belongs to; "" for none
}

// Before is from when on a renewal can be handed in, counted back from the end of
// the period.
type Before struct {
	Months int `yaml:"months"`
	Days   int `yaml:"days"`
}

// Grace is the time after the end of a period in which it can still be renewed.
type Grace struct {
	Months int    `yaml:"months"`
	Days   int    `yaml:"days"` // neither: there is none
	Fee    Fee    `yaml:"fee"`  // of being late; its amount is 0 for none
	Then   string `yaml:"then"` // what holds in it and after it, in words
}
