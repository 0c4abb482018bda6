package app

import (
	"os"
	"path"
	"slices"
	"testing"

	"studyhall/bot/bottest"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// TestTypedConversations runs each script of testdata/typed in a world with one
// question, the one whose type the script is called after, or with all of them.
func TestTypedConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/typed/*.txt", func(t *testing.T) bottest.World {
		const file = "testdata/typed/bank.yaml"
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bank, problems := quizzes.Parse(file, data)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		only := path.Base(t.Name())
		if only != "session" {
			bank.Items = slices.DeleteFunc(bank.Items, func(i quizzes.Item) bool { return i.Type != only })
		}
		if len(bank.Items) == 0 {
			t.Fatalf("no question of type %s", only)
		}
		w := newWorld(t).(*world)
		*w.running().Practice.Library = *practice.NewLibrary([]quizzes.Bank{bank})
		return w
	})
}
