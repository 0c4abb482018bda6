package slack

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// TestProfile asks what Slack knows of people.
func TestProfile(t *testing.T) {
	inSlack(t, "people", slacktest.Options{}, func(t *testing.T, w *posts) {
		space := spaceID(w.team.ID)
		lee, kim, gone := w.team.Person("Lee T."), w.team.Person("Kim"), w.team.Person("Gone")
		lee.Admin(true)
		kim.Zone("")
		gone.Admin(true)
		gone.Deactivate()
		far := w.Workspace("Elsewhere")
		eve := far.Person("Eve")
		eve.Admin(true)
		w.study.Share()
		w.study.Join(eve)
		for _, test := range []struct {
			name string
			user bot.UserID
			want bot.Profile
		}{
			{"somebody", w.person(w.ann), bot.Profile{Name: "Ann P.", Zone: "America/Chicago"}},
			{"an administrator", w.person(lee), bot.Profile{Name: "Lee T.", Zone: "America/Chicago", Administrator: true}},
			{"without a zone", w.person(kim), bot.Profile{Name: "Kim"}},
			{"a closed account", w.person(gone), bot.Profile{Name: "Gone"}},
			{"somebody's administrator elsewhere", w.person(eve), bot.Profile{Name: "Eve"}},
		} {
			if got, err := w.a.Profile(t.Context(), space, test.user); err != nil || got != test.want {
				t.Errorf("%s: got %+v, %v, want %+v", test.name, got, err, test.want)
			}
		}
		asked := w.Counts().Requests[slacktest.UsersInfo]
		for range 3 {
			if _, err := w.a.Profile(t.Context(), "", w.person(w.ann)); err != nil {
				t.Error(err)
			}
		}
		if n := w.Counts().Requests[slacktest.UsersInfo]; n != asked {
			t.Errorf("what was said a moment ago is asked %d times more", n-asked)
		}
		lee.Admin(false)
		time.Sleep(memoTime + time.Second)
		if got, err := w.a.Profile(t.Context(), space, w.person(lee)); err != nil || got.Administrator {
			t.Errorf("a minute after the right was taken away: %+v, %v", got, err)
		}
		w.Inject(1, slacktest.UsersInfo, slacktest.StatusBefore(502))
		w.Inject(1, slacktest.UsersInfo, slacktest.Limited(time.Minute))
		_, err := w.a.read(envelope{kind: kindCommand, payload: []byte(`{"team_id":"` + w.team.ID + `","user_id":"` + kim.ID + `","user_name":"kim","command":"/study"}`)})
		if err != nil {
			t.Fatal(err)
		}
		w.a.people.Forget(w.team.ID + "/" + kim.ID)
		if got, err := w.a.Profile(t.Context(), space, w.person(kim)); err != nil || got.Name != "kim" {
			t.Errorf("when Slack says no more than who did something: %+v, %v", got, err)
		}
		for _, user := range []bot.UserID{"slack:T0/U0", "slack:T0", "discord:1", userID(w.team.ID, "U0")} {
			if got, err := w.a.Profile(t.Context(), "", user); err == nil {
				t.Errorf("%s is %+v", user, got)
			}
		}
	})
}

