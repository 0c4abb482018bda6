package bot

import (
	"fmt"
	"strings"
	"testing"
)

func repeated[T any](n int, item func(i int) T) []T {
	var out []T
	for i := range n {
		out = append(out, item(i))
	}
	return out
}

// text is n characters of two bytes each, so that bytes are never taken for characters.
func text(n int) string { return strings.Repeat("µ", n) }

// withCard is a message with a card that is valid but for what change does.
func withCard(change func(c *Card)) error {
	c := &Card{Title: "Title"}
	change(c)
	return Message{Card: c}.Validate()
}

func controls(rows ...Row) error {
	return withCard(func(c *Card) { c.Controls = rows })
}

func button(change func(b *Button)) error {
	b := Button{Label: "Go", Action: "go"}
	change(&b)
	return controls(Row{b})
}

func menu(change func(m *Menu)) error {
	m := Menu{Placeholder: "Pick", Action: "pick", Options: []Option{{"One", "1"}}}
	change(&m)
	return controls(Row{m})
}

func form(change func(f *Form)) error {
	f := Form{Title: "Order", Action: "order", Fields: []Field{{Name: "what", Label: "What"}}}
	change(&f)
	return f.Validate()
}

func field(change func(f *Field)) error {
	return form(func(form *Form) { change(&form.Fields[0]) })
}

func command(change func(c *Command)) error {
	c := Command{Name: "quiz", Help: "Questions"}
	change(&c)
	return c.Validate()
}

func actions(rows, perRow int) []Row {
	return repeated(rows, func(r int) Row {
		return repeated(perRow, func(c int) Control { return Button{Label: "Go", Action: fmt.Sprintf("go/%d/%d", r, c)} })
	})
}

func options(n int) []Option {
	return repeated(n, func(i int) Option { return Option{Label: "One", Value: fmt.Sprint(i)} })
}

func cells(n int) []Text { return repeated(n, func(int) Text { return "c" }) }

// limited is something that may be as long, or as many, as limit and no more.
type limited struct {
	name     string
	limit    int
	validate func(n int) error
}

func (tt limited) test(t *testing.T) {
	if err := tt.validate(tt.limit); err != nil {
		t.Errorf("at the limit of %d: %v", tt.limit, err)
	}
	if err := tt.validate(tt.limit + 1); err == nil {
		t.Errorf("%d passes, want at most %d", tt.limit+1, tt.limit)
	}
}

func TestMessageLimits(t *testing.T) {
	for _, tt := range []limited{
		{"text without a card", LimitMessage, func(n int) error { return Message{Text: Text(text(n))}.Validate() }},
		{"text beside a card", LimitNotice, func(n int) error {
			return Message{Text: Text(text(n)), Card: &Card{Title: "t"}}.Validate()
		}},
		{"key", LimitKey, func(n int) error { return Message{Text: "t", Key: text(n)}.Validate() }},
		{"files", LimitFiles, func(n int) error {
			return Message{Text: "t", Files: repeated(n, func(int) File { return File{Name: "a", Data: []byte("x")} })}.Validate()
		}},
		{"file size", LimitFile, func(n int) error {
			return Message{Text: "t", Files: []File{{Name: "a", Data: make([]byte, n)}}}.Validate()
		}},
		{"whole card", LimitMessage, func(n int) error { // "b", a line break and the footer
			return withCard(func(c *Card) { c.Title, c.Body, c.Footer = "", "b", Text(text(n-2)) })
		}},
		{"title", LimitTitle, func(n int) error { return withCard(func(c *Card) { c.Title = Text(text(n)) }) }},
		{"facts", LimitFacts, func(n int) error {
			return withCard(func(c *Card) { c.Facts = repeated(n, func(int) Fact { return Fact{"a", "b"} }) })
		}},
		{"fact", LimitFact, func(n int) error {
			return withCard(func(c *Card) { c.Facts = []Fact{{"a", Text(text(n - 1))}} })
		}},
		{"table rows", LimitTableRows, func(n int) error {
			return withCard(func(c *Card) {
				c.Table = &Table{Header: cells(1), Rows: repeated(n, func(int) []Text { return cells(1) })}
			})
		}},
		{"table columns", LimitTableColumns, func(n int) error {
			return withCard(func(c *Card) { c.Table = &Table{Header: cells(n), Rows: [][]Text{cells(n)}} })
		}},
		{"image alt", LimitAlt, func(n int) error {
			return withCard(func(c *Card) { c.Image = &Image{Name: "a.png", Data: []byte("x"), Alt: text(n)} })
		}},
		{"image size", LimitFile, func(n int) error {
			return withCard(func(c *Card) { c.Image = &Image{Name: "a.png", Data: make([]byte, n), Alt: "a"} })
		}},
	} {
		t.Run(tt.name, tt.test)
	}
}

