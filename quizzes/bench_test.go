package quizzes_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"studyhall/quizzes"
)

// thousand is a folder of 10 banks with 100 questions each.
func thousand(b *testing.B) fstest.MapFS {
	item := good(b)[strings.Index(good(b), "  - id: cbet"):]
	head := strings.TrimSuffix(good(b), item)
	fsys := fstest.MapFS{}
	for n := range 10 {
		var s strings.Builder
		s.WriteString(strings.Replace(head, "cbet-sample", fmt.Sprintf("bank-%d", n), 1))
		for i := range 100 {
			s.WriteString(strings.Replace(item, "cbet-ground-wire", fmt.Sprintf("q-%d-%d", n, i), 1))
		}
		fsys[fmt.Sprintf("%d.yaml", n)] = &fstest.MapFile{Data: []byte(s.String())}
	}
	return fsys
}

// BenchmarkLoad is the full check, as quizzes lint and an operator's folder
// have it; BenchmarkLoadTrusted is the program's start.
func BenchmarkLoad(b *testing.B) {
	b.Run("embedded", func(b *testing.B) {
		for b.Loop() {
			quizzes.Load(quizzes.Embedded(), catalogue(b))
		}
	})
	fsys := thousand(b)
	b.Run("1000 questions", func(b *testing.B) {
		for b.Loop() {
			if _, problems := quizzes.Load(fsys, outlines()); len(problems) > 0 {
				b.Fatal(problems[0])
			}
		}
	})
}

func BenchmarkLoadTrusted(b *testing.B) {
	b.Run("embedded", func(b *testing.B) {
		for b.Loop() {
			if _, err := quizzes.LoadTrusted(quizzes.Embedded()); err != nil {
				b.Fatal(err)
			}
		}
	})
	fsys := thousand(b)
	b.Run("1000 questions", func(b *testing.B) {
		for b.Loop() {
			if _, err := quizzes.LoadTrusted(fsys); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBroken is the search for the place of a syntax fault at the end of
// the largest file that is read.
func BenchmarkBroken(b *testing.B) {
	line := "- {id: a, text: \"some text of a line\", why: \"x\"}\n"
	data := []byte(strings.Repeat(line, (1<<20)/len(line)-1) + "a: b: c\n")
	for b.Loop() {
		quizzes.Parse("bank.yaml", data)
	}
}
