// Package killtest ends the real program with SIGKILL, at named and at random
// points, and checks afterwards that nothing was lost, doubled or miscounted.
// It has tests only.
package killtest
