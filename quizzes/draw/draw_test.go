package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestPicturesAreDrawn: what lies beside the banks is what the program draws.
func TestPicturesAreDrawn(t *testing.T) {
	for name, draw := range drawings() {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := os.Open(filepath.Join("../..", filepath.FromSlash(name)))
			if err != nil {
				t.Fatalf("%v; go run ./quizzes/draw makes it", err)
			}
			defer f.Close()
			got, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			want := draw()
			if got.Bounds() != want.Bounds() {
				t.Fatalf("size %v, want %v", got.Bounds(), want.Bounds())
			}
			for y := range want.Bounds().Dy() {
				for x := range want.Bounds().Dx() {
					if r, g, b, a := got.At(x, y).RGBA(); true {
						if wr, wg, wb, wa := want.At(x, y).RGBA(); r != wr || g != wg || b != wb || a != wa {
							t.Fatalf("pixel %d,%d differs; go run ./quizzes/draw writes the picture anew", x, y)
						}
					}
				}
			}
		})
	}
}
