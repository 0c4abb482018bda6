package store

// WriteKind is what a transaction that writes is counted as.
type WriteKind string

// The kinds of transactions: those that people or posts wait for are counted
// apart from the rest.
const (
	WriteAnswer WriteKind = "answer" // records an answer to an open question
	WriteClaim  WriteKind = "claim"  // takes work that is due
	WriteRecord WriteKind = "record" // records what came of it
	WriteLease  WriteKind = "lease"  // takes or extends a lease
	WriteOther  WriteKind = "other"
)

// WriteKinds are all kinds.
func WriteKinds() []WriteKind {
	return []WriteKind{WriteAnswer, WriteClaim, WriteRecord, WriteLease, WriteOther}
}
