package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot/bottest"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest/pgtest"
	"studyhall/quizzes"
)

// acceptedBank has one question, so that all groups are asked the same.
func acceptedBank() fs.FS { return os.DirFS("testdata/accepted/bank") }

// TestAcceptedConversations runs the scripts of testdata/accepted on every platform.
// In them "operator: accept ITEM DECISION KEY" is the host, who accepts for all groups
// what organisers decided in theirs; while the bot is stopped it gets it at its start.
func TestAcceptedConversations(t *testing.T) {
	for _, place := range []struct {
		name string
		make func(t *testing.T) *world
	}{
		{"fake", func(t *testing.T) *world { return newWorld(t).(*world) }},
		{"browser", func(t *testing.T) *world { return newBrowserWorld(t, false) }},
		{"slack", func(t *testing.T) *world { return newSlackWorld(t, false) }},
		{"slack over http", func(t *testing.T) *world { return newSlackWorld(t, true) }},
		{"discord", func(t *testing.T) *world { return newDiscordWorld(t, false) }},
		{"discord over http", func(t *testing.T) *world { return newDiscordWorld(t, true) }},
	} {
		t.Run(place.name, func(t *testing.T) {
			bottest.RunScripts(t, "testdata/accepted/*.txt", func(t *testing.T) bottest.World {
				w := accepting{place.make(t)}
				w.banks = acceptedBank()
				banks, err := quizzes.LoadTrusted(w.banks)
				if err != nil {
					t.Fatal(err)
				}
				use(t, w.running(), banks)
				if w.real == nil {
					return w
				}
				return unkept{w}
			})
		})
	}
}

// TestAcceptedOnSeveralCopies plays one with three copies on one PostgreSQL database:
// each of them brings what was accepted, and every group gets it once.
func TestAcceptedOnSeveralCopies(t *testing.T) {
	url := pgtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		w := stoppedSlackWorld(t, true)
		w.database, w.banks = url, acceptedBank()
		w.begin()
		w.more(2)
		bottest.RunScript(t, "testdata/accepted/for-all.txt", unkept{accepting{w}})
	})
}

type accepting struct{ *world }

// Start is over when the program has done what it does at its start.
func (w accepting) Start(ctx context.Context) error {
	err := w.world.Start(ctx)
	synctest.Wait()
	return err
}

func (w accepting) Driver() bottest.Driver { return host{w.world.Driver(), w.world} }

// host is a driver with somebody who does what nothing in chat does.
type host struct {
	bottest.Driver
	w *world
}

func (h host) Say(ctx context.Context, person, channel, text string) error {
	command, ok := strings.CutPrefix(text, "accept ")
	if !ok || person != "operator" {
		return h.Driver.Say(ctx, person, channel, text)
	}
	words := strings.Fields(command)
	a := h.w.running()
	var db *store.Store
	if a != nil {
		db = a.Store
	} else { // as the command does where no bot runs, up to where it would bring it itself
		beside, err := store.Beside(ctx, h.w.log, h.w.database, store.Options{})
		if err != nil {
			return err
		}
		defer beside.Close()
		db = beside
	}
	all, err := db.Proposals(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Item.ID != words[0] || string(p.Decision) != words[1] || p.Decision == practice.Corrected && fmt.Sprint(p.Mended.Keys()) != strings.Join(words[2:], " ") {
			continue
		}
		for range 2 { // asked twice, it is accepted once
			if _, _, err := db.Accept(ctx, p, h.w.Now()); err != nil || a == nil {
				return err
			}
			if err := a.Practice.BringAccepted(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("no organiser decided %s", command)
}
