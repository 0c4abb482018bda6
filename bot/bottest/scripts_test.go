package bottest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/bottest"
)

func TestScripts(t *testing.T) {
	bottest.RunScripts(t, "testdata/scripts/*.txt", newWorld)
}

func TestScriptsThatFail(t *testing.T) {
	tests := []struct {
		name, script string
		want         []string // in the error
	}{
		{"another text", "ann: /snacks\nbot: Soup", []string{"line 2", "wanted: bot: Soup", "got: bot: Snacks", "ann: /snacks"}},
		{"nothing seen", "ann: /snacks\nbot …\nbot to ann: Hello", []string{"line 3", "nothing of that kind"}},
		{"another person", "ann: /snacks\nbot …\nann presses Apples\nbot to ben: Enjoy, …", []string{"line 4", "nothing of that kind"}},
		{"another channel", "ann in #other: /snacks\nbot: Snacks …", []string{"line 2", "nothing of that kind"}},
		{"a post that was not expected", "ann: /snacks\nben: /snacks", []string{"line 2", "not expected", "bot: Snacks"}},
		{"a post left at the end", "ann: /snacks", []string{"end of the script", "bot: Snacks"}},
		{"a post where nothing should be", "ann: /snacks\nbot says nothing", []string{"line 2", "not expected", "bot: Snacks"}},
		{"an edit left over", "ann: /snacks\nbot …\nann presses Apples\nbot to ann: …\nbot says nothing", []string{"line 5", "bot edits: Snacks"}},
		{"no such button", "ann: /snacks\nbot …\nann presses Pears\nann: /snacks", []string{"line 3", `ann sees no "Pears"`}},
		{"a failure at the end", "ann presses Pears", []string{"line 1", `ann sees no "Pears"`}},
		{"another failure", "ann presses Pears\nfails: it rains", []string{"line 2", "it rains", `"Pears"`}},
		{"no failure", "ann: /snacks\nfails: …", []string{"line 2", "it worked"}},
		{"somebody else's whisper", "ann: /snacks\nbot …\nann: /nosuch\nbot to ann: …\nben: /snak\nbot to ben: …\nann presses /snacks", []string{"line 7", `ann sees no "/snacks"`}},
		{"time backwards", "clock 2026-11-01 07:00", []string{"is over"}},
		{"no such time", "clock someday", []string{"no such time"}},
		{"a missing required field", "ann: /snacks\nbot …\nann presses Order\nbot …\nann submits", []string{`"What" is empty`}},
		{"a wrong option", "ann: /snacks\nbot …\nann presses Order\nbot …\nann submits what=x; kind=sour", []string{`"Kind" offers no "sour"`}},
		{"a wrong field", "ann: /snacks\nbot …\nann presses Order\nbot …\nann submits wat=x", []string{`no field "wat"`}},
		{"nothing to keep", "ann: /snacks\nbot …\nkept as snacks", []string{"line 3", "no expected line above it"}},
		{"nothing to keep after something done", "ann: /snacks\nbot: Snacks …\nann presses Apples\nkept as snacks\nbot …", []string{"line 4", "no expected line above it"}},
		{"kept otherwise", "ann: /snacks\nbot: Snacks …\nkept as pears", []string{"line 3", "no room for pears"}},
		{"not understood", "ann dances", []string{"line 1", "not understood"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bottest.Run(t.Context(), tt.script+"\n", keeper{newWorld(t), map[string]bottest.Seen{}}, false)
			if err == nil {
				t.Fatal("the script passed, want it to fail")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{
			"what matches stays as it is",
			"ann: /snacks\nbot: Snacks …\n",
			"ann: /snacks\nbot: Snacks …\n",
		}, {
			"another text is replaced",
			"ann: /snacks\nbot: Soup …\n# end\n",
			"ann: /snacks\nbot: Snacks\n  Apples 0\n  Nuts 0\n  [Apples] [Order]\n  [Other: 100 % nuts]\n# end\n",
		}, {
			"what was missing is added before the next comment",
			"ann: /snacks\nbot …\nann presses Apples\nbot edits: …\n\n# later\nstop\nstart\n",
			"ann: /snacks\nbot …\nann presses Apples\nbot edits: …\nbot to ann: Enjoy, Ann.\n\n# later\nstop\nstart\n",
		}, {
			"what did not happen goes",
			"ann: /snacks\nbot …\nbot to ann: Hello\n",
			"ann: /snacks\nbot …\n",
		}, {
			"failures are written",
			"stop\nann: /snacks\nbot: …\nstart\n",
			"stop\nann: /snacks\nfails: the bot does not answer: it is not running\nstart\n",
		}, {
			"failures that are over go",
			"ann: /snacks\nfails: …\nbot …\n",
			"ann: /snacks\nbot …\n",
		}, {
			"what is kept stays so",
			"ann: /snacks\nbot: Soup\nkept as snacks\nann presses Order\nbot asks ann: …\nkept as order\n",
			"ann: /snacks\nbot: Snacks\n  Apples 0\n  Nuts 0\n  [Apples] [Order]\n  [Other: 100 % nuts]\nkept as snacks\nann presses Order\nbot asks ann: …\nkept as order\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := bottest.Run(t.Context(), tt.script, newWorld(t), true)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("script (-want +got):\n%s", diff)
			}
			if again, err := bottest.Run(t.Context(), got, newWorld(t), false); err != nil || again != got {
				t.Errorf("the rewritten script does not pass: %v", err)
			}
		})
	}
}

// keeper is a world that keeps everything but pears.
type keeper struct {
	bottest.World
	kept map[string]bottest.Seen
}

func (k keeper) Keep(name string, seen bottest.Seen) error {
	if name == "pears" {
		return errors.New("no room for pears")
	}
	k.kept[name] = seen
	return nil
}

func TestKept(t *testing.T) {
	const script = "ann: /snacks\nbot: Snacks …\nkept as snacks\nann presses Apples\nbot edits: …\nkept as one-apple\nbot …\nann presses Order\nbot asks ann: …\nkept as order\n"
	k := keeper{newWorld(t), map[string]bottest.Seen{}}
	if _, err := bottest.Run(t.Context(), script, k, false); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"snacks": "Apples 0", "one-apple": "Apples 1"} {
		if m := k.kept[name].Message; m == nil || !strings.Contains(bottest.MessageText(*m), want) {
			t.Errorf("%s is kept as %+v, want a message with %q", name, m, want)
		}
	}
	if f := k.kept["order"].Form; f == nil || len(f.Fields) == 0 {
		t.Errorf("order is kept as %+v, want a form", f)
	}
	if _, err := bottest.Run(t.Context(), script, newWorld(t), false); err != nil {
		t.Errorf("in a world that keeps nothing: %v", err)
	}
}

