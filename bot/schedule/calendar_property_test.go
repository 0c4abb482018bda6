package schedule

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A segment is a stretch of time in which a zone keeps one offset.
type segment struct {
	start  time.Time
	offset time.Duration
}

// segments finds the offsets of a zone by asking for each hour and halving the
// hours in which it changed: a different way from the one tested.
func segments(loc *time.Location, from, until time.Time) []segment {
	all := []segment{{from, offset(from.In(loc))}}
	for t := from; t.Before(until); t = t.Add(time.Hour) {
		low, high := t, t.Add(time.Hour)
		after := offset(high.In(loc))
		if after == all[len(all)-1].offset {
			continue
		}
		for high.Sub(low) > time.Second {
			if mid := low.Add(high.Sub(low) / 2).Truncate(time.Second); offset(mid.In(loc)) == after {
				high = mid
			} else {
				low = mid
			}
		}
		all = append(all, segment{high, after})
	}
	return all
}

// resolveSlowly is the oracle of Resolve: the earliest instant that reads w,
// else the start of the stretch in which clocks were past w. It looks at
// segments from i, which must begin more than a day before w.
func resolveSlowly(w Wall, all []segment, i int) (at time.Time, gap bool) {
	var jump time.Time
	for ; i < len(all) && all[i].start.Add(-48*time.Hour).Before(w.clock()); i++ {
		at := w.clock().Add(-all[i].offset)
		if i+1 < len(all) && !at.Before(all[i+1].start) {
			continue
		}
		if !at.Before(all[i].start) {
			return at, false
		}
		if jump.IsZero() {
			jump = all[i].start
		}
	}
	return jump, true
}

// nastySpecs fire in every gap and overlap there is.
var nastySpecs = [...]string{
	"30 2 * * *", "0 2 * * *", "0 3 * * *", "30 1 * * *", "0 0 * * *", "30 0 * * *",
	"15 2 * * *", "45 3 * * *", "*/15 * * * *", "0 * * * 5", "0 9 30 * *", "30 2 * * 0",
}

// sweep walks through every occurrence of the specs in a zone and holds each
// against the oracle. It returns how many it saw, how many of them were moved
// out of gaps, and the faults.
func sweep(name string, loc *time.Location, fromYear, untilYear int) (seen, moved int, faults []string) {
	from := time.Date(fromYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	until := time.Date(untilYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	all := segments(loc, from.Add(-72*time.Hour), until.Add(72*time.Hour))
	for _, text := range nastySpecs {
		e, err := ParseExpr(text, 0)
		if err != nil {
			return 0, 0, []string{err.Error()}
		}
		fault := func(format string, args ...any) {
			faults = append(faults, name+" "+text+": "+fmt.Sprintf(format, args...))
		}
		i, last := 0, from
		w := WallOf(from, loc)
		for {
			w, _ = e.Next(w)
			at, gap := resolve(w, loc)
			if !at.Before(until) {
				break
			}
			for i+1 < len(all) && w.clock().Sub(all[i+1].start) > 72*time.Hour {
				i++
			}
			want, wantGap := resolveSlowly(w, all, i)
			if !at.Equal(want) || (gap > 0) != wantGap {
				fault("%s resolves to %s, want %s", w, at.UTC(), want.UTC())
			}
			seen++
			if wantGap {
				moved++
			}
			if !at.After(last) {
				if !wantGap && WallOf(last, loc) != w {
					fault("%s at %s is not after %s", w, at.UTC(), last.UTC())
				}
				continue // coalesced
			}
			if o, ok := e.After(last, loc); !ok || gap < missingDay && (o.Wall != w || !o.At.Equal(at)) {
				fault("After(%s) = %s at %s, want %s at %s", last.UTC(), o.Wall, o.At.UTC(), w, at.UTC())
			}
			last = at
		}
		if len(faults) > 10 {
			break
		}
	}
	return seen, moved, faults
}

// TestSweep holds every occurrence of the nasty specs in ten zones over two
// years against an oracle. With STUDYHALL_FULL_SWEEP=1 it does so for all zones
// of the tz database from 2005 to 2037 (some 770 million occurrences, half an
// hour on two cores: give it -timeout 90m and leave -race off).
func TestSweep(t *testing.T) {
	names := []string{
		"America/New_York", "Europe/Berlin", "Europe/London", "Australia/Lord_Howe", "America/Santiago",
		"Africa/Cairo", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Chatham", "Asia/Kolkata",
	}
	from, until := 2026, 2028
	if os.Getenv("STUDYHALL_FULL_SWEEP") == "1" {
		names = names[:0]
		for name := range zones().names {
			names = append(names, name)
		}
		from, until = 2005, 2038
	}
	results := make(chan string, len(names))
	for _, name := range names {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen, moved, faults := sweep(name, loc, from, until)
			for _, f := range faults {
				t.Error(f)
			}
			if seen < 70_000 {
				t.Errorf("saw only %d occurrences", seen)
			}
			results <- fmt.Sprintf("%d %d", seen, moved)
		})
	}
	t.Cleanup(func() {
		close(results)
		var seen, moved int
		for r := range results {
			var s, m int
			if _, err := fmt.Sscan(r, &s, &m); err != nil {
				t.Error(err)
			}
			seen, moved = seen+s, moved+m
		}
		t.Logf("%d zones, %d occurrences, %d moved out of gaps", len(names), seen, moved)
	})
}

