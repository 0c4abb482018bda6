package app

import (
	"log/slog"
	"regexp"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// TestDebugLogTellsNoDate has people set, move and share the day of their exam, and
// be reminded of it, at LOG_LEVEL=debug: no line has the day, in any form.
func TestDebugLogTellsNoDate(t *testing.T) {
	dates := regexp.MustCompile(`(?i)2027|\bMay\b|in 2[0-9] weeks|\bT-[0-9]`)
	for _, script := range []string{"exam-set", "exam-countdown", "exam-share"} {
		t.Run(script, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, log := newWorld(t).(*world), &logbook{}
				if err := w.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.log = slog.New(bot.Traced(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
				if err := w.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				bottest.RunScript(t, "testdata/scripts/"+script+".txt", w)
				if !regexp.MustCompile(`"family":"exam"`).MatchString(log.String()) {
					t.Error("nothing about exams was logged, so nothing could be found")
				}
				if at := dates.FindStringIndex(log.String()); at != nil {
					t.Errorf("the log has a day: …%s…", log.String()[max(0, at[0]-200):min(len(log.String()), at[1]+50)])
				}
			})
		})
	}
}
