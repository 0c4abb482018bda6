package browser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComplete(t *testing.T) {
	w := newWorld(t, "")
	p, _ := w.adapter.person("maria")
	s := &site{Adapter: w.adapter, core: w.bot}
	tests := []struct {
		name, text string
		want       []string // what the text becomes
		first      bool     // Enter takes the first
	}{
		{"all commands", "/", []string{"/study", "/quiz ", "/group", "/hello"}, false},
		{"the beginning of one", "/qu", []string{"/quiz "}, true},
		{"in capitals", "/QU", []string{"/quiz "}, true},
		{"a whole command", "/study", []string{"/study"}, false},
		{"none", "/zzz", nil, false},
		{"the fields", "/quiz ", []string{"/quiz what:", "/quiz topic:"}, false},
		{"a field by its beginning, and values", "/quiz wh", []string{"/quiz what:"}, true},
		{"values of a choice", "/quiz what:", []string{"/quiz what:practice ", "/quiz what:review ", `/quiz what:"mock exam" `}, false},
		{"a value by its beginning", "/quiz what:mo", []string{`/quiz what:"mock exam" `}, true},
		{"a value that was typed whole", "/quiz what:review", []string{"/quiz what:review "}, false},
		{"a value without its field", "/quiz re", []string{"/quiz what:review "}, true},
		{"the other field", "/quiz what:review ", []string{"/quiz what:review topic:"}, false},
		{"suggested values", "/quiz topic:el", []string{"/quiz topic:Electronics "}, true},
		{"in an open quote", `/quiz topic:"public sa`, []string{`/quiz topic:"Public safety" `}, true},
		{"after letters of two units", "/quiz 😀 to", []string{"/quiz 😀 topic:"}, true},
		{"an unknown field", "/quiz foo:", nil, false},
		{"an unknown command's fields", "/none ", nil, false},
		{"chat", "hello", nil, false},
		{"a mention", "@St", []string{"@Studyhall "}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := s.complete(t.Context(), p, channelID("cbet-study"), test.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range v.Items {
				got = append(got, head(test.text, v.From)+item.Insert)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || v.First != test.first {
				t.Errorf("first %t (-want +got):\n%s", v.First, diff)
			}
		})
	}
}

// head is the beginning of s, of n UTF-16 units, as the page's script cuts it.
func head(s string, n int) string {
	for end := range s + " " {
		if utf16Length(s[:end]) == n {
			return s[:end]
		}
	}
	return s
}
