package app

import (
	"os"
	"testing"
	"testing/synctest"

	"studyhall/bot/bottest"
)

// TestPictures plays a conversation about a question with a picture, and goes on
// when the program starts again on a bank that has another one in its place.
func TestPictures(t *testing.T) { synctest.Test(t, testPictures) }

func testPictures(t *testing.T) {
	w := newWorldOf(t, os.DirFS("testdata/picture/before"))
	bottest.RunScript(t, "testdata/picture/1-before.txt", w)
	w.banks = os.DirFS("testdata/picture/after")
	if err := w.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	bottest.RunScript(t, "testdata/picture/2-after.txt", w)
}
