package app

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// The whole program dies hundreds of times in months of virtual time, at every
// named point: every question is there once, in order and closed with the right
// counts, the open one and no other is pinned, and every answer that was
// confirmed counts once.
func TestCrashes(t *testing.T) {
	zones := []string{"America/New_York", "Pacific/Chatham", "Europe/Berlin", "America/Santiago"}
	seeds, days, groups := uint64(4), 60, len(zones)
	if less {
		seeds, days, groups = 2, 15, 1
	}
	var mu sync.Mutex
	total := map[string]int{}
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newSimulation(t, seed, "", slices.Concat(zones[seed:], zones)[:groups]...)
					s.run(days)
					s.check()
					mu.Lock()
					defer mu.Unlock()
					for point, n := range s.crashes {
						total[point] += n
					}
				})
			})
		}
	})
	for _, point := range append(slices.Collect(maps.Keys(crashPoints())), "a press") {
		if total[point] == 0 && !less {
			t.Errorf("the program never died at %s", point)
		}
	}
	t.Log("deaths:", total)
}

// Each promise is seen to be broken when it is: otherwise TestCrashes shows nothing.
func TestCrashesAreNoticed(t *testing.T) {
	for lie, kinds := range map[string][]string{
		"find nothing": {"doubled"}, "swallow a post": {"lost"}, "swallow an edit": {"open"}, "swallow a pin": {"pins"}, "forget an answer": {"answers", "counts"},
	} {
		t.Run(lie, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSimulation(t, 7, lie, "America/New_York")
				s.run(12)
				problems := s.problems()
				for _, kind := range kinds {
					if len(problems[kind]) == 0 {
						t.Errorf("a platform told to %s broke no promise of kind %q: %v", lie, kind, problems)
					}
				}
			})
		})
	}
}

// After hours down a question is posted late, says so, and can be answered for
// as long as ever; of days down the newest is posted and the others are recorded.
func TestDownForAWhile(t *testing.T) {
	for _, test := range []struct {
		name    string
		down    time.Duration // from 6:59
		late    bool
		open    time.Duration // from posting
		skipped int
	}{
		{"not at all", time.Minute, false, 24 * time.Hour, 0},
		{"four minutes", 4 * time.Minute, false, 24*time.Hour - 3*time.Minute, 0},
		{"three hours", 3*time.Hour + time.Minute, true, 21 * time.Hour, 0},
		{"five hours", 5*time.Hour + time.Minute, true, 43 * time.Hour, 0},
		{"three days", 72*time.Hour + time.Minute, false, 24 * time.Hour, 3},
		{"three days and three hours", 75*time.Hour + time.Minute, true, 21 * time.Hour, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSimulation(t, 0, "", "America/New_York")
				s.calm = true
				time.Sleep(time.Until(time.Date(2026, 9, 5, 6, 59, 0, 0, s.groups[0].zone)))
				s.drain()
				if got := len(s.posts()); got != 0 {
					t.Fatalf("%d questions posted already", got)
				}
				s.die()
				time.Sleep(test.down)
				s.born()
				s.drain()
				posts := s.posts()
				if len(posts) != 1 {
					t.Fatalf("%d questions posted, want one", len(posts))
				}
				p := posts[0]
				if late := strings.Contains(p.text, "Posted late; same time to answer."); late != test.late {
					t.Errorf("says that it is late: %t, want %t:\n%s", late, test.late, p.text)
				}
				var open, skipped int64
				if err := s.db.QueryRowContext(t.Context(), `SELECT (SELECT closes_at - opened_at FROM rounds WHERE id = $1),
					(SELECT COUNT(*) FROM due WHERE kind = 'question' AND state = 'skipped' AND reason <> '')`, p.round).Scan(&open, &skipped); err != nil {
					t.Fatal(err)
				}
				if got := (time.Duration(open) * time.Millisecond).Round(time.Minute); got != test.open {
					t.Errorf("open for %s, want %s", got, test.open)
				}
				if int(skipped) != test.skipped {
					t.Errorf("%d questions recorded as left out, want %d", skipped, test.skipped)
				}
			})
		})
	}
}

// post is a question as it stands in a channel.
type post struct {
	id      bot.MessageID
	channel bot.ChannelID
	number  int
	posted  time.Time
	open    bool
	pinned  bool
	round   string
	options []string // while it is open
	text    string
}

// posts is every question there is, oldest first.
func (s *simulation) posts() []post {
	s.t.Helper()
	title := regexp.MustCompile(`^CBET question (\d+) · `)
	var all []post
	for _, r := range s.fake.Messages() {
		found := title.FindStringSubmatch(r.Text())
		if found == nil || r.Deleted || r.Whisper {
			continue
		}
		number, err := strconv.Atoi(found[1])
		if err != nil {
			s.t.Fatal(err)
		}
		p := post{id: r.ID, channel: r.Channel, number: number, posted: r.Posted, pinned: r.Pinned, text: r.Text()}
		for _, row := range r.Latest().Card.Controls {
			for _, control := range row {
				path := strings.Split(control.(bot.Button).Action, "/")
				switch path[0] {
				case "fill": // an answer that is typed or chosen in a form
					p.open = true
				case "answer":
					p.open, p.options = true, append(p.options, path[2])
					fallthrough
				case "others", "more":
					p.round = path[1]
				}
			}
		}
		all = append(all, p)
	}
	return all
}

