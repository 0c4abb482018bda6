package scalemodel

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oneZone is a plan in which everybody asks at the same instant, and nothing costs
// anything but what a platform takes.
func oneZone(groups int, onSlack float64) Plan {
	p := Usual(groups, 1)
	p.Zones, p.OnSlack, p.Answering, p.Costs = []Zone{{"America/Chicago", 1}}, onSlack, 0, Costs{}
	return p
}

// TestAgainstTheProgram holds small cases against what the program did on its fake
// platforms in virtual time, where a processor costs nothing, too.
func TestAgainstTheProgram(t *testing.T) {
	for _, test := range []struct {
		name    string
		plan    func() Plan
		on      Platform
		program time.Duration // see docs/scale.md for the command of each
		asks    func(Result) time.Duration
	}{
		{"200 groups on Discord, the first day", func() Plan { p := oneZone(200, 0); p.First = true; return p }, Discord, 4398 * time.Millisecond, nil},
		{"200 groups on Discord, the second day", func() Plan { return oneZone(200, 0) }, Discord, 9836 * time.Millisecond, nil},
		{"200 groups on Discord, their closings", func() Plan { return oneZone(200, 0) }, Discord, 9569 * time.Millisecond,
			func(r Result) time.Duration { return r.Closed[Discord] }},
		{"1,000 channels on Discord", func() Plan { p := oneZone(1000, 0); p.First = true; return p }, Discord, 22171 * time.Millisecond, nil},
		{"1,000 channels of 50 workspaces on Slack", func() Plan { p := oneZone(1000, 1); p.First, p.PerSpace = true, 20; return p }, Slack, 3780 * time.Millisecond, nil},
		{"600 channels of one workspace on Slack", func() Plan { p := oneZone(600, 1); p.First, p.Largest = true, 600; return p }, Slack, 90060 * time.Millisecond, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Simulate(test.plan())
			if err != nil {
				t.Fatal(err)
			}
			got := r.Last[test.on]
			if test.asks != nil {
				got = test.asks(r)
			}
			if off := (got - test.program).Abs(); off > test.program/8 {
				t.Errorf("the model says %s, the program took %s", got, test.program)
			}
			t.Logf("model %.2f s, program %.2f s", got.Seconds(), test.program.Seconds())
		})
	}
}

// anyPlan is a small installation of any shape.
func anyPlan(t *rapid.T) Plan {
	p := Usual(rapid.IntRange(1, 400).Draw(t, "groups"), rapid.IntRange(1, 4).Draw(t, "copies"))
	p.Seed = rapid.Uint64().Draw(t, "seed")
	p.OnSlack = rapid.Float64Range(0, 1).Draw(t, "on slack")
	p.PerSpace = rapid.Float64Range(1, 400).Draw(t, "groups in a workspace")
	p.Answering = rapid.Float64Range(0, 1).Draw(t, "answering")
	p.Shared = rapid.Bool().Draw(t, "a shared pace")
	p.First = rapid.Bool().Draw(t, "the first day")
	p.Senders = rapid.IntRange(1, 16).Draw(t, "senders")
	if rapid.Bool().Draw(t, "in one zone") {
		p.Zones = []Zone{{"Asia/Kolkata", 1}}
	}
	return p
}

// TestAnyDay: whatever the installation, everybody has the question once, nothing
// is faster than the platforms, the answers are as many as there are people at
// most, and the same plan gives the same day.
func TestAnyDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		r, err := Simulate(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Simulate(p)
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Fatal("the same plan gave another day")
		}
		groups, last := 0, time.Duration(0)
		for _, z := range r.ByZone {
			groups, last = groups+z.Groups, max(last, z.Last)
		}
		if r.Posts != p.Groups || groups != p.Groups {
			t.Fatalf("%d posts and %d groups in zones, of %d", r.Posts, groups, p.Groups)
		}
		if worst := max(r.Last[Slack], r.Last[Discord]); worst != last {
			t.Fatalf("the last is %s after its time, by zones %s", worst, last)
		}
		if r.Median[Discord] > r.Ninety[Discord] || r.Ninety[Discord] > r.Last[Discord] || r.Waited[0] > r.Waited[1] || r.Waited[1] > r.Waited[2] {
			t.Fatalf("quantiles fall: %+v", r)
		}
		if p.Shared && r.Refused > 0 {
			t.Fatalf("%d refused, though all keep to one pace", r.Refused)
		}
		if p.Copies == 1 && r.Refused > 0 {
			t.Fatalf("one copy had %d refused", r.Refused)
		}
		if n := r.Refused; r.WorstTen > n || n > 0 && r.WorstTen == 0 {
			t.Fatalf("%d of %d refused in ten minutes", r.WorstTen, n)
		}
		if p.First && (r.Closed[Slack] > 0 || r.Closed[Discord] > 0) {
			t.Fatal("something was closed on the first day")
		}
	})
}

// TestDiscordIsNoFaster: so many posts at one instant take at least what the pace
// allows, however many copies there are, and at most little more.
func TestDiscordIsNoFaster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := oneZone(rapid.IntRange(50, 2000).Draw(t, "groups"), 0)
		p.First, p.Copies = true, rapid.IntRange(1, 3).Draw(t, "copies")
		r, err := Simulate(p)
		if err != nil {
			t.Fatal(err)
		}
		best := time.Duration(p.Groups-5) * time.Second / time.Duration(p.Pace)
		if r.Last[Discord] < best || r.Last[Discord] > best+time.Second {
			t.Fatalf("%d posts took %s, the pace allows them in %s", p.Groups, r.Last[Discord], best)
		}
	})
}

// TestCopiesThatDontShare: copies that each keep to the whole pace run into
// Discord's limit, which a shared pace never does.
func TestCopiesThatDontShare(t *testing.T) {
	p := oneZone(1000, 0)
	p.First, p.Copies, p.Shared = true, 3, false
	r, err := Simulate(p)
	if err != nil {
		t.Fatal(err)
	}
	// The program was refused 55 times, in real time; see docs/scale.md.
	if r.Refused < 30 || r.Refused > 110 {
		t.Errorf("three copies at 45 requests a second each were refused %d times by a limit of 50", r.Refused)
	}
	p.Shared = true
	if r, err = Simulate(p); err != nil || r.Refused > 0 {
		t.Errorf("with one pace %d were refused, %v", r.Refused, err)
	}
}

func TestPlansThatCantBe(t *testing.T) {
	for _, test := range []struct {
		name  string
		wrong func(*Plan)
	}{
		{"no groups", func(p *Plan) { p.Groups = 0 }},
		{"no copies", func(p *Plan) { p.Copies = 0 }},
		{"half of the world", func(p *Plan) { p.Zones = []Zone{{"UTC", 0.5}} }},
		{"a zone that is none", func(p *Plan) { p.Zones = []Zone{{"Mars/Olympus", 1}} }},
		{"less than nothing", func(p *Plan) { p.Zones = []Zone{{"UTC", 1.5}, {"Asia/Tokyo", -0.5}} }},
		{"nobody", func(p *Plan) { p.People = 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := Usual(10, 1)
			test.wrong(&p)
			if _, err := Simulate(p); err == nil {
				t.Error("it was simulated")
			}
		})
	}
}
