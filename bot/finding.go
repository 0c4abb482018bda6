package bot

// Finding is one line of a check of the program and its platforms: what was
// looked at, how it is, and what to do about it.
type Finding struct {
	About string       // what was looked at: "Gateway", "#cbet-study in Biomed"
	State FindingState // how it is
	How   string       // the same in words, one or two sentences
	Fix   string       // what to do, in sentences; "" where there is nothing
	// Setup says that a broken thing is a fault of the configuration, which
	// trying again doesn't cure.
	Setup bool
}

// FindingState is how a finding is meant.
type FindingState string

// The states of findings.
const (
	FindingOK     FindingState = "ok"
	FindingNote   FindingState = "note"   // it works, and is worth knowing
	FindingBroken FindingState = "broken" // something doesn't work
)