// deafened is a world whose platform keeps from the bot what isn't a command.
type deafened struct{ bottest.World }

func (d deafened) Driver() bottest.Driver { return hardOfHearing{d.World.Driver()} }

type hardOfHearing struct{ bottest.Driver }

func (d hardOfHearing) Say(ctx context.Context, person, channel, text string) error {
	if !strings.HasPrefix(text, "/") {
		return bottest.ErrUnheard
	}
	return d.Driver.Say(ctx, person, channel, text)
}

func TestUnheard(t *testing.T) {
	tests := []struct {
		name, script string
		want         string // in the error; "" for none
	}{
		{"the answer and what follows from it", "ann: snacks\nbot: Snacks …\nkept as snacks\nann presses Pears\nbot to ann: …\nann submits what=x\nbot …\nann: /snacks\nbot: Snacks …", ""},
		{"up to the same person's next words", "ann: snacks\nbot: Soup\nann: /snacks\nbot: Soup", "line 4"},
		{"up to what somebody else does", "ann: snacks\nbot: Soup\nben presses Pears", `ben sees no "Pears"`},
		{"up to the clock", "ann: snacks\nclock +1m\nbot: Soup", "line 3"},
		{"nothing that came before", "ann: /snacks\nann: snacks\nbot …", "line 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bottest.Run(t.Context(), tt.script+"\n", deafened{newWorld(t)}, false)
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// picking is a world whose forms have no field in which to write "six".
type picking struct{ bottest.World }

func (p picking) Driver() bottest.Driver { return picker{p.World.Driver()} }

type picker struct{ bottest.Driver }

func (p picker) Submit(ctx context.Context, person string, values map[string]string) error {
	if values["what"] == "six" {
		return fmt.Errorf("what: %w", bottest.ErrNotEnterable)
	}
	return p.Driver.Submit(ctx, person, values)
}

func TestNotEnterable(t *testing.T) {
	const open = "ann: /snacks\nbot: Snacks …\nann presses Order\nbot asks ann: …\n"
	tests := []struct {
		name, script string
		want         string // in the error; "" for none
	}{
		{"the answer", open + "ann submits what=six\nbot asks ann: Order · What? [six] (how many?)\nkept as six\nann submits what=2\nbot …", ""},
		{"what comes next is expected", open + "ann submits what=six\nbot: Soup\nann submits what=2\nbot: Soup", "line 8"},
		{"nothing that came before", "ann: /snacks\nann presses Order\nann submits what=six\nbot …", "line 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bottest.Run(t.Context(), tt.script+"\n", picking{newWorld(t)}, false)
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
