package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// stroll is somebody's way through their home page: every button that they find,
// once, however deep.
type stroll struct {
	*office
	who  *slacktest.Person
	done map[string]bool
}

// unknown is a button that wasn't pressed yet; "" for none.
func (s *stroll) unknown(blocks []slacktest.Block) string {
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Type != "button" || e.URL != "" || s.done[e.ActionID] {
				continue
			}
			ends := false
			for _, end := range leaves {
				ends = ends || strings.HasSuffix(e.ActionID, end)
			}
			if !ends {
				s.done[e.ActionID] = true
				return e.ActionID
			}
		}
	}
	return ""
}

// shows is what the person has before them: the modal on top, or their page.
func (s *stroll) shows() slacktest.View {
	if views := s.who.Views(); len(views) > 0 {
		return views[len(views)-1]
	}
	page, _ := s.who.Home()
	return page
}

// closeAll leaves what is open over the page.
func (s *stroll) closeAll() {
	for len(s.who.Views()) > 0 {
		if _, err := s.who.Close(s.shows(), true); err != nil {
			s.t.Fatal(err)
		}
	}
}

// press presses a button, which has to show something there.
func (s *stroll) press(action string) {
	s.t.Helper()
	s.who.Sees()
	i, err := s.who.Press(s.shows(), action)
	if err == nil {
		err = i.Wait(s.t.Context())
	}
	if err != nil {
		s.t.Fatalf("%s: %v", action, err)
	}
	s.settled()
	for _, e := range s.who.Sees() {
		if e.Kind == slacktest.ViewOpened || e.Kind == slacktest.ViewChanged {
			return
		}
	}
	s.t.Errorf("%s shows nothing", action)
}

// TestSlackHomePage has everything that a member and an organiser can press on
// their home page, and on what that opens, show something there.
func TestSlackHomePage(t *testing.T) {
	most := 120 // a quiz never ends
	if raceEnabled {
		most = 40
	}
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, false, true)
		for _, who := range []*slacktest.Person{o.maria, o.dana} {
			s := &stroll{office: o, who: who, done: map[string]bool{}}
			who.OpenHome()
			time.Sleep(5 * time.Second)
			if page, ok := who.Home(); !ok || !strings.Contains(page.Words(), "CBET") {
				t.Fatalf("the page of %s: %v %s", who.Name, ok, page.Words())
			}
			for idle := 0; idle < 2 && len(s.done) < most; {
				action := s.unknown(s.shows().Blocks)
				if action == "" { // a dead end: what was found on the way is looked at from the page again
					if len(who.Views()) == 0 {
						idle++
					}
					s.closeAll()
					time.Sleep(5 * time.Second)
					continue
				}
				idle = 0
				s.press(action)
			}
			if len(s.done) < 30 {
				t.Errorf("%s found %d buttons", who.Name, len(s.done))
			}
		}
	})
}