// TestManages is about who may manage a workspace.
func TestManages(t *testing.T) {
	w := workspace{Team: "T1", Enterprise: "E1"}
	for _, test := range []struct {
		name string
		u    account
		want bool
	}{
		{"an administrator", account{Team: "T1", Admin: true}, true},
		{"the owner", account{Team: "T1", Owner: true}, true},
		{"somebody", account{Team: "T1"}, false},
		{"a closed account", account{Team: "T1", Admin: true, Deleted: true}, false},
		{"an administrator of another workspace", account{Team: "T2", Admin: true}, false},
		{"a stranger", account{Team: "T1", Admin: true, Stranger: true}, false},
		{"by the organisation", account{Team: "E1", Admin: true}, true},
		{"without a team", account{Admin: true}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.u.manages(w); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
	in := account{Team: "E2", Admin: true}
	in.Enterprise.Teams = []string{"T7", "T1"}
	if !in.manages(w) {
		t.Error("an administrator of several workspaces")
	}
}

// TestCheck tells what keeps posts from a channel.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *posts) bot.ChannelID
		fix    string // "" for none
	}{
		{"as usual", func(w *posts) bot.ChannelID { return w.place(w.study) }, ""},
		{"a thread", func(w *posts) bot.ChannelID {
			return place{team: w.team.ID, channel: w.study.ID, thread: "1795435200.000000"}.id()
		}, ""},
		{"a private conversation", func(w *posts) bot.ChannelID { return w.place(w.ann.Direct()) }, ""},
		{"not in it", func(w *posts) bot.ChannelID { return w.place(w.team.Channel("two")) }, "open #two and type /invite @Studyhall"},
		{"private, not in it", func(w *posts) bot.ChannelID { return w.place(w.team.Private("board")) }, "open the channel and type /invite @Studyhall, or open /studyhall group and choose another channel"},
		{"thrown out", func(w *posts) bot.ChannelID { w.study.Remove(nil); return w.place(w.study) }, "open #cbet-study and type /invite @Studyhall"},
		{"archived", func(w *posts) bot.ChannelID { w.study.Archive(true); return w.place(w.study) }, "unarchive #cbet-study, or open /studyhall group and choose another channel"},
		{"uninstalled", func(w *posts) bot.ChannelID { w.team.Uninstall(); return w.place(w.study) }, fixToken},
		{"may not look", func(w *posts) bot.ChannelID { w.team.Grant("chat:write"); return w.place(w.study) }, ""},
		{"no channel at all", func(*posts) bot.ChannelID { return "slack:T1" }, fixOurLimit},
	} {
		inSlack(t, test.name, slacktest.Options{}, func(t *testing.T, w *posts) {
			fault, _ := errors.AsType[*bot.DeliveryError](w.a.Check(t.Context(), test.change(w)))
			if fix := fault; (fix == nil) != (test.fix == "") || fix != nil && fix.Fix != test.fix {
				t.Errorf("got %+v, want %q", fault, test.fix)
			}
		})
	}
	inSlack(t, "the scope is known to be missing", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.a.rest.teams = granted{w.teams, []string{"channels:read"}}
		fault, _ := errors.AsType[*bot.DeliveryError](w.a.Check(t.Context(), w.place(w.study)))
		if fault == nil || !strings.Contains(fault.Fix, "chat:write") {
			t.Errorf("got %+v", fault)
		}
	})
}

// granted is workspaces with scopes that are known.
type granted struct {
	*teamsOf
	scopes []string
}

func (g granted) of(ctx context.Context, team string) (workspace, error) {
	w, err := g.teamsOf.of(ctx, team)
	w.Scopes = g.scopes
	return w, err
}

// TestNames asks what places are called.
func TestNames(t *testing.T) {
	inSlack(t, "names", slacktest.Options{}, func(t *testing.T, w *posts) {
		if got, err := w.a.ChannelName(t.Context(), w.place(w.study)); err != nil || got != "#cbet-study" {
			t.Errorf("name %q, %v", got, err)
		}
		if got, err := w.a.Place(t.Context(), w.place(w.study)); err != nil || got != (bot.Place{Space: spaceID(w.team.ID), Name: "Biomed"}) {
			t.Errorf("place %v, %v", got, err)
		}
		private := w.team.Private("board")
		for _, ch := range []bot.ChannelID{w.place(private), w.place(w.ann.Direct()), "slack:T0/C1", "browser:x"} {
			if got, err := w.a.ChannelName(t.Context(), ch); err == nil {
				t.Errorf("%s is called %q", ch, got)
			}
			if got, err := w.a.Place(t.Context(), ch); err == nil {
				t.Errorf("%s is in %v", ch, got)
			}
		}
		w.study.Delete()
		time.Sleep(time.Hour)
		if got, err := w.a.ChannelName(t.Context(), w.place(w.study)); err != nil || got != "#cbet-study" {
			t.Errorf("afterwards its name is %q, %v", got, err)
		}
	})
}
