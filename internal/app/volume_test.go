package app

import "os"

// less has tests of volume do a part of what they can: under the race detector,
// which makes everything ten times slower, and wherever nobody asks for the whole,
// so that `go test ./...` ends within minutes. .ci/run asks for it.
var less = raceEnabled || os.Getenv("STUDYHALL_WHOLE") == ""
