package group_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/group"
)

// What features add to a group's page is all reachable, a screen at a time, and
// each section decides for whom it has something.
func TestMorePages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.begin("a")
		w.say("ann", "a", "/study")
		w.s.ContributePage(func(_ context.Context, d group.Details, m group.Member) (lines []bot.Text, buttons []bot.Button, err error) {
			if m.Role != group.Organiser {
				return []bot.Text{"For everybody."}, nil, nil
			}
			for n := range 20 {
				buttons = append(buttons, bot.Button{Label: fmt.Sprintf("B%d", n), Action: fmt.Sprintf("b/%d", n)})
			}
			return []bot.Text{"For organisers."}, buttons, nil
		})
		w.say("maria", "a", "/group")
		first := w.press("maria", "More")
		wants(t, "first", first, "More of the A study group", "For organisers.", "[B0]", "[Group page]", "[More]")
		pages := first
		for n := 0; n < 5 && !strings.Contains(pages, "[Back]"); n++ {
			pages += w.press("maria", "More")
		}
		for n := range 20 {
			wants(t, "all pages", pages, fmt.Sprintf("[B%d]", n))
		}
		wants(t, "back", w.press("maria", "Back"), "[B0]")

		w.say("ann", "a", "/group")
		member := w.press("ann", "More")
		wants(t, "a member's", member, "For everybody.", "[Group page]")
		lacks(t, "a member's", member, "[B0]")
	})
}

// A person's settings are theirs, and for members only.
func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		w.s.ContributeSetting(func(_ context.Context, _ group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
			return []bot.Text{bot.Textf("You are %s", m.Name)}, []bot.Button{{Label: "Change it", Action: "x"}}, nil
		})
		w.say("maria", "a", "/study")
		wants(t, "settings", w.press("maria", "Settings"), "Settings", "You are Maria G.", "[Change it] [My data] [Link an account]", "[My study page]")
		seen := words(w.act("stranger", "elsewhere", group.PathSettings(id), nil))
		lacks(t, "a stranger's", seen, "You are", "[Change it]")
		wants(t, "a stranger's", seen, "[My study page]")
	})
}
