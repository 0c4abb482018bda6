package practice

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// choosy is a store with somebody who chose about rules.
type choosy struct {
	past
	own map[string]bool
}

func (c *choosy) OwnRule(_ context.Context, _, certification string) (OwnRule, error) {
	computed, told := c.own[certification]
	return OwnRule{Told: told, Computed: computed}, nil
}

// TestComputedOnly: whatever organisers and a member chose, what is asked is what
// the rule and both of them allow, by the group and in practice, and all of that.
func TestComputedOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := cert.Outline{ID: "o", Domains: []cert.Domain{{ID: "x.a"}, {ID: "x.b"}}}
		bound, wide, own := rapid.Bool().Draw(t, "a rule"), rapid.Bool().Draw(t, "all questions"), rapid.Bool().Draw(t, "computed for myself")
		var bank quizzes.Bank
		bank.Certification = "x"
		computed := map[string]bool{}
		for n := range rapid.IntRange(1, 30).Draw(t, "questions") {
			i := quizzes.Item{ID: fmt.Sprint("q", n), Type: quizzes.Single, Domain: rapid.SampledFrom(o.Domains).Draw(t, "area").ID,
				Stem: "?", Answer: []string{"a"}, Options: []quizzes.Option{{ID: "a"}}, Computed: rapid.Bool().Draw(t, "computed")}
			bank.Items, computed[i.ID] = append(bank.Items, i), i.Computed
		}
		catalogue := cert.Catalogue{Certifications: []cert.Certification{{ID: "x", Outlines: []cert.Outline{o}}}}
		if bound {
			catalogue.Policies = []cert.Policy{{ID: "rule", Applies: []string{"x"}, Computed: true}}
		}
		st := &choosy{own: map[string]bool{"x": own}}
		s := New(Config{Store: st, Catalogue: catalogue, Library: NewLibrary([]quizzes.Bank{bank}), Now: func() time.Time { return pickedAt }})
		track := group.Track{ID: "t", Group: "g", Certification: "x", Outline: "o", Wide: wide}
		want := func(item string, narrow bool) bool { return computed[item] || !bound || wide && !narrow }

		for _, i := range bank.Items {
			_, in := s.pool(track).byID[i.ID]
			if in != want(i.ID, false) || s.allows(track, i) != in {
				t.Errorf("%s (computed %t): in the group's pool %t, allowed %t", i.ID, i.Computed, in, s.allows(track, i))
			}
		}
		if sample, ok := s.sampleItem("x"); ok && bound && !sample.Computed {
			t.Error("a sample that is not computed is shown before anybody chose")
		}
		mine, err := s.narrow(t.Context(), track, "m")
		if err != nil {
			t.Fatal(err)
		}
		asked := map[string]bool{}
		chosen, err := s.pickSession(t.Context(), groupOf(), mine, "", "m", "", "seed", 40)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range chosen {
			asked[c.item.ID] = true
		}
		free, _, err := s.freeItems(t.Context(), track, "m", "seed")
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range bank.Items {
			if asked[i.ID] != want(i.ID, own) {
				t.Errorf("%s (computed %t): practised %t, want %t", i.ID, i.Computed, asked[i.ID], want(i.ID, own))
			}
			there := slices.ContainsFunc(free[i.Domain], func(e entry) bool { return e.item.ID == i.ID })
			if there != want(i.ID, own) {
				t.Errorf("%s (computed %t): in a mock exam %t, want %t", i.ID, i.Computed, there, want(i.ID, own))
			}
			session := Session{Questions: []SessionQuestion{{Place: 1, Item: i.ID}}}
			if s.fits(mine, session) != want(i.ID, own) {
				t.Errorf("%s (computed %t): a session goes on with it: %t", i.ID, i.Computed, s.fits(mine, session))
			}
		}
	})
}
