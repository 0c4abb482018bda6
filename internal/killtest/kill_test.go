package killtest

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot/schedule"
	"studyhall/bot/store/storetest"
)

// afterDoubt are points that are only passed when the run before died with a
// delivery in hand.
var afterDoubt = map[string]string{
	"deliver/claimed": "deliver/reconciled", "deliver/send": "deliver/reconciled", "deliver/sent": "deliver/found",
}

var demoPeople = []string{"maria", "dana", "lee", "priya", "tom"}

// TestKills kills the demo a fifth of STUDYHALL_KILLS times (default 3) on each engine, at
// named and random points, while five people answer every question and the
// clock is played on. Afterwards what the chat shows is compared with what the
// schedule says and with what people were told. STUDYHALL_KILL_SEED replays the
// same choices.
func TestKills(t *testing.T) {
	kills, seed := number(t, "STUDYHALL_KILLS", 15), number(t, "STUDYHALL_KILL_SEED", time.Now().Unix())
	kills = max(kills/5, 3)
	binary := build(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, binary, filepath.Join(t.TempDir(), "demo.db"), int(kills), uint64(seed))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, binary, storetest.URL(t, "postgres"), int(kills), uint64(seed))
	})
}

func number(t *testing.T, name string, otherwise int64) int64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// demoLife is one group's life under fire.
type demoLife struct {
	*program
	chance *rand.Rand
	began  time.Time
	// chose is what each person was told counts, by question and person.
	mu    sync.Mutex
	chose map[string]map[string]string
	tried map[string]map[string]string // what they pressed, told or not
}

