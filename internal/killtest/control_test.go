package killtest

import (
	"testing"

	"studyhall/bot/store/storetest"
)

// Each promise is seen to be broken when it is: otherwise TestFire shows nothing.
// A program that can't find what it posted before doubles posts when it dies
// before it has recorded them; and of a run in which all was well each thing that
// is taken away or changed behind the program's back is noticed.
func TestFireIsNoticed(t *testing.T) {
	binary := build(t)
	t.Run("blind", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, binary, kind{storetest.SQLite, 1, true}, 9, 7, "STUDYHALL_BLIND=1")
		w.plan = func(_ uint64, n int) life { return life{point: "deliver/sent", nth: 1 + n%2, fuse: patient} }
		w.run(4)
		if f := w.problems(); len(f["doubled"]) == 0 {
			t.Errorf("nothing is doubled: %v", f)
		}
	})
	t.Run("tampering", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, binary, kind{storetest.SQLite, 1, true}, 9, 8)
		w.plan = func(_ uint64, n int) life { return life{point: "due/fired", nth: 4 + n%2, fuse: patient} }
		w.run(2)
		if f := w.problems(); len(f) > 0 {
			t.Fatalf("a run without any fault: %v", f)
		}
		l := w.openLedger()
		defer l.close()
		for _, row := range []struct {
			kind, what string
			do         func()
		}{
			{"answers", "an answer is lost", func() { l.exec(`DELETE FROM answers WHERE id = (SELECT MIN(id) FROM answers)`) }},
			{"answers", "an answer is another", func() { l.exec(`UPDATE answers SET options = 'zz' WHERE id = (SELECT MIN(id) FROM answers)`) }},
			{"scores", "a point too many", func() {
				l.exec(`UPDATE week_points SET points = points + 1 WHERE member_id = (SELECT MIN(member_id) FROM week_points)`)
			}},
			{"scores", "all time is wrong", func() { l.exec(`UPDATE standings SET points = 0 WHERE points = (SELECT MAX(points) FROM standings)`) }},
			{"unshown", "an edit is owed", func() {
				l.exec(`UPDATE deliveries SET wanted = wanted + 1 WHERE id = (SELECT MIN(id) FROM deliveries WHERE NOT person)`)
			}},
			{"lost", "a post is parked", func() {
				l.exec(`UPDATE deliveries SET state = 'parked' WHERE id = (SELECT MIN(id) FROM deliveries WHERE NOT person)`)
			}},
			{"strange", "a post of no delivery", func() {
				l.exec(`DELETE FROM deliveries WHERE id = (SELECT MAX(id) FROM deliveries WHERE kind = 'welcome')`)
			}},
			{"open", "a question is closed too late", func() {
				l.exec(`UPDATE rounds SET closes_at = closes_at + 90000000000 WHERE id = (SELECT MIN(id) FROM rounds WHERE state = 'closed')`)
			}},
			{"lost", "a question is gone from Discord", func() { p := w.onDiscord(); p.discord.Remove(w.cards(p)[1].discord.ID) }},
			{"lost", "an occurrence was asked twice on record, another not at all", func() {
				l.exec(`UPDATE due SET occurrence = '2027-01-01T00:00' WHERE kind = 'question' AND state = 'done' AND subject = 'g1s'
					AND occurrence = (SELECT MIN(occurrence) FROM due WHERE kind = 'question' AND state = 'done' AND subject = 'g1s')`)
			}},
		} {
			before := len(w.problems()[row.kind])
			row.do()
			if after := len(w.problems()[row.kind]); after <= before {
				t.Errorf("%s: %d problems of kind %q, before %d", row.what, after, row.kind, before)
			}
		}
	})
}

// onDiscord is a channel there.
func (w *world) onDiscord() *place {
	for _, g := range w.groups {
		for _, p := range g.places {
			if p.discord != nil {
				return p
			}
		}
	}
	return nil
}
