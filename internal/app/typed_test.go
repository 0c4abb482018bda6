package app

import (
	"os"
	"path"
	"slices"
	"testing"

	"studyhall/bot/bottest"
	"studyhall/quizzes"
)

// TestTypedConversations runs each script of testdata/typed in a world with one
// question, the one whose type the script is called after, or with all of them.
func TestTypedConversations(t *testing.T) {
	bottest.RunScripts(t, "testdata/typed/*.txt", func(t *testing.T) bottest.World { return typed(t, newWorld(t).(*world)) })
}

// TestTypedConversationsOnBrowser runs them on the browser chat.
func TestTypedConversationsOnBrowser(t *testing.T) {
	bottest.RunScripts(t, "testdata/typed/*.txt", func(t *testing.T) bottest.World { return unkept{typed(t, newBrowserWorld(t, false))} })
}

// typed is a world with the questions for the script of the test's name.
func typed(t *testing.T, w *world) *world {
	t.Helper()
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
	use(w.t, w.running(), []quizzes.Bank{bank})
	return w
}