func TestControlLimits(t *testing.T) {
	for _, tt := range []limited{
		{"rows of controls", LimitRows, func(n int) error { return controls(actions(n, 1)...) }},
		{"controls in a row", LimitRow, func(n int) error { return controls(actions(1, n)...) }},
		{"button label", LimitLabel, func(n int) error { return button(func(b *Button) { b.Label = text(n) }) }},
		{"accessible label", LimitAccessible, func(n int) error { return button(func(b *Button) { b.Accessible = text(n) }) }},
		{"button action", LimitPath, func(n int) error { return button(func(b *Button) { b.Action = text(n) }) }},
		{"link label", LimitLabel, func(n int) error { return controls(Row{Link{Label: text(n), URL: "https://a.example"}}) }},
		{"link address", LimitURL, func(n int) error {
			return controls(Row{Link{Label: "a", URL: "https://a.example/" + strings.Repeat("p", n-len("https://a.example/"))}})
		}},
		{"menu placeholder", LimitPlaceholder, func(n int) error { return menu(func(m *Menu) { m.Placeholder = text(n) }) }},
		{"menu path with its longest value", LimitPath, func(n int) error {
			return menu(func(m *Menu) { m.Action = text(n - 2) })
		}},
		{"menu options", LimitOptions, func(n int) error { return menu(func(m *Menu) { m.Options = options(n) }) }},
		{"option label", LimitOptionLabel, func(n int) error { return menu(func(m *Menu) { m.Options[0].Label = text(n) }) }},
	} {
		t.Run(tt.name, tt.test)
	}
}

func TestFormAndCommandLimits(t *testing.T) {
	for _, tt := range []limited{
		{"option value", LimitOptionValue, func(n int) error {
			return field(func(f *Field) { f.Kind, f.Options = OneOf, []Option{{"One", text(n)}} })
		}},
		{"field options", LimitOptions, func(n int) error {
			return field(func(f *Field) { f.Kind, f.Options = AnyOf, options(n) })
		}},
		{"form title", LimitFormTitle, func(n int) error { return form(func(f *Form) { f.Title = text(n) }) }},
		{"form submit", LimitFormTitle, func(n int) error { return form(func(f *Form) { f.Submit = text(n) }) }},
		{"form action", LimitPath, func(n int) error { return form(func(f *Form) { f.Action = text(n) }) }},
		{"form intro", LimitMessage, func(n int) error { return form(func(f *Form) { f.Intro = Text(text(n)) }) }},
		{"fields", LimitFields, func(n int) error {
			return form(func(f *Form) {
				f.Fields = repeated(n, func(i int) Field { return Field{Name: fmt.Sprint(i), Label: "l"} })
			})
		}},
		{"field label", LimitFieldLabel, func(n int) error { return field(func(f *Field) { f.Label = text(n) }) }},
		{"field name", LimitCommandName, func(n int) error { return field(func(f *Field) { f.Name = strings.Repeat("n", n) }) }},
		{"field help", LimitHelp, func(n int) error { return field(func(f *Field) { f.Help = text(n) }) }},
		{"field placeholder", LimitPlaceholder, func(n int) error { return field(func(f *Field) { f.Placeholder = text(n) }) }},
		{"field initial value", LimitLine, func(n int) error { return field(func(f *Field) { f.Initial = []string{text(n)} }) }},
		{"command name", LimitCommandName, func(n int) error {
			return command(func(c *Command) { c.Name = strings.Repeat("q", n) })
		}},
		{"command help", LimitHelp, func(n int) error { return command(func(c *Command) { c.Help = text(n) }) }},
	} {
		t.Run(tt.name, tt.test)
	}
}

