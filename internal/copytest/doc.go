// Package copytest runs several copies of the real program on one PostgreSQL
// database: one dies and others take over, and releases follow each other across
// migrations while people answer. It has tests only.
package copytest
