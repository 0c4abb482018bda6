package killtest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// findings are broken promises by kind: lost, doubled, strange, order, open,
// totals, pins, unshown, answers, scores, damaged.
type findings map[string][]string

func (f findings) add(kind, format string, args ...any) {
	f[kind] = append(f[kind], fmt.Sprintf(format, args...))
}

// problems compares what stands on the platforms with what arithmetic says was
// due, with what people were told, and with the database, in which nothing is
// believed that can be worked out. Nobody runs meanwhile.
func (w *world) problems() findings {
	w.t.Helper()
	f, l := findings{}, w.openLedger()
	defer l.close()
	rounds := l.rounds()
	w.checkAnswers(f, l, rounds)
	posted := w.checkPosts(f, l)
	w.checkSchedule(f, l, rounds)
	w.checkCards(f, posted, rounds)
	w.checkScores(f, l, rounds)
	if strings.HasPrefix(w.database, "sqlite:") {
		var said string
		l.each(`PRAGMA integrity_check`, []any{&said}, func() {
			if said != "ok" {
				f.add("damaged", "integrity check: %s", said)
			}
		})
	}
	return f
}

// checkAnswers checks that what somebody was told counts is on record, once, and
// that nothing is that nobody pressed. It works out what each card should count.
func (w *world) checkAnswers(f findings, l ledger, rounds map[string]*asked) {
	there := map[string][]given{}
	for _, a := range l.answers() {
		k := a.round + " " + a.account
		there[k] = append(there[k], a)
		if r := rounds[a.round]; r != nil && !a.late {
			r.answered++
			switch a.verdict {
			case "right":
				r.correct++
			case "partly":
				r.partly++
			}
		}
		if !slices.Contains(w.book.tried[k], a.options) {
			f.add("answers", "%s: option %q counts, which was never pressed; pressed were %v", k, a.options, w.book.tried[k])
		}
	}
	for k, options := range w.book.told {
		switch all := there[k]; {
		case len(options) > 1:
			f.add("answers", "%s was told of each of %v that it counts", k, options)
		case len(all) != 1:
			f.add("answers", "%s was told that %s counts, and it is there %d times", k, options[0], len(all))
		case all[0].options != options[0] || (all[0].verdict == "right") != w.book.right[k]:
			f.add("answers", "%s was told that %s counts (right: %t), and on record is %s (%s)", k, options[0], w.book.right[k], all[0].options, all[0].verdict)
		}
	}
	w.t.Logf("%d answers confirmed to people, %d on record", len(w.book.told), len(there))
}

// checkPosts checks that each message that is owed to a channel is there once, and
// that nothing else is. It returns what stands there, by key and channel.
func (w *world) checkPosts(f findings, l ledger) map[string]card {
	copies, posted := map[string][]card{}, map[string]card{}
	for _, g := range w.groups {
		for _, p := range g.places {
			for _, c := range w.cards(p) {
				if c.key == "" {
					f.add("strange", "%s: a post that nothing was due for: %q", p, c.text)
					continue
				}
				k := string(p.channel) + " " + c.key
				copies[k] = append(copies[k], c)
				posted[k] = c
			}
		}
	}
	keys := 0
	for _, d := range l.posts() {
		k := d.target + " " + d.key
		all := copies[k]
		delete(copies, k)
		keys++
		switch {
		case d.state != "sent":
			f.add("lost", "%s to %s is %s: %s", d.kind, d.target, d.state, d.reason)
		case len(all) == 0:
			f.add("lost", "%s to %s is not there", d.kind, d.target)
		case len(all) > 1:
			f.add("doubled", "%s to %s is there %d times", d.kind, d.target, len(all))
		case !strings.HasSuffix(d.message, all[0].id):
			f.add("strange", "%s to %s is %s, on record %s", d.kind, d.target, all[0].id, d.message)
		}
		if d.state == "sent" && d.shown < d.wanted && d.editAt <= w.rested.UnixMilli() {
			f.add("unshown", "%s to %s shows version %d of %d", d.kind, d.target, d.shown, d.wanted)
		}
		if len(all) == 1 && all[0].pinned != (d.pin == 1) {
			f.add("pins", "%s to %s is pinned: %t, wanted: %t", d.kind, d.target, all[0].pinned, d.pin == 1)
		}
	}
	for k, all := range copies {
		f.add("strange", "%s: %d posts of no delivery", k, len(all))
	}
	w.t.Logf("%d messages owed to channels, %d there; %d of them were there twice for a while", keys, len(posted), w.transient(posted))
	return posted
}

// transient counts messages that the platforms were given more than once, and that
// stand there once.
func (w *world) transient(posted map[string]card) (n int) {
	keys := map[string]int{}
	for payload, count := range w.slack.Counts().Posts {
		if m := payloadKey(payload); m != "" {
			keys["slack "+m] += count
		}
	}
	for nonce, count := range w.discord.Counts().Posts {
		keys["discord "+nonce] += count
	}
	for k := range maps.Keys(posted) {
		channel, key, _ := strings.Cut(k, " ")
		platform, _, _ := strings.Cut(channel, ":")
		if keys[platform+" "+key] > 1 {
			n++
		}
	}
	return n
}

