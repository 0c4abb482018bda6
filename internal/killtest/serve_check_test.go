package killtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// pressed is one press of a letter; what came of it is looked at in the end.
type pressed struct {
	i      *discordtest.Interaction
	who    *discordtest.Person
	place  *discordtest.Channel
	number string // of the question
	letter string
}

// setUp has three groups started, each of which asks a question every weekday
// at 07:00.
func (w *town) setUp() {
	w.t.Helper()
	biomed := w.d.Guild("Biomed")
	for _, name := range people {
		p := w.d.Person(name)
		biomed.Join(p)
		w.people = append(w.people, p)
	}
	w.up()
	if err := w.d.Await(w.waiting(), func() bool { return w.connected() && len(w.d.Commands(nil)) > 0 }); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"nights", "days", "weekend"} {
		place := biomed.Channel(name)
		w.places = append(w.places, place)
		w.found(place)
	}
	w.began = w.now()
	w.kill()
	w.died()
}

// found starts a group in a channel. Whoever missed an answer begins again.
func (w *town) found(place *discordtest.Channel) {
	w.t.Helper()
	maria := w.people[0]
	for range 5 {
		page := w.again(func() (*discordtest.Interaction, error) { return maria.Command(place, "group", nil) }).Reply()
		if _, ok := page.Find("Set up"); !ok {
			return
		}
		opened := w.again(func() (*discordtest.Interaction, error) { return maria.Press(page, "Set up") })
		form, ok := opened.Modal()
		if !ok {
			continue // a button that opens it, since it came late
		}
		// With an exam, the season would end in the middle.
		sent, err := maria.Submit(form, discordtest.Args{"Time zone": "Chicago", "Exam window": "No date yet"})
		if err != nil {
			w.t.Fatal(err)
		}
		if sent.Wait(w.waiting()) == nil {
			w.again(func() (*discordtest.Interaction, error) { return maria.Press(sent.Reply(), "Start") })
		}
	}
	w.t.Fatalf("no group was started in #%s", place.Name)
}

func (w *town) waiting() context.Context {
	ctx, cancel := context.WithTimeout(w.t.Context(), patient)
	w.t.Cleanup(cancel)
	return ctx
}

// again has somebody do something until they see what came of it: on a slow
// machine an answer misses the three seconds that Discord gives.
func (w *town) again(do func() (*discordtest.Interaction, error)) *discordtest.Interaction {
	w.t.Helper()
	ctx := w.waiting()
	for ctx.Err() == nil {
		i, err := do()
		if err != nil {
			w.t.Fatal(err)
		}
		if i.Wait(ctx) != nil {
			continue
		}
		if strings.HasPrefix(words(i), "That was a lot at once") { // nobody's thumb is this fast
			time.Sleep(50 * time.Millisecond)
			continue
		}
		_, form := i.Modal()
		if form || w.d.Await(ctx, func() bool { return words(i) != "" }) == nil {
			return i
		}
	}
	w.t.Fatalf("nothing came of it for %s", patient)
	return nil
}

// promised is the type of a first answer that shows nothing yet.
const promised = 6

// words are what somebody was told: at once, or after a promise.
func words(i *discordtest.Interaction) string {
	m := i.Reply()
	if later := i.Followups(); len(later) > 0 {
		m = later[len(later)-1]
	} else if i.Callback() == promised || m.Loading {
		return ""
	}
	return strings.TrimPrefix(m.Text(), "### ")
}

// questions are those that stand in a channel, oldest first.
func questions(place *discordtest.Channel) []discordtest.Message {
	return slices.DeleteFunc(place.Messages(), func(m discordtest.Message) bool { return !onDiscord.MatchString(m.Text()) })
}

func numberOnDiscord(m discordtest.Message) string {
	if found := onDiscord.FindStringSubmatch(m.Text()); found != nil {
		return found[1]
	}
	return ""
}

func closedOnDiscord(m discordtest.Message) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(m.Text()), "\n")
	return strings.Contains(first, "· closed")
}

// missing says which channels lack questions that were due, or have too many.
func (w *town) missing() []string {
	var all []string
	due := w.due()
	for _, place := range w.places {
		if n := len(questions(place)); n != due {
			all = append(all, fmt.Sprintf("#%s has %d of %d questions", place.Name, n, due))
		}
	}
	return all
}

// unclosed says which older questions are still open.
func (w *town) unclosed() []string {
	var all []string
	for _, place := range w.places {
		asked := questions(place)
		for _, q := range asked[:max(len(asked)-1, 0)] {
			if !closedOnDiscord(q) {
				all = append(all, fmt.Sprintf("question %s in #%s is open", numberOnDiscord(q), place.Name))
			}
		}
	}
	return all
}

// press lets about half the people press a letter under each open question, and
// waits until all have an answer or the program is dead.
func (w *town) press() {
	w.t.Helper()
	before := len(w.pressed)
	for _, place := range w.places {
		asked := questions(place)
		if len(asked) == 0 {
			continue
		}
		q := asked[len(asked)-1]
		for n, who := range w.people {
			letter := string("ABCD"[(n+w.chance.IntN(2))%4])
			if _, ok := q.Find(letter); !ok || closedOnDiscord(q) || w.chance.IntN(2) > 0 {
				continue
			}
			i, err := who.Press(q, letter)
			if err != nil {
				continue // closed meanwhile
			}
			w.pressed = append(w.pressed, pressed{i, who, place, numberOnDiscord(q), letter})
		}
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), patient)
	defer cancel()
	dead := w.dead
	go func() {
		select {
		case <-dead:
			cancel()
		case <-ctx.Done():
		}
	}()
	for _, p := range w.pressed[before:] {
		_ = p.i.Wait(ctx) // the books are made up in the end
	}
}

