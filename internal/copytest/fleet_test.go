package copytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/store/storetest/pgtest"
)

// patient is the longest that a loaded machine may take for what is done at once.
const patient = 2 * time.Minute

// build compiles the program with its kill points, with more migrations than it
// has, by name.
func build(t *testing.T, migrations map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for name, text := range migrations {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(top, "bot", "store", "migrations", name)] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "studyhall")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-tags", "faults", "-overlay", file, "-o", binary, "studyhall/cmd/studyhall").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// fleet is copies of the program on one database, and the Discord they are on.
type fleet struct {
	t        *testing.T
	d        *discordtest.Server
	database string
	http     bool
	ahead    time.Duration // by which everybody's clock is ahead of the machine's
	people   []*discordtest.Person
	places   []*discordtest.Channel

	mu   sync.Mutex
	all  []*copyOf
	next int // whose turn it is to be sent something
}

// copyOf is one copy of the program, as a process.
type copyOf struct {
	f       *fleet
	name    string
	cmd     *exec.Cmd
	dead    chan struct{} // closed when the process has ended
	mu      sync.Mutex
	log     bytes.Buffer
	address string
	serving chan struct{}
}

// newFleet has a Discord and an empty database, and no copy yet.
func newFleet(t *testing.T, overHTTP bool) *fleet {
	t.Helper()
	f := &fleet{t: t, database: pgtest.URL(t), http: overHTTP}
	o := discordtest.Options{TCP: true, Now: f.now, Patience: patient}
	if overHTTP {
		o.Interactions = "http://studyhall.test/discord/interactions"
		o.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: f.dial}}
	}
	f.set(time.Date(2027, 1, 3, 12, 0, 0, 0, time.UTC)) // a Sunday
	f.d = discordtest.New(t, o)
	t.Cleanup(func() {
		for _, c := range f.copies() {
			c.kill()
			if t.Failed() {
				t.Logf("the end of copy %s's log:\n%s", c.name, c.tail())
			}
		}
	})
	return f
}

// now is what everybody's clock shows.
func (f *fleet) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.ahead)
}

// set has the clocks of all that starts from now on show an instant.
func (f *fleet) set(to time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead = time.Until(to)
}

func (f *fleet) copies() []*copyOf {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// dial is the balancer: it reaches the next copy that listens.
func (f *fleet) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var last error = errors.New("no copy of the program is there")
	all := f.copies()
	f.mu.Lock()
	turn := f.next
	f.next++
	f.mu.Unlock()
	for n := range all {
		c := all[(turn+n)%len(all)]
		if !c.alive() {
			continue
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, network, c.address)
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

var listening = regexp.MustCompile(`"msg":"serving".*"address":"([^"]+)"`)

// Write takes the process's log.
func (c *copyOf) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.Write(p)
	if c.address == "" {
		if m := listening.FindSubmatch(c.log.Bytes()); m != nil {
			c.address = string(m[1])
			close(c.serving)
		}
	}
	return len(p), nil
}

func (c *copyOf) said(words string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Contains(c.log.String(), words)
}

func (c *copyOf) tail() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.log.String()
	return text[max(0, len(text)-6000):]
}

// begin runs the program. killAt is a point and which time of passing it, or "";
// late is by how much its clock is behind the others'.
func (f *fleet) begin(name, binary, killAt string, late time.Duration) *copyOf {
	f.t.Helper()
	c := &copyOf{f: f, name: name, dead: make(chan struct{}), serving: make(chan struct{})}
	f.mu.Lock()
	ahead := f.ahead - late
	f.mu.Unlock()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	c.cmd = exec.Command(binary, "serve")
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = f.t.TempDir(), c, c
	c.cmd.Env = append(os.Environ(), "DISCORD_TOKEN="+f.d.Token(), "DISCORD_API_URL="+f.d.URL(), "DATABASE_URL="+f.database,
		"STUDYHALL_KILL_AT="+killAt, "STUDYHALL_CLOCK_AHEAD="+ahead.String(), "HTTP_ADDR="+address, "LOG_FORMAT=json", "LOG_LEVEL=info")
	if f.http {
		c.cmd.Env = append(c.cmd.Env, "DISCORD_PUBLIC_KEY="+f.d.PublicKey(), "PUBLIC_URL=http://studyhall.test")
	}
	if err := c.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() {
		c.cmd.Wait() // how it ended is looked at where it matters
		close(c.dead)
	}()
	return c
}

