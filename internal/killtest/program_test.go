package killtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// program is the demo as a process that may die at any time.
type program struct {
	t      *testing.T
	binary string
	dir    string
	db     string // as -db takes it
	cmd    *exec.Cmd
	dead   chan struct{} // closed when the process has ended
	base   *url.URL
	client *http.Client
	log    *os.File
}

// build compiles the program with its kill points. STUDYHALL_KILL_BINARY names one
// that is compiled already.
func build(t *testing.T) string {
	t.Helper()
	if binary := os.Getenv("STUDYHALL_KILL_BINARY"); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "studyhall")
	out, err := exec.Command("go", "build", "-tags", "faults", "-o", binary, "studyhall/cmd/studyhall").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

var ready = regexp.MustCompile(`Studyhall is ready: (http://\S+)`)

// startTime bounds one start of the program.
const startTime = 2 * time.Minute

// start runs the program; killAt is a point and which time of passing it, or "".
// It reports false when the program died before it was ready.
func (p *program) start(killAt string) bool {
	p.t.Helper()
	p.cmd = exec.Command(p.binary, "demo", "-empty", "-no-open", "-addr", "127.0.0.1:0", "-db", p.db)
	p.cmd.Dir = p.dir
	p.cmd.Env = append(os.Environ(), "STUDYHALL_KILL_AT="+killAt, "LOG_LEVEL=info")
	p.cmd.Stderr = p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	address := make(chan string, 1)
	p.dead = make(chan struct{})
	go func(cmd *exec.Cmd, dead chan struct{}) {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if m := ready.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
		cmd.Wait() // its death is what the test is about
		close(dead)
	}(p.cmd, p.dead)
	select {
	case a := <-address:
		return p.enter(a)
	case <-p.dead:
		return false
	case <-time.After(startTime):
		p.t.Fatalf("not ready after %s; see %s", startTime, p.log.Name())
		return false
	}
}

// enter exchanges the printed address for the cookie.
func (p *program) enter(address string) bool {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.client = &http.Client{Jar: jar, Timeout: 60 * time.Second}
	if p.base, err = url.Parse(address); err != nil {
		p.t.Fatal(err)
	}
	r, err := p.client.Get(address)
	if err != nil {
		return p.gone(err)
	}
	r.Body.Close()
	p.base.RawQuery = ""
	return true
}

// gone checks that a failed request is explained by the program's death.
func (p *program) gone(err error) bool {
	p.t.Helper()
	select {
	case <-p.dead:
		return false
	case <-time.After(startTime):
		p.t.Fatalf("request failed though the program lives: %v", err)
		return false
	}
}

func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
	<-p.dead
}

// killAfter kills the process that runs now, whatever runs by then.
func (p *program) killAfter(d time.Duration) *time.Timer {
	process := p.cmd.Process
	return time.AfterFunc(d, func() { process.Kill() }) // it may have died before
}

func (p *program) alive() bool {
	select {
	case <-p.dead:
		return false
	default:
		return true
	}
}

// said is a message in a response or in the state.
type said struct {
	ID      string            `json:"id"`
	Key     string            `json:"key"`
	Author  string            `json:"author"`
	Plain   string            `json:"plain"`
	Actions map[string]string `json:"actions"`
}

type result struct {
	Reply   *said             `json:"reply"`
	Edit    *said             `json:"edit"`
	Invalid map[string]string `json:"invalid"`
	Form    *struct {
		Action string `json:"action"`
		Fields []struct {
			Name    string   `json:"name"`
			Initial []string `json:"initial"`
		} `json:"fields"`
	} `json:"form"`
	Notice string `json:"notice"`
}

type state struct {
	Clock    time.Time `json:"clock"`
	Channels []struct {
		ID       string `json:"id"`
		Messages []said `json:"messages"`
	} `json:"channels"`
}

// post asks the program for something; ok is false when it died meanwhile, and
// then nobody knows whether it was done.
func (p *program) post(path string, body map[string]any) (r result, ok bool) {
	p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	ok = p.ask(http.MethodPost, path, data, &r)
	return r, ok
}

func (p *program) ask(method, path string, body []byte, into any) bool {
	p.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, p.base.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if path == "/api/state" {
		request.URL.RawQuery = "as=maria"
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		return p.gone(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return p.gone(fmt.Errorf("%s: %w", path, err))
	}
	return true
}

func (p *program) state() (s state, ok bool) {
	ok = p.ask(http.MethodGet, "/api/state", nil, &s)
	return s, ok
}

// posts are the bot's messages in the study channel, oldest first.
func (s state) posts() []said {
	var posts []said
	for _, c := range s.Channels {
		if !strings.HasSuffix(c.ID, "c/cbet-study") {
			continue
		}
		for _, m := range c.Messages {
			if m.Author == "" {
				posts = append(posts, m)
			}
		}
	}
	return posts
}
