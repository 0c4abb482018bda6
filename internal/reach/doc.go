// Package reach measures what the program must reach on a large installation: how
// long it takes to be ready, what it takes of a machine while nothing happens and
// while many people answer, and what several copies carry. It starts the real
// program as processes. It has tests and benchmarks only; docs/scale.md has what
// they found.
package reach
