package app

import (
	"os"
	"testing"

	"studyhall/bot/bottest"
)

// TestOwnConversations runs the scripts of testdata/own, in which a group's own
// question is one of three, so that it is asked everywhere.
func TestOwnConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/own/*.txt", func(t *testing.T) bottest.World {
		return newWorldOf(t, os.DirFS("testdata/own/bank"))
	})
}

// The same scripts through the adapters.
func TestOwnConversationsOnPlatforms(t *testing.T) {
	onPlatforms(t, "testdata/own/*.txt", "testdata/own/bank")
}
