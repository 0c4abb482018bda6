package app

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"studyhall/bot/bottest"
)

// TestComputedConversations runs the scripts of testdata/computed, in which the
// only questions are families: each asking has other numbers, and what was asked
// keeps its own through closing, a restart and practice.
func TestComputedConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/computed/*.txt", func(t *testing.T) bottest.World {
		return newWorldOf(t, os.DirFS("testdata/computed/bank"))
	})
}

// The same scripts through the adapters.
func TestComputedConversationsOnPlatforms(t *testing.T) {
	onPlatforms(t, "testdata/computed/*.txt", "testdata/computed/bank")
}

// onPlatforms runs scripts with banks of their own through the adapters.
func onPlatforms(t *testing.T, scripts, banks string) {
	t.Helper()
	files, err := filepath.Glob(scripts)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, place := range []struct {
		name string
		make func(t *testing.T) *world
	}{
		{"browser", func(t *testing.T) *world { return newBrowserWorld(t, false) }},
		{"slack", func(t *testing.T) *world { return newSlackWorld(t, false) }},
		{"slack over http", func(t *testing.T) *world { return newSlackWorld(t, true) }},
		{"discord", func(t *testing.T) *world { return newDiscordWorld(t, false) }},
		{"discord over http", func(t *testing.T) *world { return newDiscordWorld(t, true) }},
	} {
		for _, file := range files {
			t.Run(place.name+"/"+filepath.Base(file), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := place.make(t)
					if err := w.Stop(t.Context()); err != nil {
						t.Fatal(err)
					}
					w.banks = os.DirFS(banks)
					if err := w.Start(t.Context()); err != nil {
						t.Fatal(err)
					}
					bottest.RunScript(t, file, unkept{w})
				})
			})
		}
	}
}
