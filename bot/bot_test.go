package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// secret is what a person typed or chose and no log may hold.
const secret = "swordfish"

// newBot is a bot that does something for every case below, and its log.
func newBot() (*bot.Bot, *bytes.Buffer) {
	log := &bytes.Buffer{}
	b := bot.New(slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelInfo})))
	b.Command(bot.Command{Name: "quiz", Help: "Questions", Aliases: []string{"practise"}, Fields: []bot.Field{
		{Name: "what", Label: "What", Kind: bot.OneOf, Options: []bot.Option{{Label: "Mock exam", Value: "mock"}, {Label: "Review", Value: "review"}}},
		{Name: "topic", Label: "Topic", Kind: bot.OneOf, Suggest: "topics"},
	}}, show("quiz"))
	b.Command(bot.Command{Name: "board", Help: "Places"}, show("board"))
	b.Command(bot.Command{Name: "Suggest as question", Help: "Make it a question", Message: true}, show("suggest"))
	b.Action("answer/{round}/{choice}", show("answer"))
	b.Action("panics/{what...}", func(_ context.Context, _ bot.Interaction) (bot.Response, error) { panic("out of chalk") })
	b.Action("fails/{what...}", func(_ context.Context, _ bot.Interaction) (bot.Response, error) {
		return bot.Response{}, errors.New("the chalk broke")
	})
	b.Action("mistake", func(_ context.Context, _ bot.Interaction) (bot.Response, error) {
		return bot.Response{}, fmt.Errorf("choose: %w", bot.Errorf("That one is over."))
	})
	b.Action("card", func(_ context.Context, _ bot.Interaction) (bot.Response, error) {
		return bot.Response{}, &bot.Error{Text: "t", Card: &bot.Card{Title: "Which one?"}}
	})
	b.Action("endless", func(_ context.Context, _ bot.Interaction) (bot.Response, error) {
		return bot.Response{}, bot.Errorf("%s", strings.Repeat("a", bot.LimitMessage+1))
	})
	for name, r := range map[string]bot.Response{
		"reply": bot.Whisper(bot.Message{}),
		"edit":  {Edit: &bot.Message{}},
		"form":  {Form: &bot.Form{Title: "No action"}},
	} {
		b.Action("invalid/"+name+"/{rest...}", func(context.Context, bot.Interaction) (bot.Response, error) { return r, nil })
	}
	return b, log
}

// show answers with all that a handler gets to know of an interaction.
func show(name string) bot.Handler {
	return func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		var target string
		if i.Target != nil {
			target = i.Target.Text
		}
		var files []string
		for _, f := range i.Files {
			files = append(files, f.Name)
		}
		return bot.Whisper(bot.Message{Text: bot.Text(fmt.Sprintf("%s command=%s line=%q values=%v round=%s choice=%s name=%q target=%q files=%q",
			name, i.Command, i.Line, i.Values, i.Arg("round"), i.Arg("choice"), i.Name, target, files))}), nil
	}
}

// said is what a person reads of a response, which must be whispered.
func said(t *testing.T, r bot.Response) string {
	t.Helper()
	if r.Reply == nil || !r.Private {
		t.Fatalf("response = %+v, want a whisper", r)
	}
	if err := r.Reply.Validate(); err != nil {
		t.Errorf("the whisper is not valid: %v", err)
	}
	return bottest.MessageText(*r.Reply)
}

