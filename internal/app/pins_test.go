package app

import (
	"context"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// A platform that refuses pins for three days: questions come as ever, organisers
// are told once, and again only when they wanted it tried again.
func TestPinsRefused(t *testing.T) { synctest.Test(t, testPinsRefused) }

func testPinsRefused(t *testing.T) {
	w := newWorld(t).(*world)
	w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
		if c.Op == bottest.Pin {
			return bottest.Fault{Before: &bot.DeliveryError{Kind: bot.Refused, Cause: "The fake platform doesn't let me pin there.", Fix: "let me pin"}}
		}
		return bottest.Fault{}
	})
	bottest.RunScript(t, "testdata/pins/refused.txt", w)
}
