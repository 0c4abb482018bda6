// Package archtest holds the tests that keep the tree in order: who may import
// whom, how long files and functions get, what stands in no code, and that what
// the documents show is true. It has no code of its own.
package archtest
