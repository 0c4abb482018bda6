package bot

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var tuesday = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// hostile is typed text that imitates a mention.
var hostile = string(Mention("slack:T1/U1", "everyone"))

func TestTyped(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"ordinary", "100 µA, naïve 👩‍🔧", "100 µA, naïve 👩‍🔧"},
		{"line breaks and tabs stay", "a\n\tb", "a\n\tb"},
		{"carriage returns go", "a\r\nb", "a\nb"},
		{"control characters go", "a\x00\x02\x03\x1f\x1b\x7f\u0085b", "ab"},
		{"direction changes go", "a\u202eb\u2066c\u2069", "abc"},
		{"marks of a language stay", "Nguye\u0302\u0303n, \u05e9\u05c1\u05b8\u05bc\u0591", "Nguye\u0302\u0303n, \u05e9\u05c1\u05b8\u05bc\u0591"},
		{"towers of marks go", "Z" + strings.Repeat("\u0301", 300) + "e\u0301", "Z\u0301\u0301\u0301\u0301e\u0301"},
		{"broken UTF-8 goes", "a\xff\xc3(b\ufffd", "a(b"},
		{"markup is literal", "<!channel> @everyone *b*", "<!channel> @everyone *b*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(Typed(tt.in)); got != tt.want {
				t.Errorf("Typed(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTextf(t *testing.T) {
	ann := Mention("slack:T1/U2", "Ann")
	type named string
	tests := []struct {
		name     string
		got      Text
		plain    string
		mentions int
	}{
		{"strings are typed", Textf("Hi %s", hostile), "Hi mslack:T1/U1everyone", 0},
		{"named strings too", Textf("Hi %s", named(hostile)), "Hi mslack:T1/U1everyone", 0},
		{"errors too", Textf("%v", errors.New(hostile)), "mslack:T1/U1everyone", 0},
		{"lists too", Textf("%v", []string{hostile, "b"}), "[mslack:T1/U1everyone b]", 0},
		{"identifiers too", Textf("%s", UserID(hostile)), "mslack:T1/U1everyone", 0},
		{"text keeps its tokens", Textf("Hi %s, it's %s", ann, When(tuesday)), "Hi Ann, it's Tue 1:00 PM", 1},
		{"numbers keep their verbs", Textf("%03d of %.1f, %t, %*d", int64(7), 2.5, true, 3, 5), "007 of 2.5, true,   5", 0},
		{"quotes", Textf("%q", "a b"), `"a b"`, 0},
		{"a mention's name is typed", Mention("slack:U1", "Ann\x03"+hostile), "Annmslack:T1/U1everyone", 1},
		{"a mention's account is typed", Mention("slack:U1\x1fx\x03"+UserID(hostile), "Ann"), "Ann", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.got.Plain(); got != tt.plain {
				t.Errorf("Plain() = %q, want %q", got, tt.plain)
			}
			mentions := 0
			for _, p := range tt.got.Parts() {
				if p.Kind == MentionPart {
					mentions++
				}
			}
			if mentions != tt.mentions {
				t.Errorf("%d mentions, want %d", mentions, tt.mentions)
			}
		})
	}
}

func TestParts(t *testing.T) {
	lit := func(s string) Part { return Part{Kind: LiteralPart, Literal: s} }
	tests := []struct {
		name string
		text Text
		want []Part
	}{
		{"nothing", "", nil},
		{"literal", "a\nb", []Part{lit("a\nb")}},
		{"mention and instant", Textf("To %s at %s.", Mention("x:1", "Ann"), When(tuesday)), []Part{
			lit("To "), {Kind: MentionPart, Literal: "Ann", User: "x:1"}, lit(" at "),
			{Kind: WhenPart, Literal: "Tue 1:00 PM", Time: tuesday}, lit("."),
		}},
		{"an instant reads in its location and is UTC", When(tuesday.In(time.FixedZone("", -6*3600))), []Part{
			{Kind: WhenPart, Literal: "Tue 7:00 AM", Time: tuesday},
		}},
		{"an unclosed token", "a\x02m\x1fx", []Part{lit("amx")}},
		{"an unknown token", "a\x02z\x1fx\x1fy\x03b", []Part{lit("a"), lit("zxy"), lit("b")}},
		{"a token of too few pieces", "\x02m\x1fx\x03", []Part{lit("mx")}},
		{"an instant that is none", "\x02w\x1fnoon\x1fy\x03", []Part{lit("wnoony")}},
		{"control characters between", "a\x00b", []Part{lit("ab")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.text.Parts()); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add("hello\nworld")
	f.Add(hostile)
	f.Add("\x02m\x1f\x1f\x03\x02w\x1f1\x1fx\x03\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		typed := Typed(s)
		checkClean(t, string(typed))
		if again := Typed(string(typed)); again != typed {
			t.Errorf("Typed is not stable: %q, then %q", typed, again)
		}
		if plain := typed.Plain(); plain != string(typed) {
			t.Errorf("Plain of typed text is %q, want %q", plain, typed)
		}
		for _, text := range []Text{Textf("a %s b", s), Textf("%v", []string{s}), Errorf("%s", s).(*Error).Text} {
			for _, p := range text.Parts() {
				if p.Kind != LiteralPart {
					t.Errorf("typed %q became %+v", s, p)
				}
			}
		}
		for _, p := range Textf("%s%s", s, Mention(UserID(s), s)).Parts() {
			checkClean(t, p.Literal)
			if p.Kind == MentionPart && string(p.User) != string(typed) {
				t.Errorf("mention of %q became one of %q", typed, p.User)
			}
		}
		for _, p := range Text(s).Parts() { // even text that nothing cleaned
			checkClean(t, p.Literal+string(p.User))
		}
		checkClean(t, Text(s).Plain())
	})
}

// checkClean fails for characters that nothing people read may have.
func checkClean(t *testing.T, s string) {
	t.Helper()
	bad := func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		t.Errorf("%q has characters that should be gone", s)
	}
}
