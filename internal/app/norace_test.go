//go:build !race

package app

// raceEnabled says that the race detector slows everything down.
const raceEnabled = false