// TestSweepFindsFaults is the sweep's own test: in the parser's search the
// oracle must find what is wrong.
func TestSweepFindsFaults(t *testing.T) {
	loc := mustZone(t, "America/New_York")
	e := mustExpr(t, "30 2 * * *")
	plain := e.spec
	plain.Location = loc
	from := time.Date(2026, time.March, 7, 12, 0, 0, 0, time.UTC)
	all := segments(loc, from.Add(-72*time.Hour), from.Add(200*time.Hour))
	w, _ := e.Next(WallOf(from, loc))
	if want, gap := resolveSlowly(w, all, 0); !gap || plain.Next(from).Equal(want) {
		t.Errorf("the parser's own %s passes for %s", plain.Next(from), want)
	}
}

// A drawn expression comes with the sets of numbers it was written from.
type drawn struct {
	text                 string
	minute, hour, wd, md []int
}

func drawExpr(t *rapid.T) drawn {
	field := func(name string, low, high, most int) ([]int, string) {
		set := rapid.SliceOfNDistinct(rapid.IntRange(low, high), 0, most, rapid.ID).Draw(t, name)
		var parts []string
		for _, n := range set {
			parts = append(parts, strconv.Itoa(n))
		}
		if len(set) == 0 {
			return nil, "*"
		}
		return set, strings.Join(parts, ",")
	}
	var d drawn
	var f [4]string
	d.minute, f[0] = field("minute", 0, 59, 4)
	d.hour, f[1] = field("hour", 0, 23, 4)
	d.md, f[2] = field("day", 1, 31, 3)
	d.wd, f[3] = field("weekday", 0, 7, 3)
	d.text = fmt.Sprintf("%s %s %s * %s", f[0], f[1], f[2], f[3])
	return d
}

// fires reads the drawn sets as cron does.
func (d drawn) fires(clock time.Time) bool {
	in := func(set []int, n int) bool { return set == nil || slices.Contains(set, n) }
	day := in(d.md, clock.Day())
	weekday := in(d.wd, int(clock.Weekday())) || clock.Weekday() == time.Sunday && slices.Contains(d.wd, 7)
	days := day && weekday
	if d.md != nil && d.wd != nil {
		days = day || weekday
	}
	return days && in(d.minute, clock.Minute()) && in(d.hour, clock.Hour())
}

func TestNextProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawExpr(t)
		e, err := ParseExpr(d.text, 0)
		if err != nil {
			t.Fatal(err)
		}
		from := wallOfClock(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "from"), 0))
		next, ok := e.Next(from)
		for i := 1; i <= 10*24*60; i++ {
			w := Wall{minutes: from.minutes + int64(i)}
			if d.fires(w.clock()) {
				if !ok || next != w {
					t.Fatalf("%s: Next(%s) = %s, want %s", d.text, from, next, w)
				}
				return
			}
			if w == next {
				t.Fatalf("%s: Next(%s) = %s, which does not fire", d.text, from, w)
			}
		}
	})
}