// told is the letter that counts as the person read it.
func (w *town) told(p pressed) (string, bool) {
	if !p.i.Acked() {
		return "", false
	}
	return toldOf(words(p.i))
}

// books are what people were told and what they pressed, by channel, question
// and person.
type books struct{ told, tried map[string][]string }

func (w *town) books() books {
	b := books{map[string][]string{}, map[string][]string{}}
	for _, p := range w.pressed {
		key := place(p.place, p.number, p.who)
		b.tried[key] = append(b.tried[key], p.letter)
		if letter, ok := w.told(p); ok && !slices.Contains(b.told[key], letter) {
			b.told[key] = append(b.told[key], letter)
		}
	}
	return b
}

func place(c *discordtest.Channel, number string, who *discordtest.Person) string {
	return fmt.Sprintf("question %s in #%s: %s", number, c.Name, who.Name)
}

// check compares the channels with the schedule and with what people were told.
func (w *town) check() {
	w.t.Helper()
	w.ahead.Add(int64(attempt))
	w.up()
	w.d.Heal()
	w.whole(patient)
	answers, unanswered, there := 0, 0, 0
	b := w.books()
	for key, letters := range b.told {
		if len(letters) > 1 {
			w.t.Errorf("%s was told that each of %v counts", key, letters)
		}
	}
	for _, p := range w.pressed {
		if !p.i.Acked() {
			unanswered++
		}
	}
	nonces := map[string]int{}
	for _, c := range w.places {
		for _, m := range c.Messages() {
			if m.Nonce != "" {
				nonces[m.Nonce]++
			}
		}
		asked := questions(c)
		there += len(asked)
		if due := w.due(); len(asked) != due {
			w.t.Errorf("#%s: %d questions were due, %d are there", c.Name, due, len(asked))
		}
		for i, q := range asked {
			if got, want := numberOnDiscord(q), strconv.Itoa(i+1); got != want {
				w.t.Errorf("#%s: the post at place %s is question %s", c.Name, want, got)
			}
			if at := w.morning(w.began, i); q.Created.Before(at) || !q.Created.Before(w.morning(w.began, i+1)) {
				w.t.Errorf("#%s: question %d, due at %s, was posted at %s", c.Name, i+1, at, q.Created)
			}
			answers += w.checkQuestion(c, q, i == len(asked)-1, b)
		}
	}
	twice := 0
	for nonce, n := range nonces {
		if n > 1 {
			w.t.Errorf("%d messages of key %s", n, nonce)
		}
	}
	counts := w.d.Counts()
	for _, n := range counts.Posts {
		twice += max(n-1, 0)
	}
	w.t.Logf("%d questions due, %d there, %d keys, %d posts were there twice for a while; %d presses, %d of them without an answer, %d answers count; %d repeats of a nonce",
		len(w.places)*w.due(), there, len(nonces), twice-max(counts.Posts[""]-1, 0), len(w.pressed), unanswered, answers, len(counts.Repeats))
	w.checkDiscord(counts)
	w.kill()
	w.died()
}

// checkQuestion compares one card with what everybody is told now, and that
// with what they were told before. It counts the answers.
func (w *town) checkQuestion(c *discordtest.Channel, q discordtest.Message, newest bool, b books) int {
	w.t.Helper()
	if _, letters := q.Find("A"); newest && !letters {
		return 0 // open, and typed
	}
	answers, right := 0, 0
	for _, who := range w.people {
		key := place(c, numberOnDiscord(q), who)
		button := "My answer"
		if newest {
			if len(b.tried[key]) == 0 {
				continue // this would be the first answer
			}
			button = b.tried[key][0]
		}
		text := words(w.again(func() (*discordtest.Interaction, error) { return who.Press(q, button) }))
		now, answered := toldOf(text)
		if before := b.told[key]; len(before) > 0 && before[0] != now {
			w.t.Errorf("%s was told that %s counts, and now %q", key, before[0], text)
		}
		if answered && !slices.Contains(b.tried[key], now) {
			w.t.Errorf("%s never pressed %s, and it counts", key, now)
		}
		if answered {
			answers++
			if strings.HasPrefix(text, "Right.") {
				right++
			}
		}
	}
	m := totals.FindStringSubmatch(q.Text())
	if shown := answers >= 5; !newest && shown != (m != nil) {
		w.t.Errorf("question %s in #%s: %d answered, and the card says %q", numberOnDiscord(q), c.Name, answers, q.Text())
	}
	if m != nil && !newest && (m[1] != strconv.Itoa(answers) || m[2] != strconv.Itoa(right)) {
		w.t.Errorf("question %s in #%s: %d answered, %d right; the card says %q", numberOnDiscord(q), c.Name, answers, right, m[0])
	}
	return answers
}

// checkDiscord looks at what Discord thinks of the program, and at its log.
func (w *town) checkDiscord(counts discordtest.Counts) {
	w.t.Helper()
	if counts.Limited > 0 {
		w.t.Errorf("%d requests were refused as too many", counts.Limited)
	}
	if counts.Crowded > 0 {
		w.t.Errorf("%d introductions came too soon after another", counts.Crowded)
	}
	for _, r := range w.d.Refusals() {
		if r.Code != 10062 { // an answer that came too late
			w.t.Errorf("Discord refused %+v", r)
		}
	}
	if n := w.d.Notices(); len(n) > 0 {
		w.t.Errorf("Discord puts up with %v", n)
	}
	log, err := os.ReadFile(w.log.Name())
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range bytes.Lines(log) {
		if bytes.Contains(line, []byte(`"panic":`)) {
			w.t.Errorf("the program panicked: %s", line)
		}
	}
}