// up is begin, until it takes requests.
func (f *fleet) up(name, binary, killAt string, late time.Duration) *copyOf {
	f.t.Helper()
	c := f.begin(name, binary, killAt, late)
	select {
	case <-c.serving:
	case <-c.dead:
		f.t.Fatalf("copy %s ended at once: %s", name, c.tail())
	case <-time.After(patient):
		f.t.Fatalf("copy %s isn't ready after %s: %s", name, patient, c.tail())
	}
	f.until(c.ready, "copy %s is not ready", name)
	f.mu.Lock()
	f.all = append(f.all, c)
	f.mu.Unlock()
	return c
}

// ready asks the copy's /readyz, as a balancer does.
func (c *copyOf) ready() bool {
	answer, err := http.Get("http://" + c.address + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (c *copyOf) alive() bool {
	select {
	case <-c.dead:
		return false
	default:
		return true
	}
}

// kill ends the process as a failing machine does.
func (c *copyOf) kill() {
	c.cmd.Process.Kill() // it may have ended before
	<-c.dead
}

// stop ends the process as an operator does, and says how long that took.
func (c *copyOf) stop() time.Duration {
	c.f.t.Helper()
	began := time.Now()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		c.f.t.Fatal(err)
	}
	<-c.dead
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		c.f.t.Errorf("copy %s ended with exit code %d: %s", c.name, code, c.tail())
	}
	return time.Since(began)
}

// until waits until something holds, and says how long that took.
func (f *fleet) until(holds func() bool, format string, args ...any) time.Duration {
	f.t.Helper()
	began := time.Now()
	for !holds() {
		if time.Since(began) > patient {
			f.t.Fatalf("after %s: %s", patient, fmt.Sprintf(format, args...))
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(began)
}

// connected reports whether people reach the program.
func (f *fleet) connected() bool { return f.http || f.d.Connected() }

// found has groups started in so many channels, each of which asks a question
// every weekday at 07:00 in Chicago.
func (f *fleet) found(groups int) {
	f.t.Helper()
	biomed := f.d.Guild("Biomed")
	for _, name := range []string{"Maria", "Dana", "Lee"} {
		p := f.d.Person(name)
		biomed.Join(p)
		f.people = append(f.people, p)
	}
	f.until(func() bool { return f.connected() && len(f.d.Commands(nil)) > 0 }, "no commands are registered")
	maria := f.people[0]
	for n := range groups {
		place := biomed.Channel(fmt.Sprintf("group-%d", n+1))
		f.places = append(f.places, place)
		page := f.done(maria.Command(place, "group", nil)).Reply()
		form, ok := f.done(maria.Press(page, "Set up")).Modal()
		if !ok {
			f.t.Fatal("no form opened")
		}
		// With an exam, the season would end in the middle.
		sent := f.done(maria.Submit(form, discordtest.Args{"Time zone": "Chicago", "Exam window": "No date yet"}))
		f.done(maria.Press(sent.Reply(), "Start"))
	}
}

// done waits for what came of something that somebody did.
func (f *fleet) done(i *discordtest.Interaction, err error) *discordtest.Interaction {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patient)
	defer cancel()
	if err == nil {
		err = i.Wait(ctx)
	}
	if err == nil {
		err = f.d.Await(ctx, func() bool { _, form := i.Modal(); return form || words(i) != "" })
	}
	if err != nil {
		f.t.Fatalf("%v; answered with %d, %d posts of Discord's reached no copy", err, i.Callback(), f.d.Counts().Undelivered)
	}
	return i
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

var asked = regexp.MustCompile(`(?m)^(?:### )?CBET question (\d+) ·`)

// questions are those that stand in a channel, oldest first.
func questions(place *discordtest.Channel) []discordtest.Message {
	return slices.DeleteFunc(place.Messages(), func(m discordtest.Message) bool { return !asked.MatchString(m.Text()) })
}

// each reports whether every channel has so many questions, all but the newest
// closed.
func (f *fleet) each(n int) func() bool {
	return func() bool {
		for _, place := range f.places {
			all := questions(place)
			if len(all) < n {
				return false
			}
			for _, q := range all[:len(all)-1] {
				first, _, _ := strings.Cut(strings.TrimSpace(q.Text()), "\n")
				if !strings.Contains(first, "· closed") {
					return false
				}
			}
		}
		return true
	}
}

// once checks that every channel has so many questions, each once.
func (f *fleet) once(n int) {
	f.t.Helper()
	for _, place := range f.places {
		var numbers []string
		for _, q := range questions(place) {
			numbers = append(numbers, asked.FindStringSubmatch(q.Text())[1])
		}
		if want := []string{"1", "2", "3"}[:n]; !slices.Equal(numbers, want) {
			f.t.Errorf("#%s has the questions %v, want %v", place.Name, numbers, want)
		}
	}
}
