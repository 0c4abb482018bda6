package store_test

import (
	either "cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// What changes around answers and points in the middle of a week, and the checks of
// a group's books.

func (b *books) hide() {
	if p := b.person(); b.joined[p] {
		b.call(p, b.named["member-"+p], rapid.Bool().Draw(b.t, "hidden"))
	}
}

// rename gives somebody another name, that of somebody else too, or the own one.
func (b *books) rename() {
	if p := b.person(); b.joined[p] {
		b.call(p, rapid.SampledFrom([]string{"", "Sparky", "Ohm", "p1"}).Draw(b.t, "name"), b.hidden["member-"+p])
	}
}

func (b *books) call(p, name string, hidden bool) {
	ok, err := b.s.Rename(b.test.Context(), b.group, "member-"+p, name, hidden)
	b.must("rename", err)
	if ok {
		b.hidden["member-"+p], b.named["member-"+p] = hidden, name
	}
}

// travel has the platform say that somebody is in another zone now.
func (b *books) travel() {
	if p := b.person(); b.joined[p] {
		j := joining(b.group, p)
		j.Now, j.Zone = b.now, rapid.SampledFrom([]string{"Pacific/Auckland", "Pacific/Honolulu", ""}).Draw(b.t, "zone")
		_, _, err := b.s.JoinGroup(b.test.Context(), j)
		b.must("travel", err)
	}
}

// move lets the group live in another zone, and ask at other times.
func (b *books) move() {
	b.zone = rapid.SampledFrom([]string{"Pacific/Auckland", "Pacific/Honolulu", "America/Chicago"}).Draw(b.t, "zone")
	setup := plan(b.group, "fake:maria", "").Setup
	setup.Group, setup.Zone = b.group, b.zone
	setup.Expr = rapid.SampledFrom([]string{"0 7 * * 1-5", "30 22 * * *"}).Draw(b.t, "times")
	_, err := b.s.Reschedule(b.test.Context(), setup, b.now)
	b.must("change zone", err)
}

// study begins to study a second certification, or ends it; its points stay.
func (b *books) study() {
	a := addition(b.group, "chtm", 1)
	a.Setup.Zone, a.Now = b.zone, b.now
	if len(details(b.test, b.s, b.group).Tracks) > 1 {
		outcome, err := b.s.RemoveTrack(b.test.Context(), b.group, a.Track, b.now)
		b.must("end a certification", err)
		if outcome != group.TrackChanged {
			b.t.Fatalf("end a certification: %v", outcome)
		}
		return
	}
	a.Schedule = b.id("schedule")
	outcome, err := b.s.AddTrack(b.test.Context(), a)
	b.must("begin a certification", err)
	if outcome != group.TrackChanged {
		b.t.Fatalf("begin a certification: %v", outcome)
	}
	if !slices.Contains(b.tracks, a.Track) {
		b.tracks = append(b.tracks, a.Track)
	}
}

// check compares all totals with the books, and with the answers in the store.
func (b *books) check() {
	b.t.Helper()
	ctx := b.test.Context()
	c, err := b.s.Calendar(ctx, b.group, b.now)
	b.must("calendar", err)
	if c.Week != b.week {
		b.t.Fatalf("it is week %d, want %d", c.Week, b.week)
	}
	for _, track := range b.tracks {
		b.checkTrack(track, c)
	}
}

// checkTrack compares all totals of a track.
func (b *books) checkTrack(track string, c board.Calendar) {
	b.t.Helper()
	ctx := b.test.Context()
	recounted, err := b.s.Recount(ctx, track)
	b.must("recount", err)
	kept, err := b.s.Totals(ctx, track)
	b.must("totals", err)
	if diff := cmp.Diff(recounted, kept); diff != "" {
		b.t.Fatalf("%s: totals differ from the answers (-answers +totals):\n%s", track, diff)
	}
	periods := []board.Period{{Span: board.All}, {Span: board.Month, Month: c.Month}, {Span: board.Season, Season: c.Season}}
	for w := 1; w <= b.week; w++ {
		b.checkFacts(track, w)
	}
	for w := max(1, b.week-2); w <= b.week; w++ {
		periods = append(periods, board.Period{Span: board.Week, Week: w})
	}
	for _, p := range periods {
		b.checkPeriod(track, p)
	}
}

// checkFacts compares a week's statistics, which know the newest keys only.
func (b *books) checkFacts(track string, week int) {
	b.t.Helper()
	f, err := b.s.WeekFacts(b.test.Context(), b.group, track, week)
	b.must("facts", err)
	answers, right := 0, 0
	for _, r := range b.rounds {
		if r.week != week || r.round.Track != track || b.items[r.item].Void {
			continue
		}
		for _, a := range r.answers {
			answers++
			if gradeOf(b.t, b.items[r.item], a.options).Verdict == practice.Right {
				right++
			}
		}
	}
	if f.Answers != answers || f.Right != right {
		b.t.Fatalf("week %d has %d of %d answers right, want %d of %d", week, f.Right, f.Answers, right, answers)
	}
	for _, q := range f.Questions {
		i := slices.IndexFunc(b.rounds, func(r *bookRound) bool { return r.round.ID == q.Round })
		right := 0
		for _, a := range b.rounds[i].answers {
			if gradeOf(b.t, b.items[b.rounds[i].item], a.options).Verdict == practice.Right {
				right++
			}
		}
		if q.Answered != len(b.rounds[i].answers) || q.Right != right {
			b.t.Fatalf("question %s: %d of %d right, want %d of %d", q.Round, q.Right, q.Answered, right, len(b.rounds[i].answers))
		}
	}
}

func (b *books) checkPeriod(track string, p board.Period) {
	b.t.Helper()
	want := map[string]int{}
	for _, e := range b.earned {
		if e.track != track || p.Span == board.Week && e.week != p.Week || p.Span == board.Month && e.month != p.Month {
			continue
		}
		want[e.member] += e.points
	}
	tallies := map[int]int{}
	placed := map[string]string{}
	for m, points := range want {
		tallies[points]++
		if !b.hidden[m] {
			placed[m] = fmt.Sprint(either.Or(b.named[m], strings.TrimPrefix(m, "member-")), " ", points)
		}
	}
	for m := range b.joined {
		sheet, err := b.s.Sheet(b.test.Context(), b.group, track, "member-"+m, p)
		b.must("sheet", err)
		if sheet.Points != want["member-"+m] {
			b.t.Fatalf("%+v: %s has %d points, want %d", p, m, sheet.Points, want["member-"+m])
		}
		got := map[int]int{}
		for _, tally := range sheet.Tallies {
			got[tally.Points] = tally.People
		}
		if diff := cmp.Diff(tallies, got); diff != "" {
			b.t.Fatalf("%+v: tallies (-want +got):\n%s", p, diff)
		}
		if len(sheet.Unplaced) != len(want)-len(placed) {
			b.t.Fatalf("%+v: %d without a place, want %d", p, len(sheet.Unplaced), len(want)-len(placed))
		}
	}
	entries, err := b.s.Placed(b.test.Context(), b.group, track, p, 1)
	b.must("places", err)
	got := map[string]string{}
	for _, e := range entries {
		got[e.Member] = fmt.Sprint(e.Name, " ", e.Points)
	}
	if diff := cmp.Diff(placed, got); diff != "" {
		b.t.Fatalf("%+v: places (-want +got):\n%s", p, diff)
	}
}
