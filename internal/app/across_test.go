package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// acrossSides is the program on Slack and on Discord at once.
type acrossSides struct {
	slack   *slackSide
	discord *discordSide
}

func (a *acrossSides) platforms(shelf bot.Shelf) ([]bot.Adapter, error) {
	first, err := a.slack.platforms(shelf)
	if err != nil {
		return nil, err
	}
	second, err := a.discord.platforms(shelf)
	return append(first, second...), err
}

func (a *acrossSides) waitRunning(ctx context.Context, app *App) error {
	if err := a.slack.waitRunning(ctx, app); err != nil {
		return err
	}
	return a.discord.waitRunning(ctx, app)
}

func (a *acrossSides) stopped() {
	a.slack.stopped()
	a.discord.stopped()
}

// newAcrossWorld is the whole program on Slack, with Discord beside it. Scripts
// name the two as they are called.
func newAcrossWorld(t *testing.T) *world {
	t.Helper()
	w := stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))
	w.patient()
	a := &acrossSides{slack: newSlackSide(t, false), discord: newDiscordSide(t, w.zone, false)}
	w.real = a
	w.people = bottest.NewTogether(calling{a.slack.people, "Fake", "Slack"}, calling{a.discord.people, "Fake", "Discord"}, w.harbor)
	w.begin()
	return w
}

// TestAcrossConversations runs scripts in which one group is on Slack and on
// Discord at once, through both adapters and both platforms in memory.
func TestAcrossConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/across/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { bottest.RunScript(t, file, unkept{newAcrossWorld(t)}) })
		})
	}
}
