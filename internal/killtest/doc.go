// Package killtest ends the real program with SIGKILL, at named and at random
// points, freezes it, cuts its connections, moves its clocks and fills its disk,
// and checks afterwards that nothing was lost, doubled or miscounted. It has tests
// only; docs/reliability.md says what they show.
package killtest
