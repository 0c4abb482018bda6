package bot

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzPaths sends any path and any text to a bot, as a modified client could: it
// answers with something that may be shown, and a path leads to one handler, with
// the arguments that stand in it.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"answer/r/b", "answer//b", "answer/../b", "say/quiz", "say/", "rest/a/b/c", "rest/", "", "/", "a\x00/b", "ANSWER/r/b", "\xff/\u202e"} {
		f.Add(path, "quiz topic: x")
	}
	f.Fuzz(func(t *testing.T, path, line string) {
		b := New(slog.New(slog.DiscardHandler))
		var got []string
		b.Action("answer/{round}/{choice}", func(_ context.Context, i Interaction) (Response, error) {
			got = append(got, "answer/"+i.Arg("round")+"/"+i.Arg("choice"))
			return Whisper(Message{Text: Textf("of %s", i.Arg("round"))}), nil
		})
		b.Action("rest/{all...}", func(_ context.Context, i Interaction) (Response, error) {
			got = append(got, "rest/"+i.Arg("all"))
			return Response{}, nil
		})
		b.Command(Command{Name: "quiz", Help: "Practise", Fields: []Field{{Name: "topic", Label: "Topic"}}}, func(_ context.Context, i Interaction) (Response, error) {
			return Whisper(Message{Text: Textf("about %s", i.Values.Get("topic"))}), nil
		})
		r := b.Handle(t.Context(), Interaction{User: "x:ann", Action: path, Line: line, Values: Values{"topic": {line}}})
		for _, m := range []*Message{r.Reply, r.Edit} {
			if m == nil {
				continue
			}
			if err := m.Validate(); err != nil {
				t.Errorf("%q: %v", path, err)
			}
			if m.Card != nil && (strings.Contains(m.Card.Plain(), "not your doing") || !utf8.ValidString(m.Card.Plain())) {
				t.Errorf("%q is answered %q", path, m.Card.Plain())
			}
		}
		clean := string(Typed(path))
		leads := b.ActionPattern(clean) != "" && !strings.HasPrefix(clean, sayPath) && len(path) < LimitPath
		if utf8.RuneCountInString(line) > LimitLine { // which is too much, wherever it leads
			leads = false
		}
		if len(got) > 1 || len(got) == 1 && got[0] != clean || len(path) < LimitPath && len(got) == 1 != leads {
			t.Errorf("%q led to %q, and matches %q", path, got, b.ActionPattern(clean))
		}
	})
}
