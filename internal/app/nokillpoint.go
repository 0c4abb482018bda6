//go:build !faults || !unix

package app

// killPoint is for the kill test only; ordinary programs have none.
func killPoint() func(point string) { return nil }
