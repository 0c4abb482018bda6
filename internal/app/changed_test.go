package app

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"studyhall/bot/bottest"
)

// rebanked is a world in which "operator: other banks" starts the program again
// with other banks.
type rebanked struct {
	*world
	other fs.FS
}

func (r rebanked) Driver() bottest.Driver { return rebanker{driver{r.people, r.world}, r} }

type rebanker struct {
	driver
	r rebanked
}

func (b rebanker) Say(ctx context.Context, person, channel, text string) error {
	if person != "operator" || text != "other banks" {
		return b.driver.Say(ctx, person, channel, text)
	}
	b.r.banks = b.r.other
	return b.r.Restart(ctx)
}

// Questions that are changed, or taken out of their bank, while they are open, in a
// practice session, a mock exam, a live round and a match: both banks make no
// difference to any of them.
func TestChangedBanks(t *testing.T) {
	const file = "testdata/banks/script.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, items, _ := strings.Cut(string(data), "items:\n")
	first, _, _ := strings.Cut(items, "  - id: cbet-script-anatomy-2\n")
	for name, bank := range map[string]string{
		"with other words and another answer": strings.NewReplacer("Which word begins with B?", "What comes third?", "answer: b", "answer: c").Replace(string(data)),
		"taken out":                           head + "items:\n" + strings.ReplaceAll(first, "cbet-script-anatomy-1", "cbet-script-new"),
	} {
		if bank == string(data) {
			t.Fatalf("%s: the bank is as it was", name)
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t).(*world)
				bottest.RunScript(t, "testdata/changed/under-way.txt", rebanked{w, fstest.MapFS{"script.yaml": {Data: []byte(bank)}}})
			})
		})
	}
}
