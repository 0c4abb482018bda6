package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// sat sets somebody's exam of a past day and gives its identifier.
func sat(t *testing.T, s *store.Store, person, certification, part string) string {
	t.Helper()
	all, err := s.Exams(t.Context(), "member-"+person)
	must(t, err)
	must(t, set(t, s, person, certification, part, "2026-11-20", sunday().Add(time.Duration(len(all))*time.Second)))
	all, err = s.Exams(t.Context(), "member-"+person)
	must(t, err)
	for _, e := range all {
		if e.Certification == certification && e.Part == part && e.Open() {
			return e.ID
		}
	}
	t.Fatal("no exam")
	return ""
}

func passing(id, person string, parts ...string) exam.Passing {
	p := exam.Passing{Exam: id, Member: "member-" + person, On: "2026-11-21", Parts: parts, NewIDs: []string{bot.NewID(), bot.NewID()}}
	for range parts {
		p.NewIDs = append(p.NewIDs, bot.NewID())
	}
	if len(parts) > 0 {
		p.All = []string{"core", "integration", "leadership"}
	}
	return p
}

// pass says that somebody passed.
func pass(t *testing.T, s *store.Store, p exam.Passing) (exam.PassOutcome, []string) {
	t.Helper()
	p, outcome, err := s.Pass(t.Context(), p, sunday())
	must(t, err)
	return outcome, p.Missing
}

// held is what somebody holds, in short.
func held(t *testing.T, s *store.Store, person string) (all []string) {
	t.Helper()
	credentials, err := s.Credentials(t.Context(), "member-"+person)
	must(t, err)
	for _, c := range credentials {
		all = append(all, fmt.Sprintf("%s %s %s %q", c.Certification, c.State, c.EarnedOn, c.Cycle.Until))
	}
	return all
}

func TestOutcomes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		id, at := sat(t, s, "dana", "cbet", ""), sunday()
		say := func(id, member string, to exam.State, after time.Duration) (exam.Exam, bool) {
			t.Helper()
			e, ok, err := s.SetOutcome(t.Context(), id, member, to, at.Add(after))
			must(t, err)
			return e, ok
		}
		for _, row := range []struct{ name, id, member string }{
			{"somebody else's", id, "member-lee"}, {"none", "x", "member-dana"}, {"nobody's", id, "nobody"},
		} {
			if e, ok := say(row.id, row.member, exam.Failed, 0); ok {
				t.Errorf("%s: %+v", row.name, e)
			}
		}
		e, ok := say(id, "member-dana", exam.Waiting, time.Hour)
		if !ok || e.State != exam.Waiting || !e.WaitingAt.Equal(at.Add(time.Hour)) {
			t.Errorf("waiting: %+v, %v", e, ok)
		}
		if e, ok = say(id, "member-dana", exam.Waiting, 2*time.Hour); !ok || !e.WaitingAt.Equal(at.Add(time.Hour)) {
			t.Errorf("still waiting: %+v, %v", e, ok)
		}
		if e, ok = say(id, "member-dana", exam.Failed, 3*time.Hour); !ok || e.State != exam.Failed || !e.WaitingAt.IsZero() {
			t.Errorf("not this time: %+v, %v", e, ok)
		}
		// Another try stands beside it, and then the first can't be waited for.
		must(t, set(t, s, "dana", "cbet", "", "2027-05-08", at.Add(time.Minute)))
		if e, ok = say(id, "member-dana", exam.Waiting, 4*time.Hour); ok {
			t.Errorf("waiting beside another date: %+v", e)
		}
		if e, ok = say(id, "member-dana", exam.Closed, 5*time.Hour); !ok || e.State != exam.Closed {
			t.Errorf("rather not say: %+v, %v", e, ok)
		}
		if outcome, _ := pass(t, s, passing(id, "dana")); outcome != exam.PassKept {
			t.Errorf("passed after all: %v", outcome)
		}
		if e, ok = say(id, "member-dana", exam.Failed, 6*time.Hour); ok {
			t.Errorf("not this time after a pass: %+v", e)
		}
	})
}