func payloadKey(text string) string {
	if m := payload.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// checkSchedule compares the questions in each channel, and those on record, with
// what plain arithmetic says was due.
func (w *world) checkSchedule(f findings, l ledger, rounds map[string]*asked) {
	done := map[string][]string{}
	var subject, occurrence, state string
	l.each(`SELECT subject, occurrence, state FROM due WHERE kind = 'question' AND state <> 'waiting' ORDER BY at`, []any{&subject, &occurrence, &state}, func() {
		if state == "done" {
			done[subject] = append(done[subject], occurrence)
		}
	})
	due, there := 0, 0
	for _, g := range w.groups {
		var walls []string
		owed := w.owed(g, w.domain())
		for _, at := range owed {
			walls = append(walls, g.wall(at))
		}
		if got := done[g.id+"s"]; !slices.Equal(got, walls) {
			f.add("lost", "%s was owed questions at %v; asked were those of %v", g.id, without(walls, got), without(got, walls))
		}
		for _, p := range g.places {
			var numbers []string
			for _, c := range w.cards(p) {
				if n := c.number(); n != "" {
					numbers = append(numbers, n)
				}
			}
			due, there = due+len(owed), there+len(numbers)
			for i := range max(len(owed), len(numbers)) {
				want := strconv.Itoa(i + 1)
				switch n := count(numbers, want); {
				case i < len(owed) && n == 0:
					f.add("lost", "%s: question %s is not there", p, want)
				case i < len(owed) && n > 1:
					f.add("doubled", "%s: question %s is there %d times", p, want, n)
				case i >= len(owed):
					f.add("strange", "%s: question %s was not due", p, numbers[i])
				case len(numbers) == len(owed) && numbers[i] != want:
					f.add("order", "%s: the post at place %s is question %s", p, want, numbers[i])
				}
			}
		}
	}
	w.t.Logf("%d questions due in channels, %d there", due, there)
}

func count(in []string, what string) (n int) {
	for _, s := range in {
		if s == what {
			n++
		}
	}
	return n
}

// without is what of a list another doesn't have.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// checkCards checks that each question is closed when it should be, and shows the
// totals that its answers make up, wherever it stands.
func (w *world) checkCards(f findings, posted map[string]card, rounds map[string]*asked) {
	numbers := map[string]*asked{}
	for _, r := range rounds {
		numbers[r.group+" "+strconv.Itoa(r.number)] = r
	}
	now := w.domain().UnixMilli()
	for _, c := range posted {
		if c.number() == "" {
			continue
		}
		r := numbers[c.place.study.id+" "+c.number()]
		if r == nil {
			f.add("strange", "%s: question %s is on record nowhere", c.place, c.number())
			continue
		}
		if over := r.closes <= now; c.closed() != over || over != (r.state == "closed") {
			f.add("open", "%s: question %s is closed: %t, its time is over: %t, it is on record as %s", c.place, c.number(), c.closed(), over, r.state)
			continue
		}
		if !c.closed() {
			continue // its count may rest for a while
		}
		m := totals.FindStringSubmatch(c.text)
		switch {
		case (m != nil) != (r.answered >= 5): // of fewer nobody is told
			f.add("totals", "%s: question %s has %d answers, and shows %q", c.place, c.number(), r.answered, m)
		case m != nil && (m[1] != strconv.Itoa(r.answered) || m[2] != strconv.Itoa(r.correct)):
			f.add("totals", "%s: question %s has %d answers, %d right, and shows %q", c.place, c.number(), r.answered, r.correct, m[0])
		}
	}
}

// Points by answer, as the rules that people read have them.
const (
	forRight, forPartly, forWrong, forLate = 3, 2, 1, 1
)

// checkScores works totals of weeks and of all time out from the answers alone.
func (w *world) checkScores(f findings, l ledger, rounds map[string]*asked) {
	type score struct {
		track, member string
		week          int
	}
	want, all := map[score]int{}, map[score]int{}
	weeks := map[string]int{} // in which a late answer counts
	var id string
	var week int
	l.each(`SELECT id, week FROM earnings`, []any{&id, &week}, func() { weeks[id] = week })
	seen := map[string]bool{}
	for _, a := range l.answers() {
		r := rounds[a.round]
		if seen[a.id] || r == nil {
			continue // another account of the same person
		}
		seen[a.id] = true
		points, in := map[string]int{"right": forRight, "partly": forPartly}[a.verdict], r.week
		switch {
		case a.late:
			points, in = forLate, weeks[a.id]
		case r.state != "closed":
			continue // counts when it closes
		case points == 0:
			points = forWrong
		}
		want[score{a.track, a.member, in}] += points
		all[score{a.track, a.member, 0}] += points
	}
	got, sums := map[score]int{}, map[score]int{}
	var s score
	var points int
	l.each(`SELECT track_id, member_id, week, points FROM week_points WHERE points > 0`, []any{&s.track, &s.member, &s.week, &points}, func() { got[s] = points })
	l.each(`SELECT track_id, member_id, points FROM standings WHERE points > 0`, []any{&s.track, &s.member, &points}, func() {
		sums[score{s.track, s.member, 0}] = points
	})
	for what, pair := range map[string][2]map[score]int{"the week": {want, got}, "all time": {all, sums}} {
		for s, n := range pair[0] {
			if pair[1][s] != n {
				f.add("scores", "%+v of %s: %d points by the answers, %d on the board", s, what, n, pair[1][s])
			}
		}
		for s, n := range pair[1] {
			if pair[0][s] == 0 {
				f.add("scores", "%+v of %s: no points by the answers, %d on the board", s, what, n)
			}
		}
	}
	w.t.Logf("%d totals of weeks and %d of all time worked out from %d answers", len(want), len(all), len(seen))
}

// logs are what all copies have logged.
func (w *world) logs() []byte {
	var all [][]byte
	for _, c := range w.copies {
		text, err := os.ReadFile(c.log.Name())
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, text)
	}
	return bytes.Join(all, nil)
}
