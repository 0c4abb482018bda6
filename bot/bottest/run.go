package bottest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
)

// World is the program under test on some platform, as the script runner sees it.
type World interface {
	Driver() Driver
	// Now is the program's domain time.
	Now() time.Time
	// Zone is where scripts' local times are.
	Zone() *time.Location
	// Advance moves domain time forward, playing every due instant on the way in
	// order, and returns when what fell due has been done as far as it can be.
	Advance(ctx context.Context, to time.Time) error
	// Next is the next instant at which something is due, if there is one.
	Next(ctx context.Context) (time.Time, bool)
	// Restart ends the program as a crash would and starts it again on its store.
	Restart(ctx context.Context) error
	// Stop ends the program; time may pass while it is down.
	Stop(ctx context.Context) error
	Start(ctx context.Context) error
}

// Keeper is a [World] that keeps what a script says is worth keeping, such as
// a message whose payloads are reviewed.
type Keeper interface {
	// Keep keeps what was seen under a name, or says how it differs from what
	// is kept there.
	Keep(name string, seen Seen) error
}

var update = flag.Bool("update", false, "rewrite golden files and the expectations of scripts with what was seen")

// Updating reports whether the tests run with -update. Other golden tests of a
// package that uses bottest ask here instead of defining that flag again.
func Updating() bool { return *update }

// RunScripts runs every script that the glob matches, each in a world of its
// own and in a subtest named like its file. No script is a failure. A world is
// made and run in a bubble of [synctest], where time passes only while everybody
// waits: what a script sees doesn't depend on how busy the machine is.
//
// A script is a conversation, one line a step; a line indented by two spaces
// continues the one above. Lines that begin with # are comments.
//
//	person dana: Dana R. · America/Denver · administrator
//	ann: /group                        ann in #other: hello      ann directly: /study
//	ann writes: see you tomorrow       (not to the bot; "ann writes in #other: …")
//	ann presses Start                  ann presses B on CBET question 1
//	ann chooses "100 µA"               ann uses Suggest as question on see you
//	ann submits studying for=CBET; question time=07:00
//	ann submits file=@a.csv            (the file a.csv in the folder files beside the script)
//	ann types quiz topic: saf
//	clock +1d (or +2w: same local time)    clock +90m    clock Tue 07:00 (the next)
//	clock 2026-11-24 07:00             clock next (the next due instant)
//	restart · stop · start · channel refuses · channel accepts (also "channel #other …")
//
//	bot: a post in the main channel    bot in #other: a post there
//	bot to ann: a whisper              bot directly to ann: a private message
//	bot edits: a post                  bot edits to ann: a whisper or private message
//	bot asks ann: a form, as [FormText] gives it
//	bot suggests ann: Safety · Satellites
//	bot deletes: a post                bot opens thread: its title
//	bot pins: its first line           bot unpins: its first line
//	kept as weekly-post                what the line above expects, see [Keeper]
//	bot says nothing                   nothing is left to expect
//	bot …                              whatever is left does not matter
//	fails: why the step before could not be done
//
// Quote a label that contains " on ". In what is expected "…" stands for
// anything, also several lines, and a space for any white space; a continuation
// line begins a new line of the message. Everything seen must be expected before
// the next thing is done; only things of different kinds, people or channels may
// be expected in another order than they were seen, and edits of different messages,
// which the bot makes side by side. With -update expectations that were not met are
// rewritten with what was seen.
//
// Where people say what the platform keeps from the bot ([ErrUnheard]), nothing
// may appear, and what follows from the answer is left out: what is expected up
// to the next thing done, and what the same person then presses or sends. Where
// they can't enter something in a form ([ErrNotEnterable]), only what is expected
// up to the next thing done is left out.
func RunScripts(t *testing.T, glob string, newWorld func(t *testing.T) World) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts match %q (%v)", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { RunScript(t, file, newWorld(t)) })
		})
	}
}

// stepTime passes after each step of a script, so that what people do has an
// order. In a bubble no time passes while anybody works.
const stepTime = 2 * time.Millisecond

// RunScript runs one script, in the bubble of [synctest] that its world was made in.
func RunScript(t *testing.T, file string, w World) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rewritten, err := run(t.Context(), string(text), filepath.Dir(file), w, Updating(), stepTime)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if Updating() && rewritten != string(text) {
		if err := os.WriteFile(file, []byte(rewritten), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: rewritten", file)
	}
}

// runner is one run of a script.
type runner struct {
	world   World
	folder  string // of the script
	update  bool
	pause   time.Duration // after each step
	unseen  []Seen        // not yet expected
	met     *Seen         // what the line above expects
	failed  error         // of the last thing done, not yet expected
	unheard string        // who said what the platform kept from the bot, until something else is done
	unsent  bool          // the last thing done was to send a form that can't be filled in so
	doing   step          // the last thing done
	history []string
	out     []string // the script as rewritten
}

