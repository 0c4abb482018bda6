package practice_test

import (
	"testing"

	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// BenchmarkLibrary is what the questions cost the start of the program: reading
// the banks that come with it, and finding them by certification, area and id.
func BenchmarkLibrary(b *testing.B) {
	banks, err := quizzes.LoadUndrawn(quizzes.Embedded())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("index", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			practice.NewLibrary(banks)
		}
	})
	b.Run("read and index", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			banks, err := quizzes.LoadUndrawn(quizzes.Embedded())
			if err != nil {
				b.Fatal(err)
			}
			practice.NewLibrary(banks)
		}
	})
}
