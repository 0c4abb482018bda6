package practice

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/group"
)

// ahead is a calendar in which the member "near" has an exam soon.
type ahead struct{}

func (ahead) Line(context.Context, group.Track, string) (bot.Text, error) { return "", nil }

func (ahead) Near(_ context.Context, member, certification, day string) (bool, error) {
	return member == "near" && certification == "c" && day == "2026-11-23", nil
}

// TestPickSessionNearAnExam: shortly before a member's own exam nothing new comes
// while there is something to go over, and everything is found that is found
// without an exam.
func TestPickSessionNearAnExam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		pool := drawPool(t, o)
		p := drawPast(t, pool)
		n := rapid.SampledFrom([]int{5, 10, 20}).Draw(t, "n")
		seed := rapid.String().Draw(t, "seed")
		s := picking(o, pool, p)
		s.Follow(ahead{})
		near, err := s.pickSession(t.Context(), groupOf(), track(o), "", "near", "", seed, n)
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.pickSession(t.Context(), groupOf(), track(o), "", "m", "", seed, n)
		if err != nil {
			t.Fatal(err)
		}
		if len(near) != len(other) {
			t.Fatalf("%d are chosen near an exam, %d otherwise", len(near), len(other))
		}
		resting, new := 0, 0
		for _, c := range near {
			if _, met := p.met()[c.item.ID]; !met {
				new++
			}
		}
		for _, e := range pool { // what could have been gone over
			past, ok := latestOf(p.recent)[e.item.ID]
			if ok && !p.open[e.item.ID] && !past.At.After(pickedAt.Add(-restsFor)) {
				resting++
			}
		}
		if new > 0 && len(near)-new < min(n, resting) {
			t.Fatalf("%d of %d are new, though %d could be gone over", new, len(near), resting)
		}
	})
}
