package store_test

import (
	"testing"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func TestExtraTimeIsAPersonsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		read := func(member string) practice.ExtraTime {
			t.Helper()
			e, err := s.ExtraTime(t.Context(), member)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		if e := read("member-dana"); e != practice.NormalTime {
			t.Errorf("at first: %q, want normal time", e)
		}
		for _, e := range []practice.ExtraTime{practice.HalfMore, practice.DoubleTime, practice.NoTimer, practice.NormalTime, practice.DoubleTime} {
			if err := s.SetExtraTime(t.Context(), "member-dana", e); err != nil {
				t.Fatal(err)
			}
			if got := read("member-dana"); got != e {
				t.Errorf("set %q, read %q", e, got)
			}
		}
		if e := read("member-lee"); e != practice.NormalTime {
			t.Errorf("lee has %q, want normal time", e)
		}
		if e := read("member-nobody"); e != practice.NormalTime {
			t.Errorf("nobody has %q, want normal time", e)
		}
		if err := s.SetExtraTime(t.Context(), "member-dana", "a lot"); err == nil {
			t.Error("a time that is no choice was kept")
		}
	})
}
