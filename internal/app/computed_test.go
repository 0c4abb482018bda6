package app

import (
	"os"
	"testing"

	"studyhall/bot/bottest"
)

// TestComputedConversations runs the scripts of testdata/computed, in which the
// only question is a family: each asking has other numbers, and what was asked
// keeps its own through closing, a restart and practice.
func TestComputedConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/computed/*.txt", func(t *testing.T) bottest.World {
		return newWorldOf(t, os.DirFS("testdata/computed/bank"))
	})
}