// run runs a script and returns it with expectations rewritten, if update.
func run(ctx context.Context, text, folder string, w World, update bool, pause time.Duration) (string, error) {
	steps, err := parse(text)
	if err != nil {
		return text, err
	}
	r := &runner{world: w, folder: folder, update: update, pause: pause}
	for _, s := range steps {
		if s.kind == stepBlank {
			r.out = append(r.out, s.raw...)
			continue
		}
		if err := r.step(ctx, s); err != nil {
			return text, err
		}
	}
	if err := r.settle(step{line: len(strings.Split(text, "\n")), raw: []string{"(end of the script)"}}); err != nil {
		return text, err
	}
	return strings.Join(r.out, "\n") + "\n", nil
}

func (r *runner) step(ctx context.Context, s step) error {
	if r.skips(s) {
		r.out = append(r.out, s.raw...)
		return nil
	}
	if s.kind == stepKept {
		return r.keep(s)
	}
	r.met = nil
	if s.kind.expects() {
		return r.expect(s)
	}
	if err := r.settle(s); err != nil {
		return err
	}
	r.history = append(r.history, s.raw...)
	r.out = append(r.out, s.raw...)
	r.doing = s
	suggested, err := r.do(ctx, s)
	switch {
	case errors.Is(err, ErrUnheard):
		r.unheard, err = s.person, nil
	case errors.Is(err, ErrNotEnterable):
		r.unsent, err = true, nil
	}
	r.failed = err
	for _, seen := range append(r.world.Driver().See(ctx), suggested...) {
		r.unseen = append(r.unseen, seen)
		r.history = append(r.history, seen.script()...)
	}
	if err != nil {
		r.history = append(r.history, failureLine(err))
	}
	time.Sleep(r.pause)
	return nil
}

// skips reports whether a step is about the answer to what the bot can't hear:
// what is expected then, and what the person does with it.
func (r *runner) skips(s step) bool {
	if s.kind == stepKept || s.kind.expects() {
		return r.unheard != "" || r.unsent
	}
	r.unsent = false
	if follows := s.kind == stepPress || s.kind == stepSubmit; !follows || s.person != r.unheard {
		r.unheard = ""
	}
	return r.unheard != ""
}

// do does what a step says; only a completion has something to show by itself.
func (r *runner) do(ctx context.Context, s step) ([]Seen, error) {
	d := r.world.Driver()
	switch s.kind {
	case stepPerson:
		name := s.person
		if s.channel != "" { // on a platform beside the first
			name = s.channel + "/" + s.person
		}
		d.Person(name, s.profile)
	case stepSay:
		return nil, d.Say(ctx, s.person, s.channel, s.words)
	case stepWrite:
		return nil, d.Write(ctx, s.person, s.channel, s.words)
	case stepUse:
		return nil, d.Use(ctx, s.person, s.words, s.on)
	case stepPress:
		return nil, d.Press(ctx, s.person, s.words, s.on)
	case stepSubmit:
		values, err := attach(s.values, r.folder)
		if err != nil {
			return nil, err
		}
		return nil, d.Submit(ctx, s.person, values)
	case stepComplete:
		labels, err := d.Complete(ctx, s.person, s.on, s.words)
		if err != nil {
			return nil, err
		}
		return []Seen{{Kind: Suggestion, To: s.person, Text: strings.Join(labels, " · ")}}, nil
	case stepClock:
		to, err := r.clock(ctx, s.words)
		if err != nil {
			return nil, err
		}
		return nil, r.world.Advance(ctx, to)
	case stepRestart:
		return nil, r.world.Restart(ctx)
	case stepStop:
		return nil, r.world.Stop(ctx)
	case stepStart:
		return nil, r.world.Start(ctx)
	case stepRefuse, stepAccept:
		d.Refuse(s.channel, s.kind == stepRefuse)
	}
	return nil, nil
}

// clock is the instant that a clock line means.
func (r *runner) clock(ctx context.Context, words string) (time.Time, error) {
	now := r.world.Now().In(r.world.Zone())
	if words == "next" {
		next, ok := r.world.Next(ctx)
		if !ok {
			return now, errors.New("nothing is due")
		}
		return next, nil
	}
	if later, ok := strings.CutPrefix(words, "+"); ok {
		if n, err := strconv.Atoi(strings.TrimRight(later, "dw")); err == nil && later != "" {
			switch later[len(later)-1] {
			case 'd':
				return now.AddDate(0, 0, n), nil
			case 'w':
				return now.AddDate(0, 0, 7*n), nil
			}
		}
		d, err := time.ParseDuration(later)
		return now.Add(d), err
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04", words, r.world.Zone()); err == nil {
		if at.Before(now) {
			return now, fmt.Errorf("%s is over: it is %s", words, now.Format("Mon 2006-01-02 15:04"))
		}
		return at, nil
	}
	day, clock, ok := strings.Cut(words, " ")
	at, err := time.Parse("15:04", clock)
	if ok && err == nil {
		for n := range 8 {
			try := time.Date(now.Year(), now.Month(), now.Day()+n, at.Hour(), at.Minute(), 0, 0, now.Location())
			if try.After(now) && try.Format("Mon") == day {
				return try, nil
			}
		}
	}
	return now, fmt.Errorf("no such time: %q", words)
}

