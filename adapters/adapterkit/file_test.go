package adapterkit

import (
	"testing"

	"studyhall/bot"
)

// A file's bound comes back as it was given, and never as more than any file may
// have; what is no file has none, however much may be typed.
func TestBoundWord(t *testing.T) {
	for name, row := range map[string]struct {
		field bot.Field
		word  string
		most  int
	}{
		"a file":             {bot.Field{Kind: bot.FileField, Max: 1000}, "1000", 1000},
		"a file of any size": {bot.Field{Kind: bot.FileField}, "", bot.LimitFile},
		"too large a bound":  {bot.Field{Kind: bot.FileField, Max: bot.LimitFile + 1}, BoundWord(bot.Field{Kind: bot.FileField, Max: bot.LimitFile}), bot.LimitFile},
		"a line":             {bot.Field{Kind: bot.Line, Max: 1000}, "", bot.LimitFile},
	} {
		if word := BoundWord(row.field); word != row.word || BoundOf(word) != row.most {
			t.Errorf("%s: %q, which is %d; want %q and %d", name, word, BoundOf(word), row.word, row.most)
		}
	}
}
