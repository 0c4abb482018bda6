package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

// TestNextUp shows only instants that are still to come.
func TestNextUp(t *testing.T) {
	tests := []struct {
		name string
		due  []time.Time
		want string
	}{
		{"nothing", nil, ""},
		{"later", []time.Time{monday().Add(142 * time.Minute)}, "Mon 7:00 AM"},
		{"in a week", []time.Time{monday().AddDate(0, 0, 7)}, "Mon 30 Nov, 4:38 AM"},
		{"in another year", []time.Time{monday().AddDate(0, 6, 0)}, "Sun 23 May 2027, 5:38 AM"},
		{"just now", []time.Time{monday()}, "now"},
		{"overdue", []time.Time{monday().Add(-time.Hour)}, "now"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "")
			w.clock.due = test.due
			p, _ := w.adapter.person("maria")
			s := &site{Adapter: w.adapter, core: w.bot}
			if got := s.viewClock(t.Context(), p).Next; got != test.want {
				t.Errorf("next up is %q, want %q", got, test.want)
			}
		})
	}
}

func TestParagraphs(t *testing.T) {
	tests := []struct {
		name string
		text bot.Text
		want []bot.Text
	}{
		{"nothing", "", nil},
		{"blank", " \n\n", nil},
		{"lines", "a\nb", []bot.Text{"a\nb"}},
		{"a blank line", "a\nb\n\nc", []bot.Text{"a\nb", "c"}},
		{"several", "\na\n\n\n\nb\n", []bot.Text{"a", "b"}},
		{"a blank line with spaces in it", "a\n \t\n  b", []bot.Text{"a", "  b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, paragraphs(test.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestOnlyYouOnce marks a whisper in words once, its own or the page's.
func TestOnlyYouOnce(t *testing.T) {
	tests := []struct {
		name string
		m    bot.Message
		head string
		say  string
	}{
		{"silent about it", bot.Message{Card: &bot.Card{Title: "Right."}}, "</svg>Only you can see this</span>", "Studyhall: Right. Only you can see this."},
		{"says so itself", bot.Message{Card: &bot.Card{Title: "Right.", Footer: "Only you can see this."}},
			`</svg><span class="hidden">Only you can see this</span></span>`, "Studyhall: Right. Only you can see this."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "")
			p, _ := w.adapter.person("maria")
			s := &site{Adapter: w.adapter, core: w.bot}
			e := entry{number: 1, channel: channelID("lunch"), reader: p.user(), message: test.m}
			v, err := s.viewEntry(t.Context(), p, e)
			if err != nil {
				t.Fatal(err)
			}
			html, err := w.adapter.render("entry", v)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(html, test.head) {
				t.Errorf("the head lacks %s:\n%s", test.head, html)
			}
			if got := notice(e); got != test.say {
				t.Errorf("said is %q, want %q", got, test.say)
			}
		})
	}
}