func TestHandle(t *testing.T) {
	tests := []struct {
		name string
		in   bot.Interaction
		want string // begins what is whispered
	}{
		{"a bare command", bot.Interaction{Command: "quiz"}, `quiz command=quiz line="" values=map[]`},
		{"a command with a line", bot.Interaction{Command: "quiz", Line: "mock exam"}, `quiz command=quiz line="mock exam" values=map[what:[mock]]`},
		{"a command with values", bot.Interaction{Command: "quiz", Values: bot.Values{"what": {"mock"}}}, `quiz command=quiz line="" values=map[what:[mock]]`},
		{"a completed value is free", bot.Interaction{Command: "quiz", Values: bot.Values{"topic": {"x"}}}, `quiz command=quiz line="" values=map[topic:[x]]`},
		{"an alias", bot.Interaction{Line: "Practise review"}, `quiz command=quiz line="review" values=map[what:[review]]`},
		{"typed with a slash", bot.Interaction{Line: " /quiz"}, `quiz command=quiz`},
		{"typed over two lines", bot.Interaction{Line: "quiz\nreview"}, `quiz command=quiz line="review" values=map[what:[review]]`},
		{"a shortcut", bot.Interaction{Command: "Suggest as question", Target: &bot.Target{Text: "x"}}, `suggest command=Suggest as question`},
		{"a button", bot.Interaction{Action: "answer/4kq/b"}, `answer command= line="" values=map[] round=4kq choice=b`},
		{"a button of an older version", bot.Interaction{Action: "gone/1"}, "That button is from an older version"},
		{"an unknown command is typed text", bot.Interaction{Command: "qiz", Line: "review"}, "I don't know \"qiz\". Did you mean \"/quiz\"?\n[/quiz]"},
		{"an unknown word", bot.Interaction{Line: "weather today"}, "I don't know \"weather\". Nothing was changed. Try one of: /quiz, /board."},
		{"a very long word", bot.Interaction{Line: strings.Repeat("w", bot.LimitLine)}, "I don't know \"" + strings.Repeat("w", 40) + "…\"."},
		{"an unknown option", bot.Interaction{Command: "quiz", Values: bot.Values{"what": {"soup"}}}, `/quiz doesn't know "soup". Nothing was changed. It knows: Mock exam, Review.`},
		{"nearly an option", bot.Interaction{Command: "quiz", Values: bot.Values{"what": {"revue"}}}, "I don't know \"revue\". Did you mean \"Review\"?\n[Review]"},
		{"a word of an option", bot.Interaction{Command: "quiz", Values: bot.Values{"what": {"exam"}}}, "I don't know \"exam\". Did you mean \"Mock exam\"?\n[Mock exam]"},
		{"words for a command without fields", bot.Interaction{Command: "board", Line: "now"}, "/board needs nothing after it."},
		{"a mistake", bot.Interaction{Action: "mistake"}, "That one is over."},
		{"a mistake with a card", bot.Interaction{Action: "card"}, "Which one?"},
		{"too long a line", bot.Interaction{Command: "quiz", Line: strings.Repeat("µ", bot.LimitLine+1)}, "That was too long for me to read. Nothing was changed. Please keep it under 3000 characters."},
		{"a line of a megabyte", bot.Interaction{Line: strings.Repeat("a", 1<<20)}, "That was too long"},
		{"too long a value", bot.Interaction{Command: "quiz", Values: bot.Values{"what": {strings.Repeat("a", 1<<20)}}}, "That was too long"},
		{"too long a path", bot.Interaction{Action: strings.Repeat("a", 1<<20)}, "That was too long"},
		{
			"control characters go", bot.Interaction{
				Command: "quiz", Line: "re\x00view", Name: "A\x02n\u202en", Values: bot.Values{"topic": {"a\x1fb"}},
				Target: &bot.Target{Text: "x\x03y"}, Files: []bot.File{{Name: "a\x00b"}},
			},
			`quiz command=quiz line="review" values=map[topic:[ab] what:[review]] round= choice= name="Ann" target="xy" files=["ab"]`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, log := newBot()
			if got := said(t, b.Handle(t.Context(), tt.in)); !strings.HasPrefix(got, tt.want) {
				t.Errorf("said %q\nwant %q first", got, tt.want)
			}
			if log.Len() > 0 {
				t.Errorf("a person's doing was logged: %s", log)
			}
		})
	}
}

func TestHandleLeavesTheInteractionAlone(t *testing.T) {
	b, _ := newBot()
	i := bot.Interaction{
		Command: "quiz", Line: "review", Values: bot.Values{"topic": {"a\x00"}},
		Target: &bot.Target{Text: "x\x00"}, Files: []bot.File{{Name: "a\x00"}},
	}
	b.Handle(t.Context(), i)
	if i.Values.Get("topic") != "a\x00" || len(i.Values) != 1 || i.Target.Text != "x\x00" || i.Files[0].Name != "a\x00" {
		t.Errorf("the adapter's interaction was changed: %+v", i)
	}
}