func TestValidateRefuses(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string // in the error
	}{
		{"an empty message", Message{}.Validate(), "empty message"},
		{"a message of spaces", Message{Text: " \n"}.Validate(), "empty message"},
		{"a file without a name", Message{Text: "t", Files: []File{{Data: []byte("x")}}}.Validate(), "file 0"},
		{"an empty file", Message{Text: "t", Files: []File{{Name: "a"}}}.Validate(), "file 0"},
		{"a card of a footer", withCard(func(c *Card) { c.Title, c.Footer = "", "f" }), "neither title nor body"},
		{"an image without words", withCard(func(c *Card) { c.Image = &Image{Name: "a", Data: []byte("x")} }), "image alt: empty"},
		{"an image without bytes", withCard(func(c *Card) { c.Image = &Image{Name: "a", Alt: "x"} }), "image: needs"},
		{"a table without rows", withCard(func(c *Card) { c.Table = &Table{Header: cells(1)} }), "table: 1 to"},
		{"a table without columns", withCard(func(c *Card) { c.Table = &Table{Rows: [][]Text{{}}} }), "table: 1 to"},
		{"a ragged table", withCard(func(c *Card) { c.Table = &Table{Header: cells(2), Rows: [][]Text{cells(1)}} }), "table row 0: 1 cells for 2"},
		{"an empty row", controls(Row{}), "row: 1 to"},
		{"a nil control", controls(Row{nil}), "is none"},
		{"a pointer to a control", controls(Row{&Button{Label: "a", Action: "a"}}), "is none"},
		{"a button without a label", button(func(b *Button) { b.Label = "" }), "button label: empty"},
		{"a button without an action", button(func(b *Button) { b.Action = "" }), "button action: empty"},
		{"a path with a space", button(func(b *Button) { b.Action = "a b" }), "in a path"},
		{"a path with a tilde", button(func(b *Button) { b.Action = "a~b" }), "in a path"},
		{"a path with a question mark", button(func(b *Button) { b.Action = "a?b" }), "in a path"},
		{"a path with a line break", button(func(b *Button) { b.Action = "a\nb" }), "in a path"},
		{"an action twice", controls(Row{Button{Label: "a", Action: "x"}}, Row{Button{Label: "b", Action: "x"}}), "twice in one card"},
		{"two primary buttons", controls(Row{Button{"a", "a", "", Primary}, Button{"b", "b", "", Primary}}), "at most one"},
		{"a menu beside a button", controls(Row{Menu{"p", "m", options(1)}, Button{Label: "a", Action: "a"}}), "alone in its row"},
		{"a menu without options", menu(func(m *Menu) { m.Options = nil }), "options: 0"},
		{"an option twice", menu(func(m *Menu) { m.Options = []Option{{"a", "1"}, {"b", "1"}} }), "twice"},
		{"a link without an address", controls(Row{Link{Label: "a"}}), "link: empty"},
		{"a script as a link", controls(Row{Link{"a", "javascript:alert(1)"}}), "not an http address"},
		{"a link without a host", controls(Row{Link{"a", "https:///x"}}), "not an http address"},
		{"a form without a title", form(func(f *Form) { f.Title = "" }), "title: empty"},
		{"a form without an action", form(func(f *Form) { f.Action = "" }), "action: empty"},
		{"a field without a name", field(func(f *Field) { f.Name = "" }), "field name: empty"},
		{"a field name with capitals", field(func(f *Field) { f.Name = "What" }), "lower-case letters"},
		{"a key with a tilde", Message{Text: "t", Key: "a~b"}.Validate(), "a tilde"},
		{"a label that says what every platform does", field(func(f *Field) { f.Label, f.Required = "Note, if you like", false }), `field label "Note, if you like"`},
		{"a field without a label", field(func(f *Field) { f.Label = "" }), "field label: empty"},
		{"a field twice", form(func(f *Form) { f.Fields = append(f.Fields, f.Fields[0]) }), "twice"},
		{"a choice without options", field(func(f *Field) { f.Kind = OneOf }), "options: 0"},
		{"options without a choice", field(func(f *Field) { f.Options = options(1) }), "on a kind that has none"},
		{"a command without a name", command(func(c *Command) { c.Name = "" }), "name: empty"},
		{"a command with capitals", command(func(c *Command) { c.Name = "Quiz" }), "lower-case"},
		{"a command without help", command(func(c *Command) { c.Help = "" }), "help: empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", tt.err, tt.want)
			}
		})
	}
}

func TestValidateAccepts(t *testing.T) {
	tests := map[string]error{
		"a completed choice":     field(func(f *Field) { f.Kind, f.Suggest = OneOf, "topics" }),
		"a shortcut's label":     command(func(c *Command) { c.Name, c.Message = "Suggest as question", true }),
		"a repeated command":     button(func(b *Button) { b.Action = "say/quiz mock exam?" }),
		"a full set of controls": controls(actions(LimitRows, LimitRow)...),
	}
	for name, err := range tests {
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestValidateReportsEverything(t *testing.T) {
	err := Message{Key: text(LimitKey + 1), Card: &Card{Title: Text(text(LimitTitle + 1)), Controls: []Row{{}}}}.Validate()
	for _, want := range []string{"key: ", "title: ", "row: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q in it", err, want)
		}
	}
}

func TestCardPlain(t *testing.T) {
	c := &Card{
		Title: Textf("Ask %s", Mention("x:U1", "Ann")), Body: "One\n\nTwo",
		Table:  &Table{Header: []Text{"name", "points", ""}, Rows: [][]Text{{"Ann", "3", "x"}, {"Ben", "2", "y"}}},
		Image:  &Image{Alt: "A picture"},
		Facts:  []Fact{{"When", "8 May"}},
		Footer: "Foot",
		Controls: []Row{
			{Button{Label: "A"}, Link{Label: "More"}},
			{Menu{Placeholder: "Pick", Options: []Option{{"One", "1"}, {"Two", "2"}}}},
		},
	}
	want := "Ask Ann\nOne\n\nTwo\nAnn, points 3, x\nBen, points 2, y\nA picture\nWhen: 8 May\nFoot\n[A] [More]\n[Pick: One | Two]"
	if got := c.Plain(); got != want {
		t.Errorf("Plain() = %q\n want %q", got, want)
	}
}