// Two devices that say at once that somebody passed begin one certification, whose
// end nobody knows.
func TestPassOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		id := sat(t, s, "dana", "cbet", "")
		must(t, s.SetWeaker(t.Context(), "member-dana", "cbet", []string{"cbet.it"}))
		outcomes := make([]exam.PassOutcome, 8)
		var all sync.WaitGroup
		for n := range outcomes {
			all.Go(func() {
				p := passing(id, "dana")
				p.Candidate = n%2 == 0
				var err error
				if _, outcomes[n], err = s.Pass(t.Context(), p, sunday()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		slices.Sort(outcomes)
		same(t, "outcomes", outcomes, append([]exam.PassOutcome{exam.PassKept}, slices.Repeat([]exam.PassOutcome{exam.PassBefore}, 7)...))
		got := held(t, s, "dana")
		if len(got) != 1 || got[0] != `cbet full 2026-11-21 ""` && got[0] != `cbet candidate 2026-11-21 ""` {
			t.Errorf("held: %v", got)
		}
		if until, ok, err := s.Holds(t.Context(), "member-dana", "cbet"); err != nil || !ok || until != "" {
			t.Errorf("%q, %v, %v", until, ok, err)
		}
		if areas, err := s.Weaker(t.Context(), "member-dana", "cbet"); err != nil || len(areas) > 0 {
			t.Errorf("practice still leans to %v (%v)", areas, err)
		}
		for _, p := range []exam.Passing{passing(id, "lee"), passing("x", "dana"), passing(id, "nobody")} {
			if outcome, _ := pass(t, s, p); outcome != exam.PassGone {
				t.Errorf("%s of %s: %v", p.Exam, p.Member, outcome)
			}
		}
	})
}

func TestPassKeepsWhatTheCertificateSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		p := passing(sat(t, s, "dana", "cres", ""), "dana")
		p.Candidate, p.Until = true, "2029-12-31"
		pass(t, s, p)
		same(t, "held", held(t, s, "dana"), []string{`cres candidate 2026-11-21 "2029-12-31"`})
		e, _, err := s.Exam(t.Context(), p.Exam)
		if err != nil || e.State != exam.Passed || !e.Candidate || e.ResultOn != "2026-11-21" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// A certification whose exam is sat in parts begins with the last one, in whatever
// order and however they were entered.
func TestPassInParts(t *testing.T) {
	tests := []struct {
		name    string
		sat     []string   // parts of the dates that are set; "" is the whole
		passed  [][]string // what is said to be passed of each
		missing [][]string
	}{
		{"one by one", []string{"leadership", "core", "integration"}, [][]string{{"leadership"}, {"core"}, {"integration"}},
			[][]string{{"core", "integration"}, {"integration"}, nil}},
		{"all at once", []string{""}, [][]string{{"core", "integration", "leadership"}}, [][]string{nil}},
		{"two of a date for all, and then the third", []string{"", "leadership"}, [][]string{{"core", "integration"}, {"leadership"}},
			[][]string{{"leadership"}, nil}},
		{"one of a date for all, and the rest of another", []string{"", ""}, [][]string{{"integration"}, {"core", "leadership"}},
			[][]string{{"core", "leadership"}, nil}},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n, tt := range tests {
			person := string(rune('k'+n)) + "im"
			join(t, s, "g", person)
			for n, part := range tt.sat {
				if got := held(t, s, person); len(got) > 0 {
					t.Errorf("%s: %v before the last part", tt.name, got)
				}
				outcome, missing := pass(t, s, passing(sat(t, s, person, "cpsm", part), person, tt.passed[n]...))
				if outcome != exam.PassKept {
					t.Errorf("%s: %v", tt.name, outcome)
				}
				same(t, tt.name, missing, tt.missing[n])
			}
			same(t, tt.name, held(t, s, person), []string{`cpsm full 2026-11-21 ""`})
		}
	})
}

// telling is somebody's pass as it is told to the group "g".
func telling(id, person, day string) exam.Telling {
	return exam.Telling{Exam: id, Member: "member-" + person, Group: "g", Day: day, News: bot.NewID(), Keys: bot.NewID}
}

func tell(t *testing.T, s *store.Store, tell exam.Telling, at time.Time) exam.TellOutcome {
	t.Helper()
	if _, err := s.DraftNews(t.Context(), tell.Exam, tell.Member, tell.Group, "Thanks, everyone."); err != nil {
		t.Fatal(err)
	}
	outcome, err := s.TellNews(t.Context(), tell, at)
	must(t, err)
	return outcome
}

// newsPosts are the posts of good news that were owed and not sent yet; they are then.
func newsPosts(t *testing.T, s *store.Store) (all []schedule.Delivery) {
	t.Helper()
	for {
		owed, err := s.ClaimDeliveries(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 100)
		must(t, err)
		if len(owed) == 0 {
			return all
		}
		for _, d := range owed {
			if d.Kind == group.KindNews {
				all = append(all, d)
			}
			_, err := s.MarkSent(t.Context(), d, bot.MessageID(string(d.Target)+"/"+d.Key), d.Wanted, sunday(), time.Time{})
			must(t, err)
		}
	}
}