func TestHandleOurFault(t *testing.T) {
	tests := []struct{ name, action, logged string }{
		{"a panic", "panics/", "out of chalk"},
		{"an error", "fails/", "the chalk broke"},
		{"an invalid reply", "invalid/reply/", "empty message"},
		{"an invalid edit", "invalid/edit/", "empty message"},
		{"an invalid form", "invalid/form/", "action: empty"},
	}
	code := regexp.MustCompile(`code ([A-Z2-7]{6})\.`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, log := newBot()
			got := said(t, b.Handle(t.Context(), bot.Interaction{
				ID: "x1", User: "x:U1", Name: secret, Action: tt.action + secret, Line: secret,
				Values: bot.Values{"answer": {secret}}, Target: &bot.Target{Text: secret}, Files: []bot.File{{Name: secret}},
			}))
			found := code.FindStringSubmatch(got)
			if found == nil || strings.Contains(got, tt.logged) {
				t.Fatalf("said %q, want a code and no reason", got)
			}
			for _, want := range []string{found[1], tt.logged, "x:U1", `"ERROR"`, strings.Split(tt.action, "/")[0]} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("log lacks %q:\n%s", want, log)
				}
			}
			if strings.Contains(log.String(), secret) {
				t.Errorf("log has what a person typed:\n%s", log)
			}
		})
	}
	t.Run("a mistake too long to show", func(t *testing.T) {
		b, log := newBot()
		if got := said(t, b.Handle(t.Context(), bot.Interaction{Action: "endless"})); !code.MatchString(got) || log.Len() == 0 {
			t.Errorf("said %q and logged %q, want a code", got, log)
		}
	})
}

func TestLogValueOfUnknownCommand(t *testing.T) {
	b, log := newBot()
	b.OnUnknown(func(context.Context, bot.Interaction) (bot.Response, error) {
		return bot.Response{}, errors.New("the chalk broke")
	})
	b.Handle(t.Context(), bot.Interaction{Command: secret, Line: secret})
	if log.Len() == 0 || strings.Contains(log.String(), secret) {
		t.Errorf("log = %s, want the error without %q", log, secret)
	}
}

func TestOnUnknown(t *testing.T) {
	b, _ := newBot()
	b.OnUnknown(show("unknown"))
	tests := []struct {
		name string
		in   bot.Interaction
		want string
	}{
		{"far from any command", bot.Interaction{Line: "good morning"}, `unknown command= line="good morning"`},
		{"nothing", bot.Interaction{}, `unknown command= line=""`},
		{"near a command", bot.Interaction{Line: "qiz"}, "I don't know"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := said(t, b.Handle(t.Context(), tt.in)); !strings.HasPrefix(got, tt.want) {
				t.Errorf("said %q, want %q first", got, tt.want)
			}
		})
	}
}

// TestNearestIsAButton presses what the bot offers instead of a mistyped word.
func TestNearestIsAButton(t *testing.T) {
	tests := []struct{ name, line, label, want string }{
		{"a command", "/qiz review", "/quiz", `quiz command=quiz line="review" values=map[what:[review]]`},
		{"an option", "quiz what=revieuw", "Review", `quiz command=quiz line="Review" values=map[what:[review]]`},
		{"an option", "quiz mok exam", "Mock exam", `quiz command=quiz line="Mock exam" values=map[what:[mock]]`},
		{"an option after its field's name", "quiz what=mok exam", "Mock exam", `quiz command=quiz line="Mock exam" values=map[what:[mock]]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := newBot()
			r := b.Handle(t.Context(), bot.Interaction{Line: tt.line, Direct: true})
			said(t, r)
			if r.Reply.Card == nil || len(r.Reply.Card.Controls) != 1 {
				t.Fatalf("%+v, want one button", r.Reply)
			}
			button := r.Reply.Card.Controls[0][0].(bot.Button)
			if button.Label != tt.label {
				t.Errorf("label = %q, want %q", button.Label, tt.label)
			}
			if got := said(t, b.Handle(t.Context(), bot.Interaction{Action: button.Action})); !strings.HasPrefix(got, tt.want) {
				t.Errorf("pressed, said %q, want %q first", got, tt.want)
			}
		})
	}
	t.Run("too long for a path", func(t *testing.T) {
		b, _ := newBot()
		r := b.Handle(t.Context(), bot.Interaction{Line: "qiz " + strings.Repeat("a", bot.LimitPath)})
		if got := said(t, r); got != `I don't know "qiz". Did you mean "/quiz"?` {
			t.Errorf("said %q, want the words without a button", got)
		}
	})
}