// problems compares what stands in the channels and on record with what was
// promised, by kind: lost, doubled, order, time, open, pins, counts, answers.
func (s *simulation) problems() map[string][]string {
	s.t.Helper()
	problems := map[string][]string{}
	report := func(kind, format string, args ...any) {
		problems[kind] = append(problems[kind], fmt.Sprintf(format, args...))
	}
	now := time.Now()
	for _, g := range s.groups {
		upcoming, err := g.schedule.Upcoming(s.start, 400)
		if err != nil {
			s.t.Fatal(err)
		}
		numbers := map[int]int{}
		last := 0
		for _, p := range s.posts() {
			if p.channel != g.channel {
				continue
			}
			numbers[p.number]++
			if p.number < last {
				report("order", "%s: question %d after %d", g.channel, p.number, last)
			}
			last = p.number
			planned, following := upcoming[p.number-1].At, upcoming[p.number].At
			if p.posted.Before(planned) || !p.posted.Before(following) {
				report("time", "%s: question %d posted at %s, planned for %s", g.channel, p.number, p.posted, planned)
			}
			s.checkCard(p, closing(upcoming, p.posted), now, report)
		}
		for n, o := range upcoming {
			if !o.At.Before(now.Add(-10 * time.Minute)) {
				break
			}
			if got := numbers[n+1]; got == 0 {
				report("lost", "%s: question %d of %s", g.channel, n+1, o.At)
			} else if got > 1 {
				report("doubled", "%s: question %d is there %d times", g.channel, n+1, got)
			}
		}
	}
	s.checkAnswers(report)
	return problems
}

// closing is the first slot at least 20 hours after posting.
func closing(upcoming []schedule.Occurrence, posted time.Time) time.Time {
	for _, o := range upcoming {
		if !o.At.Before(posted.Add(20 * time.Hour)) {
			return o.At
		}
	}
	return time.Time{}
}

// counted is the line of a closed card with its totals.
var counted = regexp.MustCompile(`\d+ answered, \d+ right\.`)

// checkCard checks whether a card is closed in time and shows the counts that
// people were told make up.
func (s *simulation) checkCard(p post, closes, now time.Time, report func(kind, format string, args ...any)) {
	closed := strings.Contains(strings.SplitN(p.text, "\n", 2)[0], "closed")
	if want := closes.Before(now.Add(-10 * time.Minute)); closed != want || p.open == closed {
		report("open", "%s: question %d is closed: %t, want %t (at %s)", p.channel, p.number, closed, want, closes)
	}
	if p.pinned == closed {
		report("pins", "%s: question %d is pinned: %t, and closed: %t", p.channel, p.number, p.pinned, closed)
	}
	right := 0
	for _, r := range s.confirmed[p.round] {
		if r {
			right++
		}
	}
	total := len(s.confirmed[p.round])
	counts := fmt.Sprintf("%d answered, %d right.", total, right)
	if shown := counted.MatchString(p.text); closed && (shown != (total >= 5) || shown && !strings.Contains(p.text, counts)) {
		report("counts", "%s: question %d does not show %q:\n%s", p.channel, p.number, counts, p.text)
	}
}

// checkAnswers checks that what people were told is on record, once.
func (s *simulation) checkAnswers(report func(kind, format string, args ...any)) {
	rows, err := s.db.QueryContext(s.t.Context(), `SELECT a.round_id, c.id, a.verdict = 'right' FROM answers a JOIN accounts c ON c.member_id = a.member_id`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	there := map[string]int{}
	for rows.Next() {
		var round, account string
		var right bool
		if err := rows.Scan(&round, &account, &right); err != nil {
			s.t.Fatal(err)
		}
		person := strings.TrimPrefix(account, "fake:")
		there[round+" "+person]++
		if told, ok := s.confirmed[round][person]; !ok || told != right {
			report("answers", "%s %s: on record right=%t, told %t (%t)", round, person, right, told, ok)
		}
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	for round, people := range s.confirmed {
		for person := range people {
			if n := there[round+" "+person]; n != 1 {
				report("answers", "%s %s: confirmed, and on record %d times", round, person, n)
			}
		}
	}
}

// check fails the test for every kind of broken promise, and when too little
// happened for any to be broken.
func (s *simulation) check() {
	s.t.Helper()
	for kind, all := range s.problems() {
		s.t.Errorf("%s: %d problems, the first is\n%s", kind, len(all), all[0])
	}
	posts, answers, crashes := len(s.posts()), 0, 0
	for _, people := range s.confirmed {
		answers += len(people)
	}
	for _, n := range s.crashes {
		crashes += n
	}
	s.t.Logf("%d questions, %d answers, %d deaths", posts, answers, crashes)
	if posts < 14 || answers < 3*posts || crashes < posts/2 {
		s.t.Error("too little happened to prove anything")
	}
}