// Passes of one day share a post; that of the next day has its own.
func TestPassesOfADayShareAPost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		people, ids := []string{"dana", "lee", "priya", "tom"}, map[string]string{}
		for _, p := range people {
			join(t, s, "g", p)
			ids[p] = sat(t, s, p, "cbet", "")
		}
		if ok, err := s.DraftNews(t.Context(), ids["dana"], "member-dana", "g", "Too soon."); err != nil || ok {
			t.Errorf("told before it was passed: %v, %v", ok, err)
		}
		if got := tell(t, s, telling(ids["dana"], "dana", "2026-11-23"), sunday()); got != exam.TellGone {
			t.Errorf("told before it was passed: %v", got)
		}
		for _, p := range people {
			pass(t, s, passing(ids[p], p))
		}
		// The first three at once, each from two devices.
		var all sync.WaitGroup
		for _, p := range people[:3] {
			for range 2 {
				all.Go(func() {
					if got := tell(t, s, telling(ids[p], p, "2026-11-23"), sunday()); got != exam.Told && got != exam.ToldBefore {
						t.Errorf("%s: %v", p, got)
					}
				})
			}
		}
		all.Wait()
		tell(t, s, telling(ids["tom"], "tom", "2026-11-24"), sunday().Add(24*time.Hour))
		posts := newsPosts(t, s)
		byRef := map[string]int{}
		for _, d := range posts {
			n, ok, err := s.News(t.Context(), d.Ref)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			byRef[n.Day] += len(n.People)
		}
		same(t, "people by the day of their post", byRef, map[string]int{"2026-11-23": 3, "2026-11-24": 1})
		if len(posts) != 2 {
			t.Errorf("%d posts", len(posts))
		}
		if ok, err := s.DraftNews(t.Context(), ids["dana"], "member-dana", "g", "Other words."); err != nil || ok {
			t.Errorf("changed after it was told: %v, %v", ok, err)
		}
		for _, row := range []struct {
			name string
			t    exam.Telling
		}{
			{"somebody else's", telling(ids["dana"], "lee", "2026-11-23")},
			{"not a group of theirs", exam.Telling{Exam: ids["dana"], Member: "member-dana", Group: "x", Day: "2026-11-23", News: "n", Keys: bot.NewID}},
		} {
			if got, err := s.TellNews(t.Context(), row.t, sunday()); err != nil || got != exam.TellGone {
				t.Errorf("%s: %v, %v", row.name, got, err)
			}
		}
	})
}

func TestCongratulations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, p := range []string{"dana", "lee", "priya"} {
			join(t, s, "g", p)
		}
		var news string
		for _, p := range []string{"dana", "lee"} {
			id := sat(t, s, p, "cbet", "")
			pass(t, s, passing(id, p))
			tell(t, s, telling(id, p, "2026-11-23"), sunday())
		}
		for _, d := range newsPosts(t, s) {
			news = d.Ref
		}
		congratulate := func(person string) bool {
			fresh, err := s.Congratulate(t.Context(), news, "member-"+person, sunday())
			must(t, err)
			return fresh
		}
		var all sync.WaitGroup
		fresh := make([]bool, 8)
		for n := range fresh {
			all.Go(func() { fresh[n] = congratulate("priya") })
		}
		all.Wait()
		if n := len(slices.DeleteFunc(fresh, func(f bool) bool { return !f })); n != 1 {
			t.Errorf("%d of 8 presses counted", n)
		}
		congratulate("dana") // for lee, not for herself
		counts := func() map[string]int {
			counts := map[string]int{}
			for _, p := range []string{"dana", "lee", "priya"} {
				told, err := s.ToldOf(t.Context(), "member-"+p)
				must(t, err)
				for _, n := range told {
					counts[p] = n.Count
				}
			}
			return counts
		}
		same(t, "for each", counts(), map[string]int{"dana": 1, "lee": 2})
		n, ok, err := s.News(t.Context(), news)
		if err != nil || !ok || n.Count != 2 {
			t.Errorf("on the card: %d, %v, %v", n.Count, ok, err)
		}
		if congratulate("nobody") {
			t.Error("somebody who is no member counted")
		}
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:priya", sunday())); err != nil {
			t.Fatal(err)
		}
		same(t, "without somebody erased", counts(), map[string]int{"dana": 0, "lee": 1})
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:lee", sunday())); err != nil {
			t.Fatal(err)
		}
		if n, ok, err = s.News(t.Context(), news); err != nil || !ok || len(n.People) != 1 || n.People[0].Member != "member-dana" || n.Count != 0 {
			t.Errorf("left: %+v, %v, %v", n, ok, err)
		}
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday())); err != nil {
			t.Fatal(err)
		}
		if n, ok, err = s.News(t.Context(), news); err != nil || !ok || len(n.People) != 0 {
			t.Errorf("left: %+v, %v, %v", n, ok, err)
		}
	})
}

// A hidden name stays hidden, and a mentor is called so.
func TestNewsKeepNamesPrivate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		id := sat(t, s, "dana", "cbet", "")
		pass(t, s, passing(id, "dana"))
		tell(t, s, telling(id, "dana", "2026-11-23"), sunday())
		news := newsPosts(t, s)[0].Ref
		name := func() string {
			n, _, err := s.News(t.Context(), news)
			must(t, err)
			return fmt.Sprint(n.People[0].Name, n.People[0].Mentor)
		}
		if _, err := s.Rename(t.Context(), "g", "member-dana", "Sparky", false); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.StayMentor(t.Context(), "g", "member-dana", sunday()); err != nil || !ok {
			t.Fatal(ok, err)
		}
		same(t, "name", name(), "Sparkytrue")
		if _, err := s.Rename(t.Context(), "g", "member-dana", "", true); err != nil {
			t.Fatal(err)
		}
		same(t, "hidden", name(), "true")
		if ok, err := s.StayMentor(t.Context(), "g", "member-lee", sunday()); err != nil || ok {
			t.Errorf("somebody else: %v, %v", ok, err)
		}
	})
}