func TestUnknownWordAmongManyOptions(t *testing.T) {
	b, log := newBot()
	var options []bot.Option
	for n := range bot.LimitOptions {
		options = append(options, bot.Option{Label: strings.Repeat("µ", bot.LimitOptionLabel), Value: fmt.Sprint(n)})
	}
	b.Command(bot.Command{Name: "many", Help: "h", Fields: []bot.Field{
		{Name: "a", Label: "A", Kind: bot.OneOf, Options: options}, {Name: "b", Label: "B", Kind: bot.OneOf, Options: options},
	}}, show("many"))
	if got := said(t, b.Handle(t.Context(), bot.Interaction{Line: "many soup"})); !strings.HasPrefix(got, `/many doesn't know "soup"`) || log.Len() > 0 {
		t.Errorf("said %q and logged %q, want the words it knows", got, log)
	}
}

func TestRegisteringPanics(t *testing.T) {
	noop := func(context.Context, bot.Interaction) (bot.Response, error) { return bot.Response{}, nil }
	fake := bottest.NewFake(time.Now)
	tests := []struct {
		name     string
		register func(b *bot.Bot)
	}{
		{"a command twice", func(b *bot.Bot) { b.Command(bot.Command{Name: "quiz", Help: "h"}, noop) }},
		{"a command like an alias", func(b *bot.Bot) { b.Command(bot.Command{Name: "practise", Help: "h"}, noop) }},
		{"an alias like a command", func(b *bot.Bot) { b.Command(bot.Command{Name: "new", Help: "h", Aliases: []string{"quiz"}}, noop) }},
		{"a command that is refused", func(b *bot.Bot) { b.Command(bot.Command{Name: "Quiz", Help: "h"}, noop) }},
		{"an action twice", func(b *bot.Bot) { b.Action("mistake", noop) }},
		{"the path of corrections", func(b *bot.Bot) { b.Action("say/{words...}", noop) }},
		{"a suggester twice", func(b *bot.Bot) { b.Suggest("a", nil); b.Suggest("a", nil) }},
		{"an adapter twice", func(b *bot.Bot) { b.Add(fake); b.Add(fake) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := newBot()
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			tt.register(b)
		})
	}
}

func TestComplete(t *testing.T) {
	b, log := newBot()
	b.Suggest("topics/{track}", func(_ context.Context, i bot.Interaction, typed string) ([]bot.Option, error) {
		switch typed {
		case "panic":
			panic("out of chalk")
		case "fail":
			return nil, errors.New("the chalk broke")
		case "long":
			return []bot.Option{{Label: strings.Repeat("a", bot.LimitOptionLabel+1), Value: "1"}}, nil
		case "none":
			return nil, nil
		case "many":
			many := make([]bot.Option, bot.LimitSuggestions+5)
			for n := range many {
				many[n] = bot.Option{Label: "Topic", Value: fmt.Sprint(n)}
			}
			return many, nil
		}
		return []bot.Option{{Label: i.Arg("track") + " " + typed, Value: "1"}}, nil
	})
	tests := []struct {
		name, action, typed string
		want                int
		logged              string
	}{
		{"ordinary", "topics/cbet", "sa\x00f", 1, ""},
		{"nothing to suggest", "topics/cbet", "none", 0, ""},
		{"more than fit", "topics/cbet", "many", bot.LimitSuggestions, ""},
		{"more typed than is completed", "topics/cbet", strings.Repeat("a", bot.LimitPlaceholder+1), 0, ""},
		{"an unknown path", "gone", "a", 0, ""},
		{"a panic", "topics/cbet", "panic", 0, "out of chalk"},
		{"an error", "topics/cbet", "fail", 0, "the chalk broke"},
		{"an option too long", "topics/cbet", "long", 0, "option label"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log.Reset()
			got := b.Complete(t.Context(), bot.Interaction{Action: tt.action, Line: secret}, tt.typed)
			if len(got) != tt.want {
				t.Errorf("%d suggestions, want %d", len(got), tt.want)
			}
			if tt.name == "ordinary" && got[0].Label != "cbet saf" {
				t.Errorf("label = %q, want what was typed without control characters", got[0].Label)
			}
			if (log.Len() > 0) != (tt.logged != "") || !strings.Contains(log.String(), tt.logged) || strings.Contains(log.String(), secret) {
				t.Errorf("log = %q, want %q in it", log, tt.logged)
			}
		})
	}
}

