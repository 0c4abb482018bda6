package slacktest_test

import (
	"strings"
	"testing"

	"studyhall/adapters/slack/slacktest"
)

// TestUserGroups lists groups of people, and has posts that mention one notify its
// members in the channel.
func TestUserGroups(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		techs, old := w.w.Group("techs", w.ann), w.w.Group("old", w.ann)
		old.Disable(true)
		if a := w.must("usergroups.list", `{"include_count":"true"}`); !strings.Contains(a.raw, `"handle":"techs"`) || !strings.Contains(a.raw, `"user_count":1`) || strings.Contains(a.raw, "old") {
			t.Errorf("the groups: %s", a.raw)
		}
		if a := w.must("usergroups.list", `{"include_disabled":"true"}`); !strings.Contains(a.raw, `"handle":"old"`) {
			t.Errorf("with those that are switched off: %s", a.raw)
		}
		mention := func(g *slacktest.Group) string {
			return `{"channel":"` + w.study.ID + `","text":"new","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"usergroup","usergroup_id":"` + g.ID + `"}]}]}]}`
		}
		w.must("chat.postMessage", mention(techs))
		w.must("chat.postMessage", mention(old))
		if n := w.ann.Pings(); n != 1 {
			t.Errorf("ann was notified %d times, want once", n)
		}
		w.w.Grant("chat:write")
		if a := w.call("usergroups.list", `{}`); a.says("needed") != "usergroups:read" {
			t.Errorf("without the scope: %s", a.raw)
		}
	})
}