func run(t *testing.T, binary, db string, kills int, seed uint64) {
	dir := t.TempDir()
	log, err := os.Create(filepath.Join(dir, "program.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	l := &demoLife{
		program: &program{t: t, binary: binary, dir: dir, db: db, log: log},
		chance:  rand.New(rand.NewPCG(seed, 1)),
		chose:   map[string]map[string]string{}, tried: map[string]map[string]string{},
	}
	defer func() {
		if l.cmd != nil && l.alive() {
			l.kill()
		}
		if t.Failed() {
			t.Logf("seed %d; the end of the program's log:\n%s", seed, tail(log.Name()))
		}
	}()
	l.setUp()
	l.neverPauses()
	atPoint, elsewhere, point := map[string]int{}, 0, ""
	for n := range kills {
		killAt := ""
		if next := afterDoubt[point]; next != "" && l.chance.IntN(2) == 0 {
			point, killAt = next, next+":1"
		} else if point = ""; n%4 != 3 {
			point = points()[l.chance.IntN(len(points()))]
			killAt = fmt.Sprintf("%s:%d", point, 1+l.chance.IntN(6))
		}
		ready := l.start(killAt)
		if !ready {
			atPoint[point]++ // before anybody could speak to it
		} else {
			var timer *time.Timer
			if killAt == "" {
				timer = l.killAfter(time.Duration(20+l.chance.IntN(400)) * time.Millisecond)
			} else { // the point may not be passed that often
				timer = l.killAfter(8 * time.Second)
			}
			l.live(1000)
			<-l.dead
			if timer.Stop() {
				atPoint[point]++
			} else {
				elsewhere++
			}
		}
	}
	t.Logf("kills at named points %v, at other moments %d, seed %d", atPoint, elsewhere, seed)
	if !l.start("") {
		t.Fatal("the program doesn't start any more")
	}
	l.live(2)
	l.check()
}

// setUp makes a group that asks a question every weekday at 07:00.
func (l *demoLife) setUp() {
	if !l.start("") {
		l.t.Fatal("the program died by itself")
	}
	do := func(path string, body map[string]any) result {
		r, ok := l.post(path, body)
		if !ok || r.Notice != "" || len(r.Invalid) > 0 {
			l.t.Fatalf("set-up: %s %v: %+v", path, body, r)
		}
		return r
	}
	here := map[string]any{"as": "maria", "channel": "c/cbet-study"}
	with := func(more map[string]any) map[string]any {
		all := map[string]any{}
		for _, m := range []map[string]any{here, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	r := do("/api/say", with(map[string]any{"text": "/group"}))
	r = do("/api/press", with(map[string]any{"message": r.Reply.ID, "action": r.Reply.Actions["Set up"]}))
	values := map[string][]string{}
	for _, f := range r.Form.Fields {
		values[f.Name] = f.Initial
	}
	values["window"] = []string{"none"} // with an exam, its season would end in the middle
	r = do("/api/submit", with(map[string]any{"action": r.Form.Action, "values": values}))
	do("/api/press", with(map[string]any{"message": r.Reply.ID, "action": r.Reply.Actions["Start"]}))
	s, ok := l.state()
	if !ok {
		l.t.Fatal("the program died by itself")
	}
	l.began = s.Clock
	l.kill()
}

// neverPauses has the group go on where nobody answers: of the years that a quiet
// machine plays, some day five questions in a row are typed ones, which nobody here
// can answer by a letter.
func (l *demoLife) neverPauses() {
	l.t.Helper()
	driver, source := "pgx", l.db
	if !strings.HasPrefix(l.db, "postgres") {
		driver, source = "sqlite", "file:"+l.db+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE groups SET silent_limit = 0`); err != nil {
		l.t.Fatal(err)
	}
}

// live lets everybody answer the open question and plays a day, over and over,
// until the program dies or days have passed.
func (l *demoLife) live(days int) {
	for range days {
		s, ok := l.state()
		if !ok {
			return
		}
		var wait sync.WaitGroup
		for i, who := range demoPeople {
			if question, open := openQuestion(s); open {
				letter := string("ABCD"[(i+l.chance.IntN(2))%4])
				wait.Go(func() { l.answer(who, letter, question) })
			}
		}
		wait.Wait()
		if !l.alive() {
			return
		}
		if _, ok := l.post("/api/clock", map[string]any{"as": "maria", "to": s.Clock.Add(24 * time.Hour).Format(time.RFC3339)}); !ok {
			return
		}
	}
}

// openQuestion is the newest post that can be answered by a letter; questions
// answered through a form stay without answers here.
func openQuestion(s state) (said, bool) {
	posts := s.posts()
	for i := len(posts) - 1; i >= 0; i-- {
		if posts[i].Actions["A"] != "" && !strings.Contains(posts[i].Plain, "· closed") {
			return posts[i], true
		}
	}
	return said{}, false
}

var (
	heading = regexp.MustCompile(`^CBET question (\d+) ·`)
	graded  = regexp.MustCompile(`(?m)^(Right\. ([A-E])|The answer is [A-E].*You chose ([A-E])\.)`)
)

// answer presses a letter and remembers what the person was told.
func (l *demoLife) answer(who, letter string, question said) {
	n := numberOf(question.Plain)
	l.mu.Lock()
	note(l.tried, n, who, letter)
	l.mu.Unlock()
	r, ok := l.post("/api/press", map[string]any{
		"as": who, "channel": "c/cbet-study", "message": question.ID, "action": question.Actions[letter],
	})
	if !ok || r.Reply == nil {
		return // nobody was told anything
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	told, ok := gradedOf(r.Reply.Plain)
	if !ok {
		return // closed meanwhile, say
	}
	if before := l.chose[n][who]; before != "" && before != told {
		l.t.Errorf("question %s: %s was told that %s counts, and later %s", n, who, before, told)
	}
	note(l.chose, n, who, told)
}

func note(in map[string]map[string]string, question, who, letter string) {
	if in[question] == nil {
		in[question] = map[string]string{}
	}
	in[question][who] = letter
}

// gradedOf is the letter that a result says was chosen.
func gradedOf(plain string) (string, bool) {
	m := graded.FindStringSubmatch(plain)
	if m == nil {
		return "", false
	}
	return m[2] + m[3], true
}

func numberOf(plain string) string {
	if m := heading.FindStringSubmatch(plain); m != nil {
		return m[1]
	}
	return ""
}

// check compares the chat with the schedule and with what people were told.
func (l *demoLife) check() {
	s, ok := l.state()
	if !ok {
		l.t.Fatal("the program died by itself")
	}
	var questions []said
	keys := map[string]int{}
	for _, m := range s.posts() {
		keys[m.Key]++
		if numberOf(m.Plain) != "" {
			questions = append(questions, m)
		}
	}
	doubled := 0
	for _, n := range keys {
		doubled += n - 1
	}
	if due := l.occurrences(s.Clock); due != len(questions) || doubled != 0 {
		l.t.Errorf("%d questions were due, %d are there, %d messages are doubled", due, len(questions), doubled)
	}
	answers := 0
	for i, q := range questions {
		if got, want := numberOf(q.Plain), strconv.Itoa(i+1); got != want {
			l.t.Errorf("the post at place %s is question %s", want, got)
		}
		answers += l.checkQuestion(q, i == len(questions)-1)
	}
	l.t.Logf("%d questions due, %d there, %d doubled; %d answers count", l.occurrences(s.Clock), len(questions), doubled, answers)
}

// occurrences is how many weekday mornings lie between the start and an instant.
func (l *demoLife) occurrences(now time.Time) int {
	zone, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		l.t.Fatal(err)
	}
	n := 0
	for day := l.began.In(zone); ; day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), 7, 0, 0, 0, zone)
		if at.After(now) {
			return n
		}
		if at.After(l.began) && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			n++
		}
	}
}

var demoTotals = regexp.MustCompile(`(?m)^(?:-# )?(\d+) answered, (\d+) right\.`)

// checkQuestion compares one card with what everybody is told now, and that
// with what they were told before. It counts the answers.
func (l *demoLife) checkQuestion(q said, newest bool) int {
	n := numberOf(q.Plain)
	if !newest && !strings.Contains(q.Plain, "· closed") {
		l.t.Errorf("question %s is still open", n)
		return 0
	}
	answers, right := 0, 0
	for _, who := range demoPeople {
		r, ok := l.post("/api/press", map[string]any{
			"as": who, "channel": "c/cbet-study", "message": q.ID, "action": mine(q),
		})
		if !ok || r.Reply == nil {
			l.t.Fatalf("question %s: %s was told nothing", n, who)
		}
		now, answered := gradedOf(r.Reply.Plain)
		before := l.chose[n][who]
		switch {
		case before != "" && before != now:
			l.t.Errorf("question %s: %s was told that %s counts, and now %q", n, who, before, now)
		case answered && l.tried[n][who] == "":
			l.t.Errorf("question %s: %s never pressed, and %s counts", n, who, now)
		}
		if answered {
			answers++
			if strings.HasPrefix(r.Reply.Plain, "Right.") {
				right++
			}
		}
	}
	m := demoTotals.FindStringSubmatch(q.Plain)
	if shown := answers >= 5; !newest && shown != (m != nil) {
		l.t.Errorf("question %s: %d answered, and the card says %q", n, answers, q.Plain)
	}
	if m != nil && (m[1] != strconv.Itoa(answers) || m[2] != strconv.Itoa(right)) {
		l.t.Errorf("question %s: %d answered, %d right; the card says %q", n, answers, right, m[0])
	}
	return answers
}

// mine is the path that shows one's own answer. Only closed cards have it as a
// button; open ones name their round in the path of "More", whatever they ask.
func mine(q said) string {
	if path := q.Actions["My answer"]; path != "" {
		return path
	}
	_, round, _ := strings.Cut(q.Actions["More"], "/")
	return "mine/" + round
}

func tail(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-6000):])
}