func TestHomeOf(t *testing.T) {
	tests := []struct {
		name, want, logged string
		home               func(context.Context, bot.UserID) ([]bot.Card, error)
	}{
		{"none registered", "", "", nil},
		{"cards", "For x:U1", "", func(_ context.Context, u bot.UserID) ([]bot.Card, error) {
			return []bot.Card{{Title: bot.Textf("For %s", u)}}, nil
		}},
		{"an error", "code", "the chalk broke", func(context.Context, bot.UserID) ([]bot.Card, error) { return nil, errors.New("the chalk broke") }},
		{"a panic", "code", "out of chalk", func(context.Context, bot.UserID) ([]bot.Card, error) { panic("out of chalk") }},
		{"an invalid card", "code", "neither title nor body", func(context.Context, bot.UserID) ([]bot.Card, error) { return []bot.Card{{}}, nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, log := newBot()
			if tt.home != nil {
				b.Home(tt.home)
			}
			var got []string
			for _, c := range b.HomeOf(t.Context(), "x:U1") {
				got = append(got, c.Plain())
			}
			if !strings.Contains(strings.Join(got, "\n"), tt.want) || (tt.want == "") != (len(got) == 0) {
				t.Errorf("cards = %q, want %q", got, tt.want)
			}
			if (log.Len() > 0) != (tt.logged != "") || !strings.Contains(log.String(), tt.logged) {
				t.Errorf("log = %q, want %q", log, tt.logged)
			}
		})
	}
}

func TestNotice(t *testing.T) {
	b, log := newBot()
	var heard []bot.Notice
	b.OnNotice(func(context.Context, bot.Notice) error { return errors.New("the chalk broke") })
	b.OnNotice(func(context.Context, bot.Notice) error { panic("out of chalk") })
	b.OnNotice(func(_ context.Context, n bot.Notice) error { heard = append(heard, n); return nil })
	n := bot.Notice{Kind: bot.ChannelMoved, Channel: "x:C1", Moved: "x:C2"}
	b.Notice(t.Context(), n)
	if diff := cmp.Diff([]bot.Notice{n}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
	for _, want := range []string{"the chalk broke", "out of chalk", "x:C1"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log lacks %q: %s", want, log)
		}
	}
}

func TestSend(t *testing.T) {
	ctx := t.Context()
	hi, empty := bot.Message{Text: "hi", Key: "k"}, bot.Message{}
	tests := []struct {
		name string
		do   func(b *bot.Bot) error
		want bot.DeliveryFailure
	}{
		{"send, unknown platform", func(b *bot.Bot) error { _, err := b.Send(ctx, "slack:C1", hi); return err }, bot.NotSent},
		{"send, no platform", func(b *bot.Bot) error { _, err := b.Send(ctx, "C1", hi); return err }, bot.NotSent},
		{"send, invalid", func(b *bot.Bot) error { _, err := b.Send(ctx, "fake:c", empty); return err }, bot.Refused},
		{"edit, unknown platform", func(b *bot.Bot) error { return b.Edit(ctx, "slack:C1/1", hi) }, bot.NotSent},
		{"edit, invalid", func(b *bot.Bot) error { return b.Edit(ctx, "fake:c/1", empty) }, bot.Refused},
		{"edit, gone", func(b *bot.Bot) error { return b.Edit(ctx, "fake:c/9", hi) }, bot.Gone},
		{"direct, unknown platform", func(b *bot.Bot) error { _, err := b.Direct(ctx, "slack:U1"); return err }, bot.NotSent},
		{"check, unknown platform", func(b *bot.Bot) error { return b.Check(ctx, "slack:C1") }, bot.NotSent},
		{"check, refused", func(b *bot.Bot) error { return b.Check(ctx, "fake:shut") }, bot.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := newBot()
			fake := bottest.NewFake(time.Now)
			fake.Refuse("shut", true)
			b.Add(fake)
			failure, ok := errors.AsType[*bot.DeliveryError](tt.do(b))
			if !ok || failure.Kind != tt.want || failure.Cause == "" {
				t.Errorf("error = %v, want kind %d with a cause", failure, tt.want)
			}
			if n := len(fake.Messages()); n != 0 {
				t.Errorf("%d messages posted, want none", n)
			}
		})
	}
}

