// Draw makes the pictures of the banks that come with the program: go run
// ./quizzes/draw writes them beside their banks. They are drawn here and nowhere
// else, so that nothing of anybody's book is in them and anyone can change them.
package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// drawings are the pictures by the file that each is written to, from the top of
// the tree.
func drawings() map[string]func() image.Image {
	return map[string]func() image.Image{
		"quizzes/banks/cbet/ecg-strip.png":      ecgStrip,
		"quizzes/banks/cbet/four-resistors.png": fourResistors,
	}
}

func main() {
	for name, draw := range drawings() {
		if err := write(filepath.FromSlash(name), draw()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(name string, picture image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, picture); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", name, err)
	}
	return f.Close()
}
