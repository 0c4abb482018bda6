package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"studyhall/adapters/discord"
)

// greet says what runs where and when the next post is due: in one line of the
// log and, as long as there is no group, in a few more, what to do next. Where
// somebody reads along these are plain text. Nothing secret is in any of them.
func (a *App) greet(ctx context.Context, c Config, log *slog.Logger, version, address string) error {
	var platforms []string
	for _, adapter := range a.adapters {
		platforms = append(platforms, adapter.Name())
	}
	now := a.Clock.Now()
	next, groups, err := a.Store.Outlook(ctx, now)
	if err != nil {
		return err
	}
	post := "none is planned"
	if !next.IsZero() {
		post = next.UTC().Format(time.RFC3339) + ", in " + inWords(next.Sub(now))
	}
	log.InfoContext(ctx, "serving", "version", version, "address", address, "database", a.Store.Where(), "platforms", platforms,
		"groups", groups, "next_post", post)
	if groups > 0 {
		return nil
	}
	steps := firstSteps(c)
	if c.Terminal == nil {
		log.InfoContext(ctx, "there is no group yet", "next", strings.Join(steps, " "), "docs", "docs/operations.md")
		return nil
	}
	lines := []string{
		"", "Studyhall " + version + " runs, and there is no group yet.",
		"  Connected to   " + strings.Join(platforms, ", "),
		"  Database       " + a.Store.Where(),
		"  Web            http://" + address + " (/healthz, /readyz, /metrics)",
		"  Backups        " + cmp.Or(c.Backups.Dir, "none are made; BACKUP_DIR says where to"),
		"", "What to do next:",
	}
	for _, step := range steps {
		lines = append(lines, "  "+step)
	}
	lines = append(lines, "", "If it doesn't answer: studyhall doctor. Ctrl+C ends it, and nothing is lost.", "")
	_, err = fmt.Fprintln(c.Terminal, strings.Join(lines, "\n"))
	return err
}

// firstSteps lead to the first group, on each platform that is set up.
func firstSteps(c Config) (steps []string) {
	if c.Slack.Set() {
		steps = append(steps, "On Slack: type /invite @Studyhall in the channel in which you study, then /studyhall group.")
	}
	if c.Discord.Token != "" {
		invite := ""
		if id := discord.ApplicationOf(c.Discord.Token.Reveal()); id != "" {
			invite = "invite the bot with " + discord.InviteURL(id) + " and "
		}
		steps = append(steps, "On Discord: "+invite+"type /group in the channel in which you study.")
	}
	return steps
}