func TestPowers(t *testing.T) {
	ctx := t.Context()
	start := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	fake := bottest.NewFake(func() time.Time { return start })
	fake.Person("ann", bot.Profile{Name: "Ann\x02", Zone: "America/Chicago"})
	full, _ := newBot()
	full.Add(fake)
	bare, log := newBot()
	bare.Add(struct{ bot.Adapter }{fake})

	id, err := full.Send(ctx, fake.ChannelID(""), bot.Message{Text: "hi", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	direct, err := full.Direct(ctx, fake.UserID("ann"))
	if err != nil || direct != fake.DirectID("ann") {
		t.Errorf("Direct = %q, %v", direct, err)
	}
	if ids, err := full.Find(ctx, fake.ChannelID(""), "k", start); err != nil || len(ids) != 1 || ids[0] != id || !full.CanFind(fake.ChannelID("")) {
		t.Errorf("Find = %v, %v; want %q", ids, err, id)
	}
	if _, err := bare.Find(ctx, fake.ChannelID(""), "k", start); err == nil || bare.CanFind(fake.ChannelID("")) {
		t.Error("found something without a Finder")
	}
	if got := full.Profile(ctx, fake.Space(), fake.UserID("ann")); got.Name != "Ann" || got.Zone != "America/Chicago" {
		t.Errorf("Profile = %+v, want Ann of Chicago without control characters", got)
	}
	if got := bare.Profile(ctx, fake.Space(), fake.UserID("ann")); got != (bot.Profile{}) {
		t.Errorf("Profile = %+v without a Profiler", got)
	}
	if got := full.ChannelName(ctx, fake.ChannelID("study")); got != "#study" {
		t.Errorf("ChannelName = %q, want #study", got)
	}
	for _, ch := range []bot.ChannelID{direct, "slack:C1"} {
		if got := full.ChannelName(ctx, ch); got != "this channel" {
			t.Errorf("ChannelName(%q) = %q, want this channel", ch, got)
		}
	}
	if err := bare.Check(ctx, fake.ChannelID("")); err != nil {
		t.Errorf("Check without a Checker: %v", err)
	}
	if err := bare.Delete(ctx, id); err != nil || fake.Messages()[0].Deleted {
		t.Errorf("Delete without a Deleter: %v, deleted %v", err, fake.Messages()[0].Deleted)
	}
	if err := full.Delete(ctx, id); err != nil || !fake.Messages()[0].Deleted {
		t.Errorf("Delete: %v, deleted %v", err, fake.Messages()[0].Deleted)
	}
	if log.Len() > 0 {
		t.Errorf("missing powers were logged: %s", log)
	}
}

func TestIdentifiers(t *testing.T) {
	for id, want := range map[bot.ChannelID]string{"slack:T1/C2": "slack", "browser:a:b": "browser", "C2": "", "": ""} {
		if got := bot.AdapterOf(id); got != want {
			t.Errorf("AdapterOf(%q) = %q, want %q", id, got, want)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		id := bot.NewID()
		if !regexp.MustCompile(`^[a-z2-7]{16}$`).MatchString(id) || seen[id] {
			t.Fatalf("NewID() = %q, want 16 letters and digits, never twice", id)
		}
		seen[id] = true
	}
}