// TestAfterProperty draws a zone, an expression and a time, mostly near a clock
// change, and holds a chain of occurrences against its definition.
func TestAfterProperty(t *testing.T) {
	var names []string
	for name := range zones().names {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		loc, err := LoadZone(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := ParseExpr(drawExpr(t).text, 0)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(-2e9, 4e9).Draw(t, "from"), 0)
		if _, end := from.In(loc).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near") {
			from = end.Add(time.Duration(rapid.IntRange(-3*86400, 86400).Draw(t, "seconds")) * time.Second)
		}
		chain := e.Upcoming(from, loc, 20)
		last := from
		for _, o := range chain {
			if !o.At.After(last) {
				t.Fatalf("%s in %s: %s at %s is not after %s", e, loc, o.Wall, o.At, last)
			}
			if !o.At.Equal(Resolve(o.Wall, loc)) {
				t.Fatalf("%s in %s: %s is at %s, resolves to %s", e, loc, o.Wall, o.At, Resolve(o.Wall, loc))
			}
			// From anywhere in between the answer is the same.
			between := last.Add(time.Duration(rapid.Int64Range(0, int64(o.At.Sub(last))-1).Draw(t, "between")))
			if again, ok := e.After(between, loc); !ok || again != o {
				t.Fatalf("%s in %s: After(%s) = %v, want %v", e, loc, between, again, o)
			}
			last = o.At
		}
		if want := walk(e, from, loc, len(chain)); !slices.Equal(chain, want) {
			t.Fatalf("%s in %s from %s: chain\n%v\nwalls\n%v", e, loc, from, chain, want)
		}
	})
}

// walk lists occurrences by going through wall times, from well before t.
func walk(e Expr, t time.Time, loc *time.Location, n int) []Occurrence {
	var all []Occurrence
	for w, ok := e.Next(WallOf(t, loc).AddDays(-3)); ok && len(all) < n+1; w, ok = e.Next(w) {
		at, gap := resolve(w, loc)
		switch {
		case !at.After(t):
		case len(all) > 0 && all[len(all)-1].At.Equal(at):
			// One of several; but a time that exists is none of a missing day.
			if gap == 0 && missing(all[len(all)-1], loc) {
				all[len(all)-1] = Occurrence{w, at}
			}
		case len(all) > 0 && missing(all[len(all)-1], loc) && at.Sub(all[len(all)-1].At) < missingDayGrace:
			all[len(all)-1] = Occurrence{w, at}
		default:
			all = append(all, Occurrence{w, at})
		}
	}
	return all[:min(n, len(all))]
}

func missing(o Occurrence, loc *time.Location) bool {
	_, gap := resolve(o.Wall, loc)
	return gap >= missingDay
}

// FuzzParseExpr holds that no text panics, and that what is accepted is written
// back as something equal and always advances, in the zones where the parser's
// own search does not.
func FuzzParseExpr(f *testing.F) {
	for _, seed := range []string{"0 7 * * 1-5", "TZ=", "CRON_TZ=UTC", "@every 0s", "0 9 31 2 *", "0 9 29 2 *", "45 3 * * *", "*/99999999 * * * *", "0 9 * * 5-7/2", "0 9 30 * 5", "1,,2 ? * jan-dec sun"} {
		f.Add(seed)
	}
	var locs []*time.Location
	for _, name := range []string{"Pacific/Apia", "Pacific/Chatham", "America/New_York", "Antarctica/Troll"} {
		locs = append(locs, mustZone(f, name))
	}
	starts := []time.Time{
		time.Date(2011, time.December, 30, 9, 59, 0, 0, time.UTC), // Apia skips a day
		time.Date(2026, time.April, 4, 13, 50, 0, 0, time.UTC),    // Chatham repeats an hour
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpr(text, 0)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("error %q holds control characters", err)
			}
			return
		}
		if again, err := ParseExpr(e.String(), 0); err != nil || again != e {
			t.Errorf("%q is written back as %q, which reads as %v, %v", text, e, again, err)
		}
		for _, loc := range locs {
			for _, last := range starts {
				for _, o := range e.Upcoming(last, loc, 5) {
					if !o.At.After(last) {
						t.Fatalf("%q in %s: %s is not after %s", text, loc, o.At, last)
					}
					last = o.At
				}
			}
		}
	})
}