// expect compares an expectation with what is left of what was seen.
func (r *runner) expect(s step) error {
	switch s.kind {
	case stepIgnore:
		r.unseen = nil
		r.out = append(r.out, s.raw...)
		return nil
	case stepNothing:
		if err := r.settle(s); err != nil {
			return err
		}
		r.out = append(r.out, s.raw...)
		return nil
	case stepFails:
		return r.expectFailure(s)
	}
	i := r.find(s)
	if i >= 0 {
		met := r.unseen[i]
		r.met = &met
	}
	if i >= 0 && matches(s.words, r.met.Text) {
		r.unseen = slices.Delete(r.unseen, i, i+1)
		r.out = append(r.out, s.raw...)
		return nil
	}
	if r.update {
		if i >= 0 {
			r.out = append(r.out, r.met.script()...)
			r.unseen = slices.Delete(r.unseen, i, i+1)
		}
		return nil // nothing of the kind was seen: the line goes
	}
	got := "nothing of that kind"
	if i >= 0 {
		got = strings.Join(r.unseen[i].script(), "\n")
	}
	return r.mismatch(s, got)
}

// find is the place of what an expectation is about: the first thing of its kind or,
// of edits, the first of any message that is as expected; -1 if there is none.
func (r *runner) find(s step) int {
	first, seen := -1, map[bot.MessageID]bool{}
	for i, u := range r.unseen {
		if !s.wants(u) {
			continue
		}
		if first < 0 {
			first = i
		}
		if u.Kind != Edit {
			break
		}
		if !seen[u.ID] && matches(s.words, u.Text) {
			return i
		}
		seen[u.ID] = true
	}
	return first
}

// keep keeps what the line above expects, in a world that keeps things.
func (r *runner) keep(s step) error {
	if r.met == nil {
		return r.mismatch(s, "no expected line above it")
	}
	r.out = append(r.out, s.raw...)
	k, ok := r.world.(Keeper)
	if !ok {
		return nil
	}
	if err := k.Keep(s.words, *r.met); err != nil {
		return fmt.Errorf("line %d: %w", s.line, err)
	}
	return nil
}

func (r *runner) expectFailure(s step) error {
	err := r.failed
	r.failed = nil
	switch {
	case err != nil && matches(s.words, err.Error()):
		r.out = append(r.out, s.raw...)
	case err != nil && r.update:
		r.out = append(r.out, failureLine(err))
	case err != nil:
		return r.mismatch(s, failureLine(err))
	case !r.update:
		return r.mismatch(s, "it worked")
	}
	return nil
}

// wants reports whether the expectation is about that kind, person and channel.
func (s step) wants(seen Seen) bool {
	if s.seen != seen.Kind || s.person != seen.To {
		return false
	}
	if s.person != "" { // whispers and directs wherever they are
		return true
	}
	want := s.channel
	if want == "" {
		want = Main
	}
	return seen.Channel == want
}

// settle fails, or writes expectations, if something is left that was not expected.
func (r *runner) settle(next step) error {
	if r.failed != nil && !r.update {
		return r.mismatch(r.doing, failureLine(r.failed))
	}
	var lines []string
	for _, seen := range r.unseen {
		lines = append(lines, seen.script()...)
	}
	if len(lines) > 0 && !r.update {
		return r.mismatch(next, "before that, and not expected:\n"+strings.Join(lines, "\n"))
	}
	if r.failed != nil {
		lines = append(lines, failureLine(r.failed))
	}
	// What was seen belongs directly under what was done, before blank lines and comments.
	at := len(r.out)
	for at > 0 && (strings.TrimSpace(r.out[at-1]) == "" || strings.HasPrefix(r.out[at-1], "#")) {
		at--
	}
	r.out = slices.Insert(r.out, at, lines...)
	r.unseen, r.failed = nil, nil
	return nil
}

// failureLine is the script's line for what could not be done.
func failureLine(err error) string {
	return "fails: " + strings.ReplaceAll(canonical(err.Error()), "\n", "\n  ")
}

// mismatch says what a line wanted, what there was, and how it came to that.
func (r *runner) mismatch(s step, got string) error {
	recent := r.history[max(0, len(r.history)-40):]
	return fmt.Errorf("line %d (%s, now %s)\nwanted: %s\n   got: %s\nthe conversation so far:\n    %s",
		s.line, r.world.Zone(), r.world.Now().In(r.world.Zone()).Format("Mon 2006-01-02 15:04"),
		strings.Join(s.raw, "\n        "), strings.ReplaceAll(got, "\n", "\n        "), strings.Join(recent, "\n    "))
}
