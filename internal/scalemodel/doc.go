// Package scalemodel plans installations that are larger than the machines we
// have: it lets one day pass in a simulation of discrete events. Groups get their
// questions at 07:00 in their zones, people answer, copies of the program send
// what the platforms' limits let through, and a database takes it all down. What
// a post and an answer cost is measured and comes in as numbers; docs/scale.md
// says how, and holds small cases of the model against the program itself.
//
// The same [Plan] gives the same [Result]. The package imports nothing of ours:
// it is about the program and no part of it.
package scalemodel
